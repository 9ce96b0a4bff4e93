/* SPDX-License-Identifier: MIT */
/* The system's two clocks in milliseconds. */

#include <time.h>

#include "wtorch/adapter/adapters.h"

static int64_t read_ms(clockid_t clock)
{
	struct timespec t = { 0 };

	/* Cannot fail for the two clocks below: both are mandatory on Linux. */
	(void)clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t mono_ms(void *self)
{
	(void)self;
	return read_ms(CLOCK_MONOTONIC);
}

static int64_t wall_ms(void *self)
{
	(void)self;
	return read_ms(CLOCK_REALTIME);
}

static int64_t zone_ms(void *self, int64_t wall_ms)
{
	time_t at = (time_t)(wall_ms / 1000);
	struct tm local = { 0 };

	(void)self;
	return localtime_r(&at, &local) ? (int64_t)local.tm_gmtoff * 1000 : 0;
}

static void sleep_ms(void *self, int64_t ms)
{
	const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	(void)self;
	(void)!nanosleep(&t, NULL);
}

void wt_clock_posix(struct wt_clock *out)
{
	*out = (struct wt_clock){ .mono_ms = mono_ms,
				  .wall_ms = wall_ms,
				  .zone_ms = zone_ms,
				  .sleep = sleep_ms };
}
