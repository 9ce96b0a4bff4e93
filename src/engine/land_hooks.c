/* SPDX-License-Identifier: MIT */
/* The landing commit where the user's hooks have a say: in a worktree that comes and goes. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "landing.h"
#include "room.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"

/* git names its entry of a worktree after the folder, so this is what both begin with; those in
 * which gates run are of the same kind (WT_GATE_ROOM). */
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

static bool is_room(const char *name)
{
	return strncmp(name, WT_GATE_ROOM, strlen(WT_GATE_ROOM)) == 0;
}

/* What git's entry of that name says, without the .git at its end; NULL: there is none. */
static const char *linked_path(const struct wt_ports *p, const char *name, struct wt_arena *a)
{
	const char *file =
		wt_arena_printf(a, "%s/worktrees/%s/gitdir", p->git->repo.common_dir, name);
	struct wt_buf link = WT_BUF_INIT;
	struct wt_error ignored;
	const char *path = NULL;

	if (p->fs->read(p->fs->self, file, WT_MAX_CONFIG_BYTES, &link, &ignored) == WT_OK) {
		struct wt_str s = wt_str_trim((struct wt_str){ link.data, link.len });

		path = wt_path_dir(a, wt_arena_strndup(a, s.data, s.len));
	}
	wt_buf_clear(&link);
	return path && path[0] == '/' && strcmp(wt_path_base(path), name) == 0 ? path : NULL;
}

/* Those of landings are in the folder of the state, those of gates where git's entry says: beside
 * the worktrees of tasks, because test runners pass over all that lies below a .git. */
static const char *path_of(const struct wt_ports *p, const char *name, struct wt_arena *a)
{
	const char *path = is_room(name) ? linked_path(p, name, a) : NULL;

	return path ? path : wt_path_join(a, scratch_home(p, a), name);
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

	if (rc == WT_E_NOT_FOUND || (!rc && strstr(link.data, "/scratch/" SCRATCH_PREFIX)) ||
	    (is_room(name) && linked_path(p, name, a)))
		(void)!p->fs->remove_tree(p->fs->self, entry, &ignored);
	(void)!p->fs->remove(p->fs->self, entries, &ignored); /* only when it is empty */
	wt_buf_clear(&link);
}

/* The files first: an entry without them is found again by its name, and git prunes it. */
static void take_away(const struct wt_ports *p, const char *name, struct wt_arena *a)
{
	const char *home = scratch_home(p, a);
	struct wt_error ignored;

	(void)!p->fs->remove_tree(p->fs->self, path_of(p, name, a), &ignored);
	forget_entry(p, name, a);
	(void)!p->fs->remove(p->fs->self, home, &ignored);
}

struct names {
	struct wt_arena *arena;
	bool with_landings, with_gates;
	const char **items;
	size_t len, cap;
};

static bool collect(void *arg, const char *name, enum wt_file_kind kind)
{
	struct names *n = arg;

	(void)kind;
	if ((n->with_landings && strncmp(name, SCRATCH_PREFIX, strlen(SCRATCH_PREFIX)) == 0) ||
	    (n->with_gates && is_room(name)))
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

/* looking first */

/* The landing that made it lives, as far as the name tells. */
static const char *maker_of(const struct wt_ports *p, const char *name, struct wt_arena *a)
{
	bool is_gate = is_room(name);
	struct wt_str rest = wt_str_of(name + strlen(is_gate ? WT_GATE_ROOM : SCRATCH_PREFIX));
	struct wt_str pid, start;
	struct wt_proc_id id;

	p->proc->self_id(p->proc->self, &id); /* for its boot */
	if (!wt_str_next(&rest, "-", &pid) || !wt_text_parse_int(pid, &id.pid) ||
	    !wt_str_next(&rest, "-", &start) || start.len >= sizeof id.start_time)
		return NULL;
	snprintf(id.start_time, sizeof id.start_time, "%.*s", (int)start.len, start.data);
	return p->proc->is_alive(p->proc->self, &id)
		       ? wt_arena_printf(a, "the %s of pid %" PRId64 " uses it",
					 is_gate ? "gates" : "landing", id.pid)
		       : NULL;
}

struct occupant {
	struct wt_arena *arena;
	const char *text;
};

static void name_occupant(void *arg, size_t dir, const struct wt_occupant *who)
{
	struct occupant *o = arg;

	(void)dir;
	if (!o->text && strcmp(who->how, "hidden") != 0)
		o->text = wt_arena_printf(o->arena, "pid %" PRId64 " (%s) works in it",
					  (int64_t)who->pid, who->name);
}

static const char *busy_in(const struct wt_ports *p, const struct wt_land_scratch *s,
			   struct wt_arena *a)
{
	const char *maker = maker_of(p, s->name, a);
	struct occupant o = { .arena = a };
	struct wt_error err;

	if (!maker && p->proc->inside(p->proc->self, &s->path, 1, name_occupant, &o, &err))
		return wt_arena_printf(a, "cannot be looked at: %s", err.msg);
	return maker ? maker : o.text;
}

/* What our own landing before this one left is free: this process waits for its hooks. */
static bool is_free(const struct wt_ports *p, const char *name, struct wt_arena *a)
{
	const struct wt_land_scratch s = { .name = name, .path = path_of(p, name, a) };

	return strcmp(name, own_name(p, a)) == 0 || !busy_in(p, &s, a);
}

static void sweep(const struct wt_ports *p, struct names *wanted,
		  bool (*is_wanted)(void *arg, const char *name), void *arg)
{
	struct wt_arena a = { 0 };
	struct names names = *wanted;
	struct wt_error ignored;
	int handle;

	names.arena = &a;

	/* Read-only looks: most often there is nothing. */
	(void)!p->fs->list(p->fs->self, scratch_home(p, &a), collect, &names, &ignored);
	(void)!p->fs->list(p->fs->self, wt_path_join(&a, p->git->repo.common_dir, "worktrees"),
			   collect, &names, &ignored);
	if (names.len && lock(p, &a, &handle, &ignored) == WT_OK) {
		for (size_t i = 0; i < names.len; i++)
			if ((!is_wanted || !is_wanted(arg, names.items[i])) &&
			    is_free(p, names.items[i], &a))
				take_away(p, names.items[i], &a);
		p->fs->unlock(p->fs->self, handle);
	}
	wt_arena_clear(&a);
}

void wt_land_sweep(const struct wt_ports *p)
{
	struct names landings = { .with_landings = true };

	sweep(p, &landings, NULL, NULL);
}

/* rooms of gates */

void wt_room_sweep(const struct wt_ports *p, bool (*is_wanted)(void *arg, const char *name),
		   void *arg)
{
	struct names gates = { .with_gates = true };

	sweep(p, &gates, is_wanted, arg);
}

enum wt_code wt_room_make(const struct wt_ports *p, const struct wt_room_spec *spec,
			  struct wt_error *err)
{
	struct wt_arena a = { 0 };
	const struct wt_new_worktree new = { .path = spec->path,
					     .start = spec->commit,
					     .skips_hooks = spec->skips_hooks };
	int handle;
	enum wt_code rc = p->fs->mkdirs(p->fs->self, wt_path_dir(&a, spec->path), err);

	if (!rc)
		rc = lock(p, &a, &handle, err);
	if (!rc) {
		rc = p->git->tool->worktree_add(p->git->self, &new, err);
		p->fs->unlock(p->fs->self, handle);
	}
	wt_arena_clear(&a);
	return rc;
}

const char *wt_room_find(const struct wt_ports *p, struct wt_arena *a, const char *path)
{
	const char *name = wt_path_base(path);

	return is_room(name) ? linked_path(p, name, a) : NULL;
}

void wt_room_remove(const struct wt_ports *p, const char *path)
{
	struct wt_arena a = { 0 };
	struct wt_error ignored;
	int handle;

	if (is_room(wt_path_base(path)) && lock(p, &a, &handle, &ignored) == WT_OK) {
		take_away(p, wt_path_base(path), &a);
		p->fs->unlock(p->fs->self, handle);
	}
	wt_arena_clear(&a);
}

const char *wt_room_path(const struct wt_ports *p, struct wt_arena *a, const char *dir, size_t n)
{
	struct wt_proc_id id;

	p->proc->self_id(p->proc->self, &id);
	return wt_arena_printf(a, "%s/" WT_GATE_ROOM "%" PRId64 "-%s-%zu", dir, id.pid,
			       id.start_time, n);
}

static bool is_named_before(const struct names *n, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(n->items[k], n->items[i]) == 0)
			return true;
	return false;
}

static enum wt_code find_names(const struct wt_ports *p, struct names *names, struct wt_error *err)
{
	const char *dirs[] = { scratch_home(p, names->arena),
			       wt_path_join(names->arena, p->git->repo.common_dir, "worktrees") };
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < 2; i++) {
		rc = p->fs->list(p->fs->self, dirs[i], collect, names, err);
		if (rc == WT_E_NOT_FOUND)
			rc = WT_OK;
	}
	return rc;
}

enum wt_code wt_land_scratch_list(const struct wt_ports *p, struct wt_arena *a,
				  struct wt_land_scratch **out, size_t *n, struct wt_error *err)
{
	struct names names = { .arena = a, .with_landings = true, .with_gates = true };
	enum wt_code rc = find_names(p, &names, err);

	*n = 0;
	*out = wt_arena_alloc(a, (names.len + 1) * sizeof **out);
	for (size_t i = 0; !rc && i < names.len; i++) {
		struct wt_land_scratch *s = &(*out)[*n];

		if (is_named_before(&names, i))
			continue;
		s->name = names.items[i];
		s->path = path_of(p, s->name, a);
		s->busy = busy_in(p, s, a);
		++*n;
	}
	return rc;
}

enum wt_code wt_land_scratch_remove(const struct wt_ports *p, const char *name,
				    struct wt_error *err)
{
	struct wt_arena a = { 0 };
	struct wt_land_scratch *left;
	size_t n = 0;
	int handle;
	enum wt_code rc = lock(p, &a, &handle, err);

	if (!rc) {
		take_away(p, name, &a);
		p->fs->unlock(p->fs->self, handle);
		rc = wt_land_scratch_list(p, &a, &left, &n, err);
	}
	for (size_t i = 0; !rc && i < n; i++)
		if (strcmp(left[i].name, name) == 0)
			rc = wt_fail(err, WT_E_ENV, "not all of '%s' could be removed",
				     left[i].path);
	wt_arena_clear(&a);
	return rc;
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
