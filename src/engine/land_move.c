/* SPDX-License-Identifier: MIT */
/* Moving the base, bringing its checkout along, and reading back what became of it. */

#include <string.h>

#include "landing.h"

#define PATHS_SHOWN   3u
#define MAX_CATCH_UPS 3

/* What the checkout is brought to when the files in which only markers change stay as they are. */
static enum wt_code without_markers(struct wt_landing *l, struct wt_oid *tree, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	enum wt_code rc = WT_OK;

	*tree = l->tree;
	for (size_t i = 0; !rc && i < l->n_parts; i++) {
		const char *path = l->parts[i].task.source.path;
		struct wt_side old_side;

		if (!wt_land_leads_file(l, i) || !wt_land_is_only_marked(l, path))
			continue;
		rc = wt_tree_find(git, &l->base_tree, path, l->arena, &old_side, err);
		if (!rc)
			rc = wt_tree_put(git, tree, path, &old_side, l->arena, tree, err);
	}
	return rc;
}

static bool is_any_only_marked(const struct wt_landing *l)
{
	for (size_t i = 0; i < l->n_parts; i++) {
		if (l->parts[i].is_marked && l->parts[i].is_only_marked)
			return true;
	}
	return false;
}

/* With the roadmap apart when only that is in the way. */
static enum wt_code could_follow(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_error second;
	enum wt_code rc;

	l->follow_tree = l->tree;
	l->roadmap_apart = false;
	rc = git->tool->checkout_advance(git->self, l->checkout.top, &l->base_tree, &l->follow_tree,
					 true, err);
	if (rc != WT_E_CONFLICT || !is_any_only_marked(l))
		return rc;
	rc = without_markers(l, &l->follow_tree, &second);
	if (!rc)
		rc = git->tool->checkout_advance(git->self, l->checkout.top, &l->base_tree,
						 &l->follow_tree, true, &second);
	if (rc)
		return WT_E_CONFLICT; /* err still names what was in the way at first */
	l->roadmap_apart = true;
	return WT_OK;
}

enum wt_code wt_land_probe(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	enum wt_code rc;

	l->follow_tree = l->tree;
	if (!l->checkout.top)
		return WT_OK;
	rc = git->tool->checkout_lock(git->self, l->checkout.top, err);
	if (!rc)
		rc = could_follow(l, err);
	if (rc)
		wt_land_let_go(l);
	return rc;
}

void wt_land_let_go(struct wt_landing *l)
{
	const struct wt_git *git = l->run->ports->git;

	git->tool->checkout_unlock(git->self);
}

void wt_land_free_checkout(struct wt_run *run)
{
	const struct wt_git *git = run->ports->git;
	struct wt_arena a = { 0 };
	struct wt_checkout found;
	struct wt_error ignored;

	if (wt_checkout_find(run->ports, run->plan.base, &a, &found, &ignored) == WT_OK &&
	    found.has_left_lock &&
	    git->tool->checkout_lock(git->self, found.top, &ignored) == WT_OK)
		git->tool->checkout_unlock(git->self);
	wt_arena_clear(&a);
}

static enum wt_code mark_all_apart(struct wt_landing *l, struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < l->n_parts; i++) {
		const char *path = l->parts[i].task.source.path;

		if (wt_land_leads_file(l, i) && wt_land_is_only_marked(l, path))
			rc = wt_land_mark_apart(l, path, err);
	}
	return rc;
}

/* What stays different is the person's; a roadmap of which only the marker changed is edited in
 * place all the same. */
static enum wt_code tell_theirs(struct wt_landing *l, const char **theirs, size_t n,
				struct wt_error *err)
{
	struct wt_buf names = WT_BUF_INIT;
	size_t left = 0;
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < n; i++) {
		if (wt_land_is_only_marked(l, theirs[i]))
			rc = wt_land_mark_apart(l, theirs[i], err);
		else if (left++ < PATHS_SHOWN)
			wt_buf_printf(&names, "%s'%s'", names.len ? ", " : "", theirs[i]);
	}
	if (left > PATHS_SHOWN)
		wt_buf_printf(&names, " and %zu more", left - PATHS_SHOWN);
	l->has_followed = !rc && !left;
	if (rc)
		rc = wt_land_say(l, "could not mark '%s' in '%s': %s", wt_land_marked(l),
				 l->checkout.top, err->msg);
	else if (left)
		rc = wt_land_say(l,
				 "'%s' followed to %.12s but for what was changed there: %s; "
				 "compare with: git -C %s diff HEAD",
				 l->checkout.top, wt_oid_hex(&l->commit).hex, names.data,
				 l->checkout.top);
	wt_buf_clear(&names);
	return rc;
}

enum wt_code wt_land_note_followed(struct wt_landing *l, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_CHECKOUT_UPDATED,
			       .task = wt_land_task(l)->id,
			       .path = l->checkout.top };

	return l->has_followed && !l->mark_as ? wt_run_note(l->run, &ev, WT_LAZY, err) : WT_OK;
}

enum wt_code wt_land_catch_up(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_settle spec = { l->checkout.top, &l->base_tree, &l->follow_tree };
	const char **theirs;
	size_t n;
	enum wt_code rc;

	if (!l->checkout.top)
		return WT_OK;
	rc = git->tool->checkout_settle(git->self, &spec, l->arena, &theirs, &n, err);
	return rc ? rc : tell_theirs(l, theirs, n, err);
}

/* Where somebody has the base checked out by now; the base has moved meanwhile. What was refused
 * once (memory, a read) may be given the second time. */
static enum wt_code find_again(struct wt_landing *l, bool *is_same, struct wt_error *err)
{
	const struct wt_run *run = l->run;
	const char *before = l->checkout.top;
	enum wt_code rc = wt_checkout_find(run->ports, run->plan.base, l->arena, &l->checkout, err);

	if (rc)
		rc = wt_checkout_find(run->ports, run->plan.base, l->arena, &l->checkout, err);
	*is_same = !rc && before && l->checkout.top && strcmp(before, l->checkout.top) == 0;
	if (!rc && l->checkout.top && l->checkout.busy)
		rc = wt_fail(err, WT_E_BUSY, "it is in the middle of %s", l->checkout.busy);
	return rc;
}

/* The base has moved; what fails from here on is told, not undone. WT_E_BUSY: the checkout cannot
 * be touched now, and is to be brought along later. */
enum wt_code wt_land_follow(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	bool is_same;
	enum wt_code rc = find_again(l, &is_same, err);
	bool is_found = !rc;

	if (!rc && !l->checkout.top)
		return WT_OK;
	if (!is_same)
		wt_land_let_go(l);
	if (!rc && is_same) {
		rc = git->tool->checkout_advance(git->self, l->checkout.top, &l->base_tree,
						 &l->follow_tree, false, err);
		if (!rc && l->roadmap_apart)
			rc = mark_all_apart(l, err);
		l->has_followed = !rc;
	}
	/* Whatever a person did between the look and the move, or was refused us, the rest of it
	 * follows; what was refused there, too, is asked for again. */
	for (int i = 0; i < MAX_CATCH_UPS && !l->has_followed && is_found && rc != WT_E_BUSY; i++) {
		l->follow_tree = l->tree;
		rc = wt_land_catch_up(l, err);
		if (!rc)
			break; /* what has not followed now is a person's */
	}
	if (!rc || rc == WT_E_BUSY)
		return rc ? rc : wt_land_note_followed(l, err);
	return wt_land_say(l,
			   "'%s' could not follow to %.12s: %s; files of it may be as they were, "
			   "compare with: git -C %s status",
			   l->checkout.top ? l->checkout.top : "the checkout of the base",
			   wt_oid_hex(&l->commit).hex, err->msg,
			   l->checkout.top ? l->checkout.top : ".");
}

/* Reads the base anew. WT_E_NOT_FOUND: the commit is no part of it. */
enum wt_code wt_land_is_in_base(struct wt_landing *l, const struct wt_oid *commit,
				struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	bool contains = false;
	enum wt_code rc = git->store->ref(git->self, l->ref, &l->base, err);

	if (!rc)
		rc = git->store->is_ancestor(git->self, commit, &l->base, &contains, err);
	if (rc)
		return wt_wrap(err, "cannot read the base '%s' back", l->run->plan.base);
	return contains ? WT_OK
			: wt_fail(err, WT_E_NOT_FOUND,
				  "the base '%s' does not contain the landing commit",
				  l->run->plan.base);
}

enum wt_code wt_land_check_judged(struct wt_landing *l, const struct wt_oid *commit,
				  struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_commit c;
	enum wt_code rc = wt_land_is_in_base(l, commit, err);

	if (rc || !wt_oid_is_equal(commit, &l->commit))
		return rc; /* a person's merge has its own proof */
	rc = git->store->commit(git->self, commit, l->arena, &c, err);
	if (!rc && !wt_oid_is_equal(&c.tree, &l->tree))
		rc = wt_fail(err, WT_E_NOT_FOUND,
			     "the landing commit %.12s does not hold the tree that was judged",
			     wt_oid_hex(commit).hex);
	return rc;
}

enum wt_code wt_land_note(struct wt_landing *l, const struct wt_oid *commit, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_LANDED,
			       .task = wt_land_task(l)->id,
			       .attempt = wt_land_state(l)->attempt,
			       .tip = l->tip,
			       .oid = *commit,
			       .tree = l->tree };
	struct wt_error why;
	enum wt_code rc = wt_land_check_judged(l, commit, &why);

	if (rc == WT_E_NOT_FOUND)
		return wt_land_hold(l, WT_OUTCOME_FAILED, why.msg, err);
	if (rc) {
		*err = why;
		return rc;
	}
	ev.base = l->base;
	rc = wt_run_note(l->run, &ev, WT_DURABLE, err);
	for (size_t i = 0; !rc && i < l->n_parts; i++) {
		struct wt_event marked = { .kind = WT_EV_ROADMAP_MARKED,
					   .task = wt_land_task(l)->id,
					   .path = l->parts[i].task.source.path,
					   .reason = l->parts[i].marker };

		if (l->parts[i].is_marked)
			rc = wt_run_note(l->run, &marked, WT_LAZY, err);
	}
	if (!rc)
		rc = wt_land_mark_uncommitted(l, err);
	return rc ? rc : wt_land_mark_outside(l, err);
}

enum wt_code wt_land_wait_for_checkout(struct wt_landing *l, const char *why, struct wt_error *err)
{
	return wt_land_wait(l,
			    wt_arena_printf(l->arena,
					    "'%s' has moved to it, but the checkout '%s' could not "
					    "follow yet: %s",
					    l->run->plan.base, l->checkout.top, why),
			    err);
}

static enum wt_code move_base(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_event ev = { .kind = WT_EV_LANDING_STARTING,
			       .task = wt_land_task(l)->id,
			       .attempt = wt_land_state(l)->attempt,
			       .base = l->base,
			       .oid = l->commit,
			       .tip = l->tip,
			       .tree = l->tree,
			       .path = l->checkout.top };
	enum wt_code rc = wt_land_note_decided(l, err);
	struct wt_error moved, ignored;

	if (!rc)
		rc = wt_run_note(l->run, &ev, WT_DURABLE, err);
	if (rc)
		return rc;
	rc = git->tool->update_ref(
		git->self, l->ref, &l->commit, &l->base,
		wt_arena_printf(l->arena, "wtorch: land %s", wt_land_task(l)->id), &moved);
	/* A failure is believed when the base says the same. */
	l->has_moved = !rc || wt_land_is_in_base(l, &l->commit, &ignored) == WT_OK;
	if (!l->has_moved && rc == WT_E_RACED)
		return rc;
	if (!l->has_moved && l->is_tick) {
		rc = wt_land_say_unmarked(l, moved.msg);
		return rc ? rc : wt_land_note_untouched(l, err);
	}
	if (!l->has_moved && rc == WT_E_BUSY)
		return wt_land_wait(l, wt_arena_strdup(l->arena, moved.msg), err);
	if (!l->has_moved)
		return wt_land_hold(
			l, WT_OUTCOME_KEPT,
			wt_arena_printf(l->arena, "the base could not be moved: %s", moved.msg),
			err);
	rc = wt_land_follow(l, err);
	wt_land_let_go(l);
	if (rc == WT_E_BUSY)
		return wt_land_wait_for_checkout(l, err->msg, err);
	return rc ? rc : wt_land_note(l, &l->commit, err);
}

/* WT_E_RACED: the base moved meanwhile, try again. */
enum wt_code wt_land_move(struct wt_landing *l, struct wt_error *err)
{
	enum wt_code rc = move_base(l, err);

	wt_land_let_go(l);
	return rc;
}

enum wt_code wt_land_note_untouched(struct wt_landing *l, struct wt_error *err)
{
	wt_land_unmark(l);
	l->tree = l->base_tree;
	return wt_land_note(l, &l->tip, err);
}
