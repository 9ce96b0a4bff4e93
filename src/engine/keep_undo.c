/* SPDX-License-Identifier: MIT */
/* Bringing back what was pinned. */

#include <string.h>

#include "keep_priv.h"
#include "wtorch/base/path.h"

#define MAX_NAMES 1000u

/* A branch that has to be there, and whether we made it. */
struct branch {
	const char *name;
	struct wt_oid oid;
	bool is_made;
};

struct undo {
	const struct wt_ports *ports;
	const struct wt_keep *keep;
	bool elsewhere;
	struct wt_arena *arena;
	struct wt_run *run; /* NULL: its journal cannot be read */
	struct wt_worktree_entry *worktrees;
	size_t n_worktrees;
	struct branch tip;
	struct branch head;         /* of the worktree; name NULL: it is the tip's */
	const char *path;           /* of the worktree, NULL: there was none */
	bool is_there;              /* as one before us left it, but for the uncommitted state */
	bool is_whole;              /* as one before us left it, with all that belongs to it */
	struct wt_keep_begun begun; /* what one before us had noted */
	bool is_attached;           /* by us */
};

static const struct wt_git *git_of(const struct undo *u)
{
	return u->ports->git;
}

/* what has to come back */

/* Zero when the keep has no such name. */
static enum wt_code read_kept(struct undo *u, const char *name, struct wt_oid *out,
			      struct wt_error *err)
{
	const struct wt_git *git = git_of(u);
	const char *ref =
		wt_arena_printf(u->arena, "%s/%s", wt_keep_prefix(u->keep, u->arena), name);
	enum wt_code rc = git->store->ref(git->self, ref, out, err);

	if (rc == WT_E_NOT_FOUND) {
		*out = (struct wt_oid){ { 0 } };
		return WT_OK;
	}
	return rc;
}

static enum wt_code choose_commits(struct undo *u, struct wt_error *err)
{
	const struct wt_git *git = git_of(u);
	struct wt_oid branch, head, dirty;
	struct wt_commit commit;
	enum wt_code rc = read_kept(u, "branch", &branch, err);

	if (!rc)
		rc = read_kept(u, "head", &head, err);
	if (!rc)
		rc = read_kept(u, "dirty", &dirty, err);
	if (!rc && !wt_oid_is_zero(&dirty)) {
		rc = git->store->commit(git->self, &dirty, u->arena, &commit, err);
		if (!rc && commit.n_parents)
			head = commit.parents[0];
	}
	if (rc)
		return rc;
	u->tip.oid = wt_oid_is_zero(&branch) ? u->keep->tip : branch;
	if (wt_oid_is_zero(&u->tip.oid))
		return wt_fail(err, WT_E_STATE, "'%s' is not whole: it has no tip",
			       wt_keep_prefix(u->keep, u->arena));
	u->head.oid = wt_oid_is_zero(&head) ? u->tip.oid : head;
	u->tip.name = u->keep->branch ? u->keep->branch
				      : wt_arena_printf(u->arena, "wtorch/%s-kept-%u",
							u->keep->task, u->keep->n);
	u->path = u->keep->worktree;
	/* A HEAD that was not on the branch gets one of its own: nothing else would hold it. */
	if (u->path && !wt_oid_is_equal(&u->head.oid, &u->tip.oid))
		u->head.name = wt_arena_printf(u->arena, "%s-head", u->tip.name);
	return WT_OK;
}

static struct branch *branch_of_worktree(struct undo *u)
{
	return u->head.name ? &u->head : &u->tip;
}

/* what is in the way */

static const struct wt_worktree_entry *entry_at(const struct undo *u, const char *path)
{
	for (size_t i = 0; i < u->n_worktrees; i++)
		if (strcmp(u->worktrees[i].path, path) == 0)
			return &u->worktrees[i];
	return NULL;
}

static const struct wt_worktree_entry *holder_of(const struct undo *u, const char *branch)
{
	for (size_t i = 0; i < u->n_worktrees; i++)
		if (u->worktrees[i].branch && strcmp(u->worktrees[i].branch, branch) == 0)
			return &u->worktrees[i];
	return NULL;
}

static enum wt_code in_the_way(const struct undo *u, const char *what, struct wt_error *err)
{
	wt_fail(err, WT_E_CONFLICT, "%s", what);
	return wt_hint(err, "wtorch undo %s --elsewhere", u->keep->task);
}

/* The same branch at the same commit is what is wanted, as long as nobody works on it. */
static enum wt_code check_branch(struct undo *u, const struct branch *b, bool is_attached,
				 struct wt_error *err)
{
	const struct wt_git *git = git_of(u);
	const struct wt_worktree_entry *holder = holder_of(u, b->name);
	struct wt_oid now;
	enum wt_code rc = git->store->ref(
		git->self, wt_arena_printf(u->arena, "refs/heads/%s", b->name), &now, err);

	if (rc && rc != WT_E_NOT_FOUND)
		return rc;
	if (!rc && !wt_oid_is_equal(&now, &b->oid))
		return in_the_way(
			u,
			wt_arena_printf(u->arena, "the branch '%s' is at %.7s now, and was at %.7s",
					b->name, wt_oid_hex(&now).hex, wt_oid_hex(&b->oid).hex),
			err);
	if (is_attached && holder && strcmp(holder->path, u->path) != 0)
		return in_the_way(u,
				  wt_arena_printf(u->arena,
						  "the branch '%s' is checked out in '%s'", b->name,
						  holder->path),
				  err);
	return WT_OK;
}

/* One who was killed over this may have left the worktree without its uncommitted state. */
static bool is_as_attached(struct undo *u, const struct wt_worktree_entry *w)
{
	const struct wt_git *git = git_of(u);
	const struct branch *b = branch_of_worktree(u);
	struct wt_status_entry *dirty;
	struct wt_error ignored;
	size_t n;

	return w->branch && strcmp(w->branch, b->name) == 0 && wt_oid_is_equal(&w->head, &b->oid) &&
	       git->tool->status(git->self, w->path, u->arena, &dirty, &n, &ignored) == WT_OK && !n;
}

static enum wt_code check_path(struct undo *u, struct wt_error *err)
{
	const struct wt_fs *fs = u->ports->fs;
	const struct wt_worktree_entry *w = entry_at(u, u->path);
	struct wt_file_info info;
	enum wt_code rc = fs->stat(fs->self, u->path, &info, err);

	if (rc)
		return rc;
	u->is_there = w && info.kind == WT_FILE_FOLDER && (u->is_whole || is_as_attached(u, w));
	if (u->is_there)
		return WT_OK;
	if (info.kind != WT_FILE_NONE)
		return in_the_way(u, wt_arena_printf(u->arena, "'%s' is there already", u->path),
				  err);
	if (w)
		return in_the_way(
			u,
			wt_arena_printf(u->arena,
					"git still has a worktree for '%s', whose folder is "
					"gone",
					u->path),
			err);
	return WT_OK;
}

/* names that are free */

static bool is_branch_free(struct undo *u, const struct branch *b)
{
	const struct wt_git *git = git_of(u);
	struct wt_error ignored;
	struct wt_oid now;

	return !holder_of(u, b->name) &&
	       git->store->ref(git->self, wt_arena_printf(u->arena, "refs/heads/%s", b->name), &now,
			       &ignored) == WT_E_NOT_FOUND;
}

static bool is_path_free(struct undo *u)
{
	const struct wt_fs *fs = u->ports->fs;
	struct wt_file_info info;
	struct wt_error ignored;

	return !entry_at(u, u->path) && fs->stat(fs->self, u->path, &info, &ignored) == WT_OK &&
	       info.kind == WT_FILE_NONE;
}

static void free_branch(struct undo *u, struct branch *b)
{
	const char *name = b->name;

	for (unsigned n = 2; name && !is_branch_free(u, b) && n < MAX_NAMES; n++)
		b->name = wt_arena_printf(u->arena, "%s-%u", name, n);
}

static enum wt_code choose_names(struct undo *u, struct wt_error *err)
{
	const char *path = u->path;
	enum wt_code rc;

	if (u->elsewhere && !u->is_whole) {
		free_branch(u, &u->tip);
		free_branch(u, &u->head);
		for (unsigned n = 2; path && !is_path_free(u) && n < MAX_NAMES; n++)
			u->path = wt_arena_printf(u->arena, "%s-%u", path, n);
		return WT_OK;
	}
	rc = check_branch(u, &u->tip, u->path && !u->head.name, err);
	if (!rc && u->head.name)
		rc = check_branch(u, &u->head, true, err);
	return rc || !u->path ? rc : check_path(u, err);
}

/* What one before us had made is finished, or taken away to be made again. */
static enum wt_code settle_begun(struct undo *u, struct wt_error *err)
{
	struct wt_keep_rest rest = {
		.ports = u->ports, .run = u->run, .keep = u->keep, .head = u->head.oid
	};
	enum wt_code rc;

	if (!wt_keep_begun_load(u->ports, u->keep, u->arena, &u->begun))
		return WT_OK;
	if (u->run)
		rest.ignored =
			wt_config_list(u->run->config, "clean.keep_ignored", &rest.n_ignored);
	rc = wt_keep_begun_settle(&rest, &u->begun, u->arena, &u->is_whole, err);
	if (rc == WT_E_CONFLICT && u->elsewhere)
		return WT_OK; /* it is somebody's now */
	if (u->is_whole) {
		branch_of_worktree(u)->name = u->begun.head;
		u->path = u->begun.path;
	}
	return rc;
}

/* For whoever comes after us, if we are killed over it. */
static enum wt_code note_begun(struct undo *u, struct wt_error *err)
{
	const struct wt_git *git = git_of(u);
	struct branch *branches[2] = { &u->tip, &u->head };
	struct wt_keep_begun begun = { .path = u->is_there ? NULL : u->path,
				       .head = branch_of_worktree(u)->name };

	if (u->is_whole)
		return WT_OK;
	for (size_t i = 0; i < 2; i++) {
		struct wt_error ignored;
		struct wt_oid now;

		if (branches[i]->name &&
		    git->store->ref(git->self,
				    wt_arena_printf(u->arena, "refs/heads/%s", branches[i]->name),
				    &now, &ignored) == WT_E_NOT_FOUND)
			begun.made[i] =
				(struct wt_keep_made){ branches[i]->name, branches[i]->oid };
	}
	return wt_keep_begun_save(u->ports, u->keep, &begun, u->arena, err);
}

/* An orchestrator, or an agent that outlived one, may want the same names. */
static enum wt_code check_task(struct undo *u, struct wt_error *err)
{
	const struct wt_task_state *s;
	size_t task;

	if (!u->run)
		return WT_OK;
	task = wt_plan_find(&u->run->plan, u->keep->task);
	if (task == WT_MAP_NONE)
		return WT_OK;
	s = &wt_run_state(u->run)->tasks[task];
	if (!wt_state_is_living(s->state) &&
	    !(wt_state_is_alive(s->state) && wt_run_is_driven(u->run)))
		return WT_OK;
	wt_fail(err, WT_E_STATE, "task '%s' is %s in run %s", u->keep->task,
		wt_state_name(s->state), u->keep->run);
	if (wt_run_is_driven(u->run))
		return wt_hint(err, "wtorch stop %s", u->keep->task);
	return wt_hint(err, "wtorch resume %s", u->keep->run);
}

/* doing */

static enum wt_code make_branch(struct undo *u, struct branch *b, struct wt_error *err)
{
	static const struct wt_oid none = { { 0 } };
	const struct wt_git *git = git_of(u);
	struct wt_error ignored;
	struct wt_oid now;
	const char *ref;
	enum wt_code rc;

	if (!b->name)
		return WT_OK;
	ref = wt_arena_printf(u->arena, "refs/heads/%s", b->name);
	if (git->store->ref(git->self, ref, &now, &ignored) == WT_OK &&
	    wt_oid_is_equal(&now, &b->oid))
		return WT_OK;
	rc = git->tool->update_ref(git->self, ref, &b->oid, &none, "wtorch: undo", err);
	/* Also after a lost answer it is ours to take away: from nothing, to that very commit. */
	b->is_made = rc != WT_E_RACED;
	return rc;
}

static enum wt_code attach(struct undo *u, struct wt_error *err)
{
	const struct wt_git *git = git_of(u);
	const struct wt_fs *fs = u->ports->fs;
	const char *lock =
		wt_path_join(u->arena, wt_runs_home(u->ports, u->arena), "worktrees.lock");
	int handle;
	enum wt_code rc;

	if (!u->path || u->is_there)
		return WT_OK;
	rc = fs->lock(fs->self, lock, true, &handle, err);
	if (rc)
		return rc;
	rc = git->tool->worktree_attach(git->self, u->path, branch_of_worktree(u)->name, err);
	fs->unlock(fs->self, handle);
	/* Somebody else's folder at that path makes it fail before anything is made. */
	u->is_attached = rc != WT_E_EXISTS;
	return rc;
}

static enum wt_code check_read_back(struct undo *u, struct wt_error *err)
{
	const struct wt_git *git = git_of(u);
	const struct branch *b = branch_of_worktree(u);
	struct wt_worktree_entry *list;
	size_t n;
	enum wt_code rc;

	if (!u->path)
		return WT_OK;
	rc = git->tool->worktrees(git->self, u->arena, &list, &n, err);
	for (size_t i = 0; !rc && i < n; i++)
		if (strcmp(list[i].path, u->path) == 0 && list[i].branch &&
		    strcmp(list[i].branch, b->name) == 0 && wt_oid_is_equal(&list[i].head, &b->oid))
			return WT_OK;
	return rc ? rc
		  : wt_fail(err, WT_E_ENV, "'%s' is not on '%s' after it was brought back", u->path,
			    b->name);
}

static enum wt_code staged_tree(struct undo *u, const struct wt_commit *c, struct wt_oid *out,
				struct wt_error *err)
{
	const struct wt_git *git = git_of(u);
	struct wt_commit index;
	enum wt_code rc;

	*out = (struct wt_oid){ { 0 } };
	if (c->n_parents < 2)
		return WT_OK;
	rc = git->store->commit(git->self, &c->parents[1], u->arena, &index, err);
	*out = index.tree;
	return rc;
}

/* Taken once more, the uncommitted state must be what it was: a filter that is gone, or folders
 * that git now leaves out, would otherwise cost files in silence. */
static enum wt_code check_restored(struct undo *u, struct wt_error *err)
{
	const struct wt_git *git = git_of(u);
	struct wt_snapshot spec = { .checkout = u->path, .message = "wtorch: undo" };
	struct wt_commit was, is;
	struct wt_oid again, staged[2];
	enum wt_code rc;

	spec.ignored = wt_config_list(u->run->config, "clean.keep_ignored", &spec.n_ignored);
	rc = git->tool->snapshot(git->self, &spec, &again, err);
	if (rc == WT_E_STATE)
		again = u->head.oid;
	else if (rc)
		return rc;
	rc = git->store->commit(git->self, &u->keep->dirty, u->arena, &was, err);
	if (!rc)
		rc = git->store->commit(git->self, &again, u->arena, &is, err);
	if (!rc)
		rc = staged_tree(u, &was, &staged[0], err);
	if (!rc && !wt_oid_is_equal(&again, &u->head.oid))
		rc = staged_tree(u, &is, &staged[1], err);
	else
		staged[1] = (struct wt_oid){ { 0 } };
	if (rc || (wt_oid_is_equal(&was.tree, &is.tree) && wt_oid_is_equal(&staged[0], &staged[1])))
		return rc;
	wt_fail(err, WT_E_ENV, "what came back in '%s' is not what was kept", u->path);
	return wt_hint(err, "git show %s/dirty", wt_keep_prefix(u->keep, u->arena));
}

static enum wt_code restore(struct undo *u, struct wt_error *err)
{
	const struct wt_git *git = git_of(u);
	enum wt_code rc;

	if (!u->path || u->is_whole || wt_oid_is_zero(&u->keep->dirty))
		return WT_OK;
	rc = git->tool->snapshot_restore(git->self, u->path, &u->keep->dirty, err);
	/* Without its run nobody knows which ignored files were to be kept. */
	return rc || !u->run ? rc : check_restored(u, err);
}

static enum wt_code bring_back(struct undo *u, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_UNDONE,
			       .task = u->keep->task,
			       .branch = branch_of_worktree(u)->name,
			       .path = u->path,
			       .oid = branch_of_worktree(u)->oid,
			       .count = u->keep->n };
	enum wt_code rc = note_begun(u, err);

	if (!rc)
		rc = make_branch(u, &u->tip, err);
	if (!rc)
		rc = make_branch(u, &u->head, err);
	if (!rc)
		rc = attach(u, err);
	if (!rc)
		rc = restore(u, err);
	if (!rc)
		rc = check_read_back(u, err);
	if (!rc && u->run)
		rc = wt_run_note(u->run, &ev, WT_DURABLE, err);
	return rc;
}

static void drop_branch(struct undo *u, struct branch *b)
{
	static const struct wt_oid none = { { 0 } };
	const struct wt_git *git = git_of(u);
	struct wt_error ignored;

	if (b->is_made)
		(void)!git->tool->update_ref(git->self,
					     wt_arena_printf(u->arena, "refs/heads/%s", b->name),
					     &none, &b->oid, "wtorch: undo", &ignored);
}

/* What we made, and nothing else; all of it is still pinned. False: something is left. */
static bool take_back(struct undo *u)
{
	const struct wt_git *git = git_of(u);
	struct wt_error ignored;
	bool is_gone = !u->is_attached ||
		       git->tool->worktree_remove(git->self, u->path, true, &ignored) == WT_OK;

	drop_branch(u, &u->head);
	drop_branch(u, &u->tip);
	return is_gone;
}

static enum wt_code open_run(struct undo *u, struct wt_error *err)
{
	enum wt_code rc = wt_run_open(u->ports, u->keep->run, &u->run, err);

	if (!rc)
		return WT_OK;
	u->run = NULL;
	/* The journal may be gone, or damaged; what git holds comes back all the same. */
	return rc == WT_E_NOT_FOUND || rc == WT_E_STATE ? WT_OK : rc;
}

static enum wt_code undo(struct undo *u, struct wt_error *err)
{
	const struct wt_git *git = git_of(u);
	enum wt_code rc = open_run(u, err);

	if (!rc)
		rc = check_task(u, err);
	if (!rc)
		rc = choose_commits(u, err);
	if (!rc)
		rc = settle_begun(u, err);
	if (!rc)
		rc = git->tool->worktrees(git->self, u->arena, &u->worktrees, &u->n_worktrees, err);
	if (!rc)
		rc = choose_names(u, err);
	if (!rc) {
		rc = bring_back(u, err);
		if (!rc || take_back(u))
			wt_keep_begun_forget(u->ports, u->keep, u->arena);
	}
	return rc;
}

/* One at a time: of two, each would take what the other has half made for its own. */
enum wt_code wt_keep_undo(const struct wt_ports *ports, const struct wt_keep *keep, bool elsewhere,
			  struct wt_arena *a, struct wt_keep *out, struct wt_error *err)
{
	struct undo u = { .ports = ports, .keep = keep, .elsewhere = elsewhere, .arena = a };
	const struct wt_fs *fs = ports->fs;
	int handle;
	enum wt_code rc = fs->lock(fs->self, wt_path_join(a, wt_runs_home(ports, a), "undo.lock"),
				   true, &handle, err);

	if (rc)
		return rc;
	rc = undo(&u, err);
	fs->unlock(fs->self, handle);
	if (!rc) {
		*out = *keep;
		out->branch = branch_of_worktree(&u)->name;
		out->worktree = u.path;
	}
	wt_run_close(u.run);
	return rc;
}
