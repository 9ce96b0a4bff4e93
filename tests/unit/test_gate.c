/* SPDX-License-Identifier: MIT */
/* Gates of a configuration: what is wrong with them, their order, which a task has, digests. */

#include "tests/support/check.h"

#include "wtorch/core/gate.h"

struct box {
	struct wt_arena arena;
	struct wt_diags diags;
	struct wt_config *c;
	struct wt_gates gates;
	struct wt_task task;
};

static int setup(void **state)
{
	struct box *b = calloc(1, sizeof *b);

	assert_non_null(b);
	b->diags.arena = &b->arena;
	b->c = wt_config_new();
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;

	wt_config_free(b->c);
	wt_arena_clear(&b->arena);
	free(b);
	return 0;
}

static void set(struct box *b, const char *key, const char *value)
{
	size_t before = b->diags.len;

	wt_config_set(b->c, WT_LAYER_PROJECT, key, value, (struct wt_place){ .path = "a.ini" },
		      &b->diags);
	if (b->diags.len != before)
		fail_msg("%s = %s: %s", key, value, b->diags.items[before].message);
}

static void load(struct box *b)
{
	size_t before = b->diags.len;

	wt_gates_load(&b->arena, b->c, &b->gates, &b->diags);
	if (b->diags.len != before)
		fail_msg("%s", b->diags.items[before].message);
}

/* Exactly one error, with that text in it and a place. */
static void check_finds(struct box *b, const char *part)
{
	size_t before = b->diags.len;

	wt_gates_load(&b->arena, b->c, &b->gates, &b->diags);
	if (b->diags.len != before + 1)
		fail_msg("'%s': %zu diagnostics; %s", part, b->diags.len - before,
			 b->diags.len > before ? b->diags.items[before].message : "");
	check_int(b->diags.items[before].severity, WT_SEVERITY_ERROR);
	check_contains(b->diags.items[before].message, part);
	check_str(b->diags.items[before].place.path, "a.ini");
}

static void check_of(struct box *b, const char *want)
{
	size_t n;
	const char *const *names = wt_gates_of(&b->arena, &b->gates, b->c, &b->task, &n);
	struct wt_buf text = WT_BUF_INIT;

	for (size_t i = 0; i < n; i++)
		wt_buf_printf(&text, "%s%s", i ? " " : "", names[i]);
	assert_null(names[n]);
	check_str(text.data, want);
	wt_buf_clear(&text);
}

static void test_gate__without_sections_there_are_none(void **state)
{
	struct box *b = *state;

	load(b);
	check_int(b->gates.n, 0);
	assert_null(wt_gates_find(&b->gates, "tests"));
	check_of(b, "");
}

static void test_gate__keys_are_read_with_the_defaults_of_the_kind(void **state)
{
	struct box *b = *state;
	const struct wt_gate *g;

	set(b, "agent.claude.command", "claude");
	set(b, "gate.timeout", "5m");
	set(b, "gate.tests.command", "make test | tee log");
	set(b, "gate.cover.command", "make cover");
	set(b, "gate.cover.parse", "coverage");
	set(b, "gate.cover.timeout", "90s");
	set(b, "gate.cover.report", "build/coverage.xml");
	set(b, "gate.review.agent", "claude");
	set(b, "gate.review.when", "both");
	set(b, "gate.review.required", "no");
	set(b, "gate.ac.agent", "claude");
	set(b, "gate.ac.check", "criteria");
	set(b, "gate.docs.check", "docs");
	set(b, "gate.docs.files", "include/** api/*.h");
	set(b, "gate.docs.docs", "docs/");
	set(b, "gate.out.check", "outputs");
	load(b);
	check_int(b->gates.n, 6);
	g = wt_gates_find(&b->gates, "tests");
	check_str(g->command, "make test | tee log");
	check_int(g->kind, WT_GATE_COMMAND);
	check_int(g->parse, WT_PARSE_EXIT);
	check_int(g->when, WT_GATE_TASK);
	check_int(g->min_milli, -1);
	check_int(g->timeout_ms, 300000);
	assert_true(g->is_required);
	g = wt_gates_find(&b->gates, "cover");
	check_int(g->min_milli, 85000);
	check_int(g->timeout_ms, 90000);
	check_str(g->report, "build/coverage.xml");
	g = wt_gates_find(&b->gates, "review");
	check_int(g->kind, WT_GATE_REVIEW);
	check_int(g->parse, WT_PARSE_SCORE);
	check_int(g->min_milli, 7000);
	check_int(g->severity, WT_GRAVITY_HIGH);
	check_int(g->when, WT_GATE_BOTH);
	assert_false(g->is_required);
	g = wt_gates_find(&b->gates, "ac");
	check_int(g->kind, WT_GATE_CRITERIA);
	check_int(g->parse, WT_PARSE_CRITERIA);
	g = wt_gates_find(&b->gates, "docs");
	check_str(g->files[1], "api/*.h");
	assert_null(g->files[2]);
	check_str(g->docs[0], "docs/");
	check_int(wt_gates_find(&b->gates, "out")->kind, WT_GATE_OUTPUTS);
	wt_config_check(b->c, &b->diags);
	check_int(b->diags.len, 0);
}

static void test_gate__a_minimum_is_read_exactly_and_rounded_up(void **state)
{
	struct box *b = *state;

	set(b, "agent.claude.command", "claude");
	set(b, "gate.cover.command", "x");
	set(b, "gate.cover.parse", "coverage");
	set(b, "gate.cover.min", "84.9999");
	set(b, "gate.review.agent", "claude");
	set(b, "gate.review.min", "7.5");
	set(b, "gate.review.severity", "none");
	load(b);
	check_int(wt_gates_find(&b->gates, "cover")->min_milli, 85000);
	check_int(wt_gates_find(&b->gates, "review")->min_milli, 7500);
	check_int(wt_gates_find(&b->gates, "review")->severity, WT_GRAVITY_NONE);
	set(b, "gate.review.min", "11");
	check_finds(b, "gate.review.min: a score is from 0 to 10");
}

static void test_gate__each_is_one_of_command_agent_and_check(void **state)
{
	struct box *b = *state;

	set(b, "agent.claude.command", "claude");
	set(b, "gate.a.required", "yes");
	check_finds(b, "section [gate a] has no command, agent or check");
	set(b, "gate.a.command", "x");
	set(b, "gate.a.agent", "claude");
	check_finds(b, "gate.a.command: [gate a] has an agent as well");
	set(b, "gate.a.agent", "");
	set(b, "gate.a.check", "outputs");
	check_finds(b, "[gate a] has a check as well");
	set(b, "gate.a.command", "");
	load(b);
	set(b, "gate.a.agent", "claude");
	check_finds(b, "gate.a.agent: check = outputs needs no agent");
	set(b, "gate.a.check", "criteria");
	load(b);
	set(b, "gate.a.agent", "");
	check_finds(b, "gate.a.check: criteria needs an agent");
	set(b, "gate.a.agent", "cluade");
	check_finds(b, "gate.a.agent: there is no section [agent cluade]; did you mean 'claude'?");
}

static void test_gate__a_key_that_means_nothing_there_is_an_error(void **state)
{
	struct box *b = *state;

	set(b, "agent.claude.command", "claude");
	set(b, "gate.a.command", "x");
	set(b, "gate.a.min", "80");
	check_finds(b, "gate.a.min: this is for coverage or a score only");
	set(b, "gate.a.min", "");
	set(b, "gate.a.pattern", "([0-9]+)");
	check_finds(b, "gate.a.pattern: this is for parse = coverage only");
	set(b, "gate.a.pattern", "");
	set(b, "gate.a.prompt", "p.md");
	check_finds(b, "gate.a.prompt: this is for an agent only");
	set(b, "gate.a.prompt", "");
	set(b, "gate.a.files", "a");
	check_finds(b, "gate.a.files: this is for check = docs or regression only");
	set(b, "gate.a.files", "");
	set(b, "gate.b.agent", "claude");
	set(b, "gate.b.parse", "exit");
	check_finds(b, "gate.b.parse: an agent answers with a score");
	set(b, "gate.b.parse", "score");
	load(b);
	set(b, "gate.c.check", "docs");
	set(b, "gate.c.files", "a");
	check_finds(b, "section [gate c] needs docs, because of check = docs");
	set(b, "gate.c.docs", "../b");
	check_finds(b, "gate.c.docs: '../b' is no path below the top");
	set(b, "gate.c.docs", "b");
	set(b, "gate.a.report", "/etc/passwd");
	check_finds(b, "gate.a.report: '/etc/passwd' is no path below");
}

static void test_gate__a_pattern_compiles_and_has_a_group(void **state)
{
	struct box *b = *state;

	set(b, "gate.a.command", "x");
	set(b, "gate.a.parse", "coverage");
	set(b, "gate.a.pattern", "^covered: ([0-9.]+)");
	load(b);
	set(b, "gate.a.pattern", "^covered: ([0-9.+");
	check_finds(b, "gate.a.pattern: '^covered: ([0-9.+' is no regular expression");
	set(b, "gate.a.pattern", "[0-9.]+%");
	check_finds(b, "has no group in parentheses");
	set(b, "gate.a.pattern", "(a)\\1%");
	check_finds(b, "back-references are not known");
	set(b, "gate.a.pattern", "((x{1,200}){1,200})");
	check_finds(b, "it repeats too often");
}

static void test_gate__needs_put_them_in_order(void **state)
{
	struct box *b = *state;
	const struct wt_gate *review;

	set(b, "gate.review.command", "r");
	set(b, "gate.review.needs", "tests, build tests");
	set(b, "gate.tests.command", "t");
	set(b, "gate.tests.needs", "build");
	set(b, "gate.lint.command", "l");
	set(b, "gate.build.command", "b");
	load(b);
	for (size_t i = 0; i < b->gates.n; i++)
		for (size_t k = 0; k < b->gates.items[i].n_needs; k++)
			assert_true(b->gates.items[i].needs[k] < i);
	review = wt_gates_find(&b->gates, "review");
	check_int(review->n_needs, 2);
	check_str(b->gates.items[review->needs[0]].name, "tests");
	check_of(b, "lint build tests review");
	set(b, "run.gates", "review");
	check_of(b, "build tests review");
}

static void test_gate__a_circle_of_needs_is_shown(void **state)
{
	struct box *b = *state;

	set(b, "gate.z.command", "z");
	set(b, "gate.z.needs", "a");
	set(b, "gate.a.command", "a");
	set(b, "gate.a.needs", "b");
	set(b, "gate.b.command", "b");
	set(b, "gate.b.needs", "c");
	set(b, "gate.c.command", "c");
	set(b, "gate.c.needs", "a");
	set(b, "gate.free.command", "f");
	check_finds(b, "gate.a.needs: a circle: a needs b needs c needs a");
	check_int(b->gates.n, 1);
	set(b, "gate.c.needs", "c");
	check_finds(b, "gate.c.needs: a circle: c needs c");
	set(b, "gate.c.needs", "buidl");
	set(b, "gate.build.command", "x");
	check_finds(b, "gate.c.needs: there is no section [gate buidl]; did you mean 'build'?");
}

static void test_gate__none_needs_one_that_comes_later(void **state)
{
	struct box *b = *state;

	set(b, "gate.a.command", "a");
	set(b, "gate.a.needs", "b");
	set(b, "gate.b.command", "b");
	set(b, "gate.b.when", "merged");
	check_finds(b, "gate.a.needs: 'b' judges what is merged, which comes after 'a'");
	set(b, "gate.b.when", "both");
	load(b);
	set(b, "gate.a.when", "merged");
	set(b, "gate.b.when", "task");
	load(b);
}

static void test_gate__lists_of_gates_name_what_exists(void **state)
{
	struct box *b = *state;

	set(b, "gate.tests.command", "t");
	set(b, "run.gates", "test");
	check_finds(b, "run.gates: there is no section [gate test]; did you mean 'tests'?");
	set(b, "run.gates", "none");
	load(b);
	check_of(b, "");
	set(b, "run.gates", "");
	set(b, "template.docs.gates", "tests none");
	check_finds(b, "template.docs.gates: there is no section [gate none]");
	set(b, "template.docs.gates", "none");
	set(b, "gate.none.command", "x");
	check_finds(b, "a gate cannot be called 'none'");
}

static void test_gate__a_regression_is_asked_of_fixes_or_by_name(void **state)
{
	struct box *b = *state;

	set(b, "gate.all.command", "true");
	set(b, "gate.shown.check", "regression");
	set(b, "gate.shown.command", "make test");
	load(b);
	check_int(wt_gates_find(&b->gates, "shown")->kind, WT_GATE_REGRESSION);
	check_of(b, "all");
	b->task.type = WT_TYPE_BUGFIX;
	check_of(b, "all shown");
	b->task.type = WT_TYPE_NONE;
	b->task.template = "bugfix";
	check_of(b, "all shown");
	b->task.template = NULL;
	set(b, "run.gates", "shown");
	check_of(b, "shown");
	set(b, "gate.shown.command", "");
	check_finds(b, "gate.shown.check: regression needs the command that runs the tests");
}

static void test_gate__a_test_is_known_by_the_globs_or_its_name(void **state)
{
	static const char *const globs[] = { "check/**", NULL };
	struct wt_gate gate = { .kind = WT_GATE_REGRESSION };

	(void)state;
	assert_true(wt_gate_is_test(&gate, "tests/a.c"));
	assert_true(wt_gate_is_test(&gate, "src/test_a.py"));
	assert_false(wt_gate_is_test(&gate, "src/a.c"));
	gate.files = globs;
	assert_true(wt_gate_is_test(&gate, "check/x/a.c"));
	assert_false(wt_gate_is_test(&gate, "tests/a.c"));
}

static void test_gate__the_template_says_more_than_the_run(void **state)
{
	struct box *b = *state;

	set(b, "gate.a.command", "a");
	set(b, "gate.b.command", "b");
	set(b, "gate.c.command", "c");
	load(b);
	check_of(b, "a b c");
	set(b, "run.gates", "c a");
	check_of(b, "a c");
	set(b, "template.quick.gates", "b");
	set(b, "template.slow.agent", "x");
	b->task.template = "quick";
	check_of(b, "b");
	b->task.template = "slow";
	check_of(b, "a c");
	b->task.template = NULL;
	set(b, "run.template", "quick");
	check_of(b, "b");
}

static void test_gate__checks_without_matter_are_left_out(void **state)
{
	struct box *b = *state;
	struct wt_task_file files[] = { { .path = "src/*.c", .from = WT_FROM_DECLARED },
					{ .path = "src/a.c", .from = WT_FROM_TEXT } };
	const char *criteria[] = { "it works" };

	set(b, "agent.claude.command", "claude");
	set(b, "gate.out.check", "outputs");
	set(b, "gate.ac.check", "criteria");
	set(b, "gate.ac.agent", "claude");
	set(b, "gate.last.command", "x");
	set(b, "gate.last.needs", "out ac");
	load(b);
	b->task.files = files;
	b->task.n_files = 2;
	check_of(b, "last");
	files[1].from = WT_FROM_DECLARED;
	b->task.criteria = criteria;
	b->task.n_criteria = 1;
	check_of(b, "out ac last");
}

static void test_gate__its_digest_is_of_what_can_change_its_word(void **state)
{
	struct box *b = *state;
	const char *first, *environment;

	set(b, "gate.b.command", "b");
	set(b, "gate.a.command", "a");
	set(b, "gate.a.needs", "b");
	load(b);
	check_str(b->gates.items[1].name, "a");
	first = wt_gate_digest(&b->arena, &b->gates, 1, "PATH=/bin");
	check_int(strlen(first), 16);
	environment = wt_gate_digest(&b->arena, &b->gates, 1, "PATH=/usr/bin");
	assert_string_not_equal(first, environment);
	set(b, "gate.a.timeout", "1m");
	set(b, "gate.a.required", "no");
	load(b);
	check_str(wt_gate_digest(&b->arena, &b->gates, 1, "PATH=/bin"), first);
	set(b, "gate.b.command", "bb");
	load(b);
	assert_string_not_equal(wt_gate_digest(&b->arena, &b->gates, 1, "PATH=/bin"), first);
	set(b, "gate.b.command", "b");
	set(b, "gate.a.command", "aa");
	load(b);
	assert_string_not_equal(wt_gate_digest(&b->arena, &b->gates, 1, "PATH=/bin"), first);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_gate__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_sections_there_are_none),
		TEST(keys_are_read_with_the_defaults_of_the_kind),
		TEST(a_minimum_is_read_exactly_and_rounded_up),
		TEST(each_is_one_of_command_agent_and_check),
		TEST(a_key_that_means_nothing_there_is_an_error),
		TEST(a_pattern_compiles_and_has_a_group),
		TEST(needs_put_them_in_order),
		TEST(a_circle_of_needs_is_shown),
		TEST(none_needs_one_that_comes_later),
		TEST(lists_of_gates_name_what_exists),
		TEST(the_template_says_more_than_the_run),
		TEST(a_regression_is_asked_of_fixes_or_by_name),
		TEST(a_test_is_known_by_the_globs_or_its_name),
		TEST(checks_without_matter_are_left_out),
		TEST(its_digest_is_of_what_can_change_its_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
