/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_SCHEDULER_H
#define WT_CORE_SCHEDULER_H

/*
 * The inside of the scheduler, shared by the files that make it up: sched.c moves tasks between
 * queues, sched_next.c picks the next action, sched_why.c explains.
 *
 * A waiting task stands in exactly one place (its spot). Queues are heaps by rank whose entries
 * are checked when they come up; an entry whose task stands elsewhere by then is dropped. Two
 * promises keep a whole run cheap, and no task forgotten:
 *
 *	- for each lock with room and waiters, one task that wants the lock is ready; whenever a
 *	  ready task starts and leaves room, or goes elsewhere without starting, the next waiter
 *	  takes its place
 *	- the same for tasks that must run alone, while nothing is alive
 */

#include "wtorch/core/heap.h"
#include "wtorch/core/sched.h"

enum spot {
	AT_NOTHING,  /* not waiting, or nobody wants it to start */
	AT_SKIP,     /* to be skipped */
	AT_NEEDS,    /* for a dependency */
	AT_PAUSE,    /* before its next attempt */
	AT_PROVIDER, /* for who answers its agent */
	AT_BARRIER,  /* for tasks of smaller order, or of an earlier batch */
	AT_LOCK,     /* for those that hold a lock */
	AT_ALONE,    /* for all the others to be gone */
	AT_READY,
};

struct sched_task {
	enum spot spot;
	enum wt_state seen; /* the state that all counters here know of */
	size_t rank;        /* precedence: 0 starts first */
	size_t which;       /* AT_LOCK: the lock; AT_BARRIER: its group there; AT_PROVIDER: it */
	size_t *groups;     /* those it belongs to, ascending */
	size_t n_groups;
	size_t n_unmet;     /* dependencies that are not done */
	size_t n_dead;      /* of these, ended */
	size_t cause, root; /* the last of these, and what that goes back to in turn */
	int64_t due_ms;     /* not to be started before */
	int64_t turn;       /* place in the queue of merges */
	bool is_in_merges, is_in_judged;
	bool is_held; /* its round has to wait for its provider */
	size_t asks; /* the provider that its agent asks, plus 1; 0: none is at work */
	size_t stopped_attempt; /* the attempt that was told to stop */
	const char *skip_reason;
};

struct sched_lock {
	size_t room;   /* how many may hold it */
	size_t held;   /* more than that when work that had ended is merged after all */
	size_t holder; /* the last that took it */
	struct wt_heap waiters;
};

/* One barrier for order, one for the batches of the run, and one for each lane of the plan. */
enum { BARRIER_ORDER, BARRIER_BATCH, BARRIER_LANES };

/* Its groups stand next to each other; tasks of one start once nothing is left of those before. */
struct barrier {
	size_t current, end; /* groups: the first of which something is left; behind the last */
	bool passes_queued;  /* work that waits for somebody else's merge has ended */
};

struct group {
	size_t barrier;
	size_t left; /* tasks that have not ended */
	struct wt_heap parked;
};

/* Who answers the agents of some tasks, as it is now. */
struct sched_provider {
	size_t at_work;        /* agents that are being started, or live; reviewers, too */
	size_t probe;          /* who tries first (sched_provider.c); 0: nobody does */
	bool is_awaited;       /* by a round or a gate, when that was last looked at */
	int64_t next_start_ms; /* monotonic: not before */
	struct wt_heap waiters;
};

struct wt_sched {
	struct wt_arena arena;
	struct wt_run_state state;
	const struct wt_plan *plan;
	struct wt_limits limits;
	bool landing;
	struct sched_task *tasks;
	struct sched_lock *locks;
	struct barrier *barriers; /* BARRIER_LANES + plan->n_lanes */
	struct group *groups;
	size_t n_groups;
	struct wt_heap ready, ready_streams, pauses, alone, skips, finishes, fixes, merges, stops;
	size_t *judged; /* those whose work, or merged tree, is being judged; and some before them */
	size_t n_judged, cap_judged;
	size_t n_alive, n_merging, n_alone_alive, alone_task;
	size_t n_streams;         /* in the plan */
	size_t n_critical_failed, critical_task;
	size_t failures, in_a_row; /* since the run was last taken up */
	const char *row_reason;
	int64_t turns;
	int64_t merges_held_ms; /* no merge before */
	int64_t held_ms;        /* how long the newest hold was; 0: none since one landed */
	int64_t idle_since_ms;  /* nothing but held merges is left since; -1: something is */
	size_t rest;            /* no task before this one is left to be skipped at the end */
	const char *rest_reason, *red_reason;
	const struct wt_providers *providers; /* NULL: not known */
	struct sched_provider *asked;         /* as providers->items */
	size_t *of_gate;                      /* as plan->gates, their reviewer's, or WT_MAP_NONE */
	bool has_reviews;                     /* there is one */
	bool *reviews; /* that are open: by task, of its own commit or merged, by gate */
	size_t n_held; /* tasks of which nothing goes on but what waits for a provider */
	struct wt_budget budget;
	struct wt_amount spent, unrecorded;
	int64_t wall_ahead_ms;                /* of the monotonic clock */
	const char *pause_reason;             /* in the arena */
	bool is_over_cpu, is_over_memory, is_over_pressure;
	const char *load_hold; /* in load_text, or NULL */
	struct wt_buf load_text, closed_text, why_text;
};

/* Whether it is among what the orchestrator was started for. */
static inline bool sched_is_wanted(const struct wt_sched *s, size_t task)
{
	return s->state.scope == WT_SCOPE_ALL ||
	       (s->state.scope == WT_SCOPE_RETRIED && s->state.tasks[task].is_retried);
}

static inline bool sched_may_merge(const struct wt_sched *s, size_t task)
{
	const struct wt_task_state *t = &s->state.tasks[task];

	return t->state == WT_QUEUED &&
	       (t->merge_asked || (s->landing && sched_is_wanted(s, task) &&
				   !s->plan->tasks[task].stream_of));
}

static inline size_t sched_jobs(const struct wt_sched *s)
{
	return s->limits.mode == WT_MODE_SEQUENTIAL || !s->limits.jobs ? 1 : s->limits.jobs;
}

/* Whether work in that state has left the barrier behind. */
bool sched_has_passed(const struct barrier *b, enum wt_state state);
/* Where the task has to stand now; which says the lock or the group it waits at. */
enum spot sched_spot_of(const struct wt_sched *s, size_t task, int64_t now_ms, size_t *which);
/* Puts it there. */
void sched_place(struct wt_sched *s, size_t task, int64_t now_ms);
/* Why a task at AT_SKIP is to be skipped, with the chain; in the arena. */
const char *sched_skip_reason(struct wt_sched *s, size_t task);
/* Puts it among the merges when it may be merged. */
void sched_queue_merge(struct wt_sched *s, size_t task);
/* Drops the entry in front of a heap of merges. */
void sched_drop_merge(struct wt_sched *s);

/* sched_stream.c */

/* Its agent exited, and nothing is done with its work before its workstreams are over. */
bool sched_is_awaiting(const struct wt_sched *s, size_t task);
/* Instances that take a slot: not those that only wait for their workstreams. */
size_t sched_busy(const struct wt_sched *s);
/* Where a workstream has to stand on account of its primary; AT_READY: anywhere. */
enum spot sched_stream_spot(const struct wt_sched *s, size_t stream);
const char *sched_stream_skip(struct wt_sched *s, size_t stream);
/* The task has come into another state: so those may move that depend on it. */
void sched_follow_streams(struct wt_sched *s, size_t task, int64_t now_ms);

/* sched_gate.c */

/* What the task's gates are asked about now; NULL: nothing. */
const struct wt_judgment *sched_judgment(const struct wt_sched *s, size_t task);
/* Puts it among those that are judged when it is. */
void sched_queue_judged(struct wt_sched *s, size_t task);
/* The next thing to do for one of those that are judged. */
bool sched_next_judged(struct wt_sched *s, int64_t now_ms, struct wt_action *out);
/* A gate of its merged tree has to wait for its provider, which does not answer. */
bool sched_review_is_held(const struct wt_sched *s, size_t task, int64_t now_ms);
/* Whether the base lets something start; else *out may hold the gate that it has to pass first. */
bool sched_base_allows(struct wt_sched *s, struct wt_action *out);
/* Why it lets nothing start, in the arena; NULL: it may. */
const char *sched_base_red(struct wt_sched *s);
/* The next that waits for the lock, and that still does, or for being alone, is ready now; all that
 * wait for the group are. */
void sched_wake_lock(struct wt_sched *s, size_t lock);
void sched_wake_alone(struct wt_sched *s);
void sched_wake_group(struct wt_sched *s, size_t group);
bool sched_has_room(const struct wt_sched *s, size_t lock);

/* sched_provider.c */

/* Whether the task may start, or its round, as far as its provider goes; else until when not at
 * least (monotonic, INT64_MAX: not by itself), and which it is. */
bool sched_may_ask(const struct wt_sched *s, size_t task, int64_t now_ms, size_t *which,
		   int64_t *until_ms);
/* The same for a gate that is an agent. */
bool sched_may_review(const struct wt_sched *s, size_t gate, int64_t now_ms, size_t *which,
		      int64_t *until_ms);
/* Something was told of the task: who of it is at work. */
void sched_follow_provider(struct wt_sched *s, size_t task, int64_t now_ms);
/* It does not answer: who waits for it does so for that. */
bool sched_is_stopped(const struct wt_sched *s, size_t which);
/* A round or a gate has to wait for that provider. */
void sched_await(struct wt_sched *s, size_t which, int64_t until_ms, struct wt_action *out);
/* Before all of these are looked at. */
void sched_await_none(struct wt_sched *s);
/* One that waits for each provider that may be asked is placed anew; *wake_ms: the next time at
 * which there may be another, if that is sooner. */
void sched_wake_providers(struct wt_sched *s, int64_t now_ms, int64_t *wake_ms);
/* The providers that are waited for: soonest, the first time at which one may be asked within the
 * run's patience, -1: none; said: why not, for the first of those that are not. False: none is. */
bool sched_awaits_provider(struct wt_sched *s, int64_t now_ms, int64_t *soonest_ms,
			   const char **said);
void sched_say_provider(const struct wt_sched *s, size_t task, int64_t now_ms, struct wt_buf *out);

/* sched_budget.c: "the budget is spent: $5.02 of $5.00", when it is. */
bool sched_say_budget(const struct wt_sched *s, struct wt_buf *out);

#define MAX_RETRY_MS ((int64_t)5 * 60 * 1000)

#endif
