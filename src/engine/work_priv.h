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
/* Work of other tasks of the run that the tip holds and the base does not. */
enum wt_code wt_work_check_others(struct wt_run *run, size_t task, const struct wt_work_change *c,
				  const char **kept, struct wt_error *err);

#endif
