/* SPDX-License-Identifier: MIT */
/* Each kind of nasty agent under the real shim, again and again: adapter_test_nasty [ROUNDS]. */

#include "tests/support/adapter_shim.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 2 /* of each kind, unless told */

struct kind {
	const char *mode;
	bool stays; /* it has to be stopped */
	bool tells; /* it makes the file */
	int rounds;
};

/* Everybody who escaped a shim has become our child, for we are the next subreaper above it:
 * whatever it did to its name, its session, its environment or its parents. */
static void check_nobody_escaped(const struct kind *kind, int round)
{
	siginfo_t info = { 0 };

	if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
		fail_msg("%s, round %d: somebody outlived the shim, pid %d of its dead", kind->mode,
			 round, (int)info.si_pid);
	check_int(errno, ECHILD);
}

static void check_files(struct shim_world *w)
{
	char names[256];

	check_int(shim_run_shell(w, "rm -f file; echo * attempt/*", names, sizeof names), 0);
	check_str(names,
		  "attempt attempt/agent.log attempt/claim attempt/exit.json attempt/start\n");
}

/* Not by the adapter: the shim's end must stay to be told. */
static void wait_for_its_file(const struct shim_world *w)
{
	for (int i = 0; access(w->file, F_OK) < 0; i++) {
		if (i == 60000)
			fail_msg("the agent never made its file");
		usleep(1000);
	}
}

/* In each second round it is stopped in the middle, be it as it may by then. */
static void try_once(const struct kind *kind, int round)
{
	struct shim_world *w;
	struct wt_error err;
	void *state;

	shim_set_up(&state);
	w = state;
	shim_start_nasty(w, kind->mode);
	if (kind->stays || (kind->tells && round % 2)) {
		wait_for_its_file(w);
		if (w->proc.signal(w->proc.self, &w->shim, SIGTERM, &err) != WT_OK)
			check_int(err.code, WT_E_NOT_FOUND);
	}
	check_int(shim_wait(w), 0);
	check_nobody_escaped(kind, round);
	check_contains(w->record, "\"survivors\":[]");
	if (kind->tells)
		shim_check_gone(w->file);
	check_files(w);
	shim_tear_down(&state);
}

static void try_all(void **state)
{
	const struct kind *kind = *state;

	check_int(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	for (int round = 0; round < kind->rounds; round++)
		try_once(kind, round);
	print_message("%s: %d rounds, 0 survivors\n", kind->mode, kind->rounds);
}

static void test_nasty__double_forked_daemons_end(void **state)
{
	try_all(state);
}

static void test_nasty__daemons_without_environment_end(void **state)
{
	try_all(state);
}

static void test_nasty__those_deaf_to_signals_end(void **state)
{
	try_all(state);
}

static void test_nasty__those_that_fork_and_exit_for_ever_end(void **state)
{
	try_all(state);
}

static void test_nasty__holders_of_the_output_end(void **state)
{
	try_all(state);
}

static void test_nasty__stopped_daemons_end(void **state)
{
	try_all(state);
}

static void test_nasty__children_of_threads_end(void **state)
{
	try_all(state);
}

static void test_nasty__floods_end(void **state)
{
	try_all(state);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : ROUNDS;
	struct kind daemon = { "daemon", false, true, rounds };
	struct kind unmarked = { "unmarked", false, true, rounds };
	struct kind deaf = { "deaf", true, true, rounds };
	struct kind runaway = { "runaway", false, true, rounds };
	struct kind holder = { "holder", false, true, rounds };
	struct kind stopped = { "stopped", false, true, rounds };
	struct kind thread = { "thread", true, true, rounds };
	struct kind flood = { "flood", false, false, rounds };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_nasty__double_forked_daemons_end, &daemon),
		cmocka_unit_test_prestate(test_nasty__daemons_without_environment_end, &unmarked),
		cmocka_unit_test_prestate(test_nasty__those_deaf_to_signals_end, &deaf),
		cmocka_unit_test_prestate(test_nasty__those_that_fork_and_exit_for_ever_end,
					  &runaway),
		cmocka_unit_test_prestate(test_nasty__holders_of_the_output_end, &holder),
		cmocka_unit_test_prestate(test_nasty__stopped_daemons_end, &stopped),
		cmocka_unit_test_prestate(test_nasty__children_of_threads_end, &thread),
		cmocka_unit_test_prestate(test_nasty__floods_end, &flood),
	};

	if (rounds < 1) {
		fputs("usage: adapter_test_nasty [ROUNDS]\n", stderr);
		return 2;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
