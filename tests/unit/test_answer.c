/* SPDX-License-Identifier: MIT */
/* What is said to the planner, and what of its answer is believed. */

#include "tests/support/check.h"
#include "tests/support/json_of.h"
#include "tests/support/plan_of.h"
#include "wtorch/core/answer.h"

/* "id: files; dependencies; seconds complexity risk reason" for each, then "!warning" lines. */
static void check_answer(const char *text, const char *want)
{
	struct plan_of *p = plan_of("1 !src/a.c, 2<1, 3, 4 ~");
	struct wt_diags diags = { .arena = &p->arena };
	struct wt_evidence e = { 0 };
	struct wt_buf got = WT_BUF_INIT;
	struct wt_error err;

	if (wt_answer_parse(&p->arena, json_of(&p->arena, text), &p->plan, &e, &diags, &err))
		wt_buf_printf(&got, "error: %s\n", err.msg);
	for (size_t i = 0; i < e.n_answers; i++) {
		const struct wt_answer *a = &e.answers[i];

		wt_buf_printf(&got, "%s:", a->id);
		for (size_t k = 0; k < a->n_files; k++)
			wt_buf_printf(&got, " %s", a->files[k]);
		wt_buf_puts(&got, ";");
		for (size_t k = 0; k < a->n_depends; k++)
			wt_buf_printf(&got, " %s", a->depends_on[k]);
		wt_buf_printf(&got, "; %d %d %d %s\n", (int)a->estimate_s, (int)a->complexity,
			      (int)a->risk, a->reason ? a->reason : "-");
	}
	for (size_t i = 0; i < diags.len; i++)
		wt_buf_printf(&got, "!%s\n", diags.items[i].message);
	check_str(got.data, want);
	wt_buf_clear(&got);
	plan_of_free(p);
}

static void test_answer__each_field_may_be_left_out(void **unused)
{
	(void)unused;
	check_answer("{\"tasks\":[{\"id\":\"3\",\"files\":[\"a.c\",{\"path\":\"b/*.c\"}],"
		     "\"depends_on\":[\"1\"],\"estimate_s\":90.5,\"complexity\":\"low\","
		     "\"risk\":\"high\",\"reason\":\"why not\"},{\"id\":\"1\"}]}",
		     "3: a.c b/*.c; 1; 90 1 3 why not\n1:;; -1 0 0 -\n");
	check_answer("{\"tasks\":[]}", "");
}

static void test_answer__what_is_no_answer_is_refused(void **unused)
{
	(void)unused;
	check_answer("{}", "error: its answer has no list 'tasks'\n");
	check_answer("[]", "error: its answer has no list 'tasks'\n");
	check_answer("{\"tasks\":{\"id\":\"1\"}}", "error: its answer has no list 'tasks'\n");
}

static void test_answer__bad_parts_are_left_out_and_said(void **unused)
{
	(void)unused;
	check_answer("{\"tasks\":[{\"id\":\"1\",\"files\":[\"../x\",\"ok.c\",\"/etc/passwd\"],"
		     "\"depends_on\":[\"1\",\"99\",\"2\"]}]}",
		     "1: ok.c; 2; -1 0 0 -\n"
		     "!the planner's answer for task 1: the path '../x' is left out\n"
		     "!the planner's answer for task 1: the path '/etc/passwd' is left out\n"
		     "!the planner's answer for task 1: the dependency on '1' is left out\n"
		     "!the planner's answer for task 1: the dependency on '99' is left out\n");
	check_answer(
		"{\"tasks\":[{\"id\":\"4\"},{\"id\":\"x\"},{\"id\":\"2\",\"estimate_s\":-5,"
		"\"risk\":\"huge\"},{\"id\":\"2\"}]}",
		"2:;; -1 0 0 -\n"
		"!the planner's answer: the task '4' is left out\n"
		"!the planner's answer: the task 'x' is left out\n"
		"!the planner's answer for task 2: a number out of range: 'estimate_s' is left "
		"out\n"
		"!the planner's answer for task 2: risk 'huge' is left out\n"
		"!the planner's answer: a second time the task '2' is left out\n");
}

static void test_answer__many_bad_parts_are_counted(void **unused)
{
	(void)unused;
	check_answer("{\"tasks\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"},{\"id\":\"d\"},"
		     "{\"id\":\"e\"},{\"id\":\"f\"},{\"id\":\"g\"}]}",
		     "!the planner's answer: the task 'a' is left out\n"
		     "!the planner's answer: the task 'b' is left out\n"
		     "!the planner's answer: the task 'c' is left out\n"
		     "!the planner's answer: the task 'd' is left out\n"
		     "!the planner's answer: the task 'e' is left out\n"
		     "!and 2 more parts of the planner's answer\n");
}

static void test_answer__question_has_the_tasks_that_run(void **unused)
{
	struct plan_of *p = plan_of("1 !src/a.c =60, 2<1 @3, 4 ~");
	struct wt_buf got = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &got };

	(void)unused;
	wt_answer_ask(&p->plan, &w);
	check_str(got.data,
		  "{\"schema\":\"wtorch.plan/1\",\"base\":{\"branch\":\"main\",\"oid\":"
		  "\"3f2a1c9900000000000000000000000000000000\"},\"tasks\":["
		  "{\"id\":\"1\",\"title\":\"Task 1\",\"body\":\"\",\"files\":[{\"path\":"
		  "\"src/a.c\",\"from\":\"declared\"}],\"depends_on\":[],\"criteria\":[],"
		  "\"order\":null,\"priority\":null,\"estimate_s\":60,\"risk\":null,"
		  "\"complexity\":null,\"type\":null},"
		  "{\"id\":\"2\",\"title\":\"Task 2\",\"body\":\"\",\"files\":[],\"depends_on\":"
		  "[\"1\"],\"criteria\":[],\"order\":3,\"priority\":null,\"estimate_s\":null,"
		  "\"risk\":null,\"complexity\":null,\"type\":null}]}");
	wt_buf_clear(&got);
	plan_of_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer__each_field_may_be_left_out),
		cmocka_unit_test(test_answer__what_is_no_answer_is_refused),
		cmocka_unit_test(test_answer__bad_parts_are_left_out_and_said),
		cmocka_unit_test(test_answer__many_bad_parts_are_counted),
		cmocka_unit_test(test_answer__question_has_the_tasks_that_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
