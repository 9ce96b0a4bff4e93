/* SPDX-License-Identifier: MIT */
#ifndef WT_BASE_MAP_H
#define WT_BASE_MAP_H

/*
 * From a string to an index. Keys are borrowed and must outlive the map; values are whatever
 * index into an array of the caller's own the key stands for. Insertion order is the order of
 * the indexes when the caller numbers them so; the map itself is never iterated.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WT_MAP_NONE ((size_t)-1)

struct wt_map {
	struct wt_map_slot *slots; /* owned */
	size_t len;
	size_t cap; /* a power of two, or 0 */
};

void wt_map_clear(struct wt_map *m);

/* The value of key, or WT_MAP_NONE. */
size_t wt_map_find(const struct wt_map *m, const char *key);

/* The slot of key: an existing value is left alone and found is true; otherwise value is put. */
size_t wt_map_put(struct wt_map *m, const char *key, size_t value, bool *found);

/* Sets or replaces. */
void wt_map_set(struct wt_map *m, const char *key, size_t value);

/* What the map spreads its keys by, for tables of another shape. */
uint64_t wt_map_hash(const char *key, size_t len);

#endif
