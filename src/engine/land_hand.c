/* SPDX-License-Identifier: MIT */
/* Work that a person merged, or asks to have merged. */

#include <string.h>

#include "landing.h"
#include "wtorch/engine/keep.h"

/* Why a branch that the base contains is no proof that its work is there; NULL: it is. Work that
 * would change nothing in the base any more is in it, whatever became of its commits. */
static enum wt_code why_not_there(struct wt_landing *l, const char **why, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_merge_outcome m;
	bool contains = false;
	enum wt_code rc;

	*why = NULL;
	if (wt_oid_is_zero(&l->judged)) {
		if (wt_oid_is_equal(&l->tip, &wt_land_state(l)->base))
			*why = "its branch has no commit yet: commit the work first";
		return WT_OK;
	}
	rc = git->store->is_ancestor(git->self, &l->judged, &l->base, &contains, err);
	if (rc || contains)
		return rc;
	rc = wt_merge_trees(git, NULL, &l->base, &l->judged, l->arena, &m, err);
	if (!rc && !(m.is_clean && wt_oid_is_equal(&m.tree, &l->base_tree)))
		*why = wt_arena_printf(l->arena,
				       "its branch was moved to %.12s, which '%s' contains, but "
				       "not its work, %.12s",
				       wt_oid_hex(&l->tip).hex, l->run->plan.base,
				       wt_oid_hex(&l->judged).hex);
	return rc;
}

/* The marker as a landing of its own. Where it cannot be one, that is told, and the work has landed
 * all the same. *moved: the base was, and all is noted. */
static enum wt_code tick(struct wt_landing *l, bool *moved, struct wt_error *err)
{
	const struct wt_commit_spec spec = { .tree = l->tree,
					     .parents = &l->base,
					     .n_parents = 1,
					     .message = wt_land_tick_message(l) };
	struct wt_error why = { 0 };
	enum wt_code rc =
		wt_checkout_find(l->run->ports, l->run->plan.base, l->arena, &l->checkout, &why);

	l->is_tick = true;
	wt_land_set_sealed(l, &spec);
	if (!rc && l->checkout.busy)
		rc = wt_fail(&why, WT_E_BUSY, "its checkout is in the middle of %s",
			     l->checkout.busy);
	if (!rc)
		rc = wt_land_seal(l, &why);
	if (!rc) {
		*moved = true;
		return wt_land_move(l, err);
	}
	return wt_land_say_unmarked(l, why.msg);
}

/* The base contains the tip already: a person merged it, and left the roadmap as it is. */
enum wt_code wt_land_by_hand(struct wt_landing *l, bool *done, struct wt_error *err)
{
	bool moved = false;
	const struct wt_git *git = l->run->ports->git;
	enum wt_code rc = git->store->is_ancestor(git->self, &l->tip, &l->base, done, err);
	const char *why = NULL;

	if (!rc && *done)
		rc = why_not_there(l, &why, err);
	if (rc || !*done)
		return rc;
	if (why)
		return wt_land_hold(l, WT_OUTCOME_KEPT, why, err);
	l->tree = l->base_tree;
	rc = wt_land_say(l, "'%s' contains the work already", l->run->plan.base);
	if (!rc)
		rc = wt_land_mark(l, &l->tree, err);
	if (!rc && wt_land_marked(l))
		rc = tick(l, &moved, err);
	if (rc || moved)
		return rc;
	return wt_land_note_untouched(l, err);
}

/* What was judged may be on no branch any more. */
static enum wt_code pin_judged(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_task_state *s = wt_land_state(l);
	const struct wt_keep_source source = { .task = wt_land_task(l)->id,
					       .branch = l->is_branch_gone ? s->branch : NULL,
					       .tip = &l->judged,
					       .reason = "merge" };
	unsigned n;

	return wt_keep_pin(l->run, &source, &n, err);
}

enum wt_code wt_land_check_branch(struct wt_landing *l, bool *done, struct wt_error *err)
{
	const struct wt_task_state *s = wt_land_state(l);
	const char *id = wt_land_task(l)->id, *why;
	enum wt_code rc;

	if (wt_oid_is_zero(&l->judged) ||
	    (!l->is_branch_gone && (s->merge_asked || wt_oid_is_equal(&l->tip, &l->judged))))
		return WT_OK;
	*done = true;
	rc = pin_judged(l, err);
	if (l->is_branch_gone)
		why = wt_arena_printf(l->arena,
				      "its branch '%s' was deleted: git branch %s %.12s brings it "
				      "back, and wtorch merge %s lands it then",
				      s->branch, s->branch, wt_oid_hex(&l->judged).hex, id);
	else
		why = wt_arena_printf(l->arena,
				      "its branch was moved from %.12s to %.12s since its work was "
				      "done: wtorch merge %s takes it as it is now",
				      wt_oid_hex(&l->judged).hex, wt_oid_hex(&l->tip).hex, id);
	return rc ? rc : wt_land_hold(l, WT_OUTCOME_KEPT, why, err);
}

/* A person asked for the merge: what lies uncommitted would not be part of it. */
enum wt_code wt_land_check_asked(struct wt_landing *l, bool *done, struct wt_error *err)
{
	const struct wt_ports *p = l->run->ports;
	const struct wt_task_state *s = wt_land_state(l);
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_status_entry *dirty;
	size_t n = 0;
	enum wt_code rc = WT_OK;

	if (!s->merge_asked)
		return WT_OK;
	if (s->worktree)
		rc = p->fs->stat(p->fs->self, s->worktree, &info, err);
	if (!rc && info.kind == WT_FILE_FOLDER)
		rc = p->git->tool->status(p->git->self, s->worktree, l->arena, &dirty, &n, err);
	if (rc)
		return rc;
	*done = n || wt_oid_is_equal(&l->tip, &s->base);
	if (n)
		return wt_land_hold(l, WT_OUTCOME_KEPT,
				    wt_arena_printf(l->arena, "'%s' in '%s' is not committed",
						    dirty[0].path, s->worktree),
				    err);
	return *done ? wt_land_hold(l, WT_OUTCOME_KEPT, "its branch has no commit of its own", err)
		     : WT_OK;
}
