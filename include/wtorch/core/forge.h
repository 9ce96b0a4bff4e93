/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_FORGE_H
#define WT_CORE_FORGE_H

/*
 * What a forge knows, as plain values: issues, comments, pull requests. They are read from JSON
 * in forge_json.h and asked for through port/forge.h; their texts are as the server has them, so
 * whoever shows them makes them safe.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
	int64_t *blocked_by; /* open ones in the same repository */
	size_t n_blocked_by;
	/* As the server counts them; -1: it does not say. */
	int64_t n_sub_issues, n_blockers, n_comments;
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
	const char *mergeable; /* clean, behind, blocked, dirty, unstable, ...; NULL: not known */
	const char *node;      /* its name in GraphQL; NULL */
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

#endif
