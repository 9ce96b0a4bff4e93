/* SPDX-License-Identifier: MIT */
/* What all parts of a landing ask and say: its task, the base, a note, the ways not to land. */

#include "landing.h"

#include <stdio.h>
#include <string.h>

#include "wtorch/engine/grammar.h"
#include "wtorch/engine/land.h"

const struct wt_task_state *wt_land_state(const struct wt_landing *l)
{
	return &wt_run_state(l->run)->tasks[l->task];
}

const struct wt_task *wt_land_task(const struct wt_landing *l)
{
	return &l->run->plan.tasks[l->task].task;
}

enum wt_code wt_land_say(struct wt_landing *l, const char *fmt, ...)
{
	struct wt_event ev = { .kind = WT_EV_NOTE, .task = wt_land_task(l)->id };
	struct wt_error err;
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	ev.reason = text;
	/* A journal that cannot be written fails the next record that counts, with its reason. */
	(void)!wt_run_note(l->run, &ev, WT_LAZY, &err);
	return WT_OK;
}

/* how a landing can end */

enum wt_code wt_land_hold(struct wt_landing *l, enum wt_outcome outcome, const char *reason,
			  struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_ATTEMPT_ENDED,
			       .task = wt_land_task(l)->id,
			       .attempt = wt_land_state(l)->attempt,
			       .outcome = outcome,
			       .reason = reason };

	return wt_run_note(l->run, &ev, WT_DURABLE, err);
}

enum wt_code wt_land_wait(struct wt_landing *l, const char *reason, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_TASK_QUEUED,
			       .task = wt_land_task(l)->id,
			       .reason = reason };

	return wt_run_note(l->run, &ev, WT_LAZY, err);
}

enum wt_code wt_land_say_unmarked(struct wt_landing *l, const char *why)
{
	return wt_land_say(l, "'%s' does not say so yet, mark the task there: %s",
			   wt_land_marked(l), why);
}

/* the facts */

enum wt_code wt_land_read_base(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_commit c;
	enum wt_code rc;

	l->base = (struct wt_oid){ { 0 } };
	l->is_tick = false;
	rc = git->store->ref(git->self, l->ref, &l->base, err);
	if (!rc)
		rc = git->store->commit(git->self, &l->base, l->arena, &c, err);
	if (!rc)
		l->base_tree = c.tree;
	if (rc == WT_E_NOT_FOUND && wt_oid_is_zero(&l->base)) {
		wt_fail(err, rc, "there is no branch '%s' any more", l->run->plan.base);
		return wt_hint(err, "git branch %s COMMIT, or give it its name back",
			       l->run->plan.base);
	}
	return rc ? wt_wrap(err, "cannot read the base '%s'", l->run->plan.base) : WT_OK;
}

enum wt_code wt_land_fork(const struct wt_git *git, const struct wt_oid *base,
			  const struct wt_oid *tip, const struct wt_oid *recorded,
			  struct wt_fork *out, struct wt_error *err)
{
	struct wt_arena scratch = { 0 };
	struct wt_oid found[2];
	struct wt_commit c;
	size_t n = 0;
	enum wt_code rc = git->store->merge_bases(git->self, base, tip, found, &n, err);

	out->commit = !rc && n == 1 ? found[0] : *recorded;
	if (!rc)
		rc = git->store->commit(git->self, &out->commit, &scratch, &c, err);
	if (!rc)
		out->tree = c.tree;
	wt_arena_clear(&scratch);
	return rc;
}

static bool is_position(const char *id)
{
	return id[0] == 'i' && id[1] >= '0' && id[1] <= '9';
}

bool wt_land_has_status(struct wt_landing *l, const char *path, const struct wt_buf *text,
			const struct wt_task *task, enum wt_task_status status)
{
	const struct wt_task *found;
	const char *id = wt_task_source_id(task);
	struct wt_source_text source = { path, { text->data, text->len }, task->source.grammar };
	struct wt_tasks tasks = { .arena = l->arena };
	struct wt_diags ignored = { .arena = l->arena };
	struct wt_error err;
	bool is_so = false;

	if (wt_grammar_parse(l->run->ports->reader, l->run->config, &source, &tasks, &ignored,
			     &err) == WT_OK) {
		found = wt_tasks_find(&tasks, id);
		is_so = found && found->status == status &&
			(!is_position(id) || strcmp(found->title, task->title) == 0);
	}
	wt_tasks_clear(&tasks);
	return is_so;
}

/* what it stands for in the sources */

void wt_land_parts(struct wt_landing *l)
{
	const struct wt_plan *plan = &l->run->plan;

	if (l->n_parts)
		return;
	l->n_parts = wt_plan_count_parts(plan, l->task);
	for (size_t i = 0; i < l->n_parts; i++)
		l->parts[i] = (struct wt_land_part){ .task = wt_plan_part(plan, l->task, i) };
}

bool wt_land_leads_file(const struct wt_landing *l, size_t part)
{
	const char *path = l->parts[part].task.source.path;

	for (size_t i = 0; path && i < part; i++) {
		const char *other = l->parts[i].task.source.path;

		if (other && strcmp(other, path) == 0)
			return false;
	}
	return path != NULL;
}

const char *wt_land_marked(const struct wt_landing *l)
{
	for (size_t i = 0; i < l->n_parts; i++) {
		if (l->parts[i].is_marked)
			return l->parts[i].task.source.path;
	}
	return NULL;
}

bool wt_land_is_only_marked(const struct wt_landing *l, const char *path)
{
	for (size_t i = 0; i < l->n_parts; i++) {
		const struct wt_land_part *p = &l->parts[i];

		if (p->is_marked && p->is_only_marked && strcmp(p->task.source.path, path) == 0)
			return true;
	}
	return false;
}

void wt_land_unmark(struct wt_landing *l)
{
	for (size_t i = 0; i < l->n_parts; i++)
		l->parts[i].is_marked = false;
}

const char *wt_land_trailers(struct wt_arena *arena, const struct wt_run *run, size_t task)
{
	struct wt_buf b = WT_BUF_INIT;
	const char *text;

	for (size_t i = 0; i < wt_plan_count_parts(&run->plan, task); i++)
		wt_buf_printf(&b, "Wtorch-Task: %s\n", wt_plan_part(&run->plan, task, i).id);
	wt_buf_printf(&b, "Wtorch-Run: %s\n", run->id);
	text = wt_arena_strdup(arena, b.data);
	wt_buf_clear(&b);
	return text;
}
