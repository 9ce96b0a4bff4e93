/* SPDX-License-Identifier: MIT */
/* The port fs on real files. */

#include "tests/support/check.h"
#include "tests/support/scratch.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wtorch/adapter/adapters.h"

static struct wt_fs fs_of_test(void)
{
	struct wt_fs fs;

	wt_fs_posix(&fs);
	return fs;
}

static void check_read(struct scratch *s, const char *path, const char *want)
{
	check_str(scratch_read(s, path, NULL), want);
}

static void test_fs_posix__reads_a_file_up_to_its_limit_and_refuses_more(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_buf out = WT_BUF_INIT;
	struct wt_error err;

	scratch_write(s, "a", "12345");
	wt_buf_puts(&out, "x");
	check_ok(fs.read(fs.self, scratch_path(s, "a"), 5, &out, &err), err);
	check_str(out.data, "x12345");
	check_int(fs.read(fs.self, scratch_path(s, "a"), 4, &out, &err), WT_E_INPUT);
	check_contains(err.msg, "larger than");
	check_str(out.data, "x12345");
	wt_buf_clear(&out);
}

static void test_fs_posix__refuses_to_read_what_is_no_regular_file(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_buf out = WT_BUF_INIT;
	struct wt_error err;

	scratch_run(s, "mkfifo pipe");
	check_int(fs.read(fs.self, scratch_path(s, "pipe"), 9, &out, &err), WT_E_INPUT);
	check_int(fs.read(fs.self, s->dir, 9, &out, &err), WT_E_INPUT);
	check_contains(err.msg, "folder");
	check_int(fs.read(fs.self, scratch_path(s, "none"), 9, &out, &err), WT_E_NOT_FOUND);
	check_int(fs.read(fs.self, scratch_path(s, "pipe/x"), 9, &out, &err), WT_E_NOT_FOUND);
}

static void test_fs_posix__reads_on_from_an_offset(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_buf out = WT_BUF_INIT;
	struct wt_error err;

	scratch_write(s, "log", "0123456789");
	check_ok(fs.read_from(fs.self, scratch_path(s, "log"), 4, 3, &out, &err), err);
	check_str(out.data, "456");
	check_ok(fs.read_from(fs.self, scratch_path(s, "log"), 8, 100, &out, &err), err);
	check_str(out.data, "45689");
	check_ok(fs.read_from(fs.self, scratch_path(s, "log"), 99, 100, &out, &err), err);
	check_str(out.data, "45689");
	wt_buf_clear(&out);
}

static void test_fs_posix__replace_keeps_the_mode_and_leaves_nothing_beside(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_error err;

	scratch_write(s, "d/file", "old");
	scratch_run(s, "chmod 640 d/file");
	check_ok(fs.replace(fs.self, scratch_path(s, "d/file"), WT_STR("new"), &err), err);
	check_read(s, "d/file", "new");
	check_str(scratch_output(s, "stat -c %%a d/file; ls -A d"), "640\nfile\n");
	check_ok(fs.replace(fs.self, scratch_path(s, "d/fresh"), WT_STR("1"), &err), err);
	check_str(scratch_output(s, "umask 022; stat -c %%a d/fresh"), "644\n");
	check_int(fs.replace(fs.self, scratch_path(s, "none/x"), WT_STR("1"), &err),
		  WT_E_NOT_FOUND);
}

static void test_fs_posix__replace_sweeps_what_a_killed_one_left(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_error err;

	/* The shell is reaped by the time its file is looked at; we live. */
	scratch_run(s,
		    "mkdir d; sh -c 'echo >d/.wtorch-$$-7.tmp'; echo >d/.wtorch-%d-900.tmp; "
		    "echo >d/.wtorch-1x-0.tmp; echo >d/.wtorch-99999999-0.tmp.txt",
		    (int)getpid());
	check_ok(fs.replace(fs.self, scratch_path(s, "d/file"), WT_STR("new"), &err), err);
	scratch_run(s,
		    "test $(ls -A d | wc -l) = 4 && test -f d/.wtorch-%d-900.tmp && "
		    "test -f d/.wtorch-1x-0.tmp && test -f d/.wtorch-99999999-0.tmp.txt",
		    (int)getpid());
}

static void test_fs_posix__replace_writes_through_a_link_and_keeps_it(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_error err;

	scratch_write(s, "store/real", "old");
	scratch_run(s, "mkdir top && ln -s ../store/real top/link && ln -s nowhere top/dangling");
	check_ok(fs.replace(fs.self, scratch_path(s, "top/link"), WT_STR("new"), &err), err);
	check_str(scratch_output(s, "readlink top/link"), "../store/real\n");
	check_read(s, "store/real", "new");
	check_int(fs.replace(fs.self, scratch_path(s, "top/dangling"), WT_STR("x"), &err),
		  WT_E_NOT_FOUND);
	check_int(fs.replace(fs.self, scratch_path(s, "top"), WT_STR("x"), &err), WT_E_EXISTS);
}

static void test_fs_posix__create_makes_parents_and_never_overwrites(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_error err;
	const char *path = scratch_path(s, "a/b/c");

	check_ok(fs.create(fs.self, path, WT_STR("one"), &err), err);
	check_int(fs.create(fs.self, path, WT_STR("two"), &err), WT_E_EXISTS);
	check_read(s, "a/b/c", "one");
	scratch_run(s, "ln -s elsewhere link");
	check_int(fs.create(fs.self, scratch_path(s, "link"), WT_STR("x"), &err), WT_E_EXISTS);
	check_int(scratch_status(s, "test -e elsewhere"), 1);
}

static void test_fs_posix__private_ones_are_new_and_nobody_elses_to_read(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_error err;

	check_ok(fs.mkdir_private(fs.self, scratch_path(s, "own"), &err), err);
	check_ok(fs.create_private(fs.self, scratch_path(s, "own/a/b"), WT_STR("x"), &err), err);
	check_str(scratch_output(s, "stat -c '%%a %%s' own own/a/b | sed 's/^700 .*/700/'"),
		  "700\n600 1\n");
	scratch_run(s, "ln -s none link");
	check_int(fs.mkdir_private(fs.self, scratch_path(s, "own"), &err), WT_E_EXISTS);
	check_int(fs.mkdir_private(fs.self, scratch_path(s, "link"), &err), WT_E_EXISTS);
	check_int(fs.mkdir_private(fs.self, scratch_path(s, "no/x"), &err), WT_E_NOT_FOUND);
	check_int(fs.create_private(fs.self, scratch_path(s, "own/a/b"), WT_STR("y"), &err),
		  WT_E_EXISTS);
	check_int(fs.create_private(fs.self, scratch_path(s, "link"), WT_STR("y"), &err),
		  WT_E_EXISTS);
	check_read(s, "own/a/b", "x");
}

static void test_fs_posix__mkdirs_takes_what_exists_and_names_a_file_in_the_way(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_error err;

	check_ok(fs.mkdirs(fs.self, scratch_path(s, "x//y/z/"), &err), err);
	check_ok(fs.mkdirs(fs.self, scratch_path(s, "x/y/z"), &err), err);
	scratch_run(s, "test -d x/y/z && ln -s x/y link && echo > file");
	check_ok(fs.mkdirs(fs.self, scratch_path(s, "link/w"), &err), err);
	scratch_run(s, "test -d x/y/w");
	check_int(fs.mkdirs(fs.self, scratch_path(s, "file/w"), &err), WT_E_EXISTS);
	check_int(fs.mkdirs(fs.self, scratch_path(s, "file"), &err), WT_E_EXISTS);
	check_int(fs.mkdirs(fs.self, "", &err), WT_E_NOT_FOUND);
}

static void test_fs_posix__stat_tells_kinds_and_absence(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_file_info info;
	struct wt_error err;

	scratch_write(s, "file", "abc");
	scratch_run(s, "chmod 750 file && touch -d @1000.5 file && ln -s file link && mkfifo pipe");
	check_ok(fs.stat(fs.self, scratch_path(s, "file"), &info, &err), err);
	check_int(info.kind, WT_FILE_REGULAR);
	check_int(info.size_bytes, 3);
	check_int(info.mode, 0750);
	check_int(info.mtime_wall_ms, 1000500);
	check_ok(fs.stat(fs.self, scratch_path(s, "link"), &info, &err), err);
	check_int(info.kind, WT_FILE_LINK);
	check_ok(fs.stat(fs.self, scratch_path(s, "pipe"), &info, &err), err);
	check_int(info.kind, WT_FILE_OTHER);
	check_ok(fs.stat(fs.self, s->dir, &info, &err), err);
	check_int(info.kind, WT_FILE_FOLDER);
	check_ok(fs.stat(fs.self, scratch_path(s, "none"), &info, &err), err);
	check_int(info.kind, WT_FILE_NONE);
	check_ok(fs.stat(fs.self, scratch_path(s, "file/below"), &info, &err), err);
	check_int(info.kind, WT_FILE_NONE);
}

struct seen {
	int files, folders, links, stop_after;
};

static bool count_entry(void *arg, const char *name, enum wt_file_kind kind)
{
	struct seen *seen = arg;

	(void)name;
	seen->files += kind == WT_FILE_REGULAR;
	seen->folders += kind == WT_FILE_FOLDER;
	seen->links += kind == WT_FILE_LINK;
	return --seen->stop_after != 0;
}

static void test_fs_posix__lists_names_with_their_kinds_until_told_to_stop(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct seen all = { .stop_after = -1 };
	struct seen some = { .stop_after = 2 };
	struct wt_error err;

	scratch_run(s, "mkdir d && cd d && touch a .b && mkdir c && ln -s a e");
	check_ok(fs.list(fs.self, scratch_path(s, "d"), count_entry, &all, &err), err);
	check_int(all.files, 2);
	check_int(all.folders, 1);
	check_int(all.links, 1);
	check_ok(fs.list(fs.self, scratch_path(s, "d"), count_entry, &some, &err), err);
	check_int(some.files + some.folders + some.links, 2);
	check_int(fs.list(fs.self, scratch_path(s, "none"), count_entry, &all, &err),
		  WT_E_NOT_FOUND);
}

static void test_fs_posix__removes_files_links_and_empty_folders_only(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_error err;

	scratch_run(s, "mkdir full empty && touch full/x && ln -s full link");
	check_ok(fs.remove(fs.self, scratch_path(s, "link"), &err), err);
	check_ok(fs.remove(fs.self, scratch_path(s, "empty"), &err), err);
	check_ok(fs.remove(fs.self, scratch_path(s, "none"), &err), err);
	check_int(fs.remove(fs.self, scratch_path(s, "full"), &err), WT_E_EXISTS);
	check_str(scratch_output(s, "ls; ls full"), "full\nhome\nx\n");
}

static void test_fs_posix__remove_tree_takes_links_away_without_following_them(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_error err;

	scratch_run(s, "mkdir -p keep tree/a/b tree/c && touch keep/precious tree/a/b/x &&"
		       "ln -s ../keep tree/link && ln -s ../../keep tree/a/link && ln -s keep top");
	check_ok(fs.remove_tree(fs.self, scratch_path(s, "tree"), &err), err);
	check_ok(fs.remove_tree(fs.self, scratch_path(s, "top"), &err), err);
	check_ok(fs.remove_tree(fs.self, scratch_path(s, "tree"), &err), err);
	check_str(scratch_output(s, "ls; ls keep"), "home\nkeep\nprecious\n");
	check_int(fs.remove_tree(fs.self, scratch_path(s, "keep/.."), &err), WT_E_BUG);
	check_int(fs.remove_tree(fs.self, "/", &err), WT_E_BUG);
}

static void test_fs_posix__remove_tree_needs_no_descriptor_per_level(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_error err;

	/* Deeper than PATH_MAX and than any limit on open files would allow. */
	scratch_run(s, "mkdir deep && cd deep && i=0; while [ $i -lt 60 ]; do "
		       "p=$(printf 'folder-%%s/' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 "
		       "20); mkdir -p $p && cd -P $p && touch file; i=$((i+1)); done");
	check_ok(fs.remove_tree(fs.self, scratch_path(s, "deep"), &err), err);
	check_int(scratch_status(s, "test -e deep"), 1);
}

/* Permissions do not bind root, so the child gives that up first. */
static int remove_as_somebody(const char *path)
{
	struct wt_fs fs = fs_of_test();
	struct wt_error err = { 0 };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(99);
		if (fs.remove_tree(fs.self, path, &err) != WT_OK)
			fprintf(stderr, "%s\n", err.msg);
		_exit((int)err.code);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void test_fs_posix__remove_tree_opens_folders_that_are_closed_to_us(void **state)
{
	struct scratch *s = *state;

	scratch_run(s, "mkdir -p tree/r/in tree/none/in tree/list && touch tree/r/x tree/r/in/y "
		       "tree/none/z tree/list/w && chmod 755 . && chmod 777 . &&"
		       "{ chown -R 65534:65534 tree 2>/dev/null || true; } &&"
		       "chmod 0555 tree/r/in tree/r && chmod 0 tree/none/in tree/none &&"
		       "chmod 0444 tree/list && chmod 0555 tree");
	check_int(remove_as_somebody(scratch_path(s, "tree")), 0);
	check_int(scratch_status(s, "test -e tree"), 1);
}

static void test_fs_posix__remove_tree_stops_at_a_mount_point(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_error err;

	scratch_run(s, "mkdir -p tree/mnt outside && touch outside/precious");
	if (scratch_status(s, "mount --bind outside tree/mnt") != 0)
		skip();
	check_int(fs.remove_tree(fs.self, scratch_path(s, "tree"), &err), WT_E_ENV);
	check_contains(err.msg, "mounted");
	check_int(fs.remove_tree(fs.self, scratch_path(s, "tree/mnt"), &err), WT_E_ENV);
	scratch_run(s, "umount tree/mnt");
	check_str(scratch_output(s, "ls outside"), "precious\n");
}

static void test_fs_posix__copies_bytes_mode_and_links_but_overwrites_nothing(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_error err;

	scratch_run(s, "head -c 300000 /dev/urandom > big && chmod 751 big && ln -s nowhere link &&"
		       "mkfifo pipe");
	check_ok(fs.copy(fs.self, scratch_path(s, "big"), scratch_path(s, "to/big"), &err), err);
	check_ok(fs.copy(fs.self, scratch_path(s, "link"), scratch_path(s, "to/link"), &err), err);
	check_str(scratch_output(s, "cmp big to/big; stat -c %%a to/big; readlink to/link"),
		  "751\nnowhere\n");
	check_int(fs.copy(fs.self, scratch_path(s, "big"), scratch_path(s, "to/link"), &err),
		  WT_E_EXISTS);
	check_int(fs.copy(fs.self, scratch_path(s, "pipe"), scratch_path(s, "to/p"), &err),
		  WT_E_ENV);
	check_int(fs.copy(fs.self, scratch_path(s, "none"), scratch_path(s, "to/n"), &err),
		  WT_E_NOT_FOUND);
	/* Another file system, and a file that claims to have no bytes. */
	check_ok(fs.copy(fs.self, "/proc/self/status", scratch_path(s, "to/proc"), &err), err);
	scratch_run(s, "grep -q ^Pid: to/proc");
}

static void test_fs_posix__resolves_paths_whose_end_is_absent(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_buf out = WT_BUF_INIT;
	struct wt_error err;

	scratch_run(s, "mkdir real && ln -s real link");
	check_ok(fs.real(fs.self, scratch_path(s, "link/../link/new/"), &out, &err), err);
	check_str(out.data, scratch_path(s, "real/new"));
	wt_buf_reset(&out);
	check_ok(fs.real(fs.self, scratch_path(s, "link"), &out, &err), err);
	check_str(out.data, scratch_path(s, "real"));
	wt_buf_reset(&out);
	check_ok(fs.real(fs.self, "/wtorch-absent", &out, &err), err);
	check_str(out.data, "/wtorch-absent");
	check_int(fs.real(fs.self, scratch_path(s, "a/b"), &out, &err), WT_E_NOT_FOUND);
	check_int(fs.real(fs.self, "", &out, &err), WT_E_NOT_FOUND);
	wt_buf_clear(&out);
}

static void test_fs_posix__knows_the_space_where_a_path_will_be(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_error err;
	int64_t there = -1, below = -1;

	check_ok(fs.space(fs.self, s->dir, &there, &err), err);
	check_ok(fs.space(fs.self, scratch_path(s, "not/yet/made"), &below, &err), err);
	assert_true(there > 0 && below > 0);
}

static void test_fs_posix__a_lock_excludes_others_until_its_holder_dies(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	const char *path = scratch_path(s, "locks/one");
	struct wt_error err;
	int ready[2], handle = -1, status;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (fs.lock(fs.self, path, false, &handle, &err) != WT_OK)
			_exit(1);
		(void)!write(ready[1], "x", 1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	check_int(read(ready[0], &byte, 1), 1);
	check_int(fs.lock(fs.self, path, false, &handle, &err), WT_E_BUSY);
	kill(pid, SIGKILL);
	check_ok(fs.lock(fs.self, path, true, &handle, &err), err);
	waitpid(pid, &status, 0);
	fs.unlock(fs.self, handle);
	check_ok(fs.lock(fs.self, path, false, &handle, &err), err);
	fs.unlock(fs.self, handle);
	close(ready[0]);
}

/* A full disk, as far as one process can have it. */
static void test_fs_posix__a_write_that_does_not_fit_leaves_nothing_behind(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct rlimit old, small;
	struct wt_error err;
	struct wt_str data = { wt_arena_alloc(&s->arena, 100000), 100000 };

	scratch_write(s, "d/file", "old");
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){ .rlim_cur = 50000, .rlim_max = old.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	check_int(fs.create(fs.self, scratch_path(s, "d/new"), data, &err), WT_E_ENV);
	check_int(fs.replace(fs.self, scratch_path(s, "d/file"), data, &err), WT_E_ENV);
	setrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, SIG_DFL);
	check_str(scratch_output(s, "ls -A d; cat d/file"), "file\nold");
}

static void test_fs_posix__renames_within_a_file_system(void **state)
{
	struct scratch *s = *state;
	struct wt_fs fs = fs_of_test();
	struct wt_error err;

	scratch_write(s, "a", "1");
	scratch_write(s, "b", "2");
	check_ok(fs.rename(fs.self, scratch_path(s, "a"), scratch_path(s, "b"), &err), err);
	check_read(s, "b", "1");
	check_int(fs.rename(fs.self, scratch_path(s, "a"), scratch_path(s, "c"), &err),
		  WT_E_NOT_FOUND);
}

static void test_clock_posix__tells_both_times(void **state)
{
	struct wt_clock clock;
	int64_t first;

	(void)state;
	wt_clock_posix(&clock);
	first = clock.mono_ms(clock.self);
	assert_true(clock.mono_ms(clock.self) >= first);
	/* 2024-01-01: in milliseconds, not in seconds or nanoseconds. */
	assert_true(clock.wall_ms(clock.self) > 1704067200000);
	assert_true(clock.wall_ms(clock.self) < 1704067200000 * 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

static bool measure_whole(struct scratch *s, const char *path, size_t max, int64_t *bytes)
{
	struct wt_fs fs = fs_of_test();
	struct wt_error err;
	bool is_whole = false;

	check_ok(fs.usage(fs.self, scratch_path(s, "%s", path), max, bytes, &is_whole, &err), err);
	return is_whole;
}

static void test_fs_posix__a_tree_is_measured_once_and_within_bounds(void **state)
{
	struct scratch *s = *state;
	int64_t bytes, more;

	scratch_run(s, "mkdir -p t/a/b out && head -c 100000 /dev/zero >t/a/b/x && sync t/a/b/x && "
		       "head -c 9000000 /dev/zero >out/big && ln -s ../out/big t/link && "
		       "ln -s ../../out t/a/dir");
	assert_true(measure_whole(s, "t", 1000, &bytes));
	assert_in_range(bytes, 100000, 200000);
	scratch_run(s, "ln t/a/b/x t/y && ln t/a/b/x t/a/z");
	assert_true(measure_whole(s, "t", 1000, &more));
	assert_in_range(more, bytes, bytes + 8192);
	assert_false(measure_whole(s, "t", 2, &more));
	assert_true(measure_whole(s, "out/big", 1, &more));
	assert_in_range(more, 8000000, 10000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fs_posix__reads_a_file_up_to_its_limit_and_refuses_more),
		TEST(test_fs_posix__refuses_to_read_what_is_no_regular_file),
		TEST(test_fs_posix__reads_on_from_an_offset),
		TEST(test_fs_posix__replace_keeps_the_mode_and_leaves_nothing_beside),
		TEST(test_fs_posix__replace_sweeps_what_a_killed_one_left),
		TEST(test_fs_posix__replace_writes_through_a_link_and_keeps_it),
		TEST(test_fs_posix__create_makes_parents_and_never_overwrites),
		TEST(test_fs_posix__private_ones_are_new_and_nobody_elses_to_read),
		TEST(test_fs_posix__mkdirs_takes_what_exists_and_names_a_file_in_the_way),
		TEST(test_fs_posix__stat_tells_kinds_and_absence),
		TEST(test_fs_posix__lists_names_with_their_kinds_until_told_to_stop),
		TEST(test_fs_posix__removes_files_links_and_empty_folders_only),
		TEST(test_fs_posix__remove_tree_takes_links_away_without_following_them),
		TEST(test_fs_posix__remove_tree_needs_no_descriptor_per_level),
		TEST(test_fs_posix__remove_tree_opens_folders_that_are_closed_to_us),
		TEST(test_fs_posix__remove_tree_stops_at_a_mount_point),
		TEST(test_fs_posix__copies_bytes_mode_and_links_but_overwrites_nothing),
		TEST(test_fs_posix__resolves_paths_whose_end_is_absent),
		TEST(test_fs_posix__knows_the_space_where_a_path_will_be),
		TEST(test_fs_posix__a_lock_excludes_others_until_its_holder_dies),
		TEST(test_fs_posix__a_write_that_does_not_fit_leaves_nothing_behind),
		TEST(test_fs_posix__renames_within_a_file_system),
		TEST(test_clock_posix__tells_both_times),
		TEST(test_fs_posix__a_tree_is_measured_once_and_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
