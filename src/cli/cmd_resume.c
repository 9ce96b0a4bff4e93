/* SPDX-License-Identifier: MIT */
/* wtorch resume: goes on with a run. */

#include "drive.h"

static const struct wt_opt resume_rows[] = {
	{ .name = "jobs",
	  .letter = 'j',
	  .arg = "N",
	  .also = "max-parallel",
	  .help = "at most N instances at once" },
	{ .name = "load",
	  .letter = 'l',
	  .arg = "LOAD",
	  .help = "start nothing while the load average is above" },
	{ .name = "keep-going",
	  .letter = 'k',
	  .arg = "N",
	  .help = "start nothing new after N failures, 0: go on" },
	{ .name = "timeout", .arg = "DUR", .help = "end agents that start now after that time" },
	{ .name = "now", .help = "ask providers again at once, whatever reset they told" },
	{ .name = "budget", .arg = "USD", .help = "what the run may cost, its past included" },
	{ .name = "budget-tokens", .arg = "N", .help = "how many tokens it may use" },
	{ .name = "json", .help = "print the report as one JSON document" },
};

static enum wt_code change_timeout(struct wt_cli *cli, struct wt_run *run, struct wt_error *err)
{
	const char *value = wt_args_value(&cli->args, "timeout");
	struct wt_diags diags = { .arena = &cli->arena };
	struct wt_place place = { .path = "--timeout" };
	const char *const *agents;
	size_t n = wt_config_names(run->config, "agent", &agents);

	for (size_t i = 0; value && i < n; i++)
		wt_config_set(run->config, WT_LAYER_FLAG,
			      wt_arena_printf(&cli->arena, "agent.%s.timeout", agents[i]), value,
			      place, &diags);
	return diags.errors ? wt_fail(err, WT_E_USAGE, "--timeout: %s", diags.items[0].message)
			    : WT_OK;
}

static enum wt_code change_budget(struct wt_cli *cli, struct wt_run *run, struct wt_error *err)
{
	static const char *const flags[][2] = { { "budget", "budget.cost_usd" },
						{ "budget-tokens", "budget.tokens" } };
	struct wt_diags diags = { .arena = &cli->arena };
	struct wt_budget budget;

	for (size_t i = 0; i < 2; i++) {
		const char *value = wt_args_value(&cli->args, flags[i][0]);
		struct wt_place place = { .path = flags[i][0] };

		if (value)
			wt_config_set(run->config, WT_LAYER_FLAG, flags[i][1], value, place,
				      &diags);
		if (diags.errors)
			return wt_fail(err, WT_E_USAGE, "--%s: %s", flags[i][0],
				       diags.items[0].message);
	}
	wt_budget_build(run->config, &budget);
	wt_sched_set_budget(run->sched, &budget);
	return WT_OK;
}

static enum wt_code change_limits(struct wt_cli *cli, struct wt_run *run, struct wt_error *err)
{
	struct wt_limits limits = run->plan.limits;
	int64_t jobs = (int64_t)limits.jobs, load = (int64_t)limits.load_max;
	int64_t keep_going = (int64_t)limits.keep_going;
	enum wt_code rc = wt_args_int(&cli->args, "jobs", 1, &jobs, err);

	if (!rc)
		rc = wt_args_int(&cli->args, "load", 0, &load, err);
	if (!rc)
		rc = wt_args_int(&cli->args, "keep-going", 0, &keep_going, err);
	if (rc)
		return rc;
	limits.jobs = (size_t)jobs;
	limits.keep_going = (size_t)keep_going;
	if (wt_args_has(&cli->args, "load"))
		limits.load_max = (double)load;
	wt_sched_set_limits(run->sched, &limits);
	rc = change_budget(cli, run, err);
	return rc ? rc : change_timeout(cli, run, err);
}

static int resume_run(struct wt_cli *cli, struct wt_error *err)
{
	const char *id = cli->args.n_words ? cli->args.words[0] : NULL;
	struct wt_run *run;
	int handle, status = -1;

	if (wt_cli_want_words(cli, 0, 1, err) || wt_cli_check_git(cli, err) ||
	    wt_run_open(cli->ports, id, &run, err))
		return -1;
	wt_ui_diags(&cli->ui, &run->damage);
	if (wt_runs_lock(cli->ports, run->id, &handle, err) == WT_OK) {
		if (wt_run_refresh(run, err) == WT_OK && change_limits(cli, run, err) == WT_OK)
			status = wt_cli_drive(cli, run, wt_args_has(&cli->args, "now") ? "now" : NULL, err);
		wt_runs_unlock(cli->ports, handle);
	}
	wt_run_close(run);
	return status;
}

const struct wt_command wt_cmd_resume = {
	.name = "resume",
	.summary = "go on with a run that was stopped or crashed",
	.usage = "[RUN]",
	.about =
		"Goes on with the newest run, or RUN, on its frozen plan and configuration: agents "
		"that still live are adopted, what was left open is settled by looking.",
	.opts = WT_OPTS(resume_rows, &wt_common_opts),
	.needs = WT_NEEDS_REPO,
	.run = resume_run,
};
