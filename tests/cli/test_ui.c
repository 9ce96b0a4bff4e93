/* SPDX-License-Identifier: MIT */
/* What a person sees: cells, tones, when there is colour. What is written is tried in the
 * scripts beside this file. */

#include "tests/support/check.h"
#include "wtorch/adapter/adapters.h"
#include "wtorch/cli/ui.h"

static struct wt_ui ui_of(const char *const *env, enum wt_color color)
{
	struct wt_ui ui;

	wt_ui_init(&ui, env, color, wt_width_utf8proc);
	return ui;
}

static void check_cell(const char *text, size_t columns, bool right, const char *want)
{
	struct wt_ui ui = ui_of(NULL, WT_COLOR_NEVER);
	struct wt_buf out = WT_BUF_INIT;

	wt_ui_cell(&ui, &out, text, columns, right);
	check_str(out.data, want);
	wt_buf_clear(&out);
}

static void test_ui__a_cell_is_as_wide_as_it_was_asked_to_be(void **state)
{
	(void)state;
	check_cell("abc", 5, false, "abc  ");
	check_cell("abc", 5, true, "  abc");
	check_cell("abcdef", 3, false, "abc");
	check_cell("", 2, false, "  ");
	check_cell("abc", 0, false, "");
	check_cell("äöü", 2, false, "äö");
}

static void test_ui__a_wide_character_is_never_halved(void **state)
{
	(void)state;
	check_cell("日本", 3, false, "日 ");
	check_cell("日本", 4, false, "日本");
	check_cell("日本", 1, true, " ");
}

static void test_ui__a_cell_is_safe_for_a_terminal(void **state)
{
	(void)state;
	check_cell("a\033[31mb", 9, false, "a?[31mb  ");
	check_cell("a\nb\tc", 5, false, "a b c");
	check_cell("a\xff", 3, false, "a? ");
}

static void check_tone(const char *const *env, enum wt_color color, bool is_colored)
{
	struct wt_ui ui = ui_of(env, color);
	struct wt_buf out = WT_BUF_INIT;

	wt_ui_tone(&ui, true, WT_TONE_BAD, &out, "x");
	check_str(out.data, is_colored ? "\033[31mx\033[0m" : "x");
	wt_buf_clear(&out);
}

static void test_ui__colour_follows_the_option_then_the_environment(void **state)
{
	const char *const no_color[] = { "NO_COLOR=1", "CLICOLOR_FORCE=1", NULL };
	const char *const forced[] = { "CLICOLOR_FORCE=1", NULL };
	const char *const not_forced[] = { "CLICOLOR_FORCE=0", "TERM=dumb", NULL };

	(void)state;
	check_tone(no_color, WT_COLOR_AUTO, false);
	check_tone(no_color, WT_COLOR_ALWAYS, true);
	check_tone(forced, WT_COLOR_AUTO, true);
	check_tone(forced, WT_COLOR_NEVER, false);
	check_tone(not_forced, WT_COLOR_AUTO, false);
}

static void test_ui__the_locale_says_whether_there_is_more_than_ascii(void **state)
{
	const char *const utf8[] = { "LANG=de_DE.UTF-8", NULL };
	const char *const stronger[] = { "LANG=de_DE.UTF-8", "LC_ALL=C", NULL };
	const char *const empty[] = { "LC_ALL=", "LC_CTYPE=en_US.utf8", NULL };

	(void)state;
	assert_true(ui_of(utf8, WT_COLOR_AUTO).is_utf8);
	assert_false(ui_of(stronger, WT_COLOR_AUTO).is_utf8);
	assert_true(ui_of(empty, WT_COLOR_AUTO).is_utf8);
	assert_false(ui_of(NULL, WT_COLOR_AUTO).is_utf8);
}

static void test_ui__columns_are_taken_from_the_environment_when_sane(void **state)
{
	const char *const good[] = { "COLUMNS=120", NULL };
	const char *const bad[] = { "COLUMNS=3", NULL };

	(void)state;
	check_int(ui_of(good, WT_COLOR_AUTO).columns, 120);
	assert_true(ui_of(bad, WT_COLOR_AUTO).columns > 3);
}

static void test_ui__nobody_is_asked_without_a_terminal(void **state)
{
	struct wt_ui ui = ui_of(NULL, WT_COLOR_AUTO);

	(void)state;
	ui.in_is_terminal = false;
	assert_false(wt_ui_ask(&ui, "Run this?"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ui__a_cell_is_as_wide_as_it_was_asked_to_be),
		cmocka_unit_test(test_ui__a_wide_character_is_never_halved),
		cmocka_unit_test(test_ui__a_cell_is_safe_for_a_terminal),
		cmocka_unit_test(test_ui__colour_follows_the_option_then_the_environment),
		cmocka_unit_test(test_ui__the_locale_says_whether_there_is_more_than_ascii),
		cmocka_unit_test(test_ui__columns_are_taken_from_the_environment_when_sane),
		cmocka_unit_test(test_ui__nobody_is_asked_without_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
