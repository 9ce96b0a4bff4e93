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
#include "wtorch/base/text.h"
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
	WT_PICK_LINES,   /* three regular files, changed on both sides: merge their lines */
	WT_PICK_HARD,    /* only git knows: delete against change, add against add, types, ... */
};

/*
 * The decision for one name. The mode is decided with the content: a side that changed only the
 * mode counts as changed. A decision is taken without git only where git's search for renames
 * cannot matter: a rename makes a difference only when its source was also touched, or its
 * target also made, by the other side, or when a folder that one side gave up changed on the
 * other. All three are HARD, and so is a name that both sides gave up.
 *
 * NONE, OURS and THEIRS hold for trees without looking inside; but where both sides made the
 * same change to a tree (OURS, and base is another tree), the caller looks for names that both
 * gave up: wt_mergeplan_gives_up().
 */
enum wt_pick wt_mergeplan_pick(const struct wt_side *base, const struct wt_side *ours,
			       const struct wt_side *theirs);

/* The mode of two regular files that changed from base, as git decides it. */
unsigned wt_mergeplan_mode(const struct wt_side *base, const struct wt_side *ours,
			   const struct wt_side *theirs);

enum wt_given_up {
	WT_GIVEN_UP_NO,
	WT_GIVEN_UP_YES,   /* a file of base (or a folder's files) is not there any more */
	WT_GIVEN_UP_MAYBE, /* two different trees: look inside */
};

/* Whether going from base to now gives up a name that base has. */
enum wt_given_up wt_mergeplan_gives_up(const struct wt_side *base, const struct wt_side *now);

/*
 * True when an attributes file could make git merge the lines of path in a special way: a line
 * with "merge" or "binary" whose pattern may match path, or a macro made of these. Never false
 * when it does. path is relative to the file's folder.
 */
bool wt_mergeplan_is_special(struct wt_str attributes, const char *path);

/* True for a path that git refuses to check out: a part that is "..", ".git" in any case, or a
 * name that other systems take for it ("git~1", ".git " and the like). */
bool wt_mergeplan_is_bad_path(const char *path);

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

/* One of the files that the task itself says it touches. */
bool wt_mergeplan_is_declared(const struct wt_task *task, const char *path);

/* reason is written when the verdict is not LAND, warning when something is only to be said;
 * both are appended to, empty otherwise. */
enum wt_verdict wt_mergeplan_judge(const struct wt_landing_facts *facts, struct wt_buf *reason,
				   struct wt_buf *warning);

#endif
