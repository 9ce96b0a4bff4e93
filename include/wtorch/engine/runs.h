/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_RUNS_H
#define WT_ENGINE_RUNS_H

/*
 * Runs as they lie on disk: <git common dir>/wtorch/runs/<run>/journal.jsonl, and beside it a
 * folder per task and attempt. A run exists once its journal holds the plan.
 *
 *	wt_run_create(&ports, &plan, config, id, &run)   or   wt_run_open(&ports, NULL, &run)
 *	wt_run_note(run, &event, WT_DURABLE)    append, then believe
 *	wt_run_refresh(run)                     what other processes appended since
 *	wt_run_close(run)
 *
 * The state is never anything but the fold of the file: also what this process notes is read
 * back from there, so requests of other commands are seen in their true order.
 */

#include "wtorch/core/sched.h"
#include "wtorch/engine/ports.h"

#define WT_RUN_ID_SIZE 32

/* Whose a run is. A repository may be moved, and its runs with it; a copy of it holds copies of
 * their journals, but neither their agents nor their worktrees. */
enum wt_run_place {
	WT_PLACE_HERE,
	WT_PLACE_MOVED,     /* the repository was elsewhere when the run was made, and is not any
			       more */
	WT_PLACE_ELSEWHERE, /* it belongs to another repository */
};

struct wt_run {
	const struct wt_ports *ports; /* borrowed */
	struct wt_arena arena;        /* owns everything that was read */
	char id[WT_RUN_ID_SIZE];
	char *dir; /* absolute; in the arena */
	enum wt_run_place place;
	const char *home; /* the common dir that it was made in; NULL: not recorded */
	struct wt_plan plan;
	struct wt_config *config; /* as frozen in the journal */
	struct wt_providers providers;
	struct wt_journal_file *journal;
	struct wt_sched *sched;
	struct wt_diags damage; /* the first records that cannot be read, or do not follow from
				   what stands before them, with their line */
	/* We drive it: what only who drives a run can know is not taken from anybody else, who
	 * could only be an agent that writes here. own_seqs: noted by us, and not read back. */
	bool is_driving;
	uint64_t own_seqs[8];
	/* Called for each event after it was applied; may be NULL. */
	void (*observe)(void *arg, struct wt_run *run, const struct wt_event *ev);
	void *observe_arg;
};

enum wt_durability { WT_LAZY, WT_DURABLE };

/* <common dir>/wtorch, in the arena. */
char *wt_runs_home(const struct wt_ports *ports, struct wt_arena *a);
/* Ids of all runs, oldest first; none is not an error. */
WT_MUST_USE enum wt_code wt_runs_list(const struct wt_ports *ports, struct wt_arena *a,
				      const char ***ids, size_t *n, struct wt_error *err);
/* A new id from the clock and some chance: ids sort by time, also within a second, and behind all
 * that are there, also when the clock was set back. */
void wt_runs_new_id(const struct wt_ports *ports, char out[WT_RUN_ID_SIZE]);

/* Under the lock. What those before left who were killed before their plan was written goes. */
WT_MUST_USE enum wt_code wt_run_create(const struct wt_ports *ports, const struct wt_plan *plan,
				       const struct wt_config *config, const char *id,
				       struct wt_run **out, struct wt_error *err);
/* id NULL: the newest; WT_E_NOT_FOUND when there is none. */
WT_MUST_USE enum wt_code wt_run_open(const struct wt_ports *ports, const char *id,
				     struct wt_run **out, struct wt_error *err);
/* The newest run in which the task was selected. */
WT_MUST_USE enum wt_code wt_run_open_with_task(const struct wt_ports *ports, const char *task,
					       struct wt_run **out, struct wt_error *err);
void wt_run_close(struct wt_run *run);

WT_MUST_USE enum wt_code wt_run_note(struct wt_run *run, struct wt_event *ev,
				     enum wt_durability durability, struct wt_error *err);
WT_MUST_USE enum wt_code wt_run_refresh(struct wt_run *run, struct wt_error *err);

/* Calls event for every record of the run from the first one on, requests of other commands
 * included; ev and its texts are borrowed for the call. Damaged records are left out. */
WT_MUST_USE enum wt_code wt_run_each_event(struct wt_run *run,
					   void (*event)(void *arg, const struct wt_event *ev),
					   void *arg, struct wt_error *err);

const struct wt_run_state *wt_run_state(const struct wt_run *run);
/* The folder of an attempt, absolute, in the run's arena: of its first start. */
char *wt_run_attempt_dir(struct wt_run *run, size_t task, size_t attempt);
/* The folder of the newest start of the task's newest attempt, which is that of its newest round:
 * what its agent wrote, and how it ended, is there. In the arena. */
char *wt_run_agent_dir(const struct wt_run *run, size_t task, struct wt_arena *a);
/* A round of an attempt; round 0 is the first start. */
struct wt_start_name {
	size_t task, attempt, round;
};
/* The folder for it that no start has used, below the run's; that of its newest start, absolute.
 * In the arena. */
char *wt_run_unused_start(const struct wt_run *run, const struct wt_start_name *which,
			  struct wt_arena *a);
char *wt_run_newest_start(const struct wt_run *run, const struct wt_start_name *which,
			  struct wt_arena *a);
/* The highest round of an attempt that has a folder. */
size_t wt_run_newest_round(const struct wt_run *run, size_t task, size_t attempt);
/* That the run may be acted on from here: it is this repository's, and after a move the worktrees
 * that hold work have found it again. WT_E_STATE, with what to type. */
WT_MUST_USE enum wt_code wt_run_check_place(const struct wt_run *run, struct wt_error *err);
/* True while the orchestrator that last took the run is alive. */
bool wt_run_is_driven(const struct wt_run *run);

/*
 * The right to act on this repository's runs, held until unlock or death. When another process
 * holds it: WT_E_BUSY, and the message names its pid and run.
 */
WT_MUST_USE enum wt_code wt_runs_lock(const struct wt_ports *ports, const char *run_id, int *handle,
				      struct wt_error *err);
void wt_runs_unlock(const struct wt_ports *ports, int handle);

#endif
