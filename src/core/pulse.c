/* SPDX-License-Identifier: MIT */
/* The words for how a living agent is doing. */

#include "wtorch/core/pulse.h"

static const struct {
	const char *name, *text;
} kinds[WT_PULSE_COUNT] = {
	[WT_PULSE_WORKING] = { "working", NULL },
	[WT_PULSE_QUIET] = { "quiet", "no output" },
	[WT_PULSE_STALLED] = { "stalled", "idle" },
	[WT_PULSE_FINISHED] = { "finished", "done, not exited" },
};

const char *wt_pulse_name(enum wt_pulse_kind kind)
{
	return kinds[kind].name;
}

enum wt_pulse_kind wt_pulse_find(struct wt_str name)
{
	for (enum wt_pulse_kind k = WT_PULSE_WORKING; k < WT_PULSE_COUNT; k++)
		if (wt_str_is(name, kinds[k].name))
			return k;
	return WT_PULSE_UNKNOWN;
}

void wt_pulse_render(const struct wt_pulse *pulse, int64_t now_ms, struct wt_buf *out)
{
	if (!kinds[pulse->kind].text)
		return;
	wt_buf_puts(out, kinds[pulse->kind].text);
	if (pulse->since_ms > 0 && now_ms > pulse->since_ms) {
		wt_buf_putc(out, ' ');
		wt_text_render_duration(out, now_ms - pulse->since_ms);
	}
	if (pulse->end_ms > now_ms) {
		wt_buf_puts(out, ", ends in ");
		wt_text_render_duration(out, pulse->end_ms - now_ms);
	}
}
