/* SPDX-License-Identifier: MIT */
/* Gathers what the forecast goes by. */

#include "wtorch/engine/gather.h"

#include "wtorch/engine/history.h"

void wt_evidence_gather(const struct wt_ports *ports, const struct wt_plan_inputs *in,
			struct wt_arena *arena, struct wt_evidence *out)
{
	size_t max = (size_t)wt_config_int(in->config, "plan.history");

	*out = (struct wt_evidence){ 0 };
	if (in->tasks->len)
		wt_history_read(ports, &in->base_oid, max, arena, &out->history);
}
