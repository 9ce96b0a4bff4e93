/* SPDX-License-Identifier: MIT */
/* Fills the caller's error; see err.h for the rules. */

#include "wtorch/base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How many bytes a UTF-8 sequence that begins with lead wants; 1 for what is not a lead. */
static size_t sequence_len(unsigned char lead)
{
	if (lead >= 0xF0)
		return 4;
	if (lead >= 0xE0)
		return 3;
	return lead >= 0xC0 ? 2 : 1;
}

/* Removes the part of a character that a full buffer left at the end of text. */
static void cut_partial(char *text)
{
	size_t len = strlen(text);
	size_t back = 1;

	while (back < 4 && back < len && ((unsigned char)text[len - back] & 0xC0) == 0x80)
		back++;
	if (back <= len && sequence_len((unsigned char)text[len - back]) > back)
		text[len - back] = '\0';
}

static void format(char *out, size_t size, const char *fmt, va_list ap) WT_PRINTF(3, 0);

static void format(char *out, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(out, size, fmt, ap);

	if (n < 0)
		out[0] = '\0';
	else if ((size_t)n >= size)
		cut_partial(out);
}

/* Appends to text what fits. */
static void append(char *text, size_t size, const char *more)
{
	size_t len = strlen(text);
	size_t want = strlen(more);
	size_t room = size - 1 - len;
	size_t n = want < room ? want : room;

	memcpy(text + len, more, n);
	text[len + n] = '\0';
	if (n < want)
		cut_partial(text);
}

/* The arguments may point into err itself, so err is written only after formatting. */
static enum wt_code fill(struct wt_error *err, enum wt_code code, const char *msg)
{
	memset(err, 0, sizeof *err);
	err->code = code;
	append(err->msg, sizeof err->msg, msg);
	return code;
}

enum wt_code wt_fail(struct wt_error *err, enum wt_code code, const char *fmt, ...)
{
	char msg[sizeof err->msg];
	va_list ap;

	assert(code != WT_OK);
	va_start(ap, fmt);
	format(msg, sizeof msg, fmt, ap);
	va_end(ap);
	return fill(err, code, msg);
}

enum wt_code wt_fail_errno(struct wt_error *err, enum wt_code code, int errnum, const char *fmt,
			   ...)
{
	char msg[sizeof err->msg];
	char text[128];
	va_list ap;

	assert(code != WT_OK);
	va_start(ap, fmt);
	format(msg, sizeof msg, fmt, ap);
	va_end(ap);
	append(msg, sizeof msg, ": ");
	append(msg, sizeof msg, strerror_r(errnum, text, sizeof text));
	return fill(err, code, msg);
}

enum wt_code wt_wrap(struct wt_error *err, const char *fmt, ...)
{
	char msg[sizeof err->msg];
	va_list ap;

	va_start(ap, fmt);
	format(msg, sizeof msg, fmt, ap);
	va_end(ap);
	append(msg, sizeof msg, ": ");
	append(msg, sizeof msg, err->msg);
	memcpy(err->msg, msg, sizeof err->msg);
	return err->code;
}

enum wt_code wt_hint(struct wt_error *err, const char *fmt, ...)
{
	char hint[sizeof err->hint];
	va_list ap;

	va_start(ap, fmt);
	format(hint, sizeof hint, fmt, ap);
	va_end(ap);
	memcpy(err->hint, hint, sizeof err->hint);
	return err->code;
}
