/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_MERGEPLAN_H
#define WT_CORE_MERGEPLAN_H

/*
 * Whether a task's work may land, from facts that others measured; and how a three-way merge of
 * trees decides each name. Both are pure, so that every rule has a test of its own.
 */

#include <stdbool.h>
#include <stddef.h>

#include "wtorch/base/oid.h"
#include "wtorch/core/plan.h"

/* An entry of a tree; a zero oid means the name is absent. */
struct wt_side {
	struct wt_oid oid;
	unsigned mode; /* as git writes it: 0100644, 040000, ... */
};

enum wt_pick {
	WT_PICK_NONE,    /* absent in the result */
	WT_PICK_OURS,
	WT_PICK_THEIRS,
	WT_PICK_DESCEND, /* all three differ and are trees (or absent): look inside */
	WT_PICK_LINES,   /* three different regular files: merge their lines */
	WT_PICK_HARD,    /* only git knows: delete against change, add against add, types, ... */
};

/*
 * The decision for one name (perf-baseline B: the rules of the measured walk). The mode is
 * decided with the content: a side that changed only the mode counts as changed.
 */
enum wt_pick wt_mergeplan_pick(const struct wt_side *base, const struct wt_side *ours,
			       const struct wt_side *theirs);

enum wt_verdict {
	WT_VERDICT_LAND,
	WT_VERDICT_WAIT, /* the checkout of the base is in the middle of something */
	WT_VERDICT_KEEP, /* a rule holds it back until a person decides */
};

struct wt_landing_facts {
	const struct wt_plan_task *task;
	const char *const *changed; /* paths the task changed against its recorded base */
	size_t n_changed;
	const char *scope;          /* plan.scope: warn, keep, off */
	const char *busy;           /* what the checkout is in the middle of, NULL: nothing */
	bool forked_from_base;      /* the tip descends from the recorded base */
};

/* reason is written when the verdict is not LAND, warning when something is only to be said;
 * both are appended to, empty otherwise. */
enum wt_verdict wt_mergeplan_judge(const struct wt_landing_facts *facts, struct wt_buf *reason,
				   struct wt_buf *warning);

#endif
