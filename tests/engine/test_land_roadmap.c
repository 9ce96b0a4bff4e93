/* SPDX-License-Identifier: MIT */
/* The roadmap through a landing: ticked once, and every byte of a person left where it was. */

#include "tests/support/engine_world.h"

static void check_marked_everywhere(struct world *w)
{
	check_contains(world_git(w, "show main:ROADMAP.md"), "1: Task number 1 ✅ Complete");
	check_contains(world_git(w, "show :ROADMAP.md"), "1: Task number 1 ✅ Complete");
	check_contains(scratch_read(w->s, "repo/ROADMAP.md", NULL), "1: Task number 1 ✅ Complete");
}

static void test_land_roadmap__the_users_unstaged_edit_of_the_roadmap_stays(void **state)
{
	struct world *w = *state;

	world_plan(w, "1");
	scratch_run(w->s, "cd repo && echo 'a thought' >> ROADMAP.md && git diff > ../diff");
	world_drive(w);
	check_state(w, "1", "merged");
	check_marked_everywhere(w);
	check_str(world_git(w, "status --porcelain"), " M ROADMAP.md");
	check_str(world_git(w, "diff ROADMAP.md | grep '^[+-][^+-]'"), "+a thought");
	check_int(scratch_status(w->s, "git -C repo show main:ROADMAP.md | grep -q thought"), 1);
}

static void test_land_roadmap__the_users_staged_edit_of_the_roadmap_stays(void **state)
{
	struct world *w = *state;

	world_plan(w, "1");
	scratch_run(w->s, "cd repo && echo 'a thought' >> ROADMAP.md && git add ROADMAP.md");
	world_drive(w);
	check_state(w, "1", "merged");
	check_marked_everywhere(w);
	check_str(world_git(w, "status --porcelain"), "M  ROADMAP.md");
	check_str(world_git(w, "diff --cached ROADMAP.md | grep '^[+-][^+-]'"), "+a thought");
}

static void test_land_roadmap__both_edits_of_the_roadmap_stay_apart(void **state)
{
	struct world *w = *state;

	world_plan(w, "1 2<1");
	scratch_run(w->s, "cd repo && echo 'a thought' >> ROADMAP.md && git add ROADMAP.md && "
			  "echo 'another one' >> ROADMAP.md");
	world_drive(w);
	check_state(w, "1", "merged");
	check_state(w, "2", "merged");
	check_marked_everywhere(w);
	check_str(world_git(w, "status --porcelain"), "MM ROADMAP.md");
	check_str(world_git(w, "diff --cached ROADMAP.md | grep '^[+-][^+-]'"), "+a thought");
	check_str(world_git(w, "diff ROADMAP.md | grep '^[+-][^+-]'"), "+another one");
	check_str(world_git(w, "show main:ROADMAP.md | grep -c Complete"), "2");
}

static void test_land_roadmap__an_edit_made_while_the_agent_worked_stays_too(void **state)
{
	struct world *w = *state;

	world_agent(w, "1",
		    "echo 1 > 1.txt; cd \"$W/repo\"; sed -i 's/^# Roadmap/# My plan/' "
		    "ROADMAP.md");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_marked_everywhere(w);
	check_contains(scratch_read(w->s, "repo/ROADMAP.md", NULL), "# My plan\n");
	check_contains(world_git(w, "show main:ROADMAP.md"), "# Roadmap\n");
}

static void test_land_roadmap__a_roadmap_that_both_wrote_in_holds_the_task_back(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "echo 'a note of the agent' >> ROADMAP.md");
	world_plan(w, "1");
	world_git(w, "tag before");
	scratch_run(w->s, "cd repo && sed -i 's/^# Roadmap/# My plan/' ROADMAP.md && "
			  "cp ROADMAP.md ../mine");
	world_drive(w);
	check_kept_back(w, "1", "ROADMAP.md");
	scratch_run(w->s, "cmp mine repo/ROADMAP.md");
}

static void test_land_roadmap__a_roadmap_with_crlf_keeps_it(void **state)
{
	struct world *w = *state;

	world_plan_text(w, "# Roadmap\r\n\r\n## PRIORITY 1: Task number 1 📝 Planned\r\n\r\n"
			   "text\r\n");
	scratch_run(w->s, "cd repo && printf 'mine\\r\\n' >> ROADMAP.md");
	world_agent(w, "1", "echo 1 > 1.txt");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(scratch_read(w->s, "repo/ROADMAP.md", NULL),
		  "# Roadmap\r\n\r\n## PRIORITY 1: Task number 1 ✅ Complete\r\n\r\n"
		  "text\r\nmine\r\n");
	scratch_run(w->s,
		    "git -C repo show main:ROADMAP.md > got && printf '# Roadmap\\r\\n\\r\\n## "
		    "PRIORITY 1: Task number 1 ✅ Complete\\r\\n\\r\\ntext\\r\\n' | cmp - got");
}

static void test_land_roadmap__a_roadmap_that_is_checked_out_with_crlf_keeps_it(void **state)
{
	struct world *w = *state;

	scratch_write(w->s, "repo/.gitattributes", "ROADMAP.md text eol=crlf\n");
	scratch_run(w->s, "cd repo && git add .gitattributes && git commit -qm attributes");
	world_plan_text(w, "# Roadmap\n\n## PRIORITY 1: Task number 1 📝 Planned\n");
	scratch_run(w->s, "cd repo && rm ROADMAP.md && git checkout -q ROADMAP.md && "
			  "printf 'mine\\r\\n' >> ROADMAP.md");
	world_agent(w, "1", "echo 1 > 1.txt");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(scratch_read(w->s, "repo/ROADMAP.md", NULL),
		  "# Roadmap\r\n\r\n## PRIORITY 1: Task number 1 ✅ Complete\r\nmine\r\n");
	check_str(world_git(w, "show main:ROADMAP.md"),
		  "# Roadmap\n\n## PRIORITY 1: Task number 1 ✅ Complete");
}

static void test_land_roadmap__an_untracked_roadmap_is_edited_where_it_lies(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "echo 1 > 1.txt");
	scratch_write(w->s, "repo/ROADMAP.md", "## PRIORITY 1: One 📝 Planned\n\nmy text");
	world_create_run(w, NULL);
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(scratch_read(w->s, "repo/ROADMAP.md", NULL),
		  "## PRIORITY 1: One ✅ Complete\n\nmy text");
	check_str(world_git(w, "ls-tree --name-only main -- ROADMAP.md 1.txt"), "1.txt");
	check_str(world_git(w, "status --porcelain"), "?? ROADMAP.md");
	check_int(world_count(w, "roadmap_marked", "1"), 1);
}

static void test_land_roadmap__a_roadmap_outside_of_the_repository_is_edited_there(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "echo 1 > 1.txt");
	world_agent(w, "2", "true");
	scratch_write(w->s, "plans/all.md",
		      "## PRIORITY 1: One 📝 Planned\n\n"
		      "## PRIORITY 2: Two 📝 Planned\n");
	world_create_run(w, "../plans/all.md");
	world_drive(w);
	check_state(w, "1", "merged");
	check_state(w, "2", "no_changes");
	check_str(scratch_read(w->s, "plans/all.md", NULL), "## PRIORITY 1: One ✅ Complete\n\n"
							    "## PRIORITY 2: Two 📝 Planned\n");
	check_clean(w);
}

static void test_land_roadmap__an_agents_own_marker_is_left_out(void **state)
{
	struct world *w = *state;

	world_agent(w, "1",
		    "sed -i -e 's/📝 Planned/✅ Complete/' -e '1s/.*/# Better title/' ROADMAP.md");
	world_agent(w, "2", "exit 3");
	world_plan(w, "1 2");
	world_drive(w);
	check_state(w, "1", "merged");
	check_state(w, "2", "failed");
	/* Its text is its own, of the markers only the one that it earned. */
	check_contains(world_git(w, "show main:ROADMAP.md"), "# Better title");
	check_contains(world_git(w, "show main:ROADMAP.md"), "1: Task number 1 ✅ Complete");
	check_contains(world_git(w, "show main:ROADMAP.md"), "2: Task number 2 📝 Planned");
	check_contains(world_notes(w), "left out the agent's own edit");
	check_clean(w);
}

static void test_land_roadmap__a_heading_that_is_gone_is_a_warning(void **state)
{
	struct world *w = *state;

	world_agent(w, "1",
		    "echo 1 > 1.txt; unset GIT_TRACE2_EVENT; " /* from here on it is the user */
		    "cd \"$W/repo\"; echo '# Nothing' > ROADMAP.md; "
		    "git commit -qam 'clear the roadmap'");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "show main:ROADMAP.md"), "# Nothing");
	check_contains(world_notes(w), "no heading");
	check_clean(w);
}

static void test_land_roadmap__a_roadmap_file_that_the_user_deleted_is_no_obstacle(void **state)
{
	struct world *w = *state;

	world_plan(w, "1");
	scratch_run(w->s, "rm repo/ROADMAP.md");
	world_drive(w);
	check_state(w, "1", "merged");
	check_contains(world_git(w, "show main:ROADMAP.md"), "✅ Complete");
}

static void test_land_roadmap__the_roadmap_is_left_alone_when_told_so(void **state)
{
	struct world *w = *state;

	world_set(w, "roadmap.commit", "no");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_contains(world_git(w, "show main:ROADMAP.md"), "📝 Planned");
	check_contains(scratch_read(w->s, "repo/ROADMAP.md", NULL), "📝 Planned");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_land_roadmap__the_users_unstaged_edit_of_the_roadmap_stays),
		WORLD_TEST(test_land_roadmap__the_users_staged_edit_of_the_roadmap_stays),
		WORLD_TEST(test_land_roadmap__both_edits_of_the_roadmap_stay_apart),
		WORLD_TEST(test_land_roadmap__an_edit_made_while_the_agent_worked_stays_too),
		WORLD_TEST(test_land_roadmap__a_roadmap_that_both_wrote_in_holds_the_task_back),
		WORLD_TEST(test_land_roadmap__a_roadmap_with_crlf_keeps_it),
		WORLD_TEST(test_land_roadmap__a_roadmap_that_is_checked_out_with_crlf_keeps_it),
		WORLD_TEST(test_land_roadmap__an_untracked_roadmap_is_edited_where_it_lies),
		WORLD_TEST(test_land_roadmap__a_roadmap_outside_of_the_repository_is_edited_there),
		WORLD_TEST(test_land_roadmap__an_agents_own_marker_is_left_out),
		WORLD_TEST(test_land_roadmap__a_heading_that_is_gone_is_a_warning),
		WORLD_TEST(test_land_roadmap__a_roadmap_file_that_the_user_deleted_is_no_obstacle),
		WORLD_TEST(test_land_roadmap__the_roadmap_is_left_alone_when_told_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
