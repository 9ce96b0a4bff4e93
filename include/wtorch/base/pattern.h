/* SPDX-License-Identifier: MIT */
#ifndef WT_BASE_PATTERN_H
#define WT_BASE_PATTERN_H

/*
 * What a person looks for in texts: a piece of text, found in any (ASCII) case; or, written
 * between two slashes, an extended regular expression: "/pars(er|ing)/", in any case too. There
 * '.' and '[^...]' end at the end of a line, where '^' and '$' match.
 */

#include <stdbool.h>

#include "wtorch/base/err.h"

struct wt_pattern;

/* WT_E_USAGE: it is empty, or no regular expression. */
WT_MUST_USE enum wt_code wt_pattern_new(const char *text, struct wt_pattern **out,
					struct wt_error *err);
bool wt_pattern_matches(const struct wt_pattern *pattern, const char *text);
void wt_pattern_free(struct wt_pattern *pattern);

#endif
