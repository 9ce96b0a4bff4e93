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
	s->of_gate = wt_arena_alloc(&s->arena, (s->plan->n_gates + 1) * sizeof *s->of_gate);
	for (size_t i = 0; i < s->plan->n_gates; i++) {
		s->of_gate[i] = wt_providers_of_gate(providers, s->plan->gates[i].name);
		s->has_reviews |= s->of_gate[i] != WT_MAP_NONE;
	}
	if (s->has_reviews)
		s->reviews = wt_arena_alloc(&s->arena, s->plan->n_tasks * 2 * s->plan->n_gates + 1);
}

void wt_sched_set_clock(struct wt_sched *s, int64_t now_ms, int64_t now_wall_ms)
{
	s->wall_ahead_ms = now_wall_ms - now_ms;
}

/* Its round was begun, and nobody works in it yet. */
static bool is_between(const struct wt_task_state *t)
{
	return t->state == WT_FIXING && !t->pid;
}

static bool is_starting(const struct wt_task_state *t)
{
	return t->has_open_intent && t->intent == WT_EV_AGENT_STARTING;
}

/* That of the agent that works, or is to go on; else of the one that is started next. */
static size_t provider_of(const struct wt_sched *s, size_t task)
{
	const struct wt_task_state *t = &s->state.tasks[task];
	const char *planned = s->plan->tasks[task].agent;
	bool is_begun = wt_state_is_living(t->state) &&
			(t->state != WT_PREPARING || is_starting(t));

	if (!s->providers)
		return WT_MAP_NONE;
	return is_begun ? wt_providers_find(s->providers, t->agent ? t->agent : planned)
			: wt_providers_of_start(s->providers, planned, t->charged);
}

static const struct wt_provider_state *stop_of(const struct wt_sched *s, size_t which)
{
	const struct wt_provider_state *p =
		wt_state_provider(&s->state, s->providers->items[which].name);

	return p && p->stop ? p : NULL;
}

bool sched_is_stopped(const struct wt_sched *s, size_t which)
{
	return stop_of(s, which) != NULL;
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

bool sched_may_review(const struct wt_sched *s, size_t gate, int64_t now_ms, size_t *which,
		      int64_t *until_ms)
{
	size_t provider = s->has_reviews ? s->of_gate[gate] : WT_MAP_NONE;

	if (provider == WT_MAP_NONE || may_ask(s, provider, now_ms, until_ms))
		return true;
	*which = provider;
	return false;
}

/* Its work being looked at keeps no agent busy, nor does a round before it is started. */
static bool is_at_work(const struct wt_task_state *t)
{
	return wt_state_is_living(t->state) && t->state != WT_GATING &&
	       (!is_between(t) || is_starting(t));
}

/* who: a number of its own for each agent and each reviewer, from 1. */
static void begin_asking(struct wt_sched *s, size_t which, size_t who, int64_t now_ms)
{
	struct sched_provider *p = &s->asked[which];

	p->at_work++;
	p->next_start_ms = now_ms + s->providers->items[which].start_gap_ms;
	if (stop_of(s, which))
		p->probe = who;
}

static void end_asking(struct wt_sched *s, size_t which, size_t who)
{
	struct sched_provider *p = &s->asked[which];

	p->at_work--;
	if (p->probe == who)
		p->probe = 0;
}

static void follow_review(struct wt_sched *s, size_t at, size_t gate, bool is_open, int64_t now_ms)
{
	size_t who = s->plan->n_tasks + 1 + at;

	if (s->of_gate[gate] == WT_MAP_NONE || s->reviews[at] == is_open)
		return;
	s->reviews[at] = is_open;
	if (is_open)
		begin_asking(s, s->of_gate[gate], who, now_ms);
	else
		end_asking(s, s->of_gate[gate], who);
}

static void follow_reviews(struct wt_sched *s, size_t task, int64_t now_ms)
{
	const struct wt_task_state *t = &s->state.tasks[task];
	const struct wt_judgment *both[] = { &t->judged, &t->merging };
	size_t n = s->plan->n_gates;

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < n; i++)
			follow_review(s, (task * 2 + k) * n + i, i,
				      both[k]->gates && both[k]->gates[i].is_open, now_ms);
}

void sched_follow_provider(struct wt_sched *s, size_t task, int64_t now_ms)
{
	struct sched_task *t = &s->tasks[task];
	size_t which = s->providers && is_at_work(&s->state.tasks[task]) ? provider_of(s, task)
									 : WT_MAP_NONE;
	size_t asks = which == WT_MAP_NONE ? 0 : which + 1;

	if (s->has_reviews)
		follow_reviews(s, task, now_ms);
	if (t->asks == asks)
		return;
	if (t->asks)
		end_asking(s, t->asks - 1, task + 1);
	t->asks = asks;
	if (asks)
		begin_asking(s, which, task + 1, now_ms);
}

void sched_await_none(struct wt_sched *s)
{
	s->n_held = 0;
	for (size_t i = 0; s->providers && i < s->providers->n; i++)
		s->asked[i].is_awaited = false;
}

void sched_await(struct wt_sched *s, size_t which, int64_t until_ms, struct wt_action *out)
{
	s->asked[which].is_awaited = true;
	if (until_ms != INT64_MAX && (out->wake_ms < 0 || until_ms < out->wake_ms))
		out->wake_ms = until_ms;
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

		if (first_waiter(s, i) == WT_MAP_NONE && !s->asked[i].is_awaited)
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
