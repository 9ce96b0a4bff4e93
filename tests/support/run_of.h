/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_RUN_OF_H
#define WT_TESTS_RUN_OF_H

/*
 * A run in a few words: a plan written as "a, b<a, c!f1", and helpers that let things happen to
 * its tasks. Behind a task's name:
 *
 *	<id  depends on    !name  holds a lock    @n  order       #n  batch
 *	*n   weight in s   ~      runs alone      ^   critical    -   planned to be skipped
 *	&name  runs in a lane
 *	>id    is a workstream of that task, which stands before it; it is required
 */

#include <ctype.h>

#include "tests/support/check.h"
#include "wtorch/base/text.h"
#include "wtorch/core/sched.h"

struct run {
	struct wt_arena arena;
	struct wt_plan plan;
	size_t cap_tasks, cap_locks, cap_lanes;
	struct wt_map locks;
	struct wt_sched *s;
	int64_t now_ms;
	struct wt_load load;
	struct wt_event *events; /* all that were told, in order */
	size_t n_events, cap_events;
	struct wt_buf said;
};

#define RUN_OF __attribute__((unused)) static

RUN_OF char *run_word(struct run *r, const char **at)
{
	const char *from = *at;

	while (isalnum((unsigned char)**at) || **at == '_' || **at == '/' || **at == '.')
		(*at)++;
	return wt_arena_strndup(&r->arena, from, (size_t)(*at - from));
}

RUN_OF void run_link(struct run *r, size_t task, size_t need)
{
	struct wt_plan_task *t = &r->plan.tasks[task], *n = &r->plan.tasks[need];

	t->needs = wt_arena_grow(&r->arena, t->needs, t->n_needs, &(size_t){ t->n_needs },
				 sizeof *t->needs);
	t->needs[t->n_needs++] = need;
	n->dependents = wt_arena_grow(&r->arena, n->dependents, n->n_dependents,
				      &(size_t){ n->n_dependents }, sizeof *n->dependents);
	n->dependents[n->n_dependents++] = task;
}

RUN_OF void run_lock(struct run *r, size_t task, const char *name)
{
	struct wt_plan_task *t = &r->plan.tasks[task];
	size_t lock = wt_map_put(&r->locks, name, r->plan.n_locks, NULL);

	if (lock == r->plan.n_locks)
		*WT_ARENA_PUSH(&r->arena, r->plan.lock_names, r->plan.n_locks, r->cap_locks) = name;
	t->locks = wt_arena_grow(&r->arena, t->locks, t->n_locks, &(size_t){ t->n_locks },
				 sizeof *t->locks);
	t->locks[t->n_locks++] = lock;
	WT_ARENA_PUSH(&r->arena, t->task.files, t->task.n_files, t->task.cap_files)->path = name;
}

/* That many may hold the lock from now on. */
RUN_OF void run_room(struct run *r, const char *name, size_t room)
{
	size_t lock = wt_map_find(&r->locks, name);

	assert_true(lock < r->plan.n_locks);
	if (!r->plan.lock_room) {
		r->plan.lock_room =
			wt_arena_alloc(&r->arena, r->plan.n_locks * sizeof *r->plan.lock_room);
		for (size_t i = 0; i < r->plan.n_locks; i++)
			r->plan.lock_room[i] = 1;
	}
	r->plan.lock_room[lock] = room;
}

RUN_OF void run_lane(struct run *r, size_t task, const char *name)
{
	struct wt_plan_task *t = &r->plan.tasks[task];
	size_t lane = 0;

	while (lane < r->plan.n_lanes && strcmp(r->plan.lane_names[lane], name) != 0)
		lane++;
	if (lane == r->plan.n_lanes)
		*WT_ARENA_PUSH(&r->arena, r->plan.lane_names, r->plan.n_lanes, r->cap_lanes) = name;
	t->lanes = wt_arena_grow(&r->arena, t->lanes, t->n_lanes, &(size_t){ t->n_lanes },
				 sizeof *t->lanes);
	t->lanes[t->n_lanes++] = lane;
}

RUN_OF void run_stream(struct run *r, size_t task, size_t primary)
{
	struct wt_plan_task *t = &r->plan.tasks[task], *of = &r->plan.tasks[primary];

	t->stream_of = primary + 1;
	t->is_needed = true;
	of->streams = wt_arena_grow(&r->arena, of->streams, of->n_streams,
				    &(size_t){ of->n_streams }, sizeof *of->streams);
	of->streams[of->n_streams++] = task;
}

RUN_OF void run_mark(struct run *r, size_t task, char mark, const char *word)
{
	struct wt_plan_task *t = &r->plan.tasks[task];
	int64_t n = 0;

	wt_text_parse_int(wt_str_of(word), &n);
	if (mark == '<')
		run_link(r, task, wt_plan_find(&r->plan, word));
	else if (mark == '>')
		run_stream(r, task, wt_plan_find(&r->plan, word));
	else if (mark == '!')
		run_lock(r, task, word);
	else if (mark == '&')
		run_lane(r, task, word);
	else if (mark == '#')
		t->batch = (size_t)n;
	else if (mark == '*')
		t->weight_s = t->path_s = n;
	else if (mark == '~')
		t->runs_alone = t->files_unknown = true;
	else if (mark == '^')
		t->task.is_critical = true;
	else if (mark == '-')
		t->skip = "needs 12, not selected";
	if (mark == '@')
		t->task.has_order = true;
	if (mark == '@')
		t->task.order = n;
}

RUN_OF struct wt_plan_task *run_add_task(struct run *r, const char *id)
{
	struct wt_plan_task *t;

	r->plan.tasks = wt_arena_grow(&r->arena, r->plan.tasks, r->plan.n_tasks, &r->cap_tasks,
				      sizeof *r->plan.tasks);
	t = &r->plan.tasks[r->plan.n_tasks];
	*t = (struct wt_plan_task){ .is_selected = true, .batch = 1, .weight_s = 60 };
	t->path_s = t->weight_s;
	t->task.id = id;
	t->task.title = wt_arena_printf(&r->arena, "Title of %s", id);
	t->task.estimate_s = 60;
	t->branch = wt_arena_printf(&r->arena, "wtorch/%s", id);
	t->worktree = wt_arena_printf(&r->arena, "/src/app-wt%s", id);
	t->slug = id;
	t->agent = "claude";
	wt_map_set(&r->plan.by_id, id, r->plan.n_tasks++);
	r->plan.n_selected++;
	return t;
}

/* The plan alone; the limits may still be changed before run_begin. */
RUN_OF void run_plan(struct run *r, const char *spec)
{
	*r = (struct run){ .load = { -1, -1, -1, -1 }, .said = WT_BUF_INIT, .now_ms = 1000 };
	r->plan.limits = (struct wt_limits){
		.jobs = 3, .retries = 1, .retry_pause_ms = 1000, .merge_wait_ms = 60000
	};
	r->plan.repo_name = "app";
	r->plan.base = "main";
	r->plan.is_valid = true;
	while (*spec) {
		size_t task = r->plan.n_tasks;

		run_add_task(r, run_word(r, &spec));
		while (*spec && *spec != ',') {
			char mark = *spec++;

			run_mark(r, task, mark, run_word(r, &spec));
		}
		spec += strspn(spec, ", ");
	}
}

RUN_OF void run_begin(struct run *r, bool landing)
{
	r->s = wt_sched_new(&r->plan, landing);
}

RUN_OF void run_of(struct run *r, const char *spec)
{
	run_plan(r, spec);
	run_begin(r, true);
}

RUN_OF void run_clear(struct run *r)
{
	wt_sched_free(r->s);
	wt_map_clear(&r->plan.by_id);
	wt_map_clear(&r->locks);
	wt_buf_clear(&r->said);
	wt_arena_clear(&r->arena);
}

RUN_OF const struct wt_task_state *run_task(const struct run *r, const char *id)
{
	return &wt_sched_state(r->s)->tasks[wt_plan_find(&r->plan, id)];
}

RUN_OF const char *run_state(const struct run *r, const char *id)
{
	return wt_state_name(run_task(r, id)->state);
}

RUN_OF bool tell(struct run *r, struct wt_event ev)
{
	ev.seq = r->n_events + 1;
	ev.ts_wall_ms = 1700000000000 + r->now_ms;
	*WT_ARENA_PUSH(&r->arena, r->events, r->n_events, r->cap_events) = ev;
	return wt_sched_apply(r->s, &r->events[r->n_events - 1], r->now_ms);
}

RUN_OF struct wt_oid run_oid(const char *id, unsigned char kind)
{
	struct wt_oid oid = { { kind } };

	for (size_t i = 0; id[i] && i + 1 < sizeof oid.id; i++)
		oid.id[i + 1] = (unsigned char)id[i];
	return oid;
}

RUN_OF bool tell_plain(struct run *r, enum wt_event_kind kind, const char *id)
{
	return tell(r, (struct wt_event){ .kind = kind,
					  .task = id,
					  .attempt = id ? run_task(r, id)->attempt : 0 });
}

RUN_OF void start(struct run *r, const char *id)
{
	size_t task = wt_plan_find(&r->plan, id), attempt = run_task(r, id)->attempt + 1;

	assert_true(tell(r, (struct wt_event){ .kind = WT_EV_WORKTREE_PREPARING,
					       .task = id,
					       .attempt = attempt,
					       .batch = r->plan.tasks[task].batch,
					       .branch = r->plan.tasks[task].branch,
					       .path = r->plan.tasks[task].worktree,
					       .base = run_oid("base", 1) }));
	assert_true(tell_plain(r, WT_EV_WORKTREE_PREPARED, id));
	assert_true(tell(
		r, (struct wt_event){ .kind = WT_EV_AGENT_STARTING,
				      .task = id,
				      .attempt = attempt,
				      .dir = wt_arena_printf(&r->arena, "%s/%zu", id, attempt) }));
	assert_true(tell(r, (struct wt_event){ .kind = WT_EV_AGENT_STARTED,
					       .task = id,
					       .attempt = attempt,
					       .pid = 100 + (int64_t)task,
					       .start_time = "777",
					       .boot_id = "boot" }));
}

RUN_OF void leave(struct run *r, const char *id, const char *reason, int64_t code)
{
	assert_true(tell(r, (struct wt_event){ .kind = WT_EV_AGENT_EXITED,
					       .task = id,
					       .attempt = run_task(r, id)->attempt,
					       .round = run_task(r, id)->round,
					       .reason = reason,
					       .code = code,
					       .cpu_ms = 1500,
					       .rss_bytes = 1000000,
					       .duration_ms = 60000 }));
}

/* The agent exits well and its work is committed. */
RUN_OF void work(struct run *r, const char *id)
{
	leave(r, id, "exit", 0);
	assert_true(tell(r, (struct wt_event){ .kind = WT_EV_WORK_COMMITTED,
					       .task = id,
					       .attempt = run_task(r, id)->attempt,
					       .tip = run_oid(id, 2),
					       .tree = run_oid(id, 3),
					       .count = 2 }));
}

RUN_OF void land(struct run *r, const char *id)
{
	assert_true(tell(r, (struct wt_event){ .kind = WT_EV_LANDING_STARTING,
					       .task = id,
					       .base = run_oid("base", 1),
					       .oid = run_oid(id, 4) }));
	assert_true(tell(
		r, (struct wt_event){ .kind = WT_EV_LANDED, .task = id, .oid = run_oid(id, 4) }));
}

RUN_OF void finish(struct run *r, const char *id)
{
	start(r, id);
	work(r, id);
	land(r, id);
}

RUN_OF void end(struct run *r, const char *id, enum wt_outcome outcome, const char *reason)
{
	assert_true(tell(r, (struct wt_event){ .kind = WT_EV_ATTEMPT_ENDED,
					       .task = id,
					       .attempt = run_task(r, id)->attempt,
					       .outcome = outcome,
					       .reason = reason }));
}

RUN_OF void fail_task(struct run *r, const char *id, const char *reason)
{
	leave(r, id, "exit", 1);
	end(r, id, WT_OUTCOME_FAILED, reason);
}

RUN_OF void conflict(struct run *r, const char *id, const char *path, const char *other)
{
	const char **names = wt_arena_alloc(&r->arena, 2 * sizeof *names);

	names[0] = path;
	names[1] = other;
	assert_true(tell(r, (struct wt_event){ .kind = WT_EV_MERGE_CONFLICTED,
					       .task = id,
					       .paths = names,
					       .n_paths = 1,
					       .others = names + 1,
					       .n_others = other ? 1 : 0 }));
}

/* The next action as text: "start a", "skip b: needs a, which failed", "none", "end". */
RUN_OF const char *next(struct run *r)
{
	static const char *const kinds[] = {
		[WT_ACT_NONE] = "none",     [WT_ACT_START] = "start",
		[WT_ACT_FINISH] = "finish", [WT_ACT_MERGE] = "merge",
		[WT_ACT_SKIP] = "skip",     [WT_ACT_STOP] = "stop",
		[WT_ACT_END] = "end",       [WT_ACT_GATE] = "gate",
		[WT_ACT_DECIDE] = "decide", [WT_ACT_CONTINUE] = "continue",
		[WT_ACT_PAUSE] = "pause",
	};
	struct wt_action a;
	bool is_some = wt_sched_next(r->s, r->now_ms, &r->load, &a);

	assert_true(is_some == (a.kind != WT_ACT_NONE));
	wt_buf_reset(&r->said);
	wt_buf_puts(&r->said, kinds[a.kind]);
	if (a.kind == WT_ACT_GATE)
		wt_buf_printf(&r->said, " %s of", r->plan.gates[a.gate].name);
	if (is_some && a.kind != WT_ACT_END && a.kind != WT_ACT_PAUSE)
		wt_buf_printf(&r->said, " %s",
			      a.task < r->plan.n_tasks ? r->plan.tasks[a.task].task.id
						       : "the base");
	if (a.reason)
		wt_buf_printf(&r->said, ": %s", a.reason);
	if (a.kind == WT_ACT_NONE && a.wake_ms >= 0)
		wt_buf_printf(&r->said, " until +%lld", (long long)(a.wake_ms - r->now_ms));
	return r->said.data;
}

#define check_next(r, want) check_str(next(r), (want))

/* Starts all that may start, in order, and checks which they were: "a b c". */
RUN_OF void check_starts(struct run *r, const char *want)
{
	struct wt_buf got = WT_BUF_INIT;
	struct wt_action a;

	while (wt_sched_next(r->s, r->now_ms, &r->load, &a) && a.kind == WT_ACT_START) {
		const char *id = r->plan.tasks[a.task].task.id;

		check_int(a.attempt, run_task(r, id)->attempt + 1);
		wt_buf_printf(&got, "%s%s", got.len ? " " : "", id);
		start(r, id);
	}
	check_str(got.data, want);
	wt_buf_clear(&got);
}

/* Records the skip that is due and checks it: "b: needs a, which failed". */
RUN_OF void check_skip(struct run *r, const char *want)
{
	struct wt_action a;

	check_str(next(r), want);
	assert_true(wt_sched_next(r->s, r->now_ms, &r->load, &a));
	assert_true(a.kind == WT_ACT_SKIP);
	assert_true(tell(r, (struct wt_event){ .kind = WT_EV_TASK_SKIPPED,
					       .task = r->plan.tasks[a.task].task.id,
					       .reason = a.reason }));
}

RUN_OF const char *why(struct run *r, const char *id)
{
	return wt_sched_why(r->s, wt_plan_find(&r->plan, id), r->now_ms);
}

#endif
