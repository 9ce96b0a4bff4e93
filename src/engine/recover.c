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

/* An agent that should be living: adopted, or its exit is read. */
static enum wt_code adopt(struct wt_drive *d, size_t task, const struct wt_proc_id *id,
			  struct wt_error *err)
{
	struct wt_instance *inst = &d->instances[task];
	const struct wt_task_state *s = state_of(d, task);
	enum wt_code rc;

	inst->phase = WT_PHASE_AGENT;
	inst->slot = task; /* the ports it was given are not known any more: none it could share */
	inst->worktree = (struct wt_worktree){ s->worktree, s->branch, s->base, true };
	rc = wt_attempt_watch(d, task, id, err);
	/* Only one that is gone has ended: what cannot be watched may well be alive. */
	return rc == WT_E_NOT_FOUND ? wt_attempt_exited(d, task, err) : rc;
}

static enum wt_code settle_starting(struct wt_drive *d, size_t task, struct wt_error *err)
{
	const struct wt_task_state *s = state_of(d, task);
	const char *dir = wt_run_attempt_dir(d->run, task, s->attempt);
	struct wt_proc_id id = { 0 };
	struct wt_event ev = { .kind = WT_EV_AGENT_STARTED,
			       .task = id_of(d, task),
			       .attempt = s->attempt };
	enum wt_code rc = wt_claim_owner(d, dir, &id, err);

	if (rc == WT_E_NOT_FOUND)
		return begin_again(d, task, "its agent had not been started", err);
	if (rc)
		return rc;
	ev.dir = s->dir;
	ev.pid = id.pid;
	ev.start_time = id.start_time;
	ev.boot_id = id.boot_id;
	rc = wt_run_note(d->run, &ev, WT_DURABLE, err);
	return rc ? rc : adopt(d, task, &id, err);
}

/* A setup command that outlived its orchestrator is ended before its worktree goes. */
static void end_setup(struct wt_drive *d, const struct wt_proc_id *id)
{
	const struct wt_proc *p = d->run->ports->proc;
	const struct wt_clock *clock = d->run->ports->clock;
	int64_t left = SETUP_END_MS, until = clock->mono_ms(clock->self) + left;
	struct wt_wake wake = { .kind = WT_WAKE_FILE };
	struct wt_error ignored;

	if (p->watch(p->self, id, SETUP_TOKEN, &ignored) != WT_OK)
		return;
	(void)!p->signal(p->self, id, SIGTERM, &ignored);
	for (; left > 0 && wake.token != SETUP_TOKEN; left = until - clock->mono_ms(clock->self))
		if (p->wait(p->self, left, &wake, &ignored) != WT_OK)
			return;
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
	const char *setup =
		wt_path_join(&run->arena, wt_run_attempt_dir(run, task, s->attempt), "setup");
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_error ignored;
	struct wt_proc_id id = { 0 };

	(void)!run->ports->fs->stat(run->ports->fs->self, setup, &info, &ignored);
	if (info.kind == WT_FILE_FOLDER) {
		enum wt_code rc = wt_claim_owner(d, setup, &id, err);

		if (rc && rc != WT_E_NOT_FOUND)
			return rc;
		if (!rc)
			end_setup(d, &id);
	}
	if (made.path && made.branch && !(s->worktree && strcmp(s->worktree, made.path) == 0) &&
	    is_registered(run, &made))
		wt_worktree_undo(run, &made);
	return begin_again(d, task, "its worktree was being prepared", err);
}

static enum wt_code settle_working(struct wt_drive *d, size_t task, struct wt_error *err)
{
	const struct wt_task_state *s = state_of(d, task);
	struct wt_proc_id id = { .pid = s->pid };

	snprintf(id.start_time, sizeof id.start_time, "%s", s->start_time ? s->start_time : "");
	snprintf(id.boot_id, sizeof id.boot_id, "%s", s->boot_id ? s->boot_id : "");
	return adopt(d, task, &id, err);
}

static enum wt_code settle(struct wt_drive *d, size_t task, struct wt_error *err)
{
	const struct wt_task_state *s = state_of(d, task);

	if (s->has_open_intent && s->intent == WT_EV_LANDING_STARTING)
		return wt_land_settle(d->run, task, err);
	if (s->has_open_intent && s->intent == WT_EV_AGENT_STARTING)
		return settle_starting(d, task, err);
	if (s->has_open_intent && s->intent == WT_EV_WORKTREE_PREPARING)
		return settle_preparing(d, task, err);
	if (s->state == WT_PREPARING)
		return begin_again(d, task, "its agent had not been started", err);
	if ((s->state == WT_WORKING || s->state == WT_STALLED) && s->pid)
		return settle_working(d, task, err);
	return WT_OK;
}

enum wt_code wt_recover(struct wt_drive *d, struct wt_error *err)
{
	const struct wt_task_state *tasks = wt_run_state(d->run)->tasks;
	enum wt_code rc = WT_OK;

	/* First what may wait for a process to end: nothing else is watched by then. */
	for (size_t i = 0; !rc && i < d->run->plan.n_tasks; i++)
		if (tasks[i].has_open_intent && tasks[i].intent == WT_EV_WORKTREE_PREPARING)
			rc = settle(d, i, err);
	for (size_t i = 0; !rc && i < d->run->plan.n_tasks; i++)
		rc = settle(d, i, err);
	return rc;
}
