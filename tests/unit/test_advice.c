/* SPDX-License-Identifier: MIT */
/* What would make a plan better. */

#include "tests/support/check.h"
#include "tests/support/plan_of.h"

/* "join a+b x,y" for each advice of that kind; "split c 100>60". */
static void check_kind(struct plan_of *p, enum wt_advice_kind kind, const char *want)
{
	struct wt_buf got = WT_BUF_INIT;

	for (size_t i = 0; i < p->plan.advices.len; i++) {
		const struct wt_advice *a = &p->plan.advices.items[i];

		if (a->kind != kind)
			continue;
		wt_buf_puts(&got, got.len ? "; " : "");
		for (size_t k = 0; k < a->n_tasks; k++)
			wt_buf_printf(&got, "%s%s", k ? "+" : "",
				      p->plan.tasks[a->tasks[k]].task.id);
		for (size_t k = 0; k < a->n_paths; k++)
			wt_buf_printf(&got, "%s%s", k ? "," : " ", a->paths[k]);
		if (a->seconds >= 0)
			wt_buf_printf(&got, " %lld>%lld", (long long)a->seconds,
				      (long long)a->limit_s);
	}
	check_str(got.data, want);
	wt_buf_clear(&got);
}

static void check_advice(const char *spec, const char *settings, enum wt_advice_kind kind,
			 const char *want)
{
	struct plan_of *p = plan_of_with(spec, settings);

	check_kind(p, kind, want);
	plan_of_free(p);
}

static void test_advice__a_path_of_three_tasks_is_work_to_do_first(void **unused)
{
	(void)unused;
	check_advice("a !x, b !x, c !x !y, d !y", NULL, WT_ADVICE_FIRST, "a+b+c x");
	check_advice("a !x, b !x", NULL, WT_ADVICE_FIRST, "");
	/* The path of more tasks comes first. */
	check_advice("a !x, b !x !y, c !x !y, d !y, e !y", NULL, WT_ADVICE_FIRST,
		     "b+c+d+e y; a+b+c x");
	/* They wait for each other anyway. */
	check_advice("a !x, b<a !x, c<b !x", NULL, WT_ADVICE_FIRST, "");
	check_advice("a !x @1, b !x @2, c !x @3", NULL, WT_ADVICE_FIRST, "");
	/* One that does not run takes no part. */
	check_advice("a !x, b !x, c !x ~", NULL, WT_ADVICE_FIRST, "");
}

static void test_advice__globs_count_for_the_paths_that_they_match(void **unused)
{
	(void)unused;
	check_advice("a !src/a.c, b !src/*.c , c !src/", NULL, WT_ADVICE_FIRST, "a+b+c src/a.c");
}

static void test_advice__two_tasks_with_nearly_the_same_paths_could_be_one(void **unused)
{
	(void)unused;
	check_advice("a !x !y, b !x !y, c !z", NULL, WT_ADVICE_JOIN, "a+b x,y");
	/* 3 of 5 are 60 %, 2 of 4 are not. */
	check_advice("a !x !y !z !v, b !x !y !z !w", NULL, WT_ADVICE_JOIN, "a+b x,y,z");
	check_advice("a !x !y !v, b !x !y !w", NULL, WT_ADVICE_JOIN, "");
	/* One common path is no more than that. */
	check_advice("a !x, b !x", NULL, WT_ADVICE_JOIN, "");
	/* One that waits for the other stays one. */
	check_advice("a !x !y, b<a !x !y", NULL, WT_ADVICE_JOIN, "");
	/* The closest pair comes first, and shares with a third count, too. */
	check_advice("a !x !y !z, b !x !y !z !v, c !x !y !z", NULL, WT_ADVICE_JOIN,
		     "a+c x,y,z; a+b x,y,z; b+c x,y,z");
}

static void test_advice__a_glob_is_one_path_however_much_it_matches(void **unused)
{
	(void)unused;
	check_advice("a !src/*.c , b !src/a.c !src/b.c !src/c.c", NULL, WT_ADVICE_JOIN, "");
}

static void test_advice__orders_that_nothing_asks_for_are_named(void **unused)
{
	(void)unused;
	check_advice("a @1 !x, b @2 !y", NULL, WT_ADVICE_TOGETHER, "a+b");
	check_advice("a @1 !x, b @2 !x", NULL, WT_ADVICE_TOGETHER, "");
	check_advice("a @1 !x, b @2 !y <a", NULL, WT_ADVICE_TOGETHER, "");
	check_advice("a @1 !x, m !v <a, b @2 !y <m", NULL, WT_ADVICE_TOGETHER, "");
	/* What nobody knows could be anything. */
	check_advice("a @1, b @2 !y", NULL, WT_ADVICE_TOGETHER, "");
	check_advice("a @1 !x, b @2", NULL, WT_ADVICE_TOGETHER, "");
	/* Of each the first that it is free of, and only of the order just before. */
	check_advice("a @1 !x, b @1 !y, c @2 !x, d @3 !y", NULL, WT_ADVICE_TOGETHER, "b+c; c+d");
	check_advice("a @1 !x, m @2, b @3 !y", NULL, WT_ADVICE_TOGETHER, "");
	check_advice("a @1 !x, b @2 !y", "run.mode=sequential", WT_ADVICE_TOGETHER, "");
}

static void test_advice__a_task_far_longer_than_the_others_is_to_be_split(void **unused)
{
	(void)unused;
	check_advice("a =100, b =100, c =300", NULL, WT_ADVICE_SPLIT, "c 300>300");
	check_advice("a =100, b =100, c =299", NULL, WT_ADVICE_SPLIT, "");
	/* One other is no measure, and a guess is none. */
	check_advice("a =100, c =900", NULL, WT_ADVICE_SPLIT, "");
	check_advice("a =100, b, d, c =900", NULL, WT_ADVICE_SPLIT, "");
	check_advice("a =0, b =0, c =5", NULL, WT_ADVICE_SPLIT, "");
}

static void test_advice__a_task_over_the_configured_estimate_is_to_be_split(void **unused)
{
	(void)unused;
	check_advice("a =3600, b =3601", "plan.max_estimate=1h", WT_ADVICE_SPLIT, "b 3601>3600");
	check_advice("a", "plan.max_estimate=1m", WT_ADVICE_SPLIT, "");
	/* Both rules name it once, the longest first. */
	check_advice("a =100, b =100, c =400, d =500, e =100", "plan.max_estimate=450s",
		     WT_ADVICE_SPLIT, "d 500>450; c 400>300");
}

static void test_advice__of_many_the_rest_is_a_number(void **unused)
{
	struct wt_buf spec = WT_BUF_INIT;
	struct plan_of *p;

	(void)unused;
	for (int i = 0; i < 30; i++)
		wt_buf_printf(&spec, "a%d @1 !x%d, b%d @2 !y%d, ", i, i, i, i);
	p = plan_of(spec.data);
	check_int(p->plan.advices.len, WT_MAX_ADVICE);
	check_int(p->plan.advices.left_out[WT_ADVICE_TOGETHER], 30 - WT_MAX_ADVICE);
	plan_of_free(p);
	wt_buf_clear(&spec);
}

static void test_advice__an_empty_plan_has_none(void **unused)
{
	struct plan_of *p = plan_of("");

	(void)unused;
	check_int(p->plan.advices.len, 0);
	plan_of_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_advice__a_path_of_three_tasks_is_work_to_do_first),
		cmocka_unit_test(test_advice__globs_count_for_the_paths_that_they_match),
		cmocka_unit_test(test_advice__two_tasks_with_nearly_the_same_paths_could_be_one),
		cmocka_unit_test(test_advice__a_glob_is_one_path_however_much_it_matches),
		cmocka_unit_test(test_advice__orders_that_nothing_asks_for_are_named),
		cmocka_unit_test(test_advice__a_task_far_longer_than_the_others_is_to_be_split),
		cmocka_unit_test(test_advice__a_task_over_the_configured_estimate_is_to_be_split),
		cmocka_unit_test(test_advice__of_many_the_rest_is_a_number),
		cmocka_unit_test(test_advice__an_empty_plan_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
