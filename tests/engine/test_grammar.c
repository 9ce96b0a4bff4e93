/* SPDX-License-Identifier: MIT */
/* A mark says what it is to say, or is not made. */

#include "tests/support/check.h"
#include "wtorch/adapter/adapters.h"
#include "wtorch/engine/grammar.h"

static const struct wt_reader reader = { .json = wt_json_cjson,
					 .yaml = wt_yaml_libyaml,
					 .markdown = wt_markdown_cmark };

/* The text after task id got that status, or "gone" or "already". */
static const char *marked_as(struct wt_arena *arena, const char *completed,
			     const struct wt_source_text *source, const char *id)
{
	struct wt_roadmap_change change = { .id = id, .status = WT_TASK_COMPLETED };
	struct wt_config *config = wt_config_new();
	struct wt_diags diags = { .arena = arena };
	struct wt_buf out = WT_BUF_INIT;
	const char *shown;
	struct wt_edit edit;

	wt_config_set(config, WT_LAYER_OVERRIDE, "roadmap.status.completed", completed,
		      (struct wt_place){ .path = "-c" }, &diags);
	assert_int_equal(diags.errors, 0);
	switch (wt_grammar_mark(&reader, config, source, &change, &edit)) {
	case WT_MARK_EDIT:
		wt_edit_apply(&edit, source->text, &out);
		break;
	case WT_MARK_ALREADY:
		wt_buf_puts(&out, "already");
		break;
	case WT_MARK_GONE:
		wt_buf_puts(&out, "gone");
		break;
	}
	wt_config_free(config);
	shown = wt_arena_strndup(arena, out.data, out.len);
	wt_buf_clear(&out);
	return shown;
}

static void check_marked(const char *completed, enum wt_grammar grammar, const char *text,
			 const char *want)
{
	struct wt_arena arena = { 0 };
	struct wt_source_text source = { "TASK-7.md", wt_str_of(text), grammar };

	check_str(marked_as(&arena, completed, &source, "TASK-7"), want);
	wt_arena_clear(&arena);
}

static void test_grammar__a_mark_is_made_in_every_grammar(void **unused)
{
	(void)unused;
	check_marked("✅ Complete", WT_GRAMMAR_ROADMAP, "## TASK-7: Seven\n## TASK-8: Eight\n",
		     "## TASK-7: Seven ✅ Complete\n## TASK-8: Eight\n");
	check_marked("Shipped", WT_GRAMMAR_ROADMAP, "## TASK-7: Seven\n",
		     "## TASK-7: Seven - Shipped\n");
	check_marked("✅ Complete", WT_GRAMMAR_SPEC, "# TASK-7: Seven\n",
		     "# TASK-7: Seven ✅ Complete\n");
	check_marked("✅ Complete", WT_GRAMMAR_TASKFILE,
		     "tasks:\n- id: TASK-7\n  title: a\n- id: b\n",
		     "tasks:\n- id: TASK-7\n  status: completed\n  title: a\n- id: b\n");
	check_marked("✅ Complete", WT_GRAMMAR_TASKLIST, "- [ ] one\n", "gone");
}

static void test_grammar__a_specification_that_became_a_roadmap_is_marked_as_one(void **unused)
{
	(void)unused;
	check_marked("✅ Complete", WT_GRAMMAR_SPEC, "# TASK-7: Seven\n\n# TASK-8: Eight\n",
		     "# TASK-7: Seven ✅ Complete\n\n# TASK-8: Eight\n");
}

/* A word alone behind an empty title is read as the title. */
static void test_grammar__a_mark_that_would_be_read_as_something_else_is_none(void **unused)
{
	(void)unused;
	check_marked("Shipped", WT_GRAMMAR_ROADMAP, "## TASK-7:\n## TASK-8: Eight\n", "gone");
	check_marked("✅ Complete", WT_GRAMMAR_ROADMAP, "## TASK-7:\n", "## TASK-7: ✅ Complete\n");
	/* Two statuses with one word: planned is found first. */
	check_marked("Planned", WT_GRAMMAR_ROADMAP, "## TASK-7: Seven\n", "gone");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grammar__a_mark_is_made_in_every_grammar),
		cmocka_unit_test(
			test_grammar__a_specification_that_became_a_roadmap_is_marked_as_one),
		cmocka_unit_test(test_grammar__a_mark_that_would_be_read_as_something_else_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
