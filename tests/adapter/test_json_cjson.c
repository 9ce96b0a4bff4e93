/* SPDX-License-Identifier: MIT */
/* What the JSON reader takes and refuses. */

#include "tests/support/check.h"
#include "wtorch/adapter/adapters.h"

static void check_refused(struct wt_str text, const char *why)
{
	struct wt_arena arena = { 0 };
	const struct wt_json *value = NULL;
	struct wt_error err = { 0 };

	if (wt_json_cjson(&arena, text, &value, &err) != WT_E_INPUT)
		fail_msg("accepted: %.*s", (int)text.len, text.data);
	assert_null(value);
	check_contains(err.msg, why);
	wt_arena_clear(&arena);
}

static void check_same(const char *text)
{
	struct wt_arena arena = { 0 };
	const struct wt_json *value;
	struct wt_error err = { 0 };
	struct wt_buf out = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &out };

	check_ok(wt_json_cjson(&arena, wt_str_of(text), &value, &err), err);
	wt_jsonw_value(&w, value);
	check_str(out.data, text);
	wt_buf_clear(&out);
	wt_arena_clear(&arena);
}

static void test_json__values_come_through(void **state)
{
	(void)state;
	check_same("null");
	check_same("true");
	check_same("[]");
	check_same("{}");
	check_same("\"\"");
	check_same("-0.5");
	check_same("{\"a\":[1,2,{\"b\":null}],\"c\":\"é\",\"d\":false,\"\":1}");
	check_same("[\"a\\\"b\\\\c\\n\"]");
}

static void test_json__the_getters_find_what_was_read(void **state)
{
	struct wt_arena arena = { 0 };
	const struct wt_json *value;
	struct wt_error err = { 0 };

	(void)state;
	check_ok(wt_json_cjson(&arena,
			       WT_STR(" {\"a\": \"x\\u00e9\\ud83d\\ude00\", \"A\": "
				      "2e3,\n\"l\":[1,2]}\r\n "),
			       &value, &err),
		 err);
	check_str(wt_json_text(value, "a", ""), "xé😀");
	assert_true(wt_json_number(value, "A", 0) == 2000);
	check_int(wt_json_count(wt_json_find(value, "l")), 2);
	wt_arena_clear(&arena);
}

static void test_json__what_cjson_lets_through_is_refused(void **state)
{
	(void)state;
	check_refused(WT_STR("\xEF\xBB\xBF{}"), "byte order mark");
	check_refused(WT_STR("\"\xC0\xAF\""), "UTF-8");
	check_refused(WT_STR("\"\xFF\""), "UTF-8");
	check_refused(WT_STR("\"a\nb\""), "line 1, column 3: a control character in a string");
	check_refused(WT_STR("\"a\0b\""), "control character");
	check_refused(WT_STR("[1,\0 2]"), "control character");
	check_refused(WT_STR("[1,\f2]"), "control character");
	check_refused(WT_STR("\"a\\u0000b\""), "\\u0000");
	check_refused(WT_STR("01"), "needless 0");
	check_refused(WT_STR("[-]"), "no digits");
	check_refused(WT_STR("1."), "behind its point");
	check_refused(WT_STR("1e"), "exponent");
	check_refused(WT_STR("1e400"), "too large");
	check_refused(WT_STR("{} x"), "line 1, column 4: text behind the value");
	check_refused(WT_STR("{}{}"), "text behind");
	check_refused(WT_STR("{\"a\":1,\"b\":2,\"a\":3}"), "two members 'a'");
	check_refused(WT_STR("{\"a\":1,\"\\u0061\":3}"), "two members 'a'");
}

static void test_json__broken_text_is_refused_with_its_place(void **state)
{
	(void)state;
	check_refused(WT_STR(""), "no JSON value");
	check_refused(WT_STR("  \n "), "no valid JSON");
	check_refused(WT_STR("{\"a\":\n  1,}"), "line 2");
	check_refused(WT_STR("[1,2"), "no valid JSON");
	check_refused(WT_STR("\"abc"), "does not end");
	check_refused(WT_STR("\"abc\\"), "does not end");
	check_refused(WT_STR("nul"), "no valid JSON");
	check_refused(WT_STR("{a:1}"), "no valid JSON");
	check_refused(WT_STR("'a'"), "no valid JSON");
	check_refused(WT_STR("\"\\ud800\""), "no valid JSON");
	check_refused(WT_STR("\"\\x\""), "no valid JSON");
	check_refused(WT_STR("]"), "no valid JSON");
}

static void test_json__nesting_is_bounded(void **state)
{
	char text[2 * 65 + 1];

	(void)state;
	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	text[128] = '\0';
	check_same(text);
	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	check_refused((struct wt_str){ text, 130 }, "64 levels");
	/* Brackets in strings are no nesting. */
	memset(text, '[', 100);
	text[0] = text[99] = '"';
	text[100] = '\0';
	check_same(text);
}

static void test_json__many_members_are_searched_for_duplicates(void **state)
{
	struct wt_buf b = WT_BUF_INIT;

	(void)state;
	wt_buf_puts(&b, "{");
	for (int i = 0; i < 20000; i++)
		wt_buf_printf(&b, "%s\"k%d\":%d", i ? "," : "", i, i);
	wt_buf_puts(&b, "}");
	check_same(b.data);
	wt_buf_cut(&b, b.len - 1);
	wt_buf_puts(&b, ",\"k77\":1}");
	check_refused((struct wt_str){ b.data, b.len }, "'k77'");
	wt_buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json__values_come_through),
		cmocka_unit_test(test_json__the_getters_find_what_was_read),
		cmocka_unit_test(test_json__what_cjson_lets_through_is_refused),
		cmocka_unit_test(test_json__broken_text_is_refused_with_its_place),
		cmocka_unit_test(test_json__nesting_is_bounded),
		cmocka_unit_test(test_json__many_members_are_searched_for_duplicates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
