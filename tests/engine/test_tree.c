/* SPDX-License-Identifier: MIT */
/* Looking into and changing trees, beside what git makes of the same. */

#include "tests/support/engine_world.h"
#include "wtorch/engine/tree.h"

static struct wt_oid oid_of(struct world *w, const char *name)
{
	struct wt_oid oid;

	assert_true(wt_oid_parse(wt_str_of(world_git(w, "rev-parse '%s'", name)), &oid));
	return oid;
}

static void check_oid(struct wt_oid got, struct wt_oid want)
{
	check_str(wt_oid_hex(&got).hex, wt_oid_hex(&want).hex);
}

static struct wt_side find(struct world *w, const char *root, const char *path)
{
	struct wt_oid tree = oid_of(w, root);
	struct wt_side side;

	check_ok(wt_tree_find(&w->git, &tree, path, &w->arena, &side, &w->err), w->err);
	return side;
}

/* The tree with path set to the blob that is called blob ("" takes it away), as text. */
static const char *put(struct world *w, const char *root, const char *path, const char *blob)
{
	struct wt_oid tree = oid_of(w, root), out;
	struct wt_side side = { 0 };

	if (*blob) {
		side.oid = oid_of(w, blob);
		side.mode = 0100644;
	}
	check_ok(wt_tree_put(&w->git, &tree, path, &side, &w->arena, &out, &w->err), w->err);
	return wt_arena_strdup(&w->arena, wt_oid_hex(&out).hex);
}

/* What git's index makes of the same change. */
static const char *put_by_git(struct world *w, const char *root, const char *path, const char *blob)
{
	const char *change = *blob ? wt_arena_printf(&w->arena,
						     "--add --cacheinfo 100644,$(git rev-parse "
						     "'%s'),'%s'",
						     blob, path)
				   : wt_arena_printf(&w->arena, "--force-remove -- '%s'", path);
	const char *out = scratch_output(w->s,
					 "cd repo && export GIT_INDEX_FILE=\"$PWD/.git/other\" && "
					 "rm -f .git/other && git read-tree '%s' && "
					 "git update-index %s && git write-tree",
					 root, change);

	return wt_arena_strndup(&w->arena, out, strlen(out) - 1);
}

static void check_put(struct world *w, const char *root, const char *path, const char *blob)
{
	const char *got = put(w, root, path, blob);

	check_str(got, put_by_git(w, root, path, blob));
	check_int(scratch_status(w->s, "git -C repo ls-tree -r '%s'", got), 0);
}

/* A history with folders, names that sort badly, an executable and a link. */
static void make_deep(struct world *w)
{
	scratch_run(w->s,
		    "cd repo && mkdir -p a/b/c a.d sub 'with blank' && echo 1 > a/b/c/one && "
		    "echo 2 > a/b/two && echo 3 > a.d/x && echo 4 > a.txt && echo 5 > a0 && "
		    "echo 6 > 'with blank/ü' && echo 7 > sub/run && chmod +x sub/run && "
		    "ln -s nowhere link && git add -A && git commit -q -m deep && git tag deep");
}

static const char *join(struct world *w, const char **items, size_t n)
{
	struct wt_buf b = WT_BUF_INIT;
	const char *out;

	for (size_t i = 0; i < n; i++)
		wt_buf_printf(&b, "%s\n", items[i]);
	out = wt_arena_strdup(&w->arena, b.data);
	wt_buf_clear(&b);
	return out;
}

static const char *diff(struct world *w, const char *from, const char *to)
{
	struct wt_oid x = oid_of(w, from), y = oid_of(w, to);
	const char **paths;
	size_t n;

	check_ok(wt_tree_diff(&w->git, &x, &y, &w->arena, &paths, &n, &w->err), w->err);
	return join(w, paths, n);
}

static void test_tree__finds_what_is_there_and_nothing_else(void **state)
{
	struct world *w = *state;

	make_deep(w);
	check_oid(find(w, "deep^{tree}", "a/b/two").oid, oid_of(w, "deep:a/b/two"));
	check_int(find(w, "deep^{tree}", "a/b/two").mode, 0100644);
	check_int(find(w, "deep^{tree}", "sub/run").mode, 0100755);
	check_int(find(w, "deep^{tree}", "link").mode, 0120000);
	check_oid(find(w, "deep^{tree}", "a/b").oid, oid_of(w, "deep:a/b"));
	check_int(find(w, "deep^{tree}", "a/b").mode, 040000);
	check_int(find(w, "deep^{tree}", "a/b/three").mode, 0);
	check_int(find(w, "deep^{tree}", "a/b/two/below").mode, 0);
	check_int(find(w, "deep^{tree}", "link/below").mode, 0);
	check_int(find(w, "deep^{tree}", "no/such/folder").mode, 0);
}

static void test_tree__puts_as_git_does(void **state)
{
	static const char *const paths[] = { "new", "a.txt", "a/b/two", "a/b/c/d/e", "a-",
					     "a1",  "a.e/f", "Z",       "sub/run2" };
	struct world *w = *state;

	make_deep(w);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		check_put(w, "deep^{tree}", paths[i], "deep:a0");
}

static void test_tree__takes_away_as_git_does(void **state)
{
	static const char *const paths[] = { "a.txt",  "a/b/two",    "a/b/c/one",
					     "a.d/x",  "sub/run",    "link",
					     "absent", "a/b/absent", "no/folder" };
	struct world *w = *state;

	make_deep(w);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		check_put(w, "deep^{tree}", paths[i], "");
}

static void test_tree__taking_the_last_file_leaves_the_empty_tree(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && git rm -rq . && mkdir -p x/y && echo 1 > x/y/z && "
			  "git add -A && git commit -q -m one");
	check_str(put(w, "HEAD^{tree}", "x/y/z", ""), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
}

static void test_tree__keeps_the_mode_of_what_is_put(void **state)
{
	struct world *w = *state;
	struct wt_oid tree, out;
	struct wt_side side;

	make_deep(w);
	tree = oid_of(w, "deep^{tree}");
	side = find(w, "deep^{tree}", "sub/run");
	check_ok(wt_tree_put(&w->git, &tree, "a.txt", &side, &w->arena, &out, &w->err), w->err);
	check_contains(world_git(w, "ls-tree %s a.txt", wt_oid_hex(&out).hex), "100755 blob");
}

static void test_tree__diff_names_the_files_that_git_names(void **state)
{
	struct world *w = *state;

	make_deep(w);
	scratch_run(w->s, "cd repo && echo x >> a/b/two && git rm -q a.d/x && chmod +x a.txt && "
			  "git rm -rq a/b/c && echo f > a/b/c && mkdir a0.d && echo n > a0.d/n && "
			  "rm link && mkdir link && echo t > link/t && git add -A && "
			  "git commit -q -m changed");
	check_str(diff(w, "deep^{tree}", "HEAD^{tree}"),
		  scratch_output(w->s, "git -C repo diff --name-only --no-renames deep HEAD"));
	check_str(diff(w, "HEAD^{tree}", "deep^{tree}"),
		  scratch_output(w->s, "git -C repo diff --name-only --no-renames HEAD deep"));
	check_str(diff(w, "deep^{tree}", "deep^{tree}"), "");
}

static void test_tree__lists_every_path_by_bytes(void **state)
{
	struct world *w = *state;
	struct wt_oid tree;
	const char **paths;
	size_t n;

	make_deep(w);
	tree = oid_of(w, "deep^{tree}");
	check_ok(wt_tree_paths(&w->git, &tree, &w->arena, &paths, &n, &w->err), w->err);
	check_str(join(w, paths, n),
		  scratch_output(w->s, "git -C repo -c core.quotePath=false ls-tree -r --name-only "
				       "deep | LC_ALL=C sort"));
}

static void test_tree__a_submodule_is_one_entry(void **state)
{
	struct world *w = *state;

	scratch_run(w->s, "cd repo && git tag before && git update-index --add --cacheinfo "
			  "160000,$(git rev-parse HEAD),mod && git commit -q -m mod");
	check_str(diff(w, "before^{tree}", "HEAD^{tree}"), "mod\n");
	check_put(w, "HEAD^{tree}", "z", "HEAD:src/file-1.txt");
	check_int(find(w, "HEAD^{tree}", "mod/below").mode, 0);
}

/* many paths at once */

struct edits {
	struct wt_tree_edits list;
	struct wt_buf by_git; /* for update-index --index-info */
};

static void edit(struct world *w, struct edits *e, const char *path, const char *blob)
{
	struct wt_tree_edit *item =
		WT_ARENA_PUSH(&w->arena, e->list.items, e->list.len, e->list.cap);

	*item = (struct wt_tree_edit){ .path = path };
	if (*blob)
		item->side = (struct wt_side){ oid_of(w, blob), 0100644 };
	wt_buf_printf(&e->by_git, "%s %s\t%s\n", *blob ? "100644" : "0",
		      wt_oid_hex(&item->side.oid).hex, path);
}

static const char *put_all(struct world *w, const char *root, const struct edits *e)
{
	struct wt_oid tree = oid_of(w, root), out;

	check_ok(wt_tree_put_all(&w->git, &tree, &e->list, &out, &w->err), w->err);
	return wt_arena_strdup(&w->arena, wt_oid_hex(&out).hex);
}

static void test_tree__puts_many_as_git_does(void **state)
{
	struct world *w = *state;
	struct edits e = { .by_git = WT_BUF_INIT };
	const char *got;

	make_deep(w);
	edit(w, &e, "z/y/x", "deep:a0");
	edit(w, &e, "a/b/c/one", ""); /* the last of its folder */
	edit(w, &e, "a/b/two", "deep:a.txt");
	edit(w, &e, "a.d/x", "");
	edit(w, &e, "a.d", "deep:a0"); /* a folder becomes a file */
	edit(w, &e, "a0", "");
	edit(w, &e, "a0/new", "deep:a.txt"); /* a file becomes a folder */
	edit(w, &e, "a-", "deep:a0");
	edit(w, &e, "absent/below", "");
	edit(w, &e, "link/below", ""); /* there is no such thing: the link stays */
	edit(w, &e, "twice", "deep:a0");
	edit(w, &e, "twice", "deep:a.txt");
	got = put_all(w, "deep^{tree}", &e);
	scratch_write(w->s, "info", e.by_git.data);
	check_contains(scratch_output(w->s,
				      "cd repo && export GIT_INDEX_FILE=\"$PWD/.git/other\" && "
				      "git read-tree deep && "
				      "git update-index --index-info < ../info && "
				      "git write-tree"),
		       got);
	check_contains(world_git(w, "ls-tree %s link", got), "120000 blob");
	wt_buf_clear(&e.by_git);
}

static void test_tree__what_is_set_below_a_file_replaces_it_in_any_order(void **state)
{
	struct world *w = *state;

	make_deep(w);
	for (int i = 0; i < 2; i++) {
		struct edits e = { .by_git = WT_BUF_INIT };

		edit(w, &e, i ? "a0/new" : "a0", i ? "deep:a.txt" : "");
		edit(w, &e, i ? "a0" : "a0/new", i ? "" : "deep:a.txt");
		check_contains(
			world_git(w, "ls-tree -r --name-only %s", put_all(w, "deep^{tree}", &e)),
			"\na0/new\n");
		wt_buf_clear(&e.by_git);
	}
}

static void test_tree__taking_all_leaves_the_empty_tree(void **state)
{
	struct world *w = *state;
	struct edits e = { .by_git = WT_BUF_INIT };

	scratch_run(w->s, "cd repo && git rm -rq . && mkdir -p x/y && echo 1 > x/y/z && "
			  "echo 2 > x/b && git add -A && git commit -q -m one");
	edit(w, &e, "x/y/z", "");
	edit(w, &e, "x/b", "");
	check_str(put_all(w, "HEAD^{tree}", &e), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
	wt_buf_clear(&e.by_git);
}

static void test_tree__a_finder_finds_what_find_does(void **state)
{
	static const char *const paths[] = { "a/b/two",    "sub/run", "a/b/c/one",   "a/b",
					     "a/b/two/no", "link/x",  "a",           "a/b/c/one",
					     "no/such",    "a.d/x",   "with blank/ü" };
	struct world *w = *state;
	struct wt_tree_finder f = { .git = &w->git };

	make_deep(w);
	f.root = oid_of(w, "deep^{tree}");
	for (size_t i = 0; i < 2 * (sizeof paths / sizeof *paths); i++) {
		const char *path = paths[i % (sizeof paths / sizeof *paths)];
		struct wt_side want = find(w, "deep^{tree}", path), got;

		check_ok(wt_tree_finder_find(&f, path, &got, &w->err), w->err);
		check_oid(got.oid, want.oid);
		check_int(got.mode, want.mode);
	}
	wt_tree_finder_clear(&f);
}

/* A store that counts. */
struct counted {
	struct wt_git real, git;
	struct wt_git_store store;
	size_t reads, writes;
};

static enum wt_code counted_tree(void *self, const struct wt_oid *oid, struct wt_arena *a,
				 struct wt_tree *out, struct wt_error *err)
{
	struct counted *c = self;

	c->reads++;
	return c->real.store->tree(c->real.self, oid, a, out, err);
}

static enum wt_code counted_write(void *self, const struct wt_tree *tree, struct wt_oid *out,
				  struct wt_error *err)
{
	struct counted *c = self;

	c->writes++;
	return c->real.store->tree_write(c->real.self, tree, out, err);
}

static void test_tree__thousands_of_paths_read_and_write_each_folder_once(void **state)
{
	struct world *w = *state;
	struct counted c = { .real = w->git, .git.self = &c, .git.store = &c.store };
	struct wt_tree_finder f = { .git = &c.git, .root = oid_of(w, "HEAD^{tree}") };
	struct wt_side side = find(w, "HEAD^{tree}", "src/file-1.txt"), got;
	struct wt_tree_edits edits = { 0 };
	struct wt_oid out;

	c.store.tree = counted_tree;
	c.store.tree_write = counted_write;
	for (int i = 0; i < 5000; i++)
		*WT_ARENA_PUSH(&w->arena, edits.items, edits.len,
			       edits.cap) = (struct wt_tree_edit){
			wt_arena_printf(&w->arena, "src/%s/file-%d", i % 2 ? "a" : "b", i), side
		};
	check_ok(wt_tree_put_all(&c.git, &f.root, &edits, &out, &w->err), w->err);
	check_int(c.reads, 2);
	check_int(c.writes, 4);
	f.root = out;
	for (int k = 0; k < 2; k++) {
		for (size_t i = (size_t)k; i < edits.len; i += 2) {
			check_ok(wt_tree_finder_find(&f, edits.items[i].path, &got, &w->err),
				 w->err);
			check_oid(got.oid, side.oid);
		}
	}
	check_int(c.reads, 2 + 4);
	wt_tree_finder_clear(&f);
}

static void test_tree__says_when_a_tree_is_missing(void **state)
{
	struct world *w = *state;
	struct wt_oid none = { { 1 } };
	struct wt_tree_finder f = { .git = &w->git, .root = none };
	struct wt_side side;
	const char **paths;
	size_t n;

	assert_int_not_equal(wt_tree_find(&w->git, &none, "a", &w->arena, &side, &w->err), WT_OK);
	assert_int_not_equal(wt_tree_finder_find(&f, "a/b", &side, &w->err), WT_OK);
	wt_tree_finder_clear(&f);
	assert_int_not_equal(wt_tree_paths(&w->git, &none, &w->arena, &paths, &n, &w->err), WT_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_tree__finds_what_is_there_and_nothing_else),
		WORLD_TEST(test_tree__puts_as_git_does),
		WORLD_TEST(test_tree__takes_away_as_git_does),
		WORLD_TEST(test_tree__taking_the_last_file_leaves_the_empty_tree),
		WORLD_TEST(test_tree__keeps_the_mode_of_what_is_put),
		WORLD_TEST(test_tree__diff_names_the_files_that_git_names),
		WORLD_TEST(test_tree__lists_every_path_by_bytes),
		WORLD_TEST(test_tree__a_submodule_is_one_entry),
		WORLD_TEST(test_tree__puts_many_as_git_does),
		WORLD_TEST(test_tree__what_is_set_below_a_file_replaces_it_in_any_order),
		WORLD_TEST(test_tree__taking_all_leaves_the_empty_tree),
		WORLD_TEST(test_tree__a_finder_finds_what_find_does),
		WORLD_TEST(test_tree__thousands_of_paths_read_and_write_each_folder_once),
		WORLD_TEST(test_tree__says_when_a_tree_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
