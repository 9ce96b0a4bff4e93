/* SPDX-License-Identifier: MIT */
/* A landing that somebody began before us: settled by looking. */

#include <string.h>

#include "land_priv.h"

/* What landed, where the base has moved on since: a path that is otherwise in the base by now is
 * no longer ours to bring to the checkout. */
static enum wt_code narrow_follow_tree(struct wt_landing *l, const struct wt_oid *base_now,
				       struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_oid landed = l->follow_tree;
	const char **paths;
	size_t n;
	enum wt_code rc = wt_tree_diff(git, base_now, &landed, l->arena, &paths, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		struct wt_side side;

		rc = wt_tree_find(git, &l->base_tree, paths[i], l->arena, &side, err);
		if (!rc)
			rc = wt_tree_put(git, &l->follow_tree, paths[i], &side, l->arena,
					 &l->follow_tree, err);
	}
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
	struct wt_error why;
	enum wt_code rc = git->store->commit(git->self, &intent->base, l->arena, &before, err);

	l->tip = intent->tip;
	l->tree = intent->tree;
	l->commit = intent->oid;
	if (!rc)
		rc = wt_checkout_find(run->ports, run->plan.base, l->arena, &l->checkout, err);
	if (rc)
		return rc;
	l->base_tree = before.tree;
	rc = wt_land_find_marked(l, err);
	if (!rc && wt_land_probe(l, &why) == WT_OK)
		rc = narrow_follow_tree(l, &base_now, err);
	if (!rc)
		rc = wt_land_follow(l, err);
	return rc ? rc : wt_land_note(l, &l->commit, err);
}

enum wt_code wt_land_settle(struct wt_run *run, size_t task, struct wt_error *err)
{
	struct wt_landing l = { .run = run, .arena = &run->arena, .task = task };
	const struct wt_git *git = run->ports->git;
	const struct wt_event intent = wt_run_state(run)->tasks[task].intent_event;
	bool contains = false;
	enum wt_code rc;

	l.ref = wt_arena_printf(&run->arena, "refs/heads/%s", run->plan.base);
	rc = wt_land_read_base(&l, err);
	if (!rc)
		rc = git->store->is_ancestor(git->self, &intent.oid, &l.base, &contains, err);
	if (rc)
		return rc;
	if (!contains)
		return wt_land_wait(&l, "the landing before was interrupted", err);
	return settle_landed(&l, &intent, err);
}
