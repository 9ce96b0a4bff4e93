/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_SNAPSHOT_H
#define WT_ENGINE_SNAPSHOT_H

/*
 * How what living agents tell gets from the orchestrator to those who show it: live.json in the
 * run's folder, replaced at most once a second. It is a cache: where it is missing or damaged
 * people see less, and nothing else changes, so nothing here fails.
 */

#include "wtorch/core/report.h"
#include "wtorch/engine/runs.h"

/* live is as plan->tasks. */
void wt_snapshot_save(const struct wt_run *run, const struct wt_live *live);
/* Fills told of each; texts live in the arena. */
void wt_snapshot_load(const struct wt_run *run, struct wt_arena *a, struct wt_live *live);
void wt_snapshot_remove(const struct wt_run *run);

#endif
