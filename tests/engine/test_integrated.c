/* SPDX-License-Identifier: MIT */
/* Which branches count as arrived, and which never do. */

#include "tests/support/engine_world.h"
#include "tests/support/faulty.h"
#include "wtorch/engine/integrated.h"

/* A branch "topic" with two commits in src/file-1.txt, main as it was. */
static void make_topic(struct world *w)
{
	scratch_run(w->s, "cd repo && git checkout -q -b topic && "
			  "sed -i '1s/.*/one/' src/file-1.txt && git commit -qam one && "
			  "sed -i '2s/.*/two/' src/file-1.txt && git commit -qam two && "
			  "git checkout -q main");
}

static void commit_on_main(struct world *w, const char *edit)
{
	scratch_run(w->s, "cd repo && %s && git add -A && git commit -qm elsewhere", edit);
}

static struct wt_integrated ask_with(struct world *w, const struct wt_git *git)
{
	struct wt_targets *targets = wt_arena_alloc(&w->arena, sizeof *targets);
	struct wt_integrated found;
	struct wt_oid tip;

	check_ok(wt_integrated_targets(&w->git, "main", &w->arena, targets, &w->err), w->err);
	check_ok(w->git.store->resolve(w->git.self, "topic", &tip, &w->err), w->err);
	wt_integrated_find(git, targets, &tip, &w->arena, &found);
	return found;
}

static struct wt_integrated ask(struct world *w)
{
	return ask_with(w, &w->git);
}

static void check_how(struct world *w, const char *name)
{
	struct wt_integrated found = ask(w);

	if (!name) {
		if (found.how)
			fail_msg("it counts as arrived: %s", wt_integrated_name(found.how));
		return;
	}
	if (!found.how)
		fail_msg("not arrived: %s", found.why ? found.why : "");
	check_str(wt_integrated_name(found.how), name);
	assert_non_null(found.target);
}

static void test_integrated__the_same_commit_is_there(void **state)
{
	struct world *w = *state;

	world_git(w, "branch topic");
	check_how(w, "same commit");
}

static void test_integrated__what_the_target_contains_is_there(void **state)
{
	struct world *w = *state;

	make_topic(w);
	world_git(w, "merge -q --no-ff -m merged topic");
	check_how(w, "ancestor");
}

static void test_integrated__a_change_that_was_taken_back_adds_nothing(void **state)
{
	struct world *w = *state;

	make_topic(w);
	scratch_run(w->s, "cd repo && git checkout -q topic && git revert --no-edit HEAD HEAD~1 "
			  ">/dev/null && git checkout -q main");
	commit_on_main(w, "echo x >src/new.txt");
	check_how(w, "no added changes");
}

static void test_integrated__squashed_and_rebased_work_is_there(void **state)
{
	struct world *w = *state;

	make_topic(w);
	scratch_run(w->s, "cd repo && git merge -q --squash topic && git commit -qm squashed");
	check_how(w, "trees match");
}

static void test_integrated__squashed_work_is_there_when_other_files_moved_on(void **state)
{
	struct world *w = *state;

	make_topic(w);
	scratch_run(w->s, "cd repo && git merge -q --squash topic && git commit -qm squashed");
	commit_on_main(w, "echo x >>src/file-2.txt");
	check_how(w, "merge adds nothing");
}

static void squash_and_edit(struct world *w)
{
	make_topic(w);
	scratch_run(w->s, "cd repo && git merge -q --squash topic && git commit -qm squashed");
	commit_on_main(w, "sed -i '1s/.*/uno/;2s/.*/due/' src/file-1.txt");
}

static void test_integrated__squashed_work_is_there_when_the_same_lines_moved_on(void **state)
{
	struct world *w = *state;

	squash_and_edit(w);
	check_how(w, "patch matches");
}

/* None of these may make two changes look the same, or one look like two. */
static void test_integrated__the_users_diff_settings_have_no_say(void **state)
{
	static const char *const settings[] = {
		"diff.context 0",
		"diff.noprefix true",
		"diff.mnemonicPrefix true",
		"diff.external /bin/true",
		"color.ui always",
		"diff.algorithm patience",
		"diff.renames copies",
		"diff.interHunkContext 9",
		"diff.ignoreSubmodules all",
		"core.pager false",
		"diff.suppressBlankEmpty true",
		"patchid.stable true",
	};
	struct world *w = *state;

	squash_and_edit(w);
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		world_git(w, "config %s", settings[i]);
	scratch_write(w->s, "repo/.git/info/attributes", "*.txt diff=mine\n");
	world_git(w, "config diff.mine.textconv /bin/true");
	world_open_git(w, w->repo);
	check_how(w, "patch matches");
	scratch_run(w->s, "cd repo && git checkout -q topic && echo ' more' >>src/file-1.txt && "
			  "git commit -qam more && git checkout -q main");
	check_how(w, NULL);
}

/* White space may be all the work there is. */
static void test_integrated__a_change_in_white_space_is_a_change(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && git checkout -q -b topic && "
			  "sed -i '1s/.*/a  b/' src/file-1.txt && git commit -qam one && "
			  "git checkout -q main");
	commit_on_main(w, "sed -i '1s/.*/a b/' src/file-1.txt");
	commit_on_main(w, "sed -i '1s/.*/c/' src/file-1.txt");
	check_how(w, NULL);
}

static void grow_main(struct world *w, size_t n)
{
	scratch_run(
		w->s,
		"cd repo && tree=$(git rev-parse 'HEAD^{tree}') && old=$(git rev-parse HEAD) && "
		"{ i=0; while [ $i -lt %zu ]; do i=$((i+1)); "
		"printf 'commit refs/heads/main\\ncommitter a <a@b.c> %%d +0000\\ndata 1\\nx\\n' "
		"$((1800000000+i)); [ $i -gt 1 ] || echo \"from $old\"; done; } | "
		"git fast-import --quiet && git reset -q --hard",
		n);
}

static void test_integrated__too_far_behind_is_not_there(void **state)
{
	struct world *w = *state;

	squash_and_edit(w);
	grow_main(w, 498);
	check_str(world_git(w, "rev-list --count topic..main"), "500");
	check_how(w, "patch matches");
	grow_main(w, 1);
	check_how(w, NULL);
	check_contains(ask(w).why, "more than 500 commits");
}

static void test_integrated__other_work_is_not_there(void **state)
{
	struct world *w = *state;

	make_topic(w);
	check_how(w, NULL);
	commit_on_main(w, "echo x >>src/file-2.txt");
	check_how(w, NULL);
	commit_on_main(w, "sed -i '1s/.*/uno/' src/file-1.txt");
	check_how(w, NULL);
}

static void test_integrated__unrelated_histories_are_not_there(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && git checkout -q --orphan topic && git commit -qm other && "
			  "git checkout -q main");
	check_how(w, NULL);
}

static void test_integrated__part_of_the_commits_is_told(void **state)
{
	struct world *w = *state;
	struct wt_integrated found;

	make_topic(w);
	commit_on_main(w, "echo x >>src/file-2.txt");
	world_git(w, "cherry-pick topic~1");
	found = ask(w);
	check_int(found.how, WT_INTEGRATED_NOT);
	check_int(found.landed, 1);
	check_int(found.total, 2);
}

/* A repository "server" that main follows as origin/main. */
static void make_upstream(struct world *w)
{
	scratch_run(w->s, "git clone -q --bare repo server && cd repo && "
			  "git remote add origin ../server && git fetch -q && "
			  "git branch -q -u origin/main main");
}

static void test_integrated__what_was_merged_upstream_is_there(void **state)
{
	struct world *w = *state;
	struct wt_integrated found;

	make_topic(w);
	make_upstream(w);
	scratch_run(w->s, "git clone -q server else && cd else && "
			  "git fetch -q ../repo topic && git merge -q --no-ff -m m FETCH_HEAD && "
			  "git push -q && cd ../repo && git fetch -q");
	world_open_git(w, w->repo);
	found = ask(w);
	check_str(found.target->name, "origin/main");
	assert_false(found.target->is_base);
	/* Diverged: either will do. */
	commit_on_main(w, "echo x >>src/file-2.txt");
	check_str(ask(w).target->name, "origin/main");
	world_git(w, "branch -q -f topic main");
	check_str(ask(w).target->name, "main");
	assert_true(ask(w).target->is_base);
}

static void test_integrated__an_upstream_that_vanished_is_no_target(void **state)
{
	struct world *w = *state;
	struct wt_targets targets;

	make_topic(w);
	make_upstream(w);
	world_git(w, "update-ref -d refs/remotes/origin/main");
	world_open_git(w, w->repo);
	check_ok(wt_integrated_targets(&w->git, "main", &w->arena, &targets, &w->err), w->err);
	check_int(targets.n, 1);
	check_str(targets.items[0].name, "main");
	check_how(w, NULL);
}

/* Whatever fails on the way: never "arrived" by it. */
static void test_integrated__what_cannot_be_told_is_not_there(void **state)
{
	struct world *w = *state;
	struct faulty *f = faulty_new(&w->ports);
	bool was_hit = true;

	make_topic(w);
	commit_on_main(w, "sed -i '1s/.*/uno/;2s/.*/due/' src/file-1.txt");
	for (size_t n = 1; was_hit; n++) {
		faulty_arm(f, FAULTY_BEFORE, "git.", n);
		check_int(ask_with(w, faulty_ports(f)->git).how, WT_INTEGRATED_NOT);
		was_hit = faulty_hit(f);
	}
	world_git(w, "reset -q --hard HEAD~1");
	scratch_run(w->s, "cd repo && git merge -q --squash topic && git commit -qm squashed");
	commit_on_main(w, "sed -i '1s/.*/uno/;2s/.*/due/' src/file-1.txt");
	faulty_arm(f, FAULTY_BEFORE, "git.same_patch", 1);
	check_int(ask_with(w, faulty_ports(f)->git).how, WT_INTEGRATED_NOT);
	assert_true(faulty_hit(f));
	faulty_free(f);
	check_how(w, "patch matches");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_integrated__the_same_commit_is_there),
		WORLD_TEST(test_integrated__what_the_target_contains_is_there),
		WORLD_TEST(test_integrated__a_change_that_was_taken_back_adds_nothing),
		WORLD_TEST(test_integrated__squashed_and_rebased_work_is_there),
		WORLD_TEST(test_integrated__squashed_work_is_there_when_other_files_moved_on),
		WORLD_TEST(test_integrated__squashed_work_is_there_when_the_same_lines_moved_on),
		WORLD_TEST(test_integrated__the_users_diff_settings_have_no_say),
		WORLD_TEST(test_integrated__a_change_in_white_space_is_a_change),
		WORLD_TEST(test_integrated__too_far_behind_is_not_there),
		WORLD_TEST(test_integrated__other_work_is_not_there),
		WORLD_TEST(test_integrated__unrelated_histories_are_not_there),
		WORLD_TEST(test_integrated__part_of_the_commits_is_told),
		WORLD_TEST(test_integrated__what_was_merged_upstream_is_there),
		WORLD_TEST(test_integrated__an_upstream_that_vanished_is_no_target),
		WORLD_TEST(test_integrated__what_cannot_be_told_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
