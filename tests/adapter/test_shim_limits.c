/* SPDX-License-Identifier: MIT */
/* What the real shim does with agents that want too much, hang, or do not know when to go. */

#include "tests/support/adapter_shim.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#define NO_LIMITS "\"limits\":{\"memory\":null,\"pids\":null,\"cpu\":null}}\n"

static int64_t figure_of(const struct shim_world *w, const char *key)
{
	const char *at = strstr(w->record, key);

	assert_non_null(at);
	return strtoll(at + strlen(key), NULL, 10);
}

/* too much */

static void test_shim__ends_a_tree_above_its_memory(void **state)
{
	struct shim_world *w = *state;

	w->limits.memory_bytes = 100 << 20;
	shim_start_nasty(w, "hog");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "memory", -1, SIGKILL);
	check_contains(w->record, " MiB of memory, memory_max is 100 MiB\"");
	check_contains(w->record, "{\"memory\":\"sampled\",\"pids\":null,\"cpu\":null}}");
	assert_true(figure_of(w, "\"peak_rss_bytes\":") > 100 << 20);
}

static void test_shim__the_peak_is_that_of_the_whole_tree(void **state)
{
	struct shim_world *w = *state;

	w->final = "BYE";
	w->grace_ms = 3000; /* for a sample after that word */
	shim_start_shell(w, "'" WTORCH_NASTY "' hog file & until [ -e file ]; do sleep 0.01; done; "
			    "echo BYE; wait");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "finished", 0, 0);
	assert_true(figure_of(w, "\"peak_rss_bytes\":") > 160 << 20);
}

static void test_shim__ends_a_fork_bomb_above_its_processes(void **state)
{
	struct shim_world *w = *state;

	w->limits.tasks = 50;
	w->grace_ms = 600 * 1000; /* which it does not get */
	shim_start_nasty(w, "bomb");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "pids", -1, SIGKILL);
	check_contains(w->record, " processes and threads, pids_max is 50\"");
	check_contains(w->record, "{\"memory\":null,\"pids\":\"sampled\",\"cpu\":null}}");
}

static void test_shim__what_stays_below_its_limits_is_let_alone(void **state)
{
	struct shim_world *w = *state;

	w->limits = (struct wt_agent_limits){ .memory_bytes = INT64_C(1) << 40,
					      .tasks = 1000,
					      .cpu_percent = 100 };
	shim_start_shell(w, "sleep 0.3 & sleep 0.3 & wait; exit 4");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", 4, 0);
	/* Nobody keeps a CPU limit without a cgroup, and the record does not say otherwise. */
	check_contains(w->record, "\"memory\":\"sampled\",\"pids\":\"sampled\",\"cpu\":null}");
}

static void test_shim__limits_open_files_and_core_files_only(void **state)
{
	struct shim_world *w = *state;
	char log[256];

	w->limits.open_files = 99;
	shim_start_shell(w, "ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -v; ulimit -u");
	check_int(shim_wait(w), 0);
	check_contains(w->record, NO_LIMITS);
	shim_read_in_attempt(w, WT_SHIM_LOG, log, sizeof log);
	assert_int_equal(strncmp(log, "99\n99\n0\nunlimited\n", 18), 0);
}

static void test_shim__leaves_the_limits_of_files_that_it_was_not_told(void **state)
{
	struct shim_world *w = *state;
	struct rlimit ours;
	char log[64], want[64];

	getrlimit(RLIMIT_NOFILE, &ours);
	shim_start_shell(w, "ulimit -Sn; ulimit -Hn");
	check_int(shim_wait(w), 0);
	shim_read_in_attempt(w, WT_SHIM_LOG, log, sizeof log);
	snprintf(want, sizeof want, "%llu\n%llu\n", (unsigned long long)ours.rlim_cur,
		 (unsigned long long)ours.rlim_max);
	check_str(log, want);
}

static void test_shim__a_folder_that_is_no_cgroup_changes_nothing(void **state)
{
	struct shim_world *w = *state;

	w->cgroup = w->dir;
	w->limits.cpu_percent = 50;
	shim_start_shell(w, "exit 6");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", 6, 0);
	check_contains(w->record, NO_LIMITS);
	check_int(shim_run_shell(w, "ls | grep wtorch", NULL, 0), 1);
}

/* a cgroup, where there is one to be had */

/* The folder of a cgroup v2 that we may make leaves in, whatever controllers it has. */
static const char *find_cgroup(char *out, size_t size)
{
	char line[512], path[256];
	FILE *f = fopen("/proc/self/mountinfo", "r");
	bool found = false;

	while (f && !found && fgets(line, sizeof line, f)) {
		found = strstr(line, " - cgroup2 ") &&
			sscanf(line, "%*s %*s %*s %*s %255s", path) == 1;
	}
	if (f)
		fclose(f);
	if (!found || access(path, W_OK) < 0) {
		print_message("no cgroup v2 can be written here\n");
		skip();
	}
	snprintf(out, size, "%s", path);
	return out;
}

static void check_no_leaf(const struct shim_world *w, const char *cgroup)
{
	char leaf[400];

	snprintf(leaf, sizeof leaf, "%s/" WT_SHIM_LEAF "%s", cgroup, w->instance);
	check_int(access(leaf, F_OK), -1);
}

static void test_shim__puts_the_agent_into_a_leaf_and_takes_that_away(void **state)
{
	struct shim_world *w = *state;
	char cgroup[256], log[1024], want[64];

	w->cgroup = find_cgroup(cgroup, sizeof cgroup);
	shim_start_shell(w, "grep ^0: /proc/self/cgroup; setsid grep ^0: /proc/self/cgroup; "
			    "sleep 0.01");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", 0, 0);
	shim_read_in_attempt(w, WT_SHIM_LOG, log, sizeof log);
	snprintf(want, sizeof want, "/" WT_SHIM_LEAF "%s\n", w->instance);
	check_contains(log, want);
	check_contains(strstr(log, want) + strlen(want), want);
	check_no_leaf(w, cgroup);
}

static void test_shim__empties_a_leaf_with_folders_and_runaways(void **state)
{
	struct shim_world *w = *state;
	char cgroup[256], line[1024];

	w->cgroup = find_cgroup(cgroup, sizeof cgroup);
	snprintf(line, sizeof line,
		 "cd %s/" WT_SHIM_LEAF
		 "%s && mkdir -p a/b && (sleep 1000 & echo $! >a/b/cgroup.procs)"
		 " && '" WTORCH_NASTY "' runaway '%s'",
		 cgroup, w->instance, w->file);
	shim_start_shell(w, line);
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", 0, 0);
	shim_check_gone(w->file);
	check_no_leaf(w, cgroup);
}

/* The shim was killed; those it left are neither below the next nor do they bear the marker. */
static void test_shim__a_second_one_empties_the_leaf_of_one_that_was_killed(void **state)
{
	struct shim_world *w = *state;
	char cgroup[256], path[128];
	struct wt_wake wake;
	struct wt_error err;

	w->cgroup = find_cgroup(cgroup, sizeof cgroup);
	shim_start_nasty(w, "unmarked");
	shim_wait_for_file(w, w->file);
	shim_signal(w, SIGKILL);
	check_ok(w->proc.wait(w->proc.self, 60000, &wake, &err), err);
	snprintf(path, sizeof path, "%s/" WT_SHIM_CLAIM, w->attempt);
	check_int(unlink(path), 0);
	shim_start_shell(w, "exit 0");
	check_int(shim_wait(w), 0);
	/* The kernel gives a cgroup away only when nobody lives in it. */
	check_no_leaf(w, cgroup);
}

/* silence */

static void test_shim__ends_what_is_silent_and_idle(void **state)
{
	struct shim_world *w = *state;

	w->silence_ms = 500;
	shim_start_nasty(w, "deaf");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "stalled", -1, SIGKILL);
}

static void test_shim__an_idle_event_loop_is_no_work(void **state)
{
	struct shim_world *w = *state;

	w->silence_ms = 1000;
	shim_start_nasty(w, "tick");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "stalled", -1, SIGTERM);
}

/* How long is told by its own record: several silences. */
static void test_shim__a_silent_agent_whose_child_works_is_not_stalled(void **state)
{
	struct shim_world *w = *state;

	w->silence_ms = 300;
	w->timeout_ms = 2000;
	shim_start_nasty(w, "busy");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "timeout", -1, SIGTERM);
}

static void test_shim__output_alone_shows_life(void **state)
{
	struct shim_world *w = *state;

	w->silence_ms = 600;
	w->timeout_ms = 2400;
	shim_start_shell(w, "while :; do echo .; sleep 0.1; done");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "timeout", -1, SIGTERM);
}

static void test_shim__changing_files_alone_show_life(void **state)
{
	struct shim_world *w = *state;

	w->silence_ms = 1200;
	w->timeout_ms = 4000;
	shim_start_shell(w, "mkdir -p a/b; while :; do echo . >>a/b/c; sleep 0.1; done");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "timeout", -1, SIGTERM);
}

/* the last word */

static void test_shim__ends_what_hangs_behind_its_last_word(void **state)
{
	struct shim_world *w = *state;

	w->final = "\"type\":\"result\"";
	shim_start_shell(w, "trap '' TERM; echo '{\"type\":\"result\",\"ok\":1}'; "
			    "while :; do sleep 1000; done");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "finished", 0, 0);
	check_contains(w->record, "\"error\":null");
}

static void test_shim__behind_its_last_word_it_may_be_silent(void **state)
{
	struct shim_world *w = *state;

	w->final = "BYE";
	w->silence_ms = 200;
	w->grace_ms = 1500;
	shim_start_shell(w, "echo BYE; sleep 1000");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "finished", 0, 0);
}

static void test_shim__a_last_word_on_the_error_stream_counts_too(void **state)
{
	struct shim_world *w = *state;

	w->final = "BYE";
	shim_start_shell(w, "echo 'and BYE' >&2; sleep 1000");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "finished", 0, 0);
}

static void test_shim__whoever_ends_within_the_grace_has_a_status_of_his_own(void **state)
{
	struct shim_world *w = *state;

	w->final = "BYE";
	w->grace_ms = 600 * 1000;
	shim_start_shell(w, "echo BYE; exit 3");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "exit", 3, 0);
}

static void test_shim__without_its_last_word_nothing_is_finished(void **state)
{
	struct shim_world *w = *state;

	w->final = "BYE";
	w->timeout_ms = 500;
	shim_start_shell(w, "echo BY; echo E; sleep 1000");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "timeout", -1, SIGTERM);
}

/* Behind ten megabytes on each stream, with a grandchild that keeps both open. */
static void test_shim__finds_the_last_word_behind_a_flood(void **state)
{
	struct shim_world *w = *state;

	w->final = "THE END";
	shim_start_shell(w,
			 "'" WTORCH_NASTY "' flood - ; echo 'THE END'; setsid sleep 1000 & wait");
	check_int(shim_wait(w), 0);
	shim_check_record(w, "finished", 0, 0);
}

static void test_shim__a_stop_beats_the_last_word(void **state)
{
	struct shim_world *w = *state;

	w->final = "BYE";
	w->grace_ms = 2000;
	shim_start_shell(w, "echo BYE; echo > file; sleep 1000");
	shim_wait_for_file(w, w->file);
	shim_signal(w, SIGTERM);
	check_int(shim_wait(w), 0);
	shim_check_record(w, "stopped", -1, SIGTERM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shim_set_up, shim_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shim__ends_a_tree_above_its_memory),
		TEST(test_shim__the_peak_is_that_of_the_whole_tree),
		TEST(test_shim__ends_a_fork_bomb_above_its_processes),
		TEST(test_shim__what_stays_below_its_limits_is_let_alone),
		TEST(test_shim__limits_open_files_and_core_files_only),
		TEST(test_shim__leaves_the_limits_of_files_that_it_was_not_told),
		TEST(test_shim__a_folder_that_is_no_cgroup_changes_nothing),
		TEST(test_shim__puts_the_agent_into_a_leaf_and_takes_that_away),
		TEST(test_shim__empties_a_leaf_with_folders_and_runaways),
		TEST(test_shim__a_second_one_empties_the_leaf_of_one_that_was_killed),
		TEST(test_shim__ends_what_is_silent_and_idle),
		TEST(test_shim__an_idle_event_loop_is_no_work),
		TEST(test_shim__a_silent_agent_whose_child_works_is_not_stalled),
		TEST(test_shim__output_alone_shows_life),
		TEST(test_shim__changing_files_alone_show_life),
		TEST(test_shim__ends_what_hangs_behind_its_last_word),
		TEST(test_shim__behind_its_last_word_it_may_be_silent),
		TEST(test_shim__a_last_word_on_the_error_stream_counts_too),
		TEST(test_shim__whoever_ends_within_the_grace_has_a_status_of_his_own),
		TEST(test_shim__without_its_last_word_nothing_is_finished),
		TEST(test_shim__finds_the_last_word_behind_a_flood),
		TEST(test_shim__a_stop_beats_the_last_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
