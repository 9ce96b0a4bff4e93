/* SPDX-License-Identifier: MIT */
/* How many columns a text takes on a terminal, without a locale. */

#include <utf8proc.h>

#include "wtorch/adapter/adapters.h"

#define VARIATION_EMOJI 0xFE0F

static bool is_plain(struct wt_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < 0x20 || text.data[i] > 0x7E)
			return false;
	}
	return true;
}

/* Measured by grapheme cluster: the widest character of one counts, and a cluster that asks for
 * its emoji form is drawn two columns wide. */
size_t wt_width_utf8proc(struct wt_str text)
{
	const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text.data;
	utf8proc_ssize_t left = (utf8proc_ssize_t)text.len;
	utf8proc_int32_t state = 0, before = 0;
	size_t columns = 0, cluster = 0;

	if (is_plain(text))
		return text.len;
	while (left > 0) {
		utf8proc_int32_t rune;
		utf8proc_ssize_t n = utf8proc_iterate(at, left, &rune);
		size_t width;

		if (n < 1) {
			n = 1;
			rune = '?';
		}
		if (before && utf8proc_grapheme_break_stateful(before, rune, &state)) {
			columns += cluster;
			cluster = 0;
		}
		width = rune == VARIATION_EMOJI ? 2 : (size_t)utf8proc_charwidth(rune);
		if (width > cluster)
			cluster = width;
		before = rune;
		at += n;
		left -= n;
	}
	return columns + cluster;
}
