/* SPDX-License-Identifier: MIT */
/* Templates: what is filled in, and what is refused. */

#include "tests/support/check.h"

#include "wtorch/core/expand.h"

static const struct wt_word words[] = {
	{ "repo", "app" },  { "id", "US-7" },     { "slug", "a-b" }, { "evil", "{id}}{" },
	{ "none", NULL },   { "version", "2.5" }, { "plain", "65" }, { "alpha", "core" },
	{ "two", "v2-7b" }, { "long", "12345" },
};

static void check_expands(const char *template, const char *want)
{
	struct wt_buf out = WT_BUF_INIT;
	struct wt_error err;

	wt_buf_puts(&out, ">");
	check_ok(wt_expand(template, words, sizeof words / sizeof words[0], &out, &err), err);
	check_str(out.data + 1, want);
	wt_buf_clear(&out);
}

static void check_refused(const char *template, const char *part)
{
	struct wt_buf out = WT_BUF_INIT;
	struct wt_error err = { 0 };

	wt_buf_puts(&out, "kept");
	check_int(wt_expand(template, words, 2, &out, &err), WT_E_INPUT);
	check_contains(err.msg, part);
	assert_true(err.hint[0] != '\0');
	check_str(out.data, "kept");
	wt_buf_clear(&out);
}

static void test_expand__words_are_replaced_by_their_values(void **state)
{
	(void)state;
	check_expands("", "");
	check_expands("no words", "no words");
	check_expands("../{repo}-wt{id}", "../app-wtUS-7");
	check_expands("{repo}{slug}", "appa-b");
	check_expands("<{none}>", "<>");
}

static void test_expand__doubled_braces_stand_for_themselves(void **state)
{
	(void)state;
	check_expands("{{id}}", "{id}");
	check_expands("{{{id}}}", "{US-7}");
	check_expands("awk '{{print}}'", "awk '{print}'");
}

static void test_expand__values_are_not_searched_for_words(void **state)
{
	(void)state;
	check_expands("{evil}{repo}", "{id}}{app");
}

static void test_expand__width_pads_the_number_in_the_value(void **state)
{
	(void)state;
	check_expands("{id:03}", "US-007");
	check_expands("{plain:03}", "065");
	check_expands("{plain:02}", "65");
	check_expands("{long:03}", "12345");
	check_expands("{version:03}", "002.5");
	check_expands("{alpha:03}", "core");
	check_expands("{two:03}", "v2-007b");
	check_expands("{none:03}", "");
}

static void test_expand__slips_are_refused_and_the_known_words_named(void **state)
{
	(void)state;
	check_refused("a{titel}b", "'{titel}' in a template; known are {repo} {id}");
	check_refused("{id", "'{id}'");
	check_refused("{", "known are");
	check_refused("}", "without a '{'");
	check_refused("x{id}}y", "without a '{'");
	check_refused("{ID}", "'{ID}'");
	check_refused("{id:3}", "'{id:3}'");
	check_refused("{id:}", "'{id:}'");
	check_refused("{id:00}", "'{id:00}'");
	check_refused("{id:099}", "'{id:099}'");
	check_refused("{:03}", "'{:03}'");
	check_refused("{0123456789012345678901234567890123456789xyz}", "...'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expand__words_are_replaced_by_their_values),
		cmocka_unit_test(test_expand__doubled_braces_stand_for_themselves),
		cmocka_unit_test(test_expand__values_are_not_searched_for_words),
		cmocka_unit_test(test_expand__width_pads_the_number_in_the_value),
		cmocka_unit_test(test_expand__slips_are_refused_and_the_known_words_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
