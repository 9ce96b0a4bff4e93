/* SPDX-License-Identifier: MIT */
/* What gates said: reports as the tools write them, and everything that is none. */

#include "tests/support/check.h"
#include "tests/support/gate_of.h"

struct box {
	struct wt_arena arena;
	struct wt_gate gate;
	struct wt_gate_result result;
};

static int setup(void **state)
{
	struct box *b = calloc(1, sizeof *b);

	assert_non_null(b);
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

/* A report below tests/data/gates; the caller clears it. */
static struct wt_buf read_report(const char *name)
{
	struct wt_buf text = WT_BUF_INIT;
	char path[1024], bytes[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/data/gates/%s", WTORCH_SOURCE_DIR, name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("%s is not there", path);
	while ((n = fread(bytes, 1, sizeof bytes, f)) > 0)
		wt_buf_add(&text, bytes, n);
	fclose(f);
	return text;
}

static const char *said(const struct box *b)
{
	const char *name = wt_gate_verdict_name(b->result.verdict);

	return name ? name : "nothing";
}

/* "pass", or the verdict and its reason: "fail: it ended with status 1". */
static void check_says(struct box *b, const char *want)
{
	struct wt_buf text = WT_BUF_INIT;

	wt_buf_puts(&text, said(b));
	if (b->result.reason)
		wt_buf_printf(&text, ": %s", b->result.reason);
	check_str(text.data, want);
	wt_buf_clear(&text);
}

static void judge(struct box *b, enum wt_gate_parse parse, int64_t code, const char *text)
{
	b->gate = gate_of(parse);
	gate_judge(&b->arena, &b->gate, code, wt_str_of(text), &b->result);
}

static void judge_file(struct box *b, enum wt_gate_parse parse, const char *name)
{
	struct wt_buf text = read_report(name);

	b->gate = gate_of(parse);
	gate_judge(&b->arena, &b->gate, 0, (struct wt_str){ text.data, text.len }, &b->result);
	wt_buf_clear(&text);
}

static void end(struct box *b, const char *ended, int64_t code, int64_t signal, const char *error)
{
	struct wt_gate_output out = {
		.ended = ended, .code = code, .signal = signal, .error = error
	};

	wt_gate_judge(&b->arena, &b->gate, &out, &gate_reader, &b->result);
}

/* how it ended */

static void test_verdict__an_exit_status_is_the_word(void **state)
{
	struct box *b = *state;

	b->gate = gate_of(WT_PARSE_EXIT);
	end(b, "exit", 0, 0, NULL);
	check_says(b, "pass");
	check_int(b->result.coverage_milli, -1);
	check_int(b->result.tests, -1);
	end(b, "finished", 0, 0, NULL);
	check_says(b, "pass");
	end(b, "exit", 2, 0, NULL);
	check_says(b, "fail: it ended with status 2");
	end(b, "exit", 127, 0, NULL);
	check_says(b, "error: its command was not found or cannot be started (status 127)");
	end(b, "signal", -1, SIGSEGV, NULL);
	check_says(b, "fail: it was ended by signal 11");
	end(b, "signal", -1, SIGKILL, NULL);
	check_says(b, "error: it was ended by signal 9");
}

static void test_verdict__another_end_than_its_own_is_no_word(void **state)
{
	struct box *b = *state;

	b->gate = gate_of(WT_PARSE_EXIT);
	end(b, "timeout", -1, 15, NULL);
	check_says(b, "timeout: its time was up");
	end(b, "stalled", -1, 15, NULL);
	check_says(b, "timeout: it stalled");
	end(b, "stopped", -1, 15, NULL);
	check_says(b, "stopped: it was stopped");
	end(b, "memory", -1, 9, "2.1 GB of 2.0 GB");
	check_says(b, "error: it went over a limit: 2.1 GB of 2.0 GB");
	end(b, "exec", -1, 0, "sh: not found");
	check_says(b, "error: it could not be started: sh: not found");
	end(b, "lost", 0, 0, NULL);
	check_says(b, "error: it did not end by itself (lost)");
	end(b, NULL, 0, 0, NULL);
	check_says(b, "error: it did not end by itself (unknown)");
	end(b, "a\033[31m\nb", 0, 0, NULL);
	check_says(b, "error: it did not end by itself (a?[31m b)");
}

static void test_verdict__an_agent_that_fails_has_no_word(void **state)
{
	struct box *b = *state;

	b->gate = gate_of(WT_PARSE_SCORE);
	b->gate.kind = WT_GATE_REVIEW;
	gate_judge(&b->arena, &b->gate, 1, WT_STR("{\"score\": 10}"), &b->result);
	check_says(b, "error: it ended with status 1");
	end(b, "signal", -1, SIGSEGV, NULL);
	check_says(b, "error: it was ended by signal 11");
}

static void test_verdict__a_good_report_does_not_heal_a_failing_command(void **state)
{
	struct box *b = *state;

	judge(b, WT_PARSE_COVERAGE, 1, "coverage: 99%");
	check_says(b, "fail: it ended with status 1");
	check_int(b->result.coverage_milli, 99000);
	judge(b, WT_PARSE_SCORE, 3, "{\"score\": 10}");
	check_says(b, "fail: it ended with status 3");
	judge(b, WT_PARSE_JUNIT, 1, "<testsuite><testcase name='a'/></testsuite>");
	check_says(b, "fail: it ended with status 1");
	judge(b, WT_PARSE_JUNIT, 1,
	      "<testsuite><testcase name='a'><failure/></testcase></testsuite>");
	check_says(b, "fail: test 'a' failed");
	judge(b, WT_PARSE_JUNIT, 1, "no report");
	check_says(b, "fail: it ended with status 1");
}

static void test_verdict__the_report_that_is_named_is_read_and_no_other(void **state)
{
	struct box *b = *state;
	struct wt_gate_output out = { .ended = "exit", .text = WT_STR("coverage: 99%") };

	b->gate = gate_of(WT_PARSE_COVERAGE);
	b->gate.report = "cover.txt";
	wt_gate_judge(&b->arena, &b->gate, &out, &gate_reader, &b->result);
	check_says(b, "error: it left no file 'cover.txt'");
	out.report = WT_STR("coverage: 12%");
	wt_gate_judge(&b->arena, &b->gate, &out, &gate_reader, &b->result);
	check_says(b, "fail: line coverage is below 85%");
	out.report.len = WT_MAX_GATE_REPORT + 1u;
	wt_gate_judge(&b->arena, &b->gate, &out, &gate_reader, &b->result);
	check_says(b, "error: its report is larger than 16 MiB");
}

/* coverage */

static const struct {
	const char *name;
	int64_t milli; /* -1: it is an error with that reason */
	const char *reason;
	bool has_parts; /* its beginning is a report, too: of a file, of a package */
} reports[] = {
	{ "gcovr-table.txt", 89000, NULL, false },
	{ "gcovr-summary.txt", 89600, NULL, false },
	{ "gcovr-table-and-summary.txt", 89600, NULL, false },
	{ "gcovr-summary.json", 89560, NULL, false },
	{ "gcovr-full.json", 85714, NULL, false },
	{ "lcov.info", 90000, NULL, true },
	{ "lcov-summary.txt", 84500, NULL, false },
	{ "lcov2-summary.txt", 85900, NULL, false },
	{ "lcov-list.txt", 92600, NULL, false },
	{ "cobertura.xml", 89560, NULL, false },
	{ "cobertura-rate.xml", 85666, NULL, false },
	{ "cobertura-all.xml", 100000, NULL, false },
	{ "jacoco.xml", 93000, NULL, false },
	{ "coverage-py.json", 87500, NULL, false },
	{ "istanbul-summary.json", 91666, NULL, false },
	{ "llvm-cov.json", 96000, NULL, false },
	{ "go-one.txt", 85700, NULL, false },
	{ "go-func.txt", 86400, NULL, true },
	{ "jest.txt", 90470, NULL, false },
	{ "istanbul-summary.txt", 91660, NULL, false },
	{ "pytest.txt", 90000, NULL, false },
	{ "pytest-branch.txt", 78570, NULL, false },
	{ "tarpaulin.txt", 90000, NULL, false },
	{ "simplecov.txt", 93330, NULL, false },
	{ "plain.txt", 87500, NULL, false },
	{ "plain-sentence.txt", 87000, NULL, false },
	{ "crlf.txt", 89600, NULL, false },
	{ "gcovr-branches.txt", -1, "it leaves no report of coverage that is known", false },
	{ "gcovr-nothing.txt", -1, "or one that is no percentage", false },
	{ "gcovr-full-odd.json", -1, "its report of gcovr has a line that cannot be read", false },
	{ "lcov-cut.info", -1, "its report of lcov is cut or damaged", false },
	{ "lcov-odd.info", -1, "its report of lcov is cut or damaged", false },
	{ "lcov-none.txt", -1, "it leaves no report of coverage that is known", false },
	{ "lcov-twice.txt", -1, "its output has several totals of coverage", false },
	{ "cobertura-empty.xml", -1, "its report has no lines that were measured", false },
	{ "cobertura-odd.xml", -1, "its report covers more lines than it has", false },
	{ "cobertura-percent.xml", -1, "its report has no line-rate from 0 to 1", false },
	{ "laughs.xml", -1, "its report cannot be read as XML", false },
	{ "other.xml", -1, "its report is XML, but not of Cobertura or JaCoCo", false },
	{ "broken.xml", -1, "its report cannot be read as XML", false },
	{ "other.json", -1, "its report is JSON of a kind that is not known", false },
	{ "zero.json", -1, "its report has no lines that were measured", false },
	{ "text-number.json", -1, "its report counts what is no number", false },
	{ "go-many.txt", -1, "its output has several percentages and no total", false },
	{ "istanbul-unknown.txt", -1, "its output has several totals of coverage", false },
	{ "llvm-cov.txt", -1, "its output has several totals of coverage", false },
	{ "build-log.txt", -1, "it leaves no report of coverage that is known", false },
	{ "threshold.txt", -1, "it leaves no report of coverage that is known", false },
	{ "over.txt", -1, "its output has several percentages and no total", false },
	{ "negative.txt", -1, "its output has several percentages and no total", false },
	{ "comma.txt", -1, "its output has several totals of coverage", false },
	{ "two-projects.txt", -1, "its output has several totals of coverage", false },
	{ "prose.txt", -1, "it leaves no report of coverage that is known", false },
	{ "custom.txt", -1, "it leaves no report of coverage that is known", false },
	{ "empty.txt", -1, "it leaves no report of coverage that is known", false },
};

static void test_verdict__coverage_is_read_from_every_known_report(void **state)
{
	struct box *b = *state;

	for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
		int64_t milli = reports[i].milli;

		judge_file(b, WT_PARSE_COVERAGE, reports[i].name);
		if (b->result.coverage_milli != milli)
			fail_msg("%s: %lld: %s", reports[i].name,
				 (long long)b->result.coverage_milli, b->result.reason);
		if (milli >= 0)
			check_str(said(b), milli >= 85000 ? "pass" : "fail");
		else if (b->result.verdict != WT_SAYS_ERROR ||
			 !strstr(b->result.reason, reports[i].reason))
			fail_msg("%s: %s: %s", reports[i].name, said(b), b->result.reason);
	}
}

/* Whatever a cut report is taken for, it is never a pass with another figure. */
static void test_verdict__half_a_report_passes_with_no_figure_of_its_own(void **state)
{
	struct box *b = *state;

	for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
		struct wt_buf text = read_report(reports[i].name);
		struct wt_gate gate = gate_of(WT_PARSE_COVERAGE);

		gate.min_milli = 0;
		for (size_t len = 0; len < text.len; len++) {
			gate_judge(&b->arena, &gate, 0, (struct wt_str){ text.data, len },
				   &b->result);
			if (b->result.verdict == WT_SAYS_PASS && reports[i].milli >= 0 &&
			    !reports[i].has_parts &&
			    llabs(b->result.coverage_milli - reports[i].milli) > 1000)
				fail_msg("%s: %zu bytes: %lld", reports[i].name, len,
					 (long long)b->result.coverage_milli);
		}
		wt_buf_clear(&text);
		wt_arena_clear(&b->arena);
	}
}

static void test_verdict__coverage_has_to_reach_its_minimum_exactly(void **state)
{
	struct box *b = *state;

	judge(b, WT_PARSE_COVERAGE, 0, "85%");
	check_says(b, "pass");
	judge(b, WT_PARSE_COVERAGE, 0, "84.99999%");
	check_says(b, "fail: line coverage is below 85%");
	judge(b, WT_PARSE_COVERAGE, 0, "{\"line_covered\": 8499999, \"line_total\": 10000000}");
	check_says(b, "fail: line coverage is below 85%");
	b->gate.min_milli = 62500;
	gate_judge(&b->arena, &b->gate, 0, WT_STR("coverage: 62.4%"), &b->result);
	check_says(b, "fail: line coverage is below 62.5%");
	b->gate.min_milli = 100000;
	gate_judge(&b->arena, &b->gate, 0, WT_STR("coverage: 100.0%"), &b->result);
	check_says(b, "pass");
}

static void test_verdict__a_pattern_finds_the_percentage(void **state)
{
	struct box *b = *state;
	struct wt_buf text = read_report("custom.txt");
	struct wt_str custom = { text.data, text.len };

	b->gate = gate_of(WT_PARSE_COVERAGE);
	b->gate.pattern = "\\(([0-9.]+) pct\\)";
	gate_judge(&b->arena, &b->gate, 0, custom, &b->result);
	check_says(b, "pass");
	check_int(b->result.coverage_milli, 89140);
	b->gate.pattern = "lines=([0-9]+)";
	gate_judge(&b->arena, &b->gate, 0, custom, &b->result);
	check_says(b, "error: its pattern matches several percentages, or what is none");
	b->gate.pattern = "^never ([0-9]+)";
	gate_judge(&b->arena, &b->gate, 0, custom, &b->result);
	check_says(b, "error: no line matches its pattern");
	b->gate.pattern = "^p=(x)?";
	gate_judge(&b->arena, &b->gate, 0, WT_STR("p=\n"), &b->result);
	check_says(b, "error: no line matches its pattern");
	b->gate.pattern = "p=([0-9]+)";
	gate_judge(&b->arena, &b->gate, 0, WT_STR("p=90\np=90%\n"), &b->result);
	check_says(b, "pass");
	gate_judge(&b->arena, &b->gate, 0, WT_STR("p=90\np=91\n"), &b->result);
	check_says(b, "error: its pattern matches several percentages, or what is none");
	b->gate.pattern = "([";
	gate_judge(&b->arena, &b->gate, 0, WT_STR("p=90"), &b->result);
	check_str(said(b), "error");
	wt_buf_clear(&text);
}

static void test_verdict__a_line_without_end_is_passed_over(void **state)
{
	struct box *b = *state;
	struct wt_buf text = WT_BUF_INIT;

	wt_buf_puts(&text, "coverage: ");
	for (int i = 0; i < 3000000; i++)
		wt_buf_putc(&text, '9');
	wt_buf_puts(&text, "%\ncoverage: 90%\n");
	b->gate = gate_of(WT_PARSE_COVERAGE);
	gate_judge(&b->arena, &b->gate, 0, (struct wt_str){ text.data, text.len }, &b->result);
	check_int(b->result.coverage_milli, 90000);
	b->gate.pattern = "((9|99)*)*%";
	gate_judge(&b->arena, &b->gate, 0, (struct wt_str){ text.data, text.len }, &b->result);
	check_str(said(b), "error");
	wt_buf_clear(&text);
}

/* scores */

static void test_verdict__a_score_has_to_reach_its_minimum(void **state)
{
	struct box *b = *state;

	judge(b, WT_PARSE_SCORE, 0, "{\"score\": 8, \"findings\": []}");
	check_says(b, "pass");
	check_int(b->result.score_milli, 8000);
	judge(b, WT_PARSE_SCORE, 0, "{\"score\": 7}");
	check_says(b, "pass");
	judge(b, WT_PARSE_SCORE, 0, "{\"score\": 6.9, \"findings\": null}");
	check_says(b, "fail: the score is below 7");
	check_int(b->result.score_milli, 6900);
	judge(b, WT_PARSE_SCORE, 0, "{\"score\": 8.1}");
	check_int(b->result.score_milli, 8100);
	judge(b, WT_PARSE_SCORE, 0, "{\"score\": 6.99999}");
	check_says(b, "fail: the score is below 7");
}

static void test_verdict__the_last_answer_counts_wherever_it_stands(void **state)
{
	struct box *b = *state;

	judge(b, WT_PARSE_SCORE, 0,
	      "I looked at {everything}, \"it\" is {\"a\": 1}.\n\n```json\n{\n \"score\": 9.5,\n"
	      " \"findings\": [{\"severity\": \"LOW\", \"message\": \"a } in a "
	      "string\"}]\n}\n```\n");
	check_says(b, "pass");
	check_int(b->result.score_milli, 9500);
	check_int(b->result.n_findings, 1);
	judge(b, WT_PARSE_SCORE, 0, "{\"score\": 9}\nNo, wait.\n{\"score\": 3}\nThat is all {.");
	check_says(b, "fail: the score is below 7");
	judge(b, WT_PARSE_SCORE, 0, "{\"score\": 9}\n{\"score\": 3, \"findings\": [");
	check_says(b, "error: beside its answer there is another one that cannot be read");
	judge(b, WT_PARSE_SCORE, 0, "{\"score\": 2, \"findings\": [a, {\"score\": 9}]}");
	check_says(b, "error: beside its answer there is another one that cannot be read");
	judge(b, WT_PARSE_SCORE, 0, "if (x) { c = '\"'; {\n{\"score\": 9}");
	check_says(b, "pass");
	judge(b, WT_PARSE_SCORE, 0, "{\"score\": 2,\n{\"a\": 1}\n{\"score\": 9}");
	check_says(b, "error: beside its answer there is another one that cannot be read");
	judge(b, WT_PARSE_SCORE, 0, "{\"score\": 9, \"score\": 2}");
	check_str(said(b), "error");
	judge(b, WT_PARSE_SCORE, 0, "{\"review\": {\"score\": 9}}");
	check_str(said(b), "error");
}

static void test_verdict__what_is_no_score_is_an_error(void **state)
{
	static const char *const bad[] = {
		"",
		"The code is great, 10/10!",
		"score: 9",
		"{\"score\": \"9\"}",
		"{\"score\": null}",
		"{\"score\": true}",
		"{\"score\": [9]}",
		"{\"score\": 11}",
		"{\"score\": -1}",
		"{\"score\": 85}",
		"{\"score\": 1e999}",
		"{\"score\": NaN}",
		"{\"score\": 9, \"findings\": {}}",
		"{\"score\": 9, \"findings\": \"none\"}",
		"{\"score\": 9, \"findings\": [\"bad\"]}",
		"{\"score\": 9, \"findings\": [{\"severity\": \"blocker\", \"message\": \"m\"}]}",
		"{\"score\": 9, \"findings\": [{\"severity\": 3, \"message\": \"m\"}]}",
		"{\"score\": 9, \"findings\": [{\"severity\": \"low\"}]}",
		"{\"score\": 9, \"findings\": [{\"severity\": \"low\", \"message\": 7}]}",
		"{\"score\": 9, \"findings\": [{\"message\": \"m\"}]}",
		"[9]",
		"{\"score\": 9",
		"\"score\": 9}",
		"{'score': 9}",
	};
	struct box *b = *state;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		judge(b, WT_PARSE_SCORE, 0, bad[i]);
		if (b->result.verdict != WT_SAYS_ERROR || !b->result.reason)
			fail_msg("%s: %s", bad[i], said(b));
	}
}

static void test_verdict__a_grave_finding_fails_a_good_score(void **state)
{
	static const char text[] =
		"{\"score\": 9, \"findings\": ["
		"{\"severity\": \"info\", \"message\": \"nice\"},"
		"{\"severity\": \"high\", \"message\": \"loses\\u001b[31m\\ndata\","
		" \"path\": \"src/a.c\", \"line\": 12},"
		"{\"severity\": \"medium\", \"message\": \"slow\"}]}";
	struct box *b = *state;

	judge(b, WT_PARSE_SCORE, 0, text);
	check_says(b, "fail: a finding is high: loses?[31m data");
	check_int(b->result.n_findings, 3);
	check_str(wt_gate_finding_render(&b->arena, &b->result.findings[0]),
		  "high src/a.c:12: loses?[31m data");
	check_str(b->result.findings[2].message, "nice");
	b->gate.severity = WT_GRAVITY_CRITICAL;
	gate_judge(&b->arena, &b->gate, 0, WT_STR(text), &b->result);
	check_says(b, "pass");
	b->gate.severity = WT_GRAVITY_INFO;
	gate_judge(&b->arena, &b->gate, 0, WT_STR(text), &b->result);
	check_str(said(b), "fail");
	b->gate.severity = WT_GRAVITY_NONE;
	gate_judge(&b->arena, &b->gate, 0, WT_STR(text), &b->result);
	check_says(b, "pass");
}

static void test_verdict__of_many_findings_the_worst_are_kept(void **state)
{
	struct box *b = *state;
	struct wt_buf text = WT_BUF_INIT;

	wt_buf_puts(&text, "{\"score\": 9, \"findings\": [");
	for (int i = 0; i < 500; i++)
		wt_buf_printf(&text, "{\"severity\":\"%s\",\"message\":\"%d\"},",
			      i == 450 ? "critical" : "low", i);
	wt_buf_puts(&text, "{\"severity\":\"info\",\"message\":\"last\"}]}");
	judge(b, WT_PARSE_SCORE, 0, text.data);
	check_says(b, "fail: a finding is critical: 450");
	check_int(b->result.n_findings, WT_MAX_FINDINGS);
	check_str(b->result.findings[1].message, "0");
	wt_buf_clear(&text);
}

static void test_verdict__braces_without_end_are_given_up(void **state)
{
	struct box *b = *state;
	struct wt_buf text = WT_BUF_INIT;

	for (int i = 0; i < 200000; i++)
		wt_buf_puts(&text, "{\"a\":[");
	judge(b, WT_PARSE_SCORE, 0, text.data);
	check_says(b, "error: it answers no JSON object with \"score\"");
	wt_buf_reset(&text);
	for (int i = 0; i < 200000; i++)
		wt_buf_puts(&text, "{ \"b\": 1 \" ");
	wt_buf_puts(&text, "{\"score\": 9}");
	judge(b, WT_PARSE_SCORE, 0, text.data);
	check_says(b, "error: it answers no JSON object with \"score\"");
	wt_buf_clear(&text);
}

/* criteria */

static void test_verdict__every_criterion_has_to_be_met(void **state)
{
	struct box *b = *state;

	judge(b, WT_PARSE_CRITERIA, 0,
	      "{\"criteria\": [{\"met\": true}, {\"met\": true, \"why\": \"seen\"},"
	      " {\"met\": true}]}");
	check_says(b, "pass");
	judge(b, WT_PARSE_CRITERIA, 0,
	      "{\"criteria\": [{\"met\": true}, {\"met\": false, \"why\": \"3 MB\"},"
	      " {\"met\": false}]}");
	check_says(b, "fail: not met: it is small");
	check_int(b->result.n_findings, 2);
	check_str(b->result.findings[0].message, "not met: it is small: 3 MB");
	check_str(b->result.findings[1].message, "not met: it is there");
}

static void test_verdict__an_answer_that_leaves_a_criterion_open_is_an_error(void **state)
{
	static const char *const bad[] = {
		"all are met",
		"{\"criteria\": true}",
		"{\"criteria\": []}",
		"{\"criteria\": [{\"met\": true}, {\"met\": true}]}",
		"{\"criteria\": [{\"met\":true}, {\"met\":true}, {\"met\":true}, {\"met\":true}]}",
		"{\"criteria\": [{\"met\": true}, {\"met\": \"true\"}, {\"met\": true}]}",
		"{\"criteria\": [{\"met\": false}, {}, {\"met\": true}]}",
		"{\"criteria\": [true, true, true]}",
	};
	struct box *b = *state;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		judge(b, WT_PARSE_CRITERIA, 0, bad[i]);
		if (b->result.verdict != WT_SAYS_ERROR || b->result.n_findings)
			fail_msg("%s: %s", bad[i], said(b));
	}
}

/* tests */

static void test_verdict__tests_that_ran_and_did_not_fail_pass(void **state)
{
	struct box *b = *state;

	judge_file(b, WT_PARSE_JUNIT, "junit-pass.xml");
	check_says(b, "pass");
	check_int(b->result.tests, 3);
	check_int(b->result.failed, 0);
	judge_file(b, WT_PARSE_JUNIT, "junit-ctest.xml");
	check_says(b, "pass");
	check_int(b->result.tests, 2);
}

static void test_verdict__a_test_that_failed_is_named(void **state)
{
	struct box *b = *state;

	judge_file(b, WT_PARSE_JUNIT, "junit-fail.xml");
	check_says(b, "fail: test 'a.B.breaks' and others failed");
	check_int(b->result.tests, 4);
	check_int(b->result.failed, 2);
	check_str(wt_gate_finding_render(&b->arena, &b->result.findings[0]),
		  "high src/b_test.c:12: test 'a.B.breaks' failed: expected 3 < 2");
	check_str(b->result.findings[1].message, "test 'crashes' failed: segfault at 0");
	judge_file(b, WT_PARSE_JUNIT, "junit-suite.xml");
	check_says(b, "fail: test 'setup' failed");
	judge_file(b, WT_PARSE_JUNIT, "junit-counts.xml");
	check_says(b, "fail: its report counts failures and names none");
}

static void test_verdict__no_test_at_all_is_no_pass(void **state)
{
	static const char *const bad[][2] = {
		{ "junit-none.xml", "error: its report holds no tests" },
		{ "junit-skipped.xml", "error: all of its tests were skipped" },
		{ "junit-odd.xml", "error: its report counts what is no number" },
		{ "cobertura.xml", "error: its report is no JUnit XML" },
		{ "plain.txt", "error: its report is no JUnit XML" },
		{ "empty.txt", "error: its report is no JUnit XML" },
	};
	struct box *b = *state;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		judge_file(b, WT_PARSE_JUNIT, bad[i][0]);
		check_says(b, bad[i][1]);
	}
}

/* findings */

static void check_again(struct box *b, const char *line)
{
	struct wt_gate_finding f;

	wt_gate_finding_parse(&b->arena, line, &f);
	check_str(wt_gate_finding_render(&b->arena, &f), line);
}

static void test_verdict__a_finding_comes_back_from_its_line(void **state)
{
	struct box *b = *state;
	struct wt_gate_finding f;

	check_again(b, "high src/a.c:12: it leaks: twice");
	check_again(b, "info src/a.c: it leaks");
	check_again(b, "critical no path: here");
	check_again(b, "it leaks");
	check_again(b, "");
	check_again(b, "low :12: x");
	check_again(b, "low a:0: x");
	check_again(b, "low a:99999999999999999999999999: x");
	wt_gate_finding_parse(&b->arena, "high src/a.c:12: it leaks: twice", &f);
	check_int(f.severity, WT_GRAVITY_HIGH);
	check_str(f.path, "src/a.c");
	check_int(f.line, 12);
	check_str(f.message, "it leaks: twice");
	wt_gate_finding_parse(&b->arena, "critical no path: here", &f);
	assert_null(f.path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_verdict__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_exit_status_is_the_word),
		TEST(another_end_than_its_own_is_no_word),
		TEST(an_agent_that_fails_has_no_word),
		TEST(a_good_report_does_not_heal_a_failing_command),
		TEST(the_report_that_is_named_is_read_and_no_other),
		TEST(coverage_is_read_from_every_known_report),
		TEST(half_a_report_passes_with_no_figure_of_its_own),
		TEST(coverage_has_to_reach_its_minimum_exactly),
		TEST(a_pattern_finds_the_percentage),
		TEST(a_line_without_end_is_passed_over),
		TEST(a_score_has_to_reach_its_minimum),
		TEST(the_last_answer_counts_wherever_it_stands),
		TEST(what_is_no_score_is_an_error),
		TEST(a_grave_finding_fails_a_good_score),
		TEST(of_many_findings_the_worst_are_kept),
		TEST(braces_without_end_are_given_up),
		TEST(every_criterion_has_to_be_met),
		TEST(an_answer_that_leaves_a_criterion_open_is_an_error),
		TEST(tests_that_ran_and_did_not_fail_pass),
		TEST(a_test_that_failed_is_named),
		TEST(no_test_at_all_is_no_pass),
		TEST(a_finding_comes_back_from_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
