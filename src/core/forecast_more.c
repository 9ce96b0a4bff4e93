/* SPDX-License-Identifier: MIT */
/* What evidence adds to the files of a task. */

#include <stdlib.h>

#include "forecast_impl.h"
#include "wtorch/base/mem.h"

struct wt_forecast {
	const struct wt_forecast_tree *tree;
	const struct wt_evidence *evidence; /* NULL: none */
	struct forecast_history *history;
	struct wt_map by_id; /* id -> index */
};

struct wt_forecast *wt_forecast_new(const struct wt_forecast_tree *tree,
				    const struct wt_evidence *evidence)
{
	struct wt_forecast *f = wt_alloc(sizeof *f);

	f->tree = tree;
	f->evidence = evidence;
	if (!evidence)
		return f;
	f->history = forecast_history_new(&evidence->history);
	for (size_t i = 0; i < evidence->n_answers; i++)
		wt_map_set(&f->by_id, evidence->answers[i].id, i);
	return f;
}

void wt_forecast_free(struct wt_forecast *f)
{
	if (!f)
		return;
	forecast_history_free(f->history);
	wt_map_clear(&f->by_id);
	free(f);
}

struct naming {
	const struct wt_forecast_tree *tree;
	const struct wt_evidence *evidence;
	struct forecast_files *files;
};

static void add_symbol(void *arg, struct wt_str name)
{
	struct naming *n = arg;
	const struct wt_symbol *s = wt_forecast_symbol(n->evidence, name);

	for (size_t i = 0; s && i < s->n_defined; i++) {
		if (!n->tree->paths || wt_forecast_has_file(n->tree, s->defined[i]))
			forecast_add(n->files, s->defined[i], WT_FROM_SYMBOL);
	}
}

static void add_answer(struct wt_forecast *f, struct forecast_files *files)
{
	size_t at = f->by_id.len ? wt_map_find(&f->by_id, files->task->id) : WT_MAP_NONE;
	const struct wt_answer *a = at != WT_MAP_NONE ? &f->evidence->answers[at] : NULL;

	for (size_t i = 0; a && i < a->n_files; i++)
		forecast_add(files, a->files[i], WT_FROM_PLANNER);
}

void wt_forecast_extend(struct wt_forecast *f, struct wt_arena *arena, struct wt_task *task)
{
	struct forecast_files files = { .arena = arena, .task = task };
	struct naming n = { f->tree, f->evidence, &files };

	if (!f->evidence)
		return;
	if (f->evidence->n_symbols)
		wt_forecast_each_name(task, add_symbol, &n);
	forecast_history_add(f->history, f->tree, &files);
	add_answer(f, &files);
	wt_map_clear(&files.seen);
}
