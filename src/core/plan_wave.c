/* SPDX-License-Identifier: MIT */
/* Locks, waves, and why a task is not in the first one. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "planner.h"
#include "wtorch/base/mem.h"

#define NONE      ((size_t)-1)
#define MAX_TRIES 64u /* waves that a task is offered before it goes behind all others */
#define MAX_NAMED 3u

/* Locks */

struct locks {
	struct planner *p;
	size_t cap_names, n_rooms, cap_rooms;
	size_t *caps; /* of each task's */
};

static void add_lock(struct locks *l, const char *name, size_t room)
{
	struct wt_plan *plan = l->p->plan;

	*WT_ARENA_PUSH(l->p->arena, plan->lock_names, plan->n_locks, l->cap_names) = name;
	*WT_ARENA_PUSH(l->p->arena, plan->lock_room, l->n_rooms, l->cap_rooms) = room;
}

/* The lock added last. Locks are given in ascending order, so each task's stay sorted. */
static void hold(struct locks *l, size_t task)
{
	struct wt_plan_task *t = &l->p->plan->tasks[task];

	*WT_ARENA_PUSH(l->p->arena, t->locks, t->n_locks, l->caps[task]) = l->p->plan->n_locks - 1;
}

static void lock_conflicts(struct locks *l)
{
	const struct wt_plan *plan = l->p->plan;
	/* What somebody wrote down is no guess that could be allowed. */
	bool is_allowed = wt_config_is(l->p->in->config, "plan.conflicts", "allow");

	for (size_t i = 0; i < plan->n_conflicts; i++) {
		const struct wt_conflict *c = &plan->conflicts[i];

		if (c->kind == WT_CONFLICT_DEPENDENCY || c->is_loose ||
		    (is_allowed && c->kind != WT_CONFLICT_DECLARED))
			continue;
		add_lock(l, c->n_paths ? c->paths[0] : "", 1);
		for (size_t k = 0; k < c->n_tasks; k++)
			hold(l, c->tasks[k]);
	}
}

/* Agents and templates */

static bool is_mode(const struct planner *p, const char *section, const char *name,
		    const char *wanted)
{
	const char *mode = wt_config_named_text(p->in->config, section, name, "mode");

	return mode && strcmp(mode, wanted) == 0;
}

/* Whether the task runs, with the agent or template of that name. */
static bool is_of(const struct planner *p, size_t task, const char *section, const char *name)
{
	const struct wt_plan_task *t = &p->plan->tasks[task];
	const char *own = strcmp(section, "agent") == 0 ? t->agent : t->task.template;

	return planner_runs(p, task) && own && strcmp(own, name) == 0;
}

/* How many of its tasks may work at the same time; 0: as many as there are. */
static size_t room_of(const struct planner *p, const char *section, const char *name)
{
	if (is_mode(p, section, name, "sequential"))
		return 1;
	if (strcmp(section, "agent") != 0)
		return 0;
	return (size_t)wt_config_named_int(p->in->config, section, name, "jobs");
}

/* One more lock for all tasks of an agent or template, when they are more than it has room for.
 * run.jobs does not count here: it may be raised when the run is taken up again. */
static void lock_named(struct locks *l, const char *section)
{
	struct planner *p = l->p;
	const char *const *names;
	size_t n = wt_config_names(p->in->config, section, &names);

	for (size_t k = 0; k < n; k++) {
		size_t room = room_of(p, section, names[k]), n_of = 0;

		for (size_t i = 0; room && i < p->n; i++)
			n_of += is_of(p, i, section, names[k]);
		if (n_of <= room)
			continue;
		add_lock(l, wt_arena_printf(p->arena, "%s %s", section, names[k]), room);
		p->plan->n_named_locks++;
		for (size_t i = 0; i < p->n; i++) {
			if (is_of(p, i, section, names[k]))
				hold(l, i);
		}
	}
}

/* The first of its group that runs. */
static bool leads_group(const struct planner *p, size_t task, struct wt_map *seen)
{
	const char *group = p->plan->tasks[task].task.group;
	bool found = true;

	if (group && planner_runs(p, task))
		wt_map_put(seen, group, task, &found);
	return !found;
}

static bool is_in_group(const struct planner *p, size_t task, size_t leader)
{
	const struct wt_task *t = &p->plan->tasks[task].task;

	return planner_runs(p, task) && t->group &&
	       strcmp(t->group, p->plan->tasks[leader].task.group) == 0;
}

static void lock_groups(struct locks *l)
{
	struct planner *p = l->p;
	struct wt_map seen = { 0 };

	for (size_t i = 0; i < p->n; i++) {
		const struct wt_task *t = &p->plan->tasks[i].task;
		size_t n_of = 0;

		if (!leads_group(p, i, &seen))
			continue;
		for (size_t k = i; t->group_room && k < p->n; k++)
			n_of += is_in_group(p, k, i);
		if (n_of <= t->group_room)
			continue;
		add_lock(l, t->group, t->group_room);
		p->plan->n_named_locks++;
		for (size_t k = i; k < p->n; k++) {
			if (is_in_group(p, k, i))
				hold(l, k);
		}
	}
	wt_map_clear(&seen);
}

static void add_group_lanes(struct planner *p, size_t *cap, size_t *caps)
{
	struct wt_plan *plan = p->plan;
	struct wt_map seen = { 0 };

	for (size_t i = 0; i < p->n; i++) {
		if (!leads_group(p, i, &seen) || !plan->tasks[i].task.group_in_waves)
			continue;
		for (size_t k = i; k < p->n; k++) {
			struct wt_plan_task *t = &plan->tasks[k];

			if (is_in_group(p, k, i))
				*WT_ARENA_PUSH(p->arena, t->lanes, t->n_lanes, caps[k]) =
					plan->n_lanes;
		}
		*WT_ARENA_PUSH(p->arena, plan->lane_names, plan->n_lanes, *cap) =
			plan->tasks[i].task.group;
	}
	wt_map_clear(&seen);
}

static void add_lanes(struct planner *p, const char *section, size_t *cap, size_t *caps)
{
	struct wt_plan *plan = p->plan;
	const char *const *names;
	size_t n = wt_config_names(p->in->config, section, &names);

	for (size_t k = 0; k < n; k++) {
		if (!is_mode(p, section, names[k], "batch"))
			continue;
		for (size_t i = 0; i < p->n; i++) {
			struct wt_plan_task *t = &plan->tasks[i];

			if (is_of(p, i, section, names[k]))
				*WT_ARENA_PUSH(p->arena, t->lanes, t->n_lanes, caps[i]) =
					plan->n_lanes;
		}
		*WT_ARENA_PUSH(p->arena, plan->lane_names, plan->n_lanes, *cap) =
			wt_arena_printf(p->arena, "%s %s", section, names[k]);
	}
}

/* Waves: which (lock, wave) is taken by whom, and where to look on from there. Locks that more
 * than one may hold are left to the scheduler. */

struct slot {
	size_t lock, wave; /* wave 0: the slot is free */
	size_t task;
	size_t next; /* a later wave; none between is free */
};

struct waves {
	struct planner *p;
	struct slot *slots;
	size_t mask;
	size_t *last;  /* of each lock the last wave that uses it */
	size_t alone;  /* number of the lock that only tasks that run alone take */
	size_t full;   /* and of the one that the last task for which a wave has a slot takes */
	size_t *sizes; /* of each wave */
	size_t *ended; /* of each node of the graph: its wave; of a barrier: that of the last
			* task before it */
	size_t n_waves;
};

static struct slot *slot_of(struct waves *w, size_t lock, size_t wave)
{
	uint64_t hash = (lock * UINT64_C(0x9E3779B97F4A7C15)) ^
			(wave * UINT64_C(0xC2B2AE3D27D4EB4F));
	size_t i = (size_t)(hash ^ (hash >> 29)) & w->mask;

	while (w->slots[i].wave && (w->slots[i].lock != lock || w->slots[i].wave != wave))
		i = (i + 1) & w->mask;
	return &w->slots[i];
}

static bool is_shared(const struct waves *w, size_t lock)
{
	return lock < w->alone && w->p->plan->lock_room[lock] > 1;
}

/* The first wave from that one on in which the lock is free; shortens the way for the next. */
static size_t first_free(struct waves *w, size_t lock, size_t wave)
{
	size_t free_wave = wave;

	for (struct slot *s; (s = slot_of(w, lock, free_wave))->wave;)
		free_wave = s->next;
	while (wave < free_wave) {
		struct slot *s = slot_of(w, lock, wave);

		wave = s->next;
		s->next = free_wave;
	}
	return free_wave;
}

static void take_slot(struct waves *w, size_t lock, size_t wave, size_t task)
{
	if (is_shared(w, lock))
		return;
	*slot_of(w, lock, wave) = (struct slot){ lock, wave, task, wave + 1 };
	if (wave > w->last[lock])
		w->last[lock] = wave;
}

static size_t wave_with_locks(struct waves *w, const struct wt_plan_task *t, size_t wave)
{
	for (size_t tries = 0; tries < MAX_TRIES; tries++) {
		size_t before = wave;

		for (size_t i = 0; i < t->n_locks; i++)
			wave = first_free(w, t->locks[i], wave);
		wave = first_free(w, w->alone, wave);
		wave = first_free(w, w->full, wave);
		if (wave == before)
			return wave;
	}
	for (size_t i = 0; i < t->n_locks; i++) {
		if (w->last[t->locks[i]] >= wave)
			wave = w->last[t->locks[i]] + 1;
	}
	if (w->last[w->alone] >= wave)
		wave = w->last[w->alone] + 1;
	return first_free(w, w->full, wave);
}

/* Reasons */

static void say_needs(struct planner *p, const struct wt_plan_task *t, struct wt_buf *b)
{
	wt_buf_puts(b, "after ");
	for (size_t i = 0; i < t->n_needs && i < MAX_NAMED; i++)
		wt_buf_printf(b, "%s%s", i ? ", " : "", p->plan->tasks[t->needs[i]].task.id);
	if (t->n_needs > MAX_NAMED)
		wt_buf_printf(b, " and %zu more", t->n_needs - MAX_NAMED);
}

static void say_order(struct planner *p, size_t task, struct wt_buf *b)
{
	int64_t order = p->plan->tasks[task].task.order;
	size_t k = 0;

	while (k + 1 < p->n_orders && p->orders[k + 1] < order)
		k++;
	wt_buf_printf(b, "order %" PRId64 " after order %" PRId64, order, p->orders[k]);
}

static size_t jobs_of(const struct wt_plan *plan)
{
	return plan->limits.jobs ? plan->limits.jobs : 1;
}

/* The holder of a lock in the wave before; false when no lock is what the task waits for. */
static bool say_lock(struct waves *w, const struct wt_plan_task *t, struct wt_buf *b)
{
	const struct wt_plan *plan = w->p->plan;
	const struct slot *s;

	for (size_t i = 0; i < t->n_locks; i++) {
		const char *name = plan->lock_names[t->locks[i]];

		s = slot_of(w, t->locks[i], t->batch - 1);
		if (!s->wave)
			continue;
		if (t->locks[i] >= plan->n_locks - plan->n_named_locks)
			wt_buf_printf(b, "one at a time with %s, after %s", name,
				      plan->tasks[s->task].task.id);
		else if (name[0])
			wt_buf_printf(b, "shares %s with %s", name, plan->tasks[s->task].task.id);
		else
			wt_buf_printf(b, "conflicts with %s", plan->tasks[s->task].task.id);
		return true;
	}
	s = slot_of(w, w->alone, t->batch - 1);
	if (s->wave)
		wt_buf_printf(b, "after %s, which runs alone", plan->tasks[s->task].task.id);
	else if (slot_of(w, w->full, t->batch - 1)->wave && jobs_of(plan) == 1)
		wt_buf_puts(b, "one at a time");
	else if (slot_of(w, w->full, t->batch - 1)->wave)
		wt_buf_printf(b, "%zu at a time", jobs_of(plan));
	return b->len != 0;
}

/* needed and barred are the last waves of what it needs, and of what its order waits for. */
static void explain(struct waves *w, size_t task, size_t needed, size_t barred)
{
	struct planner *p = w->p;
	struct wt_plan_task *t = &p->plan->tasks[task];
	bool is_free = t->batch > 1 + (needed > barred ? needed : barred);
	struct wt_buf b = WT_BUF_INIT;

	if (t->batch == 1)
		return;
	if (is_free && p->plan->limits.mode == WT_MODE_SEQUENTIAL)
		wt_buf_puts(&b, "one at a time");
	else if (is_free && t->runs_alone)
		wt_buf_puts(&b, t->task.is_alone   ? "runs alone, as declared"
				: t->files_unknown ? "runs alone: its files are unknown"
						   : "runs alone");
	else if (!is_free || !say_lock(w, t, &b)) {
		if (barred > needed)
			say_order(p, task, &b);
		else if (t->n_needs)
			say_needs(p, t, &b);
	}
	t->reason = b.len ? wt_arena_strdup(p->arena, b.data) : NULL;
	wt_buf_clear(&b);
}

/* Putting tasks into waves */

static void place_task(struct waves *w, size_t task)
{
	struct planner *p = w->p;
	struct wt_plan_task *t = &p->plan->tasks[task];
	size_t needed = 0, barred = 0;

	for (size_t e = p->needs.starts[task]; e < p->needs.starts[task + 1]; e++) {
		size_t node = p->needs.targets[e];
		size_t *last = node < p->n ? &needed : &barred;

		if (w->ended[node] > *last)
			*last = w->ended[node];
	}
	t->batch = 1 + (needed > barred ? needed : barred);
	if (p->plan->limits.mode == WT_MODE_SEQUENTIAL || t->runs_alone)
		t->batch = w->n_waves + 1;
	else
		t->batch = wave_with_locks(w, t, t->batch);
	explain(w, task, needed, barred);
	for (size_t i = 0; i < t->n_locks; i++)
		take_slot(w, t->locks[i], t->batch, task);
	if (t->runs_alone)
		take_slot(w, w->alone, t->batch, task);
	if (++w->sizes[t->batch] == jobs_of(p->plan))
		take_slot(w, w->full, t->batch, task);
	if (t->batch > w->n_waves)
		w->n_waves = t->batch;
	w->ended[task] = t->batch;
}

static void place_barrier(struct waves *w, size_t node)
{
	const struct wt_graph *g = &w->p->needs;

	for (size_t e = g->starts[node]; e < g->starts[node + 1]; e++) {
		if (w->ended[g->targets[e]] > w->ended[node])
			w->ended[node] = w->ended[g->targets[e]];
	}
}

static void build_waves(struct planner *p)
{
	struct waves w = { .p = p, .alone = p->plan->n_locks, .full = p->plan->n_locks + 1 };
	size_t n_slots = 16, n_used = 0;

	for (size_t i = 0; i < p->n; i++)
		n_used += p->plan->tasks[i].n_locks + p->plan->tasks[i].runs_alone + 1;
	while (n_slots < 2 * n_used)
		n_slots *= 2;
	w.mask = n_slots - 1;
	w.slots = wt_alloc(n_slots * sizeof *w.slots);
	w.last = wt_alloc((p->plan->n_locks + 2) * sizeof *w.last);
	w.sizes = wt_alloc((p->n + 2) * sizeof *w.sizes);
	w.ended = wt_alloc((p->needs.n + 1) * sizeof *w.ended);
	for (size_t i = 0; i < p->n_sequence; i++) {
		if (p->sequence[i] < p->n)
			place_task(&w, p->sequence[i]);
		else
			place_barrier(&w, p->sequence[i]);
	}
	p->plan->n_batches = w.n_waves;
	free(w.slots);
	free(w.last);
	free(w.sizes);
	free(w.ended);
}

void planner_find_waves(struct planner *p)
{
	struct locks l = { .p = p, .caps = wt_alloc((p->n + 1) * sizeof(size_t)) };
	size_t *caps = wt_alloc((p->n + 1) * sizeof *caps), cap = 0;

	lock_conflicts(&l);
	lock_named(&l, "agent");
	lock_named(&l, "template");
	lock_groups(&l);
	add_lanes(p, "agent", &cap, caps);
	add_lanes(p, "template", &cap, caps);
	add_group_lanes(p, &cap, caps);
	free(l.caps);
	free(caps);
	build_waves(p);
}
