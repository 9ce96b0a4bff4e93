/* SPDX-License-Identifier: MIT */
/* The roadmap's part of a landing: markers are ours to write, and nobody else's. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "landing.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/grammar.h"

#define STATUS_FILE ".agent_status.json"

static void today_of(const struct wt_landing *l, char out[16])
{
	const struct wt_clock *clock = l->run->ports->clock;
	struct wt_buf b = WT_BUF_INIT;

	wt_text_render_time(&b, clock->wall_ms(clock->self));
	snprintf(out, 16, "%.10s", b.data);
	wt_buf_clear(&b);
}

static void apply_edit(struct wt_buf *text, const struct wt_edit *edit)
{
	struct wt_buf out = WT_BUF_INIT;

	wt_edit_apply(edit, (struct wt_str){ text->data, text->len }, &out);
	wt_buf_clear(text);
	*text = out;
}

static enum wt_mark_result mark_text(struct wt_landing *l, const char *path, struct wt_buf *text,
				     const struct wt_task *task, enum wt_task_status status,
				     struct wt_edit *edit)
{
	struct wt_source_text source = { path, { text->data, text->len }, task->source.grammar };
	char today[16];
	struct wt_roadmap_change change = { .id = wt_task_source_id(task),
					    .title = task->title,
					    .status = status,
					    .today = today };
	enum wt_mark_result result;

	/* A person may have given it another one meanwhile, and knows better. */
	if (l->mark_as && !wt_land_has_status(l, path, text, l->mark_from))
		return WT_MARK_GONE;
	today_of(l, today);
	result = wt_grammar_mark(l->run->ports->reader, l->run->config, &source, &change, edit);
	if (result == WT_MARK_EDIT)
		apply_edit(text, edit);
	return result;
}

static enum wt_task_status status_of(const struct wt_landing *l)
{
	return l->mark_as ? *l->mark_as : WT_TASK_COMPLETED;
}

static enum wt_code read_blob(struct wt_landing *l, const struct wt_side *side, struct wt_buf *out,
			      struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;

	return git->store->blob(git->self, &side->oid, out, err);
}

static enum wt_code write_blob(struct wt_landing *l, const struct wt_buf *text,
			       struct wt_side *side, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;

	return git->store->blob_write(git->self, (struct wt_str){ text->data, text->len },
				      &side->oid, err);
}

static bool is_plain_file(const struct wt_side *side)
{
	return (side->mode & 0170000) == 0100000;
}

/* Path of the task's roadmap inside the tree, or NULL when it has none there. */
static const char *roadmap_path(const struct wt_landing *l)
{
	const struct wt_task *t = &l->run->plan.tasks[l->task].task;

	return t->source.path && t->source.path[0] != '/' ? t->source.path : NULL;
}

static bool writes_roadmap(const struct wt_landing *l)
{
	return !wt_config_is(l->run->config, "roadmap.commit", "no");
}

/* leaving out what an agent may not land */

/* Gives every task of the text the status it has in before. True when bytes changed. */
static bool restore_markers(struct wt_landing *l, const char *path, const struct wt_buf *before,
			    struct wt_buf *text, struct wt_error *err)
{
	enum wt_grammar grammar = l->run->plan.tasks[l->task].task.source.grammar;
	struct wt_source_text was = { path, { before->data, before->len }, grammar };
	struct wt_source_text is = { path, { text->data, text->len }, grammar };
	struct wt_tasks old_tasks = { .arena = l->arena }, new_tasks = { .arena = l->arena };
	struct wt_diags ignored = { .arena = l->arena };
	const struct wt_reader *reader = l->run->ports->reader;
	bool changed = false;

	if (wt_grammar_parse(reader, l->run->config, &was, &old_tasks, &ignored, err) ||
	    wt_grammar_parse(reader, l->run->config, &is, &new_tasks, &ignored, err))
		new_tasks.len = 0;
	for (size_t i = 0; i < new_tasks.len; i++) {
		const struct wt_task *t = &new_tasks.items[i];
		const struct wt_task *old = wt_tasks_find(&old_tasks, t->id);
		struct wt_edit edit;

		if (old && old->status != t->status &&
		    mark_text(l, path, text, t, old->status, &edit) == WT_MARK_EDIT)
			changed = true;
	}
	wt_tasks_clear(&old_tasks);
	wt_tasks_clear(&new_tasks);
	return changed;
}

static enum wt_code restore_roadmap(struct wt_landing *l, const struct wt_oid *fork_tree,
				    struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const char *path = roadmap_path(l);
	struct wt_buf before = WT_BUF_INIT, text = WT_BUF_INIT;
	struct wt_side old_side, new_side;
	enum wt_code rc;

	if (!path)
		return WT_OK;
	rc = wt_tree_find(git, fork_tree, path, l->arena, &old_side, err);
	if (!rc)
		rc = wt_tree_find(git, &l->theirs_tree, path, l->arena, &new_side, err);
	if (rc || wt_oid_is_equal(&old_side.oid, &new_side.oid) || !is_plain_file(&old_side) ||
	    !is_plain_file(&new_side))
		return rc;
	rc = read_blob(l, &old_side, &before, err);
	if (!rc)
		rc = read_blob(l, &new_side, &text, err);
	if (!rc && restore_markers(l, path, &before, &text, err)) {
		rc = write_blob(l, &text, &new_side, err);
		if (!rc)
			rc = wt_tree_put(git, &l->theirs_tree, path, &new_side, l->arena,
					 &l->theirs_tree, err);
		if (!rc)
			rc = wt_land_say(l,
					 "left out the agent's own edit of status markers in "
					 "'%s'",
					 path);
	}
	wt_buf_clear(&before);
	wt_buf_clear(&text);
	return rc;
}

enum wt_code wt_land_is_left_out(struct wt_landing *l, const char *path, bool *out,
				 struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const char *roadmap = roadmap_path(l);
	struct wt_buf before = WT_BUF_INIT, text = WT_BUF_INIT;
	struct wt_side old_side, new_side;
	enum wt_code rc;

	*out = strcmp(path, STATUS_FILE) == 0;
	if (*out || !roadmap || strcmp(path, roadmap) != 0)
		return WT_OK;
	rc = wt_tree_find(git, &l->fork.tree, path, l->arena, &old_side, err);
	if (!rc)
		rc = wt_tree_find(git, &l->tip_tree, path, l->arena, &new_side, err);
	if (rc || !is_plain_file(&old_side) || old_side.mode != new_side.mode)
		return rc;
	rc = read_blob(l, &old_side, &before, err);
	if (!rc)
		rc = read_blob(l, &new_side, &text, err);
	*out = !rc && restore_markers(l, path, &before, &text, err) && before.len == text.len &&
	       memcmp(before.data, text.data, text.len) == 0;
	wt_buf_clear(&before);
	wt_buf_clear(&text);
	return rc;
}

enum wt_code wt_land_filter(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_side status;
	enum wt_code rc = wt_tree_find(git, &l->tip_tree, STATUS_FILE, l->arena, &status, err);

	l->theirs = l->tip;
	l->theirs_tree = l->tip_tree;
	if (!rc && !wt_oid_is_zero(&status.oid)) {
		struct wt_side none = { 0 };

		rc = wt_tree_put(git, &l->theirs_tree, STATUS_FILE, &none, l->arena,
				 &l->theirs_tree, err);
	}
	if (!rc)
		rc = restore_roadmap(l, &l->fork.tree, err);
	if (!rc && !wt_oid_is_equal(&l->theirs_tree, &l->tip_tree)) {
		/* Only to be merged from: no ref ever points at it. */
		struct wt_commit_spec spec = { .tree = l->theirs_tree,
					       .parents = &l->tip,
					       .n_parents = 1,
					       .message = "wtorch: without what may not land\n" };

		rc = git->store->commit_write(git->self, &spec, &l->theirs, err);
	}
	return rc;
}

/* marking */

enum wt_code wt_land_mark(struct wt_landing *l, struct wt_oid *tree, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_task *t = &l->run->plan.tasks[l->task].task;
	const char *path = roadmap_path(l);
	struct wt_buf text = WT_BUF_INIT;
	enum wt_mark_result marked;
	struct wt_edit edit;
	struct wt_side side, before;
	enum wt_code rc;

	l->roadmap = l->roadmap_gone = NULL;
	l->is_only_marked = false;
	if (!path || !writes_roadmap(l))
		return WT_OK;
	rc = wt_tree_find(git, tree, path, l->arena, &side, err);
	if (!rc)
		rc = wt_tree_find(git, &l->base_tree, path, l->arena, &before, err);
	if (rc || !is_plain_file(&side))
		return rc;
	l->is_only_marked = before.mode == side.mode && wt_oid_is_equal(&before.oid, &side.oid);
	rc = read_blob(l, &side, &text, err);
	marked = rc ? WT_MARK_GONE : mark_text(l, path, &text, t, status_of(l), &edit);
	if (marked == WT_MARK_EDIT) {
		rc = write_blob(l, &text, &side, err);
		if (!rc)
			rc = wt_tree_put(git, tree, path, &side, l->arena, tree, err);
		l->roadmap = path;
		l->marker = wt_arena_strdup(l->arena, edit.text);
	} else if (!rc && marked == WT_MARK_GONE) {
		l->roadmap_gone = path;
	} else if (!rc && !l->mark_as) {
		rc = wt_land_say(l, "'%s' has this task marked complete already", path);
	}
	wt_buf_clear(&text);
	return rc;
}

enum wt_code wt_land_find_marked(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_task *t = &l->run->plan.tasks[l->task].task;
	const char *path = roadmap_path(l);
	struct wt_buf before = WT_BUF_INIT, after = WT_BUF_INIT;
	struct wt_side old_side = { 0 }, new_side = { 0 };
	struct wt_edit edit;
	enum wt_code rc;

	l->roadmap = NULL;
	l->is_only_marked = false;
	if (!path || !writes_roadmap(l))
		return WT_OK;
	rc = wt_tree_find(git, &l->base_tree, path, l->arena, &old_side, err);
	if (!rc)
		rc = wt_tree_find(git, &l->tree, path, l->arena, &new_side, err);
	if (rc || !is_plain_file(&old_side) || !is_plain_file(&new_side))
		return rc;
	rc = read_blob(l, &old_side, &before, err);
	if (!rc)
		rc = read_blob(l, &new_side, &after, err);
	if (!rc && mark_text(l, path, &before, t, status_of(l), &edit) == WT_MARK_EDIT &&
	    before.len == after.len && memcmp(before.data, after.data, after.len) == 0) {
		l->roadmap = path;
		l->marker = wt_arena_strdup(l->arena, edit.text);
		l->is_only_marked = true;
	}
	wt_buf_clear(&before);
	wt_buf_clear(&after);
	return rc;
}

enum wt_code wt_land_mark_file(struct wt_landing *l, const char *path, struct wt_error *err)
{
	const struct wt_fs *fs = l->run->ports->fs;
	const struct wt_task *t = &l->run->plan.tasks[l->task].task;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_edit edit;
	enum wt_code rc = fs->read(fs->self, path, WT_MAX_SOURCE_BYTES, &text, err);

	if (!rc && mark_text(l, path, &text, t, status_of(l), &edit) == WT_MARK_EDIT) {
		rc = fs->replace(fs->self, path, (struct wt_str){ text.data, text.len }, err);
		l->marker = wt_arena_strdup(l->arena, edit.text);
	}
	wt_buf_clear(&text);
	return rc;
}

enum wt_code wt_land_mark_outside(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_task *t = &l->run->plan.tasks[l->task].task;
	const char *path = t->source.path;
	struct wt_side side = { 0 };
	struct wt_event ev = { .kind = WT_EV_ROADMAP_MARKED, .task = t->id };
	enum wt_code rc = WT_OK;

	if (!path || !writes_roadmap(l))
		return WT_OK;
	if (path[0] != '/') {
		rc = wt_tree_find(git, &l->tree, path, l->arena, &side, err);
		path = git->repo.top ? wt_path_join(l->arena, git->repo.top, path) : NULL;
	}
	if (rc || side.mode || !path)
		return rc;
	l->marker = NULL;
	if (wt_land_mark_file(l, path, err))
		return wt_land_say(l, "could not mark '%s': %s", path, err->msg);
	if (!l->marker)
		return WT_OK;
	ev.path = path;
	ev.reason = l->marker;
	return wt_run_note(l->run, &ev, WT_LAZY, err);
}

enum wt_code wt_land_mark_apart(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_task *t = &l->run->plan.tasks[l->task].task;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_side side = { 0 };
	struct wt_edit edit;
	enum wt_code rc = git->tool->index_entry(git->self, l->checkout.top, l->roadmap, &side.oid,
						 &side.mode, err);

	if (!rc)
		rc = read_blob(l, &side, &text, err);
	if (!rc && mark_text(l, l->roadmap, &text, t, status_of(l), &edit) == WT_MARK_EDIT) {
		rc = write_blob(l, &text, &side, err);
		if (!rc)
			rc = git->tool->index_set(git->self, l->checkout.top, l->roadmap, &side.oid,
						  side.mode, err);
	}
	wt_buf_clear(&text);
	if (!rc || rc == WT_E_NOT_FOUND)
		rc = wt_land_mark_file(l, wt_path_join(l->arena, l->checkout.top, l->roadmap), err);
	return rc == WT_E_NOT_FOUND ? WT_OK : rc; /* the person took the file away: theirs */
}

enum wt_code wt_land_mark_uncommitted(struct wt_landing *l, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_ROADMAP_MARKED,
			       .task = l->run->plan.tasks[l->task].task.id };
	enum wt_code rc = WT_OK;

	if (!l->roadmap_gone)
		return WT_OK;
	l->marker = NULL;
	if (l->checkout.top) {
		l->roadmap = l->roadmap_gone;
		rc = wt_land_mark_apart(l, err);
		l->roadmap = NULL;
	}
	if (rc)
		return wt_land_say(l, "could not mark '%s': %s", l->roadmap_gone, err->msg);
	if (!l->marker)
		return wt_land_say(l, "'%s' has no heading for this task any more",
				   l->roadmap_gone);
	ev.path = l->roadmap_gone;
	ev.reason = l->marker;
	return wt_run_note(l->run, &ev, WT_LAZY, err);
}
