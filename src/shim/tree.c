/* SPDX-License-Identifier: MIT */
/* Finds everybody who belongs to the agent and signals them. */

#include "shim.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/base/mem.h"
#include "wtorch/base/procstat.h"

#define MAX_TREE 65536u

void wt_shim_tree_init(struct wt_shim_tree *tree, const char *instance)
{
	char path[64];

	*tree = (struct wt_shim_tree){ .instance = instance };
	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	tree->has_children_files = access(path, R_OK) == 0;
}

void wt_shim_tree_clear(struct wt_shim_tree *tree)
{
	free(tree->members);
	tree->members = NULL;
	tree->len = tree->cap = 0;
}

static bool read_stat(pid_t pid, struct wt_procstat *out)
{
	char path[32], data[1024];
	struct wt_str line;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	return wt_shim_slurp(path, data, sizeof data, &line) && wt_procstat_parse(line, out);
}

/* The pid of what was looked at may have been given to a stranger since; only our own children
 * are safe from that, because nobody but us can reap them. A pidfd, opened before the start time
 * is compared once more, makes the others safe, too. Where there are none, the moment between
 * that and the signal stays open. */
static void send(const struct wt_procstat *to, int signo)
{
	pid_t pid = (pid_t)to->pid;
	bool is_child = to->ppid == getpid();
	int fd = pidfd_open(pid, 0);
	bool has_none = fd < 0 && (errno == ENOSYS || errno == EPERM);
	struct wt_procstat now;

	if (is_child || (read_stat(pid, &now) && now.start_time == to->start_time)) {
		if (fd >= 0)
			pidfd_send_signal(fd, signo, NULL, 0);
		else if (is_child || has_none)
			kill(pid, signo);
	}
	if (fd >= 0)
		close(fd);
}

static void list(struct wt_shim_tree *tree, const struct wt_procstat *who)
{
	struct wt_shim_survivor *survivor;

	for (size_t i = 0; i < tree->survivor_len; i++) {
		if (tree->survivors[i].pid == who->pid)
			return;
	}
	if (tree->survivor_len == WT_SHIM_SURVIVORS)
		return;
	survivor = &tree->survivors[tree->survivor_len++];
	survivor->pid = who->pid;
	memcpy(survivor->name, who->name, sizeof survivor->name);
}

static void push(struct wt_shim_tree *tree, const struct wt_procstat *who)
{
	if (tree->len == MAX_TREE)
		return;
	if (tree->len == tree->cap) {
		tree->cap = tree->cap ? tree->cap * 2 : 64;
		tree->members = wt_realloc(tree->members, tree->cap, sizeof *tree->members);
	}
	tree->members[tree->len++] =
		(struct wt_shim_member){ .pid = (pid_t)who->pid, .start_time = who->start_time };
}

static bool has(const struct wt_shim_tree *tree, int64_t pid)
{
	for (size_t i = 0; i < tree->len; i++) {
		if (tree->members[i].pid == pid)
			return true;
	}
	return false;
}

static void visit(struct wt_shim_tree *tree, const struct wt_procstat *who, enum wt_shim_act act)
{
	if (act == WT_SHIM_STOP && !wt_procstat_is_stopped(who)) {
		tree->running++;
		send(who, SIGSTOP);
	}
	if (act == WT_SHIM_LIST)
		list(tree, who);
	if (act == WT_SHIM_SUM) {
		tree->rss_pages += who->rss_pages;
		tree->cpu_ticks += who->cpu_ticks;
		tree->threads += who->threads;
		tree->active += who->state == 'R' || who->state == 'D';
	}
	push(tree, who);
}

/* A stopped process cannot heed a TERM before it goes on. */
static void send_all(const struct wt_shim_tree *tree, int signo)
{
	struct wt_procstat now;

	for (size_t i = 0; i < tree->len; i++) {
		const struct wt_shim_member *member = &tree->members[i];

		if (!read_stat(member->pid, &now) || now.start_time != member->start_time)
			continue;
		send(&now, signo);
		if (signo == SIGTERM && wt_procstat_is_stopped(&now))
			send(&now, SIGCONT);
	}
}

/* Below us, by the children files: one for each thread, since each thread has its own. */

static void visit_children_of_thread(struct wt_shim_tree *tree, pid_t pid, const char *tid,
				     enum wt_shim_act act)
{
	char path[320], data[16384];
	struct wt_procstat child;
	struct wt_str text, word;
	int64_t number;

	snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)pid, tid);
	if (!wt_shim_slurp(path, data, sizeof data, &text))
		return;
	/* Each is followed by a blank; a number that the buffer cut in two is not. The next
	 * walk finds the others. */
	while (text.len && text.data[text.len - 1] != ' ')
		text.len--;
	while (wt_str_next(&text, " ", &word)) {
		/* One that has another parent by now is either found there or not ours. */
		if (wt_text_parse_int(word, &number) && number <= INT32_MAX &&
		    read_stat((pid_t)number, &child) && !wt_procstat_is_dead(&child) &&
		    (child.ppid == pid || child.ppid == getpid()))
			visit(tree, &child, act);
	}
}

static void visit_children(struct wt_shim_tree *tree, pid_t pid, enum wt_shim_act act)
{
	char path[64];
	struct dirent *entry;
	DIR *tasks;

	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	while (tasks && (entry = readdir(tasks))) {
		if (isdigit((unsigned char)entry->d_name[0]))
			visit_children_of_thread(tree, pid, entry->d_name, act);
	}
	if (tasks)
		closedir(tasks);
}

static void walk_children(struct wt_shim_tree *tree, enum wt_shim_act act)
{
	visit_children(tree, getpid(), act);
	for (size_t i = 0; i < tree->len; i++)
		visit_children(tree, tree->members[i].pid, act);
}

/* All of /proc. Calls visit for those that wanted says yes to. */
static void scan(struct wt_shim_tree *tree, enum wt_shim_act act,
		 bool (*wanted)(struct wt_shim_tree *tree, const struct wt_procstat *who))
{
	DIR *all = opendir("/proc");
	struct wt_procstat who;
	struct dirent *entry;
	int64_t pid;

	while (all && (entry = readdir(all))) {
		if (!wt_text_parse_int(wt_str_of(entry->d_name), &pid) || pid > INT32_MAX ||
		    pid == getpid())
			continue;
		if (!read_stat((pid_t)pid, &who) || wt_procstat_is_dead(&who))
			tree->is_unsure = true;
		else if (wanted(tree, &who))
			visit(tree, &who, act);
	}
	if (all)
		closedir(all);
}

static bool is_new_child(struct wt_shim_tree *tree, const struct wt_procstat *who)
{
	return !has(tree, who->pid) && (who->ppid == getpid() || has(tree, who->ppid));
}

/* Where the kernel has no children files: a generation for each scan. */
static void walk_parents(struct wt_shim_tree *tree, enum wt_shim_act act)
{
	size_t before;

	do {
		before = tree->len;
		scan(tree, act, is_new_child);
	} while (tree->len > before);
}

/* How far text goes on with what is wanted; any other byte ruins the variable. */
struct match {
	const char *wanted; /* "NAME=value" and its NUL */
	size_t len;
	size_t at;
	bool ruined;
};

static bool feed(struct match *m, char byte)
{
	if (!m->ruined && byte == m->wanted[m->at]) {
		if (++m->at == m->len)
			return true;
		return false;
	}
	m->ruined = byte != '\0';
	m->at = 0;
	return false;
}

/* The folder tells; a file in it says root also of one of ours that is just ending. */
static bool is_foreign(const struct wt_procstat *who)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof path, "/proc/%d", (int)who->pid);
	return stat(path, &st) == 0 && st.st_uid != geteuid();
}

/* Exactly "WTORCH_INSTANCE=<ours>" among the variables it was started with. An environment of
 * another user cannot be read, and its owner could not be signalled either. */
static bool is_marked(struct wt_shim_tree *tree, const struct wt_procstat *who)
{
	char path[32], data[4096], wanted[256];
	int n = snprintf(wanted, sizeof wanted, WT_SHIM_MARKER "=%s", tree->instance);
	struct match m = { .wanted = wanted, .len = (size_t)n + 1 };
	bool found = false, is_empty = true, is_denied;
	ssize_t got;
	int fd;

	if (n >= (int)sizeof wanted)
		return false;
	snprintf(path, sizeof path, "/proc/%d/environ", (int)who->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	is_denied = fd < 0 && (errno == EACCES || errno == EPERM);
	while (fd >= 0 && !found && (got = read(fd, data, sizeof data)) > 0) {
		is_empty = false;
		for (ssize_t i = 0; i < got && !found; i++)
			found = feed(&m, data[i]);
	}
	if (fd >= 0)
		close(fd);
	/* It has ended since, or is in the middle of an exec; threads of the kernel have no
	 * memory at all, and what is another user's never becomes ours. */
	if (is_empty && who->rss_pages && !(is_denied && is_foreign(who)))
		tree->is_unsure = true;
	return found;
}

void wt_shim_tree_walk(struct wt_shim_tree *tree, enum wt_shim_who who, enum wt_shim_act act)
{
	tree->len = 0;
	tree->running = 0;
	tree->is_unsure = false;
	tree->rss_pages = tree->cpu_ticks = tree->threads = 0;
	tree->active = 0;
	if (who == WT_SHIM_BELOW && tree->has_children_files)
		walk_children(tree, act);
	else if (who == WT_SHIM_BELOW)
		walk_parents(tree, act);
	else if (*tree->instance)
		scan(tree, act, is_marked);
	if (act == WT_SHIM_TERM || act == WT_SHIM_KILL)
		send_all(tree, act == WT_SHIM_TERM ? SIGTERM : SIGKILL);
}

void wt_shim_tree_list_unseen(struct wt_shim_tree *tree)
{
	list(tree, &(struct wt_procstat){ .pid = 0, .name = "?" });
}

void wt_shim_tree_list_cgroup(struct wt_shim_tree *tree, const struct wt_shim_leaf *leaf)
{
	char data[4096];
	struct wt_procstat who;
	struct wt_str text, line;
	int64_t pid;

	if (leaf->fd < 0 || !wt_shim_slurp_at(leaf->fd, "cgroup.procs", data, sizeof data, &text))
		return;
	while (wt_str_next(&text, "\n", &line)) {
		if (wt_text_parse_int(line, &pid) && pid > 0 && pid <= INT32_MAX &&
		    read_stat((pid_t)pid, &who) && !wt_procstat_is_dead(&who))
			list(tree, &who);
	}
}
