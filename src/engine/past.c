/* SPDX-License-Identifier: MIT */
/* What past runs took, from their journals. */

#include "wtorch/engine/past.h"

#include <string.h>

#include "wtorch/base/path.h"
#include "wtorch/engine/runs.h"

#define MAX_RUNS        10u
#define MAX_OVERHEAD_MS (10 * 60 * 1000)
#define MAX_BYTES       ((int64_t)4 << 20)

struct reading {
	const struct wt_ports *ports;
	struct wt_arena *arena;
	struct wt_past *out;
	int64_t bytes_left;
	int64_t spent_ms; /* beside the agents, over all attempts */
	size_t n_attempts;
};

/* The runs are closed again, so all is copied. Only what was declared is compared. */
static void take_task(struct reading *r, const struct wt_task *t, int64_t busy_ms)
{
	struct wt_past_task *p =
		WT_ARENA_PUSH(r->arena, r->out->tasks, r->out->n_tasks, r->out->cap_tasks);
	struct wt_task_file *files =
		wt_arena_alloc(r->arena, (t->n_files + !t->n_files) * sizeof *files);

	*p = (struct wt_past_task){ .title = wt_arena_strdup(r->arena, t->title),
				    .files = files,
				    .duration_s = (busy_ms + 999) / 1000 };
	for (size_t i = 0; i < t->n_files; i++) {
		if (t->files[i].from == WT_FROM_DECLARED)
			files[p->n_files++].path = wt_arena_strdup(r->arena, t->files[i].path);
	}
}

static void take_run(struct reading *r, const struct wt_run *run)
{
	const struct wt_run_state *s = wt_run_state(run);

	for (size_t i = 0; i < run->plan.n_tasks && r->out->n_tasks < WT_MAX_PAST_TASKS; i++) {
		/* What several tasks took together says nothing about one of them. */
		if (s->tasks[i].state == WT_MERGED && s->tasks[i].busy_ms > 0 &&
		    !run->plan.tasks[i].n_parts)
			take_task(r, &run->plan.tasks[i].task, s->tasks[i].busy_ms);
	}
	if (s->launch_ms + s->integration_ms > 0) {
		r->spent_ms += s->launch_ms + s->integration_ms;
		r->n_attempts += s->agent_runs;
	}
}

static void read_run(struct reading *r, const char *id)
{
	struct wt_arena scratch = { 0 };
	const char *path = wt_arena_printf(&scratch, "%s/runs/%s/journal.jsonl",
					   wt_runs_home(r->ports, &scratch), id);
	struct wt_file_info info = { 0 };
	struct wt_error ignored;
	struct wt_run *run;

	/* One that is too large does not stand in the way of those before it. */
	if (r->ports->fs->stat(r->ports->fs->self, path, &info, &ignored) == WT_OK &&
	    info.kind == WT_FILE_REGULAR && info.size_bytes <= r->bytes_left) {
		r->bytes_left -= info.size_bytes;
		if (wt_run_open(r->ports, id, &run, &ignored) == WT_OK) {
			take_run(r, run);
			wt_run_close(run);
		}
	}
	wt_arena_clear(&scratch);
}

void wt_past_read(const struct wt_ports *ports, struct wt_arena *arena, struct wt_past *out)
{
	struct reading r = { .ports = ports, .arena = arena, .out = out, .bytes_left = MAX_BYTES };
	struct wt_arena scratch = { 0 };
	struct wt_error ignored;
	const char **ids;
	size_t n = 0, n_read = 0;

	*out = (struct wt_past){ .overhead_ms = WT_USUAL_OVERHEAD_MS };
	if (wt_runs_list(ports, &scratch, &ids, &n, &ignored))
		n = 0;
	while (n > 0 && n_read++ < MAX_RUNS && r.bytes_left > 0)
		read_run(&r, ids[--n]);
	wt_arena_clear(&scratch);
	if (!r.n_attempts)
		return;
	out->overhead_ms = r.spent_ms / (int64_t)r.n_attempts;
	if (out->overhead_ms > MAX_OVERHEAD_MS) /* a clock that was set, a merge that waited */
		out->overhead_ms = MAX_OVERHEAD_MS;
	out->is_overhead_measured = true;
}
