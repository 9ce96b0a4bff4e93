/* SPDX-License-Identifier: MIT */
/* What living agents tell in their logs: read as it comes, and told to other processes. */

#include "drive.h"
#include "provider.h"
#include "wtorch/engine/snapshot.h"

/* At a time, of all logs together, and of each at least: whoever floods his own does not keep us
 * from the others. What is behind is read by and by, and the rest when the agent has ended. */
#define HEAR_BYTES  ((size_t)8 << 20)
#define LEAST_BYTES ((size_t)128 << 10)

static const char *keep(struct wt_arena *a, const struct wt_buf *text)
{
	return text->len ? wt_arena_strdup(a, text->data) : NULL;
}

static void fill_told(struct wt_drive *d, size_t task)
{
	struct wt_instance *inst = &d->instances[task];
	const struct wt_agentlog *log = wt_agent_log_told(inst->log);
	struct wt_usage usage = wt_agent_log_usage(inst->log);

	wt_arena_clear(&inst->heard);
	d->live[task].told = (struct wt_told){
		.is_known = true,
		.message = keep(&inst->heard, &log->message),
		.tool = keep(&inst->heard, &log->tool),
		.tokens_in = usage.input,
		.tokens_out = usage.output,
		.tokens_cached = usage.cached,
		.cost_microusd = wt_agent_log_cost(inst->log),
	};
}

/* The run's budget counts what living agents have told, too: until that is on record. */
static void sum_up(struct wt_drive *d)
{
	struct wt_amount sum = { 0 };

	for (size_t i = 0; i < d->run->plan.n_tasks; i++) {
		const struct wt_told *told = &d->live[i].told;

		wt_amount_add(&sum, told->cost_microusd, told->tokens_in);
		wt_amount_add(&sum, 0, told->tokens_out);
	}
	wt_sched_set_spending(d->run->sched, &sum);
}

void wt_attempt_listen(struct wt_drive *d, size_t task)
{
	struct wt_run *run = d->run;
	struct wt_instance *inst = &d->instances[task];

	wt_agent_log_free(wt_attempt_take_log(d, task));
	inst->log = wt_agent_log_open(run, task, wt_run_agent_dir(run, task, &run->arena));
	d->n_logs += inst->log != NULL;
}

struct wt_agent_log *wt_attempt_take_log(struct wt_drive *d, size_t task)
{
	struct wt_instance *inst = &d->instances[task];
	struct wt_agent_log *log = inst->log;

	d->n_logs -= log != NULL;
	inst->log = NULL;
	inst->has_told_stop = inst->is_spent = false;
	d->live[task].told = (struct wt_told){ 0 };
	wt_arena_clear(&inst->heard);
	if (log)
		sum_up(d);
	return log;
}

/* A living agent may try again by itself; meanwhile no other one is started. */
static enum wt_code heed_provider(struct wt_drive *d, size_t task, struct wt_error *err)
{
	struct wt_instance *inst = &d->instances[task];
	const struct wt_agentlog *told = wt_agent_log_told(inst->log);
	bool was_stopped = inst->has_told_stop;

	inst->has_told_stop = told->stop != WT_PROVIDER_ANSWERS;
	if (inst->has_told_stop && was_stopped)
		return WT_OK;
	if (inst->has_told_stop)
		return wt_provider_note_stop(d->run, task, told->stop,
					     wt_agent_log_until(inst->log),
					     told->error.len ? told->error.data : NULL, err);
	if (!told->usage.is_known && !told->message.len && !told->tool.len)
		return WT_OK;
	return wt_provider_note_answer(d->run, task, err);
}

/* One that has spent its budget is ended; what it has done is kept (work.c). */
static enum wt_code heed_budget(struct wt_drive *d, size_t task, struct wt_error *err)
{
	struct wt_instance *inst = &d->instances[task];
	const struct wt_told *told = &d->live[task].told;
	struct wt_amount more = { 0 };
	struct wt_buf words = WT_BUF_INIT;
	enum wt_code rc = WT_OK;

	wt_amount_add(&more, told->cost_microusd, told->tokens_in);
	wt_amount_add(&more, 0, told->tokens_out);
	if (!inst->is_spent && wt_sched_is_task_spent(d->run->sched, task, &more, &words)) {
		struct wt_event ev = { .kind = WT_EV_NOTE,
				       .task = d->run->plan.tasks[task].task.id };

		inst->is_spent = true;
		ev.reason = wt_arena_printf(
			&d->run->arena, "its agent is ended, its budget is spent: %s", words.data);
		rc = wt_run_note(d->run, &ev, WT_LAZY, err);
		if (!rc)
			rc = wt_attempt_stop(d, task, err);
	}
	wt_buf_clear(&words);
	return rc;
}

enum wt_code wt_attempt_hear(struct wt_drive *d, struct wt_error *err)
{
	size_t share = d->n_logs ? HEAR_BYTES / d->n_logs : 0;
	bool has_news = false;
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && d->n_logs && i < d->run->plan.n_tasks; i++) {
		struct wt_agent_log *log = d->instances[i].log;

		if (!log || !wt_agent_log_read(log, share > LEAST_BYTES ? share : LEAST_BYTES))
			continue;
		fill_told(d, i);
		has_news = true;
		rc = heed_provider(d, i, err);
		if (!rc)
			rc = heed_budget(d, i, err);
	}
	if (!has_news)
		return rc;
	sum_up(d);
	wt_snapshot_save(d->run, d->live);
	d->has_snapshot = true;
	return rc;
}

void wt_attempt_deafen(struct wt_drive *d)
{
	for (size_t i = 0; i < d->run->plan.n_tasks; i++)
		wt_agent_log_free(wt_attempt_take_log(d, i));
	if (d->has_snapshot)
		wt_snapshot_remove(d->run);
	d->has_snapshot = false;
}
