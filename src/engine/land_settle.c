/* SPDX-License-Identifier: MIT */
/* A landing that somebody began before us: settled by looking. */

#include <string.h>

#include "landing.h"

/* How long git of a process before us is waited for. */
#define LEFT_MS 10000

enum wt_code wt_land_narrow(struct wt_landing *l, const struct wt_oid *base_now,
			    struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_tree_finder before = { .git = git, .root = l->base_tree };
	struct wt_tree_edits edits = { 0 };
	const char **paths;
	size_t n;
	enum wt_code rc = wt_tree_diff(git, base_now, &l->follow_tree, l->arena, &paths, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		struct wt_tree_edit *e = WT_ARENA_PUSH(l->arena, edits.items, edits.len, edits.cap);

		e->path = paths[i];
		rc = wt_tree_finder_find(&before, paths[i], &e->side, err);
	}
	if (!rc && edits.len)
		rc = wt_tree_put_all(git, &l->follow_tree, &edits, &l->follow_tree, err);
	wt_tree_finder_clear(&before);
	return rc;
}

/* The base contains the commit of the intent. */
static enum wt_code settle_landed(struct wt_landing *l, const struct wt_event *intent,
				  struct wt_error *err)
{
	const struct wt_run *run = l->run;
	const struct wt_git *git = run->ports->git;
	struct wt_oid base_now = l->base_tree;
	struct wt_commit before;
	enum wt_code rc = git->store->commit(git->self, &intent->base, l->arena, &before, err);

	l->has_moved = true;
	l->tip = intent->tip;
	l->tree = intent->tree;
	l->commit = intent->oid;
	if (!rc)
		rc = wt_land_check_judged(l, &l->commit, err);
	if (rc == WT_E_NOT_FOUND)
		return wt_land_hold(l, WT_OUTCOME_FAILED, wt_arena_strdup(l->arena, err->msg), err);
	if (!rc)
		rc = wt_checkout_find(run->ports, run->plan.base, l->arena, &l->checkout, err);
	if (rc)
		return rc;
	l->base_tree = before.tree;
	l->follow_tree = l->tree;
	rc = wt_land_find_marked(l, err);
	if (!rc)
		rc = wt_land_narrow(l, &base_now, err);
	if (!rc && l->checkout.busy && !l->checkout.is_cut_short)
		return wt_land_wait_for_checkout(l, l->checkout.busy, err);
	if (!rc)
		rc = wt_land_catch_up(l, err);
	if (rc == WT_E_BUSY)
		return wt_land_wait_for_checkout(l, err->msg, err);
	if (!rc)
		rc = wt_land_note(l, &l->commit, err);
	return rc ? rc : wt_land_note_followed(l, err);
}

enum wt_code wt_land_settle(struct wt_run *run, size_t task, struct wt_error *err)
{
	struct wt_landing l = { .run = run, .arena = &run->arena, .task = task };
	const struct wt_git *git = run->ports->git;
	const struct wt_event intent = wt_run_state(run)->tasks[task].intent_event;
	bool contains = false;
	enum wt_code rc = git->tool->await_left(git->self, LEFT_MS, err);

	if (rc == WT_E_TIMEOUT)
		return wt_land_wait(&l, wt_arena_strdup(l.arena, err->msg), err);
	l.ref = wt_arena_printf(&run->arena, "refs/heads/%s", run->plan.base);
	if (!rc)
		rc = wt_land_read_base(&l, err);
	if (rc == WT_E_NOT_FOUND)
		return wt_land_wait(&l, wt_arena_strdup(l.arena, err->msg), err);
	if (!rc)
		rc = git->store->is_ancestor(git->self, &intent.oid, &l.base, &contains, err);
	if (rc)
		return rc;
	if (!contains)
		return wt_land_wait(&l, "the landing before was interrupted", err);
	return settle_landed(&l, &intent, err);
}

/* landings that came about later */

struct search {
	struct wt_landing *l;
	struct wt_event *items; /* intents of tasks that have not landed */
	size_t len, cap;
};

static bool is_open(const struct wt_task_state *s)
{
	return s->landing_wall_ms && s->state != WT_MERGED && !wt_state_is_living(s->state);
}

static void collect_intent(void *arg, const struct wt_event *ev)
{
	struct search *found = arg;
	struct wt_landing *l = found->l;
	size_t task = ev->task ? wt_plan_find(&l->run->plan, ev->task) : WT_MAP_NONE;
	struct wt_event *copy;

	if (ev->kind != WT_EV_LANDING_STARTING || task == WT_MAP_NONE ||
	    !is_open(&wt_run_state(l->run)->tasks[task]))
		return;
	copy = WT_ARENA_PUSH(l->arena, found->items, found->len, found->cap);
	*copy = (struct wt_event){
		.kind = ev->kind, .base = ev->base, .oid = ev->oid, .tip = ev->tip, .tree = ev->tree
	};
	copy->task = wt_arena_strdup(l->arena, ev->task);
}

enum wt_code wt_land_settle_earlier(struct wt_landing *l, bool *done, struct wt_error *err)
{
	struct wt_run *run = l->run;
	const struct wt_git *git = run->ports->git;
	struct search found = { .l = l };
	size_t n_open = 0;
	enum wt_code rc = WT_OK;

	for (size_t i = 0; i < run->plan.n_tasks; i++)
		n_open += is_open(&wt_run_state(run)->tasks[i]);
	if (n_open)
		rc = wt_run_each_event(run, collect_intent, &found, err);
	for (size_t i = 0; !rc && !*done && i < found.len; i++) {
		size_t task = wt_plan_find(&run->plan, found.items[i].task);
		struct wt_landing other = { .run = run,
					    .arena = l->arena,
					    .task = task,
					    .ref = l->ref,
					    .base = l->base,
					    .base_tree = l->base_tree };
		bool contains = false;

		rc = git->store->is_ancestor(git->self, &found.items[i].oid, &l->base, &contains,
					     err);
		if (rc || !contains)
			continue;
		rc = settle_landed(&other, &found.items[i], err);
		l->has_moved = task == l->task;
		/* Until its checkout has followed, nothing else may land on top of it. */
		*done = task == l->task || is_open(&wt_run_state(run)->tasks[task]);
		if (!rc && *done && task != l->task)
			rc = wt_land_wait(l,
					  wt_arena_printf(l->arena, "the landing of %s comes first",
							  found.items[i].task),
					  err);
	}
	return rc;
}
