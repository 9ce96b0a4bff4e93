/* SPDX-License-Identifier: MIT */
/* The user's setup command, which makes a checkout one that can be worked in. */

#include <string.h>

#include "drive.h"

#define GRACE_MS 5000

static const char *const *build_env(struct wt_run *run, const struct wt_setup *setup)
{
	const char *const *env = run->ports->proc->env;
	size_t n = 0, n_own = 0;
	const char **out;

	while (env[n])
		n++;
	while (setup->own && setup->own[n_own])
		n_own++;
	out = wt_arena_alloc(&run->arena, (n + n_own + 2) * sizeof *out);
	memcpy(out, env, n * sizeof *out);
	if (n_own)
		memcpy(out + n, setup->own, n_own * sizeof *out);
	out[n + n_own] = wt_arena_printf(&run->arena, "WTORCH_INSTANCE=%s", setup->instance);
	return out;
}

/* A command line, so it goes through a shell; under a shim like an agent, because an installer
 * leaves processes as well. */
enum wt_code wt_setup_start(struct wt_run *run, const struct wt_setup *setup,
			    struct wt_proc_id *shim, struct wt_error *err)
{
	const struct wt_ports *p = run->ports;
	const char *argv[] = { "/bin/sh", "-c", setup->command, NULL };
	struct wt_agent_start start = { .dir = setup->dir,
					.argv = argv,
					.cwd = setup->cwd,
					.instance = setup->instance,
					.grace_ms = GRACE_MS };
	enum wt_code rc = p->fs->mkdirs(p->fs->self, setup->dir, err);

	if (rc)
		return rc;
	start.env = build_env(run, setup);
	start.timeout_ms = wt_config_int(run->config, "worktree.setup_timeout") + setup->more_ms;
	return p->proc->start(p->proc->self, &start, setup->token, shim, err);
}
