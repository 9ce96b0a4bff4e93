/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_METRICS_H
#define WT_CORE_METRICS_H

/*
 * The figures of a run: counts, rates and times, and which of them miss the targets that its
 * configuration sets. They are made of the folded state and nothing else; report and history show
 * the same.
 *
 *	wt_metrics_build(state, config, now_wall_ms, &m)
 *	m.figures[WT_FIGURE_FIRST_PASS].value      as wt_figure_def(...)->unit says, -1 not known
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/core/config.h"
#include "wtorch/core/state.h"

/* Those that have a target. */
enum wt_figure {
	WT_FIGURE_PARALLELIZATION, /* time with two or more instances, of the duration */
	WT_FIGURE_UTILIZATION,     /* time of agents, of what they all could have worked: as many
				      at once as run.jobs allows, or as there were tasks for */
	WT_FIGURE_GATE_COVERAGE,   /* tasks with changes whose required gates all ran, of those
				      with changes; not known when nothing is gated */
	WT_FIGURE_FIRST_PASS,      /* landed with the first attempt and without a fix round, of
				      the tasks whose agent came to its end */
	WT_FIGURE_MERGE_RATE,      /* merged, of all tasks */
	WT_FIGURE_FAILURE_RATE,    /* failed, timed out or kept, of all tasks */
	WT_FIGURE_SPEEDUP,         /* one after another, through the duration */
	WT_FIGURE_PLANNING,        /* reading, forecasting, planning */
	WT_FIGURE_LAUNCH,          /* from the start until as many agents of the first wave were
				      started as run.jobs allows */
	WT_FIGURE_INTEGRATION,     /* all landings together */
	WT_FIGURE_COUNT
};

enum wt_figure_unit {
	WT_UNIT_RATE,   /* millionths: 800000 is 80 % */
	WT_UNIT_FACTOR, /* millionths: 2500000 is 2.5 times */
	WT_UNIT_TIME,   /* milliseconds */
};

enum wt_target_kind {
	WT_TARGET_AT_LEAST,
	WT_TARGET_OVER,
	WT_TARGET_UNDER,
	WT_TARGET_AT_MOST,
};

struct wt_figure_def {
	const char *name;  /* in JSON: "first_pass_rate", "launch_s" */
	const char *title; /* for people: "first pass" */
	const char *key;   /* of the target: "target.first_pass_rate" */
	enum wt_figure_unit unit;
	enum wt_target_kind kind;
};

const struct wt_figure_def *wt_figure_def(enum wt_figure figure);

const char *wt_target_name(enum wt_target_kind kind); /* "at_least", "over", "under", "at_most" */

/* "80 %", "2.50x", "1.2s", "1m 04s", "-" when it is not known. Rates are rounded towards missing. */
void wt_figure_render(enum wt_figure figure, int64_t value, struct wt_buf *out);
void wt_tokens_render(int64_t n, struct wt_buf *out);      /* "1240", "12.4 k", "120 k" */
void wt_cost_render(int64_t microusd, struct wt_buf *out); /* "$2.41" */
/* "at least 90 %" */
void wt_target_render(enum wt_figure figure, int64_t target, struct wt_buf *out);

enum wt_judgement {
	WT_UNJUDGED, /* no target, not known, not over yet, or it says nothing about this run */
	WT_TARGET_MET,
	WT_TARGET_MISSED,
};

struct wt_figure_value {
	int64_t value;  /* -1: not known */
	int64_t target; /* -1: none */
	enum wt_judgement judged;
};

struct wt_metrics {
	/* Of the selected tasks. */
	size_t tasks, merged, failed, conflicts, skipped, unfinished;
	size_t stopped, unchanged; /* both among the skipped, as the contract has it */
	size_t started;            /* an agent of theirs was started */
	size_t ran;                /* an agent of theirs came to its end */
	size_t first_pass;         /* landed at once */
	size_t resolved;           /* landed after a conflict */
	size_t attempts;           /* whose agent came to its end */
	size_t retries, rounds, peak_instances;
	int64_t duration_ms, cpu_ms, peak_rss_bytes;
	int64_t agents_ms;           /* agents at work, one after another */
	int64_t sequential_ms;       /* the same with their worktrees made and their work landed */
	int64_t mean_ms;             /* of an attempt with its fix rounds; -1: there was none */
	struct wt_spending spending; /* of all agents; agent and model are NULL */
	size_t missed;               /* targets */
	struct wt_figure_value figures[WT_FIGURE_COUNT];
};

/* config is the run's own, as frozen; NULL: there are no targets. While the run goes on,
 * now_wall_ms stands in for its end. */
void wt_metrics_build(const struct wt_run_state *s, const struct wt_config *config,
		      int64_t now_wall_ms, struct wt_metrics *out);

#endif
