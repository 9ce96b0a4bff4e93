/* SPDX-License-Identifier: MIT */
/* The work of a task's workstreams becomes part of its own, before anybody judges it. */

#include <string.h>

#include "work_priv.h"
#include "wtorch/engine/land.h"
#include "wtorch/engine/merge.h"
#include "wtorch/engine/tree.h"

#define MAX_SHOWN 3u /* paths of a conflict */

struct combining {
	struct wt_run *run;
	struct wt_arena *arena;
	size_t task;
	const struct wt_plan_task *planned;
	struct wt_combined *out;
	struct wt_oid tip; /* as far as it got */
};

static const struct wt_task_state *state_of(const struct combining *c, size_t task)
{
	return &wt_run_state(c->run)->tasks[task];
}

static const char *id_of(const struct combining *c, size_t task)
{
	return c->run->plan.tasks[task].task.id;
}

static void add_name(struct combining *c, size_t stream)
{
	c->out->streams[c->out->n_streams++] = id_of(c, stream);
}

/* It is not combined: the attempt ends so, for the stream's sake alone. */
static void hold(struct combining *c, size_t stream, enum wt_outcome outcome, const char *reason)
{
	c->out->outcome = outcome;
	c->out->reason = reason;
	c->out->n_streams = 0;
	add_name(c, stream);
}

static enum wt_code say(struct combining *c, const char *text, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_NOTE, .task = c->planned->task.id, .reason = text };

	return wt_run_note(c->run, &ev, WT_LAZY, err);
}

static const char *end_of(const struct combining *c, const struct wt_task_state *s)
{
	if (s->state == WT_NO_CHANGES)
		return "changed nothing";
	return wt_arena_printf(c->arena, "is %s%s%s", wt_state_name(s->state),
			       s->reason ? ": " : "", s->reason ? s->reason : "");
}

/* One without work to give. */
static enum wt_code judge_absent(struct combining *c, size_t stream, struct wt_error *err)
{
	const struct wt_task_state *s = state_of(c, stream);
	bool has_not_been = (s->state == WT_SKIPPED || s->state == WT_STOPPED) && !s->stop_asked;

	if (!wt_state_is_stream_over(wt_run_state(c->run), stream) || has_not_been) {
		hold(c, stream, WT_OUTCOME_STOPPED,
		     wt_arena_printf(c->arena, "stopped while it waited for %s", id_of(c, stream)));
		return WT_OK;
	}
	if (c->run->plan.tasks[stream].is_needed) {
		hold(c, stream, WT_OUTCOME_KEPT,
		     wt_arena_printf(c->arena, "its workstream %s %s", id_of(c, stream),
				     end_of(c, s)));
		return WT_OK;
	}
	return say(c,
		   wt_arena_printf(c->arena, "it goes on without its workstream %s, which %s",
				   id_of(c, stream), end_of(c, s)),
		   err);
}

static enum wt_code check_files(struct combining *c, size_t stream, struct wt_error *err)
{
	const struct wt_git *git = c->run->ports->git;
	const struct wt_task_state *s = state_of(c, stream);
	const char **paths;
	struct wt_commit theirs;
	struct wt_fork fork;
	size_t n = 0;
	enum wt_code rc = git->store->commit(git->self, &s->tip, c->arena, &theirs, err);

	if (!rc)
		rc = wt_land_fork(git, &c->out->base, &s->tip, &s->base, &fork, err);
	if (!rc)
		rc = wt_tree_diff(git, &fork.tree, &theirs.tree, c->arena, &paths, &n, err);
	for (size_t i = 0; !rc && i < n && !c->out->outcome; i++)
		if (!wt_plan_may_write(&c->run->plan.tasks[stream], paths[i]))
			hold(c, stream, WT_OUTCOME_KEPT,
			     wt_arena_printf(
				     c->arena,
				     "its workstream %s changed '%s', which it may not; its "
				     "work is on branch %s",
				     id_of(c, stream), paths[i], s->branch));
	return rc;
}

static enum wt_code write_merge(struct combining *c, size_t stream, const struct wt_oid *tree,
				struct wt_error *err)
{
	const struct wt_git *git = c->run->ports->git;
	const struct wt_oid parents[2] = { c->tip, state_of(c, stream)->tip };
	const struct wt_commit_spec spec = {
		.tree = *tree,
		.parents = parents,
		.n_parents = 2,
		.message = wt_arena_printf(c->arena, "Combine with %s\n\n%s", id_of(c, stream),
					   wt_land_trailers(c->arena, c->run, c->task)),
	};

	return wt_land_is_signed(git) ? git->tool->commit_signed(git->self, &spec, &c->tip, err)
				      : git->store->commit_write(git->self, &spec, &c->tip, err);
}

static const char *name_paths(struct combining *c, const struct wt_merge_outcome *m)
{
	struct wt_buf b = WT_BUF_INIT;
	const char *text;

	for (size_t i = 0; i < m->n_paths && i < MAX_SHOWN; i++)
		wt_buf_printf(&b, "%s%s", i ? ", " : "", m->paths[i]);
	if (m->n_paths > MAX_SHOWN)
		wt_buf_printf(&b, " and %zu more", m->n_paths - MAX_SHOWN);
	text = wt_arena_strdup(c->arena, b.data ? b.data : "");
	wt_buf_clear(&b);
	return text;
}

static enum wt_code take(struct combining *c, size_t stream, struct wt_error *err)
{
	const struct wt_git *git = c->run->ports->git;
	const struct wt_task_state *s = state_of(c, stream);
	struct wt_merge_outcome m = { 0 };
	bool has = false;
	enum wt_code rc = git->store->is_ancestor(git->self, &s->tip, &c->tip, &has, err);

	if (!rc && !has)
		rc = check_files(c, stream, err);
	if (rc || c->out->outcome)
		return rc;
	if (!has)
		rc = wt_merge_trees(git, NULL, &c->tip, &s->tip, c->arena, &m, err);
	if (!rc && !has && !m.is_clean) {
		hold(c, stream, WT_OUTCOME_KEPT,
		     wt_arena_printf(c->arena, "its workstream %s conflicts with it in %s",
				     id_of(c, stream), name_paths(c, &m)));
		return WT_OK;
	}
	if (!rc && !has)
		rc = write_merge(c, stream, &m.tree, err);
	if (!rc)
		add_name(c, stream);
	return rc;
}

/* moving the branch */

static enum wt_code tree_of(struct combining *c, const struct wt_oid *commit, struct wt_oid *tree,
			    struct wt_error *err)
{
	const struct wt_git *git = c->run->ports->git;
	struct wt_commit read;
	enum wt_code rc = git->store->commit(git->self, commit, c->arena, &read, err);

	if (!rc)
		*tree = read.tree;
	return rc;
}

static enum wt_code note_intent(struct combining *c, const struct wt_oid *old,
				const struct wt_oid *tree, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_COMBINING,
			       .task = c->planned->task.id,
			       .attempt = state_of(c, c->task)->attempt,
			       .base = *old,
			       .oid = c->tip,
			       .tree = *tree,
			       .others = c->out->streams,
			       .n_others = c->out->n_streams };

	return wt_run_note(c->run, &ev, WT_DURABLE, err);
}

static enum wt_code move(struct combining *c, const struct wt_oid *old, struct wt_error *err)
{
	const struct wt_git_tool *tool = c->run->ports->git->tool;
	void *self = c->run->ports->git->self;
	const struct wt_task_state *s = state_of(c, c->task);
	const char *ref = wt_arena_printf(c->arena, "refs/heads/%s", s->branch);
	struct wt_oid old_tree, tree;
	struct wt_error ignored;
	enum wt_code rc = tree_of(c, old, &old_tree, err);

	if (!rc)
		rc = tree_of(c, &c->tip, &tree, err);
	if (!rc)
		rc = tool->checkout_lock(self, s->worktree, err);
	if (rc)
		return rc;
	rc = tool->checkout_advance(self, s->worktree, &old_tree, &tree, true, err);
	if (!rc)
		rc = note_intent(c, old, &tree, err);
	if (!rc)
		rc = tool->update_ref(self, ref, &c->tip, old, "wtorch: combine workstreams", err);
	if (!rc) {
		rc = tool->checkout_advance(self, s->worktree, &old_tree, &tree, false, err);
		/* Files behind their branch would look like work that takes things back. */
		if (rc)
			(void)!tool->update_ref(self, ref, old, &c->tip,
						"wtorch: its files did not follow", &ignored);
	}
	tool->checkout_unlock(self);
	return rc;
}

enum wt_code wt_work_combine(struct wt_run *run, size_t task, struct wt_arena *arena,
			     struct wt_combined *out, struct wt_error *err)
{
	struct combining c = { .run = run,
			       .arena = arena,
			       .task = task,
			       .planned = &run->plan.tasks[task],
			       .out = out,
			       .tip = out->tip };
	const struct wt_oid old = out->tip;
	enum wt_code rc = WT_OK;

	out->streams = wt_arena_alloc(arena, (c.planned->n_streams + 1) * sizeof *out->streams);
	for (size_t i = 0; !rc && !out->outcome && i < c.planned->n_streams; i++) {
		size_t stream = c.planned->streams[i];

		rc = state_of(&c, stream)->state == WT_QUEUED ? take(&c, stream, err)
							      : judge_absent(&c, stream, err);
	}
	if (!rc && !out->outcome && !wt_oid_is_equal(&c.tip, &old))
		rc = move(&c, &old, err);
	out->tip = c.tip;
	return rc;
}

enum wt_code wt_work_settle_combining(struct wt_run *run, size_t task, struct wt_arena *arena,
				      struct wt_error *err)
{
	const struct wt_git *git = run->ports->git;
	const struct wt_task_state *s = &wt_run_state(run)->tasks[task];
	const struct wt_event *ev = &s->intent_event;
	struct combining c = { .run = run, .arena = arena, .task = task };
	struct wt_oid now, old_tree, tree;
	struct wt_settle spec = { .checkout = s->worktree, &old_tree, &tree };
	const char **theirs;
	size_t n = 0;
	enum wt_code rc;

	if (!s->has_open_intent || s->intent != WT_EV_COMBINING)
		return WT_OK;
	rc = git->store->ref(git->self, wt_arena_printf(arena, "refs/heads/%s", s->branch), &now,
			     err);
	/* The branch moves first: where it did not, nothing was touched. */
	if (rc || !wt_oid_is_equal(&now, &ev->oid))
		return rc;
	rc = tree_of(&c, &ev->base, &old_tree, err);
	if (!rc)
		rc = tree_of(&c, &ev->oid, &tree, err);
	if (!rc)
		rc = git->tool->checkout_settle(git->self, &spec, arena, &theirs, &n, err);
	return rc;
}
