/* SPDX-License-Identifier: MIT */
#ifndef WT_PORT_PROC_H
#define WT_PORT_PROC_H

/*
 * Processes: the only door to them beside the shim. Short helpers (git, a setup command) are
 * run to their end with run(); an agent is started with start(), which starts a shim that owns
 * it (shim.h) and outlives us. wait() is the one place where the program waits for them.
 *
 * A process is named by pid + start time + boot id and signalled through a pidfd, never by a
 * bare pid or by name. (Where a kernel has no pidfds, identity is checked directly before the
 * signal, which is weaker: in between, a pid that is not our child's may change hands. Ends are
 * then noticed within 50 ms.) Argument lists go to exec as they are, never through a shell. PATH is
 * searched without its relative entries: a worktree is no place to find a program in.
 *
 * One thread only. Children begin with every signal at its default and unblocked, with
 * standard streams and nothing else open.
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
	/* NULL-terminated. argv[0] is looked up in PATH (of env, if given); with a '/' it is
	 * taken as it is, from cwd. */
	const char *const *argv;
	const char *cwd;         /* NULL: ours */
	/* NULL: our own environment. Always without the variables that
	 * `git rev-parse --local-env-vars` lists. */
	const char *const *env;
	const char *const *set;  /* NULL or "NAME=value"s on top, git's own names allowed */
	struct wt_str input;     /* standard input; empty: /dev/null */
	/* From the start; 0: 10 minutes. Then its process group gets TERM, a second, KILL. */
	int64_t deadline_ms;
	size_t max_output;       /* of each stream; 0: WT_MAX_OUTPUT_BYTES. More is WT_E_ENV */
};

struct wt_cmd_result {
	int code;   /* exit code, or -1 when ended by a signal */
	int signal; /* or 0 */
	struct wt_buf out, err; /* the caller clears them, also after a failure */
};

/* What an agent and all that it starts may use together; 0: as much as there is. */
struct wt_agent_limits {
	int64_t memory_bytes;
	int64_t cpu_percent; /* of one core: 150 is one and a half */
	int64_t tasks;       /* processes and threads */
	int64_t open_files;  /* of each process */
};

/* What the shim is to start; written to the attempt's folder by start(). */
struct wt_agent_start {
	const char *dir;         /* the attempt's folder, absolute: claim, agent.log, exit.json */
	const char *const *argv; /* argv[0] as in wt_cmd */
	const char *cwd;
	const char *const *env;  /* complete but for WTORCH_INSTANCE; git's names are scrubbed */
	const char *stdin_path;  /* NULL: /dev/null */
	const char *instance;    /* put into env as WTORCH_INSTANCE: marks descendants */
	int64_t timeout_ms;      /* 0: none */
	int64_t grace_ms;        /* between TERM and KILL */
	int64_t silence_ms;      /* 0: any; see shim.h */
	const char *final;       /* text of its last word; NULL or "": none */
	const char *cgroup;      /* folder of cgroup v2 that may hold a leaf for it, or NULL */
	struct wt_agent_limits limits;
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
	int code; /* EXIT: the exit code if it was our own child (a shim), else -1 */
};

/* Somebody at work below a folder. how: "cwd", "exe", "root" (its own), "file" (it has one open),
 * or "hidden": it has a terminal and may not be looked into, so it could be in any folder. */
struct wt_occupant {
	int64_t pid;
	char name[32];
	const char *how;
	int64_t started_wall_ms; /* 0: not known */
};

struct wt_tree_usage {
	int64_t cpu_ms;     /* user + system of the living and of all they have waited for */
	int64_t rss_bytes;  /* sum of the living; shared pages count in each */
	size_t processes;   /* the living, root included */
};

struct wt_proc {
	void *self;

	/* Runs to the end, which is the exit of the program itself: what it left behind in the
	 * background is neither waited for nor ended. It has a process group of its own, so that
	 * the terminal's Ctrl-C does not cut git in half; a signal to us is kept for wait().
	 * A program that cannot be executed is WT_E_NOT_FOUND (absent) or WT_E_ENV, told apart
	 * from one that fails, which is WT_OK with its code. */
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
	/* Standard input, from now on or no longer. Its end counts as readable for ever, so who
	 * reads nothing stops watching. */
	void (*watch_input)(void *self, bool on);
	/* WT_E_NOT_FOUND when that very process is gone. */
	enum wt_code (*signal)(void *self, const struct wt_proc_id *id, int signo,
			       struct wt_error *err);
	bool (*is_alive)(void *self, const struct wt_proc_id *id);
	/* That very process was halted by a signal (STOP and its kin, not by a tracer). */
	bool (*is_halted)(void *self, const struct wt_proc_id *id);
	/* The next wake, waiting at most timeout_ms (negative: no limit). Signals come first; a
	 * file that changed many times comes once. From the first call of this or of start() on
	 * INT, TERM, HUP and WINCH are taken over from their defaults; one that our caller ignores stays ignored. */
	enum wt_code (*wait)(void *self, int64_t timeout_ms, struct wt_wake *out,
			     struct wt_error *err);
	void (*self_id)(void *self, struct wt_proc_id *out);
	/* CPU is the mean since the call before, or of 2.5 to 5 s when that was shorter ago.
	 * Unknown values are negative, as is CPU in the first call. */
	void (*load)(void *self, struct wt_load *out);
	/* False when root is gone. */
	bool (*usage)(void *self, const struct wt_proc_id *root, struct wt_tree_usage *out);
	/* Calls found for each process that works below one of the folders (absolute, links
	 * resolved), once, with the folder's index; for a hidden one with each of them. They are
	 * reported, never signalled. */
	enum wt_code (*inside)(void *self, const char *const *dirs, size_t n,
			       void (*found)(void *arg, size_t dir, const struct wt_occupant *who),
			       void *arg, struct wt_error *err);
	void (*random)(void *self, void *bytes, size_t n);
	/* The absolute path of a program on PATH (or of one given with a '/'), appended to out.
	 * WT_E_NOT_FOUND when there is none, WT_E_ENV when it cannot be executed. */
	enum wt_code (*find)(void *self, const char *program, struct wt_buf *out,
			     struct wt_error *err);
	const char *const *env; /* our own environment, NULL-terminated */
};

#endif
