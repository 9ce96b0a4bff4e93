/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_PLAN_GRAPH_H
#define WT_CORE_PLAN_GRAPH_H

/*
 * A plan as a drawing, in the languages of mermaid and of graphviz: its waves and what is skipped
 * as boxes, who needs whom as arrows, who shares what as dashed lines, the longest path in bold.
 * Nodes are called by numbers, and titles and paths are written so that none of their
 * characters means anything there. Equal plans give equal bytes.
 */

#include "wtorch/core/plan.h"

void wt_plan_render_mermaid(const struct wt_plan *plan, struct wt_buf *out);
void wt_plan_render_dot(const struct wt_plan *plan, struct wt_buf *out);

#endif
