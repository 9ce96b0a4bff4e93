/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_TASKLIST_OF_H
#define WT_TESTS_TASKLIST_OF_H

/* The body of an issue from a text, in the shape and with the views of roadmap_of.h. */

#include "tests/support/roadmap_of.h"
#include "wtorch/core/tasklist.h"

static inline struct roadmap tasklist_of(struct wt_str text, const struct wt_tasklist_issue *issue)
{
	struct wt_tasklist_issue none = { 0 };
	struct roadmap r;

	roadmap_read(&r, text);
	r.tasks = (struct wt_tasks){ .arena = &r.arena };
	r.diags = (struct wt_diags){ .arena = &r.arena };
	wt_tasklist_parse(&r.md, issue ? issue : &none, &r.tasks, &r.diags);
	/* Both go with the value, so that nobody may look into its arena by these. */
	r.tasks.arena = NULL;
	r.diags.arena = NULL;
	return r;
}

static inline void check_tasklist(const char *text, const char *want)
{
	struct roadmap r = tasklist_of(wt_str_of(text), NULL);

	check_str(roadmap_tasks(&r), want);
	roadmap_clear(&r);
}

static inline void check_tasklist_diags(const char *text, const char *want)
{
	struct roadmap r = tasklist_of(wt_str_of(text), NULL);

	check_str(roadmap_diags(&r), want);
	roadmap_clear(&r);
}

/* Of the issue owner/repo#5. */
static inline void check_tasklist_at_home(const char *text, const char *want)
{
	struct wt_tasklist_issue issue = { .repo = "owner/repo", .number = "5" };
	struct roadmap r = tasklist_of(wt_str_of(text), &issue);

	check_str(roadmap_tasks(&r), want);
	roadmap_clear(&r);
}

#endif
