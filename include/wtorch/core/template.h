/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_TEMPLATE_H
#define WT_CORE_TEMPLATE_H

/*
 * Templates: ways of working. Three are built in (feature, refactor, bugfix), each row of which
 * a [template NAME] section overrides; others are the user's own.
 *
 *	task, configuration -> wt_template_of() -> its name -> wt_template_find() -> its rows
 *
 * Rows that only the configuration has (prompt, gates, mode) are read from it by who uses them.
 */

#include "wtorch/core/config.h"
#include "wtorch/core/task.h"

struct wt_template {
	const char *name;
	const char *agent, *model; /* NULL: somebody else decides */
	const char *focus;         /* what matters most, told to agents and reviewers; NULL */
	int64_t retries;           /* -1: run.retries */
};

/* False: there is none of that name. Its texts are the configuration's, or static. */
bool wt_template_find(const struct wt_config *config, const char *name, struct wt_template *out);

/* The one of the task: what it or run.template names, else the one that is called as its type.
 * NULL: none. */
const char *wt_template_of(const struct wt_config *config, const struct wt_task *task);

/* "; did you mean 'bugfix'?", or "", in the arena. */
const char *wt_template_suggest(struct wt_arena *a, const struct wt_config *config,
				const char *name);

#endif
