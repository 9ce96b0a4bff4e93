/* SPDX-License-Identifier: MIT */
/* A leaf of cgroup v2 that keeps the limits of one agent and knows who belongs to it. */

#include "shim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <poll.h>

#define CPU_PERIOD_US  100000
#define MAX_BELOW      16 /* folders in folders that an agent may have made in its leaf */
#define REMOVE_TRIES   50 /* a moment apart: the dead leave a cgroup after they are reaped */
#define REMOVE_WAIT_MS 2

static bool write_file(const struct wt_shim_leaf *leaf, const char *file, const char *text)
{
	int fd = openat(leaf->fd, file, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool write_number(const struct wt_shim_leaf *leaf, const char *file, int64_t number)
{
	char text[32];

	snprintf(text, sizeof text, "%" PRId64, number);
	return write_file(leaf, file, text);
}

int64_t wt_shim_leaf_figure(const struct wt_shim_leaf *leaf, const char *file, const char *key)
{
	char data[4096];
	struct wt_str text, line, word;
	int64_t figure;

	if (leaf->fd < 0 || !wt_shim_slurp_at(leaf->fd, file, data, sizeof data, &text))
		return -1;
	while (wt_str_next(&text, "\n", &line)) {
		if (*key && !(wt_str_next(&line, " ", &word) && wt_str_is(word, key)))
			continue;
		return wt_text_parse_int(wt_str_trim(line), &figure) ? figure : -1;
	}
	return -1;
}

static void write_limits(struct wt_shim_leaf *leaf, const struct wt_shim_spec *spec)
{
	char text[64];

	if (spec->memory_bytes) {
		leaf->keeps_memory = write_number(leaf, "memory.max", spec->memory_bytes);
		/* What may be swapped out without end is no limit; and half of an agent that was
		 * killed is worse than none. Where the kernel has not got these it does with less.
		 */
		write_file(leaf, "memory.swap.max", "0");
		write_file(leaf, "memory.oom.group", "1");
	}
	if (spec->tasks)
		leaf->keeps_tasks = write_number(leaf, "pids.max", spec->tasks);
	snprintf(text, sizeof text, "%" PRId64 " %d", spec->cpu_percent * (CPU_PERIOD_US / 100),
		 CPU_PERIOD_US);
	if (spec->cpu_percent)
		leaf->keeps_cpu = write_file(leaf, "cpu.max", text);
}

/* One file name, whatever the instance is. */
static bool build_name(struct wt_shim_leaf *leaf, const char *instance)
{
	int n = snprintf(leaf->name, sizeof leaf->name, WT_SHIM_LEAF "%s", instance);

	return *instance && n < (int)sizeof leaf->name && !strchr(instance, '/');
}

void wt_shim_leaf_open(struct wt_shim_leaf *leaf, const struct wt_shim_spec *spec)
{
	*leaf = (struct wt_shim_leaf){ .parent = -1, .fd = -1 };
	if (!*spec->cgroup || !build_name(leaf, spec->instance))
		return;
	leaf->parent = open(spec->cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (leaf->parent < 0)
		return;
	if (mkdirat(leaf->parent, leaf->name, 0755) == 0 || errno == EEXIST)
		leaf->fd = openat(leaf->parent, leaf->name,
				  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (leaf->fd >= 0)
		write_limits(leaf, spec);
}

bool wt_shim_leaf_kill(const struct wt_shim_leaf *leaf)
{
	if (wt_shim_leaf_figure(leaf, "cgroup.events", "populated") != 1)
		return false;
	write_file(leaf, "cgroup.kill", "1");
	return true;
}

/* An agent with rights of its own may have made some; their files go with them. */
static void remove_below(int folder, int depth)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	while (entries && (entry = readdir(entries))) {
		int below;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		below = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0 && depth < MAX_BELOW)
			remove_below(below, depth + 1);
		if (below >= 0)
			close(below);
		unlinkat(fd, entry->d_name, AT_REMOVEDIR);
	}
	if (entries)
		closedir(entries);
	else if (fd >= 0)
		close(fd);
}

void wt_shim_leaf_close(struct wt_shim_leaf *leaf)
{
	for (int i = 0; leaf->fd >= 0 && i < REMOVE_TRIES; i++) {
		remove_below(leaf->fd, 0);
		if (unlinkat(leaf->parent, leaf->name, AT_REMOVEDIR) == 0 || errno != EBUSY)
			break;
		if (wt_shim_leaf_figure(leaf, "cgroup.procs", "") >= 0)
			break; /* somebody who cannot be killed */
		poll(NULL, 0, REMOVE_WAIT_MS);
	}
	if (leaf->fd >= 0)
		close(leaf->fd);
	if (leaf->parent >= 0)
		close(leaf->parent);
	*leaf = (struct wt_shim_leaf){ .parent = -1, .fd = -1 };
}
