/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_REPORT_H
#define WT_CORE_REPORT_H

/*
 * What became of a run: the wtorch.report/1 document and its text and Markdown renderings, and
 * the wtorch.status/1 document. All are made from the same folded state and never from anything
 * else, so they cannot disagree.
 */

#include "wtorch/base/json.h"
#include "wtorch/core/config.h"
#include "wtorch/core/pulse.h"
#include "wtorch/core/sched.h"

struct wt_report_opts {
	int64_t now_wall_ms;   /* stands in for the end while the run goes on */
	bool is_ungated;       /* no gate is configured: said in every rendering */
	const char *state_dir; /* the run's folder, for the paths of logs; NULL: left out */
	const char *cwd;       /* absolute; worktrees are shown from here. NULL: absolute */
	const struct wt_config *config; /* the run's own, for targets and models; NULL: none */
	bool has_figures;      /* text: with a table of them; the other forms always have it */
	bool is_ascii;         /* text: the terminal cannot show a middle dot */
	size_t (*width)(struct wt_str text); /* columns of a text; NULL: its characters */
};

void wt_report_render_json(const struct wt_run_state *s, const struct wt_report_opts *o,
			   struct wt_jsonw *w);
/* The JSON's fields under "report:" (contract section 1). */
void wt_report_render_yaml(const struct wt_run_state *s, const struct wt_report_opts *o,
			   struct wt_buf *out);
void wt_report_render_markdown(const struct wt_run_state *s, const struct wt_report_opts *o,
			       struct wt_buf *out);
/* At most 80 columns, no colour: what stands at the end of a run. */
void wt_report_render_text(const struct wt_run_state *s, const struct wt_report_opts *o,
			   struct wt_buf *out);

/* One of the "runs" of wtorch.history/1; status is the final one, or what state it is in. damaged
 * records of its journal were left out. */
void wt_history_render_run(const struct wt_run_state *s, const struct wt_report_opts *o,
			   const char *status, size_t damaged, struct wt_jsonw *w);
/* One that cannot be read. */
void wt_history_render_unread(const char *id, const char *error, struct wt_jsonw *w);

/* What was seen of a task when the journal's word for its state was checked (witness.h). */
struct wt_witness {
	bool has_looked;
	bool is_alive;         /* its process was seen */
	int64_t pid;           /* of that */
	bool holds;            /* what was seen agrees with the journal */
	const char *looked_at; /* what that was; NULL: there is nothing but the journal */
	const char *problem;   /* they disagree: how, and what to type; else NULL */
	enum wt_state state;   /* what is true: never one of work that nobody does */
};

/* What its agent has told of itself since it was started, where it writes events. */
struct wt_told {
	bool is_known;
	const char *message, *tool; /* NULL: nothing; no tool in use */
	int64_t tokens_in, tokens_out, tokens_cached;
	int64_t cost_microusd; /* 0: not known */
};

/* What only the living world knows about an instance; optional. */
struct wt_live {
	double progress_percent; /* negative: not known */
	const char *message;     /* from its status file */
	struct wt_told told;
	int64_t cpu_ms, rss_bytes; /* negative: not known */
	const char *reason;        /* from wt_sched_why for those that wait */
	struct wt_witness witness;
	struct wt_pulse pulse;
};

/* Its newest word: of its status file, else of its events; NULL: none. */
const char *wt_live_message(const struct wt_live *live);

/* The state to show: what was seen, where somebody has looked. Stalled is only ever seen. live may
 * be NULL. */
enum wt_state wt_live_state(const struct wt_task_state *t, const struct wt_live *live);

struct wt_status_opts {
	int64_t now_wall_ms;
	int64_t now_ms; /* monotonic: that of the pulses */
	const struct wt_live *live; /* as plan->tasks, or NULL */
	const struct wt_load *load; /* NULL: not known */
	const struct wt_budget *budget; /* NULL: none */
	bool orchestrator_alive;
};

void wt_status_render_json(const struct wt_run_state *s, const struct wt_status_opts *o,
			   struct wt_jsonw *w);

/* What to type next about a task, one command a line, "" when nothing is to be done. */
void wt_report_next_steps(const struct wt_run_state *s, size_t task, struct wt_buf *out);

#endif
