/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_GATHER_H
#define WT_ENGINE_GATHER_H

/*
 * Gathers what the forecast goes by (core/evidence.h), as far as it is asked for and can be had:
 * the recent history, and the symbols that the tasks' text names. A plan without them is as good
 * as the words of its tasks.
 */

#include "wtorch/core/plan.h"
#include "wtorch/engine/ports.h"

/* in: tasks, configuration and base are set. diags gets what had to be left out. */
void wt_evidence_gather(const struct wt_ports *ports, const struct wt_plan_inputs *in,
			struct wt_arena *arena, struct wt_evidence *out, struct wt_diags *diags);

#endif
