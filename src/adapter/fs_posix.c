/* SPDX-License-Identifier: MIT */
/* The port fs on Linux: what reads and locks; writing and removing are its siblings. */

#include "fs_posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "wtorch/adapter/adapters.h"

#define READ_CHUNK   (64u << 10)
#define LOCK_WAIT_MS (10 * 60 * 1000)
/* A child of a killed holder has its lock until it has become another program. */
#define LOCK_MOMENT_MS  500
#define LOCK_LONGEST_MS 100

/* O_NONBLOCK: opening a pipe without a writer would wait for ever. */
static enum wt_code open_regular(const char *path, int *fd, struct wt_error *err)
{
	struct stat st;
	int errnum;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*fd < 0)
		return wt_fs_posix_fail(err, errno, "read", path);
	if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode))
		return WT_OK;
	errnum = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	close(*fd);
	if (errnum == EISDIR)
		return wt_fail(err, WT_E_INPUT, "cannot read '%s': it is a folder", path);
	return wt_fail(err, WT_E_INPUT, "cannot read '%s': it is not a regular file", path);
}

/* From offset until the end or until max bytes were appended. */
static enum wt_code read_range(int fd, const char *path, int64_t offset, size_t max,
			       struct wt_buf *out, struct wt_error *err)
{
	const size_t start = out->len;

	while (out->len - start < max) {
		size_t want = max - (out->len - start);
		ssize_t n;

		if (want > READ_CHUNK)
			want = READ_CHUNK;
		wt_buf_reserve(out, want);
		n = pread(fd, out->data + out->len, want, offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			wt_fs_posix_fail(err, errno, "read", path);
			wt_buf_cut(out, start);
			return err->code;
		}
		if (n == 0)
			break;
		out->len += (size_t)n;
		out->data[out->len] = '\0';
		offset += n;
	}
	return WT_OK;
}

static enum wt_code too_large(const char *path, size_t max, struct wt_error *err)
{
	struct wt_buf size = WT_BUF_INIT;

	wt_text_render_size(&size, (int64_t)max);
	wt_fail(err, WT_E_INPUT, "cannot read '%s': larger than the limit of %s", path, size.data);
	wt_buf_clear(&size);
	return err->code;
}

static enum wt_code fs_read(void *self, const char *path, size_t max, struct wt_buf *out,
			    struct wt_error *err)
{
	const size_t start = out->len;
	const size_t one_more = max < SIZE_MAX ? max + 1 : max;
	enum wt_code rc;
	int fd;

	(void)self;
	rc = open_regular(path, &fd, err);
	if (rc)
		return rc;
	rc = read_range(fd, path, 0, one_more, out, err);
	close(fd);
	if (rc == WT_OK && out->len - start > max) {
		wt_buf_cut(out, start);
		rc = too_large(path, max, err);
	}
	return rc;
}

static enum wt_code fs_read_from(void *self, const char *path, int64_t offset, size_t max,
				 struct wt_buf *out, struct wt_error *err)
{
	enum wt_code rc;
	int fd;

	(void)self;
	rc = open_regular(path, &fd, err);
	if (rc)
		return rc;
	rc = read_range(fd, path, offset, max, out, err);
	close(fd);
	return rc;
}

static enum wt_file_kind kind_of(mode_t mode)
{
	if (S_ISREG(mode))
		return WT_FILE_REGULAR;
	if (S_ISDIR(mode))
		return WT_FILE_FOLDER;
	return S_ISLNK(mode) ? WT_FILE_LINK : WT_FILE_OTHER;
}

static enum wt_code fs_stat(void *self, const char *path, struct wt_file_info *out,
			    struct wt_error *err)
{
	struct stat st;

	(void)self;
	if (lstat(path, &st) < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			return wt_fs_posix_fail(err, errno, "look at", path);
		*out = (struct wt_file_info){ .kind = WT_FILE_NONE };
		return WT_OK;
	}
	*out = (struct wt_file_info){
		.kind = kind_of(st.st_mode),
		.size_bytes = st.st_size,
		.mtime_wall_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000,
		.device = st.st_dev,
		.inode = st.st_ino,
		.mode = st.st_mode & 07777,
	};
	return WT_OK;
}

/* Some file systems leave the type out of the folder. */
static enum wt_file_kind kind_of_entry(DIR *dir, const struct dirent *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN)
		return kind_of((mode_t)DTTOIF((mode_t)e->d_type));
	if (fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return WT_FILE_OTHER;
	return kind_of(st.st_mode);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static enum wt_code fs_list(void *self, const char *path,
			    bool (*entry)(void *arg, const char *name, enum wt_file_kind kind),
			    void *arg, struct wt_error *err)
{
	DIR *dir = opendir(path);
	const struct dirent *e;
	int errnum;

	(void)self;
	if (!dir)
		return wt_fs_posix_fail(err, errno, "list", path);
	do {
		errno = 0;
		e = readdir(dir);
		errnum = errno;
	} while (e && (is_dots(e->d_name) || entry(arg, e->d_name, kind_of_entry(dir, e))));
	closedir(dir);
	return e || !errnum ? WT_OK : wt_fs_posix_fail(err, errnum, "list", path);
}

static enum wt_code fs_rename(void *self, const char *from, const char *to, struct wt_error *err)
{
	(void)self;
	if (rename(from, to) == 0)
		return WT_OK;
	wt_fs_posix_fail(err, errno, "rename", from);
	return wt_wrap(err, "renaming to '%s'", to);
}

/* The folder's real path and, behind it, a last component that does not exist. */
static enum wt_code real_of_absent(const char *path, struct wt_buf *out, struct wt_error *err)
{
	struct wt_buf parent = WT_BUF_INIT;
	const char *end = path + strlen(path);
	const char *name;
	char *real;
	enum wt_code rc = WT_OK;

	while (end > path && end[-1] == '/')
		end--;
	for (name = end; name > path && name[-1] != '/';)
		name--;
	wt_fs_posix_parent(path, &parent);
	real = realpath(parent.data, NULL);
	if (!real)
		rc = wt_fs_posix_fail(err, errno, "find", path);
	else
		wt_buf_printf(out, "%s%s%.*s", real, real[1] ? "/" : "", (int)(end - name), name);
	free(real);
	wt_buf_clear(&parent);
	return rc;
}

static enum wt_code fs_real(void *self, const char *path, struct wt_buf *out, struct wt_error *err)
{
	char *real = realpath(path, NULL);

	(void)self;
	if (!real && errno == ENOENT && path[0])
		return real_of_absent(path, out, err);
	if (!real)
		return wt_fs_posix_fail(err, errno, "find", path);
	wt_buf_puts(out, real);
	free(real);
	return WT_OK;
}

static enum wt_code fs_space(void *self, const char *path, int64_t *free_bytes,
			     struct wt_error *err)
{
	struct wt_buf at = WT_BUF_INIT;
	struct statvfs st;
	enum wt_code rc = WT_OK;

	(void)self;
	wt_buf_puts(&at, path);
	while (statvfs(at.data, &st) < 0) {
		struct wt_buf parent = WT_BUF_INIT;
		const int errnum = errno;

		wt_fs_posix_parent(at.data, &parent);
		if ((errnum != ENOENT && errnum != ENOTDIR) || strcmp(parent.data, at.data) == 0)
			rc = wt_fs_posix_fail(err, errnum, "ask for the free space at", path);
		wt_buf_clear(&at);
		at = parent;
		if (rc)
			break;
	}
	wt_buf_clear(&at);
	if (rc == WT_OK)
		*free_bytes = (int64_t)(st.f_bavail * st.f_frsize);
	return rc;
}

static enum wt_code open_lock(const char *path, int *fd, struct wt_error *err)
{
	struct wt_buf parent = WT_BUF_INIT;
	enum wt_code rc;

	wt_fs_posix_parent(path, &parent);
	rc = wt_fs_posix_mkdirs(NULL, parent.data, err);
	wt_buf_clear(&parent);
	if (rc)
		return rc;
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0644);
	return *fd < 0 ? wt_fs_posix_fail(err, errno, "open the lock", path) : WT_OK;
}

/* Asks again and again instead of blocking, so that a holder that hangs cannot hang us too:
 * signals are blocked in the orchestrator and would not end a blocking call. */
enum wt_code wt_fs_posix_flock(int fd, const char *path, int64_t wait_ms, struct wt_error *err)
{
	int64_t waited_ms = 0, pause_ms = 1;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		const struct timespec pause = { .tv_nsec = pause_ms * 1000000 };

		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return wt_fs_posix_fail(err, errno, "lock", path);
		if (waited_ms >= wait_ms)
			return wt_fail(err, WT_E_BUSY, "'%s' is locked by another process", path);
		nanosleep(&pause, NULL);
		waited_ms += pause_ms;
		pause_ms = pause_ms * 2 < LOCK_LONGEST_MS ? pause_ms * 2 : LOCK_LONGEST_MS;
	}
	return WT_OK;
}

static enum wt_code fs_lock(void *self, const char *path, bool wait, int *handle,
			    struct wt_error *err)
{
	enum wt_code rc;
	int fd;

	(void)self;
	rc = open_lock(path, &fd, err);
	if (rc)
		return rc;
	rc = wt_fs_posix_flock(fd, path, wait ? LOCK_WAIT_MS : LOCK_MOMENT_MS, err);
	if (rc)
		close(fd);
	else
		*handle = fd;
	return rc;
}

static void fs_unlock(void *self, int handle)
{
	(void)self;
	/* A child between fork and exec may still hold a copy of the descriptor. */
	(void)flock(handle, LOCK_UN);
	close(handle);
}

void wt_fs_posix(struct wt_fs *out)
{
	*out = (struct wt_fs){
		.read = fs_read,
		.read_from = fs_read_from,
		.replace = wt_fs_posix_replace,
		.create = wt_fs_posix_create,
		.mkdirs = wt_fs_posix_mkdirs,
		.mkdir_private = wt_fs_posix_mkdir_private,
		.create_private = wt_fs_posix_create_private,
		.stat = fs_stat,
		.list = fs_list,
		.rename = fs_rename,
		.remove = wt_fs_posix_remove,
		.remove_tree = wt_fs_posix_remove_tree,
		.copy = wt_fs_posix_copy,
		.real = fs_real,
		.space = fs_space,
		.usage = wt_fs_posix_usage,
		.lock = fs_lock,
		.unlock = fs_unlock,
	};
}
