/* SPDX-License-Identifier: MIT */
/* What the real shim does with agents that are silent. */

#include "tests/support/adapter_shim.h"

#include <signal.h>

static void test_shim__ends_what_is_silent_and_idle(void **state)
{
	struct shim_world *w = *state;

	shim_work_apart(w);
	w->silence_ms = 300;
	shim_start_nasty(w, "deaf");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "stalled", -1, SIGKILL);
}

static void test_shim__an_idle_event_loop_is_no_work(void **state)
{
	struct shim_world *w = *state;

	shim_work_apart(w);
	w->silence_ms = 1000;
	shim_start_nasty(w, "tick");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "stalled", -1, SIGTERM);
}

/* How long is told by its own record: several silences. */
static void test_shim__a_silent_agent_whose_child_works_is_not_stalled(void **state)
{
	struct shim_world *w = *state;

	shim_work_apart(w);
	w->silence_ms = 200;
	w->timeout_ms = 800;
	shim_start_nasty(w, "busy");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "timeout", -1, SIGTERM);
}

static void test_shim__output_alone_shows_life(void **state)
{
	struct shim_world *w = *state;

	shim_work_apart(w);
	w->silence_ms = 600;
	w->timeout_ms = 1200;
	shim_start_shell(w, "while :; do echo .; sleep 0.1; done");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "timeout", -1, SIGTERM);
}

static void test_shim__changing_files_alone_show_life(void **state)
{
	struct shim_world *w = *state;

	w->silence_ms = 1200;
	w->timeout_ms = 2000;
	shim_start_shell(w, "mkdir -p a/b; while :; do echo . >>a/b/c; sleep 0.1; done");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "timeout", -1, SIGTERM);
}

static void test_shim__tells_of_a_stall_before_it_ends_it(void **state)
{
	struct shim_world *w = *state;
	char text[256];
	long long since_ms, end_ms;

	shim_work_apart(w);
	w->silence_ms = 600;
	shim_start_nasty(w, "deaf");
	shim_wait_for_verdict(w, "\"stalled\"", text, sizeof text);
	check_int(sscanf(strstr(text, "\"since_ms\""), "\"since_ms\":%lld,\"end_ms\":%lld}",
			 &since_ms, &end_ms),
		  2);
	check_int(end_ms - since_ms, 600);
	check_int(shim_wait(w), 0);
	shim_check_record(w, "stalled", -1, SIGKILL);
	assert_false(shim_has_in_attempt(w, WT_SHIM_STATE));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shim_set_up, shim_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shim__ends_what_is_silent_and_idle),
		TEST(test_shim__an_idle_event_loop_is_no_work),
		TEST(test_shim__a_silent_agent_whose_child_works_is_not_stalled),
		TEST(test_shim__output_alone_shows_life),
		TEST(test_shim__changing_files_alone_show_life),
		TEST(test_shim__tells_of_a_stall_before_it_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
