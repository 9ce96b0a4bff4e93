/* SPDX-License-Identifier: MIT */
#ifndef WT_BASE_ARENA_H
#define WT_BASE_ARENA_H

/*
 * Memory that is released all at once: everything from the sources to the plan lives in one
 * arena, so values may point at each other and nobody frees a part.
 *
 *	struct wt_arena a = { 0 };
 *	char *s = wt_arena_printf(&a, "%s-%d", name, n);
 *	WT_ARENA_PUSH(&a, list->items, list->len, list->cap)->name = s;
 *	wt_arena_clear(&a);
 *
 * Memory is zeroed and aligned for any type. Arrays grown with WT_ARENA_PUSH move; keep
 * indexes, not pointers, while an array still grows.
 */

#include <stddef.h>

#include "wtorch/base/err.h"

struct wt_arena {
	struct wt_arena_chunk *chunks; /* owned */
	size_t used_bytes;             /* handed out so far, for tests and benchmarks */
};

void wt_arena_clear(struct wt_arena *a);
void *wt_arena_alloc(struct wt_arena *a, size_t size);
char *wt_arena_strdup(struct wt_arena *a, const char *s); /* NULL stays NULL */
char *wt_arena_strndup(struct wt_arena *a, const char *s, size_t len);
char *wt_arena_printf(struct wt_arena *a, const char *fmt, ...) WT_PRINTF(2, 3);

/* Room for one item more behind the len that are used; returns the (moved) array. */
void *wt_arena_grow(struct wt_arena *a, void *items, size_t len, size_t *cap, size_t size);

/* Appends a zeroed item and yields a pointer to it. */
#define WT_ARENA_PUSH(a, items, len, cap)                                                          \
	((items) = wt_arena_grow((a), (items), (len), &(cap), sizeof *(items)), &(items)[(len)++])

#endif
