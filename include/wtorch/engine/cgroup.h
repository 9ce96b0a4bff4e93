/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_CGROUP_H
#define WT_ENGINE_CGROUP_H

/*
 * Where shims may make a leaf of cgroup v2 for each agent, so that the kernel keeps its limits:
 * in the nearest of our own cgroup and its parent that hands controllers on to what is below it.
 * A cgroup that holds processes cannot do that (but for the root), so as a rule it is the
 * parent, which below a systemd user manager belongs to the user.
 */

#include "wtorch/engine/ports.h"

struct wt_cgroup {
	const char *dir; /* absolute; NULL: there is none */
	bool has_memory, has_pids, has_cpu;
};

/* Only reads; whether a folder can be made there, its maker sees. */
void wt_cgroup_find(const struct wt_ports *ports, struct wt_arena *arena, struct wt_cgroup *out);

#endif
