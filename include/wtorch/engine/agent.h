/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_AGENT_H
#define WT_ENGINE_AGENT_H

/*
 * The agent of an attempt: its prompt, argument list and environment (contract section 5), its
 * start under a shim, its status file, and its exit record.
 */

#include "wtorch/core/agentlog.h"
#include "wtorch/core/pulse.h"
#include "wtorch/engine/worktree.h"

/* Everything that must be there before an agent can be started for any task: the [agent]
 * section exists, its program is found and executable, its templates have no unknown words.
 * `run` checks this before it makes anything. program, if not NULL, gets the program's path. */
WT_MUST_USE enum wt_code wt_agent_check(const struct wt_ports *ports,
					const struct wt_config *config, const char *agent,
					struct wt_buf *program, struct wt_error *err);

/* As far as it can be seen before it is started, nobody will know what the agent costs, with that
 * model (NULL: that of its section): then why not is appended. */
bool wt_agent_hides_cost(const struct wt_config *config, const char *agent, const char *model,
			 struct wt_buf *why);

/* The prompt template that tasks of that agent, or of that [template] section (NULL: of none),
 * are told by: if one is named, it can be read and has no unknown words. */
WT_MUST_USE enum wt_code wt_prompt_check(const struct wt_ports *ports,
					 const struct wt_config *config, const char *agent,
					 const char *template, struct wt_error *err);

/*
 * Writes the prompt into the agent's folder (wt_run_agent_dir: the record of its start is noted by
 * now) and starts the agent in the worktree. failure is what the attempt before died of, or what a
 * round is to mend, for the prompt; NULL on the first. session is a conversation to take up: then
 * failure alone is the prompt. slot numbers the living instances from 0 and leases a range of
 * ports.
 */
struct wt_agent_opts {
	size_t task, attempt, round;
	const char *session;
	const struct wt_worktree *worktree;
	const char *failure;
	const char *knowledge; /* Markdown, or "" */
	size_t slot;
	uint64_t token; /* of WT_WAKE_EXIT */
};
WT_MUST_USE enum wt_code wt_agent_start(struct wt_run *run, const struct wt_agent_opts *o,
					struct wt_proc_id *out, struct wt_error *err);

/* How an agent's shim ended; from exit.json, or "lost" when there is none. Never fails: what
 * cannot be read is lost, with the reason in error. */
struct wt_agent_exit {
	const char *reason; /* as in port/shim.h, or lost */
	int64_t code, signal;
	const char *error; /* what the reason alone does not say, or NULL */
	int64_t cpu_ms, peak_rss_bytes, duration_ms, survivors;
};
void wt_agent_read_exit(struct wt_run *run, const char *dir, struct wt_agent_exit *out);

/*
 * The log of an agent that writes events, read as it grows. What cannot be read was not told. Of
 * a log that is larger than WT_MAX_LOG_READ at first only the end is read, which has the last
 * event.
 *
 *	log = wt_agent_log_open(run, task, dir)               NULL: its output has no events
 *	log = wt_agent_log_open_review(run, agent, dir)       the same, of an agent that is a gate
 *	wt_agent_log_read(log, max)                           as often as there may be more
 *	wt_agent_log_finish(log, arena, &told)                once, when it has ended
 *	wt_agent_log_free(log)
 */
#define WT_MAX_LOG_READ (INT64_C(1) << 30)
struct wt_agent_log;
struct wt_agent_log *wt_agent_log_open(const struct wt_run *run, size_t task, const char *dir);
struct wt_agent_log *wt_agent_log_open_review(const struct wt_run *run, const char *agent,
					      const char *dir);
/* How many bytes there were. */
size_t wt_agent_log_read(struct wt_agent_log *log, size_t max_bytes);
const struct wt_agentlog *wt_agent_log_told(const struct wt_agent_log *log);
/* Of this start alone, also where the agent goes on with a conversation and counts all of it. */
struct wt_usage wt_agent_log_usage(const struct wt_agent_log *log);
/* When its provider answers again, of what it told just now; 0: not told. */
int64_t wt_agent_log_until(const struct wt_agent_log *log);
/* In millionths of a dollar, as the agent says, else by the price of its model, which is the one
 * that it was told, or that it says it works with; 0: not known. */
int64_t wt_agent_log_cost(const struct wt_agent_log *log);
void wt_agent_log_free(struct wt_agent_log *log);

/* What it told in the end; strings live in the arena. */
struct wt_agent_told {
	const char *said;  /* "done", "failed", "nothing"; NULL: its output has no events */
	const char *error; /* why it failed, by its own words; NULL: it did not say */
	const char *session;
	const char *model; /* that it works with; NULL: it did not say */
	int64_t tokens_in, tokens_out, tokens_cached;
	int64_t cost_microusd; /* 0: nobody knows */
	const char *odd;       /* what in it cannot be, or NULL */
	enum wt_provider_stop stop;
	int64_t until_wall_ms; /* when its provider answers again; 0: not told */
};
/* Reads what is left; log may be NULL. */
void wt_agent_log_finish(struct wt_agent_log *log, struct wt_arena *a, struct wt_agent_told *out);

/* The raw text of its last message, as far as it writes events; appended. */
void wt_agent_read_answer(const struct wt_ports *ports, const struct wt_config *config,
			  const char *agent, const char *dir, struct wt_buf *out);

/* What it inherits from our own environment and its section, and then own (both NULL-terminated):
 * what its commands and the gates of its work see. In the run's arena. */
const char *const *wt_agent_env(struct wt_run *run, const char *agent, const char *const *own);
/* The first of the leased ports of that slot. */
unsigned wt_agent_port(const struct wt_run *run, size_t slot);
/* A name that marks all that is started by one start and nothing else. */
void wt_agent_new_instance(const struct wt_ports *ports, char out[33]);

/* What an agent says about itself; a hint for people. False when there is nothing to read or it
 * is not the document of the contract. message lives in the arena, made safe and short. */
bool wt_agent_read_status(const struct wt_ports *ports, struct wt_arena *a, const char *dir,
			  const char *worktree, double *percent, const char **message);

/* What the shim of a living agent says about it; working when it has said nothing yet. */
void wt_agent_read_pulse(const struct wt_ports *ports, struct wt_arena *a, const char *dir,
			 struct wt_pulse *out);

#endif
