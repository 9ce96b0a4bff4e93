/* SPDX-License-Identifier: MIT */
/* wtorch history: past runs and their figures. */

#include <stdio.h>

#include "commands.h"
#include "wtorch/core/metrics.h"
#include "wtorch/core/report.h"

#define USUAL_LIMIT  20 /* of what people read; a document has all */
#define WIDE_COLUMNS 110

static const struct wt_opt rows[] = {
	{ .name = "limit",
	  .letter = 'n',
	  .arg = "N",
	  .help = "the newest N runs; 0: all (default: 20, with --json all)" },
	{ .name = "json", .help = "print one JSON document" },
};

/* A run that was closed again. */
struct row {
	const char *id, *base, *status;
	const char *error; /* why it cannot be read; then nothing else is known */
	size_t n_damaged;  /* records that were left out; of many, at least so many */
	struct wt_metrics m;
};

struct history {
	struct wt_cli *cli;
	struct wt_arena *arena;
	struct row *rows; /* newest first */
	size_t n, cap;
	size_t n_left_out;
	struct wt_jsonw w; /* out is NULL without --json */
};

static const char *status_of(const struct wt_run *run)
{
	const struct wt_run_state *s = wt_run_state(run);

	if (s->is_ended)
		return s->final_status ? s->final_status : "ended";
	if (s->is_stopped)
		return "stopped";
	return wt_run_is_driven(run) ? "running" : "interrupted";
}

static void take_run(struct history *h, const struct wt_run *run, struct row *row)
{
	const struct wt_clock *clock = h->cli->ports->clock;
	struct wt_report_opts o = { .now_wall_ms = clock->wall_ms(clock->self),
				    .config = run->config };

	/* Time passes only while somebody works on it. */
	if (!wt_run_is_driven(run))
		o.now_wall_ms = 0;
	row->base = wt_arena_strdup(h->arena, run->plan.base);
	row->status = wt_arena_strdup(h->arena, status_of(run));
	row->n_damaged = run->damage.len;
	wt_metrics_build(wt_run_state(run), run->config, o.now_wall_ms, &row->m);
	if (h->w.out)
		wt_history_render_run(wt_run_state(run), &o, row->status, row->n_damaged, &h->w);
}

/* A folder in which no run was ever begun is none. */
static void read_run(struct history *h, const char *id)
{
	struct row row = { .id = id };
	struct wt_error err;
	struct wt_run *run;
	enum wt_code rc = wt_run_open(h->cli->ports, id, &run, &err);

	if (rc == WT_E_NOT_FOUND)
		return;
	if (rc) {
		row.error = wt_arena_strdup(h->arena, err.msg);
		if (h->w.out)
			wt_history_render_unread(id, row.error, &h->w);
	} else {
		take_run(h, run, &row);
		wt_run_close(run);
	}
	*WT_ARENA_PUSH(h->arena, h->rows, h->n, h->cap) = row;
}

static enum wt_code read_runs(struct history *h, size_t limit, struct wt_error *err)
{
	const char **ids;
	size_t n;
	enum wt_code rc = wt_runs_list(h->cli->ports, h->arena, &ids, &n, err);

	for (; !rc && n > 0 && (!limit || h->n < limit); n--)
		read_run(h, ids[n - 1]);
	h->n_left_out = rc ? 0 : n;
	return rc;
}

/* the table */

struct columns {
	bool has_cost, is_wide;
};

static void put_cells(const struct wt_ui *ui, const struct columns *c, const char *const *cells,
		      struct wt_buf *out)
{
	static const struct {
		size_t columns;
		bool is_right, is_cost, is_wide;
	} shape[] = {
		{ 20, false, false, false }, { 7, true, false, false }, { 7, true, false, false },
		{ 6, true, false, false },   { 9, true, false, false }, { 7, true, false, false },
		{ 7, true, true, false },    { 8, true, false, true },  { 12, false, false, true },
	};
	size_t i = 0;

	for (; i < sizeof shape / sizeof *shape; i++) {
		if ((shape[i].is_cost && !c->has_cost) || (shape[i].is_wide && !c->is_wide))
			continue;
		wt_buf_puts(out, i > 7 ? "  " : " ");
		wt_ui_cell(ui, out, cells[i], shape[i].columns, shape[i].is_right);
	}
	wt_buf_printf(out, "  %s\n", cells[i]);
}

static void put_row(const struct history *h, const struct columns *c, const struct row *row,
		    struct wt_buf *out)
{
	const struct wt_spending *sum = &row->m.spending;
	struct wt_buf time = WT_BUF_INIT, speedup = WT_BUF_INIT, cost = WT_BUF_INIT,
		      tokens = WT_BUF_INIT;
	char merged[32], failed[24], conflicts[24];

	snprintf(merged, sizeof merged, "%zu/%zu", row->m.merged, row->m.tasks);
	snprintf(failed, sizeof failed, "%zu", row->m.failed);
	snprintf(conflicts, sizeof conflicts, "%zu", row->m.conflicts);
	wt_text_render_duration(&time, row->m.duration_ms);
	if (row->m.ran >= 2)
		wt_figure_render(WT_FIGURE_SPEEDUP, row->m.figures[WT_FIGURE_SPEEDUP].value,
				 &speedup);
	if (sum->cost_microusd)
		wt_cost_render(sum->cost_microusd, &cost);
	if (sum->tokens_in || sum->tokens_out)
		wt_tokens_render(sum->tokens_in + sum->tokens_out, &tokens);
	put_cells(&h->cli->ui, c,
		  (const char *const[]){ row->id, time.data, merged, failed, conflicts,
					 speedup.data, cost.data, tokens.data, row->base,
					 row->status },
		  out);
	wt_buf_clear(&tokens);
	wt_buf_clear(&cost);
	wt_buf_clear(&speedup);
	wt_buf_clear(&time);
}

static void put_sum(const struct history *h, struct wt_buf *out)
{
	const char *dot = h->cli->ui.is_utf8 ? " \xC2\xB7 " : " - ";
	struct wt_spending sum = { 0 };
	size_t tasks = 0, merged = 0;
	int64_t ms = 0;

	for (size_t i = 0; i < h->n; i++) {
		tasks += h->rows[i].m.tasks;
		merged += h->rows[i].m.merged;
		ms += h->rows[i].m.duration_ms;
		wt_spending_add(&sum, &h->rows[i].m.spending);
	}
	wt_buf_printf(out, "\n %zu run%s, %zu of %zu tasks merged%s", h->n, h->n == 1 ? "" : "s",
		      merged, tasks, dot);
	wt_text_render_duration(out, ms);
	if (sum.cost_microusd) {
		wt_buf_puts(out, dot);
		wt_cost_render(sum.cost_microusd, out);
	}
	if (h->n_left_out)
		wt_buf_printf(out, "%s%zu older: wtorch history -n 0", dot, h->n_left_out);
	wt_buf_putc(out, '\n');
}

static void put_table(const struct history *h, struct wt_buf *out)
{
	static const char *const heads[] = { "run",     "time", "merged", "failed", "conflicts",
					     "speedup", "cost", "tokens", "base",   "status" };
	struct columns c = { .is_wide = h->cli->ui.columns >= WIDE_COLUMNS };

	for (size_t i = 0; i < h->n; i++)
		c.has_cost |= h->rows[i].m.spending.cost_microusd != 0;
	put_cells(&h->cli->ui, &c, heads, out);
	for (size_t i = 0; i < h->n; i++) {
		const struct row *row = &h->rows[i];

		if (!row->error) {
			put_row(h, &c, row, out);
			continue;
		}
		wt_buf_printf(out, " %s  ", row->id);
		wt_text_render_safe(out, wt_str_of(row->error));
		wt_buf_putc(out, '\n');
	}
	put_sum(h, out);
}

static void warn(const struct history *h)
{
	for (size_t i = 0; i < h->n; i++) {
		if (h->rows[i].n_damaged)
			wt_ui_warn(&h->cli->ui,
				   "run %s: its figures lack %zu record%s of a damaged journal",
				   h->rows[i].id, h->rows[i].n_damaged,
				   h->rows[i].n_damaged == 1 ? "" : "s");
	}
}

static int show(struct history *h, size_t limit, bool is_json, struct wt_error *err)
{
	struct wt_buf out = WT_BUF_INIT;
	enum wt_code rc;

	h->w = (struct wt_jsonw){ .out = is_json ? &out : NULL, .indent = 2 };
	if (is_json) {
		wt_jsonw_begin(&h->w, '{');
		wt_jsonw_kstr(&h->w, "schema", "wtorch.history/1");
		wt_jsonw_key(&h->w, "runs");
		wt_jsonw_begin(&h->w, '[');
	}
	rc = read_runs(h, limit, err);
	if (is_json) {
		wt_jsonw_end(&h->w, ']');
		wt_jsonw_kint(&h->w, "older", (int64_t)h->n_left_out);
		wt_jsonw_end(&h->w, '}');
		wt_buf_putc(&out, '\n');
	} else if (h->n) {
		put_table(h, &out);
	} else {
		wt_buf_puts(&out, "there is no run yet in this repository\n");
	}
	if (!rc) {
		warn(h);
		wt_ui_answer(&h->cli->ui, (struct wt_str){ out.data, out.len });
	}
	wt_buf_clear(&out);
	return rc ? -1 : 0;
}

static int history_run(struct wt_cli *cli, struct wt_error *err)
{
	struct wt_arena arena = { 0 };
	struct history h = { .cli = cli, .arena = &arena };
	bool is_json = wt_args_has(&cli->args, "json");
	int64_t limit = is_json ? 0 : USUAL_LIMIT;
	int status = -1;

	if (wt_cli_want_words(cli, 0, 0, err) == WT_OK &&
	    wt_args_int(&cli->args, "limit", 0, &limit, err) == WT_OK)
		status = show(&h, (size_t)limit, is_json, err);
	wt_arena_clear(&arena);
	return status;
}

const struct wt_command wt_cmd_history = {
	.name = "history",
	.summary = "past runs with their figures",
	.usage = "",
	.about = "Shows past runs, the newest first: how long they took, what merged, failed and "
		 "conflicted, how many times as fast as one task after the other, and what they "
		 "cost. --json also has every figure and target of `wtorch report`.",
	.opts = WT_OPTS(rows, &wt_common_opts),
	.needs = WT_NEEDS_REPO,
	.run = history_run,
};
