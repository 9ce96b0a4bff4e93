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
#include "wtorch/base/text.h"

struct wt_pattern;

/* WT_E_USAGE: it is empty, or no regular expression. */
WT_MUST_USE enum wt_code wt_pattern_new(const char *text, struct wt_pattern **out,
					struct wt_error *err);
bool wt_pattern_matches(const struct wt_pattern *pattern, const char *text);
void wt_pattern_free(struct wt_pattern *pattern);

/*
 * What the first group of an extended regular expression matches, in texts that others wrote. So
 * that no text makes it slow and no expression large, back-references are refused, and
 * repetitions that multiply to more than 1000.
 */
struct wt_capture;

/* WT_E_USAGE: it does not compile, has no group, or asks for too much. */
WT_MUST_USE enum wt_code wt_capture_new(const char *text, struct wt_capture **out,
					struct wt_error *err);
/* The group of the first match in one line; false where there is none, or it is not part of it. */
bool wt_capture_find(const struct wt_capture *capture, const char *line, struct wt_str *group);
void wt_capture_free(struct wt_capture *capture);

#endif
