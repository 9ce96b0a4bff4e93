/* SPDX-License-Identifier: MIT */
/* What is believed of a forge's answers, and what is said about a refusal. */

#include "tests/support/check.h"
#include "wtorch/core/forge_answer.h"
#include "wtorch/core/forge_json.h"

/* Values as a reader would build them; names and texts are borrowed. */
static struct wt_json number(const char *name, double n)
{
	return (struct wt_json){ .kind = WT_JSON_NUMBER, .name = name, .number = n };
}

static struct wt_json text(const char *name, const char *s)
{
	return (struct wt_json){ .kind = WT_JSON_STRING, .name = name, .string = s };
}

static struct wt_json *chain(struct wt_json *parent, struct wt_json *children, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		children[i].next = &children[i + 1];
	parent->child = children;
	return parent;
}

static void test_forge_json__believes_whole_numbers_above_zero(void **state)
{
	static const double bad[] = { 0, -1, 1.5, 1e300, 0x1p53 + 2 };
	struct wt_arena a = { 0 };
	struct wt_json doc = { .kind = WT_JSON_OBJECT };
	struct wt_json fields[] = { number("number", 7), number("id", 0x1p53), text("title", "T") };
	struct wt_forge_issue out;
	struct wt_error err;

	(void)state;
	chain(&doc, fields, 3);
	check_ok(wt_forge_issue_parse(&a, &doc, &out, &err), err);
	check_int(out.number, 7);
	check_str(out.body, "");
	check_str(out.author, "");
	check_int(out.n_sub_issues, -1);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		fields[0].number = bad[i];
		check_int(wt_forge_issue_parse(&a, &doc, &out, &err), WT_E_ENV);
		check_contains(err.msg, "without a good 'number'");
	}
	wt_arena_clear(&a);
}

static void check_name(const char *full, bool is_good)
{
	struct wt_arena a = { 0 };
	struct wt_json doc = { .kind = WT_JSON_OBJECT };
	struct wt_json field = text("full_name", full);
	struct wt_forge_repo out;
	struct wt_error err;

	chain(&doc, &field, 1);
	check_int(wt_forge_repo_parse(&a, &doc, &out, &err), is_good ? WT_OK : WT_E_ENV);
	wt_arena_clear(&a);
}

static void test_forge_json__wants_names_of_two_parts(void **state)
{
	(void)state;
	check_name("octo/app", true);
	check_name("octo", false);
	check_name("/app", false);
	check_name("octo/", false);
	check_name("a/b/c", false);
}

static void test_forge_json__writes_only_what_is_set(void **state)
{
	struct wt_buf out = WT_BUF_INIT;
	const char *const none[] = { NULL };
	const char *const labels[] = { "a", "b,c", NULL };

	(void)state;
	wt_forge_issue_edit_render(&(struct wt_forge_issue_edit){ 0 }, &out);
	check_str(out.data, "{}");
	wt_buf_reset(&out);
	wt_forge_issue_edit_render(
		&(struct wt_forge_issue_edit){ .body = "", .labels = none, .state = "open" }, &out);
	check_str(out.data, "{\"body\":\"\",\"labels\":[],\"state\":\"open\"}");
	wt_buf_reset(&out);
	wt_forge_issue_edit_render(
		&(struct wt_forge_issue_edit){ .title = "\"\n", .labels = labels }, &out);
	check_str(out.data, "{\"title\":\"\\\"\\n\",\"labels\":[\"a\",\"b,c\"]}");
	wt_buf_reset(&out);
	wt_forge_status_render(&(struct wt_forge_status){ .state = "success", .context = "c" },
			       &out);
	check_str(out.data, "{\"state\":\"success\",\"context\":\"c\"}");
	wt_buf_clear(&out);
}

static void test_forge_answer__names_code_and_right(void **state)
{
	static const struct {
		int status;
		enum wt_code code;
		const char *hint;
	} cases[] = {
		{ 400, WT_E_ENV, "github.api_version" },
		{ 401, WT_E_ENV, "gh auth login" },
		{ 403, WT_E_ENV, "the token needs the right 'issues=write'" },
		{ 404, WT_E_NOT_FOUND, "needs the right 'issues=write'" },
		{ 405, WT_E_STATE, "" },
		{ 409, WT_E_STATE, "" },
		{ 410, WT_E_ENV, "disabled" },
		{ 413, WT_E_INPUT, "" },
		{ 422, WT_E_INPUT, "" },
		{ 451, WT_E_ENV, "" },
	};
	struct wt_json doc = { .kind = WT_JSON_OBJECT };
	struct wt_json message = text("message", "because");
	struct wt_error err;

	(void)state;
	chain(&doc, &message, 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct wt_forge_answer in = { .what = "do it",
						    .status = cases[i].status,
						    .has_token = true,
						    .doc = &doc,
						    .needs_permissions = "issues=write" };

		check_int(wt_forge_answer_fail(&in, &err), cases[i].code);
		check_contains(err.msg, "cannot do it: the server answered ");
		check_contains(err.msg, ": because");
		check_contains(err.hint, cases[i].hint);
	}
}

static void test_forge_answer__cuts_long_messages_at_a_character(void **state)
{
	char long_text[600] = "";
	struct wt_json doc = { .kind = WT_JSON_OBJECT };
	struct wt_json message = text("message", long_text);
	const struct wt_forge_answer in = { .what = "do it", .status = 451, .doc = &doc };
	struct wt_error err;

	(void)state;
	memset(long_text, 'x', 199);
	for (size_t i = 199; i + 2 < sizeof long_text; i += 2)
		memcpy(long_text + i, "\xC3\xA9", 3);
	chain(&doc, &message, 1);
	wt_forge_answer_fail(&in, &err);
	check_contains(err.msg, "xxx...");
	assert_null(strchr(err.msg, '?'));
	assert_null(strstr(err.msg, "\xC3"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forge_json__believes_whole_numbers_above_zero),
		cmocka_unit_test(test_forge_json__wants_names_of_two_parts),
		cmocka_unit_test(test_forge_json__writes_only_what_is_set),
		cmocka_unit_test(test_forge_answer__names_code_and_right),
		cmocka_unit_test(test_forge_answer__cuts_long_messages_at_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
