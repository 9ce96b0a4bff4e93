/* SPDX-License-Identifier: MIT */
/* From the tree of a task file to its tasks. */

#include <string.h>

#include "doc_reading.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

/* tasks */

/* Without a title the description's first line is it. */
static void choose_title(const struct taskfile_reading *r, const struct wt_doc *d)
{
	const char *text = wt_doc_text(wt_doc_find(d, "description"));
	struct wt_str s = wt_str_trim(wt_str_of(text));

	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] == '\n' || s.data[i] == '\r')
			s.len = i;
	if (!wt_doc_find(d, "title"))
		wt_task_set_title(r->tasks, r->task, s, r->diags);
}

static void read_task(struct taskfile_reading *r, const struct wt_doc *d)
{
	const struct wt_doc *id = wt_taskfile_id(d);
	struct wt_place place = wt_taskfile_place(r, d);

	if (d->kind != WT_DOC_MAP) {
		wt_taskfile_wrong(r, d, "a map with the task's id, title and so on");
		return;
	}
	if (!id) {
		wt_diags_add(r->diags, WT_SEVERITY_ERROR, place, "a task without 'id'");
		return;
	}
	if (!wt_doc_text(id) || !wt_text_is_id(wt_str_of(id->text))) {
		wt_taskfile_wrong(r, id,
				  "an id (a letter or digit, then letters, digits, '.', '_' or "
				  "'-', up to 64)");
		return;
	}
	r->task = wt_tasks_add(r->tasks, id->text, wt_taskfile_place(r, id), r->diags);
	if (!r->task)
		return;
	r->task->source = (struct wt_task_source){ .grammar = WT_GRAMMAR_TASKFILE,
						   .path = r->file->path,
						   .line = d->line };
	wt_taskfile_read_fields(r, d);
	choose_title(r, d);
}

/* "dependencies" at the top: an id and what it depends on. */
static void read_dependencies(struct taskfile_reading *r, const struct wt_doc *map)
{
	if (map->kind != WT_DOC_MAP) {
		wt_taskfile_wrong(r, map, "a map from an id to a list of ids");
		return;
	}
	for (const struct wt_doc *m = map->child; m; m = m->next) {
		size_t i = wt_map_find(&r->tasks->by_id, m->key);
		struct wt_place place = { r->file->path, m->key_line, m->key_column };

		if (i == WT_MAP_NONE) {
			wt_diags_add(r->diags, WT_SEVERITY_ERROR, place,
				     "there is no task '%.100s'", m->key);
			continue;
		}
		r->task = &r->tasks->items[i];
		if (m->kind != WT_DOC_NULL)
			wt_taskfile_read_list(r, m, wt_taskfile_take_dependency);
	}
}

static void read_tasks(struct taskfile_reading *r, const struct wt_doc *list)
{
	if (list->kind != WT_DOC_LIST) {
		wt_taskfile_wrong(r, list, "a list of tasks");
		return;
	}
	for (const struct wt_doc *item = list->child; item && !r->tasks->is_full; item = item->next)
		read_task(r, item);
}

/* "batch": short forms, "modify: src/a.c", "test: the parser", a task each */

static const struct {
	const char *verb;
	enum wt_task_type type;
} verbs[] = {
	{ "modify", WT_TYPE_NONE },
	{ "feature", WT_TYPE_FEATURE },
	{ "test", WT_TYPE_TEST },
	{ "doc", WT_TYPE_DOCS },
};

static void read_short(struct taskfile_reading *r, const struct wt_doc *m, size_t verb)
{
	struct wt_buf id = WT_BUF_INIT, title = WT_BUF_INIT;
	struct wt_str text;

	if (!wt_taskfile_text(r, m, &text))
		return;
	wt_buf_printf(&id, "%s-", verbs[verb].verb);
	wt_text_render_slug(&id, text);
	wt_buf_printf(&title, "%s %.*s", verbs[verb].verb, (int)text.len, text.data);
	if (wt_text_is_id((struct wt_str){ id.data, id.len }))
		r->task = wt_tasks_add(r->tasks, wt_arena_strdup(r->tasks->arena, id.data),
				       wt_taskfile_place(r, m), r->diags);
	else
		wt_taskfile_wrong(r, m, "something that an id can be made from");
	if (r->task) {
		r->task->source = (struct wt_task_source){ .grammar = WT_GRAMMAR_TASKFILE,
							   .path = r->file->path,
							   .line = m->line };
		r->task->type = verbs[verb].type;
		r->task->type_why = r->task->type ? "declared" : NULL;
		wt_task_set_title(r->tasks, r->task, (struct wt_str){ title.data, title.len },
				  r->diags);
		if (verb == 0)
			wt_taskfile_take_file(r, m);
	}
	wt_buf_clear(&id);
	wt_buf_clear(&title);
}

static void read_batch_item(struct taskfile_reading *r, const struct wt_doc *item)
{
	const struct wt_doc *m = item->kind == WT_DOC_MAP ? item->child : NULL;

	if (!m || m->next) {
		wt_taskfile_wrong(r, item, "one of 'modify: X', 'feature: X', 'test: X', 'doc: X'");
		return;
	}
	for (size_t i = 0; i < LEN(verbs); i++) {
		if (strcmp(m->key, verbs[i].verb) == 0) {
			r->task = NULL;
			read_short(r, m, i);
			return;
		}
	}
	wt_taskfile_wrong(r, item, "one of 'modify: X', 'feature: X', 'test: X', 'doc: X'");
}

static void read_batch(struct taskfile_reading *r, const struct wt_doc *list)
{
	if (list->kind != WT_DOC_LIST) {
		wt_taskfile_wrong(r, list, "a list");
		return;
	}
	for (const struct wt_doc *item = list->child; item && !r->tasks->is_full;
	     item = item->next) {
		if (item->kind == WT_DOC_LIST)
			read_batch(r, item);
		else
			read_batch_item(r, item);
	}
}

/* the document */

static bool is_of_many(const struct wt_doc *root)
{
	return wt_doc_find(root, "tasks") || wt_doc_find(root, "batch") ||
	       wt_doc_find(root, "orchestration");
}

const struct wt_doc *wt_taskfile_list(const struct wt_doc *root)
{
	return root && root->kind == WT_DOC_LIST ? root : wt_doc_find(root, "tasks");
}

static void read_members(struct taskfile_reading *r, const struct wt_doc *root)
{
	static const char *const known[] = { "tasks", "batch", "dependencies", "version",
					     "name",  "title", "description" };
	const struct wt_doc *dependencies = wt_doc_find(root, "dependencies");

	for (const struct wt_doc *m = root->child; m; m = m->next) {
		bool is_known = false;

		for (size_t i = 0; i < LEN(known); i++)
			is_known |= strcmp(known[i], m->key) == 0;
		if (strcmp(m->key, "tasks") == 0 && m->kind != WT_DOC_NULL)
			read_tasks(r, m);
		else if (strcmp(m->key, "batch") == 0 && m->kind != WT_DOC_NULL)
			read_batch(r, m);
		else if (strcmp(m->key, "orchestration") == 0)
			wt_taskfile_read_orchestration(r, m);
		else if (!is_known)
			wt_taskfile_unknown(r, m);
	}
	if (dependencies && dependencies->kind != WT_DOC_NULL)
		read_dependencies(r, dependencies);
}

void wt_taskfile_parse(const struct wt_taskfile *file, struct wt_tasks *tasks,
		       struct wt_diags *diags)
{
	struct taskfile_reading r = { .file = file, .tasks = tasks, .diags = diags };
	size_t before = tasks->len, errors = diags->errors;

	if (file->root && file->root->kind == WT_DOC_LIST)
		read_tasks(&r, file->root);
	else if (file->root && is_of_many(file->root))
		read_members(&r, file->root);
	else if (file->root && file->root->kind != WT_DOC_NULL)
		read_task(&r, file->root);
	if (tasks->len == before && diags->errors == errors)
		wt_diags_add(diags, WT_SEVERITY_HINT, (struct wt_place){ file->path, 0, 0 },
			     "'%s' holds no task", file->path);
}
