/* SPDX-License-Identifier: MIT */
/* How a process is named: by pid, start time and boot, and by a pidfd where there are any. */

#include "proc_linux_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

bool wt_proc_linux_is_same_time(const struct wt_procstat *stat, const struct wt_proc_id *id)
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
	return wt_proc_linux_is_same_time(&stat, id) && !wt_procstat_is_dead(&stat);
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
	if (*pidfd >= 0 && wt_proc_linux_stat(pid, &now) && wt_proc_linux_is_same_time(&now, id))
		return WT_OK;
	if (*pidfd >= 0)
		close(*pidfd);
	*pidfd = -1;
	return fail_gone(id, err);
}
