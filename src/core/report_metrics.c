/* SPDX-License-Identifier: MIT */
/* The figures of a run as JSON: "metrics" of a report and of each run of a history. */

#include <string.h>

#include "report_impl.h"
#include "wtorch/base/text.h"

/* In the unit of the document: fractions, times and seconds; negative is null. */
static double plain(enum wt_figure figure, int64_t value)
{
	bool is_time = wt_figure_def(figure)->unit == WT_UNIT_TIME;

	return value < 0 ? -1 : (double)value / (is_time ? 1000.0 : (double)WT_MILLION);
}

static void put_figure(struct wt_jsonw *w, const struct wt_metrics *m, enum wt_figure figure)
{
	wt_jsonw_knum(w, wt_figure_def(figure)->name, plain(figure, m->figures[figure].value));
}

static void put_seconds(struct wt_jsonw *w, const char *name, int64_t ms)
{
	wt_jsonw_knum(w, name, ms < 0 ? -1 : (double)ms / 1000);
}

struct wt_spending report_spending_of(const struct wt_task_state *t)
{
	return (struct wt_spending){ .tokens_in = t->tokens_in,
				     .tokens_out = t->tokens_out,
				     .tokens_cached = t->tokens_cached,
				     .cost_microusd = t->cost_microusd };
}

void report_put_spending(struct wt_jsonw *w, const struct wt_spending *sum)
{
	wt_jsonw_key(w, "tokens");
	if (sum->tokens_in || sum->tokens_out) {
		wt_jsonw_begin(w, '{');
		wt_jsonw_kint(w, "input", sum->tokens_in);
		wt_jsonw_kint(w, "output", sum->tokens_out);
		wt_jsonw_kint(w, "cached", sum->tokens_cached);
		wt_jsonw_end(w, '}');
	} else {
		wt_jsonw_null(w);
	}
	wt_jsonw_knum(w, "cost_usd", sum->cost_microusd ? (double)sum->cost_microusd / 1e6 : -1);
}

const char *report_model_of(const struct wt_report_opts *o, const struct wt_spending *sum)
{
	if (sum->model || !o->config || !sum->agent)
		return sum->model;
	return wt_config_named_text(o->config, "agent", sum->agent, "model");
}

static const char *name_of(const struct wt_report_opts *o, const struct wt_spending *sum,
			   bool by_model)
{
	return by_model ? report_model_of(o, sum) : sum->agent;
}

static bool is_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Those of the name of spending[first], unless one before it has that name. */
static bool gather(const struct wt_run_state *s, const struct wt_report_opts *o, size_t first,
		   bool by_model, struct wt_spending *out)
{
	const char *name = name_of(o, &s->spending[first], by_model);

	*out = (struct wt_spending){ 0 };
	for (size_t i = 0; i < s->n_spending; i++) {
		if (!is_same(name_of(o, &s->spending[i], by_model), name))
			continue;
		if (i < first)
			return false;
		wt_spending_add(out, &s->spending[i]);
	}
	return true;
}

static void put_spenders(struct wt_jsonw *w, const struct wt_run_state *s,
			 const struct wt_report_opts *o, bool by_model)
{
	struct wt_spending sum;

	wt_jsonw_key(w, by_model ? "models" : "agents");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < s->n_spending; i++) {
		if (!gather(s, o, i, by_model, &sum))
			continue;
		wt_jsonw_begin(w, '{');
		wt_jsonw_kstr(w, by_model ? "model" : "agent",
			      name_of(o, &s->spending[i], by_model));
		wt_jsonw_kint(w, "starts", (int64_t)sum.runs);
		put_seconds(w, "duration_s", sum.busy_ms);
		report_put_spending(w, &sum);
		wt_jsonw_end(w, '}');
	}
	wt_jsonw_end(w, ']');
}

static void put_targets(struct wt_jsonw *w, const struct wt_metrics *m)
{
	wt_jsonw_key(w, "targets");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < WT_FIGURE_COUNT; i++) {
		const struct wt_figure_value *f = &m->figures[i];

		if (f->target < 0)
			continue;
		wt_jsonw_begin(w, '{');
		wt_jsonw_kstr(w, "name", wt_figure_def((enum wt_figure)i)->name);
		wt_jsonw_knum(w, "value", plain((enum wt_figure)i, f->value));
		wt_jsonw_kstr(w, "kind", wt_target_name(wt_figure_def((enum wt_figure)i)->kind));
		wt_jsonw_knum(w, "target", plain((enum wt_figure)i, f->target));
		wt_jsonw_key(w, "is_met");
		if (f->judged == WT_UNJUDGED)
			wt_jsonw_null(w);
		else
			wt_jsonw_bool(w, f->judged == WT_TARGET_MET);
		wt_jsonw_end(w, '}');
	}
	wt_jsonw_end(w, ']');
}

void report_put_metrics(struct wt_jsonw *w, const struct wt_run_state *s,
			const struct wt_report_opts *o, const struct wt_metrics *m)
{
	int64_t speedup = m->figures[WT_FIGURE_SPEEDUP].value;

	wt_jsonw_key(w, "metrics");
	wt_jsonw_begin(w, '{');
	put_seconds(w, "duration_s", m->duration_ms);
	put_seconds(w, "sequential_s", m->sequential_ms);
	put_figure(w, m, WT_FIGURE_SPEEDUP);
	wt_jsonw_knum(w, "parallel_efficiency", plain(WT_FIGURE_SPEEDUP, speedup));
	wt_jsonw_key(w, "velocity_increase");
	if (speedup < 0)
		wt_jsonw_null(w);
	else
		wt_jsonw_num(w, (double)(speedup - WT_MILLION) / (double)WT_MILLION);
	for (size_t i = 0; i < WT_FIGURE_COUNT; i++) {
		if (i != WT_FIGURE_SPEEDUP)
			put_figure(w, m, (enum wt_figure)i);
	}
	put_seconds(w, "avg_attempt_s", m->mean_ms);
	wt_jsonw_kint(w, "attempts", (int64_t)m->attempts);
	wt_jsonw_kint(w, "retries", (int64_t)m->retries);
	wt_jsonw_kint(w, "rounds", (int64_t)m->rounds);
	wt_jsonw_kint(w, "peak_instances", (int64_t)m->peak_instances);
	wt_jsonw_knum(w, "peak_memory_bytes", m->peak_rss_bytes ? (double)m->peak_rss_bytes : -1);
	put_seconds(w, "cpu_s", m->cpu_ms);
	report_put_spending(w, &m->spending);
	wt_jsonw_key(w, "api_calls");
	wt_jsonw_null(w);
	put_targets(w, m);
	put_spenders(w, s, o, false);
	put_spenders(w, s, o, true);
	wt_jsonw_end(w, '}');
}

/* history */

void wt_history_render_run(const struct wt_run_state *s, const struct wt_report_opts *o,
			   const char *status, size_t damaged, struct wt_jsonw *w)
{
	struct wt_metrics m;

	wt_metrics_build(s, o->config, o->now_wall_ms, &m);
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "id", s->run);
	wt_jsonw_kstr(w, "status", status);
	wt_jsonw_kstr(w, "base", s->plan->base);
	wt_jsonw_ktime(w, "started_at", s->started_wall_ms);
	wt_jsonw_ktime(w, "ended_at", s->ended_wall_ms);
	wt_jsonw_kopt(w, "exit_status", s->is_ended, s->exit_code);
	report_put_totals(w, &m);
	report_put_metrics(w, s, o, &m);
	wt_jsonw_kint(w, "damaged_records", (int64_t)damaged);
	wt_jsonw_kstr(w, "error", NULL);
	wt_jsonw_end(w, '}');
}

void wt_history_render_unread(const char *id, const char *error, struct wt_jsonw *w)
{
	static const char *const absent[] = { "base",        "started_at", "ended_at",
					      "exit_status", "totals",     "metrics" };

	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "id", id);
	wt_jsonw_kstr(w, "status", "unreadable");
	for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
		wt_jsonw_kstr(w, absent[i], NULL);
	wt_jsonw_kopt(w, "damaged_records", false, 0);
	wt_jsonw_kstr(w, "error", error);
	wt_jsonw_end(w, '}');
}
