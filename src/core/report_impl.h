/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_REPORT_IMPL_H
#define WT_CORE_REPORT_IMPL_H

/* What all renderings of a report count and say alike. */

#include "wtorch/core/metrics.h"
#include "wtorch/core/report.h"

/* The run came to its end or was stopped. */
bool report_is_over(const struct wt_run_state *s);

/* What kept a task from landing, or NULL. */
const char *report_error_of(const struct wt_task_state *t);

/* The path of its newest log, or NULL; in the buffer. */
const char *report_log_of(const struct wt_run_state *s, const struct wt_report_opts *o, size_t task,
			  struct wt_buf *path);

/* As wt_report_next_steps, worktrees as seen from cwd. */
void report_steps(const struct wt_run_state *s, size_t task, const char *cwd, struct wt_buf *out);

/* "gates": the newest answers about its commit, and about the merged tree. */
void report_put_gates(struct wt_jsonw *w, const struct wt_run_state *s, size_t task,
		      const char *state_dir);
/* "base_gates": those that judged the base before the first start. */
void report_put_base_gates(struct wt_jsonw *w, const struct wt_run_state *s, const char *state_dir);

/* "tokens" and "cost_usd": null where no agent told. */
void report_put_spending(struct wt_jsonw *w, const struct wt_spending *sum);
struct wt_spending report_spending_of(const struct wt_task_state *t);
/* The task's or else its agent's; NULL: none is configured. */
const char *report_model_of(const struct wt_report_opts *o, const struct wt_spending *sum);

/* "metrics" of an object. */
void report_put_metrics(struct wt_jsonw *w, const struct wt_run_state *s,
			const struct wt_report_opts *o, const struct wt_metrics *m);

/* The figures as a table of at most 80 columns, and as one in Markdown. */
void report_put_figures(const struct wt_metrics *m, struct wt_buf *out);
void report_put_figures_markdown(const struct wt_metrics *m, struct wt_buf *out);

/* "totals" of an object. */
void report_put_totals(struct wt_jsonw *w, const struct wt_metrics *m);

/* "5 tasks: 3 merged, 1 conflict, 1 failed" */
void report_say_totals(const struct wt_metrics *f, struct wt_buf *out);

/* "18m 20s (sequential 52m, 2.8x), $2.41" */
void report_say_times(const struct wt_metrics *f, struct wt_buf *out);

/* "merged 8d01f22", "conflict in src/cli.c with 65; main is untouched", "failed: ..." */
void report_say_task(const struct wt_run_state *s, size_t task, struct wt_buf *out);

#endif
