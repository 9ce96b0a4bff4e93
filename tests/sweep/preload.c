/* SPDX-License-Identifier: MIT */
/*
 * Loaded in front of the C library, lets the n-th call of a program go wrong (point.h).
 *
 * What it wraps goes to the kernel directly, so it does not matter what else is loaded (a
 * sanitizer's runtime) nor how far that is set up.
 */

#include "tests/sweep/point.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct sweep_point *point; /* NULL: not one of the programs */
static unsigned program;          /* which of them */

__attribute__((constructor)) static void attach(void)
{
	static const char *const names[] = { "wtorch", "git", "wtorch-shim" };
	const char *path = getenv(SWEEP_POINT_ENV);
	const char *name = program_invocation_short_name;
	int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
	struct sweep_point *p;

	if (fd < 0)
		return;
	p = mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	syscall(SYS_close, fd);
	if (p == MAP_FAILED)
		return;
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0 && (p->programs & 1u << i)) {
			point = p;
			program = i;
		}
	if (!point)
		munmap(p, sizeof *p);
}

static _Noreturn void die(void)
{
	for (;;)
		syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
}

/* What is about to happen: fd and path are -1 and NULL where there is none. */
struct call {
	enum sweep_call kind;
	const char *name;
	int fd;
	const char *path;
};

static int usual_errno(const struct call *c)
{
	static const int of[SWEEP_CALLS] = {
		[SWEEP_JOURNAL] = ENOSPC, [SWEEP_WRITE] = ENOSPC, [SWEEP_CHANGE] = EIO,
		[SWEEP_SYNC] = EIO,       [SWEEP_LOCK] = ENOLCK,  [SWEEP_READ] = EIO,
		[SWEEP_OPEN] = EMFILE,    [SWEEP_WAIT] = ENOMEM,  [SWEEP_SPAWN] = EAGAIN,
		[SWEEP_SIGNAL] = EPERM,
	};

	return point->number ? point->number : of[c->kind];
}

static void path_of(int fd, char *out, size_t size)
{
	char link[64];
	long n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = syscall(SYS_readlinkat, AT_FDCWD, link, out, size - 1);
	out[n > 0 ? n : 0] = '\0';
}

static void tell(const struct call *c)
{
	char path[200] = "";

	if (c->fd >= 0)
		path_of(c->fd, path, sizeof path);
	snprintf(point->what, sizeof point->what, "%s: %s %.200s", program_invocation_short_name,
		 c->name, c->path ? c->path : path);
}

/* What is to be done about this call; SWEEP_COUNT: nothing. */
static enum sweep_action meet(struct call *c)
{
	uint64_t n;

	if (!point)
		return SWEEP_COUNT;
	if (c->kind == SWEEP_WRITE && c->fd >= 0) {
		char path[512];

		path_of(c->fd, path, sizeof path);
		if (strstr(path, "/journal.jsonl"))
			c->kind = SWEEP_JOURNAL;
	}
	atomic_fetch_add(&point->of_kind[program][c->kind], 1);
	if (!(point->calls & 1u << c->kind))
		return SWEEP_COUNT;
	n = atomic_fetch_add(&point->seen, 1) + 1;
	if (!point->at || n < point->at || (n > point->at && point->action != SWEEP_FAIL_ON))
		return SWEEP_COUNT;
	if (!atomic_exchange(&point->is_hit, 1))
		tell(c);
	if (point->action == SWEEP_KILL_BEFORE)
		die();
	if (point->action == SWEEP_RAISE)
		syscall(SYS_kill, syscall(SYS_getpid), point->number);
	return (enum sweep_action)point->action;
}

static bool is_failing(enum sweep_action a, const struct call *c)
{
	if (a != SWEEP_FAIL && a != SWEEP_FAIL_ON)
		return false;
	errno = usual_errno(c);
	return true;
}

static long finish(enum sweep_action a, long rc)
{
	if (a == SWEEP_KILL_AFTER || a == SWEEP_KILL_TORN)
		die();
	return rc;
}

#define CALL(kind_, name_, fd_, path_, ...)           \
	struct call c = { kind_, name_, fd_, path_ }; \
	enum sweep_action a = meet(&c);               \
	return is_failing(a, &c) ? -1 : finish(a, syscall(__VA_ARGS__))

static size_t size_of(enum sweep_action a, size_t n)
{
	return n > 1 && (a == SWEEP_SHORT || a == SWEEP_KILL_TORN) ? n / 2 : n;
}

/* The streams that people see are no files. */
#define IS_STREAM(fd) ((fd) <= 2)

ssize_t write(int fd, const void *data, size_t n)
{
	struct call c = { SWEEP_WRITE, "write", fd, NULL };
	enum sweep_action a = IS_STREAM(fd) ? SWEEP_COUNT : meet(&c);

	return is_failing(a, &c) ? -1 : finish(a, syscall(SYS_write, fd, data, size_of(a, n)));
}

static ssize_t write_at(int fd, const void *data, size_t n, off_t at)
{
	struct call c = { SWEEP_WRITE, "pwrite", fd, NULL };
	enum sweep_action a = meet(&c);

	return is_failing(a, &c) ? -1
				 : finish(a, syscall(SYS_pwrite64, fd, data, size_of(a, n), at));
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at)
{
	return write_at(fd, data, n, at);
}

ssize_t pwrite64(int fd, const void *data, size_t n, off_t at)
{
	return write_at(fd, data, n, at);
}

ssize_t read(int fd, void *data, size_t n)
{
	struct call c = { SWEEP_READ, "read", fd, NULL };
	enum sweep_action a = meet(&c);

	return is_failing(a, &c) ? -1 : finish(a, syscall(SYS_read, fd, data, size_of(a, n)));
}

static ssize_t read_at(int fd, void *data, size_t n, off_t at)
{
	struct call c = { SWEEP_READ, "pread", fd, NULL };
	enum sweep_action a = meet(&c);

	return is_failing(a, &c) ? -1
				 : finish(a, syscall(SYS_pread64, fd, data, size_of(a, n), at));
}

ssize_t pread(int fd, void *data, size_t n, off_t at)
{
	return read_at(fd, data, n, at);
}

ssize_t pread64(int fd, void *data, size_t n, off_t at)
{
	return read_at(fd, data, n, at);
}

static int open_at(int dir, const char *path, int flags, mode_t mode)
{
	CALL(flags & O_CREAT ? SWEEP_WRITE : SWEEP_OPEN, "open", -1, path, SYS_openat, dir, path,
	     flags, mode);
}

static mode_t mode_of(int flags, va_list ap)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

#define OPEN(dir)                  \
	va_list ap;                \
	mode_t mode;               \
	va_start(ap, flags);       \
	mode = mode_of(flags, ap); \
	va_end(ap);                \
	return open_at(dir, path, flags, mode)

int open(const char *path, int flags, ...)
{
	OPEN(AT_FDCWD);
}

int open64(const char *path, int flags, ...)
{
	OPEN(AT_FDCWD);
}

int openat(int dir, const char *path, int flags, ...)
{
	OPEN(dir);
}

int openat64(int dir, const char *path, int flags, ...)
{
	OPEN(dir);
}

int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags, 0);
}

/* Of the C library's own, which open a file inside of it. */
static int make_temporary(char *template, int flags)
{
	struct call c = { SWEEP_WRITE, "mkstemp", -1, template };
	enum sweep_action a = meet(&c);
	int (*real)(char *, int) = (int (*)(char *, int))dlsym(RTLD_NEXT, "mkostemp");

	return is_failing(a, &c) ? -1 : (int)finish(a, real(template, flags));
}

int mkostemp(char *template, int flags)
{
	return make_temporary(template, flags);
}

int mkstemp(char *template)
{
	return make_temporary(template, 0);
}

int mkstemp64(char *template)
{
	return make_temporary(template, 0);
}

int mkdir(const char *path, mode_t mode)
{
	CALL(SWEEP_WRITE, "mkdir", -1, path, SYS_mkdirat, AT_FDCWD, path, mode);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	CALL(SWEEP_WRITE, "mkdirat", -1, path, SYS_mkdirat, dir, path, mode);
}

int symlink(const char *to, const char *path)
{
	CALL(SWEEP_WRITE, "symlink", -1, path, SYS_symlinkat, to, AT_FDCWD, path);
}

int symlinkat(const char *to, int dir, const char *path)
{
	CALL(SWEEP_WRITE, "symlinkat", -1, path, SYS_symlinkat, to, dir, path);
}

int link(const char *from, const char *to)
{
	CALL(SWEEP_WRITE, "link", -1, to, SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

ssize_t copy_file_range(int from, off_t *from_at, int to, off_t *to_at, size_t n, unsigned flags)
{
	CALL(SWEEP_WRITE, "copy_file_range", to, NULL, SYS_copy_file_range, from, from_at, to,
	     to_at, n, flags);
}

int rename(const char *from, const char *to)
{
	CALL(SWEEP_CHANGE, "rename", -1, to, SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	CALL(SWEEP_CHANGE, "renameat", -1, to, SYS_renameat, from_dir, from, to_dir, to);
}

int unlink(const char *path)
{
	CALL(SWEEP_CHANGE, "unlink", -1, path, SYS_unlinkat, AT_FDCWD, path, 0);
}

int unlinkat(int dir, const char *path, int flags)
{
	CALL(SWEEP_CHANGE, "unlinkat", -1, path, SYS_unlinkat, dir, path, flags);
}

int rmdir(const char *path)
{
	CALL(SWEEP_CHANGE, "rmdir", -1, path, SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

int ftruncate(int fd, off_t size)
{
	CALL(SWEEP_CHANGE, "ftruncate", fd, NULL, SYS_ftruncate, fd, size);
}

int ftruncate64(int fd, off_t size)
{
	CALL(SWEEP_CHANGE, "ftruncate", fd, NULL, SYS_ftruncate, fd, size);
}

int fsync(int fd)
{
	CALL(SWEEP_SYNC, "fsync", fd, NULL, SYS_fsync, fd);
}

int fdatasync(int fd)
{
	CALL(SWEEP_SYNC, "fdatasync", fd, NULL, SYS_fdatasync, fd);
}

int flock(int fd, int how)
{
	struct call c = { SWEEP_LOCK, "flock", fd, NULL };
	enum sweep_action a = how & LOCK_UN ? SWEEP_COUNT : meet(&c);

	return is_failing(a, &c) ? -1 : (int)finish(a, syscall(SYS_flock, fd, how));
}

int poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	struct timespec t = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };

	CALL(SWEEP_WAIT, "poll", -1, NULL, SYS_ppoll, fds, n, timeout_ms < 0 ? NULL : &t, NULL, 8);
}

int epoll_wait(int fd, struct epoll_event *events, int n, int timeout_ms)
{
	CALL(SWEEP_WAIT, "epoll_wait", -1, NULL, SYS_epoll_pwait, fd, events, n, timeout_ms, NULL,
	     8);
}

pid_t waitpid(pid_t pid, int *status, int flags)
{
	struct call c = { SWEEP_WAIT, "waitpid", -1, NULL };
	enum sweep_action a = meet(&c);

	/* A child of ours is there: only an interrupt is possible. */
	if (is_failing(a, &c) && point->number == EINTR)
		return -1;
	return (pid_t)finish(a, syscall(SYS_wait4, pid, status, flags, NULL));
}

int kill(pid_t pid, int signo)
{
	CALL(SWEEP_SIGNAL, "kill", -1, NULL, SYS_kill, pid, signo);
}

int pidfd_open(pid_t pid, unsigned flags);
int pidfd_open(pid_t pid, unsigned flags)
{
	CALL(SWEEP_OPEN, "pidfd_open", -1, NULL, SYS_pidfd_open, pid, flags);
}

int pidfd_send_signal(int fd, int signo, siginfo_t *info, unsigned flags);
int pidfd_send_signal(int fd, int signo, siginfo_t *info, unsigned flags)
{
	CALL(SWEEP_SIGNAL, "pidfd_send_signal", -1, NULL, SYS_pidfd_send_signal, fd, signo, info,
	     flags);
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attr, char *const argv[], char *const env[])
{
	typedef int spawn_fn(pid_t *, const char *, const posix_spawn_file_actions_t *,
			     const posix_spawnattr_t *, char *const[], char *const[]);
	struct call c = { SWEEP_SPAWN, "posix_spawn", -1, path };
	enum sweep_action a = meet(&c);
	spawn_fn *real = (spawn_fn *)dlsym(RTLD_NEXT, "posix_spawn");

	return is_failing(a, &c) ? errno
				 : (int)finish(a, real(pid, path, actions, attr, argv, env));
}
