/* SPDX-License-Identifier: MIT */
/* Plans as drawings: what is in them, and that no title breaks out of its place. */

#include "tests/support/check.h"
#include "tests/support/plan_of.h"
#include "wtorch/core/plan_graph.h"

#define EVIL "\"]; end } %%{init: {}}%% <b>&lt;`x` \\ #quot; -->|\" n9[x"

static struct wt_buf mermaid_of(struct plan_of *p)
{
	struct wt_buf out = WT_BUF_INIT;

	wt_plan_render_mermaid(&p->plan, &out);
	return out;
}

static struct wt_buf dot_of(struct plan_of *p)
{
	struct wt_buf out = WT_BUF_INIT;

	wt_plan_render_dot(&p->plan, &out);
	return out;
}

static struct plan_of *small_plan(void)
{
	struct plan_of *p = plan_of_tasks("a!x!y, b<a, c!x!y, d<12, e~, f!z, g!z, h!z", NULL);

	p->tasks.items[0].title = "Title of a";
	p->tasks.items[1].conflicts_with = (const char *[]){ "c" };
	p->tasks.items[1].n_conflicts_with = 1;
	plan_of_build(p);
	return p;
}

static void test_plan_graph__mermaid_has_waves_needs_and_conflicts(void **unused)
{
	struct plan_of *p = small_plan();
	struct wt_buf out = mermaid_of(p);

	(void)unused;
	check_str(out.data, "flowchart LR\n"
			    "\tsubgraph w1[\"wave 1\"]\n"
			    "\t\tn0[\"a<br/>Title of a\"]\n"
			    "\t\tn5[\"f<br/>Task f\"]\n"
			    "\tend\n"
			    "\tsubgraph w2[\"wave 2\"]\n"
			    "\t\tn1[\"b<br/>Task b\"]\n"
			    "\t\tn6[\"g<br/>Task g\"]\n"
			    "\tend\n"
			    "\tsubgraph w3[\"wave 3\"]\n"
			    "\t\tn2[\"c<br/>Task c\"]\n"
			    "\t\tn7[\"h<br/>Task h\"]\n"
			    "\tend\n"
			    "\tsubgraph w0[\"skipped\"]\n"
			    "\t\tn3[\"d<br/>Task d\"]\n"
			    "\tend\n"
			    "\tn0 --> n1\n"
			    "\tn0 -.-|\"x and 1 more\"| n2\n"
			    "\tn1 -.-|\"declared\"| n2\n"
			    "\tc2([\"z\"])\n"
			    "\tc2 -.- n5\n"
			    "\tc2 -.- n6\n"
			    "\tc2 -.- n7\n"
			    "\tstyle n0 stroke-width:3px\n"
			    "\tstyle n1 stroke-width:3px\n");
	wt_buf_clear(&out);
	plan_of_free(p);
}

static void test_plan_graph__dot_has_the_same(void **unused)
{
	struct plan_of *p = small_plan();
	struct wt_buf out = dot_of(p);

	(void)unused;
	check_contains(out.data, "digraph plan {\n\trankdir=LR;\n");
	check_contains(out.data,
		       "\tsubgraph cluster_1 {\n\t\tlabel=\"wave 1\";\n"
		       "\t\tn0 [label=\"a\\nTitle of a\"];\n\t\tn5 [label=\"f\\nTask f\"];\n\t}\n");
	check_contains(out.data, "\tsubgraph cluster_0 {\n\t\tlabel=\"skipped\";\n");
	check_contains(out.data, "\tn0 -> n1;\n"
				 "\tn0 -> n2 [dir=none, style=dashed, label=\"x and 1 more\"];\n");
	check_contains(out.data, "\tc2 -> n7 [dir=none, style=dashed];\n");
	check_contains(out.data, "\tn1 [penwidth=3];\n}\n");
	wt_buf_clear(&out);
	plan_of_free(p);
}

static struct plan_of *evil_plan(void)
{
	struct plan_of *p = plan_of_tasks("a, b<a, c, d<gone", NULL);

	for (size_t i = 0; i < 4; i++) {
		p->tasks.items[i].title = EVIL;
		p->tasks.items[i].files = wt_arena_alloc(&p->arena, sizeof(struct wt_task_file));
		p->tasks.items[i].files[0] = (struct wt_task_file){ EVIL, WT_FROM_DECLARED };
		p->tasks.items[i].n_files = 1;
	}
	plan_of_build(p);
	return p;
}

/* Outside of quotes there is nothing but what we write ourselves. */
static void test_plan_graph__no_title_breaks_out_of_mermaid(void **unused)
{
	struct plan_of *p = evil_plan();
	struct wt_buf out = mermaid_of(p);
	size_t quotes = 0, depth = 0;

	(void)unused;
	for (size_t i = 0; i < out.len; i++) {
		if (out.data[i] == '\n') {
			assert_int_equal(quotes % 2, 0);
			quotes = 0;
		}
		quotes += out.data[i] == '"';
		if (quotes % 2)
			assert_null(memchr("%`\\{}|;&", out.data[i] == ';' ? ' ' : out.data[i], 8));
	}
	for (const char *s = out.data; (s = strstr(s, "subgraph ")); s++)
		depth++;
	for (const char *s = out.data; (s = strstr(s, "\tend\n")); s++)
		depth--;
	check_int(depth, 0);
	assert_null(strstr(out.data, "n9["));
	assert_null(strstr(out.data, "<b>"));
	check_contains(out.data, "#34;#93;#59; end #125; #37;#37;#123;init");
	wt_buf_clear(&out);
	plan_of_free(p);
}

static void test_plan_graph__no_title_breaks_out_of_dot(void **unused)
{
	struct plan_of *p = evil_plan();
	struct wt_buf out = dot_of(p);
	int braces = 0, brackets = 0;
	bool is_quoted = false;

	(void)unused;
	for (size_t i = 0; i < out.len; i++) {
		char c = out.data[i];

		if (is_quoted && c == '\\') {
			i++;
			assert_non_null(memchr("\"\\n", out.data[i], 3));
			continue;
		}
		if (c == '"')
			is_quoted = !is_quoted;
		if (c == '\n')
			assert_false(is_quoted);
		if (is_quoted)
			continue;
		braces += (c == '{') - (c == '}');
		brackets += (c == '[') - (c == ']');
		assert_true(braces >= 0 && brackets >= 0);
		assert_null(memchr("<%`|&#", c, 6));
	}
	assert_false(is_quoted);
	check_int(braces, 0);
	check_int(brackets, 0);
	check_contains(out.data, "&amp;lt;");
	wt_buf_clear(&out);
	plan_of_free(p);
}

static void test_plan_graph__an_empty_plan_is_an_empty_drawing(void **unused)
{
	struct plan_of *p = plan_of("");
	struct wt_buf mermaid = mermaid_of(p), dot = dot_of(p);

	(void)unused;
	check_str(mermaid.data, "flowchart LR\n");
	check_str(dot.data, "digraph plan {\n\trankdir=LR;\n\tnode [shape=box];\n}\n");
	wt_buf_clear(&mermaid);
	wt_buf_clear(&dot);
	plan_of_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan_graph__mermaid_has_waves_needs_and_conflicts),
		cmocka_unit_test(test_plan_graph__dot_has_the_same),
		cmocka_unit_test(test_plan_graph__no_title_breaks_out_of_mermaid),
		cmocka_unit_test(test_plan_graph__no_title_breaks_out_of_dot),
		cmocka_unit_test(test_plan_graph__an_empty_plan_is_an_empty_drawing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
