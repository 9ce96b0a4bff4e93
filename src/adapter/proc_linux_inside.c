/* SPDX-License-Identifier: MIT */
/* Who works below a folder: found by what /proc says, never signalled. */

#include "proc_linux_priv.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Open files of one process that are looked at. */
#define MAX_FILES 4096

struct search {
	const char *const *dirs;
	size_t n;
	void (*found)(void *arg, size_t dir, const struct wt_occupant *who);
	void *arg;
	int64_t boot_wall_ms, tick_hz;
};

static const size_t NOWHERE = (size_t)-1;

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

/* Which of the folders the link of /proc leads into; denied is set when that is hidden. */
static size_t leads_into(const struct search *s, const char *link, bool *denied)
{
	char target[PATH_MAX + 1];
	ssize_t len = readlink(link, target, sizeof target - 1);

	if (len < 0) {
		*denied = *denied || errno == EACCES || errno == EPERM;
		return NOWHERE;
	}
	target[len] = '\0';
	for (size_t i = 0; i < s->n; i++)
		if (is_below(target, s->dirs[i]))
			return i;
	return NOWHERE;
}

static size_t holds_open(const struct search *s, pid_t pid)
{
	char path[300];
	struct dirent *e;
	bool ignored = false;
	size_t dir = NOWHERE, left = MAX_FILES;
	DIR *all;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	all = opendir(path);
	while (all && dir == NOWHERE && left-- && (e = readdir(all))) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		snprintf(path, sizeof path, "/proc/%d/fd/%.20s", (int)pid, e->d_name);
		dir = leads_into(s, path, &ignored);
	}
	if (all)
		closedir(all);
	return dir;
}

static void describe(const struct search *s, pid_t pid, struct wt_occupant *who)
{
	struct wt_procstat stat;

	who->pid = pid;
	if (!wt_proc_linux_stat(pid, &stat))
		return;
	snprintf(who->name, sizeof who->name, "%s", stat.name);
	who->started_wall_ms = s->boot_wall_ms + stat.start_time * 1000 / s->tick_hz;
}

/* Somebody else's, or one that protects its memory. Services without a terminal are left out:
 * every machine is full of them, and they do not come to work in our folders. */
static bool could_be_anywhere(pid_t pid)
{
	char path[64], data[1024];
	struct wt_str text;
	const char *at;
	int tty = 0;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	if (!wt_proc_linux_slurp(path, data, sizeof data, &text))
		return false;
	at = strrchr(data, ')');
	return at && sscanf(at + 1, " %*c %*d %*d %*d %d", &tty) == 1 && tty != 0;
}

static void look_at(const struct search *s, pid_t pid)
{
	static const char *const links[] = { "cwd", "exe", "root" };
	struct wt_occupant who = { .how = "" };
	bool denied = false;
	char path[64];
	size_t dir = NOWHERE;

	for (size_t i = 0; dir == NOWHERE && i < 3; i++) {
		snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, links[i]);
		dir = leads_into(s, path, &denied);
		who.how = links[i];
	}
	if (dir == NOWHERE && !denied) {
		dir = holds_open(s, pid);
		who.how = "file";
	}
	if (dir != NOWHERE) {
		describe(s, pid, &who);
		s->found(s->arg, dir, &who);
		return;
	}
	if (!denied || !could_be_anywhere(pid))
		return;
	describe(s, pid, &who);
	who.how = "hidden";
	for (dir = 0; dir < s->n; dir++)
		s->found(s->arg, dir, &who);
}

static int64_t boot_time(void)
{
	struct timespec wall, boot;

	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return ((int64_t)wall.tv_sec - boot.tv_sec) * 1000 +
	       (wall.tv_nsec - boot.tv_nsec) / 1000000;
}

enum wt_code wt_proc_linux_inside(void *self, const char *const *dirs, size_t n,
				  void (*found)(void *arg, size_t dir,
						const struct wt_occupant *who),
				  void *arg, struct wt_error *err)
{
	const struct search s = { dirs, n, found, arg, boot_time(), sysconf(_SC_CLK_TCK) };
	struct dirent *e;
	int64_t pid;
	DIR *all;

	(void)self;
	if (!n)
		return WT_OK;
	all = opendir("/proc");
	if (!all)
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot read '/proc'");
	while ((e = readdir(all)))
		if (wt_text_parse_int(wt_str_of(e->d_name), &pid) && pid > 0 && pid <= INT32_MAX)
			look_at(&s, (pid_t)pid);
	closedir(all);
	return WT_OK;
}
