/* SPDX-License-Identifier: MIT */
/* The scheduler's choice: what is to be done now, and what holds it back. */

#include <inttypes.h>
#include <string.h>

#include "scheduler.h"

#define LOAD_POLL_MS 1000
#define MAX_CHAIN    4 /* dependencies that a reason names one by one */

static bool give(struct wt_action *out, enum wt_action_kind kind, size_t task)
{
	out->kind = kind;
	out->task = task;
	return true;
}

static void wake_at(struct wt_action *out, int64_t ms)
{
	if (out->wake_ms < 0 || ms < out->wake_ms)
		out->wake_ms = ms;
}

/* Reasons */

static const char *end_of(enum wt_state state)
{
	switch (state) {
	case WT_TIMEOUT:
		return "timed out";
	case WT_CONFLICT:
		return "has a merge conflict";
	case WT_STOPPED:
		return "was stopped";
	case WT_KEPT:
		return "was kept back";
	case WT_SKIPPED:
		return "was skipped";
	default:
		return "failed";
	}
}

/* "needs 68, which needs 67, which failed"; the middle of a long chain is left out. */
static const char *chain_of(struct wt_sched *s, size_t task)
{
	size_t root = s->tasks[task].root, links = 0;
	const struct wt_task_state *end = &s->state.tasks[root];
	struct wt_buf text = WT_BUF_INIT;
	const char *reason;

	do {
		task = s->tasks[task].cause;
		wt_buf_printf(&text, "%s %s", links ? ", which needs" : "needs",
			      s->plan->tasks[task].task.id);
	} while (task != root && ++links < MAX_CHAIN);
	if (task != root)
		wt_buf_printf(&text, ", which in the end needs %s", s->plan->tasks[root].task.id);
	wt_buf_printf(&text, ", which %s", end_of(end->state));
	if (end->state == WT_SKIPPED && end->reason)
		wt_buf_printf(&text, " (%s)", end->reason);
	reason = wt_arena_strdup(&s->arena, text.data);
	wt_buf_clear(&text);
	return reason;
}

const char *sched_skip_reason(struct wt_sched *s, size_t task)
{
	struct sched_task *t = &s->tasks[task];

	if (!t->skip_reason)
		t->skip_reason = s->plan->tasks[task].skip        ? s->plan->tasks[task].skip
				 : s->plan->tasks[task].stream_of ? sched_stream_skip(s, task)
								  : chain_of(s, task);
	return t->skip_reason;
}

const char *wt_sched_closed(struct wt_sched *s)
{
	const struct wt_limits *l = &s->limits;

	const char *red = sched_base_red(s);

	wt_buf_reset(&s->closed_text);
	if (red)
		wt_buf_puts(&s->closed_text, red);
	else if (s->state.pause_reason)
		wt_buf_puts(&s->closed_text, s->state.pause_reason);
	else if (s->n_critical_failed)
		wt_buf_printf(&s->closed_text, "%s is critical and failed",
			      s->plan->tasks[s->critical_task].task.id);
	else if (l->keep_going && s->failures >= l->keep_going)
		wt_buf_printf(&s->closed_text, "%zu failed (limit %zu)", s->failures,
			      l->keep_going);
	else if (l->same_failure && s->in_a_row >= l->same_failure)
		wt_buf_printf(&s->closed_text, "%zu failures in a row: %s", s->in_a_row,
			      s->row_reason ? s->row_reason : "no reason was recorded");
	else if (!sched_say_budget(s, &s->closed_text))
		return NULL;
	return s->closed_text.data;
}

/* Once over max, until below start. A machine that is wholly busy is not over 100 %. */
static bool is_over(bool was_over, double value, double max, double start)
{
	if (value < 0 || max <= 0 || max >= 100)
		return false;
	if (start <= 0 || start > max)
		start = max;
	return value >= max || (was_over && value >= start);
}

static void say_over(struct wt_sched *s, const char *what, double value, double max, double start)
{
	wt_buf_reset(&s->load_text);
	if (value >= max)
		wt_buf_printf(&s->load_text, "%s %.0f %% (limit %.0f %%)", what, value, max);
	else
		wt_buf_printf(&s->load_text, "%s %.0f %% (starts again below %.0f %%)", what, value,
			      start);
	s->load_hold = s->load_text.data;
}

/* Looks at the machine; the hold counts only while something lives. */
static void weigh_load(struct wt_sched *s, const struct wt_load *load)
{
	const struct wt_limits *l = &s->limits;

	s->load_hold = NULL;
	if (!load)
		return;
	s->is_over_cpu = is_over(s->is_over_cpu, load->cpu_percent, l->cpu_max, l->cpu_start);
	s->is_over_memory =
		is_over(s->is_over_memory, load->memory_percent, l->memory_max, l->memory_start);
	s->is_over_pressure =
		is_over(s->is_over_pressure, load->pressure, l->cpu_max, l->cpu_start);
	if (!s->state.living)
		return;
	if (s->is_over_memory)
		say_over(s, "memory", load->memory_percent, l->memory_max, l->memory_start);
	else if (s->is_over_cpu)
		say_over(s, "cpu", load->cpu_percent, l->cpu_max, l->cpu_start);
	else if (s->is_over_pressure)
		say_over(s, "pressure", load->pressure, l->cpu_max, l->cpu_start);
	else if (l->load_max > 0 && load->load_average >= l->load_max) {
		wt_buf_reset(&s->load_text);
		wt_buf_printf(&s->load_text, "load %.1f (limit %.1f)", load->load_average,
			      l->load_max);
		s->load_hold = s->load_text.data;
	}
}

const char *wt_sched_hold(struct wt_sched *s)
{
	const char *closed = wt_sched_closed(s);

	if (s->state.stop_asked)
		return "the run is being stopped";
	if (!closed && s->state.base_judged.n_open)
		return "the gates judge the base first";
	return closed ? closed : s->load_hold;
}

/* Choices, in the order in which they are tried */

/* Its round was begun, and nobody works in it yet. */
static bool is_between(const struct wt_task_state *t)
{
	return t->state == WT_FIXING && !t->pid;
}

static bool next_stop(struct wt_sched *s, struct wt_action *out)
{
	while (s->stops.len) {
		size_t task = wt_heap_pop(&s->stops);
		const struct wt_task_state *t = &s->state.tasks[task];

		if (!wt_state_is_living(t->state) || t->state == WT_GATING || is_between(t) ||
		    s->tasks[task].stopped_attempt == t->attempt ||
		    (!s->state.stop_asked && !t->stop_asked))
			continue;
		s->tasks[task].stopped_attempt = t->attempt;
		out->attempt = t->attempt;
		return give(out, WT_ACT_STOP, task);
	}
	return false;
}

static bool next_finish(struct wt_sched *s, struct wt_action *out)
{
	while (s->finishes.len) {
		size_t task = s->finishes.items[0].value;
		const struct wt_task_state *t = &s->state.tasks[task];
		bool is_ending = s->state.stop_asked || t->stop_asked;

		if (t->state == WT_GATING && !t->judged.is_on &&
		    (is_ending || !sched_is_awaiting(s, task))) {
			out->attempt = s->state.tasks[task].attempt;
			return give(out, WT_ACT_FINISH, task);
		}
		wt_heap_pop(&s->finishes);
	}
	return false;
}

/* Its entry is of a round that is over, or begins later than it says. */
static bool is_stale(const struct wt_sched *s, const struct wt_heap_item *fix, bool is_stopping)
{
	return !is_between(&s->state.tasks[fix->value]) ||
	       (!is_stopping && fix->key < s->tasks[fix->value].due_ms);
}

/* What is to be done about the round: NONE, to wait. */
static enum wt_action_kind judge_fix(struct wt_sched *s, const struct wt_heap_item *fix,
				     int64_t now_ms, struct wt_action *out)
{
	bool is_stopping = s->state.stop_asked || s->state.tasks[fix->value].stop_asked;
	int64_t until;
	size_t which;

	if (is_stale(s, fix, is_stopping))
		return WT_ACT_NONE;
	if (is_stopping)
		return WT_ACT_STOP;
	if (fix->key > now_ms) {
		wake_at(out, fix->key);
		return WT_ACT_NONE;
	}
	s->tasks[fix->value].is_held = false;
	if (sched_may_ask(s, fix->value, now_ms, &which, &until))
		return WT_ACT_CONTINUE;
	if (s->state.paused_by_provider && sched_is_stopped(s, which))
		return WT_ACT_STOP;
	sched_await(s, which, until, out);
	s->tasks[fix->value].is_held = true;
	return WT_ACT_NONE;
}

/* The round of a task that is to stop is not started: its attempt ends. So does that of one whose
 * provider the run waits for no longer. */
static bool next_fix(struct wt_sched *s, int64_t now_ms, struct wt_action *out)
{
	while (s->fixes.len) {
		size_t task = s->fixes.items[0].value;

		if (!is_stale(s, &s->fixes.items[0],
			      s->state.stop_asked || s->state.tasks[task].stop_asked))
			break;
		wt_heap_pop(&s->fixes);
	}
	/* No more than there are slots. */
	for (size_t i = 0; i < s->fixes.len; i++) {
		size_t task = s->fixes.items[i].value;
		enum wt_action_kind kind = judge_fix(s, &s->fixes.items[i], now_ms, out);

		if (kind == WT_ACT_NONE)
			continue;
		out->attempt = s->state.tasks[task].attempt;
		return give(out, kind, task);
	}
	for (size_t i = 0; i < s->fixes.len; i++) {
		struct sched_task *t = &s->tasks[s->fixes.items[i].value];

		s->n_held += t->is_held; /* once, whatever else is there of it */
		t->is_held = false;
	}
	return false;
}

/* Whether something could be merged, now or later. */
static bool has_merges(struct wt_sched *s, int64_t now_ms)
{
	while (s->merges.len) {
		size_t task = s->merges.items[0].value;

		/* The latter: until the run is taken up again. */
		if (sched_may_merge(s, task) &&
		    !(s->state.paused_by_provider && sched_review_is_held(s, task, now_ms)))
			return true;
		sched_drop_merge(s);
	}
	return false;
}

/* Nothing but held merges has been left for long enough. */
static bool is_tired(const struct wt_sched *s, int64_t now_ms)
{
	return !sched_busy(s) && !s->pauses.len && s->idle_since_ms >= 0 &&
	       now_ms - s->idle_since_ms >= s->limits.merge_wait_ms;
}

static bool next_merge(struct wt_sched *s, int64_t now_ms, struct wt_action *out)
{
	size_t task;

	if (s->n_merging || !has_merges(s, now_ms) || is_tired(s, now_ms))
		return false;
	if (s->merges_held_ms > now_ms) {
		wake_at(out, s->merges_held_ms);
		return false;
	}
	task = s->merges.items[0].value;
	out->attempt = s->state.tasks[task].attempt;
	return give(out, WT_ACT_MERGE, task);
}

static bool next_skip(struct wt_sched *s, struct wt_action *out)
{
	while (s->skips.len) {
		size_t task = s->skips.items[0].value;

		if (s->tasks[task].spot != AT_SKIP) {
			wt_heap_pop(&s->skips);
			continue;
		}
		out->reason = sched_skip_reason(s, task);
		return give(out, WT_ACT_SKIP, task);
	}
	return false;
}

/* The best task of the queue that could start if a slot were free. */
static bool find_ready(struct wt_sched *s, struct wt_heap *ready, int64_t now_ms, size_t *task)
{
	size_t which;

	while (ready->len) {
		*task = ready->items[0].value;
		if (s->tasks[*task].spot == AT_READY) {
			if (sched_spot_of(s, *task, now_ms, &which) == AT_READY)
				return true;
			wt_heap_pop(ready);
			sched_place(s, *task, now_ms);
			continue;
		}
		wt_heap_pop(ready);
	}
	return false;
}

static bool has_slot(const struct wt_sched *s)
{
	/* Sequential work builds on what came before, so that has to have landed. */
	if (s->limits.mode == WT_MODE_SEQUENTIAL && s->landing && s->n_alive)
		return false;
	return !s->n_alone_alive && sched_busy(s) < sched_jobs(s);
}

/* Workstreams first: their primaries are at work already, or wait for them. */
static bool find_next(struct wt_sched *s, int64_t now_ms, size_t *task)
{
	if (sched_busy(s) < sched_jobs(s) && find_ready(s, &s->ready_streams, now_ms, task))
		return true;
	return has_slot(s) && find_ready(s, &s->ready, now_ms, task);
}

static bool next_start(struct wt_sched *s, int64_t now_ms, struct wt_action *out)
{
	const struct wt_task_state *t;
	size_t task;

	if (!find_next(s, now_ms, &task))
		return false;
	if (s->load_hold) {
		wake_at(out, now_ms + LOAD_POLL_MS);
		return false;
	}
	if (!sched_base_allows(s, out))
		return out->kind != WT_ACT_NONE;
	t = &s->state.tasks[task];
	out->attempt = t->attempt + 1;
	out->is_fresh = t->retry_fresh;
	return give(out, WT_ACT_START, task);
}

/* Nothing new will start: what is left is skipped, one by one. */
static bool next_rest(struct wt_sched *s, const char *closed, struct wt_action *out)
{
	for (; s->rest < s->plan->n_tasks; s->rest++) {
		if (s->tasks[s->rest].spot == AT_NOTHING)
			continue;
		if (!s->rest_reason || strcmp(s->rest_reason, closed) != 0)
			s->rest_reason = wt_arena_strdup(&s->arena, closed);
		out->reason = s->rest_reason;
		return give(out, WT_ACT_SKIP, s->rest);
	}
	return false;
}

static void wake_paused(struct wt_sched *s, int64_t now_ms)
{
	while (s->pauses.len) {
		size_t task = s->pauses.items[0].value;
		bool is_here = s->tasks[task].spot == AT_PAUSE;

		if (is_here && s->pauses.items[0].key > now_ms)
			return;
		wt_heap_pop(&s->pauses);
		if (is_here)
			sched_place(s, task, now_ms);
	}
}

/* Order, batches or a damaged plan may stand against the dependencies. */
static const char deadlock[] = "waits for a task that in turn waits for it";

/* Nothing could be chosen: is there something to wait for? */
static bool next_end(struct wt_sched *s, int64_t now_ms, struct wt_action *out)
{
	int64_t soonest;

	/* What is held by a provider is nothing that would end by itself. */
	if (sched_busy(s) + s->n_merging > s->n_held || s->state.base_judged.n_open)
		return false;
	if (s->state.stop_asked)
		return give(out, WT_ACT_END, 0);
	if (s->pauses.len) {
		wake_at(out, s->pauses.items[0].key);
		return false;
	}
	if (!s->state.pause_reason && sched_awaits_provider(s, now_ms, &soonest, &out->reason)) {
		if (soonest < 0)
			return give(out, WT_ACT_PAUSE, 0);
		wake_at(out, soonest);
		return false;
	}
	if (s->n_held)
		return false;
	if (!has_merges(s, now_ms))
		return ((s->landing || s->state.living) && next_rest(s, deadlock, out)) ||
		       give(out, WT_ACT_END, 0);
	if (s->idle_since_ms < 0)
		s->idle_since_ms = now_ms;
	if (is_tired(s, now_ms))
		return give(out, WT_ACT_END, 0);
	wake_at(out, s->idle_since_ms + s->limits.merge_wait_ms);
	return false;
}

bool wt_sched_next(struct wt_sched *s, int64_t now_ms, const struct wt_load *load,
		   struct wt_action *out)
{
	const char *closed;

	*out = (struct wt_action){ .kind = WT_ACT_NONE, .wake_ms = -1 };
	weigh_load(s, load);
	wake_paused(s, now_ms);
	sched_wake_providers(s, now_ms, &out->wake_ms);
	sched_await_none(s);
	if (s->state.is_ended || s->state.is_stopped)
		return false;
	if (next_stop(s, out) || next_finish(s, out) || sched_next_judged(s, now_ms, out) ||
	    next_fix(s, now_ms, out))
		return true;
	if (s->state.stop_asked)
		return next_end(s, now_ms, out);
	if (next_merge(s, now_ms, out) || next_skip(s, out))
		return true;
	closed = wt_sched_closed(s);
	if (!closed && next_start(s, now_ms, out))
		return true;
	if (closed && !sched_busy(s) && !s->n_merging && next_rest(s, closed, out))
		return true;
	if (!closed && s->pauses.len)
		wake_at(out, s->pauses.items[0].key);
	return next_end(s, now_ms, out);
}
