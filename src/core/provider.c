/* SPDX-License-Identifier: MIT */
/* Providers of agents: what the configuration says of them, and when one may be asked again. */

#include "wtorch/core/provider.h"

#include <string.h>

#include "wtorch/core/agentkind.h"
#include "wtorch/core/agentpick.h"

#define SECOND       INT64_C(1000)
#define MINUTE       (60 * SECOND)
#define HOUR         (60 * MINUTE)
#define DAY          (24 * HOUR)
#define MAX_GUESS_MS HOUR
#define MAX_TOLD_MS  (31 * DAY) /* nobody resets later than in a month */
#define MAX_ROW      1000u

static const struct wt_agent_kind *kind_of(const struct wt_config *config, const char *agent)
{
	return wt_agent_kind_find(wt_config_named_text(config, "agent", agent, "kind"));
}

/* A program of which nobody knows whom it asks has a provider to itself. */
static const char *name_of(const struct wt_config *config, const char *agent)
{
	const char *name = wt_config_named_text(config, "agent", agent, "provider");

	if (!name)
		name = kind_of(config, agent)->provider;
	return name ? name : agent;
}

static void set_provider(struct wt_provider *p, const struct wt_config *config, const char *agent)
{
	int64_t gap = kind_of(config, agent)->start_gap_ms;

	if (gap > p->start_gap_ms)
		p->start_gap_ms = gap;
	if (!wt_config_has_name(config, "provider", p->name))
		return;
	p->jobs = (size_t)wt_config_named_int(config, "provider", p->name, "jobs");
	if (wt_config_named_text(config, "provider", p->name, "start_gap"))
		p->start_gap_ms = wt_config_named_int(config, "provider", p->name, "start_gap");
}

/* Those of the agents that try what agent i has failed at. */
static void find_later(struct wt_arena *arena, const struct wt_config *config, size_t i,
		       struct wt_providers *out)
{
	const char *const *list;

	list = wt_config_named_list(config, "agent", out->agents[i], "fallback", &out->n_later[i]);
	out->later[i] = wt_arena_alloc(arena, (out->n_later[i] + 1) * sizeof *out->later[i]);
	for (size_t k = 0; k < out->n_later[i]; k++) {
		struct wt_agent_choice choice;
		bool is_one = wt_agent_choice_parse(arena, list[k], &choice);

		out->later[i][k] = is_one ? wt_providers_find(out, choice.agent) : WT_MAP_NONE;
	}
}

static void find_reviewers(struct wt_arena *arena, const struct wt_config *config,
			   struct wt_providers *out)
{
	const char *const *names, **gates;
	size_t n = wt_config_names(config, "gate", &names);

	gates = wt_arena_alloc(arena, (n + 1) * sizeof *gates);
	out->of_gate = wt_arena_alloc(arena, (n + 1) * sizeof *out->of_gate);
	for (size_t i = 0; i < n; i++) {
		gates[i] = wt_arena_strdup(arena, names[i]);
		out->of_gate[i] = wt_providers_find(
			out, wt_config_named_text(config, "gate", names[i], "agent"));
	}
	out->gates = gates;
	out->n_gates = n;
}

void wt_providers_build(struct wt_arena *arena, const struct wt_config *config,
			struct wt_providers *out)
{
	const char *const *names, **agents;
	size_t n = wt_config_names(config, "agent", &names);

	*out = (struct wt_providers){ .wait_ms = wt_config_int(config, "run.provider_wait"),
				      .n_agents = n };
	agents = wt_arena_alloc(arena, (n + 1) * sizeof *agents);
	out->items = wt_arena_alloc(arena, (n + 1) * sizeof *out->items);
	out->of_agent = wt_arena_alloc(arena, (n + 1) * sizeof *out->of_agent);
	for (size_t i = 0; i < n; i++) {
		const char *name = name_of(config, names[i]);
		size_t p = 0;

		while (p < out->n && strcmp(out->items[p].name, name) != 0)
			p++;
		if (p == out->n)
			out->items[out->n++].name = wt_arena_strdup(arena, name);
		agents[i] = wt_arena_strdup(arena, names[i]);
		out->of_agent[i] = p;
		set_provider(&out->items[p], config, names[i]);
	}
	out->agents = agents;
	out->later = wt_arena_alloc(arena, (n + 1) * sizeof *out->later);
	out->n_later = wt_arena_alloc(arena, (n + 1) * sizeof *out->n_later);
	for (size_t i = 0; i < n; i++)
		find_later(arena, config, i, out);
	find_reviewers(arena, config, out);
}

static size_t find_name(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; name && i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return WT_MAP_NONE;
}

size_t wt_providers_find(const struct wt_providers *providers, const char *agent)
{
	size_t i = find_name(providers->agents, providers->n_agents, agent);

	return i == WT_MAP_NONE ? i : providers->of_agent[i];
}

size_t wt_providers_of_start(const struct wt_providers *providers, const char *planned,
			     size_t n_failed)
{
	size_t i = find_name(providers->agents, providers->n_agents, planned), n;

	if (i == WT_MAP_NONE)
		return i;
	n = providers->n_later ? providers->n_later[i] : 0;
	if (!n || !n_failed)
		return providers->of_agent[i];
	return providers->later[i][n_failed < n ? n_failed - 1 : n - 1];
}

size_t wt_providers_of_gate(const struct wt_providers *providers, const char *gate)
{
	size_t i = find_name(providers->gates, providers->n_gates, gate);

	return i == WT_MAP_NONE ? i : providers->of_gate[i];
}

/* the breaker */

static int64_t guess_ms(enum wt_provider_stop stop, size_t row)
{
	int64_t ms = stop == WT_PROVIDER_OVERLOAD ? 30 * SECOND : 5 * MINUTE;

	for (size_t i = 1; i < row && ms < MAX_GUESS_MS; i++)
		ms *= 2;
	return ms < MAX_GUESS_MS ? ms : MAX_GUESS_MS;
}

static bool is_stopped(const struct wt_provider_state *p)
{
	return p && p->stop != WT_PROVIDER_ANSWERS;
}

/* Started behind the newest stop: only a probe is. */
static bool is_probe(const struct wt_provider_state *p, int64_t started_wall_ms)
{
	return started_wall_ms > p->stopped_wall_ms;
}

/* Others that were at work when it stopped tell the same: only a later time that they were told
 * counts, or a login, and that only once. */
static bool adds(const struct wt_provider_state *known, const struct wt_provider_news *news)
{
	if (known->stop == WT_PROVIDER_LOGIN)
		return false;
	if (news->stop == WT_PROVIDER_LOGIN)
		return true;
	return news->until_wall_ms > news->wall_ms &&
	       news->until_wall_ms > known->until_wall_ms + 5 * SECOND;
}

bool wt_provider_judge(const struct wt_provider_state *known, const struct wt_provider_news *news,
		       struct wt_event *out)
{
	bool is_new = !is_stopped(known) || is_probe(known, news->started_wall_ms);
	int64_t until = news->until_wall_ms;
	size_t row = is_stopped(known) ? known->row + (is_new && known->row < MAX_ROW) : 1;

	if (news->stop == WT_PROVIDER_ANSWERS || (!is_new && !adds(known, news)))
		return false;
	if (until > news->wall_ms + MAX_TOLD_MS)
		until = news->wall_ms + MAX_TOLD_MS;
	if (until <= news->wall_ms)
		until = news->wall_ms + guess_ms(news->stop, row);
	out->stop = wt_provider_stop_name(news->stop);
	out->until_wall_ms = news->stop == WT_PROVIDER_LOGIN ? 0 : until;
	out->count = (int64_t)row;
	return true;
}

bool wt_provider_is_answered(const struct wt_provider_state *known, const char *task,
			     const struct wt_task_state *t)
{
	if (!is_stopped(known))
		return false;
	return is_probe(known, t->started_wall_ms) ||
	       (known->told_by && strcmp(known->told_by, task) == 0 &&
		known->told_attempt == t->attempt);
}

void wt_provider_render(const struct wt_provider_state *p, int64_t now_wall_ms, struct wt_buf *out)
{
	struct wt_buf time = WT_BUF_INIT;
	int64_t left = p->until_wall_ms - now_wall_ms;

	wt_buf_puts(out, p->name);
	if (p->stop == WT_PROVIDER_LOGIN && !p->until_wall_ms) {
		wt_buf_puts(out, ": it needs a login, then wtorch resume");
		return;
	}
	wt_buf_printf(out, ": %s, ", wt_provider_stop_name(p->stop));
	if (now_wall_ms && left <= 0) {
		wt_buf_puts(out, "one agent tries first");
		return;
	}
	/* "2026-11-21T03:00:00Z"; the day only where it is far, or nobody knows when it is read. */
	wt_text_render_time(&time, p->until_wall_ms);
	wt_buf_puts(out, "again at ");
	if (!now_wall_ms || left >= DAY)
		wt_buf_printf(out, "%.10s ", time.data);
	wt_buf_printf(out, "%.5s UTC", time.data + 11);
	if (now_wall_ms) {
		wt_buf_puts(out, " (");
		wt_text_render_duration(out, left < SECOND ? SECOND : left);
		wt_buf_putc(out, ')');
	}
	wt_buf_clear(&time);
}
