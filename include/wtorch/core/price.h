/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_PRICE_H
#define WT_CORE_PRICE_H

/* What a model's tokens cost, by the [price NAME] sections of the configuration. */

#include "wtorch/core/agentlog.h"
#include "wtorch/core/config.h"

/*
 * The price of a model; false, and nothing is known, when there is none or model is NULL.
 *
 * A section's name stands for a model that is called so or begins so: letter case does not
 * matter, and '-' stands for whatever a section's name cannot hold ([price gpt-5-1] is of
 * "gpt-5.1" and of "GPT-5.1-codex", not of "gpt-5.12"). What stands before a '/' of a model may
 * be left out. Of several the longest name counts.
 */
bool wt_price_find(const struct wt_config *config, const char *model, struct wt_price *out);

#endif
