/* SPDX-License-Identifier: MIT */
/* A copy of an index, to ask git something without touching the real one. */

#include "git_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool copy_bytes(int to, int from)
{
	char chunk[65536];
	ssize_t n = 1;

	while (n > 0) {
		n = read(from, chunk, sizeof chunk);
		for (ssize_t done = 0, w; n > 0 && done < n; done += w) {
			w = write(to, chunk + done, (size_t)(n - done));
			if (w <= 0)
				return false;
		}
	}
	return n == 0;
}

/* Git looks into every file that changed in the same moment as the index was written or later: a
 * younger copy would make it trust what it must not. */
static bool copy_age(int to, int from)
{
	struct stat st;

	return fstat(from, &st) == 0 &&
	       futimens(to, (struct timespec[]){ st.st_atim, st.st_mtim }) == 0;
}

static enum wt_code find_index(struct git_self *g, const char *checkout, struct wt_buf *path,
			       struct wt_error *err)
{
	const struct git_call call = { .args = GIT_ARGS("rev-parse", "--path-format=absolute",
							"--git-path", "index"),
				       .cwd = checkout,
				       .what = "find the index" };
	enum wt_code rc = git_do(g, &call, path, err);

	if (!rc && path->len && path->data[path->len - 1] == '\n')
		wt_buf_cut(path, path->len - 1);
	return rc;
}

enum wt_code git_program_copy_index(struct git_self *g, const char *checkout, struct wt_arena *a,
				    char **path, struct wt_error *err)
{
	struct wt_buf index = WT_BUF_INIT;
	enum wt_code rc = find_index(g, checkout, &index, err);
	int from = -1, to = -1;

	*path = NULL;
	if (rc)
		goto out;
	*path = wt_arena_printf(a, "%s-wtorch-XXXXXX", index.data);
	from = open(index.data, O_RDONLY | O_CLOEXEC);
	if (from < 0 && errno != ENOENT) {
		rc = wt_fail_errno(err, WT_E_ENV, errno, "cannot read '%s'", index.data);
		*path = NULL;
		goto out;
	}
	to = mkostemp(*path, O_CLOEXEC);
	if (to < 0 || (from >= 0 && (!copy_bytes(to, from) || !copy_age(to, from)))) {
		rc = wt_fail_errno(err, WT_E_ENV, errno, "cannot copy '%s'", index.data);
		if (to >= 0)
			unlink(*path);
		*path = NULL;
	} else if (from < 0) {
		unlink(*path); /* for git, an empty file is a broken index, and none an empty one */
	}
out:
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	wt_buf_clear(&index);
	return rc;
}

void git_program_drop_index(const char *path)
{
	struct wt_buf lock = WT_BUF_INIT;

	if (!path)
		return;
	unlink(path);
	/* Left when git was killed over it; nobody else knows the name. */
	wt_buf_printf(&lock, "%s.lock", path);
	unlink(lock.data);
	wt_buf_clear(&lock);
}
