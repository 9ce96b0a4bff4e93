/* SPDX-License-Identifier: MIT */
/* wtorch completion: scripts for shells, and what they have in common. */

#include <string.h>

#include "commands.h"
#include "completion.h"

static const struct {
	const char *name;
	void (*render)(struct wt_buf *out);
} shells[] = {
	{ "bash", wt_completion_bash },
	{ "zsh", wt_completion_zsh },
	{ "fish", wt_completion_fish },
};

#define SHELLS   "bash zsh fish"
#define N_SHELLS (sizeof shells / sizeof *shells)

enum wt_offer wt_offer_of_option(const struct wt_opt *opt, const char **words)
{
	*words = opt->choices;
	if (!opt->arg)
		return WT_OFFER_NOTHING;
	if (opt->choices)
		return WT_OFFER_WORDS;
	if (strcmp(opt->arg, "FILE") == 0)
		return WT_OFFER_FILES;
	if (strcmp(opt->arg, "DIR") == 0)
		return WT_OFFER_FOLDERS;
	return strchr(opt->arg, '=') ? WT_OFFER_KEYS : WT_OFFER_NOTHING;
}

enum wt_offer wt_offer_of_command(struct wt_arena *a, const struct wt_command *command,
				  const char **words)
{
	*words = NULL;
	if (command == &wt_cmd_help)
		*words = wt_completion_commands(a);
	else if (command == &wt_cmd_completion)
		*words = SHELLS;
	if (*words)
		return WT_OFFER_WORDS;
	return strstr(command->usage, "FILE") ? WT_OFFER_FILES : WT_OFFER_NOTHING;
}

static char *join(struct wt_arena *a, struct wt_buf *words)
{
	char *text;

	if (words->len)
		wt_buf_cut(words, words->len - 1);
	text = wt_arena_strdup(a, words->data);
	wt_buf_clear(words);
	return text;
}

char *wt_completion_commands(struct wt_arena *a)
{
	struct wt_buf words = WT_BUF_INIT;
	size_t n;
	const struct wt_command *const *commands = wt_commands(&n);

	for (size_t i = 0; i < n; i++)
		wt_buf_printf(&words, "%s ", commands[i]->name);
	return join(a, &words);
}

char *wt_completion_keys(struct wt_arena *a)
{
	struct wt_buf words = WT_BUF_INIT;
	size_t n;
	const struct wt_key *keys = wt_config_keys(&n);

	for (size_t i = 0; i < n; i++)
		if (!strchr(keys[i].name, '*'))
			wt_buf_printf(&words, "%s= ", keys[i].name);
	return join(a, &words);
}

static int completion_run(struct wt_cli *cli, struct wt_error *err)
{
	static const char *const names[N_SHELLS] = { "bash", "zsh", "fish" };
	struct wt_buf out = WT_BUF_INIT;
	const char *nearest, *shell;

	if (wt_cli_want_words(cli, 1, 1, err))
		return -1;
	shell = cli->args.words[0];
	for (size_t i = 0; i < N_SHELLS; i++) {
		if (strcmp(shell, shells[i].name) != 0)
			continue;
		shells[i].render(&out);
		wt_ui_answer(&cli->ui, (struct wt_str){ out.data, out.len });
		wt_buf_clear(&out);
		return 0;
	}
	nearest = wt_text_nearest(shell, names, N_SHELLS);
	wt_fail(err, WT_E_USAGE, "there is no completion for '%s', only for %s", shell, SHELLS);
	wt_hint(err, "wtorch completion %s", nearest ? nearest : "bash");
	return -1;
}

const struct wt_command wt_cmd_completion = {
	.name = "completion",
	.summary = "print a script that completes command lines",
	.usage = "bash|zsh|fish",
	.about = "Prints a script for that shell. An installed wtorch has put it in its place "
		 "already; otherwise, for the shell that runs now:\n\n"
		 "bash: source <(wtorch completion bash)\n\n"
		 "zsh: source <(wtorch completion zsh)\n\n"
		 "fish: wtorch completion fish | source",
	.opts = { .next = &wt_common_opts },
	.needs = WT_NEEDS_NOTHING,
	.run = completion_run,
};
