/* SPDX-License-Identifier: MIT */
#ifndef WT_PORT_FS_H
#define WT_PORT_FS_H

/*
 * Files. Paths are absolute or relative to the working directory. What is absent is
 * WT_E_NOT_FOUND, what is in the way WT_E_EXISTS; everything else WT_E_ENV with the path and
 * the system's reason in the message. Symbolic links are never followed by create, stat,
 * remove, remove_tree and copy, but read, replace, list and lock go where the link points.
 * That is said of the last component: links among the folders before it are always followed.
 *
 * What fails leaves nothing of its own behind, and leaves out as it was. Only replace waits
 * for the disk. New files are 0644, new folders 0777, both less the umask.
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
	uint64_t device, inode; /* the same file has the same two, by whatever name */
};

struct wt_fs {
	void *self;

	/* Whole file into out (appended); more than max bytes is WT_E_INPUT, and so is what is
	 * no regular file: a pipe or a device never blocks us. */
	enum wt_code (*read)(void *self, const char *path, size_t max, struct wt_buf *out,
			     struct wt_error *err);
	/* From offset to the end, at most max bytes; for logs that grow. Nothing when the file
	 * is shorter than offset. */
	enum wt_code (*read_from)(void *self, const char *path, int64_t offset, size_t max,
				  struct wt_buf *out, struct wt_error *err);
	/* Temporary file beside it, fsync, rename over it, fsync of the folder: a reader sees the
	 * old bytes or the new ones, also after a crash. Keeps mode and, where allowed, owner of
	 * what it replaces. Where path is a link its target is replaced and the link stays
	 * (files kept elsewhere by a dotfile manager); a link to nothing is WT_E_NOT_FOUND. Other
	 * hard links of the file keep the old bytes. The folder must exist. */
	enum wt_code (*replace)(void *self, const char *path, struct wt_str data,
				struct wt_error *err);
	/* New file, WT_E_EXISTS when there is one; parents are made. */
	enum wt_code (*create)(void *self, const char *path, struct wt_str data,
			       struct wt_error *err);
	/* The folder and its parents; what exists is fine, WT_E_EXISTS when a file is in the way.
	 */
	enum wt_code (*mkdirs)(void *self, const char *path, struct wt_error *err);
	/* One new folder, or file (its parents are made), that is nobody else's to read: 0700, 0600.
	 * WT_E_EXISTS when anything is there. */
	enum wt_code (*mkdir_private)(void *self, const char *path, struct wt_error *err);
	enum wt_code (*create_private)(void *self, const char *path, struct wt_str data,
				       struct wt_error *err);
	enum wt_code (*stat)(void *self, const char *path, struct wt_file_info *out,
			     struct wt_error *err);
	/* Calls entry for each name but "." and ".." in no order; a false answer ends it. */
	enum wt_code (*list)(void *self, const char *path,
			     bool (*entry)(void *arg, const char *name, enum wt_file_kind kind),
			     void *arg, struct wt_error *err);
	/* Within one file system; a file at to is replaced, a folder only when it is empty. */
	enum wt_code (*rename)(void *self, const char *from, const char *to, struct wt_error *err);
	/* A file, link or empty folder; absent is fine, WT_E_EXISTS when the folder has content. */
	enum wt_code (*remove)(void *self, const char *path, struct wt_error *err);
	/* Whatever is there with all below it; absent is fine. Never leaves the tree: links are
	 * removed, not followed, and mount points are refused. Folders without write permission
	 * are given it. Ends at the first failure, with what was removed by then gone. */
	enum wt_code (*remove_tree)(void *self, const char *path, struct wt_error *err);
	/* A regular file or a link with its permission bits, parents made, nothing overwritten. */
	enum wt_code (*copy)(void *self, const char *from, const char *to, struct wt_error *err);
	/* Absolute, links resolved; the last component may be absent. Appended to out. */
	enum wt_code (*real)(void *self, const char *path, struct wt_buf *out,
			     struct wt_error *err);
	/* Free bytes of the file system that path (or its nearest parent) lies on. */
	enum wt_code (*space)(void *self, const char *path, int64_t *free_bytes,
			      struct wt_error *err);
	/* What path and all below it take on disk: blocks, each file once whatever names it has,
	 * nothing of other file systems, no links followed. After max_entries it ends with what
	 * was counted, and is_whole is false. */
	enum wt_code (*usage)(void *self, const char *path, size_t max_entries, int64_t *bytes,
			      bool *is_whole, struct wt_error *err);
	/* An exclusive lock on a file that is made if need be, with its parents; held until
	 * unlock or the death of the process. Without wait a held lock is WT_E_BUSY after
	 * half a second, with it after 10 minutes. A lock excludes other handles of the same process too. */
	enum wt_code (*lock)(void *self, const char *path, bool wait, int *handle,
			     struct wt_error *err);
	void (*unlock)(void *self, int handle);
};

#endif
