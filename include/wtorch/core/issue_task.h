/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_ISSUE_TASK_H
#define WT_CORE_ISSUE_TASK_H

/*
 * An issue of a forge as one task: its number is the id, its text is read as the section of a
 * roadmap's task, its labels are the task's, and some of them are fields, where the text does
 * not say:
 *
 *	priority: X, or P0 to P9 alone    priority
 *	size: X    xs s small: low, m medium: medium, l large xl xxl: high complexity
 *	agent: X, model: X, template: X   as they say
 *
 * A closed one is done. What blocks it, and what its "Depends on" names, it waits for.
 */

#include "wtorch/core/forge.h"
#include "wtorch/core/markdown.h"
#include "wtorch/core/roadmap.h"
#include "wtorch/core/task.h"

struct wt_issue_task {
	const struct wt_forge_issue *issue;
	const struct wt_md *md; /* its body */
	const struct wt_roadmap_rules *rules;
	const char *repo; /* owner/name where it is; lives as the tasks do */
};

/* The tasks in a comment are the issue's: its first line is "/tasks", and its author the issue's.
 * out is what stands below. */
bool wt_issue_comment_parse(const struct wt_forge_issue *issue,
			    const struct wt_forge_comment *comment, struct wt_str *out);

/* Adds the task, or to the one of the source that is being read that refers to this issue: what
 * that says itself stays. */
void wt_issue_task_read(const struct wt_issue_task *in, struct wt_tasks *tasks,
			struct wt_diags *diags);

#endif
