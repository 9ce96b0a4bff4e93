/* SPDX-License-Identifier: MIT */
/* Writes exit.json, by rename. */

#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/base/json.h"

#define DRAFT         WT_SHIM_EXIT ".tmp"
#define RESERVE_BYTES 4096

/* The folder is the agent's to write in, too. A folder of its own by one of our names is moved
 * aside; anything else is replaced. */
static void clear_way(int dir, const char *name, const char *aside)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
		renameat(dir, name, dir, aside);
}

int wt_shim_record_reserve(int dir)
{
	int fd;

	clear_way(dir, DRAFT, DRAFT ".found");
	unlinkat(dir, DRAFT, 0);
	fd = openat(dir, DRAFT, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	/* Where this is not to be had, the record is written as any file is. */
	if (fd >= 0)
		fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, RESERVE_BYTES);
	return fd;
}

static void render(struct wt_buf *out, const struct wt_shim_outcome *o)
{
	struct wt_jsonw w = { .out = out };

	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "schema", "wtorch.exit/1");
	wt_jsonw_kstr(&w, "reason", o->reason);
	wt_jsonw_kint(&w, "code", o->code);
	wt_jsonw_kint(&w, "signal", o->signal);
	wt_jsonw_kstr(&w, "error", o->error.code != WT_OK ? o->error.msg : NULL);
	wt_jsonw_kint(&w, "cpu_ms", o->cpu_ms);
	wt_jsonw_kint(&w, "peak_rss_bytes", o->peak_rss_bytes);
	wt_jsonw_kint(&w, "duration_ms", o->duration_ms);
	wt_jsonw_key(&w, "survivors");
	wt_jsonw_begin(&w, '[');
	for (size_t i = 0; i < o->survivor_len; i++) {
		wt_jsonw_begin(&w, '{');
		wt_jsonw_kint(&w, "pid", o->survivors[i].pid);
		wt_jsonw_kstr(&w, "name", o->survivors[i].name);
		wt_jsonw_end(&w, '}');
	}
	wt_jsonw_end(&w, ']');
	wt_jsonw_key(&w, "limits");
	wt_jsonw_begin(&w, '{');
	wt_jsonw_kstr(&w, "memory", o->memory_by);
	wt_jsonw_kstr(&w, "pids", o->tasks_by);
	wt_jsonw_kstr(&w, "cpu", o->cpu_by);
	wt_jsonw_end(&w, '}');
	wt_jsonw_end(&w, '}');
	wt_buf_putc(out, '\n');
}

static bool write_all(int fd, const struct wt_buf *text)
{
	size_t done = 0;

	while (done < text->len) {
		ssize_t n = write(fd, text->data + done, text->len - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* By its name; an agent may have put something else there. */
static bool is_reserved(int dir, int fd)
{
	struct stat ours, named;

	return fd >= 0 && fstat(fd, &ours) == 0 &&
	       fstatat(dir, DRAFT, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

enum wt_code wt_shim_record_save(int dir, int fd, const struct wt_shim_outcome *outcome,
				 struct wt_error *err)
{
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code code = WT_OK;

	if (!is_reserved(dir, fd)) {
		if (fd >= 0)
			close(fd);
		fd = wt_shim_record_reserve(dir);
	}
	clear_way(dir, WT_SHIM_EXIT, WT_SHIM_EXIT ".found");
	render(&text, outcome);
	/* Cut, too: somebody else may have written to it. */
	if (fd < 0 || !write_all(fd, &text) || ftruncate(fd, (off_t)text.len) < 0 ||
	    fsync(fd) < 0 || renameat(dir, DRAFT, dir, WT_SHIM_EXIT) < 0)
		code = wt_fail_errno(err, WT_E_ENV, errno, "cannot write '" WT_SHIM_EXIT "'");
	if (fd >= 0)
		close(fd);
	wt_buf_clear(&text);
	return code;
}
