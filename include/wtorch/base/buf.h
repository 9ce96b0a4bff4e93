/* SPDX-License-Identifier: MIT */
#ifndef WT_BASE_BUF_H
#define WT_BASE_BUF_H

/*
 * Growable bytes. data is always a valid, NUL-terminated string, also when empty, so a
 * struct wt_buf may be printed at any time; len does not count the NUL and the bytes may hold
 * NULs of their own.
 *
 *	struct wt_buf b = WT_BUF_INIT;
 *	wt_buf_printf(&b, "%s/%zu", dir, n);
 *	use(b.data);
 *	wt_buf_clear(&b);          releases; the buffer is empty and usable again
 */

#include <stdarg.h>
#include <stddef.h>

#include "wtorch/base/err.h"

struct wt_buf {
	char *data; /* owned unless cap is 0 */
	size_t len;
	size_t cap;
};

extern char wt_buf_empty[1]; /* what data points at while nothing is allocated */

#define WT_BUF_INIT { .data = wt_buf_empty }

void wt_buf_clear(struct wt_buf *b);
void wt_buf_reset(struct wt_buf *b);                /* len = 0, keeps the memory */
void wt_buf_reserve(struct wt_buf *b, size_t extra);
void wt_buf_add(struct wt_buf *b, const void *data, size_t len);
void wt_buf_puts(struct wt_buf *b, const char *s);
void wt_buf_putc(struct wt_buf *b, char c);
void wt_buf_printf(struct wt_buf *b, const char *fmt, ...) WT_PRINTF(2, 3);
void wt_buf_vprintf(struct wt_buf *b, const char *fmt, va_list ap) WT_PRINTF(2, 0);
void wt_buf_cut(struct wt_buf *b, size_t len);      /* shortens to len */
char *wt_buf_take(struct wt_buf *b);                /* the caller frees it; b is empty again */

#endif
