/* SPDX-License-Identifier: MIT */
/* What tasks need, who is left out for it, and cycles. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "planner.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/mem.h"

#define NONE           ((size_t)-1)
#define DEFAULT_WEIGHT INT64_C(3600)
#define MAX_NAMED      8u   /* tasks of a cycle that its message names */
#define MAX_MISSING    100u /* warnings about dependencies that do not exist */

static struct wt_task *task_of(const struct planner *p, size_t i)
{
	return &p->plan->tasks[i].task;
}

/* Dependencies as they are written */

static const char *unmet_status(enum wt_task_status status)
{
	switch (status) {
	case WT_TASK_IN_PROGRESS:
		return "which is in progress";
	case WT_TASK_FAILED:
		return "which is marked as failed";
	case WT_TASK_BLOCKED:
		return "which is marked as blocked";
	default:
		return "not selected";
	}
}

static void skip(struct planner *p, size_t task, const char *id, const char *why)
{
	if (!p->plan->tasks[task].skip)
		p->plan->tasks[task].skip = wt_arena_printf(p->arena, "needs %s, %s", id, why);
}

static void take_missing(struct planner *p, size_t task, size_t k, size_t *n_missing)
{
	const struct wt_plan_task *t = &p->plan->tasks[task];
	const char *id = t->task.depends_on[k];
	struct wt_place place = planner_place(p, task);

	if (t->task.depends_lines && t->task.depends_lines[k])
		place.line = t->task.depends_lines[k];
	if ((*n_missing)++ < MAX_MISSING)
		wt_diags_add(&p->plan->diags, WT_SEVERITY_WARNING, place,
			     "task '%s' needs '%s', which does not exist%s", t->task.id, id,
			     planner_suggest(p, id));
	if (t->is_selected)
		skip(p, task, id, "which does not exist");
}

static void take_dependency(struct planner *p, size_t task, size_t k, size_t *n_missing)
{
	const struct wt_plan_task *t = &p->plan->tasks[task], *other;
	size_t needed = planner_find(p, wt_str_of(t->task.depends_on[k]));

	if (needed == WT_MAP_NONE) {
		take_missing(p, task, k, n_missing);
		return;
	}
	other = &p->plan->tasks[needed];
	if (other->task.status == WT_TASK_COMPLETED)
		return;
	if (planner_is_candidate(p, needed) && other->is_selected == t->is_selected)
		*WT_ARENA_PUSH(&p->scratch, p->edges, p->n_edges, p->cap_edges) =
			(struct wt_edge){ task, needed };
	else if (t->is_selected)
		skip(p, task, other->task.id, unmet_status(other->task.status));
}

static void take_dependencies(struct planner *p)
{
	size_t n_missing = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct wt_task *t = task_of(p, i);

		if (!planner_is_candidate(p, i))
			continue;
		for (size_t k = 0; k < t->n_depends; k++)
			take_dependency(p, i, k, &n_missing);
	}
	if (n_missing > MAX_MISSING)
		wt_diags_add(&p->plan->diags, WT_SEVERITY_WARNING, (struct wt_place){ 0 },
			     "%zu more dependencies do not exist", n_missing - MAX_MISSING);
}

/*
 * Skips all that need a skipped task, however far away. Each names its own dependency and, when
 * that is another one, the task where the chain begins.
 */
static void spread_skips(struct planner *p)
{
	struct wt_graph g, reverse;
	size_t *queue = wt_alloc((p->n + 1) * sizeof *queue);
	size_t *root = wt_alloc((p->n + 1) * sizeof *root);
	size_t head = 0, len = 0;

	wt_graph_build(&p->scratch, p->n, p->edges, p->n_edges, &g);
	wt_graph_reverse(&p->scratch, &g, &reverse);
	for (size_t i = 0; i < p->n; i++) {
		root[i] = i;
		if (p->plan->tasks[i].skip)
			queue[len++] = i;
	}
	while (head < len) {
		size_t at = queue[head++], from = root[at];
		const char *why = p->plan->tasks[from].skip;

		for (size_t e = reverse.starts[at]; e < reverse.starts[at + 1]; e++) {
			size_t i = reverse.targets[e];
			struct wt_plan_task *t = &p->plan->tasks[i];

			if (t->skip)
				continue;
			root[i] = from;
			t->skip = from == at ? wt_arena_printf(p->arena, "needs %s, skipped: %s",
							       task_of(p, at)->id, why)
					     : wt_arena_printf(p->arena,
							       "needs %s, which in the end needs "
							       "%s, skipped: %s",
							       task_of(p, at)->id,
							       task_of(p, from)->id, why);
			queue[len++] = i;
		}
	}
	free(queue);
	free(root);
}

/* The graph of those that run */

static int compare_orders(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void find_orders(struct planner *p)
{
	size_t cap = 0, n = 0;

	p->orders = NULL;
	for (size_t i = 0; i < p->n; i++) {
		if (planner_runs(p, i) && task_of(p, i)->has_order)
			*WT_ARENA_PUSH(&p->scratch, p->orders, n, cap) = task_of(p, i)->order;
	}
	p->n_orders = 0;
	if (!n)
		return;
	qsort(p->orders, n, sizeof *p->orders, compare_orders);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || p->orders[i] != p->orders[i - 1])
			p->orders[p->n_orders++] = p->orders[i];
	}
}

static size_t order_index(const struct planner *p, int64_t order)
{
	const int64_t *found =
		bsearch(&order, p->orders, p->n_orders, sizeof *p->orders, compare_orders);

	return (size_t)(found - p->orders);
}

void planner_build_graph(struct planner *p, bool with_all)
{
	struct wt_edge *edges = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < p->n_edges; i++) {
		if (with_all ||
		    (planner_runs(p, p->edges[i].from) && planner_runs(p, p->edges[i].to)))
			*WT_ARENA_PUSH(&p->scratch, edges, n, cap) = p->edges[i];
	}
	find_orders(p);
	for (size_t i = 0; i < p->n; i++) {
		size_t k;

		if (!planner_runs(p, i) || !task_of(p, i)->has_order)
			continue;
		k = order_index(p, task_of(p, i)->order);
		*WT_ARENA_PUSH(&p->scratch, edges, n, cap) = (struct wt_edge){ p->n + k, i };
		if (k > 0)
			*WT_ARENA_PUSH(&p->scratch, edges, n, cap) =
				(struct wt_edge){ i, p->n + k - 1 };
	}
	for (size_t k = 1; k < p->n_orders; k++)
		*WT_ARENA_PUSH(&p->scratch, edges, n, cap) =
			(struct wt_edge){ p->n + k, p->n + k - 1 };
	wt_graph_build(&p->scratch, p->n + p->n_orders, edges, n, &p->needs);
	wt_graph_reverse(&p->scratch, &p->needs, &p->dependents);
}

/* Cycles */

/* Where the task says that it needs the other; its own line where that is not known. */
static size_t line_of_edge(const struct planner *p, size_t task, size_t needed)
{
	const struct wt_task *t = task_of(p, task);

	for (size_t k = 0; t->depends_lines && needed < p->n && k < t->n_depends; k++)
		if (t->depends_lines[k] && planner_find(p, wt_str_of(t->depends_on[k])) == needed)
			return t->depends_lines[k];
	return t->source.line;
}

/* "65 (ROADMAP.md:12) -> 66 (ROADMAP.md:40) -> 65"; an order barrier shows as "order 1: ". */
static const char *name_cycle(struct planner *p, const struct wt_graph_cycle *c)
{
	struct wt_buf b = WT_BUF_INIT;
	size_t n_named = 0, first = NONE;
	const char *text;

	for (size_t i = 0; i < c->n && n_named < MAX_NAMED; i++) {
		const struct wt_task *t;

		if (c->nodes[i] >= p->n)
			continue;
		t = task_of(p, c->nodes[i]);
		first = first == NONE ? c->nodes[i] : first;
		if (i > 0 && c->nodes[i - 1] >= p->n)
			wt_buf_printf(&b, "order %" PRId64 ": ", t->order);
		wt_buf_puts(&b, t->id);
		if (t->source.path)
			wt_buf_printf(&b, " (%s:%zu)", t->source.path,
				      line_of_edge(p, c->nodes[i], c->nodes[(i + 1) % c->n]));
		wt_buf_puts(&b, " -> ");
		if (++n_named == MAX_NAMED && i + 1 < c->n)
			wt_buf_puts(&b, "... -> ");
	}
	if (c->nodes[c->n - 1] >= p->n)
		wt_buf_printf(&b, "order %" PRId64 ": ", task_of(p, first)->order);
	wt_buf_puts(&b, task_of(p, first)->id);
	text = wt_arena_strdup(&p->scratch, b.data);
	wt_buf_clear(&b);
	return text;
}

static void keep_cycle(struct planner *p, const struct wt_graph_cycle *c, size_t *cap)
{
	struct wt_cycle *out = WT_ARENA_PUSH(p->arena, p->plan->cycles, p->plan->n_cycles, *cap);

	out->tasks = wt_arena_alloc(p->arena, c->n * sizeof *out->tasks);
	for (size_t i = 0; i < c->n; i++) {
		if (c->nodes[i] < p->n)
			out->tasks[out->n_tasks++] = c->nodes[i];
	}
}

/* Those of tasks that were not selected are a warning: nothing of the run depends on them. */
static void refuse_cycles(struct planner *p)
{
	bool *is_cyclic = wt_alloc(p->needs.n + 1);
	struct wt_graph_cycle *cycles;
	size_t n = wt_graph_cycles(&p->scratch, &p->needs, is_cyclic, &cycles);
	size_t cap = 0;

	for (size_t i = 0; i < n; i++) {
		size_t first = cycles[i].nodes[0]; /* the smallest, so never a barrier */
		bool is_error = p->plan->tasks[first].is_selected;

		wt_diags_add(&p->plan->diags, is_error ? WT_SEVERITY_ERROR : WT_SEVERITY_WARNING,
			     planner_place(p, first), "%s: %s",
			     cycles[i].n == 1 ? "the task needs itself"
					      : "the tasks need each other",
			     name_cycle(p, &cycles[i]));
		if (is_error)
			keep_cycle(p, &cycles[i], &cap);
	}
	for (size_t i = 0; i < p->n; i++) {
		struct wt_plan_task *t = &p->plan->tasks[i];

		if (is_cyclic[i] && t->is_selected && !t->skip)
			t->skip = "part of a cycle of dependencies";
	}
	free(is_cyclic);
}

/* Results */

static void keep_edges(struct planner *p, const struct wt_graph *g, size_t task, size_t **out,
		       size_t *n_out)
{
	size_t n = 0;

	for (size_t e = g->starts[task]; e < g->starts[task + 1]; e++)
		n += g->targets[e] < p->n;
	*n_out = n;
	if (!n)
		return;
	*out = wt_arena_alloc(p->arena, n * sizeof **out);
	n = 0;
	for (size_t e = g->starts[task]; e < g->starts[task + 1]; e++) {
		if (g->targets[e] < p->n)
			(*out)[n++] = g->targets[e];
	}
}

void planner_depend(struct planner *p)
{
	take_dependencies(p);
	spread_skips(p);
	planner_build_graph(p, true);
	refuse_cycles(p);
	spread_skips(p);
	planner_build_graph(p, false);
}

void planner_keep_graph(struct planner *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct wt_plan_task *t = &p->plan->tasks[i];

		if (!planner_runs(p, i))
			continue;
		p->plan->n_selected++;
		keep_edges(p, &p->needs, i, &t->needs, &t->n_needs);
		keep_edges(p, &p->dependents, i, &t->dependents, &t->n_dependents);
	}
}
