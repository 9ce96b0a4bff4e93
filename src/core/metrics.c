/* SPDX-License-Identifier: MIT */
/* The figures of a run, and whether they reach their targets. */

#include "wtorch/core/metrics.h"

#include <inttypes.h>
#include <stdlib.h>

#include "wtorch/base/mem.h"
#include "wtorch/base/text.h"

static const struct wt_figure_def defs[WT_FIGURE_COUNT] = {
	[WT_FIGURE_PARALLELIZATION] = { "parallelization_rate", "parallelization",
					"target.parallelization_rate", WT_UNIT_RATE,
					WT_TARGET_AT_LEAST },
	[WT_FIGURE_UTILIZATION] = { "agent_utilization", "agent utilization",
				    "target.agent_utilization", WT_UNIT_RATE, WT_TARGET_AT_LEAST },
	[WT_FIGURE_GATE_COVERAGE] = { "gate_coverage", "gate coverage", "target.gate_coverage",
				      WT_UNIT_RATE, WT_TARGET_AT_LEAST },
	[WT_FIGURE_FIRST_PASS] = { "first_pass_rate", "first pass", "target.first_pass_rate",
				   WT_UNIT_RATE, WT_TARGET_AT_LEAST },
	[WT_FIGURE_MERGE_RATE] = { "merge_rate", "merge rate", "target.merge_rate", WT_UNIT_RATE,
				   WT_TARGET_AT_LEAST },
	[WT_FIGURE_FAILURE_RATE] = { "failure_rate", "failure rate", "target.failure_rate",
				     WT_UNIT_RATE, WT_TARGET_UNDER },
	[WT_FIGURE_SPEEDUP] = { "speedup", "speedup", "target.speedup", WT_UNIT_FACTOR,
				WT_TARGET_OVER },
	[WT_FIGURE_PLANNING] = { "planning_s", "planning", "target.planning", WT_UNIT_TIME,
				 WT_TARGET_AT_MOST },
	[WT_FIGURE_LAUNCH] = { "launch_s", "launch", "target.launch", WT_UNIT_TIME,
			       WT_TARGET_AT_MOST },
	[WT_FIGURE_INTEGRATION] = { "integration_s", "integration", "target.integration",
				    WT_UNIT_TIME, WT_TARGET_AT_MOST },
};

const struct wt_figure_def *wt_figure_def(enum wt_figure figure)
{
	return &defs[figure];
}

const char *wt_target_name(enum wt_target_kind kind)
{
	static const char *const names[] = {
		[WT_TARGET_AT_LEAST] = "at_least",
		[WT_TARGET_OVER] = "over",
		[WT_TARGET_UNDER] = "under",
		[WT_TARGET_AT_MOST] = "at_most",
	};

	return names[kind];
}

/* counting */

static void count_task(const struct wt_task_state *t, struct wt_metrics *m)
{
	m->tasks++;
	switch (t->state) {
	case WT_MERGED:
		m->merged++;
		m->first_pass += t->attempt == 1 && !t->rounds;
		m->resolved += t->had_conflict;
		break;
	case WT_FAILED:
	case WT_TIMEOUT:
	case WT_KEPT:
		m->failed++;
		break;
	case WT_CONFLICT:
		m->conflicts++;
		break;
	case WT_SKIPPED:
	case WT_STOPPED:
	case WT_NO_CHANGES:
		m->skipped++;
		m->stopped += t->state == WT_STOPPED;
		m->unchanged += t->state == WT_NO_CHANGES;
		break;
	default:
		m->unfinished++;
		break;
	}
	m->started += t->launched_ms >= 0 || t->busy_ms > 0;
	m->ran += t->busy_ms > 0;
	m->rounds += t->rounds;
	m->cpu_ms += t->cpu_ms;
	if (t->peak_rss_bytes > m->peak_rss_bytes)
		m->peak_rss_bytes = t->peak_rss_bytes;
}

static bool is_over(const struct wt_run_state *s)
{
	return s->is_ended || s->is_stopped;
}

static void count(const struct wt_run_state *s, int64_t now_wall_ms, struct wt_metrics *m)
{
	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		if (s->plan->tasks[i].is_selected)
			count_task(&s->tasks[i], m);
	}
	for (size_t i = 0; i < s->n_spending; i++)
		wt_spending_add(&m->spending, &s->spending[i]);
	m->agents_ms = m->spending.busy_ms;
	m->attempts = s->attempt_runs;
	m->retries = s->retries;
	m->peak_instances = s->peak_living;
	m->duration_ms = s->active_ms;
	if (s->started_wall_ms && !is_over(s) && now_wall_ms > s->last_wall_ms)
		m->duration_ms += now_wall_ms - s->last_wall_ms;
	if (m->agents_ms > 0)
		m->sequential_ms = m->agents_ms + s->launch_ms + s->integration_ms;
	m->mean_ms = m->attempts ? m->agents_ms / (int64_t)m->attempts : -1;
}

/* figures */

/* In millionths, rounded down: what is nearly there is not there. Figures of a broken journal may
 * be any size. */
static int64_t ratio(double part, double whole)
{
	double millionths = whole > 0 ? part * (double)WT_MILLION / whole : -1;

	return millionths < 9e18 ? (int64_t)millionths : INT64_MAX;
}

static int64_t rate(double part, double whole)
{
	int64_t millionths = ratio(part, whole);

	return millionths < WT_MILLION ? millionths : WT_MILLION;
}

static int compare_times(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Of the first wave as many can start as there are instances; -1: not so many have. */
static int64_t launch_of(const struct wt_run_state *s)
{
	const struct wt_plan *plan = s->plan;
	int64_t *times = wt_alloc((plan->n_tasks + 1) * sizeof *times), launch = -1;
	size_t n = 0, want = 0;

	for (size_t i = 0; i < plan->n_tasks; i++) {
		if (!plan->tasks[i].is_selected || plan->tasks[i].batch != 1)
			continue;
		want++;
		if (s->tasks[i].launched_ms >= 0)
			times[n++] = s->tasks[i].launched_ms;
	}
	if (want > plan->limits.jobs)
		want = plan->limits.jobs;
	qsort(times, n, sizeof *times, compare_times);
	if (want && n >= want)
		launch = times[want - 1];
	free(times);
	return launch;
}

/* A gate that broke, or that nobody waited for, has judged nothing. */
static bool has_judged(const struct wt_judgment *j, size_t gate)
{
	enum wt_gate_verdict v = j->gates ? j->gates[gate].verdict : WT_SAYS_NONE;

	return wt_gate_verdict_is_yes(v) || v == WT_SAYS_FAIL || v == WT_SAYS_TIMEOUT;
}

/* Something had to judge the task, and all that had to did; the merged tree of what was merged,
 * too. */
static bool is_gated(const struct wt_run_state *s, size_t task)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];
	const struct wt_task_state *t = &s->tasks[task];
	bool is_needed = false;

	for (size_t i = 0; i < p->n_gates; i++) {
		size_t gate = p->gates[i];
		const struct wt_plan_gate *g = &s->plan->gates[gate];

		if (!g->is_required)
			continue;
		is_needed = true;
		if ((g->when & WT_GATE_TASK) && !has_judged(&t->judged, gate))
			return false;
		if ((g->when & WT_GATE_MERGED) && t->state == WT_MERGED &&
		    !has_judged(&t->merging, gate))
			return false;
	}
	return is_needed;
}

/* Without any gate there is nothing to cover. */
static int64_t gate_coverage(const struct wt_run_state *s)
{
	size_t changed = 0, gated = 0;

	for (size_t i = 0; s->plan->n_gates && i < s->plan->n_tasks; i++) {
		/* The work of a workstream is judged as part of its primary's. */
		if (!s->plan->tasks[i].is_selected || s->plan->tasks[i].stream_of ||
		    s->tasks[i].files_changed <= 0)
			continue;
		changed++;
		gated += is_gated(s, i);
	}
	return rate((double)gated, (double)changed);
}

static size_t at_once(const struct wt_run_state *s, const struct wt_metrics *m)
{
	size_t jobs = s->plan->limits.jobs ? s->plan->limits.jobs : 1;

	if (s->plan->limits.mode == WT_MODE_SEQUENTIAL)
		return 1;
	return m->started < jobs ? m->started : jobs;
}

static void measure(const struct wt_run_state *s, struct wt_metrics *m)
{
	double duration = (double)m->duration_ms, tasks = (double)m->tasks;
	int64_t values[WT_FIGURE_COUNT] = {
		[WT_FIGURE_PARALLELIZATION] = rate((double)s->together_ms, duration),
		[WT_FIGURE_UTILIZATION] =
			rate((double)m->agents_ms, duration * (double)at_once(s, m)),
		[WT_FIGURE_GATE_COVERAGE] = gate_coverage(s),
		[WT_FIGURE_FIRST_PASS] = rate((double)m->first_pass, (double)m->ran),
		[WT_FIGURE_MERGE_RATE] = rate((double)m->merged, tasks),
		[WT_FIGURE_FAILURE_RATE] = rate((double)m->failed, tasks),
		[WT_FIGURE_SPEEDUP] =
			m->sequential_ms > 0 ? ratio((double)m->sequential_ms, duration) : -1,
		[WT_FIGURE_PLANNING] = s->planning_ms ? s->planning_ms : -1,
		[WT_FIGURE_LAUNCH] = launch_of(s),
		[WT_FIGURE_INTEGRATION] = m->merged ? s->integration_ms : -1,
	};

	for (size_t i = 0; i < WT_FIGURE_COUNT; i++)
		m->figures[i] = (struct wt_figure_value){ .value = values[i], .target = -1 };
}

/* targets */

static bool is_met(enum wt_target_kind kind, int64_t value, int64_t target)
{
	switch (kind) {
	case WT_TARGET_AT_LEAST:
		return value >= target;
	case WT_TARGET_OVER:
		return value > target;
	case WT_TARGET_UNDER:
		return value < target;
	default:
		return value <= target;
	}
}

/* Where one after another was all there was to do, nothing could be gained. */
static bool says_nothing(const struct wt_run_state *s, const struct wt_metrics *m,
			 enum wt_figure figure)
{
	return (figure == WT_FIGURE_PARALLELIZATION || figure == WT_FIGURE_SPEEDUP) &&
	       (m->ran < 2 || s->plan->limits.jobs == 1 ||
		s->plan->limits.mode == WT_MODE_SEQUENTIAL);
}

static void judge(const struct wt_run_state *s, const struct wt_config *config,
		  struct wt_metrics *m)
{
	for (size_t i = 0; i < WT_FIGURE_COUNT; i++) {
		struct wt_figure_value *f = &m->figures[i];

		f->target = wt_config_int(config, defs[i].key);
		if (f->value < 0 || !is_over(s) || says_nothing(s, m, (enum wt_figure)i))
			continue;
		f->judged = is_met(defs[i].kind, f->value, f->target) ? WT_TARGET_MET
								      : WT_TARGET_MISSED;
		m->missed += f->judged == WT_TARGET_MISSED;
	}
}

void wt_metrics_build(const struct wt_run_state *s, const struct wt_config *config,
		      int64_t now_wall_ms, struct wt_metrics *out)
{
	*out = (struct wt_metrics){ 0 };
	count(s, now_wall_ms, out);
	measure(s, out);
	if (config)
		judge(s, config, out);
}

/* words */

/* Rounded away from the target that it might just miss. */
static void render_time(int64_t ms, struct wt_buf *out)
{
	if (ms < 9900)
		wt_buf_printf(out, "%d.%ds", (int)((ms + 99) / 1000), (int)((ms + 99) / 100 % 10));
	else
		wt_text_render_duration(out, ms - ms % 1000 + 1000 * (ms % 1000 > 0));
}

void wt_figure_render(enum wt_figure figure, int64_t value, struct wt_buf *out)
{
	enum wt_figure_unit unit = defs[figure].unit;

	if (value < 0)
		wt_buf_putc(out, '-');
	else if (unit == WT_UNIT_RATE)
		wt_buf_printf(out, "%d %%", (int)(value / (WT_MILLION / 100)));
	else if (unit == WT_UNIT_FACTOR)
		wt_buf_printf(out, "%" PRId64 ".%02dx", value / WT_MILLION,
			      (int)(value / (WT_MILLION / 100) % 100));
	else
		render_time(value, out);
}

void wt_target_render(enum wt_figure figure, int64_t target, struct wt_buf *out)
{
	static const char *const words[] = {
		[WT_TARGET_AT_LEAST] = "at least ",
		[WT_TARGET_OVER] = "over ",
		[WT_TARGET_UNDER] = "under ",
		[WT_TARGET_AT_MOST] = "at most ",
	};
	enum wt_figure_unit unit = defs[figure].unit;

	wt_buf_puts(out, words[defs[figure].kind]);
	if (unit == WT_UNIT_TIME && target % 1000 == 0)
		wt_text_render_duration(out, target);
	else if (unit == WT_UNIT_TIME)
		render_time(target, out);
	else
		wt_text_render_decimal(out, unit == WT_UNIT_RATE ? 100 * target : target);
	if (unit != WT_UNIT_TIME)
		wt_buf_puts(out, unit == WT_UNIT_RATE ? " %" : "x");
}

void wt_tokens_render(int64_t n, struct wt_buf *out)
{
	static const char *const units[] = { "", " k", " M", " G", " T" };
	double shown = (double)n;
	size_t unit = 0;

	for (; shown >= 9999.5 && unit + 1 < sizeof units / sizeof *units; unit++)
		shown /= 1000;
	wt_buf_printf(out, shown < 99.95 && unit ? "%.1f%s" : "%.0f%s", shown, units[unit]);
}

void wt_cost_render(int64_t microusd, struct wt_buf *out)
{
	wt_buf_printf(out, "$%.2f", (double)microusd / 1e6);
}
