/* SPDX-License-Identifier: MIT */
/* What can go, and its going. */

#include "wtorch/engine/clean.h"

#include <string.h>

#include "wtorch/base/path.h"
#include "wtorch/engine/tree.h"

/* Names are used again: only the newest run that took a branch may speak for it. */
struct claim {
	const char *branch;
	size_t run;
};

struct cleaner {
	const struct wt_ports *ports;
	struct wt_arena *arena;
	struct wt_clean_item *items;
	struct claim *claims; /* of each item */
	size_t len, cap, cap_claims;
	struct wt_map newest; /* branch -> run */
	size_t run;           /* that is looked at, counted from the oldest */
	struct wt_worktree_entry *worktrees;
	size_t n_worktrees;
};

static const struct wt_worktree_entry *find_worktree(const struct cleaner *c, const char *path)
{
	for (size_t i = 0; path && i < c->n_worktrees; i++)
		if (strcmp(c->worktrees[i].path, path) == 0)
			return &c->worktrees[i];
	return NULL;
}

static const struct wt_worktree_entry *find_holder(const struct cleaner *c, const char *branch)
{
	for (size_t i = 0; branch && i < c->n_worktrees; i++)
		if (c->worktrees[i].branch && strcmp(c->worktrees[i].branch, branch) == 0)
			return &c->worktrees[i];
	return NULL;
}

static bool folder_exists(const struct wt_ports *p, const char *path)
{
	struct wt_file_info info;
	struct wt_error err;

	return p->fs->stat(p->fs->self, path, &info, &err) != WT_OK || info.kind != WT_FILE_NONE;
}

static void keep(struct wt_clean_item *item, const char *reason)
{
	item->removes = false;
	item->reason = reason;
}

/* the rules, one question each; true: decided */

static bool keep_unlanded(struct wt_clean_item *item, struct wt_arena *a,
			  const struct wt_task_state *s)
{
	if (s->state == WT_MERGED || s->state == WT_NO_CHANGES)
		return false;
	if (wt_state_is_alive(s->state))
		keep(item, "its agent is at work");
	else
		keep(item, wt_arena_printf(a, "%s: not merged", wt_state_name(s->state)));
	return true;
}

/* The registration must be the one we made: that path, on that branch. */
static bool keep_foreign(struct cleaner *c, struct wt_clean_item *item)
{
	const struct wt_worktree_entry *w = find_worktree(c, item->worktree);
	const struct wt_worktree_entry *holder = find_holder(c, item->branch);
	const char *link, *admin;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error err;
	bool ours;

	if (holder && holder != w) {
		keep(item,
		     wt_arena_printf(c->arena, "the branch is checked out in '%s'", holder->path));
		return true;
	}
	if (!w) {
		if (item->worktree)
			keep(item, "another folder, or no worktree of this repository");
		return item->worktree != NULL;
	}
	item->is_registered = true;
	if (w->is_locked) {
		keep(item, "the worktree is locked");
		return true;
	}
	if (!w->branch || !item->branch || strcmp(w->branch, item->branch) != 0) {
		keep(item, "the worktree is not on the task's branch any more");
		return true;
	}
	if (!folder_exists(c->ports, item->worktree))
		return false;
	/* Two ways: the folder's .git names an entry below our common dir. */
	link = wt_path_join(c->arena, item->worktree, ".git");
	admin = wt_arena_printf(c->arena, "gitdir: %s/worktrees/", c->ports->git->repo.common_dir);
	ours = c->ports->fs->read(c->ports->fs->self, link, 8192, &text, &err) == WT_OK &&
	       strncmp(text.data, admin, strlen(admin)) == 0;
	wt_buf_clear(&text);
	if (!ours)
		keep(item, "the folder belongs to another repository");
	return !ours;
}

static bool keep_dirty(struct cleaner *c, struct wt_clean_item *item)
{
	const struct wt_git *git = c->ports->git;
	struct wt_status_entry *dirty;
	struct wt_error err;
	size_t n;

	if (!item->worktree || !folder_exists(c->ports, item->worktree))
		return false;
	if (git->tool->status(git->self, item->worktree, c->arena, &dirty, &n, &err)) {
		keep(item, wt_arena_printf(c->arena, "cannot be looked at: %s", err.msg));
		return true;
	}
	if (n)
		keep(item,
		     wt_arena_printf(c->arena, "%zu uncommitted file%s", n, n == 1 ? "" : "s"));
	return n > 0;
}

/* The branch's tip must be what landed, or nothing at all may hang on it. */
static bool keep_unmerged_tip(struct cleaner *c, struct wt_clean_item *item,
			      const struct wt_run *run, const struct wt_task_state *s)
{
	const struct wt_git *git = c->ports->git;
	const char *base_ref = wt_arena_printf(c->arena, "refs/heads/%s", run->plan.base);
	const struct wt_oid *must = &s->landed;
	struct wt_oid base;
	struct wt_error err;
	bool contains = false;

	if (!item->branch)
		return false;
	if (s->state == WT_NO_CHANGES) {
		if (wt_oid_is_equal(&item->tip, &s->base))
			return false;
		must = &item->tip;
	} else if (!wt_oid_is_equal(&item->tip, &s->tip)) {
		must = &item->tip; /* moved on since it landed */
	}
	if (git->store->ref(git->self, base_ref, &base, &err) ||
	    git->store->is_ancestor(git->self, must, &base, &contains, &err))
		keep(item, wt_arena_printf(c->arena, "cannot be looked at: %s", err.msg));
	else if (!contains && must == &s->landed)
		keep(item, wt_arena_printf(c->arena, "'%s' does not contain %.7s any more",
					   run->plan.base, wt_oid_hex(must).hex));
	else if (!contains)
		keep(item, "the branch has commits that are not merged");
	return !contains;
}

/* looking */

static void read_branch(struct cleaner *c, struct wt_clean_item *item,
			const struct wt_task_state *s)
{
	const struct wt_git *git = c->ports->git;
	struct wt_error err;

	if (s->branch &&
	    git->store->ref(git->self, wt_arena_printf(c->arena, "refs/heads/%s", s->branch),
			    &item->tip, &err) == WT_OK)
		item->branch = wt_arena_strdup(c->arena, s->branch);
}

static void look_at(struct cleaner *c, const struct wt_run *run, size_t task)
{
	const struct wt_task_state *s = &wt_run_state(run)->tasks[task];
	struct wt_clean_item item = { .size_bytes = -1, .removes = true };
	const char *branch = NULL;
	bool there;

	if (!s->attempt)
		return;
	if (s->branch) {
		branch = wt_arena_strdup(c->arena, s->branch);
		wt_map_set(&c->newest, branch, c->run);
	}
	read_branch(c, &item, s);
	there = s->worktree &&
		(folder_exists(c->ports, s->worktree) || find_worktree(c, s->worktree));
	if (there)
		item.worktree = wt_arena_strdup(c->arena, s->worktree);
	if (!item.branch && !there)
		return;
	item.run = wt_arena_strdup(c->arena, run->id);
	item.task = wt_arena_strdup(c->arena, run->plan.tasks[task].task.id);
	item.reason = s->state == WT_MERGED
			      ? wt_arena_printf(c->arena, "merged into %s as %.7s", run->plan.base,
						wt_oid_hex(&s->landed).hex)
			      : "the agent changed nothing";
	if (!keep_unlanded(&item, c->arena, s) && !keep_foreign(c, &item) && !keep_dirty(c, &item))
		keep_unmerged_tip(c, &item, run, s);
	c->claims = wt_arena_grow(c->arena, c->claims, c->len, &c->cap_claims, sizeof *c->claims);
	c->claims[c->len] = (struct claim){ branch, c->run };
	*WT_ARENA_PUSH(c->arena, c->items, c->len, c->cap) = item;
}

static void drop_outdated(struct cleaner *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->len; i++) {
		const struct claim *claim = &c->claims[i];

		if (!claim->branch || wt_map_find(&c->newest, claim->branch) == claim->run)
			c->items[n++] = c->items[i];
	}
	c->len = n;
}

enum wt_code wt_clean_plan(const struct wt_ports *ports, struct wt_arena *a,
			   struct wt_clean_item **items, size_t *n, struct wt_error *err)
{
	struct cleaner c = { .ports = ports, .arena = a };
	const char **ids;
	size_t n_ids;
	enum wt_code rc = wt_runs_list(ports, a, &ids, &n_ids, err);

	if (!rc)
		rc = ports->git->tool->worktrees(ports->git->self, a, &c.worktrees, &c.n_worktrees,
						 err);
	for (size_t i = 0; !rc && i < n_ids; i++) {
		struct wt_error why;
		struct wt_run *run;

		/* A run that cannot be read keeps all it has. */
		if (wt_run_open(ports, ids[i], &run, &why))
			continue;
		c.run = i;
		for (size_t t = 0; t < run->plan.n_tasks; t++)
			look_at(&c, run, t);
		wt_run_close(run);
	}
	drop_outdated(&c);
	wt_map_clear(&c.newest);
	*items = c.items;
	*n = c.len;
	return rc;
}

/* doing */

static enum wt_code remove_worktree(struct wt_run *run, struct wt_clean_item *item,
				    struct wt_error *err)
{
	const struct wt_git *git = run->ports->git;
	struct wt_event ev = { .kind = WT_EV_WORKTREE_REMOVING,
			       .task = item->task,
			       .path = item->worktree };
	struct wt_error why;
	enum wt_code rc;

	if (!item->worktree)
		return WT_OK;
	rc = wt_run_note(run, &ev, WT_DURABLE, err);
	if (rc)
		return rc;
	if (git->tool->worktree_remove(git->self, item->worktree, false, &why)) {
		keep(item, wt_arena_strdup(&run->arena, why.msg));
		return WT_OK;
	}
	ev.kind = WT_EV_WORKTREE_REMOVED;
	return wt_run_note(run, &ev, WT_LAZY, err);
}

static enum wt_code remove_branch(struct wt_run *run, struct wt_clean_item *item,
				  struct wt_error *err)
{
	const struct wt_git *git = run->ports->git;
	struct wt_event ev = { .kind = WT_EV_BRANCH_REMOVED,
			       .task = item->task,
			       .branch = item->branch,
			       .oid = item->tip };
	const struct wt_oid none = { { 0 } };
	const char *ref;
	struct wt_error why;
	enum wt_code rc;

	if (!item->branch)
		return WT_OK;
	ref = wt_arena_printf(&run->arena, "refs/heads/%s", item->branch);
	rc = git->tool->update_ref(git->self, ref, &none, &item->tip, "wtorch: clean", &why);
	if (rc) {
		keep(item, rc == WT_E_RACED ? "the branch moved while it was being removed"
					    : "its branch could not be removed");
		return WT_OK;
	}
	return wt_run_note(run, &ev, WT_LAZY, err);
}

enum wt_code wt_clean_apply(const struct wt_ports *ports, struct wt_arena *a,
			    struct wt_clean_item *item, struct wt_error *err)
{
	struct cleaner c = { .ports = ports, .arena = a };
	struct wt_clean_item again = *item;
	struct wt_error why;
	struct wt_oid tip;
	struct wt_run *run;
	enum wt_code rc;

	if (!item->removes)
		return WT_OK;
	/* Time has passed since the list was made: the cheap questions once more. git's own
	 * refusal of a dirty worktree and the compare-and-swap of the branch are the last word. */
	if (keep_dirty(&c, &again)) {
		*item = again;
		return WT_OK;
	}
	if (item->branch &&
	    (ports->git->store->ref(ports->git->self,
				    wt_arena_printf(a, "refs/heads/%s", item->branch), &tip,
				    &why) ||
	     !wt_oid_is_equal(&tip, &item->tip))) {
		keep(item, "the branch moved since it was looked at");
		return WT_OK;
	}
	rc = wt_run_open(ports, item->run, &run, err);
	if (rc)
		return rc;
	rc = remove_worktree(run, item, err);
	if (!rc && item->removes)
		rc = remove_branch(run, item, err);
	if (item->reason)
		item->reason = wt_arena_strdup(a, item->reason);
	item->done = !rc && item->removes;
	wt_run_close(run);
	return rc;
}
