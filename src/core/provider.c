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
