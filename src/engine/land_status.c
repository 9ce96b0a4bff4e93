/* SPDX-License-Identifier: MIT */
/* In progress, failed, planned again: statuses in commits of their own. */

#include <string.h>

#include "landing.h"
#include "wtorch/engine/trust.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/grammar.h"
#include "wtorch/engine/mark.h"

/* Whoever lands or commits beside us wins a few times, and then it is left for later. */
#define MAX_RACES 5
/* How long git of a process before us is waited for. */
#define LEFT_MS 10000

/* what it should be */

/* The status that its source should have, or -1: as it is. */
static int wanted(const struct wt_task_state *t, bool is_ending)
{
	switch (t->state) {
	case WT_PREPARING:
	case WT_WORKING:
	case WT_STALLED:
	case WT_GATING:
	case WT_FIXING:
	case WT_QUEUED:
	case WT_MERGING:
		return WT_TASK_IN_PROGRESS;
	case WT_FAILED:
	case WT_TIMEOUT:
		return WT_TASK_FAILED;
	case WT_STOPPED:
	case WT_NO_CHANGES:
		return t->is_marked ? WT_TASK_PLANNED : -1;
	case WT_WAITING:
	case WT_READY:
	case WT_SKIPPED:
		return is_ending && t->is_marked ? WT_TASK_PLANNED : -1;
	case WT_CONFLICT:
	case WT_KEPT: /* its work waits for a person */
	case WT_MERGED:
	case WT_STATE_COUNT:
		break;
	}
	return -1;
}

/* What we know of it: written by us last, or as it was planned from. */
static enum wt_task_status known(const struct wt_landing *l)
{
	const struct wt_task_state *t = wt_land_state(l);

	return t->is_marked ? t->marked : wt_land_task(l)->status;
}

/* the journal */

static enum wt_code note_marked(struct wt_landing *l, const char *path, const char *status,
				struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_STATUS_MARKED,
			       .task = wt_land_task(l)->id,
			       .path = path,
			       .reason = status };

	return wt_run_note(l->run, &ev, WT_LAZY, err);
}

/* Each file that has it by now. */
static enum wt_code note_all_marked(struct wt_landing *l, const char *status, struct wt_error *err)
{
	const char *path = wt_land_marked(l);
	enum wt_code rc = WT_OK;

	if (!path) {
		path = wt_land_task(l)->source.path;
		return note_marked(l, path, status, err);
	}
	for (size_t i = 0; !rc && i < l->n_parts; i++) {
		if (l->parts[i].is_marked && wt_land_leads_file(l, i))
			rc = note_marked(l, l->parts[i].task.source.path, status, err);
	}
	return rc;
}

static enum wt_code note_marking(struct wt_landing *l, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_STATUS_MARKING,
			       .task = wt_land_task(l)->id,
			       .base = l->base,
			       .oid = l->commit,
			       .tree = l->tree,
			       .path = l->checkout.top,
			       .reason = wt_task_status_name(*l->mark_as) };

	return wt_run_note(l->run, &ev, WT_DURABLE, err);
}

/* a commit */

static const char *message_of(struct wt_landing *l)
{
	static const char *const words[] = { [WT_TASK_PLANNED] = "planned",
					     [WT_TASK_IN_PROGRESS] = "in progress",
					     [WT_TASK_COMPLETED] = "complete",
					     [WT_TASK_FAILED] = "failed",
					     [WT_TASK_BLOCKED] = "blocked" };
	const struct wt_task *t = wt_land_task(l);

	return wt_arena_printf(l->arena, "Mark task %s %s: %s\n\n%s",
			       wt_plan_label(l->arena, &l->run->plan, l->task), words[*l->mark_as],
			       t->title, wt_land_trailers(l->arena, l->run, l->task));
}

/* *has_moved: the base holds it, whatever else went wrong. why tells what a person should know;
 * only what the journal refuses is in err. */
static enum wt_code move(struct wt_landing *l, enum wt_code *fate, struct wt_error *why,
			 struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_error ignored;
	enum wt_code rc = note_marking(l, err);

	if (rc)
		return rc;
	*fate = git->tool->update_ref(
		git->self, l->ref, &l->commit, &l->base,
		wt_arena_printf(l->arena, "wtorch: mark %s", wt_land_task(l)->id), why);
	l->has_moved = !*fate || wt_land_is_in_base(l, &l->commit, &ignored) == WT_OK;
	if (!l->has_moved)
		return note_marked(l, NULL, NULL, err);
	*fate = WT_OK;
	rc = wt_land_follow(l, err);
	wt_land_let_go(l);
	if (rc == WT_E_BUSY)
		return WT_OK; /* it stays open, and its checkout is looked at again */
	return rc ? rc : note_all_marked(l, wt_task_status_name(*l->mark_as), err);
}

/* Fate WT_E_RACED: the base moved meanwhile. WT_OK may also mean that there was nothing to do. */
static enum wt_code mark_once(struct wt_landing *l, enum wt_code *fate, struct wt_error *why,
			      struct wt_error *err)
{
	struct wt_commit_spec spec = { .n_parents = 1 };
	const char *changed;
	enum wt_code rc = WT_OK;

	wt_trust_check(l->run, l->arena, &changed);
	*fate = changed ? wt_fail(why, WT_E_STATE, "%s", changed) : wt_land_read_base(l, why);
	l->tree = l->base_tree;
	l->tip = l->base;
	if (!*fate)
		*fate = wt_land_mark(l, &l->tree, why);
	if (*fate || !wt_land_marked(l))
		return WT_OK;
	*fate = wt_checkout_find(l->run->ports, l->run->plan.base, l->arena, &l->checkout, why);
	if (!*fate && l->checkout.busy)
		*fate = wt_fail(why, WT_E_BUSY, "its checkout is in the middle of %s",
				l->checkout.busy);
	spec.tree = l->tree;
	spec.parents = &l->base;
	spec.message = message_of(l);
	wt_land_set_sealed(l, &spec);
	if (!*fate)
		*fate = wt_land_seal(l, why);
	if (!*fate)
		rc = move(l, fate, why, err);
	wt_land_let_go(l);
	return rc;
}

/* a file that git does not track */

/* True when the source is none of the base's files, so that it is edited where it lies. */
static bool is_outside(struct wt_landing *l, const char **path)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_side side = { 0 };
	struct wt_error ignored;

	if ((*path)[0] == '/')
		return true;
	if (wt_land_read_base(l, &ignored) || !git->repo.top ||
	    wt_tree_find(git, &l->base_tree, *path, l->arena, &side, &ignored) || side.mode)
		return false;
	*path = wt_path_join(l->arena, git->repo.top, *path);
	return true;
}

/* The parts of that source, in the file where it lies. */
static enum wt_code mark_outside(struct wt_landing *l, const char *source, const char *path,
				 struct wt_error *err)
{
	const char *status = wt_task_status_name(*l->mark_as);
	struct wt_error why;
	enum wt_code fate;

	for (size_t i = 0; i < l->n_parts; i++)
		l->parts[i].marker = NULL;
	fate = wt_land_mark_file(l, source, path, &why);
	if (fate == WT_E_NOT_FOUND)
		return WT_OK;
	if (fate)
		return wt_land_say(l, "could not mark '%s' as %s: %s", path, status, why.msg);
	for (size_t i = 0; i < l->n_parts; i++) {
		const struct wt_land_part *p = &l->parts[i];

		if (p->marker && p->task.source.path && strcmp(p->task.source.path, source) == 0)
			return note_marked(l, path, status, err);
	}
	return WT_OK;
}

/* All that is part of the base is one commit. */
static enum wt_code mark_inside(struct wt_landing *l, const char *path, struct wt_error *err)
{
	enum wt_code rc = WT_OK, fate = WT_E_RACED;
	struct wt_error why = { 0 };

	for (int i = 0; !rc && fate == WT_E_RACED && i < MAX_RACES; i++)
		rc = mark_once(l, &fate, &why, err);
	if (rc || !fate || fate == WT_E_RACED)
		return rc;
	return wt_land_say(l, "could not mark '%s' as %s: %s", path,
			   wt_task_status_name(*l->mark_as), why.msg);
}

static enum wt_code mark_task(struct wt_landing *l, struct wt_error *err)
{
	const char *inside = NULL;
	enum wt_code rc = WT_OK;

	if (wt_land_is_protected(l->run->config, l->run->plan.base))
		return WT_OK;
	wt_land_parts(l);
	for (size_t i = 0; !rc && i < l->n_parts; i++) {
		const char *source = l->parts[i].task.source.path, *path = source;

		if (!wt_land_leads_file(l, i))
			continue;
		if (is_outside(l, &path))
			rc = mark_outside(l, source, path, err);
		else
			inside = inside ? inside : path;
	}
	return rc || !inside ? rc : mark_inside(l, inside, err);
}

/* what was begun before */

/* The base contains the commit: its checkout is brought along. */
static enum wt_code settle_moved(struct wt_landing *l, const struct wt_event *intent,
				 struct wt_error *err)
{
	const struct wt_run *run = l->run;
	const struct wt_git *git = run->ports->git;
	struct wt_oid base_now = l->base_tree;
	struct wt_commit before;
	struct wt_error why;
	enum wt_code rc = git->store->commit(git->self, &intent->base, l->arena, &before, &why);

	l->commit = intent->oid;
	l->tree = l->follow_tree = intent->tree;
	if (!rc)
		rc = wt_checkout_find(run->ports, run->plan.base, l->arena, &l->checkout, &why);
	if (rc)
		return WT_OK; /* another time */
	l->base_tree = before.tree;
	rc = wt_land_find_marked(l, &why);
	if (!rc)
		rc = wt_land_narrow(l, &base_now, &why);
	if (rc || (l->checkout.busy && !l->checkout.is_cut_short))
		return WT_OK;
	rc = wt_land_catch_up(l, err);
	if (rc == WT_E_BUSY)
		return WT_OK;
	return rc ? rc : note_all_marked(l, intent->reason, err);
}

static enum wt_code settle(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_event intent = wt_land_state(l)->marking;
	enum wt_task_status status = WT_TASK_PLANNED;
	struct wt_error why;
	bool contains = false;

	wt_task_status_parse(wt_str_of(intent.reason), &status);
	l->mark_as = &status;
	/* A git that somebody before us started may still move the base. */
	if (git->tool->await_left(git->self, LEFT_MS, &why) || wt_land_read_base(l, &why) ||
	    git->store->is_ancestor(git->self, &intent.oid, &l->base, &contains, &why))
		return WT_OK;
	return contains ? settle_moved(l, &intent, err) : note_marked(l, NULL, NULL, err);
}

/* all of them */

static enum wt_code mark_one(struct wt_run *run, size_t task, unsigned char *tried, bool is_ending,
			     struct wt_error *err)
{
	const struct wt_task_state *t = &wt_run_state(run)->tasks[task];
	struct wt_arena scratch = { 0 };
	struct wt_landing l = { .run = run, .arena = &scratch, .task = task };
	int want = wanted(t, is_ending);
	enum wt_task_status status;
	enum wt_code rc = WT_OK;

	if (!t->is_marking && (want < 0 || want == (int)known(&l) || *tried == want + 1))
		return WT_OK;
	l.ref = wt_arena_printf(&scratch, "refs/heads/%s", run->plan.base);
	l.mark_from = known(&l);
	if (t->is_marking)
		rc = settle(&l, err);
	l.mark_from = known(&l);
	if (!rc && t->is_marking && is_ending)
		rc = wt_land_say(&l,
				 "'%s' has moved to a commit that marks this task, but its "
				 "checkout could not follow: see git status there",
				 run->plan.base);
	if (!rc && !t->is_marking && want >= 0 && want != (int)l.mark_from && *tried != want + 1) {
		status = (enum wt_task_status)want;
		l.mark_as = &status;
		*tried = (unsigned char)(want + 1);
		rc = mark_task(&l, err);
	}
	wt_arena_clear(&scratch);
	return rc;
}

enum wt_code wt_mark_statuses(struct wt_run *run, unsigned char *tried, bool is_ending,
			      struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	if (!wt_config_is(run->config, "roadmap.commit", "separate"))
		return WT_OK;
	for (size_t i = 0; !rc && i < run->plan.n_tasks; i++)
		if (run->plan.tasks[i].is_selected && !run->plan.tasks[i].skip)
			rc = mark_one(run, i, &tried[i], is_ending, err);
	return rc;
}
