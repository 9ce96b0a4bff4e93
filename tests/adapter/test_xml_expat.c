/* SPDX-License-Identifier: MIT */
/* XML as plain values: what is read, and what is refused. */

#include "tests/support/check.h"

#include "wtorch/adapter/adapters.h"
#include "wtorch/base/limits.h"

/* As one line: name(@a=1 child(#text=x)). */
static void show(const struct wt_json *node, struct wt_buf *out)
{
	wt_buf_printf(out, "%s", node->name);
	if (node->kind == WT_JSON_STRING) {
		wt_buf_printf(out, "=%s", node->string);
		return;
	}
	wt_buf_putc(out, '(');
	for (const struct wt_json *c = node->child; c; c = c->next) {
		show(c, out);
		if (c->next)
			wt_buf_putc(out, ' ');
	}
	wt_buf_putc(out, ')');
}

static void check_reads(const char *text, const char *want)
{
	struct wt_arena arena = { 0 };
	struct wt_buf shown = WT_BUF_INIT;
	const struct wt_json *root;
	struct wt_error err;

	check_ok(wt_xml_expat(&arena, wt_str_of(text), &root, &err), err);
	show(root, &shown);
	check_str(shown.data, want);
	wt_buf_clear(&shown);
	wt_arena_clear(&arena);
}

static void check_refused_bytes(const char *text, size_t len, const char *part)
{
	struct wt_arena arena = { 0 };
	const struct wt_json *root = (const struct wt_json *)&arena;
	struct wt_error err = { 0 };

	if (wt_xml_expat(&arena, (struct wt_str){ text, len }, &root, &err) != WT_E_INPUT)
		fail_msg("not refused: %.60s", text);
	assert_null(root);
	check_contains(err.msg, part);
	wt_arena_clear(&arena);
}

static void check_refused(const char *text, const char *part)
{
	check_refused_bytes(text, strlen(text), part);
}

static void test_xml_expat__elements_attributes_and_text_keep_their_order(void **state)
{
	(void)state;
	check_reads("<a/>", "a()");
	check_reads(
		"<?xml version=\"1.0\"?>\n<!-- x --><a b='1' c=\"&lt;2&gt;\">\n <d> x <e/>y\n</d>"
		"<d f=''/></a>\n",
		"a(@b=1 @c=<2> d(e() #text=x y) d(@f=))");
	check_reads("<a><![CDATA[<b>&amp;]]> &#228;</a>", "a(#text=<b>&amp; \xc3\xa4)");
	check_reads("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe4</a>", "a(#text=\xc3\xa4)");
	check_reads("<x:a xmlns:x='u'/>", "x:a(@xmlns:x=u)");
}

static void test_xml_expat__a_document_type_elsewhere_is_not_fetched(void **state)
{
	(void)state;
	check_reads("<!DOCTYPE coverage SYSTEM 'http://localhost:1/c.dtd'><coverage/>",
		    "coverage()");
	check_refused("<!DOCTYPE a SYSTEM 'http://localhost:1/c.dtd'><a>&b;</a>",
		      "an entity that is not known");
}

static void test_xml_expat__entities_are_refused(void **state)
{
	(void)state;
	check_refused("<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>"
		      "<!ENTITY c '&b;&b;&b;&b;&b;&b;'>]><l>&c;</l>",
		      "it declares entities");
	check_refused("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
		      "it declares entities");
	check_refused("<!DOCTYPE a [<!ENTITY % x SYSTEM 'file:///etc/passwd'>%x;]><a/>",
		      "it declares entities");
	check_refused("<a>&nbsp;</a>", "line 1, column 4: undefined entity");
}

static void test_xml_expat__what_is_no_document_is_refused_with_its_place(void **state)
{
	(void)state;
	check_refused("", "no element found");
	check_refused("ok", "line 1, column 1: ");
	check_refused("<a>\n<b></a>", "line 2, column ");
	check_refused("<a/><b/>", "junk after document element");
	check_refused("<a b='1' b='2'/>", "duplicate attribute");
	check_refused("<a>\xff</a>", "line 1");
	check_refused_bytes("<a>\0</a>", 8, "line 1");
	check_refused("<a>", "no element found");
}

static void test_xml_expat__depth_nodes_and_size_have_limits(void **state)
{
	struct wt_buf text = WT_BUF_INIT;

	(void)state;
	for (unsigned i = 0; i < WT_MAX_JSON_DEPTH; i++)
		wt_buf_puts(&text, "<a>");
	wt_buf_puts(&text, "<b/>");
	check_refused(text.data, "more than 64 levels");
	wt_buf_reset(&text);
	wt_buf_puts(&text, "<a>");
	for (unsigned i = 0; i <= WT_MAX_XML_NODES; i++)
		wt_buf_puts(&text, "<b/>");
	wt_buf_puts(&text, "</a>");
	check_refused(text.data, "more elements and attributes");
	wt_buf_reset(&text);
	wt_buf_puts(&text, "<a>");
	while (text.len <= WT_MAX_XML_BYTES)
		wt_buf_puts(&text, "                                                            ");
	check_refused(text.data, "bytes of XML; at most");
	wt_buf_clear(&text);
}

static void test_xml_expat__long_text_is_cut_between_characters(void **state)
{
	struct wt_arena arena = { 0 };
	struct wt_buf text = WT_BUF_INIT;
	const struct wt_json *root;
	struct wt_error err;
	const char *got;

	(void)state;
	wt_buf_puts(&text, "<a>x");
	for (int i = 0; i < 5000; i++)
		wt_buf_puts(&text, i == 4999 ? "z" : "\xc3\xa4");
	wt_buf_puts(&text, "</a>");
	check_ok(wt_xml_expat(&arena, (struct wt_str){ text.data, text.len }, &root, &err), err);
	got = wt_json_text(root, "#text", "");
	check_int(strlen(got), WT_MAX_XML_TEXT - 1);
	assert_true(wt_text_is_utf8(wt_str_of(got)));
	assert_null(strchr(got, 'z'));
	wt_buf_clear(&text);
	wt_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xml_expat__elements_attributes_and_text_keep_their_order),
		cmocka_unit_test(test_xml_expat__a_document_type_elsewhere_is_not_fetched),
		cmocka_unit_test(test_xml_expat__entities_are_refused),
		cmocka_unit_test(test_xml_expat__what_is_no_document_is_refused_with_its_place),
		cmocka_unit_test(test_xml_expat__depth_nodes_and_size_have_limits),
		cmocka_unit_test(test_xml_expat__long_text_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
