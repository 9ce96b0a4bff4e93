/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_TRASH_H
#define WT_ENGINE_TRASH_H

/*
 * Folders on their way out. A worktree is renamed into ".wtorch-trash" beside it, on the same
 * file system, which takes no time; its files are deleted later, when nothing is in a hurry and
 * no run is going (on ext4 deleting makes creating slow for minutes).
 *
 *	.wtorch-trash/.gitignore      "*": nobody's status shows it
 *	.wtorch-trash/<run>-<chance>/ one folder each
 *		wtorch-trash          whose it is: repository, run, task, where it was
 *		tree                  the folder itself; absent when it never got there
 *
 * Only a folder with such a note that names this repository is ever deleted (and an empty one of
 * such a name); everything else in there is a stranger's and stays.
 */

#include "wtorch/engine/ports.h"

#define WT_TRASH_NAME ".wtorch-trash"

struct wt_trash {
	const char *path;       /* the folder of its own, absolute */
	const char *run, *task; /* NULL for a folder that is empty */
	const char *from;       /* where the tree was; likewise */
	bool has_tree;
};

/* Renames the folder at path away. When that cannot be (another file system, a mount point) the
 * folder is where it was. */
WT_MUST_USE enum wt_code wt_trash_put(const struct wt_ports *p, const char *path, const char *run,
				      const char *task, struct wt_arena *a, struct wt_trash *out,
				      struct wt_error *err);

/* Back to where it was, while nothing is there. */
WT_MUST_USE enum wt_code wt_trash_restore(const struct wt_ports *p, const struct wt_trash *t,
					  struct wt_arena *a, struct wt_error *err);

/* What this repository has in the trash inside of dir, in order of names; no trash is none. */
WT_MUST_USE enum wt_code wt_trash_list(const struct wt_ports *p, const char *dir,
				       struct wt_arena *a, struct wt_trash **out, size_t *n,
				       struct wt_error *err);

/* Deletes one for good, and the trash itself when that was the last thing in it. */
WT_MUST_USE enum wt_code wt_trash_empty(const struct wt_ports *p, const struct wt_trash *t,
					struct wt_arena *a, struct wt_error *err);

/* Takes the trash inside of dir away when nothing but its .gitignore is in it. */
void wt_trash_tidy(const struct wt_ports *p, const char *dir, struct wt_arena *a);

#endif
