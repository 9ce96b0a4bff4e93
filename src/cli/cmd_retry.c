/* SPDX-License-Identifier: MIT */
/* wtorch retry: a new attempt. */

#include "ask.h"

static const struct wt_opt retry_rows[] = {
	{ .name = "fresh", .help = "in a new worktree from the base as it is now" },
	{ .name = "json", .help = "print the report as one JSON document" },
};

static int retry_run(struct wt_cli *cli, struct wt_error *err)
{
	return wt_ask_and_drive(cli, WT_EV_RETRY_ASKED, err);
}

const struct wt_command wt_cmd_retry = {
	.name = "retry",
	.summary = "a new attempt for tasks that did not land",
	.usage = "TASK...",
	.about = "Tries tasks again that failed, conflicted or were stopped, and those that were "
		 "skipped on their account; in the same worktree unless --fresh.",
	.opts = WT_OPTS(retry_rows, &wt_run_opt),
	.needs = WT_NEEDS_REPO,
	.run = retry_run,
};
