/* SPDX-License-Identifier: MIT */
/* Which tasks share which paths, one conflict for each set of tasks. */

#include <stdlib.h>
#include <string.h>

#include "planner.h"
#include "wtorch/base/mem.h"

#define MAX_MISSING 100u /* warnings about ids that do not exist */
#define MAX_SEARCH  64u  /* tasks looked at to see that one waits for another anyway */

static int compare_sizes(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static bool needs_directly(const struct wt_plan_task *t, size_t task)
{
	return bsearch(&task, t->needs, t->n_needs, sizeof *t->needs, compare_sizes) != NULL;
}

/* Whether task waits for the other one to land anyway; true only when that is easily seen. */
static bool waits_for(struct planner *p, size_t task, size_t other)
{
	const struct wt_plan_task *tasks = p->plan->tasks;
	size_t queue[MAX_SEARCH];
	size_t n = 1;

	if (tasks[task].task.has_order && tasks[other].task.has_order &&
	    tasks[other].task.order < tasks[task].task.order)
		return true;
	queue[0] = task;
	for (size_t head = 0; head < n; head++) {
		const struct wt_plan_task *t = &tasks[queue[head]];

		if (t->n_needs && needs_directly(t, other))
			return true;
		for (size_t i = 0; i < t->n_needs && n < MAX_SEARCH; i++) {
			if (p->position[t->needs[i]] > p->position[other])
				queue[n++] = t->needs[i];
		}
	}
	return false;
}

static int compare_positions(const void *a, const void *b, void *arg)
{
	const struct planner *p = arg;
	const size_t *i = a, *j = b;

	return compare_sizes(&p->position[*i], &p->position[*j]);
}

static bool is_chain(struct planner *p, const struct planner_share *s)
{
	size_t *tasks = wt_realloc(NULL, s->n_tasks, sizeof *tasks);
	bool is_ordered = true;

	memcpy(tasks, s->tasks, s->n_tasks * sizeof *tasks);
	qsort_r(tasks, s->n_tasks, sizeof *tasks, compare_positions, p);
	for (size_t i = 1; is_ordered && i < s->n_tasks; i++)
		is_ordered = waits_for(p, tasks[i], tasks[i - 1]);
	free(tasks);
	return is_ordered;
}

static int compare_tasks(const struct planner_share *x, const struct planner_share *y)
{
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->n_tasks != y->n_tasks)
		return x->n_tasks < y->n_tasks ? -1 : 1;
	return memcmp(x->tasks, y->tasks, x->n_tasks * sizeof *x->tasks);
}

static int compare_sets(const struct planner_share *x, const struct planner_share *y)
{
	int order = compare_tasks(x, y);

	return order ? order : x->is_loose - y->is_loose;
}

static int compare_shares(const void *a, const void *b)
{
	const struct planner_share *x = a, *y = b;
	int order = compare_sets(x, y);

	return order ? order : strcmp(x->name, y->name);
}

static int compare_conflicts(const void *a, const void *b)
{
	const struct wt_conflict *x = a, *y = b;

	for (size_t i = 0; i < x->n_tasks && i < y->n_tasks; i++) {
		if (x->tasks[i] != y->tasks[i])
			return x->tasks[i] < y->tasks[i] ? -1 : 1;
	}
	if (x->n_tasks != y->n_tasks)
		return compare_sizes(&x->n_tasks, &y->n_tasks);
	if (x->is_loose != y->is_loose)
		return x->is_loose - y->is_loose;
	return x->kind < y->kind ? -1 : x->kind > y->kind;
}

/* One conflict from n shares of the same tasks. */
static void add_conflict(struct planner *p, const struct planner_share *shares, size_t n,
			 size_t *cap)
{
	struct wt_plan *plan = p->plan;
	struct wt_conflict *c = WT_ARENA_PUSH(p->arena, plan->conflicts, plan->n_conflicts, *cap);

	c->certainty = shares[0].from;
	c->is_loose = shares[0].is_loose;
	c->n_tasks = shares[0].n_tasks;
	c->tasks = wt_arena_alloc(p->arena, c->n_tasks * sizeof *c->tasks);
	memcpy(c->tasks, shares[0].tasks, c->n_tasks * sizeof *c->tasks);
	c->paths = wt_arena_alloc(p->arena, n * sizeof *c->paths);
	for (size_t i = 0; i < n; i++) {
		if (shares[i].from < c->certainty)
			c->certainty = shares[i].from;
		if (i == 0 || strcmp(shares[i].name, shares[i - 1].name) != 0)
			c->paths[c->n_paths++] = wt_arena_strdup(p->arena, shares[i].name);
	}
	if (is_chain(p, shares))
		c->kind = WT_CONFLICT_DEPENDENCY;
	else if (c->certainty == WT_FROM_HISTORY)
		c->kind = WT_CONFLICT_CO_CHANGE;
}

/* What the sources themselves call conflicts */

static void say_no_rival(struct planner *p, size_t task, const char *id)
{
	wt_diags_add(&p->plan->diags, WT_SEVERITY_WARNING, planner_place(p, task),
		     "task '%s' conflicts with '%s', which does not exist%s",
		     p->plan->tasks[task].task.id, id, planner_suggest(p, id));
}

/* The pair, unless it is known or one waits for the other anyway. */
static void add_declared(struct planner *p, size_t a, size_t b, struct wt_map *known, size_t *cap)
{
	size_t low = a < b ? a : b, high = a < b ? b : a;
	struct planner_share pair = { .tasks = (const size_t[]){ low, high }, .n_tasks = 2 };
	const char *key = wt_arena_printf(&p->scratch, "%zu %zu", low, high);
	struct wt_conflict *c;
	bool is_known;

	wt_map_put(known, key, 0, &is_known);
	if (is_known || is_chain(p, &pair))
		return;
	c = WT_ARENA_PUSH(p->arena, p->plan->conflicts, p->plan->n_conflicts, *cap);
	*c = (struct wt_conflict){ .kind = WT_CONFLICT_DECLARED, .n_tasks = 2 };
	c->tasks = wt_arena_alloc(p->arena, 2 * sizeof *c->tasks);
	c->tasks[0] = low;
	c->tasks[1] = high;
}

static void find_declared(struct planner *p, size_t *cap)
{
	struct wt_map known = { 0 };
	size_t n_missing = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct wt_task *t = &p->plan->tasks[i].task;

		for (size_t k = 0; planner_runs(p, i) && k < t->n_conflicts_with; k++) {
			size_t other = planner_find(p, wt_str_of(t->conflicts_with[k]));

			if (other == WT_MAP_NONE && n_missing++ < MAX_MISSING)
				say_no_rival(p, i, t->conflicts_with[k]);
			if (other != WT_MAP_NONE && other != i && planner_runs(p, other))
				add_declared(p, i, other, &known, cap);
		}
	}
	wt_map_clear(&known);
}

void planner_find_conflicts(struct planner *p)
{
	struct wt_plan *plan = p->plan;
	struct planner_shares found;
	size_t cap = 0;

	find_declared(p, &cap);
	planner_find_shares(p, &found);
	if (found.len)
		qsort(found.items, found.len, sizeof *found.items, compare_shares);
	for (size_t i = 0, n; i < found.len; i += n) {
		for (n = 1; i + n < found.len; n++) {
			if (compare_sets(&found.items[i], &found.items[i + n]) != 0)
				break;
		}
		/* Tasks that are kept apart anyway need not be shown once more. */
		if (!found.items[i].is_loose || i == 0 ||
		    compare_tasks(&found.items[i - 1], &found.items[i]) != 0)
			add_conflict(p, &found.items[i], n, &cap);
	}
	if (plan->n_conflicts)
		qsort(plan->conflicts, plan->n_conflicts, sizeof *plan->conflicts,
		      compare_conflicts);
}
