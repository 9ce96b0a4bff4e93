/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_MERGE_H
#define WT_ENGINE_MERGE_H

/*
 * Merging two commits in memory. A walk over three trees settles what git would settle in the
 * same way whatever renames it finds; everything else, and every conflict, is git's to decide
 * (merge-tree), and its verdict is final. So the verdict is never other than git's, as far as
 * was measured: 6,768 real merges, none called clean that git did not, every clean tree the same
 * (perf-baseline B and C).
 *
 * One difference is known and accepted: libgit2 compares lines by Myers' algorithm, git's ort
 * by histogram. Where both are clean their results could differ in theory; in 6,269 clean merges
 * none did. A conflict that only Myers sees does no harm: git is asked.
 *
 * Whether attributes ask for another way to merge is looked up in the three trees and git's own
 * attribute files. git, when it is asked, reads them in the checkout that the user stands in.
 */

#include "wtorch/port/git.h"

struct wt_merge_outcome {
	bool is_clean;
	struct wt_oid tree;  /* when clean; written */
	const char **paths;  /* conflicted, each once, sorted; when not clean */
	size_t n_paths;
	const char *detail;  /* what git says about the conflicts; "" when clean */
	bool by_git;         /* the walk handed it over */
	const char *why;     /* why it did; NULL when it did not */
};

/*
 * Merges theirs into ours. base is the commit that theirs was forked from, where it is known,
 * else NULL: it only saves the search when it is ours itself. Strings live in the arena. A
 * conflict is WT_OK with is_clean false.
 */
WT_MUST_USE enum wt_code wt_merge_trees(const struct wt_git *git, const struct wt_oid *base,
					const struct wt_oid *ours, const struct wt_oid *theirs,
					struct wt_arena *a, struct wt_merge_outcome *out,
					struct wt_error *err);

#endif
