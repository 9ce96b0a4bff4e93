/* SPDX-License-Identifier: MIT */
/* What agents leave that must not land by itself: it stays where it is, with its reason. */

#include "tests/support/engine_world.h"

static void check_kept_with(struct world *w, const char *script, const char *reason)
{
	world_agent(w, "1", script);
	world_plan(w, "1");
	scratch_run(w->s, "git -C repo tag -f before main");
	world_drive(w);
	check_state(w, "1", "kept");
	check_reason(w, "1", reason);
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse before"));
	check_clean(w);
}

static void test_work__a_repository_that_was_committed_is_kept(void **state)
{
	check_kept_with(*state,
			"git init -q in/ner && git -C in/ner commit -q --allow-empty -m x && "
			"git add in/ner 2>/dev/null && git commit -qm 'a gitlink'",
			"'in/ner' is a repository of its own that it committed");
}

static void test_work__a_repository_deep_in_an_untracked_folder_is_kept(void **state)
{
	check_kept_with(*state,
			"mkdir -p a/b && echo x >a/x && git init -q a/b/c && "
			"git -C a/b/c commit -q --allow-empty -m x",
			"'a/b/c/' is a repository of its own");
}

static void test_work__a_large_file_that_was_committed_is_kept(void **state)
{
	world_set(*state, "worktree.max_file", "1K");
	check_kept_with(*state,
			"head -c 2000 /dev/zero >big && git add big && git commit -qm 'big'",
			"'big' is larger than worktree.max_file");
}

static void test_work__a_large_file_among_others_in_many_folders_is_kept(void **state)
{
	world_set(*state, "worktree.max_file", "1K");
	check_kept_with(*state,
			"mkdir -p a/b a.b c && for d in a a/b a.b c .; do seq 40 | "
			"(cd $d && split -l 1 - f); done && head -c 2000 /dev/zero >a/b/fas && "
			"git add . && git commit -qm 'many'",
			"'a/b/fas' is larger than worktree.max_file");
}

static void test_work__an_unfinished_merge_is_kept(void **state)
{
	check_kept_with(*state,
			"git checkout -q -b side && echo x >x && git add x && git commit -qm x && "
			"git checkout -q - && echo y >y && git add y && git commit -qm y && "
			"git merge -q --no-commit side",
			"in the middle of a merge");
}

static void test_work__a_branch_that_is_gone_is_kept(void **state)
{
	check_kept_with(*state, "echo x >x; git update-ref -d \"$(git symbolic-ref HEAD)\"",
			"is gone");
}

static void test_work__a_worktree_of_another_repository_is_kept(void **state)
{
	check_kept_with(*state,
			"b=$(git symbolic-ref --short HEAD) && git clone -q . \"$W/other\" && "
			"cp \"$W/other/.git/HEAD\" \"$W/head\" && rm .git && "
			"echo \"gitdir: $W/other/.git\" >.git && git checkout -q -B \"$b\"",
			"one of another repository now");
}

static void let_2_go_when_1_is_queued(struct world *w)
{
	if (world_task(w, "1")->state == WT_QUEUED)
		scratch_run(w->s, "touch queued");
}

static void test_work__work_of_another_task_is_kept_and_named(void **state)
{
	struct world *w = *state;

	world_set(w, "merge.auto", "no");
	world_agent(w, "1", "echo 1 >1.txt && git add . && git commit -qm one");
	world_agent(w, "2",
		    "sh \"$W/await\" queued && "
		    "git merge -q \"$(git for-each-ref --format='%(refname:short)' "
		    "'refs/heads/wtorch/1-*')\" && echo 2 >2.txt");
	w->on_tick = let_2_go_when_1_is_queued;
	world_plan(w, "1 2");
	world_drive(w);
	check_state(w, "1", "queued");
	check_state(w, "2", "kept");
	check_reason(w, "2", "it holds work of task 1, which has not landed");
}

static void test_work__links_and_attributes_are_told(void **state)
{
	struct world *w = *state;

	world_agent(w, "1",
		    "ln -s /etc/passwd out; ln -s ../../x up; mkdir d; ln -s ../src d/in; "
		    "echo '* filter=x' >.gitattributes");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_contains(world_notes(w), "the link 'out' leads out of the repository");
	check_contains(world_notes(w), "the link 'up' leads out of the repository");
	check_contains(world_notes(w), "it changed '.gitattributes'");
	assert_null(strstr(world_notes(w), "'d/in'"));
}

static void test_work__waits_for_a_base_that_was_renamed_meanwhile(void **state)
{
	struct world *w = *state;

	world_set(w, "merge.wait", "0s");
	world_agent(w, "1",
		    "echo one > one.txt; unset GIT_TRACE2_EVENT; git -C \"$W/repo\" branch -m main "
		    "trunk");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "queued");
	check_reason(w, "1", "there is no branch 'main' any more");
	check_str(world_git(w, "show '%s:one.txt'", world_branch(w, "1")), "one");
	world_git(w, "branch -m trunk main");
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_clean(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_work__a_repository_that_was_committed_is_kept),
		WORLD_TEST(test_work__a_repository_deep_in_an_untracked_folder_is_kept),
		WORLD_TEST(test_work__a_large_file_that_was_committed_is_kept),
		WORLD_TEST(test_work__a_large_file_among_others_in_many_folders_is_kept),
		WORLD_TEST(test_work__an_unfinished_merge_is_kept),
		WORLD_TEST(test_work__a_branch_that_is_gone_is_kept),
		WORLD_TEST(test_work__waits_for_a_base_that_was_renamed_meanwhile),
		WORLD_TEST(test_work__a_worktree_of_another_repository_is_kept),
		WORLD_TEST(test_work__work_of_another_task_is_kept_and_named),
		WORLD_TEST(test_work__links_and_attributes_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
