/* SPDX-License-Identifier: MIT */
/* The keys of one task in a task file. */

#include <string.h>

#include "doc_reading.h"

const struct wt_doc *wt_taskfile_id(const struct wt_doc *task)
{
	const struct wt_doc *id = wt_doc_find(task, "id");

	return id ? id : wt_doc_find(task, "task_id");
}

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
	RIVALS,
	PARALLEL,
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
	{ "conflicts_with", RIVALS },
	{ "parallel", PARALLEL },
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
	wt_diags_add(r->diags, r->is_mild ? WT_SEVERITY_WARNING : WT_SEVERITY_ERROR,
		     wt_taskfile_place(r, d), "'%s' is %s where %s is expected",
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

static void read_parallel(const struct taskfile_reading *r, const struct wt_doc *d)
{
	bool is_parallel = !r->task->is_alone;

	read_bool(r, d, &is_parallel);
	r->task->is_alone = !is_parallel;
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

/* In small letters, without blanks, '-' and '_'. */
static bool fold_status(const char *text, char *out, size_t size)
{
	size_t len = 0;

	for (; *text; text++) {
		char c = *text;

		if (strchr(" \t\r\n-_", c))
			continue;
		if (len + 1 == size)
			return false;
		out[len++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	out[len] = '\0';
	return true;
}

bool wt_taskfile_status(const char *text, enum wt_task_status *out)
{
	static const struct {
		const char *name;
		enum wt_task_status status;
	} words[] = {
		{ "planned", WT_TASK_PLANNED },        { "todo", WT_TASK_PLANNED },
		{ "open", WT_TASK_PLANNED },           { "pending", WT_TASK_PLANNED },
		{ "notstarted", WT_TASK_PLANNED },     { "new", WT_TASK_PLANNED },
		{ "backlog", WT_TASK_PLANNED },        { "draft", WT_TASK_PLANNED },
		{ "drafted", WT_TASK_PLANNED },        { "approved", WT_TASK_PLANNED },
		{ "ready", WT_TASK_PLANNED },          { "readyfordev", WT_TASK_PLANNED },
		{ "inprogress", WT_TASK_IN_PROGRESS }, { "wip", WT_TASK_IN_PROGRESS },
		{ "doing", WT_TASK_IN_PROGRESS },      { "started", WT_TASK_IN_PROGRESS },
		{ "active", WT_TASK_IN_PROGRESS },     { "review", WT_TASK_IN_PROGRESS },
		{ "inreview", WT_TASK_IN_PROGRESS },   { "readyforreview", WT_TASK_IN_PROGRESS },
		{ "completed", WT_TASK_COMPLETED },    { "complete", WT_TASK_COMPLETED },
		{ "done", WT_TASK_COMPLETED },         { "closed", WT_TASK_COMPLETED },
		{ "finished", WT_TASK_COMPLETED },     { "merged", WT_TASK_COMPLETED },
		{ "resolved", WT_TASK_COMPLETED },     { "failed", WT_TASK_FAILED },
		{ "error", WT_TASK_FAILED },           { "blocked", WT_TASK_BLOCKED },
		{ "onhold", WT_TASK_BLOCKED },         { "deferred", WT_TASK_BLOCKED },
		{ "cancelled", WT_TASK_BLOCKED },      { "canceled", WT_TASK_BLOCKED },
		{ "skipped", WT_TASK_BLOCKED },        { "wontdo", WT_TASK_BLOCKED },
		{ "abandoned", WT_TASK_BLOCKED },
	};
	char folded[24];

	if (!text || !fold_status(text, folded, sizeof folded))
		return false;
	for (size_t i = 0; i < LEN(words); i++) {
		if (strcmp(folded, words[i].name) == 0) {
			*out = words[i].status;
			return true;
		}
	}
	return false;
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
	if (take == wt_taskfile_take_file)
		wt_task_expect_files(r->tasks, r->task, wt_doc_count(d));
	for (const struct wt_doc *item = d->child; item; item = item->next) {
		if (item->kind == WT_DOC_SCALAR)
			take(r, item);
		else
			wt_taskfile_wrong(r, item, "text");
	}
}

void wt_taskfile_take_file(const struct taskfile_reading *r, const struct wt_doc *item)
{
	r->tasks->line = item->line;
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

/* Without the '#' that issues have; in front matter also of "[[id]]", "id.md" and "id (why)". */
static struct wt_str bare_id(const struct taskfile_reading *r, struct wt_str id)
{
	if (id.data[0] == '#')
		id = (struct wt_str){ id.data + 1, id.len - 1 };
	if (!r->is_front)
		return id;
	if (wt_str_starts(id, "[[") && wt_str_ends(id, "]]"))
		id = (struct wt_str){ id.data + 2, id.len - 4 };
	id.len = wt_str_find(id, " (");
	if (wt_str_ends(id, ".md"))
		id.len -= 3;
	return wt_str_trim(id);
}

typedef void add_id_fn(struct wt_tasks *tasks, struct wt_task *task, const char *id,
		       struct wt_diags *diags);

/* Several may stand in one text: "64, 65". */
static void take_ids(const struct taskfile_reading *r, const struct wt_doc *item, add_id_fn *add)
{
	struct wt_str rest = wt_str_of(item->text), id;

	r->tasks->line = item->line;
	while (wt_str_next(&rest, ",", &id)) {
		id = bare_id(r, id);
		if (wt_text_is_id(id))
			add(r->tasks, r->task, wt_arena_strndup(r->tasks->arena, id.data, id.len),
			    r->diags);
		else
			wt_taskfile_wrong(r, item, "the id of a task");
	}
}

void wt_taskfile_take_dependency(const struct taskfile_reading *r, const struct wt_doc *item)
{
	take_ids(r, item, wt_task_add_dependency);
}

static void take_rival(const struct taskfile_reading *r, const struct wt_doc *item)
{
	take_ids(r, item, wt_task_add_rival);
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

/* What takes each item of a field's list; NULL: it is none. */
static taskfile_item *taker_of(enum field field)
{
	switch (field) {
	case FILES:
		return wt_taskfile_take_file;
	case DEPENDS:
		return wt_taskfile_take_dependency;
	case CRITERIA:
		return take_criterion;
	case LABELS:
		return take_label;
	case RIVALS:
		return take_rival;
	default:
		return NULL;
	}
}

static void read_single(const struct taskfile_reading *r, enum field field, const struct wt_doc *d)
{
	struct wt_task *t = r->task;

	switch (field) {
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
	case PARALLEL:
		read_parallel(r, d);
		break;
	default:
		break;
	}
}

static void read_field(const struct taskfile_reading *r, enum field field, const struct wt_doc *d)
{
	taskfile_item *take = taker_of(field);
	const char **word = word_of(r->task, field);

	if (take)
		wt_taskfile_read_list(r, d, take);
	else if (word)
		read_word(r, d, word);
	else
		read_single(r, field, d);
}

void wt_taskfile_read_fields(struct taskfile_reading *r, const struct wt_doc *map)
{
	enum field field;

	r->is_mild = false;
	for (const struct wt_doc *m = map->child; m; m = m->next) {
		if (r->is_instance && strcmp(m->key, "feature") == 0)
			read_title(r, m);
		else if (!find_field(m->key, &field))
			wt_taskfile_unknown(r, m);
		else if (m->kind != WT_DOC_NULL)
			read_field(r, field, m);
	}
}

/* front matter: other tools write keys there, too, and some of ours with values of theirs */

static bool find_front_field(const char *key, enum field *out)
{
	if (strcmp(key, "name") == 0)
		*out = TITLE;
	else if (!find_field(key, out))
		return false;
	return *out != ID && *out != DESCRIPTION && *out != BODY;
}

bool wt_taskfile_is_key(const char *key)
{
	enum field field;

	return find_front_field(key, &field) && field != TITLE;
}

void wt_taskfile_read_front(struct taskfile_reading *r, const struct wt_doc *map)
{
	enum wt_task_type type;
	bool has_depends = false;
	enum field field;

	r->is_front = true;
	for (const struct wt_doc *m = map->child; m; m = m->next) {
		if (!find_front_field(m->key, &field) || m->kind == WT_DOC_NULL)
			continue;
		/* "type: story" says something else than we do. */
		if (field == TYPE && wt_doc_text(m) &&
		    !wt_task_type_parse(wt_str_of(m->text), &type))
			continue;
		/* Whoever lost a dependency would start too early. */
		r->is_mild = field != DEPENDS && field != RIVALS;
		if (field == DEPENDS && !has_depends)
			r->task->n_depends = 0;
		has_depends |= field == DEPENDS;
		read_field(r, field, m);
	}
	r->is_mild = r->is_front = false;
}
