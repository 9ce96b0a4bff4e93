/* SPDX-License-Identifier: MIT */
/* Workstreams as the configuration has them, and which of them a task gets. */

#include "wtorch/core/workstream.h"

#include <string.h>

#include "wtorch/base/path.h"

static const char *const test_files[] = { "test/**",     "tests/**",    "**/test/**", "**/tests/**",
					  "**/test_*",   "**/*_test.*", "test_*",     "*_test.*",
					  "**/*.test.*", "**/*.spec.*", "*.test.*",   "*.spec.*",
					  NULL };
static const char *const doc_files[] = { "doc/**", "docs/**", "man/**", "README*", "*.md", NULL };

static const struct wt_workstream built_in[] = {
	{ .name = "tests",
	  .kind = "tests",
	  .focus = "Write the tests of this task, from what it asks for: what it should do, the "
		   "borders, and bad input. The code that they try is written by another agent at "
		   "the same time; rely on names that the task or the code before it gives.",
	  .files = test_files,
	  .is_required = true },
	{ .name = "docs",
	  .kind = "docs",
	  .focus = "Write the documentation of this task, for those who use what it adds or "
		   "changes. Where nothing has to be said, change nothing.",
	  .files = doc_files },
};

#define N_BUILT_IN (sizeof built_in / sizeof *built_in)

static const struct wt_workstream *find_built_in(const char *name)
{
	for (size_t i = 0; i < N_BUILT_IN; i++)
		if (strcmp(built_in[i].name, name) == 0)
			return &built_in[i];
	return NULL;
}

static bool is_set(const struct wt_config *config, const char *name, const char *key)
{
	struct wt_arena scratch = { 0 };
	bool is =
		wt_config_is_set(config, wt_arena_printf(&scratch, "workstream.%s.%s", name, key));

	wt_arena_clear(&scratch);
	return is;
}

static void take(const struct wt_config *config, const char *name, struct wt_workstream *out)
{
	const struct wt_workstream *own = find_built_in(name);
	const char *text;
	const char *const *list;
	size_t n;

	*out = own ? *own : (struct wt_workstream){ .kind = name, .is_required = true };
	out->name = name;
	if (!wt_config_has_name(config, "workstream", name))
		return;
	out->agent = wt_config_named_text(config, "workstream", name, "agent");
	out->model = wt_config_named_text(config, "workstream", name, "model");
	text = wt_config_named_text(config, "workstream", name, "kind");
	out->kind = text ? text : name;
	text = wt_config_named_text(config, "workstream", name, "focus");
	out->focus = text ? text : out->focus;
	list = wt_config_named_list(config, "workstream", name, "files", &n);
	out->files = n ? list : out->files;
	list = wt_config_named_list(config, "workstream", name, "for", &n);
	out->for_files = n ? list : NULL;
	if (is_set(config, name, "required"))
		out->is_required = wt_config_named_bool(config, "workstream", name, "required");
	if (!own && !out->focus) {
		own = find_built_in(out->kind);
		out->focus = own ? own->focus : NULL;
		if (own && !is_set(config, name, "required"))
			out->is_required = own->is_required;
	}
}

static bool is_for(const struct wt_workstream *w, const struct wt_task *task)
{
	if (!w->for_files)
		return true;
	for (const char *const *g = w->for_files; *g; g++)
		for (size_t i = 0; i < task->n_files; i++)
			if (wt_glob_matches(*g, task->files[i].path))
				return true;
	return false;
}

/* Those that are for some files come before those that are for any. */
static bool choose(const struct wt_config *config, const char *kind, const struct wt_task *task,
		   struct wt_workstream *out)
{
	const char *const *names;
	size_t n = wt_config_names(config, "workstream", &names);
	bool has_own = false;

	for (unsigned pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n; i++) {
			take(config, names[i], out);
			has_own |= strcmp(names[i], kind) == 0;
			if (strcmp(out->kind, kind) == 0 && (out->for_files == NULL) == pass &&
			    is_for(out, task))
				return true;
		}
	}
	if (has_own || !find_built_in(kind))
		return false;
	take(config, kind, out);
	return true;
}

size_t wt_workstreams_of(struct wt_arena *a, const struct wt_config *config,
			 const struct wt_task *task, bool is_named, struct wt_workstream *out)
{
	static const char *const of_feature[] = { "tests", "docs", NULL };
	const char *const *kinds = NULL;
	size_t n = 0, n_out = 0;

	(void)a;
	if (!task->template)
		return 0;
	if (wt_config_has_name(config, "template", task->template))
		kinds = wt_config_named_list(config, "template", task->template, "workstreams", &n);
	if (!n && is_named && strcmp(task->template, "feature") == 0) {
		kinds = of_feature;
		n = 2;
	}
	if (n == 1 && strcmp(kinds[0], "none") == 0)
		return 0;
	for (size_t i = 0; i < n && n_out < WT_MAX_WORKSTREAMS; i++)
		n_out += choose(config, kinds[i], task, &out[n_out]);
	return n_out;
}

/* checking */

static void say(const struct wt_config *config, struct wt_diags *diags, const char *key,
		const char *what, const char *value)
{
	struct wt_place place = { 0 };

	wt_config_layer(config, key, &place);
	wt_diags_add(diags, WT_SEVERITY_ERROR, place, "%s: %s%s%s%s", key, what, value ? " '" : "",
		     value ? value : "", value ? "'" : "");
}

static void check_section(const struct wt_config *config, const char *name, struct wt_diags *diags)
{
	struct wt_workstream w;
	const char *key;

	take(config, name, &w);
	key = wt_arena_printf(diags->arena, "workstream.%s.files", name);
	if (!w.files) {
		wt_diags_add(diags, WT_SEVERITY_ERROR,
			     wt_config_name_place(config, "workstream", name),
			     "section [workstream %s] has no files that it may write", name);
		return;
	}
	for (const char *const *g = w.files; *g; g++)
		if (!wt_path_is_tame(wt_str_of(*g)))
			say(config, diags, key, "no path below the top of the repository:", *g);
	key = wt_arena_printf(diags->arena, "workstream.%s.agent", name);
	if (w.agent && !wt_config_has_name(config, "agent", w.agent))
		say(config, diags, key, "there is no agent", w.agent);
}

static bool is_kind(const struct wt_config *config, const char *kind)
{
	const char *const *names;
	size_t n = wt_config_names(config, "workstream", &names);
	struct wt_workstream w;

	for (size_t i = 0; i < n; i++) {
		take(config, names[i], &w);
		if (strcmp(w.kind, kind) == 0)
			return true;
	}
	return find_built_in(kind) != NULL;
}

void wt_workstreams_check(const struct wt_config *config, struct wt_diags *diags)
{
	const char *const *names, *const *list;
	size_t n = wt_config_names(config, "workstream", &names), n_list;

	for (size_t i = 0; i < n; i++)
		check_section(config, names[i], diags);
	n = wt_config_names(config, "template", &names);
	for (size_t i = 0; i < n; i++) {
		const char *key =
			wt_arena_printf(diags->arena, "template.%s.workstreams", names[i]);

		list = wt_config_named_list(config, "template", names[i], "workstreams", &n_list);
		if (n_list > WT_MAX_WORKSTREAMS)
			say(config, diags, key, "there are more than 8 workstreams", NULL);
		for (size_t k = 0; k < n_list; k++)
			if (!is_kind(config, list[k]) &&
			    !(n_list == 1 && strcmp(list[k], "none") == 0))
				say(config, diags, key, "there is no workstream", list[k]);
	}
}
