/* SPDX-License-Identifier: MIT */
/* Real helpers, signals, files and figures; what a shim does is in test_shim.c. */

#include "tests/support/check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/base/procstat.h"

struct world {
	struct wt_proc proc;
	char dir[64];
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct wt_error err;

	snprintf(w->dir, sizeof w->dir, "/tmp/wt-proc-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	check_ok(wt_proc_linux_open(WTORCH_SHIM, &w->proc, &err), err);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	const char *const argv[] = { "rm", "-rf", "--", w->dir, NULL };
	struct wt_cmd_result result;
	struct wt_error err;

	check_ok(w->proc.run(w->proc.self, &(struct wt_cmd){ .argv = argv }, &result, &err), err);
	wt_buf_clear(&result.out);
	wt_buf_clear(&result.err);
	wt_proc_linux_close(&w->proc);
	free(w);
	return 0;
}

static const char *path_in(const struct world *w, const char *name)
{
	static char path[4][256];
	static unsigned next;
	char *out = path[next++ % 4];

	snprintf(out, sizeof path[0], "%s/%s", w->dir, name);
	return out;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static struct wt_cmd_result run(struct world *w, const struct wt_cmd *cmd)
{
	struct wt_cmd_result result;
	struct wt_error err;

	check_ok(w->proc.run(w->proc.self, cmd, &result, &err), err);
	return result;
}

static struct wt_cmd_result run_shell(struct world *w, const char *line)
{
	const char *const argv[] = { "sh", "-c", line, NULL };

	return run(w, &(struct wt_cmd){ .argv = argv });
}

static enum wt_code run_fails(struct world *w, const struct wt_cmd *cmd, struct wt_error *err)
{
	struct wt_cmd_result result;
	enum wt_code code = w->proc.run(w->proc.self, cmd, &result, err);

	wt_buf_clear(&result.out);
	wt_buf_clear(&result.err);
	return code;
}

static void drop(struct wt_cmd_result *result)
{
	wt_buf_clear(&result->out);
	wt_buf_clear(&result->err);
}

static void test_run__keeps_both_streams_and_the_code(void **state)
{
	struct wt_cmd_result r = run_shell(*state, "echo out; echo err >&2; exit 145");

	check_str(r.out.data, "out\n");
	check_str(r.err.data, "err\n");
	check_int(r.code, 145);
	check_int(r.signal, 0);
	drop(&r);
}

static void test_run__a_signal_is_not_a_code(void **state)
{
	struct wt_cmd_result r = run_shell(*state, "kill -9 $$");

	check_int(r.code, -1);
	check_int(r.signal, SIGKILL);
	drop(&r);
}

static void test_run__gives_the_input_and_then_its_end(void **state)
{
	size_t len = 3u << 20;
	char *text = malloc(len);
	const char *const argv[] = { "cat", NULL };
	struct wt_cmd_result r;

	memset(text, 'x', len);
	r = run(*state, &(struct wt_cmd){ .argv = argv, .input = { text, len } });
	check_int(r.out.len, len);
	assert_memory_equal(r.out.data, text, len);
	drop(&r);
	r = run(*state, &(struct wt_cmd){ .argv = argv });
	check_int(r.out.len, 0);
	drop(&r);
	free(text);
}

static void test_run__large_output_on_both_streams_blocks_nobody(void **state)
{
	struct wt_cmd_result r = run_shell(
		*state, "head -c 10000000 /dev/zero & head -c 10000000 /dev/zero >&2; wait");

	check_int(r.out.len, 10000000);
	check_int(r.err.len, 10000000);
	drop(&r);
}

static void test_run__more_output_than_allowed_is_an_error(void **state)
{
	const char *const argv[] = { "yes", NULL };
	struct wt_error err;

	check_int(run_fails(*state, &(struct wt_cmd){ .argv = argv, .max_output = 1000 }, &err),
		  WT_E_ENV);
	check_str(err.msg, "'yes' wrote more than 1000 bytes");
}

static void test_run__deadline_ends_the_whole_group(void **state)
{
	struct world *w = *state;
	const char *const argv[] = { "sh", "-c",
				     "trap '' TERM; sleep 1000 & echo $! > pid; wait; wait", NULL };
	struct wt_cmd cmd = { .argv = argv, .cwd = w->dir, .deadline_ms = 200 };
	const char *const gone[] = { "sh", "-c", "read p < pid; while [ -e /proc/$p ]; do :; done",
				     NULL };
	struct wt_error err;
	struct wt_cmd_result r;

	check_int(run_fails(w, &cmd, &err), WT_E_TIMEOUT);
	check_contains(err.msg, "'sh' did not end within");
	/* Whoever inherits the orphan takes its time to reap it. */
	r = run(w, &(struct wt_cmd){ .argv = gone, .cwd = w->dir });
	check_int(r.code, 0);
	drop(&r);
}

static void test_run__does_not_wait_for_what_was_left_in_the_background(void **state)
{
	struct wt_cmd_result r = run_shell(*state, "echo here; sleep 1000 & echo $!");
	pid_t left = (pid_t)strtol(strchr(r.out.data, '\n'), NULL, 10);

	check_contains(r.out.data, "here\n");
	check_int(kill(left, SIGKILL), 0);
	drop(&r);
}

static void test_run__an_absent_program_is_told_apart_from_a_failing_one(void **state)
{
	struct world *w = *state;
	const char *const absent[] = { "no-such-program", NULL };
	const char *const absent_path[] = { path_in(w, "nothing"), NULL };
	const char *const denied[] = { path_in(w, "plain"), NULL };
	const char *const broken[] = { path_in(w, "script"), NULL };
	const char *const fine[] = { "true", NULL };
	struct wt_error err;

	write_file(denied[0], "x", 0644);
	write_file(broken[0], "#!/no/such/interpreter\n", 0755);
	check_int(run_fails(w, &(struct wt_cmd){ .argv = absent }, &err), WT_E_NOT_FOUND);
	check_str(err.msg, "cannot find 'no-such-program' on PATH");
	skip_where_exec_is_silent();
	check_int(run_fails(w, &(struct wt_cmd){ .argv = absent_path }, &err), WT_E_NOT_FOUND);
	check_int(run_fails(w, &(struct wt_cmd){ .argv = denied }, &err), WT_E_ENV);
	check_contains(err.msg, "Permission denied");
	check_int(run_fails(w, &(struct wt_cmd){ .argv = broken }, &err), WT_E_ENV);
	check_contains(err.msg, "its interpreter is missing");
	check_int(run_fails(w, &(struct wt_cmd){ .argv = fine, .cwd = "/no/such/dir" }, &err),
		  WT_E_ENV);
	check_contains(err.msg, "in '/no/such/dir'");
}

static void test_run__begins_in_cwd_with_clean_signals_and_no_other_descriptor(void **state)
{
	struct world *w = *state;
	const char *const argv[] = { "sh", "-c",
				     "pwd -P; ls /proc/self/fd | wc -l; "
				     "grep -E 'SigBlk|SigIgn' /proc/self/status",
				     NULL };
	struct wt_cmd_result r;
	char *dir = realpath(w->dir, NULL);
	int open_fd = dup(STDERR_FILENO);
	unsigned long long ignored;
	sigset_t set;

	signal(SIGINT, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	r = run(w, &(struct wt_cmd){ .argv = argv, .cwd = w->dir });
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGINT, SIG_DFL);
	close(open_fd);
	check_contains(r.out.data, dir);
	/* 0, 1, 2 and the folder that ls itself reads. */
	check_contains(r.out.data, "\n4\n");
	check_contains(r.out.data, "SigBlk:\t0000000000000000");
	/* The C library ignores two signals of its own, 32 and 33. */
	ignored = strtoull(strstr(r.out.data, "SigIgn:\t") + 8, NULL, 16);
	check_int(ignored & 0x7fffffff, 0);
	free(dir);
	drop(&r);
}

static void test_run__forgets_a_program_that_moved(void **state)
{
	struct world *w = *state;
	const char *const argv[] = { "wt-moving", NULL };
	char path[1024], *old;
	struct wt_cmd_result r;
	struct wt_proc proc;
	struct wt_error err;

	skip_where_exec_is_silent();
	old = strdup(getenv("PATH"));
	mkdir(path_in(w, "a"), 0755);
	mkdir(path_in(w, "b"), 0755);
	write_file(path_in(w, "a/wt-moving"), "#!/bin/sh\necho a\n", 0755);
	write_file(path_in(w, "b/wt-moving"), "#!/bin/sh\necho b\n", 0755);
	snprintf(path, sizeof path, ".:%s:%s:%s", path_in(w, "a"), path_in(w, "b"), old);
	setenv("PATH", path, 1);
	check_ok(wt_proc_linux_open(WTORCH_SHIM, &proc, &err), err);
	setenv("PATH", old, 1);
	check_ok(proc.run(proc.self, &(struct wt_cmd){ .argv = argv }, &r, &err), err);
	check_str(r.out.data, "a\n");
	drop(&r);
	unlink(path_in(w, "a/wt-moving"));
	check_ok(proc.run(proc.self, &(struct wt_cmd){ .argv = argv }, &r, &err), err);
	check_str(r.out.data, "b\n");
	drop(&r);
	wt_proc_linux_close(&proc);
	free(old);
}

static void test_run__scrubs_exactly_what_git_calls_local(void **state)
{
	struct world *w = *state;
	const char *const list[] = { "git", "rev-parse", "--local-env-vars", NULL };
	const char *const show[] = { "env", NULL };
	struct wt_cmd_result names = run(w, &(struct wt_cmd){ .argv = list });
	struct wt_str rest = { names.out.data, names.out.len }, name;
	struct wt_cmd_result r;

	check_int(names.code, 0);
	while (wt_str_next(&rest, "\n", &name)) {
		char variable[128];
		const char *env[] = { "PATH=/usr/bin:/bin", "GIT_AUTHOR_NAME=me", variable, NULL };

		snprintf(variable, sizeof variable, "%.*s=x", (int)name.len, name.data);
		r = run(w, &(struct wt_cmd){ .argv = show, .env = env });
		check_str(r.out.data, "PATH=/usr/bin:/bin\nGIT_AUTHOR_NAME=me\n");
		drop(&r);
	}
	drop(&names);
}

static void test_run__our_own_environment_is_scrubbed_too(void **state)
{
	struct wt_proc proc;
	const char *const show[] = { "env", NULL };
	struct wt_cmd_result r;
	struct wt_error err;

	(void)state;
	setenv("GIT_DIR", "/elsewhere", 1);
	setenv("GIT_COMMITTER_NAME", "someone", 1);
	check_ok(wt_proc_linux_open(WTORCH_SHIM, &proc, &err), err);
	unsetenv("GIT_DIR");
	check_ok(proc.run(proc.self, &(struct wt_cmd){ .argv = show }, &r, &err), err);
	assert_null(strstr(r.out.data, "GIT_DIR="));
	check_contains(r.out.data, "GIT_COMMITTER_NAME=someone");
	drop(&r);
	wt_proc_linux_close(&proc);
}

static void test_run__set_variables_win_even_when_git_calls_them_local(void **state)
{
	const char *const show[] = { "env", NULL };
	const char *const env[] = { "PATH=/usr/bin:/bin", "A=1", "GIT_INDEX_FILE=old", NULL };
	const char *const set[] = { "A=2", "GIT_INDEX_FILE=new", NULL };
	struct wt_cmd_result r =
		run(*state, &(struct wt_cmd){ .argv = show, .env = env, .set = set });

	check_str(r.out.data, "PATH=/usr/bin:/bin\nA=2\nGIT_INDEX_FILE=new\n");
	drop(&r);
}

static void test_find__gives_an_absolute_path_or_says_what_is_wrong(void **state)
{
	struct world *w = *state;
	struct wt_buf path = WT_BUF_INIT;
	struct wt_error err;

	check_ok(w->proc.find(w->proc.self, "sh", &path, &err), err);
	check_int(path.data[0], '/');
	check_int(access(path.data, X_OK), 0);
	wt_buf_reset(&path);
	check_int(w->proc.find(w->proc.self, "no-such-program", &path, &err), WT_E_NOT_FOUND);
	check_int(w->proc.find(w->proc.self, "", &path, &err), WT_E_NOT_FOUND);
	write_file(path_in(w, "plain"), "x", 0644);
	check_int(w->proc.find(w->proc.self, path_in(w, "plain"), &path, &err), WT_E_ENV);
	check_int(w->proc.find(w->proc.self, w->dir, &path, &err), WT_E_ENV);
	check_contains(err.msg, "not a file");
	check_int(path.len, 0);
	wt_buf_clear(&path);
}

/* A process that is not the adapter's: it lives until killed. */
static pid_t start_sleeper(struct wt_proc_id *id, struct world *w)
{
	char path[64], text[1024];
	struct wt_str line = { text, 0 };
	struct wt_procstat stat;
	pid_t pid = fork();
	FILE *f;

	if (!pid) {
		execlp("sleep", "sleep", "1000", (char *)NULL);
		_exit(127);
	}
	assert_true(pid > 0);
	w->proc.self_id(w->proc.self, id);
	id->pid = pid;
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	assert_non_null(f);
	line.len = fread(text, 1, sizeof text, f);
	fclose(f);
	assert_true(wt_procstat_parse(line, &stat));
	snprintf(id->start_time, sizeof id->start_time, "%lld", (long long)stat.start_time);
	return pid;
}

static struct wt_wake next_wake(struct world *w)
{
	struct wt_wake wake;
	struct wt_error err;

	check_ok(w->proc.wait(w->proc.self, 60000, &wake, &err), err);
	return wake;
}

static void test_signal__reaches_that_very_process_only(void **state)
{
	struct world *w = *state;
	struct wt_proc_id id, other;
	struct wt_error err;
	pid_t pid = start_sleeper(&id, w);

	assert_true(w->proc.is_alive(w->proc.self, &id));
	other = id;
	other.start_time[0] = other.start_time[0] == '9' ? '8' : '9';
	assert_false(w->proc.is_alive(w->proc.self, &other));
	check_int(w->proc.signal(w->proc.self, &other, SIGKILL, &err), WT_E_NOT_FOUND);
	other = id;
	other.boot_id[0] = other.boot_id[0] == 'a' ? 'b' : 'a';
	assert_false(w->proc.is_alive(w->proc.self, &other));
	check_int(w->proc.signal(w->proc.self, &other, SIGKILL, &err), WT_E_NOT_FOUND);
	check_int(w->proc.watch(w->proc.self, &other, 1, &err), WT_E_NOT_FOUND);
	assert_true(w->proc.is_alive(w->proc.self, &id));

	check_ok(w->proc.watch(w->proc.self, &id, 77, &err), err);
	check_ok(w->proc.signal(w->proc.self, &id, SIGKILL, &err), err);
	check_int(next_wake(w).token, 77);
	/* Dead, though nobody has reaped it yet. */
	assert_false(w->proc.is_alive(w->proc.self, &id));
	check_int(waitpid(pid, NULL, 0), pid);
	assert_false(w->proc.is_alive(w->proc.self, &id));
	check_int(w->proc.signal(w->proc.self, &id, SIGKILL, &err), WT_E_NOT_FOUND);
}

static void test_is_alive__nonsense_is_nobody(void **state)
{
	struct world *w = *state;
	struct wt_proc_id id;

	w->proc.self_id(w->proc.self, &id);
	check_int(id.pid, getpid());
	assert_true(w->proc.is_alive(w->proc.self, &id));
	id.pid = -1;
	assert_false(w->proc.is_alive(w->proc.self, &id));
	id.pid = INT64_MAX;
	assert_false(w->proc.is_alive(w->proc.self, &id));
}

static void check_file_wake(struct world *w, uint64_t token)
{
	struct wt_wake wake = next_wake(w);

	check_int(wake.kind, WT_WAKE_FILE);
	check_int(wake.token, token);
}

static void check_no_wake(struct world *w)
{
	struct wt_wake wake;
	struct wt_error err;

	check_ok(w->proc.wait(w->proc.self, 0, &wake, &err), err);
	check_int(wake.kind, WT_WAKE_TIME);
}

static void test_wait__tells_of_files_made_written_and_replaced_once_each(void **state)
{
	struct world *w = *state;
	struct wt_error err;
	int fd;

	mkdir(path_in(w, "sub"), 0755);
	check_ok(w->proc.watch_file(w->proc.self, path_in(w, "a"), 1, &err), err);
	check_ok(w->proc.watch_file(w->proc.self, path_in(w, "b"), 2, &err), err);
	check_ok(w->proc.watch_file(w->proc.self, path_in(w, "sub/a"), 3, &err), err);
	check_no_wake(w);

	write_file(path_in(w, "other"), "x", 0644);
	check_no_wake(w);
	write_file(path_in(w, "a"), "x", 0644);
	check_file_wake(w, 1);
	check_no_wake(w);
	write_file(path_in(w, "sub/a"), "x", 0644);
	check_file_wake(w, 3);
	rename(path_in(w, "other"), path_in(w, "b"));
	check_file_wake(w, 2);
	check_no_wake(w);

	/* A writer that keeps its file open, as a journal's does. */
	fd = open(path_in(w, "b"), O_WRONLY | O_APPEND);
	for (int i = 0; i < 10; i++)
		check_int(write(fd, "x", 1), 1);
	check_file_wake(w, 2);
	check_no_wake(w);
	/* Replaced: the new file is followed, the old one not. */
	write_file(path_in(w, "new"), "x", 0644);
	rename(path_in(w, "new"), path_in(w, "b"));
	check_file_wake(w, 2);
	check_int(write(fd, "x", 1), 1);
	close(fd);
	fd = open(path_in(w, "b"), O_WRONLY | O_APPEND);
	check_no_wake(w);
	check_int(write(fd, "x", 1), 1);
	check_file_wake(w, 2);
	close(fd);
}

static void test_wait__a_link_in_place_of_a_file_is_told_but_not_followed(void **state)
{
	struct world *w = *state;
	struct wt_error err;

	mkdir(path_in(w, "far"), 0755);
	write_file(path_in(w, "far/a"), "x", 0644);
	check_ok(w->proc.watch_file(w->proc.self, path_in(w, "a"), 1, &err), err);
	check_int(symlink("far/a", path_in(w, "a")), 0);
	check_file_wake(w, 1);
	write_file(path_in(w, "far/a"), "y", 0644);
	check_no_wake(w);
}

static void test_wait__an_unwatched_file_is_silent_even_if_it_was_queued(void **state)
{
	struct world *w = *state;
	struct wt_error err;

	check_ok(w->proc.watch_file(w->proc.self, path_in(w, "a"), 1, &err), err);
	check_ok(w->proc.watch_file(w->proc.self, path_in(w, "b"), 2, &err), err);
	write_file(path_in(w, "a"), "x", 0644);
	write_file(path_in(w, "b"), "x", 0644);
	check_file_wake(w, 1);
	w->proc.unwatch_file(w->proc.self, 2);
	check_no_wake(w);
	write_file(path_in(w, "b"), "y", 0644);
	check_no_wake(w);
	write_file(path_in(w, "a"), "y", 0644);
	check_file_wake(w, 1);
}

static void test_watch_file__needs_the_folder(void **state)
{
	struct world *w = *state;
	struct wt_error err;

	check_int(w->proc.watch_file(w->proc.self, path_in(w, "no/a"), 1, &err), WT_E_NOT_FOUND);
	/* The folder goes away under a watch: nothing more is told, nothing breaks. */
	mkdir(path_in(w, "sub"), 0755);
	check_ok(w->proc.watch_file(w->proc.self, path_in(w, "sub/a"), 2, &err), err);
	rmdir(path_in(w, "sub"));
	check_no_wake(w);
	w->proc.unwatch_file(w->proc.self, 2);
}

static void test_wait__keeps_signals_that_came_while_a_helper_ran(void **state)
{
	struct world *w = *state;
	char line[64];
	struct wt_cmd_result r;

	check_no_wake(w);
	snprintf(line, sizeof line, "kill -TERM %d; kill -INT %d; echo done", (int)getpid(),
		 (int)getpid());
	r = run_shell(w, line);
	check_str(r.out.data, "done\n");
	drop(&r);
	check_int(next_wake(w).signo, SIGINT);
	check_int(next_wake(w).signo, SIGTERM);
	check_no_wake(w);
}

static void test_wait__a_signal_that_the_caller_ignores_stays_ignored(void **state)
{
	struct world *w = *state;

	signal(SIGHUP, SIG_IGN);
	check_no_wake(w);
	check_int(kill(getpid(), SIGHUP), 0);
	check_no_wake(w);
	signal(SIGHUP, SIG_DFL);
}

static void test_wait__tells_of_input_while_it_is_watched(void **state)
{
	struct world *w = *state;
	int saved = dup(STDIN_FILENO), ends[2];

	assert_int_equal(pipe(ends), 0);
	dup2(ends[0], STDIN_FILENO);
	w->proc.watch_input(w->proc.self, true);
	check_no_wake(w);
	check_int(write(ends[1], "q", 1), 1);
	check_int(next_wake(w).kind, WT_WAKE_INPUT);
	w->proc.watch_input(w->proc.self, false);
	check_no_wake(w);
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(ends[0]);
	close(ends[1]);
}

static void test_load__figures_are_known_or_negative(void **state)
{
	struct world *w = *state;
	struct wt_load load;

	w->proc.load(w->proc.self, &load);
	assert_true(load.cpu_percent < 0);
	assert_true(load.memory_percent > 0 && load.memory_percent < 100);
	assert_true(load.load_average >= 0);
	assert_true(load.pressure <= 100);
	w->proc.load(w->proc.self, &load);
	assert_true(load.cpu_percent <= 100);
}

static void test_usage__counts_the_whole_tree(void **state)
{
	struct world *w = *state;
	struct wt_proc_id id;
	struct wt_tree_usage usage;
	pid_t pid;

	w->proc.self_id(w->proc.self, &id);
	assert_true(w->proc.usage(w->proc.self, &id, &usage));
	check_int(usage.processes, 1);
	assert_true(usage.rss_bytes > 0);
	pid = start_sleeper(&id, w);
	w->proc.self_id(w->proc.self, &id);
	assert_true(w->proc.usage(w->proc.self, &id, &usage));
	check_int(usage.processes, 2);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	id.start_time[0] = id.start_time[0] == '9' ? '8' : '9';
	assert_false(w->proc.usage(w->proc.self, &id, &usage));
}

static void test_random__fills_all_bytes(void **state)
{
	struct world *w = *state;
	unsigned char a[64] = { 0 }, b[64] = { 0 };

	w->proc.random(w->proc.self, a, sizeof a);
	w->proc.random(w->proc.self, b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_run__keeps_both_streams_and_the_code),
		TEST(test_run__a_signal_is_not_a_code),
		TEST(test_run__gives_the_input_and_then_its_end),
		TEST(test_run__large_output_on_both_streams_blocks_nobody),
		TEST(test_run__more_output_than_allowed_is_an_error),
		TEST(test_run__deadline_ends_the_whole_group),
		TEST(test_run__does_not_wait_for_what_was_left_in_the_background),
		TEST(test_run__an_absent_program_is_told_apart_from_a_failing_one),
		TEST(test_run__begins_in_cwd_with_clean_signals_and_no_other_descriptor),
		TEST(test_run__forgets_a_program_that_moved),
		TEST(test_run__scrubs_exactly_what_git_calls_local),
		TEST(test_run__our_own_environment_is_scrubbed_too),
		TEST(test_run__set_variables_win_even_when_git_calls_them_local),
		TEST(test_find__gives_an_absolute_path_or_says_what_is_wrong),
		TEST(test_signal__reaches_that_very_process_only),
		TEST(test_is_alive__nonsense_is_nobody),
		TEST(test_wait__tells_of_files_made_written_and_replaced_once_each),
		TEST(test_wait__a_link_in_place_of_a_file_is_told_but_not_followed),
		TEST(test_wait__an_unwatched_file_is_silent_even_if_it_was_queued),
		TEST(test_watch_file__needs_the_folder),
		TEST(test_wait__keeps_signals_that_came_while_a_helper_ran),
		TEST(test_wait__a_signal_that_the_caller_ignores_stays_ignored),
		TEST(test_wait__tells_of_input_while_it_is_watched),
		TEST(test_load__figures_are_known_or_negative),
		TEST(test_usage__counts_the_whole_tree),
		TEST(test_random__fills_all_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
