/* SPDX-License-Identifier: MIT */
/* The file that holds a gate's word: only what was written where it judges, and while it does. */

#include <string.h>

#include "asked.h"
#include "wtorch/base/path.h"

/* The path by which its report is to be read or removed: links among its folders are followed, and
 * none may lead out of the room, where others write. WT_E_NOT_FOUND: there is no such folder. */
static enum wt_code find(struct wt_drive *d, size_t room, const char *report, const char **out,
			 struct wt_error *err)
{
	const struct wt_fs *fs = d->run->ports->fs;
	struct wt_arena *a = &d->run->arena;
	const char *path = wt_path_join(a, d->keeper->rooms[room].path, report);
	size_t len = strlen(path) - strlen(wt_path_base(path)) - 1;
	struct wt_buf top = WT_BUF_INIT, folder = WT_BUF_INIT;
	enum wt_code rc = fs->real(fs->self, d->keeper->rooms[room].path, &top, err);

	if (!rc)
		rc = fs->real(fs->self, wt_arena_strndup(a, path, len), &folder, err);
	if (!rc && (strncmp(folder.data, top.data, top.len) != 0 ||
		    (folder.data[top.len] && folder.data[top.len] != '/')))
		rc = wt_fail(err, WT_E_INPUT, "its report '%s' lies outside of its worktree",
			     report);
	if (!rc)
		*out = wt_path_join(a, wt_arena_strdup(a, folder.data), wt_path_base(path));
	wt_buf_clear(&top);
	wt_buf_clear(&folder);
	return rc;
}

static bool has_report(const struct wt_drive *d, size_t room, const struct wt_gate *gate)
{
	return gate->report && d->keeper->rooms[room].path &&
	       wt_path_is_tame(wt_str_of(gate->report));
}

void wt_gate_clear_report(struct wt_drive *d, size_t room, const struct wt_gate *gate)
{
	const struct wt_fs *fs = d->run->ports->fs;
	const char *path;
	struct wt_error ignored;

	/* What is no file is no report either. */
	if (has_report(d, room, gate) && find(d, room, gate->report, &path, &ignored) == WT_OK)
		(void)!fs->remove(fs->self, path, &ignored);
}

bool wt_gate_read_report(struct wt_drive *d, size_t room, const struct wt_gate *gate,
			 struct wt_buf *out, const char **why)
{
	const struct wt_fs *fs = d->run->ports->fs;
	const char *path;
	struct wt_error err;
	enum wt_code rc;

	*why = NULL;
	if (!has_report(d, room, gate))
		return false;
	rc = find(d, room, gate->report, &path, &err);
	if (!rc)
		rc = fs->read(fs->self, path, WT_MAX_GATE_REPORT, out, &err);
	if (rc && rc != WT_E_NOT_FOUND)
		*why = wt_arena_strdup(&d->run->arena, err.msg);
	return !rc;
}
