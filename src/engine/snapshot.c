/* SPDX-License-Identifier: MIT */
/* live.json of a run: what its living agents have told so far. */

#include "wtorch/engine/snapshot.h"

#include "wtorch/base/path.h"
#include "wtorch/core/snapshot.h"

#define NAME "live.json"

void wt_snapshot_save(const struct wt_run *run, const struct wt_live *live)
{
	const struct wt_fs *fs = run->ports->fs;
	struct wt_arena a = { 0 };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &text };
	const char *path = wt_path_join(&a, run->dir, NAME);
	const char *next = wt_path_join(&a, run->dir, NAME ".tmp");
	struct wt_error ignored;

	wt_snapshot_render(wt_run_state(run), live, &w);
	/* Not replace, which waits for the disk: after a crash nobody misses it. */
	if (fs->remove(fs->self, next, &ignored) == WT_OK &&
	    fs->create(fs->self, next, (struct wt_str){ text.data, text.len }, &ignored) == WT_OK)
		(void)!fs->rename(fs->self, next, path, &ignored);
	wt_buf_clear(&text);
	wt_arena_clear(&a);
}

void wt_snapshot_load(const struct wt_run *run, struct wt_arena *a, struct wt_live *live)
{
	const struct wt_ports *p = run->ports;
	struct wt_buf text = WT_BUF_INIT;
	const struct wt_json *doc;
	struct wt_error ignored;

	if (p->fs->read(p->fs->self, wt_path_join(a, run->dir, NAME), WT_MAX_SNAPSHOT_BYTES, &text,
			&ignored) == WT_OK &&
	    p->reader->json(a, (struct wt_str){ text.data, text.len }, &doc, &ignored) == WT_OK &&
	    doc->kind == WT_JSON_OBJECT)
		wt_snapshot_parse(doc, wt_run_state(run), a, live);
	wt_buf_clear(&text);
}

void wt_snapshot_remove(const struct wt_run *run)
{
	const struct wt_fs *fs = run->ports->fs;
	struct wt_arena a = { 0 };
	struct wt_error ignored;

	(void)!fs->remove(fs->self, wt_path_join(&a, run->dir, NAME), &ignored);
	wt_arena_clear(&a);
}
