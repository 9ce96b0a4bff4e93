/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_CAUSE_H
#define WT_CORE_CAUSE_H

/*
 * Why things fail, so that failures of one cause can be told as one.
 *
 * Two texts have the same cause when they are equal once everything is taken out that differs each
 * time: paths and URLs, times, durations, sizes and other figures, ids of 7 and more hexadecimal
 * digits. What stays are words, and figures that are a name: those behind "status", "signal",
 * "code", "error" or "HTTP", and those of an identifier in capitals, as in E404 or TS2304.
 */

#include "wtorch/core/state.h"

/* The normal form of the first line; appended. */
void wt_cause_normal(const char *text, struct wt_buf *out);
bool wt_cause_is_same(const char *a, const char *b);

/* The first line of an output that tells of an error, safe to print and short; appended. False:
 * none does. */
bool wt_cause_find(struct wt_str output, struct wt_buf *out);

/*
 * Whether the end of what a program wrote that failed tells of a terminal that it does not have, or
 * is a question that nobody answers. Nothing is read from the output of one that did its work: it
 * may merely write of such things.
 */
enum wt_cause_want { WT_WANTS_NOTHING, WT_WANTS_TERMINAL, WT_WANTS_ANSWER };
enum wt_cause_want wt_cause_wants(struct wt_str output);

/* What the task died of, in its program's own words where these are known; NULL: it did not. */
const char *wt_cause_of(const struct wt_task_state *t);

/* Tasks that failed, timed out or were kept for one cause. */
struct wt_cause {
	const char *text;    /* of the first of them */
	const size_t *tasks; /* in the plan's order */
	size_t n_tasks;
};
/* In the order of their first tasks; in the arena. */
const struct wt_cause *wt_causes(const struct wt_run_state *s, struct wt_arena *a, size_t *n);

/* "3 tasks: npm ci: E404 (1, 2, 5)" of each cause of several tasks, a line each; appended. */
void wt_causes_render(const struct wt_run_state *s, struct wt_buf *out);

#endif
