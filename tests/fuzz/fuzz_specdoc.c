/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a specification document, the first line as the name of its file: there is one
 * task at most and it is as its header promises, and its mark gives it the status and leaves
 * it a specification of the same task.
 */

#undef NDEBUG /* the asserts are the test, in a release build too */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "../support/specdoc_of.h"
#include "../support/task_same.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"

#define MAX_NAME 100u

static void check_text(const char *s, size_t max)
{
	assert(strlen(s) <= max && wt_text_is_utf8(wt_str_of(s)));
	for (; *s; s++)
		assert((unsigned char)*s >= 0x20 && *s != 0x7F);
}

static void check_task(const struct wt_task *t, const struct wt_specdoc *doc)
{
	assert(wt_text_is_id(wt_str_of(t->id)));
	check_text(t->title, WT_MAX_TITLE);
	assert(t->title[0] != '\0');
	assert(strlen(t->body) <= doc->text.len);
	assert(t->source.line >= 1 && t->source.grammar == WT_GRAMMAR_SPEC);
	assert(t->n_files <= WT_MAX_TASK_FILES && t->estimate_s >= -1);
	for (size_t i = 0; i < t->n_files; i++)
		assert(wt_path_is_tame(wt_str_of(t->files[i].path)));
	for (size_t i = 0; i < t->n_depends; i++)
		assert(wt_text_is_id(wt_str_of(t->depends_on[i])));
	for (size_t i = 0; i < t->n_conflicts_with; i++)
		assert(strcmp(t->conflicts_with[i], t->id) != 0);
	for (size_t i = 0; i < t->n_criteria; i++)
		check_text(t->criteria[i], SIZE_MAX);
}

static bool parse(struct wt_arena *arena, const char *path, struct wt_str text,
		  struct wt_specdoc *doc, struct wt_tasks *tasks)
{
	struct wt_diags diags = { .arena = arena };

	*tasks = (struct wt_tasks){ .arena = arena };
	specdoc_read(doc, path, text, arena, &diags);
	if (!wt_specdoc_is(doc, wt_roadmap_default_rules()))
		return false;
	wt_specdoc_parse(doc, wt_roadmap_default_rules(), tasks, &diags);
	assert(tasks->len <= 1 && (tasks->len || diags.errors));
	return tasks->len == 1;
}

static void mark(struct wt_arena *arena, const struct wt_specdoc *doc,
		 const struct wt_tasks *before, enum wt_task_status status)
{
	struct wt_roadmap_change change = { .id = before->items[0].id, .status = status };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_specdoc again;
	struct wt_tasks after;
	struct wt_edit edit;

	if (wt_specdoc_mark(doc, wt_roadmap_default_rules(), &change, &edit) == WT_MARK_EDIT) {
		assert(edit.offset <= doc->text.len);
		assert(edit.old_len <= doc->text.len - edit.offset);
		wt_edit_apply(&edit, doc->text, &text);
		parse(arena, doc->path, (struct wt_str){ text.data, text.len }, &again, &after);
		check_tasks_marked(doc->text, before, &after, status);
		wt_tasks_clear(&after);
	}
	wt_buf_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wt_str text = { (const char *)data, size };
	size_t name = wt_str_find(text, "\n");
	struct wt_arena arena = { 0 };
	struct wt_specdoc doc;
	struct wt_tasks tasks;
	const char *path;

	if (name == size || name > MAX_NAME)
		return 0;
	path = wt_arena_strndup(&arena, text.data, name);
	text = (struct wt_str){ text.data + name + 1, size - name - 1 };
	if (parse(&arena, path, text, &doc, &tasks)) {
		check_task(&tasks.items[0], &doc);
		mark(&arena, &doc, &tasks, WT_TASK_COMPLETED);
		mark(&arena, &doc, &tasks, (enum wt_task_status)(size % 5));
	}
	wt_tasks_clear(&tasks);
	wt_arena_clear(&arena);
	return 0;
}
