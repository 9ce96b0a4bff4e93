/* SPDX-License-Identifier: MIT */
#ifndef WT_ADAPTER_PROC_LINUX_PRIV_H
#define WT_ADAPTER_PROC_LINUX_PRIV_H

/*
 * What the files of proc_linux share. proc_linux.c owns the object, _id names processes, _find
 * knows the environment and PATH, _run the short helpers, _start the shims, _watch
 * the epoll set, _load the figures.
 *
 * The fallback, where the kernel or what traces us knows no pidfd: whether a process lives is
 * asked of /proc (a stranger) or waitid (a child) at intervals, and signals go to the pid. A child
 * keeps its pid until we reap it, so for children nothing is lost but promptness. The pid of a
 * stranger could be given away in the moment between the check of its start time and the
 * signal; nothing closes that gap but a pidfd.
 */

#include <signal.h>
#include <spawn.h>
#include <sys/types.h>

#include "wtorch/base/arena.h"
#include "wtorch/base/procstat.h"
#include "wtorch/port/proc.h"

#define WT_PROC_LINUX_PROGRAMS 8

struct wt_proc_linux {
	char *shim;
	char boot_id[40];
	bool has_pidfd;         /* else as below, at fallback */
	struct wt_arena arena;  /* the copies of our environment */
	const char **env;       /* as we got it */
	const char **clean_env; /* without git's local variables */
	struct {
		char *name, *path;
	} programs[WT_PROC_LINUX_PROGRAMS]; /* found on our own PATH; owned */
	size_t next_program;                /* the slot to be used next */
	struct wt_proc_watch *watch;        /* NULL until something is watched */
	struct wt_proc_load *samples;
};

/* proc_linux_id.c */

int64_t wt_proc_linux_now_ms(void); /* CLOCK_MONOTONIC */
/* Reads a small file of /proc into data as a string; false when it cannot. */
bool wt_proc_linux_slurp(const char *path, char *data, size_t size, struct wt_str *out);
bool wt_proc_linux_stat(pid_t pid, struct wt_procstat *out);
/* A pidfd of exactly this process; -1 and WT_OK where there are none. WT_E_NOT_FOUND when it is
 * gone. */
enum wt_code wt_proc_linux_open_id(struct wt_proc_linux *p, const struct wt_proc_id *id, int *pidfd,
				   struct wt_error *err);
/* Whether the process that is there began when that one did. */
bool wt_proc_linux_is_same_time(const struct wt_procstat *stat, const struct wt_proc_id *id);
/* From /proc alone: what cannot be read is taken for alive. */
bool wt_proc_linux_is_there(const struct wt_proc_id *id);
/* Our own child, not yet reaped, has ended. It stays to be reaped. */
bool wt_proc_linux_has_ended(pid_t child);
bool wt_proc_linux_id_of(struct wt_proc_linux *p, pid_t pid, struct wt_proc_id *out);

/* proc_linux.c */

/* Signals at their defaults and unblocked; flags are POSIX_SPAWN_ ones to add. Never fails. */
void wt_proc_linux_init_attr(posix_spawnattr_t *attr, short flags);

/* proc_linux_find.c */

bool wt_proc_linux_is_git_local(const char *variable); /* "NAME=value" or "NAME" */
/* An array in a (free() it) that borrows the strings: env without git's local variables and
 * without those that set names, then set. */
const char **wt_proc_linux_merge_env(const char *const *env, const char *const *set);
enum wt_code wt_proc_linux_find(void *self, const char *program, struct wt_buf *out,
				struct wt_error *err);
/* As find, but what has a '/' stays as it is; path is NULL for our own PATH. */
enum wt_code wt_proc_linux_lookup(struct wt_proc_linux *p, const char *program,
				  const char *const *env, struct wt_buf *out, struct wt_error *err);
/* What was found is there no more. */
void wt_proc_linux_forget(struct wt_proc_linux *p, const char *program);

/* proc_linux_run.c, _start.c */

enum wt_code wt_proc_linux_run(void *self, const struct wt_cmd *cmd, struct wt_cmd_result *out,
			       struct wt_error *err);
enum wt_code wt_proc_linux_start(void *self, const struct wt_agent_start *start, uint64_t token,
				 struct wt_proc_id *out, struct wt_error *err);

/* proc_linux_watch.c */

void wt_proc_linux_close_watch(struct wt_proc_watch *w);
/* Takes INT, TERM, HUP and WINCH over, once. */
enum wt_code wt_proc_linux_need_signals(struct wt_proc_linux *p, struct wt_error *err);
struct wt_proc_watched {
	struct wt_proc_id id;
	int pidfd;     /* -1 where there are none */
	bool is_child; /* it is ours to reap */
	uint64_t token;
};
/* Takes over the pidfd, also when it fails. */
enum wt_code wt_proc_linux_add_process(struct wt_proc_linux *p,
				       const struct wt_proc_watched *watched, struct wt_error *err);
enum wt_code wt_proc_linux_watch(void *self, const struct wt_proc_id *id, uint64_t token,
				 struct wt_error *err);
enum wt_code wt_proc_linux_watch_file(void *self, const char *path, uint64_t token,
				      struct wt_error *err);
void wt_proc_linux_unwatch_file(void *self, uint64_t token);
void wt_proc_linux_watch_input(void *self, bool on);
enum wt_code wt_proc_linux_wait(void *self, int64_t timeout_ms, struct wt_wake *out,
				struct wt_error *err);

/* proc_linux_load.c */

void wt_proc_linux_load(void *self, struct wt_load *out);
bool wt_proc_linux_usage(void *self, const struct wt_proc_id *root, struct wt_tree_usage *out);

/* proc_linux_inside.c */

enum wt_code wt_proc_linux_inside(void *self, const char *const *dirs, size_t n,
				  void (*found)(void *arg, size_t dir,
						const struct wt_occupant *who),
				  void *arg, struct wt_error *err);

#endif
