/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_FORGE_ANSWER_H
#define WT_CORE_FORGE_ANSWER_H

/*
 * What GitHub says when it does not do what it was asked, in words for a person: the status, the
 * message, the errors behind it, and the headers that name a missing right. Statuses and codes:
 * "Troubleshooting the REST API" and "Permissions required for fine-grained personal access
 * tokens".
 */

#include "wtorch/base/err.h"
#include "wtorch/base/json.h"

struct wt_forge_answer {
	const char *what; /* was asked: "create an issue in octo/app" */
	int status;
	bool is_write, has_token;
	const struct wt_json *doc;     /* of the body; NULL: it is no JSON */
	const char *needs_permissions; /* x-accepted-github-permissions; NULL */
	const char *needs_scopes;      /* x-accepted-oauth-scopes; NULL */
	const char *has_scopes;        /* x-oauth-scopes; NULL: not a token that has scopes */
	const char *sso;               /* x-github-sso; NULL */
};

/* Fills err and returns its code (port/forge.h: Errors), for a status that is no success. */
enum wt_code wt_forge_answer_fail(const struct wt_forge_answer *in, struct wt_error *err);

#endif
