/* SPDX-License-Identifier: MIT */
/* Documents that are kept between two plans. */

#include "wtorch/engine/cache.h"

#include "wtorch/engine/runs.h"

static char *place_of(const struct wt_ports *ports, struct wt_arena *a, const char *name)
{
	return wt_arena_printf(a, "%s/cache%s%s", wt_runs_home(ports, a), name ? "/" : "",
			       name ? name : "");
}

const struct wt_json *wt_cache_load(const struct wt_ports *ports, const char *name,
				    struct wt_arena *a)
{
	const struct wt_json *doc = NULL;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;

	if (ports->fs->read(ports->fs->self, place_of(ports, a, name), WT_CACHE_MAX, &text,
			    &ignored) == WT_OK &&
	    ports->reader->json(a, (struct wt_str){ text.data, text.len }, &doc, &ignored))
		doc = NULL;
	wt_buf_clear(&text);
	return doc;
}

static bool is_folder(const struct wt_ports *ports, const char *path)
{
	struct wt_file_info info;
	struct wt_error ignored;

	return ports->fs->stat(ports->fs->self, path, &info, &ignored) == WT_OK &&
	       info.kind == WT_FILE_FOLDER;
}

void wt_cache_save(const struct wt_ports *ports, const char *name, struct wt_str text)
{
	const struct wt_fs *fs = ports->fs;
	struct wt_arena a = { 0 };
	struct wt_error ignored;

	if (text.len <= WT_CACHE_MAX && is_folder(ports, wt_runs_home(ports, &a)) &&
	    fs->mkdirs(fs->self, place_of(ports, &a, NULL), &ignored) == WT_OK)
		(void)!fs->replace(fs->self, place_of(ports, &a, name), text, &ignored);
	wt_arena_clear(&a);
}

enum wt_code wt_cache_clear(const struct wt_ports *ports, struct wt_error *err)
{
	struct wt_arena a = { 0 };
	enum wt_code rc = ports->fs->remove_tree(ports->fs->self, place_of(ports, &a, NULL), err);

	wt_arena_clear(&a);
	return rc;
}
