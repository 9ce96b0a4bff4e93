/* SPDX-License-Identifier: MIT */
/* What is known of the gates of a run: which were begun, and what they said. */

#include <string.h>

#include "fold.h"

static struct wt_gate_state *new_gates(struct wt_run_state *s)
{
	return wt_arena_alloc(s->arena, (s->plan->n_gates + 1) * sizeof(struct wt_gate_state));
}

/* Where a record is missing, what stands behind it is kept all the same. */
static void have_gates(struct wt_run_state *s, struct wt_judgment *j)
{
	if (!j->gates)
		j->gates = new_gates(s);
}

void wt_state_init_gates(struct wt_run_state *s)
{
	for (size_t i = 0; i < s->plan->n_tasks; i++)
		s->tasks[i].has_gates = wt_judgment_is_due(s->plan, i, WT_GATE_TASK);
	have_gates(s, &s->base_judged);
	for (size_t i = 0; i < s->plan->n_gates; i++)
		s->base_judged.gates[i].is_asked = s->plan->gates[i].is_of_base &&
						   !s->plan->waives_base;
}

/* All are asked of another commit; what is still open of the one before keeps its folder. */
static void begin(struct wt_run_state *s, struct wt_judgment *j)
{
	struct wt_gate_state *before = j->gates;

	j->gates = new_gates(s);
	for (size_t i = 0; before && i < s->plan->n_gates; i++)
		j->gates[i].tries = before[i].tries;
	j->n_open = 0;
	j->is_on = true;
	j->has_passed = false;
}

static void begin_own(struct wt_run_state *s, size_t task, const struct wt_event *ev)
{
	const struct wt_plan_task *p = &s->plan->tasks[task];
	struct wt_judgment *j = &s->tasks[task].judged;

	begin(s, j);
	j->commit = ev->tip;
	j->tree = ev->tree;
	for (size_t i = 0; i < p->n_gates; i++)
		j->gates[p->gates[i]].is_asked = s->plan->gates[p->gates[i]].when & WT_GATE_TASK;
}

/* What was judged before is an answer of the search. */
static void note_answer(struct wt_run_state *s, struct wt_task_state *t)
{
	struct wt_search *search = &t->search;
	size_t gate;

	have_gates(s, &t->merging);
	if (!search->n)
		search->red = t->merging;
	*WT_ARENA_PUSH(s->arena, search->items, search->n, search->cap) =
		(struct wt_search_answer){ t->merging.base,
					   wt_judgment_next(s->plan, &t->merging, &gate) };
}

/* The tree that would have landed is the one that counts again; names of folders go on. */
static void end_search(struct wt_run_state *s, struct wt_task_state *t)
{
	struct wt_judgment red = t->search.red;

	if (!t->search.n)
		return;
	for (size_t i = 0; t->merging.gates && i < s->plan->n_gates; i++)
		red.gates[i].tries = t->merging.gates[i].tries;
	t->merging = red;
	t->search = (struct wt_search){ 0 };
}

/* The record names the gates that the merged tree has to pass. */
static void begin_merged(struct wt_run_state *s, size_t task, const struct wt_event *ev)
{
	struct wt_judgment *j = &s->tasks[task].merging;

	if (ev->by_gate)
		note_answer(s, &s->tasks[task]);
	else
		s->tasks[task].search = (struct wt_search){ 0 };
	begin(s, j);
	j->base = ev->base;
	j->commit = ev->oid;
	j->tree = ev->tree;
	for (size_t i = 0; i < ev->n_paths; i++) {
		size_t gate = wt_judgment_find(s->plan, ev->paths[i]);

		if (gate < s->plan->n_gates)
			j->gates[gate].is_asked = true;
	}
}

static void open_gate(struct wt_judgment *j, struct wt_gate_state *g, const struct wt_event *ev)
{
	j->n_open += !g->is_open;
	*g = (struct wt_gate_state){ .is_asked = g->is_asked,
				     .is_open = true,
				     .tries = g->tries + 1,
				     .round = ev->round,
				     .seq = ev->seq,
				     .tree = ev->tree,
				     .dir = ev->dir,
				     .path = ev->path,
				     .started_wall_ms = ev->ts_wall_ms };
}

static void close_gate(struct wt_judgment *j, struct wt_gate_state *g, const struct wt_event *ev)
{
	j->n_open -= g->is_open;
	g->is_open = false;
	g->pid = 0;
	g->verdict = ev->verdict;
	g->round = ev->round;
	g->tree = ev->tree;
	g->reason = ev->reason;
	g->has_score = ev->has_score;
	g->has_coverage = ev->has_coverage;
	g->score_milli = ev->score_milli;
	g->coverage_milli = ev->coverage_milli;
	g->findings = ev->paths;
	g->n_findings = ev->n_paths;
	g->duration_ms = ev->duration_ms;
	if (ev->dir)
		g->dir = ev->dir;
}

static bool note_gate(struct wt_run_state *s, struct wt_judgment *j, const struct wt_event *ev)
{
	size_t gate = ev->gate ? wt_judgment_find(s->plan, ev->gate) : s->plan->n_gates;
	struct wt_gate_state *g;

	if (gate >= s->plan->n_gates)
		return false;
	have_gates(s, j);
	g = &j->gates[gate];
	if (ev->kind == WT_EV_GATE_STARTING) {
		open_gate(j, g, ev);
	} else if (ev->kind == WT_EV_GATE_ENDED) {
		close_gate(j, g, ev);
	} else if (g->is_open) {
		g->pid = ev->pid;
		g->start_time = ev->start_time;
		g->boot_id = ev->boot_id;
	}
	return true;
}

bool wt_state_note_base(struct wt_run_state *s, const struct wt_event *ev)
{
	return note_gate(s, &s->base_judged, ev);
}

void wt_state_ask_base_again(struct wt_run_state *s)
{
	for (size_t i = 0; i < s->plan->n_gates; i++) {
		struct wt_gate_state *g = &s->base_judged.gates[i];

		if (!g->is_open && !wt_gate_verdict_is_yes(g->verdict))
			g->verdict = WT_SAYS_NONE;
	}
}

/* What a reviewing agent took is its task's; its time is nobody's, for it waits for no slot. */
static void note_review(struct wt_run_state *s, struct wt_task_state *t, const struct wt_event *ev)
{
	const struct wt_spending more = { .tokens_in = ev->tokens_in,
					  .tokens_out = ev->tokens_out,
					  .tokens_cached = ev->tokens_cached,
					  .cost_microusd = ev->cost_microusd };
	struct wt_spending sum = { .tokens_in = t->tokens_in,
				   .tokens_out = t->tokens_out,
				   .tokens_cached = t->tokens_cached,
				   .cost_microusd = t->cost_microusd };

	if (!ev->agent || !(more.tokens_in || more.tokens_out || more.cost_microusd))
		return;
	wt_spending_add(wt_state_spending(s, ev->agent, ev->model), &more);
	wt_spending_add(&sum, &more);
	t->tokens_in = sum.tokens_in;
	t->tokens_out = sum.tokens_out;
	t->tokens_cached = sum.tokens_cached;
	t->cost_microusd = sum.cost_microusd;
}

static void end_judging(struct wt_run_state *s, struct wt_task_state *t, const struct wt_event *ev)
{
	end_search(s, t);
	/* Who was stopped while its work was judged goes on with that. */
	if (ev->kind != WT_EV_ATTEMPT_ENDED || ev->outcome != WT_OUTCOME_STOPPED)
		t->judged.is_on = false;
	t->merging.is_on = false;
}

void wt_state_note_gates(struct wt_run_state *s, size_t task, enum wt_state from,
			 const struct wt_event *ev)
{
	struct wt_task_state *t = &s->tasks[task];

	switch (ev->kind) {
	case WT_EV_WORK_COMMITTED:
		if (from == WT_GATING && t->has_gates && wt_state_is_success(t))
			begin_own(s, task, ev);
		break;
	case WT_EV_GATE_STARTING:
	case WT_EV_GATE_STARTED:
	case WT_EV_GATE_ENDED:
		note_review(s, t, ev); /* nothing of the other two */
		note_gate(s, ev->when && strcmp(ev->when, "merged") == 0 ? &t->merging : &t->judged,
			  ev);
		break;
	case WT_EV_GATES_PASSED:
		t->judged.is_on = false;
		t->judged.has_passed = true;
		if (!wt_oid_is_zero(&ev->tree))
			t->judged.tree = ev->tree;
		if (wt_oid_is_zero(&t->tip)) { /* the record of the commit is missing */
			t->tip = ev->tip;
			t->tree = ev->tree;
		}
		break;
	case WT_EV_MERGE_JUDGING:
		begin_merged(s, task, ev);
		break;
	case WT_EV_AGENT_EXITED:
	case WT_EV_ATTEMPT_ENDED:
	case WT_EV_ROUND_BEGUN:
	case WT_EV_TASK_QUEUED:
	case WT_EV_LANDING_STARTING:
	case WT_EV_LANDED:
	case WT_EV_MERGE_CONFLICTED:
	case WT_EV_RETRY_ASKED:
	case WT_EV_MERGE_ASKED:
	case WT_EV_STOP_ASKED:
		if (ev->kind != WT_EV_STOP_ASKED || t->state == WT_STOPPED)
			end_judging(s, t, ev);
		break;
	default:
		break;
	}
}
