/* SPDX-License-Identifier: MIT */
/* What is left of a worktree when its maker was killed before git could see it. */

#include "wtorch/engine/worktree.h"

#include <string.h>

#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"

#define MAX_SAME_NAME 16 /* entries NAME, NAME1, ... that are looked at */

/* A small file as text, trimmed; NULL when it is not there or cannot be read. */
static const char *small(struct wt_run *run, const char *dir, const char *name)
{
	const struct wt_fs *fs = run->ports->fs;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;
	const char *out = NULL;

	if (fs->read(fs->self, wt_path_join(&run->arena, dir, name), WT_MAX_CONFIG_BYTES, &text,
		     &ignored) == WT_OK) {
		struct wt_str s = wt_str_trim((struct wt_str){ text.data, text.len });

		out = wt_arena_strndup(&run->arena, s.data, s.len);
	}
	wt_buf_clear(&text);
	return out;
}

static enum wt_file_kind kind_of(struct wt_run *run, const char *path)
{
	struct wt_file_info info = { .kind = WT_FILE_OTHER };
	struct wt_error ignored;

	(void)!run->ports->fs->stat(run->ports->fs->self, path, &info, &ignored);
	return info.kind;
}

/* Nothing, or as much of it as was written by one who was killed meanwhile. */
static bool is_begun(const char *text, const char *wanted)
{
	return !text || strncmp(text, wanted, strlen(text)) == 0;
}

/* Of ours: not linked to any folder yet, locked for its making, on this branch if on any. */
static bool is_half_entry(struct wt_run *run, const char *admin, const struct wt_worktree *w)
{
	const char *head = wt_arena_printf(&run->arena, "ref: refs/heads/%s", w->branch);
	const char *link = wt_path_join(&run->arena, w->path, ".git");
	const char *linked = small(run, admin, "gitdir");

	return is_begun(linked, link) && (!linked || strcmp(linked, link) != 0) &&
	       is_begun(small(run, admin, "locked"), "initializing") &&
	       is_begun(small(run, admin, "HEAD"), head) &&
	       kind_of(run, wt_path_join(&run->arena, admin, "index")) == WT_FILE_NONE;
}

/* The folder, while it holds nothing but the link to that entry. */
static void forget_folder(struct wt_run *run, const char *path, const char *admin)
{
	const struct wt_fs *fs = run->ports->fs;
	const char *link = wt_path_join(&run->arena, path, ".git");
	const char *text = kind_of(run, link) == WT_FILE_REGULAR ? small(run, path, ".git") : NULL;
	struct wt_error ignored;

	if (text && is_begun(text, wt_arena_printf(&run->arena, "gitdir: %s", admin)))
		(void)!fs->remove(fs->self, link, &ignored);
	if (kind_of(run, path) == WT_FILE_FOLDER)
		(void)!fs->remove(fs->self, path, &ignored); /* only when it is empty */
}

/* The lock of a branch that nobody but us was about to make. */
static void forget_lock(struct wt_run *run, const struct wt_worktree *w)
{
	const struct wt_fs *fs = run->ports->fs;
	const char *dir = wt_path_join(&run->arena, run->ports->git->repo.common_dir, "refs/heads");
	const char *name = wt_arena_printf(&run->arena, "%s.lock", w->branch);
	const char *text = small(run, dir, name);
	struct wt_error ignored;

	if (text && is_begun(text, wt_oid_hex(&w->base).hex))
		(void)!fs->remove(fs->self, wt_path_join(&run->arena, dir, name), &ignored);
}

void wt_worktree_forget_half(struct wt_run *run, const struct wt_worktree *w)
{
	const struct wt_fs *fs = run->ports->fs;
	const char *entries =
		wt_path_join(&run->arena, run->ports->git->repo.common_dir, "worktrees");
	const char *name = wt_path_join(&run->arena, entries, wt_path_base(w->path));
	const char *admin = name;
	struct wt_error ignored;

	for (unsigned n = 1; n < MAX_SAME_NAME; n++) {
		if (kind_of(run, admin) == WT_FILE_FOLDER && is_half_entry(run, admin, w)) {
			forget_folder(run, w->path, admin);
			(void)!fs->remove_tree(fs->self, admin, &ignored);
		}
		admin = wt_arena_printf(&run->arena, "%s%u", name, n);
	}
	forget_folder(run, w->path, "");
	(void)!fs->remove(fs->self, entries, &ignored);
	forget_lock(run, w);
}

/* Its only reflog entry is its making from that very commit, by id: people name a branch. */
static bool is_just_made(struct wt_run *run, const struct wt_worktree *w)
{
	static const struct wt_oid none = { { 0 } };
	const char *logs =
		wt_path_join(&run->arena, run->ports->git->repo.common_dir, "logs/refs/heads");
	const char *text = small(run, logs, w->branch);
	struct wt_oid_text base = wt_oid_hex(&w->base);
	const char *head = wt_arena_printf(&run->arena, "%s %s ", wt_oid_hex(&none).hex, base.hex);
	const char *tail = wt_arena_printf(&run->arena, "\tbranch: Created from %s", base.hex);
	size_t len = text ? strlen(text) : 0;

	return len > strlen(tail) && !strchr(text, '\n') &&
	       strncmp(text, head, strlen(head)) == 0 &&
	       strcmp(text + len - strlen(tail), tail) == 0;
}

void wt_worktree_forget_branch(struct wt_run *run, const struct wt_worktree *w)
{
	const struct wt_git *git = run->ports->git;
	const char *ref = wt_arena_printf(&run->arena, "refs/heads/%s", w->branch);
	const struct wt_oid none = { { 0 } };
	struct wt_worktree_entry *list;
	struct wt_error ignored;
	size_t n;

	if (!is_just_made(run, w) ||
	    git->tool->worktrees(git->self, &run->arena, &list, &n, &ignored))
		return;
	for (size_t i = 0; i < n; i++)
		if (list[i].branch && strcmp(list[i].branch, w->branch) == 0)
			return;
	(void)!git->tool->update_ref(git->self, ref, &none, &w->base, "wtorch: undo", &ignored);
}
