/* SPDX-License-Identifier: MIT */
/* What stands where an id should and reads like one, but is none: nobody would wait for it. */

#include <stdio.h>
#include <string.h>

#include "roadmap_reading.h"

#define MAX_WORD   16u  /* letters of a keyword, or of a slip of the pen for one */
#define MAX_DOUBTS 100u /* that are said */

/* "PROIRITY 64", "ABC-12" */
struct code {
	struct wt_str text;
	char word[MAX_WORD + 1];
	struct wt_str number;
	bool has_dash, has_blank, is_capital;
	struct wt_str rest;
};

/* A dash of more bytes than one may follow, as in "64\u201366". */
static bool is_word(char c)
{
	return roadmap_is_letter(c) || roadmap_is_digit(c) || c == '_';
}

static size_t digits_of(struct wt_str s)
{
	size_t len = 0;

	while (len < s.len &&
	       (roadmap_is_digit(s.data[len]) || (len && s.data[len] == '.' && len + 1 < s.len &&
						  roadmap_is_digit(s.data[len + 1]))))
		len++;
	return len < s.len && is_word(s.data[len]) ? 0 : len;
}

/* Nothing but a remark, a mark or another id follows. */
static bool is_alone(struct wt_str rest)
{
	rest = roadmap_skip_light(rest);
	while (rest.len && memchr("`\"']", rest.data[0], 4))
		rest = roadmap_from(rest, 1);
	return !rest.len || memchr("(:.,;&/+-", rest.data[0], 9) ||
	       (unsigned char)rest.data[0] >= 0x80 || wt_str_starts_nocase(rest, "and ") ||
	       wt_str_starts_nocase(rest, "or ");
}

static bool code_parse(struct wt_str s, struct code *c)
{
	size_t n = 0, len;
	struct wt_str rest;

	*c = (struct code){ .is_capital = true };
	while (n < s.len && n < MAX_WORD && roadmap_is_letter(s.data[n])) {
		c->word[n] = s.data[n];
		c->is_capital = c->is_capital && !(s.data[n] & 0x20);
		n++;
	}
	rest = roadmap_from(s, n);
	if (n < 2 || !rest.len || roadmap_is_letter(rest.data[0]))
		return false;
	c->has_dash = rest.data[0] == '-' || rest.data[0] == '_';
	c->has_blank = rest.data[0] == ' ';
	while (rest.len && memchr("-_# ", rest.data[0], 4))
		rest = roadmap_from(rest, 1);
	len = digits_of(rest);
	c->number = (struct wt_str){ rest.data, len };
	c->rest = roadmap_from(rest, len);
	c->text = (struct wt_str){ s.data, (size_t)(c->rest.data - s.data) };
	return len > 0;
}

/* Behind "-", "\u2013", ".." or "to", or s itself. */
static struct wt_str skip_to(struct wt_str s)
{
	static const char *const marks[] = { "-", "\u2013", "\u2014", "..", "\u2026", "to " };
	struct wt_str rest = roadmap_skip_blanks(s);

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		if (wt_str_starts(rest, marks[i]))
			return roadmap_skip_blanks(roadmap_from(rest, strlen(marks[i])));
	}
	return s;
}

/* What a range that goes on with rest ends before; no data when it is none. */
static struct wt_str behind_range(const struct wt_roadmap_rules *rules, struct wt_str rest)
{
	struct wt_str last = skip_to(rest), end = { 0 };
	char id[WT_MAX_ID + 1];

	if (last.data == rest.data || !last.len)
		return end;
	if (roadmap_is_digit(last.data[0])) {
		size_t len = digits_of(last);

		if (len && is_alone(roadmap_from(last, len)) &&
		    skip_to(roadmap_from(last, len)).data == last.data + len)
			end = roadmap_from(last, len);
		return end;
	}
	if (!wt_roadmap_id_parse(rules, last, id, &end) || !strpbrk(id, "0123456789"))
		end.data = NULL;
	return end;
}

bool wt_roadmap_is_range(const struct wt_roadmap_rules *rules, struct wt_str rest)
{
	return behind_range(rules, rest).data != NULL;
}

/* A range of numbers, or of ids; empty when s begins with none. */
static struct wt_str range_of(const struct roadmap_scan *scan, struct wt_str s)
{
	struct wt_str rest, end = { 0 };
	size_t len = digits_of(s);
	char id[WT_MAX_ID + 1];
	struct code c;

	if (len)
		end = behind_range(scan->rules, roadmap_from(s, len));
	else if (wt_roadmap_id_parse(scan->rules, s, id, &rest))
		end = behind_range(scan->rules, rest);
	else if (code_parse(s, &c))
		end = behind_range(scan->rules, c.rest);
	s.len = end.data ? (size_t)(end.data - s.data) : 0;
	return s;
}

static struct wt_str find_doubt(const struct roadmap_scan *scan, struct wt_str s,
				struct wt_buf *why)
{
	struct wt_str range = range_of(scan, s);
	const char *nearest;
	struct code c;

	if (range.len) {
		wt_buf_puts(why, "is a range: write each id");
		return range;
	}
	if (!code_parse(s, &c))
		return roadmap_from(s, s.len);
	nearest = wt_text_nearest(c.word, scan->rules->keywords, scan->rules->n_keywords);
	if (nearest && (c.has_dash || (strlen(c.word) > 2 && is_alone(c.rest)) ||
			wt_str_is_nocase(wt_str_of(c.word), nearest))) {
		wt_buf_printf(why, "is no id: did you mean '%s%c%.*s'?", nearest,
			      c.has_blank ? ' ' : '-', (int)c.number.len, c.number.data);
		return c.text;
	}
	if (c.has_dash && c.is_capital && is_alone(c.rest)) {
		wt_buf_puts(why, "is no id: it begins with none of roadmap.keywords");
		return c.text;
	}
	return roadmap_from(s, s.len);
}

size_t wt_roadmap_doubt_id(const struct roadmap_scan *scan, struct wt_tasks *tasks,
			   const struct wt_task *task, struct wt_str text, struct wt_diags *diags)
{
	struct wt_buf why = WT_BUF_INIT, shown = WT_BUF_INIT;
	struct wt_str word = find_doubt(scan, text, &why);

	bool is_said = word.len && task->status == WT_TASK_PLANNED &&
		       ++tasks->n_doubts <= MAX_DOUBTS + 1;

	if (is_said && tasks->n_doubts > MAX_DOUBTS) {
		wt_diags_add(diags, WT_SEVERITY_WARNING, wt_md_place(scan->md, tasks->line, word),
			     "and more that reads like an id and is none");
	} else if (is_said) {
		wt_text_render_safe(&shown, word);
		wt_diags_add(diags, WT_SEVERITY_WARNING, wt_md_place(scan->md, tasks->line, word),
			     "task '%s': '%s' %s", task->id, shown.data, why.data);
	}
	wt_buf_clear(&why);
	wt_buf_clear(&shown);
	return word.len;
}
