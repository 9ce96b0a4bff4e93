/* SPDX-License-Identifier: MIT */
/* The completion for bash; needs nothing but bash itself. */

#include "completion.h"

/* Options of a table as words: "--jobs -j --max-parallel". */
static void put_options(const struct wt_opts *opts, struct wt_buf *out)
{
	const char *blank = "";

	for (; opts; opts = opts->next) {
		for (size_t i = 0; i < opts->n; i++) {
			const struct wt_opt *o = &opts->items[i];

			wt_buf_printf(out, "%s--%s", blank, o->name);
			blank = " ";
			if (o->also)
				wt_buf_printf(out, " --%s", o->also);
			if (o->letter)
				wt_buf_printf(out, " -%c", o->letter);
		}
	}
}

static void put_offer(enum wt_offer offer, const char *words, struct wt_buf *out)
{
	static const char *const calls[] = {
		[WT_OFFER_NOTHING] = "COMPREPLY=()",
		[WT_OFFER_FILES] = "_wtorch_files -f",
		[WT_OFFER_FOLDERS] = "_wtorch_files -d",
		[WT_OFFER_KEYS] = "_wtorch_keys",
	};

	if (offer == WT_OFFER_WORDS)
		wt_buf_printf(out, "_wtorch_words '%s'", words);
	else
		wt_buf_puts(out, calls[offer]);
}

static void put_values(const struct wt_opts *opts, const char *command, struct wt_buf *out)
{
	for (; opts; opts = opts->next) {
		for (size_t i = 0; i < opts->n; i++) {
			const struct wt_opt *o = &opts->items[i];
			const char *words;
			enum wt_offer offer = wt_offer_of_option(o, &words);

			if (!o->arg)
				continue;
			wt_buf_printf(out, "\t\t%s:--%s", command, o->name);
			if (o->also)
				wt_buf_printf(out, " | %s:--%s", command, o->also);
			if (o->letter)
				wt_buf_printf(out, " | %s:-%c", command, o->letter);
			wt_buf_puts(out, ") ");
			put_offer(offer, words, out);
			wt_buf_puts(out, "; return ;;\n");
		}
	}
}

/* The words that stand alone; "=" is one of its own, so "--mode=x" is three. */
static const char head[] = "# bash completion for wtorch, made by `wtorch completion bash`\n"
			   "\n"
			   "_wtorch_words() { COMPREPLY=($(compgen -W \"$1\" -- \"$cur\")); }\n"
			   "\n"
			   "_wtorch_files()\n"
			   "{\n"
			   "\tlocal IFS=$'\\n'\n"
			   "\tcompopt -o filenames 2>/dev/null\n"
			   "\tCOMPREPLY=($(compgen \"$1\" -- \"$cur\"))\n"
			   "}\n"
			   "\n"
			   "_wtorch_keys()\n"
			   "{\n"
			   "\tcompopt -o nospace 2>/dev/null\n"
			   "\t_wtorch_words \"$_wtorch_key_names\"\n"
			   "}\n"
			   "\n";

static const char body[] =
	"_wtorch()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= i\n"
	"\tCOMPREPLY=()\n"
	"\tif [[ $cur == = ]]; then\n"
	"\t\tcur=\n"
	"\telif [[ $prev == = ]] && ((COMP_CWORD > 1)); then\n"
	"\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
	"\tfi\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tcase ${COMP_WORDS[i]} in\n";

static void put_global_values(struct wt_buf *out)
{
	for (const struct wt_opts *opts = wt_global_opts(); opts; opts = opts->next) {
		for (size_t i = 0; i < opts->n; i++) {
			const struct wt_opt *o = &opts->items[i];

			if (!o->arg)
				continue;
			wt_buf_printf(out, "\t\t--%s", o->name);
			if (o->letter)
				wt_buf_printf(out, " | -%c", o->letter);
			wt_buf_puts(out,
				    ") [[ ${COMP_WORDS[i+1]} == = ]] && ((i++)); ((i++)) ;;\n");
		}
	}
	wt_buf_puts(out, "\t\t-*) ;;\n"
			 "\t\t*) command=${COMP_WORDS[i]}; break ;;\n"
			 "\t\tesac\n"
			 "\tdone\n");
}

static void put_commands(struct wt_arena *a, struct wt_buf *out)
{
	size_t n;
	const struct wt_command *const *commands = wt_commands(&n);

	wt_buf_puts(out, "\tcase $command:$prev in\n");
	put_values(wt_global_opts(), "", out);
	for (size_t i = 0; i < n; i++)
		put_values(&commands[i]->opts, commands[i]->name, out);
	wt_buf_puts(out, "\tesac\n\tcase $command:$cur in\n\t\t:-*) _wtorch_words '");
	put_options(wt_global_opts(), out);
	wt_buf_printf(out, "' ;;\n\t\t:*) _wtorch_words '%s' ;;\n", wt_completion_commands(a));
	for (size_t i = 0; i < n; i++) {
		const char *words;
		enum wt_offer offer = wt_offer_of_command(a, commands[i], &words);

		wt_buf_printf(out, "\t\t%s:-*) _wtorch_words '", commands[i]->name);
		put_options(&commands[i]->opts, out);
		wt_buf_printf(out, "' ;;\n\t\t%s:*) ", commands[i]->name);
		put_offer(offer, words, out);
		wt_buf_puts(out, " ;;\n");
	}
	wt_buf_puts(out, "\tesac\n}\n\ncomplete -F _wtorch wtorch\n");
}

void wt_completion_bash(struct wt_buf *out)
{
	struct wt_arena a = { 0 };

	wt_buf_puts(out, head);
	wt_buf_printf(out, "_wtorch_key_names='%s'\n\n", wt_completion_keys(&a));
	wt_buf_puts(out, body);
	put_global_values(out);
	put_commands(&a, out);
	wt_arena_clear(&a);
}
