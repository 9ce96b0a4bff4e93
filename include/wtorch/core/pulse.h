/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_PULSE_H
#define WT_CORE_PULSE_H

/*
 * How a living agent is doing, as its shim sees it: a hint for people, by which nothing is
 * decided. It is a sample, so it is no event and no journal tells of it.
 */

#include "wtorch/base/buf.h"
#include "wtorch/base/text.h"

enum wt_pulse_kind {
	WT_PULSE_UNKNOWN, /* nobody has looked, or there is no agent */
	WT_PULSE_WORKING,
	WT_PULSE_QUIET,    /* no output, and not stalled yet */
	WT_PULSE_STALLED,  /* no sign of life */
	WT_PULSE_FINISHED, /* it has said its last word and has not gone */
	WT_PULSE_COUNT
};

struct wt_pulse {
	enum wt_pulse_kind kind;
	int64_t since_ms, end_ms; /* monotonic; 0: there is none. end: then it will be ended */
};

const char *wt_pulse_name(enum wt_pulse_kind kind);   /* NULL for UNKNOWN */
enum wt_pulse_kind wt_pulse_find(struct wt_str name); /* UNKNOWN for any other word */
/* "idle 7m, ends in 3m": short, for a column. Nothing where there is nothing to say. */
void wt_pulse_render(const struct wt_pulse *pulse, int64_t now_ms, struct wt_buf *out);

#endif
