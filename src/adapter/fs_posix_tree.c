/* SPDX-License-Identifier: MIT */
/* The half of fs_posix that removes, without ever leaving the tree it was given. */

#include "fs_posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/base/mem.h"

/* How often a folder that was emptied may turn out to have new content. */
#define MAX_REFILLS 16

enum wt_code wt_fs_posix_remove(void *self, const char *path, struct wt_error *err)
{
	(void)self;
	if (unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR)
		return WT_OK;
	if (errno == EISDIR && (rmdir(path) == 0 || errno == ENOENT))
		return WT_OK;
	return wt_fs_posix_fail(err, errno, "remove", path);
}

/*
 * A walk without recursion and with two descriptors, whatever the depth. names is a stack of
 * NUL-terminated names of folders: those still to be removed from each level, the outer levels
 * first. The last one of a level is the folder that the next level is inside of. We climb by
 * "..", and only if that is the very folder we came from.
 */
struct level {
	dev_t dev;
	ino_t ino;
	size_t start; /* where its names begin */
};

struct walk {
	const char *path; /* for messages */
	int base;         /* the folder that the tree lies in, O_PATH */
	int at;           /* the folder of the innermost level, or base */
	dev_t dev;
	struct wt_buf names;
	struct level *levels;
	size_t depth, cap;
	int refills;
};

static enum wt_code walk_fail(const struct walk *w, int errnum, const char *name,
			      struct wt_error *err)
{
	if (!w->depth)
		return wt_fs_posix_fail(err, errnum, "remove", w->path);
	wt_fs_posix_fail(err, errnum, "remove", name);
	return wt_wrap(err, "in '%s'", w->path);
}

static const char *last_name(const struct walk *w)
{
	const char *name = w->names.data + w->names.len - 1;

	while (name > w->names.data && name[-1])
		name--;
	return name;
}

static void walk_leave(struct walk *w)
{
	if (w->at != w->base)
		close(w->at);
}

/* A folder that we may not even read is opened by its name only, so that no link can lead the
 * chmod astray, and made ours. */
static int open_folder(int at, const char *name)
{
	const int flags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	char link[64];
	int by_name;
	int fd = openat(at, name, flags | O_RDONLY);

	if (fd >= 0 || errno != EACCES)
		return fd;
	by_name = openat(at, name, flags | O_PATH);
	if (by_name < 0)
		return -1;
	snprintf(link, sizeof link, "/proc/self/fd/%d", by_name);
	if (chmod(link, 0700) == 0)
		fd = openat(at, name, flags | O_RDONLY);
	else
		errno = EACCES;
	close(by_name);
	return fd;
}

/* A bind mount has the device number of what it shows, so the number alone would not do. */
static enum wt_code check_folder(const struct walk *w, int fd, const char *name, struct stat *st,
				 struct wt_error *err)
{
	struct statx sx = { 0 };

	if (fstat(fd, st) < 0)
		return walk_fail(w, errno, name, err);
	(void)statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &sx);
	if ((sx.stx_attributes & STATX_ATTR_MOUNT_ROOT) || (w->depth && st->st_dev != w->dev))
		return wt_fail(err, WT_E_ENV,
			       "cannot remove '%s': another file system is mounted on '%s'",
			       w->path, name);
	if ((st->st_mode & 0700) != 0700)
		(void)fchmod(fd, st->st_mode | 0700);
	return WT_OK;
}

static enum wt_code walk_enter(struct walk *w, const char *name, struct wt_error *err)
{
	struct stat st;
	enum wt_code rc;
	int fd = open_folder(w->at, name);

	if (fd < 0)
		return walk_fail(w, errno, name, err);
	rc = check_folder(w, fd, name, &st, err);
	if (rc) {
		close(fd);
		return rc;
	}
	if (!w->depth)
		w->dev = st.st_dev;
	if (w->depth == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 16;
		w->levels = wt_realloc(w->levels, w->cap, sizeof *w->levels);
	}
	w->levels[w->depth++] = (struct level){ st.st_dev, st.st_ino, w->names.len };
	walk_leave(w);
	w->at = fd;
	return WT_OK;
}

/* Removes what is no folder and remembers what is one. */
static enum wt_code walk_empty(struct walk *w, struct wt_error *err)
{
	int fd = openat(w->at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	enum wt_code rc = WT_OK;

	if (!dir) {
		walk_fail(w, errno, ".", err);
		if (fd >= 0)
			close(fd);
		return err->code;
	}
	while (!rc && (errno = 0, e = readdir(dir))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (e->d_type != DT_DIR && (unlinkat(w->at, e->d_name, 0) == 0 || errno == ENOENT))
			continue;
		if (e->d_type == DT_DIR || errno == EISDIR)
			wt_buf_add(&w->names, e->d_name, strlen(e->d_name) + 1);
		else
			rc = walk_fail(w, errno, e->d_name, err);
	}
	if (!rc && errno)
		rc = walk_fail(w, errno, ".", err);
	closedir(dir);
	return rc;
}

/* Back to the level above, or to base. */
static enum wt_code walk_climb(struct walk *w, struct wt_error *err)
{
	struct stat st;
	int fd = w->base;

	w->depth--;
	if (w->depth) {
		const struct level *up = &w->levels[w->depth - 1];

		fd = openat(w->at, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			return walk_fail(w, errno, "..", err);
		if (fstat(fd, &st) < 0 || st.st_dev != up->dev || st.st_ino != up->ino) {
			close(fd);
			return wt_fail(err, WT_E_RACED,
				       "cannot remove '%s': a folder in it was moved meanwhile",
				       w->path);
		}
	}
	walk_leave(w);
	w->at = fd;
	return WT_OK;
}

/* The last name is an empty folder of the level we are on; a refilled one is entered again. */
static enum wt_code walk_rmdir(struct walk *w, struct wt_error *err)
{
	const char *name = last_name(w);

	if (unlinkat(w->at, name, AT_REMOVEDIR) < 0 && errno != ENOENT) {
		if ((errno == ENOTEMPTY || errno == EEXIST) && w->refills++ < MAX_REFILLS)
			return WT_OK;
		return walk_fail(w, errno, name, err);
	}
	wt_buf_cut(&w->names, (size_t)(name - w->names.data));
	return WT_OK;
}

static enum wt_code walk_all(struct walk *w, struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	while (!rc && w->names.len) {
		if (w->depth && w->names.len == w->levels[w->depth - 1].start) {
			rc = walk_climb(w, err);
			if (!rc)
				rc = walk_rmdir(w, err);
		} else {
			rc = walk_enter(w, last_name(w), err);
			if (!rc)
				rc = walk_empty(w, err);
		}
	}
	return rc;
}

/* The last component of path without slashes behind it; false for what names no entry. */
static bool entry_name(const char *path, struct wt_buf *out)
{
	const char *end = path + strlen(path);
	const char *name;

	while (end > path && end[-1] == '/')
		end--;
	for (name = end; name > path && name[-1] != '/';)
		name--;
	wt_buf_add(out, name, (size_t)(end - name));
	return out->len && strcmp(out->data, ".") != 0 && strcmp(out->data, "..") != 0;
}

static enum wt_code remove_folder(const char *path, struct wt_error *err)
{
	struct walk w = { .path = path, .base = -1, .names = WT_BUF_INIT };
	struct wt_buf parent = WT_BUF_INIT;
	enum wt_code rc;

	if (!entry_name(path, &w.names)) {
		rc = wt_fail(err, WT_E_BUG, "refusing to remove everything below '%s'", path);
		goto out;
	}
	wt_buf_putc(&w.names, '\0');
	wt_fs_posix_parent(path, &parent);
	w.base = open(parent.data, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (w.base < 0) {
		rc = wt_fs_posix_fail(err, errno, "remove", path);
		goto out;
	}
	w.at = w.base;
	rc = walk_all(&w, err);
	walk_leave(&w);
	close(w.base);
out:
	free(w.levels);
	wt_buf_clear(&w.names);
	wt_buf_clear(&parent);
	return rc;
}

enum wt_code wt_fs_posix_remove_tree(void *self, const char *path, struct wt_error *err)
{
	(void)self;
	if (unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR)
		return WT_OK;
	if (errno != EISDIR)
		return wt_fs_posix_fail(err, errno, "remove", path);
	return remove_folder(path, err);
}
