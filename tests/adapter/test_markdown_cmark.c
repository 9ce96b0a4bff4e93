/* SPDX-License-Identifier: MIT */
/* Where the blocks of a Markdown document are said to begin. */

#include "tests/support/check.h"
#include "tests/support/markdown_same.h"
#include "wtorch/adapter/adapters.h"
#include "wtorch/base/limits.h"

static const char *const kinds[] = { "heading", "paragraph", "list", "item",
				     "quote",   "code",      "html", "rule" };

/* "kind level line:offset parent", a block a line; level and parent where there is one. */
static void check_blocks(const char *text, const char *want)
{
	struct wt_arena arena = { 0 };
	struct wt_error err = { 0 };
	struct wt_md md;
	struct wt_buf got = WT_BUF_INIT;

	check_ok(wt_markdown_cmark(&arena, "x.md", wt_str_of(text), &md, &err), err);
	for (size_t i = 0; i < md.len; i++) {
		const struct wt_md_block *b = &md.blocks[i];

		wt_buf_puts(&got, kinds[b->kind]);
		if (b->level)
			wt_buf_printf(&got, "%u", b->level);
		wt_buf_printf(&got, " %zu:%zu", b->line, b->offset);
		if (b->parent != WT_MD_TOP)
			wt_buf_printf(&got, " in %zu", b->parent);
		wt_buf_puts(&got, "\n");
	}
	check_str(got.data, want);
	wt_buf_clear(&got);
	wt_arena_clear(&arena);
}

static void test_markdown__blocks_begin_where_they_are_written(void **state)
{
	(void)state;
	check_blocks("", "");
	check_blocks("# A\n\n  ## B ##\ntext\nmore\n\nC\n===\n***\n",
		     "heading1 1:0\nheading2 3:7\nparagraph 4:15\nheading1 7:26\nrule 9:32\n");
	check_blocks("- a\n  - b\n\n1. c\n> q\n> r\n",
		     "list1 1:0\nitem 1:0 in 0\nparagraph 1:2 in 1\nlist1 2:6 in 1\n"
		     "item 2:6 in 3\nparagraph 2:8 in 4\nlist2 4:11\nitem 4:11 in 6\n"
		     "paragraph 4:14 in 7\nquote 5:16\nparagraph 5:18 in 9\n");
	check_blocks("```c\n# no\n```\n\n    code\n\n<!-- x\n# no -->\n",
		     "code 1:0\ncode 5:19\nhtml 7:25\n");
}

static void test_markdown__all_line_ends_and_a_byte_order_mark_are_counted(void **state)
{
	(void)state;
	check_blocks("# A\r\n# B\r\n", "heading1 1:0\nheading1 2:5\n");
	check_blocks("# A\r# B\r\r# C", "heading1 1:0\nheading1 2:4\nheading1 4:9\n");
	check_blocks("\xEF\xBB\xBF# A\n# B", "heading1 1:3\nheading1 2:7\n");
	check_blocks("\xEF\xBB\xBF", "");
	check_blocks("\n\n\n\n# A\n\n\n\n\n# B\n", "heading1 5:4\nheading1 10:12\n");
}

static void test_markdown__equal_items_are_all_there(void **state)
{
	(void)state;
	check_blocks(
		"- a\n- b\n- c\n- d\n  - e\n",
		"list1 1:0\nitem 1:0 in 0\nparagraph 1:2 in 1\nitem 2:4 in 0\n"
		"paragraph 2:6 in 3\nitem 3:8 in 0\nparagraph 3:10 in 5\nitem 4:12 in 0\n"
		"paragraph 4:14 in 7\nlist1 5:18 in 7\nitem 5:18 in 9\nparagraph 5:20 in 10\n");
}

static void check_same(struct wt_str text)
{
	struct wt_arena arena = { 0 };
	struct wt_md reduced, whole;
	size_t i = markdown_difference(text, &arena, &reduced, &whole);

	if (i != WT_MD_TOP)
		fail_msg("block %zu differs (of %zu and %zu) in:\n%.*s", i, reduced.len, whole.len,
			 (int)text.len, text.data);
	wt_arena_clear(&arena);
}

static void test_markdown__edges_of_the_reduction_change_no_block(void **state)
{
	static const char *const texts[] = {
		"[a]: b\ntext\n\n[a]:\nb 'c\nd'\n\n[a\nb]: c\n# H\n",
		"[a]:\nsome url\n===\n",
		"[a] b\n===\n\n[x]: y\n===\n",
		"[a\\]: b\nc\n===\n",
		"<!-- a\nfoo --> bar\n# H\n",
		"<?php\nfoo ?> bar\n# H\n",
		"<!X\nfoo > bar\n# H\n",
		"<![CDATA[\nfoo ]]> bar\n# H\n",
		"<script>\n# no\nfoo </SCRIPT> bar\n# H\n",
		"<pre>\nx > y\n\n# no\nx </pre>\n# H\n",
		"<div>\n# no\n\n# H\n",
		"<a href=\"x\">\n# no\n\n# H\n",
		"text\n<a href=\"x\">\n# H\n",
		"<a x!>\n# no\n\n<a [>\n# H\n",
		"[a\n<!--\n# H\n-->\n",
		"-\n      \n   foo\n\n-\n\n  foo\n",
		"-\n      \n\n  foo\n",
		"- a\n\n\n\n\n  b\n",
		">>> a\n>\n>\n>\n> b\n",
		"> - a\n>\n>\n>   b\n>\n>\n>\nc\n",
		">\n>\n>\n# H\n>\n",
		"1. a\n2. b\n10. c\n1234567890. d\n",
		"- - - x\n- - -\n* * *\n+ + +\n",
		"-     code\n-     code\n-     code\n-     code\n  - x\n",
		"    x\n    x\n    x\n    x\n- x\n",
		"x\n- x\n- x\n- x\n- x\n  x\n===\n",
		"> - x\n> - x\n> - x\n> - x\n>   - y\n",
		"- x\n- x\n- x\n- x\n  =\n",
		"- > x\n- > x\n- > x\n- > x\n",
		"<!A\n> x\n> x\n> x\n> x\n",
		"<!A\n\xEF>\n# H\n",
		"<pre>\n\xFF</pre>\n# H\n",
		"<a \xFFx>\n# no\n\n<a\xC3>\n# H\n",
		"* x\n* x\n* x\n- x\n- x\n- x\n",
		"``` a`b\n# H\n```\n# H\n",
		"~~~ a~b\n# no\n~~~\n",
		"#\n##\n####### x\n#x\n#\tx\n",
		"x\n=\n\n==\n\nx\n-\n\n--\n",
		"12.\n13.\n\n1)\n1) x\n",
		"_ _ _\n__\n***\n** *x\n",
		"\\# x\n\\- x\n",
		"a\n\n\n\n    b\n\n\n\n    c\n",
		"- [ ] x\n- [x] y: z\n- [x]: z\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		check_same(wt_str_of(texts[i]));
	check_same(WT_STR("a\0b\n\0\n- \0\n# \0\n"));
}

/* A small generator whose sequence is the same everywhere. */
static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void test_markdown__random_documents_have_the_same_blocks(void **state)
{
	static const char *const pieces[] = {
		"\n",         "\n",
		"\n",         "\n\n",
		" ",          "  ",
		"    ",       "\t",
		"- ",         "* ",
		"+ ",         "> ",
		">",          "1. ",
		"12) ",       "# ",
		"## ",        "```",
		"~~~",        "---",
		"===",        "***",
		"x",          "text",
		"[a]",        "[a]:",
		"[",          "]:",
		" 'b'",       "<!--",
		"-->",        "<div>",
		"</pre>",     "<pre>",
		"<a>",        "<",
		">",          "\\",
		"`",          "|",
		"\r\n",       "\r",
		"é",          "- x\n",
		"- x\n- x\n", "x\nx\n",
		"[ ] ",       "?>",
		"<?",         "<!A",
		"![",         "]]>",
		"_",          "=",
		"<![CDATA[",  "\n    ",
		"]: x",       "<![cdata[x]()",
		"[x]",
	};
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < rounds_of(3000); round++) {
		struct wt_buf text = WT_BUF_INIT;
		size_t n = 1 + next_random(&seed) % 40;

		for (size_t i = 0; i < n; i++)
			wt_buf_puts(
				&text,
				pieces[next_random(&seed) % (sizeof pieces / sizeof pieces[0])]);
		check_same((struct wt_str){ text.data, text.len });
		wt_buf_clear(&text);
	}
}

static void add_times(struct wt_buf *b, const char *piece, size_t n)
{
	for (size_t i = 0; i < n; i++)
		wt_buf_puts(b, piece);
}

static void test_markdown__parts_of_large_documents_change_no_block(void **state)
{
	struct wt_buf text = WT_BUF_INIT;

	(void)state;
	for (int i = 0; i < 40; i++) {
		add_times(&text, "text *of* [some] kind\n- a\n- b\n\n", 200);
		wt_buf_puts(&text, i % 7 == 3 ? "```\ncode\n\n" : i % 5 == 2 ? "<!--\n\n" : "\n");
		add_times(&text, "# Heading\n\n- item\n  - item\n\n", 200);
		wt_buf_puts(&text, i % 7 == 3 ? "```\n\n" : i % 5 == 2 ? "-->\n\n" : "\n");
	}
	check_same((struct wt_str){ text.data, text.len });
	wt_buf_clear(&text);
}

static void parse(const struct wt_buf *text, size_t *blocks)
{
	struct wt_arena arena = { 0 };
	struct wt_error err = { 0 };
	struct wt_md md;

	check_ok(wt_markdown_cmark(&arena, "x.md", (struct wt_str){ text->data, text->len }, &md,
				   &err),
		 err);
	*blocks = md.len;
	wt_arena_clear(&arena);
}

/* Each of these takes minutes where anything is quadratic. */
static void test_markdown__nothing_is_quadratic(void **state)
{
	struct wt_buf text = WT_BUF_INIT;
	size_t blocks;

	(void)state;
	add_times(&text, ">", 100000);
	parse(&text, &blocks);
	check_int(blocks, 100000);
	wt_buf_reset(&text);
	add_times(&text, "- ", 100000);
	wt_buf_puts(&text, "x\n");
	add_times(&text, "\n", 100000);
	parse(&text, &blocks);
	check_int(blocks, 200001);
	wt_buf_reset(&text);
	wt_buf_puts(&text, "> ");
	add_times(&text, "- ", 100000);
	wt_buf_puts(&text, "x\n");
	add_times(&text, ">\n> \n", 50000);
	parse(&text, &blocks);
	check_int(blocks, 200002);
	wt_buf_reset(&text);
	add_times(&text, "<!--", 262144);
	parse(&text, &blocks);
	check_int(blocks, 1);
	wt_buf_reset(&text);
	add_times(&text, "</a ![[]()\n", 100000);
	parse(&text, &blocks);
	check_int(blocks, 1);
	wt_buf_reset(&text);
	wt_buf_puts(&text, "[a]: b\n");
	add_times(&text, "    <![CDATA[a]()[][a]\n", 100000);
	parse(&text, &blocks);
	check_int(blocks, 1);
	wt_buf_reset(&text);
	wt_buf_puts(&text, "[a\n");
	add_times(&text, "![[]()", 100000);
	parse(&text, &blocks);
	check_int(blocks, 1);
	wt_buf_clear(&text);
}

static void test_markdown__what_is_too_large_is_refused(void **state)
{
	struct wt_arena arena = { 0 };
	struct wt_error err = { 0 };
	struct wt_md md;

	(void)state;
	/* The text is not looked at. */
	check_int(wt_markdown_cmark(&arena, "big.md",
				    (struct wt_str){ "", WT_MAX_SOURCE_BYTES + 1u }, &md, &err),
		  WT_E_INPUT);
	check_str(err.msg, "cannot read 'big.md': it is larger than 64 MB");
	wt_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_markdown__blocks_begin_where_they_are_written),
		cmocka_unit_test(test_markdown__all_line_ends_and_a_byte_order_mark_are_counted),
		cmocka_unit_test(test_markdown__equal_items_are_all_there),
		cmocka_unit_test(test_markdown__edges_of_the_reduction_change_no_block),
		cmocka_unit_test(test_markdown__random_documents_have_the_same_blocks),
		cmocka_unit_test(test_markdown__parts_of_large_documents_change_no_block),
		cmocka_unit_test(test_markdown__nothing_is_quadratic),
		cmocka_unit_test(test_markdown__what_is_too_large_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
