/* SPDX-License-Identifier: MIT */
/* Tasks of several sources that have one id: made one, or told apart. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wtorch/base/limits.h"
#include "wtorch/base/mem.h"
#include "wtorch/base/path.h"
#include "wtorch/core/task.h"

#define NONE        ((size_t)-1)
#define MAX_SAID    10u /* ids that a warning names, one each */
#define MAX_FOLDERS 8u  /* of a path that go into an id */

/* Everything by index of the task before any is taken out. */
struct parting {
	struct wt_tasks *tasks;
	struct wt_diags *diags;
	size_t n;
	struct wt_arena scratch;
	size_t *next;          /* the next one with that id, NONE at the end */
	size_t *same_as;       /* the one that it became, itself when it stays */
	struct wt_map ids;     /* all that are taken */
	struct wt_map renamed; /* source and old id -> index of the task that is meant */
	size_t n_said;
};

static const struct wt_task *task_of(const struct parting *p, size_t i)
{
	return &p->tasks->items[i];
}

const char *wt_task_source_id(const struct wt_task *task)
{
	return task->source.id ? task->source.id : task->id;
}

/* what says the same */

static bool is_text_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_list_equal(const char *const *a, size_t n_a, const char *const *b, size_t n_b)
{
	for (size_t i = 0; n_a == n_b && i < n_a; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return n_a == n_b;
}

static bool is_body_equal(const char *a, const char *b)
{
	struct wt_str x = wt_str_trim(wt_str_of(a)), y = wt_str_trim(wt_str_of(b));

	return x.len == y.len && (!x.len || memcmp(x.data, y.data, x.len) == 0);
}

static bool is_content_equal(const struct wt_task *a, const struct wt_task *b)
{
	if (strcmp(a->title, b->title) != 0 || !is_body_equal(a->body, b->body) ||
	    a->n_files != b->n_files || a->has_order != b->has_order || a->order != b->order ||
	    a->is_read_only != b->is_read_only || a->is_alone != b->is_alone ||
	    a->is_critical != b->is_critical || !is_text_equal(a->agent, b->agent) ||
	    !is_text_equal(a->model, b->model) || !is_text_equal(a->template, b->template) ||
	    !is_text_equal(a->branch, b->branch))
		return false;
	for (size_t i = 0; i < a->n_files; i++)
		if (strcmp(a->files[i].path, b->files[i].path) != 0)
			return false;
	return is_list_equal(a->depends_on, a->n_depends, b->depends_on, b->n_depends) &&
	       is_list_equal(a->conflicts_with, a->n_conflicts_with, b->conflicts_with,
			     b->n_conflicts_with) &&
	       is_list_equal(a->criteria, a->n_criteria, b->criteria, b->n_criteria);
}

/* "i3" is only the third item of its list: the third one of another list is another task. */
static bool is_position(const struct wt_task *t)
{
	int64_t number;

	return t->source.grammar != WT_GRAMMAR_TASKFILE && t->id[0] == 'i' &&
	       wt_text_parse_int(wt_str_of(t->id + 1), &number);
}

/* A number alone may be of another repository each, unless they are called the same. */
static bool is_one_issue(const struct wt_task *a, const struct wt_task *b)
{
	if (!a->source.issue || !is_text_equal(a->source.issue, b->source.issue) ||
	    !is_text_equal(a->source.repo, b->source.repo))
		return false;
	return a->source.repo || a->title[0] == '#' || b->title[0] == '#' ||
	       strcmp(a->title, b->title) == 0;
}

static bool is_same(const struct wt_task *a, const struct wt_task *b)
{
	return is_one_issue(a, b) || (!is_position(a) && is_content_equal(a, b));
}

static void say_where(struct wt_buf *b, const struct wt_task *t)
{
	if (t->source.path)
		wt_buf_printf(b, "%s:%zu", t->source.path, t->source.line);
	else
		wt_buf_puts(b, "an issue");
}

static struct wt_place place_of(const struct wt_task *t)
{
	return (struct wt_place){ t->source.path, t->source.line, t->source.path ? 1 : 0 };
}

/* One of the two may be done already, where the other has not heard of it. */
static void make_one(struct parting *p, size_t first, size_t again)
{
	struct wt_task *a = &p->tasks->items[first];
	const struct wt_task *b = task_of(p, again);
	struct wt_buf where = WT_BUF_INIT;

	p->same_as[again] = first;
	if (a->status == b->status)
		return;
	if (a->status == WT_TASK_PLANNED || b->status == WT_TASK_COMPLETED)
		a->status = b->status;
	say_where(&where, a);
	wt_diags_add(p->diags, WT_SEVERITY_WARNING, place_of(b),
		     "task '%s' has another status here than in %s: taken as %s", b->id, where.data,
		     wt_task_status_name(a->status));
	wt_buf_clear(&where);
}

/* groups of one id */

static void chain(struct parting *p, size_t *last)
{
	for (size_t i = 0; i < p->n; i++) {
		bool found = false;
		size_t first = wt_map_put(&p->ids, task_of(p, i)->id, i, &found);

		p->next[i] = NONE;
		p->same_as[i] = i;
		last[i] = i;
		if (!found)
			continue;
		p->next[last[first]] = i;
		last[first] = i;
	}
}

/* True when tasks that differ are left. */
static bool join(struct parting *p, size_t first)
{
	bool is_mixed = false;

	for (size_t i = p->next[first]; i != NONE; i = p->next[i]) {
		for (size_t k = first; k != i && p->same_as[i] == i; k = p->next[k])
			if (p->same_as[k] == k && is_same(task_of(p, k), task_of(p, i)))
				make_one(p, k, i);
		is_mixed |= p->same_as[i] == i;
	}
	return is_mixed;
}

/* what they are called then */

static uint32_t hash_of(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

/* The last parts of the path, without the file's ending: "docs/sprint-3.md" is "sprint-3", then
 * "docs-sprint-3". */
static const char *name_of(struct parting *p, const char *path, size_t n_folders)
{
	struct wt_buf slug = WT_BUF_INIT;
	const char *from = path + strlen(path);
	const char *dot = strrchr(path, '.'), *base = strrchr(path, '/');
	const char *name;

	base = base ? base + 1 : path;
	for (size_t n = 0; from > path; from--)
		if (from[-1] == '/' && n++ == n_folders)
			break;
	wt_text_render_slug(
		&slug, (struct wt_str){ from, dot > base ? (size_t)(dot - from) : strlen(from) });
	name = wt_arena_strdup(&p->scratch, slug.data ? slug.data : "");
	wt_buf_clear(&slug);
	return name;
}

static const char *source_of(const struct wt_task *t)
{
	return t->source.path ? t->source.path : "issue";
}

struct naming {
	const char **paths; /* of the sources that have such tasks, each once */
	const char **names; /* NULL: not found yet */
	size_t n, cap, cap_names;
	struct wt_map by_path, by_name;
};

static void collect_paths(struct parting *p, const size_t *mixed, size_t n_mixed,
			  struct naming *out)
{
	for (size_t m = 0; m < n_mixed; m++) {
		for (size_t i = mixed[m]; i != NONE; i = p->next[i]) {
			const char *path = source_of(task_of(p, i));
			size_t n = out->n;
			bool found = false;

			wt_map_put(&out->by_path, path, n, &found);
			if (found)
				continue;
			*WT_ARENA_PUSH(&p->scratch, out->paths, out->n, out->cap) = path;
			*WT_ARENA_PUSH(&p->scratch, out->names, n, out->cap_names) = NULL;
		}
	}
}

/* Those that share a name at one depth, or with one found before, have another at the next. */
static void name_at(struct parting *p, struct naming *all, size_t n_folders)
{
	const char **tries = wt_arena_alloc(&p->scratch, (all->n + 1) * sizeof *tries);
	struct wt_map owner = { 0 };

	for (size_t i = 0; i < all->n; i++) {
		bool found = false;

		tries[i] = name_of(p, all->paths[i], n_folders);
		wt_map_put(&owner, tries[i], i, &found);
		if (found)
			wt_map_set(&owner, tries[i], all->n);
	}
	for (size_t i = 0; i < all->n; i++) {
		bool found = false;

		if (all->names[i] || !tries[i][0] || wt_map_find(&owner, tries[i]) != i)
			continue;
		wt_map_put(&all->by_name, tries[i], i, &found);
		if (!found)
			all->names[i] = tries[i];
	}
	wt_map_clear(&owner);
}

static void name_paths(struct parting *p, struct naming *all)
{
	for (size_t depth = 0; depth < MAX_FOLDERS; depth++)
		name_at(p, all, depth);
	for (size_t i = 0; i < all->n; i++)
		if (!all->names[i])
			all->names[i] = wt_arena_printf(&p->scratch, "s%08x",
							(unsigned)hash_of(all->paths[i]));
}

static bool is_free_id(struct parting *p, const char *id)
{
	return wt_text_is_id(wt_str_of(id)) && wt_map_find(&p->ids, id) == NONE;
}

static const char *new_id(struct parting *p, const struct wt_task *t, const char *name)
{
	struct wt_arena *a = p->tasks->arena;
	const struct wt_task_source *s = &t->source;
	char *id = s->issue && s->repo ? wt_arena_printf(a, "%s-%s", s->repo, s->issue)
				       : wt_arena_printf(a, "%s-%s", name, t->id);

	for (char *c = id; *c; c++)
		if (*c == '/')
			*c = '-';
	/* Too long, or somebody calls another task so. */
	for (unsigned k = 0; !is_free_id(p, id); k++)
		id = wt_arena_printf(a, "s%08x-%u",
				     (unsigned)(hash_of(source_of(t)) ^ hash_of(t->id)), k);
	return id;
}

static const char *rename_key(struct parting *p, const struct wt_task *t, const char *id)
{
	return wt_arena_printf(&p->scratch, "%d\n%s\n%s", (int)t->source.grammar, source_of(t), id);
}

static void say_apart(struct parting *p, size_t first)
{
	struct wt_buf b = WT_BUF_INIT;

	if (p->n_said++ >= MAX_SAID)
		return;
	for (size_t i = first; i != NONE; i = p->next[i]) {
		if (p->same_as[i] != i)
			continue;
		wt_buf_printf(&b, "%s'%s' (", b.len ? ", " : "", task_of(p, i)->id);
		say_where(&b, task_of(p, i));
		wt_buf_putc(&b, ')');
	}
	wt_diags_add(p->diags, WT_SEVERITY_WARNING, place_of(task_of(p, first)),
		     "several sources have a task '%s', and each another one: they are %s here",
		     wt_task_source_id(task_of(p, first)), b.data);
	wt_buf_clear(&b);
}

static void tell_apart(struct parting *p, size_t first, const struct naming *names)
{
	for (size_t i = first; i != NONE; i = p->next[i]) {
		struct wt_task *t = &p->tasks->items[i];
		const char *path = source_of(t);

		wt_map_set(&p->renamed, rename_key(p, t, t->id), p->same_as[i]);
		if (p->same_as[i] != i)
			continue;
		t->source.id = t->id;
		t->id = new_id(p, t, names->names[wt_map_find(&names->by_path, path)]);
		wt_map_set(&p->ids, t->id, i);
	}
	say_apart(p, first);
}

static void follow(struct parting *p, const struct wt_task *t, const char **ids, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		size_t to = wt_map_find(&p->renamed, rename_key(p, t, ids[k]));

		if (to != NONE)
			ids[k] = task_of(p, to)->id;
	}
}

/* Inside a source an id means the source's own task. */
static void follow_all(struct parting *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct wt_task *t = task_of(p, i);

		follow(p, t, t->depends_on, t->n_depends);
		follow(p, t, t->conflicts_with, t->n_conflicts_with);
	}
}

static void rebuild(struct parting *p)
{
	struct wt_tasks *tasks = p->tasks;
	size_t n = 0;

	wt_map_clear(&tasks->by_id);
	for (size_t i = 0; i < p->n; i++) {
		if (p->same_as[i] != i)
			continue;
		tasks->items[n] = tasks->items[i];
		wt_map_set(&tasks->by_id, tasks->items[n].id, n);
		n++;
	}
	tasks->len = n;
}

static void part(struct parting *p)
{
	size_t *mixed = wt_arena_alloc(&p->scratch, (p->n + 1) * sizeof *mixed);
	struct naming names = { 0 };
	size_t n_mixed = 0;

	for (size_t i = 0; i < p->n; i++)
		if (wt_map_find(&p->ids, task_of(p, i)->id) == i && p->next[i] != NONE &&
		    join(p, i))
			mixed[n_mixed++] = i;
	collect_paths(p, mixed, n_mixed, &names);
	name_paths(p, &names);
	for (size_t m = 0; m < n_mixed; m++)
		tell_apart(p, mixed[m], &names);
	if (n_mixed)
		follow_all(p);
	if (n_mixed > MAX_SAID)
		wt_diags_add(p->diags, WT_SEVERITY_WARNING, (struct wt_place){ 0 },
			     "%zu more ids are in several sources, with the same names in front",
			     n_mixed - MAX_SAID);
	wt_map_clear(&names.by_path);
	wt_map_clear(&names.by_name);
}

void wt_tasks_begin_source(struct wt_tasks *tasks)
{
	tasks->source_start = tasks->len;
}

void wt_tasks_part(struct wt_tasks *tasks, struct wt_diags *diags)
{
	struct parting p = { .tasks = tasks, .diags = diags, .n = tasks->len };
	size_t *last;

	if (tasks->source_start == 0)
		return; /* of one source: nothing is twice */
	p.next = wt_arena_alloc(&p.scratch, (p.n + 1) * sizeof *p.next);
	p.same_as = wt_arena_alloc(&p.scratch, (p.n + 1) * sizeof *p.same_as);
	last = wt_arena_alloc(&p.scratch, (p.n + 1) * sizeof *last);
	chain(&p, last);
	part(&p);
	rebuild(&p);
	wt_map_clear(&p.ids);
	wt_map_clear(&p.renamed);
	wt_arena_clear(&p.scratch);
}
