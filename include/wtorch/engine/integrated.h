/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_INTEGRATED_H
#define WT_ENGINE_INTEGRATED_H

/*
 * Whether the work on a branch has arrived somewhere, however it was brought there: merged,
 * rebased, squashed, or squashed with the same files edited since. Six tests, cheapest first:
 *
 *	1 same commit          the tip is the target's
 *	2 ancestor             the target contains the tip
 *	3 no added changes     the branch's files are those it began with
 *	4 trees match          the files of both are the same
 *	5 merge adds nothing   merging the tip in would leave the target's files as they are
 *	6 patch matches        where that merge conflicts: one commit of the target makes the
 *	                       branch's whole change, to the letter
 *
 * The first five read the repository in-process; a hard merge in 5, and 6, ask git. Whatever
 * cannot be told is "not integrated", never the contrary: so are histories without a common
 * commit, and in 6 a target that is more than 500 commits ahead.
 */

#include "wtorch/engine/ports.h"

enum wt_integration {
	WT_INTEGRATED_NOT,
	WT_INTEGRATED_SAME,
	WT_INTEGRATED_ANCESTOR,
	WT_INTEGRATED_UNCHANGED,
	WT_INTEGRATED_TREE,
	WT_INTEGRATED_MERGE,
	WT_INTEGRATED_PATCH,
};

/* Where work may have arrived: the base, and what it follows elsewhere. */
struct wt_target {
	const char *name; /* "main", "origin/main" */
	struct wt_oid oid, tree;
	bool is_base;
};

struct wt_targets {
	struct wt_target items[2];
	size_t n;
};

struct wt_integrated {
	enum wt_integration how;
	const struct wt_target *target; /* NULL when not */
	struct wt_oid commit;           /* PATCH: the commit that makes the change */
	const char *why; /* when not, and it is because it cannot be told; else NULL */
	/* When not: of total commits of the branch, so many changes have arrived. Both are zero
	 * when that cannot be told or the branch has only one. */
	size_t landed, total;
};

/*
 * The base, unless it is strictly behind its upstream; the upstream, unless it is strictly behind
 * the base. Diverged: both, and either will do. An upstream that vanished is none. Fails when the
 * base cannot be read.
 */
WT_MUST_USE enum wt_code wt_integrated_targets(const struct wt_git *git, const char *base,
					       struct wt_arena *a, struct wt_targets *out,
					       struct wt_error *err);

void wt_integrated_find(const struct wt_git *git, const struct wt_targets *targets,
			const struct wt_oid *tip, struct wt_arena *a, struct wt_integrated *out);

/* "ancestor", "trees match", ...; NULL for NOT. */
const char *wt_integrated_name(enum wt_integration how);

#endif
