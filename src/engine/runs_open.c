/* SPDX-License-Identifier: MIT */
/* Beginning a run, and opening one: by its id, the newest, or the newest that has a task. */

#include "run_parts.h"

#include <string.h>

#include "wtorch/base/path.h"

/* A run exists once its journal holds the plan: one that could not be begun leaves nothing. */
static void forget(struct wt_run *run)
{
	const struct wt_fs *fs = run->ports->fs;
	struct wt_error ignored;

	if (run->journal)
		(void)!fs->remove(fs->self, wt_path_join(&run->arena, run->dir, "journal.jsonl"),
				  &ignored);
	(void)!fs->remove(fs->self, run->dir, &ignored);
}

static bool find_other(void *arg, const char *name, enum wt_file_kind kind)
{
	(void)kind;
	*(bool *)arg = strcmp(name, "journal.jsonl") != 0;
	return !*(bool *)arg;
}

/* What is left of those that were killed before their plan was written: nothing was done yet. Our
 * caller has the lock, so none of them is just being made. */
static void forget_unbegun(const struct wt_ports *ports)
{
	const struct wt_fs *fs = ports->fs;
	struct wt_arena a = { 0 };
	struct wt_error ignored;
	const char **ids;
	size_t n = 0;

	(void)!wt_runs_list(ports, &a, &ids, &n, &ignored);
	for (size_t i = 0; i < n; i++) {
		const char *dir =
			wt_arena_printf(&a, "%s/runs/%s", wt_runs_home(ports, &a), ids[i]);
		bool has_other = false;
		struct wt_run *run;

		if (fs->list(fs->self, dir, find_other, &has_other, &ignored) || has_other)
			continue;
		if (wt_run_open(ports, ids[i], &run, &ignored) == WT_OK)
			wt_run_close(run);
		else if (ignored.code == WT_E_NOT_FOUND) {
			(void)!fs->remove(fs->self, wt_path_join(&a, dir, "journal.jsonl"),
					  &ignored);
			(void)!fs->remove(fs->self, dir, &ignored);
		}
	}
	wt_arena_clear(&a);
}

enum wt_code wt_run_create(const struct wt_ports *ports, const struct wt_plan *plan,
			   const struct wt_config *config, const char *id, struct wt_run **out,
			   struct wt_error *err)
{
	struct wt_run *run = wt_run_new(ports, id);
	struct wt_buf plan_text = WT_BUF_INIT, config_text = WT_BUF_INIT;
	struct wt_jsonw pw = { .out = &plan_text }, cw = { .out = &config_text };
	struct wt_event ev = { .kind = WT_EV_RUN_PLANNED,
			       .run = id,
			       .path = wt_runs_real_home(ports, &run->arena),
			       .duration_ms = plan->planning_ms };
	struct wt_estimate estimate;
	enum wt_code rc;

	forget_unbegun(ports);
	wt_estimate_build(plan, plan->limits.jobs, &estimate);
	wt_plan_render(plan, &(struct wt_plan_render_opts){ .estimate = &estimate, .whole = true },
		       &pw);
	wt_config_render(config, &cw);
	ev.plan_text = plan_text.data;
	ev.config_text = config_text.data;
	rc = wt_run_open_journal(run, true, err);
	if (!rc)
		rc = wt_run_note(run, &ev, WT_DURABLE, err);
	wt_buf_clear(&plan_text);
	wt_buf_clear(&config_text);
	if (rc) {
		forget(run);
		wt_run_close(run);
		return rc;
	}
	*out = run;
	return WT_OK;
}

static enum wt_code open_by_id(const struct wt_ports *ports, const char *id, struct wt_run **out,
			       struct wt_error *err)
{
	struct wt_run *run = wt_run_new(ports, id);
	enum wt_code rc = wt_run_open_journal(run, false, err);

	if (!rc)
		rc = wt_run_refresh(run, err);
	if (!rc)
		wt_run_find_place(run);
	if (rc == WT_E_STATE && !err->hint[0])
		wt_hint(err, "name another run, or put '%s' out of the way", run->dir);
	if (rc) {
		wt_run_close(run);
		return rc;
	}
	*out = run;
	return WT_OK;
}

/* The newest run for which is_wanted holds; task NULL wants any. */
static enum wt_code open_newest(const struct wt_ports *ports, const char *task, struct wt_run **out,
				struct wt_error *err)
{
	struct wt_arena arena = { 0 };
	const char **ids, *unread = NULL;
	size_t n;
	enum wt_code rc = wt_runs_list(ports, &arena, &ids, &n, err);
	bool found = false;

	while (!rc && !found && n-- > 0) {
		size_t i;

		rc = open_by_id(ports, ids[n], out, err);
		if (rc == WT_E_NOT_FOUND || (rc == WT_E_STATE && task)) {
			if (rc == WT_E_STATE && !unread)
				unread = ids[n];
			rc = WT_OK; /* a folder without a journal is no run */
			continue;
		}
		if (rc)
			break;
		i = task ? wt_plan_find(&(*out)->plan, task) : 0;
		found = !task || (i != WT_MAP_NONE && (*out)->plan.tasks[i].is_selected);
		if (!found) {
			wt_run_close(*out);
			*out = NULL;
		}
	}
	if (!rc && !found) {
		rc = task ? wt_fail(err, WT_E_NOT_FOUND, "no run has a task '%s'", task)
			  : wt_fail(err, WT_E_NOT_FOUND, "there is no run yet in this repository");
		if (unread)
			wt_hint(err, "run %s cannot be read: wtorch status --run %s", unread,
				unread);
		else
			wt_hint(err, task ? "wtorch status" : "wtorch run");
	}
	wt_arena_clear(&arena);
	return rc;
}

enum wt_code wt_run_open(const struct wt_ports *ports, const char *id, struct wt_run **out,
			 struct wt_error *err)
{
	enum wt_code rc;

	if (!id)
		return open_newest(ports, NULL, out, err);
	if (!wt_run_is_id(id))
		return wt_fail(err, WT_E_USAGE, "'%s' is not the id of a run", id);
	rc = open_by_id(ports, id, out, err);
	if (rc == WT_E_NOT_FOUND) {
		wt_fail(err, rc, "there is no run '%s'", id);
		wt_hint(err, "wtorch status");
	}
	return rc;
}

enum wt_code wt_run_open_with_task(const struct wt_ports *ports, const char *task,
				   struct wt_run **out, struct wt_error *err)
{
	return open_newest(ports, task, out, err);
}
