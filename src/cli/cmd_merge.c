/* SPDX-License-Identifier: MIT */
/* wtorch merge: merges what waits for a person. */

#include "ask.h"

static const struct wt_opt merge_rows[] = {
	{ .name = "json", .help = "print the report as one JSON document" },
};

static int merge_run(struct wt_cli *cli, struct wt_error *err)
{
	return wt_ask_and_drive(cli, WT_EV_MERGE_ASKED, err);
}

const struct wt_command wt_cmd_merge = {
	.name = "merge",
	.summary = "merge now, after a conflict was mended by hand",
	.usage = "TASK...",
	.about = "Merges the branch of a task as it is now: after a conflict was mended in its "
		 "worktree and committed, or when the run was told not to merge.",
	.opts = WT_OPTS(merge_rows, &wt_run_opt),
	.needs = WT_NEEDS_REPO,
	.run = merge_run,
};
