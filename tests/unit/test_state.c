/* SPDX-License-Identifier: MIT */
/* The fold over the events of a run: what moves a task, and what must not. */

#include "tests/support/run_of.h"

static const struct wt_run_state *state_of(const struct run *r)
{
	return wt_sched_state(r->s);
}

static bool ask(struct run *r, enum wt_event_kind kind, const char *id)
{
	return tell(r, (struct wt_event){ .kind = kind, .task = id });
}

static void test_state__task_goes_all_the_way(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	check_str(run_state(&r, "a"), "waiting");
	start(&r, "a");
	check_str(run_state(&r, "a"), "working");
	check_int(state_of(&r)->living, 1);
	check_str(run_task(&r, "a")->worktree, "/src/app-wta");
	leave(&r, "a", "exit", 0);
	check_str(run_state(&r, "a"), "gating");
	tell(&r, (struct wt_event){ .kind = WT_EV_WORK_COMMITTED, .task = "a", .count = 2 });
	check_str(run_state(&r, "a"), "queued");
	check_int(state_of(&r)->living, 0);
	land(&r, "a");
	check_str(run_state(&r, "a"), "merged");
	check_int(run_task(&r, "a")->attempt, 1);
	check_int(run_task(&r, "a")->busy_ms, 60000);
	check_int(state_of(&r)->worktrees_created, 1);
	check_int(state_of(&r)->illegal, 0);
	assert_false(run_task(&r, "a")->has_open_intent);
	run_clear(&r);
}

static void test_state__merged_task_cannot_be_moved_back(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	finish(&r, "a");
	for (enum wt_event_kind kind = WT_EV_TASK_SKIPPED; kind < WT_EV_COUNT; kind++) {
		tell(&r, (struct wt_event){ .kind = kind,
					    .task = "a",
					    .attempt = kind == WT_EV_WORKTREE_PREPARING ? 2 : 0,
					    .outcome = WT_OUTCOME_FAILED });
		check_str(run_state(&r, "a"), "merged");
	}
	assert_true(state_of(&r)->illegal > 10);
	run_clear(&r);
}

static void test_state__strange_events_are_counted_and_left_out(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b");
	assert_false(ask(&r, WT_EV_LANDED, "nobody"));
	assert_false(ask(&r, WT_EV_LANDED, "a"));
	assert_false(ask(&r, WT_EV_AGENT_STARTED, NULL));
	assert_false(tell(&r, (struct wt_event){ .kind = (enum wt_event_kind)999, .task = "a" }));
	assert_false(tell(&r, (struct wt_event){ .kind = (enum wt_event_kind)999 }));
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_NONE, .task = "a" }));
	assert_true(ask(&r, WT_EV_NOTE, NULL));
	assert_true(ask(&r, WT_EV_NOTE, "nobody"));
	start(&r, "a");
	assert_false(tell(
		&r, (struct wt_event){ .kind = WT_EV_AGENT_EXITED, .task = "a", .attempt = 7 }));
	assert_false(tell(&r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED, .task = "a" }));
	assert_false(tell(&r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
						 .task = "a",
						 .outcome = (enum wt_outcome)99 }));
	check_str(run_state(&r, "a"), "working");
	check_int(state_of(&r)->illegal, 8);
	run_clear(&r);
}

static void test_state__unselected_task_takes_no_part(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a, b");
	r.plan.tasks[1].is_selected = false;
	run_begin(&r, true);
	assert_false(tell(
		&r,
		(struct wt_event){ .kind = WT_EV_WORKTREE_PREPARING, .task = "b", .attempt = 1 }));
	check_str(run_state(&r, "b"), "waiting");
	run_clear(&r);
}

static void test_state__work_of_a_failed_agent_is_not_queued_by_its_commit(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b");
	start(&r, "a");
	leave(&r, "a", "exit", 1);
	ask(&r, WT_EV_WORK_COMMITTED, "a");
	check_str(run_state(&r, "a"), "gating");
	end(&r, "a", WT_OUTCOME_FAILED, "exit status 1");
	check_str(run_state(&r, "a"), "failed");
	check_str(run_task(&r, "a")->reason, "exit status 1");
	start(&r, "b");
	leave(&r, "b", "timeout", 0);
	ask(&r, WT_EV_WORK_COMMITTED, "b");
	check_str(run_state(&r, "b"), "gating");
	run_clear(&r);
}

static void test_state__failure_is_charged_but_lost_and_stopped_are_not(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	start(&r, "a");
	check_int(run_task(&r, "a")->charged, 1);
	leave(&r, "a", "lost", 0);
	check_str(run_state(&r, "a"), "waiting");
	check_int(run_task(&r, "a")->charged, 0);
	start(&r, "a");
	check_int(run_task(&r, "a")->attempt, 2);
	leave(&r, "a", "stopped", 0);
	end(&r, "a", WT_OUTCOME_STOPPED, NULL);
	check_int(run_task(&r, "a")->charged, 0);
	ask(&r, WT_EV_RETRY_ASKED, "a");
	start(&r, "a");
	leave(&r, "a", "exit", 1);
	tell(&r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
				    .task = "a",
				    .attempt = 3,
				    .outcome = WT_OUTCOME_FAILED,
				    .will_retry = true,
				    .pause_ms = 5 });
	check_str(run_state(&r, "a"), "waiting");
	check_int(run_task(&r, "a")->charged, 1);
	check_int(state_of(&r)->retries, 1);
	check_int(state_of(&r)->failures, 0);
	run_clear(&r);
}

static void test_state__start_that_fails_is_final_and_not_charged(void **unused)
{
	const char *reason;
	struct run r;

	(void)unused;
	run_of(&r, "a, b");
	assert_false(wt_sched_nothing_started(state_of(&r), &reason));
	tell(&r, (struct wt_event){ .kind = WT_EV_AGENT_FAILED,
				    .task = "a",
				    .attempt = 1,
				    .reason = "'claude' is not on PATH" });
	check_str(run_state(&r, "a"), "failed");
	check_int(run_task(&r, "a")->attempt, 1);
	check_int(run_task(&r, "a")->charged, 0);
	assert_true(wt_sched_nothing_started(state_of(&r), &reason));
	check_str(reason, "'claude' is not on PATH");
	check_int(wt_sched_exit_code(state_of(&r)), 6);
	start(&r, "b");
	assert_false(wt_sched_nothing_started(state_of(&r), &reason));
	run_clear(&r);
}

static void test_state__retry_brings_dependents_back(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b<a, c<b, d<c-");
	start(&r, "a");
	fail_task(&r, "a", "exit status 1");
	tell(&r, (struct wt_event){ .kind = WT_EV_TASK_SKIPPED, .task = "b" });
	tell(&r, (struct wt_event){ .kind = WT_EV_TASK_SKIPPED, .task = "c" });
	tell(&r, (struct wt_event){ .kind = WT_EV_TASK_SKIPPED, .task = "d" });
	tell(&r, (struct wt_event){ .kind = WT_EV_RETRY_ASKED, .task = "a", .is_fresh = true });
	check_str(run_state(&r, "a"), "waiting");
	check_str(run_state(&r, "b"), "waiting");
	check_str(run_state(&r, "c"), "waiting");
	check_str(run_state(&r, "d"), "skipped");
	check_int(run_task(&r, "a")->charged, 0);
	assert_true(run_task(&r, "a")->retry_fresh);
	assert_false(ask(&r, WT_EV_RETRY_ASKED, "d"));
	run_clear(&r);
}

static void test_state__merge_is_granted_to_conflict_and_kept_alone(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b, c, d");
	start(&r, "a");
	work(&r, "a");
	conflict(&r, "a", "src/x.c", "b");
	check_str(run_state(&r, "a"), "conflict");
	check_str(run_task(&r, "a")->paths[0], "src/x.c");
	assert_true(ask(&r, WT_EV_MERGE_ASKED, "a"));
	check_str(run_state(&r, "a"), "queued");
	land(&r, "a");
	assert_true(run_task(&r, "a")->had_conflict);
	start(&r, "b");
	fail_task(&r, "b", "exit status 1");
	assert_false(ask(&r, WT_EV_MERGE_ASKED, "b"));
	assert_false(ask(&r, WT_EV_MERGE_ASKED, "c"));
	start(&r, "d");
	work(&r, "d");
	ask(&r, WT_EV_STOP_ASKED, "d");
	check_str(run_state(&r, "d"), "stopped");
	check_str(run_task(&r, "d")->reason, "stopped before it landed");
	assert_true(ask(&r, WT_EV_MERGE_ASKED, "d"));
	check_str(run_state(&r, "d"), "queued");
	run_clear(&r);
}

static void test_state__what_a_person_merged_is_recognised(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	start(&r, "a");
	work(&r, "a");
	conflict(&r, "a", "x", NULL);
	assert_true(ask(&r, WT_EV_LANDED, "a"));
	check_str(run_state(&r, "a"), "merged");
	run_clear(&r);
}

static void test_state__intent_to_land_is_open_until_landed_whatever_the_checkout(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	start(&r, "a");
	work(&r, "a");
	tell(&r,
	     (struct wt_event){ .kind = WT_EV_LANDING_STARTING, .task = "a", .path = "/src/app" });
	check_str(run_state(&r, "a"), "merging");
	ask(&r, WT_EV_CHECKOUT_UPDATED, "a");
	assert_true(run_task(&r, "a")->has_open_intent);
	check_str(run_task(&r, "a")->intent_event.path, "/src/app");
	ask(&r, WT_EV_LANDED, "a");
	check_str(run_state(&r, "a"), "merged");
	assert_false(run_task(&r, "a")->has_open_intent);
	run_clear(&r);
}

static void test_state__shim_that_could_not_execute_its_agent_is_no_start(void **unused)
{
	const char *reason;
	struct run r;

	(void)unused;
	run_of(&r, "a");
	start(&r, "a");
	tell(&r, (struct wt_event){ .kind = WT_EV_AGENT_FAILED,
				    .task = "a",
				    .attempt = 1,
				    .reason = "cannot be executed" });
	check_str(run_state(&r, "a"), "failed");
	check_int(run_task(&r, "a")->charged, 0);
	assert_true(wt_sched_nothing_started(state_of(&r), &reason));
	check_str(reason, "cannot be executed");
	run_clear(&r);
}

static void test_state__attempt_that_had_not_begun_begins_again(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	tell(&r, (struct wt_event){ .kind = WT_EV_WORKTREE_PREPARING, .task = "a", .attempt = 1 });
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
						.task = "a",
						.attempt = 1,
						.outcome = WT_OUTCOME_STOPPED,
						.will_retry = true }));
	check_str(run_state(&r, "a"), "waiting");
	check_int(run_task(&r, "a")->charged, 0);
	check_int(state_of(&r)->retries, 0);
	run_clear(&r);
}

static void test_state__stopped_run_goes_on_where_it_was(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b, c, d<b");
	ask(&r, WT_EV_RUN_STARTED, NULL);
	start(&r, "a");
	start(&r, "b");
	ask(&r, WT_EV_STOP_ASKED, "b");
	leave(&r, "b", "stopped", 0);
	end(&r, "b", WT_OUTCOME_STOPPED, NULL);
	tell(&r, (struct wt_event){ .kind = WT_EV_TASK_SKIPPED, .task = "d" });
	ask(&r, WT_EV_STOP_ASKED, NULL);
	leave(&r, "a", "stopped", 0);
	end(&r, "a", WT_OUTCOME_STOPPED, NULL);
	ask(&r, WT_EV_RUN_STOPPED, NULL);
	assert_true(state_of(&r)->is_stopped);
	ask(&r, WT_EV_RUN_STARTED, NULL);
	assert_false(state_of(&r)->is_stopped);
	assert_false(state_of(&r)->stop_asked);
	check_str(run_state(&r, "a"), "waiting");
	check_str(run_state(&r, "b"), "stopped"); /* that was asked for by name */
	check_str(run_state(&r, "c"), "waiting");
	check_str(run_state(&r, "d"), "skipped");
	run_clear(&r);
}

static void test_state__crashed_run_keeps_its_states(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b");
	ask(&r, WT_EV_RUN_STARTED, NULL);
	start(&r, "a");
	finish(&r, "b");
	ask(&r, WT_EV_RUN_STARTED, NULL);
	check_str(run_state(&r, "a"), "working");
	check_str(run_state(&r, "b"), "merged");
	run_clear(&r);
}

static void test_state__time_does_not_pass_between_crash_and_resume(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b");
	ask(&r, WT_EV_RUN_STARTED, NULL);
	start(&r, "a");
	start(&r, "b");
	r.now_ms += 5000;
	ask(&r, WT_EV_NOTE, NULL);
	r.now_ms += 100000;
	ask(&r, WT_EV_RUN_STARTED, NULL);
	r.now_ms += 700;
	ask(&r, WT_EV_RUN_ENDED, NULL);
	r.now_ms += 700;
	ask(&r, WT_EV_NOTE, NULL);
	check_int(state_of(&r)->active_ms, 5700);
	check_int(state_of(&r)->together_ms, 5700);
	run_clear(&r);
}

static void test_state__removed_worktree_is_forgotten(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	finish(&r, "a");
	ask(&r, WT_EV_WORKTREE_REMOVING, "a");
	assert_true(run_task(&r, "a")->has_open_intent);
	ask(&r, WT_EV_WORKTREE_REMOVED, "a");
	assert_null(run_task(&r, "a")->worktree);
	assert_false(run_task(&r, "a")->has_open_intent);
	run_clear(&r);
}

/* The records of an attempt that lands, in order. */
static struct wt_event record(struct run *r, size_t n, size_t attempt)
{
	const struct wt_event all[] = {
		{ .kind = WT_EV_WORKTREE_PREPARING, .branch = "wtorch/a", .path = "/src/app-wta" },
		{ .kind = WT_EV_WORKTREE_PREPARED, .branch = "wtorch/a", .path = "/src/app-wta" },
		{ .kind = WT_EV_AGENT_STARTING, .dir = "a/1" },
		{ .kind = WT_EV_AGENT_STARTED, .pid = 7, .start_time = "1", .boot_id = "b" },
		{ .kind = WT_EV_AGENT_EXITED, .reason = "exit", .duration_ms = 5 },
		{ .kind = WT_EV_WORK_COMMITTED, .tip = run_oid("a", 2), .tree = run_oid("a", 3) },
		{ .kind = WT_EV_LANDING_STARTING, .tip = run_oid("a", 2), .oid = run_oid("a", 4) },
		{ .kind = WT_EV_LANDED, .tip = run_oid("a", 2), .oid = run_oid("a", 4) },
	};
	struct wt_event ev = n < 8 ? all[n] : (struct wt_event){ .kind = WT_EV_NONE };

	(void)r;
	ev.task = "a";
	ev.attempt = attempt;
	if (n < 2)
		ev.base = run_oid("base", 1);
	return ev;
}

static void test_state__what_follows_a_lost_record_stands_for_it(void **unused)
{
	(void)unused;
	for (size_t lost = 0; lost < 7; lost++) {
		struct run r;

		run_of(&r, "a, b<a");
		for (size_t n = 0; n < 8; n++)
			if (n != lost)
				tell(&r, record(&r, n, 1));
		check_str(run_state(&r, "a"), "merged");
		check_int(run_task(&r, "a")->attempt, 1);
		check_int(run_task(&r, "a")->charged, 1);
		check_int(run_task(&r, "a")->pid, 0);
		check_str(run_task(&r, "a")->worktree, "/src/app-wta");
		check_str(run_task(&r, "a")->branch, "wtorch/a");
		assert_false(wt_oid_is_zero(&run_task(&r, "a")->tip));
		assert_false(run_task(&r, "a")->has_open_intent);
		check_starts(&r, "b");
		run_clear(&r);
	}
}

static void test_state__new_attempt_is_believed_wherever_the_one_before_stood(void **unused)
{
	(void)unused;
	/* The record of its end is missing, whatever it had come to. */
	for (size_t came = 1; came < 8; came++) {
		struct run r;

		run_of(&r, "a");
		for (size_t n = 0; n < came; n++)
			tell(&r, record(&r, n, 1));
		for (size_t n = 0; n < 4; n++)
			assert_true(tell(&r, record(&r, n, 2)));
		check_str(run_state(&r, "a"), "working");
		check_int(run_task(&r, "a")->attempt, 2);
		assert_true(wt_oid_is_zero(&run_task(&r, "a")->tip));
		run_clear(&r);
	}
}

static void test_state__lost_end_of_an_agent_is_not_guessed_from_its_commit(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	for (size_t n = 0; n < 4; n++)
		tell(&r, record(&r, n, 1));
	assert_false(tell(&r, record(&r, 5, 1)));
	check_str(run_state(&r, "a"), "working");
	check_int(run_task(&r, "a")->pid, 7);
	/* And nothing is believed of an attempt that is far ahead. */
	assert_false(tell(&r, record(&r, 3, 3)));
	check_int(run_task(&r, "a")->attempt, 1);
	run_clear(&r);
}

static void test_state__fresh_retry_stays_fresh_until_its_worktree_is_there(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	start(&r, "a");
	fail_task(&r, "a", "exit status 1");
	tell(&r, (struct wt_event){ .kind = WT_EV_RETRY_ASKED, .task = "a", .is_fresh = true });
	tell(&r, record(&r, 0, 2));
	assert_true(run_task(&r, "a")->retry_fresh);
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
						.task = "a",
						.attempt = 2,
						.outcome = WT_OUTCOME_STOPPED,
						.will_retry = true }));
	check_str(run_state(&r, "a"), "waiting");
	assert_true(run_task(&r, "a")->retry_fresh);
	tell(&r, record(&r, 0, 3));
	tell(&r, record(&r, 1, 3));
	assert_false(run_task(&r, "a")->retry_fresh);
	run_clear(&r);
}

static void test_state__each_state_knows_its_record(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b<a");
	ask(&r, WT_EV_RUN_PLANNED, NULL);
	check_int(run_task(&r, "b")->since.seq, 1);
	for (size_t n = 0; n < 8; n++)
		tell(&r, record(&r, n, 1));
	check_int(run_task(&r, "a")->since.kind, WT_EV_LANDED);
	check_int(run_task(&r, "a")->since.seq, 9);
	assert_true(run_task(&r, "a")->since.wall_ms > 0);
	ask(&r, WT_EV_NOTE, "a");
	tell(&r, record(&r, 3, 1)); /* not allowed */
	check_int(run_task(&r, "a")->since.seq, 9);
	check_int(run_task(&r, "b")->since.kind, WT_EV_RUN_PLANNED);
	run_clear(&r);
}

static void test_state__clock_that_was_set_back_gives_no_negative_times(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	ask(&r, WT_EV_RUN_STARTED, NULL);
	for (size_t n = 0; n < 8; n++) {
		r.now_ms -= 3600000;
		tell(&r, record(&r, n, 1));
	}
	ask(&r, WT_EV_RUN_ENDED, NULL);
	check_str(run_state(&r, "a"), "merged");
	check_int(state_of(&r)->active_ms, 0);
	check_int(state_of(&r)->launch_ms, 0);
	check_int(state_of(&r)->integration_ms, 0);
	check_int(run_task(&r, "a")->busy_ms, 5);
	run_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_state__what_follows_a_lost_record_stands_for_it),
		cmocka_unit_test(test_state__new_attempt_is_believed_wherever_the_one_before_stood),
		cmocka_unit_test(test_state__lost_end_of_an_agent_is_not_guessed_from_its_commit),
		cmocka_unit_test(test_state__fresh_retry_stays_fresh_until_its_worktree_is_there),
		cmocka_unit_test(test_state__each_state_knows_its_record),
		cmocka_unit_test(test_state__clock_that_was_set_back_gives_no_negative_times),
		cmocka_unit_test(test_state__task_goes_all_the_way),
		cmocka_unit_test(test_state__merged_task_cannot_be_moved_back),
		cmocka_unit_test(test_state__strange_events_are_counted_and_left_out),
		cmocka_unit_test(test_state__unselected_task_takes_no_part),
		cmocka_unit_test(test_state__work_of_a_failed_agent_is_not_queued_by_its_commit),
		cmocka_unit_test(test_state__failure_is_charged_but_lost_and_stopped_are_not),
		cmocka_unit_test(test_state__start_that_fails_is_final_and_not_charged),
		cmocka_unit_test(test_state__retry_brings_dependents_back),
		cmocka_unit_test(test_state__merge_is_granted_to_conflict_and_kept_alone),
		cmocka_unit_test(test_state__what_a_person_merged_is_recognised),
		cmocka_unit_test(
			test_state__intent_to_land_is_open_until_landed_whatever_the_checkout),
		cmocka_unit_test(test_state__shim_that_could_not_execute_its_agent_is_no_start),
		cmocka_unit_test(test_state__attempt_that_had_not_begun_begins_again),
		cmocka_unit_test(test_state__stopped_run_goes_on_where_it_was),
		cmocka_unit_test(test_state__crashed_run_keeps_its_states),
		cmocka_unit_test(test_state__time_does_not_pass_between_crash_and_resume),
		cmocka_unit_test(test_state__removed_worktree_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
