/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_SNAPSHOT_H
#define WT_CORE_SNAPSHOT_H

/*
 * What the living agents of a run have told so far, as one document that the orchestrator writes
 * and other processes show: a sample, so it is in no journal, and may be deleted.
 *
 *	{"schema":"wtorch.live/1","instances":[{"task":"65","started_ms":...,"message":"...",
 *	 "tool":"Edit","tokens_in":9,"tokens_out":2,"tokens_cached":1,"cost_microusd":5}]}
 */

#include "wtorch/core/report.h"

#define WT_MAX_SNAPSHOT_BYTES ((size_t)4 << 20)

/* Of the tasks whose agent told anything; live is as plan->tasks. */
void wt_snapshot_render(const struct wt_run_state *s, const struct wt_live *live,
			struct wt_jsonw *w);
/* Fills told of each of them whose agent is still the one that the document is about. Texts live
 * in the arena, made safe; whatever cannot be is left out. */
void wt_snapshot_parse(const struct wt_json *doc, const struct wt_run_state *s,
		       struct wt_arena *arena, struct wt_live *live);

#endif
