/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_CHECKOUT_H
#define WT_ENGINE_CHECKOUT_H

/*
 * The checkout in which a person has the base checked out, if there is one. It is never a
 * workspace: it is only brought along to what landed, and everything in it that the landing does
 * not touch stays as it is, staged or not.
 */

#include "wtorch/engine/ports.h"

struct wt_checkout {
	const char *top;     /* absolute; NULL: nobody has the branch checked out */
	const char *git_dir; /* of that checkout */
	const char *busy;    /* what it is in the middle of ("a merge"), NULL: nothing; also set
				when a rebase elsewhere names the branch */
	bool is_cut_short;   /* busy only with a landing whose process is dead */
	bool has_left_lock;  /* not busy: the index.lock of a dead landing that had written nothing,
				which the next one takes over */
};

/* Looks at HEAD of every checkout by reading files; starts no process. */
WT_MUST_USE enum wt_code wt_checkout_find(const struct wt_ports *ports, const char *branch,
					  struct wt_arena *a, struct wt_checkout *out,
					  struct wt_error *err);

#endif
