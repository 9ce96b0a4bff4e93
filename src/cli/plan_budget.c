/* SPDX-License-Identifier: MIT */
/* Whether a budget in dollars can be kept, said before anything is spent. */

#include "planning.h"
#include "wtorch/core/agentpick.h"
#include "wtorch/core/budget.h"
#include "wtorch/engine/agent.h"

struct teller {
	struct wt_cli *cli;
	struct wt_map seen; /* reasons that were told */
};

static void look_at(struct teller *t, const char *agent, const char *model)
{
	struct wt_buf why = WT_BUF_INIT;
	bool found = true;

	if (wt_agent_hides_cost(t->cli->config, agent, model, &why))
		wt_map_put(&t->seen, wt_arena_strdup(&t->cli->arena, why.data), 0, &found);
	if (!found) {
		wt_ui_warn(&t->cli->ui, "the budget in dollars cannot be kept: %s", why.data);
		if (t->seen.len == 1)
			wt_ui_hint(&t->cli->ui, "man wtorch.ini, [price NAME] and budget.tokens");
	}
	wt_buf_clear(&why);
}

static void look_at_task(struct teller *t, const struct wt_plan_task *task)
{
	size_t n;
	const char *const *list =
		wt_config_named_list(t->cli->config, "agent", task->agent, "fallback", &n);
	struct wt_agent_choice choice;

	look_at(t, task->agent, task->model ? task->model : task->task.model);
	for (size_t i = 0; i < n; i++)
		if (wt_agent_choice_parse(&t->cli->arena, list[i], &choice))
			look_at(t, choice.agent, choice.model);
}

void wt_plan_warn_budget(struct wt_cli *cli, const struct wt_plan *plan)
{
	struct teller t = { .cli = cli };
	struct wt_budget budget;

	wt_budget_build(cli->config, &budget);
	if (!budget.run.cost_microusd && !budget.task.cost_microusd)
		return;
	for (size_t i = 0; i < plan->n_tasks; i++)
		if (plan->tasks[i].is_selected && !plan->tasks[i].skip && plan->tasks[i].agent)
			look_at_task(&t, &plan->tasks[i]);
	for (size_t i = 0; i < plan->n_gates; i++) {
		const char *agent =
			wt_config_named_text(cli->config, "gate", plan->gates[i].name, "agent");

		if (agent)
			look_at(&t, agent, NULL);
	}
	wt_map_clear(&t.seen);
}
