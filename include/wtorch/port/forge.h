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
 * Errors: WT_E_NOT_FOUND absent, or no right to see it (the hint says that both are possible);
 * WT_E_EXISTS it is there already; WT_E_INPUT the server refused the content; WT_E_STATE what it
 * is about is not in a state for that; WT_E_ENV no network, no right (named), gone for good, an
 * answer that is none of GitHub's, or limits that outlast github.wait_max; WT_E_RACED ambiguous;
 * WT_E_INTERRUPTED somebody wanted it to stop, and of a write also ambiguous. A token is in no
 * message.
 *
 * A repository that was renamed is followed, and called by its new name from then on. One that
 * could not be reached at all is asked once a call, without waiting, until it answers again.
 *
 * Texts that come back live in the arena and are as the server has them: whoever shows them makes
 * them safe.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/arena.h"
#include "wtorch/base/err.h"
#include "wtorch/core/forge.h"
#include "wtorch/port/clock.h"
#include "wtorch/port/net.h"
#include "wtorch/port/reader.h"

/* What a forge is made of; everything is borrowed for as long as it lives. */
struct wt_forge_opts {
	const struct wt_net *net;
	const struct wt_clock *clock;
	const struct wt_reader *reader;
	const char *api_url, *api_version;
	const char *owner, *name; /* NULL: no repository, only user() can be asked */
	const char *token;        /* NULL: none */
	int64_t write_gap_ms, wait_max_ms;
	int64_t deadline_ms; /* of a request; 0: as net */
	/* Asked a few times a second while it waits, whatever for; NULL: it never stops. */
	bool (*should_stop)(void *arg);
	/* Told about every second of a wait that the server asked for; NULL: nobody is. */
	void (*waiting)(void *arg, int64_t left_ms, const char *why);
	void *arg;
};

struct wt_forge_figures {
	uint64_t requests, writes, unchanged; /* unchanged: answered by 304, which is free */
	int64_t waited_ms;                    /* because the server asked for it */
	int64_t remaining;                    /* of its rate limit; -1: it does not say */
};

struct wt_forge {
	void *self;

	void (*figures)(void *self, struct wt_forge_figures *out);
	/* How long a write would wait now for its turn. */
	int64_t (*write_wait_ms)(void *self);

	/* Who we are there, and which rights are known ("" when the server does not say). A token
	 * of an app has no user: login is "" then. */
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
	/* Only while its head is that commit. style: merge, squash, rebase. WT_E_STATE: it cannot
	 * be merged as it is, or its head is another. */
	enum wt_code (*merge_pull)(void *self, int64_t number, const char *head_oid,
				   const char *style, struct wt_arena *a, const char **merge_oid,
				   struct wt_error *err);

	enum wt_code (*checks)(void *self, const char *oid, enum wt_forge_checks *out,
			       struct wt_error *err);
	enum wt_code (*set_status)(void *self, const char *oid, const struct wt_forge_status *in,
				   struct wt_error *err);
};

#endif
