/* SPDX-License-Identifier: MIT */
/* What evidence adds to a forecast, and what a plan makes of it. */

#include "tests/support/check.h"
#include "tests/support/plan_of.h"
#include "wtorch/core/forecast.h"

/* names */

static void add_name(void *arg, struct wt_str name)
{
	struct wt_buf *out = arg;

	wt_buf_printf(out, "%s%.*s", out->len ? " " : "", (int)name.len, name.data);
}

static void check_names(const char *body, const char *want)
{
	struct wt_task task = { .id = "1", .title = "", .body = body };
	struct wt_buf got = WT_BUF_INIT;

	wt_forecast_each_name(&task, add_name, &got);
	check_str(got.data, want);
	wt_buf_clear(&got);
}

static void test_forecast__words_written_as_names_are_names(void **unused)
{
	(void)unused;
	check_names("Make parse_line faster, and TaskList, parseLine() too.",
		    "parse_line TaskList parseLine");
	check_names("call load() in ns::Thing::reset, see HTTPServer",
		    "load Thing reset HTTPServer");
	check_names("**WT_MAX_ID** \"read_all\" (read_one)", "WT_MAX_ID read_all read_one");
}

static void test_forecast__one_word_in_backticks_is_a_name(void **unused)
{
	(void)unused;
	check_names("`parser` and `parser()`, ` reader `", "parser parser reader");
	check_names("`git commit` `make test` `parser.c` `a/parser` `abc`", "");
	check_names("`wt_plan_build(&arena)` or `Parser.parseLine(x)`", "wt_plan_build parseLine");
}

static void test_forecast__prose_paths_and_addresses_are_no_names(void **unused)
{
	(void)unused;
	check_names("The Parser of API and APIs, don't _stress_ it. 12_000 _", "");
	check_names("see src/my_file.c, https://x.org/some_page, me_you@example.org", "");
	check_names("na\xc3\xafve_word caf\xc3\xa9_bar", "");
}

/* plans with evidence */

static const char *const tree[] = { "doc/x.md", "src/a.c", "src/b.c", "src/c.c", "src/d.c" };

static const char *defined_a[] = { "src/a.c" }, *used_bc[] = { "src/b.c", "src/c.c" };
static const char *defined_all[] = { "src/a.c", "src/b.c", "src/c.c", "src/d.c" };
static const struct wt_symbol symbols[] = {
	{ "everywhere", defined_all, 4, NULL, 0 },
	{ "parse_line", defined_a, 1, used_bc, 2 },
};

/* a and b change together three times of four, c only twice; x.md each time and gone since. */
static const char *const history_paths[] = { "src/a.c", "src/b.c", "src/c.c", "gone.md" };
static const uint32_t history_files[] = { 0, 1, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 3 };
static const size_t history_starts[] = { 0, 3, 7, 11, 13 };
static const struct wt_co_change history = { history_paths,  4, history_files,
					     history_starts, 4, false };

static void build(struct plan_of *p, const struct wt_evidence *e)
{
	p->in.tree = tree;
	p->in.n_tree = sizeof tree / sizeof *tree;
	p->in.evidence = e;
	plan_of_build(p);
}

static void check_files(struct plan_of *p, const char *id, const char *want)
{
	const struct wt_task *t = &plan_of_task(p, id)->task;
	struct wt_buf got = WT_BUF_INIT;

	for (size_t i = 0; i < t->n_files; i++)
		wt_buf_printf(&got, "%s%s:%s", i ? " " : "", t->files[i].path,
			      wt_file_from_name(t->files[i].from));
	check_str(got.data, want);
	wt_buf_clear(&got);
}

/* "a+b!x,y certainty" for each conflict, '~' in front when it holds nothing up. */
static void check_conflicts(struct plan_of *p, const char *want)
{
	struct wt_buf got = WT_BUF_INIT;

	for (size_t i = 0; i < p->plan.n_conflicts; i++) {
		const struct wt_conflict *c = &p->plan.conflicts[i];

		wt_buf_printf(&got, "%s%s", i ? "; " : "", c->is_loose ? "~" : "");
		for (size_t k = 0; k < c->n_tasks; k++)
			wt_buf_printf(&got, "%s%s", k ? "+" : "",
				      p->plan.tasks[c->tasks[k]].task.id);
		for (size_t k = 0; k < c->n_paths; k++)
			wt_buf_printf(&got, "%c%s", k ? ',' : '!', c->paths[k]);
		wt_buf_printf(&got, " %s", wt_file_from_name(c->certainty));
	}
	check_str(got.data, want);
	wt_buf_clear(&got);
}

/* The hints of the plan, a line each. */
static void check_hints(struct plan_of *p, const char *want)
{
	struct wt_buf got = WT_BUF_INIT;

	for (size_t i = 0; i < p->plan.diags.len; i++) {
		if (p->plan.diags.items[i].severity == WT_SEVERITY_HINT)
			wt_buf_printf(&got, "%s\n", p->plan.diags.items[i].message);
	}
	check_str(got.data, want);
	wt_buf_clear(&got);
}

static void set_body(struct plan_of *p, size_t task, const char *body)
{
	p->tasks.items[task].body = body;
}

static void test_forecast__symbols_of_the_text_add_the_files_that_define_them(void **unused)
{
	struct plan_of *p = plan_of_tasks("1, 2 !doc/x.md", NULL);
	struct wt_evidence e = { .symbols = symbols, .n_symbols = 2 };

	(void)unused;
	set_body(p, 0, "Make parse_line faster.");
	set_body(p, 1, "Speak of `everywhere` and `nowhere`.");
	build(p, &e);
	check_files(p, "1", "src/a.c:symbol");
	check_files(p, "2", "doc/x.md:declared");
	plan_of_free(p);
}

static void test_forecast__history_adds_what_mostly_changed_with_the_files(void **unused)
{
	struct plan_of *p = plan_of_tasks("1 !src/a.c, 2 !src/b.c, 3 !src/d.c, 4 !src/*", NULL);
	struct wt_evidence e = { .history = history };

	(void)unused;
	build(p, &e);
	check_files(p, "1", "src/a.c:declared src/b.c:history");
	check_files(p, "2", "src/b.c:declared src/a.c:history");
	check_files(p, "3", "src/d.c:declared");
	check_files(p, "4", "src/*:declared");
	plan_of_free(p);
}

static void test_forecast__what_history_tells_of_a_symbol_s_file_counts_too(void **unused)
{
	struct plan_of *p = plan_of_tasks("1", NULL);
	struct wt_evidence e = { .symbols = symbols, .n_symbols = 2, .history = history };

	(void)unused;
	set_body(p, 0, "`parse_line`");
	build(p, &e);
	check_files(p, "1", "src/a.c:symbol src/b.c:history");
	plan_of_free(p);
}

static void test_plan__what_is_known_from_history_holds_nothing_up(void **unused)
{
	struct plan_of *p = plan_of_tasks("1 !src/a.c, 2 !src/b.c", NULL);
	struct wt_evidence e = { .history = history };

	(void)unused;
	build(p, &e);
	check_conflicts(p, "~1+2!src/a.c,src/b.c history");
	check_int(p->plan.conflicts[0].kind, WT_CONFLICT_CO_CHANGE);
	check_int(p->plan.n_batches, 1);
	assert_true(p->plan.is_valid);
	check_hints(p,
		    "1 and 2 may meet in src/a.c and 1 more (known from history), and go together "
		    "all the same\n");
	plan_of_free(p);

	p = plan_of_tasks("1 !src/a.c, 2 !src/b.c", "plan.on_history=serialise");
	build(p, &e);
	check_conflicts(p, "1+2!src/a.c,src/b.c history");
	check_int(p->plan.n_batches, 2);
	assert_false(p->plan.is_valid);
	check_hints(p, "");
	plan_of_free(p);
}

static void test_plan__a_weak_third_does_not_weaken_two_that_are_sure(void **unused)
{
	/* 3 may come to src/b.c by history only; 1 and 2 declare it. */
	struct plan_of *p = plan_of_tasks("1 !src/b.c, 2 !src/b.c, 3 !src/a.c", NULL);
	struct wt_evidence e = { .history = history };

	(void)unused;
	build(p, &e);
	check_conflicts(p, "1+2!src/b.c declared; ~1+2+3!src/a.c,src/b.c history");
	check_int(plan_of_task(p, "1")->batch, 1);
	check_int(plan_of_task(p, "2")->batch, 2);
	check_int(plan_of_task(p, "3")->batch, 1);
	plan_of_free(p);
}

static void test_plan__each_way_of_knowing_has_its_policy(void **unused)
{
	struct plan_of *p = plan_of_tasks("1 !src/a.c, 2", "plan.on_text=allow");

	(void)unused;
	set_body(p, 1, "Change src/a.c.");
	build(p, NULL);
	check_conflicts(p, "~1+2!src/a.c text");
	check_int(p->plan.n_batches, 1);
	plan_of_free(p);

	p = plan_of_tasks("1 !src/a.c, 2 !src/*.c", "plan.on_declared=allow");
	build(p, NULL);
	check_conflicts(p, "~1+2!src/a.c declared");
	plan_of_free(p);
}

static void test_plan__a_file_that_uses_what_another_task_speaks_of_is_a_hint(void **unused)
{
	struct plan_of *p = plan_of_tasks("1, 2 !src/c.c, 3 !src/b.c<1, 4 !src/d.c", NULL);
	struct wt_evidence e = { .symbols = symbols, .n_symbols = 2 };

	(void)unused;
	set_body(p, 0, "Change parse_line(), yes, parse_line.");
	build(p, &e);
	check_hints(p, "2 may depend on 1: src/c.c uses 'parse_line', which 1 speaks of\n");
	check_int(plan_of_task(p, "2")->n_needs, 0);
	check_int(p->plan.n_conflicts, 0);
	plan_of_free(p);
}

/* the planner's answer */

static void test_plan__the_planner_fills_in_what_tasks_do_not_say(void **unused)
{
	const char *files[] = { "src/a.c", "src/b.c" }, *needs[] = { "1" };
	const struct wt_answer answers[] = {
		{ .id = "2",
		  .files = files,
		  .n_files = 2,
		  .depends_on = needs,
		  .n_depends = 1,
		  .estimate_s = 60,
		  .risk = WT_LEVEL_HIGH,
		  .reason = "2 calls what 1 makes" },
		{ .id = "3", .files = files, .n_files = 1, .estimate_s = 60 },
		{ .id = "nobody", .depends_on = needs, .n_depends = 1, .estimate_s = -1 },
	};
	struct wt_evidence e = { .answers = answers, .n_answers = 3 };
	struct plan_of *p = plan_of_tasks("1 !src/d.c, 2, 3 !src/a.c =3600", NULL);

	(void)unused;
	build(p, &e);
	check_files(p, "2", "src/a.c:planner src/b.c:planner");
	check_files(p, "3", "src/a.c:declared");
	check_int(plan_of_task(p, "2")->task.estimate_s, 60);
	check_int(plan_of_task(p, "2")->estimate_from, WT_ESTIMATE_PLANNER);
	check_int(plan_of_task(p, "3")->estimate_from, WT_ESTIMATE_DECLARED);
	check_int(plan_of_task(p, "2")->task.risk, WT_LEVEL_HIGH);
	check_int(plan_of_task(p, "3")->task.estimate_s, 3600);
	check_int(plan_of_task(p, "2")->n_needs, 1);
	check_int(plan_of_task(p, "2")->batch, 2);
	check_conflicts(p, "2+3!src/a.c planner");
	check_hints(p, "the planner says that '2' needs '1': 2 calls what 1 makes\n");
	plan_of_free(p);

	p = plan_of_tasks("1 !src/d.c, 2, 3 !src/a.c", "plan.on_planner=allow");
	build(p, &e);
	check_int(plan_of_task(p, "2")->n_needs, 0);
	check_conflicts(p, "~2+3!src/a.c planner");
	plan_of_free(p);
}

static void test_plan__an_answer_of_the_planner_never_makes_a_cycle(void **unused)
{
	const char *one[] = { "1", "2" }, *two[] = { "2" }, *three[] = { "3" };
	const struct wt_answer answers[] = {
		{ .id = "1", .depends_on = two, .n_depends = 1, .estimate_s = -1 },
		{ .id = "2", .depends_on = one, .n_depends = 2, .estimate_s = -1 },
		{ .id = "1", .depends_on = three, .n_depends = 1, .estimate_s = -1 },
		{ .id = "4", .depends_on = three, .n_depends = 1, .estimate_s = -1 },
	};
	struct wt_evidence e = { .answers = answers, .n_answers = 4 };
	struct plan_of *p = plan_of_tasks("1, 2, 3<1, 4 @1, 5 @2", NULL);
	size_t n = 0;

	(void)unused;
	build(p, &e);
	check_int(p->plan.n_cycles, 0);
	check_int(p->plan.n_selected, 5);
	check_int(p->plan.diags.errors, 0);
	check_int(plan_of_task(p, "1")->n_needs, 1);
	check_int(plan_of_task(p, "2")->n_needs, 0);
	check_int(plan_of_task(p, "4")->n_needs, 1);
	for (size_t i = 0; i < p->plan.diags.len; i++)
		n += p->plan.diags.items[i].severity == WT_SEVERITY_WARNING;
	check_int(n, 2);
	plan_of_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forecast__words_written_as_names_are_names),
		cmocka_unit_test(test_forecast__one_word_in_backticks_is_a_name),
		cmocka_unit_test(test_forecast__prose_paths_and_addresses_are_no_names),
		cmocka_unit_test(test_forecast__symbols_of_the_text_add_the_files_that_define_them),
		cmocka_unit_test(test_forecast__history_adds_what_mostly_changed_with_the_files),
		cmocka_unit_test(test_forecast__what_history_tells_of_a_symbol_s_file_counts_too),
		cmocka_unit_test(test_plan__what_is_known_from_history_holds_nothing_up),
		cmocka_unit_test(test_plan__a_weak_third_does_not_weaken_two_that_are_sure),
		cmocka_unit_test(test_plan__each_way_of_knowing_has_its_policy),
		cmocka_unit_test(test_plan__a_file_that_uses_what_another_task_speaks_of_is_a_hint),
		cmocka_unit_test(test_plan__the_planner_fills_in_what_tasks_do_not_say),
		cmocka_unit_test(test_plan__an_answer_of_the_planner_never_makes_a_cycle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
