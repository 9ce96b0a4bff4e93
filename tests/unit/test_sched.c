/* SPDX-License-Identifier: MIT */
/* What the scheduler chooses, and what it says about those that wait. */

#include "tests/support/run_of.h"

static void ask(struct run *r, enum wt_event_kind kind, const char *id)
{
	assert_true(tell(r, (struct wt_event){ .kind = kind, .task = id }));
}

static void test_sched__longest_path_starts_first_then_source_order(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a*10, b*30, c*10, d*99, e^*1");
	check_starts(&r, "e d b");
	check_next(&r, "none");
	check_str(why(&r, "a"), "a free slot (3 of 3)");
	run_clear(&r);
}

static void test_sched__priority_p0_goes_before_longer_paths(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a*99, b*1");
	r.plan.tasks[1].task.priority = "P0";
	r.plan.limits.jobs = 1;
	run_begin(&r, true);
	check_next(&r, "start b");
	run_clear(&r);
}

static void test_sched__dependent_starts_when_its_need_has_landed(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b<a, c");
	check_starts(&r, "a c");
	check_str(why(&r, "b"), "for a");
	leave(&r, "a", "exit", 0);
	check_next(&r, "finish a");
	tell(&r, (struct wt_event){ .kind = WT_EV_WORK_COMMITTED, .task = "a", .count = 1 });
	check_next(&r, "merge a");
	check_next(&r, "merge a"); /* until its event was applied */
	land(&r, "a");
	check_starts(&r, "b");
	assert_null(why(&r, "b"));
	run_clear(&r);
}

static void test_sched__need_without_changes_is_met(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b<a");
	check_starts(&r, "a");
	leave(&r, "a", "exit", 0);
	end(&r, "a", WT_OUTCOME_NO_CHANGES, NULL);
	check_starts(&r, "b");
	run_clear(&r);
}

static void test_sched__failure_skips_dependents_with_the_chain_but_not_siblings(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "67, 68<67, 69<68, 70");
	check_starts(&r, "67 70");
	fail_task(&r, "67", "exit status 1");
	check_skip(&r, "skip 68: needs 67, which failed");
	check_skip(&r, "skip 69: needs 68, which needs 67, which failed");
	check_next(&r, "none");
	work(&r, "70");
	land(&r, "70");
	check_next(&r, "end");
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 1);
	check_str(wt_sched_final_status(wt_sched_state(r.s)), "partial");
	run_clear(&r);
}

static void test_sched__long_chain_names_its_root(void **unused)
{
	static const char *const skipped[] = { "b", "c", "d", "e", "f", NULL };
	struct run r;

	(void)unused;
	run_of(&r, "a, b<a, c<b, d<c, e<d, f<e, g<f");
	check_starts(&r, "a");
	leave(&r, "a", "timeout", 0);
	end(&r, "a", WT_OUTCOME_TIMEOUT, "30m");
	for (const char *const *id = skipped; *id; id++)
		tell(&r, (struct wt_event){ .kind = WT_EV_TASK_SKIPPED, .task = *id });
	check_skip(&r, "skip g: needs f, which needs e, which needs d, which needs c, "
		       "which in the end needs a, which timed out");
	check_next(&r, "end");
	run_clear(&r);
}

static void test_sched__what_the_plan_cannot_run_is_skipped_first(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a-, b");
	check_skip(&r, "skip a: needs 12, not selected");
	check_starts(&r, "b");
	run_clear(&r);
}

static void test_sched__lock_is_held_until_landed_not_until_exited(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a!src/x.c, b!src/x.c, c");
	check_starts(&r, "a c");
	check_str(why(&r, "b"), "shares src/x.c with a");
	leave(&r, "a", "exit", 0);
	check_next(&r, "finish a");
	tell(&r, (struct wt_event){ .kind = WT_EV_WORK_COMMITTED, .task = "a", .count = 1 });
	check_str(why(&r, "b"), "shares src/x.c with a");
	land(&r, "a");
	check_starts(&r, "b");
	run_clear(&r);
}

static void test_sched__ready_task_behind_a_taken_lock_lets_others_pass(void **unused)
{
	struct run r;

	(void)unused;
	/* c waits for x, then for y; once x is free, d must not wait for c. */
	run_of(&r, "a!x*9, b!y*9, c!x!y*8, d!x*7");
	check_starts(&r, "a b");
	work(&r, "a");
	land(&r, "a");
	check_starts(&r, "d");
	check_str(why(&r, "c"), "shares x with d");
	work(&r, "b");
	land(&r, "b");
	work(&r, "d");
	land(&r, "d");
	check_starts(&r, "c");
	run_clear(&r);
}

static void test_sched__order_is_a_barrier_and_tasks_without_it_are_free(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a@2, b@1, c, d@1, e@5");
	check_starts(&r, "b c d");
	check_str(why(&r, "a"), "for b, d of smaller order");
	work(&r, "b");
	land(&r, "b");
	check_next(&r, "none");
	fail_task(&r, "d", "exit status 1");
	check_starts(&r, "a");
	check_str(why(&r, "e"), "for a of smaller order");
	run_clear(&r);
}

static void test_sched__retried_task_raises_its_barrier_again(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a@1, b@2, c@2");
	r.plan.limits.jobs = 1;
	run_begin(&r, true);
	check_starts(&r, "a");
	fail_task(&r, "a", "exit status 1");
	check_next(&r, "start b");
	ask(&r, WT_EV_RETRY_ASKED, "a");
	check_starts(&r, "a");
	check_str(why(&r, "b"), "for a of smaller order");
	work(&r, "a");
	land(&r, "a");
	check_starts(&r, "b");
	run_clear(&r);
}

static void test_sched__batch_mode_waits_for_the_batch_before(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a#1, b#1, c#2");
	r.plan.limits.mode = WT_MODE_BATCH;
	run_begin(&r, true);
	check_starts(&r, "a b");
	check_str(why(&r, "c"), "for a, b of an earlier batch");
	work(&r, "a");
	land(&r, "a");
	check_next(&r, "none");
	work(&r, "b");
	check_next(&r, "merge b");
	land(&r, "b");
	check_starts(&r, "c");
	run_clear(&r);
}

static void test_sched__batch_mode_without_landing_waits_for_exits_only(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a#1, b#2");
	r.plan.limits.mode = WT_MODE_BATCH;
	run_begin(&r, false);
	check_starts(&r, "a");
	work(&r, "a");
	check_starts(&r, "b");
	run_clear(&r);
}

static void test_sched__lock_with_room_lets_so_many_in(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a!x, b!x, c!x, d!x, e");
	run_room(&r, "x", 2);
	r.plan.limits.jobs = 9;
	run_begin(&r, true);
	check_starts(&r, "a b e");
	check_str(why(&r, "c"), "x has 2 of 2 at work");
	work(&r, "b");
	check_next(&r, "merge b");
	check_str(why(&r, "c"), "x has 2 of 2 at work");
	land(&r, "b");
	check_starts(&r, "c");
	fail_task(&r, "a", "exit status 1");
	fail_task(&r, "c", "exit status 1");
	check_starts(&r, "d");
	run_clear(&r);
}

static void test_sched__room_that_one_leaves_is_taken_by_the_next(void **unused)
{
	struct run r;

	(void)unused;
	/* All of x are gone at once; each that starts leaves room for the next, and e, which
	 * waits for y as well, does not stand in the way. */
	run_plan(&r, "a!x*9, b!x*9, y!y*9, e!y!x*8, c!x*7, d!x*7");
	run_room(&r, "x", 2);
	r.plan.limits.jobs = 9;
	run_begin(&r, true);
	check_starts(&r, "a b y");
	fail_task(&r, "a", "exit status 1");
	fail_task(&r, "b", "exit status 1");
	check_starts(&r, "c d");
	check_str(why(&r, "e"), "shares y with y");
	run_clear(&r);
}

static void test_sched__lock_of_an_agent_is_not_held_by_work_that_others_merge(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a!f!x, b!x, c!x, d!f");
	run_room(&r, "x", 2);
	r.plan.n_named_locks = 1;
	r.plan.limits.jobs = 9;
	run_begin(&r, false);
	check_starts(&r, "a b");
	work(&r, "a");
	check_starts(&r, "c");
	check_str(why(&r, "d"), "shares f with a, which waits to be merged");
	ask(&r, WT_EV_MERGE_ASKED, "a");
	land(&r, "a");
	check_starts(&r, "d");
	run_clear(&r);
}

static void test_sched__lane_waits_for_its_own_earlier_batches_only(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a#1&x, b#1, c#2&x, d#2, e#3&y, f#2&x&y");
	r.plan.limits.jobs = 9;
	run_begin(&r, true);
	check_starts(&r, "a b d");
	check_str(why(&r, "c"), "for a of an earlier batch of x");
	check_str(why(&r, "e"), "for f of an earlier batch of y");
	work(&r, "a");
	check_next(&r, "merge a");
	land(&r, "a");
	check_starts(&r, "c f");
	fail_task(&r, "f", "exit status 1");
	check_starts(&r, "e");
	run_clear(&r);
}

static void test_sched__retried_task_holds_up_its_lane_again(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a#1&x, b#2&x, c#2");
	r.plan.limits.jobs = 1;
	run_begin(&r, true);
	check_starts(&r, "a");
	fail_task(&r, "a", "exit status 1");
	check_next(&r, "start b");
	ask(&r, WT_EV_RETRY_ASKED, "a");
	check_starts(&r, "a");
	check_str(why(&r, "b"), "for a of an earlier batch of x");
	work(&r, "a");
	land(&r, "a");
	check_starts(&r, "b");
	run_clear(&r);
}

static void test_sched__task_of_several_barriers_passes_them_all(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a#1@1, b#1&x, c#2&x@2, d#1");
	r.plan.limits.mode = WT_MODE_BATCH;
	r.plan.limits.jobs = 9;
	run_begin(&r, true);
	check_starts(&r, "a b d");
	check_str(why(&r, "c"), "for a of smaller order");
	work(&r, "a");
	land(&r, "a");
	check_str(why(&r, "c"), "for b, d of an earlier batch");
	work(&r, "d");
	land(&r, "d");
	check_next(&r, "none");
	work(&r, "b");
	land(&r, "b");
	check_starts(&r, "c");
	run_clear(&r);
}

static void test_sched__sequential_runs_one_at_a_time_until_landed(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a*1, b*2");
	r.plan.limits.mode = WT_MODE_SEQUENTIAL;
	run_begin(&r, true);
	check_starts(&r, "b");
	check_str(why(&r, "a"), "a free slot (1 of 1)");
	work(&r, "b");
	check_next(&r, "merge b");
	check_str(why(&r, "a"), "one at a time");
	land(&r, "b");
	check_starts(&r, "a");
	run_clear(&r);
}

static void test_sched__lonely_task_runs_alone(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a*9, b~*5, c*1");
	check_starts(&r, "a c");
	check_str(why(&r, "b"), "runs alone, its files are unknown: for a, c");
	work(&r, "a");
	land(&r, "a");
	check_next(&r, "none");
	work(&r, "c");
	land(&r, "c");
	check_starts(&r, "b");
	run_clear(&r);
	run_of(&r, "b~*9, c*1");
	check_starts(&r, "b");
	check_str(why(&r, "c"), "b runs alone");
	work(&r, "b");
	check_next(&r, "merge b");
	land(&r, "b");
	check_starts(&r, "c");
	run_clear(&r);
}

static void test_sched__load_holds_starts_until_below_the_start_threshold(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a, b, c");
	r.plan.limits.memory_max = 80;
	r.plan.limits.memory_start = 60;
	run_begin(&r, true);
	r.load.memory_percent = 84;
	check_next(&r, "start a"); /* never held while nothing lives */
	start(&r, "a");
	check_next(&r, "none until +1000");
	check_str(wt_sched_hold(r.s), "memory 84 % (limit 80 %)");
	check_str(why(&r, "b"), "memory 84 % (limit 80 %)");
	r.load.memory_percent = 70;
	check_next(&r, "none until +1000");
	check_str(why(&r, "b"), "memory 70 % (starts again below 60 %)");
	r.load.memory_percent = 59;
	check_starts(&r, "b c");
	assert_null(wt_sched_hold(r.s));
	run_clear(&r);
}

static void test_sched__cpu_pressure_and_load_average_hold_as_well(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a, b");
	r.plan.limits.cpu_max = 80;
	r.plan.limits.load_max = 4;
	run_begin(&r, true);
	start(&r, "a");
	r.load = (struct wt_load){ 80, -1, 5, 90 };
	check_next(&r, "none until +1000");
	check_str(wt_sched_hold(r.s), "cpu 80 % (limit 80 %)");
	r.load.cpu_percent = 10;
	check_next(&r, "none until +1000");
	check_str(wt_sched_hold(r.s), "pressure 90 % (limit 80 %)");
	r.load.pressure = -1;
	check_next(&r, "none until +1000");
	check_str(wt_sched_hold(r.s), "load 5.0 (limit 4.0)");
	r.load.load_average = 3.9;
	check_next(&r, "start b");
	run_clear(&r);
}

static void test_sched__a_limit_of_100_percent_never_holds(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a, b");
	r.plan.limits.cpu_max = r.plan.limits.cpu_start = 100;
	run_begin(&r, true);
	start(&r, "a");
	r.load = (struct wt_load){ 100, -1, 5, 100 };
	check_next(&r, "start b");
	run_clear(&r);
}

static void test_sched__retry_comes_after_its_pause(void **unused)
{
	bool will_retry;
	int64_t pause_ms;
	struct run r;

	(void)unused;
	run_of(&r, "a");
	check_starts(&r, "a");
	leave(&r, "a", "exit", 1);
	wt_sched_judge_attempt(r.s, 0, WT_OUTCOME_FAILED, &will_retry, &pause_ms);
	assert_true(will_retry);
	check_int(pause_ms, 1000);
	tell(&r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
				    .task = "a",
				    .outcome = WT_OUTCOME_FAILED,
				    .reason = "exit status 1",
				    .will_retry = true,
				    .pause_ms = 9000 });
	check_next(&r, "none until +9000");
	check_str(why(&r, "a"), "attempt 2 in 9s (exit status 1)");
	r.now_ms += 9000;
	check_starts(&r, "a");
	leave(&r, "a", "exit", 1);
	wt_sched_judge_attempt(r.s, 0, WT_OUTCOME_FAILED, &will_retry, &pause_ms);
	assert_false(will_retry);
	end(&r, "a", WT_OUTCOME_FAILED, "exit status 1");
	check_next(&r, "end");
	run_clear(&r);
}

static void test_sched__what_fails_while_the_run_stops_keeps_its_retry(void **unused)
{
	bool will_retry;
	int64_t pause_ms;
	struct run r;

	(void)unused;
	run_of(&r, "a");
	check_starts(&r, "a");
	tell(&r, (struct wt_event){ .kind = WT_EV_STOP_ASKED });
	leave(&r, "a", "killed", -1);
	wt_sched_judge_attempt(r.s, 0, WT_OUTCOME_FAILED, &will_retry, &pause_ms);
	assert_true(will_retry);
	tell(&r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
				    .task = "a",
				    .outcome = WT_OUTCOME_FAILED,
				    .will_retry = true });
	check_next(&r, "end");
	tell(&r, (struct wt_event){ .kind = WT_EV_RUN_STOPPED });
	tell(&r, (struct wt_event){ .kind = WT_EV_RUN_STARTED });
	check_starts(&r, "a");
	run_clear(&r);
}

static void test_sched__pause_doubles_up_to_five_minutes(void **unused)
{
	static const int64_t pauses[] = { 100000, 200000, 300000, 300000 };
	bool will_retry;
	int64_t pause_ms;
	struct run r;

	(void)unused;
	run_plan(&r, "a");
	r.plan.limits.retries = 10;
	r.plan.limits.retry_pause_ms = 100000;
	run_begin(&r, true);
	for (size_t i = 0; i < 4; i++) {
		start(&r, "a");
		leave(&r, "a", "timeout", 0);
		wt_sched_judge_attempt(r.s, 0, WT_OUTCOME_TIMEOUT, &will_retry, &pause_ms);
		assert_true(will_retry);
		check_int(pause_ms, pauses[i]);
		wt_sched_judge_attempt(r.s, 0, WT_OUTCOME_KEPT, &will_retry, &pause_ms);
		assert_false(will_retry);
		tell(&r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
					    .task = "a",
					    .outcome = WT_OUTCOME_TIMEOUT,
					    .will_retry = true });
	}
	run_clear(&r);
}

static void test_sched__retry_before_the_skip_was_recorded_takes_it_back(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b<a");
	check_starts(&r, "a");
	fail_task(&r, "a", "exit status 1");
	check_next(&r, "skip b: needs a, which failed");
	ask(&r, WT_EV_RETRY_ASKED, "a");
	check_starts(&r, "a");
	check_str(why(&r, "b"), "for a");
	run_clear(&r);
}

static void test_sched__lonely_task_that_is_stopped_makes_room_for_the_next(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a*9, b~*5, c~*4");
	check_starts(&r, "a");
	work(&r, "a");
	land(&r, "a");
	ask(&r, WT_EV_STOP_ASKED, "b");
	check_starts(&r, "c");
	run_clear(&r);
}

static void test_sched__order_against_dependencies_ends_the_run(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a@2, b@1<a, c");
	check_starts(&r, "c");
	check_str(why(&r, "a"), "for b of smaller order");
	check_str(why(&r, "b"), "for a");
	work(&r, "c");
	land(&r, "c");
	check_skip(&r, "skip a: waits for a task that in turn waits for it");
	check_skip(&r, "skip b: needs a, which was skipped "
		       "(waits for a task that in turn waits for it)");
	check_next(&r, "end");
	run_clear(&r);
}

static void test_sched__retry_asked_ends_the_pause(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	check_starts(&r, "a");
	leave(&r, "a", "exit", 1);
	tell(&r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
				    .task = "a",
				    .outcome = WT_OUTCOME_FAILED,
				    .will_retry = true,
				    .pause_ms = 9000 });
	ask(&r, WT_EV_RETRY_ASKED, "a");
	check_next(&r, "start a");
	run_clear(&r);
}

static void test_sched__keep_going_lets_the_living_finish_and_skips_the_rest(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a, b, c, d");
	r.plan.limits.jobs = 2;
	r.plan.limits.keep_going = 1;
	run_begin(&r, true);
	check_starts(&r, "a b");
	fail_task(&r, "a", "exit status 1");
	check_next(&r, "none");
	check_str(wt_sched_closed(r.s), "1 failed (limit 1)");
	check_str(why(&r, "c"), "1 failed (limit 1)");
	work(&r, "b");
	check_next(&r, "merge b");
	land(&r, "b");
	check_skip(&r, "skip c: 1 failed (limit 1)");
	check_skip(&r, "skip d: 1 failed (limit 1)");
	check_next(&r, "end");
	/* Taking the run up again brings them back; the failure counts no more. */
	ask(&r, WT_EV_RUN_ENDED, NULL);
	check_next(&r, "none");
	ask(&r, WT_EV_RUN_STARTED, NULL);
	check_starts(&r, "c d");
	run_clear(&r);
}

static void test_sched__failed_critical_task_closes_the_run(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a^, b");
	r.plan.limits.jobs = 1;
	run_begin(&r, true);
	check_starts(&r, "a");
	fail_task(&r, "a", "exit status 1");
	check_skip(&r, "skip b: a is critical and failed");
	check_next(&r, "end");
	ask(&r, WT_EV_RETRY_ASKED, "a");
	check_next(&r, "start a");
	run_clear(&r);
}

static void test_sched__same_failure_in_a_row_closes_the_run(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a, b, c, d, e, f");
	r.plan.limits.jobs = 1;
	r.plan.limits.same_failure = 2;
	run_begin(&r, true);
	check_starts(&r, "a");
	fail_task(&r, "a", "exit status 1");
	check_starts(&r, "b");
	fail_task(&r, "b", "exit status 2");
	check_starts(&r, "c");
	work(&r, "c");
	land(&r, "c");
	check_starts(&r, "d");
	fail_task(&r, "d", "no quota");
	check_starts(&r, "e");
	fail_task(&r, "e", "no quota");
	check_skip(&r, "skip f: 2 failures in a row: no quota");
	check_next(&r, "end");
	run_clear(&r);
}

static void test_sched__pause_by_a_provider_is_exit_7(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b, c, d");
	check_starts(&r, "a b c");
	tell(&r, (struct wt_event){ .kind = WT_EV_RUN_PAUSED,
				    .reason = "quota until 14:00",
				    .by_provider = true });
	work(&r, "a");
	land(&r, "a");
	check_next(&r, "none");
	check_str(why(&r, "d"), "quota until 14:00");
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 7);
	run_clear(&r);
}

static void test_sched__stop_ends_each_instance_once_and_then_the_run(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b, c, d");
	check_starts(&r, "a b c");
	work(&r, "c");
	ask(&r, WT_EV_STOP_ASKED, NULL);
	check_next(&r, "stop a");
	check_next(&r, "stop b");
	check_next(&r, "none");
	ask(&r, WT_EV_STOP_ASKED, NULL);
	check_next(&r, "none");
	leave(&r, "a", "stopped", 0);
	check_next(&r, "finish a");
	end(&r, "a", WT_OUTCOME_STOPPED, NULL);
	leave(&r, "b", "stopped", 0);
	end(&r, "b", WT_OUTCOME_STOPPED, NULL);
	check_next(&r, "end"); /* c stays queued, d waiting */
	assert_true(wt_sched_state(r.s)->stop_asked);
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 1);
	run_clear(&r);
}

static void test_sched__stop_of_one_task_skips_its_dependents_only(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b<a, c, d");
	check_starts(&r, "a c d");
	ask(&r, WT_EV_STOP_ASKED, "a");
	check_next(&r, "stop a");
	check_next(&r, "none");
	leave(&r, "a", "stopped", 0);
	end(&r, "a", WT_OUTCOME_STOPPED, NULL);
	check_skip(&r, "skip b: needs a, which was stopped");
	check_next(&r, "none");
	run_clear(&r);
}

static void test_sched__merges_come_in_the_order_in_which_work_became_ready(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b, c");
	check_starts(&r, "a b c");
	work(&r, "c");
	work(&r, "a");
	work(&r, "b");
	check_next(&r, "merge c");
	ask(&r, WT_EV_LANDING_STARTING, "c");
	check_next(&r, "none"); /* one at a time */
	land(&r, "c");
	check_next(&r, "merge a");
	conflict(&r, "a", "src/x.c", "c");
	check_next(&r, "merge b");
	land(&r, "b");
	check_next(&r, "end");
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 3);
	run_clear(&r);
}

static void test_sched__held_merge_is_tried_again_and_ends_the_run_after_a_minute(void **unused)
{
	struct run r;
	int tries = 0;

	(void)unused;
	run_of(&r, "a, b");
	check_starts(&r, "a b");
	work(&r, "a");
	tell(&r, (struct wt_event){ .kind = WT_EV_TASK_QUEUED,
				    .task = "a",
				    .reason = "a rebase is going on" });
	check_next(&r, "none until +2000");
	check_str(run_task(&r, "a")->reason, "a rebase is going on");
	fail_task(&r, "b", "exit status 1");
	check_next(&r, "none until +2000");
	for (const char *said = next(&r); strcmp(said, "end") != 0; said = next(&r)) {
		if (strcmp(said, "merge a") == 0) {
			tell(&r, (struct wt_event){ .kind = WT_EV_TASK_QUEUED, .task = "a" });
			tries++;
		} else {
			r.now_ms += 1000;
		}
	}
	check_int(tries, 7);
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 1);
	run_clear(&r);
}

static void test_sched__held_merges_end_the_run_also_when_each_try_takes_long(void **unused)
{
	struct run r;
	int tries = 0;

	(void)unused;
	run_of(&r, "a");
	check_starts(&r, "a");
	work(&r, "a");
	for (; strcmp(next(&r), "merge a") == 0; tries++) {
		tell(&r, (struct wt_event){ .kind = WT_EV_LANDING_STARTING, .task = "a" });
		tell(&r, (struct wt_event){ .kind = WT_EV_TASK_QUEUED, .task = "a" });
		r.now_ms += 15000;
	}
	check_next(&r, "end");
	check_int(tries, 4);
	run_clear(&r);
}

static void test_sched__without_landing_work_stays_queued_and_dependents_wait(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a, b<a, c, d<c");
	run_begin(&r, false);
	check_starts(&r, "a c");
	work(&r, "a");
	fail_task(&r, "c", "exit status 1");
	check_str(why(&r, "b"), "for a to be merged");
	check_str(why(&r, "d"), "for c (failed)");
	check_next(&r, "end");
	ask(&r, WT_EV_MERGE_ASKED, "a");
	check_next(&r, "merge a");
	land(&r, "a");
	check_starts(&r, "b");
	run_clear(&r);
}

static void test_sched__without_landing_queued_work_is_success(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a");
	run_begin(&r, false);
	check_starts(&r, "a");
	work(&r, "a");
	check_next(&r, "end");
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 0);
	check_str(wt_sched_final_status(wt_sched_state(r.s)), "success");
	run_clear(&r);
}

static void test_sched__starts_that_fail_end_the_run_with_6(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a, b, c, d, e");
	r.plan.limits.same_failure = 3;
	run_begin(&r, true);
	for (int i = 0; i < 3; i++) {
		struct wt_action action;

		assert_true(wt_sched_next(r.s, r.now_ms, NULL, &action));
		tell(&r, (struct wt_event){ .kind = WT_EV_AGENT_FAILED,
					    .task = r.plan.tasks[action.task].task.id,
					    .attempt = 1,
					    .reason = "no agent" });
	}
	check_skip(&r, "skip d: 3 failures in a row: no agent");
	check_skip(&r, "skip e: 3 failures in a row: no agent");
	check_next(&r, "end");
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 6);
	run_clear(&r);
}

static void test_sched__exit_codes_have_their_precedence(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b, c, d");
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 1);
	finish(&r, "a");
	start(&r, "b");
	leave(&r, "b", "exit", 0);
	end(&r, "b", WT_OUTCOME_NO_CHANGES, NULL);
	start(&r, "c");
	leave(&r, "c", "exit", 0);
	tell(&r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
				    .task = "c",
				    .outcome = WT_OUTCOME_KEPT,
				    .by_gate = true });
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 4);
	start(&r, "d");
	work(&r, "d");
	conflict(&r, "d", "x", NULL);
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 3);
	run_clear(&r);
}

static void test_sched__success_threshold_forgives_failures_but_no_conflict(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a, b, c");
	r.plan.limits.success_threshold = 60;
	run_begin(&r, true);
	finish(&r, "a");
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 1);
	finish(&r, "b");
	start(&r, "c");
	fail_task(&r, "c", "exit status 1");
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 0);
	check_str(wt_sched_final_status(wt_sched_state(r.s)), "partial");
	ask(&r, WT_EV_RETRY_ASKED, "c");
	start(&r, "c");
	work(&r, "c");
	conflict(&r, "c", "x", NULL);
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 3);
	run_clear(&r);
}

static void test_sched__resumed_run_knows_what_is_left(void **unused)
{
	struct run r;
	struct wt_sched *again;
	struct wt_action action;

	(void)unused;
	run_of(&r, "a!x, b!x, c<a, d");
	check_starts(&r, "a d");
	again = wt_sched_new(&r.plan, true);
	for (size_t i = 0; i < r.n_events; i++)
		assert_true(wt_sched_apply(again, &r.events[i], 0));
	assert_false(wt_sched_next(again, 0, NULL, &action));
	check_str(wt_sched_why(again, 1, 0), "shares x with a");
	check_str(wt_sched_why(again, 2, 0), "for a");
	wt_sched_free(again);
	run_clear(&r);
}

static void test_sched__retry_of_a_stopped_run_starts_nothing_else(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b<a, c, d");
	ask(&r, WT_EV_RUN_STARTED, NULL);
	start(&r, "a");
	fail_task(&r, "a", "agent ended with status 1");
	check_skip(&r, "skip b: needs a, which failed");
	start(&r, "c");
	work(&r, "c");
	ask(&r, WT_EV_STOP_ASKED, NULL);
	check_next(&r, "end");
	ask(&r, WT_EV_RUN_STOPPED, NULL);
	ask(&r, WT_EV_RETRY_ASKED, "a");
	check_str(run_task(&r, "a")->reason, "agent ended with status 1");
	tell(&r, (struct wt_event){ .kind = WT_EV_RUN_STARTED, .reason = "retry" });
	check_starts(&r, "a");
	check_str(why(&r, "d"), "for wtorch resume");
	work(&r, "a");
	check_next(&r, "merge a");
	land(&r, "a");
	check_starts(&r, "b");
	work(&r, "b");
	land(&r, "b");
	check_next(&r, "end");
	ask(&r, WT_EV_RUN_ENDED, NULL);
	ask(&r, WT_EV_RUN_STARTED, NULL);
	check_next(&r, "merge c");
	land(&r, "c");
	check_starts(&r, "d");
	run_clear(&r);
}

static void test_sched__merge_starts_no_agent_and_merges_nothing_else(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b, c, d<a");
	check_starts(&r, "a b c");
	work(&r, "a");
	conflict(&r, "a", "x", NULL);
	check_skip(&r, "skip d: needs a, which has a merge conflict");
	work(&r, "b");
	leave(&r, "c", "stopped", 0);
	end(&r, "c", WT_OUTCOME_STOPPED, NULL);
	ask(&r, WT_EV_MERGE_ASKED, "a");
	tell(&r, (struct wt_event){ .kind = WT_EV_RUN_STARTED, .reason = "merge" });
	check_next(&r, "merge a");
	land(&r, "a");
	check_next(&r, "end");
	ask(&r, WT_EV_RUN_STARTED, NULL);
	check_next(&r, "merge b");
	land(&r, "b");
	check_starts(&r, "c d");
	run_clear(&r);
}

static void test_sched__empty_plan_ends_at_once(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "");
	check_next(&r, "end");
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 0);
	check_str(wt_sched_final_status(wt_sched_state(r.s)), "success");
	run_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sched__longest_path_starts_first_then_source_order),
		cmocka_unit_test(test_sched__priority_p0_goes_before_longer_paths),
		cmocka_unit_test(test_sched__dependent_starts_when_its_need_has_landed),
		cmocka_unit_test(test_sched__need_without_changes_is_met),
		cmocka_unit_test(
			test_sched__failure_skips_dependents_with_the_chain_but_not_siblings),
		cmocka_unit_test(test_sched__long_chain_names_its_root),
		cmocka_unit_test(test_sched__what_the_plan_cannot_run_is_skipped_first),
		cmocka_unit_test(test_sched__lock_is_held_until_landed_not_until_exited),
		cmocka_unit_test(test_sched__ready_task_behind_a_taken_lock_lets_others_pass),
		cmocka_unit_test(test_sched__order_is_a_barrier_and_tasks_without_it_are_free),
		cmocka_unit_test(test_sched__retried_task_raises_its_barrier_again),
		cmocka_unit_test(test_sched__batch_mode_waits_for_the_batch_before),
		cmocka_unit_test(test_sched__batch_mode_without_landing_waits_for_exits_only),
		cmocka_unit_test(test_sched__lock_with_room_lets_so_many_in),
		cmocka_unit_test(test_sched__room_that_one_leaves_is_taken_by_the_next),
		cmocka_unit_test(
			test_sched__lock_of_an_agent_is_not_held_by_work_that_others_merge),
		cmocka_unit_test(test_sched__lane_waits_for_its_own_earlier_batches_only),
		cmocka_unit_test(test_sched__retried_task_holds_up_its_lane_again),
		cmocka_unit_test(test_sched__task_of_several_barriers_passes_them_all),
		cmocka_unit_test(test_sched__sequential_runs_one_at_a_time_until_landed),
		cmocka_unit_test(test_sched__lonely_task_runs_alone),
		cmocka_unit_test(test_sched__load_holds_starts_until_below_the_start_threshold),
		cmocka_unit_test(test_sched__cpu_pressure_and_load_average_hold_as_well),
		cmocka_unit_test(test_sched__a_limit_of_100_percent_never_holds),
		cmocka_unit_test(test_sched__retry_comes_after_its_pause),
		cmocka_unit_test(test_sched__what_fails_while_the_run_stops_keeps_its_retry),
		cmocka_unit_test(test_sched__pause_doubles_up_to_five_minutes),
		cmocka_unit_test(test_sched__retry_asked_ends_the_pause),
		cmocka_unit_test(test_sched__retry_before_the_skip_was_recorded_takes_it_back),
		cmocka_unit_test(test_sched__lonely_task_that_is_stopped_makes_room_for_the_next),
		cmocka_unit_test(test_sched__order_against_dependencies_ends_the_run),
		cmocka_unit_test(test_sched__keep_going_lets_the_living_finish_and_skips_the_rest),
		cmocka_unit_test(test_sched__failed_critical_task_closes_the_run),
		cmocka_unit_test(test_sched__same_failure_in_a_row_closes_the_run),
		cmocka_unit_test(test_sched__pause_by_a_provider_is_exit_7),
		cmocka_unit_test(test_sched__stop_ends_each_instance_once_and_then_the_run),
		cmocka_unit_test(test_sched__stop_of_one_task_skips_its_dependents_only),
		cmocka_unit_test(test_sched__merges_come_in_the_order_in_which_work_became_ready),
		cmocka_unit_test(test_sched__held_merges_end_the_run_also_when_each_try_takes_long),
		cmocka_unit_test(
			test_sched__held_merge_is_tried_again_and_ends_the_run_after_a_minute),
		cmocka_unit_test(test_sched__without_landing_work_stays_queued_and_dependents_wait),
		cmocka_unit_test(test_sched__without_landing_queued_work_is_success),
		cmocka_unit_test(test_sched__starts_that_fail_end_the_run_with_6),
		cmocka_unit_test(test_sched__exit_codes_have_their_precedence),
		cmocka_unit_test(test_sched__success_threshold_forgives_failures_but_no_conflict),
		cmocka_unit_test(test_sched__resumed_run_knows_what_is_left),
		cmocka_unit_test(test_sched__retry_of_a_stopped_run_starts_nothing_else),
		cmocka_unit_test(test_sched__merge_starts_no_agent_and_merges_nothing_else),
		cmocka_unit_test(test_sched__empty_plan_ends_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
