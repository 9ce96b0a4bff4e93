/* SPDX-License-Identifier: MIT */
/* Landings that somebody was killed over, and people who were quicker: real kills, real git. */

#include <poll.h>
#include <stdio.h>

#include "tests/support/engine_world.h"
#include "wtorch/engine/land.h"

/* A filter that stops git in the middle of writing: the first file is written by then, the
 * second is not, and the index is the old one. */
static void make_slow_checkout(struct world *w)
{
	scratch_run(w->s,
		    "printf '#!/bin/sh\\nif test -e \"%s/slow\" && test ! -e \"%s/here\"; "
		    "then echo $PPID > \"%s/pid\"; touch \"%s/here\"; sh \"%s/await\" "
		    "release; fi\\nexec cat\\n' > filter && chmod +x filter && touch slow && "
		    "cd repo && git config filter.slow.smudge ../filter && "
		    "git config filter.slow.clean cat && "
		    "echo 'm.txt filter=slow' > .git/info/attributes",
		    w->s->dir, w->s->dir, w->s->dir, w->s->dir, w->s->dir);
	world_agent(w, "1",
		    "rm -f \"$W/here\"; echo 1 > a.txt; echo 1 > m.txt; echo 1 > z.txt; "
		    "git rm -q src/file-1.txt; echo 1 >> src/file-2.txt; git add .; "
		    "git commit -qm work; rm -f \"$W/here\"");
	world_open_git(w, w->repo);
}

static void check_home(struct world *w)
{
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_clean(w);
	check_str(scratch_output(w->s, "ls repo/.git | grep index"), "index\n");
	check_str(world_git(w, "log --format=%%B before..main | grep -c '^Wtorch-Task: 1'"), "1");
	check_contains(scratch_read(w->s, "repo/ROADMAP.md", NULL), "✅ Complete");
}

static void test_land_settle__git_that_outlives_us_is_waited_for(void **state)
{
	struct world *w = *state;

	make_slow_checkout(w);
	world_plan(w, "1");
	world_git(w, "tag before");
	world_die_at(w, "here");
	scratch_run(w->s, "touch release");
	world_begin_again(w);
	world_drive(w);
	check_home(w);
	check_str(scratch_read(w->s, "repo/m.txt", NULL), "1\n");
	check_int(world_count(w, "checkout_updated", "1"), 1);
}

/* Kills the git that the dead orchestrator left, too. */
static void kill_git(struct world *w)
{
	scratch_run(w->s, "kill -9 $(cat pid); touch release; rm slow; "
			  "while kill -0 $(cat pid) 2>/dev/null; do :; done");
}

static void test_land_settle__a_half_written_checkout_is_finished(void **state)
{
	struct world *w = *state;

	make_slow_checkout(w);
	world_plan(w, "1");
	world_git(w, "tag before");
	scratch_run(w->s, "cd repo && echo dirty >> src/file-3.txt && echo new > new.txt");
	world_die_at(w, "here");
	kill_git(w);
	assert_true(scratch_status(w->s, "test -e repo/z.txt") != 0);
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_str(world_git(w, "status --porcelain"), " M src/file-3.txt\n?? new.txt");
	check_str(world_git(w, "diff --cached"), "");
	check_str(scratch_read(w->s, "repo/z.txt", NULL), "1\n");
	check_str(scratch_output(w->s, "ls repo/.git | grep index"), "index\n");
}

static void test_land_settle__edits_in_a_half_written_checkout_stay_and_are_named(void **state)
{
	struct world *w = *state;

	make_slow_checkout(w);
	world_plan(w, "1");
	world_git(w, "tag before");
	world_die_at(w, "here");
	kill_git(w);
	scratch_run(w->s, "cd repo && echo mine > z.txt && echo mine >> ROADMAP.md");
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "merged");
	check_contains(world_notes(w), "but for what was changed there: 'z.txt'");
	check_int(strstr(world_notes(w), "ROADMAP") != NULL, 0);
	check_str(scratch_read(w->s, "repo/z.txt", NULL), "mine\n");
	check_str(world_git(w, "status --porcelain"), " M ROADMAP.md\n M z.txt");
	check_str(world_git(w, "diff ROADMAP.md | grep '^[-+][^-+]'"), "+mine");
	check_contains(scratch_read(w->s, "repo/ROADMAP.md", NULL), "✅ Complete");
}

/* A hook that stops git when it is about to move the base, or has just done it. */
static void make_slow_hook(struct world *w, const char *when)
{
	world_agent(w, "1",
		    "echo 1 > a.txt; git rm -q src/file-1.txt; git add .; git commit -qm work; "
		    "touch \"$W/slow\"");
	world_plan(w, "1");
	world_git(w, "tag before");
	scratch_run(w->s,
		    "printf '#!/bin/sh\\nif test $1 = %s && grep -q refs/heads/main && "
		    "test -e \"%s/slow\" && test ! -e \"%s/here\"; then touch \"%s/here\"; "
		    "sh \"%s/await\" release; fi\\n' > repo/.git/hooks/reference-transaction && "
		    "chmod +x repo/.git/hooks/reference-transaction",
		    when, w->s->dir, w->s->dir, w->s->dir, w->s->dir);
}

static void check_moves_after_us(struct world *w, const char *when)
{
	make_slow_hook(w, when);
	world_die_at(w, "here");
	scratch_run(w->s, "touch release");
	world_begin_again(w);
	world_drive(w);
	check_home(w);
}

static void test_land_settle__a_base_that_moves_after_us_is_believed(void **state)
{
	check_moves_after_us(*state, "prepared");
}

static void test_land_settle__so_is_one_that_had_moved_when_we_died(void **state)
{
	check_moves_after_us(*state, "committed");
}

/* The tree of the landing commit is the one that the journal holds for it. */
static void check_tied(struct world *w)
{
	check_str(world_git(w, "log -1 --format=%%T main"),
		  scratch_output(w->s,
				 "grep -h '\"landed\"' repo/.git/wtorch/runs/*/journal.jsonl | "
				 "sed 's/.*\"tree\":\"\\([0-9a-f]*\\)\".*/\\1/' | "
				 "tr -d '\\n'"));
}

/* Us, and git before it moved anything. */
static void test_land_settle__a_lock_that_was_left_before_the_move_is_taken_over(void **state)
{
	struct world *w = *state;

	make_slow_hook(w, "prepared");
	scratch_run(w->s,
		    "sed -i 's/; touch/; echo $PPID > pid&/' repo/.git/hooks/reference-transaction"
		    " && sed -i \"s|> pid|> $PWD/pid|\" repo/.git/hooks/reference-transaction");
	world_die_at(w, "here");
	scratch_run(w->s,
		    "kill -9 $(cat pid); touch release; "
		    "while kill -0 $(cat pid) 2>/dev/null; do :; done; "
		    "rm -f repo/.git/refs/heads/main.lock repo/.git/logs/refs/heads/main.lock "
		    "repo/.git/HEAD.lock");
	check_contains(scratch_read(w->s, "repo/.git/index.lock", NULL), " " WT_LOCK_IDLE "\n");
	world_begin_again(w);
	world_drive(w);
	check_home(w);
}

static void test_land_settle__a_squash_is_known_again(void **state)
{
	world_set(*state, "merge.style", "squash");
	check_moves_after_us(*state, "committed");
	check_tied(*state);
}

static void test_land_settle__so_is_a_rebase(void **state)
{
	world_set(*state, "merge.style", "rebase");
	check_moves_after_us(*state, "committed");
	check_tied(*state);
}

static void test_land_settle__a_commit_with_another_tree_is_not_what_was_judged(void **state)
{
	struct world *w = *state;

	world_set(w, "merge.style", "squash");
	make_slow_hook(w, "committed");
	world_die_at(w, "here");
	scratch_run(w->s,
		    "touch release; cd repo && sed -i '/\"landing_starting\"/"
		    "s/\"tree\":\"[0-9a-f]*\"/\"tree\":\"'$(git rev-parse before^{tree})'\"/' "
		    ".git/wtorch/runs/*/journal.jsonl");
	world_begin_again(w);
	world_drive(w);
	check_state(w, "1", "failed");
	check_reason(w, "1", "does not hold the tree that was judged");
}

static const struct wt_git_tool *real_tool;
static size_t looks;

static enum wt_code await_nobody(void *self, int64_t timeout_ms, struct wt_error *err)
{
	(void)self;
	(void)timeout_ms;
	return wt_fail(err, WT_E_TIMEOUT, "git of a landing before still runs (pid 1)");
}

/* It is let go when the task was tried again, in vain, because git still holds the base. */
static void release_later(struct world *w)
{
	if (world_task(w, "1")->reason && strstr(world_task(w, "1")->reason, "cannot lock ref"))
		looks++;
	if (looks == 1)
		scratch_run(w->s, "touch release");
}

static void test_land_settle__a_base_that_moves_when_nobody_waits_any_more_is_seen(void **state)
{
	struct world *w = *state;
	struct wt_git_tool tool;

	make_slow_hook(w, "prepared");
	world_die_at(w, "here");
	world_begin_again(w);
	real_tool = w->git.tool;
	tool = *real_tool;
	tool.await_left = await_nobody;
	w->git.tool = &tool;
	looks = 0;
	w->on_tick = release_later;
	world_drive(w);
	w->on_tick = NULL;
	w->git.tool = real_tool;
	assert_true(looks > 0);
	check_home(w);
	check_str(world_git(w, "rev-list --count --first-parent before..main"), "1");
}

static void test_land_settle__what_was_made_for_hooks_goes_when_we_were_killed(void **state)
{
	struct world *w = *state;

	world_agent(w, "1",
		    "echo 1 > a.txt; git rm -q src/file-1.txt; git add .; "
		    "git commit --no-verify -qm work");
	world_plan(w, "1");
	world_git(w, "tag before");
	scratch_run(w->s,
		    "printf '#!/bin/sh\\nif test ! -e \"%s/here\"; then touch \"%s/here\"; "
		    "sh \"%s/await\" release; fi\\n' > repo/.git/hooks/commit-msg && "
		    "chmod +x repo/.git/hooks/commit-msg",
		    w->s->dir, w->s->dir, w->s->dir);
	world_die_at(w, "here");
	check_int(scratch_status(w->s, "test -d repo/.git/wtorch/scratch"), 0);
	check_int(scratch_status(w->s, "ls repo/.git/worktrees | grep -q wtorch-landing"), 0);
	world_begin_again(w);
	world_drive(w);
	check_home(w);
	/* The hook still works there. */
	check_int(scratch_status(w->s, "test -d repo/.git/wtorch/scratch"), 0);
	scratch_run(w->s, "touch release");
	for (int i = 0; i < 600 && scratch_status(w->s, "test -e repo/.git/wtorch/scratch") == 0;
	     i++) {
		poll(NULL, 0, 50);
		wt_land_sweep(&w->ports);
	}
	check_int(scratch_status(w->s, "test -e repo/.git/wtorch/scratch"), 1);
	check_int(scratch_status(w->s, "ls repo/.git/worktrees | grep -q wtorch-landing"), 1);
}

/* people who are quicker */

static struct world *racing;
static const char *before_move, *after_move;

static enum wt_code update_among_people(void *self, const char *ref, const struct wt_oid *new_oid,
					const struct wt_oid *old_oid, const char *reason,
					struct wt_error *err)
{
	bool is_base = strcmp(ref, "refs/heads/main") == 0;
	enum wt_code rc;

	if (is_base && before_move)
		scratch_run(racing->s, "cd repo && { %s; }", before_move);
	rc = real_tool->update_ref(self, ref, new_oid, old_oid, reason, err);
	if (is_base && after_move)
		scratch_run(racing->s, "cd repo && { %s; }", after_move);
	return rc;
}

/* Lands task 1, while somebody does things just before and after the base moves. */
static void land_among_people(struct world *w, const char *before, const char *after)
{
	struct wt_git_tool tool;

	world_agent(w, "1",
		    "echo 1 > a.txt; echo 1 > z.txt; echo 1 >> src/file-1.txt; git add .; "
		    "git commit -qm work");
	if (!w->run)
		world_plan(w, "1");
	world_git(w, "tag -f before");
	racing = w;
	before_move = before;
	after_move = after;
	real_tool = w->git.tool;
	tool = *real_tool;
	tool.update_ref = update_among_people;
	w->git.tool = &tool;
	w->hurry_ms = 900;
	world_drive(w);
	w->hurry_ms = 0;
	w->git.tool = real_tool;
}

static void test_land_settle__an_edit_at_the_last_moment_stays_and_the_rest_follows(void **state)
{
	struct world *w = *state;

	land_among_people(w, NULL, "echo mine > src/file-1.txt; echo mine > z.txt");
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_contains(world_notes(w), "but for what was changed there: 'src/file-1.txt', 'z.txt'");
	check_str(world_git(w, "status --porcelain"), " M src/file-1.txt\n M z.txt");
	check_str(scratch_read(w->s, "repo/z.txt", NULL), "mine\n");
	check_str(scratch_read(w->s, "repo/a.txt", NULL), "1\n");
	check_str(world_git(w, "diff --cached"), "");
}

/* a checkout that is refused us */

static int refusals_left;

static enum wt_code refuse_advance(void *self, const char *checkout, const struct wt_oid *from,
				   const struct wt_oid *to, bool dry_run, struct wt_error *err)
{
	if (!dry_run && refusals_left-- > 0)
		return wt_fail(err, WT_E_ENV, "refused");
	return real_tool->checkout_advance(self, checkout, from, to, dry_run, err);
}

/* Half of it is done by then. */
static enum wt_code refuse_settle(void *self, const struct wt_settle *spec, struct wt_arena *a,
				  const char ***theirs, size_t *n, struct wt_error *err)
{
	enum wt_code rc = real_tool->checkout_settle(self, spec, a, theirs, n, err);

	return refusals_left-- > 0 ? wt_fail(err, WT_E_ENV, "refused") : rc;
}

static void land_with_refusals(struct world *w, int refusals)
{
	struct wt_git_tool tool;

	world_agent(w, "1", "echo 1 > a.txt; echo 1 >> src/file-1.txt");
	world_plan(w, "1");
	refusals_left = refusals;
	real_tool = w->git.tool;
	tool = *real_tool;
	tool.checkout_advance = refuse_advance;
	tool.checkout_settle = refuse_settle;
	w->git.tool = &tool;
	world_drive(w);
	w->git.tool = real_tool;
	check_state(w, "1", "merged");
	check_landed(w, "1");
}

static void test_land_settle__a_checkout_that_is_refused_twice_follows(void **state)
{
	land_with_refusals(*state, 3);
	check_clean(*state);
	check_str(world_notes(*state), "");
}

static void test_land_settle__one_that_is_always_refused_is_told(void **state)
{
	land_with_refusals(*state, 1000);
	check_contains(world_notes(*state), "files of it may be as they were");
}

static void test_land_settle__who_leaves_the_base_meanwhile_is_left_alone(void **state)
{
	struct world *w = *state;

	land_among_people(w, "git branch other; git symbolic-ref HEAD refs/heads/other", NULL);
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_clean(w);
	check_str(world_git(w, "symbolic-ref --short HEAD"), "other");
	check_int(scratch_status(w->s, "test -e repo/a.txt"), 1);
}

static void test_land_settle__who_takes_up_the_base_meanwhile_is_brought_along(void **state)
{
	struct world *w = *state;

	world_plan(w, "1");
	scratch_run(w->s, "cd repo && git switch -q -c other");
	land_among_people(w, "git worktree add -q ../late main; echo mine > ../late/mine", NULL);
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_str(scratch_output(w->s, "git -C late status --porcelain"), "?? mine\n");
	check_str(scratch_read(w->s, "late/a.txt", NULL), "1\n");
	check_clean(w);
}

#define REFUSED_BY_LOCK                                                              \
	"! git add ROADMAP.md 2>> ../said && ! git commit -qam mine 2>> ../said && " \
	"! git reset -q --hard 2>> ../said && git status --porcelain > ../seen"

static void test_land_settle__no_git_command_comes_between_the_move_and_the_update(void **state)
{
	struct world *w = *state;

	land_among_people(w, REFUSED_BY_LOCK, REFUSED_BY_LOCK);
	check_home(w);
	check_str(world_notes(w), "");
	check_str(scratch_output(w->s, "grep -c 'index.lock.: File exists' said"), "6\n");
}

static void test_land_settle__who_takes_our_lock_away_has_the_checkout(void **state)
{
	struct world *w = *state;

	land_among_people(w, "rm .git/index.lock; git switch -qc other", NULL);
	check_state(w, "1", "merged");
	check_landed(w, "1");
	check_clean(w);
	check_str(world_git(w, "symbolic-ref --short HEAD"), "other");
	check_str(scratch_output(w->s, "ls repo/.git | grep index"), "index\n");
}

static void
test_land_settle__a_checkout_that_is_locked_at_the_last_moment_follows_later(void **state)
{
	struct world *w = *state;

	land_among_people(w, NULL, "rm .git/index.lock; touch .git/index.lock");
	check_state(w, "1", "queued");
	check_reason(w, "1", "could not follow yet");
	check_reason(w, "1", "index.lock");
	scratch_run(w->s, "rm repo/.git/index.lock");
	world_begin_again(w);
	world_drive(w);
	check_home(w);
}

/* the base goes away */

static void test_land_settle__a_base_that_was_renamed_leaves_the_work_queued(void **state)
{
	struct world *w = *state;

	world_plan(w, "1");
	world_git(w, "tag before");
	racing = w;
	land_among_people(w, "git branch -m main trunk", NULL);
	check_state(w, "1", "queued");
	check_reason(w, "1", "no branch 'main'");
	check_str(world_git(w, "rev-parse trunk"), world_git(w, "rev-parse before"));
	scratch_run(w->s, "cd repo && git branch -m trunk main");
	world_begin_again(w);
	world_drive(w);
	check_home(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_land_settle__git_that_outlives_us_is_waited_for),
		WORLD_TEST(test_land_settle__a_half_written_checkout_is_finished),
		WORLD_TEST(test_land_settle__edits_in_a_half_written_checkout_stay_and_are_named),
		WORLD_TEST(test_land_settle__a_base_that_moves_after_us_is_believed),
		WORLD_TEST(test_land_settle__so_is_one_that_had_moved_when_we_died),
		WORLD_TEST(test_land_settle__a_lock_that_was_left_before_the_move_is_taken_over),
		WORLD_TEST(test_land_settle__no_git_command_comes_between_the_move_and_the_update),
		WORLD_TEST(test_land_settle__who_takes_our_lock_away_has_the_checkout),
		WORLD_TEST(test_land_settle__a_squash_is_known_again),
		WORLD_TEST(test_land_settle__so_is_a_rebase),
		WORLD_TEST(test_land_settle__a_commit_with_another_tree_is_not_what_was_judged),
		WORLD_TEST(test_land_settle__what_was_made_for_hooks_goes_when_we_were_killed),
		WORLD_TEST(test_land_settle__a_base_that_moves_when_nobody_waits_any_more_is_seen),
		WORLD_TEST(test_land_settle__an_edit_at_the_last_moment_stays_and_the_rest_follows),
		WORLD_TEST(test_land_settle__a_checkout_that_is_refused_twice_follows),
		WORLD_TEST(test_land_settle__one_that_is_always_refused_is_told),
		WORLD_TEST(test_land_settle__who_leaves_the_base_meanwhile_is_left_alone),
		WORLD_TEST(test_land_settle__who_takes_up_the_base_meanwhile_is_brought_along),
		WORLD_TEST(
			test_land_settle__a_checkout_that_is_locked_at_the_last_moment_follows_later),
		WORLD_TEST(test_land_settle__a_base_that_was_renamed_leaves_the_work_queued),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
