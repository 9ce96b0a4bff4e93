/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_ESCAPE_H
#define WT_ENGINE_ESCAPE_H

/*
 * What an agent did outside of its worktree: refs of others, checkouts, the repository's
 * configuration, hooks and attributes. They are written down before it starts, in a file of the
 * agent's folder that survives a crash, and compared when it has exited.
 *
 *	wt_escape_begin(run, task)          just before the agent starts, behind the record that
 *	                                    it is about to
 *	wt_escape_end(run, task, &found)    when it has exited, however it did
 *
 * Whatever differs is noted, with the names of all whose agents were alive: the user works in the
 * same repository, and so do other agents. Our own landings and the branches of this run's tasks
 * are no difference. It is evidence against one attempt only when git itself, in the record of
 * the commands that this agent ran (GIT_TRACE2_EVENT), tells of a command that did it; an agent
 * that writes files by itself leaves none, and is warned about.
 */

#include "wtorch/engine/runs.h"

#define WT_ESCAPE_TRACE "git.jsonl" /* git's record, in the attempt's folder */

struct wt_escapes {
	const char *evidence; /* why the work must not land; NULL: nothing is proven */
	bool has_stashed;     /* it put work of its branch on git's stash */
};

WT_MUST_USE enum wt_code wt_escape_begin(struct wt_run *run, size_t task, struct wt_error *err);
/* Strings live in the arena. Without a file from before there is nothing to compare. */
WT_MUST_USE enum wt_code wt_escape_end(struct wt_run *run, size_t task, struct wt_arena *a,
				       struct wt_escapes *out, struct wt_error *err);

#endif
