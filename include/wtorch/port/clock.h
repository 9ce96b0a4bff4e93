/* SPDX-License-Identifier: MIT */
#ifndef WT_PORT_CLOCK_H
#define WT_PORT_CLOCK_H

/* The two clocks. Durations and deadlines are taken from mono_ms, which never goes back; only
 * what a person reads is wall time (milliseconds since 1970, UTC). */

#include <stdint.h>

struct wt_clock {
	void *self;
	int64_t (*mono_ms)(void *self);
	int64_t (*wall_ms)(void *self);
	/* What the clocks of the user's zone are ahead of UTC at that moment. */
	int64_t (*zone_ms)(void *self, int64_t wall_ms);
	/* Waits, for nothing but time: a second at most, and only where nothing else has to be
	 * heard (else proc->wait). A signal may end it early. */
	void (*sleep)(void *self, int64_t ms);
};

#endif
