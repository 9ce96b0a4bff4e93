/* SPDX-License-Identifier: MIT */
/* Builds a plan: one step after the other, and the verdict at the end. */

#include <string.h>

#include "planner.h"
#include "wtorch/base/path.h"
#include "wtorch/core/sched.h"

#define MAX_SUGGESTIONS 10u /* each looks at every id */
#define MAX_NAMED       3u

static enum wt_mode mode_of(const struct wt_config *c)
{
	if (wt_config_is(c, "run.mode", "batch"))
		return WT_MODE_BATCH;
	if (wt_config_is(c, "run.mode", "sequential"))
		return WT_MODE_SEQUENTIAL;
	return WT_MODE_PARALLEL;
}

static size_t count_of(const struct wt_config *c, const char *key)
{
	return (size_t)wt_config_int(c, key);
}

static double percent_of(const struct wt_config *c, const char *key)
{
	return (double)wt_config_int(c, key);
}

static struct wt_limits limits_of(const struct wt_config *c)
{
	return (struct wt_limits){
		.mode = mode_of(c),
		.jobs = count_of(c, "run.jobs"),
		.keep_going = count_of(c, "run.keep_going"),
		.retries = count_of(c, "run.retries"),
		.retry_pause_ms = wt_config_int(c, "run.retry_pause"),
		.same_failure = count_of(c, "run.same_failure"),
		.cpu_max = percent_of(c, "run.cpu_max"),
		.cpu_start = percent_of(c, "run.cpu_start"),
		.memory_max = percent_of(c, "run.memory_max"),
		.memory_start = percent_of(c, "run.memory_start"),
		.load_max = percent_of(c, "run.load_max"),
		.merge_wait_ms = wt_config_int(c, "merge.wait"),
		.success_threshold = count_of(c, "run.success_threshold"),
	};
}

static void copy_inputs(struct planner *p, const struct wt_diags *diags)
{
	struct wt_plan *plan = p->plan;

	plan->repo_top = wt_arena_strdup(p->arena, p->in->repo_top);
	plan->repo_name = wt_arena_strdup(p->arena, wt_path_base(p->in->repo_top));
	plan->base = wt_arena_strdup(p->arena, p->in->base);
	plan->base_oid = p->in->base_oid;
	plan->overhead_ms = p->in->past ? p->in->past->overhead_ms : 0;
	plan->is_overhead_measured = p->in->past && p->in->past->is_overhead_measured;
	plan->limits = limits_of(p->in->config);
	plan->n_tasks = p->n;
	plan->tasks = wt_arena_alloc(p->arena, (p->n + !p->n) * sizeof *plan->tasks);
	for (size_t i = 0; !p->before && i < p->n; i++) {
		plan->tasks[i].task = p->in->tasks->items[i];
		wt_task_find_type(p->arena, &plan->tasks[i].task);
	}
	if (p->before)
		planner_take_joined(p);
	plan->does_join = wt_config_is(p->in->config, "plan.conflicts", "join");
	plan->diags.arena = p->arena;
	for (size_t i = 0; diags && i < diags->len; i++)
		wt_diags_add(&plan->diags, diags->items[i].severity, diags->items[i].place, "%s",
			     diags->items[i].message);
}

/* The verdict */

static void name_tasks(const struct wt_plan *plan, const size_t *tasks, size_t n, struct wt_buf *b)
{
	for (size_t i = 0; i < n && i < MAX_NAMED; i++)
		wt_buf_printf(b, "%s%s", i ? ", " : "", plan->tasks[tasks[i]].task.id);
	if (n > MAX_NAMED)
		wt_buf_printf(b, " and %zu more", n - MAX_NAMED);
}

static const char *first_error(const struct wt_plan *plan)
{
	size_t i = 0;

	while (plan->diags.items[i].severity != WT_SEVERITY_ERROR)
		i++;
	return plan->diags.items[i].message;
}

static void judge(struct planner *p)
{
	struct wt_plan *plan = p->plan;
	const struct wt_conflict *first = NULL;
	struct wt_buf b = WT_BUF_INIT;
	size_t n = 0;

	for (size_t i = plan->n_conflicts; i > 0; i--) {
		if (plan->conflicts[i - 1].kind == WT_CONFLICT_DEPENDENCY ||
		    plan->conflicts[i - 1].is_loose)
			continue;
		first = &plan->conflicts[i - 1];
		n++;
	}
	if (plan->diags.errors) {
		wt_buf_puts(&b, first_error(plan));
	} else if (first) {
		name_tasks(plan, first->tasks, first->n_tasks, &b);
		if (first->n_paths)
			wt_buf_printf(&b, " share %s", first->paths[0]);
		else
			wt_buf_puts(&b, " are declared to conflict");
		if (n > 1)
			wt_buf_printf(&b, ", and %zu more conflict%s", n - 1, n > 2 ? "s" : "");
	}
	plan->is_valid = b.len == 0;
	if (b.len)
		plan->invalid_why = wt_arena_strdup(p->arena, b.data);
	wt_buf_clear(&b);
}

static size_t count_guesses(const struct planner *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += planner_runs(p, i) && p->plan->tasks[i].estimate_from == WT_ESTIMATE_UNKNOWN;
	return n;
}

/* No schedule is shorter than its longest path, or than all slots at work all the time. */
static int64_t least_time(const struct planner *p)
{
	const struct wt_plan *plan = p->plan;
	int64_t longest_ms = 0, sum_ms = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct wt_plan_task *t = &plan->tasks[i];
		int64_t path_ms = t->path_s * 1000 + plan->overhead_ms;

		if (!planner_runs(p, i))
			continue;
		sum_ms += t->weight_s * 1000 + plan->overhead_ms;
		if (path_ms > longest_ms)
			longest_ms = path_ms;
	}
	sum_ms /= (int64_t)plan->limits.jobs;
	return (sum_ms > longest_ms ? sum_ms : longest_ms) / 1000;
}

/* No wave is shorter than its longest task. */
static int64_t least_batch_time(struct planner *p)
{
	const struct wt_plan *plan = p->plan;
	int64_t *longest_s = wt_arena_alloc(&p->scratch, (plan->n_batches + 1) * sizeof *longest_s);
	int64_t sum_ms = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct wt_plan_task *t = &plan->tasks[i];

		if (planner_runs(p, i) && t->batch && t->weight_s > longest_s[t->batch - 1])
			longest_s[t->batch - 1] = t->weight_s;
	}
	for (size_t b = 0; b < plan->n_batches; b++)
		sum_ms += longest_s[b] * 1000 + plan->overhead_ms;
	return sum_ms / 1000;
}

/* Starting each task as soon as it can is now and then slower: what was started keeps a longer
 * one from its files. */
static void choose_mode(struct planner *p)
{
	struct wt_plan *plan = p->plan;
	size_t n_guesses;
	int64_t parallel_s;

	if (plan->limits.mode != WT_MODE_PARALLEL || plan->n_selected < 3 ||
	    wt_config_is_set(p->in->config, "run.mode"))
		return;
	parallel_s = wt_estimate_mode(plan, WT_MODE_PARALLEL);
	if (parallel_s <= least_time(p) || parallel_s <= least_batch_time(p) ||
	    wt_estimate_mode(plan, WT_MODE_BATCH) >= parallel_s)
		return;
	plan->limits.mode = WT_MODE_BATCH;
	n_guesses = count_guesses(p);
	wt_diags_add(&plan->diags, WT_SEVERITY_HINT, (struct wt_place){ 0 },
		     "wave after wave is faster here, by the estimates%s; --mode parallel starts "
		     "each task as soon as it can",
		     !n_guesses ? ""
				: wt_arena_printf(p->arena, ", %zu of which %s", n_guesses,
						  n_guesses == 1 ? "is a guess" : "are guesses"));
}

static void build(struct planner *p, const struct wt_diags *diags)
{
	*p->plan = (struct wt_plan){ 0 };
	p->n_suggestions = MAX_SUGGESTIONS;
	copy_inputs(p, diags);
	planner_select(p);
	planner_depend(p);
	planner_take_answers(p);
	planner_rank(p);
	planner_find_files(p);
	planner_check_paths(p);
	planner_assign(p);
	planner_assign_gates(p);
	planner_place_all(p, 0);
	planner_find_conflicts(p);
	planner_find_waves(p);
}

static void release(struct planner *p)
{
	wt_map_clear(&p->loose_ids);
	wt_arena_clear(&p->scratch);
}

/* Again, from the plan that is there, with what mostly overlaps in it as one. */
static void join(struct planner *p, const struct wt_diags *diags)
{
	struct wt_diags hints = { .arena = p->arena };
	struct planner_groups groups;

	planner_find_groups(p, &groups, &hints);
	if (groups.n) {
		struct wt_plan first = *p->plan;
		struct planner before = *p;

		before.plan = &first;
		*p = (struct planner){ .arena = before.arena,
				       .in = before.in,
				       .plan = p->plan,
				       .n = before.n,
				       .tree = before.tree,
				       .before = &before,
				       .groups = &groups };
		build(p, diags);
		p->before = NULL;
		p->groups = NULL;
		wt_plan_clear(&first);
		release(&before);
	}
	for (size_t i = 0; i < hints.len; i++)
		wt_diags_add(&p->plan->diags, WT_SEVERITY_HINT, hints.items[i].place, "%s",
			     hints.items[i].message);
}

void wt_plan_build(struct wt_arena *arena, const struct wt_plan_inputs *in,
		   const struct wt_diags *diags, struct wt_plan *out)
{
	struct planner p = { .arena = arena,
			     .in = in,
			     .plan = out,
			     .n = in->tasks->len,
			     .tree = { in->tree, in->n_tree } };

	build(&p, diags);
	/* What is wrong is told of the tasks as they were written. */
	if (out->does_join && !out->diags.errors)
		join(&p, diags);
	planner_hint(&p);
	planner_add_streams(&p);
	judge(&p);
	choose_mode(&p);
	wt_advice_build(arena, out, wt_config_int(in->config, "plan.max_estimate") / 1000,
			&out->advices);
	release(&p);
}

const char *wt_plan_tie(const struct wt_plan *plan, struct wt_arena *arena)
{
	const struct wt_task *ordered = NULL;

	for (size_t i = 0; i < plan->n_tasks; i++) {
		const struct wt_plan_task *p = &plan->tasks[i];
		const struct wt_task *t = &p->task;

		if (!p->batch)
			continue;
		if (p->n_needs)
			return wt_arena_printf(arena, "%s needs %s", t->id,
					       plan->tasks[p->needs[0]].task.id);
		if (p->runs_alone && plan->n_selected > 1)
			return wt_arena_printf(arena, "%s runs alone", t->id);
		if (ordered && t->has_order && t->order != ordered->order)
			return wt_arena_printf(arena, "%s and %s have different orders",
					       ordered->id, t->id);
		if (t->has_order)
			ordered = t;
	}
	return plan->is_valid ? NULL : plan->invalid_why;
}
