/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_SHELL_LINE_H
#define WT_ENGINE_SHELL_LINE_H

/*
 * A command line for a shell, with words in braces whose values nobody vouches for. A value is
 * never part of the text that the shell reads: it is handed over as an argument, and the line
 * refers to it as "${1}", quoted so that it stays one word between quotes of either kind and
 * without any. So no title can become a command, wherever the user has put it.
 */

#include "wtorch/base/arena.h"
#include "wtorch/core/expand.h"

/* argv: /bin/sh -c LINE wtorch VALUE..., in the arena, ending with NULL. */
WT_MUST_USE enum wt_code wt_shell_line(struct wt_arena *a, const char *template,
				       const struct wt_word *words, size_t n,
				       const char *const **argv, struct wt_error *err);

#endif
