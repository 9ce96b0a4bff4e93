/* SPDX-License-Identifier: MIT */
/* The sections of the configuration, and how a key of theirs is found. */

#include <string.h>

#include "config_impl.h"

static const struct wt_section sections[] = {
	{ .name = "source", .help = "Where tasks are written when the command line does not say." },
	{ .name = "roadmap", .help = "How a roadmap is read, and what is written back to it." },
	{ .name = "plan", .help = "What is decided before anything starts." },
	{ .name = "run",
	  .help = "How a run goes: how many at once, what happens on failure, and "
		  "when the machine is busy enough." },
	{ .name = "agent",
	  .is_named = true,
	  .help = "A program that edits. Each has a section of its own, and a name: letters, "
		  "digits, '-' and '_', at most 40." },
	{ .name = "provider",
	  .is_named = true,
	  .help = "Who answers the requests of agents: anthropic, openai, google, or what "
		  "agent.*.provider says." },
	{ .name = "knowledge",
	  .is_named = true,
	  .help = "What the agents of tasks of a type are given to read; NAME is the type: feature, "
		  "bugfix, refactor, test, docs or config." },
	{ .name = "price",
	  .is_named = true,
	  .help = "What the tokens of a model cost, in dollars for a million, where its agent does "
		  "not tell. NAME is what the model's name begins with, '-' for any other "
		  "character than letters and digits: [price gpt-5-1] is of gpt-5.1-codex, too." },
	{ .name = "budget",
	  .help = "What a run may spend. At 80 % it is told, at 100 % nothing new starts, and the "
		  "agent of a task that is over its own is ended. Not set, there is no limit." },
	{ .name = "worktree", .help = "Where agents work, and what is made ready for them." },
	{ .name = "merge", .help = "How finished work gets into the base branch." },
	{ .name = "gate", .help = "What holds for all gates." },
	{ .name = "gate",
	  .is_named = true,
	  .help = "A check that work has to pass before it may land: a command, a reviewing agent, "
		  "or one that is built in. Without any, work is ungated." },
	{ .name = "clean", .help = "What is kept of that which is taken away." },
	{ .name = "github",
	  .help = "Which repository of GitHub is meant, and how it is asked. Nothing is asked "
		  "until something needs it." },
	{ .name = "target",
	  .help = "What the figures of a run should reach. `wtorch report` marks those that miss "
		  "it; nothing else depends on them." },
	{ .name = "template",
	  .is_named = true,
	  .help = "A way of working that a task asks for with \"Template: NAME\", or has by its "
		  "type. Built in are feature, refactor and bugfix; a section of that name "
		  "changes what it says." },
	{ .name = "workstream",
	  .is_named = true,
	  .help = "A part of a task that another agent does beside it, in a worktree of its own. "
		  "Built in are tests and docs; a section of that name changes what it says." },
};

const char *const wt_config_path_words[] = { "repo", "id", "slug", "run", "base", "attempt", NULL };
const char *const wt_config_command_words[] = { "prompt", "prompt_file", "worktree", "branch",
						"id",     "title",       "model",    NULL };

const struct wt_section *wt_config_sections(size_t *n)
{
	*n = sizeof sections / sizeof sections[0];
	return sections;
}

const struct wt_section *wt_section_find(struct wt_str name, bool is_named)
{
	const struct wt_section *found = NULL;

	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		if (wt_str_is(name, sections[i].name) &&
		    (!found || sections[i].is_named == is_named))
			found = &sections[i];
	}
	return found;
}

const char *wt_key_base(const struct wt_key *def)
{
	const char *base = strchr(def->name, '.') + 1;

	return strncmp(base, "*.", 2) == 0 ? base + 2 : base;
}

const struct wt_key *wt_key_find(const struct wt_section *section, struct wt_str key)
{
	size_t len = strlen(section->name), n;
	const struct wt_key *keys = wt_config_keys(&n);

	for (size_t i = 0; i < n; i++) {
		if (strncmp(keys[i].name, section->name, len) == 0 && keys[i].name[len] == '.' &&
		    (keys[i].name[len + 1] == '*') == section->is_named &&
		    wt_str_is(key, wt_key_base(&keys[i])))
			return &keys[i];
	}
	return NULL;
}
