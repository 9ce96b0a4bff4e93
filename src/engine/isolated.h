/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_ISOLATED_H
#define WT_ENGINE_ISOLATED_H

/*
 * The home of an attempt whose agent is isolated (agent.*.isolate): a folder in the attempt's, that
 * nobody else can read, with copies of what agent.*.isolate_files names of the user's. Where its
 * kind moves no more than one folder of the home, as codex does with ~/.codex, that is what this
 * one stands for.
 */

#include "wtorch/engine/runs.h"

/* That each of the files is there and can be copied. */
WT_MUST_USE enum wt_code wt_home_check(const struct wt_ports *ports, const struct wt_config *config,
				       const char *agent, struct wt_error *err);
/* NULL in *out where its agent is not isolated. *is_new: it was made just now. */
WT_MUST_USE enum wt_code wt_home_make(struct wt_run *run, size_t task, const char **out,
				      bool *is_new, struct wt_error *err);
/* Takes it away where there are logins in it. */
void wt_home_drop(struct wt_run *run, size_t task, size_t attempt);

/* The name is one of agent.*.isolate_files, however that is written. */
bool wt_home_has(const struct wt_config *config, const char *agent, const char *name);

#endif
