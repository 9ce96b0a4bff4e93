/* SPDX-License-Identifier: MIT */
/* The states of a task and the moves between them. */

#include <string.h>

#include "fold.h"

/* Where a move leads when it is not simply to a state. */
enum {
	STAYS = WT_STATE_COUNT,
	BY_OUTCOME, /* as the attempt ended */
	BY_EXIT,    /* a lost agent is started again, any other's work is looked at */
	IF_ROUND,   /* the next one, or the same once more while nobody works in it, or when its
		       conversation was not known any more */
	BY_COMMIT,  /* what an agent that failed left behind does not queue by itself, and what
		       has gates to pass first is judged */
	IF_WORK,    /* queued, when there is a commit that could be merged */
	IF_SAME,    /* as from the queue, when the event says that it is of this very attempt */
};

/*
 * The legal moves. Everything else is left out and counted.
 *
 * A record can be lost (a damaged line), and what comes behind it must not be lost with it. So
 * what could only be written after the missing one is allowed where that would have been: a new
 * attempt wherever the task stood, a landing by whatever way its work was queued. What decides
 * something by itself (a commit of an agent whose end is not known) is not: that is looked at.
 */
static const struct move {
	unsigned from;
	enum wt_event_kind event;
	int to;
} moves[] = {
	{ IN(WT_WAITING), WT_EV_TASK_SKIPPED, WT_SKIPPED },
	{ IN(WT_WAITING) | (FINAL & ~IN(WT_MERGED)), WT_EV_TASK_WAITING, WT_WAITING },
	{ UNMERGED, WT_EV_WORKTREE_PREPARING, WT_PREPARING },
	{ IN(WT_PREPARING), WT_EV_WORKTREE_PREPARED, STAYS },
	{ IN(WT_WAITING) | IN(WT_PREPARING), WT_EV_WORKTREE_FAILED, WT_FAILED },
	{ IN(WT_PREPARING) | IN(WT_FIXING), WT_EV_AGENT_STARTING, STAYS },
	{ IN(WT_PREPARING), WT_EV_AGENT_STARTED, WT_WORKING },
	{ IN(WT_FIXING), WT_EV_AGENT_STARTED, STAYS },
	{ IN(WT_WAITING) | IN(WT_PREPARING) | RUNNING, WT_EV_AGENT_FAILED, WT_FAILED },
	{ IN(WT_PREPARING) | RUNNING, WT_EV_AGENT_EXITED, BY_EXIT },
	{ LIVING, WT_EV_ROUND_BEGUN, IF_ROUND },
	{ IN(WT_GATING), WT_EV_WORK_COMMITTED, BY_COMMIT },
	{ IN(WT_QUEUED), WT_EV_WORK_COMMITTED, STAYS },
	{ IN(WT_GATING), WT_EV_COMBINING, STAYS },
	{ ANY, WT_EV_GATE_STARTING, STAYS },
	{ ANY, WT_EV_GATE_STARTED, STAYS },
	{ ANY, WT_EV_GATE_ENDED, STAYS },
	{ IN(WT_GATING), WT_EV_GATES_PASSED, WT_QUEUED },
	{ LANDING, WT_EV_MERGE_JUDGING, WT_MERGING },
	{ IN(WT_WAITING) | LIVING | LANDING, WT_EV_ATTEMPT_ENDED, BY_OUTCOME },
	{ IN(WT_GATING) | LANDING, WT_EV_TASK_QUEUED, WT_QUEUED },
	{ LANDING, WT_EV_LANDING_STARTING, WT_MERGING },
	{ LIVING | UNLANDED, WT_EV_LANDING_STARTING, IF_SAME },
	{ LANDING | UNLANDED, WT_EV_LANDED, WT_MERGED }, /* a person may have merged it */
	{ LIVING, WT_EV_LANDED, IF_SAME },
	{ LANDING, WT_EV_MERGE_CONFLICTED, WT_CONFLICT },
	{ IN(WT_GATING), WT_EV_MERGE_CONFLICTED, IF_SAME },
	{ IN(WT_MERGED), WT_EV_LANDING_LOST, STAYS },
	{ IN(WT_MERGING) | IN(WT_MERGED), WT_EV_CHECKOUT_UPDATED, STAYS },
	{ LANDING, WT_EV_CONFLICT_DECIDED, STAYS },
	{ IN(WT_MERGING) | IN(WT_MERGED), WT_EV_ROADMAP_MARKED, STAYS },
	{ ANY, WT_EV_STATUS_MARKING, STAYS },
	{ ANY, WT_EV_STATUS_MARKED, STAYS },
	{ ANY, WT_EV_NOTE, STAYS },
	{ ANY, WT_EV_KEPT, STAYS },
	{ ANY, WT_EV_WORKTREE_REMOVING, STAYS },
	{ ANY, WT_EV_WORKTREE_REMOVED, STAYS },
	{ ANY, WT_EV_BRANCH_REMOVED, STAYS },
	{ ANY, WT_EV_UNDONE, STAYS },
	{ IN(WT_WAITING) | IN(WT_QUEUED), WT_EV_STOP_ASKED, WT_STOPPED },
	{ LIVING, WT_EV_STOP_ASKED, STAYS },
	{ IN(WT_WAITING) | (FINAL & ~IN(WT_MERGED)), WT_EV_RETRY_ASKED, WT_WAITING },
	{ IN(WT_QUEUED) | IN(WT_CONFLICT) | IN(WT_KEPT), WT_EV_MERGE_ASKED, WT_QUEUED },
	{ IN(WT_STOPPED), WT_EV_MERGE_ASKED, IF_WORK },
};

static const char *const names[WT_STATE_COUNT] = {
	[WT_WAITING] = "waiting", [WT_READY] = "ready",           [WT_PREPARING] = "preparing",
	[WT_WORKING] = "working", [WT_STALLED] = "stalled",       [WT_GATING] = "gating",
	[WT_FIXING] = "fixing",   [WT_QUEUED] = "queued",         [WT_MERGING] = "merging",
	[WT_MERGED] = "merged",   [WT_NO_CHANGES] = "no_changes", [WT_CONFLICT] = "conflict",
	[WT_FAILED] = "failed",   [WT_TIMEOUT] = "timeout",       [WT_STOPPED] = "stopped",
	[WT_KEPT] = "kept",       [WT_SKIPPED] = "skipped",
};

const char *wt_state_name(enum wt_state s)
{
	return s < WT_STATE_COUNT ? names[s] : "unknown";
}

bool wt_state_is_final(enum wt_state s)
{
	return IN(s) & FINAL;
}

bool wt_state_is_alive(enum wt_state s)
{
	return IN(s) & (LIVING | LANDING);
}

bool wt_state_is_living(enum wt_state s)
{
	return IN(s) & LIVING;
}

bool wt_state_is_done(enum wt_state s)
{
	return IN(s) & DONE;
}

/* How an agent ended that did its work: by itself, or after its last word, which says so. */
bool wt_state_is_success(const struct wt_task_state *t)
{
	const char *how = t->exit_reason;

	return !t->code && !t->signal &&
	       (!how || strcmp(how, "exit") == 0 || strcmp(how, "finished") == 0) &&
	       (!t->said || strcmp(t->said, "done") == 0);
}

/* How far a move leads for this task and event; STAYS is its own state, -1 nowhere. */
static int resolve(const struct wt_task_state *t, const struct wt_event *ev, int to)
{
	static const int by_outcome[] = {
		[WT_OUTCOME_NONE] = -1,
		[WT_OUTCOME_FAILED] = WT_FAILED,
		[WT_OUTCOME_TIMEOUT] = WT_TIMEOUT,
		[WT_OUTCOME_STOPPED] = WT_STOPPED,
		[WT_OUTCOME_NO_CHANGES] = WT_NO_CHANGES,
		[WT_OUTCOME_KEPT] = WT_KEPT,
		[WT_OUTCOME_CONFLICT] = WT_CONFLICT,
	};

	switch (to) {
	case STAYS:
		return (int)t->state;
	case BY_OUTCOME:
		if (ev->outcome >= sizeof by_outcome / sizeof *by_outcome)
			return -1;
		return ev->will_retry && ev->outcome ? WT_WAITING : by_outcome[ev->outcome];
	case BY_EXIT:
		if (!ev->reason || strcmp(ev->reason, "lost") != 0)
			return WT_GATING;
		return t->state == WT_FIXING ? WT_FIXING : WT_WAITING;
	case IF_ROUND:
		if (ev->round == t->round && t->round && !t->pid &&
		    (t->state == WT_FIXING || (t->state == WT_GATING && t->resume && !ev->session)))
			return WT_FIXING;
		return ev->round == t->round + 1 ? WT_FIXING : -1;
	case BY_COMMIT:
		if (!wt_state_is_success(t) || t->has_gates)
			return (int)t->state;
		return WT_QUEUED;
	case IF_WORK:
		return wt_oid_is_zero(&t->tip) ? -1 : WT_QUEUED;
	case IF_SAME:
		if (!ev->attempt)
			return -1;
		return ev->kind == WT_EV_LANDED             ? WT_MERGED
		       : ev->kind == WT_EV_LANDING_STARTING ? WT_MERGING
							    : WT_CONFLICT;
	default:
		return to;
	}
}

/* An event of another attempt than the newest is not about the state the task is in. */
static bool is_of_attempt(const struct wt_task_state *t, const struct wt_event *ev)
{
	switch (ev->kind) {
	case WT_EV_WORKTREE_PREPARING:
		return ev->attempt > t->attempt ||
		       (t->state == WT_PREPARING && ev->attempt == t->attempt);
	case WT_EV_WORKTREE_FAILED:
	case WT_EV_AGENT_FAILED:
	case WT_EV_ATTEMPT_ENDED:
		if (t->state == WT_WAITING)
			return ev->attempt >= t->attempt;
		break;
	case WT_EV_AGENT_STARTING:
	case WT_EV_AGENT_STARTED:
	case WT_EV_AGENT_EXITED:
		if (ev->round != t->round)
			return false;
		break;
	case WT_EV_WORKTREE_PREPARED:
	case WT_EV_ROUND_BEGUN:
	case WT_EV_WORK_COMMITTED:
	case WT_EV_COMBINING:
	case WT_EV_GATE_STARTING:
	case WT_EV_GATE_STARTED:
	case WT_EV_GATE_ENDED:
	case WT_EV_GATES_PASSED:
	case WT_EV_MERGE_JUDGING:
	case WT_EV_TASK_QUEUED:
	case WT_EV_LANDING_STARTING:
	case WT_EV_LANDED:
	case WT_EV_MERGE_CONFLICTED:
	case WT_EV_CONFLICT_DECIDED:
		break;
	default:
		return true;
	}
	return !ev->attempt || ev->attempt == t->attempt;
}

bool wt_state_is_next_attempt(const struct wt_task_state *t, const struct wt_event *ev)
{
	switch (ev->kind) {
	case WT_EV_WORKTREE_PREPARED:
	case WT_EV_AGENT_STARTING:
	case WT_EV_AGENT_STARTED:
	case WT_EV_AGENT_EXITED:
		return !ev->round && ev->attempt == t->attempt + 1 && (IN(t->state) & UNMERGED);
	default:
		return false;
	}
}

bool wt_state_is_next_round(const struct wt_task_state *t, const struct wt_event *ev)
{
	switch (ev->kind) {
	case WT_EV_AGENT_STARTING:
	case WT_EV_AGENT_STARTED:
	case WT_EV_AGENT_EXITED:
		return ev->attempt == t->attempt && ev->round == t->round + 1 &&
		       (IN(t->state) & LIVING);
	default:
		return false;
	}
}

int wt_state_move(const struct wt_task_state *t, const struct wt_event *ev)
{
	struct wt_task_state begun = { .state = WT_PREPARING, .attempt = ev->attempt };

	if (wt_state_is_next_round(t, ev)) {
		begun.state = WT_FIXING;
		begun.round = ev->round;
		return wt_state_move(&begun, ev);
	}
	if (wt_state_is_next_attempt(t, ev))
		return wt_state_move(&begun, ev);
	if (!is_of_attempt(t, ev))
		return -1;
	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
		if (moves[i].event == ev->kind && (moves[i].from & IN(t->state)))
			return resolve(t, ev, moves[i].to);
	}
	return -1;
}
