/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_RUNS_PRIV_H
#define WT_ENGINE_RUNS_PRIV_H

/* Between the files that open runs. */

#include "wtorch/engine/runs.h"

/* The common dir with its links resolved; in the arena, or the port's own. */
const char *wt_runs_real_home(const struct wt_ports *ports, struct wt_arena *a);

/* Sets place, once the plan and home are read. */
void wt_run_find_place(struct wt_run *run);

#endif
