/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_DOC_READING_H
#define WT_CORE_DOC_READING_H

/*
 * What the files of core/taskfile share.
 *
 *	taskfile.c         documents, lists and short forms
 *	taskfile_fields.c  the keys of one task
 *	taskfile_orch.c    instances of one workflow
 *	taskfile_mark.c    the status, written
 */

#include "wtorch/core/taskfile.h"

struct taskfile_reading {
	const struct wt_taskfile *file;
	struct wt_tasks *tasks;
	struct wt_task *task; /* that is being read */
	struct wt_diags *diags;
	bool is_front;    /* front matter of a document, which other tools read, too */
	bool is_instance; /* "feature" is the title */
	bool is_mild;     /* what is wrong is left out with a warning */
};

/* Puts the values of the map into the task; what is wrong with them is said. */
void wt_taskfile_read_fields(struct taskfile_reading *r, const struct wt_doc *map);

/* The same for front matter: keys that are not ours are left alone, "name" is a title, and only
 * what stands in the place of an id is an error. The id is the caller's. */
void wt_taskfile_read_front(struct taskfile_reading *r, const struct wt_doc *map);
/* A key of ours that says something about a task, other than its id, title and text. */
bool wt_taskfile_is_key(const char *key);

typedef void taskfile_item(const struct taskfile_reading *r, const struct wt_doc *item);

/* A list of texts, or one text alone. */
void wt_taskfile_read_list(const struct taskfile_reading *r, const struct wt_doc *d,
			   taskfile_item *take);
void wt_taskfile_take_file(const struct taskfile_reading *r, const struct wt_doc *item);
void wt_taskfile_take_dependency(const struct taskfile_reading *r, const struct wt_doc *item);
/* The scalar's text, trimmed; false, and said, when it is none. */
bool wt_taskfile_text(const struct taskfile_reading *r, const struct wt_doc *d, struct wt_str *out);

struct wt_place wt_taskfile_place(const struct taskfile_reading *r, const struct wt_doc *d);
/* "'order' is 'x' where a whole number is expected" */
void wt_taskfile_wrong(const struct taskfile_reading *r, const struct wt_doc *d, const char *want);
/* A key that nobody knows, with the nearest one of a task. */
void wt_taskfile_unknown(const struct taskfile_reading *r, const struct wt_doc *d);

/* The tasks of an "orchestration:" map. */
void wt_taskfile_read_orchestration(struct taskfile_reading *r, const struct wt_doc *map);
/* Its list of instances in a document; NULL without. */
const struct wt_doc *wt_taskfile_instances(const struct wt_doc *root);
/* Appends the id of one: as it is written, or made from its feature; false when it is none. */
bool wt_taskfile_instance_id(const struct wt_doc *instance, struct wt_buf *out);
/* The list of a document's tasks; NULL: the document itself is one task. */
const struct wt_doc *wt_taskfile_list(const struct wt_doc *root);
/* The member that names the task ("id" or "task_id"); NULL without. */
const struct wt_doc *wt_taskfile_id(const struct wt_doc *task);
/* A status as people write it: the names, and "done", "To Do", "wip" and their kin. */
bool wt_taskfile_status(const char *text, enum wt_task_status *out);

#endif
