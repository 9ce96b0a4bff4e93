/* SPDX-License-Identifier: MIT */
#ifndef WT_BASE_TEXT_H
#define WT_BASE_TEXT_H

/*
 * Text without a locale: slices, numbers with units, names that are safe in a path or on a
 * terminal. Bytes over 127 are letters of unknown kind and are passed through unless said
 * otherwise. Nothing here allocates except into the buffer or arena it is given.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/arena.h"
#include "wtorch/base/buf.h"

/* Borrowed bytes, not NUL-terminated. */
struct wt_str {
	const char *data;
	size_t len;
};

#define WT_STR(literal) ((struct wt_str){ (literal), sizeof(literal) - 1 })
struct wt_str wt_str_of(const char *s); /* NULL gives an empty one */
struct wt_str wt_str_trim(struct wt_str s); /* blanks, tabs, CR and LF at both ends */
bool wt_str_is(struct wt_str s, const char *word);
bool wt_str_is_nocase(struct wt_str s, const char *word);      /* ASCII case only */
bool wt_str_starts(struct wt_str s, const char *prefix);
bool wt_str_ends(struct wt_str s, const char *suffix);
bool wt_str_starts_nocase(struct wt_str s, const char *prefix);
size_t wt_str_find(struct wt_str s, const char *needle);       /* offset, or s.len */

/*
 * The next item of a list: cuts rest at the first byte of seps, gives the trimmed item and
 * true, or false when nothing is left. Empty items are skipped.
 */
bool wt_str_next(struct wt_str *rest, const char *seps, struct wt_str *item);

/* Whole-string parsers: false when s is anything else or out of range; *out untouched then. */
bool wt_text_parse_int(struct wt_str s, int64_t *out);
bool wt_text_parse_bool(struct wt_str s, bool *out);        /* yes no true false on off 1 0 */
/* 90s 30m 2h 1d 250ms 5min, or several with ever smaller units, "1h 30m"; bare: seconds. */
bool wt_text_parse_duration(struct wt_str s, int64_t *ms);
bool wt_text_parse_size(struct wt_str s, int64_t *bytes);   /* 512M 2G 10k 100 (1024s) */

/* 3, 0.8, 12.000001: no sign, at most six decimals; exact, in millionths. */
#define WT_MILLION INT64_C(1000000)
bool wt_text_parse_decimal(struct wt_str s, int64_t *millionths);

/* "8:12", "1:02:03": what a clock shows. */
void wt_text_render_clock(struct wt_buf *out, int64_t ms);
/* "45s", "12m 04s", "5h", "1d 3h": two units at most. */
void wt_text_render_duration(struct wt_buf *out, int64_t ms);
/* "212 MB", "1.4 GB" (1000s, as disks are sold). */
void wt_text_render_size(struct wt_buf *out, int64_t bytes);

/* "3", "0.8", "-0.000001": as many decimals as it takes. */
void wt_text_render_decimal(struct wt_buf *out, int64_t millionths);

/* Appends s with control bytes, DEL, C1 controls, bidirectional overrides and invalid UTF-8
 * made visible as '?' or, for CR, LF and tab, a blank: what may go to a terminal. */
void wt_text_render_safe(struct wt_buf *out, struct wt_str s);

/* Takes the next character of rest; false when nothing is left. A byte that is not part of
 * valid UTF-8 is taken alone and gives WT_RUNE_BAD + byte, a value that no valid text holds. */
#define WT_RUNE_BAD 0xDC00u
bool wt_text_next_rune(struct wt_str *rest, uint32_t *rune);
static inline bool wt_rune_is_bad(uint32_t rune)
{
	return rune >= WT_RUNE_BAD && rune <= WT_RUNE_BAD + 0xFF;
}

bool wt_text_is_utf8(struct wt_str s);
/* How many bytes at the beginning stand for themselves everywhere, also in a JSON string:
 * printable ASCII but '"' and '\\'. Fast, so that most text needs no other look. */
size_t wt_text_plain_len(struct wt_str s);

/* A task id as the contract has it: begins with a letter or digit, then letters, digits and
 * ". _ -", at most 64 bytes, no "..", not ending in "." or ".lock" (so it is good in a ref). */
bool wt_text_is_id(struct wt_str s);

/* Letters, digits and '-', lower case, at most WT_MAX_SLUG bytes, no '-' at either end; may
 * be empty. */
void wt_text_render_slug(struct wt_buf *out, struct wt_str title);

/* The candidate nearest to word, when it is near enough to be what was meant; else NULL. */
const char *wt_text_nearest(const char *word, const char *const *candidates, size_t n);

/* RFC 3339 UTC with seconds, "2026-01-01T12:00:00Z"; parse also takes fractions and offsets. */
void wt_text_render_time(struct wt_buf *out, int64_t wall_ms);
bool wt_text_parse_time(struct wt_str s, int64_t *wall_ms);

#endif
