/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_EVENT_H
#define WT_CORE_EVENT_H

/*
 * What can happen in a run. Plan + events is all that is known about it: status, why, report
 * and recovery are folds over this list (state.h). An effect that outlives a crash has two
 * kinds, the intent before and the fact after; an intent without a fact is settled by looking.
 *
 * On disk an event is one line of JSON: {"v":1,"seq":17,"ts":"...","event":"agent_started",
 * "task":"65","attempt":1,...}. A member that is absent has its zero value. Members that a
 * reader does not know are ignored; a higher v is refused (WT_EVENT_VERSION).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/arena.h"
#include "wtorch/base/json.h"
#include "wtorch/base/oid.h"
#include "wtorch/core/verdict.h"

#define WT_EVENT_VERSION 1

enum wt_event_kind {
	WT_EV_NONE,
	/* the run */
	WT_EV_RUN_PLANNED, /* first record: run, plan (whole), config (frozen), path = the common
			      dir of its repository, duration_ms = what planning took */
	WT_EV_RUN_STARTED, /* an orchestrator took the run: pid, start_time, boot_id;
			       reason: "retry" or "merge" when it only does what those asked
			       for, "now" when no provider is waited for without a new try */
	WT_EV_RUN_PAUSED,  /* nothing new starts: reason; by_provider: a quota or login */
	WT_EV_RUN_ENDED,   /* code = exit status, reason = final_status */
	WT_EV_RUN_STOPPED, /* ended before its end: reason ("SIGINT", "stop") */
	WT_EV_NOTE,        /* something a person should know: reason; task may be empty */
	/* a task before its agent */
	WT_EV_TASK_SKIPPED,       /* reason, with the chain */
	WT_EV_TASK_WAITING,       /* asked back into the run by retry: reason */
	WT_EV_WORKTREE_PREPARING, /* intent: attempt, base, branch, path, batch */
	WT_EV_WORKTREE_PREPARED,  /* fact */
	WT_EV_WORKTREE_FAILED,    /* could not be made: reason, error = the first error that its
				     setup command told; nothing is left behind */
	/* the agent */
	WT_EV_AGENT_STARTING, /* intent: attempt, agent, model, paths = what it is given to know,
				 session = the conversation it takes up, dir = its folder, count = which of the
				 leased ranges of ports it has, from 1; 0: not told */
	WT_EV_AGENT_STARTED,  /* fact: pid, start_time, boot_id of the shim */
	WT_EV_AGENT_FAILED,   /* could not be started: reason; no attempt is charged */
	WT_EV_AGENT_EXITED,   /* code, signal, reason (as in port/shim.h; lost with the machine;
				 killed: its shim was, while we watched), cpu_ms, rss_bytes,
				 duration_ms, count = survivors; as far as it told: said, error,
				 session, model, tokens, cost, stop and until of its provider */
	WT_EV_WORK_COMMITTED, /* tip, tree, count = files changed; is_leftover: by wtorch; others =
				 workstreams whose work it holds by now */
	WT_EV_COMBINING,      /* intent: the branch is to get the work of workstreams: base = its
				 tip, oid = the new one, tree, others; WORK_COMMITTED is the fact */
	WT_EV_ATTEMPT_ENDED,  /* without landing: outcome, others = workstreams for whose sake,
				 reason, error = the first error that its
				 agent told, will_retry, pause_ms,
				 by_gate: it was a gate that said no; by_provider: it did not
				 answer any more, which is no failure of the task */
	WT_EV_ROUND_BEGUN,    /* its agent goes on in the same worktree: round (from 1), reason =
				 what it is told, its first line in short, session = the
				 conversation it takes up again, by_gate: after a gate said no;
				 pause_ms. AGENT_STARTING and its kin of it have that round. Once
				 more for the same round: its start did not come about, or the
				 conversation was not known any more */
	/* who answers the requests of agents (provider.h); task = whose agent told */
	WT_EV_PROVIDER_STOPPED, /* nothing of it starts: provider, stop = "quota", "overload" or
				   "login", until (0: a person has to do something), count = so
				   often without an answer, reason = its words */
	WT_EV_PROVIDER_OPEN,    /* it answers again: provider */
	WT_EV_BUDGET_WARNED,    /* most of the run's is spent: path = "cost_usd" or "tokens",
				   reason */
	/* gates; task is empty for those on the base before the first agent starts */
	WT_EV_GATE_STARTING, /* intent: gate, when (task, merged, base), round, oid = the commit,
				tree, dir = its folder, path = its worktree */
	WT_EV_GATE_STARTED,  /* fact: gate, when, pid, start_time, boot_id of its shim */
	WT_EV_GATE_ENDED,    /* gate, when, round, tree, verdict, reason, score_milli and
				coverage_milli (with has_score, has_coverage), paths = findings,
				duration_ms, dir; also of one that started nothing. Of one that
				is an agent: agent, and as far as it told model, tokens, cost */
	WT_EV_GATES_PASSED,  /* all that it has to pass before it may be merged did */
	/* landing */
	WT_EV_TASK_QUEUED,      /* ready to merge, held back: reason */
	WT_EV_LANDING_STARTING, /* intent: base (old), oid (new), tip, tree, path = checkout */
	WT_EV_LANDED,           /* fact, read back: base, oid, tip, tree; by_hand: a person's merge
				   was found in the base (oid: the base's tip then) */
	WT_EV_LANDING_LOST,     /* at the end of a run the base does not contain a landing any more,
				   nor its work in another form: oid, reason */
	WT_EV_CHECKOUT_UPDATED, /* the checkout of the base follows: path, count = paths written */
	WT_EV_MERGE_JUDGING,    /* the merged tree has gates to pass before the base moves: base,
				   oid = a commit of it, tree; by_gate: they said no, and this is a
				   place on the way to who is to blame, base what was landed there */
	WT_EV_MERGE_CONFLICTED, /* paths, others = tasks on the other side, base */
	WT_EV_CONFLICT_DECIDED, /* merge.strategy decided a conflict, before the landing: reason =
				   the strategy, paths, others = tasks on the other side, count =
				   hunks, tip = what lost */
	WT_EV_ROADMAP_MARKED,   /* path, reason = the new marker */
	WT_EV_STATUS_MARKING,   /* intent: the base gets a commit that only gives the task another
				   status in its source: base (old), oid (new), tree, path =
				   checkout, reason = the status */
	WT_EV_STATUS_MARKED,    /* fact: path, reason = the status; none: it did not come about */
	/* cleaning */
	WT_EV_KEPT, /* keep refs were written: branch = what their names begin with, oid =
		       tip, path (of the worktree), reason, count = their number */
	WT_EV_WORKTREE_REMOVING, /* intent: path */
	WT_EV_WORKTREE_REMOVED,
	WT_EV_BRANCH_REMOVED, /* branch, oid */
	WT_EV_UNDONE,         /* brought back from a keep ref: branch, path (of the worktree),
				 oid = tip, count = the number of the keep ref */
	/* requests from other commands, obeyed by the orchestrator */
	WT_EV_STOP_ASKED,  /* task, or empty for all */
	WT_EV_RETRY_ASKED, /* task; is_fresh */
	WT_EV_MERGE_ASKED, /* task */
	WT_EV_COUNT
};

/* How an attempt or a task ended without landing. */
enum wt_outcome {
	WT_OUTCOME_NONE,
	WT_OUTCOME_FAILED,
	WT_OUTCOME_TIMEOUT,
	WT_OUTCOME_STOPPED,
	WT_OUTCOME_NO_CHANGES,
	WT_OUTCOME_KEPT, /* work is there, and a rule or a gate does not let it land */
	WT_OUTCOME_CONFLICT,
};

/* One shape for all kinds; each kind fills what its comment above names. Strings are borrowed
 * from whoever made the event, or from the arena it was parsed into. */
struct wt_event {
	enum wt_event_kind kind;
	uint64_t seq; /* given by the journal */
	int64_t ts_wall_ms;
	const char *task; /* id; NULL: about the run */
	size_t attempt;   /* 1-based */
	size_t batch;

	const char *run;
	const char *reason;
	const char *branch;
	const char *path;
	const char *dir;
	const char *checkout;
	struct wt_oid base, tip, tree, oid;
	enum wt_outcome outcome;
	bool will_retry, is_leftover, is_fresh, by_gate, by_provider, by_hand;
	int64_t code, signal, count;
	int64_t pid;
	const char *start_time; /* field 22 of /proc/PID/stat, decimal */
	const char *boot_id;
	int64_t cpu_ms, rss_bytes, duration_ms, pause_ms;
	const char *said;    /* by an agent that writes events: "done", "failed", "nothing" */
	const char *error;   /* why, by its own words */
	const char *session; /* its name for the conversation */
	const char *provider;  /* its name */
	const char *stop;      /* why it does not answer */
	int64_t until_wall_ms; /* then it may be asked again */
	const char *agent;   /* whose section it was started by, of agent_starting and its kin */
	const char *model;   /* that it was told, of agent_starting; that it says it works with,
				of agent_exited and gate_ended; NULL: none */
	size_t round;        /* of its agent within the attempt; 0: the first start */
	const char *gate;    /* name of the [gate] section */
	const char *when;    /* "task", "merged", "base" */
	enum wt_gate_verdict verdict;
	bool has_score, has_coverage;
	int64_t score_milli, coverage_milli; /* thousandths of a point, of a percent */
	int64_t tokens_in, tokens_out, tokens_cached; /* in includes cached */
	int64_t cost_microusd;                        /* millionths of a dollar; 0: not known */
	const char *const *paths;
	size_t n_paths;
	const char *const *others;
	size_t n_others;

	const struct wt_json *plan; /* run_planned, after parsing: borrowed from the document */
	const struct wt_json *config;
	const char *plan_text; /* run_planned, to be written: rendered JSON, borrowed */
	const char *config_text;
};

const char *wt_event_name(enum wt_event_kind kind);   /* "agent_started" */
const char *wt_outcome_name(enum wt_outcome outcome); /* "failed", ...; NULL for none */

/* The event is about one task: a record of it without one is damaged. */
bool wt_event_is_of_task(enum wt_event_kind kind);

/* One line without the newline, appended: v, seq, ts, event first, then what is not zero. */
void wt_event_render(const struct wt_event *ev, struct wt_buf *out);

/*
 * From a parsed line; texts are copied into the arena. An unknown event name gives kind NONE
 * and is no error. A member of the wrong type, a number out of range, an id that is none, a
 * folder that leaves the run's: WT_E_INPUT. Written by a newer wtorch: WT_E_STATE.
 */
WT_MUST_USE enum wt_code wt_event_parse(struct wt_arena *arena, const struct wt_json *doc,
					struct wt_event *out, struct wt_error *err);

#endif
