/* SPDX-License-Identifier: MIT */
/* What each event of a task adds to what is known about it. */

#include <string.h>

#include "fold.h"

#define MAX_NAMED 20u /* paths of a conflict that an agent is told */
#define MAX_NOTES 50u /* of a task that a report shows; the journal has all */

int64_t wt_state_span(int64_t from_ms, int64_t to_ms)
{
	return from_ms && to_ms > from_ms ? to_ms - from_ms : 0;
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

static void begin_attempt(struct wt_task_state *t, const struct wt_event *ev)
{
	static const struct wt_oid none;

	t->attempt = ev->attempt;
	t->begun_seq = ev->seq;
	if (ev->batch)
		t->batch = ev->batch;
	if (ev->branch)
		t->branch = ev->branch;
	if (!wt_oid_is_zero(&ev->base) || ev->kind == WT_EV_WORKTREE_PREPARING)
		t->base = ev->base;
	t->dir = t->exit_reason = t->start_time = t->boot_id = t->resume = NULL;
	t->round = t->gate_rounds = 0;
	t->cause = NULL;
	if (ev->is_fresh || t->retry_fresh)
		t->session = NULL;
	t->said = t->said_why = NULL;
	t->stop = WT_PROVIDER_ANSWERS;
	t->tip = t->tree = none;
	t->files_changed = -1;
	t->pid = t->code = t->signal = t->pause_ms = 0;
	t->started_wall_ms = t->ended_wall_ms = t->landing_wall_ms = 0;
	t->prepared_wall_ms = ev->ts_wall_ms;
	if (!t->first_wall_ms)
		t->first_wall_ms = ev->ts_wall_ms;
	t->paths = t->others = NULL;
	t->decided_by = NULL;
	t->n_paths = t->n_others = 0;
	t->stop_asked = t->retry_asked = t->merge_asked = false;
	t->by_gate = t->is_charged = t->is_branch_gone = t->has_open_intent = false;
	t->is_semantic = false;
	t->judged = t->merging = (struct wt_judgment){ 0 };
	t->search = (struct wt_search){ 0 };
	/* Until the new worktree is there: one that was being made begins again fresh. */
	t->retry_fresh |= ev->is_fresh;
	if (ev->kind == WT_EV_WORKTREE_PREPARING)
		open_intent(t, ev);
}

static void take_worktree(struct wt_run_state *s, struct wt_task_state *t,
			  const struct wt_event *ev)
{
	const char *path = ev->path ? ev->path : t->intent_event.path;

	if (!t->worktree)
		s->worktrees_created++;
	if (!t->worktree || !path || strcmp(t->worktree, path) != 0)
		t->session = NULL;
	t->worktree = path;
	t->retry_fresh = false;
	if (ev->branch)
		t->branch = ev->branch;
	if (!wt_oid_is_zero(&ev->base))
		t->base = ev->base;
	close_intent(t, WT_EV_WORKTREE_PREPARING);
}

static const char *first_line(struct wt_run_state *s, const char *text)
{
	size_t n = text ? strcspn(text, "\n") : 0;

	return n ? wt_arena_strndup(s->arena, text, n) : NULL;
}

/* ev: the record of it, or of its agent where that is missing. */
static void begin_round(struct wt_run_state *s, struct wt_task_state *t, const struct wt_event *ev)
{
	bool is_new = ev->round != t->round;

	t->round = ev->round;
	t->rounds += is_new;
	t->gate_rounds += is_new && ev->by_gate;
	t->resume = ev->session;
	if (ev->kind == WT_EV_ROUND_BEGUN) {
		t->fix_reason = ev->reason;
		t->reason = first_line(s, ev->reason);
		t->pause_ms = ev->pause_ms;
	}
	t->pid = t->code = t->signal = 0;
	t->exit_reason = t->said = t->said_why = NULL;
	t->ended_wall_ms = 0;
	t->has_open_intent = false;
}

/* The record that its worktree was ready is missing, but its agent was begun in it. */
static void catch_up(struct wt_run_state *s, struct wt_task_state *t)
{
	struct wt_event intent = t->intent_event;

	if (t->has_open_intent && t->intent == WT_EV_WORKTREE_PREPARING)
		take_worktree(s, t, &intent);
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
	t->cause = ev->error;
	if (!s->start_failure)
		s->start_failure = ev->reason ? ev->reason : "no reason was recorded";
	if (t->pid) { /* its shim lived, but could not execute the agent */
		s->agents_started--;
		if (!t->round)
			uncharge(t);
	}
	t->pid = 0;
	t->has_open_intent = false;
}

static void note_launch(const struct wt_run_state *s, struct wt_task_state *t)
{
	if (t->launched_ms < 0)
		t->launched_ms = s->active_ms;
}

static void note_start(struct wt_run_state *s, struct wt_task_state *t, const struct wt_event *ev)
{
	s->agents_started++;
	t->charged += !t->round;
	t->is_charged |= !t->round;
	t->retry_fresh = false;
	t->pid = ev->pid;
	t->start_time = ev->start_time;
	t->boot_id = ev->boot_id;
	t->started_wall_ms = ev->ts_wall_ms;
	note_launch(s, t);
	if (!t->round)
		s->launch_ms += wt_state_span(t->prepared_wall_ms, ev->ts_wall_ms);
	close_intent(t, WT_EV_AGENT_STARTING);
}

/* Figures of a broken journal may be any size. */
static void sum_up(int64_t *sum, int64_t more)
{
	if (__builtin_add_overflow(*sum, more, sum))
		*sum = INT64_MAX;
}

void wt_spending_add(struct wt_spending *sum, const struct wt_spending *more)
{
	sum->runs += more->runs;
	sum_up(&sum->busy_ms, more->busy_ms);
	sum_up(&sum->tokens_in, more->tokens_in);
	sum_up(&sum->tokens_out, more->tokens_out);
	sum_up(&sum->tokens_cached, more->tokens_cached);
	sum_up(&sum->cost_microusd, more->cost_microusd);
}

static bool is_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

struct wt_spending *wt_state_spending(struct wt_run_state *s, const char *agent, const char *model)
{
	struct wt_spending *new;

	for (size_t i = 0; i < s->n_spending; i++) {
		if (is_same(s->spending[i].agent, agent) && is_same(s->spending[i].model, model))
			return &s->spending[i];
	}
	new = WT_ARENA_PUSH(s->arena, s->spending, s->n_spending, s->cap_spending);
	*new = (struct wt_spending){ .agent = agent, .model = model };
	return new;
}

/* Of the agent and model of its newest attempt; told: the model that it says it works with. */
static struct wt_spending *spending_of(struct wt_run_state *s, const struct wt_task_state *t,
				       const char *told)
{
	const struct wt_plan_task *p = &s->plan->tasks[t - s->tasks];
	const char *model = t->agent ? t->model : p->model;

	return wt_state_spending(s, t->agent ? t->agent : p->agent, model ? model : told);
}

/* Of the conversation that it was: one that it took up, or one of its own. */
static void note_conversation(struct wt_task_state *t, const struct wt_spending *more,
			      const char *session)
{
	if (!session)
		session = t->resume;
	if (!session || !t->session || strcmp(session, t->session) != 0)
		t->conversation = (struct wt_spending){ 0 };
	t->session = session;
	wt_spending_add(&t->conversation, more);
}

static void note_told(struct wt_task_state *t, struct wt_spending *sum, const struct wt_event *ev)
{
	const struct wt_spending more = { .tokens_in = ev->tokens_in,
					  .tokens_out = ev->tokens_out,
					  .tokens_cached = ev->tokens_cached,
					  .cost_microusd = ev->cost_microusd };

	t->said = ev->said;
	t->said_why = ev->error;
	t->stop = wt_provider_stop_find(ev->stop);
	t->stop_until_ms = ev->until_wall_ms;
	sum_up(&t->tokens_in, ev->tokens_in);
	sum_up(&t->tokens_out, ev->tokens_out);
	sum_up(&t->tokens_cached, ev->tokens_cached);
	sum_up(&t->cost_microusd, ev->cost_microusd);
	wt_spending_add(sum, &more);
	note_conversation(t, &more, ev->session);
}

static void note_exit(struct wt_run_state *s, struct wt_task_state *t, enum wt_state from,
		      const struct wt_event *ev)
{
	bool is_lost = ev->reason && strcmp(ev->reason, "lost") == 0;
	struct wt_spending *sum = spending_of(s, t, ev->model);
	int64_t busy_ms = ev->duration_ms > 0 ? ev->duration_ms
					      : wt_state_span(t->started_wall_ms, ev->ts_wall_ms);

	if (from == WT_PREPARING && !is_lost) { /* the record of its start is missing */
		s->agents_started++;
		t->charged++;
		t->is_charged = true;
	}
	t->pid = 0;
	t->code = ev->code;
	t->signal = ev->signal;
	t->exit_reason = ev->reason;
	if (!is_lost || !t->round)
		t->reason = is_lost ? "its agent was lost with its machine" : NULL;
	t->ended_wall_ms = ev->ts_wall_ms;
	t->has_open_intent = false;
	note_told(t, sum, ev);
	if (is_lost && !t->round)
		uncharge(t);
	if (is_lost)
		return;
	s->agent_runs++;
	s->attempt_runs += !ev->round;
	wt_spending_add(sum, &(struct wt_spending){ .runs = 1, .busy_ms = busy_ms });
	sum_up(&t->busy_ms, busy_ms);
	sum_up(&t->cpu_ms, ev->cpu_ms > 0 ? ev->cpu_ms : 0);
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
	if (ev->outcome == WT_OUTCOME_STOPPED && !t->judged.is_on)
		uncharge(t);
	t->by_provider = ev->by_provider;
	t->provider_stops += ev->by_provider;
	t->pid = 0;
	t->by_gate = ev->by_gate;
	if (ev->outcome != WT_OUTCOME_STOPPED) {
		t->fix_reason = NULL;
		t->failure = ev->reason;
		t->failure_attempt = t->attempt;
		t->failed_by_gate = ev->by_gate;
	}
	t->cause = ev->error;
	t->had_conflict |= ev->outcome == WT_OUTCOME_CONFLICT;
	t->has_open_intent = false;
	t->merge_asked = false;
	if (ev->will_retry) {
		t->pause_ms = ev->pause_ms;
		s->retries += ev->outcome != WT_OUTCOME_STOPPED; /* else it had not begun */
	}
}

static const char *conflict_text(struct wt_run_state *s, const struct wt_event *ev)
{
	struct wt_buf b = WT_BUF_INIT;
	const char *text;

	wt_buf_puts(&b, "its work could not be merged: conflict");
	for (size_t i = 0; i < ev->n_paths && i < MAX_NAMED; i++)
		wt_buf_printf(&b, "%s%s", i ? ", " : " in ", ev->paths[i]);
	for (size_t i = 0; i < ev->n_others && i < MAX_NAMED; i++)
		wt_buf_printf(&b, "%s%s",
			      i ? ", " : " with what these changed meanwhile: ", ev->others[i]);
	text = wt_arena_strdup(s->arena, b.data);
	wt_buf_clear(&b);
	return text;
}

static void note_conflict(struct wt_run_state *s, struct wt_task_state *t,
			  const struct wt_event *ev)
{
	t->failure = conflict_text(s, ev);
	t->failure_attempt = t->attempt;
	t->failed_by_gate = false;
	t->had_conflict = true;
	t->is_semantic = t->by_gate = ev->by_gate;
	t->merge_asked = false;
	t->decided_by = NULL;
	t->paths = ev->paths;
	t->n_paths = ev->n_paths;
	t->others = ev->others;
	t->n_others = ev->n_others;
	t->has_open_intent = false;
	if (wt_oid_is_zero(&t->tip))
		t->tip = ev->tip;
}

static void note_landing(struct wt_task_state *t, const struct wt_event *ev)
{
	t->landing_wall_ms = ev->ts_wall_ms;
	t->pid = 0;
	/* The record of the commit may be missing. */
	if (wt_oid_is_zero(&t->tip))
		t->tip = ev->tip;
	if (wt_oid_is_zero(&t->tree))
		t->tree = ev->tree;
	open_intent(t, ev);
}

static void note_landed(struct wt_run_state *s, struct wt_task_state *t, const struct wt_event *ev)
{
	t->landed = ev->oid;
	t->pid = 0;
	t->by_gate = false;
	if (!wt_oid_is_zero(&ev->tip))
		t->tip = ev->tip;
	if (!wt_oid_is_zero(&ev->tree))
		t->tree = ev->tree;
	t->merge_asked = false;
	s->integration_ms += wt_state_span(t->landing_wall_ms, ev->ts_wall_ms);
	close_intent(t, WT_EV_LANDING_STARTING);
}

/* What was said before stays said once: a landing that waits says it each time. */
static bool is_noted(const struct wt_task_state *t, const char *reason)
{
	if (!reason || t->n_notes >= MAX_NOTES)
		return true;
	for (size_t i = 0; i < t->n_notes; i++)
		if (strcmp(t->notes[i], reason) == 0)
			return true;
	return false;
}

bool wt_state_is_noted(const struct wt_run_state *s, const struct wt_event *ev)
{
	size_t task = ev->task ? wt_plan_find(s->plan, ev->task) : WT_MAP_NONE;

	return ev->kind == WT_EV_NOTE &&
	       (task >= s->plan->n_tasks || is_noted(&s->tasks[task], ev->reason));
}

static void note_note(struct wt_run_state *s, struct wt_task_state *t, const struct wt_event *ev)
{
	if (is_noted(t, ev->reason))
		return;
	*WT_ARENA_PUSH(s->arena, t->notes, t->n_notes, t->cap_notes) = ev->reason;
}

static void note_decided(struct wt_task_state *t, const struct wt_event *ev)
{
	t->had_conflict = true;
	t->decided_by = ev->reason;
	t->paths = ev->paths;
	t->n_paths = ev->n_paths;
	t->others = ev->others;
	t->n_others = ev->n_others;
}

/* Grants a retry to the task and to those that were skipped on its account. */
static void note_retry(struct wt_run_state *s, size_t task, const struct wt_event *ev)
{
	struct wt_task_state *t = &s->tasks[task];

	t->by_provider = false;
	t->cost_before = t->cost_microusd;
	t->tokens_before = t->tokens_in;
	sum_up(&t->tokens_before, t->tokens_out);
	t->charged = t->provider_stops = 0;
	t->pause_ms = 0;
	t->is_charged = t->stop_asked = t->merge_asked = false;
	t->retry_asked = t->is_retried = true;
	t->retry_fresh = ev->is_fresh;
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
		t->worktree = t->session = NULL;
	close_intent(t, WT_EV_WORKTREE_REMOVING);
}

static void note_undone(struct wt_task_state *t, const struct wt_event *ev)
{
	t->undone = ev->count;
	if (ev->path)
		t->worktree = ev->path;
	if (ev->branch) {
		t->branch = ev->branch;
		t->is_branch_gone = false;
	}
}

static void note_branch_removed(struct wt_task_state *t, const struct wt_event *ev)
{
	if (!ev->branch || !t->branch || strcmp(ev->branch, t->branch) == 0)
		t->is_branch_gone = true;
}

static void note_attempt(struct wt_run_state *s, struct wt_task_state *t, enum wt_state from,
			 const struct wt_event *ev)
{
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
		catch_up(s, t);
		t->dir = ev->dir;
		t->ports = ev->count;
		t->resume = ev->session;
		t->agent = ev->agent;
		t->model = ev->model;
		open_intent(t, ev);
		break;
	case WT_EV_AGENT_STARTED:
		catch_up(s, t);
		note_start(s, t, ev);
		break;
	case WT_EV_AGENT_EXITED:
		catch_up(s, t);
		note_exit(s, t, from, ev);
		break;
	case WT_EV_ROUND_BEGUN:
		begin_round(s, t, ev);
		break;
	case WT_EV_WORK_COMMITTED:
		close_intent(t, WT_EV_COMBINING);
		note_work(t, ev);
		break;
	case WT_EV_COMBINING:
		open_intent(t, ev);
		break;
	case WT_EV_ATTEMPT_ENDED:
		close_intent(t, WT_EV_COMBINING);
		note_end(s, t, ev);
		break;
	default:
		break;
	}
}

static void note_merge(struct wt_run_state *s, struct wt_task_state *t, const struct wt_event *ev)
{
	switch (ev->kind) {
	case WT_EV_TASK_QUEUED:
		close_intent(t, WT_EV_LANDING_STARTING);
		break;
	case WT_EV_LANDING_STARTING:
		note_landing(t, ev);
		break;
	case WT_EV_LANDED:
		note_landed(s, t, ev);
		break;
	case WT_EV_LANDING_LOST:
		t->is_lost = true;
		note_note(s, t, ev);
		break;
	case WT_EV_MERGE_CONFLICTED:
		note_conflict(s, t, ev);
		break;
	case WT_EV_CONFLICT_DECIDED:
		note_decided(t, ev);
		break;
	case WT_EV_ROADMAP_MARKED:
		s->roadmap_marked++;
		break;
	case WT_EV_STATUS_MARKING:
		t->is_marking = true;
		t->marking = *ev;
		*WT_ARENA_PUSH(s->arena, s->own, s->n_own, s->cap_own) =
			(struct wt_own_commit){ ev->base, ev->oid };
		break;
	case WT_EV_STATUS_MARKED:
		t->is_marking = false;
		if (ev->reason)
			t->is_marked = wt_task_status_parse(wt_str_of(ev->reason), &t->marked);
		break;
	default:
		break;
	}
}

static void note_cleaning(struct wt_task_state *t, const struct wt_event *ev)
{
	switch (ev->kind) {
	case WT_EV_KEPT:
		t->undone = 0; /* what is taken away again may come back once more */
		if (ev->count > t->keeps)
			t->keeps = ev->count;
		break;
	case WT_EV_WORKTREE_REMOVING:
		open_intent(t, ev);
		break;
	case WT_EV_WORKTREE_REMOVED:
		note_removed(t, ev);
		break;
	case WT_EV_BRANCH_REMOVED:
		note_branch_removed(t, ev);
		break;
	case WT_EV_UNDONE:
		note_undone(t, ev);
		break;
	default:
		break;
	}
}

static void note_request(struct wt_run_state *s, size_t task, enum wt_state from,
			 const struct wt_event *ev)
{
	struct wt_task_state *t = &s->tasks[task];

	switch (ev->kind) {
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

void wt_state_note(struct wt_run_state *s, size_t task, enum wt_state from,
		   const struct wt_event *ev)
{
	struct wt_task_state *t = &s->tasks[task];

	if (wt_state_is_next_round(t, ev))
		begin_round(s, t, ev);
	else if (wt_state_is_next_attempt(t, ev))
		begin_attempt(t, ev);
	/* Each kind is of one of these, and nothing to the others. */
	note_attempt(s, t, from, ev);
	note_merge(s, t, ev);
	note_cleaning(t, ev);
	note_request(s, task, from, ev);
	wt_state_note_gates(s, task, from, ev);
	if (ev->kind == WT_EV_NOTE)
		note_note(s, t, ev);
}
