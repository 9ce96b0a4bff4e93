/* SPDX-License-Identifier: MIT */
/* Many words in much text. */

#include "tests/support/check.h"
#include "wtorch/core/words.h"

struct counting {
	const struct wt_words *words;
	struct wt_buf got;
};

static void note(void *arg, size_t name)
{
	struct counting *c = arg;

	wt_buf_printf(&c->got, "%s%s", c->got.len ? " " : "", c->words->names[name]);
}

static void check_found(struct wt_str text, const char *want)
{
	static const char *const names[] = { "A_1", "parse", "parse_line", "zz" };
	struct wt_arena a = { 0 };
	struct wt_words words;
	struct counting c = { &words, WT_BUF_INIT };

	wt_words_build(&a, names, sizeof names / sizeof *names, &words);
	wt_words_scan(&words, text, note, &c);
	check_str(c.got.data, want);
	wt_buf_clear(&c.got);
	wt_arena_clear(&a);
}

static void test_words__are_found_whole_only(void **unused)
{
	(void)unused;
	check_found(WT_STR("parse(parse_line, parse_lines) xparse parse_"), "parse parse_line");
	check_found(WT_STR("zz"), "zz");
	check_found(WT_STR("A_1\0zz\xff"
			   "parse"),
		    "A_1 zz parse");
	check_found(WT_STR(""), "");
}

static void test_words__thousands_are_told_apart(void **unused)
{
	struct wt_arena a = { 0 };
	struct wt_words words;
	struct counting c = { &words, WT_BUF_INIT };
	const char *names[5000];
	struct wt_buf text = WT_BUF_INIT;

	(void)unused;
	for (size_t i = 0; i < 5000; i++) {
		names[i] = wt_arena_printf(&a, "name_%zu", i);
		wt_buf_printf(&text, "%sname_%zu", i ? " " : "", i);
	}
	wt_words_build(&a, names, 5000, &words);
	wt_words_scan(&words, (struct wt_str){ text.data, text.len }, note, &c);
	check_str(c.got.data, text.data);
	wt_buf_clear(&c.got);
	wt_buf_clear(&text);
	wt_arena_clear(&a);
}

static void test_words__none_are_never_found(void **unused)
{
	struct wt_arena a = { 0 };
	struct wt_words words;
	struct counting c = { &words, WT_BUF_INIT };

	(void)unused;
	wt_words_build(&a, NULL, 0, &words);
	wt_words_scan(&words, WT_STR("parse it"), note, &c);
	check_str(c.got.data, "");
	wt_arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words__are_found_whole_only),
		cmocka_unit_test(test_words__thousands_are_told_apart),
		cmocka_unit_test(test_words__none_are_never_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
