/* SPDX-License-Identifier: MIT */
/* Processes and shims on a system that knows no pidfds: a filter takes them away from all of us. */

#include "tests/support/adapter_shim.h"
#include "tests/support/no_pidfd.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process of somebody else's: the adapter neither started it nor reaps it. */
static pid_t start_sleeper(struct shim_world *w, struct wt_proc_id *id)
{
	char path[64], text[1024];
	pid_t pid = fork();

	if (!pid) {
		execlp("sleep", "sleep", "1000", (char *)NULL);
		_exit(127);
	}
	assert_true(pid > 0);
	w->proc.self_id(w->proc.self, id);
	id->pid = pid;
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	shim_read_text(path, text, sizeof text);
	check_int(sscanf(strrchr(text, ')'),
			 ") %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			 "%*s %*s %23s",
			 id->start_time),
		  1);
	return pid;
}

static struct wt_wake next_wake(struct shim_world *w, int64_t timeout_ms)
{
	struct wt_wake wake;
	struct wt_error err;

	check_ok(w->proc.wait(w->proc.self, timeout_ms, &wake, &err), err);
	return wake;
}

static void test_run__tells_codes_and_signals_and_keeps_all_output(void **state)
{
	struct shim_world *w = *state;
	const char *const argv[] = { "sh", "-c", "head -c 3000000 /dev/zero; kill -9 $$", NULL };
	struct wt_cmd_result r;
	struct wt_error err;

	check_int(shim_run_shell(w, "exit 145", NULL, 0), 145);
	check_ok(w->proc.run(w->proc.self, &(struct wt_cmd){ .argv = argv }, &r, &err), err);
	check_int(r.code, -1);
	check_int(r.signal, SIGKILL);
	check_int(r.out.len, 3000000);
	wt_buf_clear(&r.out);
	wt_buf_clear(&r.err);
}

static void test_run__deadline_ends_one_that_closed_its_streams(void **state)
{
	struct shim_world *w = *state;
	const char *const argv[] = { "sh", "-c", "exec >&- 2>&-; sleep 1000", NULL };
	struct wt_cmd cmd = { .argv = argv, .deadline_ms = 200 };
	struct wt_cmd_result r;
	struct wt_error err;

	check_int(w->proc.run(w->proc.self, &cmd, &r, &err), WT_E_TIMEOUT);
	check_int(r.signal, SIGTERM);
	wt_buf_clear(&r.out);
	wt_buf_clear(&r.err);
}

static void test_wait__tells_of_the_end_of_a_stranger_and_of_that_one_only(void **state)
{
	struct shim_world *w = *state;
	struct wt_proc_id id, kept;
	pid_t pid = start_sleeper(w, &id), other = start_sleeper(w, &kept);
	struct wt_error err;

	check_ok(w->proc.watch(w->proc.self, &id, 77, &err), err);
	check_ok(w->proc.watch(w->proc.self, &kept, 78, &err), err);
	check_int(next_wake(w, 0).kind, WT_WAKE_TIME);
	check_ok(w->proc.signal(w->proc.self, &id, SIGKILL, &err), err);
	check_int(next_wake(w, 60000).token, 77);
	/* Dead, though nobody has reaped it yet. */
	assert_false(w->proc.is_alive(w->proc.self, &id));
	check_int(w->proc.signal(w->proc.self, &id, SIGKILL, &err), WT_E_NOT_FOUND);
	check_int(w->proc.watch(w->proc.self, &id, 79, &err), WT_E_NOT_FOUND);
	check_int(waitpid(pid, NULL, 0), pid);
	assert_true(w->proc.is_alive(w->proc.self, &kept));
	check_int(next_wake(w, 0).kind, WT_WAKE_TIME);
	kill(other, SIGKILL);
	check_int(waitpid(other, NULL, 0), other);
	/* Gone for good, and told even to one who does not wait. */
	check_int(next_wake(w, 0).token, 78);
}

static void test_signal__does_not_reach_a_process_with_a_reused_pid(void **state)
{
	struct shim_world *w = *state;
	struct wt_proc_id id, old;
	struct wt_tree_usage usage;
	struct wt_error err;
	pid_t pid = start_sleeper(w, &id);

	old = id;
	snprintf(old.start_time, sizeof old.start_time, "1");
	assert_false(w->proc.is_alive(w->proc.self, &old));
	check_int(w->proc.signal(w->proc.self, &old, SIGKILL, &err), WT_E_NOT_FOUND);
	check_int(w->proc.watch(w->proc.self, &old, 1, &err), WT_E_NOT_FOUND);
	assert_false(w->proc.usage(w->proc.self, &old, &usage));
	check_int(waitpid(pid, NULL, WNOHANG), 0);
	assert_true(w->proc.usage(w->proc.self, &id, &usage));
	check_int(usage.processes, 1);
	kill(pid, SIGKILL);
	check_int(waitpid(pid, NULL, 0), pid);
}

static void test_start__tells_of_the_end_of_a_shim_and_its_code(void **state)
{
	struct shim_world *w = *state;

	shim_start_shell(w, "exit 5");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", 5, 0);
	shim_start_shell(w, "exit 6");
	check_int(shim_wait(w), WT_SHIM_CLAIMED);
}

static void test_shim__is_stopped_and_ends_a_deaf_agent(void **state)
{
	struct shim_world *w = *state;

	shim_start_nasty(w, "deaf");
	shim_wait_for_file(w, w->file);
	shim_signal(w, SIGTERM);
	check_int(shim_wait(w), 0);
	shim_check_record(w, "stopped", -1, SIGKILL);
	shim_check_gone(w->file);
}

static void check_leftover_is_ended(struct shim_world *w, const char *mode, int code)
{
	shim_start_nasty(w, mode);
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", code, 0);
	shim_check_gone(w->file);
}

static void test_shim__ends_a_daemon_that_dropped_its_environment(void **state)
{
	check_leftover_is_ended(*state, "unmarked", 0);
}

static void test_shim__ends_one_that_forks_and_exits_for_ever(void **state)
{
	check_leftover_is_ended(*state, "runaway", 0);
}

/* Not below the shim, so its pid is all that there is to signal. */
static void test_shim__ends_a_stranger_that_bears_the_marker(void **state)
{
	struct shim_world *w = *state;
	char marker[64];
	char *argv[] = { (char *)"sleep", (char *)"1000", NULL }, *env[] = { marker, NULL };
	int ready[2], status;
	pid_t pid;
	char byte;

	snprintf(marker, sizeof marker, "WTORCH_INSTANCE=%s", w->instance);
	check_int(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		execve("/bin/sleep", argv, env);
		_exit(127);
	}
	close(ready[1]);
	check_int(read(ready[0], &byte, 1), 0);
	close(ready[0]);
	shim_start_shell(w, "exit 0");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", 0, 0);
	check_int(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shim_set_up, shim_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_run__tells_codes_and_signals_and_keeps_all_output),
		TEST(test_run__deadline_ends_one_that_closed_its_streams),
		TEST(test_wait__tells_of_the_end_of_a_stranger_and_of_that_one_only),
		TEST(test_signal__does_not_reach_a_process_with_a_reused_pid),
		TEST(test_start__tells_of_the_end_of_a_shim_and_its_code),
		TEST(test_shim__is_stopped_and_ends_a_deaf_agent),
		TEST(test_shim__ends_a_daemon_that_dropped_its_environment),
		TEST(test_shim__ends_one_that_forks_and_exits_for_ever),
		TEST(test_shim__ends_a_stranger_that_bears_the_marker),
	};

	if (!take_pidfds_away()) {
		print_message("skipped: this system does not let us filter system calls\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
