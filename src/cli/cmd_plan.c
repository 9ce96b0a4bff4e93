/* SPDX-License-Identifier: MIT */
/* wtorch plan: what a run would do. */

#include "plan_view.h"

#define MAX_COMPARED 1000u

static const struct wt_opt rows[] = {
	{ .name = "json", .help = "print the plan as one JSON document" },
	{ .name = "pairs", .help = "with --json: list the pairs that can go together" },
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

static void show(struct wt_cli *cli, const struct wt_planning *p)
{
	struct wt_buf out = WT_BUF_INIT;

	if (wt_args_has(&cli->args, "json")) {
		struct wt_jsonw w = { .out = &out, .indent = 2 };
		struct wt_plan_render_opts o = { .estimate = &p->estimate,
						 .pairs = wt_args_has(&cli->args, "pairs") };

		wt_plan_render(&p->plan, &o, &w);
		wt_buf_putc(&out, '\n');
	} else if (has_rows(&p->plan)) {
		wt_plan_show(cli, p, &out);
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

static int plan_run(struct wt_cli *cli, struct wt_error *err)
{
	struct wt_planning p;
	int status = 0;

	if (wt_planning_build(cli, "", false, &p, err)) {
		wt_planning_clear(&p);
		return -1;
	}
	if (cli->ui.is_verbose || wt_args_has(&cli->args, "json"))
		compare(&p);
	wt_ui_diags(&cli->ui, &p.plan.diags);
	show(cli, &p);
	if (!wt_args_has(&cli->args, "json")) {
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
