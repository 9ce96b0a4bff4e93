/* SPDX-License-Identifier: MIT */
/* Labels as people write them, one by one. */

#include <string.h>

#include "wtorch/base/limits.h"
#include "wtorch/core/task.h"

#define MAX_LABEL 100u /* bytes; a longer one is a sentence */

static bool is_quoted(struct wt_str s)
{
	static const char pairs[] = "``''\"\"[]()";

	for (size_t i = 0; i + 1 < sizeof pairs; i += 2)
		if (s.len > 1 && s.data[0] == pairs[i] && s.data[s.len - 1] == pairs[i + 1])
			return true;
	return false;
}

static struct wt_str bare(struct wt_str s)
{
	s = wt_str_trim(s);
	while (is_quoted(s))
		s = wt_str_trim((struct wt_str){ s.data + 1, s.len - 2 });
	while (s.len && s.data[0] == '#')
		s = wt_str_trim((struct wt_str){ s.data + 1, s.len - 1 });
	return s;
}

void wt_task_add_label(struct wt_tasks *tasks, struct wt_task *task, struct wt_str text)
{
	struct wt_buf b = WT_BUF_INIT;
	bool is_new = task->n_labels < WT_MAX_LABELS;

	text = bare(text);
	wt_task_render_title(&b, text);
	is_new = is_new && b.len && b.len <= MAX_LABEL && strcmp(b.data, "-") != 0;
	for (size_t i = 0; is_new && i < task->n_labels; i++)
		is_new = !wt_str_is_nocase(wt_str_of(task->labels[i]), b.data);
	if (is_new)
		*WT_ARENA_PUSH(tasks->arena, task->labels, task->n_labels, task->cap_labels) =
			wt_arena_strdup(tasks->arena, b.data);
	wt_buf_clear(&b);
}

/* "#backend #api", "`backend` `api`": no word is without its mark. */
static bool is_marked(struct wt_str rest)
{
	struct wt_str word;
	size_t n = 0;

	while (wt_str_next(&rest, " \t", &word)) {
		if (!memchr("#`", word.data[0], 2) || (word.data[0] == '`' && !is_quoted(word)))
			return false;
		n++;
	}
	return n > 1;
}

void wt_task_add_labels(struct wt_tasks *tasks, struct wt_task *task, struct wt_str text)
{
	struct wt_str rest = wt_str_trim(text), piece;

	if (rest.len > 1 && rest.data[0] == '[' && rest.data[rest.len - 1] == ']')
		rest = (struct wt_str){ rest.data + 1, rest.len - 2 };
	while (wt_str_next(&rest, ",;|", &piece)) {
		struct wt_str word;

		if (!is_marked(piece)) {
			wt_task_add_label(tasks, task, piece);
			continue;
		}
		while (wt_str_next(&piece, " \t", &word))
			wt_task_add_label(tasks, task, word);
	}
}
