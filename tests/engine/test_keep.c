/* SPDX-License-Identifier: MIT */
/* What is pinned before it goes. */

#include "tests/support/engine_world.h"
#include "tests/support/faulty.h"
#include "wtorch/engine/keep.h"

/* A run whose task 1 has committed a.txt and waits to be merged. */
static void make_work(struct world *w)
{
	world_set(w, "merge.auto", "no");
	world_set(w, "clean.keep_ignored", "*.env");
	world_agent(w, "1", "echo work >a.txt");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "queued");
}

static struct wt_keep_source source_of(struct world *w)
{
	return (struct wt_keep_source){ .task = "1",
					.branch = world_branch(w, "1"),
					.worktree = world_worktree(w, "1"),
					.reason = "clean" };
}

static enum wt_code try_pin(struct world *w, const struct wt_keep_source *source, unsigned *n)
{
	return wt_keep_pin(w->run, source, n, &w->err);
}

static unsigned pin(struct world *w, const struct wt_keep_source *source)
{
	unsigned n;

	check_ok(try_pin(w, source, &n), w->err);
	return n;
}

/* The names behind the run's and task's, one a line. */
static const char *kept_names(struct world *w)
{
	return world_git(w, "for-each-ref --format='%%(refname:lstrip=5)' refs/wtorch/keep");
}

static const char *kept(struct world *w, const char *name)
{
	return wt_arena_printf(&w->arena, "refs/wtorch/keep/%s/1/%s", w->run->id, name);
}

static const char *oid_of(struct world *w, const char *name)
{
	return world_git(w, "rev-parse --verify -q '%s'", name);
}

static void test_keep__pins_the_tip_and_what_is_not_committed(void **state)
{
	struct world *w = *state;
	struct wt_keep_source source;

	make_work(w);
	source = source_of(w);
	check_int(pin(w, &source), 1);
	check_str(kept_names(w), "1/about\n1/tip");
	check_str(oid_of(w, kept(w, "1/tip")), oid_of(w, source.branch));
	scratch_run(w->s,
		    "cd '%s' && echo more >>a.txt && echo new >b.txt && echo S >x.env && "
		    "printf '*.env\\n*.o\\n' >>\"$(git rev-parse --git-common-dir)/info/exclude\" "
		    "&& echo O >x.o",
		    source.worktree);
	check_int(pin(w, &source), 2);
	check_str(kept_names(w), "1/about\n1/tip\n2/about\n2/dirty\n2/tip");
	check_str(world_git(w, "diff --name-status %s %s", kept(w, "2/tip"), kept(w, "2/dirty")),
		  "M\ta.txt\nA\tb.txt\nA\tx.env");
	check_str(world_events(w, "kept"), "kept 1\nkept 1\n");
}

static void test_keep__a_number_is_never_used_again(void **state)
{
	struct world *w = *state;
	struct wt_keep_source source;

	make_work(w);
	source = source_of(w);
	check_int(pin(w, &source), 1);
	check_int(pin(w, &source), 2);
	scratch_run(w->s, "cd repo && git for-each-ref --format='delete %%(refname)' refs/wtorch | "
			  "git update-ref --stdin");
	world_reopen(w);
	source = source_of(w);
	check_int(pin(w, &source), 3);
	/* And one that only its ref tells of. */
	world_git(w, "update-ref %s HEAD", kept(w, "7/tip"));
	check_int(pin(w, &source), 8);
}

static void test_keep__a_branch_left_of_a_removal_is_not_pinned_again(void **state)
{
	struct world *w = *state;
	struct wt_keep_source source;

	make_work(w);
	source = source_of(w);
	check_int(pin(w, &source), 1);
	scratch_run(w->s, "git -C repo worktree remove '%s'", source.worktree);
	source.worktree = NULL;
	check_int(pin(w, &source), 1);
	world_git(w, "branch -f '%s' main", source.branch);
	check_int(pin(w, &source), 2);
}

static void test_keep__pins_what_is_left_when_parts_are_gone(void **state)
{
	struct world *w = *state;
	struct wt_keep_source source, only;

	make_work(w);
	source = source_of(w);
	only = (struct wt_keep_source){ .task = "1", .branch = source.branch };
	check_int(pin(w, &only), 1);
	only = (struct wt_keep_source){ .task = "1", .worktree = source.worktree };
	scratch_run(w->s,
		    "cd '%s' && git checkout -q --detach && echo x >x && git add x && "
		    "git commit -q -m x && echo y >y",
		    source.worktree);
	check_int(pin(w, &only), 2);
	check_str(oid_of(w, kept(w, "2/tip^")), oid_of(w, source.branch));
	check_int(pin(w, &source), 3);
	check_str(oid_of(w, kept(w, "3/head")), oid_of(w, kept(w, "2/tip")));
	check_str(oid_of(w, kept(w, "3/tip")), oid_of(w, source.branch));
	scratch_run(w->s, "rm -rf '%s'", source.worktree);
	check_int(pin(w, &source), 4);
	check_str(kept_names(w), "1/about\n1/tip\n2/about\n2/dirty\n2/tip\n3/about\n3/dirty\n"
				 "3/head\n3/tip\n4/about\n4/head\n4/tip");
	only = (struct wt_keep_source){ .task = "1", .branch = "nobody", .worktree = "/no/where" };
	check_int(pin(w, &only), 0);
}

static void test_keep__a_given_tip_does_not_hide_the_branch(void **state)
{
	struct world *w = *state;
	struct wt_keep_source source;
	struct wt_oid tip;

	make_work(w);
	source = source_of(w);
	check_int(wt_oid_parse(wt_str_of(oid_of(w, "main")), &tip), true);
	source.tip = &tip;
	check_int(pin(w, &source), 1);
	check_str(kept_names(w), "1/about\n1/branch\n1/tip");
	check_str(oid_of(w, kept(w, "1/branch")), oid_of(w, source.branch));
	check_str(oid_of(w, kept(w, "1/tip")), oid_of(w, "main"));
}

static void test_keep__an_agents_stashes_are_pinned_and_told(void **state)
{
	struct world *w = *state;
	struct wt_keep_source source;

	make_work(w);
	source = source_of(w);
	scratch_run(w->s,
		    "cd repo && echo mine >>src/file-1.txt && git stash -q && cd '%s' && "
		    "echo one >>a.txt && git stash -q && echo two >>a.txt && "
		    "git stash push -q -m 'two: things' && git checkout -q --detach && "
		    "echo three >>a.txt && git stash -q && git checkout -q -",
		    source.worktree);
	check_int(pin(w, &source), 1);
	check_str(kept_names(w), "1/about\n1/stash\n1/stash-2\n1/stash-3\n1/tip");
	check_str(world_git(w, "show %s:a.txt", kept(w, "1/stash-2")), "work\ntwo");
	check_contains(world_notes(w), "its agent left 3 stashes");
	check_str(world_git(w, "stash list | wc -l"), "4");
}

static void test_keep__commits_that_only_the_worktrees_reflog_holds_are_pinned(void **state)
{
	struct world *w = *state;
	struct wt_keep_source source;

	make_work(w);
	source = source_of(w);
	scratch_run(w->s,
		    "cd '%s' && git commit -q --allow-empty -m reset && git commit -q "
		    "--allow-empty -m reset2 && git reset -q --hard HEAD~2 && "
		    "git commit -q --amend -m amended && git checkout -q --detach main && "
		    "echo d >d && git add d && git commit -q -m detached && "
		    "git checkout -q '%s'",
		    source.worktree, source.branch);
	check_int(pin(w, &source), 1);
	check_str(kept_names(w), "1/about\n1/lost\n1/lost-2\n1/tip");
	check_str(world_git(w, "show %s:d", kept(w, "1/lost")), "d");
	check_str(world_git(w, "log -1 --format=%%s %s", kept(w, "1/lost-2")), "reset2");
	check_contains(world_notes(w), "2 commits that no branch holds");
}

static void test_keep__the_reason_says_what_was_half_done(void **state)
{
	struct world *w = *state;
	struct wt_keep_source source;
	struct wt_keep *list;
	size_t n;

	make_work(w);
	source = source_of(w);
	scratch_run(w->s,
		    "cd repo && echo other >a.txt && git add a.txt && git commit -q -m other && "
		    "cd '%s' && { git merge main >/dev/null 2>&1 || true; } && "
		    "test -n \"$(git ls-files -u)\"",
		    source.worktree);
	check_int(pin(w, &source), 1);
	check_ok(wt_keep_list(&w->ports, "1", &w->arena, &list, &n, &w->err), w->err);
	check_int(n, 1);
	check_str(list[0].reason, "clean, in the middle of a merge");
	check_contains(world_git(w, "show %s:a.txt", kept(w, "1/dirty")), "<<<<<<<");
}

static void test_keep__what_cannot_be_kept_is_named_and_nothing_is_pinned(void **state)
{
	struct world *w = *state;
	struct wt_keep_source source;
	unsigned n;

	make_work(w);
	source = source_of(w);
	scratch_run(w->s, "git init -q '%s/own' && git -C '%s/own' commit -q --allow-empty -m x",
		    source.worktree, source.worktree);
	check_int(try_pin(w, &source, &n), WT_E_STATE);
	check_contains(w->err.msg, "'own");
	check_int(n, 0);
	check_str(kept_names(w), "");
	scratch_run(w->s, "rm -rf '%s/own' && rm '%s/.git'", source.worktree, source.worktree);
	check_int(try_pin(w, &source, &n), WT_E_STATE);
	check_contains(w->err.msg, "not a worktree of this repository any more");
	check_str(kept_names(w), "");
}

static void test_keep__survives_packing_and_pruning(void **state)
{
	struct world *w = *state;
	struct wt_keep_source source;

	make_work(w);
	source = source_of(w);
	scratch_run(w->s, "echo new >'%s/new.txt'", source.worktree);
	check_int(pin(w, &source), 1);
	world_git(w, "worktree remove --force '%s'", source.worktree);
	world_git(w, "branch -q -D '%s'", source.branch);
	world_git(w, "pack-refs --all --prune");
	world_git(w, "reflog expire --expire=now --all");
	world_git(w, "gc -q --prune=now");
	check_str(world_git(w, "show %s:new.txt", kept(w, "1/dirty")), "new");
	check_str(world_git(w, "show %s:a.txt", kept(w, "1/tip")), "work");
	world_open_git(w, w->repo);
	check_int(pin(w, &(struct wt_keep_source){ .task = "1", .branch = "main" }), 2);
}

/* Whatever fails: an error is told, or the pin is whole and noted. */
static void sweep(struct world *w, enum faulty_kind kind)
{
	struct wt_keep_source source;
	bool was_hit = true;

	make_work(w);
	source = source_of(w);
	source.branch = wt_arena_strdup(&w->arena, source.branch);
	source.worktree = wt_arena_strdup(&w->arena, source.worktree);
	scratch_run(w->s, "cd '%s' && echo s >>a.txt && git stash -q && echo new >new.txt",
		    source.worktree);
	for (size_t at = is_sweeping() ? 1 : 1 + (size_t)kind; was_hit; at += sweep_step()) {
		struct faulty *f = faulty_new(&w->ports);
		const char *before = kept_names(w), *refs;
		unsigned n = 99;
		enum wt_code rc;

		w->used = faulty_ports(f);
		world_reopen(w);
		faulty_arm(f, kind, "", at);
		rc = wt_keep_pin(w->run, &source, &n, &w->err);
		was_hit = faulty_hit(f);
		if (rc) {
			assert_true(was_hit);
			check_int(n, 0);
		} else {
			refs = kept_names(w);
			check_contains(refs, wt_arena_printf(&w->arena,
							     "%u/about\n%u/dirty\n"
							     "%u/stash\n%u/tip",
							     n, n, n, n));
		}
		if (rc && kind == FAULTY_BEFORE && !strstr(faulty_last(f), "journal"))
			check_str(kept_names(w), before);
		w->used = &w->ports;
		world_reopen(w);
		faulty_free(f);
		check_str(scratch_output(w->s,
					 "cat '%s/new.txt'; git -C repo fsck "
					 "--connectivity-only 2>&1 | grep -v dangling; true",
					 source.worktree),
			  "new\n");
	}
}

static void test_keep__a_call_that_fails_pins_nothing_or_all(void **state)
{
	sweep(*state, FAULTY_BEFORE);
}

static void test_keep__an_answer_that_is_lost_does_no_harm(void **state)
{
	sweep(*state, FAULTY_AFTER);
}

static void test_keep__a_kill_leaves_at_most_refs_that_nobody_noted(void **state)
{
	sweep(*state, FAULTY_CRASH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_keep__pins_the_tip_and_what_is_not_committed),
		WORLD_TEST(test_keep__a_number_is_never_used_again),
		WORLD_TEST(test_keep__a_branch_left_of_a_removal_is_not_pinned_again),
		WORLD_TEST(test_keep__pins_what_is_left_when_parts_are_gone),
		WORLD_TEST(test_keep__a_given_tip_does_not_hide_the_branch),
		WORLD_TEST(test_keep__an_agents_stashes_are_pinned_and_told),
		WORLD_TEST(test_keep__commits_that_only_the_worktrees_reflog_holds_are_pinned),
		WORLD_TEST(test_keep__the_reason_says_what_was_half_done),
		WORLD_TEST(test_keep__what_cannot_be_kept_is_named_and_nothing_is_pinned),
		WORLD_TEST(test_keep__survives_packing_and_pruning),
		WORLD_TEST(test_keep__a_call_that_fails_pins_nothing_or_all),
		WORLD_TEST(test_keep__an_answer_that_is_lost_does_no_harm),
		WORLD_TEST(test_keep__a_kill_leaves_at_most_refs_that_nobody_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
