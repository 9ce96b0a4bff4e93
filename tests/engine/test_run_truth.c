/* SPDX-License-Identifier: MIT */
/* Runs under which people work: what is said at the end is what is so. */

#include <stdlib.h>
#include <unistd.h>

#include "tests/support/engine_world.h"
#include "wtorch/engine/keep.h"

static void check_ended(struct world *w, const char *status, int code)
{
	const struct wt_run_state *s = wt_run_state(w->run);

	assert_true(s->is_ended);
	check_str(s->final_status, status);
	check_int(s->exit_code, code);
	check_int(wt_sched_exit_code(s), code);
}

/* landings that go */

/* What a person does to the base once task 1 has landed; task 2 waits for it. */
static void after_1(struct world *w, const char *script)
{
	if (world_task(w, "1")->state != WT_MERGED || world_task(w, "2")->state == WT_MERGED ||
	    access(wt_arena_printf(&w->arena, "%s/done", w->s->dir), F_OK) == 0)
		return;
	scratch_run(w->s, "cd repo && git tag landed && %s && touch ../done", script);
}

static void lose_1(struct world *w)
{
	after_1(w, "git reset -q --hard HEAD~1");
}

static void rewrite_1(struct world *w)
{
	after_1(w, "git commit -q --amend -m rewritten");
}

static void drive_two(struct world *w, void (*on_tick)(struct world *w))
{
	w->on_tick = on_tick;
	world_set(w, "run.success_threshold", "50");
	world_agent(w, "2", "sh \"$W/await\" done; echo 2 > 2.txt");
	world_plan(w, "1 2");
	world_drive(w);
	w->on_tick = NULL;
	check_state(w, "1", "merged");
	check_state(w, "2", "merged");
}

static void test_run_truth__a_landing_that_the_base_lost_is_no_success(void **state)
{
	struct world *w = *state;

	drive_two(w, lose_1);
	check_ended(w, "partial", 1);
	check_int(world_count(w, "landing_lost", "1"), 1);
	check_int(world_count(w, "landing_lost", "2"), 0);
	assert_true(world_task(w, "1")->is_lost);
	/* Brought back by whoever took it: looked at again. */
	world_git(w, "merge -q landed");
	world_begin_again(w);
	world_drive(w);
	check_ended(w, "success", 0);
	check_int(world_count(w, "landing_lost", NULL), 1);
}

static void test_run_truth__a_landing_that_a_person_rewrote_is_not_lost(void **state)
{
	struct world *w = *state;

	drive_two(w, rewrite_1);
	check_ended(w, "success", 0);
	check_int(world_count(w, "landing_lost", NULL), 0);
}

static void test_run_truth__no_threshold_makes_up_for_what_nobody_explained(void **state)
{
	struct world *w = *state;

	world_set(w, "run.success_threshold", "50");
	world_plan(w, "1 2");
	check_ok(wt_run_note(w->run,
			     &(struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
						 .task = "2",
						 .attempt = 1,
						 .outcome = WT_OUTCOME_FAILED },
			     WT_DURABLE, &w->err),
		 w->err);
	world_drive(w);
	check_state(w, "1", "merged");
	check_ended(w, "partial", 1);
	check_contains(world_notes(w), "the run ends, it is failed, and no record says why");
}

/* journals that tell too much */

static const char *damage_of(struct world *w)
{
	struct wt_buf text = WT_BUF_INIT;
	const char *out;

	for (size_t i = 0; i < w->run->damage.len; i++)
		wt_buf_printf(&text, "%zu: %s\n", w->run->damage.items[i].place.line,
			      w->run->damage.items[i].message);
	out = wt_arena_strdup(&w->arena, text.len ? text.data : "");
	wt_buf_clear(&text);
	return out;
}

static void test_run_truth__records_that_cannot_follow_are_told_with_their_line(void **state)
{
	struct world *w = *state;
	const char *lines;

	world_plan(w, "1 2");
	world_drive(w);
	check_str(damage_of(w), "");
	lines = scratch_output(w->s, "cat repo/.git/wtorch/runs/*/journal.jsonl | sed -n '$=' | "
				     "tr -d '\\n'");
	scratch_run(
		w->s,
		"cd repo/.git/wtorch/runs/*/ && printf '%%s\n' "
		"'{\"v\":1,\"seq\":900,\"event\":\"agent_started\",\"task\":\"1\",\"attempt\":7,"
		"\"pid\":1}' "
		"'{\"v\":1,\"seq\":901,\"event\":\"retry_asked\",\"task\":\"1\"}' "
		">>journal.jsonl");
	world_begin_again(w);
	check_state(w, "1", "merged");
	check_int(wt_run_state(w->run)->illegal, 2);
	check_str(damage_of(w),
		  wt_arena_printf(&w->arena,
				  "%d: record left out: 'agent_started' of '1' does not follow "
				  "from what stands before it\n",
				  atoi(lines) + 1));
	scratch_run(w->s, "cd repo/.git/wtorch/runs/*/ && for i in $(seq 999); do "
			  "echo '{\"v\":1,\"event\":\"landed\",\"task\":\"nobody\"}'; done "
			  ">>journal.jsonl");
	world_begin_again(w);
	check_int(w->run->damage.len, 21);
	check_contains(damage_of(w), "and maybe more behind it");
}

static void test_run_truth__notes_without_end_take_no_memory(void **state)
{
	struct world *w = *state;
	size_t used;

	world_plan(w, "1");
	world_drive(w);
	world_begin_again(w);
	used = w->run->arena.used_bytes;
	scratch_run(
		w->s,
		"cd repo/.git/wtorch/runs/*/ && long=$(head -c 10000 /dev/zero | tr '\\0' x) && "
		"for i in $(seq 900); do "
		"echo '{\"v\":1,\"event\":\"note\",\"reason\":\"'$i$long'\"}'; "
		"echo '{\"v\":1,\"event\":\"note\",\"task\":\"1\",\"reason\":\"'$i$long'\"}'; "
		"done >>journal.jsonl");
	world_begin_again(w);
	check_state(w, "1", "merged");
	check_str(damage_of(w), "");
	/* Of 18 MB the 50 notes of a task that are shown. */
	assert_true(w->run->arena.used_bytes - used < 1024 * 1024);
}

/* branches that go */

/* Task 1 is done, and its landing waits for the index. */
static void make_queued(struct world *w)
{
	world_set(w, "merge.wait", "1s");
	world_agent(w, "1", "echo 1 > 1.txt; touch \"$W/repo/.git/index.lock\"");
	world_plan(w, "1");
	w->hurry_ms = 900;
	world_drive(w);
	w->hurry_ms = 0;
	check_state(w, "1", "queued");
	check_reason(w, "1", "index.lock");
	scratch_run(w->s, "rm repo/.git/index.lock; cd repo && git tag before && git tag work '%s'",
		    world_branch(w, "1"));
}

static const char *kept_tip(struct world *w)
{
	return world_git(w, "for-each-ref --format='%%(objectname)' 'refs/wtorch/keep/*/1/1/tip'");
}

static void test_run_truth__a_branch_deleted_before_it_landed_is_kept_back(void **state)
{
	struct world *w = *state;
	const char *branch;

	make_queued(w);
	branch = wt_arena_strdup(&w->arena, world_branch(w, "1"));
	scratch_run(w->s, "cd repo && git worktree remove --force '%s' && git branch -q -D '%s'",
		    world_worktree(w, "1"), branch);
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "kept");
	check_reason(w, "1", "was deleted: git branch");
	check_ended(w, "failed", 1);
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse before"));
	check_str(kept_tip(w), world_git(w, "rev-parse work"));
	/* As the reason says. */
	world_git(w, "branch '%s' work", branch);
	world_ask(w, WT_EV_MERGE_ASKED, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_landed(w, "1");
}

static void test_run_truth__a_branch_rewritten_before_it_landed_is_kept_back(void **state)
{
	struct world *w = *state;

	make_queued(w);
	scratch_run(w->s, "cd '%s' && echo more >>1.txt && git commit -q -a --amend -m other",
		    world_worktree(w, "1"));
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "kept");
	check_reason(w, "1", "its branch was moved from");
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse before"));
	check_str(kept_tip(w), world_git(w, "rev-parse work"));
	world_ask(w, WT_EV_MERGE_ASKED, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "show main:1.txt"), "1\nmore");
}

/* work that a person merged */

static void test_run_truth__what_was_merged_by_hand_is_not_done_again(void **state)
{
	struct world *w = *state;

	world_set(w, "merge.auto", "no");
	world_plan(w, "1");
	world_drive(w);
	scratch_run(w->s, "cd repo && git merge -q --squash '%s' && git commit -qm hand",
		    world_branch(w, "1"));
	world_begin_again(w);
	world_ask(w, WT_EV_STOP_ASKED, "1");
	check_state(w, "1", "stopped");
	world_drive(w);
	check_state(w, "1", "merged");
	check_reason(w, "1", "merged by hand into main");
	check_int(world_count(w, "agent_started", "1"), 1);
	check_ended(w, "success", 0);
}

/* fresh attempts */

static void test_run_truth__what_a_fresh_attempt_leaves_behind_can_be_brought_back(void **state)
{
	struct world *w = *state;
	const char *first, *branch;
	struct wt_keep *list, back;
	size_t n;

	world_agent(w, "1",
		    "echo $WTORCH_ATTEMPT > 1.txt; git add .; git commit -qm 'attempt'; "
		    "echo half > 2.txt; test $WTORCH_ATTEMPT = 2");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "failed");
	first = wt_arena_strdup(&w->arena, world_worktree(w, "1"));
	branch = wt_arena_strdup(&w->arena, world_branch(w, "1"));
	check_ok(wt_run_note(w->run,
			     &(struct wt_event){
				     .kind = WT_EV_RETRY_ASKED, .task = "1", .is_fresh = true },
			     WT_DURABLE, &w->err),
		 w->err);
	world_drive(w);
	check_state(w, "1", "merged");
	check_int(world_count(w, "kept", "1"), 1);
	scratch_run(w->s, "cd repo && git worktree remove --force '%s' && git branch -q -D '%s'",
		    first, branch);
	check_ok(wt_keep_list(&w->ports, "1", &w->arena, &list, &n, &w->err), w->err);
	check_int(n, 1);
	check_str(list[0].reason, "retry");
	check_ok(wt_keep_undo(&w->ports, &list[0], false, &w->arena, &back, &w->err), w->err);
	check_str(back.branch, branch);
	check_str(
		scratch_output(w->s, "cd '%s' && cat 1.txt 2.txt && git status --porcelain", first),
		"1\nhalf\n?? 2.txt\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_run_truth__a_landing_that_the_base_lost_is_no_success),
		WORLD_TEST(test_run_truth__a_landing_that_a_person_rewrote_is_not_lost),
		WORLD_TEST(test_run_truth__no_threshold_makes_up_for_what_nobody_explained),
		WORLD_TEST(test_run_truth__records_that_cannot_follow_are_told_with_their_line),
		WORLD_TEST(test_run_truth__notes_without_end_take_no_memory),
		WORLD_TEST(test_run_truth__a_branch_deleted_before_it_landed_is_kept_back),
		WORLD_TEST(test_run_truth__a_branch_rewritten_before_it_landed_is_kept_back),
		WORLD_TEST(test_run_truth__what_was_merged_by_hand_is_not_done_again),
		WORLD_TEST(test_run_truth__what_a_fresh_attempt_leaves_behind_can_be_brought_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
