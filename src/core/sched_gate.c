/* SPDX-License-Identifier: MIT */
/* What the scheduler does about gates: those of work, of a merged tree, and of the base. */

#include "scheduler.h"

const struct wt_judgment *sched_judgment(const struct wt_sched *s, size_t task)
{
	const struct wt_task_state *t = &s->state.tasks[task];

	if (t->state == WT_GATING && t->judged.is_on)
		return &t->judged;
	return t->state == WT_MERGING && t->merging.is_on ? &t->merging : NULL;
}

void sched_queue_judged(struct wt_sched *s, size_t task)
{
	if (s->tasks[task].is_in_judged || !sched_judgment(s, task))
		return;
	s->tasks[task].is_in_judged = true;
	*WT_ARENA_PUSH(&s->arena, s->judged, s->n_judged, s->cap_judged) = task;
}

struct review {
	struct wt_sched *s;
	int64_t now_ms;
	struct wt_action *out;
	bool is_held, is_stopped;
};

static bool is_held(void *arg, size_t gate)
{
	struct review *r = arg;
	size_t which;
	int64_t until;

	if (sched_may_review(r->s, gate, r->now_ms, &which, &until))
		return false;
	sched_await(r->s, which, until, r->out);
	r->is_held = true;
	r->is_stopped |= sched_is_stopped(r->s, which);
	return true;
}

static bool next_of(struct wt_sched *s, size_t task, int64_t now_ms, struct wt_action *out)
{
	const struct wt_task_state *t = &s->state.tasks[task];
	const struct wt_judgment *j = sched_judgment(s, task);
	struct review r = { .s = s, .now_ms = now_ms, .out = out };
	bool is_merged = t->state == WT_MERGING, ends = s->state.stop_asked || t->stop_asked;
	enum wt_judgment_step step =
		ends ? wt_judgment_next(s->plan, j, &out->gate)
		     : wt_judgment_next_but(s->plan, j, is_held, &r, &out->gate);
	bool is_held_alone = step == WT_JUDGMENT_WAIT && r.is_held && !j->n_open;

	/* The run waits for its provider no longer. */
	ends |= is_held_alone && r.is_stopped && s->state.paused_by_provider;
	s->n_held += is_held_alone && !ends;
	if ((step == WT_JUDGMENT_WAIT && !(is_held_alone && ends)) || (ends && j->n_open))
		return false;
	out->task = task;
	out->attempt = t->attempt;
	out->when = is_merged ? WT_GATE_MERGED : WT_GATE_TASK;
	if (step == WT_JUDGMENT_ASK && !ends)
		out->kind = WT_ACT_GATE;
	else if (is_merged && !ends)
		out->kind = WT_ACT_MERGE;
	else
		out->kind = WT_ACT_DECIDE;
	return true;
}

bool sched_next_judged(struct wt_sched *s, int64_t now_ms, struct wt_action *out)
{
	for (size_t i = 0; i < s->n_judged;) {
		size_t task = s->judged[i];

		if (!sched_judgment(s, task)) {
			s->tasks[task].is_in_judged = false;
			s->judged[i] = s->judged[--s->n_judged];
		} else if (next_of(s, task, now_ms, out)) {
			return true;
		} else {
			i++;
		}
	}
	return false;
}

bool sched_review_is_held(const struct wt_sched *s, size_t task, int64_t now_ms)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];
	size_t which;
	int64_t until;

	for (size_t i = 0; i < p->n_gates; i++)
		if ((s->plan->gates[p->gates[i]].when & WT_GATE_MERGED) &&
		    !sched_may_review(s, p->gates[i], now_ms, &which, &until) &&
		    sched_is_stopped(s, which))
			return true;
	return false;
}

bool sched_base_allows(struct wt_sched *s, struct wt_action *out)
{
	size_t gate;
	enum wt_judgment_step step = wt_judgment_next(s->plan, &s->state.base_judged, &gate);

	if (step == WT_JUDGMENT_YES)
		return true;
	if (step == WT_JUDGMENT_ASK)
		*out = (struct wt_action){
			.kind = WT_ACT_GATE, .task = WT_MAP_NONE, .gate = gate, .wake_ms = -1
		};
	return false;
}

const char *sched_base_red(struct wt_sched *s)
{
	size_t gate;
	enum wt_judgment_step step = wt_judgment_next(s->plan, &s->state.base_judged, &gate);

	if (step != WT_JUDGMENT_NO && step != WT_JUDGMENT_ERROR)
		s->red_reason = NULL;
	else if (!s->red_reason)
		s->red_reason = wt_arena_printf(
			&s->arena, "the base is red before anything was done: %s",
			wt_judgment_reason(&s->arena, s->plan, &s->state.base_judged, gate));
	return s->red_reason;
}
