/* SPDX-License-Identifier: MIT */
/* Checks that are built in, the prompts of reviews, and what an agent is told of a no. */

#include "tests/support/check.h"

#include "wtorch/core/gate.h"

struct box {
	struct wt_arena arena;
	struct wt_task task;
	struct wt_gate gate;
	struct wt_gate_result result;
	const char *tree; /* what is in it, between blanks */
};

static int setup(void **state)
{
	struct box *b = calloc(1, sizeof *b);

	assert_non_null(b);
	b->task.id = "7";
	b->task.title = "Add a parser";
	b->task.body = "";
	b->gate.name = "g";
	b->gate.min_milli = -1;
	b->tree = "";
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;

	wt_arena_clear(&b->arena);
	free(b);
	return 0;
}

static bool is_in_tree(void *arg, const char *path)
{
	struct box *b = arg;

	return strstr(b->tree, wt_arena_printf(&b->arena, " %s ", path)) != NULL;
}

/* changed: paths between blanks, sorted. */
static void check(struct box *b, enum wt_gate_kind kind, const char *changed, const char *want)
{
	struct wt_str rest = wt_str_of(changed), path;
	const char *paths[8];
	struct wt_gate_change change = {
		.task = &b->task, .changed = paths, .is_in_tree = is_in_tree, .arg = b
	};

	while (wt_str_next(&rest, " ", &path))
		paths[change.n_changed++] = wt_arena_strndup(&b->arena, path.data, path.len);
	b->gate.kind = kind;
	wt_gate_check(&b->arena, &b->gate, &change, &b->result);
	check_str(b->result.reason ? b->result.reason : "pass", want);
	check_int(b->result.verdict, b->result.reason ? WT_SAYS_FAIL : WT_SAYS_PASS);
}

static void test_gate_check__declared_files_have_to_be_there(void **state)
{
	struct box *b = *state;
	struct wt_task_file files[] = {
		{ "src/a.c", WT_FROM_DECLARED }, { "src/b.c", WT_FROM_DECLARED },
		{ "src/", WT_FROM_DECLARED },    { "src/*.h", WT_FROM_DECLARED },
		{ "guess.c", WT_FROM_TEXT },
	};

	b->task.files = files;
	b->task.n_files = 5;
	b->tree = " src/a.c src/b.c ";
	check(b, WT_GATE_OUTPUTS, "src/a.c", "pass");
	b->tree = " src/a.c ";
	check(b, WT_GATE_OUTPUTS, "src/a.c", "'src/b.c' is not there");
	check_int(b->result.n_findings, 1);
	check_str(b->result.findings[0].path, "src/b.c");
	b->tree = "";
	check(b, WT_GATE_OUTPUTS, "", "'src/a.c', and more, is not there");
}

static void test_gate_check__a_file_that_was_taken_away_was_there(void **state)
{
	struct box *b = *state;
	struct wt_task_file files[] = { { "old.c", WT_FROM_DECLARED },
					{ "new.c", WT_FROM_DECLARED } };

	b->task.files = files;
	b->task.n_files = 2;
	b->tree = " new.c ";
	check(b, WT_GATE_OUTPUTS, "a.c new.c old.c z.c", "pass");
	check(b, WT_GATE_OUTPUTS, "a.c new.c z.c", "'old.c' is not there");
}

static void test_gate_check__docs_change_when_public_files_do(void **state)
{
	static const char *const files[] = { "include/**", "api/*.h", NULL };
	static const char *const docs[] = { "docs/**", "README.md", NULL };
	struct box *b = *state;

	b->gate.files = files;
	b->gate.docs = docs;
	check(b, WT_GATE_DOCS, "", "pass");
	check(b, WT_GATE_DOCS, "src/a.c", "pass");
	check(b, WT_GATE_DOCS, "README.md include/x/a.h", "pass");
	check(b, WT_GATE_DOCS, "docs/a/b.md", "pass");
	check(b, WT_GATE_DOCS, "api/b.h include/x/a.h src/a.c",
	      "'api/b.h' changed, and no documentation did");
	check_int(b->result.n_findings, 2);
}

static void build(struct box *b, struct wt_gate_prompt *in, struct wt_buf *out)
{
	struct wt_error err;

	in->task = &b->task;
	in->base = "aaaa";
	in->commit = "bbbb";
	wt_buf_reset(out);
	check_ok(wt_gate_prompt_build(&b->gate, in, out, &err), err);
}

static void test_gate_check__our_prompt_says_all_that_a_reviewer_needs(void **state)
{
	struct box *b = *state;
	struct wt_buf out = WT_BUF_INIT;
	const char *criteria[] = { "it is fast", "it is small" };
	struct wt_gate_prompt in = { .diff_stat = "src/a.c\nodd```name\n", .focus = "locking" };

	b->task.body = "Reads lines.";
	b->task.criteria = criteria;
	b->task.n_criteria = 2;
	b->gate.kind = WT_GATE_REVIEW;
	build(b, &in, &out);
	check_contains(out.data, "# Review of task 7: Add a parser\n");
	check_contains(out.data, "## The task\n\nReads lines.\n");
	check_contains(out.data, "1. it is fast\n2. it is small\n");
	check_contains(out.data, "`git diff aaaa bbbb`");
	check_contains(out.data, "````\nsrc/a.c\nodd```name\n````\n");
	check_contains(out.data, "Above all: locking\n");
	check_contains(out.data, "security");
	check_contains(out.data, "\"score\"");
	/* A program that repeats its prompt has not answered. */
	assert_null(strchr(out.data, '{'));
	b->gate.kind = WT_GATE_CRITERIA;
	build(b, &in, &out);
	check_contains(out.data, "\"criteria\": a list with one object for each criterion");
	assert_null(strstr(out.data, "\"score\""));
	wt_buf_clear(&out);
}

static void test_gate_check__a_project_brings_its_own_prompt(void **state)
{
	struct box *b = *state;
	struct wt_buf out = WT_BUF_INIT;
	struct wt_task_file files[] = { { "a.c", WT_FROM_DECLARED } };
	struct wt_gate_prompt in = {
		.text = "{title}|{body}|{files}|{criteria}|{diff}|{base}|{commit}|{template}|"
			"{focus}|{{}}",
		.diff_stat = "a.c",
	};
	struct wt_error err;

	b->task.body = "{title}";
	b->task.files = files;
	b->task.n_files = 1;
	build(b, &in, &out);
	check_str(out.data, "Add a parser|{title}|- a.c\n||a.c|aaaa|bbbb|||{}");
	in.text = "{tilte}";
	check_int(wt_gate_prompt_build(&b->gate, &in, &out, &err), WT_E_INPUT);
	check_contains(err.msg, "unknown word '{tilte}'");
	wt_buf_clear(&out);
}

static void test_gate_check__a_huge_description_is_cut(void **state)
{
	struct box *b = *state;
	struct wt_buf out = WT_BUF_INIT, body = WT_BUF_INIT;
	struct wt_gate_prompt in = { 0 };

	for (int i = 0; i < 200000; i++)
		wt_buf_puts(&body, "\xc3\xa4\xc3\xa4");
	b->task.body = body.data;
	build(b, &in, &out);
	assert_true(out.len < (300u << 10));
	assert_true(wt_text_is_utf8((struct wt_str){ out.data, out.len }));
	check_contains(out.data, "(the rest is left out)");
	wt_buf_clear(&out);
	wt_buf_clear(&body);
}

static void test_gate_check__an_agent_is_told_what_was_found(void **state)
{
	struct box *b = *state;
	struct wt_gate_finding findings[] = { { WT_GRAVITY_HIGH, "it leaks", "a.c", 3 },
					      { WT_GRAVITY_LOW, "a name", NULL, 0 } };
	struct wt_str log = WT_STR("\033[31mred\033[0m\n  indented ```` \x1b]x\nbad \xff byte\n");

	b->result = WT_GATE_RESULT_INIT;
	b->result.verdict = WT_SAYS_FAIL;
	b->result.reason = "the score is below 7";
	b->result.score_milli = 6500;
	b->result.findings = findings;
	b->result.n_findings = 2;
	b->gate.name = "review";
	b->gate.min_milli = 7000;
	check_str(wt_gate_findings_text(&b->arena, &b->gate, &b->result, log),
		  "### Gate 'review': fail\n\nthe score is below 7.\n"
		  "\nScore: 6.5; asked for are at least 7.\n"
		  "\n- high a.c:3: it leaks\n- low a name\n"
		  "\nThe end of its output:\n\n`````\nred\n  indented ```` x\nbad ? byte\n`````\n");
	b->result.n_findings = 0;
	b->result.score_milli = -1;
	b->result.coverage_milli = 62500;
	b->gate.command = "make cover";
	check_str(wt_gate_findings_text(&b->arena, &b->gate, &b->result, WT_STR("")),
		  "### Gate 'review': fail\n\nthe score is below 7.\nIts command: make cover\n"
		  "\nLine coverage: 62.5%; asked for are at least 7%.\n");
}

static void test_gate_check__what_an_agent_is_told_has_an_end(void **state)
{
	struct box *b = *state;
	struct wt_gate_finding findings[WT_MAX_FINDINGS];
	struct wt_buf log = WT_BUF_INIT;
	char message[501];
	const char *text;

	memset(message, 'm', 500);
	message[500] = '\0';
	for (size_t i = 0; i < WT_MAX_FINDINGS; i++)
		findings[i] = (struct wt_gate_finding){ WT_GRAVITY_LOW, message, NULL, 0 };
	for (int i = 0; i < 100000; i++)
		wt_buf_puts(&log, i == 50000 ? "\n" : "\xc3\xa4");
	b->result = WT_GATE_RESULT_INIT;
	b->result.verdict = WT_SAYS_FAIL;
	b->result.findings = findings;
	b->result.n_findings = WT_MAX_FINDINGS;
	text = wt_gate_findings_text(&b->arena, &b->gate, &b->result,
				     (struct wt_str){ log.data, log.len });
	assert_true(strlen(text) < (48u << 10));
	assert_true(wt_text_is_utf8(wt_str_of(text)));
	check_contains(text, "- and ");
	wt_buf_clear(&log);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_gate_check__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(declared_files_have_to_be_there),
		TEST(a_file_that_was_taken_away_was_there),
		TEST(docs_change_when_public_files_do),
		TEST(our_prompt_says_all_that_a_reviewer_needs),
		TEST(a_project_brings_its_own_prompt),
		TEST(a_huge_description_is_cut),
		TEST(an_agent_is_told_what_was_found),
		TEST(what_an_agent_is_told_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
