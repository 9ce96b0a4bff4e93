/* SPDX-License-Identifier: MIT */
/* Whose a run is: this repository's, also after it was moved, or one that this is a copy of. */

#include "run_parts.h"

#include <string.h>

#include "wtorch/base/path.h"
#include "wtorch/engine/worktree.h"

const char *wt_runs_real_home(const struct wt_ports *ports, struct wt_arena *a)
{
	const char *common = ports->git->repo.common_dir;
	struct wt_buf real = WT_BUF_INIT;
	struct wt_error ignored;

	if (ports->fs->real(ports->fs->self, common, &real, &ignored) == WT_OK)
		common = wt_arena_strdup(a, real.data);
	wt_buf_clear(&real);
	return common;
}

static bool is_file(const struct wt_run *run, const char *path, struct wt_file_info *info)
{
	const struct wt_fs *fs = run->ports->fs;
	struct wt_error ignored;

	return fs->stat(fs->self, path, info, &ignored) == WT_OK && info->kind == WT_FILE_REGULAR;
}

void wt_run_find_place(struct wt_run *run)
{
	const struct wt_git *git = run->ports->git;
	struct wt_arena scratch = { 0 };
	struct wt_file_info there, here;
	struct wt_commit c;
	struct wt_error err;

	run->place = WT_PLACE_HERE;
	if (run->home && strcmp(run->home, wt_runs_real_home(run->ports, &scratch)) != 0) {
		const char *journal = wt_arena_printf(&scratch, "%s/wtorch/runs/%s/journal.jsonl",
						      run->home, run->id);

		run->place = WT_PLACE_MOVED;
		/* The same folder under two names, as a bind mount gives, is no copy. */
		if (is_file(run, journal, &there) &&
		    is_file(run, wt_path_join(&scratch, run->dir, "journal.jsonl"), &here))
			run->place = there.device == here.device && there.inode == here.inode
					     ? WT_PLACE_HERE
					     : WT_PLACE_ELSEWHERE;
	}
	if (!wt_oid_is_zero(&run->plan.base_oid) &&
	    git->store->commit(git->self, &run->plan.base_oid, &scratch, &c, &err) ==
		    WT_E_NOT_FOUND)
		run->place = WT_PLACE_ELSEWHERE;
	wt_arena_clear(&scratch);
}

/* After a move each worktree that holds work has to be brought together with its repository by
 * its owner, who knows what was moved along. */
static enum wt_code check_worktrees(const struct wt_run *run, struct wt_error *err)
{
	const struct wt_run_state *s = wt_run_state(run);

	for (size_t i = 0; i < run->plan.n_tasks; i++) {
		const struct wt_task_state *t = &s->tasks[i];
		enum wt_checkout_fact fact;

		if (!t->worktree || wt_state_is_done(t->state))
			continue;
		fact = wt_worktree_look(run, t->worktree);
		if (fact == WT_CHECKOUT_OURS || fact == WT_CHECKOUT_GONE)
			continue;
		wt_fail(err, WT_E_STATE,
			"the repository was moved from '%s', and the worktree '%s' of '%s' does "
			"not find it any more",
			run->home, t->worktree, run->plan.tasks[i].task.id);
		return wt_hint(err, "git worktree repair %s", t->worktree);
	}
	return WT_OK;
}

enum wt_code wt_run_check_place(const struct wt_run *run, struct wt_error *err)
{
	size_t n;

	if (run->place == WT_PLACE_HERE)
		return WT_OK;
	if (run->place == WT_PLACE_MOVED)
		return check_worktrees(run, err);
	if (!run->home)
		return wt_fail(err, WT_E_STATE,
			       "run %s was made in another repository: its base %.12s is not in "
			       "this one",
			       run->id, wt_oid_hex(&run->plan.base_oid).hex);
	n = strlen(run->home);
	wt_fail(err, WT_E_STATE, "run %s belongs to the repository in '%s', not to this one",
		run->id, run->home);
	if (n > 5 && strcmp(run->home + n - 5, "/.git") == 0)
		return wt_hint(err, "wtorch -C %.*s status", (int)(n - 5), run->home);
	return err->code;
}
