/* SPDX-License-Identifier: MIT */
#ifndef WT_CLI_PLANNING_H
#define WT_CLI_PLANNING_H

/* What `plan` and `run` share: the options that say what to plan, the plan itself, and how a
 * person sees it. */

#include "commands.h"
#include "wtorch/core/sched.h"
#include "wtorch/engine/source.h"

extern const struct wt_opts wt_plan_opts; /* rows of `plan` and `run`, common ones behind */

struct wt_planning {
	struct wt_tasks tasks;
	struct wt_plan plan;
	struct wt_estimate estimate;
};

/* Applies the options to the configuration, reads the sources, builds the plan. run_id is "" to
 * plan only. */
WT_MUST_USE enum wt_code wt_planning_build(struct wt_cli *cli, const char *run_id, bool can_ask,
					   struct wt_planning *out, struct wt_error *err);
void wt_planning_clear(struct wt_planning *p);
/* Settles the keys that say "ask" and matter to the plan; true when it has to be made again. */
bool wt_plan_ask(struct wt_cli *cli, const struct wt_plan *plan);

/* The plan as a table, at most as wide as the terminal. */
void wt_plan_show(const struct wt_cli *cli, const struct wt_planning *p, struct wt_buf *out);

/* Who can go together with whom, below the table. */
void wt_plan_show_pairs(const struct wt_cli *cli, const struct wt_plan *plan, struct wt_buf *out);
/* Everything about one task: each fact, and where it comes from. */
void wt_plan_explain(const struct wt_cli *cli, const struct wt_planning *p, size_t task,
		     struct wt_buf *out);

/* Says of each agent of it that nobody will know what it costs, where a budget is in dollars. */
void wt_plan_warn_budget(struct wt_cli *cli, const struct wt_plan *plan);

/* How it could be better, as hints: two of a kind, all when verbose. */
void wt_plan_advise(struct wt_cli *cli, const struct wt_plan *plan);
/* Below the table: times, what one more instance gains, the verdict. */
void wt_plan_put_foot(const struct wt_cli *cli, const struct wt_planning *p, struct wt_buf *out);
/* "5h", "2h 30m": in hours, never in days. A day of effort has eight of them, one on a clock has
 * more. */
void wt_plan_put_effort(struct wt_buf *out, int64_t seconds);

/* True when a run of this plan would be wrong, and not just serialised. */
bool wt_plan_is_broken(const struct wt_plan *plan);

#endif
