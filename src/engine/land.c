/* SPDX-License-Identifier: MIT */
/* The sequence of a landing. */

#include "wtorch/engine/land.h"

#include <stdio.h>
#include <string.h>

#include "landing.h"
#include "wtorch/engine/trust.h"

/* The base may move under us; after that many lost races somebody else is landing in a loop. */
#define MAX_RACES 20

/* The branch as it is now: a person may have mended a conflict since. */
static enum wt_code read_tip(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_task_state *s = wt_land_state(l);
	const char *ref = wt_arena_printf(l->arena, "refs/heads/%s", s->branch ? s->branch : "");
	struct wt_commit c;
	enum wt_code rc = git->store->ref(git->self, ref, &l->tip, err);

	l->is_branch_gone = false;
	if (rc == WT_E_NOT_FOUND && !wt_oid_is_zero(&s->tip)) {
		l->tip = s->tip; /* maybe a person merged it, and deleted the branch */
		l->is_branch_gone = true;
		rc = WT_OK;
	}
	if (!rc)
		rc = git->store->commit(git->self, &l->tip, l->arena, &c, err);
	if (rc)
		return wt_wrap(err, "cannot read the branch '%s'", s->branch ? s->branch : "");
	l->tip_tree = c.tree;
	rc = wt_land_fork(git, &l->base, &l->tip, &s->base, &l->fork, err);
	l->judged = s->tip;
	return rc;
}

static enum wt_code note_tip(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_task_state *s = wt_land_state(l);
	struct wt_event ev = { .kind = WT_EV_WORK_COMMITTED,
			       .task = wt_land_task(l)->id,
			       .attempt = s->attempt,
			       .tip = l->tip,
			       .tree = l->tip_tree,
			       .count = s->files_changed };

	return wt_oid_is_equal(&l->tip, &s->tip) ? WT_OK : wt_run_note(l->run, &ev, WT_LAZY, err);
}

/* Nothing lands by a configuration that came up among the agents, unless a person who was told of
 * it asks for the merge. */
static enum wt_code check_trust(struct wt_landing *l, bool *done, struct wt_error *err)
{
	const char *why;
	bool is_told = false;
	enum wt_code rc;

	wt_trust_check(l->run, l->arena, &why);
	if (!why)
		return WT_OK;
	rc = wt_land_is_told(l, why, &is_told, err);
	*done = !rc && !is_told;
	if (*done)
		return wt_land_hold(l, WT_OUTCOME_KEPT, why, err);
	if (!rc)
		rc = wt_trust_renew(l->run, err);
	return rc ? rc : wt_land_say(l, "merged all the same, as asked: %s", why);
}

/* the sequence */

static enum wt_code land_once(struct wt_landing *l, struct wt_error *err)
{
	struct wt_merge_outcome outcome = { 0 };
	bool done = false;
	enum wt_code rc = wt_land_read_base(l, err);

	if (wt_land_is_protected(l->run->config, l->run->plan.base))
		return wt_land_hold(l, WT_OUTCOME_KEPT,
				    "merge.protect does not let anything land on its base", err);
	if (rc == WT_E_NOT_FOUND)
		return wt_land_wait(l, wt_arena_strdup(l->arena, err->msg), err);
	if (!rc)
		rc = check_trust(l, &done, err);
	if (!rc && !done)
		rc = wt_land_settle_earlier(l, &done, err);
	if (!rc && !done)
		rc = read_tip(l, err);
	if (!rc && !done)
		rc = wt_land_check_asked(l, &done, err);
	if (!rc && !done)
		rc = wt_land_by_hand(l, &done, err);
	if (!rc && !done)
		rc = wt_land_check_branch(l, &done, err);
	if (!rc && !done)
		rc = note_tip(l, err);
	if (!rc && !done)
		rc = wt_checkout_find(l->run->ports, l->run->plan.base, l->arena, &l->checkout,
				      err);
	if (!rc && !done)
		rc = wt_land_judge(l, &done, err);
	if (!rc && !done)
		rc = wt_land_filter(l, err);
	if (rc || done)
		return rc;
	rc = wt_land_commit(l, &outcome, err);
	if (rc)
		return rc;
	if (!outcome.is_clean)
		return wt_land_report_conflict(l, &outcome, err);
	rc = wt_land_check_gates(l, &done, err);
	if (rc || done)
		return rc;
	rc = wt_land_seal(l, err);
	if (rc == WT_E_CONFLICT)
		return wt_land_hold(l, WT_OUTCOME_KEPT,
				    wt_arena_printf(l->arena, "cannot update '%s': %s",
						    l->checkout.top, err->msg),
				    err);
	if (rc == WT_E_BUSY)
		return wt_land_wait(l, wt_arena_strdup(l->arena, err->msg), err);
	return rc ? rc : wt_land_move(l, err);
}

enum wt_code wt_land(struct wt_run *run, size_t task, struct wt_error *err)
{
	struct wt_arena scratch = { 0 };
	struct wt_landing l = { .run = run, .arena = &scratch, .task = task };
	enum wt_code rc = WT_E_RACED;
	struct wt_error why = { 0 };

	l.ref = wt_arena_printf(&scratch, "refs/heads/%s", run->plan.base);
	for (int i = 0; rc == WT_E_RACED && i < MAX_RACES; i++)
		rc = land_once(&l, &why);
	wt_land_forget_decided(&l);
	wt_arena_clear(&scratch);
	if (rc == WT_E_RACED)
		return wt_land_hold(&l, WT_OUTCOME_KEPT,
				    "the base kept moving while this was merged", err);
	/* What git or the disk refused is the task's fate, not the end of the run: only a journal
	 * that cannot be written is, and then this fails too. But once the base has moved, the task
	 * has landed, and whoever takes up the run again will see that. */
	if (rc && l.has_moved) {
		*err = why;
		return rc;
	}
	if (rc)
		return wt_land_hold(&l, WT_OUTCOME_KEPT, why.msg, err);
	return WT_OK;
}
