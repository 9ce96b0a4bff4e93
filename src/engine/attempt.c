/* SPDX-License-Identifier: MIT */
/* An attempt from its worktree to the exit of its agent. */

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "drive.h"
#include "wtorch/engine/escape.h"
#include "wtorch/base/path.h"
#include "wtorch/port/shim.h"

/* How much of the log before goes into the next prompt. */
#define TAIL_BYTES 4096

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

static size_t free_slot(const struct wt_drive *d)
{
	for (size_t slot = 0;; slot++) {
		bool taken = false;

		for (size_t i = 0; i < d->run->plan.n_tasks; i++)
			taken |= d->instances[i].phase != WT_PHASE_NONE &&
				 d->instances[i].slot == slot;
		if (!taken)
			return slot;
	}
}

static enum wt_code note_failed(struct wt_drive *d, size_t task, enum wt_event_kind kind,
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

static const char *const *setup_env(struct wt_drive *d, const char *instance)
{
	const char *const *env = d->run->ports->proc->env;
	size_t n = 0;
	const char **out;

	while (env[n])
		n++;
	out = wt_arena_alloc(&d->run->arena, (n + 2) * sizeof *out);
	memcpy(out, env, n * sizeof *out);
	out[n] = wt_arena_printf(&d->run->arena, "WTORCH_INSTANCE=%s", instance);
	return out;
}

/* The user's own command line, so it goes through a shell; under a shim like an agent, because
 * an installer leaves processes as well. */
static enum wt_code start_setup(struct wt_drive *d, size_t task, size_t attempt,
				const char *command, struct wt_error *err)
{
	struct wt_run *run = d->run;
	struct wt_instance *inst = &d->instances[task];
	const char *argv[] = { "/bin/sh", "-c", command, NULL };
	const char *dir =
		wt_path_join(&run->arena, wt_run_attempt_dir(run, task, attempt), "setup");
	const char *instance =
		wt_arena_printf(&run->arena, "%s-%s-%zu-setup", run->id, id_of(d, task), attempt);
	struct wt_agent_start start = { .dir = dir,
					.argv = argv,
					.cwd = inst->worktree.path,
					.instance = instance,
					.grace_ms = 5000 };
	enum wt_code rc = run->ports->fs->mkdirs(run->ports->fs->self, dir, err);

	if (rc)
		return rc;
	start.env = setup_env(d, instance);
	start.timeout_ms = wt_config_int(run->config, "worktree.setup_timeout");
	inst->phase = WT_PHASE_SETUP;
	return run->ports->proc->start(run->ports->proc->self, &start,
				       wt_token(WT_TOKEN_SHIM, task), &inst->shim, err);
}

static enum wt_code note_prepared(struct wt_drive *d, size_t task, struct wt_error *err)
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
	enum wt_code rc = wt_worktree_choose(run, task, action->is_fresh, &inst->worktree, &why);

	inst->slot = free_slot(d);
	inst->phase = WT_PHASE_AGENT;
	ev.base = inst->worktree.base;
	ev.branch = inst->worktree.branch;
	ev.path = inst->worktree.path;
	if (wt_run_note(run, &ev, WT_DURABLE, err))
		return err->code;
	if (!rc)
		rc = wt_worktree_make(run, &inst->worktree, &why);
	if (!rc && setup && *setup && !inst->worktree.is_reused) {
		rc = start_setup(d, task, action->attempt, setup, &why);
		if (!rc)
			return WT_OK;
		wt_worktree_undo(run, &inst->worktree);
	}
	if (rc)
		return note_failed(d, task, WT_EV_WORKTREE_FAILED,
				   wt_arena_strdup(&run->arena, why.msg), err);
	rc = note_prepared(d, task, err);
	return rc ? rc : wt_attempt_start_agent(d, task, err);
}

/* the agent */

/* What the attempt before died of, with the end of its log. */
static const char *failure_before(struct wt_drive *d, size_t task)
{
	struct wt_run *run = d->run;
	const struct wt_task_state *s = state_of(d, task);
	const struct wt_fs *fs = run->ports->fs;
	struct wt_buf tail = WT_BUF_INIT, safe = WT_BUF_INIT;
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_error ignored;
	const char *log, *text;

	if (s->attempt < 2 || !s->reason)
		return NULL;
	log = wt_path_join(&run->arena, wt_run_attempt_dir(run, task, s->attempt - 1), WT_SHIM_LOG);
	(void)!fs->stat(fs->self, log, &info, &ignored);
	if (info.kind == WT_FILE_REGULAR) {
		int64_t from = info.size_bytes > TAIL_BYTES ? info.size_bytes - TAIL_BYTES : 0;

		(void)!fs->read_from(fs->self, log, from, TAIL_BYTES, &tail, &ignored);
	}
	for (size_t at = 0; at < tail.len;) {
		size_t n = strcspn(tail.data + at, "\n");

		wt_buf_puts(&safe, "    ");
		wt_text_render_safe(&safe, (struct wt_str){ tail.data + at, n });
		wt_buf_putc(&safe, '\n');
		at += n + 1;
	}
	text = wt_arena_printf(&run->arena, "Attempt %zu: %s.%s%s", s->attempt - 1, s->reason,
			       safe.len ? " The end of its output:\n\n" : "", safe.data);
	wt_buf_clear(&tail);
	wt_buf_clear(&safe);
	return text;
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

enum wt_code wt_attempt_start_agent(struct wt_drive *d, size_t task, struct wt_error *err)
{
	struct wt_run *run = d->run;
	struct wt_instance *inst = &d->instances[task];
	size_t attempt = state_of(d, task)->attempt;
	struct wt_agent_opts o = { .task = task,
				   .attempt = attempt,
				   .worktree = &inst->worktree,
				   .slot = inst->slot,
				   .token = wt_token(WT_TOKEN_SHIM, task) };
	struct wt_event ev = { .kind = WT_EV_AGENT_STARTING,
			       .task = id_of(d, task),
			       .attempt = attempt };
	struct wt_error why;
	enum wt_code rc;

	inst->is_watched = false;
	o.failure = failure_before(d, task);
	ev.dir = wt_arena_printf(&run->arena, "%s/%zu", id_of(d, task), attempt);
	inst->phase = WT_PHASE_AGENT;
	rc = wt_run_note(run, &ev, WT_DURABLE, err);
	if (rc)
		return rc;
	rc = wt_escape_begin(run, task, attempt, &why);
	if (!rc)
		rc = wt_agent_start(run, &o, &inst->shim, &why);
	if (rc)
		disown(d, wt_run_attempt_dir(run, task, attempt));
	if (rc)
		return note_failed(d, task, WT_EV_AGENT_FAILED,
				   wt_arena_strdup(&run->arena, why.msg), err);
	ev.kind = WT_EV_AGENT_STARTED;
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
	const char *dir = wt_run_attempt_dir(run, task, state_of(d, task)->attempt);
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
	if (d->instances[task].worktree.path)
		(void)!p->watch_file(p->self,
				     wt_path_join(&run->arena, d->instances[task].worktree.path,
						  ".agent_status.json"),
				     wt_token(WT_TOKEN_STATUS, task), &ignored);
	wt_attempt_read_status(d, task);
	return WT_OK;
}

void wt_attempt_read_status(struct wt_drive *d, size_t task)
{
	struct wt_run *run = d->run;
	struct wt_instance *inst = &d->instances[task];
	struct wt_live *live = &d->live[task];
	struct wt_arena said = { 0 };
	const char *dir = wt_arena_printf(&said, "%s/%s/%zu", run->dir, id_of(d, task),
					  state_of(d, task)->attempt);

	inst->has_news = false;
	/* Only the newest is kept: an agent may write as often as it likes. */
	if (wt_agent_read_status(run->ports, &said, dir, inst->worktree.path,
				 &live->progress_percent, &live->message)) {
		wt_arena_clear(&inst->said);
		inst->said = said;
	} else {
		wt_arena_clear(&said);
	}
}

enum wt_code wt_attempt_stop(struct wt_drive *d, size_t task, struct wt_error *err)
{
	const struct wt_proc *p = d->run->ports->proc;
	const struct wt_proc_id *shim = &d->instances[task].shim;
	struct wt_error ignored;
	enum wt_code rc;

	/* Its agent may have halted it. Not after TERM: it may be about to end by then, and a CONT
	 * undoes the stop with which a debugger or a leak checker attaches, which then waits for
	 * ever. */
	(void)!p->signal(p->self, shim, SIGCONT, &ignored);
	rc = p->signal(p->self, shim, SIGTERM, err);
	return rc == WT_E_NOT_FOUND ? WT_OK : rc; /* gone: its exit is on its way to us */
}

/* the exit */

static enum wt_code setup_exited(struct wt_drive *d, size_t task, struct wt_error *err)
{
	struct wt_run *run = d->run;
	struct wt_instance *inst = &d->instances[task];
	const char *dir = wt_path_join(
		&run->arena, wt_run_attempt_dir(run, task, state_of(d, task)->attempt), "setup");
	struct wt_agent_exit end;
	const char *reason;
	enum wt_code rc;

	wt_agent_read_exit(run, dir, &end);
	if (strcmp(end.reason, "exit") == 0 && end.code == 0) {
		rc = note_prepared(d, task, err);
		return rc ? rc : wt_attempt_start_agent(d, task, err);
	}
	reason = wt_arena_printf(&run->arena,
				 "the setup command ended with %s %" PRId64
				 ", its output is in %s/agent.log",
				 end.reason, end.signal ? end.signal : end.code, dir);
	wt_worktree_undo(run, &inst->worktree);
	if (strcmp(end.reason, "stopped") == 0) {
		struct wt_event ev = { .kind = WT_EV_ATTEMPT_ENDED,
				       .task = id_of(d, task),
				       .attempt = state_of(d, task)->attempt,
				       .outcome = WT_OUTCOME_STOPPED,
				       .reason = "stopped" };

		inst->phase = WT_PHASE_NONE;
		return wt_run_note(run, &ev, WT_DURABLE, err);
	}
	return note_failed(d, task, WT_EV_WORKTREE_FAILED, reason, err);
}

/* Of the file that a shim was started with, the n-th string (shim.h of the port); NULL when that
 * cannot be read. Those of other versions begin with the same four. */
static const char *start_string(struct wt_run *run, const char *dir, int n)
{
	const struct wt_fs *fs = run->ports->fs;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;
	const char *at = NULL;

	if (fs->read(fs->self, wt_path_join(&run->arena, dir, WT_SHIM_START), WT_SHIM_MAX_START,
		     &text, &ignored) == WT_OK &&
	    (n < 4 || strcmp(text.data, WT_SHIM_MAGIC) == 0))
		at = text.data;
	for (int i = 0; at && i < n; i++) {
		at = memchr(at, '\0', text.len - (size_t)(at - text.data));
		at = at ? at + 1 : NULL;
	}
	at = at && *at ? wt_arena_strdup(&run->arena, at) : NULL;
	wt_buf_clear(&text);
	return at;
}

/* A shim that was killed left no record, and maybe its agent. Another shim with the same marker,
 * whose own agent does nothing, ends all that carry it. False: it could not be started. */
static bool start_sweep(struct wt_drive *d, size_t task, const char *attempt_dir)
{
	static const char *const argv[] = { "/bin/true", NULL }, *const env[] = { NULL };
	struct wt_run *run = d->run;
	struct wt_instance *inst = &d->instances[task];
	struct wt_agent_start start = { .dir = wt_path_join(&run->arena, attempt_dir, "sweep"),
					.argv = argv,
					.env = env,
					.cwd = "/",
					.instance = start_string(run, attempt_dir, 3),
					.cgroup = start_string(run, attempt_dir, 8) };
	struct wt_error ignored;

	if (!start.instance ||
	    run->ports->fs->mkdirs(run->ports->fs->self, start.dir, &ignored) != WT_OK ||
	    run->ports->proc->start(run->ports->proc->self, &start, wt_token(WT_TOKEN_SHIM, task),
				    &inst->shim, &ignored) != WT_OK)
		return false;
	inst->phase = WT_PHASE_SWEEP;
	return true;
}

static enum wt_code note_refusal(struct wt_drive *d, size_t task, const char *reason,
				 struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_NOTE, .task = id_of(d, task), .reason = reason };

	return wt_run_note(d->run, &ev, WT_LAZY, err);
}

enum wt_code wt_attempt_exited(struct wt_drive *d, size_t task, struct wt_error *err)
{
	struct wt_run *run = d->run;
	struct wt_instance *inst = &d->instances[task];
	const struct wt_task_state *s = state_of(d, task);
	struct wt_event ev = { .kind = WT_EV_AGENT_EXITED,
			       .task = id_of(d, task),
			       .attempt = s->attempt };
	struct wt_agent_exit end;
	const char *dir;

	if (inst->phase == WT_PHASE_NONE)
		return WT_OK; /* one that was given up: its end changes nothing */
	if (inst->phase == WT_PHASE_SETUP)
		return setup_exited(d, task, err);
	wt_attempt_read_status(d, task);
	run->ports->proc->unwatch_file(run->ports->proc->self, wt_token(WT_TOKEN_STATUS, task));
	dir = wt_run_attempt_dir(run, task, s->attempt);
	wt_agent_read_exit(run, dir, &end);
	if (strcmp(end.reason, "lost") == 0) {
		if (inst->phase == WT_PHASE_AGENT && start_sweep(d, task, dir))
			return WT_OK; /* its end brings us here again */
		/* Nothing of the machine's: whoever kills his shim has used up an attempt. */
		if (inst->is_watched)
			end.reason = "killed";
	}
	inst->phase = WT_PHASE_NONE;
	if (strcmp(end.reason, "exec") == 0)
		return note_failed(d, task, WT_EV_AGENT_FAILED,
				   end.error ? end.error : "cannot be executed", err);
	ev.reason = end.reason;
	ev.code = end.code;
	ev.signal = end.signal;
	ev.cpu_ms = end.cpu_ms;
	ev.rss_bytes = end.peak_rss_bytes;
	ev.duration_ms = end.duration_ms;
	ev.count = end.survivors;
	if (wt_run_note(run, &ev, WT_DURABLE, err))
		return err->code;
	/* Why it failed may be that it was refused something. */
	return strcmp(end.reason, "exit") == 0 && end.error ? note_refusal(d, task, end.error, err)
							    : WT_OK;
}
