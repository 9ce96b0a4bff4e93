/* SPDX-License-Identifier: MIT */
/* Settling what an orchestrator before us left open: by looking, never by doing it again. */

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "drive.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/land.h"
#include "wtorch/port/shim.h"

/* How long the end of a setup command is waited for: its grace is half of it. */
#define SETUP_END_MS 10000
#define GIT_END_MS   30000
#define SETUP_TOKEN  wt_token(0xffffffffu, 0)

static const struct wt_task_state *state_of(const struct wt_drive *d, size_t task)
{
	return &wt_run_state(d->run)->tasks[task];
}

static const char *id_of(const struct wt_drive *d, size_t task)
{
	return d->run->plan.tasks[task].task.id;
}

/* Back to the queue as if it had not begun; not charged. */
static enum wt_code begin_again(struct wt_drive *d, size_t task, const char *reason,
				struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_ATTEMPT_ENDED,
			       .task = id_of(d, task),
			       .attempt = state_of(d, task)->attempt,
			       .outcome = WT_OUTCOME_STOPPED,
			       .will_retry = true,
			       .reason = reason };

	return wt_run_note(d->run, &ev, WT_DURABLE, err);
}

/* The same round once more: nobody worked in it. */
static enum wt_code begin_round_again(struct wt_drive *d, size_t task, struct wt_error *err)
{
	const struct wt_task_state *s = state_of(d, task);
	struct wt_event ev = { .kind = WT_EV_ROUND_BEGUN,
			       .task = id_of(d, task),
			       .attempt = s->attempt,
			       .round = s->round,
			       .reason = s->fix_reason,
			       .session = s->resume };

	return wt_run_note(d->run, &ev, WT_DURABLE, err);
}

/* An agent that should be living: adopted, or its exit is read. */
static enum wt_code adopt(struct wt_drive *d, size_t task, const struct wt_proc_id *id,
			  struct wt_error *err)
{
	struct wt_instance *inst = &d->instances[task];
	const struct wt_task_state *s = state_of(d, task);
	enum wt_code rc;

	inst->phase = WT_PHASE_AGENT;
	/* Where an older journal does not tell its ports, none that anybody else is given. */
	inst->slot = s->ports > 0 ? (size_t)s->ports - 1 : d->run->plan.n_tasks + task;
	inst->worktree = (struct wt_worktree){
		.path = s->worktree, .branch = s->branch, .base = s->base, .is_reused = true
	};
	rc = wt_attempt_watch(d, task, id, err);
	/* Only one that is gone has ended: what cannot be watched may well be alive. */
	return rc == WT_E_NOT_FOUND ? wt_attempt_exited(d, task, err) : rc;
}

static enum wt_code settle_starting(struct wt_drive *d, size_t task, struct wt_error *err)
{
	const struct wt_task_state *s = state_of(d, task);
	const char *dir = wt_run_agent_dir(d->run, task, &d->run->arena);
	struct wt_proc_id id = { 0 };
	struct wt_event ev = { .kind = WT_EV_AGENT_STARTED,
			       .task = id_of(d, task),
			       .attempt = s->attempt,
			       .round = s->round };
	enum wt_code rc = wt_claim_owner(d, dir, &id, err);

	if (rc == WT_E_NOT_FOUND && s->round)
		return begin_round_again(d, task, err);
	if (rc == WT_E_NOT_FOUND)
		return begin_again(d, task, "its agent had not been started", err);
	if (rc)
		return rc;
	ev.dir = s->dir;
	ev.pid = id.pid;
	ev.start_time = id.start_time;
	ev.boot_id = id.boot_id;
	return wt_run_note(d->run, &ev, WT_DURABLE, err); /* and then it is adopted as working */
}

/* Waits for a shim to end; each signal of a person makes it hurry. False: it lives on. */
static bool await_end(struct wt_drive *d, const struct wt_proc_id *id)
{
	const struct wt_proc *p = d->run->ports->proc;
	const struct wt_clock *clock = d->run->ports->clock;
	int64_t left = SETUP_END_MS, until = clock->mono_ms(clock->self) + left;
	size_t heard = d->n_signals;
	struct wt_error ignored;
	bool came = false;

	for (; left > 0 && !came && d->n_signals < 2; left = until - clock->mono_ms(clock->self)) {
		if (wt_drive_await(d, SETUP_TOKEN, left, &came, &ignored))
			break;
		if (d->n_signals > heard)
			(void)!p->signal(p->self, id, SIGTERM, &ignored);
		heard = d->n_signals;
	}
	return came || !p->is_alive(p->self, id);
}

/* A setup command that outlived its orchestrator is ended before its worktree goes; what is left
 * when its shim was killed, too. False: somebody may be at work in the worktree. */
static bool end_setup(struct wt_drive *d, const char *dir, const struct wt_proc_id *id)
{
	const struct wt_proc *p = d->run->ports->proc;
	struct wt_agent_exit end;
	struct wt_proc_id sweep;
	struct wt_error ignored;
	enum wt_code rc = p->watch(p->self, id, SETUP_TOKEN, &ignored);

	if (rc && rc != WT_E_NOT_FOUND)
		return false;
	if (!rc) {
		/* CONT first, as for agents (attempt.c). */
		(void)!p->signal(p->self, id, SIGCONT, &ignored);
		(void)!p->signal(p->self, id, SIGTERM, &ignored);
		if (!await_end(d, id))
			return false;
	}
	wt_agent_read_exit(d->run, dir, &end);
	if (strcmp(end.reason, "lost") != 0)
		return true;
	return wt_attempt_sweep(d, dir, SETUP_TOKEN, &sweep) && await_end(d, &sweep);
}

bool wt_recover_end_setup(struct wt_drive *d, const char *dir)
{
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_proc_id id = { 0 };
	struct wt_error ignored;
	enum wt_code rc;

	(void)!d->run->ports->fs->stat(d->run->ports->fs->self, dir, &info, &ignored);
	if (info.kind != WT_FILE_FOLDER)
		return true;
	rc = wt_claim_owner(d, dir, &id, &ignored);
	return rc ? rc == WT_E_NOT_FOUND : end_setup(d, dir, &id);
}

static bool is_registered(struct wt_run *run, const struct wt_worktree *w)
{
	const struct wt_git *git = run->ports->git;
	struct wt_worktree_entry *list;
	struct wt_error ignored;
	size_t n;

	if (git->tool->worktrees(git->self, &run->arena, &list, &n, &ignored))
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].path, w->path) == 0)
			return list[i].branch && strcmp(list[i].branch, w->branch) == 0;
	return false;
}

/* Nobody of the attempt is at work in its worktree any more: neither the git that made it nor a
 * setup command. NULL, or who could not be ended; a failure is whoever comes next's. */
static enum wt_code end_preparing(struct wt_drive *d, size_t task, const char **left,
				  struct wt_error *err)
{
	struct wt_run *run = d->run;
	const struct wt_git *git = run->ports->git;
	const char *setup = wt_path_join(
		&run->arena, wt_run_attempt_dir(run, task, state_of(d, task)->attempt), "setup");
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_proc_id id = { 0 };
	struct wt_error ignored;
	enum wt_code rc;

	*left = git->tool->await_left(git->self, GIT_END_MS, &ignored) == WT_E_TIMEOUT
			? "the git that made its worktree still runs, it is left alone"
			: NULL;
	(void)!run->ports->fs->stat(run->ports->fs->self, setup, &info, &ignored);
	if (info.kind != WT_FILE_FOLDER)
		return WT_OK;
	rc = wt_claim_owner(d, setup, &id, err);
	if (rc)
		return rc == WT_E_NOT_FOUND ? WT_OK : rc;
	if (!end_setup(d, setup, &id))
		*left = "its setup command could not be ended, its worktree is left alone";
	return WT_OK;
}

/* A worktree that was being made, and no agent was started in it: taken away, to be made again.
 * One that the attempt before left is only used again. */
static enum wt_code settle_preparing(struct wt_drive *d, size_t task, struct wt_error *err)
{
	struct wt_run *run = d->run;
	const struct wt_task_state *s = state_of(d, task);
	const struct wt_event *intent = &s->intent_event;
	struct wt_worktree made = { .path = intent->path,
				    .branch = intent->branch,
				    .base = intent->base };
	const char *left;
	enum wt_code rc = end_preparing(d, task, &left, err);

	if (rc || d->n_signals >= 2)
		return rc; /* whoever comes next looks again */
	if (!left && made.path && made.branch &&
	    !(s->worktree && strcmp(s->worktree, made.path) == 0)) {
		wt_worktree_forget_half(run, &made);
		if (is_registered(run, &made))
			wt_worktree_undo(run, &made);
		wt_worktree_forget_branch(run, &made);
	}
	/* Where it is left alone, its name is taken, and the next attempt gets another. */
	return begin_again(d, task, left ? left : "its worktree was being prepared", err);
}

static enum wt_code settle_working(struct wt_drive *d, size_t task, struct wt_error *err)
{
	const struct wt_task_state *s = state_of(d, task);
	struct wt_proc_id id = { .pid = s->pid };

	snprintf(id.start_time, sizeof id.start_time, "%s", s->start_time ? s->start_time : "");
	snprintf(id.boot_id, sizeof id.boot_id, "%s", s->boot_id ? s->boot_id : "");
	return adopt(d, task, &id, err);
}

static enum wt_code settle_task(struct wt_drive *d, size_t task, struct wt_error *err)
{
	const struct wt_task_state *s = state_of(d, task);

	if (s->has_open_intent && s->intent == WT_EV_LANDING_STARTING)
		return wt_land_settle(d->run, task, err);
	if (s->has_open_intent && s->intent == WT_EV_WORKTREE_PREPARING)
		return settle_preparing(d, task, err);
	if (s->state == WT_PREPARING)
		return begin_again(d, task, "its agent had not been started", err);
	if ((s->state == WT_WORKING || s->state == WT_STALLED || s->state == WT_FIXING) && s->pid)
		return settle_working(d, task, err);
	return WT_OK;
}

enum wt_code wt_recover(struct wt_drive *d, struct wt_error *err)
{
	static const enum wt_event_kind first[] = { WT_EV_WORKTREE_PREPARING,
						    WT_EV_AGENT_STARTING };
	const struct wt_task_state *tasks = wt_run_state(d->run)->tasks;
	size_t n = d->run->plan.n_tasks;
	enum wt_code rc = WT_OK;

	wt_land_sweep(d->run->ports);
	wt_land_free_checkout(d->run);
	/* First what may have to wait for a process or a file: no agent is watched by then. */
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; !rc && i < n && d->n_signals < 2; i++)
			if (tasks[i].has_open_intent && tasks[i].intent == first[k])
				rc = k ? settle_starting(d, i, err) : settle_task(d, i, err);
	}
	if (!rc)
		rc = wt_gates_settle(d, err);
	for (size_t i = 0; !rc && i < n && d->n_signals < 2; i++)
		rc = settle_task(d, i, err);
	if (!rc && d->n_signals < 2)
		wt_attempt_tidy_left(d);
	return rc;
}
