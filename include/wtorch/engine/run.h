/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_RUN_H
#define WT_ENGINE_RUN_H

/*
 * Driving a run: asks the scheduler what to do, does it, notes what happened, and sleeps until
 * something else happens. `run`, `resume`, `retry` and `merge` all come here; what they differ
 * in is which requests they note before.
 *
 * The caller holds the repository's lock (wt_runs_lock). First everything that an orchestrator
 * before us left open is settled by looking; see recover.c.
 */

#include "wtorch/core/report.h"
#include "wtorch/engine/runs.h"

struct wt_drive_opts {
	/* Called after each step and at least once per second while agents live; may be NULL. */
	void (*tick)(void *arg, struct wt_run *run, const struct wt_live *live,
		     const struct wt_load *load);
	/* The terminal went away (HUP). */
	void (*hangup)(void *arg, struct wt_run *run);
	void *arg;
	/* "retry" or "merge": only what was asked for is done; "stop": what lives is adopted and
	 * ended; NULL: the whole run goes on; "now": so too, and providers are asked again. */
	const char *purpose;
	int64_t tick_ms; /* how often while agents live; 0: run.interval */
};

/*
 * Until nothing is left to do. *signo is the signal that ended it early, else 0. A task that
 * fails is no failure of this call.
 */
WT_MUST_USE enum wt_code wt_run_drive(struct wt_run *run, const struct wt_drive_opts *o, int *signo,
				      struct wt_error *err);

#endif
