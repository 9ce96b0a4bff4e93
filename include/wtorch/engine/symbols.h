/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_SYMBOLS_H
#define WT_ENGINE_SYMBOLS_H

/*
 * Where the base defines, and where it uses, what the text of tasks names, with the help of
 * universal-ctags. Without that program nothing is found and nothing is said; `doctor` tells.
 *
 * What counts is the base's commit: what is checked out may be half done, and agents will not
 * see it. The checkout only tells, and fast, which files need not be looked at: a file in which
 * no name is found there is left alone, so one that lost the name by an edit that is not
 * committed is missed. ctags is given the few blobs that have a name, on its standard input. It
 * reads no options of the user's or the project's (--options=NONE), opens no file, and runs in
 * its own sandbox where it has one; time, input and output are bounded. No name, no work. What
 * was found is kept with the id of the tree (cache.h).
 *
 * Files that are no code by their name (documents, data, locks), that are binary or large, are
 * left out.
 */

#include "wtorch/core/plan.h"
#include "wtorch/engine/ports.h"

struct wt_symbols_inputs {
	const struct wt_tasks *tasks; /* those that are planned are looked at */
	const struct wt_oid *tree;    /* of the base */
};

/* Adds a hint or a warning to diags when something had to be left out; never fails. */
void wt_symbols_read(const struct wt_ports *ports, const struct wt_symbols_inputs *in,
		     struct wt_arena *a, struct wt_evidence *out, struct wt_diags *diags);

/* The ctags that would be used, its path appended to out; false when there is none. Another
 * program of the name, without what is needed, is none. */
bool wt_symbols_find_ctags(const struct wt_ports *ports, struct wt_buf *out);

#endif
