/* SPDX-License-Identifier: MIT */

#include "tests/support/check.h"

#include "wtorch/base/limits.h"
#include "wtorch/base/text.h"

static void test_text__slices_are_trimmed_and_compared(void **state)
{
	(void)state;
	assert_true(wt_str_is(wt_str_trim(WT_STR(" \t a b\r\n")), "a b"));
	assert_true(wt_str_is(wt_str_trim(WT_STR(" \n ")), ""));
	assert_true(wt_str_is(wt_str_of(NULL), ""));
	assert_true(wt_str_is((struct wt_str){ 0 }, ""));
	assert_false(wt_str_is(WT_STR("ab"), "a"));
	assert_false(wt_str_is(WT_STR("a"), "ab"));
	assert_true(wt_str_is_nocase(WT_STR("Yes"), "yES"));
	assert_false(wt_str_is_nocase(WT_STR("[]"), "{}"));
	assert_true(wt_str_starts(WT_STR("task 1"), "task"));
	assert_false(wt_str_starts(WT_STR("ta"), "task"));
	assert_true(wt_str_starts_nocase(WT_STR("TASK 1"), "task"));
	check_int(wt_str_find(WT_STR("a->b"), "->"), 1);
	check_int(wt_str_find(WT_STR("ab"), "x"), 2);
	check_int(wt_str_find((struct wt_str){ 0 }, "x"), 0);
}

static void test_text__list_items_are_trimmed_and_empty_ones_skipped(void **state)
{
	struct wt_str rest = WT_STR(", a b ,,c;d ; ");
	struct wt_str item;

	(void)state;
	assert_true(wt_str_next(&rest, ",;", &item) && wt_str_is(item, "a b"));
	assert_true(wt_str_next(&rest, ",;", &item) && wt_str_is(item, "c"));
	assert_true(wt_str_next(&rest, ",;", &item) && wt_str_is(item, "d"));
	assert_false(wt_str_next(&rest, ",;", &item));
	assert_false(wt_str_next(&rest, ",;", &item));
	rest = WT_STR("whole");
	assert_true(wt_str_next(&rest, "", &item) && wt_str_is(item, "whole"));
}

static void test_text__integers(void **state)
{
	static const char *const bad[] = {
		"",
		"-",
		"+1",
		" 1",
		"1 ",
		"1x",
		"0x1",
		"1.0",
		"9223372036854775808",
		"-9223372036854775809",
		"99999999999999999999999999",
	};
	int64_t n = 5;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(wt_text_parse_int(wt_str_of(bad[i]), &n));
	check_int(n, 5);
	assert_true(wt_text_parse_int(WT_STR("007"), &n) && n == 7);
	assert_true(wt_text_parse_int(WT_STR("-12"), &n) && n == -12);
	assert_true(wt_text_parse_int(WT_STR("9223372036854775807"), &n) && n == INT64_MAX);
	assert_true(wt_text_parse_int(WT_STR("-9223372036854775808"), &n) && n == INT64_MIN);
}

static void test_text__truth_values(void **state)
{
	static const char *const yes[] = { "yes", "true", "on", "1", "YES", "True" };
	static const char *const no[] = { "no", "false", "off", "0", "No" };
	bool b = true;

	(void)state;
	assert_false(wt_text_parse_bool(WT_STR("y"), &b));
	assert_false(wt_text_parse_bool(WT_STR(""), &b));
	assert_true(b);
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
		assert_true(wt_text_parse_bool(wt_str_of(no[i]), &b) && !b);
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
		assert_true(wt_text_parse_bool(wt_str_of(yes[i]), &b) && b);
}

static void check_duration(const char *text, int64_t want)
{
	int64_t ms = -1;

	if (!wt_text_parse_duration(wt_str_of(text), &ms) || ms != want)
		fail_msg("'%s' gives %lld", text, (long long)ms);
}

static void test_text__durations(void **state)
{
	(void)state;
	check_duration("90s", 90000);
	check_duration("30m", 1800000);
	check_duration("2h", 7200000);
	check_duration("1d", 86400000);
	check_duration("1w", 604800000);
	check_duration("250ms", 250);
	check_duration("90", 90000);
	check_duration("0", 0);
	check_duration("5min", 300000);
	check_duration("2 Hours", 7200000);
	check_duration("1h 30m", 5400000);
	check_duration("1h30m", 5400000);
	check_duration("1 day 2 hours 3 mins 4 secs 5 ms", 93784005);
}

static void test_text__durations_that_are_none(void **state)
{
	static const char *const bad[] = {
		"",
		"s",
		"-5s",
		"5x",
		"1.5h",
		"1h 30",
		"30m 1h",
		"1h 1h",
		"1 2",
		"5 s ago",
		"9223372036854775807s",
		"99999999999999999999ms",
		"9223372036854775807ms 1",
		"106751991167d 30h",
	};
	int64_t ms = 3;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (wt_text_parse_duration(wt_str_of(bad[i]), &ms))
			fail_msg("'%s' was taken", bad[i]);
	}
	check_int(ms, 3);
}

static void test_text__sizes(void **state)
{
	static const char *const bad[] = {
		"", "M", "-1", "1.5G", "10X", "1 ", "9223372036854775807k", "8388608T",
	};
	int64_t n = 3;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(wt_text_parse_size(wt_str_of(bad[i]), &n));
	check_int(n, 3);
	assert_true(wt_text_parse_size(WT_STR("100"), &n) && n == 100);
	assert_true(wt_text_parse_size(WT_STR("10k"), &n) && n == 10240);
	assert_true(wt_text_parse_size(WT_STR("512M"), &n) && n == 512 << 20);
	assert_true(wt_text_parse_size(WT_STR("2G"), &n) && n == INT64_C(2) << 30);
	assert_true(wt_text_parse_size(WT_STR("1 GiB"), &n) && n == 1 << 30);
}

static void check_decimal(const char *text, int64_t want)
{
	int64_t n = -1;

	assert_true(wt_text_parse_decimal(wt_str_of(text), &n));
	check_int(n, want);
}

static void test_text__decimals_are_exact(void **state)
{
	static const char *const bad[] = {
		"",
		"-1",
		"+1",
		".5",
		"5.",
		"0.0000001",
		"1.2.3",
		"1,5",
		"1e3",
		" 1",
		"1 ",
		"0x1",
		"1.-2",
		"1. 5",
		"9223372036855",
		"9223372036854.775808",
		"99999999999999999999",
	};
	int64_t n = 3;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(wt_text_parse_decimal(wt_str_of(bad[i]), &n));
	check_int(n, 3);
	check_decimal("0", 0);
	check_decimal("0.8", 800000);
	check_decimal("0.000001", 1);
	check_decimal("007.50", 7500000);
	check_decimal("1000000", INT64_C(1000000000000));
	check_decimal("999999.999999", INT64_C(999999999999));
	check_decimal("9223372036854.775807", INT64_MAX);
}

typedef void render_number(struct wt_buf *out, int64_t n);

static void check_render(render_number *render, int64_t n, const char *want)
{
	struct wt_buf out = WT_BUF_INIT;

	render(&out, n);
	check_str(out.data, want);
	wt_buf_clear(&out);
}

static void test_text__clock(void **state)
{
	(void)state;
	check_render(wt_text_render_clock, 0, "0:00");
	check_render(wt_text_render_clock, -5, "0:00");
	check_render(wt_text_render_clock, 492999, "8:12");
	check_render(wt_text_render_clock, 3723000, "1:02:03");
	check_render(wt_text_render_clock, INT64_C(360000000), "100:00:00");
}

static void test_text__rendered_durations_have_two_units_at_most(void **state)
{
	(void)state;
	check_render(wt_text_render_duration, 45000, "45s");
	check_render(wt_text_render_duration, 0, "0s");
	check_render(wt_text_render_duration, -1, "0s");
	check_render(wt_text_render_duration, 724000, "12m 04s");
	check_render(wt_text_render_duration, 720000, "12m");
	check_render(wt_text_render_duration, 18000000, "5h");
	check_render(wt_text_render_duration, 18304000, "5h 05m");
	check_render(wt_text_render_duration, 97200000, "1d 3h");
	check_render(wt_text_render_duration, INT64_MAX, "106751991167d 7h");
}

static void test_text__rendered_sizes(void **state)
{
	(void)state;
	check_render(wt_text_render_size, 0, "0 B");
	check_render(wt_text_render_size, 999, "999 B");
	check_render(wt_text_render_size, 1000, "1.0 kB");
	check_render(wt_text_render_size, 9949, "9.9 kB");
	check_render(wt_text_render_size, 9950, "10 kB");
	check_render(wt_text_render_size, 212400000, "212 MB");
	check_render(wt_text_render_size, 999499999, "999 MB");
	check_render(wt_text_render_size, 999500000, "1.0 GB");
	check_render(wt_text_render_size, INT64_C(1400000000), "1.4 GB");
	check_render(wt_text_render_size, INT64_MAX, "9.2 EB");
	check_render(wt_text_render_size, INT64_MIN, "-9.2 EB");
}

static void test_text__rendered_decimals(void **state)
{
	(void)state;
	check_render(wt_text_render_decimal, 0, "0");
	check_render(wt_text_render_decimal, 1, "0.000001");
	check_render(wt_text_render_decimal, 800000, "0.8");
	check_render(wt_text_render_decimal, 3 * WT_MILLION, "3");
	check_render(wt_text_render_decimal, -1010000, "-1.01");
	check_render(wt_text_render_decimal, INT64_MAX, "9223372036854.775807");
	check_render(wt_text_render_decimal, INT64_MIN, "-9223372036854.775808");
}

static void check_safe(struct wt_str s, const char *want)
{
	struct wt_buf out = WT_BUF_INIT;

	wt_text_render_safe(&out, s);
	check_str(out.data, want);
	wt_buf_clear(&out);
}

static void test_text__terminal_gets_nothing_that_acts(void **state)
{
	(void)state;
	check_safe(WT_STR("plain h\xC3\xA9"), "plain h\xC3\xA9");
	check_safe(WT_STR("\x1b[31mred\x7f"), "?[31mred?");
	check_safe(WT_STR("a\tb\r\nc"), "a b  c");
	check_safe(WT_STR("a\0b"), "a?b");
	check_safe(WT_STR("\xC2\x9B"
			  "31m"),
		   "?31m");
	check_safe(WT_STR("\x9B"
			  "31m"),
		   "?31m");
	check_safe(WT_STR("x\xE2\x80\xAEy\xE2\x81\xA6z"), "x?y?z");
	check_safe(WT_STR("\xC3"), "?");
	check_safe((struct wt_str){ 0 }, "");
}

/* Each byte at each place of a word and behind it, beside plain ones and beside its like. */
static void test_text__what_stands_for_itself_is_seen_at_any_place(void **state)
{
	char text[21];

	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		bool is_plain = byte >= ' ' && byte < 0x7F && !strchr("\"\\", byte);

		for (size_t at = 0; at < sizeof text; at++) {
			memset(text, at % 2 ? '~' : ' ', sizeof text);
			text[at] = (char)byte;
			check_int(wt_text_plain_len((struct wt_str){ text, sizeof text }),
				  is_plain ? sizeof text : at);
			memset(text + at, byte, sizeof text - at);
			check_int(wt_text_plain_len((struct wt_str){ text, sizeof text }),
				  is_plain ? sizeof text : at);
		}
	}
}

static void test_text__utf8_is_told_from_bytes(void **state)
{
	(void)state;
	assert_true(wt_text_is_utf8(WT_STR("")));
	assert_true(wt_text_is_utf8(WT_STR("a\xC2\x80\xE0\xA0\x80\xF0\x90\x80\x80")));
	assert_true(wt_text_is_utf8(WT_STR("\xEF\xBF\xBF\xF4\x8F\xBF\xBF")));
	assert_false(wt_text_is_utf8(WT_STR("\x80")));
	assert_false(wt_text_is_utf8(WT_STR("\xC1\xBF")));
	assert_false(wt_text_is_utf8(WT_STR("\xE0\x9F\xBF")));
	assert_false(wt_text_is_utf8(WT_STR("\xED\xA0\x80")));
	assert_false(wt_text_is_utf8(WT_STR("\xF0\x8F\xBF\xBF")));
	assert_false(wt_text_is_utf8(WT_STR("\xF4\x90\x80\x80")));
	assert_false(wt_text_is_utf8(WT_STR("\xF5\x80\x80\x80")));
	assert_false(wt_text_is_utf8(WT_STR("\xE2\x82")));
}

static void test_text__ids(void **state)
{
	static const char *const good[] = { "65", "a", "US-1.2_x", "v1.lock2", "a.b", "x-" };
	static const char *const bad[] = {
		"", "-a", ".a", "_a", "a..b", "a.", "a.lock", "a b", "a/b", "\xC3\xA9", "a@{",
	};
	char longest[WT_MAX_ID + 2];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(wt_text_is_id(wt_str_of(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(wt_text_is_id(wt_str_of(bad[i])));
	assert_false(wt_text_is_id(WT_STR("a\0b")));
	memset(longest, 'x', sizeof longest);
	assert_true(wt_text_is_id((struct wt_str){ longest, WT_MAX_ID }));
	assert_false(wt_text_is_id((struct wt_str){ longest, WT_MAX_ID + 1 }));
}

static void check_slug(const char *title, const char *want)
{
	struct wt_buf out = WT_BUF_INIT;

	wt_text_render_slug(&out, wt_str_of(title));
	check_str(out.data, want);
	wt_buf_clear(&out);
}

static void test_text__slugs(void **state)
{
	(void)state;
	check_slug("Add a Parser", "add-a-parser");
	check_slug("  --Fix: `foo_bar()` & more!  ", "fix-foo-bar-more");
	check_slug("", "");
	check_slug("\xE6\x97\xA5\xE6\x9C\xAC", "");
	check_slug("caf\xC3\xA9 au lait", "caf-au-lait");
}

static void test_text__long_slugs_end_with_a_whole_word(void **state)
{
	(void)state;
	/* 40 bytes exactly, then one more letter, then a new word. */
	check_slug("aaaaaaaaa bbbbbbbbb ccccccccc dddddddddd",
		   "aaaaaaaaa-bbbbbbbbb-ccccccccc-dddddddddd");
	check_slug("aaaaaaaaa bbbbbbbbb ccccccccc ddddddddddd", "aaaaaaaaa-bbbbbbbbb-ccccccccc");
	check_slug("aaaaaaaaa bbbbbbbbb ccccccccc dddddddddd e",
		   "aaaaaaaaa-bbbbbbbbb-ccccccccc-dddddddddd");
	check_slug("aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd e",
		   "aaaaaaaaa-bbbbbbbbb-ccccccccc-ddddddddd");
	check_slug("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static void test_text__nearest_word(void **state)
{
	static const char *const words[] = { "plan", "run", "status", "merge", "clean", "resume" };
	size_t n = sizeof words / sizeof words[0];
	char huge[500];

	(void)state;
	check_str(wt_text_nearest("staus", words, n), "status");
	check_str(wt_text_nearest("statsu", words, n), "status");
	check_str(wt_text_nearest("MERGE", words, n), "merge");
	check_str(wt_text_nearest("rnu", words, n), "run");
	check_str(wt_text_nearest("plna", words, n), "plan");
	assert_null(wt_text_nearest("xyz", words, n));
	assert_null(wt_text_nearest("", words, n));
	assert_null(wt_text_nearest("plan", words, 0));
	assert_null(wt_text_nearest("a", (const char *const[]){ "b" }, 1));
	memset(huge, 'p', sizeof huge - 1);
	huge[sizeof huge - 1] = '\0';
	assert_null(wt_text_nearest(huge, words, n));
	assert_null(wt_text_nearest("p", (const char *const[]){ huge }, 1));
}

static void test_text__times_are_rendered(void **state)
{
	(void)state;
	check_render(wt_text_render_time, 0, "1970-01-01T00:00:00Z");
	check_render(wt_text_render_time, INT64_C(1767268800999), "2026-01-01T12:00:00Z");
	check_render(wt_text_render_time, -1, "1969-12-31T23:59:59Z");
	check_render(wt_text_render_time, INT64_C(951782400000), "2000-02-29T00:00:00Z");
	check_render(wt_text_render_time, INT64_C(4107542400000), "2100-03-01T00:00:00Z");
}

static void check_time(const char *text, int64_t want)
{
	int64_t ms = -1;

	if (!wt_text_parse_time(wt_str_of(text), &ms) || ms != want)
		fail_msg("'%s' gives %lld", text, (long long)ms);
}

static void test_text__times_are_parsed(void **state)
{
	static const char *const bad[] = {
		"",
		"2026-01-01",
		"2026-01-01T12:00:00",
		"2026-13-01T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"2026-00-10T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z",
		"2026-01-01T00:00:61Z",
		"2026-01-01T00:00:00.Z",
		"2026-01-01T00:00:00Zx",
		"2026-01-01T00:00:00+1:00",
		"26-01-01T00:00:00Z",
		"2026-01-01T00:00:00+24:00",
		" 2026-01-01T00:00:00Z",
	};
	int64_t ms = 3;

	(void)state;
	check_time("1970-01-01T00:00:00Z", 0);
	check_time("2026-01-01T12:00:00Z", INT64_C(1767268800000));
	check_time("2026-01-01t12:00:00.5z", INT64_C(1767268800500));
	check_time("2026-01-01 12:00:00.123456789Z", INT64_C(1767268800123));
	check_time("2026-01-01T13:30:00+01:30", INT64_C(1767268800000));
	check_time("2026-01-01T04:00:00-08:00", INT64_C(1767268800000));
	check_time("2016-12-31T23:59:60Z", INT64_C(1483228800000));
	check_time("0000-01-01T00:00:00Z", INT64_C(-62167219200000));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (wt_text_parse_time(wt_str_of(bad[i]), &ms))
			fail_msg("'%s' was taken", bad[i]);
	}
	check_int(ms, 3);
}

static void test_text__every_day_of_five_centuries_comes_back(void **state)
{
	struct wt_buf out = WT_BUF_INIT;
	char last[32] = "";

	(void)state;
	for (int64_t day = -100000; day < 100000; day++) {
		int64_t ms = 0;

		wt_buf_reset(&out);
		wt_text_render_time(&out, day * 86400000);
		assert_true(wt_text_parse_time(wt_str_of(out.data), &ms));
		assert_true(ms == day * 86400000);
		assert_true(strcmp(last, out.data) < 0);
		snprintf(last, sizeof last, "%s", out.data);
	}
	wt_buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text__slices_are_trimmed_and_compared),
		cmocka_unit_test(test_text__list_items_are_trimmed_and_empty_ones_skipped),
		cmocka_unit_test(test_text__integers),
		cmocka_unit_test(test_text__truth_values),
		cmocka_unit_test(test_text__durations),
		cmocka_unit_test(test_text__durations_that_are_none),
		cmocka_unit_test(test_text__sizes),
		cmocka_unit_test(test_text__clock),
		cmocka_unit_test(test_text__rendered_durations_have_two_units_at_most),
		cmocka_unit_test(test_text__rendered_sizes),
		cmocka_unit_test(test_text__decimals_are_exact),
		cmocka_unit_test(test_text__rendered_decimals),
		cmocka_unit_test(test_text__terminal_gets_nothing_that_acts),
		cmocka_unit_test(test_text__what_stands_for_itself_is_seen_at_any_place),
		cmocka_unit_test(test_text__utf8_is_told_from_bytes),
		cmocka_unit_test(test_text__ids),
		cmocka_unit_test(test_text__slugs),
		cmocka_unit_test(test_text__long_slugs_end_with_a_whole_word),
		cmocka_unit_test(test_text__nearest_word),
		cmocka_unit_test(test_text__times_are_rendered),
		cmocka_unit_test(test_text__times_are_parsed),
		cmocka_unit_test(test_text__every_day_of_five_centuries_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
