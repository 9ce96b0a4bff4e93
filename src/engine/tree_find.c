/* SPDX-License-Identifier: MIT */
/* Looking up many paths of one tree. */

#include <stdlib.h>
#include <string.h>

#include "wtorch/base/map.h"
#include "wtorch/base/mem.h"
#include "wtorch/engine/tree.h"

#define MODE_TREE 040000u

struct wt_tree_level {
	struct wt_arena arena;
	const char *name; /* of the folder in the level above; "" of the root */
	struct wt_tree tree;
	struct wt_map names; /* into tree */
};

static void cut(struct wt_tree_finder *f, size_t n)
{
	for (; f->n_levels > n; f->n_levels--) {
		wt_map_clear(&f->levels[f->n_levels - 1].names);
		wt_arena_clear(&f->levels[f->n_levels - 1].arena);
	}
}

void wt_tree_finder_clear(struct wt_tree_finder *f)
{
	cut(f, 0);
	free(f->levels);
	f->levels = NULL;
	f->cap = 0;
}

static enum wt_code enter(struct wt_tree_finder *f, const char *name, const struct wt_oid *oid,
			  struct wt_error *err)
{
	struct wt_tree_level level = { 0 };
	enum wt_code rc = f->git->store->tree(f->git->self, oid, &level.arena, &level.tree, err);

	if (rc) {
		wt_arena_clear(&level.arena);
		return rc;
	}
	level.name = wt_arena_strdup(&level.arena, name);
	for (size_t i = 0; i < level.tree.len; i++)
		wt_map_put(&level.names, level.tree.items[i].name, i, &(bool){ false });
	if (f->n_levels == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 8;
		f->levels = wt_realloc(f->levels, f->cap, sizeof *f->levels);
	}
	f->levels[f->n_levels++] = level;
	return WT_OK;
}

/* The entry of that name in the folder at depth; absent: all zero. */
static struct wt_side entry_of(const struct wt_tree_finder *f, size_t depth, const char *name)
{
	const struct wt_tree_level *level = &f->levels[depth];
	size_t at = wt_map_find(&level->names, name);

	if (at == WT_MAP_NONE)
		return (struct wt_side){ 0 };
	return (struct wt_side){ level->tree.items[at].oid, level->tree.items[at].mode };
}

enum wt_code wt_tree_finder_find(struct wt_tree_finder *f, const char *path, struct wt_side *out,
				 struct wt_error *err)
{
	struct wt_side at = { .oid = f->root, .mode = MODE_TREE };
	struct wt_arena scratch = { 0 };
	const char *inside = "";
	size_t depth = 0;
	enum wt_code rc = WT_OK;

	for (; !rc && *path && at.mode == MODE_TREE; depth++) {
		size_t len = strcspn(path, "/");
		const char *name = wt_arena_strndup(&scratch, path, len);

		if (depth >= f->n_levels || strcmp(f->levels[depth].name, inside) != 0) {
			cut(f, depth);
			rc = enter(f, inside, &at.oid, err);
		}
		if (!rc)
			at = entry_of(f, depth, name);
		inside = name;
		path += len + (path[len] == '/');
	}
	*out = rc || *path ? (struct wt_side){ 0 } : at;
	wt_arena_clear(&scratch);
	return rc;
}
