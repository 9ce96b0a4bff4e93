/* SPDX-License-Identifier: MIT */
/* Files that mostly changed together in recent commits. */

#include <stdlib.h>
#include <string.h>

#include "forecast_impl.h"
#include "wtorch/base/mem.h"

/* percent of the commits that changed one file changed path, too */
struct rule {
	uint32_t path;
	uint32_t percent;
};

struct rules {
	struct rule *items;
	size_t len, cap;
	bool is_known;
};

struct forecast_history {
	const struct wt_co_change *changes;
	struct wt_arena arena;
	struct wt_map by_path;
	size_t *starts; /* of path i: commits[starts[i]] up to starts[i + 1] */
	uint32_t *commits;
	struct rules *rules; /* of each path, found when first asked for */
	uint32_t *counts;    /* of each path; zero between two uses */
};

static void index_commits(struct forecast_history *h)
{
	const struct wt_co_change *c = h->changes;
	size_t n_files = c->starts[c->n_commits];
	size_t *next;

	h->starts = wt_arena_alloc(&h->arena, (c->n_paths + 2) * sizeof *h->starts);
	h->commits = wt_arena_alloc(&h->arena, (n_files + 1) * sizeof *h->commits);
	next = h->starts + 1;
	for (size_t i = 0; i < n_files; i++)
		next[c->files[i] + 1]++;
	for (size_t i = 1; i <= c->n_paths; i++)
		next[i] += next[i - 1];
	for (size_t k = 0; k < c->n_commits; k++) {
		for (size_t i = c->starts[k]; i < c->starts[k + 1]; i++)
			h->commits[next[c->files[i]]++] = (uint32_t)k;
	}
}

struct forecast_history *forecast_history_new(const struct wt_co_change *changes)
{
	struct forecast_history *h = wt_alloc(sizeof *h);

	h->changes = changes;
	if (!changes->n_commits)
		return h;
	for (size_t i = 0; i < changes->n_paths; i++)
		wt_map_set(&h->by_path, changes->paths[i], i);
	h->rules = wt_arena_alloc(&h->arena, (changes->n_paths + 1) * sizeof *h->rules);
	h->counts = wt_arena_alloc(&h->arena, (changes->n_paths + 1) * sizeof *h->counts);
	index_commits(h);
	return h;
}

void forecast_history_free(struct forecast_history *h)
{
	if (!h)
		return;
	wt_map_clear(&h->by_path);
	wt_arena_clear(&h->arena);
	free(h);
}

/* Counts the files of each commit that changed the path, then keeps those that are many. Goes
 * over them twice, so that counts are zero again. */
static void find_rules(struct forecast_history *h, size_t path)
{
	const struct wt_co_change *c = h->changes;
	struct rules *r = &h->rules[path];
	size_t first = h->starts[path], end = h->starts[path + 1], n = end - first;

	r->is_known = true;
	if (n < WT_HISTORY_MIN_COMMITS)
		return;
	for (size_t k = first; k < end; k++) {
		for (size_t i = c->starts[h->commits[k]]; i < c->starts[h->commits[k] + 1]; i++)
			h->counts[c->files[i]]++;
	}
	for (size_t k = first; k < end; k++) {
		for (size_t i = c->starts[h->commits[k]]; i < c->starts[h->commits[k] + 1]; i++) {
			uint32_t other = c->files[i], count = h->counts[other];

			h->counts[other] = 0;
			if (other != path && count >= WT_HISTORY_MIN_COMMITS &&
			    count * 100u >= n * WT_HISTORY_MIN_SHARE)
				*WT_ARENA_PUSH(&h->arena, r->items, r->len, r->cap) =
					(struct rule){ other, (uint32_t)(count * 100u / n) };
		}
	}
}

static int compare_rules(const void *a, const void *b, void *arg)
{
	const struct wt_co_change *c = arg;
	const struct rule *x = a, *y = b;

	if (x->percent != y->percent)
		return x->percent > y->percent ? -1 : 1;
	return strcmp(c->paths[x->path], c->paths[y->path]);
}

static bool is_candidate(const struct forecast_history *h, const struct wt_forecast_tree *tree,
			 uint32_t path)
{
	return !tree->paths || wt_forecast_has_file(tree, h->changes->paths[path]);
}

void forecast_history_add(struct forecast_history *h, const struct wt_forecast_tree *tree,
			  struct forecast_files *files)
{
	struct rules found = { 0 };
	struct wt_arena scratch = { 0 };
	size_t n_seeds = files->task->n_files, most = n_seeds + WT_HISTORY_MAX_FILES;

	for (size_t i = 0; h->by_path.len && i < n_seeds; i++) {
		size_t path = wt_map_find(&h->by_path, files->task->files[i].path);

		if (path == WT_MAP_NONE)
			continue;
		if (!h->rules[path].is_known)
			find_rules(h, path);
		for (size_t k = 0; k < h->rules[path].len; k++) {
			if (is_candidate(h, tree, h->rules[path].items[k].path))
				*WT_ARENA_PUSH(&scratch, found.items, found.len, found.cap) =
					h->rules[path].items[k];
		}
	}
	if (found.len)
		qsort_r(found.items, found.len, sizeof *found.items, compare_rules,
			(void *)h->changes);
	/* The strongest rule of a file comes first, and the others then change nothing. */
	for (size_t i = 0; i < found.len && files->task->n_files < most; i++)
		forecast_add(files, h->changes->paths[found.items[i].path], WT_FROM_HISTORY);
	wt_arena_clear(&scratch);
}
