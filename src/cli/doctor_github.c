/* SPDX-License-Identifier: MIT */
/* Whether there is a way to GitHub, whose token it is, and what that may do. */

#include "doctor.h"

#include <string.h>

#include "wtorch/engine/forge.h"

#define PATIENCE_MS 5000

static bool is_configured(const struct wt_config *c)
{
	return wt_config_is_set(c, "github.api_url") || wt_config_is_set(c, "github.repo") ||
	       wt_config_is_set(c, "github.token_command");
}

/* "octo/app on github.com; token from GH_TOKEN" */
static const char *describe(struct wt_doctor *d, const struct wt_forge_site *site)
{
	return wt_arena_printf(&d->cli->arena, "%s/%s on %s, by %s; %s%s", site->owner, site->name,
			       site->host, site->from,
			       site->token_from ? "token from " : "no token",
			       site->token_from ? site->token_from : "");
}

static void report(struct wt_doctor *d, const struct wt_forge_site *site,
		   const struct wt_forge_repo *repo, const char *login, const char *rights)
{
	struct wt_arena *a = &d->cli->arena;
	const char *what = describe(d, site);

	if (strcmp(repo->owner, site->owner) != 0 || strcmp(repo->name, site->name) != 0)
		what = wt_arena_printf(a, "%s; it is called %s/%s now", what, repo->owner,
				       repo->name);
	what = wt_arena_printf(a, "%s%s%s%s%s%s; %s", what, *login ? " of " : "", login,
			       *rights ? " (" : "", rights, *rights ? ")" : "",
			       repo->is_archived ? "archived, it can only be read"
			       : repo->may_push  ? "may push"
						 : "may not push");
	wt_doctor_add(d, repo->may_push && !repo->is_archived ? WT_HEALTH_OK : WT_HEALTH_WARN,
		      "github", "%s%s", what, repo->has_issues ? "" : "; issues are disabled");
}

/* One look at what the token may do. The network may be away: then that is all there is to say. */
static void ask(struct wt_doctor *d, const struct wt_forge_site *site, const struct wt_forge *forge)
{
	struct wt_arena *a = &d->cli->arena;
	struct wt_forge_repo repo;
	const char *login = "", *rights = "";
	struct wt_error err = { 0 };
	enum wt_code rc = WT_OK;

	if (site->token_from)
		rc = forge->user(forge->self, a, &login, &rights, &err);
	if (!rc)
		rc = forge->repo(forge->self, a, &repo, &err);
	if (rc)
		wt_doctor_add(d, WT_HEALTH_WARN, "github", "%s; %s", describe(d, site), err.msg)
			->mend = wt_arena_strdup(a, err.hint);
	else
		report(d, site, &repo, login, rights);
}

/* Nothing is asked without a token, unless somebody wants GitHub: who pushes there does not have
 * to. */
void wt_doctor_github(struct wt_doctor *d)
{
	struct wt_cli *cli = d->cli;
	struct wt_forge_site site;
	struct wt_forge forge = { 0 };
	struct wt_error err = { 0 };
	const char *base;

	if (!d->has_repo || !d->has_config)
		return;
	base = wt_config_text(cli->config, "run.base");
	if (!base || !*base)
		base = cli->ports->git->repo.head_branch;
	if (wt_forge_locate(cli->ports, cli->config, base, &cli->arena, &site, &err)) {
		if (err.code != WT_E_NOT_FOUND)
			wt_doctor_fail(d, WT_HEALTH_WARN, "github", &err);
		else if (is_configured(cli->config))
			wt_doctor_add(d, WT_HEALTH_INFO, "github", "%s", err.msg)->mend =
				wt_arena_strdup(&cli->arena, err.hint);
		return;
	}
	site.hooks = (struct wt_forge_hooks){ .deadline_ms = PATIENCE_MS, .is_impatient = true };
	if (wt_forge_connect(cli->ports, cli->config, &site, &forge, &err))
		wt_doctor_fail(d, WT_HEALTH_WARN, "github", &err);
	else if (!site.token_from)
		wt_doctor_add(d, is_configured(cli->config) ? WT_HEALTH_WARN : WT_HEALTH_INFO,
			      "github", "%s", describe(d, &site))
			->mend = "gh auth login, or set GH_TOKEN";
	else
		ask(d, &site, &forge);
	cli->ports->forge_close(&forge);
}
