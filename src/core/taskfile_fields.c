/* SPDX-License-Identifier: MIT */
/* The keys of one task in a task file. */

#include <string.h>

#include "taskfile_priv.h"

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
	LABELS,
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
	{ "labels", LABELS },
	{ "task_id", ID },
	{ "files_affected", FILES },
	{ "estimated", ESTIMATE },
	{ "estimated_duration", ESTIMATE },
	{ "estimated_effort", ESTIMATE },
	{ "risk_level", RISK },
	{ "dependencies", DEPENDS },
	{ "blocked_by", DEPENDS },
	{ "acceptance_criteria", CRITERIA },
	{ "tags", LABELS },
	{ "workflow", TEMPLATE },
};

struct wt_place wt_taskfile_place(const struct taskfile_reading *r, const struct wt_doc *d)
{
	return (struct wt_place){ r->file->path, d->line, d->column };
}

static const char *kind_name(const struct wt_doc *d)
{
	static const char *const names[] = { "nothing", "a single value", "a list", "a map" };

	return names[d->kind];
}

void wt_taskfile_wrong(const struct taskfile_reading *r, const struct wt_doc *d, const char *want)
{
	struct wt_buf shown = WT_BUF_INIT;

	if (wt_doc_text(d)) {
		wt_buf_putc(&shown, '\'');
		wt_task_render_title(&shown, (struct wt_str){ d->text, strnlen(d->text, 60) });
		wt_buf_putc(&shown, '\'');
	} else {
		wt_buf_puts(&shown, kind_name(d));
	}
	wt_diags_add(r->diags, WT_SEVERITY_ERROR, wt_taskfile_place(r, d),
		     "'%s' is %s where %s is expected", d->key ? d->key : "item", shown.data, want);
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

void wt_taskfile_unknown(const struct taskfile_reading *r, const struct wt_doc *d)
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

bool wt_taskfile_text(const struct taskfile_reading *r, const struct wt_doc *d, struct wt_str *out)
{
	if (d->kind != WT_DOC_SCALAR) {
		wt_taskfile_wrong(r, d, "text");
		return false;
	}
	*out = wt_str_trim(wt_str_of(d->text));
	return true;
}

static void read_word(const struct taskfile_reading *r, const struct wt_doc *d, const char **out)
{
	struct wt_str s;

	if (!wt_taskfile_text(r, d, &s))
		return;
	if (!s.len || strpbrk(d->text, " \t\r\n"))
		wt_taskfile_wrong(r, d, "one word");
	else
		*out = wt_arena_strndup(r->tasks->arena, s.data, s.len);
}

static void read_level(const struct taskfile_reading *r, const struct wt_doc *d, enum wt_level *out)
{
	struct wt_str s;

	if (wt_taskfile_text(r, d, &s) && !wt_level_parse(s, out))
		wt_taskfile_wrong(r, d, "low, medium or high");
}

static void read_bool(const struct taskfile_reading *r, const struct wt_doc *d, bool *out)
{
	struct wt_str s;

	if (wt_taskfile_text(r, d, &s) && !wt_text_parse_bool(s, out))
		wt_taskfile_wrong(r, d, "yes or no");
}

static void read_access(const struct taskfile_reading *r, const struct wt_doc *d)
{
	struct wt_str s;

	if (!wt_taskfile_text(r, d, &s))
		return;
	if (wt_str_is(s, "read_only"))
		r->task->is_read_only = true;
	else if (!wt_str_is(s, "write"))
		wt_taskfile_wrong(r, d, "write or read_only");
}

static void read_estimate(const struct taskfile_reading *r, const struct wt_doc *d)
{
	struct wt_str s;

	if (wt_taskfile_text(r, d, &s) && !wt_task_parse_estimate(s, &r->task->estimate_s))
		wt_taskfile_wrong(r, d, "a time such as 2h or 30min");
}

static void read_priority(const struct taskfile_reading *r, const struct wt_doc *d)
{
	struct wt_buf b = WT_BUF_INIT;
	struct wt_str s;

	if (!wt_taskfile_text(r, d, &s))
		return;
	wt_task_render_title(&b, s);
	if (b.len && b.len <= MAX_PRIORITY)
		r->task->priority = wt_arena_strdup(r->tasks->arena, b.data);
	else
		wt_taskfile_wrong(r, d, "a short word such as P1");
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

static void read_status(const struct taskfile_reading *r, const struct wt_doc *d)
{
	struct wt_str s;

	if (wt_taskfile_text(r, d, &s) && !wt_taskfile_status(d->text, &r->task->status))
		wt_taskfile_wrong(r, d, "planned, in_progress, completed, failed or blocked");
}

static void read_order(const struct taskfile_reading *r, const struct wt_doc *d)
{
	struct wt_str s;

	if (!wt_taskfile_text(r, d, &s))
		return;
	r->task->has_order = wt_text_parse_int(s, &r->task->order);
	if (!r->task->has_order)
		wt_taskfile_wrong(r, d, "a whole number");
}

static void read_type(const struct taskfile_reading *r, const struct wt_doc *d)
{
	struct wt_str s;

	if (!wt_taskfile_text(r, d, &s))
		return;
	if (wt_task_type_parse(s, &r->task->type))
		r->task->type_why = "declared";
	else
		wt_taskfile_wrong(r, d, "feature, bugfix, refactor, test, docs or config");
}

static void read_title(const struct taskfile_reading *r, const struct wt_doc *d)
{
	struct wt_str s;

	if (wt_taskfile_text(r, d, &s))
		wt_task_set_title(r->tasks, r->task, s, r->diags);
}

static void read_body(const struct taskfile_reading *r, const struct wt_doc *d)
{
	struct wt_str s;

	if (wt_taskfile_text(r, d, &s))
		r->task->body = wt_arena_strndup(r->tasks->arena, s.data, s.len);
}

/* lists */

/* A list of texts, or one text alone. */
void wt_taskfile_read_list(const struct taskfile_reading *r, const struct wt_doc *d,
			   taskfile_item *take)
{
	if (d->kind == WT_DOC_SCALAR) {
		take(r, d);
		return;
	}
	if (d->kind != WT_DOC_LIST) {
		wt_taskfile_wrong(r, d, "a list");
		return;
	}
	for (const struct wt_doc *item = d->child; item; item = item->next) {
		if (item->kind == WT_DOC_SCALAR)
			take(r, item);
		else
			wt_taskfile_wrong(r, item, "text");
	}
}

void wt_taskfile_take_file(const struct taskfile_reading *r, const struct wt_doc *item)
{
	wt_task_add_file(r->tasks, r->task, wt_str_of(item->text), WT_FROM_DECLARED, r->diags);
}

static void take_criterion(const struct taskfile_reading *r, const struct wt_doc *item)
{
	wt_task_add_criterion(r->tasks, r->task, wt_str_of(item->text));
}

static void take_label(const struct taskfile_reading *r, const struct wt_doc *item)
{
	wt_task_add_labels(r->tasks, r->task, wt_str_of(item->text));
}

void wt_taskfile_take_dependency(const struct taskfile_reading *r, const struct wt_doc *item)
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
			wt_taskfile_wrong(r, item, "the id of a task");
	}
}

/* Where a field of one word belongs; NULL: it is none. */
static const char **word_of(struct wt_task *t, enum field field)
{
	switch (field) {
	case AGENT:
		return &t->agent;
	case MODEL:
		return &t->model;
	case TEMPLATE:
		return &t->template;
	case BRANCH:
		return &t->branch;
	default:
		return NULL;
	}
}

static void read_field(const struct taskfile_reading *r, enum field field, const struct wt_doc *d)
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
		wt_taskfile_read_list(r, d, wt_taskfile_take_file);
		break;
	case DEPENDS:
		wt_taskfile_read_list(r, d, wt_taskfile_take_dependency);
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
	case MODEL:
	case TEMPLATE:
	case BRANCH:
		read_word(r, d, word_of(t, field));
		break;
	case CRITERIA:
		wt_taskfile_read_list(r, d, take_criterion);
		break;
	case LABELS:
		wt_taskfile_read_list(r, d, take_label);
		break;
	}
}

void wt_taskfile_read_fields(struct taskfile_reading *r, const struct wt_doc *map)
{
	enum field field;

	for (const struct wt_doc *m = map->child; m; m = m->next) {
		if (!find_field(m->key, &field))
			wt_taskfile_unknown(r, m);
		else if (m->kind != WT_DOC_NULL)
			read_field(r, field, m);
	}
}
