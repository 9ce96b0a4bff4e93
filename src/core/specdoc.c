/* SPDX-License-Identifier: MIT */
/* What is a specification, and the task that it is. */

#include "wtorch/core/specdoc.h"

#include <stdio.h>
#include <string.h>

#include "specdoc_priv.h"

/* front matter */

/* The line at that offset without its end; next is where the one behind it begins. */
static struct wt_str line_at(struct wt_str text, size_t at, size_t *next)
{
	struct wt_str line = { text.data + at, 0 };

	while (at + line.len < text.len && text.data[at + line.len] != '\n' &&
	       text.data[at + line.len] != '\r')
		line.len++;
	*next = at + line.len;
	if (*next < text.len && text.data[*next] == '\r')
		++*next;
	if (*next < text.len && text.data[*next] == '\n' &&
	    (*next == at + line.len || text.data[*next - 1] == '\r'))
		++*next;
	return line;
}

static bool is_fence(struct wt_str line, bool is_first)
{
	while (line.len && roadmap_is_blank(line.data[line.len - 1]))
		line.len--;
	return wt_str_is(line, "---") || (!is_first && wt_str_is(line, "..."));
}

struct wt_str wt_specdoc_front(struct wt_str text)
{
	size_t at = wt_str_starts(text, "\xEF\xBB\xBF") ? 3 : 0, next, begin;

	if (at >= text.len || !is_fence(line_at(text, at, &next), true))
		return (struct wt_str){ 0 };
	for (at = begin = next; at < text.len; at = next) {
		if (is_fence(line_at(text, at, &next), false))
			return (struct wt_str){ text.data + begin, at - begin };
	}
	return (struct wt_str){ 0 };
}

struct wt_str wt_specdoc_blank(struct wt_arena *arena, struct wt_str text, struct wt_str front)
{
	char *copy = wt_arena_alloc(arena, text.len + 1);
	size_t end, i = wt_str_starts(text, "\xEF\xBB\xBF") ? 3 : 0;

	memcpy(copy, text.data, text.len);
	line_at(text, (size_t)(front.data + front.len - text.data), &end);
	for (; i < end; i++) {
		if (copy[i] != '\n' && copy[i] != '\r')
			copy[i] = ' ';
	}
	return (struct wt_str){ copy, text.len };
}

/* what it is */

static const char *const telling[] = { "task_id",    "depends_on",     "dependencies",
				       "blocked_by", "conflicts_with", "parallel" };

bool wt_specdoc_is_declared(const struct wt_doc *meta)
{
	for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++) {
		if (wt_doc_find(meta, telling[i]))
			return true;
	}
	return false;
}

static bool begins_with_key(struct wt_str line)
{
	for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++) {
		size_t len = strlen(telling[i]);

		if (wt_str_starts(line, telling[i]) && line.len > len && line.data[len] == ':')
			return true;
	}
	return false;
}

bool wt_specdoc_seems_declared(struct wt_str front)
{
	for (size_t at = 0, next; at < front.len; at = next) {
		if (begins_with_key(line_at(front, at, &next)))
			return true;
	}
	return false;
}

static bool is_titled(const struct wt_doc *meta)
{
	if (!specdoc_meta_id(meta))
		return false;
	for (const struct wt_doc *m = meta->child; m; m = m->next) {
		if (wt_taskfile_is_key(m->key))
			return true;
	}
	return false;
}

static void look_at_headings(struct specdoc *s, const struct wt_roadmap_rules *rules)
{
	const struct wt_md *md = &s->doc->md;
	struct roadmap_scan *scan = &s->scan;
	struct roadmap_head ignored;
	bool is_first = true;

	for (size_t i = 0; i < scan->len; i++) {
		bool is_top = md->blocks[scan->heads[i].block].level == 1;

		s->n_top += is_top;
		/* The first one of level 1 is the task's own. */
		if (!(is_top && is_first) &&
		    wt_roadmap_head_parse(rules, scan->heads[i].text, &ignored))
			s->has_tasks = true;
		is_first = is_first && !is_top;
		scan->heads[i].is_task = false;
	}
	s->has_heading = scan->len && md->blocks[scan->heads[0].block].level == 1;
}

void specdoc_open(struct specdoc *s, const struct wt_specdoc *doc,
		  const struct wt_roadmap_rules *rules)
{
	*s = (struct specdoc){ .doc = doc, .rules = *rules };
	s->rules.is_spec = true;
	s->scan = (struct roadmap_scan){ .md = &doc->md, .rules = &s->rules };
	wt_roadmap_scan_headings(&s->scan);
	look_at_headings(s, rules);
	if (!s->has_heading)
		wt_roadmap_add_whole(&s->scan);
	s->scan.heads[0].end = doc->md.len;
	specdoc_find_name(s);
}

void specdoc_close(struct specdoc *s)
{
	wt_roadmap_scan_clear(&s->scan);
}

bool wt_specdoc_is(const struct wt_specdoc *doc, const struct wt_roadmap_rules *rules)
{
	struct specdoc s;
	bool is_spec;

	if (wt_specdoc_is_declared(doc->meta))
		return true;
	specdoc_open(&s, doc, rules);
	is_spec = !s.has_tasks && (is_titled(doc->meta) || (s.id_is_heading && s.n_top == 1) ||
				   (s.id_is_name && s.n_top <= 1));
	specdoc_close(&s);
	return is_spec;
}

/* its task */

static struct wt_place place_of(const struct specdoc *s)
{
	const struct wt_md *md = &s->doc->md;
	size_t block = s->scan.heads[0].block;

	if (!s->has_heading)
		return (struct wt_place){ s->doc->path, 1, 1 };
	return wt_md_place(md, md->blocks[block].line, wt_md_first_line(md, block));
}

/* The front matter's id stands before those of heading and name. */
static bool choose_id(struct specdoc *s, struct taskfile_reading *r)
{
	const struct wt_doc *id = specdoc_meta_id(s->doc->meta);
	struct wt_str stem = specdoc_stem(s->doc->path);

	if (id && (!wt_doc_text(id) || !wt_text_is_id(wt_str_of(id->text)))) {
		wt_taskfile_wrong(r, id,
				  "an id (a letter or digit, then letters, digits, '.', '_' or "
				  "'-', up to 64)");
		return false;
	}
	if (id)
		snprintf(s->id, sizeof s->id, "%s", id->text);
	else if (!s->id[0] && wt_text_is_id(stem))
		snprintf(s->id, sizeof s->id, "%.*s", (int)stem.len, stem.data);
	if (!s->id[0])
		wt_diags_add(r->diags, WT_SEVERITY_ERROR, place_of(s),
			     "'%s' says nowhere what the task's id is: write 'id: TASK-1' into its "
			     "front matter, or begin its heading with 'TASK-1:'",
			     s->doc->path);
	return s->id[0] != '\0';
}

/* What the front matter says about the status is wanted before the rest is read. */
static struct wt_str read_status(const struct specdoc *s, struct wt_task *task,
				 struct wt_tasks *tasks, struct wt_diags *diags)
{
	const struct wt_doc *meta = wt_doc_find(s->doc->meta, "status");
	struct wt_diags ignored = { .arena = tasks->arena };
	bool has_meta = meta && meta->kind != WT_DOC_NULL;
	struct wt_str title =
		wt_roadmap_read_status(&s->scan, 0, task, has_meta ? &ignored : diags);

	if (has_meta)
		task->status = WT_TASK_PLANNED;
	if (has_meta && wt_doc_text(meta))
		wt_taskfile_status(meta->text, &task->status);
	return title;
}

static const char *body_of(const struct specdoc *s, struct wt_arena *arena)
{
	const struct wt_specdoc *doc = s->doc;
	size_t at = wt_str_starts(doc->text, "\xEF\xBB\xBF") ? 3 : 0;

	if (s->has_heading)
		return wt_roadmap_section_body(&s->scan, 0, arena);
	if (doc->front.data)
		line_at(doc->text, (size_t)(doc->front.data + doc->front.len - doc->text.data),
			&at);
	return wt_roadmap_keep_body(arena, roadmap_from(doc->text, at));
}

static void read_task(struct specdoc *s, struct taskfile_reading *r)
{
	struct wt_place place = place_of(s);
	struct wt_task *task = wt_tasks_add(r->tasks, s->id, place, r->diags);
	struct wt_str title;

	if (!task)
		return;
	r->task = task;
	task->source = (struct wt_task_source){ .grammar = WT_GRAMMAR_SPEC,
						.path = s->doc->path,
						.line = place.line };
	title = read_status(s, task, r->tasks, r->diags);
	wt_task_set_title(r->tasks, task, title, r->diags);
	task->body = body_of(s, r->tasks->arena);
	wt_roadmap_read_values(&s->scan, 0, r->tasks, task, r->diags);
	if (s->doc->meta)
		wt_taskfile_read_front(r, s->doc->meta);
}

void wt_specdoc_parse(const struct wt_specdoc *doc, const struct wt_roadmap_rules *rules,
		      struct wt_tasks *tasks, struct wt_diags *diags)
{
	struct wt_taskfile file = { doc->path, doc->meta };
	struct taskfile_reading r = { .file = &file, .tasks = tasks, .diags = diags };
	struct specdoc s;

	if (!wt_md_is_text(&doc->md, diags))
		return;
	specdoc_open(&s, doc, rules);
	if (choose_id(&s, &r))
		read_task(&s, &r);
	specdoc_close(&s);
}
