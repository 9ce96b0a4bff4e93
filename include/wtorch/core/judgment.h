/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_JUDGMENT_H
#define WT_CORE_JUDGMENT_H

/*
 * The gates of one commit: which are asked of it, what each said, and what that amounts to.
 *
 *	events of a run -> wt_judgment (a part of its state) -> wt_judgment_next()
 *
 * A task has two: of its own commit, and of the tree that merging it would give. A run has a third,
 * of the base before its first agent starts. The rules:
 *
 *	- gates that need nothing are asked at once, side by side; one that needs others once all
 *	  of these said yes. Where one of these said no, it is not asked at all.
 *	- nothing is decided before everybody who was asked has answered, so that an agent gets
 *	  all of it to mend at once.
 *	- all that are required said yes: it passed. What is not required holds nothing up.
 *	- else, when one of them said FAIL or TIMEOUT, the work is not good enough: its agent goes
 *	  on in a fix round, while there are any left. A gate that was not asked counts as what
 *	  the one said that it waited for.
 *	- else a gate failed itself (ERROR). That is not the agent's, so no round is spent on it:
 *	  the work is kept for a person.
 *	- STOPPED is no answer: it is asked again.
 */

#include "wtorch/core/event.h"
#include "wtorch/core/gate.h"
#include "wtorch/core/plan.h"

/* The newest answer of a gate about the commit. */
struct wt_gate_state {
	bool is_asked; /* it has to answer, or may */
	bool is_open;  /* it was started, and has not answered */
	enum wt_gate_verdict verdict;
	size_t tries; /* times that it was begun, for names that were never used */
	size_t round;
	uint64_t seq;           /* of the record of its beginning */
	struct wt_oid tree;     /* that it judged */
	const char *dir, *path; /* its folder, relative to the run's; its worktree */
	int64_t pid;            /* of its living shim, 0: none */
	const char *start_time, *boot_id;
	const char *reason;
	bool has_score, has_coverage;
	int64_t score_milli, coverage_milli;
	const char *const *findings;
	size_t n_findings;
	int64_t started_wall_ms, duration_ms;
};

struct wt_judgment {
	struct wt_gate_state *gates; /* as plan->gates; NULL: nothing was asked yet */
	bool is_on;                  /* asked, and not decided */
	bool has_passed;             /* all that is required said yes, of tree */
	size_t n_open;
	struct wt_oid base, commit, tree; /* what is judged; base: of a merged one */
};

enum wt_judgment_step {
	WT_JUDGMENT_WAIT, /* for those that are open */
	WT_JUDGMENT_ASK,  /* the gate */
	WT_JUDGMENT_YES,
	WT_JUDGMENT_NO,    /* the gate said FAIL or TIMEOUT */
	WT_JUDGMENT_ERROR, /* nobody said FAIL, and the gate could not judge */
};

/* The search for the landing that a red merged tree does not go with (bisect.h): the task's work is
 * judged again with less of what landed (merge_judging by_gate). While it is on, the task's
 * judgment of the merged tree is that of such a place. */
struct wt_search {
	struct wt_judgment red; /* of the tree that would have landed; it comes back at the end */
	struct wt_search_answer {
		struct wt_oid base;
		enum wt_judgment_step step;
	} *items; /* that were given, the one of red first */
	size_t n, cap;
};

/* What is next; of the last two, gate is the first in the plan's order that said so. */
enum wt_judgment_step wt_judgment_next(const struct wt_plan *plan, const struct wt_judgment *j,
				       size_t *gate);
/* The same where some gates cannot be asked yet: WAIT also stands for these. */
typedef bool wt_judgment_holds(void *arg, size_t gate);
enum wt_judgment_step wt_judgment_next_but(const struct wt_plan *plan, const struct wt_judgment *j,
					   wt_judgment_holds *is_held, void *arg, size_t *gate);

/* Why the gate is not asked: the one that it needs and that did not say yes, or that one's; NULL:
 * it is, or may be yet. */
const struct wt_plan_gate *wt_judgment_blocker(const struct wt_plan *plan,
					       const struct wt_judgment *j, size_t gate);

/* The task has a gate that is asked then; the second: a required one. */
bool wt_judgment_is_due(const struct wt_plan *plan, size_t task, enum wt_gate_when when);
bool wt_judgment_is_needed(const struct wt_plan *plan, size_t task, enum wt_gate_when when);

/* Index of the gate of that name, or plan->n_gates. */
size_t wt_judgment_find(const struct wt_plan *plan, const char *name);

/* "tests ok, review running, e2e waits": those that are asked. */
void wt_judgment_render(const struct wt_plan *plan, const struct wt_judgment *j,
			struct wt_buf *out);

/* "gate tests: 3 tests failed", of the gate as it answered; in the arena. */
const char *wt_judgment_reason(struct wt_arena *a, const struct wt_plan *plan,
			       const struct wt_judgment *j, size_t gate);

#endif
