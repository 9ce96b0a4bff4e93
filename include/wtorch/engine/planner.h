/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_PLANNER_H
#define WT_ENGINE_PLANNER_H

/*
 * Asks the planner command (plan.planner) what tasks will touch and need: once for a set of
 * tasks on a tip, since the answer is kept (cache.h). It runs at the top of the checkout with the
 * question (core/answer.h) on its standard input, in a process group of its own that is ended
 * after plan.planner_timeout. What goes wrong is a warning, and the plan does without.
 */

#include "wtorch/core/answer.h"
#include "wtorch/engine/ports.h"

/* Whether there is one; asked for or not is the caller's to know. */
bool wt_planner_is_configured(const struct wt_config *config);
/* plan: what was planned without it; names what it is asked about. */
void wt_planner_ask(const struct wt_ports *ports, const struct wt_config *config,
		    const struct wt_plan *plan, struct wt_arena *a, struct wt_evidence *out,
		    struct wt_diags *diags);

#endif
