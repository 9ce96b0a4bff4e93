/* SPDX-License-Identifier: MIT */
/* Pinning what is about to go. */

#include "wtorch/engine/keep.h"

#include <string.h>

#include "keep_priv.h"
#include "wtorch/base/path.h"

#define MAX_STASHES 1000u /* of the whole repository that are looked at */
#define MAX_TRIES   10    /* numbers that others took meanwhile */

struct made {
	const char *ref;
	struct wt_oid oid;
};

struct pin {
	struct wt_run *run;
	const struct wt_keep_source *source;
	struct wt_arena arena;
	struct wt_oid tip, branch, head, dirty; /* zero: none */
	struct wt_oid *stashes, *lost;
	size_t n_stashes, cap_stashes, n_lost;
	const char *admin; /* <common dir>/worktrees/<name>; NULL: git does not know the worktree */
	const char *reason;
	bool has_folder;
	const char *prefix; /* refs/wtorch/keep/<run>/<task>/<n> */
	struct made *made;
	size_t n_made, cap_made;
};

static const struct wt_git *git_of(const struct pin *p)
{
	return p->run->ports->git;
}

/* looking */

static enum wt_code look_at_branch(struct pin *p, struct wt_error *err)
{
	const struct wt_git *git = git_of(p);
	enum wt_code rc;

	if (!p->source->branch)
		return WT_OK;
	rc = git->store->ref(git->self,
			     wt_arena_printf(&p->arena, "refs/heads/%s", p->source->branch),
			     &p->branch, err);
	return rc == WT_E_NOT_FOUND ? WT_OK : rc;
}

/* What somebody began there and did not end: undo brings the files back, not that. */
static const char *busy_with(struct pin *p)
{
	static const struct {
		const char *file, *what;
	} signs[] = {
		{ "rebase-merge", "a rebase" }, { "rebase-apply", "a rebase" },
		{ "MERGE_HEAD", "a merge" },    { "CHERRY_PICK_HEAD", "a cherry-pick" },
		{ "REVERT_HEAD", "a revert" },  { "BISECT_LOG", "a bisect" },
	};
	const struct wt_fs *fs = p->run->ports->fs;
	struct wt_file_info info;
	struct wt_error ignored;

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (fs->stat(fs->self, wt_path_join(&p->arena, p->admin, signs[i].file), &info,
			     &ignored) == WT_OK &&
		    info.kind != WT_FILE_NONE)
			return signs[i].what;
	return NULL;
}

static const struct wt_worktree_entry *find_entry(const struct wt_worktree_entry *list, size_t n,
						  const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].path, path) == 0)
			return &list[i];
	return NULL;
}

/* HEAD also when the folder is gone: git has it. */
static enum wt_code look_at_worktree(struct pin *p, struct wt_error *err)
{
	const struct wt_git *git = git_of(p);
	const struct wt_fs *fs = p->run->ports->fs;
	const char *path = p->source->worktree, *busy = NULL;
	const struct wt_worktree_entry *entry;
	struct wt_worktree_entry *list;
	struct wt_buf real = WT_BUF_INIT;
	struct wt_file_info info;
	struct wt_error ignored;
	size_t n;
	enum wt_code rc;

	if (!path)
		return WT_OK;
	rc = fs->stat(fs->self, path, &info, err);
	if (!rc)
		rc = git->tool->worktrees(git->self, &p->arena, &list, &n, err);
	if (rc)
		return rc;
	p->has_folder = info.kind != WT_FILE_NONE;
	entry = find_entry(list, n, path);
	if (!entry && fs->real(fs->self, path, &real, &ignored) == WT_OK)
		entry = find_entry(list, n, real.data);
	wt_buf_clear(&real);
	if (!entry && p->has_folder)
		return wt_fail(err, WT_E_STATE,
			       "'%s' is not a worktree of this repository any more", path);
	if (entry) {
		p->head = entry->head;
		if (entry->admin)
			p->admin = wt_arena_printf(&p->arena, "%s/worktrees/%s",
						   git->repo.common_dir, entry->admin);
		busy = p->admin ? busy_with(p) : NULL;
	}
	if (busy)
		p->reason = wt_arena_printf(&p->arena, "%s, in the middle of %s", p->reason, busy);
	return WT_OK;
}

static enum wt_code capture(struct pin *p, struct wt_error *err)
{
	const struct wt_git *git = git_of(p);
	size_t n = 0;
	const char *const *ignored = wt_config_list(p->run->config, "clean.keep_ignored", &n);
	const struct wt_snapshot spec = {
		.checkout = p->source->worktree,
		.ignored = ignored,
		.n_ignored = n,
		.message = wt_arena_printf(&p->arena, "wtorch: task %s, uncommitted (%s)",
					   p->source->task, p->reason),
	};
	enum wt_code rc;

	if (!p->has_folder)
		return WT_OK;
	rc = git->tool->snapshot(git->self, &spec, &p->dirty, err);
	if (rc == WT_E_STATE)
		return WT_OK; /* all is committed */
	if (rc) {
		wt_wrap(err, "what is uncommitted in '%s' cannot be kept", p->source->worktree);
		err->code = rc = WT_E_STATE;
	}
	return rc;
}

/* git writes "WIP on <branch>: <tip> ..." or "On <branch>: <message>", and "(no branch)" where HEAD
 * was detached: then the commit that it was made on must be ours. */
static bool is_our_stash(const struct pin *p, const struct wt_commit *c)
{
	const char *text = c->message;
	struct wt_str rest;

	if (strncmp(text, "WIP on ", 7) == 0)
		text += 7;
	else if (strncmp(text, "On ", 3) == 0)
		text += 3;
	else
		return false;
	rest = wt_str_of(text);
	if (wt_str_starts(rest, "(no branch): "))
		return c->n_parents && !wt_oid_is_zero(&p->head) &&
		       wt_oid_is_equal(&c->parents[0], &p->head);
	return p->source->branch && wt_str_starts(rest, p->source->branch) &&
	       text[strlen(p->source->branch)] == ':';
}

/* refs/stash is one list for all worktrees. */
static enum wt_code find_stashes(struct pin *p, struct wt_error *err)
{
	const struct wt_git *git = git_of(p);
	enum wt_code rc = git->store->ref(git->self, "refs/stash", &(struct wt_oid){ { 0 } }, err);

	if (rc)
		return rc == WT_E_NOT_FOUND ? WT_OK : rc;
	for (unsigned i = 0; i < MAX_STASHES; i++) {
		struct wt_commit commit;
		struct wt_oid oid;

		rc = git->store->resolve(
			git->self, wt_arena_printf(&p->arena, "refs/stash@{%u}", i), &oid, err);
		if (rc)
			return rc == WT_E_NOT_FOUND ? WT_OK : rc;
		rc = git->store->commit(git->self, &oid, &p->arena, &commit, err);
		if (rc)
			return rc;
		if (is_our_stash(p, &commit))
			*WT_ARENA_PUSH(&p->arena, p->stashes, p->n_stashes, p->cap_stashes) = oid;
	}
	return WT_OK;
}

/* The base holds what was forked from and what landed. */
static enum wt_code find_lost(struct pin *p, struct wt_error *err)
{
	const struct wt_git *git = git_of(p);
	struct wt_oid held[] = { p->tip, p->branch, p->head, { { 0 } } };
	const struct wt_keep_held all = { held, sizeof held / sizeof *held };
	enum wt_code rc;

	if (!p->admin)
		return WT_OK;
	rc = git->store->ref(git->self,
			     wt_arena_printf(&p->arena, "refs/heads/%s", p->run->plan.base),
			     &held[3], err);
	if (rc && rc != WT_E_NOT_FOUND)
		return rc;
	return wt_keep_find_lost(p->run->ports, wt_path_join(&p->arena, p->admin, "logs/HEAD"),
				 &all, &p->arena, &p->lost, &p->n_lost, err);
}

/* writing */

/* Numbers are never used again, so both count: what is there, and what the journal says was. */
static enum wt_code next_number(struct pin *p, unsigned *n, struct wt_error *err)
{
	const struct wt_git *git = git_of(p);
	const struct wt_run_state *s = wt_run_state(p->run);
	size_t task = wt_plan_find(&p->run->plan, p->source->task), len;
	const char *folder =
		wt_arena_printf(&p->arena, WT_KEEP_PREFIX "%s/%s/", p->run->id, p->source->task);
	int64_t last = task == WT_MAP_NONE ? 0 : s->tasks[task].keeps;
	const char **names;
	enum wt_code rc = git->store->refs(git->self, folder, &p->arena, &names, &len, err);

	for (size_t i = 0; !rc && i < len; i++) {
		struct wt_str rest = wt_str_of(names[i] + strlen(folder)), word;
		int64_t number;

		if (wt_str_next(&rest, "/", &word) && wt_text_parse_int(word, &number) &&
		    number > last && number < INT32_MAX)
			last = number;
	}
	*n = (unsigned)last + 1;
	p->prefix = wt_arena_printf(&p->arena, "%s%u", folder, *n);
	return rc;
}

static enum wt_code write_ref(struct pin *p, const char *name, const struct wt_oid *oid,
			      struct wt_error *err)
{
	static const struct wt_oid none = { { 0 } };
	const struct wt_git *git = git_of(p);
	const char *ref = wt_arena_printf(&p->arena, "%s/%s", p->prefix, name);
	struct wt_oid found;
	enum wt_code rc;

	if (wt_oid_is_zero(oid))
		return WT_OK;
	rc = git->tool->update_ref(git->self, ref, oid, &none, "wtorch: keep", err);
	if (rc)
		return rc;
	*WT_ARENA_PUSH(&p->arena, p->made, p->n_made, p->cap_made) = (struct made){ ref, *oid };
	rc = git->store->ref(git->self, ref, &found, err);
	if (!rc && !wt_oid_is_equal(&found, oid))
		rc = wt_fail(err, WT_E_ENV, "'%s' is not at %.12s after it was written", ref,
			     wt_oid_hex(oid).hex);
	return rc;
}

static enum wt_code write_about(struct pin *p, struct wt_error *err)
{
	const struct wt_git *git = git_of(p);
	const struct wt_clock *clock = p->run->ports->clock;
	const struct wt_keep_about about = {
		.branch = p->source->branch,
		.worktree = p->source->worktree,
		.reason = p->reason,
		.wall_ms = clock->wall_ms(clock->self),
		.days = wt_config_int(p->run->config, "clean.keep_days"),
	};
	struct wt_buf text = WT_BUF_INIT;
	struct wt_oid oid;
	enum wt_code rc;

	wt_keep_about_render(&about, &text);
	rc = git->store->blob_write(git->self, (struct wt_str){ text.data, text.len }, &oid, err);
	wt_buf_clear(&text);
	return rc ? rc : write_ref(p, "about", &oid, err);
}

/* name, name-2, ... */
static enum wt_code write_list(struct pin *p, const char *name, const struct wt_oid *oids, size_t n,
			       struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < n; i++)
		rc = write_ref(p, i ? wt_arena_printf(&p->arena, "%s-%zu", name, i + 1) : name,
			       &oids[i], err);
	return rc;
}

static enum wt_code write_refs(struct pin *p, struct wt_error *err)
{
	enum wt_code rc = write_about(p, err);

	if (!rc)
		rc = write_ref(p, "dirty", &p->dirty, err);
	if (!rc && !wt_oid_is_equal(&p->branch, &p->tip))
		rc = write_ref(p, "branch", &p->branch, err);
	if (!rc && !wt_oid_is_equal(&p->head, &p->tip) && !wt_oid_is_equal(&p->head, &p->branch))
		rc = write_ref(p, "head", &p->head, err);
	if (!rc)
		rc = write_list(p, "stash", p->stashes, p->n_stashes, err);
	if (!rc)
		rc = write_list(p, "lost", p->lost, p->n_lost, err);
	return rc ? rc : write_ref(p, "tip", &p->tip, err);
}

/* Half a pin says nothing that could be relied on; what cannot be taken back does no harm. */
static void take_back(struct pin *p)
{
	static const struct wt_oid none = { { 0 } };
	const struct wt_git *git = git_of(p);
	struct wt_error ignored;

	for (; p->n_made; p->n_made--) {
		const struct made *last = &p->made[p->n_made - 1];

		(void)!git->tool->update_ref(git->self, last->ref, &none, &last->oid,
					     "wtorch: keep", &ignored);
	}
}

/* What undo does not bring back by itself is told, with its name. */
static enum wt_code note_list(struct pin *p, size_t n, const char *one, const char *many,
			      const char *name, struct wt_error *err)
{
	struct wt_event ev = { .kind = WT_EV_NOTE, .task = p->source->task };

	if (!n)
		return WT_OK;
	ev.reason = wt_arena_printf(&p->arena, "its agent left %zu %s, pinned as %s/%s", n,
				    n == 1 ? one : many, p->prefix, name);
	return wt_run_note(p->run, &ev, WT_LAZY, err);
}

static enum wt_code note(struct pin *p, unsigned n, struct wt_error *err)
{
	struct wt_event kept = { .kind = WT_EV_KEPT,
				 .task = p->source->task,
				 .branch = p->prefix,
				 .path = p->source->worktree,
				 .oid = p->tip,
				 .reason = p->reason,
				 .count = n };
	enum wt_code rc = wt_run_note(p->run, &kept, WT_DURABLE, err);

	if (!rc)
		rc = note_list(p, p->n_stashes, "stash", "stashes", "stash", err);
	if (!rc)
		rc = note_list(p, p->n_lost, "commit that no branch holds",
			       "commits that no branch holds", "lost", err);
	return rc;
}

static enum wt_code write_all(struct pin *p, unsigned *n, struct wt_error *err)
{
	enum wt_code rc = WT_E_RACED;

	for (int i = 0; rc == WT_E_RACED && i < MAX_TRIES; i++) {
		rc = next_number(p, n, err);
		if (!rc)
			rc = write_refs(p, err);
		if (rc)
			take_back(p);
	}
	return rc;
}

/* A removal that was cut short pinned the branch together with its worktree. Pinned again alone,
 * it would be the newest, and undo would bring back the branch only. */
static bool is_pinned_already(struct pin *p, unsigned *n)
{
	const struct wt_git *git = git_of(p);
	struct wt_keep_about about = { 0 };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_oid tip, blob;
	struct wt_error ignored;
	const char *last;
	bool is_same;

	if (p->source->worktree || !p->source->branch || p->n_stashes ||
	    next_number(p, n, &ignored) || *n == 1)
		return false;
	last = wt_arena_printf(&p->arena, WT_KEEP_PREFIX "%s/%s/%u", p->run->id, p->source->task,
			       *n - 1);
	if (git->store->ref(git->self, wt_arena_printf(&p->arena, "%s/tip", last), &tip,
			    &ignored) ||
	    git->store->ref(git->self, wt_arena_printf(&p->arena, "%s/about", last), &blob,
			    &ignored) ||
	    !wt_oid_is_equal(&tip, &p->tip))
		return false;
	if (git->store->blob(git->self, &blob, &text, &ignored) == WT_OK)
		wt_keep_about_parse((struct wt_str){ text.data, text.len }, &p->arena, &about);
	wt_buf_clear(&text);
	is_same = about.branch && strcmp(about.branch, p->source->branch) == 0;
	*n -= is_same;
	return is_same;
}

enum wt_code wt_keep_pin(struct wt_run *run, const struct wt_keep_source *source, unsigned *n,
			 struct wt_error *err)
{
	struct pin p = { .run = run,
			 .source = source,
			 .reason = source->reason ? source->reason : "kept" };
	enum wt_code rc = look_at_branch(&p, err);

	*n = 0;
	if (!rc)
		rc = look_at_worktree(&p, err);
	if (!rc)
		rc = capture(&p, err);
	p.tip = source->tip ? *source->tip : !wt_oid_is_zero(&p.branch) ? p.branch : p.head;
	if (rc || wt_oid_is_zero(&p.tip))
		goto out;
	rc = find_stashes(&p, err);
	if (!rc && is_pinned_already(&p, n))
		goto out;
	if (!rc)
		rc = find_lost(&p, err);
	if (!rc)
		rc = write_all(&p, n, err);
	if (!rc)
		rc = note(&p, *n, err);
	if (rc) {
		*n = 0;
		wt_wrap(err, "cannot pin the work of task '%s'", source->task);
	}
out:
	wt_arena_clear(&p.arena);
	return rc;
}
