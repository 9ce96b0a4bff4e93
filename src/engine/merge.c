/* SPDX-License-Identifier: MIT */
/* The in-memory merge of two commits: a walk over three trees that asks git when in doubt. */

#include "wtorch/engine/merge.h"

#include <stdlib.h>
#include <string.h>

#include "wtorch/core/mergeplan.h"

#define MODE_TREE  040000u
#define MAX_DEPTH  512u /* deeper trees are handed to git */
#define MAX_LINEAR 64u  /* commits looked at before the merge base is searched for */

enum { BASE, OURS, THEIRS, SIDES };

/* One folder of the walk and the folders above it. */
struct level {
	const struct level *up;
	const char *name; /* of this folder in up; "" at the top */
	struct wt_tree side[SIDES];
};

struct walk {
	const struct wt_git *git;
	struct wt_arena *arena; /* lives as long as the walk */
	const char *hard;       /* why git must decide; ends the walk */
	unsigned depth;
	bool knows_config;
	struct wt_buf attributes; /* of git's own attribute files */
};

static enum wt_code ask_git(struct walk *w, const char *why)
{
	w->hard = why;
	return WT_OK;
}

/* An object may be absent here and yet be had by git, from a partial clone's server. */
static enum wt_code absent_is_hard(struct walk *w, enum wt_code rc)
{
	return rc == WT_E_NOT_FOUND || rc == WT_E_INPUT ? ask_git(w, "an object cannot be read")
							: rc;
}

/* names */

static int by_name(const void *a, const void *b)
{
	const struct wt_tree_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* As git sorts: a tree as if its name ended in '/'. */
static int by_git_order(const void *a, const void *b)
{
	const struct wt_tree_entry *x = a, *y = b;
	size_t nx = strlen(x->name), ny = strlen(y->name), n = nx < ny ? nx : ny;
	int c = memcmp(x->name, y->name, n);
	unsigned char cx, cy;

	if (c)
		return c;
	cx = nx > n ? (unsigned char)x->name[n] : x->mode == MODE_TREE ? '/' : 0;
	cy = ny > n ? (unsigned char)y->name[n] : y->mode == MODE_TREE ? '/' : 0;
	return (cx > cy) - (cx < cy);
}

/* Both orders are nearly the same, so most often there is nothing to do. */
static void sort_by(struct wt_tree *t, int (*order)(const void *, const void *))
{
	for (size_t i = 1; i < t->len; i++) {
		if (order(&t->items[i - 1], &t->items[i]) > 0) {
			qsort(t->items, t->len, sizeof *t->items, order);
			return;
		}
	}
}

static struct wt_side side_of(const struct wt_tree_entry *e)
{
	return e ? (struct wt_side){ .oid = e->oid, .mode = e->mode } : (struct wt_side){ 0 };
}

static const struct wt_tree_entry *find_name(const struct wt_tree *t, const char *name)
{
	const struct wt_tree_entry key = { .name = name };

	return t->len ? bsearch(&key, t->items, t->len, sizeof *t->items, by_name) : NULL;
}

/* Reads one side of a level, sorted by name; an absent one is empty. */
static enum wt_code load_side(struct walk *w, const struct wt_side *side, struct wt_arena *a,
			      struct wt_tree *out, struct wt_error *err)
{
	enum wt_code rc;

	if (wt_oid_is_zero(&side->oid))
		return WT_OK;
	rc = w->git->store->tree(w->git->self, &side->oid, a, out, err);
	if (rc)
		return absent_is_hard(w, rc);
	sort_by(out, by_name);
	return WT_OK;
}

/* names that both sides gave up */

static enum wt_code look_for_given_up(struct walk *w, const struct wt_side *base,
				      const struct wt_side *now, struct wt_error *err)
{
	struct wt_arena scratch = { 0 };
	struct wt_tree was = { 0 }, is = { 0 };
	enum wt_code rc;

	if (w->depth++ >= MAX_DEPTH)
		return ask_git(w, "the folders are nested deeply");
	rc = load_side(w, base, &scratch, &was, err);
	if (!rc && !w->hard)
		rc = load_side(w, now, &scratch, &is, err);
	for (size_t i = 0; i < was.len && !rc && !w->hard; i++) {
		struct wt_side x = side_of(&was.items[i]);
		struct wt_side y = side_of(find_name(&is, was.items[i].name));
		enum wt_given_up answer = wt_mergeplan_gives_up(&x, &y);

		if (answer == WT_GIVEN_UP_YES)
			rc = ask_git(w, "both sides deleted or renamed the same file");
		else if (answer == WT_GIVEN_UP_MAYBE)
			rc = look_for_given_up(w, &x, &y, err);
	}
	wt_arena_clear(&scratch);
	w->depth--;
	return rc;
}

/* attributes */

/* The path of name below level, as seen from the level that is n above it. */
static const char *path_below(struct walk *w, const struct level *level, unsigned n,
			      const char *name)
{
	const char *path = name;

	for (; n > 0; n--, level = level->up)
		path = wt_arena_printf(w->arena, "%s/%s", level->name, path);
	return path;
}

static enum wt_code check_file(struct walk *w, const struct wt_oid *blob, const char *path,
			       struct wt_error *err)
{
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc = w->git->store->blob(w->git->self, blob, &text, err);

	if (rc)
		rc = absent_is_hard(w, rc);
	else if (wt_mergeplan_is_special((struct wt_str){ text.data, text.len }, path))
		w->hard = "a .gitattributes speaks of how to merge";
	wt_buf_clear(&text);
	return rc;
}

/* The .gitattributes of all three trees in this folder and those above. */
static enum wt_code check_attributes(struct walk *w, const struct level *level, const char *name,
				     struct wt_error *err)
{
	unsigned up = 0;

	for (const struct level *at = level; at; at = at->up, up++) {
		const struct wt_tree_entry *seen[SIDES] = { NULL };

		for (int i = 0; i < SIDES && !w->hard; i++) {
			const struct wt_tree_entry *e = find_name(&at->side[i], ".gitattributes");
			bool is_new = e && e->mode != MODE_TREE;
			enum wt_code rc;

			for (int k = 0; k < i && is_new; k++)
				is_new = !seen[k] || !wt_oid_is_equal(&seen[k]->oid, &e->oid);
			if (!is_new)
				continue;
			seen[i] = e;
			rc = check_file(w, &e->oid, path_below(w, level, up, name), err);
			if (rc)
				return rc;
		}
	}
	return WT_OK;
}

/* Whether git would merge the lines of this file by its defaults, as we do. */
static enum wt_code check_default(struct walk *w, const struct level *level, const char *name,
				  struct wt_error *err)
{
	enum wt_code rc;
	bool is_plain = true;

	if (!w->knows_config) {
		rc = w->git->store->merges_plainly(w->git->self, &w->attributes, &is_plain, err);
		if (rc)
			return rc;
		w->knows_config = true;
	}
	if (!is_plain)
		return ask_git(w, "git is configured to merge in its own way");
	if (w->attributes.len) {
		const char *path = path_below(w, level, w->depth - 1, name);

		if (wt_mergeplan_is_special(
			    (struct wt_str){ w->attributes.data, w->attributes.len }, path))
			return ask_git(w, "an attributes file speaks of how to merge");
	}
	return check_attributes(w, level, name, err);
}

/* the walk */

static enum wt_code merge_lines(struct walk *w, const struct level *level, const char *name,
				const struct wt_side s[SIDES], struct wt_side *out,
				struct wt_error *err)
{
	bool is_clean;
	enum wt_code rc;

	out->mode = wt_mergeplan_mode(&s[BASE], &s[OURS], &s[THEIRS]);
	if (wt_oid_is_equal(&s[OURS].oid, &s[THEIRS].oid) ||
	    wt_oid_is_equal(&s[BASE].oid, &s[THEIRS].oid)) {
		out->oid = s[OURS].oid;
		return WT_OK;
	}
	if (wt_oid_is_equal(&s[BASE].oid, &s[OURS].oid)) {
		out->oid = s[THEIRS].oid;
		return WT_OK;
	}
	rc = check_default(w, level, name, err);
	if (rc || w->hard)
		return rc;
	rc = w->git->store->merge_lines(w->git->self, &s[BASE].oid, &s[OURS].oid, &s[THEIRS].oid,
					&is_clean, &out->oid, err);
	if (rc)
		return absent_is_hard(w, rc);
	return is_clean ? WT_OK : ask_git(w, "both sides changed the same lines");
}

static enum wt_code merge_folder(struct walk *w, const struct level *up, const char *name,
				 const struct wt_side s[SIDES], struct wt_side *out,
				 struct wt_error *err);

/* out stays absent when the name is not in the result. */
static enum wt_code merge_name(struct walk *w, const struct level *level, const char *name,
			       const struct wt_side s[SIDES], struct wt_side *out,
			       struct wt_error *err)
{
	switch (wt_mergeplan_pick(&s[BASE], &s[OURS], &s[THEIRS])) {
	case WT_PICK_NONE:
		return WT_OK;
	case WT_PICK_OURS:
		*out = s[OURS];
		if (wt_mergeplan_gives_up(&s[BASE], &s[OURS]) == WT_GIVEN_UP_MAYBE &&
		    wt_oid_is_equal(&s[OURS].oid, &s[THEIRS].oid))
			return look_for_given_up(w, &s[BASE], &s[OURS], err);
		return WT_OK;
	case WT_PICK_THEIRS:
		*out = s[THEIRS];
		return WT_OK;
	case WT_PICK_DESCEND:
		return merge_folder(w, level, name, s, out, err);
	case WT_PICK_LINES:
		return merge_lines(w, level, name, s, out, err);
	case WT_PICK_HARD:
		break;
	}
	return ask_git(w, "a file was renamed, deleted, added or changed its kind on both sides");
}

/* The smallest name that any side still has at its position, or NULL at the end; s gets what
 * each side has under it, and the positions move on. */
static const char *next_name(const struct level *level, size_t at[SIDES], struct wt_side s[SIDES])
{
	const char *name = NULL;

	for (int i = 0; i < SIDES; i++) {
		const struct wt_tree *t = &level->side[i];

		if (at[i] < t->len && (!name || strcmp(t->items[at[i]].name, name) < 0))
			name = t->items[at[i]].name;
	}
	for (int i = 0; i < SIDES && name; i++) {
		const struct wt_tree *t = &level->side[i];

		s[i] = (struct wt_side){ 0 };
		if (at[i] < t->len && strcmp(t->items[at[i]].name, name) == 0)
			s[i] = side_of(&t->items[at[i]++]);
	}
	return name;
}

static bool is_same_tree(const struct wt_tree *merged, const struct wt_tree *side)
{
	if (merged->len != side->len)
		return false;
	for (size_t i = 0; i < merged->len; i++)
		if (merged->items[i].mode != side->items[i].mode ||
		    !wt_oid_is_equal(&merged->items[i].oid, &side->items[i].oid) ||
		    strcmp(merged->items[i].name, side->items[i].name) != 0)
			return false;
	return true;
}

/* A tree that is that of one side is there already; an empty one is no entry at all. */
static enum wt_code write_folder(struct walk *w, const struct level *level,
				 const struct wt_side s[SIDES], struct wt_tree *merged,
				 struct wt_side *out, struct wt_error *err)
{
	for (int i = OURS; i < SIDES; i++) {
		if (!wt_oid_is_zero(&s[i].oid) && is_same_tree(merged, &level->side[i])) {
			*out = s[i];
			return WT_OK;
		}
	}
	if (!merged->len && level->up)
		return WT_OK;
	sort_by(merged, by_git_order);
	out->mode = MODE_TREE;
	return w->git->store->tree_write(w->git->self, merged, &out->oid, err);
}

static enum wt_code merge_folder(struct walk *w, const struct level *up, const char *name,
				 const struct wt_side s[SIDES], struct wt_side *out,
				 struct wt_error *err)
{
	struct level level = { .up = up, .name = name };
	struct wt_arena scratch = { 0 };
	struct wt_tree merged = { 0 };
	struct wt_side sides[SIDES];
	size_t at[SIDES] = { 0 };
	enum wt_code rc = WT_OK;

	if (w->depth >= MAX_DEPTH)
		return ask_git(w, "the folders are nested deeply");
	w->depth++;
	for (int i = 0; i < SIDES && !rc && !w->hard; i++)
		rc = load_side(w, &s[i], &scratch, &level.side[i], err);
	while (!rc && !w->hard) {
		const char *entry = next_name(&level, at, sides);
		struct wt_side result = { 0 };

		if (!entry)
			break;
		rc = merge_name(w, &level, entry, sides, &result, err);
		if (!rc && !w->hard && !wt_oid_is_zero(&result.oid))
			*WT_ARENA_PUSH(&scratch, merged.items, merged.len, merged.cap) =
				(struct wt_tree_entry){ entry, result.mode, result.oid };
	}
	if (!rc && !w->hard)
		rc = write_folder(w, &level, s, &merged, out, err);
	w->depth--;
	wt_arena_clear(&scratch);
	return rc;
}

/* commits */

/* True when theirs comes down from base by single steps, so that base is the only merge base of
 * the two. A chain that is not followed to its end is only a search more. */
static bool descends_plainly(const struct walk *w, const struct wt_oid *base, struct wt_oid at)
{
	for (unsigned i = 0; i < MAX_LINEAR; i++) {
		struct wt_commit c;
		struct wt_error ignored;

		if (wt_oid_is_equal(&at, base))
			return true;
		if (w->git->store->commit(w->git->self, &at, w->arena, &c, &ignored) ||
		    c.n_parents != 1)
			return false;
		at = c.parents[0];
	}
	return false;
}

static enum wt_code find_base(struct walk *w, const struct wt_oid *known, const struct wt_oid *ours,
			      const struct wt_oid *theirs, struct wt_oid *out, struct wt_error *err)
{
	struct wt_oid bases[2];
	size_t n = 0;
	enum wt_code rc;

	if (known && wt_oid_is_equal(known, ours) && descends_plainly(w, ours, *theirs)) {
		*out = *ours;
		return WT_OK;
	}
	rc = w->git->store->merge_bases(w->git->self, ours, theirs, bases, &n, err);
	if (rc)
		return absent_is_hard(w, rc);
	if (n == 0)
		return ask_git(w, "the histories are not related");
	if (n > 1)
		return ask_git(w, "the histories have several merge bases");
	*out = bases[0];
	return WT_OK;
}

static enum wt_code load_root(struct walk *w, const struct wt_oid *commit, struct wt_side *out,
			      struct wt_error *err)
{
	struct wt_commit c;
	enum wt_code rc = w->git->store->commit(w->git->self, commit, w->arena, &c, err);

	if (rc)
		return absent_is_hard(w, rc);
	*out = (struct wt_side){ .oid = c.tree, .mode = MODE_TREE };
	return WT_OK;
}

static enum wt_code walk_commits(struct walk *w, const struct wt_oid *known,
				 const struct wt_oid *ours, const struct wt_oid *theirs,
				 struct wt_oid *tree, struct wt_error *err)
{
	struct wt_side s[SIDES], out = { 0 };
	struct wt_oid base;
	enum wt_code rc = load_root(w, ours, &s[OURS], err);

	if (!rc && !w->hard)
		rc = load_root(w, theirs, &s[THEIRS], err);
	if (!rc && !w->hard)
		rc = find_base(w, known, ours, theirs, &base, err);
	if (!rc && !w->hard)
		rc = load_root(w, &base, &s[BASE], err);
	if (rc || w->hard)
		return rc;
	/* At the top a change that both made is settled without looking for renames: what one
	 * side did the other did too. */
	if (wt_oid_is_equal(&s[OURS].oid, &s[THEIRS].oid) ||
	    wt_oid_is_equal(&s[BASE].oid, &s[THEIRS].oid))
		out = s[OURS];
	else if (wt_oid_is_equal(&s[BASE].oid, &s[OURS].oid))
		out = s[THEIRS];
	else
		rc = merge_folder(w, NULL, "", s, &out, err);
	*tree = out.oid;
	return rc;
}

/* git's own verdict, word for word. Unrelated histories it does not merge at all. */
static enum wt_code hand_over(const struct walk *w, const struct wt_oid *ours,
			      const struct wt_oid *theirs, struct wt_arena *a,
			      struct wt_merge_outcome *out, struct wt_error *err)
{
	struct wt_merge_result r;
	enum wt_code rc = w->git->tool->merge_tree(w->git->self, ours, theirs, a, &r, err);

	out->by_git = true;
	out->why = w->hard;
	out->detail = "";
	if (rc && strstr(err->msg, "unrelated histories")) {
		out->detail = "the histories are not related\n";
		return WT_OK;
	}
	if (rc)
		return rc;
	out->is_clean = r.is_clean;
	if (r.is_clean)
		out->tree = r.tree;
	else
		out->marked_tree = r.tree;
	out->conflicts = r.conflicts;
	out->is_by_path = r.is_by_path;
	out->paths = r.paths;
	out->n_paths = r.n_paths;
	out->detail = r.detail;
	return WT_OK;
}

enum wt_code wt_merge_trees(const struct wt_git *git, const struct wt_oid *base,
			    const struct wt_oid *ours, const struct wt_oid *theirs,
			    struct wt_arena *a, struct wt_merge_outcome *out, struct wt_error *err)
{
	struct wt_arena scratch = { 0 };
	struct walk w = { .git = git, .arena = &scratch, .attributes = WT_BUF_INIT };
	enum wt_code rc;

	*out = (struct wt_merge_outcome){ .detail = "" };
	rc = walk_commits(&w, base, ours, theirs, &out->tree, err);
	if (!rc && w.hard)
		rc = hand_over(&w, ours, theirs, a, out, err);
	else if (!rc)
		out->is_clean = true;
	wt_buf_clear(&w.attributes);
	wt_arena_clear(&scratch);
	return rc;
}
