/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a task file: positions lie in the text, every task is as its header promises, and
 * each mark gives the task its status and leaves all others as they were.
 */

#undef NDEBUG /* the asserts are the test, in a release build too */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "../support/task_same.h"
#include "wtorch/adapter/adapters.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/core/taskfile.h"

/* Each mark parses the text again, so a run tries a few; other inputs try the others. */
#define MAX_MARKED 3u

static void check_doc(const struct wt_doc *d, struct wt_str text)
{
	for (; d; d = d->next) {
		assert(d->line >= 1 && d->column >= 1);
		assert(d->offset <= text.len && d->len <= text.len - d->offset);
		assert(!wt_doc_text(d) || wt_text_is_utf8(wt_str_of(d->text)));
		check_doc(d->child, text);
	}
}

static void check_task(const struct wt_task *t)
{
	assert(wt_text_is_id(wt_str_of(t->id)));
	assert(t->title[0] && strlen(t->title) <= WT_MAX_TITLE);
	assert(t->n_files <= WT_MAX_TASK_FILES && t->estimate_s >= -1);
	for (size_t i = 0; i < t->n_files; i++)
		assert(wt_path_is_tame(wt_str_of(t->files[i].path)));
	for (size_t i = 0; i < t->n_depends; i++)
		assert(wt_text_is_id(wt_str_of(t->depends_on[i])));
}

static void parse(struct wt_arena *arena, struct wt_str text, struct wt_taskfile *file,
		  struct wt_tasks *tasks)
{
	struct wt_diags diags = { .arena = arena };
	struct wt_yaml_text in = { "fuzz.yaml", text, 1, false };

	*file = (struct wt_taskfile){ "fuzz.yaml", wt_yaml_libyaml(arena, &in, &diags) };
	*tasks = (struct wt_tasks){ .arena = arena };
	assert(file->root || diags.errors || tasks->len == 0);
	wt_taskfile_parse(file, tasks, &diags);
}

static void check_marked(struct wt_arena *arena, struct wt_str text, const struct wt_tasks *before,
			 enum wt_task_status status)
{
	struct wt_taskfile file;
	struct wt_tasks after;

	parse(arena, text, &file, &after);
	check_tasks_marked(text, before, &after, status);
	for (size_t i = 0; is_plain_text(text) && i < after.len; i++)
		assert(strcmp(after.items[i].title, before->items[i].title) == 0);
	wt_tasks_clear(&after);
}

static void mark(struct wt_arena *arena, struct wt_str text, const struct wt_taskfile *file,
		 const struct wt_tasks *tasks, size_t i, enum wt_task_status status)
{
	struct wt_roadmap_change change = { .id = tasks->items[i].id, .status = status };
	struct wt_buf out = WT_BUF_INIT;
	struct wt_edit edit;

	if (wt_taskfile_mark(file, text, &change, &edit) == WT_MARK_EDIT) {
		assert(edit.offset <= text.len && edit.old_len <= text.len - edit.offset);
		wt_edit_apply(&edit, text, &out);
		check_marked(arena, (struct wt_str){ out.data, out.len }, tasks, status);
	}
	wt_buf_clear(&out);
}

/* What is left of a file of which something was refused, too. */
static void parse_rest(struct wt_str text)
{
	struct wt_arena arena = { 0 };
	struct wt_diags diags = { .arena = &arena };
	struct wt_yaml_text in = { "fuzz.yaml", text, 1, true };
	struct wt_taskfile file = { "fuzz.yaml", wt_yaml_libyaml(&arena, &in, &diags) };
	struct wt_tasks tasks = { .arena = &arena };

	check_doc(file.root, text);
	wt_taskfile_parse(&file, &tasks, &diags);
	for (size_t i = 0; i < tasks.len; i++)
		check_task(&tasks.items[i]);
	wt_tasks_clear(&tasks);
	wt_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wt_str text = { (const char *)data, size };
	struct wt_arena arena = { 0 };
	struct wt_taskfile file;
	struct wt_tasks tasks;

	parse(&arena, text, &file, &tasks);
	check_doc(file.root, text);
	for (size_t i = 0; i < tasks.len; i++)
		check_task(&tasks.items[i]);
	for (size_t i = 0; i < tasks.len && i < MAX_MARKED; i++) {
		mark(&arena, text, &file, &tasks, (i + size) % tasks.len, WT_TASK_COMPLETED);
		mark(&arena, text, &file, &tasks, (i + size) % tasks.len,
		     (enum wt_task_status)((size + i) % 5));
	}
	wt_tasks_clear(&tasks);
	wt_arena_clear(&arena);
	parse_rest(text);
	return 0;
}
