/* SPDX-License-Identifier: MIT */
/* Rounds: an agent that goes on in the same attempt, in the fold and in the scheduler. */

#include "tests/support/run_of.h"

static const struct wt_run_state *state_of(const struct run *r)
{
	return wt_sched_state(r->s);
}

static bool begin_round(struct run *r, const char *id, size_t round, int64_t pause_ms)
{
	return tell(r, (struct wt_event){ .kind = WT_EV_ROUND_BEGUN,
					  .task = id,
					  .attempt = run_task(r, id)->attempt,
					  .round = round,
					  .reason = "gate 'tests' says no\nand why",
					  .session = "s1",
					  .by_gate = true,
					  .pause_ms = pause_ms });
}

/* What is told of its agent in that round. */
static bool agent(struct run *r, enum wt_event_kind kind, const char *id, size_t round)
{
	return tell(r,
		    (struct wt_event){
			    .kind = kind,
			    .task = id,
			    .attempt = run_task(r, id)->attempt,
			    .round = round,
			    .dir = kind == WT_EV_AGENT_STARTING
					   ? wt_arena_printf(&r->arena, "%s/1/round-%zu", id, round)
					   : NULL,
			    .pid = kind == WT_EV_AGENT_STARTED ? 500 + (int64_t)round : 0,
			    .start_time = "777",
			    .boot_id = "boot",
			    .reason = kind == WT_EV_AGENT_EXITED ? "exit" : NULL,
			    .session = kind == WT_EV_AGENT_STARTED ? NULL : "s1",
			    .tokens_in = kind == WT_EV_AGENT_EXITED ? 10 : 0 });
}

static void check_legal(const struct run *r)
{
	check_int(state_of(r)->illegal, 0);
}

static void test_rounds__a_round_is_no_attempt(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	start(&r, "a");
	leave(&r, "a", "exit", 0);
	check_str(run_state(&r, "a"), "gating");
	assert_true(begin_round(&r, "a", 1, 0));
	check_str(run_state(&r, "a"), "fixing");
	check_str(run_task(&r, "a")->reason, "gate 'tests' says no");
	check_str(run_task(&r, "a")->fix_reason, "gate 'tests' says no\nand why");
	assert_true(agent(&r, WT_EV_AGENT_STARTING, "a", 1));
	check_str(run_task(&r, "a")->dir, "a/1/round-1");
	assert_true(run_task(&r, "a")->has_open_intent);
	assert_true(agent(&r, WT_EV_AGENT_STARTED, "a", 1));
	check_str(run_state(&r, "a"), "fixing");
	check_int(run_task(&r, "a")->pid, 501);
	assert_false(run_task(&r, "a")->has_open_intent);
	assert_true(agent(&r, WT_EV_AGENT_EXITED, "a", 1));
	check_str(run_state(&r, "a"), "gating");
	check_int(run_task(&r, "a")->attempt, 1);
	check_int(run_task(&r, "a")->charged, 1);
	check_int(run_task(&r, "a")->round, 1);
	check_int(run_task(&r, "a")->rounds, 1);
	check_int(run_task(&r, "a")->gate_rounds, 1);
	check_int(state_of(&r)->retries, 0);
	check_int(state_of(&r)->living, 1);
	check_legal(&r);
	run_clear(&r);
}

static void test_rounds__records_of_another_round_are_left_out(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	start(&r, "a");
	leave(&r, "a", "exit", 0);
	assert_false(begin_round(&r, "a", 2, 0));
	assert_false(begin_round(&r, "a", 0, 0));
	assert_true(begin_round(&r, "a", 1, 0));
	assert_false(agent(&r, WT_EV_AGENT_EXITED, "a", 0));
	assert_true(agent(&r, WT_EV_AGENT_STARTING, "a", 1));
	assert_true(agent(&r, WT_EV_AGENT_STARTED, "a", 1));
	assert_false(begin_round(&r, "a", 1, 0)); /* somebody works in it */
	assert_false(agent(&r, WT_EV_AGENT_EXITED, "a", 0));
	check_str(run_state(&r, "a"), "fixing");
	check_int(run_task(&r, "a")->pid, 501);
	check_int(state_of(&r)->illegal, 5);
	run_clear(&r);
}

static void test_rounds__what_follows_the_lost_record_of_a_round_stands_for_it(void **unused)
{
	static const enum wt_event_kind kinds[] = { WT_EV_AGENT_STARTING, WT_EV_AGENT_STARTED,
						    WT_EV_AGENT_EXITED };

	(void)unused;
	for (size_t first = 0; first < 3; first++) {
		struct run r;

		run_of(&r, "a");
		start(&r, "a");
		leave(&r, "a", "exit", 0);
		for (size_t k = first; k < 3; k++)
			assert_true(agent(&r, kinds[k], "a", 1));
		check_str(run_state(&r, "a"), "gating");
		check_int(run_task(&r, "a")->rounds, 1);
		check_int(run_task(&r, "a")->charged, 1);
		check_legal(&r);
		run_clear(&r);
	}
}

static void test_rounds__an_agent_lost_in_a_round_begins_it_again(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	start(&r, "a");
	leave(&r, "a", "exit", 0);
	begin_round(&r, "a", 1, 0);
	agent(&r, WT_EV_AGENT_STARTING, "a", 1);
	agent(&r, WT_EV_AGENT_STARTED, "a", 1);
	check_next(&r, "none");
	leave(&r, "a", "lost", -1);
	check_str(run_state(&r, "a"), "fixing");
	check_int(run_task(&r, "a")->pid, 0);
	check_int(run_task(&r, "a")->charged, 1);
	check_str(run_task(&r, "a")->fix_reason, "gate 'tests' says no\nand why");
	check_next(&r, "continue a");
	assert_true(begin_round(&r, "a", 1, 0)); /* as recovery does */
	check_int(run_task(&r, "a")->rounds, 1);
	check_int(run_task(&r, "a")->gate_rounds, 1);
	check_next(&r, "continue a");
	assert_true(agent(&r, WT_EV_AGENT_STARTING, "a", 1));
	assert_true(agent(&r, WT_EV_AGENT_STARTED, "a", 1));
	check_next(&r, "none");
	check_legal(&r);
	run_clear(&r);
}

/* Once more, and only where there was a conversation to refuse, and none to take up now. */
static void test_rounds__a_refused_conversation_is_begun_anew_in_the_same_round(void **unused)
{
	struct wt_event anew = { .kind = WT_EV_ROUND_BEGUN, .task = "a", .attempt = 1, .round = 1 };
	struct run r;

	(void)unused;
	run_of(&r, "a");
	start(&r, "a");
	leave(&r, "a", "exit", 0);
	begin_round(&r, "a", 1, 0);
	tell(&r, (struct wt_event){ .kind = WT_EV_AGENT_STARTING,
				    .task = "a",
				    .attempt = 1,
				    .round = 1,
				    .session = "s1",
				    .dir = "a/1/round-1" });
	agent(&r, WT_EV_AGENT_STARTED, "a", 1);
	assert_false(tell(&r, anew)); /* it lives */
	agent(&r, WT_EV_AGENT_EXITED, "a", 1);
	assert_false(begin_round(&r, "a", 1, 0)); /* the same conversation again */
	anew.reason = "gate 'tests' says no\nand why";
	assert_true(tell(&r, anew));
	check_str(run_state(&r, "a"), "fixing");
	assert_null(run_task(&r, "a")->resume);
	check_int(run_task(&r, "a")->rounds, 1);
	check_int(run_task(&r, "a")->gate_rounds, 1);
	check_int(run_task(&r, "a")->charged, 1);
	check_next(&r, "continue a");
	agent(&r, WT_EV_AGENT_STARTING, "a", 1);
	check_str(run_state(&r, "a"), "fixing");
	run_clear(&r);
}

static void test_rounds__what_a_stopped_round_was_told_is_told_to_the_next_attempt(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b");
	for (size_t i = 0; i < 2; i++) {
		const char *id = i ? "b" : "a";

		start(&r, id);
		leave(&r, id, "exit", 0);
		begin_round(&r, id, 1, 0);
		if (i)
			agent(&r, WT_EV_AGENT_STARTED, id, 1);
		end(&r, id, i ? WT_OUTCOME_FAILED : WT_OUTCOME_STOPPED, "ended");
	}
	check_str(run_task(&r, "a")->fix_reason, "gate 'tests' says no\nand why");
	assert_null(run_task(&r, "b")->fix_reason);
	check_int(run_task(&r, "a")->charged, 0);
	check_int(run_task(&r, "b")->charged, 1);
	tell_plain(&r, WT_EV_RETRY_ASKED, "a");
	start(&r, "a");
	check_int(run_task(&r, "a")->round, 0);
	check_int(run_task(&r, "a")->gate_rounds, 0);
	check_int(run_task(&r, "a")->rounds, 1);
	check_str(run_task(&r, "a")->fix_reason, "gate 'tests' says no\nand why");
	run_clear(&r);
}

static void test_rounds__a_round_that_cannot_be_started_fails_its_task(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	start(&r, "a");
	leave(&r, "a", "exit", 0);
	begin_round(&r, "a", 1, 0);
	agent(&r, WT_EV_AGENT_STARTED, "a", 1);
	tell(&r, (struct wt_event){ .kind = WT_EV_AGENT_FAILED,
				    .task = "a",
				    .attempt = 1,
				    .reason = "no such program" });
	check_str(run_state(&r, "a"), "failed");
	check_int(run_task(&r, "a")->charged, 1);
	check_int(state_of(&r)->agents_started, 1);
	check_int(state_of(&r)->living, 0);
	run_clear(&r);
}

/* what the conversation has cost */

static void test_rounds__the_cost_of_a_conversation_is_summed_over_its_rounds(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	start(&r, "a");
	agent(&r, WT_EV_AGENT_EXITED, "a", 0);
	check_str(run_task(&r, "a")->session, "s1");
	check_int(run_task(&r, "a")->conversation.tokens_in, 10);
	begin_round(&r, "a", 1, 0);
	agent(&r, WT_EV_AGENT_STARTING, "a", 1);
	check_str(run_task(&r, "a")->resume, "s1");
	agent(&r, WT_EV_AGENT_STARTED, "a", 1);
	agent(&r, WT_EV_AGENT_EXITED, "a", 1);
	check_int(run_task(&r, "a")->conversation.tokens_in, 20);
	check_int(run_task(&r, "a")->tokens_in, 20);
	begin_round(&r, "a", 2, 0);
	tell(&r, (struct wt_event){ .kind = WT_EV_AGENT_STARTING,
				    .task = "a",
				    .attempt = 1,
				    .round = 2,
				    .dir = "a/1/round-2" });
	agent(&r, WT_EV_AGENT_STARTED, "a", 2);
	tell(&r, (struct wt_event){ .kind = WT_EV_AGENT_EXITED,
				    .task = "a",
				    .attempt = 1,
				    .round = 2,
				    .reason = "exit",
				    .session = "s2",
				    .tokens_in = 7 });
	check_str(run_task(&r, "a")->session, "s2");
	check_int(run_task(&r, "a")->conversation.tokens_in, 7);
	check_int(run_task(&r, "a")->tokens_in, 27);
	check_legal(&r);
	run_clear(&r);
}

static void test_rounds__a_conversation_ends_with_its_worktree(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b");
	for (size_t i = 0; i < 2; i++) {
		const char *id = i ? "b" : "a";

		start(&r, id);
		agent(&r, WT_EV_AGENT_EXITED, id, 0);
		end(&r, id, WT_OUTCOME_FAILED, "ended");
		tell(&r, (struct wt_event){
				 .kind = WT_EV_RETRY_ASKED, .task = id, .is_fresh = i == 1 });
		start(&r, id);
	}
	check_str(run_task(&r, "a")->session, "s1");
	assert_null(run_task(&r, "b")->session);
	tell(&r, (struct wt_event){ .kind = WT_EV_WORKTREE_REMOVED, .task = "a" });
	assert_null(run_task(&r, "a")->session);
	run_clear(&r);
}

/* the scheduler */

static void test_rounds__a_round_keeps_its_slot_and_its_locks(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a!f, b!f, c");
	r.plan.limits.jobs = 1;
	r.plan.limits.keep_going = 1;
	run_begin(&r, true);
	start(&r, "a");
	leave(&r, "a", "exit", 0);
	check_next(&r, "finish a");
	begin_round(&r, "a", 1, 5000);
	check_next(&r, "none until +5000");
	check_str(why(&r, "b"), "shares f with a");
	check_str(why(&r, "c"), "a free slot (1 of 1)");
	r.now_ms += 5000;
	check_next(&r, "continue a");
	check_next(&r, "continue a"); /* until its event was applied */
	agent(&r, WT_EV_AGENT_STARTING, "a", 1);
	agent(&r, WT_EV_AGENT_STARTED, "a", 1);
	check_next(&r, "none");
	agent(&r, WT_EV_AGENT_EXITED, "a", 1);
	check_next(&r, "finish a");
	begin_round(&r, "a", 2, 3000);
	check_next(&r, "none until +3000");
	run_clear(&r);
}

static void test_rounds__a_round_goes_on_when_nothing_new_starts(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a, b, c");
	r.plan.limits.keep_going = 1;
	r.plan.limits.jobs = 2;
	run_begin(&r, true);
	check_starts(&r, "a b");
	fail_task(&r, "b", "it broke");
	leave(&r, "a", "exit", 0);
	begin_round(&r, "a", 1, 0);
	check_next(&r, "continue a");
	run_clear(&r);
}

static void test_rounds__stop_ends_a_round_that_nobody_works_in(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b");
	for (size_t i = 0; i < 2; i++) {
		start(&r, i ? "b" : "a");
		leave(&r, i ? "b" : "a", "exit", 0);
		begin_round(&r, i ? "b" : "a", 1, i ? 9000 : 1000);
	}
	check_next(&r, "none until +1000");
	tell(&r, (struct wt_event){ .kind = WT_EV_STOP_ASKED, .task = "b" });
	check_next(&r, "stop b");
	check_next(&r, "stop b"); /* until its event was applied */
	end(&r, "b", WT_OUTCOME_STOPPED, "stopped");
	check_next(&r, "none until +1000");
	tell(&r, (struct wt_event){ .kind = WT_EV_STOP_ASKED });
	check_next(&r, "stop a");
	end(&r, "a", WT_OUTCOME_STOPPED, "stopped");
	check_next(&r, "end");
	run_clear(&r);
}

static void test_rounds__stop_ends_the_agent_of_a_round_once(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	start(&r, "a");
	leave(&r, "a", "exit", 0);
	begin_round(&r, "a", 1, 0);
	agent(&r, WT_EV_AGENT_STARTING, "a", 1);
	agent(&r, WT_EV_AGENT_STARTED, "a", 1);
	tell(&r, (struct wt_event){ .kind = WT_EV_STOP_ASKED, .task = "a" });
	check_next(&r, "stop a");
	check_next(&r, "none");
	/* It ended by itself all the same, and a gate said no once more. */
	agent(&r, WT_EV_AGENT_EXITED, "a", 1);
	begin_round(&r, "a", 2, 0);
	check_next(&r, "stop a");
	run_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rounds__a_round_is_no_attempt),
		cmocka_unit_test(test_rounds__records_of_another_round_are_left_out),
		cmocka_unit_test(
			test_rounds__what_follows_the_lost_record_of_a_round_stands_for_it),
		cmocka_unit_test(test_rounds__an_agent_lost_in_a_round_begins_it_again),
		cmocka_unit_test(
			test_rounds__a_refused_conversation_is_begun_anew_in_the_same_round),
		cmocka_unit_test(
			test_rounds__what_a_stopped_round_was_told_is_told_to_the_next_attempt),
		cmocka_unit_test(test_rounds__a_round_that_cannot_be_started_fails_its_task),
		cmocka_unit_test(test_rounds__the_cost_of_a_conversation_is_summed_over_its_rounds),
		cmocka_unit_test(test_rounds__a_conversation_ends_with_its_worktree),
		cmocka_unit_test(test_rounds__a_round_keeps_its_slot_and_its_locks),
		cmocka_unit_test(test_rounds__a_round_goes_on_when_nothing_new_starts),
		cmocka_unit_test(test_rounds__stop_ends_a_round_that_nobody_works_in),
		cmocka_unit_test(test_rounds__stop_ends_the_agent_of_a_round_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
