/* SPDX-License-Identifier: MIT */
/* Waiting for who answers an agent's requests: for its reset, for a free place, for a moment. */

#include <inttypes.h>

#include "scheduler.h"
#include "wtorch/base/text.h"

void wt_sched_set_providers(struct wt_sched *s, const struct wt_providers *providers)
{
	s->providers = providers;
	s->asked = wt_arena_alloc(&s->arena, (providers->n + 1) * sizeof *s->asked);
	for (size_t i = 0; i < providers->n; i++)
		s->asked[i].next_start_ms = INT64_MIN;
}

void wt_sched_set_clock(struct wt_sched *s, int64_t now_ms, int64_t now_wall_ms)
{
	s->wall_ahead_ms = now_wall_ms - now_ms;
}

static size_t provider_of(const struct wt_sched *s, size_t task)
{
	return s->providers ? wt_providers_find(s->providers, s->plan->tasks[task].agent)
			    : WT_MAP_NONE;
}

static const struct wt_provider_state *stop_of(const struct wt_sched *s, size_t which)
{
	const struct wt_provider_state *p =
		wt_state_provider(&s->state, s->providers->items[which].name);

	return p && p->stop ? p : NULL;
}

/* Monotonic time from which on one agent may try; INT64_MAX: not by itself. */
static int64_t end_of_stop(const struct wt_sched *s, const struct wt_provider_state *p)
{
	return p->until_wall_ms ? p->until_wall_ms - s->wall_ahead_ms : INT64_MAX;
}

static bool may_ask(const struct wt_sched *s, size_t which, int64_t now_ms, int64_t *until_ms)
{
	const struct wt_provider *what = &s->providers->items[which];
	const struct sched_provider *p = &s->asked[which];
	const struct wt_provider_state *stop = stop_of(s, which);

	*until_ms = stop ? end_of_stop(s, stop) : INT64_MIN;
	if (*until_ms > now_ms)
		return false;
	*until_ms = INT64_MAX; /* what comes next ends with an event */
	if ((stop && p->probe) || (what->jobs && p->at_work >= what->jobs))
		return false;
	*until_ms = p->next_start_ms;
	return p->next_start_ms <= now_ms;
}

bool sched_may_ask(const struct wt_sched *s, size_t task, int64_t now_ms, size_t *which,
		   int64_t *until_ms)
{
	size_t provider = provider_of(s, task);

	if (provider == WT_MAP_NONE || may_ask(s, provider, now_ms, until_ms))
		return true;
	*which = provider;
	return false;
}

/* Its work being looked at keeps no agent busy. */
static bool is_at_work(enum wt_state state)
{
	return wt_state_is_living(state) && state != WT_GATING;
}

void sched_follow_provider(struct wt_sched *s, size_t task, enum wt_state from, enum wt_state to,
			   int64_t now_ms)
{
	size_t which = provider_of(s, task);
	struct sched_provider *p;

	if (which == WT_MAP_NONE || is_at_work(from) == is_at_work(to))
		return;
	p = &s->asked[which];
	if (is_at_work(to)) {
		p->at_work++;
		p->next_start_ms = now_ms + s->providers->items[which].start_gap_ms;
		if (stop_of(s, which))
			p->probe = task + 1;
		return;
	}
	p->at_work--;
	if (p->probe == task + 1)
		p->probe = 0;
}

/* The first that waits for it and still does, or WT_MAP_NONE. */
static size_t first_waiter(struct wt_sched *s, size_t which)
{
	struct wt_heap *waiters = &s->asked[which].waiters;

	while (waiters->len) {
		size_t task = waiters->items[0].value;

		if (s->tasks[task].spot == AT_PROVIDER && s->tasks[task].which == which)
			return task;
		wt_heap_pop(waiters);
	}
	return WT_MAP_NONE;
}

void sched_wake_providers(struct wt_sched *s, int64_t now_ms, int64_t *wake_ms)
{
	for (size_t i = 0; s->providers && i < s->providers->n; i++) {
		size_t task = first_waiter(s, i);
		int64_t until;

		if (task == WT_MAP_NONE)
			continue;
		if (may_ask(s, i, now_ms, &until)) {
			wt_heap_pop(&s->asked[i].waiters);
			sched_place(s, task, now_ms);
			until = now_ms; /* the next one when this has started, or cannot */
		}
		if (until != INT64_MAX && until > now_ms && (*wake_ms < 0 || until < *wake_ms))
			*wake_ms = until;
	}
}

/* Within what a run waits, from when it last went on. */
static bool is_soon(const struct wt_sched *s, const struct wt_provider_state *stop)
{
	return stop->until_wall_ms &&
	       stop->until_wall_ms - stop->since_wall_ms <= s->providers->wait_ms;
}

static const char *say_stop(struct wt_sched *s, const struct wt_provider_state *stop)
{
	struct wt_buf text = WT_BUF_INIT;

	if (!s->pause_reason) { /* in the arena once */
		wt_provider_render(stop, 0, &text);
		s->pause_reason = wt_arena_strdup(&s->arena, text.data);
		wt_buf_clear(&text);
	}
	return s->pause_reason;
}

bool sched_awaits_provider(struct wt_sched *s, int64_t now_ms, int64_t *soonest_ms,
			   const char **said)
{
	const struct wt_provider_state *late = NULL;
	bool waits = false;

	*soonest_ms = -1;
	for (size_t i = 0; s->providers && i < s->providers->n; i++) {
		const struct wt_provider_state *stop;
		int64_t until = now_ms;

		if (first_waiter(s, i) == WT_MAP_NONE)
			continue;
		waits = true;
		stop = stop_of(s, i);
		if (stop && !is_soon(s, stop)) {
			late = late ? late : stop;
			continue;
		}
		if (!may_ask(s, i, now_ms, &until) && until == INT64_MAX)
			continue;
		until = until > now_ms ? until : now_ms;
		if (*soonest_ms < 0 || until < *soonest_ms)
			*soonest_ms = until;
	}
	if (waits && *soonest_ms < 0 && late)
		*said = say_stop(s, late);
	return waits && (*soonest_ms >= 0 || late);
}

void sched_say_provider(const struct wt_sched *s, size_t task, int64_t now_ms, struct wt_buf *out)
{
	size_t which = provider_of(s, task);
	const struct wt_provider_state *stop = stop_of(s, which);
	const struct wt_provider *what = &s->providers->items[which];
	const struct sched_provider *p = &s->asked[which];

	if (stop) {
		wt_provider_render(stop, now_ms + s->wall_ahead_ms, out);
	} else if (what->jobs && p->at_work >= what->jobs) {
		wt_buf_printf(out, "provider %s has %zu of %zu at work", what->name, p->at_work,
			      what->jobs);
	} else {
		wt_buf_printf(out, "provider %s was asked a moment ago", what->name);
	}
}
