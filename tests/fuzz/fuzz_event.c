/* SPDX-License-Identifier: MIT */
/* Any bytes as a journal: each line is parsed, written again and told to a scheduler, which then
 * has to choose and to explain. */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/core/report.h"

enum { A, B, C, D, N_TASKS };

/* "a !x, b<a, c !x ~, d<b @1" */
static void make_plan(struct wt_arena *arena, struct wt_plan *plan)
{
	static const char *const ids[] = { "a", "b", "c", "d" };
	static size_t a[] = { A }, b[] = { B }, d[] = { D }, lock[] = { 0 };

	*plan = (struct wt_plan){ .base = "main", .n_tasks = N_TASKS, .n_locks = 1 };
	plan->limits = (struct wt_limits){ .jobs = 2, .retries = 1, .same_failure = 3 };
	plan->tasks = wt_arena_alloc(arena, N_TASKS * sizeof *plan->tasks);
	for (size_t i = 0; i < N_TASKS; i++) {
		plan->tasks[i].task.id = plan->tasks[i].task.title = ids[i];
		plan->tasks[i].is_selected = true;
		plan->tasks[i].agent = "one";
		plan->tasks[i].batch = i + 1;
		wt_map_set(&plan->by_id, ids[i], i);
	}
	plan->tasks[A].locks = plan->tasks[C].locks = lock;
	plan->tasks[A].n_locks = plan->tasks[C].n_locks = 1;
	plan->tasks[A].dependents = b;
	plan->tasks[B].dependents = d;
	plan->tasks[B].needs = a;
	plan->tasks[D].needs = b;
	plan->tasks[A].n_dependents = plan->tasks[B].n_dependents = 1;
	plan->tasks[B].n_needs = plan->tasks[D].n_needs = 1;
	plan->tasks[C].runs_alone = true;
	plan->tasks[D].task.has_order = true;
	plan->tasks[D].task.order = 1;
}

static bool parse(struct wt_arena *arena, struct wt_str line, struct wt_event *ev)
{
	const struct wt_json *doc;
	struct wt_error err;

	return wt_json_cjson(arena, line, &doc, &err) == WT_OK &&
	       wt_event_parse(arena, doc, ev, &err) == WT_OK;
}

/* What was written is read again as the same event. */
static void check_round_trip(struct wt_arena *arena, const struct wt_event *ev)
{
	struct wt_buf first = WT_BUF_INIT, second = WT_BUF_INIT;
	struct wt_event again;
	bool is_read;

	wt_event_render(ev, &first);
	assert(!memchr(first.data, '\n', first.len));
	is_read = parse(arena, (struct wt_str){ first.data, first.len }, &again);
	assert(is_read);
	(void)is_read; /* asserts may be compiled out */
	wt_event_render(&again, &second);
	assert(strcmp(first.data, second.data) == 0);
	wt_buf_clear(&first);
	wt_buf_clear(&second);
}

static void check_shows(struct wt_sched *s)
{
	struct wt_report_opts opts = { .state_dir = "/run", .cwd = "/src" };
	struct wt_status_opts status = { .now_wall_ms = 1 };
	struct wt_buf out = WT_BUF_INIT;

	wt_report_render_text(wt_sched_state(s), &opts, &out);
	wt_report_render_yaml(wt_sched_state(s), &opts, &out);
	wt_report_render_markdown(wt_sched_state(s), &opts, &out);
	wt_status_render_json(wt_sched_state(s), &status, &(struct wt_jsonw){ .out = &out });
	wt_buf_clear(&out);
}

static void tell(struct wt_arena *arena, struct wt_sched *s, struct wt_str line, int64_t now_ms)
{
	struct wt_event *ev = wt_arena_alloc(arena, sizeof *ev);
	struct wt_action action;

	if (!parse(arena, line, ev))
		return;
	check_round_trip(arena, ev);
	wt_sched_apply(s, ev, now_ms);
	for (int i = 0; i < 3 && wt_sched_next(s, now_ms, NULL, &action); i++)
		assert(action.task < N_TASKS);
	for (size_t i = 0; i < N_TASKS; i++)
		(void)wt_sched_why(s, i, now_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wt_str rest = { (const char *)data, size };
	struct wt_arena arena = { 0 };
	struct wt_plan plan;
	struct wt_provider items[] = { { .name = "one", .jobs = 2, .start_gap_ms = 400 } };
	const char *const agents[] = { "one" };
	struct wt_providers providers = { .items = items,
					  .n = 1,
					  .agents = agents,
					  .of_agent = &(size_t){ 0 },
					  .n_agents = 1,
					  .wait_ms = 3600000 };
	struct wt_sched *s;
	struct wt_str line;
	int64_t now_ms = 0;

	make_plan(&arena, &plan);
	s = wt_sched_new(&plan, true);
	wt_sched_set_providers(s, &providers);
	wt_sched_set_budget(s, &(struct wt_budget){ .run = { 5000000, 90000 } });
	wt_sched_set_clock(s, 0, 1700000000000);
	while (wt_str_next(&rest, "\n", &line))
		tell(&arena, s, line, now_ms += 500);
	check_shows(s);
	wt_sched_free(s);
	wt_map_clear(&plan.by_id);
	wt_arena_clear(&arena);
	return 0;
}
