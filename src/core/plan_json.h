/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_PLAN_JSON_H
#define WT_CORE_PLAN_JSON_H

/* The words that plan_json.c writes and plan_json_parse.c reads, and what others write alike. */

#include "wtorch/core/plan.h"

#define PLAN_SCHEMA "wtorch.plan/1"

extern const char *const plan_conflict_names[4]; /* by enum wt_conflict_kind */
extern const char *const plan_mode_names[3];     /* by enum wt_mode */
extern const char *const plan_estimate_names[4]; /* by enum wt_estimate_from */

/* "joined": the ids of what was joined to the task; nothing where nothing was. */
void plan_json_put_joined(struct wt_jsonw *w, const struct wt_plan *plan, size_t task);

/* "files": each path with where it was learned. */
void plan_json_put_files(struct wt_jsonw *w, const struct wt_task *t);

#endif
