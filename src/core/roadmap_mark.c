/* SPDX-License-Identifier: MIT */
/* Which bytes give a task of a roadmap another status. */

#include <stdio.h>
#include <string.h>

#include "roadmap_reading.h"

void wt_edit_apply(const struct wt_edit *edit, struct wt_str text, struct wt_buf *out)
{
	size_t end = edit->offset + edit->old_len;

	wt_buf_add(out, text.data, edit->offset);
	wt_buf_puts(out, edit->text);
	wt_buf_add(out, text.data + end, text.len - end);
}

enum style { STYLE_TABLE, STYLE_UPPER, STYLE_LOWER };

static enum style style_of(struct wt_str word)
{
	bool has_upper = false, has_lower = false;

	for (size_t i = 0; i < word.len; i++) {
		has_upper = has_upper || (word.data[i] >= 'A' && word.data[i] <= 'Z');
		has_lower = has_lower || (word.data[i] >= 'a' && word.data[i] <= 'z');
	}
	if (has_upper == has_lower)
		return STYLE_TABLE;
	return has_upper ? STYLE_UPPER : STYLE_LOWER;
}

static void add_word(struct wt_buf *out, const char *word, enum style style)
{
	for (; *word; word++) {
		char c = *word;

		if (style == STYLE_UPPER && c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (style == STYLE_LOWER && c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		wt_buf_putc(out, c);
	}
}

/* The new marker in the shape of the old one. */
static void add_marker(struct wt_buf *out, const struct wt_roadmap_marker *marker,
		       const struct roadmap_hit *old)
{
	const char *gap = old->emoji.data ? old->emoji.data + old->emoji.len : NULL;
	bool has_emoji = old->emoji.len && marker->emoji && marker->emoji[0];

	if (has_emoji)
		wt_buf_puts(out, marker->emoji);
	if (old->word.len && old->emoji.len) {
		struct wt_str between = { gap, (size_t)(old->word.data - gap) };

		if (!has_emoji)
			between = roadmap_skip_blanks(between);
		wt_buf_add(out, between.data, between.len);
	}
	if ((old->word.len || !has_emoji) && marker->word)
		add_word(out, marker->word, style_of(old->word));
}

/* Behind the heading's text, in front of a closing "##". */
static void add_new(struct wt_buf *out, const struct wt_roadmap_marker *marker)
{
	if (marker->emoji && marker->emoji[0])
		wt_buf_printf(out, " %s", marker->emoji);
	else
		wt_buf_puts(out, " -");
	if (marker->word && marker->word[0])
		wt_buf_printf(out, " %s", marker->word);
}

static enum wt_mark_result put_edit(const struct wt_md *md, struct wt_str old,
				    const struct wt_buf *text, struct wt_edit *edit)
{
	if (text->len >= sizeof edit->text)
		return WT_MARK_GONE;
	edit->offset = (size_t)(old.data - md->text.data);
	edit->old_len = old.len;
	memcpy(edit->text, text->data, text->len + 1);
	return WT_MARK_EDIT;
}

enum wt_mark_result wt_roadmap_mark_heading(const struct roadmap_scan *scan, size_t head,
					    const struct wt_roadmap_change *change,
					    struct wt_edit *edit)
{
	const struct wt_roadmap_rules *rules = scan->rules;
	const struct wt_roadmap_marker *marker = &rules->markers[change->status];
	struct roadmap_hit hit = wt_roadmap_status(scan, head, NULL);
	struct wt_str text = scan->heads[head].text;
	struct wt_buf b = WT_BUF_INIT;
	enum wt_mark_result result;

	if ((hit.is_found ? hit.status : WT_TASK_PLANNED) == change->status)
		return WT_MARK_ALREADY;
	if (hit.is_found) {
		add_marker(&b, marker, &hit);
	} else {
		hit.span = roadmap_from(text, text.len);
		add_new(&b, marker);
	}
	if (rules->writes_date && change->status == WT_TASK_COMPLETED && change->today)
		wt_buf_printf(&b, " (%s)", change->today);
	result = put_edit(scan->md, hit.span, &b, edit);
	wt_buf_clear(&b);
	return result;
}

static enum wt_mark_result mark_item(const struct roadmap_scan *scan, size_t head,
				     const struct wt_roadmap_change *change, struct wt_edit *edit)
{
	struct wt_str line = wt_md_first_line(scan->md, scan->heads[head].block + 1);
	struct wt_str rest;
	bool is_open = wt_roadmap_checkbox(line, &rest) == ' ';

	if (change->status != (is_open ? WT_TASK_COMPLETED : WT_TASK_PLANNED))
		return WT_MARK_ALREADY;
	*edit = (struct wt_edit){ .offset = (size_t)(line.data - scan->md->text.data) + 1,
				  .old_len = 1 };
	edit->text[0] = is_open ? 'x' : ' ';
	return WT_MARK_EDIT;
}

bool wt_roadmap_is_title(struct wt_str text, const char *id, const char *title)
{
	struct wt_buf b = WT_BUF_INIT;
	size_t len = strlen(title);
	bool is_same;

	wt_task_render_title(&b, text);
	if (b.len == 0)
		wt_buf_puts(&b, id);
	/* A long title was cut between two characters. */
	is_same = strcmp(b.data, title) == 0 ||
		  (len >= WT_MAX_TITLE - 3 && len < b.len && memcmp(b.data, title, len) == 0);
	wt_buf_clear(&b);
	return is_same;
}

static bool has_title(const struct roadmap_head *head, const char *title)
{
	return wt_roadmap_is_title(head->title, head->id, title);
}

/* The head with that id; where the id is only a position, the one with that title. */
static size_t find_head(const struct roadmap_scan *scan, const struct wt_roadmap_change *change)
{
	bool is_position = change->id[0] == 'i' && roadmap_is_digit(change->id[1]);
	size_t found = scan->len, matches = 0;

	for (size_t i = 0; i < scan->len; i++) {
		const struct roadmap_head *head = &scan->heads[i];

		if (!head->is_task || strcmp(head->id, change->id) != 0)
			continue;
		if (!head->is_positional || !change->title || has_title(head, change->title))
			return i;
		break;
	}
	for (size_t i = 0; is_position && change->title && i < scan->len; i++) {
		if (scan->heads[i].is_positional && has_title(&scan->heads[i], change->title)) {
			found = i;
			matches++;
		}
	}
	return matches == 1 ? found : scan->len;
}

enum wt_mark_result wt_roadmap_mark(const struct wt_md *md, const struct wt_roadmap_rules *rules,
				    const struct wt_roadmap_change *change, struct wt_edit *edit)
{
	struct roadmap_scan scan;
	enum wt_mark_result result = WT_MARK_GONE;
	size_t head;

	wt_roadmap_scan_init(&scan, md, rules);
	head = find_head(&scan, change);
	if (head < scan.len)
		result = scan.is_checklist ? mark_item(&scan, head, change, edit)
					   : wt_roadmap_mark_heading(&scan, head, change, edit);
	wt_roadmap_scan_clear(&scan);
	return result;
}
