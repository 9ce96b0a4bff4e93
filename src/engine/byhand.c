/* SPDX-License-Identifier: MIT */
/* Recognising what a person merged. */

#include "wtorch/engine/byhand.h"

#include <string.h>

static bool may_have_landed(const struct wt_task_state *s)
{
	switch (s->state) {
	case WT_QUEUED:
	case WT_CONFLICT:
	case WT_FAILED:
	case WT_TIMEOUT:
	case WT_STOPPED:
	case WT_KEPT:
		return !wt_oid_is_zero(&s->tip) && !wt_oid_is_equal(&s->tip, &s->base);
	default:
		return false;
	}
}

/* The branch may have been moved to where the base contains it, away from the work. */
static bool has_the_work(const struct wt_git *git, const struct wt_targets *targets,
			 const struct wt_task_state *s, const struct wt_oid *tip,
			 struct wt_arena *a)
{
	struct wt_integrated work;
	struct wt_error ignored;
	bool contains = false;

	if (git->store->is_ancestor(git->self, &s->tip, tip, &contains, &ignored) == WT_OK &&
	    contains)
		return true;
	wt_integrated_find(git, targets, &s->tip, a, &work);
	return work.how != WT_INTEGRATED_NOT;
}

enum wt_code wt_byhand_find(struct wt_run *run, size_t task, const struct wt_targets *targets,
			    struct wt_arena *a, struct wt_integrated *how, bool *found,
			    struct wt_error *err)
{
	const struct wt_task_state *s = &wt_run_state(run)->tasks[task];
	const struct wt_git *git = run->ports->git;
	struct wt_oid tip = s->tip;
	enum wt_code rc = WT_OK;

	*found = false;
	*how = (struct wt_integrated){ 0 };
	if (!may_have_landed(s))
		return WT_OK;
	if (s->branch)
		rc = git->store->ref(git->self, wt_arena_printf(a, "refs/heads/%s", s->branch),
				     &tip, err);
	if (rc == WT_E_NOT_FOUND)
		rc = WT_OK;
	if (rc || wt_oid_is_equal(&tip, &s->base))
		return rc;
	wt_integrated_find(git, targets, &tip, a, how);
	if (how->how && !wt_oid_is_equal(&tip, &s->tip) && !has_the_work(git, targets, s, &tip, a))
		*how = (struct wt_integrated){ 0 };
	*found = how->how && how->how != WT_INTEGRATED_UNCHANGED && how->target->is_base;
	return WT_OK;
}

void wt_byhand_witness(struct wt_run *run, struct wt_arena *a, struct wt_witness *seen, size_t task)
{
	struct wt_targets targets;
	struct wt_integrated how;
	struct wt_error ignored;
	bool found = false;

	if (!may_have_landed(&wt_run_state(run)->tasks[task]) ||
	    wt_integrated_targets(run->ports->git, run->plan.base, a, &targets, &ignored) ||
	    wt_byhand_find(run, task, &targets, a, &how, &found, &ignored) || !found)
		return;
	seen->problem = wt_arena_printf(a, "merged by hand into %s (%s): wtorch resume records it",
					how.target->name, wt_integrated_name(how.how));
	seen->holds = false;
}

enum wt_code wt_byhand_note(struct wt_run *run, size_t task, const struct wt_integrated *how,
			    struct wt_error *err)
{
	const struct wt_task_state *s = &wt_run_state(run)->tasks[task];
	struct wt_event ev = { .kind = WT_EV_LANDED,
			       .task = run->plan.tasks[task].task.id,
			       .attempt = s->attempt,
			       .base = how->target->oid,
			       .oid = how->target->oid,
			       .tip = s->tip,
			       .tree = how->target->tree,
			       .by_hand = true };

	ev.reason = wt_arena_printf(&run->arena, "merged by hand into %s (%s)", how->target->name,
				    wt_integrated_name(how->how));
	return wt_run_note(run, &ev, WT_DURABLE, err);
}

/* Its landing is at hand: that sees it, too, and says what becomes of the roadmap. */
static bool is_about_to_land(const struct wt_run_state *s, size_t task,
			     const struct wt_integrated *how)
{
	const struct wt_task_state *t = &s->tasks[task];

	return t->state == WT_QUEUED && (t->merge_asked || s->is_landing_ours) &&
	       (how->how == WT_INTEGRATED_SAME || how->how == WT_INTEGRATED_ANCESTOR);
}

enum wt_code wt_byhand_settle(struct wt_run *run, size_t *n, struct wt_error *err)
{
	struct wt_arena a = { 0 };
	struct wt_targets targets;
	struct wt_integrated how;
	struct wt_error ignored;
	enum wt_code rc = WT_OK;
	bool has_targets = false, found;

	*n = 0;
	for (size_t i = 0; !rc && i < run->plan.n_tasks; i++) {
		if (!may_have_landed(&wt_run_state(run)->tasks[i]))
			continue;
		if (!has_targets &&
		    wt_integrated_targets(run->ports->git, run->plan.base, &a, &targets, &ignored))
			break;
		has_targets = true;
		if (wt_byhand_find(run, i, &targets, &a, &how, &found, &ignored) || !found ||
		    is_about_to_land(wt_run_state(run), i, &how))
			continue;
		rc = wt_byhand_note(run, i, &how, err);
		*n += !rc;
	}
	wt_arena_clear(&a);
	return rc;
}
