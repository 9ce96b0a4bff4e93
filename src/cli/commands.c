/* SPDX-License-Identifier: MIT */
/* The commands in the order of help, and the options that are not a command's own. */

#include "commands.h"

#include <string.h>

static const struct wt_command *const commands[] = {
	&wt_cmd_init,    &wt_cmd_doctor, &wt_cmd_plan,       &wt_cmd_run,  &wt_cmd_status,
	&wt_cmd_why,     &wt_cmd_logs,   &wt_cmd_diff,       &wt_cmd_stop, &wt_cmd_resume,
	&wt_cmd_retry,   &wt_cmd_merge,  &wt_cmd_clean,      &wt_cmd_undo, &wt_cmd_report,
	&wt_cmd_history, &wt_cmd_help,   &wt_cmd_completion,
};

#define N_COMMANDS (sizeof commands / sizeof *commands)

static const struct wt_opt common_rows[] = {
	{ .name = "help", .letter = 'h', .help = "show this help" },
};
const struct wt_opts wt_common_opts = WT_OPTS(common_rows, NULL);

static const struct wt_opt global_rows[] = {
	{ .name = "directory", .letter = 'C', .arg = "DIR", .help = "act as if started in DIR" },
	{ .name = "set",
	  .letter = 'c',
	  .arg = "SECTION.KEY=VALUE",
	  .help = "set a configuration value, may be repeated" },
	{ .name = "config", .arg = "FILE", .help = "read FILE instead of .wtorch.ini" },
	{ .name = "quiet", .letter = 'q', .help = "no progress, only warnings and errors" },
	{ .name = "verbose", .letter = 'v', .help = "say more" },
	{ .name = "color",
	  .arg = "WHEN",
	  .choices = "auto always never",
	  .help = "auto, always or never" },
	{ .name = "version", .help = "show the version" },
};
static const struct wt_opts global_opts = WT_OPTS(global_rows, &wt_common_opts);

const struct wt_opts *wt_global_opts(void)
{
	return &global_opts;
}

const struct wt_command *const *wt_commands(size_t *n)
{
	*n = N_COMMANDS;
	return commands;
}

const struct wt_command *wt_command_find(const char *name, struct wt_error *err)
{
	const char *names[N_COMMANDS], *nearest;

	for (size_t i = 0; i < N_COMMANDS; i++) {
		names[i] = commands[i]->name;
		if (strcmp(name, names[i]) == 0)
			return commands[i];
	}
	nearest = wt_text_nearest(name, names, N_COMMANDS);
	wt_fail(err, WT_E_USAGE, "unknown command '%s'", name);
	wt_hint(err, nearest ? "wtorch %s" : "wtorch help", nearest);
	return NULL;
}
