/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_LAND_H
#define WT_ENGINE_LAND_H

/*
 * Landing: a task's committed work becomes part of the base, or is held back with a reason.
 *
 * In this order, so that whatever happens in between can be settled by looking:
 *	merge in memory; mark the roadmap in the merged tree; make the commit; lock the index of
 *	the checkout of the base and see whether it could follow; note the intent; move the base by
 *	compare-and-swap; bring the checkout along and unlock it; read the base back; note the fact.
 *
 * What becomes of the task is noted as events; the call itself fails only when the run cannot go
 * on (the journal cannot be written). Nothing of the task is taken away here.
 */

#include "wtorch/engine/runs.h"

WT_MUST_USE enum wt_code wt_land(struct wt_run *run, size_t task, struct wt_error *err);

/* Settles a landing that was begun and has no end in the journal: by looking at the base. */
WT_MUST_USE enum wt_code wt_land_settle(struct wt_run *run, size_t task, struct wt_error *err);

/* Takes away the worktrees for hooks that orchestrators before us left and nobody works in. Never
 * fails: what cannot go is tried again by the next one. */
void wt_land_sweep(const struct wt_ports *ports);

/* Takes away the index.lock that a landing which was killed before it wrote anything left in the
 * checkout of the run's base. Never fails: the next landing takes it over. */
void wt_land_free_checkout(struct wt_run *run);

/* Such worktrees one by one, for those who want to see them first. */
struct wt_land_scratch {
	const char *name, *path; /* of its entry in git, and of its folder, absolute */
	const char *busy;        /* who may need it still; NULL: nobody */
};
WT_MUST_USE enum wt_code wt_land_scratch_list(const struct wt_ports *ports, struct wt_arena *a,
					      struct wt_land_scratch **out, size_t *n,
					      struct wt_error *err);
WT_MUST_USE enum wt_code wt_land_scratch_remove(const struct wt_ports *ports, const char *name,
						struct wt_error *err);

/* Before a run begins: whether merge.protect lets its base move, and whether commits can be signed
 * where the user signs them. WT_OK when merging is not its business. */
WT_MUST_USE enum wt_code wt_land_check(const struct wt_ports *ports, const struct wt_config *config,
				       const char *base, const struct wt_oid *base_oid,
				       struct wt_error *err);
bool wt_land_is_protected(const struct wt_config *config, const char *base);
bool wt_land_is_signed(const struct wt_git *git);
/* Signs a commit on top of base that nobody will see: a key that asks for a passphrase is found
 * before the night. */
WT_MUST_USE enum wt_code wt_land_check_signing(const struct wt_git *git, const struct wt_oid *base,
					       struct wt_error *err);

/* The trailers of a commit of the task: each task that it holds, and the run. In the arena. */
const char *wt_land_trailers(struct wt_arena *arena, const struct wt_run *run, size_t task);

/*
 * The commit up to which tip shares the history of base, and its tree: the task's own work is
 * what differs from there. It is the recorded fork, unless the branch took in more of the base
 * since; where there is no single such commit, the recorded one is given.
 */
struct wt_fork {
	struct wt_oid commit, tree;
};
WT_MUST_USE enum wt_code wt_land_fork(const struct wt_git *git, const struct wt_oid *base,
				      const struct wt_oid *tip, const struct wt_oid *recorded,
				      struct wt_fork *out, struct wt_error *err);

#endif
