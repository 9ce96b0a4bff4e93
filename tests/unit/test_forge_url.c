/* SPDX-License-Identifier: MIT */
/* Addresses of forges and of git remotes. */

#include "tests/support/check.h"
#include "wtorch/core/forge_url.h"

static const char *place_of(struct wt_arena *a, const char *url)
{
	struct wt_forge_place p;

	if (!wt_forge_remote_parse(a, wt_str_of(url), &p))
		return "none";
	return wt_arena_printf(a, "%s %s %s", p.host, p.owner, p.name);
}

static void test_forge_url__reads_every_form_of_a_remote(void **state)
{
	static const char *const cases[][2] = {
		{ "https://github.com/octo/app.git", "github.com octo app" },
		{ "https://github.com/octo/app", "github.com octo app" },
		{ "https://github.com/octo/app/", "github.com octo app" },
		{ "https://user:p%40ss@GitHub.com/octo/app.git", "github.com octo app" },
		{ "http://127.0.0.1:8080/octo/my.app.git", "127.0.0.1:8080 octo my.app" },
		{ "ssh://git@github.com/octo/app.git", "github.com octo app" },
		{ "ssh://git@ssh.github.com:443/octo/app.git", "ssh.github.com octo app" },
		{ "git+ssh://git@git.example.com/octo/app", "git.example.com octo app" },
		{ "git://github.com/octo/app.git", "github.com octo app" },
		{ "git@github.com:octo/app.git", "github.com octo app" },
		{ "github.com:octo/app", "github.com octo app" },
		{ "git@github.com:/octo/app.git", "github.com octo app" },
		{ "org-123@sub.ghe.com:octo/app_x-y.git", "sub.ghe.com octo app_x-y" },
		{ "HTTPS://GITHUB.COM/Octo/App", "github.com Octo App" },
	};
	struct wt_arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_str(place_of(&a, cases[i][0]), cases[i][1]);
	wt_arena_clear(&a);
}

static void test_forge_url__takes_nothing_else_for_a_remote(void **state)
{
	static const char *const cases[] = {
		"",
		"/srv/git/app.git",
		"../app.git",
		"./a:b/c",
		"file:///srv/octo/app.git",
		"https://github.com/app.git",
		"https://github.com/a/b/c",
		"https://github.com/octo/..",
		"https://github.com/octo/.git",
		"https://github.com/oc to/app",
		"https://github.com/octo/app?x=1",
		"https:///octo/app",
		"https://user@/octo/app",
		"https://github.com:x/octo/app",
		"https://-x/octo/app",
		"github.com",
		"git@github.com:app",
		"ext::sh -c x/y",
		"https://evil.com\\@github.com/octo/app",
		"git@github.com:octo/app\nx",
	};
	struct wt_arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (strcmp(place_of(&a, cases[i]), "none") != 0)
			fail_msg("%s: %s", cases[i], place_of(&a, cases[i]));
	wt_arena_clear(&a);
}

static void test_forge_url__knows_where_the_api_of_a_host_is(void **state)
{
	static const char *const cases[][3] = {
		{ "github.com", "https://api.github.com", "https://api.github.com/graphql" },
		{ "ssh.github.com", "https://api.github.com", "https://api.github.com/graphql" },
		{ "sub.ghe.com", "https://api.sub.ghe.com", "https://api.sub.ghe.com/graphql" },
		{ "git.example.com", "https://git.example.com/api/v3",
		  "https://git.example.com/api/graphql" },
	};
	struct wt_arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		check_str(wt_forge_api_of(&a, cases[i][0]), cases[i][1]);
		check_str(wt_forge_graphql_of(&a, cases[i][1]), cases[i][2]);
	}
	check_str(wt_forge_host_of(&a, "https://api.github.com"), "github.com");
	check_str(wt_forge_host_of(&a, "https://api.sub.ghe.com/"), "sub.ghe.com");
	check_str(wt_forge_host_of(&a, "https://git.example.com/api/v3"), "git.example.com");
	check_str(wt_forge_host_of(&a, "http://127.0.0.1:99/x"), "127.0.0.1:99");
	assert_null(wt_forge_host_of(&a, "file:///x"));
	assert_null(wt_forge_host_of(&a, "https://a@b/"));
	assert_true(wt_forge_is_cloud("github.com") && wt_forge_is_cloud("x.ghe.com"));
	assert_false(wt_forge_is_cloud("github.com.example.com") || wt_forge_is_cloud("xghe.com") ||
		     wt_forge_is_cloud("notgithub.com"));
	wt_arena_clear(&a);
}

static void test_forge_url__says_where_a_token_may_go(void **state)
{
	(void)state;
	assert_true(wt_forge_is_safe("https://git.example.com/api/v3"));
	assert_true(wt_forge_is_safe("http://127.0.0.1:8080"));
	assert_true(wt_forge_is_safe("http://localhost"));
	assert_false(wt_forge_is_safe("http://git.example.com"));
	assert_false(wt_forge_is_safe("http://127.0.0.1.example.com"));
	assert_false(wt_forge_is_safe("http://localhost@example.com"));
}

static void test_forge_url__tells_one_server_from_another(void **state)
{
	static const struct {
		const char *url;
		bool is_same;
	} cases[] = {
		{ "https://api.github.com/repositories/1/issues?page=2", true },
		{ "https://API.github.com/x", true },
		{ "https://api.github.com", true },
		{ "http://api.github.com/x", false },
		{ "https://api.github.com:8443/x", false },
		{ "https://api.github.com.example.com/x", false },
		{ "https://api.github.com@example.com/x", false },
		{ "https://api.github.co/x", false },
		{ "/x", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (wt_forge_same_server("https://api.github.com/", wt_str_of(cases[i].url)) !=
		    cases[i].is_same)
			fail_msg("%s", cases[i].url);
}

static const char *issue_of(struct wt_arena *a, const char *text)
{
	struct wt_forge_place p;
	int64_t number;

	if (!wt_forge_issue_ref_parse(a, wt_str_of(text), &p, &number))
		return "none";
	return wt_arena_printf(a, "%s %s %s %d", p.host ? p.host : "-", p.owner ? p.owner : "-",
			       p.name ? p.name : "-", (int)number);
}

static void test_forge_url__reads_every_form_of_an_issue(void **state)
{
	static const char *const cases[][2] = {
		{ "12", "- - - 12" },
		{ "#12", "- - - 12" },
		{ "octo/app#7", "- octo app 7" },
		{ "https://github.com/octo/app/issues/5", "github.com octo app 5" },
		{ "https://github.com/octo/app/issues/5#issuecomment-1", "github.com octo app 5" },
		{ "http://127.0.0.1:80/octo/app/issues/5?x=#", "127.0.0.1:80 octo app 5" },
		{ "https://github.com/octo/app/pull/6/files", "github.com octo app 6" },
		{ "", "none" },
		{ "#", "none" },
		{ "0", "none" },
		{ "012", "none" },
		{ "-1", "none" },
		{ "12x", "none" },
		{ "99999999999999999999", "none" },
		{ "octo#1", "none" },
		{ "octo/app#", "none" },
		{ "octo/app/x#1", "none" },
		{ "https://github.com/octo/app", "none" },
		{ "https://github.com/octo/app/issues", "none" },
		{ "https://github.com/octo/app/issues/x", "none" },
		{ "https://github.com/octo/app/actions/5", "none" },
		{ "https://a@b/octo/app/issues/5", "none" },
	};
	struct wt_arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (strcmp(issue_of(&a, cases[i][0]), cases[i][1]) != 0)
			fail_msg("%s: %s", cases[i][0], issue_of(&a, cases[i][0]));
	wt_arena_clear(&a);
}

static void test_forge_url__escapes_what_has_a_meaning(void **state)
{
	struct wt_buf out = WT_BUF_INIT;

	(void)state;
	wt_forge_escape(&out, "a-Z_0.~ /?&#%+\xC3\xA9");
	check_str(out.data, "a-Z_0.~%20%2F%3F%26%23%25%2B%C3%A9");
	wt_buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forge_url__reads_every_form_of_a_remote),
		cmocka_unit_test(test_forge_url__takes_nothing_else_for_a_remote),
		cmocka_unit_test(test_forge_url__knows_where_the_api_of_a_host_is),
		cmocka_unit_test(test_forge_url__says_where_a_token_may_go),
		cmocka_unit_test(test_forge_url__tells_one_server_from_another),
		cmocka_unit_test(test_forge_url__reads_every_form_of_an_issue),
		cmocka_unit_test(test_forge_url__escapes_what_has_a_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
