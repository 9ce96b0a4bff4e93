/* SPDX-License-Identifier: MIT */
/* The loop: next action, perform, note; and the one place that sleeps. */

#include "wtorch/engine/run.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "wtorch/base/mem.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/byhand.h"
#include "wtorch/engine/land.h"
#include "wtorch/engine/mark.h"
#include "wtorch/engine/witness.h"

/* The CPU figure is a mean; over less than this it says nothing. */
#define SAMPLE_MS 5000
/* How often the shims are looked at at most. */
#define TEND_MS 1000
/* How often status files are read at most, however often they are written. */
#define NEWS_MS 250
/* How often the logs of agents that write events are looked at. */
#define HEAR_MS 1000
/* Wakes that are handled before something new is decided, should they never end. */
#define MAX_WAKES 64

static void sample_load(struct wt_drive *d)
{
	const struct wt_proc *p = d->run->ports->proc;
	int64_t now = wt_drive_now(d);

	if (d->sampled_ms && now - d->sampled_ms < SAMPLE_MS)
		return;
	p->load(p->self, &d->load);
	d->sampled_ms = now;
}

static enum wt_code note_simple(struct wt_run *run, enum wt_event_kind kind, const char *task,
				const char *reason, struct wt_error *err)
{
	struct wt_event ev = { .kind = kind, .task = task, .reason = reason };

	return wt_run_note(run, &ev, WT_DURABLE, err);
}

static enum wt_code note_started(struct wt_run *run, const char *purpose, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_RUN_STARTED, .run = run->id, .reason = purpose };
	struct wt_proc_id self;

	run->ports->proc->self_id(run->ports->proc->self, &self);
	ev.pid = self.pid;
	ev.start_time = self.start_time;
	ev.boot_id = self.boot_id;
	return wt_run_note(run, &ev, WT_DURABLE, err);
}

/* Why the base, read back, does not hold what had landed; NULL: it does, be it in another form (a
 * person rebased or squashed it since). */
static const char *find_lost(struct wt_run *run, size_t task, struct wt_arena *a)
{
	const struct wt_task_state *t = &wt_run_state(run)->tasks[task];
	const struct wt_git *git = run->ports->git;
	struct wt_integrated work = { 0 };
	struct wt_witness seen = { 0 };
	struct wt_targets targets;
	struct wt_error ignored;

	if (t->state == WT_MERGED)
		wt_witness_look(run, task, true, a, &seen);
	if (seen.problem && !wt_oid_is_zero(&t->tip) &&
	    wt_integrated_targets(git, run->plan.base, a, &targets, &ignored) == WT_OK)
		wt_integrated_find(git, &targets, &t->tip, a, &work);
	return work.how && work.how != WT_INTEGRATED_UNCHANGED && work.target->is_base
		       ? NULL
		       : seen.problem;
}

/* Nothing ends without its reason: what could not be explained, or is not in the base any more
 * although it had landed, is told in the run's own record, and the run is no success. */
static enum wt_code note_unexplained(struct wt_run *run, struct wt_error *err)
{
	const struct wt_run_state *s = wt_run_state(run);
	struct wt_arena scratch = { 0 };
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < run->plan.n_tasks; i++) {
		struct wt_event ev = { .kind = WT_EV_LANDING_LOST,
				       .task = run->plan.tasks[i].task.id,
				       .oid = s->tasks[i].landed };

		ev.reason = find_lost(run, i, &scratch);
		if (!ev.reason)
			ev.kind = WT_EV_NOTE;
		if (!wt_sched_is_explained(s, i))
			ev.reason = wt_arena_printf(
				&scratch, "the run ends, it is %s, and no record says why",
				wt_state_name(s->tasks[i].state));
		if (ev.reason)
			rc = wt_run_note(run, &ev, WT_LAZY, err);
	}
	wt_arena_clear(&scratch);
	return rc;
}

static enum wt_code note_ended(struct wt_run *run, struct wt_error *err)
{
	const struct wt_run_state *s = wt_run_state(run);
	struct wt_event ev = { .kind = s->stop_asked ? WT_EV_RUN_STOPPED : WT_EV_RUN_ENDED,
			       .run = run->id };

	if (!s->stop_asked && note_unexplained(run, err))
		return err->code;
	ev.code = wt_sched_exit_code(s);
	ev.reason = s->stop_asked ? "stop" : wt_sched_final_status(s);
	return wt_run_note(run, &ev, WT_DURABLE, err);
}

static enum wt_code note_paused(struct wt_run *run, const char *reason, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_RUN_PAUSED, .reason = reason, .by_provider = true };

	return wt_run_note(run, &ev, WT_DURABLE, err);
}

static enum wt_code perform(struct wt_drive *d, const struct wt_action *action,
			    struct wt_error *err)
{
	struct wt_run *run = d->run;

	switch (action->kind) {
	case WT_ACT_START:
		return wt_attempt_start(d, action, err);
	case WT_ACT_CONTINUE:
		return wt_attempt_continue(d, action->task, err);
	case WT_ACT_FINISH:
		return wt_work_finish(run, action->task, err);
	case WT_ACT_MERGE:
		return wt_land(run, action->task, err);
	case WT_ACT_SKIP:
		return note_simple(run, WT_EV_TASK_SKIPPED, run->plan.tasks[action->task].task.id,
				   action->reason, err);
	case WT_ACT_STOP:
		return wt_attempt_stop(d, action->task, err);
	case WT_ACT_PAUSE:
		return note_paused(run, action->reason, err);
	case WT_ACT_END:
		if (wt_mark_statuses(run, d->tried_marks, true, err))
			return err->code;
		return note_ended(run, err);
	case WT_ACT_GATE:
		return wt_gate_ask(d, action, err);
	case WT_ACT_DECIDE:
		return wt_gate_decide(d, action, err);
	case WT_ACT_NONE:
		break;
	}
	return WT_OK;
}

static void read_news(struct wt_drive *d)
{
	int64_t now = wt_drive_now(d);

	if (now - d->news_ms < NEWS_MS)
		return;
	d->news_ms = now;
	for (size_t i = 0; i < d->run->plan.n_tasks; i++)
		if (d->instances[i].has_news)
			wt_attempt_read_status(d, i);
}

static enum wt_code tick(struct wt_drive *d, const struct wt_drive_opts *o, struct wt_error *err)
{
	int64_t now = wt_drive_now(d);
	enum wt_code rc = WT_OK;

	read_news(d);
	wt_attempt_tidy(d);
	if (now - d->tended_ms >= TEND_MS) {
		d->tended_ms = now;
		wt_attempt_tend(d);
	}
	if (now - d->heard_ms >= HEAR_MS) {
		d->heard_ms = now;
		rc = wt_attempt_hear(d, err);
	}
	if (o->tick)
		o->tick(o->arg, d->run, d->live, &d->load);
	return rc;
}

/* waking */

static enum wt_code handle_signal(struct wt_drive *d, const struct wt_drive_opts *o, int signo,
				  struct wt_error *err)
{
	if (signo == SIGHUP) {
		if (o->hangup)
			o->hangup(o->arg, d->run);
		return WT_OK;
	}
	if (signo != SIGINT && signo != SIGTERM)
		return WT_OK;
	d->wants_out = d->signo != 0;
	d->signo = signo;
	return d->wants_out ? WT_OK : note_simple(d->run, WT_EV_STOP_ASKED, NULL, "signal", err);
}

static enum wt_code handle_wake(struct wt_drive *d, const struct wt_drive_opts *o,
				const struct wt_wake *wake, struct wt_error *err)
{
	size_t task = (size_t)(wake->token & 0xffffffffu);

	switch (wake->kind) {
	case WT_WAKE_EXIT:
		return wake->token >> 32 == WT_TOKEN_GATE ? wt_gate_exited(d, task, err)
							  : wt_attempt_exited(d, task, err);
	case WT_WAKE_FILE:
		if (wake->token >> 32 == WT_TOKEN_JOURNAL)
			return wt_run_refresh(d->run, err);
		d->instances[task].has_news = true;
		return WT_OK;
	case WT_WAKE_SIGNAL:
		return handle_signal(d, o, wake->signo, err);
	case WT_WAKE_TIME:
	case WT_WAKE_INPUT:
		break;
	}
	return WT_OK;
}

static enum wt_code handle_kept(struct wt_drive *d, const struct wt_drive_opts *o,
				struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < d->n_kept; i++)
		rc = handle_wake(d, o, &d->kept[i], err);
	d->n_kept = d->n_signals = 0;
	return rc;
}

static int64_t sleep_ms(const struct wt_drive *d, const struct wt_drive_opts *o, int64_t wake_ms)
{
	int64_t limit = o->tick_ms ? o->tick_ms : wt_config_int(d->run->config, "run.interval");
	int64_t until = wake_ms < 0 ? limit : wake_ms - wt_drive_now(d);

	if (d->n_logs && limit > HEAR_MS)
		limit = HEAR_MS;
	if (until < 0)
		until = 0;
	return until < limit ? until : limit;
}

static bool is_news(const struct wt_wake *wake)
{
	return wake->kind == WT_WAKE_FILE && wake->token >> 32 == WT_TOKEN_STATUS;
}

static enum wt_code sleep_and_handle(struct wt_drive *d, const struct wt_drive_opts *o,
				     int64_t wake_ms, struct wt_error *err)
{
	const struct wt_proc *p = d->run->ports->proc;
	int64_t timeout = sleep_ms(d, o, wake_ms), until = wt_drive_now(d) + timeout;
	struct wt_wake wake;
	enum wt_code rc;

	/* All that is there already, before anything new is decided. What an agent says about
	 * itself decides nothing, so it need not be answered at once. */
	for (int n = 0; n < MAX_WAKES || timeout > 0; n++) {
		rc = p->wait(p->self, timeout, &wake, err);
		if (!rc)
			rc = handle_wake(d, o, &wake, err);
		if (rc || wake.kind == WT_WAKE_TIME || d->wants_out)
			return rc;
		if (!is_news(&wake))
			until = 0;
		else if (until > wt_drive_now(d) + NEWS_MS)
			until = wt_drive_now(d) + NEWS_MS;
		timeout = until - wt_drive_now(d);
		if (timeout < 0)
			timeout = 0;
	}
	return WT_OK;
}

/* Somebody asked for something while the end of the run was being written: it was told that we
 * would do it. */
static enum wt_code take_up_asked(struct wt_run *run, uint64_t decided, bool *is_asked,
				  struct wt_error *err)
{
	const struct wt_run_state *s = wt_run_state(run);
	const char *purpose = NULL;

	for (size_t i = 0; s->is_ended && i < run->plan.n_tasks; i++) {
		const struct wt_task_state *t = &s->tasks[i];

		if (t->since.seq <= decided)
			continue;
		if (t->retry_asked && t->state == WT_WAITING)
			purpose = "retry";
		else if (t->merge_asked && t->state == WT_QUEUED && !purpose)
			purpose = "merge";
	}
	*is_asked = purpose != NULL;
	return purpose ? note_started(run, purpose, err) : WT_OK;
}

static enum wt_code warn_of_budget(struct wt_run *run, struct wt_error *err)
{
	struct wt_event ev;

	return wt_sched_warn_budget(run->sched, &ev) ? wt_run_note(run, &ev, WT_LAZY, err) : WT_OK;
}

static int64_t wall_now(const struct wt_drive *d)
{
	const struct wt_clock *clock = d->run->ports->clock;

	return clock->wall_ms(clock->self);
}

static enum wt_code loop(struct wt_drive *d, const struct wt_drive_opts *o, struct wt_error *err)
{
	enum wt_code rc = WT_OK;
	bool is_asked;

	while (!rc && !d->wants_out) {
		uint64_t decided = wt_run_state(d->run)->last_seq;
		struct wt_action action;

		if (d->n_kept) {
			rc = handle_kept(d, o, err);
			continue;
		}
		sample_load(d);
		wt_sched_set_clock(d->run->sched, wt_drive_now(d), wall_now(d));
		wt_gates_heed(d);
		rc = wt_mark_statuses(d->run, d->tried_marks, false, err);
		if (!rc)
			rc = warn_of_budget(d->run, err);
		if (rc)
			break;
		if (wt_sched_next(d->run->sched, wt_drive_now(d), &d->load, &action)) {
			decided = wt_run_state(d->run)->last_seq;
			rc = perform(d, &action, err);
			if (!rc)
				rc = tick(d, o, err);
			if (rc || action.kind != WT_ACT_END)
				continue;
			rc = take_up_asked(d->run, decided, &is_asked, err);
			if (rc || !is_asked)
				break;
			continue;
		}
		decided = wt_run_state(d->run)->last_seq;
		rc = tick(d, o, err);
		/* What was heard may have changed what is to be done. */
		if (!rc && wt_run_state(d->run)->last_seq == decided)
			rc = sleep_and_handle(d, o, action.wake_ms, err);
	}
	return rc;
}

/* The run cannot go on here. Its agents can, and somebody else goes on with them, but only where
 * there is a journal that tells of them. */
static enum wt_code leave(struct wt_drive *d, struct wt_error *err)
{
	struct wt_run *run = d->run;
	const struct wt_fs *fs = run->ports->fs;
	const char *journal = wt_path_join(&run->arena, run->dir, "journal.jsonl");
	struct wt_file_info info = { .kind = WT_FILE_REGULAR };
	struct wt_error ignored;

	(void)!fs->stat(fs->self, journal, &info, &ignored);
	if (info.kind != WT_FILE_NONE)
		return err->hint[0] ? err->code : wt_hint(err, "wtorch resume %s", run->id);
	for (size_t i = 0; i < run->plan.n_tasks; i++)
		if (d->instances[i].phase != WT_PHASE_NONE)
			(void)!wt_attempt_stop(d, i, &ignored);
	wt_gates_stop(d);
	err->code = WT_E_ENV;
	return wt_hint(err, "nobody can resume it; what it made: git worktree list");
}

enum wt_code wt_run_drive(struct wt_run *run, const struct wt_drive_opts *o, int *signo,
			  struct wt_error *err)
{
	const struct wt_proc *p = run->ports->proc;
	struct wt_drive d = { .run = run };
	size_t n = run->plan.n_tasks ? run->plan.n_tasks : 1, n_by_hand;
	bool ignored;
	enum wt_code rc;

	d.instances = wt_arena_alloc(&run->arena, n * sizeof *d.instances);
	d.tried_marks = wt_arena_alloc(&run->arena, n);
	d.live = wt_arena_alloc(&run->arena, n * sizeof *d.live);
	for (size_t i = 0; i < n; i++)
		d.live[i] =
			(struct wt_live){ .progress_percent = -1, .cpu_ms = -1, .rss_bytes = -1 };
	wt_gates_begin(&d);
	rc = wt_run_check_place(run, err);
	if (rc)
		return rc;
	/* Before the start, which takes up again what was stopped. */
	rc = wt_byhand_settle(run, &n_by_hand, err);
	/* Signals are heard from the first wait on: one that arrives while recovery looks at what
	 * was left must not end us before that is ended. */
	if (!rc)
		rc = wt_drive_await(&d, 0, 1, &ignored, err);
	if (!rc)
		rc = p->watch_file(p->self, wt_path_join(&run->arena, run->dir, "journal.jsonl"),
				   wt_token(WT_TOKEN_JOURNAL, 0), err);
	if (!rc)
		rc = note_started(run, o->purpose, err);
	run->is_driving = !rc;
	/* Behind the start, which takes back what was asked before it. */
	if (!rc && o->purpose && strcmp(o->purpose, "stop") == 0)
		rc = note_simple(run, WT_EV_STOP_ASKED, NULL, NULL, err);
	if (!rc)
		rc = wt_recover(&d, err);
	if (!rc)
		rc = loop(&d, o, err);
	if (rc)
		rc = leave(&d, err);
	p->unwatch_file(p->self, wt_token(WT_TOKEN_JOURNAL, 0));
	wt_attempt_deafen(&d);
	wt_gates_end(&d);
	run->is_driving = false;
	for (size_t i = 0; i < n; i++)
		wt_arena_clear(&d.instances[i].said);
	*signo = d.signo;
	return rc;
}
