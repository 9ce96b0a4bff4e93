/* SPDX-License-Identifier: MIT */
/* Which repository of which forge is meant, and the way to it. */

#include "wtorch/engine/forge.h"

#include <string.h>
#include <strings.h>

#include "wtorch/core/forge_url.h"

struct locating {
	const struct wt_ports *ports;
	const struct wt_config *config;
	struct wt_arena *a;
	struct wt_git_setting *settings; /* of git */
	size_t n_settings;
};

static const char *text_of(const struct wt_config *config, const char *key)
{
	const char *text = wt_config_text(config, key);

	return text && *text ? text : NULL;
}

static const char *variable(const struct locating *l, const char *name)
{
	size_t len = strlen(name);

	for (const char *const *e = l->ports->proc->env; e && *e; e++)
		if (strncmp(*e, name, len) == 0 && (*e)[len] == '=' && (*e)[len + 1])
			return *e + len + 1;
	return NULL;
}

/* the remote, as git's configuration has it */

/* The last value of a key counts; of a remote's URLs the first. */
static const char *setting(const struct locating *l, const char *key, bool is_first)
{
	const char *found = NULL;

	for (size_t i = 0; i < l->n_settings; i++)
		if (strcmp(l->settings[i].key, key) == 0 && !(is_first && found))
			found = l->settings[i].value;
	return found && *found ? found : NULL;
}

/* The only remote that there is, or NULL. */
static const char *only_remote(const struct locating *l)
{
	const char *found = NULL;

	for (size_t i = 0; i < l->n_settings; i++) {
		struct wt_str key = wt_str_of(l->settings[i].key);
		const char *name;

		if (!wt_str_starts(key, "remote.") || !wt_str_ends(key, ".url") || key.len < 12)
			continue;
		name = wt_arena_strndup(l->a, key.data + 7, key.len - 11);
		if (found && strcmp(found, name) != 0)
			return NULL;
		found = name;
	}
	return found;
}

/* url.<base>.insteadOf: the longest beginning that matches is replaced. */
static const char *rewrite(const struct locating *l, const char *url)
{
	const char *out = url;
	size_t longest = 0;

	for (size_t i = 0; i < l->n_settings; i++) {
		struct wt_str key = wt_str_of(l->settings[i].key);
		const char *from = l->settings[i].value;
		size_t len = from ? strlen(from) : 0;

		if (!wt_str_starts(key, "url.") || !wt_str_ends(key, ".insteadof") ||
		    len <= longest || strncmp(url, from, len) != 0)
			continue;
		longest = len;
		out = wt_arena_printf(l->a, "%.*s%s", (int)(key.len - 14), key.data + 4, url + len);
	}
	return out;
}

static enum wt_code find_remote(struct locating *l, const char *base, struct wt_forge_site *out,
				struct wt_error *err)
{
	const struct wt_git *git = l->ports->git;
	struct wt_forge_place place;
	const char *name = NULL, *url = NULL;
	enum wt_code rc = git->tool->settings(git->self, l->a, &l->settings, &l->n_settings, err);

	if (rc)
		return rc;
	if (base)
		name = setting(l, wt_arena_printf(l->a, "branch.%s.remote", base), false);
	if (!name || strcmp(name, ".") == 0)
		name = setting(l, "remote.origin.url", true) ? "origin" : only_remote(l);
	if (name)
		url = setting(l, wt_arena_printf(l->a, "remote.%s.url", name), true);
	if (!url || !wt_forge_remote_parse(l->a, wt_str_of(rewrite(l, url)), &place)) {
		wt_fail(err, WT_E_NOT_FOUND, "no remote says which repository of GitHub is meant");
		return wt_hint(err, "github.repo = OWNER/NAME");
	}
	out->host = place.host;
	out->owner = place.owner;
	out->name = place.name;
	out->from = wt_arena_printf(l->a, "remote '%s'", name);
	return WT_OK;
}

/* the API */

/* Without their ports, which ssh does not share with the API. */
static bool is_same_host(const char *a, const char *b)
{
	size_t n = strcspn(a, ":");

	return n == strcspn(b, ":") && strncasecmp(a, b, n) == 0;
}

static const char *configured_api(const struct locating *l)
{
	const char *url = text_of(l->config, "github.api_url");

	return url ? url : variable(l, "GITHUB_API_URL");
}

static enum wt_code find_api(const struct locating *l, struct wt_forge_site *out,
			     struct wt_error *err)
{
	const char *host = out->host, *named = variable(l, "GH_HOST");

	out->api_url = configured_api(l);
	if (!out->api_url && !host)
		host = named ? named : "github.com";
	if (!out->api_url && !wt_forge_is_cloud(host) && !(named && is_same_host(named, host))) {
		wt_fail(err, WT_E_NOT_FOUND, "'%s' of %s is not known as a GitHub", host,
			out->from);
		return wt_hint(err, "github.api_url = https://%s/api/v3", host);
	}
	if (!out->api_url)
		out->api_url = wt_forge_api_of(l->a, host);
	out->host = wt_forge_host_of(l->a, out->api_url);
	if (!out->host)
		return wt_fail(err, WT_E_INPUT, "github.api_url is no http or https address: '%s'",
			       out->api_url);
	if (host && !is_same_host(host, out->host) &&
	    !(wt_forge_is_cloud(host) && strcmp(out->api_url, wt_forge_api_of(l->a, host)) == 0)) {
		wt_fail(err, WT_E_INPUT, "%s is on '%s', and github.api_url on '%s'", out->from,
			host, out->host);
		return wt_hint(err, "github.repo = OWNER/NAME");
	}
	return WT_OK;
}

enum wt_code wt_forge_locate(const struct wt_ports *ports, const struct wt_config *config,
			     const char *base, struct wt_arena *a, struct wt_forge_site *out,
			     struct wt_error *err)
{
	struct locating l = { .ports = ports, .config = config, .a = a };
	const char *repo = text_of(config, "github.repo");
	struct wt_forge_place place;
	enum wt_code rc;

	*out = (struct wt_forge_site){ .from = "github.repo" };
	if (!repo) {
		rc = find_remote(&l, base, out, err);
		return rc ? rc : find_api(&l, out, err);
	}
	if (!wt_forge_name_parse(a, wt_str_of(repo), &place))
		return wt_fail(err, WT_E_INPUT, "github.repo is no OWNER/NAME: '%s'", repo);
	out->owner = place.owner;
	out->name = place.name;
	return find_api(&l, out, err);
}

enum wt_code wt_forge_connect(const struct wt_ports *ports, const struct wt_config *config,
			      struct wt_forge_site *site, struct wt_forge *out,
			      struct wt_error *err)
{
	struct wt_arena a = { 0 };
	struct wt_forge_token token;
	const struct wt_forge_hooks *h = &site->hooks;
	enum wt_code rc = wt_forge_token_find(ports, config, site->host, &a, &token, err);
	const struct wt_forge_opts opts = {
		.net = ports->net,
		.clock = ports->clock,
		.reader = ports->reader,
		.api_url = site->api_url,
		.api_version = wt_config_text(config, "github.api_version"),
		.owner = site->owner,
		.name = site->name,
		.token = token.value,
		.write_gap_ms = wt_config_int(config, "github.write_gap_ms"),
		.wait_max_ms = h->is_impatient ? 0 : wt_config_int(config, "github.wait_max"),
		.deadline_ms = h->deadline_ms,
		.should_stop = h->should_stop,
		.waiting = h->waiting,
		.arg = h->arg,
	};

	*out = (struct wt_forge){ 0 };
	site->token_from = token.source;
	if (!rc)
		rc = ports->forge_open(&opts, out, err);
	wt_forge_token_clear(&token);
	wt_arena_clear(&a);
	return rc;
}
