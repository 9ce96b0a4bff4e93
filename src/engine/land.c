/* SPDX-License-Identifier: MIT */
/* The sequence of a landing. */

#include "wtorch/engine/land.h"

#include <stdio.h>
#include <string.h>

#include "land_priv.h"
#include "wtorch/base/path.h"
#include "wtorch/core/mergeplan.h"

/* The base may move under us; after that many lost races somebody else is landing in a loop. */
#define MAX_RACES 20

static const struct wt_task_state *state_of(const struct wt_landing *l)
{
	return &wt_run_state(l->run)->tasks[l->task];
}

static const struct wt_task *task_of(const struct wt_landing *l)
{
	return &l->run->plan.tasks[l->task].task;
}

enum wt_code wt_land_say(struct wt_landing *l, const char *fmt, ...)
{
	struct wt_event ev = { .kind = WT_EV_NOTE, .task = task_of(l)->id };
	struct wt_error err;
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	ev.reason = text;
	/* A journal that cannot be written fails the next record that counts, with its reason. */
	(void)!wt_run_note(l->run, &ev, WT_LAZY, &err);
	return WT_OK;
}

/* how a landing can end */

static enum wt_code hold_back(struct wt_landing *l, enum wt_outcome outcome, const char *reason,
			      struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_ATTEMPT_ENDED,
			       .task = task_of(l)->id,
			       .attempt = state_of(l)->attempt,
			       .outcome = outcome,
			       .reason = reason };

	return wt_run_note(l->run, &ev, WT_DURABLE, err);
}

static enum wt_code wait_for(struct wt_landing *l, const char *reason, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_TASK_QUEUED,
			       .task = task_of(l)->id,
			       .reason = reason };

	return wt_run_note(l->run, &ev, WT_LAZY, err);
}

static bool has_path(const char *const *paths, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(paths[i], path) == 0)
			return true;
	return false;
}

/* True when what that task landed touches one of the paths. */
static bool landed_touches(struct wt_landing *l, size_t task, const char *const *paths, size_t n)
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
	for (size_t i = 0; i < n; i++)
		if (has_path(changed, n_changed, paths[i]))
			return true;
	return false;
}

static enum wt_code report_conflict(struct wt_landing *l, const struct wt_merge_outcome *m,
				    struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_MERGE_CONFLICTED,
			       .task = task_of(l)->id,
			       .attempt = state_of(l)->attempt,
			       .base = l->base,
			       .tip = l->tip,
			       .paths = m->paths,
			       .n_paths = m->n_paths };
	const char **others = NULL;
	size_t cap = 0;

	for (size_t i = 0; i < l->run->plan.n_tasks; i++)
		if (i != l->task && landed_touches(l, i, m->paths, m->n_paths))
			*WT_ARENA_PUSH(l->arena, others, ev.n_others, cap) =
				l->run->plan.tasks[i].task.id;
	ev.others = others;
	return wt_run_note(l->run, &ev, WT_DURABLE, err);
}

/* the facts */

static enum wt_code read_base(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_commit c;
	enum wt_code rc = git->store->ref(git->self, l->ref, &l->base, err);

	if (!rc)
		rc = git->store->commit(git->self, &l->base, l->arena, &c, err);
	if (!rc)
		l->base_tree = c.tree;
	return rc ? wt_wrap(err, "cannot read the base '%s'", l->run->plan.base) : WT_OK;
}

enum wt_code wt_land_fork(const struct wt_git *git, const struct wt_oid *base,
			  const struct wt_oid *tip, const struct wt_oid *recorded,
			  struct wt_fork *out, struct wt_error *err)
{
	struct wt_arena scratch = { 0 };
	struct wt_oid found[2];
	struct wt_commit c;
	size_t n = 0;
	enum wt_code rc = git->store->merge_bases(git->self, base, tip, found, &n, err);

	out->commit = !rc && n == 1 ? found[0] : *recorded;
	if (!rc)
		rc = git->store->commit(git->self, &out->commit, &scratch, &c, err);
	if (!rc)
		out->tree = c.tree;
	wt_arena_clear(&scratch);
	return rc;
}

/* The branch as it is now: a person may have mended a conflict since. */
static enum wt_code read_tip(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_task_state *s = state_of(l);
	const char *ref = wt_arena_printf(l->arena, "refs/heads/%s", s->branch ? s->branch : "");
	struct wt_commit c;
	enum wt_code rc = git->store->ref(git->self, ref, &l->tip, err);

	if (rc == WT_E_NOT_FOUND && !wt_oid_is_zero(&s->tip)) {
		l->tip = s->tip; /* a person merged it, and deleted the branch */
		rc = WT_OK;
	}
	if (!rc)
		rc = git->store->commit(git->self, &l->tip, l->arena, &c, err);
	if (rc)
		return wt_wrap(err, "cannot read the branch '%s'", s->branch ? s->branch : "");
	l->tip_tree = c.tree;
	rc = wt_land_fork(git, &l->base, &l->tip, &s->base, &l->fork, err);
	l->judged = s->tip;
	return rc;
}

static enum wt_code note_tip(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_task_state *s = state_of(l);
	struct wt_event ev = { .kind = WT_EV_WORK_COMMITTED,
			       .task = task_of(l)->id,
			       .attempt = s->attempt,
			       .tip = l->tip,
			       .tree = l->tip_tree,
			       .count = s->files_changed };

	return wt_oid_is_equal(&l->tip, &s->tip) ? WT_OK : wt_run_note(l->run, &ev, WT_LAZY, err);
}

/* What landed since the recorded base and is, in the branch, again as it was then: somebody
 * put old files on top of newer ones, and merging that would undo the work of others. */
static enum wt_code find_undone(struct wt_landing *l, const char *const *changed, size_t n,
				struct wt_buf *reason, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_task_state *s = state_of(l);
	struct wt_commit recorded;
	enum wt_code rc;

	if (wt_oid_is_equal(&l->fork.commit, &s->base))
		return WT_OK;
	rc = git->store->commit(git->self, &s->base, l->arena, &recorded, err);
	for (size_t i = 0; !rc && !reason->len && i < n; i++) {
		struct wt_side was, is;

		rc = wt_tree_find(git, &recorded.tree, changed[i], l->arena, &was, err);
		if (!rc)
			rc = wt_tree_find(git, &l->tip_tree, changed[i], l->arena, &is, err);
		if (!rc && was.mode == is.mode && wt_oid_is_equal(&was.oid, &is.oid))
			wt_buf_printf(reason, "it would undo what landed in '%s' since it began",
				      changed[i]);
	}
	return rc;
}

/* What the rules say about the change as a whole. *done: it ended here. */
static enum wt_code judge(struct wt_landing *l, bool *done, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_task_state *s = state_of(l);
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
		rc = find_undone(l, changed, facts.n_changed, &reason, err);
	if (rc)
		goto out;
	facts.changed = changed;
	verdict = reason.len ? WT_VERDICT_KEEP : wt_mergeplan_judge(&facts, &reason, &warning);
	*done = verdict != WT_VERDICT_LAND;
	if (warning.len && verdict == WT_VERDICT_LAND)
		rc = wt_land_say(l, "%s", warning.data);
	if (!rc && verdict == WT_VERDICT_KEEP)
		rc = hold_back(l, WT_OUTCOME_KEPT, reason.data, err);
	else if (!rc && verdict == WT_VERDICT_WAIT)
		rc = wait_for(l, reason.data, err);
out:
	wt_buf_clear(&reason);
	wt_buf_clear(&warning);
	return rc;
}

/* the checkout */

/* Whether the checkout of the base could follow, with the roadmap apart when only that is in
 * the way. WT_E_CONFLICT when it could not. */
static enum wt_code probe_checkout(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_error second;
	struct wt_side old_side;
	enum wt_code rc;

	l->follow_tree = l->tree;
	l->roadmap_apart = false;
	if (!l->checkout.top)
		return WT_OK;
	rc = git->tool->checkout_advance(git->self, l->checkout.top, &l->base_tree, &l->follow_tree,
					 true, err);
	if (rc != WT_E_CONFLICT || !l->roadmap || !l->is_only_marked)
		return rc;
	rc = wt_tree_find(git, &l->base_tree, l->roadmap, l->arena, &old_side, &second);
	if (!rc)
		rc = wt_tree_put(git, &l->tree, l->roadmap, &old_side, l->arena, &l->follow_tree,
				 &second);
	if (!rc)
		rc = git->tool->checkout_advance(git->self, l->checkout.top, &l->base_tree,
						 &l->follow_tree, true, &second);
	if (rc)
		return WT_E_CONFLICT; /* err still names what was in the way at first */
	l->roadmap_apart = true;
	return WT_OK;
}

/* The base has moved; what fails from here on is told, not undone. */
static enum wt_code follow(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_event ev = { .kind = WT_EV_CHECKOUT_UPDATED,
			       .task = task_of(l)->id,
			       .path = l->checkout.top };
	enum wt_code rc;

	if (!l->checkout.top)
		return WT_OK;
	rc = git->tool->checkout_advance(git->self, l->checkout.top, &l->base_tree, &l->follow_tree,
					 false, err);
	if (!rc && l->roadmap_apart)
		rc = wt_land_mark_apart(l, err);
	if (rc)
		return wt_land_say(
			l,
			"'%s' could not follow to %.12s: %s; its files are as they were, "
			"compare with: git -C %s status",
			l->checkout.top, wt_oid_hex(&l->commit).hex, err->msg, l->checkout.top);
	return wt_run_note(l->run, &ev, WT_LAZY, err);
}

/* the sequence */

/* Reads the base anew. WT_E_NOT_FOUND: the commit is no part of it. */
static enum wt_code base_contains(struct wt_landing *l, const struct wt_oid *commit,
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

static enum wt_code note_landed(struct wt_landing *l, const struct wt_oid *commit,
				struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_LANDED,
			       .task = task_of(l)->id,
			       .attempt = state_of(l)->attempt,
			       .tip = l->tip,
			       .oid = *commit,
			       .tree = l->tree };
	struct wt_error why;
	enum wt_code rc = base_contains(l, commit, &why);

	if (rc == WT_E_NOT_FOUND)
		return hold_back(l, WT_OUTCOME_FAILED, why.msg, err);
	if (rc) {
		*err = why;
		return rc;
	}
	ev.base = l->base;
	rc = wt_run_note(l->run, &ev, WT_DURABLE, err);
	if (!rc && l->roadmap) {
		struct wt_event marked = { .kind = WT_EV_ROADMAP_MARKED,
					   .task = task_of(l)->id,
					   .path = l->roadmap,
					   .reason = l->marker };

		rc = wt_run_note(l->run, &marked, WT_LAZY, err);
	}
	if (!rc)
		rc = wt_land_mark_uncommitted(l, err);
	return rc ? rc : wt_land_mark_outside(l, err);
}

/* WT_E_RACED: the base moved meanwhile, try again. */
static enum wt_code move_base(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_event ev = { .kind = WT_EV_LANDING_STARTING,
			       .task = task_of(l)->id,
			       .attempt = state_of(l)->attempt,
			       .base = l->base,
			       .oid = l->commit,
			       .tip = l->tip,
			       .tree = l->tree,
			       .path = l->checkout.top };
	enum wt_code rc = wt_run_note(l->run, &ev, WT_DURABLE, err);
	struct wt_error moved, ignored;

	if (rc)
		return rc;
	rc = git->tool->update_ref(git->self, l->ref, &l->commit, &l->base,
				   wt_arena_printf(l->arena, "wtorch: land %s", task_of(l)->id),
				   &moved);
	/* A failure is believed when the base says the same. */
	l->has_moved = !rc || base_contains(l, &l->commit, &ignored) == WT_OK;
	if (!l->has_moved && rc == WT_E_RACED)
		return rc;
	if (!l->has_moved)
		return hold_back(
			l, WT_OUTCOME_KEPT,
			wt_arena_printf(l->arena, "the base could not be moved: %s", moved.msg),
			err);
	rc = follow(l, err);
	return rc ? rc : note_landed(l, &l->commit, err);
}

/* Why a branch that the base contains is no proof that its work is there; NULL: it is. Work that
 * would change nothing in the base any more is in it, whatever became of its commits. */
static enum wt_code why_not_there(struct wt_landing *l, const char **why, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_merge_outcome m;
	bool contains = false;
	enum wt_code rc;

	*why = NULL;
	if (wt_oid_is_zero(&l->judged)) {
		if (wt_oid_is_equal(&l->tip, &state_of(l)->base))
			*why = "its branch has no commit yet: commit the work first";
		return WT_OK;
	}
	rc = git->store->is_ancestor(git->self, &l->judged, &l->base, &contains, err);
	if (rc || contains)
		return rc;
	rc = wt_merge_trees(git, NULL, &l->base, &l->judged, l->arena, &m, err);
	if (!rc && !(m.is_clean && wt_oid_is_equal(&m.tree, &l->base_tree)))
		*why = wt_arena_printf(l->arena,
				       "its branch was moved to %.12s, which '%s' contains, but "
				       "not its work, %.12s",
				       wt_oid_hex(&l->tip).hex, l->run->plan.base,
				       wt_oid_hex(&l->judged).hex);
	return rc;
}

/* The base contains the tip already: a person merged it, and left the roadmap as it is. */
static enum wt_code landed_by_hand(struct wt_landing *l, bool *done, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	enum wt_code rc = git->store->is_ancestor(git->self, &l->tip, &l->base, done, err);
	const char *why = NULL;

	if (!rc && *done)
		rc = why_not_there(l, &why, err);
	if (rc || !*done)
		return rc;
	if (why)
		return hold_back(l, WT_OUTCOME_KEPT, why, err);
	l->tree = l->base_tree;
	rc = wt_land_say(l, "'%s' contains the work already", l->run->plan.base);
	if (!rc)
		rc = wt_land_mark(l, &l->tree, err);
	if (!rc && l->roadmap)
		rc = wt_land_say(l, "'%s' does not say so yet: mark the task there", l->roadmap);
	l->roadmap = NULL;
	l->tree = l->base_tree;
	return rc ? rc : note_landed(l, &l->tip, err);
}

/* A person asked for the merge: what lies uncommitted would not be part of it. */
static enum wt_code check_asked(struct wt_landing *l, bool *done, struct wt_error *err)
{
	const struct wt_ports *p = l->run->ports;
	const struct wt_task_state *s = state_of(l);
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_status_entry *dirty;
	size_t n = 0;
	enum wt_code rc = WT_OK;

	if (!s->merge_asked)
		return WT_OK;
	if (s->worktree)
		rc = p->fs->stat(p->fs->self, s->worktree, &info, err);
	if (!rc && info.kind == WT_FILE_FOLDER)
		rc = p->git->tool->status(p->git->self, s->worktree, l->arena, &dirty, &n, err);
	if (rc)
		return rc;
	*done = n || wt_oid_is_equal(&l->tip, &s->base);
	if (n)
		return hold_back(l, WT_OUTCOME_KEPT,
				 wt_arena_printf(l->arena, "'%s' in '%s' is not committed",
						 dirty[0].path, s->worktree),
				 err);
	return *done ? hold_back(l, WT_OUTCOME_KEPT, "its branch has no commit of its own", err)
		     : WT_OK;
}

static enum wt_code land_once(struct wt_landing *l, struct wt_error *err)
{
	struct wt_merge_outcome outcome = { 0 };
	bool done = false;
	enum wt_code rc = read_base(l, err);

	if (!rc)
		rc = read_tip(l, err);
	if (!rc)
		rc = check_asked(l, &done, err);
	if (!rc && !done)
		rc = landed_by_hand(l, &done, err);
	if (!rc && !done)
		rc = note_tip(l, err);
	if (!rc && !done)
		rc = wt_checkout_find(l->run->ports, l->run->plan.base, l->arena, &l->checkout,
				      err);
	if (!rc && !done)
		rc = judge(l, &done, err);
	if (!rc && !done)
		rc = wt_land_filter(l, err);
	if (rc || done)
		return rc;
	rc = wt_land_commit(l, &outcome, err);
	if (rc)
		return rc;
	if (!outcome.is_clean)
		return report_conflict(l, &outcome, err);
	rc = probe_checkout(l, err);
	if (rc == WT_E_CONFLICT)
		return hold_back(l, WT_OUTCOME_KEPT,
				 wt_arena_printf(l->arena, "cannot update '%s': %s",
						 l->checkout.top, err->msg),
				 err);
	if (rc == WT_E_BUSY)
		return wait_for(l, wt_arena_strdup(l->arena, err->msg), err);
	return rc ? rc : move_base(l, err);
}

enum wt_code wt_land(struct wt_run *run, size_t task, struct wt_error *err)
{
	struct wt_arena scratch = { 0 };
	struct wt_landing l = { .run = run, .arena = &scratch, .task = task };
	enum wt_code rc = WT_E_RACED;
	struct wt_error why = { 0 };

	l.ref = wt_arena_printf(&scratch, "refs/heads/%s", run->plan.base);
	for (int i = 0; rc == WT_E_RACED && i < MAX_RACES; i++)
		rc = land_once(&l, &why);
	wt_arena_clear(&scratch);
	if (rc == WT_E_RACED)
		return hold_back(&l, WT_OUTCOME_KEPT, "the base kept moving while this was merged",
				 err);
	/* What git or the disk refused is the task's fate, not the end of the run: only a journal
	 * that cannot be written is, and then this fails too. But once the base has moved, the task
	 * has landed, and whoever takes up the run again will see that. */
	if (rc && l.has_moved) {
		*err = why;
		return rc;
	}
	if (rc)
		return hold_back(&l, WT_OUTCOME_KEPT, why.msg, err);
	return WT_OK;
}

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
	if (!rc && probe_checkout(l, &why) == WT_OK)
		rc = narrow_follow_tree(l, &base_now, err);
	if (!rc)
		rc = follow(l, err);
	return rc ? rc : note_landed(l, &l->commit, err);
}

enum wt_code wt_land_settle(struct wt_run *run, size_t task, struct wt_error *err)
{
	struct wt_landing l = { .run = run, .arena = &run->arena, .task = task };
	const struct wt_git *git = run->ports->git;
	const struct wt_event intent = wt_run_state(run)->tasks[task].intent_event;
	bool contains = false;
	enum wt_code rc;

	l.ref = wt_arena_printf(&run->arena, "refs/heads/%s", run->plan.base);
	rc = read_base(&l, err);
	if (!rc)
		rc = git->store->is_ancestor(git->self, &intent.oid, &l.base, &contains, err);
	if (rc)
		return rc;
	if (!contains)
		return wait_for(&l, "the landing before was interrupted", err);
	return settle_landed(&l, &intent, err);
}
