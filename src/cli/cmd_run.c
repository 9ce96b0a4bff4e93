/* SPDX-License-Identifier: MIT */
/* wtorch run: plans, asks, and does it. */

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "drive.h"
#include "planning.h"
#include "wtorch/core/agentpick.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/agent.h"
#include "wtorch/engine/cgroup.h"
#include "wtorch/engine/disk.h"
#include "wtorch/engine/land.h"
#include "wtorch/engine/witness.h"

static const struct wt_opt rows[] = {
	{ .name = "yes", .letter = 'y', .help = "do not ask" },
	{ .name = "dry-run", .letter = 'n', .help = "show the plan only" },
	{ .name = "json", .help = "print the report as one JSON document" },
	{ .name = "keep-going",
	  .letter = 'k',
	  .arg = "N",
	  .help = "start nothing new after N failures, 0: go on" },
	{ .name = "load",
	  .letter = 'l',
	  .arg = "LOAD",
	  .help = "start nothing while the load average is above" },
	{ .name = "timeout", .arg = "DUR", .help = "end an agent after that time (30m, 2h)" },
	{ .name = "retries", .arg = "N", .help = "further attempts of a task that failed" },
	{ .name = "again",
	  .help = "read the tasks again at the end and go on while something lands" },
	{ .name = "force",
	  .letter = 'f',
	  .help = "do not let the gates judge the base first: it may be red" },
	{ .name = "no-merge", .help = "leave the branches; merge later with wtorch merge" },
};

/* The only limit that nobody can keep without a cgroup. */
static void warn_of_limits(struct wt_cli *cli, const char *agent)
{
	struct wt_cgroup cgroup;

	if (!wt_config_named_int(cli->config, "agent", agent, "cpu_max"))
		return;
	wt_cgroup_find(cli->ports, &cli->arena, &cgroup);
	if (!cgroup.dir || !cgroup.has_cpu || access(cgroup.dir, W_OK) < 0)
		wt_ui_warn(&cli->ui, "cpu_max of agent '%s' cannot be kept: there is no cgroup",
			   agent);
}

/* Those that may have to take over from it. */
static enum wt_code check_fallbacks(struct wt_cli *cli, const char *agent, struct wt_error *err)
{
	size_t n;
	const char *const *list = wt_config_named_list(cli->config, "agent", agent, "fallback", &n);
	struct wt_agent_choice choice;
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < n; i++)
		if (wt_agent_choice_parse(&cli->arena, list[i], &choice))
			rc = wt_agent_check(cli->ports, cli->config, choice.agent, NULL, err);
	return rc;
}

/* Every agent that the plan names, before anything is made. */
static enum wt_code check_agents(struct wt_cli *cli, const struct wt_plan *plan,
				 struct wt_error *err)
{
	struct wt_map seen = { 0 };
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < plan->n_tasks; i++) {
		const struct wt_plan_task *t = &plan->tasks[i];
		bool found = false;

		if (!t->is_selected || t->skip || !t->agent)
			continue;
		wt_map_put(&seen,
			   wt_arena_printf(&cli->arena, "%s\n%s", t->agent,
					   t->task.template ? t->task.template : ""),
			   i, &found);
		if (!found)
			rc = wt_agent_check(cli->ports, cli->config, t->agent, NULL, err);
		if (!found && !rc)
			rc = check_fallbacks(cli, t->agent, err);
		if (!found && !rc)
			warn_of_limits(cli, t->agent);
		if (!found && !rc)
			rc = wt_prompt_check(cli->ports, cli->config, t->agent, t->task.template,
					     err);
	}
	wt_map_clear(&seen);
	return rc;
}

/* An agent that reviews has to be there as well. */
static enum wt_code check_reviewer(struct wt_cli *cli, const char *gate, struct wt_error *err)
{
	const char *agent = wt_config_named_text(cli->config, "gate", gate, "agent");

	return agent && *agent ? wt_agent_check(cli->ports, cli->config, agent, NULL, err) : WT_OK;
}

static enum wt_code check_world(struct wt_cli *cli, const struct wt_plan *plan,
				struct wt_error *err)
{
	const struct wt_git *git = cli->ports->git;
	struct wt_diags warnings = { .arena = &cli->arena };
	enum wt_code rc = wt_cli_check_git(cli, err);

	if (!rc)
		rc = git->tool->identity(git->self, err);
	if (!rc)
		rc = wt_land_check(cli->ports, cli->config, plan->base, &plan->base_oid, err);
	if (!rc)
		rc = check_agents(cli, plan, err);
	for (size_t i = 0; !rc && i < plan->n_gates; i++)
		rc = check_reviewer(cli, plan->gates[i].name, err);
	if (!rc)
		wt_plan_warn_budget(cli, plan);
	if (!rc)
		rc = wt_source_warn_uncommitted(cli->ports, plan, &cli->arena, &warnings, err);
	if (!rc)
		wt_ui_diags(&cli->ui, &warnings);
	return rc;
}

/* Before anything is made: whether the worktrees fit on the disk, and into the budget. */
static enum wt_code check_disk(struct wt_cli *cli, const struct wt_plan *plan, struct wt_error *err)
{
	static const struct wt_clean_opts all = { 0 };
	struct wt_disk_forecast f;
	struct wt_clean_list list;
	struct wt_buf text = WT_BUF_INIT, hint = WT_BUF_INIT;
	struct wt_error ignored;
	enum wt_code rc = wt_disk_forecast(cli->ports, plan, cli->config, &cli->arena, &f, err);

	if (!rc)
		wt_disk_render(&f, &text);
	if (text.len) {
		wt_ui_warn(&cli->ui, "%s", text.data);
		if (wt_clean_plan(cli->ports, &all, &cli->arena, &list, &ignored) == WT_OK)
			wt_disk_render_candidates(&list, &hint);
		if (hint.len)
			wt_ui_hint(&cli->ui, "%s", hint.data);
	}
	wt_buf_clear(&text);
	wt_buf_clear(&hint);
	return rc;
}

static void show_plan(struct wt_cli *cli, const struct wt_planning *p)
{
	struct wt_buf out = WT_BUF_INIT;

	wt_plan_show(cli, p, &out);
	wt_ui_answer(&cli->ui, (struct wt_str){ out.data, out.len });
	wt_buf_clear(&out);
}

/* True when there is nothing to run, or the person does not want it; *status then says how that
 * counts. */
static bool is_over(struct wt_cli *cli, const struct wt_planning *p, int *status)
{
	bool dry = wt_args_has(&cli->args, "dry-run");

	*status = 0;
	wt_ui_diags(&cli->ui, &p->plan.diags);
	if (wt_plan_is_broken(&p->plan)) {
		*status = 5;
		return true;
	}
	if (!p->plan.n_selected) {
		bool skipped = false;

		for (size_t i = 0; i < p->plan.n_tasks; i++)
			skipped |= p->plan.tasks[i].is_selected;
		if (skipped)
			show_plan(cli, p);
		else
			wt_ui_answer(&cli->ui, WT_STR("nothing to do\n"));
		*status = skipped ? 1 : 0;
		return true;
	}
	if (dry || (cli->ui.in_is_terminal && !wt_args_has(&cli->args, "yes")))
		show_plan(cli, p);
	if (dry) {
		wt_plan_advise(cli, &p->plan);
		return true;
	}
	return cli->ui.in_is_terminal && !wt_args_has(&cli->args, "yes") &&
	       !wt_ui_ask(&cli->ui, "Run this?");
}

/* How many tasks merged that had not merged in a round before. */
static size_t count_new(struct wt_cli *cli, const struct wt_run *run, struct wt_map *merged)
{
	const struct wt_run_state *s = wt_run_state(run);
	size_t n = 0;

	for (size_t i = 0; i < run->plan.n_tasks; i++) {
		bool found = true;

		if (s->tasks[i].state == WT_MERGED)
			wt_map_put(merged, wt_arena_strdup(&cli->arena, run->plan.tasks[i].task.id),
				   0, &found);
		n += !found;
	}
	return n;
}

/* A run whose orchestrator died may still have agents at work: a second one beside them would do
 * their tasks twice. The caller holds the lock, so nobody drives it. */
static enum wt_code check_left(struct wt_cli *cli, struct wt_error *err)
{
	struct wt_error ignored;
	struct wt_run *run;
	size_t n = 0;
	enum wt_code rc;

	if (wt_run_open(cli->ports, NULL, &run, &ignored))
		return WT_OK;
	rc = wt_run_count_left(run, &n, err);
	if (n) {
		wt_fail(err, WT_E_BUSY,
			"nobody drives run %s any more, but %zu agent%s of it live%s", run->id, n,
			n == 1 ? "" : "s", n == 1 ? "s" : "");
		rc = wt_hint(err, "wtorch resume goes on with it, wtorch stop ends it");
	}
	wt_run_close(run);
	return rc;
}

/* What a clean that was cut off left beside the worktrees: now that nothing is made any more,
 * deleting holds nobody up. */
static void empty_trash(struct wt_cli *cli, const struct wt_plan *plan)
{
	struct wt_clean_list list = { .arena = &cli->arena };
	struct wt_map seen = { 0 };
	struct wt_error why;
	size_t cap = 0;

	for (size_t i = 0; i < plan->n_tasks; i++) {
		const char *path = plan->tasks[i].worktree;
		const char *dir = path ? wt_path_dir(&cli->arena, path) : NULL;
		bool found = false;

		if (dir)
			wt_map_put(&seen, dir, 0, &found);
		if (dir && !found)
			*WT_ARENA_PUSH(&cli->arena, list.trash_dirs, list.n_trash_dirs, cap) = dir;
	}
	wt_map_clear(&seen);
	if (wt_clean_empty_trash(cli->ports, &list, &why))
		wt_ui_warn(&cli->ui, "not all of the trash could be deleted: %s", why.msg);
}

/* A person took it upon himself that the work is blamed for what the base had. */
static void note_waived(struct wt_cli *cli, struct wt_run *run)
{
	struct wt_event ev = { .kind = WT_EV_NOTE,
			       .reason = "--force: no gate judges the base first" };
	struct wt_error ignored;

	for (size_t i = 0; run->plan.waives_base && i < run->plan.n_gates; i++)
		if (run->plan.gates[i].is_of_base) {
			wt_ui_warn(&cli->ui, "%s", ev.reason);
			(void)!wt_run_note(run, &ev, WT_LAZY, &ignored);
			return;
		}
}

static int run_planned(struct wt_cli *cli, const struct wt_planning *p, const char *id,
		       struct wt_map *merged, size_t *n_new, struct wt_error *err)
{
	struct wt_run *run = NULL;
	int handle, status = -1;

	if (check_world(cli, &p->plan, err) || check_disk(cli, &p->plan, err) ||
	    wt_runs_lock(cli->ports, id, &handle, err))
		return -1;
	if (check_left(cli, err) == WT_OK &&
	    wt_run_create(cli->ports, &p->plan, cli->config, id, &run, err) == WT_OK) {
		wt_ui_say(&cli->ui, "run %s: %zu task%s on %s %.7s", id, p->plan.n_selected,
			  p->plan.n_selected == 1 ? "" : "s", p->plan.base,
			  wt_oid_hex(&p->plan.base_oid).hex);
		note_waived(cli, run);
		status = wt_cli_drive(cli, run, NULL, err);
		*n_new = count_new(cli, run, merged);
		if (status >= 0 && status < 128)
			empty_trash(cli, &p->plan);
	}
	wt_run_close(run);
	wt_runs_unlock(cli->ports, handle);
	return status;
}

/* Plans and runs once; is_last is set when another round has nothing to go on with. */
static int run_round(struct wt_cli *cli, struct wt_map *merged, bool *is_last, struct wt_error *err)
{
	bool can_ask = cli->ui.in_is_terminal && !wt_args_has(&cli->args, "yes");
	char id[WT_RUN_ID_SIZE];
	struct wt_planning p;
	size_t n_new = 0;
	bool is_planned;
	int status = -1;

	wt_runs_new_id(cli->ports, id);
	is_planned = wt_planning_build(cli, id, can_ask, &p, err) == WT_OK;
	p.plan.waives_base = wt_args_has(&cli->args, "force");
	if (is_planned && !is_over(cli, &p, &status))
		status = run_planned(cli, &p, id, merged, &n_new, err);
	wt_planning_clear(&p);
	*is_last = !n_new || status < 0 || status >= 128;
	return status;
}

/* Of several, 3 beats 4 beats 7 beats 1, and everything else beats these. */
static int worse_of(int a, int b)
{
	static const int order[] = { 0, 1, 7, 4, 3 };
	size_t at_a = 0, at_b = 0;

	while (at_a < sizeof order / sizeof *order && order[at_a] != a)
		at_a++;
	while (at_b < sizeof order / sizeof *order && order[at_b] != b)
		at_b++;
	return at_b > at_a ? b : a;
}

static int run_run(struct wt_cli *cli, struct wt_error *err)
{
	struct wt_map merged = { 0 };
	bool is_last = false;
	int worst = 0;

	/* Each further round needs a task that landed for the first time, so it ends. */
	while (!is_last && worst >= 0) {
		int status = run_round(cli, &merged, &is_last, err);

		worst = worse_of(worst, status);
		is_last |= !wt_args_has(&cli->args, "again");
	}
	wt_map_clear(&merged);
	return worst;
}

const struct wt_command wt_cmd_run = {
	.name = "run",
	.summary = "do it: worktrees, agents, merge, roadmap, summary",
	.usage = "[FILE | TASK | FROM-TO]...",
	.about = "Gives each task that can go now a worktree of its own and an agent, merges what "
		 "is clean, marks the roadmap, and reports the rest. On a terminal it shows the "
		 "plan and asks first.",
	.opts = WT_OPTS(rows, &wt_plan_opts),
	.needs = WT_NEEDS_CONFIG,
	.run = run_run,
};
