/* SPDX-License-Identifier: MIT */
/* Which tasks a run is asked to do: ids and ranges. */

#include <inttypes.h>
#include <string.h>

#include "planner.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/text.h"

#define AMBIGUOUS     ((size_t)-2)
#define MAX_NAMESAKES 4u

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "US-065" -> "us-65"; false when it is longer than any id. */
static bool loosen(struct wt_str id, char out[WT_MAX_ID + 1])
{
	size_t len = 0;

	if (id.len > WT_MAX_ID)
		return false;
	for (size_t i = 0; i < id.len; i++) {
		bool begins_number = i == 0 || !is_digit(id.data[i - 1]);

		while (begins_number && id.data[i] == '0' && i + 1 < id.len &&
		       is_digit(id.data[i + 1]))
			i++;
		out[len++] = id.data[i];
		if (out[len - 1] >= 'A' && out[len - 1] <= 'Z')
			out[len - 1] |= 0x20;
	}
	out[len] = '\0';
	return true;
}

static void index_ids(struct planner *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct wt_plan_task *t = &p->plan->tasks[i];
		size_t meant = t->joined_to ? t->joined_to - 1 : i;
		const char *id = t->task.id;
		char loose[WT_MAX_ID + 1];
		bool found;

		wt_map_set(&p->plan->by_id, id, meant);
		if (!loosen(wt_str_of(id), loose))
			continue;
		id = wt_arena_strdup(&p->scratch, loose);
		wt_map_put(&p->loose_ids, id, meant, &found);
		if (found)
			wt_map_set(&p->loose_ids, id, AMBIGUOUS);
	}
}

static size_t find_id(const struct planner *p, struct wt_str id)
{
	char text[WT_MAX_ID + 1];
	size_t i;

	if (id.len == 0 || id.len > WT_MAX_ID)
		return WT_MAP_NONE;
	memcpy(text, id.data, id.len);
	text[id.len] = '\0';
	i = wt_map_find(&p->plan->by_id, text);
	if (i != WT_MAP_NONE)
		return i;
	loosen(id, text);
	i = wt_map_find(&p->loose_ids, text);
	return i == AMBIGUOUS ? WT_MAP_NONE : i;
}

/* Also finds "PRIORITY 65" and "#65". */
size_t planner_find(const struct planner *p, struct wt_str text)
{
	size_t i;

	text = wt_str_trim(text);
	i = find_id(p, text);
	if (i != WT_MAP_NONE)
		return i;
	while (text.len && ((text.data[0] | 0x20) >= 'a' && (text.data[0] | 0x20) <= 'z')) {
		text.data++;
		text.len--;
	}
	if (!text.len || (text.data[0] != ' ' && text.data[0] != '#'))
		return WT_MAP_NONE;
	text = wt_str_trim(text);
	if (text.data[0] == '#') {
		text.data++;
		text.len--;
	}
	return find_id(p, text);
}

/* Several sources have that id, so that none of their tasks is called just that. */
static const char *namesakes(struct planner *p, const char *id)
{
	struct wt_buf b = WT_BUF_INIT;
	const char *text = NULL;
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct wt_task *t = &p->plan->tasks[i].task;

		if (t->source.id && strcmp(t->source.id, id) == 0 && n++ < MAX_NAMESAKES)
			wt_buf_printf(&b, "%s'%s'", b.len ? ", " : "", t->id);
	}
	if (n)
		text = wt_arena_printf(&p->scratch, "; several sources have one: %s%s", b.data,
				       n > MAX_NAMESAKES ? ", ..." : "");
	wt_buf_clear(&b);
	return text;
}

const char *planner_suggest(struct planner *p, const char *id)
{
	const char **ids;
	const char *near;

	if (p->n_suggestions == 0)
		return "";
	p->n_suggestions--;
	near = namesakes(p, id);
	if (near)
		return near;
	ids = wt_arena_alloc(&p->scratch, (p->n + 1) * sizeof *ids);
	for (size_t i = 0; i < p->n; i++)
		ids[i] = p->plan->tasks[i].task.id;
	near = wt_text_nearest(id, ids, p->n);
	return near ? wt_arena_printf(&p->scratch, "; did you mean '%s'?", near) : "";
}

/* Text of an id with a number at its end: "US-65" is "US-" and 65. */
struct numbered {
	struct wt_str prefix;
	int64_t number;
};

static bool split_number(struct wt_str id, struct numbered *out)
{
	size_t at = id.len;

	while (at > 0 && is_digit(id.data[at - 1]))
		at--;
	out->prefix = (struct wt_str){ id.data, at };
	return wt_text_parse_int((struct wt_str){ id.data + at, id.len - at }, &out->number);
}

/* "65-70", "65..70", "US-65..US-70", "US-65..70" */
static bool split_range(struct wt_str text, struct numbered *from, struct numbered *to)
{
	size_t at = wt_str_find(text, "..");
	size_t skip = 2;

	if (at == text.len) {
		at = wt_str_find(text, "-");
		skip = 1;
	}
	if (at == text.len || !split_number((struct wt_str){ text.data, at }, from) ||
	    !split_number((struct wt_str){ text.data + at + skip, text.len - at - skip }, to))
		return false;
	if (skip == 1)
		return from->prefix.len == 0 && to->prefix.len == 0;
	return to->prefix.len == 0 ||
	       (to->prefix.len == from->prefix.len &&
		memcmp(to->prefix.data, from->prefix.data, to->prefix.len) == 0);
}

static void select_range(struct planner *p, const char *text, const struct numbered *from,
			 const struct numbered *to)
{
	struct wt_diags *diags = &p->plan->diags;
	size_t n_inside = 0;

	for (size_t i = 0; i < p->n; i++) {
		struct wt_plan_task *t = &p->plan->tasks[i];
		struct numbered id;

		if (!split_number(wt_str_of(t->task.id), &id) || id.number < from->number ||
		    id.number > to->number || id.prefix.len != from->prefix.len ||
		    (id.prefix.len &&
		     memcmp(id.prefix.data, from->prefix.data, id.prefix.len) != 0))
			continue;
		n_inside++;
		if (planner_is_candidate(p, i))
			t->is_selected = true;
	}
	if (from->number > to->number)
		wt_diags_add(diags, WT_SEVERITY_ERROR, (struct wt_place){ 0 },
			     "the range '%s' runs backwards", text);
	else if (!n_inside)
		wt_diags_add(diags, WT_SEVERITY_ERROR, (struct wt_place){ 0 },
			     "there is no task in the range '%s'", text);
}

static const char *status_skip(enum wt_task_status status)
{
	static const char *const texts[] = {
		[WT_TASK_PLANNED] = "only planned",
		[WT_TASK_IN_PROGRESS] = "already in progress",
		[WT_TASK_COMPLETED] = "already completed",
		[WT_TASK_FAILED] = "marked as failed",
		[WT_TASK_BLOCKED] = "marked as blocked",
	};

	return texts[status];
}

static void select_one(struct planner *p, const char *text)
{
	size_t i = planner_find(p, wt_str_of(text));
	struct wt_plan_task *t;
	struct numbered from, to;

	if (i == WT_MAP_NONE && split_range(wt_str_of(text), &from, &to)) {
		select_range(p, text, &from, &to);
		return;
	}
	if (i == WT_MAP_NONE) {
		wt_diags_add(&p->plan->diags, WT_SEVERITY_ERROR, (struct wt_place){ 0 },
			     "there is no task '%s'%s", text, planner_suggest(p, text));
		return;
	}
	t = &p->plan->tasks[i];
	if (!t->is_selected && !planner_is_candidate(p, i)) {
		t->skip = status_skip(t->task.status);
		wt_diags_add(&p->plan->diags, WT_SEVERITY_WARNING, planner_place(p, i),
			     "task '%s' is skipped: %s", t->task.id, t->skip);
	}
	t->is_selected = true;
}

/* As it was chosen before, which was said then. */
static void select_again(struct planner *p)
{
	const struct planner *before = p->before;

	for (size_t i = 0; i < p->n; i++) {
		struct wt_plan_task *t = &p->plan->tasks[i];

		t->is_selected = before->plan->tasks[i].is_selected && !t->joined_to;
		t->skip = before->plan->tasks[i].skip;
	}
	for (size_t i = 0; i < before->n_said; i++) {
		const struct wt_diag *d = &before->plan->diags.items[before->first_said + i];

		wt_diags_add(&p->plan->diags, d->severity, d->place, "%s", d->message);
	}
}

void planner_select(struct planner *p)
{
	index_ids(p);
	if (p->before) {
		select_again(p);
		return;
	}
	p->first_said = p->plan->diags.len;
	for (size_t i = 0; i < p->in->n_select; i++)
		select_one(p, p->in->select[i]);
	for (size_t i = 0; i < p->n; i++) {
		struct wt_plan_task *t = &p->plan->tasks[i];

		if (!p->in->n_select)
			t->is_selected = planner_is_candidate(p, i);
		if (t->is_selected && !t->skip)
			t->skip = t->task.defect;
	}
	planner_filter(p);
	p->n_said = p->plan->diags.len - p->first_said;
}
