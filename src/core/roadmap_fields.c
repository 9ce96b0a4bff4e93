/* SPDX-License-Identifier: MIT */
/* Walks a task's section and hands out its named values. */

#include <string.h>

#include "roadmap_reading.h"

static bool is_list_field(enum roadmap_field field)
{
	return field == ROADMAP_FILES || field == ROADMAP_DEPENDS || field == ROADMAP_CRITERIA ||
	       field == ROADMAP_LABELS || field == ROADMAP_RIVALS;
}

struct walk {
	const struct roadmap_scan *scan;
	size_t head;
	roadmap_value_fn *fn;
	void *arg;
	enum roadmap_field open;    /* the sub-heading's field */
	enum roadmap_field pending; /* of a label; the next list is its value */
	bool has_label;             /* the paragraph before ended with ':' */
	bool is_below;              /* behind the first sub-heading */
};

static void emit(const struct walk *w, enum roadmap_field field, struct wt_str text, size_t line,
		 bool is_loose)
{
	struct roadmap_value value = { .field = field,
				       .text = text,
				       .line = line,
				       .is_own = !w->is_below || w->open == field,
				       .is_loose = is_loose };

	w->fn(w->arg, &value);
}

/* All lines of a paragraph from that one on. */
static struct wt_str paragraph_text(const struct wt_md *md, size_t block)
{
	struct wt_str first = wt_md_first_line(md, block);
	struct wt_str last = wt_md_line(md, wt_md_end_line(md, block) - 1);

	return wt_str_trim(
		(struct wt_str){ first.data, (size_t)(last.data + last.len - first.data) });
}

/* The first paragraph of an item; empty when it begins with something else. */
static struct wt_str item_text(const struct wt_md *md, size_t item)
{
	if (item + 1 >= md->len || md->blocks[item + 1].parent != item ||
	    md->blocks[item + 1].kind != WT_MD_PARAGRAPH)
		return WT_STR("");
	return paragraph_text(md, item + 1);
}

/* The list directly inside the item, or 0. */
static size_t nested_list(const struct wt_md *md, size_t item)
{
	size_t end = wt_md_behind(md, item);

	for (size_t i = item + 1; i < end; i = wt_md_behind(md, i)) {
		if (md->blocks[i].kind == WT_MD_LIST)
			return i;
	}
	return 0;
}

/* Every item of the list is a value of the field. */
static void read_items(const struct walk *w, enum roadmap_field field, size_t list)
{
	const struct wt_md *md = w->scan->md;
	size_t end = wt_md_behind(md, list);

	for (size_t item = list + 1; item < end; item = wt_md_behind(md, item)) {
		struct wt_str text = item_text(md, item);

		if (text.len)
			emit(w, field, text, md->blocks[item].line, false);
	}
}

static bool ends_with(struct wt_str s, char c)
{
	s = wt_roadmap_trim(s);
	return s.len && s.data[s.len - 1] == c;
}

/* A line that is no field: it may be the value of the one above, or of the sub-heading. */
static void read_plain_line(struct walk *w, struct wt_str line, size_t number,
			    enum roadmap_field *above)
{
	if (*above != ROADMAP_NONE) {
		emit(w, *above, line, number, false);
		if (!ends_with(line, ','))
			*above = ROADMAP_NONE;
	} else if (w->open != ROADMAP_NONE && !ends_with(line, ':')) {
		emit(w, w->open, line, number, false);
		if (!is_list_field(w->open))
			w->open = ROADMAP_NONE;
	} else if (w->open == ROADMAP_DEPENDS) {
		/* "**Unblocks**:" under "### Dependencies" begins something else. */
		w->open = ROADMAP_NONE;
	}
}

/* Neither a field nor the label of a list. */
static bool is_prose(const struct wt_md *md, size_t block)
{
	struct wt_str text = paragraph_text(md, block);
	struct wt_str value;

	return !ends_with(text, ':') &&
	       wt_roadmap_field_parse(wt_roadmap_first_line(text), &value) == ROADMAP_NONE;
}

static void read_paragraph(struct walk *w, size_t block, size_t first)
{
	const struct wt_md *md = w->scan->md;
	size_t end = wt_md_end_line(md, block);
	enum roadmap_field above = ROADMAP_NONE;

	w->pending = ROADMAP_NONE;
	w->has_label = false;
	if (w->open == ROADMAP_CRITERIA && is_prose(md, block)) {
		emit(w, w->open, paragraph_text(md, block), first, false);
		return;
	}
	for (size_t number = first; number < end; number++) {
		struct wt_str line = number == md->blocks[block].line ? wt_md_first_line(md, block)
								      : wt_md_line(md, number);
		struct wt_str value;
		enum roadmap_field field;

		line = wt_str_trim(line);
		field = wt_roadmap_field_parse(line, &value);
		w->pending = ROADMAP_NONE;
		w->has_label = ends_with(line, ':');
		if (field == ROADMAP_NONE) {
			read_plain_line(w, line, number, &above);
			continue;
		}
		above = ROADMAP_NONE;
		if (value.len == 0)
			w->pending = field;
		else
			emit(w, field, value, number, false);
		if (value.len == 0 || (is_list_field(field) && ends_with(value, ',')))
			above = field;
	}
}

/* An item that is no field: its text up to a line that is one, which belongs to the task, for
 * Markdown takes a line below a nested item for its text. */
static void read_other_item(struct walk *w, size_t item, enum roadmap_field field)
{
	const struct wt_md *md = w->scan->md;
	struct wt_str title = wt_roadmap_item_title(md, item + 1);
	size_t end = wt_md_end_line(md, item + 1);
	size_t line = md->blocks[item + 1].line + 1;

	emit(w, field, title, md->blocks[item].line, false);
	while (line < end && wt_md_line(md, line).data < title.data + title.len)
		line++;
	if (line < end)
		read_paragraph(w, item + 1, line);
	w->pending = ROADMAP_NONE;
}

/* Items that are fields of their own: "- **Files**: a.c". */
static void read_field_items(struct walk *w, size_t list, enum roadmap_field others)
{
	const struct wt_md *md = w->scan->md;
	size_t end = wt_md_behind(md, list);

	for (size_t item = list + 1; item < end; item = wt_md_behind(md, item)) {
		struct wt_str text = item_text(md, item), value;
		enum roadmap_field field =
			wt_roadmap_field_parse(wt_roadmap_first_line(text), &value);
		size_t nested = nested_list(md, item);

		if (field == ROADMAP_NONE && others != ROADMAP_NONE && text.len)
			read_other_item(w, item, others);
		else if (field != ROADMAP_NONE && value.len)
			emit(w, field, value, md->blocks[item].line, true);
		else if (field != ROADMAP_NONE && nested)
			read_items(w, field, nested);
	}
}

static void read_list(struct walk *w, size_t block)
{
	enum roadmap_field field = w->pending != ROADMAP_NONE ? w->pending : w->open;

	if (field != ROADMAP_NONE)
		read_items(w, field, block);
	else if (!w->has_label && !w->is_below)
		read_field_items(w, block,
				 w->scan->lists_are_criteria ? ROADMAP_CRITERIA : ROADMAP_NONE);
	w->pending = ROADMAP_NONE;
	w->has_label = false;
}

static void read_heading(struct walk *w, size_t block, struct wt_str text)
{
	struct wt_str value;

	w->pending = ROADMAP_NONE;
	w->has_label = false;
	w->is_below = true;
	w->open = wt_roadmap_heading_field(text, &value);
	if (w->open != ROADMAP_NONE && value.len)
		emit(w, w->open, value, w->scan->md->blocks[block].line, false);
}

static void walk_section(struct walk *w)
{
	const struct wt_md *md = w->scan->md;
	const struct roadmap_head *heads = w->scan->heads;
	size_t next = w->head + 1;

	for (size_t i = heads[w->head].block + 1; i < heads[w->head].end;) {
		switch (md->blocks[i].kind) {
		case WT_MD_HEADING:
			/* All at the top level are in heads, in the same order. */
			while (heads[next].block < i)
				next++;
			if (heads[next].is_task) {
				i = heads[next].end;
				continue;
			}
			read_heading(w, i, heads[next].text);
			break;
		case WT_MD_PARAGRAPH:
			read_paragraph(w, i, md->blocks[i].line);
			break;
		case WT_MD_LIST:
			read_list(w, i);
			break;
		default:
			w->pending = ROADMAP_NONE;
			w->has_label = false;
			break;
		}
		i = wt_md_behind(md, i);
	}
}

/* What stands below an item: fields, and nested items as criteria. */
static void walk_item(struct walk *w)
{
	const struct wt_md *md = w->scan->md;
	const struct roadmap_head *head = &w->scan->heads[w->head];

	for (size_t i = head->block + 1; i < head->end; i = wt_md_behind(md, i)) {
		if (md->blocks[i].kind == WT_MD_PARAGRAPH) {
			bool is_title = i == head->block + 1;

			read_paragraph(w, i, md->blocks[i].line + is_title);
		} else if (md->blocks[i].kind == WT_MD_LIST && w->pending != ROADMAP_NONE) {
			read_list(w, i);
		} else if (md->blocks[i].kind == WT_MD_LIST) {
			read_field_items(w, i, ROADMAP_CRITERIA);
		}
	}
}

void wt_roadmap_each_value(const struct roadmap_scan *scan, size_t head, roadmap_value_fn *fn,
			   void *arg)
{
	struct walk w = { .scan = scan, .head = head, .fn = fn, .arg = arg };

	if (scan->is_checklist)
		walk_item(&w);
	else
		walk_section(&w);
}
