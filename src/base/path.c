/* SPDX-License-Identifier: MIT */
/* Paths as text. */

#include "wtorch/base/path.h"

#include <string.h>

bool wt_path_next(struct wt_str *rest, struct wt_str *component)
{
	while (rest->len) {
		const char *slash = memchr(rest->data, '/', rest->len);
		size_t len = slash ? (size_t)(slash - rest->data) : rest->len;
		size_t skip = slash ? len + 1 : len;

		*component = (struct wt_str){ rest->data, len };
		rest->data += skip;
		rest->len -= skip;
		if (len > 0 && !wt_str_is(*component, "."))
			return true;
	}
	return false;
}

char *wt_path_join(struct wt_arena *a, const char *dir, const char *name)
{
	size_t len = strlen(dir);

	if (name[0] == '/' || len == 0)
		return wt_arena_strdup(a, name);
	if (name[0] == '\0')
		return wt_arena_strdup(a, dir);
	return wt_arena_printf(a, "%s%s%s", dir, dir[len - 1] == '/' ? "" : "/", name);
}

/* Where the last component of the first len bytes begins. */
static size_t last_component(const char *path, size_t len)
{
	while (len && path[len - 1] != '/')
		len--;
	return len;
}

char *wt_path_normal(struct wt_arena *a, const char *path)
{
	struct wt_str rest = wt_str_of(path);
	struct wt_str component;
	size_t root = path[0] == '/';
	char *out = wt_arena_alloc(a, rest.len + 2);
	size_t len = root;

	out[0] = '/';
	while (wt_path_next(&rest, &component)) {
		size_t last = last_component(out + root, len - root) + root;

		if (wt_str_is(component, "..")) {
			bool is_up = len - last == 2 && memcmp(out + last, "..", 2) == 0;

			if (len > root && !is_up) {
				len = last > root ? last - 1 : root;
				continue;
			}
			if (root)
				continue;
		}
		if (len > root)
			out[len++] = '/';
		memcpy(out + len, component.data, component.len);
		len += component.len;
	}
	if (len == 0)
		out[len++] = '.';
	out[len] = '\0';
	return out;
}

const char *wt_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *wt_path_dir(struct wt_arena *a, const char *path)
{
	size_t len = last_component(path, strlen(path));

	if (len == 0)
		return wt_arena_strdup(a, ".");
	while (len > 1 && path[len - 1] == '/')
		len--;
	return wt_arena_strndup(a, path, len);
}

char *wt_path_relative(struct wt_arena *a, const char *dir, const char *target)
{
	struct wt_str from = wt_str_of(dir), to = wt_str_of(target);
	struct wt_str from_rest = from, to_rest = to;
	struct wt_str x, y;
	struct wt_buf out = WT_BUF_INIT;
	char *path;

	while (wt_path_next(&from_rest, &x) && wt_path_next(&to_rest, &y) && x.len == y.len &&
	       memcmp(x.data, y.data, x.len) == 0) {
		from = from_rest;
		to = to_rest;
	}
	while (wt_path_next(&from, &x))
		wt_buf_puts(&out, out.len ? "/.." : "..");
	while (wt_path_next(&to, &y)) {
		if (out.len)
			wt_buf_putc(&out, '/');
		wt_buf_add(&out, y.data, y.len);
	}
	path = wt_arena_strdup(a, out.len ? out.data : ".");
	wt_buf_clear(&out);
	return path;
}

bool wt_path_is_inside(const char *dir, const char *path)
{
	size_t len = strlen(dir);

	if (strncmp(dir, path, len) != 0)
		return false;
	/* The root is the only directory that ends in a slash. */
	return path[len] == '\0' || path[len] == '/' || (len > 0 && dir[len - 1] == '/');
}

bool wt_path_is_tame(struct wt_str path)
{
	struct wt_str component;
	size_t components = 0;

	if (path.len == 0 || path.data[0] == '/')
		return false;
	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.data[i];

		if (c < 0x20 || c == 0x7F || c == '\\')
			return false;
	}
	for (; wt_path_next(&path, &component); components++) {
		if (wt_str_is(component, "..") || wt_str_is_nocase(component, ".git"))
			return false;
	}
	return components > 0;
}
