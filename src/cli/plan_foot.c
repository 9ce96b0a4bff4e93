/* SPDX-License-Identifier: MIT */
/* The last lines of a plan: how long it takes, what more instances would gain, the verdict. */

#include <inttypes.h>

#include "planning.h"

void wt_plan_put_effort(struct wt_buf *out, int64_t seconds)
{
	/* What is long is rounded: a second of overhead is not to make 2h 59m of three hours. */
	int64_t minutes = (seconds + (seconds >= 600 ? 30 : 0)) / 60;

	if (minutes >= 60)
		wt_buf_printf(out, "%" PRId64 "h", minutes / 60);
	if (minutes % 60 && minutes < 100 * 60)
		wt_buf_printf(out, "%s%" PRId64 "m", minutes >= 60 ? " " : "", minutes % 60);
	if (!minutes)
		wt_buf_printf(out, "%" PRId64 "s", seconds);
}

/* Less than that share of the time is no reason to do anything. */
#define MIN_GAIN 20 /* a twentieth */

static const char *dot_of(const struct wt_cli *cli)
{
	return cli->ui.is_utf8 ? "·" : "-";
}

static bool is_worth_it(int64_t from_s, int64_t to_s)
{
	return (from_s - to_s) * MIN_GAIN >= from_s && to_s < from_s;
}

static void put_times(const struct wt_cli *cli, const struct wt_planning *p, struct wt_buf *out)
{
	const struct wt_estimate *e = &p->estimate;
	size_t jobs = p->plan.limits.jobs;

	wt_buf_printf(out, "\n%ssequential ", e->is_complete ? "" : "about: ");
	wt_plan_put_effort(out, e->sequential_s);
	wt_buf_printf(out, " %s %zu instance%s ", dot_of(cli), jobs, jobs == 1 ? "" : "s");
	wt_plan_put_effort(out, e->parallel_s);
	if (e->speedup >= 1.05)
		wt_buf_printf(out, " (%.1fx)", e->speedup);
	if (e->one_more_s >= e->parallel_s) {
		wt_buf_printf(out, " %s one more saves nothing", dot_of(cli));
	} else if (e->one_more_s >= 0 && is_worth_it(e->parallel_s, e->one_more_s)) {
		wt_buf_printf(out, " %s one more ", dot_of(cli));
		wt_plan_put_effort(out, e->one_more_s);
	}
	wt_buf_putc(out, '\n');
}

/* "-j 1 11h · 2 8h · 3 7h · 4 7h": up to the first one that gains nothing any more. */
static void put_table(const struct wt_cli *cli, const struct wt_estimate *e, struct wt_buf *out)
{
	size_t last = 0;

	for (size_t i = 1; i < e->n_by_jobs; i++) {
		if (is_worth_it(e->by_jobs_s[last], e->by_jobs_s[i]))
			last = i;
	}
	for (size_t i = 0; i < e->n_by_jobs && i <= last + 1; i++) {
		if (i)
			wt_buf_printf(out, " %s %zu ", dot_of(cli), i + 1);
		else
			wt_buf_puts(out, "-j 1 ");
		wt_plan_put_effort(out, e->by_jobs_s[i]);
	}
	if (e->n_by_jobs)
		wt_buf_putc(out, '\n');
}

static void put_origins(const struct wt_planning *p, struct wt_buf *out)
{
	const struct wt_estimate *e = &p->estimate;

	wt_buf_printf(out, "estimates: %zu declared, %zu from similar tasks of past runs, ",
		      e->n_from[WT_ESTIMATE_DECLARED], e->n_from[WT_ESTIMATE_HISTORY]);
	if (e->n_from[WT_ESTIMATE_PLANNER])
		wt_buf_printf(out, "%zu by the planner, ", e->n_from[WT_ESTIMATE_PLANNER]);
	wt_buf_printf(out, "%zu unknown\n", e->n_from[WT_ESTIMATE_UNKNOWN]);
	wt_buf_printf(out, "overhead: %.1fs an attempt (%s)\n", (double)p->plan.overhead_ms / 1000,
		      p->plan.is_overhead_measured ? "measured in past runs" : "not measured yet");
}

/* How many together, and what that saves. */
static void put_verdict(const struct wt_planning *p, struct wt_buf *out)
{
	const struct wt_estimate *e = &p->estimate;
	size_t n_unknown = e->n_from[WT_ESTIMATE_UNKNOWN];

	if (p->plan.n_selected < 2)
		return;
	wt_buf_puts(out, "verdict: ");
	if (!is_worth_it(e->sequential_s, e->parallel_s)) {
		wt_buf_puts(out, "sequential would be as fast\n");
		return;
	}
	wt_buf_printf(out, "up to %zu together", e->instances);
	if (2 * n_unknown > p->plan.n_selected) {
		wt_buf_printf(out, "; saving unknown (no estimate for %zu of %zu)\n", n_unknown,
			      p->plan.n_selected);
		return;
	}
	wt_buf_printf(out, ", %s", e->is_complete ? "" : "about ");
	wt_plan_put_effort(out, e->sequential_s - e->parallel_s);
	wt_buf_puts(out, " saved after overhead\n");
}

/* What work has to pass, and how many tasks have nothing of it. */
static void put_gates(const struct wt_plan *plan, struct wt_buf *out)
{
	size_t n_ungated = 0, n_said = 0;

	if (wt_plan_is_ungated(plan)) {
		wt_buf_puts(out, "ungated: no check runs before work is merged\n");
		return;
	}
	for (size_t i = 0; i < plan->n_gates; i++)
		wt_buf_printf(out, "%s%s%s", n_said++ ? ", " : "gates: ", plan->gates[i].name,
			      plan->gates[i].is_required ? "" : " (not required)");
	wt_buf_putc(out, '\n');
	for (size_t i = 0; i < plan->n_tasks; i++)
		n_ungated += plan->tasks[i].batch && !plan->tasks[i].n_gates;
	if (n_ungated)
		wt_buf_printf(out, "ungated: %zu of %zu tasks have no gate\n", n_ungated,
			      plan->n_selected);
}

void wt_plan_put_foot(const struct wt_cli *cli, const struct wt_planning *p, struct wt_buf *out)
{
	put_times(cli, p, out);
	put_table(cli, &p->estimate, out);
	if (cli->ui.is_verbose)
		put_origins(p, out);
	put_gates(&p->plan, out);
	put_verdict(p, out);
}
