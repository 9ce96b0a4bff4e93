/* SPDX-License-Identifier: MIT */
/* What undo brings back, and what it leaves alone. */

#include "tests/support/engine_world.h"
#include "tests/support/faulty.h"
#include "wtorch/engine/keep.h"

struct work {
	const char *branch, *path, *state; /* as before it went */
	struct wt_keep keep;
};

/* Everything that a person could see of a checkout but the times of its files. */
static const char *state_of(struct world *w, const char *path)
{
	return scratch_output(w->s,
			      "cd '%s' && git rev-parse HEAD && git status --porcelain=v2 -b "
			      "--untracked-files=all && git write-tree && find . -name .git -prune "
			      "-o -type f -exec sha1sum {} + | sort",
			      path);
}

/* All that undo could change: branches, worktrees, what stands beside the repository. */
static const char *surroundings(struct world *w)
{
	return scratch_output(w->s,
			      "cd repo && git for-each-ref refs/heads && git worktree list && "
			      "ls .. && git status --porcelain");
}

static struct wt_keep newest(struct world *w)
{
	struct wt_keep *list;
	size_t n;

	check_ok(wt_keep_list(&w->ports, "1", &w->arena, &list, &n, &w->err), w->err);
	assert_true(n > 0);
	return list[0];
}

/* Task 1 has committed a.txt and waits; the script then goes through its worktree. */
static struct work make_work(struct world *w, const char *script)
{
	struct work k = { 0 };

	world_set(w, "merge.auto", "no");
	world_agent(w, "1", "printf 'work\\n' >a.txt");
	world_plan(w, "1");
	world_drive(w);
	check_state(w, "1", "queued");
	k.branch = wt_arena_strdup(&w->arena, world_branch(w, "1"));
	k.path = wt_arena_strdup(&w->arena, world_worktree(w, "1"));
	scratch_run(w->s, "cd '%s' && { %s\n}", k.path, script);
	k.state = state_of(w, k.path);
	return k;
}

static void pin(struct world *w, struct work *k)
{
	struct wt_keep_source source = {
		.task = "1", .branch = k->branch, .worktree = k->path, .reason = "clean"
	};
	unsigned n;

	check_ok(wt_keep_pin(w->run, &source, &n, &w->err), w->err);
	k->keep = newest(w);
}

static void take_away(struct world *w, const struct work *k)
{
	world_git(w, "worktree remove --force '%s'", k->path);
	world_git(w, "branch -q -D '%s'", k->branch);
}

static enum wt_code undo(struct world *w, const struct work *k, bool elsewhere, struct wt_keep *out)
{
	return wt_keep_undo(&w->ports, &k->keep, elsewhere, &w->arena, out, &w->err);
}

#define MESS                                                                          \
	"echo s >>a.txt && git add a.txt && echo u >>a.txt && echo n >'new file' && " \
	"rm src/file-1.txt && chmod +x src/file-2.txt && mkdir d && echo x >d/x && git add d"

static void test_keep_undo__brings_back_branch_and_worktree_as_they_were(void **state)
{
	struct world *w = *state;
	struct work k = make_work(w, MESS);
	struct wt_keep back;

	pin(w, &k);
	take_away(w, &k);
	check_ok(undo(w, &k, false, &back), w->err);
	check_str(back.branch, k.branch);
	check_str(back.worktree, k.path);
	check_str(state_of(w, k.path), k.state);
	check_str(world_events(w, "undone"), "undone 1\n");
	world_reopen(w);
	check_str(world_worktree(w, "1"), k.path);
	/* The keep is still there, and what came back can go and come once more. */
	take_away(w, &k);
	check_ok(undo(w, &k, false, &back), w->err);
	check_str(state_of(w, k.path), k.state);
}

static void test_keep_undo__needs_no_journal(void **state)
{
	struct world *w = *state;
	struct work k = make_work(w, MESS);
	struct wt_keep back;

	pin(w, &k);
	take_away(w, &k);
	scratch_run(w->s, "rm -rf repo/.git/wtorch/runs");
	k.keep = newest(w);
	check_str(k.keep.branch, k.branch);
	check_ok(undo(w, &k, false, &back), w->err);
	check_str(state_of(w, k.path), k.state);
}

static void test_keep_undo__a_branch_alone_comes_back_alone(void **state)
{
	struct world *w = *state;
	struct work k = make_work(w, "true"), only = k;
	struct wt_keep back;

	only.path = NULL;
	pin(w, &only);
	take_away(w, &k);
	check_ok(undo(w, &only, false, &back), w->err);
	assert_null(back.worktree);
	check_str(world_git(w, "show '%s:a.txt'", k.branch), "work");
	check_int(scratch_status(w->s, "test -e '%s'", k.path), 1);
}

static void test_keep_undo__a_head_off_the_branch_gets_a_branch_of_its_own(void **state)
{
	struct world *w = *state;
	struct work k = make_work(w, "git checkout -q --detach && echo h >h && git add h && "
				     "git commit -q -m h && echo more >>h");
	struct wt_keep back;

	pin(w, &k);
	take_away(w, &k);
	check_ok(undo(w, &k, false, &back), w->err);
	check_str(back.branch, wt_arena_printf(&w->arena, "%s-head", k.branch));
	check_str(world_git(w, "show '%s:a.txt'", k.branch), "work");
	check_str(scratch_output(w->s,
				 "cd '%s' && cat h && git status --porcelain && git log -1 "
				 "--format=%%s",
				 k.path),
		  "h\nmore\n M h\nh\n");
}

static void check_hindered(struct world *w, const struct work *k, const char *part)
{
	const char *before = surroundings(w);
	struct wt_keep back;

	check_int(undo(w, k, false, &back), WT_E_CONFLICT);
	check_contains(w->err.msg, part);
	check_contains(w->err.hint, "wtorch undo 1 --elsewhere");
	check_str(surroundings(w), before);
}

static void test_keep_undo__what_is_in_the_way_is_named_and_nothing_is_touched(void **state)
{
	struct world *w = *state;
	struct work k = make_work(w, MESS);
	struct wt_keep back;

	pin(w, &k);
	check_hindered(w, &k, "is there already");
	take_away(w, &k);
	scratch_run(w->s, "mkdir '%s' && echo mine >'%s/mine'", k.path, k.path);
	check_hindered(w, &k, "is there already");
	scratch_run(w->s, "rm -rf '%s'", k.path);
	world_git(w, "branch '%s' main", k.branch);
	check_hindered(w, &k, "is at ");
	world_git(w, "branch -q -f '%s' '%s'", k.branch, wt_oid_hex(&k.keep.tip).hex);
	world_git(w, "worktree add -q ../other '%s'", k.branch);
	check_hindered(w, &k, "is checked out in '");
	scratch_run(w->s, "mkdir '%s'", k.path);
	check_ok(undo(w, &k, true, &back), w->err);
	check_str(back.branch, wt_arena_printf(&w->arena, "%s-2", k.branch));
	check_str(back.worktree, wt_arena_printf(&w->arena, "%s-2", k.path));
	check_contains(state_of(w, back.worktree), "new file");
}

static void test_keep_undo__a_worktree_whose_folder_is_gone_is_not_forgotten_for_it(void **state)
{
	struct world *w = *state;
	struct work k = make_work(w, MESS);

	pin(w, &k);
	scratch_run(w->s, "rm -rf '%s'", k.path);
	check_hindered(w, &k, "whose folder is gone");
}

static void test_keep_undo__a_task_that_is_worked_on_is_left_alone(void **state)
{
	struct world *w = *state;
	struct work k = make_work(w, MESS);
	struct wt_event ev = { .kind = WT_EV_RETRY_ASKED, .task = "1" };
	struct wt_keep back;
	const char *before;

	pin(w, &k);
	take_away(w, &k);
	ev.kind = WT_EV_ATTEMPT_ENDED;
	ev.attempt = 1;
	ev.outcome = WT_OUTCOME_STOPPED;
	check_ok(wt_run_note(w->run, &ev, WT_DURABLE, &w->err), w->err);
	world_ask(w, WT_EV_RETRY_ASKED, "1");
	ev = (struct wt_event){ .kind = WT_EV_WORKTREE_PREPARING,
				.task = "1",
				.attempt = 2,
				.branch = "x",
				.path = "/x" };
	check_ok(wt_run_note(w->run, &ev, WT_DURABLE, &w->err), w->err);
	check_state(w, "1", "preparing");
	before = surroundings(w);
	check_int(undo(w, &k, false, &back), WT_E_STATE);
	check_contains(w->err.msg, "task '1' is preparing");
	check_str(surroundings(w), before);
}

static void test_keep_undo__what_a_filter_would_change_is_not_called_brought_back(void **state)
{
	struct world *w = *state;
	struct work k = make_work(w, "echo '*.z filter=swap' >.gitattributes && echo a >f.z");
	struct wt_keep back;
	const char *before;

	pin(w, &k);
	take_away(w, &k);
	before = surroundings(w);
	world_git(w, "config filter.swap.smudge 'sed s/a/b/'");
	check_int(undo(w, &k, false, &back), WT_E_ENV);
	check_contains(w->err.msg, "is not what was kept");
	check_str(surroundings(w), before);
	world_git(w, "config --unset filter.swap.smudge");
	check_ok(undo(w, &k, false, &back), w->err);
	check_str(state_of(w, k.path), k.state);
}

static void test_keep_undo__expires_only_what_has_expired(void **state)
{
	struct world *w = *state;
	struct work k = make_work(w, MESS);
	struct wt_keep first, *list;
	size_t n;

	pin(w, &k);
	first = k.keep;
	pin(w, &k);
	assert_true(first.expires_wall_ms - first.wall_ms == 30LL * 24 * 60 * 60 * 1000);
	assert_true(first.size_bytes > 0);
	check_int(wt_keep_expire(&w->ports, &first, &w->err), WT_E_STATE);
	check_contains(w->err.msg, "has not expired");
	first.expires_wall_ms = first.wall_ms;
	check_ok(wt_keep_expire(&w->ports, &first, &w->err), w->err);
	check_ok(wt_keep_list(&w->ports, NULL, &w->arena, &list, &n, &w->err), w->err);
	check_int(n, 1);
	check_int(list[0].n, 2);
	take_away(w, &k);
	check_ok(undo(w, &k, false, &first), w->err);
	check_str(state_of(w, k.path), k.state);
}

static void test_keep_undo__names_that_are_none_of_ours_are_left_out(void **state)
{
	struct world *w = *state;
	struct work k = make_work(w, "true");
	struct wt_keep *list;
	size_t n;

	pin(w, &k);
	world_git(w, "update-ref refs/wtorch/keep/x main");
	world_git(w, "update-ref refs/wtorch/keep/%s/1/none/tip main", w->run->id);
	world_git(w, "update-ref refs/wtorch/keep/%s/1/9/deep/er main", w->run->id);
	world_git(w, "update-ref refs/wtorch/keep/%s/1/3/about main", w->run->id);
	world_git(w, "update-ref refs/wtorch/keep/%s/1/3/tip main", w->run->id);
	check_ok(wt_keep_list(&w->ports, NULL, &w->arena, &list, &n, &w->err), w->err);
	check_int(n, 2);
	check_int(list[0].n, 3);
	assert_null(list[0].reason);
	check_int(list[0].expires_wall_ms, 0);
	check_int(list[1].n, 1);
	check_str(list[1].reason, "clean");
}

/* Whatever fails: all is back, or nothing was changed. */
static void sweep(struct world *w, enum faulty_kind kind)
{
	struct work k = make_work(w, MESS);
	bool was_hit = true;
	const char *before;

	pin(w, &k);
	take_away(w, &k);
	before = surroundings(w);
	for (size_t at = is_sweeping() ? 1 : 1 + (size_t)kind; was_hit; at += sweep_step()) {
		struct faulty *f = faulty_new(&w->ports);
		struct wt_keep back;
		enum wt_code rc;

		faulty_arm(f, kind, "", at);
		rc = wt_keep_undo(faulty_ports(f), &k.keep, false, &w->arena, &back, &w->err);
		was_hit = faulty_hit(f);
		assert_true(!rc || was_hit);
		if (rc && kind != FAULTY_CRASH && strcmp(surroundings(w), before) != 0)
			fail_msg("%s: %s\nbefore:\n%s\nafter:\n%s", faulty_last(f), w->err.msg,
				 before, surroundings(w));
		if (rc)
			check_ok(undo(w, &k, false, &back), w->err);
		check_str(state_of(w, k.path), k.state);
		check_str(scratch_output(w->s, "ls -A | grep -e trash -e '-[23]$' || true"), "");
		if (rc)
			check_str(scratch_output(w->s, "ls -A repo/.git/wtorch | grep '^undo$' || "
						       "true"),
				  "");
		faulty_free(f);
		scratch_run(
			w->s,
			"cd repo && git worktree list --porcelain | sed -n 's/^worktree //p' | "
			"tail -n +2 | while read -r p; do git worktree remove --force \"$p\"; "
			"done; git for-each-ref --format='%%(refname:short)' refs/heads/wtorch | "
			"xargs -r git branch -q -D");
	}
}

static void test_keep_undo__a_call_that_fails_changes_nothing(void **state)
{
	sweep(*state, FAULTY_BEFORE);
}

static void test_keep_undo__an_answer_that_is_lost_changes_nothing(void **state)
{
	sweep(*state, FAULTY_AFTER);
}

static void test_keep_undo__after_a_kill_it_comes_back_all_the_same(void **state)
{
	sweep(*state, FAULTY_CRASH);
}

/* Everything but the repository itself, so that the next case begins with the pin alone. */
static void begin_anew(struct world *w)
{
	scratch_run(w->s,
		    "rm -rf repo-wt* && cd repo && git worktree prune && git for-each-ref "
		    "--format='%%(refname:short)' refs/heads | grep -v '^main$' | xargs -r git "
		    "branch -q -D");
}

/* As one leaves it that was killed just before it could forget what it had begun, and then what
 * the script does in the worktree. */
static void make_half(struct world *w, const struct work *k, const char *script)
{
	struct faulty *f = faulty_new(&w->ports);
	struct wt_keep back;
	size_t n;

	begin_anew(w);
	check_ok(wt_keep_undo(faulty_ports(f), &k->keep, false, &w->arena, &back, &w->err), w->err);
	n = faulty_calls(f);
	begin_anew(w);
	faulty_arm(f, FAULTY_CRASH, "", n - 1);
	check_ok(wt_keep_undo(faulty_ports(f), &k->keep, false, &w->arena, &back, &w->err), w->err);
	assert_true(faulty_hit(f));
	faulty_free(f);
	scratch_run(w->s, "cd '%s' && d=$(git rev-parse --git-dir) && { %s\n}", k->path, script);
}

static void test_keep_undo__what_was_half_done_is_done_whole(void **state)
{
	static const char *const halves[] = {
		"true",
		"git reset -q",                          /* the files, not what was staged */
		"git reset -q --hard && git clean -qfd", /* nothing uncommitted */
		"git reset -q --hard && rm 'new file'",  /* some of it */
		"printf '' >'new file'",                 /* a file half written */
		"rm \"$d/index\"",                       /* while git checked out */
		"rm \"$d/index\" a.txt && : >\"$d/index.lock\" && echo initializing >\"$d/locked\"",
		"rm -r ./* && rm .git", /* an entry, and an empty folder */
		"rm -rf \"$PWD\"",      /* an entry alone */
	};

	struct world *w = *state;
	struct work k = make_work(w, MESS);

	pin(w, &k);
	for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
		struct wt_keep back;

		make_half(w, &k, halves[i]);
		if (undo(w, &k, false, &back))
			fail_msg("%s: %s", halves[i], w->err.msg);
		check_str(state_of(w, k.path), k.state);
	}
}

static void test_keep_undo__what_a_person_did_in_what_was_half_done_stays(void **state)
{
	static const struct {
		const char *script, *says;
	} cases[] = {
		{ "echo mine >>a.txt", "'a.txt' was changed" },
		{ "echo mine >mine", "'mine' was changed" },
		{ "echo mine >>src/file-2.txt && git add src/file-2.txt", "something was staged" },
		{ "git commit -q -am mine", "its branch was changed" },
		{ "git checkout -q -b mine", "its branch was changed" },
		{ "rm .git && git init -q .", "files were put there since" },
	};

	static const char look[] = "cd '%s' && cat .git/HEAD .git; git status --porcelain; cat "
				   "a.txt; ls";
	struct world *w = *state;
	struct work k = make_work(w, MESS);

	pin(w, &k);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wt_keep back;
		const char *before;

		make_half(w, &k, cases[i].script);
		before = scratch_output(w->s, look, k.path);
		check_int(undo(w, &k, false, &back), WT_E_CONFLICT);
		check_contains(w->err.msg, cases[i].says);
		check_contains(w->err.hint, "--elsewhere");
		check_ok(undo(w, &k, true, &back), w->err);
		check_contains(state_of(w, back.worktree), "new file");
		check_str(scratch_output(w->s, look, k.path), before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_keep_undo__brings_back_branch_and_worktree_as_they_were),
		WORLD_TEST(test_keep_undo__needs_no_journal),
		WORLD_TEST(test_keep_undo__a_branch_alone_comes_back_alone),
		WORLD_TEST(test_keep_undo__a_head_off_the_branch_gets_a_branch_of_its_own),
		WORLD_TEST(test_keep_undo__what_is_in_the_way_is_named_and_nothing_is_touched),
		WORLD_TEST(test_keep_undo__a_worktree_whose_folder_is_gone_is_not_forgotten_for_it),
		WORLD_TEST(test_keep_undo__a_task_that_is_worked_on_is_left_alone),
		WORLD_TEST(test_keep_undo__what_a_filter_would_change_is_not_called_brought_back),
		WORLD_TEST(test_keep_undo__expires_only_what_has_expired),
		WORLD_TEST(test_keep_undo__names_that_are_none_of_ours_are_left_out),
		WORLD_TEST(test_keep_undo__a_call_that_fails_changes_nothing),
		WORLD_TEST(test_keep_undo__an_answer_that_is_lost_changes_nothing),
		WORLD_TEST(test_keep_undo__after_a_kill_it_comes_back_all_the_same),
		WORLD_TEST(test_keep_undo__what_was_half_done_is_done_whole),
		WORLD_TEST(test_keep_undo__what_a_person_did_in_what_was_half_done_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
