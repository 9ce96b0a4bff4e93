/* SPDX-License-Identifier: MIT */
/* Issues of GitHub, their comments, labels and sub-issues. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "forge_asking.h"
#include "wtorch/core/forge_url.h"

#define PAGE "per_page=100"

/* NULL, where an issue is in the repository that was asked. */
static void settle_place(const struct forge_self *g, struct wt_forge_issue *issue)
{
	if (!issue->owner ||
	    (strcasecmp(issue->owner, g->owner) == 0 && strcasecmp(issue->repo, g->name) == 0))
		issue->owner = issue->repo = NULL;
}

/* blocked by what */

static enum wt_code add_page(void *arg, struct wt_arena *a, const struct wt_json *doc,
			     struct wt_error *err)
{
	return wt_forge_issues_add(a, doc, arg, err);
}

/* Those of other repositories have no number here. */
static enum wt_code read_blockers(struct forge_self *g, struct wt_arena *a,
				  struct wt_forge_issue *issue, struct wt_error *err)
{
	struct wt_forge_issues list = { 0 };
	struct forge_ask ask = { .method = "GET" };
	enum wt_code rc;

	if (issue->n_blockers <= 0 || issue->owner)
		return WT_OK;
	ask.what = wt_arena_printf(a, "read what blocks issue #%" PRId64, issue->number);
	ask.path = wt_arena_printf(a, "/issues/%" PRId64 "/dependencies/blocked_by?" PAGE,
				   issue->number);
	rc = forge_ask_pages(g, &ask, a, add_page, &list, err);
	if (rc)
		return rc;
	issue->blocked_by = wt_arena_alloc(a, (list.len + 1) * sizeof *issue->blocked_by);
	for (size_t i = 0; i < list.len; i++) {
		settle_place(g, &list.items[i]);
		if (!list.items[i].owner && !list.items[i].is_closed)
			issue->blocked_by[issue->n_blocked_by++] = list.items[i].number;
	}
	return WT_OK;
}

/* issues */

static enum wt_code issue(void *self, int64_t number, struct wt_arena *a,
			  struct wt_forge_issue *out, struct wt_error *err)
{
	const struct forge_ask ask = { .what = wt_arena_printf(a, "read issue #%" PRId64, number),
				       .method = "GET",
				       .path = wt_arena_printf(a, "/issues/%" PRId64, number) };
	struct forge_got got;
	enum wt_code rc = forge_ask(self, &ask, a, &got, err);

	if (!rc)
		rc = wt_forge_issue_parse(a, got.doc, out, err);
	if (rc)
		return rc;
	settle_place(self, out);
	return read_blockers(self, a, out, err);
}

static enum wt_code read_list(struct forge_self *g, const struct forge_ask *ask, struct wt_arena *a,
			      struct wt_forge_issues *list, struct wt_error *err)
{
	enum wt_code rc = forge_ask_pages(g, ask, a, add_page, list, err);

	for (size_t i = 0; i < list->len && !rc; i++) {
		settle_place(g, &list->items[i]);
		rc = read_blockers(g, a, &list->items[i], err);
	}
	return rc;
}

static enum wt_code issues(void *self, const char *label, struct wt_arena *a,
			   struct wt_forge_issue **out, size_t *n, struct wt_error *err)
{
	struct wt_buf path = WT_BUF_INIT;
	struct wt_forge_issues list = { 0 };
	struct forge_ask ask = { .what = "list issues", .method = "GET" };
	enum wt_code rc;

	wt_buf_puts(&path, "/issues?state=all&sort=created&direction=asc&" PAGE "&labels=");
	wt_forge_escape(&path, label);
	ask.path = path.data;
	rc = read_list(self, &ask, a, &list, err);
	wt_buf_clear(&path);
	*out = list.items;
	*n = list.len;
	return rc;
}

static enum wt_code create_issue(void *self, const struct wt_forge_issue_edit *in,
				 struct wt_arena *a, struct wt_forge_issue *out,
				 struct wt_error *err)
{
	struct wt_buf body = WT_BUF_INIT;
	struct forge_ask ask = { .what = "create an issue", .method = "POST", .path = "/issues" };
	struct forge_got got;
	enum wt_code rc;

	wt_forge_issue_edit_render(in, &body);
	ask.body = (struct wt_str){ body.data, body.len };
	rc = forge_ask(self, &ask, a, &got, err);
	if (!rc)
		rc = forge_unclear(wt_forge_issue_parse(a, got.doc, out, err), err);
	wt_buf_clear(&body);
	if (!rc)
		settle_place(self, out);
	return rc;
}

static enum wt_code edit_issue(void *self, int64_t number, const struct wt_forge_issue_edit *in,
			       struct wt_error *err)
{
	char what[64], path[64];
	struct wt_buf body = WT_BUF_INIT;

	snprintf(what, sizeof what, "edit issue #%" PRId64, number);
	snprintf(path, sizeof path, "/issues/%" PRId64, number);
	wt_forge_issue_edit_render(in, &body);
	return forge_tell(
		self, &(const struct forge_ask){ .what = what, .method = "PATCH", .path = path },
		&body, err);
}

static enum wt_code sub_issues(void *self, int64_t number, struct wt_arena *a,
			       struct wt_forge_issue **out, size_t *n, struct wt_error *err)
{
	const struct forge_ask ask = {
		.what = wt_arena_printf(a, "read the sub-issues of #%" PRId64, number),
		.method = "GET",
		.path = wt_arena_printf(a, "/issues/%" PRId64 "/sub_issues?" PAGE, number)
	};
	struct wt_forge_issues list = { 0 };
	enum wt_code rc = read_list(self, &ask, a, &list, err);

	*out = list.items;
	*n = list.len;
	return rc;
}

static enum wt_code add_sub_issue(void *self, int64_t number, int64_t child_id,
				  struct wt_error *err)
{
	char what[64], path[64];
	struct wt_buf body = WT_BUF_INIT;

	snprintf(what, sizeof what, "add a sub-issue to #%" PRId64, number);
	snprintf(path, sizeof path, "/issues/%" PRId64 "/sub_issues", number);
	wt_buf_printf(&body, "{\"sub_issue_id\":%" PRId64 "}", child_id);
	return forge_tell(self,
			  &(const struct forge_ask){ .what = what, .method = "POST", .path = path },
			  &body, err);
}

/* comments */

static enum wt_code add_comments(void *arg, struct wt_arena *a, const struct wt_json *doc,
				 struct wt_error *err)
{
	return wt_forge_comments_add(a, doc, arg, err);
}

static enum wt_code comments(void *self, int64_t number, struct wt_arena *a,
			     struct wt_forge_comment **out, size_t *n, struct wt_error *err)
{
	const struct forge_ask ask = {
		.what = wt_arena_printf(a, "read the comments on #%" PRId64, number),
		.method = "GET",
		.path = wt_arena_printf(a, "/issues/%" PRId64 "/comments?" PAGE, number)
	};
	struct wt_forge_comments list = { 0 };
	enum wt_code rc = forge_ask_pages(self, &ask, a, add_comments, &list, err);

	*out = list.items;
	*n = list.len;
	return rc;
}

static void render_body(const char *text, struct wt_buf *out)
{
	struct wt_jsonw w = { .out = out };

	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "body", text);
	wt_jsonw_end(&w, '}');
}

static enum wt_code create_comment(void *self, int64_t number, const char *body, struct wt_arena *a,
				   struct wt_forge_comment *out, struct wt_error *err)
{
	struct wt_buf text = WT_BUF_INIT;
	struct forge_ask ask = { .what = wt_arena_printf(a, "comment on #%" PRId64, number),
				 .method = "POST",
				 .path = wt_arena_printf(a, "/issues/%" PRId64 "/comments",
							 number) };
	struct forge_got got;
	enum wt_code rc;

	render_body(body, &text);
	ask.body = (struct wt_str){ text.data, text.len };
	rc = forge_ask(self, &ask, a, &got, err);
	if (!rc)
		rc = forge_unclear(wt_forge_comment_parse(got.doc, out, err), err);
	wt_buf_clear(&text);
	return rc;
}

static enum wt_code comment(void *self, int64_t id, struct wt_arena *a,
			    struct wt_forge_comment *out, struct wt_error *err)
{
	const struct forge_ask ask = { .what = wt_arena_printf(a, "read comment %" PRId64, id),
				       .method = "GET",
				       .path = wt_arena_printf(a, "/issues/comments/%" PRId64,
							       id) };
	struct forge_got got;
	enum wt_code rc = forge_ask(self, &ask, a, &got, err);

	return rc ? rc : wt_forge_comment_parse(got.doc, out, err);
}

static enum wt_code edit_comment(void *self, int64_t id, const char *body, struct wt_error *err)
{
	char what[64], path[64];
	struct wt_buf text = WT_BUF_INIT;

	snprintf(what, sizeof what, "edit comment %" PRId64, id);
	snprintf(path, sizeof path, "/issues/comments/%" PRId64, id);
	render_body(body, &text);
	return forge_tell(
		self, &(const struct forge_ask){ .what = what, .method = "PATCH", .path = path },
		&text, err);
}

/* labels */

static void render_label(const char *name, const char *color, const char *description,
			 struct wt_buf *out)
{
	struct wt_jsonw w = { .out = out };

	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "name", name);
	if (color)
		wt_jsonw_kstr(&w, "color", color);
	if (description)
		wt_jsonw_kstr(&w, "description", description);
	wt_jsonw_end(&w, '}');
}

static enum wt_code ensure_label(void *self, const char *name, const char *color,
				 const char *description, struct wt_error *err)
{
	struct wt_buf path = WT_BUF_INIT, body = WT_BUF_INIT;
	struct forge_ask get = { .what = "read a label", .method = "GET" };
	struct forge_ask post = { .what = "create a label", .method = "POST", .path = "/labels" };
	struct wt_error ignored;
	enum wt_code rc;

	wt_buf_puts(&path, "/labels/");
	wt_forge_escape(&path, name);
	render_label(name, color, description, &body);
	get.path = path.data;
	rc = forge_tell(self, &get, NULL, err);
	if (rc == WT_E_NOT_FOUND) {
		rc = forge_tell(self, &post, &body, err);
		/* Somebody was faster, or its answer was lost: either way it can be seen. */
		if (rc == WT_E_EXISTS ||
		    (rc == WT_E_RACED && forge_tell(self, &get, NULL, &ignored) == WT_OK))
			rc = WT_OK;
	}
	wt_buf_clear(&body);
	wt_buf_clear(&path);
	return rc;
}

void forge_github_issues(struct wt_forge *out)
{
	out->issue = issue;
	out->issues = issues;
	out->create_issue = create_issue;
	out->edit_issue = edit_issue;
	out->sub_issues = sub_issues;
	out->add_sub_issue = add_sub_issue;
	out->comments = comments;
	out->create_comment = create_comment;
	out->comment = comment;
	out->edit_comment = edit_comment;
	out->ensure_label = ensure_label;
}
