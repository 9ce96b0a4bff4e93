/* SPDX-License-Identifier: MIT */
/* The state of a run as a fold over its events. */

#include <stdlib.h>
#include <string.h>

#include "state_priv.h"
#include "wtorch/base/mem.h"

void wt_state_init(struct wt_run_state *s, struct wt_arena *arena, const struct wt_plan *plan)
{
	*s = (struct wt_run_state){ .arena = arena, .plan = plan, .is_landing_ours = true };
	s->tasks = wt_arena_alloc(arena, (plan->n_tasks + !plan->n_tasks) * sizeof *s->tasks);
	for (size_t i = 0; i < plan->n_tasks; i++) {
		s->tasks[i].batch = plan->tasks[i].batch;
		s->tasks[i].files_changed = -1;
	}
}

static void set_state(struct wt_run_state *s, size_t task, enum wt_state to)
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

static void open_intent(struct wt_task_state *t, const struct wt_event *ev)
{
	t->has_open_intent = true;
	t->intent = ev->kind;
	t->intent_event = *ev;
}

static void close_intent(struct wt_task_state *t, enum wt_event_kind intent)
{
	if (t->has_open_intent && t->intent == intent)
		t->has_open_intent = false;
}

static int64_t span_of(int64_t from_ms, int64_t to_ms)
{
	return from_ms && to_ms > from_ms ? to_ms - from_ms : 0;
}

static void begin_attempt(struct wt_task_state *t, const struct wt_event *ev)
{
	static const struct wt_oid none;

	t->attempt = ev->attempt;
	if (ev->batch)
		t->batch = ev->batch;
	t->branch = ev->branch;
	t->base = ev->base;
	t->dir = t->exit_reason = t->start_time = t->boot_id = NULL;
	t->tip = t->tree = none;
	t->files_changed = -1;
	t->pid = t->code = t->signal = t->pause_ms = 0;
	t->started_wall_ms = t->ended_wall_ms = t->landing_wall_ms = 0;
	t->prepared_wall_ms = ev->ts_wall_ms;
	if (!t->first_wall_ms)
		t->first_wall_ms = ev->ts_wall_ms;
	t->paths = t->others = NULL;
	t->n_paths = t->n_others = 0;
	t->stop_asked = t->retry_asked = t->merge_asked = t->retry_fresh = false;
	t->by_gate = t->is_charged = false;
	open_intent(t, ev);
}

static void take_worktree(struct wt_run_state *s, struct wt_task_state *t,
			  const struct wt_event *ev)
{
	if (!t->worktree)
		s->worktrees_created++;
	t->worktree = ev->path ? ev->path : t->intent_event.path;
	if (ev->branch)
		t->branch = ev->branch;
	if (!wt_oid_is_zero(&ev->base))
		t->base = ev->base;
	close_intent(t, WT_EV_WORKTREE_PREPARING);
}

static void uncharge(struct wt_task_state *t)
{
	if (t->is_charged)
		t->charged--;
	t->is_charged = false;
}

/* Neither a worktree nor an agent: nothing is charged, and there is nothing to try again. */
static void note_no_start(struct wt_run_state *s, struct wt_task_state *t,
			  const struct wt_event *ev)
{
	if (ev->attempt > t->attempt)
		t->attempt = ev->attempt;
	if (!s->start_failure)
		s->start_failure = ev->reason ? ev->reason : "no reason was recorded";
	if (t->pid) { /* its shim lived, but could not execute the agent */
		s->agents_started--;
		uncharge(t);
	}
	t->pid = 0;
	t->has_open_intent = false;
}

static void note_start(struct wt_run_state *s, struct wt_task_state *t, const struct wt_event *ev)
{
	s->agents_started++;
	t->charged++;
	t->is_charged = true;
	t->pid = ev->pid;
	t->start_time = ev->start_time;
	t->boot_id = ev->boot_id;
	t->started_wall_ms = ev->ts_wall_ms;
	s->launch_ms += span_of(t->prepared_wall_ms, ev->ts_wall_ms);
	close_intent(t, WT_EV_AGENT_STARTING);
}

static void note_exit(struct wt_run_state *s, struct wt_task_state *t, const struct wt_event *ev)
{
	bool is_lost = t->state == WT_WAITING;

	t->pid = 0;
	t->code = ev->code;
	t->signal = ev->signal;
	t->exit_reason = ev->reason;
	t->reason = is_lost ? "its agent was lost with its machine" : NULL;
	t->ended_wall_ms = ev->ts_wall_ms;
	t->has_open_intent = false;
	if (is_lost) {
		uncharge(t);
		return;
	}
	s->agent_runs++;
	t->busy_ms += ev->duration_ms > 0 ? ev->duration_ms
					  : span_of(t->started_wall_ms, ev->ts_wall_ms);
	t->cpu_ms += ev->cpu_ms > 0 ? ev->cpu_ms : 0;
	if (ev->rss_bytes > t->peak_rss_bytes)
		t->peak_rss_bytes = ev->rss_bytes;
}

static void note_work(struct wt_task_state *t, const struct wt_event *ev)
{
	t->tip = ev->tip;
	t->tree = ev->tree;
	t->files_changed = ev->count;
}

static void note_end(struct wt_run_state *s, struct wt_task_state *t, const struct wt_event *ev)
{
	if (ev->attempt > t->attempt)
		t->attempt = ev->attempt;
	if (ev->outcome == WT_OUTCOME_STOPPED)
		uncharge(t);
	t->pid = 0;
	t->by_gate = ev->by_gate;
	t->had_conflict |= ev->outcome == WT_OUTCOME_CONFLICT;
	t->has_open_intent = false;
	t->merge_asked = false;
	if (ev->will_retry) {
		t->pause_ms = ev->pause_ms;
		s->retries += ev->outcome != WT_OUTCOME_STOPPED; /* else it had not begun */
	}
}

static void note_conflict(struct wt_task_state *t, const struct wt_event *ev)
{
	t->had_conflict = true;
	t->merge_asked = false;
	t->paths = ev->paths;
	t->n_paths = ev->n_paths;
	t->others = ev->others;
	t->n_others = ev->n_others;
	t->has_open_intent = false;
}

static void note_landed(struct wt_run_state *s, struct wt_task_state *t, const struct wt_event *ev)
{
	t->landed = ev->oid;
	if (!wt_oid_is_zero(&ev->tip))
		t->tip = ev->tip;
	if (!wt_oid_is_zero(&ev->tree))
		t->tree = ev->tree;
	t->merge_asked = false;
	s->integration_ms += span_of(t->landing_wall_ms, ev->ts_wall_ms);
	close_intent(t, WT_EV_LANDING_STARTING);
}

/* Grants a retry to the task and to those that were skipped on its account. */
static void note_retry(struct wt_run_state *s, size_t task, const struct wt_event *ev)
{
	struct wt_task_state *t = &s->tasks[task];

	t->charged = 0;
	t->pause_ms = 0;
	t->is_charged = t->stop_asked = t->merge_asked = false;
	t->retry_asked = t->is_retried = true;
	t->retry_fresh = ev->is_fresh;
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
			set_state(s, d, WT_WAITING);
			s->tasks[d].reason = NULL;
			s->tasks[d].is_retried = s->tasks[s->changed[k]].is_retried;
		}
	}
}

static void note_stop(struct wt_task_state *t, enum wt_state from, const struct wt_event *ev)
{
	t->stop_asked = true;
	if (t->state == WT_STOPPED && !ev->reason)
		t->reason = from == WT_QUEUED ? "stopped before it landed"
					      : "stopped before it started";
}

static void note_removed(struct wt_task_state *t, const struct wt_event *ev)
{
	if (!ev->path || !t->worktree || strcmp(ev->path, t->worktree) == 0)
		t->worktree = NULL;
	close_intent(t, WT_EV_WORKTREE_REMOVING);
}

static void note_undone(struct wt_task_state *t, const struct wt_event *ev)
{
	if (ev->path)
		t->worktree = ev->path;
	if (ev->branch)
		t->branch = ev->branch;
}

/*
 * Events whose reason says why the task is in the state they lead to. What the attempt before
 * died of stays until the next agent has started: it is told in the prompt.
 */
static bool says_why(enum wt_event_kind kind)
{
	switch (kind) {
	case WT_EV_TASK_SKIPPED:
	case WT_EV_TASK_WAITING:
	case WT_EV_WORKTREE_FAILED:
	case WT_EV_AGENT_STARTED:
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

/* What the event adds to the task behind the move itself. */
static void note_task(struct wt_run_state *s, size_t task, enum wt_state from,
		      const struct wt_event *ev)
{
	struct wt_task_state *t = &s->tasks[task];

	switch (ev->kind) {
	case WT_EV_WORKTREE_PREPARING:
		begin_attempt(t, ev);
		break;
	case WT_EV_WORKTREE_PREPARED:
		take_worktree(s, t, ev);
		break;
	case WT_EV_WORKTREE_FAILED:
	case WT_EV_AGENT_FAILED:
		note_no_start(s, t, ev);
		break;
	case WT_EV_AGENT_STARTING:
		t->dir = ev->dir;
		open_intent(t, ev);
		break;
	case WT_EV_AGENT_STARTED:
		note_start(s, t, ev);
		break;
	case WT_EV_AGENT_EXITED:
		note_exit(s, t, ev);
		break;
	case WT_EV_WORK_COMMITTED:
		note_work(t, ev);
		break;
	case WT_EV_ATTEMPT_ENDED:
		note_end(s, t, ev);
		break;
	case WT_EV_TASK_QUEUED:
		close_intent(t, WT_EV_LANDING_STARTING);
		break;
	case WT_EV_LANDING_STARTING:
		t->landing_wall_ms = ev->ts_wall_ms;
		open_intent(t, ev);
		break;
	case WT_EV_LANDED:
		note_landed(s, t, ev);
		break;
	case WT_EV_MERGE_CONFLICTED:
		note_conflict(t, ev);
		break;
	case WT_EV_ROADMAP_MARKED:
		s->roadmap_marked++;
		break;
	case WT_EV_WORKTREE_REMOVING:
		open_intent(t, ev);
		break;
	case WT_EV_WORKTREE_REMOVED:
		note_removed(t, ev);
		break;
	case WT_EV_UNDONE:
		note_undone(t, ev);
		break;
	case WT_EV_STOP_ASKED:
		note_stop(t, from, ev);
		break;
	case WT_EV_TASK_WAITING:
		t->stop_asked = false;
		break;
	case WT_EV_RETRY_ASKED:
		note_retry(s, task, ev);
		break;
	case WT_EV_MERGE_ASKED:
		t->merge_asked = true;
		t->stop_asked = false;
		break;
	default:
		break;
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
	set_state(s, task, (enum wt_state)to);
	if (says_why(ev->kind))
		t->reason = ev->reason;
	note_task(s, task, from, ev);
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
	size_t *todo = wt_alloc((plan->n_tasks + 1) * sizeof *todo);
	size_t n = 0;

	for (size_t i = 0; i < plan->n_tasks; i++) {
		is_dead[i] = (IN(s->tasks[i].state) & UNLANDED) || plan->tasks[i].skip;
		if (is_dead[i])
			todo[n++] = i;
	}
	while (n) {
		const struct wt_plan_task *p = &plan->tasks[todo[--n]];

		for (size_t i = 0; i < p->n_dependents; i++) {
			size_t d = p->dependents[i];

			if (is_dead[d])
				continue;
			is_dead[d] = true;
			todo[n++] = d;
		}
	}
	free(todo);
}

/* The run is taken up again: what ended only because the run did goes on. */
static void go_on(struct wt_run_state *s)
{
	bool *is_dead = wt_alloc(s->plan->n_tasks + 1);

	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		if (s->tasks[i].state == WT_STOPPED && !s->tasks[i].stop_asked)
			set_state(s, i, WT_WAITING);
	}
	mark_dead(s, is_dead);
	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		if (s->tasks[i].state == WT_SKIPPED && !is_dead[i])
			set_state(s, i, WT_WAITING);
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

static void start_run(struct wt_run_state *s, const struct wt_event *ev)
{
	if (!s->started_wall_ms)
		s->started_wall_ms = ev->ts_wall_ms;
	s->ended_wall_ms = 0;
	s->orchestrator_pid = ev->pid;
	s->orchestrator_start = ev->start_time;
	s->boot_id = ev->boot_id;
	s->is_ended = s->is_stopped = s->stop_asked = s->paused_by_provider = false;
	s->pause_reason = s->final_status = NULL;
	s->exit_code = 0;
	s->scope = scope_of(ev->reason);
	if (s->scope == WT_SCOPE_ALL)
		go_on(s);
}

static bool apply_run(struct wt_run_state *s, const struct wt_event *ev)
{
	switch (ev->kind) {
	case WT_EV_RUN_PLANNED:
		s->run = ev->run;
		s->planned_wall_ms = ev->ts_wall_ms;
		return true;
	case WT_EV_RUN_STARTED:
		start_run(s, ev);
		return true;
	case WT_EV_RUN_PAUSED:
		s->pause_reason = ev->reason ? ev->reason : "the run was paused";
		s->paused_by_provider = ev->by_provider;
		return true;
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
	ms = span_of(s->last_wall_ms, ev->ts_wall_ms);
	s->last_wall_ms = ev->ts_wall_ms;
	if (!is_worked_on || ev->kind == WT_EV_RUN_STARTED)
		return;
	s->active_ms += ms;
	if (s->living >= 2)
		s->together_ms += ms;
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
	is_legal = ev->task ? apply_task(s, ev) : apply_run(s, ev);
	if (ev->kind == WT_EV_NOTE)
		return true;
	s->illegal += !is_legal;
	return is_legal;
}
