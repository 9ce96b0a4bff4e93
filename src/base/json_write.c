/* SPDX-License-Identifier: MIT */
/* Writes JSON (RFC 8259) without a locale. */

#include "wtorch/base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wtorch/base/text.h"

/* Integers up to here are written without an exponent, as JavaScript does. */
#define MAX_PLAIN 1e21

static void break_line(struct wt_jsonw *w)
{
	if (!w->indent)
		return;
	wt_buf_putc(w->out, '\n');
	for (unsigned i = 0; i < w->indent * w->depth; i++)
		wt_buf_putc(w->out, ' ');
}

/* A member's value follows its key at once; all else is separated and, when asked, indented. */
static void begin_item(struct wt_jsonw *w)
{
	if (w->after_key || w->depth == 0) {
		w->after_key = false;
		return;
	}
	if (w->needs_comma)
		wt_buf_putc(w->out, ',');
	break_line(w);
}

static void put_scalar(struct wt_jsonw *w, const char *text)
{
	begin_item(w);
	wt_buf_puts(w->out, text);
	w->needs_comma = true;
}

static void put_escape(struct wt_buf *out, uint32_t rune)
{
	static const char letters[] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
					['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\' };

	if (wt_rune_is_bad(rune))
		wt_buf_puts(out, "\xEF\xBF\xBD");
	else if (rune < sizeof letters && letters[rune])
		wt_buf_printf(out, "\\%c", letters[rune]);
	else
		wt_buf_printf(out, "\\u%04" PRIx32, rune);
}

/* Most texts are nothing else, so they are not taken apart. */
static void skip_plain(struct wt_str *s)
{
	size_t len = wt_text_plain_len(*s);

	s->data += len;
	s->len -= len;
}

static void put_quoted(struct wt_buf *out, const char *s)
{
	struct wt_str rest = wt_str_of(s);
	const char *from = s; /* what precedes rest and is not yet written begins here */
	uint32_t rune;

	wt_buf_putc(out, '"');
	skip_plain(&rest);
	for (const char *at = rest.data; wt_text_next_rune(&rest, &rune); at = rest.data) {
		/* DEL and C1 are no control characters in JSON, but they are on a terminal. */
		if (rune < 0x20 || rune == '"' || rune == '\\' || (rune >= 0x7F && rune < 0xA0) ||
		    wt_rune_is_bad(rune)) {
			wt_buf_add(out, from, (size_t)(at - from));
			put_escape(out, rune);
			from = rest.data;
		}
		skip_plain(&rest);
	}
	wt_buf_add(out, from, strlen(from));
	wt_buf_putc(out, '"');
}

void wt_jsonw_begin(struct wt_jsonw *w, char bracket)
{
	assert(bracket == '{' || bracket == '[');
	begin_item(w);
	wt_buf_putc(w->out, bracket);
	w->depth++;
	w->needs_comma = false;
}

void wt_jsonw_end(struct wt_jsonw *w, char bracket)
{
	assert(bracket == '}' || bracket == ']');
	assert(w->depth > 0 && !w->after_key);
	w->depth--;
	if (w->needs_comma)
		break_line(w);
	wt_buf_putc(w->out, bracket);
	w->needs_comma = true;
}

void wt_jsonw_key(struct wt_jsonw *w, const char *name)
{
	begin_item(w);
	put_quoted(w->out, name);
	wt_buf_puts(w->out, w->indent ? ": " : ":");
	w->after_key = true;
}

void wt_jsonw_str(struct wt_jsonw *w, const char *s)
{
	if (!s) {
		wt_jsonw_null(w);
		return;
	}
	begin_item(w);
	put_quoted(w->out, s);
	w->needs_comma = true;
}

void wt_jsonw_int(struct wt_jsonw *w, int64_t n)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRId64, n);
	put_scalar(w, text);
}

static bool is_whole(double n)
{
	/* From 2^53 on there are no fractions. */
	if (n >= 0x1p53 || n <= -0x1p53)
		return true;
	return (double)(int64_t)n == n;
}

void wt_jsonw_num(struct wt_jsonw *w, double n)
{
	char text[40];
	char *comma;

	if (!isfinite(n)) {
		wt_jsonw_null(w);
		return;
	}
	if (n > -MAX_PLAIN && n < MAX_PLAIN && is_whole(n)) {
		snprintf(text, sizeof text, "%.0f", n);
	} else {
		snprintf(text, sizeof text, "%.15g", n);
		if (strtod(text, NULL) != n)
			snprintf(text, sizeof text, "%.17g", n);
	}
	/* Should anybody ever set a locale. */
	comma = strchr(text, ',');
	if (comma)
		*comma = '.';
	put_scalar(w, text);
}

void wt_jsonw_bool(struct wt_jsonw *w, bool b)
{
	put_scalar(w, b ? "true" : "false");
}

void wt_jsonw_null(struct wt_jsonw *w)
{
	put_scalar(w, "null");
}

void wt_jsonw_kstr(struct wt_jsonw *w, const char *name, const char *s)
{
	wt_jsonw_key(w, name);
	wt_jsonw_str(w, s);
}

void wt_jsonw_kint(struct wt_jsonw *w, const char *name, int64_t n)
{
	wt_jsonw_key(w, name);
	wt_jsonw_int(w, n);
}

void wt_jsonw_kbool(struct wt_jsonw *w, const char *name, bool b)
{
	wt_jsonw_key(w, name);
	wt_jsonw_bool(w, b);
}

void wt_jsonw_kopt(struct wt_jsonw *w, const char *name, bool is_there, int64_t n)
{
	wt_jsonw_key(w, name);
	if (is_there)
		wt_jsonw_int(w, n);
	else
		wt_jsonw_null(w);
}

void wt_jsonw_knum(struct wt_jsonw *w, const char *name, double n)
{
	wt_jsonw_key(w, name);
	if (n < 0)
		wt_jsonw_null(w);
	else
		wt_jsonw_num(w, n);
}

void wt_jsonw_klist(struct wt_jsonw *w, const char *name, const char *const *items, size_t n)
{
	wt_jsonw_key(w, name);
	wt_jsonw_begin(w, '[');
	for (size_t i = 0; i < n; i++)
		wt_jsonw_str(w, items[i]);
	wt_jsonw_end(w, ']');
}

void wt_jsonw_ktime(struct wt_jsonw *w, const char *name, int64_t wall_ms)
{
	struct wt_buf text = WT_BUF_INIT;

	if (wall_ms)
		wt_text_render_time(&text, wall_ms);
	wt_jsonw_kstr(w, name, wall_ms ? text.data : NULL);
	wt_buf_clear(&text);
}

static void put_children(struct wt_jsonw *w, const struct wt_json *value)
{
	bool is_object = value->kind == WT_JSON_OBJECT;

	wt_jsonw_begin(w, is_object ? '{' : '[');
	for (const struct wt_json *child = value->child; child; child = child->next) {
		if (is_object)
			wt_jsonw_key(w, child->name ? child->name : "");
		wt_jsonw_value(w, child);
	}
	wt_jsonw_end(w, is_object ? '}' : ']');
}

/* As deep as the tree, whose builder keeps to WT_MAX_JSON_DEPTH. */
void wt_jsonw_value(struct wt_jsonw *w, const struct wt_json *value)
{
	switch (value ? value->kind : WT_JSON_NULL) {
	case WT_JSON_NULL:
		wt_jsonw_null(w);
		break;
	case WT_JSON_BOOL:
		wt_jsonw_bool(w, value->boolean);
		break;
	case WT_JSON_NUMBER:
		wt_jsonw_num(w, value->number);
		break;
	case WT_JSON_STRING:
		wt_jsonw_str(w, value->string);
		break;
	case WT_JSON_ARRAY:
	case WT_JSON_OBJECT:
		put_children(w, value);
		break;
	}
}
