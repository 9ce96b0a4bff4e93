/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_STATE_H
#define WT_CORE_STATE_H

/*
 * The state of a run: plan + events, folded. Whoever wants to know something about a run makes
 * one of these and applies the journal to it: the orchestrator (through sched.h), recovery,
 * status, why, report.
 *
 * The moves between states are one table (state.c); an event that the present state does not
 * allow is kept out and counted, never obeyed: a damaged journal cannot move a merged task back.
 * So is an event of an attempt that is not the newest one. Where a record is missing, what could
 * only be written behind it stands for it: the start of an attempt, the beginning of a landing.
 *
 * Each task knows the record that put it into its state (since): its witness in the journal.
 *
 * What is asked for (stop, retry, merge) is folded as if it were granted, because whoever asks
 * may not be the one who acts: a retried task and the dependents that were skipped on its
 * account wait again, a task to merge is queued again.
 *
 * A run that is taken up again (run_started a second time) goes on: tasks that were stopped
 * with the run, or skipped because nothing new was to start, wait again; not so when it is only
 * taken up for a retry or a merge.
 */

#include "wtorch/core/agentlog.h"
#include "wtorch/core/event.h"
#include "wtorch/core/judgment.h"
#include "wtorch/core/plan.h"

enum wt_state {
	WT_WAITING,   /* for dependencies, order, locks, a slot; or never selected */
	WT_READY,     /* could start now (only as shown; the fold itself says waiting) */
	WT_PREPARING, /* its worktree is being made */
	WT_WORKING,   /* its agent lives */
	WT_STALLED,
	WT_GATING, /* its agent exited, its work is looked at, and then judged by its gates */
	WT_FIXING,
	WT_QUEUED,  /* its work is committed and waits to be merged */
	WT_MERGING, /* a landing was begun */
	WT_MERGED,
	WT_NO_CHANGES,
	WT_CONFLICT,
	WT_FAILED,
	WT_TIMEOUT,
	WT_STOPPED,
	WT_KEPT,
	WT_SKIPPED,
	WT_STATE_COUNT
};

/* What the orchestrator was started for. */
enum wt_scope {
	WT_SCOPE_ALL,
	WT_SCOPE_RETRIED, /* what was asked for again, and what was skipped for its sake */
	WT_SCOPE_MERGES,  /* tasks that are to be merged; no agent starts */
};

/* A record of the journal; kind NONE: there is none. */
struct wt_mark {
	enum wt_event_kind kind;
	uint64_t seq;
	int64_t wall_ms;
};

/* What agents took and told: those of one name and model, of one task, or all. */
struct wt_spending {
	const char *agent, *model; /* model NULL: the agent's own */
	size_t runs;               /* starts of agents that came to their end, fix rounds too */
	int64_t busy_ms;
	int64_t tokens_in, tokens_out, tokens_cached; /* in includes cached */
	int64_t cost_microusd;                        /* 0: none of them told */
};

/* Adds all but the names; stops at the largest number there is. */
void wt_spending_add(struct wt_spending *sum, const struct wt_spending *more);

struct wt_task_state {
	enum wt_state state;
	struct wt_mark since; /* what put it there, or moved its tip while it was there */
	const char *reason;   /* why it is in that state; NULL when nothing is to be said */
	size_t attempt;       /* of the newest attempt; 0: none yet */
	uint64_t begun_seq;   /* of its first record */
	size_t charged;       /* attempts that count against run.retries: those whose agent
				 started and was neither lost nor stopped */
	size_t batch;
	size_t round;              /* of the newest attempt's agent; 0: its first start */
	size_t rounds;             /* of all attempts */
	size_t gate_rounds;        /* of the newest attempt, after a gate said no */
	const char *fix_reason;    /* what the newest round is told; stays until an attempt ends by
				      something else than a stop */
	const char *agent, *model; /* of the newest start; before that of an attempt, of the one
				      before; agent NULL: as planned */
	const char *cause;         /* in its program's words, of the newest end; NULL: not known */
	const char *failure;       /* what the newest attempt that failed died of */
	size_t failure_attempt;    /* its number; 0: none has */
	bool failed_by_gate;       /* and it was a gate that said no */
	const char *resume;        /* the conversation that the newest start, or the round that is
				      to start, takes up again; NULL: it begins one */
	const char *session; /* the conversation of the newest agent that told one; NULL: none,
				or it was in another worktree */
	struct wt_spending conversation; /* what that has cost so far */
	const char *branch;              /* of the newest attempt */
	bool is_branch_gone;             /* we took it away */
	const char *worktree;            /* present while it exists as far as the journal knows */
	const char *dir;                 /* the attempt's folder, relative to the run's */
	struct wt_oid base;              /* what the newest attempt forked from */
	struct wt_oid tip, tree;         /* what was committed */
	struct wt_oid landed;            /* the landing commit, zero before */
	bool is_lost;          /* at the end of the run the base did not contain it any more */
	int64_t files_changed; /* -1 unknown */
	int64_t pid;           /* of the living shim, 0: none */
	int64_t ports;         /* which leased range its newest agent has, from 1; 0: not known */
	const char *start_time, *boot_id;
	int64_t code, signal;     /* of the newest exit */
	const char *exit_reason;  /* of the newest exit: "exit", "timeout", "stopped"; NULL: none */
	int64_t launched_ms;      /* into the work on the run, as active_ms, its first agent was
				     started; -1: none was */
	int64_t first_wall_ms;    /* first sign of life of its first attempt; 0: none */
	int64_t prepared_wall_ms; /* the newest attempt was begun */
	int64_t started_wall_ms, ended_wall_ms; /* of the newest attempt's agent; 0: not */
	int64_t landing_wall_ms;                /* its newest landing was begun */
	int64_t settled_wall_ms;                /* it came to the final state it is in */
	int64_t busy_ms;                        /* time of all its agents */
	int64_t cpu_ms, peak_rss_bytes;
	int64_t tokens_in, tokens_out, tokens_cached; /* of all its agents, as they told */
	int64_t cost_microusd;                        /* 0: none of them told */
	enum wt_provider_stop stop; /* what the newest agent told of its provider in the end, */
	int64_t stop_until_ms;      /* and when that answers again; 0: not told */
	int64_t cost_before, tokens_before; /* spent when it was last asked for again */
	bool by_provider;                   /* so the attempt before ended, or this one */
	size_t provider_stops;              /* attempts that ended so; they are not charged */
	const char *said, *said_why; /* the last word of the newest attempt's agent, where it is
					of a kind that has one: "done", "failed", "nothing" */
	const char *const *paths;    /* of a conflict, or of one that was decided */
	size_t n_paths;
	const char *const *others;
	size_t n_others;
	const char *decided_by; /* the strategy that decided the conflict in paths; NULL: none */
	const char **notes;     /* what was noted of it, of all attempts, each once */
	size_t n_notes, cap_notes;
	bool waits_for_streams; /* its newest attempt ended for its workstreams' sake: its agent did
				   its work, and need not be asked again */
	struct wt_oid taken;    /* of a workstream: the tip that is part of its primary's */
	bool has_gates;             /* its own commit has gates to pass before it is queued */
	struct wt_judgment judged;  /* its own commit; of the newest attempt */
	struct wt_judgment merging; /* what merging it would give */
	struct wt_search search;    /* n 0: none is on */
	bool is_semantic; /* its conflict is one of meaning: it merges, and a gate said no */
	bool had_conflict, by_gate, is_charged; /* is_charged: the newest attempt is */
	bool has_open_intent; /* an intent without its fact; of a landing: landed is the fact */
	enum wt_event_kind intent;
	struct wt_event intent_event; /* valid while has_open_intent */
	bool is_marked;               /* wtorch gave it a status in its source: */
	enum wt_task_status marked;
	bool is_marking;         /* a commit that does was begun, and has no end: */
	struct wt_event marking; /* valid while is_marking */
	bool stop_asked;         /* this very task; stopping the run is in the run's flag */
	bool retry_asked, merge_asked;
	bool retry_fresh; /* until its new worktree is there */
	bool is_retried;  /* asked for again, or woken by that, and not at its end since */
	int64_t pause_ms; /* before the next attempt */
	int64_t keeps;    /* the highest number among its keep refs, expired ones too */
	int64_t undone;   /* number of the keep ref that was brought back last; 0: none */
};

/* What is known of one that was ever stopped; see provider.h. */
struct wt_provider_state {
	const char *name;
	enum wt_provider_stop stop; /* ANSWERS: it was, and answers again */
	int64_t until_wall_ms;      /* then one agent may try; 0: not by itself */
	int64_t stopped_wall_ms;    /* when it was stopped, the last time */
	int64_t since_wall_ms;      /* since then nobody was answered, or nobody waited */
	const char *told_by;        /* the task whose agent told so the last time */
	size_t told_attempt;        /* of that */
	size_t row;                 /* so often without an answer between */
};

struct wt_own_commit {
	struct wt_oid base, oid;
};

struct wt_run_state {
	struct wt_arena *arena;      /* borrowed: events that are applied must live as long */
	const struct wt_plan *plan;  /* borrowed */
	struct wt_task_state *tasks; /* as plan->tasks */
	const char *run;             /* id */
	int64_t planned_wall_ms, started_wall_ms, ended_wall_ms;
	uint64_t taken_seq; /* of the newest run_started */
	int64_t orchestrator_pid;
	const char *orchestrator_start, *boot_id;
	enum wt_scope scope;
	bool is_ended, is_stopped, stop_asked;
	int64_t exit_code; /* of run_ended */
	const char *final_status;
	const char *pause_reason;
	bool paused_by_provider;
	struct wt_judgment base_judged; /* the base, before the first agent starts */
	bool is_landing_ours;           /* true unless the scheduler was told otherwise */
	size_t failures;                /* tasks that ended failed, timeout or kept */
	size_t living, peak_living;     /* instances: preparing ... fixing */
	size_t worktrees_created;
	size_t retries;
	size_t agents_started, agent_runs; /* agent_runs: those that came to their end */
	size_t attempt_runs;               /* of these, those that were not of a fix round */
	struct wt_spending *spending;      /* by agent and model, in order of appearance */
	size_t n_spending, cap_spending;
	int64_t planning_ms; /* what planning took; 0: not recorded */
	size_t roadmap_marked;
	struct wt_own_commit *own; /* commits of the run on the base that only marked a status */
	size_t n_own, cap_own;
	const char *start_failure; /* why the first of those failed that could not be started */
	bool is_cost_warned, is_tokens_warned; /* of the run's budget */
	struct wt_provider_state *providers;
	size_t n_providers, cap_providers;
	int64_t active_ms;   /* the run was worked on, from start to stop, end or crash */
	int64_t together_ms; /* of that, at least two instances lived */
	int64_t launch_ms, integration_ms; /* sums over all attempts and landings */
	int64_t last_wall_ms;              /* of the newest event */
	size_t illegal;                    /* events that the table of moves did not allow */
	uint64_t last_seq;
	size_t *changed; /* tasks whose state the last event changed */
	size_t n_changed, cap_changed;
};

void wt_state_init(struct wt_run_state *s, struct wt_arena *arena, const struct wt_plan *plan);
/* Folds one event; false when it was not allowed (and was left out). */
bool wt_state_apply(struct wt_run_state *s, const struct wt_event *ev);

/* Folding the note would add nothing: it is told already, there are too many, or it is about the
 * run. Then its texts need not live on. */
bool wt_state_is_noted(const struct wt_run_state *s, const struct wt_event *ev);

/* NULL: it was never stopped. */
const struct wt_provider_state *wt_state_provider(const struct wt_run_state *s, const char *name);

/* The workstream came to its end, for now: its work is there, or there will be none. */
bool wt_state_is_stream_over(const struct wt_run_state *s, size_t stream);
/* All workstreams of the task did; true when it has none. */
bool wt_state_are_streams_over(const struct wt_run_state *s, size_t task);

const char *wt_state_name(enum wt_state s); /* "waiting", ... */
bool wt_state_is_final(enum wt_state s);    /* merged ... skipped */
bool wt_state_is_alive(enum wt_state s);    /* preparing ... merging: holds its locks */
bool wt_state_is_living(enum wt_state s);   /* preparing ... fixing: takes a slot */
bool wt_state_is_done(enum wt_state s);     /* merged, no_changes: dependents may start */

#endif
