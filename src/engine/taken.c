/* SPDX-License-Identifier: MIT */
/* Which branches and paths there are already. */

#include "wtorch/engine/taken.h"

#include "wtorch/base/path.h"

#define ONE_BY_ONE 50u

/* branches */

static bool list_branches(struct wt_taken *t)
{
	const struct wt_git *git = t->ports->git;
	struct wt_error ignored;
	const char **names;
	size_t n;

	if (git->store->refs(git->self, "refs/heads/", &t->arena, &names, &n, &ignored))
		return false;
	for (size_t i = 0; i < n; i++)
		wt_map_set(&t->branches, names[i], i);
	return true;
}

bool wt_taken_branch(void *taken, const char *branch)
{
	struct wt_taken *t = taken;
	const struct wt_git *git = t->ports->git;
	struct wt_buf ref = WT_BUF_INIT;
	struct wt_error ignored;
	struct wt_oid oid;
	bool is_taken;

	if (++t->n_branches == ONE_BY_ONE)
		t->are_listed = list_branches(t);
	wt_buf_printf(&ref, "refs/heads/%s", branch);
	if (t->are_listed)
		is_taken = wt_map_find(&t->branches, ref.data) != WT_MAP_NONE;
	else
		is_taken = git->store->ref(git->self, ref.data, &oid, &ignored) != WT_E_NOT_FOUND;
	wt_buf_clear(&ref);
	return is_taken;
}

/* paths */

struct listing {
	struct wt_taken *t;
	const char *dir;
};

static bool take_name(void *arg, const char *name, enum wt_file_kind kind)
{
	struct listing *l = arg;

	(void)kind;
	wt_map_set(&l->t->paths, wt_path_join(&l->t->arena, l->dir, name), 0);
	return true;
}

/* Whether all that lies in the folder is among the paths. One that is not there holds nothing. */
static bool knows_folder(struct wt_taken *t, const char *path)
{
	const struct wt_fs *fs = t->ports->fs;
	struct listing l = { .t = t, .dir = wt_path_dir(&t->arena, path) };
	size_t known = wt_map_find(&t->folders, l.dir);
	struct wt_error ignored;
	enum wt_code rc;

	if (known == WT_MAP_NONE) {
		rc = fs->list(fs->self, l.dir, take_name, &l, &ignored);
		known = rc == WT_OK || rc == WT_E_NOT_FOUND;
		wt_map_set(&t->folders, l.dir, known);
	}
	return known;
}

bool wt_taken_path(void *taken, const char *path)
{
	struct wt_taken *t = taken;
	const struct wt_fs *fs = t->ports->fs;
	struct wt_file_info info;
	struct wt_error ignored;

	if (++t->n_paths >= ONE_BY_ONE && knows_folder(t, path))
		return wt_map_find(&t->paths, path) != WT_MAP_NONE;
	return fs->stat(fs->self, path, &info, &ignored) != WT_OK || info.kind != WT_FILE_NONE;
}

void wt_taken_clear(struct wt_taken *t)
{
	wt_map_clear(&t->branches);
	wt_map_clear(&t->folders);
	wt_map_clear(&t->paths);
	wt_arena_clear(&t->arena);
}
