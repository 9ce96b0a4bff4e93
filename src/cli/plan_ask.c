/* SPDX-License-Identifier: MIT */
/* Asks the person about what the configuration leaves to them. */

#include "planning.h"

#include <stdio.h>

static size_t count_unknown(const struct wt_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_tasks; i++)
		n += plan->tasks[i].batch && plan->tasks[i].files_unknown;
	return n;
}

/* Conflicts that keep tasks apart; from: of that certainty only, unless it is negative. */
static size_t count_held(const struct wt_plan *plan, int from)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_conflicts; i++) {
		const struct wt_conflict *c = &plan->conflicts[i];

		n += !c->is_loose && c->kind != WT_CONFLICT_DEPENDENCY &&
		     (from < 0 || (int)c->certainty == from);
	}
	return n;
}

/* True when the answer is not the careful one. Either way the key is settled. */
static bool settle(struct wt_cli *cli, const char *key, const char *question, const char *yes,
		   const char *no)
{
	struct wt_diags ignored = { .arena = &cli->arena };
	bool is_yes = wt_ui_ask(&cli->ui, question);

	wt_config_set(cli->config, WT_LAYER_FLAG, key, is_yes ? yes : no,
		      (struct wt_place){ .path = "the answer to a question" }, &ignored);
	return is_yes;
}

static bool ask_unknown(struct wt_cli *cli, const struct wt_plan *plan)
{
	size_t n = count_unknown(plan);
	char text[128];

	if (!n || !wt_config_is(cli->config, "plan.unknown", "ask"))
		return false;
	snprintf(text, sizeof text, "Nobody knows the files of %zu task%s: run beside the others?",
		 n, n == 1 ? "" : "s");
	return settle(cli, "plan.unknown", text, "parallel", "alone");
}

static bool ask_conflicts(struct wt_cli *cli, const struct wt_plan *plan, const char *key, int from)
{
	size_t n = count_held(plan, from);
	char text[128];

	if (!n || !wt_config_is(cli->config, key, "ask"))
		return false;
	snprintf(text, sizeof text,
		 "%zu set%s of tasks meet%s in files%s%s: run together all the same?", n,
		 n == 1 ? "" : "s", n == 1 ? "s" : "", from < 0 ? "" : " known from ",
		 from < 0 ? "" : wt_file_from_name((enum wt_file_from)from));
	return settle(cli, key, text, "allow", "serialise");
}

bool wt_plan_ask(struct wt_cli *cli, const struct wt_plan *plan)
{
	static const char *const keys[] = { "plan.on_declared", "plan.on_text", "plan.on_symbol",
					    "plan.on_history", "plan.on_planner" };
	bool is_changed = ask_unknown(cli, plan);

	is_changed |= ask_conflicts(cli, plan, "plan.conflicts", -1);
	for (int i = 0; i <= WT_FROM_PLANNER; i++)
		is_changed |= ask_conflicts(cli, plan, keys[i], i);
	return is_changed;
}
