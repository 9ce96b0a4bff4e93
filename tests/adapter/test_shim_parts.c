/* SPDX-License-Identifier: MIT */
/* Parts of the shim by themselves: the last word, silence, signs of change, samples, and the
 * files of a cgroup. Time is a number here. */

#include "tests/support/check.h"
#include "tests/support/scratch.h"

/* The shim is a program, not a library: its parts are compiled in. */
#include "src/shim/cgroup.c"
#include "src/shim/final.c"
#include "src/shim/sample.c"
#include "src/shim/scan.c"
#include "src/shim/silence.c"
#include "src/shim/state.c"
#include "src/shim/tree.c"

#include <sys/prctl.h>
#include <sys/wait.h>

bool wt_shim_slurp_at(int dir, const char *path, char *data, size_t size, struct wt_str *out)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, data, size - 1) : -1;

	if (fd >= 0)
		close(fd);
	data[n > 0 ? n : 0] = '\0';
	*out = (struct wt_str){ data, n > 0 ? (size_t)n : 0 };
	return n >= 0;
}

bool wt_shim_slurp(const char *path, char *data, size_t size, struct wt_str *out)
{
	return wt_shim_slurp_at(AT_FDCWD, path, data, size, out);
}

/* the last word */

/* Written in two pieces, whatever the place of the cut, after a seek of each. */
static bool finds(struct scratch *s, const char *text, const char *log, size_t cut)
{
	int fd = open(scratch_path(s, "log"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct wt_shim_final f;
	bool more, found;

	wt_shim_final_init(&f, text);
	check_int(pwrite(fd, log, cut, 0), (ssize_t)cut);
	(void)!wt_shim_final_seek(&f, fd, &more);
	check_int(pwrite(fd, log + cut, strlen(log) - cut, (off_t)cut),
		  (ssize_t)(strlen(log) - cut));
	found = wt_shim_final_seek(&f, fd, &more);
	assert_false(more);
	close(fd);
	wt_shim_final_clear(&f);
	return found;
}

static void test_final__is_found_wherever_a_read_ends(void **state)
{
	static const char log[] = "aab\naaaab aabaabaaac\nx";

	for (size_t cut = 0; cut < sizeof log; cut++) {
		assert_true(finds(*state, "aabaaa", log, cut));
		assert_true(finds(*state, "aab\n", log, cut));
		assert_true(finds(*state, "x", log, cut));
		assert_false(finds(*state, "aabaac", log, cut));
		assert_false(finds(*state, "xx", log, cut));
		assert_false(finds(*state, "", log, cut));
	}
}

static void test_final__reads_in_bounded_bites_and_all_in_the_end(void **state)
{
	int fd = open(scratch_path(*state, "log"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct wt_shim_final f;
	bool more, found;
	int bites = 1;

	/* A hole of three bites and a half, then the word. */
	check_int(pwrite(fd, "BYE", 3, CHUNK_BYTES * MAX_CHUNKS * 7 / 2), 3);
	wt_shim_final_init(&f, "BYE");
	while (!(found = wt_shim_final_seek(&f, fd, &more)) && more)
		bites++;
	assert_true(found);
	check_int(bites, 4);
	close(fd);
	wt_shim_final_clear(&f);
}

static void test_final__a_log_that_was_cut_is_read_from_its_start(void **state)
{
	int fd = open(scratch_path(*state, "log"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct wt_shim_final f;
	bool more;

	wt_shim_final_init(&f, "BYE");
	check_int(pwrite(fd, "a long line BY", 14, 0), 14);
	assert_false(wt_shim_final_seek(&f, fd, &more));
	check_int(ftruncate(fd, 0), 0);
	check_int(pwrite(fd, "E BYE", 5, 0), 5);
	assert_true(wt_shim_final_seek(&f, fd, &more));
	close(fd);
	wt_shim_final_clear(&f);
}

/* signs of change */

static void test_scan__sees_what_changes_and_nothing_else(void **state)
{
	struct scratch *s = *state;
	static const char *const changes[] = {
		"echo x > tree/new",
		"echo y >> tree/a/b/old",
		"mv tree/new tree/newer",
		"rm tree/newer",
		"chmod a-w tree/a/b/old",
		"ln -s nowhere tree/a/link",
		"touch -d 2001-01-01 tree/a/b/old",
	};
	uint64_t before, now;
	int fd;

	scratch_run(s, "mkdir -p tree/a/b tree/.git && echo x > tree/a/b/old");
	fd = open(scratch_path(s, "tree"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	before = wt_shim_scan(fd);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		check_int(wt_shim_scan(fd) == before, true);
		scratch_run(s, "%s", changes[i]);
		now = wt_shim_scan(fd);
		if (now == before)
			fail_msg("'%s' was not seen", changes[i]);
		before = now;
	}
	scratch_run(s, "echo x > tree/.git/index && cat tree/a/b/old && ls -R tree");
	assert_true(wt_shim_scan(fd) == before);
	close(fd);
}

static void test_scan__ends_in_a_tree_without_end(void **state)
{
	struct scratch *s = *state;
	uint64_t before;
	int fd;

	scratch_run(s, "mkdir -p tree && cd tree && for i in $(seq 60); do mkdir d && cd d; done; "
		       "ln -s / root; ln -s . self");
	fd = open(scratch_path(s, "tree"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	before = wt_shim_scan(fd);
	assert_true(wt_shim_scan(fd) == before);
	close(fd);
}

/* silence */

static struct wt_shim_silence silence_of(struct scratch *s, int64_t limit_ms)
{
	struct wt_shim_spec spec = { .cwd = scratch_path(s, "tree"), .silence_ms = limit_ms };
	struct wt_shim_silence out;

	scratch_run(s, "mkdir -p tree");
	wt_shim_silence_init(&out, &spec);
	return out;
}

/* A note each second; the second in which it was found stalled, or 0. */
struct quiet {
	int64_t seconds, bytes_a_second, cpu_ms_a_second;
	bool is_active;
};

static int64_t notes(struct wt_shim_silence *s, const struct quiet *q)
{
	int64_t from = s->seen_ms ? s->seen_ms : 1000;
	int64_t size = s->log_size, cpu = s->window_cpu_ms;

	for (int64_t i = 1; i <= q->seconds; i++) {
		size += q->bytes_a_second;
		cpu += q->cpu_ms_a_second;
		if (wt_shim_silence_note(s, from + i * 1000, size, cpu, q->is_active))
			return i;
	}
	return 0;
}

static void test_silence__a_stall_is_never_found_early_and_a_quarter_late_at_most(void **state)
{
	struct wt_shim_silence s = silence_of(*state, 60000);
	int64_t when = notes(&s, &(struct quiet){ .seconds = 1000 });

	assert_in_range(when, 60, 80);
	wt_shim_silence_clear(&s);
}

static void test_silence__one_or_two_per_cent_of_a_core_are_no_work(void **state)
{
	struct wt_shim_silence s = silence_of(*state, 60000);
	int64_t when = notes(&s, &(struct quiet){ .seconds = 1000, .cpu_ms_a_second = 20 });

	assert_in_range(when, 60, 80);
	wt_shim_silence_clear(&s);
}

static void test_silence__work_or_output_is_life(void **state)
{
	struct wt_shim_silence s = silence_of(*state, 60000);

	check_int(notes(&s, &(struct quiet){ .seconds = 1000, .cpu_ms_a_second = 60 }), 0);
	check_int(notes(&s, &(struct quiet){ .seconds = 1000, .bytes_a_second = 1 }), 0);
	/* It would work, and got no core. */
	check_int(notes(&s, &(struct quiet){ .seconds = 1000, .is_active = true }), 0);
	check_int(notes(&s, &(struct quiet){ .seconds = 50 }), 0);
	check_int(notes(&s, &(struct quiet){ .seconds = 1, .bytes_a_second = 1 }), 0);
	check_int(notes(&s, &(struct quiet){ .seconds = 50 }), 0);
	assert_int_not_equal(notes(&s, &(struct quiet){ .seconds = 50 }), 0);
	wt_shim_silence_clear(&s);
}

static void test_silence__a_file_that_changes_is_life(void **state)
{
	struct wt_shim_silence s = silence_of(*state, 60000);

	for (int i = 0; i < 20; i++) {
		scratch_run(*state, "echo . >> tree/file");
		check_int(notes(&s, &(struct quiet){ .seconds = 40 }), 0);
	}
	assert_int_not_equal(notes(&s, &(struct quiet){ .seconds = 80 }), 0);
	wt_shim_silence_clear(&s);
}

/* The machine slept, or somebody halted the shim: nobody saw that the agent was silent. */
static void test_silence__time_that_nobody_saw_pass_is_no_silence(void **state)
{
	struct wt_shim_silence s = silence_of(*state, 60000);

	check_int(notes(&s, &(struct quiet){ .seconds = 20 }), 0);
	assert_false(wt_shim_silence_note(&s, s.seen_ms + 3600 * 1000, s.log_size, 0, false));
	check_int(notes(&s, &(struct quiet){ .seconds = 20 }), 0);
	wt_shim_silence_clear(&s);
}

static void test_silence__without_a_limit_nothing_is_stalled_for_good(void **state)
{
	struct wt_shim_silence s = silence_of(*state, 0);
	struct wt_shim_verdict v;

	check_int(notes(&s, &(struct quiet){ .seconds = 2000 }), 0);
	v = wt_shim_silence_judge(&s);
	check_str(v.name, "stalled");
	check_int(v.end_ms, 0);
	wt_shim_silence_clear(&s);
}

/* With a limit of 60 s: a quarter makes it quiet, and half of it without a sign of life stalled. */
static void test_silence__is_told_by_its_degrees(void **state)
{
	struct wt_shim_silence s = silence_of(*state, 60000);
	struct wt_shim_verdict v;

	check_int(notes(&s, &(struct quiet){ .seconds = 14, .cpu_ms_a_second = 900 }), 0);
	check_str(wt_shim_silence_judge(&s).name, "working");
	check_int(notes(&s, &(struct quiet){ .seconds = 86, .cpu_ms_a_second = 900 }), 0);
	v = wt_shim_silence_judge(&s);
	check_str(v.name, "quiet");
	check_int(v.since_ms, s.seen_ms - s.silent_ms);
	check_int(v.end_ms, 0);
	check_int(notes(&s, &(struct quiet){ .seconds = 50 }), 0);
	v = wt_shim_silence_judge(&s);
	check_str(v.name, "stalled");
	check_int(v.end_ms, v.since_ms + 60000);
	assert_true(v.end_ms > s.seen_ms);
	check_int(notes(&s, &(struct quiet){ .seconds = 1, .bytes_a_second = 1 }), 0);
	check_str(wt_shim_silence_judge(&s).name, "working");
	wt_shim_silence_clear(&s);
}

/* the state file */

static const char *state_of(struct scratch *s)
{
	return scratch_output(s, "cd attempt && cat state 2>&1 && ls");
}

static void test_state__is_written_when_the_word_is_another_one_and_not_too_often(void **state)
{
	struct scratch *s = *state;
	struct wt_shim_verdict working = { .name = "working" };
	struct wt_shim_verdict quiet = { .name = "quiet", .since_ms = 7, .end_ms = 9 };
	struct wt_shim_state out;
	int dir;

	scratch_run(s, "mkdir attempt");
	dir = open(scratch_path(s, "attempt"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	wt_shim_state_init(&out, dir, 60000);
	wt_shim_state_show(&out, &working, 1000);
	check_str(scratch_output(s, "ls attempt"), "");
	wt_shim_state_show(&out, &quiet, 2000);
	check_str(state_of(s), "{\"schema\":\"wtorch.state/1\",\"verdict\":\"quiet\","
			       "\"since_ms\":7,\"end_ms\":9}\nstate\n");
	wt_shim_state_show(&out, &working, 4999);
	check_contains(state_of(s), "quiet");
	wt_shim_state_show(&out, &working, 5000);
	check_contains(state_of(s), "working");
	wt_shim_state_clear(&out);
	check_str(scratch_output(s, "ls attempt"), "");
	close(dir);
}

/* The folder is the agent's, too. */
static void test_state__follows_no_link_and_opens_no_pipe(void **state)
{
	struct scratch *s = *state;
	struct wt_shim_verdict quiet = { .name = "quiet" };
	struct wt_shim_state out;
	int dir;

	scratch_run(s, "mkdir attempt && echo mine >file && ln -s ../file attempt/state && "
		       "mkfifo attempt/state.tmp");
	dir = open(scratch_path(s, "attempt"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	wt_shim_state_init(&out, dir, 60000);
	wt_shim_state_show(&out, &quiet, 1000);
	check_contains(state_of(s), "quiet");
	check_str(scratch_output(s, "cat file; test ! -h attempt/state || echo link"), "mine\n");
	scratch_run(s, "rm attempt/state && mkdir attempt/state");
	wt_shim_state_show(&out, &(struct wt_shim_verdict){ .name = "stalled" }, 9000);
	scratch_run(s, "rmdir attempt/state && rmdir attempt");
	wt_shim_state_show(&out, &(struct wt_shim_verdict){ .name = "stalled" }, 19000);
	wt_shim_state_clear(&out);
	close(dir);
}

/* samples */

static const struct wt_shim_leaf no_leaf = { .parent = -1, .fd = -1 };

/* Four processes that share 60 MiB, and nobody else below us. */
static pid_t plant_sharers(struct scratch *s)
{
	const char *file = scratch_path(s, "pid");
	pid_t pid = fork();

	if (!pid) {
		execl(WTORCH_NASTY, "nasty", "share", file, (char *)NULL);
		_exit(99);
	}
	scratch_run(s, "until [ -e pid ]; do sleep 0.01; done");
	return pid;
}

static void end_sharers(struct wt_shim_tree *tree)
{
	do {
		wt_shim_tree_walk(tree, WT_SHIM_BELOW, WT_SHIM_KILL);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	} while (tree->len);
	wt_shim_tree_clear(tree);
}

static void test_sample__memory_that_is_shared_counts_once(void **state)
{
	struct wt_shim_spec spec = { .final = "", .memory_bytes = 120 << 20 };
	struct wt_shim_sampler sampler;
	struct wt_shim_tree tree;
	struct wt_error why = { .code = WT_OK };

	wt_shim_tree_init(&tree, "");
	plant_sharers(*state);
	wt_shim_sampler_init(&sampler, &spec, &no_leaf, &tree);
	for (int i = 0; i < 5; i++)
		assert_null(wt_shim_sampler_take(&sampler, &why));
	check_int(sampler.threads, 4);
	assert_true(sampler.peak_bytes > 200 << 20); /* as resident sets it is far above */

	spec.memory_bytes = 50 << 20;
	assert_null(wt_shim_sampler_take(&sampler, &why)); /* one is no proof */
	check_str(wt_shim_sampler_take(&sampler, &why), "memory");
	check_contains(why.msg, "memory_max is 50 MiB");
	end_sharers(&tree);
}

static void test_sample__looks_closer_from_half_a_limit_on(void **state)
{
	struct wt_shim_spec spec = { .final = "", .tasks = 100 };
	struct wt_shim_sampler sampler;
	struct wt_shim_tree tree;
	struct wt_error why = { .code = WT_OK };

	wt_shim_tree_init(&tree, "");
	plant_sharers(*state);
	wt_shim_sampler_init(&sampler, &spec, &no_leaf, &tree);
	for (int i = 0; i < 6; i++)
		assert_null(wt_shim_sampler_take(&sampler, &why));
	check_int(sampler.pause_ms, LIMIT_PAUSE_MS);
	spec.tasks = 7;
	assert_null(wt_shim_sampler_take(&sampler, &why));
	assert_true(sampler.pause_ms < LIMIT_PAUSE_MS);
	spec.tasks = 3;
	check_str(wt_shim_sampler_take(&sampler, &why), "pids");
	check_str(why.msg, "it had 4 processes and threads, pids_max is 3");
	end_sharers(&tree);
}

static void test_sample__costs_little_while_nothing_is_limited(void **state)
{
	struct wt_shim_spec spec = { .final = "" };
	struct wt_shim_sampler sampler;
	struct wt_shim_tree tree;
	struct wt_error why = { .code = WT_OK };

	(void)state;
	wt_shim_tree_init(&tree, "");
	wt_shim_sampler_init(&sampler, &spec, &no_leaf, &tree);
	for (int i = 0; i < 8; i++)
		assert_null(wt_shim_sampler_take(&sampler, &why));
	assert_true(sampler.pause_ms >= CALM_PAUSE_MS);
	wt_shim_tree_clear(&tree);
}

/* the files of a cgroup, as far as a folder can stand for one */

static void test_leaf__writes_what_the_kernel_reads(void **state)
{
	struct scratch *s = *state;
	struct wt_shim_spec spec = { .instance = "me",
				     .cgroup = scratch_path(s, "cgroup"),
				     .memory_bytes = 3 << 20,
				     .cpu_percent = 150,
				     .tasks = 77 };
	struct wt_shim_leaf leaf;

	scratch_run(s, "mkdir -p cgroup/wtorch-me && cd cgroup/wtorch-me && "
		       "touch memory.max memory.swap.max memory.oom.group pids.max cpu.max");
	wt_shim_leaf_open(&leaf, &spec);
	assert_true(leaf.keeps_memory && leaf.keeps_tasks && leaf.keeps_cpu);
	check_str(scratch_output(s, "cd cgroup/wtorch-me && head memory.* pids.max cpu.max"),
		  "==> memory.max <==\n3145728\n==> memory.oom.group <==\n1\n"
		  "==> memory.swap.max <==\n0\n==> pids.max <==\n77\n"
		  "==> cpu.max <==\n150000 100000");
	wt_shim_leaf_close(&leaf);
	check_int(leaf.fd, -1);
}

static void test_leaf__reads_figures_and_nothing_else(void **state)
{
	struct scratch *s = *state;
	struct wt_shim_spec spec = { .instance = "me", .cgroup = scratch_path(s, "cgroup") };
	struct wt_shim_leaf leaf;

	scratch_run(s,
		    "mkdir -p cgroup/wtorch-me && cd cgroup/wtorch-me && echo 42 >memory.peak && "
		    "printf 'low 0\\noom_kill 3\\n' >memory.events && echo max >pids.max");
	wt_shim_leaf_open(&leaf, &spec);
	check_int(wt_shim_leaf_figure(&leaf, "memory.peak", ""), 42);
	check_int(wt_shim_leaf_figure(&leaf, "memory.events", "oom_kill"), 3);
	check_int(wt_shim_leaf_figure(&leaf, "memory.events", "oom"), -1);
	check_int(wt_shim_leaf_figure(&leaf, "pids.max", ""), -1);
	check_int(wt_shim_leaf_figure(&leaf, "absent", ""), -1);
	check_int(wt_shim_leaf_figure(&no_leaf, "memory.peak", ""), -1);
	wt_shim_leaf_close(&leaf);
}

static void test_leaf__is_never_made_outside_of_its_folder(void **state)
{
	static const char *const names[] = { "", "../x", "a/b" };
	struct scratch *s = *state;
	struct wt_shim_leaf leaf;

	scratch_run(s, "mkdir -p cgroup");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct wt_shim_spec spec = { .instance = names[i],
					     .cgroup = scratch_path(s, "cgroup") };

		wt_shim_leaf_open(&leaf, &spec);
		check_int(leaf.fd, -1);
		wt_shim_leaf_close(&leaf);
	}
	check_str(scratch_output(s, "find cgroup"), "cgroup\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_final__is_found_wherever_a_read_ends),
		TEST(test_final__reads_in_bounded_bites_and_all_in_the_end),
		TEST(test_final__a_log_that_was_cut_is_read_from_its_start),
		TEST(test_scan__sees_what_changes_and_nothing_else),
		TEST(test_scan__ends_in_a_tree_without_end),
		TEST(test_silence__a_stall_is_never_found_early_and_a_quarter_late_at_most),
		TEST(test_silence__one_or_two_per_cent_of_a_core_are_no_work),
		TEST(test_silence__work_or_output_is_life),
		TEST(test_silence__a_file_that_changes_is_life),
		TEST(test_silence__time_that_nobody_saw_pass_is_no_silence),
		TEST(test_silence__without_a_limit_nothing_is_stalled_for_good),
		TEST(test_silence__is_told_by_its_degrees),
		TEST(test_state__is_written_when_the_word_is_another_one_and_not_too_often),
		TEST(test_state__follows_no_link_and_opens_no_pipe),
		TEST(test_sample__memory_that_is_shared_counts_once),
		TEST(test_sample__looks_closer_from_half_a_limit_on),
		TEST(test_sample__costs_little_while_nothing_is_limited),
		TEST(test_leaf__writes_what_the_kernel_reads),
		TEST(test_leaf__reads_figures_and_nothing_else),
		TEST(test_leaf__is_never_made_outside_of_its_folder),
	};

	/* As the shim does: orphans stay below us. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
