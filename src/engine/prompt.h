/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_PROMPT_H
#define WT_ENGINE_PROMPT_H

/* The text an agent is given: the contract's sections in the contract's order, or the project's
 * own template with the values filled in (contract section 5). */

#include "wtorch/engine/agent.h"

/* out lives in the run's arena. */
WT_MUST_USE enum wt_code wt_prompt_build(struct wt_run *run, const struct wt_agent_opts *o,
					 const char **out, struct wt_error *err);

#endif
