/* SPDX-License-Identifier: MIT */
#ifndef WT_CLI_COMPLETION_H
#define WT_CLI_COMPLETION_H

/* Scripts that complete command lines in a shell, written from the tables of commands, options
 * and configuration keys. */

#include "wtorch/cli/cli.h"

void wt_completion_bash(struct wt_buf *out);
void wt_completion_zsh(struct wt_buf *out);
void wt_completion_fish(struct wt_buf *out);

/* What to offer for a value or a word. */
enum wt_offer { WT_OFFER_NOTHING, WT_OFFER_FILES, WT_OFFER_FOLDERS, WT_OFFER_KEYS, WT_OFFER_WORDS };

/* words is set for WT_OFFER_WORDS: separated by blanks, in the arena or static. */
enum wt_offer wt_offer_of_option(const struct wt_opt *opt, const char **words);
enum wt_offer wt_offer_of_command(struct wt_arena *a, const struct wt_command *command,
				  const char **words);

/* The names of all commands, separated by blanks; the keys that -c may set, as "run.jobs=". */
char *wt_completion_commands(struct wt_arena *a);
char *wt_completion_keys(struct wt_arena *a);

#endif
