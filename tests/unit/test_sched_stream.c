/* SPDX-License-Identifier: MIT */
/* Workstreams in the scheduler: when they start, and how their primary waits for them. */

#include "tests/support/run_of.h"

static void take(struct run *r, const char *id, const char *stream)
{
	assert_true(tell(r, (struct wt_event){ .kind = WT_EV_WORK_COMMITTED,
					       .task = id,
					       .attempt = run_task(r, id)->attempt,
					       .tip = run_oid(id, 2),
					       .tree = run_oid(id, 3),
					       .count = 2,
					       .others = &stream,
					       .n_others = 1 }));
}

static void hold(struct run *r, const char *id, enum wt_outcome outcome, const char *stream)
{
	assert_true(tell(r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
					       .task = id,
					       .attempt = run_task(r, id)->attempt,
					       .outcome = outcome,
					       .reason = "for its sake",
					       .others = &stream,
					       .n_others = 1 }));
}

static void test_sched__a_workstream_starts_with_its_primary_before_others(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b, c, a.t>a, a.d>a");
	check_str(why(&r, "a.t"), "for a to start");
	check_starts(&r, "a a.t a.d");
	check_next(&r, "none");
	check_str(why(&r, "b"), "a free slot (3 of 3)");
	run_clear(&r);
}

static void test_sched__a_primary_waits_and_leaves_its_slot_to_its_workstream(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a!agent, b!agent, a.t!agent>a");
	r.plan.n_named_locks = 1;
	r.plan.limits.jobs = 1;
	run_begin(&r, true);
	check_starts(&r, "a");
	leave(&r, "a", "exit", 0);
	check_starts(&r, "a.t");
	check_next(&r, "none");
	work(&r, "a.t");
	check_str(run_state(&r, "a.t"), "queued");
	check_next(&r, "finish a");
	take(&r, "a", "a.t");
	check_next(&r, "merge a");
	land(&r, "a");
	check_str(run_state(&r, "a.t"), "merged");
	check_starts(&r, "b");
	run_clear(&r);
}

static void test_sched__nothing_keeps_the_workstreams_of_what_runs_alone(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a~, b^, a.t>a");
	r.plan.limits.mode = WT_MODE_SEQUENTIAL;
	r.plan.tasks[1].task.is_critical = false;
	run_begin(&r, true);
	check_starts(&r, "a");
	leave(&r, "a", "exit", 0);
	check_starts(&r, "a.t");
	run_clear(&r);
}

static void test_sched__a_primary_that_failed_waits_for_nobody(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a, a.t>a");
	r.plan.limits.jobs = 1;
	r.plan.limits.retries = 0;
	run_begin(&r, true);
	check_starts(&r, "a");
	leave(&r, "a", "exit", 1);
	check_next(&r, "finish a");
	end(&r, "a", WT_OUTCOME_FAILED, "exit status 1");
	check_skip(&r, "skip a.t: a is failed");
	check_next(&r, "end");
	run_clear(&r);
}

static void test_sched__work_that_was_not_combined_does_not_land(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, a.t>a");
	check_starts(&r, "a a.t");
	work(&r, "a.t");
	leave(&r, "a", "exit", 0);
	check_next(&r, "finish a");
	hold(&r, "a", WT_OUTCOME_KEPT, "a.t");
	check_next(&r, "end");
	check_str(run_state(&r, "a.t"), "queued");
	check_str(run_task(&r, "a.t")->reason, "part of a");
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_MERGE_ASKED, .task = "a" }));
	land(&r, "a");
	check_str(run_state(&r, "a.t"), "queued");
	check_str(run_task(&r, "a.t")->reason, "a landed without it");
	run_clear(&r);
}

static void test_sched__a_retried_workstream_brings_back_who_waits_for_it(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a, a.t>a");
	r.plan.limits.retries = 0;
	run_begin(&r, true);
	check_starts(&r, "a a.t");
	leave(&r, "a", "exit", 0);
	fail_task(&r, "a.t", "exit status 1");
	check_next(&r, "finish a");
	hold(&r, "a", WT_OUTCOME_KEPT, "a.t");
	check_next(&r, "end");
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_RETRY_ASKED, .task = "a.t" }));
	check_str(run_state(&r, "a"), "gating");
	check_starts(&r, "a.t");
	work(&r, "a.t");
	check_next(&r, "finish a");
	run_clear(&r);
}

static void test_sched__a_retried_primary_tries_its_workstreams_again(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a, a.t>a, a.d>a");
	r.plan.limits.retries = 0;
	run_begin(&r, true);
	check_starts(&r, "a a.t a.d");
	work(&r, "a.d");
	fail_task(&r, "a.t", "exit status 1");
	fail_task(&r, "a", "exit status 1");
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_RETRY_ASKED, .task = "a" }));
	check_str(run_state(&r, "a.t"), "waiting");
	check_str(run_state(&r, "a.d"), "queued");
	check_starts(&r, "a a.t");
	run_clear(&r);
}

static void test_sched__a_stopped_run_waits_on_when_it_is_taken_up(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, a.t>a");
	tell_plain(&r, WT_EV_RUN_STARTED, NULL);
	check_starts(&r, "a a.t");
	leave(&r, "a", "exit", 0);
	tell_plain(&r, WT_EV_STOP_ASKED, NULL);
	check_next(&r, "stop a.t");
	check_next(&r, "finish a");
	hold(&r, "a", WT_OUTCOME_STOPPED, "a.t");
	end(&r, "a.t", WT_OUTCOME_STOPPED, "stopped");
	check_next(&r, "end");
	tell_plain(&r, WT_EV_RUN_STOPPED, NULL);
	tell_plain(&r, WT_EV_RUN_STARTED, NULL);
	check_str(run_state(&r, "a"), "gating");
	check_starts(&r, "a.t");
	work(&r, "a.t");
	check_next(&r, "finish a");
	run_clear(&r);
}

#define TEST(name) cmocka_unit_test(test_sched__##name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_workstream_starts_with_its_primary_before_others),
		TEST(a_primary_waits_and_leaves_its_slot_to_its_workstream),
		TEST(nothing_keeps_the_workstreams_of_what_runs_alone),
		TEST(a_primary_that_failed_waits_for_nobody),
		TEST(work_that_was_not_combined_does_not_land),
		TEST(a_retried_workstream_brings_back_who_waits_for_it),
		TEST(a_retried_primary_tries_its_workstreams_again),
		TEST(a_stopped_run_waits_on_when_it_is_taken_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
