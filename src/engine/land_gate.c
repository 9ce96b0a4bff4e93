/* SPDX-License-Identifier: MIT */
/* Gates before a landing: whether all has judged the work that has to, and the merged tree. */

#include <stdlib.h>
#include <string.h>

#include "landing.h"
#include "wtorch/base/map.h"

#define MAX_PATHS 100u /* of a conflict of meaning; the diffs have all */

static const struct wt_plan *plan_of(const struct wt_landing *l)
{
	return &l->run->plan;
}

static enum wt_code keep(struct wt_landing *l, const char *reason, struct wt_error *err)
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
		return rc ? rc : keep(l, why, err);
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

static enum wt_code begin(struct wt_landing *l, const char *const *names, size_t n,
			  struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_oid parents[2] = { l->base, l->tip };
	const struct wt_commit_spec spec = {
		.tree = l->tree,
		.parents = parents,
		.n_parents = 2,
		.message = wt_arena_printf(l->arena, "What merging task %s gives, to be judged\n",
					   wt_land_task(l)->id),
	};
	struct wt_event ev = { .kind = WT_EV_MERGE_JUDGING,
			       .task = wt_land_task(l)->id,
			       .attempt = wt_land_state(l)->attempt,
			       .base = l->base,
			       .tree = l->tree,
			       .paths = names,
			       .n_paths = n };
	enum wt_code rc = git->store->commit_write(git->self, &spec, &ev.oid, err);

	return rc ? rc : wt_run_note(l->run, &ev, WT_DURABLE, err);
}

/* conflicts of meaning */

struct paths {
	struct wt_arena *arena;
	struct wt_map seen;
	const char **items;
	size_t len, cap;
};

static void add_diff(struct wt_landing *l, const struct wt_oid *from, const struct wt_oid *to,
		     struct paths *out)
{
	const char **changed;
	struct wt_error ignored;
	size_t n = 0;

	if (wt_tree_diff(l->run->ports->git, from, to, l->arena, &changed, &n, &ignored))
		return;
	for (size_t i = 0; i < n && out->len < MAX_PATHS; i++) {
		bool found;

		wt_map_put(&out->seen, changed[i], out->len, &found);
		if (!found)
			*WT_ARENA_PUSH(out->arena, out->items, out->len, out->cap) = changed[i];
	}
}

/* What that task landed is in the base, and was not where this one's work began. */
static bool landed_since(struct wt_landing *l, size_t task, struct paths *out)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_task_state *s = &wt_run_state(l->run)->tasks[task];
	struct wt_commit landed, before;
	struct wt_error ignored;
	bool was_there = true;

	if (s->state != WT_MERGED || wt_oid_is_zero(&s->landed) ||
	    git->store->is_ancestor(git->self, &s->landed, &l->fork.commit, &was_there, &ignored) ||
	    was_there)
		return false;
	if (git->store->commit(git->self, &s->landed, l->arena, &landed, &ignored) == WT_OK &&
	    landed.n_parents &&
	    git->store->commit(git->self, &landed.parents[0], l->arena, &before, &ignored) == WT_OK)
		add_diff(l, &before.tree, &landed.tree, out);
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The work passed by itself and what it is merged with did too: together they do not. */
static enum wt_code refuse(struct wt_landing *l, const char *reason, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_MERGE_CONFLICTED,
			       .task = wt_land_task(l)->id,
			       .attempt = wt_land_state(l)->attempt,
			       .base = l->base,
			       .tip = l->tip,
			       .by_gate = true };
	struct paths paths = { .arena = l->arena };
	const char **others = wt_arena_alloc(l->arena, (plan_of(l)->n_tasks + 1) * sizeof *others);
	enum wt_code rc;

	add_diff(l, &l->fork.tree, &l->tip_tree, &paths);
	for (size_t i = 0; i < plan_of(l)->n_tasks; i++)
		if (i != l->task && landed_since(l, i, &paths))
			others[ev.n_others++] = plan_of(l)->tasks[i].task.id;
	if (paths.len)
		qsort(paths.items, paths.len, sizeof *paths.items, by_text);
	ev.reason = wt_arena_printf(l->arena, "it merges, but then %s", reason);
	ev.others = others;
	ev.paths = paths.items;
	ev.n_paths = paths.len;
	rc = ev.n_others ? wt_run_note(l->run, &ev, WT_DURABLE, err) : keep(l, ev.reason, err);
	wt_map_clear(&paths.seen);
	return rc;
}

enum wt_code wt_land_check_gates(struct wt_landing *l, bool *done, struct wt_error *err)
{
	const struct wt_judgment *j = &wt_land_state(l)->merging;
	const char **names;
	size_t n, gate;
	enum wt_judgment_step step;
	enum wt_code rc = check_required(l, done, err);

	if (rc || *done)
		return rc;
	names = names_of(l, &n);
	if (!n || is_waived(l, j, &l->tree))
		return WT_OK;
	step = wt_judgment_next(plan_of(l), j, &gate);
	if (!wt_oid_is_equal(&j->tree, &l->tree) || !are_asked(plan_of(l), j, names, n))
		step = WT_JUDGMENT_ASK;
	*done = step != WT_JUDGMENT_YES;
	if (step == WT_JUDGMENT_NO || step == WT_JUDGMENT_ERROR)
		return refuse(l, wt_judgment_reason(l->arena, plan_of(l), j, gate), err);
	return *done ? begin(l, names, n, err) : WT_OK;
}
