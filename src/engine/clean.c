/* SPDX-License-Identifier: MIT */
/* The list of what can go and what stays. */

#include "wtorch/engine/clean.h"

#include <string.h>

#include "clean_priv.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/land.h"

/* Entries of one worktree that are looked at to measure it. */
#define MAX_ENTRIES 500000

const char *wt_branch_fate_name(enum wt_branch_fate fate)
{
	static const char *const names[] = {
		[WT_BRANCH_NOT_TRIED] = "not_attempted",
		[WT_BRANCH_DELETED] = "deleted",
		[WT_BRANCH_CHECKED_OUT] = "retained_checked_out",
		[WT_BRANCH_RACED] = "retained_raced",
		[WT_BRANCH_FAILED] = "retained_failed",
	};

	return fate < sizeof names / sizeof *names ? names[fate] : NULL;
}

/* who works where */

struct occupation {
	struct wt_cleaner *c;
	const struct wt_clean_subjects *subjects;
	const size_t *of; /* index of the subject of each folder */
};

static void note_occupant(void *arg, size_t dir, const struct wt_occupant *who)
{
	struct occupation *o = arg;
	size_t at = o->of[dir];
	const char **why = &o->c->occupied[at];

	if (strcmp(who->how, "hidden") == 0) {
		/* It was there before the folder was. */
		if (who->started_wall_ms &&
		    who->started_wall_ms < o->subjects->items[at].prepared_wall_ms)
			return;
		why = &o->c->hidden[at];
		*why = wt_arena_printf(o->c->arena,
				       "pid %lld (%s) cannot be looked into and could work in it",
				       (long long)who->pid, who->name);
		return;
	}
	*why = wt_arena_printf(o->c->arena,
			       strcmp(who->how, "file") == 0 ? "pid %lld (%s) has files open in it"
							     : "pid %lld (%s) works in it",
			       (long long)who->pid, who->name);
}

enum wt_code wt_clean_find_occupied(struct wt_cleaner *c, const struct wt_clean_subjects *s,
				    struct wt_error *err)
{
	const char **dirs = wt_arena_alloc(c->arena, (s->len + 1) * sizeof *dirs);
	size_t *of = wt_arena_alloc(c->arena, (s->len + 1) * sizeof *of), n = 0;
	struct occupation o = { .c = c, .subjects = s, .of = of };
	const struct wt_fs *fs = c->ports->fs;

	c->occupied = wt_arena_alloc(c->arena, (s->len + 1) * sizeof *c->occupied);
	c->hidden = wt_arena_alloc(c->arena, (s->len + 1) * sizeof *c->hidden);
	for (size_t i = 0; i < s->len; i++) {
		const char *path = s->items[i].path;
		struct wt_buf real = WT_BUF_INIT;
		struct wt_error ignored;

		if (path && wt_clean_exists(c->ports, path) &&
		    fs->real(fs->self, path, &real, &ignored) == WT_OK) {
			of[n] = i;
			dirs[n++] = wt_arena_strdup(c->arena, real.data);
		}
		wt_buf_clear(&real);
	}
	return c->ports->proc->inside(c->ports->proc->self, dirs, n, note_occupant, &o, err);
}

/* looking at one */

static void measure(struct wt_cleaner *c, const char *path, struct wt_clean_item *item)
{
	const struct wt_fs *fs = c->ports->fs;
	struct wt_error ignored;

	if (!c->opts->skips_sizes && path && wt_clean_exists(c->ports, path) &&
	    fs->usage(fs->self, path, MAX_ENTRIES, &item->size_bytes, &item->size_is_whole,
		      &ignored))
		item->size_bytes = -1;
}

void wt_clean_look(struct wt_cleaner *c, const struct wt_clean_subjects *all, size_t index,
		   struct wt_clean_item *item)
{
	const struct wt_clean_subject *s = &all->items[index];
	const struct wt_git *git = c->ports->git;
	unsigned waived = item->waived;
	struct wt_error err;
	enum wt_code rc = WT_E_NOT_FOUND;

	*item = (struct wt_clean_item){ .kind = WT_CLEAN_WORK,
					.run = s->run,
					.task = s->task,
					.attempt = s->attempt,
					.subject = s,
					.waived = waived,
					.size_bytes = -1 };
	if (s->branch)
		rc = git->store->ref(git->self,
				     wt_arena_printf(c->arena, "refs/heads/%s", s->branch),
				     &item->tip, &err);
	if (rc != WT_E_NOT_FOUND)
		item->branch = s->branch;
	if (s->path && (wt_clean_exists(c->ports, s->path) || wt_clean_entry(c, s->path)))
		item->worktree = s->path;
	item->fate = item->branch ? WT_BRANCH_NOT_TRIED : WT_BRANCH_NONE;
	if (rc && rc != WT_E_NOT_FOUND)
		item->reason = wt_arena_printf(c->arena, "cannot be looked at: %s", err.msg);
	else if (c->opts->skips_rules)
		item->reason = "not looked at";
	else
		wt_clean_judge(c, s, index, item);
}

/* the subjects of all runs */

/* Names are used again: only the newest that took a branch or a path may speak for it. */
static void settle_claims(struct wt_clean_subjects *all)
{
	struct wt_map branches = { 0 }, paths = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < all->len; i++) {
		if (all->items[i].branch)
			wt_map_set(&branches, all->items[i].branch, i);
		if (all->items[i].path)
			wt_map_set(&paths, all->items[i].path, i);
	}
	for (size_t i = 0; i < all->len; i++) {
		struct wt_clean_subject s = all->items[i];

		if (s.branch && wt_map_find(&branches, s.branch) != i)
			s.branch = NULL;
		if (s.path && wt_map_find(&paths, s.path) != i)
			s.path = NULL;
		if (s.branch || s.path)
			all->items[kept++] = s;
	}
	all->len = kept;
	wt_map_clear(&branches);
	wt_map_clear(&paths);
}

static bool is_of_run(const struct wt_clean_opts *o, const char *run)
{
	return !o->run || strcmp(o->run, run) == 0;
}

static bool is_selected(const struct wt_clean_opts *o, const char *run, const char *task)
{
	if (!is_of_run(o, run))
		return false;
	for (size_t i = 0; i < o->n_tasks; i++)
		if (strcmp(o->tasks[i], task) == 0)
			return true;
	return o->n_tasks == 0;
}

static void add_trash_dir(struct wt_clean_list *l, size_t *cap, const char *path)
{
	const char *dir = path ? wt_path_dir(l->arena, path) : NULL;

	for (size_t i = 0; i < l->n_trash_dirs; i++)
		if (dir && strcmp(l->trash_dirs[i], dir) == 0)
			return;
	if (dir)
		*WT_ARENA_PUSH(l->arena, l->trash_dirs, l->n_trash_dirs, *cap) = dir;
}

/* By its own id, or by one that was joined to it in that run. */
static bool is_meant(const struct wt_cleaner *c, const struct wt_run *run, const char *task)
{
	size_t index = wt_plan_find(&run->plan, task);

	for (size_t i = 0; i < c->opts->n_tasks; i++)
		if (index != WT_MAP_NONE && wt_plan_find(&run->plan, c->opts->tasks[i]) == index)
			return true;
	return false;
}

static enum wt_code read_runs(struct wt_cleaner *c, struct wt_clean_subjects *all,
			      struct wt_clean_list *l, struct wt_error *err)
{
	const char **ids;
	size_t n, cap = 0;
	enum wt_code rc = wt_runs_list(c->ports, c->arena, &ids, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		size_t before = all->len;
		struct wt_error why;
		struct wt_run *run = NULL;
		enum wt_code one = wt_run_open(c->ports, ids[i], &run, &why);

		if (!one)
			one = wt_clean_read_run(c, run, all, &why);
		for (size_t k = before; !one && k < all->len; k++)
			all->items[k].is_named = is_meant(c, run, all->items[k].task);
		wt_run_close(run);
		if (!one)
			continue;
		/* A run that cannot be read keeps all it has. */
		all->len = before;
		if (one != WT_E_NOT_FOUND && (!c->opts->run || strcmp(c->opts->run, ids[i]) == 0))
			*WT_ARENA_PUSH(c->arena, l->unread, l->n_unread, cap) =
				wt_arena_strdup(c->arena, why.msg);
	}
	return rc;
}

/* the other kinds of items */

static void add_keeps(struct wt_cleaner *c, struct wt_clean_list *l, size_t *cap)
{
	const struct wt_clock *clock = c->ports->clock;
	int64_t now = clock->wall_ms(clock->self);
	struct wt_keep *keeps;
	struct wt_error ignored;
	size_t n;

	if (wt_keep_list(c->ports, NULL, c->arena, &keeps, &n, &ignored))
		return;
	for (size_t i = 0; i < n; i++) {
		struct wt_clean_item *item;
		bool is_over = keeps[i].expires_wall_ms && keeps[i].expires_wall_ms <= now;

		if (!is_over || !is_selected(c->opts, keeps[i].run, keeps[i].task)) {
			l->n_keeps++;
			l->keep_bytes += keeps[i].size_bytes > 0 ? keeps[i].size_bytes : 0;
			continue;
		}
		item = WT_ARENA_PUSH(c->arena, l->items, l->n, *cap);
		*item = (struct wt_clean_item){ .kind = WT_CLEAN_KEEP_REF,
						.run = keeps[i].run,
						.task = keeps[i].task,
						.removes = true,
						.size_bytes = keeps[i].size_bytes,
						.size_is_whole = true,
						.keep = &keeps[i] };
		item->branch = wt_arena_printf(c->arena, WT_KEEP_PREFIX "%s/%s/%u", keeps[i].run,
					       keeps[i].task, keeps[i].n);
		item->reason = "the keep ref has expired";
	}
}

static void add_trash(struct wt_cleaner *c, struct wt_clean_list *l, size_t *cap)
{
	for (size_t d = 0; d < l->n_trash_dirs; d++) {
		struct wt_trash *found;
		struct wt_error ignored;
		size_t n;

		if (wt_trash_list(c->ports, l->trash_dirs[d], c->arena, &found, &n, &ignored))
			continue;
		for (size_t i = 0; i < n; i++) {
			struct wt_clean_item *item = WT_ARENA_PUSH(c->arena, l->items, l->n, *cap);

			*item = (struct wt_clean_item){ .kind = WT_CLEAN_TRASH,
							.run = found[i].run,
							.task = found[i].task,
							.worktree = found[i].path,
							.removes = true,
							.reason = "left in the trash",
							.size_bytes = -1,
							.trash = &found[i] };
			measure(c, found[i].path, item);
		}
	}
}

static const char *left_by(const char *name)
{
	return strstr(name, "-gate-") ? "left by gates that were cut off"
				      : "left by a landing that was cut off";
}

/* The worktrees in which hooks of a landing, or gates, run: left by one that was killed over it. */
static void add_scratch(struct wt_cleaner *c, struct wt_clean_list *l, size_t *cap)
{
	struct wt_land_scratch *found;
	struct wt_error ignored;
	size_t n;

	if (wt_land_scratch_list(c->ports, c->arena, &found, &n, &ignored))
		return;
	for (size_t i = 0; i < n; i++) {
		struct wt_clean_item *item = WT_ARENA_PUSH(c->arena, l->items, l->n, *cap);

		*item = (struct wt_clean_item){ .kind = WT_CLEAN_SCRATCH,
						.worktree = found[i].path,
						.removes = !found[i].busy,
						.reason =
							found[i].busy
								? found[i].busy
								: left_by(found[i].name),
						.size_bytes = -1,
						.scratch = found[i].name };
		measure(c, found[i].path, item);
	}
}

/* The one risk that it was kept for, and no other. */
static void force(struct wt_cleaner *c, const struct wt_clean_subjects *all, size_t index,
		  struct wt_clean_item *item)
{
	if (!c->opts->force || !c->opts->n_tasks || item->removes || !item->risk)
		return;
	item->waived |= item->risk;
	wt_clean_look(c, all, index, item);
}

enum wt_code wt_clean_plan(const struct wt_ports *ports, const struct wt_clean_opts *opts,
			   struct wt_arena *a, struct wt_clean_list *out, struct wt_error *err)
{
	struct wt_cleaner c = { .ports = ports, .opts = opts, .arena = a };
	struct wt_clean_subjects *all = wt_arena_alloc(a, sizeof *all);
	size_t cap = 0, cap_dirs = 0;
	enum wt_code rc;

	*out = (struct wt_clean_list){ .arena = a };
	rc = ports->git->tool->worktrees(ports->git->self, a, &c.worktrees, &c.n_worktrees, err);
	if (!rc)
		rc = read_runs(&c, all, out, err);
	for (size_t i = 0; i < all->len; i++)
		add_trash_dir(out, &cap_dirs, all->items[i].path);
	settle_claims(all);
	if (!rc && !opts->skips_rules)
		rc = wt_clean_find_occupied(&c, all, err);
	for (size_t i = 0; !rc && i < all->len; i++) {
		struct wt_clean_item item = { .waived = opts->waived };

		if (!is_of_run(opts, all->items[i].run) ||
		    (opts->n_tasks && !all->items[i].is_named))
			continue;
		wt_clean_look(&c, all, i, &item);
		force(&c, all, i, &item);
		if (!item.branch && !item.worktree)
			continue;
		measure(&c, item.worktree, &item);
		*WT_ARENA_PUSH(a, out->items, out->n, cap) = item;
	}
	if (!rc)
		add_keeps(&c, out, &cap);
	if (!rc && !opts->run && !opts->n_tasks) {
		add_trash(&c, out, &cap);
		add_scratch(&c, out, &cap);
	}
	for (size_t i = 0; i < out->n; i++)
		if (out->items[i].kind != WT_CLEAN_KEEP_REF && out->items[i].size_bytes > 0)
			out->size_bytes += out->items[i].size_bytes;
	wt_map_clear(&c.bases);
	return rc;
}
