/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_TEMP_H
#define WT_ENGINE_TEMP_H

/*
 * Folders for what agents and gates leave in the temp directory. Each attempt has one over all its
 * rounds, each gate one: <TMPDIR or /tmp>/wtorch-<12 hexadecimal digits>, of nobody else's to read,
 * with a short path, because a socket's has 107 bytes at most.
 *
 * Its name is on record, in <common dir>/wtorch/temps, before it is made, and until it is gone. So
 * it is found whoever was killed when. Only what has such a name and such a record is ever taken
 * away: links are removed, not followed.
 *
 * The owner is the folder of the attempt ("7/2") or gate ("7/2/gates/lint-1") in the run's.
 */

#include "wtorch/engine/runs.h"

/* Of an attempt. */
const char *wt_temp_owner(struct wt_run *run, size_t task, size_t attempt);
/* The environment with the owner's folder, which is made where it is not there, as TMPDIR. It lies
 * where TMPDIR was. Where there can be none, which is no reason not to work, that is noted and the
 * environment stays as it is. In the run's arena. */
const char *const *wt_temp_env(struct wt_run *run, const char *owner, const char *const *env);
/* Nobody of the owner's works any more. Never fails: what cannot go is left to whoever comes next.
 */
void wt_temp_drop(struct wt_run *run, const char *owner);
/* Those of the run that nobody wants any more: what an orchestrator before us left. */
void wt_temp_sweep(struct wt_run *run, bool (*is_wanted)(void *arg, const char *owner), void *arg);
/* Those of all runs of which nobody is alive. */
void wt_temp_clean(const struct wt_ports *ports);

#endif
