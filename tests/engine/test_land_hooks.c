/* SPDX-License-Identifier: MIT */
/* The user's hooks over what lands: they run as git would run them, and lose nothing. */

#include "tests/support/engine_world.h"

static void add_hook_at(struct world *w, const char *path, const char *script)
{
	scratch_write(w->s, path,
		      wt_arena_printf(&w->arena, "#!/bin/sh\nW='%s'\n%s", w->s->dir, script));
	scratch_run(w->s, "chmod +x '%s'", path);
}

static void add_hook(struct world *w, const char *name, const char *script)
{
	add_hook_at(w, wt_arena_printf(&w->arena, "repo/.git/hooks/%s", name), script);
}

static void plan(struct world *w)
{
	world_open_git(w, w->repo);
	world_plan(w, "1");
	world_git(w, "tag before");
}

/* Neither a worktree nor a folder is left. */
static void check_gone(struct world *w)
{
	check_int(scratch_status(w->s, "test -e repo/.git/wtorch/scratch"), 1);
	check_str(world_git(w, "worktree list --porcelain | grep -c scratch || true"), "0");
	check_int(scratch_status(w->s, "ls repo/.git/worktrees | grep -q landing"), 1);
}

/* Kept, with nothing landed; unlike check_kept_back, a landing may have been prepared. */
static void check_refused(struct world *w, const char *reason)
{
	check_state(w, "1", "kept");
	check_reason(w, "1", reason);
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse before"));
	check_clean(w);
	check_gone(w);
}

static void test_land_hooks__see_the_merged_files_and_may_change_the_message(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "echo one > 1.txt"); /* committed for it: without hooks */
	plan(w);
	add_hook(w, "pre-merge-commit",
		 "cat 1.txt >\"$W/seen\"; git diff --cached --name-only HEAD >>\"$W/seen\"\n");
	add_hook(w, "prepare-commit-msg",
		 "echo \"$2\" >>\"$W/seen\"; git rev-parse MERGE_HEAD >>\"$W/seen\"\n");
	add_hook(w, "commit-msg", "echo 'Reviewed-by: hook' >>\"$1\"; pwd >\"$W/where\"\n");
	world_drive(w);
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_str(scratch_read(w->s, "seen", NULL),
		  wt_arena_printf(&w->arena, "one\n1.txt\nROADMAP.md\nmerge\n%s\n",
				  world_git(w, "rev-parse main^2")));
	check_contains(world_git(w, "log -1 --format=%%B main"), "Wtorch-Task: 1\n");
	check_contains(world_git(w, "log -1 --format=%%B main"), "Reviewed-by: hook");
	check_str(world_git(w, "log --format=%%B before..main | grep -c Reviewed"), "1");
	check_contains(scratch_read(w->s, "where", NULL), "/repo/.git/wtorch/scratch/");
	check_clean(w);
	check_gone(w);
}

static void check_style(struct world *w, const char *style)
{
	world_set(w, "merge.style", style);
	plan(w);
	add_hook(w, "pre-merge-commit", "exit 1\n"); /* there is no merge */
	add_hook(w, "prepare-commit-msg", "echo \"$2\" >\"$W/seen\"\n");
	add_hook(w, "commit-msg", "echo 'Reviewed-by: hook' >>\"$1\"\n");
	world_drive(w);
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_str(scratch_read(w->s, "seen", NULL), "message\n");
	check_contains(world_git(w, "log -1 --format=%%B main"), "Reviewed-by: hook");
	check_gone(w);
}

static void test_land_hooks__run_over_a_squash(void **state)
{
	check_style(*state, "squash");
}

static void test_land_hooks__run_over_the_last_commit_of_a_rebase(void **state)
{
	check_style(*state, "rebase");
}

static void test_land_hooks__that_refuse_keep_the_task_in_their_own_words(void **state)
{
	struct world *w = *state;

	plan(w);
	add_hook(w, "commit-msg",
		 "printf 'no \\033[31mticket\\033[0m in it\\nsee the rules\\n' >&2; exit 1\n");
	world_drive(w);
	check_refused(w, "the hook commit-msg refused it: no ?[31mticket?[0m in it | see the "
			 "rules");
}

static void test_land_hooks__words_without_end_are_cut_between_characters(void **state)
{
	struct world *w = *state;

	plan(w);
	add_hook(w, "pre-merge-commit",
		 "i=0; while [ $i -lt 5000 ]; do printf '\\303\\274' >&2; i=$((i+1)); done; "
		 "exit 1\n");
	world_drive(w);
	check_refused(w, "the hook pre-merge-commit refused it: üüü");
	check_contains(world_task(w, "1")->reason, "ü...");
}

static void test_land_hooks__that_hang_are_ended(void **state)
{
	struct world *w = *state;

	world_set(w, "merge.hook_timeout", "200ms");
	plan(w);
	add_hook(w, "prepare-commit-msg", "exec sleep 600\n");
	world_drive(w);
	check_refused(w, "the hook prepare-commit-msg did not end in time");
}

static void test_land_hooks__may_not_change_what_was_judged(void **state)
{
	struct world *w = *state;

	plan(w);
	add_hook(w, "pre-merge-commit", "echo more >>1.txt; git add 1.txt\n");
	world_drive(w);
	check_refused(w, "a hook changed the files of the landing commit");
}

static void test_land_hooks__that_leave_no_message_keep_the_task(void **state)
{
	struct world *w = *state;

	plan(w);
	add_hook(w, "commit-msg", ": >\"$1\"\n");
	world_drive(w);
	check_refused(w, "a hook left no message");
}

/* A hook that the task brings along is not run over the task. */
static void test_land_hooks__of_a_relative_path_are_those_of_the_checkout(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "mkdir repo/githooks && cd repo && git config core.hooksPath githooks");
	add_hook_at(w, "repo/githooks/commit-msg", "echo \"By: the user's hook\" >>\"$1\"\n");
	world_git(w, "add githooks");
	world_git(w, "-c core.hooksPath=/x commit -qm hooks");
	world_agent(w, "1",
		    "printf '#!/bin/sh\\necho \"By: the task\" >>\"$1\"\\n' >githooks/commit-msg");
	plan(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_contains(world_git(w, "log -1 --format=%%B main"), "By: the user's hook");
	check_contains(world_git(w, "show main:githooks/commit-msg"), "By: the task");
	check_gone(w);
}

static void test_land_hooks__do_not_run_when_they_are_off(void **state)
{
	struct world *w = *state;

	world_set(w, "merge.hooks", "no");
	plan(w);
	add_hook(w, "commit-msg", "exit 1\n");
	world_drive(w);
	check_state(w, "1", "merged");
}

static void test_land_hooks__that_are_not_executable_do_not_run(void **state)
{
	struct world *w = *state;

	plan(w);
	add_hook(w, "commit-msg", "exit 1\n");
	scratch_run(w->s, "chmod -x repo/.git/hooks/commit-msg");
	world_drive(w);
	check_state(w, "1", "merged");
	check_gone(w);
}

static void test_land_hooks__a_base_that_may_not_move_is_told_in_the_words_of_the_hook(void **state)
{
	struct world *w = *state;

	plan(w);
	add_hook(w, "reference-transaction",
		 "test $1 = prepared && grep -q refs/heads/main && { echo 'frozen until Monday' "
		 ">&2; exit 1; }; exit 0\n");
	world_drive(w);
	check_refused(w, "does not let 'refs/heads/main' move: frozen until Monday");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_land_hooks__see_the_merged_files_and_may_change_the_message),
		WORLD_TEST(test_land_hooks__run_over_a_squash),
		WORLD_TEST(test_land_hooks__run_over_the_last_commit_of_a_rebase),
		WORLD_TEST(test_land_hooks__that_refuse_keep_the_task_in_their_own_words),
		WORLD_TEST(test_land_hooks__words_without_end_are_cut_between_characters),
		WORLD_TEST(test_land_hooks__that_hang_are_ended),
		WORLD_TEST(test_land_hooks__may_not_change_what_was_judged),
		WORLD_TEST(test_land_hooks__that_leave_no_message_keep_the_task),
		WORLD_TEST(test_land_hooks__of_a_relative_path_are_those_of_the_checkout),
		WORLD_TEST(test_land_hooks__do_not_run_when_they_are_off),
		WORLD_TEST(test_land_hooks__that_are_not_executable_do_not_run),
		WORLD_TEST(
			test_land_hooks__a_base_that_may_not_move_is_told_in_the_words_of_the_hook),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
