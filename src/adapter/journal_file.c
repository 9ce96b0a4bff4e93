/* SPDX-License-Identifier: MIT */
/* The port journal on a file of lines that many processes append to. */

#include "fs_posix.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/mem.h"

#define READ_CHUNK   (64u << 10)
#define LOCK_WAIT_MS (60 * 1000)
#define MAX_SEQ      (INT64_C(1) << 53) /* what a number in JSON can hold */
#define HEAD_BYTES   64u                /* holds the beginning of a record up to behind its seq */

struct wt_journal_file {
	char *path;
	int fd;
	int append_fd; /* -1 until the first append; fd itself when we made the file */
	int64_t read_offset;
	size_t read_lines;
	int64_t known_size; /* behind the record that had known_seq */
	uint64_t known_seq;
};

static void journal_close(void *self, struct wt_journal_file *j)
{
	(void)self;
	if (!j)
		return;
	if (j->append_fd >= 0 && j->append_fd != j->fd)
		close(j->append_fd);
	if (j->fd >= 0)
		close(j->fd);
	free(j->path);
	free(j);
}

/* The folder of the journal is new as well, so its own name has to reach the disk too. */
static enum wt_code create_file(struct wt_journal_file *j, struct wt_error *err)
{
	struct wt_buf folder = WT_BUF_INIT;
	struct wt_buf above = WT_BUF_INIT;
	enum wt_code rc;

	wt_fs_posix_parent(j->path, &folder);
	wt_fs_posix_parent(folder.data, &above);
	rc = wt_fs_posix_mkdirs(NULL, folder.data, err);
	if (rc)
		goto out;
	j->fd = open(j->path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (j->fd < 0) {
		rc = wt_fs_posix_fail(err, errno, "create the journal", j->path);
		goto out;
	}
	j->append_fd = j->fd;
	rc = wt_fs_posix_sync_folder(folder.data, err);
	if (rc == WT_OK)
		rc = wt_fs_posix_sync_folder(above.data, err);
	if (rc)
		(void)unlink(j->path);
out:
	wt_buf_clear(&above);
	wt_buf_clear(&folder);
	return rc;
}

static enum wt_code open_file(struct wt_journal_file *j, struct wt_error *err)
{
	struct stat st;

	j->fd = open(j->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (j->fd < 0 || fstat(j->fd, &st) < 0)
		return wt_fs_posix_fail(err, errno, "open the journal", j->path);
	if (!S_ISREG(st.st_mode))
		return wt_fail(err, WT_E_ENV, "cannot open the journal '%s': not a regular file",
			       j->path);
	return WT_OK;
}

static enum wt_code journal_open(void *self, const char *path, bool create,
				 struct wt_journal_file **out, struct wt_error *err)
{
	struct wt_journal_file *j = wt_alloc(sizeof *j);
	enum wt_code rc;

	j->path = wt_strdup(path);
	j->fd = -1;
	j->append_fd = -1;
	rc = create ? create_file(j, err) : open_file(j, err);
	if (rc == WT_OK)
		*out = j;
	else
		journal_close(self, j);
	return rc;
}

/* What we read and what we append to must be one file, also after a "clean" in between. */
static enum wt_code open_append(struct wt_journal_file *j, struct wt_error *err)
{
	struct stat mine, theirs;

	if (j->append_fd < 0) {
		j->append_fd = open(j->path, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK);
		if (j->append_fd < 0 && errno != ENOENT)
			return wt_fs_posix_fail(err, errno, "write the journal", j->path);
	}
	if (fstat(j->fd, &mine) < 0 || mine.st_nlink == 0 || j->append_fd < 0 ||
	    fstat(j->append_fd, &theirs) < 0 || mine.st_dev != theirs.st_dev ||
	    mine.st_ino != theirs.st_ino)
		return wt_fail(err, WT_E_STATE, "cannot write the journal '%s': it was removed",
			       j->path);
	return WT_OK;
}

/* The seq of a record from its first bytes, {"v":1,"seq":17, which is how every version begins
 * one. The comma must be there, or a torn record could show us only some of the digits. */
static bool parse_seq(struct wt_str head, uint64_t *seq)
{
	static const char start[] = "{\"v\":";
	static const char name[] = ",\"seq\":";
	const size_t at = wt_str_find(head, name);
	struct wt_str number;
	size_t comma;
	int64_t value;

	if (!wt_str_starts(head, start) || at == head.len)
		return false;
	number.data = head.data + at + sizeof name - 1;
	number.len = head.len - at - (sizeof name - 1);
	comma = wt_str_find(number, ",");
	if (comma == number.len)
		return false;
	number.len = comma;
	if (!wt_text_parse_int(number, &value) || value < 0 || value > MAX_SEQ)
		return false;
	*seq = (uint64_t)value;
	return true;
}

/* As many bytes as there are, up to size; short only at the end of the file. */
static bool read_at(const struct wt_journal_file *j, int64_t offset, char *out, size_t size,
		    size_t *len, struct wt_error *err)
{
	for (*len = 0; *len < size;) {
		ssize_t n = pread(j->fd, out + *len, size - *len, offset + (int64_t)*len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			wt_fs_posix_fail(err, errno, "read the journal", j->path);
		if (n <= 0)
			return n == 0;
		*len += (size_t)n;
	}
	return true;
}

/* Looks at the line that begins at offset. */
static enum wt_code try_line(const struct wt_journal_file *j, int64_t offset, uint64_t *seq,
			     bool *is_found, struct wt_error *err)
{
	char head[HEAD_BYTES];
	size_t len;

	if (!read_at(j, offset, head, sizeof head, &len, err))
		return err->code;
	*is_found = parse_seq((struct wt_str){ head, len }, seq);
	return WT_OK;
}

/* Goes back from size to the last line that shows its seq, usually the last one at all. A torn
 * record that shows one has used it up. */
static enum wt_code find_last_seq(const struct wt_journal_file *j, int64_t size, uint64_t *seq,
				  struct wt_error *err)
{
	char *chunk = wt_alloc(READ_CHUNK);
	int64_t end = size;
	bool is_found = false;
	enum wt_code rc = WT_OK;

	*seq = 0;
	while (end > 0 && !is_found && !rc) {
		const int64_t begin = end > READ_CHUNK ? end - READ_CHUNK : 0;
		size_t len;
		size_t i;

		if (!read_at(j, begin, chunk, (size_t)(end - begin), &len, err))
			rc = err->code;
		for (i = rc ? 0 : len; i > 0 && !is_found && !rc; i--)
			if (chunk[i - 1] == '\n')
				rc = try_line(j, begin + (int64_t)i, seq, &is_found, err);
		if (begin == 0 && !is_found && !rc)
			rc = try_line(j, 0, seq, &is_found, err);
		end = begin;
	}
	free(chunk);
	return rc;
}

/* Under the lock: what others appended since we last looked, and whether they were torn. */
static enum wt_code look_at_tail(struct wt_journal_file *j, int64_t *size, bool *is_torn,
				 struct wt_error *err)
{
	struct stat st;
	uint64_t seq;
	char last = '\n';
	size_t len;
	enum wt_code rc;

	if (fstat(j->append_fd, &st) < 0)
		return wt_fs_posix_fail(err, errno, "look at the journal", j->path);
	*size = st.st_size;
	if (*size > 0 && !read_at(j, *size - 1, &last, 1, &len, err))
		return err->code;
	*is_torn = last != '\n';
	if (*size == j->known_size)
		return WT_OK;
	rc = find_last_seq(j, *size, &seq, err);
	if (rc == WT_OK && seq > j->known_seq)
		j->known_seq = seq;
	return rc;
}

/* Under the lock, in one write if the system takes it so. What did not fit goes away again;
 * should even that fail, the next writer mends the tail. */
static enum wt_code write_record(struct wt_journal_file *j, int64_t size, struct wt_str record,
				 bool durable, struct wt_error *err)
{
	if (!wt_fs_posix_write(j->append_fd, record)) {
		wt_fs_posix_fail(err, errno, "write the journal", j->path);
		(void)!ftruncate(j->append_fd, size);
		return err->code;
	}
	j->known_size = size + (int64_t)record.len;
	j->known_seq++;
	if (durable && fdatasync(j->append_fd) < 0)
		return wt_fs_posix_fail(err, errno, "write to disk", j->path);
	return WT_OK;
}

static enum wt_code append_locked(const struct wt_clock *clock, struct wt_journal_file *j,
				  struct wt_event *ev, bool durable, struct wt_error *err)
{
	struct wt_buf record = WT_BUF_INIT;
	int64_t size = 0;
	bool is_torn = false;
	enum wt_code rc = look_at_tail(j, &size, &is_torn, err);

	if (rc)
		return rc;
	ev->seq = j->known_seq + 1;
	ev->ts_wall_ms = clock->wall_ms(clock->self);
	if (is_torn)
		wt_buf_putc(&record, '\n');
	wt_event_render(ev, &record);
	assert(!memchr(record.data + is_torn, '\n', record.len - is_torn));
	wt_buf_putc(&record, '\n');
	if (record.len > WT_MAX_RECORD_BYTES)
		rc = wt_fail(err, WT_E_INPUT,
			     "cannot write the journal '%s': a record of %zu bytes", j->path,
			     record.len);
	else
		rc = write_record(j, size, (struct wt_str){ record.data, record.len }, durable,
				  err);
	wt_buf_clear(&record);
	return rc;
}

static enum wt_code journal_append(void *self, struct wt_journal_file *j, struct wt_event *ev,
				   bool durable, struct wt_error *err)
{
	enum wt_code rc = open_append(j, err);

	if (rc)
		return rc;
	rc = wt_fs_posix_flock(j->append_fd, j->path, LOCK_WAIT_MS, err);
	if (rc)
		return rc;
	rc = append_locked(self, j, ev, durable, err);
	(void)flock(j->append_fd, LOCK_UN);
	return rc;
}

typedef enum wt_code on_line(void *arg, size_t number, struct wt_str text, struct wt_error *err);

/* Hands on the whole lines of pending, of which the first scanned bytes are known to hold no
 * newline, and takes them away from it. */
static enum wt_code take_lines(struct wt_journal_file *j, struct wt_buf *pending, size_t scanned,
			       on_line *line, void *arg, struct wt_error *err)
{
	const char *end = pending->data + pending->len;
	char *begin = pending->data;
	const char *newline = memchr(begin + scanned, '\n', pending->len - scanned);
	enum wt_code rc = WT_OK;

	while (newline && !rc) {
		const struct wt_str text = { begin, (size_t)(newline - begin) };

		j->read_offset += (int64_t)text.len + 1;
		j->read_lines++;
		if (text.len)
			rc = line(arg, j->read_lines, text, err);
		begin += text.len + 1;
		newline = memchr(begin, '\n', (size_t)(end - begin));
	}
	memmove(pending->data, begin, (size_t)(end - begin));
	wt_buf_cut(pending, (size_t)(end - begin));
	return rc;
}

static enum wt_code journal_read(void *self, struct wt_journal_file *j, on_line *line, void *arg,
				 struct wt_error *err)
{
	struct wt_buf pending = WT_BUF_INIT;
	enum wt_code rc = WT_OK;
	size_t len = READ_CHUNK;

	(void)self;
	while (!rc && len == READ_CHUNK) {
		const size_t scanned = pending.len;

		wt_buf_reserve(&pending, READ_CHUNK);
		if (!read_at(j, j->read_offset + (int64_t)scanned, pending.data + scanned,
			     READ_CHUNK, &len, err)) {
			rc = err->code;
			break;
		}
		pending.len += len;
		pending.data[pending.len] = '\0';
		rc = take_lines(j, &pending, scanned, line, arg, err);
		if (!rc && pending.len > WT_MAX_RECORD_BYTES)
			rc = wt_fail(err, WT_E_INPUT,
				     "cannot read the journal '%s': line %zu is too long", j->path,
				     j->read_lines + 1);
	}
	wt_buf_clear(&pending);
	return rc;
}

void wt_journal_file(const struct wt_clock *clock, struct wt_journal *out)
{
	*out = (struct wt_journal){
		.self = (void *)(uintptr_t)clock, /* only read */
		.open = journal_open,
		.close = journal_close,
		.append = journal_append,
		.read = journal_read,
	};
}
