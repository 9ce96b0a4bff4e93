/* SPDX-License-Identifier: MIT */
/* What a folder is besides its files: a link to another one, or around what is mounted in it. */

#include <string.h>

#include "clean_priv.h"
#include "wtorch/base/path.h"

#define MOUNTS     "/proc/self/mountinfo"
#define MAX_MOUNTS (16u << 20)

/* "\040" is a blank, as the kernel writes it. */
static const char *unescaped(struct wt_arena *a, struct wt_str s)
{
	char *out = wt_arena_strndup(a, s.data, s.len);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (out[i] == '\\' && i + 3 < s.len) {
			out[n++] = (char)((out[i + 1] - '0') * 64 + (out[i + 2] - '0') * 8 +
					  (out[i + 3] - '0'));
			i += 3;
		} else {
			out[n++] = out[i];
		}
	}
	out[n] = '\0';
	return out;
}

/* The fifth word of a line is where it is mounted. */
static const char *mount_of(struct wt_arena *a, struct wt_str line)
{
	struct wt_str rest = line, word = { "", 0 };

	for (int i = 0; i < 5; i++)
		if (!wt_str_next(&rest, " ", &word))
			return "";
	return unescaped(a, word);
}

const char *wt_clean_place(struct wt_cleaner *c, const char *path)
{
	const struct wt_fs *fs = c->ports->fs;
	struct wt_buf real = WT_BUF_INIT, mounts = WT_BUF_INIT;
	struct wt_file_info info;
	struct wt_error err;
	struct wt_str rest, line;
	const char *why = NULL;
	enum wt_code rc = fs->stat(fs->self, path, &info, &err);

	if (!rc)
		rc = fs->real(fs->self, path, &real, &err);
	if (!rc)
		rc = fs->read(fs->self, MOUNTS, MAX_MOUNTS, &mounts, &err);
	rest = (struct wt_str){ mounts.data, mounts.len };
	if (rc)
		why = wt_arena_printf(c->arena, "cannot be looked at: %s", err.msg);
	else if (info.kind == WT_FILE_LINK)
		why = wt_arena_printf(c->arena, "it is a link to '%s'", real.data);
	while (!why && wt_str_next(&rest, "\n", &line)) {
		const char *mount = mount_of(c->arena, line);

		if (strcmp(mount, real.data) != 0 && wt_path_is_inside(real.data, mount))
			why = wt_arena_printf(c->arena, "something is mounted in it: '%s'", mount);
	}
	wt_buf_clear(&real);
	wt_buf_clear(&mounts);
	return why;
}
