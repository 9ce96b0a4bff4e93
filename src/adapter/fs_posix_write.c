/* SPDX-License-Identifier: MIT */
/* The half of fs_posix that makes folders and writes files. */

#include "fs_posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/base/mem.h"

#define COPY_CHUNK    (128u << 10)
#define COPY_RANGE    (1u << 30)
#define MKDIRS_RACES  8
#define MAX_TEMPORARY 1000
#define TEMPORARY     ".wtorch-%d-%d.tmp"

enum wt_code wt_fs_posix_fail(struct wt_error *err, int errnum, const char *verb, const char *path)
{
	enum wt_code code = WT_E_ENV;

	if (errnum == ENOENT || errnum == ENOTDIR)
		code = WT_E_NOT_FOUND;
	else if (errnum == EEXIST || errnum == ENOTEMPTY)
		code = WT_E_EXISTS;
	wt_fail_errno(err, code, errnum, "cannot %s '%s'", verb, path);
	if (errnum == ENOSPC || errnum == EDQUOT)
		wt_hint(err, "free some disk space, for example with: wtorch clean");
	return code;
}

void wt_fs_posix_parent(const char *path, struct wt_buf *out)
{
	size_t len = strlen(path);

	while (len && path[len - 1] == '/')
		len--;
	while (len && path[len - 1] != '/')
		len--;
	while (len > 1 && path[len - 1] == '/')
		len--;
	if (len)
		wt_buf_add(out, path, len);
	else
		wt_buf_puts(out, path[0] == '/' ? "/" : ".");
}

bool wt_fs_posix_write(int fd, struct wt_str data)
{
	while (data.len) {
		ssize_t n = write(fd, data.data, data.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data.data += n;
		data.len -= (size_t)n;
	}
	return true;
}

enum wt_code wt_fs_posix_sync_folder(const char *path, struct wt_error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum wt_code rc = WT_OK;

	if (fd < 0)
		return wt_fs_posix_fail(err, errno, "open", path);
	if (fsync(fd) < 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
		rc = wt_fs_posix_fail(err, errno, "write to disk", path);
	close(fd);
	return rc;
}

/* Another process may have made it, and a link to a folder is as good as one. */
static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Each prefix of path in turn; false with errno at the first that cannot be. */
static bool make_each(char *path)
{
	char *end = path;

	for (;;) {
		char cut;

		end += strspn(end, "/");
		end += strcspn(end, "/");
		cut = *end;
		*end = '\0';
		if (mkdir(path, 0777) < 0) {
			const int errnum = errno;

			if (!is_folder(path)) {
				errno = errnum;
				return false;
			}
		}
		*end = cut;
		if (!cut)
			return true;
	}
}

enum wt_code wt_fs_posix_mkdirs(void *self, const char *path, struct wt_error *err)
{
	char *copy;
	bool is_made = false;
	int errnum = ENOENT;
	int tries;

	(void)self;
	if (is_folder(path))
		return WT_OK;
	copy = wt_strdup(path);
	/* ENOENT behind a parent that was there: somebody removed it in between. */
	for (tries = 0; !is_made && errnum == ENOENT && path[0] && tries < MKDIRS_RACES; tries++) {
		memcpy(copy, path, strlen(path) + 1);
		is_made = make_each(copy);
		errnum = errno;
	}
	free(copy);
	if (is_made)
		return WT_OK;
	/* ENOTDIR is a file where a folder has to be. */
	return wt_fs_posix_fail(err, errnum == ENOTDIR ? EEXIST : errnum, "make the folder", path);
}

static enum wt_code make_parent(const char *path, struct wt_error *err)
{
	struct wt_buf parent = WT_BUF_INIT;
	enum wt_code rc;

	wt_fs_posix_parent(path, &parent);
	rc = wt_fs_posix_mkdirs(NULL, parent.data, err);
	wt_buf_clear(&parent);
	return rc;
}

static int open_new(const char *path, mode_t mode)
{
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
}

/* Closes fd; a write error that only shows now counts. */
static bool finish(int fd, bool is_good)
{
	const int errnum = errno;

	if (close(fd) < 0 && is_good)
		return errno == EINTR;
	errno = errnum;
	return is_good;
}

static enum wt_code create(const char *path, mode_t mode, struct wt_str data, struct wt_error *err)
{
	enum wt_code rc = make_parent(path, err);
	int fd;

	if (rc)
		return rc;
	fd = open_new(path, mode);
	if (fd < 0)
		return wt_fs_posix_fail(err, errno, "create", path);
	if (finish(fd, wt_fs_posix_write(fd, data)))
		return WT_OK;
	wt_fs_posix_fail(err, errno, "write", path);
	(void)unlink(path);
	return err->code;
}

enum wt_code wt_fs_posix_create(void *self, const char *path, struct wt_str data,
				struct wt_error *err)
{
	(void)self;
	return create(path, 0644, data, err);
}

enum wt_code wt_fs_posix_create_private(void *self, const char *path, struct wt_str data,
					struct wt_error *err)
{
	(void)self;
	return create(path, 0600, data, err);
}

enum wt_code wt_fs_posix_mkdir_private(void *self, const char *path, struct wt_error *err)
{
	(void)self;
	return mkdir(path, 0700) < 0 ? wt_fs_posix_fail(err, errno, "make the folder", path)
				     : WT_OK;
}

/* A process of this user that has ended: others may be hidden from us. */
static bool is_dead_one_of_ours(int folder, const char *name, int pid)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof path, "/proc/%d", pid);
	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	       st.st_uid == geteuid() && access("/proc/self", F_OK) == 0 &&
	       access(path, F_OK) < 0 && errno == ENOENT;
}

/* What one of us who was killed in the middle of a replace left in that folder. */
static void sweep_temporaries(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		int pid = 0, n = 0, end = 0;

		if (sscanf(e->d_name, TEMPORARY "%n", &pid, &n, &end) == 2 && end &&
		    !e->d_name[end] && pid > 0 && is_dead_one_of_ours(dirfd(d), e->d_name, pid))
			(void)unlinkat(dirfd(d), e->d_name, 0);
	}
	if (d)
		closedir(d);
}

/* A new file beside path with a name that nobody has; name is filled. */
static int open_temporary(const char *path, struct wt_buf *name)
{
	int i;

	wt_fs_posix_parent(path, name);
	sweep_temporaries(name->data);
	for (i = 0; i < MAX_TEMPORARY; i++) {
		int fd;

		wt_buf_reset(name);
		wt_fs_posix_parent(path, name);
		wt_buf_printf(name, "/" TEMPORARY, (int)getpid(), i);
		fd = open_new(name->data, 0644);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* The owner first: changing it would take special bits away again. A foreign owner cannot be
 * kept by everybody, and then it is not. */
static bool keep_mode(int fd, const struct stat *old)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	if ((st.st_uid != old->st_uid || st.st_gid != old->st_gid) &&
	    fchown(fd, old->st_uid, old->st_gid) < 0 && errno != EPERM)
		return false;
	return fchmod(fd, old->st_mode & 07777) == 0;
}

static enum wt_code swap_in(const char *path, const struct stat *old, struct wt_str data,
			    struct wt_error *err)
{
	struct wt_buf name = WT_BUF_INIT;
	struct wt_buf parent = WT_BUF_INIT;
	enum wt_code rc;
	bool is_good;
	int fd = open_temporary(path, &name);

	if (fd < 0) {
		rc = wt_fs_posix_fail(err, errno, "replace", path);
		goto out;
	}
	is_good = wt_fs_posix_write(fd, data) && (!old || keep_mode(fd, old)) && fsync(fd) == 0;
	if (!finish(fd, is_good) || rename(name.data, path) < 0) {
		rc = wt_fs_posix_fail(err, errno, "replace", path);
		(void)unlink(name.data);
		goto out;
	}
	wt_fs_posix_parent(path, &parent);
	rc = wt_fs_posix_sync_folder(parent.data, err);
out:
	wt_buf_clear(&parent);
	wt_buf_clear(&name);
	return rc;
}

enum wt_code wt_fs_posix_replace(void *self, const char *path, struct wt_str data,
				 struct wt_error *err)
{
	struct stat st;
	char *target;
	enum wt_code rc;

	(void)self;
	if (lstat(path, &st) < 0) {
		if (errno != ENOENT)
			return wt_fs_posix_fail(err, errno, "replace", path);
		return swap_in(path, NULL, data, err);
	}
	target = realpath(path, NULL);
	if (!target || stat(target, &st) < 0)
		rc = wt_fs_posix_fail(err, errno, "replace", path);
	else if (!S_ISREG(st.st_mode))
		rc = wt_fail(err, WT_E_EXISTS, "cannot replace '%s': it is not a regular file",
			     path);
	else
		rc = swap_in(target, &st, data, err);
	free(target);
	return rc;
}

static enum wt_code copy_link(const char *from, const char *to, struct wt_error *err)
{
	char target[PATH_MAX];
	ssize_t n = readlink(from, target, sizeof target);

	if (n < 0)
		return wt_fs_posix_fail(err, errno, "read the link", from);
	if ((size_t)n >= sizeof target)
		return wt_fs_posix_fail(err, ENAMETOOLONG, "read the link", from);
	target[n] = '\0';
	return symlink(target, to) < 0 ? wt_fs_posix_fail(err, errno, "create", to) : WT_OK;
}

static bool copy_by_hand(int in, int out)
{
	char *chunk = wt_alloc(COPY_CHUNK);
	bool is_good = true;
	ssize_t n;

	do {
		n = read(in, chunk, COPY_CHUNK);
		if (n > 0)
			is_good = wt_fs_posix_write(out, (struct wt_str){ chunk, (size_t)n });
	} while (is_good && (n > 0 || (n < 0 && errno == EINTR)));
	free(chunk);
	return is_good && n == 0;
}

/* In the kernel, which shares the blocks where the file system can; the rest of what it
 * cannot do (two file systems, made-up files that claim to be empty) by hand. */
static bool copy_bytes(int in, int out)
{
	for (;;) {
		ssize_t n = copy_file_range(in, NULL, out, NULL, COPY_RANGE, 0);

		if (n > 0 || (n < 0 && errno == EINTR))
			continue;
		if (n == 0 || errno == EXDEV || errno == EINVAL || errno == ENOSYS ||
		    errno == EOPNOTSUPP || errno == EPERM || errno == EBADF)
			return copy_by_hand(in, out);
		return false;
	}
}

static enum wt_code copy_file(const char *from, const char *to, struct wt_error *err)
{
	struct stat st;
	bool is_good;
	int out;
	int in = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (in < 0)
		return wt_fs_posix_fail(err, errno, "read", from);
	out = open_new(to, 0644);
	if (out < 0) {
		wt_fs_posix_fail(err, errno, "create", to);
		close(in);
		return err->code;
	}
	is_good = fstat(in, &st) == 0 && fchmod(out, 0600) == 0 && copy_bytes(in, out) &&
		  fchmod(out, st.st_mode & 0777) == 0;
	if (!finish(out, is_good)) {
		wt_fs_posix_fail(err, errno, "write", to);
		(void)unlink(to);
		close(in);
		return err->code;
	}
	close(in);
	return WT_OK;
}

enum wt_code wt_fs_posix_copy(void *self, const char *from, const char *to, struct wt_error *err)
{
	struct stat st;
	enum wt_code rc;

	(void)self;
	if (lstat(from, &st) < 0)
		return wt_fs_posix_fail(err, errno, "copy", from);
	if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return wt_fail(err, WT_E_ENV, "cannot copy '%s': neither a file nor a link", from);
	rc = make_parent(to, err);
	if (rc)
		return rc;
	return S_ISLNK(st.st_mode) ? copy_link(from, to, err) : copy_file(from, to, err);
}
