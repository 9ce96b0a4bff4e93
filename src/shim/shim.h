/* SPDX-License-Identifier: MIT */
#ifndef WT_SHIM_SHIM_H
#define WT_SHIM_SHIM_H

/*
 * The parts of wtorch-shim, in the order in which main() uses them:
 *
 *	claim     makes the attempt ours, or finds that it is not
 *	spec      what is to be started
 *	cgroup    a leaf that keeps its limits, where there can be one
 *	agent     starts it
 *	watch     waits for its end, its deadline or a signal, and ends all of its tree
 *	sample    looks now and then at what the tree uses, and says when that is too much
 *	final     finds the text of its last word in its output
 *	silence   tells a quiet agent from a stalled one; scan: a sign of change in a work tree
 *	state     tells the others how it goes
 *	tree      walks and signals everybody below us, and everybody who bears our marker
 *	record    writes exit.json
 *
 * The shim must be small, must not hang and must not be killed by accident: it allocates a
 * few buffers, every wait has a deadline, and every signal but KILL and STOP is blocked. It
 * must cost nothing while its agent idles: a sample takes well under a millisecond of CPU, and
 * where a tree is so large that it takes more, samples become rarer in proportion.
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
bool wt_shim_slurp_at(int dir, const char *path, char *data, size_t size, struct wt_str *out);

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
	int64_t silence_ms;   /* 0: any */
	const char *final;    /* "": none */
	const char *cgroup;   /* folder for a leaf, or "" */
	int64_t memory_bytes; /* this and the following: 0 is no limit */
	int64_t cpu_percent;  /* of one core */
	int64_t tasks;        /* processes and threads */
	int64_t open_files;   /* of each process */
	char **argv;          /* owned, NULL-terminated, at least one */
	char **env;           /* owned, NULL-terminated */
};

enum wt_code wt_shim_spec_load(int dir, struct wt_shim_spec *out, struct wt_error *err);
void wt_shim_spec_clear(struct wt_shim_spec *spec);

/* cgroup.c */

struct wt_shim_leaf {
	int parent, fd; /* -1: there is none */
	char name[256];
	bool keeps_memory, keeps_tasks, keeps_cpu; /* the kernel enforces what spec says */
};

/* Makes the leaf, or takes over what a killed shim of the same instance left, with those who
 * are still in it. Whatever cannot be had is not an error: it is not kept then. */
void wt_shim_leaf_open(struct wt_shim_leaf *leaf, const struct wt_shim_spec *spec);
/* KILL to all in it; true while somebody is. */
bool wt_shim_leaf_kill(const struct wt_shim_leaf *leaf);
/* A figure of one of its files, behind the key ("": the file is the figure); -1 unless there. */
int64_t wt_shim_leaf_figure(const struct wt_shim_leaf *leaf, const char *file, const char *key);
/* Removes it, with what was made below it, once nobody is in it. */
void wt_shim_leaf_close(struct wt_shim_leaf *leaf);

/* agent.c: returns once the program itself runs, in the leaf if there is one. Where it could
 * not be put there the leaf is closed, and it runs without. */
enum wt_code wt_shim_agent_start(int dir, const struct wt_shim_spec *spec,
				 struct wt_shim_leaf *leaf, pid_t *out, struct wt_error *err);

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
	WT_SHIM_SUM,  /* no signal: into the sums */
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
	/* Somebody went while all of /proc was looked at, and may have left another who was not
	 * there yet when the list was made. */
	bool is_unsure;
	int64_t rss_pages, cpu_ticks, threads; /* the sums */
	size_t active; /* with them: who runs, waits for a core or for a disk */
	struct wt_shim_survivor survivors[WT_SHIM_SURVIVORS];
	size_t survivor_len;
};

void wt_shim_tree_init(struct wt_shim_tree *tree, const char *instance);
void wt_shim_tree_clear(struct wt_shim_tree *tree);
/* One walk; the dead do not count. STOP goes to a process before its children are read, so that
 * it cannot make more of them unseen; TERM and KILL go out when all are known, or the children
 * of one that ends at once would be missed. */
void wt_shim_tree_walk(struct wt_shim_tree *tree, enum wt_shim_who who, enum wt_shim_act act);

/* Puts one among the survivors that is there by the kernel's word and may not be looked at. */
void wt_shim_tree_list_unseen(struct wt_shim_tree *tree);
/* Puts those who are in the leaf among the survivors. */
void wt_shim_tree_list_cgroup(struct wt_shim_tree *tree, const struct wt_shim_leaf *leaf);

/* sample.c */

struct wt_shim_sampler {
	const struct wt_shim_spec *spec; /* borrowed, as all below */
	const struct wt_shim_leaf *leaf;
	struct wt_shim_tree *tree;
	int64_t calm_ms; /* the pause while nothing happens */
	int64_t pause_ms;
	unsigned over; /* samples in a row above the memory limit */
	int64_t seen_cpu_ms;
	/* of the newest sample */
	int64_t cpu_ms; /* of the tree since its start; never falls */
	int64_t rss_bytes, threads;
	bool is_active;     /* somebody runs, or waits for a core or a disk */
	int64_t peak_bytes; /* of all samples */
};

void wt_shim_sampler_init(struct wt_shim_sampler *s, const struct wt_shim_spec *spec,
			  const struct wt_shim_leaf *leaf, struct wt_shim_tree *tree);
/* Takes one, and sets the pause to the next. The reason to end the tree, with its figures in
 * why, or NULL. */
const char *wt_shim_sampler_take(struct wt_shim_sampler *s, struct wt_error *why);

/* final.c */

struct wt_shim_final {
	const char *text; /* borrowed */
	size_t len;       /* 0: none is sought */
	uint32_t *border; /* owned; how much of a match survives a byte that does not fit */
	size_t at;
	int64_t offset; /* of the log, read up to here */
};

void wt_shim_final_init(struct wt_shim_final *f, const char *text);
void wt_shim_final_clear(struct wt_shim_final *f);
/* Reads what was appended since; at most a few megabytes, *more tells of the rest. True from
 * when the text was found. */
bool wt_shim_final_seek(struct wt_shim_final *f, int log, bool *more);

/* silence.c */

/* How it goes, as one of the words of the port's shim.h. */
struct wt_shim_verdict {
	const char *name;
	int64_t since_ms, end_ms; /* monotonic; 0: there is none */
};

/* What is quiet is counted in observed time: whoever was halted with all of its agent must not
 * take the pause for silence. */
struct wt_shim_silence {
	int64_t limit_ms;                    /* 0: none is stalled for good */
	int64_t span_ms;                     /* the limit, or what stands for it */
	int64_t window_ms;                   /* over which CPU is looked at */
	int worktree;                        /* owned; -1: none */
	int64_t seen_ms;                     /* the newest note; 0 before the first */
	int64_t silent_ms, idle_ms, same_ms; /* since output, CPU, a change of the work tree */
	int64_t look_ms;                     /* of quiet, when the work tree is looked at */
	int64_t log_size;
	int64_t window_begun_ms, window_cpu_ms;
	unsigned window_notes, window_active;
	uint64_t print;
	bool has_print;
};

void wt_shim_silence_init(struct wt_shim_silence *s, const struct wt_shim_spec *spec);
void wt_shim_silence_clear(struct wt_shim_silence *s);
/* The state at now; true: it is stalled. */
bool wt_shim_silence_note(struct wt_shim_silence *s, int64_t now_ms, int64_t log_size,
			  int64_t cpu_ms, bool is_active);
/* As of the newest note. */
struct wt_shim_verdict wt_shim_silence_judge(const struct wt_shim_silence *s);
/* scan.c: a number that changes with the names, sizes and times of what is in a folder. */
uint64_t wt_shim_scan(int folder);

/* state.c */

struct wt_shim_state {
	int dir;           /* borrowed */
	const char *shown; /* WT_SHIM_WORKING needs no file until another was shown */
	int64_t gap_ms;    /* between two writes at least */
	int64_t written_ms;
	bool has_file;
};

void wt_shim_state_init(struct wt_shim_state *s, int dir, int64_t span_ms);
/* Writes the file when the word is another one, and it was not written just now; whoever calls
 * this calls it again. A file that cannot be written is missed by nobody. */
void wt_shim_state_show(struct wt_shim_state *s, const struct wt_shim_verdict *v, int64_t now_ms);
/* Takes the file away: the end speaks for itself. */
void wt_shim_state_clear(struct wt_shim_state *s);

/* watch.c */

struct wt_shim_outcome {
	const char *reason;
	int code; /* -1: ended by a signal, or never begun */
	int signal;
	struct wt_error error; /* why, where the reason alone does not say it */
	int64_t cpu_ms, peak_rss_bytes, duration_ms;
	const struct wt_shim_survivor *survivors; /* borrowed from the tree */
	size_t survivor_len;
	const char *memory_by, *tasks_by, *cpu_by; /* who kept the limits; NULL: nobody */
};

/* Blocks all signals and makes us the parent of our orphans: before anything is started. */
void wt_shim_watch_init(void);
/* Returns when the agent has ended and nobody is left, or those left cannot be killed. */
void wt_shim_watch(int dir, const struct wt_shim_spec *spec, pid_t agent,
		   const struct wt_shim_leaf *leaf, struct wt_shim_tree *tree,
		   struct wt_shim_outcome *out);

/* record.c */

/* Takes a block for the record while there is one: a full disk must not hide the end. The
 * descriptor, or -1. */
int wt_shim_record_reserve(int dir);
enum wt_code wt_shim_record_save(int dir, int fd, const struct wt_shim_outcome *outcome,
				 struct wt_error *err);

#endif
