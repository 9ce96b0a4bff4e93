/* SPDX-License-Identifier: MIT */
/* wtorch logs: what an agent wrote, or what happened in a run. */

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "event_text.h"
#include "wtorch/base/path.h"

#define CHUNK_BYTES   (256u << 10)
#define MAX_LINE      (64u << 10) /* a longer one is shown in pieces */
#define LOOK_EVERY_MS 30000       /* what wakes us is files and processes; this is the deadline */

enum token { TOKEN_LOG = 1, TOKEN_JOURNAL, TOKEN_SHIM, TOKEN_OWNER };

static const struct wt_opt rows[] = {
	{ .name = "attempt", .arg = "N", .help = "the Nth attempt, not the newest one" },
	{ .name = "round",
	  .arg = "N",
	  .help = "the Nth fix round of the attempt, not the newest one; 0: its first start" },
	{ .name = "gate",
	  .arg = "NAME",
	  .help = "what that gate wrote about the task; without TASK, about the base" },
	{ .name = "follow",
	  .letter = 'f',
	  .help = "go on until the attempt, or the run, has ended" },
};

struct follower {
	struct wt_cli *cli;
	struct wt_run *run;
	int signo;    /* what ended it early, or 0 */
	int64_t shim; /* pids that are watched, 0: none */
	int64_t owner;
};

/* Sleeps until a file or process that is watched gives a reason to look again. */
static enum wt_code sleep_until_news(struct follower *f, struct wt_error *err)
{
	const struct wt_proc *proc = f->cli->ports->proc;
	struct wt_wake wake;
	enum wt_code rc = proc->wait(proc->self, LOOK_EVERY_MS, &wake, err);

	if (!rc && wake.kind == WT_WAKE_SIGNAL && wake.signo != SIGWINCH)
		f->signo = wake.signo;
	return rc ? rc : wt_run_refresh(f->run, err);
}

static struct wt_proc_id proc_id(int64_t pid, const char *start, const char *boot)
{
	struct wt_proc_id id = { .pid = pid };

	snprintf(id.start_time, sizeof id.start_time, "%s", start ? start : "");
	snprintf(id.boot_id, sizeof id.boot_id, "%s", boot ? boot : "");
	return id;
}

/* The end of a process is news; one that is gone already is seen by who asks next. */
static void watch(struct follower *f, int64_t *watched, const struct wt_proc_id *id,
		  enum token token)
{
	const struct wt_proc *proc = f->cli->ports->proc;
	struct wt_error ignored;

	if (id->pid && id->pid != *watched && proc->watch(proc->self, id, token, &ignored) == WT_OK)
		*watched = id->pid;
}

static void watch_owner(struct follower *f)
{
	const struct wt_run_state *s = wt_run_state(f->run);
	struct wt_proc_id id = proc_id(s->orchestrator_pid, s->orchestrator_start, s->boot_id);

	watch(f, &f->owner, &id, TOKEN_OWNER);
}

static enum wt_code watch_journal(struct follower *f, struct wt_error *err)
{
	const struct wt_proc *proc = f->cli->ports->proc;

	return proc->watch_file(proc->self,
				wt_path_join(&f->run->arena, f->run->dir, "journal.jsonl"),
				TOKEN_JOURNAL, err);
}

/* the log of an agent */

struct tail {
	const char *path;
	int64_t offset;
	struct wt_buf pending; /* the beginning of a line, or of a character */
};

static void show_pending(struct wt_cli *cli, struct tail *t, bool is_last)
{
	size_t n = t->pending.len;
	struct wt_buf rest = WT_BUF_INIT;

	while (!is_last && cli->ui.out_is_terminal && n && t->pending.data[n - 1] != '\n')
		n--;
	if (!n && t->pending.len > MAX_LINE)
		n = t->pending.len;
	if (!n)
		return;
	wt_cli_answer_lines(cli, (struct wt_str){ t->pending.data, n }, NULL);
	wt_buf_add(&rest, t->pending.data + n, t->pending.len - n);
	wt_buf_clear(&t->pending);
	t->pending = rest;
}

static enum wt_code show_new(struct wt_cli *cli, struct tail *t, bool is_last, struct wt_error *err)
{
	const struct wt_fs *fs = cli->ports->fs;
	enum wt_code rc = WT_OK;
	size_t before;

	do {
		before = t->pending.len;
		rc = fs->read_from(fs->self, t->path, t->offset, CHUNK_BYTES, &t->pending, err);
		if (rc == WT_E_NOT_FOUND)
			return WT_OK;
		t->offset += (int64_t)(t->pending.len - before);
		before = t->pending.len - before;
		show_pending(cli, t, is_last && before == 0);
	} while (!rc && before && !cli->ui.pipe_is_closed);
	return rc;
}

/* The agent of that attempt may still write. */
static bool is_writing(struct follower *f, size_t task, size_t attempt)
{
	const struct wt_task_state *t = &wt_run_state(f->run)->tasks[task];
	const struct wt_proc *proc = f->cli->ports->proc;
	struct wt_proc_id id = proc_id(t->pid, t->start_time, t->boot_id);

	if (t->attempt != attempt || !wt_state_is_living(t->state))
		return false;
	/* Its work is looked at; there may be another round of it. */
	if (t->state == WT_GATING)
		return wt_run_is_driven(f->run);
	watch(f, &f->shim, &id, TOKEN_SHIM);
	return t->pid ? proc->is_alive(proc->self, &id) : wt_run_is_driven(f->run);
}

/* The next round has a log of its own: what is left of the one before is shown first. */
static enum wt_code follow_round(struct follower *f, size_t task, struct tail *t, bool *is_watched,
				 struct wt_error *err)
{
	const char *path = wt_path_join(
		&f->run->arena, wt_run_agent_dir(f->run, task, &f->run->arena), "agent.log");
	const struct wt_proc *proc = f->cli->ports->proc;
	enum wt_code rc = WT_OK;

	if (t->path && strcmp(t->path, path) == 0)
		return WT_OK;
	if (t->path) {
		rc = show_new(f->cli, t, true, err);
		proc->unwatch_file(proc->self, TOKEN_LOG);
	}
	*is_watched = false;
	t->path = path;
	t->offset = 0;
	return rc;
}

static enum wt_code follow_attempt(struct follower *f, size_t task, size_t attempt,
				   struct wt_error *err)
{
	const struct wt_proc *proc = f->cli->ports->proc;
	struct wt_ui *ui = &f->cli->ui;
	struct tail t = { .pending = WT_BUF_INIT };
	bool is_watched = false, is_live = true;
	struct wt_error ignored;
	enum wt_code rc = watch_journal(f, err);

	watch_owner(f);
	while (!rc && is_live && !f->signo && !ui->pipe_is_closed) {
		rc = follow_round(f, task, &t, &is_watched, err);
		if (rc)
			break;
		/* The folder is made with the attempt, so the watch may have to wait for it. */
		if (!is_watched)
			is_watched = proc->watch_file(proc->self, t.path, TOKEN_LOG, &ignored) ==
				     WT_OK;
		is_live = is_writing(f, task, attempt);
		rc = show_new(f->cli, &t, !is_live, err);
		if (!rc && is_live)
			rc = sleep_until_news(f, err);
	}
	wt_buf_clear(&t.pending);
	return rc;
}

/* Waits for the first attempt of a task that is still to come. */
static enum wt_code await_attempt(struct follower *f, size_t task, size_t *attempt,
				  struct wt_error *err)
{
	enum wt_code rc = watch_journal(f, err);

	watch_owner(f);
	while (!rc && !f->signo) {
		const struct wt_task_state *t = &wt_run_state(f->run)->tasks[task];

		*attempt = t->attempt;
		if (t->attempt || wt_state_is_final(t->state) || !wt_run_is_driven(f->run))
			break;
		rc = sleep_until_news(f, err);
	}
	return rc;
}

static enum wt_code show_attempt(struct follower *f, const struct wt_start_name *which,
				 struct wt_error *err)
{
	struct wt_cli *cli = f->cli;
	const char *id = f->run->plan.tasks[which->task].task.id;
	struct tail t = { .pending = WT_BUF_INIT };
	struct wt_file_info info;
	enum wt_code rc;

	t.path = wt_path_join(&f->run->arena, wt_run_newest_start(f->run, which, &f->run->arena),
			      "agent.log");
	rc = cli->ports->fs->stat(cli->ports->fs->self, t.path, &info, err);
	if (!rc && info.kind == WT_FILE_NONE) {
		rc = which->round
			     ? wt_fail(err, WT_E_NOT_FOUND,
				       "round %zu of attempt %zu of task '%s' has no log",
				       which->round, which->attempt, id)
			     : wt_fail(err, WT_E_NOT_FOUND, "attempt %zu of task '%s' has no log",
				       which->attempt, id);
		wt_hint(err, "wtorch why %s", id);
	}
	if (!rc)
		rc = show_new(cli, &t, true, err);
	wt_buf_clear(&t.pending);
	return rc;
}

/* The newest answer of that gate which has a log. */
static const struct wt_gate_state *find_gate(const struct wt_run *run, size_t task, size_t gate)
{
	const struct wt_run_state *s = wt_run_state(run);
	const struct wt_judgment *of[2] = { &s->base_judged, NULL };

	if (task != WT_MAP_NONE) {
		of[0] = &s->tasks[task].merging;
		of[1] = &s->tasks[task].judged;
	}
	for (size_t i = 0; i < 2 && of[i]; i++)
		if (of[i]->gates && of[i]->gates[gate].dir)
			return &of[i]->gates[gate];
	return NULL;
}

/* Where it was not even begun, the output of what its worktree needed first. */
static const char *gate_log(struct follower *f, const char *dir)
{
	const struct wt_fs *fs = f->run->ports->fs;
	struct wt_arena *a = &f->run->arena;
	const char *whole = wt_path_join(a, f->run->dir, dir);
	const char *log = wt_path_join(a, whole, "agent.log");
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_error ignored;

	(void)!fs->stat(fs->self, log, &info, &ignored);
	return info.kind == WT_FILE_NONE ? wt_path_join(a, whole, "setup/agent.log") : log;
}

static enum wt_code logs_of_gate(struct follower *f, struct wt_error *err)
{
	const char *name = wt_args_value(&f->cli->args, "gate");
	const char *id = f->cli->args.n_words ? f->cli->args.words[0] : NULL;
	size_t gate = wt_judgment_find(&f->run->plan, name), task = WT_MAP_NONE;
	const struct wt_gate_state *g = NULL;
	struct tail t = { .pending = WT_BUF_INIT };
	enum wt_code rc = id ? wt_cli_find_task(f->run, id, &task, err) : WT_OK;

	if (rc)
		return rc;
	if (gate < f->run->plan.n_gates)
		g = find_gate(f->run, task, gate);
	if (!g) {
		wt_fail(err, WT_E_NOT_FOUND, "gate '%s' wrote nothing about %s in run %s", name,
			id ? id : "the base", f->run->id);
		return id ? wt_hint(err, "wtorch why %s", id) : err->code;
	}
	t.path = gate_log(f, g->dir);
	rc = show_new(f->cli, &t, true, err);
	wt_buf_clear(&t.pending);
	return rc;
}

static enum wt_code logs_of_task(struct follower *f, struct wt_error *err)
{
	struct wt_cli *cli = f->cli;
	const char *id = cli->args.words[0];
	bool follows = wt_args_has(&cli->args, "follow");
	int64_t number = 0, round = 0;
	struct wt_start_name which;
	size_t task, attempt;
	enum wt_code rc = wt_cli_find_task(f->run, id, &task, err);

	if (!rc)
		rc = wt_args_int(&cli->args, "attempt", 1, &number, err);
	if (!rc)
		rc = wt_args_int(&cli->args, "round", 0, &round, err);
	if (rc)
		return rc;
	attempt = number ? (size_t)number : wt_run_state(f->run)->tasks[task].attempt;
	if (!attempt && follows)
		rc = await_attempt(f, task, &attempt, err);
	if (rc || f->signo)
		return rc;
	if (!attempt) {
		wt_fail(err, WT_E_STATE, "task '%s' has not started: it is %s", id,
			wt_state_name(wt_run_state(f->run)->tasks[task].state));
		return wt_hint(err, "wtorch why %s", id);
	}
	if (follows && !wt_args_has(&cli->args, "round") && is_writing(f, task, attempt))
		return follow_attempt(f, task, attempt, err);
	which = (struct wt_start_name){ task, attempt, (size_t)round };
	if (!wt_args_has(&cli->args, "round"))
		which.round = wt_run_newest_round(f->run, task, attempt);
	return show_attempt(f, &which, err);
}

/* the log of the run */

struct teller {
	struct follower *follower;
	struct wt_event_text text;
	uint64_t last_seq;
};

static void tell(void *arg, const struct wt_event *ev)
{
	struct teller *t = arg;
	struct wt_buf line = WT_BUF_INIT, words = WT_BUF_INIT;

	if (ev->seq <= t->last_seq || ev->kind == WT_EV_NONE)
		return;
	t->last_seq = ev->seq;
	wt_text_render_time(&line, ev->ts_wall_ms);
	wt_buf_printf(&line, "  %-8s  ", ev->task ? ev->task : "-");
	wt_event_text_render(&t->text, ev, &words);
	wt_text_render_safe(&line, (struct wt_str){ words.data, words.len });
	wt_buf_putc(&line, '\n');
	wt_ui_answer(&t->follower->cli->ui, (struct wt_str){ line.data, line.len });
	wt_buf_clear(&words);
	wt_buf_clear(&line);
}

static void observe(void *arg, struct wt_run *run, const struct wt_event *ev)
{
	(void)run;
	tell(arg, ev);
}

static enum wt_code logs_of_run(struct follower *f, struct wt_error *err)
{
	struct teller t = { .follower = f, .text = { &f->run->plan, f->cli->cwd } };
	bool follows = wt_args_has(&f->cli->args, "follow");
	enum wt_code rc = follows ? watch_journal(f, err) : WT_OK;

	if (!rc)
		rc = wt_run_each_event(f->run, tell, &t, err);
	f->run->observe = observe;
	f->run->observe_arg = &t;
	if (!rc && follows)
		rc = wt_run_refresh(f->run, err);
	while (!rc && follows && !f->signo && !f->cli->ui.pipe_is_closed &&
	       wt_run_is_driven(f->run)) {
		watch_owner(f);
		rc = sleep_until_news(f, err);
	}
	f->run->observe = NULL;
	return rc;
}

static int logs_run(struct wt_cli *cli, struct wt_error *err)
{
	struct follower f = { .cli = cli };
	const char *task = cli->args.n_words ? cli->args.words[0] : NULL;
	enum wt_code rc = wt_cli_want_words(cli, 0, 1, err);

	if (!rc && !task && wt_args_has(&cli->args, "attempt"))
		rc = wt_fail(err, WT_E_USAGE, "--attempt needs a TASK");
	if (!rc && !task && wt_args_has(&cli->args, "round"))
		rc = wt_fail(err, WT_E_USAGE, "--round needs a TASK");
	if (!rc)
		rc = wt_cli_open_run(cli, task, &f.run, err);
	if (!rc)
		rc = wt_args_has(&cli->args, "gate") ? logs_of_gate(&f, err)
		     : task                          ? logs_of_task(&f, err)
						     : logs_of_run(&f, err);
	if (!rc)
		wt_ui_diags(&cli->ui, &f.run->damage);
	wt_run_close(f.run);
	return rc ? -1 : f.signo ? 128 + f.signo : 0;
}

const struct wt_command wt_cmd_logs = {
	.name = "logs",
	.summary = "show what an agent wrote, or what happened in a run",
	.usage = "[TASK]",
	.about = "With TASK: the output of its newest attempt. Into a pipe it goes byte for byte; "
		 "for a terminal, control sequences are left out. Without TASK: everything that "
		 "happened in the run, a line each, in the order of time (UTC).",
	.opts = WT_OPTS(rows, &wt_run_opt),
	.needs = WT_NEEDS_REPO,
	.run = logs_run,
};
