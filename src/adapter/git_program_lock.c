/* SPDX-License-Identifier: MIT */
/* The lock on a checkout's index that says whose it is. */

#include "git_program_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/base/mem.h"

#define LOCK_BYTES 256u

/* small files */

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
	ok = out >= 0 && copy_fd(in, out) && git_copy_age(out, in);
	close(in);
	if (out >= 0 && close(out) < 0)
		ok = false;
	return ok;
}

/* whose lock it is */

static void render_owner(struct git_self *g, bool is_idle, char out[LOCK_BYTES])
{
	struct wt_proc_id id;

	g->proc->self_id(g->proc->self, &id);
	snprintf(out, LOCK_BYTES, WT_LOCK_MARK "%" PRId64 " %s %s%s\n", id.pid, id.start_time,
		 id.boot_id, is_idle ? " " WT_LOCK_IDLE : "");
}

/* False when the lock is not one of ours, or cannot be read. */
static bool read_owner(const char *path, struct wt_proc_id *id, bool *is_idle)
{
	char text[LOCK_BYTES];
	ssize_t len = git_read_start(path, text, sizeof text);
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
	*is_idle = wt_str_is(wt_str_trim(rest), WT_LOCK_IDLE);
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
static bool place_lock(const struct git_index_lock *l, const char *owner, bool takes_over)
{
	int fd = open(l->draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), errnum;
	bool ok = fd >= 0 && write_all(fd, owner, strlen(owner));

	if (fd >= 0 && close(fd) < 0)
		ok = false;
	if (ok && takes_over)
		ok = rename(l->draft, l->lock) == 0;
	else if (ok && link(l->draft, l->lock) != 0)
		ok = errno != EEXIST && place_slowly(l->lock, owner);
	errnum = errno;
	unlink(l->draft);
	errno = errnum;
	return ok;
}

static void drop_copies(const struct git_index_lock *lock)
{
	unlink(lock->next);
	unlink(lock->next_lock);
}

/* taking it */

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
		out->draft = wt_arena_printf(a, "%s.draft", out->next);
		out->set[0] = wt_arena_printf(a, "GIT_INDEX_FILE=%s", out->next);
		out->set[1] = git_landing_mark(g, a);
		out->set[2] = NULL;
	}
	wt_buf_clear(&text);
	return rc;
}

static bool is_self(struct git_self *g, const struct wt_proc_id *id)
{
	struct wt_proc_id self;

	g->proc->self_id(g->proc->self, &self);
	return id->pid == self.pid && strcmp(id->start_time, self.start_time) == 0 &&
	       strcmp(id->boot_id, self.boot_id) == 0;
}

/* A lock that is there belongs to a process of ours that is dead, or to us, who do not hold it and
 * have written nothing under it. */
static bool is_left(struct git_self *g, const struct git_index_lock *l, bool *is_idle)
{
	struct wt_proc_id id = { 0 };

	return read_owner(l->lock, &id, is_idle) &&
	       ((*is_idle && is_self(g, &id)) || !g->proc->is_alive(g->proc->self, &id));
}

static enum wt_code take(struct git_self *g, enum git_index_use use, bool is_idle,
			 struct git_index_lock *l, struct wt_error *err)
{
	bool was_idle = false, was_there = is_left(g, l, &was_idle);
	bool takes_over = was_there && (was_idle || use == GIT_INDEX_MEND);
	char owner[LOCK_BYTES];

	l->was_left = takes_over && !was_idle;
	render_owner(g, is_idle, owner);
	if (place_lock(l, owner, takes_over))
		return WT_OK;
	if (errno != EEXIST)
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot lock '%s'", l->index);
	return wt_fail(err, WT_E_BUSY, "'%s' exists%s", l->lock,
		       was_there ? ": a landing was cut short there" : "");
}

/* what is held over several calls */

struct git_held {
	struct wt_arena arena;
	const char *checkout;
	struct git_index_lock lock;
};

bool git_index_is_held(const struct git_self *g, const char *checkout)
{
	return g->held && strcmp(g->held->checkout, checkout) == 0;
}

/* Somebody may have taken it away by hand, and be at work there. */
static enum wt_code use_held(struct git_self *g, enum git_index_use use, struct git_index_lock *out,
			     struct wt_error *err)
{
	struct wt_proc_id id = { 0 };
	char owner[LOCK_BYTES];
	bool is_idle = false;

	*out = g->held->lock;
	out->is_held = true;
	if (!read_owner(out->lock, &id, &is_idle) || !is_self(g, &id))
		return wt_fail(err, WT_E_BUSY, "'%s' was taken by somebody else", out->lock);
	if (use == GIT_INDEX_LOOK || !is_idle)
		return WT_OK;
	render_owner(g, false, owner);
	return place_lock(out, owner, true)
		       ? WT_OK
		       : wt_fail_errno(err, WT_E_ENV, errno, "cannot lock '%s'", out->index);
}

enum wt_code git_program_checkout_lock(void *self, const char *checkout, struct wt_error *err)
{
	struct git_self *g = self;
	struct git_held *held = wt_alloc(sizeof *held);
	enum wt_code rc;

	git_program_checkout_unlock(g);
	rc = find_paths(g, checkout, &held->arena, &held->lock, err);
	if (!rc)
		rc = take(g, GIT_INDEX_LOOK, true, &held->lock, err);
	if (rc) {
		wt_arena_clear(&held->arena);
		free(held);
		return rc;
	}
	held->checkout = wt_arena_strdup(&held->arena, checkout);
	g->held = held;
	return WT_OK;
}

void git_program_checkout_unlock(void *self)
{
	struct git_self *g = self;
	struct wt_proc_id id = { 0 };
	bool is_idle;

	if (!g->held)
		return;
	drop_copies(&g->held->lock);
	if (read_owner(g->held->lock.lock, &id, &is_idle) && is_self(g, &id))
		unlink(g->held->lock.lock);
	wt_arena_clear(&g->held->arena);
	free(g->held);
	g->held = NULL;
}

/* one use */

enum wt_code git_index_lock(struct git_self *g, const char *checkout, enum git_index_use use,
			    struct wt_arena *a, struct git_index_lock *out, struct wt_error *err)
{
	enum wt_code rc;

	*out = (struct git_index_lock){ 0 };
	if (git_index_is_held(g, checkout)) {
		rc = use_held(g, use, out, err);
	} else {
		rc = find_paths(g, checkout, a, out, err);
		if (!rc)
			rc = take(g, use, use == GIT_INDEX_LOOK, out, err);
	}
	if (rc)
		return rc;
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
	if (!lock->is_held)
		unlink(lock->lock);
}
