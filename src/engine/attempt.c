/* SPDX-License-Identifier: MIT */
/* An attempt from its worktree to the exit of its agent. */

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "agent_argv.h"
#include "drive.h"
#include "knowledge.h"
#include "wtorch/base/path.h"
#include "wtorch/core/agentpick.h"
#include "wtorch/engine/escape.h"
#include "wtorch/engine/keep.h"
#include "wtorch/port/shim.h"

uint64_t wt_token(uint32_t kind, size_t task)
{
	return (uint64_t)kind << 32 | (uint64_t)task;
}

static const struct wt_task_state *state_of(const struct wt_drive *d, size_t task)
{
	return &wt_run_state(d->run)->tasks[task];
}

static const char *id_of(const struct wt_drive *d, size_t task)
{
	return d->run->plan.tasks[task].task.id;
}

size_t wt_attempt_free_slot(const struct wt_drive *d)
{
	for (size_t slot = 0;; slot++) {
		bool taken = false;

		for (size_t i = 0; i < d->run->plan.n_tasks; i++)
			taken |= d->instances[i].phase != WT_PHASE_NONE &&
				 d->instances[i].slot == slot;
		taken |= wt_gate_has_slot(d, slot);
		if (!taken)
			return slot;
	}
}

enum wt_code wt_attempt_note_failed(struct wt_drive *d, size_t task, enum wt_event_kind kind,
				    const char *reason, struct wt_error *err)
{
	struct wt_event ev = { .kind = kind,
			       .task = id_of(d, task),
			       .attempt = state_of(d, task)->attempt,
			       .reason = reason };

	d->instances[task].phase = WT_PHASE_NONE;
	return wt_run_note(d->run, &ev, WT_DURABLE, err);
}

/* the worktree */

static enum wt_code start_setup(struct wt_drive *d, size_t task, size_t attempt,
				const char *command, struct wt_error *err)
{
	struct wt_run *run = d->run;
	struct wt_instance *inst = &d->instances[task];
	const struct wt_setup setup = {
		.dir = wt_path_join(&run->arena, wt_run_attempt_dir(run, task, attempt), "setup"),
		.cwd = inst->worktree.path,
		.command = command,
		.instance = wt_arena_printf(&run->arena, "%s-%s-%zu-setup", run->id, id_of(d, task),
					    attempt),
		.token = wt_token(WT_TOKEN_SHIM, task),
	};

	inst->phase = WT_PHASE_SETUP;
	return wt_setup_start(run, &setup, &inst->shim, err);
}

enum wt_code wt_attempt_note_prepared(struct wt_drive *d, size_t task, struct wt_error *err)
{
	const struct wt_worktree *w = &d->instances[task].worktree;
	struct wt_event ev = { .kind = WT_EV_WORKTREE_PREPARED,
			       .task = id_of(d, task),
			       .attempt = state_of(d, task)->attempt,
			       .branch = w->branch,
			       .path = w->path,
			       .base = w->base };

	return wt_run_note(d->run, &ev, WT_LAZY, err);
}

/* Where it was last, and what of it is safe. */
static const char *story_of_lost(struct wt_drive *d, size_t task, const char *left)
{
	struct wt_arena *a = &d->run->arena;
	const struct wt_task_state *s = state_of(d, task);
	const char *branch = s->branch && !s->is_branch_gone ? s->branch : NULL;
	struct wt_worktree_found found;

	wt_worktree_find(d->run, left, branch, a, &found);
	if (found.other)
		return wt_arena_printf(a,
				       "its worktree '%s' was copied, to '%s' and '%s': it begins "
				       "anew in '%s'; git worktree repair PATH says which one "
				       "counts",
				       left, found.path, found.other,
				       d->instances[task].worktree.path);
	return wt_arena_printf(a,
			       "its worktree '%s' is gone, or lost its repository: it begins anew "
			       "in '%s'%s%s",
			       left, d->instances[task].worktree.path,
			       branch ? ", what was committed is on branch " : "",
			       branch ? branch : "");
}

/* The worktree of the attempt before is not where it was: what was in it is not lost, but a
 * person has to know that the agent does not see it. */
static void say_moved(struct wt_drive *d, size_t task, const char *left)
{
	const struct wt_worktree *w = &d->instances[task].worktree;
	struct wt_event ev = { .kind = WT_EV_NOTE, .task = id_of(d, task) };
	struct wt_error ignored;

	if (strcmp(left, w->path) == 0)
		return;
	ev.reason = w->is_reused ? wt_arena_printf(&d->run->arena, "its worktree was moved to '%s'",
						   w->path)
				 : story_of_lost(d, task, left);
	/* A journal that cannot be written fails the next record that counts. */
	(void)!wt_run_note(d->run, &ev, WT_LAZY, &ignored);
}

/* It begins anew elsewhere, and what the attempts before left is nobody's any more: pinned, so that
 * undo brings it back even when somebody removes it. It is not taken away here, so what cannot be
 * pinned is told. */
static void pin_left(struct wt_drive *d, size_t task)
{
	struct wt_run *run = d->run;
	const struct wt_task_state *s = state_of(d, task);
	struct wt_event ev = { .kind = WT_EV_NOTE, .task = id_of(d, task) };
	const struct wt_keep_source source = { .task = id_of(d, task),
					       .branch = s->is_branch_gone ? NULL : s->branch,
					       .worktree = s->worktree,
					       .tip = wt_oid_is_zero(&s->tip) ? NULL : &s->tip,
					       .reason = "retry" };
	struct wt_error why;
	unsigned n;

	if (!s->attempt || wt_keep_pin(run, &source, &n, &why) == WT_OK)
		return;
	ev.reason = wt_arena_printf(&run->arena, "%s; it stays in '%s'", why.msg,
				    s->worktree ? s->worktree
				    : s->branch ? s->branch
						: "?");
	/* A journal that cannot be written fails the next record that counts. */
	(void)!wt_run_note(run, &ev, WT_LAZY, &why);
}

/* Its agent failed, and the next attempt is not to see what that left. */
static bool wants_fresh(const struct wt_drive *d, size_t task)
{
	const char *retry = wt_config_named_text(d->run->config, "agent",
						 d->run->plan.tasks[task].agent, "retry");

	return state_of(d, task)->is_charged && retry && strcmp(retry, "fresh") == 0;
}

enum wt_code wt_attempt_start(struct wt_drive *d, const struct wt_action *action,
			      struct wt_error *err)
{
	struct wt_run *run = d->run;
	size_t task = action->task;
	struct wt_instance *inst = &d->instances[task];
	const char *setup = wt_config_text(run->config, "worktree.setup");
	struct wt_event ev = { .kind = WT_EV_WORKTREE_PREPARING,
			       .task = id_of(d, task),
			       .attempt = action->attempt };
	struct wt_error why;
	const char *left = state_of(d, task)->worktree;
	bool is_fresh = action->is_fresh || wants_fresh(d, task);
	enum wt_code rc;

	if (is_fresh)
		pin_left(d, task);
	rc = wt_worktree_choose(run, task, is_fresh, &inst->worktree, &why);
	inst->slot = wt_attempt_free_slot(d);
	inst->phase = WT_PHASE_AGENT;
	ev.base = inst->worktree.base;
	ev.branch = inst->worktree.branch;
	ev.path = inst->worktree.path;
	ev.is_fresh = is_fresh;
	if (left && !rc && !is_fresh)
		say_moved(d, task, left);
	if (wt_run_note(run, &ev, WT_DURABLE, err))
		return err->code;
	if (!rc && !inst->worktree.is_reused)
		rc = wt_knowledge_check(run, task, &inst->worktree.base, &why);
	if (!rc)
		rc = wt_worktree_make(run, &inst->worktree, &why);
	if (!rc && setup && *setup && !inst->worktree.is_reused) {
		rc = start_setup(d, task, action->attempt, setup, &why);
		if (!rc)
			return WT_OK;
		wt_worktree_undo(run, &inst->worktree);
	}
	if (rc)
		return wt_attempt_note_failed(d, task, WT_EV_WORKTREE_FAILED,
					      wt_arena_strdup(&run->arena, why.msg), err);
	rc = wt_attempt_note_prepared(d, task, err);
	return rc ? rc : wt_attempt_start_agent(d, task, err);
}

/* the agent */

/* As recorded for a round that begins; for an attempt, the planned one, or who is to try what that
 * has failed at. */
static struct wt_agent_choice choose_agent(struct wt_run *run, size_t task)
{
	const struct wt_task_state *s = &wt_run_state(run)->tasks[task];
	const struct wt_plan_task *t = &run->plan.tasks[task];
	struct wt_agent_choice planned = { t->agent, wt_agent_model(run->config, t) }, out;

	if (s->round && s->agent)
		return (struct wt_agent_choice){ s->agent, s->model };
	out = wt_agent_fallback(&run->arena, run->config, &planned, s->round ? 0 : s->charged);
	if (!out.model)
		out.model = wt_config_named_text(run->config, "agent", out.agent, "model");
	return out;
}

/* It could not be started, as far as we know: if a shim is there all the same it ends what it
 * has begun, and if it is late it finds the claim taken. */
static void disown(struct wt_drive *d, const char *dir)
{
	const struct wt_proc *p = d->run->ports->proc;
	struct wt_proc_id id;
	struct wt_error ignored;

	if (wt_claim_owner(d, dir, &id, &ignored) == WT_OK)
		(void)!p->signal(p->self, &id, SIGTERM, &ignored);
}

/* What its agent is to go on with. After a provider did not answer that is where it was, if it had
 * been answered before: what never began cannot be taken up. */
static const char *conversation_of(const struct wt_run *run, size_t task, const char *agent)
{
	const struct wt_task_state *s = &wt_run_state(run)->tasks[task];

	if (s->round)
		return s->resume;
	return s->by_provider && s->conversation.tokens_out > 0 &&
			       strcmp(agent, wt_agent_of(run, task)) == 0 &&
			       wt_agent_can_resume(run->config, agent) &&
			       !wt_config_named_bool(run->config, "agent", agent, "isolate")
		       ? s->session
		       : NULL;
}

enum wt_code wt_attempt_start_agent(struct wt_drive *d, size_t task, struct wt_error *err)
{
	struct wt_run *run = d->run;
	struct wt_instance *inst = &d->instances[task];
	const struct wt_task_state *s = state_of(d, task);
	struct wt_agent_choice choice = choose_agent(run, task);
	struct wt_agent_opts o = { .task = task,
				   .attempt = s->attempt,
				   .round = s->round,
				   .session = conversation_of(run, task, choice.agent),
				   .worktree = &inst->worktree,
				   .slot = inst->slot,
				   .token = wt_token(WT_TOKEN_SHIM, task) };
	struct wt_event ev = { .kind = WT_EV_AGENT_STARTING,
			       .task = id_of(d, task),
			       .attempt = s->attempt,
			       .round = s->round,
			       .session = o.session,
			       .count = (int64_t)inst->slot + 1 };
	struct wt_knowledge knowledge = { .text = "" };
	struct wt_error why;
	enum wt_code rc;

	inst->is_watched = false;
	wt_attempt_tidy(d);
	inst->begun = s->attempt;
	if (!o.session && wt_knowledge_read(run, task, &inst->worktree.base, &knowledge, &why))
		return wt_attempt_note_failed(d, task, WT_EV_AGENT_FAILED,
					      wt_arena_strdup(&run->arena, why.msg), err);
	o.knowledge = knowledge.text;
	o.failure = wt_attempt_failure(run, task);
	ev.paths = knowledge.paths;
	ev.n_paths = knowledge.n_paths;
	ev.agent = choice.agent;
	ev.model = choice.model;
	ev.dir = wt_run_unused_start(run, &(struct wt_start_name){ task, s->attempt, s->round },
				     &run->arena);
	inst->phase = WT_PHASE_AGENT;
	rc = wt_run_note(run, &ev, WT_DURABLE, err);
	if (rc)
		return rc;
	rc = wt_escape_begin(run, task, &why);
	if (!rc)
		rc = wt_agent_start(run, &o, &inst->shim, &why);
	if (rc)
		disown(d, wt_run_agent_dir(run, task, &run->arena));
	if (rc)
		return wt_attempt_note_failed(d, task, WT_EV_AGENT_FAILED,
					      wt_arena_strdup(&run->arena, why.msg), err);
	ev.kind = WT_EV_AGENT_STARTED;
	ev.model = NULL;
	ev.paths = NULL;
	ev.n_paths = 0;
	ev.pid = inst->shim.pid;
	ev.start_time = inst->shim.start_time;
	ev.boot_id = inst->shim.boot_id;
	inst->is_watched = true;
	rc = wt_run_note(run, &ev, WT_LAZY, err);
	return rc ? rc : wt_attempt_watch(d, task, NULL, err);
}

enum wt_code wt_attempt_watch(struct wt_drive *d, size_t task, const struct wt_proc_id *shim,
			      struct wt_error *err)
{
	struct wt_run *run = d->run;
	const struct wt_proc *p = run->ports->proc;
	const char *dir = wt_run_agent_dir(run, task, &run->arena);
	struct wt_error ignored;

	if (shim) {
		enum wt_code rc = p->watch(p->self, shim, wt_token(WT_TOKEN_SHIM, task), err);

		if (rc)
			return rc;
		d->instances[task].shim = *shim;
		d->instances[task].is_watched = p->is_alive(p->self, shim);
	}
	/* Hints: where they cannot be watched, people see less, and nothing else changes. */
	(void)!p->watch_file(p->self, wt_path_join(&run->arena, dir, "status.json"),
			     wt_token(WT_TOKEN_STATUS, task), &ignored);
	(void)!p->watch_file(p->self, wt_path_join(&run->arena, dir, WT_SHIM_STATE),
			     wt_token(WT_TOKEN_STATUS, task), &ignored);
	if (d->instances[task].worktree.path)
		(void)!p->watch_file(p->self,
				     wt_path_join(&run->arena, d->instances[task].worktree.path,
						  ".agent_status.json"),
				     wt_token(WT_TOKEN_STATUS, task), &ignored);
	wt_attempt_read_status(d, task);
	wt_attempt_listen(d, task);
	return WT_OK;
}

void wt_attempt_read_status(struct wt_drive *d, size_t task)
{
	struct wt_run *run = d->run;
	struct wt_instance *inst = &d->instances[task];
	struct wt_live *live = &d->live[task];
	struct wt_arena said = { 0 };
	const char *dir = wt_run_agent_dir(run, task, &said);

	inst->has_news = false;
	wt_agent_read_pulse(run->ports, &said, dir, &live->pulse);
	/* Only the newest is kept: an agent may write as often as it likes. */
	if (wt_agent_read_status(run->ports, &said, dir, inst->worktree.path,
				 &live->progress_percent, &live->message)) {
		wt_arena_clear(&inst->said);
		inst->said = said;
	} else {
		wt_arena_clear(&said);
	}
}

/* One that a tracer holds is its tracer's. */
void wt_attempt_tend(struct wt_drive *d)
{
	const struct wt_proc *p = d->run->ports->proc;
	struct wt_error ignored;

	for (size_t i = 0; i < d->run->plan.n_tasks; i++) {
		const struct wt_instance *inst = &d->instances[i];

		if (inst->phase != WT_PHASE_NONE && p->is_halted(p->self, &inst->shim))
			(void)!p->signal(p->self, &inst->shim, SIGCONT, &ignored);
	}
}

enum wt_code wt_attempt_stop(struct wt_drive *d, size_t task, struct wt_error *err)
{
	const struct wt_proc *p = d->run->ports->proc;
	const struct wt_proc_id *shim = &d->instances[task].shim;
	struct wt_error ignored;
	enum wt_code rc;

	if (state_of(d, task)->state == WT_FIXING && d->instances[task].phase == WT_PHASE_NONE)
		return wt_attempt_give_up_round(d, task, err);
	/* Its agent may have halted it. Not after TERM: it may be about to end by then, and a CONT
	 * undoes the stop with which a debugger or a leak checker attaches, which then waits for
	 * ever. */
	(void)!p->signal(p->self, shim, SIGCONT, &ignored);
	rc = p->signal(p->self, shim, SIGTERM, err);
	return rc == WT_E_NOT_FOUND ? WT_OK : rc; /* gone: its exit is on its way to us */
}
