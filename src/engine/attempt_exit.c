/* SPDX-License-Identifier: MIT */
/* The end of an agent or a setup command: how it went, and that nobody is left of it. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agent_argv.h"
#include "drive.h"
#include "wtorch/base/path.h"
#include "wtorch/port/shim.h"

/* How often a sweep may be killed itself before we give up. */
#define MAX_SWEEPS 100

static const struct wt_task_state *state_of(const struct wt_drive *d, size_t task)
{
	return &wt_run_state(d->run)->tasks[task];
}

static const char *id_of(const struct wt_drive *d, size_t task)
{
	return d->run->plan.tasks[task].task.id;
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

/* A folder for the sweep that no sweep before it has claimed: that one may have been killed, too.
 * NULL: it cannot be made. */
static const char *sweep_dir(struct wt_run *run, const char *attempt_dir)
{
	const struct wt_fs *fs = run->ports->fs;
	struct wt_error ignored;

	for (unsigned n = 1; n <= MAX_SWEEPS; n++) {
		const char *dir = wt_arena_printf(&run->arena, n > 1 ? "%s/sweep-%u" : "%s/sweep",
						  attempt_dir, n);
		struct wt_file_info info = { .kind = WT_FILE_OTHER };

		if (fs->mkdirs(fs->self, dir, &ignored) != WT_OK)
			return NULL;
		(void)!fs->stat(fs->self, wt_path_join(&run->arena, dir, WT_SHIM_CLAIM), &info,
				&ignored);
		if (info.kind == WT_FILE_NONE)
			return dir;
	}
	return NULL;
}

bool wt_attempt_sweep(struct wt_drive *d, const char *dir, uint64_t token, struct wt_proc_id *shim)
{
	static const char *const argv[] = { "/bin/true", NULL }, *const env[] = { NULL };
	struct wt_run *run = d->run;
	const struct wt_proc *p = run->ports->proc;
	struct wt_agent_start start = { .argv = argv, .env = env, .cwd = "/" };
	struct wt_error ignored;

	start.instance = start_string(run, dir, 3);
	start.cgroup = start_string(run, dir, 8);
	start.dir = start.instance ? sweep_dir(run, dir) : NULL;
	return start.dir && p->start(p->self, &start, token, shim, &ignored) == WT_OK;
}

static bool start_sweep(struct wt_drive *d, size_t task, const char *dir, enum wt_phase phase)
{
	struct wt_instance *inst = &d->instances[task];

	if (!wt_attempt_sweep(d, dir, wt_token(WT_TOKEN_SHIM, task), &inst->shim))
		return false;
	inst->phase = phase;
	return true;
}

static enum wt_code setup_exited(struct wt_drive *d, size_t task, struct wt_error *err)
{
	struct wt_run *run = d->run;
	struct wt_instance *inst = &d->instances[task];
	const char *dir = wt_path_join(
		&run->arena, wt_run_attempt_dir(run, task, state_of(d, task)->attempt), "setup");
	struct wt_agent_exit end;
	struct wt_event failed = { .kind = WT_EV_WORKTREE_FAILED,
				   .task = id_of(d, task),
				   .attempt = state_of(d, task)->attempt };
	const char *reason;
	enum wt_code rc;

	wt_agent_read_exit(run, dir, &end);
	/* What it left running must not be there when its worktree goes. */
	if (strcmp(end.reason, "lost") == 0 && inst->phase == WT_PHASE_SETUP &&
	    start_sweep(d, task, dir, WT_PHASE_SETUP_SWEEP))
		return WT_OK;
	if (strcmp(end.reason, "exit") == 0 && end.code == 0) {
		rc = wt_attempt_note_prepared(d, task, err);
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
	failed.reason = reason;
	failed.error = wt_attempt_cause(run, dir, &run->arena);
	inst->phase = WT_PHASE_NONE;
	return wt_run_note(run, &failed, WT_DURABLE, err);
}

static enum wt_code note_of_task(struct wt_drive *d, size_t task, const char *reason,
				 struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_NOTE, .task = id_of(d, task), .reason = reason };

	return wt_run_note(d->run, &ev, WT_LAZY, err);
}

/* The rest of its log, or all of it where nobody listened. */
static void read_told(struct wt_drive *d, size_t task, const char *dir, struct wt_agent_told *out)
{
	struct wt_run *run = d->run;
	struct wt_agent_log *log = wt_attempt_take_log(d, task);

	if (!log)
		log = wt_agent_log_open(run, task, dir);
	wt_agent_log_finish(log, &run->arena, out);
	wt_agent_log_free(log);
}

static void fill_told(const struct wt_agent_told *told, struct wt_event *ev)
{
	ev->stop = wt_provider_stop_name(told->stop);
	ev->until_wall_ms = ev->stop ? told->until_wall_ms : 0;
	ev->said = told->said;
	ev->error = told->error;
	ev->session = told->session;
	ev->model = told->model;
	ev->tokens_in = told->tokens_in;
	ev->tokens_out = told->tokens_out;
	ev->tokens_cached = told->tokens_cached;
	ev->cost_microusd = told->cost_microusd;
}

/* A budget in dollars cannot be kept where nobody knows what tokens cost. */
static enum wt_code note_unknown_cost(struct wt_drive *d, size_t task,
				      const struct wt_agent_told *told, struct wt_error *err)
{
	struct wt_run *run = d->run;
	const char *model = wt_agent_model_of(run, task);
	struct wt_budget budget;

	model = model ? model : told->model;
	wt_budget_build(run->config, &budget);
	if (told->cost_microusd || !(told->tokens_in || told->tokens_out) ||
	    !(budget.run.cost_microusd || budget.task.cost_microusd))
		return WT_OK;
	return note_of_task(d, task,
			    wt_arena_printf(&run->arena,
					    "what its agent cost is not known, so the budget in "
					    "dollars is not kept: agent '%s' names %s%s and no "
					    "[price] section is of that",
					    wt_agent_of(run, task), model ? "model " : "no model",
					    model ? model : ""),
			    err);
}

enum wt_code wt_attempt_exited(struct wt_drive *d, size_t task, struct wt_error *err)
{
	struct wt_run *run = d->run;
	struct wt_instance *inst = &d->instances[task];
	const struct wt_task_state *s = state_of(d, task);
	struct wt_event ev = { .kind = WT_EV_AGENT_EXITED,
			       .task = id_of(d, task),
			       .attempt = s->attempt,
			       .round = s->round,
			       .agent = s->agent };
	struct wt_error ignored;
	struct wt_agent_exit end;
	struct wt_agent_told told;
	const char *dir;

	if (inst->phase == WT_PHASE_NONE)
		return WT_OK; /* one that was given up: its end changes nothing */
	if (inst->phase == WT_PHASE_SETUP || inst->phase == WT_PHASE_SETUP_SWEEP)
		return setup_exited(d, task, err);
	wt_attempt_read_status(d, task);
	run->ports->proc->unwatch_file(run->ports->proc->self, wt_token(WT_TOKEN_STATUS, task));
	dir = wt_run_agent_dir(run, task, &run->arena);
	wt_agent_read_exit(run, dir, &end);
	if (strcmp(end.reason, "lost") == 0) {
		if (inst->phase == WT_PHASE_AGENT && start_sweep(d, task, dir, WT_PHASE_SWEEP))
			return WT_OK; /* its end brings us here again */
		/* It had reserved room for its record, which nobody writes any more. */
		(void)!run->ports->fs->remove(run->ports->fs->self,
					      wt_path_join(&run->arena, dir, WT_SHIM_EXIT ".tmp"),
					      &ignored);
		/* Nothing of the machine's: whoever kills his shim has used up an attempt. */
		if (inst->is_watched)
			end.reason = "killed";
	}
	inst->phase = WT_PHASE_NONE;
	if (strcmp(end.reason, "exec") == 0)
		return wt_attempt_note_failed(d, task, WT_EV_AGENT_FAILED,
					      end.error ? end.error : "cannot be executed", err);
	ev.reason = end.reason;
	ev.code = end.code;
	ev.signal = end.signal;
	ev.cpu_ms = end.cpu_ms;
	ev.rss_bytes = end.peak_rss_bytes;
	ev.duration_ms = end.duration_ms;
	ev.count = end.survivors;
	read_told(d, task, dir, &told);
	fill_told(&told, &ev);
	if (wt_run_note(run, &ev, WT_DURABLE, err) ||
	    (told.odd &&
	     note_of_task(d, task,
			  wt_arena_printf(&run->arena, "its agent told %s, which was left out",
					  told.odd),
			  err)))
		return err->code;
	if (note_unknown_cost(d, task, &told, err))
		return err->code;
	/* Why it failed may be that it was refused something. */
	return strcmp(end.reason, "exit") == 0 && end.error ? note_of_task(d, task, end.error, err)
							    : WT_OK;
}
