/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_CHECK_H
#define WT_TESTS_CHECK_H

/* What every test file includes: cmocka with the headers it wants in front of it, and the
 * assertions that our tests use most. */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wtorch/base/err.h"

#define check_str(got, want) assert_string_equal((got), (want))
#define check_int(got, want) assert_int_equal((got), (want))

/* For what cannot be tried under scripts/test-valgrind; tests/README.md lists what that is. */
#define skip_under_valgrind(why)                                              \
	do {                                                                  \
		if (getenv("WTORCH_TEST_VALGRIND")) {                         \
			print_message("skipped under valgrind: %s\n", (why)); \
			skip();                                               \
		}                                                             \
	} while (0)

/* A fork there shares no memory, not even posix_spawn's, so the parent is told of a child that
 * ended with 127, and not that exec failed. */
#define skip_where_exec_is_silent() skip_under_valgrind("posix_spawn cannot tell that exec failed")

/* How many times slower than usual everything may be: scripts/test-valgrind. */
static inline int test_factor(void)
{
	const char *factor = getenv("WTORCH_TEST_FACTOR");

	return factor ? (int)strtol(factor, NULL, 10) : 1;
}

/* WTORCH_SWEEP in the environment: everything is tried, however long it takes. */
static inline bool is_sweeping(void)
{
	const char *text = getenv("WTORCH_SWEEP");

	return text && strtol(text, NULL, 10) > 0;
}

/* Of the places of a sweep over ports, every third one, but each in a sweep. Where tests begin at
 * different ones of the first three, they have tried all between them. */
static inline size_t sweep_step(void)
{
	return is_sweeping() ? 1 : 3;
}

/* How often something random is tried: ten times as often in a sweep, and less often where
 * everything is slower. */
static inline int rounds_of(int rounds)
{
	return rounds * (is_sweeping() ? 10 : 1) / test_factor();
}

/* Whoever starts the tests in the background of a script, or by nohup, has told them to ignore
 * these, and what is ignored at the start stays so. */
static inline void heed_signals(void)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
}

/* The call succeeded; on failure the error's text is shown. */
#define check_ok(call, error)                                                                      \
	do {                                                                                       \
		if ((call) != WT_OK)                                                               \
			fail_msg("%s: %s", #call, (error).msg);                                    \
	} while (0)

/* The text occurs in the other. */
#define check_contains(text, part)                                                                 \
	do {                                                                                       \
		if (!strstr((text), (part)))                                                       \
			fail_msg("'%s' does not contain '%s'", (text), (part));                    \
	} while (0)

#endif
