/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_FORGE_H
#define WT_ENGINE_FORGE_H

/*
 * Which repository of which forge is meant, and the way to it.
 *
 *	wt_forge_locate(ports, config, base, &arena, &site, &err)
 *	wt_forge_connect(ports, config, &site, &forge, &err)
 *	...
 *	ports->forge_close(&forge)
 */

#include "wtorch/core/config.h"
#include "wtorch/engine/forge_token.h"
#include "wtorch/engine/ports.h"

/* What somebody wants to hear and say while it waits (port/forge.h); may be all zero. */
struct wt_forge_hooks {
	bool (*should_stop)(void *arg);
	void (*waiting)(void *arg, int64_t left_ms, const char *why);
	void *arg;
	int64_t deadline_ms; /* of a request; 0: the usual */
	bool is_impatient;   /* waits for no limit */
};

struct wt_forge_site {
	const char *api_url, *host; /* host: what people log in to */
	const char *owner, *name;
	const char *from; /* "github.repo", "remote 'origin'" */
	/* Set by the caller, before it connects; may be all zero. */
	struct wt_forge_hooks hooks;
	const char *token_from; /* set by wt_forge_connect; NULL: there is no token */
};

/*
 * The repository is github.repo, else what the remote of the base (branch.BASE.remote, else
 * origin, else the only one) points at, with url.*.insteadOf applied. Its API is
 * github.api_url, else GITHUB_API_URL, else that of github.com and below ghe.com; of any other
 * host only when GH_HOST names it: a remote that somebody changed must not draw a token to
 * itself.
 *
 * WT_E_NOT_FOUND: nothing says that a forge is meant. WT_E_INPUT: something does, and is wrong.
 * base may be NULL.
 */
enum wt_code wt_forge_locate(const struct wt_ports *ports, const struct wt_config *config,
			     const char *base, struct wt_arena *a, struct wt_forge_site *out,
			     struct wt_error *err);

/* Opens the forge; asks nothing yet. Without a token it can read what is public. ports and
 * what the hooks want live as long as it does. */
enum wt_code wt_forge_connect(const struct wt_ports *ports, const struct wt_config *config,
			      struct wt_forge_site *site, struct wt_forge *out,
			      struct wt_error *err);

#endif
