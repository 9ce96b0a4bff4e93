/* SPDX-License-Identifier: MIT */
/* Which entry of git's a worktree has, and taking exactly that one out. */

#include "tests/support/adapter_git.h"

static const struct wt_worktree_entry *find(struct repo_fixture *f, const char *name)
{
	struct wt_worktree_entry *list;
	size_t n;

	check_ok(f->git.tool->worktrees(f->git.self, &f->s->arena, &list, &n, &f->err), f->err);
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].path, scratch_path(f->s, "%s", name)) == 0)
			return &list[i];
	fail_msg("no worktree '%s'", name);
	return NULL;
}

static enum wt_code unregister(struct repo_fixture *f, const char *admin)
{
	return f->git.tool->worktree_unregister(f->git.self, admin, &f->err);
}

static const char *listed(struct repo_fixture *f)
{
	return scratch_output(f->s, "git -C repo worktree list --porcelain | grep -c ^worktree");
}

static void test_git_worktrees__each_has_the_name_of_its_entry(void **state)
{
	struct repo_fixture *f = *state;

	scratch_run(f->s, "git -C repo worktree add -q -b one a/same && "
			  "git -C repo worktree add -q -b two b/same && "
			  "git -C repo worktree add -q --detach ../gone && rm -rf gone");
	scratch_run(f->s, "mkdir c && mv repo/a/same c/moved && git -C repo worktree repair "
			  "../c/moved");
	assert_null(find(f, "repo")->admin);
	check_str(find(f, "c/moved")->admin, "same");
	check_str(find(f, "repo/b/same")->admin, "same1");
	check_str(find(f, "gone")->admin, "gone");
}

static void test_git_worktrees__the_reason_of_a_lock_is_told(void **state)
{
	struct repo_fixture *f = *state;

	scratch_run(f->s, "git -C repo worktree add -q --detach ../one && "
			  "git -C repo worktree add -q --detach ../two && "
			  "git -C repo worktree add -q --detach ../three && "
			  "git -C repo worktree lock --reason 'on a stick' ../two && "
			  "git -C repo worktree lock ../three");
	assert_null(find(f, "one")->locked);
	assert_false(find(f, "one")->is_locked);
	check_str(find(f, "two")->locked, "on a stick");
	assert_true(find(f, "two")->is_locked);
	check_str(find(f, "three")->locked, "");
}

static void test_git_worktrees__entries_for_one_path_are_told_apart(void **state)
{
	struct repo_fixture *f = *state;
	struct wt_worktree_entry *list;
	size_t n, seen = 0;

	scratch_run(f->s, "git -C repo worktree add -q -b one ../one && "
			  "cp -r repo/.git/worktrees/one repo/.git/worktrees/other && "
			  "git -C repo rev-parse HEAD >repo/.git/worktrees/other/HEAD");
	check_ok(f->git.tool->worktrees(f->git.self, &f->s->arena, &list, &n, &f->err), f->err);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i].path, scratch_path(f->s, "one")) != 0)
			continue;
		check_str(list[i].admin, list[i].branch ? "one" : "other");
		seen++;
	}
	check_int(seen, 2);
}

static void test_git_worktrees__unregisters_exactly_one_and_leaves_its_files(void **state)
{
	struct repo_fixture *f = *state;

	scratch_run(f->s, "git -C repo worktree add -q -b one ../one && "
			  "git -C repo worktree add -q --detach ../two && "
			  "git -C repo worktree add -q --detach ../gone && rm -rf gone && "
			  "echo mine >one/mine.txt");
	check_ok(unregister(f, "one"), f->err);
	check_str(scratch_output(f->s, "ls repo/.git/worktrees"), "gone\ntwo\n");
	check_str(scratch_output(f->s, "cat one/mine.txt"), "mine\n");
	check_str(scratch_output(f->s, "git -C repo branch --list one"), "  one\n");
	check_ok(unregister(f, "one"), f->err);
	check_ok(unregister(f, "gone"), f->err);
	check_ok(unregister(f, "two"), f->err);
	check_str(listed(f), "1\n");
	check_int(scratch_status(f->s, "test -e repo/.git/worktrees"), 1);
}

static void test_git_worktrees__a_locked_one_stays_registered(void **state)
{
	struct repo_fixture *f = *state;

	scratch_run(f->s, "git -C repo worktree add -q --detach ../one && "
			  "git -C repo worktree lock --reason 'on a stick' ../one");
	check_int(unregister(f, "one"), WT_E_STATE);
	check_contains(f->err.msg, "locked: on a stick");
	check_str(listed(f), "2\n");
}

static void test_git_worktrees__a_name_that_leaves_the_folder_is_refused(void **state)
{
	static const char *const names[] = { "", ".", "..", "../refs", "one/../../refs", "/tmp" };
	struct repo_fixture *f = *state;

	scratch_run(f->s, "git -C repo worktree add -q --detach ../one && mkdir -p away/x && "
			  "touch away/x/gitdir && ln -s ../../../away/x repo/.git/worktrees/link");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		check_int(unregister(f, names[i]), WT_E_BUG);
	check_int(unregister(f, "link"), WT_E_STATE);
	check_str(scratch_output(f->s, "ls away/x; ls -d repo/.git/refs repo/.git/worktrees/one"),
		  "gitdir\nrepo/.git/refs\nrepo/.git/worktrees/one\n");
}

static void test_git_worktrees__attaches_a_branch_that_is_there(void **state)
{
	struct repo_fixture *f = *state;
	const char *path = scratch_path(f->s, "deep/er/one");

	scratch_run(f->s, "git -C repo branch topic && git -C repo tag topic main && "
			  "cd repo && git checkout -q topic && echo x >x.txt && git add x.txt && "
			  "git commit -q -m x && git checkout -q main");
	check_ok(f->git.tool->worktree_attach(f->git.self, path, "topic", &f->err), f->err);
	check_str(scratch_output(f->s, "cd deep/er/one && cat x.txt && git status -sb"),
		  "x\n## topic\n");
	check_int(f->git.tool->worktree_attach(f->git.self, scratch_path(f->s, "two"), "topic",
					       &f->err),
		  WT_E_EXISTS);
	check_int(f->git.tool->worktree_attach(f->git.self, scratch_path(f->s, "two"), "nobody",
					       &f->err),
		  WT_E_NOT_FOUND);
	check_int(scratch_status(f->s, "test -e two"), 1);
	check_str(listed(f), "2\n");
}

static void test_git_worktrees__an_attach_that_fails_leaves_the_branch(void **state)
{
	struct repo_fixture *f = *state;

	scratch_run(f->s, "git -C repo branch topic && "
			  "printf '#!/bin/sh\\nexit 1\\n' >repo/.git/hooks/post-checkout && "
			  "chmod +x repo/.git/hooks/post-checkout");
	assert_int_not_equal(f->git.tool->worktree_attach(f->git.self, scratch_path(f->s, "d/one"),
							  "topic", &f->err),
			     WT_OK);
	check_str(scratch_output(f->s, "git -C repo branch --list topic; ls -d d || true"),
		  "  topic\n");
	check_str(listed(f), "1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		REPO_TEST(test_git_worktrees__each_has_the_name_of_its_entry),
		REPO_TEST(test_git_worktrees__the_reason_of_a_lock_is_told),
		REPO_TEST(test_git_worktrees__entries_for_one_path_are_told_apart),
		REPO_TEST(test_git_worktrees__unregisters_exactly_one_and_leaves_its_files),
		REPO_TEST(test_git_worktrees__a_locked_one_stays_registered),
		REPO_TEST(test_git_worktrees__a_name_that_leaves_the_folder_is_refused),
		REPO_TEST(test_git_worktrees__attaches_a_branch_that_is_there),
		REPO_TEST(test_git_worktrees__an_attach_that_fails_leaves_the_branch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
