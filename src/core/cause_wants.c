/* SPDX-License-Identifier: MIT */
/* Whether a program that failed says that it wanted a person at a terminal. */

#include "wtorch/core/cause.h"

#include <string.h>

#include "wtorch/base/text.h"

#define LAST_LINES 25u /* a program that dies of it may print where it was */

/* As programs in C, Python, node and Go say it, in lower case. */
static const char *const terminal[] = {
	"not a tty",
	"not a terminal",
	"no tty",
	"no terminal",
	"enotty",
	"inappropriate ioctl for device",
	"raw mode is not supported",
	"setrawmode",
	"requires a tty",
	"requires a terminal",
	"requires an interactive terminal",
	"terminal is required",
	"tty is required",
	"needs a terminal",
	"must be run in a terminal",
	"open /dev/tty",
	"'/dev/tty'",
	"stdin is not interactive",
	"eof when reading a line",
	NULL,
};

/* What the last line ends with where somebody is asked, in lower case. */
static const char *const question[] = {
	"[y/n]",
	"(y/n)",
	"(yes/no)",
	"[yes/no]",
	"[y/n/a]",
	"(y)es/(n)o",
	"password",
	"passphrase",
	"press enter",
	"press any key",
	"press return",
	"are you sure",
	"do you trust the files in this folder",
	"enter your api key",
	NULL,
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool has_at(struct wt_str line, size_t at, const char *words)
{
	for (size_t i = 0; words[i]; i++)
		if (at + i >= line.len || lower(line.data[at + i]) != words[i])
			return false;
	return true;
}

static bool has_any(struct wt_str line, const char *const *list)
{
	for (; *list; list++)
		for (size_t at = 0; at < line.len; at++)
			if (has_at(line, at, *list))
				return true;
	return false;
}

/* Nothing but the question, and what is typed behind it: not a sentence that goes on. */
static bool is_question(struct wt_str line)
{
	for (const char *const *list = question; *list; list++) {
		size_t len = strlen(*list);

		for (size_t at = 0; at + len <= line.len; at++) {
			struct wt_str rest = { line.data + at + len, line.len - at - len };

			if (has_at(line, at, *list) && rest.len <= 4 &&
			    wt_str_trim(rest).len <= 3 && !memchr(rest.data, '.', rest.len))
				return true;
		}
	}
	return false;
}

/* The last line that has something in it is taken off. */
static bool take_last(struct wt_str *output, struct wt_str *line)
{
	while (output->len) {
		size_t from = output->len;

		while (from && output->data[from - 1] != '\n')
			from--;
		*line = wt_str_trim((struct wt_str){ output->data + from, output->len - from });
		output->len = from ? from - 1 : 0;
		if (line->len)
			return true;
	}
	return false;
}

enum wt_cause_want wt_cause_wants(struct wt_str output)
{
	struct wt_str line;

	for (unsigned n = 0; n < LAST_LINES && take_last(&output, &line); n++) {
		/* An event: what a command of the agent's wrote, or the model thought. */
		if (line.data[0] == '{')
			continue;
		if (has_any(line, terminal))
			return WT_WANTS_TERMINAL;
		if (n == 0 && is_question(line))
			return WT_WANTS_ANSWER;
	}
	return WT_WANTS_NOTHING;
}
