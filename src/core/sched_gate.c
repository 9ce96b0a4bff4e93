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

static bool next_of(struct wt_sched *s, size_t task, const struct wt_judgment *j,
		    struct wt_action *out)
{
	const struct wt_task_state *t = &s->state.tasks[task];
	bool is_merged = t->state == WT_MERGING, ends = s->state.stop_asked || t->stop_asked;
	enum wt_judgment_step step = wt_judgment_next(s->plan, j, &out->gate);

	if (step == WT_JUDGMENT_WAIT || (ends && j->n_open))
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

bool sched_next_judged(struct wt_sched *s, struct wt_action *out)
{
	for (size_t i = 0; i < s->n_judged;) {
		size_t task = s->judged[i];
		const struct wt_judgment *j = sched_judgment(s, task);

		if (!j) {
			s->tasks[task].is_in_judged = false;
			s->judged[i] = s->judged[--s->n_judged];
		} else if (next_of(s, task, j, out)) {
			return true;
		} else {
			i++;
		}
	}
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
