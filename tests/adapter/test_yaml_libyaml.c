/* SPDX-License-Identifier: MIT */
/* YAML and JSON text as a tree, and what is refused of it. */

#include "tests/support/check.h"
#include "wtorch/adapter/adapters.h"
#include "wtorch/base/limits.h"

struct reading {
	struct wt_arena arena;
	struct wt_diags diags;
	const struct wt_doc *root;
	struct wt_str text;
};

static void read_text(struct reading *r, struct wt_str text)
{
	struct wt_yaml_text in = { "t.yaml", text, 1, false };

	*r = (struct reading){ .text = text };
	r->diags.arena = &r->arena;
	r->root = wt_yaml_libyaml(&r->arena, &in, &r->diags);
}

static void read_string(struct reading *r, const char *text)
{
	read_text(r, wt_str_of(text));
}

/* The bytes that the scalar takes in the file. */
static const char *bytes_of(struct reading *r, const struct wt_doc *d)
{
	return wt_arena_strndup(&r->arena, r->text.data + d->offset, d->len);
}

static void check_refused(const char *text, size_t line, size_t column, const char *part)
{
	struct reading r;

	read_string(&r, text);
	assert_null(r.root);
	assert_int_equal(r.diags.errors, 1);
	check_contains(r.diags.items[0].message, part);
	assert_int_equal(r.diags.items[0].place.line, line);
	assert_int_equal(r.diags.items[0].place.column, column);
	wt_arena_clear(&r.arena);
}

static void test_yaml__everything_knows_where_it_stood(void **unused)
{
	struct reading r;
	const struct wt_doc *task, *id;

	(void)unused;
	read_string(&r, "# tasks\ntasks:\n  - id: \"65\"\n    title: B\xC3\xA4"
			"r  # why\n    files: [a.c, b.c]\n");
	task = wt_doc_find(r.root, "tasks")->child;
	id = wt_doc_find(task, "id");
	assert_string_equal(wt_doc_text(id), "65");
	assert_false(id->is_plain);
	assert_int_equal(id->line, 3);
	assert_int_equal(id->column, 9);
	assert_int_equal(id->key_column, 5);
	assert_string_equal(bytes_of(&r, id), "\"65\"");
	assert_string_equal(bytes_of(&r, wt_doc_find(task, "title")), "B\xC3\xA4r");
	assert_int_equal(wt_doc_count(wt_doc_find(task, "files")), 2);
	assert_string_equal(bytes_of(&r, wt_doc_find(task, "files")->child->next), "b.c");
	wt_arena_clear(&r.arena);
}

static void test_yaml__a_mark_crlf_and_foreign_line_ends_move_nothing(void **unused)
{
	struct reading r;
	const struct wt_doc *b;

	(void)unused;
	/* U+2028 ends a line for libyaml, and for nobody else. */
	read_string(&r, "\xEF\xBB\xBF"
			"a: 1\r\nb: \"x\xE2\x80\xA8y\"\r\nc: 3\r\n");
	b = wt_doc_find(r.root, "b");
	assert_int_equal(r.root->column, 1);
	assert_int_equal(b->line, 2);
	assert_int_equal(b->column, 4);
	assert_int_equal(wt_doc_find(r.root, "c")->line, 3);
	assert_string_equal(bytes_of(&r, wt_doc_find(r.root, "c")), "3");
	wt_arena_clear(&r.arena);
}

static void test_yaml__json_is_read_with_all_that_it_may_escape(void **unused)
{
	struct reading r;
	const struct wt_doc *s;

	(void)unused;
	read_string(
		&r,
		"{\n\t\"t\": \"\\ud83d\\ude80 \\/ \\u00e4 \\\\ud83d\",\"s\":\"x\", \"n\":null}");
	assert_string_equal(wt_doc_text(wt_doc_find(r.root, "t")),
			    "\xF0\x9F\x9A\x80 / \xC3\xA4 \\ud83d");
	s = wt_doc_find(r.root, "s");
	assert_string_equal(bytes_of(&r, s), "\"x\"");
	assert_int_equal(s->column, 44);
	assert_int_equal(wt_doc_find(r.root, "n")->kind, WT_DOC_NULL);
	wt_arena_clear(&r.arena);
}

static void test_yaml__a_block_of_lines_cannot_be_edited_in_place(void **unused)
{
	struct reading r;

	(void)unused;
	read_string(&r, "a: |\n  one\n  two\nb: x\n  y\nc: |-\n  z\n");
	assert_string_equal(wt_doc_text(wt_doc_find(r.root, "a")), "one\ntwo\n");
	assert_int_equal(wt_doc_find(r.root, "a")->len, 0);
	assert_int_equal(wt_doc_find(r.root, "b")->len, 0);
	assert_int_equal(wt_doc_find(r.root, "c")->len, 0);
	wt_arena_clear(&r.arena);
}

static void test_yaml__nothing_in_it_is_no_error(void **unused)
{
	struct reading r;

	(void)unused;
	read_string(&r, "# only a remark\n");
	assert_null(r.root);
	assert_int_equal(r.diags.errors, 0);
	wt_arena_clear(&r.arena);
}

static void test_yaml__what_could_mean_two_things_is_refused_with_its_place(void **unused)
{
	(void)unused;
	check_refused("a: &x 1\nb: *x\n", 2, 4, "aliases");
	check_refused("a:\n  <<: {b: 1}\n", 2, 3, "merge keys");
	check_refused("a: 1\nb: 2\na: 3\n", 3, 1, "'a' stands here twice");
	check_refused("a: 1\n---\nb: 2\n", 2, 1, "second document");
	check_refused("a: !run x\n", 1, 4, "tags");
	check_refused("? [a]\n: 1\n", 1, 3, "cannot be a key");
	check_refused("a: \"\\0\"\n", 1, 4, "NUL");
	check_refused("a: 1\nb: \"x\n", 3, 1, "line 2");
	check_refused("a: 1\n\tb: 2\n", 2, 1, "tab character");
	check_refused("\xEF\xBB\xBF\xEF\xBB\xBF"
		      "a: 1\n",
		      1, 1, "mark");
	check_refused("id: 1\r\n\xEF\xBB\xBF"
		      "title: One\n",
		      2, 1, "mark");
	check_refused("a: \"x\xE2\x80\xA8\xEF\xBB\xBFy\"\n", 1, 9, "mark");
	check_refused("a: \xFF\n", 1, 4, "UTF-8");
	check_refused("a: 1\r\nb: \"\xC3\xA4\x01\"\n", 2, 6, "control");
}

static void test_yaml__all_that_is_refused_is_said_at_once(void **unused)
{
	const char *text = "a: &x 1\na: [*x, {b: *x}]\nb: *x\n<<: {c: &z 1}\nc: !run [1, *x, 2]\n"
			   "*x : {d: *x}\ne: 3\n---\nf: [\n";
	struct wt_yaml_text in = { "t.yaml", wt_str_of(text), 1, true };
	struct reading r;
	const struct wt_doc *root, *c;
	struct wt_buf said = WT_BUF_INIT;

	(void)unused;
	read_string(&r, text);
	assert_null(r.root);
	for (size_t i = 0; i < r.diags.len; i++)
		wt_buf_printf(&said, "%zu:%zu %.12s\n", r.diags.items[i].place.line,
			      r.diags.items[i].place.column, r.diags.items[i].message);
	check_str(said.data, "2:1 the key 'a' \n3:4 aliases ('*n\n4:1 merge keys (\n"
			     "5:4 tags ('!name\n5:13 aliases ('*n\n6:1 aliases ('*n\n"
			     "8:1 a second doc\n");
	/* What is left of it can be looked at. */
	root = wt_yaml_libyaml(&r.arena, &in, &r.diags);
	assert_non_null(root);
	check_str(wt_doc_find(root, "a")->text, "1");
	assert_null(wt_doc_find(root, "b"));
	assert_null(wt_doc_find(root, "<<"));
	c = wt_doc_find(root, "c");
	check_str(c->child->text, "1");
	check_str(c->child->next->text, "2");
	check_str(wt_doc_find(root, "e")->text, "3");
	wt_buf_clear(&said);
	wt_arena_clear(&r.arena);
}

static void test_yaml__no_file_says_more_than_a_hundred_refusals(void **unused)
{
	struct wt_buf text = WT_BUF_INIT;
	struct reading r;

	(void)unused;
	for (int i = 0; i < 1000; i++)
		wt_buf_puts(&text, "- *x\n");
	read_string(&r, text.data);
	assert_null(r.root);
	check_int(r.diags.len, 101);
	check_contains(r.diags.items[100].message, "and more");
	wt_buf_clear(&text);
	wt_arena_clear(&r.arena);
}

static void test_yaml__depth_ends_before_it_costs(void **unused)
{
	struct wt_buf text = WT_BUF_INIT;

	(void)unused;
	for (size_t i = 0; i < 200000; i++)
		wt_buf_putc(&text, '[');
	check_refused(text.data, 1, WT_MAX_JSON_DEPTH + 1, "nested too deeply");
	wt_buf_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yaml__everything_knows_where_it_stood),
		cmocka_unit_test(test_yaml__a_mark_crlf_and_foreign_line_ends_move_nothing),
		cmocka_unit_test(test_yaml__json_is_read_with_all_that_it_may_escape),
		cmocka_unit_test(test_yaml__a_block_of_lines_cannot_be_edited_in_place),
		cmocka_unit_test(test_yaml__nothing_in_it_is_no_error),
		cmocka_unit_test(test_yaml__what_could_mean_two_things_is_refused_with_its_place),
		cmocka_unit_test(test_yaml__all_that_is_refused_is_said_at_once),
		cmocka_unit_test(test_yaml__no_file_says_more_than_a_hundred_refusals),
		cmocka_unit_test(test_yaml__depth_ends_before_it_costs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
