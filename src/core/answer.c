/* SPDX-License-Identifier: MIT */
/* The question to the planner command, and its answer. */

#include "wtorch/core/answer.h"

#include <string.h>

#include "plan_json.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"

#define MAX_WARNINGS 5u
#define MAX_PATH     4096u
#define MAX_REASON   200u
#define MAX_SECONDS  (10.0 * 366 * 24 * 3600)

static bool is_asked(const struct wt_plan_task *t)
{
	return t->is_selected && !t->skip;
}

/* The question */

static void put_task(struct wt_jsonw *w, const struct wt_task *t)
{
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "id", t->id);
	wt_jsonw_kstr(w, "title", t->title);
	wt_jsonw_kstr(w, "body", t->body);
	plan_json_put_files(w, t);
	wt_jsonw_klist(w, "depends_on", t->depends_on, t->n_depends);
	wt_jsonw_klist(w, "criteria", t->criteria, t->n_criteria);
	wt_jsonw_kopt(w, "order", t->has_order, t->order);
	wt_jsonw_kstr(w, "priority", t->priority);
	wt_jsonw_kopt(w, "estimate_s", t->estimate_s >= 0, t->estimate_s);
	wt_jsonw_kstr(w, "risk", wt_level_name(t->risk));
	wt_jsonw_kstr(w, "complexity", wt_level_name(t->complexity));
	wt_jsonw_kstr(w, "type", wt_task_type_name(t->type));
	wt_jsonw_end(w, '}');
}

void wt_answer_ask(const struct wt_plan *plan, struct wt_jsonw *w)
{
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "schema", "wtorch.plan/1");
	wt_jsonw_key(w, "base");
	wt_jsonw_begin(w, '{');
	wt_jsonw_kstr(w, "branch", plan->base);
	wt_jsonw_kstr(w, "oid", wt_oid_hex(&plan->base_oid).hex);
	wt_jsonw_end(w, '}');
	wt_jsonw_key(w, "tasks");
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < plan->n_tasks; i++) {
		if (is_asked(&plan->tasks[i]))
			put_task(w, &plan->tasks[i].task);
	}
	wt_jsonw_end(w, ']');
	wt_jsonw_end(w, '}');
}

/* The answer */

struct reading {
	struct wt_arena *arena;
	const struct wt_plan *plan;
	struct wt_diags *diags;
	size_t n_warnings;
	struct wt_map seen; /* ids */
};

/* task NULL: about the answer as a whole. The text of the planner goes out printable and cut. */
static void warn(struct reading *r, const char *task, const char *what, const char *text)
{
	struct wt_buf shown = WT_BUF_INIT;

	if (++r->n_warnings <= MAX_WARNINGS) {
		wt_text_render_safe(&shown, (struct wt_str){ text, strnlen(text, MAX_REASON) });
		wt_diags_add(r->diags, WT_SEVERITY_WARNING, (struct wt_place){ 0 },
			     "the planner's answer%s%s: %s '%s' is left out",
			     task ? " for task " : "", task ? task : "", what, shown.data);
	}
	wt_buf_clear(&shown);
}

static bool is_known(const struct reading *r, const char *id)
{
	size_t i = id ? wt_map_find(&r->plan->by_id, id) : WT_MAP_NONE;

	return i != WT_MAP_NONE && is_asked(&r->plan->tasks[i]);
}

static const char *text_of(const struct wt_json *item)
{
	return item->kind == WT_JSON_STRING ? item->string : wt_json_text(item, "path", "");
}

static void take_files(struct reading *r, const struct wt_json *list, struct wt_answer *out)
{
	size_t n = wt_json_count(list);

	n = n < WT_MAX_TASK_FILES ? n : WT_MAX_TASK_FILES;
	out->files = wt_arena_alloc(r->arena, (n + 1) * sizeof *out->files);
	for (const struct wt_json *i = n ? list->child : NULL; i; i = i->next) {
		const char *path = text_of(i);
		size_t len = strlen(path);

		if (out->n_files == n)
			warn(r, out->id, "more than a task may have: file", path);
		else if (len > MAX_PATH || !wt_path_is_tame((struct wt_str){ path, len }))
			warn(r, out->id, "the path", path);
		else
			out->files[out->n_files++] = wt_arena_strdup(r->arena, path);
	}
}

static void take_dependencies(struct reading *r, const struct wt_json *list, struct wt_answer *out)
{
	size_t n = wt_json_count(list);

	n = n < WT_MAX_TASK_FILES ? n : WT_MAX_TASK_FILES;
	out->depends_on = wt_arena_alloc(r->arena, (n + 1) * sizeof *out->depends_on);
	for (const struct wt_json *i = n ? list->child : NULL; i; i = i->next) {
		const char *id = i->kind == WT_JSON_STRING ? i->string : "";

		if (out->n_depends == n)
			warn(r, out->id, "more than a task may have: dependency", id);
		else if (!is_known(r, id) || strcmp(id, out->id) == 0)
			warn(r, out->id, "the dependency on", id);
		else
			out->depends_on[out->n_depends++] = wt_arena_strdup(r->arena, id);
	}
}

static void take_level(struct reading *r, const struct wt_json *task, const char *name,
		       const char *id, enum wt_level *out)
{
	const char *word = wt_json_text(task, name, NULL);

	if (word && !wt_level_parse(wt_str_of(word), out))
		warn(r, id, name, word);
}

static void take_estimate(struct reading *r, const struct wt_json *task, struct wt_answer *out)
{
	const struct wt_json *v = wt_json_find(task, "estimate_s");

	out->estimate_s = -1;
	if (!v || v->kind == WT_JSON_NULL)
		return;
	if (v->kind == WT_JSON_NUMBER && v->number >= 0 && v->number <= MAX_SECONDS)
		out->estimate_s = (int64_t)v->number;
	else
		warn(r, out->id, "a number out of range:", "estimate_s");
}

static void take_reason(struct reading *r, const struct wt_json *task, struct wt_answer *out)
{
	const char *text = wt_json_text(task, "reason", "");
	struct wt_buf shown = WT_BUF_INIT;

	if (*text) {
		wt_text_render_safe(&shown, (struct wt_str){ text, strnlen(text, MAX_REASON) });
		out->reason = wt_arena_strdup(r->arena, shown.data);
	}
	wt_buf_clear(&shown);
}

/* False when it is about no task that was asked about. */
static bool take_task(struct reading *r, const struct wt_json *task, struct wt_answer *out)
{
	const char *id = wt_json_text(task, "id", "");
	bool found = false;

	if (!is_known(r, id)) {
		warn(r, NULL, "the task", id);
		return false;
	}
	out->id = wt_arena_strdup(r->arena, id);
	wt_map_put(&r->seen, out->id, 0, &found);
	if (found) {
		warn(r, NULL, "a second time the task", id);
		return false;
	}
	take_files(r, wt_json_find(task, "files"), out);
	take_dependencies(r, wt_json_find(task, "depends_on"), out);
	take_estimate(r, task, out);
	take_level(r, task, "complexity", id, &out->complexity);
	take_level(r, task, "risk", id, &out->risk);
	take_reason(r, task, out);
	return true;
}

enum wt_code wt_answer_parse(struct wt_arena *arena, const struct wt_json *doc,
			     const struct wt_plan *plan, struct wt_evidence *out,
			     struct wt_diags *diags, struct wt_error *err)
{
	struct reading r = { .arena = arena, .plan = plan, .diags = diags };
	const struct wt_json *tasks = wt_json_find(doc, "tasks");
	size_t n = wt_json_count(tasks), n_taken = 0;
	struct wt_answer *answers;

	if (!tasks || tasks->kind != WT_JSON_ARRAY)
		return wt_fail(err, WT_E_INPUT, "its answer has no list 'tasks'");
	answers = wt_arena_alloc(arena, (n + 1) * sizeof *answers);
	for (const struct wt_json *i = n ? tasks->child : NULL; i; i = i->next) {
		answers[n_taken] = (struct wt_answer){ 0 };
		n_taken += take_task(&r, i, &answers[n_taken]);
	}
	if (r.n_warnings > MAX_WARNINGS)
		wt_diags_add(diags, WT_SEVERITY_WARNING, (struct wt_place){ 0 },
			     "and %zu more parts of the planner's answer",
			     r.n_warnings - MAX_WARNINGS);
	wt_map_clear(&r.seen);
	out->answers = answers;
	out->n_answers = n_taken;
	return WT_OK;
}
