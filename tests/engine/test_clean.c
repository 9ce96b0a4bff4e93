/* SPDX-License-Identifier: MIT */
/* What clean takes away, and above all what it does not. */

#include "tests/support/engine_world.h"
#include "wtorch/engine/clean.h"

struct cleaning {
	struct wt_clean_list list;
	struct wt_clean_item *items;
	size_t n;
};

static struct cleaning look_with(struct world *w, const struct wt_clean_opts *opts)
{
	struct cleaning c;

	check_ok(wt_clean_plan(&w->ports, opts, &w->arena, &c.list, &w->err), w->err);
	c.items = c.list.items;
	c.n = c.list.n;
	return c;
}

static struct cleaning look(struct world *w)
{
	return look_with(w, &(struct wt_clean_opts){ 0 });
}

static void apply(struct world *w, struct cleaning *c)
{
	for (size_t i = 0; i < c->n; i++)
		check_ok(wt_clean_apply(&w->ports, &c->list, &c->items[i], &w->err), w->err);
	wt_clean_close(&c->list);
	check_ok(wt_clean_empty_trash(&w->ports, &c->list, &w->err), w->err);
}

static const struct wt_clean_item *item_of(const struct cleaning *c, const char *task)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->items[i].task, task) == 0)
			return &c->items[i];
	fail_msg("there is no item for task %s", task);
	return NULL;
}

static struct cleaning clean_with(struct world *w, const struct wt_clean_opts *opts)
{
	struct cleaning c = look_with(w, opts);

	apply(w, &c);
	return c;
}

static struct cleaning clean(struct world *w)
{
	return clean_with(w, &(struct wt_clean_opts){ 0 });
}

static void check_removed(struct world *w, const struct cleaning *c, const char *task)
{
	const struct wt_clean_item *item = item_of(c, task);

	if (!item->removes || !item->done)
		fail_msg("task %s was kept: %s", task, item->reason);
	if (item->worktree)
		check_int(scratch_status(w->s, "test -e '%s'", item->worktree), 1);
	if (item->branch)
		check_str(world_git(w, "branch --list '%s'", item->branch), "");
	if (item->worktree)
		check_str(world_git(w, "worktree list --porcelain | grep -cF '%s' || true",
				    item->worktree),
			  "0");
}

static void check_kept(struct world *w, const struct cleaning *c, const char *task,
		       const char *reason)
{
	const struct wt_clean_item *item = item_of(c, task);

	if (item->removes || item->done)
		fail_msg("task %s was removed: %s", task, item->reason);
	check_contains(item->reason, reason);
	if (item->branch)
		world_git(w, "rev-parse -q --verify 'refs/heads/%s'", item->branch);
}

/* A person changes what the task removed, and then the task is merged. */
static void conflict(struct world *w, const char *task)
{
	scratch_run(w->s, "cd repo && sed -i '1s/^/x/' src/file-1.txt && git commit -qam mine");
	world_ask(w, WT_EV_MERGE_ASKED, task);
	world_drive(w);
}

static void test_clean__removes_what_merged_or_changed_nothing(void **state)
{
	struct world *w = *state;
	struct cleaning c;

	world_agent(w, "2", "true");
	world_plan(w, "1 2");
	world_drive(w);
	c = look(w);
	check_int(c.n, 2);
	check_contains(item_of(&c, "1")->reason, "merged into main as ");
	check_contains(item_of(&c, "2")->reason, "changed nothing");
	apply(w, &c);
	check_removed(w, &c, "1");
	check_removed(w, &c, "2");
	check_str(world_git(w, "worktree list | wc -l"), "1");
	check_str(world_git(w, "show main:1.txt"), "work of 1");
	check_int(look(w).n, 0);
	world_reopen(w);
	check_int(wt_run_state(w->run)->illegal, 0);
	check_state(w, "1", "merged");
}

static void test_clean__removes_squashed_and_rebased_work_too(void **state)
{
	static const char *const styles[] = { "squash", "rebase" };
	struct world *w = *state;

	for (size_t i = 0; i < 2; i++) {
		const char *id = i ? "2" : "1";
		struct cleaning c;

		world_set(w, "merge.style", styles[i]);
		world_plan(w, id);
		world_drive(w);
		check_state(w, id, "merged");
		c = clean(w);
		check_removed(w, &c, id);
	}
}

static void test_clean__keeps_what_did_not_merge(void **state)
{
	struct world *w = *state;
	struct cleaning c;

	world_agent(w, "1", "echo x > x.txt; exit 1");
	world_agent(w, "2", "git checkout -q --detach");
	world_set(w, "merge.auto", "no");
	world_agent(w, "3", "sed -i 1d src/file-1.txt");
	world_plan(w, "1 2 3");
	world_drive(w);
	conflict(w, "3");
	check_state(w, "3", "conflict");
	c = clean(w);
	check_kept(w, &c, "1", "failed: 1 uncommitted file");
	check_kept(w, &c, "2", "HEAD is detached");
	check_kept(w, &c, "3", "conflict: not merged");
	check_str(world_git(w, "worktree list | wc -l"), "4");
}

static void test_clean__keeps_a_worktree_with_uncommitted_files(void **state)
{
	struct world *w = *state;
	struct cleaning c;

	world_plan(w, "1 2");
	world_drive(w);
	scratch_run(w->s, "echo mine > '%s/mine.txt'", world_worktree(w, "1"));
	scratch_run(w->s, "echo mine >> '%s/src/file-1.txt'", world_worktree(w, "2"));
	c = clean(w);
	check_kept(w, &c, "1", "1 uncommitted file");
	check_kept(w, &c, "2", "1 uncommitted file");
	check_str(scratch_output(w->s, "cat '%s/mine.txt'", world_worktree(w, "1")), "mine\n");
}

static void test_clean__keeps_what_became_dirty_behind_the_list(void **state)
{
	struct world *w = *state;
	struct cleaning c;

	world_plan(w, "1");
	world_drive(w);
	c = look(w);
	assert_true(c.items[0].removes);
	scratch_run(w->s, "echo mine > '%s/mine.txt'", world_worktree(w, "1"));
	apply(w, &c);
	check_kept(w, &c, "1", "1 uncommitted file");
	check_int(scratch_status(w->s, "test -e '%s/mine.txt'", world_worktree(w, "1")), 0);
}

static void test_clean__keeps_a_branch_that_moved_on(void **state)
{
	struct world *w = *state;
	struct cleaning c;

	world_plan(w, "1 2");
	world_drive(w);
	scratch_run(w->s, "cd '%s' && echo more >1.txt && git commit -qam more",
		    world_worktree(w, "1"));
	c = look(w);
	check_kept(w, &c, "1", "commits that are not merged");
	/* And when it moves between the list and the deed. */
	scratch_run(w->s, "cd '%s' && git commit -q --allow-empty -m more", world_worktree(w, "2"));
	apply(w, &c);
	check_kept(w, &c, "2", "moved since");
	check_int(scratch_status(w->s, "test -e '%s'", world_worktree(w, "2")), 0);
	check_str(world_git(w, "log -1 --format=%%s '%s'", world_branch(w, "2")), "more");
}

static void test_clean__removes_what_a_person_merged_later(void **state)
{
	struct world *w = *state;
	struct cleaning c;

	world_plan(w, "1");
	world_drive(w);
	scratch_run(w->s,
		    "cd '%s' && git commit -q --allow-empty -m more && cd ../repo && "
		    "git merge -q --no-edit '%s'",
		    world_worktree(w, "1"), world_branch(w, "1"));
	c = clean(w);
	check_removed(w, &c, "1");
}

static void test_clean__keeps_what_the_base_lost_again(void **state)
{
	struct world *w = *state;
	struct cleaning c;

	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	world_git(w, "reset -q --hard before");
	c = clean(w);
	check_kept(w, &c, "1", "'main' does not contain");
}

static void test_clean__removes_the_registration_of_a_folder_that_is_gone(void **state)
{
	struct world *w = *state;
	struct cleaning c;

	world_plan(w, "1");
	world_drive(w);
	scratch_run(w->s, "rm -rf '%s'", world_worktree(w, "1"));
	c = clean(w);
	check_removed(w, &c, "1");
	check_str(world_git(w, "worktree list | wc -l"), "1");
}

static void test_clean__keeps_a_locked_worktree(void **state)
{
	struct world *w = *state;
	struct cleaning c;

	world_plan(w, "1 2");
	world_drive(w);
	scratch_run(w->s,
		    "cd repo && git worktree lock '%s' && git worktree lock '%s' && "
		    "rm -rf '%s'",
		    world_worktree(w, "1"), world_worktree(w, "2"), world_worktree(w, "2"));
	c = clean(w);
	check_kept(w, &c, "1", "locked");
	check_kept(w, &c, "2", "locked");
	check_str(world_git(w, "worktree list | wc -l"), "3");
}

static void test_clean__keeps_a_stranger_at_the_same_place(void **state)
{
	struct world *w = *state;
	struct cleaning c;

	world_plan(w, "1 2 3");
	world_drive(w);
	/* Another repository; a folder that is no worktree any more; a worktree of another branch.
	 */
	scratch_run(w->s, "rm -rf '%s' && git init -q '%s'", world_worktree(w, "1"),
		    world_worktree(w, "1"));
	scratch_run(w->s, "git -C repo worktree remove '%s' && mkdir '%s' && echo x > '%s/x'",
		    world_worktree(w, "2"), world_worktree(w, "2"), world_worktree(w, "2"));
	scratch_run(w->s, "git -C '%s' checkout -q -b mine", world_worktree(w, "3"));
	c = clean(w);
	check_kept(w, &c, "1", "another repository");
	check_kept(w, &c, "2", "no worktree of this repository");
	check_kept(w, &c, "3", "not on the task's branch");
	scratch_run(w->s, "test -e '%s/.git' && test -e '%s/x' && test -e '%s/.git'",
		    world_worktree(w, "1"), world_worktree(w, "2"), world_worktree(w, "3"));
}

static void test_clean__removes_a_branch_whose_worktree_went_before(void **state)
{
	struct world *w = *state;
	struct cleaning c;

	world_plan(w, "1");
	world_drive(w);
	world_git(w, "worktree remove '%s'", world_worktree(w, "1"));
	c = clean(w);
	check_removed(w, &c, "1");
}

static struct cleaning seen_alive;

static void look_while_it_works(struct world *w)
{
	if (scratch_status(w->s, "test -e working") || !scratch_status(w->s, "test -e release"))
		return;
	seen_alive = clean(w);
	scratch_run(w->s, "touch release");
}

static void test_clean__keeps_the_worktree_of_an_agent_at_work(void **state)
{
	struct world *w = *state;

	w->on_tick = look_while_it_works;
	world_agent(w, "1", "touch \"$W/working\"; sh \"$W/await\" release; echo 1 > 1.txt");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_int(seen_alive.n, 1);
	check_kept(w, &seen_alive, "1", "its agent is at work");
}

/* A branch and a folder of the same names as in a run before. */
static void test_clean__an_old_run_does_not_speak_for_new_work(void **state)
{
	static const char *const ways[] = { "clean", "by hand" };
	struct world *w = *state;

	for (size_t i = 0; i < 2; i++) {
		struct cleaning c;
		const char *path, *branch;

		world_agent(w, "1", wt_arena_printf(&w->arena, "echo %zu > 1.txt", i));
		world_plan(w, "1");
		world_drive(w);
		check_state(w, "1", "merged");
		path = world_worktree(w, "1");
		branch = world_branch(w, "1");
		if (i == 0)
			clean(w);
		else
			scratch_run(w->s,
				    "cd repo && git worktree remove '%s' && git branch -qD '%s'",
				    path, branch);
		world_agent(w, "1", "exit 1");
		world_plan_text(w, wt_arena_printf(&w->arena,
						   "## PRIORITY 1: Task number 1 📝 Planned\n%s\n",
						   ways[i]));
		world_drive(w);
		check_state(w, "1", "failed");
		check_str(world_worktree(w, "1"), path);
		check_str(world_branch(w, "1"), branch);
		c = clean(w);
		check_int(c.n, 1);
		check_kept(w, &c, "1", "failed: nothing was committed");
		check_int(scratch_status(w->s, "test -e '%s/.git'", path), 0);
		scratch_run(w->s, "cd repo && git worktree remove '%s' && git branch -qD '%s'",
			    path, branch);
	}
}

static void test_clean__keeps_a_branch_that_is_checked_out_elsewhere(void **state)
{
	struct world *w = *state;
	struct cleaning c;

	world_plan(w, "1");
	world_drive(w);
	scratch_run(w->s, "cd repo && git worktree remove '%s' && git worktree add -q ../else '%s'",
		    world_worktree(w, "1"), world_branch(w, "1"));
	c = clean(w);
	check_kept(w, &c, "1", "checked out in");
}

static void test_clean__the_dry_list_is_the_real_one(void **state)
{
	struct world *w = *state;
	struct cleaning dry, real;

	world_agent(w, "2", "exit 1");
	world_agent(w, "3", "true");
	world_plan(w, "1 2 3 4");
	world_drive(w);
	scratch_run(w->s, "echo x > '%s/x'", world_worktree(w, "4"));
	world_plan(w, "5");
	world_drive(w);
	dry = look(w);
	real = clean(w);
	check_int(dry.n, 5);
	check_int(real.n, 5);
	for (size_t i = 0; i < dry.n; i++) {
		check_str(real.items[i].task, dry.items[i].task);
		check_str(real.items[i].reason, dry.items[i].reason);
		check_int(real.items[i].removes, dry.items[i].removes);
		check_int(real.items[i].done, dry.items[i].removes);
		assert_non_null(dry.items[i].reason);
	}
}

static void test_clean__keeps_what_an_unreadable_run_made(void **state)
{
	struct world *w = *state;

	world_plan(w, "1");
	world_drive(w);
	scratch_run(w->s, "sed -i '1s/\"v\":1/\"v\":99/' '%s/journal.jsonl'", w->run->dir);
	check_int(look(w).n, 0);
	check_str(world_git(w, "worktree list | wc -l"), "2");
}

static void test_clean__a_mended_conflict_goes_once_it_landed(void **state)
{
	struct world *w = *state;
	struct cleaning c;

	world_set(w, "merge.auto", "no");
	world_agent(w, "1", "sed -i 1d src/file-1.txt");
	world_plan(w, "1");
	world_drive(w);
	conflict(w, "1");
	check_state(w, "1", "conflict");
	scratch_run(w->s,
		    "cd '%s' && ! git merge -q main && git checkout -q --ours . && "
		    "git commit -qam mended",
		    world_worktree(w, "1"));
	world_ask(w, WT_EV_MERGE_ASKED, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	c = clean(w);
	check_removed(w, &c, "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_clean__removes_what_merged_or_changed_nothing),
		WORLD_TEST(test_clean__removes_squashed_and_rebased_work_too),
		WORLD_TEST(test_clean__keeps_what_did_not_merge),
		WORLD_TEST(test_clean__keeps_a_worktree_with_uncommitted_files),
		WORLD_TEST(test_clean__keeps_what_became_dirty_behind_the_list),
		WORLD_TEST(test_clean__keeps_a_branch_that_moved_on),
		WORLD_TEST(test_clean__removes_what_a_person_merged_later),
		WORLD_TEST(test_clean__keeps_what_the_base_lost_again),
		WORLD_TEST(test_clean__removes_the_registration_of_a_folder_that_is_gone),
		WORLD_TEST(test_clean__keeps_a_locked_worktree),
		WORLD_TEST(test_clean__keeps_a_stranger_at_the_same_place),
		WORLD_TEST(test_clean__removes_a_branch_whose_worktree_went_before),
		WORLD_TEST(test_clean__keeps_the_worktree_of_an_agent_at_work),
		WORLD_TEST(test_clean__an_old_run_does_not_speak_for_new_work),
		WORLD_TEST(test_clean__keeps_a_branch_that_is_checked_out_elsewhere),
		WORLD_TEST(test_clean__the_dry_list_is_the_real_one),
		WORLD_TEST(test_clean__keeps_what_an_unreadable_run_made),
		WORLD_TEST(test_clean__a_mended_conflict_goes_once_it_landed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
