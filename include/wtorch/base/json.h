/* SPDX-License-Identifier: MIT */
#ifndef WT_BASE_JSON_H
#define WT_BASE_JSON_H

/*
 * JSON as a plain value, and a writer.
 *
 * The value tree is made by an adapter from bytes (port/reader.h) and lives in an arena; the
 * getters take NULL and values of another kind and answer with the fallback, so reading a
 * document needs no checks of its own. Numbers are doubles: ids and nanoseconds are strings.
 *
 * The writer puts commas and quotes:
 *
 *	struct wt_jsonw w = { .out = &buf };
 *	wt_jsonw_begin(&w, '{');
 *	wt_jsonw_key(&w, "tasks"); wt_jsonw_begin(&w, '[');
 *	wt_jsonw_str(&w, "65");
 *	wt_jsonw_end(&w, ']');
 *	wt_jsonw_end(&w, '}');
 *
 * Invalid UTF-8 in strings is written as U+FFFD, so the output is always valid.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/buf.h"

enum wt_json_kind {
	WT_JSON_NULL,
	WT_JSON_BOOL,
	WT_JSON_NUMBER,
	WT_JSON_STRING,
	WT_JSON_ARRAY,
	WT_JSON_OBJECT,
};

struct wt_json {
	enum wt_json_kind kind;
	bool boolean;
	double number;
	const char *name;            /* as a member of an object, else NULL */
	const char *string;          /* valid UTF-8 */
	const struct wt_json *child; /* first element or member */
	const struct wt_json *next;  /* next sibling */
};

const struct wt_json *wt_json_find(const struct wt_json *object, const char *name);
const char *wt_json_text(const struct wt_json *object, const char *name, const char *fallback);
double wt_json_number(const struct wt_json *object, const char *name, double fallback);
int64_t wt_json_int(const struct wt_json *object, const char *name, int64_t fallback);
bool wt_json_bool(const struct wt_json *object, const char *name, bool fallback);
size_t wt_json_count(const struct wt_json *array); /* elements; 0 for anything else */

struct wt_jsonw {
	struct wt_buf *out; /* borrowed */
	bool needs_comma;   /* its own, as are after_key and depth */
	bool after_key;
	unsigned indent; /* blanks per level, 0 for one line; set before the first call */
	unsigned depth;
};

void wt_jsonw_begin(struct wt_jsonw *w, char bracket); /* '{' or '[' */
void wt_jsonw_end(struct wt_jsonw *w, char bracket);   /* '}' or ']' */
void wt_jsonw_key(struct wt_jsonw *w, const char *name);
void wt_jsonw_str(struct wt_jsonw *w, const char *s); /* NULL is null */
void wt_jsonw_int(struct wt_jsonw *w, int64_t n);
void wt_jsonw_num(struct wt_jsonw *w, double n); /* not finite: null */
void wt_jsonw_bool(struct wt_jsonw *w, bool b);
void wt_jsonw_null(struct wt_jsonw *w);
/* A key and its value in one call. */
void wt_jsonw_kstr(struct wt_jsonw *w, const char *name, const char *s);
void wt_jsonw_kint(struct wt_jsonw *w, const char *name, int64_t n);
void wt_jsonw_kbool(struct wt_jsonw *w, const char *name, bool b);
void wt_jsonw_kopt(struct wt_jsonw *w, const char *name, bool is_there, int64_t n); /* or null */
void wt_jsonw_knum(struct wt_jsonw *w, const char *name, double n); /* negative is null */
void wt_jsonw_klist(struct wt_jsonw *w, const char *name, const char *const *items, size_t n);
void wt_jsonw_ktime(struct wt_jsonw *w, const char *name, int64_t wall_ms); /* 0 is null */
/* The tree written again, for values that are only passed on. */
void wt_jsonw_value(struct wt_jsonw *w, const struct wt_json *value);

#endif
