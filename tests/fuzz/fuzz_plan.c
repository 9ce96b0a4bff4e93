/* SPDX-License-Identifier: MIT */
/* Any bytes as a plan's document, or as a roadmap to be planned; whatever becomes a plan keeps
 * the promises of plan.h and survives being written and read. */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/core/plan.h"
#include "wtorch/core/roadmap.h"

static const char *const tree[] = { "Makefile", "docs/guide.md", "src/a.c", "src/b.c" };

static void check_task(const struct wt_plan *plan, const struct wt_plan_task *t)
{
	bool runs = t->is_selected && !t->skip;

	assert(runs == (t->batch > 0));
	assert(!t->joined_to || !t->is_selected);
	assert(t->n_parts <= WT_MAX_JOINED && (t->n_parts == 0 || runs));
	for (size_t i = 1; i < t->n_parts; i++) {
		assert(plan->tasks[t->parts[i]].joined_to == 1 + t->parts[0]);
		assert(t->parts[i] > t->parts[i - 1]);
	}
	assert(!t->branch || wt_plan_is_branch(t->branch));
	assert(!t->worktree || t->worktree[0] == '/');
	for (size_t i = 0; i < t->n_needs; i++)
		assert(plan->tasks[t->needs[i]].batch < t->batch);
	for (size_t i = 0; i < t->n_locks; i++)
		assert(t->locks[i] < plan->n_locks);
	for (size_t i = 0; i < t->n_lanes; i++)
		assert(t->lanes[i] < plan->n_lanes);
}

static void render(const struct wt_plan *plan, struct wt_buf *out)
{
	wt_plan_render(plan, &(struct wt_plan_render_opts){ .whole = true },
		       &(struct wt_jsonw){ .out = out });
}

static bool parse(struct wt_arena *arena, struct wt_str text, struct wt_plan *plan)
{
	const struct wt_json *doc;
	struct wt_error err;

	return wt_json_cjson(arena, text, &doc, &err) == WT_OK &&
	       wt_plan_parse(arena, doc, plan, &err) == WT_OK;
}

static void check_plan(struct wt_arena *arena, const struct wt_plan *plan)
{
	struct wt_buf first = WT_BUF_INIT, second = WT_BUF_INIT;
	struct wt_plan again;

	for (size_t i = 0; i < plan->n_tasks; i++)
		check_task(plan, &plan->tasks[i]);
	render(plan, &first);
	if (!parse(arena, (struct wt_str){ first.data, first.len }, &again))
		assert(0 && "what was written cannot be read");
	render(&again, &second);
	assert(strcmp(first.data, second.data) == 0);
	wt_plan_clear(&again);
	wt_buf_clear(&first);
	wt_buf_clear(&second);
}

static void plan_roadmap(struct wt_arena *arena, struct wt_str text)
{
	struct wt_diags diags = { .arena = arena };
	struct wt_tasks tasks = { .arena = arena };
	struct wt_config *config = wt_config_new();
	struct wt_plan_inputs in = { .tasks = &tasks,
				     .config = config,
				     .repo_top = "/home/user/app",
				     .base = "main",
				     .run_id = "",
				     .tree = tree,
				     .n_tree = sizeof tree / sizeof *tree };
	struct wt_plan plan;
	struct wt_error err;
	struct wt_md md = { 0 };

	wt_config_set(config, WT_LAYER_FLAG, "agent.a.command", "true", (struct wt_place){ 0 },
		      &diags);
	if (wt_markdown_cmark(arena, "ROADMAP.md", text, &md, &err) == WT_OK)
		wt_roadmap_parse(&md, wt_roadmap_default_rules(), &tasks, &diags);
	wt_plan_build(arena, &in, &diags, &plan);
	check_plan(arena, &plan);
	wt_plan_clear(&plan);
	wt_config_set(config, WT_LAYER_FLAG, "plan.conflicts", "join", (struct wt_place){ 0 },
		      &diags);
	wt_plan_build(arena, &in, &diags, &plan);
	check_plan(arena, &plan);
	wt_plan_clear(&plan);
	wt_tasks_clear(&tasks);
	wt_config_free(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wt_str text = { (const char *)data, size };
	struct wt_arena arena = { 0 };
	struct wt_plan plan;

	if (size && data[0] != '{') {
		plan_roadmap(&arena, text);
	} else if (parse(&arena, text, &plan)) {
		check_plan(&arena, &plan);
		wt_plan_clear(&plan);
	}
	wt_arena_clear(&arena);
	return 0;
}
