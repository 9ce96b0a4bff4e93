/* SPDX-License-Identifier: MIT */
/* Why a worktree has to stay, one question each, in the order in which they are asked. */

#include <string.h>

#include "clean_priv.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/worktree.h"

#define MAX_LINK   8192
#define MAX_REFLOG (8u << 20)

/* Reads the reflog line by line: each commit that HEAD has been at. */
struct places {
	struct wt_oid *items;
	size_t n, cap;
};

const char *wt_risk_flag(enum wt_risk risk)
{
	switch (risk) {
	case WT_RISK_DIRTY:
		return "--include-dirty";
	case WT_RISK_UNLANDED:
		return "--include-unlanded";
	case WT_RISK_DETACHED:
		return "--include-detached";
	case WT_RISK_HIDDEN:
		return "--include-hidden";
	default:
		return NULL;
	}
}

bool wt_clean_exists(const struct wt_ports *p, const char *path)
{
	struct wt_file_info info;
	struct wt_error err;

	return p->fs->stat(p->fs->self, path, &info, &err) != WT_OK || info.kind != WT_FILE_NONE;
}

static bool is_link_or_file(const struct wt_ports *p, const char *path)
{
	struct wt_file_info info;
	struct wt_error err;

	return p->fs->stat(p->fs->self, path, &info, &err) != WT_OK || info.kind != WT_FILE_FOLDER;
}

const struct wt_worktree_entry *wt_clean_entry(const struct wt_cleaner *c, const char *path)
{
	for (size_t i = 0; path && i < c->n_worktrees; i++)
		if (strcmp(c->worktrees[i].path, path) == 0)
			return &c->worktrees[i];
	return NULL;
}

/* The first line of a small file, behind lead; NULL when it does not begin so. */
static const char *read_link(struct wt_cleaner *c, const char *path, const char *lead)
{
	const struct wt_fs *fs = c->ports->fs;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;
	const char *link = NULL;
	struct wt_str all;

	if (fs->read(fs->self, path, MAX_LINK, &text, &ignored) == WT_OK) {
		all = wt_str_trim((struct wt_str){ text.data, text.len });
		if (wt_str_starts(all, lead))
			link = wt_arena_strndup(c->arena, all.data + strlen(lead),
						all.len - strlen(lead));
	}
	wt_buf_clear(&text);
	return link;
}

/* The branch that a worktree has, or will have again when its rebase is done. */
static bool has_branch(struct wt_cleaner *c, const struct wt_worktree_entry *w, const char *branch)
{
	static const char *const rebases[] = { "rebase-merge/head-name", "rebase-apply/head-name" };
	const char *dir = c->ports->git->repo.common_dir;

	if (w->branch)
		return strcmp(w->branch, branch) == 0;
	if (w->admin)
		dir = wt_arena_printf(c->arena, "%s/worktrees/%s", dir, w->admin);
	for (size_t i = 0; i < 2; i++) {
		const char *name =
			read_link(c, wt_path_join(c->arena, dir, rebases[i]), "refs/heads/");

		if (name && strcmp(name, branch) == 0)
			return true;
	}
	return false;
}

const struct wt_worktree_entry *wt_clean_survivor(struct wt_cleaner *c, const char *branch,
						  const char *path)
{
	for (size_t i = 0; branch && i < c->n_worktrees; i++) {
		const struct wt_worktree_entry *w = &c->worktrees[i];

		if (!(path && strcmp(w->path, path) == 0) && has_branch(c, w, branch) &&
		    (w->is_locked || wt_clean_exists(c->ports, w->path)))
			return w;
	}
	return NULL;
}

/* the questions; true: it is kept */

static bool keep_alive(struct wt_cleaner *c, const struct wt_clean_subject *s,
		       struct wt_clean_item *item)
{
	if (!s->is_newest || !wt_state_is_alive(s->state) || s->state == WT_QUEUED)
		return false;
	if (wt_state_is_living(s->state))
		return wt_clean_keep(item, "its agent is at work");
	return wt_clean_keep(item, wt_arena_printf(c->arena, "%s: wtorch resume settles it",
						   wt_state_name(s->state)));
}

/* Pinned as it is now it would be the newest keep, and hide the one that was to come back. */
static bool keep_half_undone(struct wt_cleaner *c, const struct wt_clean_subject *s,
			     struct wt_clean_item *item)
{
	const struct wt_keep_done done = { s->run, s->task, s->undone };

	if (!wt_keep_is_begun(c->ports, item->worktree, item->branch, &done, c->arena))
		return false;
	return wt_clean_keep(item,
			     wt_arena_printf(c->arena,
					     "an undo is bringing it back, or was cut off: wtorch "
					     "undo %s finishes it",
					     item->task));
}

static bool is_same_place(const struct wt_ports *p, const char *a, const char *b)
{
	struct wt_buf x = WT_BUF_INIT, y = WT_BUF_INIT;
	struct wt_error ignored;
	bool same = a && b && p->fs->real(p->fs->self, a, &x, &ignored) == WT_OK &&
		    p->fs->real(p->fs->self, b, &y, &ignored) == WT_OK &&
		    strcmp(x.data, y.data) == 0;

	wt_buf_clear(&x);
	wt_buf_clear(&y);
	return same;
}

static const char *from_dir(struct wt_cleaner *c, const char *dir, const char *link)
{
	return link[0] == '/' ? link : wt_path_join(c->arena, dir, link);
}

/* Two ways: the folder's .git names this registration, and that names the folder back. */
static bool keep_foreign(struct wt_cleaner *c, const struct wt_worktree_entry *w,
			 struct wt_clean_item *item)
{
	const struct wt_ports *p = c->ports;
	const char *dot_git = wt_path_join(c->arena, item->worktree, ".git");
	const char *admin, *link, *back;

	if (!w)
		return wt_clean_keep(item, "another folder, or no worktree of this repository");
	if (!w->admin)
		return wt_clean_keep(item, "its registration cannot be told from others");
	admin = wt_arena_printf(c->arena, "%s/worktrees/%s", p->git->repo.common_dir, w->admin);
	if (!is_link_or_file(p, dot_git))
		return wt_clean_keep(
			item, "the folder belongs to another repository: it has its own .git");
	link = read_link(c, dot_git, "gitdir: ");
	if (!link)
		return wt_clean_keep(item,
				     "the folder is no worktree any more: its .git cannot be read");
	if (!is_same_place(p, from_dir(c, item->worktree, link), admin))
		return wt_clean_keep(item, "the folder belongs to another repository or worktree");
	back = read_link(c, wt_path_join(c->arena, admin, "gitdir"), "");
	if (!back || !is_same_place(p, from_dir(c, admin, back), dot_git))
		return wt_clean_keep(item, "its registration names another folder");
	return false;
}

/* Moved by other means than git: without its entry it would be no worktree any more, and what was
 * staged in it lost. */
static bool keep_moved(struct wt_cleaner *c, const struct wt_worktree_entry *w,
		       struct wt_clean_item *item)
{
	struct wt_worktree_found found;

	if (!w->admin)
		return false;
	wt_worktree_search(c->ports, w->admin, item->worktree, c->arena, &found);
	return found.path &&
	       wt_clean_keep(item, wt_arena_printf(c->arena,
						   "it was moved to '%s': git worktree repair %s",
						   found.path, found.path));
}

/* An unmounted disk looks like a deleted folder. */
static bool keep_absent(struct wt_cleaner *c, struct wt_clean_item *item)
{
	const char *parent = wt_path_dir(c->arena, item->worktree);

	if (wt_clean_exists(c->ports, parent))
		return false;
	return wt_clean_refuse(item, WT_RISK_DIRTY,
			       wt_arena_printf(c->arena,
					       "'%s' is not there: a disk that is not mounted?",
					       parent));
}

static bool keep_other_branch(struct wt_cleaner *c, const struct wt_clean_subject *s,
			      const struct wt_worktree_entry *w, struct wt_clean_item *item)
{
	if (w->branch && s->branch && strcmp(w->branch, s->branch) == 0)
		return false;
	if (w->branch)
		return wt_clean_keep(item,
				     wt_arena_printf(c->arena,
						     "the worktree is not on the task's branch any "
						     "more, but on '%s'",
						     w->branch));
	return wt_clean_refuse(item, WT_RISK_DETACHED,
			       "the worktree is not on the task's branch any more: its HEAD is "
			       "detached");
}

/* What git leaves in a registration while it is in the middle of something. */
static bool keep_busy(struct wt_cleaner *c, const struct wt_worktree_entry *w,
		      struct wt_clean_item *item)
{
	static const struct {
		const char *name, *what;
	} marks[] = {
		{ "MERGE_HEAD", "a merge is in progress" },
		{ "rebase-merge", "a rebase is in progress" },
		{ "rebase-apply", "a rebase is in progress" },
		{ "CHERRY_PICK_HEAD", "a cherry-pick is in progress" },
		{ "REVERT_HEAD", "a revert is in progress" },
		{ "sequencer", "a cherry-pick or revert is in progress" },
		{ "BISECT_LOG", "a bisect is in progress" },
		{ "index.lock", "git is at work in it (index.lock)" },
		{ "modules", "it has submodules with repositories of their own: git worktree "
			     "remove --force takes them too" },
	};
	const char *admin = wt_arena_printf(c->arena, "%s/worktrees/%s",
					    c->ports->git->repo.common_dir, w->admin);

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (wt_clean_exists(c->ports, wt_path_join(c->arena, admin, marks[i].name)))
			return wt_clean_keep(item, marks[i].what);
	return false;
}

static void add_name(struct wt_cleaner *c, const char ***names, size_t *n, const char *name)
{
	if (!*names)
		*names = wt_arena_alloc(c->arena, WT_CLEAN_MAX_NAMED * sizeof **names);
	if (*n < WT_CLEAN_MAX_NAMED)
		(*names)[*n] = name;
	++*n;
}

static bool keep_dirty(struct wt_cleaner *c, const struct wt_clean_subject *s,
		       struct wt_clean_item *item)
{
	bool is_done = !s->is_newest || wt_state_is_done(s->state);
	const struct wt_git *git = c->ports->git;
	struct wt_status_entry *all;
	struct wt_error err;
	size_t n;

	if (git->tool->status_all(git->self, item->worktree, c->arena, &all, &n, &err))
		return wt_clean_keep(item,
				     wt_arena_printf(c->arena, "cannot be looked at: %s", err.msg));
	for (size_t i = 0; i < n; i++) {
		if (all[i].nested)
			return wt_clean_keep(item, all[i].nested);
		if (all[i].index == '!')
			add_name(c, &item->ignored, &item->n_ignored, all[i].path);
		else
			add_name(c, &item->files, &item->n_files, all[i].path);
	}
	if (!item->n_files)
		return false;
	return wt_clean_refuse(item, WT_RISK_DIRTY,
			       wt_arena_printf(c->arena, "%s%s%zu uncommitted file%s",
					       is_done ? "" : wt_state_name(s->state),
					       is_done ? "" : ": ", item->n_files,
					       item->n_files == 1 ? "" : "s"));
}

static bool keep_occupied(struct wt_cleaner *c, size_t index, struct wt_clean_item *item)
{
	if (c->occupied[index])
		return wt_clean_keep(item, c->occupied[index]);
	return c->hidden[index] && wt_clean_refuse(item, WT_RISK_HIDDEN, c->hidden[index]);
}

/* commits that nothing else reaches */

static void add_place(struct wt_cleaner *c, struct places *p, const struct wt_oid *oid)
{
	if (wt_oid_is_zero(oid))
		return;
	for (size_t i = 0; i < p->n; i++)
		if (wt_oid_is_equal(&p->items[i], oid))
			return;
	*WT_ARENA_PUSH(c->arena, p->items, p->n, p->cap) = *oid;
}

static void drop_place(struct places *p, const struct wt_oid *oid)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n; i++)
		if (!wt_oid_is_equal(&p->items[i], oid))
			p->items[kept++] = p->items[i];
	p->n = kept;
}

/* "<old> <new> <who> <when>\t<what>" */
static void read_place(struct wt_cleaner *c, struct places *p, struct wt_str line, bool all)
{
	struct wt_str what = line, hex;
	struct wt_oid old, now;

	if (!wt_str_next(&line, " ", &hex) || !wt_oid_parse(hex, &old) ||
	    !wt_str_next(&line, " ", &hex) || !wt_oid_parse(hex, &now))
		return;
	add_place(c, p, &old);
	add_place(c, p, &now);
	/* What was amended was given up on purpose, and replaced. */
	if (!all && wt_str_find(what, "\tcommit (amend): ") < what.len)
		drop_place(p, &old);
}

/* Most commits of a reflog are on the branch: that is seen without asking git. */
static void drop_reached(struct wt_cleaner *c, struct places *p, const struct wt_oid *tip)
{
	const struct wt_git *git = c->ports->git;
	struct wt_error ignored;
	size_t kept = 0;

	for (size_t i = 0; i < p->n; i++) {
		bool contains = false;

		if (git->store->is_ancestor(git->self, &p->items[i], tip, &contains, &ignored) ||
		    !contains)
			p->items[kept++] = p->items[i];
	}
	p->n = kept;
}

enum wt_code wt_clean_only_here(struct wt_cleaner *c, const struct wt_worktree_entry *w,
				const struct wt_clean_item *item, bool all, struct wt_oid **out,
				size_t *n, struct wt_error *err)
{
	const struct wt_ports *p = c->ports;
	const char *path = wt_arena_printf(c->arena, "%s/worktrees/%s/logs/HEAD",
					   p->git->repo.common_dir, w->admin);
	struct wt_buf text = WT_BUF_INIT;
	struct places places = { 0 };
	struct wt_str rest, line;
	enum wt_code rc = p->fs->read(p->fs->self, path, MAX_REFLOG, &text, err);

	*n = 0;
	rest = (struct wt_str){ text.data, text.len };
	while (!rc && wt_str_next(&rest, "\n", &line))
		read_place(c, &places, line, all);
	wt_buf_clear(&text);
	if (rc && rc != WT_E_NOT_FOUND)
		return rc;
	if (!w->branch)
		add_place(c, &places, &w->head);
	if (item->branch)
		drop_reached(c, &places, &item->tip);
	*out = NULL;
	if (!places.n)
		return WT_OK;
	return p->git->tool->unreached(p->git->self, places.items, places.n, c->arena, out, n, err);
}

static bool keep_detached(struct wt_cleaner *c, const struct wt_worktree_entry *w,
			  struct wt_clean_item *item)
{
	struct wt_oid *lost;
	struct wt_error err;
	size_t n;

	if (wt_clean_only_here(c, w, item, false, &lost, &n, &err))
		return wt_clean_keep(item,
				     wt_arena_printf(c->arena, "cannot be looked at: %s", err.msg));
	return n && wt_clean_refuse(item, WT_RISK_DETACHED,
				    wt_arena_printf(c->arena,
						    "%zu commit%s that only its HEAD or its "
						    "reflog reach%s: %.7s",
						    n, n == 1 ? "" : "s", n == 1 ? "es" : "",
						    wt_oid_hex(&lost[0]).hex));
}

/* A branch that another worktree has stays; without a worktree of ours nothing is left to do. */
static bool keep_branch(struct wt_cleaner *c, struct wt_clean_item *item)
{
	const struct wt_worktree_entry *w = wt_clean_survivor(c, item->branch, item->worktree);

	if (!w)
		return false;
	item->survivor = w->path;
	if (item->worktree)
		return false;
	return wt_clean_keep(
		item, wt_arena_printf(c->arena, "the branch is checked out in '%s'", w->path));
}

/* Renamed, a link would be gone and its files still there, and a mount would go along. */
static bool keep_odd_place(struct wt_cleaner *c, struct wt_clean_item *item)
{
	const char *why = wt_clean_place(c, item->worktree);

	return why && wt_clean_keep(item, why);
}

static bool keep_folder(struct wt_cleaner *c, const struct wt_clean_subject *s, size_t index,
			struct wt_clean_item *item)
{
	const struct wt_worktree_entry *w = wt_clean_entry(c, item->worktree);

	item->is_registered = w != NULL;
	if (w && w->is_locked)
		return wt_clean_keep(
			item,
			w->locked && *w->locked
				? wt_arena_printf(c->arena, "the worktree is locked: %s", w->locked)
				: "the worktree is locked");
	if (c->ports->git->repo.main_top &&
	    is_same_place(c->ports, item->worktree, c->ports->git->repo.main_top))
		return wt_clean_keep(item, "it is the main checkout");
	if (w && !wt_clean_exists(c->ports, item->worktree))
		return keep_other_branch(c, s, w, item) || keep_moved(c, w, item) ||
		       keep_absent(c, item) || keep_busy(c, w, item) || keep_detached(c, w, item);
	return keep_foreign(c, w, item) || keep_odd_place(c, item) ||
	       keep_other_branch(c, s, w, item) || keep_busy(c, w, item) ||
	       keep_dirty(c, s, item) || keep_occupied(c, index, item) || keep_detached(c, w, item);
}

void wt_clean_judge(struct wt_cleaner *c, const struct wt_clean_subject *s, size_t index,
		    struct wt_clean_item *item)
{
	item->removes = true;
	if (keep_alive(c, s, item) || keep_half_undone(c, s, item) ||
	    (item->worktree && keep_folder(c, s, index, item)) || keep_branch(c, item) ||
	    wt_clean_keep_unlanded(c, s, item))
		return;
	if (item->waived_reason)
		item->reason = wt_arena_printf(c->arena, "%s, included%s%s", item->waived_reason,
					       item->reason ? "; " : "",
					       item->reason ? item->reason : "");
}
