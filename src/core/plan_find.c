/* SPDX-License-Identifier: MIT */
/* A plan that is there: finding a task in it, which of two goes first, and letting it go. */

#include "wtorch/core/plan.h"

#include <stdlib.h>
#include <string.h>

#include "wtorch/base/mem.h"

void wt_plan_clear(struct wt_plan *plan)
{
	wt_map_clear(&plan->by_id);
	*plan = (struct wt_plan){ 0 };
}

size_t wt_plan_find(const struct wt_plan *plan, const char *id)
{
	return wt_map_find(&plan->by_id, id);
}

size_t wt_plan_count_parts(const struct wt_plan *plan, size_t task)
{
	return plan->tasks[task].n_parts ? plan->tasks[task].n_parts : 1;
}

struct wt_task wt_plan_part(const struct wt_plan *plan, size_t task, size_t part)
{
	const struct wt_plan_task *t = &plan->tasks[task];
	struct wt_task own = t->n_parts ? plan->tasks[t->parts[part]].task : t->task;

	if (t->n_parts && part == 0)
		own.title = t->own_title;
	return own;
}

const char *wt_plan_label(struct wt_arena *arena, const struct wt_plan *plan, size_t task)
{
	const struct wt_plan_task *t = &plan->tasks[task];
	struct wt_buf b = WT_BUF_INIT;
	const char *label;

	if (!t->n_parts)
		return t->task.id;
	for (size_t i = 0; i < t->n_parts; i++)
		wt_buf_printf(&b, "%s%s", i ? "+" : "", plan->tasks[t->parts[i]].task.id);
	label = wt_arena_strdup(arena, b.data);
	wt_buf_clear(&b);
	return label;
}

bool wt_plan_is_ungated(const struct wt_plan *plan)
{
	for (size_t i = 0; i < plan->n_tasks; i++)
		if (plan->tasks[i].n_gates)
			return false;
	return true;
}

struct ranked {
	bool is_first; /* critical or P0 */
	int64_t path_s;
	size_t task;
};

static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->is_first != y->is_first)
		return x->is_first ? -1 : 1;
	if (x->path_s != y->path_s)
		return x->path_s > y->path_s ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

void wt_plan_precedence(const struct wt_plan *plan, size_t *ranks)
{
	struct ranked *all = wt_alloc((plan->n_tasks + 1) * sizeof *all);

	for (size_t i = 0; i < plan->n_tasks; i++) {
		const struct wt_plan_task *t = &plan->tasks[i];
		const char *priority = t->task.priority;
		bool is_first = t->task.is_critical || (priority && strcmp(priority, "P0") == 0);

		all[i] = (struct ranked){ is_first, t->path_s, i };
	}
	qsort(all, plan->n_tasks, sizeof *all, compare_ranked);
	for (size_t i = 0; i < plan->n_tasks; i++)
		ranks[all[i].task] = i;
	free(all);
}
