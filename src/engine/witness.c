/* SPDX-License-Identifier: MIT */
/* Looking at the world for what the journal says of a task. */

#include "wtorch/engine/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wtorch/engine/worktree.h"

struct look {
	struct wt_run *run;
	struct wt_arena *arena;
	const struct wt_task_state *t;
	bool is_driven;
	struct wt_witness *out;
};

static void saw(struct look *l, const char *what)
{
	l->out->looked_at = l->out->looked_at
				    ? wt_arena_printf(l->arena, "%s; %s", l->out->looked_at, what)
				    : what;
	l->out->holds = !l->out->problem;
}

/* Of several problems the first one is told. */
static void miss(struct look *l, const char *problem)
{
	if (!l->out->problem)
		l->out->problem = problem;
	l->out->holds = false;
}

/* What is true of a task when whoever was at work on it is gone. */
static enum wt_state left_in(enum wt_state state)
{
	if (state == WT_PREPARING)
		return WT_WAITING;
	return state == WT_MERGING ? WT_QUEUED : WT_STOPPED;
}

/* The checkout that its agent works or worked in. */
static void look_at_worktree(struct look *l)
{
	const char *path = l->t->worktree;
	enum wt_checkout_fact fact;

	if (!path)
		return;
	fact = wt_worktree_look(l->run, path);
	if (fact == WT_CHECKOUT_STALE)
		miss(l, wt_arena_printf(l->arena,
					"its worktree '%s' has lost its repository: git worktree "
					"repair",
					path));
	else if (fact == WT_CHECKOUT_FOREIGN)
		miss(l, wt_arena_printf(l->arena, "its worktree '%s' belongs to another repository",
					path));
	else if (fact == WT_CHECKOUT_GONE)
		miss(l, wt_arena_printf(l->arena, "its worktree '%s' is gone", path));
	saw(l, wt_arena_printf(l->arena, "worktree %s", path));
}

/* The very process that the task's record, or its claim, names. */
static void look_at_process(struct look *l, const struct wt_proc_id *id)
{
	const struct wt_proc *p = l->run->ports->proc;

	l->out->is_alive = l->run->place != WT_PLACE_ELSEWHERE && p->is_alive(p->self, id);
	if (l->out->is_alive)
		l->out->pid = id->pid;
	saw(l, wt_arena_printf(l->arena, "process %" PRId64 " started at %s: %s", id->pid,
			       id->start_time, l->out->is_alive ? "alive" : "gone"));
}

static void look_at_agent(struct look *l, const struct wt_proc_id *id)
{
	look_at_process(l, id);
	if (l->run->place == WT_PLACE_ELSEWHERE) {
		l->out->state = WT_STOPPED;
		miss(l, "if it goes on, then in the repository that the run belongs to");
	} else if (!l->out->is_alive) {
		l->out->state = l->is_driven ? WT_GATING : WT_STOPPED;
		miss(l, l->is_driven ? "its process has ended, which is not noted yet"
				     : "its process is gone: wtorch resume");
	}
	if (l->out->is_alive)
		look_at_worktree(l);
}

/* Between the end of one process and the start of the next a task is in wtorch's own hands. */
static void look_at_orchestrator(struct look *l)
{
	const struct wt_run_state *s = wt_run_state(l->run);

	if (!l->is_driven) {
		l->out->state = left_in(l->t->state);
		miss(l, "nobody works on it any more: wtorch resume");
	}
	saw(l, wt_arena_printf(l->arena, "wtorch, process %" PRId64 ": %s", s->orchestrator_pid,
			       l->is_driven ? "alive" : "gone"));
}

/* Whoever made ready may have died between the start of a process and its record. */
static void look_at_preparing(struct look *l, size_t task)
{
	bool is_setup = l->t->intent == WT_EV_WORKTREE_PREPARING;
	struct wt_proc_id id;

	if (l->is_driven || !wt_witness_process(l->run, task, &id)) {
		look_at_orchestrator(l);
		return;
	}
	if (!is_setup)
		l->out->state = WT_WORKING;
	look_at_agent(l, &id);
	if (!l->out->is_alive && is_setup)
		l->out->state = WT_WAITING;
	if (l->out->is_alive)
		miss(l, is_setup ? "its setup command runs, and nobody waits for it: wtorch resume"
				 : "its agent works, and nobody noted that: wtorch resume");
}

/* False when it is not there; *known is false when that could not be found out. */
static bool read_branch(struct look *l, const char *branch, struct wt_oid *oid, bool *known)
{
	const struct wt_git *git = l->run->ports->git;
	struct wt_error ignored;
	enum wt_code rc = git->store->ref(
		git->self, wt_arena_printf(l->arena, "refs/heads/%s", branch), oid, &ignored);

	*known = !rc || rc == WT_E_NOT_FOUND;
	return !rc;
}

static void look_at_branch(struct look *l)
{
	const struct wt_task_state *t = l->t;
	struct wt_oid tip;
	bool known, there;

	if (!t->branch || t->is_branch_gone)
		return;
	there = read_branch(l, t->branch, &tip, &known);
	if (!known)
		return;
	if (!there)
		miss(l, wt_oid_is_zero(&t->tip)
				? wt_arena_printf(l->arena, "its branch '%s' is gone", t->branch)
				: wt_arena_printf(l->arena,
						  "its branch '%s' is gone: git branch %s %.12s",
						  t->branch, t->branch, wt_oid_hex(&t->tip).hex));
	else if (t->state == WT_QUEUED && !wt_oid_is_zero(&t->tip) &&
		 !wt_oid_is_equal(&tip, &t->tip))
		miss(l, wt_arena_printf(l->arena, "its branch was moved to %.12s since",
					wt_oid_hex(&tip).hex));
	saw(l, wt_arena_printf(l->arena, "branch %s %s", t->branch,
			       there ? wt_oid_hex(&tip).hex : "absent"));
}

static void look_at_base(struct look *l)
{
	const struct wt_git *git = l->run->ports->git;
	const char *base = l->run->plan.base;
	struct wt_oid tip;
	struct wt_error ignored;
	bool known, contains = false;

	if (wt_oid_is_zero(&l->t->landed))
		return;
	if (!read_branch(l, base, &tip, &known)) {
		if (!known)
			return;
		miss(l, wt_arena_printf(l->arena, "the base '%s' is gone", base));
		saw(l, wt_arena_printf(l->arena, "branch %s absent", base));
		return;
	}
	/* A commit that cannot be found is in no branch. */
	if (git->store->is_ancestor(git->self, &l->t->landed, &tip, &contains, &ignored) ||
	    !contains)
		miss(l, wt_arena_printf(l->arena, "'%s' does not contain %.12s any more", base,
					wt_oid_hex(&l->t->landed).hex));
	saw(l, wt_arena_printf(l->arena, "branch %s at %s", base, wt_oid_hex(&tip).hex));
}

void wt_witness_look(struct wt_run *run, size_t task, bool is_driven, struct wt_arena *a,
		     struct wt_witness *out)
{
	const struct wt_task_state *t = &wt_run_state(run)->tasks[task];
	struct look l = { .run = run, .arena = a, .t = t, .is_driven = is_driven, .out = out };
	struct wt_proc_id id;

	*out = (struct wt_witness){ .has_looked = true, .state = t->state };
	switch (t->state) {
	case WT_WORKING:
	case WT_STALLED:
	case WT_FIXING:
		(void)!wt_witness_process(run, task, &id);
		look_at_agent(&l, &id);
		break;
	case WT_PREPARING:
		look_at_preparing(&l, task);
		break;
	case WT_GATING:
	case WT_MERGING:
		look_at_orchestrator(&l);
		break;
	case WT_QUEUED:
		look_at_branch(&l);
		break;
	case WT_MERGED:
		look_at_base(&l);
		break;
	case WT_CONFLICT:
	case WT_KEPT:
	case WT_FAILED:
	case WT_TIMEOUT:
	case WT_STOPPED:
		look_at_worktree(&l);
		look_at_branch(&l);
		break;
	default:
		break;
	}
}
