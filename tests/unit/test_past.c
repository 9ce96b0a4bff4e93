/* SPDX-License-Identifier: MIT */
/* How long a task will take, from what similar ones took. */

#include "tests/support/check.h"
#include "tests/support/plan_of.h"
#include "wtorch/core/past.h"

static struct wt_task_file two_files[] = { { "src/a.c", WT_FROM_DECLARED },
					   { "src/b.c", WT_FROM_DECLARED } };

static struct wt_past_task past_tasks[] = {
	{ .title = "Recipe import: CSV", .duration_s = 100 },
	{ .title = "Recipe import: JSON", .duration_s = 300 },
	{ .title = "Recipe export", .files = two_files, .n_files = 2, .duration_s = 900 },
	{ .title = "Fix the login page of the shop", .duration_s = 60 },
	{ .title = "für größere Öfen", .duration_s = 7 },
};
static const struct wt_past past = { .tasks = past_tasks,
				     .n_tasks = sizeof past_tasks / sizeof *past_tasks };

/* -1: nothing is known. */
static int64_t guess(const char *title, struct wt_task_file *files, size_t n_files)
{
	struct wt_arena arena = { 0 };
	struct wt_past_index *x = wt_past_index_new(&arena, &past);
	struct wt_task task = { .title = title, .files = files, .n_files = n_files };
	int64_t seconds = -1, again = -1;

	assert_true(wt_past_estimate(x, &task, &seconds) == (seconds >= 0));
	/* Nothing of one question is left for the next one. */
	wt_past_estimate(x, &task, &again);
	check_int(seconds, again);
	wt_past_index_free(x);
	wt_arena_clear(&arena);
	return seconds;
}

static void test_past__estimate_is_the_median_of_similar_tasks(void **unused)
{
	(void)unused;
	check_int(guess("Recipe import: XML", NULL, 0), 300); /* the export is like it, too */
	check_int(guess("Import CSV", NULL, 0), 100); /* one is nearly the same */
	check_int(guess("IMPORT csv!", NULL, 0), 100);
}

static void test_past__one_alone_counts_when_it_is_nearly_the_same(void **unused)
{
	(void)unused;
	check_int(guess("Fix login page", NULL, 0), 60);
	check_int(guess("Login of customers", NULL, 0), -1);
	check_int(guess("Für größere Öfen", NULL, 0), 7); /* only ASCII is folded */
}

static void test_past__words_that_say_nothing_are_no_likeness(void **unused)
{
	(void)unused;
	check_int(guess("The task for the and with", NULL, 0), -1);
	check_int(guess("", NULL, 0), -1);
	check_int(guess("a b c d", NULL, 0), -1);
}

static void test_past__files_in_common_count_and_their_number_too(void **unused)
{
	struct wt_task_file many[5] = {
		{ "x", 0 }, { "y", 0 }, { "z", 0 }, { "v", 0 }, { "w", 0 }
	};

	(void)unused;
	check_int(guess("Recipe export", two_files, 2), 900); /* the imports are far behind */
	check_int(guess("Export", two_files, 2), 900);
	check_int(guess("Export", many, 5), -1);
}

static void test_past__long_titles_and_words_are_bounded(void **unused)
{
	char title[501] = { 0 };

	(void)unused;
	memset(title, 'x', 500);
	check_int(guess(title, NULL, 0), -1);
	for (size_t i = 4; i < 500; i += 5)
		title[i] = ' ';
	check_int(guess(title, NULL, 0), -1);
}

static void test_past__plan_takes_declared_before_known_before_guessed(void **unused)
{
	struct plan_of *p = plan_of_tasks("a=50, b, c", NULL);

	(void)unused;
	p->tasks.items[0].title = "Recipe import: XML";
	p->tasks.items[1].title = "Recipe import: XML";
	p->in.past = &past;
	plan_of_build(p);
	check_int(p->plan.tasks[0].weight_s, 50);
	check_int(p->plan.tasks[0].estimate_from, WT_ESTIMATE_DECLARED);
	check_int(p->plan.tasks[1].weight_s, 300);
	check_int(p->plan.tasks[1].estimate_from, WT_ESTIMATE_HISTORY);
	check_int(p->plan.tasks[2].weight_s, 50);
	check_int(p->plan.tasks[2].estimate_from, WT_ESTIMATE_UNKNOWN);
	plan_of_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_past__estimate_is_the_median_of_similar_tasks),
		cmocka_unit_test(test_past__one_alone_counts_when_it_is_nearly_the_same),
		cmocka_unit_test(test_past__words_that_say_nothing_are_no_likeness),
		cmocka_unit_test(test_past__files_in_common_count_and_their_number_too),
		cmocka_unit_test(test_past__long_titles_and_words_are_bounded),
		cmocka_unit_test(test_past__plan_takes_declared_before_known_before_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
