/* SPDX-License-Identifier: MIT */
/* Records of providers that do not answer, and of those that do again. */

#include "agent_argv.h"
#include "provider.h"

const char *wt_provider_of(const struct wt_run *run, size_t task)
{
	size_t which = wt_providers_find(&run->providers, wt_agent_of(run, task));

	return which == WT_MAP_NONE ? NULL : run->providers.items[which].name;
}

enum wt_code wt_provider_note_stop(struct wt_run *run, size_t task, enum wt_provider_stop stop,
				   int64_t until_wall_ms, const char *words, struct wt_error *err)
{
	const struct wt_clock *clock = run->ports->clock;
	const struct wt_task_state *t = &wt_run_state(run)->tasks[task];
	const struct wt_provider_news news = { .stop = stop,
					       .wall_ms = clock->wall_ms(clock->self),
					       .until_wall_ms = until_wall_ms,
					       .started_wall_ms = t->started_wall_ms };
	struct wt_event ev = { .kind = WT_EV_PROVIDER_STOPPED,
			       .task = run->plan.tasks[task].task.id,
			       .attempt = t->attempt,
			       .provider = wt_provider_of(run, task),
			       .reason = words };

	if (!ev.provider ||
	    !wt_provider_judge(wt_state_provider(wt_run_state(run), ev.provider), &news, &ev))
		return WT_OK;
	return wt_run_note(run, &ev, WT_DURABLE, err);
}

enum wt_code wt_provider_note_answer(struct wt_run *run, size_t task, struct wt_error *err)
{
	const struct wt_run_state *s = wt_run_state(run);
	struct wt_event ev = { .kind = WT_EV_PROVIDER_OPEN,
			       .task = run->plan.tasks[task].task.id,
			       .attempt = s->tasks[task].attempt,
			       .provider = wt_provider_of(run, task) };

	if (!wt_provider_is_answered(wt_state_provider(s, ev.provider), ev.task, &s->tasks[task]))
		return WT_OK;
	return wt_run_note(run, &ev, WT_DURABLE, err);
}
