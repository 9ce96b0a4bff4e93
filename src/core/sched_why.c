/* SPDX-License-Identifier: MIT */
/* Why a task waits, in the words that people see. */

#include <inttypes.h>
#include <string.h>

#include "scheduler.h"
#include "wtorch/base/text.h"

#define MAX_NAMED 3 /* tasks that a reason names one by one */

/* Adds "65, 66 and 4 more", one name per call; say_more ends it. */
static void say_name(struct wt_buf *out, const char *id, size_t already)
{
	if (already < MAX_NAMED)
		wt_buf_printf(out, "%s%s", already ? ", " : "", id);
}

static void say_more(struct wt_buf *out, size_t n)
{
	if (n > MAX_NAMED)
		wt_buf_printf(out, " and %zu more", n - MAX_NAMED);
}

static void say_needs(struct wt_sched *s, size_t task, struct wt_buf *out)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];
	size_t n = 0, n_queued = 0;

	wt_buf_puts(out, "for ");
	if (p->stream_of)
		wt_buf_printf(out, "%s to start", s->plan->tasks[p->stream_of - 1].task.id);
	if (p->stream_of)
		return;
	for (size_t i = 0; i < p->n_needs; i++) {
		enum wt_state state = s->state.tasks[p->needs[i]].state;

		if (wt_state_is_done(state))
			continue;
		n_queued += state == WT_QUEUED;
		say_name(out, s->plan->tasks[p->needs[i]].task.id, n);
		if (wt_state_is_final(state) && n < MAX_NAMED)
			wt_buf_printf(out, " (%s)", wt_state_name(state));
		n++;
	}
	say_more(out, n);
	if (n_queued == n && !s->landing)
		wt_buf_puts(out, " to be merged");
}

/* Whether a group that the task belongs to stands before this one, at the same barrier. */
static bool is_before(const struct wt_sched *s, size_t task, size_t group)
{
	const struct sched_task *t = &s->tasks[task];

	for (size_t i = 0; i < t->n_groups; i++) {
		if (t->groups[i] < group &&
		    s->groups[t->groups[i]].barrier == s->groups[group].barrier)
			return true;
	}
	return false;
}

/* Those that a barrier waits for. Only asked for a task that is shown, so it may look at all. */
static void say_group(struct wt_sched *s, size_t group, struct wt_buf *out)
{
	size_t barrier = s->groups[group].barrier, n = 0;

	wt_buf_puts(out, "for ");
	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		if (is_before(s, i, group) &&
		    !sched_has_passed(&s->barriers[barrier], s->state.tasks[i].state))
			say_name(out, s->plan->tasks[i].task.id, n++);
	}
	say_more(out, n);
	wt_buf_puts(out, barrier == BARRIER_ORDER ? " of smaller order" : " of an earlier batch");
	if (barrier >= BARRIER_LANES)
		wt_buf_printf(out, " of %s", s->plan->lane_names[barrier - BARRIER_LANES]);
}

static void say_lock(struct wt_sched *s, size_t lock, struct wt_buf *out)
{
	const struct sched_lock *l = &s->locks[lock];
	const char *other = s->plan->tasks[l->holder].task.id;
	const char *name = s->plan->lock_names ? s->plan->lock_names[lock] : NULL;

	if (name && l->room > 1) {
		wt_buf_printf(out, "%s has %zu of %zu at work", name, l->held, l->room);
		return;
	}
	if (name && lock >= s->plan->n_locks - s->plan->n_named_locks)
		wt_buf_printf(out, "%s runs one at a time: for %s", name, other);
	else if (name && name[0])
		wt_buf_printf(out, "shares %s with %s", name, other);
	else
		wt_buf_printf(out, "conflicts with %s", other);
	if (s->state.tasks[l->holder].state == WT_QUEUED && !sched_may_merge(s, l->holder))
		wt_buf_puts(out, ", which waits to be merged");
}

static void say_alone(struct wt_sched *s, size_t task, struct wt_buf *out)
{
	size_t n = 0;

	wt_buf_puts(out, s->plan->tasks[task].files_unknown
				 ? "runs alone, its files are unknown: for "
				 : "runs alone: for ");
	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		if (wt_state_is_alive(s->state.tasks[i].state))
			say_name(out, s->plan->tasks[i].task.id, n++);
	}
	say_more(out, n);
}

static void say_pause(struct wt_sched *s, size_t task, int64_t now_ms, struct wt_buf *out)
{
	const struct wt_task_state *t = &s->state.tasks[task];

	wt_buf_printf(out, "attempt %zu in ", t->attempt + 1);
	wt_text_render_duration(out, s->tasks[task].due_ms - now_ms);
	if (t->reason)
		wt_buf_printf(out, " (%s)", t->reason);
}

/* Nothing about the task itself holds it back. */
static void say_slot(struct wt_sched *s, struct wt_buf *out)
{
	const char *hold = wt_sched_hold(s);

	if (hold)
		wt_buf_puts(out, hold);
	else if (s->n_alone_alive)
		wt_buf_printf(out, "%s runs alone", s->plan->tasks[s->alone_task].task.id);
	else if (sched_busy(s) >= sched_jobs(s))
		wt_buf_printf(out, "a free slot (%zu of %zu)", sched_busy(s), sched_jobs(s));
	else if (s->limits.mode == WT_MODE_SEQUENTIAL && s->n_alive)
		wt_buf_puts(out, "one at a time");
	else
		wt_buf_puts(out, "starts next");
}

const char *wt_sched_why(struct wt_sched *s, size_t task, int64_t now_ms)
{
	struct wt_buf *out = &s->why_text;
	size_t which = 0;

	wt_buf_reset(out);
	if (task >= s->plan->n_tasks)
		return NULL;
	switch (sched_spot_of(s, task, now_ms, &which)) {
	case AT_NOTHING:
		if (!s->plan->tasks[task].is_selected || s->state.tasks[task].state != WT_WAITING)
			return NULL;
		wt_buf_puts(out, "for wtorch resume");
		break;
	case AT_SKIP:
		wt_buf_puts(out, sched_skip_reason(s, task));
		break;
	case AT_NEEDS:
		say_needs(s, task, out);
		break;
	case AT_PAUSE:
		say_pause(s, task, now_ms, out);
		break;
	case AT_PROVIDER:
		sched_say_provider(s, task, now_ms, out);
		break;
	case AT_BARRIER:
		say_group(s, which, out);
		break;
	case AT_LOCK:
		say_lock(s, which, out);
		break;
	case AT_ALONE:
		say_alone(s, task, out);
		break;
	case AT_READY:
		say_slot(s, out);
		break;
	}
	return out->data;
}
