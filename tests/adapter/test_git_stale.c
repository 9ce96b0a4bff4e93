/* SPDX-License-Identifier: MIT */
/* The locks of a git that was killed. */

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/adapter_git.h"

/* While it holds its locks, git is killed by its own hook, behind what the hook does first. */
static void kill_git(struct repo_fixture *f, const char *first)
{
	static const char hook[] = "repo/.git/hooks/reference-transaction";

	scratch_write(f->s, hook,
		      wt_arena_printf(&f->s->arena,
				      "#!/bin/sh\n[ \"$1\" = prepared ] || exit 0\n"
				      "cd '%s'\n%s\nkill -9 $PPID\n",
				      scratch_path(f->s, "repo/.git"), first));
	scratch_run(f->s, "chmod +x %s", hook);
}

static enum wt_code move_main(struct repo_fixture *f)
{
	struct wt_oid from = repo_oid(f, "main"), to;

	assert_true(wt_oid_parse(
		wt_str_trim(wt_str_of(scratch_output(
			f->s, "git -C repo commit-tree -p main -m next 'main^{tree}'"))),
		&to));
	return f->git.tool->update_ref(f->git.self, "refs/heads/main", &to, &from, "x", &f->err);
}

static const char *locks(struct repo_fixture *f)
{
	return scratch_output(f->s, "cd repo/.git && find . -name '*.lock' | sort");
}

/* What is made from now on is younger than this file, also by the clock of files. */
static void make_old(struct repo_fixture *f, const char *path)
{
	struct timespec now;
	struct stat st;

	scratch_write(f->s, path, "");
	assert_int_equal(stat(scratch_path(f->s, "%s", path), &st), 0);
	do {
		clock_gettime(CLOCK_REALTIME_COARSE, &now);
	} while (now.tv_sec == st.st_ctim.tv_sec && now.tv_nsec <= st.st_ctim.tv_nsec);
}

static void test_git_stale__locks_of_a_killed_git_are_in_nobodys_way(void **state)
{
	struct repo_fixture *f = *state;

	kill_git(f, "find . -name '*.lock' | sort >../../had");
	check_int(move_main(f), WT_E_ENV);
	check_str(scratch_output(f->s, "cat had"), "./HEAD.lock\n./refs/heads/main.lock\n");
	check_str(locks(f), "");
	scratch_run(f->s, "rm repo/.git/hooks/reference-transaction");
	check_ok(move_main(f), f->err);
}

static void test_git_stale__packed_refs_are_freed_too(void **state)
{
	struct repo_fixture *f = *state;
	struct wt_oid none = { { 0 } }, tip = repo_oid(f, "main");

	scratch_run(f->s, "git -C repo branch other && git -C repo pack-refs --all");
	kill_git(f, "");
	check_int(
		f->git.tool->update_ref(f->git.self, "refs/heads/other", &none, &tip, "x", &f->err),
		WT_E_ENV);
	check_str(locks(f), "");
	scratch_run(f->s,
		    "rm repo/.git/hooks/reference-transaction && git -C repo branch -D other");
}

static void test_git_stale__the_lock_of_somebody_else_stays(void **state)
{
	struct repo_fixture *f = *state;

	make_old(f, "repo/.git/refs/heads/other.lock");
	kill_git(f, "echo 'wtorch 1 2 3' >index.lock");
	check_int(move_main(f), WT_E_ENV);
	check_str(locks(f), "./index.lock\n./refs/heads/other.lock\n");
}

/* One of the locks may well be its. */
static void test_git_stale__all_stay_while_another_git_is_at_work(void **state)
{
	struct repo_fixture *f = *state;
	int held;

	scratch_run(f->s, "mkfifo hold");
	held = open(scratch_path(f->s, "hold"), O_RDWR | O_CLOEXEC);
	assert_true(held >= 0);
	kill_git(f, "git cat-file --batch <../../hold >/dev/null 2>&1 &\n"
		    "until [ \"$(cat /proc/$!/comm || echo git)\" = git ]; do :; done");
	check_int(move_main(f), WT_E_ENV);
	close(held);
	check_str(locks(f), "./HEAD.lock\n./refs/heads/main.lock\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		REPO_TEST(test_git_stale__locks_of_a_killed_git_are_in_nobodys_way),
		REPO_TEST(test_git_stale__packed_refs_are_freed_too),
		REPO_TEST(test_git_stale__the_lock_of_somebody_else_stays),
		REPO_TEST(test_git_stale__all_stay_while_another_git_is_at_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
