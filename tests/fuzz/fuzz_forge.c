/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the answer of a forge, as the URL of a remote and as a Link header: what is
 * believed of them has numbers above zero, names of two parts, texts that are there.
 */

#undef NDEBUG /* the asserts are the test, in a release build too */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/base/oid.h"
#include "wtorch/core/forge_answer.h"
#include "wtorch/core/forge_json.h"
#include "wtorch/core/forge_url.h"
#include "wtorch/core/issue_task.h"
#include "wtorch/core/netretry.h"

static void check_issue(const struct wt_forge_issue *i)
{
	assert(i->id > 0 && i->number > 0 && i->title && i->body && i->url && i->author);
	assert(!i->owner == !i->repo && i->n_sub_issues >= -1 && i->n_blockers >= -1);
	for (size_t k = 0; k < i->n_labels; k++)
		assert(i->labels[k] && *i->labels[k]);
}

static void check_pull(const struct wt_forge_pull *p)
{
	struct wt_oid oid;

	assert(p->number > 0 && p->head && p->base && p->title && p->body && p->author);
	assert(wt_oid_parse(wt_str_of(p->head_oid), &oid));
	assert(!p->merge_oid || (p->is_merged && wt_oid_parse(wt_str_of(p->merge_oid), &oid)));
}

static void check_lists(struct wt_arena *a, const struct wt_json *doc)
{
	struct wt_forge_issues issues = { 0 };
	struct wt_forge_comments comments = { 0 };
	enum wt_forge_checks all = WT_CHECKS_NONE;
	struct wt_forge_pull pull;
	struct wt_error err;
	size_t at;

	(void)!wt_forge_issues_add(a, doc, &issues, &err);
	for (size_t i = 0; i < issues.len; i++) {
		check_issue(&issues.items[i]);
		assert(!issues.items[i].is_pull);
	}
	(void)!wt_forge_comments_add(a, doc, &comments, &err);
	for (size_t i = 0; i < comments.len; i++)
		assert(comments.items[i].id > 0 && comments.items[i].author);
	if (wt_forge_pulls_pick(doc, &pull, &at, &err) == WT_OK && at != SIZE_MAX)
		check_pull(&pull);
	(void)!wt_forge_statuses_add(doc, &all, &err);
	(void)!wt_forge_check_runs_add(doc, &all, &err);
	assert(all <= WT_CHECKS_RED);
}

/* As a task it has a number for an id, and a title. */
static void check_task(struct wt_arena *a, const struct wt_forge_issue *issue)
{
	struct wt_diags diags = { .arena = a };
	struct wt_tasks tasks = { .arena = a };
	struct wt_md md;
	struct wt_error err;
	const struct wt_issue_task in = {
		.issue = issue, .md = &md, .rules = wt_roadmap_default_rules(), .repo = "octo/app"
	};

	if (wt_markdown_cmark(a, "octo/app#1", wt_str_of(issue->body), &md, &err) == WT_OK) {
		wt_issue_task_read(&in, &tasks, &diags);
		wt_issue_task_read(&in, &tasks, &diags);
		assert(tasks.len <= 1);
		assert(!tasks.len || (wt_text_is_id(wt_str_of(tasks.items[0].id)) &&
				      *tasks.items[0].title && tasks.items[0].source.issue));
	}
	wt_tasks_clear(&tasks);
}

static void check_values(struct wt_arena *a, const struct wt_json *doc)
{
	struct wt_forge_answer answer = { .what = "x", .status = 422, .doc = doc };
	struct wt_forge_repo repo;
	struct wt_forge_issue issue;
	struct wt_forge_comment comment;
	struct wt_forge_pull pull;
	struct wt_error err = { 0 };

	if (wt_forge_repo_parse(a, doc, &repo, &err) == WT_OK)
		assert(*repo.owner && *repo.name && !strchr(repo.name, '/'));
	if (wt_forge_issue_parse(a, doc, &issue, &err) == WT_OK) {
		check_issue(&issue);
		check_task(a, &issue);
	} else {
		assert(err.code == WT_E_ENV && err.msg[0]);
	}
	if (wt_forge_comment_parse(doc, &comment, &err) == WT_OK)
		assert(comment.id > 0);
	if (wt_forge_pull_parse(doc, &pull, &err) == WT_OK)
		check_pull(&pull);
	for (answer.status = 400; answer.status < 430; answer.status++)
		assert(wt_forge_answer_fail(&answer, &err) == err.code && err.code != WT_OK);
}

static void check_urls(struct wt_arena *a, const char *text, size_t size)
{
	struct wt_str s = { text, size }, url;
	struct wt_forge_place place;
	int64_t number = 0;
	char *line = wt_arena_strndup(a, text, size);

	if (wt_forge_remote_parse(a, s, &place)) {
		assert(*place.host && *place.owner && *place.name);
		assert(!strpbrk(place.host, "/@ \n") && !strpbrk(place.name, "/@ \n?#"));
		assert(wt_forge_host_of(a, wt_forge_api_of(a, place.host)));
	}
	if (wt_forge_issue_ref_parse(a, s, &place, &number))
		assert(number > 0 && !place.owner == !place.name);
	if (wt_forge_is_safe(line))
		assert(wt_forge_host_of(a, line));
	if (wt_net_next_link(line, &url))
		assert(url.data >= line && url.data + url.len <= line + strlen(line));
	(void)wt_forge_same_server("https://api.github.com", s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wt_arena a = { 0 };
	const struct wt_json *doc = NULL;
	struct wt_error err;

	check_urls(&a, (const char *)data, size);
	if (wt_json_cjson(&a, (struct wt_str){ (const char *)data, size }, &doc, &err))
		doc = NULL;
	check_values(&a, doc);
	check_lists(&a, doc);
	wt_arena_clear(&a);
	return 0;
}
