/* SPDX-License-Identifier: MIT */
/* The estimate of a plan: the scheduler run dry. */

#include "tests/support/run_of.h"

static struct wt_estimate estimate_of(const char *spec, size_t jobs)
{
	struct wt_estimate e;
	struct run r;

	run_of(&r, spec);
	wt_estimate_build(&r.plan, jobs, &e);
	run_clear(&r);
	return e;
}

static void test_estimate__independent_tasks_share_the_slots(void **unused)
{
	struct wt_estimate e = estimate_of("a*100, b*100, c*100, d*100", 2);

	(void)unused;
	check_int(e.sequential_s, 400);
	check_int(e.parallel_s, 200);
	check_int(e.instances, 2);
	assert_true(e.speedup == 2.0);
	check_int(e.one_more_s, 200); /* a third would save nothing */
	check_int(estimate_of("a*100, b*100, c*100, d*100", 3).one_more_s, 100);
}

static void test_estimate__chain_and_lock_leave_nothing_to_share(void **unused)
{
	(void)unused;
	check_int(estimate_of("a*10, b*10<a, c*10<b", 3).parallel_s, 30);
	check_int(estimate_of("a*10!x, b*10!x, c*10!x", 3).parallel_s, 30);
	check_int(estimate_of("a*10~, b*10~, c*10", 3).instances, 1);
	check_int(estimate_of("a*10@1, b*20@1, c*5@2", 3).parallel_s, 25);
}

static void test_estimate__counts_the_room_of_a_lock(void **unused)
{
	struct wt_estimate e;
	struct run r;

	(void)unused;
	run_of(&r, "a*10!x, b*10!x, c*10!x, d*10!x");
	run_room(&r, "x", 2);
	wt_estimate_build(&r.plan, 4, &e);
	check_int(e.parallel_s, 20);
	check_int(e.instances, 2);
	check_int(e.one_more_s, 20);
	run_clear(&r);
}

static void test_estimate__skipped_task_costs_nothing(void **unused)
{
	struct wt_estimate e = estimate_of("a*10-, b*20", 3);

	(void)unused;
	check_int(e.sequential_s, 20);
	check_int(e.parallel_s, 20);
}

static void test_estimate__says_when_an_estimate_is_a_guess(void **unused)
{
	struct wt_estimate e;
	struct run r;

	(void)unused;
	run_of(&r, "a, b");
	wt_estimate_build(&r.plan, 2, &e);
	assert_true(e.is_complete);
	r.plan.tasks[1].task.estimate_s = -1;
	wt_estimate_build(&r.plan, 2, &e);
	assert_false(e.is_complete);
	run_clear(&r);
}

static void test_estimate__empty_plan_takes_no_time(void **unused)
{
	struct wt_estimate e = estimate_of("", 3);

	(void)unused;
	check_int(e.parallel_s, 0);
	assert_true(e.speedup == 1.0);
}

static void test_estimate__keeps_the_mode_of_the_plan(void **unused)
{
	struct wt_estimate e;
	struct run r;

	(void)unused;
	run_plan(&r, "a*10, b*10");
	r.plan.limits.mode = WT_MODE_SEQUENTIAL;
	run_begin(&r, true);
	wt_estimate_build(&r.plan, 4, &e);
	check_int(e.parallel_s, 20);
	check_int(e.instances, 1);
	run_clear(&r);
}

static void test_estimate__overhead_counts_for_each_attempt_that_runs(void **unused)
{
	struct wt_estimate e;
	struct run r;

	(void)unused;
	run_of(&r, "a*10, b*10, c*10<a");
	r.plan.overhead_ms = 3000;
	wt_estimate_build(&r.plan, 2, &e);
	check_int(e.sequential_s, 30); /* by hand there is none */
	check_int(e.parallel_s, 26);
	r.plan.overhead_ms = 60000;
	wt_estimate_build(&r.plan, 2, &e);
	assert_true(e.speedup < 1); /* sequential is faster */
	run_clear(&r);
}

static void test_estimate__compares_numbers_of_instances_until_nothing_is_gained(void **unused)
{
	struct wt_estimate e;
	struct run r;

	(void)unused;
	run_of(&r, "a*10, b*10, c*10, d*10, e*10");
	wt_estimate_build(&r.plan, 2, &e);
	check_int(e.n_by_jobs, 0);
	wt_estimate_compare(&r.plan, &e);
	check_int(e.n_by_jobs, 6); /* the sixth has nothing to do */
	check_int(e.by_jobs_s[0], 50);
	check_int(e.by_jobs_s[1], 30);
	check_int(e.by_jobs_s[4], 10);
	check_int(e.by_jobs_s[5], 10);
	run_clear(&r);
}

static void test_estimate__of_waves_does_not_say_what_others_would_take(void **unused)
{
	struct wt_estimate e;
	struct run r;

	(void)unused;
	run_plan(&r, "a*10#1, b*10#1, c*10#2");
	r.plan.limits.mode = WT_MODE_BATCH;
	run_begin(&r, true);
	wt_estimate_build(&r.plan, 2, &e);
	check_int(e.parallel_s, 20);
	check_int(e.one_more_s, -1);
	wt_estimate_compare(&r.plan, &e);
	check_int(e.n_by_jobs, 0);
	check_int(wt_estimate_mode(&r.plan, WT_MODE_PARALLEL), 10);
	run_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_estimate__independent_tasks_share_the_slots),
		cmocka_unit_test(test_estimate__chain_and_lock_leave_nothing_to_share),
		cmocka_unit_test(test_estimate__counts_the_room_of_a_lock),
		cmocka_unit_test(test_estimate__skipped_task_costs_nothing),
		cmocka_unit_test(test_estimate__says_when_an_estimate_is_a_guess),
		cmocka_unit_test(test_estimate__empty_plan_takes_no_time),
		cmocka_unit_test(test_estimate__keeps_the_mode_of_the_plan),
		cmocka_unit_test(test_estimate__overhead_counts_for_each_attempt_that_runs),
		cmocka_unit_test(
			test_estimate__compares_numbers_of_instances_until_nothing_is_gained),
		cmocka_unit_test(test_estimate__of_waves_does_not_say_what_others_would_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
