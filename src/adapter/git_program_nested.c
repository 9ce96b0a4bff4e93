/* SPDX-License-Identifier: MIT */
/* Repositories inside a checkout: what is in them, no tree of ours can hold. */

#include "git_priv.h"

#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "wtorch/base/map.h"
#include "wtorch/base/path.h"

#define MODE_TREE   040000u
#define MODE_MODULE 0160000u

struct search {
	struct git_self *g;
	const char *checkout;
	const struct wt_oid *head;
	struct wt_arena arena;
	struct wt_map folders; /* that were looked at */
};

static enum wt_code refuse(const char *path, const char *why, struct wt_error *err)
{
	wt_fail(err, WT_E_CONFLICT, "'%s' is a repository of its own%s%s", path,
		*why ? " and " : "", why);
	return err->code;
}

static bool has_git(struct search *s, const char *folder)
{
	struct stat st;

	return lstat(wt_arena_printf(&s->arena, "%s/%s/.git", s->checkout, folder), &st) == 0;
}

/* The commit that the tree has at path; false when it has no submodule there. */
static enum wt_code module_at(struct search *s, const char *path, struct wt_oid *out, bool *found,
			      struct wt_error *err)
{
	struct wt_str rest = wt_str_of(path), name;
	struct wt_oid at = *s->head;
	enum wt_code rc = WT_OK;

	*found = false;
	while (!rc && wt_path_next(&rest, &name)) {
		struct wt_tree tree;
		size_t i;

		rc = git_store_tree(s->g, &at, &s->arena, &tree, err);
		for (i = 0; !rc && i < tree.len; i++)
			if (wt_str_is(name, tree.items[i].name))
				break;
		if (rc || i == tree.len)
			return rc;
		at = tree.items[i].oid;
		*found = !rest.len && tree.items[i].mode == MODE_MODULE;
		if (tree.items[i].mode != MODE_TREE)
			break;
	}
	*out = at;
	return rc;
}

/* Says something when the submodule holds what no remote of it has, or what is not committed. */
static enum wt_code ask_module(struct search *s, const char *path, const char *const *args,
			       bool *is_silent, struct wt_error *err)
{
	const struct git_call call = { .args = args,
				       .cwd = wt_path_join(&s->arena, s->checkout, path),
				       .what = "look into a submodule" };
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc = git_do(s->g, &call, &text, err);

	*is_silent = !text.len;
	wt_buf_clear(&text);
	return rc;
}

static enum wt_code check_module(struct search *s, const char *path, const struct wt_oid *now,
				 struct wt_error *err)
{
	struct wt_oid was;
	bool found, is_silent;
	enum wt_code rc = module_at(s, path, &was, &found, err);

	if (rc)
		return rc;
	if (!found || !wt_oid_is_equal(&was, now))
		return refuse(path, found ? "has moved to another commit" : "", err);
	if (!has_git(s, path))
		return WT_OK;
	rc = ask_module(s, path,
			GIT_ARGS("--no-optional-locks", "status", "--porcelain",
				 "--untracked-files=normal", "--ignore-submodules=none"),
			&is_silent, err);
	if (!rc && !is_silent)
		return refuse(path, "has uncommitted files", err);
	if (!rc)
		rc = ask_module(s, path,
				GIT_ARGS("rev-list", "--max-count=1", "--branches",
					 "--glob=refs/stash", "HEAD", "--not", "--remotes"),
				&is_silent, err);
	if (!rc && !is_silent)
		return refuse(path, "has commits that are nowhere else", err);
	return rc;
}

/* A folder with files of ours may have been made a repository, too: git goes on to see the files,
 * and never what was committed there. */
static enum wt_code check_folders(struct search *s, const char *path, struct wt_error *err)
{
	bool was_seen = false;

	for (const char *at = strchr(path, '/'); at; at = strchr(at + 1, '/')) {
		const char *folder = wt_arena_strndup(&s->arena, path, (size_t)(at - path));

		wt_map_put(&s->folders, folder, 0, &was_seen);
		if (!was_seen && has_git(s, folder))
			return refuse(folder, "", err);
	}
	return WT_OK;
}

/* "160000 <oid> 0\tpath" */
static enum wt_code check_entry(struct search *s, struct wt_str item, struct wt_error *err)
{
	struct wt_str rest = item, mode, hex;
	const char *tab = memchr(item.data, '\t', item.len), *path;
	struct wt_oid oid;

	if (!tab || !wt_str_next(&rest, " ", &mode) || !wt_str_next(&rest, " ", &hex) ||
	    !wt_oid_parse(hex, &oid))
		return wt_fail(err, WT_E_ENV, "cannot read the index that git gives");
	path = wt_arena_strndup(&s->arena, tab + 1, (size_t)(item.data + item.len - tab - 1));
	if (wt_str_is(mode, "160000"))
		return check_module(s, path, &oid, err);
	return check_folders(s, path, err);
}

enum wt_code git_program_refuse_nested(struct git_self *g, const char *checkout, const char *index,
				       const struct wt_oid *head, struct wt_error *err)
{
	struct search s = { .g = g, .checkout = checkout, .head = head };
	const char *set[] = { wt_arena_printf(&s.arena, "GIT_INDEX_FILE=%s", index), NULL };
	const struct git_call call = { .args = GIT_ARGS("ls-files", "--stage", "-z"),
				       .cwd = checkout,
				       .set = set,
				       .what = "list the files" };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest, item;
	enum wt_code rc = git_do(g, &call, &text, err);

	rest = (struct wt_str){ text.data, text.len };
	while (!rc && git_next_item(&rest, &item))
		rc = check_entry(&s, item, err);
	wt_buf_clear(&text);
	wt_map_clear(&s.folders);
	wt_arena_clear(&s.arena);
	return rc;
}

/* ignored folders */

/* A clone that somebody made to build with has nothing of its own: all of it is at its remote. */
static enum wt_code check_ignored(struct search *s, const char *path, bool is_file,
				  struct wt_error *err)
{
	bool is_silent = false;
	struct wt_error ignored;

	if (is_file)
		return wt_fail(err, WT_E_CONFLICT, "'%s' is another worktree or a submodule", path);
	if (ask_module(s, path,
		       GIT_ARGS("--no-optional-locks", GIT_LOOK, "status", "--porcelain",
				"--untracked-files=normal", "--ignore-submodules=none"),
		       &is_silent, &ignored))
		return refuse(path, "cannot be looked into", err);
	if (!is_silent)
		return refuse(path, "has uncommitted files", err);
	if (ask_module(
		    s, path,
		    GIT_ARGS("rev-list", "--max-count=1", "--all", "--not", "--remotes", "--tags"),
		    &is_silent, &ignored))
		return refuse(path, "cannot be looked into", err);
	return is_silent ? WT_OK : refuse(path, "has commits that are nowhere else", err);
}

/* Anything named .git makes the folder that it lies in a repository. */
static enum wt_code check_found(struct search *s, FTS *fts, FTSENT *e, struct wt_error *err)
{
	size_t root = strlen(s->checkout) + 1;
	const char *path;

	if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR || e->fts_info == FTS_NS)
		return wt_fail(err, WT_E_CONFLICT, "the ignored folder '%s' cannot be read",
			       e->fts_path + root);
	if (strcmp(e->fts_name, ".git") != 0 || e->fts_level == FTS_ROOTLEVEL ||
	    e->fts_info == FTS_DP)
		return WT_OK;
	if (e->fts_info == FTS_D)
		fts_set(fts, e, FTS_SKIP);
	path = wt_arena_strndup(&s->arena, e->fts_path + root,
				strlen(e->fts_path) - root - strlen("/.git"));
	return check_ignored(s, path, e->fts_info != FTS_D, err);
}

enum wt_code git_program_refuse_ignored(struct git_self *g, const char *checkout,
					const char *folder, struct wt_error *err)
{
	struct search s = { .g = g, .checkout = checkout };
	char *top = wt_path_join(&s.arena, checkout, folder);
	enum wt_code rc = WT_OK;
	FTSENT *e;
	FTS *fts;

	while (top[strlen(top) - 1] == '/')
		top[strlen(top) - 1] = '\0';
	fts = fts_open((char *[]){ top, NULL }, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!fts)
		rc = wt_fail(err, WT_E_CONFLICT, "the ignored folder '%s' cannot be read", folder);
	while (!rc && (e = fts_read(fts)))
		rc = check_found(&s, fts, e, err);
	if (fts)
		fts_close(fts);
	wt_arena_clear(&s.arena);
	return rc;
}
