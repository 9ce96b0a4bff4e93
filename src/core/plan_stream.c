/* SPDX-License-Identifier: MIT */
/* Workstreams in the plan: tasks of their own behind those of the sources. */

#include <string.h>

#include "planner.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/core/workstream.h"

struct adding {
	struct planner *p;
	struct wt_plan_task *tasks; /* room for all */
	size_t n;
};

static const char *body_of(struct adding *a, const struct wt_plan_task *of,
			   const struct wt_workstream *w)
{
	struct wt_buf b = WT_BUF_INIT;
	const char *text;

	wt_buf_printf(&b,
		      "This is one part of task %s. Another agent does the task itself at the same "
		      "time, in a worktree of its own; what both of you made is put together "
		      "afterwards.\n\n%s\n\nChange only files that match one of these; with any "
		      "other change your work is not taken:\n\n",
		      of->task.id, w->focus ? w->focus : "");
	for (const char *const *g = w->files; *g; g++)
		wt_buf_printf(&b, "- %s\n", *g);
	wt_buf_printf(&b, "\nThe whole of the task, so that you know what your part is of:\n\n%s",
		      of->task.body ? of->task.body : "");
	text = wt_arena_strdup(a->p->arena, b.data);
	wt_buf_clear(&b);
	return text;
}

bool wt_plan_may_write(const struct wt_plan_task *task, const char *path)
{
	for (size_t i = 0; i < task->n_may_write; i++)
		if (wt_glob_matches(task->may_write[i], path))
			return true;
	return false;
}

static void allow(struct wt_arena *a, struct wt_plan_task *of, const struct wt_plan_task *t)
{
	const char **globs = wt_arena_alloc(a, (of->n_may_write + t->n_may_write) * sizeof *globs);

	for (size_t i = 0; i < of->n_may_write; i++)
		globs[i] = of->may_write[i];
	for (size_t i = 0; i < t->n_may_write; i++)
		globs[of->n_may_write++] = t->may_write[i];
	of->may_write = globs;
}

static void copy_globs(struct wt_arena *a, const struct wt_workstream *w, struct wt_plan_task *t)
{
	while (w->files[t->n_may_write])
		t->n_may_write++;
	t->may_write = wt_arena_alloc(a, (t->n_may_write + 1) * sizeof *t->may_write);
	for (size_t i = 0; i < t->n_may_write; i++)
		t->may_write[i] = wt_arena_strdup(a, w->files[i]);
}

/* The task's estimate is of the whole of it, so its workstreams weigh nothing. */
static void fill(struct adding *a, size_t primary, const struct wt_workstream *w,
		 struct wt_plan_task *t)
{
	struct wt_arena *arena = a->p->arena;
	const struct wt_plan_task *of = &a->tasks[primary];
	bool is_same = !w->agent || strcmp(w->agent, of->agent) == 0;

	/* It is written nowhere: nothing is marked or told there for it. */
	t->task = (struct wt_task){ .estimate_s = -1 };
	t->task.id = wt_arena_printf(arena, "%s.%s", of->task.id, w->name);
	t->task.title = wt_arena_printf(arena, "%.*s (%s)", (int)(WT_MAX_TITLE - 64u),
					of->task.title, w->name);
	t->task.body = body_of(a, of, w);
	t->is_selected = true;
	t->agent = is_same ? of->agent : wt_arena_strdup(arena, w->agent);
	t->model = w->model ? wt_arena_strdup(arena, w->model) : is_same ? of->model : NULL;
	t->reason = wt_arena_printf(arena, "with %s", of->task.id);
	t->batch = of->batch;
	t->path_s = of->path_s;
	t->stream_of = primary + 1;
	t->is_needed = w->is_required;
	copy_globs(arena, w, t);
}

static void add(struct adding *a, size_t primary, const struct wt_workstream *w)
{
	struct wt_plan *plan = a->p->plan;
	struct wt_plan_task *of = &a->tasks[primary], *t = &a->tasks[a->n];

	*t = (struct wt_plan_task){ 0 };
	fill(a, primary, w, t);
	if (!wt_text_is_id(wt_str_of(t->task.id)) ||
	    wt_map_find(&plan->by_id, t->task.id) != WT_MAP_NONE || a->n >= WT_MAX_TASKS) {
		wt_diags_add(&plan->diags, WT_SEVERITY_ERROR, planner_place(a->p, primary),
			     "the workstream '%s' of task '%s' cannot be called '%s'", w->name,
			     of->task.id, t->task.id);
		return;
	}
	if (!of->streams)
		of->streams = wt_arena_alloc(a->p->arena, WT_MAX_WORKSTREAMS * sizeof *of->streams);
	of->streams[of->n_streams++] = a->n;
	allow(a->p->arena, of, t);
	wt_map_set(&plan->by_id, t->task.id, a->n++);
	plan->n_selected++;
}

/* Agents that may not work on all of them at once: the lock of each, also where it takes the
 * workstreams to need one. */
static size_t lock_of(struct planner *p, const char *agent)
{
	struct wt_plan *plan = p->plan;
	const char *name = wt_arena_printf(&p->scratch, "agent %s", agent);

	for (size_t k = plan->n_locks - plan->n_named_locks; k < plan->n_locks; k++)
		if (strcmp(plan->lock_names[k], name) == 0)
			return k;
	return plan->n_locks;
}

static void hold(struct planner *p, size_t task, size_t lock)
{
	struct wt_plan_task *t = &p->plan->tasks[task];
	size_t *locks = wt_arena_alloc(p->arena, (t->n_locks + 1) * sizeof *locks);

	for (size_t i = 0; i < t->n_locks; i++)
		locks[i] = t->locks[i];
	locks[t->n_locks++] = lock;
	t->locks = locks;
}

static void new_lock(struct planner *p, const char *agent, size_t room)
{
	struct wt_plan *plan = p->plan;
	size_t n = plan->n_locks;
	const char **names = wt_arena_alloc(p->arena, (n + 1) * sizeof *names);
	size_t *rooms = wt_arena_alloc(p->arena, (n + 1) * sizeof *rooms);

	for (size_t i = 0; i < n; i++) {
		names[i] = plan->lock_names[i];
		rooms[i] = plan->lock_room ? plan->lock_room[i] : 1;
	}
	names[n] = wt_arena_printf(p->arena, "agent %s", agent);
	rooms[n] = room;
	plan->lock_names = names;
	plan->lock_room = rooms;
	plan->n_locks++;
	plan->n_named_locks++;
}

static void lock_agent(struct planner *p, const char *agent)
{
	struct wt_plan *plan = p->plan;
	const char *mode = wt_config_named_text(p->in->config, "agent", agent, "mode");
	size_t room = mode && strcmp(mode, "sequential") == 0
			      ? 1
			      : (size_t)wt_config_named_int(p->in->config, "agent", agent, "jobs");
	size_t lock = lock_of(p, agent), n_of = 0;
	bool is_new = lock == plan->n_locks;

	for (size_t i = 0; i < plan->n_tasks; i++)
		n_of += plan->tasks[i].agent && strcmp(plan->tasks[i].agent, agent) == 0;
	if (!room || n_of <= room)
		return;
	if (is_new)
		new_lock(p, agent, room);
	for (size_t i = is_new ? 0 : p->n; i < plan->n_tasks; i++)
		if (plan->tasks[i].agent && strcmp(plan->tasks[i].agent, agent) == 0)
			hold(p, i, lock);
}

static void lock_agents(struct planner *p)
{
	const char *const *names;
	size_t n = wt_config_names(p->in->config, "agent", &names);

	for (size_t k = 0; k < n; k++)
		lock_agent(p, names[k]);
}

void planner_add_streams(struct planner *p)
{
	struct wt_plan *plan = p->plan;
	const char *of_run = wt_config_text(p->in->config, "run.template");
	struct wt_workstream found[WT_MAX_WORKSTREAMS];
	struct adding a = { .p = p, .n = p->n };

	if (plan->diags.errors)
		return;
	for (size_t i = 0; i < p->n; i++) {
		const struct wt_plan_task *t = &plan->tasks[i];
		bool is_named = of_run || p->in->tasks->items[i].template;
		size_t n = 0;

		if (planner_runs(p, i) && t->batch && !t->task.is_read_only)
			n = wt_workstreams_of(&p->scratch, p->in->config, &t->task, is_named,
					      found);
		if (n && !a.tasks) {
			a.tasks = wt_arena_alloc(p->arena,
						 p->n * (WT_MAX_WORKSTREAMS + 1) * sizeof *a.tasks);
			memcpy(a.tasks, plan->tasks, p->n * sizeof *a.tasks);
		}
		for (size_t k = 0; k < n; k++)
			add(&a, i, &found[k]);
	}
	if (a.n == p->n)
		return;
	plan->tasks = a.tasks;
	plan->n_tasks = a.n;
	planner_place_all(p, p->n);
	lock_agents(p);
}
