/* SPDX-License-Identifier: MIT */
/* Reads the start file. */

#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/base/mem.h"

/* What is left of the file; data is NULL once it was found to be broken. */
struct cursor {
	char *data;
	size_t len;
};

static enum wt_code read_all(int fd, struct cursor *out, struct wt_error *err)
{
	struct stat st;
	ssize_t n = 1;

	if (fstat(fd, &st) < 0)
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot read '" WT_SHIM_START "'");
	if (!S_ISREG(st.st_mode) || st.st_size > (off_t)WT_SHIM_MAX_START)
		return wt_fail(err, WT_E_INPUT, "'" WT_SHIM_START "' is no file or is too large");
	out->data = wt_alloc((size_t)st.st_size + 1);
	while (n > 0 && out->len < (size_t)st.st_size) {
		n = read(fd, out->data + out->len, (size_t)st.st_size - out->len);
		out->len += n > 0 ? (size_t)n : 0;
	}
	if (n < 0)
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot read '" WT_SHIM_START "'");
	return WT_OK;
}

static char *next_string(struct cursor *c)
{
	char *s = c->data;
	char *end = s ? memchr(s, '\0', c->len) : NULL;

	if (!end) {
		c->data = NULL;
		return NULL;
	}
	c->len -= (size_t)(end + 1 - s);
	c->data = end + 1;
	return s;
}

static int64_t next_number(struct cursor *c)
{
	const char *s = next_string(c);
	int64_t n = -1;

	if (s && (!wt_text_parse_int(wt_str_of(s), &n) || n < 0))
		c->data = NULL;
	return n;
}

static char **next_list(struct cursor *c)
{
	int64_t n = next_number(c);
	char **list;

	/* Each string takes a byte at least, so this bounds what is allocated. */
	if (!c->data || n > (int64_t)c->len) {
		c->data = NULL;
		return NULL;
	}
	list = wt_alloc(((size_t)n + 1) * sizeof *list);
	for (int64_t i = 0; i < n; i++)
		list[i] = next_string(c);
	return list;
}

static bool parse(struct cursor c, struct wt_shim_spec *out)
{
	const char *magic = next_string(&c);

	if (!magic || strcmp(magic, WT_SHIM_MAGIC) != 0)
		return false;
	out->cwd = next_string(&c);
	out->stdin_path = next_string(&c);
	out->instance = next_string(&c);
	out->timeout_ms = next_number(&c);
	out->grace_ms = next_number(&c);
	out->silence_ms = next_number(&c);
	out->final = next_string(&c);
	out->cgroup = next_string(&c);
	out->memory_bytes = next_number(&c);
	out->cpu_percent = next_number(&c);
	out->tasks = next_number(&c);
	out->open_files = next_number(&c);
	out->argv = next_list(&c);
	out->env = next_list(&c);
	return c.data && !c.len && out->argv[0];
}

enum wt_code wt_shim_spec_load(int dir, struct wt_shim_spec *out, struct wt_error *err)
{
	int fd = openat(dir, WT_SHIM_START, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct cursor text = { NULL, 0 };
	enum wt_code code;

	*out = (struct wt_shim_spec){ .data = NULL };
	if (fd < 0)
		return wt_fail_errno(err, WT_E_ENV, errno, "cannot open '" WT_SHIM_START "'");
	code = read_all(fd, &text, err);
	close(fd);
	out->data = text.data;
	if (code == WT_OK && !parse(text, out))
		code = wt_fail(err, WT_E_INPUT, "'" WT_SHIM_START "' is damaged");
	if (code == WT_OK && !*out->stdin_path)
		out->stdin_path = NULL;
	return code;
}

void wt_shim_spec_clear(struct wt_shim_spec *spec)
{
	free(spec->argv);
	free(spec->env);
	free(spec->data);
	*spec = (struct wt_shim_spec){ .data = NULL };
}
