/* SPDX-License-Identifier: MIT */
#ifndef WT_SRC_ADAPTER_GIT_PRIV_H
#define WT_SRC_ADAPTER_GIT_PRIV_H

/*
 * What the two halves of the git adapter share: one struct behind wt_git.self, the library half
 * (git_libgit2.c) and the program half (git_program*.c). Neither sees the other's means.
 */

#include <time.h>

#include "wtorch/adapter/adapters.h"

struct git_repository; /* libgit2's; only git_libgit2.c looks inside */

struct git_person {
	const char *name, *email; /* owned; NULL until git was asked */
	bool has_time;            /* the environment fixes the date */
	int64_t time_s;
	int offset_minutes;
};

struct git_self {
	struct git_repository *repo;
	const struct wt_proc *proc; /* borrowed */
	struct wt_arena arena;      /* what is cached below; lives as long as we do */
	const char *dir;            /* where git is run when no checkout is named */
	const char *common_dir, *git_dir;
	const char *top;       /* the checkout that git_dir belongs to; NULL when bare */
	const char *cut_short; /* the checkout in which a change of ours broke off; NULL */
	struct git_person author, committer;
	struct wt_git_setting *settings; /* git's configuration in its order: the last one wins */
	size_t n_settings;
	bool has_settings;
	struct git_held *held; /* owned; what checkout_lock holds, or NULL */
};

extern const struct wt_git_store git_libgit2_store;
extern const struct wt_git_tool git_program_tool;

/* git_libgit2.c, for the program half */

/* The author of a commit as the environment of commit-tree wants it; strings in the arena,
 * date as "@<seconds> <+hhmm>". */
struct git_author {
	const char *name, *email, *date;
};
enum wt_code git_store_author(struct git_self *g, const struct wt_oid *commit, struct wt_arena *a,
			      struct git_author *out, struct wt_error *err);
/* Makes a ref and its reflog as git update-ref does when there are no hooks; WT_E_EXISTS. */
enum wt_code git_store_new_ref(struct git_self *g, const char *ref, const struct wt_oid *oid,
			       const char *reason, struct wt_error *err);
/* Without reading the blob. */
enum wt_code git_store_blob_size(void *self, const struct wt_oid *oid, size_t *out,
				 struct wt_error *err);

/* The bytes of a tree, in the arena and NUL-terminated; and a new one of such bytes. */
enum wt_code git_store_raw_tree(struct git_self *g, const struct wt_oid *oid, struct wt_arena *a,
				struct wt_str *out, struct wt_error *err);
enum wt_code git_store_write_raw_tree(struct git_self *g, struct wt_str raw, struct wt_oid *out,
				      struct wt_error *err);

/* git_tree.c */
enum wt_code git_store_tree(void *self, const struct wt_oid *oid, struct wt_arena *a,
			    struct wt_tree *out, struct wt_error *err);
enum wt_code git_store_tree_write(void *self, const struct wt_tree *tree, struct wt_oid *out,
				  struct wt_error *err);

/* git_program_config.c: what only git knows how to find out */

/* Of our environment; NULL when it is not set or empty. */
const char *git_program_variable(const struct git_self *g, const char *name);
enum wt_code git_program_settings_now(void *self, struct wt_arena *a, struct wt_git_setting **out,
				      size_t *n, struct wt_error *err);
/* Reads git's configuration into g->settings, once. */
enum wt_code git_program_settings(struct git_self *g, struct wt_error *err);
/* The value that counts, once they are read; borrowed, or NULL. */
const char *git_program_setting(const struct git_self *g, const char *name);
/* Appends the attributes that are not in the tree; false when a file cannot be named or read. */
bool git_program_attributes(const struct git_self *g, struct wt_buf *out);

/* The identity git would use now; cached. WT_E_ENV when there is none. */
enum wt_code git_program_person(struct git_self *g, bool is_author, const struct git_person **out,
				struct wt_error *err);
enum wt_code git_program_config(void *self, const char *name, struct wt_buf *out,
				struct wt_error *err);
enum wt_code git_program_merges_plainly(void *self, struct wt_buf *attributes, bool *out,
					struct wt_error *err);

/* git_program_run.c: one call of git */

struct git_call {
	const char *const *args; /* behind "git", NULL-terminated */
	const char *cwd;         /* NULL: self->dir */
	struct wt_str input;
	const char *const *set; /* NULL or "NAME=value"s on top of our environment */
	int64_t deadline_ms;    /* 0: ten minutes */
	const char *what;       /* "add the worktree 'x'": completes "cannot ..." */
};

/* Lives as long as the innermost block around it. */
#define GIT_ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })
/* Flags of every call that may write objects: no background repacking below our feet. */
#define GIT_NO_GC "-c", "gc.auto=0", "-c", "maintenance.auto=false"
/* Flags of every call that looks for new files: a cache that was spoiled can deny them. */
#define GIT_LOOK "-c", "core.untrackedCache=false"

/* Any exit code is WT_OK, 128 + N for a signal. The caller clears out->out and out->err. */
enum wt_code git_run(struct git_self *g, const struct git_call *call, struct wt_cmd_result *out,
		     struct wt_error *err);
/* git_program_stale.c: takes away the locks that were made since then, when one of ours was killed
 * meanwhile and no git is at work in the repository any more: nobody else would. */
void git_drop_stale(struct git_self *g, const struct timespec *since);
/* As git_run, but other codes than 0 fail with git's own words, and both streams are cleared
 * unless text is given, which gets standard output appended. */
enum wt_code git_do(struct git_self *g, const struct git_call *call, struct wt_buf *text,
		    struct wt_error *err);
/* WT_E_ENV (or code) with "cannot <what>: <git's first telling line>". */
enum wt_code git_complain(const struct git_call *call, const struct wt_cmd_result *res,
			  enum wt_code code, struct wt_error *err);
/* The next NUL-terminated item of rest; false at the end. */
bool git_next_item(struct wt_str *rest, struct wt_str *item);
bool git_says(const struct wt_cmd_result *res, const char *text); /* on standard error */

/* git_program_index.c: a copy of the checkout's index beside it (a split index needs its other half
 * there), as old as it is, so that git doubts the same entries. path is in the arena; the caller
 * removes it with git_program_drop_index. Where there is no index path names no file: an empty one.
 */
enum wt_code git_program_copy_index(struct git_self *g, const char *checkout, struct wt_arena *a,
				    char **path, struct wt_error *err);
void git_program_drop_index(const char *path); /* NULL is fine */
/* Makes a copy of an index as old as the index is. */
bool git_copy_age(int to, int from);
/* Takes the marks out of such a copy that make git pass over changes: assume-unchanged, and
 * skip-worktree where there is a file all the same. */
enum wt_code git_program_unhide(struct git_self *g, const char *checkout, const char *index,
				struct wt_error *err);

/* git_program_snapshot.c */
/* What stands in git's words behind lead: the rest of the line, or up to end when that is there. */
const char *git_word_behind(struct wt_arena *a, const char *text, const char *lead,
			    const char *end);
/* Of a folder that it cannot read git only warns, with these words, and leaves it out. */
#define GIT_CLOSED "could not open directory '"
enum wt_code git_program_snapshot(void *self, const struct wt_snapshot *spec, struct wt_oid *out,
				  struct wt_error *err);
enum wt_code git_program_snapshot_restore(void *self, const char *checkout,
					  const struct wt_oid *snapshot, struct wt_error *err);

enum wt_code git_program_own_bytes(void *self, const char *const *refs, size_t n, int64_t *out,
				   struct wt_error *err);

/* git_program_nested.c: WT_E_CONFLICT, and the name, when the checkout holds a repository of its
 * own whose content no tree of ours can hold. index: as git add --all left it; head: a tree. */
enum wt_code git_program_refuse_nested(struct git_self *g, const char *checkout, const char *index,
				       const struct wt_oid *head, struct wt_error *err);

/* An ignored folder of the checkout: WT_E_CONFLICT when a repository lies in it that holds what is
 * nowhere else, or when that cannot be seen. */
enum wt_code git_program_refuse_ignored(struct git_self *g, const char *checkout,
					const char *folder, struct wt_error *err);

/* git_program_worktree.c */
enum wt_code git_program_worktree_add(void *self, const struct wt_new_worktree *spec,
				      struct wt_error *err);
enum wt_code git_program_worktree_attach(void *self, const char *path, const char *branch,
					 struct wt_error *err);
enum wt_code git_program_worktree_remove(void *self, const char *path, bool force,
					 struct wt_error *err);

/* git_program_worktrees.c */
enum wt_code git_program_worktrees(void *self, struct wt_arena *a, struct wt_worktree_entry **out,
				   size_t *n, struct wt_error *err);
enum wt_code git_program_worktree_unregister(void *self, const char *admin, struct wt_error *err);

/* checkout_copy.c: the same as git worktree add --no-track -b branch -- path start, for a path that
 * is free or an empty folder. False when git has to do it; then nothing is left of it. */
bool git_checkout_copy(struct git_self *g, const struct wt_new_worktree *spec);

/* git_program_advance.c */
enum wt_code git_program_checkout_advance(void *self, const char *checkout,
					  const struct wt_oid *old_tree,
					  const struct wt_oid *new_tree, bool dry_run,
					  struct wt_error *err);

/* git_program.c: variables that make a signing key fail instead of asking, NULL-terminated */
#define GIT_NEVER_ASK 6
extern const char *const git_never_ask[GIT_NEVER_ASK];

/* git_program_hooks.c */
#define GIT_MESSAGE_MAX (1024u * 1024u)
enum wt_code git_program_commit_hooks(void *self, bool is_merge, bool *any, struct wt_error *err);
enum wt_code git_program_worktree_scratch(void *self, const char *path, const struct wt_oid *commit,
					  struct wt_error *err);
enum wt_code git_program_commit_hooked(void *self, const struct wt_hooked_commit *spec,
				       struct wt_oid *out, struct wt_error *err);
/* What a hook said on standard error, on one line, made safe and cut; without lines in which but
 * (NULL: none) occurs. */
void git_hook_words(const struct wt_cmd_result *res, const char *but, struct wt_buf *out);

/* git_program_settle.c */
enum wt_code git_program_checkout_settle(void *self, const struct wt_settle *spec,
					 struct wt_arena *a, const char ***theirs, size_t *n,
					 struct wt_error *err);

/* git_program_lock.c */
enum wt_code git_program_checkout_lock(void *self, const char *checkout, struct wt_error *err);
void git_program_checkout_unlock(void *self);
/* git_program_left.c */
enum wt_code git_program_await_left(void *self, int64_t timeout_ms, struct wt_error *err);

/* git_program_checkout.c */
enum wt_code git_program_status(void *self, const char *checkout, struct wt_arena *a,
				struct wt_status_entry **out, size_t *n, struct wt_error *err);
enum wt_code git_program_commit_all(void *self, const char *checkout, const char *message,
				    struct wt_error *err);
enum wt_code git_program_index_entry(void *self, const char *checkout, const char *path,
				     struct wt_oid *blob, unsigned *mode, struct wt_error *err);
enum wt_code git_program_index_set(void *self, const char *checkout, const char *path,
				   const struct wt_oid *blob, unsigned mode, struct wt_error *err);
enum wt_code git_program_included(void *self, const char *checkout, const char *list,
				  struct wt_arena *a, const char ***paths, size_t *n,
				  struct wt_error *err);
enum wt_code git_program_diff(void *self, const char *checkout, const struct wt_oid *base,
			      struct wt_buf *out, struct wt_error *err);

enum wt_code git_program_status_all(void *self, const char *checkout, struct wt_arena *a,
				    struct wt_status_entry **out, size_t *n, struct wt_error *err);

/* git_program_integrated.c */
enum wt_code git_program_count(void *self, const struct wt_oid *of, const struct wt_oid *without,
			       size_t max, size_t *n, struct wt_error *err);
enum wt_code git_program_same_patch(void *self, const struct wt_oid *base, const struct wt_oid *tip,
				    const struct wt_oid *target, struct wt_oid *out,
				    struct wt_error *err);
enum wt_code git_program_cherry(void *self, const struct wt_oid *target, const struct wt_oid *tip,
				size_t *landed, size_t *total, struct wt_error *err);
enum wt_code git_program_unreached(void *self, const struct wt_oid *tips, size_t n_tips,
				   struct wt_arena *a, struct wt_oid **out, size_t *n,
				   struct wt_error *err);
enum wt_code git_program_checkout_size(void *self, const struct wt_oid *commit, int64_t *bytes,
				       struct wt_error *err);

#endif
