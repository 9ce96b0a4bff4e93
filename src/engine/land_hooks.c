/* SPDX-License-Identifier: MIT */
/* The landing commit where the user's hooks have a say: in a worktree that comes and goes. */

#include <inttypes.h>
#include <string.h>

#include "land_priv.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"

/* git names its entry of a worktree after the folder, so this is what both begin with. */
#define SCRATCH_PREFIX "wtorch-landing-"

/* In the folder of the state: no checkout of the user's, no path of a task's. */
static const char *scratch_home(const struct wt_ports *p, struct wt_arena *a)
{
	return wt_path_join(a, wt_runs_home(p, a), "scratch");
}

/* Of this very process: a hook that outlived another one knows another place. */
static const char *own_name(const struct wt_ports *p, struct wt_arena *a)
{
	struct wt_proc_id id;

	p->proc->self_id(p->proc->self, &id);
	return wt_arena_printf(a, SCRATCH_PREFIX "%" PRId64 "-%s", id.pid, id.start_time);
}

/* git's entry of the name, unless it is of a folder of somebody else's. */
static void forget_entry(const struct wt_ports *p, const char *name, struct wt_arena *a)
{
	const char *entries = wt_path_join(a, p->git->repo.common_dir, "worktrees");
	const char *entry = wt_path_join(a, entries, name);
	struct wt_buf link = WT_BUF_INIT;
	struct wt_error ignored;
	enum wt_code rc = p->fs->read(p->fs->self, wt_path_join(a, entry, "gitdir"),
				      WT_MAX_CONFIG_BYTES, &link, &ignored);

	if (rc == WT_E_NOT_FOUND || (!rc && strstr(link.data, "/scratch/" SCRATCH_PREFIX)))
		(void)!p->fs->remove_tree(p->fs->self, entry, &ignored);
	(void)!p->fs->remove(p->fs->self, entries, &ignored); /* only when it is empty */
	wt_buf_clear(&link);
}

/* The files first: an entry without them is found again by its name, and git prunes it. */
static void take_away(const struct wt_ports *p, const char *name, struct wt_arena *a)
{
	const char *home = scratch_home(p, a);
	struct wt_error ignored;

	(void)!p->fs->remove_tree(p->fs->self, wt_path_join(a, home, name), &ignored);
	forget_entry(p, name, a);
	(void)!p->fs->remove(p->fs->self, home, &ignored);
}

struct names {
	struct wt_arena *arena;
	const char **items;
	size_t len, cap;
};

static bool collect(void *arg, const char *name, enum wt_file_kind kind)
{
	struct names *n = arg;

	(void)kind;
	if (strncmp(name, SCRATCH_PREFIX, strlen(SCRATCH_PREFIX)) == 0)
		*WT_ARENA_PUSH(n->arena, n->items, n->len, n->cap) =
			wt_arena_strdup(n->arena, name);
	return true;
}

static enum wt_code lock(const struct wt_ports *p, struct wt_arena *a, int *handle,
			 struct wt_error *err)
{
	const char *path = wt_path_join(a, wt_runs_home(p, a), "worktrees.lock");

	return p->fs->lock(p->fs->self, path, true, handle, err);
}

void wt_land_sweep(const struct wt_ports *p)
{
	struct wt_arena a = { 0 };
	struct names names = { .arena = &a };
	struct wt_error ignored;
	int handle;

	/* Read-only looks: most often there is nothing. */
	(void)!p->fs->list(p->fs->self, scratch_home(p, &a), collect, &names, &ignored);
	(void)!p->fs->list(p->fs->self, wt_path_join(&a, p->git->repo.common_dir, "worktrees"),
			   collect, &names, &ignored);
	if (names.len && lock(p, &a, &handle, &ignored) == WT_OK) {
		for (size_t i = 0; i < names.len; i++)
			take_away(p, names.items[i], &a);
		p->fs->unlock(p->fs->self, handle);
	}
	wt_arena_clear(&a);
}

enum wt_code wt_land_hooked(struct wt_landing *l, struct wt_error *err)
{
	const struct wt_ports *p = l->run->ports;
	const struct wt_git *git = p->git;
	const char *home = scratch_home(p, l->arena), *name = own_name(p, l->arena);
	const struct wt_hooked_commit spec = {
		.commit = &l->sealed,
		.scratch = wt_path_join(l->arena, home, name),
		.deadline_ms = wt_config_int(l->run->config, "merge.hook_timeout"),
	};
	struct wt_error ignored;
	int handle;
	enum wt_code rc;

	wt_land_sweep(p);
	rc = p->fs->mkdirs(p->fs->self, home, err);
	if (!rc)
		rc = lock(p, l->arena, &handle, err);
	if (rc)
		return rc;
	rc = git->tool->worktree_scratch(git->self, spec.scratch, &l->sealed_parents[0], err);
	p->fs->unlock(p->fs->self, handle);
	if (!rc)
		rc = git->tool->commit_hooked(git->self, &spec, &l->commit, err);
	if (lock(p, l->arena, &handle, &ignored) == WT_OK) {
		take_away(p, name, l->arena);
		p->fs->unlock(p->fs->self, handle);
	}
	return rc;
}
