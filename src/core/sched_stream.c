/* SPDX-License-Identifier: MIT */
/* What the scheduler does about workstreams: they start with their primary, which waits for them
 * before its work is looked at. */

#include "fold.h"
#include "scheduler.h"

bool sched_is_awaiting(const struct wt_sched *s, size_t task)
{
	const struct wt_task_state *t = &s->state.tasks[task];

	return s->plan->tasks[task].n_streams && t->state == WT_GATING && !t->judged.is_on &&
	       wt_state_is_success(t) && !wt_state_are_streams_over(&s->state, task);
}

size_t sched_busy(const struct wt_sched *s)
{
	size_t n = s->state.living;

	for (size_t i = 0; s->n_streams && i < s->plan->n_tasks; i++)
		n -= sched_is_awaiting(s, i);
	return n;
}

enum spot sched_stream_spot(const struct wt_sched *s, size_t stream)
{
	size_t primary = s->plan->tasks[stream].stream_of - 1;
	enum wt_state state = s->state.tasks[primary].state;

	if (state == WT_WAITING)
		return AT_NEEDS;
	return wt_state_is_final(state) ? AT_SKIP : AT_READY;
}

const char *sched_stream_skip(struct wt_sched *s, size_t stream)
{
	size_t primary = s->plan->tasks[stream].stream_of - 1;

	return wt_arena_printf(&s->arena, "%s is %s", s->plan->tasks[primary].task.id,
			       wt_state_name(s->state.tasks[primary].state));
}

void sched_follow_streams(struct wt_sched *s, size_t task, int64_t now_ms)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];
	size_t primary = p->stream_of - 1;

	for (size_t i = 0; i < p->n_streams; i++)
		sched_place(s, p->streams[i], now_ms);
	if (p->stream_of && wt_state_is_stream_over(&s->state, task) &&
	    s->state.tasks[primary].state == WT_GATING)
		wt_heap_push(&s->finishes, s->turns++, primary);
}
