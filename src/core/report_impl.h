/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_REPORT_IMPL_H
#define WT_CORE_REPORT_IMPL_H

/* What all renderings of a report count and say alike. */

#include "wtorch/core/report.h"

/* Of the selected tasks. */
struct report_figures {
	size_t tasks, merged, failed, conflicts, skipped, unfinished;
	size_t stopped, unchanged; /* both among the skipped, as the contract has it */
	size_t ran;                /* an agent of theirs came to its end */
	size_t first_pass;         /* landed with their first attempt */
	size_t resolved;           /* landed after a conflict */
	int64_t duration_ms, cpu_ms, peak_rss_bytes;
	int64_t agents_ms;     /* agents at work, one after another */
	int64_t sequential_ms; /* the same with their worktrees made and their work landed */
	double speedup;        /* negative: nothing to compare */
	int64_t cost_microusd; /* 0: no agent told */
};

void report_count(const struct wt_run_state *s, const struct wt_report_opts *o,
		  struct report_figures *out);

/* The run came to its end or was stopped. */
bool report_is_over(const struct wt_run_state *s);

/* What kept a task from landing, or NULL. */
const char *report_error_of(const struct wt_task_state *t);

/* The path of its newest log, or NULL; in the buffer. */
const char *report_log_of(const struct wt_run_state *s, const struct wt_report_opts *o, size_t task,
			  struct wt_buf *path);

/* As wt_report_next_steps, worktrees as seen from cwd. */
void report_steps(const struct wt_run_state *s, size_t task, const char *cwd, struct wt_buf *out);

/* "tokens" and "cost_usd" of the task: null where no agent of its told. more is what the living
 * one has told so far; NULL: nothing. */
void report_put_spending(struct wt_jsonw *w, const struct wt_task_state *t,
			 const struct wt_told *more);

/* "5 tasks: 3 merged, 1 conflict, 1 failed" */
void report_say_totals(const struct report_figures *f, struct wt_buf *out);

/* "18m 20s (sequential 52m, 2.8x), $2.41" */
void report_say_times(const struct report_figures *f, struct wt_buf *out);

/* "merged 8d01f22", "conflict in src/cli.c with 65; main is untouched", "failed: ..." */
void report_say_task(const struct wt_run_state *s, size_t task, struct wt_buf *out);

#endif
