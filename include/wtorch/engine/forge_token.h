/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_FORGE_TOKEN_H
#define WT_ENGINE_FORGE_TOKEN_H

/*
 * The token for a forge, from the first of:
 *
 *	GH_TOKEN, GITHUB_TOKEN                          for github.com and below ghe.com
 *	GH_ENTERPRISE_TOKEN, GITHUB_ENTERPRISE_TOKEN    for any other host
 *	github.token_command                            the first line of its standard output
 *	gh auth token --hostname HOST                   where gh is installed and logged in
 *
 * so that a token never goes to a host that it is not for. It is in no argument list, journal,
 * log, prompt or message, and in no agent's environment unless agent.*.env names a variable that
 * holds it.
 */

#include "wtorch/core/config.h"
#include "wtorch/engine/ports.h"

struct wt_forge_token {
	const char *value;  /* NULL: there is none */
	const char *source; /* "GH_TOKEN", "github.token_command", "gh auth token" */
};

/* WT_OK without a value when nobody has one; a command that was configured and fails is
 * WT_E_ENV. What commands write goes nowhere but into the token. */
enum wt_code wt_forge_token_find(const struct wt_ports *ports, const struct wt_config *config,
				 const char *host, struct wt_arena *a, struct wt_forge_token *out,
				 struct wt_error *err);

/* Overwrites it in memory. */
void wt_forge_token_clear(struct wt_forge_token *token);

#endif
