/* SPDX-License-Identifier: MIT */
/* On which other items of the list an item depends. */

#include <string.h>

#include "issue_reading.h"

/* The head with that reference, NULL when it is none of the tasks. */
static const struct tasklist_head *find_by_ref(const struct tasklist_scan *scan,
					       const struct tasklist_ref *ref)
{
	const char *home = scan->issue->repo;
	bool is_home = !ref->repo.len || (home && wt_str_is_nocase(ref->repo, home));
	char key[256];
	size_t n = 0, found;

	if (ref->repo.len + ref->number.len + 2 > sizeof key)
		return NULL;
	for (size_t i = 0; i < ref->repo.len && !is_home; i++)
		key[n++] = tasklist_lower(ref->repo.data[i]);
	key[n++] = '#';
	memcpy(key + n, ref->number.data, ref->number.len);
	key[n + ref->number.len] = '\0';
	found = wt_map_find(&scan->by_ref, key);
	if (found == WT_MAP_NONE && !is_home && !home)
		found = wt_map_find(&scan->by_ref, key + n - 1);
	return found == WT_MAP_NONE ? NULL : &scan->heads[found];
}

static const char *id_of_ref(const struct tasklist_scan *scan, const struct tasklist_ref *ref,
			     struct wt_arena *arena)
{
	const struct tasklist_head *head = find_by_ref(scan, ref);
	char *id;

	if (head)
		return head->id;
	id = wt_arena_printf(arena, "%.*s%s%.*s", (int)ref->repo.len,
			     ref->repo.len ? ref->repo.data : "", ref->repo.len ? "-" : "",
			     (int)ref->number.len, ref->number.data);
	for (char *c = id; *c; c++) {
		if (*c == '/')
			*c = '-';
	}
	return wt_text_is_id(wt_str_of(id)) ? id : NULL;
}

/* "2" is the task of that id, or else the second one of the list. */
static const char *id_of_number(const struct tasklist_scan *scan, struct wt_str number,
				struct wt_arena *arena)
{
	struct tasklist_ref ref = { .number = number };
	const struct tasklist_head *head = find_by_ref(scan, &ref);
	int64_t n = 0;

	if (head)
		return head->id;
	if (wt_text_parse_int(number, &n) && n >= 1 && (uint64_t)n <= scan->len)
		return scan->heads[n - 1].id;
	return wt_arena_strndup(arena, number.data, number.len);
}

static struct wt_str skip_opening(struct wt_str s)
{
	while (s.len && memchr(" \t*_`\"'([<:", s.data[0], 11))
		s = roadmap_from(s, 1);
	return s;
}

/* A bare number counts where no word follows: "2, 3 (the parser)", not "2 files". */
static bool is_alone(struct wt_str rest)
{
	struct wt_str next = roadmap_skip_blanks(rest);

	if (rest.len > 1 && memchr(".%", rest.data[0], 2) && roadmap_is_word(rest.data[1]))
		return false;
	return !next.len || !roadmap_is_word(next.data[0]) || wt_str_starts_nocase(next, "and ") ||
	       wt_str_starts_nocase(next, "or ");
}

/* "i3", as positions are shown */
static bool position_parse(struct wt_str s, struct wt_str *number, struct wt_str *rest)
{
	size_t len = 1;

	if (!s.len || s.data[0] != 'i')
		return false;
	while (len < s.len && roadmap_is_digit(s.data[len]))
		len++;
	if (len == 1 || len > 9 || (len < s.len && roadmap_is_word(s.data[len])))
		return false;
	*number = (struct wt_str){ s.data + 1, len - 1 };
	*rest = roadmap_from(s, len);
	return true;
}

static bool number_parse(struct wt_str s, struct wt_str *number, struct wt_str *rest)
{
	static const char *const nouns[] = { "task ",  "item ",  "step ",  "issue ",
					     "tasks ", "items ", "steps ", "issues " };
	size_t len = 0;

	for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++) {
		if (wt_str_starts_nocase(s, nouns[i])) {
			s = roadmap_skip_blanks(roadmap_from(s, strlen(nouns[i])));
			break;
		}
	}
	while (len < s.len && len < 19 && roadmap_is_digit(s.data[len]))
		len++;
	if (len == 0 || (len < s.len && roadmap_is_word(s.data[len])) ||
	    !is_alone(roadmap_from(s, len)))
		return false;
	*number = tasklist_upto(s, len);
	*rest = roadmap_from(s, len);
	return true;
}

/* One dependency at the beginning of s. */
static const char *id_parse(const struct tasklist_scan *scan, struct wt_arena *arena,
			    struct wt_str s, struct wt_str *rest)
{
	struct tasklist_ref ref;
	struct wt_str number;
	char id[WT_MAX_ID + 1];

	if (wt_tasklist_ref_parse(s, &ref, rest))
		return id_of_ref(scan, &ref, arena);
	if (position_parse(s, &number, rest))
		return wt_arena_printf(arena, "i%.*s", (int)number.len, number.data);
	if (number_parse(s, &number, rest))
		return id_of_number(scan, number, arena);
	if (s.len && roadmap_is_letter(s.data[0]) && wt_roadmap_id_parse(scan->rules, s, id, rest))
		return wt_arena_strdup(arena, id);
	return NULL;
}

/* What may stand between two of them, an address of a link and a remark included. */
static bool skip_joint(struct wt_str *s)
{
	static const char *const joints[] = { "and ", "or ", "& ", "+ ", "/ ", ",", ";", "&", "+" };
	bool is_joined = false;
	struct wt_str rest = *s;
	size_t n = 0;

	if (wt_str_starts(rest, "](")) {
		size_t end = wt_str_find(rest, ")");

		rest = roadmap_from(rest, end < rest.len ? end + 1 : end);
	}
	do {
		n = 0;
		while (rest.len && memchr(" \t*_`\"']>", rest.data[0], 9))
			rest = roadmap_from(rest, 1);
		if (wt_str_starts(rest, "(")) {
			n = wt_str_find(rest, ")");
			n += n < rest.len;
		}
		for (size_t i = 0; n == 0 && i < sizeof joints / sizeof *joints; i++) {
			if (wt_str_starts_nocase(rest, joints[i])) {
				n = strlen(joints[i]);
				is_joined = true;
			}
		}
		rest = roadmap_from(rest, n);
	} while (n);
	*s = rest;
	return is_joined;
}

/* Gives what stands where one more could. */
static struct wt_str add_all(const struct tasklist_scan *scan, struct wt_tasks *tasks,
			     struct wt_task *task, struct wt_str s, struct wt_diags *diags)
{
	struct wt_str rest;
	const char *id;

	do {
		s = skip_opening(s);
		id = id_parse(scan, tasks->arena, s, &rest);
		if (!id)
			return s;
		wt_task_add_dependency(tasks, task, id, diags);
		if (wt_roadmap_is_range(scan->rules, rest))
			return s;
		s = rest;
	} while (skip_joint(&s));
	return roadmap_from(s, s.len);
}

void wt_tasklist_add_depends(const struct roadmap_scan *scan, struct wt_tasks *tasks,
			     struct wt_task *task, struct wt_str line, struct wt_diags *diags)
{
	struct wt_str rest;

	wt_roadmap_checkbox(line, &line);
	rest = skip_opening(line);
	if (wt_roadmap_is_nothing(rest))
		return;
	for (;;) {
		size_t len;

		rest = add_all(scan->owner, tasks, task, rest, diags);
		len = wt_roadmap_doubt_id(scan, tasks, task, rest, diags);
		rest = roadmap_from(rest, len);
		if (!len || !skip_joint(&rest))
			return;
	}
}

/* in passing */

static bool phrase_at(struct wt_str s, struct wt_str *rest)
{
	static const char *const phrases[] = { "depends on",   "depend on",  "dependent on",
					       "depending on", "blocked by", "blocked on" };

	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
		if (wt_str_starts_nocase(s, phrases[i])) {
			*rest = roadmap_from(s, strlen(phrases[i]));
			return true;
		}
	}
	return false;
}

static void find_in_line(const struct tasklist_scan *scan, struct wt_tasks *tasks,
			 struct wt_task *task, struct wt_str line, struct wt_diags *diags)
{
	struct tasklist_walk w;
	struct wt_str s, rest;

	wt_tasklist_walk_init(&w, line);
	while (wt_tasklist_walk_next(&w, &s)) {
		char c = tasklist_lower(s.data[0]);

		if ((c == 'd' || c == 'b') &&
		    (s.data == line.data || !roadmap_is_word(s.data[-1])) && phrase_at(s, &rest))
			add_all(scan, tasks, task, rest, diags);
	}
}

void wt_tasklist_find_depends(const struct tasklist_scan *scan, struct wt_tasks *tasks,
			      struct wt_task *task, struct wt_str text, struct wt_diags *diags)
{
	struct wt_str line;
	bool is_code = false;

	while (wt_str_next(&text, "\r\n", &line)) {
		if (wt_str_starts(line, "```") || wt_str_starts(line, "~~~"))
			is_code = !is_code;
		else if (!is_code && line.data[0] != '>')
			find_in_line(scan, tasks, task, line, diags);
	}
}
