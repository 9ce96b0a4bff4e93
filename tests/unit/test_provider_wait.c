/* SPDX-License-Identifier: MIT */
/* What waits for a provider besides starts: rounds and reviews; and whose provider counts. */

#include "tests/support/run_of.h"
#include "wtorch/core/provider.h"

#define WALL   1700000000000 /* of run_of.h, at monotonic 0 */
#define MINUTE 60000

enum { ANTHROPIC, OPENAI };

/* Planned for claude (anthropic), which codex (openai) follows. Gates: tests, a command, and
 * review, by codex. */
struct fixture {
	struct run r;
	struct wt_provider items[2];
	struct wt_plan_gate gates[2];
	struct wt_providers all;
};

static size_t of_agent[] = { ANTHROPIC, OPENAI }, of_gate[] = { WT_MAP_NONE, OPENAI };
static size_t codex_follows[] = { OPENAI }, n_later[] = { 1, 0 }, both_gates[] = { 0, 1 };
static size_t *later[] = { codex_follows, NULL };
static const char *const agents[] = { "claude", "codex" }, *const gates[] = { "tests", "review" };

static void begin(struct fixture *f, const char *spec, enum wt_gate_when when)
{
	*f = (struct fixture){
		.items = { { .name = "anthropic" }, { .name = "openai" } },
		.gates = { { .name = "tests", .when = WT_GATE_TASK, .is_required = true },
			   { .name = "review", .when = when, .is_required = true } },
		.all = { .n = 2,
			 .agents = agents,
			 .of_agent = of_agent,
			 .later = later,
			 .n_later = n_later,
			 .n_agents = 2,
			 .gates = gates,
			 .of_gate = of_gate,
			 .n_gates = 2,
			 .wait_ms = 6 * 60 * (int64_t)MINUTE },
	};
	f->all.items = f->items;
	run_plan(&f->r, spec);
	f->r.plan.gates = f->gates;
	f->r.plan.n_gates = when ? 2 : 0;
	for (size_t i = 0; when && i < f->r.plan.n_tasks; i++) {
		f->r.plan.tasks[i].gates = both_gates;
		f->r.plan.tasks[i].n_gates = 2;
	}
	run_begin(&f->r, true);
	wt_sched_set_providers(f->r.s, &f->all);
	wt_sched_set_clock(f->r.s, 0, WALL);
	tell(&f->r, (struct wt_event){ .kind = WT_EV_RUN_STARTED });
}

static void stop(struct fixture *f, size_t which, const char *how, int64_t for_ms)
{
	f->r.now_ms++;
	assert_true(tell(
		&f->r, (struct wt_event){ .kind = WT_EV_PROVIDER_STOPPED,
					  .provider = f->items[which].name,
					  .stop = how,
					  .until_wall_ms = for_ms ? WALL + f->r.now_ms + for_ms : 0,
					  .count = 1 }));
}

static void answer(struct fixture *f, size_t which)
{
	assert_true(tell(&f->r, (struct wt_event){ .kind = WT_EV_PROVIDER_OPEN,
						   .provider = f->items[which].name }));
}

static void begin_round(struct fixture *f, const char *id)
{
	leave(&f->r, id, "exit", 0);
	assert_true(tell(&f->r, (struct wt_event){ .kind = WT_EV_ROUND_BEGUN,
						   .task = id,
						   .attempt = run_task(&f->r, id)->attempt,
						   .round = run_task(&f->r, id)->round + 1,
						   .reason = "red",
						   .by_gate = true }));
}

static void tell_agent(struct fixture *f, enum wt_event_kind kind, const char *id,
		       const char *agent)
{
	assert_true(tell(&f->r, (struct wt_event){ .kind = kind,
						   .task = id,
						   .attempt = run_task(&f->r, id)->attempt,
						   .round = run_task(&f->r, id)->round,
						   .agent = agent,
						   .pid = kind == WT_EV_AGENT_STARTED ? 7 : 0 }));
}

static void gate(struct fixture *f, enum wt_event_kind kind, const char *name, const char *id,
		 enum wt_gate_verdict verdict)
{
	assert_true(tell(
		&f->r,
		(struct wt_event){ .kind = kind,
				   .task = id,
				   .gate = name,
				   .attempt = run_task(&f->r, id)->attempt,
				   .when = run_task(&f->r, id)->merging.is_on ? "merged" : "task",
				   .verdict = verdict }));
}

static void test_provider_wait__what_failed_waits_for_the_provider_of_who_is_next(void **unused)
{
	struct fixture f;

	(void)unused;
	begin(&f, "a", 0);
	check_starts(&f.r, "a");
	leave(&f.r, "a", "exit", 1);
	assert_true(tell(&f.r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
						  .task = "a",
						  .attempt = 1,
						  .outcome = WT_OUTCOME_FAILED,
						  .will_retry = true }));
	stop(&f, ANTHROPIC, "quota", 30 * MINUTE);
	check_starts(&f.r, "a"); /* as codex */
	leave(&f.r, "a", "exit", 1);
	assert_true(tell(&f.r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
						  .task = "a",
						  .attempt = 2,
						  .outcome = WT_OUTCOME_FAILED,
						  .will_retry = true }));
	stop(&f, OPENAI, "quota", 10 * MINUTE);
	check_next(&f.r, "none until +600000");
	assert_non_null(strstr(why(&f.r, "a"), "openai: quota"));
	/* Asked for again by a person it is begun as planned. */
	assert_true(tell(&f.r, (struct wt_event){ .kind = WT_EV_RETRY_ASKED, .task = "a" }));
	check_next(&f.r, "none until +1799999");
	assert_non_null(strstr(why(&f.r, "a"), "anthropic: quota"));
	run_clear(&f.r);
}

static void
test_provider_wait__an_agent_counts_for_the_provider_that_it_was_started_of(void **unused)
{
	struct fixture f;

	(void)unused;
	begin(&f, "a, b, c", 0);
	f.items[OPENAI].jobs = 1;
	f.items[ANTHROPIC].jobs = 1;
	check_starts(&f.r, "a");
	check_next(&f.r, "none");
	begin_round(&f, "a");
	tell_agent(&f, WT_EV_AGENT_STARTING, "a", "codex");
	check_next(&f.r, "start b"); /* anthropic has room */
	tell_agent(&f, WT_EV_AGENT_STARTED, "a", "codex");
	check_starts(&f.r, "b");
	check_str(why(&f.r, "c"), "provider anthropic has 1 of 1 at work");
	run_clear(&f.r);
}

static void test_provider_wait__a_round_waits_and_keeps_no_agent_busy(void **unused)
{
	struct fixture f;

	(void)unused;
	begin(&f, "a, b", 0);
	f.items[ANTHROPIC].jobs = 1;
	check_starts(&f.r, "a");
	begin_round(&f, "a");
	check_next(&f.r, "continue a");
	stop(&f, ANTHROPIC, "quota", 10 * MINUTE);
	check_next(&f.r, "none until +600000");
	f.r.now_ms += 10 * MINUTE;
	check_next(&f.r, "continue a"); /* as the probe */
	tell_agent(&f, WT_EV_AGENT_STARTING, "a", "claude");
	tell_agent(&f, WT_EV_AGENT_STARTED, "a", NULL);
	answer(&f, ANTHROPIC);
	check_str(why(&f.r, "b"), "provider anthropic has 1 of 1 at work");
	run_clear(&f.r);
}

static void test_provider_wait__a_round_that_would_wait_too_long_ends_its_attempt(void **unused)
{
	struct fixture f;

	(void)unused;
	begin(&f, "a, b<a", 0);
	check_starts(&f.r, "a");
	begin_round(&f, "a");
	stop(&f, ANTHROPIC, "login", 0);
	check_next(&f.r, "pause: anthropic: it needs a login, then wtorch resume");
	tell(&f.r, (struct wt_event){ .kind = WT_EV_RUN_PAUSED,
				      .reason = "anthropic: login",
				      .by_provider = true });
	check_next(&f.r, "stop a");
	assert_true(tell(&f.r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
						  .task = "a",
						  .attempt = 1,
						  .outcome = WT_OUTCOME_STOPPED,
						  .by_provider = true,
						  .reason = "anthropic does not answer" }));
	check_skip(&f.r, "skip b: needs a, which was stopped");
	check_next(&f.r, "end");
	tell(&f.r, (struct wt_event){ .kind = WT_EV_RUN_ENDED, .code = 7 });
	f.r.now_ms += 1000;
	tell(&f.r, (struct wt_event){ .kind = WT_EV_RUN_STARTED });
	check_str(run_task(&f.r, "a")->fix_reason, "red"); /* its agent is told */
	check_starts(&f.r, "a");
	run_clear(&f.r);
}

static void test_provider_wait__a_moment_between_starts_ends_nothing_in_a_pause(void **unused)
{
	struct fixture f;

	(void)unused;
	begin(&f, "a", 0);
	f.items[ANTHROPIC].start_gap_ms = 500;
	check_starts(&f.r, "a");
	begin_round(&f, "a");
	tell(&f.r, (struct wt_event){ .kind = WT_EV_RUN_PAUSED,
				      .reason = "openai: login",
				      .by_provider = true });
	check_next(&f.r, "none until +500");
	f.r.now_ms += 500;
	check_next(&f.r, "continue a");
	run_clear(&f.r);
}

static void test_provider_wait__a_review_waits_and_other_gates_do_not(void **unused)
{
	struct fixture f;

	(void)unused;
	begin(&f, "a", WT_GATE_TASK);
	check_starts(&f.r, "a");
	stop(&f, OPENAI, "quota", 10 * MINUTE);
	work(&f.r, "a");
	check_next(&f.r, "gate tests of a");
	gate(&f, WT_EV_GATE_STARTING, "tests", "a", 0);
	check_next(&f.r, "none until +600000");
	gate(&f, WT_EV_GATE_ENDED, "tests", "a", WT_SAYS_PASS);
	check_next(&f.r, "none until +600000");
	f.r.now_ms += 10 * MINUTE;
	check_next(&f.r, "gate review of a");
	gate(&f, WT_EV_GATE_STARTING, "review", "a", 0);
	gate(&f, WT_EV_GATE_ENDED, "review", "a", WT_SAYS_STOPPED); /* not answered again */
	stop(&f, OPENAI, "quota", 20 * MINUTE);
	check_next(&f.r, "none until +1200000");
	f.r.now_ms += 20 * MINUTE;
	check_next(&f.r, "gate review of a");
	gate(&f, WT_EV_GATE_STARTING, "review", "a", 0);
	answer(&f, OPENAI);
	gate(&f, WT_EV_GATE_ENDED, "review", "a", WT_SAYS_PASS);
	check_next(&f.r, "decide a");
	run_clear(&f.r);
}

static void test_provider_wait__reviews_count_among_the_jobs_of_their_provider(void **unused)
{
	struct fixture f;

	(void)unused;
	begin(&f, "a, b", WT_GATE_TASK);
	f.items[OPENAI].jobs = 1;
	check_starts(&f.r, "a b");
	work(&f.r, "a");
	work(&f.r, "b");
	gate(&f, WT_EV_GATE_STARTING, "tests", "a", 0);
	gate(&f, WT_EV_GATE_STARTING, "tests", "b", 0);
	check_next(&f.r, "gate review of a");
	gate(&f, WT_EV_GATE_STARTING, "review", "a", 0);
	check_next(&f.r, "none");
	gate(&f, WT_EV_GATE_ENDED, "review", "a", WT_SAYS_PASS);
	check_next(&f.r, "gate review of b");
	run_clear(&f.r);
}

static void test_provider_wait__a_review_that_would_wait_too_long_is_asked_by_resume(void **unused)
{
	struct fixture f;

	(void)unused;
	begin(&f, "a", WT_GATE_TASK);
	check_starts(&f.r, "a");
	work(&f.r, "a");
	gate(&f, WT_EV_GATE_STARTING, "tests", "a", 0);
	gate(&f, WT_EV_GATE_ENDED, "tests", "a", WT_SAYS_PASS);
	stop(&f, OPENAI, "login", 0);
	check_next(&f.r, "pause: openai: it needs a login, then wtorch resume");
	tell(&f.r, (struct wt_event){ .kind = WT_EV_RUN_PAUSED,
				      .reason = "openai: login",
				      .by_provider = true });
	check_next(&f.r, "decide a");
	end(&f.r, "a", WT_OUTCOME_STOPPED, "a gate's provider does not answer");
	check_next(&f.r, "end");
	tell(&f.r, (struct wt_event){ .kind = WT_EV_RUN_ENDED, .code = 7 });
	f.r.now_ms += 1000;
	tell(&f.r, (struct wt_event){ .kind = WT_EV_RUN_STARTED });
	check_str(run_state(&f.r, "a"), "gating");
	check_next(&f.r, "gate review of a"); /* and not the tests once more */
	run_clear(&f.r);
}

static void test_provider_wait__a_merge_whose_review_waits_too_long_stays_queued(void **unused)
{
	static const char *const review[] = { "review" };
	struct fixture f;

	(void)unused;
	begin(&f, "a", WT_GATE_MERGED);
	check_starts(&f.r, "a");
	work(&f.r, "a");
	assert_true(tell_plain(&f.r, WT_EV_GATES_PASSED, "a"));
	check_next(&f.r, "merge a");
	assert_true(tell(&f.r, (struct wt_event){ .kind = WT_EV_MERGE_JUDGING,
						  .task = "a",
						  .attempt = 1,
						  .paths = review,
						  .n_paths = 1 }));
	stop(&f, OPENAI, "quota", 7 * 60 * MINUTE);
	check_next(&f.r, "pause: openai: quota, again at 2023-11-15 05:13 UTC");
	tell(&f.r, (struct wt_event){ .kind = WT_EV_RUN_PAUSED,
				      .reason = "openai: quota",
				      .by_provider = true });
	check_next(&f.r, "decide a");
	assert_true(tell(&f.r, (struct wt_event){ .kind = WT_EV_TASK_QUEUED,
						  .task = "a",
						  .attempt = 1,
						  .reason = "it does not answer" }));
	f.r.now_ms += 3000;
	check_next(&f.r, "end"); /* not tried again and again */
	tell(&f.r, (struct wt_event){ .kind = WT_EV_RUN_ENDED, .code = 7 });
	f.r.now_ms += 7 * 60 * MINUTE;
	tell(&f.r, (struct wt_event){ .kind = WT_EV_RUN_STARTED });
	check_next(&f.r, "merge a");
	run_clear(&f.r);
}

static void test_provider_wait__those_of_fallbacks_and_gates_are_read(void **unused)
{
	static const char *const pairs[][2] = {
		{ "agent.one.kind", "claude" }, { "agent.one.fallback", "two:gpt-5, three" },
		{ "agent.two.kind", "codex" },  { "agent.three.command", "own" },
		{ "gate.look.agent", "two" },   { "gate.tests.command", "true" },
	};
	struct wt_config *c = wt_config_new();
	struct wt_arena arena = { 0 };
	struct wt_diags diags = { .arena = &arena };
	struct wt_providers p;

	(void)unused;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		wt_config_set(c, WT_LAYER_USER, pairs[i][0], pairs[i][1],
			      (struct wt_place){ .path = "config.ini" }, &diags);
	check_int(diags.errors, 0);
	wt_providers_build(&arena, c, &p);
	check_str(p.items[wt_providers_of_start(&p, "one", 0)].name, "anthropic");
	check_str(p.items[wt_providers_of_start(&p, "one", 1)].name, "openai");
	check_str(p.items[wt_providers_of_start(&p, "one", 2)].name, "three");
	check_str(p.items[wt_providers_of_start(&p, "one", 9)].name, "three");
	check_str(p.items[wt_providers_of_start(&p, "two", 3)].name, "openai");
	assert_true(wt_providers_of_start(&p, "none", 0) == WT_MAP_NONE);
	check_str(p.items[wt_providers_of_gate(&p, "look")].name, "openai");
	assert_true(wt_providers_of_gate(&p, "tests") == WT_MAP_NONE);
	assert_true(wt_providers_of_gate(&p, "none") == WT_MAP_NONE);
	wt_arena_clear(&arena);
	wt_config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_provider_wait__what_failed_waits_for_the_provider_of_who_is_next),
		cmocka_unit_test(
			test_provider_wait__an_agent_counts_for_the_provider_that_it_was_started_of),
		cmocka_unit_test(test_provider_wait__a_round_waits_and_keeps_no_agent_busy),
		cmocka_unit_test(
			test_provider_wait__a_round_that_would_wait_too_long_ends_its_attempt),
		cmocka_unit_test(
			test_provider_wait__a_moment_between_starts_ends_nothing_in_a_pause),
		cmocka_unit_test(test_provider_wait__a_review_waits_and_other_gates_do_not),
		cmocka_unit_test(
			test_provider_wait__reviews_count_among_the_jobs_of_their_provider),
		cmocka_unit_test(
			test_provider_wait__a_review_that_would_wait_too_long_is_asked_by_resume),
		cmocka_unit_test(
			test_provider_wait__a_merge_whose_review_waits_too_long_stays_queued),
		cmocka_unit_test(test_provider_wait__those_of_fallbacks_and_gates_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
