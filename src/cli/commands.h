/* SPDX-License-Identifier: MIT */
#ifndef WT_CLI_COMMANDS_H
#define WT_CLI_COMMANDS_H

/* The commands' constants, one per cmd_<name>.c, and what several of them share. */

#include "wtorch/cli/cli.h"

extern const struct wt_command wt_cmd_init, wt_cmd_doctor, wt_cmd_plan, wt_cmd_run, wt_cmd_status,
	wt_cmd_why, wt_cmd_logs, wt_cmd_diff, wt_cmd_stop, wt_cmd_resume, wt_cmd_retry,
	wt_cmd_merge, wt_cmd_clean, wt_cmd_undo, wt_cmd_report, wt_cmd_history, wt_cmd_help,
	wt_cmd_completion;

/* cli.c: the command of that name; NULL, and WT_E_USAGE in err, when there is none. */
const struct wt_command *wt_command_find(const char *name, struct wt_error *err);

/* cmd_help.c: the help of a command; NULL: of the whole. */
void wt_help_show(struct wt_cli *cli, const struct wt_command *command);

/* common.c: the configuration of all layers into cli->config; false when diags has errors, and
 * what is right is set all the same. ports->git may be closed. */
bool wt_cli_load_config(struct wt_cli *cli, struct wt_diags *diags);
/* The run that --run names, or the newest one that has the task (NULL: newest at
 * all); and the index of a task in it. */
WT_MUST_USE enum wt_code wt_cli_open_run(struct wt_cli *cli, const char *task, struct wt_run **out,
					 struct wt_error *err);
WT_MUST_USE enum wt_code wt_cli_find_task(const struct wt_run *run, const char *id, size_t *out,
					  struct wt_error *err);
/* Hints at the id that was meant, perhaps. */
void wt_cli_suggest_task(const struct wt_plan *plan, const char *id, struct wt_error *err);
extern const struct wt_opts wt_run_opt; /* --run RUN, then the common options */
/* Exactly so many words are wanted; otherwise WT_E_USAGE with the usage line. */
WT_MUST_USE enum wt_code wt_cli_want_words(const struct wt_cli *cli, size_t min, size_t max,
					   struct wt_error *err);
/* git is there and new enough: before anything is changed with it. What only reads, or only ends
 * agents, goes on with any. */
WT_MUST_USE enum wt_code wt_cli_check_git(const struct wt_cli *cli, struct wt_error *err);
/* Answers with text of many lines: as it is into a pipe; made safe, in the tone of each line
 * (NULL: plain), to a terminal. */
void wt_cli_answer_lines(struct wt_cli *cli, struct wt_str text,
			 enum wt_tone (*tone)(struct wt_str line));

#endif
