/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_EXPAND_H
#define WT_CORE_EXPAND_H

/*
 * Fills the words in braces of a template: "{repo}-wt{id:03}". Every brace that is not part of
 * a known word is an error that names the known ones, so that a slip is found before anything
 * is made from it; "{{" and "}}" stand for the braces themselves. The values are data: they are
 * never searched for braces again.
 *
 * "{id:03}" pads with zeros, to three digits, the number in the value: "65" gives "065", "US-7"
 * "US-007", "2.5" "002.5". Of several numbers it is the last; a value without one is left as
 * it is.
 */

#include "wtorch/base/buf.h"
#include "wtorch/base/err.h"

struct wt_word {
	const char *name;  /* "id"; "id:03" is derived from it */
	const char *value; /* NULL counts as "" */
};

/* Appends to out; on an error (WT_E_INPUT) out is as it was. */
WT_MUST_USE enum wt_code wt_expand(const char *template, const struct wt_word *words, size_t n,
				   struct wt_buf *out, struct wt_error *err);

#endif
