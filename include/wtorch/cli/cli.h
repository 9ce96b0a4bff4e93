/* SPDX-License-Identifier: MIT */
#ifndef WT_CLI_CLI_H
#define WT_CLI_CLI_H

/*
 * A command is one file with one constant (cmd_<name>.c); the table in cli.c lists them in the
 * order of help. A command says in needs how far the program goes before it is called, and
 * returns the exit status.
 */

#include "wtorch/cli/opt.h"
#include "wtorch/cli/ui.h"
#include "wtorch/engine/runs.h"

enum {
	WT_NEEDS_NOTHING = 0,
	WT_NEEDS_REPO = 1,   /* ports->git is open */
	WT_NEEDS_CONFIG = 2, /* config is loaded from all layers; implies REPO */
};

struct wt_cli {
	struct wt_ports *ports;
	struct wt_ui ui;
	struct wt_arena arena;
	struct wt_config *config;
	struct wt_args global;        /* before the command */
	struct wt_args args;          /* of the command */
	const struct wt_command *command;
	const char *cwd;              /* absolute; after -C */
	const char *const *env;
};

struct wt_command {
	const char *name;
	const char *summary; /* one line of help */
	const char *usage;   /* behind the name: "[TASK...]" */
	const char *about;   /* paragraphs of its --help */
	struct wt_opts opts;
	unsigned needs;
	int (*run)(struct wt_cli *cli, struct wt_error *err); /* exit status; on failure -1 and
	                                                         err, which is shown */
};

/* In the order of help. */
const struct wt_command *const *wt_commands(size_t *n);
const struct wt_opts *wt_global_opts(void);
extern const struct wt_opts wt_common_opts; /* --help; what every command takes */

/* argv as main got it; version for --version. The exit status. */
int wt_cli_main(struct wt_ports *ports, int argc, const char *const *argv,
		size_t (*width)(struct wt_str), const char *version);

/* The contract's exit status of a failure. */
int wt_exit_status(enum wt_code code);

#endif
