/* SPDX-License-Identifier: MIT */
/* How long a plan takes: the real scheduler, fed with made-up events in made-up time. */

#include "wtorch/core/heap.h"
#include "wtorch/core/sched.h"

struct outcome {
	int64_t end_ms;
	size_t peak;
};

static void feed(struct wt_sched *s, const struct wt_plan *plan, enum wt_event_kind kind,
		 const struct wt_action *action, int64_t now_ms)
{
	struct wt_event ev = { .kind = kind,
			       .task = plan->tasks[action->task].task.id,
			       .attempt = action->attempt,
			       .reason = action->reason };

	wt_sched_apply(s, &ev, now_ms);
}

/* The instance that ends first ends; false when none lives. */
static bool end_first(struct wt_sched *s, const struct wt_plan *plan, struct wt_heap *living,
		      int64_t *now_ms)
{
	struct wt_action action = { .attempt = 1 };

	if (!living->len)
		return false;
	*now_ms = living->items[0].key;
	action.task = wt_heap_pop(living);
	feed(s, plan, WT_EV_AGENT_EXITED, &action, *now_ms);
	return true;
}

/* Performs an action in no time; false at the end of the run. */
static bool perform(struct wt_sched *s, const struct wt_plan *plan, const struct wt_action *action,
		    struct wt_heap *living, int64_t now_ms)
{
	switch (action->kind) {
	case WT_ACT_START:
		feed(s, plan, WT_EV_WORKTREE_PREPARING, action, now_ms);
		feed(s, plan, WT_EV_AGENT_STARTED, action, now_ms);
		wt_heap_push(living,
			     now_ms + plan->tasks[action->task].weight_s * 1000 + plan->overhead_ms,
			     action->task);
		return true;
	case WT_ACT_FINISH:
		feed(s, plan, WT_EV_WORK_COMMITTED, action, now_ms);
		if (wt_sched_state(s)->tasks[action->task].state == WT_GATING)
			feed(s, plan, WT_EV_GATES_PASSED, action, now_ms);
		return true;
	case WT_ACT_MERGE:
		feed(s, plan, WT_EV_LANDED, action, now_ms);
		return true;
	case WT_ACT_SKIP:
		feed(s, plan, WT_EV_TASK_SKIPPED, action, now_ms);
		return true;
	default:
		return false;
	}
}

static struct outcome simulate(const struct wt_plan *plan, size_t jobs)
{
	/* How long its gates take is part of what a task takes. */
	struct wt_plan ungated = *plan;
	struct wt_sched *s;
	struct wt_limits limits = plan->limits;
	struct wt_heap living = { 0 };
	struct outcome out = { 0 };
	struct wt_action action;

	ungated.waives_base = true;
	s = wt_sched_new(&ungated, true);
	limits.jobs = jobs;
	wt_sched_set_limits(s, &limits);
	for (;;) {
		if (wt_sched_next(s, out.end_ms, NULL, &action)) {
			if (!perform(s, plan, &action, &living, out.end_ms))
				break;
		} else if (!end_first(s, plan, &living, &out.end_ms)) {
			break;
		}
	}
	out.peak = wt_sched_state(s)->peak_living;
	wt_heap_clear(&living);
	wt_sched_free(s);
	return out;
}

void wt_estimate_build(const struct wt_plan *plan, size_t jobs, struct wt_estimate *out)
{
	struct outcome now = simulate(plan, jobs), more = now;

	*out = (struct wt_estimate){ .is_complete = true };
	/* A slot that was never used is not missed. Waves are made for the plan's own number. */
	if (now.peak >= jobs && plan->limits.mode == WT_MODE_BATCH)
		more.end_ms = -1000;
	else if (now.peak >= jobs)
		more = simulate(plan, jobs + 1);
	for (size_t i = 0; i < plan->n_tasks; i++) {
		const struct wt_plan_task *p = &plan->tasks[i];

		if (!p->is_selected || p->skip)
			continue;
		out->sequential_s += p->weight_s;
		out->n_from[p->estimate_from]++;
		out->is_complete &= p->task.estimate_s >= 0;
	}
	out->parallel_s = now.end_ms / 1000;
	out->one_more_s = more.end_ms / 1000;
	out->instances = now.peak;
	out->speedup = out->parallel_s ? (double)out->sequential_s / (double)out->parallel_s : 1.0;
}

void wt_estimate_compare(const struct wt_plan *plan, struct wt_estimate *out)
{
	for (size_t jobs = 1; plan->limits.mode == WT_MODE_PARALLEL && jobs <= WT_ESTIMATE_JOBS;
	     jobs++) {
		struct outcome o = simulate(plan, jobs);

		out->by_jobs_s[out->n_by_jobs++] = o.end_ms / 1000;
		if (o.peak < jobs)
			break;
	}
}

int64_t wt_estimate_mode(const struct wt_plan *plan, enum wt_mode mode)
{
	struct wt_plan other = *plan;

	other.limits.mode = mode;
	return simulate(&other, plan->limits.jobs).end_ms / 1000;
}
