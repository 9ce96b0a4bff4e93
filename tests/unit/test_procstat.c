/* SPDX-License-Identifier: MIT */
/* Lines of /proc/PID/stat, friendly and not. */

#include "tests/support/check.h"

#include "wtorch/base/procstat.h"

#define REST " 10 20 30 0 -1 4194560 1 2 3 4 100 20 7 3 20 0 5 0 987654 18446744073709551615 321 9"

static void test_procstat__fields_are_counted_behind_the_name(void **state)
{
	struct wt_procstat stat;

	(void)state;
	assert_true(wt_procstat_parse(WT_STR("42 (git) S" REST "\n"), &stat));
	check_int(stat.pid, 42);
	check_int(stat.ppid, 10);
	check_str(stat.name, "git");
	check_int(stat.state, 'S');
	check_int(stat.cpu_ticks, 130);
	check_int(stat.threads, 5);
	check_int(stat.start_time, 987654);
	check_int(stat.rss_pages, 321);
}

static void test_procstat__a_name_may_look_like_the_rest_of_the_line(void **state)
{
	struct wt_procstat stat;

	(void)state;
	assert_true(wt_procstat_parse(WT_STR("7 (a) R 1 (\n) Z" REST), &stat));
	check_str(stat.name, "a) R 1 (\n");
	check_int(stat.state, 'Z');
	check_int(stat.ppid, 10);
}

static void test_procstat__a_long_name_is_cut(void **state)
{
	char line[256];
	struct wt_procstat stat;

	(void)state;
	snprintf(line, sizeof line, "7 (%0*d) S" REST, 60, 1);
	assert_true(wt_procstat_parse(wt_str_of(line), &stat));
	check_int(strlen(stat.name), sizeof stat.name - 1);
}

static void test_procstat__what_is_no_such_line_is_refused(void **state)
{
	static const char *const wrong[] = {
		"", "42", "42 (x", "42 )x( S 1", "42 (x) S 1 2 3", "x (x) S" REST, "42 (x) SS" REST
	};
	struct wt_procstat stat;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(wt_procstat_parse(wt_str_of(wrong[i]), &stat));
	assert_false(wt_procstat_parse((struct wt_str){ NULL, 0 }, &stat));
}

static void test_procstat__a_zombie_with_working_threads_is_alive(void **state)
{
	struct wt_procstat stat = { .state = 'Z', .threads = 3 };

	(void)state;
	assert_false(wt_procstat_is_dead(&stat));
	stat.threads = 1;
	assert_true(wt_procstat_is_dead(&stat));
	stat.state = 'T';
	assert_false(wt_procstat_is_dead(&stat));
	assert_true(wt_procstat_is_stopped(&stat));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_procstat__fields_are_counted_behind_the_name),
		cmocka_unit_test(test_procstat__a_name_may_look_like_the_rest_of_the_line),
		cmocka_unit_test(test_procstat__a_long_name_is_cut),
		cmocka_unit_test(test_procstat__what_is_no_such_line_is_refused),
		cmocka_unit_test(test_procstat__a_zombie_with_working_threads_is_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
