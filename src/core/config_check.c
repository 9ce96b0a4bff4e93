/* SPDX-License-Identifier: MIT */
/* What no single value of the configuration can say: values that contradict each other. */

#include <string.h>

#include "config_impl.h"
#include "wtorch/core/agentkind.h"
#include "wtorch/core/agentpick.h"
#include "wtorch/core/expand.h"
#include "wtorch/core/gate.h"
#include "wtorch/core/template.h"
#include "wtorch/core/workstream.h"

static bool is_env_name(struct wt_str name)
{
	if (!name.len || (name.data[0] >= '0' && name.data[0] <= '9'))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_'))
			return false;
	}
	return true;
}

/* A start threshold above its maximum would never let anything start again. */
static void check_thresholds(struct wt_config *c, const char *start, const char *max,
			     struct wt_diags *diags)
{
	struct wt_value *low = &c->values[wt_map_find(&c->by_key, start)];
	const struct wt_value *high = wt_config_value(c, max);

	if (low->number <= high->number)
		return;
	if (low->layer == WT_LAYER_DEFAULT)
		low->number = high->number;
	else
		wt_diags_add(diags, WT_SEVERITY_ERROR, low->place, "%s (%s) is above %s (%s)",
			     start, low->text, max, high->text);
}

/* The value is the name of a section of that kind. */
static void check_exists(const struct wt_config *c, const char *section, const struct wt_value *v,
			 struct wt_diags *diags)
{
	const char *const *names;
	size_t n = wt_config_names(c, section, &names);
	const char *near;

	if (!v->text || wt_config_has_name(c, section, v->text))
		return;
	near = wt_text_nearest(v->text, names, n);
	if (near)
		wt_diags_add(diags, WT_SEVERITY_ERROR, v->place,
			     "%s: there is no section [%s %s]; did you mean '%s'?", v->key, section,
			     v->text, near);
	else
		wt_diags_add(diags, WT_SEVERITY_ERROR, v->place, "%s: there is no section [%s %s]",
			     v->key, section, v->text);
}

static void check_template(const struct wt_config *c, const struct wt_value *v,
			   struct wt_diags *diags)
{
	struct wt_arena a = { 0 };
	struct wt_template t;

	if (v->text && !wt_template_find(c, v->text, &t))
		wt_diags_add(diags, WT_SEVERITY_ERROR, v->place,
			     "%s: there is no section [template %s]%s", v->key, v->text,
			     wt_template_suggest(&a, c, v->text));
	wt_arena_clear(&a);
}

/* Fills a template with nothing, to learn whether it could be filled. */
static void check_words(const struct wt_value *v, const char *template, const char *const *known,
			struct wt_diags *diags)
{
	struct wt_word words[8];
	struct wt_buf out = WT_BUF_INIT;
	struct wt_error err;
	size_t n = 0;

	for (; known[n] && n < sizeof words / sizeof words[0]; n++)
		words[n] = (struct wt_word){ .name = known[n] };
	if (wt_expand(template, words, n, &out, &err) != WT_OK)
		wt_diags_add(diags, WT_SEVERITY_ERROR, v->place, "%s: %s (%s)", v->key, err.msg,
			     err.hint);
	wt_buf_clear(&out);
}

/* Without a shell these are words for the program, which is hardly ever meant. */
static void warn_of_shell_words(const struct wt_value *v, struct wt_diags *diags)
{
	static const char *const marks[] = { "|", "||", "&", "&&", ";", ">", ">>", "<", "2>&1" };

	for (size_t i = 0; i < v->n_list; i++) {
		for (size_t k = 0; k < sizeof marks / sizeof marks[0]; k++) {
			if (strcmp(v->list[i], marks[k]) != 0)
				continue;
			wt_diags_add(diags, WT_SEVERITY_WARNING, v->place,
				     "%s: '%s' means nothing without a shell; say 'shell = yes'",
				     v->key, marks[k]);
			return;
		}
	}
}

static void check_env(const struct wt_value *v, struct wt_diags *diags)
{
	for (size_t i = 0; i < v->n_list; i++) {
		struct wt_str item = wt_str_of(v->list[i]);
		struct wt_str name = { item.data, wt_str_find(item, "=") };
		bool is_pattern = name.len == item.len && name.len > 1 &&
				  name.data[name.len - 1] == '*';

		if (is_pattern)
			name.len--;
		if (!is_env_name(name))
			wt_diags_add(diags, WT_SEVERITY_ERROR, v->place,
				     "%s: '%s' is neither NAME nor NAME=value", v->key, v->list[i]);
		else if (wt_str_starts(name, "WTORCH_"))
			wt_diags_add(diags, WT_SEVERITY_ERROR, v->place,
				     "%s: '%s' is one of the variables that wtorch sets itself",
				     v->key, v->list[i]);
	}
}

static void check_provider(const struct wt_value *v, struct wt_diags *diags)
{
	if (v->text && !wt_config_is_name(wt_str_of(v->text)))
		wt_diags_add(diags, WT_SEVERITY_ERROR, v->place,
			     "%s: '%s' is no name: letters, digits, '-' and '_', at most 40",
			     v->key, v->text);
}

/* NAME or NAME:MODEL, of a section that there is. */
static void check_choice(const struct wt_config *c, const struct wt_value *v, const char *text,
			 struct wt_diags *diags)
{
	struct wt_arena a = { 0 };
	struct wt_agent_choice choice;
	struct wt_value name = *v;

	if (!wt_agent_choice_parse(&a, text, &choice)) {
		wt_diags_add(diags, WT_SEVERITY_ERROR, v->place,
			     "%s: '%s' is neither NAME nor NAME:MODEL", v->key, text);
	} else {
		name.text = choice.agent;
		check_exists(c, "agent", &name, diags);
	}
	wt_arena_clear(&a);
}

static void check_by_complexity(const struct wt_config *c, struct wt_diags *diags)
{
	for (enum wt_level l = WT_LEVEL_LOW; l <= WT_LEVEL_HIGH; l++) {
		const struct wt_value *v = wt_config_value(c, wt_complexity_key(l));

		if (v->text)
			check_choice(c, v, v->text, diags);
	}
}

/* A name that is no type would never be used. */
static void check_knowledge(const struct wt_config *c, struct wt_diags *diags)
{
	const struct wt_names *names = wt_config_names_of(c, "knowledge");

	for (size_t i = 0; i < names->len; i++) {
		enum wt_task_type type;

		if (!wt_task_type_parse(wt_str_of(names->items[i].name), &type))
			wt_diags_add(diags, WT_SEVERITY_ERROR, names->items[i].place,
				     "[knowledge %s]: there is no such type of task; there are "
				     "feature, bugfix, refactor, test, docs and config",
				     names->items[i].name);
	}
}

static void check_fallback(const struct wt_config *c, const char *agent, struct wt_diags *diags)
{
	const struct wt_value *v = wt_config_named_value(c, "agent", agent, "fallback");

	for (size_t i = 0; i < v->n_list; i++)
		check_choice(c, v, v->list[i], diags);
}

static void check_agent(const struct wt_config *c, const struct wt_named *agent,
			struct wt_diags *diags)
{
	const struct wt_value *command = wt_config_named_value(c, "agent", agent->name, "command");

	check_env(wt_config_named_value(c, "agent", agent->name, "env"), diags);
	check_provider(wt_config_named_value(c, "agent", agent->name, "provider"), diags);
	check_fallback(c, agent->name, diags);
	if (!command->text) {
		if (!wt_agent_kind_find(wt_config_named_text(c, "agent", agent->name, "kind"))
			     ->argv)
			wt_diags_add(diags, WT_SEVERITY_ERROR, agent->place,
				     "section [agent %s] has no command", agent->name);
		return;
	}
	if (wt_config_named_bool(c, "agent", agent->name, "shell")) {
		check_words(command, command->text, wt_config_command_words, diags);
		return;
	}
	for (size_t i = 0; i < command->n_list; i++)
		check_words(command, command->list[i], wt_config_command_words, diags);
	warn_of_shell_words(command, diags);
}

/* Two equal markers would make every task of the one look like the other. */
static void check_markers(const struct wt_config *c, struct wt_diags *diags)
{
	static const char *const keys[] = { "roadmap.status.planned", "roadmap.status.in_progress",
					    "roadmap.status.completed", "roadmap.status.failed",
					    "roadmap.status.blocked" };
	size_t n = sizeof keys / sizeof keys[0];

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++) {
			const struct wt_value *a = wt_config_value(c, keys[i]);
			const struct wt_value *b = wt_config_value(c, keys[k]);

			if (wt_str_is_nocase(wt_str_of(a->text), b->text))
				wt_diags_add(diags, WT_SEVERITY_ERROR,
					     a->layer > b->layer ? a->place : b->place,
					     "%s and %s are both '%s'", keys[k], keys[i], a->text);
		}
	}
}

static void check_gates(const struct wt_config *c, struct wt_diags *diags)
{
	struct wt_arena arena = { 0 };
	struct wt_gates gates;

	wt_gates_load(&arena, c, &gates, diags);
	wt_arena_clear(&arena);
}

void wt_config_check(struct wt_config *c, struct wt_diags *diags)
{
	const struct wt_names *agents = wt_config_names_of(c, "agent");
	const struct wt_names *templates = wt_config_names_of(c, "template");
	const struct wt_value *path = wt_config_value(c, "worktree.path");
	const struct wt_value *branch = wt_config_value(c, "worktree.branch");

	check_thresholds(c, "run.cpu_start", "run.cpu_max", diags);
	check_thresholds(c, "run.memory_start", "run.memory_max", diags);
	check_markers(c, diags);
	check_words(path, path->text, wt_config_path_words, diags);
	check_words(branch, branch->text, wt_config_path_words, diags);
	for (size_t i = 0; i < agents->len; i++)
		check_agent(c, &agents->items[i], diags);
	check_exists(c, "agent", wt_config_value(c, "run.agent"), diags);
	check_template(c, wt_config_value(c, "run.template"), diags);
	check_by_complexity(c, diags);
	check_knowledge(c, diags);
	for (size_t i = 0; i < templates->len; i++)
		check_exists(
			c, "agent",
			wt_config_named_value(c, "template", templates->items[i].name, "agent"),
			diags);
	check_gates(c, diags);
	wt_workstreams_check(c, diags);
}
