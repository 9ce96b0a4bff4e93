/* SPDX-License-Identifier: MIT */
/* Which files recent commits changed. */

#include "wtorch/engine/history.h"

#include <string.h>

#include "wtorch/base/map.h"
#include "wtorch/core/forecast.h"
#include "wtorch/core/heap.h"
#include "wtorch/engine/cache.h"
#include "wtorch/engine/tree.h"

#define CACHE "history.json"

struct visit {
	struct wt_oid tree;
	struct wt_oid parents[2];
	size_t n_parents;
};

struct history {
	const struct wt_ports *ports;
	struct wt_arena *arena;  /* of the result */
	struct wt_arena scratch; /* of the walk */
	struct wt_heap next;     /* visits, the newest first */
	struct visit *visits;
	size_t n_visits, cap_visits;
	struct wt_map seen;      /* commit -> 1 + visit, or 0 when it cannot be read */
	struct wt_map by_path;   /* path -> index in paths */
	struct wt_map new_names; /* a path of older commits -> index of what it is now */
	const char **paths;
	size_t n_paths, cap_paths;
	uint32_t *files;
	size_t n_files, cap_files;
	size_t *starts;
	size_t n_starts, cap_starts;
};

/* The visit that was or will be made of a commit; WT_MAP_NONE when it cannot be read. */
static size_t plan_visit(struct history *h, const struct wt_oid *oid)
{
	const struct wt_git *git = h->ports->git;
	struct wt_oid_text name = wt_oid_hex(oid);
	struct wt_arena text = { 0 };
	struct wt_commit c;
	struct wt_error ignored;
	bool found;
	size_t at = wt_map_find(&h->seen, name.hex);

	if (at != WT_MAP_NONE)
		return at - 1; /* 0 is kept for what cannot be read */
	if (git->store->commit(git->self, oid, &text, &c, &ignored) == WT_OK) {
		at = h->n_visits;
		*WT_ARENA_PUSH(&h->scratch, h->visits, h->n_visits, h->cap_visits) =
			(struct visit){ c.tree, { c.parents[0], c.parents[1] }, c.n_parents };
		wt_heap_push(&h->next, -c.time_s, at);
	}
	wt_map_put(&h->seen, wt_arena_strdup(&h->scratch, name.hex), at + 1, &found);
	wt_arena_clear(&text);
	return at;
}

/* Index of the path, or of what the file is called now. */
static size_t intern(struct history *h, const char *path)
{
	size_t i = wt_map_find(&h->new_names, path);

	if (i == WT_MAP_NONE)
		i = wt_map_find(&h->by_path, path);
	if (i != WT_MAP_NONE)
		return i;
	path = wt_arena_strdup(h->arena, path);
	*WT_ARENA_PUSH(h->arena, h->paths, h->n_paths, h->cap_paths) = path;
	wt_map_set(&h->by_path, path, h->n_paths - 1);
	return h->n_paths - 1;
}

/* A file that went is the one that came with the same bytes; of several, the first. */
static void follow_renames(struct history *h, const struct wt_tree_changes *c)
{
	for (size_t i = 0; i < c->len; i++) {
		const struct wt_tree_change *old = &c->items[i];

		if (old->new_side.mode || !old->old_side.mode)
			continue;
		for (size_t k = 0; k < c->len; k++) {
			const struct wt_tree_change *new = &c->items[k];

			if (new->old_side.mode ||
			    !wt_oid_is_equal(&new->new_side.oid, &old->old_side.oid))
				continue;
			wt_map_set(&h->new_names, wt_arena_strdup(&h->scratch, old->path),
				   intern(h, new->path));
			break;
		}
	}
}

static void note_changes(struct history *h, const struct wt_tree_changes *c)
{
	size_t first = h->n_files;

	if (c->len == 0 || c->len > WT_HISTORY_MASS)
		return;
	follow_renames(h, c);
	for (size_t i = 0; i < c->len; i++) {
		uint32_t path = (uint32_t)intern(h, c->items[i].path);
		size_t k = first;

		while (k < h->n_files && h->files[k] != path)
			k++;
		if (k == h->n_files)
			*WT_ARENA_PUSH(h->arena, h->files, h->n_files, h->cap_files) = path;
	}
	*WT_ARENA_PUSH(h->arena, h->starts, h->n_starts, h->cap_starts) = h->n_files;
}

/* Plans the visits of the parents, and looks at what came with a commit of one at most. */
static void visit(struct history *h, size_t at)
{
	const struct wt_git *git = h->ports->git;
	struct visit v = h->visits[at];
	struct wt_oid parent = { { 0 } };
	struct wt_arena scratch = { 0 };
	struct wt_tree_changes changes = { .max = WT_HISTORY_MASS + 1 };
	struct wt_error ignored;
	size_t before = 0;

	for (size_t i = 0; i < v.n_parents && i < 2; i++)
		before = plan_visit(h, &v.parents[i]);
	if (v.n_parents == 1 && before < h->n_visits)
		parent = h->visits[before].tree;
	if ((v.n_parents == 0 || !wt_oid_is_zero(&parent)) &&
	    wt_tree_changes(git, &parent, &v.tree, &scratch, &changes, &ignored) == WT_OK)
		note_changes(h, &changes);
	wt_arena_clear(&scratch);
}

/* False when the time was up. */
static bool walk(struct history *h, const struct wt_oid *tip, size_t max)
{
	const struct wt_clock *clock = h->ports->clock;
	int64_t end_ms = clock->mono_ms(clock->self) + WT_HISTORY_MS;
	bool is_whole = true;

	*WT_ARENA_PUSH(h->arena, h->starts, h->n_starts, h->cap_starts) = 0;
	plan_visit(h, tip);
	for (size_t n = 0; n < max && h->next.len && is_whole; n++) {
		visit(h, wt_heap_pop(&h->next));
		is_whole = n + 1 == max || !h->next.len || clock->mono_ms(clock->self) < end_ms;
	}
	return is_whole;
}

static void keep(const struct history *h, const char *key, const struct wt_co_change *c)
{
	struct wt_buf text = WT_BUF_INIT;

	wt_co_change_render(c, key, &text);
	wt_cache_save(h->ports, CACHE, (struct wt_str){ text.data, text.len });
	wt_buf_clear(&text);
}

void wt_history_read(const struct wt_ports *ports, const struct wt_oid *tip, size_t max,
		     struct wt_arena *a, struct wt_co_change *out)
{
	struct history h = { .ports = ports, .arena = a };
	const char *key =
		wt_arena_printf(&h.scratch, "%s %zu %u", wt_oid_hex(tip).hex, max, WT_HISTORY_MASS);
	const struct wt_json *kept;
	bool is_whole;

	*out = (struct wt_co_change){ 0 };
	kept = max ? wt_cache_load(ports, CACHE, &h.scratch) : NULL;
	if (max && !wt_co_change_parse(a, kept, key, out)) {
		is_whole = walk(&h, tip, max);
		*out = (struct wt_co_change){ .paths = h.paths,
					      .n_paths = h.n_paths,
					      .files = h.files,
					      .starts = h.starts,
					      .n_commits = h.n_starts - 1,
					      .is_cut = !is_whole };
		if (is_whole)
			keep(&h, key, out);
	}
	wt_heap_clear(&h.next);
	wt_map_clear(&h.seen);
	wt_map_clear(&h.by_path);
	wt_map_clear(&h.new_names);
	wt_arena_clear(&h.scratch);
}
