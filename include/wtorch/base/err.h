/* SPDX-License-Identifier: MIT */
#ifndef WT_BASE_ERR_H
#define WT_BASE_ERR_H

/*
 * One failure, carried by value from where its cause is known to where it is shown.
 *
 * A function that can fail returns enum wt_code, takes a struct wt_error * as its last
 * parameter and fills it exactly once, where the cause is known:
 *
 *	if (!commit)
 *		return wt_fail(err, WT_E_ENV, "cannot read commit '%s'", name);
 *
 * A caller that knows more puts it in front with wt_wrap(), at most once per layer, and what
 * the user can type next goes into wt_hint(). The error belongs to the caller, usually on its
 * stack; nothing here allocates or keeps a "last error". On success it is left alone. Several
 * problems in the user's input are not an error but a list: see diag.h.
 *
 * Texts are lower case without a full stop, quote names with '', and need not be made safe for
 * a terminal: the one place that prints does that.
 */

#include <stddef.h>

enum wt_code {
	WT_OK = 0,
	WT_E_USAGE,       /* the command line is wrong: exit 2 */
	WT_E_INPUT,       /* the user's input or configuration is wrong: exit 5 */
	WT_E_ENV,         /* repository, git, disk, agent, network: exit 6 */
	WT_E_STATE,       /* the run or task is not in a state that allows this: exit 1 */
	WT_E_BUSY,        /* another orchestrator holds the repository: exit 6 */
	WT_E_CONFLICT,    /* a merge conflict needs a person: exit 3 */
	WT_E_NOT_FOUND,   /* a file, ref or object is absent; callers often expect it */
	WT_E_EXISTS,      /* something is already there */
	WT_E_RACED,       /* a compare-and-swap lost: the value had moved */
	WT_E_TIMEOUT,     /* a deadline passed */
	WT_E_INTERRUPTED, /* the user asked us to stop: exit 130 or 143 */
	WT_E_BUG,         /* wtorch contradicts itself: exit 70 */
};

/* A place in the user's input; line and column are 1-based, column in bytes, 0 is unknown. */
struct wt_place {
	const char *path; /* borrowed; NULL when there is no place */
	size_t line;
	size_t column;
};

struct wt_error {
	enum wt_code code;
	char msg[512];  /* what could not be done, to what, because of what */
	char hint[256]; /* one thing the user can type next, or empty */
	struct wt_place place;
};

#define WT_MUST_USE __attribute__((warn_unused_result))
#define WT_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Fills err and returns code, so that it can be returned directly. err may not be NULL. */
enum wt_code wt_fail(struct wt_error *err, enum wt_code code, const char *fmt, ...)
	WT_PRINTF(3, 4);

/* As wt_fail, with ": <text of errnum>" appended (ENOSPC and friends are named). */
enum wt_code wt_fail_errno(struct wt_error *err, enum wt_code code, int errnum, const char *fmt,
			   ...) WT_PRINTF(4, 5);

/* Puts the formatted context and ": " in front of the message; returns err->code. */
enum wt_code wt_wrap(struct wt_error *err, const char *fmt, ...) WT_PRINTF(2, 3);

/* Sets the hint; returns err->code. */
enum wt_code wt_hint(struct wt_error *err, const char *fmt, ...) WT_PRINTF(2, 3);

#endif
