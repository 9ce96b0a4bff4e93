/* SPDX-License-Identifier: MIT */
/* A copy of an index, to ask git something without touching the real one. */

#include "git_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/base/path.h"

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
bool git_copy_age(int to, int from)
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
	if (to < 0 || (from >= 0 && (!copy_bytes(to, from) || !git_copy_age(to, from)))) {
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

/* hidden changes */

struct hidden {
	struct wt_buf assumed, skipped; /* names, each ends in NUL */
};

/* "h name": assume-unchanged, "S name": skip-worktree, "s name": both. */
static void take_marks(const char *checkout, struct wt_str list, struct wt_arena *a,
		       struct hidden *out)
{
	struct wt_str item;
	struct stat st;

	while (git_next_item(&list, &item)) {
		struct wt_str name = { item.data + 2, item.len - 2 };

		if (item.len < 3 || item.data[0] == 'H')
			continue;
		if (item.data[0] >= 'a' && item.data[0] <= 'z')
			wt_buf_add(&out->assumed, name.data, name.len + 1);
		if ((item.data[0] == 's' || item.data[0] == 'S') &&
		    lstat(wt_path_join(a, checkout, name.data), &st) == 0)
			wt_buf_add(&out->skipped, name.data, name.len + 1);
	}
}

static enum wt_code drop_mark(struct git_self *g, struct git_call call, const char *mark,
			      const struct wt_buf *names, struct wt_error *err)
{
	call.args = GIT_ARGS("update-index", mark, "-z", "--stdin");
	call.input = (struct wt_str){ names->data, names->len };
	return names->len ? git_do(g, &call, NULL, err) : WT_OK;
}

enum wt_code git_program_unhide(struct git_self *g, const char *checkout, const char *index,
				struct wt_error *err)
{
	struct wt_arena a = { 0 };
	const char *set[] = { wt_arena_printf(&a, "GIT_INDEX_FILE=%s", index), NULL };
	struct git_call call = { .args = GIT_ARGS("ls-files", "-v", "-z"),
				 .cwd = checkout,
				 .set = set,
				 .what = "look for files that git is not to look at" };
	struct hidden hidden = { WT_BUF_INIT, WT_BUF_INIT };
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc = git_do(g, &call, &text, err);

	if (!rc)
		take_marks(checkout, (struct wt_str){ text.data, text.len }, &a, &hidden);
	if (!rc)
		rc = drop_mark(g, call, "--no-assume-unchanged", &hidden.assumed, err);
	if (!rc)
		rc = drop_mark(g, call, "--no-skip-worktree", &hidden.skipped, err);
	wt_buf_clear(&text);
	wt_buf_clear(&hidden.assumed);
	wt_buf_clear(&hidden.skipped);
	wt_arena_clear(&a);
	return rc;
}
