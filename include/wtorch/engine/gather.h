/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_GATHER_H
#define WT_ENGINE_GATHER_H

/*
 * Gathers what the forecast goes by (core/evidence.h), as far as it is asked for and can be had:
 * the recent history, and the symbols that the tasks' text names. It says so in no way when a
 * part cannot be had; a plan without it is as good as the words of its tasks.
 */

#include "wtorch/core/plan.h"
#include "wtorch/engine/ports.h"

/* in: tasks, configuration, base and tree are set. */
void wt_evidence_gather(const struct wt_ports *ports, const struct wt_plan_inputs *in,
			struct wt_arena *arena, struct wt_evidence *out);

#endif
