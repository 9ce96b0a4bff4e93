/* SPDX-License-Identifier: MIT */
/* Properties that hold for every plan and every fate of its tasks, tried on made-up ones. */

#include <stdint.h>

#include "tests/support/run_of.h"

#define RUNS      400
#define MAX_TASKS 24

/* A small generator of our own (xorshift), so that a failing seed fails everywhere. */
struct dice {
	uint64_t state;
};

static size_t roll(struct dice *d, size_t n)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return (size_t)(d->state >> 11) % n;
}

static bool has(const size_t *items, size_t n, size_t item)
{
	size_t i = 0;

	while (i < n && items[i] != item)
		i++;
	return i < n;
}

/* Some locks, most of which one may hold, and now and then a lane. */
static void add_locks(struct run *r, struct dice *d, size_t task, size_t n_locks, bool has_lanes)
{
	const struct wt_plan_task *t = &r->plan.tasks[task];

	for (size_t l = roll(d, 3); l > 0; l--) {
		const char *name = wt_arena_printf(&r->arena, "f%zu", roll(d, n_locks));

		if (!has(t->locks, t->n_locks, wt_map_find(&r->locks, name)))
			run_lock(r, task, name);
	}
	if (has_lanes && roll(d, 2))
		run_lane(r, task, roll(d, 2) ? "agent x" : "agent y");
	if (has_lanes && roll(d, 3) == 0)
		run_lane(r, task, "template t");
}

static void make_plan(struct run *r, struct dice *d)
{
	size_t n = 1 + roll(d, MAX_TASKS), n_locks = 1 + roll(d, 6);
	bool has_lanes = roll(d, 3) == 0;
	bool has_orders = roll(d, 3) == 0, has_lonely = roll(d, 3) == 0;

	run_plan(r, "");
	for (size_t i = 0; i < n; i++) {
		struct wt_plan_task *t;

		t = run_add_task(r, wt_arena_printf(&r->arena, "t%zu", i));
		t->path_s = (int64_t)roll(d, 50);
		t->batch = 1 + roll(d, 3);
		t->runs_alone = has_lonely && roll(d, 5) == 0;
		t->task.has_order = has_orders && roll(d, 2);
		t->task.order = (int64_t)roll(d, 3);
		t->skip = roll(d, 15) == 0 ? "needs 12, not selected" : NULL;
		t->task.is_critical = roll(d, 30) == 0;
	}
	for (size_t i = 0; i < n; i++) {
		size_t need = roll(d, i + 1);
		bool fits = need < i && !r->plan.tasks[need].skip && !r->plan.tasks[i].skip;

		/* Order may not contradict dependencies, or nobody could ever start. */
		if (fits && !has_orders && roll(d, 2))
			run_link(r, i, need);
		add_locks(r, d, i, n_locks, has_lanes);
	}
	for (size_t l = 0; l < r->plan.n_locks; l++)
		run_room(r, r->plan.lock_names[l], 1 + (roll(d, 2) ? 0 : roll(d, 4)));
	r->plan.limits.jobs = 1 + roll(d, 5);
	r->plan.limits.retries = roll(d, 3);
	r->plan.limits.keep_going = roll(d, 4) ? 0 : 1 + roll(d, 3);
	r->plan.limits.same_failure = roll(d, 4) ? 0 : 3;
	r->plan.limits.mode = (enum wt_mode)roll(d, 3);
	run_begin(r, true);
}

static bool shares_lane(const struct wt_plan_task *a, const struct wt_plan_task *b)
{
	for (size_t i = 0; i < a->n_lanes; i++) {
		if (has(b->lanes, b->n_lanes, a->lanes[i]))
			return true;
	}
	return false;
}

static bool is_alive(const struct run *r, size_t task)
{
	return wt_state_is_alive(wt_sched_state(r->s)->tasks[task].state);
}

static bool has_room(const struct run *r, const struct wt_plan_task *p)
{
	for (size_t l = 0; l < p->n_locks; l++) {
		size_t held = 0;

		for (size_t i = 0; i < r->plan.n_tasks; i++) {
			const struct wt_plan_task *o = &r->plan.tasks[i];

			held += is_alive(r, i) && has(o->locks, o->n_locks, p->locks[l]);
		}
		assert_true(held <= r->plan.lock_room[p->locks[l]]);
		if (held == r->plan.lock_room[p->locks[l]])
			return false;
	}
	return true;
}

/* Whether the rules, read one by one and slowly, let the task start now. */
static bool may_start(const struct run *r, size_t task)
{
	const struct wt_run_state *s = wt_sched_state(r->s);
	const struct wt_plan_task *p = &r->plan.tasks[task];

	if (s->tasks[task].state != WT_WAITING || p->skip || !has_room(r, p))
		return false;
	for (size_t i = 0; i < p->n_needs; i++) {
		if (!wt_state_is_done(s->tasks[p->needs[i]].state))
			return false;
	}
	for (size_t i = 0; i < r->plan.n_tasks; i++) {
		const struct wt_plan_task *o = &r->plan.tasks[i];
		bool has_ended = wt_state_is_final(s->tasks[i].state);

		if (p->task.has_order && o->task.has_order && o->task.order < p->task.order &&
		    !has_ended)
			return false;
		if ((r->plan.limits.mode == WT_MODE_BATCH || shares_lane(o, p)) &&
		    o->batch < p->batch && !has_ended)
			return false;
		if (is_alive(r, i) &&
		    (o->runs_alone || p->runs_alone || r->plan.limits.mode == WT_MODE_SEQUENTIAL))
			return false;
	}
	return true;
}

static bool is_paused(struct run *r, size_t task)
{
	const char *reason = wt_sched_why(r->s, task, r->now_ms);

	return reason && strncmp(reason, "attempt ", 8) == 0;
}

static size_t jobs_of(const struct run *r)
{
	return r->plan.limits.mode == WT_MODE_SEQUENTIAL ? 1 : r->plan.limits.jobs;
}

/* No slot is idle while a task could start. Tasks in their pause are told apart by the clock:
 * it is moved on before this is asked. */
static void check_nobody_is_forgotten(struct run *r)
{
	const struct wt_run_state *s = wt_sched_state(r->s);

	if (s->living >= jobs_of(r) || wt_sched_hold(r->s))
		return;
	for (size_t i = 0; i < r->plan.n_tasks; i++) {
		if (may_start(r, i))
			fail_msg("%s could start and does not (%s)", r->plan.tasks[i].task.id,
				 wt_sched_why(r->s, i, r->now_ms));
	}
}

static void end_somehow(struct run *r, struct dice *d, const char *id)
{
	static const enum wt_outcome outcomes[] = {
		WT_OUTCOME_FAILED, WT_OUTCOME_FAILED,     WT_OUTCOME_TIMEOUT,
		WT_OUTCOME_KEPT,   WT_OUTCOME_NO_CHANGES, WT_OUTCOME_STOPPED,
	};
	static const char *const reasons[] = { "exit status 1", "no quota" };
	enum wt_outcome outcome = outcomes[roll(d, 6)];
	bool will_retry;
	int64_t pause_ms;

	wt_sched_judge_attempt(r->s, wt_plan_find(&r->plan, id), outcome, &will_retry, &pause_ms);
	assert_true(tell(r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
					       .task = id,
					       .outcome = outcome,
					       .reason = reasons[roll(d, 2)],
					       .will_retry = will_retry,
					       .pause_ms = pause_ms }));
}

static void finish_somehow(struct run *r, struct dice *d, const char *id)
{
	if (roll(d, 4) == 0)
		end_somehow(r, d, id);
	else
		tell(r, (struct wt_event){ .kind = WT_EV_WORK_COMMITTED, .task = id, .count = 1 });
	if (roll(d, 30) == 0) /* refused or granted, nothing may break */
		tell(r, (struct wt_event){ .kind = WT_EV_STOP_ASKED, .task = id });
}

static void merge_somehow(struct run *r, struct dice *d, const char *id)
{
	size_t way = roll(d, 8);

	if (way == 0)
		conflict(r, id, "src/x.c", NULL);
	else if (way == 1)
		tell(r, (struct wt_event){ .kind = WT_EV_TASK_QUEUED, .task = id });
	else
		land(r, id);
}

static bool goes_before(const struct run *r, size_t a, size_t b)
{
	const struct wt_plan_task *x = &r->plan.tasks[a], *y = &r->plan.tasks[b];

	if (x->task.is_critical != y->task.is_critical)
		return x->task.is_critical;
	return x->path_s != y->path_s ? x->path_s > y->path_s : a < b;
}

static void start_somehow(struct run *r, struct dice *d, const struct wt_action *a)
{
	const char *id = r->plan.tasks[a->task].task.id;

	assert_true(may_start(r, a->task));
	for (size_t i = 0; i < r->plan.n_tasks; i++)
		assert_false(!is_paused(r, i) && may_start(r, i) && goes_before(r, i, a->task));
	assert_true(wt_sched_state(r->s)->living < jobs_of(r));
	if (roll(d, 25) == 0)
		tell(r, (struct wt_event){ .kind = WT_EV_WORKTREE_FAILED,
					   .task = id,
					   .attempt = a->attempt,
					   .reason = "disk full" });
	else
		start(r, id);
}

/* Lets one of the living exit, or time pass. */
static void wait_somehow(struct run *r, struct dice *d)
{
	const struct wt_run_state *s = wt_sched_state(r->s);
	size_t n = r->plan.n_tasks, from = roll(d, n);

	for (size_t k = 0; k < n; k++) {
		size_t i = (from + k) % n;

		if (s->tasks[i].state != WT_WORKING)
			continue;
		leave(r, r->plan.tasks[i].task.id, roll(d, 20) ? "exit" : "lost", 0);
		return;
	}
	r->now_ms += 500;
}

static void ask_somehow(struct run *r, struct dice *d)
{
	static const enum wt_event_kind kinds[] = { WT_EV_RETRY_ASKED, WT_EV_MERGE_ASKED,
						    WT_EV_STOP_ASKED };

	if (roll(d, 60))
		return;
	tell(r, (struct wt_event){ .kind = kinds[roll(d, 3)],
				   .task = r->plan.tasks[roll(d, r->plan.n_tasks)].task.id });
}

static void perform(struct run *r, struct dice *d, const struct wt_action *a)
{
	const char *id = r->plan.tasks[a->task].task.id;

	switch (a->kind) {
	case WT_ACT_START:
		start_somehow(r, d, a);
		break;
	case WT_ACT_FINISH:
		finish_somehow(r, d, id);
		break;
	case WT_ACT_MERGE:
		merge_somehow(r, d, id);
		break;
	case WT_ACT_SKIP:
		assert_non_null(a->reason);
		assert_true(tell(
			r, (struct wt_event){ .kind = WT_EV_TASK_SKIPPED,
					      .task = id,
					      .reason = wt_arena_strdup(&r->arena, a->reason) }));
		break;
	case WT_ACT_STOP:
		leave(r, id, "stopped", 0);
		break;
	default:
		break;
	}
}

static void check_end(struct run *r)
{
	const struct wt_run_state *s = wt_sched_state(r->s);

	for (size_t i = 0; i < r->plan.n_tasks; i++) {
		if (s->tasks[i].state == WT_QUEUED) /* a held merge, for a minute */
			continue;
		if (!wt_state_is_final(s->tasks[i].state))
			fail_msg("%s is %s at the end (%s)", r->plan.tasks[i].task.id,
				 wt_state_name(s->tasks[i].state),
				 wt_sched_why(r->s, i, r->now_ms));
	}
}

static void check_same(const struct run *r, const struct wt_run_state *a,
		       const struct wt_run_state *b)
{
	check_int(a->living, b->living);
	check_int(a->failures, b->failures);
	check_int(a->illegal, b->illegal);
	check_int(a->retries, b->retries);
	for (size_t i = 0; i < r->plan.n_tasks; i++) {
		check_int(a->tasks[i].state, b->tasks[i].state);
		check_int(a->tasks[i].attempt, b->tasks[i].attempt);
		check_int(a->tasks[i].charged, b->tasks[i].charged);
	}
}

static void check_replay(const struct run *r)
{
	struct wt_arena arena = { 0 };
	struct wt_run_state again;

	wt_state_init(&again, &arena, &r->plan);
	for (size_t i = 0; i < r->n_events; i++)
		wt_state_apply(&again, &r->events[i]);
	check_same(r, wt_sched_state(r->s), &again);
	wt_arena_clear(&arena);
}

/* The scheduler forgets all it was not told: a new one is made of the events so far. */
static void crash(struct run *r)
{
	wt_sched_free(r->s);
	run_begin(r, true);
	for (size_t i = 0; i < r->n_events; i++)
		wt_sched_apply(r->s, &r->events[i], r->now_ms);
}

static void live(struct run *r, struct dice *d, bool crashes)
{
	for (size_t steps = 0;; steps++) {
		struct wt_action a;

		assert_true(steps < 20000);
		if (crashes && roll(d, 40) == 0)
			crash(r);
		ask_somehow(r, d);
		if (wt_sched_next(r->s, r->now_ms, NULL, &a)) {
			if (a.kind == WT_ACT_END)
				return;
			perform(r, d, &a);
			continue;
		}
		if (a.wake_ms < 0)
			check_nobody_is_forgotten(r);
		wait_somehow(r, d);
	}
}

static void try_runs(bool crashes)
{
	for (uint64_t seed = 1; seed <= RUNS; seed++) {
		struct dice d = { seed * UINT64_C(0x9E3779B97F4A7C15) };
		struct run r;

		make_plan(&r, &d);
		live(&r, &d, crashes);
		check_end(&r);
		check_replay(&r);
		run_clear(&r);
	}
}

static void test_sched_random__rules_hold_and_every_task_comes_to_an_end(void **unused)
{
	(void)unused;
	try_runs(false);
}

static void test_sched_random__a_run_taken_up_after_any_event_goes_on(void **unused)
{
	(void)unused;
	try_runs(true);
}

/* Events of any kind about anything, as a damaged journal has them. */
static void test_sched_random__nonsense_breaks_nothing(void **unused)
{
	static const char *const reasons[] = { NULL, "lost", "retry", "merge" };

	(void)unused;
	for (uint64_t seed = 1; seed <= RUNS; seed++) {
		struct dice d = { seed * UINT64_C(0xD1B54A32D192ED03) };
		struct run r;

		make_plan(&r, &d);
		for (int i = 0; i < 200; i++) {
			size_t task = roll(&d, r.plan.n_tasks + 1);
			struct wt_action a;

			tell(&r, (struct wt_event){
					 .kind = (enum wt_event_kind)roll(&d, WT_EV_COUNT + 2),
					 .task = task < r.plan.n_tasks
							 ? r.plan.tasks[task].task.id
							 : (roll(&d, 2) ? NULL : "nobody"),
					 .attempt = roll(&d, 4),
					 .outcome = (enum wt_outcome)roll(&d, 8),
					 .will_retry = roll(&d, 2),
					 .reason = reasons[roll(&d, 4)] });
			wt_sched_next(r.s, r.now_ms, NULL, &a);
			wt_sched_why(r.s, roll(&d, r.plan.n_tasks), r.now_ms);
		}
		check_replay(&r);
		run_clear(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sched_random__rules_hold_and_every_task_comes_to_an_end),
		cmocka_unit_test(test_sched_random__a_run_taken_up_after_any_event_goes_on),
		cmocka_unit_test(test_sched_random__nonsense_breaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
