/* SPDX-License-Identifier: MIT */

#include "tests/support/check.h"

#include "wtorch/base/arena.h"
#include "wtorch/base/map.h"

static void test_map__empty_map_finds_nothing(void **state)
{
	struct wt_map m = { 0 };

	(void)state;
	assert_true(wt_map_find(&m, "a") == WT_MAP_NONE);
	wt_map_clear(&m);
}

static void test_map__put_leaves_an_existing_value_alone(void **state)
{
	struct wt_map m = { 0 };
	bool found;

	(void)state;
	check_int(wt_map_put(&m, "a", 1, &found), 1);
	assert_false(found);
	check_int(wt_map_put(&m, "a", 2, &found), 1);
	assert_true(found);
	check_int(wt_map_put(&m, "", 3, NULL), 3);
	check_int(wt_map_find(&m, ""), 3);
	check_int(m.len, 2);
	wt_map_clear(&m);
	assert_true(wt_map_find(&m, "a") == WT_MAP_NONE);
}

static void test_map__set_replaces(void **state)
{
	struct wt_map m = { 0 };

	(void)state;
	wt_map_set(&m, "a", 1);
	wt_map_set(&m, "a", 2);
	check_int(wt_map_find(&m, "a"), 2);
	check_int(m.len, 1);
	wt_map_clear(&m);
}

static void test_map__keys_are_compared_by_their_text(void **state)
{
	struct wt_map m = { 0 };
	char key[] = "key";

	(void)state;
	wt_map_set(&m, "key", 5);
	check_int(wt_map_find(&m, key), 5);
	assert_true(wt_map_find(&m, "ke") == WT_MAP_NONE);
	wt_map_clear(&m);
}

static void test_map__many_keys_survive_growth(void **state)
{
	struct wt_arena a = { 0 };
	struct wt_map m = { 0 };

	(void)state;
	for (size_t i = 0; i < 50000; i++)
		wt_map_set(&m, wt_arena_printf(&a, "src/file%zu.c", i), i);
	check_int(m.len, 50000);
	assert_true(m.len * 10 <= m.cap * 7);
	for (size_t i = 0; i < 50000; i++)
		check_int(wt_map_find(&m, wt_arena_printf(&a, "src/file%zu.c", i)), i);
	assert_true(wt_map_find(&m, "src/file50000.c") == WT_MAP_NONE);
	wt_map_clear(&m);
	wt_arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map__empty_map_finds_nothing),
		cmocka_unit_test(test_map__put_leaves_an_existing_value_alone),
		cmocka_unit_test(test_map__set_replaces),
		cmocka_unit_test(test_map__keys_are_compared_by_their_text),
		cmocka_unit_test(test_map__many_keys_survive_growth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
