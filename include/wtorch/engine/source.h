/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_SOURCE_H
#define WT_ENGINE_SOURCE_H

/*
 * From what the user named to tasks, and from tasks to a plan: reads the roadmap, the base and
 * its tree, and hands plain values to core. Nothing is changed anywhere.
 */

#include "wtorch/core/plan.h"
#include "wtorch/core/roadmap.h"
#include "wtorch/engine/forge.h"
#include "wtorch/engine/ports.h"

struct wt_source_opts {
	const char *const *files; /* roadmaps and task files as named on the command line; empty:
				     the configuration's, else the first of the contract's
				     default places */
	size_t n_files;
	const char *const *issue_files; /* bodies of issues, whatever they are called */
	size_t n_issue_files;
	const char *const *issues; /* master issues on a forge: "12", "owner/name#12", addresses */
	size_t n_issues;
	const char *const *single_issues; /* issues that are one task each, in the same words */
	size_t n_single_issues;
	struct wt_forge_hooks hooks; /* while the forge is asked */
	const char *const *select; /* task ids and ranges */
	size_t n_select;
	struct wt_filters filters;
	size_t max_tasks;
	const char *base;   /* --base; NULL: run.base, else the current branch */
	const char *cwd;    /* absolute; what relative names are relative to */
	const char *run_id; /* "" while only planning */
	bool can_ask;
	bool asks_planner;  /* plan.planner, if it is configured, is run; else it never is */
};

/*
 * Reads the sources and builds the plan. Problems of the input are diagnostics of the plan (and
 * make it invalid); what fails is the world: no repository, no base, nothing to read.
 * tasks is the caller's, cleared with wt_tasks_clear; arena owns the rest.
 */
WT_MUST_USE enum wt_code wt_source_plan(const struct wt_ports *ports,
					const struct wt_config *config,
					const struct wt_source_opts *o, struct wt_arena *arena,
					struct wt_tasks *tasks, struct wt_plan *out,
					struct wt_error *err);

/* Warnings about the roadmap and declared files that are not committed: agents fork from the
 * commit and will not see them. Appended to the plan's diagnostics' arena list. */
WT_MUST_USE enum wt_code wt_source_warn_uncommitted(const struct wt_ports *ports,
						    const struct wt_plan *plan,
						    struct wt_arena *arena, struct wt_diags *out,
						    struct wt_error *err);

#endif
