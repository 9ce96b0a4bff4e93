/* SPDX-License-Identifier: MIT */
/* Which failures have one cause, and which line of an output tells it. */

#include "tests/support/run_of.h"
#include "wtorch/core/cause.h"
#include "wtorch/core/report.h"

static void check_normal(const char *text, const char *want)
{
	struct wt_buf out = WT_BUF_INIT;

	wt_cause_normal(text, &out);
	check_str(out.len ? out.data : "", want);
	wt_buf_clear(&out);
}

static void test_cause__what_differs_each_time_is_taken_out(void **state)
{
	(void)state;
	check_normal("timeout after 1m30s", "timeout after #");
	check_normal("timeout after 30m", "timeout after #");
	check_normal("at 12:30:01.25 on 2026-01-02: 17 of 20 tests, 85.5%, 12 MiB",
		     "at # on #: # of # tests, #, # MiB");
	check_normal("cannot open '/tmp/x-1/log'", "cannot open '/'");
	check_normal("src/a.c:12:5: no", "/ no");
	check_normal("GET https://host:8080/x?y=1 gave up", "GET / gave up");
	check_normal("commit 8d01f22 of deadbeef1234, not feed", "commit # of #, not feed");
	check_normal("worker7 of pool_12", "worker# of pool_#");
	check_normal("one\ntwo", "one");
	check_normal("", "");
}

static void test_cause__figures_that_are_names_stay(void **state)
{
	(void)state;
	check_normal("npm ERR! code E404", "npm ERR! code E404");
	check_normal("TS2304: no name", "TS2304: no name");
	check_normal("agent ended with status 7", "agent ended with status 7");
	check_normal("killed by signal 9 after 9s", "killed by signal 9 after #");
	check_normal("HTTP 503", "HTTP 503");
	assert_false(wt_cause_is_same("status 1", "status 127"));
	assert_true(wt_cause_is_same("took 3s, see /a/b", "took 1h, see /c"));
	assert_false(wt_cause_is_same("a", NULL));
}

static void check_found(const char *output, const char *want)
{
	struct wt_buf out = WT_BUF_INIT;

	assert_true(wt_cause_find(wt_str_of(output), &out) == (want != NULL));
	if (want)
		check_str(out.data, want);
	wt_buf_clear(&out);
}

static void test_cause__the_first_line_that_tells_of_an_error_is_it(void **state)
{
	(void)state;
	check_found("ok\nnpm ERR! code E404\nnpm ERR! more\n", "npm ERR! code E404");
	check_found("a\r\n  Fatal: no disk\r\n", "Fatal: no disk");
	check_found("sh: x: not found", "sh: x: not found");
	check_found("all is well\n", NULL);
	check_found("", NULL);
	check_found("error \033[1mx", "error ?[1mx");
}

static void check_wants(const char *output, enum wt_cause_want want)
{
	print_message("%s\n", output);
	check_int(wt_cause_wants(wt_str_of(output)), want);
}

static void test_cause__a_terminal_or_an_answer_that_is_wanted_is_recognised(void **state)
{
	struct wt_buf long_ago = WT_BUF_INIT;

	(void)state;
	check_wants("Error: stdin is not a TTY\n", WT_WANTS_TERMINAL);
	check_wants("ERROR Raw mode is not supported on the current process.stdin\n"
		    "    at handleSetRawMode (file:///x/App.js:99)\n\n    at y\n",
		    WT_WANTS_TERMINAL);
	check_wants("stty: 'standard input': Inappropriate ioctl for device", WT_WANTS_TERMINAL);
	check_wants("the input device is not a TTY", WT_WANTS_TERMINAL);
	check_wants("could not open a new TTY: open /dev/tty: no such device or address",
		    WT_WANTS_TERMINAL);
	check_wants("EOFError: EOF when reading a line\n", WT_WANTS_TERMINAL);
	check_wants("I change a.c\nApply it? [Y/n] ", WT_WANTS_ANSWER);
	check_wants("Password: ", WT_WANTS_ANSWER);
	check_wants("Press Enter to continue...", WT_WANTS_NOTHING); /* a sentence may end so */
	check_wants("Press Enter\n", WT_WANTS_ANSWER);

	check_wants("", WT_WANTS_NOTHING);
	check_wants("\n\n", WT_WANTS_NOTHING);
	check_wants("it failed", WT_WANTS_NOTHING);
	check_wants("Apply it? [y/n] y\nError: no disk", WT_WANTS_NOTHING);
	check_wants("the password is wrong, so I gave up", WT_WANTS_NOTHING);
	check_wants("{\"type\":\"tool\",\"output\":\"the input device is not a TTY\"}\nfatal: x",
		    WT_WANTS_NOTHING);
	wt_buf_puts(&long_ago, "not a tty\n");
	for (int i = 0; i < 25; i++)
		wt_buf_puts(&long_ago, "then this\n");
	check_wants(long_ago.data, WT_WANTS_NOTHING);
	wt_buf_clear(&long_ago);
}

static void test_cause__tasks_that_fail_alike_are_one_line(void **state)
{
	struct run r;
	struct wt_buf out = WT_BUF_INIT;

	(void)state;
	run_of(&r, "a, b, c, d");
	for (size_t i = 0; i < 4; i++) {
		const char *id = (const char *[]){ "a", "b", "c", "d" }[i];

		start(&r, id);
		leave(&r, id, "exit", 1);
		tell(&r, (struct wt_event){
				 .kind = WT_EV_ATTEMPT_ENDED,
				 .task = id,
				 .attempt = 1,
				 .outcome = i == 3 ? WT_OUTCOME_TIMEOUT : WT_OUTCOME_FAILED,
				 .reason = "agent ended with status 1",
				 .error = i == 2 ? "another error"
						 : wt_arena_printf(&r.arena, "npm: E404 after %zus",
								   i + 1) });
	}
	wt_causes_render(wt_sched_state(r.s), &out);
	check_str(out.data, "3 tasks: npm: E404 after 1s (a, b, d)\n");
	wt_buf_reset(&out);
	wt_report_render_markdown(wt_sched_state(r.s), &(struct wt_report_opts){ 0 }, &out);
	check_contains(out.data, "\n## Causes\n\n- 3 tasks: npm: E404 after 1s (a, b, d)\n");
	wt_buf_clear(&out);
	run_clear(&r);
}

static void test_cause__same_failures_in_a_row_are_counted_by_cause(void **state)
{
	struct run r;

	(void)state;
	run_plan(&r, "a, b, c, d");
	r.plan.limits.same_failure = 3;
	run_begin(&r, true);
	for (size_t i = 0; i < 3; i++) {
		const char *id = (const char *[]){ "a", "b", "c" }[i];

		start(&r, id);
		fail_task(&r, id,
			  wt_arena_printf(&r.arena, "no room in /tmp/%zu after %zus", i, i));
	}
	check_str(wt_sched_closed(r.s), "3 failures in a row: no room in /tmp/2 after 2s");
	run_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cause__what_differs_each_time_is_taken_out),
		cmocka_unit_test(test_cause__figures_that_are_names_stay),
		cmocka_unit_test(test_cause__the_first_line_that_tells_of_an_error_is_it),
		cmocka_unit_test(test_cause__a_terminal_or_an_answer_that_is_wanted_is_recognised),
		cmocka_unit_test(test_cause__tasks_that_fail_alike_are_one_line),
		cmocka_unit_test(test_cause__same_failures_in_a_row_are_counted_by_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
