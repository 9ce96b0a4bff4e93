/* SPDX-License-Identifier: MIT */
/* From the blocks of a roadmap to its tasks. */

#include <string.h>

#include "roadmap_reading.h"

struct first_status {
	struct wt_str value;
	bool is_found;
};

static void keep_status(void *arg, const struct roadmap_value *v)
{
	struct first_status *first = arg;

	if (v->field != ROADMAP_STATUS || !v->is_own || first->is_found)
		return;
	first->value = v->text;
	first->is_found = true;
}

struct roadmap_hit wt_roadmap_status(const struct roadmap_scan *scan, size_t head,
				     struct wt_str *value)
{
	struct first_status first = { .value = WT_STR("") };
	struct roadmap_hit hit = wt_roadmap_find_marker(scan->rules, scan->heads[head].title);

	if (value)
		*value = WT_STR("");
	if (hit.is_found)
		return hit;
	wt_roadmap_each_value(scan, head, keep_status, &first);
	if (value)
		*value = first.value;
	return wt_roadmap_find_status(scan->rules, first.value);
}

struct reading {
	const struct roadmap_scan *scan;
	struct wt_tasks *tasks;
	struct wt_diags *diags;
};

static size_t line_of(const struct wt_md *md, size_t block)
{
	return block < md->len ? md->blocks[block].line : md->n_lines + 1;
}

/* The lines from..to-1 with their ends. */
static struct wt_str lines_between(const struct wt_md *md, size_t from, size_t to)
{
	size_t start, end;

	if (from > md->n_lines || from >= to)
		return WT_STR("");
	start = md->line_offsets[from - 1];
	end = to <= md->n_lines ? md->line_offsets[to - 1] : md->text.len;
	return (struct wt_str){ md->text.data + start, end - start };
}

static size_t first_body_line(const struct roadmap_scan *scan, const struct roadmap_head *head)
{
	const struct wt_md *md = scan->md;
	const struct wt_md_block *b = &md->blocks[head->block];

	/* The line below the text of "Title\n=====" is part of it. */
	if (!scan->is_checklist && md->text.data[b->offset] != '#')
		return wt_md_end_line(md, head->block);
	return b->line + 1;
}

const char *wt_roadmap_keep_body(struct wt_arena *arena, struct wt_str s)
{
	char *body;

	while (s.len && memchr(" \t\r\n", s.data[s.len - 1], 4))
		s.len--;
	while (s.len && memchr("\r\n", s.data[0], 2))
		s = roadmap_from(s, 1);
	body = wt_arena_strndup(arena, s.data, s.len);
	for (size_t i = strlen(body); i < s.len; i += strlen(body + i))
		body[i] = ' ';
	return body;
}

/* The section's lines without those of tasks inside it. */
const char *wt_roadmap_section_body(const struct roadmap_scan *scan, size_t index,
				    struct wt_arena *arena)
{
	const struct roadmap_head *head = &scan->heads[index];
	const struct wt_md *md = scan->md;
	struct wt_buf b = WT_BUF_INIT;
	size_t line = first_body_line(scan, head);
	struct wt_str part;
	const char *body;

	for (size_t i = index + 1; i < scan->len && scan->heads[i].block < head->end; i++) {
		if (!scan->heads[i].is_task || line_of(md, scan->heads[i].block) < line)
			continue;
		part = lines_between(md, line, line_of(md, scan->heads[i].block));
		wt_buf_add(&b, part.data, part.len);
		line = line_of(md, scan->heads[i].end);
	}
	part = lines_between(md, line, line_of(md, head->end));
	if (b.len) {
		wt_buf_add(&b, part.data, part.len);
		part = (struct wt_str){ b.data, b.len };
	}
	body = wt_roadmap_keep_body(arena, part);
	wt_buf_clear(&b);
	return body;
}

static void say_status(const struct roadmap_scan *scan, const struct wt_task *task,
		       struct wt_str value, struct wt_diags *diags)
{
	const struct wt_roadmap_marker *m = scan->rules->markers;
	struct wt_buf shown = WT_BUF_INIT;
	size_t line = task->source.line;

	value.len = value.len < 60 ? value.len : 60;
	while (value.len && ((unsigned char)value.data[value.len - 1] & 0xC0) == 0x80)
		value.len--;
	if (value.len && (unsigned char)value.data[value.len - 1] >= 0xC0)
		value.len--;
	wt_text_render_safe(&shown, value);
	while (line < scan->md->n_lines && wt_md_line(scan->md, line + 1).data <= value.data)
		line++;
	wt_diags_add(diags, WT_SEVERITY_WARNING, wt_md_place(scan->md, line, value),
		     "task '%s': status '%s' is none of %s, %s, %s, %s, %s; taken as %s", task->id,
		     shown.data, m[0].word, m[1].word, m[2].word, m[3].word, m[4].word, m[0].word);
	wt_buf_clear(&shown);
}

struct wt_str wt_roadmap_read_status(const struct roadmap_scan *scan, size_t head,
				     struct wt_task *task, struct wt_diags *diags)
{
	struct wt_str title = scan->heads[head].title, value;
	struct roadmap_hit hit = wt_roadmap_status(scan, head, &value);

	if (hit.is_found)
		task->status = hit.status;
	else if (value.len)
		say_status(scan, task, value, diags);
	/* A marker in the Status line leaves the title whole. */
	return value.len ? title : wt_roadmap_bare_title(title, &hit);
}

static enum wt_task_status item_status(const struct roadmap_scan *scan, size_t index)
{
	struct wt_str rest;
	struct wt_str line = wt_md_first_line(scan->md, scan->heads[index].block + 1);

	return wt_roadmap_checkbox(line, &rest) == ' ' ? WT_TASK_PLANNED : WT_TASK_COMPLETED;
}

static void read_head(const struct reading *r, size_t index)
{
	const struct roadmap_scan *scan = r->scan;
	const struct roadmap_head *head = &scan->heads[index];
	const struct wt_md_block *block = &scan->md->blocks[head->block];
	struct wt_place place =
		wt_md_place(scan->md, block->line, wt_md_first_line(scan->md, head->block));
	struct wt_task *task = wt_tasks_add(r->tasks, head->id, place, r->diags);
	struct wt_str title = head->title;

	if (!task)
		return;
	if (scan->is_checklist)
		task->status = item_status(scan, index);
	else
		title = wt_roadmap_read_status(scan, index, task, r->diags);
	wt_task_set_title(r->tasks, task, title, r->diags);
	task->body = wt_roadmap_section_body(scan, index, r->tasks->arena);
	wt_roadmap_read_values(scan, index, r->tasks, task, r->diags);
}

/* what is no task, though somebody may have meant one */

static void say_near_misses(const struct reading *r)
{
	const struct wt_md *md = r->scan->md;
	struct wt_buf shown = WT_BUF_INIT;
	struct roadmap_head ignored;
	struct wt_place place = { 0 };
	struct wt_str example = WT_STR("");
	size_t n = 0;

	for (size_t i = 0; i < md->len; i++) {
		const struct wt_md_block *b = &md->blocks[i];
		struct wt_str text;

		if (b->kind != WT_MD_HEADING ||
		    (b->parent != WT_MD_TOP && md->blocks[b->parent].kind == WT_MD_QUOTE))
			continue;
		text = wt_roadmap_heading_text(md, i);
		if (b->parent == WT_MD_TOP && wt_roadmap_head_parse(r->scan->rules, text, &ignored))
			continue;
		if (!wt_roadmap_is_near_miss(r->scan->rules, text) || n++)
			continue;
		example = text;
		place = wt_md_place(md, b->line, wt_md_first_line(md, i));
	}
	if (n == 0)
		return;
	example.len = example.len < 120 ? example.len : 120;
	wt_text_render_safe(&shown, example);
	wt_diags_add(r->diags, WT_SEVERITY_HINT, place,
		     "%zu heading%s as if meant as tasks but %s, such as '%s': a task's heading "
		     "begins with its id and ':'",
		     n, n == 1 ? " looks" : "s look", n == 1 ? "is none" : "are none", shown.data);
	wt_buf_clear(&shown);
}

/* A fence that is never closed goes on to the end of the file. */
static bool is_open_fence(const struct wt_md *md, size_t block)
{
	struct wt_str first = wt_md_first_line(md, block);

	if (block + 1 != md->len || !(wt_str_starts(first, "```") || wt_str_starts(first, "~~~")))
		return false;
	for (size_t line = md->n_lines; line > md->blocks[block].line; line--) {
		struct wt_str s = wt_str_trim(wt_md_line(md, line));

		if (s.len)
			return !(s.len >= 3 && s.data[0] == first.data[0] &&
				 s.data[s.len - 1] == first.data[0]);
	}
	return true;
}

static bool hides_text(const struct wt_md *md, size_t block)
{
	struct wt_str first = wt_str_trim(wt_md_first_line(md, block));

	switch (md->blocks[block].kind) {
	case WT_MD_HTML:
		return !wt_str_starts(first, "<!") && !wt_str_starts(first, "<?");
	case WT_MD_CODE:
		return is_open_fence(md, block);
	default:
		return false;
	}
}

/* Tasks that an HTML tag without a blank line behind it, or an open fence, has swallowed. */
static void say_hidden(const struct reading *r)
{
	const struct wt_md *md = r->scan->md;
	struct roadmap_head head;

	for (size_t i = 0; i < md->len; i++) {
		size_t end = i + 1 < md->len ? md->blocks[i + 1].line : md->n_lines + 1;

		if (!hides_text(md, i))
			continue;
		for (size_t line = md->blocks[i].line + 1; line < end; line++) {
			struct wt_str s = wt_md_line(md, line), text = s;

			while (text.len && text.data[0] == '#')
				text = roadmap_from(text, 1);
			text = wt_str_trim(text);
			if (!wt_str_starts(s, "#") ||
			    !wt_roadmap_head_parse(r->scan->rules, text, &head))
				continue;
			wt_diags_add(r->diags, WT_SEVERITY_WARNING, wt_md_place(md, line, s),
				     "the heading of '%s' is part of the %s that begins in line "
				     "%zu, and no task",
				     head.id,
				     md->blocks[i].kind == WT_MD_HTML ? "HTML" : "open code fence",
				     md->blocks[i].line);
			break;
		}
	}
}

void wt_roadmap_parse(const struct wt_md *md, const struct wt_roadmap_rules *rules,
		      struct wt_tasks *tasks, struct wt_diags *diags)
{
	struct roadmap_scan scan;
	struct reading r = { .scan = &scan, .tasks = tasks, .diags = diags };
	size_t before = tasks->len;

	if (!wt_md_is_text(md, diags))
		return;
	wt_roadmap_scan_init(&scan, md, rules);
	for (size_t i = 0; i < scan.len; i++) {
		if (scan.heads[i].is_task && !tasks->is_full)
			read_head(&r, i);
	}
	say_hidden(&r);
	say_near_misses(&r);
	if (tasks->len == before && scan.len == 0)
		wt_diags_add(diags, WT_SEVERITY_HINT, (struct wt_place){ md->path, 0, 0 },
			     "'%s' holds no task: a task is a heading such as "
			     "'### PRIORITY 1: Title', or a list item '- [ ] title'",
			     md->path);
	wt_roadmap_scan_clear(&scan);
}
