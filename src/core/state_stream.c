/* SPDX-License-Identifier: MIT */
/* Workstreams and their primary: what happens to the one changes the other. */

#include <string.h>

#include "fold.h"

bool wt_state_is_stream_over(const struct wt_run_state *s, size_t stream)
{
	enum wt_state state = s->tasks[stream].state;

	return state == WT_QUEUED || wt_state_is_final(state);
}

bool wt_state_are_streams_over(const struct wt_run_state *s, size_t task)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];

	for (size_t i = 0; i < p->n_streams; i++)
		if (!wt_state_is_stream_over(s, p->streams[i]))
			return false;
	return true;
}

/* Their tips are part of the primary's from now on. */
static void take(struct wt_run_state *s, const struct wt_plan_task *p, const struct wt_event *ev)
{
	for (size_t i = 0; i < p->n_streams; i++) {
		const char *id = s->plan->tasks[p->streams[i]].task.id;
		struct wt_task_state *t = &s->tasks[p->streams[i]];

		for (size_t k = 0; k < ev->n_others; k++)
			if (strcmp(ev->others[k], id) == 0)
				t->taken = t->tip;
	}
}

static void land(struct wt_run_state *s, const struct wt_plan_task *p, const struct wt_event *ev)
{
	for (size_t i = 0; i < p->n_streams; i++) {
		struct wt_task_state *t = &s->tasks[p->streams[i]];

		if (t->state != WT_QUEUED)
			continue;
		if (wt_oid_is_zero(&t->tip) || !wt_oid_is_equal(&t->taken, &t->tip)) {
			t->reason = wt_arena_printf(s->arena, "%s landed without it", p->task.id);
			continue;
		}
		wt_state_set(s, p->streams[i], WT_MERGED);
		t->reason = wt_arena_printf(s->arena, "with %s", p->task.id);
		t->landed = ev->oid;
		t->settled_wall_ms = ev->ts_wall_ms;
	}
}

/* Those that have nothing to give begin again with their primary. */
static void retry(struct wt_run_state *s, const struct wt_plan_task *p)
{
	for (size_t i = 0; i < p->n_streams; i++) {
		struct wt_task_state *t = &s->tasks[p->streams[i]];

		if (!wt_state_is_final(t->state) || t->state == WT_MERGED)
			continue;
		wt_state_set(s, p->streams[i], WT_WAITING);
		t->charged = 0;
		t->pause_ms = t->settled_wall_ms = 0;
		t->is_charged = t->stop_asked = false;
		t->is_retried = true;
	}
}

/* The primary waits for the stream again, where that was all that it ended for. */
static void await(struct wt_run_state *s, size_t primary)
{
	struct wt_task_state *t = &s->tasks[primary];

	if (!t->waits_for_streams || !wt_state_is_final(t->state) || wt_state_is_done(t->state))
		return;
	wt_state_set(s, primary, WT_GATING);
	t->reason = NULL;
	t->settled_wall_ms = 0;
	t->stop_asked = t->by_gate = false;
	t->is_retried = true;
}

static void stop(struct wt_run_state *s, const struct wt_plan_task *p)
{
	for (size_t i = 0; i < p->n_streams; i++) {
		struct wt_task_state *t = &s->tasks[p->streams[i]];

		if (t->state == WT_WAITING)
			wt_state_set(s, p->streams[i], WT_STOPPED);
		t->stop_asked |= t->state == WT_STOPPED || wt_state_is_living(t->state);
	}
}

void wt_state_note_streams(struct wt_run_state *s, size_t task, enum wt_state from,
			   const struct wt_event *ev)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];

	switch (ev->kind) {
	case WT_EV_WORK_COMMITTED:
		take(s, p, ev);
		if (p->stream_of && s->tasks[task].state == WT_QUEUED && !s->tasks[task].reason)
			s->tasks[task].reason = wt_arena_printf(
				s->arena, "part of %s", s->plan->tasks[p->stream_of - 1].task.id);
		break;
	case WT_EV_LANDED:
		land(s, p, ev);
		break;
	case WT_EV_WORKTREE_PREPARING:
		s->tasks[task].waits_for_streams = false;
		break;
	case WT_EV_ATTEMPT_ENDED:
		s->tasks[task].waits_for_streams = from == WT_GATING && ev->n_others > 0 &&
						   p->n_streams > 0;
		break;
	case WT_EV_RETRY_ASKED:
		retry(s, p);
		if (p->stream_of)
			await(s, p->stream_of - 1);
		break;
	case WT_EV_STOP_ASKED:
		stop(s, p);
		break;
	default:
		break;
	}
}
