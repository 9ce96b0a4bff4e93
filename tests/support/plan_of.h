/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_PLAN_OF_H
#define WT_TESTS_PLAN_OF_H

/*
 * Plans in one line.
 *
 *	struct plan_of *p = plan_of("a, b<a, c<a+b !src/x.c !src/ @2 *=3600");
 *	... p->plan.tasks[1] ...
 *	plan_of_free(p);
 *
 * Tasks are separated by ','. Behind the id stand, in any order and with or without blanks:
 * <dep+dep   !file (declared)   @order   * critical   ^P0 priority   =seconds   ~ completed
 * (in a file '*' is a wildcard: put a blank before the mark)
 *
 * The configuration is the default one with an agent called "test". settings are further
 * "section.key=value" words, separated by blanks: "run.mode=batch run.jobs=2".
 */

#include "wtorch/core/plan.h"

struct plan_of {
	struct wt_arena arena;
	struct wt_diags diags;
	struct wt_tasks tasks;
	struct wt_config *config;
	struct wt_plan_inputs in; /* what the plan was made from */
	struct wt_plan plan;
};

struct plan_of *plan_of(const char *spec);
struct plan_of *plan_of_with(const char *spec, const char *settings);

/* The two halves of plan_of_with, to change tasks or inputs in between. */
struct plan_of *plan_of_tasks(const char *spec, const char *settings);
void plan_of_build(struct plan_of *p);

void plan_of_free(struct plan_of *p);

/* The task with that id, which has to be there. */
struct wt_plan_task *plan_of_task(struct plan_of *p, const char *id);

#endif
