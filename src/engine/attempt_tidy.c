/* SPDX-License-Identifier: MIT */
/* What an attempt needs for itself alone, and what goes with it: its temp folder, its home. */

#include <string.h>

#include "asked.h"
#include "isolated.h"
#include "temp.h"

static bool is_over(const struct wt_drive *d, size_t task, size_t attempt)
{
	const struct wt_task_state *s = &wt_run_state(d->run)->tasks[task];

	return s->attempt != attempt || !wt_state_is_living(s->state);
}

void wt_attempt_tidy(struct wt_drive *d)
{
	for (size_t i = 0; i < d->run->plan.n_tasks; i++) {
		struct wt_instance *inst = &d->instances[i];

		if (!inst->begun || !is_over(d, i, inst->begun))
			continue;
		wt_temp_drop(d->run, wt_temp_owner(d->run, i, inst->begun));
		wt_home_drop(d->run, i, inst->begun);
		inst->begun = 0;
	}
}

static bool is_wanted(void *arg, const char *owner)
{
	struct wt_drive *d = arg;
	const struct wt_gatekeeper *k = d->keeper;
	size_t run = strlen(d->run->dir) + 1;

	for (size_t i = 0; i < d->run->plan.n_tasks; i++) {
		size_t attempt = wt_run_state(d->run)->tasks[i].attempt;

		if (!is_over(d, i, attempt) &&
		    strcmp(wt_temp_owner(d->run, i, attempt), owner) == 0)
			return true;
	}
	for (size_t i = 0; i < k->n_asked; i++)
		if (k->asked[i].is_used && strcmp(k->asked[i].dir + run, owner) == 0)
			return true;
	return false;
}

void wt_attempt_tidy_left(struct wt_drive *d)
{
	for (size_t i = 0; i < d->run->plan.n_tasks; i++) {
		size_t attempt = wt_run_state(d->run)->tasks[i].attempt;

		d->instances[i].begun = is_over(d, i, attempt) ? 0 : attempt;
		if (!d->instances[i].begun)
			wt_home_drop(d->run, i, attempt);
	}
	wt_temp_sweep(d->run, is_wanted, d);
}
