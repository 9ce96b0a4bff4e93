/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_DRIVE_H
#define WT_ENGINE_DRIVE_H

/* What the files that drive a run share: the living instances, and the steps of an attempt. */

#include "wtorch/engine/agent.h"
#include "wtorch/engine/run.h"

enum wt_phase {
	WT_PHASE_NONE,
	WT_PHASE_SETUP,
	WT_PHASE_AGENT,
	WT_PHASE_SWEEP, /* its shim was killed; another one ends what that left running */
	WT_PHASE_SETUP_SWEEP,
};

/* A task as this process drives it; nothing here is needed to resume. */
struct wt_instance {
	enum wt_phase phase;
	size_t slot; /* of the leased ports, while phase is not NONE */
	struct wt_worktree worktree;
	struct wt_proc_id shim;
	bool is_watched;      /* we saw the shim of its agent alive */
	bool has_news;        /* its status file was written since it was read */
	struct wt_arena said; /* owns what live tells of it; emptied with each reading */
	size_t begun;               /* attempt that may have a temp folder; 0: none has */
	struct wt_agent_log *log;   /* of its living agent; NULL: it writes no events */
	struct wt_arena heard;      /* owns what live tells of that */
	bool is_spent;              /* it was told to end: its budget is */
	bool has_told_stop;         /* it told that its provider does not answer, and has not
				       worked since */
};

struct wt_drive {
	struct wt_run *run;
	struct wt_instance *instances; /* as plan->tasks */
	struct wt_live *live;          /* the same */
	int64_t sampled_ms;            /* when the load was looked at */
	int64_t news_ms;               /* when status files were last read */
	int64_t tended_ms;             /* when the shims were last looked at */
	int64_t heard_ms;              /* when logs were last read */
	size_t n_logs;                 /* instances that have one */
	bool has_snapshot;             /* one was written */
	unsigned char *tried_marks;    /* as plan->tasks, for mark.h */
	struct wt_load load;
	bool wants_out; /* a second signal: leave, the shims finish the ending */
	int signo;
	/* What woke us while we waited for something else: handled before anything new. */
	struct wt_wake *kept;
	size_t n_kept, cap_kept;
	size_t n_signals;             /* INT and TERM among them */
	struct wt_gatekeeper *keeper; /* asked.h */
};

/* drive_wait.c */

int64_t wt_drive_now(const struct wt_drive *d); /* monotonic, ms */

/* Waits at most limit_ms for the wake with that token (0: just waits) and keeps all others
 * for the loop; an INT or TERM ends it early. *came: it was that wake. */
enum wt_code wt_drive_await(struct wt_drive *d, uint64_t token, int64_t limit_ms, bool *came,
			    struct wt_error *err);

/* Tokens of wakes: the kind in the high half, the task in the low one. */
enum { WT_TOKEN_JOURNAL = 1, WT_TOKEN_SHIM = 2, WT_TOKEN_STATUS = 3, WT_TOKEN_GATE = 4 };
uint64_t wt_token(uint32_t kind, size_t task);

/* attempt.c */
enum wt_code wt_attempt_start(struct wt_drive *d, const struct wt_action *action,
			      struct wt_error *err);
enum wt_code wt_attempt_note_prepared(struct wt_drive *d, size_t task, struct wt_error *err);
enum wt_code wt_attempt_note_failed(struct wt_drive *d, size_t task, enum wt_event_kind kind,
				    const char *reason, struct wt_error *err);
/* The worktree is there: starts the agent in it. */
enum wt_code wt_attempt_start_agent(struct wt_drive *d, size_t task, struct wt_error *err);
/* The lowest range of ports that nobody has. */
size_t wt_attempt_free_slot(const struct wt_drive *d);
enum wt_code wt_attempt_stop(struct wt_drive *d, size_t task, struct wt_error *err);
/* Watches the living agent of a task: its shim and its status files. */
enum wt_code wt_attempt_watch(struct wt_drive *d, size_t task, const struct wt_proc_id *shim,
			      struct wt_error *err);
void wt_attempt_read_status(struct wt_drive *d, size_t task);
/* Lets the shims go on that somebody has halted: a halted one keeps no deadline. */
void wt_attempt_tend(struct wt_drive *d);

/* attempt_tidy.c: takes away what attempts that have ended needed for themselves alone. */
void wt_attempt_tidy(struct wt_drive *d);
/* The same of all that an orchestrator before us left; behind recovery. */
void wt_attempt_tidy_left(struct wt_drive *d);

/* attempt_failure.c: what the task's newest attempt, or round, is told of what failed before; NULL:
 * nothing did. In the run's arena. */
const char *wt_attempt_failure(struct wt_run *run, size_t task);
/* The first error that the output in that folder tells of, in its end; NULL: none. In the arena. */
const char *wt_attempt_cause(struct wt_run *run, const char *dir, struct wt_arena *a);
/*
 * attempt_round.c. Begins the next round of a task whose agent has exited and whose work was looked
 * at: the agent goes on in the same worktree and attempt. reason is what it is told, of any length,
 * Markdown; its first line says it in short. Where the agent can, it takes up its conversation
 * again. Charged to no attempt; how often, is the caller's to count (gate_rounds of the state).
 */
enum wt_code wt_attempt_begin_round(struct wt_run *run, size_t task, const char *reason,
				    bool by_gate, struct wt_error *err);
/* Once more the round whose agent refused the conversation that it was to take up, with one of its
 * own. */
enum wt_code wt_attempt_begin_anew(struct wt_run *run, size_t task, struct wt_error *err);
/* Starts the agent of the round that was begun. */
enum wt_code wt_attempt_continue(struct wt_drive *d, size_t task, struct wt_error *err);
/* Ends the attempt of a task that is to stop while nobody works in its round. */
enum wt_code wt_attempt_give_up_round(struct wt_drive *d, size_t task, struct wt_error *err);

/* attempt_exit.c: the shim of the task's agent or setup command is gone. */
enum wt_code wt_attempt_exited(struct wt_drive *d, size_t task, struct wt_error *err);
/* A shim that was killed left no record, and maybe what it had started. Another shim with the
 * same marker, whose own agent does nothing, ends all that carry it. dir: the folder of the one
 * that was killed. False: it could not be started. */
bool wt_attempt_sweep(struct wt_drive *d, const char *dir, uint64_t token, struct wt_proc_id *shim);

/* work.c: looks at what the agent left and notes what it amounts to. */
enum wt_code wt_work_finish(struct wt_run *run, size_t task, struct wt_error *err);

/* attempt_hear.c: what living agents tell in their logs. */
void wt_attempt_listen(struct wt_drive *d, size_t task);
/* Its log, which is the caller's now; nothing of it is shown any more. */
struct wt_agent_log *wt_attempt_take_log(struct wt_drive *d, size_t task);
/* Reads what is new, tells other processes of it, and notes what it says of a provider. */
enum wt_code wt_attempt_hear(struct wt_drive *d, struct wt_error *err);
/* Nobody listens any more. */
void wt_attempt_deafen(struct wt_drive *d);

/* claim.c: who owns an attempt's folder (or its setup's). WT_E_NOT_FOUND: nobody, and from now on
 * nobody can, because the claim is ours. */
enum wt_code wt_claim_owner(struct wt_drive *d, const char *dir, struct wt_proc_id *id,
			    struct wt_error *err);

/* setup.c: starts the setup command in a checkout, under a shim of its own. */
struct wt_setup {
	const char *dir; /* of that shim, absolute; it is made */
	const char *cwd, *command, *instance;
	const char *const *own; /* variables on top of ours, NULL-terminated; NULL: none */
	int64_t more_ms;        /* that it may take longer than worktree.setup_timeout */
	uint64_t token;         /* of WT_WAKE_EXIT */
};
WT_MUST_USE enum wt_code wt_setup_start(struct wt_run *run, const struct wt_setup *setup,
					struct wt_proc_id *shim, struct wt_error *err);

/* gate.c: the gates of the run's configuration, before anything else of them. */
void wt_gates_begin(struct wt_drive *d);
/* One of its gates has that range of ports. */
bool wt_gate_has_slot(const struct wt_drive *d, size_t slot);
/* Asks what the action says; the answer is noted, now or when its program has ended. */
WT_MUST_USE enum wt_code wt_gate_ask(struct wt_drive *d, const struct wt_action *action,
				     struct wt_error *err);
/* gate_exit.c: the shim with that token's number is gone. */
WT_MUST_USE enum wt_code wt_gate_exited(struct wt_drive *d, size_t asked, struct wt_error *err);
/* Ends those whose run or task is to stop; lets those go on that somebody has halted. */
void wt_gates_heed(struct wt_drive *d);
/* Ends all of them. */
void wt_gates_stop(struct wt_drive *d);
/* The run is left: worktrees of gates in which nobody works go with it. */
void wt_gates_end(struct wt_drive *d);
/* gate_decide.c: notes what the answers amount to. */
WT_MUST_USE enum wt_code wt_gate_decide(struct wt_drive *d, const struct wt_action *action,
					struct wt_error *err);
/* gate_settle.c: of an orchestrator before us; before anything is asked. */
WT_MUST_USE enum wt_code wt_gates_settle(struct wt_drive *d, struct wt_error *err);

/* recover.c: ends a setup command whose shim has that folder, and what it left. False: somebody may
 * be at work. */
bool wt_recover_end_setup(struct wt_drive *d, const char *dir);
/* recover.c: settles what an orchestrator before us left open, and adopts the living. */
enum wt_code wt_recover(struct wt_drive *d, struct wt_error *err);

#endif
