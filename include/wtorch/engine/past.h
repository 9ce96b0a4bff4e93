/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_PAST_H
#define WT_ENGINE_PAST_H

/*
 * What the newest runs tell about how long tasks take (core/past.h). Ten runs are looked at, and
 * journals of four megabytes together are read: planning stays quick. A run that is too large or
 * cannot be read is left out; whatever happens, planning goes on with what is known.
 */

#include "wtorch/core/past.h"
#include "wtorch/engine/ports.h"

void wt_past_read(const struct wt_ports *ports, struct wt_arena *arena, struct wt_past *out);

#endif
