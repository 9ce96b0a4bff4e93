/* SPDX-License-Identifier: MIT */
/* What would make a plan better: found from its conflicts, orders and estimates. */

#include "wtorch/core/advice.h"

#include <stdlib.h>
#include <string.h>

#include "wtorch/base/mem.h"
#include "wtorch/core/plan.h"

#define NONE        ((size_t)-1)
#define MANY        3u       /* tasks that touch one path */
#define MAX_SET     64u      /* tasks of a conflict that are compared with each other */
#define MAX_STEPS   4000000u /* of all comparisons */
#define MAX_PAIRS   20000u
#define JOIN_SHARED 2u
#define MAX_PATHS   5u /* that an advice to join names */
#define SPLIT_TIMES 3
#define SPLIT_PEERS 2u

struct adviser {
	struct wt_arena *arena;
	const struct wt_plan *plan;
	struct wt_advices *out;
	size_t n;
	size_t *starts, *conflicts; /* those of task i: conflicts[starts[i]] up to starts[i + 1] */
	size_t *seen; /* of each task: a mark of whoever looked at it last, or a count */
	uint64_t steps;
};

/* What is found, before the best of it is taken. */
struct found {
	size_t a, b;   /* tasks, or the conflict and nothing */
	int64_t grade; /* the larger the better */
};

static bool runs(const struct adviser *v, size_t task)
{
	return v->plan->tasks[task].batch != 0;
}

static int compare_found(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->grade != y->grade)
		return x->grade > y->grade ? -1 : 1;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b < y->b ? -1 : x->b > y->b;
}

/* Sorts, and gives how many may be told. */
static size_t take_best(struct adviser *v, enum wt_advice_kind kind, struct found *all, size_t n)
{
	size_t n_told = n < WT_MAX_ADVICE ? n : WT_MAX_ADVICE;

	qsort(all, n, sizeof *all, compare_found);
	v->out->left_out[kind] += n - n_told;
	return n_told;
}

static struct wt_advice *add(struct adviser *v, enum wt_advice_kind kind, size_t n_tasks)
{
	struct wt_advice *a = WT_ARENA_PUSH(v->arena, v->out->items, v->out->len, v->out->cap);

	*a = (struct wt_advice){ .kind = kind, .n_tasks = n_tasks, .seconds = -1, .limit_s = -1 };
	a->tasks = wt_arena_alloc(v->arena, n_tasks * sizeof *a->tasks);
	return a;
}

static struct wt_advice *add_pair(struct adviser *v, enum wt_advice_kind kind, size_t a, size_t b)
{
	struct wt_advice *advice = add(v, kind, 2);

	advice->tasks[0] = a;
	advice->tasks[1] = b;
	return advice;
}

/* Paths that many touch */

static void advise_first(struct adviser *v)
{
	const struct wt_plan *plan = v->plan;
	struct found *all = wt_alloc((plan->n_conflicts + 1) * sizeof *all);
	size_t n = 0;

	for (size_t i = 0; i < plan->n_conflicts; i++) {
		const struct wt_conflict *c = &plan->conflicts[i];

		if (c->kind == WT_CONFLICT_SAME_FILE && !c->is_loose && c->n_tasks >= MANY)
			all[n++] = (struct found){ i, 0, (int64_t)c->n_tasks };
	}
	n = take_best(v, WT_ADVICE_FIRST, all, n);
	for (size_t i = 0; i < n; i++) {
		const struct wt_conflict *c = &plan->conflicts[all[i].a];
		struct wt_advice *a = add(v, WT_ADVICE_FIRST, c->n_tasks);

		memcpy(a->tasks, c->tasks, c->n_tasks * sizeof *a->tasks);
		a->paths = c->paths;
		a->n_paths = c->n_paths;
	}
	free(all);
}

/* Which conflicts a task has */

static void list_conflicts(struct adviser *v)
{
	const struct wt_plan *plan = v->plan;
	size_t *next;

	v->starts = wt_alloc((v->n + 2) * sizeof *v->starts);
	for (size_t i = 0; i < plan->n_conflicts; i++) {
		for (size_t k = 0; k < plan->conflicts[i].n_tasks; k++)
			v->starts[plan->conflicts[i].tasks[k] + 2]++;
	}
	for (size_t i = 2; i < v->n + 2; i++)
		v->starts[i] += v->starts[i - 1];
	v->conflicts = wt_alloc((v->starts[v->n + 1] + 1) * sizeof *v->conflicts);
	next = v->starts + 1; /* moves to where the next one begins while it is filled */
	for (size_t i = 0; i < plan->n_conflicts; i++) {
		for (size_t k = 0; k < plan->conflicts[i].n_tasks; k++)
			v->conflicts[next[plan->conflicts[i].tasks[k]]++] = i;
	}
}

/* Pairs that are nearly one task */

static bool is_compared(const struct wt_conflict *c)
{
	return c->kind == WT_CONFLICT_SAME_FILE && !c->is_loose && c->n_tasks <= MAX_SET;
}

/* Percent of the paths of both that they share, 0 when that is too little. */
static int64_t overlap_of(const struct adviser *v, size_t a, size_t b, size_t shared)
{
	size_t n_a = v->plan->tasks[a].task.n_files, n_b = v->plan->tasks[b].task.n_files;
	size_t least = n_a < n_b ? n_a : n_b;

	shared = shared < least ? shared : least;
	if (shared < JOIN_SHARED || shared * 10 < (n_a + n_b - shared) * 6)
		return 0;
	return (int64_t)(shared * 100 / (n_a + n_b - shared));
}

/* Counts in seen what the task shares with those behind it, and lists them. */
static size_t count_partners(struct adviser *v, size_t task, size_t *partners)
{
	size_t n = 0;

	for (size_t e = v->starts[task]; e < v->starts[task + 1]; e++) {
		const struct wt_conflict *c = &v->plan->conflicts[v->conflicts[e]];

		for (size_t k = 0; is_compared(c) && k < c->n_tasks; k++) {
			size_t other = c->tasks[k];

			v->steps++;
			if (other <= task)
				continue;
			if (!v->seen[other])
				partners[n++] = other;
			v->seen[other] += c->n_paths;
		}
	}
	return n;
}

static void name_shared(struct adviser *v, struct wt_advice *advice)
{
	size_t cap = 0;

	for (size_t e = v->starts[advice->tasks[0]]; e < v->starts[advice->tasks[0] + 1]; e++) {
		const struct wt_conflict *c = &v->plan->conflicts[v->conflicts[e]];
		size_t k = 0;

		while (k < c->n_tasks && c->tasks[k] != advice->tasks[1])
			k++;
		for (size_t i = 0; k < c->n_tasks && i < c->n_paths; i++) {
			if (advice->n_paths == MAX_PATHS)
				return;
			*WT_ARENA_PUSH(v->arena, advice->paths, advice->n_paths, cap) = c->paths[i];
		}
	}
}

/* Into all, which has room for MAX_PAIRS. */
static size_t find_overlaps(struct adviser *v, struct found *all)
{
	size_t *partners = wt_alloc((v->n + 1) * sizeof *partners), n = 0;

	for (size_t i = 0; i < v->n && v->steps < MAX_STEPS; i++) {
		size_t n_partners = count_partners(v, i, partners);

		for (size_t k = 0; k < n_partners; k++) {
			int64_t overlap = overlap_of(v, i, partners[k], v->seen[partners[k]]);

			v->seen[partners[k]] = 0;
			if (overlap && n < MAX_PAIRS)
				all[n++] = (struct found){ i, partners[k], overlap };
		}
	}
	free(partners);
	return n;
}

static void advise_join(struct adviser *v)
{
	struct found *all = wt_alloc(MAX_PAIRS * sizeof *all);
	size_t n = take_best(v, WT_ADVICE_JOIN, all, find_overlaps(v, all));

	for (size_t i = 0; i < n; i++)
		name_shared(v, add_pair(v, WT_ADVICE_JOIN, all[i].a, all[i].b));
	free(all);
}

size_t wt_advice_overlaps(struct wt_arena *arena, const struct wt_plan *plan,
			  struct wt_overlap **out)
{
	struct adviser v = { .arena = arena, .plan = plan, .n = plan->n_tasks };
	struct found *all = wt_alloc(MAX_PAIRS * sizeof *all);
	size_t n;

	v.seen = wt_alloc((v.n + 1) * sizeof *v.seen);
	list_conflicts(&v);
	n = find_overlaps(&v, all);
	qsort(all, n, sizeof *all, compare_found);
	*out = wt_arena_alloc(arena, (n + 1) * sizeof **out);
	for (size_t i = 0; i < n; i++)
		(*out)[i] = (struct wt_overlap){ all[i].a, all[i].b, all[i].grade };
	free(v.seen);
	free(v.starts);
	free(v.conflicts);
	free(all);
	return n;
}

/* Orders that nothing asks for */

/* Marks with mark all that the task needs, however far away, and all that it conflicts with. */
static void mark_related(struct adviser *v, size_t task, size_t mark, size_t *queue)
{
	size_t head = 0, len = 0;

	queue[len++] = task;
	v->seen[task] = mark;
	while (head < len) {
		const struct wt_plan_task *t = &v->plan->tasks[queue[head++]];

		for (size_t i = 0; i < t->n_needs; i++) {
			v->steps++;
			if (v->seen[t->needs[i]] == mark)
				continue;
			v->seen[t->needs[i]] = mark;
			queue[len++] = t->needs[i];
		}
	}
	for (size_t e = v->starts[task]; e < v->starts[task + 1]; e++) {
		const struct wt_conflict *c = &v->plan->conflicts[v->conflicts[e]];

		v->steps += c->n_tasks;
		for (size_t k = 0; k < c->n_tasks; k++)
			v->seen[c->tasks[k]] = mark;
	}
}

static bool is_known(const struct adviser *v, size_t task)
{
	const struct wt_plan_task *t = &v->plan->tasks[task];

	return !t->runs_alone && !t->files_unknown;
}

static int compare_orders(const void *a, const void *b, void *arg)
{
	const struct wt_plan_task *tasks = arg;
	const size_t *i = a, *k = b;
	int64_t x = tasks[*i].task.order, y = tasks[*k].task.order;

	if (x != y)
		return x < y ? -1 : 1;
	return *i < *k ? -1 : *i > *k;
}

/* The first of those from..to that nothing ties to the task, or NONE. */
static size_t find_free(struct adviser *v, const size_t *tasks, size_t from, size_t to, size_t mark)
{
	for (size_t i = from; i < to; i++) {
		v->steps++;
		if (v->seen[tasks[i]] != mark && is_known(v, tasks[i]))
			return tasks[i];
	}
	return NONE;
}

static void advise_together(struct adviser *v)
{
	size_t *sorted = wt_alloc((v->n + 1) * sizeof *sorted), n_sorted = 0;
	size_t *queue = wt_alloc((v->n + 1) * sizeof *queue), before = 0, group = 0, n = 0;
	struct found *all = wt_alloc(MAX_PAIRS * sizeof *all);

	for (size_t i = 0; i < v->n; i++) {
		v->seen[i] = 0;
		if (runs(v, i) && v->plan->tasks[i].task.has_order)
			sorted[n_sorted++] = i;
	}
	qsort_r(sorted, n_sorted, sizeof *sorted, compare_orders, v->plan->tasks);
	for (size_t i = 0; i < n_sorted && v->steps < 2 * MAX_STEPS; i++) {
		int64_t order = v->plan->tasks[sorted[i]].task.order;
		size_t other;

		if (v->plan->tasks[sorted[group]].task.order != order) {
			before = group;
			group = i;
		}
		if (group == 0 || !is_known(v, sorted[i]))
			continue;
		mark_related(v, sorted[i], i + 1, queue);
		other = find_free(v, sorted, before, group, i + 1);
		if (other != NONE && n < MAX_PAIRS)
			all[n++] = (struct found){ other, sorted[i], 0 };
	}
	n = take_best(v, WT_ADVICE_TOGETHER, all, n);
	for (size_t i = 0; i < n; i++)
		add_pair(v, WT_ADVICE_TOGETHER, all[i].a, all[i].b);
	free(sorted);
	free(queue);
	free(all);
}

/* Tasks that are far longer than the others */

static int compare_seconds(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* 3 x the median of the others. Whoever is over it stands behind the middle, so leaving it out
 * moves nothing before that. 0: they are too few. */
static int64_t peer_limit(const int64_t *sorted, size_t n)
{
	return n > SPLIT_PEERS ? SPLIT_TIMES * sorted[(n - 1) / 2] : 0;
}

static void advise_split(struct adviser *v, int64_t max_estimate_s)
{
	const struct wt_plan_task *tasks = v->plan->tasks;
	struct found *all = wt_alloc((v->n + 1) * sizeof *all);
	int64_t *known = wt_alloc((v->n + 1) * sizeof *known), limit;
	size_t n_known = 0, n = 0;

	for (size_t i = 0; i < v->n; i++) {
		if (runs(v, i) && tasks[i].estimate_from != WT_ESTIMATE_UNKNOWN)
			known[n_known++] = tasks[i].weight_s;
	}
	qsort(known, n_known, sizeof *known, compare_seconds);
	limit = peer_limit(known, n_known);
	for (size_t i = 0; i < v->n; i++) {
		int64_t s = tasks[i].weight_s;

		if (!runs(v, i) || tasks[i].estimate_from == WT_ESTIMATE_UNKNOWN)
			continue;
		if ((limit > 0 && s >= limit) || (max_estimate_s > 0 && s > max_estimate_s))
			all[n++] = (struct found){ i, 0, s };
	}
	n = take_best(v, WT_ADVICE_SPLIT, all, n);
	for (size_t i = 0; i < n; i++) {
		struct wt_advice *a = add(v, WT_ADVICE_SPLIT, 1);

		a->tasks[0] = all[i].a;
		a->seconds = all[i].grade;
		a->is_over_max = max_estimate_s > 0 && a->seconds > max_estimate_s;
		a->limit_s = a->is_over_max ? max_estimate_s : limit;
	}
	free(known);
	free(all);
}

void wt_advice_build(struct wt_arena *arena, const struct wt_plan *plan, int64_t max_estimate_s,
		     struct wt_advices *out)
{
	struct adviser v = { .arena = arena, .plan = plan, .out = out, .n = plan->n_tasks };

	*out = (struct wt_advices){ 0 };
	v.seen = wt_alloc((v.n + 1) * sizeof *v.seen);
	list_conflicts(&v);
	advise_first(&v);
	if (plan->limits.mode != WT_MODE_SEQUENTIAL) {
		if (!plan->does_join)
			advise_join(&v);
		advise_together(&v);
	}
	advise_split(&v, max_estimate_s);
	free(v.seen);
	free(v.starts);
	free(v.conflicts);
}

const char *wt_advice_name(enum wt_advice_kind kind)
{
	static const char *const names[] = { "first", "join", "together", "split" };

	return kind < WT_ADVICE_KINDS ? names[kind] : NULL;
}
