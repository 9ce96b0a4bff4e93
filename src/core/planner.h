/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_PLANNER_H
#define WT_CORE_PLANNER_H

/*
 * The inside of wt_plan_build, shared by the files that make it up; each does one step and
 * relies on those before:
 *
 *	plan_select.c    which tasks, by id and range
 *	plan_filter.c    and by label, priority, status and words
 *	plan_depend.c    what they need; who is skipped for it; cycles
 *	plan_answer.c    what the planner command said
 *	plan_rank.c      the order of precedence, and the cut to max_tasks
 *	plan_forecast.c  the files of those that run; hints about them
 *	plan_paths.c     what is odd about declared paths
 *	plan_place.c     agent, branch and worktree of each
 *	plan_gate.c      what each has to pass before it may land
 *	plan_share.c     paths, and the tasks that may touch them
 *	plan_conflict.c  one conflict for each set of tasks that share something
 *	plan_wave.c      locks, waves, and the reasons shown for them
 *	plan_join.c      which of all these could be one task (plan.conflicts = join); then it all
 *	plan_combine.c   begins again with them as one: plan_combine.c puts them together, and
 *	                 what was found out before is taken from the plan before
 */

#include "wtorch/core/forecast.h"
#include "wtorch/core/graph.h"
#include "wtorch/core/plan.h"

/* More than any task takes, so that sums of them stay far from the end of an int64_t. */
#define MAX_WEIGHT_S (INT64_C(10) * 366 * 24 * 3600)

struct planner {
	struct wt_arena *arena;  /* the plan's */
	struct wt_arena scratch; /* released when the plan is built */
	const struct wt_plan_inputs *in;
	struct wt_plan *plan;
	size_t n; /* plan->n_tasks */
	const struct planner *before; /* the same without joined tasks; NULL: this is it */
	const struct planner_groups *groups; /* with before: what is joined */
	size_t first_said, n_said; /* diagnostics of the selection */
	size_t n_cut;              /* left out for max_tasks */
	struct wt_forecast_tree tree;
	bool holds[WT_FROM_PLANNER + 1]; /* tags of paths that keep tasks apart; the others are
					  * only shown */
	struct wt_map loose_ids; /* small letters, no leading zeros -> index, or AMBIGUOUS */
	size_t n_suggestions;    /* "did you mean" that may still be looked for */

	struct wt_edge *edges; /* task -> task that it needs */
	size_t n_edges, cap_edges;
	int64_t *orders; /* the different orders of those that run, ascending */
	size_t n_orders;
	struct wt_graph needs, dependents; /* of those that run; node n + k stands for "all of
					    * orders[0..k] have ended" */
	size_t *sequence;                  /* those that run, in order of precedence */
	size_t n_sequence;
	size_t *position; /* in sequence */
};

static inline bool planner_runs(const struct planner *p, size_t task)
{
	return p->plan->tasks[task].is_selected && !p->plan->tasks[task].skip;
}

static inline struct wt_place planner_place(const struct planner *p, size_t task)
{
	const struct wt_task_source *s = &p->plan->tasks[task].task.source;

	return (struct wt_place){ s->path, s->line, s->path ? 1 : 0 };
}

/* A path and the tasks that share it. */
struct planner_share {
	uint64_t hash; /* of the tasks */
	const size_t *tasks;
	size_t n_tasks;
	const char *name;
	enum wt_file_from from;
	bool is_loose; /* some of the tasks know of the path in a way that does not hold */
};

struct planner_shares {
	struct planner_share *items; /* in the scratch, in no order */
	size_t len;
};

/* Tasks that become one. */
struct planner_groups {
	size_t *first; /* of each task: the first of its group, itself when it is alone */
	size_t *next;  /* the one behind it in its group, ascending, or WT_MAP_NONE */
	size_t *count; /* of each first one: how many its group has */
	size_t n;      /* groups of more than one */
};

/* Index of the task that is meant by the text of a dependency or a selection, or WT_MAP_NONE. */
size_t planner_find(const struct planner *p, struct wt_str text);
/* ": did you mean '65'?", or "" */
const char *planner_suggest(struct planner *p, const char *id);

void planner_select(struct planner *p);
/* Whether its status is one of those that are to be done. */
bool planner_is_candidate(const struct planner *p, size_t task);
/* Takes out of the selection what the filters do not want. */
void planner_filter(struct planner *p);
void planner_depend(struct planner *p);
/* Builds p->needs and p->dependents of what runs by now; with_all adds the dependencies of tasks
 * that are skipped or not selected, for the cycles among them. */
void planner_build_graph(struct planner *p, bool with_all);
void planner_rank(struct planner *p);
void planner_keep_graph(struct planner *p); /* into the tasks' needs and dependents */
void planner_check_paths(struct planner *p);
void planner_assign(struct planner *p);     /* agents */
void planner_assign_gates(struct planner *p);
/* Of those from that index on; the names of those before are taken. */
void planner_place_all(struct planner *p, size_t first);
/* Workstreams, as tasks behind the others; p->n stays what the sources have. */
void planner_add_streams(struct planner *p);
/* Paths that at least two tasks may touch; tasks whose globs match too much run alone. */
void planner_find_shares(struct planner *p, struct planner_shares *out);
void planner_find_conflicts(struct planner *p);
void planner_find_files(struct planner *p);
void planner_take_answers(struct planner *p); /* of the planner command */
void planner_hint(struct planner *p); /* at what is likely, but holds nothing up */
void planner_find_waves(struct planner *p);
/* What mostly overlaps in the plan that is there, and why some of that stays apart: hints in
 * diags, of the arena. */
void planner_find_groups(struct planner *p, struct planner_groups *out, struct wt_diags *hints);
/* The tasks of p->before, joined as p->groups has it. */
void planner_take_joined(struct planner *p);

#endif
