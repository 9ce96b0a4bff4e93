/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_FORGE_JSON_H
#define WT_CORE_FORGE_JSON_H

/*
 * Values of a forge from the JSON of GitHub's REST API, and the bodies of requests to it.
 *
 * An answer is believed as far as it is what the API promises: numbers are whole and above zero,
 * commits are 40 hex digits, what has to be there is there; else WT_E_ENV says what is odd. What
 * may be absent or null becomes NULL, "" or -1. Texts point into the document, so it has to live
 * in the arena that is given.
 */

#include "wtorch/base/arena.h"
#include "wtorch/base/err.h"
#include "wtorch/base/json.h"
#include "wtorch/core/forge.h"

enum wt_code wt_forge_repo_parse(struct wt_arena *a, const struct wt_json *doc,
				 struct wt_forge_repo *out, struct wt_error *err);
/* owner and repo are those of its repository_url; blocked_by is left empty. */
enum wt_code wt_forge_issue_parse(struct wt_arena *a, const struct wt_json *doc,
				  struct wt_forge_issue *out, struct wt_error *err);
enum wt_code wt_forge_comment_parse(const struct wt_json *doc, struct wt_forge_comment *out,
				    struct wt_error *err);
enum wt_code wt_forge_pull_parse(const struct wt_json *doc, struct wt_forge_pull *out,
				 struct wt_error *err);

/* Pages of a list, one after the other. */
struct wt_forge_issues {
	struct wt_forge_issue *items;
	size_t len, cap;
};
struct wt_forge_comments {
	struct wt_forge_comment *items;
	size_t len, cap;
};
/* Without pull requests, which GitHub lists among issues. */
enum wt_code wt_forge_issues_add(struct wt_arena *a, const struct wt_json *page,
				 struct wt_forge_issues *list, struct wt_error *err);
enum wt_code wt_forge_comments_add(struct wt_arena *a, const struct wt_json *page,
				   struct wt_forge_comments *list, struct wt_error *err);
/* The first that is open, else the first: GitHub's order is newest first. Its index in the page;
 * SIZE_MAX: the page is empty. */
enum wt_code wt_forge_pulls_pick(const struct wt_json *page, struct wt_forge_pull *out,
				 size_t *index, struct wt_error *err);

/*
 * What statuses and check runs come to, page after page, *all beginning as WT_CHECKS_NONE. One
 * that failed makes it red, else one that is not done makes it pending. GitHub's own word for a
 * commit without any status is "pending", so the single ones are looked at.
 */
enum wt_code wt_forge_statuses_add(const struct wt_json *page, enum wt_forge_checks *all,
				   struct wt_error *err);
enum wt_code wt_forge_check_runs_add(const struct wt_json *page, enum wt_forge_checks *all,
				     struct wt_error *err);

/* Bodies of requests: only what GitHub documents, and only what is not NULL. */
void wt_forge_issue_edit_render(const struct wt_forge_issue_edit *in, struct wt_buf *out);
void wt_forge_pull_edit_render(const struct wt_forge_pull_edit *in, struct wt_buf *out);
void wt_forge_pull_render(const struct wt_forge_pull *in, struct wt_buf *out);
void wt_forge_status_render(const struct wt_forge_status *in, struct wt_buf *out);

#endif
