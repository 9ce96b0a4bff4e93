/* SPDX-License-Identifier: MIT */
/* The lists of files in a section: paths among what people write around them. */

#include <string.h>

#include "roadmap_reading.h"
#include "wtorch/base/path.h"

struct wt_str wt_roadmap_first_line(struct wt_str text)
{
	size_t len = 0;

	while (len < text.len && text.data[len] != '\n' && text.data[len] != '\r')
		len++;
	return wt_str_trim((struct wt_str){ text.data, len });
}

/* Up to a remark: "Low (few files)", "P1 - later". */
struct wt_str wt_roadmap_before_remark(struct wt_str s)
{
	static const char *const remarks[] = { "(", " - ", " \u2013 ", " \u2014 ", " | " };

	for (size_t i = 0; i < sizeof remarks / sizeof remarks[0]; i++)
		s.len = wt_str_find(s, remarks[i]);
	return wt_roadmap_trim(s);
}

bool wt_roadmap_is_nothing(struct wt_str s)
{
	static const char *const words[] = { "none", "n/a", "na", "nothing", "tbd", "-", "\u2014" };
	struct wt_str word = roadmap_skip_light(s);
	size_t len = 0;

	if (word.len == 0)
		return true;
	while (len < word.len && len < 8 && !memchr(" \t,;:(*_", word.data[len], 8))
		len++;
	if (len > 1 && word.data[len - 1] == '.')
		len--;
	word.len = len;
	if (len == 0 || !memchr("nNtT-\xE2", word.data[0], 6))
		return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (wt_str_is_nocase(word, words[i]))
			return true;
	}
	return false;
}

struct lists {
	struct wt_tasks *tasks;
	struct wt_task *task;
	struct wt_diags *diags;
};

/* files */

/* What a build or a project's top folder has without a dot in its name. */
static bool is_known_name(struct wt_str s)
{
	static const char *const known[] = {
		"Makefile",    "GNUmakefile", "Dockerfile", "Containerfile", "Jenkinsfile",
		"Vagrantfile", "Procfile",    "Gemfile",    "Rakefile",      "Justfile",
		"LICENSE",     "COPYING",     "README",     "CHANGELOG",     "NEWS",
		"AUTHORS",     "CODEOWNERS",  "VERSION",    "INSTALL",       "Kconfig",
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (wt_str_is(s, known[i]))
			return true;
	}
	return false;
}

/* ".c", ".md": letters and digits, a letter among them. */
static bool has_extension(struct wt_str s)
{
	size_t i = s.len;
	bool has_letter = false;

	while (i > 0 && (roadmap_is_letter(s.data[i - 1]) || roadmap_is_digit(s.data[i - 1]))) {
		i--;
		has_letter = has_letter || roadmap_is_letter(s.data[i]);
	}
	return has_letter && i > 0 && s.data[i - 1] == '.' && s.len - i <= 12;
}

/* Not the beginning of emphasis. */
static bool is_everything(struct wt_str s)
{
	return wt_str_is(s, "*") || wt_str_is(s, "**");
}

static bool is_path(struct wt_str s)
{
	const char *colon = s.len ? memchr(s.data, ':', s.len) : NULL;

	/* "a.c:12", "test_a.py::name"; but no address of the web. */
	if (colon) {
		if (wt_str_find(s, "://") < s.len)
			return false;
		s.len = (size_t)(colon - s.data);
	}
	if (s.len == 0 || memchr("<>=\"$", s.data[0], 5))
		return false;
	if (is_everything(s))
		return true;
	if (s.len > 1 && memchr(s.data, '/', s.len))
		return true;
	return s.data[s.len - 1] != ')' &&
	       (has_extension(s) || is_known_name(s) || wt_str_find(s, "*.") < s.len);
}

/* "src/my\_file.c" as it is written outside backticks. */
static void add_file(const struct lists *r, struct wt_str path, bool is_code)
{
	struct wt_buf plain = WT_BUF_INIT;

	if (is_code || !memchr(path.data, '\\', path.len)) {
		wt_task_add_file(r->tasks, r->task, path, WT_FROM_DECLARED, r->diags);
		return;
	}
	for (size_t i = 0; i < path.len; i++) {
		if (path.data[i] == '\\' && i + 1 < path.len &&
		    strchr("_*[]()#~-", path.data[i + 1]) && path.data[i + 1])
			continue;
		wt_buf_putc(&plain, path.data[i]);
	}
	wt_task_add_file(r->tasks, r->task, (struct wt_str){ plain.data, plain.len },
			 WT_FROM_DECLARED, r->diags);
	wt_buf_clear(&plain);
}

/* The remark that ends the list of paths: " - what for", ": what for". */
static bool is_remark(struct wt_str s)
{
	return wt_str_starts(s, " - ") || wt_str_starts(s, " \u2013 ") ||
	       wt_str_starts(s, " \u2014 ") || wt_str_starts(s, ":");
}

/* A span behind that text was meant as a path, for it stands where one is declared: at the
 * beginning or in a list. Elsewhere it may be anything: "add `/login` to `a.c`". */
static bool is_declared(struct wt_str before)
{
	before = wt_str_trim(before);
	return !before.len || memchr(":,;&", before.data[before.len - 1], 4);
}

/* Paths in backticks, up to a remark; what stands in brackets is one too. */
static void add_code_files(const struct lists *r, struct wt_str line)
{
	size_t depth = 0;
	bool has_path = false, is_file;

	for (size_t i = 0; i < line.len; i++) {
		struct wt_str s = roadmap_from(line, i), span;
		size_t end;

		depth += s.data[0] == '(';
		depth -= s.data[0] == ')' && depth > 0;
		if (depth == 0 && has_path && is_remark(s))
			return;
		if (s.data[0] != '`')
			continue;
		end = wt_str_find(roadmap_from(s, 1), "`") + 1;
		if (end >= s.len)
			return;
		span = wt_str_trim((struct wt_str){ s.data + 1, end - 1 });
		/* Alone on its line, any name is a path. */
		is_file = is_path(span) ? wt_path_is_tame(span) ||
						  is_declared((struct wt_str){ line.data, i })
					: i == 0 && wt_roadmap_before_remark(line).len == end + 1;
		if (is_file && depth == 0 && !memchr(span.data, ' ', span.len)) {
			add_file(r, span, true);
			has_path = true;
		}
		i += end;
	}
}

/* "[text](path)" gives path, "**path**" too. */
static struct wt_str unwrap(struct wt_str s)
{
	size_t at = wt_str_find(s, "](");

	if (s.len && s.data[0] == '[' && at < s.len) {
		s = roadmap_from(s, at + 2);
		s.len = wt_str_find(s, ")");
	}
	if (s.len > 4 && wt_str_starts(s, "**") && s.data[2] != '/' &&
	    memcmp(s.data + s.len - 2, "**", 2) == 0)
		s = (struct wt_str){ s.data + 2, s.len - 4 };
	while (s.len > 1 && (memchr(",;:.", s.data[s.len - 1], 4) ||
			     (s.data[s.len - 1] == ')' && !memchr(s.data, '(', s.len))))
		s.len--;
	return s;
}

/* "Tests: a.c b.c (new)": behind a label, words as long as they are paths. */
static void add_plain_files(const struct lists *r, struct wt_str piece)
{
	size_t label = wt_str_find(piece, ": ");
	struct wt_str word;

	if (label < piece.len && !is_path((struct wt_str){ piece.data, label }))
		piece = roadmap_from(piece, label + 2);
	while (wt_str_next(&piece, " \t", &word)) {
		word = unwrap(word);
		if (!is_path(word))
			return;
		add_file(r, word, false);
	}
}

void wt_roadmap_add_files(struct wt_tasks *tasks, struct wt_task *task, struct wt_str line,
			  struct wt_diags *diags)
{
	const struct lists lists = { .tasks = tasks, .task = task, .diags = diags };
	const struct lists *r = &lists;
	struct wt_str piece;

	if (!is_everything(line) && wt_roadmap_is_nothing(line))
		return;
	if (memchr(line.data, '`', line.len)) {
		add_code_files(r, line);
		return;
	}
	while (wt_str_next(&line, ",;", &piece))
		add_plain_files(r, piece);
}
