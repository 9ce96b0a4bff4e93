/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_LANDING_H
#define WT_ENGINE_LANDING_H

/* What the files of landing share: the values of one attempt to land, made in this order and
 * not changed afterwards, and the steps that make them. */

#include "wtorch/base/map.h"
#include "wtorch/engine/checkout.h"
#include "wtorch/engine/land.h"
#include "wtorch/engine/merge.h"
#include "wtorch/engine/tree.h"

/* What merge.strategy decided for a side: in each path so many hunks, 0: the whole file. */
struct wt_decided {
	const char **paths;
	size_t *hunks;
	size_t n, cap, cap_hunks;
	struct wt_map by_path; /* cleared by wt_land_forget_decided */
};

/* One task of a source, which the landing marks: the task itself, or one that was joined to it. */
struct wt_land_part {
	struct wt_task task;
	bool is_marked;      /* in the tree */
	bool is_gone;        /* the merged tree has no such heading */
	bool is_only_marked; /* the landing changes nothing but markers in its file */
	const char *marker;  /* what it was marked with, for the journal; NULL: it was not */
};

struct wt_landing {
	struct wt_run *run;
	struct wt_arena *arena; /* the run's */
	size_t task;
	const char *ref;    /* of the base */
	struct wt_oid base; /* its tip now */
	struct wt_oid base_tree;
	struct wt_oid tip; /* of the task's branch now */
	struct wt_oid tip_tree;
	bool is_branch_gone;  /* the tip is the one that the journal knows */
	struct wt_oid judged; /* the tip as the journal knows it; zero: nothing was committed */
	struct wt_fork fork;  /* where the task's own work begins */
	struct wt_oid theirs; /* what is merged: the tip, or the tip without what may not land */
	struct wt_oid theirs_tree;
	struct wt_oid tree;           /* the merged tree, roadmap marked */
	struct wt_oid commit;         /* the landing commit */
	struct wt_commit_spec sealed; /* what it is made of, once it is known; strings in arena */
	struct wt_oid sealed_parents[2];
	struct wt_checkout checkout;
	struct wt_land_part parts[WT_MAX_JOINED]; /* by wt_land_parts */
	size_t n_parts;
	const enum wt_task_status *mark_as; /* NULL: completed; else nothing but that lands, */
	enum wt_task_status mark_from;      /* and only where the task still has this status */
	struct wt_oid follow_tree; /* what the checkout's files are brought to */
	struct wt_decided decided; /* by merge.strategy */
	bool is_tick;              /* a person merged the work: only the marker lands */
	bool roadmap_apart;        /* the checkout's roadmap is edited by itself, and so is every
				    * other file in which only markers change */
	bool has_followed;         /* its checkout is all at the commit */
	bool has_moved;            /* the base contains the commit: there is no way back */
};

/* land_say.c */

const struct wt_task_state *wt_land_state(const struct wt_landing *l);
const struct wt_task *wt_land_task(const struct wt_landing *l);

/* The base as it is now. */
enum wt_code wt_land_read_base(struct wt_landing *l, struct wt_error *err);

/* The two ways not to land: ended with that outcome, or queued until another time. */
enum wt_code wt_land_hold(struct wt_landing *l, enum wt_outcome outcome, const char *reason,
			  struct wt_error *err);
enum wt_code wt_land_wait(struct wt_landing *l, const char *reason, struct wt_error *err);

/* Notes a person should see; never fails the landing. */
enum wt_code wt_land_say(struct wt_landing *l, const char *fmt, ...) WT_PRINTF(2, 3);

/* The work is there, its marker is not: why; and noted as landed without it. */
enum wt_code wt_land_say_unmarked(struct wt_landing *l, const char *why);
/* The task is in the text, with that status. */
bool wt_land_has_status(struct wt_landing *l, const char *path, const struct wt_buf *text,
			const struct wt_task *task, enum wt_task_status status);
/* Sets parts, unless they are. */
void wt_land_parts(struct wt_landing *l);
/* The first part of each source file. */
bool wt_land_leads_file(const struct wt_landing *l, size_t part);
/* The first file in the tree that was marked; NULL: none. */
const char *wt_land_marked(const struct wt_landing *l);
/* So was that one, and nothing else of it changes. */
bool wt_land_is_only_marked(const struct wt_landing *l, const char *path);
/* Nothing of what was marked lands. */
void wt_land_unmark(struct wt_landing *l);

/* land_judge.c */

/* What the rules say about the change as a whole. *done: it ended here. */
enum wt_code wt_land_judge(struct wt_landing *l, bool *done, struct wt_error *err);
enum wt_code wt_land_report_conflict(struct wt_landing *l, const struct wt_merge_outcome *m,
				     struct wt_error *err);

/* The tasks that landed changes of these paths, in the arena. */
const char *const *wt_land_others(struct wt_landing *l, const char *const *paths, size_t n_paths,
				  size_t *n);

/* land_loss.c */

/* What landed since the recorded base and would be gone; reason stays empty when nothing is. */
enum wt_code wt_land_find_loss(struct wt_landing *l, const char *const *changed, size_t n,
			       struct wt_buf *reason, struct wt_error *err);
/* The task was kept for that very reason, and a person asks for its merge now. */
enum wt_code wt_land_is_told(struct wt_landing *l, const char *reason, bool *out,
			     struct wt_error *err);

/* land_strategy.c */

/* Lets merge.strategy decide a merge of theirs into ours that is not clean. */
enum wt_code wt_land_decide(struct wt_landing *l, const struct wt_oid *ours,
			    const struct wt_oid *theirs, struct wt_merge_outcome *m,
			    struct wt_error *err);
void wt_land_forget_decided(struct wt_landing *l);
/* Pins what lost, and notes what was decided; before the base moves. */
enum wt_code wt_land_note_decided(struct wt_landing *l, struct wt_error *err);
/* The paragraph of the landing commit that tells it; "" when nothing was decided. */
const char *wt_land_decided_text(struct wt_landing *l);

/* land_gate.c */

/* The tree that is about to land was judged by all that has to; else *done: it is judged first, or
 * held back for good. */
enum wt_code wt_land_check_gates(struct wt_landing *l, bool *done, struct wt_error *err);

/* Kept for a person, because of what gates said, or because none did. */
enum wt_code wt_land_keep(struct wt_landing *l, const char *reason, struct wt_error *err);
/* The tree, of the task's tip merged into that base, is judged by the gates of these names. */
struct wt_land_place {
	struct wt_oid base, tree;
	bool by_gate; /* of a search; else it is what would land */
};
enum wt_code wt_land_ask(struct wt_landing *l, const struct wt_land_place *place,
			 const char *const *names, size_t n, struct wt_error *err);

/* land_blame.c */

/* Its gates refuse the merged tree, although the work passed by itself and so did what it is merged
 * with: together they do not. Notes whose conflict that is, or asks for one more place to be
 * judged, after which it is called again. */
enum wt_code wt_land_blame(struct wt_landing *l, struct wt_error *err);

/* land_hand.c */

/* The base contains the tip already: a person merged it. */
enum wt_code wt_land_by_hand(struct wt_landing *l, bool *done, struct wt_error *err);
/* The branch is where it was judged; else it is held back, and what was judged is pinned, unless a
 * person asked for it as it is now. */
enum wt_code wt_land_check_branch(struct wt_landing *l, bool *done, struct wt_error *err);
/* A person asked for the merge: what lies uncommitted would not be part of it. */
enum wt_code wt_land_check_asked(struct wt_landing *l, bool *done, struct wt_error *err);

/* land_move.c */

/*
 * Locks the index of the checkout of the base, where it has one, and looks whether it could follow,
 * with the roadmap apart when only that is in the way. WT_E_CONFLICT when it could not, WT_E_BUSY
 * when somebody is at work there. When it could, the lock stays until wt_land_let_go: no git
 * command of a person comes between the look, the move of the base and the update.
 */
enum wt_code wt_land_probe(struct wt_landing *l, struct wt_error *err);
void wt_land_let_go(struct wt_landing *l);
/* Brings the checkout from base_tree to follow_tree path by path, whatever state it is in, sets
 * has_followed or tells what it left. WT_E_BUSY when somebody holds its index. */
enum wt_code wt_land_catch_up(struct wt_landing *l, struct wt_error *err);
/* Notes it, when has_followed is set. */
enum wt_code wt_land_note_followed(struct wt_landing *l, struct wt_error *err);
/* The base has moved: its checkout follows, or it is told why not. WT_E_BUSY: later. */
enum wt_code wt_land_follow(struct wt_landing *l, struct wt_error *err);
/* Queued, to be noted as landed once the checkout could follow. */
enum wt_code wt_land_wait_for_checkout(struct wt_landing *l, const char *why, struct wt_error *err);
/* Under the lock of wt_land_probe: intent, base, checkout, fact. WT_E_RACED: the base moved
 * meanwhile, try again. */
enum wt_code wt_land_move(struct wt_landing *l, struct wt_error *err);
/* Reads the base anew. WT_E_NOT_FOUND: the commit is no part of it. */
enum wt_code wt_land_is_in_base(struct wt_landing *l, const struct wt_oid *commit,
				struct wt_error *err);
/* The commit in the base is the one that was judged, whatever way it was made. WT_E_NOT_FOUND: it
 * is not there, or holds something else. */
enum wt_code wt_land_check_judged(struct wt_landing *l, const struct wt_oid *commit,
				  struct wt_error *err);
/* Reads the base back and notes that the commit landed. */
enum wt_code wt_land_note(struct wt_landing *l, const struct wt_oid *commit, struct wt_error *err);
/* The same of work that a person merged, its marker left as it is. */
enum wt_code wt_land_note_untouched(struct wt_landing *l, struct wt_error *err);

/* land_settle.c */

/* What landed, where the base has moved on since: a path that is otherwise in the base by now is
 * no longer ours to bring to the checkout. */
enum wt_code wt_land_narrow(struct wt_landing *l, const struct wt_oid *base_now,
			    struct wt_error *err);

/* A landing of any task that was begun, and seemed not to have come about: git may have moved the
 * base later, when nobody looked any more. *done: l's own task is settled by that. */
enum wt_code wt_land_settle_earlier(struct wt_landing *l, bool *done, struct wt_error *err);

/* land_roadmap.c */

/* theirs: the tip without status files and without changes of roadmap markers. */
enum wt_code wt_land_filter(struct wt_landing *l, struct wt_error *err);

/* Whether the task's change of that path is one that wt_land_filter takes out as a whole. */
enum wt_code wt_land_is_left_out(struct wt_landing *l, const char *path, bool *out,
				 struct wt_error *err);

/* Marks the task complete (or as mark_as has it) in *tree when the roadmap is part of it, and so
 * every task that was joined to it, wherever that is written; sets parts. */
enum wt_code wt_land_mark(struct wt_landing *l, struct wt_oid *tree, struct wt_error *err);

/* The same of a landing that was begun before, from base_tree and tree. */
enum wt_code wt_land_find_marked(struct wt_landing *l, struct wt_error *err);

/* A roadmap that git does not track: edited by rename, after the landing. */
enum wt_code wt_land_mark_outside(struct wt_landing *l, struct wt_error *err);

/* Edits a file where it lies, for the parts of that source; what a person did to it meanwhile
 * stays. Those that were marked have a marker then. */
enum wt_code wt_land_mark_file(struct wt_landing *l, const char *source, const char *path,
			       struct wt_error *err);

/* A heading that only the checkout of the base has, because nobody committed it yet: marked
 * there, or its absence is told. After the landing. */
enum wt_code wt_land_mark_uncommitted(struct wt_landing *l, struct wt_error *err);

/* The same edit in a checkout whose roadmap has edits of its own: index and file apart. */
enum wt_code wt_land_mark_apart(struct wt_landing *l, const char *source, struct wt_error *err);

/* land_commit.c */

/* What lands on top of base, from theirs: its tree, and what the landing commit is to be made of
 * (for rebase, the commits before it are made). is_clean false: the outcome tells the paths. */
enum wt_code wt_land_commit(struct wt_landing *l, struct wt_merge_outcome *outcome,
			    struct wt_error *err);
/* The message of a commit that only marks the task complete. */
const char *wt_land_tick_message(struct wt_landing *l);
/* Keeps a copy of the spec for wt_land_seal. */
void wt_land_set_sealed(struct wt_landing *l, const struct wt_commit_spec *spec);
/* Makes the landing commit of it, with the user's hooks where there are some, once wt_land_probe
 * finds that the checkout could follow; and holds that lock, as it does. */
enum wt_code wt_land_seal(struct wt_landing *l, struct wt_error *err);
enum wt_code wt_land_write(struct wt_landing *l, const struct wt_commit_spec *spec,
			   struct wt_oid *out, struct wt_error *err);

/* land_hooks.c */

/* The landing commit, made where the hooks can run over it. */
enum wt_code wt_land_hooked(struct wt_landing *l, struct wt_error *err);

#endif
