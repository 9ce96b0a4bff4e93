/* SPDX-License-Identifier: MIT */
/* The completion for fish: one line for each command and option. */

#include <string.h>

#include "completion.h"

static void put_quoted(const char *text, struct wt_buf *out)
{
	wt_buf_putc(out, '\'');
	for (; *text; text++) {
		if (strchr("'\\", *text))
			wt_buf_putc(out, '\\');
		wt_buf_putc(out, *text);
	}
	wt_buf_putc(out, '\'');
}

static void put_offer(struct wt_arena *a, enum wt_offer offer, const char *words,
		      struct wt_buf *out)
{
	switch (offer) {
	case WT_OFFER_NOTHING:
		wt_buf_puts(out, " -x");
		break;
	case WT_OFFER_FILES:
		wt_buf_puts(out, " -r -F");
		break;
	case WT_OFFER_FOLDERS:
		wt_buf_puts(out, " -x -a '(__fish_complete_directories)'");
		break;
	case WT_OFFER_KEYS:
		wt_buf_printf(out, " -x -a '%s'", wt_completion_keys(a));
		break;
	case WT_OFFER_WORDS:
		wt_buf_printf(out, " -x -a '%s'", words);
		break;
	}
}

static void put_options(struct wt_arena *a, const struct wt_opts *opts, const char *condition,
			struct wt_buf *out)
{
	for (; opts; opts = opts->next) {
		for (size_t i = 0; i < opts->n; i++) {
			const struct wt_opt *o = &opts->items[i];
			const char *words;
			enum wt_offer offer = wt_offer_of_option(o, &words);

			wt_buf_printf(out, "complete -c wtorch -n '%s' -l %s", condition, o->name);
			if (o->also)
				wt_buf_printf(out, " -l %s", o->also);
			if (o->letter)
				wt_buf_printf(out, " -s %c", o->letter);
			if (o->arg)
				put_offer(a, offer, words, out);
			wt_buf_puts(out, " -d ");
			put_quoted(o->help, out);
			wt_buf_putc(out, '\n');
		}
	}
}

static void put_command(struct wt_arena *a, const struct wt_command *c, struct wt_buf *out)
{
	const char *words;
	enum wt_offer offer = wt_offer_of_command(a, c, &words);
	char *seen = wt_arena_printf(a, "__fish_seen_subcommand_from %s", c->name);

	wt_buf_printf(out, "complete -c wtorch -n __fish_use_subcommand -a %s -d ", c->name);
	put_quoted(c->summary, out);
	wt_buf_putc(out, '\n');
	put_options(a, &c->opts, seen, out);
	if (offer == WT_OFFER_FILES)
		wt_buf_printf(out, "complete -c wtorch -n '%s' -F\n", seen);
	else if (offer == WT_OFFER_WORDS)
		wt_buf_printf(out, "complete -c wtorch -n '%s' -a '%s'\n", seen, words);
}

void wt_completion_fish(struct wt_buf *out)
{
	struct wt_arena a = { 0 };
	size_t n;
	const struct wt_command *const *commands = wt_commands(&n);

	wt_buf_puts(out, "# fish completion for wtorch, made by `wtorch completion fish`\n\n"
			 "complete -c wtorch -f\n");
	put_options(&a, wt_global_opts(), "__fish_use_subcommand", out);
	for (size_t i = 0; i < n; i++)
		put_command(&a, commands[i], out);
	wt_arena_clear(&a);
}
