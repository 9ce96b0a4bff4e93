/* SPDX-License-Identifier: MIT */
/* What an undo that was killed had brought back by then, so that the next one can finish it. */

#include <inttypes.h>
#include <string.h>

#include "keep_priv.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/tree.h"
#include "wtorch/engine/trash.h"
#include "wtorch/engine/worktree.h"

#define MAX_NOTE  65536u
#define LOCKED_BY "initializing" /* why git locks what it is making */

/* the note */

static const char *note_path(const struct wt_ports *p, const struct wt_keep *keep,
			     struct wt_arena *a)
{
	return wt_arena_printf(a, "%s/undo/%s.%s.%u", wt_runs_home(p, a), keep->run, keep->task,
			       keep->n);
}

static void put(struct wt_buf *out, const char *value)
{
	wt_buf_puts(out, value ? value : "");
	wt_buf_putc(out, '\0');
}

static const char *take(struct wt_str *rest, struct wt_arena *a)
{
	const char *nul = memchr(rest->data, 0, rest->len), *value;
	size_t len = nul ? (size_t)(nul - rest->data) : 0;

	if (!nul)
		return NULL;
	value = len ? wt_arena_strndup(a, rest->data, len) : NULL;
	*rest = (struct wt_str){ nul + 1, rest->len - len - 1 };
	return value;
}

enum wt_code wt_keep_begun_save(const struct wt_ports *p, const struct wt_keep *keep,
				const struct wt_keep_begun *begun, struct wt_arena *a,
				struct wt_error *err)
{
	const char *path = note_path(p, keep, a);
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc = p->fs->mkdirs(p->fs->self, wt_path_dir(a, path), err);

	put(&text, begun->path);
	put(&text, begun->head);
	for (size_t i = 0; i < 2; i++) {
		put(&text, begun->made[i].name);
		put(&text, begun->made[i].name ? wt_oid_hex(&begun->made[i].oid).hex : NULL);
	}
	if (!rc)
		rc = p->fs->replace(p->fs->self, path, (struct wt_str){ text.data, text.len }, err);
	wt_buf_clear(&text);
	return rc;
}

static bool load(const struct wt_ports *p, const char *path, struct wt_arena *a,
		 struct wt_keep_begun *out)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;
	struct wt_str rest;
	bool is_there = p->fs->read(p->fs->self, path, MAX_NOTE, &text, &ignored) == WT_OK;

	*out = (struct wt_keep_begun){ 0 };
	rest = (struct wt_str){ text.data, text.len };
	if (is_there) {
		out->path = take(&rest, a);
		out->head = take(&rest, a);
	}
	for (size_t i = 0; is_there && i < 2; i++) {
		const char *hex;

		out->made[i].name = take(&rest, a);
		hex = take(&rest, a);
		if (!hex || !wt_oid_parse(wt_str_of(hex), &out->made[i].oid))
			out->made[i].name = NULL;
	}
	wt_buf_clear(&text);
	return is_there;
}

bool wt_keep_begun_load(const struct wt_ports *p, const struct wt_keep *keep, struct wt_arena *a,
			struct wt_keep_begun *out)
{
	return load(p, note_path(p, keep, a), a, out);
}

struct notes {
	const struct wt_ports *ports;
	struct wt_arena *arena;
	const char *dir, *path, *branch, *over;
	bool found;
};

static bool names(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static bool look_at(void *arg, const char *name, enum wt_file_kind kind)
{
	struct notes *n = arg;
	struct wt_keep_begun begun;
	struct wt_error ignored;

	if (strcmp(name, n->over) == 0) {
		(void)!n->ports->fs->remove(n->ports->fs->self,
					    wt_path_join(n->arena, n->dir, name), &ignored);
		return true;
	}
	if (kind == WT_FILE_REGULAR &&
	    load(n->ports, wt_path_join(n->arena, n->dir, name), n->arena, &begun))
		n->found = names(begun.path, n->path) || names(begun.head, n->branch) ||
			   names(begun.made[0].name, n->branch) ||
			   names(begun.made[1].name, n->branch);
	return !n->found;
}

bool wt_keep_is_begun(const struct wt_ports *p, const char *path, const char *branch,
		      const struct wt_keep_done *done, struct wt_arena *a)
{
	struct notes n = { .ports = p, .arena = a, .path = path, .branch = branch };
	struct wt_error err;
	enum wt_code rc;

	n.dir = wt_path_join(a, wt_runs_home(p, a), "undo");
	n.over = wt_arena_printf(a, "%s.%s.%" PRId64, done->run, done->task, done->n);
	rc = p->fs->list(p->fs->self, n.dir, look_at, &n, &err);
	(void)!p->fs->remove(p->fs->self, n.dir, &err); /* when it is empty */
	return n.found || (rc && rc != WT_E_NOT_FOUND);
}

void wt_keep_begun_forget(const struct wt_ports *p, const struct wt_keep *keep, struct wt_arena *a)
{
	const char *path = note_path(p, keep, a);
	struct wt_error ignored;

	(void)!p->fs->remove(p->fs->self, path, &ignored);
	(void)!p->fs->remove(p->fs->self, wt_path_dir(a, path), &ignored); /* when it is empty */
}

/* looking at what is there */

struct look {
	const struct wt_keep_rest *r;
	const struct wt_keep_begun *begun;
	struct wt_arena *arena;
	const struct wt_worktree_entry *entry; /* NULL: git does not know the path */
	struct wt_oid head, dirty, staged;     /* trees as they are to be */
	bool has_staged;
	enum wt_file_kind kind; /* of the folder */
};

static const struct wt_git *git_of(const struct look *l)
{
	return l->r->ports->git;
}

static enum wt_code is_somebodys(const struct look *l, const char *what, struct wt_error *err)
{
	wt_fail(err, WT_E_CONFLICT,
		"'%s' was begun by an undo that was cut off, and %s there since", l->begun->path,
		what);
	return wt_hint(err, "wtorch undo %s --elsewhere", l->r->keep->task);
}

static enum wt_code tree_of(const struct look *l, const struct wt_oid *commit, struct wt_oid *tree,
			    struct wt_commit *c, struct wt_error *err)
{
	const struct wt_git *git = git_of(l);
	enum wt_code rc = git->store->commit(git->self, commit, l->arena, c, err);

	if (!rc)
		*tree = c->tree;
	return rc;
}

static enum wt_code read_goal(struct look *l, struct wt_error *err)
{
	struct wt_commit c, staged;
	enum wt_code rc = tree_of(l, &l->r->head, &l->head, &c, err);

	l->dirty = l->staged = l->head;
	if (rc || wt_oid_is_zero(&l->r->keep->dirty))
		return rc;
	rc = tree_of(l, &l->r->keep->dirty, &l->dirty, &c, err);
	l->has_staged = !rc && c.n_parents == 2;
	return l->has_staged ? tree_of(l, &c.parents[1], &l->staged, &staged, err) : rc;
}

/* A file that holds the beginning of what was to be written. */
static bool is_begun(const struct look *l, const struct wt_side *now, const struct wt_side *goal)
{
	const struct wt_git *git = git_of(l);
	struct wt_buf is = WT_BUF_INIT, was = WT_BUF_INIT;
	struct wt_error ignored;
	bool begun = !wt_oid_is_zero(&goal->oid) && (goal->mode & 0170000) == 0100000 &&
		     (now->mode & 0170000) == 0100000 &&
		     git->store->blob(git->self, &now->oid, &is, &ignored) == WT_OK &&
		     git->store->blob(git->self, &goal->oid, &was, &ignored) == WT_OK &&
		     is.len <= was.len && memcmp(is.data, was.data, is.len) == 0;

	wt_buf_clear(&is);
	wt_buf_clear(&was);
	return begun;
}

static bool is_side(const struct wt_side *a, const struct wt_side *b)
{
	return wt_oid_is_equal(&a->oid, &b->oid) && a->mode == b->mode;
}

/* Each file is as it was before, as it is to be, or not there yet. */
static enum wt_code explain_files(const struct look *l, const struct wt_oid *now,
				  struct wt_error *err)
{
	const struct wt_git *git = git_of(l);
	const char **paths;
	size_t n = 0;
	enum wt_code rc = wt_tree_diff(git, &l->head, now, l->arena, &paths, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		struct wt_side is, was, goal;

		rc = wt_tree_find(git, now, paths[i], l->arena, &is, err);
		if (!rc)
			rc = wt_tree_find(git, &l->head, paths[i], l->arena, &was, err);
		if (!rc)
			rc = wt_tree_find(git, &l->dirty, paths[i], l->arena, &goal, err);
		if (!rc && !wt_oid_is_zero(&is.oid) && !is_side(&is, &goal) &&
		    !is_begun(l, &is, &goal) && !is_begun(l, &is, &was))
			rc = is_somebodys(
				l, wt_arena_printf(l->arena, "'%s' was changed", paths[i]), err);
	}
	return rc;
}

static enum wt_code explain_index(const struct look *l, const struct wt_oid *index,
				  struct wt_error *err)
{
	const struct wt_git *git = git_of(l);
	struct wt_tree tree = { 0 };
	enum wt_code rc;

	if (wt_oid_is_equal(index, &l->head) || wt_oid_is_equal(index, &l->dirty) ||
	    wt_oid_is_equal(index, &l->staged))
		return WT_OK;
	rc = git->store->tree(git->self, index, l->arena, &tree, err);
	/* None yet is an empty one. */
	return rc || !tree.len ? rc : is_somebodys(l, "something was staged", err);
}

/* All that is uncommitted there comes from us; *is_whole: and nothing is missing. */
static enum wt_code explain(const struct look *l, bool *is_whole, struct wt_error *err)
{
	const struct wt_git *git = git_of(l);
	struct wt_snapshot spec = { .checkout = l->begun->path, .message = "wtorch: undo" };
	struct wt_oid snapshot, files = l->head, index = l->head;
	struct wt_commit c, staged;
	struct wt_error why;
	enum wt_code rc;

	if (!l->entry->branch || !l->begun->head || strcmp(l->entry->branch, l->begun->head) != 0 ||
	    !wt_oid_is_equal(&l->entry->head, &l->r->head))
		return is_somebodys(l, "its branch was changed", err);
	spec.ignored = l->r->ignored;
	spec.n_ignored = l->r->n_ignored;
	rc = git->tool->snapshot(git->self, &spec, &snapshot, &why);
	if (rc && rc != WT_E_STATE)
		return is_somebodys(
			l, wt_arena_printf(l->arena, "it cannot be looked at (%s)", why.msg), err);
	if (!rc) {
		rc = tree_of(l, &snapshot, &files, &c, err);
		if (!rc && c.n_parents == 2)
			rc = tree_of(l, &c.parents[1], &index, &staged, err);
	} else {
		rc = WT_OK;
	}
	*is_whole = wt_oid_is_equal(&files, &l->dirty) && wt_oid_is_equal(&index, &l->staged);
	if (!rc && !*is_whole)
		rc = explain_index(l, &index, err);
	return rc || *is_whole ? rc : explain_files(l, &files, err);
}

struct occupant {
	struct wt_arena *arena;
	const char *text;
};

static void name_occupant(void *arg, size_t dir, const struct wt_occupant *who)
{
	struct occupant *o = arg;

	(void)dir;
	if (strcmp(who->how, "hidden") != 0 && !o->text)
		o->text = wt_arena_printf(o->arena, "pid %lld (%s) works", (long long)who->pid,
					  who->name);
}

/* Our git may have outlived us. */
static enum wt_code check_nobody(const struct look *l, struct wt_error *err)
{
	const struct wt_proc *proc = l->r->ports->proc;
	const char *dirs[] = { l->begun->path, NULL };
	struct occupant o = { .arena = l->arena };
	size_t n = 1;
	enum wt_code rc;

	if (l->entry && l->entry->admin)
		dirs[n++] = wt_arena_printf(l->arena, "%s/worktrees/%s", git_of(l)->repo.common_dir,
					    l->entry->admin);
	rc = proc->inside(proc->self, dirs, n, name_occupant, &o, err);
	return rc || !o.text ? rc : is_somebodys(l, o.text, err);
}

/* taking it away */

static enum wt_code unregister(const struct look *l, struct wt_error *err)
{
	const struct wt_ports *p = l->r->ports;
	const struct wt_worktree_entry *w = l->entry;
	const char *lock;
	struct wt_error ignored;

	if (!w || !w->admin)
		return WT_OK;
	lock = wt_arena_printf(l->arena, "%s/worktrees/%s/locked", git_of(l)->repo.common_dir,
			       w->admin);
	if (w->is_locked && w->locked && strcmp(w->locked, LOCKED_BY) == 0)
		(void)!p->fs->remove(p->fs->self, lock, &ignored);
	return p->git->tool->worktree_unregister(p->git->self, w->admin, err);
}

static bool has_ignored(const struct look *l)
{
	const struct wt_git *git = git_of(l);
	struct wt_status_entry *list;
	struct wt_error ignored;
	size_t n = 0;

	if (git->tool->status_all(git->self, l->begun->path, l->arena, &list, &n, &ignored))
		return true;
	for (size_t i = 0; i < n; i++)
		if (list[i].index == '!')
			return true;
	return false;
}

/* What git ignores (a hook has made it) is in no commit: it stays in the trash until a clean. */
static enum wt_code remove_folder(const struct look *l, struct wt_error *err)
{
	const struct wt_ports *p = l->r->ports;
	bool stays = has_ignored(l);
	struct wt_trash trash;
	struct wt_error ignored;
	enum wt_code rc = wt_trash_put(p, l->begun->path, l->r->keep->run, l->r->keep->task,
				       l->arena, &trash, err);

	if (!rc)
		rc = unregister(l, err);
	if (!rc && !stays)
		(void)!wt_trash_empty(p, &trash, l->arena, &ignored);
	return rc;
}

static void forget_branches(const struct look *l)
{
	static const struct wt_oid none = { { 0 } };
	const struct wt_git *git = git_of(l);
	struct wt_worktree_entry *list;
	struct wt_error ignored;
	size_t n;

	if (git->tool->worktrees(git->self, l->arena, &list, &n, &ignored))
		return;
	for (size_t k = 0; k < 2; k++) {
		const struct wt_keep_made *b = &l->begun->made[k];
		bool is_held = !b->name;

		for (size_t i = 0; i < n; i++)
			is_held |= b->name && list[i].branch &&
				   strcmp(list[i].branch, b->name) == 0;
		if (!is_held)
			(void)!git->tool->update_ref(
				git->self, wt_arena_printf(l->arena, "refs/heads/%s", b->name),
				&none, &b->oid, "wtorch: undo", &ignored);
	}
}

/* A folder, or an entry, of which git had not even made the half. */
static enum wt_code take_away_rest(const struct look *l, struct wt_error *err)
{
	const struct wt_ports *p = l->r->ports;
	const struct wt_worktree half = { .path = l->begun->path,
					  .branch = l->begun->head ? l->begun->head : "",
					  .base = l->r->head };
	enum wt_code rc = WT_OK;

	if (l->r->run)
		wt_worktree_forget_half(l->r->run, &half);
	if (l->entry && l->kind == WT_FILE_NONE &&
	    !(l->entry->branch && l->begun->head && strcmp(l->entry->branch, l->begun->head) == 0))
		return is_somebodys(l, "another worktree was registered", err);
	if (l->kind == WT_FILE_FOLDER)
		rc = p->fs->remove(p->fs->self, l->begun->path, err);
	if (rc)
		return is_somebodys(l, "files were put", err);
	return unregister(l, err);
}

static bool is_linked(const struct look *l)
{
	const struct wt_run here = { .ports = l->r->ports };

	return l->entry && l->kind == WT_FILE_FOLDER &&
	       wt_worktree_look(&here, l->begun->path) == WT_CHECKOUT_OURS;
}

static enum wt_code settle(struct look *l, bool *is_whole, struct wt_error *err)
{
	enum wt_code rc = check_nobody(l, err);

	if (!rc && !is_linked(l))
		return take_away_rest(l, err);
	if (!rc)
		rc = read_goal(l, err);
	if (!rc)
		rc = explain(l, is_whole, err);
	return rc || *is_whole ? rc : remove_folder(l, err);
}

enum wt_code wt_keep_begun_settle(const struct wt_keep_rest *rest,
				  const struct wt_keep_begun *begun, struct wt_arena *a,
				  bool *is_whole, struct wt_error *err)
{
	const struct wt_ports *p = rest->ports;
	struct look l = { .r = rest, .begun = begun, .arena = a };
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_worktree_entry *list;
	size_t n;
	enum wt_code rc = WT_OK;

	*is_whole = false;
	if (begun->path) {
		rc = p->git->tool->worktrees(p->git->self, a, &list, &n, err);
		for (size_t i = 0; !rc && i < n; i++)
			if (strcmp(list[i].path, begun->path) == 0)
				l.entry = &list[i];
		if (!rc)
			rc = p->fs->stat(p->fs->self, begun->path, &info, err);
		l.kind = info.kind;
		if (!rc)
			rc = settle(&l, is_whole, err);
	}
	if (!rc && !*is_whole)
		forget_branches(&l);
	return rc;
}
