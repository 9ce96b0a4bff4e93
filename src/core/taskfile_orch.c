/* SPDX-License-Identifier: MIT */
/* An "orchestration:" document: instances of one workflow, a task each. */

#include <string.h>

#include "doc_reading.h"

#define LEN(array)     (sizeof(array) / sizeof *(array))
#define MAX_AT_ONCE    10000
#define SYNC_BATCH     "after_each_batch"
#define WANTED_BRIEF   "a map with 'feature' and, when wanted, 'branch' and keys of a task"
#define WANTED_AT_ONCE "yes, no, or how many at once"

const struct wt_doc *wt_taskfile_instances(const struct wt_doc *root)
{
	const struct wt_doc *list = wt_doc_find(wt_doc_find(root, "orchestration"), "instances");

	return list && list->kind == WT_DOC_LIST ? list : NULL;
}

bool wt_taskfile_instance_id(const struct wt_doc *instance, struct wt_buf *out)
{
	const struct wt_doc *id = wt_taskfile_id(instance);

	if (id && wt_doc_text(id))
		wt_buf_puts(out, id->text);
	else if (!id)
		wt_text_render_slug(out, wt_str_of(wt_doc_text(wt_doc_find(instance, "feature"))));
	return out->len && wt_text_is_id((struct wt_str){ out->data, out->len });
}

/* What the instances have in common. */
struct orchestration {
	const char *workflow;
	const char *group;
	size_t at_once; /* 0: all */
	bool in_waves;
};

static void read_instance(struct taskfile_reading *r, const struct wt_doc *d,
			  const struct orchestration *o)
{
	const struct wt_doc *feature = wt_doc_find(d, "feature");
	struct wt_buf id = WT_BUF_INIT;

	r->task = NULL;
	if (d->kind != WT_DOC_MAP || !wt_doc_text(feature))
		wt_taskfile_wrong(r, feature ? feature : d, feature ? "text" : WANTED_BRIEF);
	else if (!wt_taskfile_instance_id(d, &id))
		wt_taskfile_wrong(r, wt_taskfile_id(d) ? wt_taskfile_id(d) : feature,
				  "something that an id can be made from");
	else
		r->task = wt_tasks_add(r->tasks, wt_arena_strdup(r->tasks->arena, id.data),
				       wt_taskfile_place(r, d), r->diags);
	wt_buf_clear(&id);
	if (!r->task)
		return;
	r->task->source = (struct wt_task_source){ .grammar = WT_GRAMMAR_TASKFILE,
						   .path = r->file->path,
						   .line = d->line };
	r->is_instance = true;
	wt_taskfile_read_fields(r, d);
	r->is_instance = false;
	if (!r->task->template)
		r->task->template = o->workflow;
	r->task->group = o->group;
	r->task->group_room = o->at_once;
	r->task->group_in_waves = o->in_waves;
}

static void read_at_once(const struct taskfile_reading *r, const struct wt_doc *d, size_t *out)
{
	struct wt_str s;
	int64_t n;
	bool is_on;

	if (!wt_taskfile_text(r, d, &s))
		return;
	/* "1" is one at a time, whatever it is elsewhere. */
	if (wt_text_parse_int(s, &n) && n >= 1 && n <= MAX_AT_ONCE)
		*out = (size_t)n;
	else if (!wt_text_parse_int(s, &n) && wt_text_parse_bool(s, &is_on))
		*out = is_on ? 0 : 1;
	else
		wt_taskfile_wrong(r, d, WANTED_AT_ONCE);
}

static void read_sync(const struct taskfile_reading *r, const struct wt_doc *d, bool *in_waves)
{
	struct wt_str s;

	if (!wt_taskfile_text(r, d, &s))
		return;
	*in_waves = wt_str_is(s, SYNC_BATCH);
	/* Instances do not wait for each other at the end of workstreams or before they are
	 * combined; there are no phases. */
	if (!*in_waves)
		wt_taskfile_wrong(r, d, "'" SYNC_BATCH "'");
}

static void read_workflow(const struct taskfile_reading *r, const struct wt_doc *d,
			  const char **out)
{
	struct wt_str s;

	if (!wt_taskfile_text(r, d, &s))
		return;
	if (s.len && !strpbrk(d->text, " \t\r\n"))
		*out = wt_arena_strndup(r->tasks->arena, s.data, s.len);
	else
		wt_taskfile_wrong(r, d, "the name of a template");
}

static void say_unknown(const struct taskfile_reading *r, const struct wt_doc *m)
{
	static const char *const known[] = { "workflow", "template",    "instances",  "parallel",
					     "name",     "description", "sync_point", "version" };
	const char *near = wt_text_nearest(m->key, known, LEN(known));
	struct wt_place place = { r->file->path, m->key_line, m->key_column };

	for (size_t i = 0; i < LEN(known); i++) {
		if (strcmp(known[i], m->key) == 0)
			return;
	}
	wt_diags_add(r->diags, WT_SEVERITY_ERROR, place, "unknown key '%.100s'%s%s%s", m->key,
		     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static void read_member(const struct taskfile_reading *r, const struct wt_doc *m,
			struct orchestration *o)
{
	if (m->kind == WT_DOC_NULL || strcmp(m->key, "instances") == 0)
		return;
	if (strcmp(m->key, "workflow") == 0 || strcmp(m->key, "template") == 0)
		read_workflow(r, m, &o->workflow);
	else if (strcmp(m->key, "parallel") == 0)
		read_at_once(r, m, &o->at_once);
	else if (strcmp(m->key, "sync_point") == 0)
		read_sync(r, m, &o->in_waves);
	else
		say_unknown(r, m);
}

void wt_taskfile_read_orchestration(struct taskfile_reading *r, const struct wt_doc *d)
{
	struct orchestration o = { .group = wt_arena_printf(r->tasks->arena, "orchestration %s",
							    r->file->path) };
	const struct wt_doc *list = wt_doc_find(d, "instances");

	if (d->kind != WT_DOC_MAP || !list || list->kind != WT_DOC_LIST) {
		wt_taskfile_wrong(r, list ? list : d,
				  list ? "a list of instances" : "a map with 'instances'");
		return;
	}
	for (const struct wt_doc *m = d->child; m; m = m->next)
		read_member(r, m, &o);
	for (const struct wt_doc *i = list->child; i && !r->tasks->is_full; i = i->next)
		read_instance(r, i, &o);
}
