/* SPDX-License-Identifier: MIT */
/* wtorch status: the newest run and its instances, now. */

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "drive.h"
#include "wtorch/core/cause.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/agent.h"
#include "wtorch/engine/byhand.h"
#include "wtorch/engine/snapshot.h"
#include "wtorch/engine/witness.h"

static const struct wt_opt rows[] = {
	{ .name = "watch", .letter = 'w', .help = "go on showing it until the run ends" },
	{ .name = "json", .help = "print one JSON document" },
};

/* What only looking can tell: is it alive, what does it say, what does it use. */
static void look_at(struct wt_cli *cli, struct wt_run *run, size_t i, struct wt_arena *a,
		    struct wt_live *live)
{
	const struct wt_task_state *s = &wt_run_state(run)->tasks[i];
	const struct wt_proc *p = cli->ports->proc;
	const struct wt_clock *clock = cli->ports->clock;
	struct wt_tree_usage usage;
	struct wt_proc_id id;

	if (s->state == WT_WAITING)
		live->reason = wt_arena_strdup(
			a, wt_sched_why(run->sched, i, clock->mono_ms(clock->self)));
	if (!wt_state_is_living(s->state) || !wt_witness_process(run, i, &id))
		return;
	wt_agent_read_status(cli->ports, a, wt_path_join(a, run->dir, s->dir ? s->dir : ""),
			     s->worktree, &live->progress_percent, &live->message);
	if (live->witness.is_alive)
		wt_agent_read_pulse(cli->ports, a, wt_path_join(a, run->dir, s->dir ? s->dir : ""),
				    &live->pulse);
	if (live->witness.is_alive && p->usage(p->self, &id, &usage)) {
		live->cpu_ms = usage.cpu_ms;
		live->rss_bytes = usage.rss_bytes;
	}
}

static struct wt_live *look(struct wt_cli *cli, struct wt_run *run, struct wt_arena *a)
{
	size_t n = run->plan.n_tasks;
	struct wt_live *live = wt_arena_alloc(a, (n ? n : 1) * sizeof *live);
	bool is_driven = wt_run_is_driven(run);

	for (size_t i = 0; i < n; i++) {
		live[i] = (struct wt_live){ .progress_percent = -1, .cpu_ms = -1, .rss_bytes = -1 };
		if (!run->plan.tasks[i].is_selected)
			continue;
		wt_witness_look(run, i, is_driven, a, &live[i].witness);
		look_at(cli, run, i, a, &live[i]);
	}
	wt_snapshot_load(run, a, live);
	return live;
}

static void put_json(struct wt_cli *cli, struct wt_run *run, const struct wt_live *live,
		     struct wt_buf *out)
{
	const struct wt_clock *clock = cli->ports->clock;
	struct wt_jsonw w = { .out = out, .indent = 2 };
	struct wt_budget budget;
	struct wt_load load;
	struct wt_status_opts o = { .now_wall_ms = clock->wall_ms(clock->self),
				    .now_ms = clock->mono_ms(clock->self),
				    .live = live,
				    .load = &load,
				    .budget = &budget,
				    .orchestrator_alive = wt_run_is_driven(run) };

	wt_budget_build(run->config, &budget);
	cli->ports->proc->load(cli->ports->proc->self, &load);
	wt_status_render_json(wt_run_state(run), &o, &w);
	wt_buf_putc(out, '\n');
}

/* Final ones are in the report; here they are counted and named by state. */
static void put_ended(const struct wt_cli *cli, struct wt_run *run, const struct wt_live *live,
		      struct wt_buf *out)
{
	const struct wt_run_state *s = wt_run_state(run);

	for (size_t i = 0; i < run->plan.n_tasks; i++) {
		const struct wt_plan_task *t = &run->plan.tasks[i];

		if (!t->is_selected || !wt_state_is_final(s->tasks[i].state))
			continue;
		wt_buf_putc(out, ' ');
		wt_put_label(&cli->ui, &run->plan, i, out);
		wt_buf_putc(out, ' ');
		wt_ui_cell(&cli->ui, out, t->slug && *t->slug ? t->slug : t->task.title, 22, false);
		wt_buf_printf(out, " %s", wt_state_name(s->tasks[i].state));
		if (s->tasks[i].reason) {
			wt_buf_puts(out, ": ");
			wt_text_render_safe(out, wt_str_of(s->tasks[i].reason));
		}
		if (live[i].witness.problem) {
			wt_buf_puts(out, "; but ");
			wt_text_render_safe(out, wt_str_of(live[i].witness.problem));
		}
		wt_buf_putc(out, '\n');
	}
}

/* What several of them failed of. */
static void put_causes(const struct wt_run *run, struct wt_buf *out)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest, line;

	wt_causes_render(wt_run_state(run), &text);
	rest = (struct wt_str){ text.data, text.len };
	while (wt_str_next(&rest, "\n", &line))
		wt_buf_printf(out, " %.*s\n", (int)line.len, line.data);
	wt_buf_clear(&text);
}

static const char *state_of_run(const struct wt_run *run)
{
	const struct wt_run_state *s = wt_run_state(run);

	if (s->is_ended)
		return s->final_status ? s->final_status : "ended";
	if (s->is_stopped)
		return "stopped";
	return wt_run_is_driven(run) ? "running" : "interrupted: nobody works on it";
}

static void put_text(struct wt_cli *cli, struct wt_run *run, const struct wt_live *live,
		     struct wt_buf *out)
{
	const struct wt_run_state *s = wt_run_state(run);
	const char *dot = cli->ui.is_utf8 ? "·" : "-";
	struct wt_load load;

	wt_buf_printf(out, " run %s %s ", run->id, dot);
	wt_text_render_safe(out, wt_str_of(run->plan.base));
	wt_buf_printf(out, " %.7s %s %s\n", wt_oid_hex(&run->plan.base_oid).hex, dot,
		      state_of_run(run));
	cli->ports->proc->load(cli->ports->proc->self, &load);
	wt_live_render(cli, run, live, s->is_ended ? NULL : &load, out);
	put_ended(cli, run, live, out);
	put_causes(run, out);
}

static int show_once(struct wt_cli *cli, struct wt_run *run)
{
	struct wt_buf out = WT_BUF_INIT;
	struct wt_arena seen = { 0 };
	struct wt_live *live = look(cli, run, &seen);

	for (size_t i = 0; i < run->plan.n_tasks; i++)
		wt_byhand_witness(run, &seen, &live[i].witness, i);
	if (wt_args_has(&cli->args, "json"))
		put_json(cli, run, live, &out);
	else
		put_text(cli, run, live, &out);
	wt_ui_answer(&cli->ui, (struct wt_str){ out.data, out.len });
	if (!wt_run_state(run)->is_ended && !wt_run_state(run)->is_stopped &&
	    !wt_run_is_driven(run))
		wt_ui_hint(&cli->ui, "wtorch resume");
	wt_buf_clear(&out);
	wt_arena_clear(&seen);
	return 0;
}

/* Until the run ends or the person does. Without a terminal a line block per change. */
static int watch(struct wt_cli *cli, struct wt_run *run, struct wt_error *err)
{
	const struct wt_proc *p = cli->ports->proc;
	struct wt_wake wake = { .kind = WT_WAKE_TIME };

	if (p->watch_file(p->self, wt_path_join(&run->arena, run->dir, "journal.jsonl"), 1, err))
		return -1;
	for (;;) {
		struct wt_buf out = WT_BUF_INIT;
		struct wt_arena seen = { 0 }; /* one look; it may go on for a night */

		if (wt_run_refresh(run, err))
			return -1;
		if (!wt_run_is_driven(run) || cli->ui.pipe_is_closed)
			break;
		if (wt_ui_can_live(&cli->ui) || wake.kind == WT_WAKE_FILE) {
			put_text(cli, run, look(cli, run, &seen), &out);
			if (wt_ui_can_live(&cli->ui))
				wt_ui_live(&cli->ui, (struct wt_str){ out.data, out.len });
			else
				wt_ui_answer(&cli->ui, (struct wt_str){ out.data, out.len });
		}
		wt_buf_clear(&out);
		wt_arena_clear(&seen);
		if (p->wait(p->self, 1000, &wake, err))
			return -1;
		if (wake.kind == WT_WAKE_SIGNAL && wake.signo != SIGWINCH)
			return 128 + wake.signo;
	}
	wt_ui_live(&cli->ui, (struct wt_str){ "", 0 });
	return show_once(cli, run);
}

static int status_run(struct wt_cli *cli, struct wt_error *err)
{
	struct wt_error why;
	struct wt_run *run;
	int status;

	if (wt_cli_want_words(cli, 0, 0, err) || wt_cli_open_run(cli, NULL, &run, err))
		return -1;
	wt_ui_diags(&cli->ui, &run->damage);
	if (wt_run_check_place(run, &why)) {
		wt_ui_warn(&cli->ui, "%s", why.msg);
		if (why.hint[0])
			wt_ui_hint(&cli->ui, "%s", why.hint);
	}
	status = wt_args_has(&cli->args, "watch") ? watch(cli, run, err) : show_once(cli, run);
	wt_run_close(run);
	return status;
}

const struct wt_command wt_cmd_status = {
	.name = "status",
	.summary = "the newest run and its instances now",
	.usage = "",
	.about = "Shows what each task of the newest run does now and what those that wait wait "
		 "for. What an agent says about itself is shown, and believed by nothing.",
	.opts = WT_OPTS(rows, &wt_run_opt),
	.needs = WT_NEEDS_REPO,
	.run = status_run,
};
