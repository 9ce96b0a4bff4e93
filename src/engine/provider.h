/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_PROVIDER_H
#define WT_ENGINE_PROVIDER_H

/* What agents tell of their provider, put on record; core/provider.h decides what it means. */

#include "wtorch/core/provider.h"
#include "wtorch/engine/runs.h"

/* The name of the provider of the task's agent. */
const char *wt_provider_of(const struct wt_run *run, size_t task);
/* It does not answer: noted where that is news. words: the agent's, or NULL. */
enum wt_code wt_provider_note_stop(struct wt_run *run, size_t task, enum wt_provider_stop stop,
				   int64_t until_wall_ms, const char *words, struct wt_error *err);
/* The task's agent was answered: noted where that ends a stop. */
enum wt_code wt_provider_note_answer(struct wt_run *run, size_t task, struct wt_error *err);

#endif
