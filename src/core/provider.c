/* SPDX-License-Identifier: MIT */
/* Providers of agents: what the configuration says of them, and when one may be asked again. */

#include "wtorch/core/provider.h"

#include <string.h>

#include "wtorch/core/agentkind.h"

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

	p->name = name_of(config, agent);
	if (gap > p->start_gap_ms)
		p->start_gap_ms = gap;
	if (!wt_config_has_name(config, "provider", p->name))
		return;
	p->jobs = (size_t)wt_config_named_int(config, "provider", p->name, "jobs");
	if (wt_config_named_text(config, "provider", p->name, "start_gap"))
		p->start_gap_ms = wt_config_named_int(config, "provider", p->name, "start_gap");
}

void wt_providers_build(struct wt_arena *arena, const struct wt_config *config,
			struct wt_providers *out)
{
	size_t n;

	*out = (struct wt_providers){ .wait_ms = wt_config_int(config, "run.provider_wait") };
	n = wt_config_names(config, "agent", &out->agents);
	out->n_agents = n;
	out->items = wt_arena_alloc(arena, (n + 1) * sizeof *out->items);
	out->of_agent = wt_arena_alloc(arena, (n + 1) * sizeof *out->of_agent);
	for (size_t i = 0; i < n; i++) {
		size_t p = 0;

		while (p < out->n &&
		       strcmp(out->items[p].name, name_of(config, out->agents[i])) != 0)
			p++;
		out->n += p == out->n;
		out->of_agent[i] = p;
		set_provider(&out->items[p], config, out->agents[i]);
	}
}

size_t wt_providers_find(const struct wt_providers *providers, const char *agent)
{
	for (size_t i = 0; agent && i < providers->n_agents; i++)
		if (strcmp(providers->agents[i], agent) == 0)
			return providers->of_agent[i];
	return WT_MAP_NONE;
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

bool wt_provider_judge(const struct wt_provider_state *known, const struct wt_provider_news *news,
		       struct wt_event *out)
{
	bool is_new = !is_stopped(known) || is_probe(known, news->started_wall_ms);
	int64_t until = news->until_wall_ms;
	size_t row = 1;

	if (news->stop == WT_PROVIDER_ANSWERS)
		return false;
	if (is_stopped(known))
		row = known->row + (is_new && known->row < MAX_ROW);
	if (until > news->wall_ms + MAX_TOLD_MS)
		until = news->wall_ms + MAX_TOLD_MS;
	if (news->stop == WT_PROVIDER_LOGIN)
		until = 0;
	else if (until <= news->wall_ms)
		until = is_new ? news->wall_ms + guess_ms(news->stop, row) : news->wall_ms;
	/* Others that worked at the time tell the same: only what is worse than that counts, and
	 * no login of before a person has come. */
	if (!is_new && known->stop == WT_PROVIDER_LOGIN)
		return false;
	if (!is_new &&
	    (!known->until_wall_ms || (until && until <= known->until_wall_ms + 5 * SECOND)))
		return false;
	out->stop = wt_provider_stop_name(news->stop);
	out->until_wall_ms = until;
	out->count = (int64_t)row;
	return true;
}

bool wt_provider_is_answered(const struct wt_provider_state *known, int64_t started_wall_ms)
{
	return is_stopped(known) && is_probe(known, started_wall_ms);
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
	if (left <= 0) {
		wt_buf_puts(out, "one agent tries first");
		return;
	}
	/* "2026-11-21T03:00:00Z"; the day only where it is far. */
	wt_text_render_time(&time, p->until_wall_ms);
	if (left >= DAY)
		wt_buf_printf(out, "again at %.10s %.5s UTC (", time.data, time.data + 11);
	else
		wt_buf_printf(out, "again at %.5s UTC (", time.data + 11);
	wt_text_render_duration(out, left < SECOND ? SECOND : left);
	wt_buf_putc(out, ')');
	wt_buf_clear(&time);
}
