/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as what was kept of a plan before, and as the planner's answer: what is believed of
 * them makes a plan without cycles, of tame paths, that can be written and read again.
 */

#undef NDEBUG /* the asserts are the test, in a release build too */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/base/path.h"
#include "wtorch/core/answer.h"

static const char *const tree[] = { "a.c", "b.c", "dir/c.c" };

static void add_tasks(struct wt_tasks *tasks, struct wt_diags *diags)
{
	static const char *const ids[] = { "1", "2", "3", "4" };

	for (size_t i = 0; i < 4; i++) {
		struct wt_task *t = wt_tasks_add(tasks, ids[i], (struct wt_place){ 0 }, diags);

		t->body = i == 0 ? "parse_line and `a.c`" : i == 1 ? "b.c, TaskList" : "";
		if (i == 2)
			wt_task_add_dependency(tasks, t, "1", diags);
	}
}

static void check_plan(const struct wt_plan *plan)
{
	assert(plan->n_cycles == 0 && plan->n_selected == 4 && plan->n_tasks == 4);
	for (size_t i = 0; i < plan->n_tasks; i++) {
		const struct wt_plan_task *t = &plan->tasks[i];

		assert(t->batch > 0 && t->task.estimate_s >= -1);
		for (size_t k = 0; k < t->task.n_files; k++)
			assert(wt_path_is_tame(wt_str_of(t->task.files[k].path)));
		for (size_t k = 0; k < t->n_needs; k++)
			assert(plan->tasks[t->needs[k]].batch < t->batch);
	}
}

static void check_again(struct wt_arena *arena, const struct wt_plan *plan)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &text };
	struct wt_plan_render_opts opts = { .whole = true };
	const struct wt_json *doc;
	struct wt_plan again;
	struct wt_error err;

	wt_plan_render(plan, &opts, &w);
	assert(wt_json_cjson(arena, (struct wt_str){ text.data, text.len }, &doc, &err) == WT_OK);
	assert(wt_plan_parse(arena, doc, &again, &err) == WT_OK);
	wt_plan_clear(&again);
	wt_buf_clear(&text);
}

static void check_kept(struct wt_arena *arena, const struct wt_evidence *e)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_co_change history;
	const struct wt_json *doc;
	struct wt_error err;

	if (!e->history.n_commits)
		return;
	wt_co_change_render(&e->history, "k", &text);
	assert(wt_json_cjson(arena, (struct wt_str){ text.data, text.len }, &doc, &err) == WT_OK);
	assert(wt_co_change_parse(arena, doc, "k", &history));
	assert(history.n_commits == e->history.n_commits && history.n_paths == e->history.n_paths);
	wt_buf_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wt_arena arena = { 0 };
	struct wt_diags diags = { .arena = &arena };
	struct wt_tasks tasks = { .arena = &arena };
	struct wt_config *config = wt_config_new();
	struct wt_evidence e = { 0 };
	struct wt_symbol *symbols = NULL;
	struct wt_plan_inputs in = { .tasks = &tasks,
				     .config = config,
				     .repo_top = "/home/user/app",
				     .base = "main",
				     .run_id = "",
				     .tree = tree,
				     .n_tree = 3,
				     .evidence = &e };
	const struct wt_json *doc = NULL;
	struct wt_error err;
	struct wt_plan plan;

	wt_config_set(config, WT_LAYER_FLAG, "agent.x.command", "true", (struct wt_place){ 0 },
		      &diags);
	add_tasks(&tasks, &diags);
	if (wt_json_cjson(&arena, (struct wt_str){ (const char *)data, size }, &doc, &err))
		doc = NULL;
	wt_co_change_parse(&arena, wt_json_find(doc, "h"), "k", &e.history);
	wt_symbols_parse(&arena, wt_json_find(doc, "s"), "k", &symbols, &e.n_symbols);
	e.symbols = symbols;
	wt_plan_build(&arena, &in, &diags, &plan);
	check_plan(&plan);
	if (wt_answer_parse(&arena, wt_json_find(doc, "a"), &plan, &e, &diags, &err) == WT_OK) {
		wt_plan_clear(&plan);
		wt_plan_build(&arena, &in, &diags, &plan);
		check_plan(&plan);
	}
	check_again(&arena, &plan);
	check_kept(&arena, &e);
	wt_plan_clear(&plan);
	wt_tasks_clear(&tasks);
	wt_config_free(config);
	wt_arena_clear(&arena);
	return 0;
}
