/* SPDX-License-Identifier: MIT */
#ifndef WT_SRC_ADAPTER_GIT_PROGRAM_LOCK_H
#define WT_SRC_ADAPTER_GIT_PROGRAM_LOCK_H

/*
 * Changing the index of a checkout so that a crash can be told from a git command at work. We
 * hold index.lock ourselves, with our process in it, and git works on a copy of the index that
 * then replaces it. So an index.lock with the name of a dead process is provably ours, and one
 * without is never touched.
 */

#include <sys/types.h>

#include "git_priv.h"

struct git_index_lock {
	const char *index, *lock, *draft;
	const char *next, *next_lock; /* the copy, and git's own lock of it */
	const char *set[3];           /* for git_call: work on the copy, marked as ours */
	bool was_left;                /* a dead process of ours had it: its work was cut short */
	bool is_held;                 /* by checkout_lock: unlocking leaves it */
};

enum git_index_use {
	GIT_INDEX_LOOK,  /* nothing is written in the checkout */
	GIT_INDEX_WRITE, /* from now on the lock says so */
	GIT_INDEX_MEND,  /* as WRITE, and a lock whose work was cut short is taken over */
};

/* Takes the lock, or uses the one that checkout_lock holds on it, and makes the copy. WT_E_BUSY
 * when the index is locked by somebody else, or by a dead one of ours whose work was cut short and
 * use is not MEND. Paths live in the arena. */
enum wt_code git_index_lock(struct git_self *g, const char *checkout, enum git_index_use use,
			    struct wt_arena *a, struct git_index_lock *out, struct wt_error *err);
/* The copy becomes the index; the lock stays. */
enum wt_code git_index_replace(struct git_index_lock *lock, struct wt_error *err);
void git_index_unlock(struct git_index_lock *lock);

/* True while checkout_lock holds that checkout. */
bool git_index_is_held(const struct git_self *g, const char *checkout);

/* The first bytes of a file, NUL-terminated; negative when it cannot be read. */
ssize_t git_read_start(const char *path, char *out, size_t size);

/* "NAME=value" of the git processes that move a base or its checkout. */
const char *git_landing_mark(const struct git_self *g, struct wt_arena *a);

#endif
