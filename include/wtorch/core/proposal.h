/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_PROPOSAL_H
#define WT_CORE_PROPOSAL_H

/*
 * How a project is tested, as far as the files at its top say so: what `init` proposes as gates.
 * Nothing is guessed. A command is proposed only where a file names the target, the script or the
 * tool that it runs; it has to work in a fresh checkout, so it installs or builds what the same
 * files say has to be there first.
 *
 *	files = wt_proposal_files(arena, &n)
 *	files[i].is_there, text and json      filled in by whoever can read, as wants says
 *	n = wt_proposal_build(files, n, arena, out)
 */

#include <stdbool.h>
#include <stddef.h>

#include "wtorch/base/arena.h"
#include "wtorch/base/json.h"

#define WT_MAX_PROPOSALS 8u

enum wt_proposal_want { WT_WANT_NAME, WT_WANT_TEXT, WT_WANT_JSON };

/* A file at the top of the checkout. */
struct wt_proposal_file {
	const char *name;
	enum wt_proposal_want wants;
	bool is_there;
	const char *text;           /* TEXT; NULL: cannot be read, or is too large */
	const struct wt_json *json; /* JSON; NULL: it is none */
};

struct wt_proposal {
	const char *gate;    /* "tests", or where there are several "tests-npm" */
	const char *command; /* a line for /bin/sh */
	const char *from;    /* the file that says so */
};

/* Those that are asked for, in the arena; nothing is known of them yet. */
struct wt_proposal_file *wt_proposal_files(struct wt_arena *a, size_t *n);

/* In the order cmake, make, npm, cargo, go, pytest, maven; how many there are. Texts live in the
 * arena. */
size_t wt_proposal_build(const struct wt_proposal_file *files, size_t n, struct wt_arena *a,
			 struct wt_proposal out[WT_MAX_PROPOSALS]);

#endif
