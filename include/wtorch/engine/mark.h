/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_MARK_H
#define WT_ENGINE_MARK_H

/*
 * roadmap.commit = separate: who reads the source of a task sees that it is in progress or has
 * failed, while the run goes on. Each change is a commit of its own on the base, made like a
 * landing: in memory, moved by compare-and-swap, the checkout of the base brought along, intent
 * and fact in the journal.
 *
 * It is a courtesy: what cannot be marked is told once and holds nobody up. A status that a
 * person wrote there meanwhile stays.
 */

#include "wtorch/engine/runs.h"

/*
 * Brings the sources up to what the tasks are by now, and settles what was begun before. tried
 * has a byte for each task of the plan, zero at first. With is_ending, what did not come to an end
 * is planned again. Fails only when the journal cannot be written.
 */
WT_MUST_USE enum wt_code wt_mark_statuses(struct wt_run *run, unsigned char *tried, bool is_ending,
					  struct wt_error *err);

#endif
