/* SPDX-License-Identifier: MIT */
/* What a task depends on: ids among what people write around them. */

#include <stdio.h>
#include <string.h>

#include "roadmap_reading.h"

/* Symbols, quotes, opening brackets, '#' and "[x]" in front of an id. */
static struct wt_str skip_decoration(struct wt_str s)
{
	struct wt_str rest;

	if (wt_roadmap_checkbox(s, &rest))
		s = rest;
	while (s.len && !roadmap_is_letter(s.data[0]) && !roadmap_is_digit(s.data[0]) &&
	       s.data[0] != '(')
		s = roadmap_from(s, 1);
	return s;
}

/* Behind "(remark)", blanks, emphasis, quotes. */
static struct wt_str skip_aside(struct wt_str s)
{
	while (s.len && (strchr(" \t*_`\"']", s.data[0]) && s.data[0]))
		s = roadmap_from(s, 1);
	if (s.len && s.data[0] == '(') {
		size_t end = wt_str_find(s, ")");

		s = roadmap_skip_light(roadmap_from(s, end < s.len ? end + 1 : end));
	}
	return s;
}

/* What may stand between two ids; 0 when s begins with anything else. */
static size_t joint_length(struct wt_str s)
{
	static const char *const joints[] = { "and ", "or ", "& ", "&", "/", "+" };

	for (size_t i = 0; i < sizeof joints / sizeof joints[0]; i++) {
		if (wt_str_starts_nocase(s, joints[i]))
			return strlen(joints[i]);
	}
	return 0;
}

/* A number is an id only where nothing but a remark follows: "64, 65 (parser)", not "5 files". */
static bool is_alone(struct wt_str rest)
{
	struct wt_str next = skip_aside(rest);

	if (rest.len && strchr(".%", rest.data[0]) && rest.len > 1)
		return false;
	/* "64 65": of one more number the same is asked later. */
	if (next.data > rest.data && next.len && roadmap_is_digit(next.data[0])) {
		while (next.len && (roadmap_is_digit(next.data[0]) || next.data[0] == '.'))
			next = roadmap_from(next, 1);
		next = roadmap_skip_light(next);
		return !next.len || !roadmap_is_letter(next.data[0]) || joint_length(next);
	}
	return !next.len || strchr(":.-", next.data[0]) || (unsigned char)next.data[0] >= 0x80 ||
	       joint_length(next);
}

static bool depends_parse(const struct roadmap_scan *scan, struct wt_str s, char *id,
			  struct wt_str *rest)
{
	size_t len = 1;

	if (wt_roadmap_id_parse(scan->rules, s, id, rest)) {
		if (!roadmap_is_digit(s.data[0]))
			return true;
		if (!is_alone(*rest) || (rest->len && rest->data[0] == '-'))
			return false;
		/* "depends on 2" among items without ids means the second one. */
		if (scan->is_checklist && strlen(id) < 20) {
			char number[WT_MAX_ID + 1];

			memcpy(number, id, sizeof number);
			snprintf(id, WT_MAX_ID + 1, "i%.20s", number);
		}
		return true;
	}
	if (!scan->is_checklist || !s.len || s.data[0] != 'i')
		return false;
	while (len < s.len && roadmap_is_digit(s.data[len]))
		len++;
	if (len == 1 || len > 20 || (len < s.len && roadmap_is_word(s.data[len])))
		return false;
	snprintf(id, WT_MAX_ID + 1, "%.*s", (int)len, s.data);
	*rest = roadmap_from(s, len);
	return true;
}

/* The next piece up to a ',' or ';' that is not in brackets. */
static bool next_piece(struct wt_str *rest, struct wt_str *piece)
{
	size_t depth = 0;
	size_t i = 0;

	if (!rest->len)
		return false;
	for (; i < rest->len; i++) {
		depth += rest->data[i] == '(';
		depth -= rest->data[i] == ')' && depth > 0;
		if (depth == 0 && (rest->data[i] == ',' || rest->data[i] == ';'))
			break;
	}
	*piece = wt_str_trim((struct wt_str){ rest->data, i });
	*rest = roadmap_from(*rest, i < rest->len ? i + 1 : i);
	return true;
}

/* "US-1 US-2" and "64 65", but not "US-1 2025" or "US-1 BUG fixes". */
static bool goes_on(const struct roadmap_scan *scan, struct wt_str s, bool was_number)
{
	struct wt_str rest;
	char id[WT_MAX_ID + 1];

	if (!s.len || (roadmap_is_digit(s.data[0]) && !was_number))
		return false;
	return depends_parse(scan, s, id, &rest) && strpbrk(id, "0123456789");
}

/* One id, or what was meant to be one, at the beginning of *next; false when nothing of the kind
 * follows it, else *next begins there. */
static bool add_one(const struct roadmap_scan *scan, struct wt_tasks *tasks, struct wt_task *task,
		    struct wt_str *next, struct wt_diags *diags)
{
	struct wt_str s = *next, rest;
	char id[WT_MAX_ID + 1];
	bool is_id = depends_parse(scan, s, id, &rest), is_adjacent;
	size_t len = 0, joint;

	if (is_id)
		wt_task_add_dependency(tasks, task, id, diags);
	if (!is_id || wt_roadmap_is_range(scan->rules, rest)) {
		len = wt_roadmap_doubt_id(scan, tasks, task, s, diags);
		if (!len)
			return false;
		rest = roadmap_from(s, len);
	}
	rest = skip_aside(rest);
	joint = joint_length(rest);
	is_adjacent = !joint && goes_on(scan, rest, roadmap_is_digit(s.data[0]));
	*next = joint ? skip_decoration(roadmap_from(rest, joint)) : rest;
	return joint || is_adjacent;
}

void wt_roadmap_add_depends(const struct roadmap_scan *scan, struct wt_tasks *tasks,
			    struct wt_task *task, struct wt_str line, struct wt_diags *diags)
{
	struct wt_str piece;

	if (wt_roadmap_is_nothing(skip_decoration(line)))
		return;
	while (next_piece(&line, &piece)) {
		piece = skip_decoration(piece);
		/* "US-1, US-2, and US-3" */
		piece = skip_decoration(roadmap_from(piece, joint_length(piece)));
		while (add_one(scan, tasks, task, &piece, diags))
			continue;
	}
}
