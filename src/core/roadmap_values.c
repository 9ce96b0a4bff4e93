/* SPDX-License-Identifier: MIT */
/* What the values of a section mean for its task. */

#include <stdio.h>
#include <string.h>

#include "roadmap_reading.h"

#define MAX_WORD     64u
#define MAX_PRIORITY 32u

struct reading {
	const struct roadmap_scan *scan;
	struct wt_tasks *tasks;
	struct wt_task *task;
	struct wt_diags *diags;
	unsigned seen; /* bit per field that has its value */
};

static size_t count_words(struct wt_str s)
{
	struct wt_str word;
	size_t n = 0;

	while (wt_str_next(&s, " \t", &word))
		n++;
	return n;
}

/* Only tasks that may run are worth a warning, and a sentence is no slip of the pen. */
static void warn(const struct reading *r, const struct roadmap_value *v, const char *expected)
{
	struct wt_buf shown = WT_BUF_INIT;
	struct wt_str text = wt_roadmap_first_line(v->text);

	if (v->is_loose || r->task->status != WT_TASK_PLANNED)
		return;
	if (text.len > MAX_WORD)
		text.len = MAX_WORD;
	while (text.len && ((unsigned char)text.data[text.len - 1] & 0xC0) == 0x80)
		text.len--;
	if (text.len && (unsigned char)text.data[text.len - 1] >= 0xC0)
		text.len--;
	wt_text_render_safe(&shown, text);
	wt_diags_add(r->diags, WT_SEVERITY_WARNING, wt_md_place(r->scan->md, v->line, v->text),
		     "task '%s': '%s' is not %s", r->task->id, shown.data, expected);
	wt_buf_clear(&shown);
}

/* single values */

static bool level_of(struct wt_str s, enum wt_level *out)
{
	struct wt_str word;
	bool is_known = false;

	s = wt_roadmap_before_remark(s);
	if (count_words(s) > 3)
		return false;
	while (wt_str_next(&s, " -/", &word)) {
		if (wt_level_parse(word, out))
			is_known = true;
		else if (wt_str_is_nocase(word, "critical")) {
			*out = WT_LEVEL_HIGH;
			is_known = true;
		}
	}
	return is_known;
}

static bool read_level(const struct reading *r, const struct roadmap_value *v, enum wt_level *out)
{
	enum wt_level level = WT_LEVEL_NONE;

	if (!level_of(wt_roadmap_first_line(v->text), &level)) {
		if (count_words(v->text) <= 4)
			warn(r, v, "low, medium or high");
		return false;
	}
	*out = level;
	return true;
}

static bool read_estimate(const struct reading *r, const struct roadmap_value *v)
{
	if (wt_task_parse_estimate(wt_roadmap_first_line(v->text), &r->task->estimate_s))
		return true;
	if (!wt_roadmap_is_nothing(wt_roadmap_first_line(v->text)))
		warn(r, v, "an amount of time such as '3-5 hours' or '2 days'");
	return false;
}

static bool read_order(const struct reading *r, const struct roadmap_value *v)
{
	struct wt_str s = wt_roadmap_before_remark(wt_roadmap_first_line(v->text));

	if (wt_str_starts(s, "#"))
		s = roadmap_from(s, 1);
	if (!wt_text_parse_int(s, &r->task->order)) {
		warn(r, v, "a number");
		return false;
	}
	r->task->has_order = true;
	return true;
}

static bool read_critical(const struct reading *r, const struct roadmap_value *v)
{
	struct wt_str s = wt_roadmap_before_remark(wt_roadmap_first_line(v->text));

	if (wt_text_parse_bool(s, &r->task->is_critical))
		return true;
	if (count_words(s) == 1)
		warn(r, v, "yes or no");
	return false;
}

static bool read_type(const struct reading *r, const struct roadmap_value *v)
{
	struct wt_str s = wt_roadmap_before_remark(wt_roadmap_first_line(v->text));
	struct wt_str rest = s, piece;

	while (wt_str_next(&rest, "/,&", &piece)) {
		if (wt_task_type_parse(wt_roadmap_trim(piece), &r->task->type)) {
			r->task->type_why = "declared";
			return true;
		}
	}
	if (count_words(s) <= 2)
		warn(r, v, "feature, bugfix, refactor, test, docs or config");
	return false;
}

static bool read_priority(const struct reading *r, const struct roadmap_value *v)
{
	struct wt_str s = wt_roadmap_before_remark(wt_roadmap_first_line(v->text));
	struct wt_buf b = WT_BUF_INIT;

	if (!s.len || s.len > MAX_PRIORITY || count_words(s) > 3)
		return false;
	wt_task_render_title(&b, s);
	r->task->priority = wt_arena_strdup(r->tasks->arena, b.data);
	wt_buf_clear(&b);
	return true;
}

/* The name of an agent, a model or a template: one word. */
static bool read_name(const struct reading *r, const struct roadmap_value *v, const char **out)
{
	struct wt_str s = wt_roadmap_before_remark(wt_roadmap_first_line(v->text));
	size_t len = 0;

	while (s.len && s.data[0] == '`' && s.data[s.len - 1] == '`' && s.len > 1)
		s = (struct wt_str){ s.data + 1, s.len - 2 };
	while (len < s.len && (roadmap_is_letter(s.data[len]) || roadmap_is_digit(s.data[len]) ||
			       (strchr("._:/@-", s.data[len]) && s.data[len])))
		len++;
	if (len == 0 || len != s.len || len > MAX_WORD) {
		if (count_words(s) <= 2)
			warn(r, v, "a name of one word");
		return false;
	}
	*out = wt_arena_strndup(r->tasks->arena, s.data, s.len);
	return true;
}

/* People also write in sentences what can go together. */
static bool read_parallel(const struct reading *r, const struct roadmap_value *v)
{
	struct wt_str s = wt_roadmap_before_remark(wt_roadmap_first_line(v->text));
	bool is_parallel;

	if (!wt_text_parse_bool(s, &is_parallel))
		return false;
	r->task->is_alone = !is_parallel;
	return true;
}

/* Written as dependencies are. */
static void read_rivals(const struct reading *r, struct wt_str line)
{
	struct wt_task named = { .id = r->task->id,
				 .status = r->task->status,
				 .source = r->task->source };

	wt_roadmap_add_depends(r->scan, r->tasks, &named, line, r->diags);
	for (size_t i = 0; i < named.n_depends; i++)
		wt_task_add_rival(r->tasks, r->task, named.depends_on[i], r->diags);
}

static bool read_single(const struct reading *r, const struct roadmap_value *v)
{
	struct wt_task *t = r->task;

	switch (v->field) {
	case ROADMAP_ESTIMATE:
		return read_estimate(r, v);
	case ROADMAP_ORDER:
		return read_order(r, v);
	case ROADMAP_PRIORITY:
		return read_priority(r, v);
	case ROADMAP_RISK:
		return read_level(r, v, &t->risk);
	case ROADMAP_COMPLEXITY:
		return read_level(r, v, &t->complexity);
	case ROADMAP_CRITICAL:
		return read_critical(r, v);
	case ROADMAP_TYPE:
		return read_type(r, v);
	case ROADMAP_AGENT:
		return read_name(r, v, &t->agent);
	case ROADMAP_MODEL:
		return read_name(r, v, &t->model);
	case ROADMAP_TEMPLATE:
		return read_name(r, v, &t->template);
	case ROADMAP_PARALLEL:
		return read_parallel(r, v);
	default:
		return false;
	}
}

static void read_value(void *arg, const struct roadmap_value *v)
{
	struct reading *r = arg;
	struct wt_str line = wt_roadmap_first_line(v->text);
	struct wt_str text = v->text;

	r->tasks->line = v->line;
	switch (v->field) {
	case ROADMAP_NONE:
	case ROADMAP_STATUS:
		return;
	case ROADMAP_FILES:
		wt_roadmap_checkbox(line, &line);
		wt_roadmap_add_files(r->tasks, r->task, line, r->diags);
		return;
	case ROADMAP_DEPENDS:
		(r->scan->add_depends ? r->scan->add_depends : wt_roadmap_add_depends)(
			r->scan, r->tasks, r->task, line, r->diags);
		return;
	case ROADMAP_LABELS:
		wt_task_add_labels(r->tasks, r->task, line);
		return;
	case ROADMAP_RIVALS:
		read_rivals(r, line);
		return;
	case ROADMAP_CRITERIA:
		wt_roadmap_checkbox(text, &text);
		wt_task_add_criterion(r->tasks, r->task, text);
		return;
	default:
		break;
	}
	if (!(r->seen & 1u << v->field) && read_single(r, v))
		r->seen |= 1u << v->field;
}

void wt_roadmap_read_values(const struct roadmap_scan *scan, size_t head, struct wt_tasks *tasks,
			    struct wt_task *task, struct wt_diags *diags)
{
	struct reading r = { .scan = scan, .tasks = tasks, .task = task, .diags = diags };

	wt_roadmap_each_value(scan, head, read_value, &r);
}

void wt_roadmap_read_value(const struct roadmap_scan *scan, const struct roadmap_value *value,
			   struct wt_tasks *tasks, struct wt_task *task, struct wt_diags *diags)
{
	struct reading r = { .scan = scan, .tasks = tasks, .task = task, .diags = diags };

	read_value(&r, value);
}
