/* SPDX-License-Identifier: MIT */

#include "tests/support/check.h"

#include "wtorch/base/diag.h"

static void test_diag__problems_are_kept_in_order_with_their_place(void **state)
{
	struct wt_arena a = { 0 };
	struct wt_diags d = { .arena = &a };
	struct wt_place place = { .path = "ROADMAP.md", .line = 3, .column = 1 };

	(void)state;
	wt_diags_add(&d, WT_SEVERITY_WARNING, place, "title has %d bytes", 600);
	wt_diags_add(&d, WT_SEVERITY_ERROR, (struct wt_place){ 0 }, "no tasks");
	wt_diags_add(&d, WT_SEVERITY_HINT, (struct wt_place){ 0 }, "%s", "look");
	check_int(d.len, 3);
	check_int(d.errors, 1);
	check_str(d.items[0].message, "title has 600 bytes");
	check_str(d.items[0].place.path, "ROADMAP.md");
	check_int(d.items[0].place.line, 3);
	check_int(d.items[1].severity, WT_SEVERITY_ERROR);
	assert_null(d.items[1].place.path);
	check_str(d.items[2].message, "look");
	wt_arena_clear(&a);
}

static void test_diag__many_problems_fit(void **state)
{
	struct wt_arena a = { 0 };
	struct wt_diags d = { .arena = &a };

	(void)state;
	for (int i = 0; i < 1000; i++)
		wt_diags_add(&d, WT_SEVERITY_ERROR, (struct wt_place){ 0 }, "%0*d", i, 1);
	check_int(d.errors, 1000);
	check_int(strlen(d.items[999].message), 999);
	wt_arena_clear(&a);
}

static void test_diag__severities_have_names(void **state)
{
	(void)state;
	check_str(wt_severity_name(WT_SEVERITY_ERROR), "error");
	check_str(wt_severity_name(WT_SEVERITY_WARNING), "warning");
	check_str(wt_severity_name(WT_SEVERITY_HINT), "hint");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diag__problems_are_kept_in_order_with_their_place),
		cmocka_unit_test(test_diag__many_problems_fit),
		cmocka_unit_test(test_diag__severities_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
