/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_AGENT_ARGV_H
#define WT_ENGINE_AGENT_ARGV_H

/* How an agent is started: what its section says, and where that says nothing, what is known of
 * its kind (core/agentkind.h). */

#include "wtorch/core/agentkind.h"
#include "wtorch/engine/agent.h"

/* What is filled into a command. model may be NULL. */
struct wt_agent_words {
	const char *prompt, *prompt_file, *worktree, *branch, *id, *title, *model;
	const char *session; /* to go on with; NULL: it begins one */
};

/* The argument list, in the arena. Fails where nobody could answer what the program would ask. */
WT_MUST_USE enum wt_code wt_agent_argv(struct wt_arena *a, const struct wt_config *config,
				       const char *agent, const struct wt_agent_words *words,
				       const char *const **out, struct wt_error *err);

/* The same behind what a program of its kind has to have done once in a home, as far as that needs
 * no person. */
const char *const *wt_agent_first_argv(struct wt_arena *a, const struct wt_config *config,
				       const char *agent, const char *const *argv);

/* The row of the agent's kind; never NULL. */
const struct wt_agent_kind *wt_agent_kind_of(const struct wt_config *config, const char *agent);
/* What the task's agent is told as its model; NULL: its own choice. */
const char *wt_agent_model(const struct wt_config *config, const struct wt_plan_task *t);
/* It can take up a conversation again, of which it told the name. */
bool wt_agent_can_resume(const struct wt_config *config, const char *agent);
/* What it tells of its use counts what the conversation had cost before it took it up. */
bool wt_agent_counts_again(const struct wt_config *config, const char *agent);
/* Those of the task's newest attempt: as recorded when it was about to start, else as planned. */
const char *wt_agent_of(const struct wt_run *run, size_t task);
const char *wt_agent_model_of(const struct wt_run *run, size_t task);
bool wt_agent_reads_stdin(const struct wt_config *config, const char *agent);
/* What its output is read as. */
enum wt_agentlog_format wt_agent_format(const struct wt_config *config, const char *agent);
/* The text of its last word, NULL: none is known. */
const char *wt_agent_final(const struct wt_config *config, const char *agent);

#endif
