/* SPDX-License-Identifier: MIT */
/* Growable bytes that are always a string. */

#include "wtorch/base/buf.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wtorch/base/mem.h"

#define FIRST_CAP 64u

/* Never written to: cap is 0 while data points here. */
char wt_buf_empty[1];

void wt_buf_clear(struct wt_buf *b)
{
	if (b->cap)
		free(b->data);
	*b = (struct wt_buf)WT_BUF_INIT;
}

void wt_buf_reset(struct wt_buf *b)
{
	b->len = 0;
	if (b->cap)
		b->data[0] = '\0';
}

void wt_buf_reserve(struct wt_buf *b, size_t extra)
{
	/* What cannot be counted cannot be allocated either: wt_realloc gives up. */
	size_t need = extra < SIZE_MAX - b->len ? b->len + extra + 1 : SIZE_MAX;
	size_t cap = b->cap ? b->cap : FIRST_CAP;

	if (need <= b->cap)
		return;
	while (cap < need)
		cap = cap <= SIZE_MAX / 2 ? cap * 2 : SIZE_MAX;
	b->data = wt_realloc(b->cap ? b->data : NULL, cap, 1);
	b->cap = cap;
	b->data[b->len] = '\0';
}

void wt_buf_add(struct wt_buf *b, const void *data, size_t len)
{
	if (!len)
		return;
	wt_buf_reserve(b, len);
	memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void wt_buf_puts(struct wt_buf *b, const char *s)
{
	wt_buf_add(b, s, strlen(s));
}

void wt_buf_putc(struct wt_buf *b, char c)
{
	wt_buf_add(b, &c, 1);
}

void wt_buf_printf(struct wt_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	wt_buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void wt_buf_vprintf(struct wt_buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	wt_buf_reserve(b, FIRST_CAP - 1);
	va_copy(again, ap);
	n = vsnprintf(b->data + b->len, b->cap - b->len, fmt, again);
	va_end(again);
	if (n >= 0 && (size_t)n >= b->cap - b->len) {
		wt_buf_reserve(b, (size_t)n);
		n = vsnprintf(b->data + b->len, b->cap - b->len, fmt, ap);
	}
	if (n > 0)
		b->len += (size_t)n;
	b->data[b->len] = '\0';
}

void wt_buf_cut(struct wt_buf *b, size_t len)
{
	assert(len <= b->len);
	if (len >= b->len)
		return;
	b->len = len;
	b->data[len] = '\0';
}

char *wt_buf_take(struct wt_buf *b)
{
	char *data = b->cap ? b->data : wt_strdup("");

	*b = (struct wt_buf)WT_BUF_INIT;
	return data;
}
