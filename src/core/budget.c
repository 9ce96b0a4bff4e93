/* SPDX-License-Identifier: MIT */
/* How much of a budget is spent. */

#include "wtorch/core/budget.h"

#include <inttypes.h>

#include "wtorch/core/metrics.h"

void wt_budget_build(const struct wt_config *config, struct wt_budget *out)
{
	*out = (struct wt_budget){
		.run = { wt_config_int(config, "budget.cost_usd"),
			 wt_config_int(config, "budget.tokens") },
		.task = { wt_config_int(config, "budget.task_cost_usd"),
			  wt_config_int(config, "budget.task_tokens") },
	};
}

static int64_t sum(int64_t a, int64_t b)
{
	if (b <= 0)
		return a;
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

void wt_amount_add(struct wt_amount *to, int64_t cost_microusd, int64_t tokens)
{
	to->cost_microusd = sum(to->cost_microusd, cost_microusd);
	to->tokens = sum(to->tokens, tokens);
}

static int64_t rest(int64_t all, int64_t before)
{
	return all > before ? all - before : 0;
}

struct wt_amount wt_budget_spent(const struct wt_task_state *t)
{
	return (struct wt_amount){
		rest(t->cost_microusd, t->cost_before),
		rest(sum(t->tokens_in, t->tokens_out), t->tokens_before),
	};
}

static bool is_over(int64_t limit, int64_t spent, int percent)
{
	return limit > 0 && (double)spent >= (double)limit * percent / 100;
}

bool wt_budget_is_over(const struct wt_amount *limit, const struct wt_amount *spent, int percent,
		       const char **key, struct wt_buf *out)
{
	if (is_over(limit->cost_microusd, spent->cost_microusd, percent)) {
		*key = "cost_usd";
		wt_cost_render(spent->cost_microusd, out);
		wt_buf_puts(out, " of ");
		wt_cost_render(limit->cost_microusd, out);
		return true;
	}
	if (!is_over(limit->tokens, spent->tokens, percent))
		return false;
	*key = "tokens";
	wt_buf_printf(out, "%" PRId64 " of %" PRId64 " tokens", spent->tokens, limit->tokens);
	return true;
}
