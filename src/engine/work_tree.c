/* SPDX-License-Identifier: MIT */
/* What an agent committed that must not land without a person having looked. */

#include <stdio.h>
#include <string.h>

#include "drive.h"
#include "work_priv.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/tree.h"

static enum wt_code say(struct wt_run *run, size_t task, const char *text, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_NOTE,
			       .task = run->plan.tasks[task].task.id,
			       .reason = text };

	return wt_run_note(run, &ev, WT_LAZY, err);
}

/* "sub = path" of .gitmodules is not asked for: that the file is there is what git goes by. */
static enum wt_code check_gitlink(const struct wt_git *git, const struct wt_oid *tree,
				  const char *path, struct wt_arena *a, const char **kept,
				  struct wt_error *err)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_side modules;
	enum wt_code rc = wt_tree_find(git, tree, ".gitmodules", a, &modules, err);

	if (!rc && modules.mode)
		rc = git->store->blob(git->self, &modules.oid, &text, err);
	if (!rc && (!text.data || !strstr(text.data, path)))
		*kept = wt_arena_printf(a, "'%s' is a repository of its own that it committed",
					path);
	else if (!rc)
		*kept = wt_arena_printf(a,
					"'%s' points to another commit of the submodule, which may "
					"be nowhere else: push it there",
					path);
	wt_buf_clear(&text);
	return rc;
}

static bool leaves(const char *path, const char *target)
{
	int depth = 0;
	struct wt_str rest = wt_str_of(target), part;

	if (target[0] == '/')
		return true;
	for (const char *c = path; *c; c++)
		depth += *c == '/';
	while (wt_str_next(&rest, "/", &part)) {
		depth += wt_str_is(part, "..") ? -1 : wt_str_is(part, ".") ? 0 : 1;
		if (depth < 0)
			return true;
	}
	return false;
}

static enum wt_code check_path(struct wt_run *run, size_t task, const struct wt_work_change *c,
			       const char *path, struct wt_tree_finder *f, const char **kept,
			       struct wt_error *err)
{
	const struct wt_git *git = run->ports->git;
	const struct wt_oid *tree = &c->tree;
	struct wt_arena *a = c->arena;
	int64_t max = wt_config_int(run->config, "worktree.max_file");
	struct wt_buf text = WT_BUF_INIT;
	struct wt_side side;
	enum wt_code rc = wt_tree_finder_find(f, path, &side, err);
	const char *name = wt_path_base(path);

	if (rc || !side.mode)
		return rc;
	if (side.mode == 0160000)
		return check_gitlink(git, tree, path, a, kept, err);
	if (strcmp(name, ".gitattributes") == 0 || strcmp(path, ".gitmodules") == 0)
		rc = say(run, task,
			 wt_arena_printf(a, "it changed '%s', by which git treats files otherwise",
					 path),
			 err);
	if (!rc)
		rc = git->store->blob(git->self, &side.oid, &text, err);
	if (rc == WT_E_INPUT || (!rc && max && (int64_t)text.len > max)) {
		*kept = wt_arena_printf(a, "'%s' is larger than worktree.max_file", path);
		rc = WT_OK;
	} else if (!rc && side.mode == 0120000 && text.data && leaves(path, text.data)) {
		rc = say(run, task,
			 wt_arena_printf(a, "the link '%s' leads out of the repository", path),
			 err);
	}
	wt_buf_clear(&text);
	return rc;
}

enum wt_code wt_work_check_tree(struct wt_run *run, size_t task, const struct wt_work_change *c,
				const char **kept, struct wt_error *err)
{
	struct wt_tree_finder finder = { .git = run->ports->git, .root = c->tree };
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && !*kept && i < c->n_paths; i++) {
		if (wt_mergeplan_is_bad_path(c->paths[i]))
			*kept = wt_arena_printf(
				c->arena, "'%s' is no path that git would check out", c->paths[i]);
		else
			rc = check_path(run, task, c, c->paths[i], &finder, kept, err);
	}
	wt_tree_finder_clear(&finder);
	return rc;
}

/* The tips of other tasks that have not landed. A commit of theirs that the tip holds, and the
 * base does not, came along unasked; one that is the other's because it took ours is none. */
enum wt_code wt_work_check_others(struct wt_run *run, size_t task, const struct wt_work_change *c,
				  const char **kept, struct wt_error *err)
{
	const struct wt_git *git = run->ports->git;
	const struct wt_run_state *s = wt_run_state(run);
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && !*kept && i < s->plan->n_tasks; i++) {
		const struct wt_task_state *t = &s->tasks[i];
		bool has = false, landed = false;

		if (i == task || s->plan->tasks[i].stream_of == task + 1 || t->state == WT_MERGED ||
		    wt_oid_is_zero(&t->tip) || wt_oid_is_equal(&t->tip, &c->tip))
			continue;
		rc = git->store->is_ancestor(git->self, &t->tip, &c->tip, &has, err);
		if (!rc && has)
			rc = git->store->is_ancestor(git->self, &t->tip, &c->base, &landed, err);
		if (!rc && has && !landed)
			*kept = wt_arena_printf(c->arena,
						"it holds work of task %s, which has not landed",
						s->plan->tasks[i].task.id);
	}
	return rc;
}
