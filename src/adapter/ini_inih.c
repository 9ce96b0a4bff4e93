/* SPDX-License-Identifier: MIT */
/* INI text through inih, fed line by line so that nothing it would cut or drop gets there. */

#include "wtorch/adapter/adapters.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "wtorch/base/limits.h"

/*
 * inih cuts long lines and section names, takes " ;" for a comment inside a value, knows no
 * line numbers and reports one error a file. So this reader decides what each line is and
 * what may pass; inih splits key from value. A line is, in this order: blank or a comment,
 * part of the value above it (indented more than its key), a section, a key.
 */

#define MAX_ERRORS 20u
/* Stands for ';' within a line; control bytes of the text itself are refused before. */
#define SEMICOLON '\x01'

enum kind { NOTHING, SECTION, KEY, MORE };

struct parse {
	const char *path; /* lives as long as the diagnostics */
	struct wt_str rest;
	wt_ini_entry *entry;
	void *arg;
	struct wt_diags *diags;
	size_t errors;
	size_t line;
	enum kind fed;    /* what inih has been given last */
	bool was_taken;   /* and that it understood it */
	bool is_skipping; /* a bad section: its keys are not looked at */
	bool is_dropping; /* a bad key: so is the rest of its value */
	bool has_section;
	bool has_key;                /* an indented line may belong to a value */
	size_t indent, key_indent;   /* in columns; a tab goes to the next of 8 */
	struct wt_buf section, name; /* name is empty without one */
	struct wt_buf key, value;    /* the entry that may still go on */
	struct wt_place key_place;
};

static void report(struct parse *p, size_t column, const char *message)
{
	struct wt_place place = { .path = p->path, .line = p->line, .column = column };

	wt_diags_add(p->diags, WT_SEVERITY_ERROR, place, "%s", message);
	if (++p->errors == MAX_ERRORS)
		wt_diags_add(p->diags, WT_SEVERITY_ERROR, place,
			     "too many errors; the rest of the file is not read");
}

static void flush(struct parse *p)
{
	if (p->key.len)
		p->entry(p->arg, p->section.data, p->name.len ? p->name.data : NULL, p->key.data,
			 p->value.data, p->key_place);
	wt_buf_reset(&p->key);
	wt_buf_reset(&p->value);
}

/* Takes the next line, without its ending. */
static bool take_line(struct parse *p, struct wt_str *line)
{
	const char *end;

	if (!p->rest.len)
		return false;
	end = memchr(p->rest.data, '\n', p->rest.len);
	*line = (struct wt_str){ p->rest.data, end ? (size_t)(end - p->rest.data) : p->rest.len };
	p->rest.data += line->len + (end != NULL);
	p->rest.len -= line->len + (end != NULL);
	if (line->len && line->data[line->len - 1] == '\r')
		line->len--;
	p->line++;
	return true;
}

/* The line begins in that column. */
static bool has_good_bytes(struct parse *p, struct wt_str line, size_t first)
{
	struct wt_str rest = line;
	uint32_t rune;

	while (rest.len) {
		size_t column = first + line.len - rest.len;

		wt_text_next_rune(&rest, &rune);
		if (wt_rune_is_bad(rune)) {
			report(p, column, "not valid UTF-8");
			return false;
		}
		if ((rune < 0x20 && rune != '\t') || rune == 0x7f) {
			report(p, column,
			       rune == '\r' ? "a carriage return within a line"
			       : rune == 0  ? "a NUL byte"
					    : "a control byte");
			return false;
		}
	}
	return true;
}

/* "[agent claude]", trimmed. */
static void take_section(struct parse *p, struct wt_str line, size_t column)
{
	struct wt_str inner = { line.data + 1, line.len - 1 };
	size_t gap = 0;

	wt_buf_reset(&p->section);
	wt_buf_reset(&p->name);
	p->has_section = true;
	p->has_key = false;
	p->is_skipping = line.data[line.len - 1] != ']';
	if (p->is_skipping) {
		report(p, column, "a section ends with ']', and nothing follows it in its line");
		return;
	}
	inner.len--;
	inner = wt_str_trim(inner);
	while (gap < inner.len && inner.data[gap] != ' ' && inner.data[gap] != '\t')
		gap++;
	wt_buf_add(&p->section, inner.data, gap);
	inner = wt_str_trim((struct wt_str){ inner.data + gap, inner.len - gap });
	wt_buf_add(&p->name, inner.data, inner.len);
	p->entry(p->arg, p->section.data, p->name.len ? p->name.data : NULL, NULL, NULL,
		 (struct wt_place){ .path = p->path, .line = p->line, .column = column });
}

static bool drop(struct parse *p)
{
	wt_buf_reset(&p->key);
	wt_buf_reset(&p->value);
	p->is_dropping = true;
	return false;
}

/* Takes the blanks that the line begins with; their number of bytes is the answer. */
static size_t take_indent(struct parse *p, struct wt_str *line)
{
	size_t n = 0;

	p->indent = 0;
	for (; n < line->len && (line->data[n] == ' ' || line->data[n] == '\t'); n++)
		p->indent = line->data[n] == ' ' ? p->indent + 1 : p->indent / 8 * 8 + 8;
	*line = wt_str_trim((struct wt_str){ line->data + n, line->len - n });
	return n;
}

/* What the line is, given without its indentation. */
static enum kind classify(struct parse *p, struct wt_str line)
{
	if (!line.len) {
		p->has_key = false; /* an empty line ends a value */
		return NOTHING;
	}
	if (line.data[0] == ';' || line.data[0] == '#')
		return NOTHING;
	if (p->has_key && p->indent > p->key_indent)
		return MORE;
	return line.data[0] == '[' ? SECTION : KEY;
}

/* A line of a key or its value, trimmed: whether inih may see it. */
static bool is_good(struct parse *p, struct wt_str line, size_t column, size_t max)
{
	char text[96];

	if (!has_good_bytes(p, line, column))
		return false;
	if (!p->has_section) {
		report(p, column, "a key before the first [section]");
		return false;
	}
	if (line.len <= max)
		return true;
	snprintf(text, sizeof text,
		 "the line is %zu bytes long, at most %zu: go on in indented lines", line.len, max);
	report(p, column, text);
	return false;
}

/* Whether a line of that kind is fed to inih, after what is wrong with it was said. */
static bool admit(struct parse *p, enum kind kind, struct wt_str line, size_t column, size_t max)
{
	if (kind != MORE)
		flush(p);
	if (kind == SECTION) {
		if (has_good_bytes(p, line, column))
			take_section(p, line, column);
		else
			p->has_section = p->is_skipping = true;
		return false;
	}
	if (kind == KEY) {
		p->has_key = true;
		p->is_dropping = false;
		p->key_indent = p->indent;
		p->key_place = (struct wt_place){ p->path, p->line, column };
	}
	if (p->is_skipping || p->is_dropping)
		return false;
	return is_good(p, line, column, max) || drop(p);
}

/* The line before was a key's, and inih found none in it. */
static void check_taken(struct parse *p)
{
	if (p->fed == KEY && !p->was_taken) {
		report(p, p->key_place.column, "neither [section] nor key = value");
		drop(p);
	}
	p->fed = NOTHING;
}

/* inih's reader: the next line that it may see, in the form in which it cannot go wrong. */
static char *read_line(char *out, int size, void *arg)
{
	struct parse *p = arg;
	struct wt_str line;
	size_t column, at = 0;
	size_t max = size > 3 ? (size_t)size - 3 : 0; /* a blank, the line, its end, NUL */
	enum kind kind;

	if (max > WT_MAX_CONFIG_LINE)
		max = WT_MAX_CONFIG_LINE;
	for (;;) {
		check_taken(p);
		if (p->errors >= MAX_ERRORS || !take_line(p, &line))
			return NULL;
		column = take_indent(p, &line) + 1;
		kind = classify(p, line);
		if (kind != NOTHING && admit(p, kind, line, column, max))
			break;
	}
	p->fed = kind;
	p->was_taken = false;
	if (kind == MORE)
		out[at++] = ' ';
	for (size_t i = 0; i < line.len; i++)
		out[at++] = line.data[i] == ';' ? SEMICOLON : line.data[i];
	out[at++] = '\n';
	out[at] = '\0';
	return out;
}

static void add_restored(struct wt_buf *out, const char *text)
{
	for (; *text; text++)
		wt_buf_putc(out, *text == SEMICOLON ? ';' : *text);
}

/* inih's handler: a key with its value, or one more line of the value before. */
static int take_entry(void *arg, const char *section, const char *key, const char *value)
{
	struct parse *p = arg;

	(void)section; /* cut at 49 bytes; ours is not */
	p->was_taken = true;
	if (p->fed == KEY) {
		add_restored(&p->key, key);
		if (!p->key.len)
			p->was_taken = false;
	} else if (p->value.len) {
		wt_buf_putc(&p->value, ' ');
	}
	add_restored(&p->value, value);
	return 1;
}

void wt_ini_inih(const char *path, struct wt_str text, wt_ini_entry *entry, void *arg,
		 struct wt_diags *diags)
{
	struct parse p = {
		.path = wt_arena_strdup(diags->arena, path),
		.rest = text,
		.entry = entry,
		.arg = arg,
		.diags = diags,
		.section = WT_BUF_INIT,
		.name = WT_BUF_INIT,
		.key = WT_BUF_INIT,
		.value = WT_BUF_INIT,
	};

	if (wt_str_starts(p.rest, "\xEF\xBB\xBF")) {
		p.rest.data += 3;
		p.rest.len -= 3;
	}
	/* Its answer is the first bad line, which the reader has reported already. */
	(void)ini_parse_stream(read_line, &p, take_entry, &p);
	flush(&p);
	wt_buf_clear(&p.section);
	wt_buf_clear(&p.name);
	wt_buf_clear(&p.key);
	wt_buf_clear(&p.value);
}
