/* SPDX-License-Identifier: MIT */
/* Memory that is released all at once: a list of chunks, the newest one being filled. */

#include "wtorch/base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wtorch/base/mem.h"

#define FIRST_CHUNK ((size_t)4096)
#define LAST_CHUNK  ((size_t)1 << 20)
#define FIRST_ITEMS ((size_t)8)

struct wt_arena_chunk {
	struct wt_arena_chunk *next; /* owned */
	size_t used;
	size_t size;
	max_align_t data[];
};

void wt_arena_clear(struct wt_arena *a)
{
	struct wt_arena_chunk *next;

	for (struct wt_arena_chunk *c = a->chunks; c; c = next) {
		next = c->next;
		free(c);
	}
	*a = (struct wt_arena){ 0 };
}

static struct wt_arena_chunk *new_chunk(size_t size)
{
	struct wt_arena_chunk *c;

	if (size > SIZE_MAX - sizeof *c)
		size = SIZE_MAX - sizeof *c; /* wt_alloc gives up on it */
	c = wt_alloc(sizeof *c + size);
	c->size = size;
	return c;
}

/* A chunk with room for size: a large one goes behind the head, which is filled further. */
static struct wt_arena_chunk *add_chunk(struct wt_arena *a, size_t size)
{
	size_t usual = a->chunks ? a->chunks->size * 2 : FIRST_CHUNK;
	struct wt_arena_chunk *c;

	if (usual > LAST_CHUNK)
		usual = LAST_CHUNK;
	if (size > usual / 4 && a->chunks) {
		c = new_chunk(size);
		c->next = a->chunks->next;
		a->chunks->next = c;
		return c;
	}
	c = new_chunk(size > usual ? size : usual);
	c->next = a->chunks;
	a->chunks = c;
	return c;
}

/* align is a power of two and at most that of max_align_t. */
static void *take(struct wt_arena *a, size_t size, size_t align)
{
	struct wt_arena_chunk *c = a->chunks;
	size_t at = c ? (c->used + align - 1) & ~(align - 1) : 0;

	if (!c || at > c->size || size > c->size - at) {
		c = add_chunk(a, size);
		at = 0;
	}
	c->used = at + size;
	a->used_bytes += size;
	return (char *)c->data + at;
}

void *wt_arena_alloc(struct wt_arena *a, size_t size)
{
	return take(a, size, _Alignof(max_align_t));
}

char *wt_arena_strdup(struct wt_arena *a, const char *s)
{
	return s ? wt_arena_strndup(a, s, strlen(s)) : NULL;
}

char *wt_arena_strndup(struct wt_arena *a, const char *s, size_t len)
{
	char *copy = take(a, len + 1, 1);

	if (len)
		memcpy(copy, s, len);
	return copy;
}

char *wt_arena_printf(struct wt_arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *text;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	text = take(a, n > 0 ? (size_t)n + 1 : 1, 1);
	if (n > 0)
		vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return text;
}

void *wt_arena_grow(struct wt_arena *a, void *items, size_t len, size_t *cap, size_t size)
{
	size_t want = *cap ? *cap * 2 : FIRST_ITEMS;
	size_t bytes;
	char *moved;

	assert(len <= *cap);
	if (len < *cap) {
		/* An item that was dropped may have been here. */
		memset((char *)items + len * size, 0, size);
		return items;
	}
	if (want < *cap || __builtin_mul_overflow(want, size, &bytes))
		bytes = SIZE_MAX - sizeof(max_align_t);
	moved = wt_arena_alloc(a, bytes);
	if (len)
		memcpy(moved, items, len * size);
	*cap = want;
	return moved;
}
