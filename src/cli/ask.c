/* SPDX-License-Identifier: MIT */
/* Requests to a run: noted for the orchestrator that lives, or obeyed here when none does. */

#include <string.h>

#include "ask.h"

#include "wtorch/engine/byhand.h"

/* How long, and how often, the lock of a run that has ended is tried: 5 s. */
#define LOCK_LOOKS   50
#define LOCK_LOOK_MS 100

static bool has_work(const struct wt_task_state *t)
{
	return t->state == WT_QUEUED || t->state == WT_CONFLICT || t->state == WT_KEPT ||
	       (t->state == WT_STOPPED && !wt_oid_is_zero(&t->tip));
}

/* What the fold would leave out is refused here, with the reason. */
static enum wt_code check_request(const struct wt_run *run, size_t task, enum wt_event_kind kind,
				  struct wt_error *err)
{
	const struct wt_task_state *t = &wt_run_state(run)->tasks[task];
	const char *id = run->plan.tasks[task].task.id;

	if (kind == WT_EV_STOP_ASKED)
		return WT_OK;
	if (t->state == WT_MERGED)
		return wt_fail(err, WT_E_STATE, "'%s' is merged already", id);
	if (!run->plan.tasks[task].is_selected || run->plan.tasks[task].skip) {
		wt_fail(err, WT_E_STATE, "run %s cannot do '%s': %s", run->id, id,
			run->plan.tasks[task].skip ? run->plan.tasks[task].skip
						   : "it was not selected");
		return wt_hint(err, "wtorch plan %s", id);
	}
	if (kind == WT_EV_MERGE_ASKED && !has_work(t)) {
		wt_fail(err, WT_E_STATE, "there is nothing to merge of '%s': it is %s", id,
			wt_state_name(t->state));
		return wt_hint(err, "wtorch why %s", id);
	}
	if (kind == WT_EV_RETRY_ASKED && wt_state_is_alive(t->state)) {
		wt_fail(err, WT_E_STATE, "'%s' cannot be tried again: it is %s", id,
			wt_state_name(t->state));
		return wt_hint(err, t->state == WT_QUEUED ? "wtorch merge %s" : "wtorch stop %s",
			       id);
	}
	return WT_OK;
}

/* Whether one of the words before means that task, too: it may hold several that were joined. */
static bool is_named_before(const struct wt_cli *cli, const struct wt_run *run, size_t word)
{
	size_t task = wt_plan_find(&run->plan, cli->args.words[word]);

	for (size_t i = 0; i < word; i++) {
		if (wt_plan_find(&run->plan, cli->args.words[i]) == task)
			return true;
	}
	return false;
}

/* Notes the request for each task named, or for none of them. */
enum wt_code wt_ask_note(struct wt_cli *cli, struct wt_run *run, enum wt_event_kind kind,
			 struct wt_error *err)
{
	enum wt_code rc = wt_run_check_place(run, err);

	for (size_t i = 0; !rc && i < cli->args.n_words; i++) {
		size_t task;

		rc = wt_cli_find_task(run, cli->args.words[i], &task, err);
		if (!rc)
			rc = check_request(run, task, kind, err);
	}
	for (size_t i = 0; !rc && i < cli->args.n_words; i++) {
		size_t task = wt_plan_find(&run->plan, cli->args.words[i]);
		struct wt_event ev = { .kind = kind, .task = run->plan.tasks[task].task.id };

		if (is_named_before(cli, run, i))
			continue;
		ev.is_fresh = wt_args_has(&cli->args, "fresh");
		rc = wt_run_note(run, &ev, WT_DURABLE, err);
	}
	return rc;
}

/* Takes the lock; whoever has just written the end of the run may still hold it for a moment. */
static enum wt_code lock_run(struct wt_cli *cli, struct wt_run *run, int *handle,
			     struct wt_error *err)
{
	const struct wt_proc *p = cli->ports->proc;
	enum wt_code rc = wt_runs_lock(cli->ports, run->id, handle, err);

	for (int i = 0; rc == WT_E_BUSY && i < LOCK_LOOKS; i++) {
		struct wt_wake wake;
		struct wt_error ignored;

		if (wt_run_refresh(run, &ignored) || wt_run_is_driven(run) ||
		    p->wait(p->self, LOCK_LOOK_MS, &wake, &ignored) || wake.kind == WT_WAKE_SIGNAL)
			break;
		rc = wt_runs_lock(cli->ports, run->id, handle, err);
	}
	return rc;
}

/* Tells the orchestrator that lives. False: it has ended before it could see that. */
static bool ask_living(struct wt_cli *cli, struct wt_run *run, enum wt_event_kind kind, int *status,
		       struct wt_error *err)
{
	const struct wt_run_state *s = wt_run_state(run);

	*status = -1;
	if (wt_ask_note(cli, run, kind, err))
		return true;
	if (s->is_ended || s->is_stopped)
		return false;
	wt_ui_say(&cli->ui, "asked the wtorch that works on run %s", run->id);
	*status = 0;
	return true;
}

/* Drives the run when nobody does. */
static int drive_if_free(struct wt_cli *cli, struct wt_run *run, enum wt_event_kind kind,
			 struct wt_error *err)
{
	int handle, status = -1;
	bool is_asked = wt_run_is_driven(run);
	size_t n_by_hand;
	enum wt_code rc;

	if (is_asked && ask_living(cli, run, kind, &status, err))
		return status;
	rc = wt_cli_check_git(cli, err);
	if (!rc)
		rc = lock_run(cli, run, &handle, err);
	if (rc && is_asked && wt_run_is_driven(run)) {
		wt_ui_say(&cli->ui, "asked the wtorch that works on run %s", run->id);
		return 0;
	}
	if (rc)
		return -1;
	/* Only now: between the look and the lock somebody else may have driven it on. */
	rc = wt_run_refresh(run, err);
	/* Or what a person has merged would be tried again. */
	if (!rc && !is_asked && kind == WT_EV_RETRY_ASKED && wt_run_check_place(run, err) == WT_OK)
		rc = wt_byhand_settle(run, &n_by_hand, err);
	if (!rc && !is_asked)
		rc = wt_ask_note(cli, run, kind, err);
	if (!rc)
		status = wt_cli_drive(cli, run, kind == WT_EV_RETRY_ASKED ? "retry" : "merge", err);
	wt_runs_unlock(cli->ports, handle);
	return status;
}

int wt_ask_and_drive(struct wt_cli *cli, enum wt_event_kind kind, struct wt_error *err)
{
	struct wt_run *run;
	int status;

	if (wt_cli_want_words(cli, 1, (size_t)-1, err) ||
	    wt_cli_open_run(cli, cli->args.words[0], &run, err))
		return -1;
	status = drive_if_free(cli, run, kind, err);
	wt_run_close(run);
	return status;
}
