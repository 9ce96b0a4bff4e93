/* SPDX-License-Identifier: MIT */
/* wtorch why: what led to a task's present state. */

#include <inttypes.h>
#include <string.h>

#include "commands.h"
#include "event_text.h"
#include "wtorch/core/report.h"
#include "wtorch/engine/snapshot.h"

#define TEXT_COLUMN 23 /* behind a blank, a time and two blanks */

struct story {
	struct wt_event_text text;
	const char *task; /* id */
	size_t index;
	struct wt_buf out;
};

/* Facts of the run bear on each of its tasks. */
static bool is_told(const struct story *s, const struct wt_event *ev)
{
	switch (ev->kind) {
	case WT_EV_NONE:
		return false;
	case WT_EV_RUN_PLANNED:
	case WT_EV_RUN_STARTED:
	case WT_EV_RUN_PAUSED:
	case WT_EV_BUDGET_WARNED:
	case WT_EV_PROVIDER_STOPPED:
	case WT_EV_PROVIDER_OPEN:
	case WT_EV_RUN_ENDED:
	case WT_EV_RUN_STOPPED:
		return true;
	case WT_EV_STOP_ASKED:
		return !ev->task || strcmp(ev->task, s->task) == 0;
	default:
		return ev->task && strcmp(ev->task, s->task) == 0;
	}
}

/* What the plan decided about the task, and why. */
static void put_decision(const struct story *s, struct wt_buf *line)
{
	const struct wt_plan_task *t = &s->text.plan->tasks[s->index];

	if (!t->is_selected) {
		wt_buf_printf(line, "planned: not selected (%s)",
			      wt_task_status_name(t->task.status));
	} else if (t->skip) {
		wt_buf_printf(line, "planned: skipped: %s", t->skip);
	} else {
		wt_buf_printf(line, "planned: wave %zu, %s", t->batch,
			      t->reason ? t->reason : "starts at once");
		wt_buf_printf(line, "; agent %s", t->agent ? t->agent : "?");
		wt_buf_printf(line, "; %zu file%s", t->task.n_files,
			      t->task.n_files == 1 ? "" : "s");
		if (t->files_unknown)
			wt_buf_puts(line, " known, so it may conflict");
	}
	for (size_t i = 0; i < wt_plan_count_parts(s->text.plan, s->index); i++) {
		const struct wt_task part = wt_plan_part(s->text.plan, s->index, i);

		if (t->n_parts)
			wt_buf_printf(line, "%s%s", i ? ", " : "; made of ", part.id);
		if (part.source.path)
			wt_buf_printf(line, "%s from %s:%zu", t->n_parts ? "" : ";",
				      part.source.path, part.source.line);
	}
}

static void tell(void *arg, const struct wt_event *ev)
{
	struct story *s = arg;
	struct wt_buf line = WT_BUF_INIT, safe = WT_BUF_INIT;

	if (!is_told(s, ev))
		return;
	if (ev->kind == WT_EV_RUN_PLANNED)
		put_decision(s, &line);
	else
		wt_event_text_render(&s->text, ev, &line);
	wt_text_render_safe(&safe, (struct wt_str){ line.data, line.len });
	wt_buf_putc(&s->out, ' ');
	wt_text_render_time(&s->out, ev->ts_wall_ms);
	wt_buf_puts(&s->out, "  ");
	wt_fold(&s->out, safe.data, TEXT_COLUMN);
	wt_buf_clear(&safe);
	wt_buf_clear(&line);
}

static void put_head(const struct wt_cli *cli, const struct wt_run *run, struct story *s)
{
	struct wt_arena *a = (struct wt_arena *)&cli->arena;

	wt_text_render_safe(&s->out, wt_str_of(wt_plan_label(a, &run->plan, s->index)));
	wt_buf_putc(&s->out, ' ');
	wt_text_render_safe(&s->out, wt_str_of(run->plan.tasks[s->index].task.title));
	wt_buf_printf(&s->out, " %s run %s\n\n", cli->ui.is_utf8 ? "·" : "-", run->id);
}

/* What its living agent has told so far. */
static void put_told(struct wt_run *run, size_t task, struct wt_buf *line)
{
	struct wt_arena a = { 0 };
	struct wt_live *live = wt_arena_alloc(&a, run->plan.n_tasks * sizeof *live);
	const struct wt_told *told = &live[task].told;

	wt_snapshot_load(run, &a, live);
	if (told->tool)
		wt_buf_printf(line, "; uses %s", told->tool);
	if (told->message)
		wt_buf_printf(line, "; says: %s", told->message);
	if (told->tokens_in || told->tokens_out)
		wt_buf_printf(line, "; so far %" PRId64 " tokens in, %" PRId64 " out",
			      told->tokens_in, told->tokens_out);
	if (told->cost_microusd)
		wt_buf_printf(line, ", $%.2f", (double)told->cost_microusd / 1e6);
	wt_arena_clear(&a);
}

/* The present state; wt_sched_why knows more of those that wait than the journal does. */
static void put_now(const struct wt_cli *cli, struct wt_run *run, struct story *s)
{
	const struct wt_task_state *t = &wt_run_state(run)->tasks[s->index];
	const struct wt_clock *clock = cli->ports->clock;
	const char *why = t->reason;
	struct wt_buf line = WT_BUF_INIT, safe = WT_BUF_INIT;

	if (t->state == WT_WAITING && run->plan.tasks[s->index].is_selected)
		why = wt_sched_why(run->sched, s->index, clock->mono_ms(clock->self));
	wt_buf_puts(&line, run->plan.tasks[s->index].is_selected ? wt_state_name(t->state)
								 : "not selected");
	if (why && *why)
		wt_buf_printf(&line, ": %s", why);
	if (wt_state_is_living(t->state))
		put_told(run, s->index, &line);
	if (!wt_state_is_final(t->state) && run->plan.tasks[s->index].is_selected &&
	    !wt_run_is_driven(run))
		wt_buf_puts(&line, "; nobody works on this run now");
	wt_text_render_safe(&safe, (struct wt_str){ line.data, line.len });
	wt_buf_puts(&s->out, "\n now   ");
	wt_fold(&s->out, safe.data, 7);
	wt_buf_clear(&safe);
	wt_buf_clear(&line);
}

static void put_next(const struct wt_run *run, struct story *s)
{
	struct wt_buf steps = WT_BUF_INIT, safe = WT_BUF_INIT;
	struct wt_str rest, line;
	const char *lead = " next  ";

	wt_report_next_steps(wt_run_state(run), s->index, &steps);
	rest = (struct wt_str){ steps.data, steps.len };
	while (wt_str_next(&rest, "\n", &line)) {
		wt_buf_reset(&safe);
		wt_text_render_safe(&safe, line);
		wt_buf_printf(&s->out, "%s%s\n", lead, safe.data);
		lead = "       ";
	}
	wt_buf_clear(&safe);
	wt_buf_clear(&steps);
}

static enum wt_code why(struct wt_cli *cli, struct wt_run *run, struct wt_error *err)
{
	struct story s = { .text = { &run->plan, cli->cwd },
			   .task = cli->args.words[0],
			   .out = WT_BUF_INIT };
	enum wt_code rc = wt_cli_find_task(run, s.task, &s.index, err);

	if (!rc) {
		s.task = run->plan.tasks[s.index].task.id;
		put_head(cli, run, &s);
		rc = wt_run_each_event(run, tell, &s, err);
	}
	if (!rc) {
		put_now(cli, run, &s);
		put_next(run, &s);
		wt_ui_diags(&cli->ui, &run->damage);
		wt_ui_answer(&cli->ui, (struct wt_str){ s.out.data, s.out.len });
	}
	wt_buf_clear(&s.out);
	return rc;
}

static int why_run(struct wt_cli *cli, struct wt_error *err)
{
	struct wt_run *run = NULL;
	enum wt_code rc = wt_cli_want_words(cli, 1, 1, err);

	if (!rc)
		rc = wt_cli_open_run(cli, cli->args.words[0], &run, err);
	if (!rc)
		rc = why(cli, run, err);
	wt_run_close(run);
	return rc ? -1 : 0;
}

const struct wt_command wt_cmd_why = {
	.name = "why",
	.summary = "tell what led to a task's present state",
	.usage = "TASK",
	.about = "Shows every fact and rule that led to the task's present state, oldest first, "
		 "then that state and what to type next. Times are UTC.",
	.opts = { .next = &wt_run_opt },
	.needs = WT_NEEDS_REPO,
	.run = why_run,
};
