/* SPDX-License-Identifier: MIT */
#ifndef WT_PORT_FORGE_H
#define WT_PORT_FORGE_H

/*
 * A forge: issues, comments, labels, pull requests and statuses of one repository on a server
 * such as GitHub. One call is one thing done, with as many requests as that takes (pages,
 * permitted retries, waits that the server asked for).
 *
 * Writes go out one after another, github.write_gap_ms apart, and no two requests at once. A write
 * whose answer did not come is never sent again by these functions: WT_E_RACED says that it may
 * have happened, and the caller looks (by marker) before it decides.
 *
 * Errors: WT_E_NOT_FOUND absent, or no right to see it (the message says that both are possible);
 * WT_E_EXISTS it is there already; WT_E_INPUT the server refused the content; WT_E_ENV no network,
 * no right (named), gone for good, or limits that outlast github.wait_max; WT_E_RACED ambiguous;
 * WT_E_INTERRUPTED. A token is in no message.
 *
 * Texts that come back live in the arena and are as the server has them: whoever shows them makes
 * them safe.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/arena.h"
#include "wtorch/base/err.h"

struct wt_forge_repo {
	const char *owner, *name; /* as it is called now: a renamed one was followed */
	const char *default_branch;
	bool is_archived, has_issues, may_push;
};

struct wt_forge_issue {
	int64_t id;               /* what sub-issues are linked by */
	int64_t number;           /* what people call it */
	const char *owner, *repo; /* where it is; NULL: in the repository that was asked */
	const char *title, *body, *url, *author;
	bool is_closed, is_pull;
	const char *state_reason; /* completed, not_planned, ...; NULL */
	const char *const *labels;
	size_t n_labels;
	int64_t *blocked_by; /* numbers in the same repository */
	size_t n_blocked_by;
};

struct wt_forge_comment {
	int64_t id;
	const char *author, *body, *url;
};

struct wt_forge_pull {
	int64_t number;
	const char *url, *head, *head_oid, *base, *title, *body, *author;
	bool is_draft, is_closed, is_merged;
	const char *merge_oid; /* NULL: not merged */
};

/* What the checks of a commit come to: of all statuses and check runs. */
enum wt_forge_checks { WT_CHECKS_NONE, WT_CHECKS_PENDING, WT_CHECKS_GREEN, WT_CHECKS_RED };

struct wt_forge_issue_edit { /* NULL: left as it is */
	const char *title, *body;
	const char *const *labels; /* NULL-terminated; replaces all */
	const char *state, *state_reason;
};

struct wt_forge_pull_edit {
	const char *title, *body, *state;
};

struct wt_forge_status {
	const char *state; /* pending, success, failure, error */
	const char *context, *description, *target_url;
};

struct wt_forge {
	void *self;

	/* Who we are there, and which rights are known ("" when the server does not say). */
	enum wt_code (*user)(void *self, struct wt_arena *a, const char **login,
			     const char **rights, struct wt_error *err);
	enum wt_code (*repo)(void *self, struct wt_arena *a, struct wt_forge_repo *out,
			     struct wt_error *err);

	enum wt_code (*issue)(void *self, int64_t number, struct wt_arena *a,
			      struct wt_forge_issue *out, struct wt_error *err);
	/* All with that label, open and closed, without pull requests, oldest first. */
	enum wt_code (*issues)(void *self, const char *label, struct wt_arena *a,
			       struct wt_forge_issue **out, size_t *n, struct wt_error *err);
	enum wt_code (*create_issue)(void *self, const struct wt_forge_issue_edit *in,
				     struct wt_arena *a, struct wt_forge_issue *out,
				     struct wt_error *err);
	enum wt_code (*edit_issue)(void *self, int64_t number, const struct wt_forge_issue_edit *in,
				   struct wt_error *err);
	/* WT_E_NOT_FOUND: this server has no sub-issues. */
	enum wt_code (*sub_issues)(void *self, int64_t number, struct wt_arena *a,
				   struct wt_forge_issue **out, size_t *n, struct wt_error *err);
	enum wt_code (*add_sub_issue)(void *self, int64_t number, int64_t child_id,
				      struct wt_error *err);

	enum wt_code (*comments)(void *self, int64_t number, struct wt_arena *a,
				 struct wt_forge_comment **out, size_t *n, struct wt_error *err);
	enum wt_code (*create_comment)(void *self, int64_t number, const char *body,
				       struct wt_arena *a, struct wt_forge_comment *out,
				       struct wt_error *err);
	/* WT_E_NOT_FOUND: somebody deleted it. */
	enum wt_code (*comment)(void *self, int64_t id, struct wt_arena *a,
				struct wt_forge_comment *out, struct wt_error *err);
	enum wt_code (*edit_comment)(void *self, int64_t id, const char *body,
				     struct wt_error *err);

	/* Made when it is missing; one that is there is left as it is. */
	enum wt_code (*ensure_label)(void *self, const char *name, const char *color,
				     const char *description, struct wt_error *err);

	/* By head branch of this repository, open ones first; WT_E_NOT_FOUND: none. */
	enum wt_code (*find_pull)(void *self, const char *head, struct wt_arena *a,
				  struct wt_forge_pull *out, struct wt_error *err);
	enum wt_code (*pull)(void *self, int64_t number, struct wt_arena *a,
			     struct wt_forge_pull *out, struct wt_error *err);
	/* base, head, title, body and is_draft of in. */
	enum wt_code (*create_pull)(void *self, const struct wt_forge_pull *in, struct wt_arena *a,
				    struct wt_forge_pull *out, struct wt_error *err);
	enum wt_code (*edit_pull)(void *self, int64_t number, const struct wt_forge_pull_edit *in,
				  struct wt_error *err);
	/* Not a draft any more (GraphQL). */
	enum wt_code (*ready_pull)(void *self, int64_t number, struct wt_error *err);
	/* Only while its head is that commit. style: merge, squash, rebase. */
	enum wt_code (*merge_pull)(void *self, int64_t number, const char *head_oid,
				   const char *style, struct wt_arena *a, const char **merge_oid,
				   struct wt_error *err);

	enum wt_code (*checks)(void *self, const char *oid, enum wt_forge_checks *out,
			       struct wt_error *err);
	enum wt_code (*set_status)(void *self, const char *oid, const struct wt_forge_status *in,
				   struct wt_error *err);
};

#endif
