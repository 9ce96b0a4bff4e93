/* SPDX-License-Identifier: MIT */
/* The figures of a run, what they are made of, and the targets that they miss. */

#include "tests/support/json_of.h"
#include "tests/support/run_of.h"
#include "wtorch/core/metrics.h"
#include "wtorch/core/report.h"

static const struct wt_metrics *metrics_of(const struct run *r, const struct wt_config *config)
{
	static struct wt_metrics m;

	wt_metrics_build(wt_sched_state(r->s), config, 0, &m);
	return &m;
}

static int64_t value_of(const struct run *r, enum wt_figure figure)
{
	return metrics_of(r, NULL)->figures[figure].value;
}

static void begin(struct run *r)
{
	tell(r, (struct wt_event){ .kind = WT_EV_RUN_PLANNED, .run = "r1", .duration_ms = 2500 });
	tell(r, (struct wt_event){ .kind = WT_EV_RUN_STARTED, .pid = 77 });
}

static void finish_run(struct run *r)
{
	tell(r, (struct wt_event){ .kind = WT_EV_RUN_ENDED, .reason = "partial" });
}

static struct wt_config *config_of(const char *key, const char *value)
{
	struct wt_arena a = { 0 };
	struct wt_diags diags = { .arena = &a };
	struct wt_config *c = wt_config_new();

	if (key)
		wt_config_set(c, WT_LAYER_PROJECT, key, value, (struct wt_place){ 0 }, &diags);
	check_int(diags.len, 0);
	wt_arena_clear(&a);
	return c;
}

/* a and b side by side for a minute, then c alone for one; b's first attempt failed. */
static void make_run(struct run *r)
{
	run_of(r, "a, b, c<a#2");
	begin(r);
	r->now_ms += 4000;
	start(r, "a");
	r->now_ms += 1000;
	start(r, "b");
	r->now_ms += 60000;
	work(r, "a");
	land(r, "a");
	leave(r, "b", "exit", 1);
	tell(r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
				   .task = "b",
				   .attempt = 1,
				   .outcome = WT_OUTCOME_FAILED,
				   .will_retry = true });
	start(r, "c");
	start(r, "b");
	r->now_ms += 60000;
	work(r, "c");
	land(r, "c");
	fail_task(r, "b", "no");
	finish_run(r);
}

static void test_metrics__rates_and_times_are_those_of_the_events(void **unused)
{
	const struct wt_metrics *m;
	struct run r;

	(void)unused;
	make_run(&r);
	m = metrics_of(&r, NULL);
	check_int(m->tasks, 3);
	check_int(m->merged, 2);
	check_int(m->failed, 1);
	check_int(m->attempts, 4);
	check_int(m->retries, 1);
	check_int(m->peak_instances, 2);
	check_int(m->mean_ms, 60000);
	check_int(m->duration_ms, 125000);
	check_int(m->agents_ms, 240000);
	check_int(m->figures[WT_FIGURE_PARALLELIZATION].value, 120000 * WT_MILLION / 125000);
	check_int(m->figures[WT_FIGURE_UTILIZATION].value, 240000 * WT_MILLION / (3 * 125000));
	check_int(m->figures[WT_FIGURE_FIRST_PASS].value, 666666);
	check_int(m->figures[WT_FIGURE_MERGE_RATE].value, 666666);
	check_int(m->figures[WT_FIGURE_FAILURE_RATE].value, 333333);
	check_int(m->figures[WT_FIGURE_PLANNING].value, 2500);
	check_int(m->figures[WT_FIGURE_LAUNCH].value, 5000);
	check_int(m->figures[WT_FIGURE_GATE_COVERAGE].value, -1);
	run_clear(&r);
}

static void test_metrics__instances_without_a_task_are_not_idle(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	begin(&r);
	start(&r, "a");
	r.now_ms += 60000;
	work(&r, "a");
	land(&r, "a");
	check_int(value_of(&r, WT_FIGURE_UTILIZATION), WT_MILLION);
	run_clear(&r);
}

static void test_metrics__launch_is_when_the_first_wave_fills_all_instances(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a, b, c, d#2");
	r.plan.limits.jobs = 2;
	run_begin(&r, true);
	begin(&r);
	r.now_ms += 1000;
	start(&r, "c");
	check_int(value_of(&r, WT_FIGURE_LAUNCH), -1);
	r.now_ms += 1000;
	start(&r, "a");
	check_int(value_of(&r, WT_FIGURE_LAUNCH), 2000);
	r.now_ms += 60000;
	work(&r, "a");
	land(&r, "a");
	start(&r, "b");
	check_int(value_of(&r, WT_FIGURE_LAUNCH), 2000);
	run_clear(&r);
}

/* A day passed before it was taken up again: nobody waited for an agent then. */
static void test_metrics__launch_counts_only_time_that_the_run_was_worked_on(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b");
	begin(&r);
	r.now_ms += 1000;
	start(&r, "a");
	tell(&r, (struct wt_event){ .kind = WT_EV_RUN_STOPPED });
	r.now_ms += 86400000;
	tell(&r, (struct wt_event){ .kind = WT_EV_RUN_STARTED, .pid = 78 });
	r.now_ms += 500;
	start(&r, "b");
	check_int(value_of(&r, WT_FIGURE_LAUNCH), 1500);
	run_clear(&r);
}

/* Its agent mends what a gate found, in the same attempt. */
static void test_metrics__work_that_needed_a_fix_round_is_no_first_pass(void **unused)
{
	const struct wt_metrics *m;
	struct run r;

	(void)unused;
	run_of(&r, "a, b");
	begin(&r);
	start(&r, "a");
	start(&r, "b");
	work(&r, "a");
	land(&r, "a");
	leave(&r, "b", "exit", 0);
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_ROUND_BEGUN,
						.task = "b",
						.attempt = 1,
						.round = 1,
						.by_gate = true,
						.reason = "tests fail" }));
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_AGENT_STARTED,
						.task = "b",
						.attempt = 1,
						.round = 1,
						.pid = 9 }));
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_AGENT_EXITED,
						.task = "b",
						.attempt = 1,
						.round = 1,
						.reason = "exit",
						.duration_ms = 30000 }));
	m = metrics_of(&r, NULL);
	check_int(m->rounds, 1);
	check_int(m->attempts, 2);
	check_int(m->spending.runs, 3);
	check_int(m->mean_ms, 75000);
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_WORK_COMMITTED,
						.task = "b",
						.attempt = 1,
						.tip = run_oid("b", 2),
						.tree = run_oid("b", 3),
						.count = 1 }));
	land(&r, "b");
	m = metrics_of(&r, NULL);
	check_int(m->merged, 2);
	check_int(m->figures[WT_FIGURE_FIRST_PASS].value, 500000);
	run_clear(&r);
}

static void check_judged(struct run *r, const char *key, const char *value, enum wt_figure figure,
			 enum wt_judgement want)
{
	struct wt_config *c = config_of(key, value);

	if (metrics_of(r, c)->figures[figure].judged != want)
		fail_msg("%s = %s: judged %d", key, value,
			 metrics_of(r, c)->figures[figure].judged);
	wt_config_free(c);
}

static void test_metrics__targets_are_met_exactly_at_their_edge(void **unused)
{
	struct run r;

	(void)unused;
	make_run(&r);
	check_judged(&r, "target.parallelization_rate", "0.96", WT_FIGURE_PARALLELIZATION,
		     WT_TARGET_MET);
	check_judged(&r, "target.parallelization_rate", "0.960001", WT_FIGURE_PARALLELIZATION,
		     WT_TARGET_MISSED);
	check_judged(&r, "target.failure_rate", "0.333333", WT_FIGURE_FAILURE_RATE,
		     WT_TARGET_MISSED);
	check_judged(&r, "target.failure_rate", "0.333334", WT_FIGURE_FAILURE_RATE, WT_TARGET_MET);
	check_judged(&r, "target.speedup", "1.92", WT_FIGURE_SPEEDUP, WT_TARGET_MISSED);
	check_judged(&r, "target.speedup", "1.919999", WT_FIGURE_SPEEDUP, WT_TARGET_MET);
	check_judged(&r, "target.launch", "5s", WT_FIGURE_LAUNCH, WT_TARGET_MET);
	check_judged(&r, "target.launch", "4999ms", WT_FIGURE_LAUNCH, WT_TARGET_MISSED);
	check_judged(&r, "target.planning", "2500ms", WT_FIGURE_PLANNING, WT_TARGET_MET);
	check_judged(&r, "target.gate_coverage", "1", WT_FIGURE_GATE_COVERAGE, WT_UNJUDGED);
	run_clear(&r);
}

static void test_metrics__the_targets_people_expect_are_the_defaults(void **unused)
{
	static const struct {
		enum wt_figure figure;
		int64_t target;
	} wants[] = {
		{ WT_FIGURE_PARALLELIZATION, 800000 }, { WT_FIGURE_UTILIZATION, 900000 },
		{ WT_FIGURE_GATE_COVERAGE, 1000000 },  { WT_FIGURE_FIRST_PASS, 900000 },
		{ WT_FIGURE_MERGE_RATE, 900000 },      { WT_FIGURE_FAILURE_RATE, 100000 },
		{ WT_FIGURE_SPEEDUP, 1000000 },        { WT_FIGURE_PLANNING, 60000 },
		{ WT_FIGURE_LAUNCH, 10000 },           { WT_FIGURE_INTEGRATION, 30000 },
	};
	struct wt_config *c = config_of(NULL, NULL);
	const struct wt_metrics *m;
	struct run r;

	(void)unused;
	make_run(&r);
	m = metrics_of(&r, c);
	check_int(sizeof wants / sizeof *wants, WT_FIGURE_COUNT);
	for (size_t i = 0; i < sizeof wants / sizeof *wants; i++)
		check_int(m->figures[wants[i].figure].target, wants[i].target);
	check_int(m->missed, 4);
	wt_config_free(c);
	run_clear(&r);
}

static void test_metrics__a_run_that_goes_on_misses_nothing_yet(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a, b");
	begin(&r);
	r.now_ms += 90000;
	start(&r, "a");
	check_judged(&r, "target.merge_rate", "1", WT_FIGURE_MERGE_RATE, WT_UNJUDGED);
	tell(&r, (struct wt_event){ .kind = WT_EV_RUN_STOPPED });
	check_judged(&r, "target.merge_rate", "1", WT_FIGURE_MERGE_RATE, WT_TARGET_MISSED);
	run_clear(&r);
}

static void test_metrics__one_after_another_is_no_miss_where_nothing_else_was_asked(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a, b");
	r.plan.limits.mode = WT_MODE_SEQUENTIAL;
	run_begin(&r, true);
	begin(&r);
	for (size_t i = 0; i < 2; i++) {
		start(&r, i ? "b" : "a");
		r.now_ms += 60000;
		work(&r, i ? "b" : "a");
		land(&r, i ? "b" : "a");
	}
	finish_run(&r);
	check_judged(&r, NULL, NULL, WT_FIGURE_PARALLELIZATION, WT_UNJUDGED);
	check_judged(&r, NULL, NULL, WT_FIGURE_SPEEDUP, WT_UNJUDGED);
	check_judged(&r, NULL, NULL, WT_FIGURE_UTILIZATION, WT_TARGET_MET);
	run_clear(&r);
}

/* All of them; one is required, one is not. */
static void give_gates(struct run *r)
{
	static size_t both[] = { 0, 1 };
	static struct wt_plan_gate gates[] = {
		{ .name = "tests", .when = WT_GATE_TASK, .is_required = true },
		{ .name = "style", .when = WT_GATE_TASK },
	};

	r->plan.gates = gates;
	r->plan.n_gates = 2;
	for (size_t i = 0; i < r->plan.n_tasks; i++) {
		r->plan.tasks[i].gates = both;
		r->plan.tasks[i].n_gates = 2;
	}
}

static void gate_says(struct run *r, const char *id, enum wt_gate_verdict verdict)
{
	struct wt_event ev = { .task = id, .attempt = 1, .gate = "tests", .when = "task" };

	ev.kind = WT_EV_GATE_STARTING;
	assert_true(tell(r, ev));
	ev.kind = WT_EV_GATE_ENDED;
	ev.verdict = verdict;
	assert_true(tell(r, ev));
}

static void test_metrics__gate_coverage_counts_tasks_that_were_judged(void **unused)
{
	static const char *const ids[] = { "a", "b", "c", "d" };
	struct run r;

	(void)unused;
	run_plan(&r, "a, b, c, d, e");
	r.plan.limits.jobs = 5;
	give_gates(&r);
	r.plan.tasks[3].n_gates = 0;
	run_begin(&r, true);
	begin(&r);
	check_int(value_of(&r, WT_FIGURE_GATE_COVERAGE), -1);
	for (size_t i = 0; i < 4; i++) {
		start(&r, ids[i]);
		work(&r, ids[i]);
	}
	check_int(value_of(&r, WT_FIGURE_GATE_COVERAGE), 0);
	gate_says(&r, "a", WT_SAYS_PASS);
	check_int(value_of(&r, WT_FIGURE_GATE_COVERAGE), 250000);
	gate_says(&r, "b", WT_SAYS_FAIL);
	check_int(value_of(&r, WT_FIGURE_GATE_COVERAGE), 500000);
	gate_says(&r, "c", WT_SAYS_ERROR);
	check_int(value_of(&r, WT_FIGURE_GATE_COVERAGE), 500000);
	run_clear(&r);
}

static void tell_exit(struct run *r, const char *id, int64_t tokens, int64_t microusd)
{
	assert_true(tell(r, (struct wt_event){ .kind = WT_EV_AGENT_EXITED,
					       .task = id,
					       .attempt = run_task(r, id)->attempt,
					       .reason = "exit",
					       .duration_ms = 1000,
					       .tokens_in = tokens,
					       .tokens_out = tokens / 10,
					       .tokens_cached = tokens / 2,
					       .cost_microusd = microusd }));
}

static const struct wt_json *render_json(struct run *r, const struct wt_config *c)
{
	struct wt_report_opts o = { .config = c };
	struct wt_buf out = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &out };
	const struct wt_json *doc;

	wt_report_render_json(wt_sched_state(r->s), &o, &w);
	doc = json_of(&r->arena, out.data);
	wt_buf_clear(&out);
	return doc;
}

/* a, b by claude, once with a model of its own; c by codex. */
static void make_spending(struct run *r)
{
	run_plan(r, "a, b, c");
	r->plan.tasks[1].model = "small";
	r->plan.tasks[2].agent = "codex";
	r->plan.tasks[2].model = "small";
	run_begin(r, true);
	begin(r);
	start(r, "a");
	start(r, "b");
	start(r, "c");
	tell_exit(r, "a", 1000, 500000);
	tell_exit(r, "b", 20000, 250000);
	tell_exit(r, "c", 300000, 0);
	finish_run(r);
}

static void test_metrics__tokens_and_cost_are_summed_by_agent_and_by_model(void **unused)
{
	struct wt_config *c = config_of("agent.claude.model", "large");
	const struct wt_json *doc;
	struct run r;

	(void)unused;
	make_spending(&r);
	doc = render_json(&r, c);
	check_int(json_at(doc, "metrics.tokens.input")->number, 321000);
	check_int(json_at(doc, "metrics.tokens.cached")->number, 160500);
	assert_true(json_at(doc, "metrics.cost_usd")->number == 0.75);
	check_int(wt_json_count(json_at(doc, "metrics.agents")), 2);
	check_str(json_at(doc, "metrics.agents.0.agent")->string, "claude");
	check_int(json_at(doc, "metrics.agents.0.starts")->number, 2);
	check_int(json_at(doc, "metrics.agents.0.tokens.input")->number, 21000);
	assert_true(json_at(doc, "metrics.agents.0.cost_usd")->number == 0.75);
	check_int(json_at(doc, "metrics.agents.1.cost_usd")->kind, WT_JSON_NULL);
	check_int(wt_json_count(json_at(doc, "metrics.models")), 2);
	check_str(json_at(doc, "metrics.models.0.model")->string, "large");
	check_str(json_at(doc, "metrics.models.1.model")->string, "small");
	check_int(json_at(doc, "metrics.models.1.tokens.output")->number, 32000);
	wt_config_free(c);
	run_clear(&r);
}

static void test_metrics__json_says_of_each_target_whether_it_is_met(void **unused)
{
	struct wt_config *c = config_of("target.planning", "1s");
	const struct wt_json *doc, *t;
	size_t missed = 0;
	struct run r;

	(void)unused;
	make_run(&r);
	doc = render_json(&r, c);
	check_int(wt_json_count(json_at(doc, "metrics.targets")), WT_FIGURE_COUNT);
	for (t = json_at(doc, "metrics.targets.0"); t; t = t->next)
		missed += wt_json_find(t, "is_met")->kind == WT_JSON_BOOL &&
			  !wt_json_bool(t, "is_met", true);
	check_int(missed, 5);
	t = json_at(doc, "metrics.targets.7");
	check_str(wt_json_text(t, "name", ""), "planning_s");
	check_str(wt_json_text(t, "kind", ""), "at_most");
	assert_true(wt_json_number(t, "value", 0) == 2.5);
	assert_true(wt_json_number(t, "target", 0) == 1.0);
	check_int(json_at(doc, "metrics.targets.2.is_met")->kind, WT_JSON_NULL);
	doc = render_json(&r, NULL);
	check_int(wt_json_count(json_at(doc, "metrics.targets")), 0);
	wt_config_free(c);
	run_clear(&r);
}

static void test_metrics__people_see_the_figures_and_what_was_missed(void **unused)
{
	struct wt_config *c = config_of(NULL, NULL);
	struct wt_report_opts o = { .config = c, .has_figures = true };
	struct wt_buf out = WT_BUF_INIT;
	struct run r;

	(void)unused;
	make_run(&r);
	wt_report_render_text(wt_sched_state(r.s), &o, &out);
	check_contains(out.data,
		       "\n"
		       " parallelization      96 %                          attempts        4\n"
		       " agent utilization    64 %  missed: at least 90 %   mean attempt    1m\n"
		       " gate coverage           -                          retries         1\n"
		       " first pass           66 %  missed: at least 90 %   fix rounds      0\n");
	check_contains(out.data, "cpu time        6s\n planning             2.5s\n"
				 " launch               5.0s\n");
	wt_buf_reset(&out);
	wt_report_render_markdown(wt_sched_state(r.s), &o, &out);
	check_contains(out.data, "| first pass | 66 % | **missed**: at least 90 % |\n");
	check_contains(out.data, "| launch | 5.0s | at most 10s |\n");
	check_contains(out.data, "| claude |  | 4 | 4m |  |  |  |\n");
	wt_buf_reset(&out);
	o.has_figures = false;
	wt_report_render_text(wt_sched_state(r.s), &o, &out);
	assert_null(strstr(out.data, "utilization"));
	wt_buf_clear(&out);
	wt_config_free(c);
	run_clear(&r);
}

static void test_metrics__what_agents_told_stands_beside_each_task(void **unused)
{
	struct wt_report_opts o = { .has_figures = true };
	struct wt_buf out = WT_BUF_INIT;
	struct run r;

	(void)unused;
	make_spending(&r);
	wt_report_render_text(wt_sched_state(r.s), &o, &out);
	check_contains(out.data, "\n agent            model              starts     time tokens in "
				 "tokens out    cost\n"
				 " claude           -                       1       1s      1000   "
				 "     100   $0.50\n"
				 " claude           small                   1       1s    20.0 k   "
				 "    2000   $0.25\n"
				 " codex            small                   1       1s     300 k   "
				 "  30.0 k       -\n");
	wt_buf_reset(&out);
	wt_report_render_markdown(wt_sched_state(r.s), &o, &out);
	check_contains(out.data, "| agent time | tokens in | tokens out | cost |\n");
	check_contains(out.data, "| 1s | 20.0 k | 2000 | $0.25 |\n");
	check_contains(out.data, "| 1s | 300 k | 30.0 k |  |\n");
	check_contains(out.data, "| codex | small | 1 | 1s | 300 k | 30.0 k |  |\n");
	wt_buf_clear(&out);
	run_clear(&r);
}

static void test_metrics__absurd_figures_stop_at_the_largest_number(void **unused)
{
	struct run r;

	(void)unused;
	run_of(&r, "a");
	begin(&r);
	for (size_t i = 0; i < 1100; i++) {
		start(&r, "a");
		tell_exit(&r, "a", INT64_C(9007199254740992), INT64_C(9007199254740992));
		end(&r, "a", WT_OUTCOME_FAILED, "no");
		tell_plain(&r, WT_EV_RETRY_ASKED, "a");
	}
	finish_run(&r);
	assert_true(metrics_of(&r, NULL)->spending.cost_microusd == INT64_MAX);
	render_json(&r, NULL);
	run_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_metrics__rates_and_times_are_those_of_the_events),
		cmocka_unit_test(test_metrics__instances_without_a_task_are_not_idle),
		cmocka_unit_test(test_metrics__launch_is_when_the_first_wave_fills_all_instances),
		cmocka_unit_test(test_metrics__launch_counts_only_time_that_the_run_was_worked_on),
		cmocka_unit_test(test_metrics__work_that_needed_a_fix_round_is_no_first_pass),
		cmocka_unit_test(test_metrics__targets_are_met_exactly_at_their_edge),
		cmocka_unit_test(test_metrics__the_targets_people_expect_are_the_defaults),
		cmocka_unit_test(test_metrics__a_run_that_goes_on_misses_nothing_yet),
		cmocka_unit_test(
			test_metrics__one_after_another_is_no_miss_where_nothing_else_was_asked),
		cmocka_unit_test(test_metrics__gate_coverage_counts_tasks_that_were_judged),
		cmocka_unit_test(test_metrics__tokens_and_cost_are_summed_by_agent_and_by_model),
		cmocka_unit_test(test_metrics__json_says_of_each_target_whether_it_is_met),
		cmocka_unit_test(test_metrics__people_see_the_figures_and_what_was_missed),
		cmocka_unit_test(test_metrics__what_agents_told_stands_beside_each_task),
		cmocka_unit_test(test_metrics__absurd_figures_stop_at_the_largest_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
