/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the body of an issue: every task is as its header promises, reading again gives
 * the same, and each mark of a box changes one byte, gives the status, and no other.
 */

#undef NDEBUG /* the asserts are the test, in a release build too */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "../support/task_same.h"
#include "wtorch/adapter/adapters.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/core/tasklist.h"

/* Each mark parses the text again, so a run tries a few; other inputs try the others. */
#define MAX_MARKED 3u

static void check_text(const char *s, size_t max)
{
	assert(strlen(s) <= max && wt_text_is_utf8(wt_str_of(s)));
	for (; *s; s++)
		assert((unsigned char)*s >= 0x20 && *s != 0x7F);
}

static void check_task(const struct wt_task *t, const struct wt_md *md)
{
	assert(wt_text_is_id(wt_str_of(t->id)));
	check_text(t->title, WT_MAX_TITLE);
	assert(t->title[0] != '\0');
	assert(strlen(t->body) <= 2 * md->text.len + 2);
	assert(t->source.line >= 1 && t->source.line <= md->n_lines);
	assert(t->n_files <= WT_MAX_TASK_FILES && t->estimate_s >= -1);
	for (size_t i = 0; i < t->n_files; i++)
		assert(wt_path_is_tame(wt_str_of(t->files[i].path)));
	for (size_t i = 0; i < t->n_depends; i++)
		assert(wt_text_is_id(wt_str_of(t->depends_on[i])));
	for (size_t i = 0; i < t->n_criteria; i++)
		check_text(t->criteria[i], SIZE_MAX);
}

static void parse(struct wt_arena *arena, struct wt_str text, const struct wt_tasklist_issue *issue,
		  struct wt_md *md, struct wt_tasks *tasks)
{
	struct wt_diags diags = { .arena = arena };
	struct wt_error err;

	*tasks = (struct wt_tasks){ .arena = arena };
	assert(wt_markdown_cmark(arena, "fuzz.md", text, md, &err) == WT_OK);
	wt_tasklist_parse(md, issue, tasks, &diags);
}

static void check_marked(struct wt_arena *arena, struct wt_str text,
			 const struct wt_tasklist_issue *issue, const struct wt_tasks *before,
			 const struct wt_roadmap_change *change)
{
	struct wt_md md;
	struct wt_tasks after;

	parse(arena, text, issue, &md, &after);
	assert(wt_tasks_is_marked(before, &after, change->status));
	for (size_t i = 0; i < after.len; i++) {
		const struct wt_task *a = &before->items[i], *b = &after.items[i];

		assert(strcmp(a->title, b->title) == 0);
		assert(strcmp(a->id, change->id) != 0 || b->status == change->status);
	}
	wt_tasks_clear(&after);
}

static void mark(struct wt_arena *arena, const struct wt_md *md,
		 const struct wt_tasklist_issue *issue, const struct wt_tasks *tasks, size_t i)
{
	const struct wt_task *t = &tasks->items[i];
	struct wt_roadmap_change change = { .id = t->id,
					    .title = t->title,
					    .status = t->status == WT_TASK_COMPLETED
							      ? WT_TASK_PLANNED
							      : WT_TASK_COMPLETED };
	struct wt_edit edit;
	enum wt_mark_result result = wt_tasklist_mark(md, issue, &change, &edit);
	struct wt_buf text = WT_BUF_INIT;

	assert(result != WT_MARK_GONE);
	if (result == WT_MARK_ALREADY)
		return;
	assert(edit.offset + edit.old_len <= md->text.len);
	if (strlen(edit.text) == 1 && edit.old_len == 1)
		assert(md->text.data[edit.offset - 1] == '[' &&
		       md->text.data[edit.offset + 1] == ']');
	wt_edit_apply(&edit, md->text, &text);
	check_marked(arena, (struct wt_str){ text.data, text.len }, issue, tasks, &change);
	wt_buf_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct wt_tasklist_issue issues[] = { { .repo = NULL },
							   { .repo = "o/r", .number = "5" } };
	struct wt_str text = { (const char *)data, size };
	const struct wt_tasklist_issue *issue = &issues[size % 2];
	struct wt_arena arena = { 0 };
	struct wt_md md;
	struct wt_tasks tasks;

	parse(&arena, text, issue, &md, &tasks);
	for (size_t i = 0; i < tasks.len; i++)
		check_task(&tasks.items[i], &md);
	for (size_t i = 0; i < tasks.len && i < MAX_MARKED; i++)
		mark(&arena, &md, issue, &tasks, (i + size) % tasks.len);
	wt_tasks_clear(&tasks);
	wt_arena_clear(&arena);
	return 0;
}
