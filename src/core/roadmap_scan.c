/* SPDX-License-Identifier: MIT */
/* Which headings of a document, or which items of its checklists, are tasks. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roadmap_reading.h"
#include "wtorch/base/mem.h"

/* Its number alone is the id. */
#define NUMBERED "PRIORITY"

struct wt_str wt_roadmap_trim(struct wt_str s)
{
	s = roadmap_skip_light(wt_str_trim(s));
	while (s.len &&
	       (roadmap_is_blank(s.data[s.len - 1]) || roadmap_is_emphasis(s.data[s.len - 1])))
		s.len--;
	return s;
}

static bool is_id_byte(char c)
{
	return roadmap_is_letter(c) || roadmap_is_digit(c) || c == '.' || c == '_' || c == '-';
}

/* "65", "2.5", "1.2.3"; nothing that an id could go on with may follow. */
static size_t number_length(struct wt_str s)
{
	size_t len = 0;

	while (len < s.len && roadmap_is_digit(s.data[len])) {
		while (len < s.len && roadmap_is_digit(s.data[len]))
			len++;
		if (len + 1 < s.len && s.data[len] == '.' && roadmap_is_digit(s.data[len + 1]))
			len++;
	}
	if (len < s.len && (roadmap_is_word(s.data[len]) || s.data[len] == '_'))
		return 0;
	return len;
}

/* The part of the id behind its keyword, without a full stop or dash that ends a sentence. */
static size_t suffix_length(struct wt_str s)
{
	size_t len = 0;

	if (!s.len || !(roadmap_is_letter(s.data[0]) || roadmap_is_digit(s.data[0])))
		return 0;
	while (len < s.len && is_id_byte(s.data[len]))
		len++;
	if (len < s.len && (unsigned char)s.data[len] >= 0x80)
		return 0;
	while (len && strchr("._-", s.data[len - 1]))
		len--;
	return len;
}

static bool keyword_parse(const char *keyword, struct wt_str text, char *id, struct wt_str *rest)
{
	struct wt_str s;
	size_t len;
	bool is_number = strcmp(keyword, NUMBERED) == 0;

	if (!wt_str_starts(text, keyword))
		return false;
	s = roadmap_from(text, strlen(keyword));
	if (!s.len || !(s.data[0] == '-' || roadmap_is_blank(s.data[0])))
		return false;
	s = s.data[0] == '-' ? roadmap_from(s, 1) : roadmap_skip_blanks(s);
	len = is_number ? number_length(s) : suffix_length(s);
	if (len == 0 || len + strlen(keyword) + 1 > WT_MAX_ID)
		return false;
	snprintf(id, WT_MAX_ID + 1, "%s%s%.*s", is_number ? "" : keyword, is_number ? "" : "-",
		 (int)len, s.data);
	*rest = roadmap_from(s, len);
	return wt_text_is_id(wt_str_of(id));
}

/* "Task 7", "story_1.2-login": the id has the keyword in capitals and the number alone. */
static bool numbered_parse(const char *keyword, struct wt_str text, char *id, struct wt_str *rest)
{
	size_t len = 0;
	bool is_number = strcmp(keyword, NUMBERED) == 0;
	struct wt_str s;

	if (!wt_str_starts_nocase(text, keyword))
		return false;
	s = roadmap_from(text, strlen(keyword));
	if (s.len < 2 || !strchr("-_ \t", s.data[0]) || !roadmap_is_digit(s.data[1]))
		return false;
	s = roadmap_from(s, 1);
	while (len < s.len &&
	       (roadmap_is_digit(s.data[len]) ||
		(s.data[len] == '.' && len + 1 < s.len && roadmap_is_digit(s.data[len + 1]))))
		len++;
	if ((len < s.len && roadmap_is_word(s.data[len])) || strlen(keyword) + 1 + len > WT_MAX_ID)
		return false;
	snprintf(id, WT_MAX_ID + 1, "%s%s%.*s", is_number ? "" : keyword, is_number ? "" : "-",
		 (int)len, s.data);
	*rest = roadmap_from(s, len);
	return wt_text_is_id(wt_str_of(id));
}

static bool spec_id_parse(struct wt_str text, char *id, struct wt_str *rest)
{
	static const char *const keywords[] = { "TASK", "STORY", "SPEC", "BUG", "US" };

	for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
		if (numbered_parse(keywords[i], text, id, rest))
			return true;
	}
	return false;
}

bool wt_roadmap_name_parse(const struct wt_roadmap_rules *rules, struct wt_str name, char *id,
			   struct wt_str *rest)
{
	for (size_t i = 0; i < rules->n_keywords; i++) {
		if (numbered_parse(rules->keywords[i], name, id, rest))
			return true;
	}
	return spec_id_parse(name, id, rest);
}

/* "T012" or "ABC-12" where that is how the document's own id looks. */
static bool code_parse(const char *code, struct wt_str text, char *id, struct wt_str *rest)
{
	size_t len = strlen(code);

	if (!wt_str_starts(text, code) || len == text.len || !roadmap_is_digit(text.data[len]))
		return false;
	len += suffix_length(roadmap_from(text, len));
	if (len > WT_MAX_ID)
		return false;
	snprintf(id, WT_MAX_ID + 1, "%.*s", (int)len, text.data);
	*rest = roadmap_from(text, len);
	return wt_text_is_id(wt_str_of(id));
}

bool wt_roadmap_id_parse(const struct wt_roadmap_rules *rules, struct wt_str text, char *id,
			 struct wt_str *rest)
{
	size_t len;

	if (rules->code && code_parse(rules->code, text, id, rest))
		return true;
	for (size_t i = 0; i < rules->n_keywords; i++) {
		if (keyword_parse(rules->keywords[i], text, id, rest))
			return true;
	}
	if (rules->is_spec && spec_id_parse(text, id, rest))
		return true;
	len = number_length(text);
	if (len == 0 || len > WT_MAX_ID)
		return false;
	snprintf(id, WT_MAX_ID + 1, "%.*s", (int)len, text.data);
	*rest = roadmap_from(text, len);
	return true;
}

bool wt_roadmap_head_parse(const struct wt_roadmap_rules *rules, struct wt_str text,
			   struct roadmap_head *head)
{
	struct wt_str start = roadmap_skip_light(text);
	struct wt_str rest, title;

	if (!wt_roadmap_id_parse(rules, start, head->id, &rest))
		return false;
	rest = roadmap_skip_light(rest);
	if (!rest.len || rest.data[0] != ':')
		return false;
	title = roadmap_from(rest, 1);
	if (roadmap_is_digit(start.data[0]) && title.len && !roadmap_is_blank(title.data[0]) &&
	    !roadmap_is_emphasis(title.data[0]))
		return false;
	/* "**US-1:** title" and "**US-1: title**": the emphasis began before the title. */
	if (start.data != text.data) {
		while (title.len && roadmap_is_emphasis(title.data[0]))
			title = roadmap_from(title, 1);
	}
	head->title = wt_str_trim(title);
	return true;
}

/* Symbols, brackets and emphasis in front of the first word. */
static struct wt_str skip_symbols(struct wt_str s)
{
	while (s.len && !roadmap_is_letter(s.data[0]) && !roadmap_is_digit(s.data[0]) &&
	       s.data[0] != '(')
		s = roadmap_from(s, 1);
	return s;
}

/* An id of a keyword in any case and punctuation, and behind it what ends a label. */
static bool is_label(const struct wt_roadmap_rules *rules, struct wt_str s)
{
	for (size_t i = 0; i < rules->n_keywords; i++) {
		struct wt_str rest;
		size_t len = 0;

		if (!wt_str_starts_nocase(s, rules->keywords[i]))
			continue;
		rest = roadmap_from(s, strlen(rules->keywords[i]));
		while (rest.len && strchr(" \t-_#", rest.data[0]) && rest.data[0])
			rest = roadmap_from(rest, 1);
		while (len < rest.len && (is_id_byte(rest.data[len])))
			len++;
		while (len && strchr("._-", rest.data[len - 1]))
			len--;
		if (len == 0 || (!roadmap_is_digit(rest.data[0]) && rest.data[0] != 'X'))
			continue;
		rest = roadmap_skip_light(roadmap_from(rest, len));
		if (!rest.len || strchr(":-.])|", rest.data[0]) || wt_str_starts(rest, "\u2013") ||
		    wt_str_starts(rest, "\u2014"))
			return true;
	}
	return false;
}

bool wt_roadmap_is_near_miss(const struct wt_roadmap_rules *rules, struct wt_str text)
{
	struct wt_str s = skip_symbols(text);

	if (is_label(rules, s))
		return true;
	/* "PLANNED: US-023 - Title", "1. US-015: Title" */
	for (size_t i = 0; i < s.len && i < 32; i++) {
		if (s.data[i] == ':' || s.data[i] == '.')
			return is_label(rules, skip_symbols(roadmap_from(s, i)));
	}
	return false;
}

char wt_roadmap_checkbox(struct wt_str text, struct wt_str *rest)
{
	if (text.len < 3 || text.data[0] != '[' || text.data[2] != ']' ||
	    !strchr(" xX", text.data[1]) || text.data[1] == '\0')
		return 0;
	if (text.len > 3 && !strchr(" \t\r\n", text.data[3]))
		return 0;
	*rest = wt_str_trim(roadmap_from(text, 3));
	return text.data[1];
}

struct wt_str wt_roadmap_heading_text(const struct wt_md *md, size_t block)
{
	struct wt_str s = wt_md_first_line(md, block);
	size_t level = 0;
	size_t len;

	while (level < s.len && s.data[level] == '#')
		level++;
	if (level != md->blocks[block].level || (level < s.len && !roadmap_is_blank(s.data[level])))
		return wt_str_trim(s);
	s = wt_str_trim(roadmap_from(s, level));
	len = s.len;
	while (len && s.data[len - 1] == '#')
		len--;
	if (len == 0 || roadmap_is_blank(s.data[len - 1]))
		s.len = len;
	return wt_str_trim(s);
}

struct roadmap_head *wt_roadmap_add_head(struct roadmap_scan *scan, size_t block)
{
	struct roadmap_head *head;

	if (scan->len == scan->cap) {
		scan->cap = scan->cap ? scan->cap * 2 : 64;
		scan->heads = wt_realloc(scan->heads, scan->cap, sizeof *scan->heads);
	}
	head = &scan->heads[scan->len++];
	*head = (struct roadmap_head){ .block = block, .end = scan->md->len };
	return head;
}

/* A section goes up to the next heading of the same or a higher level. */
static void end_sections(struct roadmap_scan *scan)
{
	const struct wt_md_block *blocks = scan->md->blocks;
	size_t open[7] = { 0 }; /* by level: index + 1 of the heading whose section is open */

	for (size_t i = 0; i < scan->len; i++) {
		size_t block = scan->heads[i].block;

		for (unsigned level = blocks[block].level; level < 7; level++) {
			if (open[level])
				scan->heads[open[level] - 1].end = block;
			open[level] = 0;
		}
		if (blocks[block].level < 7)
			open[blocks[block].level] = i + 1;
	}
}

bool wt_roadmap_scan_headings(struct roadmap_scan *scan)
{
	const struct wt_md *md = scan->md;
	bool has_tasks = false;

	for (size_t i = 0; i < md->len; i++) {
		struct roadmap_head *head;

		if (md->blocks[i].kind != WT_MD_HEADING || md->blocks[i].parent != WT_MD_TOP)
			continue;
		head = wt_roadmap_add_head(scan, i);
		head->text = wt_roadmap_heading_text(md, i);
		head->title = head->text;
		head->is_task = wt_roadmap_head_parse(scan->rules, head->text, head);
		has_tasks = has_tasks || head->is_task;
	}
	end_sections(scan);
	return has_tasks;
}

static bool add_item(struct roadmap_scan *scan, size_t item, size_t position)
{
	const struct wt_md *md = scan->md;
	struct roadmap_head *head;
	struct wt_str text;

	if (item + 1 >= md->len || md->blocks[item + 1].parent != item ||
	    md->blocks[item + 1].kind != WT_MD_PARAGRAPH ||
	    !wt_roadmap_checkbox(wt_roadmap_item_title(md, item + 1), &text))
		return false;
	head = wt_roadmap_add_head(scan, item);
	head->end = wt_md_behind(md, item);
	head->text = text;
	head->is_task = true;
	if (wt_roadmap_head_parse(scan->rules, text, head))
		return true;
	head->title = text;
	head->is_positional = true;
	snprintf(head->id, sizeof head->id, "i%zu", position);
	return true;
}

static void scan_checklists(struct roadmap_scan *scan)
{
	const struct wt_md *md = scan->md;
	size_t position = 0;

	for (size_t i = 0; i < md->len; i++) {
		size_t parent = md->blocks[i].parent;

		if (md->blocks[i].kind == WT_MD_ITEM && parent != WT_MD_TOP &&
		    md->blocks[parent].parent == WT_MD_TOP && add_item(scan, i, position + 1))
			position++;
	}
}

void wt_roadmap_scan_init(struct roadmap_scan *scan, const struct wt_md *md,
			  const struct wt_roadmap_rules *rules)
{
	*scan = (struct roadmap_scan){ .md = md, .rules = rules };
	if (wt_roadmap_scan_headings(scan))
		return;
	scan->is_checklist = true;
	scan->len = 0;
	scan_checklists(scan);
}

void wt_roadmap_scan_clear(struct roadmap_scan *scan)
{
	free(scan->heads);
	*scan = (struct roadmap_scan){ 0 };
}

void wt_roadmap_add_whole(struct roadmap_scan *scan)
{
	struct roadmap_head whole;

	whole = *wt_roadmap_add_head(scan, WT_MD_TOP);
	memmove(scan->heads + 1, scan->heads, (scan->len - 1) * sizeof *scan->heads);
	whole.text = whole.title = WT_STR("");
	scan->heads[0] = whole;
}
