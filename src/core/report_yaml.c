/* SPDX-License-Identifier: MIT */
/* The JSON document as YAML. It is made of the JSON text that we have just written ourselves,
 * one value at a time, so the two cannot differ; a quoted JSON string is one in YAML as well. */

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "report_impl.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/text.h"

struct yaml {
	const char *at; /* in the JSON, without blanks between its tokens */
	struct wt_buf *out;
};

/* Words that some reader of YAML takes for something else than a text. */
static bool is_reserved(struct wt_str s)
{
	static const char *const words[] = { "true", "false", "yes", "no", "on",
					     "off",  "null",  "y",   "n" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (wt_str_is_nocase(s, words[i]))
			return true;
	}
	return false;
}

/* Safe without quotes: begins with a letter, then letters, digits and a few signs. */
static bool is_plain(struct wt_str s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if (!s.len || s.len > 200 || !memchr(letters, s.data[0], sizeof letters - 1) ||
	    s.data[s.len - 1] == ' ')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!memchr(letters, s.data[i], sizeof letters - 1) &&
		    !memchr("0123456789_./ -", s.data[i], 15))
			return false;
	}
	return !is_reserved(s);
}

/* Characters that JSON takes as they are and YAML wants escaped. */
static bool needs_escape(uint32_t rune)
{
	return (rune >= 0x7F && rune <= 0x9F) || rune == 0x2028 || rune == 0x2029 ||
	       rune == 0xFEFF || rune == 0xFFFE || rune == 0xFFFF;
}

/* The string that begins at y->at, without its quotes. */
static struct wt_str take_string(struct yaml *y)
{
	struct wt_str s = { y->at + 1, 0 };

	assert(*y->at == '"');
	while (s.data[s.len] != '"')
		s.len += s.data[s.len] == '\\' ? 2 : 1;
	y->at = s.data + s.len + 1;
	return s;
}

static void put_text(struct yaml *y, struct wt_str s)
{
	uint32_t rune;

	if (is_plain(s)) {
		wt_buf_add(y->out, s.data, s.len);
		return;
	}
	wt_buf_putc(y->out, '"');
	for (const char *from = s.data; wt_text_next_rune(&s, &rune); from = s.data) {
		if (needs_escape(rune))
			wt_buf_printf(y->out, "\\u%04" PRIx32, rune);
		else
			wt_buf_add(y->out, from, (size_t)(s.data - from));
	}
	wt_buf_putc(y->out, '"');
}

static void put_scalar(struct yaml *y)
{
	size_t len = strcspn(y->at, ",]}");

	wt_buf_putc(y->out, ' ');
	if (*y->at == '"') {
		put_text(y, take_string(y));
		return;
	}
	wt_buf_add(y->out, y->at, len);
	y->at += len;
}

/* An item begins on a new line, unless it is the first one behind a dash. */
static void break_line(struct yaml *y, unsigned depth, bool *is_behind_dash)
{
	if (*is_behind_dash)
		wt_buf_putc(y->out, ' ');
	else
		wt_buf_printf(y->out, "\n%*s", (int)(2 * depth), "");
	*is_behind_dash = false;
}

/* Deeper than any document of ours is a mistake of ours. */
static void put_value(struct yaml *y, unsigned depth, bool is_behind_dash)
{
	char close = *y->at == '{' ? '}' : ']';

	assert(depth < WT_MAX_JSON_DEPTH);
	if (*y->at != '{' && *y->at != '[') {
		put_scalar(y);
		return;
	}
	if (y->at[1] == close) {
		wt_buf_puts(y->out, close == '}' ? " {}" : " []");
		y->at += 2;
		return;
	}
	while (*y->at++ != close) {
		break_line(y, depth, &is_behind_dash);
		if (close == '}') {
			put_text(y, take_string(y));
			wt_buf_putc(y->out, ':');
			y->at++; /* JSON's own colon */
		} else {
			wt_buf_putc(y->out, '-');
		}
		put_value(y, depth + 1, close == ']');
	}
}

void wt_report_render_yaml(const struct wt_run_state *s, const struct wt_report_opts *o,
			   struct wt_buf *out)
{
	struct wt_buf json = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &json };
	struct yaml y = { .out = out };

	wt_report_render_json(s, o, &w);
	y.at = json.data;
	wt_buf_puts(out, "report:");
	put_value(&y, 1, false);
	wt_buf_putc(out, '\n');
	wt_buf_clear(&json);
}
