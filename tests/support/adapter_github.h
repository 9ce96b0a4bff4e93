/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_ADAPTER_GITHUB_H
#define WT_TESTS_ADAPTER_GITHUB_H

/*
 * tests/github/server.py for a test file: started once, begun anew for each test. Each test ends
 * with the question whether all requests were as GitHub wants them.
 *
 *	int main(void) { return cmocka_run_group_tests(tests, github_start, github_stop); }
 *	cmocka_unit_test_setup_teardown(test_x, github_begin, github_end)
 */

#include "tests/support/check.h"
#include "wtorch/adapter/adapters.h"

#define GITHUB_TOKEN "good"

struct github {
	struct wt_net net;
	struct wt_clock real, clock; /* clock is the real one, ahead by what was slept in haste */
	struct wt_forge forge;
	struct wt_arena a;
	struct wt_error err;
	int64_t ahead_ms, slept_ms;
	bool is_hasty; /* waits are over at once: what depends on the server's own clock may not */
	bool is_bad;   /* the requests are not as they should be, and that is what is tried */
	int told, stops_after; /* waiting() was told; should_stop says yes when asked that often */
	char why[128];
	int port;
};

int github_start(void **state);
int github_stop(void **state);
int github_begin(void **state);
int github_end(void **state);

/* The options of a forge at the server, to be changed before github_open. */
struct wt_forge_opts github_opts(struct github *g);
/* Opens g->forge; one that was open is closed. */
void github_open(struct github *g, const struct wt_forge_opts *opts);

/* POST /_test/WHAT with the formatted JSON, single quotes standing for double ones. */
void github_tell(struct github *g, const char *what, const char *fmt, ...) WT_PRINTF(3, 4);
const struct wt_json *github_ask(struct github *g, const char *what);
/* How many requests with that method came in. */
size_t github_count(struct github *g, const char *method);

/* The call failed with that code, in words that hold the part and not the token. */
#define github_fails(g, call, want, part)                                             \
	do {                                                                          \
		enum wt_code got_ = (call);                                           \
		if (got_ != (want))                                                   \
			fail_msg("%s: %d, not %d: %s", #call, (int)got_, (int)(want), \
				 got_ ? (g)->err.msg : "");                           \
		check_contains((g)->err.msg, part);                                   \
		assert_null(strstr((g)->err.msg, "Bearer"));                          \
	} while (0)

#endif
