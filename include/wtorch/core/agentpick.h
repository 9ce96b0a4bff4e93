/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_AGENTPICK_H
#define WT_CORE_AGENTPICK_H

/*
 * Which agent, with which model, a task is given: by how complex it is, and after a failure.
 *
 * Nothing here follows a chain from one agent's section to the next, so there are no circles: the
 * fallbacks of a task are those of the agent that the plan gives it.
 */

#include "wtorch/core/config.h"
#include "wtorch/core/task.h"

/* As it stands in the configuration: NAME, or NAME:MODEL. */
struct wt_agent_choice {
	const char *agent;
	const char *model; /* NULL: what the section of the agent says */
};

/* In the arena. False for an empty text, name or model. */
bool wt_agent_choice_parse(struct wt_arena *a, const char *text, struct wt_agent_choice *out);

/*
 * For a start after that many attempts that failed: none, the planned one; one, the first of its
 * agent.*.fallback; and so on, the last one for all behind that. In the arena.
 */
struct wt_agent_choice wt_agent_fallback(struct wt_arena *a, const struct wt_config *config,
					 const struct wt_agent_choice *planned, size_t n_failed);

/*
 * How complex a task is. What is declared counts. Else it is
 *
 *	medium  when neither files nor criteria nor risk are known
 *	low     when it has no point, medium with one or two, high with more, of these:
 *	        files     3 or more: 1, 8 or more: 2; a glob counts as 3
 *	        criteria  4 or more: 1, 8 or more: 2
 *	        risk      medium: 1, high: 2
 *
 * why, if not NULL, gets what decided, in words.
 */
enum wt_level wt_task_complexity(const struct wt_task *t, struct wt_buf *why);

/* The key run.by_complexity.* of a level. */
const char *wt_complexity_key(enum wt_level level);

#endif
