/* SPDX-License-Identifier: MIT */
/* Rounds as they are driven, and what is settled of one whose orchestrator was killed. */

#include "tests/support/engine_world.h"
#include "wtorch/base/path.h"

/* The first start waits for "go" and is there to be left; each says in which round it was. */
static const char script[] = "touch \"$W/here-$WTORCH_ROUND\"\n"
			     "cp \"$WTORCH_PROMPT\" \"$W/prompt-$WTORCH_ROUND\"\n"
			     "sh \"$W/await\" go-$WTORCH_ROUND\n"
			     "echo \"round $WTORCH_ROUND\" >>1.txt\n";

static void note(struct world *w, struct wt_event ev)
{
	ev.task = "1";
	ev.attempt = 1;
	check_ok(wt_run_note(w->run, &ev, WT_DURABLE, &w->err), w->err);
}

/* Task 1's agent has exited, and a round was begun of it; then its orchestrator was killed. */
static void begin_round(struct world *w)
{
	world_agent(w, "1", script);
	world_plan(w, "1");
	world_die_at(w, "here-0");
	scratch_run(w->s, "touch go-0; d=$(echo repo/.git/wtorch/runs/*/1/1); i=0; "
			  "while [ ! -e $d/exit.json ] && [ $i -lt 600 ]; do sleep 0.1; "
			  "i=$((i+1)); done; [ -e $d/exit.json ]");
	world_begin_again(w);
	note(w, (struct wt_event){ .kind = WT_EV_AGENT_EXITED, .reason = "exit" });
	note(w, (struct wt_event){ .kind = WT_EV_ROUND_BEGUN,
				   .round = 1,
				   .reason = "gate 'tests' says no\n\n- it fails on tuesdays",
				   .by_gate = true });
}

static void check_went_on(struct world *w)
{
	check_state(w, "1", "merged");
	check_str(world_git(w, "show main:1.txt"), "round 0\nround 1");
	check_int(world_task(w, "1")->attempt, 1);
	check_int(world_task(w, "1")->rounds, 1);
	check_int(world_task(w, "1")->charged, 1);
	check_int((long)world_count(w, "worktree_preparing", "1"), 1);
}

static void test_round__its_agent_goes_on_in_the_same_worktree_and_is_told_why(void **state)
{
	struct world *w = *state;

	begin_round(w);
	scratch_run(w->s, "touch go-1");
	world_drive(w);
	check_went_on(w);
	check_contains(scratch_output(w->s, "cat prompt-1"),
		       "## What failed before\n\ngate 'tests' says no\n\n- it fails on tuesdays\n");
	check_contains(scratch_output(w->s, "cat prompt-1"), "# Task 1: ");
	check_int(scratch_status(w->s, "grep -q 'What failed before' prompt-0"), 1);
	check_str(scratch_output(w->s, "cd repo/.git/wtorch/runs/*/1/1; ls -d round*; "
				       "ls round-1/exit.json round-1/prompt.md"),
		  "round-1\nround-1/exit.json\nround-1/prompt.md\n");
}

static void test_round__a_start_that_did_not_come_about_is_made_again(void **state)
{
	struct world *w = *state;

	begin_round(w);
	note(w,
	     (struct wt_event){ .kind = WT_EV_AGENT_STARTING, .round = 1, .dir = "1/1/round-1" });
	world_begin_again(w);
	scratch_run(w->s, "touch go-1");
	world_drive(w);
	check_went_on(w);
	check_int((long)world_count(w, "round_begun", "1"), 2);
	check_str(scratch_output(w->s, "cd repo/.git/wtorch/runs/*/1/1; ls -d round*; "
				       "cat round-1/claim; ls round-1.2/exit.json"),
		  "round-1\nround-1.2\n0 0 settled\nround-1.2/exit.json\n");
	check_contains(scratch_output(w->s, "cat prompt-1"), "- it fails on tuesdays\n");
}

static void test_round__an_agent_that_lives_in_a_round_is_adopted(void **state)
{
	struct world *w = *state;

	begin_round(w);
	world_die_at(w, "here-1");
	world_begin_again(w);
	check_state(w, "1", "fixing");
	scratch_run(w->s, "touch go-1");
	world_drive(w);
	check_went_on(w);
	check_int((long)world_count(w, "agent_started", "1"), 2);
}

static void test_round__its_start_without_a_record_is_found_by_its_claim(void **state)
{
	struct world *w = *state;

	begin_round(w);
	world_die_at(w, "here-1");
	wt_run_close(w->run);
	w->run = NULL;
	scratch_run(w->s, "cd repo/.git/wtorch/runs/*/ && sed -i "
			  "'/\"event\":\"agent_started\".*\"round\":1/,$d' journal.jsonl");
	world_begin_again(w);
	assert_true(world_task(w, "1")->has_open_intent);
	scratch_run(w->s, "touch go-1");
	world_drive(w);
	check_went_on(w);
	check_int((long)world_count(w, "agent_started", "1"), 2);
}

static void test_round__stop_ends_one_that_was_not_started_and_retry_tells_it(void **state)
{
	struct world *w = *state;

	begin_round(w);
	world_ask(w, WT_EV_STOP_ASKED, "1");
	world_drive(w);
	check_state(w, "1", "stopped");
	scratch_run(w->s, "rm here-0 prompt-0; touch go-1");
	world_ask(w, WT_EV_RETRY_ASKED, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_int(world_task(w, "1")->attempt, 2);
	check_int(world_task(w, "1")->round, 0);
	check_contains(scratch_output(w->s, "cat prompt-0"), "- it fails on tuesdays\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_round__its_agent_goes_on_in_the_same_worktree_and_is_told_why),
		WORLD_TEST(test_round__a_start_that_did_not_come_about_is_made_again),
		WORLD_TEST(test_round__an_agent_that_lives_in_a_round_is_adopted),
		WORLD_TEST(test_round__its_start_without_a_record_is_found_by_its_claim),
		WORLD_TEST(test_round__stop_ends_one_that_was_not_started_and_retry_tells_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
