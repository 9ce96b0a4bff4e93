/* SPDX-License-Identifier: MIT */
/* The folders of attempts: "7/2" of the second attempt of task 7, "7/2/round-1" of a round of it,
 * "7/2/round-1.2" where that had to be started a second time. */

#include "wtorch/base/path.h"
#include "wtorch/engine/runs.h"

#define MAX_ROUNDS 1000000u
#define MAX_STARTS 1000u /* of one round, each ended by a loss of its machine */

char *wt_run_attempt_dir(struct wt_run *run, size_t task, size_t attempt)
{
	return wt_arena_printf(&run->arena, "%s/%s/%zu", run->dir, run->plan.tasks[task].task.id,
			       attempt);
}

char *wt_run_agent_dir(const struct wt_run *run, size_t task, struct wt_arena *a)
{
	const struct wt_task_state *t = &wt_run_state(run)->tasks[task];

	if (t->dir)
		return wt_path_join(a, run->dir, t->dir);
	return wt_arena_printf(a, "%s/%s/%zu", run->dir, run->plan.tasks[task].task.id, t->attempt);
}

static char *start_name(const struct wt_run *run, struct wt_arena *a,
			const struct wt_start_name *which, unsigned start)
{
	const char *id = run->plan.tasks[which->task].task.id;

	if (!which->round)
		return wt_arena_printf(a, "%s/%zu", id, which->attempt);
	if (start < 2)
		return wt_arena_printf(a, "%s/%zu/round-%zu", id, which->attempt, which->round);
	return wt_arena_printf(a, "%s/%zu/round-%zu.%u", id, which->attempt, which->round, start);
}

static bool is_there(const struct wt_run *run, struct wt_arena *a, const char *name)
{
	const struct wt_fs *fs = run->ports->fs;
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_error ignored;

	/* What cannot be looked at may be there. */
	return fs->stat(fs->self, wt_path_join(a, run->dir, name), &info, &ignored) != WT_OK ||
	       info.kind != WT_FILE_NONE;
}

char *wt_run_unused_start(const struct wt_run *run, const struct wt_start_name *which,
			  struct wt_arena *a)
{
	unsigned start = 1;

	while (which->round && start < MAX_STARTS &&
	       is_there(run, a, start_name(run, a, which, start)))
		start++;
	return start_name(run, a, which, start);
}

char *wt_run_newest_start(const struct wt_run *run, const struct wt_start_name *which,
			  struct wt_arena *a)
{
	unsigned start = 1;

	while (which->round && start < MAX_STARTS &&
	       is_there(run, a, start_name(run, a, which, start + 1)))
		start++;
	return wt_path_join(a, run->dir, start_name(run, a, which, start));
}

size_t wt_run_newest_round(const struct wt_run *run, size_t task, size_t attempt)
{
	struct wt_arena a = { 0 };
	struct wt_start_name which = { .task = task, .attempt = attempt, .round = 1 };

	while (which.round < MAX_ROUNDS && is_there(run, &a, start_name(run, &a, &which, 1)))
		which.round++;
	wt_arena_clear(&a);
	return which.round - 1;
}
