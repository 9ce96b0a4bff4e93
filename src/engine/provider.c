/* SPDX-License-Identifier: MIT */
/* Records of providers that do not answer, and of those that do again. */

#include "agent_argv.h"
#include "provider.h"

static const char *provider_of(const struct wt_run *run, const char *agent)
{
	size_t which = wt_providers_find(&run->providers, agent);

	return which == WT_MAP_NONE ? NULL : run->providers.items[which].name;
}

const char *wt_provider_of(const struct wt_run *run, size_t task)
{
	return provider_of(run, wt_agent_of(run, task));
}

/* Whose agent tells, of which provider. */
struct teller {
	const char *provider;
	size_t task;
	int64_t started_wall_ms;
};

static enum wt_code note_stop(struct wt_run *run, const struct teller *by,
			      const struct wt_agent_told *told, struct wt_error *err)
{
	const struct wt_clock *clock = run->ports->clock;
	const struct wt_provider_news news = { .stop = told->stop,
					       .wall_ms = clock->wall_ms(clock->self),
					       .until_wall_ms = told->until_wall_ms,
					       .started_wall_ms = by->started_wall_ms };
	struct wt_event ev = { .kind = WT_EV_PROVIDER_STOPPED,
			       .task = run->plan.tasks[by->task].task.id,
			       .attempt = wt_run_state(run)->tasks[by->task].attempt,
			       .provider = by->provider,
			       .reason = told->error };

	if (!ev.provider ||
	    !wt_provider_judge(wt_state_provider(wt_run_state(run), ev.provider), &news, &ev))
		return WT_OK;
	return wt_run_note(run, &ev, WT_DURABLE, err);
}

static enum wt_code note_answer(struct wt_run *run, const struct teller *by, struct wt_error *err)
{
	const struct wt_run_state *s = wt_run_state(run);
	struct wt_task_state t = { .attempt = s->tasks[by->task].attempt,
				   .started_wall_ms = by->started_wall_ms };
	struct wt_event ev = { .kind = WT_EV_PROVIDER_OPEN,
			       .task = run->plan.tasks[by->task].task.id,
			       .attempt = t.attempt,
			       .provider = by->provider };

	if (!ev.provider ||
	    !wt_provider_is_answered(wt_state_provider(s, ev.provider), ev.task, &t))
		return WT_OK;
	return wt_run_note(run, &ev, WT_DURABLE, err);
}

static struct teller agent_of(const struct wt_run *run, size_t task)
{
	return (struct teller){ wt_provider_of(run, task), task,
				wt_run_state(run)->tasks[task].started_wall_ms };
}

enum wt_code wt_provider_note_stop(struct wt_run *run, size_t task, enum wt_provider_stop stop,
				   int64_t until_wall_ms, const char *words, struct wt_error *err)
{
	const struct teller by = agent_of(run, task);

	return note_stop(run, &by,
			 &(struct wt_agent_told){
				 .stop = stop, .until_wall_ms = until_wall_ms, .error = words },
			 err);
}

enum wt_code wt_provider_note_answer(struct wt_run *run, size_t task, struct wt_error *err)
{
	const struct teller by = agent_of(run, task);

	return note_answer(run, &by, err);
}

enum wt_code wt_provider_note_review(struct wt_run *run, const struct wt_review *review,
				     const char **words, struct wt_error *err)
{
	const struct teller by = { provider_of(run, review->agent), review->task,
				   review->started_wall_ms };
	const struct wt_agent_told *told = review->told;

	*words = NULL;
	if (!told->stop)
		return told->tokens_out ? note_answer(run, &by, err) : WT_OK;
	*words = wt_arena_printf(&run->arena, "%s does not answer: %s",
				 by.provider ? by.provider : review->agent,
				 wt_provider_stop_name(told->stop));
	return note_stop(run, &by, told, err);
}
