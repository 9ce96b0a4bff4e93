/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_EXPAND_H
#define WT_CORE_EXPAND_H

/*
 * Fills the words in braces of a template: "{repo}-wt{id:03}". A word that is not in the list
 * is an error that names the known ones; "{{" and "}}" stand for the braces themselves. The
 * values are data: they are never searched for braces again.
 */

#include "wtorch/base/buf.h"
#include "wtorch/base/err.h"

struct wt_word {
	const char *name;  /* "id"; "id:03" is derived from it */
	const char *value; /* NULL counts as "" */
};

WT_MUST_USE enum wt_code wt_expand(const char *template, const struct wt_word *words, size_t n,
				   struct wt_buf *out, struct wt_error *err);

#endif
