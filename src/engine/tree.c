/* SPDX-License-Identifier: MIT */
/* Git trees by path. */

#include "wtorch/engine/tree.h"

#include <stdlib.h>
#include <string.h>

#include "wtorch/base/map.h"

#define MODE_TREE 040000u
/* git itself refuses paths over 4096 bytes, so a deeper tree cannot be checked out. */
#define MAX_DEPTH 2048u

static const struct wt_tree_entry *entry_of(const struct wt_tree *t, struct wt_str name)
{
	for (size_t i = 0; i < t->len; i++)
		if (wt_str_is(name, t->items[i].name))
			return &t->items[i];
	return NULL;
}

/* Splits off the first component. */
static struct wt_str head_of(const char **path)
{
	const char *slash = strchr(*path, '/');
	struct wt_str head = { *path, slash ? (size_t)(slash - *path) : strlen(*path) };

	*path = slash ? slash + 1 : "";
	return head;
}

enum wt_code wt_tree_find(const struct wt_git *git, const struct wt_oid *root, const char *path,
			  struct wt_arena *a, struct wt_side *out, struct wt_error *err)
{
	struct wt_side at = { .oid = *root, .mode = MODE_TREE };
	struct wt_arena scratch = { 0 }; /* a is for long, and large folders are asked for often */
	enum wt_code rc = WT_OK;

	(void)a;
	while (!rc && *path && at.mode == MODE_TREE) {
		struct wt_str name = head_of(&path);
		const struct wt_tree_entry *e;
		struct wt_tree t = { 0 };

		rc = git->store->tree(git->self, &at.oid, &scratch, &t, err);
		e = rc ? NULL : entry_of(&t, name);
		at = e ? (struct wt_side){ .oid = e->oid, .mode = e->mode } : (struct wt_side){ 0 };
	}
	*out = rc || *path ? (struct wt_side){ 0 } : at;
	wt_arena_clear(&scratch);
	return rc;
}

/* As git sorts: a folder's name counts as if it ended in '/'. */
static int by_git_order(const void *x, const void *y)
{
	const struct wt_tree_entry *a = x, *b = y;
	size_t na = strlen(a->name), nb = strlen(b->name), n = na < nb ? na : nb;
	int c = memcmp(a->name, b->name, n);
	unsigned char ca, cb;

	if (c)
		return c;
	ca = na > n ? (unsigned char)a->name[n] : a->mode == MODE_TREE ? '/' : 0;
	cb = nb > n ? (unsigned char)b->name[n] : b->mode == MODE_TREE ? '/' : 0;
	return (ca > cb) - (ca < cb);
}

struct edit {
	const char *path;
	struct wt_side side;
	size_t at; /* in the caller's list: of two edits of one path the later one counts */
};

/* So that what is below a name stands right behind it. */
static int by_component(const void *x, const void *y)
{
	const struct edit *a = x, *b = y;
	const unsigned char *p = (const unsigned char *)a->path;
	const unsigned char *q = (const unsigned char *)b->path;

	while (*p && *p == *q)
		p++, q++;
	if (*p == *q)
		return (a->at > b->at) - (a->at < b->at);
	if (!*p || !*q)
		return *p ? 1 : -1;
	if (*p == '/' || *q == '/')
		return *p == '/' ? -1 : 1;
	return *p < *q ? -1 : 1;
}

struct folder {
	const struct wt_git *git;
	struct wt_arena arena;
	struct wt_tree tree;
	struct wt_map names; /* into tree */
};

static enum wt_code put_below(const struct wt_git *git, const struct wt_oid *root,
			      struct edit *edits, size_t n, struct wt_oid *out,
			      struct wt_error *err);

/* The edits of one name and of what is below it, which have their first component taken off. */
static enum wt_code put_name(struct folder *f, struct wt_str name, struct edit *edits, size_t n,
			     struct wt_error *err)
{
	const char *key = wt_arena_strndup(&f->arena, name.data, name.len);
	size_t at = wt_map_find(&f->names, key);
	struct wt_side side = { 0 }, below = { .mode = MODE_TREE };
	const struct wt_oid none = { { 0 } };
	enum wt_code rc;

	if (at != WT_MAP_NONE)
		side = (struct wt_side){ f->tree.items[at].oid, f->tree.items[at].mode };
	for (; n && !*edits->path; n--, edits++)
		side = edits->side;
	if (n) {
		bool is_tree = side.mode == MODE_TREE;

		rc = put_below(f->git, is_tree ? &side.oid : &none, edits, n, &below.oid, err);
		if (rc)
			return rc;
		if (is_tree || !wt_oid_is_zero(&below.oid))
			side = below;
	}
	if (at == WT_MAP_NONE && wt_oid_is_zero(&side.oid))
		return WT_OK;
	if (at == WT_MAP_NONE)
		WT_ARENA_PUSH(&f->arena, f->tree.items, f->tree.len, f->tree.cap)->name = key;
	at = at == WT_MAP_NONE ? f->tree.len - 1 : at;
	f->tree.items[at].oid = side.oid;
	f->tree.items[at].mode = side.mode;
	return WT_OK;
}

static enum wt_code write_folder(struct folder *f, struct wt_oid *out, struct wt_error *err)
{
	struct wt_tree *t = &f->tree;
	size_t left = 0;

	for (size_t i = 0; i < t->len; i++)
		if (!wt_oid_is_zero(&t->items[i].oid))
			t->items[left++] = t->items[i];
	t->len = left;
	*out = (struct wt_oid){ { 0 } };
	if (!left)
		return WT_OK;
	qsort(t->items, t->len, sizeof *t->items, by_git_order);
	return f->git->store->tree_write(f->git->self, t, out, err);
}

/* root zero: a folder that does not exist yet. out zero: nothing is left of it. */
static enum wt_code put_below(const struct wt_git *git, const struct wt_oid *root,
			      struct edit *edits, size_t n, struct wt_oid *out,
			      struct wt_error *err)
{
	struct folder f = { .git = git };
	enum wt_code rc = WT_OK;

	if (!wt_oid_is_zero(root))
		rc = git->store->tree(git->self, root, &f.arena, &f.tree, err);
	for (size_t i = 0; !rc && i < f.tree.len; i++)
		wt_map_put(&f.names, f.tree.items[i].name, i, &(bool){ false });
	for (size_t i = 0, end; !rc && i < n; i = end) {
		struct wt_str name = head_of(&edits[i].path);

		for (end = i + 1; end < n; end++) {
			const char *rest = edits[end].path;
			struct wt_str other = head_of(&rest);

			if (other.len != name.len || memcmp(other.data, name.data, name.len) != 0)
				break;
			edits[end].path = rest;
		}
		rc = put_name(&f, name, edits + i, end - i, err);
	}
	if (!rc)
		rc = write_folder(&f, out, err);
	wt_map_clear(&f.names);
	wt_arena_clear(&f.arena);
	return rc;
}

enum wt_code wt_tree_put_all(const struct wt_git *git, const struct wt_oid *root,
			     const struct wt_tree_edits *edits, struct wt_oid *out,
			     struct wt_error *err)
{
	struct wt_arena scratch = { 0 };
	struct edit *list = wt_arena_alloc(&scratch, (edits->len + 1) * sizeof *list);
	struct wt_tree empty = { 0 };
	struct wt_oid from = *root;
	enum wt_code rc;

	for (size_t i = 0; i < edits->len; i++)
		list[i] = (struct edit){ edits->items[i].path, edits->items[i].side, i };
	qsort(list, edits->len, sizeof *list, by_component);
	rc = put_below(git, &from, list, edits->len, out, err);
	if (!rc && wt_oid_is_zero(out))
		rc = git->store->tree_write(git->self, &empty, out, err);
	wt_arena_clear(&scratch);
	return rc;
}

enum wt_code wt_tree_put(const struct wt_git *git, const struct wt_oid *root, const char *path,
			 const struct wt_side *side, struct wt_arena *a, struct wt_oid *out,
			 struct wt_error *err)
{
	struct wt_tree_edit edit = { path, *side };
	const struct wt_tree_edits edits = { &edit, 1, 1 };

	(void)a;
	return wt_tree_put_all(git, root, &edits, out, err);
}

/* walking */

struct walk {
	const struct wt_git *git;
	struct wt_arena *arena; /* of the result */
	const char **paths;
	size_t len, cap;
	struct wt_tree_change *changes; /* instead of paths, when only so many are wanted */
	size_t max_changes;             /* 0: paths */
	const char **links;             /* those of paths that are symbolic links */
	size_t n_links, cap_links;
	char path[8192];
	size_t path_len;
	unsigned depth;
};

static enum wt_code walk_pair(struct walk *w, const struct wt_side *old_side,
			      const struct wt_side *new_side, struct wt_error *err);

static enum wt_code walk_name(struct walk *w, const struct wt_tree_entry *x,
			      const struct wt_tree_entry *y, struct wt_error *err)
{
	const char *name = x ? x->name : y->name;
	struct wt_side a = { 0 }, b = { 0 };
	size_t before = w->path_len, n = strlen(name);
	enum wt_code rc;

	if (before + n + 2 > sizeof w->path)
		return wt_fail(err, WT_E_INPUT, "a path in the repository is too long");
	if (x)
		a = (struct wt_side){ .oid = x->oid, .mode = x->mode };
	if (y)
		b = (struct wt_side){ .oid = y->oid, .mode = y->mode };
	if (before)
		w->path[w->path_len++] = '/';
	memcpy(w->path + w->path_len, name, n);
	w->path_len += n;
	rc = walk_pair(w, &a, &b, err);
	w->path_len = before;
	return rc;
}

static enum wt_code walk_trees(struct walk *w, const struct wt_oid *old_tree,
			       const struct wt_oid *new_tree, struct wt_error *err)
{
	struct wt_arena scratch = { 0 };
	struct wt_tree a = { 0 }, b = { 0 };
	size_t i = 0, j = 0;
	enum wt_code rc = WT_OK;

	if (old_tree)
		rc = w->git->store->tree(w->git->self, old_tree, &scratch, &a, err);
	if (!rc && new_tree)
		rc = w->git->store->tree(w->git->self, new_tree, &scratch, &b, err);
	while (!rc && (i < a.len || j < b.len) && (!w->max_changes || w->len < w->max_changes)) {
		const struct wt_tree_entry *x = i < a.len ? &a.items[i] : NULL;
		const struct wt_tree_entry *y = j < b.len ? &b.items[j] : NULL;
		int order = !x ? 1 : !y ? -1 : by_git_order(x, y);

		if (order == 0 && wt_oid_is_equal(&x->oid, &y->oid) && x->mode == y->mode)
			rc = WT_OK;
		else
			rc = walk_name(w, order <= 0 ? x : NULL, order >= 0 ? y : NULL, err);
		i += order <= 0;
		j += order >= 0;
	}
	wt_arena_clear(&scratch);
	return rc;
}

static void note_path(struct walk *w, const struct wt_side *old_side,
		      const struct wt_side *new_side)
{
	const char *path = wt_arena_strndup(w->arena, w->path, w->path_len);
	static const struct wt_side none;

	if (w->max_changes)
		*WT_ARENA_PUSH(w->arena, w->changes, w->len, w->cap) = (struct wt_tree_change){
			path, old_side->mode == MODE_TREE ? none : *old_side,
			new_side->mode == MODE_TREE ? none : *new_side
		};
	else
		*WT_ARENA_PUSH(w->arena, w->paths, w->len, w->cap) = path;
	if ((new_side->mode & 0170000) == 0120000)
		*WT_ARENA_PUSH(w->arena, w->links, w->n_links, w->cap_links) = path;
}

static enum wt_code walk_pair(struct walk *w, const struct wt_side *old_side,
			      const struct wt_side *new_side, struct wt_error *err)
{
	bool old_is_tree = old_side->mode == MODE_TREE, new_is_tree = new_side->mode == MODE_TREE;
	bool has_file = (!old_is_tree && old_side->mode) || (!new_is_tree && new_side->mode);
	enum wt_code rc = WT_OK;

	if (has_file)
		note_path(w, old_side, new_side);
	if (!old_is_tree && !new_is_tree)
		return WT_OK;
	if (w->depth++ >= MAX_DEPTH)
		return wt_fail(err, WT_E_INPUT, "the repository's folders are nested too deeply");
	rc = walk_trees(w, old_is_tree ? &old_side->oid : NULL, new_is_tree ? &new_side->oid : NULL,
			err);
	w->depth--;
	return rc;
}

enum wt_code wt_tree_diff(const struct wt_git *git, const struct wt_oid *old_tree,
			  const struct wt_oid *new_tree, struct wt_arena *a, const char ***paths,
			  size_t *n, struct wt_error *err)
{
	struct walk w = { .git = git, .arena = a };
	enum wt_code rc = WT_OK;

	if (!wt_oid_is_equal(old_tree, new_tree))
		rc = walk_trees(&w, old_tree, new_tree, err);
	*paths = w.paths;
	*n = w.len;
	return rc;
}

enum wt_code wt_tree_changes(const struct wt_git *git, const struct wt_oid *old_tree,
			     const struct wt_oid *new_tree, struct wt_arena *a,
			     struct wt_tree_changes *out, struct wt_error *err)
{
	struct walk w = { .git = git, .arena = a, .max_changes = out->max };
	enum wt_code rc = WT_OK;

	if (!wt_oid_is_equal(old_tree, new_tree))
		rc = walk_trees(&w, wt_oid_is_zero(old_tree) ? NULL : old_tree, new_tree, err);
	out->items = w.changes;
	out->len = w.len;
	return rc;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum wt_code wt_tree_list(const struct wt_git *git, const struct wt_oid *root, struct wt_arena *a,
			  struct wt_tree_list *out, struct wt_error *err)
{
	struct walk w = { .git = git, .arena = a };
	enum wt_code rc = walk_trees(&w, NULL, root, err);

	if (w.len)
		qsort(w.paths, w.len, sizeof *w.paths, by_bytes);
	if (w.n_links)
		qsort(w.links, w.n_links, sizeof *w.links, by_bytes);
	*out = (struct wt_tree_list){ w.paths, w.len, w.links, w.n_links };
	return rc;
}

enum wt_code wt_tree_paths(const struct wt_git *git, const struct wt_oid *root, struct wt_arena *a,
			   const char ***paths, size_t *n, struct wt_error *err)
{
	struct wt_tree_list list;
	enum wt_code rc = wt_tree_list(git, root, a, &list, err);

	*paths = list.paths;
	*n = list.n_paths;
	return rc;
}
