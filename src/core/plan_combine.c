/* SPDX-License-Identifier: MIT */
/* One task from several: what it says is what all of them say. */

#include <stdlib.h>
#include <string.h>

#include "planner.h"
#include "wtorch/base/limits.h"

struct combining {
	struct planner *p;
	const size_t *parts; /* ascending */
	size_t n;
	struct wt_task *out; /* the first part's, as it was, and more and more that of all */
};

static const struct wt_task *part(const struct combining *c, size_t i)
{
	return &c->p->before->plan->tasks[c->parts[i]].task;
}

/* Texts */

static void combine_title(struct combining *c)
{
	struct wt_buf b = WT_BUF_INIT;
	size_t cut = WT_MAX_TITLE;

	for (size_t i = 0; i < c->n; i++)
		wt_buf_printf(&b, "%s%s", i ? "; " : "", part(c, i)->title);
	while (cut < b.len && cut > 0 && ((unsigned char)b.data[cut] & 0xC0) == 0x80)
		cut--;
	if (b.len > cut)
		wt_buf_cut(&b, cut);
	c->out->title = wt_arena_strdup(c->p->arena, b.data);
	wt_buf_clear(&b);
}

static bool needs(const struct combining *c, size_t a, size_t b)
{
	const struct wt_plan_task *t = &c->p->before->plan->tasks[c->parts[a]];

	for (size_t i = 0; i < t->n_needs; i++) {
		if (t->needs[i] == c->parts[b])
			return true;
	}
	return false;
}

/* The first of those that are left that needs none of them. */
static size_t take_next(const struct combining *c, bool *is_taken)
{
	for (size_t i = 0; i < c->n; i++) {
		bool waits = is_taken[i];

		for (size_t k = 0; !waits && k < c->n; k++)
			waits = !is_taken[k] && needs(c, i, k);
		if (waits)
			continue;
		is_taken[i] = true;
		return i;
	}
	return 0; /* there are no cycles */
}

static void combine_bodies(struct combining *c)
{
	struct wt_buf b = WT_BUF_INIT;
	bool is_taken[WT_MAX_JOINED] = { false };

	wt_buf_printf(&b,
		      "These %zu tasks touch nearly the same files. Do all of them; none is done "
		      "before the others are.\n",
		      c->n);
	for (size_t i = 0; i < c->n; i++) {
		const struct wt_task *t = part(c, take_next(c, is_taken));
		struct wt_str body = wt_str_trim(wt_str_of(t->body));

		wt_buf_printf(&b, "\n### %s: %s\n", t->id, t->title);
		if (body.len)
			wt_buf_printf(&b, "\n%.*s\n", (int)body.len, body.data);
	}
	c->out->body = wt_arena_strdup(c->p->arena, b.data);
	wt_buf_clear(&b);
}

/* Lists: what several have is there once */

struct list {
	const char **items;
	size_t len, cap;
	struct wt_map seen;
};

/* True when it was not there. */
static bool add_once(struct combining *c, struct list *l, const char *text)
{
	bool found;

	wt_map_put(&l->seen, text, l->len, &found);
	if (!found)
		*WT_ARENA_PUSH(c->p->arena, l->items, l->len, l->cap) = text;
	return !found;
}

static void combine_files(struct combining *c)
{
	struct wt_task *out = c->out;
	struct wt_map seen = { 0 };

	out->files = NULL;
	out->n_files = out->cap_files = 0;
	for (size_t i = 0; i < c->n; i++) {
		const struct wt_task *t = part(c, i);

		for (size_t k = 0; k < t->n_files; k++) {
			bool found;
			size_t at = wt_map_put(&seen, t->files[k].path, out->n_files, &found);

			if (!found)
				*WT_ARENA_PUSH(c->p->arena, out->files, out->n_files,
					       out->cap_files) = t->files[k];
			else if (t->files[k].from < out->files[at].from)
				out->files[at].from = t->files[k].from;
		}
	}
	wt_map_clear(&seen);
}

static bool is_part(const struct combining *c, const char *id)
{
	size_t task = planner_find(c->p->before, wt_str_of(id));

	for (size_t i = 0; i < c->n; i++) {
		if (c->parts[i] == task)
			return true;
	}
	return false;
}

/* A line is told with the path of the first part, so those of other files are not known. */
static size_t line_of(const struct combining *c, const struct wt_task *t, size_t k)
{
	const char *path = part(c, 0)->source.path;

	if (!t->depends_lines || !path || !t->source.path || strcmp(path, t->source.path) != 0)
		return 0;
	return t->depends_lines[k];
}

static void combine_dependencies(struct combining *c)
{
	struct list needs = { 0 };
	size_t *lines = NULL, n_lines = 0, cap_lines = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct wt_task *t = part(c, i);

		for (size_t k = 0; k < t->n_depends; k++) {
			if (!is_part(c, t->depends_on[k]) && add_once(c, &needs, t->depends_on[k]))
				*WT_ARENA_PUSH(c->p->arena, lines, n_lines, cap_lines) =
					line_of(c, t, k);
		}
	}
	c->out->depends_on = needs.items;
	c->out->n_depends = needs.len;
	c->out->cap_depends = needs.cap;
	c->out->depends_lines = lines;
	c->out->cap_lines = cap_lines;
	wt_map_clear(&needs.seen);
}

static void combine_lists(struct combining *c)
{
	struct list rivals = { 0 }, criteria = { 0 }, labels = { 0 };

	for (size_t i = 0; i < c->n; i++) {
		const struct wt_task *t = part(c, i);

		for (size_t k = 0; k < t->n_conflicts_with; k++)
			if (!is_part(c, t->conflicts_with[k]))
				add_once(c, &rivals, t->conflicts_with[k]);
		for (size_t k = 0; k < t->n_criteria; k++)
			add_once(c, &criteria, t->criteria[k]);
		for (size_t k = 0; k < t->n_labels; k++)
			add_once(c, &labels, t->labels[k]);
	}
	c->out->conflicts_with = rivals.items;
	c->out->n_conflicts_with = rivals.len;
	c->out->cap_conflicts_with = rivals.cap;
	c->out->criteria = criteria.items;
	c->out->n_criteria = criteria.len;
	c->out->cap_criteria = criteria.cap;
	c->out->labels = labels.items;
	c->out->n_labels = labels.len;
	c->out->cap_labels = labels.cap;
	wt_map_clear(&rivals.seen);
	wt_map_clear(&criteria.seen);
	wt_map_clear(&labels.seen);
}

/* Values: the most pressing, the most careful, or the sum */

/* "P0" and "0" before "P1" before what is no number. */
static int64_t rank_of(const char *priority)
{
	int64_t rank;

	if (!priority)
		return INT64_MAX;
	if (*priority == 'P' || *priority == 'p')
		priority++;
	return wt_text_parse_int(wt_str_of(priority), &rank) ? rank : INT64_MAX - 1;
}

static void combine_values(struct combining *c)
{
	struct wt_task *out = c->out;

	for (size_t i = 1; i < c->n; i++) {
		const struct wt_task *t = part(c, i);

		if (rank_of(t->priority) < rank_of(out->priority))
			out->priority = t->priority;
		out->estimate_s = out->estimate_s < 0 || t->estimate_s < 0
					  ? -1
					  : out->estimate_s + t->estimate_s;
		if (out->estimate_s > MAX_WEIGHT_S)
			out->estimate_s = MAX_WEIGHT_S;
		out->risk = t->risk > out->risk ? t->risk : out->risk;
		out->complexity = t->complexity > out->complexity ? t->complexity : out->complexity;
		out->is_critical |= t->is_critical;
		out->branch = out->branch ? out->branch : t->branch;
		if (out->type == WT_TYPE_NONE) {
			out->type = t->type;
			out->type_why = t->type_why;
		}
	}
}

/* All of them */

static void combine(struct planner *p, size_t first)
{
	const struct planner_groups *g = p->groups;
	struct wt_plan_task *t = &p->plan->tasks[first];
	struct combining c = { .p = p, .out = &t->task };

	t->own_title = t->task.title;
	t->parts = wt_arena_alloc(p->arena, g->count[first] * sizeof *t->parts);
	for (size_t i = first; i != WT_MAP_NONE; i = g->next[i]) {
		struct wt_plan_task *other = &p->plan->tasks[i];

		t->parts[t->n_parts++] = i;
		if (i == first)
			continue;
		other->joined_to = first + 1;
		other->reason = wt_arena_printf(p->arena, "part of %s", t->task.id);
	}
	c.parts = t->parts;
	c.n = t->n_parts;
	combine_title(&c);
	combine_bodies(&c);
	combine_files(&c);
	combine_dependencies(&c);
	combine_lists(&c);
	combine_values(&c);
}

void planner_take_joined(struct planner *p)
{
	for (size_t i = 0; i < p->n; i++)
		p->plan->tasks[i].task = p->before->plan->tasks[i].task;
	for (size_t i = 0; i < p->n; i++) {
		if (p->groups->first[i] == i && p->groups->count[i] > 1)
			combine(p, i);
	}
}
