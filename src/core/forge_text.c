/* SPDX-License-Identifier: MIT */
/* Makes text of agents harmless in an issue or pull request. */

#include "wtorch/core/forge_text.h"

#include <assert.h>
#include <string.h>

#define GAP          "\xE2\x80\x8B" /* U+200B, zero-width space */
#define MARKER       "<!-- wtorch:"
#define MARKER_END   " -->"
#define MAX_RUN      32u /* of backticks */
#define MAX_FENCE    60u /* of a body that somebody else put together */
#define MAX_HEX      40u /* a commit id has 7 to 40 digits */
#define MIN_HEX      7u
#define MAX_KEY      200u
#define RESERVED_CUT 80u /* for a closing fence and line ends */

static struct wt_str from(struct wt_str s, size_t n)
{
	return (struct wt_str){ s.data + n, s.len - n };
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* cleaning */

/* What a terminal would take for itself: ESC [ ... letter, ESC ] ... BEL or ESC \. Its length,
 * behind the ESC. */
static size_t escape_length(struct wt_str s)
{
	size_t i = 1;

	if (!s.len || (s.data[0] != '[' && s.data[0] != ']'))
		return 0;
	if (s.data[0] == '[') {
		while (i < s.len && s.data[i] >= 0x20 && s.data[i] < 0x40)
			i++;
		return i < s.len && s.data[i] >= 0x40 && s.data[i] < 0x7f ? i + 1 : i;
	}
	while (i < s.len && s.data[i] != '\a' && s.data[i] != '\n' && s.data[i] != 0x1b)
		i++;
	return i < s.len && s.data[i] == '\a' ? i + 1 : i;
}

/* Invisible, and with a say in how other text is shown or read. */
static bool is_dropped(uint32_t r)
{
	return (r < 0x20 && r != '\t' && r != '\n') || (r >= 0x7f && r <= 0x9f) || r == 0x061c ||
	       (r >= 0x200e && r <= 0x200f) || (r >= 0x2028 && r <= 0x202e) ||
	       (r >= 0x2066 && r <= 0x2069) || r == 0xfeff || (r >= 0xe0000 && r <= 0xe007f);
}

static void clean(struct wt_buf *out, struct wt_str s)
{
	uint32_t rune;

	for (const char *at = s.data; wt_text_next_rune(&s, &rune); at = s.data) {
		if (rune == '\r') {
			if (!s.len || s.data[0] != '\n')
				wt_buf_putc(out, '\n');
		} else if (rune == 0x1b) {
			s = from(s, escape_length(s));
		} else if (wt_rune_is_bad(rune)) {
			wt_buf_puts(out, "\xEF\xBF\xBD");
		} else if (!is_dropped(rune)) {
			wt_buf_add(out, at, (size_t)(s.data - at));
		}
	}
}

/* breaking up */

/* Behind "/issues/" and its kin: what follows makes a reference of an address. */
static bool ends_in_place(struct wt_str before)
{
	static const char *const places[] = { "/issues/", "/pull/",    "/pulls/",
					      "/commit/", "/commits/", "/discussions/" };

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		size_t len = strlen(places[i]);

		if (before.len >= len &&
		    wt_str_is_nocase(from(before, before.len - len), places[i]))
			return true;
	}
	return false;
}

static bool ends_in_gh(struct wt_str before)
{
	return before.len >= 3 && wt_str_is_nocase(from(before, before.len - 3), "gh-");
}

/* Whether a gap has to come between these two. */
static bool is_broken_before(struct wt_str before, char next)
{
	char last = before.len ? before.data[before.len - 1] : '\0';

	switch (last) {
	case '@':
		return is_alnum(next) || next == '_';
	case '#':
		return is_digit(next);
	case '&':
		return is_alnum(next) || next == '#';
	case '<':
		return is_alnum(next) || (next && strchr("/!?", next));
	case '-':
		return is_digit(next) && ends_in_gh(before);
	case '/':
		return is_alnum(next) && ends_in_place(before);
	default:
		return false;
	}
}

/* A word that could be a commit id; its length, or 0. */
static size_t id_length(struct wt_str s, size_t at)
{
	size_t n = 0;

	if (at && (is_alnum(s.data[at - 1]) || s.data[at - 1] == '_'))
		return 0;
	while (at + n < s.len && is_hex(s.data[at + n]))
		n++;
	if (n < MIN_HEX || n > MAX_HEX)
		return 0;
	if (at + n < s.len && (is_alnum(s.data[at + n]) || s.data[at + n] == '_'))
		return 0;
	return n;
}

/* Appends clean text so that nothing in it means anything outside of it. */
static void break_up(struct wt_buf *out, struct wt_str s)
{
	size_t id_end = 0, id_begin = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (i >= id_end && is_hex(s.data[i])) {
			size_t n = id_length(s, i);

			id_begin = i;
			id_end = n ? i + n : id_end;
		}
		if (is_broken_before((struct wt_str){ s.data, i }, s.data[i]) ||
		    (i < id_end && i > id_begin && (i - id_begin) % (MIN_HEX - 1) == 0))
			wt_buf_puts(out, GAP);
		wt_buf_putc(out, s.data[i]);
	}
}

/* blocks */

static void begin_block(struct wt_buf *out)
{
	if (out->len && out->data[out->len - 1] != '\n')
		wt_buf_putc(out, '\n');
	if (out->len > 1 && out->data[out->len - 2] != '\n')
		wt_buf_putc(out, '\n');
}

/* Takes a line off rest, without its end. */
static bool next_line(struct wt_str *rest, struct wt_str *line)
{
	size_t n = wt_str_find(*rest, "\n");

	if (!rest->len)
		return false;
	*line = (struct wt_str){ rest->data, n };
	*rest = n < rest->len ? from(*rest, n + 1) : (struct wt_str){ rest->data + n, 0 };
	return true;
}

void wt_forge_text_quote(struct wt_buf *out, struct wt_str text)
{
	struct wt_buf cleaned = WT_BUF_INIT;
	struct wt_str rest, line;

	clean(&cleaned, text);
	rest = wt_str_trim((struct wt_str){ cleaned.data, cleaned.len });
	begin_block(out);
	if (!rest.len)
		wt_buf_puts(out, ">\n");
	while (next_line(&rest, &line)) {
		wt_buf_puts(out, line.len ? "> " : ">");
		break_up(out, line);
		wt_buf_putc(out, '\n');
	}
	wt_buf_putc(out, '\n');
	wt_buf_clear(&cleaned);
}

/* Appends text with runs of backticks of MAX_RUN at most, and gives the longest. */
static size_t add_code(struct wt_buf *out, struct wt_str s)
{
	size_t run = 0, longest = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (wt_str_starts(from(s, i), MARKER)) {
			wt_buf_puts(out, "<" GAP);
			continue;
		}
		run = s.data[i] == '`' ? run + 1 : 0;
		if (run > MAX_RUN) {
			wt_buf_puts(out, GAP);
			run = 1;
		}
		longest = run > longest ? run : longest;
		wt_buf_putc(out, s.data[i]);
	}
	return longest;
}

static void put_fence(struct wt_buf *out, char c, size_t n)
{
	while (n--)
		wt_buf_putc(out, c);
}

void wt_forge_text_fence(struct wt_buf *out, struct wt_str text, const char *kind)
{
	struct wt_buf cleaned = WT_BUF_INIT, code = WT_BUF_INIT;
	size_t n;

	clean(&cleaned, text);
	n = add_code(&code, (struct wt_str){ cleaned.data, cleaned.len }) + 1;
	n = n < 3 ? 3 : n;
	begin_block(out);
	put_fence(out, '`', n);
	wt_buf_printf(out, "%s\n", kind);
	wt_buf_add(out, code.data, code.len);
	if (code.len && code.data[code.len - 1] != '\n')
		wt_buf_putc(out, '\n');
	put_fence(out, '`', n);
	wt_buf_puts(out, "\n\n");
	wt_buf_clear(&code);
	wt_buf_clear(&cleaned);
}

/* Clean and in one line, without blanks around it. */
static void clean_line(struct wt_buf *out, struct wt_str text)
{
	struct wt_buf cleaned = WT_BUF_INIT, broken = WT_BUF_INIT;
	struct wt_str s;

	clean(&cleaned, text);
	s = wt_str_trim((struct wt_str){ cleaned.data, cleaned.len });
	break_up(&broken, s);
	for (size_t i = 0; i < broken.len; i++)
		wt_buf_putc(out, strchr("\n\t", broken.data[i]) ? ' ' : broken.data[i]);
	wt_buf_clear(&broken);
	wt_buf_clear(&cleaned);
}

void wt_forge_text_inline(struct wt_buf *out, struct wt_str text)
{
	struct wt_buf line = WT_BUF_INIT;

	clean_line(&line, text);
	for (size_t i = 0; i < line.len; i++) {
		if (line.data[i] == '|')
			wt_buf_putc(out, '\\');
		wt_buf_putc(out, line.data[i]);
	}
	wt_buf_clear(&line);
}

/* cutting */

static size_t units_of(uint32_t rune)
{
	return rune > 0xffff ? 2 : 1;
}

size_t wt_forge_text_units(struct wt_str text)
{
	uint32_t rune;
	size_t n = 0;

	while (wt_text_next_rune(&text, &rune))
		n += units_of(rune);
	return n;
}

/* How many bytes hold at most that many units. */
static size_t bytes_within(struct wt_str text, size_t units)
{
	const char *begin = text.data, *end = begin;
	uint32_t rune;

	while (wt_text_next_rune(&text, &rune)) {
		if (units_of(rune) > units)
			break;
		units -= units_of(rune);
		end = text.data;
	}
	return (size_t)(end - begin);
}

void wt_forge_text_title(struct wt_buf *out, struct wt_str text, size_t max)
{
	struct wt_buf line = WT_BUF_INIT;
	struct wt_str s;

	assert(max > 1);
	clean_line(&line, text);
	s = (struct wt_str){ line.data, line.len };
	if (wt_forge_text_units(s) <= max) {
		wt_buf_add(out, s.data, s.len);
	} else {
		wt_buf_add(out, s.data, bytes_within(s, max - 1));
		wt_buf_puts(out, "\xE2\x80\xA6");
	}
	wt_buf_clear(&line);
}

struct fence {
	char c; /* 0: none is open */
	size_t len, offset;
};

/* The run of that fence character at the beginning of a line, three blanks in front at most. */
static size_t fence_run(struct wt_str line, char *c, struct wt_str *behind)
{
	size_t i = 0, n = 0;

	while (i < line.len && i < 3 && line.data[i] == ' ')
		i++;
	line = from(line, i);
	*c = line.len ? line.data[0] : '\0';
	if (*c != '`' && *c != '~')
		return 0;
	while (n < line.len && line.data[n] == *c)
		n++;
	*behind = from(line, n);
	return n >= 3 ? n : 0;
}

static struct fence open_fence(struct wt_str text)
{
	struct fence open = { 0 };
	struct wt_str rest = text, line, behind;

	while (next_line(&rest, &line)) {
		char c;
		size_t n = fence_run(line, &c, &behind);

		if (!n)
			continue;
		if (open.c && c == open.c && n >= open.len && !wt_str_trim(behind).len)
			open = (struct fence){ 0 };
		else if (!open.c && !(c == '`' && wt_str_find(behind, "`") < behind.len))
			open = (struct fence){ c, n, (size_t)(line.data - text.data) };
	}
	return open;
}

/* Where a comment begins that does not end, or the whole length. */
static size_t before_comment(struct wt_str s)
{
	size_t at = s.len, i = 0;

	for (;;) {
		size_t begin = i + wt_str_find(from(s, i), "<!--"), end;

		if (begin >= s.len)
			return at;
		end = begin + wt_str_find(from(s, begin), "-->");
		if (end >= s.len)
			return begin;
		i = end + 3;
	}
}

bool wt_forge_text_cut(struct wt_buf *body, size_t max, const char *more)
{
	struct wt_str whole = { body->data, body->len };
	size_t reserved = wt_forge_text_units(wt_str_of(more)) + RESERVED_CUT, keep;
	struct fence open;

	assert(max > 4096 && reserved < max / 2);
	if (wt_forge_text_units(whole) <= max)
		return false;
	keep = bytes_within(whole, max - reserved);
	keep = before_comment((struct wt_str){ body->data, keep });
	open = open_fence((struct wt_str){ body->data, keep });
	if (open.c && open.len > MAX_FENCE) {
		keep = open.offset;
		open.c = 0;
	}
	wt_buf_cut(body, keep);
	wt_buf_putc(body, '\n');
	if (open.c) {
		put_fence(body, open.c, open.len);
		wt_buf_putc(body, '\n');
	}
	wt_buf_printf(body, "\n%s\n", more);
	return true;
}

/* markers */

static bool is_key_byte(char c)
{
	return is_alnum(c) || (c && strchr("._:/-", c));
}

void wt_forge_marker_put(struct wt_buf *out, const char *key)
{
	size_t n = 0;

	wt_buf_puts(out, MARKER);
	for (; *key && n < MAX_KEY; key++, n++)
		wt_buf_putc(out,
			    is_key_byte(*key) && !(key[0] == '-' && key[1] == '-') ? *key : '_');
	wt_buf_puts(out, MARKER_END "\n");
}

bool wt_forge_marker_find(struct wt_str body, struct wt_str *key)
{
	size_t at = wt_str_find(body, MARKER), n = 0;
	struct wt_str rest;

	if (at >= body.len)
		return false;
	rest = from(body, at + strlen(MARKER));
	while (n < rest.len && n <= MAX_KEY && (is_key_byte(rest.data[n]) || rest.data[n] == '_'))
		n++;
	if (!n || !wt_str_starts(from(rest, n), MARKER_END))
		return false;
	*key = (struct wt_str){ rest.data, n };
	return true;
}
