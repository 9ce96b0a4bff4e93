/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_PLAN_H
#define WT_CORE_PLAN_H

/*
 * The plan: which tasks a run would do, in which waves, where, by whom, and why a task waits
 * or is left out. It is built from tasks and settings, never changed afterwards, and written
 * whole into the run's journal, so that `resume` decides on exactly what `run` decided on.
 *
 *	tasks + selection + config + repository facts -> wt_plan_build() -> const plan
 *	wt_estimate_build(plan, jobs)                 -> times, by running the scheduler dry
 *	wt_plan_render() / wt_plan_parse()            -> the contract's wtorch.plan/1 and back
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/diag.h"
#include "wtorch/base/json.h"
#include "wtorch/base/oid.h"
#include "wtorch/core/advice.h"
#include "wtorch/core/config.h"
#include "wtorch/core/past.h"
#include "wtorch/core/evidence.h"
#include "wtorch/core/gate.h"
#include "wtorch/core/task.h"

#define WT_MAX_JOINED 5u

enum wt_mode { WT_MODE_PARALLEL, WT_MODE_BATCH, WT_MODE_SEQUENTIAL };

enum wt_conflict_kind {
	WT_CONFLICT_SAME_FILE,
	WT_CONFLICT_DEPENDENCY,
	WT_CONFLICT_CO_CHANGE,
	WT_CONFLICT_DECLARED, /* conflicts_with: two tasks and no path */
};

/* Tasks that may touch the same paths. One entry per set of tasks, never one per pair. */
struct wt_conflict {
	enum wt_conflict_kind kind;  /* DEPENDENCY: each waits for another of them anyway */
	enum wt_file_from certainty; /* its surest path's least certain tag */
	bool is_loose;               /* shown only: its tasks may run together, because a path of
				      * theirs is known in a way that plan.on_* allows */
	size_t *tasks;               /* indexes into plan->tasks, ascending */
	size_t n_tasks;
	const char **paths;          /* sorted; a glob as it was written; none: DECLARED */
	size_t n_paths;
};

/* Where the weight of a task comes from. */
enum wt_estimate_from {
	WT_ESTIMATE_UNKNOWN,  /* a guess to order by: the median of the others, else 1 h */
	WT_ESTIMATE_DECLARED, /* by whoever wrote the task */
	WT_ESTIMATE_HISTORY,  /* what similar tasks of past runs took */
	WT_ESTIMATE_PLANNER,  /* by the planner command */
};

struct wt_plan_task {
	struct wt_task task;   /* as read, files completed by the forecast */
	bool is_selected;      /* the run will do it, or skip it for the reason given */
	const char *skip;      /* selected, but cannot run: "needs 12, not selected"; else NULL */
	const char *reason;    /* why it does not start at once: "after 64"; NULL: it does, or
				* does not run at all */
	const char *agent;     /* name of the [agent] section; NULL when it does not run */
	const char *model;     /* NULL: the agent's own */
	size_t own_retries;    /* 1 + further attempts that its template gives it; 0: limits.retries */
	const char *branch;    /* short name, "wtorch/65-recipe-management"; NULL as agent */
	const char *worktree;  /* absolute path; NULL as agent */
	const char *slug;      /* "" when the title has no letters that a path may hold */
	size_t batch;          /* 1-based wave; 0 when it does not run */
	bool files_unknown;    /* nothing is known about what it will touch */
	bool runs_alone;       /* nothing else while it is alive: its files are unknown and
				* plan.unknown is not "parallel", its globs match too much, or
				* it was asked for (task.is_alone) */
	int64_t weight_s;      /* what it is thought to take */
	enum wt_estimate_from estimate_from;
	int64_t path_s;        /* longest chain of weights from here through its dependents */

	/* With plan.conflicts = join several tasks of the sources are done as one. The first of
	 * them holds the others: its title, body, files and so on are those of all. */
	size_t *parts;         /* what it is made of, ascending, itself first; NULL: itself only */
	size_t n_parts;
	const char *own_title; /* with parts: as its source has it */
	size_t joined_to;      /* 1 + the task that holds it, which runs in its place (so this one
				* is not selected); 0: none does */

	/* A workstream is no task of any source: it is started with its primary, takes part in no
	 * order, batch or path lock, and never lands by itself; its work is combined with the
	 * primary's. They stand behind all other tasks. */
	size_t stream_of;      /* 1 + its primary; 0: it is a task of its own */
	bool is_needed;        /* its primary does not land without it */
	const char **may_write; /* globs; what it changes elsewhere is not combined. Of a primary:
				 * those of all its workstreams */
	size_t n_may_write;
	size_t *streams;       /* of a primary: its workstreams, ascending */
	size_t n_streams;

	size_t *needs;         /* tasks it depends on, selected and not skipped */
	size_t n_needs;
	size_t *dependents;    /* the reverse */
	size_t n_dependents;
	size_t *locks;         /* numbers of what it must hold; sorted, < plan->n_locks.
				* One lock per set of tasks that share paths, and one for each
				* agent or template that may not work on all its tasks at once */
	size_t n_locks;
	size_t *lanes;         /* numbers of the lanes it runs in; sorted, < plan->n_lanes */
	size_t n_lanes;
	size_t *gates;         /* what it has to pass; sorted, < plan->n_gates */
	size_t n_gates;
};

/* What the scheduler has to know of a gate; the rest is in the configuration of the run. */
struct wt_plan_gate {
	const char *name;
	enum wt_gate_when when;
	bool is_required;
	bool is_of_base; /* a required command of a task that runs: asked of the base first */
	size_t *needs;   /* sorted, each before it in plan->gates */
	size_t n_needs;
};

struct wt_cycle {
	size_t *tasks; /* in order; the last one depends on the first */
	size_t n_tasks;
};

/* What the scheduler obeys; from the configuration, frozen with the plan. */
struct wt_limits {
	enum wt_mode mode;     /* batch may have been chosen, see wt_plan_build */
	size_t jobs;           /* living instances at most */
	size_t keep_going;     /* after that many failures nothing new starts; 0: all */
	size_t retries;        /* further attempts after the first */
	int64_t retry_pause_ms; /* before the first retry; doubles, at most 5 min */
	size_t same_failure;   /* failures in a row with one reason that pause new starts */
	double cpu_max, cpu_start;       /* percent */
	double memory_max, memory_start; /* percent */
	double load_max;       /* 0: no limit */
	int64_t merge_wait_ms;  /* how long a run waits when only merges held back are left */
	size_t success_threshold; /* percent of the tasks that make the run a success; 0: all */
	size_t max_rounds;        /* times that an agent goes on in one attempt after a gate said no */
};

struct wt_plan {
	const char *repo_top;     /* the repository's folder, absolute */
	const char *repo_name;    /* its last part */
	const char *base;         /* branch, short name */
	struct wt_oid base_oid;
	struct wt_limits limits;
	struct wt_plan_task *tasks; /* source order, those not planned included */
	size_t n_tasks;
	size_t n_selected;        /* selected and not skipped: what runs */
	size_t n_locks;
	const char **lock_names;  /* what each lock guards: a path, "agent claude", or "": two
				   * tasks that are declared to conflict */
	size_t *lock_room;        /* how many tasks may hold each at once; NULL: one each */
	size_t n_named_locks;     /* the last so many are of agents and templates, not of paths */
	size_t n_lanes;           /* agents and templates that work wave after wave: a task starts
				   * when all of its lane in earlier batches have ended */
	const char **lane_names;  /* "agent claude" */
	size_t n_batches;
	int64_t overhead_ms;      /* what each attempt costs besides its agent; in no journal */
	bool is_overhead_measured;
	int64_t planning_ms;      /* what reading and planning took; 0: not known; in no journal */
	struct wt_plan_gate *gates; /* in the order of the configuration's */
	size_t n_gates;
	bool requires_gates; /* nothing lands that no required gate judged */
	bool waives_base;    /* the gates are not asked of the base first */
	struct wt_conflict *conflicts;
	size_t n_conflicts;
	struct wt_cycle *cycles;
	size_t n_cycles;
	size_t *critical_path;    /* the longest chain of selected tasks by weight */
	size_t n_critical;
	bool is_valid;            /* no errors, cycles, or conflicts (but DEPENDENCY and loose) */
	const char *invalid_why;  /* NULL when valid */
	bool does_join;           /* plan.conflicts = join; not in a journal */
	struct wt_advices advices; /* not in a journal */
	struct wt_diags diags;    /* of reading and planning */
	struct wt_map by_id;      /* id -> index; released by wt_plan_clear */
};

/*
 * Which tasks, by what is written about them. Of one kind any value will do, of several kinds
 * each has to; ids and ranges narrow it further. A status other than planned makes those of that
 * status candidates in place of the planned ones; what is completed is never done again.
 */
enum wt_filter { WT_FILTER_LABEL, WT_FILTER_PRIORITY, WT_FILTER_STATUS, WT_FILTER_GREP };
#define WT_FILTERS 4

struct wt_filters {
	const char *const *values[WT_FILTERS];
	size_t n[WT_FILTERS];
};

/* WT_E_USAGE: a status or a pattern (pattern.h) that is none. */
WT_MUST_USE enum wt_code wt_filters_check(const struct wt_filters *filters, struct wt_error *err);

/* What a plan is made from; all borrowed. */
struct wt_plan_inputs {
	const struct wt_tasks *tasks;
	const char *const *select; /* ids and ranges "65-70"; empty: every planned task */
	size_t n_select;
	struct wt_filters filters; /* checked */
	size_t max_tasks;          /* 0: no limit */
	const struct wt_past *past; /* what past runs took; NULL: not known */
	const struct wt_config *config;
	const char *repo_top;      /* absolute, normal */
	const char *base;
	struct wt_oid base_oid;
	const char *run_id;        /* for {run} in templates; "" while only planning */
	const char *const *tree;   /* sorted paths of the base's tree, NULL when not read */
	size_t n_tree;
	bool (*is_branch_taken)(void *arg, const char *branch); /* NULL: none is */
	bool (*is_path_taken)(void *arg, const char *path);     /* NULL: none is */
	void *arg;
	const struct wt_evidence *evidence; /* what else tells of files; NULL: nothing */
	bool can_ask;              /* "ask" policies are planned as the careful choice; who can
				    * ask sets the key to the answer and builds again */
};

/*
 * Builds the plan in the arena; plan->diags starts with the problems already in diags. An error
 * (cycle, unknown id in the selection, bad template) makes the plan invalid, not the call fail:
 * the caller shows it and decides.
 *
 * With plan.conflicts = join the plan is built twice: tasks that mostly overlap in the first one
 * (wt_advice_overlaps) are one task of the second. At most WT_MAX_JOINED become one, and only
 * where nothing speaks against it; what does is a hint.
 *
 * Where nobody set run.mode, every estimate is known and the tasks are not more than some
 * thousand, the plan takes the better of two schedules: each task as soon as it can, and wave
 * after wave. The first is hardly ever worse, but a task that starts early may hold a file that
 * a more pressing one is about to need.
 */
void wt_plan_build(struct wt_arena *arena, const struct wt_plan_inputs *in,
		   const struct wt_diags *diags, struct wt_plan *out);
void wt_plan_clear(struct wt_plan *plan); /* what is not in the arena */

/* What git takes as the short name of a branch, and a file system as a path (git
 * check-ref-format --branch; no component over 250 bytes). */
bool wt_plan_is_branch(const char *name);

/* Index of the task, or WT_MAP_NONE; of one that was joined to another, that of the other. */
size_t wt_plan_find(const struct wt_plan *plan, const char *id);

/*
 * What a task is made of: wt_plan_count_parts of them, one where nothing was joined. A part has
 * the id, the title, the status and the source under which it was written.
 */
size_t wt_plan_count_parts(const struct wt_plan *plan, size_t task);
struct wt_task wt_plan_part(const struct wt_plan *plan, size_t task, size_t part);
/* "65", or "65+66": what people see. In the arena, or the task's own. */
const char *wt_plan_label(struct wt_arena *arena, const struct wt_plan *plan, size_t task);

/* The path matches one of its may_write. */
bool wt_plan_may_write(const struct wt_plan_task *task, const char *path);

/* No task that runs has a gate to pass. */
bool wt_plan_is_ungated(const struct wt_plan *plan);

/* Who goes first where either could: critical and P0, then the longest path, then source order.
 * ranks has n_tasks places; the smallest is the first. */
void wt_plan_precedence(const struct wt_plan *plan, size_t *ranks);

/* What ties the first two tasks that are not independent of each other, in the arena: a need, a
 * path, an order, or that one runs alone. NULL: all that run could do so at once. */
const char *wt_plan_tie(const struct wt_plan *plan, struct wt_arena *arena);

/* Calls fn for each two tasks that run and have nothing to do with each other, in source order;
 * false, and nothing is done, for more tasks than anybody would read pairs of. */
typedef void wt_plan_pair_fn(void *arg, size_t a, size_t b);
bool wt_plan_each_pair(const struct wt_plan *plan, wt_plan_pair_fn *fn, void *arg);

#define WT_ESTIMATE_JOBS 8u

/* Times as the scheduler, run dry, has them; what runs at once also costs the plan's overhead for
 * each attempt, which what is done by hand, one after the other, does not. */
struct wt_estimate {
	int64_t sequential_s; /* sum of the weights of what runs */
	int64_t parallel_s;   /* end of the simulated schedule */
	double speedup;
	size_t instances;     /* at most alive at once in the simulation */
	bool is_complete;     /* every estimate was declared */
	size_t n_from[4];     /* tasks by enum wt_estimate_from */
	int64_t one_more_s;   /* parallel_s with one instance more; -1: not known, the waves of
			       * batch mode would be others */
	int64_t by_jobs_s[WT_ESTIMATE_JOBS]; /* parallel_s with 1, 2, ... instances */
	size_t n_by_jobs;     /* 0: not asked for, or not in parallel mode; those beyond gain
			       * nothing */
};

/*
 * The wtorch.plan/1 document. With whole, also what only a journal needs (bodies, locks, limits,
 * weights), so that wt_plan_parse gives back an equal plan. pairs adds "independent_pairs".
 */
struct wt_plan_render_opts {
	const struct wt_estimate *estimate; /* NULL: null */
	bool whole;
	bool pairs;
};
void wt_plan_render(const struct wt_plan *plan, const struct wt_plan_render_opts *opts,
		    struct wt_jsonw *w);
WT_MUST_USE enum wt_code wt_plan_parse(struct wt_arena *arena, const struct wt_json *doc,
				       struct wt_plan *out, struct wt_error *err);

#endif
