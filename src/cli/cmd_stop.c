/* SPDX-License-Identifier: MIT */
/* wtorch stop: ends agents and keeps their work. */

#include "ask.h"

static int stop_run(struct wt_cli *cli, struct wt_error *err)
{
	const char *first = cli->args.n_words ? cli->args.words[0] : NULL;
	struct wt_event all = { .kind = WT_EV_STOP_ASKED };
	struct wt_run *run;
	enum wt_code rc;
	int status = -1;

	if (wt_cli_open_run(cli, first, &run, err))
		return -1;
	if (!wt_run_is_driven(run) && !wt_run_state(run)->living) {
		wt_ui_say(&cli->ui, "run %s is not running", run->id);
		wt_run_close(run);
		return 0;
	}
	if (wt_run_is_driven(run)) {
		rc = first ? wt_ask_note(cli, run, WT_EV_STOP_ASKED, err)
			   : wt_run_note(run, &all, WT_DURABLE, err);
		if (!rc)
			wt_ui_say(&cli->ui, "asked run %s to stop", run->id);
		status = rc ? -1 : 0;
	} else {
		/* Agents of an orchestrator that died: taken over, and then ended. */
		int handle;

		rc = wt_runs_lock(cli->ports, run->id, &handle, err);
		if (!rc) {
			rc = first ? wt_ask_note(cli, run, WT_EV_STOP_ASKED, err)
				   : wt_run_note(run, &all, WT_DURABLE, err);
			status = rc ? -1 : wt_cli_drive(cli, run, NULL, err);
			wt_runs_unlock(cli->ports, handle);
		}
	}
	wt_run_close(run);
	return status;
}

const struct wt_command wt_cmd_stop = {
	.name = "stop",
	.summary = "end agents, keep their worktrees and work",
	.usage = "[TASK...]",
	.about = "Ends the agents of the tasks named, or the whole run. Nothing is taken away: "
		 "`wtorch resume` goes on with the run, `wtorch retry` with a task.",
	.opts = { .next = &wt_run_opt },
	.needs = WT_NEEDS_REPO,
	.run = stop_run,
};
