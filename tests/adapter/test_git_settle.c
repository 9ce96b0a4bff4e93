/* SPDX-License-Identifier: MIT */
/* Finishing a checkout whose update was cut short: what is git's is finished, what is a person's
 * stays. */

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/no_pidfd.h"
#include "tests/support/scratch.h"
#include "wtorch/adapter/adapters.h"

struct fixture {
	struct scratch *s;
	struct wt_proc proc;
	struct wt_git git;
	const char *repo;
	struct wt_error err;
	const char **theirs;
	size_t n_theirs;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	void *inner = NULL;

	scratch_setup(&inner);
	f->s = inner;
	f->repo = scratch_repo(f->s, "repo", 2);
	check_ok(wt_proc_linux_open("/nonexistent", &f->proc, &f->err), f->err);
	check_ok(wt_git_open(f->repo, &f->proc, &f->git, &f->err), f->err);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	void *inner = f->s;

	wt_git_close(&f->git);
	wt_proc_linux_close(&f->proc);
	free(f);
	return scratch_teardown(&inner);
}

static struct wt_oid tree_at(struct fixture *f, const char *tag)
{
	const char *text = scratch_output(f->s, "git -C repo rev-parse '%s^{tree}'", tag);
	struct wt_oid oid;

	assert_true(wt_oid_parse(wt_str_trim(wt_str_of(text)), &oid));
	return oid;
}

/* HEAD is at new, index and files are at old: nothing was done yet. */
static void make_step(struct fixture *f)
{
	scratch_run(f->s,
		    "cd repo && for i in 1 2 3 4; do seq 1 50 > $i.txt; done && echo gone > gone "
		    "&& ln -s 1.txt link && echo x > tool && echo f > x && mkdir -p y/deep && "
		    "echo g > y/deep/z && echo k > keep && git add . && git commit -qm old && "
		    "git tag old && for i in 1 2 3 4; do sed -i s/7/seven/ $i.txt; done && "
		    "git rm -qr gone x y && ln -sf 2.txt link && chmod +x tool && "
		    "mkdir x fresh && echo h > x/w && echo i > y && seq 9 > fresh/file && "
		    "git add . && git commit -qm new && git tag new && "
		    "git read-tree -m -u new old && git update-index -q --refresh");
}

/* was_cut: after the death of a process of ours. */
static enum wt_code settle(struct fixture *f, bool was_cut)
{
	struct wt_oid from = tree_at(f, "old"), to = tree_at(f, "new");
	const struct wt_settle spec = { f->repo, &from, &to };
	struct wt_proc_id id;

	f->proc.self_id(f->proc.self, &id);
	if (was_cut && scratch_status(f->s, "test -e repo/.git/index.lock"))
		scratch_write(f->s, "repo/.git/index.lock",
			      wt_arena_printf(&f->s->arena, WT_LOCK_MARK "%d 1 %s\n", (int)id.pid,
					      id.boot_id));
	f->theirs = NULL;
	return f->git.tool->checkout_settle(f->git.self, &spec, &f->s->arena, &f->theirs,
					    &f->n_theirs, &f->err);
}

static const char *status(struct fixture *f)
{
	return scratch_output(f->s, "git -C repo status --porcelain -uall");
}

static void check_settled(struct fixture *f)
{
	check_ok(settle(f, true), f->err);
	check_int(f->n_theirs, 0);
	check_str(status(f), "");
	check_str(scratch_output(f->s, "git -C repo diff-files; git -C repo diff new;"
				       "ls repo/.git | grep index"),
		  "index\n");
}

static void test_git_settle__finishes_what_was_not_begun(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	check_settled(f);
	check_settled(f); /* and again finds it done */
}

static void test_git_settle__finishes_each_file_whatever_became_of_the_others(void **state)
{
	/* What git may have done of its work when it died: files come and go one by one, one may
	 * be half written, and the index is the old one until the end. */
	static const char *const done[] = {
		"rm gone",
		"rm gone x; rm -r y",
		"rm gone x link 1.txt; rm -r y",
		"git show new:1.txt > 1.txt; git show new:2.txt | head -c 40 > 2.txt; rm 3.txt",
		": > 1.txt; ln -sf 2.txt link; chmod +x tool",
		"rm x; mkdir x; git show new:x/w > x/w; mkdir fresh; : > fresh/file",
		"rm -r y; git show new:y > y; mkdir fresh; seq 4 > fresh/file",
		"rm x; mkdir x",
		"rm y/deep/z; rmdir y/deep",
		"GIT_INDEX_FILE=.git/other git read-tree -m -u old new; rm -f .git/other",
		"git read-tree -m -u old new",
		"git read-tree -m old new",
	};
	struct fixture *f = *state;

	make_step(f);
	for (size_t i = 0; i < sizeof done / sizeof *done; i++) {
		scratch_run(f->s,
			    "cd repo && git reset -q --hard old && git clean -qfdx && "
			    "git reset -q --soft new && { %s; }",
			    done[i]);
		check_settled(f);
	}
}

/* A real one: git is killed by the filter of a file in the middle of its work. */
static void test_git_settle__finishes_what_a_killed_git_left(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	scratch_run(f->s, "cd repo && echo '3.txt filter=deadly' > .git/info/attributes && "
			  "printf '#!/bin/sh\\ntest -e ../kill && kill -9 $PPID\\n"
			  "exec tr a-z A-Z\\n' > ../deadly && chmod +x ../deadly && "
			  "git config filter.deadly.smudge ../deadly && "
			  "git config filter.deadly.clean 'tr A-Z a-z' && rm 3.txt && "
			  "git checkout -q -- 3.txt && git reset -q --soft old && touch ../kill && "
			  "! git read-tree -m -u old new && rm ../kill && git reset -q --soft new");
	check_str(scratch_output(f->s, "ls repo/.git | grep index"), "index\nindex.lock\n");
	/* Nothing says that this lock is ours, so it is not touched. */
	check_int(settle(f, true), WT_E_BUSY);
	scratch_run(f->s, "test -e repo/.git/index.lock && rm repo/.git/index.lock");
	check_settled(f);
	check_str(scratch_output(f->s, "grep -c SEVEN repo/3.txt"), "5\n");
}

static void test_git_settle__keeps_what_is_a_persons(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	scratch_run(f->s, "cd repo && echo mine >> 1.txt && seq 9 > 2.txt && git add 2.txt && "
			  "rm gone && echo own > gone && mkdir fresh && echo own > fresh/file && "
			  "ln -sf mine link && echo own > keep && echo new > untracked && "
			  "git status --porcelain | grep keep");
	check_ok(settle(f, true), f->err);
	check_int(f->n_theirs, 5);
	check_str(f->theirs[0], "1.txt");
	check_str(f->theirs[1], "2.txt");
	check_str(f->theirs[2], "fresh/file");
	check_str(f->theirs[3], "gone");
	check_str(f->theirs[4], "link");
	check_str(status(f), " M 1.txt\nM  2.txt\n M fresh/file\n M keep\n M link\n?? gone\n"
			     "?? untracked\n");
	check_str(scratch_output(f->s, "cd repo && tail -1 1.txt && cat gone fresh/file keep && "
				       "readlink link && git show :2.txt | tail -1"),
		  "mine\nown\nown\nown\nmine\n9\n");
}

static void test_git_settle__keeps_a_persons_file_where_a_folder_is_to_be(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	scratch_run(f->s, "cd repo && echo own > fresh && echo own > x && echo own > y/deep/own");
	check_ok(settle(f, true), f->err);
	check_str(scratch_read(f->s, "repo/fresh", NULL), "own\n");
	check_str(scratch_read(f->s, "repo/x", NULL), "own\n");
	check_str(scratch_read(f->s, "repo/y/deep/own", NULL), "own\n");
	check_int(f->n_theirs, 4); /* fresh/file, x, x/w, y */
}

static void test_git_settle__writes_nothing_behind_a_link(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	scratch_run(f->s, "mkdir out out/deep && echo g > out/deep/z && cd repo && rm -r y && "
			  "ln -s ../out y && ln -s ../out fresh");
	check_ok(settle(f, true), f->err);
	check_str(scratch_output(f->s, "cd out && find . -type f"), "./deep/z\n");
	check_str(scratch_output(f->s, "readlink repo/fresh"), "../out\n");
}

static void test_git_settle__leaves_flags_of_the_index_alone(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	scratch_run(f->s, "cd repo && git update-index --skip-worktree 1.txt && rm 1.txt && "
			  "git update-index --assume-unchanged 2.txt 3.txt && echo own > 3.txt");
	check_ok(settle(f, true), f->err);
	check_int(f->n_theirs, 1);
	check_str(f->theirs[0], "3.txt");
	check_str(scratch_output(f->s, "cd repo && git ls-files -v 1.txt 2.txt 3.txt 4.txt"),
		  "S 1.txt\nh 2.txt\nh 3.txt\nH 4.txt\n");
	check_int(scratch_status(f->s, "test -e repo/1.txt"), 1);
	check_str(scratch_read(f->s, "repo/3.txt", NULL), "own\n");
	check_str(scratch_output(f->s, "cd repo && git diff --cached new"), "");
	check_str(scratch_output(f->s, "grep -c seven repo/2.txt"), "5\n");
}

/* Nobody died: then what is absent was deleted, and what is short was shortened. */
static void test_git_settle__takes_a_deletion_for_a_persons_when_nothing_was_cut(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	scratch_run(f->s, "cd repo && rm 1.txt && git show new:2.txt | head -3 > 2.txt && "
			  "echo own > 3.txt");
	check_ok(settle(f, false), f->err);
	check_int(f->n_theirs, 3);
	check_str(status(f), " D 1.txt\n M 2.txt\n M 3.txt\n");
}

static void test_git_settle__compares_through_filters(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	/* Written with CRLF; and one whose blob holds CRLF itself, which no clean gives back. */
	scratch_run(f->s, "cd repo && git reset -q --hard old && printf 'a\\r\\n' > crlf && "
			  "git add . && git commit -qm old && git tag -f old && "
			  "printf 'a\\r\\nb\\r\\n' > crlf && sed -i s/7/seven/ 1.txt && git add . "
			  "&& git commit -qm new && git tag -f new && git reset -q --hard old && "
			  "echo '* text=auto eol=crlf' > .git/info/attributes && "
			  "rm crlf *.txt && git checkout -q -- . && git reset -q --soft new");
	check_ok(settle(f, true), f->err);
	check_int(f->n_theirs, 0);
	check_str(scratch_output(f->s, "cd repo && head -1 1.txt | od -c | head -1"),
		  "0000000   1  \\r  \\n\n");
	check_str(scratch_output(f->s, "cd repo && od -c crlf | head -1"),
		  "0000000   a  \\r  \\n   b  \\r  \\n\n");
	check_str(scratch_output(f->s, "git -C repo diff --cached new"), "");
}

/* the lock */

/* A child of ours dies while it brings the checkout along. */
static void die_in_the_middle(struct fixture *f)
{
	struct wt_oid from = tree_at(f, "old"), to = tree_at(f, "new");
	pid_t child;
	int status;

	scratch_run(f->s, "cd repo && echo '3.txt filter=slow' > .git/info/attributes && "
			  "printf '#!/bin/sh\\nif test -e ../hang; then echo > ../here; "
			  "cat ../go >/dev/null; fi\\nexec cat\\n' > ../slow && "
			  "chmod +x ../slow && mkfifo ../here ../go && touch ../hang && "
			  "git config filter.slow.smudge ../slow && "
			  "git config filter.slow.clean cat");
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		struct wt_proc proc;
		struct wt_git git;
		struct wt_error err;

		if (wt_proc_linux_open("/nonexistent", &proc, &err) == WT_OK &&
		    wt_git_open(f->repo, &proc, &git, &err) == WT_OK)
			(void)!git.tool->checkout_advance(git.self, f->repo, &from, &to, false,
							  &err);
		_exit(1);
	}
	scratch_run(f->s, "cat here");
	kill(child, SIGKILL);
	assert_true(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
}

static void test_git_settle__waits_for_a_git_that_outlived_us_and_takes_its_lock(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	die_in_the_middle(f);
	check_contains(scratch_read(f->s, "repo/.git/index.lock", NULL), WT_LOCK_MARK);
	check_int(f->git.tool->await_left(f->git.self, 50, &f->err), WT_E_TIMEOUT);
	check_contains(f->err.msg, "still runs");
	scratch_run(f->s, "rm hang; (echo > go) & wait");
	check_ok(f->git.tool->await_left(f->git.self, 60000, &f->err), f->err);
	check_ok(settle(f, true), f->err);
	check_int(f->n_theirs, 0);
	check_str(status(f), "");
	check_str(scratch_output(f->s, "ls repo/.git | grep index"), "index\n");
}

/* In a child, because the filter stays. */
static int await_without_pidfds(struct fixture *f, int64_t timeout_ms)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child)
		_exit(take_pidfds_away()
			      ? (int)f->git.tool->await_left(f->git.self, timeout_ms, &f->err)
			      : 99);
	assert_true(waitpid(child, &status, 0) == child && WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_git_settle__waits_where_there_are_no_pidfds(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	die_in_the_middle(f);
	check_int(await_without_pidfds(f, 50), WT_E_TIMEOUT);
	scratch_run(f->s, "rm hang; (echo > go) & wait");
	check_int(await_without_pidfds(f, 60000), WT_OK);
	check_ok(settle(f, true), f->err);
	check_str(status(f), "");
}

static void test_git_settle__never_takes_the_lock_of_the_living_or_of_others(void **state)
{
	struct fixture *f = *state;
	struct wt_proc_id id;

	make_step(f);
	scratch_write(f->s, "repo/.git/index.lock", "");
	check_int(settle(f, true), WT_E_BUSY);
	scratch_write(f->s, "repo/.git/index.lock", "wtorch 1 2");
	check_int(settle(f, true), WT_E_BUSY);
	f->proc.self_id(f->proc.self, &id);
	scratch_write(f->s, "repo/.git/index.lock",
		      wt_arena_printf(&f->s->arena, WT_LOCK_MARK "%d %s %s\n", (int)id.pid,
				      id.start_time, id.boot_id));
	check_int(settle(f, true), WT_E_BUSY);
	scratch_write(
		f->s, "repo/.git/index.lock",
		wt_arena_printf(&f->s->arena, WT_LOCK_MARK "%d 1 %s\n", (int)id.pid, id.boot_id));
	check_settled(f);
}

/* A filter kills git where it has taken away the old file and not yet written the new one. */
static void test_git_settle__finishes_what_was_cut_short_in_this_process(void **state)
{
	struct fixture *f = *state;
	struct wt_oid from, to;

	make_step(f);
	from = tree_at(f, "old");
	to = tree_at(f, "new");
	scratch_write(f->s, "kill",
		      wt_arena_printf(&f->s->arena,
				      "#!/bin/sh\ntest -e '%s/killed' && exec cat\n"
				      "touch '%s/killed'\nkill -9 $PPID\n",
				      f->s->dir, f->s->dir));
	scratch_run(f->s, "chmod +x kill && cd repo && git config filter.kill.smudge ../kill && "
			  "git config filter.kill.clean cat && "
			  "echo '3.txt filter=kill' >.git/info/attributes");
	check_int(f->git.tool->checkout_advance(f->git.self, f->repo, &from, &to, false, &f->err),
		  WT_E_ENV);
	check_int(scratch_status(f->s, "test -e killed && test ! -e repo/3.txt"), 0);
	check_ok(settle(f, false), f->err);
	check_int(f->n_theirs, 0);
	check_str(status(f), "");
}

static enum wt_code advance(struct fixture *f, bool dry_run)
{
	struct wt_oid from = tree_at(f, "old"), to = tree_at(f, "new");

	return f->git.tool->checkout_advance(f->git.self, f->repo, &from, &to, dry_run, &f->err);
}

static void test_git_settle__a_held_lock_keeps_other_git_out_and_lets_us_work(void **state)
{
	struct fixture *f = *state;
	const struct wt_git_tool *tool = f->git.tool;
	struct wt_oid blob;

	make_step(f);
	check_ok(tool->checkout_lock(f->git.self, f->repo, &f->err), f->err);
	check_contains(scratch_read(f->s, "repo/.git/index.lock", NULL), " " WT_LOCK_IDLE "\n");
	check_int(scratch_status(f->s, "git -C repo add . 2>/dev/null"), 128);
	check_ok(advance(f, true), f->err);
	check_contains(scratch_read(f->s, "repo/.git/index.lock", NULL), " " WT_LOCK_IDLE "\n");
	check_ok(advance(f, false), f->err);
	assert_null(strstr(scratch_read(f->s, "repo/.git/index.lock", NULL), WT_LOCK_IDLE));
	blob = tree_at(f, "old"); /* any object */
	assert_true(wt_oid_parse(
		wt_str_trim(wt_str_of(scratch_output(f->s, "git -C repo rev-parse old:1.txt"))),
		&blob));
	check_ok(tool->index_set(f->git.self, f->repo, "set", &blob, 0100644, &f->err), f->err);
	tool->checkout_unlock(f->git.self);
	tool->checkout_unlock(f->git.self);
	check_str(status(f), "AD set\n");
	check_str(scratch_output(f->s, "ls repo/.git | grep index"), "index\n");
}

static void test_git_settle__a_held_lock_that_somebody_took_away_is_not_used(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	check_ok(f->git.tool->checkout_lock(f->git.self, f->repo, &f->err), f->err);
	scratch_write(f->s, "repo/.git/index.lock", "");
	check_int(advance(f, false), WT_E_BUSY);
	check_int(settle(f, false), WT_E_BUSY);
	f->git.tool->checkout_unlock(f->git.self);
	check_int(scratch_status(f->s, "test -e repo/.git/index.lock"), 0);
	check_str(scratch_output(f->s, "git -C repo diff --name-only old"), "");
}

static void test_git_settle__only_a_lock_under_which_nothing_was_written_is_taken_over(void **state)
{
	struct fixture *f = *state;
	struct wt_proc_id id;

	make_step(f);
	f->proc.self_id(f->proc.self, &id);
	scratch_write(
		f->s, "repo/.git/index.lock",
		wt_arena_printf(&f->s->arena, WT_LOCK_MARK "%d 1 %s\n", (int)id.pid, id.boot_id));
	check_int(f->git.tool->checkout_lock(f->git.self, f->repo, &f->err), WT_E_BUSY);
	check_contains(f->err.msg, "cut short");
	scratch_write(f->s, "repo/.git/index.lock",
		      wt_arena_printf(&f->s->arena, WT_LOCK_MARK "%d 1 %s " WT_LOCK_IDLE "\n",
				      (int)id.pid, id.boot_id));
	check_ok(f->git.tool->checkout_lock(f->git.self, f->repo, &f->err), f->err);
	f->git.tool->checkout_unlock(f->git.self);
	check_str(scratch_output(f->s, "ls repo/.git | grep index"), "index\n");
}

/* Same size, same moment: git looks into such a file only while the index is not younger. */
static void test_git_settle__an_edit_in_the_moment_of_the_index_is_seen(void **state)
{
	struct fixture *f = *state;

	make_step(f);
	scratch_run(f->s, "cd repo && git config core.trustctime false && touch -d '2020-01-01' "
			  "1.txt && git update-index -q --refresh && "
			  "sed -i s/8/9/ 1.txt && touch -d '2020-01-01' 1.txt .git/index");
	check_contains(status(f), "MM 1.txt");
	check_int(advance(f, false), WT_E_CONFLICT);
	check_str(scratch_output(f->s, "sed -n 8p repo/1.txt"), "9\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_git_settle__finishes_what_was_not_begun),
		TEST(test_git_settle__finishes_each_file_whatever_became_of_the_others),
		TEST(test_git_settle__finishes_what_a_killed_git_left),
		TEST(test_git_settle__keeps_what_is_a_persons),
		TEST(test_git_settle__keeps_a_persons_file_where_a_folder_is_to_be),
		TEST(test_git_settle__writes_nothing_behind_a_link),
		TEST(test_git_settle__leaves_flags_of_the_index_alone),
		TEST(test_git_settle__takes_a_deletion_for_a_persons_when_nothing_was_cut),
		TEST(test_git_settle__finishes_what_was_cut_short_in_this_process),
		TEST(test_git_settle__compares_through_filters),
		TEST(test_git_settle__waits_for_a_git_that_outlived_us_and_takes_its_lock),
		TEST(test_git_settle__waits_where_there_are_no_pidfds),
		TEST(test_git_settle__a_held_lock_keeps_other_git_out_and_lets_us_work),
		TEST(test_git_settle__a_held_lock_that_somebody_took_away_is_not_used),
		TEST(test_git_settle__only_a_lock_under_which_nothing_was_written_is_taken_over),
		TEST(test_git_settle__an_edit_in_the_moment_of_the_index_is_seen),
		TEST(test_git_settle__never_takes_the_lock_of_the_living_or_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
