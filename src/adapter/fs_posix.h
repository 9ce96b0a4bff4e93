/* SPDX-License-Identifier: MIT */
#ifndef WT_ADAPTER_FS_POSIX_H
#define WT_ADAPTER_FS_POSIX_H

/*
 * What the files of fs_posix share with each other and with journal_file. The functions behind
 * the port take self, which they do not use; see port/fs.h for what they promise.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wtorch/base/buf.h"
#include "wtorch/base/err.h"
#include "wtorch/base/text.h"

/* "cannot <verb> '<path>': <reason>" with the code that port/fs.h gives that errno. */
enum wt_code wt_fs_posix_fail(struct wt_error *err, int errnum, const char *verb, const char *path);

/* The folder that path lies in ("." or "/" at the end of the road), appended to out. */
void wt_fs_posix_parent(const char *path, struct wt_buf *out);
/* All of data, whatever signals and short writes do; errno is set when false. */
bool wt_fs_posix_write(int fd, struct wt_str data);
/* An exclusive flock on fd, waiting at most wait_ms; then WT_E_BUSY. */
WT_MUST_USE enum wt_code wt_fs_posix_flock(int fd, const char *path, int64_t wait_ms,
					   struct wt_error *err);
/* Makes names in the folder durable; a file system that cannot is no error. */
WT_MUST_USE enum wt_code wt_fs_posix_sync_folder(const char *path, struct wt_error *err);

WT_MUST_USE enum wt_code wt_fs_posix_mkdirs(void *self, const char *path, struct wt_error *err);
WT_MUST_USE enum wt_code wt_fs_posix_replace(void *self, const char *path, struct wt_str data,
					     struct wt_error *err);
WT_MUST_USE enum wt_code wt_fs_posix_create(void *self, const char *path, struct wt_str data,
					    struct wt_error *err);
WT_MUST_USE enum wt_code wt_fs_posix_mkdir_private(void *self, const char *path,
						   struct wt_error *err);
WT_MUST_USE enum wt_code wt_fs_posix_create_private(void *self, const char *path,
						    struct wt_str data, struct wt_error *err);
WT_MUST_USE enum wt_code wt_fs_posix_copy(void *self, const char *from, const char *to,
					  struct wt_error *err);
WT_MUST_USE enum wt_code wt_fs_posix_remove(void *self, const char *path, struct wt_error *err);
WT_MUST_USE enum wt_code wt_fs_posix_remove_tree(void *self, const char *path,
						 struct wt_error *err);

WT_MUST_USE enum wt_code wt_fs_posix_usage(void *self, const char *path, size_t max_entries,
					   int64_t *bytes, bool *is_whole, struct wt_error *err);

#endif
