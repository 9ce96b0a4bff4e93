/* SPDX-License-Identifier: MIT */
/* wtorch report: what became of a run. */

#include "drive.h"

static const struct wt_opt rows[] = {
	{ .name = "format",
	  .arg = "FORMAT",
	  .choices = "text markdown json yaml",
	  .help = "text, markdown, json or yaml" },
	{ .name = "json", .help = "the same as --format json" },
};

static int report_run(struct wt_cli *cli, struct wt_error *err)
{
	const char *format = wt_args_value(&cli->args, "format");
	struct wt_run *run;

	if (wt_cli_want_words(cli, 0, 1, err) ||
	    wt_run_open(cli->ports, cli->args.n_words ? cli->args.words[0] : NULL, &run, err))
		return -1;
	if (wt_args_has(&cli->args, "json"))
		format = "json";
	wt_ui_diags(&cli->ui, &run->damage);
	wt_cli_report(cli, run, format ? format : "text");
	wt_run_close(run);
	return 0;
}

const struct wt_command wt_cmd_report = {
	.name = "report",
	.summary = "the summary of a run",
	.usage = "[RUN]",
	.about =
		"Shows what became of the newest run, or of RUN: what merged, what failed and why, "
		"what to type next.",
	.opts = WT_OPTS(rows, &wt_common_opts),
	.needs = WT_NEEDS_REPO,
	.run = report_run,
};
