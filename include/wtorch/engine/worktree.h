/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_WORKTREE_H
#define WT_ENGINE_WORKTREE_H

/*
 * The worktree of an attempt: made from the base's tip as it is at that moment, on a branch and
 * path that nobody has, with the files that a checkout needs and git does not track.
 *
 * Registration is serialised by a lock of ours, since git's own is racy (perf-baseline A10 and
 * D: up to 7 of 100 concurrent adds lost). When anything fails, what was made is taken away.
 */

#include "wtorch/engine/runs.h"

struct wt_worktree {
	const char *path;   /* absolute */
	const char *branch; /* short */
	struct wt_oid base; /* what it forked from */
	bool is_reused;     /* the attempt before left it */
	const char *moved;  /* the folder of git's entry of it, when somebody moved it here and git does not
			       know; else NULL */
};

/* Where the next attempt of the task will work: the worktree of the attempt before unless fresh
 * or gone, else new names that are free now, beside the repository where that is now. Looks,
 * changes nothing. */
WT_MUST_USE enum wt_code wt_worktree_choose(struct wt_run *run, size_t task, bool fresh,
					    struct wt_worktree *out, struct wt_error *err);

/* Makes it and copies what worktree.include lists. A reused one is only freed of an index.lock
 * that a git of the agent before left, when nobody is at work in it, and one that was moved is made
 * known to git again. */
WT_MUST_USE enum wt_code wt_worktree_make(struct wt_run *run, const struct wt_worktree *w,
					  struct wt_error *err);

/* Copies what worktree.include lists into a checkout; what is there already stays. */
WT_MUST_USE enum wt_code wt_worktree_copy_included(struct wt_run *run, const char *path,
						   struct wt_error *err);

/* What stands at the path of a worktree of ours. */
enum wt_checkout_fact {
	WT_CHECKOUT_OURS,    /* a worktree of this repository, and both know each other */
	WT_CHECKOUT_GONE,    /* no checkout at all */
	WT_CHECKOUT_STALE,   /* the repository, or the worktree, was moved: they have lost each
				other, and git worktree repair brings them together */
	WT_CHECKOUT_FOREIGN, /* of another repository, or a repository of its own */
};

/* Looks at both directions of the link; what cannot be read is never OURS. */
enum wt_checkout_fact wt_worktree_look(const struct wt_run *run, const char *path);

/* A worktree of ours that is not at its path any more, and that git was not told to move: a folder
 * near its old place, or beside the repository, which says that it is the one of that entry. */
struct wt_worktree_found {
	const char *path;  /* NULL: not found */
	const char *other; /* a second such folder: a copy. Nobody can tell which one counts */
	const char *admin; /* the folder of git's entry of it */
};
void wt_worktree_search(const struct wt_ports *ports, const char *admin, const char *path,
			struct wt_arena *a, struct wt_worktree_found *out);
/* The same for one of which only path and branch are known: its entry is looked for. */
void wt_worktree_find(const struct wt_run *run, const char *path, const char *branch,
		      struct wt_arena *a, struct wt_worktree_found *out);
/* As git worktree repair: its entry names the new place. */
WT_MUST_USE enum wt_code wt_worktree_repair(const struct wt_ports *ports,
					    const struct wt_worktree_found *found,
					    struct wt_arena *a, struct wt_error *err);

/* Takes it away again before any agent was started in it; a reused one is left alone. What
 * cannot be taken away stays. */
void wt_worktree_undo(struct wt_run *run, const struct wt_worktree *w);

/* What one who was killed while he made it left behind of it, as far as that is nothing yet: an
 * entry that no folder is linked to, a folder with nothing in it, the lock of its branch. Only
 * for the intent of one who is known to be dead. */
void wt_worktree_forget_half(struct wt_run *run, const struct wt_worktree *w);

/* The branch of a worktree that did not come to be, or is gone again: only where nothing was done
 * to it since it was made, as its reflog says, and nobody has it checked out. */
void wt_worktree_forget_branch(struct wt_run *run, const struct wt_worktree *w);

#endif
