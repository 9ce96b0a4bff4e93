/* SPDX-License-Identifier: MIT */
/* The scheduler's queues: where each waiting task stands, and how events move it. */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sched_impl.h"
#include "wtorch/base/mem.h"

#define HELD_MERGE_MS   2000
#define HELD_LONGEST_MS 10000
#define MAX_WAIT_MS     ((int64_t)7 * 24 * 3600 * 1000)
#define MAX_RETRY_MS    ((int64_t)5 * 60 * 1000)

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

/* Precedence */

struct ranked {
	bool is_first; /* critical or P0 */
	int64_t path_s;
	size_t task;
};

static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->is_first != y->is_first)
		return x->is_first ? -1 : 1;
	if (x->path_s != y->path_s)
		return x->path_s > y->path_s ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

static void rank_tasks(struct wt_sched *s)
{
	size_t n = s->plan->n_tasks;
	struct ranked *all = wt_alloc((n + 1) * sizeof *all);

	for (size_t i = 0; i < n; i++) {
		const struct wt_plan_task *p = &s->plan->tasks[i];

		all[i].is_first = p->task.is_critical ||
				  (p->task.priority && strcmp(p->task.priority, "P0") == 0);
		all[i].path_s = p->path_s;
		all[i].task = i;
	}
	qsort(all, n, sizeof *all, compare_ranked);
	for (size_t i = 0; i < n; i++)
		s->tasks[all[i].task].rank = i;
	free(all);
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

		if (!p->is_selected)
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

static bool is_behind(const struct wt_sched *s, size_t group)
{
	return group > s->barriers[s->groups[group].barrier].current;
}

bool sched_has_passed(const struct barrier *b, enum wt_state state)
{
	return wt_state_is_final(state) ||
	       (b->passes_queued && (state == WT_QUEUED || state == WT_MERGING));
}

/* Queues */

static void make_ready(struct wt_sched *s, size_t task)
{
	s->tasks[task].spot = AT_READY;
	wt_heap_push(&s->ready, (int64_t)s->tasks[task].rank, task);
}

static bool has_room(const struct wt_sched *s, size_t lock)
{
	return s->locks[lock].held < s->locks[lock].room;
}

static void wake_lock(struct wt_sched *s, size_t lock)
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

static void wake_alone(struct wt_sched *s)
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
		if (has_room(s, p->locks[i]))
			wake_lock(s, p->locks[i]);
	}
	if (p->runs_alone && !s->n_alive)
		wake_alone(s);
}

static void wake_group(struct wt_sched *s, size_t group)
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
	if (t->n_unmet)
		return AT_NEEDS;
	if (t->due_ms > now_ms)
		return AT_PAUSE;
	for (size_t i = 0; i < t->n_groups; i++) {
		*which = t->groups[i];
		if (is_behind(s, *which))
			return AT_BARRIER;
	}
	for (size_t i = 0; i < p->n_locks; i++) {
		*which = p->locks[i];
		if (!has_room(s, *which))
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

static void queue_merge(struct wt_sched *s, size_t task)
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

/* Changes of state */

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
		wake_group(s, g);
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
static bool is_holding(const struct wt_sched *s, size_t lock, enum wt_state state)
{
	if (!s->landing && lock >= s->plan->n_locks - s->plan->n_named_locks)
		return wt_state_is_living(state);
	return wt_state_is_alive(state);
}

static void hold_locks(struct wt_sched *s, size_t task, enum wt_state now)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];
	enum wt_state seen = s->tasks[task].seen;

	if (wt_state_is_alive(now) && !wt_state_is_alive(seen)) {
		s->n_alive++;
		s->n_alone_alive += p->runs_alone;
		if (p->runs_alone)
			s->alone_task = task;
	}
	for (size_t i = 0; i < p->n_locks; i++) {
		struct sched_lock *lock = &s->locks[p->locks[i]];

		if (!is_holding(s, p->locks[i], now) || is_holding(s, p->locks[i], seen))
			continue;
		lock->held++;
		lock->holder = task;
	}
}

static void release_locks(struct wt_sched *s, size_t task, enum wt_state now)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];
	enum wt_state seen = s->tasks[task].seen;
	bool has_gone = wt_state_is_alive(seen) && !wt_state_is_alive(now);

	s->n_alive -= has_gone;
	s->n_alone_alive -= has_gone && p->runs_alone;
	for (size_t i = 0; i < p->n_locks; i++) {
		if (!is_holding(s, p->locks[i], seen) || is_holding(s, p->locks[i], now))
			continue;
		s->locks[p->locks[i]].held--;
		if (has_room(s, p->locks[i]))
			wake_lock(s, p->locks[i]);
	}
	if (has_gone && !s->n_alive)
		wake_alone(s);
}

static void count_failure(struct wt_sched *s, size_t task, enum wt_state now)
{
	enum wt_state seen = s->tasks[task].seen;
	const char *reason = s->state.tasks[task].reason;
	bool is_same = reason && s->row_reason && strcmp(reason, s->row_reason) == 0;

	if (is_failure(now) != is_failure(seen) && s->plan->tasks[task].task.is_critical) {
		s->n_critical_failed += is_failure(now) ? 1 : (size_t)-1;
		s->critical_task = task;
	}
	if (is_failure(now) && !is_failure(seen)) {
		s->failures++;
		s->in_a_row = is_same ? s->in_a_row + 1 : 1;
		s->row_reason = reason;
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
	s->n_merging += (size_t)(now == WT_MERGING) - (size_t)(t->seen == WT_MERGING);
	sched_place(s, task, now_ms);
	release_locks(s, task, now);
	for (size_t i = 0; i < t->n_groups; i++)
		pass_barrier(s, task, t->groups[i], now);
	tell_dependents(s, task, now, now_ms);
	t->seen = now;
}

/* The scope may have changed: all that wait are looked at. */
static void take_up(struct wt_sched *s, int64_t now_ms)
{
	s->rest = 0;
	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		sched_place(s, i, now_ms);
		queue_merge(s, i);
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
		take_up(s, now_ms);
		break;
	case WT_EV_STOP_ASKED:
		if (task != WT_MAP_NONE)
			wt_heap_push(&s->stops, 0, task);
		for (size_t i = 0; task == WT_MAP_NONE && i < s->plan->n_tasks; i++) {
			if (wt_state_is_living(s->state.tasks[i].state))
				wt_heap_push(&s->stops, 0, i);
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
	case WT_EV_LANDED:
	case WT_EV_MERGE_ASKED:
		s->merges_held_ms = s->held_ms = 0;
		break;
	case WT_EV_RETRY_ASKED:
		s->tasks[task].due_ms = now_ms;
		if (s->tasks[task].spot == AT_PAUSE)
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
	heed(s, ev, task, from, now_ms);
	if (task < s->plan->n_tasks)
		queue_merge(s, task);
	return true;
}

void wt_sched_judge_attempt(const struct wt_sched *s, size_t task, enum wt_outcome outcome,
			    bool *will_retry, int64_t *pause_ms)
{
	const struct wt_task_state *t = &s->state.tasks[task];
	int64_t pause = s->limits.retry_pause_ms;

	*will_retry = (outcome == WT_OUTCOME_FAILED || outcome == WT_OUTCOME_TIMEOUT) &&
		      t->charged <= s->limits.retries && !t->stop_asked;
	*pause_ms = 0;
	if (!*will_retry)
		return;
	for (size_t i = 1; i < t->charged && pause < MAX_RETRY_MS; i++)
		pause *= 2;
	*pause_ms = pause < MAX_RETRY_MS ? pause : MAX_RETRY_MS;
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
	for (size_t i = 0; i < n; i++)
		s->tasks[i].n_unmet = plan->tasks[i].n_needs;
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
	for (size_t i = 0; i < s->plan->n_locks; i++)
		wt_heap_clear(&s->locks[i].waiters);
	wt_heap_clear(&s->ready);
	wt_heap_clear(&s->pauses);
	wt_heap_clear(&s->alone);
	wt_heap_clear(&s->skips);
	wt_heap_clear(&s->finishes);
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
