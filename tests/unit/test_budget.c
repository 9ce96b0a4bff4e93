/* SPDX-License-Identifier: MIT */
/* What is spent of a budget, and what the scheduler does about it. */

#include "tests/support/run_of.h"
#include "wtorch/core/budget.h"

#define DOLLAR 1000000

static void spend(struct run *r, const char *id, int64_t cost, int64_t tokens)
{
	assert_true(tell(r, (struct wt_event){ .kind = WT_EV_AGENT_EXITED,
					       .task = id,
					       .attempt = run_task(r, id)->attempt,
					       .reason = "exit",
					       .tokens_in = tokens / 2,
					       .tokens_out = tokens - tokens / 2,
					       .cost_microusd = cost }));
}

static void begin(struct run *r, const char *spec, struct wt_budget budget)
{
	run_plan(r, spec);
	r->plan.limits.jobs = 2;
	run_begin(r, true);
	wt_sched_set_budget(r->s, &budget);
}

static void test_budget__once_it_is_spent_nothing_new_starts_and_the_living_finish(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, "a, b, c, d<b", (struct wt_budget){ .run = { .cost_microusd = 5 * DOLLAR } });
	check_starts(&r, "a b");
	spend(&r, "a", 5 * DOLLAR + 20000, 100);
	end(&r, "a", WT_OUTCOME_NO_CHANGES, NULL);
	check_next(&r, "none");
	check_str(why(&r, "c"), "the budget is spent: $5.02 of $5.00");
	work(&r, "b");
	check_next(&r, "merge b");
	land(&r, "b");
	check_skip(&r, "skip c: the budget is spent: $5.02 of $5.00");
	check_skip(&r, "skip d: the budget is spent: $5.02 of $5.00");
	check_next(&r, "end");
	check_int(wt_sched_exit_code(wt_sched_state(r.s)), 1);
	/* With a larger one it goes on. */
	wt_sched_set_budget(r.s, &(struct wt_budget){ .run = { .cost_microusd = 6 * DOLLAR } });
	tell(&r, (struct wt_event){ .kind = WT_EV_RUN_STARTED });
	check_starts(&r, "c d");
	run_clear(&r);
}

static void test_budget__what_living_agents_told_counts_until_it_is_recorded(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, "a, b, c", (struct wt_budget){ .run = { .tokens = 1000 } });
	check_starts(&r, "a b");
	work(&r, "b");
	land(&r, "b");
	wt_sched_set_spending(r.s, &(struct wt_amount){ .tokens = 1000 });
	check_next(&r, "none");
	check_str(why(&r, "c"), "the budget is spent: 1000 of 1000 tokens");
	wt_sched_set_spending(r.s, &(struct wt_amount){ 0 });
	check_next(&r, "start c");
	run_clear(&r);
}

static void test_budget__most_of_it_is_told_once_for_each_limit(void **unused)
{
	struct run r;
	struct wt_event ev;

	(void)unused;
	begin(&r, "a, b", (struct wt_budget){ .run = { .cost_microusd = DOLLAR, .tokens = 1000 } });
	check_starts(&r, "a b");
	assert_false(wt_sched_warn_budget(r.s, &ev));
	spend(&r, "a", DOLLAR * 79 / 100, 799);
	assert_false(wt_sched_warn_budget(r.s, &ev));
	spend(&r, "b", DOLLAR / 100, 1);
	assert_true(wt_sched_warn_budget(r.s, &ev));
	check_str(ev.reason, "$0.80 of $1.00 spent");
	assert_true(tell(&r, ev));
	assert_true(wt_sched_warn_budget(r.s, &ev));
	check_str(ev.reason, "800 of 1000 tokens spent");
	assert_true(tell(&r, ev));
	assert_false(wt_sched_warn_budget(r.s, &ev));
	run_clear(&r);
}

static void test_budget__of_a_task_is_counted_anew_when_a_person_asks_for_it_again(void **unused)
{
	struct run r;
	struct wt_buf words = WT_BUF_INIT;

	(void)unused;
	begin(&r, "a", (struct wt_budget){ .task = { .tokens = 100 } });
	check_starts(&r, "a");
	assert_false(wt_sched_is_task_spent(r.s, 0, &(struct wt_amount){ .tokens = 99 }, &words));
	assert_true(wt_sched_is_task_spent(r.s, 0, &(struct wt_amount){ .tokens = 100 }, &words));
	check_str(words.data, "100 of 100 tokens");
	spend(&r, "a", 0, 120);
	assert_true(wt_sched_is_task_spent(r.s, 0, NULL, &words));
	end(&r, "a", WT_OUTCOME_KEPT, "its budget is spent");
	tell(&r, (struct wt_event){ .kind = WT_EV_RETRY_ASKED, .task = "a" });
	assert_false(wt_sched_is_task_spent(r.s, 0, NULL, &words));
	assert_true(wt_sched_is_task_spent(r.s, 0, &(struct wt_amount){ .tokens = 100 }, &words));
	wt_buf_clear(&words);
	run_clear(&r);
}

static void test_budget__sums_stop_at_the_largest_number(void **unused)
{
	struct wt_amount sum = { INT64_MAX - 1, 5 };

	(void)unused;
	wt_amount_add(&sum, 7, -3);
	assert_true(sum.cost_microusd == INT64_MAX);
	check_int(sum.tokens, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_budget__once_it_is_spent_nothing_new_starts_and_the_living_finish),
		cmocka_unit_test(test_budget__what_living_agents_told_counts_until_it_is_recorded),
		cmocka_unit_test(test_budget__most_of_it_is_told_once_for_each_limit),
		cmocka_unit_test(
			test_budget__of_a_task_is_counted_anew_when_a_person_asks_for_it_again),
		cmocka_unit_test(test_budget__sums_stop_at_the_largest_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
