/* SPDX-License-Identifier: MIT */
/* What is settled of a run whose orchestrator was killed, or refused a single call. */

#include "tests/support/engine_world.h"
#include "tests/support/faulty.h"

/* A worktree for task 1 was about to be made. */
static void begin_worktree(struct world *w)
{
	struct wt_event ev = { .kind = WT_EV_WORKTREE_PREPARING, .task = "1", .attempt = 1 };

	ev.branch = "wtorch/1-task-number-1";
	ev.path = scratch_path(w->s, "repo-wt1");
	assert_true(wt_oid_parse(wt_str_of(world_git(w, "rev-parse main")), &ev.base));
	check_ok(wt_run_note(w->run, &ev, WT_DURABLE, &w->err), w->err);
}

static void test_recover__a_branch_without_its_worktree_is_made_again(void **state)
{
	struct world *w = *state;

	world_plan(w, "1");
	begin_worktree(w);
	world_git(w, "update-ref --create-reflog -m \"branch: Created from $(git -C repo rev-parse "
		     "main)\" refs/heads/wtorch/1-task-number-1 main");
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_branch(w, "1"), "wtorch/1-task-number-1");
	check_str(world_git(w, "branch --list 'wtorch/*' --format='%%(refname:short)'"),
		  "wtorch/1-task-number-1");
}

/* Although it is where ours would be. */
static void test_recover__a_branch_of_a_person_stays(void **state)
{
	struct world *w = *state;

	world_plan(w, "1");
	begin_worktree(w);
	world_git(w, "branch wtorch/1-task-number-1 main");
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_branch(w, "1"), "wtorch/1-task-number-1-2");
	check_str(world_git(w, "branch --list 'wtorch/*' --format='%%(refname:short)'"),
		  "wtorch/1-task-number-1\nwtorch/1-task-number-1-2");
}

/* Otherwise its caller notes something that cannot follow. */
static void test_recover__a_record_that_was_not_read_back_at_first_is_known(void **state)
{
	struct world *w = *state;
	struct faulty *f = faulty_new(&w->ports);
	struct wt_event ev = { .kind = WT_EV_NOTE, .reason = "noted" };

	w->used = faulty_ports(f);
	world_plan(w, "1");
	faulty_arm(f, FAULTY_BEFORE, "journal.read", 1);
	check_ok(wt_run_note(w->run, &ev, WT_DURABLE, &w->err), w->err);
	assert_true(faulty_hit(f));
	check_contains(world_notes(w), "noted");
	wt_run_close(w->run);
	w->run = NULL;
	w->used = &w->ports;
	faulty_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_recover__a_branch_without_its_worktree_is_made_again),
		WORLD_TEST(test_recover__a_branch_of_a_person_stays),
		WORLD_TEST(test_recover__a_record_that_was_not_read_back_at_first_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
