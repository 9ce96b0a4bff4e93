/* SPDX-License-Identifier: MIT */
/* Deciding a conflict for one side. */

#include <string.h>

#include "wtorch/core/mergeplan.h"
#include "wtorch/engine/merge.h"
#include "wtorch/engine/tree.h"

enum { BASE, OURS, THEIRS };

struct decision {
	const struct wt_git *git;
	struct wt_arena *arena;
	int winner;
	struct wt_tree_finder tree[2]; /* of both sides: what their attributes say */
	struct wt_buf attributes;      /* git's own files of them */
	bool is_plain;                 /* git's configuration asks for nothing special */
};

static bool is_there(const struct wt_unmerged *c, int side)
{
	return !wt_oid_is_zero(&c->oid[side]);
}

static bool is_kind(const struct wt_unmerged *c, int side, unsigned kind)
{
	return is_there(c, side) && (c->mode[side] & 0170000) == kind;
}

static bool is_file_or_link(const struct wt_unmerged *c, int side)
{
	return !is_there(c, side) || is_kind(c, side, 0100000) || is_kind(c, side, 0120000);
}

/* Whether a .gitattributes of either side, in the path's folder or above, speaks of merging it. */
static enum wt_code look_at_attributes(struct decision *d, const char *path, bool *is_special,
				       struct wt_error *err)
{
	const char *below = path;
	enum wt_code rc = WT_OK;

	while (!rc && !*is_special && below) {
		const char *file =
			wt_arena_printf(d->arena, "%.*s.gitattributes", (int)(below - path), path);
		const char *slash = strchr(below, '/');

		for (int i = 0; !rc && !*is_special && i < 2; i++) {
			struct wt_buf text = WT_BUF_INIT;
			struct wt_side side;

			rc = wt_tree_finder_find(&d->tree[i], file, &side, err);
			if (!rc && (side.mode & 0170000) == 0100000)
				rc = d->git->store->blob(d->git->self, &side.oid, &text, err);
			*is_special = !rc && wt_mergeplan_is_special(
						     (struct wt_str){ text.data, text.len }, below);
			wt_buf_clear(&text);
		}
		below = slash ? slash + 1 : NULL;
	}
	return rc;
}

static enum wt_code may_merge_lines(struct decision *d, const char *path, bool *out,
				    struct wt_error *err)
{
	struct wt_str own = { d->attributes.data, d->attributes.len };
	bool is_special = !d->is_plain || wt_mergeplan_is_special(own, path);
	enum wt_code rc = is_special ? WT_OK : look_at_attributes(d, path, &is_special, err);

	*out = !is_special;
	return rc;
}

/* *done false: this conflict is not one that a side can decide. */
static enum wt_code decide_lines(struct decision *d, const struct wt_unmerged *c,
				 struct wt_side *side, size_t *hunks, bool *done,
				 struct wt_error *err)
{
	struct wt_line_merge spec = { .base = is_kind(c, BASE, 0100000) ? &c->oid[BASE] : NULL,
				      .ours = &c->oid[OURS],
				      .theirs = &c->oid[THEIRS],
				      .takes_theirs = d->winner == THEIRS };
	struct wt_side base = { c->oid[BASE], c->mode[BASE] };
	struct wt_side ours = { c->oid[OURS], c->mode[OURS] };
	struct wt_side theirs = { c->oid[THEIRS], c->mode[THEIRS] };
	bool is_text = false;
	enum wt_code rc = may_merge_lines(d, c->path, done, err);

	if (rc || !*done)
		return rc;
	rc = d->git->store->merge_lines_by(d->git->self, &spec, &is_text, hunks, &side->oid, err);
	if (!rc && is_text && spec.base)
		side->mode = wt_mergeplan_mode(&base, &ours, &theirs);
	return rc;
}

static enum wt_code decide(struct decision *d, const struct wt_unmerged *c, struct wt_side *side,
			   size_t *hunks, bool *done, struct wt_error *err)
{
	*side = (struct wt_side){ c->oid[d->winner], c->mode[d->winner] };
	*hunks = 0;
	*done = (is_there(c, OURS) || is_there(c, THEIRS)) && is_file_or_link(c, BASE) &&
		is_file_or_link(c, OURS) && is_file_or_link(c, THEIRS);
	if (!*done || !is_kind(c, OURS, 0100000) || !is_kind(c, THEIRS, 0100000))
		return WT_OK;
	return decide_lines(d, c, side, hunks, done, err);
}

static enum wt_code load(struct decision *d, const struct wt_oid *ours, const struct wt_oid *theirs,
			 struct wt_error *err)
{
	const struct wt_git *git = d->git;
	struct wt_commit c[2];
	enum wt_code rc = git->store->commit(git->self, ours, d->arena, &c[0], err);

	if (!rc)
		rc = git->store->commit(git->self, theirs, d->arena, &c[1], err);
	if (!rc)
		rc = git->store->merges_plainly(git->self, &d->attributes, &d->is_plain, err);
	if (rc)
		return rc;
	for (int i = 0; i < 2; i++)
		d->tree[i] = (struct wt_tree_finder){ .git = git, .root = c[i].tree };
	return WT_OK;
}

enum wt_code wt_merge_decide(const struct wt_git *git, bool takes_theirs, const struct wt_oid *ours,
			     const struct wt_oid *theirs, struct wt_arena *a,
			     struct wt_merge_outcome *out, struct wt_error *err)
{
	struct decision d = { .git = git,
			      .arena = a,
			      .winner = takes_theirs ? THEIRS : OURS,
			      .attributes = WT_BUF_INIT };
	struct wt_oid tree = out->marked_tree;
	struct wt_tree_edits edits = { 0 };
	size_t *hunks;
	bool done = true;
	enum wt_code rc;

	if (out->is_clean || !out->is_by_path || !out->n_paths || wt_oid_is_zero(&tree))
		return WT_OK;
	hunks = wt_arena_alloc(a, out->n_paths * sizeof *hunks);
	rc = load(&d, ours, theirs, err);
	for (size_t i = 0; !rc && done && i < out->n_paths; i++) {
		struct wt_tree_edit *e = WT_ARENA_PUSH(a, edits.items, edits.len, edits.cap);

		e->path = out->paths[i];
		rc = decide(&d, &out->conflicts[i], &e->side, &hunks[i], &done, err);
	}
	if (!rc && done)
		rc = wt_tree_put_all(git, &tree, &edits, &tree, err);
	for (int i = 0; i < 2; i++)
		wt_tree_finder_clear(&d.tree[i]);
	wt_buf_clear(&d.attributes);
	if (rc || !done)
		return rc;
	out->is_clean = true;
	out->tree = tree;
	out->hunks = hunks;
	return WT_OK;
}
