/* SPDX-License-Identifier: MIT */
/* What holds work back: the rules about a change as a whole, and conflicts. */

#include <string.h>

#include "landing.h"
#include "wtorch/base/map.h"
#include "wtorch/core/mergeplan.h"
#include "wtorch/engine/settings.h"

/* True when what that task landed touches one of the paths. */
static bool landed_touches(struct wt_landing *l, size_t task, const struct wt_map *paths)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_task_state *s = &wt_run_state(l->run)->tasks[task];
	struct wt_commit landed, before;
	struct wt_error err;
	const char **changed;
	size_t n_changed;

	if (s->state != WT_MERGED || wt_oid_is_zero(&s->landed) ||
	    git->store->commit(git->self, &s->landed, l->arena, &landed, &err) ||
	    !landed.n_parents ||
	    git->store->commit(git->self, &landed.parents[0], l->arena, &before, &err) ||
	    wt_tree_diff(git, &before.tree, &landed.tree, l->arena, &changed, &n_changed, &err))
		return false;
	for (size_t i = 0; i < n_changed; i++)
		if (wt_map_find(paths, changed[i]) != WT_MAP_NONE)
			return true;
	return false;
}

const char *const *wt_land_others(struct wt_landing *l, const char *const *paths, size_t n_paths,
				  size_t *n)
{
	const char **others = NULL;
	struct wt_map wanted = { 0 };
	size_t cap = 0;

	*n = 0;
	for (size_t i = 0; i < n_paths; i++)
		wt_map_put(&wanted, paths[i], i, &(bool){ false });
	for (size_t i = 0; i < l->run->plan.n_tasks; i++)
		if (i != l->task && landed_touches(l, i, &wanted))
			*WT_ARENA_PUSH(l->arena, others, *n, cap) = l->run->plan.tasks[i].task.id;
	wt_map_clear(&wanted);
	return others;
}

enum wt_code wt_land_report_conflict(struct wt_landing *l, const struct wt_merge_outcome *m,
				     struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_MERGE_CONFLICTED,
			       .task = wt_land_task(l)->id,
			       .attempt = wt_land_state(l)->attempt,
			       .base = l->base,
			       .tip = l->tip,
			       .paths = m->paths,
			       .n_paths = m->n_paths };

	ev.others = wt_land_others(l, m->paths, m->n_paths, &ev.n_others);
	return wt_run_note(l->run, &ev, WT_DURABLE, err);
}

/* Of what the task changed, what is left out of the landing is not outside of its files. */
static enum wt_code without_ours(struct wt_landing *l, const char **changed, size_t *n,
				 struct wt_error *err)
{
	size_t left = 0;

	for (size_t i = 0; i < *n; i++) {
		bool is_left_out;
		enum wt_code rc = wt_land_is_left_out(l, changed[i], &is_left_out, err);

		if (rc)
			return rc;
		if (!is_left_out)
			changed[left++] = changed[i];
	}
	*n = left;
	return WT_OK;
}

/* What an agent was not asked to change, and would be judged by from the next run on. */
static void find_rules(struct wt_landing *l, const char *const *changed, size_t n,
		       struct wt_buf *reason)
{
	for (size_t i = 0; l->run->plan.n_gates && i < n; i++)
		if (strcmp(changed[i], WT_SETTINGS_PROJECT) == 0 &&
		    !wt_mergeplan_is_declared(wt_land_task(l), changed[i]))
			wt_buf_printf(reason,
				      "it changes %s, which says what the gates are, and does not "
				      "declare that file",
				      changed[i]);
}

/* A loss that a person was told of, and who asks for the merge again, lands. */
static enum wt_code judge_loss(struct wt_landing *l, const char *const *changed, size_t n,
			       struct wt_buf *reason, struct wt_error *err)
{
	bool is_told = false;
	enum wt_code rc = wt_land_find_loss(l, changed, n, reason, err);

	if (!rc && !reason->len)
		find_rules(l, changed, n, reason);
	if (!rc && reason->len)
		rc = wt_land_is_told(l, reason->data, &is_told, err);
	if (!rc && is_told) {
		rc = wt_land_say(l, "merged all the same, as asked: %s", reason->data);
		wt_buf_reset(reason);
	}
	return rc;
}

/* What the rules say about the change as a whole. *done: it ended here. */
enum wt_code wt_land_judge(struct wt_landing *l, bool *done, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_task_state *s = wt_land_state(l);
	struct wt_landing_facts facts = { .task = &l->run->plan.tasks[l->task],
					  .scope = wt_config_text(l->run->config, "plan.scope"),
					  .busy = l->checkout.busy };
	struct wt_buf reason = WT_BUF_INIT, warning = WT_BUF_INIT;
	const char **changed;
	enum wt_verdict verdict;
	enum wt_code rc;

	rc = wt_tree_diff(git, &l->fork.tree, &l->tip_tree, l->arena, &changed, &facts.n_changed,
			  err);
	if (!rc)
		rc = git->store->is_ancestor(git->self, &s->base, &l->tip, &facts.forked_from_base,
					     err);
	if (!rc)
		rc = judge_loss(l, changed, facts.n_changed, &reason, err);
	if (!rc && !facts.task->task.is_read_only)
		rc = without_ours(l, changed, &facts.n_changed, err);
	if (rc)
		goto out;
	facts.changed = changed;
	verdict = reason.len ? WT_VERDICT_KEEP : wt_mergeplan_judge(&facts, &reason, &warning);
	*done = verdict != WT_VERDICT_LAND;
	if (warning.len && verdict == WT_VERDICT_LAND)
		rc = wt_land_say(l, "%s", warning.data);
	if (!rc && verdict == WT_VERDICT_KEEP)
		rc = wt_land_hold(l, WT_OUTCOME_KEPT, reason.data, err);
	else if (!rc && verdict == WT_VERDICT_WAIT)
		rc = wt_land_wait(l, reason.data, err);
out:
	wt_buf_clear(&reason);
	wt_buf_clear(&warning);
	return rc;
}
