/* SPDX-License-Identifier: MIT */
/* Which task goes first, what falls behind the limit, and the critical path. */

#include <stdlib.h>
#include <string.h>

#include "planner.h"
#include "wtorch/base/mem.h"

#define NONE           ((size_t)-1)
#define DEFAULT_WEIGHT INT64_C(3600)

/* Weights and precedence */

static int compare_weights(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void clamp_weight(struct wt_plan_task *t)
{
	if (t->weight_s > MAX_WEIGHT_S)
		t->weight_s = MAX_WEIGHT_S;
}

/* Declared, else what the planner said (it did so by now), else what similar tasks took. */
static void take_estimate(struct planner *p, struct wt_past_index *past, size_t task)
{
	struct wt_plan_task *t = &p->plan->tasks[task];
	bool is_said = t->estimate_from == WT_ESTIMATE_PLANNER;

	t->estimate_from = WT_ESTIMATE_UNKNOWN;
	if (t->task.estimate_s >= 0) {
		t->weight_s = t->task.estimate_s;
		t->estimate_from = is_said ? WT_ESTIMATE_PLANNER : WT_ESTIMATE_DECLARED;
	} else if (past && planner_runs(p, task) &&
		   wt_past_estimate(past, &t->task, &t->weight_s)) {
		t->estimate_from = WT_ESTIMATE_HISTORY;
	}
	clamp_weight(t);
}

/* The median of the estimates from there, 0 without any. */
static int64_t usual_of(const struct planner *p, enum wt_estimate_from from)
{
	int64_t *known = wt_alloc((p->n + 1) * sizeof *known), usual;
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (planner_runs(p, i) && p->plan->tasks[i].estimate_from == from)
			known[n++] = p->plan->tasks[i].weight_s;
	}
	qsort(known, n, sizeof *known, compare_weights);
	usual = n ? known[n / 2] : 0;
	free(known);
	return usual;
}

/* A sum is as sure as its least sure part. */
static void add_weight(struct wt_plan_task *t, const struct wt_plan_task *part)
{
	static const int doubt[] = { [WT_ESTIMATE_UNKNOWN] = 3,
				     [WT_ESTIMATE_DECLARED] = 0,
				     [WT_ESTIMATE_HISTORY] = 2,
				     [WT_ESTIMATE_PLANNER] = 1 };

	t->weight_s += part->weight_s;
	clamp_weight(t);
	if (doubt[part->estimate_from] > doubt[t->estimate_from])
		t->estimate_from = part->estimate_from;
}

static void weigh_joined(struct planner *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct wt_plan_task *was = p->before->plan->tasks;
		struct wt_plan_task *t = &p->plan->tasks[i];

		t->weight_s = was[i].weight_s;
		t->estimate_from = was[i].estimate_from;
		for (size_t k = 1; k < t->n_parts; k++)
			add_weight(t, &was[t->parts[k]]);
	}
}

static void weigh(struct planner *p)
{
	const struct wt_past *past = p->in->past;
	struct wt_past_index *index = NULL;
	int64_t usual;

	if (p->before) {
		weigh_joined(p);
		return;
	}
	if (past && past->n_tasks)
		index = wt_past_index_new(&p->scratch, past);
	for (size_t i = 0; i < p->n; i++)
		take_estimate(p, index, i);
	wt_past_index_free(index);
	usual = usual_of(p, WT_ESTIMATE_DECLARED);
	usual = usual ? usual : usual_of(p, WT_ESTIMATE_HISTORY);
	for (size_t i = 0; i < p->n; i++) {
		if (p->plan->tasks[i].estimate_from == WT_ESTIMATE_UNKNOWN)
			p->plan->tasks[i].weight_s = usual ? usual : DEFAULT_WEIGHT;
	}
}

/* Barriers are no part of a path: all behind one wait alike. */
static void measure_paths(struct planner *p)
{
	struct wt_graph needs, dependents;
	struct wt_edge *edges = wt_realloc(NULL, p->n_edges + 1, sizeof *edges);
	int64_t *weight = wt_alloc((p->n + 1) * sizeof *weight);
	int64_t *length = wt_alloc((p->n + 1) * sizeof *length);
	size_t *order = wt_alloc((p->n + 1) * sizeof *order);
	size_t n = 0;

	for (size_t i = 0; i < p->n_edges; i++) {
		if (planner_runs(p, p->edges[i].from) && planner_runs(p, p->edges[i].to))
			edges[n++] = p->edges[i];
	}
	wt_graph_build(&p->scratch, p->n, edges, n, &needs);
	wt_graph_reverse(&p->scratch, &needs, &dependents);
	for (size_t i = 0; i < p->n; i++)
		weight[i] = planner_runs(p, i) ? p->plan->tasks[i].weight_s : 0;
	n = wt_graph_sort(&dependents, &needs, NULL, order);
	wt_graph_longest(&dependents, order, n, weight, length);
	for (size_t i = 0; i < p->n; i++)
		p->plan->tasks[i].path_s = length[i];
	free(edges);
	free(weight);
	free(length);
	free(order);
}

/* The scheduler's precedence; barriers come as early as they can. */
static void sort_tasks(struct planner *p)
{
	size_t *ranks = wt_alloc((p->n + 1) * sizeof *ranks);
	int64_t *rank = wt_alloc((p->needs.n + 1) * sizeof *rank);
	size_t *order = wt_alloc((p->needs.n + 1) * sizeof *order);
	size_t n;

	wt_plan_precedence(p->plan, ranks);
	for (size_t i = 0; i < p->n; i++)
		rank[i] = (int64_t)ranks[i];
	for (size_t i = p->n; i < p->needs.n; i++)
		rank[i] = -1;
	n = wt_graph_sort(&p->needs, &p->dependents, rank, order);
	p->n_sequence = 0;
	for (size_t i = 0; i < n; i++) {
		if (order[i] < p->n && !planner_runs(p, order[i]))
			continue;
		if (order[i] < p->n)
			p->position[order[i]] = p->n_sequence;
		p->sequence[p->n_sequence++] = order[i];
	}
	free(ranks);
	free(rank);
	free(order);
}

/* Whatever a task needs stands before it, so the first ones can do without the rest. */
static void cut_to_max_tasks(struct planner *p)
{
	size_t n_tasks = 0;

	for (size_t i = 0; i < p->n_sequence; i++) {
		if (p->sequence[i] >= p->n || ++n_tasks <= p->in->max_tasks)
			continue;
		p->plan->tasks[p->sequence[i]].is_selected = false;
		p->n_cut++;
	}
	if (!p->n_cut)
		return;
	planner_build_graph(p, false);
	weigh(p);
	measure_paths(p);
	sort_tasks(p);
}

static void find_critical_path(struct planner *p)
{
	struct wt_plan *plan = p->plan;
	size_t at = NONE, cap = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (planner_runs(p, i) &&
		    (at == NONE || plan->tasks[i].path_s > plan->tasks[at].path_s))
			at = i;
	}
	while (at != NONE) {
		const struct wt_plan_task *t = &plan->tasks[at];
		size_t next = NONE;

		*WT_ARENA_PUSH(p->arena, plan->critical_path, plan->n_critical, cap) = at;
		for (size_t i = 0; i < t->n_dependents; i++) {
			size_t d = t->dependents[i];

			if (next == NONE || plan->tasks[d].path_s > plan->tasks[next].path_s)
				next = d;
		}
		at = next;
	}
}

void planner_rank(struct planner *p)
{
	p->sequence = wt_arena_alloc(&p->scratch, (2 * p->n + 1) * sizeof *p->sequence);
	p->position = wt_arena_alloc(&p->scratch, (p->n + 1) * sizeof *p->position);
	weigh(p);
	measure_paths(p);
	sort_tasks(p);
	if (p->before)
		p->n_cut = p->before->n_cut;
	else if (p->in->max_tasks)
		cut_to_max_tasks(p);
	if (p->n_cut)
		wt_diags_add(&p->plan->diags, WT_SEVERITY_HINT, (struct wt_place){ 0 },
			     "%zu planned %s left out: at most %zu were asked for", p->n_cut,
			     p->n_cut == 1 ? "task is" : "tasks are", p->in->max_tasks);
	planner_keep_graph(p);
	find_critical_path(p);
}
