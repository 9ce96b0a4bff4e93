/* SPDX-License-Identifier: MIT */
/* A merged tree that its gates refuse: which of the landings since it forked the task's work does
 * not go with. */

#include <stdlib.h>
#include <string.h>

#include "landing.h"
#include "wtorch/base/map.h"
#include "wtorch/core/bisect.h"

#define MAX_PATHS 100u /* of a conflict of meaning; the diffs have all */

/* A task that landed and was not where this one's work began. */
struct since {
	size_t task;
	struct wt_oid commit;
	uint64_t seq;
};

/* Places as in bisect.h: 0 is the fork, i what items[i - 1] landed, top the base as it is now. */
struct blame {
	struct wt_landing *l;
	struct since *items; /* oldest first */
	size_t n, cap, top;
	const char *reason; /* what its gates said */
};

static const struct wt_plan *plan_of(const struct blame *b)
{
	return &b->l->run->plan;
}

static const struct wt_judgment *red_of(const struct wt_task_state *t)
{
	return t->search.n ? &t->search.red : &t->merging;
}

/* the landings */

static int by_seq(const void *a, const void *b)
{
	const struct since *x = a, *y = b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

static bool is_in(struct wt_landing *l, const struct wt_oid *commit, const struct wt_oid *of)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_error ignored;
	bool is = false;

	return git->store->is_ancestor(git->self, commit, of, &is, &ignored) == WT_OK && is;
}

static void find_since(struct blame *b)
{
	struct wt_landing *l = b->l;

	for (size_t i = 0; i < plan_of(b)->n_tasks; i++) {
		const struct wt_task_state *s = &wt_run_state(l->run)->tasks[i];

		if (i != l->task && s->state == WT_MERGED && !wt_oid_is_zero(&s->landed) &&
		    is_in(l, &s->landed, &l->base) && !is_in(l, &s->landed, &l->fork.commit))
			*WT_ARENA_PUSH(l->arena, b->items, b->n, b->cap) =
				(struct since){ i, s->landed, s->since.seq };
	}
	if (b->n)
		qsort(b->items, b->n, sizeof *b->items, by_seq);
	b->top = b->n;
	if (b->n && !wt_oid_is_equal(&b->items[b->n - 1].commit, &l->base))
		b->top++; /* and something of nobody's of this run */
}

/* Each holds those before it; else half of them says nothing about the other half. */
static bool is_line(const struct blame *b)
{
	for (size_t i = 1; i < b->n; i++)
		if (!is_in(b->l, &b->items[i - 1].commit, &b->items[i].commit))
			return false;
	return true;
}

static const struct wt_oid *commit_at(const struct blame *b, size_t at)
{
	if (!at)
		return &b->l->fork.commit;
	return at > b->n ? &b->l->base : &b->items[at - 1].commit;
}

/* what they changed */

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

static void add_landed(struct wt_landing *l, const struct wt_oid *commit, struct paths *out)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_commit landed, before;
	struct wt_error ignored;

	if (git->store->commit(git->self, commit, l->arena, &landed, &ignored) == WT_OK &&
	    landed.n_parents &&
	    git->store->commit(git->self, &landed.parents[0], l->arena, &before, &ignored) == WT_OK)
		add_diff(l, &before.tree, &landed.tree, out);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The work does not go with one of those behind low, up to high. */
static enum wt_code accuse(struct blame *b, size_t low, size_t high, const char *how,
			   struct wt_error *err)
{
	struct wt_landing *l = b->l;
	struct wt_event ev = { .kind = WT_EV_MERGE_CONFLICTED,
			       .task = wt_land_task(l)->id,
			       .attempt = wt_land_state(l)->attempt,
			       .base = l->base,
			       .tip = l->tip,
			       .by_gate = true };
	struct paths paths = { .arena = l->arena };
	const char **others = wt_arena_alloc(l->arena, (b->n + 1) * sizeof *others);
	enum wt_code rc;

	add_diff(l, &l->fork.tree, &l->tip_tree, &paths);
	for (size_t i = low; i < high && i < b->n; i++) {
		others[ev.n_others++] = plan_of(b)->tasks[b->items[i].task].task.id;
		add_landed(l, &b->items[i].commit, &paths);
	}
	if (paths.len)
		qsort(paths.items, paths.len, sizeof *paths.items, by_text);
	ev.reason = wt_arena_printf(l->arena, "it merges, but then %s%s%s", b->reason,
				    *how ? "; " : "", how);
	ev.others = others;
	ev.paths = paths.items;
	ev.n_paths = paths.len;
	rc = ev.n_others ? wt_run_note(l->run, &ev, WT_DURABLE, err)
			 : wt_land_keep(l, ev.reason, err);
	wt_map_clear(&paths.seen);
	return rc;
}

/* the search */

static void tell(const struct blame *b, const struct wt_oid *base, enum wt_judgment_step step,
		 struct wt_bisect *bisect)
{
	size_t at = 0;

	while (at < b->top && !wt_oid_is_equal(commit_at(b, at), base))
		at++;
	if (at == b->top || (step != WT_JUDGMENT_YES && step != WT_JUDGMENT_NO))
		bisect->is_over = true;
	else
		wt_bisect_tell(bisect, at, step == WT_JUDGMENT_YES);
}

static void tell_all(const struct blame *b, struct wt_bisect *bisect)
{
	const struct wt_task_state *t = wt_land_state(b->l);
	size_t gate;

	wt_bisect_init(bisect, b->top);
	for (size_t i = 1; i < t->search.n; i++)
		tell(b, &t->search.items[i].base, t->search.items[i].step, bisect);
	if (t->search.n)
		tell(b, &t->merging.base, wt_judgment_next(plan_of(b), &t->merging, &gate), bisect);
}

/* Only those that said no: what else there is cannot be to blame. */
static const char **names_of(struct blame *b, size_t *n)
{
	const struct wt_plan *plan = plan_of(b);
	const struct wt_judgment *red = red_of(wt_land_state(b->l));
	const char **names = wt_arena_alloc(b->l->arena, (plan->n_gates + 1) * sizeof *names);

	*n = 0;
	for (size_t i = 0; i < plan->n_gates; i++)
		if (red->gates[i].is_asked && plan->gates[i].is_required &&
		    (red->gates[i].verdict == WT_SAYS_FAIL ||
		     red->gates[i].verdict == WT_SAYS_TIMEOUT))
			names[(*n)++] = plan->gates[i].name;
	return names;
}

/* The work there is judged by those gates, before the search goes on. */
static enum wt_code ask(struct blame *b, size_t at, const struct wt_bisect *bisect,
			struct wt_error *err)
{
	struct wt_landing *l = b->l;
	struct wt_land_place place = { .base = *commit_at(b, at),
				       .tree = l->theirs_tree,
				       .by_gate = true };
	const struct wt_oid *fork = &wt_land_state(l)->base;
	struct wt_merge_outcome m = { .is_clean = true };
	struct wt_error why;
	size_t n;
	const char **names = names_of(b, &n);

	if (at) {
		if (wt_merge_trees(l->run->ports->git, fork, &place.base, &l->theirs, l->arena, &m,
				   &why))
			m.is_clean = false;
		place.tree = m.tree;
	}
	if (!m.is_clean)
		return accuse(b, bisect->low, bisect->high,
			      "which of them it does not go with could not be told: it does not "
			      "merge with each of them by itself",
			      err);
	return wt_land_ask(l, &place, names, n, err);
}

static enum wt_code found(struct blame *b, const struct wt_bisect *bisect, struct wt_error *err)
{
	struct wt_landing *l = b->l;
	const char *how;

	if (bisect->high > b->n) {
		how = wt_arena_printf(l->arena,
				      "it merges, but then %s; it goes with all that tasks landed, "
				      "but not with what else was committed to %s since",
				      b->reason, plan_of(b)->base);
		return wt_land_keep(l, how, err);
	}
	how = wt_arena_printf(l->arena,
			      "it goes with what %s was before task %s landed, and not with what "
			      "it was after that",
			      plan_of(b)->base,
			      plan_of(b)->tasks[b->items[bisect->high - 1].task].task.id);
	return accuse(b, bisect->low, bisect->high, how, err);
}

static enum wt_code search(struct blame *b, struct wt_error *err)
{
	struct wt_bisect bisect;
	size_t at;

	tell_all(b, &bisect);
	switch (wt_bisect_next(&bisect, &at)) {
	case WT_BISECT_ASK:
		return ask(b, at, &bisect, err);
	case WT_BISECT_FOUND:
		return found(b, &bisect, err);
	case WT_BISECT_ALONE:
		return wt_land_keep(b->l,
				    wt_arena_printf(b->l->arena,
						    "it merges, but then %s; the same gates say no "
						    "to its work by itself",
						    b->reason),
				    err);
	case WT_BISECT_LEFT:
		break;
	}
	if (bisect.is_over)
		return accuse(b, 0, b->n,
			      "which of them it does not go with could not be told: judged with "
			      "fewer of them, its gates gave no answer or contradicted themselves",
			      err);
	return accuse(b, bisect.low, bisect.high,
		      "it is one of them that it does not go with, more was not tried", err);
}

enum wt_code wt_land_blame(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_judgment *red = red_of(wt_land_state(l));
	struct blame b = { .l = l };
	size_t gate;
	enum wt_judgment_step step = wt_judgment_next(plan_of(&b), red, &gate);

	b.reason = wt_judgment_reason(l->arena, plan_of(&b), red, gate);
	find_since(&b);
	/* One is the other half of the pair; a gate that failed itself blames nobody. */
	if (b.top < 2 || step != WT_JUDGMENT_NO)
		return accuse(&b, 0, b.n, "", err);
	if (!is_line(&b))
		return accuse(&b, 0, b.n,
			      "which of them it does not go with could not be told: they did not "
			      "land one upon the other",
			      err);
	return search(&b, err);
}
