/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_PAST_H
#define WT_CORE_PAST_H

/*
 * What past runs tell of the tasks of a new one: how long similar tasks took their agents, and
 * what an attempt costs besides (preparing the worktree, landing).
 *
 * Two tasks are as like as the words of their titles: twice those in common, of those that both
 * have. Where both declare files, their share in common, counted the same way, makes a quarter of
 * it. One that has over twice as many files as the other is a tenth less like it. From 0.4 on
 * they are similar. The estimate is the median of the five most similar ones, the newest first
 * among equals, once there are two of them; one alone counts from 0.7 on, and where there are
 * such, only they count. Nothing of this knows what a task means: it is a guess, and is shown as
 * one.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/arena.h"
#include "wtorch/core/task.h"

#define WT_MAX_PAST_TASKS 1000u
/* What an attempt costs before the first one was measured: a worktree of some thousand files, a
 * landing, and what the scheduler takes to notice. */
#define WT_USUAL_OVERHEAD_MS 2000

/* A task of a past run that merged. */
struct wt_past_task {
	const char *title;
	const struct wt_task_file *files;
	size_t n_files;
	int64_t duration_s; /* of all its agents together */
};

struct wt_past {
	struct wt_past_task *tasks; /* newest run first; at most WT_MAX_PAST_TASKS */
	size_t n_tasks, cap_tasks;
	int64_t overhead_ms; /* mean of an attempt */
	bool is_overhead_measured;
};

struct wt_past_index;
/* past is borrowed; the index lives in the arena, but for what free releases. */
struct wt_past_index *wt_past_index_new(struct wt_arena *arena, const struct wt_past *past);
void wt_past_index_free(struct wt_past_index *x);
/* False: nothing similar is known. */
bool wt_past_estimate(struct wt_past_index *x, const struct wt_task *task, int64_t *seconds);

#endif
