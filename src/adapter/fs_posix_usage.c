/* SPDX-License-Identifier: MIT */
/* The part of fs_posix that measures what a tree takes on disk. */

#include "fs_posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/base/map.h"
#include "wtorch/base/mem.h"

/* pending is a stack of NUL-terminated paths of folders that are still to be looked into. */
struct measure {
	struct wt_buf pending;
	struct wt_arena keys;
	struct wt_map seen; /* files with several names, by device and inode */
	dev_t dev;
	size_t left; /* how many entries may still be looked at */
	int64_t bytes;
};

static bool is_counted(struct measure *m, const struct stat *st)
{
	bool found = false;

	if (S_ISDIR(st->st_mode) || st->st_nlink < 2)
		return false;
	wt_map_put(
		&m->seen,
		wt_arena_printf(&m->keys, "%jx:%jx", (uintmax_t)st->st_dev, (uintmax_t)st->st_ino),
		0, &found);
	return found;
}

static void add_entry(struct measure *m, int dir, const char *parent, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_dev != m->dev ||
	    is_counted(m, &st))
		return;
	m->bytes += (int64_t)st.st_blocks * 512;
	if (!S_ISDIR(st.st_mode))
		return;
	wt_buf_puts(&m->pending, parent);
	wt_buf_putc(&m->pending, '/');
	wt_buf_add(&m->pending, name, strlen(name) + 1);
}

/* Takes the last folder off the stack and looks into it; one that cannot be read counts as
 * empty. */
static void measure_next(struct measure *m)
{
	size_t start = m->pending.len - 1;
	const struct dirent *e;
	char *path;
	DIR *dir;
	int fd;

	while (start && m->pending.data[start - 1])
		start--;
	path = wt_strdup(m->pending.data + start);
	wt_buf_cut(&m->pending, start);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir && fd >= 0)
		close(fd);
	while (dir && m->left && (e = readdir(dir))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		m->left--;
		add_entry(m, fd, path, e->d_name);
	}
	if (dir)
		closedir(dir);
	free(path);
}

enum wt_code wt_fs_posix_usage(void *self, const char *path, size_t max_entries, int64_t *bytes,
			       bool *is_whole, struct wt_error *err)
{
	struct measure m = { .pending = WT_BUF_INIT, .left = max_entries };
	struct stat st;

	(void)self;
	if (lstat(path, &st) < 0)
		return wt_fs_posix_fail(err, errno, "measure", path);
	m.dev = st.st_dev;
	m.bytes = (int64_t)st.st_blocks * 512;
	if (S_ISDIR(st.st_mode))
		wt_buf_add(&m.pending, path, strlen(path) + 1);
	while (m.pending.len && m.left)
		measure_next(&m);
	*bytes = m.bytes;
	*is_whole = m.left > 0;
	wt_buf_clear(&m.pending);
	wt_map_clear(&m.seen);
	wt_arena_clear(&m.keys);
	return WT_OK;
}
