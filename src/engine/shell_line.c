/* SPDX-License-Identifier: MIT */
/* A command line for a shell whose values cannot become commands. */

#include "shell_line.h"

#include <string.h>

#define FIRST_VALUE 4 /* argv: behind the shell, -c, the line, and its $0 */

enum quotes { NO_QUOTES, SINGLE, DOUBLE };

struct line {
	struct wt_arena *arena;
	struct wt_buf text;
	enum quotes quotes; /* what the shell is inside of */
	const char **argv;
	size_t len, cap;
};

static void add_argument(struct line *l, const char *value)
{
	*WT_ARENA_PUSH(l->arena, l->argv, l->len, l->cap) = value;
}

/* word is "{name}". */
static enum wt_code add_value(struct line *l, const char *word, const struct wt_word *words,
			      size_t n, struct wt_error *err)
{
	static const char *const around[] = { [NO_QUOTES] = "\"", [SINGLE] = "'\"", [DOUBLE] = "" };
	static const char *const behind[] = { [NO_QUOTES] = "\"", [SINGLE] = "\"'", [DOUBLE] = "" };
	struct wt_buf value = WT_BUF_INIT;
	enum wt_code rc = wt_expand(word, words, n, &value, err);

	if (!rc) {
		add_argument(l, wt_arena_strdup(l->arena, value.data));
		wt_buf_printf(&l->text, "%s${%zu}%s", around[l->quotes], l->len - FIRST_VALUE,
			      behind[l->quotes]);
	}
	wt_buf_clear(&value);
	return rc;
}

/* A character of the line itself; c is followed by next. The bytes that were taken. */
static size_t add_char(struct line *l, char c, char next)
{
	if (c == '\\' && l->quotes != SINGLE && next && next != '{' && next != '}') {
		wt_buf_putc(&l->text, c);
		wt_buf_putc(&l->text, next);
		return 2;
	}
	if (c == '\'' && l->quotes != DOUBLE)
		l->quotes = l->quotes == SINGLE ? NO_QUOTES : SINGLE;
	else if (c == '"' && l->quotes != SINGLE)
		l->quotes = l->quotes == DOUBLE ? NO_QUOTES : DOUBLE;
	wt_buf_putc(&l->text, c);
	return (c == '{' || c == '}') && next == c ? 2 : 1;
}

static enum wt_code add_template(struct line *l, const char *template, const struct wt_word *words,
				 size_t n, struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	for (const char *at = template; !rc && *at;) {
		size_t len = strcspn(at, "}");

		if (at[0] != '{' || at[1] == '{' || !at[len]) {
			at += add_char(l, at[0], at[1]);
			continue;
		}
		rc = add_value(l, wt_arena_strndup(l->arena, at, len + 1), words, n, err);
		at += len + 1;
	}
	return rc;
}

enum wt_code wt_shell_line(struct wt_arena *a, const char *template, const struct wt_word *words,
			   size_t n, const char *const **argv, struct wt_error *err)
{
	struct line l = { .arena = a, .text = WT_BUF_INIT };
	enum wt_code rc = wt_expand(template, words, n, &l.text, err);

	/* That was the check of the whole; what it gave is not for a shell. */
	wt_buf_reset(&l.text);
	add_argument(&l, "/bin/sh");
	add_argument(&l, "-c");
	add_argument(&l, NULL);
	add_argument(&l, "wtorch");
	if (!rc)
		rc = add_template(&l, template, words, n, err);
	l.argv[2] = wt_arena_strdup(a, l.text.data);
	add_argument(&l, NULL);
	*argv = l.argv;
	wt_buf_clear(&l.text);
	return rc;
}
