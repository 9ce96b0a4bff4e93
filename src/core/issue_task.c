/* SPDX-License-Identifier: MIT */
/* An issue as a task. */

#include "wtorch/core/issue_task.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "issue_reading.h"

/* labels */

static bool is_one_of(struct wt_str word, const char *const *words)
{
	for (; *words; words++)
		if (wt_str_is_nocase(word, *words))
			return true;
	return false;
}

static enum wt_level level_of(struct wt_str size)
{
	static const char *const low[] = { "xs", "s", "small", NULL };
	static const char *const medium[] = { "m", "medium", NULL };
	static const char *const high[] = { "l", "large", "xl", "xxl", NULL };

	return is_one_of(size, low)      ? WT_LEVEL_LOW
	       : is_one_of(size, medium) ? WT_LEVEL_MEDIUM
	       : is_one_of(size, high)   ? WT_LEVEL_HIGH
					 : WT_LEVEL_NONE;
}

/* The value of a label "name: value", trimmed; empty when it is another one. */
static struct wt_str value_of(struct wt_str label, const char *name)
{
	size_t colon = wt_str_find(label, ":");
	struct wt_str key = wt_str_trim((struct wt_str){ label.data, colon });

	if (colon >= label.len || !wt_str_is_nocase(key, name))
		return WT_STR("");
	return wt_str_trim((struct wt_str){ label.data + colon + 1, label.len - colon - 1 });
}

static void set_text(struct wt_arena *a, const char **field, struct wt_str value)
{
	struct wt_buf text = WT_BUF_INIT;

	wt_task_render_title(&text, value);
	if (!*field && text.len)
		*field = wt_arena_strndup(a, text.data, text.len);
	wt_buf_clear(&text);
}

static void read_label(struct wt_tasks *tasks, struct wt_task *task, const char *text)
{
	struct wt_str label = wt_str_trim(wt_str_of(text));
	struct wt_arena *a = tasks->arena;

	wt_task_add_label(tasks, task, label);
	set_text(a, &task->priority, value_of(label, "priority"));
	if (label.len == 2 && (label.data[0] == 'P' || label.data[0] == 'p') &&
	    roadmap_is_digit(label.data[1]))
		set_text(a, &task->priority, label);
	set_text(a, &task->agent, value_of(label, "agent"));
	set_text(a, &task->model, value_of(label, "model"));
	set_text(a, &task->template, value_of(label, "template"));
	if (task->complexity == WT_LEVEL_NONE)
		task->complexity = level_of(value_of(label, "size"));
}

/* the text */

/* References, as a value names them: "#12, owner/name#13". */
static void add_depends(const struct roadmap_scan *scan, struct wt_tasks *tasks,
			struct wt_task *task, struct wt_str line, struct wt_diags *diags)
{
	const struct wt_issue_task *in = scan->owner;
	struct tasklist_walk walk;
	struct tasklist_ref ref;

	wt_tasklist_walk_init(&walk, line);
	while (wt_tasklist_walk_ref(&walk, &ref))
		if (!ref.repo.len || wt_str_is_nocase(ref.repo, in->repo))
			wt_task_add_dependency(
				tasks, task,
				wt_arena_strndup(tasks->arena, ref.number.data, ref.number.len),
				diags);
}

static void read_text(const struct wt_issue_task *in, struct wt_tasks *tasks, struct wt_task *task,
		      struct wt_diags *diags)
{
	struct roadmap_scan scan = {
		.md = in->md, .rules = in->rules, .add_depends = add_depends, .owner = in
	};
	struct wt_str text = wt_str_trim(in->md->text);

	wt_roadmap_scan_headings(&scan);
	for (size_t i = 0; i < scan.len; i++)
		scan.heads[i].is_task = false;
	wt_roadmap_add_whole(&scan);
	scan.heads[0].end = in->md->len;
	if (text.len)
		task->body = wt_roadmap_keep_body(tasks->arena, text);
	wt_roadmap_read_values(&scan, 0, tasks, task, diags);
	wt_roadmap_scan_clear(&scan);
}

/* the task */

static bool is_about(const struct wt_task *task, const char *number, const char *repo)
{
	return task->source.issue && strcmp(task->source.issue, number) == 0 &&
	       (!task->source.repo || strcasecmp(task->source.repo, repo) == 0);
}

static struct wt_task *find_or_add(const struct wt_issue_task *in, struct wt_tasks *tasks,
				   struct wt_diags *diags)
{
	const char *number = wt_arena_printf(tasks->arena, "%" PRId64, in->issue->number);
	struct wt_task *task;

	for (size_t i = tasks->source_start; i < tasks->len; i++)
		if (is_about(&tasks->items[i], number, in->repo))
			return &tasks->items[i];
	task = wt_tasks_add(tasks, number, (struct wt_place){ .path = in->md->path }, diags);
	if (!task)
		return NULL;
	task->source.issue = number;
	task->source.repo = in->repo;
	return task;
}

void wt_issue_task_read(const struct wt_issue_task *in, struct wt_tasks *tasks,
			struct wt_diags *diags)
{
	const struct wt_forge_issue *issue = in->issue;
	struct wt_task *task;

	if (!wt_md_is_text(in->md, diags))
		return;
	task = find_or_add(in, tasks, diags);
	if (!task)
		return;
	tasks->line = 0;
	if (task->title[0] == '#' || strcmp(task->title, task->id) == 0)
		wt_task_set_title(tasks, task, wt_str_of(issue->title), diags);
	if (issue->is_closed)
		task->status = WT_TASK_COMPLETED;
	read_text(in, tasks, task, diags);
	for (size_t i = 0; i < issue->n_labels; i++)
		read_label(tasks, task, issue->labels[i]);
	for (size_t i = 0; i < issue->n_blocked_by; i++)
		wt_task_add_dependency(
			tasks, task,
			wt_arena_printf(tasks->arena, "%" PRId64, issue->blocked_by[i]), diags);
}

bool wt_issue_comment_parse(const struct wt_forge_issue *issue,
			    const struct wt_forge_comment *comment, struct wt_str *out)
{
	struct wt_str text = wt_str_of(comment->body);
	size_t end = wt_str_find(text, "\n");

	if (!*issue->author || strcmp(issue->author, comment->author) != 0 ||
	    !wt_str_is(wt_str_trim((struct wt_str){ text.data, end }), "/tasks"))
		return false;
	*out = (struct wt_str){ text.data + end, text.len - end };
	return true;
}
