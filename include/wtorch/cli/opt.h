/* SPDX-License-Identifier: MIT */
#ifndef WT_CLI_OPT_H
#define WT_CLI_OPT_H

/*
 * The command line, from tables: one row per option gives parsing, help, completion and the
 * check of the manual. "--name value", "--name=value", "-j4", "-j 4", bundled flags, "--" as
 * the end of options; names are never abbreviated, because an accepted prefix becomes an
 * interface.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/arena.h"
#include "wtorch/base/buf.h"
#include "wtorch/base/err.h"

struct wt_opt {
	const char *name;    /* long, without dashes */
	char letter;         /* or 0 */
	const char *arg;     /* what stands for the value in help ("N"); NULL: a flag */
	const char *help;    /* one line */
	const char *also;    /* a second long name, or NULL */
	const char *choices; /* words the value must be one of, separated by blanks, or NULL */
};

/* One table of options; tables are chained so that common rows are written once. */
struct wt_opts {
	const struct wt_opt *items;
	size_t n;
	const struct wt_opts *next;
};

#define WT_OPTS(rows, more)                                                         \
	{                                                                           \
		.items = (rows), .n = sizeof(rows) / sizeof *(rows), .next = (more) \
	}

struct wt_opt_value {
	const struct wt_opt *opt;
	const char *value; /* NULL for a flag */
};

struct wt_args {
	struct wt_opt_value *opts; /* in the order given */
	size_t n_opts, cap_opts;
	const char **words; /* what is no option */
	size_t n_words, cap_words;
};

/* Parses argv[1..] of a command; with stop_at_word, ends at the first word and gives its index
 * in *stopped (argc when there is none). WT_E_USAGE names the word and the nearest right one. */
WT_MUST_USE enum wt_code wt_args_parse(struct wt_arena *a, const struct wt_opts *opts, int argc,
				       const char *const *argv, bool stop_at_word, int *stopped,
				       struct wt_args *out, struct wt_error *err);

bool wt_args_has(const struct wt_args *args, const char *name);
/* The last value given, or NULL. */
const char *wt_args_value(const struct wt_args *args, const char *name);
/* A whole number of at least min; *out untouched when the option is absent. */
WT_MUST_USE enum wt_code wt_args_int(const struct wt_args *args, const char *name, int64_t min,
				     int64_t *out, struct wt_error *err);

const struct wt_opt *wt_opts_find(const struct wt_opts *opts, const char *name);
/* The option lines of --help. */
void wt_opts_render(const struct wt_opts *opts, struct wt_buf *out);
/* Appends words in lines of at most 79 columns, each line indented so far; where out has begun
 * a line already, the text goes on behind it. Ends with a newline. */
void wt_fold(struct wt_buf *out, const char *text, size_t indent);

#endif
