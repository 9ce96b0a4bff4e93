/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_HISTORY_H
#define WT_ENGINE_HISTORY_H

/*
 * Which files recent commits changed, for the forecast: one pass over the newest commits that
 * the tip reaches, by time. Left out are merges (what they bring is in their other commits),
 * commits of more than WT_HISTORY_MASS files (forecast.h), and what cannot be read: a shallow
 * or partial clone has less to tell. Of an octopus only two parents are followed.
 *
 * A file that went from one name to another without a change in it counts under its newest
 * name; renames with edits are not looked for, which would cost more than all of the rest.
 */

#include "wtorch/core/evidence.h"
#include "wtorch/engine/ports.h"

/* Looks at max commits at most, 0: none; from the cache when the tip is the same. Never fails:
 * what was found by then is what there is. Ends after WT_HISTORY_MS at the latest, and then
 * says so in out->is_cut. */
#define WT_HISTORY_MS 5000 /* a disk that slow is not worth the wait */
void wt_history_read(const struct wt_ports *ports, const struct wt_oid *tip, size_t max,
		     struct wt_arena *a, struct wt_co_change *out);

#endif
