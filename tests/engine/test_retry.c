/* SPDX-License-Identifier: MIT */
/* What a second attempt is: where it works, who does it, and what it is told. */

#include "tests/support/engine_world.h"

/* Fails at first, with something in its worktree; says who it is. */
static const char script[] = "cp \"$WTORCH_PROMPT\" \"$W/prompt-$WTORCH_ATTEMPT\"\n"
			     "ls -1 half.txt >\"$W/seen-$WTORCH_ATTEMPT\" 2>/dev/null || :\n"
			     "echo \"${NAME:-first} $MODEL\" >>\"$W/who\"\n"
			     "echo half >half.txt\n"
			     "if [ $WTORCH_ATTEMPT != 3 ]; then echo 'it is tuesday'; exit 7; fi\n";

static void plan(struct world *w)
{
	world_set(w, "run.retries", "2");
	world_agent(w, "1", script);
	world_plan(w, "1");
}

static void test_retry__an_attempt_is_told_what_the_one_before_died_of(void **state)
{
	struct world *w = *state;

	plan(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_contains(scratch_output(w->s, "cat prompt-3"),
		       "## What failed before\n\nAttempt 2: agent ended with status 7. The end of "
		       "its output:\n\n    it is tuesday\n");
	check_str(scratch_output(w->s, "cat seen-3"), "half.txt\n");
}

static void test_retry__a_fresh_one_does_not_see_what_was_left(void **state)
{
	struct world *w = *state;

	world_set(w, "agent.test.retry", "fresh");
	plan(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(scratch_output(w->s, "cat seen-3"), "");
	/* Nothing of it is lost. */
	check_int((long)world_count(w, "kept", "1"), 2);
	check_str(scratch_output(w->s, "cat repo-wt1/half.txt"), "half\n");
}

static void test_retry__the_next_agent_or_model_takes_over(void **state)
{
	struct world *w = *state;
	const char *command =
		wt_arena_printf(&w->arena, "MODEL={model} /bin/sh -e %s/agents/{id}", w->s->dir);
	const char *env = wt_arena_printf(&w->arena, "W=%s ASAN_OPTIONS NAME=second", w->s->dir);

	world_set(w, "agent.test.command", command);
	world_set(w, "agent.test.shell", "yes");
	world_set(w, "agent.test.model", "small");
	world_set(w, "agent.test.fallback", "test:large second");
	world_set(w, "agent.second.command", command);
	world_set(w, "agent.second.shell", "yes");
	world_set(w, "agent.second.env", env);
	world_set(w, "agent.second.model", "own");
	world_set(w, "run.agent", "test");
	plan(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(scratch_output(w->s, "cat who"), "first small\nfirst large\nsecond own\n");
	check_str(world_task(w, "1")->agent, "second");
	check_str(world_task(w, "1")->model, "own");
	check_int((long)wt_run_state(w->run)->n_spending, 3);
	check_str(scratch_output(
			  w->s,
			  "grep -h '\"event\":\"agent_starting\"' "
			  "repo/.git/wtorch/runs/*/journal.jsonl | "
			  "sed 's/.*\"agent\":\\([^,}]*\\),\"model\":\\([^,}]*\\).*/\\1 \\2/'"),
		  "\"test\" \"small\"\n\"test\" \"large\"\n\"second\" \"own\"\n");
}

static void test_retry__a_conflict_is_told_with_its_paths(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "echo one >src/file-1.txt");
	world_agent(w, "2",
		    "cp \"$WTORCH_PROMPT\" \"$W/prompt-$WTORCH_ATTEMPT\"; i=0; "
		    "while [ $WTORCH_ATTEMPT = 1 ] && [ $i -lt 600 ] && "
		    "[ $(git rev-parse main) = $(git rev-parse HEAD) ]; "
		    "do sleep 0.1; i=$((i+1)); done; echo two >src/file-1.txt");
	world_plan(w, "1 2");
	world_drive(w);
	check_state(w, "2", "conflict");
	world_ask(w, WT_EV_RETRY_ASKED, "2");
	world_drive(w);
	check_contains(scratch_output(w->s, "cat prompt-2"),
		       "Attempt 1: its work could not be merged: conflict in src/file-1.txt");
}

static void test_retry__an_isolated_agent_has_a_home_of_its_own(void **state)
{
	struct world *w = *state;

	world_set(w, "agent.test.isolate", "yes");
	world_agent(w, "1",
		    "echo \"$HOME\" >\"$W/its-home\"; ls -A \"$HOME\" >\"$W/in-home\"; "
		    "echo x >x; git add x; git commit -qm mine");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_contains(scratch_output(w->s, "cat its-home"), "/1/1/home\n");
	check_str(scratch_output(w->s, "cat in-home"), "");
	check_str(world_git(w, "log -1 --format='%%an: %%s' main^2"), "Test Person: mine");
}

/* prompts that do not fit */

static void check_not_started(struct world *w, const char *reason)
{
	check_state(w, "1", "failed");
	check_reason(w, "1", reason);
	check_int((long)world_count(w, "agent_started", "1"), 0);
	check_int(wt_sched_exit_code(wt_run_state(w->run)), 6);
}

static void test_retry__a_prompt_over_its_agents_limit_is_not_started(void **state)
{
	struct world *w = *state;

	world_set(w, "agent.test.prompt_max", "100");
	world_plan(w, "1");
	world_drive(w);
	check_not_started(w, "and agent 'test' takes 100 (prompt_max)");
}

static void test_retry__a_prompt_that_no_argument_can_hold_is_not_started(void **state)
{
	struct world *w = *state;
	char *text = wt_arena_alloc(&w->arena, 150001);

	memset(text, 'x', 150000);
	world_set(w, "agent.test.command", "/bin/echo {prompt}");
	world_plan_text(w,
			wt_arena_printf(&w->arena, "## PRIORITY 1: Large 📝 Planned\n\n%s\n", text));
	world_drive(w);
	check_not_started(w, "and the system allows 131071");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_retry__an_attempt_is_told_what_the_one_before_died_of),
		WORLD_TEST(test_retry__a_fresh_one_does_not_see_what_was_left),
		WORLD_TEST(test_retry__the_next_agent_or_model_takes_over),
		WORLD_TEST(test_retry__a_conflict_is_told_with_its_paths),
		WORLD_TEST(test_retry__an_isolated_agent_has_a_home_of_its_own),
		WORLD_TEST(test_retry__a_prompt_over_its_agents_limit_is_not_started),
		WORLD_TEST(test_retry__a_prompt_that_no_argument_can_hold_is_not_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
