/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_WITNESS_H
#define WT_ENGINE_WITNESS_H

/*
 * What the world says about the state that the journal gives a task: is the process alive, does
 * the base contain the landing commit, is the branch where it was judged, is the worktree there.
 * Cheap: a few files and refs, no process is started and nothing is changed.
 *
 *	a state in which somebody is at work    the very process (pid, start time, boot id)
 *	queued                                  the branch's tip
 *	merged                                  the base's history
 *	ended without landing                   the worktree and the branch that hold its work
 *	waiting, skipped, no changes            the journal alone
 */

#include "wtorch/core/report.h"
#include "wtorch/engine/runs.h"

/* is_driven as wt_run_is_driven says. Texts live in the arena. */
void wt_witness_look(struct wt_run *run, size_t task, bool is_driven, struct wt_arena *a,
		     struct wt_witness *out);

#endif
