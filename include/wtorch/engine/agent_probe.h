/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_AGENT_PROBE_H
#define WT_ENGINE_AGENT_PROBE_H

/*
 * What can be found out about a configured agent without letting it work: for doctor. Only a
 * program of a known kind that is started as its kind says is looked at closer than whether it is
 * there (wt_agent_check): of any other nobody knows what an argument would do.
 */

#include "wtorch/core/agentkind.h"
#include "wtorch/engine/agent.h"

#define WT_AGENT_VERSION_MS 20000 /* a program of node needs seconds where much else goes on */

struct wt_agent_probe {
	const struct wt_agent_kind *kind; /* NULL: only its command is known */
	const char *version;              /* the first line that it answers; NULL: it does not */
	const char *trouble;              /* why not */
	const char *unattended;           /* the flags that let it do all it wants, or NULL */
	bool has_login;                   /* there is a sign of one, or none is known of */
	bool is_set_up;                   /* a person has started it, or need not */
	bool is_isolated;                 /* what is in the user's home does not count */
	bool has_prompt;                  /* its prompt gets to it */
	bool is_refused_as_root;          /* we are root, and it would not start */
	bool can_commit;                  /* its commands can, in a worktree of this repository */
};

/* program: its path, of wt_agent_check. Strings live in the arena. Never fails, and changes
 * nothing; ports->git may be closed. */
void wt_agent_probe(const struct wt_ports *ports, const struct wt_config *config, const char *agent,
		    const char *program, struct wt_arena *a, struct wt_agent_probe *out);

#endif
