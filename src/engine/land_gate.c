/* SPDX-License-Identifier: MIT */
/* Gates before a landing: whether all has judged the work that has to, and the merged tree. */

#include <string.h>

#include "landing.h"

static const struct wt_plan *plan_of(const struct wt_landing *l)
{
	return &l->run->plan;
}

enum wt_code wt_land_keep(struct wt_landing *l, const char *reason, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_ATTEMPT_ENDED,
			       .task = wt_land_task(l)->id,
			       .attempt = wt_land_state(l)->attempt,
			       .outcome = WT_OUTCOME_KEPT,
			       .by_gate = true,
			       .reason = reason };

	return wt_run_note(l->run, &ev, WT_DURABLE, err);
}

/* its own gates */

static bool said_no(const struct wt_plan *plan, const struct wt_judgment *j, size_t *gate)
{
	enum wt_judgment_step step = wt_judgment_next(plan, j, gate);

	return j->gates && (step == WT_JUDGMENT_NO || step == WT_JUDGMENT_ERROR);
}

/* A person was told what its gates say of this very tree, and asks for the merge all the same. */
static bool is_waived(struct wt_landing *l, const struct wt_judgment *j, const struct wt_oid *tree)
{
	const struct wt_task_state *t = wt_land_state(l);
	struct wt_arena scratch = { 0 };
	size_t gate;
	bool is = t->merge_asked && !j->is_on && wt_oid_is_equal(&j->tree, tree) &&
		  said_no(plan_of(l), j, &gate);

	if (is)
		wt_land_say(l, "merged all the same, as asked: %s",
			    wt_judgment_reason(&scratch, plan_of(l), j, gate));
	wt_arena_clear(&scratch);
	return is;
}

/* Its own gates have judged this tip, or a person waives that. */
static bool is_judged(struct wt_landing *l)
{
	const struct wt_judgment *j = &wt_land_state(l)->judged;

	return !wt_judgment_is_needed(plan_of(l), l->task, WT_GATE_TASK) ||
	       (j->has_passed && wt_oid_is_equal(&j->tree, &l->tip_tree)) ||
	       is_waived(l, j, &l->tip_tree);
}

static enum wt_code check_required(struct wt_landing *l, bool *done, struct wt_error *err)
{
	static const char why[] =
		"ungated: no required gate judges it, and run.require_gates wants "
		"one";
	bool is_told = false;
	enum wt_code rc;

	if (!plan_of(l)->requires_gates || wt_judgment_is_needed(plan_of(l), l->task, WT_GATE_BOTH))
		return WT_OK;
	rc = wt_land_is_told(l, why, &is_told, err);
	*done = !rc && !is_told;
	if (rc || *done)
		return rc ? rc : wt_land_keep(l, why, err);
	return wt_land_say(l, "merged all the same, as asked: %s", why);
}

/* the merged tree */

/* Names of the gates that have to judge what merging it gives: those that want to see that, and its
 * own ones where they have not judged the tip as it is now. */
static const char **names_of(struct wt_landing *l, size_t *n)
{
	const struct wt_plan *plan = plan_of(l);
	const struct wt_plan_task *t = &plan->tasks[l->task];
	unsigned when = WT_GATE_MERGED | (is_judged(l) ? 0u : WT_GATE_TASK);
	const char **names = wt_arena_alloc(l->arena, (t->n_gates + 1) * sizeof *names);

	*n = 0;
	for (size_t i = 0; i < t->n_gates; i++)
		if (plan->gates[t->gates[i]].when & when)
			names[(*n)++] = plan->gates[t->gates[i]].name;
	return names;
}

static bool are_asked(const struct wt_plan *plan, const struct wt_judgment *j,
		      const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!j->gates || !j->gates[wt_judgment_find(plan, names[i])].is_asked)
			return false;
	return true;
}

enum wt_code wt_land_ask(struct wt_landing *l, const struct wt_land_place *place,
			 const char *const *names, size_t n, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_oid parents[2] = { place->base, l->tip };
	const struct wt_commit_spec spec = {
		.tree = place->tree,
		.parents = parents,
		.n_parents = 2,
		.message = wt_arena_printf(l->arena, "What merging task %s gives, to be judged\n",
					   wt_land_task(l)->id),
	};
	struct wt_event ev = { .kind = WT_EV_MERGE_JUDGING,
			       .task = wt_land_task(l)->id,
			       .attempt = wt_land_state(l)->attempt,
			       .base = place->base,
			       .tree = place->tree,
			       .by_gate = place->by_gate,
			       .paths = names,
			       .n_paths = n };
	enum wt_code rc = git->store->commit_write(git->self, &spec, &ev.oid, err);

	return rc ? rc : wt_run_note(l->run, &ev, WT_DURABLE, err);
}

/* A search for who is to blame is about the tree that would land now. */
static bool is_searching(const struct wt_landing *l, const struct wt_search *search)
{
	return search->n && wt_oid_is_equal(&search->red.tree, &l->tree) &&
	       wt_oid_is_equal(&search->red.base, &l->base);
}

enum wt_code wt_land_check_gates(struct wt_landing *l, bool *done, struct wt_error *err)
{
	const struct wt_judgment *j = &wt_land_state(l)->merging;
	const struct wt_land_place now = { .base = l->base, .tree = l->tree };
	const char **names;
	size_t n, gate;
	enum wt_judgment_step step;
	enum wt_code rc = check_required(l, done, err);

	if (rc || *done)
		return rc;
	names = names_of(l, &n);
	if (!n || is_waived(l, j, &l->tree))
		return WT_OK;
	*done = true;
	if (is_searching(l, &wt_land_state(l)->search))
		return wt_land_blame(l, err);
	step = wt_judgment_next(plan_of(l), j, &gate);
	if (!wt_oid_is_equal(&j->tree, &l->tree) || !are_asked(plan_of(l), j, names, n))
		step = WT_JUDGMENT_ASK;
	*done = step != WT_JUDGMENT_YES;
	if (step == WT_JUDGMENT_NO || step == WT_JUDGMENT_ERROR)
		return wt_land_blame(l, err);
	return *done ? wt_land_ask(l, &now, names, n, err) : WT_OK;
}
