/* SPDX-License-Identifier: MIT */
/* Any bytes as live.json of a run: what is taken of it can be shown, and is written and read again
 * as the same. */

#undef NDEBUG /* the asserts are the test, in a release build too */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/core/snapshot.h"

#define STARTED 1700000001000

enum { N_TASKS = 2 };

static void make_run(struct wt_arena *arena, struct wt_plan *plan, struct wt_run_state *s)
{
	static const char *const ids[] = { "a", "b" };

	*plan = (struct wt_plan){ .base = "main", .n_tasks = N_TASKS };
	plan->tasks = wt_arena_alloc(arena, N_TASKS * sizeof *plan->tasks);
	for (size_t i = 0; i < N_TASKS; i++) {
		plan->tasks[i].task.id = plan->tasks[i].task.title = ids[i];
		plan->tasks[i].is_selected = true;
		wt_map_set(&plan->by_id, ids[i], i);
	}
	wt_state_init(s, arena, plan);
	s->tasks[0].started_wall_ms = STARTED;
}

static void read_into(struct wt_arena *arena, const struct wt_run_state *s, struct wt_str text,
		      struct wt_live *live)
{
	const struct wt_json *doc;
	struct wt_error err;

	if (wt_json_cjson(arena, text, &doc, &err) == WT_OK && doc->kind == WT_JSON_OBJECT)
		wt_snapshot_parse(doc, s, arena, live);
}

static bool is_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void check_told(const struct wt_told *told)
{
	assert(told->tokens_in >= 0 && told->tokens_out >= 0 && told->tokens_cached >= 0);
	assert(told->cost_microusd >= 0);
	for (const char *c = told->message; c && *c; c++)
		assert(*c != '\033' && *c != '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wt_arena arena = { 0 };
	struct wt_plan plan;
	struct wt_run_state s;
	struct wt_live live[N_TASKS] = { 0 }, again[N_TASKS] = { 0 };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &text };

	make_run(&arena, &plan, &s);
	read_into(&arena, &s, (struct wt_str){ (const char *)data, size }, live);
	check_told(&live[0].told);
	assert(!live[1].told.is_known); /* it never started */
	wt_snapshot_render(&s, live, &w);
	read_into(&arena, &s, (struct wt_str){ text.data, text.len }, again);
	assert(again[0].told.is_known == live[0].told.is_known);
	assert(again[0].told.tokens_in == live[0].told.tokens_in);
	assert(again[0].told.cost_microusd == live[0].told.cost_microusd);
	assert(is_same(again[0].told.tool, live[0].told.tool));
	wt_buf_clear(&text);
	wt_map_clear(&plan.by_id);
	wt_arena_clear(&arena);
	return 0;
}
