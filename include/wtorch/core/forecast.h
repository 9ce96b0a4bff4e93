/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_FORECAST_H
#define WT_CORE_FORECAST_H

/*
 * What a task will touch, each path with where that was learned, surest first:
 *
 *	declared  the task says so
 *	text      its title or body names the path
 *	symbol    its text names something that this file defines
 *	history   this file mostly changed together with one of the above
 *	planner   the planner command said so
 *
 *	wt_forecast_build(arena, &tree, &task)        declared and text
 *	f = wt_forecast_new(&tree, evidence)          the others, as far as there is evidence
 *	wt_forecast_extend(f, arena, &task)
 *	wt_forecast_free(f)
 *
 * A forecast is a guess with its origin attached; a task of which nothing is known stays so.
 *
 * A token of the text is a path when the base's tree has a file of that name, or has its
 * folder and the name has an extension (a file still to be made). Folders are no forecast:
 * "add tests in `tests/`" would hold up every other task. Globs count inside backticks only.
 * Without a tree, tokens in backticks with a '/' and an extension are believed.
 *
 * The file that the task itself is written in is none either: wtorch alone sets its markers.
 *
 * A declared path that is a folder of the tree gets the '/' that says so.
 *
 * A word of the text is the name of a symbol when it looks like nothing else: it has at least
 * WT_SYMBOL_MIN letters, digits and '_', and it is all that stands in backticks ("`parser`",
 * "`parser()`"), or is written as names are: snake_case, CamelCase, "name()", "ns::name". It
 * counts when at most WT_SYMBOL_MAX_DEFINED files define it: what is defined everywhere
 * says nothing about where.
 *
 * Of the history, a file counts that changed in at least WT_HISTORY_MIN_SHARE percent of the
 * commits that changed a file of the task, and in WT_HISTORY_MIN_COMMITS of them at least; the
 * likeliest WT_HISTORY_MAX_FILES of them. (The figures are our choice, to be right rather
 * than complete: with rules of any strength, Zimmermann and others, "Mining Version Histories to
 * Guide Software Changes", ICSE 2004, found a quarter of the further files of a change.) Globs
 * are no files here, nor is what the base no longer has.
 */

#include <stdbool.h>
#include <stddef.h>

#include "wtorch/core/evidence.h"

#define WT_SYMBOL_MIN          4u
#define WT_SYMBOL_MAX          100u /* bytes; longer words are no names */
#define WT_SYMBOL_MAX_DEFINED  3u
#define WT_HISTORY_MIN_COMMITS 3u
#define WT_HISTORY_MIN_SHARE   50u
#define WT_HISTORY_MAX_FILES   10u
#define WT_HISTORY_MASS        30u /* files: a commit of more is an import or a sweep */

/* Paths of all files, sorted by bytes as git sorts them; borrowed. */
struct wt_forecast_tree {
	const char *const *paths; /* NULL when the tree was not read */
	size_t n;
};

bool wt_forecast_has_file(const struct wt_forecast_tree *tree, const char *path);
bool wt_forecast_has_folder(const struct wt_forecast_tree *tree, const char *path);

/*
 * Sets task->files to an array of its own in the arena: the declared ones first, then those
 * found in title and body, each path once, WT_MAX_TASK_FILES at most.
 */
void wt_forecast_build(struct wt_arena *arena, const struct wt_forecast_tree *tree,
		       struct wt_task *task);

/* Calls found for each word in title and body that may be a symbol's name, repeated ones again. */
void wt_forecast_each_name(const struct wt_task *task, void (*found)(void *arg, struct wt_str name),
			   void *arg);
/* The symbol of that name, or NULL; one that too many files define is none. */
const struct wt_symbol *wt_forecast_symbol(const struct wt_evidence *evidence, struct wt_str name);

/* Both are borrowed, evidence may be NULL; never fails. */
struct wt_forecast;
struct wt_forecast *wt_forecast_new(const struct wt_forecast_tree *tree,
				    const struct wt_evidence *evidence);
void wt_forecast_free(struct wt_forecast *f);
/* Adds to the files of a task that was built before what the evidence says, each path once, with
 * the surest of its tags. */
void wt_forecast_extend(struct wt_forecast *f, struct wt_arena *arena, struct wt_task *task);

#endif
