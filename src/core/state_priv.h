/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_STATE_PRIV_H
#define WT_CORE_STATE_PRIV_H

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

/* The state that the event leads the task to, -1 when it is not allowed in its present one. */
int wt_state_move(const struct wt_task_state *t, const struct wt_event *ev);

#endif
