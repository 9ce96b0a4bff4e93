/* SPDX-License-Identifier: MIT */
/* The commit that lands: a merge, one squashed commit, or each commit again. */

#include <string.h>

#include "landing.h"

/* Commits of one task that a rebase replays at most; more is held back, not cut. */
#define MAX_REPLAYED 10000u

enum wt_code wt_land_write(struct wt_landing *l, const struct wt_commit_spec *spec,
			   struct wt_oid *out, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	enum wt_code rc;

	rc = wt_land_is_signed(git) ? git->tool->commit_signed(git->self, spec, out, err)
				    : git->store->commit_write(git->self, spec, out, err);
	return rc ? wt_wrap(err, "cannot make the landing commit") : WT_OK;
}

void wt_land_set_sealed(struct wt_landing *l, const struct wt_commit_spec *spec)
{
	l->sealed = *spec;
	for (size_t i = 0; i < spec->n_parents; i++)
		l->sealed_parents[i] = spec->parents[i];
	l->sealed.parents = l->sealed_parents;
	if (spec->author_of) {
		struct wt_oid *of = wt_arena_alloc(l->arena, sizeof *of);

		*of = *spec->author_of;
		l->sealed.author_of = of;
	}
}

enum wt_code wt_land_seal(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	bool any = false, is_slow;
	enum wt_code rc = wt_land_probe(l, err);

	if (!rc && wt_config_bool(l->run->config, "merge.hooks"))
		rc = git->tool->commit_hooks(git->self, l->sealed.n_parents > 1, &any, err);
	/* No person's git has to wait for a hook or for a key that wants to be touched. */
	is_slow = any || wt_land_is_signed(git);
	if (!rc && is_slow)
		wt_land_let_go(l);
	if (!rc)
		rc = any ? wt_land_hooked(l, err) : wt_land_write(l, &l->sealed, &l->commit, err);
	if (!rc && is_slow)
		rc = wt_land_probe(l, err);
	if (rc)
		wt_land_let_go(l);
	return rc;
}

static const char *trailers_of(struct wt_landing *l)
{
	return wt_land_trailers(l->arena, l->run, l->task);
}

static const char *label_of(struct wt_landing *l)
{
	return wt_plan_label(l->arena, &l->run->plan, l->task);
}

static const char *message_of(struct wt_landing *l, const char *verb)
{
	const struct wt_task *t = &l->run->plan.tasks[l->task].task;

	return wt_arena_printf(l->arena, "%s%s: %s\n\n%s%s", verb, label_of(l), t->title,
			       wt_land_decided_text(l), trailers_of(l));
}

const char *wt_land_tick_message(struct wt_landing *l)
{
	const struct wt_task *t = &l->run->plan.tasks[l->task].task;

	return wt_arena_printf(l->arena, "Mark task %s complete: %s\n\n%s", label_of(l), t->title,
			       trailers_of(l));
}

static enum wt_code commit_merged(struct wt_landing *l, bool squash, struct wt_merge_outcome *m,
				  struct wt_error *err)
{
	const struct wt_task_state *s = &wt_run_state(l->run)->tasks[l->task];
	struct wt_oid parents[2] = { l->base, l->tip };
	struct wt_commit_spec spec = { .parents = parents, .n_parents = squash ? 1 : 2 };
	enum wt_code rc;

	rc = wt_merge_trees(l->run->ports->git, &s->base, &l->base, &l->theirs, l->arena, m, err);
	if (!rc)
		rc = wt_land_decide(l, &l->base, &l->theirs, m, err);
	if (rc || !m->is_clean)
		return rc;
	l->tree = m->tree;
	rc = wt_land_mark(l, &l->tree, err);
	if (rc)
		return rc;
	spec.tree = l->tree;
	spec.message = message_of(l, squash ? "Task " : "Merge task ");
	if (squash)
		spec.author_of = &l->tip;
	wt_land_set_sealed(l, &spec);
	return WT_OK;
}

/* The task's own commits, newest first; none when they are not a line of single changes, as
 * after a conflict that was mended by a merge. */
static enum wt_code list_commits(struct wt_landing *l, struct wt_oid **out, size_t *n,
				 struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_oid at = l->tip, *list = NULL;
	size_t len = 0, cap = 0;

	*n = 0;
	while (!wt_oid_is_equal(&at, &l->fork.commit)) {
		struct wt_commit c;
		enum wt_code rc = git->store->commit(git->self, &at, l->arena, &c, err);

		if (rc)
			return rc;
		if (c.n_parents != 1 || len >= MAX_REPLAYED)
			return WT_OK;
		*WT_ARENA_PUSH(l->arena, list, len, cap) = at;
		at = c.parents[0];
	}
	*out = list;
	*n = len;
	return WT_OK;
}

/* The commit's own message with our trailers at its end, which it has already when wtorch made it,
 * and before them what was decided. */
static const char *message_of_last(struct wt_landing *l, const char *message)
{
	const char *trailers = trailers_of(l), *at = strstr(message, trailers);

	if (!at)
		return wt_arena_printf(l->arena, "%s\n%s%s", message, wt_land_decided_text(l),
				       trailers);
	return wt_arena_printf(l->arena, "%.*s%s%s", (int)(at - message), message,
			       wt_land_decided_text(l), at);
}

/* One commit again on top of *on, whose tree is *tree. git 2.39 merges commits only, so ours is
 * a commit that nobody will see, with the picked commit's parent as its own. */
static enum wt_code pick_commit(struct wt_landing *l, const struct wt_oid *pick, bool is_last,
				struct wt_oid *on, struct wt_oid *tree, struct wt_merge_outcome *m,
				struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_oid ours;
	struct wt_commit c;
	struct wt_commit_spec spec = { .tree = *tree, .n_parents = 1, .message = "ours\n" };
	enum wt_code rc = git->store->commit(git->self, pick, l->arena, &c, err);

	spec.parents = &c.parents[0];
	if (!rc)
		rc = git->store->commit_write(git->self, &spec, &ours, err);
	if (!rc)
		rc = wt_merge_trees(git, &c.parents[0], &ours, is_last ? &l->theirs : pick,
				    l->arena, m, err);
	if (!rc)
		rc = wt_land_decide(l, &ours, is_last ? &l->theirs : pick, m, err);
	if (rc || !m->is_clean)
		return rc;
	if (wt_oid_is_equal(&m->tree, tree) && !is_last)
		return WT_OK; /* nothing is left of it on the new base */
	*tree = m->tree;
	if (is_last)
		rc = wt_land_mark(l, tree, err);
	spec = (struct wt_commit_spec){ .tree = *tree,
					.parents = on,
					.n_parents = 1,
					.message = c.message,
					.author_of = pick };
	if (rc || !is_last)
		return rc ? rc : wt_land_write(l, &spec, on, err);
	spec.message = message_of_last(l, c.message);
	wt_land_set_sealed(l, &spec);
	return WT_OK;
}

static enum wt_code commit_rebased(struct wt_landing *l, struct wt_merge_outcome *m,
				   struct wt_error *err)
{
	struct wt_oid on = l->base, tree = l->base_tree, *list;
	size_t n;
	enum wt_code rc = list_commits(l, &list, &n, err);

	if (!rc && !n) {
		rc = wt_land_say(l, "its commits are no single line, so it lands as one commit");
		return rc ? rc : commit_merged(l, true, m, err);
	}
	m->is_clean = true;
	while (!rc && m->is_clean && n-- > 0)
		rc = pick_commit(l, &list[n], n == 0, &on, &tree, m, err);
	l->tree = tree;
	return rc;
}

enum wt_code wt_land_commit(struct wt_landing *l, struct wt_merge_outcome *outcome,
			    struct wt_error *err)
{
	wt_land_forget_decided(l);
	if (wt_config_is(l->run->config, "merge.style", "rebase"))
		return commit_rebased(l, outcome, err);
	return commit_merged(l, wt_config_is(l->run->config, "merge.style", "squash"), outcome,
			     err);
}
