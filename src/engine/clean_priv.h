/* SPDX-License-Identifier: MIT */
#ifndef WT_SRC_ENGINE_CLEAN_PRIV_H
#define WT_SRC_ENGINE_CLEAN_PRIV_H

/* What the files of clean share: clean.c lists, clean_subject.c reads what the journals say,
 * clean_rules.c decides about the folder and clean_landed.c about the work, clean_apply.c acts. */

#include "wtorch/engine/clean.h"

/* An attempt that took a worktree and a branch, as its journal has it. */
struct wt_clean_subject {
	const char *run, *task;
	size_t attempt;
	bool is_named;  /* one of opts->tasks means it, be it that it was joined to it */
	bool is_newest; /* of its task; state and what follows it are of the task then */
	enum wt_state state;
	const char *base;   /* the run's */
	const char *branch; /* NULL: a later attempt took the name */
	const char *path;   /* of the worktree; likewise */
	struct wt_oid fork; /* what it began with */
	struct wt_oid tip;  /* what it committed, zero: nothing that we know of */
	struct wt_oid landed;
	int64_t prepared_wall_ms;
	int64_t undone; /* as in the task's state */
	bool is_hand_found; /* byhand.h found its work in the base */
	struct wt_integrated hand;
};

struct wt_clean_subjects {
	struct wt_clean_subject *items;
	size_t len, cap;
};

struct wt_cleaner {
	const struct wt_ports *ports;
	const struct wt_clean_opts *opts;
	struct wt_arena *arena;
	struct wt_worktree_entry *worktrees;
	size_t n_worktrees;
	struct wt_map bases; /* name of a base -> targets */
	struct base_targets {
		bool is_known;
		struct wt_targets targets;
		const char *why;
	} * targets;
	size_t n_targets, cap_targets;
	const char **occupied; /* why, as subjects; NULL where nobody is */
	const char **hidden;
};

/* clean_subject.c: appends the attempts of a run, oldest first, by task. */
enum wt_code wt_clean_read_run(struct wt_cleaner *c, struct wt_run *run,
			       struct wt_clean_subjects *out, struct wt_error *err);

/* What is known of a subject may have changed since: as read_run, from the state of its run. */
void wt_clean_read_state(struct wt_cleaner *c, struct wt_run *run, struct wt_clean_subject *s);

/* clean_rules.c: decides; item->removes and the reason say what. index is the subject's place in
 * occupied and hidden. */
void wt_clean_judge(struct wt_cleaner *c, const struct wt_clean_subject *s, size_t index,
		    struct wt_clean_item *item);
bool wt_clean_exists(const struct wt_ports *p, const char *path);
const struct wt_worktree_entry *wt_clean_entry(const struct wt_cleaner *c, const char *path);
/* Another live worktree that has the branch, or NULL. */
const struct wt_worktree_entry *wt_clean_survivor(struct wt_cleaner *c, const char *branch,
						  const char *path);
/* The worktree's commits that nothing but its HEAD or reflog reaches, as far as there are any. */
enum wt_code wt_clean_only_here(struct wt_cleaner *c, const struct wt_worktree_entry *w,
				const struct wt_clean_item *item, bool all, struct wt_oid **out,
				size_t *n, struct wt_error *err);

/* clean_verdict.c: it stays, for that reason; true. */
bool wt_clean_keep(struct wt_clean_item *item, const char *reason);
/* It stays unless the risk is waived for it; true: it stays. */
bool wt_clean_refuse(struct wt_clean_item *item, enum wt_risk risk, const char *reason);

/* clean_place.c: why the folder cannot be taken for its files alone; NULL: it can. */
const char *wt_clean_place(struct wt_cleaner *c, const char *path);

/* clean_landed.c: true: the work is not proven to be safe, the item is kept. */
bool wt_clean_keep_unlanded(struct wt_cleaner *c, const struct wt_clean_subject *s,
			    struct wt_clean_item *item);
/* The targets of a base; NULL, and why, when they cannot be read. */
const struct wt_targets *wt_clean_targets(struct wt_cleaner *c, const char *base, const char **why);

/* clean.c: looks who works below the folders of the subjects. */
enum wt_code wt_clean_find_occupied(struct wt_cleaner *c, const struct wt_clean_subjects *s,
				    struct wt_error *err);
void wt_clean_look(struct wt_cleaner *c, const struct wt_clean_subjects *all, size_t index,
		   struct wt_clean_item *item);

#endif
