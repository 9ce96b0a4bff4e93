/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_WORKSTREAM_H
#define WT_CORE_WORKSTREAM_H

/*
 * Workstreams: parts of a task that other agents do beside it, each in a worktree of its own and
 * only in files that are named: tests, documentation. A template lists them by kind; of the
 * [workstream NAME] sections of a kind the first that is for one of the task's files is taken.
 * tests and docs are built in, as far as no section has their name.
 */

#include "wtorch/core/config.h"
#include "wtorch/core/task.h"

#define WT_MAX_WORKSTREAMS 8u /* of one task */

struct wt_workstream {
	const char *name, *kind;
	const char *agent, *model;  /* NULL: the task's */
	const char *focus;          /* what it is about */
	const char *const *files;   /* globs of what it may write, NULL-terminated */
	const char *const *for_files; /* globs of tasks' files that it is for; NULL: any */
	bool is_required;           /* the task does not land without it */
};

/* Those of the task, whose template is known by now, in the order of the template; at most
 * WT_MAX_WORKSTREAMS. is_named: somebody named the template; those that are built into it are
 * started only then. Their texts are the configuration's, or static. */
size_t wt_workstreams_of(struct wt_arena *a, const struct wt_config *config,
			 const struct wt_task *task, bool is_named, struct wt_workstream *out);

/* What is wrong with the sections and with the templates' lists, as errors. */
void wt_workstreams_check(const struct wt_config *config, struct wt_diags *diags);

#endif
