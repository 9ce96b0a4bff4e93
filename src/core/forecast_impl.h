/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_FORECAST_IMPL_H
#define WT_CORE_FORECAST_IMPL_H

/*
 * The inside of the forecast:
 *
 *	forecast.c          what the task's own words name
 *	forecast_symbol.c   words that may be names of symbols
 *	forecast_history.c  files that mostly changed together
 *	forecast_more.c     puts together what the evidence adds
 */

#include "wtorch/core/forecast.h"

/* The files of one task, while some are added. */
struct forecast_files {
	struct wt_arena *arena;
	struct wt_task *task;
	struct wt_map seen; /* paths of task->files; filled when the first one is added */
};

/* A path that is there already keeps its tag, which is the surer one. */
void forecast_add(struct forecast_files *f, const char *path, enum wt_file_from from);

/* Calls span for each part of the text: what stands in backticks, and what stands between. */
typedef void forecast_span(void *arg, struct wt_str span, bool is_code);
void forecast_scan(const char *text, forecast_span *span, void *arg);

/* forecast_history.c */
struct forecast_history;
struct forecast_history *forecast_history_new(const struct wt_co_change *changes);
void forecast_history_free(struct forecast_history *h);
/* Adds what mostly changed with the files that the task has by now. */
void forecast_history_add(struct forecast_history *h, const struct wt_forecast_tree *tree,
			  struct forecast_files *files);

#endif
