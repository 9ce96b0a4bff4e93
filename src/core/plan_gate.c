/* SPDX-License-Identifier: MIT */
/* Which gates each task has to pass. */

#include <string.h>

#include "planner.h"

static size_t *copy_numbers(struct wt_arena *a, const size_t *from, size_t n)
{
	size_t *out = n ? wt_arena_alloc(a, n * sizeof *out) : NULL;

	for (size_t i = 0; i < n; i++)
		out[i] = from[i];
	return out;
}

static void copy_gates(struct planner *p, const struct wt_gates *all)
{
	struct wt_plan *plan = p->plan;

	plan->n_gates = all->n;
	plan->gates = wt_arena_alloc(p->arena, (all->n + 1) * sizeof *plan->gates);
	for (size_t i = 0; i < all->n; i++) {
		const struct wt_gate *g = &all->items[i];

		plan->gates[i] = (struct wt_plan_gate){
			.name = wt_arena_strdup(p->arena, g->name),
			.when = g->when,
			.is_required = g->is_required,
			.needs = copy_numbers(p->arena, g->needs, g->n_needs),
			.n_needs = g->n_needs,
		};
	}
}

static void assign(struct planner *p, const struct wt_gates *all, size_t task)
{
	struct wt_plan_task *t = &p->plan->tasks[task];
	size_t n = 0;
	const char *const *names = wt_gates_of(&p->scratch, all, p->in->config, &t->task, &n);

	t->gates = wt_arena_alloc(p->arena, (n + 1) * sizeof *t->gates);
	for (size_t i = 0; i < all->n; i++) {
		for (size_t k = 0; k < n; k++) {
			if (strcmp(names[k], all->items[i].name) != 0)
				continue;
			t->gates[t->n_gates++] = i;
			p->plan->gates[i].is_of_base |= all->items[i].kind == WT_GATE_COMMAND &&
							all->items[i].is_required;
			break;
		}
	}
}

void planner_assign_gates(struct planner *p)
{
	struct wt_diags told = { .arena = &p->scratch }; /* where the configuration was checked */
	struct wt_gates all;

	wt_gates_load(&p->scratch, p->in->config, &all, &told);
	copy_gates(p, &all);
	for (size_t i = 0; i < p->n; i++) {
		if (planner_runs(p, i))
			assign(p, &all, i);
	}
	p->plan->requires_gates = wt_config_bool(p->in->config, "run.require_gates");
	p->plan->limits.max_rounds = (size_t)wt_config_int(p->in->config, "gate.max_rounds");
}
