/* SPDX-License-Identifier: MIT */
/* What the real shim does with agents that want too much. */

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

	w->final = "BYE"; /* a sample is taken when its grace is over */
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

	skip_under_valgrind("it keeps setrlimit from the system, and files for itself");
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

	skip_under_valgrind("it keeps setrlimit from the system, and files for itself");
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

	skip_under_valgrind("it has no clone3, so the shim cannot start anybody in a cgroup");
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

	skip_under_valgrind("it has no clone3, so the shim cannot start anybody in a cgroup");
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

	skip_under_valgrind("it has no clone3, so the shim cannot start anybody in a cgroup");
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
