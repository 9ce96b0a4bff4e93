/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_HEAP_H
#define WT_CORE_HEAP_H

/*
 * A queue that gives its entries in the order of their keys, the smallest first; equal keys in
 * the order of their values. Entries are never taken out of the middle: who reads decides
 * whether the first one still counts and drops it otherwise.
 *
 *	struct wt_heap h = { 0 };
 *	wt_heap_push(&h, due_ms, task);
 *	while (h.len && h.items[0].key <= now_ms)
 *		wake(wt_heap_pop(&h));
 *	wt_heap_clear(&h);
 */

#include <stddef.h>
#include <stdint.h>

struct wt_heap_item {
	int64_t key;
	size_t value;
};

struct wt_heap {
	struct wt_heap_item *items; /* owned; the first is the smallest */
	size_t len;
	size_t cap;
};

void wt_heap_clear(struct wt_heap *h);
void wt_heap_push(struct wt_heap *h, int64_t key, size_t value);
size_t wt_heap_pop(struct wt_heap *h); /* the value; the heap may not be empty */

#endif
