/* SPDX-License-Identifier: MIT */
#ifndef WT_CLI_EVENT_TEXT_H
#define WT_CLI_EVENT_TEXT_H

/* Events in the words that people see, one line each, for `why` and `logs`. */

#include "wtorch/core/plan.h"
#include "wtorch/core/event.h"

struct wt_event_text {
	const struct wt_plan *plan;
	const char *cwd; /* absolute; paths are shown from here */
};

/* What happened, without its time and task, and not made safe for a terminal. */
void wt_event_text_render(const struct wt_event_text *t, const struct wt_event *ev,
			  struct wt_buf *out);

#endif
