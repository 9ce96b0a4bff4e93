/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_PROVIDER_H
#define WT_ENGINE_PROVIDER_H

/* What agents tell of their provider, put on record; core/provider.h decides what it means. */

#include "wtorch/core/provider.h"
#include "wtorch/engine/agent.h"
#include "wtorch/engine/runs.h"

/* The name of the provider of the task's agent. */
const char *wt_provider_of(const struct wt_run *run, size_t task);
/* It does not answer: noted where that is news. words: the agent's, or NULL. */
enum wt_code wt_provider_note_stop(struct wt_run *run, size_t task, enum wt_provider_stop stop,
				   int64_t until_wall_ms, const char *words, struct wt_error *err);
/* The task's agent was answered: noted where that ends a stop. */
enum wt_code wt_provider_note_answer(struct wt_run *run, size_t task, struct wt_error *err);

/* Of a gate that is an agent, and has ended. */
struct wt_review {
	const char *agent;
	size_t task;
	int64_t started_wall_ms;
	const struct wt_agent_told *told;
};
/* Notes whatever of these two it told; *words, in the run's arena, says that its provider does not
 * answer, NULL: it does. */
enum wt_code wt_provider_note_review(struct wt_run *run, const struct wt_review *review,
				     const char **words, struct wt_error *err);

#endif
