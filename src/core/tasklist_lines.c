/* SPDX-License-Identifier: MIT */
/* Tasks in raw lines: rows of tables, items in fences, references behind "Tasks:". */

#include <string.h>

#include "issue_reading.h"

/* No line above a table's rows is longer. */
#define MAX_HEADER 4096u

static struct wt_str paragraph_line(const struct wt_md *md, size_t block, size_t line)
{
	return line == md->blocks[block].line ? wt_md_first_line(md, block) : wt_md_line(md, line);
}

/* tables */

static bool is_delimiter(struct wt_str line)
{
	bool has_dash = false, has_bar = false;

	for (size_t i = 0; i < line.len; i++) {
		if (!line.data[i] || !strchr("|-: \t", line.data[i]))
			return false;
		has_dash = has_dash || line.data[i] == '-';
		has_bar = has_bar || line.data[i] == '|';
	}
	return has_dash && has_bar;
}

/* The line of the table's "|---|", 0 without one. */
static size_t delimiter_line(const struct wt_md *md, size_t paragraph)
{
	size_t first = md->blocks[paragraph].line;
	size_t end = wt_md_end_line(md, paragraph);

	for (size_t line = first + 1; line < end; line++) {
		struct wt_str above = paragraph_line(md, paragraph, line - 1);

		if (is_delimiter(wt_md_line(md, line)))
			return above.len <= MAX_HEADER && above.len &&
					       memchr(above.data, '|', above.len)
				       ? line
				       : 0;
	}
	return 0;
}

bool wt_tasklist_is_table(const struct wt_md *md, size_t paragraph)
{
	return delimiter_line(md, paragraph) != 0;
}

size_t wt_tasklist_cells(struct wt_str row, struct wt_str *cells)
{
	struct wt_str s = wt_str_trim(row);
	size_t n = 0, start = 0;

	if (wt_str_starts(s, "|"))
		s = roadmap_from(s, 1);
	for (size_t i = 0; i <= s.len && n < TASKLIST_MAX_CELLS; i++) {
		if (i < s.len && s.data[i] == '\\') {
			i++;
			continue;
		}
		if (i < s.len && s.data[i] != '|')
			continue;
		if (i < s.len || start < s.len)
			cells[n++] = wt_str_trim((struct wt_str){ s.data + start, i - start });
		start = i + 1;
	}
	return n;
}

static bool is_depends(struct wt_str name)
{
	struct wt_str value;

	return wt_roadmap_heading_field(name, &value) == ROADMAP_DEPENDS;
}

/* The cell that holds the row's reference; n when none does. */
static size_t find_ref(const struct tasklist_table *t, const struct wt_str *cells, size_t n,
		       struct tasklist_ref *ref)
{
	for (size_t i = 0; i < n; i++) {
		struct tasklist_walk w;

		if (i < t->n && t->about[i] != TASKLIST_OTHER && t->about[i] != TASKLIST_TITLE)
			continue;
		wt_tasklist_walk_init(&w, cells[i]);
		if (wt_tasklist_walk_ref(&w, ref))
			return i;
	}
	return n;
}

static bool is_row_done(const struct tasklist_table *t, const struct wt_str *cells, size_t n)
{
	bool has_state = false;

	for (size_t i = 0; i < n && i < t->n; i++) {
		if (t->about[i] != TASKLIST_STATE)
			continue;
		has_state = true;
		if (wt_tasklist_is_done(cells[i], true))
			return true;
	}
	for (size_t i = 0; i < n && !has_state; i++) {
		if ((i >= t->n || t->about[i] == TASKLIST_OTHER) &&
		    wt_tasklist_is_done(cells[i], false))
			return true;
	}
	return false;
}

/* The title is in the cell of the reference, in a column of that name, or in the next cell. */
static struct wt_str row_title(const struct tasklist_scan *scan, const struct tasklist_table *t,
			       const struct wt_str *cells, size_t n, size_t at)
{
	struct tasklist_head own = { .text = cells[at] };
	struct tasklist_ref ref;

	for (size_t i = 0; i < n && i < t->n; i++) {
		if (i != at && t->about[i] == TASKLIST_TITLE && cells[i].len)
			return cells[i];
	}
	if (!wt_tasklist_ref_whole(cells[at], &ref) && wt_tasklist_head_parse(scan, &own) &&
	    own.title.len)
		return own.title;
	for (size_t i = 0; i < n; i++) {
		if (i == at || !cells[i].len || wt_tasklist_is_done(cells[i], false) ||
		    (i < t->n && t->about[i] != TASKLIST_OTHER) || i < at)
			continue;
		return cells[i];
	}
	return tasklist_upto(cells[at], 0);
}

static void add_row(struct tasklist_scan *scan, size_t table, struct wt_str row, size_t line)
{
	const struct tasklist_table *t = &scan->tables[table];
	struct tasklist_head head = {
		.kind = TASKLIST_ROW, .index = table, .line = line, .text = row
	};
	struct tasklist_head titled = { .kind = TASKLIST_ROW };
	struct wt_str cells[TASKLIST_MAX_CELLS];
	size_t n = wt_tasklist_cells(row, cells);
	size_t at = find_ref(t, cells, n, &head.ref);

	if (at == n)
		return;
	titled.text = row_title(scan, t, cells, n, at);
	head.title = titled.text;
	if (titled.text.len && wt_tasklist_head_parse(scan, &titled))
		head.title = titled.title;
	head.is_cut = true; /* the row says more */
	head.is_done = titled.is_done || is_row_done(t, cells, n);
	wt_tasklist_add(scan, &head);
}

void wt_tasklist_add_rows(struct tasklist_scan *scan, size_t paragraph)
{
	const struct wt_md *md = scan->md;
	size_t line = delimiter_line(md, paragraph);
	size_t end = wt_md_end_line(md, paragraph);
	struct tasklist_table *t =
		WT_ARENA_PUSH(&scan->arena, scan->tables, scan->n_tables, scan->cap_tables);

	t->n = wt_tasklist_cells(paragraph_line(md, paragraph, line - 1), t->names);
	for (size_t i = 0; i < t->n; i++)
		t->about[i] = (unsigned char)wt_tasklist_column(t->names[i]);
	for (line++; line < end; line++) {
		struct wt_str row = wt_md_line(md, line);

		if (row.len && memchr(row.data, '|', row.len))
			add_row(scan, scan->n_tables - 1, row, line);
	}
}

void wt_tasklist_read_row(const struct tasklist_scan *scan, const struct tasklist_head *head,
			  struct wt_tasks *tasks, struct wt_task *task, struct wt_diags *diags)
{
	const struct tasklist_table *t = &scan->tables[head->index];
	struct wt_str cells[TASKLIST_MAX_CELLS], unused;
	size_t n = wt_tasklist_cells(head->text, cells);

	for (size_t i = 0; i < n && i < t->n; i++) {
		struct roadmap_value value = {
			.text = cells[i], .line = head->line, .is_own = true, .is_loose = true
		};

		if (t->about[i] != TASKLIST_FIELD || !cells[i].len)
			continue;
		value.field = wt_roadmap_heading_field(t->names[i], &unused);
		if (is_depends(t->names[i]))
			wt_tasklist_add_depends(&scan->items, tasks, task, cells[i], diags);
		else
			wt_roadmap_read_value(&scan->items, &value, tasks, task, diags);
	}
}

/* "Tasks: #12, #13" */

static bool is_tasks_line(struct wt_str line, struct wt_str *rest)
{
	static const char *const names[] = { "tasks", "sub-tasks", "subtasks", "sub-issues",
					     "subissues" };
	struct wt_str s = roadmap_skip_light(line);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!wt_str_starts_nocase(s, names[i]))
			continue;
		*rest = roadmap_skip_light(roadmap_from(s, strlen(names[i])));
		if (rest->len && rest->data[0] == ':') {
			*rest = roadmap_skip_light(roadmap_from(*rest, 1));
			return true;
		}
	}
	return false;
}

static size_t add_refs(struct tasklist_scan *scan, struct wt_str line, size_t number)
{
	struct tasklist_walk w;
	struct tasklist_head head = { .kind = TASKLIST_LINE, .line = number };
	size_t n = 0, seen = 0;

	wt_tasklist_walk_init(&w, line);
	while (wt_tasklist_walk_ref(&w, &head.ref)) {
		/* "#12 (see #9)" */
		if (w.depth > 0 && seen > 0)
			continue;
		seen++;
		head.text = line;
		head.title = tasklist_upto(line, 0);
		n += wt_tasklist_add(scan, &head) != NULL;
	}
	return n;
}

void wt_tasklist_add_line_refs(struct tasklist_scan *scan, size_t paragraph)
{
	const struct wt_md *md = scan->md;
	size_t end = wt_md_end_line(md, paragraph);
	bool goes_on = false;

	for (size_t line = md->blocks[paragraph].line; line < end; line++) {
		struct wt_str text = wt_str_trim(paragraph_line(md, paragraph, line)), rest;
		struct tasklist_ref ref;

		if (is_tasks_line(text, &rest)) {
			add_refs(scan, rest, line);
			goes_on = !rest.len;
		} else if (goes_on &&
			   wt_tasklist_ref_parse(roadmap_skip_light(text), &ref, &rest)) {
			/* "Tasks:" and below it a reference a line. */
			add_refs(scan, text, line);
		} else {
			goes_on = false;
		}
	}
}

/* fences */

static bool is_fence_char(char c)
{
	return c == '`' || c == '~';
}

bool wt_tasklist_is_fence(const struct wt_md *md, size_t code)
{
	struct wt_str s = wt_str_trim(wt_md_first_line(md, code));
	char mark = s.len ? s.data[0] : '\0';

	if (!is_fence_char(mark))
		return false;
	while (s.len && s.data[0] == mark)
		s = roadmap_from(s, 1);
	return wt_str_starts(wt_str_trim(s), "[tasklist]");
}

static size_t indent_of(struct wt_str line)
{
	size_t n = 0, columns = 0;

	for (; n < line.len && roadmap_is_blank(line.data[n]); n++)
		columns += line.data[n] == '\t' ? 4 : 1;
	return columns;
}

/* The text behind "- ", "* ", "12. "; false when the line begins with none. */
static bool bullet_parse(struct wt_str line, struct wt_str *text)
{
	struct wt_str s = roadmap_skip_blanks(line);
	size_t n = 0;

	while (n < s.len && n < 10 && roadmap_is_digit(s.data[n]))
		n++;
	if (n >= s.len || !memchr(n ? ".)" : "-*+", s.data[n], n ? 2 : 3) || n + 1 >= s.len ||
	    !roadmap_is_blank(s.data[n + 1]))
		return false;
	*text = wt_str_trim(roadmap_from(s, n + 1));
	return true;
}

static bool closes(struct wt_str line, char mark)
{
	struct wt_str s = wt_str_trim(line);

	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] != mark)
			return false;
	}
	return s.len >= 3;
}

/* The line behind the fence's last one. */
static size_t fence_end(const struct wt_md *md, size_t code)
{
	size_t end = code + 1 < md->len ? md->blocks[code + 1].line : md->n_lines + 1;
	char mark = wt_md_first_line(md, code).data[0];

	for (size_t line = md->blocks[code].line + 1; line < end; line++) {
		if (closes(wt_md_line(md, line), mark))
			return line;
	}
	return end;
}

void wt_tasklist_add_fence(struct tasklist_scan *scan, size_t code)
{
	const struct wt_md *md = scan->md;
	struct tasklist_head head = { 0 };
	size_t margin = (size_t)-1, end;

	if (!wt_tasklist_is_fence(md, code))
		return;
	end = fence_end(md, code);
	for (size_t line = md->blocks[code].line + 1; line < end; line++) {
		struct wt_str raw = wt_md_line(md, line), text;
		size_t indent = indent_of(raw);

		/* The first item says where items begin; what is deeper belongs to one. */
		if (!bullet_parse(raw, &text) || (margin != (size_t)-1 && indent > margin + 1))
			continue;
		margin = indent;
		head = (struct tasklist_head){ .kind = TASKLIST_LINE, .line = line, .text = text };
		if (wt_roadmap_checkbox(text, &head.text))
			head.box = text.data + 1;
		for (head.end_line = line + 1; head.end_line < end; head.end_line++) {
			struct wt_str below = wt_md_line(md, head.end_line);

			if (bullet_parse(below, &text) && indent_of(below) <= margin + 1)
				break;
		}
		line = head.end_line - 1;
		if (wt_tasklist_head_parse(scan, &head))
			wt_tasklist_add(scan, &head);
	}
}

void wt_tasklist_read_fence(const struct tasklist_scan *scan, const struct tasklist_head *head,
			    struct wt_tasks *tasks, struct wt_task *task)
{
	struct wt_str text;

	for (size_t line = head->line + 1; line < head->end_line; line++) {
		if (!bullet_parse(wt_md_line(scan->md, line), &text))
			continue;
		wt_roadmap_checkbox(text, &text);
		wt_task_add_criterion(tasks, task, text);
	}
}
