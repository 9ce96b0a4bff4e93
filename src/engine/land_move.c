/* SPDX-License-Identifier: MIT */
/* Moving the base, bringing its checkout along, and reading back what became of it. */

#include <string.h>

#include "land_priv.h"

/* Whether the checkout of the base could follow, with the roadmap apart when only that is in
 * the way. WT_E_CONFLICT when it could not. */
enum wt_code wt_land_probe(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_error second;
	struct wt_side old_side;
	enum wt_code rc;

	l->follow_tree = l->tree;
	l->roadmap_apart = false;
	if (!l->checkout.top)
		return WT_OK;
	rc = git->tool->checkout_advance(git->self, l->checkout.top, &l->base_tree, &l->follow_tree,
					 true, err);
	if (rc != WT_E_CONFLICT || !l->roadmap || !l->is_only_marked)
		return rc;
	rc = wt_tree_find(git, &l->base_tree, l->roadmap, l->arena, &old_side, &second);
	if (!rc)
		rc = wt_tree_put(git, &l->tree, l->roadmap, &old_side, l->arena, &l->follow_tree,
				 &second);
	if (!rc)
		rc = git->tool->checkout_advance(git->self, l->checkout.top, &l->base_tree,
						 &l->follow_tree, true, &second);
	if (rc)
		return WT_E_CONFLICT; /* err still names what was in the way at first */
	l->roadmap_apart = true;
	return WT_OK;
}

/* The base has moved; what fails from here on is told, not undone. */
enum wt_code wt_land_follow(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_event ev = { .kind = WT_EV_CHECKOUT_UPDATED,
			       .task = wt_land_task(l)->id,
			       .path = l->checkout.top };
	enum wt_code rc;

	if (!l->checkout.top)
		return WT_OK;
	rc = git->tool->checkout_advance(git->self, l->checkout.top, &l->base_tree, &l->follow_tree,
					 false, err);
	if (!rc && l->roadmap_apart)
		rc = wt_land_mark_apart(l, err);
	if (rc)
		return wt_land_say(
			l,
			"'%s' could not follow to %.12s: %s; its files are as they were, "
			"compare with: git -C %s status",
			l->checkout.top, wt_oid_hex(&l->commit).hex, err->msg, l->checkout.top);
	return wt_run_note(l->run, &ev, WT_LAZY, err);
}

/* Reads the base anew. WT_E_NOT_FOUND: the commit is no part of it. */
enum wt_code wt_land_is_in_base(struct wt_landing *l, const struct wt_oid *commit,
				struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	bool contains = false;
	enum wt_code rc = git->store->ref(git->self, l->ref, &l->base, err);

	if (!rc)
		rc = git->store->is_ancestor(git->self, commit, &l->base, &contains, err);
	if (rc)
		return wt_wrap(err, "cannot read the base '%s' back", l->run->plan.base);
	return contains ? WT_OK
			: wt_fail(err, WT_E_NOT_FOUND,
				  "the base '%s' does not contain the landing commit",
				  l->run->plan.base);
}

enum wt_code wt_land_note(struct wt_landing *l, const struct wt_oid *commit, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_LANDED,
			       .task = wt_land_task(l)->id,
			       .attempt = wt_land_state(l)->attempt,
			       .tip = l->tip,
			       .oid = *commit,
			       .tree = l->tree };
	struct wt_error why;
	enum wt_code rc = wt_land_is_in_base(l, commit, &why);

	if (rc == WT_E_NOT_FOUND)
		return wt_land_hold(l, WT_OUTCOME_FAILED, why.msg, err);
	if (rc) {
		*err = why;
		return rc;
	}
	ev.base = l->base;
	rc = wt_run_note(l->run, &ev, WT_DURABLE, err);
	if (!rc && l->roadmap) {
		struct wt_event marked = { .kind = WT_EV_ROADMAP_MARKED,
					   .task = wt_land_task(l)->id,
					   .path = l->roadmap,
					   .reason = l->marker };

		rc = wt_run_note(l->run, &marked, WT_LAZY, err);
	}
	if (!rc)
		rc = wt_land_mark_uncommitted(l, err);
	return rc ? rc : wt_land_mark_outside(l, err);
}

/* WT_E_RACED: the base moved meanwhile, try again. */
enum wt_code wt_land_move(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_event ev = { .kind = WT_EV_LANDING_STARTING,
			       .task = wt_land_task(l)->id,
			       .attempt = wt_land_state(l)->attempt,
			       .base = l->base,
			       .oid = l->commit,
			       .tip = l->tip,
			       .tree = l->tree,
			       .path = l->checkout.top };
	enum wt_code rc = wt_land_note_decided(l, err);
	struct wt_error moved, ignored;

	if (!rc)
		rc = wt_run_note(l->run, &ev, WT_DURABLE, err);
	if (rc)
		return rc;
	rc = git->tool->update_ref(
		git->self, l->ref, &l->commit, &l->base,
		wt_arena_printf(l->arena, "wtorch: land %s", wt_land_task(l)->id), &moved);
	/* A failure is believed when the base says the same. */
	l->has_moved = !rc || wt_land_is_in_base(l, &l->commit, &ignored) == WT_OK;
	if (!l->has_moved && rc == WT_E_RACED)
		return rc;
	if (!l->has_moved)
		return wt_land_hold(
			l, WT_OUTCOME_KEPT,
			wt_arena_printf(l->arena, "the base could not be moved: %s", moved.msg),
			err);
	rc = wt_land_follow(l, err);
	return rc ? rc : wt_land_note(l, &l->commit, err);
}
