/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_ANSWER_H
#define WT_CORE_ANSWER_H

/*
 * What is said to the planner command, and what it answers. The question is a part of the plan's
 * own document, of the tasks that would run:
 *
 *	{"schema":"wtorch.plan/1","base":{"branch":"main","oid":"..."},
 *	 "tasks":[{"id":"65","title":"...","body":"...","files":[{"path":"src/a.c","from":"text"}],
 *	           "depends_on":["64"],"criteria":["..."],"order":null,"priority":null,
 *	           "estimate_s":null,"risk":null,"complexity":null,"type":"feature"}]}
 *
 * and so is the answer; every field but the id may be left out or null, and files may also be
 * plain texts:
 *
 *	{"tasks":[{"id":"65","files":["src/a.c"],"depends_on":["66"],"estimate_s":3600,
 *	           "complexity":"low","risk":"high","reason":"66 makes what 65 calls"}]}
 *
 * The answer is input like any other: ids are those of tasks that were asked about, paths are
 * tame, numbers in range. What is not is left out with a warning; the rest counts.
 */

#include "wtorch/core/plan.h"

void wt_answer_ask(const struct wt_plan *plan, struct wt_jsonw *w);

/* Adds to out; a document that is no answer at all is WT_E_INPUT. What it speaks of has to run
 * in that plan. */
WT_MUST_USE enum wt_code wt_answer_parse(struct wt_arena *arena, const struct wt_json *doc,
					 const struct wt_plan *plan, struct wt_evidence *out,
					 struct wt_diags *diags, struct wt_error *err);

#endif
