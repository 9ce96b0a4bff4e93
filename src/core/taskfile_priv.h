/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_TASKFILE_PRIV_H
#define WT_CORE_TASKFILE_PRIV_H

/* What reading and marking a task file share. */

#include "wtorch/core/taskfile.h"

/* The list of a document's tasks; NULL: the document itself is one task. */
const struct wt_doc *wt_taskfile_list(const struct wt_doc *root);
/* The member that names the task ("id" or "task_id"); NULL without. */
const struct wt_doc *wt_taskfile_id(const struct wt_doc *task);
/* A status as people write it: the names, and "done", "todo", "wip" and their kin. */
bool wt_taskfile_status(const char *text, enum wt_task_status *out);

#endif
