/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_TAKEN_H
#define WT_ENGINE_TAKEN_H

/*
 * Which branches and paths there are already, for a plan that is to name new ones. The first
 * some dozen are asked for one by one, which also finds what is there but broken; for a plan of
 * thousands the branches, and the folders that the paths lie in, are listed once. Where that
 * fails, it goes on one by one; what cannot be told is taken.
 *
 *	struct wt_taken taken = { .ports = ports };
 *	in.is_branch_taken = wt_taken_branch; in.is_path_taken = wt_taken_path; in.arg = &taken;
 *	wt_taken_clear(&taken);
 */

#include "wtorch/base/map.h"
#include "wtorch/engine/ports.h"

struct wt_taken {
	const struct wt_ports *ports; /* borrowed */
	struct wt_arena arena;        /* its own, as all below */
	size_t n_branches, n_paths;   /* asked for so far */
	struct wt_map branches;       /* full names, once listed */
	bool are_listed;
	struct wt_map folders; /* listed ones; the value tells whether that went well */
	struct wt_map paths;   /* all that lies in those */
};

bool wt_taken_branch(void *taken, const char *branch);
bool wt_taken_path(void *taken, const char *path); /* absolute and normal */
void wt_taken_clear(struct wt_taken *t);

#endif
