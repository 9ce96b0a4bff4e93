/* SPDX-License-Identifier: MIT */
/* Which tasks, by what is written about them: label, priority, status, words. */

#include <string.h>

#include "planner.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/pattern.h"

#define MAX_VALUES 5000u /* that a suggestion is looked for among */
#define MAX_SHOWN  60

static const char *const flag_names[WT_FILTERS] = { "--label", "--priority", "--status", "--grep" };

struct filtering {
	struct planner *p;
	const struct wt_filters *filters;
	struct wt_pattern **patterns; /* of WT_FILTER_GREP */
};

/* values */

enum wt_code wt_filters_check(const struct wt_filters *f, struct wt_error *err)
{
	enum wt_task_status status;
	enum wt_code rc = WT_OK;

	for (size_t i = 0; i < f->n[WT_FILTER_STATUS]; i++)
		if (!wt_task_status_parse(wt_str_of(f->values[WT_FILTER_STATUS][i]), &status))
			return wt_fail(err, WT_E_USAGE, "'%.100s' is no value of '--status'",
				       f->values[WT_FILTER_STATUS][i]);
	for (size_t i = 0; !rc && i < f->n[WT_FILTER_GREP]; i++) {
		struct wt_pattern *pattern;

		rc = wt_pattern_new(f->values[WT_FILTER_GREP][i], &pattern, err);
		if (rc)
			wt_wrap(err, "--grep");
		wt_pattern_free(pattern);
	}
	return rc;
}

bool planner_is_candidate(const struct planner *p, size_t task)
{
	enum wt_task_status status = p->plan->tasks[task].task.status, wanted;
	const struct wt_filters *f = &p->in->filters;

	if (p->plan->tasks[task].joined_to)
		return false;
	if (!f->n[WT_FILTER_STATUS])
		return status == WT_TASK_PLANNED;
	for (size_t i = 0; i < f->n[WT_FILTER_STATUS]; i++)
		if (wt_task_status_parse(wt_str_of(f->values[WT_FILTER_STATUS][i]), &wanted) &&
		    wanted == status)
			return status != WT_TASK_COMPLETED;
	return false;
}

/* "P1", "p1" and "1" are one. */
static bool is_priority(const char *have, const char *want)
{
	struct wt_str a = wt_str_of(have);
	int64_t number;

	if (wt_str_is_nocase(a, want))
		return true;
	if (wt_text_parse_int(wt_str_of(want), &number))
		return a.len && (a.data[0] | 0x20) == 'p' && strcmp(have + 1, want) == 0;
	return (want[0] | 0x20) == 'p' && wt_text_parse_int(a, &number) &&
	       strcmp(have, want + 1) == 0;
}

static bool has_label(const struct wt_task *t, const char *label)
{
	struct wt_str want = wt_str_of(label);

	if (want.len > 1 && want.data[0] == '#')
		label++;
	for (size_t i = 0; i < t->n_labels; i++)
		if (wt_str_is_nocase(wt_str_of(t->labels[i]), label))
			return true;
	return false;
}

static bool has_value(const struct filtering *f, const struct wt_task *t, enum wt_filter kind,
		      size_t i)
{
	const char *value = f->filters->values[kind][i];

	switch (kind) {
	case WT_FILTER_LABEL:
		return has_label(t, value);
	case WT_FILTER_PRIORITY:
		return t->priority && is_priority(t->priority, value);
	case WT_FILTER_STATUS:
		return true; /* it made the candidates */
	case WT_FILTER_GREP:
		return wt_pattern_matches(f->patterns[i], t->title) ||
		       wt_pattern_matches(f->patterns[i], t->body);
	}
	return false;
}

static bool is_wanted(const struct filtering *f, const struct wt_task *t, enum wt_filter kind)
{
	for (size_t i = 0; i < f->filters->n[kind]; i++)
		if (has_value(f, t, kind, i))
			return true;
	return !f->filters->n[kind];
}

/* what finds nothing */

struct values {
	const char **items;
	size_t len, cap;
	struct wt_map seen;
};

static void add_value(struct planner *p, struct values *v, const char *text)
{
	bool found = v->len >= MAX_VALUES;

	if (!found)
		wt_map_put(&v->seen, text, 0, &found);
	if (!found)
		*WT_ARENA_PUSH(&p->scratch, v->items, v->len, v->cap) = text;
}

static void add_words(struct planner *p, struct values *v, const char *title)
{
	struct wt_str rest = wt_str_of(title), word;

	while (wt_str_next(&rest, " ,;:()[]\"'`/", &word))
		add_value(p, v, wt_arena_strndup(&p->scratch, word.data, word.len));
}

static void collect(struct planner *p, enum wt_filter kind, struct values *v)
{
	for (size_t i = 0; i < p->n && v->len < MAX_VALUES; i++) {
		const struct wt_task *t = &p->plan->tasks[i].task;

		for (size_t k = 0; kind == WT_FILTER_LABEL && k < t->n_labels; k++)
			add_value(p, v, t->labels[k]);
		if (kind == WT_FILTER_PRIORITY && t->priority)
			add_value(p, v, t->priority);
		if (kind == WT_FILTER_GREP)
			add_words(p, v, t->title);
	}
}

/* No task at all has it, whatever its status: maybe it is only misspelled. */
static void say_unknown(struct planner *p, enum wt_filter kind, const char *value)
{
	static const char *const texts[WT_FILTERS] = {
		[WT_FILTER_LABEL] = "no task has the label",
		[WT_FILTER_PRIORITY] = "no task has the priority",
		[WT_FILTER_STATUS] = "no task has the status",
		[WT_FILTER_GREP] = "no task has in its title or text",
	};
	struct wt_diags *diags = &p->plan->diags;
	struct wt_buf shown = WT_BUF_INIT;
	struct values v = { 0 };
	const char *near;

	collect(p, kind, &v);
	near = wt_text_nearest(value, v.items, v.len);
	wt_text_render_safe(&shown, (struct wt_str){ value, strnlen(value, MAX_SHOWN) });
	if (near)
		wt_diags_add(diags, WT_SEVERITY_WARNING, (struct wt_place){ 0 },
			     "%s '%s'; did you mean '%s'?", texts[kind], shown.data, near);
	else if (v.len || kind >= WT_FILTER_STATUS)
		wt_diags_add(diags, WT_SEVERITY_WARNING, (struct wt_place){ 0 }, "%s '%s'",
			     texts[kind], shown.data);
	else
		wt_diags_add(diags, WT_SEVERITY_WARNING, (struct wt_place){ 0 },
			     "%s '%s': none has any", texts[kind], shown.data);
	wt_map_clear(&v.seen);
	wt_buf_clear(&shown);
}

static bool is_status(const struct wt_task *t, const char *value)
{
	enum wt_task_status wanted;

	return wt_task_status_parse(wt_str_of(value), &wanted) && wanted == t->status;
}

static bool is_known(const struct filtering *f, enum wt_filter kind, size_t i)
{
	for (size_t k = 0; k < f->p->n; k++) {
		const struct wt_task *t = &f->p->plan->tasks[k].task;

		if (kind == WT_FILTER_STATUS ? is_status(t, f->filters->values[kind][i])
					     : has_value(f, t, kind, i))
			return true;
	}
	return false;
}

/* Every value is one that tasks have, and yet nothing is left. */
static void say_empty(const struct filtering *f, const size_t *passed, size_t n_before)
{
	struct wt_buf b = WT_BUF_INIT;

	for (enum wt_filter kind = WT_FILTER_LABEL; kind <= WT_FILTER_GREP; kind++)
		if (f->filters->n[kind] && kind != WT_FILTER_STATUS)
			wt_buf_printf(&b, "%s%s leaves %zu", b.len ? ", " : "", flag_names[kind],
				      passed[kind]);
	wt_diags_add(&f->p->plan->diags, WT_SEVERITY_WARNING, (struct wt_place){ 0 },
		     "of %zu task%s nothing is left: %s", n_before, n_before == 1 ? "" : "s",
		     b.data);
	wt_buf_clear(&b);
}

/* all of it */

static void apply(const struct filtering *f)
{
	struct planner *p = f->p;
	size_t passed[WT_FILTERS] = { 0 }, n_before = 0, n_left = 0;
	bool all_known = true;

	for (enum wt_filter kind = WT_FILTER_LABEL; kind <= WT_FILTER_GREP; kind++) {
		for (size_t i = 0; i < f->filters->n[kind]; i++) {
			if (is_known(f, kind, i))
				continue;
			say_unknown(p, kind, f->filters->values[kind][i]);
			all_known = false;
		}
	}
	for (size_t i = 0; i < p->n; i++) {
		struct wt_plan_task *t = &p->plan->tasks[i];
		bool stays = true;

		if (!t->is_selected)
			continue;
		n_before++;
		for (enum wt_filter kind = WT_FILTER_LABEL; kind <= WT_FILTER_GREP; kind++) {
			bool is_in = is_wanted(f, &t->task, kind);

			passed[kind] += is_in;
			stays = stays && is_in;
		}
		t->is_selected = stays;
		t->skip = stays ? t->skip : NULL;
		n_left += stays;
	}
	if (n_before && !n_left && all_known)
		say_empty(f, passed, n_before);
}

void planner_filter(struct planner *p)
{
	struct filtering f = { p, &p->in->filters, NULL };
	size_t n_patterns = f.filters->n[WT_FILTER_GREP], n = 0;
	struct wt_error ignored; /* they were checked */

	for (size_t i = 0; i < WT_FILTERS; i++)
		n += f.filters->n[i];
	if (!n)
		return;
	f.patterns = wt_arena_alloc(&p->scratch, (n_patterns + 1) * sizeof *f.patterns);
	n = 0;
	while (n < n_patterns && wt_pattern_new(f.filters->values[WT_FILTER_GREP][n],
						&f.patterns[n], &ignored) == WT_OK)
		n++;
	if (n == n_patterns)
		apply(&f);
	while (n)
		wt_pattern_free(f.patterns[--n]);
}
