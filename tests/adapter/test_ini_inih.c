/* SPDX-License-Identifier: MIT */
/* INI text through inih: nothing is cut, dropped or misread in silence. */

#include "tests/support/check.h"

#include "wtorch/adapter/adapters.h"
#include "wtorch/base/limits.h"

static void note(void *arg, const char *section, const char *name, const char *key,
		 const char *value, struct wt_place place)
{
	struct wt_buf *out = arg;

	if (!key)
		wt_buf_printf(out, "%zu:[%s%s%s]\n", place.line, section, name ? "|" : "",
			      name ? name : "");
	else
		wt_buf_printf(out, "%zu:%zu:%s=<%s>\n", place.line, place.column, key, value);
}

/* Entries and then errors, a line each. */
static void check_bytes(const char *text, size_t len, const char *want)
{
	struct wt_arena arena = { 0 };
	struct wt_diags diags = { .arena = &arena };
	struct wt_buf out = WT_BUF_INIT;

	wt_ini_inih("x.ini", (struct wt_str){ text, len }, note, &out, &diags);
	for (size_t i = 0; i < diags.len; i++) {
		check_str(diags.items[i].place.path, "x.ini");
		wt_buf_printf(&out, "%zu:%zu! %s\n", diags.items[i].place.line,
			      diags.items[i].place.column, diags.items[i].message);
	}
	check_int(diags.errors, diags.len);
	check_str(out.data, want);
	wt_buf_clear(&out);
	wt_arena_clear(&arena);
}

static void check_gives(const char *text, const char *want)
{
	check_bytes(text, strlen(text), want);
}

static void test_ini__sections_names_keys_and_their_places(void **state)
{
	(void)state;
	check_gives("", "");
	check_gives("\n \n; c\n# c\n", "");
	check_gives("[run]\njobs = 3\nmode=batch\n[ agent  claude ]\nmodel =\n",
		    "1:[run]\n2:1:jobs=<3>\n3:1:mode=<batch>\n4:[agent|claude]\n5:1:model=<>\n");
	check_gives("[run]\njobs = 3", "1:[run]\n2:1:jobs=<3>\n");
	check_gives("[a]\nx = [b] = c\n", "1:[a]\n2:1:x=<[b] = c>\n");
}

static void test_ini__bom_and_any_line_ending_are_fine(void **state)
{
	(void)state;
	check_gives("\xEF\xBB\xBF[run]\r\njobs = 3\r\n\tmore\r\n\r\n",
		    "1:[run]\n2:1:jobs=<3 more>\n");
	check_gives("[run]\rjobs = 3\r", "1:6! a carriage return within a line\n");
}

static void test_ini__comments_are_whole_lines_only(void **state)
{
	(void)state;
	check_gives("[a]\nx = \"a ; b\" ;c # d\n ; comment\n  go ; on\n",
		    "1:[a]\n2:1:x=<\"a ; b\" ;c # d go ; on>\n");
	check_gives("[a]\nx;y = 1\n", "1:[a]\n2:1:x;y=<1>\n");
	check_gives("[a]\nx = ;\n", "1:[a]\n2:1:x=<;>\n");
}

static void test_ini__indented_lines_go_on_and_are_joined_by_a_blank(void **state)
{
	(void)state;
	check_gives("[a]\nx =\n  one\n\ttwo = 2\n  [three]\ny = 1\n",
		    "1:[a]\n2:1:x=<one two = 2 [three]>\n6:1:y=<1>\n");
	/* Keys that are indented themselves, as git writes them, are keys. */
	check_gives("[a]\n\tx = 1\n\ty = 2\n\t\tmore\n  [b]\n\tz = 3\n",
		    "1:[a]\n2:2:x=<1>\n3:2:y=<2 more>\n5:[b]\n6:2:z=<3>\n");
	check_gives("[a]\nx = 1\n\n  y = 2\n", "1:[a]\n2:1:x=<1>\n4:3:y=<2>\n");
}

static void test_ini__all_errors_are_reported_with_their_lines(void **state)
{
	(void)state;
	check_gives("[a]\nnonsense\n  more\nx = 1\n= 2\n[b\ny = 1\n  z\n[c] d\n[e]\nw = 1\n",
		    "1:[a]\n4:1:x=<1>\n10:[e]\n11:1:w=<1>\n"
		    "2:1! neither [section] nor key = value\n"
		    "5:1! neither [section] nor key = value\n"
		    "6:1! a section ends with ']', and nothing follows it in its line\n"
		    "9:1! a section ends with ']', and nothing follows it in its line\n");
	check_gives("x = 1\n y\n[a]\ny = 1\n",
		    "3:[a]\n4:1:y=<1>\n1:1! a key before the first [section]\n");
	check_gives("[]\n", "1:[]\n");
	check_gives("[\n", "1:1! a section ends with ']', and nothing follows it in its line\n");
}

static void test_ini__wrong_bytes_are_refused_by_line_and_column(void **state)
{
	static const char nul[] = "[a]\nx = 1\0 2\n y\nz = 1\n";

	(void)state;
	check_bytes(nul, sizeof nul - 1, "1:[a]\n4:1:z=<1>\n2:6! a NUL byte\n");
	check_gives("[a]\n x = \xff\ny = \x01 ;\n[b\x7f]\nz = 1\n",
		    "1:[a]\n2:6! not valid UTF-8\n3:5! a control byte\n4:3! a control byte\n");
	check_gives("[a]\nx = \xc3\xa9\xf0\x9f\x93\x9d\n",
		    "1:[a]\n2:1:x=<\xc3\xa9\xf0\x9f\x93\x9d>\n");
	check_gives("# \xff\n", "");
}

static void test_ini__a_binary_file_gives_a_bounded_list(void **state)
{
	struct wt_arena arena = { 0 };
	struct wt_diags diags = { .arena = &arena };
	struct wt_buf text = WT_BUF_INIT, out = WT_BUF_INIT;

	(void)state;
	for (int i = 0; i < 1000; i++)
		wt_buf_puts(&text, "\xfe\n");
	wt_ini_inih("x", (struct wt_str){ text.data, text.len }, note, &out, &diags);
	check_int(diags.len, 21);
	check_contains(diags.items[20].message, "the rest of the file is not read");
	wt_buf_clear(&text);
	wt_buf_clear(&out);
	wt_arena_clear(&arena);
}

static void test_ini__an_over_long_line_is_refused_and_never_cut(void **state)
{
	struct wt_buf text = WT_BUF_INIT, want = WT_BUF_INIT;

	(void)state;
	wt_buf_puts(&text, "[a]\nx = 1\ny = ");
	for (size_t i = 0; i < 187; i++)
		wt_buf_putc(&text, 'v');
	wt_buf_puts(&text, "\n  more\nz = 3\n");
	check_gives(text.data, "1:[a]\n2:1:x=<1>\n5:1:z=<3>\n3:1! the line is 191 bytes long, at "
			       "most 190: go on in indented lines\n");
	wt_buf_reset(&text);
	wt_buf_puts(&text, "[a]\n\t\t\ty = ");
	wt_buf_puts(&want, "1:[a]\n2:4:y=<");
	for (size_t i = 0; i < 186; i++) {
		wt_buf_putc(&text, 'v');
		wt_buf_putc(&want, 'v');
	}
	wt_buf_puts(&want, ">\n");
	check_gives(text.data, want.data);
	wt_buf_clear(&text);
	wt_buf_clear(&want);
}

static void test_ini__long_comments_and_long_section_names_are_whole(void **state)
{
	struct wt_buf text = WT_BUF_INIT, want = WT_BUF_INIT;

	(void)state;
	wt_buf_printf(&text, ";%0500d\n[agent %0100d]\nx = 1\n", 0, 0);
	wt_buf_printf(&want, "2:[agent|%0100d]\n3:1:x=<1>\n", 0);
	check_gives(text.data, want.data);
	wt_buf_clear(&text);
	wt_buf_clear(&want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ini__sections_names_keys_and_their_places),
		cmocka_unit_test(test_ini__bom_and_any_line_ending_are_fine),
		cmocka_unit_test(test_ini__comments_are_whole_lines_only),
		cmocka_unit_test(test_ini__indented_lines_go_on_and_are_joined_by_a_blank),
		cmocka_unit_test(test_ini__all_errors_are_reported_with_their_lines),
		cmocka_unit_test(test_ini__wrong_bytes_are_refused_by_line_and_column),
		cmocka_unit_test(test_ini__a_binary_file_gives_a_bounded_list),
		cmocka_unit_test(test_ini__an_over_long_line_is_refused_and_never_cut),
		cmocka_unit_test(test_ini__long_comments_and_long_section_names_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
