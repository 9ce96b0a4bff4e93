/* SPDX-License-Identifier: MIT */
#ifndef WT_PORT_FS_H
#define WT_PORT_FS_H

/*
 * Files. Paths are absolute or relative to the working directory. What is absent is
 * WT_E_NOT_FOUND, what is in the way WT_E_EXISTS; everything else WT_E_ENV with the path and
 * the system's reason in the message. Symbolic links are never followed by stat, remove,
 * remove_tree and copy.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wtorch/base/buf.h"
#include "wtorch/base/err.h"
#include "wtorch/base/text.h"

enum wt_file_kind { WT_FILE_NONE, WT_FILE_REGULAR, WT_FILE_FOLDER, WT_FILE_LINK, WT_FILE_OTHER };

struct wt_file_info {
	enum wt_file_kind kind; /* NONE: absent, and the call succeeded */
	int64_t size_bytes;
	int64_t mtime_wall_ms;
	unsigned mode; /* permission bits */
};

struct wt_fs {
	void *self;

	/* Whole file into out (appended); more than max bytes is WT_E_INPUT. */
	enum wt_code (*read)(void *self, const char *path, size_t max, struct wt_buf *out,
			     struct wt_error *err);
	/* From offset to the end, at most max bytes; for logs that grow. */
	enum wt_code (*read_from)(void *self, const char *path, int64_t offset, size_t max,
				  struct wt_buf *out, struct wt_error *err);
	/* Temporary file beside it, fsync, rename over it, fsync of the folder. Keeps the mode
	 * of what it replaces, else 0644. */
	enum wt_code (*replace)(void *self, const char *path, struct wt_str data,
				struct wt_error *err);
	/* New file, WT_E_EXISTS when there is one; parents are made. */
	enum wt_code (*create)(void *self, const char *path, struct wt_str data,
			       struct wt_error *err);
	enum wt_code (*mkdirs)(void *self, const char *path, struct wt_error *err);
	enum wt_code (*stat)(void *self, const char *path, struct wt_file_info *out,
			     struct wt_error *err);
	/* Calls entry for each name but "." and ".." in no order; a false answer ends it. */
	enum wt_code (*list)(void *self, const char *path,
			     bool (*entry)(void *arg, const char *name, enum wt_file_kind kind),
			     void *arg, struct wt_error *err);
	enum wt_code (*rename)(void *self, const char *from, const char *to, struct wt_error *err);
	/* A file, link or empty folder; absent is fine. */
	enum wt_code (*remove)(void *self, const char *path, struct wt_error *err);
	enum wt_code (*remove_tree)(void *self, const char *path, struct wt_error *err);
	/* A regular file or a link with its permission bits, parents made, nothing overwritten. */
	enum wt_code (*copy)(void *self, const char *from, const char *to, struct wt_error *err);
	/* Absolute, links resolved; the last component may be absent. Appended to out. */
	enum wt_code (*real)(void *self, const char *path, struct wt_buf *out,
			     struct wt_error *err);
	/* Free bytes of the file system that path (or its nearest parent) lies on. */
	enum wt_code (*space)(void *self, const char *path, int64_t *free_bytes,
			      struct wt_error *err);
	/* An exclusive lock on a file that is made if need be; held until unlock or the death of
	 * the process. Without wait a held lock is WT_E_BUSY. */
	enum wt_code (*lock)(void *self, const char *path, bool wait, int *handle,
			     struct wt_error *err);
	void (*unlock)(void *self, int handle);
};

#endif
