/* SPDX-License-Identifier: MIT */
/* Taking away, in the order that lets the next clean finish what was cut off. */

#include <string.h>

#include "clean_priv.h"
#include "temp.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/byhand.h"
#include "wtorch/engine/land.h"

/* More commits than that are no accident of a reflog: somebody has to look. */
#define MAX_PINNED 50

struct removal {
	struct wt_cleaner c;
	struct wt_arena lists; /* what git lists, which is much, and looked at again and again */
	struct wt_run *run;
	struct wt_clean_item *item;
	struct wt_clean_list *list;
};

static void keep(struct removal *r, const char *what, const char *why)
{
	r->item->removes = false;
	r->item->risk = WT_RISK_NONE;
	r->item->reason = wt_arena_printf(r->list->arena, "%s: %s", what, why);
}

static enum wt_code list_worktrees(struct removal *r, struct wt_error *err)
{
	const struct wt_git *git = r->c.ports->git;

	r->c.worktrees = NULL;
	r->c.n_worktrees = 0;
	wt_arena_clear(&r->lists);
	return git->tool->worktrees(git->self, &r->lists, &r->c.worktrees, &r->c.n_worktrees, err);
}

/* The same questions once more, about the world as it is now. */
static enum wt_code look_again(struct removal *r, struct wt_error *err)
{
	const struct wt_clean_item before = *r->item;
	struct wt_clean_subject *subject = wt_arena_alloc(r->c.arena, sizeof *subject);
	const struct wt_clean_subjects one = { .items = subject, .len = 1, .cap = 1 };
	struct wt_clean_item now = { .waived = before.waived };
	enum wt_code rc = list_worktrees(r, err);

	*subject = *before.subject;
	if (!rc && wt_plan_find(&r->run->plan, before.task) == WT_MAP_NONE)
		rc = wt_fail(err, WT_E_STATE, "the journal does not know the task any more");
	wt_clean_read_state(&r->c, r->run, subject);
	subject->branch = before.branch;
	subject->path = before.worktree;
	if (!rc)
		rc = wt_clean_find_occupied(&r->c, &one, err);
	if (rc) {
		keep(r, "cannot be looked at", err->msg);
		return WT_OK;
	}
	wt_clean_look(&r->c, &one, 0, &now);
	now.size_bytes = before.size_bytes;
	now.size_is_whole = before.size_is_whole;
	if (now.survivor)
		now.survivor = wt_arena_strdup(r->list->arena, now.survivor);
	if (now.removes && before.branch &&
	    (!now.branch || !wt_oid_is_equal(&now.tip, &before.tip))) {
		now.removes = false;
		now.fate = WT_BRANCH_RACED;
		now.reason = "the branch moved since it was looked at";
	}
	*r->item = now;
	return WT_OK;
}

/* pinning */

static bool pin(struct removal *r, const struct wt_keep_source *source)
{
	struct wt_error why;
	unsigned n;

	if (wt_keep_pin(r->run, source, &n, &why) == WT_OK)
		return true;
	keep(r, "cannot be pinned", why.msg);
	return false;
}

/* First what only the reflog has: the newest keep ref is the one that undo takes. */
static bool pin_reflog(struct removal *r, const struct wt_worktree_entry *w)
{
	struct wt_oid *lost;
	struct wt_error why;
	size_t n = 0;

	if (wt_clean_only_here(&r->c, w, r->item, true, &lost, &n, &why)) {
		keep(r, "cannot be looked at", why.msg);
		return false;
	}
	if (n > MAX_PINNED) {
		keep(r, "too many commits that only its reflog reaches", "look at git reflog");
		return false;
	}
	for (size_t i = 0; i < n; i++)
		if (!pin(r, &(struct wt_keep_source){
				    .task = r->item->task, .tip = &lost[i], .reason = "clean" }))
			return false;
	return true;
}

static bool pin_all(struct removal *r)
{
	const struct wt_clean_item *item = r->item;
	const struct wt_worktree_entry *w = wt_clean_entry(&r->c, item->worktree);
	bool is_there = item->worktree && wt_clean_exists(r->c.ports, item->worktree);

	if (w && w->admin && !pin_reflog(r, w))
		return false;
	return pin(r, &(struct wt_keep_source){ .task = item->task,
						.branch = item->branch,
						.worktree = is_there ? item->worktree : NULL,
						.reason = "clean" });
}

/* the worktree */

static enum wt_code note_worktree(struct removal *r, enum wt_event_kind kind,
				  enum wt_durability durability, struct wt_error *err)
{
	struct wt_event ev = { .kind = kind, .task = r->item->task, .path = r->item->worktree };

	return wt_run_note(r->run, &ev, durability, err);
}

/* A failure is believed when git still lists it. */
static bool is_registered(struct removal *r)
{
	struct wt_error ignored;

	return list_worktrees(r, &ignored) || wt_clean_entry(&r->c, r->item->worktree);
}

static enum wt_code unregister(struct removal *r, const char *admin, struct wt_error *why)
{
	const struct wt_ports *p = r->c.ports;
	const char *lock = wt_path_join(r->c.arena, wt_runs_home(p, r->c.arena), "worktrees.lock");
	int handle;
	enum wt_code rc = p->fs->lock(p->fs->self, lock, true, &handle, why);

	if (rc)
		return rc;
	rc = p->git->tool->worktree_unregister(p->git->self, admin, why);
	p->fs->unlock(p->fs->self, handle);
	return rc;
}

/* Where the folder cannot be renamed (a mount point), git deletes it where it is, with its own
 * refusals; only files that are pinned by now may be in its way. */
static enum wt_code delete_in_place(struct removal *r, struct wt_error *why)
{
	const struct wt_git *git = r->c.ports->git;

	return git->tool->worktree_remove(git->self, r->item->worktree,
					  (r->item->waived & WT_RISK_DIRTY) != 0, why);
}

/* True when the worktree is gone. */
static bool take_worktree(struct removal *r)
{
	const struct wt_clean_item *item = r->item;
	const struct wt_worktree_entry *w = wt_clean_entry(&r->c, item->worktree);
	struct wt_trash trash = { 0 };
	struct wt_error why, ignored;

	if (wt_clean_exists(r->c.ports, item->worktree)) {
		if (wt_trash_put(r->c.ports, item->worktree, item->run, item->task, r->list->arena,
				 &trash, &why)) {
			if (delete_in_place(r, &why) == WT_OK)
				return true;
			keep(r, "cannot be removed", why.msg);
			return false;
		}
	}
	if (!w || !w->admin || unregister(r, w->admin, &why) == WT_OK || !is_registered(r))
		return true;
	keep(r, "cannot be unregistered", why.msg);
	if (trash.path && wt_trash_restore(r->c.ports, &trash, r->c.arena, &ignored))
		keep(r, "cannot be unregistered, and its files are in the trash", trash.path);
	return false;
}

static enum wt_code remove_worktree(struct removal *r, struct wt_error *err)
{
	enum wt_code rc;

	if (!r->item->worktree)
		return WT_OK;
	rc = note_worktree(r, WT_EV_WORKTREE_REMOVING, WT_DURABLE, err);
	if (rc || !take_worktree(r))
		return rc;
	return note_worktree(r, WT_EV_WORKTREE_REMOVED, WT_LAZY, err);
}

/* the branch */

/* Whoever checked it out since is found here; who does after this finds a branch without commit,
 * as after git branch -D. */
static enum wt_branch_fate delete_branch(struct removal *r)
{
	const struct wt_git *git = r->c.ports->git;
	const char *ref = wt_arena_printf(r->c.arena, "refs/heads/%s", r->item->branch);
	const struct wt_oid none = { { 0 } };
	const struct wt_worktree_entry *survivor;
	struct wt_error why;
	enum wt_code rc;

	if (list_worktrees(r, &why))
		return WT_BRANCH_FAILED;
	survivor = wt_clean_survivor(&r->c, r->item->branch, r->item->worktree);
	if (survivor) {
		r->item->survivor = wt_arena_strdup(r->list->arena, survivor->path);
		return WT_BRANCH_CHECKED_OUT;
	}
	rc = git->tool->update_ref(git->self, ref, &none, &r->item->tip, "wtorch: clean", &why);
	if (rc == WT_E_RACED)
		return WT_BRANCH_RACED;
	return rc ? WT_BRANCH_FAILED : WT_BRANCH_DELETED;
}

static enum wt_code remove_branch(struct removal *r, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_BRANCH_REMOVED,
			       .task = r->item->task,
			       .branch = r->item->branch,
			       .oid = r->item->tip };
	static const char *const stays[] = {
		[WT_BRANCH_CHECKED_OUT] = "the branch stays, it is checked out in",
		[WT_BRANCH_RACED] = "the branch stays, it moved while it was being removed",
		[WT_BRANCH_FAILED] = "the branch stays, git could not remove it",
	};

	if (!r->item->branch)
		return WT_OK;
	r->item->fate = delete_branch(r);
	if (r->item->fate == WT_BRANCH_DELETED)
		return wt_run_note(r->run, &ev, WT_LAZY, err);
	r->item->reason = wt_arena_printf(r->list->arena, "%s%s%s", stays[r->item->fate],
					  r->item->survivor ? " " : "",
					  r->item->survivor ? r->item->survivor : "");
	/* A branch that somebody else works on was to stay, the others were not. */
	if (r->item->fate != WT_BRANCH_CHECKED_OUT)
		r->item->removes = false;
	return WT_OK;
}

static enum wt_code note_by_hand(struct removal *r, struct wt_error *err)
{
	size_t task = wt_plan_find(&r->run->plan, r->item->task);

	if (!r->item->is_by_hand || task >= r->run->plan.n_tasks)
		return WT_OK;
	return wt_byhand_note(r->run, task, &r->item->how, err);
}

static enum wt_code remove_work(struct removal *r, struct wt_error *err)
{
	enum wt_code rc = look_again(r, err);

	if (rc || !r->item->removes)
		return rc;
	rc = note_by_hand(r, err);
	if (rc || !pin_all(r))
		return rc;
	rc = remove_worktree(r, err);
	if (!rc && r->item->removes)
		rc = remove_branch(r, err);
	r->item->done = !rc && r->item->removes;
	return rc;
}

static void expire(const struct wt_ports *ports, struct wt_clean_list *list,
		   struct wt_clean_item *item)
{
	struct wt_error why;

	item->done = wt_keep_expire(ports, item->keep, &why) == WT_OK;
	if (item->done)
		return;
	item->removes = false;
	item->reason = wt_arena_strdup(list->arena, why.msg);
}

/* Asked again: somebody may have begun to work there. */
static void remove_scratch(const struct wt_ports *ports, struct wt_clean_list *list,
			   struct wt_clean_item *item)
{
	struct wt_land_scratch *found;
	const char *busy = NULL;
	struct wt_error why;
	size_t n = 0;
	enum wt_code rc = wt_land_scratch_list(ports, list->arena, &found, &n, &why);

	for (size_t i = 0; !rc && i < n; i++)
		if (strcmp(found[i].name, item->scratch) == 0)
			busy = found[i].busy;
	if (!rc && !busy)
		rc = wt_land_scratch_remove(ports, item->scratch, &why);
	item->done = !rc && !busy;
	if (item->done)
		return;
	item->removes = false;
	item->reason = busy ? busy : wt_arena_strdup(list->arena, why.msg);
}

/* The items of a run stand together, and its journal may be long. */
static enum wt_code open_run(const struct wt_ports *ports, struct wt_clean_list *list,
			     const char *id, struct wt_error *err)
{
	if (list->run && list->run->ports == ports && strcmp(list->run->id, id) == 0)
		return wt_run_refresh(list->run, err);
	wt_clean_close(list);
	return wt_run_open(ports, id, &list->run, err);
}

enum wt_code wt_clean_apply(const struct wt_ports *ports, struct wt_clean_list *list,
			    struct wt_clean_item *item, struct wt_error *err)
{
	static const struct wt_clean_opts plain = { .skips_sizes = true };
	struct removal r = { .c = { .ports = ports, .opts = &plain, .arena = list->arena },
			     .item = item,
			     .list = list };
	enum wt_code rc;

	if (!item->removes || item->kind == WT_CLEAN_TRASH)
		return WT_OK;
	if (item->kind == WT_CLEAN_KEEP_REF) {
		expire(ports, list, item);
		return WT_OK;
	}
	if (item->kind == WT_CLEAN_SCRATCH) {
		remove_scratch(ports, list, item);
		return WT_OK;
	}
	rc = open_run(ports, list, item->run, err);
	r.run = list->run;
	if (!rc)
		rc = remove_work(&r, err);
	wt_arena_clear(&r.lists);
	wt_map_clear(&r.c.bases);
	return rc;
}

void wt_clean_close(struct wt_clean_list *list)
{
	wt_run_close(list->run);
	list->run = NULL;
}

/* the temp folders */

void wt_clean_temps(const struct wt_ports *ports)
{
	wt_temp_clean(ports);
}

/* the trash */

static struct wt_clean_item *find_item(struct wt_clean_list *list, const char *path)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].trash && strcmp(list->items[i].trash->path, path) == 0)
			return &list->items[i];
	return NULL;
}

enum wt_code wt_clean_empty_trash(const struct wt_ports *ports, struct wt_clean_list *list,
				  struct wt_error *failed)
{
	enum wt_code first = WT_OK;

	for (size_t d = 0; d < list->n_trash_dirs; d++) {
		struct wt_trash *found = NULL;
		struct wt_error err;
		size_t n = 0;
		enum wt_code rc =
			wt_trash_list(ports, list->trash_dirs[d], list->arena, &found, &n, &err);

		for (size_t i = 0; i < n; i++) {
			struct wt_clean_item *item = find_item(list, found[i].path);
			enum wt_code one = wt_trash_empty(ports, &found[i], list->arena, &err);

			if (item)
				item->done = one == WT_OK;
			if (one)
				rc = one;
		}
		wt_trash_tidy(ports, list->trash_dirs[d], list->arena);
		if (rc && !first) {
			first = rc;
			*failed = err;
		}
	}
	return first;
}
