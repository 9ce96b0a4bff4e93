/* SPDX-License-Identifier: MIT */
/* What past runs tell about how long tasks take. */

#include "tests/support/engine_world.h"
#include "wtorch/engine/past.h"

static void check_past(struct world *w, const char *titles)
{
	struct wt_past past;
	struct wt_buf got = WT_BUF_INIT;

	wt_past_read(w->used, &w->arena, &past);
	for (size_t i = 0; i < past.n_tasks; i++) {
		wt_buf_printf(&got, "%s%s:%zu", got.len ? ", " : "", past.tasks[i].title,
			      past.tasks[i].n_files);
		assert_true(past.tasks[i].duration_s >= 1);
	}
	check_str(got.data, titles);
	assert_true(past.is_overhead_measured == (past.n_tasks > 0));
	assert_true(past.overhead_ms >= 0);
	wt_buf_clear(&got);
}

static void test_past__merged_tasks_are_known_the_newest_run_first(void **state)
{
	struct world *w = *state;

	check_past(w, "");
	world_agent(w, "1", "echo x > 1.txt");
	world_agent(w, "2", "exit 1");
	world_agent(w, "3", "echo x > 3.txt");
	world_set(w, "run.retries", "0");
	world_plan_text(w, "## PRIORITY 1: First\n**Files**: 1.txt\n## PRIORITY 2: Second\n");
	world_drive(w);
	check_state(w, "1", "merged");
	check_past(w, "First:1");
	world_plan_text(w, "## PRIORITY 3: Third\n");
	check_int(w->run->plan.tasks[0].estimate_from, WT_ESTIMATE_UNKNOWN);
	world_drive(w);
	check_past(w, "Third:0, First:1");
	world_plan_text(w, "## PRIORITY 4: Third\n");
	check_int(w->run->plan.tasks[0].estimate_from, WT_ESTIMATE_HISTORY);
	assert_true(w->run->plan.tasks[0].weight_s >= 1);
}

static void test_past__a_run_that_cannot_be_read_is_left_out(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "echo x > 1.txt");
	world_plan_text(w, "## PRIORITY 1: First\n");
	world_drive(w);
	scratch_run(w->s, "mkdir -p repo/.git/wtorch/runs/29990101-000000-0000 "
			  "repo/.git/wtorch/runs/29990101-000000-0001 && "
			  "echo nonsense > repo/.git/wtorch/runs/29990101-000000-0001/"
			  "journal.jsonl");
	check_past(w, "First:0");
}

static void test_past__journals_of_more_than_some_megabytes_are_not_read(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "echo x > 1.txt");
	world_plan_text(w, "## PRIORITY 1: First\n");
	world_drive(w);
	scratch_run(w->s, "cd repo/.git/wtorch/runs && cp -r 2* 29990101-000000-0000 && "
			  "truncate -s 5M 29990101-000000-0000/journal.jsonl");
	check_past(w, "First:0");
	scratch_run(w->s, "truncate -s 5M repo/.git/wtorch/runs/*/journal.jsonl");
	check_past(w, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_past__merged_tasks_are_known_the_newest_run_first),
		WORLD_TEST(test_past__a_run_that_cannot_be_read_is_left_out),
		WORLD_TEST(test_past__journals_of_more_than_some_megabytes_are_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
