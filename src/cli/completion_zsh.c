/* SPDX-License-Identifier: MIT */
/* The completion for zsh: one _arguments call for each command. */

#include <string.h>

#include "completion.h"

/* What stands in single quotes, and in a description in brackets or behind a colon. */
static void put_escaped(const char *text, struct wt_buf *out)
{
	for (; *text; text++) {
		if (*text == '\'')
			wt_buf_puts(out, "'\\''");
		else if (strchr("[]:\\", *text))
			wt_buf_printf(out, "\\%c", *text);
		else
			wt_buf_putc(out, *text);
	}
}

static void put_offer(enum wt_offer offer, const char *words, struct wt_buf *out)
{
	static const char *const calls[] = {
		[WT_OFFER_NOTHING] = " ",
		[WT_OFFER_FILES] = "_files",
		[WT_OFFER_FOLDERS] = "_files -/",
		[WT_OFFER_KEYS] = "_wtorch_keys",
	};

	if (offer == WT_OFFER_WORDS)
		wt_buf_printf(out, "(%s)", words);
	else
		wt_buf_puts(out, calls[offer]);
}

static void put_spec(const struct wt_opt *o, const char *name, struct wt_buf *out)
{
	const char *words;
	enum wt_offer offer = wt_offer_of_option(o, &words);

	wt_buf_printf(out, " \\\n\t\t\t'*%s", name);
	if (o->arg)
		wt_buf_puts(out, name[1] == '-' ? "=" : "+");
	wt_buf_putc(out, '[');
	put_escaped(o->help, out);
	wt_buf_putc(out, ']');
	if (o->arg) {
		wt_buf_putc(out, ':');
		put_escaped(o->arg, out);
		wt_buf_putc(out, ':');
		put_offer(offer, words, out);
	}
	wt_buf_putc(out, '\'');
}

static void put_options(struct wt_arena *a, const struct wt_opts *opts, struct wt_buf *out)
{
	for (; opts; opts = opts->next) {
		for (size_t i = 0; i < opts->n; i++) {
			const struct wt_opt *o = &opts->items[i];

			put_spec(o, wt_arena_printf(a, "--%s", o->name), out);
			if (o->also)
				put_spec(o, wt_arena_printf(a, "--%s", o->also), out);
			if (o->letter)
				put_spec(o, wt_arena_printf(a, "-%c", o->letter), out);
		}
	}
}

static void put_command(struct wt_arena *a, const struct wt_command *c, struct wt_buf *out)
{
	const char *words;
	enum wt_offer offer = wt_offer_of_command(a, c, &words);

	wt_buf_printf(out, "\t\t%s)\n\t\t_arguments -s -S", c->name);
	put_options(a, &c->opts, out);
	if (*c->usage) {
		wt_buf_puts(out, " \\\n\t\t\t'*:");
		put_escaped(c->usage, out);
		wt_buf_putc(out, ':');
		put_offer(offer, words, out);
		wt_buf_putc(out, '\'');
	}
	wt_buf_puts(out, "\n\t\t;;\n");
}

void wt_completion_zsh(struct wt_buf *out)
{
	struct wt_arena a = { 0 };
	size_t n;
	const struct wt_command *const *commands = wt_commands(&n);

	wt_buf_printf(out,
		      "#compdef wtorch\n"
		      "# zsh completion for wtorch, made by `wtorch completion zsh`\n"
		      "\n"
		      "_wtorch_keys()\n"
		      "{\n"
		      "\tcompadd -S '' -- %s\n"
		      "}\n"
		      "\n"
		      "_wtorch_commands()\n"
		      "{\n"
		      "\tlocal -a commands\n"
		      "\tcommands=(\n",
		      wt_completion_keys(&a));
	for (size_t i = 0; i < n; i++) {
		wt_buf_printf(out, "\t\t'%s:", commands[i]->name);
		put_escaped(commands[i]->summary, out);
		wt_buf_puts(out, "'\n");
	}
	wt_buf_puts(out, "\t)\n"
			 "\t_describe command commands\n"
			 "}\n"
			 "\n"
			 "_wtorch()\n"
			 "{\n"
			 "\tlocal curcontext=$curcontext state line\n"
			 "\t_arguments -s -S -C");
	put_options(&a, wt_global_opts(), out);
	wt_buf_puts(out, " \\\n\t\t\t'1:command:_wtorch_commands' \\\n"
			 "\t\t\t'*::argument:->command' && return\n"
			 "\t[[ $state == command ]] || return\n"
			 "\tcase $line[1] in\n");
	for (size_t i = 0; i < n; i++)
		put_command(&a, commands[i], out);
	wt_buf_puts(out, "\tesac\n"
			 "}\n"
			 "\n"
			 "if [[ $funcstack[1] == _wtorch ]]; then\n"
			 "\t_wtorch \"$@\"\n"
			 "else\n"
			 "\tcompdef _wtorch wtorch\n"
			 "fi\n");
	wt_arena_clear(&a);
}
