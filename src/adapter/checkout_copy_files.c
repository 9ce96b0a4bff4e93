/* SPDX-License-Identifier: MIT */
/* Writes the files of a new worktree: copies of unchanged ones, and blobs. */

#include "checkout_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define MAX_OPEN     220 /* folders on the way to a file */
#define CHUNK        (64 << 10)
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* One folder that is open on both sides; from is -1 when the checkout has none. */
struct level {
	size_t end; /* of its path, in the path of the entry that opened it */
	int from, to;
};

struct writer {
	struct git_self *g;
	struct checkout_plan *plan;
	struct level levels[MAX_OPEN];
	size_t depth;
	const char *last; /* the entry that the open folders belong to */
};

/* folders */

static void leave(struct writer *w)
{
	struct level *l = &w->levels[--w->depth];

	if (l->from >= 0)
		close(l->from);
	close(l->to);
}

static bool enter(struct writer *w, const char *path, size_t end)
{
	const struct level *up = &w->levels[w->depth - 1];
	const char *start = path + (up->end ? up->end + 1 : 0);
	size_t len = (size_t)(path + end - start);
	struct level l = { .end = end, .from = -1 };
	char name[NAME_MAX + 1];

	if (w->depth == MAX_OPEN || len > NAME_MAX)
		return false;
	memcpy(name, start, len);
	name[len] = '\0';
	if (mkdirat(up->to, name, 0777) != 0)
		return false;
	l.to = openat(up->to, name, FOLDER_FLAGS);
	if (l.to < 0)
		return false;
	if (up->from >= 0)
		l.from = openat(up->from, name, FOLDER_FLAGS);
	w->levels[w->depth++] = l;
	return true;
}

/* Entries are sorted, so each folder is opened once. */
static bool go_to(struct writer *w, const char *path)
{
	const char *slash;

	while (w->depth > 1) {
		size_t end = w->levels[w->depth - 1].end;

		if (strncmp(w->last, path, end) == 0 && path[end] == '/')
			break;
		leave(w);
	}
	w->last = path;
	for (;;) {
		size_t end = w->levels[w->depth - 1].end;

		slash = strchr(path + (end ? end + 1 : 0), '/');
		if (!slash)
			return true;
		if (!enter(w, path, (size_t)(slash - path)))
			return false;
	}
}

/* bytes */

static bool write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

static bool copy_by_hand(int from, int to, size_t left)
{
	char chunk[CHUNK];

	while (left) {
		ssize_t n = read(from, chunk, left < CHUNK ? left : CHUNK);

		if (n <= 0 || !write_all(to, chunk, (size_t)n))
			return false;
		left -= (size_t)n;
	}
	return true;
}

/* Shares the blocks where the file system can. Both files stand where it left off, so the rest
 * can be copied by hand. */
static bool copy_bytes(int from, int to, size_t left)
{
	while (left) {
		ssize_t n = copy_file_range(from, NULL, to, NULL, left, 0);

		if (n <= 0)
			return copy_by_hand(from, to, left);
		left -= (size_t)n;
	}
	return true;
}

/* The file is what the index says: the same stat data, and written long enough before the index
 * that a later change shows. The device is left out, as git does: its number may change with each
 * mount. Then its size: with the bytes of the blob it is the blob's, and it tells when a filter or
 * line endings of former times are still in it. */
static bool is_unchanged(struct writer *w, const struct checkout_entry *e, const struct stat *st)
{
	uint32_t now[CHECKOUT_WORDS];
	struct timespec index = w->plan->mtime;
	struct wt_error ignored;
	size_t size;

	checkout_stat_words(st, e->stat[CHECKOUT_MODE], now);
	now[CHECKOUT_DEV] = e->stat[CHECKOUT_DEV];
	if (memcmp(now, e->stat, sizeof now) != 0 || st->st_size > INT32_MAX)
		return false;
	if (st->st_mtim.tv_sec > index.tv_sec ||
	    (st->st_mtim.tv_sec == index.tv_sec && st->st_mtim.tv_nsec >= index.tv_nsec))
		return false;
	return git_store_blob_size(w->g, &e->oid, &size, &ignored) == WT_OK &&
	       size == (size_t)st->st_size;
}

/* files */

static bool is_same_time(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* True when to holds what the unchanged file held, from begin to end. */
static bool copy_file(struct writer *w, const struct checkout_entry *e, int folder,
		      const char *name, int to)
{
	int from = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool is_executable = e->stat[CHECKOUT_MODE] == 0100755;
	struct stat before, after;
	bool ok = from >= 0 && fstat(from, &before) == 0 && S_ISREG(before.st_mode) &&
		  (before.st_mode & 0100) == (is_executable ? 0100 : 0) &&
		  is_unchanged(w, e, &before) && copy_bytes(from, to, (size_t)before.st_size) &&
		  fstat(from, &after) == 0 && is_same_time(&before, &after);

	if (from >= 0)
		close(from);
	return ok;
}

static bool write_blob(struct writer *w, const struct checkout_entry *e, int to)
{
	struct wt_buf bytes = WT_BUF_INIT;
	struct wt_error ignored;
	bool ok = git_libgit2_store.blob(w->g, &e->oid, &bytes, &ignored) == WT_OK &&
		  write_all(to, bytes.data, bytes.len);

	wt_buf_clear(&bytes);
	return ok;
}

static bool add_file(struct writer *w, struct checkout_entry *e, const char *name)
{
	const struct level *l = &w->levels[w->depth - 1];
	mode_t mode = e->stat[CHECKOUT_MODE] == 0100755 ? 0777 : 0666;
	int to = openat(l->to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	bool has_source = e->has_source && l->from >= 0;
	struct stat st;
	bool ok = to >= 0;

	if (ok && !(has_source && copy_file(w, e, l->from, name, to)))
		ok = (!has_source || (ftruncate(to, 0) == 0 && lseek(to, 0, SEEK_SET) == 0)) &&
		     write_blob(w, e, to);
	ok = ok && fstat(to, &st) == 0;
	if (ok)
		checkout_stat_words(&st, e->stat[CHECKOUT_MODE], e->stat);
	if (to >= 0)
		ok = close(to) == 0 && ok;
	return ok;
}

/* The blob is the target, so there is nothing to gain from the checkout's link. */
static bool add_link(struct writer *w, struct checkout_entry *e, const char *name)
{
	const struct level *l = &w->levels[w->depth - 1];
	struct wt_buf target = WT_BUF_INIT;
	struct wt_error ignored;
	struct stat st;
	bool ok = git_libgit2_store.blob(w->g, &e->oid, &target, &ignored) == WT_OK && target.len &&
		  !memchr(target.data, 0, target.len) && symlinkat(target.data, l->to, name) == 0 &&
		  fstatat(l->to, name, &st, AT_SYMLINK_NOFOLLOW) == 0;

	if (ok)
		checkout_stat_words(&st, e->stat[CHECKOUT_MODE], e->stat);
	wt_buf_clear(&target);
	return ok;
}

bool checkout_files_write(struct git_self *g, struct checkout_plan *plan, int from, int to)
{
	struct writer w = { .g = g, .plan = plan, .depth = 1 };
	bool ok = true;

	w.levels[0] = (struct level){ .from = from, .to = to };
	for (size_t i = 0; ok && i < plan->n; i++) {
		struct checkout_entry *e = &plan->entries[i];
		const char *slash = strrchr(e->path, '/');
		const char *name = slash ? slash + 1 : e->path;

		ok = go_to(&w, e->path) &&
		     (e->stat[CHECKOUT_MODE] == 0120000 ? add_link(&w, e, name)
							: add_file(&w, e, name));
	}
	while (w.depth > 1)
		leave(&w);
	return ok;
}
