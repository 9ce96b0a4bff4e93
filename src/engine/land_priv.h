/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_LAND_PRIV_H
#define WT_ENGINE_LAND_PRIV_H

/* What the files of landing share: the values of one attempt to land, made in this order and
 * not changed afterwards, and the steps that make them. */

#include "wtorch/engine/checkout.h"
#include "wtorch/engine/land.h"
#include "wtorch/engine/merge.h"
#include "wtorch/engine/tree.h"

struct wt_landing {
	struct wt_run *run;
	struct wt_arena *arena; /* the run's */
	size_t task;
	const char *ref;    /* of the base */
	struct wt_oid base; /* its tip now */
	struct wt_oid base_tree;
	struct wt_oid tip; /* of the task's branch now */
	struct wt_oid tip_tree;
	struct wt_oid judged; /* the tip as the journal knows it; zero: nothing was committed */
	struct wt_fork fork;  /* where the task's own work begins */
	struct wt_oid theirs; /* what is merged: the tip, or the tip without what may not land */
	struct wt_oid theirs_tree;
	struct wt_oid tree;   /* the merged tree, roadmap marked */
	struct wt_oid commit; /* the landing commit */
	struct wt_checkout checkout;
	const char *roadmap;       /* path in the tree that was marked, NULL: none */
	const char *roadmap_gone;  /* its path, when the merged tree has no such heading */
	const char *marker;        /* what it was marked with, for the journal */
	struct wt_oid follow_tree; /* what the checkout's files are brought to */
	bool is_only_marked;       /* the landing changes nothing but the marker in it */
	bool roadmap_apart;        /* the checkout's roadmap is edited by itself */
	bool has_moved;            /* the base contains the commit: there is no way back */
};

/* Notes a person should see; never fails the landing. */
enum wt_code wt_land_say(struct wt_landing *l, const char *fmt, ...) WT_PRINTF(2, 3);

/* theirs: the tip without status files and without changes of roadmap markers. */
enum wt_code wt_land_filter(struct wt_landing *l, struct wt_error *err);

/* Marks the task complete in *tree when the roadmap is part of it; sets roadmap and marker. */
enum wt_code wt_land_mark(struct wt_landing *l, struct wt_oid *tree, struct wt_error *err);

/* The same of a landing that was begun before, from base_tree and tree. */
enum wt_code wt_land_find_marked(struct wt_landing *l, struct wt_error *err);

/* A roadmap that git does not track: edited by rename, after the landing. */
enum wt_code wt_land_mark_outside(struct wt_landing *l, struct wt_error *err);

/* A heading that only the checkout of the base has, because nobody committed it yet: marked
 * there, or its absence is told. After the landing. */
enum wt_code wt_land_mark_uncommitted(struct wt_landing *l, struct wt_error *err);

/* The same edit in a checkout whose roadmap has edits of its own: index and file apart. */
enum wt_code wt_land_mark_apart(struct wt_landing *l, struct wt_error *err);

/* The landing commit (or commits, for rebase) on top of base, from theirs. is_clean false: the
 * outcome tells the paths. */
enum wt_code wt_land_commit(struct wt_landing *l, struct wt_merge_outcome *outcome,
			    struct wt_error *err);

#endif
