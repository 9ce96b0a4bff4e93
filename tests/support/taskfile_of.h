/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_TASKFILE_OF_H
#define WT_TESTS_TASKFILE_OF_H

/* A task file from a text, in the shape and with the views of roadmap_of.h. */

#include "tests/support/roadmap_of.h"
#include "wtorch/core/taskfile.h"

struct taskfile {
	struct roadmap as; /* for roadmap_tasks(&t.as), roadmap_diags(&t.as) */
	struct wt_taskfile file;
	struct wt_str text;
};

static inline struct taskfile taskfile_of_str(struct wt_str text)
{
	struct taskfile t = { .as = { .shown = WT_BUF_INIT }, .text = text };
	struct wt_yaml_text in = { "t.yaml", text, 1, false };

	/* The arena moves with the value, so nobody may point at it before. */
	t.as.diags.arena = &t.as.arena;
	t.file = (struct wt_taskfile){ "t.yaml", wt_yaml_libyaml(&t.as.arena, &in, &t.as.diags) };
	return t;
}

static inline void taskfile_parse(struct taskfile *t)
{
	t->as.diags.arena = &t->as.arena;
	t->as.tasks = (struct wt_tasks){ .arena = &t->as.arena };
	wt_taskfile_parse(&t->file, &t->as.tasks, &t->as.diags);
}

static inline void check_taskfile(const char *text, const char *tasks, const char *diags)
{
	struct taskfile t = taskfile_of_str(wt_str_of(text));

	taskfile_parse(&t);
	check_str(roadmap_tasks(&t.as), tasks);
	check_str(roadmap_diags(&t.as), diags);
	roadmap_clear(&t.as);
}

#endif
