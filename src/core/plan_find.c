/* SPDX-License-Identifier: MIT */
/* A plan that is there: finding a task in it, and letting it go. */

#include "wtorch/core/plan.h"

void wt_plan_clear(struct wt_plan *plan)
{
	wt_map_clear(&plan->by_id);
	*plan = (struct wt_plan){ 0 };
}

size_t wt_plan_find(const struct wt_plan *plan, const char *id)
{
	return wt_map_find(&plan->by_id, id);
}
