/* SPDX-License-Identifier: MIT */
/* Landing in real repositories: what the base, the checkout, the roadmap and the branch look
 * like afterwards, in the good case and in every bad one. */

#include "tests/support/engine_world.h"
#include "tests/support/faulty.h"

/* the commit */

/* An agent that commits by itself, under a name of its own. */
#define COMMIT_AS_BOT                                                              \
	"git -c user.name=Bot -c user.email=bot@example.org -c core.hooksPath=/x " \
	"commit -q -m "

static void test_land__a_merge_has_both_parents_trailers_and_the_marked_roadmap(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "echo one > one.txt; git add .; " COMMIT_AS_BOT "'by the bot'");
	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_str(world_git(w, "rev-parse main^1"), world_git(w, "rev-parse before"));
	check_str(world_git(w, "rev-parse main^2"),
		  world_git(w, "rev-parse '%s'", world_branch(w, "1")));
	check_str(world_git(w, "show main:one.txt"), "one");
	check_str(world_git(w, "log -1 --format=%%an%%n%%s main"),
		  "Test Person\nMerge task 1: Task number 1");
	check_str(world_git(w, "log -1 --format='%%(trailers:key=Wtorch-Task)"
			       "%%(trailers:key=Wtorch-Run)' main | grep ."),
		  wt_arena_printf(&w->arena, "Wtorch-Task: 1\nWtorch-Run: %s", w->run->id));
	check_contains(world_git(w, "show main:ROADMAP.md"),
		       "## PRIORITY 1: Task number 1 ✅ Complete\n");
	check_str(world_git(w, "diff --stat before main -- ROADMAP.md | tail -1"),
		  " 1 file changed, 1 insertion(+), 1 deletion(-)");
	check_str(world_git(w, "log -1 --format=%%an main^2"), "Bot");
}

static void test_land__the_checkout_of_the_base_follows(void **state)
{
	struct world *w = *state;

	world_agent(w, "1",
		    "echo one > one.txt; git rm -q src/file-1.txt; chmod +x src/file-2.txt");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_clean(w);
	check_str(scratch_read(w->s, "repo/one.txt", NULL), "one\n");
	check_int(scratch_status(w->s, "test -e repo/src/file-1.txt"), 1);
	check_int(scratch_status(w->s, "test -x repo/src/file-2.txt"), 0);
	check_contains(scratch_read(w->s, "repo/ROADMAP.md", NULL), "✅ Complete");
	check_int(world_count(w, "checkout_updated", "1"), 1);
	check_int(world_count(w, "roadmap_marked", "1"), 1);
}

static void test_land__a_squash_is_one_commit_of_the_agent(void **state)
{
	struct world *w = *state;

	world_set(w, "merge.style", "squash");
	world_agent(w, "1",
		    "echo 1 > one.txt; git add .; " COMMIT_AS_BOT "first; "
		    "echo 2 >> one.txt; git add .; " COMMIT_AS_BOT "second");
	world_plan(w, "1");
	world_git(w, "tag before");
	world_drive(w);
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_str(world_git(w, "rev-list --parents -1 main | cut -d' ' -f2-"),
		  world_git(w, "rev-parse before"));
	check_str(world_git(w, "log -1 --format='%%an %%cn %%s' main"),
		  "Bot Test Person Task 1: Task number 1");
	check_str(world_git(w, "show main:one.txt"), "1\n2");
	check_contains(world_git(w, "show main:ROADMAP.md"), "✅ Complete");
	check_clean(w);
}

static void test_land__a_rebase_replays_each_commit_on_the_new_base(void **state)
{
	struct world *w = *state;

	world_set(w, "merge.style", "rebase");
	world_agent(w, "1",
		    "echo 1 > one.txt; git add .; " COMMIT_AS_BOT "first; "
		    "echo 2 >> one.txt; git add .; " COMMIT_AS_BOT "second; "
		    "unset GIT_TRACE2_EVENT; " /* from here on it is the user */
		    "cd \"$W/repo\"; echo user > user.txt; git add user.txt; "
		    "git commit -qm 'by the user'");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_str(world_git(w, "log -3 --format='%%an %%s' main"),
		  "Bot second\nBot first\nTest Person by the user");
	check_str(world_git(w, "show main:one.txt"), "1\n2");
	check_str(world_git(w, "show main~1:one.txt"), "1");
	check_contains(world_git(w, "show main:ROADMAP.md"), "✅ Complete");
	check_contains(world_git(w, "log -1 --format=%%B main"), "Wtorch-Task: 1\n");
	check_clean(w);
}

static void test_land__a_rebase_says_once_whose_work_it_is(void **state)
{
	struct world *w = *state;

	world_set(w, "merge.style", "rebase");
	world_plan(w, "1"); /* what the agent leaves is committed for it, with the trailers */
	world_drive(w);
	check_state(w, "1", "merged");
	check_str(world_git(w, "log -1 --format=%%B main | grep -c Wtorch-Run"), "1");
}

static void test_land__keeps_the_status_file_of_an_agent_out(void **state)
{
	static const char *const styles[] = { "merge", "squash", "rebase" };
	struct world *w = *state;
	const char *ids[] = { "1", "2", "3" };

	for (size_t i = 0; i < 3; i++)
		world_agent(w, ids[i],
			    wt_arena_printf(&w->arena,
					    "echo '{}' > .agent_status.json; echo x > %s.txt; "
					    "git add -f .; git commit -qm 'with status'",
					    ids[i]));
	for (size_t i = 0; i < 3; i++) {
		world_set(w, "merge.style", styles[i]);
		world_plan(w, ids[i]);
		world_drive(w);
		check_state(w, ids[i], "merged");
		check_str(world_git(w, "ls-tree --name-only main -- .agent_status.json %s.txt",
				    ids[i]),
			  wt_arena_printf(&w->arena, "%s.txt", ids[i]));
		check_str(world_git(w, "log --format=%%s main | grep -c 'may not land' || true"),
			  "0");
		check_clean(w);
	}
}

/* the user's checkout */

static void test_land__leaves_unrelated_dirty_files_as_they_are(void **state)
{
	struct world *w = *state;

	world_plan(w, "1");
	scratch_run(w->s, "cd repo && echo u >> src/file-1.txt && echo s >> src/file-2.txt && "
			  "echo s >> src/file-3.txt && git add src/file-2.txt src/file-3.txt && "
			  "echo u >> src/file-3.txt && echo n > new.txt && echo a > added.txt && "
			  "git add added.txt && git status --porcelain > ../before && "
			  "git diff > ../diff && git diff --cached > ../cached");
	world_drive(w);
	check_state(w, "1", "merged");
	scratch_run(w->s, "cd repo && git status --porcelain | diff ../before - && "
			  "git diff | diff ../diff - && git diff --cached | diff ../cached - && "
			  "test -e 1.txt");
}

static void test_land__an_untracked_file_in_the_way_holds_the_task_back(void **state)
{
	struct world *w = *state;

	world_plan(w, "1");
	world_git(w, "tag before");
	scratch_write(w->s, "repo/1.txt", "mine\n");
	world_drive(w);
	check_kept_back(w, "1", "1.txt");
	check_str(scratch_read(w->s, "repo/1.txt", NULL), "mine\n");
	check_int(world_count(w, "agent_started", "1"), 1);
	check_contains(world_git(w, "show main:ROADMAP.md"), "📝 Planned");
	/* The file goes, the task lands. */
	scratch_run(w->s, "rm repo/1.txt");
	world_ask(w, WT_EV_MERGE_ASKED, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_clean(w);
}

static void test_land__an_ignored_file_in_the_way_holds_the_task_back(void **state)
{
	struct world *w = *state;

	world_agent(w, "1", "echo theirs > secret.env; git add -f .; git commit -qm work");
	scratch_write(w->s, "repo/.git/info/exclude", "*.env\n");
	world_plan(w, "1");
	world_git(w, "tag before");
	scratch_write(w->s, "repo/secret.env", "mine\n");
	world_drive(w);
	check_kept_back(w, "1", "secret.env");
	check_str(scratch_read(w->s, "repo/secret.env", NULL), "mine\n");
}

static void test_land__an_edit_of_the_same_file_holds_the_task_back(void **state)
{
	static const char *const edits[] = { "true", "git add src/file-1.txt" };
	struct world *w = *state;

	for (size_t i = 0; i < 2; i++) {
		const char *id = i ? "2" : "1";

		world_agent(w, id, "echo theirs >> src/file-1.txt");
		world_plan(w, id);
		world_git(w, "tag -f before");
		scratch_run(w->s,
			    "cd repo && echo mine >> src/file-1.txt && %s && "
			    "git status --porcelain > ../status",
			    edits[i]);
		world_drive(w);
		check_kept_back(w, id, "src/file-1.txt");
		scratch_run(w->s, "cd repo && git status --porcelain | diff ../status - && "
				  "tail -1 src/file-1.txt | grep -qx mine && "
				  "git reset -q --hard");
	}
}

static void test_land__a_base_in_another_worktree_follows_there(void **state)
{
	struct world *w = *state;

	world_roadmap(w, "1");
	scratch_run(w->s, "cd repo && git checkout -q -b feature && "
			  "git worktree add -q ../mainly main && echo dirty > ../mainly/dirty && "
			  "echo feature >> src/file-1.txt && git status --porcelain > ../status");
	world_open_git(w, w->repo);
	world_set(w, "run.base", "main");
	world_create_run(w, NULL);
	world_drive(w);
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_str(scratch_output(w->s, "git -C mainly status --porcelain"), "?? dirty\n");
	check_str(scratch_read(w->s, "mainly/1.txt", NULL), "work of 1\n");
	/* The main checkout is on another branch: neither source nor victim. */
	scratch_run(w->s,
		    "cd repo && git status --porcelain | diff ../status - && ! test -e 1.txt");
	check_str(world_git(w, "symbolic-ref --short HEAD"), "feature");
}

static void test_land__a_base_that_nobody_has_checked_out_moves_alone(void **state)
{
	struct world *w = *state;

	world_roadmap(w, "1");
	scratch_run(w->s, "cd repo && git checkout -q -b feature && git commit -q --allow-empty "
			  "-m feature");
	world_open_git(w, w->repo);
	world_set(w, "run.base", "main");
	world_create_run(w, NULL);
	world_drive(w);
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_int(world_count(w, "checkout_updated", NULL), 0);
	check_str(world_git(w, "show main:1.txt"), "work of 1");
	check_int(scratch_status(w->s, "test -e repo/1.txt"), 1);
	check_clean(w);
	check_str(world_git(w, "show main:ROADMAP.md | grep -c Complete"), "1");
}

/* the base moves */

static struct world *racing;
static size_t races_left;
static const struct wt_git_tool *real_tool;

/* Later than that no git command of theirs comes between. */
static enum wt_code lock_after_the_user(void *self, const char *checkout, struct wt_error *err)
{
	if (races_left) {
		scratch_run(racing->s,
			    "cd repo && echo %zu > user-%zu.txt && "
			    "git add user-%zu.txt && git commit -qm 'by the user'",
			    races_left, races_left, races_left);
		races_left--;
	}
	return real_tool->checkout_lock(self, checkout, err);
}

static void test_land__a_base_that_moved_meanwhile_is_merged_with_again(void **state)
{
	struct world *w = *state;
	struct wt_git_tool tool;

	world_plan(w, "1");
	racing = w;
	races_left = 2;
	real_tool = w->git.tool;
	tool = *real_tool;
	tool.checkout_lock = lock_after_the_user;
	w->git.tool = &tool;
	world_drive(w);
	w->git.tool = real_tool;
	check_int(races_left, 0);
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_str(world_git(w, "log -3 --first-parent --format=%%s main"),
		  "Merge task 1: Task number 1\nby the user\nby the user");
	check_str(world_git(w, "ls-tree --name-only main -- 1.txt user-1.txt user-2.txt"),
		  "1.txt\nuser-1.txt\nuser-2.txt");
	check_clean(w);
}

/* Whatever git says of its update, what the base says counts. */
static void test_land__believes_the_base_when_the_answer_is_lost(void **state)
{
	struct world *w = *state;
	struct faulty *f;

	world_plan(w, "1");
	world_git(w, "tag before");
	wt_run_close(w->run);
	w->run = NULL;
	f = faulty_new(&w->ports);
	w->used = faulty_ports(f);
	check_ok(wt_run_open(w->used, NULL, &w->run, &w->err), w->err);
	faulty_arm(f, FAULTY_AFTER, "git.update_ref refs/heads/main", 1);
	faulty_arm(f, FAULTY_AFTER, "git.update_ref", 1);
	world_drive(w);
	assert_true(faulty_hit(f));
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_str(world_git(w, "rev-list --count --first-parent before..main"), "1");
	check_clean(w);
	wt_run_close(w->run);
	w->run = NULL;
	w->used = &w->ports;
	faulty_free(f);
}

/* a checkout that is in the middle of something */

/* The run gives up waiting after a minute, which here passes quickly. */
static void check_waits_for(struct world *w, const char *what)
{
	w->hurry_ms = 900;
	world_drive(w);
	w->hurry_ms = 0;
	check_state(w, "1", "queued");
	check_reason(w, "1", what);
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse before"));
	check_int(world_count(w, "landing_starting", "1"), 0);
}

static void check_lands_then(struct world *w)
{
	world_reopen(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_int(world_count(w, "agent_started", "1"), 1);
}

static void test_land__waits_while_a_merge_is_unfinished(void **state)
{
	struct world *w = *state;

	world_plan(w, "1");
	scratch_run(w->s, "cd repo && git checkout -q -b rival && echo r > src/file-1.txt && "
			  "git commit -qam rival && git checkout -q main && "
			  "echo m > src/file-1.txt && git commit -qam ours && git tag before && "
			  "! git merge -q rival && git status --porcelain > ../status");
	check_waits_for(w, "a merge");
	scratch_run(w->s, "cd repo && git status --porcelain | diff ../status - && "
			  "git merge --abort");
	check_lands_then(w);
}

static void test_land__waits_while_the_index_is_locked(void **state)
{
	struct world *w = *state;

	world_plan(w, "1");
	world_git(w, "tag before");
	scratch_write(w->s, "repo/.git/index.lock", "");
	check_waits_for(w, "index.lock");
	scratch_run(w->s, "rm repo/.git/index.lock");
	check_lands_then(w);
	check_clean(w);
}

static void test_land__waits_while_the_base_is_rebased(void **state)
{
	struct world *w = *state;

	world_plan(w, "1");
	scratch_run(w->s,
		    "cd repo && git checkout -q -b rival main~1 && "
		    "echo r > src/file-1.txt && git commit -qam rival && "
		    "git checkout -q main && echo m > src/file-1.txt && git commit -qam ours && "
		    "git tag before && ! git rebase -q rival");
	check_waits_for(w, "a rebase of 'main'");
	scratch_run(w->s, "cd repo && git rebase --abort");
	check_lands_then(w);
	check_clean(w);
}

/* without merging */

static void test_land__work_waits_for_merge_when_landing_is_not_ours(void **state)
{
	struct world *w = *state;

	world_set(w, "merge.auto", "no");
	world_plan(w, "1 2<1");
	world_git(w, "tag before");
	world_drive(w);
	check_state(w, "1", "queued");
	check_state(w, "2", "waiting");
	check_str(world_git(w, "rev-parse main"), world_git(w, "rev-parse before"));
	world_ask(w, WT_EV_MERGE_ASKED, "1");
	world_drive(w);
	check_state(w, "1", "merged");
	check_state(w, "2", "queued");
	check_landed(w, "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_land__a_merge_has_both_parents_trailers_and_the_marked_roadmap),
		WORLD_TEST(test_land__the_checkout_of_the_base_follows),
		WORLD_TEST(test_land__a_squash_is_one_commit_of_the_agent),
		WORLD_TEST(test_land__a_rebase_replays_each_commit_on_the_new_base),
		WORLD_TEST(test_land__a_rebase_says_once_whose_work_it_is),
		WORLD_TEST(test_land__keeps_the_status_file_of_an_agent_out),
		WORLD_TEST(test_land__leaves_unrelated_dirty_files_as_they_are),
		WORLD_TEST(test_land__an_untracked_file_in_the_way_holds_the_task_back),
		WORLD_TEST(test_land__an_ignored_file_in_the_way_holds_the_task_back),
		WORLD_TEST(test_land__an_edit_of_the_same_file_holds_the_task_back),
		WORLD_TEST(test_land__a_base_in_another_worktree_follows_there),
		WORLD_TEST(test_land__a_base_that_nobody_has_checked_out_moves_alone),
		WORLD_TEST(test_land__a_base_that_moved_meanwhile_is_merged_with_again),
		WORLD_TEST(test_land__believes_the_base_when_the_answer_is_lost),
		WORLD_TEST(test_land__waits_while_a_merge_is_unfinished),
		WORLD_TEST(test_land__waits_while_the_index_is_locked),
		WORLD_TEST(test_land__waits_while_the_base_is_rebased),
		WORLD_TEST(test_land__work_waits_for_merge_when_landing_is_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
