/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_RUN_PARTS_H
#define WT_ENGINE_RUN_PARTS_H

/* Between the files that open runs. */

#include "wtorch/engine/runs.h"

/* runs.c: one that is not read yet; never NULL. */
struct wt_run *wt_run_new(const struct wt_ports *ports, const char *id);
WT_MUST_USE enum wt_code wt_run_open_journal(struct wt_run *run, bool create, struct wt_error *err);
bool wt_run_is_id(const char *name);

/* runs_place.c */

/* The common dir with its links resolved; in the arena, or the port's own. */
const char *wt_runs_real_home(const struct wt_ports *ports, struct wt_arena *a);

/* Sets place, once the plan and home are read. */
void wt_run_find_place(struct wt_run *run);

#endif
