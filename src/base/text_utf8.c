/* SPDX-License-Identifier: MIT */
/* Text as characters: what is valid, and what a terminal may see. */

#include "wtorch/base/text.h"

#include <string.h>

/* The length of the valid sequence that s begins with, or 0. */
static size_t sequence_of(struct wt_str s, uint32_t *rune)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	unsigned char lead = (unsigned char)s.data[0];
	size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
	uint32_t code = lead & (0x3Fu >> more);

	if (lead < 0xC2 || lead > 0xF4 || s.len <= more)
		return 0;
	for (size_t i = 1; i <= more; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if ((c & 0xC0) != 0x80)
			return 0;
		code = code << 6 | (c & 0x3Fu);
	}
	if (code < least[more] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		return 0;
	*rune = code;
	return more + 1;
}

bool wt_text_next_rune(struct wt_str *rest, uint32_t *rune)
{
	size_t len;

	if (rest->len == 0)
		return false;
	*rune = (unsigned char)rest->data[0];
	len = 1;
	if (*rune >= 0x80) {
		len = sequence_of(*rest, rune);
		if (len == 0) {
			*rune += WT_RUNE_BAD;
			len = 1;
		}
	}
	rest->data += len;
	rest->len -= len;
	return true;
}

static bool is_plain(char c)
{
	return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/* The same of eight bytes at once. A byte that is not plain leaves its highest bit, by itself or
 * by what is taken from or added to it; what it borrows or carries spoils only its neighbours. */
static bool are_plain(uint64_t bytes)
{
	static const uint64_t each = 0x0101010101010101, highest = each * 0x80;
	uint64_t quotes = bytes ^ (each * '"'), slashes = bytes ^ (each * '\\');

	return !((bytes | (bytes - each * 0x20) | (bytes + each) | (quotes - each) |
		  (slashes - each)) &
		 highest);
}

size_t wt_text_plain_len(struct wt_str s)
{
	uint64_t bytes;
	size_t n = 0;

	for (; s.len - n >= sizeof bytes; n += sizeof bytes) {
		memcpy(&bytes, s.data + n, sizeof bytes);
		if (!are_plain(bytes))
			break;
	}
	while (n < s.len && is_plain(s.data[n]))
		n++;
	return n;
}

bool wt_text_is_utf8(struct wt_str s)
{
	uint32_t rune;

	for (;;) {
		size_t plain = wt_text_plain_len(s);

		s.data += plain;
		s.len -= plain;
		if (!wt_text_next_rune(&s, &rune))
			return true;
		if (wt_rune_is_bad(rune))
			return false;
	}
}

/* What stands for a character that a terminal must not get, or 0 when it may. */
static char substitute(uint32_t rune)
{
	if (rune == '\t' || rune == '\n' || rune == '\r' || rune == 0x2028 || rune == 0x2029)
		return ' ';
	if (rune < 0x20 || (rune >= 0x7F && rune <= 0x9F) || wt_rune_is_bad(rune))
		return '?';
	if ((rune >= 0x202A && rune <= 0x202E) || (rune >= 0x2066 && rune <= 0x2069))
		return '?';
	return 0;
}

void wt_text_render_safe(struct wt_buf *out, struct wt_str s)
{
	uint32_t rune;

	for (const char *from = s.data; wt_text_next_rune(&s, &rune); from = s.data) {
		char c = substitute(rune);

		if (c)
			wt_buf_putc(out, c);
		else
			wt_buf_add(out, from, (size_t)(s.data - from));
	}
}
