/* SPDX-License-Identifier: MIT */
/* Recognising what a person merged, and nothing else. */

#include "tests/support/engine_world.h"
#include "wtorch/engine/byhand.h"

/* A task whose agent committed twice, and which nobody merged. */
static void make_unmerged(struct world *w)
{
	world_set(w, "merge.auto", "no");
	world_agent(w, "1",
		    "seq 9 >1.txt; git add -A; git commit -qm one; echo x >>1.txt; "
		    "git commit -qam two");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "queued");
}

static size_t settle(struct world *w)
{
	size_t n = 0;

	world_open_git(w, w->repo);
	world_reopen(w);
	check_ok(wt_byhand_settle(w->run, &n, &w->err), w->err);
	world_reopen(w);
	check_int(wt_run_state(w->run)->illegal, 0);
	return n;
}

static void test_byhand__merged_work_is_noted_once(void **state)
{
	struct world *w = *state;

	make_unmerged(w);
	check_int(settle(w), 0);
	world_git(w, "merge -q --no-ff -m hand '%s'", world_branch(w, "1"));
	check_int(settle(w), 1);
	check_state(w, "1", "merged");
	check_reason(w, "1", "merged by hand into main (ancestor)");
	check_int(settle(w), 0);
}

static void test_byhand__squashed_work_is_noted_once(void **state)
{
	struct world *w = *state;

	make_unmerged(w);
	scratch_run(w->s, "cd repo && git merge -q --squash '%s' && git commit -qm hand",
		    world_branch(w, "1"));
	check_int(settle(w), 1);
	check_reason(w, "1", "merged by hand into main (trees match)");
	check_int(settle(w), 0);
}

static void test_byhand__work_is_known_when_its_branch_is_gone(void **state)
{
	struct world *w = *state;

	make_unmerged(w);
	world_git(w, "merge -q --no-ff -m hand '%s'", world_branch(w, "1"));
	scratch_run(w->s, "git -C repo worktree remove '%s' && git -C repo branch -q -d '%s'",
		    world_worktree(w, "1"), world_branch(w, "1"));
	check_int(settle(w), 1);
	check_state(w, "1", "merged");
}

/* The branch moved to where the base contains it; changes taken back; no commit at all. */
static void test_byhand__a_branch_without_its_work_has_not_landed(void **state)
{
	struct world *w = *state;

	make_unmerged(w);
	scratch_run(w->s, "git -C '%s' reset -q --hard main", world_worktree(w, "1"));
	check_int(settle(w), 0);
	scratch_run(w->s,
		    "cd '%s' && git reset -q --hard 'HEAD@{1}' && "
		    "git revert --no-edit HEAD HEAD~1 >/dev/null",
		    world_worktree(w, "1"));
	check_int(settle(w), 0);
	world_agent(w, "2", "exit 1");
	world_plan(w, "2");
	world_drive(w);
	check_state(w, "2", "failed");
	world_git(w, "commit -q --allow-empty -m more");
	check_int(settle(w), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_byhand__merged_work_is_noted_once),
		WORLD_TEST(test_byhand__squashed_work_is_noted_once),
		WORLD_TEST(test_byhand__work_is_known_when_its_branch_is_gone),
		WORLD_TEST(test_byhand__a_branch_without_its_work_has_not_landed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
