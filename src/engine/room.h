/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_ROOM_H
#define WT_ENGINE_ROOM_H

/*
 * Worktrees in which gates run: detached at the commit that is judged, beside those of tasks,
 * registered like them, made and taken away as those of landings are (land_hooks.c), and listed
 * among these for `clean`. The name tells who made it; where it is, git's entry of the name says.
 */

#include "wtorch/engine/ports.h"
#include "wtorch/base/oid.h"

#define WT_GATE_ROOM "wtorch-gate-"

/* The path of the n-th of this process in that folder. */
const char *wt_room_path(const struct wt_ports *ports, struct wt_arena *a, const char *dir,
			 size_t n);

/* Where the room is that a record names, whatever the record says of its folder; NULL: nowhere. */
const char *wt_room_find(const struct wt_ports *ports, struct wt_arena *a, const char *path);

struct wt_room_spec {
	const char *path;
	const struct wt_oid *commit;
	bool skips_hooks;
};
WT_MUST_USE enum wt_code wt_room_make(const struct wt_ports *ports, const struct wt_room_spec *spec,
				      struct wt_error *err);
/* Whatever is in it: nobody of a gate is left there by then. Never fails: what cannot go is swept
 * by whoever comes next. */
void wt_room_remove(const struct wt_ports *ports, const char *path);
/* Takes away those that orchestrators before us left, in which nobody works and that is_wanted
 * does not want to keep. */
void wt_room_sweep(const struct wt_ports *ports, bool (*is_wanted)(void *arg, const char *name),
		   void *arg);

#endif
