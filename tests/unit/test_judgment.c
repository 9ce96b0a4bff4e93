/* SPDX-License-Identifier: MIT */
/* What the answers of gates lead to: for work, for a merged tree, and for the base. */

#include "tests/support/run_of.h"

/* Gates as "tests, lint?, e2e<tests, all+, both=": ? is not required, + is asked of the merged
 * tree, = of both, * of the base, too. All tasks have all of them. */
static void gates(struct run *r, const char *spec)
{
	r->plan.gates = wt_arena_alloc(&r->arena, 8 * sizeof *r->plan.gates);
	while (*spec) {
		struct wt_plan_gate *g = &r->plan.gates[r->plan.n_gates++];

		*g = (struct wt_plan_gate){ .name = run_word(r, &spec),
					    .when = WT_GATE_TASK,
					    .is_required = true };
		for (; *spec && *spec != ','; spec += *spec && *spec != ',' && *spec != '<') {
			g->is_required &= *spec != '?';
			g->is_of_base |= *spec == '*';
			if (*spec == '+' || *spec == '=')
				g->when = *spec == '+' ? WT_GATE_MERGED : WT_GATE_BOTH;
			if (*spec != '<')
				continue;
			spec++;
			g->needs = wt_arena_grow(&r->arena, g->needs, g->n_needs,
						 &(size_t){ g->n_needs }, sizeof *g->needs);
			g->needs[g->n_needs++] = wt_judgment_find(&r->plan, run_word(r, &spec));
		}
		spec += strspn(spec, ", ");
	}
	for (size_t i = 0; i < r->plan.n_tasks; i++) {
		struct wt_plan_task *t = &r->plan.tasks[i];

		t->n_gates = r->plan.n_gates;
		t->gates = wt_arena_alloc(&r->arena, t->n_gates * sizeof *t->gates);
		for (size_t k = 0; k < t->n_gates; k++)
			t->gates[k] = k;
	}
	r->plan.limits.max_rounds = 3;
}

static void begin(struct run *r, const char *tasks, const char *spec)
{
	run_plan(r, tasks);
	gates(r, spec);
	run_begin(r, true);
}

static void tell_gate(struct run *r, const char *id, struct wt_event ev)
{
	ev.task = id;
	ev.attempt = id ? run_task(r, id)->attempt : 0;
	ev.tree = id ? run_oid(id, 3) : run_oid("base", 3);
	assert_true(tell(r, ev));
}

static void ask(struct run *r, const char *id, const char *gate, const char *when)
{
	tell_gate(r, id,
		  (struct wt_event){ .kind = WT_EV_GATE_STARTING, .gate = gate, .when = when });
	tell_gate(r, id,
		  (struct wt_event){
			  .kind = WT_EV_GATE_STARTED, .gate = gate, .when = when, .pid = 7 });
}

static void answer(struct run *r, const char *id, const char *gate, enum wt_gate_verdict verdict)
{
	bool is_merged = id && run_task(r, id)->state == WT_MERGING;

	tell_gate(r, id,
		  (struct wt_event){ .kind = WT_EV_GATE_ENDED,
				     .gate = gate,
				     .when = !id         ? "base"
					     : is_merged ? "merged"
							 : "task",
				     .verdict = verdict,
				     .reason = verdict == WT_SAYS_PASS ? NULL : "it broke" });
}

static void says(struct run *r, const char *id, const char *gate, enum wt_gate_verdict verdict)
{
	bool is_merged = id && run_task(r, id)->state == WT_MERGING;

	ask(r, id, gate, !id ? "base" : is_merged ? "merged" : "task");
	answer(r, id, gate, verdict);
}

static enum wt_judgment_step step_of(struct run *r, const char *id, const char **gate)
{
	size_t i;
	enum wt_judgment_step step = wt_judgment_next(&r->plan, &run_task(r, id)->judged, &i);

	*gate = r->plan.gates[i].name;
	return step;
}

static void test_judgment__work_is_judged_before_it_is_queued(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, "a", "tests, lint");
	start(&r, "a");
	leave(&r, "a", "exit", 0);
	check_next(&r, "finish a");
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_WORK_COMMITTED,
						.task = "a",
						.attempt = 1,
						.tip = run_oid("a", 2),
						.tree = run_oid("a", 3),
						.count = 1 }));
	check_str(run_state(&r, "a"), "gating");
	check_next(&r, "gate tests of a");
	ask(&r, "a", "tests", "task");
	check_next(&r, "gate lint of a"); /* side by side */
	ask(&r, "a", "lint", "task");
	check_next(&r, "none");
	answer(&r, "a", "tests", WT_SAYS_PASS);
	check_next(&r, "none");
	answer(&r, "a", "lint", WT_SAYS_REUSED);
	check_next(&r, "decide a");
	assert_true(tell_plain(&r, WT_EV_GATES_PASSED, "a"));
	check_str(run_state(&r, "a"), "queued");
	assert_true(run_task(&r, "a")->judged.has_passed);
	check_next(&r, "merge a");
	land(&r, "a");
	check_next(&r, "end");
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 0);
	run_clear(&r);
}

static void test_judgment__a_gate_is_asked_once_all_it_needs_said_yes(void **unused)
{
	struct run r;
	const char *gate;

	(void)unused;
	begin(&r, "a", "build, tests<build, e2e<tests, lint");
	start(&r, "a");
	work(&r, "a");
	check_next(&r, "gate build of a");
	ask(&r, "a", "build", "task");
	check_next(&r, "gate lint of a");
	ask(&r, "a", "lint", "task");
	check_next(&r, "none");
	answer(&r, "a", "build", WT_SAYS_PASS);
	check_next(&r, "gate tests of a");
	says(&r, "a", "tests", WT_SAYS_FAIL);
	check_next(&r, "none"); /* lint may have more to say */
	answer(&r, "a", "lint", WT_SAYS_PASS);
	check_next(&r, "decide a");
	check_int(step_of(&r, "a", &gate), WT_JUDGMENT_NO);
	check_str(gate, "tests");
	check_str(wt_judgment_blocker(&r.plan, &run_task(&r, "a")->judged, 2)->name, "tests");
	check_str(wt_judgment_reason(&r.arena, &r.plan, &run_task(&r, "a")->judged, 2),
		  "gate tests: it broke");
	assert_null(wt_judgment_blocker(&r.plan, &run_task(&r, "a")->judged, 3));
	run_clear(&r);
}

static void test_judgment__what_is_not_required_holds_nothing_back(void **unused)
{
	struct run r;
	const char *gate;

	(void)unused;
	begin(&r, "a", "tests, style?");
	start(&r, "a");
	work(&r, "a");
	says(&r, "a", "tests", WT_SAYS_PASS);
	check_next(&r, "gate style of a");
	says(&r, "a", "style", WT_SAYS_FAIL);
	check_next(&r, "decide a");
	check_int(step_of(&r, "a", &gate), WT_JUDGMENT_YES);
	run_clear(&r);
}

static void test_judgment__a_required_gate_behind_one_that_said_no_has_not_passed(void **unused)
{
	struct run r;
	const char *gate;

	(void)unused;
	begin(&r, "a", "style?, tests<style");
	start(&r, "a");
	work(&r, "a");
	says(&r, "a", "style", WT_SAYS_FAIL);
	check_next(&r, "decide a");
	check_int(step_of(&r, "a", &gate), WT_JUDGMENT_NO);
	check_str(gate, "tests");
	run_clear(&r);
}

static void test_judgment__a_gate_that_failed_itself_is_not_the_work_failing(void **unused)
{
	struct run r;
	const char *gate;

	(void)unused;
	begin(&r, "a", "cover, tests");
	start(&r, "a");
	work(&r, "a");
	says(&r, "a", "cover", WT_SAYS_ERROR);
	says(&r, "a", "tests", WT_SAYS_PASS);
	check_int(step_of(&r, "a", &gate), WT_JUDGMENT_ERROR);
	check_str(gate, "cover");
	says(&r, "a", "tests", WT_SAYS_TIMEOUT);
	check_int(step_of(&r, "a", &gate), WT_JUDGMENT_NO);
	check_str(gate, "tests");
	run_clear(&r);
}

static void test_judgment__one_that_was_stopped_is_asked_again(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, "a", "tests");
	start(&r, "a");
	work(&r, "a");
	says(&r, "a", "tests", WT_SAYS_STOPPED);
	check_next(&r, "gate tests of a");
	check_int(run_task(&r, "a")->judged.gates[0].tries, 1);
	run_clear(&r);
}

static void test_judgment__a_round_of_new_work_is_judged_anew(void **unused)
{
	struct run r;
	const struct wt_gate_state *g;

	(void)unused;
	begin(&r, "a", "tests");
	start(&r, "a");
	work(&r, "a");
	says(&r, "a", "tests", WT_SAYS_PASS);
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_WORK_COMMITTED,
						.task = "a",
						.attempt = 1,
						.tip = run_oid("b", 2),
						.tree = run_oid("b", 3),
						.count = 1 }));
	g = &run_task(&r, "a")->judged.gates[0];
	check_int(g->verdict, WT_SAYS_NONE);
	check_int(g->tries, 1); /* its folder was used */
	check_next(&r, "gate tests of a");
	run_clear(&r);
}

static void test_judgment__a_task_that_a_gate_kept_ends_with_4(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, "a, b<a", "tests");
	start(&r, "a");
	work(&r, "a");
	says(&r, "a", "tests", WT_SAYS_FAIL);
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
						.task = "a",
						.attempt = 1,
						.outcome = WT_OUTCOME_KEPT,
						.by_gate = true,
						.reason = "gate tests: it broke" }));
	check_str(run_state(&r, "a"), "kept");
	check_skip(&r, "skip b: needs a, which was kept back");
	check_next(&r, "end");
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 4);
	run_clear(&r);
}

static void test_judgment__work_that_is_judged_takes_one_slot(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, "a, b, c", "tests, lint");
	r.plan.limits.jobs = 2;
	wt_sched_set_limits(r.s, &r.plan.limits);
	check_starts(&r, "a b");
	work(&r, "a");
	ask(&r, "a", "tests", "task");
	ask(&r, "a", "lint", "task");
	check_next(&r, "none");
	check_str(why(&r, "c"), "a free slot (2 of 2)");
	run_clear(&r);
}

static void test_judgment__a_stopped_run_asks_nobody_and_goes_on_with_the_gates(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, "a", "tests, lint<tests");
	start(&r, "a");
	work(&r, "a");
	ask(&r, "a", "tests", "task");
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_STOP_ASKED }));
	check_next(&r, "none");
	answer(&r, "a", "tests", WT_SAYS_STOPPED);
	check_next(&r, "decide a");
	end(&r, "a", WT_OUTCOME_STOPPED, "stopped");
	check_str(run_state(&r, "a"), "stopped");
	check_next(&r, "end");
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_RUN_STOPPED }));
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_RUN_STARTED }));
	check_str(run_state(&r, "a"), "gating");
	check_next(&r, "gate tests of a");
	run_clear(&r);
}

static void test_judgment__a_task_that_was_stopped_by_name_stays_so(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, "a", "tests");
	start(&r, "a");
	work(&r, "a");
	ask(&r, "a", "tests", "task");
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_STOP_ASKED, .task = "a" }));
	answer(&r, "a", "tests", WT_SAYS_STOPPED);
	check_next(&r, "decide a");
	end(&r, "a", WT_OUTCOME_STOPPED, "stopped");
	check_next(&r, "end");
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_RUN_STARTED }));
	check_str(run_state(&r, "a"), "stopped");
	run_clear(&r);
}

static void judge_merged(struct run *r, const char *id)
{
	static const char *const names[] = { "all" };

	assert_true(tell(r, (struct wt_event){ .kind = WT_EV_MERGE_JUDGING,
					       .task = id,
					       .attempt = 1,
					       .base = run_oid("base", 1),
					       .oid = run_oid(id, 5),
					       .tree = run_oid(id, 6),
					       .paths = names,
					       .n_paths = 1 }));
}

static void test_judgment__a_merged_tree_is_judged_while_others_work(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, "a, b, c", "tests, all+");
	check_starts(&r, "a b c");
	work(&r, "a");
	says(&r, "a", "tests", WT_SAYS_PASS);
	check_next(&r, "decide a"); /* `all` is not asked of the task's own commit */
	assert_true(tell_plain(&r, WT_EV_GATES_PASSED, "a"));
	check_next(&r, "merge a");
	judge_merged(&r, "a");
	check_str(run_state(&r, "a"), "merging");
	check_next(&r, "gate all of a");
	ask(&r, "a", "all", "merged");
	check_next(&r, "none");
	work(&r, "b");
	says(&r, "b", "tests", WT_SAYS_PASS);
	check_next(&r, "decide b");
	assert_true(tell_plain(&r, WT_EV_GATES_PASSED, "b"));
	check_next(&r, "none"); /* one landing at a time */
	answer(&r, "a", "all", WT_SAYS_PASS);
	check_next(&r, "merge a");
	land(&r, "a");
	check_next(&r, "merge b");
	run_clear(&r);
}

static void test_judgment__a_stop_puts_a_merge_that_is_judged_back_into_the_queue(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, "a", "all+");
	start(&r, "a");
	work(&r, "a");
	check_str(run_state(&r, "a"), "queued");
	judge_merged(&r, "a");
	ask(&r, "a", "all", "merged");
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_STOP_ASKED }));
	check_next(&r, "none");
	answer(&r, "a", "all", WT_SAYS_STOPPED);
	check_next(&r, "decide a");
	assert_true(tell(
		&r, (struct wt_event){ .kind = WT_EV_TASK_QUEUED, .task = "a", .reason = "stop" }));
	check_next(&r, "end");
	run_clear(&r);
}

static void test_judgment__a_merge_that_a_gate_refused_is_a_conflict_of_meaning(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, "a", "all+");
	start(&r, "a");
	work(&r, "a");
	judge_merged(&r, "a");
	says(&r, "a", "all", WT_SAYS_FAIL);
	check_next(&r, "merge a"); /* whoever lands sees it, and says who */
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_MERGE_CONFLICTED,
						.task = "a",
						.attempt = 1,
						.by_gate = true,
						.reason = "gate all: it broke" }));
	check_str(run_state(&r, "a"), "conflict");
	assert_true(run_task(&r, "a")->is_semantic);
	check_next(&r, "end");
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 3);
	run_clear(&r);
}

static void test_judgment__the_base_is_judged_before_the_first_start(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, "a, b", "tests*, lint");
	check_next(&r, "gate tests of the base");
	ask(&r, NULL, "tests", "base");
	check_next(&r, "none");
	check_str(why(&r, "a"), "the gates judge the base first");
	answer(&r, NULL, "tests", WT_SAYS_PASS);
	check_starts(&r, "a b");
	run_clear(&r);
}

static void test_judgment__a_red_base_starts_nothing_and_ends_with_4(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, "a, b<a", "tests*");
	says(&r, NULL, "tests", WT_SAYS_FAIL);
	check_skip(&r, "skip a: the base is red before anything was done: gate tests: it broke");
	check_skip(&r, "skip b: needs a, which was skipped (the base is red before anything was "
		       "done: gate tests: it broke)");
	check_next(&r, "end");
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 4);
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_RUN_STARTED }));
	check_next(&r, "gate tests of the base"); /* it may be mended by now */
	says(&r, NULL, "tests", WT_SAYS_PASS);
	check_starts(&r, "a");
	run_clear(&r);
}

static void test_judgment__a_waived_base_is_not_asked(void **unused)
{
	struct run r;

	(void)unused;
	run_plan(&r, "a");
	gates(&r, "tests*");
	r.plan.waives_base = true;
	run_begin(&r, true);
	check_starts(&r, "a");
	run_clear(&r);
}

static void test_judgment__a_stop_waits_for_the_gates_of_the_base(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, "a", "tests*");
	ask(&r, NULL, "tests", "base");
	assert_true(tell(&r, (struct wt_event){ .kind = WT_EV_STOP_ASKED }));
	check_next(&r, "none");
	answer(&r, NULL, "tests", WT_SAYS_STOPPED);
	check_next(&r, "end");
	run_clear(&r);
}

static void test_judgment__of_an_unknown_gate_nothing_is_believed(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, "a", "tests");
	assert_false(tell(&r, (struct wt_event){ .kind = WT_EV_GATE_ENDED,
						 .gate = "other",
						 .when = "base",
						 .verdict = WT_SAYS_PASS }));
	start(&r, "a");
	work(&r, "a");
	tell(&r, (struct wt_event){ .kind = WT_EV_GATE_ENDED,
				    .task = "a",
				    .attempt = 1,
				    .gate = "other",
				    .when = "task",
				    .verdict = WT_SAYS_PASS });
	check_next(&r, "gate tests of a");
	run_clear(&r);
}

static void test_judgment__a_plan_with_gates_is_estimated_to_its_end(void **unused)
{
	struct run r;
	struct wt_estimate e;

	(void)unused;
	run_plan(&r, "a*60, b<a*60");
	gates(&r, "tests*, all+");
	wt_estimate_build(&r.plan, 3, &e);
	check_int(e.parallel_s, 120);
	run_begin(&r, true);
	run_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judgment__work_is_judged_before_it_is_queued),
		cmocka_unit_test(test_judgment__a_gate_is_asked_once_all_it_needs_said_yes),
		cmocka_unit_test(test_judgment__what_is_not_required_holds_nothing_back),
		cmocka_unit_test(
			test_judgment__a_required_gate_behind_one_that_said_no_has_not_passed),
		cmocka_unit_test(test_judgment__a_gate_that_failed_itself_is_not_the_work_failing),
		cmocka_unit_test(test_judgment__one_that_was_stopped_is_asked_again),
		cmocka_unit_test(test_judgment__a_round_of_new_work_is_judged_anew),
		cmocka_unit_test(test_judgment__a_task_that_a_gate_kept_ends_with_4),
		cmocka_unit_test(test_judgment__work_that_is_judged_takes_one_slot),
		cmocka_unit_test(
			test_judgment__a_stopped_run_asks_nobody_and_goes_on_with_the_gates),
		cmocka_unit_test(test_judgment__a_task_that_was_stopped_by_name_stays_so),
		cmocka_unit_test(test_judgment__a_merged_tree_is_judged_while_others_work),
		cmocka_unit_test(
			test_judgment__a_stop_puts_a_merge_that_is_judged_back_into_the_queue),
		cmocka_unit_test(
			test_judgment__a_merge_that_a_gate_refused_is_a_conflict_of_meaning),
		cmocka_unit_test(test_judgment__the_base_is_judged_before_the_first_start),
		cmocka_unit_test(test_judgment__a_red_base_starts_nothing_and_ends_with_4),
		cmocka_unit_test(test_judgment__a_waived_base_is_not_asked),
		cmocka_unit_test(test_judgment__a_stop_waits_for_the_gates_of_the_base),
		cmocka_unit_test(test_judgment__of_an_unknown_gate_nothing_is_believed),
		cmocka_unit_test(test_judgment__a_plan_with_gates_is_estimated_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
