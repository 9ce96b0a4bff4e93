/* SPDX-License-Identifier: MIT */
/* What is left of an agent's text in an issue. Z stands for the zero-width space. */

#include "tests/support/check.h"
#include "wtorch/core/forge_text.h"

#define Z "\xE2\x80\x8B"

static char *title_of(const char *text, size_t max)
{
	struct wt_buf out = WT_BUF_INIT;

	wt_forge_text_title(&out, wt_str_of(text), max);
	return wt_buf_take(&out);
}

static void check_title(const char *text, const char *want)
{
	char *got = title_of(text, 10000);

	check_str(got, want);
	free(got);
}

static void test_forge_text__notifies_nobody(void **state)
{
	(void)state;
	check_title("ask @octocat or @org/team", "ask @" Z "octocat or @" Z "org/team");
	check_title("a @ b, @-x, me@example.com", "a @ b, @-x, me@" Z "example.com");
	check_title("&#64;octocat &commat;x a && b & c",
		    "&" Z "#" Z "64;octocat &" Z "commat;x a && b & c");
}

static void test_forge_text__refers_to_nothing(void **state)
{
	(void)state;
	check_title("Fixes #12, closes octo/app#3; # 4, C#",
		    "Fixes #" Z "12, closes octo/app#" Z "3; # 4, C#");
	check_title("resolves GH-7 gh-8 GH-x", "resolves GH-" Z "7 gh-" Z "8 GH-x");
	check_title("https://github.com/o/r/issues/5 o/pull/6 /commit/x /ISSUES/7 /issues/",
		    "https://github.com/o/r/issues/" Z "5 o/pull/" Z "6 /commit/" Z "x /ISSUES/" Z
		    "7 /issues/");
}

static void test_forge_text__links_no_commit(void **state)
{
	(void)state;
	check_title("0123abc", "0123ab" Z "c");
	check_title("in 0123456789abcdef0123456789abcdef01234567.",
		    "in 012345" Z "6789ab" Z "cdef01" Z "234567" Z "89abcd" Z "ef0123" Z "4567.");
	check_title("0123ab x0123abcd _0123abcd 0123abcdg deadbeef_",
		    "0123ab x0123abcd _0123abcd 0123abcdg deadbeef_");
}

static void test_forge_text__begins_no_html(void **state)
{
	(void)state;
	check_title("<b>x</b> <!-- wtorch:k --> <?x a < b <3",
		    "<" Z "b>x<" Z "/b> <" Z "!-- wtorch:k --> <" Z "?x a < b <" Z "3");
}

static void test_forge_text__holds_nothing_invisible(void **state)
{
	(void)state;
	check_title("a\x1b[1;31mred\x1b[0m\x1b]0;title\x07 b\x01\x7f\xC2\x9B"
		    "c\xE2\x80\xAE\xEF\xBB\xBF",
		    "ared bc");
	check_title(" a\r\nb\tc\rd\n", "a b c d");
	check_title("\xFFx\xC3", "\xEF\xBF\xBDx\xEF\xBF\xBD");
	check_title("@\x01octocat #\xE2\x80\xAE"
		    "1",
		    "@" Z "octocat #" Z "1");
}

static void test_forge_text__is_cut_at_a_character(void **state)
{
	char *got;

	(void)state;
	got = title_of("abcdef", 5);
	check_str(got, "abcd\xE2\x80\xA6");
	free(got);
	/* An emoji counts two. */
	got = title_of("ab\xF0\x9F\x99\x82xyz", 4);
	check_str(got, "ab\xE2\x80\xA6");
	free(got);
	got = title_of("abc\xC3\xA9", 4);
	check_str(got, "abc\xC3\xA9");
	free(got);
	check_int(wt_forge_text_units(WT_STR("a\xC3\xA9\xF0\x9F\x99\x82")), 4);
}

static void test_forge_text__quotes_every_line(void **state)
{
	struct wt_buf out = WT_BUF_INIT;

	(void)state;
	wt_buf_puts(&out, "Said:");
	wt_forge_text_quote(&out, WT_STR("\n```c\r\n\n- @me\n"));
	check_str(out.data, "Said:\n\n> ```c\n>\n> - @" Z "me\n\n");
	wt_buf_reset(&out);
	wt_forge_text_quote(&out, WT_STR(" \n"));
	check_str(out.data, ">\n\n");
	wt_buf_clear(&out);
}

static void test_forge_text__fences_longer_than_what_is_in_it(void **state)
{
	struct wt_buf out = WT_BUF_INIT;

	(void)state;
	wt_forge_text_fence(&out, WT_STR("@x #1 <!-- wtorch:k -->\n"), "text");
	check_str(out.data, "```text\n@x #1 <" Z "!-- wtorch:k -->\n```\n\n");
	wt_buf_reset(&out);
	wt_forge_text_fence(&out, WT_STR("a\n````\nb"), "");
	check_str(out.data, "`````\na\n````\nb\n`````\n\n");
	wt_buf_reset(&out);
	wt_forge_text_fence(&out, WT_STR(""), "diff");
	check_str(out.data, "```diff\n```\n\n");
	wt_buf_clear(&out);
}

static void test_forge_text__stays_in_its_cell(void **state)
{
	struct wt_buf out = WT_BUF_INIT;

	(void)state;
	wt_forge_text_inline(&out, WT_STR("a | b\n#1"));
	check_str(out.data, "a \\| b #" Z "1");
	wt_buf_clear(&out);
}

/* A body of n times the text behind a head. */
static struct wt_buf body_of(const char *head, const char *text, size_t n)
{
	struct wt_buf out = WT_BUF_INIT;

	wt_buf_puts(&out, head);
	while (n--)
		wt_buf_puts(&out, text);
	return out;
}

static void check_cut(struct wt_buf body, size_t max, const char *end)
{
	assert_true(wt_forge_text_cut(&body, max, "[the rest](x)"));
	assert_true(wt_forge_text_units((struct wt_str){ body.data, body.len }) <= max);
	if (!wt_str_ends((struct wt_str){ body.data, body.len }, end))
		fail_msg("it ends in: %s", body.data + body.len - 60);
	wt_buf_clear(&body);
}

static void test_forge_text__closes_what_a_cut_leaves_open(void **state)
{
	struct wt_buf small = body_of("", "x", 65536);

	(void)state;
	assert_false(wt_forge_text_cut(&small, WT_FORGE_MAX_BODY, "more"));
	wt_buf_clear(&small);
	check_cut(body_of("", "x", 65537), 65536, "xx\n\n[the rest](x)\n");
	check_cut(body_of("", "\xF0\x9F\x99\x82", 40000), 65536,
		  "\xF0\x9F\x99\x82\n\n[the rest](x)\n");
	check_cut(body_of("````text\n```\n", "line\n", 2000), 5000, "\n````\n\n[the rest](x)\n");
	check_cut(body_of("~~~\n```\n", "line\n", 2000), 5000, "\n~~~\n\n[the rest](x)\n");
	check_cut(body_of("```\na\n```\n", "x", 6000), 5000, "xx\n\n[the rest](x)\n");
	check_cut(body_of("head\n<!-- open ", "line\n", 2000), 5000, "head\n\n\n[the rest](x)\n");
}

static void test_forge_text__knows_its_marker_again(void **state)
{
	struct wt_buf out = WT_BUF_INIT;
	struct wt_str key;

	(void)state;
	wt_forge_marker_put(&out, "20260101-120000-ab12/65:summary");
	check_str(out.data, "<!-- wtorch:20260101-120000-ab12/65:summary -->\n");
	assert_true(wt_forge_marker_find((struct wt_str){ out.data, out.len }, &key));
	assert_true(wt_str_is(key, "20260101-120000-ab12/65:summary"));
	wt_buf_reset(&out);
	wt_forge_marker_put(&out, "a-->b c\n");
	check_str(out.data, "<!-- wtorch:a_-_b_c_ -->\n");
	wt_buf_clear(&out);
	assert_true(wt_forge_marker_find(WT_STR("moved\r\n<!-- wtorch:k -->\r\n"), &key));
	assert_false(wt_forge_marker_find(WT_STR("<!-- wtorch: -->"), &key));
	assert_false(wt_forge_marker_find(WT_STR("<!-- wtorch:a b -->"), &key));
	assert_false(wt_forge_marker_find(WT_STR("<!-- wtorch:a"), &key));
	assert_false(wt_forge_marker_find(WT_STR(""), &key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forge_text__notifies_nobody),
		cmocka_unit_test(test_forge_text__refers_to_nothing),
		cmocka_unit_test(test_forge_text__links_no_commit),
		cmocka_unit_test(test_forge_text__begins_no_html),
		cmocka_unit_test(test_forge_text__holds_nothing_invisible),
		cmocka_unit_test(test_forge_text__is_cut_at_a_character),
		cmocka_unit_test(test_forge_text__quotes_every_line),
		cmocka_unit_test(test_forge_text__fences_longer_than_what_is_in_it),
		cmocka_unit_test(test_forge_text__stays_in_its_cell),
		cmocka_unit_test(test_forge_text__closes_what_a_cut_leaves_open),
		cmocka_unit_test(test_forge_text__knows_its_marker_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
