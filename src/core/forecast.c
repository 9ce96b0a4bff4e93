/* SPDX-License-Identifier: MIT */
/* The files that a task will touch, as far as its fields and its text tell. */

#include <string.h>

#include "forecast_impl.h"

#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/base/text.h"

#define MAX_TOKEN     512u /* longer ones are no paths that anybody wrote by hand */
#define MAX_EXTENSION 10u

/* What ends a token besides blanks; code spans are cut out before. */
static const char separators[] = " \t\r\n`\"'<>|,;()[]{}=";
static const char separators_in_code[] = " \t\"'<>|,;(){}=";

struct forecast {
	const struct wt_forecast_tree *tree;
	struct forecast_files files;
};

/* Number of paths that sort before key. */
static size_t lower_bound(const struct wt_forecast_tree *tree, const char *key)
{
	size_t low = 0, high = tree->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(tree->paths[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool wt_forecast_has_file(const struct wt_forecast_tree *tree, const char *path)
{
	size_t i = tree->paths ? lower_bound(tree, path) : tree->n;

	return i < tree->n && strcmp(tree->paths[i], path) == 0;
}

/* path is len bytes long and has one more to write to. */
static bool has_folder(const struct wt_forecast_tree *tree, char *path, size_t len)
{
	size_t i;

	path[len] = '/';
	path[len + 1] = '\0';
	i = lower_bound(tree, path);
	return i < tree->n && strncmp(tree->paths[i], path, len + 1) == 0;
}

bool wt_forecast_has_folder(const struct wt_forecast_tree *tree, const char *path)
{
	char folder[4096 + 2];
	size_t len = strlen(path);

	while (len > 0 && path[len - 1] == '/')
		len--;
	if (!tree->paths || len == 0 || len > sizeof folder - 2)
		return false;
	memcpy(folder, path, len);
	return has_folder(tree, folder, len);
}

/* What is left of a file name's extension: ".c", ".json", not ".5" or "v1." */
static bool has_extension(const char *path)
{
	const char *dot = strrchr(wt_path_base(path), '.');
	size_t len = dot ? strlen(dot + 1) : 0;

	if (len == 0 || len > MAX_EXTENSION || dot == path)
		return false;
	for (size_t i = 1; i <= len; i++) {
		char lower = (char)(dot[i] | 0x20);
		bool is_digit = dot[i] >= '0' && dot[i] <= '9';

		if (!(lower >= 'a' && lower <= 'z') && !(is_digit && i > 1))
			return false;
	}
	return true;
}

/* The folder that a path or glob begins with, up to its last '/' before any wildcard. */
static bool has_known_folder(const struct wt_forecast_tree *tree, const char *path)
{
	char folder[MAX_TOKEN + 2];
	size_t len = strcspn(path, "*?[");

	while (len > 0 && path[len - 1] != '/')
		len--;
	if (len == 0)
		return false;
	memcpy(folder, path, len - 1);
	return has_folder(tree, folder, len - 1);
}

static bool is_likely(const struct wt_forecast_tree *tree, const char *path, bool is_code)
{
	bool has_slash = strchr(path, '/') != NULL;
	bool is_glob = wt_path_is_glob(path);

	if (path[strlen(path) - 1] == '/' || (is_glob && !is_code))
		return false;
	if (!tree->paths)
		return is_code && has_slash && has_extension(path);
	if (!is_glob && wt_forecast_has_file(tree, path))
		return has_slash || is_code || has_extension(path);
	return has_extension(path) && has_known_folder(tree, path) &&
	       !wt_forecast_has_folder(tree, path);
}

/* "./", emphasis and brackets in front, the sentence's punctuation behind. */
static struct wt_str trim_token(struct wt_str s, bool is_code)
{
	const char *behind = is_code ? ".,:;!" : ".,:;!?*_~";
	size_t hash = wt_str_find(s, "#L");

	if (hash > 0)
		s.len = hash;
	while (!is_code && s.len && memchr("*_~", s.data[0], 3)) {
		s.data++;
		s.len--;
	}
	while (wt_str_starts(s, "./")) {
		s.data += 2;
		s.len -= 2;
	}
	while (s.len && memchr(behind, s.data[s.len - 1], strlen(behind)))
		s.len--;
	return s;
}

/* ":12", ":12-40", ":12:3" behind a path. */
static struct wt_str without_line(struct wt_str s)
{
	const char *colon = s.len ? memchr(s.data, ':', s.len) : NULL;
	size_t at = colon ? (size_t)(colon - s.data) : s.len;

	for (size_t i = at; i < s.len; i++) {
		if (!memchr("0123456789:-", s.data[i], 12))
			return s;
	}
	s.len = at;
	return s;
}

void forecast_add(struct forecast_files *f, const char *path, enum wt_file_from from)
{
	struct wt_task *t = f->task;
	size_t n_seen = f->seen.len;
	bool found;

	/* A repository may have names that no task may have. */
	if (t->n_files >= WT_MAX_TASK_FILES || !wt_path_is_tame(wt_str_of(path)))
		return;
	/* Whoever writes of the roadmap does not write in it: markers are wtorch's to set. */
	if (t->source.path && strcmp(path, t->source.path) == 0)
		return;
	for (size_t i = 0; !n_seen && i < t->n_files; i++)
		wt_map_set(&f->seen, t->files[i].path, i);
	if (wt_map_find(&f->seen, path) != WT_MAP_NONE)
		return;
	path = wt_arena_strdup(f->arena, path);
	wt_map_put(&f->seen, path, t->n_files, &found);
	*WT_ARENA_PUSH(f->arena, t->files, t->n_files, t->cap_files) =
		(struct wt_task_file){ path, from };
}

static void look_at(struct forecast *f, struct wt_str token, bool is_code)
{
	char path[MAX_TOKEN + 1];

	/* Most words end here. */
	if (!memchr(token.data, '/', token.len) && !memchr(token.data, '.', token.len) && !is_code)
		return;
	token = without_line(trim_token(token, is_code));
	if (token.len == 0 || token.len > MAX_TOKEN || !wt_path_is_tame(token))
		return;
	if (memchr(token.data, ':', token.len) || memchr(token.data, '@', token.len))
		return; /* a URL, an address */
	memcpy(path, token.data, token.len);
	path[token.len] = '\0';
	if (strstr(path, "//") || strstr(path, "/./"))
		return;
	if (is_likely(f->tree, path, is_code))
		forecast_add(&f->files, path, WT_FROM_TEXT);
}

static void look_in(void *arg, struct wt_str text, bool is_code)
{
	struct forecast *f = arg;
	const char *seps = is_code ? separators_in_code : separators;
	struct wt_str token;

	while (f->files.task->n_files < WT_MAX_TASK_FILES && wt_str_next(&text, seps, &token))
		look_at(f, token, is_code);
}

static size_t run_of_ticks(struct wt_str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.len && s.data[at + n] == '`')
		n++;
	return n;
}

/* Where in the line the code span that begins at from, behind n backticks, ends; or line.len. */
static size_t end_of_code(struct wt_str line, size_t from, size_t n)
{
	for (size_t i = from; i < line.len; i++) {
		size_t len = run_of_ticks(line, i);

		if (len == n)
			return i;
		if (len)
			i += len - 1;
	}
	return line.len;
}

/* Fences are plain text here: what they hold is no more certain than a sentence. */
static void scan_line(struct wt_str line, forecast_span *span, void *arg)
{
	bool is_unclosed[3] = { false };
	size_t from = 0;

	for (size_t i = 0; i < line.len; i++) {
		size_t n = run_of_ticks(line, i);
		size_t end;

		if (!n)
			continue;
		if (n > 2 || is_unclosed[n]) {
			i += n - 1;
			continue;
		}
		end = end_of_code(line, i + n, n);
		is_unclosed[n] = end == line.len;
		if (end < line.len) {
			span(arg, (struct wt_str){ line.data + from, i - from }, false);
			span(arg, (struct wt_str){ line.data + i + n, end - i - n }, true);
			from = end + n;
			i = end;
		}
		i += n - 1;
	}
	span(arg, (struct wt_str){ line.data + from, line.len - from }, false);
}

void forecast_scan(const char *text, forecast_span *span, void *arg)
{
	struct wt_str rest = wt_str_of(text), line;

	while (wt_str_next(&rest, "\n", &line))
		scan_line(line, span, arg);
}

static const char *with_slash(struct forecast *f, const char *path)
{
	if (wt_path_is_glob(path) || wt_forecast_has_file(f->tree, path) ||
	    !wt_forecast_has_folder(f->tree, path))
		return path;
	return wt_arena_printf(f->files.arena, "%s/", path);
}

void wt_forecast_build(struct wt_arena *arena, const struct wt_forecast_tree *tree,
		       struct wt_task *task)
{
	struct forecast f = { .tree = tree, .files = { .arena = arena, .task = task } };
	size_t n = task->n_files;
	struct wt_task_file *files = wt_arena_alloc(arena, (n + !n) * sizeof *files);

	for (size_t i = 0; i < n; i++)
		files[i] = (struct wt_task_file){ with_slash(&f, task->files[i].path),
						  task->files[i].from };
	task->files = files;
	task->cap_files = n + !n;
	forecast_scan(task->title, look_in, &f);
	forecast_scan(task->body, look_in, &f);
	wt_map_clear(&f.files.seen);
}
