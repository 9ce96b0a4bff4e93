/* SPDX-License-Identifier: MIT */
/* What the answers of the gates about one commit amount to. */

#include "wtorch/core/judgment.h"

#include <stdlib.h>
#include <string.h>

#include "wtorch/base/mem.h"

/* Where a gate stands, in the order of what weighs more when one waits for several. */
enum standing { FAILED, ERRED, OPEN, TO_ASK, TO_WAIT, SAID_YES, NOT_ASKED };

static enum standing standing_of(const struct wt_gate_state *g)
{
	if (!g->is_asked)
		return NOT_ASKED;
	if (g->is_open)
		return OPEN;
	switch (g->verdict) {
	case WT_SAYS_PASS:
	case WT_SAYS_REUSED:
		return SAID_YES;
	case WT_SAYS_FAIL:
	case WT_SAYS_TIMEOUT:
		return FAILED;
	case WT_SAYS_ERROR:
		return ERRED;
	default:
		return TO_ASK;
	}
}

/* A gate that nobody has asked yet stands where those stand that it needs. */
static enum standing behind_needs(const struct wt_plan_gate *g, const enum standing *of)
{
	enum standing least = TO_ASK;

	for (size_t i = 0; i < g->n_needs; i++) {
		enum standing s = of[g->needs[i]];

		if (s == FAILED || s == ERRED)
			return s;
		if (s != SAID_YES && s != NOT_ASKED)
			least = TO_WAIT;
	}
	return least;
}

static enum standing *stand_all(const struct wt_plan *plan, const struct wt_judgment *j)
{
	enum standing *of = wt_alloc((plan->n_gates + 1) * sizeof *of);

	for (size_t i = 0; i < plan->n_gates; i++) {
		of[i] = standing_of(&j->gates[i]);
		if (of[i] == TO_ASK)
			of[i] = behind_needs(&plan->gates[i], of);
	}
	return of;
}

enum wt_judgment_step wt_judgment_next(const struct wt_plan *plan, const struct wt_judgment *j,
				       size_t *gate)
{
	return wt_judgment_next_but(plan, j, NULL, NULL, gate);
}

enum wt_judgment_step wt_judgment_next_but(const struct wt_plan *plan, const struct wt_judgment *j,
					   wt_judgment_holds *is_held, void *arg, size_t *gate)
{
	enum standing *of;
	enum wt_judgment_step step = WT_JUDGMENT_YES;
	bool waits = false;

	*gate = 0;
	if (!j->gates)
		return WT_JUDGMENT_YES;
	of = stand_all(plan, j);
	for (size_t i = 0; i < plan->n_gates; i++) {
		if (of[i] == TO_ASK && is_held && is_held(arg, i))
			of[i] = TO_WAIT;
		if (of[i] == TO_ASK) {
			*gate = i;
			step = WT_JUDGMENT_ASK;
			break;
		}
		waits |= of[i] == OPEN || of[i] == TO_WAIT;
		if (!plan->gates[i].is_required || (of[i] != FAILED && of[i] != ERRED))
			continue;
		if (step == WT_JUDGMENT_YES || (step == WT_JUDGMENT_ERROR && of[i] == FAILED)) {
			*gate = i;
			step = of[i] == FAILED ? WT_JUDGMENT_NO : WT_JUDGMENT_ERROR;
		}
	}
	free(of);
	return waits && step != WT_JUDGMENT_ASK ? WT_JUDGMENT_WAIT : step;
}

const struct wt_plan_gate *wt_judgment_blocker(const struct wt_plan *plan,
					       const struct wt_judgment *j, size_t gate)
{
	const struct wt_plan_gate *found = NULL;
	enum standing *of;

	if (!j->gates || standing_of(&j->gates[gate]) != TO_ASK)
		return NULL;
	of = stand_all(plan, j);
	while (of[gate] == FAILED || of[gate] == ERRED) {
		const struct wt_plan_gate *g = &plan->gates[gate];
		size_t i = 0;

		while (i < g->n_needs && of[g->needs[i]] != FAILED && of[g->needs[i]] != ERRED)
			i++;
		if (i == g->n_needs)
			break; /* it is the one that said so */
		gate = g->needs[i];
		found = &plan->gates[gate];
	}
	free(of);
	return found;
}

static bool has_gate(const struct wt_plan *plan, size_t task, enum wt_gate_when when,
		     bool also_optional)
{
	const struct wt_plan_task *t = &plan->tasks[task];

	for (size_t i = 0; i < t->n_gates; i++) {
		const struct wt_plan_gate *g = &plan->gates[t->gates[i]];

		if ((also_optional || g->is_required) && (g->when & when))
			return true;
	}
	return false;
}

bool wt_judgment_is_due(const struct wt_plan *plan, size_t task, enum wt_gate_when when)
{
	return has_gate(plan, task, when, true);
}

bool wt_judgment_is_needed(const struct wt_plan *plan, size_t task, enum wt_gate_when when)
{
	return has_gate(plan, task, when, false);
}

size_t wt_judgment_find(const struct wt_plan *plan, const char *name)
{
	size_t i = 0;

	while (i < plan->n_gates && strcmp(plan->gates[i].name, name) != 0)
		i++;
	return i;
}

const char *wt_judgment_reason(struct wt_arena *a, const struct wt_plan *plan,
			       const struct wt_judgment *j, size_t gate)
{
	const struct wt_plan_gate *blocker = wt_judgment_blocker(plan, j, gate);
	const struct wt_gate_state *g;

	if (blocker)
		gate = (size_t)(blocker - plan->gates);
	g = &j->gates[gate];
	if (g->reason)
		return wt_arena_printf(a, "gate %s: %s", plan->gates[gate].name, g->reason);
	return wt_arena_printf(a, "gate %s said %s", plan->gates[gate].name,
			       g->verdict ? wt_gate_verdict_name(g->verdict) : "nothing");
}
