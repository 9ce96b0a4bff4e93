/* SPDX-License-Identifier: MIT */
/* A run while it works, as a person sees it. */

#include "drive.h"
#include "event_text.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "wtorch/base/path.h"
#include "wtorch/core/metrics.h"
#include "wtorch/core/report.h"

struct viewer {
	struct wt_cli *cli;
	char held[256]; /* the newest reason that a merge waits for: it is told once */
};

/* one line per transition */

static void tell_conflict(struct wt_ui *ui, const struct wt_event *ev)
{
	struct wt_buf b = WT_BUF_INIT;

	for (size_t i = 0; i < ev->n_paths && i < 3 && !ev->by_gate; i++)
		wt_buf_printf(&b, "%s%s", i ? ", " : " in ", ev->paths[i]);
	if (ev->n_paths > 3 && !ev->by_gate)
		wt_buf_printf(&b, " and %zu more", ev->n_paths - 3);
	for (size_t i = 0; i < ev->n_others; i++)
		wt_buf_printf(&b, "%s%s", i ? ", " : " with ", ev->others[i]);
	if (ev->by_gate && ev->reason)
		wt_buf_printf(&b, ": %s", ev->reason);
	wt_ui_say(ui, "%s: conflict%s%s", ev->task, ev->by_gate ? " of meaning" : "", b.data);
	wt_buf_clear(&b);
}

static void tell_provider(struct wt_ui *ui, const struct wt_run *run, const char *name)
{
	const struct wt_clock *clock = run->ports->clock;
	const struct wt_provider_state *p = wt_state_provider(wt_run_state(run), name);
	struct wt_buf text = WT_BUF_INIT;

	if (p)
		wt_provider_render(p, clock->wall_ms(clock->self), &text);
	wt_ui_warn(ui, "%s", text.data);
	wt_buf_clear(&text);
}

/* Only what somebody may have to do something about, and what the base is held up by. */
static void tell_gate(struct wt_ui *ui, const struct wt_run *run, const struct wt_event *ev)
{
	struct wt_event_text text = { &run->plan, NULL };
	struct wt_buf words = WT_BUF_INIT;

	if (wt_gate_verdict_is_yes(ev->verdict) || ev->verdict == WT_SAYS_STOPPED)
		return;
	wt_event_text_render(&text, ev, &words);
	wt_ui_say(ui, "%s: %s", ev->task ? ev->task : run->plan.base, words.data);
	wt_buf_clear(&words);
}

static void tell_start(struct wt_ui *ui, const struct wt_run *run, const struct wt_event *ev)
{
	const struct wt_task_state *s =
		&wt_run_state(run)->tasks[wt_plan_find(&run->plan, ev->task)];

	wt_ui_say(ui, "%s: working in %s (attempt %zu)", ev->task, s->worktree ? s->worktree : "?",
		  ev->attempt);
}

/* Its first line says it in short. */
static void tell_round(struct wt_ui *ui, const struct wt_event *ev)
{
	const char *reason = ev->reason ? ev->reason : "";

	wt_ui_say(ui, "%s: its agent goes on, round %zu: %.*s", ev->task, ev->round,
		  (int)strcspn(reason, "\n"), reason);
}

static void tell(struct wt_ui *ui, const struct wt_run *run, const struct wt_event *ev)
{
	switch (ev->kind) {
	case WT_EV_AGENT_STARTED:
		tell_start(ui, run, ev);
		break;
	case WT_EV_WORK_COMMITTED:
		wt_ui_say(ui, "%s: done, %" PRId64 " file%s changed%s", ev->task, ev->count,
			  ev->count == 1 ? "" : "s", ev->is_leftover ? " (committed for it)" : "");
		break;
	case WT_EV_LANDED:
		wt_ui_say(ui, "%s: merged into %s as %.7s", ev->task, run->plan.base,
			  wt_oid_hex(&ev->oid).hex);
		break;
	case WT_EV_ATTEMPT_ENDED:
		wt_ui_say(ui, "%s: %s: %s%s", ev->task, wt_outcome_name(ev->outcome),
			  ev->reason ? ev->reason : "",
			  ev->will_retry ? " (will be tried again)" : "");
		break;
	case WT_EV_MERGE_CONFLICTED:
		tell_conflict(ui, ev);
		break;
	case WT_EV_TASK_SKIPPED:
	case WT_EV_WORKTREE_FAILED:
	case WT_EV_AGENT_FAILED:
		wt_ui_say(ui, "%s: %s: %s", ev->task,
			  ev->kind == WT_EV_TASK_SKIPPED ? "skipped" : "failed",
			  ev->reason ? ev->reason : "");
		break;
	case WT_EV_GATE_ENDED:
		tell_gate(ui, run, ev);
		break;
	case WT_EV_ROUND_BEGUN:
		tell_round(ui, ev);
		break;
	case WT_EV_TASK_QUEUED:
		wt_ui_say(ui, "%s: waits to be merged: %s", ev->task, ev->reason ? ev->reason : "");
		break;
	case WT_EV_RUN_PAUSED:
		wt_ui_say(ui, "nothing new starts: %s", ev->reason ? ev->reason : "");
		break;
	case WT_EV_PROVIDER_STOPPED:
		tell_provider(ui, run, ev->provider);
		break;
	case WT_EV_BUDGET_WARNED:
		wt_ui_warn(ui, "most of the budget: %s", ev->reason ? ev->reason : "");
		break;
	case WT_EV_PROVIDER_OPEN:
		wt_ui_say(ui, "%s answers again", ev->provider);
		break;
	case WT_EV_LANDING_LOST:
	case WT_EV_NOTE:
		wt_ui_warn(ui, "%s%s%s", ev->task ? ev->task : "", ev->task ? ": " : "",
			   ev->reason ? ev->reason : "");
		break;
	case WT_EV_STOP_ASKED:
		wt_ui_say(ui, ev->task ? "%s: stopping" : "stopping%s", ev->task ? ev->task : "");
		break;
	default:
		break;
	}
}

static void observe(void *arg, struct wt_run *run, const struct wt_event *ev)
{
	struct viewer *v = arg;
	char held[sizeof v->held] = "";

	if (ev->kind == WT_EV_TASK_QUEUED) {
		snprintf(held, sizeof held, "%s %s", ev->task, ev->reason ? ev->reason : "");
		if (strcmp(held, v->held) == 0)
			return;
		memcpy(v->held, held, sizeof held);
	} else if (ev->kind == WT_EV_LANDED) {
		v->held[0] = '\0';
	}
	tell(&v->cli->ui, run, ev);
}

/* the live block */

/* "12.4 k tokens in, 3 k out, $0.42 of $5.00": what all agents told, the living ones too. */
static void put_spent(const struct wt_run *run, const struct wt_live *live, struct wt_buf *out)
{
	const struct wt_run_state *s = wt_run_state(run);
	struct wt_spending all = { 0 };
	int64_t limit = wt_config_int(run->config, "budget.tokens");
	int64_t limit_cost = wt_config_int(run->config, "budget.cost_usd");

	for (size_t i = 0; i < run->plan.n_tasks; i++) {
		const struct wt_task_state *t = &s->tasks[i];
		const struct wt_told none = { 0 }, *told = live ? &live[i].told : &none;

		wt_spending_add(&all, &(struct wt_spending){ .tokens_in = t->tokens_in,
							     .tokens_out = t->tokens_out,
							     .cost_microusd = t->cost_microusd });
		wt_spending_add(&all,
				&(struct wt_spending){ .tokens_in = told->tokens_in,
						       .tokens_out = told->tokens_out,
						       .cost_microusd = told->cost_microusd });
	}
	if (!all.tokens_in && !all.tokens_out && !all.cost_microusd)
		return;
	wt_buf_putc(out, ' ');
	wt_tokens_render(all.tokens_in, out);
	wt_buf_puts(out, " tokens in, ");
	wt_tokens_render(all.tokens_out, out);
	wt_buf_puts(out, " out");
	if (limit) {
		wt_buf_puts(out, " (limit ");
		wt_tokens_render(limit, out);
		wt_buf_putc(out, ')');
	}
	if (all.cost_microusd || limit_cost) {
		wt_buf_puts(out, ", ");
		wt_cost_render(all.cost_microusd, out);
	}
	if (limit_cost) {
		wt_buf_puts(out, " of ");
		wt_cost_render(limit_cost, out);
	}
	wt_buf_putc(out, '\n');
}

static void put_totals(const struct wt_cli *cli, struct wt_run *run, const struct wt_live *live,
		       const struct wt_load *load, struct wt_buf *out)
{
	const struct wt_run_state *s = wt_run_state(run);
	const struct wt_limits *limits = &run->plan.limits;
	size_t merged = 0, waiting = 0, living = 0;
	const char *dot = cli->ui.is_utf8 ? "·" : "-";

	for (size_t i = 0; i < run->plan.n_tasks; i++) {
		if (!run->plan.tasks[i].is_selected)
			continue;
		merged += s->tasks[i].state == WT_MERGED;
		waiting += s->tasks[i].state == WT_WAITING;
		living += wt_state_is_living(wt_live_state(&s->tasks[i], live ? &live[i] : NULL));
	}
	wt_buf_printf(out, " merged %zu %s working %zu %s waiting %zu %s failed %zu", merged, dot,
		      living, dot, waiting, dot, s->failures);
	if (load && load->cpu_percent >= 0)
		wt_buf_printf(out, "    cpu %.0f/%.0f %%", load->cpu_percent, limits->cpu_max);
	if (load && load->memory_percent >= 0)
		wt_buf_printf(out, "  memory %.0f/%.0f %%", load->memory_percent,
			      limits->memory_max);
	wt_buf_puts(out, "\n");
	put_spent(run, live, out);
}

/* Only what fits a narrow column: the tool while it uses one. */
static const char *word_of(const struct wt_live *live)
{
	const struct wt_told *told = &live->told;

	return told->tool && wt_live_message(live) == told->message ? told->tool
								    : wt_live_message(live);
}

/* What stands behind an instance; the news of its shim beat what it says itself, but for that it
 * is quiet. text owns what is rendered. */
static const char *message_of(const struct wt_cli *cli, struct wt_run *run, size_t i,
			      const struct wt_live *live, struct wt_buf *text)
{
	const struct wt_task_state *s = &wt_run_state(run)->tasks[i];
	const struct wt_clock *clock = cli->ports->clock;
	int64_t now = clock->mono_ms(clock->self);

	if (s->state == WT_WAITING)
		return wt_sched_why(run->sched, i, now);
	if (s->state == WT_QUEUED)
		return s->reason;
	if (s->state == WT_GATING)
		wt_judgment_render(&run->plan, &s->judged, text);
	if (s->state == WT_MERGING && s->merging.is_on)
		wt_judgment_render(&run->plan, &s->merging, text);
	if (live && s->state == WT_WORKING &&
	    (live->pulse.kind != WT_PULSE_QUIET || !wt_live_message(live)))
		wt_pulse_render(&live->pulse, now, text);
	return text->len ? text->data : live ? word_of(live) : NULL;
}

void wt_put_label(const struct wt_ui *ui, const struct wt_plan *plan, size_t task,
		  struct wt_buf *out)
{
	struct wt_arena scratch = { 0 };

	wt_ui_cell(ui, out, wt_plan_label(&scratch, plan, task), 8, false);
	wt_arena_clear(&scratch);
}

static void put_instance(const struct wt_cli *cli, struct wt_run *run, size_t i,
			 const struct wt_live *live, struct wt_buf *out)
{
	const struct wt_ui *ui = &cli->ui;
	const struct wt_plan_task *t = &run->plan.tasks[i];
	const struct wt_task_state *s = &wt_run_state(run)->tasks[i];
	const struct wt_clock *clock = cli->ports->clock;
	struct wt_buf text = WT_BUF_INIT, said = WT_BUF_INIT;
	int64_t now = clock->wall_ms(clock->self);
	const char *message = message_of(cli, run, i, live, &said);
	char percent[16] = "-";
	size_t used;

	if (live && live->progress_percent >= 0)
		snprintf(percent, sizeof percent, "%.0f %%", live->progress_percent);
	if (s->started_wall_ms && now > s->started_wall_ms &&
	    wt_state_is_alive(wt_live_state(s, live)))
		wt_text_render_clock(&text, now - s->started_wall_ms);
	wt_buf_putc(out, ' ');
	wt_put_label(ui, &run->plan, i, out);
	wt_buf_putc(out, ' ');
	wt_ui_cell(ui, out, t->slug && *t->slug ? t->slug : t->task.title, 22, false);
	wt_buf_putc(out, ' ');
	wt_ui_cell(ui, out, wt_state_name(wt_live_state(s, live)), 9, false);
	wt_buf_putc(out, ' ');
	wt_ui_cell(ui, out, text.data, 8, true);
	wt_buf_putc(out, ' ');
	wt_ui_cell(ui, out, wt_state_is_living(wt_live_state(s, live)) ? percent : "", 5, true);
	wt_buf_puts(out, "  ");
	used = 1 + 8 + 1 + 22 + 1 + 9 + 1 + 8 + 1 + 5 + 2;
	if (message && (size_t)ui->columns > used + 1)
		wt_ui_cell(ui, out, message, (size_t)ui->columns - used - 1, false);
	while (out->data[out->len - 1] == ' ')
		wt_buf_cut(out, out->len - 1);
	wt_buf_putc(out, '\n');
	/* Whole: it says what to type. */
	if (live && live->witness.problem) {
		wt_buf_puts(out, "          ");
		wt_text_render_safe(out, wt_str_of(live->witness.problem));
		wt_buf_putc(out, '\n');
	}
	wt_buf_clear(&said);
	wt_buf_clear(&text);
}

void wt_live_render(const struct wt_cli *cli, struct wt_run *run, const struct wt_live *live,
		    const struct wt_load *load, struct wt_buf *out)
{
	const struct wt_run_state *s = wt_run_state(run);
	const char *hold = wt_sched_hold(run->sched);
	const struct wt_clock *clock = cli->ports->clock;
	size_t waiting = 0, alive = 0;

	put_totals(cli, run, live, load, out);
	for (size_t i = 0; i < run->plan.n_tasks; i++) {
		if (wt_state_is_alive(s->tasks[i].state) && alive++ < 20)
			put_instance(cli, run, i, live ? &live[i] : NULL, out);
	}
	if (alive > 20)
		wt_buf_printf(out, " and %zu more at work\n", alive - 20);
	for (size_t i = 0; i < run->plan.n_tasks; i++) {
		if (!run->plan.tasks[i].is_selected || s->tasks[i].state != WT_WAITING)
			continue;
		if (waiting++ < 5)
			put_instance(cli, run, i, NULL, out);
	}
	if (waiting > 5)
		wt_buf_printf(out, " and %zu more waiting\n", waiting - 5);
	for (size_t i = 0; !s->is_ended && i < s->n_providers; i++) {
		if (s->providers[i].stop == WT_PROVIDER_ANSWERS)
			continue;
		wt_buf_putc(out, ' ');
		wt_provider_render(&s->providers[i], clock->wall_ms(clock->self), out);
		wt_buf_putc(out, '\n');
	}
	if (hold && wt_run_is_driven(run)) {
		wt_buf_puts(out, " nothing new starts: ");
		wt_text_render_safe(out, wt_str_of(hold));
		wt_buf_putc(out, '\n');
	}
}

static void tick(void *arg, struct wt_run *run, const struct wt_live *live,
		 const struct wt_load *load)
{
	struct viewer *v = arg;
	struct wt_buf out = WT_BUF_INIT;

	if (!wt_ui_can_live(&v->cli->ui))
		return;
	wt_live_render(v->cli, run, live, load, &out);
	wt_ui_live(&v->cli->ui, (struct wt_str){ out.data, out.len });
	wt_buf_clear(&out);
}

static void hangup(void *arg, struct wt_run *run)
{
	struct viewer *v = arg;

	wt_ui_redirect(&v->cli->ui, wt_path_join(&run->arena, run->dir, "run.log"));
}

/* the end */

void wt_cli_report(struct wt_cli *cli, struct wt_run *run, const char *format)
{
	const struct wt_clock *clock = cli->ports->clock;
	const struct wt_run_state *s = wt_run_state(run);
	struct wt_report_opts o = { .now_wall_ms = clock->wall_ms(clock->self),
				    .is_ungated = wt_plan_is_ungated(&run->plan),
				    .config = run->config,
				    .has_figures = cli->command == &wt_cmd_report,
				    .state_dir = run->dir,
				    .cwd = cli->cwd,
				    .is_ascii = !cli->ui.is_utf8,
				    .width = cli->ui.width };
	struct wt_buf out = WT_BUF_INIT;

	if (strcmp(format, "json") == 0) {
		struct wt_jsonw w = { .out = &out, .indent = 2 };

		wt_report_render_json(s, &o, &w);
		wt_buf_putc(&out, '\n');
	} else if (strcmp(format, "yaml") == 0) {
		wt_report_render_yaml(s, &o, &out);
	} else if (strcmp(format, "markdown") == 0) {
		wt_report_render_markdown(s, &o, &out);
	} else {
		wt_report_render_text(s, &o, &out);
	}
	wt_ui_answer(&cli->ui, (struct wt_str){ out.data, out.len });
	wt_buf_clear(&out);
}

/* The base was red: what it said, and how to go on all the same. */
static void hint_base(struct wt_cli *cli, const struct wt_run *run)
{
	size_t gate;
	enum wt_judgment_step step =
		wt_judgment_next(&run->plan, &wt_run_state(run)->base_judged, &gate);

	if (step == WT_JUDGMENT_NO || step == WT_JUDGMENT_ERROR)
		wt_ui_hint(&cli->ui,
			   "wtorch logs --gate %s; wtorch run --force goes on all the same",
			   run->plan.gates[gate].name);
}

int wt_cli_drive(struct wt_cli *cli, struct wt_run *run, const char *purpose, struct wt_error *err)
{
	struct viewer v = { .cli = cli };
	struct wt_drive_opts o = { .tick = tick, .hangup = hangup, .arg = &v };
	const char *reason;
	int signo = 0;
	enum wt_code rc;

	o.purpose = purpose;
	o.tick_ms = wt_ui_can_live(&cli->ui) ? 1000 : 0;
	run->observe = observe;
	run->observe_arg = &v;
	rc = wt_run_drive(run, &o, &signo, err);
	run->observe = NULL;
	wt_ui_live(&cli->ui, (struct wt_str){ "", 0 });
	if (rc)
		return -1;
	wt_cli_report(cli, run, wt_args_has(&cli->args, "json") ? "json" : "text");
	if (signo)
		return 128 + signo;
	if (wt_sched_nothing_started(wt_run_state(run), &reason)) {
		wt_fail(err, WT_E_ENV, "no instance could be started: %s", reason);
		wt_hint(err, "wtorch doctor");
		return -1;
	}
	hint_base(cli, run);
	if (wt_sched_exit_code(wt_run_state(run)) == 7)
		wt_ui_hint(&cli->ui, "wtorch resume %s", run->id);
	return wt_sched_exit_code(wt_run_state(run));
}
