/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_TASKFILE_H
#define WT_CORE_TASKFILE_H

/*
 * Tasks from a YAML or JSON document. The grammar is in the contract, section 4, and for users
 * in wtorch-tasks(5).
 *
 *	reader.yaml(path, text) -> docs, one after the other
 *	wt_taskfile_parse(&file, &tasks, &diags) for each
 *
 * Everything that is wrong is said at once, with line and column: a key that is not known (with
 * the nearest one that is), a value of the wrong kind, an id that is none, a task without one.
 */

#include "wtorch/core/doc.h"
#include "wtorch/core/roadmap.h"
#include "wtorch/core/task.h"

struct wt_taskfile {
	const char *path; /* for messages and task->source.path; borrowed, lives as the tasks */
	const struct wt_doc *root;
};

/* Appends the tasks of the document, those not planned included. */
void wt_taskfile_parse(const struct wt_taskfile *file, struct wt_tasks *tasks,
		       struct wt_diags *diags);

/*
 * How to give the task that status: the bytes of its status scalar are replaced in the style of
 * the old one (quotes), or, where the task has none, "status: X" is put on a line of its own
 * behind its id with the same indentation (block style only). WT_MARK_GONE when the task is not
 * there any more or cannot be edited in place. text is the file's, as root was read from.
 */
enum wt_mark_result wt_taskfile_mark(const struct wt_taskfile *file, struct wt_str text,
				     const struct wt_roadmap_change *change, struct wt_edit *edit);

#endif
