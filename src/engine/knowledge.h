/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_KNOWLEDGE_H
#define WT_ENGINE_KNOWLEDGE_H

/*
 * What an agent is given to read: the files that [knowledge TYPE] names for its task's type, as
 * they are committed where the attempt forked from. Links are not followed, so nothing outside of
 * the repository is read.
 */

#include "wtorch/engine/runs.h"

struct wt_knowledge {
	const char *text;         /* for the prompt, Markdown; "" for none */
	const char *const *paths; /* what of it is in there, also in part */
	size_t n_paths;
};

/*
 * Required files come first, and one that does not fit any more is cut; recommended ones come
 * while max_bytes lasts, and of the others the names are told. In the arena. WT_E_INPUT: a
 * required one is missing.
 */
WT_MUST_USE enum wt_code wt_knowledge_read(struct wt_run *run, size_t task,
					   const struct wt_oid *base, struct wt_knowledge *out,
					   struct wt_error *err);

/* That no required one is missing, before anything is made for the task. */
WT_MUST_USE enum wt_code wt_knowledge_check(struct wt_run *run, size_t task,
					    const struct wt_oid *base, struct wt_error *err);

#endif
