/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_ESCAPE_PRIV_H
#define WT_ENGINE_ESCAPE_PRIV_H

/* Between what was seen (escape_look.c), git's record of an agent's commands (escape_proof.c) and
 * what is made of both (escape.c). */

#include "wtorch/engine/escape.h"

/* One thing outside of the worktrees: "ref refs/heads/x", "key core.pager", "file hooks/x". */
struct wt_seen {
	const char *name;
	const char *value; /* an object id, or a sum of the bytes */
};

struct wt_sight {
	struct wt_seen *items; /* sorted by name */
	size_t len, cap;
};

enum wt_code wt_escape_look(struct wt_run *run, struct wt_arena *a, struct wt_sight *out,
			    struct wt_error *err);

/* One file more of the sight, with its bytes summed up; absent is nothing. Names are below the
 * common folder. */
void wt_escape_add_file(struct wt_run *run, struct wt_arena *a, struct wt_sight *out,
			const char *name);
const char *wt_escape_sum(struct wt_arena *a, struct wt_str bytes);
void wt_sight_sort(struct wt_sight *sight);
/* As a file: name, NUL, value, NUL, ... WT_E_EXISTS: it is there already. */
enum wt_code wt_sight_save(const struct wt_fs *fs, const char *path, const struct wt_sight *sight,
			   struct wt_error *err);
enum wt_code wt_sight_load(const struct wt_fs *fs, const char *path, struct wt_arena *a,
			   struct wt_sight *out, struct wt_error *err);

/* A command of git that the agent ran. */
struct wt_git_command {
	const char *sid;
	const char *name;     /* "commit"; "" when git did not say */
	const char *words;    /* its arguments, each behind a newline */
	const char *worktree; /* where it worked; "" outside of any repository */
};

struct wt_git_commands {
	struct wt_git_command *items;
	size_t len, cap;
};

/* Those that may have changed something; none when there is no record. */
void wt_escape_commands(struct wt_run *run, const char *attempt_dir, struct wt_arena *a,
			struct wt_git_commands *out);
/* The command that moved the ref: it names it, or committed in the checkout that has it checked
 * out (NULL: none has). */
const struct wt_git_command *wt_escape_mover(const struct wt_git_commands *list, const char *ref,
					     const char *checkout);
/* The command that set the key of git's configuration. */
const struct wt_git_command *wt_escape_setter(const struct wt_git_commands *list, const char *key);

#endif
