/* SPDX-License-Identifier: MIT */
/* Conflicts that are decided for one side, compared with git merge -X where git can do it. */

#include "tests/support/check.h"
#include "tests/support/scratch.h"
#include "wtorch/adapter/adapters.h"
#include "wtorch/engine/merge.h"

struct fixture {
	struct scratch *s;
	struct wt_proc proc;
	struct wt_git git;
	struct wt_error err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	scratch_setup((void **)&f->s);
	scratch_repo(f->s, "repo", 3);
	check_ok(wt_proc_linux_open("/nonexistent/shim", &f->proc, &f->err), f->err);
	check_ok(wt_git_open(scratch_path(f->s, "repo"), &f->proc, &f->git, &f->err), f->err);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	void *scratch = f->s;

	wt_git_close(&f->git);
	wt_proc_linux_close(&f->proc);
	free(f);
	return scratch_teardown(&scratch);
}

static struct wt_oid oid_at(struct fixture *f, const char *name)
{
	const char *hex = scratch_output(f->s, "git -C repo rev-parse '%s'", name);
	struct wt_oid oid;

	assert_true(wt_oid_parse(wt_str_trim(wt_str_of(hex)), &oid));
	return oid;
}

/* Two branches from main, each made by a shell command in the repository. */
static void make_sides(struct fixture *f, const char *ours, const char *theirs)
{
	scratch_run(f->s,
		    "cd repo && git checkout -qB ours main && { %s; } && git add -A && "
		    "git commit -q --allow-empty -m ours && git checkout -qB theirs main && { %s; } "
		    "&& git add -A && git commit -q --allow-empty -m theirs && git checkout -q main",
		    ours, theirs);
}

/* Merged, found in conflict, and decided. */
static struct wt_merge_outcome decide(struct fixture *f, bool takes_theirs)
{
	struct wt_oid x = oid_at(f, "ours"), y = oid_at(f, "theirs");
	struct wt_merge_outcome m;

	check_ok(wt_merge_trees(&f->git, NULL, &x, &y, &f->s->arena, &m, &f->err), f->err);
	assert_false(m.is_clean);
	check_ok(wt_merge_decide(&f->git, takes_theirs, &x, &y, &f->s->arena, &m, &f->err), f->err);
	return m;
}

static const char *content(struct fixture *f, const struct wt_merge_outcome *m, const char *path)
{
	return scratch_output(f->s, "git -C repo show '%s:%s'", wt_oid_hex(&m->tree).hex, path);
}

/* The tree is the one that git merge -X ours|theirs makes. */
static void check_as_git(struct fixture *f, const struct wt_merge_outcome *m, bool takes_theirs)
{
	assert_true(m->is_clean);
	scratch_run(f->s,
		    "cd repo && git checkout -qB merged ours && "
		    "git merge -q --no-edit -X %s theirs && git checkout -q main",
		    takes_theirs ? "theirs" : "ours");
	check_str(scratch_output(f->s, "git -C repo rev-parse 'merged^{tree}'"),
		  wt_arena_printf(&f->s->arena, "%s\n", wt_oid_hex(&m->tree).hex));
}

static void test_merge_side__decides_hunk_by_hunk_as_git_does(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "cd repo && seq 40 >src/file-1.txt && git commit -qam more");
	make_sides(f, "sed -i '3s/.*/ours/;20s/.*/ours too/;38s/.*/only ours/' src/file-1.txt",
		   "sed -i '3s/.*/theirs/;20d;10s/.*/only theirs/' src/file-1.txt; "
		   "echo x >src/file-2.txt");
	for (int side = 0; side < 2; side++) {
		struct wt_merge_outcome m = decide(f, side);

		check_as_git(f, &m, side);
		check_int(m.n_paths, 1);
		check_str(m.paths[0], "src/file-1.txt");
		check_int(m.hunks[0], 2);
		check_contains(content(f, &m, "src/file-1.txt"), "only ours");
		check_contains(content(f, &m, "src/file-1.txt"), "only theirs");
	}
}

static void test_merge_side__decides_lines_added_at_the_same_place(void **state)
{
	struct fixture *f = *state;

	make_sides(f, "echo ours >>src/file-1.txt", "echo theirs >>src/file-1.txt");
	for (int side = 0; side < 2; side++) {
		struct wt_merge_outcome m = decide(f, side);

		check_as_git(f, &m, side);
		check_int(m.hunks[0], 1);
	}
}

static void test_merge_side__decides_files_that_both_added(void **state)
{
	struct fixture *f = *state;

	make_sides(f, "printf '1\\nours\\n3\\n' >new; chmod +x new",
		   "printf '1\\ntheirs\\n3\\n' >new");
	for (int side = 0; side < 2; side++) {
		struct wt_merge_outcome m = decide(f, side);

		assert_true(m.is_clean);
		check_int(m.hunks[0], 1);
		check_str(content(f, &m, "new"), side ? "1\ntheirs\n3\n" : "1\nours\n3\n");
		check_contains(scratch_output(f->s, "git -C repo ls-tree %s new",
					      wt_oid_hex(&m.tree).hex),
			       side ? "100644" : "100755");
	}
}

static void test_merge_side__takes_binary_files_and_links_whole(void **state)
{
	struct fixture *f = *state;

	scratch_run(f->s, "cd repo && printf 'a\\0\\nb\\nc\\n' >bin && ln -s one link && "
			  "git add -A && git commit -qm binary");
	make_sides(f, "printf 'A\\0\\nb\\nc\\n' >bin; ln -sfn ours link",
		   "printf 'a\\0\\nb\\nC\\n' >bin; ln -sfn theirs link");
	for (int side = 0; side < 2; side++) {
		struct wt_merge_outcome m = decide(f, side);

		assert_true(m.is_clean);
		check_int(m.n_paths, 2);
		check_int(m.hunks[0], 0);
		check_int(m.hunks[1], 0);
		check_str(content(f, &m, "link"), side ? "theirs" : "ours");
		check_str(scratch_output(f->s, "git -C repo rev-parse '%s:bin'",
					 wt_oid_hex(&m.tree).hex),
			  scratch_output(f->s, "git -C repo rev-parse '%s:bin'",
					 side ? "theirs" : "ours"));
	}
}

static void test_merge_side__decides_a_change_against_a_deletion(void **state)
{
	struct fixture *f = *state;

	make_sides(f, "echo more >>src/file-1.txt; git rm -q src/file-2.txt",
		   "git rm -q src/file-1.txt; echo more >>src/file-2.txt");
	for (int side = 0; side < 2; side++) {
		struct wt_merge_outcome m = decide(f, side);

		assert_true(m.is_clean);
		check_int(m.n_paths, 2);
		check_str(scratch_output(f->s, "git -C repo ls-tree --name-only '%s:src'",
					 wt_oid_hex(&m.tree).hex),
			  side ? "file-2.txt\nfile-3.txt\n" : "file-1.txt\nfile-3.txt\n");
	}
}

static void test_merge_side__decides_a_new_name_against_a_deletion(void **state)
{
	struct fixture *f = *state;

	make_sides(f, "git mv src/file-1.txt moved", "git rm -q src/file-1.txt");
	for (int side = 0; side < 2; side++) {
		struct wt_merge_outcome m = decide(f, side);

		assert_true(m.is_clean);
		check_str(scratch_output(f->s, "git -C repo ls-tree -r --name-only '%s'",
					 wt_oid_hex(&m.tree).hex),
			  side ? "src/file-2.txt\nsrc/file-3.txt\n"
			       : "moved\nsrc/file-2.txt\nsrc/file-3.txt\n");
	}
}

static void test_merge_side__follows_a_rename_into_the_lines(void **state)
{
	struct fixture *f = *state;

	make_sides(f, "git mv src/file-1.txt moved; sed -i '1s/.*/ours/' moved",
		   "sed -i '1s/.*/theirs/' src/file-1.txt");
	for (int side = 0; side < 2; side++) {
		struct wt_merge_outcome m = decide(f, side);

		check_as_git(f, &m, side);
		check_str(m.paths[0], "moved");
	}
}

/* What no side can decide stays what git said, with all of its paths. */
static void test_merge_side__leaves_what_no_side_can_decide(void **state)
{
	static const struct {
		const char *ours, *theirs;
	} cases[] = {
		{ "git mv src/file-1.txt a", "git mv src/file-1.txt b" },
		{ "mkdir new; echo x >new/x; echo 1 >src/file-1.txt",
		  "echo y >new; echo 2 >src/file-1.txt" },
		{ "rm src/file-1.txt; ln -s x src/file-1.txt; echo 1 >src/file-2.txt",
		  "echo 2 >src/file-1.txt; echo 2 >src/file-2.txt" },
		{ "echo 'src/*.txt merge=union' >.gitattributes; echo 1 >src/file-1.txt; "
		  "git rm -q src/file-2.txt",
		  "echo 2 >src/file-1.txt; echo 2 >src/file-2.txt" },
		{ "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub; true",
		  "git update-index --add --cacheinfo "
		  "160000,$(git commit-tree -m x HEAD^{tree}),sub; true" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wt_oid x, y;
		struct wt_merge_outcome m;
		size_t before;

		scratch_run(f->s,
			    "cd repo && git checkout -qfB ours main && git clean -fdq && { %s; } "
			    "&& { [ -z \"$(git ls-files sub)\" ] && git add -A || :; } && "
			    "git commit -q --allow-empty -m ours && "
			    "git checkout -qfB theirs main && git clean -fdq && { %s; } && "
			    "{ [ -z \"$(git ls-files sub)\" ] && git add -A || :; } && "
			    "git commit -q --allow-empty -m theirs && git checkout -qf main",
			    cases[i].ours, cases[i].theirs);
		x = oid_at(f, "ours");
		y = oid_at(f, "theirs");
		check_ok(wt_merge_trees(&f->git, NULL, &x, &y, &f->s->arena, &m, &f->err), f->err);
		assert_false(m.is_clean);
		before = m.n_paths;
		check_ok(wt_merge_decide(&f->git, true, &x, &y, &f->s->arena, &m, &f->err), f->err);
		assert_false(m.is_clean);
		check_int(m.n_paths, before);
		assert_null(m.hunks);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_merge_side__decides_hunk_by_hunk_as_git_does),
		TEST(test_merge_side__decides_lines_added_at_the_same_place),
		TEST(test_merge_side__decides_files_that_both_added),
		TEST(test_merge_side__takes_binary_files_and_links_whole),
		TEST(test_merge_side__decides_a_change_against_a_deletion),
		TEST(test_merge_side__decides_a_new_name_against_a_deletion),
		TEST(test_merge_side__follows_a_rename_into_the_lines),
		TEST(test_merge_side__leaves_what_no_side_can_decide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
