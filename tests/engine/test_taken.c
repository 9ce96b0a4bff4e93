/* SPDX-License-Identifier: MIT */
/* Which branches and paths there are already, asked for few and for many. */

#include "tests/support/engine_world.h"
#include "wtorch/engine/taken.h"

/* Asks so often that everything is listed by the end. */
static void check_taken(struct wt_taken *t, bool (*ask)(void *, const char *), const char *name,
			bool want)
{
	for (int i = 0; i < 60; i++)
		assert_true(ask(t, name) == want);
}

static void test_taken__branches_are_found_one_by_one_and_in_a_list(void **state)
{
	struct world *w = *state;
	struct wt_taken t = { .ports = &w->ports };

	world_git(w, "branch wtorch/65-x");
	world_git(w, "pack-refs --all");
	world_git(w, "branch other");
	check_taken(&t, wt_taken_branch, "wtorch/65-x", true);
	check_taken(&t, wt_taken_branch, "other", true);
	check_taken(&t, wt_taken_branch, "main", true);
	check_taken(&t, wt_taken_branch, "wtorch", false);
	check_taken(&t, wt_taken_branch, "wtorch/65", false);
	wt_taken_clear(&t);
}

static void test_taken__paths_are_found_one_by_one_and_in_a_list(void **state)
{
	struct world *w = *state;
	struct wt_taken t = { .ports = &w->ports };

	scratch_run(w->s, "mkdir app-wt65 && ln -s nowhere link && : > file");
	check_taken(&t, wt_taken_path, scratch_path(w->s, "app-wt65"), true);
	check_taken(&t, wt_taken_path, scratch_path(w->s, "link"), true);
	check_taken(&t, wt_taken_path, scratch_path(w->s, "file"), true);
	check_taken(&t, wt_taken_path, scratch_path(w->s, "app-wt66"), false);
	/* Their folder is still to be made. */
	check_taken(&t, wt_taken_path, scratch_path(w->s, "trees/65"), false);
	/* It is no folder: nothing can be said of what lies in it. */
	check_taken(&t, wt_taken_path, scratch_path(w->s, "file/65"),
		    wt_taken_path(&(struct wt_taken){ .ports = &w->ports },
				  scratch_path(w->s, "file/65")));
	wt_taken_clear(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_taken__branches_are_found_one_by_one_and_in_a_list),
		WORLD_TEST(test_taken__paths_are_found_one_by_one_and_in_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
