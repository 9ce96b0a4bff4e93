/* SPDX-License-Identifier: MIT */
/* The scheduler's queues: where each waiting task stands, and what wakes it there. */

#include "scheduler.h"

static bool is_behind(const struct wt_sched *s, size_t group)
{
	return group > s->barriers[s->groups[group].barrier].current;
}

bool sched_has_passed(const struct barrier *b, enum wt_state state)
{
	return wt_state_is_final(state) ||
	       (b->passes_queued && (state == WT_QUEUED || state == WT_MERGING));
}

static void make_ready(struct wt_sched *s, size_t task)
{
	s->tasks[task].spot = AT_READY;
	wt_heap_push(s->plan->tasks[task].stream_of ? &s->ready_streams : &s->ready,
		     (int64_t)s->tasks[task].rank, task);
}

bool sched_has_room(const struct wt_sched *s, size_t lock)
{
	return s->locks[lock].held < s->locks[lock].room;
}

void sched_wake_lock(struct wt_sched *s, size_t lock)
{
	struct wt_heap *waiters = &s->locks[lock].waiters;

	while (waiters->len) {
		size_t task = wt_heap_pop(waiters);

		if (s->tasks[task].spot != AT_LOCK || s->tasks[task].which != lock)
			continue;
		make_ready(s, task);
		return;
	}
}

void sched_wake_alone(struct wt_sched *s)
{
	while (s->alone.len) {
		size_t task = wt_heap_pop(&s->alone);

		if (s->tasks[task].spot != AT_ALONE)
			continue;
		make_ready(s, task);
		return;
	}
}

/* The task was ready and is not any more: others may start that waited for what it left. */
static void wake_others(struct wt_sched *s, size_t task)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];

	for (size_t i = 0; i < p->n_locks; i++) {
		if (sched_has_room(s, p->locks[i]))
			sched_wake_lock(s, p->locks[i]);
	}
	if (p->runs_alone && !s->n_alive)
		sched_wake_alone(s);
}

void sched_wake_group(struct wt_sched *s, size_t group)
{
	struct wt_heap *parked = &s->groups[group].parked;

	while (parked->len) {
		size_t task = wt_heap_pop(parked);

		if (s->tasks[task].spot == AT_BARRIER && s->tasks[task].which == group)
			make_ready(s, task);
	}
}

enum spot sched_spot_of(const struct wt_sched *s, size_t task, int64_t now_ms, size_t *which)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];
	const struct sched_task *t = &s->tasks[task];

	if (!p->is_selected || s->state.tasks[task].state != WT_WAITING ||
	    !sched_is_wanted(s, task))
		return AT_NOTHING;
	if (p->skip || (t->n_dead && s->landing))
		return AT_SKIP;
	if (p->stream_of && sched_stream_spot(s, task) != AT_READY)
		return sched_stream_spot(s, task);
	if (t->n_unmet)
		return AT_NEEDS;
	if (t->due_ms > now_ms)
		return AT_PAUSE;
	for (size_t i = 0; i < t->n_groups; i++) {
		*which = t->groups[i];
		if (is_behind(s, *which))
			return AT_BARRIER;
	}
	if (!sched_may_ask(s, task, now_ms, which, &(int64_t){ 0 }))
		return AT_PROVIDER;
	for (size_t i = 0; i < p->n_locks; i++) {
		*which = p->locks[i];
		if (!sched_has_room(s, *which))
			return AT_LOCK;
	}
	return p->runs_alone && s->n_alive ? AT_ALONE : AT_READY;
}

void sched_place(struct wt_sched *s, size_t task, int64_t now_ms)
{
	struct sched_task *t = &s->tasks[task];
	bool was_ready = t->spot == AT_READY;
	int64_t rank = (int64_t)t->rank;

	t->spot = sched_spot_of(s, task, now_ms, &t->which);
	switch (t->spot) {
	case AT_SKIP:
		t->skip_reason = NULL;
		wt_heap_push(&s->skips, rank, task);
		break;
	case AT_PAUSE:
		wt_heap_push(&s->pauses, t->due_ms, task);
		break;
	case AT_PROVIDER:
		wt_heap_push(&s->asked[t->which].waiters, rank, task);
		break;
	case AT_BARRIER:
		wt_heap_push(&s->groups[t->which].parked, rank, task);
		break;
	case AT_LOCK:
		wt_heap_push(&s->locks[t->which].waiters, rank, task);
		break;
	case AT_ALONE:
		wt_heap_push(&s->alone, rank, task);
		break;
	case AT_READY:
		make_ready(s, task);
		break;
	case AT_NOTHING:
	case AT_NEEDS:
		break;
	}
	/* One that has just become alive took its locks along: others get the room it left. */
	if (was_ready && t->spot != AT_READY)
		wake_others(s, task);
}

void sched_queue_merge(struct wt_sched *s, size_t task)
{
	struct sched_task *t = &s->tasks[task];

	if (t->is_in_merges || !sched_may_merge(s, task))
		return;
	t->is_in_merges = true;
	wt_heap_push(&s->merges, t->turn, task);
}

void sched_drop_merge(struct wt_sched *s)
{
	s->tasks[wt_heap_pop(&s->merges)].is_in_merges = false;
}
