/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_TREE_H
#define WT_ENGINE_TREE_H

/* Looking into and changing git trees by path, in memory. A side with a zero oid is absent. */

#include "wtorch/core/mergeplan.h"
#include "wtorch/port/git.h"

/* The entry at path; absent is WT_OK with a zero oid. */
WT_MUST_USE enum wt_code wt_tree_find(const struct wt_git *git, const struct wt_oid *root,
				      const char *path, struct wt_arena *a, struct wt_side *out,
				      struct wt_error *err);

/* The tree with path set to side, or without path when side is absent; folders that become
 * empty vanish. */
WT_MUST_USE enum wt_code wt_tree_put(const struct wt_git *git, const struct wt_oid *root,
				     const char *path, const struct wt_side *side,
				     struct wt_arena *a, struct wt_oid *out, struct wt_error *err);

/* Many paths at once, each folder read and written once. What is set below a file takes its place;
 * of two edits of one path the later one counts. */
struct wt_tree_edit {
	const char *path;
	struct wt_side side; /* absent: the path is taken away */
};
struct wt_tree_edits {
	struct wt_tree_edit *items;
	size_t len, cap;
};
WT_MUST_USE enum wt_code wt_tree_put_all(const struct wt_git *git, const struct wt_oid *root,
					 const struct wt_tree_edits *edits, struct wt_oid *out,
					 struct wt_error *err);

/*
 * Looking many paths up in one tree: the folders on the way to the last one are remembered, so
 * that neighbours cost no reading.
 *
 *	struct wt_tree_finder f = { .git = git, .root = tree };
 *	wt_tree_finder_find(&f, path, &side, err)       as wt_tree_find
 *	wt_tree_finder_clear(&f);
 */
struct wt_tree_finder {
	const struct wt_git *git;
	struct wt_oid root;
	struct wt_tree_level *levels; /* owned; the first is the root */
	size_t n_levels, cap;
};
WT_MUST_USE enum wt_code wt_tree_finder_find(struct wt_tree_finder *f, const char *path,
					     struct wt_side *out, struct wt_error *err);
void wt_tree_finder_clear(struct wt_tree_finder *f);

/* The paths of files in which two trees differ, sorted as git sorts trees. */
WT_MUST_USE enum wt_code wt_tree_diff(const struct wt_git *git, const struct wt_oid *old_tree,
				      const struct wt_oid *new_tree, struct wt_arena *a,
				      const char ***paths, size_t *n, struct wt_error *err);

/* A file that differs; a side that is absent, or a folder, has mode 0. */
struct wt_tree_change {
	const char *path;
	struct wt_side old_side, new_side;
};

struct wt_tree_changes {
	struct wt_tree_change *items; /* sorted as git sorts trees; in the arena */
	size_t len;
	size_t max; /* set before: the walk ends behind so many, at least 1 */
};

/* As wt_tree_diff, with what stands there; a zero old tree has nothing. */
WT_MUST_USE enum wt_code wt_tree_changes(const struct wt_git *git, const struct wt_oid *old_tree,
					 const struct wt_oid *new_tree, struct wt_arena *a,
					 struct wt_tree_changes *out, struct wt_error *err);

/* Every path of a tree, and those that are symbolic links; both sorted by bytes. */
struct wt_tree_list {
	const char **paths;
	size_t n_paths;
	const char **links;
	size_t n_links;
};
WT_MUST_USE enum wt_code wt_tree_list(const struct wt_git *git, const struct wt_oid *root,
				      struct wt_arena *a, struct wt_tree_list *out,
				      struct wt_error *err);

/* The paths alone. */
WT_MUST_USE enum wt_code wt_tree_paths(const struct wt_git *git, const struct wt_oid *root,
				       struct wt_arena *a, const char ***paths, size_t *n,
				       struct wt_error *err);

#endif
