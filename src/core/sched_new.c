/* SPDX-License-Identifier: MIT */
/* Making a scheduler: the order of its tasks, and the barriers that they have to pass. */

#include <stdlib.h>
#include <string.h>

#include "scheduler.h"
#include "wtorch/base/mem.h"

#define MAX_WAIT_MS ((int64_t)7 * 24 * 3600 * 1000)

/* Precedence */

static void rank_tasks(struct wt_sched *s)
{
	size_t n = s->plan->n_tasks;
	size_t *ranks = wt_alloc((n + 1) * sizeof *ranks);

	wt_plan_precedence(s->plan, ranks);
	for (size_t i = 0; i < n; i++)
		s->tasks[i].rank = ranks[i];
	free(ranks);
}

/* Barriers */

/* That a task belongs to the group of a key at a barrier. */
struct member {
	size_t barrier;
	int64_t key;
	size_t task;
};

static int compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->barrier != y->barrier)
		return x->barrier < y->barrier ? -1 : 1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

static size_t list_members(const struct wt_sched *s, struct member *all)
{
	size_t n = 0;

	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		const struct wt_plan_task *p = &s->plan->tasks[i];
		int64_t batch = (int64_t)p->batch;

		if (!p->is_selected || p->stream_of)
			continue;
		if (p->task.has_order)
			all[n++] = (struct member){ BARRIER_ORDER, p->task.order, i };
		if (s->limits.mode == WT_MODE_BATCH)
			all[n++] = (struct member){ BARRIER_BATCH, batch, i };
		for (size_t k = 0; k < p->n_lanes; k++)
			all[n++] = (struct member){ BARRIER_LANES + p->lanes[k], batch, i };
	}
	return n;
}

/* Joins the task to a group, the next one when it is the first of its barrier and key. */
static void join_group(struct wt_sched *s, const struct member *m, bool is_first_of_barrier,
		       bool is_first)
{
	struct sched_task *t = &s->tasks[m->task];
	struct barrier *b = &s->barriers[m->barrier];

	if (is_first_of_barrier)
		b->current = s->n_groups;
	if (is_first)
		s->groups[s->n_groups++].barrier = m->barrier;
	b->end = s->n_groups;
	s->groups[s->n_groups - 1].left++;
	t->groups[t->n_groups++] = s->n_groups - 1;
}

static void make_barriers(struct wt_sched *s)
{
	size_t n = s->plan->n_tasks, n_members = 0;
	struct member *all;

	for (size_t i = 0; i < n; i++) {
		size_t most = BARRIER_LANES + s->plan->tasks[i].n_lanes;

		s->tasks[i].groups = wt_arena_alloc(&s->arena, most * sizeof(size_t));
		n_members += most;
	}
	all = wt_alloc((n_members + 1) * sizeof *all);
	n_members = list_members(s, all);
	qsort(all, n_members, sizeof *all, compare_members);
	s->barriers =
		wt_arena_alloc(&s->arena, (BARRIER_LANES + s->plan->n_lanes) * sizeof *s->barriers);
	s->groups = wt_arena_alloc(&s->arena, (n_members + 1) * sizeof *s->groups);
	for (size_t i = 0; i < n_members; i++) {
		bool is_first_of_barrier = !i || all[i].barrier != all[i - 1].barrier;

		join_group(s, &all[i], is_first_of_barrier,
			   is_first_of_barrier || all[i].key != all[i - 1].key);
	}
	for (size_t b = BARRIER_BATCH; b < BARRIER_LANES + s->plan->n_lanes; b++)
		s->barriers[b].passes_queued = !s->landing;
	free(all);
}

/* Times that a damaged plan could have are kept to where they can be added up. */
static void take_limits(struct wt_sched *s, const struct wt_limits *limits)
{
	s->limits = *limits;
	if (s->limits.merge_wait_ms < 0 || s->limits.merge_wait_ms > MAX_WAIT_MS)
		s->limits.merge_wait_ms = MAX_WAIT_MS;
	if (s->limits.retry_pause_ms < 0 || s->limits.retry_pause_ms > MAX_RETRY_MS)
		s->limits.retry_pause_ms = MAX_RETRY_MS;
}

struct wt_sched *wt_sched_new(const struct wt_plan *plan, bool landing)
{
	struct wt_sched *s = wt_alloc(sizeof *s);
	size_t n = plan->n_tasks;

	s->plan = plan;
	take_limits(s, &plan->limits);
	s->landing = landing;
	s->idle_since_ms = -1;
	s->load_text = s->closed_text = s->why_text = (struct wt_buf)WT_BUF_INIT;
	wt_state_init(&s->state, &s->arena, plan);
	s->state.is_landing_ours = landing;
	s->tasks = wt_arena_alloc(&s->arena, (n + 1) * sizeof *s->tasks);
	s->locks = wt_arena_alloc(&s->arena, (plan->n_locks + 1) * sizeof *s->locks);
	for (size_t i = 0; i < plan->n_locks; i++)
		s->locks[i].room = plan->lock_room ? plan->lock_room[i] : 1;
	rank_tasks(s);
	make_barriers(s);
	for (size_t i = 0; i < n; i++) {
		s->tasks[i].n_unmet = plan->tasks[i].n_needs;
		s->n_streams += plan->tasks[i].stream_of != 0;
	}
	for (size_t i = 0; i < n; i++)
		sched_place(s, i, INT64_MIN);
	return s;
}

void wt_sched_free(struct wt_sched *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_groups; i++)
		wt_heap_clear(&s->groups[i].parked);
	for (size_t i = 0; s->providers && i < s->providers->n; i++)
		wt_heap_clear(&s->asked[i].waiters);
	for (size_t i = 0; i < s->plan->n_locks; i++)
		wt_heap_clear(&s->locks[i].waiters);
	wt_heap_clear(&s->ready);
	wt_heap_clear(&s->ready_streams);
	wt_heap_clear(&s->pauses);
	wt_heap_clear(&s->alone);
	wt_heap_clear(&s->skips);
	wt_heap_clear(&s->finishes);
	wt_heap_clear(&s->fixes);
	wt_heap_clear(&s->merges);
	wt_heap_clear(&s->stops);
	wt_buf_clear(&s->load_text);
	wt_buf_clear(&s->closed_text);
	wt_buf_clear(&s->why_text);
	wt_arena_clear(&s->arena);
	free(s);
}

void wt_sched_set_limits(struct wt_sched *s, const struct wt_limits *limits)
{
	enum wt_mode mode = s->limits.mode; /* the barriers were made for it */

	take_limits(s, limits);
	s->limits.mode = mode;
}

const struct wt_run_state *wt_sched_state(const struct wt_sched *s)
{
	return &s->state;
}
