/* SPDX-License-Identifier: MIT */
/* What the new worktree will hold: the tree of its commit beside the index of the checkout. */

#include "checkout_copy.h"

#include <string.h>
#include <strings.h>

#define MAX_PATH  3500
#define MAX_DEPTH 200 /* folders are held open while files are written */

struct walk {
	struct git_self *g;
	struct wt_arena *a;
	struct checkout_index *from;
	struct checkout_plan *out;
	struct wt_buf path;
};

/* One folder of the new tree and what the index has there. */
struct folder {
	struct wt_str name;
	const struct wt_oid *oid;
	size_t low, high; /* its entries in the index */
	size_t node;      /* its node there; n_nodes when there is none */
	unsigned depth;
};

static size_t lower_bound(const struct checkout_index *index, size_t low, size_t high,
			  const char *path)
{
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(index->entries[mid].path, path) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static size_t find_node(const struct checkout_index *index, size_t parent, const char *name)
{
	size_t i = parent + 1;

	if (parent >= index->n_nodes)
		return index->n_nodes;
	for (; i < index->nodes[parent].end; i = index->nodes[i].end)
		if (wt_str_is(index->nodes[i].name, name))
			return i;
	return index->n_nodes;
}

/* Git refuses names that some file system takes for ".git", and others of its own as links; it
 * decides about anything like that which it has not accepted into the index already. */
static bool is_doubtful_name(const char *name)
{
	if (!*name || strchr(name, '/') || strchr(name, '\\') || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0 || strncasecmp(name, "git~", 4) == 0)
		return true;
	if (strncasecmp(name, ".git", 4) != 0)
		return false;
	return strcmp(name, ".gitignore") != 0 && strcmp(name, ".gitattributes") != 0 &&
	       strcmp(name, ".github") != 0 && strcmp(name, ".gitkeep") != 0 &&
	       strncmp(name, ".gitlab", 7) != 0;
}

static bool is_doubtful_link(const struct wt_tree_entry *item)
{
	return item->mode == 0120000 &&
	       (strncasecmp(item->name, ".git", 4) == 0 || strchr(item->name, '~'));
}

/* The index knows this very tree, so nothing of it needs to be read. */
static bool take_whole(struct walk *w, const struct folder *f)
{
	const struct checkout_node *n = &w->from->nodes[f->node];
	struct checkout_node *copy;

	if (f->node >= w->from->n_nodes || !n->is_valid || n->n_entries != f->high - f->low ||
	    !wt_oid_is_equal(&n->oid, f->oid))
		return false;
	copy = WT_ARENA_PUSH(w->a, w->out->nodes, w->out->n_nodes, w->out->nodes_cap);
	copy->raw = n->raw;
	if (!f->depth) {
		w->out->entries = w->from->entries;
		w->out->n = w->out->cap = w->from->n;
		return true;
	}
	for (size_t i = f->low; i < f->high; i++)
		*WT_ARENA_PUSH(w->a, w->out->entries, w->out->n, w->out->cap) = w->from->entries[i];
	return true;
}

static bool add_file(struct walk *w, const struct folder *f, const struct wt_tree_entry *item)
{
	size_t at = lower_bound(w->from, f->low, f->high, w->path.data);
	const struct checkout_entry *known = &w->from->entries[at];
	bool is_known = at < f->high && strcmp(known->path, w->path.data) == 0;
	struct checkout_entry *e;

	if ((!is_known && is_doubtful_name(item->name)) || is_doubtful_link(item))
		return false;
	e = WT_ARENA_PUSH(w->a, w->out->entries, w->out->n, w->out->cap);
	if (is_known && known->stat[CHECKOUT_MODE] == item->mode &&
	    wt_oid_is_equal(&known->oid, &item->oid)) {
		*e = *known;
		return true;
	}
	e->path = is_known ? known->path : wt_arena_strndup(w->a, w->path.data, w->path.len);
	e->oid = item->oid;
	e->stat[CHECKOUT_MODE] = item->mode;
	return true;
}

static bool add_folder(struct walk *w, const struct folder *f);

static bool add_child(struct walk *w, const struct folder *f, const struct wt_tree_entry *item)
{
	struct folder child = { .name = wt_str_of(item->name),
				.oid = &item->oid,
				.depth = f->depth + 1 };
	size_t before = w->out->n;

	wt_buf_putc(&w->path, '/');
	child.low = lower_bound(w->from, f->low, f->high, w->path.data);
	w->path.data[w->path.len - 1] = '/' + 1;
	child.high = lower_bound(w->from, child.low, f->high, w->path.data);
	w->path.data[w->path.len - 1] = '/';
	child.node = find_node(w->from, f->node, item->name);
	if (child.low == child.high && is_doubtful_name(item->name))
		return false;
	/* A folder without files cannot be in an index. */
	return add_folder(w, &child) && w->out->n > before;
}

static bool add_item(struct walk *w, const struct folder *f, const struct wt_tree_entry *item)
{
	size_t len = w->path.len;
	bool ok = false;

	wt_buf_puts(&w->path, item->name);
	if (w->path.len < MAX_PATH && item->mode == 0040000)
		ok = add_child(w, f, item);
	else if (w->path.len < MAX_PATH && item->mode != 0160000)
		ok = add_file(w, f, item);
	wt_buf_cut(&w->path, len);
	return ok;
}

static bool add_folder(struct walk *w, const struct folder *f)
{
	size_t at = w->out->n_nodes, before = w->out->n, n_children = 0;
	struct wt_error ignored;
	struct wt_tree tree;

	if (f->depth > MAX_DEPTH)
		return false;
	if (take_whole(w, f))
		return true;
	if (git_libgit2_store.tree(w->g, f->oid, w->a, &tree, &ignored))
		return false;
	(void)WT_ARENA_PUSH(w->a, w->out->nodes, w->out->n_nodes, w->out->nodes_cap);
	for (size_t i = 0; i < tree.len; i++) {
		if (!add_item(w, f, &tree.items[i]))
			return false;
		n_children += tree.items[i].mode == 0040000;
	}
	w->out->nodes[at] = (struct checkout_node){ .name = f->name,
						    .oid = *f->oid,
						    .n_entries = w->out->n - before,
						    .n_children = n_children };
	return true;
}

bool checkout_plan_build(struct git_self *g, const struct wt_oid *start,
			 struct checkout_index *from, struct wt_arena *a, struct checkout_plan *out)
{
	struct walk w = { .g = g, .a = a, .from = from, .out = out, .path = WT_BUF_INIT };
	struct folder top = { .name = { "", 0 }, .high = from->n };
	struct wt_commit commit;
	struct wt_error ignored;
	bool ok;

	*out = (struct checkout_plan){ .mtime = from->mtime };
	if (git_libgit2_store.commit(g, start, a, &commit, &ignored))
		return false;
	top.oid = &commit.tree;
	ok = add_folder(&w, &top);
	/* Sorted as git sorts them, and each once: else the tree is damaged. */
	for (size_t i = 1; ok && i < out->n; i++)
		ok = strcmp(out->entries[i - 1].path, out->entries[i].path) < 0;
	wt_buf_clear(&w.path);
	return ok;
}
