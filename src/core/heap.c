/* SPDX-License-Identifier: MIT */
/* A binary heap of numbers. */

#include "wtorch/core/heap.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "wtorch/base/mem.h"

#define FIRST_ITEMS ((size_t)8)

static bool is_before(struct wt_heap_item a, struct wt_heap_item b)
{
	return a.key != b.key ? a.key < b.key : a.value < b.value;
}

void wt_heap_clear(struct wt_heap *h)
{
	free(h->items);
	*h = (struct wt_heap){ 0 };
}

void wt_heap_push(struct wt_heap *h, int64_t key, size_t value)
{
	struct wt_heap_item item = { key, value };
	size_t at = h->len;

	if (h->len == h->cap) {
		h->cap = h->cap ? h->cap * 2 : FIRST_ITEMS;
		h->items = wt_realloc(h->items, h->cap, sizeof *h->items);
	}
	h->len++;
	for (size_t parent; at > 0; at = parent) {
		parent = (at - 1) / 2;
		if (!is_before(item, h->items[parent]))
			break;
		h->items[at] = h->items[parent];
	}
	h->items[at] = item;
}

size_t wt_heap_pop(struct wt_heap *h)
{
	struct wt_heap_item last;
	size_t value, at = 0;

	assert(h->len > 0);
	value = h->items[0].value;
	last = h->items[--h->len];
	for (size_t child; (child = 2 * at + 1) < h->len; at = child) {
		if (child + 1 < h->len && is_before(h->items[child + 1], h->items[child]))
			child++;
		if (!is_before(h->items[child], last))
			break;
		h->items[at] = h->items[child];
	}
	h->items[at] = last;
	return value;
}
