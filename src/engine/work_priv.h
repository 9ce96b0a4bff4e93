/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_WORK_PRIV_H
#define WT_ENGINE_WORK_PRIV_H

/* Between looking at what an agent left (work.c) and at what it committed (work_tree.c). */

#include "wtorch/engine/runs.h"

struct wt_work_change {
	struct wt_arena *arena;
	struct wt_oid base, tip, tree; /* of the base's branch now; of the task's branch */
	const char *const *paths;      /* that differ from where the work began */
	size_t n_paths;
};

/* *kept gets the reason, in the arena, when one is found. Warnings are noted. */
enum wt_code wt_work_check_tree(struct wt_run *run, size_t task, const struct wt_work_change *c,
				const char **kept, struct wt_error *err);
/*
 * work_combine.c: merges the work of the task's workstreams, all of which are over or the run is
 * stopping, into its branch, and brings its worktree along. Either out->tip is the new tip and
 * streams are those whose work it holds; or out->outcome is how the attempt ends, and streams the
 * one for whose sake. A failure leaves the branch as it was, or is settled by the next try.
 */
struct wt_combined {
	struct wt_oid base, tip; /* of the base's branch, and of the task's: set before */
	enum wt_outcome outcome; /* NONE: combined */
	const char *reason;
	const char **streams; /* ids, in the arena */
	size_t n_streams;
};
WT_MUST_USE enum wt_code wt_work_combine(struct wt_run *run, size_t task, struct wt_arena *arena,
					 struct wt_combined *out, struct wt_error *err);
/* Finishes a combination that was cut short, before anybody looks at the worktree. */
WT_MUST_USE enum wt_code wt_work_settle_combining(struct wt_run *run, size_t task,
						  struct wt_arena *arena, struct wt_error *err);

/* Work of other tasks of the run that the tip holds and the base does not. */
enum wt_code wt_work_check_others(struct wt_run *run, size_t task, const struct wt_work_change *c,
				  const char **kept, struct wt_error *err);

/* work_exit.c: what the newest agent, which failed, wanted of a person, and what to do about it; in
 * the arena, NULL: nothing. */
const char *wt_work_wanted(struct wt_run *run, size_t task, struct wt_arena *a);
/* It did not begin to work because it does not know the conversation that it was to take up. */
bool wt_work_is_refused(const struct wt_run *run, size_t task);

#endif
