/* SPDX-License-Identifier: MIT */
/* Planning from the command line, and the plan as a person sees it. */

#include "planning.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wtorch/base/mem.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/planner.h"

static const struct wt_opt rows[] = {
	{ .name = "roadmap", .arg = "FILE", .help = "read tasks from FILE, may be repeated" },
	{ .name = "tasks",
	  .arg = "FILE",
	  .help = "read tasks from YAML or JSON files, separated by commas" },
	{ .name = "issue-file",
	  .arg = "FILE",
	  .help = "read tasks from the body of an issue in FILE, may be repeated" },
	{ .name = "issue",
	  .arg = "ISSUE",
	  .help = "read tasks from a master issue on GitHub: a number, OWNER/NAME#NUMBER or its "
		  "address; may be repeated" },
	{ .name = "issues",
	  .arg = "ISSUES",
	  .help = "take issues on GitHub as one task each, separated by commas" },
	{ .name = "base", .arg = "BRANCH", .help = "branch to fork from and merge into" },
	{ .name = "jobs",
	  .letter = 'j',
	  .arg = "N",
	  .also = "max-parallel",
	  .help = "at most N instances at once" },
	{ .name = "max-tasks", .arg = "N", .help = "take the N most pressing tasks only" },
	{ .name = "label",
	  .arg = "LABEL",
	  .help = "only tasks with that label, may be repeated: any of them" },
	{ .name = "priority",
	  .arg = "P",
	  .help = "only tasks of that priority (P1), may be repeated" },
	{ .name = "status",
	  .arg = "STATUS",
	  .choices = "planned in_progress completed failed blocked",
	  .help = "tasks of that status, not the planned ones, may be repeated" },
	{ .name = "grep",
	  .arg = "TEXT",
	  .help = "only tasks with TEXT, or /REGEX/, in title or body, in any case, may be "
		  "repeated" },
	{ .name = "mode",
	  .arg = "MODE",
	  .choices = "parallel batch sequential",
	  .help = "parallel, batch or sequential" },
	{ .name = "agent", .arg = "NAME", .help = "the [agent NAME] for tasks that name none" },
	{ .name = "model", .arg = "NAME", .help = "its model" },
	{ .name = "template",
	  .arg = "NAME",
	  .also = "workflow",
	  .help = "the [template NAME] for tasks that name none" },
};
const struct wt_opts wt_plan_opts = WT_OPTS(rows, &wt_common_opts);

/* flags as configuration: they are checked where all values are checked */

static void set_flag(struct wt_cli *cli, const char *option, const char *key,
		     struct wt_diags *diags)
{
	const char *value = wt_args_value(&cli->args, option);
	struct wt_place place = { .path = wt_arena_printf(&cli->arena, "--%s", option) };

	if (value)
		wt_config_set(cli->config, WT_LAYER_FLAG, key, value, place, diags);
}

static enum wt_code apply_flags(struct wt_cli *cli, struct wt_error *err)
{
	static const struct {
		const char *option, *key;
	} flags[] = {
		{ "base", "run.base" },
		{ "jobs", "run.jobs" },
		{ "mode", "run.mode" },
		{ "agent", "run.agent" },
		{ "keep-going", "run.keep_going" },
		{ "load", "run.load_max" },
		{ "retries", "run.retries" },
		{ "template", "run.template" },
	};
	static const struct {
		const char *option, *key;
	} per_agent[] = { { "model", "model" }, { "timeout", "timeout" } };
	struct wt_diags diags = { .arena = &cli->arena };
	const char *const *agents;
	size_t n = wt_config_names(cli->config, "agent", &agents);

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		set_flag(cli, flags[i].option, flags[i].key, &diags);
	for (size_t i = 0; i < 2; i++)
		for (size_t a = 0; a < n; a++)
			set_flag(cli, per_agent[i].option,
				 wt_arena_printf(&cli->arena, "agent.%s.%s", agents[a],
						 per_agent[i].key),
				 &diags);
	if (wt_args_has(&cli->args, "no-merge"))
		wt_config_set(cli->config, WT_LAYER_FLAG, "merge.auto", "no",
			      (struct wt_place){ .path = "--no-merge" }, &diags);
	if (!diags.errors)
		wt_config_check(cli->config, &diags); /* what no single value can say */
	for (size_t i = 0; i < diags.len; i++)
		if (diags.items[i].severity == WT_SEVERITY_ERROR)
			return wt_fail(err, WT_E_USAGE, "%s: %s",
				       diags.items[i].place.path ? diags.items[i].place.path
								 : "option",
				       diags.items[i].message);
	return WT_OK;
}

/* words */

static bool is_source(struct wt_cli *cli, const char *word)
{
	static const char *const ends[] = { ".md", ".yaml", ".yml", ".json" };
	const struct wt_fs *fs = cli->ports->fs;
	struct wt_file_info info;
	struct wt_error err;

	if (strchr(word, '/'))
		return true;
	for (size_t i = 0; i < 4; i++)
		if (wt_str_ends(wt_str_of(word), ends[i]))
			return fs->stat(fs->self, wt_path_join(&cli->arena, cli->cwd, word), &info,
					&err) == WT_OK &&
			       info.kind != WT_FILE_NONE;
	return false;
}

static void take_filters(struct wt_cli *cli, struct wt_filters *out)
{
	static const char *const names[WT_FILTERS] = { [WT_FILTER_LABEL] = "label",
						       [WT_FILTER_PRIORITY] = "priority",
						       [WT_FILTER_STATUS] = "status",
						       [WT_FILTER_GREP] = "grep" };

	for (size_t kind = 0; kind < WT_FILTERS; kind++) {
		const char **values = NULL;
		size_t cap = 0;

		for (size_t i = 0; i < cli->args.n_opts; i++)
			if (strcmp(cli->args.opts[i].opt->name, names[kind]) == 0)
				*WT_ARENA_PUSH(&cli->arena, values, out->n[kind], cap) =
					cli->args.opts[i].value;
		out->values[kind] = values;
	}
}

#define SAY_MS 30000 /* so often */

struct waiting {
	struct wt_ui *ui;
	int64_t said_ms; /* how much was left then */
};

static void say_waiting(void *arg, int64_t left_ms, const char *why)
{
	struct waiting *w = arg;
	struct wt_buf left = WT_BUF_INIT;

	if (w->said_ms > left_ms && w->said_ms - left_ms < SAY_MS)
		return;
	w->said_ms = left_ms;
	wt_text_render_duration(&left, left_ms);
	wt_ui_say(w->ui, "GitHub: %s; %s left", why, left.data);
	wt_buf_clear(&left);
}

static void take_issues(struct wt_cli *cli, struct wt_source_opts *o)
{
	const char **masters = NULL, **single = NULL;
	size_t masters_cap = 0, single_cap = 0;
	struct waiting *waiting = wt_arena_alloc(&cli->arena, sizeof *waiting);

	waiting->ui = &cli->ui;
	for (size_t i = 0; i < cli->args.n_opts; i++) {
		const char *name = cli->args.opts[i].opt->name;
		struct wt_str rest = wt_str_of(cli->args.opts[i].value), issue;

		if (strcmp(name, "issue") == 0)
			*WT_ARENA_PUSH(&cli->arena, masters, o->n_issues, masters_cap) = rest.data;
		while (strcmp(name, "issues") == 0 && wt_str_next(&rest, ", ", &issue))
			*WT_ARENA_PUSH(&cli->arena, single, o->n_single_issues, single_cap) =
				wt_arena_strndup(&cli->arena, issue.data, issue.len);
	}
	o->issues = masters;
	o->single_issues = single;
	o->hooks = (struct wt_forge_hooks){ .waiting = say_waiting, .arg = waiting };
}

static void sort_words(struct wt_cli *cli, struct wt_source_opts *o)
{
	const char **files = NULL, **ids = NULL, **issues = NULL;
	size_t files_cap = 0, ids_cap = 0, issues_cap = 0;

	take_issues(cli, o);

	for (size_t i = 0; i < cli->args.n_opts; i++) {
		const char *name = cli->args.opts[i].opt->name;
		struct wt_str rest = wt_str_of(cli->args.opts[i].value), file;

		if (strcmp(name, "roadmap") == 0)
			*WT_ARENA_PUSH(&cli->arena, files, o->n_files, files_cap) = rest.data;
		if (strcmp(name, "issue-file") == 0)
			*WT_ARENA_PUSH(&cli->arena, issues, o->n_issue_files, issues_cap) =
				rest.data;
		while (strcmp(name, "tasks") == 0 && wt_str_next(&rest, ",", &file))
			*WT_ARENA_PUSH(&cli->arena, files, o->n_files, files_cap) =
				wt_arena_strndup(&cli->arena, file.data, file.len);
	}
	for (size_t i = 0; i < cli->args.n_words; i++) {
		const char *word = cli->args.words[i];

		if (!is_source(cli, word))
			*WT_ARENA_PUSH(&cli->arena, ids, o->n_select, ids_cap) = word;
		else
			*WT_ARENA_PUSH(&cli->arena, files, o->n_files, files_cap) = word;
	}
	o->files = files;
	o->issue_files = issues;
	o->select = ids;
}

/* `run` asks the planner that the user configured, `plan` and a dry run only when told to. */
static enum wt_code choose_planner(struct wt_cli *cli, struct wt_source_opts *o,
				   struct wt_error *err)
{
	bool is_told = wt_args_has(&cli->args, "planner");
	bool is_run = *o->run_id && !wt_args_has(&cli->args, "dry-run");

	o->asks_planner = is_told || is_run;
	if (wt_planner_is_configured(cli->config)) {
		if (o->asks_planner)
			wt_ui_say(&cli->ui, "asking the planner");
		return WT_OK;
	}
	if (!is_told)
		return WT_OK;
	wt_fail(err, WT_E_USAGE, "--planner: there is no plan.planner in your configuration");
	return wt_hint(err, "wtorch -c plan.planner=COMMAND plan --planner");
}

enum wt_code wt_planning_build(struct wt_cli *cli, const char *run_id, bool can_ask,
			       struct wt_planning *out, struct wt_error *err)
{
	struct wt_source_opts o = { .cwd = cli->cwd, .run_id = run_id, .can_ask = can_ask };
	int64_t max_tasks = 0;
	enum wt_code rc = apply_flags(cli, err);

	*out = (struct wt_planning){ .tasks.arena = &cli->arena };
	if (!rc)
		rc = wt_args_int(&cli->args, "max-tasks", 1, &max_tasks, err);
	if (!rc)
		sort_words(cli, &o);
	take_filters(cli, &o.filters);
	if (!rc)
		rc = wt_filters_check(&o.filters, err);
	o.max_tasks = (size_t)max_tasks;
	if (!rc)
		rc = choose_planner(cli, &o, err);
	if (!rc)
		rc = wt_source_plan(cli->ports, cli->config, &o, &cli->arena, &out->tasks,
				    &out->plan, err);
	/* Read once more: what was planned holds what was asked about as its careful answer. */
	if (!rc && can_ask && !wt_args_has(&cli->args, "dry-run") && wt_plan_ask(cli, &out->plan)) {
		wt_planning_clear(out);
		*out = (struct wt_planning){ .tasks.arena = &cli->arena };
		rc = wt_source_plan(cli->ports, cli->config, &o, &cli->arena, &out->tasks,
				    &out->plan, err);
	}
	if (!rc)
		wt_estimate_build(&out->plan, out->plan.limits.jobs, &out->estimate);
	return rc;
}

void wt_planning_clear(struct wt_planning *p)
{
	wt_plan_clear(&p->plan);
	wt_tasks_clear(&p->tasks);
}

bool wt_plan_is_broken(const struct wt_plan *plan)
{
	return plan->diags.errors > 0 || plan->n_cycles > 0;
}

/* the table */

static void put_head(const struct wt_cli *cli, const struct wt_planning *p, struct wt_buf *out)
{
	const struct wt_plan *plan = &p->plan;
	const char *dot = cli->ui.is_utf8 ? "·" : "-";
	size_t planned = 0, done = 0;

	for (size_t i = 0; i < plan->n_tasks; i++) {
		planned += plan->tasks[i].task.status == WT_TASK_PLANNED;
		done += plan->tasks[i].task.status == WT_TASK_COMPLETED;
	}
	wt_buf_puts(out, "base ");
	wt_text_render_safe(out, wt_str_of(plan->base));
	wt_buf_printf(out, " %.7s %s %zu planned, %zu done %s %zu instance%s\n",
		      wt_oid_hex(&plan->base_oid).hex, dot, planned, done, dot, plan->limits.jobs,
		      plan->limits.jobs == 1 ? "" : "s");
}

static const char *files_text(const struct wt_plan_task *t, char *buf, size_t size)
{
	if (t->files_unknown)
		return "?";
	snprintf(buf, size, "%zu", t->task.n_files);
	return buf;
}

struct widths {
	size_t id, title, why;
};

static size_t width_of(const struct wt_cli *cli, const char *text)
{
	return text ? cli->ui.width(wt_str_of(text)) : 0;
}

static size_t at_most(size_t n, size_t max)
{
	return n < max ? n : max;
}

static const char *label_of(const struct wt_cli *cli, const struct wt_plan *plan, size_t task)
{
	return wt_plan_label((struct wt_arena *)&cli->arena, plan, task);
}

/* What is left of the line after the fixed columns goes to the title first, then to why. */
static struct widths measure(const struct wt_cli *cli, const struct wt_plan *plan)
{
	struct widths w = { 4, 5, 3 };
	size_t room;

	for (size_t i = 0; i < plan->n_tasks; i++) {
		const struct wt_plan_task *t = &plan->tasks[i];
		size_t id;

		if (!t->is_selected)
			continue;
		id = width_of(cli, label_of(cli, plan, i));
		w.id = id > w.id ? id : w.id;
		if (width_of(cli, t->task.title) > w.title)
			w.title = width_of(cli, t->task.title);
	}
	w.id = at_most(w.id, 16);
	/* " wave  id  title  files  estimate  why" */
	room = (size_t)cli->ui.columns -
	       at_most((size_t)cli->ui.columns, 7 + w.id + 2 + 2 + 7 + 10);
	w.title = at_most(w.title, room > 40 ? room - 24 : room > 20 ? room - 12 : 8);
	w.why = room > w.title ? room - w.title : 8;
	return w;
}

static void put_row(const struct wt_cli *cli, const struct wt_plan *plan, size_t task,
		    const struct widths *w, struct wt_buf *out)
{
	const struct wt_plan_task *t = &plan->tasks[task];
	const struct wt_ui *ui = &cli->ui;
	struct wt_buf estimate = WT_BUF_INIT;
	const char *why =
		t->skip ? wt_arena_printf((struct wt_arena *)&cli->arena, "skipped: %s", t->skip)
			: t->reason;
	char wave[24] = "-", files[24] = "-";

	if (t->batch)
		snprintf(wave, sizeof wave, "%zu", t->batch);
	if (t->estimate_from == WT_ESTIMATE_UNKNOWN)
		wt_buf_puts(&estimate, "-");
	else if (t->estimate_from == WT_ESTIMATE_HISTORY)
		wt_buf_putc(&estimate, '~');
	if (t->estimate_from != WT_ESTIMATE_UNKNOWN)
		wt_plan_put_effort(&estimate, t->weight_s);
	if (!why && t->files_unknown && !t->skip)
		why = t->runs_alone ? "files unknown: runs alone" : "files unknown: may conflict";
	wt_buf_putc(out, ' ');
	wt_ui_cell(ui, out, wave, 4, false);
	wt_buf_puts(out, "  ");
	wt_ui_cell(ui, out, label_of(cli, plan, task), w->id, false);
	wt_buf_puts(out, "  ");
	wt_ui_cell(ui, out, t->task.title, w->title, false);
	wt_buf_puts(out, "  ");
	wt_ui_cell(ui, out, t->skip ? "-" : files_text(t, files, sizeof files), 5, true);
	wt_buf_puts(out, "  ");
	wt_ui_cell(ui, out, estimate.data, 8, false);
	if (why) {
		wt_buf_puts(out, "  ");
		wt_ui_cell(ui, out, why, at_most(width_of(cli, why), w->why), false);
	}
	while (out->len && out->data[out->len - 1] == ' ')
		wt_buf_cut(out, out->len - 1);
	wt_buf_putc(out, '\n');
	wt_buf_clear(&estimate);
}

/* Wave by wave, and those behind that are in none. */
static size_t row_of(const struct wt_plan *plan, size_t task)
{
	return plan->tasks[task].batch ? plan->tasks[task].batch - 1 : plan->n_batches;
}

static void put_table(const struct wt_cli *cli, const struct wt_plan *plan, struct wt_buf *out)
{
	struct widths w = measure(cli, plan);
	size_t *starts, *sorted;

	wt_buf_puts(out, "\n wave  ");
	wt_ui_cell(&cli->ui, out, "task", w.id, false);
	wt_buf_puts(out, "  ");
	wt_ui_cell(&cli->ui, out, "title", w.title, false);
	wt_buf_puts(out, "  files  estimate  why\n");
	starts = wt_alloc((plan->n_batches + 2) * sizeof *starts);
	sorted = wt_alloc((plan->n_tasks + 1) * sizeof *sorted);
	for (size_t i = 0; i < plan->n_tasks; i++)
		starts[row_of(plan, i) + 1]++;
	for (size_t b = 1; b < plan->n_batches + 2; b++)
		starts[b] += starts[b - 1];
	for (size_t i = 0; i < plan->n_tasks; i++)
		sorted[starts[row_of(plan, i)]++] = i;
	for (size_t i = 0; i < plan->n_tasks; i++)
		if (plan->tasks[sorted[i]].is_selected)
			put_row(cli, plan, sorted[i], &w, out);
	free(starts);
	free(sorted);
}

void wt_plan_show(const struct wt_cli *cli, const struct wt_planning *p, struct wt_buf *out)
{
	put_head(cli, p, out);
	put_table(cli, &p->plan, out);
	wt_plan_put_foot(cli, p, out);
}
