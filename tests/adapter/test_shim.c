/* SPDX-License-Identifier: MIT */
/* The real shim with agents that behave and agents that do not. */

#include "tests/support/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/port/shim.h"

#define INSTANCE_LEN 32

enum { TOKEN_SHIM = 1, TOKEN_FILE = 2 };

struct world {
	struct wt_proc proc;
	char dir[64];     /* the agent works here */
	char attempt[80]; /* the shim's folder */
	char file[80];    /* what a nasty agent writes its pid to */
	char instance[INSTANCE_LEN];
	struct wt_proc_id shim;
	int64_t timeout_ms, grace_ms;
	const char *stdin_path;
	char record[8192]; /* exit.json, once it is read */
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	unsigned char bytes[8];
	struct wt_error err;

	snprintf(w->dir, sizeof w->dir, "/tmp/wt-shim-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->attempt, sizeof w->attempt, "%s/attempt", w->dir);
	snprintf(w->file, sizeof w->file, "%s/file", w->dir);
	assert_int_equal(mkdir(w->attempt, 0755), 0);
	check_ok(wt_proc_linux_open(WTORCH_SHIM, &w->proc, &err), err);
	w->proc.random(w->proc.self, bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(w->instance + 2 * i, 3, "%02x", bytes[i]);
	w->grace_ms = 100;
	*state = w;
	return 0;
}

static int run_shell(struct world *w, const char *line, char *out, size_t size)
{
	const char *const argv[] = { "sh", "-c", line, NULL };
	struct wt_cmd cmd = { .argv = argv, .cwd = w->dir };
	struct wt_cmd_result r;
	struct wt_error err;
	int code;

	check_ok(w->proc.run(w->proc.self, &cmd, &r, &err), err);
	if (out)
		snprintf(out, size, "%s", r.out.data);
	code = r.code;
	wt_buf_clear(&r.out);
	wt_buf_clear(&r.err);
	return code;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	char line[128];

	snprintf(line, sizeof line, "rm -rf -- %s", w->dir);
	check_int(run_shell(w, line, NULL, 0), 0);
	wt_proc_linux_close(&w->proc);
	free(w);
	return 0;
}

static bool is_marked(const char *data, size_t len, const char *wanted)
{
	for (const char *at = data; at < data + len; at += strlen(at) + 1) {
		if (!strcmp(at, wanted))
			return true;
	}
	return false;
}

/* Everybody whose environment holds our marker. */
static size_t count_marked(const struct world *w)
{
	char wanted[64], path[300], data[65536];
	struct dirent *entry;
	DIR *all = opendir("/proc");
	size_t n = 0, len;
	FILE *f;

	snprintf(wanted, sizeof wanted, "WTORCH_INSTANCE=%s", w->instance);
	while ((entry = readdir(all))) {
		snprintf(path, sizeof path, "/proc/%s/environ", entry->d_name);
		f = entry->d_name[0] > '9' ? NULL : fopen(path, "r");
		if (!f)
			continue;
		len = fread(data, 1, sizeof data - 1, f);
		data[len] = '\0';
		n += is_marked(data, len, wanted);
		fclose(f);
	}
	closedir(all);
	return n;
}

static void start(struct world *w, const char *const *argv)
{
	const char *const env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "A=b c", NULL };
	struct wt_agent_start agent = {
		.dir = w->attempt,
		.argv = argv,
		.cwd = w->dir,
		.env = env,
		.stdin_path = w->stdin_path,
		.instance = w->instance,
		.timeout_ms = w->timeout_ms,
		.grace_ms = w->grace_ms,
	};
	struct wt_error err;

	check_ok(w->proc.start(w->proc.self, &agent, TOKEN_SHIM, &w->shim, &err), err);
}

static void start_shell(struct world *w, const char *line)
{
	const char *const argv[] = { "sh", "-c", line, NULL };

	start(w, argv);
}

static void start_nasty(struct world *w, const char *mode)
{
	const char *const argv[] = { WTORCH_NASTY, mode, w->file, NULL };

	start(w, argv);
}

static void read_text(const char *path, char *out, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t len;

	if (!f)
		fail_msg("there is no '%s'", path);
	len = fread(out, 1, size - 1, f);
	out[len] = '\0';
	fclose(f);
}

static void read_in_attempt(const struct world *w, const char *name, char *out, size_t size)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", w->attempt, name);
	read_text(path, out, size);
}

static bool has_in_attempt(const struct world *w, const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", w->attempt, name);
	return access(path, F_OK) == 0;
}

/* The shim's exit code; its record is read and nobody may be left. */
static int wait_for_shim(struct world *w)
{
	struct wt_wake wake;
	struct wt_error err;

	do
		check_ok(w->proc.wait(w->proc.self, 60000, &wake, &err), err);
	while (wake.kind == WT_WAKE_FILE);
	check_int(wake.kind, WT_WAKE_EXIT);
	check_int(wake.token, TOKEN_SHIM);
	assert_false(w->proc.is_alive(w->proc.self, &w->shim));
	check_int(count_marked(w), 0);
	if (has_in_attempt(w, WT_SHIM_EXIT))
		read_in_attempt(w, WT_SHIM_EXIT, w->record, sizeof w->record);
	assert_false(has_in_attempt(w, WT_SHIM_EXIT ".tmp"));
	return wake.code;
}

/* Watch, then look: it may be there already. */
static void wait_for_file(struct world *w, const char *path)
{
	struct wt_wake wake;
	struct wt_error err;

	check_ok(w->proc.watch_file(w->proc.self, path, TOKEN_FILE, &err), err);
	while (access(path, F_OK) < 0) {
		check_ok(w->proc.wait(w->proc.self, 60000, &wake, &err), err);
		check_int(wake.kind, WT_WAKE_FILE);
	}
	w->proc.unwatch_file(w->proc.self, TOKEN_FILE);
}

static void signal_shim(struct world *w, int signo)
{
	struct wt_error err;

	check_ok(w->proc.signal(w->proc.self, &w->shim, signo, &err), err);
}

static void check_gone(const char *path)
{
	char text[32], proc[64];

	read_text(path, text, sizeof text);
	snprintf(proc, sizeof proc, "/proc/%d", (int)strtol(text, NULL, 10));
	check_int(access(proc, F_OK), -1);
}

static void check_record(const struct world *w, const char *reason, int code, int signo)
{
	char want[128];

	snprintf(want, sizeof want,
		 "{\"schema\":\"wtorch.exit/1\",\"reason\":\"%s\",\"code\":%d,\"signal\":%d,",
		 reason, code, signo);
	check_contains(w->record, want);
	check_contains(w->record, "\"survivors\":[]}\n");
}

static void test_shim__runs_the_agent_where_and_with_what_it_was_told(void **state)
{
	struct world *w = *state;
	char log[512], want[512], *dir = realpath(w->dir, NULL);
	FILE *f = fopen(w->file, "w");

	fputs("the prompt\n", f);
	fclose(f);
	w->stdin_path = w->file;
	start_shell(w, "pwd -P; cat; echo err >&2; /usr/bin/env | grep -v -e PWD -e _=");
	check_int(wait_for_shim(w), 0);
	check_record(w, "exit", 0, 0);
	read_in_attempt(w, WT_SHIM_LOG, log, sizeof log);
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
	struct world *w = *state;
	const char *const argv[] = { "true", NULL };
	struct wt_agent_start agent = {
		.dir = "/no/such/folder", .argv = argv, .cwd = "/", .instance = w->instance
	};
	struct wt_proc proc;
	struct wt_error err;

	check_int(w->proc.start(w->proc.self, &agent, 1, &w->shim, &err), WT_E_ENV);
	check_contains(err.msg, "cannot write '/no/such/folder/start'");
	agent.dir = w->attempt;
	check_ok(wt_proc_linux_open("/no/such/shim", &proc, &err), err);
	check_int(proc.start(proc.self, &agent, 1, &w->shim, &err), WT_E_ENV);
	check_contains(err.msg, "cannot start the shim '/no/such/shim'");
	wt_proc_linux_close(&proc);
}

static void test_shim__claim_names_the_shim(void **state)
{
	struct world *w = *state;
	char claim[256], want[256];

	start_shell(w, "exit 0");
	check_int(wait_for_shim(w), 0);
	read_in_attempt(w, WT_SHIM_CLAIM, claim, sizeof claim);
	snprintf(want, sizeof want, "%d %s %s\n", (int)w->shim.pid, w->shim.start_time,
		 w->shim.boot_id);
	check_str(claim, want);
}

static void test_shim__leaves_an_attempt_that_has_an_owner(void **state)
{
	struct world *w = *state;
	char path[128];
	int fd;

	snprintf(path, sizeof path, "%s/" WT_SHIM_CLAIM, w->attempt);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	assert_true(fd >= 0);
	close(fd);
	start_shell(w, "echo started");
	check_int(wait_for_shim(w), WT_SHIM_CLAIMED);
	assert_false(has_in_attempt(w, WT_SHIM_LOG));
	assert_false(has_in_attempt(w, WT_SHIM_EXIT));
	/* And nothing but what was there and what start() wrote. */
	check_int(run_shell(w, "test \"$(ls attempt | tr '\\n' ' ')\" = 'claim start '", NULL, 0),
		  0);
}

static void test_shim__two_at_once_start_one_agent(void **state)
{
	struct world *w = *state;
	char out[64];

	start_shell(w, "echo started");
	start_shell(w, "echo started");
	/* One of the two leaves with the code for a taken attempt; which one is open. */
	for (int i = 0, codes = 0; i < 2; i++) {
		struct wt_wake wake;
		struct wt_error err;

		check_ok(w->proc.wait(w->proc.self, 60000, &wake, &err), err);
		codes += wake.code;
		if (i == 1)
			check_int(codes, WT_SHIM_CLAIMED);
	}
	read_in_attempt(w, WT_SHIM_LOG, out, sizeof out);
	check_str(out, "started\n");
}

static void test_shim__a_code_above_128_is_no_signal(void **state)
{
	struct world *w = *state;
	const char *const argv[] = { WTORCH_NASTY, "code", "145", NULL };

	start(w, argv);
	check_int(wait_for_shim(w), 0);
	check_record(w, "exit", 145, 0);
	check_contains(w->record, "\"error\":null");
}

static void test_shim__a_signal_is_no_code(void **state)
{
	struct world *w = *state;

	start_shell(w, "kill -SEGV $$");
	check_int(wait_for_shim(w), 0);
	check_record(w, "signal", -1, SIGSEGV);
}

static void test_shim__agent_begins_with_clean_signals_in_its_own_group(void **state)
{
	struct world *w = *state;
	char log[1024];

	start_shell(w, "grep -E 'SigBlk' /proc/self/status; ls /proc/self/fd | wc -l; "
		       "set -- $(cut -d' ' -f1,5,6 /proc/$$/stat); "
		       "[ $1 = $2 ] && [ $3 = $PPID ] && echo own group, session of the shim");
	check_int(wait_for_shim(w), 0);
	read_in_attempt(w, WT_SHIM_LOG, log, sizeof log);
	check_contains(log, "SigBlk:\t0000000000000000\n4\nown group, session of the shim\n");
}

static void test_shim__what_cannot_be_executed_is_told_apart(void **state)
{
	struct world *w = *state;
	const char *const argv[] = { "no-such-agent", "--flag", NULL };

	start(w, argv);
	check_int(wait_for_shim(w), 0);
	check_record(w, "exec", -1, 0);
	check_contains(w->record, "\"error\":\"cannot find 'no-such-agent' on PATH\"");
}

static void test_shim__says_which_file_keeps_it_from_starting(void **state)
{
	struct world *w = *state;

	w->stdin_path = "/no/such/prompt";
	start_shell(w, "exit 0");
	check_int(wait_for_shim(w), 0);
	check_record(w, "exec", -1, 0);
	check_contains(w->record, "cannot open '/no/such/prompt': No such file or directory");
}

static void test_shim__deadline_ends_a_deaf_agent(void **state)
{
	struct world *w = *state;

	w->timeout_ms = 200;
	start_nasty(w, "deaf");
	check_int(wait_for_shim(w), 0);
	check_record(w, "timeout", -1, SIGKILL);
}

static void test_shim__stop_lets_the_agent_end_by_itself(void **state)
{
	struct world *w = *state;

	w->grace_ms = 600 * 1000;
	start_shell(w, "trap 'exit 3' TERM; echo > file; while :; do sleep 1000 & wait; done");
	wait_for_file(w, w->file);
	signal_shim(w, SIGTERM);
	check_int(wait_for_shim(w), 0);
	check_record(w, "stopped", 3, 0);
}

static void test_shim__stop_asks_the_whole_tree_even_if_its_top_ends_at_once(void **state)
{
	struct world *w = *state;

	w->grace_ms = 600 * 1000;
	start_shell(w, "sh -c 'trap \"echo > asked; exit\" TERM; echo > file; "
		       "while :; do sleep 0.01; done' & wait");
	wait_for_file(w, w->file);
	signal_shim(w, SIGTERM);
	check_int(wait_for_shim(w), 0);
	check_record(w, "stopped", -1, SIGTERM);
	check_int(run_shell(w, "test -e asked", NULL, 0), 0);
}

static void test_shim__second_signal_cuts_the_grace_short(void **state)
{
	struct world *w = *state;

	w->grace_ms = 600 * 1000;
	start_nasty(w, "deaf");
	wait_for_file(w, w->file);
	/* Two kinds, because two of a kind may arrive as one. */
	signal_shim(w, SIGINT);
	signal_shim(w, SIGHUP);
	check_int(wait_for_shim(w), 0);
	check_record(w, "stopped", -1, SIGKILL);
	check_gone(w->file);
}

static void test_shim__stray_signals_do_not_end_it(void **state)
{
	struct world *w = *state;
	static const int stray[] = {
		SIGUSR1, SIGUSR2, SIGQUIT, SIGALRM, SIGPIPE, SIGXFSZ, SIGCHLD
	};

	start_shell(w, "echo > file; while [ -e file ]; do sleep 0.01; done");
	wait_for_file(w, w->file);
	for (size_t i = 0; i < sizeof stray / sizeof *stray; i++)
		signal_shim(w, stray[i]);
	unlink(w->file);
	check_int(wait_for_shim(w), 0);
	check_record(w, "exit", 0, 0);
}

static void check_leftover_is_ended(struct world *w, const char *mode, int code)
{
	start_nasty(w, mode);
	check_int(wait_for_shim(w), 0);
	check_record(w, "exit", code, 0);
	check_gone(w->file);
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
	struct world *w = *state;

	start_nasty(w, "thread");
	wait_for_file(w, w->file);
	signal_shim(w, SIGTERM);
	check_int(wait_for_shim(w), 0);
	check_record(w, "stopped", -1, SIGKILL);
	check_gone(w->file);
}

static void test_shim__ten_megabytes_on_both_streams_end_up_in_the_log(void **state)
{
	struct world *w = *state;
	struct stat st;
	char path[128];

	start_nasty(w, "flood");
	check_int(wait_for_shim(w), 0);
	check_record(w, "exit", 0, 0);
	snprintf(path, sizeof path, "%s/" WT_SHIM_LOG, w->attempt);
	check_int(stat(path, &st), 0);
	check_int(st.st_size, 20 * 1000 * 1000);
}

static pid_t start_stranger(const struct world *w, const char *marker_format)
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
	struct world *w = *state;
	pid_t marked = start_stranger(w, "WTORCH_INSTANCE=");
	pid_t other = start_stranger(w, "WTORCH_INSTANCE=x");
	pid_t named = start_stranger(w, "XWTORCH_INSTANCE=");
	int status;

	start_shell(w, "exit 0");
	check_int(wait_for_shim(w), 0);
	check_record(w, "exit", 0, 0);
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
	struct world *w = *state;
	char claim[256], path[128];
	struct wt_error err;
	long long pid;
	pid_t starter = fork();

	if (!starter) {
		start_shell(w, "while [ ! -e file ]; do sleep 0.01; done; exit 5");
		kill(getpid(), SIGKILL);
	}
	check_int(waitpid(starter, NULL, 0), starter);
	snprintf(path, sizeof path, "%s/" WT_SHIM_CLAIM, w->attempt);
	wait_for_file(w, path);
	read_text(path, claim, sizeof claim);
	check_int(sscanf(claim, "%lld %23s %39s", &pid, w->shim.start_time, w->shim.boot_id), 3);
	w->shim.pid = pid;
	assert_true(w->proc.is_alive(w->proc.self, &w->shim));
	check_ok(w->proc.watch(w->proc.self, &w->shim, TOKEN_SHIM, &err), err);
	check_int(run_shell(w, "echo > file", NULL, 0), 0);
	/* Not our child: its code is not ours to know, its record is. */
	check_int(wait_for_shim(w), -1);
	check_record(w, "exit", 5, 0);
}

static void test_shim__records_what_the_tree_used(void **state)
{
	struct world *w = *state;
	const char *at;

	start_shell(w, "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done");
	check_int(wait_for_shim(w), 0);
	at = strstr(w->record, "\"cpu_ms\":");
	assert_non_null(at);
	assert_true(strtol(at + 9, NULL, 10) > 0);
	at = strstr(w->record, "\"peak_rss_bytes\":");
	assert_non_null(at);
	assert_true(strtol(at + 17, NULL, 10) > 100000);
}

static void write_start(const struct world *w, const char *data, size_t len)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/" WT_SHIM_START, w->attempt);
	f = fopen(path, "w");
	assert_non_null(f);
	check_int(fwrite(data, 1, len, f), len);
	fclose(f);
	snprintf(path, sizeof path, "%s/" WT_SHIM_CLAIM, w->attempt);
	unlink(path);
	snprintf(path, sizeof path, "%s/" WT_SHIM_EXIT, w->attempt);
	unlink(path);
}

static int run_shim(struct world *w)
{
	const char *const argv[] = { WTORCH_SHIM, w->attempt, NULL };
	struct wt_cmd_result r;
	struct wt_error err;

	check_ok(w->proc.run(w->proc.self, &(struct wt_cmd){ .argv = argv }, &r, &err), err);
	check_str(r.err.data, "");
	wt_buf_clear(&r.out);
	wt_buf_clear(&r.err);
	if (has_in_attempt(w, WT_SHIM_EXIT))
		read_in_attempt(w, WT_SHIM_EXIT, w->record, sizeof w->record);
	return r.code;
}

static void test_shim__a_damaged_start_file_starts_nothing(void **state)
{
	static const char good[] = WT_SHIM_MAGIC "\0/\0\0m\0"
						 "0\0"
						 "9\0"
						 "1\0/bin/true\0"
						 "1\0A=b";
	static const char *const huge = WT_SHIM_MAGIC "\n/";
	struct world *w = *state;

	for (size_t len = 0; len < sizeof good; len += 3) {
		write_start(w, good, len);
		check_int(run_shim(w), 0);
		check_record(w, "exec", -1, 0);
		check_contains(w->record, "'start' is damaged");
	}
	write_start(w, huge, strlen(huge));
	check_int(run_shim(w), 0);
	check_record(w, "exec", -1, 0);
	write_start(w, good, sizeof good);
	check_int(run_shim(w), 0);
	check_record(w, "exit", 0, 0);
}

static void test_shim__counts_that_the_file_cannot_hold_are_refused(void **state)
{
	static const char many[] = WT_SHIM_MAGIC "\0/\0\0m\0"
						 "0\0"
						 "9\0"
						 "99999999999\0/bin/true\0"
						 "0";
	static const char negative[] = WT_SHIM_MAGIC "\0/\0\0m\0"
						     "0\0"
						     "9\0"
						     "-1\0/bin/true\0"
						     "0";
	static const char none[] = WT_SHIM_MAGIC "\0/\0\0m\0"
						 "0\0"
						 "9\0"
						 "0\0"
						 "0";
	struct world *w = *state;

	write_start(w, many, sizeof many);
	check_int(run_shim(w), 0);
	check_contains(w->record, "'start' is damaged");
	write_start(w, negative, sizeof negative);
	check_int(run_shim(w), 0);
	check_contains(w->record, "'start' is damaged");
	write_start(w, none, sizeof none);
	check_int(run_shim(w), 0);
	check_contains(w->record, "'start' is damaged");
}

static void test_shim__ends_when_it_can_write_nothing(void **state)
{
	struct world *w = *state;

	check_int(run_shell(w, "ulimit -f 0; " WTORCH_SHIM " $PWD/attempt 2>&-", NULL, 0), 1);
	assert_false(has_in_attempt(w, WT_SHIM_EXIT));
	assert_false(has_in_attempt(w, WT_SHIM_CLAIM));
}

/* A disk of 64 KiB of its own, which the agent fills; the record comes through all the same. */
static void test_shim__a_full_disk_does_not_hide_the_end(void **state)
{
	static const char small[] = WT_SHIM_MAGIC "\0/\0\0m\0"
						  "0\0"
						  "9\0"
						  "3\0/bin/sh\0-c\0"
						  "head -c 1000000 /dev/zero; exit 9\0"
						  "0";
	struct world *w = *state;
	char out[1024];

	if (run_shell(w, "unshare -rm true", NULL, 0) != 0) {
		print_message("user namespaces are not to be had here\n");
		skip();
	}
	write_start(w, small, sizeof small);
	check_int(run_shell(w,
			    "cp attempt/start . && exec unshare -rm sh -c '"
			    "mount -t tmpfs -o size=64k none attempt && cp start attempt && "
			    "$0 $PWD/attempt && df attempt | grep -c 100% && "
			    "cat attempt/exit.json' " WTORCH_SHIM,
			    out, sizeof out),
		  0);
	check_contains(out, "1\n{\"schema\"");
	check_contains(out, "\"reason\":\"exit\",\"code\":9,");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shim__runs_the_agent_where_and_with_what_it_was_told),
		TEST(test_start__fails_without_a_shim_or_a_folder),
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
		TEST(test_shim__records_what_the_tree_used),
		TEST(test_shim__a_damaged_start_file_starts_nothing),
		TEST(test_shim__counts_that_the_file_cannot_hold_are_refused),
		TEST(test_shim__ends_when_it_can_write_nothing),
		TEST(test_shim__a_full_disk_does_not_hide_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
