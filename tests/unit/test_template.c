/* SPDX-License-Identifier: MIT */
/* Templates: what is built in, and what a section changes of it. */

#include "tests/support/check.h"
#include "wtorch/base/arena.h"
#include "wtorch/core/template.h"

struct bench {
	struct wt_config *config;
	struct wt_arena arena;
	struct wt_diags diags;
};

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof *b);

	assert_non_null(b);
	b->config = wt_config_new();
	b->diags.arena = &b->arena;
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	wt_config_free(b->config);
	wt_arena_clear(&b->arena);
	free(b);
	return 0;
}

static void set(struct bench *b, const char *key, const char *value)
{
	wt_config_set(b->config, WT_LAYER_PROJECT, key, value, (struct wt_place){ 0 }, &b->diags);
	check_int(b->diags.errors, 0);
}

static void test_template__three_are_built_in(void **state)
{
	static const char *const names[] = { "feature", "refactor", "bugfix" };
	struct bench *b = *state;
	struct wt_template t;

	for (size_t i = 0; i < 3; i++) {
		assert_true(wt_template_find(b->config, names[i], &t));
		assert_non_null(t.focus);
		assert_null(t.agent);
		check_int(t.retries, -1);
	}
	assert_false(wt_template_find(b->config, "quick", &t));
	check_str(wt_template_suggest(&b->arena, b->config, "featur"), "; did you mean 'feature'?");
	check_str(wt_template_suggest(&b->arena, b->config, "zzzzzz"), "");
}

static void test_template__a_section_changes_the_rows_that_it_has(void **state)
{
	struct bench *b = *state;
	struct wt_template t;

	set(b, "template.bugfix.retries", "0");
	set(b, "template.quick.focus", "be quick");
	assert_true(wt_template_find(b->config, "bugfix", &t));
	check_int(t.retries, 0);
	assert_non_null(t.focus);
	assert_true(wt_template_find(b->config, "quick", &t));
	check_str(t.focus, "be quick");
	check_int(t.retries, -1);
	set(b, "template.bugfix.focus", "small");
	set(b, "template.bugfix.retries", "");
	assert_true(wt_template_find(b->config, "bugfix", &t));
	check_str(t.focus, "small");
	check_int(t.retries, -1);
}

static void test_template__is_named_by_the_task_the_run_or_the_type(void **state)
{
	struct bench *b = *state;
	struct wt_task task = { .type = WT_TYPE_DOCS };

	assert_null(wt_template_of(b->config, &task));
	set(b, "template.docs.focus", "short words");
	check_str(wt_template_of(b->config, &task), "docs");
	set(b, "run.template", "feature");
	check_str(wt_template_of(b->config, &task), "feature");
	task.template = "bugfix";
	check_str(wt_template_of(b->config, &task), "bugfix");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_template__##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(three_are_built_in),
		TEST(a_section_changes_the_rows_that_it_has),
		TEST(is_named_by_the_task_the_run_or_the_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
