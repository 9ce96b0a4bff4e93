/* SPDX-License-Identifier: MIT */
/* Which tasks are taken by label, priority, status and words. */

#include "tests/support/check.h"
#include "tests/support/plan_of.h"
#include "wtorch/base/pattern.h"

static struct wt_task *task(struct plan_of *p, const char *id)
{
	size_t i = wt_map_find(&p->tasks.by_id, id);

	assert_true(i < p->tasks.len);
	return &p->tasks.items[i];
}

/* a b c d e: labels, priorities, bodies and a status each */
static struct plan_of *five(void)
{
	struct plan_of *p = plan_of_tasks("a ^P1, b ^P2, c ^high, d <a, e~", "");

	wt_task_add_labels(&p->tasks, task(p, "a"), WT_STR("backend, api"));
	wt_task_add_labels(&p->tasks, task(p, "b"), WT_STR("Frontend"));
	wt_task_add_labels(&p->tasks, task(p, "d"), WT_STR("backend"));
	wt_task_add_labels(&p->tasks, task(p, "e"), WT_STR("done only"));
	task(p, "b")->body = "first line\nThe parser is slow";
	task(p, "c")->title = "Parsing (of a.b)";
	task(p, "d")->status = WT_TASK_FAILED;
	return p;
}

/* "label=backend priority=P1 ...", a blank in a value is '_'; then ids. */
static void narrow(struct plan_of *p, const char *words)
{
	static const char *const names[WT_FILTERS] = { "label=", "priority=", "status=", "grep=" };
	struct wt_str rest = wt_str_of(words), word;
	const char **select = NULL, **values[WT_FILTERS] = { NULL };
	size_t cap = 0, caps[WT_FILTERS] = { 0 };
	struct wt_error err;

	while (wt_str_next(&rest, " ", &word)) {
		char *text = wt_arena_strndup(&p->arena, word.data, word.len);
		size_t kind = 0;

		while (kind < WT_FILTERS && strncmp(text, names[kind], strlen(names[kind])) != 0)
			kind++;
		for (char *c = text; *c; c++)
			*c = *c == '_' ? ' ' : *c;
		if (kind == WT_FILTERS)
			*WT_ARENA_PUSH(&p->arena, select, p->in.n_select, cap) = text;
		else
			*WT_ARENA_PUSH(&p->arena, values[kind], p->in.filters.n[kind], caps[kind]) =
				text + strlen(names[kind]);
	}
	p->in.select = select;
	for (size_t kind = 0; kind < WT_FILTERS; kind++)
		p->in.filters.values[kind] = values[kind];
	check_ok(wt_filters_check(&p->in.filters, &err), err);
}

/* The selected ones, those skipped in brackets; behind '!' what was said first. */
static void check(const char *words, const char *want)
{
	struct plan_of *p = five();
	struct wt_buf got = WT_BUF_INIT;

	narrow(p, words);
	plan_of_build(p);
	for (size_t i = 0; i < p->plan.n_tasks; i++) {
		const struct wt_plan_task *t = &p->plan.tasks[i];

		if (t->is_selected)
			wt_buf_printf(&got, t->skip ? "(%s)" : "%s", t->task.id);
	}
	if (p->plan.diags.len)
		wt_buf_printf(&got, "!%s", p->plan.diags.items[0].message);
	check_str(got.data ? got.data : "", want);
	wt_buf_clear(&got);
	plan_of_free(p);
}

static void test_filter__of_one_kind_any_will_do_and_of_several_all(void **state)
{
	(void)state;
	check("", "abc");
	check("label=backend", "a");
	check("label=backend label=frontend", "ab");
	check("label=#API", "a");
	check("label=backend priority=P1", "a");
	check("label=backend priority=P2", "!of 3 tasks nothing is left: --label leaves 1, "
					   "--priority leaves 1");
	check("priority=1 priority=High", "ac");
	check("b c priority=p2", "b");
}

static void test_filter__words_are_found_in_title_and_body(void **state)
{
	(void)state;
	check("grep=PARS", "bc");
	check("grep=a.b", "c");
	check("grep=/^the.pars(er|ing)/", "b");
	check("grep=/slow$/ grep=parsing", "bc");
	check("grep=parsingg", "!no task has in its title or text 'parsingg'; did you mean "
			       "'Parsing'?");
}

static void test_filter__a_status_makes_its_tasks_candidates(void **state)
{
	(void)state;
	check("status=failed", "(d)");
	check("status=failed status=planned", "abcd");
	check("status=completed", "");
	check("status=failed d", "(d)");
	check("status=planned d", "(d)!task 'd' is skipped: marked as failed");
	check("status=blocked", "!no task has the status 'blocked'");
}

static void test_filter__a_value_that_no_task_has_is_said_with_the_nearest(void **state)
{
	(void)state;
	check("label=backnd", "!no task has the label 'backnd'; did you mean 'backend'?");
	check("label=backnd label=frontend", "b!no task has the label 'backnd'; did you mean "
					     "'backend'?");
	check("label=zzzzzzzzzz", "!no task has the label 'zzzzzzzzzz'");
	check("priority=hihg", "!no task has the priority 'hihg'; did you mean 'high'?");
	check("label=done_only", "!of 3 tasks nothing is left: --label leaves 0");
}

static void test_filter__what_cannot_be_looked_for_is_wrong_usage(void **state)
{
	static const char *const bad[] = { "", "//", "/(/", "/a{2/", "/[/" };
	struct wt_pattern *pattern;
	struct wt_error err;
	char *longest = calloc(1, 2000);

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(wt_pattern_new(bad[i], &pattern, &err), WT_E_USAGE);
	memset(longest, 'a', 1999);
	assert_int_equal(wt_pattern_new(longest, &pattern, &err), WT_E_USAGE);
	free(longest);
	check_ok(wt_pattern_new("/", &pattern, &err), err);
	assert_true(wt_pattern_matches(pattern, "a/b"));
	assert_false(wt_pattern_matches(pattern, "ab"));
	wt_pattern_free(pattern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter__of_one_kind_any_will_do_and_of_several_all),
		cmocka_unit_test(test_filter__words_are_found_in_title_and_body),
		cmocka_unit_test(test_filter__a_status_makes_its_tasks_candidates),
		cmocka_unit_test(test_filter__a_value_that_no_task_has_is_said_with_the_nearest),
		cmocka_unit_test(test_filter__what_cannot_be_looked_for_is_wrong_usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
