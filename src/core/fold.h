/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_FOLD_H
#define WT_CORE_FOLD_H

/* Between the table of moves (state_moves.c) and the fold (state.c). */

#include "wtorch/core/state.h"

/* Sets of states. */
#define IN(state) (1u << (state))
#define RUNNING   (IN(WT_WORKING) | IN(WT_STALLED) | IN(WT_FIXING))
#define LIVING    (IN(WT_PREPARING) | IN(WT_GATING) | RUNNING)
#define LANDING   (IN(WT_QUEUED) | IN(WT_MERGING))
#define FAILURES  (IN(WT_FAILED) | IN(WT_TIMEOUT) | IN(WT_KEPT))
#define UNLANDED  (FAILURES | IN(WT_CONFLICT) | IN(WT_STOPPED))
#define DONE      (IN(WT_MERGED) | IN(WT_NO_CHANGES))
#define FINAL     (UNLANDED | DONE | IN(WT_SKIPPED))
#define ANY       (~0u)
#define UNMERGED  (ANY & ~IN(WT_MERGED))

/* The state that the event leads the task to, -1 when it is not allowed in its present one. */
int wt_state_move(const struct wt_task_state *t, const struct wt_event *ev);

/* An event of the next attempt while the records of its beginning are missing: it began all the
 * same, or nobody could have written this. */
bool wt_state_is_next_attempt(const struct wt_task_state *t, const struct wt_event *ev);

/* The same for the next round of its newest attempt. */
bool wt_state_is_next_round(const struct wt_task_state *t, const struct wt_event *ev);

/* state_note.c: what the event adds to the task behind the move from `from`. */
void wt_state_note(struct wt_run_state *s, size_t task, enum wt_state from,
		   const struct wt_event *ev);

/* state_gate.c: what the gates say of it. */

void wt_state_init_gates(struct wt_run_state *s);
/* An agent did its work, by how it ended and what it said. */
bool wt_state_is_success(const struct wt_task_state *t);
/* The sum of what that agent and model took; made where there is none. */
struct wt_spending *wt_state_spending(struct wt_run_state *s, const char *agent, const char *model);
void wt_state_note_gates(struct wt_run_state *s, size_t task, enum wt_state from,
			 const struct wt_event *ev);
/* Of the base; false when the run has no such gate. */
bool wt_state_note_base(struct wt_run_state *s, const struct wt_event *ev);
/* The run is taken up again: the base is asked again what it did not pass. */
void wt_state_ask_base_again(struct wt_run_state *s);

/* state.c: moves a task, with all that is counted. */
void wt_state_set(struct wt_run_state *s, size_t task, enum wt_state to);
/* state_stream.c: what an event of a task means for its workstreams, or of one for its primary. */
void wt_state_note_streams(struct wt_run_state *s, size_t task, enum wt_state from,
			   const struct wt_event *ev);

/* From one time to another; 0 when one is not known or the clock was set back between them. */
int64_t wt_state_span(int64_t from_ms, int64_t to_ms);

#endif
