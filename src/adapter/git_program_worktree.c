/* SPDX-License-Identifier: MIT */
/* Registering and removing worktrees through git. */

#include "git_program_lock.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/base/path.h"

/* A checkout with smudge filters may fetch its files from a server. */
#define CHECKOUT_DEADLINE_MS (60 * 60 * 1000)

/* What one worktree_add is about to make; undone as a whole when it fails. */
struct addition {
	struct git_self *g;
	const char *path, *branch, *ref; /* branch NULL: detached */
	const struct wt_oid *start;
	bool skips_hooks;
	bool is_old;     /* the branch was there before */
	bool had_folder; /* an empty folder was there already */
	struct wt_arena arena;
};

static bool is_empty_folder(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	bool is_empty = dir != NULL;

	while (is_empty && (e = readdir(dir)))
		is_empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
	if (dir)
		closedir(dir);
	return is_empty;
}

static enum wt_code check_free(struct addition *w, struct wt_error *err)
{
	struct wt_oid found;
	struct wt_error absent;
	struct stat st;
	enum wt_code rc;

	if (w->path[0] != '/')
		return wt_fail(err, WT_E_BUG, "the worktree path '%s' is not absolute", w->path);
	if (lstat(w->path, &st) == 0) {
		w->had_folder = is_empty_folder(w->path);
		if (!w->had_folder)
			return wt_fail(err, WT_E_EXISTS, "'%s' is already there", w->path);
	}
	if (!w->branch)
		return WT_OK;
	rc = git_libgit2_store.ref(w->g, w->ref, &found, &absent);
	if (!rc && !w->is_old)
		return wt_fail(err, WT_E_EXISTS, "the branch '%s' is already there", w->branch);
	if (rc && (rc != WT_E_NOT_FOUND || w->is_old)) {
		*err = absent;
		return rc;
	}
	return WT_OK;
}

/* The topmost folder that git will have to make above path, or NULL. */
static const char *first_missing_parent(struct wt_arena *a, const char *path)
{
	const char *missing = NULL;
	struct stat st;

	for (char *dir = wt_path_dir(a, path); lstat(dir, &st) != 0 && strlen(dir) > 1;
	     dir = wt_path_dir(a, dir))
		missing = dir;
	return missing;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

/* True when path is a worktree of this repository: it was free before we began and everybody
 * else who adds worktrees of ours waits for our lock, so it is the one that we began. */
static bool is_ours(struct addition *w, const char **entry)
{
	static const char mark[] = "gitdir: ";
	const char *admin = wt_arena_printf(&w->arena, "%s%s/worktrees/", mark, w->g->common_dir);
	FILE *f = fopen(wt_arena_printf(&w->arena, "%s/.git", w->path), "re");
	char line[4096] = "";
	bool is_read = f && fgets(line, sizeof line, f);

	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = '\0';
	*entry = wt_arena_strdup(&w->arena, line + (is_read ? strlen(mark) : 0));
	return is_read && strncmp(line, admin, strlen(admin)) == 0;
}

/* Git does not remove one that it was killed over before it had all its files. */
static void forget_entry(struct addition *w, const char *entry)
{
	static const char mark[] = "initializing";
	FILE *f = fopen(wt_arena_printf(&w->arena, "%s/locked", entry), "re");
	char line[64] = "";
	bool is_begun = f && fgets(line, sizeof line, f) && strncmp(line, mark, strlen(mark)) == 0;

	if (f)
		fclose(f);
	if (is_begun)
		nftw(entry, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* What somebody else put at path meanwhile, and a registration or branch that git found to be
 * there already, stay. */
static void undo(struct addition *w, const char *top_parent, bool has_branch)
{
	struct git_call call = { .what = "undo" };
	struct wt_error ignored;
	struct wt_oid none = { { 0 } };
	const char *entry;

	if (is_ours(w, &entry)) {
		call.args = GIT_ARGS("worktree", "remove", "--force", "--force", "--", w->path);
		if (git_do(w->g, &call, NULL, &ignored))
			forget_entry(w, entry);
		nftw(w->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	}
	rmdir(w->path);
	if (w->had_folder)
		mkdir(w->path, 0777);
	if (has_branch)
		(void)git_program_tool.update_ref(w->g, w->ref, &none, w->start, "wtorch: undo",
						  &ignored);
	for (const char *dir = wt_path_dir(&w->arena, w->path);
	     top_parent && strlen(dir) >= strlen(top_parent) && rmdir(dir) == 0;
	     dir = wt_path_dir(&w->arena, dir))
		;
}

/* Two of these at once read each other's half-written files (perf-baseline D). */
static bool is_race(const struct wt_cmd_result *res)
{
	return git_says(res, "commondir") || git_says(res, "Invalid path");
}

static const char *const *add_args(struct addition *w)
{
	const char **args = wt_arena_alloc(&w->arena, 12 * sizeof *args);
	size_t n = 0;

	if (w->skips_hooks) {
		args[n++] = "-c";
		args[n++] = "core.hooksPath=/dev/null";
	}
	args[n++] = "worktree";
	args[n++] = "add";
	if (!w->branch) {
		args[n++] = "--detach";
	} else if (!w->is_old) {
		args[n++] = "--no-track";
		args[n++] = "-b";
		args[n++] = w->branch;
	}
	args[n++] = "--";
	args[n++] = w->path;
	args[n++] = w->is_old ? w->branch : wt_arena_strdup(&w->arena, wt_oid_hex(w->start).hex);
	return args;
}

static enum wt_code add_once(struct addition *w, bool *is_retryable, bool *has_branch,
			     struct wt_error *err)
{
	const char *set[] = { git_landing_mark(w->g, &w->arena), NULL };
	struct git_call call = { .deadline_ms = CHECKOUT_DEADLINE_MS, .set = set };
	struct wt_cmd_result res = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	enum wt_code rc;

	call.what = wt_arena_printf(&w->arena, "add the worktree '%s'", w->path);
	call.args = add_args(w);
	rc = git_run(w->g, &call, &res, err);
	*is_retryable = !rc && res.code && is_race(&res);
	*has_branch = w->branch && !w->is_old && (rc || !git_says(&res, "a branch named"));
	if (!rc && res.code) {
		bool is_taken = git_says(&res, "already exists") ||
				git_says(&res, "already checked out") ||
				git_says(&res, "already used by worktree") ||
				git_says(&res, "is a missing but");

		rc = git_complain(&call, &res, is_taken ? WT_E_EXISTS : WT_E_ENV, err);
		if (git_says(&res, "is a missing but"))
			rc = wt_hint(err, "git worktree prune");
	}
	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	return rc;
}

static enum wt_code add(struct addition *w, const char *parent, struct wt_error *err)
{
	bool is_retryable = true, has_branch;
	enum wt_code rc = WT_E_ENV;

	for (int tries = 0; rc && is_retryable && tries < 2; tries++) {
		rc = add_once(w, &is_retryable, &has_branch, err);
		if (rc)
			undo(w, parent, has_branch);
	}
	return rc;
}

enum wt_code git_program_worktree_add(void *self, const struct wt_new_worktree *spec,
				      struct wt_error *err)
{
	struct addition w = { .g = self,
			      .path = spec->path,
			      .branch = spec->branch,
			      .start = spec->start,
			      .skips_hooks = spec->skips_hooks };
	const char *parent;
	enum wt_code rc;

	if (spec->branch)
		w.ref = wt_arena_printf(&w.arena, "refs/heads/%s", spec->branch);
	rc = check_free(&w, err);
	if (!rc) {
		parent = first_missing_parent(&w.arena, spec->path);
		if (!git_checkout_copy(self, spec))
			rc = add(&w, parent, err);
	}
	wt_arena_clear(&w.arena);
	return rc;
}

enum wt_code git_program_worktree_attach(void *self, const char *path, const char *branch,
					 struct wt_error *err)
{
	struct addition w = { .g = self, .path = path, .branch = branch, .is_old = true };
	enum wt_code rc;

	w.ref = wt_arena_printf(&w.arena, "refs/heads/%s", branch);
	rc = check_free(&w, err);
	if (!rc)
		rc = add(&w, first_missing_parent(&w.arena, path), err);
	wt_arena_clear(&w.arena);
	return rc;
}

/* Left by one of us who was killed while files were copied: still locked, and the branch, which
 * comes last, is not there. Git makes the branch first, so what it is making looks otherwise. */
static bool is_half_copied(struct git_self *g, const char *path, const struct wt_cmd_result *res)
{
	struct wt_worktree_entry *list;
	struct wt_arena a = { 0 };
	struct wt_error ignored;
	bool found = false;
	size_t n = 0;

	if (git_says(res, "lock reason: initializing") &&
	    git_program_worktrees(g, &a, &list, &n, &ignored) == WT_OK)
		for (size_t i = 0; i < n; i++)
			found = found || (strcmp(list[i].path, path) == 0 && list[i].branch &&
					  wt_oid_is_zero(&list[i].head));
	wt_arena_clear(&a);
	return found;
}

enum wt_code git_program_worktree_remove(void *self, const char *path, bool force,
					 struct wt_error *err)
{
	struct wt_cmd_result res = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	struct wt_buf what = WT_BUF_INIT;
	struct git_call call = { .deadline_ms = CHECKOUT_DEADLINE_MS };
	enum wt_code rc;

	wt_buf_printf(&what, "remove the worktree '%s'", path);
	call.what = what.data;
	call.args = force ? GIT_ARGS("worktree", "remove", "--force", "--", path)
			  : GIT_ARGS("worktree", "remove", "--", path);
	rc = git_run(self, &call, &res, err);
	if (!rc && res.code && force && is_half_copied(self, path, &res)) {
		wt_buf_clear(&res.out);
		wt_buf_clear(&res.err);
		call.args = GIT_ARGS("worktree", "remove", "--force", "--force", "--", path);
		rc = git_run(self, &call, &res, err);
	}
	if (!rc && res.code) {
		bool is_refusal = git_says(&res, "modified or untracked") ||
				  git_says(&res, "locked") || git_says(&res, "submodules") ||
				  git_says(&res, "validation failed") ||
				  git_says(&res, "main working tree");

		rc = git_complain(&call, &res,
				  is_refusal                             ? WT_E_STATE
				  : git_says(&res, "not a working tree") ? WT_E_NOT_FOUND
									 : WT_E_ENV,
				  err);
	}
	wt_buf_clear(&what);
	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	return rc;
}
