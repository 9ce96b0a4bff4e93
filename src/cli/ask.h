/* SPDX-License-Identifier: MIT */
#ifndef WT_CLI_ASK_H
#define WT_CLI_ASK_H

/* What stop, retry and merge share: each notes what is asked for. A living orchestrator sees it
 * in the journal and obeys; where none lives, the command takes the run itself. */

#include "drive.h"

/* Notes the request for each task named on the command line. */
WT_MUST_USE enum wt_code wt_ask_note(struct wt_cli *cli, struct wt_run *run,
				     enum wt_event_kind kind, struct wt_error *err);

/* The same, in the run of the first task named, which is then driven on unless somebody does
 * already. The exit status, or -1. */
int wt_ask_and_drive(struct wt_cli *cli, enum wt_event_kind kind, struct wt_error *err);

#endif
