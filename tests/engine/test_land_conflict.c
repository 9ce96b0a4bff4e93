/* SPDX-License-Identifier: MIT */
/* Work that cannot land as it is: what is said, what stays, and how a person mends it. */

#include "tests/support/engine_world.h"

/* Both change line 5 of a file; 1 lands first. */
static void make_conflict(struct world *w)
{
	world_agent(w, "1", "sed -i '5s/.*/one/' src/file-1.txt; sh \"$W/await\" forked");
	world_agent(w, "2",
		    "touch \"$W/forked\"; sed -i '5s/.*/two/' src/file-1.txt; "
		    "echo 2 > 2.txt; sh \"$W/await\" merged");
	world_plan(w, "1 2");
}

static void let_2_go_when_1_merged(struct world *w)
{
	if (world_task(w, "1")->state == WT_MERGED)
		scratch_run(w->s, "touch merged");
}

static void drive_to_conflict(struct world *w)
{
	w->on_tick = let_2_go_when_1_merged;
	make_conflict(w);
	world_drive(w);
	w->on_tick = NULL;
	check_state(w, "1", "merged");
	check_state(w, "2", "conflict");
}

static void test_land_conflict__a_conflict_leaves_everything_as_it_was(void **state)
{
	struct world *w = *state;
	const struct wt_task_state *t;

	drive_to_conflict(w);
	t = world_task(w, "2");
	check_int(t->n_paths, 1);
	check_str(t->paths[0], "src/file-1.txt");
	check_int(t->n_others, 1);
	check_str(t->others[0], "1");
	check_landed(w, "1");
	check_clean(w);
	check_contains(world_git(w, "show main:ROADMAP.md"), "2: Task number 2 📝 Planned");
	check_str(world_git(w, "show '%s:2.txt'", world_branch(w, "2")), "2");
	check_str(scratch_output(w->s, "git -C '%s' status --porcelain", world_worktree(w, "2")),
		  "");
	check_int(wt_sched_exit_code(wt_run_state(w->run)), 3);
}

static void mend(struct world *w)
{
	scratch_run(w->s,
		    "cd '%s' && ! git merge -q main && sed -i '/^[<=>]/d' src/file-1.txt && "
		    "git commit -qam mended",
		    world_worktree(w, "2"));
}

static void test_land_conflict__a_conflict_mended_in_the_worktree_lands_when_asked(void **state)
{
	static const char *const styles[] = { "merge", "squash", "rebase" };
	struct world *w = *state;

	for (size_t i = 0; i < 3; i++) {
		world_set(w, "merge.style", styles[i]);
		scratch_run(w->s, "rm -f forked merged && cd repo && git reset -q --hard && "
				  "printf '%%s\\n' 1 2 3 4 5 6 7 8 > src/file-1.txt && "
				  "git commit -qam reset");
		drive_to_conflict(w);
		mend(w);
		world_reopen(w);
		world_ask(w, WT_EV_MERGE_ASKED, "2");
		world_drive(w);
		check_state(w, "2", "merged");
		check_landed(w, "2");
		check_str(world_git(w, "show main:src/file-1.txt | sed -n 5,6p"), "two\none");
		/* What a person merged in of the base's roadmap is not the agent's edit. */
		check_str(world_git(w, "show main:ROADMAP.md | grep -c 'Task.*Complete'"), "2");
		check_clean(w);
		check_int(wt_sched_exit_code(wt_run_state(w->run)), 0);
	}
}

static void test_land_conflict__a_conflict_not_mended_is_one_again(void **state)
{
	struct world *w = *state;

	drive_to_conflict(w);
	world_ask(w, WT_EV_MERGE_ASKED, "2");
	world_drive(w);
	check_state(w, "2", "conflict");
	check_int(world_count(w, "merge_conflicted", "2"), 2);
	check_landed(w, "1");
	check_clean(w);
}

static void test_land_conflict__what_is_not_committed_is_never_left_out_in_silence(void **state)
{
	struct world *w = *state;

	drive_to_conflict(w);
	scratch_run(w->s, "cd '%s' && ! git merge -q main", world_worktree(w, "2"));
	world_ask(w, WT_EV_MERGE_ASKED, "2");
	world_drive(w);
	check_state(w, "2", "kept");
	check_reason(w, "2", "is not committed");
	scratch_run(w->s, "cd '%s' && git checkout -q --theirs . && git commit -qam mended",
		    world_worktree(w, "2"));
	world_ask(w, WT_EV_MERGE_ASKED, "2");
	world_drive(w);
	check_state(w, "2", "merged");
}

static void test_land_conflict__a_branch_without_a_commit_has_not_landed(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "git init -q inner; git -C inner commit -q --allow-empty -m inner");
	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	check_kept_back(w, "1", "'inner/'");
	scratch_run(w->s, "rm -rf '%s/inner'", world_worktree(w, "1"));
	world_ask(w, WT_EV_MERGE_ASKED, "1");
	world_drive(w);
	check_kept_back(w, "1", "no commit of its own");
	check_contains(world_git(w, "show main:ROADMAP.md"), "📝 Planned");
}

static void test_land_conflict__what_a_person_merged_with_plain_git_counts_as_landed(void **state)
{
	struct world *w = *state;

	drive_to_conflict(w);
	mend(w);
	scratch_run(w->s, "cd repo && git merge -q '%s' && git tag byhand", world_branch(w, "2"));
	world_ask(w, WT_EV_MERGE_ASKED, "2");
	world_drive(w);
	check_state(w, "2", "merged");
	check_landed(w, "2");
	check_str(world_git(w, "rev-parse main^@"), world_git(w, "rev-parse byhand"));
	check_str(world_git(w, "diff --stat byhand main | tail -1"),
		  " 1 file changed, 1 insertion(+), 1 deletion(-)");
	check_contains(world_git(w, "show main:ROADMAP.md"), "Task number 2 ✅ Complete");
	check_contains(world_git(w, "log -1 --format=%%B main"), "Wtorch-Task: 2\n");
	check_contains(world_notes(w), "contains the work already");
	check_int(world_count(w, "roadmap_marked", "2"), 1);
	check_int(world_count(w, "checkout_updated", "2"), 1);
	check_clean(w);
}

static void merge_by_hand(struct world *w)
{
	drive_to_conflict(w);
	mend(w);
	scratch_run(w->s, "cd repo && git merge -q '%s' && git tag byhand", world_branch(w, "2"));
}

static void test_land_conflict__its_marker_leaves_the_edits_of_the_roadmap_alone(void **state)
{
	struct world *w = *state;

	merge_by_hand(w);
	scratch_run(w->s, "cd repo && echo mine >> ROADMAP.md");
	world_ask(w, WT_EV_MERGE_ASKED, "2");
	world_drive(w);
	check_state(w, "2", "merged");
	check_contains(world_git(w, "show main:ROADMAP.md"), "Task number 2 ✅ Complete");
	check_contains(scratch_read(w->s, "repo/ROADMAP.md", NULL), "Task number 2 ✅ Complete");
	check_str(world_git(w, "diff HEAD | grep '^[-+][^-+]'"), "+mine");
}

/* The first time a person is told that a hook came up since the run began. */
static void ask_and_ask_again(struct world *w, const char *hook)
{
	world_ask(w, WT_EV_MERGE_ASKED, "2");
	world_drive(w);
	check_reason(w, "2", hook);
	world_ask(w, WT_EV_MERGE_ASKED, "2");
	world_reopen(w);
	world_drive(w);
}

static void
test_land_conflict__a_marker_that_cannot_land_is_told_and_the_work_has_landed(void **state)
{
	struct world *w = *state;

	merge_by_hand(w);
	scratch_write(w->s, "repo/.git/hooks/commit-msg",
		      "#!/bin/sh\necho no ticket >&2; exit 1\n");
	scratch_run(w->s, "chmod +x repo/.git/hooks/commit-msg");
	ask_and_ask_again(w, "hooks/commit-msg");
	check_state(w, "2", "merged");
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse byhand"));
	check_contains(world_notes(w), "does not say so yet, mark the task there: the hook "
				       "commit-msg refused it: no ticket");
	check_clean(w);
}

static void test_land_conflict__so_is_one_whose_base_may_not_move(void **state)
{
	struct world *w = *state;

	merge_by_hand(w);
	scratch_write(w->s, "repo/.git/hooks/reference-transaction",
		      "#!/bin/sh\ntest $1 != prepared || ! grep -q refs/heads/main || exit 1\n");
	scratch_run(w->s, "chmod +x repo/.git/hooks/reference-transaction");
	ask_and_ask_again(w, "hooks/reference-transaction");
	check_state(w, "2", "merged");
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse byhand"));
	check_contains(world_notes(w), "mark the task there: the hook reference-transaction");
	check_clean(w);
}

static void test_land_conflict__also_when_the_branch_was_deleted_then(void **state)
{
	struct world *w = *state;

	drive_to_conflict(w);
	scratch_run(w->s,
		    "cd repo && git merge -q -X ours '%s' && "
		    "git worktree remove --force '%s' && git branch -q -D '%s'",
		    world_branch(w, "2"), world_worktree(w, "2"), world_branch(w, "2"));
	world_ask(w, WT_EV_MERGE_ASKED, "2");
	world_drive(w);
	check_state(w, "2", "merged");
	check_clean(w);
}

static void test_land_conflict__lines_added_at_one_place_by_two_are_a_conflict(void **state)
{
	struct world *w = *state;

	w->on_tick = let_2_go_when_1_merged;
	world_agent(w, "1", "sed -i '5a\\one' src/file-1.txt; sh \"$W/await\" forked");
	world_agent(w, "2",
		    "touch \"$W/forked\"; sed -i '5a\\two' src/file-1.txt; "
		    "sh \"$W/await\" merged");
	world_plan(w, "1 2");
	world_drive(w);
	check_state(w, "1", "merged");
	check_state(w, "2", "conflict");
	check_str(world_git(w, "show main:src/file-1.txt | sed -n 6p"), "one");
}

/* what a rule holds back */

static void test_land_conflict__old_files_on_top_of_new_ones_are_held_back(void **state)
{
	struct world *w = *state;

	w->on_tick = let_2_go_when_1_merged;
	world_agent(w, "1", "echo 1 > 1.txt; sh \"$W/await\" forked");
	/* Its branch now begins at the new base, with the files of the old one. */
	world_agent(w, "2",
		    "touch \"$W/forked\"; echo 2 > 2.txt; sh \"$W/await\" merged; "
		    "git reset -q --soft main; git add .; git commit -qm stale");
	world_plan(w, "1 2");
	world_drive(w);
	check_state(w, "1", "merged");
	check_state(w, "2", "kept");
	check_reason(w, "2", "would undo");
	check_landed(w, "1");
	check_str(world_git(w, "show main:1.txt"), "1");
}

/* 1 lands two files; then 2 takes them in, and runs the script. */
static void drive_after_taking_in(struct world *w, const char *script)
{
	w->on_tick = let_2_go_when_1_merged;
	world_agent(w, "1",
		    "seq 100 120 > 1.txt; sed -i '5s/.*/newer/' src/file-1.txt; "
		    "printf 'alpha\\nbeta\\ngamma\\n' >> src/file-2.txt; "
		    "sh \"$W/await\" forked");
	world_agent(w, "2",
		    wt_arena_printf(
			    &w->arena,
			    "touch \"$W/forked\"; echo 2 > 2.txt; git add .; "
			    "git commit -qm two; sh \"$W/await\" merged; "
			    "git merge -q --no-edit main; old=$(git merge-base main HEAD~1); %s",
			    script));
	world_plan(w, "1 2");
	world_drive(w);
	check_state(w, "1", "merged");
}

static void
test_land_conflict__a_deleted_file_of_another_task_is_held_back_until_asked_again(void **state)
{
	struct world *w = *state;

	drive_after_taking_in(w, "git rm -q 1.txt; echo x > x.txt");
	check_state(w, "2", "kept");
	check_reason(w, "2", "it would undo what landed since it began: it deletes '1.txt'");
	check_landed(w, "1");
	world_ask(w, WT_EV_MERGE_ASKED, "2");
	world_drive(w);
	check_state(w, "2", "merged");
	check_contains(world_notes(w), "merged all the same, as asked");
	check_str(world_git(w, "ls-tree --name-only main 1.txt"), "");
	check_clean(w);
}

static void test_land_conflict__so_is_a_line_that_is_as_it_was_before(void **state)
{
	struct world *w = *state;

	drive_after_taking_in(w, "git show $old:src/file-1.txt > src/file-1.txt; "
				 "echo mine >> src/file-1.txt");
	check_state(w, "2", "kept");
	check_reason(w, "2", "all 1 new lines of 'src/file-1.txt' are gone");
	check_landed(w, "1");
}

static void test_land_conflict__so_are_the_lines_that_another_task_added(void **state)
{
	struct world *w = *state;

	drive_after_taking_in(w, "git show $old:src/file-2.txt > src/file-2.txt; "
				 "echo mine >> src/file-2.txt");
	check_state(w, "2", "kept");
	check_reason(w, "2", "all 3 new lines of 'src/file-2.txt' are gone");
}

static void test_land_conflict__moving_and_editing_what_another_task_did_is_no_loss(void **state)
{
	struct world *w = *state;

	drive_after_taking_in(w, "git mv 1.txt one.txt; sed -i '5s/.*/newest/' src/file-1.txt; "
				 "sed -i 's/^alpha/  &/; /^beta/d' src/file-2.txt; "
				 "cat src/file-2.txt > src/moved.txt; git rm -qf src/file-2.txt; "
				 "git rm -q src/file-3.txt");
	check_state(w, "2", "merged");
	check_str(world_git(w, "ls-tree -r --name-only main src one.txt"),
		  "one.txt\nsrc/file-1.txt\nsrc/moved.txt");
	check_clean(w);
}

static void test_land_conflict__a_branch_that_took_in_the_base_lands(void **state)
{
	struct world *w = *state;

	w->on_tick = let_2_go_when_1_merged;
	world_agent(w, "1", "echo 1 > 1.txt; sh \"$W/await\" forked");
	world_agent(w, "2",
		    "touch \"$W/forked\"; echo 2 > 2.txt; git add .; git commit -qm two; "
		    "sh \"$W/await\" merged; git merge -q --no-edit main");
	world_plan(w, "1 2");
	world_drive(w);
	check_state(w, "2", "merged");
	check_str(world_git(w, "show main:ROADMAP.md | grep -c Complete"), "2");
	check_clean(w);
}

static void test_land_conflict__a_branch_that_only_took_in_the_base_changed_nothing(void **state)
{
	struct world *w = *state;

	w->on_tick = let_2_go_when_1_merged;
	world_agent(w, "1", "echo 1 > 1.txt; sh \"$W/await\" forked");
	world_agent(w, "2", "touch \"$W/forked\"; sh \"$W/await\" merged; git merge -q main");
	world_plan(w, "1 2");
	world_drive(w);
	check_state(w, "1", "merged");
	check_state(w, "2", "no_changes");
	check_contains(world_git(w, "show main:ROADMAP.md"), "2: Task number 2 📝 Planned");
}

static void test_land_conflict__changes_outside_of_the_declared_files_obey_the_scope(void **state)
{
	static const char *const scopes[] = { "warn", "keep", "off" };
	struct world *w = *state;

	for (size_t i = 0; i < 3; i++) {
		const char *id = wt_arena_printf(&w->arena, "%zu", i + 1);

		world_set(w, "plan.scope", scopes[i]);
		world_plan(w, wt_arena_printf(&w->arena, "%s!src/file-1.txt", id));
		world_git(w, "tag -f before");
		world_drive(w);
		if (i == 1)
			check_kept_back(w, id, "2.txt");
		else
			check_state(w, id, "merged");
		check_int(strstr(world_notes(w), "1.txt") != NULL, i == 0);
	}
}

static void test_land_conflict__the_scope_does_not_mind_what_is_left_out_anyway(void **state)
{
	struct world *w = *state;

	world_set(w, "plan.scope", "keep");
	world_agent(w, "1",
		    "echo 1 >> src/file-1.txt; echo '{}' > .agent_status.json; "
		    "sed -i 's/📝 Planned/✅ Complete/' ROADMAP.md; "
		    "git add -f .; git commit -qm work");
	world_agent(w, "2", "echo 2 >> src/file-2.txt; echo more >> ROADMAP.md");
	world_plan(w, "1!src/file-1.txt 2!src/file-2.txt");
	world_drive(w);
	check_state(w, "1", "merged");
	check_state(w, "2", "kept");
	check_reason(w, "2", "changed outside its declared files: ROADMAP.md");
	check_clean(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_land_conflict__a_conflict_leaves_everything_as_it_was),
		WORLD_TEST(test_land_conflict__a_conflict_mended_in_the_worktree_lands_when_asked),
		WORLD_TEST(test_land_conflict__a_conflict_not_mended_is_one_again),
		WORLD_TEST(test_land_conflict__what_is_not_committed_is_never_left_out_in_silence),
		WORLD_TEST(test_land_conflict__a_branch_without_a_commit_has_not_landed),
		WORLD_TEST(
			test_land_conflict__what_a_person_merged_with_plain_git_counts_as_landed),
		WORLD_TEST(test_land_conflict__its_marker_leaves_the_edits_of_the_roadmap_alone),
		WORLD_TEST(
			test_land_conflict__a_marker_that_cannot_land_is_told_and_the_work_has_landed),
		WORLD_TEST(test_land_conflict__so_is_one_whose_base_may_not_move),
		WORLD_TEST(test_land_conflict__also_when_the_branch_was_deleted_then),
		WORLD_TEST(test_land_conflict__lines_added_at_one_place_by_two_are_a_conflict),
		WORLD_TEST(test_land_conflict__old_files_on_top_of_new_ones_are_held_back),
		WORLD_TEST(
			test_land_conflict__a_deleted_file_of_another_task_is_held_back_until_asked_again),
		WORLD_TEST(test_land_conflict__so_is_a_line_that_is_as_it_was_before),
		WORLD_TEST(test_land_conflict__so_are_the_lines_that_another_task_added),
		WORLD_TEST(test_land_conflict__moving_and_editing_what_another_task_did_is_no_loss),
		WORLD_TEST(test_land_conflict__a_branch_that_took_in_the_base_lands),
		WORLD_TEST(test_land_conflict__a_branch_that_only_took_in_the_base_changed_nothing),
		WORLD_TEST(
			test_land_conflict__changes_outside_of_the_declared_files_obey_the_scope),
		WORLD_TEST(test_land_conflict__the_scope_does_not_mind_what_is_left_out_anyway),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
