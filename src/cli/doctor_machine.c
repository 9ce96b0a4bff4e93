/* SPDX-License-Identifier: MIT */
/* Checks of the configuration and of the machine. */

#include "doctor.h"

#include <string.h>
#include <unistd.h>

#include "wtorch/base/path.h"
#include "wtorch/engine/cgroup.h"
#include "wtorch/engine/settings.h"
#include "wtorch/engine/symbols.h"

#define LOW_DISK_BYTES (INT64_C(1) << 30)

static bool is_there(const struct wt_cli *cli, const char *path)
{
	struct wt_file_info info;
	struct wt_error ignored;

	return path && cli->ports->fs->stat(cli->ports->fs->self, path, &info, &ignored) == WT_OK &&
	       info.kind != WT_FILE_NONE;
}

/* the configuration */

static void add_layer(struct wt_buf *out, bool is_found, const char *path)
{
	if (is_found)
		wt_buf_printf(out, "%s%s", out->len ? ", " : "", path);
}

static void check_files(struct wt_doctor *d)
{
	struct wt_cli *cli = d->cli;
	const char *top = cli->ports->git->repo.top;
	const char *user = wt_settings_user_path(&cli->arena, cli->env);
	const char *file = wt_args_value(&cli->global, "config");
	struct wt_buf found = WT_BUF_INIT;

	if (file)
		add_layer(&found, true, file);
	else if (top)
		add_layer(&found,
			  is_there(cli, wt_path_join(&cli->arena, top, WT_SETTINGS_PROJECT)),
			  WT_SETTINGS_PROJECT);
	add_layer(&found, is_there(cli, user), user ? user : "");
	add_layer(&found, is_there(cli, WT_SETTINGS_SYSTEM), WT_SETTINGS_SYSTEM);
	if (d->diags.errors)
		wt_doctor_add(d, WT_HEALTH_FAIL, "configuration", "%zu error%s, see above",
			      d->diags.errors, d->diags.errors == 1 ? "" : "s")
			->mend = "man wtorch.ini";
	else if (found.len)
		wt_doctor_add(d, WT_HEALTH_OK, "configuration", "%s", found.data);
	else
		wt_doctor_add(d, WT_HEALTH_WARN, "configuration", "there is none")->mend =
			"wtorch init";
	wt_buf_clear(&found);
}

void wt_doctor_configuration(struct wt_doctor *d)
{
	wt_cli_load_config(d->cli, &d->diags);
	d->has_config = true;
	check_files(d);
	wt_doctor_agents(d);
}

/* the machine */

/* The deepest folder of worktree.path that no word decides, as far as it exists. */
static const char *worktree_parent(struct wt_cli *cli)
{
	const char *pattern = wt_config_text(cli->config, "worktree.path");
	size_t n = strcspn(pattern, "{");
	const char *path;

	while (n && pattern[n] && pattern[n - 1] != '/')
		n--;
	path = wt_path_join(&cli->arena, cli->ports->git->repo.top,
			    wt_arena_strndup(&cli->arena, pattern, n));
	path = wt_path_normal(&cli->arena, path);
	while (!is_there(cli, path) && strcmp(path, "/") != 0)
		path = wt_path_dir(&cli->arena, path);
	return path;
}

/* access() and no trial, because a check that writes is no check. */
static void check_worktrees(struct wt_doctor *d)
{
	struct wt_cli *cli = d->cli;
	const char *parent = worktree_parent(cli);
	struct wt_buf size = WT_BUF_INIT;
	struct wt_error err = { 0 };
	int64_t free_bytes = 0;

	if (access(parent, W_OK | X_OK) == 0)
		wt_doctor_add(d, WT_HEALTH_OK, "worktrees", "below %s", parent);
	else
		wt_doctor_add(d, WT_HEALTH_FAIL, "worktrees", "%s cannot be written", parent)
			->mend = "set worktree.path";
	if (cli->ports->fs->space(cli->ports->fs->self, parent, &free_bytes, &err)) {
		wt_doctor_fail(d, WT_HEALTH_WARN, "disk", &err);
		return;
	}
	wt_text_render_size(&size, free_bytes);
	if (free_bytes < LOW_DISK_BYTES)
		wt_doctor_add(d, WT_HEALTH_WARN, "disk", "only %s free", size.data)->mend =
			"wtorch clean -n";
	else
		wt_doctor_add(d, WT_HEALTH_OK, "disk", "%s free", size.data);
	wt_buf_clear(&size);
}

static bool wants_cpu_limit(const struct wt_config *c)
{
	const char *const *names;
	size_t n = wt_config_names(c, "agent", &names);

	for (size_t i = 0; i < n; i++)
		if (wt_config_named_int(c, "agent", names[i], "cpu_max"))
			return true;
	return false;
}

/* Who keeps the limits of agents: the kernel, or the shim as well as it can. */
static void check_cgroup(struct wt_doctor *d)
{
	struct wt_cli *cli = d->cli;
	struct wt_cgroup cgroup;
	bool is_ours;

	wt_cgroup_find(cli->ports, &cli->arena, &cgroup);
	is_ours = cgroup.dir && access(cgroup.dir, W_OK) == 0;
	if (is_ours)
		wt_doctor_add(d, WT_HEALTH_INFO, "cgroup", "keeps limits of agents:%s%s%s",
			      cgroup.has_memory ? " memory" : "", cgroup.has_pids ? " pids" : "",
			      cgroup.has_cpu ? " cpu" : "");
	else
		wt_doctor_add(d, WT_HEALTH_INFO, "cgroup",
			      "%s; memory and pids of agents are sampled",
			      cgroup.dir ? "v2 is not delegated to you" : "no controllers of v2");
	if (d->has_config && wants_cpu_limit(cli->config) && !(is_ours && cgroup.has_cpu))
		wt_doctor_add(d, WT_HEALTH_WARN, "cpu_max", "cannot be kept here")->mend =
			"systemd-run --user --scope wtorch run";
}

/* What looks up names in the text of tasks; a plan can do without. */
static void check_ctags(struct wt_doctor *d)
{
	struct wt_buf path = WT_BUF_INIT;

	if (wt_symbols_find_ctags(d->cli->ports, &path))
		wt_doctor_add(d, WT_HEALTH_OK, "ctags", "%s", path.data);
	else
		wt_doctor_add(d, WT_HEALTH_INFO, "ctags",
			      "universal-ctags is not installed: names of functions in the text of "
			      "tasks tell a plan nothing");
	wt_buf_clear(&path);
}

void wt_doctor_machine(struct wt_doctor *d)
{
	if (d->has_repo && d->has_config)
		check_worktrees(d);
	check_cgroup(d);
	check_ctags(d);
}
