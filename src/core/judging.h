/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_JUDGING_H
#define WT_CORE_JUDGING_H

/* One gate's word while it is read, shared by the files of core/verdict. */

#include "wtorch/core/gate.h"
#include "wtorch/core/verdict.h"

struct wt_judging {
	struct wt_arena *arena;
	const struct wt_gate *gate;
	const struct wt_gate_output *out;
	const struct wt_gate_reader *reader;
	struct wt_gate_result *result;
	struct wt_str word; /* the report, else the output */
	size_t cap_findings;
};

/* Sets the verdict and its reason, in one safe line. */
void wt_judging_say(struct wt_judging *j, enum wt_gate_verdict verdict, const char *fmt, ...)
	WT_PRINTF(3, 4);
/* Text of others as one safe line of at most max bytes, in the arena. */
const char *wt_judging_line(struct wt_arena *a, struct wt_str text, size_t max);
/* The next line of text that others wrote: without escape sequences of a terminal, also ended by
 * CR, NUL as '?', at most WT_JUDGING_LINE bytes. False at the end. */
#define WT_JUDGING_LINE 1000u
bool wt_judging_next(struct wt_str *rest, struct wt_buf *line, bool *is_cut);
/* Room for one finding more; NULL when there are WT_MAX_FINDINGS. */
struct wt_gate_finding *wt_judging_add(struct wt_judging *j);

/* How the program of a regression gate ended; false: like any other command. */
bool wt_judge_regression(struct wt_judging *j);
/* Each reads word, fills in figures and findings, and says PASS, FAIL or ERROR. */
void wt_judge_coverage(struct wt_judging *j);
void wt_judge_score(struct wt_judging *j);
void wt_judge_junit(struct wt_judging *j);
void wt_judge_criteria(struct wt_judging *j);

#endif
