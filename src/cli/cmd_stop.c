/* SPDX-License-Identifier: MIT */
/* wtorch stop: ends agents and keeps their work. */

#include "ask.h"

/* The run is driven: its orchestrator is asked. */
static int ask(struct wt_cli *cli, struct wt_run *run, struct wt_error *err)
{
	struct wt_event all = { .kind = WT_EV_STOP_ASKED };
	enum wt_code rc = wt_ask_note(cli, run, WT_EV_STOP_ASKED, err);

	if (!rc && !cli->args.n_words)
		rc = wt_run_note(run, &all, WT_DURABLE, err);

	if (!rc)
		wt_ui_say(&cli->ui, "asked run %s to stop", run->id);
	return rc ? -1 : 0;
}

/* Everything that lives is among the tasks named. */
static bool names_all_living(const struct wt_cli *cli, const struct wt_run *run)
{
	for (size_t i = 0; i < run->plan.n_tasks; i++) {
		bool is_named = !cli->args.n_words;

		for (size_t k = 0; k < cli->args.n_words; k++)
			is_named |= wt_plan_find(&run->plan, cli->args.words[k]) == i;
		if (!is_named && wt_state_is_living(wt_run_state(run)->tasks[i].state))
			return false;
	}
	return true;
}

/* Agents of an orchestrator that died: taken over, and then ended. Only all at once, because
 * those that are left would need somebody to go on with them. */
static int take_over(struct wt_cli *cli, struct wt_run *run, struct wt_error *err)
{
	int handle, status = -1;
	enum wt_code rc;

	if (wt_runs_lock(cli->ports, run->id, &handle, err))
		return -1;
	rc = wt_run_refresh(run, err);
	if (!rc && !names_all_living(cli, run)) {
		wt_fail(err, WT_E_STATE, "nobody works on run %s, and others of its agents live",
			run->id);
		wt_hint(err, "wtorch stop ends all of them, wtorch resume goes on");
	} else if (!rc && wt_ask_note(cli, run, WT_EV_STOP_ASKED, err) == WT_OK) {
		status = wt_cli_drive(cli, run, "stop", err);
		/* That nothing landed is what was asked for. */
		status = status > 0 && status < 128 ? 0 : status;
	}
	wt_runs_unlock(cli->ports, handle);
	return status;
}

static int stop_run(struct wt_cli *cli, struct wt_error *err)
{
	struct wt_run *run;
	int status = 0;

	if (wt_cli_open_run(cli, cli->args.n_words ? cli->args.words[0] : NULL, &run, err))
		return -1;
	if (wt_run_is_driven(run))
		status = ask(cli, run, err);
	else if (wt_run_state(run)->living || run->place == WT_PLACE_ELSEWHERE)
		status = take_over(cli, run, err);
	else
		wt_ui_say(&cli->ui, "run %s is not running", run->id);
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
