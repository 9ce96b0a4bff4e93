/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_BUDGET_H
#define WT_CORE_BUDGET_H

/* What a run, and each of its tasks, may spend, and how much of that is gone. */

#include "wtorch/core/config.h"
#include "wtorch/core/state.h"

/* An amount: money in millionths of a dollar, tokens of input and output; 0: none, or no limit. */
struct wt_amount {
	int64_t cost_microusd, tokens;
};

struct wt_budget {
	struct wt_amount run, task;
};

void wt_budget_build(const struct wt_config *config, struct wt_budget *out);

void wt_amount_add(struct wt_amount *sum, int64_t cost_microusd, int64_t tokens);
/* What the agents of a task have spent since somebody last asked for it again. */
struct wt_amount wt_budget_spent(const struct wt_task_state *t);

/* That percentage of a limit, or more, is spent; the words are then appended ("$5.02 of $5.00",
 * "1200 of 1000 tokens"). What it is of is *key, "cost_usd" or "tokens". */
bool wt_budget_is_over(const struct wt_amount *limit, const struct wt_amount *spent, int percent,
		       const char **key, struct wt_buf *out);

#endif
