/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_SOURCE_LINKS_H
#define WT_ENGINE_SOURCE_LINKS_H

/* Declared paths that go through a symbolic link of the base. */

#include "wtorch/core/task.h"
#include "wtorch/engine/tree.h"

/* A path behind a link becomes the one that is meant, so that it is compared with others by where
 * it lies. One that leaves the repository by it is a defect of its task. */
void wt_source_follow_links(const struct wt_git *git, const struct wt_oid *root,
			    const struct wt_tree_list *list, struct wt_tasks *tasks,
			    struct wt_diags *diags);

#endif
