/* SPDX-License-Identifier: MIT */
/* What runs, in which order, and why something waits or is left out. */

#include <inttypes.h>

#include "tests/support/check.h"
#include "tests/support/plan_of.h"
#include "wtorch/base/path.h"

/* "a:1 b:2 c:-" with the wave of each task that is selected, '-' for a skipped one. */
static void check_waves(struct plan_of *p, const char *want)
{
	struct wt_buf got = WT_BUF_INIT;

	for (size_t i = 0; i < p->plan.n_tasks; i++) {
		const struct wt_plan_task *t = &p->plan.tasks[i];

		if (t->is_selected && t->skip)
			wt_buf_printf(&got, "%s%s:-", got.len ? " " : "", t->task.id);
		else if (t->is_selected)
			wt_buf_printf(&got, "%s%s:%zu", got.len ? " " : "", t->task.id, t->batch);
	}
	check_str(got.data, want);
	wt_buf_clear(&got);
}

static void check_plan(const char *spec, const char *settings, const char *waves)
{
	struct plan_of *p = plan_of_with(spec, settings);

	check_waves(p, waves);
	plan_of_free(p);
}

static void check_reason(struct plan_of *p, const char *id, const char *want)
{
	const struct wt_plan_task *t = plan_of_task(p, id);
	const char *got = t->skip ? t->skip : t->reason;

	if (!got || !want)
		assert_ptr_equal(got, want);
	else
		check_str(got, want);
}

/* The diagnostics with their severity, one a line. */
static void check_says(struct plan_of *p, const char *part)
{
	struct wt_buf all = WT_BUF_INIT;

	for (size_t i = 0; i < p->plan.diags.len; i++)
		wt_buf_printf(&all, "%s:%zu: %s: %s\n",
			      p->plan.diags.items[i].place.path ? p->plan.diags.items[i].place.path
								: "-",
			      p->plan.diags.items[i].place.line,
			      wt_severity_name(p->plan.diags.items[i].severity),
			      p->plan.diags.items[i].message);
	check_contains(all.data, part);
	wt_buf_clear(&all);
}

/* "a+b!x+y" for each conflict: tasks, then paths; '~' in front when one waits anyway. */
static void check_conflicts(struct plan_of *p, const char *want)
{
	struct wt_buf got = WT_BUF_INIT;

	for (size_t i = 0; i < p->plan.n_conflicts; i++) {
		const struct wt_conflict *c = &p->plan.conflicts[i];

		wt_buf_printf(&got, "%s%s", i ? " " : "",
			      c->kind == WT_CONFLICT_DEPENDENCY ? "~" : "");
		for (size_t k = 0; k < c->n_tasks; k++)
			wt_buf_printf(&got, "%s%s", k ? "+" : "",
				      p->plan.tasks[c->tasks[k]].task.id);
		for (size_t k = 0; k < c->n_paths; k++)
			wt_buf_printf(&got, "%s%s", k ? "," : "!", c->paths[k]);
	}
	check_str(got.data, want);
	wt_buf_clear(&got);
}

static struct plan_of *select_from(const char *spec, const char *first, const char *second)
{
	struct plan_of *p = plan_of_tasks(spec, NULL);
	const char **select = wt_arena_alloc(&p->arena, 2 * sizeof *select);

	select[0] = first;
	select[1] = second;
	p->in.select = select;
	p->in.n_select = second ? 2 : 1;
	plan_of_build(p);
	return p;
}

static void check_selection(const char *spec, const char *first, const char *second,
			    const char *waves)
{
	struct plan_of *p = select_from(spec, first, second);

	check_waves(p, waves);
	plan_of_free(p);
}

/* selection */

static void test_plan__without_ids_every_planned_task_is_selected(void **unused)
{
	(void)unused;
	check_plan("a, b~, c", NULL, "a:1 c:1");
	check_plan("", NULL, "");
}

static void test_plan__ids_and_ranges_select(void **unused)
{
	const char *numbers = "64~, 65, 66, 67, 68, US-065, US-66, 2.5";

	(void)unused;
	check_selection(numbers, "66", NULL, "66:1");
	check_selection(numbers, "64-66", NULL, "65:1 66:1");
	check_selection(numbers, "65..66", "68", "65:1 66:1 68:1");
	check_selection(numbers, "US-65..US-66", NULL, "US-065:1 US-66:1");
	check_selection(numbers, "US-065..66", NULL, "US-065:1 US-66:1");
	check_selection(numbers, "2.5", "PRIORITY 65", "65:1 2.5:1");
	check_selection("1-3, 1, 2, 3", "1-3", NULL, "1-3:1");
}

static void test_plan__leading_zeros_do_not_matter_while_one_task_is_meant(void **unused)
{
	struct plan_of *p = select_from("US-065, a<US-65", "US-65", NULL);

	(void)unused;
	check_waves(p, "US-065:1");
	plan_of_free(p);
	p = select_from("US-065, US-0065", "US-65", NULL);
	check_waves(p, "");
	check_says(p, "-:0: error: there is no task 'US-65'; did you mean 'US-065'?");
	plan_of_free(p);
}

static void test_plan__selection_of_what_there_is_not_is_an_error(void **unused)
{
	struct plan_of *p = select_from("parser, lexer", "parsre", "7-9");

	(void)unused;
	check_says(p, "error: there is no task 'parsre'; did you mean 'parser'?");
	check_says(p, "error: there is no task in the range '7-9'");
	assert_false(p->plan.is_valid);
	check_str(p->plan.invalid_why, "there is no task 'parsre'; did you mean 'parser'?");
	plan_of_free(p);
	p = select_from("5, 6", "6-5", NULL);
	check_says(p, "the range '6-5' runs backwards");
	plan_of_free(p);
}

static void test_plan__completed_task_by_id_is_skipped_with_a_warning(void **unused)
{
	struct plan_of *p = select_from("a, b~", "b", "a");

	(void)unused;
	check_waves(p, "a:1 b:-");
	check_reason(p, "b", "already completed");
	check_says(p, "ROADMAP.md:2: warning: task 'b' is skipped: already completed");
	assert_true(p->plan.is_valid);
	check_int(p->plan.n_selected, 1);
	plan_of_free(p);
}

static void test_plan__max_tasks_cuts_in_order_of_precedence(void **unused)
{
	struct plan_of *p = plan_of_tasks("a, b<c=100, c=9, d*<a, e=50", NULL);

	(void)unused;
	p->in.max_tasks = 3;
	plan_of_build(p);
	/* c begins the longest path; a comes before b in the source and makes way for d. */
	check_waves(p, "a:1 c:1 d:2");
	check_says(p, "hint: 2 planned tasks are left out: at most 3 were asked for");
	plan_of_free(p);
}

/* dependencies */

static void test_plan__needs_and_dependents_mirror_each_other(void **unused)
{
	struct plan_of *p = plan_of("a, b<a, c<a+b, d<#a+PRIORITY a");
	struct wt_plan_task *a, *c;

	(void)unused;
	a = plan_of_task(p, "a");
	c = plan_of_task(p, "c");
	check_waves(p, "a:1 b:2 c:3 d:2");
	check_int(a->n_dependents, 3);
	check_int(c->n_needs, 2);
	check_int(c->needs[1], 1);
	check_reason(p, "a", NULL);
	check_reason(p, "c", "after a, b");
	plan_of_free(p);
}

static void test_plan__completed_dependency_is_met(void **unused)
{
	(void)unused;
	check_plan("a~, b<a", NULL, "b:1");
}

static void test_plan__unmet_dependency_skips_the_chain_behind_it(void **unused)
{
	struct plan_of *p = plan_of("a<12, b<a, c<b, d");

	(void)unused;
	check_waves(p, "a:- b:- c:- d:1");
	check_reason(p, "a", "needs 12, which does not exist");
	check_reason(p, "b", "needs a, skipped: needs 12, which does not exist");
	check_reason(p, "c",
		     "needs b, which in the end needs a, skipped: needs 12, which does not exist");
	check_says(p, "ROADMAP.md:1: warning: task 'a' needs '12', which does not exist");
	assert_true(p->plan.is_valid);
	plan_of_free(p);
}

static void test_plan__dependency_that_is_not_selected_or_not_planned_skips(void **unused)
{
	struct plan_of *p = select_from("12, 71<12, 72<gone", "71", NULL);

	(void)unused;
	check_reason(p, "71", "needs 12, not selected");
	check_says(p, "ROADMAP.md:3: warning: task '72' needs 'gone', which does not exist");
	plan_of_free(p);
	p = plan_of_tasks("a, b<a", NULL);
	p->tasks.items[0].status = WT_TASK_FAILED;
	plan_of_build(p);
	check_reason(p, "b", "needs a, which is marked as failed");
	plan_of_free(p);
}

static void test_plan__defect_of_a_task_skips_it(void **unused)
{
	struct plan_of *p = plan_of_tasks("a, b<a", NULL);

	(void)unused;
	p->tasks.items[0].defect = "file '../x' is no path inside the repository";
	plan_of_build(p);
	check_waves(p, "a:- b:-");
	check_reason(p, "a", "file '../x' is no path inside the repository");
	plan_of_free(p);
}

static void test_plan__cycles_are_errors_named_with_their_lines(void **unused)
{
	struct plan_of *p = plan_of("a<c, b<a, c<b, d<d, e<a, f");

	(void)unused;
	check_waves(p, "a:- b:- c:- d:- e:- f:1");
	check_int(p->plan.n_cycles, 2);
	check_int(p->plan.cycles[0].n_tasks, 3);
	check_says(p, "ROADMAP.md:1: error: the tasks need each other: a (ROADMAP.md:1) -> "
		      "c (ROADMAP.md:3) -> b (ROADMAP.md:2) -> a\n");
	check_says(p, "ROADMAP.md:4: error: the task needs itself: d (ROADMAP.md:4) -> d\n");
	check_reason(p, "e", "needs a, skipped: part of a cycle of dependencies");
	assert_false(p->plan.is_valid);
	plan_of_free(p);
}

static void test_plan__cycle_of_tasks_not_selected_is_a_warning(void **unused)
{
	struct plan_of *p = select_from("a<b, b<a, c", "c", NULL);

	(void)unused;
	check_waves(p, "c:1");
	check_says(p, "warning: the tasks need each other: a");
	check_int(p->plan.n_cycles, 0);
	assert_true(p->plan.is_valid);
	plan_of_free(p);
}

static void test_plan__order_against_a_dependency_is_a_cycle(void **unused)
{
	struct plan_of *p = plan_of("a@1<b, b@2");

	(void)unused;
	check_says(p, "the tasks need each other: a (ROADMAP.md:1) -> b (ROADMAP.md:2) -> "
		      "order 1: a\n");
	check_int(p->plan.cycles[0].n_tasks, 2);
	plan_of_free(p);
}

/* precedence and waves */

static void test_plan__order_is_a_barrier_for_those_that_have_one(void **unused)
{
	struct plan_of *p = plan_of("a@2, b@1, c<b, d@1<c, e@9, f");

	(void)unused;
	check_waves(p, "a:4 b:1 c:2 d:3 e:5 f:1");
	check_reason(p, "a", "order 2 after order 1");
	check_reason(p, "e", "order 9 after order 2");
	check_reason(p, "d", "after c");
	plan_of_free(p);
}

static void test_plan__weights_are_declared_or_the_median(void **unused)
{
	struct plan_of *p = plan_of("a=10, b=20, c=1000, d<a");

	(void)unused;
	check_int(plan_of_task(p, "d")->weight_s, 20);
	check_int(plan_of_task(p, "a")->path_s, 30);
	check_int(p->plan.n_critical, 1);
	check_int(p->plan.critical_path[0], 2);
	plan_of_free(p);
	p = plan_of("a, b<a");
	check_int(plan_of_task(p, "a")->path_s, 7200);
	check_int(p->plan.n_critical, 2);
	plan_of_free(p);
}

static void test_plan__contended_file_goes_to_the_longest_path_first(void **unused)
{
	struct plan_of *p = plan_of("a!x=1, b!x=5, c!x=1, d*!x=1, e!y");

	(void)unused;
	check_waves(p, "a:3 b:2 c:4 d:1 e:1");
	check_reason(p, "b", "shares x with d");
	check_reason(p, "c", "shares x with a");
	check_int(p->plan.n_locks, 1);
	plan_of_free(p);
}

/* Makes the first task declare a conflict with the others. */
static void declare(struct plan_of *p, const char *rival, const char *other)
{
	const char **rivals = wt_arena_alloc(&p->arena, 2 * sizeof *rivals);

	rivals[0] = rival;
	rivals[1] = other;
	p->tasks.items[0].conflicts_with = rivals;
	p->tasks.items[0].n_conflicts_with = other ? 2 : 1;
}

static void test_plan__declared_conflicts_are_kept_apart_two_by_two(void **unused)
{
	struct plan_of *p = plan_of_tasks("a=9, B-07!y, c!y, d!z, e!z<d", NULL);

	(void)unused;
	declare(p, "c", "b-7");
	plan_of_build(p);
	check_conflicts(p, "a+B-07 a+c B-07+c!y ~d+e!z");
	check_waves(p, "a:1 B-07:2 c:3 d:1 e:2");
	check_reason(p, "B-07", "conflicts with a");
	check_reason(p, "c", "shares y with B-07");
	assert_false(p->plan.is_valid);
	check_str(p->plan.invalid_why, "a, B-07 are declared to conflict, and 2 more conflicts");
	plan_of_free(p);
}

static void test_plan__declared_conflicts_of_the_ordered_need_no_lock(void **unused)
{
	struct plan_of *p = plan_of_tasks("a<b, b, c~, d", "plan.conflicts=allow");

	(void)unused;
	declare(p, "b", "d");
	p->tasks.items[3].conflicts_with = (const char *[]){ "a", "c", "gone" };
	p->tasks.items[3].n_conflicts_with = 3;
	plan_of_build(p);
	check_conflicts(p, "a+d");
	check_int(p->plan.n_locks, 1);
	check_says(p, "warning: task 'd' conflicts with 'gone', which does not exist");
	plan_of_free(p);
}

static void test_plan__a_group_has_room_for_so_many_and_waves_of_its_own(void **unused)
{
	struct plan_of *p = plan_of_tasks("a!1, b!2, c!3, d!4, e!5", NULL);

	(void)unused;
	for (size_t i = 0; i < 5; i++) {
		p->tasks.items[i].group = i < 3 ? "orchestration x" : "orchestration y";
		p->tasks.items[i].group_room = i < 3 ? 1 : 2;
		p->tasks.items[i].group_in_waves = i > 1;
	}
	p->tasks.items[0].group_in_waves = true;
	plan_of_build(p);
	check_waves(p, "a:1 b:2 c:3 d:1 e:1");
	check_reason(p, "b", "one at a time with orchestration x, after a");
	check_int(p->plan.n_locks, 1);
	check_int(p->plan.n_named_locks, 1);
	check_int(p->plan.n_lanes, 2);
	check_str(p->plan.lane_names[1], "orchestration y");
	check_int(plan_of_task(p, "e")->lanes[0], 1);
	plan_of_free(p);
}

static void test_plan__a_task_that_is_not_parallel_runs_alone(void **unused)
{
	struct plan_of *p = plan_of_tasks("a!x, b!y, c!z", NULL);

	(void)unused;
	p->tasks.items[1].is_alone = true;
	plan_of_build(p);
	check_waves(p, "a:1 b:2 c:1");
	check_reason(p, "b", "runs alone, as declared");
	assert_true(plan_of_task(p, "b")->runs_alone);
	plan_of_free(p);
}

static void test_plan__sequential_mode_is_one_task_a_wave(void **unused)
{
	struct plan_of *p = plan_of_with("a, b<a, c", "run.mode=sequential");

	(void)unused;
	check_waves(p, "a:1 b:2 c:3");
	check_reason(p, "b", "after a");
	check_reason(p, "c", "one at a time");
	check_int(p->plan.limits.mode, WT_MODE_SEQUENTIAL);
	plan_of_free(p);
}

static void test_plan__agent_with_sequential_mode_is_a_lock(void **unused)
{
	struct plan_of *p = plan_of_with("a, b, c", "agent.test.mode=sequential");

	(void)unused;
	check_waves(p, "a:1 b:2 c:3");
	check_reason(p, "b", "one at a time with agent test, after a");
	assert_true(p->plan.is_valid);
	plan_of_free(p);
}

static void test_plan__agent_with_jobs_is_a_lock_with_room(void **unused)
{
	struct plan_of *p = plan_of_with("a!x, b!x, c, d", "agent.test.jobs=2 run.jobs=2");

	(void)unused;
	check_waves(p, "a:1 b:2 c:1 d:2");
	check_int(p->plan.n_locks, 2);
	check_int(p->plan.n_named_locks, 1);
	check_str(p->plan.lock_names[1], "agent test");
	check_int(p->plan.lock_room[0], 1);
	check_int(p->plan.lock_room[1], 2);
	check_int(plan_of_task(p, "d")->n_locks, 1);
	check_reason(p, "b", "shares x with a");
	plan_of_free(p);
	p = plan_of_with("a, b, c, d", "agent.test.jobs=4"); /* nobody would ever wait */
	check_int(p->plan.n_locks, 0);
	plan_of_free(p);
	p = plan_of_with("a, b", "agent.test.jobs=2 agent.test.mode=sequential");
	check_int(p->plan.lock_room[0], 1);
	plan_of_free(p);
}

static void test_plan__a_wave_has_as_many_tasks_as_may_run_at_once(void **unused)
{
	struct plan_of *p =
		plan_of_with("a, b, c, d=9, e, f<a", "run.jobs=2 plan.unknown=parallel");

	(void)unused;
	/* a begins the longest path; d is the longest of the others: the rest was guessed from it.
	 */
	check_waves(p, "a:1 b:1 c:2 d:2 e:3 f:3");
	check_reason(p, "b", NULL);
	check_reason(p, "c", "2 at a time");
	check_reason(p, "f", "2 at a time");
	plan_of_free(p);
	check_plan("a!x, b!x, c, d, e", "run.jobs=2", "a:1 b:2 c:1 d:2 e:3");
	check_plan("a!x, b!y, c!x, d!y, e!x", "run.jobs=8", "a:1 b:1 c:2 d:2 e:3");
}

static void test_plan__agents_and_templates_in_batch_mode_are_lanes(void **unused)
{
	struct plan_of *p = plan_of_tasks("a, b<a, c<gone, d",
					  "agent.test.mode=batch template.x.mode=batch "
					  "template.y.mode=parallel");

	(void)unused;
	p->tasks.items[0].template = "x";
	p->tasks.items[3].template = "y";
	plan_of_build(p);
	check_int(p->plan.n_lanes, 2);
	check_str(p->plan.lane_names[0], "agent test");
	check_str(p->plan.lane_names[1], "template x");
	check_int(plan_of_task(p, "a")->n_lanes, 2);
	check_int(plan_of_task(p, "a")->lanes[1], 1);
	check_int(plan_of_task(p, "b")->n_lanes, 1);
	check_int(plan_of_task(p, "c")->n_lanes, 0);
	check_int(plan_of_task(p, "d")->lanes[0], 0);
	check_int(p->plan.limits.mode, WT_MODE_PARALLEL);
	plan_of_free(p);
}

/* conflicts */

static void test_plan__conflicts_are_grouped_by_the_tasks_that_share(void **unused)
{
	struct plan_of *p = plan_of("a!x!y!z, b!y!x, c!z!q, d!q");

	(void)unused;
	check_conflicts(p, "a+b!x,y a+c!z c+d!q");
	check_int(p->plan.n_locks, 3);
	check_int(plan_of_task(p, "a")->n_locks, 2);
	assert_false(p->plan.is_valid);
	check_str(p->plan.invalid_why, "a, b share x, and 2 more conflicts");
	plan_of_free(p);
}

static void test_plan__globs_and_folders_conflict_with_what_they_match(void **unused)
{
	struct plan_of *p = plan_of("a!src/, b!src/a.c, c!src/*.h, d!doc/a.c, e!**/a.c, f!src2");

	(void)unused;
	check_conflicts(p, "a+b+e!src/a.c a+c!src/,src/*.h a+e!**/a.c,src/ d+e!doc/a.c");
	plan_of_free(p);
	p = plan_of("a!**/a.c, b!a.c, c!x/b.c, d!?.c");
	check_conflicts(p, "a+b+d!a.c a+d!**/a.c,?.c");
	plan_of_free(p);
}

static void test_plan__same_glob_twice_is_a_conflict(void **unused)
{
	struct plan_of *p = plan_of("a!src/*, b!src/*, c!app/[id]/x, d!app/[id]/x");

	(void)unused;
	check_conflicts(p, "a+b!src/* c+d!app/[id]/x");
	plan_of_free(p);
}

static void test_plan__tasks_that_wait_for_each_other_do_not_conflict(void **unused)
{
	struct plan_of *p = plan_of("a!x, b!x<a, c!x<b, d!y@1, e!y@2");

	(void)unused;
	check_conflicts(p, "~a+b+c!x ~d+e!y");
	check_int(p->plan.n_locks, 0);
	assert_true(p->plan.is_valid);
	plan_of_free(p);
	p = plan_of("a!x, b!x<a, c!x<a");
	check_conflicts(p, "a+b+c!x");
	plan_of_free(p);
}

static void test_plan__allowed_conflicts_hold_nothing_up(void **unused)
{
	struct plan_of *p = plan_of_with("a!x, b!x", "plan.conflicts=allow");

	(void)unused;
	check_waves(p, "a:1 b:1");
	check_conflicts(p, "a+b!x");
	check_int(p->plan.n_locks, 0);
	plan_of_free(p);
	check_plan("a!x, b!x", "plan.conflicts=ask", "a:1 b:2");
}

static void test_plan__reading_and_skipped_tasks_conflict_with_nobody(void **unused)
{
	struct plan_of *p = plan_of_tasks("a!x, b!x, c!x<gone", NULL);

	(void)unused;
	p->tasks.items[1].is_read_only = true;
	plan_of_build(p);
	check_conflicts(p, "");
	check_waves(p, "a:1 b:1 c:-");
	plan_of_free(p);
}

static void test_plan__names_that_differ_in_case_are_a_warning(void **unused)
{
	struct plan_of *p = plan_of("a!src/A.c, b!src/a.c, c!SRC/a.c");

	(void)unused;
	check_conflicts(p, "");
	check_says(p, "ROADMAP.md:2: warning: task 'a' names 'src/A.c' and task 'b' names "
		      "'src/a.c': one file where case is ignored");
	check_says(p, "ROADMAP.md:3: warning: task 'a' names 'src/A.c' and task 'c' names "
		      "'SRC/a.c'");
	assert_true(p->plan.is_valid);
	plan_of_free(p);
}

static void test_plan__paths_from_the_text_conflict_with_less_certainty(void **unused)
{
	static const char *const tree[] = { "src/a.c", "src/b.c" };
	struct plan_of *p = plan_of_tasks("a!src/a.c, b, c", NULL);

	(void)unused;
	p->tasks.items[1].body = "change `src/a.c`\n";
	p->in.tree = tree;
	p->in.n_tree = 2;
	plan_of_build(p);
	check_conflicts(p, "a+b!src/a.c");
	check_int(p->plan.conflicts[0].certainty, WT_FROM_TEXT);
	assert_true(plan_of_task(p, "c")->files_unknown);
	assert_false(plan_of_task(p, "b")->files_unknown);
	plan_of_free(p);
}

static void test_plan__unknown_tasks_run_alone_when_asked_for(void **unused)
{
	struct plan_of *p = plan_of_with("a!x=9, b=8, c!y=7", "plan.unknown=alone");

	(void)unused;
	check_waves(p, "a:1 b:2 c:1");
	check_reason(p, "b", "runs alone: its files are unknown");
	assert_true(plan_of_task(p, "b")->runs_alone);
	plan_of_free(p);
	check_plan("a!x=9, b=8, c!y=7", NULL, "a:1 b:1 c:1");
	check_plan("a*, c!y=7", "plan.unknown=ask", "a:1 c:2");
}

/* who and where */

static void test_plan__agent_comes_from_task_template_or_run(void **unused)
{
	struct plan_of *p = plan_of_tasks("a, b, c, d", "agent.x.command=x agent.y.command=y "
							"template.t.agent=y run.agent=x");

	(void)unused;
	p->tasks.items[0].agent = "test";
	p->tasks.items[1].template = "t";
	p->tasks.items[3].agent = "tset";
	plan_of_build(p);
	check_str(plan_of_task(p, "a")->agent, "test");
	check_str(plan_of_task(p, "b")->agent, "y");
	check_str(plan_of_task(p, "c")->agent, "x");
	check_says(p, "ROADMAP.md:4: error: task 'd' is for [agent tset], which is not configured; "
		      "did you mean 'test'?");
	plan_of_free(p);
	p = plan_of_with("a", "agent.y.command=y template.t.agent=y run.template=t run.agent=test");
	check_str(plan_of_task(p, "a")->agent, "y");
	check_str(plan_of_task(p, "a")->task.template, "t");
	plan_of_free(p);
	p = plan_of_with("a, b", "agent.x.command=x");
	check_says(p, "error: there are 2 agents and nothing says which one is meant");
	check_int(p->plan.diags.errors, 1);
	plan_of_free(p);
}

static void test_plan__the_type_picks_a_template_where_none_is_named(void **unused)
{
	struct plan_of *p = plan_of_tasks("a, b, c, d", "template.quick.retries=0 "
							"template.bugfix.model=big "
							"template.test.agent=test");

	(void)unused;
	p->tasks.items[0].type = WT_TYPE_BUGFIX;
	p->tasks.items[1].type = WT_TYPE_BUGFIX;
	p->tasks.items[1].template = "quick";
	p->tasks.items[2].type = WT_TYPE_TEST;
	p->tasks.items[3].type = WT_TYPE_DOCS;
	plan_of_build(p);
	check_str(plan_of_task(p, "a")->task.template, "bugfix");
	check_str(plan_of_task(p, "a")->model, "big");
	check_int(plan_of_task(p, "a")->own_retries, 0);
	check_str(plan_of_task(p, "b")->task.template, "quick");
	check_int(plan_of_task(p, "b")->own_retries, 1);
	check_str(plan_of_task(p, "c")->task.template, "test");
	assert_null(plan_of_task(p, "d")->task.template);
	plan_of_free(p);
}

static void test_plan__a_template_that_there_is_not_is_an_error(void **unused)
{
	struct plan_of *p = plan_of_tasks("a", NULL);

	(void)unused;
	p->tasks.items[0].template = "bugfx";
	plan_of_build(p);
	check_says(p, "task 'a' is for [template bugfx], which is not configured; "
		      "did you mean 'bugfix'?");
	plan_of_free(p);
}

static void test_plan__without_an_agent_init_is_the_advice(void **unused)
{
	struct plan_of *p = plan_of_tasks("a, b", NULL);

	(void)unused;
	wt_config_free(p->config);
	p->config = wt_config_new();
	p->in.config = p->config;
	plan_of_build(p);
	check_says(p, "error: no agent is configured; `wtorch init`");
	check_int(p->plan.diags.errors, 1);
	plan_of_free(p);
}

static bool is_taken(void *arg, const char *name)
{
	return strstr(arg, name) != NULL;
}

static void test_plan__branch_and_worktree_are_unique(void **unused)
{
	struct plan_of *p = plan_of_tasks("65, 66, US-7", NULL);

	(void)unused;
	p->tasks.items[1].title = "\xF0\x9F\x93\x9D";
	p->in.is_branch_taken = is_taken;
	p->in.is_path_taken = is_taken;
	p->in.arg = wt_arena_strdup(&p->arena, "wtorch/65-task-65 /home/user/app-wt66-2");
	plan_of_build(p);
	check_str(plan_of_task(p, "65")->branch, "wtorch/65-task-65-2");
	check_str(plan_of_task(p, "65")->worktree, "/home/user/app-wt65");
	check_str(plan_of_task(p, "66")->branch, "wtorch/66");
	check_str(plan_of_task(p, "66")->slug, "");
	check_str(plan_of_task(p, "66")->worktree, "/home/user/app-wt66-3");
	check_str(plan_of_task(p, "US-7")->worktree, "/home/user/app-wtUS-7");
	plan_of_free(p);
}

static void test_plan__templates_that_give_the_same_name_get_numbers(void **unused)
{
	struct plan_of *p =
		plan_of_with("a, b, c", "worktree.branch=work worktree.path=../wt/{repo}");

	(void)unused;
	check_str(plan_of_task(p, "a")->branch, "work");
	check_str(plan_of_task(p, "c")->branch, "work-3");
	check_str(plan_of_task(p, "c")->worktree, "/home/user/wt/app-3");
	plan_of_free(p);
}

static void test_plan__bad_templates_are_one_error_each(void **unused)
{
	struct plan_of *p = plan_of_with("a, b", "worktree.branch=x..{id} worktree.path=.git/{id}");

	(void)unused;
	check_int(p->plan.diags.errors, 2);
	check_says(p, "error: worktree.branch gives 'x..a', which is no name for a branch");
	check_says(p,
		   "error: worktree.path gives '/home/user/app/.git/a', which lies inside git's");
	assert_false(p->plan.is_valid);
	plan_of_free(p);
	p = plan_of_with("a, b", "worktree.branch={nope} worktree.path=../..");
	check_int(p->plan.diags.errors, 2);
	check_says(p, "worktree.branch: unknown word '{nope}'");
	check_says(p, "which holds the repository itself");
	plan_of_free(p);
	p = plan_of_with("a, b", "worktree.path=../{repo}");
	check_int(p->plan.diags.errors, 1);
	check_says(p, "which is the repository itself");
	plan_of_free(p);
	p = plan_of_with("a, b", "worktree.path=~/wt{id}");
	check_int(p->plan.diags.errors, 1);
	check_says(p, "gives '~/wta', whose '~' only a shell would replace");
	plan_of_free(p);
}

static void test_plan__branch_in_the_way_of_a_folder_is_an_error(void **unused)
{
	struct plan_of *p = plan_of_tasks("a, b", NULL);

	(void)unused;
	p->in.is_branch_taken = is_taken;
	p->in.arg = wt_arena_strdup(&p->arena, "wtorch");
	plan_of_build(p);
	check_int(p->plan.diags.errors, 1);
	check_says(p, "error: a branch 'wtorch' is in the way of 'wtorch/a-task-a': "
		      "git branch -m wtorch wtorch-old");
	plan_of_free(p);
	p = plan_of_tasks("a, b", NULL);
	p->tasks.items[0].branch = "feature";
	p->tasks.items[1].branch = "feature/b";
	plan_of_build(p);
	check_says(p, "gives 'feature/b', which lies inside another task's branch");
	plan_of_free(p);
}

static void test_plan__branch_names_follow_git(void **unused)
{
	static const char *const good[] = {
		"a", "wtorch/65-x", "a.b", "@a", "a@b", "\xC3\xA9", "a{"
	};
	static const char *const bad[] = { "",     "-a",    "a..b", "/a",     "a/",       "a//b",
					   ".a",   "a/.b",  "a.",   "a.lock", "a.lock/b", "a b",
					   "a~1",  "a^",    "a:b",  "a?",     "a*",       "a[b",
					   "a\\b", "a@{1}", "@",    "HEAD",   "a\x7F",    "a\nb" };

	(void)unused;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(wt_plan_is_branch(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(wt_plan_is_branch(bad[i]));
}

static void test_plan__limits_come_from_the_configuration(void **unused)
{
	struct plan_of *p = plan_of_with("a", "run.jobs=7 run.retries=4 run.cpu_max=90");

	(void)unused;
	check_int(p->plan.limits.jobs, 7);
	check_int(p->plan.limits.retries, 4);
	assert_true(p->plan.limits.cpu_max > 89.0 && p->plan.limits.cpu_max < 91.0);
	check_int(p->plan.limits.retry_pause_ms, 5000);
	check_str(p->plan.repo_name, "app");
	plan_of_free(p);
}

/* size */

static void test_plan__hot_files_and_many_globs_stay_small(void **unused)
{
	struct plan_of *p = plan_of_tasks("", NULL);

	(void)unused;
	for (size_t i = 0; i < 3000; i++) {
		struct wt_task *t = wt_tasks_add(&p->tasks, wt_arena_printf(&p->arena, "%zu", i),
						 (struct wt_place){ 0 }, &p->diags);
		const char *glob = wt_arena_printf(&p->arena, "src/m%zu/**", i % 1000);

		t->files = wt_arena_alloc(&p->arena, 3 * sizeof *t->files);
		t->files[t->n_files++].path = "hot.c";
		t->files[t->n_files++].path =
			i < 1000 ? glob : wt_arena_printf(&p->arena, "src/m%zu/%zu.c", i % 1000, i);
		t->files[t->n_files++].path = wt_arena_printf(&p->arena, "%zu/**/x.c", i % 100);
	}
	plan_of_build(p);
	check_int(p->plan.n_batches, 3000);
	check_int(p->plan.conflicts[0].n_tasks, 3000);
	check_str(p->plan.conflicts[0].paths[0], "hot.c");
	assert_true(p->plan.n_conflicts < 4000);
	assert_false(plan_of_task(p, "0")->runs_alone);
	plan_of_free(p);
}

static void test_plan__globs_that_match_everything_run_alone(void **unused)
{
	struct plan_of *p = plan_of_tasks("", NULL);

	(void)unused;
	for (size_t i = 0; i < 4000; i++) {
		struct wt_task *t = wt_tasks_add(&p->tasks, wt_arena_printf(&p->arena, "%zu", i),
						 (struct wt_place){ 0 }, &p->diags);

		t->files = wt_arena_alloc(&p->arena, sizeof *t->files);
		t->files[t->n_files++].path =
			wt_arena_printf(&p->arena, i < 2000 ? "**/a*%zu*" : "x/a/a/%zu", i);
	}
	plan_of_build(p);
	check_says(p, "will run alone: '**/a*");
	plan_of_free(p);
}

/* properties */

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static struct plan_of *random_plan(uint32_t *seed)
{
	static const char *const files[] = { "a", "b", "d/a", "d/b", "d/", "d/*", "**/a", "e/" };
	static const char *const modes[] = { "run.mode=parallel", "plan.unknown=alone" };
	struct wt_buf spec = WT_BUF_INIT;
	size_t n = 1 + next_random(seed) % 14;
	struct plan_of *p;

	for (size_t i = 0; i < n; i++) {
		wt_buf_printf(&spec, "%st%zu", i ? "," : "", i);
		while (next_random(seed) % 3 == 0)
			wt_buf_printf(&spec, "<t%zu", next_random(seed) % (n + (n > 9)));
		while (next_random(seed) % 2 == 0)
			wt_buf_printf(&spec, "!%s", files[next_random(seed) % 8]);
		if (next_random(seed) % 4 == 0)
			wt_buf_printf(&spec, "@%" PRIu32, next_random(seed) % 3);
		wt_buf_printf(&spec, "%s=%" PRIu32, next_random(seed) % 9 ? "" : " *",
			      next_random(seed) % 50);
	}
	p = plan_of_with(spec.data, modes[next_random(seed) % 2]);
	wt_buf_clear(&spec);
	return p;
}

static bool shares_lock(const struct wt_plan_task *a, const struct wt_plan_task *b)
{
	for (size_t i = 0; i < a->n_locks; i++) {
		for (size_t k = 0; k < b->n_locks; k++) {
			if (a->locks[i] == b->locks[k])
				return true;
		}
	}
	return false;
}

static bool is_in_conflict(const struct wt_plan *plan, size_t i, size_t k)
{
	for (size_t c = 0; c < plan->n_conflicts; c++) {
		size_t n = 0;

		for (size_t t = 0; t < plan->conflicts[c].n_tasks; t++)
			n += plan->conflicts[c].tasks[t] == i || plan->conflicts[c].tasks[t] == k;
		if (n == 2)
			return true;
	}
	return false;
}

static bool may_share(const struct wt_task *a, const struct wt_task *b)
{
	for (size_t i = 0; i < a->n_files; i++) {
		for (size_t k = 0; k < b->n_files; k++) {
			if (wt_globs_may_overlap(a->files[i].path, b->files[k].path))
				return true;
		}
	}
	return false;
}

static void check_pair(const struct wt_plan *plan, size_t i, size_t k)
{
	const struct wt_plan_task *a = &plan->tasks[i], *b = &plan->tasks[k];

	assert_int_equal(is_in_conflict(plan, i, k), may_share(&a->task, &b->task));
	if (a->batch == b->batch) {
		assert_false(shares_lock(a, b));
		assert_false(may_share(&a->task, &b->task));
		assert_false(a->runs_alone || b->runs_alone);
	}
	if (a->task.has_order && b->task.has_order && a->task.order < b->task.order)
		assert_true(a->batch < b->batch);
}

static void check_properties(const struct wt_plan *plan)
{
	for (size_t i = 0; i < plan->n_tasks; i++) {
		const struct wt_plan_task *t = &plan->tasks[i];

		assert_int_equal(t->batch == 0, t->skip != NULL);
		assert_int_equal(t->reason == NULL, t->batch < 2);
		if (t->skip)
			continue;
		for (size_t k = 0; k < t->n_needs; k++)
			assert_true(plan->tasks[t->needs[k]].batch < t->batch);
		for (size_t k = 0; k < plan->n_tasks; k++) {
			if (k != i && !plan->tasks[k].skip)
				check_pair(plan, i, k);
		}
	}
}

static void test_plan__waves_of_random_plans_respect_needs_locks_and_order(void **unused)
{
	uint32_t seed = 2;

	(void)unused;
	for (size_t i = 0; i < 3000; i++) {
		struct plan_of *p = random_plan(&seed);

		check_properties(&p->plan);
		plan_of_free(p);
	}
}

static void test_plan__is_the_same_every_time(void **unused)
{
	struct plan_of *p = plan_of("a!x!d/, b!x<a, c!d/q@1, d@2");
	struct wt_buf first = WT_BUF_INIT, second = WT_BUF_INIT;
	struct wt_jsonw w = { .out = &first }, v = { .out = &second };

	(void)unused;
	wt_plan_render(&p->plan, &(struct wt_plan_render_opts){ .whole = true }, &w);
	plan_of_build(p);
	wt_plan_render(&p->plan, &(struct wt_plan_render_opts){ .whole = true }, &v);
	check_str(first.data, second.data);
	wt_buf_clear(&first);
	wt_buf_clear(&second);
	plan_of_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan__without_ids_every_planned_task_is_selected),
		cmocka_unit_test(test_plan__ids_and_ranges_select),
		cmocka_unit_test(test_plan__leading_zeros_do_not_matter_while_one_task_is_meant),
		cmocka_unit_test(test_plan__selection_of_what_there_is_not_is_an_error),
		cmocka_unit_test(test_plan__completed_task_by_id_is_skipped_with_a_warning),
		cmocka_unit_test(test_plan__max_tasks_cuts_in_order_of_precedence),
		cmocka_unit_test(test_plan__needs_and_dependents_mirror_each_other),
		cmocka_unit_test(test_plan__completed_dependency_is_met),
		cmocka_unit_test(test_plan__unmet_dependency_skips_the_chain_behind_it),
		cmocka_unit_test(test_plan__dependency_that_is_not_selected_or_not_planned_skips),
		cmocka_unit_test(test_plan__defect_of_a_task_skips_it),
		cmocka_unit_test(test_plan__cycles_are_errors_named_with_their_lines),
		cmocka_unit_test(test_plan__cycle_of_tasks_not_selected_is_a_warning),
		cmocka_unit_test(test_plan__order_against_a_dependency_is_a_cycle),
		cmocka_unit_test(test_plan__order_is_a_barrier_for_those_that_have_one),
		cmocka_unit_test(test_plan__weights_are_declared_or_the_median),
		cmocka_unit_test(test_plan__contended_file_goes_to_the_longest_path_first),
		cmocka_unit_test(test_plan__declared_conflicts_are_kept_apart_two_by_two),
		cmocka_unit_test(test_plan__declared_conflicts_of_the_ordered_need_no_lock),
		cmocka_unit_test(test_plan__a_group_has_room_for_so_many_and_waves_of_its_own),
		cmocka_unit_test(test_plan__a_task_that_is_not_parallel_runs_alone),
		cmocka_unit_test(test_plan__sequential_mode_is_one_task_a_wave),
		cmocka_unit_test(test_plan__agent_with_sequential_mode_is_a_lock),
		cmocka_unit_test(test_plan__agent_with_jobs_is_a_lock_with_room),
		cmocka_unit_test(test_plan__a_wave_has_as_many_tasks_as_may_run_at_once),
		cmocka_unit_test(test_plan__agents_and_templates_in_batch_mode_are_lanes),
		cmocka_unit_test(test_plan__conflicts_are_grouped_by_the_tasks_that_share),
		cmocka_unit_test(test_plan__globs_and_folders_conflict_with_what_they_match),
		cmocka_unit_test(test_plan__same_glob_twice_is_a_conflict),
		cmocka_unit_test(test_plan__tasks_that_wait_for_each_other_do_not_conflict),
		cmocka_unit_test(test_plan__allowed_conflicts_hold_nothing_up),
		cmocka_unit_test(test_plan__reading_and_skipped_tasks_conflict_with_nobody),
		cmocka_unit_test(test_plan__names_that_differ_in_case_are_a_warning),
		cmocka_unit_test(test_plan__paths_from_the_text_conflict_with_less_certainty),
		cmocka_unit_test(test_plan__unknown_tasks_run_alone_when_asked_for),
		cmocka_unit_test(test_plan__agent_comes_from_task_template_or_run),
		cmocka_unit_test(test_plan__the_type_picks_a_template_where_none_is_named),
		cmocka_unit_test(test_plan__a_template_that_there_is_not_is_an_error),
		cmocka_unit_test(test_plan__without_an_agent_init_is_the_advice),
		cmocka_unit_test(test_plan__branch_and_worktree_are_unique),
		cmocka_unit_test(test_plan__templates_that_give_the_same_name_get_numbers),
		cmocka_unit_test(test_plan__bad_templates_are_one_error_each),
		cmocka_unit_test(test_plan__branch_in_the_way_of_a_folder_is_an_error),
		cmocka_unit_test(test_plan__branch_names_follow_git),
		cmocka_unit_test(test_plan__limits_come_from_the_configuration),
		cmocka_unit_test(test_plan__hot_files_and_many_globs_stay_small),
		cmocka_unit_test(test_plan__globs_that_match_everything_run_alone),
		cmocka_unit_test(test_plan__waves_of_random_plans_respect_needs_locks_and_order),
		cmocka_unit_test(test_plan__is_the_same_every_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
