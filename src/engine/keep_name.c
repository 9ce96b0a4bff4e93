/* SPDX-License-Identifier: MIT */
/* The names of keep refs, and what is said about them. */

#include <inttypes.h>
#include <string.h>

#include "keep_priv.h"

static void put(struct wt_buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	wt_buf_printf(out, "%s=%s", name, value);
	wt_buf_putc(out, '\0');
}

void wt_keep_about_render(const struct wt_keep_about *about, struct wt_buf *out)
{
	put(out, "branch", about->branch);
	put(out, "worktree", about->worktree);
	put(out, "reason", about->reason);
	wt_buf_printf(out, "wall_ms=%" PRId64, about->wall_ms);
	wt_buf_putc(out, '\0');
	wt_buf_printf(out, "days=%" PRId64, about->days);
	wt_buf_putc(out, '\0');
}

static void take(struct wt_str item, struct wt_arena *a, struct wt_keep_about *out)
{
	size_t eq = wt_str_find(item, "=");
	struct wt_str name = { item.data, eq }, value;
	const char *text;

	if (eq == item.len)
		return;
	value = (struct wt_str){ item.data + eq + 1, item.len - eq - 1 };
	text = wt_arena_strndup(a, value.data, value.len);
	if (wt_str_is(name, "branch"))
		out->branch = text;
	else if (wt_str_is(name, "worktree") && text[0] == '/')
		out->worktree = text;
	else if (wt_str_is(name, "reason"))
		out->reason = text;
	else if (wt_str_is(name, "wall_ms"))
		(void)!wt_text_parse_int(value, &out->wall_ms);
	else if (wt_str_is(name, "days"))
		(void)!wt_text_parse_int(value, &out->days);
}

void wt_keep_about_parse(struct wt_str text, struct wt_arena *a, struct wt_keep_about *out)
{
	const char *nul;

	*out = (struct wt_keep_about){ 0 };
	while (text.len && (nul = memchr(text.data, 0, text.len)) != NULL) {
		size_t len = (size_t)(nul - text.data);

		take((struct wt_str){ text.data, len }, a, out);
		text.data += len + 1;
		text.len -= len + 1;
	}
}

bool wt_keep_name_parse(const char *ref, struct wt_arena *a, struct wt_keep_name *out)
{
	struct wt_str rest = wt_str_of(ref), part[4];
	size_t n = 0;
	int64_t number;

	if (!wt_str_starts(rest, WT_KEEP_PREFIX))
		return false;
	rest.data += sizeof WT_KEEP_PREFIX - 1;
	rest.len -= sizeof WT_KEEP_PREFIX - 1;
	while (n < 4 && wt_str_next(&rest, "/", &part[n]))
		n++;
	if (n != 4 || rest.len || !wt_text_is_id(part[0]) || !wt_text_is_id(part[1]) ||
	    !wt_text_parse_int(part[2], &number) || number < 1 || number > INT32_MAX)
		return false;
	out->run = wt_arena_strndup(a, part[0].data, part[0].len);
	out->task = wt_arena_strndup(a, part[1].data, part[1].len);
	out->name = wt_arena_strndup(a, part[3].data, part[3].len);
	out->n = (unsigned)number;
	return true;
}

const char *wt_keep_prefix(const struct wt_keep *keep, struct wt_arena *a)
{
	return wt_arena_printf(a, WT_KEEP_PREFIX "%s/%s/%u", keep->run, keep->task, keep->n);
}
