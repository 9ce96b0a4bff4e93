/* SPDX-License-Identifier: MIT */

#include "tests/support/check.h"

#include "wtorch/base/oid.h"

#define SOME "0123456789abcdef0123456789abcdef01234567"

static void test_oid__hex_digits_come_back(void **state)
{
	struct wt_oid oid;

	(void)state;
	assert_true(wt_oid_parse(WT_STR(SOME), &oid));
	check_int(oid.id[0], 0x01);
	check_int(oid.id[19], 0x67);
	check_str(wt_oid_hex(&oid).hex, SOME);
}

static void test_oid__upper_case_is_read_and_lower_case_written(void **state)
{
	struct wt_oid oid;

	(void)state;
	assert_true(wt_oid_parse(WT_STR("ABCDEF6789ABCDEF0123456789ABCDEF01234567"), &oid));
	check_str(wt_oid_hex(&oid).hex, "abcdef6789abcdef0123456789abcdef01234567");
}

static void test_oid__anything_else_is_refused_and_leaves_out_alone(void **state)
{
	static const char *const bad[] = {
		"",
		"0123",
		SOME "0",
		"0123456789abcdef0123456789abcdef0123456",
		"g123456789abcdef0123456789abcdef01234567",
		"0123456789abcdef0123456789abcdef0123456 ",
	};
	struct wt_oid oid = { { 7 } };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(wt_oid_parse(wt_str_of(bad[i]), &oid));
	assert_false(wt_oid_parse((struct wt_str){ 0 }, &oid));
	check_int(oid.id[0], 7);
}

static void test_oid__zero_means_none(void **state)
{
	struct wt_oid oid = { { 0 } }, other = { { 0 } };

	(void)state;
	assert_true(wt_oid_is_zero(&oid));
	assert_true(wt_oid_is_equal(&oid, &other));
	other.id[19] = 1;
	assert_false(wt_oid_is_zero(&other));
	assert_false(wt_oid_is_equal(&oid, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oid__hex_digits_come_back),
		cmocka_unit_test(test_oid__upper_case_is_read_and_lower_case_written),
		cmocka_unit_test(test_oid__anything_else_is_refused_and_leaves_out_alone),
		cmocka_unit_test(test_oid__zero_means_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
