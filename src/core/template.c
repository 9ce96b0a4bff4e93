/* SPDX-License-Identifier: MIT */
/* The templates that are built in, and those of the configuration. */

#include "wtorch/core/template.h"

#include <string.h>

static const struct wt_template built_in[] = {
	{ .name = "feature",
	  .focus = "Build what is asked for, in the way in which the code around it is written, "
		   "and nothing beside it. What it does, also with bad input, is shown by tests.",
	  .retries = -1 },
	{ .name = "refactor",
	  .focus = "What the program does stays exactly as it is: no new behaviour, no changed "
		   "interface that the task does not name. Small steps, after each of which all "
		   "tests pass; tests are changed only where names have changed.",
	  .retries = -1 },
	{ .name = "bugfix",
	  .focus = "First write a test that fails because of the fault, then mend the cause, not "
		   "what shows of it. The test is part of the change, which is as small as it can "
		   "be and takes nothing else along.",
	  .retries = -1 },
};

#define N_BUILT_IN (sizeof built_in / sizeof *built_in)

static const struct wt_template *find_built_in(const char *name)
{
	for (size_t i = 0; i < N_BUILT_IN; i++)
		if (strcmp(built_in[i].name, name) == 0)
			return &built_in[i];
	return NULL;
}

static bool is_set(const struct wt_config *config, const char *name, const char *key)
{
	struct wt_arena scratch = { 0 };
	bool is = wt_config_named_text(config, "template", name, key) != NULL &&
		  wt_config_is_set(config, wt_arena_printf(&scratch, "template.%s.%s", name, key));

	wt_arena_clear(&scratch);
	return is;
}

bool wt_template_find(const struct wt_config *config, const char *name, struct wt_template *out)
{
	const struct wt_template *own = find_built_in(name);
	const char *text;

	*out = own ? *own : (struct wt_template){ .name = name, .retries = -1 };
	if (!wt_config_has_name(config, "template", name))
		return own != NULL;
	out->agent = wt_config_named_text(config, "template", name, "agent");
	out->model = wt_config_named_text(config, "template", name, "model");
	text = wt_config_named_text(config, "template", name, "focus");
	if (text)
		out->focus = text;
	if (is_set(config, name, "retries"))
		out->retries = wt_config_named_int(config, "template", name, "retries");
	return true;
}

const char *wt_template_of(const struct wt_config *config, const struct wt_task *task)
{
	const char *name = task->template ? task->template : wt_config_text(config, "run.template");
	struct wt_template t;

	if (!name && wt_task_type_name(task->type) &&
	    wt_template_find(config, wt_task_type_name(task->type), &t))
		name = wt_task_type_name(task->type);
	return name;
}

const char *wt_template_suggest(struct wt_arena *a, const struct wt_config *config,
				const char *name)
{
	const char *const *listed;
	size_t n = wt_config_names(config, "template", &listed);
	const char **names = wt_arena_alloc(a, (n + N_BUILT_IN) * sizeof *names), *near;

	for (size_t i = 0; i < n; i++)
		names[i] = listed[i];
	for (size_t i = 0; i < N_BUILT_IN; i++)
		names[n + i] = built_in[i].name;
	near = wt_text_nearest(name, names, n + N_BUILT_IN);
	return near ? wt_arena_printf(a, "; did you mean '%s'?", near) : "";
}
