/* SPDX-License-Identifier: MIT */
/* wtorch plan: what a run would do. */

#include <string.h>

#include "planning.h"
#include "wtorch/core/plan_graph.h"

#define MAX_COMPARED 1000u

static const struct wt_opt rows[] = {
	{ .name = "json", .help = "print the plan as one JSON document" },
	{ .name = "pairs", .help = "list the pairs that can go together" },
	{ .name = "format",
	  .arg = "FORMAT",
	  .choices = "text mermaid dot",
	  .help = "text, or a drawing of waves and needs for mermaid or graphviz (dot)" },
	{ .name = "explain",
	  .arg = "TASK",
	  .help = "show everything that is known of one task, and where from" },
	{ .name = "planner", .help = "ask the command plan.planner about files and dependencies" },
	{ .name = "check", .help = "exit 1 when the selected tasks are not independent" },
};

/* Paths that several tasks may touch, as the reader's next question after the table. */
static void put_unknown_hint(struct wt_cli *cli, const struct wt_plan *plan)
{
	size_t n = 0;
	const char *first = NULL;

	for (size_t i = 0; i < plan->n_tasks; i++) {
		const struct wt_plan_task *t = &plan->tasks[i];

		if (t->is_selected && !t->skip && t->files_unknown) {
			first = first ? first : t->task.id;
			n++;
		}
	}
	if (n == 1)
		wt_ui_hint(&cli->ui, "declare files for %s, then `wtorch plan` can be sure", first);
	else if (n)
		wt_ui_hint(&cli->ui, "declare files for %zu tasks, then `wtorch plan` can be sure",
			   n);
}

static bool has_rows(const struct wt_plan *plan)
{
	for (size_t i = 0; i < plan->n_tasks; i++)
		if (plan->tasks[i].is_selected)
			return true;
	return false;
}

static bool is_format(const struct wt_cli *cli, const char *name)
{
	const char *format = wt_args_value(&cli->args, "format");

	return format && strcmp(format, name) == 0;
}

/* For people: neither JSON nor a drawing. */
static bool is_text(const struct wt_cli *cli)
{
	return !wt_args_has(&cli->args, "json") && !is_format(cli, "mermaid") &&
	       !is_format(cli, "dot");
}

static void show_json(const struct wt_cli *cli, const struct wt_planning *p, struct wt_buf *out)
{
	struct wt_jsonw w = { .out = out, .indent = 2 };
	struct wt_plan_render_opts o = { .estimate = &p->estimate,
					 .pairs = wt_args_has(&cli->args, "pairs") };

	wt_plan_render(&p->plan, &o, &w);
	wt_buf_putc(out, '\n');
}

static void show(struct wt_cli *cli, const struct wt_planning *p, size_t explained)
{
	struct wt_buf out = WT_BUF_INIT;

	if (wt_args_has(&cli->args, "json")) {
		show_json(cli, p, &out);
	} else if (is_format(cli, "mermaid")) {
		wt_plan_render_mermaid(&p->plan, &out);
	} else if (is_format(cli, "dot")) {
		wt_plan_render_dot(&p->plan, &out);
	} else if (explained != WT_MAP_NONE) {
		wt_plan_explain(cli, p, explained, &out);
	} else if (has_rows(&p->plan)) {
		wt_plan_show(cli, p, &out);
		if (wt_args_has(&cli->args, "pairs"))
			wt_plan_show_pairs(cli, &p->plan, &out);
	} else if (!wt_plan_is_broken(&p->plan)) {
		wt_buf_puts(&out, "nothing to do\n");
	}
	wt_ui_answer(&cli->ui, (struct wt_str){ out.data, out.len });
	wt_buf_clear(&out);
}

/* What other numbers of instances would take; for very large plans that is not worth its time. */
static void compare(struct wt_planning *p)
{
	if (p->plan.n_selected <= MAX_COMPARED)
		wt_estimate_compare(&p->plan, &p->estimate);
}

static int check(struct wt_cli *cli, const struct wt_plan *plan)
{
	const char *tie = wt_plan_tie(plan, &cli->arena);

	if (tie)
		wt_ui_say(&cli->ui, "not independent: %s", tie);
	return tie ? 1 : 0;
}

/* One answer at a time. */
static enum wt_code check_options(const struct wt_cli *cli, struct wt_error *err)
{
	bool has_json = wt_args_has(&cli->args, "json");
	bool has_drawing = !is_text(cli) && !has_json;

	if (has_json && wt_args_has(&cli->args, "format"))
		return wt_fail(err, WT_E_USAGE, "--json and --format exclude each other");
	if (wt_args_has(&cli->args, "explain") && (has_json || has_drawing))
		return wt_fail(err, WT_E_USAGE, "--explain is for people: it has no %s",
			       has_json ? "--json" : "--format");
	return WT_OK;
}

/* The task of --explain; WT_MAP_NONE without. */
static enum wt_code find_explained(const struct wt_cli *cli, const struct wt_plan *plan,
				   size_t *out, struct wt_error *err)
{
	const char *id = wt_args_value(&cli->args, "explain");

	*out = id ? wt_plan_find(plan, id) : WT_MAP_NONE;
	if (id && *out == WT_MAP_NONE && id[0] == '#')
		*out = wt_plan_find(plan, id + 1);
	if (!id || *out != WT_MAP_NONE)
		return WT_OK;
	wt_ui_diags((struct wt_ui *)&cli->ui, &plan->diags);
	wt_fail(err, WT_E_INPUT, "there is no task '%.64s' to explain", id);
	wt_cli_suggest_task(plan, id, err);
	return err->code;
}

static int plan_run(struct wt_cli *cli, struct wt_error *err)
{
	struct wt_planning p = { 0 };
	size_t explained;
	int status = 0;

	if (check_options(cli, err))
		return -1;
	if (wt_planning_build(cli, "", false, &p, err) ||
	    find_explained(cli, &p.plan, &explained, err)) {
		wt_planning_clear(&p);
		return -1;
	}
	if (cli->ui.is_verbose || wt_args_has(&cli->args, "json"))
		compare(&p);
	wt_ui_diags(&cli->ui, &p.plan.diags);
	show(cli, &p, explained);
	if (is_text(cli) && explained == WT_MAP_NONE) {
		wt_plan_warn_budget(cli, &p.plan);
		put_unknown_hint(cli, &p.plan);
		wt_plan_advise(cli, &p.plan);
	}
	if (wt_plan_is_broken(&p.plan))
		status = 5;
	else if (wt_args_has(&cli->args, "check"))
		status = check(cli, &p.plan);
	wt_planning_clear(&p);
	return status;
}

const struct wt_command wt_cmd_plan = {
	.name = "plan",
	.summary = "show what a run would do, and why",
	.usage = "[FILE | TASK | FROM-TO]...",
	.about =
		"Reads the tasks and shows in which waves they would run, what conflicts, and what "
		"is not known. Changes nothing and runs no command of the project.",
	.opts = WT_OPTS(rows, &wt_plan_opts),
	.needs = WT_NEEDS_CONFIG,
	.run = plan_run,
};
