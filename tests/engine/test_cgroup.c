/* SPDX-License-Identifier: MIT */
/* Which cgroup may hold those of agents, told by files as the kernel writes them. */

#include "tests/support/check.h"
#include "tests/support/scratch.h"
#include "wtorch/adapter/adapters.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/cgroup.h"

#include <string.h>

/* What /proc says; all else is read where it is. */
static const char *mountinfo, *membership;
static struct wt_fs real_fs;

static enum wt_code read_file(void *self, const char *path, size_t max, struct wt_buf *out,
			      struct wt_error *err)
{
	if (strcmp(path, "/proc/self/mountinfo") != 0 && strcmp(path, "/proc/self/cgroup") != 0)
		return real_fs.read(self, path, max, out, err);
	wt_buf_puts(out, strstr(path, "mountinfo") ? mountinfo : membership);
	return WT_OK;
}

struct want {
	const char *dir; /* below the scratch folder; NULL: none */
	const char *has; /* of "mpc" */
};

static void check_found(struct scratch *s, const char *root, const char *own,
			const struct want *want)
{
	struct wt_arena arena = { 0 };
	struct wt_fs fs;
	struct wt_ports ports = { .fs = &fs };
	struct wt_cgroup found;

	wt_fs_posix(&real_fs);
	fs = real_fs;
	fs.read = read_file;
	mountinfo = wt_arena_printf(&arena,
				    "22 1 0:5 / /proc rw - proc proc rw\n"
				    "30 29 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw\n"
				    "42 29 0:27 %s %s rw,nosuid shared:9 - cgroup2 cgroup2 rw\n",
				    root, scratch_path(s, "cg"));
	membership = wt_arena_printf(&arena, "4:memory:/elsewhere\n0::%s\n", own);
	wt_cgroup_find(&ports, &arena, &found);
	if (!want->dir) {
		assert_null(found.dir);
	} else {
		assert_non_null(found.dir);
		check_str(found.dir, scratch_path(s, "%s", want->dir));
		check_int(found.has_memory, strchr(want->has, 'm') != NULL);
		check_int(found.has_pids, strchr(want->has, 'p') != NULL);
		check_int(found.has_cpu, strchr(want->has, 'c') != NULL);
	}
	wt_arena_clear(&arena);
}

static void test_cgroup__is_the_parent_that_hands_controllers_on(void **state)
{
	struct scratch *s = *state;

	scratch_run(
		s, "mkdir -p cg/user/app/me && echo memory pids >cg/user/app/cgroup.subtree_control"
		   " && : >cg/user/app/me/cgroup.subtree_control"
		   " && echo cpuset cpu >cg/cgroup.subtree_control");
	check_found(s, "/", "/user/app/me", &(struct want){ "cg/user/app", "mp" });
	check_found(s, "/", "/user/app", &(struct want){ "cg/user/app", "mp" });
	check_found(s, "/", "/user/app/me/deeper", &(struct want){ NULL, "" });
	check_found(s, "/", "/", &(struct want){ "cg", "c" });
	/* A part of the tree is mounted, as in a container. */
	check_found(s, "/host/box", "/host/box/user/app/me", &(struct want){ "cg/user/app", "mp" });
	check_found(s, "/host/box", "/host/box", &(struct want){ "cg", "c" });
	check_found(s, "/host/box", "/host", &(struct want){ NULL, "" });
	check_found(s, "/", "/../outside", &(struct want){ NULL, "" });
}

static void test_cgroup__without_one_there_is_none(void **state)
{
	struct scratch *s = *state;

	check_found(s, "/", "/absent/place", &(struct want){ NULL, "" });
	scratch_run(s, "mkdir -p cg/a && echo hugetlb rdma >cg/a/cgroup.subtree_control");
	check_found(s, "/", "/a", &(struct want){ NULL, "" });
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cgroup__is_the_parent_that_hands_controllers_on),
		TEST(test_cgroup__without_one_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
