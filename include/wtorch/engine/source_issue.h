/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_SOURCE_ISSUE_H
#define WT_ENGINE_SOURCE_ISSUE_H

/*
 * Tasks from a forge. A master issue is read as its body says (core/tasklist.h); what it refers
 * to, and its sub-issues, are read as issue_task.h says, by as few requests as that takes. What
 * is only named there and cannot be read stays as it is named, with a warning.
 */

#include "wtorch/engine/forge.h"
#include "wtorch/engine/source.h"

struct wt_source_issues {
	const struct wt_ports *ports;
	const struct wt_config *config;
	const struct wt_source_opts *opts; /* issues, single_issues, hooks */
	const char *base;
};

/* Appends the tasks. WT_E_INPUT: an issue is missing, is none, or was moved to another
 * repository; WT_E_ENV: there is no way to it. */
enum wt_code wt_source_read_issues(const struct wt_source_issues *in, struct wt_tasks *tasks,
				   struct wt_diags *diags, struct wt_error *err);

#endif
