/* SPDX-License-Identifier: MIT */
/* The walk of the shim by itself, with and without the kernel's children files. */

#include "tests/support/check.h"

/* The shim is a program, not a library: its walk is compiled in. */
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

/* Below us: a child, its child, and an orphan in a session of its own. Each keeps the writing
 * end of the pipe: its end is the proof that all of them are gone. */
static int plant(void)
{
	int life[2], ready[2];
	char byte;

	assert_int_equal(pipe2(life, 0), 0);
	assert_int_equal(pipe2(ready, 0), 0);
	if (!fork()) {
		close(life[0]);
		if (!fork()) {
			setsid();
			if (fork())
				_exit(0);
		} else {
			wait(NULL);
			fork();
		}
		if (write(ready[1], "x", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	close(life[1]);
	for (int i = 0; i < 3; i++)
		assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return life[0];
}

static void freeze_and_kill(struct wt_shim_tree *tree)
{
	do
		wt_shim_tree_walk(tree, WT_SHIM_BELOW, WT_SHIM_STOP);
	while (tree->running);
	check_int(tree->len, 3);
	wt_shim_tree_walk(tree, WT_SHIM_BELOW, WT_SHIM_KILL);
	check_int(tree->len, 3);
}

static void check_walk(bool has_children_files)
{
	struct wt_shim_tree tree;
	int life = plant();
	char byte;

	wt_shim_tree_init(&tree, "");
	tree.has_children_files = tree.has_children_files && has_children_files;
	wt_shim_tree_walk(&tree, WT_SHIM_BELOW, WT_SHIM_LIST);
	check_int(tree.len, 3);
	check_int(tree.survivor_len, 3);
	check_str(tree.survivors[0].name, "planted");
	wt_shim_tree_walk(&tree, WT_SHIM_BELOW, WT_SHIM_SUM);
	check_int(tree.threads, 3);
	assert_true(tree.rss_pages >= 3);
	/* Without an instance nobody is marked. */
	wt_shim_tree_walk(&tree, WT_SHIM_MARKED, WT_SHIM_KILL);
	check_int(tree.len, 0);

	freeze_and_kill(&tree);
	check_int(read(life, &byte, 1), 0);
	while (wait(NULL) > 0)
		;
	wt_shim_tree_walk(&tree, WT_SHIM_BELOW, WT_SHIM_STOP);
	check_int(tree.len, 0);
	close(life);
	wt_shim_tree_clear(&tree);
}

static void test_tree__finds_all_descendants_by_the_children_files(void **state)
{
	(void)state;
	check_walk(true);
}

static void test_tree__finds_all_descendants_by_their_parents(void **state)
{
	(void)state;
	check_walk(false);
}

static void test_tree__the_dead_do_not_count(void **state)
{
	struct wt_shim_tree tree;
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	check_int(waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT), 0);
	wt_shim_tree_init(&tree, "");
	wt_shim_tree_walk(&tree, WT_SHIM_BELOW, WT_SHIM_LIST);
	check_int(tree.len, 0);
	waitpid(pid, NULL, 0);
	wt_shim_tree_clear(&tree);
}

static bool matches(const char *environment, size_t len)
{
	struct match m = { .wanted = "A=1", .len = 4 };

	for (size_t i = 0; i < len; i++) {
		if (feed(&m, environment[i]))
			return true;
	}
	return false;
}

#define MATCHES(literal) matches(literal, sizeof literal)

static void test_tree__a_marker_is_a_whole_variable(void **state)
{
	(void)state;
	assert_true(MATCHES("A=1"));
	assert_true(MATCHES("B=2\0A=1\0C=3"));
	assert_true(MATCHES("A=\0A=1"));
	assert_true(MATCHES("\0\0A=1"));
	assert_false(MATCHES(""));
	assert_false(MATCHES("A=12"));
	assert_false(MATCHES("AA=1"));
	assert_false(MATCHES("B=A=1"));
	assert_false(MATCHES("A=A=1"));
	assert_false(matches("A=1", 3)); /* cut off: it might have gone on */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree__finds_all_descendants_by_the_children_files),
		cmocka_unit_test(test_tree__finds_all_descendants_by_their_parents),
		cmocka_unit_test(test_tree__the_dead_do_not_count),
		cmocka_unit_test(test_tree__a_marker_is_a_whole_variable),
	};

	/* Our children have the name that we have. */
	prctl(PR_SET_NAME, "planted");
	/* As the shim does: orphans stay below us. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
