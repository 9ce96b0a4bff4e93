/* SPDX-License-Identifier: MIT */
/* What kind of work a task is, where nobody declared it. */

#include <string.h>

#include "wtorch/base/path.h"
#include "wtorch/core/task.h"

#define LEN(array) (sizeof(array) / sizeof(array)[0])
#define MAX_WORDS  40u /* of a title that are looked at */

struct word {
	const char *word;
	enum wt_task_type type;
};

/* What a title begins with: "fix: x", "docs(api): x", "Fix x", "Refactor x". */
static const struct word openings[] = {
	{ "fix", WT_TYPE_BUGFIX },
	{ "fixes", WT_TYPE_BUGFIX },
	{ "bugfix", WT_TYPE_BUGFIX },
	{ "hotfix", WT_TYPE_BUGFIX },
	{ "repair", WT_TYPE_BUGFIX },
	{ "resolve", WT_TYPE_BUGFIX },
	{ "bug", WT_TYPE_BUGFIX },
	{ "refactor", WT_TYPE_REFACTOR },
	{ "refactoring", WT_TYPE_REFACTOR },
	{ "rename", WT_TYPE_REFACTOR },
	{ "restructure", WT_TYPE_REFACTOR },
	{ "simplify", WT_TYPE_REFACTOR },
	{ "extract", WT_TYPE_REFACTOR },
	{ "cleanup", WT_TYPE_REFACTOR },
	{ "clean", WT_TYPE_REFACTOR },
	{ "test", WT_TYPE_TEST },
	{ "tests", WT_TYPE_TEST },
	{ "docs", WT_TYPE_DOCS },
	{ "doc", WT_TYPE_DOCS },
	{ "document", WT_TYPE_DOCS },
	{ "documentation", WT_TYPE_DOCS },
	{ "ci", WT_TYPE_CONFIG },
	{ "configure", WT_TYPE_CONFIG },
	{ "bump", WT_TYPE_CONFIG },
	{ "upgrade", WT_TYPE_CONFIG },
	{ "chore", WT_TYPE_CONFIG },
	{ "feat", WT_TYPE_FEATURE },
	{ "feature", WT_TYPE_FEATURE },
};

/* Anywhere in it: "Add tests for the parser" adds no feature. */
static const struct word things[] = {
	{ "test", WT_TYPE_TEST },          { "tests", WT_TYPE_TEST },
	{ "coverage", WT_TYPE_TEST },      { "docs", WT_TYPE_DOCS },
	{ "documentation", WT_TYPE_DOCS }, { "readme", WT_TYPE_DOCS },
	{ "manual", WT_TYPE_DOCS },        { "tutorial", WT_TYPE_DOCS },
	{ "changelog", WT_TYPE_DOCS },
};

static const struct word verbs[] = {
	{ "add", WT_TYPE_FEATURE },     { "implement", WT_TYPE_FEATURE },
	{ "create", WT_TYPE_FEATURE },  { "introduce", WT_TYPE_FEATURE },
	{ "support", WT_TYPE_FEATURE }, { "build", WT_TYPE_FEATURE },
	{ "allow", WT_TYPE_FEATURE },   { "enable", WT_TYPE_FEATURE },
};

static const struct word faults[] = {
	{ "bug", WT_TYPE_BUGFIX },           { "crash", WT_TYPE_BUGFIX },
	{ "crashes", WT_TYPE_BUGFIX },       { "regression", WT_TYPE_BUGFIX },
	{ "broken", WT_TYPE_BUGFIX },        { "refactoring", WT_TYPE_REFACTOR },
	{ "configuration", WT_TYPE_CONFIG }, { "pipeline", WT_TYPE_CONFIG },
	{ "dependencies", WT_TYPE_CONFIG },
};

/* Labels that are no names of a type. */
static const struct word tags[] = {
	{ "enhancement", WT_TYPE_FEATURE }, { "feature request", WT_TYPE_FEATURE },
	{ "defect", WT_TYPE_BUGFIX },       { "regression", WT_TYPE_BUGFIX },
	{ "tech debt", WT_TYPE_REFACTOR },  { "tech-debt", WT_TYPE_REFACTOR },
	{ "ci", WT_TYPE_CONFIG },           { "dependencies", WT_TYPE_CONFIG },
	{ "chore", WT_TYPE_CONFIG },
};

static const struct word *find_word(const struct word *words, size_t n, struct wt_str s)
{
	for (size_t i = 0; i < n; i++) {
		if (wt_str_is_nocase(s, words[i].word))
			return &words[i];
	}
	return NULL;
}

static void set_type(struct wt_arena *a, struct wt_task *t, enum wt_task_type type,
		     const char *from, struct wt_str what)
{
	t->type = type;
	t->type_why = wt_arena_printf(a, "%s '%.*s'", from, (int)what.len, what.data);
}

/* "bug", "type: bug", "kind/bug" */
static bool find_in_labels(struct wt_arena *a, struct wt_task *t)
{
	for (size_t i = 0; i < t->n_labels; i++) {
		struct wt_str s = wt_str_of(t->labels[i]);
		const struct word *w;

		if (wt_str_starts_nocase(s, "type") || wt_str_starts_nocase(s, "kind")) {
			s = wt_str_trim((struct wt_str){ s.data + 4, s.len - 4 });
			if (s.len && strchr(":/", s.data[0]))
				s = wt_str_trim((struct wt_str){ s.data + 1, s.len - 1 });
		}
		w = find_word(tags, LEN(tags), s);
		if (w)
			t->type = w->type;
		if (w || wt_task_type_parse(s, &t->type)) {
			set_type(a, t, t->type, "label", wt_str_of(t->labels[i]));
			return true;
		}
	}
	return false;
}

/* Takes the next word; false when none is left. */
static bool next_word(struct wt_str *rest, struct wt_str *word)
{
	return wt_str_next(rest, " \t:,;.()[]/!?\"'-", word);
}

/* Looks for the first of the title's words that is in the list, among so many. */
static bool find_in_title(struct wt_arena *a, struct wt_task *t, const struct word *words, size_t n,
			  size_t n_looked_at)
{
	struct wt_str rest = wt_str_of(t->title), word;

	for (size_t i = 0; i < n_looked_at && next_word(&rest, &word); i++) {
		const struct word *w = find_word(words, n, word);

		if (w) {
			set_type(a, t, w->type, "title", word);
			return true;
		}
	}
	return false;
}

static bool has_word(const char *const *words, size_t n, struct wt_str s)
{
	for (size_t i = 0; i < n; i++) {
		if (wt_str_is(s, words[i]))
			return true;
	}
	return false;
}

static bool has_end(const char *const *ends, size_t n, struct wt_str s)
{
	for (size_t i = 0; i < n; i++) {
		if (wt_str_ends(s, ends[i]))
			return true;
	}
	return false;
}

/* test_a.py, a_test.go, a.test.js, a.spec.ts */
static bool is_test_name(struct wt_str s)
{
	return wt_str_starts(s, "test_") || wt_str_find(s, "_test.") < s.len ||
	       wt_str_find(s, ".test.") < s.len || wt_str_find(s, ".spec.") < s.len;
}

/* By its folders first, then by its own name. */
static enum wt_task_type type_of_path(const char *path)
{
	static const char *const tests[] = { "test", "tests", "__tests__", "spec" };
	static const char *const docs[] = { "doc", "docs", "man" };
	static const char *const config[] = { ".github", "config" };
	static const char *const texts[] = { ".md", ".rst", ".adoc" };
	static const char *const settings[] = { ".ini", ".toml", ".yml", ".yaml", ".cfg" };
	struct wt_str rest = wt_str_of(path), part = { 0 };

	while (wt_path_next(&rest, &part) && rest.len) {
		if (has_word(tests, LEN(tests), part))
			return WT_TYPE_TEST;
		if (has_word(docs, LEN(docs), part))
			return WT_TYPE_DOCS;
		if (has_word(config, LEN(config), part))
			return WT_TYPE_CONFIG;
	}
	if (is_test_name(part))
		return WT_TYPE_TEST;
	if (has_end(texts, LEN(texts), part))
		return WT_TYPE_DOCS;
	if (has_end(settings, LEN(settings), part) || wt_str_starts(part, ".git") ||
	    wt_str_is(part, "Dockerfile"))
		return WT_TYPE_CONFIG;
	return WT_TYPE_NONE;
}

bool wt_task_is_test_path(const char *path)
{
	return type_of_path(path) == WT_TYPE_TEST;
}

/* Only where all files say the same: most work comes with a test or a line in a manual. */
static void find_in_files(struct wt_arena *a, struct wt_task *t)
{
	enum wt_task_type type = t->n_files ? type_of_path(t->files[0].path) : WT_TYPE_NONE;

	for (size_t i = 1; i < t->n_files && type; i++) {
		if (type_of_path(t->files[i].path) != type)
			type = WT_TYPE_NONE;
	}
	if (type)
		set_type(a, t, type, t->n_files > 1 ? "all files are like" : "file",
			 wt_str_of(t->files[0].path));
}

void wt_task_find_type(struct wt_arena *arena, struct wt_task *task)
{
	if (task->type) {
		task->type_why = task->type_why ? task->type_why : "declared";
		return;
	}
	if (!find_in_labels(arena, task) &&
	    !find_in_title(arena, task, openings, LEN(openings), 1) &&
	    !find_in_title(arena, task, things, LEN(things), MAX_WORDS) &&
	    !find_in_title(arena, task, verbs, LEN(verbs), 1) &&
	    !find_in_title(arena, task, faults, LEN(faults), MAX_WORDS))
		find_in_files(arena, task);
}
