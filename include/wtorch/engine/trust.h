/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_TRUST_H
#define WT_ENGINE_TRUST_H

/*
 * git's configuration decides which programs git runs (filters, hooks, signing, merge drivers) and
 * where it works. Whoever may write it, as every agent may, would have them run by us, over the
 * work of others. So what a landing relies on is written down before the first agent of a run
 * starts, and compared before anything is committed for an agent and before anything lands: where
 * it differs, git is not let loose, and the work waits for a person who has looked.
 *
 *	wt_trust_begin(run)             before an agent starts; only the first time counts
 *	wt_trust_check(run, a, &why)    before git works for an agent, or lands
 *	wt_trust_renew(run)             a person who was told wants it as it is now
 *
 * Of the configuration it is every key but those that such commands do not heed (names, branches,
 * remotes, colors, aliases); of the hooks those that run when something lands, where
 * core.hooksPath is not a folder of the checkout itself; info/attributes; and what has git show
 * other objects than there are: refs/replace and info/grafts.
 */

#include "wtorch/engine/runs.h"

WT_MUST_USE enum wt_code wt_trust_begin(struct wt_run *run, struct wt_error *err);
/* why: what differs, in the arena, the same text each time; NULL: nothing does, or there is nothing
 * to compare with. What cannot be read counts as different. */
void wt_trust_check(struct wt_run *run, struct wt_arena *a, const char **why);
/* The same for what only the worktree of an attempt has: a configuration of its own. */
void wt_trust_check_worktree(struct wt_run *run, const char *git_dir, struct wt_arena *a,
			     const char **why);
WT_MUST_USE enum wt_code wt_trust_renew(struct wt_run *run, struct wt_error *err);

#endif
