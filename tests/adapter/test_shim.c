/* SPDX-License-Identifier: MIT */
/* The real shim with agents that behave and agents that do not. */

#include "tests/support/adapter_shim.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_shim__runs_the_agent_where_and_with_what_it_was_told(void **state)
{
	struct shim_world *w = *state;
	char log[512], want[512], *dir = realpath(w->dir, NULL);
	FILE *f = fopen(w->file, "w");

	fputs("the prompt\n", f);
	fclose(f);
	w->stdin_path = w->file;
	shim_start_shell(w, "pwd -P; cat; echo err >&2; /usr/bin/env | grep -v -e PWD -e _=");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", 0, 0);
	shim_read_in_attempt(w, WT_SHIM_LOG, log, sizeof log);
	snprintf(want, sizeof want,
		 "%s\nthe prompt\nerr\nPATH=/usr/local/bin:/usr/bin:/bin\nA=b c\n"
		 "WTORCH_INSTANCE=%s\n",
		 dir, w->instance);
	/* The shell gives its variables in an order of its own. */
	check_int(strlen(log), strlen(want));
	check_contains(log, "the prompt\nerr\n");
	check_contains(log, "\nA=b c\n");
	free(dir);
}

static void test_start__fails_without_a_shim_or_a_folder(void **state)
{
	struct shim_world *w = *state;
	const char *const argv[] = { "true", NULL };
	struct wt_agent_start agent = {
		.dir = "/no/such/folder", .argv = argv, .cwd = "/", .instance = w->instance
	};
	struct wt_proc proc;
	struct wt_error err;

	check_int(w->proc.start(w->proc.self, &agent, 1, &w->shim, &err), WT_E_ENV);
	check_contains(err.msg, "cannot write '/no/such/folder/start'");
	skip_where_exec_is_silent();
	agent.dir = w->attempt;
	check_ok(wt_proc_linux_open("/no/such/shim", &proc, &err), err);
	check_int(proc.start(proc.self, &agent, 1, &w->shim, &err), WT_E_ENV);
	check_contains(err.msg, "cannot start the shim '/no/such/shim'");
	wt_proc_linux_close(&proc);
}

static void test_start__takes_signals_over_before_there_is_an_agent(void **state)
{
	struct shim_world *w = *state;
	struct wt_wake wake;
	struct wt_error err;

	/* Its end must not come first. */
	shim_start_shell(w, "until test -e heard; do sleep 0.01; done");
	kill(getpid(), SIGINT);
	check_ok(w->proc.wait(w->proc.self, 60000, &wake, &err), err);
	check_int(wake.kind, WT_WAKE_SIGNAL);
	check_int(wake.signo, SIGINT);
	check_int(shim_run_shell(w, ": >heard", NULL, 0), 0);
	check_int(shim_wait(w), 0);
}

static void test_shim__claim_names_the_shim(void **state)
{
	struct shim_world *w = *state;
	char claim[256], want[256];

	shim_start_shell(w, "exit 0");
	check_int(shim_wait(w), 0);
	shim_read_in_attempt(w, WT_SHIM_CLAIM, claim, sizeof claim);
	snprintf(want, sizeof want, "%d %s %s\n", (int)w->shim.pid, w->shim.start_time,
		 w->shim.boot_id);
	check_str(claim, want);
}

static void test_shim__leaves_an_attempt_that_has_an_owner(void **state)
{
	struct shim_world *w = *state;
	char path[128];
	int fd;

	snprintf(path, sizeof path, "%s/" WT_SHIM_CLAIM, w->attempt);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	assert_true(fd >= 0);
	close(fd);
	shim_start_shell(w, "echo started");
	check_int(shim_wait(w), WT_SHIM_CLAIMED);
	assert_false(shim_has_in_attempt(w, WT_SHIM_LOG));
	assert_false(shim_has_in_attempt(w, WT_SHIM_EXIT));
	/* And nothing but what was there and what shim_start() wrote. */
	check_int(shim_run_shell(w, "test \"$(ls attempt | tr '\\n' ' ')\" = 'claim start '", NULL,
				 0),
		  0);
}

static void test_shim__two_at_once_start_one_agent(void **state)
{
	struct shim_world *w = *state;
	char out[64];

	shim_start_shell(w, "echo started");
	shim_start_shell(w, "echo started");
	/* One of the two leaves with the code for a taken attempt; which one is open. */
	for (int i = 0, codes = 0; i < 2; i++) {
		struct wt_wake wake;
		struct wt_error err;

		check_ok(w->proc.wait(w->proc.self, 60000, &wake, &err), err);
		codes += wake.code;
		if (i == 1)
			check_int(codes, WT_SHIM_CLAIMED);
	}
	shim_read_in_attempt(w, WT_SHIM_LOG, out, sizeof out);
	check_str(out, "started\n");
}

static void test_shim__a_code_above_128_is_no_signal(void **state)
{
	struct shim_world *w = *state;
	const char *const argv[] = { WTORCH_NASTY, "code", "145", NULL };

	shim_start(w, argv);
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", 145, 0);
	check_contains(w->record, "\"error\":null");
}

static void test_shim__a_signal_is_no_code(void **state)
{
	struct shim_world *w = *state;

	shim_start_shell(w, "kill -SEGV $$");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "signal", -1, SIGSEGV);
}

static void test_shim__agent_begins_with_clean_signals_in_its_own_group(void **state)
{
	struct shim_world *w = *state;
	char log[1024];

	shim_start_shell(w, "grep -E 'SigBlk' /proc/self/status; ls /proc/self/fd | wc -l; "
			    "set -- $(cut -d' ' -f1,5,6 /proc/$$/stat); "
			    "[ $1 = $2 ] && [ $3 = $PPID ] && echo own group, session of the shim");
	check_int(shim_wait(w), 0);
	shim_read_in_attempt(w, WT_SHIM_LOG, log, sizeof log);
	check_contains(log, "SigBlk:\t0000000000000000\n4\nown group, session of the shim\n");
}

static void test_shim__what_cannot_be_executed_is_told_apart(void **state)
{
	struct shim_world *w = *state;
	const char *const argv[] = { "no-such-agent", "--flag", NULL };

	shim_start(w, argv);
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exec", -1, 0);
	check_contains(w->record, "\"error\":\"cannot find 'no-such-agent' on PATH\"");
}

static void test_shim__says_which_file_keeps_it_from_starting(void **state)
{
	struct shim_world *w = *state;

	w->stdin_path = "/no/such/prompt";
	shim_start_shell(w, "exit 0");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exec", -1, 0);
	check_contains(w->record, "cannot open '/no/such/prompt': No such file or directory");
}

static void test_shim__deadline_ends_a_deaf_agent(void **state)
{
	struct shim_world *w = *state;

	w->timeout_ms = 200;
	shim_start_nasty(w, "deaf");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "timeout", -1, SIGKILL);
}

static void test_shim__stop_lets_the_agent_end_by_itself(void **state)
{
	struct shim_world *w = *state;

	w->grace_ms = 600 * 1000;
	shim_start_shell(w, "trap 'exit 3' TERM; echo > file; while :; do sleep 1000 & wait; done");
	shim_wait_for_file(w, w->file);
	shim_signal(w, SIGTERM);
	check_int(shim_wait(w), 0);
	shim_check_record(w, "stopped", 3, 0);
}

static void test_shim__stop_asks_the_whole_tree_even_if_its_top_ends_at_once(void **state)
{
	struct shim_world *w = *state;

	w->grace_ms = 600 * 1000;
	shim_start_shell(w, "sh -c 'trap \"echo > asked; exit\" TERM; echo > file; "
			    "while :; do sleep 0.01; done' & wait");
	shim_wait_for_file(w, w->file);
	shim_signal(w, SIGTERM);
	check_int(shim_wait(w), 0);
	shim_check_record(w, "stopped", -1, SIGTERM);
	check_int(shim_run_shell(w, "test -e asked", NULL, 0), 0);
}

static void test_shim__second_signal_cuts_the_grace_short(void **state)
{
	struct shim_world *w = *state;

	w->grace_ms = 600 * 1000;
	shim_start_nasty(w, "deaf");
	shim_wait_for_file(w, w->file);
	/* Two kinds, because two of a kind may arrive as one. */
	shim_signal(w, SIGINT);
	shim_signal(w, SIGHUP);
	check_int(shim_wait(w), 0);
	shim_check_record(w, "stopped", -1, SIGKILL);
	shim_check_gone(w->file);
}

static void test_shim__stray_signals_do_not_end_it(void **state)
{
	struct shim_world *w = *state;
	static const int stray[] = {
		SIGUSR1, SIGUSR2, SIGQUIT, SIGALRM, SIGPIPE, SIGXFSZ, SIGCHLD
	};

	shim_start_shell(w, "echo > file; while [ -e file ]; do sleep 0.01; done");
	shim_wait_for_file(w, w->file);
	for (size_t i = 0; i < sizeof stray / sizeof *stray; i++)
		shim_signal(w, stray[i]);
	unlink(w->file);
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", 0, 0);
}

static void check_leftover_is_ended(struct shim_world *w, const char *mode, int code)
{
	shim_start_nasty(w, mode);
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", code, 0);
	shim_check_gone(w->file);
}

static void test_shim__ends_a_daemon_that_ignores_signals(void **state)
{
	check_leftover_is_ended(*state, "daemon", 0);
}

static void test_shim__ends_a_daemon_that_dropped_its_environment(void **state)
{
	check_leftover_is_ended(*state, "unmarked", 0);
}

static void test_shim__ends_a_stopped_daemon(void **state)
{
	check_leftover_is_ended(*state, "stopped", 0);
}

static void test_shim__ends_one_that_forks_and_exits_for_ever(void **state)
{
	check_leftover_is_ended(*state, "runaway", 0);
}

static void test_shim__does_not_wait_for_a_grandchild_that_holds_the_output(void **state)
{
	check_leftover_is_ended(*state, "holder", 7);
}

static void test_shim__finds_the_child_of_another_thread_of_a_seeming_zombie(void **state)
{
	struct shim_world *w = *state;

	shim_start_nasty(w, "thread");
	shim_wait_for_file(w, w->file);
	shim_signal(w, SIGTERM);
	check_int(shim_wait(w), 0);
	shim_check_record(w, "stopped", -1, SIGKILL);
	shim_check_gone(w->file);
}

static void test_shim__ten_megabytes_on_both_streams_end_up_in_the_log(void **state)
{
	struct shim_world *w = *state;
	struct stat st;
	char path[128];

	shim_start_nasty(w, "flood");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", 0, 0);
	snprintf(path, sizeof path, "%s/" WT_SHIM_LOG, w->attempt);
	check_int(stat(path, &st), 0);
	check_int(st.st_size, 20 * 1000 * 1000);
}

static pid_t start_stranger(const struct shim_world *w, const char *marker_format)
{
	char marker[64];
	char *argv[] = { (char *)"sleep", (char *)"1000", NULL };
	char *env[] = { marker, NULL };
	int ready[2];
	pid_t pid;
	char byte;

	snprintf(marker, sizeof marker, "%s%s", marker_format, w->instance);
	check_int(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		if (chdir(w->dir) == 0)
			execve("/bin/sleep", argv, env);
		_exit(127);
	}
	/* Closed by the exec: from then on /proc shows the new environment. */
	close(ready[1]);
	check_int(read(ready[0], &byte, 1), 0);
	close(ready[0]);
	return pid;
}

static void test_shim__sweeps_by_the_exact_marker_and_by_nothing_else(void **state)
{
	struct shim_world *w = *state;
	pid_t marked = start_stranger(w, "WTORCH_INSTANCE=");
	pid_t other = start_stranger(w, "WTORCH_INSTANCE=x");
	pid_t named = start_stranger(w, "XWTORCH_INSTANCE=");
	int status;

	shim_start_shell(w, "exit 0");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", 0, 0);
	check_int(waitpid(marked, &status, 0), marked);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	/* In the same folder, with the same name, and none of our business. */
	check_int(waitpid(other, &status, WNOHANG), 0);
	check_int(waitpid(named, &status, WNOHANG), 0);
	kill(other, SIGKILL);
	kill(named, SIGKILL);
	waitpid(other, NULL, 0);
	waitpid(named, NULL, 0);
}

static void test_shim__outlives_whoever_started_it(void **state)
{
	struct shim_world *w = *state;
	char claim[256], path[128];
	struct wt_error err;
	long long pid;
	pid_t starter = fork();

	if (!starter) {
		shim_start_shell(w, "while [ ! -e file ]; do sleep 0.01; done; exit 5");
		kill(getpid(), SIGKILL);
	}
	check_int(waitpid(starter, NULL, 0), starter);
	snprintf(path, sizeof path, "%s/" WT_SHIM_CLAIM, w->attempt);
	shim_wait_for_file(w, path);
	shim_read_text(path, claim, sizeof claim);
	check_int(sscanf(claim, "%lld %23s %39s", &pid, w->shim.start_time, w->shim.boot_id), 3);
	w->shim.pid = pid;
	assert_true(w->proc.is_alive(w->proc.self, &w->shim));
	check_ok(w->proc.watch(w->proc.self, &w->shim, SHIM_TOKEN, &err), err);
	check_int(shim_run_shell(w, "echo > file", NULL, 0), 0);
	/* Not our child: its code is not ours to know, its record is. */
	check_int(shim_wait(w), -1);
	shim_check_record(w, "exit", 5, 0);
}

/* What one who sweeps up behind a killed shim would not find: a child that has not begun yet. */
static void test_shim__its_agent_ends_with_it(void **state)
{
	struct shim_world *w = *state;
	struct pollfd agent = { .events = POLLIN };
	struct wt_wake wake;
	struct wt_error err;
	char pid[32];

	skip_under_valgrind("it has no pidfd_open, and who is nobody's child is awaited by one");
	shim_start_nasty(w, "deaf");
	shim_wait_for_file(w, w->file);
	shim_read_text(w->file, pid, sizeof pid);
	agent.fd = pidfd_open((pid_t)strtol(pid, NULL, 10), 0);
	assert_true(agent.fd >= 0);
	shim_signal(w, SIGKILL);
	check_int(poll(&agent, 1, 60000), 1);
	close(agent.fd);
	check_ok(w->proc.wait(w->proc.self, 60000, &wake, &err), err);
}

static void test_shim__is_known_to_be_halted(void **state)
{
	struct shim_world *w = *state;
	struct wt_proc_id stranger;
	siginfo_t info;

	shim_start_shell(w, "echo > file; sleep 1000");
	shim_wait_for_file(w, w->file);
	assert_false(w->proc.is_halted(w->proc.self, &w->shim));
	shim_signal(w, SIGSTOP);
	check_int(waitid(P_PID, (id_t)w->shim.pid, &info, WSTOPPED), 0);
	assert_true(w->proc.is_halted(w->proc.self, &w->shim));
	stranger = w->shim;
	stranger.start_time[0]++;
	assert_false(w->proc.is_halted(w->proc.self, &stranger));
	shim_signal(w, SIGCONT);
	check_int(waitid(P_PID, (id_t)w->shim.pid, &info, WCONTINUED), 0);
	assert_false(w->proc.is_halted(w->proc.self, &w->shim));
	shim_signal(w, SIGTERM);
	check_int(shim_wait(w), 0);
	assert_false(w->proc.is_halted(w->proc.self, &w->shim));
}

static void test_shim__records_what_the_tree_used(void **state)
{
	struct shim_world *w = *state;
	const char *at;

	shim_start_shell(w, "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done");
	check_int(shim_wait(w), 0);
	at = strstr(w->record, "\"cpu_ms\":");
	assert_non_null(at);
	assert_true(strtol(at + 9, NULL, 10) > 0);
	at = strstr(w->record, "\"peak_rss_bytes\":");
	assert_non_null(at);
	assert_true(strtol(at + 17, NULL, 10) > 100000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shim_set_up, shim_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shim__runs_the_agent_where_and_with_what_it_was_told),
		TEST(test_start__fails_without_a_shim_or_a_folder),
		TEST(test_start__takes_signals_over_before_there_is_an_agent),
		TEST(test_shim__claim_names_the_shim),
		TEST(test_shim__leaves_an_attempt_that_has_an_owner),
		TEST(test_shim__two_at_once_start_one_agent),
		TEST(test_shim__a_code_above_128_is_no_signal),
		TEST(test_shim__a_signal_is_no_code),
		TEST(test_shim__agent_begins_with_clean_signals_in_its_own_group),
		TEST(test_shim__what_cannot_be_executed_is_told_apart),
		TEST(test_shim__says_which_file_keeps_it_from_starting),
		TEST(test_shim__deadline_ends_a_deaf_agent),
		TEST(test_shim__stop_lets_the_agent_end_by_itself),
		TEST(test_shim__stop_asks_the_whole_tree_even_if_its_top_ends_at_once),
		TEST(test_shim__second_signal_cuts_the_grace_short),
		TEST(test_shim__stray_signals_do_not_end_it),
		TEST(test_shim__ends_a_daemon_that_ignores_signals),
		TEST(test_shim__ends_a_daemon_that_dropped_its_environment),
		TEST(test_shim__ends_a_stopped_daemon),
		TEST(test_shim__ends_one_that_forks_and_exits_for_ever),
		TEST(test_shim__does_not_wait_for_a_grandchild_that_holds_the_output),
		TEST(test_shim__finds_the_child_of_another_thread_of_a_seeming_zombie),
		TEST(test_shim__ten_megabytes_on_both_streams_end_up_in_the_log),
		TEST(test_shim__sweeps_by_the_exact_marker_and_by_nothing_else),
		TEST(test_shim__outlives_whoever_started_it),
		TEST(test_shim__its_agent_ends_with_it),
		TEST(test_shim__is_known_to_be_halted),
		TEST(test_shim__records_what_the_tree_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
