/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_SCHED_H
#define WT_CORE_SCHED_H

/*
 * What to do next: a pure function of plan, events, time and load.
 *
 *	wt_sched_apply(s, event, now)          for every event, also when a run is resumed
 *	while (wt_sched_next(s, now, load, &action))
 *		perform the action, which gives further events
 *
 * A task starts when all it depends on has merged, every task of smaller order has landed or
 * ended, there is room in each of its locks, and a slot is free; among those, critical and P0
 * first, then the longest path, then source order. Mode batch adds a barrier per batch, among
 * all tasks or among those of an agent or template (a lane); sequential runs one at a time in
 * that order. Locks are held until the task has merged or ended, not merely until its agent
 * exited; but those of agents and templates only until its work is done where merges are not
 * ours.
 *
 * A dependency that ended without changes leaves nothing to wait for: its dependents start. One
 * that failed, conflicted, was stopped, kept or skipped: they are skipped, with the chain. Where
 * merges are not ours they wait instead.
 *
 * A task also waits for its provider (provider.h): while that is stopped, has as many agents at
 * work as it may have, or was asked a moment ago. When nothing else is left, the run waits for one
 * that answers again soon enough, else it is to be paused.
 *
 * A round that was begun keeps its task's slot and locks, and is started after its pause, whatever
 * holds new tasks back.
 *
 * Nothing new starts any more (the rest is skipped, and resume brings it back) once a critical
 * task failed, keep_going tasks failed, same_failure tasks in a row failed for one reason, the
 * budget is spent, or the run was paused. The counts begin again with each run_started.
 *
 * Work that is committed is judged by the gates of its task, which take no slot but the task's own;
 * its merged tree, while it is merged, by those that are asked of that. Before the first agent
 * starts, the commands among them judge the base: where that is red, nothing starts.
 *
 * Merging is one at a time, in the order in which work became ready. A task_queued holds all
 * merges back for two seconds, the next ones for longer, up to ten, until something lands; when
 * nothing else is to be done, merge.wait of that ends the run and leaves the tasks queued.
 *
 * The work over a whole run grows with (tasks + dependencies + locks) log tasks.
 */

#include "wtorch/core/budget.h"
#include "wtorch/core/provider.h"

/* The machine as it is now; negative: not known. */
struct wt_load {
	double cpu_percent; /* mean of some seconds */
	double memory_percent;
	double load_average;
	double pressure; /* some avg10 of /proc/pressure/cpu or memory, the larger */
};

enum wt_action_kind {
	WT_ACT_NONE,     /* nothing to do now; wait for an event, at most until wake_ms */
	WT_ACT_START,    /* task: prepare the worktree and start the agent */
	WT_ACT_CONTINUE, /* task: start its agent again, for the round that was begun */
	WT_ACT_FINISH,   /* task: its agent exited; look at the work */
	WT_ACT_GATE,     /* task, gate, when: ask it of what the judgment in the state names; task
			    is WT_MAP_NONE and when 0: of the base */
	WT_ACT_DECIDE,   /* task: its gates have answered, or it is being stopped: record what that
			    amounts to (judgment.h) */
	WT_ACT_MERGE,    /* task; also once more when the gates of its merged tree have answered */
	WT_ACT_SKIP,     /* task, reason: record that it will not run */
	WT_ACT_STOP,     /* task: end its agent, said once for each attempt; or, while nobody works
			    in its round, the attempt */
	WT_ACT_PAUSE,    /* reason: record that the run is paused by a provider */
	WT_ACT_END,      /* nothing is left: record the end of the run, or, when stop_asked is
			    set in the state, that it was stopped */
};

struct wt_action {
	enum wt_action_kind kind;
	size_t task;
	size_t attempt; /* START: the number of the attempt */
	size_t gate;    /* GATE: index in the plan */
	enum wt_gate_when when;
	bool is_fresh;      /* START: not in the worktree of the attempt before */
	const char *reason; /* SKIP, PAUSE: lives in the scheduler's arena */
	int64_t wake_ms;    /* NONE: monotonic time at which something may change, or -1 */
};

struct wt_sched;
/* plan is borrowed and must outlive it; landing says whether merges are ours (merge.auto). */
struct wt_sched *wt_sched_new(const struct wt_plan *plan, bool landing);
void wt_sched_free(struct wt_sched *s);
/* Other limits than the plan's, from now on (resume -j -l -k). */
void wt_sched_set_limits(struct wt_sched *s, const struct wt_limits *limits);

/* Whom agents ask; borrowed. To be set before anything is applied; without, nobody is waited for. */
void wt_sched_set_providers(struct wt_sched *s, const struct wt_providers *providers);
/* What the two clocks show at one moment: providers tell the time of day. To be set again when
 * time has passed, since the one may be set and the other stands still while the machine sleeps. */
void wt_sched_set_clock(struct wt_sched *s, int64_t now_ms, int64_t now_wall_ms);

/* What may be spent; copied. Once the run's is, nothing new starts. */
void wt_sched_set_budget(struct wt_sched *s, const struct wt_budget *budget);
/* What living agents have told that is on no record yet. */
void wt_sched_set_spending(struct wt_sched *s, const struct wt_amount *unrecorded);
/* What the run has spent, that included. */
struct wt_amount wt_sched_spent(const struct wt_sched *s);
/* True when most of the run's budget is spent and nobody was told; fills path and reason, which
 * live in the scheduler's arena. */
bool wt_sched_warn_budget(struct wt_sched *s, struct wt_event *out);
/* The task has spent its own budget, with what its living agent told besides; appends the words. */
bool wt_sched_is_task_spent(const struct wt_sched *s, size_t task, const struct wt_amount *more,
			    struct wt_buf *out);

/* Folds the event; its strings must live as long as the scheduler. now_ms is monotonic. False
 * when the state did not allow the event. */
bool wt_sched_apply(struct wt_sched *s, const struct wt_event *ev, int64_t now_ms);

/* The next action. The same action (but STOP) is given again until its event was applied. True
 * unless the action is NONE. load may be NULL. */
bool wt_sched_next(struct wt_sched *s, int64_t now_ms, const struct wt_load *load,
		   struct wt_action *out);

const struct wt_run_state *wt_sched_state(const struct wt_sched *s);

/* Why the task waits: "for 65", "shares src/notify.c with 66", "memory 84 % (limit 80 %)",
 * "agent claude has 2 of 2 at work", "a free slot (3 of 3)"; NULL when it does not wait. Valid
 * until the next call. */
const char *wt_sched_why(struct wt_sched *s, size_t task, int64_t now_ms);

/* Why nothing starts at all (load, failures, a pause), or NULL. */
const char *wt_sched_hold(struct wt_sched *s);
/* Why nothing will start until the run is taken up again, or NULL: what run_paused may record. */
const char *wt_sched_closed(struct wt_sched *s);

/*
 * What to write into the attempt_ended of an attempt that ended so: failed and timeout are tried
 * again while the attempts charged, this one included, are at most retries, after a pause that
 * doubles; everything else, and a task that is being stopped, is not. Where the run is, the next
 * one to take it up tries again: what failed under a stop may have failed because of it.
 */
void wt_sched_judge_attempt(const struct wt_sched *s, size_t task, enum wt_outcome outcome,
			    bool *will_retry, int64_t *pause_ms);

/* True when instances were to be started and none ever could; reason says why the first one
 * could not. */
bool wt_sched_nothing_started(const struct wt_run_state *state, const char **reason);

/* The exit status of the run as it stands (contract section 2): 0, 1, 3, 4, 6, 7. */
int wt_sched_exit_code(const struct wt_run_state *state);
/* True unless the task ended, or was left, without landing and without any reason on record; such
 * a run is no success. */
bool wt_sched_is_explained(const struct wt_run_state *state, size_t task);
const char *wt_sched_final_status(const struct wt_run_state *state); /* success partial failed */

/* Runs the plan dry, each task taking its weight and the plan's overhead, with that many
 * instances. */
void wt_estimate_build(const struct wt_plan *plan, size_t jobs, struct wt_estimate *out);
/* Fills by_jobs_s, too: as many times the work. */
void wt_estimate_compare(const struct wt_plan *plan, struct wt_estimate *out);
/* How long the plan takes in that mode. */
int64_t wt_estimate_mode(const struct wt_plan *plan, enum wt_mode mode);

#endif
