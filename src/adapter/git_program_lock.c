/* SPDX-License-Identifier: MIT */
/* The lock on a checkout's index that says whose it is, and git processes that outlived us. */

#include "git_program_lock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_BYTES  256u
#define ENVIRON_MAX (256u * 1024u)
#define CMDLINE_MAX 4096u

/* small files */

/* The first bytes of a file, NUL-terminated; negative when it cannot be read. */
static ssize_t read_start(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0)
		return -1;
	while (n > 0 && len < size - 1) {
		n = read(fd, out + len, size - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	out[len] = '\0';
	return n < 0 ? -1 : (ssize_t)len;
}

static bool write_all(int fd, const char *data, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = write(fd, data + done, len - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

static bool copy_fd(int from, int to)
{
	char chunk[65536];
	ssize_t n;

	while ((n = read(from, chunk, sizeof chunk)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || !write_all(to, chunk, (size_t)n))
			return false;
	}
	return true;
}

/* An index that is absent is copied as absent. */
static bool copy_index(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	struct stat st;
	bool ok;

	if (in < 0)
		return errno == ENOENT;
	ok = fstat(in, &st) == 0;
	out = ok ? open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st.st_mode & 0777) : -1;
	ok = out >= 0 && copy_fd(in, out);
	close(in);
	if (out >= 0 && close(out) < 0)
		ok = false;
	return ok;
}

/* whose lock it is */

static void render_owner(struct git_self *g, char out[LOCK_BYTES])
{
	struct wt_proc_id id;

	g->proc->self_id(g->proc->self, &id);
	snprintf(out, LOCK_BYTES, WT_LOCK_MARK "%" PRId64 " %s %s\n", id.pid, id.start_time,
		 id.boot_id);
}

/* False when the lock is not one of ours, or cannot be read. */
static bool read_owner(const char *path, struct wt_proc_id *id)
{
	char text[LOCK_BYTES];
	ssize_t len = read_start(path, text, sizeof text);
	struct wt_str rest, pid, start, boot;

	if (len <= 0 || (size_t)len != strlen(text) || text[len - 1] != '\n' ||
	    strncmp(text, WT_LOCK_MARK, strlen(WT_LOCK_MARK)) != 0)
		return false;
	rest = wt_str_trim(wt_str_of(text + strlen(WT_LOCK_MARK)));
	if (!wt_str_next(&rest, " ", &pid) || !wt_str_next(&rest, " ", &start) ||
	    !wt_str_next(&rest, " ", &boot) || !wt_text_parse_int(pid, &id->pid))
		return false;
	snprintf(id->start_time, sizeof id->start_time, "%.*s", (int)start.len, start.data);
	snprintf(id->boot_id, sizeof id->boot_id, "%.*s", (int)boot.len, boot.data);
	return true;
}

/* Where the file system knows no hard links. */
static bool place_slowly(const char *lock, const char *owner)
{
	int fd = open(lock, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	bool ok = fd >= 0 && write_all(fd, owner, strlen(owner));

	if (fd >= 0 && close(fd) < 0)
		ok = false;
	if (fd >= 0 && !ok)
		unlink(lock);
	return ok;
}

/* Appears with all its bytes or not at all, so that a lock without them is never ours. */
static bool place_lock(const char *lock, const char *draft, const char *owner, bool takes_over)
{
	int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), errnum;
	bool ok = fd >= 0 && write_all(fd, owner, strlen(owner));

	if (fd >= 0 && close(fd) < 0)
		ok = false;
	if (ok && takes_over)
		ok = rename(draft, lock) == 0;
	else if (ok && link(draft, lock) != 0)
		ok = errno != EEXIST && place_slowly(lock, owner);
	errnum = errno;
	unlink(draft);
	errno = errnum;
	return ok;
}

static void drop_copies(const struct git_index_lock *lock)
{
	unlink(lock->next);
	unlink(lock->next_lock);
}

static enum wt_code find_paths(struct git_self *g, const char *checkout, struct wt_arena *a,
			       struct git_index_lock *out, struct wt_error *err)
{
	const struct git_call call = { .args = GIT_ARGS("rev-parse", "--absolute-git-dir"),
				       .cwd = checkout,
				       .what = "find the index" };
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc = git_do(g, &call, &text, err);
	int len = (int)strcspn(text.data, "\n");

	if (!rc) {
		out->index = wt_arena_printf(a, "%.*s/index", len, text.data);
		out->lock = wt_arena_printf(a, "%s.lock", out->index);
		out->next = wt_arena_printf(a, "%s.wtorch", out->index);
		out->next_lock = wt_arena_printf(a, "%s.lock", out->next);
		out->set[0] = wt_arena_printf(a, "GIT_INDEX_FILE=%s", out->next);
		out->set[1] = git_landing_mark(g, a);
		out->set[2] = NULL;
	}
	wt_buf_clear(&text);
	return rc;
}

enum wt_code git_index_lock(struct git_self *g, const char *checkout, bool takes_over,
			    struct wt_arena *a, struct git_index_lock *out, struct wt_error *err)
{
	char owner[LOCK_BYTES];
	struct wt_proc_id id = { 0 };
	enum wt_code rc = find_paths(g, checkout, a, out, err);
	bool is_left;

	if (rc)
		return rc;
	is_left = read_owner(out->lock, &id) && !g->proc->is_alive(g->proc->self, &id);
	out->was_left = is_left && takes_over;
	render_owner(g, owner);
	if (!place_lock(out->lock, wt_arena_printf(a, "%s.draft", out->next), owner,
			out->was_left)) {
		if (errno != EEXIST)
			return wt_fail_errno(err, WT_E_ENV, errno, "cannot lock '%s'", out->index);
		return wt_fail(err, WT_E_BUSY, "'%s' exists%s", out->lock,
			       is_left ? ": a landing was cut short there" : "");
	}
	drop_copies(out);
	if (copy_index(out->index, out->next))
		return WT_OK;
	wt_fail_errno(err, WT_E_ENV, errno, "cannot copy '%s'", out->index);
	git_index_unlock(out);
	return err->code;
}

enum wt_code git_index_replace(struct git_index_lock *lock, struct wt_error *err)
{
	if (rename(lock->next, lock->index) < 0 && errno != ENOENT)
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot replace '%s'", lock->index);
	return WT_OK;
}

void git_index_unlock(struct git_index_lock *lock)
{
	drop_copies(lock);
	unlink(lock->lock);
}

/* what outlived its orchestrator */

const char *git_landing_mark(const struct git_self *g, struct wt_arena *a)
{
	return wt_arena_printf(a, "WTORCH_LANDING=%s", g->common_dir);
}

static bool has_item(const char *list, size_t len, const char *item)
{
	for (size_t at = 0; at < len; at += strlen(list + at) + 1)
		if (strcmp(list + at, item) == 0)
			return true;
	return false;
}

/* Only git itself counts: what its hooks left in the background moves nothing of ours. */
static bool is_left(const char *pid, const char *mark, char *scratch)
{
	static const char *const commands[] = { "update-ref", "read-tree", "checkout-index",
						"worktree" };
	char path[64];
	ssize_t len;

	snprintf(path, sizeof path, "/proc/%.16s/environ", pid);
	len = read_start(path, scratch, ENVIRON_MAX);
	if (len <= 0 || !has_item(scratch, (size_t)len, mark))
		return false;
	snprintf(path, sizeof path, "/proc/%.16s/cmdline", pid);
	len = read_start(path, scratch, CMDLINE_MAX);
	for (size_t i = 0; len > 0 && i < sizeof commands / sizeof *commands; i++)
		if (has_item(scratch, (size_t)len, commands[i]))
			return true;
	return false;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* False when it lives on at the deadline. */
static bool await_end(const char *pid, const char *mark, char *scratch, int64_t until)
{
	struct pollfd fd = { .fd = pidfd_open((pid_t)strtol(pid, NULL, 10), 0), .events = POLLIN };
	int64_t left;
	bool ended = fd.fd < 0;

	/* Behind the opening, so that it is still the one that was seen. */
	if (!ended && !is_left(pid, mark, scratch))
		ended = true;
	while (!ended && (left = until - now_ms()) > 0)
		ended = poll(&fd, 1, left < INT32_MAX ? (int)left : INT32_MAX) == 1;
	if (fd.fd >= 0)
		close(fd.fd);
	return ended;
}

enum wt_code git_program_await_left(void *self, int64_t timeout_ms, struct wt_error *err)
{
	struct git_self *g = self;
	struct wt_arena a = { 0 };
	const char *mark = git_landing_mark(g, &a);
	char *scratch = wt_arena_alloc(&a, ENVIRON_MAX);
	int64_t until = now_ms() + timeout_ms;
	DIR *dir = opendir("/proc");
	const struct dirent *e;
	enum wt_code rc = WT_OK;

	while (dir && !rc && (e = readdir(dir)))
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
		    is_left(e->d_name, mark, scratch) &&
		    !await_end(e->d_name, mark, scratch, until))
			rc = wt_fail(err, WT_E_TIMEOUT,
				     "git of a wtorch before still runs (pid %s)", e->d_name);
	if (dir)
		closedir(dir);
	wt_arena_clear(&a);
	return rc;
}
