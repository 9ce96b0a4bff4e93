/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_FORGE_URL_H
#define WT_CORE_FORGE_URL_H

/*
 * Addresses: which repository on which host a git remote is, where the API of a host is, and
 * whether two URLs are of one server. Nothing is looked up.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wtorch/base/arena.h"
#include "wtorch/base/buf.h"
#include "wtorch/base/text.h"

struct wt_forge_place {
	const char *host; /* lower case, with ":port" where the URL has one; NULL: not said */
	const char *owner, *name;
};

/*
 * https://[user[:password]@]host[:port]/owner/name[.git], http and git and ssh alike, and
 * [user@]host:owner/name[.git] as scp writes it. The port of ssh and git is none of the API's and
 * is left out. False for anything else: a folder, a file, more or fewer parts.
 */
bool wt_forge_remote_parse(struct wt_arena *a, struct wt_str url, struct wt_forge_place *out);

/* "owner/name", and nothing that a URL could go wrong with. */
bool wt_forge_name_parse(struct wt_arena *a, struct wt_str text, struct wt_forge_place *out);

/* "12", "#12", "owner/name#12", or the address of an issue, also with a path or "#..." behind it;
 * out has NULL for what it does not say. */
bool wt_forge_issue_ref_parse(struct wt_arena *a, struct wt_str text, struct wt_forge_place *out,
			      int64_t *number);

/*
 * The API of a host: https://api.github.com for github.com and ssh.github.com,
 * https://api.SUB.ghe.com for SUB.ghe.com, https://HOST/api/v3 for any other.
 */
const char *wt_forge_api_of(struct wt_arena *a, const char *host);
/* github.com, or below ghe.com: whose tokens are GH_TOKEN and GITHUB_TOKEN. */
bool wt_forge_is_cloud(const char *host);
/* The host that people log in to, for a base URL of the API: api.github.com is github.com.
 * NULL: it is no http or https URL. */
const char *wt_forge_host_of(struct wt_arena *a, const char *api_url);
/* https, or this very machine: where a token may be sent. */
bool wt_forge_is_safe(const char *api_url);

/* Where GraphQL is, for a base URL of the API. */
const char *wt_forge_graphql_of(struct wt_arena *a, const char *api_url);

/* Scheme, host and port of both are the same text. */
bool wt_forge_same_server(const char *base, struct wt_str url);

/* A part of a path or query, with all but letters, digits and "-._~" as %XX. */
void wt_forge_escape(struct wt_buf *out, const char *text);

#endif
