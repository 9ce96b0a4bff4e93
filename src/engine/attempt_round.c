/* SPDX-License-Identifier: MIT */
/* Rounds: the agent of an attempt goes on in the same worktree, told what was not right. */

#include <string.h>

#include "agent_argv.h"
#include "drive.h"
#include "provider.h"

#define MAX_TOLD ((size_t)64 << 10) /* of what a round is told; the gates' logs have all */

static const struct wt_task_state *state_of(const struct wt_run *run, size_t task)
{
	return &wt_run_state(run)->tasks[task];
}

/* Bounded; cut between two characters. */
static const char *bounded(struct wt_run *run, const char *text)
{
	size_t n = strlen(text);

	if (n <= MAX_TOLD)
		return text;
	for (n = MAX_TOLD; n && ((unsigned char)text[n] & 0xC0u) == 0x80u;)
		n--;
	return wt_arena_printf(&run->arena, "%.*s\n\n(the rest is left out)\n", (int)n, text);
}

enum wt_code wt_attempt_begin_round(struct wt_run *run, size_t task, const char *reason,
				    bool by_gate, struct wt_error *err)
{
	const struct wt_task_state *s = state_of(run, task);
	const struct wt_plan_task *t = &run->plan.tasks[task];
	struct wt_event ev = { .kind = WT_EV_ROUND_BEGUN,
			       .task = t->task.id,
			       .attempt = s->attempt,
			       .round = s->round + 1,
			       .reason = bounded(run, reason),
			       .by_gate = by_gate };

	if (s->session && wt_agent_can_resume(run->config, wt_agent_of(run, task)))
		ev.session = s->session;
	return wt_run_note(run, &ev, WT_DURABLE, err);
}

enum wt_code wt_attempt_begin_anew(struct wt_run *run, size_t task, struct wt_error *err)
{
	const struct wt_task_state *s = state_of(run, task);
	struct wt_event ev = { .kind = WT_EV_ROUND_BEGUN,
			       .task = run->plan.tasks[task].task.id,
			       .attempt = s->attempt,
			       .round = s->round ? s->round : 1,
			       .reason = s->fix_reason };

	if (!ev.reason)
		ev.reason = "its agent did not know its conversation any more";
	return wt_run_note(run, &ev, WT_DURABLE, err);
}

/* The same range of ports, unless somebody has it by now. */
static void take_slot(struct wt_drive *d, size_t task)
{
	size_t slot = (size_t)state_of(d->run, task)->ports;
	bool is_free = slot > 0;

	for (size_t i = 0; is_free && i < d->run->plan.n_tasks; i++)
		is_free = d->instances[i].phase == WT_PHASE_NONE ||
			  d->instances[i].slot != slot - 1;
	d->instances[task].slot = is_free ? slot - 1 : wt_attempt_free_slot(d);
}

enum wt_code wt_attempt_continue(struct wt_drive *d, size_t task, struct wt_error *err)
{
	const struct wt_task_state *s = state_of(d->run, task);
	struct wt_instance *inst = &d->instances[task];

	take_slot(d, task);
	inst->worktree = (struct wt_worktree){
		.path = s->worktree, .branch = s->branch, .base = s->base, .is_reused = true
	};
	return wt_attempt_start_agent(d, task, err);
}

/* Nobody is there who could be told to end. */
enum wt_code wt_attempt_give_up_round(struct wt_drive *d, size_t task, struct wt_error *err)
{
	const struct wt_run_state *s = wt_run_state(d->run);
	struct wt_event ev = { .kind = WT_EV_ATTEMPT_ENDED,
			       .task = d->run->plan.tasks[task].task.id,
			       .attempt = s->tasks[task].attempt,
			       .outcome = WT_OUTCOME_STOPPED,
			       .reason = "stopped" };

	if (!s->stop_asked && !s->tasks[task].stop_asked) {
		ev.by_provider = true;
		ev.reason = wt_arena_printf(&d->run->arena,
					    "the provider of its agent, %s, does not answer",
					    wt_provider_of(d->run, task));
	}
	return wt_run_note(d->run, &ev, WT_DURABLE, err);
}
