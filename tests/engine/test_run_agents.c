/* SPDX-License-Identifier: MIT */
/* What becomes of a task, by what its agent does: real shims, real processes, real git. */

#include <unistd.h>

#include "tests/support/engine_world.h"
#include "wtorch/base/path.h"

/* what an agent leaves behind */

static void test_run_agents__uncommitted_work_is_committed_with_trailers(void **state)
{
	struct world *w = *state;

	world_agent(w, "1",
		    "echo new > new.txt; echo more >> src/file-1.txt; git add src; "
		    "git rm -q src/file-2.txt; echo odd > 'a name with blanks'");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "log -1 --format='%%an: %%s' main^2"),
		  "Test Person: Task 1: Task number 1");
	check_contains(world_git(w, "log -1 --format=%%B main^2"), "Wtorch-Task: 1\nWtorch-Run: ");
	check_str(world_git(w, "show --format= --name-status main^2"),
		  "A\ta name with blanks\nA\tnew.txt\nM\tsrc/file-1.txt\nD\tsrc/file-2.txt");
	check_int(world_task(w, "1")->files_changed, 4);
}

static void test_run_agents__hooks_of_the_user_do_not_see_that_commit(void **state)
{
	struct world *w = *state;

	scratch_write(w->s, "repo/.git/hooks/pre-commit", "#!/bin/sh\nexit 1\n");
	world_plan(w, "1");
	scratch_run(w->s, "chmod +x repo/.git/hooks/pre-commit");
	world_drive(w);
	check_state(w, "1", "merged");
}

static void test_run_agents__one_that_changes_nothing_is_no_success_of_a_merge(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "true");
	world_agent(w, "2", "git commit -q --allow-empty -m 'all is well'");
	world_agent(w, "3",
		    "echo x > x; git add x; git commit -qm x; git rm -q x; git commit -qm y");
	world_plan(w, "1 2 3");
	world_git(w, "tag before");
	world_drive(w);
	check_state(w, "1", "no_changes");
	check_state(w, "2", "no_changes");
	check_state(w, "3", "no_changes");
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse before"));
	check_int(wt_sched_exit_code(wt_run_state(w->run)), 0);
	check_clean(w);
}

static void test_run_agents__its_status_file_alone_is_no_change(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "echo '{}' > .agent_status.json");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "no_changes");
}

/* Held back, with its work where the agent left it. */
static void check_kept(struct world *w, const char *id, const char *reason)
{
	check_state(w, id, "kept");
	check_reason(w, id, reason);
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse before"));
	check_int(wt_sched_exit_code(wt_run_state(w->run)), 1);
}

static void test_run_agents__one_that_switched_its_branch_is_kept(void **state)
{
	static const char *const ways[] = { "git checkout -q -b elsewhere",
					    "git checkout -q --detach" };
	struct world *w = *state;

	for (size_t i = 0; i < 2; i++) {
		const char *id = i ? "2" : "1";

		world_agent(w, id, wt_arena_printf(&w->arena, "%s; echo x > x.txt", ways[i]));
		world_plan(w, id);
		world_git(w, "tag -f before");
		world_drive(w);
		check_kept(w, id, "not on branch");
		check_int(scratch_status(w->s, "test -e '%s/x.txt'", world_worktree(w, id)), 0);
	}
}

static void test_run_agents__a_lock_that_the_one_before_left_is_taken_away(void **state)
{
	struct world *w = *state;

	world_set(w, "run.retries", "1");
	world_agent(w, "1",
		    "lock=$(git rev-parse --git-dir)/index.lock; "
		    "if [ \"$WTORCH_ATTEMPT\" = 1 ]; then : > \"$lock\"; exit 3; fi; "
		    "echo x > x.txt; git add -A && git commit -qm x");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_int(world_count(w, "note", NULL), 1);
}

static void test_run_agents__a_large_file_is_never_committed_for_it(void **state)
{
	struct world *w = *state;

	world_set(w, "worktree.max_file", "10K");
	world_agent(w, "1", "head -c 20000 /dev/zero > big.bin; echo x > small.txt");
	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	check_kept(w, "1", "'big.bin' is larger");
	check_str(scratch_output(w->s, "git -C '%s' status --porcelain", world_worktree(w, "1")),
		  "?? big.bin\n?? small.txt\n");
}

static void test_run_agents__a_repository_inside_is_never_committed_for_it(void **state)
{
	struct world *w = *state;

	world_agent(w, "1",
		    "git init -q inner; git -C inner commit -q --allow-empty -m inner; "
		    "echo x > x.txt");
	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	check_kept(w, "1", "'inner/' is a repository of its own");
}

static void test_run_agents__a_folder_that_it_closed_is_not_left_out_of_a_commit(void **state)
{
	struct world *w = *state;

	if (geteuid() == 0) {
		print_message("root may read every folder\n");
		skip();
	}
	world_agent(w, "1", "echo x > x.txt; mkdir closed; echo y > closed/y; chmod 0 closed");
	world_agent(w, "2", "mkdir closed; echo y > closed/y; chmod 0 closed");
	world_plan(w, "1 2");
	world_git(w, "tag before");
	world_drive(w);
	check_kept(w, "1", "the folder 'closed/' cannot be read");
	check_kept(w, "2", "the folder 'closed/' cannot be read");
}

static void test_run_agents__an_unfinished_merge_is_never_committed_for_it(void **state)
{
	struct world *w = *state;

	world_agent(w, "1",
		    "git checkout -q -b side; echo a > src/file-1.txt; git commit -qam a; "
		    "git checkout -q -; echo b > src/file-1.txt; git commit -qam b; "
		    "git merge side || true");
	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	check_kept(w, "1", "in the middle of a merge");
}

static void test_run_agents__a_worktree_that_it_destroyed_is_kept(void **state)
{
	static const char *const ways[] = { "rm .git", "rm -rf \"$WTORCH_WORKTREE\"",
					    "rm -rf .git; git init -q .; echo x > x.txt" };
	struct world *w = *state;

	for (size_t i = 0; i < 3; i++) {
		const char *id = wt_arena_printf(&w->arena, "%zu", i + 1);

		world_agent(w, id, ways[i]);
		world_plan(w, id);
		world_git(w, "tag -f before");
		world_drive(w);
		check_kept(w, id, "not a checkout any more");
	}
}

static void make_read_only(struct world *w, struct wt_plan *plan)
{
	(void)w;
	plan->tasks[0].task.is_read_only = true;
}

static void test_run_agents__a_read_only_task_never_lands_changes(void **state)
{
	struct world *w = *state;

	w->on_plan = make_read_only;
	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	check_kept(w, "1", "read-only");
	world_ask(w, WT_EV_MERGE_ASKED, "1");
	world_drive(w);
	check_kept(w, "1", "read only");
	world_agent(w, "2", "cat src/file-1.txt");
	world_plan(w, "2");
	world_drive(w);
	check_state(w, "2", "no_changes");
}

static void test_run_agents__one_whose_branch_is_gone_is_kept(void **state)
{
	struct world *w = *state;

	world_agent(w, "1",
		    "echo x > x.txt; git add .; git commit -qm x; "
		    "git update-ref -d \"refs/heads/$WTORCH_BRANCH\"");
	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	check_state(w, "1", "kept");
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse before"));
}

/* how an agent ends */

static void test_run_agents__a_failing_one_is_tried_again_after_growing_pauses(void **state)
{
	struct world *w = *state;

	world_set(w, "run.retries", "3");
	world_set(w, "run.retry_pause", "1s");
	w->hurry_ms = 500;
	world_agent(w, "1",
		    "echo attempt $WTORCH_ATTEMPT >> log.txt; echo 'what went wrong'; exit 3");
	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	check_state(w, "1", "failed");
	check_reason(w, "1", "status 3");
	check_int(world_count(w, "agent_started", "1"), 4);
	check_str(scratch_output(w->s, "grep -o '\"pause_ms\":[0-9]*' '%s/journal.jsonl'",
				 w->run->dir),
		  "\"pause_ms\":1000\n\"pause_ms\":2000\n\"pause_ms\":4000\n");
	/* In the same worktree, with what went wrong in the prompt. */
	check_str(scratch_output(w->s, "cat '%s/log.txt'", world_worktree(w, "1")),
		  "attempt 1\nattempt 2\nattempt 3\nattempt 4\n");
	check_int(scratch_status(w->s, "grep -q 'What failed before' '%s/1/1/prompt.md'",
				 w->run->dir),
		  1);
	scratch_run(w->s,
		    "grep -q 'What failed before' '%s/1/2/prompt.md' && "
		    "grep -q 'status 3' '%s/1/2/prompt.md' && "
		    "grep -q 'what went wrong' '%s/1/2/prompt.md'",
		    w->run->dir, w->run->dir, w->run->dir);
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse before"));
	check_int(wt_sched_exit_code(wt_run_state(w->run)), 1);
}

static void test_run_agents__one_that_succeeds_at_last_lands(void **state)
{
	struct world *w = *state;

	world_set(w, "run.retries", "1");
	world_agent(w, "1", "echo $WTORCH_ATTEMPT >> 1.txt; test $WTORCH_ATTEMPT = 2");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "show main:1.txt"), "1\n2");
	check_int(world_task(w, "1")->attempt, 2);
}

static void test_run_agents__one_that_takes_too_long_is_ended_with_its_children(void **state)
{
	struct world *w = *state;

	world_set(w, "agent.test.timeout", "300ms");
	world_set(w, "agent.test.grace", "0s");
	world_agent(w, "1",
		    "setsid sh -c 'trap \"\" TERM; sleep 600' & echo $! > \"$W/pid\"; "
		    "trap '' TERM; while :; do sleep 600; done");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "timeout");
	check_reason(w, "1", "timeout after");
	check_int(scratch_status(w->s, "kill -0 $(cat pid)"), 1);
}

static void test_run_agents__one_killed_by_a_signal_failed(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "kill -9 $$");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "failed");
	check_reason(w, "1", "signal 9");
}

static void test_run_agents__one_that_hangs_behind_its_last_word_has_done_its_work(void **state)
{
	struct world *w = *state;

	world_set(w, "agent.test.final", "ALL DONE");
	world_set(w, "agent.test.grace", "0s");
	world_agent(w, "1", "echo x > new.txt; echo 'now: ALL DONE.'; sleep 600");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_landed(w, "1");
}

static void test_run_agents__one_that_does_nothing_any_more_failed(void **state)
{
	struct world *w = *state;

	world_set(w, "agent.test.silence", "1s");
	world_agent(w, "1", "sleep 600");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "failed");
	check_reason(w, "1", "stalled: no output, no change and no work for 1s");
}

static void test_run_agents__one_above_its_limits_failed(void **state)
{
	struct world *w = *state;

	world_set(w, "agent.test.pids_max", "3");
	world_agent(w, "1", "for i in 1 2 3 4 5; do sleep 600 & done; wait");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "failed");
	check_reason(w, "1", "it had more processes and threads than pids_max, 3");
}

/* Its parent is the shim, and TERM to that is what `wtorch stop` sends. */
static void test_run_agents__one_that_stops_itself_is_not_begun_for_ever(void **state)
{
	struct world *w = *state;

	world_set(w, "run.retries", "5");
	world_agent(w, "1", "kill -TERM $PPID; sleep 600");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "stopped");
	check_int(world_count(w, "agent_started", "1"), 1);
}

static void test_run_agents__none_that_could_be_started_is_an_environment_failure(void **state)
{
	static const char *const commands[] = { "/nonexistent/agent", "no-such-agent-anywhere",
						"%s/agents/plain", "%s/agents/lost" };
	struct world *w = *state;

	skip_where_exec_is_silent();
	scratch_write(w->s, "agents/plain", "#!/bin/sh\n");
	scratch_write(w->s, "agents/lost", "#!/nonexistent/shell\n");
	scratch_run(w->s, "chmod +x agents/lost");
	world_set(w, "run.retries", "2");
	for (size_t i = 0; i < 4; i++) {
		const char *reason = NULL, *command = commands[i];

		if (command[0] == '%')
			command = wt_arena_printf(&w->arena, "%s%s", w->s->dir, command + 2);
		world_set(w, "agent.test.command", command);
		world_plan(w, wt_arena_printf(&w->arena, "%zu", i + 1));
		world_drive(w);
		check_state(w, wt_arena_printf(&w->arena, "%zu", i + 1), "failed");
		check_int(wt_run_state(w->run)->tasks[0].charged, 0);
		assert_true(wt_sched_nothing_started(wt_run_state(w->run), &reason));
		check_contains(reason, wt_path_base(command));
		check_int(wt_sched_exit_code(wt_run_state(w->run)), 6);
	}
}

/* what an agent gets */

static void test_run_agents__gets_the_prompt_and_an_environment_of_its_own(void **state)
{
	struct world *w = *state;
	const char *env;

	setenv("GIT_DIR", "/nowhere", 1);
	setenv("SECRET_TOKEN", "x", 1);
	world_agent(w, "1",
		    "cat > \"$W/prompt\"; env > \"$W/env\"; pwd > \"$W/cwd\"; echo 1 > 1.txt");
	unsetenv("GIT_DIR");
	world_plan_text(w,
			"## US-7: A title 📝 Planned\n\nDo it well.\n\n**Files**: src/file-1.txt\n\n"
			"**Acceptance Criteria**:\n- [ ] it works\n");
	world_agent(w, "US-7", "cat > \"$W/prompt\"; env > \"$W/env\"; pwd > \"$W/cwd\"");
	setenv("GIT_DIR", "/nowhere", 1);
	world_begin_again(w);
	unsetenv("GIT_DIR");
	world_drive(w);
	unsetenv("SECRET_TOKEN");
	check_state(w, "US-7", "no_changes");
	check_str(scratch_read(w->s, "cwd", NULL),
		  wt_arena_printf(&w->arena, "%s\n", world_worktree(w, "US-7")));
	check_contains(scratch_read(w->s, "prompt", NULL), "# Task US-7: A title\n");
	check_contains(scratch_read(w->s, "prompt", NULL), "Do it well.");
	check_contains(scratch_read(w->s, "prompt", NULL), "- src/file-1.txt\n");
	check_contains(scratch_read(w->s, "prompt", NULL), "it works");
	check_contains(scratch_read(w->s, "prompt", NULL), world_worktree(w, "US-7"));
	env = scratch_read(w->s, "env", NULL);
	check_contains(env, "WTORCH_TASK=US-7\n");
	check_contains(env, "WTORCH_TITLE=A title\n");
	check_contains(env, "WTORCH_ATTEMPT=1\n");
	check_contains(env, "WTORCH_BASE=main\n");
	check_contains(env, wt_arena_printf(&w->arena, "WTORCH_RUN=%s\n", w->run->id));
	check_contains(env,
		       wt_arena_printf(&w->arena, "WTORCH_BRANCH=%s\n", world_branch(w, "US-7")));
	check_contains(env, "WTORCH_INSTANCE=");
	check_contains(env, "WTORCH_PORT=");
	assert_null(strstr(env, "GIT_DIR"));
	assert_null(strstr(env, "SECRET_TOKEN"));
}

static void see_progress(struct world *w)
{
	if (w->live[0].progress_percent == 40 && w->live[0].message &&
	    strcmp(w->live[0].message, "writing tests") == 0)
		scratch_run(w->s, "touch seen");
}

static void test_run_agents__what_it_says_about_itself_is_seen_at_once(void **state)
{
	static const char *const files[] = { "$WTORCH_STATUS", ".agent_status.json" };
	struct world *w = *state;

	w->on_tick = see_progress;
	for (size_t i = 0; i < 2; i++) {
		const char *id = i ? "2" : "1";

		world_agent(
			w, id,
			wt_arena_printf(&w->arena,
					"echo '{\"status\":\"in_progress\","
					"\"completion_percentage\":40,\"message\":\"writing "
					"tests\"}' > \"%s\"; sh \"$W/await\" seen; rm \"$W/seen\"",
					files[i]));
		world_plan(w, id);
		world_drive(w);
		check_state(w, id, "no_changes");
	}
}

static void test_run_agents__finds_setup_done_and_ignored_files_copied(void **state)
{
	struct world *w = *state;

	world_set(w, "worktree.setup", "echo built > built.txt");
	scratch_write(w->s, "repo/.gitignore", ".env\nbuilt.txt\nother\n");
	scratch_write(w->s, "repo/.worktreeinclude", ".env\n");
	scratch_run(w->s, "cd repo && git add . && git commit -qm include && echo KEY=1 > .env && "
			  "echo no > other");
	world_agent(w, "1", "cat built.txt .env > 1.txt; ! test -e other");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "show main:1.txt"), "built\nKEY=1");
	check_str(world_git(w, "ls-tree --name-only main -- .env built.txt"), "");
}

static void test_run_agents__is_not_started_when_setup_fails(void **state)
{
	struct world *w = *state;

	world_set(w, "worktree.setup", "echo broken; exit 7");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "failed");
	check_reason(w, "1", "setup");
	check_int(world_count(w, "agent_started", NULL), 0);
	check_int(wt_sched_exit_code(wt_run_state(w->run)), 6);
	/* Nothing is left behind but the output. */
	check_str(world_git(w, "worktree list | wc -l"), "1");
	check_str(world_git(w, "branch --list 'wtorch/*'"), "");
	check_str(scratch_output(w->s, "cat '%s'/1/1/setup/agent.log", w->run->dir), "broken\n");
}

/* where an agent works */

static void test_run_agents__names_that_are_taken_get_a_number(void **state)
{
	struct world *w = *state;

	world_roadmap(w, "1 2");
	world_create_run(w, NULL);
	scratch_run(w->s, "mkdir repo-wt1 && echo mine > repo-wt1/x && "
			  "git -C repo branch wtorch/2-task-number-2");
	world_drive(w);
	check_state(w, "1", "merged");
	check_state(w, "2", "merged");
	check_str(world_worktree(w, "1"), scratch_path(w->s, "repo-wt1-2"));
	check_str(world_branch(w, "2"), "wtorch/2-task-number-2-2");
	check_str(scratch_read(w->s, "repo-wt1/x", NULL), "mine\n");
}

static void test_run_agents__a_stale_registration_is_in_nobodys_way(void **state)
{
	struct world *w = *state;

	scratch_run(w->s,
		    "cd repo && git worktree add -q -b old ../repo-wt1 && rm -rf ../repo-wt1");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_contains(world_git(w, "worktree list"), "[old]");
}

static void test_run_agents__a_retry_works_in_the_same_worktree_unless_fresh(void **state)
{
	struct world *w = *state;
	const char *first;

	world_agent(w, "1", "echo $WTORCH_ATTEMPT >> 1.txt; test $WTORCH_ATTEMPT -ge 3");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "failed");
	first = world_worktree(w, "1");
	world_ask(w, WT_EV_RETRY_ASKED, "1");
	world_drive(w);
	check_state(w, "1", "failed");
	check_str(world_worktree(w, "1"), first);
	check_ok(wt_run_note(w->run,
			     &(struct wt_event){
				     .kind = WT_EV_RETRY_ASKED, .task = "1", .is_fresh = true },
			     WT_DURABLE, &w->err),
		 w->err);
	world_drive(w);
	check_state(w, "1", "merged");
	assert_string_not_equal(world_worktree(w, "1"), first);
	check_str(world_git(w, "show main:1.txt"), "3");
	check_str(scratch_output(w->s, "cat '%s/1.txt'", first), "1\n2\n");
}

static void test_run_agents__a_retry_whose_worktree_was_deleted_gets_a_new_one(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "echo $WTORCH_ATTEMPT >> 1.txt; test $WTORCH_ATTEMPT -ge 2");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "failed");
	scratch_run(w->s, "rm -rf '%s'", world_worktree(w, "1"));
	world_ask(w, WT_EV_RETRY_ASKED, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "show main:1.txt"), "2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_run_agents__uncommitted_work_is_committed_with_trailers),
		WORLD_TEST(test_run_agents__hooks_of_the_user_do_not_see_that_commit),
		WORLD_TEST(test_run_agents__one_that_changes_nothing_is_no_success_of_a_merge),
		WORLD_TEST(test_run_agents__its_status_file_alone_is_no_change),
		WORLD_TEST(test_run_agents__one_that_switched_its_branch_is_kept),
		WORLD_TEST(test_run_agents__a_lock_that_the_one_before_left_is_taken_away),
		WORLD_TEST(test_run_agents__a_large_file_is_never_committed_for_it),
		WORLD_TEST(test_run_agents__a_repository_inside_is_never_committed_for_it),
		WORLD_TEST(test_run_agents__a_folder_that_it_closed_is_not_left_out_of_a_commit),
		WORLD_TEST(test_run_agents__an_unfinished_merge_is_never_committed_for_it),
		WORLD_TEST(test_run_agents__a_worktree_that_it_destroyed_is_kept),
		WORLD_TEST(test_run_agents__a_read_only_task_never_lands_changes),
		WORLD_TEST(test_run_agents__one_whose_branch_is_gone_is_kept),
		WORLD_TEST(test_run_agents__a_failing_one_is_tried_again_after_growing_pauses),
		WORLD_TEST(test_run_agents__one_that_succeeds_at_last_lands),
		WORLD_TEST(test_run_agents__one_that_takes_too_long_is_ended_with_its_children),
		WORLD_TEST(test_run_agents__one_killed_by_a_signal_failed),
		WORLD_TEST(test_run_agents__one_that_hangs_behind_its_last_word_has_done_its_work),
		WORLD_TEST(test_run_agents__one_that_does_nothing_any_more_failed),
		WORLD_TEST(test_run_agents__one_above_its_limits_failed),
		WORLD_TEST(test_run_agents__one_that_stops_itself_is_not_begun_for_ever),
		WORLD_TEST(test_run_agents__none_that_could_be_started_is_an_environment_failure),
		WORLD_TEST(test_run_agents__gets_the_prompt_and_an_environment_of_its_own),
		WORLD_TEST(test_run_agents__what_it_says_about_itself_is_seen_at_once),
		WORLD_TEST(test_run_agents__finds_setup_done_and_ignored_files_copied),
		WORLD_TEST(test_run_agents__is_not_started_when_setup_fails),
		WORLD_TEST(test_run_agents__names_that_are_taken_get_a_number),
		WORLD_TEST(test_run_agents__a_stale_registration_is_in_nobodys_way),
		WORLD_TEST(test_run_agents__a_retry_works_in_the_same_worktree_unless_fresh),
		WORLD_TEST(test_run_agents__a_retry_whose_worktree_was_deleted_gets_a_new_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
