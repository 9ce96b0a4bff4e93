/* SPDX-License-Identifier: MIT */
/* Reduces a Markdown document to what its block structure depends on. */

#include "markdown_lines.h"

#include <stdlib.h>
#include <string.h>

#include "wtorch/base/mem.h"

#define MAX_BLANKS 16u

void wt_markdown_lines_clear(struct markdown_lines *lines)
{
	wt_buf_clear(&lines->text);
	free(lines->items);
	*lines = (struct markdown_lines){ .text = WT_BUF_INIT };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct wt_str from(struct wt_str s, size_t skip)
{
	return (struct wt_str){ s.data + skip, s.len - skip };
}

static struct wt_str skip_blanks(struct wt_str s)
{
	while (s.len && is_blank(s.data[0]))
		s = from(s, 1);
	return s;
}

/* How many times s begins with its first byte. */
static size_t run_length(struct wt_str s)
{
	size_t n = 0;

	while (n < s.len && s.data[n] == s.data[0])
		n++;
	return n;
}

/* Where the end of the line begins that is made of one byte and blanks: a rule, an underline. */
static const char *uniform_end(struct wt_str s)
{
	char last = '\0';

	while (s.len && is_blank(s.data[s.len - 1]))
		s.len--;
	if (s.len)
		last = s.data[s.len - 1];
	while (s.len && (s.data[s.len - 1] == last || is_blank(s.data[s.len - 1])))
		s.len--;
	return s.data + s.len;
}

/* Bytes of "- ", "12. " or ">" at the beginning of s, 0 without. */
static size_t container_length(struct wt_str s)
{
	size_t n = 0;

	if (s.data[0] == '>')
		return 1;
	if (is_digit(s.data[0])) {
		while (n < s.len && is_digit(s.data[n]))
			n++;
		if (n > 9 || n == s.len || (s.data[n] != '.' && s.data[n] != ')'))
			return 0;
	} else if (s.data[0] != '-' && s.data[0] != '*' && s.data[0] != '+') {
		return 0;
	}
	/* cmark takes any white space behind the mark. */
	return n + 1 < s.len && memchr(" \t\v\f", s.data[n + 1], 4) ? n + 2 : 0;
}

/*
 * "[text" may begin a link definition unless its first unescaped bracket says otherwise: another
 * '[', or a ']' without ':' behind it. *is_open: the label goes on in the next line.
 */
static bool may_be_definition(struct wt_str s, bool *is_open)
{
	*is_open = false;
	for (size_t i = 1; i < s.len; i++) {
		if (s.data[i] == '\\')
			i++;
		else if (s.data[i] == '[')
			return false;
		else if (s.data[i] == ']')
			return i + 1 < s.len && s.data[i + 1] == ':';
	}
	*is_open = true;
	return true;
}

static bool has_nocase(struct wt_str s, const char *word)
{
	for (; s.len; s = from(s, 1)) {
		if (s.data[0] == '<' && wt_str_starts_nocase(s, word))
			return true;
	}
	return false;
}

/* What ends an HTML block anywhere in a line; all of it holds a '>'. */
static void add_tail(struct wt_buf *out, struct wt_str s)
{
	static const char *const marks[] = { "-->", "?>", "]]>" };
	static const char *const tags[] = { "</script>", "</pre>", "</style>", "</textarea>" };

	if (!s.len || !memchr(s.data, '>', s.len))
		return;
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		if (wt_str_find(s, marks[i]) < s.len)
			wt_buf_puts(out, marks[i]);
	}
	for (size_t i = 0; memchr(s.data, '<', s.len) && i < sizeof tags / sizeof tags[0]; i++) {
		if (has_nocase(s, tags[i]))
			wt_buf_puts(out, tags[i]);
	}
	wt_buf_putc(out, '>');
}

/* Bytes that are no UTF-8 become ',': cmark's scanners stop at them, and the end of a comment
 * must be found behind them too. */
static void repair(struct wt_buf *out, size_t start)
{
	struct wt_str rest = { out->data + start, out->len - start };
	uint32_t rune;

	while (rest.len && (unsigned char)rest.data[0] < 0x80)
		rest = from(rest, 1);
	while (wt_text_next_rune(&rest, &rune)) {
		if (wt_rune_is_bad(rune))
			out->data[(size_t)(rest.data - out->data) - 1] = ',';
	}
}

/* Bytes that only inlines know are made harmless: "![" is quadratic in cmark. Inside a tag
 * ',' is as good or bad as '[' and '!'. */
static void add_harmless(struct wt_buf *out, struct wt_str s, const char *bytes)
{
	size_t start = out->len;
	size_t n = strlen(bytes);

	wt_buf_add(out, s.data, s.len);
	repair(out, start);
	for (size_t i = start; n && i < out->len; i++) {
		if (memchr(bytes, out->data[i], n))
			out->data[i] = ',';
	}
}

static void add_text(struct wt_buf *out, struct wt_str s)
{
	wt_buf_putc(out, 'x');
	add_tail(out, s);
}

static const char cdata[] = "<![CDATA[";
#define CDATA_BYTES (sizeof cdata - 1)

/* The beginning of a tag keeps the "!" or "![" that may make it one. Where it makes none, because
 * the line goes on a paragraph, there must be nothing that could make a link of it. */
static void add_tag(struct wt_buf *out, struct wt_str s, const char *bytes)
{
	size_t start = out->len;
	struct wt_str rest;

	add_harmless(out, s, bytes);
	if (s.len > 1 && s.data[1] == '!')
		out->data[start + 1] = '!';
	if (!wt_str_starts_nocase(s, cdata))
		return;
	memcpy(out->data + start, s.data, CDATA_BYTES);
	for (size_t i = start + CDATA_BYTES; i < out->len; i++) {
		rest = (struct wt_str){ out->data + i, out->len - i };
		if (wt_str_starts(rest, "]]>"))
			i++;
		else if (rest.data[0] == ']')
			out->data[i] = ',';
	}
}

/* The line from its first byte that is neither blank nor the mark of a container. */
static void add_content(struct markdown_lines *lines, struct wt_str s, const char *uniform)
{
	struct wt_buf *out = &lines->text;
	size_t run = run_length(s);
	bool is_open;

	switch (s.data[0]) {
	case '#':
		if (run > 6 || (run < s.len && !is_blank(s.data[run])))
			break;
		wt_buf_add(out, s.data, run);
		wt_buf_puts(out, " ");
		break;
	case '`':
	case '~':
		if (run < 3)
			break;
		add_harmless(out, s, "!");
		return;
	case '<':
		add_tag(out, s, "![");
		return;
	case '-':
	case '*':
	case '_':
	case '=':
	case '+':
		if (s.data < uniform)
			break;
		wt_buf_add(out, s.data, s.len);
		return;
	case '[':
		if (!may_be_definition(s, &is_open))
			break;
		lines->is_in_definition = true;
		add_harmless(out, s, "!");
		return;
	default:
		/* An item that begins with a blank line: "12." */
		if (is_digit(s.data[0]) && s.len <= 10 && memchr(".)", s.data[s.len - 1], 2)) {
			add_harmless(out, s, "");
			return;
		}
		break;
	}
	add_text(out, s);
}

static void add_line(struct markdown_lines *lines, size_t number)
{
	if (lines->len == lines->cap) {
		lines->cap = lines->cap ? lines->cap * 2 : 1024;
		lines->items = wt_realloc(lines->items, lines->cap, sizeof *lines->items);
	}
	lines->items[lines->len++] = (struct markdown_line){ .number = number };
}

/*
 * A blank line after blank lines, each of which begins as it does, changes nothing any more: two
 * of a kind are enough, as the first one may open a quote. Shorter ones may end an item. What
 * has more than MAX_BLANKS of them in decreasing order is no document.
 */
static bool is_needless(struct markdown_lines *lines, struct wt_str line, size_t quotes)
{
	bool is_longer;

	if (lines->blanks == 0 || quotes != lines->quotes) {
		lines->blanks = 0;
		lines->quotes = quotes;
		lines->shortest = line;
	}
	is_longer = line.len >= lines->shortest.len &&
		    (lines->shortest.len == 0 ||
		     memcmp(line.data, lines->shortest.data, lines->shortest.len) == 0);
	if (lines->blanks >= MAX_BLANKS || (lines->blanks >= 2 && is_longer))
		return true;
	if (line.len < lines->shortest.len)
		lines->shortest = line;
	lines->blanks++;
	return false;
}

/* Blank, or nothing but the marks of quotes. */
static bool is_blank_line(struct wt_str line, size_t *quotes)
{
	*quotes = 0;
	for (size_t i = 0; i < line.len; i++) {
		*quotes += line.data[i] == '>';
		if (line.data[i] != '>' && !is_blank(line.data[i]))
			return false;
	}
	return true;
}

/*
 * Leaves out the line before when this one, which begins at start of the text, and the two before
 * are the same: blanks, at most one bullet, and text. No such line ends an HTML block, so whatever
 * the second one begins or goes on with, the third one does too.
 */
static void fold_run(struct markdown_lines *lines, size_t start, bool is_simple)
{
	struct wt_buf *out = &lines->text;
	size_t len = out->len - start;
	bool is_same = is_simple && lines->run > 0 && start - lines->run_start == len &&
		       memcmp(out->data + start, out->data + lines->run_start, len) == 0;

	if (is_same && lines->run > 1) {
		struct markdown_line *last = &lines->items[lines->len - 1];

		last[-1].repeats++;
		last[-1].number = last->number;
		lines->len--;
		wt_buf_cut(out, start);
		return;
	}
	lines->run = is_same ? 2 : is_simple;
	lines->run_start = start;
}

void wt_markdown_lines_add(struct markdown_lines *lines, struct wt_str line, size_t number)
{
	const char *uniform = uniform_end(line);
	struct wt_str s = skip_blanks(line);
	size_t n, quotes, marks = 0;
	size_t start = lines->text.len;
	bool is_simple = true;

	if (is_blank_line(line, &quotes)) {
		if (quotes == 0)
			lines->is_in_definition = false;
		if (is_needless(lines, line, quotes))
			return;
	} else {
		lines->blanks = 0;
	}
	add_line(lines, number);
	while (s.len && (s.data[0] == '>' || s.data < uniform) && (n = container_length(s)) > 0) {
		is_simple = is_simple && s.data[0] != '>' && marks++ == 0;
		s = skip_blanks(from(s, n));
	}
	wt_buf_add(&lines->text, line.data, line.len - s.len);
	n = lines->text.len;
	if (s.len && lines->is_in_definition && s.data[0] == '<')
		add_tag(&lines->text, s, "!");
	else if (s.len && lines->is_in_definition)
		add_harmless(&lines->text, s, "!");
	else if (s.len)
		add_content(lines, s, uniform);
	is_simple = is_simple && !lines->is_in_definition && lines->text.len == n + 1 &&
		    lines->text.data[n] == 'x';
	wt_buf_puts(&lines->text, "\n");
	fold_run(lines, start, is_simple);
}

void wt_markdown_lines_add_whole(struct markdown_lines *lines, struct wt_str line, size_t number)
{
	size_t start = lines->text.len;

	add_line(lines, number);
	wt_buf_add(&lines->text, line.data, line.len);
	repair(&lines->text, start);
	wt_buf_puts(&lines->text, "\n");
}
