/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_ROADMAP_OF_H
#define WT_TESTS_ROADMAP_OF_H

/*
 * A roadmap from a text, its tasks, and both in a form that a test can compare.
 *
 *	struct roadmap r = roadmap_of("### US-1: Title\n");
 *	check_str(roadmap_tasks(&r), "US-1 planned 'Title'\n");
 *	roadmap_clear(&r);
 */

#include "tests/support/check.h"
#include "wtorch/adapter/adapters.h"
#include "wtorch/core/roadmap.h"

struct roadmap {
	struct wt_arena arena;
	struct wt_md md;
	struct wt_tasks tasks;
	struct wt_diags diags;
	struct wt_roadmap_rules rules;
	struct wt_buf shown;
};

static inline void roadmap_read(struct roadmap *r, struct wt_str text)
{
	struct wt_error err = { 0 };

	*r = (struct roadmap){ .rules = *wt_roadmap_default_rules(), .shown = WT_BUF_INIT };
	text.data = wt_arena_strndup(&r->arena, text.data, text.len);
	check_ok(wt_markdown_cmark(&r->arena, "R.md", text, &r->md, &err), err);
}

static inline void roadmap_parse(struct roadmap *r)
{
	r->tasks = (struct wt_tasks){ .arena = &r->arena };
	r->diags = (struct wt_diags){ .arena = &r->arena };
	wt_roadmap_parse(&r->md, &r->rules, &r->tasks, &r->diags);
}

static inline void roadmap_clear(struct roadmap *r)
{
	wt_tasks_clear(&r->tasks);
	wt_buf_clear(&r->shown);
	wt_arena_clear(&r->arena);
}

static inline void roadmap_show_list(struct wt_buf *out, const char *name, const char *const *items,
				     size_t n)
{
	for (size_t i = 0; i < n; i++)
		wt_buf_printf(out, "%s%s", i ? ", " : name, items[i]);
}

/* "id status 'title' name=value ...", a task a line; what is not declared is left out. */
static inline void roadmap_show_task(struct wt_buf *out, const struct wt_task *t)
{
	const char *level;

	wt_buf_printf(out, "%s %s '%s'", t->id, wt_task_status_name(t->status), t->title);
	if (t->estimate_s >= 0)
		wt_buf_printf(out, " estimate=%lld", (long long)t->estimate_s);
	if (t->has_order)
		wt_buf_printf(out, " order=%lld", (long long)t->order);
	if (t->priority)
		wt_buf_printf(out, " priority=%s", t->priority);
	level = wt_level_name(t->risk);
	if (level)
		wt_buf_printf(out, " risk=%s", level);
	level = wt_level_name(t->complexity);
	if (level)
		wt_buf_printf(out, " complexity=%s", level);
	if (t->is_critical)
		wt_buf_puts(out, " critical");
	if (t->type)
		wt_buf_printf(out, " type=%s", wt_task_type_name(t->type));
	if (t->agent)
		wt_buf_printf(out, " agent=%s", t->agent);
	if (t->model)
		wt_buf_printf(out, " model=%s", t->model);
	if (t->template)
		wt_buf_printf(out, " template=%s", t->template);
	for (size_t i = 0; i < t->n_files; i++)
		wt_buf_printf(out, "%s%s", i ? ", " : " files=", t->files[i].path);
	roadmap_show_list(out, " depends=", t->depends_on, t->n_depends);
	roadmap_show_list(out, " conflicts=", t->conflicts_with, t->n_conflicts_with);
	if (t->is_alone)
		wt_buf_puts(out, " alone");
	roadmap_show_list(out, " labels=", t->labels, t->n_labels);
	roadmap_show_list(out, " criteria=", t->criteria, t->n_criteria);
	if (t->defect)
		wt_buf_printf(out, " defect=%s", t->defect);
	wt_buf_puts(out, "\n");
}

static inline const char *roadmap_tasks(struct roadmap *r)
{
	wt_buf_reset(&r->shown);
	for (size_t i = 0; i < r->tasks.len; i++)
		roadmap_show_task(&r->shown, &r->tasks.items[i]);
	return r->shown.data;
}

/* "warning 3:1 text", one a line. */
static inline const char *roadmap_diags(struct roadmap *r)
{
	wt_buf_reset(&r->shown);
	for (size_t i = 0; i < r->diags.len; i++) {
		const struct wt_diag *d = &r->diags.items[i];

		wt_buf_printf(&r->shown, "%s %zu:%zu %s\n", wt_severity_name(d->severity),
			      d->place.line, d->place.column, d->message);
	}
	return r->shown.data;
}

static inline struct roadmap roadmap_of(const char *text)
{
	struct roadmap r;

	roadmap_read(&r, wt_str_of(text));
	roadmap_parse(&r);
	return r;
}

/* The text is read as these tasks. */
static inline void check_tasks(const char *text, const char *want)
{
	struct roadmap r = roadmap_of(text);

	check_str(roadmap_tasks(&r), want);
	roadmap_clear(&r);
}

static inline void check_diags(const char *text, const char *want)
{
	struct roadmap r = roadmap_of(text);

	check_str(roadmap_diags(&r), want);
	roadmap_clear(&r);
}

#endif
