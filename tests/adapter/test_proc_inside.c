/* SPDX-License-Identifier: MIT */
/* Who is found at work below a folder. */

#include "tests/support/check.h"
#include "tests/support/scratch.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wtorch/adapter/adapters.h"

struct seen {
	pid_t pid;   /* whom we look for */
	size_t dirs; /* a bit for each folder it was found in */
	char how[16];
};

static void note(void *arg, size_t dir, const struct wt_occupant *who)
{
	struct seen *s = arg;

	if (who->pid != s->pid)
		return;
	s->dirs |= (size_t)1 << dir;
	snprintf(s->how, sizeof s->how, "%s", who->how);
	assert_true(who->started_wall_ms > 1000000000000);
}

/* A shell that does what lines say and then waits to be ended; it is there when this returns. */
static pid_t begin(struct scratch *s, const char *lines)
{
	const char *script = scratch_path(s, "script");
	int ready[2];
	char byte;
	pid_t pid;

	scratch_write(s, "script", lines);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		dup2(ready[1], 1);
		close(ready[0]);
		close(ready[1]);
		(void)!chdir(s->dir);
		execl("/bin/sh", "sh", script, (char *)NULL);
		_exit(127);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static struct seen look_for(struct scratch *s, pid_t pid)
{
	const char *const dirs[] = { scratch_path(s, "one"), scratch_path(s, "two") };
	struct seen seen = { .pid = pid };
	struct wt_proc proc;
	struct wt_error err;

	check_ok(wt_proc_linux_open("/bin/true", &proc, &err), err);
	check_ok(proc.inside(proc.self, dirs, 2, note, &seen, &err), err);
	wt_proc_linux_close(&proc);
	return seen;
}

static void check_seen(struct scratch *s, const char *lines, size_t dirs, const char *how)
{
	pid_t pid = begin(s, lines);
	struct seen seen = look_for(s, pid);

	end(pid);
	check_int(seen.dirs, dirs);
	check_str(seen.how, how);
}

static void test_proc_inside__who_stands_or_reads_below_a_folder_is_found(void **state)
{
	struct scratch *s = *state;

	scratch_run(s, "mkdir -p one/deep two two-more && echo x >two/log && cp /bin/sh one/shell");
	check_seen(s, "cd one/deep; echo; exec sleep 60", 1, "cwd");
	check_seen(s, "exec 9<two/log; echo; exec sleep 60", 2, "file");
	check_seen(s, "exec one/shell -c 'echo; kill -STOP $$'", 1, "exe");
}

static void test_proc_inside__who_is_elsewhere_is_not(void **state)
{
	struct scratch *s = *state;

	scratch_run(s, "mkdir -p one two two-more && echo x >one/log");
	check_seen(s, "cd two-more; exec 9<../one/log; exec 9<&-; echo; exec sleep 60", 0, "");
	check_seen(s, "echo; exec sleep 60", 0, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_proc_inside__who_stands_or_reads_below_a_folder_is_found),
		TEST(test_proc_inside__who_is_elsewhere_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
