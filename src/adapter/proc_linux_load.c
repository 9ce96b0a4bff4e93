/* SPDX-License-Identifier: MIT */
/* How busy the machine is, and what one tree of processes uses. */

#include "proc_linux_priv.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wtorch/base/mem.h"

#define WINDOW_MS 2500 /* the mean goes back over one to two of these */
#define MAX_TREE  65536u

struct sample {
	int64_t at_ms;
	int64_t busy, total; /* ticks of all processors since the boot */
};

struct wt_proc_load {
	struct sample older, newer; /* at_ms 0: none yet */
	double cpu_percent;
};

/* The first line: user nice system idle iowait irq softirq steal ...; guest time is in user. */
static bool read_cpu(struct sample *out)
{
	char data[512];
	struct wt_str text, word;
	int64_t ticks[8];

	if (!wt_proc_linux_slurp("/proc/stat", data, sizeof data, &text) ||
	    !wt_str_next(&text, " ", &word) || !wt_str_is(word, "cpu"))
		return false;
	for (size_t i = 0; i < 8; i++) {
		if (!wt_str_next(&text, " \n", &word) || !wt_text_parse_int(word, &ticks[i]))
			return false;
	}
	*out = (struct sample){ .at_ms = wt_proc_linux_now_ms() };
	for (size_t i = 0; i < 8; i++) {
		out->total += ticks[i];
		if (i != 3 && i != 4)
			out->busy += ticks[i];
	}
	return true;
}

static double cpu_percent(struct wt_proc_load *l)
{
	struct sample now;

	if (!read_cpu(&now))
		return -1;
	if (!l->newer.at_ms) {
		l->older = l->newer = now;
		l->cpu_percent = -1;
		return -1;
	}
	if (now.total > l->older.total)
		l->cpu_percent = 100.0 * (double)(now.busy - l->older.busy) /
				 (double)(now.total - l->older.total);
	if (now.at_ms - l->newer.at_ms >= WINDOW_MS) {
		l->older = l->newer;
		l->newer = now;
	}
	return l->cpu_percent < 0 ? 0 : l->cpu_percent;
}

/* The number behind a label in text, or -1. */
static double number_after(const char *text, const char *label)
{
	const char *at = strstr(text, label);
	char *end;
	double n;

	if (!at)
		return -1;
	at += strlen(label);
	n = strtod(at, &end);
	return end == at ? -1 : n;
}

static double memory_percent(void)
{
	char data[4096];
	struct wt_str text;
	double total, available;

	if (!wt_proc_linux_slurp("/proc/meminfo", data, sizeof data, &text))
		return -1;
	total = number_after(data, "MemTotal:");
	available = number_after(data, "MemAvailable:");
	return total > 0 && available >= 0 ? 100.0 * (total - available) / total : -1;
}

static double number_of(const char *path, const char *label)
{
	char data[512];
	struct wt_str text;

	return wt_proc_linux_slurp(path, data, sizeof data, &text) ? number_after(data, label) : -1;
}

void wt_proc_linux_load(void *self, struct wt_load *out)
{
	struct wt_proc_linux *p = self;
	double cpu = number_of("/proc/pressure/cpu", "some avg10=");
	double memory = number_of("/proc/pressure/memory", "some avg10=");

	if (!p->samples)
		p->samples = wt_alloc(sizeof *p->samples);
	*out = (struct wt_load){
		.cpu_percent = cpu_percent(p->samples),
		.memory_percent = memory_percent(),
		.load_average = number_of("/proc/loadavg", ""),
		.pressure = cpu > memory ? cpu : memory,
	};
}

struct tree {
	pid_t *pids; /* owned; grows while it is walked */
	size_t len, cap;
};

static void add_pid(struct tree *t, int64_t pid)
{
	if (t->len == MAX_TREE || pid <= 0 || pid > INT32_MAX)
		return;
	if (t->len == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 64;
		t->pids = wt_realloc(t->pids, t->cap, sizeof *t->pids);
	}
	t->pids[t->len++] = (pid_t)pid;
}

static void add_children_of_thread(struct tree *t, pid_t pid, const char *tid)
{
	char path[320], data[65536];
	struct wt_str text, word;
	int64_t child;

	snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)pid, tid);
	if (!wt_proc_linux_slurp(path, data, sizeof data, &text))
		return;
	/* Each is followed by a blank; a number that the buffer cut in two is not. */
	while (text.len && text.data[text.len - 1] != ' ')
		text.len--;
	while (wt_str_next(&text, " ", &word)) {
		if (wt_text_parse_int(word, &child))
			add_pid(t, child);
	}
}

static void add_children(struct tree *t, pid_t pid)
{
	char path[64];
	struct dirent *entry;
	DIR *tasks;

	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	while (tasks && (entry = readdir(tasks))) {
		if (isdigit((unsigned char)entry->d_name[0]))
			add_children_of_thread(t, pid, entry->d_name);
	}
	if (tasks)
		closedir(tasks);
}

/* Without the children files: everybody whose parent is in the tree, until nothing is added. */
static void add_by_parent(struct tree *t)
{
	struct dirent *entry;
	DIR *all = opendir("/proc");
	struct wt_procstat stat;
	int64_t pid;

	for (size_t seen = 0; all && seen != t->len;) {
		seen = t->len;
		rewinddir(all);
		while ((entry = readdir(all))) {
			bool parent = false, self = false;

			if (!wt_text_parse_int(wt_str_of(entry->d_name), &pid) || pid > INT32_MAX ||
			    !wt_proc_linux_stat((pid_t)pid, &stat))
				continue;
			for (size_t i = 0; i < t->len; i++) {
				parent = parent || t->pids[i] == stat.ppid;
				self = self || t->pids[i] == pid;
			}
			if (parent && !self)
				add_pid(t, pid);
		}
	}
	if (all)
		closedir(all);
}

static void collect(struct tree *t, pid_t root)
{
	char path[96];

	add_pid(t, root);
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)root, (int)root);
	if (access(path, R_OK) < 0) {
		add_by_parent(t);
		return;
	}
	for (size_t i = 0; i < t->len; i++)
		add_children(t, t->pids[i]);
}

bool wt_proc_linux_usage(void *self, const struct wt_proc_id *root, struct wt_tree_usage *out)
{
	struct wt_proc_linux *p = self;
	struct tree tree = { 0 };
	struct wt_error err;
	struct wt_procstat stat;
	int64_t tick_hz = sysconf(_SC_CLK_TCK), page = sysconf(_SC_PAGESIZE), ticks = 0;
	int fd;

	*out = (struct wt_tree_usage){ 0 };
	if (wt_proc_linux_open_id(p, root, &fd, &err) != WT_OK)
		return false;
	if (fd >= 0)
		close(fd);
	collect(&tree, (pid_t)root->pid);
	for (size_t i = 0; i < tree.len; i++) {
		if (!wt_proc_linux_stat(tree.pids[i], &stat))
			continue;
		ticks += stat.cpu_ticks;
		out->rss_bytes += stat.rss_pages * page;
		out->processes += !wt_procstat_is_dead(&stat);
	}
	out->cpu_ms = ticks * 1000 / tick_hz;
	free(tree.pids);
	return true;
}
