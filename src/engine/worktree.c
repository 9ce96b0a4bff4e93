/* SPDX-License-Identifier: MIT */
/* The worktree of an attempt. */

#include "wtorch/engine/worktree.h"

#include <string.h>

#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"

static bool path_exists(const struct wt_ports *p, const char *path)
{
	struct wt_file_info info;
	struct wt_error err;

	/* What cannot be looked at counts as taken. */
	return p->fs->stat(p->fs->self, path, &info, &err) != WT_OK || info.kind != WT_FILE_NONE;
}

struct registry {
	const struct wt_fs *fs;
	struct wt_arena *arena;
	const char *dir; /* <common>/worktrees */
	const char *link;
	const char *name; /* of the entry; NULL: not found */
};

static bool look_at(void *arg, const char *name, enum wt_file_kind kind)
{
	struct registry *r = arg;
	const char *file = wt_path_join(r->arena, wt_path_join(r->arena, r->dir, name), "gitdir");
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;

	if (kind == WT_FILE_FOLDER &&
	    r->fs->read(r->fs->self, file, WT_MAX_CONFIG_BYTES, &text, &ignored) == WT_OK &&
	    wt_str_is(wt_str_trim((struct wt_str){ text.data, text.len }), r->link))
		r->name = wt_arena_strdup(r->arena, name);
	wt_buf_clear(&text);
	return !r->name;
}

/* The name of the entry that git has of a path. The folder may be gone while git still counts on
 * its coming back: a disk that is not mounted, or one that a person deleted. */
static const char *entry_of(const struct wt_run *run, struct wt_arena *a, const char *path)
{
	const struct wt_fs *fs = run->ports->fs;
	struct registry r = { .fs = fs, .arena = a, .link = wt_path_join(a, path, ".git") };
	struct wt_error ignored;

	r.dir = wt_path_join(a, run->ports->git->repo.common_dir, "worktrees");
	(void)!fs->list(fs->self, r.dir, look_at, &r, &ignored);
	return r.name;
}

static bool is_path_taken(struct wt_run *run, const char *path)
{
	return path_exists(run->ports, path) || entry_of(run, &run->arena, path);
}

static bool branch_exists(struct wt_run *run, const char *branch)
{
	const struct wt_git *git = run->ports->git;
	const char *ref = wt_arena_printf(&run->arena, "refs/heads/%s", branch);
	struct wt_oid oid;
	struct wt_error err;

	return git->store->ref(git->self, ref, &oid, &err) != WT_E_NOT_FOUND;
}

/* The path with its links resolved, as it is where that cannot be done. */
static const char *real_of(const struct wt_fs *fs, struct wt_arena *a, const char *path)
{
	struct wt_buf real = WT_BUF_INIT;
	struct wt_error ignored;
	const char *out = path;

	if (fs->real(fs->self, path, &real, &ignored) == WT_OK)
		out = wt_arena_strdup(a, real.data);
	wt_buf_clear(&real);
	return out;
}

/* The path that stands in a file, behind a prefix; relative ones are taken from its folder. NULL:
 * it cannot be read or is something else. */
static const char *link_in(const struct wt_fs *fs, struct wt_arena *a, const char *file,
			   const char *prefix)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;
	const char *out = NULL;

	if (fs->read(fs->self, file, WT_MAX_CONFIG_BYTES, &text, &ignored) == WT_OK &&
	    text.len > strlen(prefix) && strncmp(text.data, prefix, strlen(prefix)) == 0) {
		struct wt_str s = wt_str_trim(wt_str_of(text.data + strlen(prefix)));

		out = wt_path_normal(a, wt_path_join(a, wt_path_dir(a, file),
						     wt_arena_strndup(a, s.data, s.len)));
	}
	wt_buf_clear(&text);
	return out;
}

static enum wt_checkout_fact look_at_checkout(const struct wt_fs *fs, struct wt_arena *a,
					      const char *common, const char *path)
{
	const char *file = wt_path_join(a, path, ".git"), *admin, *back, *home;
	struct wt_file_info info;
	struct wt_error ignored;

	if (fs->stat(fs->self, file, &info, &ignored) != WT_OK || info.kind == WT_FILE_NONE)
		return WT_CHECKOUT_GONE;
	admin = info.kind == WT_FILE_REGULAR ? link_in(fs, a, file, "gitdir: ") : NULL;
	if (!admin)
		return WT_CHECKOUT_FOREIGN;
	if (fs->stat(fs->self, admin, &info, &ignored) != WT_OK || info.kind != WT_FILE_FOLDER)
		return WT_CHECKOUT_STALE;
	home = wt_path_join(a, real_of(fs, a, common), "worktrees");
	if (!wt_path_is_inside(home, real_of(fs, a, admin)))
		return WT_CHECKOUT_FOREIGN;
	back = link_in(fs, a, wt_path_join(a, admin, "gitdir"), "");
	return back && strcmp(real_of(fs, a, back), real_of(fs, a, file)) == 0 ? WT_CHECKOUT_OURS
									       : WT_CHECKOUT_STALE;
}

enum wt_checkout_fact wt_worktree_look(const struct wt_run *run, const char *path)
{
	struct wt_arena scratch = { 0 };
	enum wt_checkout_fact fact =
		look_at_checkout(run->ports->fs, &scratch, run->ports->git->repo.common_dir, path);

	wt_arena_clear(&scratch);
	return fact;
}

/* Where a person has moved the worktree to, with git worktree move: it keeps its name in git's
 * registry. NULL: nowhere, or not to where it could be used. */
static const char *find_moved(struct wt_run *run, const struct wt_task_state *s)
{
	const struct wt_git *git = run->ports->git;
	struct wt_worktree_entry *list;
	struct wt_error ignored;
	size_t n;

	if (git->tool->worktrees(git->self, &run->arena, &list, &n, &ignored))
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (list[i].branch && strcmp(list[i].branch, s->branch) == 0 && list[i].admin &&
		    strcmp(wt_path_base(list[i].admin), wt_path_base(s->worktree)) == 0 &&
		    wt_worktree_look(run, list[i].path) == WT_CHECKOUT_OURS)
			return list[i].path;
	return NULL;
}

void wt_worktree_find(const struct wt_run *run, const char *path, const char *branch,
		      struct wt_arena *a, struct wt_worktree_found *out)
{
	const struct wt_fs *fs = run->ports->fs;
	const char *name = branch ? entry_of(run, a, path) : NULL;
	struct wt_buf head = WT_BUF_INIT;
	struct wt_error ignored;

	*out = (struct wt_worktree_found){ 0 };
	if (name &&
	    fs->read(fs->self,
		     wt_arena_printf(a, "%s/worktrees/%s/HEAD", run->ports->git->repo.common_dir,
				     name),
		     WT_MAX_CONFIG_BYTES, &head, &ignored) == WT_OK &&
	    wt_str_is(wt_str_trim((struct wt_str){ head.data, head.len }),
		      wt_arena_printf(a, "ref: refs/heads/%s", branch)))
		wt_worktree_search(run->ports, name, path, a, out);
	wt_buf_clear(&head);
}

/* The worktree of the attempt before, while it can be worked in. */
static const char *find_left(struct wt_run *run, const struct wt_task_state *s, const char **moved)
{
	struct wt_worktree_found found = { 0 };
	const char *path;

	*moved = NULL;
	if (!s->worktree || !s->branch || !branch_exists(run, s->branch))
		return NULL;
	if (wt_worktree_look(run, s->worktree) == WT_CHECKOUT_OURS)
		return s->worktree;
	path = find_moved(run, s);
	if (path)
		return path;
	wt_worktree_find(run, s->worktree, s->branch, &run->arena, &found);
	if (!found.path || found.other)
		return NULL;
	*moved = found.admin;
	return found.path;
}

/* The plan's places are absolute. Where the template was not, and the repository was moved since,
 * they lie beside it where it is now. */
static const char *place_now(struct wt_run *run, const char *path)
{
	struct wt_arena *a = &run->arena;
	const char *template = wt_config_text(run->config, "worktree.path");
	const char *home = real_of(run->ports->fs, a, run->ports->git->repo.common_dir);

	if (run->place != WT_PLACE_MOVED || !run->home || !template || *template == '/')
		return path;
	return wt_path_normal(a,
			      wt_path_join(a, wt_path_dir(a, home),
					   wt_path_relative(a, wt_path_dir(a, run->home), path)));
}

enum wt_code wt_worktree_choose(struct wt_run *run, size_t task, bool fresh,
				struct wt_worktree *out, struct wt_error *err)
{
	const struct wt_plan_task *t = &run->plan.tasks[task];
	const struct wt_task_state *s = &wt_run_state(run)->tasks[task];
	const struct wt_git *git = run->ports->git;
	const char *ref = wt_arena_printf(&run->arena, "refs/heads/%s", run->plan.base);
	const char *place;
	enum wt_code rc;

	*out = (struct wt_worktree){ 0 };
	out->path = fresh ? NULL : find_left(run, s, &out->moved);
	if (out->path) {
		out->branch = s->branch;
		out->base = s->base;
		out->is_reused = true;
		return WT_OK;
	}
	rc = git->store->ref(git->self, ref, &out->base, err);
	if (rc)
		return wt_wrap(err, "cannot read the base '%s'", run->plan.base);
	place = place_now(run, t->worktree);
	out->path = place;
	out->branch = t->branch;
	for (unsigned n = 2; is_path_taken(run, out->path) && n < 1000; n++)
		out->path = wt_arena_printf(&run->arena, "%s-%u", place, n);
	for (unsigned n = 2; branch_exists(run, out->branch) && n < 1000; n++)
		out->branch = wt_arena_printf(&run->arena, "%s-%u", t->branch, n);
	return WT_OK;
}

/* worktree.include: files that git ignores but a checkout needs, such as .env. Nothing that is
 * there already is overwritten. */
enum wt_code wt_worktree_copy_included(struct wt_run *run, const char *path, struct wt_error *err)
{
	const struct wt_ports *p = run->ports;
	const char *list = wt_config_text(run->config, "worktree.include");
	const char *from = p->git->repo.main_top ? p->git->repo.main_top : p->git->repo.top;
	const char **paths;
	size_t n;
	enum wt_code rc;

	if (!list || !*list || !from || !path_exists(p, wt_path_join(&run->arena, from, list)))
		return WT_OK;
	rc = p->git->tool->included(p->git->self, from, list, &run->arena, &paths, &n, err);
	for (size_t i = 0; !rc && i < n; i++) {
		rc = p->fs->copy(p->fs->self, wt_path_join(&run->arena, from, paths[i]),
				 wt_path_join(&run->arena, path, paths[i]), err);
		if (rc == WT_E_EXISTS)
			rc = WT_OK;
	}
	return rc ? wt_wrap(err, "cannot copy what '%s' lists", list) : WT_OK;
}

/* An agent's status file must never be committed; git's own list of private patterns says so
 * to every worktree at once. */
static enum wt_code exclude_status_file(struct wt_run *run, struct wt_error *err)
{
	static const char line[] = ".agent_status.json";
	const struct wt_fs *fs = run->ports->fs;
	const char *path =
		wt_path_join(&run->arena, run->ports->git->repo.common_dir, "info/exclude");
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc = fs->read(fs->self, path, WT_MAX_CONFIG_BYTES, &text, err);

	if (rc == WT_E_NOT_FOUND)
		rc = fs->mkdirs(fs->self, wt_path_dir(&run->arena, path), err);
	if (!rc && !strstr(text.data, line)) {
		if (text.len && text.data[text.len - 1] != '\n')
			wt_buf_putc(&text, '\n');
		wt_buf_printf(&text, "%s\n", line);
		rc = fs->replace(fs->self, path, (struct wt_str){ text.data, text.len }, err);
	}
	wt_buf_clear(&text);
	return rc;
}

static void count_occupant(void *arg, size_t dir, const struct wt_occupant *who)
{
	(void)dir;
	(void)who;
	++*(size_t *)arg;
}

/* The agent before was ended with all that it had started; a lock that a git of his left in the
 * worktree then is nobody's, and would only make the next one fail. */
static void drop_left_lock(struct wt_run *run, const struct wt_worktree *w)
{
	const struct wt_ports *p = run->ports;
	const char *dot_git = wt_path_join(&run->arena, w->path, ".git");
	const char *admin = link_in(p->fs, &run->arena, dot_git, "gitdir: ");
	const char *dirs[2] = { w->path, admin }, *lock;
	struct wt_event ev = { .kind = WT_EV_NOTE };
	struct wt_error ignored;
	size_t occupants = 0;

	if (!admin)
		return;
	lock = wt_path_join(&run->arena, admin, "index.lock");
	if (!path_exists(p, lock) ||
	    p->proc->inside(p->proc->self, dirs, 2, count_occupant, &occupants, &ignored) ||
	    occupants || p->fs->remove(p->fs->self, lock, &ignored))
		return;
	ev.reason = wt_arena_printf(&run->arena,
				    "removed '%s', which an agent that was ended had left", lock);
	(void)!wt_run_note(run, &ev, WT_LAZY, &ignored);
}

enum wt_code wt_worktree_make(struct wt_run *run, const struct wt_worktree *w, struct wt_error *err)
{
	const struct wt_ports *p = run->ports;
	const char *lock =
		wt_path_join(&run->arena, wt_runs_home(p, &run->arena), "worktrees.lock");
	const struct wt_new_worktree spec = {
		.path = w->path,
		.branch = w->branch,
		.start = &w->base,
		.skips_hooks = !wt_config_bool(run->config, "worktree.hooks"),
	};
	int handle;
	enum wt_code rc;

	if (w->is_reused) {
		rc = w->moved ? wt_worktree_repair(
					p, &(struct wt_worktree_found){ w->path, NULL, w->moved },
					&run->arena, err)
			      : WT_OK;
		if (!rc)
			drop_left_lock(run, w);
		return rc;
	}
	rc = exclude_status_file(run, err);
	if (rc)
		return rc;
	rc = p->fs->lock(p->fs->self, lock, true, &handle, err);
	if (rc)
		return rc;
	rc = p->git->tool->worktree_add(p->git->self, &spec, err);
	p->fs->unlock(p->fs->self, handle);
	if (rc)
		return rc;
	rc = wt_worktree_copy_included(run, w->path, err);
	if (rc)
		wt_worktree_undo(run, w);
	return rc;
}

void wt_worktree_undo(struct wt_run *run, const struct wt_worktree *w)
{
	const struct wt_git *git = run->ports->git;
	const char *ref = wt_arena_printf(&run->arena, "refs/heads/%s", w->branch);
	const struct wt_oid none = { { 0 } };
	struct wt_error ignored;

	/* The branch goes only from where it was made. */
	if (!w->is_reused &&
	    git->tool->worktree_remove(git->self, w->path, true, &ignored) == WT_OK)
		(void)!git->tool->update_ref(git->self, ref, &none, &w->base, "wtorch: undo",
					     &ignored);
}
