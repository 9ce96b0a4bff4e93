/* SPDX-License-Identifier: MIT */
/* Checks of the agents: each is there, tells its version, may go on without a person, is logged
 * in, and can commit. */

#include "doctor.h"

#include <string.h>

#include "wtorch/core/budget.h"
#include "wtorch/engine/agent_probe.h"

/* A kind's facts, each where it is worth a line. */
static void report_facts(struct wt_doctor *d, const char *check, const struct wt_agent_probe *probe)
{
	struct wt_arena *a = &d->cli->arena;
	const struct wt_agent_kind *kind = probe->kind;

	if (!probe->has_login)
		wt_doctor_add(d, WT_HEALTH_WARN, check, "there is no key and no login of %s%s",
			      kind->name, probe->is_isolated ? " in its own home" : "")
			->mend = kind->login ? kind->login
					     : wt_arena_printf(a, "export %s=...", kind->logins[0]);
	if (!probe->is_set_up && probe->is_isolated)
		wt_doctor_add(d, WT_HEALTH_WARN, check,
			      "is isolated from %s, without which it does not start",
			      kind->set_up[0])
			->mend = wt_arena_printf(a, "isolate_files = %s", kind->set_up[0]);
	else if (!probe->is_set_up)
		wt_doctor_add(d, WT_HEALTH_WARN, check, "was never started by hand here")->mend =
			kind->first_start;
	if (!probe->has_prompt)
		wt_doctor_add(d, WT_HEALTH_WARN, check,
			      "reads its prompt from standard input, and is not given one")
			->mend = "stdin = prompt";
	if (probe->is_refused_as_root)
		wt_doctor_add(d, WT_HEALTH_WARN, check, "refuses %s to root", probe->unattended)
			->mend =
			wt_arena_printf(a, "another user, or %s=1 in a sandbox", kind->root_word);
	if (!probe->can_commit && kind->commits == WT_AGENT_COMMITS_AS_LOCAL)
		wt_doctor_add(d, WT_HEALTH_INFO, check,
			      "sees no user.name of yours, so what it leaves is committed for it")
			->mend = "git config user.name NAME, user.email too";
	else if (!probe->can_commit)
		wt_doctor_add(d, WT_HEALTH_INFO, check,
			      "cannot commit in a worktree: what it leaves is committed for it");
}

static void report_program(struct wt_doctor *d, const char *check, const char *program,
			   const struct wt_agent_probe *probe)
{
	struct wt_buf text = WT_BUF_INIT;

	wt_buf_puts(&text, program);
	if (probe->version)
		wt_buf_printf(&text, ", %s", probe->version);
	if (probe->unattended)
		wt_buf_printf(&text, ", unattended by %s", probe->unattended);
	wt_doctor_add(d, WT_HEALTH_OK, check, "%s", text.data);
	if (probe->trouble)
		wt_doctor_add(d, WT_HEALTH_WARN, check, "its version is not known: %s",
			      probe->trouble)
			->mend = wt_arena_printf(&d->cli->arena, "%s --version", program);
	wt_buf_clear(&text);
}

static void check_cost(struct wt_doctor *d, const char *check, const char *name)
{
	const struct wt_config *c = d->cli->config;
	struct wt_buf why = WT_BUF_INIT;
	struct wt_budget budget;

	wt_budget_build(c, &budget);
	if ((budget.run.cost_microusd || budget.task.cost_microusd) &&
	    wt_agent_hides_cost(c, name, NULL, &why))
		wt_doctor_add(d, WT_HEALTH_WARN, check, "the budget in dollars cannot be kept: %s",
			      why.data)
			->mend = "a [price NAME] section, or budget.tokens";
	wt_buf_clear(&why);
}

static void check_agent(struct wt_doctor *d, const char *name)
{
	struct wt_cli *cli = d->cli;
	const char *check = wt_arena_printf(&cli->arena, "agent %s", name);
	struct wt_buf program = WT_BUF_INIT;
	struct wt_agent_probe probe;
	struct wt_error err = { 0 };

	if (wt_agent_check(cli->ports, cli->config, name, &program, &err)) {
		if (strcmp(err.hint, "wtorch doctor") == 0)
			wt_hint(&err, "install it, or mend command in [agent %s]", name);
		wt_doctor_fail(d, WT_HEALTH_FAIL, check, &err);
	} else if (wt_config_named_bool(cli->config, "agent", name, "shell")) {
		wt_doctor_add(d, WT_HEALTH_OK, check, "a shell line");
	} else {
		wt_agent_probe(cli->ports, cli->config, name, program.data, &cli->arena, &probe);
		report_program(d, check, program.data, &probe);
		if (probe.kind)
			report_facts(d, check, &probe);
	}
	wt_buf_clear(&program);
	check_cost(d, check, name);
}

void wt_doctor_agents(struct wt_doctor *d)
{
	const struct wt_config *c = d->cli->config;
	const char *chosen = wt_config_text(c, "run.agent");
	const char *const *names;
	size_t n = wt_config_names(c, "agent", &names);

	for (size_t i = 0; i < n; i++)
		check_agent(d, names[i]);
	if (!n)
		wt_doctor_add(d, WT_HEALTH_FAIL, "agents", "none is configured")->mend =
			"wtorch init, or an [agent NAME] section";
	else if (chosen && *chosen)
		wt_doctor_add(d, WT_HEALTH_OK, "default agent", "%s", chosen);
	else if (n == 1)
		wt_doctor_add(d, WT_HEALTH_OK, "default agent", "%s, the only one", names[0]);
	else
		wt_doctor_add(d, WT_HEALTH_WARN, "default agent",
			      "there are %zu agents and run.agent is not set", n)
			->mend = "run.agent = NAME, or --agent NAME";
}
