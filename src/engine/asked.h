/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_ASKED_H
#define WT_ENGINE_ASKED_H

/*
 * The gates that this process has asked and that have not answered, and the rooms they work in;
 * shared by the files that ask (gate*.c). Nothing here is needed to resume: the journal has it.
 *
 *	asked:  GATE_STARTING -> room made, set up -> shim started, GATE_STARTED -> its end ->
 *	        judged -> GATE_ENDED
 *
 * Gates of one judgment that need each other share a room, so that the tests find what the build
 * made; others have one each, so that they cannot write into each other's files. Nobody else
 * works in one. It stays while one of its gates is open or may be asked yet.
 */

#include "drive.h"
#include "wtorch/core/gate.h"

/* Folder of those of the base, in the run's; no task has such a name. */
#define WT_GATES_OF_BASE "_base"

enum wt_asked_phase {
	WT_ASKED_WAITS, /* for its room to be set up by another's command */
	WT_ASKED_SETUP,
	WT_ASKED_SETUP_SWEEP,
	WT_ASKED_WORKS,
	WT_ASKED_SWEEP, /* its shim was killed; another one ends what that left running */
};

/* What is judged by whom: the task's own commit, its merged tree, or the base. */
struct wt_subject {
	size_t task;            /* WT_MAP_NONE: the base */
	enum wt_gate_when when; /* 0: the base */
	size_t gate;            /* index in the plan and in the keeper's gates */
};

struct wt_asked {
	bool is_used;
	struct wt_subject of;
	enum wt_asked_phase phase;
	size_t room, slot;
	const char *dir; /* of the gate, absolute */
	struct wt_proc_id shim;
	bool is_watched; /* we saw its shim alive */
	bool is_told;    /* to stop */
	struct wt_agent_told told; /* by one that is an agent, when it has ended */
};

struct wt_room {
	const char *path; /* NULL: free */
	size_t task;
	enum wt_gate_when when;
	size_t group; /* the first of the gates that need each other */
	struct wt_oid commit;
	bool is_ready; /* set up */
};

struct wt_gatekeeper {
	struct wt_gates gates; /* as plan->gates */
	struct wt_asked *asked;
	size_t n_asked, cap_asked;
	struct wt_room *rooms;
	size_t n_rooms, cap_rooms;
	size_t n_made;                 /* rooms, for their names */
	struct wt_oid base, base_tree; /* as the gates judge it; zero: not read yet */
	const char **passes;           /* memory of passes, oldest first */
	size_t n_passes, cap_passes;
	bool has_passes; /* they were read */
	bool is_odd;     /* the gates of the configuration are not those of the plan */
};

const struct wt_judgment *wt_gate_judgment(const struct wt_drive *d, const struct wt_subject *of);
/* The commit and the tree that are judged. */
WT_MUST_USE enum wt_code wt_gate_commit(struct wt_drive *d, const struct wt_subject *of,
					struct wt_oid *commit, struct wt_oid *tree,
					struct wt_error *err);
/* An event of that kind about it. */
struct wt_event wt_gate_event(struct wt_drive *d, const struct wt_subject *of,
			      enum wt_event_kind kind);
/* Notes what it answered; dir as in the event, NULL: nothing was started. */
WT_MUST_USE enum wt_code wt_gate_note(struct wt_drive *d, const struct wt_subject *of,
				      const struct wt_gate_result *result, const char *dir,
				      int64_t duration_ms, struct wt_error *err);
/* Of one that was asked and has no word of its own: notes it, and forgets it. */
WT_MUST_USE enum wt_code wt_gate_note_end(struct wt_drive *d, size_t asked,
					  enum wt_gate_verdict verdict, const char *reason,
					  struct wt_error *err);
/* What its agent, or the task's, would be: whose environment it has. */
const char *wt_gate_agent(const struct wt_drive *d, const struct wt_subject *of);

/* A free place among the asked. */
size_t wt_gate_take(struct wt_drive *d, const struct wt_subject *of);
/* What contract section 5 promises a program that works for it, but its instance. */
const char *const *wt_gate_variables(struct wt_drive *d, const struct wt_asked *q);
/* Its room is ready: starts its command or agent in it. */
WT_MUST_USE enum wt_code wt_gate_start(struct wt_drive *d, size_t asked, struct wt_error *err);

/* What a reviewing agent is told: the project's text is read here, into in's. */
WT_MUST_USE enum wt_code wt_gate_write_prompt(struct wt_run *run, const struct wt_gate *gate,
					      const struct wt_gate_prompt *in, struct wt_buf *out,
					      struct wt_error *err);

/* gate_regression.c */

/* The check is a regression, and no test was changed: it says so, and *is_told. */
WT_MUST_USE enum wt_code wt_gate_check_tests(struct wt_drive *d, const struct wt_subject *of,
					     bool *is_told, struct wt_error *err);
/* The program that tries the changed tests on the base, too, which it makes a commit of. */
WT_MUST_USE enum wt_code wt_gate_fill_regression(struct wt_drive *d, const struct wt_subject *of,
						 const char *const **argv, struct wt_error *err);

/* gate_room.c */

/* The room for it, one that is there or a path for a new one, which is not made yet. */
size_t wt_gate_room(struct wt_drive *d, const struct wt_subject *of);
/* Makes it where it is new; then it is ready, or the asked one's phase is SETUP. */
WT_MUST_USE enum wt_code wt_gate_prepare(struct wt_drive *d, size_t asked, struct wt_error *err);
/* The setup command in the room ended. */
WT_MUST_USE enum wt_code wt_gate_set_up(struct wt_drive *d, size_t asked, struct wt_error *err);
/* Takes rooms away that nobody needs any more; all of a judgment once it was decided. */
void wt_gate_leave_rooms(struct wt_drive *d, const struct wt_subject *of, bool all);

/* gate_report.c */

/* Before a gate that would write it begins: what lies there, from the tree or put there by
 * somebody, is not its word. */
void wt_gate_clear_report(struct wt_drive *d, size_t room, const struct wt_gate *gate);
/* False: there is none, or it cannot be read; why: then the reason, NULL when there is none. */
bool wt_gate_read_report(struct wt_drive *d, size_t room, const struct wt_gate *gate,
			 struct wt_buf *out, const char **why);

/* gate_pass.c */

/* What stands for a pass of it on that tree; in the run's arena. */
const char *wt_gate_key(struct wt_drive *d, const struct wt_subject *of, const struct wt_oid *tree);
bool wt_gate_has_passed(struct wt_drive *d, const char *key);
void wt_gate_remember(struct wt_drive *d, const char *key);

/* gate_exit.c */

/* The task's change, for the checks built in and for reviews: paths that differ between where its
 * work began and the tree that is judged. */
WT_MUST_USE enum wt_code wt_gate_changed(struct wt_drive *d, const struct wt_subject *of,
					 const struct wt_oid *tree, const char *const **paths,
					 size_t *n, struct wt_error *err);
/* Text at the end of its output. */
void wt_gate_read_tail(struct wt_drive *d, const char *dir, size_t max, struct wt_buf *out);

#endif
