/* SPDX-License-Identifier: MIT */
#ifndef WT_PORT_GIT_H
#define WT_PORT_GIT_H

/*
 * The repository, in two halves: objects and refs are read and objects written in-process
 * (store); what only the git program does right - files, hooks, filters, hard merges, signed
 * commits, moving refs - goes through it (tool). Names of refs are full ("refs/heads/main")
 * unless said otherwise. Objects are written, refs are moved only by compare-and-swap.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/arena.h"
#include "wtorch/base/buf.h"
#include "wtorch/base/oid.h"

struct wt_repo {
	char *top;     /* the checkout that the user stands in, absolute; NULL when bare */
	char *git_dir; /* of that checkout */
	char *common_dir;
	char *main_top;     /* the main checkout, NULL when the repository is bare */
	char *head_branch;  /* short name; NULL when detached */
	struct wt_oid head; /* zero when unborn */
	bool is_bare, is_unborn, is_detached, is_shallow;
};

struct wt_tree_entry {
	const char *name;
	unsigned mode; /* 0100644, 0100755, 0120000, 0160000, 040000 */
	struct wt_oid oid;
};

struct wt_tree {
	struct wt_tree_entry *items; /* in git's order */
	size_t len, cap;
};

struct wt_commit {
	struct wt_oid tree;
	struct wt_oid parents[2]; /* the first two */
	size_t n_parents;
	const char *message; /* whole; lives in the arena */
	int64_t time_s;
};

struct wt_commit_spec {
	struct wt_oid tree;
	const struct wt_oid *parents;
	size_t n_parents;
	const char *message;
	const struct wt_oid *author_of; /* take the author from that commit; NULL: the user */
};

/* A commit that hooks have a say in. */
struct wt_hooked_commit {
	const struct wt_commit_spec *commit;
	const char *scratch; /* of worktree_scratch, at the first parent */
	int64_t deadline_ms; /* of each hook */
};

/* Three versions of a file, and whose lines are taken where they conflict. */
struct wt_line_merge {
	const struct wt_oid *base; /* NULL: both sides made it */
	const struct wt_oid *ours, *theirs;
	bool takes_theirs; /* else ours */
};

struct wt_git_store {
	enum wt_code (*resolve)(void *self, const char *name, struct wt_oid *commit,
				struct wt_error *err); /* any revision; WT_E_NOT_FOUND */
	enum wt_code (*ref)(void *self, const char *ref, struct wt_oid *out, struct wt_error *err);
	enum wt_code (*refs)(void *self, const char *prefix, struct wt_arena *a,
			     const char ***names, size_t *n, struct wt_error *err);
	enum wt_code (*commit)(void *self, const struct wt_oid *oid, struct wt_arena *a,
			       struct wt_commit *out, struct wt_error *err);
	enum wt_code (*tree)(void *self, const struct wt_oid *oid, struct wt_arena *a,
			     struct wt_tree *out, struct wt_error *err);
	enum wt_code (*tree_write)(void *self, const struct wt_tree *tree, struct wt_oid *out,
				   struct wt_error *err);
	enum wt_code (*blob)(void *self, const struct wt_oid *oid, struct wt_buf *out,
			     struct wt_error *err);
	/* Without reading it. */
	enum wt_code (*blob_size)(void *self, const struct wt_oid *oid, size_t *out,
				  struct wt_error *err);
	enum wt_code (*blob_write)(void *self, struct wt_str data, struct wt_oid *out,
				   struct wt_error *err);
	/* Merges the lines of three blobs as git does by default; is_clean false when they
	 * conflict (or are binary), and out is then untouched. */
	enum wt_code (*merge_lines)(void *self, const struct wt_oid *base,
				    const struct wt_oid *ours, const struct wt_oid *theirs,
				    bool *is_clean, struct wt_oid *out, struct wt_error *err);
	/* The same with every hunk that conflicts decided for one side; *hunks says how many there
	 * were. is_text false when one of them is binary, and out is then untouched. */
	enum wt_code (*merge_lines_by)(void *self, const struct wt_line_merge *spec, bool *is_text,
				       size_t *hunks, struct wt_oid *out, struct wt_error *err);
	/* False when git's configuration makes it merge in a way of its own (merge.default,
	 * merge.renormalize, merge.renames, merge.directoryRenames). What info/attributes,
	 * core.attributesFile and the system's attributes say is appended to attributes. */
	enum wt_code (*merges_plainly)(void *self, struct wt_buf *attributes, bool *out,
				       struct wt_error *err);
	/* Every merge base; n is 0 for unrelated histories. At most two are given, n says how many
	 * there are. */
	enum wt_code (*merge_bases)(void *self, const struct wt_oid *a, const struct wt_oid *b,
				    struct wt_oid out[2], size_t *n, struct wt_error *err);
	enum wt_code (*is_ancestor)(void *self, const struct wt_oid *ancestor,
				    const struct wt_oid *of, bool *out, struct wt_error *err);
	/* Unsigned; WT_E_ENV when there is no identity. */
	enum wt_code (*commit_write)(void *self, const struct wt_commit_spec *spec,
				     struct wt_oid *out, struct wt_error *err);
	/* A value of git's configuration as git itself finds it, appended ("true" for a key
	 * without a value); WT_E_NOT_FOUND. The configuration is read once, when first asked for:
	 * what an agent writes into it later has no say. */
	enum wt_code (*config)(void *self, const char *name, struct wt_buf *out,
			       struct wt_error *err);
};

struct wt_worktree_entry {
	const char *path;
	const char *branch; /* short; NULL when detached */
	const char *admin; /* name of its folder in <common dir>/worktrees; NULL: the main checkout,
			      or it cannot be told */
	const char *locked; /* why it is locked ("" when no reason is given), NULL: it is not */
	struct wt_oid head;
	bool is_bare, is_locked, is_prunable;
};

/* What snapshot takes in besides tracked and untracked files. */
struct wt_snapshot {
	const char *checkout;
	const char *const *ignored; /* gitignore patterns: ignored files that match come too */
	size_t n_ignored;
	const char *message;
};

struct wt_new_worktree {
	const char *path;           /* absolute */
	const char *branch;         /* short; made at start. NULL: none, HEAD is detached there */
	const struct wt_oid *start; /* a commit */
	bool skips_hooks;           /* post-checkout and its kin do not run */
};

struct wt_status_entry {
	char index, file; /* git's two letters; "??" untracked */
	const char *path; /* relative to the top of that checkout */
	/* status_all, of an ignored folder: why it is more than its files. And of an untracked
	 * one: that it cannot be read. */
	const char *nested;
};

/* A path that conflicts, as the merge base [0], ours [1] and theirs [2] have it; a zero oid: it is
 * not there. */
struct wt_unmerged {
	const char *path;
	struct wt_oid oid[3];
	unsigned mode[3];
};

struct wt_settle {
	const char *checkout;
	const struct wt_oid *old_tree, *new_tree;
};

/* What index.lock of a checkout begins with while it is ours: then pid, start time and boot id, and
 * WT_LOCK_IDLE as long as nothing was written in the checkout. */
#define WT_LOCK_MARK "wtorch "
#define WT_LOCK_IDLE "idle"

struct wt_merge_result {
	bool is_clean;
	struct wt_oid tree; /* also when not clean: git's, with its marks in the files */
	const char **paths; /* conflicted paths, each once, sorted; when not clean */
	size_t n_paths;
	const char *detail;                  /* git's informational messages; may be "" */
	const struct wt_unmerged *conflicts; /* as paths; when not clean */
	bool is_by_path; /* every conflict is one of contents, or of a change (or a new name)
			    against a deletion: what it is about is in conflicts */
};

/* One entry of git's configuration; a key may have several. */
struct wt_git_setting {
	const char *key, *value; /* section and name in lower case */
};

struct wt_git_tool {
	/* "2.39.5"; WT_E_ENV when git is missing or older than 2.39. */
	enum wt_code (*version)(void *self, struct wt_buf *out, struct wt_error *err);
	/* git's configuration as it is now, of all files and with what they include, in git's
	 * order. store->config tells what it was when it was first asked for. */
	enum wt_code (*settings)(void *self, struct wt_arena *a, struct wt_git_setting **out,
				 size_t *n, struct wt_error *err);
	/* WT_E_ENV with the hint to set user.name when there is no identity. */
	enum wt_code (*identity)(void *self, struct wt_error *err);
	/* What git worktree add --no-track -b branch path start leaves; with --detach instead of a
	 * branch maybe without a reflog, and its files come from nowhere but the commit, whatever
	 * the index of the user's checkout says. Under the caller's lock.
	 * Nothing is left behind when it fails. */
	enum wt_code (*worktree_add)(void *self, const struct wt_new_worktree *spec,
				     struct wt_error *err);
	enum wt_code (*worktrees)(void *self, struct wt_arena *a, struct wt_worktree_entry **out,
				  size_t *n, struct wt_error *err);
	/* Unregisters exactly that worktree and deletes its files; git's own refusals (dirty,
	 * locked) stay unless force waives "dirty". Also when its folder is gone already. */
	enum wt_code (*worktree_remove)(void *self, const char *path, bool force,
					struct wt_error *err);
	/* Takes exactly the entry admin (a name, as worktrees gives it) out of <common
	 * dir>/worktrees, never another one's; the files of the worktree are left alone. Under
	 * the caller's lock, as worktree_add. WT_E_STATE when it is locked. Absent is fine. */
	enum wt_code (*worktree_unregister)(void *self, const char *admin, struct wt_error *err);
	/* A worktree at path with an existing branch checked out; post-checkout runs. */
	enum wt_code (*worktree_attach)(void *self, const char *path, const char *branch,
					struct wt_error *err);
	/* The uncommitted state of a checkout as a commit that no ref names: its tree is that of
	 * the files, its first parent is HEAD, its second (only when the index differs from HEAD
	 * and has no conflicts) a commit of the index's tree. Made through an index of its own:
	 * index, files and refs stay as they are. Filters do what they do in git add; stages of a
	 * conflict, marks of git add -N and empty folders are not in it. WT_E_STATE when all is
	 * committed, WT_E_CONFLICT when something cannot be captured (a repository of its own
	 * inside): named. */
	enum wt_code (*snapshot)(void *self, const struct wt_snapshot *spec, struct wt_oid *out,
				 struct wt_error *err);
	/* The reverse, in a clean checkout of its first parent: files, staged state and untracked
	 * files as they were. */
	enum wt_code (*snapshot_restore)(void *self, const char *checkout,
					 const struct wt_oid *snapshot, struct wt_error *err);
	/* Bytes on disk of the objects that only these refs reach: what would be free without
	 * them. */
	enum wt_code (*own_bytes)(void *self, const char *const *refs, size_t n, int64_t *out,
				  struct wt_error *err);
	/* Untracked files one by one, ignored ones left out, no renames. */
	enum wt_code (*status)(void *self, const char *checkout, struct wt_arena *a,
			       struct wt_status_entry **out, size_t *n, struct wt_error *err);
	/* Everything that differs, untracked files too, as one commit on the checkout's branch
	 * without hooks, signed when the user signs. WT_E_STATE when there is nothing. */
	enum wt_code (*commit_all)(void *self, const char *checkout, const char *message,
				   struct wt_error *err);
	/* git merge-tree --write-tree ours theirs. When git itself breaks down over it (2.39 has
	 * assertions that trees can break), it is not clean, without paths, and detail says so. */
	enum wt_code (*merge_tree)(void *self, const struct wt_oid *ours,
				   const struct wt_oid *theirs, struct wt_arena *a,
				   struct wt_merge_result *out, struct wt_error *err);
	/* As store->commit_write, but signed as the user's configuration asks. */
	enum wt_code (*commit_signed)(void *self, const struct wt_commit_spec *spec,
				      struct wt_oid *out, struct wt_error *err);
	/* Whether a pre-merge-commit (of merges), prepare-commit-msg or commit-msg hook is there,
	 * where core.hooksPath said when the configuration was read. */
	enum wt_code (*commit_hooks)(void *self, bool is_merge, bool *any, struct wt_error *err);
	/* A worktree at path, detached at the commit, without files; no hooks run. Under the
	 * caller's lock. */
	enum wt_code (*worktree_scratch)(void *self, const char *path, const struct wt_oid *commit,
					 struct wt_error *err);
	/* As commit_signed, after these hooks ran in the scratch worktree over the files of the
	 * commit, and with the message that they left. WT_E_STATE: one refused, in its words, or
	 * changed the files; WT_E_TIMEOUT: one did not end, and was ended. */
	enum wt_code (*commit_hooked)(void *self, const struct wt_hooked_commit *spec,
				      struct wt_oid *out, struct wt_error *err);
	/* Moves ref from old to new (either may be zero: create, delete), hooks run, reflog says
	 * reason. WT_E_RACED when it was not at old. */
	enum wt_code (*update_ref)(void *self, const char *ref, const struct wt_oid *new_oid,
				   const struct wt_oid *old_oid, const char *reason,
				   struct wt_error *err);
	/* Locks the index of a checkout as git does, with our name in it, so that no git command of
	 * a person comes between the calls that follow: until checkout_unlock, checkout_advance,
	 * checkout_settle and index_set of that checkout work under it. One checkout at a time. A
	 * lock that a dead process of ours left before it wrote anything there is taken over.
	 * WT_E_BUSY: somebody else's, or one whose work was cut short. */
	enum wt_code (*checkout_lock)(void *self, const char *checkout, struct wt_error *err);
	/* Without a lock it does nothing. */
	void (*checkout_unlock)(void *self);
	/* Brings index and files of a checkout from old_tree to new_tree as a two-tree merge:
	 * what is dirty and untouched by it stays as it is, staged or not. With dry_run only
	 * says whether it could. WT_E_CONFLICT, and nothing was changed, when a dirty or
	 * untracked file is in the way; its message names it. */
	enum wt_code (*checkout_advance)(void *self, const char *checkout,
					 const struct wt_oid *old_tree,
					 const struct wt_oid *new_tree, bool dry_run,
					 struct wt_error *err);
	/* Finishes an update of a checkout that was cut short, or that a person's edits kept from
	 * being made as a whole: of the paths in which the trees differ, what is as in the old
	 * tree, in the index and as a file, each by itself, becomes as in the new one. What is
	 * neither is the person's: it stays, and is named in theirs (strings in the arena). An
	 * index.lock that is provably that of a dead process of ours is taken over, and then, as
	 * where a change of ours broke off in this process, what is absent or half written is put
	 * down to that. WT_E_BUSY: somebody else's lock. */
	enum wt_code (*checkout_settle)(void *self, const struct wt_settle *spec,
					struct wt_arena *a, const char ***theirs, size_t *n,
					struct wt_error *err);
	/* Waits for git processes that update_ref, checkout_advance or worktree_add of a process
	 * before us left running; WT_E_TIMEOUT when one lives on. */
	enum wt_code (*await_left)(void *self, int64_t timeout_ms, struct wt_error *err);
	/* The blob and mode that the index of the checkout holds for path; WT_E_NOT_FOUND. */
	enum wt_code (*index_entry)(void *self, const char *checkout, const char *path,
				    struct wt_oid *blob, unsigned *mode, struct wt_error *err);
	enum wt_code (*index_set)(void *self, const char *checkout, const char *path,
				  const struct wt_oid *blob, unsigned mode, struct wt_error *err);
	/* Files below checkout that git ignores and that the gitignore-style list (a path in the
	 * checkout) names: what a new worktree gets copied. Relative paths. */
	enum wt_code (*included)(void *self, const char *checkout, const char *list,
				 struct wt_arena *a, const char ***paths, size_t *n,
				 struct wt_error *err);
	/* As status, and what git ignores: "!!", a folder that is ignored as one ends in '/'.
	 * Changes that marks in the index hide from git are among them. */
	enum wt_code (*status_all)(void *self, const char *checkout, struct wt_arena *a,
				   struct wt_status_entry **out, size_t *n, struct wt_error *err);
	/* How many commits of reaches and without does not, counted up to max. */
	enum wt_code (*count)(void *self, const struct wt_oid *of, const struct wt_oid *without,
			      size_t max, size_t *n, struct wt_error *err);
	/* The commit among those that target has and base has not whose change is to the letter
	 * the whole one from base to tip; zero: there is none. */
	enum wt_code (*same_patch)(void *self, const struct wt_oid *base, const struct wt_oid *tip,
				   const struct wt_oid *target, struct wt_oid *out,
				   struct wt_error *err);
	/* How many commits tip has that target has not, and how many of these target has under
	 * another id with the same change. */
	enum wt_code (*cherry)(void *self, const struct wt_oid *target, const struct wt_oid *tip,
			       size_t *landed, size_t *total, struct wt_error *err);
	/* The commits that the tips reach and no branch, remote branch or tag does, newest first,
	 * at most 1000; tips that are gone are left out. */
	enum wt_code (*unreached)(void *self, const struct wt_oid *tips, size_t n_tips,
				  struct wt_arena *a, struct wt_oid **out, size_t *n,
				  struct wt_error *err);
	/* What a checkout of the commit takes on disk, about: whole blocks, no submodules. */
	enum wt_code (*checkout_size)(void *self, const struct wt_oid *commit, int64_t *bytes,
				      struct wt_error *err);
	/* What `wtorch diff` shows: base against the files of the checkout, untracked included. */
	enum wt_code (*diff)(void *self, const char *checkout, const struct wt_oid *base,
			     struct wt_buf *out, struct wt_error *err);
};

struct wt_git {
	void *self;
	struct wt_repo repo;
	const struct wt_git_store *store;
	const struct wt_git_tool *tool;
};

#endif
