/* SPDX-License-Identifier: MIT */
/* How events move the tasks of a scheduler. */

#include <string.h>

#include "scheduler.h"
#include "wtorch/core/cause.h"

#define HELD_MERGE_MS   2000
#define HELD_LONGEST_MS 10000

enum need_class { NEED_OPEN, NEED_DONE, NEED_DEAD };

static enum need_class class_of(enum wt_state state)
{
	if (wt_state_is_done(state))
		return NEED_DONE;
	return wt_state_is_final(state) ? NEED_DEAD : NEED_OPEN;
}

static bool is_failure(enum wt_state state)
{
	return state == WT_FAILED || state == WT_TIMEOUT || state == WT_KEPT;
}

static void pass_barrier(struct wt_sched *s, size_t task, size_t group, enum wt_state now)
{
	struct barrier *b = &s->barriers[s->groups[group].barrier];
	bool was = sched_has_passed(b, s->tasks[task].seen), is = sched_has_passed(b, now);
	size_t from = b->current;

	if (was == is)
		return;
	if (was) {
		s->groups[group].left++;
		if (group < b->current)
			b->current = group;
		return;
	}
	s->groups[group].left--;
	while (b->current < b->end && !s->groups[b->current].left)
		b->current++;
	for (size_t g = from + 1; g <= b->current && g < b->end; g++)
		sched_wake_group(s, g);
}

static void tell_dependents(struct wt_sched *s, size_t task, enum wt_state now, int64_t now_ms)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];
	enum need_class was = class_of(s->tasks[task].seen), is = class_of(now);

	for (size_t i = 0; was != is && i < p->n_dependents; i++) {
		struct sched_task *d = &s->tasks[p->dependents[i]];

		d->n_unmet += (size_t)(is != NEED_DONE) - (size_t)(was != NEED_DONE);
		d->n_dead += (size_t)(is == NEED_DEAD) - (size_t)(was == NEED_DEAD);
		if (is == NEED_DEAD) {
			d->cause = task;
			d->root = s->tasks[task].n_dead ? s->tasks[task].root : task;
		}
		/* One that is ready or parked is looked at again before it starts. */
		if (d->spot == AT_NEEDS || d->spot == AT_SKIP || d->n_dead)
			sched_place(s, p->dependents[i], now_ms);
	}
}

/* Whether a task in that state holds the lock. Work that somebody else is to merge may wait for
 * long, and keeps no agent busy. */
static bool is_holding(const struct wt_sched *s, size_t task, size_t lock, enum wt_state state)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];

	/* A primary may have to wait for workstreams of the same agent. */
	if (p->stream_of || (p->n_streams && lock >= s->plan->n_locks - s->plan->n_named_locks))
		return wt_state_is_living(state) && state != WT_GATING;
	if (!s->landing && lock >= s->plan->n_locks - s->plan->n_named_locks)
		return wt_state_is_living(state);
	return wt_state_is_alive(state);
}

/* It stands in the way of those that are to be alone. The work of a workstream does not. */
static bool counts(const struct wt_sched *s, size_t task, enum wt_state state)
{
	return s->plan->tasks[task].stream_of ? wt_state_is_living(state)
					      : wt_state_is_alive(state);
}

static void hold_locks(struct wt_sched *s, size_t task, enum wt_state now)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];
	enum wt_state seen = s->tasks[task].seen;

	if (counts(s, task, now) && !counts(s, task, seen)) {
		s->n_alive++;
		s->n_alone_alive += p->runs_alone;
		if (p->runs_alone)
			s->alone_task = task;
	}
	for (size_t i = 0; i < p->n_locks; i++) {
		struct sched_lock *lock = &s->locks[p->locks[i]];

		if (!is_holding(s, task, p->locks[i], now) ||
		    is_holding(s, task, p->locks[i], seen))
			continue;
		lock->held++;
		lock->holder = task;
	}
}

static void release_locks(struct wt_sched *s, size_t task, enum wt_state now)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];
	enum wt_state seen = s->tasks[task].seen;
	bool has_gone = counts(s, task, seen) && !counts(s, task, now);

	s->n_alive -= has_gone;
	s->n_alone_alive -= has_gone && p->runs_alone;
	for (size_t i = 0; i < p->n_locks; i++) {
		if (!is_holding(s, task, p->locks[i], seen) ||
		    is_holding(s, task, p->locks[i], now))
			continue;
		s->locks[p->locks[i]].held--;
		if (sched_has_room(s, p->locks[i]))
			sched_wake_lock(s, p->locks[i]);
	}
	if (has_gone && !s->n_alive)
		sched_wake_alone(s);
}

static void count_failure(struct wt_sched *s, size_t task, enum wt_state now)
{
	enum wt_state seen = s->tasks[task].seen;
	const char *cause = wt_cause_of(&s->state.tasks[task]);
	bool is_same = wt_cause_is_same(cause, s->row_reason);

	if (is_failure(now) != is_failure(seen) && s->plan->tasks[task].task.is_critical) {
		s->n_critical_failed += is_failure(now) ? 1 : (size_t)-1;
		s->critical_task = task;
	}
	if (is_failure(now) && !is_failure(seen)) {
		s->failures++;
		s->in_a_row = is_same ? s->in_a_row + 1 : 1;
		s->row_reason = cause;
	} else if (now == WT_QUEUED || now == WT_MERGED || now == WT_NO_CHANGES) {
		s->in_a_row = 0;
	}
}

static void enter(struct wt_sched *s, size_t task, enum wt_state now, int64_t now_ms)
{
	struct sched_task *t = &s->tasks[task];

	if (now == WT_WAITING) {
		t->due_ms = now_ms + s->state.tasks[task].pause_ms;
		if (task < s->rest)
			s->rest = task;
	} else if (now == WT_GATING) {
		wt_heap_push(&s->finishes, s->turns++, task);
	} else if (now == WT_QUEUED && t->seen != WT_MERGING) {
		t->turn = s->turns++;
	}
}

/* Brings all counters and queues to the state that the fold has given the task. */
static void follow(struct wt_sched *s, size_t task, int64_t now_ms)
{
	struct sched_task *t = &s->tasks[task];
	enum wt_state now = s->state.tasks[task].state;

	if (t->seen == now)
		return;
	count_failure(s, task, now);
	enter(s, task, now, now_ms);
	hold_locks(s, task, now);
	sched_follow_provider(s, task, now_ms);
	s->n_merging += (size_t)(now == WT_MERGING) - (size_t)(t->seen == WT_MERGING);
	sched_place(s, task, now_ms);
	release_locks(s, task, now);
	for (size_t i = 0; i < t->n_groups; i++)
		pass_barrier(s, task, t->groups[i], now);
	tell_dependents(s, task, now, now_ms);
	t->seen = now;
	sched_follow_streams(s, task, now_ms);
}

/* The scope may have changed: all that wait are looked at. */
static void take_up(struct wt_sched *s, int64_t now_ms)
{
	s->rest = 0;
	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		sched_place(s, i, now_ms);
		sched_queue_merge(s, i);
		sched_queue_judged(s, i);
	}
}

/* What an event means beyond a change of state. */
static void heed(struct wt_sched *s, const struct wt_event *ev, size_t task, enum wt_state from,
		 int64_t now_ms)
{
	switch (ev->kind) {
	case WT_EV_RUN_STARTED:
		s->failures = s->in_a_row = 0;
		s->held_ms = 0;
		s->merges_held_ms = 0; /* whoever takes the run up looks at once */
		s->idle_since_ms = -1;
		s->pause_reason = NULL;
		take_up(s, now_ms);
		break;
	case WT_EV_STOP_ASKED:
		if (task != WT_MAP_NONE) {
			wt_heap_push(&s->stops, 0, task);
			wt_heap_push(&s->fixes, INT64_MIN, task);
			wt_heap_push(&s->finishes, s->turns++, task);
			for (size_t i = 0; i < s->plan->tasks[task].n_streams; i++)
				wt_heap_push(&s->stops, 0, s->plan->tasks[task].streams[i]);
		}
		for (size_t i = 0; task == WT_MAP_NONE && i < s->plan->n_tasks; i++) {
			if (wt_state_is_living(s->state.tasks[i].state))
				wt_heap_push(&s->stops, 0, i);
			if (s->plan->tasks[i].n_streams)
				wt_heap_push(&s->finishes, s->turns++, i);
		}
		break;
	case WT_EV_TASK_QUEUED:
		if (from == WT_GATING && !ev->reason)
			break;
		s->held_ms = s->held_ms ? s->held_ms * 2 : HELD_MERGE_MS;
		if (s->held_ms > HELD_LONGEST_MS)
			s->held_ms = HELD_LONGEST_MS;
		s->merges_held_ms = now_ms + s->held_ms;
		if (s->idle_since_ms < 0 && !s->state.living)
			s->idle_since_ms = now_ms;
		break;
	case WT_EV_ROUND_BEGUN:
	case WT_EV_AGENT_EXITED: /* lost */
		if (s->state.tasks[task].state != WT_FIXING)
			break;
		s->tasks[task].due_ms = now_ms;
		if (ev->kind == WT_EV_ROUND_BEGUN)
			s->tasks[task].due_ms += ev->pause_ms;
		wt_heap_push(&s->fixes, s->tasks[task].due_ms, task);
		break;
	case WT_EV_LANDED:
	case WT_EV_MERGE_ASKED:
		s->merges_held_ms = s->held_ms = 0;
		break;
	case WT_EV_RETRY_ASKED:
		s->tasks[task].due_ms = now_ms;
		if (s->tasks[task].spot == AT_PAUSE || s->tasks[task].spot == AT_PROVIDER)
			sched_place(s, task, now_ms);
		break;
	default:
		break;
	}
}

bool wt_sched_apply(struct wt_sched *s, const struct wt_event *ev, int64_t now_ms)
{
	size_t task = ev->task ? wt_plan_find(s->plan, ev->task) : WT_MAP_NONE;
	enum wt_state from = task < s->plan->n_tasks ? s->tasks[task].seen : WT_WAITING;
	bool is_legal = wt_state_apply(&s->state, ev);

	for (size_t i = 0; i < s->state.n_changed; i++)
		follow(s, s->state.changed[i], now_ms);
	if (s->state.n_changed && ev->kind != WT_EV_TASK_QUEUED &&
	    ev->kind != WT_EV_LANDING_STARTING)
		s->idle_since_ms = -1;
	if (!is_legal || (ev->task && task >= s->plan->n_tasks))
		return is_legal;
	if (task < s->plan->n_tasks)
		sched_follow_provider(s, task, now_ms);
	if (ev->kind == WT_EV_AGENT_EXITED || ev->kind == WT_EV_GATE_ENDED) {
		wt_amount_add(&s->spent, ev->cost_microusd, ev->tokens_in);
		wt_amount_add(&s->spent, 0, ev->tokens_out);
	}
	heed(s, ev, task, from, now_ms);
	if (task < s->plan->n_tasks) {
		sched_queue_merge(s, task);
		sched_queue_judged(s, task);
	}
	return true;
}

void wt_sched_judge_attempt(const struct wt_sched *s, size_t task, enum wt_outcome outcome,
			    bool *will_retry, int64_t *pause_ms)
{
	const struct wt_task_state *t = &s->state.tasks[task];
	size_t own = s->plan->tasks[task].own_retries;
	size_t retries = own ? own - 1 : s->limits.retries;
	int64_t pause = s->limits.retry_pause_ms;

	*will_retry = (outcome == WT_OUTCOME_FAILED || outcome == WT_OUTCOME_TIMEOUT) &&
		      t->charged <= retries && !t->stop_asked;
	*pause_ms = 0;
	if (!*will_retry)
		return;
	for (size_t i = 1; i < t->charged && pause < MAX_RETRY_MS; i++)
		pause *= 2;
	*pause_ms = pause < MAX_RETRY_MS ? pause : MAX_RETRY_MS;
}
