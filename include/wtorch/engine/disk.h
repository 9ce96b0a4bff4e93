/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_DISK_H
#define WT_ENGINE_DISK_H

/*
 * Disk as a budget: what a run will take, before it makes anything, and what all of us take
 * already. A worktree is reckoned as its base's files in whole blocks; what an agent builds in it
 * nobody can know.
 */

#include "wtorch/engine/clean.h"

struct wt_disk_forecast {
	int64_t checkout_bytes; /* of one worktree */
	int64_t together_bytes; /* of those that are there at the same time at least */
	int64_t all_bytes;      /* of all that the run makes, should none be cleaned meanwhile */
	int64_t free_bytes;     /* where they will lie */
	int64_t used_bytes;     /* worktrees, trash and keep refs; only when there is a budget */
	int64_t budget_bytes;   /* clean.disk_budget; 0: none */
};

/* WT_E_ENV, with a hint, when not even the worktrees of one moment fit on the disk. What cannot be
 * measured is left at 0 and refuses nothing. */
WT_MUST_USE enum wt_code wt_disk_forecast(const struct wt_ports *ports, const struct wt_plan *plan,
					  const struct wt_config *config, struct wt_arena *a,
					  struct wt_disk_forecast *out, struct wt_error *err);

/* What speaks against it, as a sentence to be appended; nothing when nothing does. */
void wt_disk_render(const struct wt_disk_forecast *f, struct wt_buf *out);

/* "wtorch clean 65 70 frees 212 MB", of the largest that may go; nothing when there are none. */
void wt_disk_render_candidates(const struct wt_clean_list *list, struct wt_buf *out);

#endif
