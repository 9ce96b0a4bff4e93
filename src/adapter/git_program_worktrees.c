/* SPDX-License-Identifier: MIT */
/* The worktrees that git knows, each with its entry, and taking one entry out. */

#include "git_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/base/path.h"

#define MAX_SMALL 8192 /* of the files in an entry */

/* One folder below worktrees, as far as it tells whose it is. */
struct entry {
	const char *name, *path; /* of the worktree, as git lists it */
	const char *branch;
	struct wt_oid head;
	bool is_locked, is_taken;
};

struct entries {
	struct entry *items;
	size_t len, cap;
};

/* The start of a small file without the blanks around it; NULL when there is none. */
static const char *read_small(struct wt_arena *a, const char *dir, const char *name)
{
	int fd = open(wt_path_join(a, dir, name), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[MAX_SMALL];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
	struct wt_str all = { text, n > 0 ? (size_t)n : 0 };

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return NULL;
	all = wt_str_trim(all);
	return wt_arena_strndup(a, all.data, all.len);
}

/* "/x/wt/.git", or relative to the entry; the folder above it. */
static const char *path_of(struct wt_arena *a, const char *dir, const char *link)
{
	const char *full = link[0] == '/' ? link : wt_path_normal(a, wt_path_join(a, dir, link));
	size_t len = strlen(full);

	return len > 5 && strcmp(full + len - 5, "/.git") == 0 ? wt_arena_strndup(a, full, len - 5)
							       : full;
}

static void read_entry(struct wt_arena *a, const char *root, const char *name, struct entries *out)
{
	static const char branch[] = "ref: refs/heads/";
	const char *dir = wt_path_join(a, root, name), *link = read_small(a, dir, "gitdir");
	const char *head = read_small(a, dir, "HEAD");
	struct entry e = { .name = wt_arena_strdup(a, name) };
	struct stat st;

	if (!link || !*link)
		return; /* git does not see it either */
	e.path = path_of(a, dir, link);
	e.is_locked = lstat(wt_path_join(a, dir, "locked"), &st) == 0;
	if (head && strncmp(head, branch, sizeof branch - 1) == 0)
		e.branch = head + sizeof branch - 1;
	else if (head)
		(void)!wt_oid_parse(wt_str_of(head), &e.head);
	*WT_ARENA_PUSH(a, out->items, out->len, out->cap) = e;
}

static void read_entries(struct git_self *g, struct wt_arena *a, struct entries *out)
{
	const char *root = wt_path_join(a, g->common_dir, "worktrees");
	DIR *dir = opendir(root);
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			read_entry(a, root, e->d_name, out);
	if (dir)
		closedir(dir);
}

static bool is_same(const struct entry *e, const struct wt_worktree_entry *w)
{
	if (e->is_taken || e->is_locked != w->is_locked || strcmp(e->path, w->path) != 0)
		return false;
	if (e->branch || w->branch)
		return e->branch && w->branch && strcmp(e->branch, w->branch) == 0;
	return wt_oid_is_equal(&e->head, &w->head);
}

/* A path may be registered twice (an entry that was copied, a folder that was moved onto another);
 * then branch and lock tell which is which, and what they do not tell is the same in both. */
static void name_entries(struct entries *known, struct wt_worktree_entry *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < known->len && !list[i].admin; k++)
			if (is_same(&known->items[k], &list[i])) {
				known->items[k].is_taken = true;
				list[i].admin = known->items[k].name;
			}
}

/* listing */

static const char *rest_of(struct wt_arena *a, struct wt_str line, size_t from)
{
	return from < line.len ? wt_arena_strndup(a, line.data + from, line.len - from) : "";
}

/* One line of the list, which ends in an empty one per worktree. */
static void read_line(struct wt_worktree_entry *e, struct wt_str line, struct wt_arena *a)
{
	static const char path[] = "worktree ", head[] = "HEAD ", branch[] = "branch refs/heads/",
			  locked[] = "locked ";

	if (wt_str_starts(line, path))
		e->path = rest_of(a, line, sizeof path - 1);
	else if (wt_str_starts(line, head))
		wt_oid_parse((struct wt_str){ line.data + sizeof head - 1,
					      line.len - (sizeof head - 1) },
			     &e->head);
	else if (wt_str_starts(line, branch))
		e->branch = rest_of(a, line, sizeof branch - 1);
	else if (wt_str_is(line, "bare"))
		e->is_bare = true;
	else if (wt_str_is(line, "locked") || wt_str_starts(line, locked))
		e->locked = rest_of(a, line, sizeof locked - 1);
	else if (wt_str_is(line, "prunable") || wt_str_starts(line, "prunable "))
		e->is_prunable = true;
	e->is_locked = e->locked != NULL;
}

enum wt_code git_program_worktrees(void *self, struct wt_arena *a, struct wt_worktree_entry **out,
				   size_t *n, struct wt_error *err)
{
	const struct git_call call = { .args = GIT_ARGS("worktree", "list", "--porcelain", "-z"),
				       .what = "list the worktrees" };
	struct wt_worktree_entry *list = NULL, e = { 0 };
	struct entries known = { 0 };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest, line;
	size_t cap = 0;
	enum wt_code rc = git_do(self, &call, &text, err);

	*n = 0;
	rest = (struct wt_str){ text.data, text.len };
	while (!rc && git_next_item(&rest, &line)) {
		if (line.len) {
			read_line(&e, line, a);
			continue;
		}
		if (e.path)
			*WT_ARENA_PUSH(a, list, *n, cap) = e;
		e = (struct wt_worktree_entry){ 0 };
	}
	wt_buf_clear(&text);
	/* Git puts the main checkout first. */
	if (!rc && *n > 1) {
		read_entries(self, a, &known);
		name_entries(&known, list + 1, *n - 1);
	}
	*out = list;
	return rc;
}

/* taking one out */

static bool is_name(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

/* gitdir first: without it nobody sees a worktree here, so whatever happens then, it is gone as a
 * whole (git's own prune takes the rest). */
static bool take_out(struct wt_arena *a, const char *dir, const char *root)
{
	if (unlink(wt_path_join(a, dir, "gitdir")) != 0 && errno != ENOENT)
		return false;
	if (nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		return false;
	rmdir(root); /* git, too, leaves no empty one */
	return true;
}

enum wt_code git_program_worktree_unregister(void *self, const char *admin, struct wt_error *err)
{
	struct git_self *g = self;
	struct wt_arena a = { 0 };
	const char *root = wt_path_join(&a, g->common_dir, "worktrees");
	const char *dir = wt_path_join(&a, root, admin), *reason;
	enum wt_code rc = WT_OK;
	struct stat st;

	if (!is_name(admin))
		rc = wt_fail(err, WT_E_BUG, "'%s' is not the name of a worktree's entry", admin);
	else if (lstat(dir, &st) != 0 && errno != ENOENT)
		rc = wt_fail_errno(err, WT_E_ENV, errno, "cannot look at '%s'", dir);
	else if (lstat(dir, &st) != 0)
		rc = WT_OK;
	else if (!S_ISDIR(st.st_mode))
		rc = wt_fail(err, WT_E_STATE, "'%s' is not a folder", dir);
	else if ((reason = read_small(&a, dir, "locked")) != NULL)
		rc = wt_fail(err, WT_E_STATE, "the worktree '%s' is locked%s%s", admin,
			     *reason ? ": " : "", reason);
	else if (!take_out(&a, dir, root))
		rc = wt_fail_errno(err, WT_E_ENV, errno, "cannot unregister the worktree '%s'",
				   admin);
	wt_arena_clear(&a);
	return rc;
}
