/* SPDX-License-Identifier: MIT */
/* GitHub by its REST API: opening it, and who we are there. */

#include <stdlib.h>
#include <string.h>

#include "forge_asking.h"
#include "wtorch/base/mem.h"
#include "wtorch/core/forge_url.h"

#define MAX_TOKEN 4096u

static enum wt_code user(void *self, struct wt_arena *a, const char **login, const char **rights,
			 struct wt_error *err)
{
	const struct forge_ask ask = { .what = "ask who the token belongs to",
				       .method = "GET",
				       .top = "/user" };
	struct forge_got got;
	enum wt_code rc = forge_ask(self, &ask, a, &got, err);
	const char *message = wt_json_text(got.doc, "message", "");
	const char *scopes;

	*login = *rights = "";
	/* What GitHub answers to the token of an app, such as the one of its Actions. */
	if (got.status == 403 && strstr(message, "by integration"))
		return WT_OK;
	if (rc)
		return rc;
	*login = wt_json_text(got.doc, "login", "");
	if (!**login)
		return wt_fail(err, WT_E_ENV, "the server's answer is odd: a user without a login");
	scopes = wt_net_header(&got.reply, "x-oauth-scopes");
	if (scopes)
		*rights = scopes;
	return WT_OK;
}

static enum wt_code repo(void *self, struct wt_arena *a, struct wt_forge_repo *out,
			 struct wt_error *err)
{
	return forge_learn_repo(self, a, out, err);
}

static void figures(void *self, struct wt_forge_figures *out)
{
	*out = ((const struct forge_self *)self)->figures;
}

static int64_t write_wait_ms(void *self)
{
	const struct forge_self *g = self;
	int64_t now = g->opts.clock->mono_ms(g->opts.clock->self);
	int64_t at = g->has_written ? g->last_write_ms + g->opts.write_gap_ms : now;

	if (g->limited_until_ms > at)
		at = g->limited_until_ms;
	return at > now ? at - now : 0;
}

/* opening */

/* They go into headers as they are. */
static bool is_plain(const char *text, size_t max)
{
	size_t len = strlen(text);

	if (!len || len > max)
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] >= 0x7f)
			return false;
	return true;
}

static enum wt_code check(const struct wt_forge_opts *o, struct wt_error *err)
{
	struct wt_arena a = { 0 };
	bool is_url = wt_forge_host_of(&a, o->api_url) != NULL;

	wt_arena_clear(&a);
	if (!is_url || !is_plain(o->api_url, 1024))
		return wt_fail(err, WT_E_INPUT, "github.api_url is no http or https address: '%s'",
			       o->api_url);
	if (!is_plain(o->api_version, 64))
		return wt_fail(err, WT_E_INPUT, "github.api_version is none: '%s'", o->api_version);
	if (o->token && !is_plain(o->token, MAX_TOKEN))
		return wt_fail(err, WT_E_INPUT,
			       "the token for GitHub is none: it holds blanks, "
			       "control characters or more");
	if (o->token && !wt_forge_is_safe(o->api_url))
		return wt_fail(err, WT_E_INPUT,
			       "github.api_url is not https: '%s', and the token would be read "
			       "on its way",
			       o->api_url);
	return WT_OK;
}

/* What is borrowed for the call only. */
static void keep(struct forge_self *g, const struct wt_forge_opts *o)
{
	size_t len = strlen(o->api_url);

	while (len && o->api_url[len - 1] == '/')
		len--;
	g->opts = *o;
	g->opts.api_url = wt_arena_strndup(&g->arena, o->api_url, len);
	g->opts.api_version = wt_arena_strdup(&g->arena, o->api_version);
	g->opts.token = wt_arena_strdup(&g->arena, o->token);
	g->owner = wt_arena_strdup(&g->arena, o->owner);
	g->name = wt_arena_strdup(&g->arena, o->name);
	g->chance = (uint32_t)o->clock->wall_ms(o->clock->self);
	g->figures.remaining = -1;
}

enum wt_code wt_forge_github_open(const struct wt_forge_opts *opts, struct wt_forge *out,
				  struct wt_error *err)
{
	enum wt_code rc = check(opts, err);
	struct forge_self *g;

	*out = (struct wt_forge){ 0 };
	if (rc)
		return rc;
	g = wt_alloc(sizeof *g);
	keep(g, opts);
	*out = (struct wt_forge){ .self = g,
				  .figures = figures,
				  .write_wait_ms = write_wait_ms,
				  .user = user,
				  .repo = repo };
	forge_github_issues(out);
	forge_github_pulls(out);
	return WT_OK;
}

void wt_forge_github_close(struct wt_forge *forge)
{
	struct forge_self *g = forge->self;

	if (g) {
		forge_cache_clear(&g->cache);
		if (g->opts.token)
			explicit_bzero((char *)g->opts.token, strlen(g->opts.token));
		wt_arena_clear(&g->arena);
	}
	free(g);
	*forge = (struct wt_forge){ 0 };
}
