/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_PROVIDER_H
#define WT_CORE_PROVIDER_H

/*
 * Who answers the requests of agents: how many of its agents may work at once, how long to wait
 * between two starts, and, once it does not answer any more, until when nothing of it starts.
 *
 * That last thing is a circuit breaker. A provider_stopped opens it until a time; then one agent
 * is started as a probe, and the others follow once a provider_open says that it was answered. A
 * probe that is not answered either is a provider_stopped again, for longer.
 */

#include "wtorch/core/agentlog.h"
#include "wtorch/core/config.h"
#include "wtorch/core/state.h"

struct wt_provider {
	const char *name;
	size_t jobs;          /* agents at work at most; 0: as many as there may be */
	int64_t start_gap_ms; /* between two starts */
};

struct wt_providers {
	struct wt_provider *items;
	size_t n;
	const char *const *agents; /* names of the [agent] sections */
	size_t *of_agent;          /* the provider of each */
	size_t **later, *n_later;  /* of each, those of its fallback, WT_MAP_NONE: of none */
	size_t n_agents;
	const char *const *gates; /* names of the [gate] sections */
	size_t *of_gate;          /* of each, that of its reviewing agent, or WT_MAP_NONE */
	size_t n_gates;
	int64_t wait_ms; /* how long a run with nothing else to do waits for one */
};

/* Everything lives in the arena. */
void wt_providers_build(struct wt_arena *arena, const struct wt_config *config,
			struct wt_providers *out);
/* The provider of an agent, or WT_MAP_NONE. */
size_t wt_providers_find(const struct wt_providers *providers, const char *agent);
/* That of who is started for a task that is planned for that agent, after so many attempts that
 * failed (agentpick.h). */
size_t wt_providers_of_start(const struct wt_providers *providers, const char *planned,
			     size_t n_failed);
/* That of the agent that is the gate; WT_MAP_NONE: it is none. */
size_t wt_providers_of_gate(const struct wt_providers *providers, const char *gate);

/* What an agent told of its provider, at what time. */
struct wt_provider_news {
	enum wt_provider_stop stop;
	int64_t wall_ms;         /* when it told */
	int64_t until_wall_ms;   /* when it answers again; 0: not told */
	int64_t started_wall_ms; /* when that agent was started */
};

/*
 * Whether the news add something to what is known of the provider (NULL: nothing), and then the
 * record of it: stop, until, count. Not told, a quota is tried again after 5 minutes and an
 * overload after 30 seconds, twice as long after each probe, up to an hour. A login is waited
 * for without an end.
 */
bool wt_provider_judge(const struct wt_provider_state *known, const struct wt_provider_news *news,
		       struct wt_event *out);

/* That this task's agent is answered means that the provider, which was stopped, answers again:
 * it is the probe, or told of the stop itself and was answered after all. */
bool wt_provider_is_answered(const struct wt_provider_state *known, const char *task,
			     const struct wt_task_state *t);

/* "anthropic: quota, again at 03:00 UTC (2h 10m)"; with now_wall_ms 0 for a record, with the day
 * and without what is left. */
void wt_provider_render(const struct wt_provider_state *p, int64_t now_wall_ms, struct wt_buf *out);

#endif
