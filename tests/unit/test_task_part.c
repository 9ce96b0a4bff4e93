/* SPDX-License-Identifier: MIT */
/* Labels, and tasks of several sources in one list. */

#include "tests/support/check.h"
#include "wtorch/core/task.h"

struct parts {
	struct wt_arena arena;
	struct wt_diags diags;
	struct wt_tasks tasks;
	size_t line;
};

static int setup(void **state)
{
	struct parts *p = calloc(1, sizeof *p);

	p->diags.arena = &p->arena;
	p->tasks.arena = &p->arena;
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct parts *p = *state;

	wt_tasks_clear(&p->tasks);
	wt_arena_clear(&p->arena);
	free(p);
	return 0;
}

static void begin(struct parts *p)
{
	wt_tasks_begin_source(&p->tasks);
	p->line = 0;
}

static struct wt_task *add(struct parts *p, const char *path, const char *id, const char *title)
{
	struct wt_task *t = wt_tasks_add(&p->tasks, id, (struct wt_place){ path, ++p->line, 1 },
					 &p->diags);

	assert_non_null(t);
	wt_task_set_title(&p->tasks, t, wt_str_of(title), &p->diags);
	return t;
}

/* "id", or "id=as written" where that is another one; then "<" and what it depends on. */
static void check_ids(struct parts *p, const char *want)
{
	struct wt_buf got = WT_BUF_INIT;

	for (size_t i = 0; i < p->tasks.len; i++) {
		const struct wt_task *t = &p->tasks.items[i];

		wt_buf_printf(&got, "%s%s", i ? " " : "", t->id);
		if (strcmp(wt_task_source_id(t), t->id) != 0)
			wt_buf_printf(&got, "=%s", wt_task_source_id(t));
		for (size_t k = 0; k < t->n_depends; k++)
			wt_buf_printf(&got, "<%s", t->depends_on[k]);
		assert_ptr_equal(wt_tasks_find(&p->tasks, t->id), t);
	}
	check_str(got.data, want);
	wt_buf_clear(&got);
}

static void check_said(struct parts *p, const char *want)
{
	struct wt_buf got = WT_BUF_INIT;

	for (size_t i = 0; i < p->diags.len; i++)
		wt_buf_printf(&got, "%s:%zu: %s\n", p->diags.items[i].place.path,
			      p->diags.items[i].place.line, p->diags.items[i].message);
	check_str(got.data ? got.data : "", want);
	wt_buf_clear(&got);
}

static void test_task__ids_that_two_sources_use_get_their_names(void **state)
{
	struct parts *p = *state;

	begin(p);
	add(p, "docs/Sprint 3.md", "5", "Five");
	wt_task_add_dependency(&p->tasks, add(p, "docs/Sprint 3.md", "6", "Six"), "5", &p->diags);
	begin(p);
	add(p, "b.yaml", "5", "Another five");
	wt_task_add_dependency(&p->tasks, add(p, "b.yaml", "7", "Seven"), "5", &p->diags);
	wt_tasks_part(&p->tasks, &p->diags);
	check_ids(p, "sprint-3-5=5 6<sprint-3-5 b-5=5 7<b-5");
	check_said(p, "docs/Sprint 3.md:1: several sources have a task '5', and each another one: "
		      "they are 'sprint-3-5' (docs/Sprint 3.md:1), 'b-5' (b.yaml:1) here\n");
}

static void test_task__names_do_not_depend_on_the_order_of_sources(void **state)
{
	static const char *const paths[] = { "a/plan.md", "b/plan.md", "b-plan.md", "\xd1\x84.md" };
	struct parts *p = *state;
	char first[4][80];

	for (int round = 0; round < 2; round++) {
		wt_tasks_clear(&p->tasks);
		for (int i = 0; i < 4; i++) {
			int k = round ? 3 - i : i;

			begin(p);
			add(p, paths[k], "i1", paths[k]);
		}
		wt_tasks_part(&p->tasks, &p->diags);
		assert_int_equal(p->tasks.len, 4);
		for (int i = 0; i < 4; i++) {
			int k = round ? 3 - i : i;

			if (round)
				check_str(p->tasks.items[i].id, first[k]);
			else
				snprintf(first[k], sizeof first[k], "%s", p->tasks.items[i].id);
		}
	}
	check_str(first[0], "a-plan-i1");
	check_str(first[2], "b-plan-i1");
}

static void test_task__the_same_in_two_sources_is_one(void **state)
{
	struct parts *p = *state;

	begin(p);
	add(p, "a.md", "5", "Five");
	add(p, "a.md", "6", "Six")->status = WT_TASK_COMPLETED;
	begin(p);
	add(p, "b.md", "5", "Five")->status = WT_TASK_FAILED;
	add(p, "b.md", "6", "Six");
	begin(p);
	add(p, "c.md", "6", "Six of another kind");
	wt_tasks_part(&p->tasks, &p->diags);
	check_ids(p, "5 a-6=6 c-6=6");
	assert_int_equal(p->tasks.items[0].status, WT_TASK_FAILED);
	assert_int_equal(p->tasks.items[1].status, WT_TASK_COMPLETED);
	check_said(p, "b.md:1: task '5' has another status here than in a.md:1: taken as failed\n"
		      "b.md:2: task '6' has another status here than in a.md:2: taken as completed\n"
		      "a.md:2: several sources have a task '6', and each another one: they are "
		      "'a-6' (a.md:2), 'c-6' (c.md:1) here\n");
}

static void test_task__a_dependency_of_a_copy_follows_what_it_became(void **state)
{
	struct parts *p = *state;

	begin(p);
	add(p, "a.md", "5", "Five");
	begin(p);
	add(p, "b.md", "5", "Five");
	wt_task_add_dependency(&p->tasks, add(p, "b.md", "6", "Six"), "5", &p->diags);
	begin(p);
	add(p, "c.md", "5", "Not five");
	wt_tasks_part(&p->tasks, &p->diags);
	check_ids(p, "a-5=5 6<a-5 c-5=5");
}

static void test_task__positions_and_issues_are_no_coincidence(void **state)
{
	struct parts *p = *state;
	struct wt_task *t;

	begin(p);
	add(p, "a.md", "i1", "Write tests");
	t = add(p, "a.md", "12", "Parser");
	t->source.issue = "12";
	t = add(p, "a.md", "14", "Printer");
	t->source.issue = "14";
	t = add(p, "a.md", "13", "Lexer");
	t->source.issue = "13";
	t->source.repo = "o/r";
	begin(p);
	add(p, "b.md", "i1", "Write tests");
	t = add(p, "b.md", "12", "#12");
	t->source.issue = "12";
	t = add(p, "b.md", "14", "Printing");
	t->source.issue = "14";
	t = add(p, "b.md", "13", "Lex");
	t->source.issue = "13";
	t->source.repo = "o/other";
	wt_tasks_part(&p->tasks, &p->diags);
	check_ids(p, "a-i1=i1 12 a-14=14 o-r-13=13 b-i1=i1 b-14=14 o-other-13=13");
}

static void test_task__a_name_that_is_taken_or_too_long_is_a_number(void **state)
{
	struct parts *p = *state;
	char id[65];

	memset(id, 'x', 64);
	id[64] = '\0';
	begin(p);
	add(p, "a.md", "5", "Five");
	add(p, "a.md", "a-5", "Taken");
	add(p, "a.md", id, "Long");
	begin(p);
	add(p, "b.md", "5", "Other");
	add(p, "b.md", id, "Longer");
	wt_tasks_part(&p->tasks, &p->diags);
	assert_int_equal(p->tasks.len, 5);
	for (size_t i = 0; i < 5; i++)
		assert_true(wt_text_is_id(wt_str_of(p->tasks.items[i].id)));
	check_str(p->tasks.items[1].id, "a-5");
	check_str(p->tasks.items[3].id, "b-5");
	assert_int_equal(p->tasks.items[0].id[0], 's');
}

static void test_task__one_source_keeps_its_first(void **state)
{
	struct parts *p = *state;
	struct wt_place place = { "b.md", 9, 1 };

	begin(p);
	add(p, "a.md", "4", "Four");
	begin(p);
	add(p, "b.md", "5", "Five");
	assert_null(wt_tasks_add(&p->tasks, "5", place, &p->diags));
	wt_tasks_part(&p->tasks, &p->diags);
	check_ids(p, "4 5");
}

static void check_labels(struct parts *p, const char *text, const char *want)
{
	struct wt_buf got = WT_BUF_INIT;
	struct wt_task *t;

	wt_tasks_clear(&p->tasks);
	t = add(p, "a.md", "1", "One");
	wt_task_add_labels(&p->tasks, t, wt_str_of(text));
	for (size_t i = 0; i < t->n_labels; i++)
		wt_buf_printf(&got, "%s%s", i ? "|" : "", t->labels[i]);
	check_str(got.data ? got.data : "", want);
	wt_buf_clear(&got);
}

static void test_task__labels_are_read_as_people_write_them(void **state)
{
	struct parts *p = *state;

	check_labels(p, "backend, api", "backend|api");
	check_labels(p, "#backend #api", "backend|api");
	check_labels(p, "`backend` `api`", "backend|api");
	check_labels(p, "[backend, \"good first issue\"]", "backend|good first issue");
	check_labels(p, "good first issue; Backend, backend", "good first issue|Backend");
	check_labels(p, "- ,, #, ``", "");
	check_labels(p, "a\x1b[31mb", "a?[31mb");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_task__ids_that_two_sources_use_get_their_names),
		TEST(test_task__names_do_not_depend_on_the_order_of_sources),
		TEST(test_task__the_same_in_two_sources_is_one),
		TEST(test_task__a_dependency_of_a_copy_follows_what_it_became),
		TEST(test_task__positions_and_issues_are_no_coincidence),
		TEST(test_task__a_name_that_is_taken_or_too_long_is_a_number),
		TEST(test_task__one_source_keeps_its_first),
		TEST(test_task__labels_are_read_as_people_write_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
