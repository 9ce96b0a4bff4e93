/* SPDX-License-Identifier: MIT */
#ifndef WT_ADAPTER_FORGE_ASKING_H
#define WT_ADAPTER_FORGE_ASKING_H

/* How the files of forge_github ask GitHub for something. */

#include "wtorch/adapter/adapters.h"
#include "wtorch/core/forge_json.h"
#include "wtorch/port/forge.h"

/* Answers that a later request may find unchanged. */
#define FORGE_CACHE_ITEMS 64u
#define FORGE_CACHE_BYTES (8u << 20)

struct forge_kept {
	char *url, *etag, *link; /* owned; link NULL: none */
	char *body;
	size_t len;
};

struct forge_cache {
	struct forge_kept items[FORGE_CACHE_ITEMS]; /* a ring */
	size_t next, bytes;
};

struct forge_self {
	struct wt_forge_opts opts;
	struct wt_arena arena;    /* of what is kept: options and names */
	const char *owner, *name; /* as the repository is called now */
	bool has_written, is_down, is_moved, is_settled;
	int64_t last_write_ms, limited_until_ms; /* monotonic; 0: not */
	uint32_t chance;
	struct wt_forge_figures figures;
	struct forge_cache cache;
};

struct forge_ask {
	const char *what;   /* "read issue #5": for messages */
	const char *method; /* all but GET are writes */
	const char *path;   /* behind the repository: "/issues/5" */
	const char *top;    /* instead of path: behind the API's address, "/user" */
	const char *url;    /* instead of both: whole */
	struct wt_str body;
};

struct forge_got {
	int status;                /* of the last answer, 0: none came; also after a failure */
	const struct wt_json *doc; /* NULL: it had no body */
	const char *next;          /* the next page, NULL: there is none */
	struct wt_net_reply reply;
};

/* Sends it, in its turn and as often as it may; the answer is a success or err says why not. */
enum wt_code forge_ask(struct forge_self *g, const struct forge_ask *ask, struct wt_arena *a,
		       struct forge_got *out, struct wt_error *err);

/* All pages of a list. */
typedef enum wt_code forge_page(void *arg, struct wt_arena *a, const struct wt_json *doc,
				struct wt_error *err);
enum wt_code forge_ask_pages(struct forge_self *g, const struct forge_ask *ask, struct wt_arena *a,
			     forge_page *page, void *arg, struct wt_error *err);

/* For one whose answer says nothing that is needed. The body (NULL: none) is cleared. */
enum wt_code forge_tell(struct forge_self *g, const struct forge_ask *ask, struct wt_buf *body,
			struct wt_error *err);

/* An answer to a write that cannot be read tells no more than none: WT_E_RACED. */
enum wt_code forge_unclear(enum wt_code rc, struct wt_error *err);

/* Asks what the repository is called; the name counts from then on. */
enum wt_code forge_learn_repo(struct forge_self *g, struct wt_arena *a, struct wt_forge_repo *out,
			      struct wt_error *err);

const struct forge_kept *forge_cache_find(const struct forge_cache *c, const char *url);
void forge_cache_keep(struct forge_cache *c, const char *url, const struct wt_net_reply *reply);
void forge_cache_clear(struct forge_cache *c);

/* The functions of port/forge.h that are about issues, and about pull requests. */
void forge_github_issues(struct wt_forge *out);
void forge_github_pulls(struct wt_forge *out);

#endif
