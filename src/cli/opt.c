/* SPDX-License-Identifier: MIT */
/* Parsing a command line against its tables. */

#include "wtorch/cli/opt.h"

#include <string.h>

#include "wtorch/base/text.h"

#define MAX_OPTIONS  128
#define HELP_COLUMN  28u
#define FOLD_COLUMNS 79u

const struct wt_opt *wt_opts_find(const struct wt_opts *opts, const char *name)
{
	for (; opts; opts = opts->next)
		for (size_t i = 0; i < opts->n; i++)
			if (strcmp(opts->items[i].name, name) == 0 ||
			    (opts->items[i].also && strcmp(opts->items[i].also, name) == 0))
				return &opts->items[i];
	return NULL;
}

static const struct wt_opt *find_letter(const struct wt_opts *opts, char letter)
{
	for (; opts; opts = opts->next)
		for (size_t i = 0; i < opts->n; i++)
			if (opts->items[i].letter == letter)
				return &opts->items[i];
	return NULL;
}

static enum wt_code unknown(const struct wt_opts *opts, const char *name, struct wt_error *err)
{
	const char *names[MAX_OPTIONS], *nearest;
	size_t n = 0;

	for (const struct wt_opts *o = opts; o; o = o->next) {
		for (size_t i = 0; i < o->n && n + 1 < MAX_OPTIONS; i++) {
			names[n++] = o->items[i].name;
			if (o->items[i].also)
				names[n++] = o->items[i].also;
		}
	}
	nearest = wt_text_nearest(name, names, n);
	wt_fail(err, WT_E_USAGE, "unknown option '--%s'", name);
	if (nearest)
		wt_hint(err, "did you mean --%s?", nearest);
	return err->code;
}

struct parser {
	struct wt_arena *arena;
	const struct wt_opts *opts;
	int argc;
	const char *const *argv;
	int at;
	struct wt_args *out;
};

static bool is_choice(const struct wt_opt *opt, const char *value)
{
	struct wt_str rest = wt_str_of(opt->choices), word;

	while (wt_str_next(&rest, " ", &word))
		if (wt_str_is(word, value))
			return true;
	return !opt->choices;
}

static enum wt_code add(struct parser *p, const struct wt_opt *opt, const char *value,
			struct wt_error *err)
{
	struct wt_opt_value *v;

	if (opt->arg && !value) {
		if (p->at + 1 >= p->argc)
			return wt_fail(err, WT_E_USAGE, "option '--%s' needs a value: %s",
				       opt->name, opt->arg);
		value = p->argv[++p->at];
	}
	if (opt->arg && !is_choice(opt, value))
		return wt_fail(err, WT_E_USAGE, "'%s' is no value of '--%s': one of %s", value,
			       opt->name, opt->choices);
	v = WT_ARENA_PUSH(p->arena, p->out->opts, p->out->n_opts, p->out->cap_opts);
	v->opt = opt;
	v->value = value;
	return WT_OK;
}

static enum wt_code parse_long(struct parser *p, const char *text, struct wt_error *err)
{
	const char *eq = strchr(text, '=');
	char *name = eq ? wt_arena_strndup(p->arena, text, (size_t)(eq - text))
			: wt_arena_strdup(p->arena, text);
	const struct wt_opt *opt = wt_opts_find(p->opts, name);

	if (!opt)
		return unknown(p->opts, name, err);
	if (eq && !opt->arg)
		return wt_fail(err, WT_E_USAGE, "option '--%s' takes no value", name);
	return add(p, opt, eq ? eq + 1 : NULL, err);
}

/* Bytes of the first character, so that a message never holds half of one. */
static int rune_length(const char *text)
{
	struct wt_str rest = wt_str_of(text);
	uint32_t rune;

	return wt_text_next_rune(&rest, &rune) ? (int)(rest.data - text) : 0;
}

static enum wt_code parse_letters(struct parser *p, const char *letters, struct wt_error *err)
{
	for (; *letters; letters++) {
		const struct wt_opt *opt = find_letter(p->opts, *letters);
		enum wt_code rc;

		if (!opt)
			return wt_fail(err, WT_E_USAGE, "unknown option '-%.*s'",
				       rune_length(letters), letters);
		rc = add(p, opt, opt->arg && letters[1] ? letters + 1 : NULL, err);
		if (rc || opt->arg)
			return rc;
	}
	return WT_OK;
}

enum wt_code wt_args_parse(struct wt_arena *a, const struct wt_opts *opts, int argc,
			   const char *const *argv, bool stop_at_word, int *stopped,
			   struct wt_args *out, struct wt_error *err)
{
	struct parser p = { a, opts, argc, argv, 1, out };
	bool only_words = false;
	enum wt_code rc = WT_OK;

	for (; !rc && p.at < argc; p.at++) {
		const char *word = argv[p.at];

		if (only_words || word[0] != '-' || !word[1]) {
			if (stop_at_word)
				break;
			*WT_ARENA_PUSH(a, out->words, out->n_words, out->cap_words) = word;
		} else if (strcmp(word, "--") == 0) {
			only_words = true;
		} else if (word[1] == '-') {
			rc = parse_long(&p, word + 2, err);
		} else {
			rc = parse_letters(&p, word + 1, err);
		}
	}
	if (stopped)
		*stopped = p.at;
	return rc;
}

bool wt_args_has(const struct wt_args *args, const char *name)
{
	for (size_t i = 0; i < args->n_opts; i++)
		if (strcmp(args->opts[i].opt->name, name) == 0)
			return true;
	return false;
}

const char *wt_args_value(const struct wt_args *args, const char *name)
{
	for (size_t i = args->n_opts; i-- > 0;)
		if (strcmp(args->opts[i].opt->name, name) == 0)
			return args->opts[i].value;
	return NULL;
}

enum wt_code wt_args_int(const struct wt_args *args, const char *name, int64_t min, int64_t *out,
			 struct wt_error *err)
{
	const char *text = wt_args_value(args, name);
	int64_t value;

	if (!text)
		return WT_OK;
	if (!wt_text_parse_int(wt_str_of(text), &value) || value < min)
		return wt_fail(err, WT_E_USAGE,
			       "'%s' is no value of '--%s': a whole number from %lld", text, name,
			       (long long)min);
	*out = value;
	return WT_OK;
}

/* Help behind its column, folded into lines of 79. */
static void put_help(struct wt_buf *out, const struct wt_opt *opt)
{
	struct wt_buf help = WT_BUF_INIT;

	wt_buf_puts(&help, opt->help);
	if (opt->also)
		wt_buf_printf(&help, " (or --%s)", opt->also);
	wt_fold(out, help.data, HELP_COLUMN);
	wt_buf_clear(&help);
}

void wt_opts_render(const struct wt_opts *opts, struct wt_buf *out)
{
	for (; opts; opts = opts->next) {
		for (size_t i = 0; i < opts->n; i++) {
			const struct wt_opt *o = &opts->items[i];
			size_t start = out->len;

			if (o->letter)
				wt_buf_printf(out, "  -%c, --%s", o->letter, o->name);
			else
				wt_buf_printf(out, "      --%s", o->name);
			if (o->arg)
				wt_buf_printf(out, " %s", o->arg);
			if (out->len - start > HELP_COLUMN - 2)
				wt_buf_putc(out, '\n');
			put_help(out, o);
		}
	}
}

/* How far the last line of out reaches; what is folded is ASCII but for user's text, so bytes
 * are columns. */
static size_t line_length(const struct wt_buf *out)
{
	size_t n = 0;

	while (n < out->len && out->data[out->len - 1 - n] != '\n')
		n++;
	return n;
}

void wt_fold(struct wt_buf *out, const char *text, size_t indent)
{
	struct wt_str rest = wt_str_of(text), word;
	bool is_first = true;

	while (wt_str_next(&rest, " \n", &word)) {
		size_t at = line_length(out);

		if (!is_first && at + 1 + word.len > FOLD_COLUMNS) {
			wt_buf_putc(out, '\n');
			at = 0;
		} else if (!is_first) {
			wt_buf_putc(out, ' ');
			at = indent;
		}
		for (; at < indent; at++)
			wt_buf_putc(out, ' ');
		wt_buf_add(out, word.data, word.len);
		is_first = false;
	}
	wt_buf_putc(out, '\n');
}
