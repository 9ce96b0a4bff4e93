/* SPDX-License-Identifier: MIT */
/* The end of a gate's program: what it left, what that says, and the record of it. */

#include <signal.h>
#include <string.h>

#include "agent_argv.h"
#include "asked.h"
#include "provider.h"
#include "temp.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/port/shim.h"

#define MAX_REASON 300u
/* So often the provider of a gate's agent may not answer; then the gate failed. */
#define MAX_PROVIDER_TRIES 20u

void wt_gate_read_tail(struct wt_drive *d, const char *dir, size_t max, struct wt_buf *out)
{
	const struct wt_fs *fs = d->run->ports->fs;
	const char *log = wt_path_join(&d->run->arena, dir, WT_SHIM_LOG);
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_error ignored;
	int64_t from;

	if (fs->stat(fs->self, log, &info, &ignored) || info.kind != WT_FILE_REGULAR)
		return;
	from = info.size_bytes > (int64_t)max ? info.size_bytes - (int64_t)max : 0;
	(void)!fs->read_from(fs->self, log, from, max, out, &ignored);
}

/* noting */

/* How it came to its end: its folder as in the event, NULL: nothing was started. */
struct ending {
	const char *dir;
	int64_t duration_ms;
	const struct wt_agent_told *told; /* NULL: it is no agent */
};

static void fill_told(const struct wt_drive *d, const struct wt_subject *of,
		      const struct wt_agent_told *told, struct wt_event *ev)
{
	const char *agent = d->keeper->gates.items[of->gate].agent;
	const char *model = wt_config_named_text(d->run->config, "agent", agent, "model");

	ev->agent = agent;
	ev->model = model ? model : told->model;
	ev->tokens_in = told->tokens_in;
	ev->tokens_out = told->tokens_out;
	ev->tokens_cached = told->tokens_cached;
	ev->cost_microusd = told->cost_microusd;
}

static enum wt_code note(struct wt_drive *d, const struct wt_subject *of,
			 const struct wt_gate_result *result, const struct ending *end,
			 struct wt_error *err)
{
	struct wt_event ev = wt_gate_event(d, of, WT_EV_GATE_ENDED);
	struct wt_arena scratch = { 0 };
	const char **findings =
		wt_arena_alloc(&scratch, (result->n_findings + 1) * sizeof *findings);
	enum wt_code rc;

	for (size_t i = 0; i < result->n_findings; i++)
		findings[i] = wt_gate_finding_render(&scratch, &result->findings[i]);
	ev.verdict = result->verdict;
	ev.reason = result->reason;
	ev.has_score = result->score_milli >= 0;
	ev.score_milli = ev.has_score ? result->score_milli : 0;
	ev.has_coverage = result->coverage_milli >= 0;
	ev.coverage_milli = ev.has_coverage ? result->coverage_milli : 0;
	ev.paths = findings;
	ev.n_paths = result->n_findings;
	ev.duration_ms = end->duration_ms;
	ev.dir = end->dir;
	if (end->told)
		fill_told(d, of, end->told, &ev);
	rc = wt_run_note(d->run, &ev, WT_DURABLE, err);
	wt_arena_clear(&scratch);
	wt_gate_leave_rooms(d, of, false);
	return rc;
}

enum wt_code wt_gate_note(struct wt_drive *d, const struct wt_subject *of,
			  const struct wt_gate_result *result, const char *dir, int64_t duration_ms,
			  struct wt_error *err)
{
	return note(d, of, result, &(struct ending){ dir, duration_ms, NULL }, err);
}

/* Relative to the run's folder, as events have it. */
static const char *inside(const struct wt_drive *d, const char *dir)
{
	return dir + strlen(d->run->dir) + 1;
}

static bool is_agent(const struct wt_drive *d, const struct wt_asked *q)
{
	return !d->keeper->is_odd && d->keeper->gates.items[q->of.gate].agent;
}

static enum wt_code note_asked(struct wt_drive *d, size_t asked,
			       const struct wt_gate_result *result, int64_t duration_ms,
			       struct wt_error *err)
{
	struct wt_asked *q = &d->keeper->asked[asked];
	const struct wt_asked was = *q;

	const struct ending end = { inside(d, was.dir), duration_ms,
				    is_agent(d, &was) ? &was.told : NULL };

	q->is_used = false;
	wt_temp_drop(d->run, end.dir);
	return note(d, &was.of, result, &end, err);
}

enum wt_code wt_gate_note_end(struct wt_drive *d, size_t asked, enum wt_gate_verdict verdict,
			      const char *reason, struct wt_error *err)
{
	const struct wt_gate_result result = {
		.verdict = verdict, .reason = reason, .score_milli = -1, .coverage_milli = -1
	};

	return note_asked(d, asked, &result, 0, err);
}

/* judging */

static const struct wt_json *read_json(void *arg, struct wt_arena *a, struct wt_str text)
{
	const struct wt_reader *reader = arg;
	const struct wt_json *doc = NULL;
	struct wt_error ignored;

	return reader->json(a, text, &doc, &ignored) == WT_OK ? doc : NULL;
}

static const struct wt_json *read_xml(void *arg, struct wt_arena *a, struct wt_str text)
{
	const struct wt_reader *reader = arg;
	const struct wt_json *doc = NULL;
	struct wt_error ignored;

	return reader->xml(a, text, &doc, &ignored) == WT_OK ? doc : NULL;
}

/* Of an agent that writes events, its last message. */
static void read_output(struct wt_drive *d, const struct wt_asked *q, struct wt_buf *out)
{
	const struct wt_run *run = d->run;
	const struct wt_gate *gate = &d->keeper->gates.items[q->of.gate];

	if (gate->agent && wt_agent_format(run->config, gate->agent) != WT_AGENTLOG_TEXT)
		wt_agent_read_answer(run->ports, run->config, gate->agent, q->dir, out);
	else
		wt_gate_read_tail(d, q->dir, WT_MAX_GATE_TEXT, out);
}

static enum wt_code judge(struct wt_drive *d, size_t asked, const struct wt_agent_exit *end,
			  struct wt_error *err)
{
	const struct wt_asked *q = &d->keeper->asked[asked];
	const struct wt_gate *gate = &d->keeper->gates.items[q->of.gate];
	const struct wt_task *task =
		q->of.task == WT_MAP_NONE ? NULL : &d->run->plan.tasks[q->of.task].task;
	const struct wt_gate_reader reader = { (void *)(uintptr_t)d->run->ports->reader, read_json,
					       read_xml };
	struct wt_buf text = WT_BUF_INIT, report = WT_BUF_INIT;
	struct wt_gate_output out = {
		.ended = end->reason, .code = end->code, .signal = end->signal, .error = end->error
	};
	struct wt_gate_result result = { .score_milli = -1, .coverage_milli = -1 };
	struct wt_arena scratch = { 0 };
	const char *key = NULL, *why;
	struct wt_oid commit, tree;
	struct wt_error ignored;
	enum wt_code rc;

	read_output(d, q, &text);
	out.text = (struct wt_str){ text.data, text.len };
	if (wt_gate_read_report(d, q->room, gate, &report, &why))
		out.report = (struct wt_str){ report.data, report.len };
	out.criteria = task ? task->criteria : NULL;
	out.n_criteria = task ? task->n_criteria : 0;
	wt_gate_judge(&scratch, gate, &out, &reader, &result);
	if (why && result.verdict == WT_SAYS_ERROR && strcmp(out.ended, "exit") == 0 && !out.code)
		result.reason = why;
	if (result.verdict == WT_SAYS_PASS && !wt_gate_commit(d, &q->of, &commit, &tree, &ignored))
		key = wt_gate_key(d, &q->of, &tree);
	rc = note_asked(d, asked, &result, end->duration_ms, err);
	if (!rc && key)
		wt_gate_remember(d, key);
	wt_arena_clear(&scratch);
	wt_buf_clear(&text);
	wt_buf_clear(&report);
	return rc;
}

/* What it told of itself; *words: its provider does not answer, which is no answer of the gate. */
static enum wt_code hear(struct wt_drive *d, struct wt_asked *q, const char **words,
			 struct wt_error *err)
{
	struct wt_run *run = d->run;
	const struct wt_gate_state *g = &wt_gate_judgment(d, &q->of)->gates[q->of.gate];
	struct wt_review review = { .task = q->of.task,
				    .started_wall_ms = g->started_wall_ms,
				    .told = &q->told };
	struct wt_agent_log *log;
	enum wt_code rc;

	*words = NULL;
	if (!is_agent(d, q) || q->of.task == WT_MAP_NONE)
		return WT_OK;
	review.agent = d->keeper->gates.items[q->of.gate].agent;
	log = wt_agent_log_open_review(run, review.agent, q->dir);
	wt_agent_log_finish(log, &run->arena, &q->told);
	wt_agent_log_free(log);
	rc = wt_provider_note_review(run, &review, words, err);
	if (g->tries >= MAX_PROVIDER_TRIES)
		*words = NULL;
	return rc;
}

/* Somebody wants its answer no more, or it was begun by an orchestrator that may have told it. */
static bool is_unwanted(const struct wt_drive *d, const struct wt_asked *q)
{
	const struct wt_run_state *s = wt_run_state(d->run);
	const struct wt_gate_state *g = &wt_gate_judgment(d, &q->of)->gates[q->of.gate];

	return q->is_told || s->stop_asked || g->seq < s->taken_seq ||
	       (q->of.task != WT_MAP_NONE && s->tasks[q->of.task].stop_asked);
}

enum wt_code wt_gate_exited(struct wt_drive *d, size_t asked, struct wt_error *err)
{
	struct wt_gatekeeper *k = d->keeper;
	struct wt_asked *q = asked < k->n_asked ? &k->asked[asked] : NULL;
	struct wt_agent_exit end;
	const char *silent;

	if (!q || !q->is_used)
		return WT_OK;
	if (q->phase == WT_ASKED_SETUP || q->phase == WT_ASKED_SETUP_SWEEP)
		return wt_gate_set_up(d, asked, err);
	wt_agent_read_exit(d->run, q->dir, &end);
	if (strcmp(end.reason, "lost") == 0) {
		if (d->run->ports->proc->is_alive(d->run->ports->proc->self, &q->shim))
			return WT_OK; /* that was somebody else */
		if (q->phase == WT_ASKED_WORKS &&
		    wt_attempt_sweep(d, q->dir, wt_token(WT_TOKEN_GATE, asked), &q->shim)) {
			q->phase = WT_ASKED_SWEEP; /* its end brings us here again */
			return WT_OK;
		}
		if (hear(d, q, &silent, err))
			return err->code;
		return q->is_watched ? wt_gate_note_end(d, asked, WT_SAYS_ERROR,
							"the shim that owned it was killed", err)
				     : wt_gate_note_end(d, asked, WT_SAYS_STOPPED,
							"it was lost with its machine", err);
	}
	if (hear(d, q, &silent, err))
		return err->code;
	if (strcmp(end.reason, "stopped") == 0)
		return is_unwanted(d, q)
			       ? wt_gate_note_end(d, asked, WT_SAYS_STOPPED, "stopped", err)
			       : wt_gate_note_end(d, asked, WT_SAYS_ERROR,
						  "somebody told it to end", err);
	return silent ? wt_gate_note_end(d, asked, WT_SAYS_STOPPED, silent, err)
		      : judge(d, asked, &end, err);
}

static void end(struct wt_drive *d, struct wt_asked *q)
{
	const struct wt_proc *p = d->run->ports->proc;
	struct wt_error ignored;

	q->is_told = true;
	/* CONT first, as for agents (attempt.c). */
	(void)!p->signal(p->self, &q->shim, SIGCONT, &ignored);
	(void)!p->signal(p->self, &q->shim, SIGTERM, &ignored);
}

void wt_gates_heed(struct wt_drive *d)
{
	const struct wt_proc *p = d->run->ports->proc;
	const struct wt_run_state *s = wt_run_state(d->run);
	struct wt_error ignored;

	for (size_t i = 0; i < d->keeper->n_asked; i++) {
		struct wt_asked *q = &d->keeper->asked[i];
		bool is_over = s->stop_asked ||
			       (q->of.task != WT_MAP_NONE && s->tasks[q->of.task].stop_asked);

		if (!q->is_used || q->phase == WT_ASKED_WAITS)
			continue;
		if (is_over && !q->is_told)
			end(d, q);
		else if (p->is_halted(p->self, &q->shim))
			(void)!p->signal(p->self, &q->shim, SIGCONT, &ignored);
	}
}

void wt_gates_stop(struct wt_drive *d)
{
	for (size_t i = 0; i < d->keeper->n_asked; i++)
		if (d->keeper->asked[i].is_used && d->keeper->asked[i].phase != WT_ASKED_WAITS)
			end(d, &d->keeper->asked[i]);
}
