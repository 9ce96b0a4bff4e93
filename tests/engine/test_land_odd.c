/* SPDX-License-Identifier: MIT */
/* Landing in checkouts and repositories that are set up otherwise than most. */

#include "tests/support/engine_world.h"

/* Adds, changes, deletes and makes executable; dirty and untracked files of the user stay. */
static void land_one(struct world *w)
{
	world_agent(w, "1",
		    "mkdir -p deep/er; echo 1 > deep/er/a.txt; echo 1 >> src/file-1.txt; "
		    "git rm -q src/file-2.txt");
	world_plan(w, "1");
	scratch_run(w->s, "cd repo && echo mine >> src/file-3.txt && echo new > new.txt && "
			  "git status --porcelain > /dev/null");
	world_open_git(w, w->repo);
	world_drive(w);
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_str(world_git(w, "status --porcelain"), " M src/file-3.txt\n?? new.txt");
	check_str(world_git(w, "show main:deep/er/a.txt"), "1");
	check_int(scratch_status(w->s, "test -e repo/src/file-2.txt"), 1);
	scratch_run(w->s, "cd repo && git fsck --no-dangling");
}

static void test_land_odd__an_untracked_cache_and_a_file_monitor_see_it(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && git config core.untrackedCache true && "
			  "git config core.fsmonitor true && "
			  "git update-index --force-untracked-cache");
	land_one(w);
	check_str(scratch_read(w->s, "repo/deep/er/a.txt", NULL), "1\n");
}

static void test_land_odd__a_split_index_follows(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && git config core.splitIndex true && "
			  "git update-index --split-index");
	land_one(w);
	check_str(scratch_read(w->s, "repo/deep/er/a.txt", NULL), "1\n");
}

static void test_land_odd__a_sparse_checkout_stays_sparse(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && git sparse-checkout set --cone src");
	land_one(w);
	check_int(scratch_status(w->s, "test -e repo/deep"), 1);
	check_contains(world_git(w, "ls-files -v deep"), "S deep/er/a.txt");
}

static void test_land_odd__a_sparse_index_too(void **state)
{
	struct world *w = *state;

	scratch_run(w->s,
		    "cd repo && mkdir far && echo f > far/f.txt && git add far && "
		    "git commit -qm far && git sparse-checkout set --cone --sparse-index src");
	land_one(w);
	check_int(scratch_status(w->s, "test -e repo/deep || test -e repo/far"), 1);
}

static void test_land_odd__names_that_differ_in_case_both_land(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "echo big > README; echo small > readme");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "show main:README main:readme"), "big\nsmall");
	check_clean(w);
}

static void test_land_odd__commits_are_signed_where_the_user_signs(void **state)
{
	struct world *w = *state;

	if (scratch_status(w->s, "command -v ssh-keygen >/dev/null")) {
		print_message("skipped: no ssh-keygen to sign with\n");
		skip();
	}
	scratch_run(
		w->s,
		"ssh-keygen -q -t ed25519 -N '' -f key && cd repo && "
		"git config gpg.format ssh && git config user.signingKey \"$PWD/../key.pub\" && "
		"git config commit.gpgSign true");
	scratch_write(w->s, "repo/.git/hooks/commit-msg", "#!/bin/sh\necho 'By: hook' >>\"$1\"\n");
	scratch_run(w->s, "chmod +x repo/.git/hooks/commit-msg");
	world_open_git(w, w->repo);
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "cat-file commit main | grep -c '^gpgsig'"), "1");
	check_contains(world_git(w, "log -1 --format=%%B main"), "By: hook");
}

static void test_land_odd__a_submodule_that_is_taken_out_lands(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "git init -q -b main lib && git -C lib commit -q --allow-empty -m lib && "
			  "cd repo && git -c protocol.file.allow=always submodule --quiet add "
			  "../lib sub && git commit -qm 'Add a submodule'");
	world_agent(w, "1", "git rm -q sub; echo x > x.txt");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "ls-tree --name-only main sub"), "");
	check_str(world_git(w, "diff --cached"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_land_odd__an_untracked_cache_and_a_file_monitor_see_it),
		WORLD_TEST(test_land_odd__a_split_index_follows),
		WORLD_TEST(test_land_odd__a_sparse_checkout_stays_sparse),
		WORLD_TEST(test_land_odd__a_sparse_index_too),
		WORLD_TEST(test_land_odd__names_that_differ_in_case_both_land),
		WORLD_TEST(test_land_odd__commits_are_signed_where_the_user_signs),
		WORLD_TEST(test_land_odd__a_submodule_that_is_taken_out_lands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
