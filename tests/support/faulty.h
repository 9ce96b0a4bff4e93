/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_FAULTY_H
#define WT_TESTS_FAULTY_H

/*
 * Ports that work until they are told to fail: a wrapper around the real (or fake) ones that
 * counts and logs every call that can fail, over all of fs, journal, proc and git together.
 * Linked into the tests of engine.
 *
 * Sweeping a fault over every call of an action:
 *
 *	size_t n = 0;
 *
 *	do {
 *		prepare();                             a fresh repository, run, ...
 *		f = faulty_new(&real);
 *		faulty_arm(f, FAULTY_BEFORE, "", ++n);
 *		rc = act(faulty_ports(f), &err);
 *		was_hit = faulty_hit(f);
 *		if (was_hit)
 *			check_nothing_was_lost(faulty_last(f));
 *		faulty_free(f);
 *	} while (was_hit);
 *
 * An injected failure is WT_E_ENV "injected fault in <name>". Names are "fs.replace",
 * "journal.append", "proc.run", "git.update_ref" and so on.
 */

#include <stdbool.h>
#include <stddef.h>

#include "wtorch/base/arena.h"
#include "wtorch/engine/ports.h"

enum faulty_kind {
	/* The call fails and does nothing: a full disk, a missing program. */
	FAULTY_BEFORE,
	/* The call does its work and then says that it failed: a lost answer. Calls that only
	 * read, and those that would leave the caller with something to close, do nothing. */
	FAULTY_AFTER,
	/* That call and all later ones do nothing and fail: what is left is what kill -9 at
	 * that place would leave, but for calls that cannot fail (unlock, close). */
	FAULTY_CRASH,
};

struct faulty;

/* real and all it points at are borrowed; a port that is NULL there stays NULL. When git is not
 * open yet (its self is NULL), a git_open through the wrapper gives the real one, unwrapped. */
struct faulty *faulty_new(const struct wt_ports *real);
void faulty_free(struct faulty *f);
const struct wt_ports *faulty_ports(struct faulty *f);

/* From now on the n-th call (1-based; 0: none) whose name begins with prefix ("" is any). The
 * count begins anew, the log too. */
void faulty_arm(struct faulty *f, enum faulty_kind kind, const char *prefix, size_t n);
bool faulty_hit(const struct faulty *f);     /* the armed fault has struck */
size_t faulty_calls(const struct faulty *f); /* logged since the last arm */
/* "git.update_ref refs/heads/main": the i-th call with what it was about; i < faulty_calls. */
const char *faulty_call(const struct faulty *f, size_t i);
const char *faulty_last(const struct faulty *f); /* the call that failed first; "" when none */

#endif
