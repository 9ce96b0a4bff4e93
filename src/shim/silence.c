/* SPDX-License-Identifier: MIT */
/* Tells a quiet agent from a stalled one, by three witnesses. */

#include "shim.h"

#include <fcntl.h>
#include <unistd.h>

/* See shim.h of the port for the figures. */
#define BUSY_PERCENT  5
#define MAX_WINDOW_MS 10000
#define LOOKS         4 /* at the work tree, within one silence */
/* The longest pause between two notes that is believed to have been watched. */
#define MAX_STEP_MS 15000

#define FREE_SPAN_MS (10 * 60 * 1000) /* where there is no limit */
#define QUIET_MS     (60 * 1000)

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void wt_shim_silence_init(struct wt_shim_silence *s, const struct wt_shim_spec *spec)
{
	*s = (struct wt_shim_silence){ .limit_ms = spec->silence_ms };
	s->span_ms = s->limit_ms ? s->limit_ms : FREE_SPAN_MS;
	s->window_ms = least(s->span_ms / LOOKS, MAX_WINDOW_MS);
	s->look_ms = s->span_ms / LOOKS;
	s->worktree = open(spec->cwd, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void wt_shim_silence_clear(struct wt_shim_silence *s)
{
	if (s->worktree >= 0)
		close(s->worktree);
	s->worktree = -1;
}

/* On a machine that is overloaded, whoever works may get no core for long: he is then found
 * waiting for one most of the time, and an event loop that waits for events is not. */
static void note_work(struct wt_shim_silence *s, int64_t now_ms, int64_t cpu_ms, bool is_active)
{
	int64_t passed = now_ms - s->window_begun_ms;
	int64_t used = cpu_ms - s->window_cpu_ms;

	s->window_notes++;
	s->window_active += is_active;
	if (passed < s->window_ms)
		return;
	if (used * 100 >= passed * BUSY_PERCENT || s->window_active * 2 > s->window_notes)
		s->idle_ms = 0;
	s->window_notes = s->window_active = 0;
	s->window_begun_ms = now_ms;
	s->window_cpu_ms = cpu_ms;
}

/* The first look has nothing to compare with: what may have changed before it counts as a
 * change, so that an end can come late and never early. */
static void look_at_worktree(struct wt_shim_silence *s)
{
	uint64_t print = s->worktree >= 0 ? wt_shim_scan(s->worktree) : 0;

	if (!s->has_print || print != s->print)
		s->same_ms = 0;
	s->has_print = true;
	s->print = print;
}

bool wt_shim_silence_note(struct wt_shim_silence *s, int64_t now_ms, int64_t log_size,
			  int64_t cpu_ms, bool is_active)
{
	int64_t step = least(now_ms - s->seen_ms, MAX_STEP_MS), quiet;

	if (!s->seen_ms) {
		step = 0;
		s->window_begun_ms = now_ms;
		s->window_cpu_ms = cpu_ms;
	}
	s->seen_ms = now_ms;
	s->silent_ms = log_size != s->log_size ? 0 : s->silent_ms + step;
	s->log_size = log_size;
	s->idle_ms += step;
	s->same_ms += step;
	note_work(s, now_ms, cpu_ms, is_active);
	quiet = least(s->silent_ms, s->idle_ms);
	if (quiet < s->span_ms / LOOKS)
		s->look_ms = s->span_ms / LOOKS;
	if (quiet < s->look_ms)
		return false;
	look_at_worktree(s);
	s->look_ms = quiet + s->span_ms / LOOKS;
	return s->limit_ms && quiet >= s->limit_ms && s->same_ms >= s->limit_ms;
}

struct wt_shim_verdict wt_shim_silence_judge(const struct wt_shim_silence *s)
{
	int64_t lifeless = least(least(s->silent_ms, s->idle_ms), s->same_ms);

	if (lifeless >= s->span_ms / 2)
		return (struct wt_shim_verdict){
			.name = WT_SHIM_STALLED,
			.since_ms = s->seen_ms - lifeless,
			.end_ms = s->limit_ms ? s->seen_ms + s->limit_ms - lifeless : 0
		};
	if (s->silent_ms >= least(QUIET_MS, s->span_ms / LOOKS))
		return (struct wt_shim_verdict){ .name = WT_SHIM_QUIET,
						 .since_ms = s->seen_ms - s->silent_ms };
	return (struct wt_shim_verdict){ .name = WT_SHIM_WORKING };
}
