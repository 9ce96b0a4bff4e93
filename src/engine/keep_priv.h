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

#endif
