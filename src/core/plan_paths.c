/* SPDX-License-Identifier: MIT */
/* What is odd about declared paths: told, and nothing is decided by it. */

#include <string.h>

#include "planner.h"
#include "wtorch/base/path.h"

#define MAX_PATHS   20000u   /* that are looked at: it is a courtesy */
#define MAX_MATCHES 4000000u /* of a glob with a path of the tree */
#define MAX_SAID    20u      /* of each kind */

struct checking {
	struct planner *p;
	struct wt_map tree; /* in small letters -> index in the tree */
	bool has_tree;
	size_t n_paths, n_matches;
	size_t n_nothing, n_all, n_case;
};

static void warn(struct checking *c, size_t task, size_t *n, const char *text)
{
	if ((*n)++ < MAX_SAID)
		wt_diags_add(&c->p->plan->diags, WT_SEVERITY_WARNING, planner_place(c->p, task),
			     "task '%s': %s", c->p->plan->tasks[task].task.id, text);
}

static const char *shown(struct checking *c, const char *path)
{
	struct wt_buf b = WT_BUF_INIT;
	const char *text;

	wt_text_render_safe(&b, wt_str_of(path));
	text = wt_arena_strdup(&c->p->scratch, b.data ? b.data : "");
	wt_buf_clear(&b);
	return text;
}

/* globs */

static void check_glob(struct checking *c, size_t task, const char *glob)
{
	const struct wt_forecast_tree *tree = &c->p->tree;
	struct wt_arena *a = &c->p->scratch;
	size_t n = 0;

	c->n_matches += tree->n;
	if (c->n_matches > MAX_MATCHES)
		return;
	for (size_t i = 0; i < tree->n; i++)
		n += wt_glob_matches(glob, tree->paths[i]);
	if (!n && tree->n)
		warn(c, task, &c->n_nothing,
		     wt_arena_printf(a, "'%s' matches nothing in '%s' yet", shown(c, glob),
				     c->p->plan->base));
	else if (n == tree->n && n > 1)
		warn(c, task, &c->n_all,
		     wt_arena_printf(a,
				     "'%s' matches every file: nothing that declares files runs "
				     "beside it",
				     shown(c, glob)));
}

/* letters */

static const char *folded(struct checking *c, const char *path)
{
	char *text = wt_arena_strdup(&c->p->scratch, path);

	for (char *s = text; *s; s++)
		*s = *s >= 'A' && *s <= 'Z' ? (char)(*s - 'A' + 'a') : *s;
	return text;
}

static void fold_tree(struct checking *c)
{
	for (size_t i = 0; i < c->p->tree.n; i++)
		wt_map_set(&c->tree, folded(c, c->p->tree.paths[i]), i);
	c->has_tree = true;
}

/* A file that is to be made beside one that differs in the case of letters alone. */
static void check_case(struct checking *c, size_t task, const char *path)
{
	size_t in_tree;

	if (wt_forecast_has_file(&c->p->tree, path))
		return;
	if (!c->has_tree)
		fold_tree(c);
	in_tree = wt_map_find(&c->tree, folded(c, path));
	if (in_tree != WT_MAP_NONE)
		warn(c, task, &c->n_case,
		     wt_arena_printf(&c->p->scratch,
				     "'%s' is not there, but '%s' is: they differ in the case of "
				     "letters",
				     shown(c, path), shown(c, c->p->tree.paths[in_tree])));
}

void planner_check_paths(struct planner *p)
{
	struct checking c = { .p = p };

	for (size_t i = 0; i < p->n && c.n_paths < MAX_PATHS; i++) {
		const struct wt_task *t = &p->plan->tasks[i].task;

		if (!planner_runs(p, i))
			continue;
		for (size_t k = 0; k < t->n_files && c.n_paths < MAX_PATHS; k++) {
			const char *path = t->files[k].path;

			if (t->files[k].from != WT_FROM_DECLARED)
				continue;
			c.n_paths++;
			if (!wt_path_is_glob(path))
				check_case(&c, i, path);
			else if (!wt_forecast_has_file(&p->tree, path))
				check_glob(&c, i, path);
		}
	}
	wt_map_clear(&c.tree);
}
