/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_SCRATCH_H
#define WT_TESTS_SCRATCH_H

/*
 * A folder of its own for a test that works on real files, processes or repositories, linked
 * into the tests of adapter and engine.
 *
 *	static void test_x__does_y(void **state)
 *	{
 *		struct scratch *s = *state;
 *		const char *repo = scratch_repo(s, "repo", 5);
 *
 *		scratch_run(s, "cd repo && git branch topic");
 *		check_str(scratch_output(s, "git -C repo branch --list topic"), "  topic\n");
 *	}
 *	cmocka_unit_test_setup_teardown(test_x__does_y, scratch_setup, scratch_teardown)
 *
 * The folder lies under TMPDIR (or /tmp) and goes away with the test, unless the variable
 * WTORCH_KEEP_SCRATCH is set. HOME is the folder "home" in it, git reads no other configuration
 * and knows a user and the branch main, and no GIT_* variable of the caller is left. Strings
 * given out live until the test ends. Whatever goes wrong in here fails the test and says why.
 */

#include <stddef.h>

#include "tests/support/check.h"
#include "wtorch/base/arena.h"

struct scratch {
	const char *dir; /* absolute, links resolved */
	struct wt_arena arena;
};

/* For cmocka: *state is the struct scratch. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* The formatted path inside the folder, absolute. */
const char *scratch_path(struct scratch *s, const char *fmt, ...) WT_PRINTF(2, 3);

/* A shell command in the folder; anything but exit status 0 fails the test, with its output. */
void scratch_run(struct scratch *s, const char *fmt, ...) WT_PRINTF(2, 3);
/* As scratch_run, and gives what the command wrote to standard output. */
const char *scratch_output(struct scratch *s, const char *fmt, ...) WT_PRINTF(2, 3);
/* Gives the exit status instead of minding it; 128 + N for a signal. */
int scratch_status(struct scratch *s, const char *fmt, ...) WT_PRINTF(2, 3);

/* A whole file, NUL-terminated; len may be NULL. Paths are relative to the folder. */
const char *scratch_read(struct scratch *s, const char *path, size_t *len);
/* Makes the parents too and replaces what is there. */
void scratch_write(struct scratch *s, const char *path, const char *text);

/* A repository with n files src/file-1.txt ... of ten lines each, committed on main; its
 * absolute path. */
const char *scratch_repo(struct scratch *s, const char *name, size_t n);

#endif
