/* SPDX-License-Identifier: MIT */
/* Tells in a file how the agent is doing, while it lives. */

#include "shim.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wtorch/base/json.h"

#define DRAFT  WT_SHIM_STATE ".tmp"
#define GAP_MS 3000
#define SHARES 8 /* of a short silence, one is the gap */

void wt_shim_state_init(struct wt_shim_state *s, int dir, int64_t span_ms)
{
	*s = (struct wt_shim_state){ .dir = dir, .shown = WT_SHIM_WORKING };
	s->gap_ms = span_ms / SHARES < GAP_MS ? span_ms / SHARES : GAP_MS;
}

static void render(struct wt_buf *out, const struct wt_shim_verdict *v)
{
	struct wt_jsonw w = { .out = out };

	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "schema", "wtorch.state/1");
	wt_jsonw_kstr(&w, "verdict", v->name);
	wt_jsonw_kint(&w, "since_ms", v->since_ms);
	wt_jsonw_kint(&w, "end_ms", v->end_ms);
	wt_jsonw_end(&w, '}');
	wt_buf_putc(out, '\n');
}

/* The agent may write in this folder, too: whatever it has put by our names is replaced and never
 * opened. */
static bool save(int dir, const struct wt_buf *text)
{
	int fd;
	bool ok;

	unlinkat(dir, DRAFT, 0);
	fd = openat(dir, DRAFT, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	ok = write(fd, text->data, text->len) == (ssize_t)text->len;
	close(fd);
	ok = ok && renameat(dir, DRAFT, dir, WT_SHIM_STATE) == 0;
	if (!ok)
		unlinkat(dir, DRAFT, 0);
	return ok;
}

void wt_shim_state_show(struct wt_shim_state *s, const struct wt_shim_verdict *v, int64_t now_ms)
{
	struct wt_buf text = WT_BUF_INIT;

	if (strcmp(v->name, s->shown) == 0 || (s->written_ms && now_ms - s->written_ms < s->gap_ms))
		return;
	render(&text, v);
	s->written_ms = now_ms;
	if (save(s->dir, &text)) {
		s->shown = v->name;
		s->has_file = true;
	}
	wt_buf_clear(&text);
}

void wt_shim_state_clear(struct wt_shim_state *s)
{
	if (s->has_file)
		unlinkat(s->dir, WT_SHIM_STATE, 0);
	s->has_file = false;
}
