/* SPDX-License-Identifier: MIT */
/* Providers that do not answer: until when, who tries first, and what the run does meanwhile. */

#include "tests/support/run_of.h"
#include "wtorch/core/provider.h"

#define WALL   1700000000000 /* of run_of.h, at monotonic 0: 22:13:20 UTC */
#define MINUTE 60000

/* Tasks a, b, c of one provider, and x of another, where there is one. */
struct both {
	struct run r;
	struct wt_provider items[2];
	size_t of_agent[2];
	const char *agents[2];
	struct wt_providers all;
};

static void begin(struct both *b, const char *spec)
{
	*b = (struct both){ .items = { { .name = "anthropic" }, { .name = "openai" } },
			    .of_agent = { 0, 1 },
			    .agents = { "claude", "codex" } };
	b->all = (struct wt_providers){ .items = b->items,
					.n = 2,
					.agents = b->agents,
					.of_agent = b->of_agent,
					.n_agents = 2,
					.wait_ms = 6 * 60 * (int64_t)MINUTE };
	run_plan(&b->r, spec);
	for (size_t i = 0; i < b->r.plan.n_tasks; i++)
		if (b->r.plan.tasks[i].task.id[0] == 'x')
			b->r.plan.tasks[i].agent = "codex";
	run_begin(&b->r, true);
	wt_sched_set_providers(b->r.s, &b->all);
	wt_sched_set_clock(b->r.s, 0, WALL);
	tell(&b->r, (struct wt_event){ .kind = WT_EV_RUN_STARTED });
}

static bool stop(struct both *b, const char *task, enum wt_provider_stop kind, int64_t until_ms)
{
	const struct wt_provider_news news = { .stop = kind,
					       .wall_ms = WALL + b->r.now_ms,
					       .until_wall_ms = until_ms ? WALL + until_ms : 0,
					       .started_wall_ms =
						       run_task(&b->r, task)->started_wall_ms };
	struct wt_event ev = { .kind = WT_EV_PROVIDER_STOPPED,
			       .provider = "anthropic",
			       .task = wt_arena_strdup(&b->r.arena, task) };

	return wt_provider_judge(wt_state_provider(wt_sched_state(b->r.s), "anthropic"), &news,
				 &ev) &&
	       tell(&b->r, ev);
}

/* As the engine does it: the agent ends, its provider is noted, the task waits again. */
static void end_by_provider(struct both *b, const char *task, enum wt_provider_stop kind,
			    int64_t until_ms)
{
	leave(&b->r, task, "exit", 1);
	stop(b, task, kind, until_ms);
	assert_true(tell(&b->r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
						   .task = task,
						   .attempt = run_task(&b->r, task)->attempt,
						   .outcome = WT_OUTCOME_STOPPED,
						   .will_retry = true,
						   .by_provider = true,
						   .reason = "anthropic does not answer: quota" }));
}

static void answer(struct both *b)
{
	assert_true(tell(
		&b->r, (struct wt_event){ .kind = WT_EV_PROVIDER_OPEN, .provider = "anthropic" }));
}

static void test_provider__one_that_does_not_answer_gets_no_starts_and_others_go_on(void **unused)
{
	struct both b;

	(void)unused;
	begin(&b, "a, b, x1, x2");
	b.r.plan.limits.jobs = 2;
	check_starts(&b.r, "a b x1");
	end_by_provider(&b, "a", WT_PROVIDER_QUOTA, 130 * MINUTE);
	check_str(run_state(&b.r, "a"), "waiting");
	check_int(run_task(&b.r, "a")->charged, 0);
	check_str(why(&b.r, "a"), "anthropic: quota, again at 00:23 UTC (2h 09m)");
	check_starts(&b.r, "x2");
	work(&b.r, "b"); /* what lives goes on */
	land(&b.r, "b");
	check_next(&b.r, "none until +7799000");
	run_clear(&b.r);
}

static void test_provider__after_the_reset_one_tries_and_the_others_follow_its_answer(void **unused)
{
	struct both b;

	(void)unused;
	begin(&b, "a, b, c");
	check_starts(&b.r, "a b c");
	end_by_provider(&b, "a", WT_PROVIDER_QUOTA, 0);
	end_by_provider(&b, "b", WT_PROVIDER_QUOTA, 0);
	end_by_provider(&b, "c", WT_PROVIDER_QUOTA, 0);
	check_int(wt_state_provider(wt_sched_state(b.r.s), "anthropic")->row, 1);
	check_next(&b.r, "none until +300000");
	b.r.now_ms += 5 * MINUTE - 1;
	check_next(&b.r, "none until +1");
	b.r.now_ms++;
	check_starts(&b.r, "a");
	check_str(why(&b.r, "b"), "anthropic: quota, one agent tries first");
	b.r.now_ms++;
	answer(&b);
	check_starts(&b.r, "b c");
	run_clear(&b.r);
}

static void test_provider__each_try_in_vain_doubles_the_time_up_to_an_hour(void **unused)
{
	static const struct {
		enum wt_provider_stop stop;
		int64_t minutes[8];
	} rows[] = { { WT_PROVIDER_QUOTA, { 5, 10, 20, 40, 60, 60, 60, 60 } } };
	struct both b;
	int64_t ms = 30000;

	(void)unused;
	begin(&b, "a");
	b.all.wait_ms = INT64_MAX;
	for (size_t i = 0; i < 8; i++) {
		check_starts(&b.r, "a");
		end_by_provider(&b, "a", rows[0].stop, 0);
		check_str(why(&b.r, "a") ? "waits" : "", "waits");
		check_int(wt_state_provider(wt_sched_state(b.r.s), "anthropic")->until_wall_ms,
			  WALL + b.r.now_ms + rows[0].minutes[i] * MINUTE);
		b.r.now_ms += rows[0].minutes[i] * MINUTE;
	}
	answer(&b);
	for (size_t i = 0; i < 9; i++, ms = ms < 1800000 ? ms * 2 : 3600000) {
		check_starts(&b.r, "a");
		end_by_provider(&b, "a", WT_PROVIDER_OVERLOAD, 0);
		check_next(&b.r, (const char *)wt_arena_printf(&b.r.arena, "none until +%lld",
							       (long long)ms));
		b.r.now_ms += ms;
	}
	check_int(run_task(&b.r, "a")->provider_stops, 17);
	check_int(wt_sched_state(b.r.s)->retries, 0);
	run_clear(&b.r);
}

static void test_provider__a_probe_that_ends_without_a_word_lets_another_one_try(void **unused)
{
	struct both b;

	(void)unused;
	begin(&b, "a, b");
	check_starts(&b.r, "a b");
	end_by_provider(&b, "a", WT_PROVIDER_OVERLOAD, 0);
	end_by_provider(&b, "b", WT_PROVIDER_OVERLOAD, 0);
	b.r.now_ms += 30000;
	check_starts(&b.r, "a");
	leave(&b.r, "a", "lost", 0);
	check_starts(&b.r, "a");
	run_clear(&b.r);
}

static void test_provider__who_worked_before_the_stop_is_no_probe(void **unused)
{
	struct both b;

	(void)unused;
	begin(&b, "a, b, c");
	check_starts(&b.r, "a b c");
	assert_true(stop(&b, "a", WT_PROVIDER_QUOTA, 60 * MINUTE));
	assert_false(stop(&b, "b", WT_PROVIDER_OVERLOAD, 0));
	assert_false(stop(&b, "b", WT_PROVIDER_QUOTA, 59 * MINUTE));
	assert_true(stop(&b, "b", WT_PROVIDER_QUOTA, 70 * MINUTE)); /* knows more */
	assert_false(wt_provider_is_answered(wt_state_provider(wt_sched_state(b.r.s), "anthropic"),
					     "c", run_task(&b.r, "c")));
	check_int(wt_state_provider(wt_sched_state(b.r.s), "anthropic")->row, 1);
	run_clear(&b.r);
}

static void test_provider__too_long_a_wait_pauses_the_run_which_resume_goes_on_with(void **unused)
{
	struct both b;

	(void)unused;
	begin(&b, "a, b<a, x");
	check_starts(&b.r, "a x");
	end_by_provider(&b, "a", WT_PROVIDER_QUOTA, 7 * 60 * MINUTE);
	check_next(&b.r, "none until +25199000"); /* x still works */
	work(&b.r, "x");
	land(&b.r, "x");
	check_next(&b.r, "pause: anthropic: quota, again at 2023-11-15 05:13 UTC");
	tell(&b.r, (struct wt_event){ .kind = WT_EV_RUN_PAUSED,
				      .reason = "anthropic: quota",
				      .by_provider = true });
	check_skip(&b.r, "skip a: anthropic: quota");
	check_skip(&b.r, "skip b: needs a, which was skipped (anthropic: quota)");
	check_next(&b.r, "end");
	check_int(wt_sched_exit_code(wt_sched_state(b.r.s)), 7);
	tell(&b.r, (struct wt_event){ .kind = WT_EV_RUN_ENDED, .code = 7 });
	b.r.now_ms += 5 * 60 * MINUTE;
	tell(&b.r, (struct wt_event){ .kind = WT_EV_RUN_STARTED });
	check_str(run_state(&b.r, "a"), "waiting");
	check_next(&b.r, "none until +7199000"); /* soon enough now */
	b.r.now_ms += 2 * 60 * MINUTE;
	check_starts(&b.r, "a");
	run_clear(&b.r);
}

static void test_provider__a_person_who_knows_better_lets_one_try_now(void **unused)
{
	struct both b;

	(void)unused;
	begin(&b, "a, b");
	check_starts(&b.r, "a b");
	end_by_provider(&b, "a", WT_PROVIDER_QUOTA, 60 * MINUTE);
	end_by_provider(&b, "b", WT_PROVIDER_QUOTA, 60 * MINUTE);
	b.r.now_ms += 1000;
	tell(&b.r, (struct wt_event){ .kind = WT_EV_RUN_STARTED });
	check_next(&b.r, "none until +3598000");
	tell(&b.r, (struct wt_event){ .kind = WT_EV_RUN_STARTED, .reason = "now" });
	check_starts(&b.r, "a");
	check_str(why(&b.r, "b"), "anthropic: quota, one agent tries first");
	run_clear(&b.r);
}

static void test_provider__a_login_waits_for_a_person(void **unused)
{
	struct both b;

	(void)unused;
	begin(&b, "a, b");
	check_starts(&b.r, "a b");
	end_by_provider(&b, "a", WT_PROVIDER_LOGIN, 1000);
	end_by_provider(&b, "b", WT_PROVIDER_LOGIN, 0);
	check_str(why(&b.r, "a"), "anthropic: it needs a login, then wtorch resume");
	check_next(&b.r, "pause: anthropic: it needs a login, then wtorch resume");
	b.r.now_ms += 1000;
	tell(&b.r, (struct wt_event){ .kind = WT_EV_RUN_STARTED });
	check_starts(&b.r, "a"); /* one to see whether it was done */
	run_clear(&b.r);
}

static void test_provider__a_folded_journal_waits_as_the_run_did(void **unused)
{
	struct both b;
	struct wt_sched *again;
	struct wt_action action;

	(void)unused;
	begin(&b, "a, b, c");
	check_starts(&b.r, "a b c");
	end_by_provider(&b, "a", WT_PROVIDER_QUOTA, 60 * MINUTE);
	end_by_provider(&b, "b", WT_PROVIDER_QUOTA, 60 * MINUTE);
	/* An hour later, in a process whose monotonic clock begins anew. */
	again = wt_sched_new(&b.r.plan, true);
	wt_sched_set_providers(again, &b.all);
	wt_sched_set_clock(again, 0, WALL + 59 * MINUTE);
	for (size_t i = 0; i < b.r.n_events; i++)
		assert_true(wt_sched_apply(again, &b.r.events[i], 0));
	assert_false(wt_sched_next(again, 0, NULL, &action));
	check_int(action.wake_ms, MINUTE);
	assert_true(wt_sched_next(again, MINUTE, NULL, &action));
	assert_true(action.kind == WT_ACT_START);
	wt_sched_free(again);
	run_clear(&b.r);
}

static void test_provider__jobs_and_the_gap_between_starts_are_kept(void **unused)
{
	struct both b;

	(void)unused;
	begin(&b, "a, b, c, x");
	b.items[0].jobs = 2;
	b.items[0].start_gap_ms = 500;
	check_starts(&b.r, "a x");
	check_next(&b.r, "none until +500");
	check_str(why(&b.r, "b"), "provider anthropic was asked a moment ago");
	b.r.now_ms += 500;
	check_starts(&b.r, "b");
	b.r.now_ms += 500;
	work(&b.r, "x");
	land(&b.r, "x");
	check_next(&b.r, "none");
	check_str(why(&b.r, "c"), "provider anthropic has 2 of 2 at work");
	leave(&b.r, "a", "exit", 0); /* looked at, it keeps no agent busy */
	check_str(why(&b.r, "c"), "starts next");
	run_clear(&b.r);
}

static void test_provider__is_that_of_the_kind_unless_somebody_says_otherwise(void **unused)
{
	static const char *const pairs[][2] = {
		{ "agent.one.kind", "claude" },           { "agent.two.kind", "claude" },
		{ "agent.own.command", "own" },           { "agent.far.kind", "codex" },
		{ "agent.far.provider", "azure" },        { "provider.azure.jobs", "4" },
		{ "provider.anthropic.start_gap", "0s" }, { "run.provider_wait", "90s" },
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
	check_int(p.n, 3);
	check_int(p.wait_ms, 90000);
	check_str(p.items[wt_providers_find(&p, "two")].name, "anthropic");
	check_int(p.items[wt_providers_find(&p, "one")].start_gap_ms, 0);
	check_str(p.items[wt_providers_find(&p, "own")].name, "own");
	check_str(p.items[wt_providers_find(&p, "far")].name, "azure");
	check_int(p.items[wt_providers_find(&p, "far")].jobs, 4);
	assert_true(wt_providers_find(&p, "none") == WT_MAP_NONE);
	wt_arena_clear(&arena);
	wt_config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_provider__one_that_does_not_answer_gets_no_starts_and_others_go_on),
		cmocka_unit_test(
			test_provider__after_the_reset_one_tries_and_the_others_follow_its_answer),
		cmocka_unit_test(test_provider__each_try_in_vain_doubles_the_time_up_to_an_hour),
		cmocka_unit_test(
			test_provider__a_probe_that_ends_without_a_word_lets_another_one_try),
		cmocka_unit_test(test_provider__who_worked_before_the_stop_is_no_probe),
		cmocka_unit_test(
			test_provider__too_long_a_wait_pauses_the_run_which_resume_goes_on_with),
		cmocka_unit_test(test_provider__a_person_who_knows_better_lets_one_try_now),
		cmocka_unit_test(test_provider__a_login_waits_for_a_person),
		cmocka_unit_test(test_provider__a_folded_journal_waits_as_the_run_did),
		cmocka_unit_test(test_provider__jobs_and_the_gap_between_starts_are_kept),
		cmocka_unit_test(test_provider__is_that_of_the_kind_unless_somebody_says_otherwise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
