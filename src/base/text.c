/* SPDX-License-Identifier: MIT */
/* Slices of text, and the names that we make of it or accept. */

#include "wtorch/base/text.h"

#include <string.h>

#include "wtorch/base/limits.h"

/* Longer words are never a slip of the finger for a command, key or id. */
#define MAX_WORD 64u

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_alnum(char c)
{
	char lower = to_lower(c);

	return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
}

struct wt_str wt_str_of(const char *s)
{
	return s ? (struct wt_str){ s, strlen(s) } : WT_STR("");
}

struct wt_str wt_str_trim(struct wt_str s)
{
	while (s.len && is_blank(s.data[s.len - 1]))
		s.len--;
	while (s.len && is_blank(s.data[0])) {
		s.data++;
		s.len--;
	}
	return s;
}

bool wt_str_starts(struct wt_str s, const char *prefix)
{
	size_t len = strlen(prefix);

	return s.len >= len && (len == 0 || memcmp(s.data, prefix, len) == 0);
}

bool wt_str_ends(struct wt_str s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.len >= n && memcmp(s.data + s.len - n, suffix, n) == 0;
}

bool wt_str_starts_nocase(struct wt_str s, const char *prefix)
{
	size_t len = strlen(prefix);

	if (s.len < len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (to_lower(s.data[i]) != to_lower(prefix[i]))
			return false;
	}
	return true;
}

bool wt_str_is(struct wt_str s, const char *word)
{
	return s.len == strlen(word) && wt_str_starts(s, word);
}

bool wt_str_is_nocase(struct wt_str s, const char *word)
{
	return s.len == strlen(word) && wt_str_starts_nocase(s, word);
}

size_t wt_str_find(struct wt_str s, const char *needle)
{
	const char *at = s.len ? memmem(s.data, s.len, needle, strlen(needle)) : NULL;

	return at ? (size_t)(at - s.data) : s.len;
}

bool wt_str_next(struct wt_str *rest, const char *seps, struct wt_str *item)
{
	size_t n_seps = strlen(seps);

	while (rest->len) {
		size_t end = 0;
		size_t skip;

		while (end < rest->len && !(n_seps && memchr(seps, rest->data[end], n_seps)))
			end++;
		*item = wt_str_trim((struct wt_str){ rest->data, end });
		skip = end < rest->len ? end + 1 : end;
		rest->data += skip;
		rest->len -= skip;
		if (item->len)
			return true;
	}
	return false;
}

bool wt_text_is_id(struct wt_str s)
{
	if (s.len == 0 || s.len > WT_MAX_ID || !is_alnum(s.data[0]))
		return false;
	for (size_t i = 1; i < s.len; i++) {
		char c = s.data[i];

		if (!is_alnum(c) && c != '.' && c != '_' && c != '-')
			return false;
		if (c == '.' && s.data[i - 1] == '.')
			return false;
	}
	if (s.data[s.len - 1] == '.')
		return false;
	return s.len < 5 || memcmp(s.data + s.len - 5, ".lock", 5) != 0;
}

void wt_text_render_slug(struct wt_buf *out, struct wt_str title)
{
	char slug[WT_MAX_SLUG];
	size_t len = 0;
	size_t last_dash = 0;
	bool gap = false;

	for (size_t i = 0; i < title.len; i++) {
		if (!is_alnum(title.data[i])) {
			gap = len > 0;
			continue;
		}
		if (len + gap >= sizeof slug) {
			/* Full: half a word goes, unless it is the only one. */
			if (!gap && last_dash)
				len = last_dash;
			break;
		}
		if (gap) {
			last_dash = len;
			slug[len++] = '-';
		}
		slug[len++] = to_lower(title.data[i]);
		gap = false;
	}
	wt_buf_add(out, slug, len);
}

static size_t min_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap neighbours) between two words of at most MAX_WORD. */
static size_t distance(struct wt_str a, struct wt_str b)
{
	size_t rows[3][MAX_WORD + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b.len; j++)
		above[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *free_row = before;

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			char x = to_lower(a.data[i - 1]);
			char y = to_lower(b.data[j - 1]);

			row[j] = min_of(min_of(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == to_lower(b.data[j - 2]) &&
			    y == to_lower(a.data[i - 2]))
				row[j] = min_of(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = free_row;
	}
	return above[b.len];
}

const char *wt_text_nearest(const char *word, const char *const *candidates, size_t n)
{
	struct wt_str w = wt_str_of(word);
	size_t allowed = (w.len + 1) / 3;
	const char *best = NULL;

	if (w.len == 0 || w.len > MAX_WORD)
		return NULL;
	allowed = allowed < 1 ? 1 : min_of(allowed, 3);
	for (size_t i = 0; i < n; i++) {
		struct wt_str c = wt_str_of(candidates[i]);
		size_t d;

		if (c.len > MAX_WORD)
			continue;
		d = distance(w, c);
		/* Nothing of the word left is no likeness. */
		if (d > allowed || d >= w.len)
			continue;
		best = candidates[i];
		if (d == 0)
			break;
		allowed = d - 1;
	}
	return best;
}
