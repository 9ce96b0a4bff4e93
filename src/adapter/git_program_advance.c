/* SPDX-License-Identifier: MIT */
/* Bringing a checkout from one tree to another without touching what is the user's. */

#include "git_program_lock.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "wtorch/base/map.h"

#define MODE_TREE    040000u
#define MAX_DEPTH    512u
#define MAX_PATH     8192u
#define PATHS_A_CALL 400u /* keeps one argument list far below the system's limit */

/*
 * git protects untracked files from read-tree, but overwrites and deletes ignored ones (seen
 * with 2.39.5: "rc 0", and the file was gone). So before it is let loose, every path that the
 * new tree adds is looked at on disk; whatever stands there must be known to the index.
 */
struct sight {
	struct git_self *g;
	const char *checkout;
	struct wt_arena arena;
	const char **blockers;
	size_t len, cap;
	unsigned depth;
};

/* The topmost thing on disk that is not a folder on the way to path, or path itself. */
static void look_at(struct sight *s, const char *path)
{
	char full[MAX_PATH];
	size_t root = strlen(s->checkout), n = strlen(path);
	struct stat st;

	if (root + 1 + n >= sizeof full)
		return; /* the system cannot hold such a path either */
	memcpy(full, s->checkout, root);
	full[root] = '/';
	memcpy(full + root + 1, path, n + 1);
	for (size_t i = 0; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		full[root + 1 + i] = '\0';
		if (lstat(full, &st) != 0)
			return;
		if (path[i] == '\0' || !S_ISDIR(st.st_mode)) {
			*WT_ARENA_PUSH(&s->arena, s->blockers, s->len, s->cap) =
				wt_arena_strndup(&s->arena, path, i);
			return;
		}
		full[root + 1 + i] = '/';
	}
}

/* old_tree NULL: everything below is new. */
static enum wt_code look_below(struct sight *s, const struct wt_oid *old_tree,
			       const struct wt_oid *new_tree, const char *prefix,
			       struct wt_error *err)
{
	struct wt_arena scratch = { 0 };
	struct wt_tree was = { 0 }, is = { 0 };
	struct wt_map names = { 0 }; /* into was */
	enum wt_code rc = WT_OK;

	if (s->depth++ >= MAX_DEPTH)
		return wt_fail(err, WT_E_INPUT, "the folders of a tree are nested too deeply");
	if (old_tree)
		rc = git_libgit2_store.tree(s->g, old_tree, &scratch, &was, err);
	if (!rc)
		rc = git_libgit2_store.tree(s->g, new_tree, &scratch, &is, err);
	for (size_t i = 0; i < was.len; i++)
		wt_map_put(&names, was.items[i].name, i, &(bool){ false });
	for (size_t i = 0; i < is.len && !rc; i++) {
		const struct wt_tree_entry *e = &is.items[i];
		size_t at = wt_map_find(&names, e->name);
		const struct wt_tree_entry *o = at == WT_MAP_NONE ? NULL : &was.items[at];
		bool is_tree = e->mode == MODE_TREE, was_tree = o && o->mode == MODE_TREE;
		const char *path;

		if (o && (wt_oid_is_equal(&o->oid, &e->oid) || (!is_tree && !was_tree)))
			continue;
		path = wt_arena_printf(&scratch, "%s%s%s", prefix, *prefix ? "/" : "", e->name);
		if (is_tree)
			rc = look_below(s, was_tree ? &o->oid : NULL, &e->oid, path, err);
		else
			look_at(s, path);
	}
	wt_map_clear(&names);
	wt_arena_clear(&scratch);
	s->depth--;
	return rc;
}

/* Which of some blockers (or files below them) the index does not know. */
static enum wt_code ask_index(struct sight *s, size_t from, size_t n, struct wt_error *err)
{
	static const char *const lead[] = { "--literal-pathspecs", "ls-files", "--others", "-z",
					    "--" };
	const size_t n_lead = sizeof lead / sizeof *lead;
	const char **args = wt_arena_alloc(&s->arena, (n_lead + n + 1) * sizeof *args);
	const struct git_call call = { .args = args,
				       .cwd = s->checkout,
				       .what = "look for untracked files" };
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc;

	memcpy(args, lead, sizeof lead);
	memcpy(args + n_lead, s->blockers + from, n * sizeof *args);
	rc = git_do(s->g, &call, &text, err);
	if (!rc && text.len)
		rc = wt_fail(err, WT_E_CONFLICT, "the untracked file '%s' is in the way",
			     text.data);
	wt_buf_clear(&text);
	return rc;
}

static enum wt_code check_untracked(struct git_self *g, const char *checkout,
				    const struct wt_oid *old_tree, const struct wt_oid *new_tree,
				    struct wt_error *err)
{
	struct sight s = { .g = g, .checkout = checkout };
	enum wt_code rc = look_below(&s, old_tree, new_tree, "", err);

	for (size_t i = 0; i < s.len && !rc; i += PATHS_A_CALL)
		rc = ask_index(&s, i, s.len - i < PATHS_A_CALL ? s.len - i : PATHS_A_CALL, err);
	wt_arena_clear(&s.arena);
	return rc;
}

/* The name in the first pair of quotes. */
static struct wt_str quoted(const char *text)
{
	const char *open = strchr(text, '\''), *close = open ? strchr(open + 1, '\'') : NULL;

	return close ? (struct wt_str){ open + 1, (size_t)(close - open - 1) }
		     : (struct wt_str){ "", 0 };
}

static enum wt_code explain(const struct git_call *call, const struct wt_cmd_result *res,
			    struct wt_error *err)
{
	struct wt_str name = quoted(res->err.data);

	if (git_says(res, "index.lock"))
		return git_complain(call, res, WT_E_BUSY, err);
	if (git_says(res, "not uptodate") || git_says(res, "would be overwritten by merge. Cannot"))
		return wt_fail(err, WT_E_CONFLICT, "your changes to '%.*s' are in the way",
			       (int)name.len, name.data);
	if (git_says(res, "Untracked working tree file"))
		return wt_fail(err, WT_E_CONFLICT, "the untracked file '%.*s' is in the way",
			       (int)name.len, name.data);
	if (git_says(res, "would lose untracked files") || git_says(res, "overlaps with") ||
	    git_says(res, "resolve your current index"))
		return git_complain(call, res, WT_E_CONFLICT, err);
	return git_complain(call, res, WT_E_ENV, err);
}

/* With dry_run git only looks. set: NULL, or what makes it work on a copy of the index. */
static enum wt_code read_tree(struct git_self *g, const char *checkout, const char *const *set,
			      const struct wt_oid *trees[2], bool dry_run, struct wt_error *err)
{
	struct wt_oid_text from = wt_oid_hex(trees[0]), to = wt_oid_hex(trees[1]);
	const struct git_call refresh = { .args = GIT_ARGS("update-index", "-q", "--refresh"),
					  .cwd = checkout,
					  .set = set,
					  .what = "refresh the index" };
	struct git_call call = { .cwd = checkout, .set = set, .what = "bring the checkout along" };
	struct wt_cmd_result res = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	struct wt_error ignored;
	enum wt_code rc;

	call.args = dry_run ? GIT_ARGS("read-tree", "-m", "-u", "-n", from.hex, to.hex)
			    : GIT_ARGS("read-tree", "-m", "-u", from.hex, to.hex);
	rc = git_run(g, &call, &res, err);
	if (!rc && res.code && git_says(&res, "not uptodate")) {
		/* Perhaps only the stat data in the index is old. */
		(void)git_do(g, &refresh, NULL, &ignored);
		wt_buf_clear(&res.out);
		wt_buf_clear(&res.err);
		rc = git_run(g, &call, &res, err);
	}
	if (!rc && res.code)
		rc = explain(&call, &res, err);
	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	return rc;
}

enum wt_code git_program_checkout_advance(void *self, const char *checkout,
					  const struct wt_oid *old_tree,
					  const struct wt_oid *new_tree, bool dry_run,
					  struct wt_error *err)
{
	const struct wt_oid *trees[2] = { old_tree, new_tree };
	struct git_self *g = self;
	bool is_locked = !dry_run || git_index_is_held(self, checkout);
	struct git_index_lock lock;
	struct wt_arena a = { 0 };
	enum wt_code rc = check_untracked(self, checkout, old_tree, new_tree, err);

	if (rc || !is_locked)
		return rc ? rc : read_tree(self, checkout, NULL, trees, true, err);
	rc = git_index_lock(self, checkout, dry_run ? GIT_INDEX_LOOK : GIT_INDEX_WRITE, &a, &lock,
			    err);
	if (!rc) {
		rc = read_tree(self, checkout, lock.set, trees, dry_run, err);
		if (rc && rc != WT_E_CONFLICT && rc != WT_E_BUSY && !dry_run)
			g->cut_short = wt_arena_strdup(&g->arena, checkout);
		if (!rc && !dry_run)
			rc = git_index_replace(&lock, err);
		git_index_unlock(&lock);
	}
	wt_arena_clear(&a);
	return rc;
}
