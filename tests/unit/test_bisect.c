/* SPDX-License-Identifier: MIT */
/* Finding the landing that a task does not go with. */

#include "tests/support/check.h"
#include "wtorch/core/bisect.h"

/* Asks until it is over, of n landings of which the culprit-th is the one; the questions. */
static size_t look(struct wt_bisect *b, size_t n, size_t culprit, enum wt_bisect_step *step)
{
	size_t asked = 0, at;

	wt_bisect_init(b, n);
	while ((*step = wt_bisect_next(b, &at)) == WT_BISECT_ASK) {
		assert_true(at < n && asked < 100);
		wt_bisect_tell(b, at, at < culprit);
		asked++;
	}
	return asked;
}

static void test_bisect__each_culprit_is_found_with_few_questions(void **state)
{
	struct wt_bisect b;
	enum wt_bisect_step step;

	(void)state;
	for (size_t n = 1; n <= 64; n++) {
		size_t most = 1;

		while ((size_t)1 << (most - 1) < n)
			most++;
		for (size_t culprit = 1; culprit <= n; culprit++) {
			assert_true(look(&b, n, culprit, &step) <= most);
			check_int(step, WT_BISECT_FOUND);
			check_int((long)b.high, (long)culprit);
			check_int((long)b.low, (long)culprit - 1);
		}
	}
}

static void test_bisect__too_many_leave_a_few_of_which_one_is_it(void **state)
{
	struct wt_bisect b;
	enum wt_bisect_step step;

	(void)state;
	check_int((long)look(&b, 1000, 700, &step), WT_BISECT_MAX + 1);
	check_int(step, WT_BISECT_LEFT);
	assert_true(b.low < 700 && b.high >= 700 && b.high - b.low < 20);
}

static void test_bisect__work_that_is_red_by_itself_needs_nobody_else(void **state)
{
	struct wt_bisect b;
	enum wt_bisect_step step;

	(void)state;
	check_int((long)look(&b, 20, 0, &step), 1);
	check_int(step, WT_BISECT_ALONE);
}

static void test_bisect__answers_that_contradict_each_other_find_nobody(void **state)
{
	struct wt_bisect b;
	size_t at;

	(void)state;
	wt_bisect_init(&b, 8);
	wt_bisect_tell(&b, 0, true);
	wt_bisect_tell(&b, 3, false);
	wt_bisect_tell(&b, 5, true);
	check_int(wt_bisect_next(&b, &at), WT_BISECT_LEFT);
	wt_bisect_init(&b, 8);
	wt_bisect_tell(&b, 4, true);
	wt_bisect_tell(&b, 2, false);
	check_int(wt_bisect_next(&b, &at), WT_BISECT_LEFT);
}

static void test_bisect__answers_may_be_told_again_in_any_order(void **state)
{
	struct wt_bisect b;
	size_t at;

	(void)state;
	wt_bisect_init(&b, 8);
	wt_bisect_tell(&b, 6, false);
	wt_bisect_tell(&b, 4, true);
	wt_bisect_tell(&b, 0, true);
	check_int(wt_bisect_next(&b, &at), WT_BISECT_ASK);
	check_int((long)at, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bisect__each_culprit_is_found_with_few_questions),
		cmocka_unit_test(test_bisect__too_many_leave_a_few_of_which_one_is_it),
		cmocka_unit_test(test_bisect__work_that_is_red_by_itself_needs_nobody_else),
		cmocka_unit_test(test_bisect__answers_that_contradict_each_other_find_nobody),
		cmocka_unit_test(test_bisect__answers_may_be_told_again_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
