/* SPDX-License-Identifier: MIT */
/* Makes a worktree as a copy of the user's checkout, or leaves it to git. */

#include "checkout_copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wtorch/base/path.h"

/* path and the folders above it, as far as they are missing. */
static bool make_folders(struct checkout_target *t, const char *path, struct wt_arena *a)
{
	bool ok = mkdir(path, 0777) == 0;

	if (!ok && errno == ENOENT && strlen(path) > 1)
		ok = make_folders(t, wt_path_dir(a, path), a) && mkdir(path, 0777) == 0;
	else if (!ok)
		return errno == EEXIST;
	if (ok && !t->made)
		t->made = path;
	return ok;
}

static bool is_empty_folder(const char *path)
{
	struct stat st;
	DIR *dir = lstat(path, &st) == 0 && S_ISDIR(st.st_mode) ? opendir(path) : NULL;
	struct dirent *e;
	bool is_empty = dir != NULL;

	while (is_empty && (e = readdir(dir)))
		is_empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
	if (dir)
		closedir(dir);
	return is_empty;
}

static bool make_target(struct checkout_target *t, struct wt_arena *a)
{
	char *real;

	if (!make_folders(t, t->asked, a) || !is_empty_folder(t->asked))
		return false;
	real = realpath(t->asked, NULL);
	t->path = wt_arena_strdup(a, real);
	free(real);
	return t->path != NULL;
}

static bool write_files(struct git_self *g, struct checkout_plan *plan, const char *path)
{
	int from = open(g->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int to = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool ok = from >= 0 && to >= 0 && checkout_files_write(g, plan, from, to);

	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return ok;
}

/* A detached one is there to judge its commit, maybe against an agent that can write into the
 * user's checkout and its index: it is made of nothing but objects, which are what their ids say. */
static bool load_sources(struct git_self *g, const struct checkout_target *t, struct wt_arena *a,
			 struct checkout_index *out)
{
	if (t->branch)
		return checkout_index_load(wt_path_join(a, g->git_dir, "index"), a, out);
	*out = (struct checkout_index){ 0 };
	out->entries = wt_arena_alloc(a, sizeof *out->entries);
	out->nodes = wt_arena_alloc(a, sizeof *out->nodes);
	return true;
}

/* All that can be found out before anything is made. */
static bool prepare(struct git_self *g, struct checkout_target *t, struct checkout_plan *plan,
		    struct wt_arena *a)
{
	const struct git_person *who; /* for the reflogs */
	struct checkout_index from;
	struct wt_error ignored;
	char *common;

	if ((t->branch && (t->branch[0] == '-' || strcmp(t->branch, "HEAD") == 0)) ||
	    git_program_person(g, false, &who, &ignored) ||
	    !checkout_repository_is_plain(g, t->skips_hooks, a) ||
	    !load_sources(g, t, a, &from) ||
	    !checkout_plan_build(g, t->start, &from, a, plan) ||
	    !checkout_attributes_are_plain(g, t->branch ? &from : NULL, plan))
		return false;
	common = realpath(g->common_dir, NULL);
	t->common = common ? wt_arena_strdup(a, common) : NULL;
	free(common);
	return t->common != NULL;
}

bool git_checkout_copy(struct git_self *g, const struct wt_new_worktree *spec)
{
	struct checkout_target t = { .asked = spec->path,
				     .branch = spec->branch,
				     .start = spec->start,
				     .skips_hooks = spec->skips_hooks };
	struct wt_arena a = { 0 };
	struct wt_buf index = WT_BUF_INIT;
	struct checkout_plan plan;
	bool ok;

	if (spec->branch)
		t.ref = wt_arena_printf(&a, "refs/heads/%s", spec->branch);
	ok = prepare(g, &t, &plan, &a);
	if (ok) {
		ok = make_target(&t, &a) && checkout_register(&t, &a) &&
		     write_files(g, &plan, t.path);
		if (ok) {
			checkout_index_render(&plan, &index);
			ok = checkout_finish(g, &t, (struct wt_str){ index.data, index.len }, &a);
		}
		if (!ok)
			checkout_unregister(g, &t, &a);
	}
	wt_buf_clear(&index);
	wt_arena_clear(&a);
	return ok;
}
