/* SPDX-License-Identifier: MIT */
/* Finding the checkout of the base among real worktrees, and what it is busy with. */

#include "tests/support/engine_world.h"
#include "tests/support/faulty.h"
#include "wtorch/engine/checkout.h"

static struct wt_checkout find(struct world *w, const char *branch)
{
	struct wt_checkout c;

	check_ok(wt_checkout_find(&w->ports, branch, &w->arena, &c, &w->err), w->err);
	return c;
}

static void check_busy(struct world *w, const char *what)
{
	struct wt_checkout c = find(w, "main");

	if (!c.busy)
		fail_msg("the checkout is not seen to be busy with '%s'", what);
	check_contains(c.busy, what);
}

static void check_free(struct world *w)
{
	struct wt_checkout c = find(w, "main");

	if (c.busy)
		fail_msg("the checkout is said to be busy with '%s'", c.busy);
}

/* Two branches that change the same line. */
static void make_rivals(struct world *w)
{
	scratch_run(w->s, "cd repo && git checkout -q -b rival && echo rival > src/file-1.txt && "
			  "git commit -qam rival && git checkout -q main && "
			  "echo ours > src/file-1.txt && git commit -qam ours");
}

static void test_checkout__is_the_main_one_when_it_holds_the_branch(void **state)
{
	struct world *w = *state;
	struct wt_checkout c = find(w, "main");

	check_str(c.top, w->repo);
	check_str(c.git_dir, w->git.repo.common_dir);
	assert_null(c.busy);
}

static void test_checkout__is_a_linked_one_when_that_holds_the_branch(void **state)
{
	struct world *w = *state;
	struct wt_checkout c;

	scratch_run(w->s, "cd repo && git checkout -q -b feature && "
			  "git worktree add -q '../a b' main");
	c = find(w, "main");
	check_str(c.top, scratch_path(w->s, "a b"));
	check_contains(c.git_dir, "/worktrees/");
	assert_null(c.busy);
	check_str(find(w, "feature").top, w->repo);
}

static void test_checkout__is_found_from_inside_a_linked_one(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && git worktree add -q -b other ../other");
	world_open_git(w, scratch_path(w->s, "other"));
	check_str(find(w, "main").top, w->repo);
	check_str(find(w, "other").top, scratch_path(w->s, "other"));
}

static void test_checkout__is_none_when_nobody_has_the_branch(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && git branch idle && git checkout -q --detach");
	assert_null(find(w, "idle").top);
	assert_null(find(w, "main").top);
	assert_null(find(w, "mai").top);
}

static void test_checkout__is_none_in_a_bare_repository(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "git clone -q --bare repo bare.git");
	world_open_git(w, scratch_path(w->s, "bare.git"));
	assert_null(find(w, "main").top);
	scratch_run(w->s, "git -C bare.git worktree add -q ../linked main");
	check_str(find(w, "main").top, scratch_path(w->s, "linked"));
}

static void test_checkout__whose_folder_is_gone_is_none(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && git checkout -q -b feature && "
			  "git worktree add -q ../gone main && rm -rf ../gone");
	assert_null(find(w, "main").top);
}

static void test_checkout__is_busy_while_a_merge_is_unfinished(void **state)
{
	struct world *w = *state;

	make_rivals(w);
	scratch_run(w->s, "cd repo && ! git merge -q rival");
	check_busy(w, "merge");
	scratch_run(w->s, "cd repo && git merge --abort");
	check_free(w);
}

static void test_checkout__is_busy_while_a_cherry_pick_is_unfinished(void **state)
{
	struct world *w = *state;

	make_rivals(w);
	scratch_run(w->s, "cd repo && ! git cherry-pick rival");
	check_busy(w, "cherry-pick");
	scratch_run(w->s, "cd repo && git cherry-pick --abort");
	check_free(w);
}

static void test_checkout__is_busy_while_a_revert_is_unfinished(void **state)
{
	struct world *w = *state;

	make_rivals(w);
	scratch_run(w->s, "cd repo && echo more > src/file-1.txt && git commit -qam more && "
			  "! git revert --no-edit HEAD~1");
	check_busy(w, "revert");
}

static void test_checkout__is_busy_while_a_rebase_names_the_branch(void **state)
{
	struct world *w = *state;

	make_rivals(w);
	scratch_run(w->s, "cd repo && ! git rebase -q rival");
	check_busy(w, "rebase");
	scratch_run(w->s, "cd repo && git rebase --abort && ! git rebase -q --apply rival");
	check_busy(w, "rebase");
}

static void test_checkout__a_rebase_in_a_linked_one_counts_too(void **state)
{
	struct world *w = *state;

	make_rivals(w);
	scratch_run(w->s,
		    "cd repo && git checkout -q --detach && git worktree add -q ../wt main && "
		    "cd ../wt && ! git rebase -q rival");
	check_busy(w, "rebase of 'main'");
	/* One of another branch does not. */
	scratch_run(w->s, "cd wt && git rebase --abort && git checkout -q rival && "
			  "! git rebase -q main");
	check_free(w);
}

static void test_checkout__is_busy_while_bisecting(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && git bisect start");
	check_busy(w, "bisect");
	scratch_run(w->s, "cd repo && git bisect reset");
	check_free(w);
}

static void test_checkout__is_busy_while_its_index_is_locked(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && git worktree add -q -b other ../other && "
			  "touch \"$(git -C ../other rev-parse --git-dir)/index.lock\"");
	check_free(w);
	scratch_write(w->s, "repo/.git/index.lock", "");
	check_busy(w, "index.lock");
}

static void lock_of(struct world *w, int64_t pid, const char *start, const char *phase)
{
	struct wt_proc_id id;

	w->proc.self_id(w->proc.self, &id);
	scratch_write(w->s, "repo/.git/index.lock",
		      wt_arena_printf(&w->arena, WT_LOCK_MARK "%d %s %s%s\n",
				      pid ? (int)pid : (int)id.pid, start ? start : id.start_time,
				      id.boot_id, phase));
}

static void test_checkout__a_lock_of_ours_says_what_became_of_it(void **state)
{
	struct world *w = *state;

	lock_of(w, 0, "1", ""); /* dead, and it was writing */
	check_busy(w, "a landing that was cut short");
	assert_true(find(w, "main").is_cut_short && !find(w, "main").has_left_lock);
	lock_of(w, 0, "1", " " WT_LOCK_IDLE);
	check_free(w);
	assert_true(find(w, "main").has_left_lock && !find(w, "main").is_cut_short);
	lock_of(w, 0, NULL, ""); /* we live */
	check_busy(w, "a landing of wtorch");
	lock_of(w, 0, NULL, " " WT_LOCK_IDLE);
	check_free(w);
	assert_false(find(w, "main").has_left_lock);
}

static void test_checkout__strange_entries_among_the_worktrees_do_no_harm(void **state)
{
	struct world *w = *state;

	scratch_write(w->s, "repo/.git/worktrees/empty/x", "");
	scratch_write(w->s, "repo/.git/worktrees/file", "gitdir");
	scratch_write(w->s, "repo/.git/worktrees/odd/gitdir", "\n");
	scratch_write(w->s, "repo/.git/worktrees/odd/HEAD", "ref: refs/heads/main\n");
	check_str(find(w, "main").top, w->repo);
	check_free(w);
	world_git(w, "checkout -q --detach");
	assert_null(find(w, "main").top);
}

static void test_checkout__what_cannot_be_looked_at_is_not_taken_for_nothing(void **state)
{
	struct world *w = *state;
	struct faulty *f = faulty_new(&w->ports);
	struct wt_checkout c;
	bool was_hit = true;

	for (size_t n = 1; was_hit; n++) {
		enum wt_code rc;

		faulty_arm(f, FAULTY_BEFORE, "fs.", n);
		rc = wt_checkout_find(faulty_ports(f), "main", &w->arena, &c, &w->err);
		was_hit = faulty_hit(f);
		check_int(rc, was_hit ? WT_E_ENV : WT_OK);
	}
	check_str(c.top, w->repo);
	faulty_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_checkout__is_the_main_one_when_it_holds_the_branch),
		WORLD_TEST(test_checkout__is_a_linked_one_when_that_holds_the_branch),
		WORLD_TEST(test_checkout__is_found_from_inside_a_linked_one),
		WORLD_TEST(test_checkout__is_none_when_nobody_has_the_branch),
		WORLD_TEST(test_checkout__is_none_in_a_bare_repository),
		WORLD_TEST(test_checkout__whose_folder_is_gone_is_none),
		WORLD_TEST(test_checkout__is_busy_while_a_merge_is_unfinished),
		WORLD_TEST(test_checkout__is_busy_while_a_cherry_pick_is_unfinished),
		WORLD_TEST(test_checkout__is_busy_while_a_revert_is_unfinished),
		WORLD_TEST(test_checkout__is_busy_while_a_rebase_names_the_branch),
		WORLD_TEST(test_checkout__a_rebase_in_a_linked_one_counts_too),
		WORLD_TEST(test_checkout__is_busy_while_bisecting),
		WORLD_TEST(test_checkout__is_busy_while_its_index_is_locked),
		WORLD_TEST(test_checkout__a_lock_of_ours_says_what_became_of_it),
		WORLD_TEST(test_checkout__strange_entries_among_the_worktrees_do_no_harm),
		WORLD_TEST(test_checkout__what_cannot_be_looked_at_is_not_taken_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
