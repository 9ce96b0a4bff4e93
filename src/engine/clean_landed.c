/* SPDX-License-Identifier: MIT */
/* Whether the work of an attempt is where it should be, so that its branch may go. */

#include <string.h>

#include "clean_priv.h"

const struct wt_targets *wt_clean_targets(struct wt_cleaner *c, const char *base, const char **why)
{
	size_t at = wt_map_find(&c->bases, base);
	struct base_targets *t;
	struct wt_error err;

	if (at == WT_MAP_NONE) {
		base = wt_arena_strdup(c->arena, base);
		at = c->n_targets;
		t = WT_ARENA_PUSH(c->arena, c->targets, c->n_targets, c->cap_targets);
		t->is_known = wt_integrated_targets(c->ports->git, base, c->arena, &t->targets,
						    &err) == WT_OK;
		if (!t->is_known)
			t->why = wt_arena_strdup(c->arena, err.msg);
		wt_map_set(&c->bases, base, at);
	}
	*why = c->targets[at].why;
	return c->targets[at].is_known ? &c->targets[at].targets : NULL;
}

static bool refuse(struct wt_clean_item *item, const char *reason)
{
	return wt_clean_refuse(item, WT_RISK_UNLANDED, reason);
}

/* True when one of the targets contains the commit. */
static bool is_contained(struct wt_cleaner *c, const struct wt_targets *targets,
			 const struct wt_oid *commit, const struct wt_target **in)
{
	const struct wt_git *git = c->ports->git;
	struct wt_error ignored;

	for (size_t i = 0; i < targets->n; i++) {
		bool contains = false;

		*in = &targets->items[i];
		if (git->store->is_ancestor(git->self, commit, &(*in)->oid, &contains, &ignored) ==
			    WT_OK &&
		    contains)
			return true;
	}
	return false;
}

static const char *how_far(struct wt_cleaner *c, const char *what, const struct wt_integrated *how)
{
	if (how->why)
		return wt_arena_printf(c->arena, "%s: %s", what, how->why);
	if (how->landed)
		return wt_arena_printf(c->arena, "%s, but %zu of %zu commits landed", what,
				       how->landed, how->total);
	return what;
}

/* By the branch's tip alone. */
static bool keep_by_tests(struct wt_cleaner *c, const struct wt_targets *targets,
			  struct wt_clean_item *item, const char *otherwise)
{
	struct wt_integrated *how = &item->how;

	wt_integrated_find(c->ports->git, targets, &item->tip, c->arena, how);
	if (!how->how)
		return refuse(item, how_far(c, otherwise, how));
	item->reason = wt_arena_printf(c->arena, "merged into %s (%s)", how->target->name,
				       wt_integrated_name(how->how));
	return false;
}

static bool keep_merged(struct wt_cleaner *c, const struct wt_targets *targets,
			const struct wt_clean_subject *s, struct wt_clean_item *item)
{
	const struct wt_target *in = NULL;
	bool moved = !wt_oid_is_equal(&item->tip, &s->tip);

	if (item->branch && moved)
		return keep_by_tests(c, targets, item,
				     "the branch has commits that are not merged");
	if (is_contained(c, targets, &s->landed, &in)) {
		item->reason = wt_arena_printf(c->arena, "merged into %s as %.7s", in->name,
					       wt_oid_hex(&s->landed).hex);
		return false;
	}
	if (!item->branch)
		return refuse(item, wt_arena_printf(c->arena, "'%s' does not contain %.7s any more",
						    s->base, wt_oid_hex(&s->landed).hex));
	return keep_by_tests(c, targets, item,
			     wt_arena_printf(c->arena, "'%s' does not contain %.7s any more",
					     s->base, wt_oid_hex(&s->landed).hex));
}

/* An attempt that a later one took the place of. */
static bool keep_older(struct wt_cleaner *c, const struct wt_targets *targets,
		       const struct wt_clean_subject *s, struct wt_clean_item *item)
{
	if (!item->branch || wt_oid_is_equal(&item->tip, &s->fork)) {
		item->reason = wt_arena_printf(
			c->arena, "attempt %zu was given up without a commit", s->attempt);
		return false;
	}
	return keep_by_tests(c, targets, item,
			     wt_arena_printf(c->arena,
					     "attempt %zu was given up, its commits are not merged",
					     s->attempt));
}

static bool keep_unmerged(struct wt_cleaner *c, const struct wt_clean_subject *s,
			  struct wt_clean_item *item)
{
	bool is_empty = item->branch && wt_oid_is_equal(&item->tip, &s->fork);
	const char *what = wt_arena_printf(c->arena, "%s: %s", wt_state_name(s->state),
					   is_empty ? "nothing was committed" : "not merged");

	/* Its files were all there was, and they were given up. */
	if (is_empty && item->n_files)
		return false;
	item->how = s->hand;
	if (!s->hand.how || s->hand.how == WT_INTEGRATED_UNCHANGED)
		return refuse(item, how_far(c, what, &s->hand));
	item->is_by_hand = s->is_hand_found;
	item->reason = wt_arena_printf(c->arena, "merged by hand into %s (%s)",
				       s->hand.target->name, wt_integrated_name(s->hand.how));
	return false;
}

bool wt_clean_keep_unlanded(struct wt_cleaner *c, const struct wt_clean_subject *s,
			    struct wt_clean_item *item)
{
	const char *why = NULL;
	const struct wt_targets *targets = wt_clean_targets(c, s->base, &why);

	if (!targets)
		return refuse(item,
			      wt_arena_printf(c->arena, "the base cannot be looked at: %s", why));
	if (!s->is_newest)
		return keep_older(c, targets, s, item);
	if (s->state == WT_MERGED)
		return keep_merged(c, targets, s, item);
	if (s->state != WT_NO_CHANGES)
		return keep_unmerged(c, s, item);
	item->reason = "the agent changed nothing";
	if (!item->branch || wt_oid_is_equal(&item->tip, &s->fork))
		return false;
	return keep_by_tests(c, targets, item, "the branch has commits that are not merged");
}
