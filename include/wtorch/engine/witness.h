/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_WITNESS_H
#define WT_ENGINE_WITNESS_H

/*
 * What the world says about the state that the journal gives a task: is the process alive, does
 * the base contain the landing commit, is the branch where it was judged, is the worktree there.
 * Cheap: a few files and refs, no process is started and nothing is changed.
 *
 *	a state in which somebody is at work    the very process (pid, start time, boot id), also
 *						one that only the claim in its folder names
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

/* The process that works on the task, as its record tells, or the claim in its folder where that
 * record was never written. False: none is known. It may be dead: proc->is_alive. */
bool wt_witness_process(const struct wt_run *run, size_t task, struct wt_proc_id *id);

/*
 * How many agents and setup commands of a run that nobody drives still live. The caller holds the
 * right to act on it: a shim that was begun and has not come to its claim yet cannot start
 * anything any more.
 */
WT_MUST_USE enum wt_code wt_run_count_left(const struct wt_run *run, size_t *n,
					   struct wt_error *err);

#endif
