/* SPDX-License-Identifier: MIT */
/* The six tests of whether work has arrived. */

#include "wtorch/engine/integrated.h"

#include <string.h>

#include "wtorch/engine/merge.h"

/* A target that is further ahead is not searched for the patch: the branch is kept. */
#define MAX_COMMITS 500

struct question {
	const struct wt_git *git;
	const struct wt_target *target;
	struct wt_oid tip, tip_tree, fork, fork_tree;
	struct wt_arena *arena;
	struct wt_error err;
};

const char *wt_integrated_name(enum wt_integration how)
{
	static const char *const names[] = {
		[WT_INTEGRATED_SAME] = "same commit",
		[WT_INTEGRATED_ANCESTOR] = "ancestor",
		[WT_INTEGRATED_UNCHANGED] = "no added changes",
		[WT_INTEGRATED_TREE] = "trees match",
		[WT_INTEGRATED_MERGE] = "merge adds nothing",
		[WT_INTEGRATED_PATCH] = "patch matches",
	};

	return how < sizeof names / sizeof *names ? names[how] : NULL;
}

/* targets */

static const char *setting(const struct wt_git *git, const char *base, const char *what,
			   struct wt_arena *a)
{
	const char *name = wt_arena_printf(a, "branch.%s.%s", base, what);
	struct wt_buf value = WT_BUF_INIT;
	struct wt_error ignored;
	const char *text = NULL;

	if (git->store->config(git->self, name, &value, &ignored) == WT_OK && value.len)
		text = wt_arena_strdup(a, value.data);
	wt_buf_clear(&value);
	return text;
}

/* The upstream that the base follows; false when there is none, or it is gone. */
static bool find_upstream(const struct wt_git *git, const char *base, struct wt_arena *a,
			  struct wt_target *out)
{
	static const char heads[] = "refs/heads/";
	const char *remote = setting(git, base, "remote", a);
	const char *merge = setting(git, base, "merge", a);
	struct wt_error ignored;

	if (!remote || !merge || strncmp(merge, heads, sizeof heads - 1) != 0)
		return false;
	merge += sizeof heads - 1;
	out->name = strcmp(remote, ".") == 0 ? merge : wt_arena_printf(a, "%s/%s", remote, merge);
	return git->store->resolve(git->self, wt_arena_printf(a, "%s@{upstream}", base), &out->oid,
				   &ignored) == WT_OK;
}

static enum wt_code read_tree(const struct wt_git *git, const struct wt_oid *commit,
			      struct wt_arena *a, struct wt_oid *tree, struct wt_error *err)
{
	struct wt_commit c;
	enum wt_code rc = git->store->commit(git->self, commit, a, &c, err);

	if (!rc)
		*tree = c.tree;
	return rc;
}

enum wt_code wt_integrated_targets(const struct wt_git *git, const char *base, struct wt_arena *a,
				   struct wt_targets *out, struct wt_error *err)
{
	struct wt_target local = { .name = base, .is_base = true }, upstream = { 0 };
	const char *ref = wt_arena_printf(a, "refs/heads/%s", base);
	bool is_behind = false, is_ahead = false;
	struct wt_error ignored;
	enum wt_code rc = git->store->ref(git->self, ref, &local.oid, err);

	*out = (struct wt_targets){ 0 };
	if (!rc)
		rc = read_tree(git, &local.oid, a, &local.tree, err);
	if (rc)
		return rc;
	if (find_upstream(git, base, a, &upstream) && !wt_oid_is_equal(&upstream.oid, &local.oid) &&
	    read_tree(git, &upstream.oid, a, &upstream.tree, &ignored) == WT_OK &&
	    git->store->is_ancestor(git->self, &local.oid, &upstream.oid, &is_behind, &ignored) ==
		    WT_OK &&
	    git->store->is_ancestor(git->self, &upstream.oid, &local.oid, &is_ahead, &ignored) ==
		    WT_OK &&
	    !is_ahead)
		out->items[out->n++] = upstream;
	if (!is_behind || !out->n) {
		out->items[out->n] = out->items[0];
		out->items[0] = local;
		out->n++;
	}
	return WT_OK;
}

/* tests */

static enum wt_integration by_merge(struct question *q, struct wt_oid *commit)
{
	const struct wt_git *git = q->git;
	struct wt_merge_outcome merged = { 0 };
	size_t ahead = 0;

	if (wt_merge_trees(git, NULL, &q->target->oid, &q->tip, q->arena, &merged, &q->err))
		return WT_INTEGRATED_NOT;
	if (merged.is_clean)
		return wt_oid_is_equal(&merged.tree, &q->target->tree) ? WT_INTEGRATED_MERGE
								       : WT_INTEGRATED_NOT;
	if (git->tool->count(git->self, &q->target->oid, &q->fork, MAX_COMMITS + 1, &ahead,
			     &q->err))
		return WT_INTEGRATED_NOT;
	if (ahead > MAX_COMMITS) {
		wt_fail(&q->err, WT_E_STATE, "'%s' is more than %d commits ahead", q->target->name,
			MAX_COMMITS);
		return WT_INTEGRATED_NOT;
	}
	if (git->tool->same_patch(git->self, &q->fork, &q->tip, &q->target->oid, commit, &q->err))
		return WT_INTEGRATED_NOT;
	return wt_oid_is_zero(commit) ? WT_INTEGRATED_NOT : WT_INTEGRATED_PATCH;
}

static enum wt_integration ask(struct question *q, struct wt_oid *commit)
{
	const struct wt_git *git = q->git;
	struct wt_oid bases[2];
	bool contains = false;
	size_t n = 0;

	if (wt_oid_is_equal(&q->tip, &q->target->oid))
		return WT_INTEGRATED_SAME;
	if (git->store->is_ancestor(git->self, &q->tip, &q->target->oid, &contains, &q->err))
		return WT_INTEGRATED_NOT;
	if (contains)
		return WT_INTEGRATED_ANCESTOR;
	if (git->store->merge_bases(git->self, &q->tip, &q->target->oid, bases, &n, &q->err) ||
	    !n || read_tree(git, &q->tip, q->arena, &q->tip_tree, &q->err) ||
	    read_tree(git, &bases[0], q->arena, &q->fork_tree, &q->err))
		return WT_INTEGRATED_NOT;
	q->fork = bases[0];
	if (wt_oid_is_equal(&q->fork_tree, &q->tip_tree))
		return WT_INTEGRATED_UNCHANGED;
	if (wt_oid_is_equal(&q->tip_tree, &q->target->tree))
		return WT_INTEGRATED_TREE;
	return by_merge(q, commit);
}

/* A single commit is there or not; several may have arrived in part. */
static void count_landed(struct question *q, struct wt_integrated *out)
{
	const struct wt_git *git = q->git;
	struct wt_commit tip;
	struct wt_error ignored;
	size_t mine = 0, theirs = 0;

	if (wt_oid_is_zero(&q->fork) || wt_oid_is_equal(&q->fork, &q->target->oid) ||
	    git->store->commit(git->self, &q->tip, q->arena, &tip, &ignored) || !tip.n_parents ||
	    wt_oid_is_equal(&tip.parents[0], &q->fork) ||
	    git->tool->count(git->self, &q->tip, &q->fork, MAX_COMMITS + 1, &mine, &ignored) ||
	    git->tool->count(git->self, &q->target->oid, &q->fork, MAX_COMMITS + 1, &theirs,
			     &ignored) ||
	    mine > MAX_COMMITS || theirs > MAX_COMMITS)
		return;
	if (git->tool->cherry(git->self, &q->target->oid, &q->tip, &out->landed, &out->total,
			      &ignored))
		out->landed = out->total = 0;
}

void wt_integrated_find(const struct wt_git *git, const struct wt_targets *targets,
			const struct wt_oid *tip, struct wt_arena *a, struct wt_integrated *out)
{
	*out = (struct wt_integrated){ 0 };
	for (size_t i = 0; i < targets->n; i++) {
		struct question q = {
			.git = git, .target = &targets->items[i], .tip = *tip, .arena = a
		};

		out->how = ask(&q, &out->commit);
		if (out->how) {
			out->target = q.target;
			out->why = NULL;
			out->landed = out->total = 0;
			return;
		}
		if (q.err.code && !out->why)
			out->why = wt_arena_strdup(a, q.err.msg);
		if (!out->landed)
			count_landed(&q, out);
	}
}
