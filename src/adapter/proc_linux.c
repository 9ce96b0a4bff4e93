/* SPDX-License-Identifier: MIT */
/* Processes of Linux: the object itself, and how a process is named and signalled. */

#include "proc_linux_priv.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/base/mem.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

extern char **environ;

int64_t wt_proc_linux_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool wt_proc_linux_slurp(const char *path, char *data, size_t size, struct wt_str *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = -1;

	if (fd < 0)
		return false;
	while (len < size - 1 && (n = read(fd, data + len, size - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	data[len] = '\0';
	*out = (struct wt_str){ data, len };
	return n >= 0;
}

bool wt_proc_linux_stat(pid_t pid, struct wt_procstat *out)
{
	char path[32], data[1024];
	struct wt_str line;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	return wt_proc_linux_slurp(path, data, sizeof data, &line) && wt_procstat_parse(line, out);
}

bool wt_proc_linux_id_of(struct wt_proc_linux *p, pid_t pid, struct wt_proc_id *out)
{
	struct wt_procstat stat;

	*out = (struct wt_proc_id){ .pid = pid };
	if (!wt_proc_linux_stat(pid, &stat))
		return false;
	snprintf(out->start_time, sizeof out->start_time, "%lld", (long long)stat.start_time);
	memcpy(out->boot_id, p->boot_id, sizeof out->boot_id);
	return true;
}

static bool is_same_time(const struct wt_procstat *stat, const struct wt_proc_id *id)
{
	char time[24];

	snprintf(time, sizeof time, "%lld", (long long)stat->start_time);
	return !strcmp(time, id->start_time);
}

bool wt_proc_linux_is_there(const struct wt_proc_id *id)
{
	struct wt_procstat stat;

	errno = 0;
	if (!wt_proc_linux_stat((pid_t)id->pid, &stat))
		return errno != ENOENT && errno != ESRCH;
	return is_same_time(&stat, id) && !wt_procstat_is_dead(&stat);
}

bool wt_proc_linux_has_ended(pid_t child)
{
	siginfo_t info = { 0 };
	int result = waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT);

	return result < 0 ? errno == ECHILD : info.si_pid == child;
}

static enum wt_code fail_gone(const struct wt_proc_id *id, struct wt_error *err)
{
	return wt_fail(err, WT_E_NOT_FOUND, "process %lld is gone", (long long)id->pid);
}

enum wt_code wt_proc_linux_open_id(struct wt_proc_linux *p, const struct wt_proc_id *id, int *pidfd,
				   struct wt_error *err)
{
	pid_t pid = id->pid > 0 && id->pid <= INT32_MAX ? (pid_t)id->pid : -1;
	struct wt_procstat now;

	*pidfd = -1;
	if (pid < 0 || strcmp(id->boot_id, p->boot_id) != 0)
		return fail_gone(id, err);
	if (!p->has_pidfd)
		return wt_proc_linux_is_there(id) ? WT_OK : fail_gone(id, err);
	*pidfd = pidfd_open(pid, 0);
	if (*pidfd < 0 && errno != ESRCH && errno != EINVAL)
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot open process %d", (int)pid);
	/* The pid may have changed hands before it was opened; the time tells. */
	if (*pidfd >= 0 && wt_proc_linux_stat(pid, &now) && is_same_time(&now, id))
		return WT_OK;
	if (*pidfd >= 0)
		close(*pidfd);
	*pidfd = -1;
	return fail_gone(id, err);
}

static bool is_alive(void *self, const struct wt_proc_id *id)
{
	struct pollfd ended = { .fd = -1, .events = POLLIN };
	struct wt_error err;
	bool alive;

	/* What cannot be looked at is taken for alive: the careful answer. */
	if (wt_proc_linux_open_id(self, id, &ended.fd, &err) != WT_OK)
		return err.code != WT_E_NOT_FOUND;
	if (ended.fd < 0)
		return true;
	alive = poll(&ended, 1, 0) == 0;
	close(ended.fd);
	return alive;
}

static bool is_halted(void *self, const struct wt_proc_id *id)
{
	const struct wt_proc_linux *p = self;
	struct wt_procstat now;

	return id->pid > 0 && id->pid <= INT32_MAX && !strcmp(id->boot_id, p->boot_id) &&
	       wt_proc_linux_stat((pid_t)id->pid, &now) && is_same_time(&now, id) &&
	       now.state == 'T';
}

static enum wt_code send_signal(void *self, const struct wt_proc_id *id, int signo,
				struct wt_error *err)
{
	enum wt_code code = WT_OK;
	int fd, result;

	if (wt_proc_linux_open_id(self, id, &fd, err) != WT_OK)
		return err->code;
	result = fd >= 0 ? pidfd_send_signal(fd, signo, NULL, 0) : kill((pid_t)id->pid, signo);
	if (result < 0)
		code = wt_fail_errno(err, errno == ESRCH ? WT_E_NOT_FOUND : WT_E_ENV, errno,
				     "cannot signal process %lld", (long long)id->pid);
	if (fd >= 0)
		close(fd);
	return code;
}

static void self_id(void *self, struct wt_proc_id *out)
{
	wt_proc_linux_id_of(self, getpid(), out);
}

static void fill_random(void *self, void *bytes, size_t n)
{
	unsigned char *next = bytes;

	(void)self;
	while (n) {
		ssize_t got = getrandom(next, n, 0);

		if (got < 0) {
			assert(errno == EINTR);
			continue;
		}
		next += got;
		n -= (size_t)got;
	}
}

void wt_proc_linux_init_attr(posix_spawnattr_t *attr, short flags)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(attr);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	flags = (short)(flags | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setflags(attr, flags);
}

static void copy_env(struct wt_proc_linux *p)
{
	size_t n = 0;

	while (environ && environ[n])
		n++;
	p->env = wt_alloc((n + 1) * sizeof *p->env);
	for (size_t i = 0; i < n; i++)
		p->env[i] = wt_arena_strdup(&p->arena, environ[i]);
	p->clean_env = wt_proc_linux_merge_env(p->env, NULL);
}

/* A descriptor of ours that landed on 0, 1 or 2 would be taken for a stream by everybody. */
static void fill_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* Kernels before 5.3 have none, some tracers and filters of system calls neither. */
static bool has_pidfd(void)
{
	int fd = pidfd_open(getpid(), 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || (errno != ENOSYS && errno != EPERM);
}

enum wt_code wt_proc_linux_open(const char *shim, struct wt_proc *out, struct wt_error *err)
{
	struct wt_proc_linux *p = wt_alloc(sizeof *p);
	char boot_id[64];
	struct wt_str line;

	*out = (struct wt_proc){ .self = p };
	p->shim = wt_strdup(shim);
	p->has_pidfd = has_pidfd();
	fill_streams();
	copy_env(p);
	/* An ignored CHLD, which a caller may hand down, would lose every exit code. */
	signal(SIGCHLD, SIG_DFL);
	if (!wt_proc_linux_slurp(BOOT_ID, boot_id, sizeof boot_id, &line)) {
		wt_proc_linux_close(out);
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot read " BOOT_ID);
	}
	line = wt_str_trim(line);
	snprintf(p->boot_id, sizeof p->boot_id, "%.*s", (int)line.len, line.data);
	*out = (struct wt_proc){
		.self = p,
		.run = wt_proc_linux_run,
		.start = wt_proc_linux_start,
		.watch = wt_proc_linux_watch,
		.watch_file = wt_proc_linux_watch_file,
		.unwatch_file = wt_proc_linux_unwatch_file,
		.watch_input = wt_proc_linux_watch_input,
		.signal = send_signal,
		.is_alive = is_alive,
		.is_halted = is_halted,
		.wait = wt_proc_linux_wait,
		.self_id = self_id,
		.load = wt_proc_linux_load,
		.usage = wt_proc_linux_usage,
		.inside = wt_proc_linux_inside,
		.random = fill_random,
		.find = wt_proc_linux_find,
		.env = p->env,
	};
	return WT_OK;
}

void wt_proc_linux_close(struct wt_proc *proc)
{
	struct wt_proc_linux *p = proc->self;

	if (!p)
		return;
	wt_proc_linux_close_watch(p->watch);
	wt_proc_linux_forget(p, NULL);
	free(p->samples);
	free(p->clean_env);
	free(p->env);
	wt_arena_clear(&p->arena);
	free(p->shim);
	free(p);
	*proc = (struct wt_proc){ 0 };
}
