/* SPDX-License-Identifier: MIT */
/* git processes that outlived their orchestrator. */

#include "git_program_lock.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <time.h>
#include <unistd.h>

#define ENVIRON_MAX (256u * 1024u)
#define CMDLINE_MAX 4096u
#define LOOK_MS     20

ssize_t git_read_start(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0)
		return -1;
	while (n > 0 && len < size - 1) {
		n = read(fd, out + len, size - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	out[len] = '\0';
	return n < 0 ? -1 : (ssize_t)len;
}

const char *git_landing_mark(const struct git_self *g, struct wt_arena *a)
{
	return wt_arena_printf(a, "WTORCH_LANDING=%s", g->common_dir);
}

static bool has_item(const char *list, size_t len, const char *item)
{
	for (size_t at = 0; at < len; at += strlen(list + at) + 1)
		if (strcmp(list + at, item) == 0)
			return true;
	return false;
}

/* Only git itself counts: what its hooks left in the background moves nothing of ours. */
static bool is_left(const char *pid, const char *mark, char *scratch)
{
	static const char *const commands[] = { "update-ref", "read-tree", "checkout-index",
						"worktree" };
	char path[64];
	ssize_t len;

	snprintf(path, sizeof path, "/proc/%.16s/environ", pid);
	len = git_read_start(path, scratch, ENVIRON_MAX);
	if (len <= 0 || !has_item(scratch, (size_t)len, mark))
		return false;
	snprintf(path, sizeof path, "/proc/%.16s/cmdline", pid);
	len = git_read_start(path, scratch, CMDLINE_MAX);
	for (size_t i = 0; len > 0 && i < sizeof commands / sizeof *commands; i++)
		if (has_item(scratch, (size_t)len, commands[i]))
			return true;
	return false;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* False when it lives on at the deadline. */
static bool await_end(const char *pid, const char *mark, char *scratch, int64_t until)
{
	struct pollfd fd = { .fd = pidfd_open((pid_t)strtol(pid, NULL, 10), 0), .events = POLLIN };
	int64_t longest = fd.fd < 0 ? LOOK_MS : INT32_MAX, left;
	bool ended = fd.fd < 0 && errno == ESRCH;

	/* Looked at behind the opening, so that it is still the one that was seen. Where there are
	 * no pidfds poll only lets time pass, and it is looked at again and again. */
	while (!ended) {
		ended = !is_left(pid, mark, scratch);
		left = until - now_ms();
		if (ended || left <= 0)
			break;
		ended = poll(&fd, 1, (int)(left < longest ? left : longest)) == 1;
	}
	if (fd.fd >= 0)
		close(fd.fd);
	return ended;
}

enum wt_code git_program_await_left(void *self, int64_t timeout_ms, struct wt_error *err)
{
	struct git_self *g = self;
	struct wt_arena a = { 0 };
	const char *mark = git_landing_mark(g, &a);
	char *scratch = wt_arena_alloc(&a, ENVIRON_MAX);
	int64_t until = now_ms() + timeout_ms;
	DIR *dir = opendir("/proc");
	const struct dirent *e;
	enum wt_code rc = WT_OK;

	while (dir && !rc && (e = readdir(dir)))
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
		    is_left(e->d_name, mark, scratch) &&
		    !await_end(e->d_name, mark, scratch, until))
			rc = wt_fail(err, WT_E_TIMEOUT,
				     "git of a wtorch before still runs (pid %s)", e->d_name);
	if (dir)
		closedir(dir);
	wt_arena_clear(&a);
	return rc;
}
