/* SPDX-License-Identifier: MIT */
/* What would make a plan better, in words. */

#include <inttypes.h>

#include "planning.h"

#define MAX_NAMED 3u /* tasks or paths of one line */
#define MAX_LINES 2u /* of one kind, unless all are wanted */

static void put_tasks(const struct wt_plan *plan, const struct wt_advice *a, struct wt_buf *out)
{
	for (size_t i = 0; i < a->n_tasks && i < MAX_NAMED; i++)
		wt_buf_printf(out, "%s%s",
			      !i                ? ""
			      : a->n_tasks == 2 ? " and "
						: ", ",
			      plan->tasks[a->tasks[i]].task.id);
	if (a->n_tasks > MAX_NAMED)
		wt_buf_printf(out, " and %zu more", a->n_tasks - MAX_NAMED);
}

static void put_paths(const struct wt_advice *a, size_t max, struct wt_buf *out)
{
	for (size_t i = 0; i < a->n_paths && i < max; i++)
		wt_buf_printf(out, "%s%s", i ? ", " : "", a->paths[i]);
	if (a->n_paths > max)
		wt_buf_printf(out, " and %zu more", a->n_paths - max);
}

static void put_ordered(const struct wt_plan *plan, const struct wt_advice *a, struct wt_buf *out)
{
	for (size_t i = 0; i < 2; i++) {
		const struct wt_task *t = &plan->tasks[a->tasks[i]].task;

		wt_buf_printf(out, "%s%s (order %" PRId64 ")", i ? " and " : "", t->id, t->order);
	}
	wt_buf_puts(out, " could run together");
}

static void put_split(const struct wt_plan *plan, const struct wt_advice *a, struct wt_buf *out)
{
	const struct wt_plan_task *t = &plan->tasks[a->tasks[0]];

	wt_buf_printf(out, "%s is estimated at ", t->task.id);
	wt_plan_put_effort(out, a->seconds);
	wt_buf_puts(out,
		    a->is_over_max ? ", over plan.max_estimate (" : ", three times the others (");
	wt_plan_put_effort(out, a->is_over_max ? a->limit_s : a->limit_s / 3);
	wt_buf_puts(out, "): split it");
}

static void put_advice(const struct wt_plan *plan, const struct wt_advice *a, struct wt_buf *out)
{
	switch (a->kind) {
	case WT_ADVICE_FIRST:
		wt_buf_printf(out, "%zu tasks touch ", a->n_tasks);
		put_paths(a, 1, out);
		wt_buf_puts(out, " (");
		put_tasks(plan, a, out);
		wt_buf_puts(out, "): do that first, as a task of its own");
		break;
	case WT_ADVICE_JOIN:
		put_tasks(plan, a, out);
		wt_buf_puts(out, " touch nearly the same (");
		put_paths(a, MAX_NAMED, out);
		wt_buf_puts(out, "): they could be one task (plan.conflicts = join)");
		break;
	case WT_ADVICE_TOGETHER:
		put_ordered(plan, a, out);
		break;
	case WT_ADVICE_SPLIT:
		put_split(plan, a, out);
		break;
	case WT_ADVICE_KINDS:
		break;
	}
}

void wt_plan_advise(struct wt_cli *cli, const struct wt_plan *plan)
{
	const struct wt_advices *all = &plan->advices;
	size_t max = cli->ui.is_verbose ? WT_MAX_ADVICE : MAX_LINES, n;
	struct wt_buf line = WT_BUF_INIT;

	for (size_t i = 0, k; i < all->len; i += n) {
		for (n = 1; i + n < all->len && all->items[i + n].kind == all->items[i].kind;)
			n++;
		for (k = 0; k < n && k < max; k++) {
			size_t more = n - k - 1 + all->left_out[all->items[i].kind];

			wt_buf_reset(&line);
			put_advice(plan, &all->items[i + k], &line);
			if (more && (k + 1 == max || k + 1 == n))
				wt_buf_printf(&line, "; %zu more like %s", more,
					      k ? "these" : "this");
			wt_ui_hint(&cli->ui, "%s", line.data);
		}
	}
	wt_buf_clear(&line);
}
