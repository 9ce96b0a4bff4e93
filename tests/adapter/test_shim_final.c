/* SPDX-License-Identifier: MIT */
/* What the real shim does with agents that have said their last word. */

#include "tests/support/adapter_shim.h"

#include <signal.h>

static int64_t figure_of(const struct shim_world *w, const char *key)
{
	const char *at = strstr(w->record, key);

	assert_non_null(at);
	return strtoll(at + strlen(key), NULL, 10);
}

static void test_shim__tells_that_it_has_finished_and_not_gone(void **state)
{
	struct shim_world *w = *state;
	char text[256];

	w->final = "BYE";
	w->grace_ms = 600 * 1000;
	shim_start_shell(w, "echo BYE; sleep 1000");
	shim_wait_for_verdict(w, "\"finished\"", text, sizeof text);
	shim_signal(w, SIGTERM);
	check_int(shim_wait(w), 0);
	assert_false(shim_has_in_attempt(w, WT_SHIM_STATE));
}

static void test_shim__whoever_writes_on_behind_his_last_word_is_let_alone(void **state)
{
	struct shim_world *w = *state;

	w->final = "BYE";
	w->grace_ms = 1000;
	shim_start_shell(w, "echo BYE; for i in 1 2 3; do sleep 0.4; echo more; done; exit 7");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", 7, 0);
}

/* How long is told by its own record: a grace and another one. */
static void test_shim__whoever_works_on_behind_his_last_word_has_until_his_timeout(void **state)
{
	struct shim_world *w = *state;

	w->final = "BYE";
	w->timeout_ms = 1500;
	shim_start_shell(w, "echo BYE; exec '" WTORCH_NASTY "' busy file");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "finished", 0, 0);
	assert_true(figure_of(w, "\"duration_ms\":") >= 1000);
}

static void test_shim__ends_what_hangs_behind_its_last_word(void **state)
{
	struct shim_world *w = *state;

	w->final = "\"type\":\"result\"";
	shim_start_shell(w, "trap '' TERM; echo '{\"type\":\"result\",\"ok\":1}'; "
			    "while :; do sleep 1000; done");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "finished", 0, 0);
	check_contains(w->record, "\"error\":null");
}

static void test_shim__behind_its_last_word_it_may_be_silent(void **state)
{
	struct shim_world *w = *state;

	w->final = "BYE";
	w->silence_ms = 100;
	w->grace_ms = 500;
	shim_start_shell(w, "echo BYE; sleep 1000");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "finished", 0, 0);
}

static void test_shim__a_last_word_on_the_error_stream_counts_too(void **state)
{
	struct shim_world *w = *state;

	w->final = "BYE";
	shim_start_shell(w, "echo 'and BYE' >&2; sleep 1000");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "finished", 0, 0);
}

static void test_shim__whoever_ends_within_the_grace_has_a_status_of_his_own(void **state)
{
	struct shim_world *w = *state;

	w->final = "BYE";
	w->grace_ms = 600 * 1000;
	shim_start_shell(w, "echo BYE; exit 3");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", 3, 0);
}

static void test_shim__without_its_last_word_nothing_is_finished(void **state)
{
	struct shim_world *w = *state;

	w->final = "BYE";
	w->timeout_ms = 500;
	shim_start_shell(w, "echo BY; echo E; sleep 1000");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "timeout", -1, SIGTERM);
}

/* Behind ten megabytes on each stream, with a grandchild that keeps both open. */
static void test_shim__finds_the_last_word_behind_a_flood(void **state)
{
	struct shim_world *w = *state;

	w->final = "THE END";
	shim_start_shell(w,
			 "'" WTORCH_NASTY "' flood - ; echo 'THE END'; setsid sleep 1000 & wait");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "finished", 0, 0);
}

static void test_shim__a_stop_beats_the_last_word(void **state)
{
	struct shim_world *w = *state;

	w->final = "BYE";
	w->grace_ms = 2000;
	shim_start_shell(w, "echo BYE; echo > file; sleep 1000");
	shim_wait_for_file(w, w->file);
	shim_signal(w, SIGTERM);
	check_int(shim_wait(w), 0);
	shim_check_record(w, "stopped", -1, SIGTERM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shim_set_up, shim_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shim__tells_that_it_has_finished_and_not_gone),
		TEST(test_shim__whoever_writes_on_behind_his_last_word_is_let_alone),
		TEST(test_shim__whoever_works_on_behind_his_last_word_has_until_his_timeout),
		TEST(test_shim__ends_what_hangs_behind_its_last_word),
		TEST(test_shim__behind_its_last_word_it_may_be_silent),
		TEST(test_shim__a_last_word_on_the_error_stream_counts_too),
		TEST(test_shim__whoever_ends_within_the_grace_has_a_status_of_his_own),
		TEST(test_shim__without_its_last_word_nothing_is_finished),
		TEST(test_shim__finds_the_last_word_behind_a_flood),
		TEST(test_shim__a_stop_beats_the_last_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
