/* SPDX-License-Identifier: MIT */
/* What the answers of a task's gates lead to. */

#include <string.h>

#include "asked.h"
#include "wtorch/base/path.h"

#define TAIL_BYTES 4096u

static const struct wt_task_state *state_of(const struct wt_drive *d, size_t task)
{
	return &wt_run_state(d->run)->tasks[task];
}

static struct wt_event event_of(const struct wt_drive *d, size_t task, enum wt_event_kind kind)
{
	return (struct wt_event){ .kind = kind,
				  .task = d->run->plan.tasks[task].task.id,
				  .attempt = state_of(d, task)->attempt };
}

/* What holds nothing up is told all the same, also by the summary. */
static enum wt_code tell_optional(struct wt_drive *d, size_t task, struct wt_error *err)
{
	const struct wt_judgment *j = &state_of(d, task)->judged;
	struct wt_arena scratch = { 0 };
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < d->run->plan.n_gates; i++) {
		const struct wt_plan_gate *g = &d->run->plan.gates[i];
		struct wt_event ev = event_of(d, task, WT_EV_NOTE);

		if (g->is_required || !j->gates[i].is_asked || !j->gates[i].verdict ||
		    wt_gate_verdict_is_yes(j->gates[i].verdict))
			continue;
		ev.reason = wt_arena_printf(&scratch, "%s (it is not required)",
					    wt_judgment_reason(&scratch, &d->run->plan, j, i));
		rc = wt_run_note(d->run, &ev, WT_LAZY, err);
	}
	wt_arena_clear(&scratch);
	return rc;
}

static enum wt_code pass(struct wt_drive *d, size_t task, struct wt_error *err)
{
	const struct wt_judgment *j = &state_of(d, task)->judged;
	struct wt_event ev = event_of(d, task, WT_EV_GATES_PASSED);

	enum wt_code rc = tell_optional(d, task, err);

	ev.tip = j->commit;
	ev.tree = j->tree;
	return rc ? rc : wt_run_note(d->run, &ev, WT_DURABLE, err);
}

static enum wt_code stop(struct wt_drive *d, size_t task, struct wt_error *err)
{
	struct wt_event ev = event_of(d, task, WT_EV_ATTEMPT_ENDED);

	ev.outcome = WT_OUTCOME_STOPPED;
	ev.by_provider = !wt_run_state(d->run)->stop_asked && !state_of(d, task)->stop_asked;
	ev.reason = ev.by_provider ? "the provider of a gate's agent does not answer"
				   : "stopped while its gates judged its work";
	return wt_run_note(d->run, &ev, WT_DURABLE, err);
}

static enum wt_code keep(struct wt_drive *d, size_t task, const char *reason, struct wt_error *err)
{
	struct wt_event ev = event_of(d, task, WT_EV_ATTEMPT_ENDED);

	ev.outcome = WT_OUTCOME_KEPT;
	ev.by_gate = true;
	ev.reason = reason;
	return wt_run_note(d->run, &ev, WT_DURABLE, err);
}

/* fix rounds */

static void add_findings(struct wt_drive *d, size_t gate, const struct wt_gate_state *g,
			 struct wt_buf *out)
{
	struct wt_arena scratch = { 0 };
	struct wt_buf tail = WT_BUF_INIT;
	struct wt_gate_result result = { .verdict = g->verdict,
					 .reason = g->reason,
					 .score_milli = g->has_score ? g->score_milli : -1,
					 .coverage_milli = g->has_coverage ? g->coverage_milli : -1,
					 .tests = -1,
					 .failed = -1,
					 .n_findings = g->n_findings };

	result.findings = wt_arena_alloc(&scratch, (g->n_findings + 1) * sizeof *result.findings);
	for (size_t i = 0; i < g->n_findings; i++)
		wt_gate_finding_parse(&scratch, g->findings[i], &result.findings[i]);
	if (g->dir)
		wt_gate_read_tail(d, wt_path_join(&scratch, d->run->dir, g->dir), TAIL_BYTES,
				  &tail);
	wt_buf_printf(out, "\n%s",
		      wt_gate_findings_text(&scratch, &d->keeper->gates.items[gate], &result,
					    (struct wt_str){ tail.data, tail.len }));
	wt_buf_clear(&tail);
	wt_arena_clear(&scratch);
}

/* All that said no, also what was not required: it is all there is to mend. */
static enum wt_code begin_round(struct wt_drive *d, size_t task, const char *reason,
				struct wt_error *err)
{
	const struct wt_judgment *j = &state_of(d, task)->judged;
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc;

	wt_buf_printf(&text, "%s\n", reason);
	for (size_t i = 0; i < d->run->plan.n_gates; i++)
		if (j->gates[i].verdict == WT_SAYS_FAIL || j->gates[i].verdict == WT_SAYS_TIMEOUT)
			add_findings(d, i, &j->gates[i], &text);
	rc = wt_attempt_begin_round(d->run, task, text.data, true, err);
	wt_buf_clear(&text);
	return rc;
}

static enum wt_code refuse(struct wt_drive *d, size_t task, enum wt_judgment_step step, size_t gate,
			   struct wt_error *err)
{
	const struct wt_task_state *t = state_of(d, task);
	size_t max = d->run->plan.limits.max_rounds;
	struct wt_arena scratch = { 0 };
	const char *reason = wt_judgment_reason(&scratch, &d->run->plan, &t->judged, gate);
	enum wt_code rc;

	if (step == WT_JUDGMENT_NO && t->gate_rounds < max)
		rc = begin_round(d, task, reason, err);
	else if (step == WT_JUDGMENT_NO && max)
		rc = keep(d, task,
			  wt_arena_printf(&scratch, "%s, after %zu fix round%s", reason,
					  t->gate_rounds, t->gate_rounds == 1 ? "" : "s"),
			  err);
	else
		rc = keep(d, task, reason, err);
	wt_arena_clear(&scratch);
	return rc;
}

enum wt_code wt_gate_decide(struct wt_drive *d, const struct wt_action *action,
			    struct wt_error *err)
{
	const struct wt_subject of = { action->task, action->when, 0 };
	const struct wt_judgment *j = wt_gate_judgment(d, &of);
	size_t gate;
	enum wt_judgment_step step = wt_judgment_next(&d->run->plan, j, &gate);
	struct wt_event ev;

	wt_gate_leave_rooms(d, &of, true);
	if (of.when == WT_GATE_MERGED) {
		ev = event_of(d, of.task, WT_EV_TASK_QUEUED);
		ev.reason = wt_run_state(d->run)->paused_by_provider
				    ? "the provider of an agent that judges its merged tree does "
				      "not answer"
				    : "the run was stopped while its merged tree was judged";
		return wt_run_note(d->run, &ev, WT_DURABLE, err);
	}
	if (step == WT_JUDGMENT_YES)
		return pass(d, of.task, err);
	if (wt_run_state(d->run)->stop_asked || state_of(d, of.task)->stop_asked ||
	    step == WT_JUDGMENT_ASK)
		return stop(d, of.task, err);
	return refuse(d, of.task, step, gate, err);
}
