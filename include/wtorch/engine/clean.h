/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_CLEAN_H
#define WT_ENGINE_CLEAN_H

/*
 * Taking away what is proven not to be needed: worktrees and branches of tasks that merged or
 * changed nothing, and registrations of worktrees of ours whose folder is gone. Everything else
 * is kept, with its reason. What cannot be looked at is kept.
 *
 *	wt_clean_plan(ports, &arena, &items, &n)    looks; the same list for -n and for real
 *	wt_clean_apply(ports, &items[i])            looks again, then removes
 */

#include "wtorch/engine/runs.h"

struct wt_clean_item {
	const char *run;
	const char *task;
	const char *branch;   /* short; NULL: gone already */
	const char *worktree; /* absolute; NULL: gone already */
	bool is_registered;   /* git knows the worktree */
	bool removes;         /* else it is kept */
	const char *reason;
	int64_t size_bytes; /* of the worktree's files, -1: not known */
	struct wt_oid tip;  /* of the branch when it was looked at */
	bool done;          /* apply removed it */
};

WT_MUST_USE enum wt_code wt_clean_plan(const struct wt_ports *ports, struct wt_arena *a,
				       struct wt_clean_item **items, size_t *n,
				       struct wt_error *err);

/* Does what the item says; an item that changed since is kept and its reason says so. Fails only
 * when the journal cannot be written. */
WT_MUST_USE enum wt_code wt_clean_apply(const struct wt_ports *ports, struct wt_arena *a,
					struct wt_clean_item *item, struct wt_error *err);

#endif
