/* SPDX-License-Identifier: MIT */
#ifndef WT_SHIM_SHIM_H
#define WT_SHIM_SHIM_H

/*
 * The parts of wtorch-shim, in the order in which main() uses them:
 *
 *	claim     makes the attempt ours, or finds that it is not
 *	spec      what is to be started
 *	agent     starts it
 *	watch     waits for its end, its deadline or a signal, and ends all of its tree
 *	tree      walks and signals everybody below us, and everybody who bears our marker
 *	record    writes exit.json
 *
 * The shim must be small, must not hang and must not be killed by accident: it allocates a
 * few buffers, every wait has a deadline, and every signal but KILL and STOP is blocked.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "wtorch/base/err.h"
#include "wtorch/base/text.h"
#include "wtorch/port/shim.h"

#define WT_SHIM_SURVIVORS 32

int64_t wt_shim_now_ms(void); /* CLOCK_MONOTONIC */
/* Reads a small file of /proc as a string; false when it cannot. */
bool wt_shim_slurp(const char *path, char *data, size_t size, struct wt_str *out);

/* claim.c: WT_E_EXISTS when somebody else has it. */
enum wt_code wt_shim_claim(int dir, struct wt_error *err);

/* spec.c */

struct wt_shim_spec {
	char *data; /* owned; all strings lie in it */
	const char *cwd;
	const char *stdin_path; /* NULL: /dev/null */
	const char *instance;
	int64_t timeout_ms; /* 0: none */
	int64_t grace_ms;
	char **argv; /* owned, NULL-terminated, at least one */
	char **env;  /* owned, NULL-terminated */
};

enum wt_code wt_shim_spec_load(int dir, struct wt_shim_spec *out, struct wt_error *err);
void wt_shim_spec_clear(struct wt_shim_spec *spec);

/* agent.c: returns once the program itself runs. */
enum wt_code wt_shim_agent_start(int dir, const struct wt_shim_spec *spec, pid_t *out,
				 struct wt_error *err);

/* tree.c */

struct wt_shim_survivor {
	int64_t pid;
	char name[32];
};

/* Who is signalled: all below us, and those whose environment holds the marker. */
enum wt_shim_who { WT_SHIM_BELOW, WT_SHIM_MARKED };
enum wt_shim_act {
	WT_SHIM_TERM, /* and CONT to the stopped */
	WT_SHIM_STOP, /* those that are not stopped yet */
	WT_SHIM_KILL,
	WT_SHIM_LIST, /* no signal: into survivors */
};

struct wt_shim_member {
	pid_t pid;
	int64_t start_time;
};

struct wt_shim_tree {
	const char *instance;           /* borrowed; "": nobody is marked */
	bool has_children_files;        /* else parents are looked up in all of /proc */
	struct wt_shim_member *members; /* owned; those found by the last walk */
	size_t len, cap;
	size_t running; /* of them, those that STOP had still to be sent to */
	struct wt_shim_survivor survivors[WT_SHIM_SURVIVORS];
	size_t survivor_len;
};

void wt_shim_tree_init(struct wt_shim_tree *tree, const char *instance);
void wt_shim_tree_clear(struct wt_shim_tree *tree);
/* One walk; the dead do not count. STOP goes to a process before its children are read, so that
 * it cannot make more of them unseen; TERM and KILL go out when all are known, or the children
 * of one that ends at once would be missed. */
void wt_shim_tree_walk(struct wt_shim_tree *tree, enum wt_shim_who who, enum wt_shim_act act);

/* watch.c */

struct wt_shim_outcome {
	const char *reason;
	int code; /* -1: ended by a signal, or never begun */
	int signal;
	struct wt_error error; /* for "exec" */
	int64_t cpu_ms, peak_rss_bytes, duration_ms;
	const struct wt_shim_survivor *survivors; /* borrowed from the tree */
	size_t survivor_len;
};

/* Blocks all signals and makes us the parent of our orphans: before anything is started. */
void wt_shim_watch_init(void);
/* Returns when the agent has ended and nobody is left, or those left cannot be killed. */
void wt_shim_watch(const struct wt_shim_spec *spec, pid_t agent, struct wt_shim_tree *tree,
		   struct wt_shim_outcome *out);

/* record.c */

/* Takes a block for the record while there is one: a full disk must not hide the end. The
 * descriptor, or -1. */
int wt_shim_record_reserve(int dir);
enum wt_code wt_shim_record_save(int dir, int fd, const struct wt_shim_outcome *outcome,
				 struct wt_error *err);

#endif
