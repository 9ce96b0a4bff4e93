/* SPDX-License-Identifier: MIT */
/* Fills the words in braces of a template. */

#include "wtorch/core/expand.h"

#include <stdbool.h>
#include <string.h>

#include "wtorch/base/text.h"

#define MAX_SHOWN  40u /* bytes of a wrong word that are repeated in the message */
#define MAX_DIGITS 20u

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Where the last number of s begins; "2.5" is one number, and of it the part before the first
 * dot is what gets padded. len when there is none. */
static size_t find_number(struct wt_str s)
{
	size_t i = s.len;

	while (i > 0 && !is_digit(s.data[i - 1]))
		i--;
	if (i == 0)
		return s.len;
	while (i > 0 && (is_digit(s.data[i - 1]) ||
			 (s.data[i - 1] == '.' && i > 1 && is_digit(s.data[i - 2]))))
		i--;
	return i;
}

static void add_padded(struct wt_buf *out, struct wt_str value, size_t width)
{
	size_t at = find_number(value);
	size_t digits = 0;

	while (at + digits < value.len && is_digit(value.data[at + digits]))
		digits++;
	wt_buf_add(out, value.data, at);
	for (; digits > 0 && digits < width; width--)
		wt_buf_putc(out, '0');
	wt_buf_add(out, value.data + at, value.len - at);
}

/* ":03" behind a name: a zero, then the number of digits. */
static bool parse_width(struct wt_str s, size_t *width)
{
	int64_t n;

	if (s.len < 2 || s.len > 3 || s.data[0] != '0' || !is_digit(s.data[1]) ||
	    !wt_text_parse_int(s, &n) || n < 1 || n > (int64_t)MAX_DIGITS)
		return false;
	*width = (size_t)n;
	return true;
}

static bool add_word(struct wt_str inner, const struct wt_word *words, size_t n, struct wt_buf *out)
{
	size_t colon = wt_str_find(inner, ":");
	struct wt_str name = { inner.data, colon };
	size_t width = 0;

	if (colon < inner.len &&
	    !parse_width((struct wt_str){ inner.data + colon + 1, inner.len - colon - 1 }, &width))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!wt_str_is(name, words[i].name))
			continue;
		add_padded(out, wt_str_of(words[i].value), width);
		return true;
	}
	return false;
}

static enum wt_code fail_unknown(struct wt_str inner, const struct wt_word *words, size_t n,
				 struct wt_error *err)
{
	struct wt_buf known = WT_BUF_INIT;
	bool is_long = inner.len > MAX_SHOWN;

	for (size_t i = 0; i < n; i++)
		wt_buf_printf(&known, " {%s}", words[i].name);
	wt_fail(err, WT_E_INPUT, "unknown word '{%.*s%s' in a template; known are%s",
		(int)(is_long ? MAX_SHOWN : inner.len), inner.data, is_long ? "..." : "}",
		n ? known.data : " none");
	wt_buf_clear(&known);
	return wt_hint(err, "a brace that means itself is written twice: '{{' or '}}'");
}

/* rest begins with a brace: takes it, or the word that it begins. */
static enum wt_code take_brace(struct wt_str *rest, const struct wt_word *words, size_t n,
			       struct wt_buf *out, struct wt_error *err)
{
	char brace = rest->data[0];
	struct wt_str inner = { rest->data + 1, rest->len - 1 };
	size_t used = 2;

	if (inner.len && inner.data[0] == brace) {
		wt_buf_putc(out, brace);
	} else if (brace == '}') {
		wt_fail(err, WT_E_INPUT, "a '}' without a '{' in a template");
		return wt_hint(err, "a brace that means itself is written twice: '}}'");
	} else {
		size_t end = wt_str_find(inner, "}");
		bool is_closed = end < inner.len;

		inner.len = end;
		if (!is_closed || !add_word(inner, words, n, out))
			return fail_unknown(inner, words, n, err);
		used = end + 2;
	}
	rest->data += used;
	rest->len -= used;
	return WT_OK;
}

enum wt_code wt_expand(const char *template, const struct wt_word *words, size_t n,
		       struct wt_buf *out, struct wt_error *err)
{
	struct wt_str rest = wt_str_of(template);
	size_t old_len = out->len;

	while (rest.len) {
		size_t plain = 0;
		enum wt_code code;

		while (plain < rest.len && rest.data[plain] != '{' && rest.data[plain] != '}')
			plain++;
		wt_buf_add(out, rest.data, plain);
		rest.data += plain;
		rest.len -= plain;
		if (!rest.len)
			break;
		code = take_brace(&rest, words, n, out, err);
		if (code != WT_OK) {
			wt_buf_cut(out, old_len);
			return code;
		}
	}
	return WT_OK;
}
