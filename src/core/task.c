/* SPDX-License-Identifier: MIT */
/* The list of tasks and the values that every source puts into one. */

#include "wtorch/core/task.h"

#include <string.h>

#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"

#define MAX_PATH_BYTES 4096u
#define MAX_SHOWN      200u /* bytes of a path that is none */
#define MAX_REFUSED    100u /* such paths beside the first of each task */

static const char *const status_names[] = { "planned", "in_progress", "completed", "failed",
					    "blocked" };
static const char *const level_names[] = { NULL, "low", "medium", "high" };
static const char *const type_names[] = { NULL,   "feature", "bugfix", "refactor",
					  "test", "docs",    "config" };
static const char *const grammar_names[] = { "roadmap", "taskfile", "tasklist", "spec" };
static const char *const from_names[] = { "declared", "text", "symbol", "history", "planner" };

#define LEN(array) (sizeof(array) / sizeof(array)[0])

static struct wt_place place_of(const struct wt_task *task)
{
	return (struct wt_place){ task->source.path, task->source.line, 1 };
}

void wt_tasks_clear(struct wt_tasks *tasks)
{
	wt_map_clear(&tasks->by_id);
	*tasks = (struct wt_tasks){ .arena = tasks->arena };
}

struct wt_task *wt_tasks_add(struct wt_tasks *tasks, const char *id, struct wt_place place,
			     struct wt_diags *diags)
{
	size_t first = wt_map_find(&tasks->by_id, id);
	struct wt_task *task;

	if (first != WT_MAP_NONE && first >= tasks->source_start) {
		const struct wt_task_source *s = &tasks->items[first].source;

		wt_diags_add(
			diags, WT_SEVERITY_WARNING, place,
			"task '%s' in line %zu is left out: the one in %s line %zu has that id", id,
			place.line, s->path ? s->path : "the issue", s->line);
		return NULL;
	}
	if (tasks->len >= WT_MAX_TASKS) {
		if (!tasks->is_full)
			wt_diags_add(diags, WT_SEVERITY_ERROR, place,
				     "task '%s' is one too many: a plan has at most %u", id,
				     WT_MAX_TASKS);
		tasks->is_full = true;
		return NULL;
	}
	task = WT_ARENA_PUSH(tasks->arena, tasks->items, tasks->len, tasks->cap);
	task->id = wt_arena_strdup(tasks->arena, id);
	task->title = task->id;
	task->body = "";
	task->estimate_s = -1;
	task->source.path = place.path;
	task->source.line = place.line;
	wt_map_set(&tasks->by_id, task->id, tasks->len - 1);
	return task;
}

void wt_tasks_reserve(struct wt_tasks *tasks, size_t n)
{
	size_t want = tasks->len + (n < WT_MAX_TASKS ? n : WT_MAX_TASKS);
	struct wt_task *moved;

	if (want <= tasks->cap)
		return;
	moved = wt_arena_alloc(tasks->arena, want * sizeof *moved);
	if (tasks->len)
		memcpy(moved, tasks->items, tasks->len * sizeof *moved);
	tasks->items = moved;
	tasks->cap = want;
}

const struct wt_task *wt_tasks_find(const struct wt_tasks *tasks, const char *id)
{
	size_t i = wt_map_find(&tasks->by_id, id);

	return i == WT_MAP_NONE ? NULL : &tasks->items[i];
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ":12", ":12-40", ":12:3", "#L12" at the end, and "::name" as test runners write it. */
static struct wt_str without_position(struct wt_str path)
{
	size_t at = wt_str_find(path, "::");
	size_t i;

	if (at > 0)
		path.len = at;
	i = path.len;
	while (i > 0 && (is_digit(path.data[i - 1]) || memchr(":-L#", path.data[i - 1], 4)))
		i--;
	for (; i < path.len; i++) {
		if (path.data[i] == ':' ||
		    (path.data[i] == '#' && path.len - i > 1 && path.data[i + 1] == 'L'))
			break;
	}
	if (i > 0 && i + 1 < path.len && is_digit(path.data[path.len - 1]))
		path.len = i;
	return path;
}

static struct wt_str trim_path(struct wt_str path)
{
	path = wt_str_trim(path);
	if (path.len && path.data[path.len - 1] == ')') {
		size_t at = wt_str_find(path, " (");

		if (at > 0 && at < path.len)
			path = wt_str_trim((struct wt_str){ path.data, at });
	}
	while (path.len > 1 && memchr("`'\"", path.data[0], 3) &&
	       path.data[0] == path.data[path.len - 1]) {
		path.data++;
		path.len -= 2;
	}
	path = without_position(path);
	while (wt_str_starts(path, "./")) {
		path.data += 2;
		path.len -= 2;
	}
	return path;
}

/* "a//b" and "a/./b" name what "a/b" names, and a folder keeps its '/'. */
static const char *spelled_once(struct wt_arena *a, struct wt_str path)
{
	char *s = wt_arena_strndup(a, path.data, path.len);
	const char *normal;

	if (!strstr(s, "//") && !strstr(s, "/./"))
		return s;
	normal = wt_path_normal(a, s);
	return path.data[path.len - 1] == '/' ? wt_arena_printf(a, "%s/", normal) : normal;
}

void wt_task_refuse(struct wt_tasks *tasks, struct wt_task *task, const char *defect,
		    struct wt_diags *diags)
{
	if (task->defect)
		return;
	task->defect = wt_arena_strdup(tasks->arena, defect);
	wt_diags_add(diags, WT_SEVERITY_WARNING, place_of(task), "task '%s' cannot be run: %s",
		     task->id, defect);
}

/* Every such path is said, where it stands; a file full of them says no more than many. */
static void refuse_path(struct wt_tasks *tasks, struct wt_task *task, struct wt_str path,
			struct wt_diags *diags)
{
	struct wt_place place = place_of(task);
	struct wt_buf defect = WT_BUF_INIT;

	if (task->defect && ++tasks->n_refused > MAX_REFUSED)
		return;
	path.len = path.len < MAX_SHOWN ? path.len : MAX_SHOWN;
	wt_buf_puts(&defect, "file '");
	wt_text_render_safe(&defect, path);
	wt_buf_puts(&defect, "' is no path inside the repository");
	place.line = tasks->line ? tasks->line : place.line;
	wt_diags_add(diags, WT_SEVERITY_WARNING, place, "task '%s' cannot be run: %s", task->id,
		     defect.data);
	if (!task->defect)
		task->defect = wt_arena_strdup(tasks->arena, defect.data);
	wt_buf_clear(&defect);
}

void wt_task_expect_files(struct wt_tasks *tasks, struct wt_task *task, size_t n)
{
	n = n < WT_MAX_TASK_FILES ? n : WT_MAX_TASK_FILES;
	if (task->n_files || n <= task->cap_files)
		return;
	task->files = wt_arena_alloc(tasks->arena, n * sizeof *task->files);
	task->cap_files = n;
}

void wt_task_add_file(struct wt_tasks *tasks, struct wt_task *task, struct wt_str path,
		      enum wt_file_from from, struct wt_diags *diags)
{
	struct wt_task_file *file;
	const char *name;

	path = trim_path(path);
	/* It stays refused; comparing all the others would only take time. */
	if (path.len == 0 || (task->n_files == WT_MAX_TASK_FILES && task->defect))
		return;
	if (path.len > MAX_PATH_BYTES || !wt_path_is_tame(path)) {
		if (from == WT_FROM_DECLARED)
			refuse_path(tasks, task, path, diags);
		return;
	}
	name = spelled_once(tasks->arena, path);
	for (size_t i = 0; i < task->n_files; i++) {
		file = &task->files[i];
		if (strcmp(file->path, name) == 0) {
			file->from = from < file->from ? from : file->from;
			return;
		}
	}
	if (task->n_files == WT_MAX_TASK_FILES) {
		if (from == WT_FROM_DECLARED)
			wt_task_refuse(tasks, task, "it declares more than 1000 files", diags);
		return;
	}
	file = WT_ARENA_PUSH(tasks->arena, task->files, task->n_files, task->cap_files);
	*file = (struct wt_task_file){ name, from };
}

static bool has_id(const char *const *ids, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(ids[i], id) == 0)
			return true;
	}
	return false;
}

void wt_task_add_dependency(struct wt_tasks *tasks, struct wt_task *task, const char *id,
			    struct wt_diags *diags)
{
	size_t n = task->n_depends;

	if (task->n_depends == WT_MAX_TASK_FILES && task->defect)
		return;
	if (has_id(task->depends_on, task->n_depends, id))
		return;
	if (task->n_depends == WT_MAX_TASK_FILES) {
		wt_task_refuse(tasks, task, "it depends on more than 1000 tasks", diags);
		return;
	}
	if (n == 0 || task->depends_lines)
		*WT_ARENA_PUSH(tasks->arena, task->depends_lines, n, task->cap_lines) = tasks->line;
	*WT_ARENA_PUSH(tasks->arena, task->depends_on, task->n_depends, task->cap_depends) =
		wt_arena_strdup(tasks->arena, id);
}

void wt_task_add_rival(struct wt_tasks *tasks, struct wt_task *task, const char *id,
		       struct wt_diags *diags)
{
	if (strcmp(task->id, id) == 0 || has_id(task->conflicts_with, task->n_conflicts_with, id))
		return;
	if (task->n_conflicts_with == WT_MAX_TASK_FILES) {
		wt_task_refuse(tasks, task, "it conflicts with more than 1000 tasks", diags);
		return;
	}
	*WT_ARENA_PUSH(tasks->arena, task->conflicts_with, task->n_conflicts_with,
		       task->cap_conflicts_with) = wt_arena_strdup(tasks->arena, id);
}

/* One line that may be printed anywhere: s with one blank where it has several. */
static void render_line(struct wt_buf *out, struct wt_str s)
{
	struct wt_buf safe = WT_BUF_INIT;

	wt_text_render_safe(&safe, wt_str_trim(s));
	for (size_t i = 0; i < safe.len; i++) {
		if (safe.data[i] != ' ' || (i > 0 && safe.data[i - 1] != ' '))
			wt_buf_putc(out, safe.data[i]);
	}
	wt_buf_clear(&safe);
}

void wt_task_add_criterion(struct wt_tasks *tasks, struct wt_task *task, struct wt_str text)
{
	struct wt_buf b = WT_BUF_INIT;

	render_line(&b, text);
	if (b.len)
		*WT_ARENA_PUSH(tasks->arena, task->criteria, task->n_criteria, task->cap_criteria) =
			wt_arena_strdup(tasks->arena, b.data);
	wt_buf_clear(&b);
}

static bool is_word_byte(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

/* How many '*' from i on are emphasis, 0 when they stand alone or in a word: "a * b", "2*3". */
static size_t emphasis_at(struct wt_str s, size_t i)
{
	size_t end = i;
	bool before, behind;

	while (end < s.len && s.data[end] == '*')
		end++;
	before = i > 0 && is_word_byte(s.data[i - 1]);
	behind = end < s.len && is_word_byte(s.data[end]);
	return end - i == 1 && before == behind ? 0 : end - i;
}

/* Backticks, emphasis and the backslashes before punctuation go. */
static void strip_markup(struct wt_buf *out, struct wt_str s)
{
	bool is_code = false;

	for (size_t i = 0; i < s.len; i++) {
		size_t skip = !is_code ? emphasis_at(s, i) : 0;

		if (s.data[i] == '`') {
			is_code = !is_code;
			continue;
		}
		if (skip > 0) {
			i += skip - 1;
			continue;
		}
		if (!is_code && s.data[i] == '\\' && i + 1 < s.len &&
		    memchr("*_`[]#\\<>()", s.data[i + 1], 11))
			i++;
		wt_buf_putc(out, s.data[i]);
	}
}

void wt_task_render_title(struct wt_buf *out, struct wt_str text)
{
	struct wt_buf plain = WT_BUF_INIT;

	strip_markup(&plain, wt_str_trim(text));
	render_line(out, (struct wt_str){ plain.data, plain.len });
	wt_buf_clear(&plain);
}

void wt_task_set_title(struct wt_tasks *tasks, struct wt_task *task, struct wt_str text,
		       struct wt_diags *diags)
{
	struct wt_buf b = WT_BUF_INIT;

	wt_task_render_title(&b, text);
	if (b.len > WT_MAX_TITLE) {
		size_t cut = WT_MAX_TITLE;

		while (cut > 0 && ((unsigned char)b.data[cut] & 0xC0) == 0x80)
			cut--;
		wt_diags_add(diags, WT_SEVERITY_WARNING, place_of(task),
			     "the title of task '%s' is cut at %u of %zu bytes", task->id,
			     WT_MAX_TITLE, b.len);
		wt_buf_cut(&b, cut);
	}
	task->title = b.len ? wt_arena_strdup(tasks->arena, b.data) : task->id;
	wt_buf_clear(&b);
}

/* names */

static const char *name_of(const char *const *names, size_t n, size_t value)
{
	return value < n ? names[value] : NULL;
}

/* Compares in any case, with ' ' and '-' as '_'. */
static bool is_name(struct wt_str s, const char *name)
{
	if (s.len != strlen(name))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c == ' ' || c == '-')
			c = '_';
		if (c != name[i])
			return false;
	}
	return true;
}

static bool find_name(const char *const *names, size_t n, struct wt_str s, size_t *value)
{
	s = wt_str_trim(s);
	for (size_t i = 0; i < n; i++) {
		if (names[i] && is_name(s, names[i])) {
			*value = i;
			return true;
		}
	}
	return false;
}

const char *wt_task_status_name(enum wt_task_status s)
{
	return name_of(status_names, LEN(status_names), (size_t)s);
}

const char *wt_level_name(enum wt_level l)
{
	return name_of(level_names, LEN(level_names), (size_t)l);
}

const char *wt_task_type_name(enum wt_task_type t)
{
	return name_of(type_names, LEN(type_names), (size_t)t);
}

const char *wt_grammar_name(enum wt_grammar g)
{
	return name_of(grammar_names, LEN(grammar_names), (size_t)g);
}

const char *wt_file_from_name(enum wt_file_from f)
{
	return name_of(from_names, LEN(from_names), (size_t)f);
}

bool wt_task_status_parse(struct wt_str s, enum wt_task_status *out)
{
	size_t value;
	bool ok = find_name(status_names, LEN(status_names), s, &value);

	if (ok)
		*out = (enum wt_task_status)value;
	return ok;
}

bool wt_level_parse(struct wt_str s, enum wt_level *out)
{
	size_t value;
	bool ok = find_name(level_names, LEN(level_names), s, &value);

	if (ok)
		*out = (enum wt_level)value;
	return ok;
}

bool wt_task_type_parse(struct wt_str s, enum wt_task_type *out)
{
	static const struct {
		const char *name;
		enum wt_task_type type;
	} others[] = {
		{ "bug", WT_TYPE_BUGFIX },
		{ "fix", WT_TYPE_BUGFIX },
		{ "bug_fix", WT_TYPE_BUGFIX },
		{ "refactoring", WT_TYPE_REFACTOR },
		{ "tests", WT_TYPE_TEST },
		{ "testing", WT_TYPE_TEST },
		{ "doc", WT_TYPE_DOCS },
		{ "documentation", WT_TYPE_DOCS },
		{ "configuration", WT_TYPE_CONFIG },
	};
	size_t value;

	if (find_name(type_names, LEN(type_names), s, &value)) {
		*out = (enum wt_task_type)value;
		return true;
	}
	s = wt_str_trim(s);
	for (size_t i = 0; i < LEN(others); i++) {
		if (is_name(s, others[i].name)) {
			*out = others[i].type;
			return true;
		}
	}
	return false;
}

bool wt_file_from_parse(struct wt_str s, enum wt_file_from *out)
{
	size_t value;
	bool ok = find_name(from_names, LEN(from_names), s, &value);

	if (ok)
		*out = (enum wt_file_from)value;
	return ok;
}

bool wt_grammar_parse_name(struct wt_str s, enum wt_grammar *out)
{
	size_t value;
	bool ok = find_name(grammar_names, LEN(grammar_names), s, &value);

	if (ok)
		*out = (enum wt_grammar)value;
	return ok;
}
