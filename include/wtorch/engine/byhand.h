/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_BYHAND_H
#define WT_ENGINE_BYHAND_H

/*
 * Work that did not land with us, and that a person merged, rebased or squashed into the base
 * with plain git. The next command that sees it says so: it notes the task as landed, by hand.
 *
 * Seen is only what integrated.h proves, of work that an attempt is known to have committed: a
 * branch without commits of its own, or one whose changes were taken back, has not landed, however
 * much the base contains it. Nor has what is only in the base's upstream.
 */

#include "wtorch/engine/integrated.h"
#include "wtorch/core/report.h"
#include "wtorch/engine/runs.h"

/* Looks whether the task's work (its branch's tip, else the recorded one) is in one of the targets;
 * changes nothing. found is false unless it is in the base itself; how is filled in either case. */
WT_MUST_USE enum wt_code wt_byhand_find(struct wt_run *run, size_t task,
					const struct wt_targets *targets, struct wt_arena *a,
					struct wt_integrated *how, bool *found,
					struct wt_error *err);

/* For status: says so in what was seen of the task, and changes nothing. It may start git, so it is
 * nothing to be done each second. */
void wt_byhand_witness(struct wt_run *run, struct wt_arena *a, struct wt_witness *seen,
		       size_t task);

/* Notes one that was found. */
WT_MUST_USE enum wt_code wt_byhand_note(struct wt_run *run, size_t task,
					const struct wt_integrated *how, struct wt_error *err);

/* Finds and notes all of a run, by whoever holds the right to act on it; n counts them. What
 * cannot be looked at is left as it is, and so is what is about to be landed: that sees it, too. Fails
 * only when the journal cannot be written. */
WT_MUST_USE enum wt_code wt_byhand_settle(struct wt_run *run, size_t *n, struct wt_error *err);

#endif
