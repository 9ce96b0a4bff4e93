/* SPDX-License-Identifier: MIT */
/* A finding as one line of a record. */

#include <inttypes.h>
#include <string.h>

#include "wtorch/core/verdict.h"

const char *wt_gate_finding_render(struct wt_arena *a, const struct wt_gate_finding *f)
{
	struct wt_buf text = WT_BUF_INIT;
	const char *severity = wt_gravity_name(f->severity);
	const char *line;

	if (severity)
		wt_buf_printf(&text, "%s ", severity);
	if (f->path && f->line > 0)
		wt_buf_printf(&text, "%s:%" PRId64 ": ", f->path, f->line);
	else if (f->path)
		wt_buf_printf(&text, "%s: ", f->path);
	wt_buf_puts(&text, f->message ? f->message : "");
	line = wt_arena_strndup(a, text.data, text.len);
	wt_buf_clear(&text);
	return line;
}

/* Takes ":12" from the end of the path. */
static int64_t take_line(struct wt_str *path)
{
	struct wt_str number = { path->data + path->len, 0 };
	int64_t line = 0;

	while (number.len < path->len && number.data[-1] >= '0' && number.data[-1] <= '9') {
		number.data--;
		number.len++;
	}
	if (number.len + 1 >= path->len || number.data[-1] != ':' ||
	    !wt_text_parse_int(number, &line) || line < 1)
		return 0;
	path->len -= number.len + 1;
	return line;
}

void wt_gate_finding_parse(struct wt_arena *a, const char *line, struct wt_gate_finding *out)
{
	struct wt_str rest = wt_str_of(line);
	struct wt_str word = { rest.data, wt_str_find(rest, " ") };
	struct wt_str path;

	*out = (struct wt_gate_finding){ 0 };
	if (word.len < rest.len && wt_gravity_parse(word, &out->severity)) {
		rest.data += word.len + 1;
		rest.len -= word.len + 1;
	}
	/* What was rendered without a path may hold ": " all the same; a path holds no blank. */
	path = (struct wt_str){ rest.data, wt_str_find(rest, ": ") };
	if (path.len && path.len < rest.len && !memchr(path.data, ' ', path.len)) {
		rest.data += path.len + 2;
		rest.len -= path.len + 2;
		out->line = take_line(&path);
		out->path = wt_arena_strndup(a, path.data, path.len);
	}
	out->message = wt_arena_strndup(a, rest.data, rest.len);
}
