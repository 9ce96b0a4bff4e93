/* SPDX-License-Identifier: MIT */
/* wtorch help: everything here comes from the tables of commands and options. */

#include "commands.h"

#define ABOUT_COLUMN 14

/* The contract's exit statuses; the manual is checked against this. */
static const struct {
	int status;
	const char *meaning;
} statuses[] = {
	{ 0, "all that was asked for is done" },
	{ 1, "the run ended, and a task failed, timed out, was skipped or kept back" },
	{ 2, "wrong usage" },
	{ 3, "a merge conflict waits for a person" },
	{ 4, "a quality gate said no" },
	{ 5, "bad input or configuration" },
	{ 6, "the environment failed: repository, git, agent, disk, ..." },
	{ 7, "paused by a provider: `wtorch resume` goes on" },
	{ 70, "a bug in wtorch" },
	{ 130, "interrupted by INT" },
	{ 143, "ended by TERM" },
};

static void put_usage(const struct wt_command *command, struct wt_buf *out)
{
	struct wt_buf line = WT_BUF_INIT;

	wt_buf_printf(&line, "wtorch %s", command->name);
	if (command->opts.n || command->opts.next != &wt_common_opts)
		wt_buf_puts(&line, " [OPTION]...");
	if (*command->usage)
		wt_buf_printf(&line, " %s", command->usage);
	wt_buf_puts(out, "usage: ");
	wt_fold(out, line.data, 7);
	wt_buf_clear(&line);
}

/* Paragraphs are parted by an empty line. */
static void put_about(const char *about, struct wt_buf *out)
{
	struct wt_str rest = wt_str_of(about);

	while (rest.len) {
		size_t n = wt_str_find(rest, "\n\n");
		struct wt_buf part = WT_BUF_INIT;

		wt_buf_add(&part, rest.data, n);
		wt_buf_putc(out, '\n');
		wt_fold(out, part.data, 0);
		wt_buf_clear(&part);
		n += n < rest.len ? 2 : 0;
		rest.data += n;
		rest.len -= n;
	}
}

static void put_command(const struct wt_command *command, struct wt_buf *out)
{
	put_usage(command, out);
	put_about(command->about, out);
	wt_buf_puts(out, "\noptions:\n");
	wt_opts_render(&command->opts, out);
	wt_buf_puts(out, "\n`wtorch help` shows the options that go before the command.\n");
}

static void put_overview(struct wt_buf *out)
{
	size_t n;
	const struct wt_command *const *commands = wt_commands(&n);

	wt_buf_puts(out, "usage: wtorch [OPTION]... COMMAND [ARGUMENT]...\n");
	put_about("Runs many coding agents on one git repository, each in a worktree of its own, "
		  "and lands only what is safe.",
		  out);
	wt_buf_puts(out, "\ncommands:\n");
	for (size_t i = 0; i < n; i++) {
		wt_buf_printf(out, "  %-12s", commands[i]->name);
		wt_fold(out, commands[i]->summary, ABOUT_COLUMN);
	}
	wt_buf_puts(out, "\noptions:\n");
	wt_opts_render(wt_global_opts(), out);
	wt_buf_puts(out, "\nexit status:\n");
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		wt_buf_printf(out, "  %3d  %s\n", statuses[i].status, statuses[i].meaning);
	wt_buf_puts(out, "\nBegin with `wtorch init`, `wtorch doctor` and `wtorch plan`. More: "
			 "`wtorch help\nCOMMAND`, wtorch(1), wtorch.ini(5).\n");
}

void wt_help_show(struct wt_cli *cli, const struct wt_command *command)
{
	struct wt_buf out = WT_BUF_INIT;

	if (command)
		put_command(command, &out);
	else
		put_overview(&out);
	wt_ui_answer(&cli->ui, (struct wt_str){ out.data, out.len });
	wt_buf_clear(&out);
}

static int help_run(struct wt_cli *cli, struct wt_error *err)
{
	const struct wt_command *command = NULL;

	if (wt_cli_want_words(cli, 0, 1, err))
		return -1;
	if (cli->args.n_words) {
		command = wt_command_find(cli->args.words[0], err);
		if (!command)
			return -1;
	}
	wt_help_show(cli, command);
	return 0;
}

const struct wt_command wt_cmd_help = {
	.name = "help",
	.summary = "show what there is, or what a command takes",
	.usage = "[COMMAND]",
	.about = "Shows the commands, or what COMMAND does and takes.",
	.opts = { .next = &wt_common_opts },
	.needs = WT_NEEDS_NOTHING,
	.run = help_run,
};
