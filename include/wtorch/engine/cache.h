/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_CACHE_H
#define WT_ENGINE_CACHE_H

/*
 * What costs time to find out and can be found out again: a few documents in <git common
 * dir>/wtorch/cache/, each one file of at most WT_CACHE_MAX bytes that the next one replaces
 * whole. So there is nothing to collect; `clean` takes them all away.
 *
 * Planning changes nothing in a repository that never had a run: a document is only kept where
 * the state folder exists. A cache that cannot be read or written is as good as none.
 */

#include "wtorch/base/json.h"
#include "wtorch/engine/ports.h"

#define WT_CACHE_MAX (16u << 20)

/* NULL when there is none, or what is there is no JSON. */
const struct wt_json *wt_cache_load(const struct wt_ports *ports, const char *name,
				    struct wt_arena *a);
void wt_cache_save(const struct wt_ports *ports, const char *name, struct wt_str text);
/* All of them. */
WT_MUST_USE enum wt_code wt_cache_clear(const struct wt_ports *ports, struct wt_error *err);

#endif
