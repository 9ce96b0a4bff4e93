/* SPDX-License-Identifier: MIT */
/* Growable bytes, and the errors that are carried by value. */

#include "tests/support/check.h"

#include <errno.h>

#include "wtorch/base/buf.h"
#include "wtorch/base/log.h"
#include "wtorch/base/mem.h"
#include "wtorch/base/text.h"

static void test_buf__is_a_string_from_the_start(void **state)
{
	struct wt_buf b = WT_BUF_INIT;

	(void)state;
	check_str(b.data, "");
	wt_buf_reset(&b);
	wt_buf_cut(&b, 0);
	wt_buf_add(&b, NULL, 0);
	check_str(b.data, "");
	wt_buf_clear(&b);
	check_str(b.data, "");
}

static void test_buf__grows_over_many_appends(void **state)
{
	struct wt_buf b = WT_BUF_INIT;

	(void)state;
	for (int i = 0; i < 10000; i++)
		wt_buf_printf(&b, "%d,", i % 10);
	check_int(b.len, 20000);
	check_int(strlen(b.data), 20000);
	check_str(b.data + 19990, "5,6,7,8,9,");
	wt_buf_clear(&b);
	check_int(b.len, 0);
	check_int(b.cap, 0);
}

static void test_buf__prints_what_is_longer_than_its_room(void **state)
{
	struct wt_buf b = WT_BUF_INIT;

	(void)state;
	wt_buf_puts(&b, "x");
	wt_buf_printf(&b, "%0500d", 7);
	check_int(b.len, 501);
	check_str(b.data + 495, "000007");
	wt_buf_clear(&b);
}

static void test_buf__holds_nul_bytes(void **state)
{
	struct wt_buf b = WT_BUF_INIT;

	(void)state;
	wt_buf_add(&b, "a\0b", 3);
	wt_buf_putc(&b, '\0');
	check_int(b.len, 4);
	assert_memory_equal(b.data, "a\0b\0", 5);
	wt_buf_clear(&b);
}

static void test_buf__is_usable_again_after_clear_and_take(void **state)
{
	struct wt_buf b = WT_BUF_INIT;
	char *taken;

	(void)state;
	wt_buf_puts(&b, "one");
	taken = wt_buf_take(&b);
	check_str(taken, "one");
	check_str(b.data, "");
	free(taken);
	taken = wt_buf_take(&b);
	check_str(taken, "");
	free(taken);
	wt_buf_puts(&b, "two");
	wt_buf_reset(&b);
	check_str(b.data, "");
	wt_buf_puts(&b, "three");
	wt_buf_cut(&b, 2);
	check_str(b.data, "th");
	wt_buf_clear(&b);
}

static void test_mem__strdup_keeps_null(void **state)
{
	char *s = wt_strdup("text");

	(void)state;
	assert_null(wt_strdup(NULL));
	check_str(s, "text");
	free(s);
}

static void test_mem__alloc_is_zeroed_and_never_null(void **state)
{
	unsigned char *p = wt_alloc(100);
	void *none = wt_alloc(0);

	(void)state;
	for (size_t i = 0; i < 100; i++)
		check_int(p[i], 0);
	assert_non_null(none);
	free(p);
	free(none);
}

static void test_err__fail_forgets_what_was_there(void **state)
{
	struct wt_error err;

	(void)state;
	memset(&err, 'x', sizeof err);
	check_int(wt_fail(&err, WT_E_INPUT, "bad %s", "id"), WT_E_INPUT);
	check_int(err.code, WT_E_INPUT);
	check_str(err.msg, "bad id");
	check_str(err.hint, "");
	assert_null(err.place.path);
}

static void test_err__errno_is_named(void **state)
{
	struct wt_error err;

	(void)state;
	check_int(wt_fail_errno(&err, WT_E_ENV, ENOSPC, "cannot write '%s'", "f"), WT_E_ENV);
	check_str(err.msg, "cannot write 'f': No space left on device");
}

static void test_err__wrap_puts_context_in_front_and_keeps_the_rest(void **state)
{
	struct wt_error err;

	(void)state;
	wt_fail(&err, WT_E_NOT_FOUND, "no such file");
	err.place.line = 7;
	check_int(wt_hint(&err, "wtorch %s", "plan"), WT_E_NOT_FOUND);
	check_int(wt_wrap(&err, "cannot read '%s'", "x"), WT_E_NOT_FOUND);
	check_str(err.msg, "cannot read 'x': no such file");
	check_str(err.hint, "wtorch plan");
	check_int(err.place.line, 7);
}

static void test_err__arguments_may_be_parts_of_the_error_itself(void **state)
{
	struct wt_error err;

	(void)state;
	wt_fail(&err, WT_E_ENV, "inner");
	wt_fail(&err, WT_E_STATE, "outer, because of %s", err.msg);
	check_str(err.msg, "outer, because of inner");
	wt_hint(&err, "see %s", err.msg);
	check_str(err.hint, "see outer, because of inner");
}

static void test_err__long_texts_are_cut_between_characters(void **state)
{
	char text[2000];
	struct wt_error err;

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 4 < sizeof text; i += 4)
			memcpy(text + i, "\xF0\x9F\x98\x80", 5);
		wt_fail(&err, WT_E_INPUT, "%s", text);
		assert_true(strlen(err.msg) > sizeof err.msg - 5);
		assert_true(wt_text_is_utf8(wt_str_of(err.msg)));
		wt_wrap(&err, "%s", text + shift);
		assert_true(wt_text_is_utf8(wt_str_of(err.msg)));
		wt_wrap(&err, "more");
		assert_true(wt_text_is_utf8(wt_str_of(err.msg)));
		wt_fail_errno(&err, WT_E_ENV, ENOENT, "%s", text);
		assert_true(wt_text_is_utf8(wt_str_of(err.msg)));
		wt_hint(&err, "%s", text);
		assert_true(wt_text_is_utf8(wt_str_of(err.hint)));
	}
}

static void test_err__bytes_that_are_no_text_do_no_harm(void **state)
{
	char text[2000];
	struct wt_error err;

	(void)state;
	memset(text, 0x80, sizeof text - 1);
	text[sizeof text - 1] = '\0';
	wt_fail(&err, WT_E_INPUT, "%s", text);
	assert_true(strlen(err.msg) < sizeof err.msg);
	memset(text, 0xFF, sizeof text - 1);
	wt_fail(&err, WT_E_INPUT, "%s", text);
	assert_true(strlen(err.msg) < sizeof err.msg);
}

static void keep_line(void *arg, const char *line)
{
	struct wt_buf *lines = arg;

	wt_buf_printf(lines, "%s;", line);
}

static void test_log__goes_to_the_sink_and_nowhere_without_one(void **state)
{
	struct wt_buf lines = WT_BUF_INIT;

	(void)state;
	wt_log("lost");
	wt_log_init(keep_line, &lines);
	wt_log("task %d", 65);
	wt_log("%s", "again");
	wt_log_init(NULL, NULL);
	wt_log("lost");
	check_str(lines.data, "task 65;again;");
	wt_buf_clear(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buf__is_a_string_from_the_start),
		cmocka_unit_test(test_buf__grows_over_many_appends),
		cmocka_unit_test(test_buf__prints_what_is_longer_than_its_room),
		cmocka_unit_test(test_buf__holds_nul_bytes),
		cmocka_unit_test(test_buf__is_usable_again_after_clear_and_take),
		cmocka_unit_test(test_mem__strdup_keeps_null),
		cmocka_unit_test(test_mem__alloc_is_zeroed_and_never_null),
		cmocka_unit_test(test_err__fail_forgets_what_was_there),
		cmocka_unit_test(test_err__errno_is_named),
		cmocka_unit_test(test_err__wrap_puts_context_in_front_and_keeps_the_rest),
		cmocka_unit_test(test_err__arguments_may_be_parts_of_the_error_itself),
		cmocka_unit_test(test_err__long_texts_are_cut_between_characters),
		cmocka_unit_test(test_err__bytes_that_are_no_text_do_no_harm),
		cmocka_unit_test(test_log__goes_to_the_sink_and_nowhere_without_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
