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
	/* When not clean: what git made of it, and what wt_merge_decide needs. */
	struct wt_oid marked_tree;
	const struct wt_unmerged *conflicts; /* as paths */
	bool is_by_path;
	/* When it is clean because it was decided for a side: as paths, how many hunks; 0: the
	 * whole file. NULL otherwise. */
	const size_t *hunks;
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

/*
 * Decides a merge that is not clean for one side: hunk by hunk where both changed the lines of a
 * file, whole where a file is binary, a link, or was changed here and deleted there (a rename
 * counts as a change). Everything that did not conflict stays as git merged it. Either every
 * conflict can be decided so, and the outcome is clean then, with paths and hunks saying what was
 * decided; or the outcome stays as it is: other kinds of conflict (two renames of one file, a
 * file against a folder, submodules), and files whose attributes or whose user's configuration
 * ask for a way of merging of their own.
 */
WT_MUST_USE enum wt_code wt_merge_decide(const struct wt_git *git, bool takes_theirs,
					 const struct wt_oid *ours, const struct wt_oid *theirs,
					 struct wt_arena *a, struct wt_merge_outcome *out,
					 struct wt_error *err);

#endif
