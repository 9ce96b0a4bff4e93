/* SPDX-License-Identifier: MIT */
/* What is settled of a run whose orchestrator was killed, or refused a single call. */

#include <stdio.h>

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

/* a git that lives on */

static struct world *waiting;
static const struct wt_git_tool *real_tool;

static enum wt_code release_and_await(void *self, int64_t timeout_ms, struct wt_error *err)
{
	scratch_run(waiting->s, "touch release");
	return real_tool->await_left(self, timeout_ms, err);
}

static void test_recover__a_worktree_is_not_taken_from_the_git_that_makes_it(void **state)
{
	struct world *w = *state;
	struct wt_git_tool tool;

	scratch_run(w->s,
		    "printf '#!/bin/sh\ntouch \"%s/here\"; sh \"%s/await\" release\n"
		    "exec cat\n' >filter && chmod +x filter && cd repo && "
		    "git config filter.slow.smudge ../filter && "
		    "git config filter.slow.clean cat && "
		    "echo 'src/file-1.txt filter=slow' >.git/info/attributes",
		    w->s->dir, w->s->dir);
	world_open_git(w, w->repo);
	world_plan(w, "1");
	world_die_at(w, "here");
	world_begin_again(w);
	waiting = w;
	real_tool = w->git.tool;
	tool = *real_tool;
	tool.await_left = release_and_await;
	w->git.tool = &tool;
	world_drive(w);
	w->git.tool = real_tool;
	check_state(w, "1", "merged");
	check_str(world_branch(w, "1"), "wtorch/1-task-number-1");
	check_str(scratch_output(w->s, "ls -d repo*"), "repo\nrepo-wt1\n");
	check_str(world_git(w, "branch --list 'wtorch/*' --format='%%(refname:short)'"),
		  "wtorch/1-task-number-1");
}

static void test_recover__nobody_gets_the_ports_of_an_adopted_agent(void **state)
{
	static const char script[] = "echo $WTORCH_PORT > \"$W/port-$WTORCH_TASK\"; %s; "
				     "echo done > $WTORCH_TASK.txt";
	static const char *const holds[] = { ":", "sh \"$W/await\" again",
					     "touch \"$W/here\"; sh \"$W/await\" port-4", ":" };
	struct world *w = *state;

	for (size_t i = 0; i < 4; i++)
		world_agent(w, (const char *[]){ "1", "2", "3", "4" }[i],
			    wt_arena_printf(&w->arena, script, holds[i]));
	world_plan(w, "1 2 3<1 4<2");
	world_die_at(w, "here");
	world_begin_again(w);
	scratch_run(w->s, "touch again");
	world_drive(w);
	check_state(w, "4", "merged");
	/* The third has those of the first, and the fourth has to take others. */
	check_str(scratch_output(w->s, "cat port-1"), scratch_output(w->s, "cat port-3"));
	check_int(scratch_status(w->s, "cmp -s port-3 port-4"), 1);
}

/* runs that never began */

static void test_recover__runs_without_a_plan_go_with_the_next_one(void **state)
{
	struct world *w = *state;

	world_plan(w, "1");
	wt_run_close(w->run);
	w->run = NULL;
	scratch_run(w->s, "cd repo/.git/wtorch/runs && cat */journal.jsonl | head -c 99 >torn && "
			  "mkdir 20200101-000000-0001 20200101-000000-0002 "
			  "20200101-000000-0003 && mv torn 20200101-000000-0002/journal.jsonl && "
			  "mkdir 20200101-000000-0003/1");
	check_str(scratch_output(w->s, "ls repo/.git/wtorch/runs | wc -l"), "4\n");
	world_create_run(w, NULL);
	check_str(scratch_output(w->s, "ls repo/.git/wtorch/runs | wc -l"), "3\n");
	check_str(scratch_output(w->s, "ls -d repo/.git/wtorch/runs/2020*/*"),
		  "repo/.git/wtorch/runs/20200101-000000-0003/1\n");
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
		WORLD_TEST(test_recover__a_worktree_is_not_taken_from_the_git_that_makes_it),
		WORLD_TEST(test_recover__nobody_gets_the_ports_of_an_adopted_agent),
		WORLD_TEST(test_recover__runs_without_a_plan_go_with_the_next_one),
		WORLD_TEST(test_recover__a_record_that_was_not_read_back_at_first_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
