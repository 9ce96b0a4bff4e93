/* SPDX-License-Identifier: MIT */
/* The results of tests as JUnit XML: suites within suites, and cases that failed or did not. */

#include <inttypes.h>

#include "judging.h"

#define MAX_MESSAGE 500u
#define MAX_PATH    300u
#define MAX_NAME    200u

struct count {
	int64_t tests, failed, skipped;
	int64_t claimed;   /* the most failures that an element says it has */
	bool is_bad;       /* a number that is none */
	const char *first; /* name of the first that failed */
};

static bool is_element(const struct wt_json *node, const char *name)
{
	return node->kind == WT_JSON_OBJECT && node->name && wt_str_is(wt_str_of(node->name), name);
}

static const struct wt_json *failure_of(const struct wt_json *test)
{
	for (const struct wt_json *c = test->child; c; c = c->next) {
		if (is_element(c, "failure") || is_element(c, "error"))
			return c;
	}
	return NULL;
}

static const char *name_of(struct wt_arena *a, const struct wt_json *test)
{
	const char *class = wt_json_text(test, "@classname", "");
	const char *name = wt_json_text(test, "@name", "");
	const char *full = wt_arena_printf(a, "%s%s%s", class, *class && *name ? "." : "", name);

	return wt_judging_line(a, wt_str_of(*full ? full : "without a name"), MAX_NAME);
}

static int64_t number_of(struct count *c, const struct wt_json *node, const char *attribute)
{
	const char *text = wt_json_text(node, attribute, "");
	int64_t n = 0;

	if (*text && (!wt_text_parse_int(wt_str_of(text), &n) || n < 0))
		c->is_bad = true;
	return c->is_bad ? 0 : n;
}

static void note_failure(struct wt_judging *j, struct count *c, const struct wt_json *test,
			 const struct wt_json *failure)
{
	const char *name = name_of(j->arena, test);
	const char *why = wt_json_text(failure, "@message", wt_json_text(failure, "#text", ""));
	const char *path = wt_json_text(test, "@file", "");
	struct wt_gate_finding *f = wt_judging_add(j);
	int64_t line = 0;

	c->failed++;
	c->first = c->first ? c->first : name;
	if (!f)
		return;
	why = wt_arena_printf(j->arena, "test '%s' failed%s%s", name, *why ? ": " : "", why);
	f->severity = WT_GRAVITY_HIGH;
	f->message = wt_judging_line(j->arena, wt_str_of(why), MAX_MESSAGE);
	if (*path)
		f->path = wt_judging_line(j->arena, wt_str_of(path), MAX_PATH);
	if (*path && wt_text_parse_int(wt_str_of(wt_json_text(test, "@line", "")), &line))
		f->line = line > 0 ? line : 0;
}

static void count_test(struct wt_judging *j, struct count *c, const struct wt_json *test)
{
	const struct wt_json *failure = failure_of(test);

	c->tests++;
	if (failure)
		note_failure(j, c, test, failure);
	else if (wt_json_find(test, "skipped"))
		c->skipped++;
}

/* As deep as the reader lets a document be. */
static void count_suite(struct wt_judging *j, struct count *c, const struct wt_json *suite)
{
	const struct wt_json *failure = failure_of(suite); /* of what comes before its tests */
	int64_t claimed = number_of(c, suite, "@failures") + number_of(c, suite, "@errors");

	c->claimed = claimed > c->claimed ? claimed : c->claimed;
	if (failure)
		note_failure(j, c, suite, failure);
	for (const struct wt_json *child = suite->child; child; child = child->next) {
		if (is_element(child, "testcase"))
			count_test(j, c, child);
		else if (is_element(child, "testsuite"))
			count_suite(j, c, child);
	}
}

void wt_judge_junit(struct wt_judging *j)
{
	const struct wt_json *root = j->reader->xml(j->reader->arg, j->arena, j->word);
	struct count c = { 0 };

	if (!root || (!is_element(root, "testsuites") && !is_element(root, "testsuite"))) {
		wt_judging_say(j, WT_SAYS_ERROR, "its report is no JUnit XML");
		return;
	}
	count_suite(j, &c, root);
	j->result->tests = c.tests;
	j->result->failed = c.failed > c.claimed ? c.failed : c.claimed;
	if (c.is_bad)
		wt_judging_say(j, WT_SAYS_ERROR, "its report counts what is no number");
	else if (c.failed)
		wt_judging_say(j, WT_SAYS_FAIL, "test '%s'%s failed", c.first,
			       c.failed > 1 ? " and others" : "");
	else if (c.claimed)
		wt_judging_say(j, WT_SAYS_FAIL, "its report counts failures and names none");
	else if (c.tests == c.skipped)
		wt_judging_say(j, WT_SAYS_ERROR,
			       c.tests ? "all of its tests were skipped"
				       : "its report holds no tests");
	else
		j->result->verdict = WT_SAYS_PASS;
}
