/* SPDX-License-Identifier: MIT */
/* Values of a forge from GitHub's JSON. */

#include "wtorch/core/forge_json.h"

#include <string.h>

#include "wtorch/base/limits.h"
#include "wtorch/base/oid.h"

#define MAX_NUMBER 0x1p53 /* what a double holds exactly */

static enum wt_code odd(struct wt_error *err, const char *what, const char *field)
{
	return wt_fail(err, WT_E_ENV, "the server's answer is odd: %s without a good '%s'", what,
		       field);
}

static bool is_object(const struct wt_json *doc)
{
	return doc && doc->kind == WT_JSON_OBJECT;
}

/* A whole number above zero. */
static bool read_number(const struct wt_json *doc, const char *field, int64_t *out)
{
	double n = wt_json_number(doc, field, 0);

	if (!(n >= 1 && n <= MAX_NUMBER) || n != (double)(int64_t)n)
		return false;
	*out = (int64_t)n;
	return true;
}

/* How many, -1 when it does not say. */
static int64_t read_count(const struct wt_json *doc, const char *field)
{
	double n = wt_json_number(doc, field, -1);

	return n >= 0 && n <= MAX_NUMBER ? (int64_t)n : -1;
}

static const char *text_or_null(const struct wt_json *doc, const char *field)
{
	const char *text = wt_json_text(doc, field, NULL);

	return text && *text ? text : NULL;
}

static const char *login_of(const struct wt_json *doc)
{
	/* A deleted account is null. */
	return wt_json_text(wt_json_find(doc, "user"), "login", "");
}

static bool is_oid(const char *text)
{
	struct wt_oid oid;

	return text && wt_oid_parse(wt_str_of(text), &oid);
}

/* "owner/name" into its two halves. */
static bool split_name(struct wt_arena *a, const char *full, const char **owner, const char **name)
{
	const char *slash = full ? strchr(full, '/') : NULL;

	if (!slash || slash == full || !slash[1] || strchr(slash + 1, '/'))
		return false;
	*owner = wt_arena_strndup(a, full, (size_t)(slash - full));
	*name = slash + 1;
	return true;
}

enum wt_code wt_forge_repo_parse(struct wt_arena *a, const struct wt_json *doc,
				 struct wt_forge_repo *out, struct wt_error *err)
{
	*out = (struct wt_forge_repo){ 0 };
	if (!is_object(doc) ||
	    !split_name(a, wt_json_text(doc, "full_name", NULL), &out->owner, &out->name))
		return odd(err, "a repository", "full_name");
	out->default_branch = wt_json_text(doc, "default_branch", "");
	out->is_archived = wt_json_bool(doc, "archived", false);
	out->has_issues = wt_json_bool(doc, "has_issues", true);
	out->may_push = wt_json_bool(wt_json_find(doc, "permissions"), "push", false);
	return WT_OK;
}

/* Objects with a name; in old answers the name alone. */
static void read_labels(struct wt_arena *a, const struct wt_json *list, struct wt_forge_issue *out)
{
	size_t cap = 0;
	const char **names = NULL;

	if (!list || list->kind != WT_JSON_ARRAY)
		return;
	for (const struct wt_json *l = list->child; l; l = l->next) {
		const char *name = l->kind == WT_JSON_STRING ? l->string
							     : wt_json_text(l, "name", NULL);

		if (name && *name)
			*WT_ARENA_PUSH(a, names, out->n_labels, cap) = name;
	}
	out->labels = names;
}

/* The last two parts of ".../repos/owner/name". */
static void read_place(struct wt_arena *a, const char *url, struct wt_forge_issue *out)
{
	const char *at = url ? strstr(url, "/repos/") : NULL;

	if (at)
		(void)split_name(a, at + strlen("/repos/"), &out->owner, &out->repo);
}

enum wt_code wt_forge_issue_parse(struct wt_arena *a, const struct wt_json *doc,
				  struct wt_forge_issue *out, struct wt_error *err)
{
	*out = (struct wt_forge_issue){ 0 };
	if (!is_object(doc) || !read_number(doc, "number", &out->number))
		return odd(err, "an issue", "number");
	if (!read_number(doc, "id", &out->id))
		return odd(err, "an issue", "id");
	out->title = wt_json_text(doc, "title", NULL);
	if (!out->title)
		return odd(err, "an issue", "title");
	out->body = wt_json_text(doc, "body", "");
	out->url = wt_json_text(doc, "html_url", "");
	out->author = login_of(doc);
	out->is_closed = strcmp(wt_json_text(doc, "state", ""), "closed") == 0;
	out->is_pull = is_object(wt_json_find(doc, "pull_request"));
	out->state_reason = text_or_null(doc, "state_reason");
	read_labels(a, wt_json_find(doc, "labels"), out);
	read_place(a, wt_json_text(doc, "repository_url", NULL), out);
	out->n_sub_issues = read_count(wt_json_find(doc, "sub_issues_summary"), "total");
	out->n_comments = read_count(doc, "comments");
	out->n_blockers = read_count(wt_json_find(doc, "issue_dependencies_summary"), "blocked_by");
	return WT_OK;
}

enum wt_code wt_forge_comment_parse(const struct wt_json *doc, struct wt_forge_comment *out,
				    struct wt_error *err)
{
	*out = (struct wt_forge_comment){ 0 };
	if (!is_object(doc) || !read_number(doc, "id", &out->id))
		return odd(err, "a comment", "id");
	out->author = login_of(doc);
	out->body = wt_json_text(doc, "body", "");
	out->url = wt_json_text(doc, "html_url", "");
	return WT_OK;
}

enum wt_code wt_forge_pull_parse(const struct wt_json *doc, struct wt_forge_pull *out,
				 struct wt_error *err)
{
	const struct wt_json *head = wt_json_find(doc, "head");

	*out = (struct wt_forge_pull){ 0 };
	if (!is_object(doc) || !read_number(doc, "number", &out->number))
		return odd(err, "a pull request", "number");
	out->head = wt_json_text(head, "ref", NULL);
	out->head_oid = wt_json_text(head, "sha", NULL);
	if (!out->head || !is_oid(out->head_oid))
		return odd(err, "a pull request", "head");
	out->base = wt_json_text(wt_json_find(doc, "base"), "ref", NULL);
	if (!out->base)
		return odd(err, "a pull request", "base");
	out->url = wt_json_text(doc, "html_url", "");
	out->title = wt_json_text(doc, "title", "");
	out->body = wt_json_text(doc, "body", "");
	out->author = login_of(doc);
	out->is_draft = wt_json_bool(doc, "draft", false);
	out->is_closed = strcmp(wt_json_text(doc, "state", ""), "closed") == 0;
	/* Lists have only the time of it. */
	out->is_merged = wt_json_bool(doc, "merged", false) || text_or_null(doc, "merged_at");
	if (out->is_merged && is_oid(wt_json_text(doc, "merge_commit_sha", NULL)))
		out->merge_oid = wt_json_text(doc, "merge_commit_sha", NULL);
	out->mergeable = text_or_null(doc, "mergeable_state");
	out->node = text_or_null(doc, "node_id");
	return WT_OK;
}

/* lists */

static enum wt_code want_list(const struct wt_json *page, const char *of, struct wt_error *err)
{
	if (!page || page->kind != WT_JSON_ARRAY)
		return wt_fail(err, WT_E_ENV, "the server's answer is odd: no list of %s", of);
	return WT_OK;
}

enum wt_code wt_forge_issues_add(struct wt_arena *a, const struct wt_json *page,
				 struct wt_forge_issues *list, struct wt_error *err)
{
	enum wt_code rc = want_list(page, "issues", err);

	for (const struct wt_json *i = rc ? NULL : page->child; i && !rc; i = i->next) {
		struct wt_forge_issue issue;

		rc = wt_forge_issue_parse(a, i, &issue, err);
		if (!rc && !issue.is_pull)
			*WT_ARENA_PUSH(a, list->items, list->len, list->cap) = issue;
	}
	return rc;
}

enum wt_code wt_forge_comments_add(struct wt_arena *a, const struct wt_json *page,
				   struct wt_forge_comments *list, struct wt_error *err)
{
	enum wt_code rc = want_list(page, "comments", err);

	for (const struct wt_json *i = rc ? NULL : page->child; i && !rc; i = i->next) {
		struct wt_forge_comment comment;

		rc = wt_forge_comment_parse(i, &comment, err);
		if (!rc)
			*WT_ARENA_PUSH(a, list->items, list->len, list->cap) = comment;
	}
	return rc;
}

enum wt_code wt_forge_pulls_pick(const struct wt_json *page, struct wt_forge_pull *out,
				 size_t *index, struct wt_error *err)
{
	enum wt_code rc = want_list(page, "pull requests", err);
	size_t i = 0;

	*index = SIZE_MAX;
	for (const struct wt_json *p = rc ? NULL : page->child; p && !rc; p = p->next, i++) {
		struct wt_forge_pull pull;

		rc = wt_forge_pull_parse(p, &pull, err);
		if (rc || (*index != SIZE_MAX && (pull.is_closed || !out->is_closed)))
			continue;
		*out = pull;
		*index = i;
	}
	return rc;
}

/* checks */

static void add_check(enum wt_forge_checks one, enum wt_forge_checks *all)
{
	static const int ranks[] = { [WT_CHECKS_NONE] = 0,
				     [WT_CHECKS_GREEN] = 1,
				     [WT_CHECKS_PENDING] = 2,
				     [WT_CHECKS_RED] = 3 };

	if (ranks[one] > ranks[*all])
		*all = one;
}

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

enum wt_code wt_forge_statuses_add(const struct wt_json *page, enum wt_forge_checks *all,
				   struct wt_error *err)
{
	const struct wt_json *list = wt_json_find(page, "statuses");
	enum wt_code rc = want_list(list, "statuses", err);

	for (const struct wt_json *s = rc ? NULL : list->child; s; s = s->next) {
		const char *state = wt_json_text(s, "state", "");

		add_check(strcmp(state, "success") == 0   ? WT_CHECKS_GREEN
			  : strcmp(state, "pending") == 0 ? WT_CHECKS_PENDING
							  : WT_CHECKS_RED,
			  all);
	}
	return rc;
}

enum wt_code wt_forge_check_runs_add(const struct wt_json *page, enum wt_forge_checks *all,
				     struct wt_error *err)
{
	static const char *const good[] = { "success", "neutral", "skipped", NULL };
	const struct wt_json *list = wt_json_find(page, "check_runs");
	enum wt_code rc = want_list(list, "check runs", err);

	for (const struct wt_json *r = rc ? NULL : list->child; r; r = r->next) {
		if (strcmp(wt_json_text(r, "status", ""), "completed") != 0)
			add_check(WT_CHECKS_PENDING, all);
		else
			add_check(is_one_of(wt_json_text(r, "conclusion", ""), good)
					  ? WT_CHECKS_GREEN
					  : WT_CHECKS_RED,
				  all);
	}
	return rc;
}

/* bodies of requests */

static void put(struct wt_jsonw *w, const char *name, const char *value)
{
	if (value)
		wt_jsonw_kstr(w, name, value);
}

void wt_forge_issue_edit_render(const struct wt_forge_issue_edit *in, struct wt_buf *out)
{
	struct wt_jsonw w = { .out = out };
	size_t n = 0;

	wt_jsonw_begin(&w, '{');
	put(&w, "title", in->title);
	put(&w, "body", in->body);
	while (in->labels && in->labels[n])
		n++;
	if (in->labels)
		wt_jsonw_klist(&w, "labels", in->labels, n);
	put(&w, "state", in->state);
	put(&w, "state_reason", in->state_reason);
	wt_jsonw_end(&w, '}');
}

void wt_forge_pull_edit_render(const struct wt_forge_pull_edit *in, struct wt_buf *out)
{
	struct wt_jsonw w = { .out = out };

	wt_jsonw_begin(&w, '{');
	put(&w, "title", in->title);
	put(&w, "body", in->body);
	put(&w, "state", in->state);
	wt_jsonw_end(&w, '}');
}

void wt_forge_pull_render(const struct wt_forge_pull *in, struct wt_buf *out)
{
	struct wt_jsonw w = { .out = out };

	wt_jsonw_begin(&w, '{');
	put(&w, "title", in->title);
	put(&w, "head", in->head);
	put(&w, "base", in->base);
	put(&w, "body", in->body);
	wt_jsonw_kbool(&w, "draft", in->is_draft);
	wt_jsonw_end(&w, '}');
}

void wt_forge_status_render(const struct wt_forge_status *in, struct wt_buf *out)
{
	struct wt_jsonw w = { .out = out };

	wt_jsonw_begin(&w, '{');
	put(&w, "state", in->state);
	put(&w, "context", in->context);
	put(&w, "description", in->description);
	put(&w, "target_url", in->target_url);
	wt_jsonw_end(&w, '}');
}
