/* SPDX-License-Identifier: MIT */
/* Makes a folder a worktree: the files in worktrees/NAME, the branch, the reflogs. */

#include "checkout_copy.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wtorch/base/path.h"

#define MAX_LINE  4400 /* of the small files */
#define MAX_NAMES 1000

static bool put_file(int folder, const char *name, struct wt_str text)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	size_t done = 0;
	ssize_t n = 0;

	if (fd < 0)
		return false;
	for (; done < text.len && n >= 0; done += (size_t)n)
		n = write(fd, text.data + done, text.len - done);
	return close(fd) == 0 && n >= 0 && done >= text.len;
}

/* The start of a small file; empty when there is none. */
static struct wt_str read_small(const char *path, char line[MAX_LINE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? 0 : read(fd, line, MAX_LINE - 1);

	if (fd >= 0)
		close(fd);
	line[n > 0 ? n : 0] = '\0';
	return wt_str_trim(wt_str_of(line));
}

/* looking */

static bool is_head_of(const struct checkout_target *t, struct wt_str head)
{
	return t->ref && wt_str_starts(head, "ref: ") &&
	       wt_str_is((struct wt_str){ head.data + 5, head.len - 5 }, t->ref);
}

/* True when a worktree is registered for this path, or stands on this branch unborn. */
static bool is_taken(const struct checkout_target *t, struct wt_arena *a)
{
	const char *link = wt_path_join(a, t->path, ".git");
	const char *folder = wt_path_join(a, t->common, "worktrees");
	DIR *dir = opendir(folder);
	bool found = is_head_of(
		t, read_small(wt_path_join(a, t->common, "HEAD"), (char[MAX_LINE]){ 0 }));
	struct dirent *e;
	char line[MAX_LINE];

	if (!dir)
		return found || errno != ENOENT;
	while (!found && (e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		found = wt_str_is(read_small(wt_arena_printf(a, "%s/%s/gitdir", folder, e->d_name),
					     line),
				  link) ||
			is_head_of(t,
				   read_small(wt_arena_printf(a, "%s/%s/HEAD", folder, e->d_name),
					      line));
	}
	closedir(dir);
	return found;
}

/* Git makes other names out of others. */
static bool is_plain_name(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("-_.", name[i]))
			return false;
	return len && len < 200 && name[0] != '.' && name[0] != '-' && name[len - 1] != '.' &&
	       !strstr(name, "..") && !(len >= 5 && strcmp(name + len - 5, ".lock") == 0);
}

/* registering */

static bool take_name(struct checkout_target *t, struct wt_arena *a)
{
	const char *folder = wt_path_join(a, t->common, "worktrees");
	const char *name = wt_path_join(a, folder, wt_path_base(t->path));
	const char *admin = name;

	if (mkdir(folder, 0777) != 0 && errno != EEXIST)
		return false;
	for (unsigned n = 1; mkdir(admin, 0777) != 0; n++) {
		if (errno != EEXIST || n > MAX_NAMES)
			return false;
		admin = wt_arena_printf(a, "%s%u", name, n);
	}
	t->admin = admin;
	return true;
}

/* Without gitdir nobody sees a worktree here, and while it is locked nobody prunes it. So that
 * file comes last, and others never read one that is half there (git's own are racy). */
static bool fill_admin(const struct checkout_target *t, int admin, struct wt_arena *a)
{
	int top = open(t->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const char *head = t->ref ? wt_arena_printf(a, "ref: %s\n", t->ref)
				  : wt_arena_printf(a, "%s\n", wt_oid_hex(t->start).hex);
	const char *link = wt_arena_printf(a, "gitdir: %s\n", t->admin);
	const char *back = wt_arena_printf(a, "%s/.git\n", t->path);
	bool ok = top >= 0 && put_file(admin, "locked", WT_STR("initializing\n")) &&
		  put_file(admin, "HEAD", wt_str_of(head)) &&
		  put_file(admin, "commondir", WT_STR("../..\n")) &&
		  put_file(top, ".git", wt_str_of(link)) &&
		  put_file(admin, "gitdir.lock", wt_str_of(back)) &&
		  renameat(admin, "gitdir.lock", admin, "gitdir") == 0;

	if (top >= 0)
		close(top);
	return ok;
}

bool checkout_register(struct checkout_target *t, struct wt_arena *a)
{
	int admin;
	bool ok;

	if (!is_plain_name(wt_path_base(t->path)) || is_taken(t, a) || !take_name(t, a))
		return false;
	admin = open(t->admin, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	ok = admin >= 0 && fill_admin(t, admin, a);
	if (admin >= 0)
		close(admin);
	return ok;
}

/* finishing */

static bool make_branch(struct git_self *g, const struct checkout_target *t, struct wt_arena *a)
{
	const char *why = wt_arena_printf(a, "branch: Created from %s", wt_oid_hex(t->start).hex);
	struct wt_error ignored;

	return git_store_new_ref(g, t->ref, t->start, why, &ignored) == WT_OK;
}

/* Who and when, as git has just written it for the branch: "Name <email> 1700000000 +0000".
 * Empty when it keeps no reflogs. */
static struct wt_str reflog_person(const struct checkout_target *t, struct wt_arena *a)
{
	const char *path = wt_arena_printf(a, "%s/logs/%s", t->common, t->ref);
	struct wt_str none = { "", 0 }, last = none, line, rest;
	char *text = wt_arena_alloc(a, MAX_LINE);
	size_t tab;

	rest = read_small(path, text);
	while (wt_str_next(&rest, "\n", &line))
		last = line;
	tab = wt_str_find(last, "\t");
	if (tab == last.len || tab < 2 * (WT_OID_HEX + 1) || strlen(text) == MAX_LINE - 1)
		return none;
	return (struct wt_str){ last.data + 2 * (WT_OID_HEX + 1), tab - 2 * (WT_OID_HEX + 1) };
}

/* The two lines that git leaves: HEAD came to be, and was reset to itself. */
static bool write_reflog(const struct checkout_target *t, struct wt_arena *a)
{
	static const struct wt_oid none = { { 0 } };
	struct wt_oid_text start = wt_oid_hex(t->start), zero = wt_oid_hex(&none);
	struct wt_str who = reflog_person(t, a);
	const char *logs = wt_path_join(a, t->admin, "logs"), *text;
	int folder;
	bool ok;

	if (!who.len)
		return access(wt_arena_printf(a, "%s/logs/%s", t->common, t->ref), F_OK) != 0;
	if (mkdir(logs, 0777) != 0)
		return false;
	folder = open(logs, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	text = wt_arena_printf(a, "%s %s %.*s\n%s %s %.*s\treset: moving to HEAD\n", zero.hex,
			       start.hex, (int)who.len, who.data, start.hex, start.hex,
			       (int)who.len, who.data);
	ok = folder >= 0 && put_file(folder, "HEAD", wt_str_of(text));
	if (folder >= 0)
		close(folder);
	return ok;
}

/*
 * The branch comes last, so that whoever finds it finds a whole worktree; what was left by one who
 * was killed before has none (git_program_worktree_remove). Until then HEAD is unborn. One without a
 * branch is locked until it is whole; it gets no reflog, as nobody looks back there.
 */
bool checkout_finish(struct git_self *g, struct checkout_target *t, struct wt_str index,
		     struct wt_arena *a)
{
	int admin = open(t->admin, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const char *start = wt_arena_printf(a, "%s\n", wt_oid_hex(t->start).hex);
	bool ok = admin >= 0 && put_file(admin, "index.lock", index) &&
		  renameat(admin, "index.lock", admin, "index") == 0 &&
		  put_file(admin, "ORIG_HEAD", wt_str_of(start)) &&
		  unlinkat(admin, "locked", 0) == 0;

	if (admin >= 0)
		close(admin);
	if (!t->ref)
		return ok;
	t->has_branch = ok && make_branch(g, t, a);
	return t->has_branch && write_reflog(t, a);
}

/* undoing */

static int remove_below(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	return at->level ? remove(path) : 0;
}

void checkout_unregister(struct git_self *g, const struct checkout_target *t, struct wt_arena *a)
{
	const struct wt_oid none = { { 0 } };
	struct wt_error ignored;

	if (t->path)
		nftw(t->path, remove_below, 16, FTW_DEPTH | FTW_PHYS);
	for (const char *dir = t->asked; t->made && strlen(dir) >= strlen(t->made);
	     dir = wt_path_dir(a, dir))
		rmdir(dir);
	if (t->admin) {
		nftw(t->admin, remove_below, 16, FTW_DEPTH | FTW_PHYS);
		rmdir(t->admin);
		rmdir(wt_path_join(a, t->common, "worktrees"));
	}
	if (t->has_branch)
		(void)git_program_tool.update_ref(g, t->ref, &none, t->start, "wtorch: undo",
						  &ignored);
}
