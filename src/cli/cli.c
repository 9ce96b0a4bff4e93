/* SPDX-License-Identifier: MIT */
/* From argv to a command and from its result to an exit status. */

#include "wtorch/cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "wtorch/base/path.h"

int wt_exit_status(enum wt_code code)
{
	switch (code) {
	case WT_OK:
		return 0;
	case WT_E_USAGE:
		return 2;
	case WT_E_CONFLICT:
		return 3;
	case WT_E_INPUT:
		return 5;
	case WT_E_ENV:
	case WT_E_BUSY:
	case WT_E_TIMEOUT:
		return 6;
	case WT_E_INTERRUPTED:
		return 130;
	case WT_E_BUG:
		return 70;
	case WT_E_STATE:
	case WT_E_NOT_FOUND:
	case WT_E_EXISTS:
	case WT_E_RACED:
		break;
	}
	return 1;
}

/* Makes paths absolute once, so that nothing later depends on where the process stands. */
static enum wt_code enter_directory(struct wt_cli *cli, struct wt_error *err)
{
	struct wt_buf real = WT_BUF_INIT;
	char *cwd = getcwd(NULL, 0);
	enum wt_code rc = WT_OK;

	if (!cwd)
		return wt_fail(err, WT_E_ENV, "the working directory does not exist");
	cli->cwd = wt_arena_strdup(&cli->arena, cwd);
	free(cwd);
	for (size_t i = 0; !rc && i < cli->global.n_opts; i++) {
		struct wt_file_info info;

		if (strcmp(cli->global.opts[i].opt->name, "directory") != 0)
			continue;
		cli->cwd = wt_path_join(&cli->arena, cli->cwd, cli->global.opts[i].value);
		rc = cli->ports->fs->stat(cli->ports->fs->self,
					  wt_path_join(&cli->arena, cli->cwd, "."), &info, err);
		if (!rc && info.kind != WT_FILE_FOLDER)
			rc = wt_fail(err, WT_E_ENV, "'%s' is not a folder",
				     cli->global.opts[i].value);
		if (!rc)
			rc = cli->ports->fs->real(cli->ports->fs->self, cli->cwd, &real, err);
		if (!rc)
			cli->cwd = wt_arena_strdup(&cli->arena, real.data);
		wt_buf_reset(&real);
	}
	wt_buf_clear(&real);
	return rc;
}

static enum wt_code load_config(struct wt_cli *cli, struct wt_error *err)
{
	struct wt_diags diags = { .arena = &cli->arena };
	bool ok = wt_cli_load_config(cli, &diags);

	wt_ui_diags(&cli->ui, &diags);
	return ok ? WT_OK
		  : wt_fail(err, WT_E_INPUT, "the configuration has %zu error%s", diags.errors,
			    diags.errors == 1 ? "" : "s");
}

static enum wt_code prepare(struct wt_cli *cli, struct wt_error *err)
{
	unsigned needs = cli->command->needs;
	enum wt_code rc = WT_OK;

	if (needs & (WT_NEEDS_REPO | WT_NEEDS_CONFIG))
		rc = cli->ports->git_open(cli->cwd, cli->ports->proc, cli->ports->git, err);
	if (!rc && (needs & (WT_NEEDS_REPO | WT_NEEDS_CONFIG)) && cli->ports->git->repo.is_bare) {
		rc = wt_fail(err, WT_E_ENV, "'%s' is a bare repository: there is no checkout",
			     cli->cwd);
		wt_hint(err, "git worktree add ../checkout, and run wtorch there");
	}
	if (!rc && needs & WT_NEEDS_CONFIG)
		rc = load_config(cli, err);
	return rc;
}

static enum wt_color color_of(const struct wt_args *global)
{
	const char *when = wt_args_value(global, "color");

	if (!when || strcmp(when, "auto") == 0)
		return WT_COLOR_AUTO;
	return strcmp(when, "always") == 0 ? WT_COLOR_ALWAYS : WT_COLOR_NEVER;
}

/* Global options stand before the command, its own behind it. */
static enum wt_code parse(struct wt_cli *cli, int argc, const char *const *argv,
			  struct wt_error *err)
{
	int at = 0;
	enum wt_code rc = wt_args_parse(&cli->arena, wt_global_opts(), argc, argv, true, &at,
					&cli->global, err);

	if (rc)
		return rc;
	if (at >= argc) {
		cli->command = &wt_cmd_help;
		return WT_OK;
	}
	cli->command = wt_command_find(argv[at], err);
	if (!cli->command)
		return err->code;
	rc = wt_args_parse(&cli->arena, &cli->command->opts, argc - at, argv + at, false, NULL,
			   &cli->args, err);
	if (rc && !err->hint[0])
		wt_hint(err, "wtorch help %s", cli->command->name);
	return rc;
}

/* What is only shown needs no folder and no repository. */
static bool show_only(struct wt_cli *cli, const char *version)
{
	bool is_named = cli->command != &wt_cmd_help || cli->args.n_opts;

	if (wt_args_has(&cli->global, "version")) {
		char *line = wt_arena_printf(&cli->arena, "wtorch %s\n", version);

		wt_ui_answer(&cli->ui, wt_str_of(line));
		return true;
	}
	if (!wt_args_has(&cli->global, "help") && !wt_args_has(&cli->args, "help"))
		return false;
	wt_help_show(cli, is_named ? cli->command : NULL);
	return true;
}

static int run_command(struct wt_cli *cli, const char *version, struct wt_error *err)
{
	int status = 0;

	if (!show_only(cli, version)) {
		if (enter_directory(cli, err) || prepare(cli, err))
			return -1;
		status = cli->command->run(cli, err);
	}
	return status < 0 || !wt_ui_flush(&cli->ui, err) ? status : -1;
}

int wt_cli_main(struct wt_ports *ports, int argc, const char *const *argv,
		size_t (*width)(struct wt_str), const char *version)
{
	struct wt_cli cli = { .ports = ports, .env = ports->proc->env };
	struct wt_error err = { 0 };
	enum wt_code rc = parse(&cli, argc, argv, &err);
	int status = -1;

	wt_ui_init(&cli.ui, cli.env, color_of(&cli.global), width);
	cli.ui.is_quiet = wt_args_has(&cli.global, "quiet");
	cli.ui.is_verbose = wt_args_has(&cli.global, "verbose");
	if (!rc)
		status = run_command(&cli, version, &err);
	if (status < 0) {
		if (err.code == WT_E_USAGE && !err.hint[0])
			wt_hint(&err, cli.command ? "wtorch help %s" : "wtorch help",
				cli.command ? cli.command->name : "");
		wt_ui_error(&cli.ui, &err);
		status = wt_exit_status(err.code);
	}
	wt_config_free(cli.config);
	wt_arena_clear(&cli.arena);
	return status;
}
