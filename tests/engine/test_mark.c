/* SPDX-License-Identifier: MIT */
/* roadmap.commit = separate: what the source says of a task while it is worked on. */

#include "tests/support/engine_world.h"

/* Subjects of the commits of main that are no merges, oldest first, joined by '|'. */
static const char *marks(struct world *w)
{
	return world_git(w, "log --reverse --no-merges --format=%%s --grep='^Mark task' main | "
			    "paste -sd'|'");
}

/* For scripts: in the checkout, once it says that the task is in progress. */
#define AWAIT_MARK                                                                              \
	"cd \"$W/repo\"; i=0; until grep -q '1: Task number 1 🔄 In Progress' ROADMAP.md && " \
	"[ -z \"$(git status --porcelain)\" ]; do sleep 0.05; i=$((i + 1)); "                   \
	"[ $i -lt 1000 ] || exit 9; done; "

static void test_mark__a_task_is_in_progress_while_its_agent_works(void **state)
{
	struct world *w = *state;

	world_set(w, "roadmap.commit", "separate");
	world_agent(w, "1",
		    AWAIT_MARK "git show main:ROADMAP.md | grep -q 'In Progress' && cd - && "
			       "echo 1 > 1.txt");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(marks(w), "Mark task 1 in progress: Task number 1");
	check_contains(world_git(w, "show main:ROADMAP.md"), "1: Task number 1 ✅ Complete");
	check_clean(w);
	check_str(world_events(w, "status_marking status_marked"),
		  "status_marking 1\nstatus_marked 1\n");
	check_contains(world_git(w, "log -1 --format=%%B --grep='^Mark task'"), "Wtorch-Task: 1");
}

static void test_mark__a_failed_task_says_so_and_a_retry_takes_it_back(void **state)
{
	struct world *w = *state;

	world_set(w, "roadmap.commit", "separate");
	world_set(w, "run.retries", "0");
	world_agent(w, "1", "[ -e \"$W/mended\" ] && echo 1 > 1.txt");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "failed");
	check_contains(world_git(w, "show main:ROADMAP.md"), "1: Task number 1 ❌ Failed");
	check_clean(w);
	scratch_write(w->s, "mended", "");
	world_ask(w, WT_EV_RETRY_ASKED, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_contains(world_git(w, "show main:ROADMAP.md"), "1: Task number 1 ✅ Complete");
	check_str(marks(w), "Mark task 1 in progress: Task number 1|"
			    "Mark task 1 failed: Task number 1|"
			    "Mark task 1 in progress: Task number 1");
	check_clean(w);
}

static void test_mark__what_was_stopped_is_planned_again(void **state)
{
	struct world *w = *state;

	world_set(w, "roadmap.commit", "separate");
	world_agent(w, "1", "true");
	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	check_state(w, "1", "no_changes");
	check_str(world_git(w, "diff before main"), "");
	check_str(marks(w), "Mark task 1 in progress: Task number 1|"
			    "Mark task 1 planned: Task number 1");
	check_clean(w);
}

static void test_mark__a_status_that_a_person_wrote_stays(void **state)
{
	struct world *w = *state;

	world_set(w, "roadmap.commit", "separate");
	world_set(w, "run.retries", "0");
	world_agent(w, "1",
		    AWAIT_MARK "sed -i 's/🔄 In Progress/⏸ Blocked/' "
			       "ROADMAP.md && git commit -qam 'Blocked' && exit 3");
	world_plan(w, "1");
	world_drive(w);
	check_contains(world_git(w, "show main:ROADMAP.md"), "1: Task number 1 ⏸ Blocked");
	check_str(marks(w), "Mark task 1 in progress: Task number 1");
	check_clean(w);
}

static void test_mark__edits_in_the_checkout_stay_apart(void **state)
{
	struct world *w = *state;

	world_set(w, "roadmap.commit", "separate");
	world_set(w, "run.retries", "0");
	world_agent(w, "1", "exit 3");
	world_plan(w, "1");
	scratch_run(w->s, "cd repo && echo 'a thought' >> ROADMAP.md && git add ROADMAP.md && "
			  "echo 'another one' >> ROADMAP.md");
	world_drive(w);
	check_contains(world_git(w, "show main:ROADMAP.md"), "1: Task number 1 ❌ Failed");
	check_str(world_git(w, "status --porcelain"), "MM ROADMAP.md");
	check_str(world_git(w, "diff --cached ROADMAP.md | grep '^[+-][^+-]'"), "+a thought");
	check_str(world_git(w, "diff ROADMAP.md | grep '^[+-][^+-]'"), "+another one");
	check_int(scratch_status(w->s, "git -C repo show main:ROADMAP.md | grep -q thought"), 1);
}

static void test_mark__a_marker_that_a_person_is_changing_stays_in_the_checkout(void **state)
{
	struct world *w = *state;

	world_set(w, "roadmap.commit", "separate");
	world_set(w, "run.retries", "0");
	world_agent(w, "1", "exit 3");
	world_plan(w, "1");
	scratch_run(w->s, "cd repo && sed -i 's/📝 Planned/⏸ Blocked/' ROADMAP.md");
	world_drive(w);
	check_contains(scratch_read(w->s, "repo/ROADMAP.md", NULL), "Task number 1 ⏸ Blocked");
}

static void test_mark__a_checkout_in_the_middle_of_a_merge_is_left_alone(void **state)
{
	struct world *w = *state;

	world_set(w, "roadmap.commit", "separate");
	world_set(w, "run.retries", "0");
	world_agent(w, "1", "exit 3");
	world_plan(w, "1");
	scratch_run(w->s, "cd repo && git rev-parse HEAD > .git/MERGE_HEAD");
	world_git(w, "tag before");
	world_drive(w);
	check_state(w, "1", "failed");
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse before"));
	check_contains(world_notes(w),
		       "could not mark 'ROADMAP.md' as in_progress: its checkout is "
		       "in the middle of");
}

static void test_mark__a_file_that_git_does_not_know_is_edited_where_it_lies(void **state)
{
	struct world *w = *state;

	world_set(w, "roadmap.commit", "separate");
	world_set(w, "run.retries", "0");
	world_agent(w, "1",
		    "until grep -q 'In Progress' \"$W/plans/all.md\"; do sleep 0.05; done; "
		    "echo 1 > 1.txt");
	world_agent(w, "2", "exit 3");
	scratch_write(w->s, "plans/all.md",
		      "## PRIORITY 1: One 📝 Planned\n\n## PRIORITY 2: Two 📝 Planned\n");
	world_create_run(w, "../plans/all.md");
	world_drive(w);
	check_str(scratch_read(w->s, "plans/all.md", NULL),
		  "## PRIORITY 1: One ✅ Complete\n\n## PRIORITY 2: Two ❌ Failed\n");
	check_str(marks(w), "");
}

static void test_mark__without_separate_nothing_but_landings_moves_the_base(void **state)
{
	struct world *w = *state;

	world_set(w, "run.retries", "0");
	world_agent(w, "1", "exit 3");
	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	check_str(world_git(w, "diff before main"), "");
	check_int(world_count(w, "status_marking", NULL), 0);
}

/* As left by a machine that went down: the intent, and the base moved or not. */
static void plan_and_mark(struct world *w, bool has_moved)
{
	struct wt_event ev = { .kind = WT_EV_STATUS_MARKING, .task = "1", .reason = "in_progress" };

	world_set(w, "roadmap.commit", "separate");
	world_set(w, "run.retries", "0");
	world_agent(w, "1", "exit 3");
	world_plan(w, "1");
	scratch_run(w->s, "cd repo && sed -i 's/📝 Planned/🔄 In Progress/' ROADMAP.md && "
			  "git commit -qam 'Mark task 1 in progress: Task number 1' && "
			  "git tag marked && git reset -q --hard HEAD^");
	wt_oid_parse(wt_str_of(world_git(w, "rev-parse main")), &ev.base);
	wt_oid_parse(wt_str_of(world_git(w, "rev-parse marked")), &ev.oid);
	wt_oid_parse(wt_str_of(world_git(w, "rev-parse marked^{tree}")), &ev.tree);
	ev.path = w->repo;
	check_ok(wt_run_note(w->run, &ev, WT_DURABLE, &w->err), w->err);
	if (has_moved)
		world_git(w, "update-ref refs/heads/main marked");
	world_reopen(w);
}

static void test_mark__a_marking_that_was_cut_off_behind_its_move_is_finished(void **state)
{
	struct world *w = *state;

	plan_and_mark(w, true);
	world_drive(w);
	check_state(w, "1", "failed");
	check_str(marks(w), "Mark task 1 in progress: Task number 1|"
			    "Mark task 1 failed: Task number 1");
	check_clean(w);
}

static void test_mark__a_marking_that_was_cut_off_before_its_move_is_made_again(void **state)
{
	struct world *w = *state;

	plan_and_mark(w, false);
	world_drive(w);
	check_str(marks(w), "Mark task 1 in progress: Task number 1|"
			    "Mark task 1 failed: Task number 1");
	check_clean(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_mark__a_task_is_in_progress_while_its_agent_works),
		WORLD_TEST(test_mark__a_failed_task_says_so_and_a_retry_takes_it_back),
		WORLD_TEST(test_mark__what_was_stopped_is_planned_again),
		WORLD_TEST(test_mark__a_status_that_a_person_wrote_stays),
		WORLD_TEST(test_mark__edits_in_the_checkout_stay_apart),
		WORLD_TEST(test_mark__a_marker_that_a_person_is_changing_stays_in_the_checkout),
		WORLD_TEST(test_mark__a_checkout_in_the_middle_of_a_merge_is_left_alone),
		WORLD_TEST(test_mark__a_file_that_git_does_not_know_is_edited_where_it_lies),
		WORLD_TEST(test_mark__without_separate_nothing_but_landings_moves_the_base),
		WORLD_TEST(test_mark__a_marking_that_was_cut_off_behind_its_move_is_finished),
		WORLD_TEST(test_mark__a_marking_that_was_cut_off_before_its_move_is_made_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
