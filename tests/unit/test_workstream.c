/* SPDX-License-Identifier: MIT */
/* Workstreams in configuration and plan: who gets which, and what they are in it. */

#include "tests/support/check.h"
#include "tests/support/json_of.h"
#include "tests/support/plan_of.h"
#include "wtorch/core/workstream.h"

static struct plan_of *plan_with(const char *template, const char *settings)
{
	struct plan_of *p = plan_of_tasks("a !src/x.c, b", settings);

	p->tasks.items[0].template = template;
	plan_of_build(p);
	return p;
}

static void test_workstream__a_template_that_is_named_brings_those_built_in(void **unused)
{
	struct plan_of *p = plan_with("feature", NULL);
	const struct wt_plan_task *a = plan_of_task(p, "a"), *t = plan_of_task(p, "a.tests");

	(void)unused;
	check_int(p->plan.n_tasks, 4);
	check_int(p->plan.n_selected, 4);
	check_int(a->n_streams, 2);
	check_int(t->stream_of, 1);
	assert_true(t->is_needed);
	assert_false(plan_of_task(p, "a.docs")->is_needed);
	check_int(t->batch, a->batch);
	check_str(t->agent, "test");
	check_str(t->branch, "wtorch/a.tests-task-a-tests");
	check_contains(t->worktree, "wta.tests");
	assert_true(wt_plan_may_write(t, "tests/x/a.c"));
	assert_false(wt_plan_may_write(t, "src/x.c"));
	assert_true(wt_plan_may_write(a, "docs/a.md"));
	plan_of_free(p);
}

static void test_workstream__one_that_only_the_type_picked_brings_none(void **unused)
{
	struct plan_of *p = plan_of_tasks("a, b", NULL);

	(void)unused;
	p->tasks.items[0].type = WT_TYPE_FEATURE;
	plan_of_build(p);
	check_str(plan_of_task(p, "a")->task.template, "feature");
	check_int(p->plan.n_tasks, 2);
	plan_of_free(p);
	p = plan_of_with("a, b", "run.template=feature template.feature.workstreams=none");
	check_int(p->plan.n_tasks, 2);
	plan_of_free(p);
}

static void test_workstream__of_a_kind_the_first_for_its_files_is_taken(void **unused)
{
	struct plan_of *p = plan_with("t", "template.t.workstreams=docs "
					   "workstream.any.kind=docs workstream.any.files=docs/ "
					   "workstream.api.kind=docs workstream.api.for=include/** "
					   "workstream.api.files=docs/api/** "
					   "workstream.in.kind=docs workstream.in.for=src/** "
					   "workstream.in.files=docs/in/** "
					   "agent.writer.command=w workstream.in.agent=writer "
					   "run.agent=test");

	(void)unused;
	check_int(p->plan.n_tasks, 3);
	check_str(plan_of_task(p, "a.in")->agent, "writer");
	plan_of_free(p);
}

static void test_workstream__agents_that_are_too_few_get_a_lock(void **unused)
{
	struct plan_of *p = plan_with("feature", "agent.test.jobs=2");

	(void)unused;
	check_int(p->plan.n_named_locks, 1);
	check_str(p->plan.lock_names[p->plan.n_locks - 1], "agent test");
	for (size_t i = 0; i < p->plan.n_tasks; i++)
		check_int(p->plan.tasks[i].locks[p->plan.tasks[i].n_locks - 1],
			  p->plan.n_locks - 1);
	plan_of_free(p);
}

static void test_workstream__a_taken_id_is_an_error(void **unused)
{
	struct plan_of *p = plan_of_tasks("a, a.tests", "run.template=feature");

	(void)unused;
	plan_of_build(p);
	assert_true(p->plan.diags.errors > 0);
	check_contains(p->plan.diags.items[0].message, "cannot be called 'a.tests'");
	assert_false(p->plan.is_valid);
	plan_of_free(p);
}

static char *render(const struct wt_plan *plan)
{
	struct wt_buf out = WT_BUF_INIT;

	wt_plan_render(plan, &(struct wt_plan_render_opts){ .whole = true },
		       &(struct wt_jsonw){ .out = &out });
	return wt_buf_take(&out);
}

static void test_workstream__a_journal_gives_it_back(void **unused)
{
	struct plan_of *p = plan_with("feature", "template.feature.retries=3");
	char *text = render(&p->plan), *again;
	struct wt_plan back;
	struct wt_error err;

	(void)unused;
	check_ok(wt_plan_parse(&p->arena, json_of(&p->arena, wt_arena_strdup(&p->arena, text)),
			       &back, &err),
		 err);
	again = render(&back);
	check_str(again, text);
	check_int(back.tasks[0].n_streams, 2);
	check_int(back.tasks[0].own_retries, 4);
	check_int(back.tasks[3].stream_of, 1);
	assert_false(back.tasks[3].is_needed);
	free(again);
	free(text);
	wt_plan_clear(&back);
	plan_of_free(p);
}

static void check_finds(const char *key, const char *value, const char *want)
{
	struct wt_config *c = wt_config_new();
	struct wt_arena a = { 0 };
	struct wt_diags diags = { .arena = &a };

	wt_config_set(c, WT_LAYER_PROJECT, key, value, (struct wt_place){ 0 }, &diags);
	check_int(diags.errors, 0);
	wt_workstreams_check(c, &diags);
	check_int(diags.errors, 1);
	check_contains(diags.items[0].message, want);
	wt_config_free(c);
	wt_arena_clear(&a);
}

static void test_workstream__what_is_wrong_with_it_is_told(void **unused)
{
	(void)unused;
	check_finds("workstream.x.focus", "y", "[workstream x] has no files");
	check_finds("workstream.tests.files", "../a", "no path below the top");
	check_finds("workstream.tests.agent", "x", "there is no agent 'x'");
	check_finds("template.t.workstreams", "nosuch", "there is no workstream 'nosuch'");
}

#define TEST(name) cmocka_unit_test(test_workstream__##name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_template_that_is_named_brings_those_built_in),
		TEST(one_that_only_the_type_picked_brings_none),
		TEST(of_a_kind_the_first_for_its_files_is_taken),
		TEST(agents_that_are_too_few_get_a_lock),
		TEST(a_taken_id_is_an_error),
		TEST(a_journal_gives_it_back),
		TEST(what_is_wrong_with_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
