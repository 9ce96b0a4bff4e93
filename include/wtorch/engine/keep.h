/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_KEEP_H
#define WT_ENGINE_KEEP_H

/*
 * Keep refs: the net under everything that takes something away. Before a worktree, a branch, an
 * attempt or the loser of a merge goes, what it held is pinned:
 *
 *	refs/wtorch/keep/<run>/<task>/<n>/tip     the branch's tip (or a detached HEAD)
 *	refs/wtorch/keep/<run>/<task>/<n>/dirty   the uncommitted state, when there is any
 *	refs/wtorch/keep/<run>/<task>/<n>/branch  the branch, when something else is the tip
 *	refs/wtorch/keep/<run>/<task>/<n>/head    the worktree's HEAD, when it is none of these
 *	refs/wtorch/keep/<run>/<task>/<n>/stash   what the agent had stashed, newest first: stash,
 *						  stash-2, ... (refs/stash itself is left alone)
 *	refs/wtorch/keep/<run>/<task>/<n>/lost    commits that only the reflog of the worktree's
 *						  HEAD holds (amended, reset, detached), newest
 *						  first, at most 50: lost, lost-2, ...
 *	refs/wtorch/keep/<run>/<task>/<n>/about   a blob: branch, worktree, reason and time, so
 *						  that undo needs no journal
 *
 * n counts up from 1 per task and is never used again. A dirty commit has the worktree's HEAD as
 * its first parent and, when something was staged, a commit of the index's tree as its second (as
 * git stash does); its tree is that of the files. `undo` brings the newest one back.
 *
 * The refs are written about first and tip last, each from nothing and read back, and then noted
 * in the journal (kept). Without the refs nothing may be taken away; refs without a note, left by
 * one who was killed in between, are shown and expire like all others.
 */

#include "wtorch/engine/runs.h"

#define WT_KEEP_PREFIX "refs/wtorch/keep/"

struct wt_keep_source {
	const char *task;        /* of the run's plan */
	const char *branch;      /* short; NULL: there is none any more */
	const char *worktree;    /* absolute; NULL: there is none, so nothing uncommitted */
	const struct wt_oid *tip; /* NULL: the branch's, else the worktree's HEAD */
	const char *reason;      /* "clean", "retry", "merge", "round" */
};

struct wt_keep {
	const char *run, *task, *reason; /* reason NULL: not known (the journal is gone) */
	unsigned n;
	const char *branch, *worktree; /* as they were; NULL when not known */
	struct wt_oid tip, dirty;      /* zero: none */
	size_t n_stashes;
	int64_t wall_ms;               /* when it was pinned; 0: not known */
	int64_t expires_wall_ms;       /* by the run's clean.keep_days; 0: never */
	int64_t size_bytes;            /* on disk, of what only this keeps; -1: not known */
};

/* Pins the source and notes it. *n is 0 when there was nothing to pin (no branch, no worktree).
 * A branch alone that the newest keep ref holds already, at the same tip, gets no new one: it is
 * what is left of a removal that was cut short, and undo has to find the worktree, too.
 * What cannot be captured (an embedded repository with commits of its own, a folder that cannot
 * be read) is WT_E_STATE and the message names it: then nothing may go. */
WT_MUST_USE enum wt_code wt_keep_pin(struct wt_run *run, const struct wt_keep_source *source,
				     unsigned *n, struct wt_error *err);

/* All keep refs, newest first within a task, tasks by run and id; task NULL: of all tasks. Runs
 * whose journal cannot be read are listed by what their refs say. */
WT_MUST_USE enum wt_code wt_keep_list(const struct wt_ports *ports, const char *task,
				      struct wt_arena *a, struct wt_keep **out, size_t *n,
				      struct wt_error *err);

/*
 * Brings branch and worktree back as they were: the branch at tip, the worktree at its path with
 * its uncommitted state, staged or not. What is in the way (a branch of that name at another
 * commit, a folder at the path) is WT_E_CONFLICT and named, and nothing was changed; with
 * elsewhere, names that are free are taken instead. The keep ref stays. branch and worktree of
 * out say what was made (in the arena).
 */
WT_MUST_USE enum wt_code wt_keep_undo(const struct wt_ports *ports, const struct wt_keep *keep,
				      bool elsewhere, struct wt_arena *a, struct wt_keep *out,
				      struct wt_error *err);

/* An undo brings back that worktree or branch, or was killed over it: what is there now is not what
 * was kept. Of the one that is on record as done (n 0: none) only the note may be left, which
 * goes. */
struct wt_keep_done {
	const char *run, *task;
	int64_t n;
};
bool wt_keep_is_begun(const struct wt_ports *ports, const char *worktree, const char *branch,
		      const struct wt_keep_done *done, struct wt_arena *a);

/* Deletes one keep ref (all its names) by compare-and-swap: only when it has expired. */
WT_MUST_USE enum wt_code wt_keep_expire(const struct wt_ports *ports, const struct wt_keep *keep,
					struct wt_error *err);

#endif
