/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a roadmap: the reduced text has the blocks of the whole one, every task is as the
 * header promises, and each mark changes the bytes of its edit, gives the status, and no other.
 */

#undef NDEBUG /* the asserts are the test, in a release build too */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "../support/markdown_same.h"
#include "../support/task_same.h"
#include "wtorch/adapter/adapters.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/core/roadmap.h"

/* Each mark parses the text again, so a run tries a few; other inputs try the others. */
#define MAX_MARKED 3u

static void check_md(const struct wt_md *md)
{
	for (size_t i = 0; i < md->len; i++) {
		const struct wt_md_block *b = &md->blocks[i];

		assert(b->line >= 1 && b->line <= md->n_lines);
		assert(b->offset >= md->line_offsets[b->line - 1] && b->offset <= md->text.len);
		assert(b->parent == WT_MD_TOP || b->parent < i);
	}
}

static void check_text(const char *s, size_t max)
{
	assert(strlen(s) <= max && wt_text_is_utf8(wt_str_of(s)));
	for (; *s; s++)
		assert((unsigned char)*s >= 0x20 && *s != 0x7F);
}

static void check_task(const struct wt_task *t)
{
	assert(wt_text_is_id(wt_str_of(t->id)));
	check_text(t->title, WT_MAX_TITLE);
	assert(t->title[0] != '\0');
	assert(t->n_files <= WT_MAX_TASK_FILES && t->estimate_s >= -1);
	for (size_t i = 0; i < t->n_files; i++)
		assert(wt_path_is_tame(wt_str_of(t->files[i].path)));
	for (size_t i = 0; i < t->n_depends; i++)
		assert(wt_text_is_id(wt_str_of(t->depends_on[i])));
	for (size_t i = 0; i < t->n_criteria; i++)
		check_text(t->criteria[i], SIZE_MAX);
}

static void parse(struct wt_arena *arena, struct wt_str text, struct wt_md *md,
		  struct wt_tasks *tasks)
{
	struct wt_diags diags = { .arena = arena };
	struct wt_error err;

	*tasks = (struct wt_tasks){ .arena = arena };
	assert(wt_markdown_cmark(arena, "fuzz.md", text, md, &err) == WT_OK);
	wt_roadmap_parse(md, wt_roadmap_default_rules(), tasks, &diags);
}

/* All tasks are as before but that one, which has its new status. */
static void check_marked(struct wt_arena *arena, struct wt_str text, const struct wt_tasks *before,
			 const char *id, enum wt_task_status status)
{
	struct wt_md md;
	struct wt_tasks after;

	parse(arena, text, &md, &after);
	check_tasks_marked(text, before, &after, status);
	for (size_t i = 0; is_plain_text(text) && i < after.len; i++)
		assert(strcmp(before->items[i].id, id) != 0 || after.items[i].status == status);
	wt_tasks_clear(&after);
}

static void mark(struct wt_arena *arena, const struct wt_md *md, const struct wt_tasks *tasks,
		 const struct wt_task *t, enum wt_task_status status)
{
	struct wt_roadmap_change change = { t->id, t->title, status, "2026-01-02" };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_edit edit;
	enum wt_mark_result result =
		wt_roadmap_mark(md, wt_roadmap_default_rules(), &change, &edit);

	assert(result != WT_MARK_GONE);
	if (result == WT_MARK_ALREADY)
		return;
	assert(t->status != status);
	assert(edit.offset + edit.old_len <= md->text.len);
	wt_edit_apply(&edit, md->text, &text);
	check_marked(arena, (struct wt_str){ text.data, text.len }, tasks, t->id, status);
	wt_buf_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wt_str text = { (const char *)data, size };
	struct wt_arena arena = { 0 };
	struct wt_md md, whole;
	struct wt_tasks tasks;

	assert(markdown_difference(text, &arena, &md, &whole) == WT_MD_TOP);
	check_md(&md);
	parse(&arena, text, &md, &tasks);
	for (size_t i = 0; i < tasks.len; i++)
		check_task(&tasks.items[i]);
	for (size_t i = 0; i < tasks.len && i < MAX_MARKED; i++) {
		mark(&arena, &md, &tasks, &tasks.items[i], WT_TASK_COMPLETED);
		mark(&arena, &md, &tasks, &tasks.items[i], (enum wt_task_status)((size + i) % 5));
	}
	wt_tasks_clear(&tasks);
	wt_arena_clear(&arena);
	return 0;
}
