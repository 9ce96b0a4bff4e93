/* SPDX-License-Identifier: MIT */
/* What a run has come to: its exit status and its final status (contract section 2). */

#include "wtorch/core/sched.h"

/* Of the selected tasks. */
struct tally {
	size_t tasks, landed, unchanged;
	bool has_conflict, has_kept, has_gate, has_unexplained, has_lost;
};

bool wt_sched_is_explained(const struct wt_run_state *state, size_t task)
{
	const struct wt_task_state *t = &state->tasks[task];

	if (!state->plan->tasks[task].is_selected || wt_state_is_done(t->state))
		return true;
	if (t->state == WT_CONFLICT)
		return t->n_paths || t->reason;
	if (t->state == WT_QUEUED && !state->is_landing_ours)
		return true;
	/* A run that was taken up for some of its tasks leaves the others as they are. */
	if (!wt_state_is_final(t->state) && state->scope != WT_SCOPE_ALL)
		return true;
	/* Where landing is not ours, who waits waits for a merge. */
	if (t->state == WT_WAITING)
		return !state->is_landing_ours || t->reason;
	return t->reason && *t->reason;
}

static struct tally tally_of(const struct wt_run_state *state)
{
	struct tally n = { 0 };

	for (size_t i = 0; i < state->plan->n_tasks; i++) {
		const struct wt_task_state *t = &state->tasks[i];

		if (!state->plan->tasks[i].is_selected)
			continue;
		n.tasks++;
		/* Where merging is somebody else's, our part ends with the work queued. */
		n.landed += (t->state == WT_MERGED && !t->is_lost) ||
			    (t->state == WT_QUEUED && !state->is_landing_ours);
		n.unchanged += t->state == WT_NO_CHANGES;
		n.has_conflict |= t->state == WT_CONFLICT;
		n.has_unexplained |= !wt_sched_is_explained(state, i);
		n.has_lost |= t->state == WT_MERGED && t->is_lost;
		n.has_kept |= t->state == WT_KEPT;
		n.has_gate |= wt_state_is_final(t->state) && t->by_gate;
	}
	return n;
}

/* It stands where it stood when nothing was started for it. */
static bool is_base_red(const struct wt_run_state *state)
{
	size_t gate;
	enum wt_judgment_step step = wt_judgment_next(state->plan, &state->base_judged, &gate);

	return step == WT_JUDGMENT_NO || step == WT_JUDGMENT_ERROR;
}

bool wt_sched_nothing_started(const struct wt_run_state *state, const char **reason)
{
	*reason = state->start_failure;
	return !state->agents_started && state->start_failure;
}

int wt_sched_exit_code(const struct wt_run_state *state)
{
	struct tally n = tally_of(state);
	size_t threshold = state->plan->limits.success_threshold;
	const char *reason;

	if (wt_sched_nothing_started(state, &reason))
		return 6;
	if (n.has_conflict)
		return 3;
	if (n.has_gate || is_base_red(state))
		return 4;
	if (n.landed + n.unchanged == n.tasks)
		return 0;
	if (state->paused_by_provider)
		return 7;
	if (!threshold || n.has_kept || n.has_unexplained || n.has_lost)
		return 1;
	return (n.landed + n.unchanged) * 100 >= n.tasks * threshold ? 0 : 1;
}

const char *wt_sched_final_status(const struct wt_run_state *state)
{
	struct tally n = tally_of(state);

	if (n.landed + n.unchanged == n.tasks)
		return "success";
	return n.landed ? "partial" : "failed";
}
