/* SPDX-License-Identifier: MIT */
/* Waiting for one thing while others happen, which are kept for later. */

#include <signal.h>

#include "drive.h"

int64_t wt_drive_now(const struct wt_drive *d)
{
	const struct wt_clock *clock = d->run->ports->clock;

	return clock->mono_ms(clock->self);
}

static bool is_ending_signal(const struct wt_wake *wake)
{
	return wake->kind == WT_WAKE_SIGNAL && (wake->signo == SIGINT || wake->signo == SIGTERM);
}

enum wt_code wt_drive_await(struct wt_drive *d, uint64_t token, int64_t limit_ms, bool *came,
			    struct wt_error *err)
{
	const struct wt_proc *p = d->run->ports->proc;
	int64_t until = wt_drive_now(d) + limit_ms;

	*came = false;
	for (int64_t left = limit_ms; left > 0; left = until - wt_drive_now(d)) {
		struct wt_wake wake;
		enum wt_code rc = p->wait(p->self, left, &wake, err);

		if (rc)
			return rc;
		*came = token && wake.token == token && wake.kind == WT_WAKE_EXIT;
		if (*came)
			return WT_OK;
		if (wake.kind == WT_WAKE_TIME)
			continue;
		*WT_ARENA_PUSH(&d->run->arena, d->kept, d->n_kept, d->cap_kept) = wake;
		d->n_signals += is_ending_signal(&wake);
		if (is_ending_signal(&wake))
			return WT_OK;
	}
	return WT_OK;
}
