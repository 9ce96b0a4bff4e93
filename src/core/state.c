/* SPDX-License-Identifier: MIT */
/* The state of a run as a fold over its events. */

#include <stdlib.h>
#include <string.h>

#include "fold.h"
#include "wtorch/base/mem.h"

void wt_state_init(struct wt_run_state *s, struct wt_arena *arena, const struct wt_plan *plan)
{
	*s = (struct wt_run_state){ .arena = arena, .plan = plan, .is_landing_ours = true };
	s->tasks = wt_arena_alloc(arena, (plan->n_tasks + !plan->n_tasks) * sizeof *s->tasks);
	for (size_t i = 0; i < plan->n_tasks; i++) {
		s->tasks[i].batch = plan->tasks[i].batch;
		s->tasks[i].files_changed = -1;
		s->tasks[i].launched_ms = -1;
	}
	wt_state_init_gates(s);
}

void wt_state_set(struct wt_run_state *s, size_t task, enum wt_state to)
{
	struct wt_task_state *t = &s->tasks[task];
	enum wt_state from = t->state;

	if (from == to)
		return;
	t->state = to;
	s->living += (size_t)wt_state_is_living(to) - (size_t)wt_state_is_living(from);
	s->failures += (size_t) !!(IN(to) & FAILURES) - (size_t) !!(IN(from) & FAILURES);
	if (s->living > s->peak_living)
		s->peak_living = s->living;
	*WT_ARENA_PUSH(s->arena, s->changed, s->n_changed, s->cap_changed) = task;
}

/* Skipped dependents of what has just left a final state wait again, and so on down. */
static void wake_skipped(struct wt_run_state *s)
{
	for (size_t k = 0; k < s->n_changed; k++) {
		const struct wt_plan_task *p = &s->plan->tasks[s->changed[k]];

		for (size_t i = 0; i < p->n_dependents; i++) {
			size_t d = p->dependents[i];

			if (s->tasks[d].state != WT_SKIPPED || s->plan->tasks[d].skip)
				continue;
			wt_state_set(s, d, WT_WAITING);
			s->tasks[d].reason = NULL;
			s->tasks[d].is_retried = s->tasks[s->changed[k]].is_retried;
		}
	}
}

/*
 * Events whose reason says why the task is in the state they lead to. What the attempt before
 * died of stays until the next agent has started: it is told in the prompt.
 */
static bool says_why(const struct wt_event *ev)
{
	switch (ev->kind) {
	case WT_EV_AGENT_STARTED:
		return !ev->round; /* of a round its beginning says why */
	case WT_EV_TASK_SKIPPED:
	case WT_EV_TASK_WAITING:
	case WT_EV_WORKTREE_FAILED:
	case WT_EV_AGENT_FAILED:
	case WT_EV_WORK_COMMITTED:
	case WT_EV_ATTEMPT_ENDED:
	case WT_EV_TASK_QUEUED:
	case WT_EV_LANDING_STARTING:
	case WT_EV_LANDED:
	case WT_EV_MERGE_CONFLICTED:
	case WT_EV_MERGE_ASKED:
		return true;
	default:
		return false;
	}
}

static bool apply_task(struct wt_run_state *s, const struct wt_event *ev)
{
	size_t task = wt_plan_find(s->plan, ev->task);
	struct wt_task_state *t;
	enum wt_state from;
	int to;

	if (task >= s->plan->n_tasks || !s->plan->tasks[task].is_selected)
		return false;
	t = &s->tasks[task];
	from = t->state;
	to = wt_state_move(t, ev);
	if (to < 0 || (to == WT_WAITING && s->plan->tasks[task].skip))
		return false;
	wt_state_set(s, task, (enum wt_state)to);
	if (says_why(ev))
		t->reason = ev->reason;
	wt_state_note(s, task, from, ev);
	wt_state_note_streams(s, task, from, ev);
	/* Whoever prepares a worktree works on the run, whatever was said of it before. */
	if (ev->kind == WT_EV_WORKTREE_PREPARING)
		s->is_ended = s->is_stopped = false;
	if (wt_state_is_final(from) && !wt_state_is_final(t->state))
		wake_skipped(s);
	if (from != t->state)
		t->settled_wall_ms = wt_state_is_final(t->state) ? ev->ts_wall_ms : 0;
	if (wt_state_is_final(t->state))
		t->is_retried = false;
	return true;
}

/* True for each task that cannot go on because of one that ended without landing. */
static void mark_dead(const struct wt_run_state *s, bool *is_dead)
{
	const struct wt_plan *plan = s->plan;
	size_t *pending = wt_alloc((plan->n_tasks + 1) * sizeof *pending);
	size_t n = 0;

	for (size_t i = 0; i < plan->n_tasks; i++) {
		is_dead[i] = (IN(s->tasks[i].state) & UNLANDED) || plan->tasks[i].skip;
		if (is_dead[i])
			pending[n++] = i;
	}
	while (n) {
		const struct wt_plan_task *p = &plan->tasks[pending[--n]];

		for (size_t i = 0; i < p->n_dependents; i++) {
			size_t d = p->dependents[i];

			if (is_dead[d])
				continue;
			is_dead[d] = true;
			pending[n++] = d;
		}
	}
	free(pending);
}

/* The run is taken up again: what ended only because the run did goes on. */
static void go_on(struct wt_run_state *s)
{
	bool *is_dead = wt_alloc(s->plan->n_tasks + 1);

	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		const struct wt_task_state *t = &s->tasks[i];

		/* Work that was being judged is judged on, its agent is not asked again. */
		if (t->state == WT_STOPPED && !t->stop_asked)
			wt_state_set(s, i,
				     t->judged.is_on || t->waits_for_streams ? WT_GATING
									     : WT_WAITING);
	}
	mark_dead(s, is_dead);
	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		if (s->tasks[i].state == WT_SKIPPED && !is_dead[i])
			wt_state_set(s, i, WT_WAITING);
	}
	for (size_t k = 0; k < s->n_changed; k++) {
		s->tasks[s->changed[k]].reason = NULL;
		s->tasks[s->changed[k]].settled_wall_ms = 0;
	}
	free(is_dead);
}

static enum wt_scope scope_of(const char *reason)
{
	if (reason && strcmp(reason, "retry") == 0)
		return WT_SCOPE_RETRIED;
	if (reason && (strcmp(reason, "merge") == 0 || strcmp(reason, "stop") == 0))
		return WT_SCOPE_MERGES;
	return WT_SCOPE_ALL;
}

static struct wt_provider_state *find_provider(const struct wt_run_state *s, const char *name)
{
	for (size_t i = 0; name && i < s->n_providers; i++)
		if (strcmp(s->providers[i].name, name) == 0)
			return &s->providers[i];
	return NULL;
}

const struct wt_provider_state *wt_state_provider(const struct wt_run_state *s, const char *name)
{
	return find_provider(s, name);
}

static bool stop_provider(struct wt_run_state *s, const struct wt_event *ev)
{
	enum wt_provider_stop stop = wt_provider_stop_find(ev->stop);
	struct wt_provider_state *p = find_provider(s, ev->provider);

	if (!ev->provider || !stop)
		return false;
	if (!p) {
		p = WT_ARENA_PUSH(s->arena, s->providers, s->n_providers, s->cap_providers);
		*p = (struct wt_provider_state){ .name = ev->provider };
	}
	if (p->stop == WT_PROVIDER_ANSWERS)
		p->since_wall_ms = ev->ts_wall_ms;
	p->stop = stop;
	p->until_wall_ms = ev->until_wall_ms;
	p->stopped_wall_ms = ev->ts_wall_ms;
	p->told_by = ev->task;
	p->told_attempt = ev->attempt;
	p->row = ev->count > 0 ? (size_t)ev->count : 1;
	return true;
}

static bool open_provider(struct wt_run_state *s, const struct wt_event *ev)
{
	struct wt_provider_state *p = find_provider(s, ev->provider);

	if (!p)
		return false;
	*p = (struct wt_provider_state){ .name = p->name };
	return true;
}

/* A person who goes on with a run has logged in, or wants to see, and may know better than what
 * was told (is_now); one agent tries first. */
static void ask_again(struct wt_run_state *s, int64_t wall_ms, bool is_now)
{
	for (size_t i = 0; i < s->n_providers; i++) {
		s->providers[i].since_wall_ms = wall_ms;
		if (s->providers[i].stop == WT_PROVIDER_LOGIN ||
		    (is_now && s->providers[i].until_wall_ms > wall_ms))
			s->providers[i].until_wall_ms = wall_ms;
	}
}

static void start_run(struct wt_run_state *s, const struct wt_event *ev)
{
	if (!s->started_wall_ms)
		s->started_wall_ms = ev->ts_wall_ms;
	s->ended_wall_ms = 0;
	s->taken_seq = ev->seq;
	s->orchestrator_pid = ev->pid;
	s->orchestrator_start = ev->start_time;
	s->boot_id = ev->boot_id;
	s->is_ended = s->is_stopped = s->stop_asked = s->paused_by_provider = false;
	s->pause_reason = s->final_status = NULL;
	s->exit_code = 0;
	s->scope = scope_of(ev->reason);
	wt_state_ask_base_again(s);
	for (size_t i = 0; i < s->plan->n_tasks; i++)
		s->tasks[i].is_lost = false; /* it is looked at again when this ends */
	ask_again(s, ev->ts_wall_ms, ev->reason && strcmp(ev->reason, "now") == 0);
	if (s->scope == WT_SCOPE_ALL)
		go_on(s);
}

static void mark(struct wt_task_state *t, const struct wt_event *ev)
{
	t->since = (struct wt_mark){ ev->kind, ev->seq, ev->ts_wall_ms };
}

/* The record is the witness of what it has changed. */
static void mark_changed(struct wt_run_state *s, const struct wt_event *ev)
{
	for (size_t k = 0; k < s->n_changed; k++)
		mark(&s->tasks[s->changed[k]], ev);
	if (ev->kind == WT_EV_WORK_COMMITTED || ev->kind == WT_EV_MERGE_ASKED ||
	    ev->kind == WT_EV_RETRY_ASKED || ev->kind == WT_EV_MERGE_JUDGING ||
	    ev->kind == WT_EV_ROUND_BEGUN)
		mark(&s->tasks[wt_plan_find(s->plan, ev->task)], ev);
	for (size_t i = 0; ev->kind == WT_EV_RUN_PLANNED && i < s->plan->n_tasks; i++)
		mark(&s->tasks[i], ev);
}

static bool apply_run(struct wt_run_state *s, const struct wt_event *ev)
{
	switch (ev->kind) {
	case WT_EV_RUN_PLANNED:
		s->run = ev->run;
		s->planned_wall_ms = ev->ts_wall_ms;
		s->planning_ms = ev->duration_ms > 0 ? ev->duration_ms : 0;
		return true;
	case WT_EV_RUN_STARTED:
		start_run(s, ev);
		return true;
	case WT_EV_RUN_PAUSED:
		s->pause_reason = ev->reason ? ev->reason : "the run was paused";
		s->paused_by_provider = ev->by_provider;
		return true;
	case WT_EV_BUDGET_WARNED:
		s->is_cost_warned |= ev->path && strcmp(ev->path, "cost_usd") == 0;
		s->is_tokens_warned |= ev->path && strcmp(ev->path, "tokens") == 0;
		return true;
	case WT_EV_PROVIDER_STOPPED:
		return stop_provider(s, ev);
	case WT_EV_PROVIDER_OPEN:
		return open_provider(s, ev);
	case WT_EV_RUN_ENDED:
		s->is_ended = true;
		s->exit_code = ev->code;
		s->final_status = ev->reason;
		s->ended_wall_ms = ev->ts_wall_ms;
		return true;
	case WT_EV_RUN_STOPPED:
		s->is_stopped = true;
		s->exit_code = ev->code;
		s->ended_wall_ms = ev->ts_wall_ms;
		return true;
	case WT_EV_STOP_ASKED:
		s->stop_asked = true;
		return true;
	case WT_EV_GATE_STARTING:
	case WT_EV_GATE_STARTED:
	case WT_EV_GATE_ENDED:
		return wt_state_note_base(s, ev);
	default:
		return !wt_event_is_of_task(ev->kind) && ev->kind < WT_EV_COUNT;
	}
}

/*
 * Time passes between two events of the orchestrator while the run is worked on. What others
 * append may come after a crash, so it moves no clock.
 */
static void pass_time(struct wt_run_state *s, const struct wt_event *ev)
{
	bool is_worked_on = s->started_wall_ms && !s->is_ended && !s->is_stopped;
	int64_t ms;

	if (!ev->ts_wall_ms || ev->kind == WT_EV_STOP_ASKED || ev->kind == WT_EV_RETRY_ASKED ||
	    ev->kind == WT_EV_MERGE_ASKED)
		return;
	ms = wt_state_span(s->last_wall_ms, ev->ts_wall_ms);
	s->last_wall_ms = ev->ts_wall_ms;
	if (!is_worked_on || ev->kind == WT_EV_RUN_STARTED)
		return;
	s->active_ms += ms;
	if (s->living >= 2)
		s->together_ms += ms;
}

/* One that told of its provider is only a witness. */
static bool is_of_one(const struct wt_event *ev)
{
	return ev->task && ev->kind != WT_EV_PROVIDER_STOPPED && ev->kind != WT_EV_PROVIDER_OPEN;
}

bool wt_state_apply(struct wt_run_state *s, const struct wt_event *ev)
{
	bool is_legal;

	s->n_changed = 0;
	pass_time(s, ev);
	if (ev->seq > s->last_seq)
		s->last_seq = ev->seq;
	if (ev->kind == WT_EV_NONE)
		return true;
	is_legal = is_of_one(ev) ? apply_task(s, ev) : apply_run(s, ev);
	if (is_legal)
		mark_changed(s, ev);
	if (ev->kind == WT_EV_NOTE)
		return true;
	s->illegal += !is_legal;
	return is_legal;
}
