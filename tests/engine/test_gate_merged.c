/* SPDX-License-Identifier: MIT */
/* Gates of merged trees: work that passes by itself and not together, and who is to blame. */

#include "tests/support/engine_world.h"
#include "wtorch/base/path.h"

static void add_gate(struct world *w, const char *when, const char *script)
{
	scratch_write(w->s, "judge", script);
	world_set(w, "gate.sum.command", "sh -e \"$W/judge\"");
	world_set(w, "gate.sum.when", when);
}

static void check_others(struct world *w, const char *id, const char *want)
{
	const struct wt_task_state *t = world_task(w, id);
	struct wt_buf names = WT_BUF_INIT;

	for (size_t i = 0; i < t->n_others; i++)
		wt_buf_printf(&names, "%s%s", i ? " " : "", t->others[i]);
	check_str(names.data ? names.data : "", want);
	wt_buf_clear(&names);
}

static bool has_path(const struct wt_task_state *t, const char *path)
{
	for (size_t i = 0; i < t->n_paths; i++)
		if (strcmp(t->paths[i], path) == 0)
			return true;
	return false;
}

static void check_no_room(struct world *w)
{
	check_str(scratch_output(w->s, "ls -d wtorch-gate-* 2>/dev/null || true"), "");
	check_str(world_git(w, "worktree list --porcelain | grep wtorch-gate || true"), "");
}

/* All fork at once; the last one is done when all others have landed, one upon the other. */
static void let_go(struct world *w)
{
	const struct wt_run_state *s = wt_run_state(w->run);

	for (size_t i = 0; i < w->run->plan.n_tasks; i++) {
		const char *id = w->run->plan.tasks[i].task.id;

		scratch_run(w->s, "touch go-%s", id);
		if (s->tasks[i].state != WT_MERGED)
			break;
	}
}

static void plan_line(struct world *w, size_t n)
{
	struct wt_buf spec = WT_BUF_INIT;

	world_set(w, "run.jobs", "9");
	world_set(w, "run.mode", "parallel");
	for (size_t i = 1; i <= n; i++) {
		world_agent(w, wt_arena_printf(&w->arena, "%zu", i),
			    wt_arena_printf(&w->arena,
					    "sh \"$W/await\" go-%zu; echo x >%zu.txt; "
					    "mkdir -p of; echo x >of/%zu",
					    i, i, i));
		wt_buf_printf(&spec, "%s%zu", i > 1 ? " " : "", i);
	}
	world_plan(w, spec.data);
	wt_buf_clear(&spec);
	w->on_tick = let_go;
}

static void test_gate_merged__the_other_half_of_a_pair_is_named(void **state)
{
	struct world *w = *state;

	add_gate(w, "both", "! { test -e 1.txt && test -e 2.txt; }\n");
	plan_line(w, 2);
	world_drive(w);
	check_state(w, "1", "merged");
	check_state(w, "2", "conflict");
	assert_true(world_task(w, "2")->is_semantic);
	check_others(w, "2", "1");
	check_int((long)world_count(w, "merge_judging", "2"), 1);
	check_landed(w, "1");
	check_no_room(w);
}

static void check_third_is_blamed(struct world *w)
{
	const struct wt_task_state *t = world_task(w, "6");

	check_state(w, "6", "conflict");
	check_others(w, "6", "3");
	check_reason(w, "6", "gate sum");
	check_reason(w, "6", "before task 3 landed");
	assert_true(has_path(t, "6.txt") && has_path(t, "3.txt"));
	assert_false(has_path(t, "2.txt") || has_path(t, "4.txt"));
	check_landed(w, "5");
	check_no_room(w);
}

static const char not_with_third[] = "test \"$WTORCH_TASK\" != 6 || "
				     "echo $(ls of) >>\"$W/asked\"\n"
				     "! { test -e 6.txt && test -e 3.txt; }\n";

static void test_gate_merged__the_one_that_broke_it_is_found_among_many(void **state)
{
	struct world *w = *state;

	add_gate(w, "both", not_with_third);
	plan_line(w, 6);
	world_drive(w);
	check_third_is_blamed(w);
	/* Its work alone had passed, and is not judged again for that. */
	check_str(scratch_output(w->s, "cat asked"), "6\n1 2 3 4 5 6\n1 2 6\n1 2 3 6\n");
	/* What counts afterwards is the tree that would have landed. */
	check_int(world_task(w, "6")->merging.gates[0].verdict, WT_SAYS_FAIL);
	assert_false(world_task(w, "6")->merging.is_on);
}

static void test_gate_merged__a_person_may_merge_what_was_searched(void **state)
{
	struct world *w = *state;

	add_gate(w, "both", not_with_third);
	plan_line(w, 6);
	world_drive(w);
	world_ask(w, WT_EV_MERGE_ASKED, "6");
	world_drive(w);
	check_state(w, "6", "merged");
	check_landed(w, "6");
	check_contains(world_notes(w), "merged all the same, as asked");
	check_str(scratch_output(w->s, "wc -l <asked"), "4\n");
}

static void test_gate_merged__a_search_goes_on_after_a_kill(void **state)
{
	struct world *w = *state;

	add_gate(w, "both",
		 "echo x >>\"$W/all\"\n"
		 "if test -e 6.txt && test -e 2.txt && ! test -e 3.txt; then\n"
		 "touch \"$W/searching\"; sh \"$W/await\" on; fi\n"
		 "! { test -e 6.txt && test -e 3.txt; }\n");
	plan_line(w, 6);
	world_die_at(w, "searching");
	world_begin_again(w);
	check_state(w, "6", "merging");
	check_int((long)world_task(w, "6")->search.n, 2);
	scratch_run(w->s, "touch on");
	world_drive(w);
	check_third_is_blamed(w);
	check_int((long)world_count(w, "merge_judging", "6"), 4);
}

static void stop_once_searching(struct world *w)
{
	let_go(w);
	if (scratch_status(w->s, "test -e searching && test ! -e told && touch told") == 0)
		world_ask(w, WT_EV_STOP_ASKED, NULL);
}

static void test_gate_merged__a_stop_in_a_search_queues_it_and_it_begins_anew(void **state)
{
	struct world *w = *state;

	add_gate(w, "both",
		 "if test -e 6.txt && test -e 2.txt && ! test -e 3.txt; then\n"
		 "touch \"$W/searching\"; sh \"$W/await\" on; fi\n"
		 "! { test -e 6.txt && test -e 3.txt; }\n");
	plan_line(w, 6);
	w->on_tick = stop_once_searching;
	world_drive(w);
	check_state(w, "6", "queued");
	check_int((long)world_task(w, "6")->search.n, 0);
	scratch_run(w->s, "touch on");
	world_begin_again(w);
	world_drive(w);
	check_third_is_blamed(w);
}

static void test_gate_merged__work_that_is_red_by_itself_blames_nobody(void **state)
{
	struct world *w = *state;

	add_gate(w, "merged", "test ! -e 4.txt\n");
	plan_line(w, 4);
	world_drive(w);
	check_state(w, "4", "kept");
	check_reason(w, "4", "say no to its work by itself");
	check_others(w, "4", "");
	check_int((long)world_count(w, "merge_judging", "4"), 2);
	check_no_room(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_gate_merged__the_other_half_of_a_pair_is_named),
		WORLD_TEST(test_gate_merged__the_one_that_broke_it_is_found_among_many),
		WORLD_TEST(test_gate_merged__a_person_may_merge_what_was_searched),
		WORLD_TEST(test_gate_merged__a_search_goes_on_after_a_kill),
		WORLD_TEST(test_gate_merged__a_stop_in_a_search_queues_it_and_it_begins_anew),
		WORLD_TEST(test_gate_merged__work_that_is_red_by_itself_blames_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
