/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_ADVICE_H
#define WT_CORE_ADVICE_H

/*
 * What would make a plan better, as values; cli puts them into words.
 *
 *	first     three or more tasks touch the same paths and would wait for each other: do that
 *	          part before them, as a task of its own
 *	join      (plan.conflicts = join does it) two tasks that conflict touch nearly the same: of all their paths (a glob counts
 *	          as one) at least 60 % are common, and at least two
 *	together  the order of two tasks differs by one place in the list of orders, and neither a
 *	          dependency nor a common path is a reason for it
 *	split     a task is estimated at three times the median of the others that have an estimate
 *	          (two at least), or at more than plan.max_estimate
 *
 * Nothing is said about tasks that do not run, and together nothing about tasks that run alone or
 * of which no file is known. The work is bounded: sets of more than 64 tasks count for `first`
 * only, and what would cost more than some million steps in all is left out.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/arena.h"

#define WT_MAX_ADVICE 20u /* of each kind */

struct wt_plan;

enum wt_advice_kind {
	WT_ADVICE_FIRST,
	WT_ADVICE_JOIN,
	WT_ADVICE_TOGETHER,
	WT_ADVICE_SPLIT,
	WT_ADVICE_KINDS,
};

struct wt_advice {
	enum wt_advice_kind kind;
	size_t *tasks; /* indexes into plan->tasks, ascending; of `together` by order */
	size_t n_tasks;
	const char **paths; /* borrowed from the plan's conflicts; of `join` a few */
	size_t n_paths;
	int64_t seconds;  /* of `split`: the estimate; else -1 */
	int64_t limit_s;  /* of `split`: what it is over, 3 x median or max_estimate; else -1 */
	bool is_over_max; /* of `split`: that is max_estimate */
};

struct wt_advices {
	struct wt_advice *items; /* by kind; the most telling of a kind first */
	size_t len, cap;
	size_t left_out[WT_ADVICE_KINDS]; /* found, but beyond WT_MAX_ADVICE */
};

/* Two tasks of which an advice says join. */
struct wt_overlap {
	size_t a, b;     /* a < b */
	int64_t percent; /* of the paths of both that they share */
};

/* All of them, the closest first, as far as the bounds go; in the arena. */
size_t wt_advice_overlaps(struct wt_arena *arena, const struct wt_plan *plan,
			  struct wt_overlap **out);

/* Of a plan that is built but for this. max_estimate_s 0: no limit. With
 * plan.conflicts = join nothing to join is named: what could not be was said. */
void wt_advice_build(struct wt_arena *arena, const struct wt_plan *plan, int64_t max_estimate_s,
		     struct wt_advices *out);

const char *wt_advice_name(enum wt_advice_kind kind); /* "first", ... */

#endif
