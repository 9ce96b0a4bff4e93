/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_FORECAST_H
#define WT_CORE_FORECAST_H

/*
 * What a task will touch: the files that it declares, and paths that its text names. A
 * forecast is a guess with its origin attached; a task of which nothing is known stays so.
 *
 * A token of the text is a path when the base's tree has a file of that name, or has its
 * folder and the name has an extension (a file still to be made). Folders are no forecast:
 * "add tests in `tests/`" would hold up every other task. Globs count inside backticks only.
 * Without a tree, tokens in backticks with a '/' and an extension are believed.
 *
 * The file that the task itself is written in is none either: wtorch alone sets its markers.
 *
 * A declared path that is a folder of the tree gets the '/' that says so.
 */

#include <stdbool.h>
#include <stddef.h>

#include "wtorch/core/task.h"

/* Paths of all files, sorted by bytes as git sorts them; borrowed. */
struct wt_forecast_tree {
	const char *const *paths; /* NULL when the tree was not read */
	size_t n;
};

bool wt_forecast_has_file(const struct wt_forecast_tree *tree, const char *path);
bool wt_forecast_has_folder(const struct wt_forecast_tree *tree, const char *path);

/*
 * Sets task->files to an array of its own in the arena: the declared ones first, then those
 * found in title and body, each path once, WT_MAX_TASK_FILES at most.
 */
void wt_forecast_build(struct wt_arena *arena, const struct wt_forecast_tree *tree,
		       struct wt_task *task);

#endif
