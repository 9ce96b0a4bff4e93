/* SPDX-License-Identifier: MIT */
/* Locks that a git of ours left behind because it was killed. */

#include "git_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/base/path.h"

#define MAX_DEPTH      16 /* folders below refs */
#define MAX_PATH_BYTES 4400
#define MAX_LOOKS      50 /* for other gits to end */
#define LOOK_GAP_NS    20000000

struct search {
	struct git_self *g;
	struct timespec since;
	struct wt_arena arena;
	const char **locks;
	size_t len, cap;
};

static bool is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* One that says whose it is has its own rules (git_program_lock.h). */
static bool is_marked(const char *path)
{
	char start[sizeof WT_LOCK_MARK - 1];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, start, sizeof start);

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)sizeof start && memcmp(start, WT_LOCK_MARK, sizeof start) == 0;
}

static void consider(struct search *s, const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && !is_before(&st.st_ctim, &s->since) &&
	    !is_marked(path))
		*WT_ARENA_PUSH(&s->arena, s->locks, s->len, s->cap) = path;
}

static bool is_lock(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && strcmp(name + len - 5, ".lock") == 0;
}

static void look_in(struct search *s, const char *folder, unsigned depth)
{
	DIR *dir = depth <= MAX_DEPTH ? opendir(folder) : NULL;
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		const char *path = wt_path_join(&s->arena, folder, e->d_name);

		if (is_lock(e->d_name))
			consider(s, path);
		else if (e->d_name[0] != '.' && e->d_type == DT_DIR && depth)
			look_in(s, path, depth + 1);
	}
	if (dir)
		closedir(dir);
}

/* Of refs, of HEAD and of the index, in the repository and in each of its worktrees. A list of
 * packed refs that was not finished lies beside its lock. */
static void find_locks(struct search *s)
{
	const char *common = s->g->common_dir,
		   *packed = wt_path_join(&s->arena, common, "packed-refs.lock");
	const char *all = wt_path_join(&s->arena, common, "worktrees");
	DIR *dir = opendir(all);
	struct dirent *e;
	struct stat st;

	if (lstat(packed, &st) == 0)
		consider(s, wt_path_join(&s->arena, common, "packed-refs.new"));
	look_in(s, common, 0);
	look_in(s, wt_path_join(&s->arena, common, "refs"), 1);
	while (dir && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			look_in(s, wt_path_join(&s->arena, all, e->d_name), 0);
	if (dir)
		closedir(dir);
}

/* who else could have made one */

static void find_git(void *arg, size_t dir, const struct wt_occupant *who)
{
	(void)dir;
	if (strncmp(who->name, "git", 3) == 0)
		*(bool *)arg = true;
}

static const char *real_of(struct search *s, const char *path)
{
	char *real = realpath(path, NULL);
	const char *out = wt_arena_strdup(&s->arena, real ? real : path);

	free(real);
	return out;
}

/* True where it cannot be known. */
static bool is_git_at_work(struct search *s, const char *const *dirs, size_t n)
{
	const struct wt_proc *proc = s->g->proc;
	struct wt_error ignored;
	bool found = false;

	return proc->inside(proc->self, dirs, n, find_git, &found, &ignored) != WT_OK || found;
}

/* The folder of a registered worktree; NULL: not to be found out. */
static const char *home_of(struct search *s, const char *admin)
{
	int fd = open(wt_path_join(&s->arena, admin, "gitdir"), O_RDONLY | O_CLOEXEC);
	char text[MAX_PATH_BYTES];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return NULL;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return real_of(s, wt_path_dir(&s->arena, text));
}

static const char **list_homes(struct search *s, size_t *n)
{
	const char *all = wt_path_join(&s->arena, s->g->common_dir, "worktrees"), *home;
	const char **dirs = NULL;
	DIR *dir = opendir(all);
	struct dirent *e;
	size_t cap = 0;

	*n = 0;
	*WT_ARENA_PUSH(&s->arena, dirs, *n, cap) = real_of(s, s->g->common_dir);
	*WT_ARENA_PUSH(&s->arena, dirs, *n, cap) = real_of(s, s->g->dir);
	while (dir && (e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		home = home_of(s, wt_path_join(&s->arena, all, e->d_name));
		if (home)
			*WT_ARENA_PUSH(&s->arena, dirs, *n, cap) = home;
	}
	if (dir)
		closedir(dir);
	return dirs;
}

/* Its children may be alive for a moment longer than it. */
static bool is_nobody_at_work(struct search *s)
{
	const struct timespec gap = { 0, LOOK_GAP_NS };
	size_t n;
	const char **dirs = list_homes(s, &n);

	for (int looks = 0; is_git_at_work(s, dirs, n); looks++)
		if (looks == MAX_LOOKS || nanosleep(&gap, NULL) != 0)
			return false;
	return true;
}

void git_drop_stale(struct git_self *g, const struct timespec *since)
{
	struct search s = { .g = g, .since = *since };

	find_locks(&s);
	if (s.len && is_nobody_at_work(&s))
		for (size_t i = 0; i < s.len; i++)
			unlink(s.locks[i]);
	wt_arena_clear(&s.arena);
}
