/* SPDX-License-Identifier: MIT */
#ifndef WT_PORT_PROC_H
#define WT_PORT_PROC_H

/*
 * Processes: the only door to them beside the shim. Short helpers (git, a setup command) are
 * run to their end with run(); an agent is started with start(), which starts a shim that owns
 * it (shim.h) and outlives us. wait() is the one place where the program sleeps.
 *
 * A process is named by pid + start time + boot id and signalled through a pidfd, never by a
 * bare pid or by name. Argument lists go to exec as they are, never through a shell.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wtorch/base/buf.h"
#include "wtorch/base/err.h"
#include "wtorch/base/text.h"
#include "wtorch/core/sched.h"

struct wt_proc_id {
	int64_t pid;
	char start_time[24]; /* field 22 of /proc/PID/stat, decimal */
	char boot_id[40];
};

struct wt_cmd {
	const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
	const char *cwd;         /* NULL: ours */
	/* NULL: our own environment. Always without the variables that
	 * `git rev-parse --local-env-vars` lists. */
	const char *const *env;
	struct wt_str input;     /* standard input; empty: /dev/null */
	int64_t deadline_ms;     /* from the start; 0: 10 minutes. Then the whole group is killed */
	size_t max_output;       /* of each stream; 0: WT_MAX_OUTPUT_BYTES. More is WT_E_ENV */
};

struct wt_cmd_result {
	int code;   /* exit code, or -1 when ended by a signal */
	int signal; /* or 0 */
	struct wt_buf out, err; /* the caller clears them */
};

/* What the shim is to start; written to the attempt's folder by start(). */
struct wt_agent_start {
	const char *dir;         /* the attempt's folder, absolute: claim, agent.log, exit.json */
	const char *const *argv;
	const char *cwd;
	const char *const *env;  /* complete */
	const char *stdin_path;  /* NULL: /dev/null */
	const char *instance;    /* the value of WTORCH_INSTANCE in env: marks descendants */
	int64_t timeout_ms;      /* 0: none */
	int64_t grace_ms;        /* between TERM and KILL */
};

enum wt_wake_kind {
	WT_WAKE_TIME,   /* the time was up */
	WT_WAKE_EXIT,   /* a watched process ended: token */
	WT_WAKE_FILE,   /* a watched file was written or replaced: token */
	WT_WAKE_SIGNAL, /* INT, TERM, HUP, WINCH arrived: signo */
	WT_WAKE_INPUT,  /* standard input is readable (while watched) */
};

struct wt_wake {
	enum wt_wake_kind kind;
	uint64_t token;
	int signo;
};

struct wt_tree_usage {
	int64_t cpu_ms;     /* user + system of the living tree */
	int64_t rss_bytes;  /* sum */
	size_t processes;
};

struct wt_proc {
	void *self;

	/* Runs to the end. A program that cannot be executed is WT_E_NOT_FOUND (absent) or
	 * WT_E_ENV, told apart from one that fails, which is WT_OK with its code. */
	enum wt_code (*run)(void *self, const struct wt_cmd *cmd, struct wt_cmd_result *out,
			    struct wt_error *err);
	/* Starts a shim in a session of its own. Its end is reported as WT_WAKE_EXIT with token.
	 * The shim reports an agent that cannot be executed in exit.json. */
	enum wt_code (*start)(void *self, const struct wt_agent_start *start, uint64_t token,
			      struct wt_proc_id *out, struct wt_error *err);
	/* Watches a process that somebody else started; WT_E_NOT_FOUND when it is gone. */
	enum wt_code (*watch)(void *self, const struct wt_proc_id *id, uint64_t token,
			      struct wt_error *err);
	/* Files that may be absent; their folder must exist. Wakes also for what was written
	 * between a read and the watch, so: watch, then read. */
	enum wt_code (*watch_file)(void *self, const char *path, uint64_t token,
				   struct wt_error *err);
	void (*unwatch_file)(void *self, uint64_t token);
	/* WT_E_NOT_FOUND when that very process is gone. */
	enum wt_code (*signal)(void *self, const struct wt_proc_id *id, int signo,
			       struct wt_error *err);
	bool (*is_alive)(void *self, const struct wt_proc_id *id);
	/* The next wake, waiting at most timeout_ms (negative: no limit). From the first call
	 * on INT, TERM, HUP, WINCH and CHLD are taken over from their defaults. */
	enum wt_code (*wait)(void *self, int64_t timeout_ms, struct wt_wake *out,
			     struct wt_error *err);
	void (*self_id)(void *self, struct wt_proc_id *out);
	/* CPU is the mean since the call before; unknown values are negative. */
	void (*load)(void *self, struct wt_load *out);
	bool (*usage)(void *self, const struct wt_proc_id *root, struct wt_tree_usage *out);
	void (*random)(void *self, void *bytes, size_t n);
	/* The absolute path of a program on PATH (or of one given with a '/'); WT_E_NOT_FOUND. */
	enum wt_code (*find)(void *self, const char *program, struct wt_buf *out,
			     struct wt_error *err);
	const char *const *env; /* our own environment, NULL-terminated */
};

#endif
