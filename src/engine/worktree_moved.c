/* SPDX-License-Identifier: MIT */
/* Where a worktree went that was moved by other means than git. */

#include "wtorch/engine/worktree.h"

#include <string.h>

#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/trash.h"

#define MAX_LOOKS 5000u /* folders that are looked at */
#define MAX_DEPTH 2u    /* below the folder that it was in, and below the one around it */

struct search {
	const struct wt_ports *ports;
	struct wt_arena *arena;
	const char *admin; /* its entry, links resolved */
	const char *dir;   /* the folder that is being listed */
	const char **below;
	size_t n_below, cap_below;
	const char *found, *second;
	size_t n_looks;
};

static const char *real_of(struct search *s, const char *path)
{
	struct wt_buf real = WT_BUF_INIT;
	struct wt_error ignored;
	const char *out = NULL;

	if (s->ports->fs->real(s->ports->fs->self, path, &real, &ignored) == WT_OK)
		out = wt_arena_strdup(s->arena, real.data);
	wt_buf_clear(&real);
	return out;
}

/* A small file without its last newline, behind lead; NULL: it is something else. */
static const char *read_link(struct search *s, const char *path, const char *lead)
{
	const struct wt_fs *fs = s->ports->fs;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;
	const char *out = NULL;

	if (fs->read(fs->self, path, WT_MAX_CONFIG_BYTES, &text, &ignored) == WT_OK &&
	    wt_str_starts((struct wt_str){ text.data, text.len }, lead)) {
		struct wt_str rest = wt_str_trim(wt_str_of(text.data + strlen(lead)));

		out = wt_arena_strndup(s->arena, rest.data, rest.len);
	}
	wt_buf_clear(&text);
	return out;
}

static bool is_kind(struct search *s, const char *path, enum wt_file_kind kind)
{
	struct wt_file_info info;
	struct wt_error ignored;

	return s->ports->fs->stat(s->ports->fs->self, path, &info, &ignored) == WT_OK &&
	       info.kind == kind;
}

/* The folder says that the entry is its own. */
static bool names_entry(struct search *s, const char *dir)
{
	const char *dot_git = wt_path_join(s->arena, dir, ".git"), *link, *real;

	if (!is_kind(s, dot_git, WT_FILE_REGULAR))
		return false;
	link = read_link(s, dot_git, "gitdir: ");
	real = link ? real_of(s, *link == '/' ? link : wt_path_join(s->arena, dir, link)) : NULL;
	return real && strcmp(real, s->admin) == 0;
}

/* Not into repositories, nor into what is on its way out. */
static bool look_at(void *arg, const char *name, enum wt_file_kind kind)
{
	struct search *s = arg;
	const char *path;

	if (kind != WT_FILE_FOLDER || strcmp(name, WT_TRASH_NAME) == 0 || strcmp(name, ".git") == 0)
		return true;
	path = wt_path_join(s->arena, s->dir, name);
	if (names_entry(s, path)) {
		if (!s->found)
			s->found = path;
		else if (strcmp(s->found, path) != 0)
			s->second = path;
	} else if (is_kind(s, wt_path_join(s->arena, path, ".git"), WT_FILE_NONE)) {
		*WT_ARENA_PUSH(s->arena, s->below, s->n_below, s->cap_below) = path;
	}
	return ++s->n_looks < MAX_LOOKS && !s->second;
}

/* Breadth first, so that what is near is found before the search gives up. */
static void search_below(struct search *s, const char *top)
{
	size_t from = s->n_below, to;
	struct wt_error ignored;

	*WT_ARENA_PUSH(s->arena, s->below, s->n_below, s->cap_below) = top;
	for (size_t depth = 0; depth < MAX_DEPTH; depth++) {
		to = s->n_below;
		for (; from < to && s->n_looks < MAX_LOOKS && !s->second; from++) {
			s->dir = s->below[from];
			(void)!s->ports->fs->list(s->ports->fs->self, s->dir, look_at, s, &ignored);
		}
	}
}

void wt_worktree_search(const struct wt_ports *ports, const char *admin, const char *path,
			struct wt_arena *a, struct wt_worktree_found *out)
{
	struct search s = { .ports = ports, .arena = a };
	const char *parent = wt_path_dir(a, path), *home = ports->git->repo.main_top;

	*out = (struct wt_worktree_found){ 0 };
	s.admin = real_of(
		&s, wt_arena_printf(a, "%s/worktrees/%s", ports->git->repo.common_dir, admin));
	if (!s.admin || !is_kind(&s, path, WT_FILE_NONE))
		return;
	search_below(&s, parent);
	home = home ? wt_path_dir(a, home) : parent;
	if (!s.found && strcmp(home, parent) != 0)
		search_below(&s, home);
	out->path = s.found;
	out->other = s.second;
	out->admin = s.admin;
}

enum wt_code wt_worktree_repair(const struct wt_ports *ports, const struct wt_worktree_found *found,
				struct wt_arena *a, struct wt_error *err)
{
	const char *lock = wt_path_join(a, wt_runs_home(ports, a), "worktrees.lock");
	const char *link = wt_arena_printf(a, "%s/.git\n", found->path);
	const struct wt_fs *fs = ports->fs;
	int handle;
	enum wt_code rc = fs->lock(fs->self, lock, true, &handle, err);

	if (rc)
		return rc;
	rc = fs->replace(fs->self, wt_path_join(a, found->admin, "gitdir"), wt_str_of(link), err);
	fs->unlock(fs->self, handle);
	return rc ? wt_wrap(err, "cannot repair the worktree '%s'", found->path) : WT_OK;
}
