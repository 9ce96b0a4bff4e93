/* SPDX-License-Identifier: MIT */
/* From the tree of a task file to its tasks. */

#include <stdio.h>
#include <string.h>

#include "taskfile_priv.h"
#include "wtorch/base/limits.h"

#define MAX_PRIORITY 32u
#define LEN(array)   (sizeof(array) / sizeof *(array))

enum field {
	ID,
	TITLE,
	DESCRIPTION,
	BODY,
	STATUS,
	FILES,
	DEPENDS,
	ORDER,
	PRIORITY,
	ESTIMATE,
	RISK,
	COMPLEXITY,
	CRITICAL,
	ACCESS,
	TYPE,
	AGENT,
	MODEL,
	TEMPLATE,
	BRANCH,
	CRITERIA,
};

/* The contract's names, then the old spellings of each. */
static const struct {
	const char *name;
	enum field field;
} fields[] = {
	{ "id", ID },
	{ "title", TITLE },
	{ "description", DESCRIPTION },
	{ "body", BODY },
	{ "status", STATUS },
	{ "files", FILES },
	{ "depends_on", DEPENDS },
	{ "order", ORDER },
	{ "priority", PRIORITY },
	{ "estimate", ESTIMATE },
	{ "risk", RISK },
	{ "complexity", COMPLEXITY },
	{ "critical", CRITICAL },
	{ "access", ACCESS },
	{ "type", TYPE },
	{ "agent", AGENT },
	{ "model", MODEL },
	{ "template", TEMPLATE },
	{ "branch", BRANCH },
	{ "criteria", CRITERIA },
	{ "task_id", ID },
	{ "files_affected", FILES },
	{ "estimated", ESTIMATE },
	{ "estimated_duration", ESTIMATE },
	{ "estimated_effort", ESTIMATE },
	{ "risk_level", RISK },
	{ "dependencies", DEPENDS },
	{ "blocked_by", DEPENDS },
	{ "acceptance_criteria", CRITERIA },
	{ "workflow", TEMPLATE },
};

struct reading {
	const struct wt_taskfile *file;
	struct wt_tasks *tasks;
	struct wt_task *task;
	struct wt_diags *diags;
};

static struct wt_place place_of(const struct reading *r, const struct wt_doc *d)
{
	return (struct wt_place){ r->file->path, d->line, d->column };
}

static const char *kind_name(const struct wt_doc *d)
{
	static const char *const names[] = { "nothing", "a single value", "a list", "a map" };

	return names[d->kind];
}

static void wrong(const struct reading *r, const struct wt_doc *d, const char *want)
{
	struct wt_buf shown = WT_BUF_INIT;

	if (wt_doc_text(d)) {
		wt_buf_putc(&shown, '\'');
		wt_task_render_title(&shown, (struct wt_str){ d->text, strnlen(d->text, 60) });
		wt_buf_putc(&shown, '\'');
	} else {
		wt_buf_puts(&shown, kind_name(d));
	}
	wt_diags_add(r->diags, WT_SEVERITY_ERROR, place_of(r, d), "'%s' is %s where %s is expected",
		     d->key ? d->key : "item", shown.data, want);
	wt_buf_clear(&shown);
}

static bool find_field(const char *key, enum field *out)
{
	for (size_t i = 0; i < LEN(fields); i++) {
		if (strcmp(fields[i].name, key) == 0) {
			*out = fields[i].field;
			return true;
		}
	}
	return false;
}

static void say_unknown(const struct reading *r, const struct wt_doc *d)
{
	const char *names[LEN(fields)];
	const char *nearest;
	struct wt_place place = { r->file->path, d->key_line, d->key_column };

	for (size_t i = 0; i < LEN(fields); i++)
		names[i] = fields[i].name;
	nearest = wt_text_nearest(d->key, names, LEN(names));
	if (nearest)
		wt_diags_add(r->diags, WT_SEVERITY_ERROR, place,
			     "unknown key '%.100s'; did you mean '%s'?", d->key, nearest);
	else
		wt_diags_add(r->diags, WT_SEVERITY_ERROR, place, "unknown key '%.100s'", d->key);
}

/* single values */

static bool read_text(const struct reading *r, const struct wt_doc *d, struct wt_str *out)
{
	if (d->kind != WT_DOC_SCALAR) {
		wrong(r, d, "text");
		return false;
	}
	*out = wt_str_trim(wt_str_of(d->text));
	return true;
}

static void read_word(const struct reading *r, const struct wt_doc *d, const char **out)
{
	struct wt_str s;

	if (!read_text(r, d, &s))
		return;
	if (!s.len || strpbrk(d->text, " \t\r\n"))
		wrong(r, d, "one word");
	else
		*out = wt_arena_strndup(r->tasks->arena, s.data, s.len);
}

static void read_level(const struct reading *r, const struct wt_doc *d, enum wt_level *out)
{
	struct wt_str s;

	if (read_text(r, d, &s) && !wt_level_parse(s, out))
		wrong(r, d, "low, medium or high");
}

static void read_bool(const struct reading *r, const struct wt_doc *d, bool *out)
{
	struct wt_str s;

	if (read_text(r, d, &s) && !wt_text_parse_bool(s, out))
		wrong(r, d, "yes or no");
}

static void read_access(const struct reading *r, const struct wt_doc *d)
{
	struct wt_str s;

	if (!read_text(r, d, &s))
		return;
	if (wt_str_is(s, "read_only"))
		r->task->is_read_only = true;
	else if (!wt_str_is(s, "write"))
		wrong(r, d, "write or read_only");
}

static void read_estimate(const struct reading *r, const struct wt_doc *d)
{
	struct wt_str s;

	if (read_text(r, d, &s) && !wt_task_parse_estimate(s, &r->task->estimate_s))
		wrong(r, d, "a time such as 2h or 30min");
}

static void read_priority(const struct reading *r, const struct wt_doc *d)
{
	struct wt_buf b = WT_BUF_INIT;
	struct wt_str s;

	if (!read_text(r, d, &s))
		return;
	wt_task_render_title(&b, s);
	if (b.len && b.len <= MAX_PRIORITY)
		r->task->priority = wt_arena_strdup(r->tasks->arena, b.data);
	else
		wrong(r, d, "a short word such as P1");
	wt_buf_clear(&b);
}

bool wt_taskfile_status(const char *text, enum wt_task_status *out)
{
	static const struct {
		const char *name;
		enum wt_task_status status;
	} others[] = {
		{ "todo", WT_TASK_PLANNED },      { "open", WT_TASK_PLANNED },
		{ "pending", WT_TASK_PLANNED },   { "not started", WT_TASK_PLANNED },
		{ "wip", WT_TASK_IN_PROGRESS },   { "in-progress", WT_TASK_IN_PROGRESS },
		{ "doing", WT_TASK_IN_PROGRESS }, { "started", WT_TASK_IN_PROGRESS },
		{ "done", WT_TASK_COMPLETED },    { "complete", WT_TASK_COMPLETED },
		{ "closed", WT_TASK_COMPLETED },  { "finished", WT_TASK_COMPLETED },
		{ "error", WT_TASK_FAILED },      { "on hold", WT_TASK_BLOCKED },
	};
	struct wt_str s = wt_str_trim(wt_str_of(text));

	for (size_t i = 0; i < LEN(others); i++) {
		if (wt_str_is_nocase(s, others[i].name)) {
			*out = others[i].status;
			return true;
		}
	}
	return wt_task_status_parse(s, out);
}

static void read_status(const struct reading *r, const struct wt_doc *d)
{
	struct wt_str s;

	if (read_text(r, d, &s) && !wt_taskfile_status(d->text, &r->task->status))
		wrong(r, d, "planned, in_progress, completed, failed or blocked");
}

static void read_order(const struct reading *r, const struct wt_doc *d)
{
	struct wt_str s;

	if (!read_text(r, d, &s))
		return;
	r->task->has_order = wt_text_parse_int(s, &r->task->order);
	if (!r->task->has_order)
		wrong(r, d, "a whole number");
}

static void read_type(const struct reading *r, const struct wt_doc *d)
{
	struct wt_str s;

	if (!read_text(r, d, &s))
		return;
	if (wt_task_type_parse(s, &r->task->type))
		r->task->type_why = "declared";
	else
		wrong(r, d, "feature, bugfix, refactor, test, docs or config");
}

static void read_title(const struct reading *r, const struct wt_doc *d)
{
	struct wt_str s;

	if (read_text(r, d, &s))
		wt_task_set_title(r->tasks, r->task, s, r->diags);
}

static void read_body(const struct reading *r, const struct wt_doc *d)
{
	struct wt_str s;

	if (read_text(r, d, &s))
		r->task->body = wt_arena_strndup(r->tasks->arena, s.data, s.len);
}

/* lists */

typedef void take_item(const struct reading *r, const struct wt_doc *item);

/* A list of texts, or one text alone. */
static void read_list(const struct reading *r, const struct wt_doc *d, take_item *take)
{
	if (d->kind == WT_DOC_SCALAR) {
		take(r, d);
		return;
	}
	if (d->kind != WT_DOC_LIST) {
		wrong(r, d, "a list");
		return;
	}
	for (const struct wt_doc *item = d->child; item; item = item->next) {
		if (item->kind == WT_DOC_SCALAR)
			take(r, item);
		else
			wrong(r, item, "text");
	}
}

static void take_file(const struct reading *r, const struct wt_doc *item)
{
	wt_task_add_file(r->tasks, r->task, wt_str_of(item->text), WT_FROM_DECLARED, r->diags);
}

static void take_criterion(const struct reading *r, const struct wt_doc *item)
{
	wt_task_add_criterion(r->tasks, r->task, wt_str_of(item->text));
}

static void take_dependency(const struct reading *r, const struct wt_doc *item)
{
	struct wt_str rest = wt_str_of(item->text), id;

	/* "64, 65" as one text, and the '#' that issues have. */
	while (wt_str_next(&rest, ",", &id)) {
		if (id.data[0] == '#') {
			id.data++;
			id.len--;
		}
		if (wt_text_is_id(id))
			wt_task_add_dependency(r->tasks, r->task,
					       wt_arena_strndup(r->tasks->arena, id.data, id.len),
					       r->diags);
		else
			wrong(r, item, "the id of a task");
	}
}

/* tasks */

static void read_field(const struct reading *r, enum field field, const struct wt_doc *d)
{
	struct wt_task *t = r->task;

	switch (field) {
	case ID:
		break;
	case TITLE:
		read_title(r, d);
		break;
	case DESCRIPTION:
	case BODY:
		read_body(r, d);
		break;
	case STATUS:
		read_status(r, d);
		break;
	case FILES:
		read_list(r, d, take_file);
		break;
	case DEPENDS:
		read_list(r, d, take_dependency);
		break;
	case ORDER:
		read_order(r, d);
		break;
	case PRIORITY:
		read_priority(r, d);
		break;
	case ESTIMATE:
		read_estimate(r, d);
		break;
	case RISK:
		read_level(r, d, &t->risk);
		break;
	case COMPLEXITY:
		read_level(r, d, &t->complexity);
		break;
	case CRITICAL:
		read_bool(r, d, &t->is_critical);
		break;
	case ACCESS:
		read_access(r, d);
		break;
	case TYPE:
		read_type(r, d);
		break;
	case AGENT:
		read_word(r, d, &t->agent);
		break;
	case MODEL:
		read_word(r, d, &t->model);
		break;
	case TEMPLATE:
		read_word(r, d, &t->template);
		break;
	case BRANCH:
		read_word(r, d, &t->branch);
		break;
	case CRITERIA:
		read_list(r, d, take_criterion);
		break;
	}
}

const struct wt_doc *wt_taskfile_id(const struct wt_doc *task)
{
	const struct wt_doc *id = wt_doc_find(task, "id");

	return id ? id : wt_doc_find(task, "task_id");
}

/* Without a title the description's first line is it. */
static void choose_title(const struct reading *r, const struct wt_doc *d)
{
	const char *text = wt_doc_text(wt_doc_find(d, "description"));
	struct wt_str s = wt_str_trim(wt_str_of(text));

	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] == '\n' || s.data[i] == '\r')
			s.len = i;
	if (!wt_doc_find(d, "title"))
		wt_task_set_title(r->tasks, r->task, s, r->diags);
}

static void read_task(struct reading *r, const struct wt_doc *d)
{
	const struct wt_doc *id = wt_taskfile_id(d);
	struct wt_place place = place_of(r, d);
	enum field field;

	if (d->kind != WT_DOC_MAP) {
		wrong(r, d, "a map with the task's id, title and so on");
		return;
	}
	if (!id) {
		wt_diags_add(r->diags, WT_SEVERITY_ERROR, place, "a task without 'id'");
		return;
	}
	if (!wt_doc_text(id) || !wt_text_is_id(wt_str_of(id->text))) {
		wrong(r, id, "an id (a letter or digit, then letters, digits, '.', '_' or '-')");
		return;
	}
	r->task = wt_tasks_add(r->tasks, id->text, place_of(r, id), r->diags);
	if (!r->task)
		return;
	r->task->source = (struct wt_task_source){ .grammar = WT_GRAMMAR_TASKFILE,
						   .path = r->file->path,
						   .line = d->line };
	for (const struct wt_doc *m = d->child; m; m = m->next) {
		if (!find_field(m->key, &field))
			say_unknown(r, m);
		else if (m->kind != WT_DOC_NULL)
			read_field(r, field, m);
	}
	choose_title(r, d);
}

/* "dependencies" at the top: an id and what it depends on. */
static void read_dependencies(struct reading *r, const struct wt_doc *map)
{
	if (map->kind != WT_DOC_MAP) {
		wrong(r, map, "a map from an id to a list of ids");
		return;
	}
	for (const struct wt_doc *m = map->child; m; m = m->next) {
		size_t i = wt_map_find(&r->tasks->by_id, m->key);
		struct wt_place place = { r->file->path, m->key_line, m->key_column };

		if (i == WT_MAP_NONE) {
			wt_diags_add(r->diags, WT_SEVERITY_ERROR, place,
				     "there is no task '%.100s'", m->key);
			continue;
		}
		r->task = &r->tasks->items[i];
		if (m->kind != WT_DOC_NULL)
			read_list(r, m, take_dependency);
	}
}

static void read_tasks(struct reading *r, const struct wt_doc *list)
{
	if (list->kind != WT_DOC_LIST) {
		wrong(r, list, "a list of tasks");
		return;
	}
	for (const struct wt_doc *item = list->child; item && !r->tasks->is_full; item = item->next)
		read_task(r, item);
}

/* "batch": short forms, "modify: src/a.c", "test: the parser", a task each */

static const struct {
	const char *verb;
	enum wt_task_type type;
} verbs[] = {
	{ "modify", WT_TYPE_NONE },
	{ "feature", WT_TYPE_FEATURE },
	{ "test", WT_TYPE_TEST },
	{ "doc", WT_TYPE_DOCS },
};

static void read_short(struct reading *r, const struct wt_doc *m, size_t verb)
{
	struct wt_buf id = WT_BUF_INIT, title = WT_BUF_INIT;
	struct wt_str text;

	if (!read_text(r, m, &text))
		return;
	wt_buf_printf(&id, "%s-", verbs[verb].verb);
	wt_text_render_slug(&id, text);
	wt_buf_printf(&title, "%s %.*s", verbs[verb].verb, (int)text.len, text.data);
	if (wt_text_is_id((struct wt_str){ id.data, id.len }))
		r->task = wt_tasks_add(r->tasks, wt_arena_strdup(r->tasks->arena, id.data),
				       place_of(r, m), r->diags);
	else
		wrong(r, m, "something that an id can be made from");
	if (r->task) {
		r->task->source = (struct wt_task_source){ .grammar = WT_GRAMMAR_TASKFILE,
							   .path = r->file->path,
							   .line = m->line };
		r->task->type = verbs[verb].type;
		r->task->type_why = r->task->type ? "declared" : NULL;
		wt_task_set_title(r->tasks, r->task, (struct wt_str){ title.data, title.len },
				  r->diags);
		if (verb == 0)
			take_file(r, m);
	}
	wt_buf_clear(&id);
	wt_buf_clear(&title);
}

static void read_batch_item(struct reading *r, const struct wt_doc *item)
{
	const struct wt_doc *m = item->kind == WT_DOC_MAP ? item->child : NULL;

	if (!m || m->next) {
		wrong(r, item, "one of 'modify: X', 'feature: X', 'test: X', 'doc: X'");
		return;
	}
	for (size_t i = 0; i < LEN(verbs); i++) {
		if (strcmp(m->key, verbs[i].verb) == 0) {
			r->task = NULL;
			read_short(r, m, i);
			return;
		}
	}
	wrong(r, item, "one of 'modify: X', 'feature: X', 'test: X', 'doc: X'");
}

static void read_batch(struct reading *r, const struct wt_doc *list)
{
	if (list->kind != WT_DOC_LIST) {
		wrong(r, list, "a list");
		return;
	}
	for (const struct wt_doc *item = list->child; item && !r->tasks->is_full;
	     item = item->next) {
		if (item->kind == WT_DOC_LIST)
			read_batch(r, item);
		else
			read_batch_item(r, item);
	}
}

/* the document */

static bool is_of_many(const struct wt_doc *root)
{
	return wt_doc_find(root, "tasks") || wt_doc_find(root, "batch");
}

const struct wt_doc *wt_taskfile_list(const struct wt_doc *root)
{
	return root && root->kind == WT_DOC_LIST ? root : wt_doc_find(root, "tasks");
}

static void read_members(struct reading *r, const struct wt_doc *root)
{
	static const char *const known[] = { "tasks", "batch", "dependencies", "version",
					     "name",  "title", "description" };
	const struct wt_doc *dependencies = wt_doc_find(root, "dependencies");

	for (const struct wt_doc *m = root->child; m; m = m->next) {
		bool is_known = false;

		for (size_t i = 0; i < LEN(known); i++)
			is_known |= strcmp(known[i], m->key) == 0;
		if (strcmp(m->key, "tasks") == 0 && m->kind != WT_DOC_NULL)
			read_tasks(r, m);
		else if (strcmp(m->key, "batch") == 0 && m->kind != WT_DOC_NULL)
			read_batch(r, m);
		else if (!is_known)
			say_unknown(r, m);
	}
	if (dependencies && dependencies->kind != WT_DOC_NULL)
		read_dependencies(r, dependencies);
}

void wt_taskfile_parse(const struct wt_taskfile *file, struct wt_tasks *tasks,
		       struct wt_diags *diags)
{
	struct reading r = { .file = file, .tasks = tasks, .diags = diags };
	size_t before = tasks->len, errors = diags->errors;

	if (file->root && file->root->kind == WT_DOC_LIST)
		read_tasks(&r, file->root);
	else if (file->root && is_of_many(file->root))
		read_members(&r, file->root);
	else if (file->root && file->root->kind != WT_DOC_NULL)
		read_task(&r, file->root);
	if (tasks->len == before && diags->errors == errors)
		wt_diags_add(diags, WT_SEVERITY_HINT, (struct wt_place){ file->path, 0, 0 },
			     "'%s' holds no task", file->path);
}
