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
	       wt_proc_linux_stat((pid_t)id->pid, &now) && wt_proc_linux_is_same_time(&now, id) &&
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
