/* SPDX-License-Identifier: MIT */
/* What is asked of GitHub, and what comes back, against a server of our own that keeps state. */

#include "tests/support/adapter_github.h"

static struct wt_forge_issue new_issue(struct github *g, const char *title, const char *body)
{
	const struct wt_forge_issue_edit in = { .title = title, .body = body };
	struct wt_forge_issue out = { 0 };

	check_ok(g->forge.create_issue(g->forge.self, &in, &g->a, &out, &g->err), g->err);
	return out;
}

static struct wt_forge_issue read_issue(struct github *g, int64_t number)
{
	struct wt_forge_issue out = { 0 };

	check_ok(g->forge.issue(g->forge.self, number, &g->a, &out, &g->err), g->err);
	return out;
}

static struct wt_forge_figures figures(struct github *g)
{
	struct wt_forge_figures out;

	g->forge.figures(g->forge.self, &out);
	return out;
}

static void test_forge__tells_who_the_token_belongs_to(void **state)
{
	struct github *g = *state;
	struct wt_forge_opts opts = github_opts(g);
	const char *login, *rights;

	check_ok(g->forge.user(g->forge.self, &g->a, &login, &rights, &g->err), g->err);
	check_str(login, "robot");
	check_str(rights, "repo, user");
	opts.token = "fine";
	github_open(g, &opts);
	check_ok(g->forge.user(g->forge.self, &g->a, &login, &rights, &g->err), g->err);
	check_str(rights, "");
	opts.token = "app";
	github_open(g, &opts);
	check_ok(g->forge.user(g->forge.self, &g->a, &login, &rights, &g->err), g->err);
	check_str(login, "");
}

static void test_forge__reads_the_repository(void **state)
{
	struct github *g = *state;
	struct wt_forge_repo repo;

	check_ok(g->forge.repo(g->forge.self, &g->a, &repo, &g->err), g->err);
	check_str(repo.owner, "octo");
	check_str(repo.name, "app");
	check_str(repo.default_branch, "main");
	assert_true(repo.may_push && repo.has_issues && !repo.is_archived);
}

static void test_forge__creates_and_edits_an_issue(void **state)
{
	struct github *g = *state;
	const char *const labels[] = { "a, b", "sub-issue", NULL };
	const struct wt_forge_issue_edit in = { .title = "Über \"all\"",
						.body = "x\n\xF0\x9F\x99\x82",
						.labels = labels };
	const struct wt_forge_issue_edit edit = { .body = "y",
						  .state = "closed",
						  .state_reason = "completed" };
	struct wt_forge_issue made, i;

	check_ok(g->forge.create_issue(g->forge.self, &in, &g->a, &made, &g->err), g->err);
	assert_true(made.id != made.number);
	check_ok(g->forge.edit_issue(g->forge.self, made.number, &edit, &g->err), g->err);
	i = read_issue(g, made.number);
	check_str(i.title, "Über \"all\"");
	check_str(i.body, "y");
	check_str(i.author, "robot");
	check_str(i.state_reason, "completed");
	assert_true(i.is_closed && !i.is_pull && !i.owner);
	check_int(i.n_labels, 2);
	check_str(i.labels[0], "a, b");
	check_int(i.id, made.id);
}

static void test_forge__lists_all_pages_oldest_first_without_pulls(void **state)
{
	struct github *g = *state;
	struct wt_forge_issue *list;
	size_t n;

	for (int i = 0; i < 120; i++)
		github_tell(g, "issue", "{'title': 'T%d', 'labels': ['ours']}", i);
	github_tell(g, "issue", "{'title': 'other'}");
	github_tell(g, "branches", "{'topic': '%040d'}", 5);
	check_ok(g->forge.create_pull(
			 g->forge.self,
			 &(struct wt_forge_pull){ .title = "P", .head = "topic", .base = "main" },
			 &g->a, &(struct wt_forge_pull){ 0 }, &g->err),
		 g->err);
	check_ok(g->forge.edit_issue(g->forge.self, 122,
				     &(struct wt_forge_issue_edit){
					     .labels = (const char *const[]){ "ours", NULL } },
				     &g->err),
		 g->err);
	check_ok(g->forge.issues(g->forge.self, "ours", &g->a, &list, &n, &g->err), g->err);
	check_int(n, 120);
	check_str(list[0].title, "T0");
	check_str(list[119].title, "T119");
	check_int(github_count(g, "GET"), 2);
	check_ok(g->forge.issues(g->forge.self, "none of & ours", &g->a, &list, &n, &g->err),
		 g->err);
	check_int(n, 0);
}

static void test_forge__follows_pages_of_this_server_only(void **state)
{
	struct github *g = *state;
	struct wt_forge_comment *list;
	size_t n;

	new_issue(g, "T", NULL);
	github_tell(g, "faults",
		    "[{'path': 'comments', 'headers': {'Link': "
		    "'<http://127.0.0.1:1/x>; rel=\\u0022next\\u0022'}}]");
	github_fails(g, g->forge.comments(g->forge.self, 1, &g->a, &list, &n, &g->err), WT_E_ENV,
		     "its next page is on another server");
}

static void test_forge__comments_and_finds_one_deleted(void **state)
{
	struct github *g = *state;
	struct wt_forge_comment made, c, *list;
	size_t n;

	new_issue(g, "T", NULL);
	check_ok(g->forge.create_comment(g->forge.self, 1, "first", &g->a, &made, &g->err), g->err);
	check_ok(g->forge.edit_comment(g->forge.self, made.id, "second", &g->err), g->err);
	check_ok(g->forge.comment(g->forge.self, made.id, &g->a, &c, &g->err), g->err);
	check_str(c.body, "second");
	check_str(c.author, "robot");
	check_ok(g->forge.comments(g->forge.self, 1, &g->a, &list, &n, &g->err), g->err);
	check_int(n, 1);
	check_int(list[0].id, made.id);
	github_tell(g, "delete_comment", "{'id': %d}", (int)made.id);
	github_fails(g, g->forge.comment(g->forge.self, made.id, &g->a, &c, &g->err),
		     WT_E_NOT_FOUND, "404");
	github_fails(g, g->forge.edit_comment(g->forge.self, made.id, "x", &g->err), WT_E_NOT_FOUND,
		     "404");
}

static void test_forge__makes_a_label_once(void **state)
{
	struct github *g = *state;

	for (int i = 0; i < 3; i++)
		check_ok(g->forge.ensure_label(g->forge.self, "sub, \xF0\x9F\x99\x82 /x", "0052cc",
					       "what", &g->err),
			 g->err);
	check_int(github_count(g, "POST"), 1);
	/* Somebody makes it in between. */
	github_tell(g, "faults", "[{'m': 'GET', 'path': 'labels', 'code': 404}]");
	check_ok(g->forge.ensure_label(g->forge.self, "sub, \xF0\x9F\x99\x82 /x", "0052cc", NULL,
				       &g->err),
		 g->err);
	github_tell(g, "faults", "[{'m': 'POST', 'path': 'labels', 'drop': 'after'}]");
	check_ok(g->forge.ensure_label(g->forge.self, "lost", "0052cc", NULL, &g->err), g->err);
	github_fails(g, g->forge.ensure_label(g->forge.self, "bad", "blue", NULL, &g->err),
		     WT_E_INPUT, "Label color invalid");
}

static void test_forge__links_sub_issues_by_id(void **state)
{
	struct github *g = *state;
	struct wt_forge_issue *list;
	size_t n;
	int64_t id;

	new_issue(g, "parent", NULL);
	id = new_issue(g, "child", NULL).id;
	check_ok(g->forge.add_sub_issue(g->forge.self, 1, id, &g->err), g->err);
	check_ok(g->forge.sub_issues(g->forge.self, 1, &g->a, &list, &n, &g->err), g->err);
	check_int(n, 1);
	check_int(list[0].number, 2);
	check_int(read_issue(g, 1).n_sub_issues, 1);
	github_fails(g, g->forge.add_sub_issue(g->forge.self, 1, id, &g->err), WT_E_INPUT,
		     "one parent");
	github_tell(g, "set", "{'sub_issues': false}");
	github_fails(g, g->forge.sub_issues(g->forge.self, 1, &g->a, &list, &n, &g->err),
		     WT_E_NOT_FOUND, "404");
}

static void test_forge__tells_what_blocks_an_issue(void **state)
{
	struct github *g = *state;
	struct wt_forge_issue i;

	for (int k = 0; k < 3; k++)
		new_issue(g, "T", NULL);
	github_tell(g, "blocked", "{'3': [1, 2]}");
	i = read_issue(g, 3);
	check_int(i.n_blocked_by, 2);
	check_int(i.blocked_by[0] + i.blocked_by[1], 3);
	check_int(read_issue(g, 2).n_blocked_by, 0);
	check_int(github_count(g, "GET"), 3);
}

static void test_forge__opens_finds_readies_and_merges_a_pull(void **state)
{
	struct github *g = *state;
	const struct wt_forge_pull in = {
		.title = "P", .head = "wtorch/1-x", .base = "main", .body = "b", .is_draft = true
	};
	struct wt_forge_pull p;
	const char *oid = NULL;
	void *self = g->forge.self;

	github_tell(g, "branches", "{'wtorch/1-x': '%040d'}", 7);
	github_fails(g, g->forge.find_pull(self, "wtorch/1-x", &g->a, &p, &g->err), WT_E_NOT_FOUND,
		     "no pull request");
	check_ok(g->forge.create_pull(self, &in, &g->a, &p, &g->err), g->err);
	check_int(p.number, 1);
	github_fails(g, g->forge.create_pull(self, &in, &g->a, &p, &g->err), WT_E_EXISTS,
		     "already exists");
	check_ok(g->forge.find_pull(self, "wtorch/1-x", &g->a, &p, &g->err), g->err);
	assert_true(p.is_draft && !p.is_closed && !p.is_merged && !p.merge_oid);
	github_fails(g, g->forge.merge_pull(self, 1, p.head_oid, "merge", &g->a, &oid, &g->err),
		     WT_E_STATE, "not mergeable");
	check_ok(g->forge.ready_pull(self, 1, &g->err), g->err);
	check_ok(g->forge.ready_pull(self, 1, &g->err), g->err);
	check_ok(g->forge.edit_pull(self, 1, &(struct wt_forge_pull_edit){ .title = "Q" }, &g->err),
		 g->err);
	check_ok(g->forge.pull(self, 1, &g->a, &p, &g->err), g->err);
	assert_false(p.is_draft);
	check_str(p.title, "Q");
	check_str(p.mergeable, "clean");
	github_fails(g,
		     g->forge.merge_pull(self, 1, "ffffffffffffffffffffffffffffffffffffffff",
					 "squash", &g->a, &oid, &g->err),
		     WT_E_STATE, "modified");
	check_ok(g->forge.merge_pull(self, 1, p.head_oid, "squash", &g->a, &oid, &g->err), g->err);
	check_ok(g->forge.find_pull(self, "wtorch/1-x", &g->a, &p, &g->err), g->err);
	assert_true(p.is_merged && p.is_closed);
	check_str(p.merge_oid, oid);
}

static void test_forge__refuses_a_pull_of_what_is_not_there(void **state)
{
	struct github *g = *state;
	struct wt_forge_pull in = { .title = "P", .head = "nowhere", .base = "main" };

	github_fails(g, g->forge.create_pull(g->forge.self, &in, &g->a, &in, &g->err), WT_E_INPUT,
		     "PullRequest head invalid");
}

static void set_status(struct github *g, const char *context, const char *word)
{
	const struct wt_forge_status in = { .state = word, .context = context, .description = "d" };

	check_ok(g->forge.set_status(g->forge.self, "1111111111111111111111111111111111111111", &in,
				     &g->err),
		 g->err);
}

static enum wt_forge_checks checks(struct github *g)
{
	enum wt_forge_checks out;

	check_ok(g->forge.checks(g->forge.self, "1111111111111111111111111111111111111111", &out,
				 &g->err),
		 g->err);
	return out;
}

static void tell_run(struct github *g, const char *status, const char *conclusion)
{
	github_tell(g, "runs",
		    "{'1111111111111111111111111111111111111111': [{'name': 'ci', 'status': '%s', "
		    "'conclusion': %s}]}",
		    status, conclusion);
}

static void test_forge__sums_up_statuses_and_check_runs(void **state)
{
	struct github *g = *state;

	check_int(checks(g), WT_CHECKS_NONE);
	set_status(g, "tests", "pending");
	check_int(checks(g), WT_CHECKS_PENDING);
	set_status(g, "tests", "success");
	check_int(checks(g), WT_CHECKS_GREEN);
	tell_run(g, "in_progress", "null");
	check_int(checks(g), WT_CHECKS_PENDING);
	tell_run(g, "completed", "'skipped'");
	check_int(checks(g), WT_CHECKS_GREEN);
	tell_run(g, "completed", "'timed_out'");
	check_int(checks(g), WT_CHECKS_RED);
	tell_run(g, "completed", "'success'");
	set_status(g, "lint", "error");
	check_int(checks(g), WT_CHECKS_RED);
}

static void test_forge__works_below_the_prefix_of_an_enterprise_server(void **state)
{
	struct github *g = *state;
	struct wt_forge_opts opts = github_opts(g);
	struct wt_forge_comment *list;
	size_t n;

	opts.api_url = wt_arena_printf(&g->a, "%s/api/v3/", opts.api_url);
	github_open(g, &opts);
	new_issue(g, "T", NULL);
	for (int i = 0; i < 101; i++)
		check_ok(g->forge.create_comment(g->forge.self, 1, "c", &g->a,
						 &(struct wt_forge_comment){ 0 }, &g->err),
			 g->err);
	check_ok(g->forge.comments(g->forge.self, 1, &g->a, &list, &n, &g->err), g->err);
	check_int(n, 101);
	github_tell(g, "branches", "{'topic': '%040d'}", 5);
	check_ok(g->forge.create_pull(
			 g->forge.self,
			 &(struct wt_forge_pull){
				 .title = "P", .head = "topic", .base = "main", .is_draft = true },
			 &g->a, &(struct wt_forge_pull){ 0 }, &g->err),
		 g->err);
	check_ok(g->forge.ready_pull(g->forge.self, 2, &g->err), g->err);
}

static void test_forge__keeps_writes_apart(void **state)
{
	struct github *g = *state;
	struct wt_forge_opts opts = github_opts(g);

	github_tell(g, "set", "{'gap_ms': 60}");
	opts.write_gap_ms = 60;
	github_open(g, &opts);
	check_int(g->forge.write_wait_ms(g->forge.self), 0);
	for (int i = 0; i < 4; i++) {
		new_issue(g, "T", NULL);
		assert_true(g->forge.write_wait_ms(g->forge.self) > 0);
		read_issue(g, 1);
	}
	check_int(g->told, 0);
}

static void test_forge__pays_nothing_for_what_has_not_changed(void **state)
{
	struct github *g = *state;

	new_issue(g, "T", "one");
	for (int i = 0; i < 3; i++)
		check_str(read_issue(g, 1).body, "one");
	check_int(figures(g).unchanged, 2);
	check_ok(g->forge.edit_issue(g->forge.self, 1,
				     &(struct wt_forge_issue_edit){ .body = "two" }, &g->err),
		 g->err);
	check_str(read_issue(g, 1).body, "two");
	check_int(figures(g).unchanged, 2);
}

static void test_forge__follows_pages_of_an_unchanged_list(void **state)
{
	struct github *g = *state;
	struct wt_forge_issue *list;
	size_t n;

	for (int i = 0; i < 150; i++)
		github_tell(g, "issue", "{'title': 'T%d', 'labels': ['ours']}", i);
	for (int i = 0; i < 2; i++) {
		check_ok(g->forge.issues(g->forge.self, "ours", &g->a, &list, &n, &g->err), g->err);
		check_int(n, 150);
	}
	check_int(figures(g).unchanged, 2);
}

/* refusals */

static void test_forge__names_what_is_wrong_with_the_token(void **state)
{
	struct github *g = *state;
	struct wt_forge_opts opts = github_opts(g);
	struct wt_forge_issue i;

	new_issue(g, "T", NULL);
	opts.token = "expired";
	github_open(g, &opts);
	github_fails(g, g->forge.issue(g->forge.self, 1, &g->a, &i, &g->err), WT_E_ENV,
		     "401: Bad credentials");
	assert_null(strstr(g->err.msg, "expired"));
	opts.token = "weak";
	github_open(g, &opts);
	github_fails(g,
		     g->forge.create_comment(g->forge.self, 1, "x", &g->a,
					     &(struct wt_forge_comment){ 0 }, &g->err),
		     WT_E_ENV, "403: Resource not accessible");
	check_str(g->err.hint, "the token may 'read:user', and needs one of 'repo'");
	github_tell(g, "set", "{'private': true}");
	github_fails(g, g->forge.issue(g->forge.self, 1, &g->a, &i, &g->err), WT_E_NOT_FOUND,
		     "read issue #1");
	check_contains(g->err.hint, "may not see it");
	check_int(g->slept_ms, 0);
}

static void test_forge__tells_a_repository_that_takes_no_issues(void **state)
{
	struct github *g = *state;
	const struct wt_forge_issue_edit in = { .title = "T" };
	struct wt_forge_issue i;

	github_tell(g, "set", "{'archived': true}");
	github_fails(g, g->forge.create_issue(g->forge.self, &in, &g->a, &i, &g->err), WT_E_ENV,
		     "archived");
	github_tell(g, "set", "{'archived': false, 'has_issues': false}");
	github_fails(g, g->forge.create_issue(g->forge.self, &in, &g->a, &i, &g->err), WT_E_ENV,
		     "410");
	check_contains(g->err.hint, "issues are disabled");
}

static void test_forge__passes_on_why_content_was_refused(void **state)
{
	struct github *g = *state;
	const struct wt_forge_issue_edit none = { .title = "" };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_forge_comment c;
	struct wt_forge_issue i;

	github_fails(g, g->forge.create_issue(g->forge.self, &none, &g->a, &i, &g->err), WT_E_INPUT,
		     "Validation Failed: Issue title missing_field");
	new_issue(g, "T", NULL);
	for (int n = 0; n < 65537; n++)
		wt_buf_putc(&text, 'x');
	github_fails(g, g->forge.create_comment(g->forge.self, 1, text.data, &g->a, &c, &g->err),
		     WT_E_INPUT, "too long");
	wt_buf_cut(&text, 65536);
	check_ok(g->forge.create_comment(g->forge.self, 1, text.data, &g->a, &c, &g->err), g->err);
	wt_buf_clear(&text);
	github_fails(g, g->forge.issue(g->forge.self, 77, &g->a, &i, &g->err), WT_E_NOT_FOUND,
		     "#77");
}

static void test_forge__makes_what_a_server_says_safe(void **state)
{
	struct github *g = *state;
	struct wt_forge_issue i;

	g->is_hasty = true;
	github_tell(g, "faults",
		    "[{'code': 400, 'body': {'message': 'a\\u001b[31m%s'}}, {'code': 422, "
		    "'body': {'message': 'no', 'errors': 'text'}}, {'code': 418, 'body': '<b>'}]",
		    "b\xC3\xA9");
	github_fails(g, g->forge.issue(g->forge.self, 1, &g->a, &i, &g->err), WT_E_ENV,
		     "400: a?[31mb\xC3\xA9");
	github_fails(g, g->forge.issue(g->forge.self, 1, &g->a, &i, &g->err), WT_E_INPUT,
		     "422: no: text");
	github_fails(g, g->forge.issue(g->forge.self, 1, &g->a, &i, &g->err), WT_E_ENV,
		     "418: without JSON");
}

/* limits */

static void test_forge__waits_as_long_as_it_is_told(void **state)
{
	struct github *g = *state;

	github_tell(g, "faults",
		    "[{'m': 'POST', 'code': 403, 'headers': {'Retry-After': '1'}, 'body': "
		    "{'message': 'You have exceeded a secondary rate limit'}}]");
	check_str(new_issue(g, "T", NULL).title, "T");
	assert_true(g->slept_ms >= 1000);
	assert_true(g->told > 0);
	check_str(g->why, "the server asked to wait");
	assert_true(figures(g).waited_ms >= 1000);
}

static void test_forge__waits_until_its_limit_is_reset(void **state)
{
	struct github *g = *state;

	g->is_hasty = true;
	github_tell(g, "faults",
		    "[{'m': 'POST', 'code': 429, 'headers': {'X-RateLimit-Remaining': '0', "
		    "'X-RateLimit-Reset': 'NOW+200'}, 'body': {'message': 'API rate limit'}}]");
	new_issue(g, "T", NULL);
	assert_true(g->slept_ms >= 200000 && g->slept_ms < 300000);
	check_int(github_count(g, "POST"), 2);
}

static void test_forge__stops_before_its_limit_is_exceeded(void **state)
{
	struct github *g = *state;
	struct wt_forge_issue i;

	g->is_hasty = true;
	new_issue(g, "T", NULL);
	github_tell(g, "set", "{'remaining': 0}");
	read_issue(g, 1);
	check_int(figures(g).remaining, 0);
	assert_true(g->forge.write_wait_ms(g->forge.self) > 0);
	github_fails(g, g->forge.issue(g->forge.self, 1, &g->a, &i, &g->err), WT_E_ENV,
		     "its rate limit is used up");
	check_int(github_count(g, "GET"), 1);
	check_contains(g->err.hint, "github.wait_max");
}

static void test_forge__backs_off_from_a_secondary_limit(void **state)
{
	struct github *g = *state;
	const char *fault = "{'code': 403, 'body': {'message': 'You have exceeded a secondary "
			    "rate limit'}}";
	const struct wt_forge_issue_edit in = { .title = "T" };
	struct wt_forge_issue i;

	g->is_hasty = true;
	github_tell(g, "faults", "[%s, %s]", fault, fault);
	new_issue(g, "T", NULL);
	assert_true(g->slept_ms >= 180000);
	github_tell(g, "faults", "[%s, %s, %s, %s, %s, %s]", fault, fault, fault, fault, fault,
		    fault);
	github_fails(g, g->forge.create_issue(g->forge.self, &in, &g->a, &i, &g->err), WT_E_ENV,
		     "secondary rate limit");
}

static void test_forge__does_not_wait_longer_than_allowed(void **state)
{
	struct github *g = *state;
	struct wt_forge_opts opts = github_opts(g);
	struct wt_forge_issue i;

	opts.wait_max_ms = 5000;
	github_open(g, &opts);
	github_tell(g, "faults", "[{'code': 429, 'headers': {'Retry-After': '60'}}]");
	github_fails(g, g->forge.issue(g->forge.self, 1, &g->a, &i, &g->err), WT_E_ENV, "1m");
	check_int(g->slept_ms, 0);
	g->is_bad = true; /* the limit is still on, for a new client */
}

static void test_forge__stops_waiting_when_asked(void **state)
{
	struct github *g = *state;
	struct wt_forge_issue i;

	g->is_hasty = true;
	github_tell(g, "faults",
		    "[{'code': 429, 'headers': {'X-RateLimit-Remaining': '0', "
		    "'X-RateLimit-Reset': 'NOW+300'}}]");
	g->stops_after = 40;
	github_fails(g, g->forge.issue(g->forge.self, 1, &g->a, &i, &g->err), WT_E_INTERRUPTED,
		     "stopped");
	assert_true(g->slept_ms < 300000);
	check_int(github_count(g, "GET"), 1);
}

/* what goes wrong on the way */

static void test_forge__reads_again_what_failed(void **state)
{
	static const char *const faults[] = {
		"{'code': 502, 'headers': {'Content-Type': 'text/html'}, 'body': '<html>'}",
		"{'code': 500}", "{'drop': 'before'}", "{'drop': 'after'}", "{'cut': true}"
	};
	struct github *g = *state;

	g->is_hasty = true;
	new_issue(g, "T", NULL);
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		struct wt_forge_opts opts = github_opts(g);

		github_open(g, &opts);
		github_tell(g, "faults", "[%s]", faults[i]);
		check_str(read_issue(g, 1).title, "T");
		check_int(github_count(g, "GET"), 2 * (i + 1));
	}
}

static void test_forge__gives_up_reading_in_the_end(void **state)
{
	struct github *g = *state;
	const char *f = "{'code': 503}";
	struct wt_forge_issue i;

	g->is_hasty = true;
	github_tell(g, "faults", "[%s, %s, %s, %s, %s, %s]", f, f, f, f, f, f);
	github_fails(g, g->forge.issue(g->forge.self, 1, &g->a, &i, &g->err), WT_E_ENV, "503");
	check_int(github_count(g, "GET"), 5);
}

static void test_forge__never_writes_again_what_may_have_happened(void **state)
{
	static const struct {
		const char *fault;
		size_t made;
	} cases[] = {
		{ "{'m': 'POST', 'drop': 'before'}", 0 },
		{ "{'m': 'POST', 'drop': 'after'}", 1 },
		{ "{'m': 'POST', 'code': 502, 'headers': {'Content-Type': 'text/html'}, 'body': "
		  "'<html>'}",
		  1 },
		{ "{'m': 'POST', 'cut': true}", 2 },
	};
	struct github *g = *state;
	struct wt_forge_comment c, *list;
	size_t n;

	g->is_hasty = true;
	new_issue(g, "T", NULL);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		github_tell(g, "faults", "[%s]", cases[i].fault);
		github_fails(
			g,
			g->forge.create_comment(g->forge.self, 1,
						wt_arena_printf(&g->a, "<!-- wtorch:k%zu -->", i),
						&g->a, &c, &g->err),
			WT_E_RACED, "no telling whether it happened");
		check_ok(g->forge.comments(g->forge.self, 1, &g->a, &list, &n, &g->err), g->err);
		check_int(n, cases[i].made);
		check_int(github_count(g, "POST"), 2 + i);
	}
	check_int(g->slept_ms, 0);
}

static void test_forge__does_not_believe_what_is_not_githubs(void **state)
{
	static const char *const bodies[] = { "'<html>hello'",    "[]",
					      "{'number': 1.5}",  "{'number': 1, 'id': 0}",
					      "{'number': null}", "''" };
	struct github *g = *state;
	struct wt_forge_issue i;

	for (size_t n = 0; n < sizeof bodies / sizeof *bodies; n++) {
		github_tell(g, "faults",
			    "[{'code': 200, 'headers': {'Content-Type': 'text/html'}, 'body': %s}]",
			    bodies[n]);
		github_fails(g, g->forge.issue(g->forge.self, 1, &g->a, &i, &g->err), WT_E_ENV,
			     "the server's answer is");
	}
	check_int(github_count(g, "GET"), sizeof bodies / sizeof *bodies);
	github_tell(g, "faults", "[{'code': 201, 'body': {'id': 'x'}}]");
	github_fails(g,
		     g->forge.create_comment(g->forge.self, 1, "x", &g->a,
					     &(struct wt_forge_comment){ 0 }, &g->err),
		     WT_E_RACED, "no telling whether it happened");
}

static void test_forge__leaves_answers_that_do_not_end(void **state)
{
	struct github *g = *state;
	struct wt_forge_opts opts = github_opts(g);
	struct wt_forge_issue i;
	const struct wt_forge_issue_edit in = { .title = "T" };

	opts.deadline_ms = 300;
	opts.wait_max_ms = 0;
	github_open(g, &opts);
	github_tell(g, "faults", "[{'drip': true}, {'m': 'POST', 'drip': true}]");
	github_fails(g, g->forge.issue(g->forge.self, 1, &g->a, &i, &g->err), WT_E_ENV,
		     "its answer did not come");
	github_fails(g, g->forge.create_issue(g->forge.self, &in, &g->a, &i, &g->err), WT_E_RACED,
		     "no telling");
	opts.deadline_ms = 0;
	github_open(g, &opts);
	github_tell(g, "faults", "[{'endless': true}]");
	github_fails(g, g->forge.issue(g->forge.self, 1, &g->a, &i, &g->err), WT_E_ENV,
		     "its answer did not come");
}

static void test_forge__tries_a_server_that_is_away_once_a_call(void **state)
{
	struct github *g = *state;
	struct wt_forge_opts opts = github_opts(g);
	struct wt_forge_issue i;
	int64_t slept;

	g->is_hasty = true;
	opts.api_url = "http://127.0.0.1:1";
	github_open(g, &opts);
	github_fails(g, g->forge.issue(g->forge.self, 1, &g->a, &i, &g->err), WT_E_ENV,
		     "it could not be reached");
	slept = g->slept_ms;
	assert_true(slept > 0);
	github_fails(g, g->forge.issue(g->forge.self, 1, &g->a, &i, &g->err), WT_E_ENV,
		     "it could not be reached");
	check_int(g->slept_ms, slept);
}

/* a repository that was renamed */

static void open_old(struct github *g)
{
	struct wt_forge_opts opts = github_opts(g);

	opts.name = "old";
	github_open(g, &opts);
}

static void test_forge__follows_a_renamed_repository(void **state)
{
	static const int codes[] = { 301, 307 };
	struct github *g = *state;
	struct wt_forge_repo repo;

	for (size_t i = 0; i < 2; i++) {
		github_tell(g, "reset", "{'moved': %d}", codes[i]);
		open_old(g);
		check_str(new_issue(g, "T", NULL).title, "T");
		check_str(read_issue(g, 1).title, "T");
		assert_null(read_issue(g, 1).owner);
		check_ok(g->forge.repo(g->forge.self, &g->a, &repo, &g->err), g->err);
		check_str(repo.name, "app");
		check_int(new_issue(g, "U", NULL).number, 2);
	}
}

static void test_forge__calls_it_by_its_new_name_after_a_read(void **state)
{
	struct github *g = *state;
	const struct wt_json *log;
	size_t moved = 0;

	new_issue(g, "T", NULL);
	open_old(g);
	check_str(read_issue(g, 1).title, "T");
	new_issue(g, "U", NULL);
	log = github_ask(g, "log");
	for (const struct wt_json *e = log->child; e; e = e->next)
		moved += wt_json_int(e, "code", 0) / 100 == 3;
	check_int(moved, 2); /* the issue, and the repository */
}

static void test_forge__finds_a_pull_though_the_owner_is_another_now(void **state)
{
	struct github *g = *state;
	struct wt_forge_opts opts = github_opts(g);
	struct wt_forge_pull p;

	github_tell(g, "all",
		    "[['set', {'old': 'past/app'}], ['branches', {'topic': '%040d'}], "
		    "['pull', {'head': 'topic'}]]",
		    5);
	opts.owner = "past";
	github_open(g, &opts);
	check_ok(g->forge.find_pull(g->forge.self, "topic", &g->a, &p, &g->err), g->err);
	check_int(p.number, 1);
}

/* the server itself */

static int post(struct github *g, const char *const *headers, const char *path, const char *body)
{
	const struct wt_net_request req = { .method = "POST",
					    .url = wt_arena_printf(&g->a, "http://127.0.0.1:%d%s",
								   g->port, path),
					    .token = GITHUB_TOKEN,
					    .headers = headers,
					    .body = wt_str_of(body) };
	struct wt_net_reply reply;

	g->net.request(g->net.self, &req, NULL, NULL, &g->a, &reply);
	return reply.status;
}

static const char *violations(struct github *g)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &text };
	const char *out;

	wt_jsonw_value(&w, github_ask(g, "bad"));
	out = wt_arena_strdup(&g->a, text.data);
	wt_buf_clear(&text);
	return out;
}

/* That it complains of nothing elsewhere is worth something only if it can. */
static void test_forge_server__notes_what_a_client_must_not_do(void **state)
{
	static const char *const good[] = { "Accept: application/vnd.github+json",
					    "X-GitHub-Api-Version: 2022-11-28",
					    "Content-Type: application/json", NULL };
	static const char *const bad[] = { "Accept: text/html", "X-GitHub-Api-Version: 1999-01-01",
					   "Content-Type: text/plain", NULL };
	struct github *g = *state;

	g->is_bad = true;
	check_int(post(g, good, "/repos/octo/app/issues", "{\"title\":\"T\"}"), 201);
	check_str(violations(g), "[]");
	check_int(post(g, bad, "/repos/octo/app/issues", "{\"title\":\"T\"}"), 201);
	check_contains(violations(g), "Accept: text/html");
	check_contains(violations(g), "version 1999-01-01");
	check_contains(violations(g), "Content-Type: text/plain");
	post(g, good, "/repos/octo/app/issues?x=1", "{\"title\":\"T\",\"color\":\"red\"}");
	check_contains(violations(g), "unknown: color, x");
	for (int i = 0; i < 2; i++)
		post(g, good, "/repos/octo/app/issues/1/comments",
		     "{\"body\":\"<!-- wtorch:k --> text\"}");
	check_contains(violations(g), "posted twice: k");
	github_tell(g, "set", "{'gap_ms': 60000}");
	post(g, good, "/repos/octo/app/issues", "{\"title\":\"T\"}");
	check_contains(violations(g), "ms behind the write before");
	github_tell(g, "faults", "[{'code': 429, 'headers': {'Retry-After': '60'}}]");
	for (int i = 0; i < 2; i++)
		post(g, good, "/repos/octo/app/issues", "{\"title\":\"T\"}");
	check_contains(violations(g), "asked while limited");
}

/* opening */

static void test_forge__refuses_what_would_give_the_token_away(void **state)
{
	static const struct {
		const char *url, *token, *part;
	} cases[] = {
		{ "http://git.example.com/api/v3", "secret", "not https" },
		{ "ftp://127.0.0.1/", "secret", "no http" },
		{ "https://api.github.com", "sec\nret", "the token for GitHub is none" },
		{ "https://api.github.com", "", "the token for GitHub is none" },
		{ "https://me:you@api.github.com", "secret", "no http" },
	};
	struct github *g = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wt_forge_opts opts = github_opts(g);
		struct wt_forge forge;

		opts.api_url = cases[i].url;
		opts.token = cases[i].token;
		github_fails(g, wt_forge_github_open(&opts, &forge, &g->err), WT_E_INPUT,
			     cases[i].part);
		assert_null(strstr(g->err.msg, "secret"));
		assert_null(forge.self);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, github_begin, github_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_forge__tells_who_the_token_belongs_to),
		TEST(test_forge__reads_the_repository),
		TEST(test_forge__creates_and_edits_an_issue),
		TEST(test_forge__lists_all_pages_oldest_first_without_pulls),
		TEST(test_forge__follows_pages_of_this_server_only),
		TEST(test_forge__comments_and_finds_one_deleted),
		TEST(test_forge__makes_a_label_once),
		TEST(test_forge__links_sub_issues_by_id),
		TEST(test_forge__tells_what_blocks_an_issue),
		TEST(test_forge__opens_finds_readies_and_merges_a_pull),
		TEST(test_forge__refuses_a_pull_of_what_is_not_there),
		TEST(test_forge__sums_up_statuses_and_check_runs),
		TEST(test_forge__works_below_the_prefix_of_an_enterprise_server),
		TEST(test_forge__keeps_writes_apart),
		TEST(test_forge__pays_nothing_for_what_has_not_changed),
		TEST(test_forge__follows_pages_of_an_unchanged_list),
		TEST(test_forge__names_what_is_wrong_with_the_token),
		TEST(test_forge__tells_a_repository_that_takes_no_issues),
		TEST(test_forge__passes_on_why_content_was_refused),
		TEST(test_forge__makes_what_a_server_says_safe),
		TEST(test_forge__waits_as_long_as_it_is_told),
		TEST(test_forge__waits_until_its_limit_is_reset),
		TEST(test_forge__stops_before_its_limit_is_exceeded),
		TEST(test_forge__backs_off_from_a_secondary_limit),
		TEST(test_forge__does_not_wait_longer_than_allowed),
		TEST(test_forge__stops_waiting_when_asked),
		TEST(test_forge__reads_again_what_failed),
		TEST(test_forge__gives_up_reading_in_the_end),
		TEST(test_forge__never_writes_again_what_may_have_happened),
		TEST(test_forge__does_not_believe_what_is_not_githubs),
		TEST(test_forge__leaves_answers_that_do_not_end),
		TEST(test_forge__tries_a_server_that_is_away_once_a_call),
		TEST(test_forge__follows_a_renamed_repository),
		TEST(test_forge__calls_it_by_its_new_name_after_a_read),
		TEST(test_forge__finds_a_pull_though_the_owner_is_another_now),
		TEST(test_forge_server__notes_what_a_client_must_not_do),
		TEST(test_forge__refuses_what_would_give_the_token_away),
	};

	return cmocka_run_group_tests(tests, github_start, github_stop);
}
