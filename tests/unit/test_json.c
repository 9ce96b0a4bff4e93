/* SPDX-License-Identifier: MIT */

#include "tests/support/check.h"

#include <math.h>

#include "wtorch/base/json.h"
#include "wtorch/base/text.h"

static void test_json__writer_puts_commas_and_quotes(void **state)
{
	struct wt_buf out = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &out };

	(void)state;
	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "id", "65");
	wt_jsonw_kint(&w, "n", -7);
	wt_jsonw_kbool(&w, "ok", true);
	wt_jsonw_kstr(&w, "none", NULL);
	wt_jsonw_key(&w, "list");
	wt_jsonw_begin(&w, '[');
	wt_jsonw_str(&w, "a");
	wt_jsonw_begin(&w, '{');
	wt_jsonw_end(&w, '}');
	wt_jsonw_begin(&w, '[');
	wt_jsonw_end(&w, ']');
	wt_jsonw_num(&w, 0.5);
	wt_jsonw_null(&w);
	wt_jsonw_bool(&w, false);
	wt_jsonw_end(&w, ']');
	wt_jsonw_kint(&w, "last", 1);
	wt_jsonw_end(&w, '}');
	check_str(out.data, "{\"id\":\"65\",\"n\":-7,\"ok\":true,\"none\":null,"
			    "\"list\":[\"a\",{},[],0.5,null,false],\"last\":1}");
	wt_buf_clear(&out);
}

static void test_json__writer_indents_when_asked(void **state)
{
	struct wt_buf out = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &out, .indent = 2 };

	(void)state;
	wt_jsonw_begin(&w, '{');
	wt_jsonw_kint(&w, "a", 1);
	wt_jsonw_key(&w, "b");
	wt_jsonw_begin(&w, '[');
	wt_jsonw_int(&w, 1);
	wt_jsonw_int(&w, 2);
	wt_jsonw_end(&w, ']');
	wt_jsonw_key(&w, "c");
	wt_jsonw_begin(&w, '{');
	wt_jsonw_end(&w, '}');
	wt_jsonw_end(&w, '}');
	check_str(out.data, "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ],\n  \"c\": {}\n}");
	wt_buf_clear(&out);
}

static void test_json__documents_follow_each_other_without_commas(void **state)
{
	struct wt_buf out = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &out };

	(void)state;
	for (int i = 0; i < 2; i++) {
		wt_jsonw_begin(&w, '{');
		wt_jsonw_kint(&w, "i", i);
		wt_jsonw_end(&w, '}');
		wt_buf_putc(&out, '\n');
	}
	check_str(out.data, "{\"i\":0}\n{\"i\":1}\n");
	wt_buf_clear(&out);
}

static void check_quoted(const char *s, const char *want)
{
	struct wt_buf out = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &out };

	wt_jsonw_str(&w, s);
	check_str(out.data, want);
	assert_true(wt_text_is_utf8((struct wt_str){ out.data, out.len }));
	wt_buf_clear(&out);
}

static void test_json__strings_are_escaped(void **state)
{
	(void)state;
	check_quoted("", "\"\"");
	check_quoted("\"\\/\b\f\n\r\t", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"");
	check_quoted("a\x01z\x1f\x7f", "\"a\\u0001z\\u001f\\u007f\"");
	check_quoted("\xc2\x9bm \xc2\xa0", "\"\\u009bm \xc2\xa0\"");
	check_quoted("h\xC3\xA9 \xF0\x9F\x98\x80", "\"h\xC3\xA9 \xF0\x9F\x98\x80\"");
}

static void test_json__invalid_utf8_becomes_the_replacement(void **state)
{
	(void)state;
	check_quoted("a\xFFz", "\"a\xEF\xBF\xBDz\"");
	check_quoted("\xC3", "\"\xEF\xBF\xBD\"");
	check_quoted("\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
	check_quoted("\xED\xA0\x80.", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD.\"");
}

static void check_num(double n, const char *want)
{
	struct wt_buf out = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &out };

	wt_jsonw_num(&w, n);
	check_str(out.data, want);
	if (isfinite(n))
		assert_true(strtod(out.data, NULL) == n);
	wt_buf_clear(&out);
}

static void test_json__numbers_come_back_and_are_short(void **state)
{
	(void)state;
	check_num(0, "0");
	check_num(0.1, "0.1");
	check_num(1.0 / 3, "0.33333333333333331");
	check_num(100000, "100000");
	check_num(1e15, "1000000000000000");
	check_num(1e20, "100000000000000000000");
	check_num(9007199254740993.0, "9007199254740992");
	check_num(-2.5, "-2.5");
	check_num(1e300, "1e+300");
	check_num(5e-324, "4.94065645841247e-324");
	check_num((double)NAN, "null");
	check_num((double)-INFINITY, "null");
}

static void test_json__integers_reach_their_ends(void **state)
{
	struct wt_buf out = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &out };

	(void)state;
	wt_jsonw_int(&w, INT64_MIN);
	wt_buf_putc(&out, ' ');
	wt_jsonw_int(&w, INT64_MAX);
	check_str(out.data, "-9223372036854775808 9223372036854775807");
	wt_buf_clear(&out);
}

/* { "s": "text", "n": 3.5, "big": 1e300, "b": true, "nul": null, "list": [1, 2] } */
static const struct wt_json second = { .kind = WT_JSON_NUMBER, .number = 2 };
static const struct wt_json first = { .kind = WT_JSON_NUMBER, .number = 1, .next = &second };
static const struct wt_json list = { .kind = WT_JSON_ARRAY, .name = "list", .child = &first };
static const struct wt_json nul = { .kind = WT_JSON_NULL, .name = "nul", .next = &list };
static const struct wt_json truth = {
	.kind = WT_JSON_BOOL, .name = "b", .boolean = true, .next = &nul
};
static const struct wt_json big = {
	.kind = WT_JSON_NUMBER, .name = "big", .number = 1e300, .next = &truth
};
static const struct wt_json number = {
	.kind = WT_JSON_NUMBER, .name = "n", .number = 3.5, .next = &big
};
static const struct wt_json text = {
	.kind = WT_JSON_STRING, .name = "s", .string = "text", .next = &number
};
static const struct wt_json object = { .kind = WT_JSON_OBJECT, .child = &text };

static void test_json__getters_find_members(void **state)
{
	(void)state;
	check_str(wt_json_text(&object, "s", "-"), "text");
	assert_true(wt_json_number(&object, "n", 0) == 3.5);
	check_int(wt_json_int(&object, "n", 0), 3);
	assert_true(wt_json_bool(&object, "b", false));
	check_int(wt_json_count(wt_json_find(&object, "list")), 2);
}

static void test_json__getters_answer_with_the_fallback(void **state)
{
	(void)state;
	check_str(wt_json_text(&object, "n", "-"), "-");
	check_str(wt_json_text(&object, "absent", "-"), "-");
	check_str(wt_json_text(NULL, "s", "-"), "-");
	check_str(wt_json_text(&list, "s", "-"), "-");
	assert_true(wt_json_number(&object, "s", -1) == -1);
	check_int(wt_json_int(&object, "big", 9), 9);
	check_int(wt_json_int(&object, "nul", 9), 9);
	assert_true(wt_json_bool(&object, "n", true));
	check_int(wt_json_count(NULL), 0);
	check_int(wt_json_count(&object), 0);
	assert_null(wt_json_find(&first, "s"));
}

static void test_json__tree_is_written_again(void **state)
{
	struct wt_buf out = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &out };

	(void)state;
	wt_jsonw_value(&w, &object);
	check_str(out.data, "{\"s\":\"text\",\"n\":3.5,\"big\":1e+300,\"b\":true,\"nul\":null,"
			    "\"list\":[1,2]}");
	wt_buf_reset(&out);
	wt_jsonw_value(&w, NULL);
	check_str(out.data, "null");
	wt_buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json__writer_puts_commas_and_quotes),
		cmocka_unit_test(test_json__writer_indents_when_asked),
		cmocka_unit_test(test_json__documents_follow_each_other_without_commas),
		cmocka_unit_test(test_json__strings_are_escaped),
		cmocka_unit_test(test_json__invalid_utf8_becomes_the_replacement),
		cmocka_unit_test(test_json__numbers_come_back_and_are_short),
		cmocka_unit_test(test_json__integers_reach_their_ends),
		cmocka_unit_test(test_json__getters_find_members),
		cmocka_unit_test(test_json__getters_answer_with_the_fallback),
		cmocka_unit_test(test_json__tree_is_written_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
