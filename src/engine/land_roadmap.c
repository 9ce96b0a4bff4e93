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
	if (l->mark_as && !wt_land_has_status(l, path, text, task, l->mark_from))
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

/* Path of the part's source inside the tree, or NULL when it has none there; of several parts in
 * one file that of the first. */
static const char *roadmap_path(const struct wt_landing *l, size_t part)
{
	const char *path = l->parts[part].task.source.path;

	return path && path[0] != '/' && wt_land_leads_file(l, part) ? path : NULL;
}

static bool is_of(const struct wt_land_part *p, const char *source)
{
	return p->task.source.path && strcmp(p->task.source.path, source) == 0;
}

/* What came of marking the parts of one source. */
struct marked {
	const char *with[WT_MAX_JOINED]; /* NULL: no byte of the text was changed for it */
	bool is_gone[WT_MAX_JOINED];
};

/* True when bytes changed. */
static bool mark_all(struct wt_landing *l, const char *source, struct wt_buf *text,
		     struct marked *out)
{
	bool changed = false;

	*out = (struct marked){ 0 };
	for (size_t i = 0; i < l->n_parts; i++) {
		enum wt_mark_result result;
		struct wt_edit edit;

		if (!is_of(&l->parts[i], source))
			continue;
		result = mark_text(l, source, text, &l->parts[i].task, status_of(l), &edit);
		out->is_gone[i] = result == WT_MARK_GONE;
		if (result == WT_MARK_EDIT)
			out->with[i] = l->n_parts == 1
					       ? wt_arena_strdup(l->arena, edit.text)
					       : wt_arena_printf(l->arena, "%s: %s",
								 l->parts[i].task.id, edit.text);
		changed |= result == WT_MARK_EDIT;
	}
	return changed;
}

static bool writes_roadmap(const struct wt_landing *l)
{
	return !wt_config_is(l->run->config, "roadmap.commit", "no");
}

/* leaving out what an agent may not land */

/* Gives every task of the text the status it has in before. True when bytes changed. */
static bool restore_markers(struct wt_landing *l, size_t part, const struct wt_buf *before,
			    struct wt_buf *text, struct wt_error *err)
{
	const char *path = l->parts[part].task.source.path;
	enum wt_grammar grammar = l->parts[part].task.source.grammar;
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

static enum wt_code restore_roadmap(struct wt_landing *l, size_t part, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const char *path = roadmap_path(l, part);
	struct wt_buf before = WT_BUF_INIT, text = WT_BUF_INIT;
	struct wt_side old_side, new_side;
	enum wt_code rc;

	if (!path)
		return WT_OK;
	rc = wt_tree_find(git, &l->fork.tree, path, l->arena, &old_side, err);
	if (!rc)
		rc = wt_tree_find(git, &l->theirs_tree, path, l->arena, &new_side, err);
	if (rc || wt_oid_is_equal(&old_side.oid, &new_side.oid) || !is_plain_file(&old_side) ||
	    !is_plain_file(&new_side))
		return rc;
	rc = read_blob(l, &old_side, &before, err);
	if (!rc)
		rc = read_blob(l, &new_side, &text, err);
	if (!rc && restore_markers(l, part, &before, &text, err)) {
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

/* Whether all that changed in the source of the part are markers. */
static enum wt_code is_all_restored(struct wt_landing *l, size_t part, bool *out,
				    struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const char *path = l->parts[part].task.source.path;
	struct wt_buf before = WT_BUF_INIT, text = WT_BUF_INIT;
	struct wt_side old_side, new_side;
	enum wt_code rc;

	rc = wt_tree_find(git, &l->fork.tree, path, l->arena, &old_side, err);
	if (!rc)
		rc = wt_tree_find(git, &l->tip_tree, path, l->arena, &new_side, err);
	if (rc || !is_plain_file(&old_side) || old_side.mode != new_side.mode)
		return rc;
	rc = read_blob(l, &old_side, &before, err);
	if (!rc)
		rc = read_blob(l, &new_side, &text, err);
	*out = !rc && restore_markers(l, part, &before, &text, err) && before.len == text.len &&
	       memcmp(before.data, text.data, text.len) == 0;
	wt_buf_clear(&before);
	wt_buf_clear(&text);
	return rc;
}

enum wt_code wt_land_is_left_out(struct wt_landing *l, const char *path, bool *out,
				 struct wt_error *err)
{
	*out = strcmp(path, STATUS_FILE) == 0;
	wt_land_parts(l);
	for (size_t i = 0; !*out && i < l->n_parts; i++) {
		const char *roadmap = roadmap_path(l, i);

		if (roadmap && strcmp(path, roadmap) == 0)
			return is_all_restored(l, i, out, err);
	}
	return WT_OK;
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
	wt_land_parts(l);
	for (size_t i = 0; !rc && i < l->n_parts; i++)
		rc = restore_roadmap(l, i, err);
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

/* Whoever marked it, it is said once for each task. */
static enum wt_code say_marked_already(struct wt_landing *l, const char *path)
{
	for (size_t i = 0; i < l->n_parts; i++) {
		const struct wt_land_part *p = &l->parts[i];

		if (!is_of(p, path) || p->marker || p->is_gone)
			continue;
		if (l->n_parts == 1)
			return wt_land_say(l, "'%s' has this task marked complete already", path);
		wt_land_say(l, "'%s' has task %s marked complete already", path, p->task.id);
	}
	return WT_OK;
}

static enum wt_code mark_in_tree(struct wt_landing *l, const char *path, struct wt_oid *tree,
				 struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_side side, before;
	struct marked marked = { 0 };
	bool is_same, changed = false;
	enum wt_code rc = wt_tree_find(git, tree, path, l->arena, &side, err);

	if (!rc)
		rc = wt_tree_find(git, &l->base_tree, path, l->arena, &before, err);
	if (rc || !is_plain_file(&side))
		return rc;
	is_same = before.mode == side.mode && wt_oid_is_equal(&before.oid, &side.oid);
	rc = read_blob(l, &side, &text, err);
	if (!rc)
		changed = mark_all(l, path, &text, &marked);
	if (changed)
		rc = write_blob(l, &text, &side, err);
	if (!rc && changed)
		rc = wt_tree_put(git, tree, path, &side, l->arena, tree, err);
	for (size_t i = 0; !rc && i < l->n_parts; i++) {
		if (!is_of(&l->parts[i], path))
			continue;
		l->parts[i].marker = marked.with[i];
		l->parts[i].is_marked = marked.with[i] != NULL;
		l->parts[i].is_gone = marked.is_gone[i];
		l->parts[i].is_only_marked = is_same;
	}
	wt_buf_clear(&text);
	return rc || l->mark_as ? rc : say_marked_already(l, path);
}

enum wt_code wt_land_mark(struct wt_landing *l, struct wt_oid *tree, struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	l->n_parts = 0;
	wt_land_parts(l);
	for (size_t i = 0; !rc && i < l->n_parts && writes_roadmap(l); i++) {
		if (roadmap_path(l, i))
			rc = mark_in_tree(l, roadmap_path(l, i), tree, err);
	}
	return rc;
}

static enum wt_code find_in_trees(struct wt_landing *l, const char *path, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_buf before = WT_BUF_INIT, after = WT_BUF_INIT;
	struct wt_side old_side = { 0 }, new_side = { 0 };
	struct marked marked = { 0 };
	bool is_so = false;
	enum wt_code rc = wt_tree_find(git, &l->base_tree, path, l->arena, &old_side, err);

	if (!rc)
		rc = wt_tree_find(git, &l->tree, path, l->arena, &new_side, err);
	if (rc || !is_plain_file(&old_side) || !is_plain_file(&new_side))
		return rc;
	rc = read_blob(l, &old_side, &before, err);
	if (!rc)
		rc = read_blob(l, &new_side, &after, err);
	if (!rc)
		is_so = mark_all(l, path, &before, &marked) && before.len == after.len &&
			memcmp(before.data, after.data, after.len) == 0;
	for (size_t i = 0; is_so && i < l->n_parts; i++) {
		l->parts[i].is_marked |= marked.with[i] != NULL;
		l->parts[i].is_only_marked |= marked.with[i] != NULL;
		if (marked.with[i])
			l->parts[i].marker = marked.with[i];
	}
	wt_buf_clear(&before);
	wt_buf_clear(&after);
	return rc;
}

enum wt_code wt_land_find_marked(struct wt_landing *l, struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	l->n_parts = 0;
	wt_land_parts(l);
	for (size_t i = 0; !rc && i < l->n_parts && writes_roadmap(l); i++) {
		if (roadmap_path(l, i))
			rc = find_in_trees(l, roadmap_path(l, i), err);
	}
	return rc;
}

enum wt_code wt_land_mark_file(struct wt_landing *l, const char *source, const char *path,
			       struct wt_error *err)
{
	const struct wt_fs *fs = l->run->ports->fs;
	struct wt_buf text = WT_BUF_INIT;
	struct marked marked;
	enum wt_code rc = fs->read(fs->self, path, WT_MAX_SOURCE_BYTES, &text, err);

	if (!rc && mark_all(l, source, &text, &marked)) {
		rc = fs->replace(fs->self, path, (struct wt_str){ text.data, text.len }, err);
		for (size_t i = 0; i < l->n_parts; i++) {
			if (marked.with[i])
				l->parts[i].marker = marked.with[i];
		}
	}
	wt_buf_clear(&text);
	return rc;
}

/* From here on a marker of that source is one that is found now. */
static void forget_markers(struct wt_landing *l, const char *source)
{
	for (size_t i = 0; i < l->n_parts; i++) {
		if (is_of(&l->parts[i], source))
			l->parts[i].marker = NULL;
	}
}

static enum wt_code note_file(struct wt_landing *l, const char *source, const char *path,
			      struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_ROADMAP_MARKED,
			       .task = wt_land_task(l)->id,
			       .path = path };
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < l->n_parts; i++) {
		ev.reason = l->parts[i].marker;
		if (is_of(&l->parts[i], source) && ev.reason)
			rc = wt_run_note(l->run, &ev, WT_LAZY, err);
	}
	return rc;
}

static enum wt_code mark_outside(struct wt_landing *l, const char *source, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const char *path = source;
	struct wt_side side = { 0 };
	enum wt_code rc = WT_OK;

	if (path[0] != '/') {
		rc = wt_tree_find(git, &l->tree, path, l->arena, &side, err);
		path = git->repo.top ? wt_path_join(l->arena, git->repo.top, path) : NULL;
	}
	if (rc || side.mode || !path)
		return rc;
	forget_markers(l, source);
	if (wt_land_mark_file(l, source, path, err))
		return wt_land_say(l, "could not mark '%s': %s", path, err->msg);
	return note_file(l, source, path, err);
}

enum wt_code wt_land_mark_outside(struct wt_landing *l, struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	wt_land_parts(l);
	for (size_t i = 0; !rc && i < l->n_parts && writes_roadmap(l); i++) {
		if (wt_land_leads_file(l, i))
			rc = mark_outside(l, l->parts[i].task.source.path, err);
	}
	return rc;
}

enum wt_code wt_land_mark_apart(struct wt_landing *l, const char *source, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_side side = { 0 };
	struct marked ignored;
	enum wt_code rc = git->tool->index_entry(git->self, l->checkout.top, source, &side.oid,
						 &side.mode, err);

	if (!rc)
		rc = read_blob(l, &side, &text, err);
	if (!rc && mark_all(l, source, &text, &ignored)) {
		rc = write_blob(l, &text, &side, err);
		if (!rc)
			rc = git->tool->index_set(git->self, l->checkout.top, source, &side.oid,
						  side.mode, err);
	}
	wt_buf_clear(&text);
	if (!rc || rc == WT_E_NOT_FOUND)
		rc = wt_land_mark_file(l, source, wt_path_join(l->arena, l->checkout.top, source),
				       err);
	return rc == WT_E_NOT_FOUND ? WT_OK : rc; /* the person took the file away: theirs */
}

/* Of one source, of which the merged tree has not all headings. */
static enum wt_code mark_uncommitted(struct wt_landing *l, const char *source, struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	forget_markers(l, source);
	if (l->checkout.top)
		rc = wt_land_mark_apart(l, source, err);
	if (rc)
		return wt_land_say(l, "could not mark '%s': %s", source, err->msg);
	for (size_t i = 0; i < l->n_parts; i++) {
		const struct wt_land_part *p = &l->parts[i];

		if (!is_of(p, source) || !p->is_gone || p->marker)
			continue;
		if (l->n_parts == 1)
			wt_land_say(l, "'%s' has no heading for this task any more", source);
		else
			wt_land_say(l, "'%s' has no heading for task %s any more", source,
				    p->task.id);
	}
	return note_file(l, source, source, err);
}

static bool is_any_gone(const struct wt_landing *l, const char *source)
{
	for (size_t i = 0; i < l->n_parts; i++) {
		if (is_of(&l->parts[i], source) && l->parts[i].is_gone)
			return true;
	}
	return false;
}

enum wt_code wt_land_mark_uncommitted(struct wt_landing *l, struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < l->n_parts; i++) {
		const char *path = roadmap_path(l, i);

		if (path && is_any_gone(l, path))
			rc = mark_uncommitted(l, path, err);
	}
	return rc;
}
