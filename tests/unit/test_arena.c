/* SPDX-License-Identifier: MIT */

#include "tests/support/check.h"

#include "wtorch/base/arena.h"

struct item {
	const char *name;
	long double value; /* wants the largest alignment */
};

static void test_arena__memory_is_zeroed_and_aligned(void **state)
{
	struct wt_arena a = { 0 };

	(void)state;
	for (size_t size = 0; size < 3000; size += 37) {
		unsigned char *p = wt_arena_alloc(&a, size);

		wt_arena_strdup(&a, "odd");
		check_int((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			check_int(p[i], 0);
		memset(p, 0xFF, size);
	}
	wt_arena_clear(&a);
	assert_null(a.chunks);
	check_int(a.used_bytes, 0);
	wt_arena_clear(&a);
}

static void test_arena__values_keep_their_place(void **state)
{
	struct wt_arena a = { 0 };
	char *texts[5000];

	(void)state;
	for (int i = 0; i < 5000; i++)
		texts[i] = wt_arena_printf(&a, "text %d", i);
	for (int i = 0; i < 5000; i++) {
		char want[32];

		snprintf(want, sizeof want, "text %d", i);
		check_str(texts[i], want);
	}
	wt_arena_clear(&a);
}

static void test_arena__large_requests_do_not_waste_the_chunk(void **state)
{
	struct wt_arena a = { 0 };
	char *small = wt_arena_strdup(&a, "a");
	char *large = wt_arena_alloc(&a, 5u << 20);
	char *next = wt_arena_strdup(&a, "b");

	(void)state;
	large[(5u << 20) - 1] = 'x';
	assert_ptr_equal(next, small + 2);
	wt_arena_clear(&a);
}

static void test_arena__first_request_may_be_large(void **state)
{
	struct wt_arena a = { 0 };
	char *large = wt_arena_alloc(&a, 3u << 20);

	(void)state;
	memset(large, 1, 3u << 20);
	check_str(wt_arena_strdup(&a, "then"), "then");
	wt_arena_clear(&a);
}

static void test_arena__copies_of_strings(void **state)
{
	struct wt_arena a = { 0 };

	(void)state;
	assert_null(wt_arena_strdup(&a, NULL));
	check_str(wt_arena_strdup(&a, ""), "");
	check_str(wt_arena_strndup(&a, NULL, 0), "");
	check_str(wt_arena_strndup(&a, "abcdef", 3), "abc");
	check_str(wt_arena_printf(&a, "%s", ""), "");
	check_int(a.used_bytes, 1 + 1 + 4 + 1);
	wt_arena_clear(&a);
}

static void test_arena__push_grows_and_keeps_items(void **state)
{
	struct wt_arena a = { 0 };
	struct item *items = NULL;
	size_t len = 0, cap = 0;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		struct item *item = WT_ARENA_PUSH(&a, items, len, cap);

		assert_null(item->name);
		assert_true(item->value == 0);
		item->name = "x";
		item->value = (long double)i;
	}
	check_int(len, 1000);
	check_int(cap, 1024);
	for (size_t i = 0; i < len; i++)
		assert_true(items[i].value == (long double)i);
	wt_arena_clear(&a);
}

static void test_arena__push_zeroes_the_place_of_a_dropped_item(void **state)
{
	struct wt_arena a = { 0 };
	int *items = NULL;
	size_t len = 0, cap = 0;

	(void)state;
	*WT_ARENA_PUSH(&a, items, len, cap) = 7;
	len--;
	check_int(*WT_ARENA_PUSH(&a, items, len, cap), 0);
	wt_arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arena__memory_is_zeroed_and_aligned),
		cmocka_unit_test(test_arena__values_keep_their_place),
		cmocka_unit_test(test_arena__large_requests_do_not_waste_the_chunk),
		cmocka_unit_test(test_arena__first_request_may_be_large),
		cmocka_unit_test(test_arena__copies_of_strings),
		cmocka_unit_test(test_arena__push_grows_and_keeps_items),
		cmocka_unit_test(test_arena__push_zeroes_the_place_of_a_dropped_item),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
