/* SPDX-License-Identifier: MIT */
/* From the body of an issue to its tasks, and back to its boxes. */

#include "wtorch/core/tasklist.h"

#include <string.h>

#include "issue_reading.h"

/* the sections below */

static const char *body_of(const struct tasklist_scan *scan, const struct tasklist_head *head,
			   struct wt_arena *arena)
{
	const char *below = "";
	struct wt_buf plain = WT_BUF_INIT;
	const char *body;

	if (head->kind == TASKLIST_ITEM)
		below = wt_roadmap_section_body(&scan->items, head->index, arena);
	else if (head->kind == TASKLIST_HEADING)
		below = wt_roadmap_section_body(&scan->headings, head->index, arena);
	for (size_t line = head->line + 1; line < head->end_line; line++) {
		struct wt_str s = wt_md_line(scan->md, line);

		wt_buf_add(&plain, s.data, s.len);
		wt_buf_puts(&plain, "\n");
	}
	if (!head->is_cut && !plain.len)
		return below;
	if (head->is_cut) {
		/* The lines behind the first one are below it. */
		struct wt_str first = wt_roadmap_first_line(head->text);

		wt_buf_reserve(&plain, first.len + strlen(below) + 2);
		memmove(plain.data + first.len + 1, plain.data, plain.len);
		memcpy(plain.data, first.data, first.len);
		plain.data[first.len] = '\n';
		plain.len += first.len + 1;
	}
	wt_buf_puts(&plain, below);
	for (size_t i = 0; i < plain.len; i++) {
		if (plain.data[i] == '\0')
			plain.data[i] = ' ';
	}
	while (plain.len && memchr(" \t\r\n", plain.data[plain.len - 1], 4))
		plain.len--;
	body = wt_arena_strndup(arena, plain.data, plain.len);
	wt_buf_clear(&plain);
	return body;
}

static void read_values(const struct tasklist_scan *scan, const struct tasklist_head *head,
			struct wt_tasks *tasks, struct wt_task *task, struct wt_diags *diags)
{
	switch (head->kind) {
	case TASKLIST_ITEM:
		wt_roadmap_read_values(&scan->items, head->index, tasks, task, diags);
		break;
	case TASKLIST_HEADING:
		wt_roadmap_read_values(&scan->headings, head->index, tasks, task, diags);
		break;
	case TASKLIST_ROW:
		wt_tasklist_read_row(scan, head, tasks, task, diags);
		wt_tasklist_find_depends(scan, tasks, task, head->text, diags);
		return;
	case TASKLIST_LINE:
		wt_tasklist_read_fence(scan, head, tasks, task);
		break;
	}
	if (head->kind != TASKLIST_LINE || head->end_line) {
		wt_tasklist_find_depends(scan, tasks, task, head->text, diags);
		wt_tasklist_find_depends(scan, tasks, task, wt_str_of(task->body), diags);
	}
}

static bool is_ticked(const struct tasklist_head *head)
{
	return head->box && *head->box != ' ';
}

static bool is_done(const struct tasklist_head *head)
{
	return head->is_done || is_ticked(head);
}

static enum wt_task_status heading_status(const struct tasklist_scan *scan,
					  const struct tasklist_head *head)
{
	struct roadmap_hit hit = wt_roadmap_status(&scan->headings, head->index, NULL);

	return hit.is_found ? hit.status : WT_TASK_PLANNED;
}

static void read_head(const struct tasklist_scan *scan, const struct tasklist_head *head,
		      struct wt_tasks *tasks, struct wt_diags *diags)
{
	const struct tasklist_ref *ref = &head->ref;
	struct wt_place place = { scan->md->path, head->line, 1 };
	struct wt_task *task = wt_tasks_add(tasks, head->id, place, diags);
	struct wt_buf title = WT_BUF_INIT;

	if (!task)
		return;
	tasks->line = head->line;
	if (head->kind == TASKLIST_HEADING)
		task->status = heading_status(scan, head);
	if (is_done(head))
		task->status = WT_TASK_COMPLETED;
	if (ref->number.len) {
		task->source.issue =
			wt_arena_strndup(tasks->arena, ref->number.data, ref->number.len);
		task->source.repo =
			ref->repo.len
				? wt_arena_strndup(tasks->arena, ref->repo.data, ref->repo.len)
				: wt_arena_strdup(tasks->arena, scan->issue->repo);
	}
	wt_tasklist_render_title(&title, head);
	wt_task_set_title(tasks, task, (struct wt_str){ title.data, title.len }, diags);
	wt_buf_clear(&title);
	task->body = body_of(scan, head, tasks->arena);
	read_values(scan, head, tasks, task, diags);
}

void wt_tasklist_parse(const struct wt_md *md, const struct wt_tasklist_issue *issue,
		       struct wt_tasks *tasks, struct wt_diags *diags)
{
	const char *name = md->path ? md->path : "the issue";
	struct tasklist_scan scan;

	if (!wt_md_is_text(md, diags))
		return;
	wt_tasklist_scan_init(&scan, md, issue, diags);
	wt_tasks_reserve(tasks, scan.len);
	for (size_t i = 0; i < scan.len && !tasks->is_full; i++)
		read_head(&scan, &scan.heads[i], tasks, diags);
	if (scan.len == 0)
		wt_diags_add(diags, WT_SEVERITY_HINT, (struct wt_place){ md->path, 0, 0 },
			     "'%s' holds no task: a task is a list item '- [ ] title', or an item "
			     "below a heading such as '## Tasks'",
			     name);
	wt_tasklist_scan_clear(&scan);
}

/* back to its box */

static bool has_title(const struct tasklist_head *head, const char *title)
{
	struct wt_buf b = WT_BUF_INIT;
	bool is_same;

	wt_tasklist_render_title(&b, head);
	is_same = wt_roadmap_is_title((struct wt_str){ b.data, b.len }, head->id, title);
	wt_buf_clear(&b);
	return is_same;
}

/* By its id; when that is only a position, or gone, by its title, if that is the only one. */
static const struct tasklist_head *find_head(const struct tasklist_scan *scan,
					     const struct wt_roadmap_change *change)
{
	const struct tasklist_head *found = NULL;
	size_t matches = 0;

	for (size_t i = 0; i < scan->len; i++) {
		const struct tasklist_head *head = &scan->heads[i];

		if (strcmp(head->id, change->id) != 0)
			continue;
		if (!head->is_positional || !change->title || has_title(head, change->title))
			return head;
		break;
	}
	for (size_t i = 0; change->title && i < scan->len; i++) {
		const struct tasklist_head *head = &scan->heads[i];

		/* A task with a reference goes by that, not by what it is called. */
		if (head->is_positional == (change->id[0] == 'i') &&
		    has_title(head, change->title)) {
			found = head;
			matches++;
		}
	}
	return matches == 1 ? found : NULL;
}

enum wt_mark_result wt_tasklist_mark(const struct wt_md *md, const struct wt_tasklist_issue *issue,
				     const struct wt_roadmap_change *change, struct wt_edit *edit)
{
	struct tasklist_scan scan;
	const struct tasklist_head *head;
	enum wt_mark_result result = WT_MARK_GONE;

	wt_tasklist_scan_init(&scan, md, issue, NULL);
	head = find_head(&scan, change);
	if (head)
		result = WT_MARK_ALREADY;
	if (head && head->kind == TASKLIST_HEADING && !head->is_done)
		result = wt_roadmap_mark_heading(&scan.headings, head->index, change, edit);
	if (head && head->box && !head->is_done &&
	    change->status == (is_ticked(head) ? WT_TASK_PLANNED : WT_TASK_COMPLETED)) {
		*edit = (struct wt_edit){ .offset = (size_t)(head->box - md->text.data),
					  .old_len = 1 };
		edit->text[0] = is_ticked(head) ? ' ' : 'x';
		result = WT_MARK_EDIT;
	}
	wt_tasklist_scan_clear(&scan);
	return result;
}
