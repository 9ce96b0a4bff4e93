/* SPDX-License-Identifier: MIT */
/* What a run may spend: nothing new starts once that is gone. */

#include <string.h>

#include "scheduler.h"

#define WARN_PERCENT 80

void wt_sched_set_budget(struct wt_sched *s, const struct wt_budget *budget)
{
	s->budget = *budget;
}

void wt_sched_set_spending(struct wt_sched *s, const struct wt_amount *unrecorded)
{
	s->unrecorded = *unrecorded;
}

struct wt_amount wt_sched_spent(const struct wt_sched *s)
{
	struct wt_amount all = s->spent;

	wt_amount_add(&all, s->unrecorded.cost_microusd, s->unrecorded.tokens);
	return all;
}

bool sched_say_budget(const struct wt_sched *s, struct wt_buf *out)
{
	struct wt_amount spent = wt_sched_spent(s);
	struct wt_buf text = WT_BUF_INIT;
	const char *key;
	bool is_over = wt_budget_is_over(&s->budget.run, &spent, 100, &key, &text);

	if (is_over)
		wt_buf_printf(out, "the budget is spent: %s", text.data);
	wt_buf_clear(&text);
	return is_over;
}

bool wt_sched_warn_budget(struct wt_sched *s, struct wt_event *out)
{
	const struct wt_amount spent = wt_sched_spent(s);
	struct wt_amount limit = s->budget.run;
	struct wt_buf text = WT_BUF_INIT;
	const char *key;
	bool is_over;

	/* Each of the two is told of once. */
	if (s->state.is_cost_warned)
		limit.cost_microusd = 0;
	if (s->state.is_tokens_warned)
		limit.tokens = 0;
	is_over = wt_budget_is_over(&limit, &spent, WARN_PERCENT, &key, &text);
	if (is_over) {
		*out = (struct wt_event){ .kind = WT_EV_BUDGET_WARNED, .path = key };
		out->reason = wt_arena_printf(&s->arena, "%s spent", text.data);
	}
	wt_buf_clear(&text);
	return is_over;
}

bool wt_sched_is_task_spent(const struct wt_sched *s, size_t task, const struct wt_amount *more,
			    struct wt_buf *out)
{
	struct wt_amount spent = wt_budget_spent(&s->state.tasks[task]);
	const char *key;

	if (more)
		wt_amount_add(&spent, more->cost_microusd, more->tokens);
	return wt_budget_is_over(&s->budget.task, &spent, 100, &key, out);
}
