/* SPDX-License-Identifier: MIT */
#ifndef WT_SRC_ENGINE_KEEP_PRIV_H
#define WT_SRC_ENGINE_KEEP_PRIV_H

/* What pinning, listing and undoing share: what is said about a keep ref in its blob "about". */

#include "wtorch/engine/keep.h"

#define WT_KEEP_MAX_ABOUT 65536u

struct wt_keep_about {
	const char *branch, *worktree, *reason; /* NULL: none */
	int64_t wall_ms, days;
};

/* NUL-terminated "name=value"s, since a path may hold any other byte. */
void wt_keep_about_render(const struct wt_keep_about *about, struct wt_buf *out);
/* Texts in the arena; what is not understood is left out. */
void wt_keep_about_parse(struct wt_str text, struct wt_arena *a, struct wt_keep_about *out);

/* "refs/wtorch/keep/<run>/<task>/<n>/<name>" cut into its parts; false when it is none. */
struct wt_keep_name {
	const char *run, *task, *name; /* in the arena */
	unsigned n;
};
bool wt_keep_name_parse(const char *ref, struct wt_arena *a, struct wt_keep_name *out);

/* "refs/wtorch/keep/<run>/<task>/<n>", in the arena. */
const char *wt_keep_prefix(const struct wt_keep *keep, struct wt_arena *a);

/* keep_lost.c: commits in the reflog that none of the held ones contains, newest first; in the
 * arena. */
struct wt_keep_held {
	const struct wt_oid *items; /* zero ones are none */
	size_t n;
};
enum wt_code wt_keep_find_lost(const struct wt_ports *ports, const char *log,
			       const struct wt_keep_held *held, struct wt_arena *a,
			       struct wt_oid **out, size_t *n, struct wt_error *err);

/*
 * keep_begun.c: what an undo that was killed had brought back by then. Before it makes anything an
 * undo notes what it is about to make, in a file of the state folder; that goes with its end. The
 * next undo of the same keep finds it, and takes away what came from there, so that it can begin
 * anew. What anybody else has done there since is not taken away.
 */
struct wt_keep_made {
	const char *name; /* of a branch, short; NULL: none */
	struct wt_oid oid;
};

struct wt_keep_begun {
	const char *path; /* of the worktree, free at that time; NULL: there is none */
	const char *head; /* the branch that it is on */
	struct wt_keep_made made[2];
};

struct wt_keep_rest {
	const struct wt_ports *ports;
	struct wt_run *run; /* NULL: its journal cannot be read */
	const struct wt_keep *keep;
	struct wt_oid head; /* what the worktree is to be at */
	const char *const *ignored;
	size_t n_ignored;
};

enum wt_code wt_keep_begun_save(const struct wt_ports *p, const struct wt_keep *keep,
				const struct wt_keep_begun *begun, struct wt_arena *a,
				struct wt_error *err);
/* False: nobody was cut off. */
bool wt_keep_begun_load(const struct wt_ports *p, const struct wt_keep *keep, struct wt_arena *a,
			struct wt_keep_begun *out);
void wt_keep_begun_forget(const struct wt_ports *p, const struct wt_keep *keep, struct wt_arena *a);
/* *is_whole: the worktree is as it is to be, and was left. WT_E_CONFLICT: somebody has worked
 * there since, and nothing was changed. */
enum wt_code wt_keep_begun_settle(const struct wt_keep_rest *rest,
				  const struct wt_keep_begun *begun, struct wt_arena *a,
				  bool *is_whole, struct wt_error *err);

#endif
