/* SPDX-License-Identifier: MIT */
#ifndef WT_CLI_DRIVE_H
#define WT_CLI_DRIVE_H

/* Driving a run under a person's eyes: what `run`, `resume`, `retry` and `merge` share. */

#include "commands.h"
#include "wtorch/engine/run.h"

/* Takes a run that is open to its end, with one line per transition or a live block, and shows
 * the report. purpose as in wt_drive_opts. The caller holds the lock. The exit status, or -1. */
int wt_cli_drive(struct wt_cli *cli, struct wt_run *run, const char *purpose,
		 struct wt_error *err);

/* The report of a run in the form that the options ask for (--json, else text). */
void wt_cli_report(struct wt_cli *cli, struct wt_run *run, const char *format);

/* The cell of a task: its id, with those that were joined to it. */
void wt_put_label(const struct wt_ui *ui, const struct wt_plan *plan, size_t task,
		  struct wt_buf *out);

/* The live block: what `run` draws while it works and `status -w` shows. */
void wt_live_render(const struct wt_cli *cli, struct wt_run *run, const struct wt_live *live,
		    const struct wt_load *load, struct wt_buf *out);

#endif
