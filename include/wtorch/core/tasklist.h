/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_TASKLIST_H
#define WT_CORE_TASKLIST_H

/*
 * Tasks from the body of an issue. The grammar is in the contract, section 4, and for users in
 * wtorch-tasks(5).
 *
 *	reader.markdown(text) -> md
 *	wt_tasklist_parse(&md, &issue, &tasks, &diags)
 *
 * Time and memory grow with the bytes of the text, whatever is in it: nested brackets, lines of
 * a megabyte, ten thousand levels of lists.
 */

#include "wtorch/core/markdown.h"
#include "wtorch/core/roadmap.h"
#include "wtorch/core/task.h"

/* Whose body it is; what is not known is NULL. */
struct wt_tasklist_issue {
	const char *repo;   /* owner/name: what a bare #12 belongs to */
	const char *number; /* of the issue itself: a reference to it is no task */
	const struct wt_roadmap_rules *rules; /* keywords and markers of sections */
};

/* Appends the tasks of the body, ticked ones included. */
void wt_tasklist_parse(const struct wt_md *md, const struct wt_tasklist_issue *issue,
		       struct wt_tasks *tasks, struct wt_diags *diags);

/*
 * How to tick the task's box, or to untick it for planned; a heading gets a marker as in a
 * roadmap. A task without either (a numbered item, a table row) knows no status, as does one that
 * is struck out: WT_MARK_ALREADY. What the task is called counts as in wt_roadmap_mark.
 */
enum wt_mark_result wt_tasklist_mark(const struct wt_md *md, const struct wt_tasklist_issue *issue,
				     const struct wt_roadmap_change *change, struct wt_edit *edit);

#endif
