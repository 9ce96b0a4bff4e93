/* SPDX-License-Identifier: MIT */
/* The command of an agent: from its section, or from what is known of its kind. */

#include "agent_argv.h"

#include <string.h>

#include "isolated.h"
#include "shell_line.h"
#include "wtorch/core/expand.h"
#include "wtorch/core/price.h"

#define N_WORDS 8u

const struct wt_agent_kind *wt_agent_kind_of(const struct wt_config *config, const char *agent)
{
	return wt_agent_kind_find(wt_config_named_text(config, "agent", agent, "kind"));
}

/* Its own command makes it a program of which only the output is known. */
static bool has_command(const struct wt_config *config, const char *agent)
{
	return wt_config_named_text(config, "agent", agent, "command") != NULL;
}

const char *wt_agent_model(const struct wt_config *config, const struct wt_plan_task *t)
{
	const char *model = t->model ? t->model : t->task.model;

	return model ? model : wt_config_named_text(config, "agent", t->agent, "model");
}

const char *wt_agent_of(const struct wt_run *run, size_t task)
{
	const struct wt_task_state *s = &wt_run_state(run)->tasks[task];

	return s->agent ? s->agent : run->plan.tasks[task].agent;
}

const char *wt_agent_model_of(const struct wt_run *run, size_t task)
{
	const struct wt_task_state *s = &wt_run_state(run)->tasks[task];

	return s->agent ? s->model : wt_agent_model(run->config, &run->plan.tasks[task]);
}

bool wt_agent_can_resume(const struct wt_config *config, const char *agent)
{
	return !has_command(config, agent) && wt_agent_kind_of(config, agent)->resume;
}

bool wt_agent_counts_again(const struct wt_config *config, const char *agent)
{
	return !has_command(config, agent) && wt_agent_kind_of(config, agent)->counts_again;
}

bool wt_agent_reads_stdin(const struct wt_config *config, const char *agent)
{
	const char *input = wt_config_named_text(config, "agent", agent, "stdin");

	if (!has_command(config, agent) && wt_agent_kind_of(config, agent)->is_stdin_unused)
		return false;
	return !input || strcmp(input, "none") != 0;
}

enum wt_agentlog_format wt_agent_format(const struct wt_config *config, const char *agent)
{
	const char *events = wt_config_named_text(config, "agent", agent, "events");

	for (int f = 0; events && f < WT_AGENTLOG_FORMATS; f++)
		if (strcmp(events, wt_agentlog_format_name((enum wt_agentlog_format)f)) == 0)
			return (enum wt_agentlog_format)f;
	return has_command(config, agent) ? WT_AGENTLOG_TEXT
					  : wt_agent_kind_of(config, agent)->format;
}

/* Those that work out their cost themselves. */
static bool tells_cost(const struct wt_config *config, const char *agent)
{
	enum wt_agentlog_format format = wt_agent_format(config, agent);

	return format == WT_AGENTLOG_OPENCODE || format == WT_AGENTLOG_CLINE ||
	       (format == WT_AGENTLOG_CLAUDE &&
		strcmp(wt_agent_kind_of(config, agent)->name, "qwen") != 0);
}

bool wt_agent_hides_cost(const struct wt_config *config, const char *agent, const char *model,
			 struct wt_buf *why)
{
	enum wt_agentlog_format format = wt_agent_format(config, agent);
	const char *const *names;
	struct wt_price price;

	if (!model)
		model = wt_config_named_text(config, "agent", agent, "model");
	if (tells_cost(config, agent))
		return false;
	if (format == WT_AGENTLOG_TEXT)
		wt_buf_printf(why, "agent '%s' tells neither tokens nor cost", agent);
	else if (!model && format == WT_AGENTLOG_CODEX)
		wt_buf_printf(why, "agent '%s' has no model set, and does not tell which it takes",
			      agent);
	else if (!model && !wt_config_names(config, "price", &names))
		wt_buf_printf(why, "agent '%s' tells no cost, and there is no [price] section",
			      agent);
	else if (model &&
		 (!wt_price_find(config, model, &price) || price.input < 0 || price.output < 0))
		wt_buf_printf(why,
			      "agent '%s' tells no cost, and no [price] section has input and "
			      "output of its model %s",
			      agent, model);
	else
		return false;
	return true;
}

const char *wt_agent_final(const struct wt_config *config, const char *agent)
{
	const char *final = wt_config_named_text(config, "agent", agent, "final");

	return final || has_command(config, agent) ? final : wt_agent_kind_of(config, agent)->final;
}

/* the words */

static void fill_words(const struct wt_agent_words *w, struct wt_word out[N_WORDS])
{
	const struct wt_word words[N_WORDS] = {
		{ "prompt", w->prompt },
		{ "prompt_file", w->prompt_file },
		{ "worktree", w->worktree },
		{ "branch", w->branch },
		{ "id", w->id },
		{ "title", w->title },
		{ "model", w->model },
		{ "session", w->session },
	};

	memcpy(out, words, sizeof words);
}

struct list {
	struct wt_arena *arena;
	const struct wt_word *words;
	const char **items;
	size_t len, cap;
};

static enum wt_code add_expanded(struct list *l, const char *const *templates, struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	for (; !rc && templates && *templates; templates++) {
		struct wt_buf b = WT_BUF_INIT;

		rc = wt_expand(*templates, l->words, N_WORDS, &b, err);
		if (!rc)
			*WT_ARENA_PUSH(l->arena, l->items, l->len, l->cap) =
				wt_arena_strdup(l->arena, b.data);
		wt_buf_clear(&b);
	}
	return rc;
}

static enum wt_code from_kind(struct list *l, const struct wt_config *config, const char *agent,
			      const struct wt_agent_words *words, struct wt_error *err)
{
	const struct wt_agent_kind *kind = wt_agent_kind_of(config, agent);
	bool may_all = wt_config_named_bool(config, "agent", agent, "auto_approve");
	enum wt_code rc;

	if (!kind->argv) {
		wt_fail(err, WT_E_ENV, "agent '%s' has no command", agent);
		return wt_hint(err, "set 'command' in section [agent %s] of .wtorch.ini", agent);
	}
	if (kind->unattended && !may_all) {
		wt_fail(err, WT_E_ENV,
			"agent '%s' cannot go unattended: %s asks before it changes anything, and "
			"nobody is there to answer",
			agent, kind->name);
		return wt_hint(err,
			       "to let it do all it wants without asking, set 'auto_approve = yes' "
			       "in section [agent %s]",
			       agent);
	}
	rc = add_expanded(l, kind->argv, err);
	if (!rc && words->model)
		rc = add_expanded(l, kind->model, err);
	if (!rc)
		rc = add_expanded(l, kind->unattended, err);
	if (!rc && words->session)
		rc = add_expanded(l, kind->resume, err);
	return rc ? rc : add_expanded(l, kind->last, err);
}

enum wt_code wt_agent_argv(struct wt_arena *a, const struct wt_config *config, const char *agent,
			   const struct wt_agent_words *words, const char *const **out,
			   struct wt_error *err)
{
	struct wt_word filled[N_WORDS];
	struct list l = { .arena = a, .words = filled };
	size_t n;
	enum wt_code rc;

	fill_words(words, filled);
	if (!has_command(config, agent))
		rc = from_kind(&l, config, agent, words, err);
	else if (wt_config_named_bool(config, "agent", agent, "shell"))
		return wt_shell_line(a, wt_config_named_text(config, "agent", agent, "command"),
				     filled, N_WORDS, out, err)
			       ? wt_wrap(err, "in the command of agent '%s'", agent)
			       : WT_OK;
	else if ((rc = add_expanded(&l, wt_config_named_list(config, "agent", agent, "command", &n),
				    err)))
		wt_wrap(err, "in the command of agent '%s'", agent);
	*WT_ARENA_PUSH(a, l.items, l.len, l.cap) = NULL;
	*out = l.items;
	return rc;
}

/* By the shim, like the agent itself: it may take seconds, and hang. */
const char *const *wt_agent_first_argv(struct wt_arena *a, const struct wt_config *config,
				       const char *agent, const char *const *argv)
{
	const struct wt_agent_kind *kind = wt_agent_kind_of(config, agent);
	const char **out;
	size_t n = 0;

	if (!kind->first_start || kind->asks_first || has_command(config, agent))
		return argv;
	while (argv[n])
		n++;
	out = wt_arena_alloc(a, (n + 5) * sizeof *out);
	out[0] = "/bin/sh";
	out[1] = "-c";
	out[2] =
		wt_arena_printf(a, "%s </dev/null >/dev/null 2>&1; exec \"$@\"", kind->first_start);
	out[3] = "sh";
	memcpy(out + 4, argv, (n + 1) * sizeof *out);
	return out;
}

enum wt_code wt_agent_check(const struct wt_ports *ports, const struct wt_config *config,
			    const char *agent, struct wt_buf *program, struct wt_error *err)
{
	static const struct wt_agent_words dummy = { "p", "p", "w", "b", "1", "t", "m", NULL };
	struct wt_arena a = { 0 };
	struct wt_buf found = WT_BUF_INIT;
	const char *const *argv;
	enum wt_code rc;

	if (!wt_config_has_name(config, "agent", agent)) {
		wt_fail(err, WT_E_ENV, "agent '%s' is not configured", agent);
		return wt_hint(err, "wtorch init");
	}
	rc = wt_agent_argv(&a, config, agent, &dummy, &argv, err);
	if (!rc) {
		rc = ports->proc->find(ports->proc->self, argv[0], &found, err);
		if (rc) {
			err->code = rc = WT_E_ENV;
			wt_wrap(err, "agent '%s' cannot be started", agent);
			if (!err->hint[0])
				wt_hint(err, "wtorch doctor");
		}
	}
	if (!rc)
		rc = wt_home_check(ports, config, agent, err);
	if (!rc)
		rc = wt_prompt_check(ports, config, agent, NULL, err);
	if (!rc && program)
		wt_buf_puts(program, found.data);
	wt_buf_clear(&found);
	wt_arena_clear(&a);
	return rc;
}
