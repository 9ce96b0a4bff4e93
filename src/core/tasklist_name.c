/* SPDX-License-Identifier: MIT */
/* What the names of sections, columns and states mean. */

#include <string.h>

#include "issue_reading.h"

/* No name of a section is longer. */
#define MAX_NAME 120u

#define LEN(array) (sizeof(array) / sizeof(array)[0])

static bool is_plain_word(char c)
{
	return roadmap_is_letter(c) || roadmap_is_digit(c);
}

/* From the first word to the last one: numbers, emoji, emphasis and a remark in brackets go. */
static struct wt_str bare(struct wt_str s)
{
	s = wt_str_trim(s);
	while (s.len && !roadmap_is_letter(s.data[0]))
		s = roadmap_from(s, 1);
	s.len = wt_str_find(s, " (");
	s.len = wt_str_find(s, " [");
	while (s.len && !is_plain_word(s.data[s.len - 1]))
		s.len--;
	return s;
}

/* How far s is the name, in any case; '-' and '_' are blanks. Less than all of it: 0. */
static size_t name_length(struct wt_str s, const char *name)
{
	size_t i = 0;

	for (; name[i]; i++) {
		char c = i < s.len ? tasklist_lower(s.data[i]) : '\0';

		if ((c == '-' || c == '_' ? ' ' : c) != name[i])
			return 0;
	}
	return i;
}

static bool is_name(struct wt_str s, const char *name)
{
	return s.len && name_length(s, name) == s.len;
}

static bool is_any(struct wt_str s, const char *const *names, size_t n)
{
	char first = s.len ? tasklist_lower(s.data[0]) : '\0';

	for (size_t i = 0; i < n; i++) {
		if (names[i][0] == first && is_name(s, names[i]))
			return true;
	}
	return false;
}

/* The words somewhere in s, none of them cut. */
static bool has_words(struct wt_str s, const char *words)
{
	for (size_t i = 0; i < s.len; i++) {
		size_t n;

		if (tasklist_lower(s.data[i]) != words[0] ||
		    (i > 0 && is_plain_word(s.data[i - 1])))
			continue;
		n = name_length(roadmap_from(s, i), words);
		if (n && (i + n == s.len || !is_plain_word(s.data[i + n])))
			return true;
	}
	return false;
}

enum tasklist_about wt_tasklist_section(struct wt_str name)
{
	static const char *const tasks[] = {
		"task",      "tasks",     "sub task",       "sub tasks",
		"subtask",   "subtasks",  "sub issue",      "sub issues",
		"subissues", "work item", "work items",     "workitems",
		"task list", "tasklist",  "implementation", "implementation tasks",
	};
	static const char *const criteria[] = {
		"criteria",      "criterion", "definition of done", "definition of ready",
		"dod",           "done when", "before submitting",  "before you submit",
		"before opening"
	};
	static const char *const notes[] = {
		"note",           "notes",        "context",  "background", "references",
		"links",          "related",      "overview", "summary",    "resources",
		"open questions", "out of scope", "goal",     "goals",      "description",
		"motivation",     "discussion",
	};

	if (name.len > MAX_NAME * 2)
		return TASKLIST_OTHER;
	name = bare(name);
	if (name.len > MAX_NAME || !name.len)
		return TASKLIST_OTHER;
	for (size_t i = 0; i < LEN(criteria); i++) {
		if (has_words(name, criteria[i]))
			return TASKLIST_CRITERIA;
	}
	if (is_any(name, tasks, LEN(tasks)))
		return TASKLIST_TASKS;
	return is_any(name, notes, LEN(notes)) ? TASKLIST_NOTES : TASKLIST_OTHER;
}

enum tasklist_about wt_tasklist_column(struct wt_str name)
{
	static const char *const states[] = { "state", "status", "done", "progress", "closed" };
	static const char *const titles[] = { "title",     "task",     "name",     "description",
					      "summary",   "subtask",  "sub task", "what",
					      "work item", "sub issue" };
	struct wt_str value;

	if (name.len > MAX_NAME)
		return TASKLIST_OTHER;
	name = wt_roadmap_trim(name);
	if (is_any(bare(name), states, LEN(states)) || wt_tasklist_is_done(name, false))
		return TASKLIST_STATE;
	if (is_any(bare(name), titles, LEN(titles)))
		return TASKLIST_TITLE;
	return wt_roadmap_heading_field(name, &value) == ROADMAP_NONE ? TASKLIST_OTHER
								      : TASKLIST_FIELD;
}

bool wt_tasklist_is_done(struct wt_str cell, bool is_state)
{
	/* Those behind the first two say so in a column of states only. */
	static const char *const words[] = { "closed", "done", "complete", "completed",
					     "merged", "x",    "yes" };
	static const char *const ticks[] = {
		"\u2705", "\u2611", "\u2714", ":white_check_mark:", ":heavy_check_mark:",
		"[x]",    "[X]"
	};
	struct wt_str s = wt_roadmap_trim(cell);

	if (s.len > MAX_NAME)
		return false;
	for (size_t i = 0; i < LEN(ticks); i++) {
		if (wt_str_starts(s, ticks[i]))
			return true;
	}
	/* "Done (last week)", and the word behind a dot of any colour */
	s = wt_roadmap_before_remark(s);
	while (s.len && (unsigned char)s.data[0] >= 0x80)
		s = roadmap_from(s, 1);
	return is_any(wt_roadmap_trim(s), words, is_state ? LEN(words) : 2);
}

bool wt_tasklist_skip_number(struct wt_str *text)
{
	static const char *const labels[] = { "sub-task", "subtask", "sub-issue", "task",
					      "step",     "issue",   "item" };
	struct wt_str s = roadmap_skip_light(*text);
	size_t len = 0;

	for (size_t i = 0; i < LEN(labels); i++) {
		size_t n = strlen(labels[i]);

		if (wt_str_starts_nocase(s, labels[i]) && n < s.len &&
		    roadmap_is_blank(s.data[n])) {
			s = roadmap_skip_blanks(roadmap_from(s, n));
			break;
		}
	}
	while (len < s.len && len < 8 &&
	       (roadmap_is_digit(s.data[len]) || (len && s.data[len] == '.' && len + 1 < s.len &&
						  roadmap_is_digit(s.data[len + 1]))))
		len++;
	if (len == 0 || len == s.len)
		return false;
	s = roadmap_skip_light(roadmap_from(s, len));
	/* "1.", "2)", "Task 3:", "4 - " */
	if (!s.len || !memchr(".):-", s.data[0], 4) ||
	    (s.len > 1 && !roadmap_is_blank(s.data[1]) && !roadmap_is_emphasis(s.data[1])))
		return false;
	*text = roadmap_skip_light(roadmap_from(s, 1));
	return true;
}
