/* SPDX-License-Identifier: MIT */
/* What the planner command said of dependencies, effort and risk. */

#include <string.h>

#include "planner.h"

#define MAX_LOOKS    5000000u /* nodes looked at to see that no edge closes a cycle */
#define MAX_WARNINGS 5u
#define MAX_HINTS    20u

/* Edges that were taken so far, as lists: the needs of the graph do not have them yet. */
struct extra {
	size_t needed, next;
};

struct advice {
	struct planner *p;
	struct extra *extras;
	size_t n_extras, cap_extras;
	size_t *first; /* of each task: 1 + its last extra; 0: none */
	size_t *stack;
	uint32_t *seen; /* of each node: number of the search that saw it last */
	uint32_t search;
	size_t looks;
	size_t n_refused, n_hints;
};

static void visit(struct advice *a, size_t node, size_t *n)
{
	if (a->seen[node] == a->search)
		return;
	a->seen[node] = a->search;
	a->stack[(*n)++] = node;
}

/* Whether from needs to, over however many others. True also when that is not to be told. */
static bool needs(struct advice *a, size_t from, size_t to)
{
	const struct wt_graph *g = &a->p->needs;
	size_t n = 0;

	a->search++;
	visit(a, from, &n);
	while (n) {
		size_t node = a->stack[--n];

		if (node == to || a->looks++ > MAX_LOOKS)
			return true;
		for (size_t e = g->starts[node]; e < g->starts[node + 1]; e++)
			visit(a, g->targets[e], &n);
		for (size_t x = node < a->p->n ? a->first[node] : 0; x; x = a->extras[x - 1].next)
			visit(a, a->extras[x - 1].needed, &n);
	}
	return false;
}

/* False when it would close a cycle. */
static bool take_edge(struct advice *a, size_t task, size_t needed)
{
	struct planner *p = a->p;

	if (needs(a, needed, task)) {
		if (++a->n_refused <= MAX_WARNINGS)
			wt_diags_add(&p->plan->diags, WT_SEVERITY_WARNING, planner_place(p, task),
				     "the planner says that '%s' needs '%s', which would close a "
				     "cycle: left out",
				     p->plan->tasks[task].task.id, p->plan->tasks[needed].task.id);
		return false;
	}
	*WT_ARENA_PUSH(&p->scratch, a->extras, a->n_extras, a->cap_extras) =
		(struct extra){ needed, a->first[task] };
	a->first[task] = a->n_extras;
	*WT_ARENA_PUSH(&p->scratch, p->edges, p->n_edges, p->cap_edges) =
		(struct wt_edge){ task, needed };
	return true;
}

/* What the task says itself stands. */
static void take_figures(struct wt_plan_task *p, const struct wt_answer *answer)
{
	struct wt_task *t = &p->task;

	if (t->estimate_s < 0 && answer->estimate_s >= 0) {
		t->estimate_s = answer->estimate_s;
		p->estimate_from = WT_ESTIMATE_PLANNER;
	}
	if (t->complexity == WT_LEVEL_NONE)
		t->complexity = answer->complexity;
	if (t->risk == WT_LEVEL_NONE)
		t->risk = answer->risk;
}

static void hint_at_edge(struct advice *a, size_t task, size_t needed,
			 const struct wt_answer *answer)
{
	struct planner *p = a->p;

	if (++a->n_hints > MAX_HINTS)
		return;
	wt_diags_add(&p->plan->diags, WT_SEVERITY_HINT, planner_place(p, task),
		     "the planner says that '%s' needs '%s'%s%s", p->plan->tasks[task].task.id,
		     p->plan->tasks[needed].task.id, answer->reason ? ": " : "",
		     answer->reason ? answer->reason : "");
}

static size_t index_of(const struct planner *p, const char *id)
{
	size_t i = wt_map_find(&p->plan->by_id, id);

	return i != WT_MAP_NONE && planner_runs(p, i) ? i : WT_MAP_NONE;
}

static void take_answer(struct advice *a, const struct wt_answer *answer, bool holds)
{
	struct planner *p = a->p;
	size_t task = index_of(p, answer->id);

	if (task == WT_MAP_NONE)
		return;
	if (!p->before)
		take_figures(&p->plan->tasks[task], answer);
	for (size_t i = 0; i < answer->n_depends; i++) {
		size_t needed = index_of(p, answer->depends_on[i]);

		if (needed == WT_MAP_NONE || needed == task || needs(a, task, needed))
			continue;
		if (!holds || take_edge(a, task, needed))
			hint_at_edge(a, task, needed, answer);
	}
}

void planner_take_answers(struct planner *p)
{
	const struct wt_evidence *e = p->in->evidence;
	struct advice a = { .p = p };
	bool holds = !wt_config_is(p->in->config, "plan.on_planner", "allow");

	if (!e || !e->n_answers)
		return;
	a.first = wt_arena_alloc(&p->scratch, (p->n + 1) * sizeof *a.first);
	a.stack = wt_arena_alloc(&p->scratch, (p->needs.n + 1) * sizeof *a.stack);
	a.seen = wt_arena_alloc(&p->scratch, (p->needs.n + 1) * sizeof *a.seen);
	for (size_t i = 0; i < e->n_answers; i++)
		take_answer(&a, &e->answers[i], holds);
	if (a.n_refused > MAX_WARNINGS)
		wt_diags_add(&p->plan->diags, WT_SEVERITY_WARNING, (struct wt_place){ 0 },
			     "and %zu more of its dependencies", a.n_refused - MAX_WARNINGS);
	if (a.n_hints > MAX_HINTS)
		wt_diags_add(&p->plan->diags, WT_SEVERITY_HINT, (struct wt_place){ 0 },
			     "the planner names %zu more dependencies", a.n_hints - MAX_HINTS);
	if (a.looks > MAX_LOOKS)
		wt_diags_add(&p->plan->diags, WT_SEVERITY_WARNING, (struct wt_place){ 0 },
			     "the planner names more dependencies than can be checked for cycles: "
			     "the rest is left out");
	if (a.n_extras)
		planner_build_graph(p, false);
}
