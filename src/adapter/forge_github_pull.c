/* SPDX-License-Identifier: MIT */
/* Pull requests of GitHub, and what is said about commits. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "forge_asking.h"
#include "wtorch/base/oid.h"
#include "wtorch/core/forge_url.h"

/* Without the owner the filter is ignored, and all of them are the answer. */
static enum wt_code ask_pulls(struct forge_self *g, const char *head, struct wt_arena *a,
			      struct forge_got *got, struct wt_error *err)
{
	struct wt_buf path = WT_BUF_INIT;
	struct forge_ask ask = { .what = "look for a pull request", .method = "GET" };
	enum wt_code rc;

	wt_buf_puts(&path, "/pulls?state=all&per_page=100&head=");
	wt_forge_escape(&path, g->owner);
	wt_buf_puts(&path, "%3A");
	wt_forge_escape(&path, head);
	ask.path = path.data;
	rc = forge_ask(g, &ask, a, got, err);
	wt_buf_clear(&path);
	return rc;
}

static enum wt_code find_pull(void *self, const char *head, struct wt_arena *a,
			      struct wt_forge_pull *out, struct wt_error *err)
{
	struct forge_self *g = self;
	struct wt_forge_repo repo;
	struct forge_got got;
	size_t index;
	enum wt_code rc = ask_pulls(g, head, a, &got, err);

	/* It was redirected: the owner that was asked for is not the owner any more. */
	if (!rc && g->is_moved && !g->is_settled) {
		rc = forge_learn_repo(g, a, &repo, err);
		if (!rc)
			rc = ask_pulls(g, head, a, &got, err);
	}
	if (!rc)
		rc = wt_forge_pulls_pick(got.doc, out, &index, err);
	if (rc)
		return rc;
	if (index == SIZE_MAX)
		return wt_fail(err, WT_E_NOT_FOUND, "there is no pull request for '%s'", head);
	if (strcmp(out->head, head) != 0)
		return wt_fail(err, WT_E_ENV,
			       "asked for pull requests of '%s', the server gave one of '%s'", head,
			       out->head);
	return WT_OK;
}

static enum wt_code pull(void *self, int64_t number, struct wt_arena *a, struct wt_forge_pull *out,
			 struct wt_error *err)
{
	const struct forge_ask ask = { .what = wt_arena_printf(a, "read pull request #%" PRId64,
							       number),
				       .method = "GET",
				       .path = wt_arena_printf(a, "/pulls/%" PRId64, number) };
	struct forge_got got;
	enum wt_code rc = forge_ask(self, &ask, a, &got, err);

	return rc ? rc : wt_forge_pull_parse(got.doc, out, err);
}

static enum wt_code create_pull(void *self, const struct wt_forge_pull *in, struct wt_arena *a,
				struct wt_forge_pull *out, struct wt_error *err)
{
	struct wt_buf body = WT_BUF_INIT;
	struct forge_ask ask = { .method = "POST", .path = "/pulls" };
	struct forge_got got;
	enum wt_code rc;

	ask.what = wt_arena_printf(a, "create a pull request for '%s'", in->head);
	wt_forge_pull_render(in, &body);
	ask.body = (struct wt_str){ body.data, body.len };
	rc = forge_ask(self, &ask, a, &got, err);
	if (!rc)
		rc = forge_unclear(wt_forge_pull_parse(got.doc, out, err), err);
	wt_buf_clear(&body);
	return rc;
}

static enum wt_code edit_pull(void *self, int64_t number, const struct wt_forge_pull_edit *in,
			      struct wt_error *err)
{
	char what[64], path[64];
	struct wt_buf body = WT_BUF_INIT;

	snprintf(what, sizeof what, "edit pull request #%" PRId64, number);
	snprintf(path, sizeof path, "/pulls/%" PRId64, number);
	wt_forge_pull_edit_render(in, &body);
	return forge_tell(
		self, &(const struct forge_ask){ .what = what, .method = "PATCH", .path = path },
		&body, err);
}

/* GraphQL answers 200 to what it refuses, too. */
static enum wt_code check_graphql(const struct wt_json *doc, const char *what, struct wt_error *err)
{
	const struct wt_json *errors = wt_json_find(doc, "errors");
	const struct wt_json *first = wt_json_count(errors) ? errors->child : NULL;

	if (first)
		return wt_fail(err,
			       strcmp(wt_json_text(first, "type", ""), "NOT_FOUND") == 0
				       ? WT_E_NOT_FOUND
				       : WT_E_ENV,
			       "cannot %s: %s", what, wt_json_text(first, "message", "refused"));
	if (!wt_json_find(doc, "data"))
		return wt_fail(err, WT_E_RACED,
			       "no telling whether it happened: to %s: an odd answer", what);
	return WT_OK;
}

static void render_ready(const char *node, struct wt_buf *out)
{
	struct wt_jsonw w = { .out = out };

	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "query",
		      "mutation($id:ID!){markPullRequestReadyForReview(input:{pullRequestId:$id})"
		      "{pullRequest{isDraft}}}");
	wt_jsonw_key(&w, "variables");
	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "id", node);
	wt_jsonw_end(&w, '}');
	wt_jsonw_end(&w, '}');
}

/* The REST API cannot do it. */
static enum wt_code ready_pull(void *self, int64_t number, struct wt_error *err)
{
	struct forge_self *g = self;
	struct wt_arena a = { 0 };
	struct wt_buf body = WT_BUF_INIT;
	struct forge_ask ask = { .method = "POST" };
	struct forge_got got;
	struct wt_forge_pull found;
	enum wt_code rc = pull(g, number, &a, &found, err);

	ask.what = wt_arena_printf(&a, "mark pull request #%" PRId64 " as ready", number);
	ask.url = wt_forge_graphql_of(&a, g->opts.api_url);
	if (!rc && found.is_draft && !found.node)
		rc = wt_fail(err, WT_E_ENV, "cannot %s: the server does not name it for GraphQL",
			     ask.what);
	if (!rc && found.is_draft) {
		render_ready(found.node, &body);
		ask.body = (struct wt_str){ body.data, body.len };
		rc = forge_ask(g, &ask, &a, &got, err);
		if (!rc)
			rc = check_graphql(got.doc, ask.what, err);
	}
	wt_buf_clear(&body);
	wt_arena_clear(&a);
	return rc;
}

static enum wt_code merge_pull(void *self, int64_t number, const char *head_oid, const char *style,
			       struct wt_arena *a, const char **merge_oid, struct wt_error *err)
{
	struct wt_buf body = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &body };
	struct forge_ask ask = { .what = wt_arena_printf(a, "merge pull request #%" PRId64, number),
				 .method = "PUT",
				 .path = wt_arena_printf(a, "/pulls/%" PRId64 "/merge", number) };
	struct forge_got got;
	struct wt_oid oid;
	enum wt_code rc;

	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "sha", head_oid);
	wt_jsonw_kstr(&w, "merge_method", style);
	wt_jsonw_end(&w, '}');
	ask.body = (struct wt_str){ body.data, body.len };
	rc = forge_ask(self, &ask, a, &got, err);
	wt_buf_clear(&body);
	if (rc)
		return rc;
	*merge_oid = wt_json_text(got.doc, "sha", "");
	if (!wt_json_bool(got.doc, "merged", false) || !wt_oid_parse(wt_str_of(*merge_oid), &oid))
		return wt_fail(err, WT_E_RACED,
			       "no telling whether it happened: to %s: an odd answer", ask.what);
	return WT_OK;
}

/* commits */

static enum wt_code add_statuses(void *arg, struct wt_arena *a, const struct wt_json *doc,
				 struct wt_error *err)
{
	(void)a;
	return wt_forge_statuses_add(doc, arg, err);
}

static enum wt_code add_check_runs(void *arg, struct wt_arena *a, const struct wt_json *doc,
				   struct wt_error *err)
{
	(void)a;
	return wt_forge_check_runs_add(doc, arg, err);
}

static enum wt_code checks(void *self, const char *oid, enum wt_forge_checks *out,
			   struct wt_error *err)
{
	struct wt_arena a = { 0 };
	const struct forge_ask statuses = {
		.what = wt_arena_printf(&a, "read the statuses of %.12s", oid),
		.method = "GET",
		.path = wt_arena_printf(&a, "/commits/%s/status?per_page=100", oid)
	};
	const struct forge_ask runs = {
		.what = wt_arena_printf(&a, "read the checks of %.12s", oid),
		.method = "GET",
		.path = wt_arena_printf(&a, "/commits/%s/check-runs?per_page=100", oid)
	};
	enum wt_code rc;

	*out = WT_CHECKS_NONE;
	rc = forge_ask_pages(self, &statuses, &a, add_statuses, out, err);
	if (!rc)
		rc = forge_ask_pages(self, &runs, &a, add_check_runs, out, err);
	wt_arena_clear(&a);
	return rc;
}

static enum wt_code set_status(void *self, const char *oid, const struct wt_forge_status *in,
			       struct wt_error *err)
{
	char what[64], path[96];
	struct wt_buf body = WT_BUF_INIT;

	snprintf(what, sizeof what, "set a status of %.12s", oid);
	snprintf(path, sizeof path, "/statuses/%.64s", oid);
	wt_forge_status_render(in, &body);
	return forge_tell(self,
			  &(const struct forge_ask){ .what = what, .method = "POST", .path = path },
			  &body, err);
}

void forge_github_pulls(struct wt_forge *out)
{
	out->find_pull = find_pull;
	out->pull = pull;
	out->create_pull = create_pull;
	out->edit_pull = edit_pull;
	out->ready_pull = ready_pull;
	out->merge_pull = merge_pull;
	out->checks = checks;
	out->set_status = set_status;
}
