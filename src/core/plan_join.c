/* SPDX-License-Identifier: MIT */
/* Which tasks become one, and why others that mostly overlap do not. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "planner.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/mem.h"

#define NONE      WT_MAP_NONE
#define MAX_HINTS 5u
#define MAX_LOOKS 5000000u     /* nodes looked at to see that nothing closes a cycle */
#define MAX_TEXT  (256u << 10) /* bytes of all the texts that one agent is given */

struct joiner {
	struct planner *p;
	struct planner_groups *g;
	int64_t max_estimate_s; /* 0: no limit */
	size_t *stack;
	uint32_t *seen; /* of each node: number of the search that saw it last */
	uint32_t search;
	size_t looks;
};

static const struct wt_plan_task *at(const struct joiner *j, size_t task)
{
	return &j->p->plan->tasks[task];
}

/* What the two would be done in different ways for */

static const char *differ(struct joiner *j, const char *what, const char *a, const char *b)
{
	if (!a && !b)
		return NULL;
	if (a && b && strcmp(a, b) == 0)
		return NULL;
	return wt_arena_printf(j->p->arena, "their %s differ (%s, %s)", what, a ? a : "none",
			       b ? b : "none");
}

static const char *order_text(struct joiner *j, const struct wt_task *t)
{
	return t->has_order ? wt_arena_printf(j->p->arena, "%" PRId64, t->order) : NULL;
}

/* These are the same for all of a group, so that any two of it may be compared. Who may only read
 * shares nothing with anybody, and is in no pair. */
static const char *differ_in_way(struct joiner *j, size_t a, size_t b)
{
	const struct wt_plan_task *x = at(j, a), *y = at(j, b);
	const char *why = differ(j, "agents", x->agent, y->agent);

	why = why ? why : differ(j, "models", x->model, y->model);
	why = why ? why : differ(j, "templates", x->task.template, y->task.template);
	why = why ? why : differ(j, "orders", order_text(j, &x->task), order_text(j, &y->task));
	why = why ? why : differ(j, "groups", x->task.group, y->task.group);
	if (!why && (x->task.is_alone || y->task.is_alone))
		why = "one of them is to be worked on alone";
	if (!why && x->task.status != y->task.status)
		why = differ(j, "statuses", wt_task_status_name(x->task.status),
			     wt_task_status_name(y->task.status));
	return why;
}

/* Whether a task of one group may not be worked on together with one of the other. */
static const char *declared_apart(struct joiner *j, size_t a, size_t b)
{
	for (size_t i = a; i != NONE; i = j->g->next[i]) {
		const struct wt_task *t = &at(j, i)->task;

		for (size_t k = 0; k < t->n_conflicts_with; k++) {
			size_t other = planner_find(j->p, wt_str_of(t->conflicts_with[k]));

			if (other != NONE && j->g->first[other] == b)
				return "they are declared to conflict";
		}
	}
	return NULL;
}

/* How much there is of a group */

struct size {
	size_t n_tasks, n_files, n_bytes;
	int64_t seconds;
	const char *branch; /* the one that is asked for */
	bool has_branches;  /* more than one */
};

static void measure(const struct joiner *j, size_t first, struct size *s)
{
	for (size_t i = first; i != NONE; i = j->g->next[i]) {
		const struct wt_plan_task *t = at(j, i);

		s->n_tasks++;
		s->n_files += t->task.n_files;
		s->n_bytes += strlen(t->task.body);
		if (t->estimate_from != WT_ESTIMATE_UNKNOWN)
			s->seconds += t->weight_s;
		if (s->branch && t->task.branch && strcmp(s->branch, t->task.branch) != 0)
			s->has_branches = true;
		s->branch = t->task.branch ? t->task.branch : s->branch;
	}
}

/* Files of both count twice, which only makes this more careful. */
static const char *too_much(struct joiner *j, size_t a, size_t b)
{
	struct size s = { 0 };

	measure(j, a, &s);
	measure(j, b, &s);
	if (s.n_tasks > WT_MAX_JOINED)
		return wt_arena_printf(j->p->arena, "at most %u become one", WT_MAX_JOINED);
	if (s.has_branches)
		return "they ask for different branches";
	if (j->max_estimate_s && s.seconds > j->max_estimate_s)
		return "together they would be over plan.max_estimate";
	if (s.n_files > WT_MAX_TASK_FILES || s.n_bytes > MAX_TEXT)
		return "together they would be too long";
	return NULL;
}

/* Whether another task stands between the two */

static void visit(struct joiner *j, size_t node, size_t *n)
{
	if (j->seen[node] == j->search)
		return;
	j->seen[node] = j->search;
	j->stack[(*n)++] = node;
}

/* All that the node needs; of a task that is one with others, what they need. */
static void visit_needs(struct joiner *j, size_t node, size_t *n)
{
	const struct wt_graph *needs = &j->p->needs;
	size_t i = node < j->p->n ? j->g->first[node] : node;

	while (i != NONE) {
		for (size_t e = needs->starts[i]; e < needs->starts[i + 1]; e++)
			visit(j, needs->targets[e], n);
		i = i < j->p->n ? j->g->next[i] : NONE;
	}
}

static bool is_in(const struct joiner *j, size_t node, size_t a, size_t b)
{
	return node < j->p->n && (j->g->first[node] == a || j->g->first[node] == b);
}

/* Of those listed, what is in neither: the two may need each other directly, and what was dropped
 * here may still be come to over others. */
static size_t drop_own(struct joiner *j, size_t n, size_t a, size_t b)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (is_in(j, j->stack[i], a, b))
			j->seen[j->stack[i]] = 0;
		else
			j->stack[kept++] = j->stack[i];
	}
	return kept;
}

static const char *stands_between(struct joiner *j, size_t a, size_t b)
{
	size_t n = 0;

	j->search++;
	visit_needs(j, a, &n);
	visit_needs(j, b, &n);
	n = drop_own(j, n, a, b);
	while (n) {
		size_t node = j->stack[--n];

		if (is_in(j, node, a, b))
			return "another task needs one of them and is needed by the other";
		if (j->looks++ > MAX_LOOKS)
			return "there are too many dependencies to see that no cycle is closed";
		visit_needs(j, node, &n);
	}
	return NULL;
}

/* Groups */

static void unite(struct joiner *j, size_t a, size_t b)
{
	struct planner_groups *g = j->g;
	size_t first = a < b ? a : b, x = a, y = b, *tail = NULL;

	if (g->count[a] == 1 && g->count[b] == 1)
		g->n++;
	else if (g->count[a] > 1 && g->count[b] > 1)
		g->n--;
	g->count[first] = g->count[a] + g->count[b];
	while (x != NONE || y != NONE) {
		size_t *from = y == NONE || (x != NONE && x < y) ? &x : &y, i = *from;

		*from = g->next[i];
		g->first[i] = first;
		if (tail)
			*tail = i;
		tail = &g->next[i];
	}
	*tail = NONE;
}

static void hint(struct joiner *j, const struct wt_overlap *o, const char *why, size_t n,
		 struct wt_diags *hints)
{
	if (n <= MAX_HINTS)
		wt_diags_add(hints, WT_SEVERITY_HINT, (struct wt_place){ 0 },
			     "%s and %s touch nearly the same, and are not joined: %s",
			     at(j, o->a)->task.id, at(j, o->b)->task.id, why);
}

static void join_pairs(struct joiner *j, const struct wt_overlap *pairs, size_t n,
		       struct wt_diags *hints)
{
	size_t n_apart = 0;

	for (size_t i = 0; i < n; i++) {
		size_t a = j->g->first[pairs[i].a], b = j->g->first[pairs[i].b];
		const char *why = NULL;

		if (a == b)
			continue;
		why = differ_in_way(j, pairs[i].a, pairs[i].b);
		why = why ? why : declared_apart(j, a, b);
		why = why ? why : declared_apart(j, b, a);
		why = why ? why : too_much(j, a, b);
		why = why ? why : stands_between(j, a, b);
		if (why)
			hint(j, &pairs[i], why, ++n_apart, hints);
		else
			unite(j, a, b);
	}
	if (n_apart > MAX_HINTS)
		wt_diags_add(hints, WT_SEVERITY_HINT, (struct wt_place){ 0 },
			     "%zu more pairs of tasks touch nearly the same, and are not joined",
			     n_apart - MAX_HINTS);
}

void planner_find_groups(struct planner *p, struct planner_groups *out, struct wt_diags *hints)
{
	struct joiner j = { .p = p, .g = out };
	struct wt_overlap *pairs;
	size_t n = wt_advice_overlaps(&p->scratch, p->plan, &pairs);

	*out = (struct planner_groups){ 0 };
	if (!n)
		return;
	out->first = wt_arena_alloc(&p->scratch, p->n * sizeof *out->first);
	out->next = wt_arena_alloc(&p->scratch, p->n * sizeof *out->next);
	out->count = wt_arena_alloc(&p->scratch, p->n * sizeof *out->count);
	for (size_t i = 0; i < p->n; i++) {
		out->first[i] = i;
		out->next[i] = NONE;
		out->count[i] = 1;
	}
	j.max_estimate_s = wt_config_int(p->in->config, "plan.max_estimate") / 1000;
	j.stack = wt_alloc((p->needs.n + 1) * sizeof *j.stack);
	j.seen = wt_alloc((p->needs.n + 1) * sizeof *j.seen);
	join_pairs(&j, pairs, n, hints);
	free(j.stack);
	free(j.seen);
}
