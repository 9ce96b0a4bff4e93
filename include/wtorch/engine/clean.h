/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_CLEAN_H
#define WT_ENGINE_CLEAN_H

/*
 * Taking away what is proven not to be needed: worktrees and branches whose work has landed or
 * that hold none, of older attempts too; registrations of ours whose folder is gone; keep refs
 * that have expired; what an earlier clean left in the trash, and a landing that was cut off.
 *Everything else is kept, each with its reason, and with the one flag that would change it where a
 *person may decide that.
 *
 *	wt_clean_plan(ports, &opts, &arena, &list)     looks; the same list for -n and for real
 *	wt_clean_apply(ports, &list, &list.items[i])   looks again, then removes
 *	wt_clean_close(&list)                          what apply has opened
 *	wt_clean_empty_trash(ports, &list)             what lies in the trash now, for good
 *
 * A flag waives one risk, no flag all of them. Locked worktrees, folders that are not provably
 * ours, the main checkout, a merge or rebase in progress and processes at work are waived by
 * none. What cannot be looked at is kept. Nothing goes before it was pinned under a keep ref.
 *
 * The order of a removal, so that the next clean can finish one that was cut off anywhere:
 * keep refs; intent; rename into the trash; exactly this registration; fact; branch by
 * compare-and-swap; fact. The trash is emptied last.
 */

#include "wtorch/engine/integrated.h"
#include "wtorch/engine/keep.h"
#include "wtorch/engine/runs.h"
#include "wtorch/engine/trash.h"

enum wt_risk {
	WT_RISK_NONE = 0,
	WT_RISK_DIRTY = 1,    /* uncommitted files, or nobody can see whether there are any */
	WT_RISK_UNLANDED = 2, /* commits that are not in the base */
	WT_RISK_DETACHED = 4, /* commits that only the worktree's HEAD or its reflog reaches */
	WT_RISK_HIDDEN = 8,   /* a process that cannot be looked into could be at work there */
};

/* "--include-dirty", ...; NULL for NONE. */
const char *wt_risk_flag(enum wt_risk risk);

enum wt_clean_kind { WT_CLEAN_WORK, WT_CLEAN_KEEP_REF, WT_CLEAN_TRASH, WT_CLEAN_SCRATCH };

/* What became of a branch; told from what was done, not from what was planned. */
enum wt_branch_fate {
	WT_BRANCH_NONE, /* there was none */
	WT_BRANCH_NOT_TRIED,
	WT_BRANCH_DELETED,
	WT_BRANCH_CHECKED_OUT, /* stays: another worktree has it */
	WT_BRANCH_RACED,       /* stays: it moved meanwhile */
	WT_BRANCH_FAILED,      /* stays: git could not */
};

const char *wt_branch_fate_name(enum wt_branch_fate fate); /* "deleted", ...; NULL for NONE */

struct wt_clean_item {
	enum wt_clean_kind kind;
	const char *run;
	const char *task;
	size_t attempt;       /* 0: not of one */
	const char *branch;   /* short; NULL: gone already */
	const char *worktree; /* absolute; NULL: gone already. Of trash: where it lies */
	bool is_registered;   /* git knows the worktree */
	bool removes;         /* else it is kept */
	bool is_by_hand;      /* a person merged it; noted when it goes */
	const char *reason;
	enum wt_risk risk;    /* of what is kept: the one that a flag would waive */
	unsigned waived;      /* risks that were waived for it */
	int64_t size_bytes;   /* on disk, -1: not known */
	bool size_is_whole;   /* else it is at least that */
	const char **files;   /* uncommitted ones, the first few */
	size_t n_files;       /* all of them */
	const char **ignored; /* ignored by git, the first few: they go with it */
	size_t n_ignored;
	struct wt_oid tip;    /* of the branch when it was looked at */
	const char *survivor; /* another worktree that has the branch */
	enum wt_branch_fate fate;
	bool done;                              /* apply removed it */
	const char *waived_reason;              /* why it would be kept but for a flag */
	const struct wt_clean_subject *subject; /* private */
	struct wt_integrated how;
	const struct wt_keep *keep;
	const struct wt_trash *trash;
	const char *scratch; /* the name of a worktree that a landing had for hooks */
};

#define WT_CLEAN_MAX_NAMED 20 /* files that are named of each kind */

struct wt_clean_opts {
	const char *const *tasks; /* only of these; none: of all */
	size_t n_tasks;
	const char *run;  /* only of that run; NULL: of all */
	unsigned waived;  /* risks */
	bool force;       /* of the tasks named: waive also the one risk that each was kept for */
	bool skips_sizes; /* they cost a walk over all files */
	bool skips_rules; /* only the sizes are wanted: everything is kept */
};

struct wt_clean_list {
	struct wt_clean_item *items;
	size_t n;
	int64_t size_bytes; /* of all worktrees and trash that are listed */
	int64_t keep_bytes; /* of all keep refs that stay, about */
	size_t n_keeps;
	const char **unread; /* runs that cannot be read, and why: what they made is kept */
	size_t n_unread;
	const char **trash_dirs; /* folders that may hold our trash */
	size_t n_trash_dirs;
	struct wt_arena *arena; /* borrowed */
	struct wt_run *run;     /* private: the one that apply acted on last */
};

WT_MUST_USE enum wt_code wt_clean_plan(const struct wt_ports *ports,
				       const struct wt_clean_opts *opts, struct wt_arena *a,
				       struct wt_clean_list *out, struct wt_error *err);

/* Does what the item says; an item that changed since is kept and its reason says so. Trash is
 * left for wt_clean_empty_trash. Fails only when the journal cannot be written. */
WT_MUST_USE enum wt_code wt_clean_apply(const struct wt_ports *ports, struct wt_clean_list *list,
					struct wt_clean_item *item, struct wt_error *err);

/* Behind the last apply. */
void wt_clean_close(struct wt_clean_list *list);

/* Deletes all of ours that lies in the trash beside the worktrees, and marks its items done. Never
 * while a run is going. What cannot be deleted stays for the next time; failed names the first. */
WT_MUST_USE enum wt_code wt_clean_empty_trash(const struct wt_ports *ports,
					      struct wt_clean_list *list, struct wt_error *failed);

/* Takes away what a crash left of the temp folders of attempts and gates of which nobody is alive.
 * Under the lock. */
void wt_clean_temps(const struct wt_ports *ports);

#endif
