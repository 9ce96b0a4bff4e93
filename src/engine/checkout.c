/* SPDX-License-Identifier: MIT */
/* Finding the checkout that holds a branch, and what it is busy with. */

#include "wtorch/engine/checkout.h"

#include <stdio.h>
#include <string.h>

#include "wtorch/base/path.h"

struct finder {
	const struct wt_ports *ports;
	struct wt_arena *arena;
	const char *ref;       /* "refs/heads/main" */
	const char *worktrees; /* <common>/worktrees */
	struct wt_checkout *out;
	const char *rebasing; /* git dir of a checkout in which a rebase names the branch */
	/* What cannot be looked at is not the same as nothing: the base would move and its
	 * checkout stay behind. */
	struct wt_error failure;
};

static void note_failure(struct finder *f, enum wt_code rc, const struct wt_error *err)
{
	if (rc && rc != WT_E_NOT_FOUND && !f->failure.code)
		f->failure = *err;
}

/* The trimmed content of a small file; NULL when there is none. */
static const char *read_line(struct finder *f, const char *dir, const char *name)
{
	const struct wt_fs *fs = f->ports->fs;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error err;
	const char *line = NULL;
	enum wt_code rc = fs->read(fs->self, wt_path_join(f->arena, dir, name), 8192, &text, &err);

	note_failure(f, rc, &err);
	if (!rc) {
		struct wt_str s = wt_str_trim((struct wt_str){ text.data, text.len });

		line = wt_arena_strndup(f->arena, s.data, s.len);
	}
	wt_buf_clear(&text);
	return line;
}

static bool exists(struct finder *f, const char *dir, const char *name)
{
	const struct wt_fs *fs = f->ports->fs;
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_error err;

	note_failure(f, fs->stat(fs->self, wt_path_join(f->arena, dir, name), &info, &err), &err);
	return info.kind != WT_FILE_NONE;
}

static bool is_self(struct finder *f, const struct wt_proc_id *id)
{
	const struct wt_proc *proc = f->ports->proc;
	struct wt_proc_id self;

	proc->self_id(proc->self, &self);
	return id->pid == self.pid && strcmp(id->start_time, self.start_time) == 0 &&
	       strcmp(id->boot_id, self.boot_id) == 0;
}

/* An index.lock of ours names its owner; NULL when it is in nobody's way. */
static const char *whose_lock(struct finder *f, const char *git_dir)
{
	const struct wt_proc *proc = f->ports->proc;
	const char *text = read_line(f, git_dir, "index.lock");
	struct wt_proc_id id = { 0 };
	struct wt_str rest, pid, start, boot;
	bool is_idle;

	if (!text || strncmp(text, WT_LOCK_MARK, strlen(WT_LOCK_MARK)) != 0)
		return "a git command (index.lock exists)";
	rest = wt_str_of(text + strlen(WT_LOCK_MARK));
	if (!wt_str_next(&rest, " ", &pid) || !wt_str_next(&rest, " ", &start) ||
	    !wt_str_next(&rest, " ", &boot) || !wt_text_parse_int(pid, &id.pid))
		return "a git command (index.lock exists)";
	snprintf(id.start_time, sizeof id.start_time, "%.*s", (int)start.len, start.data);
	snprintf(id.boot_id, sizeof id.boot_id, "%.*s", (int)boot.len, boot.data);
	is_idle = wt_str_is(wt_str_trim(rest), WT_LOCK_IDLE);
	if (is_idle && is_self(f, &id))
		return NULL;
	if (proc->is_alive(proc->self, &id))
		return "a landing of wtorch";
	f->out->has_left_lock = is_idle;
	f->out->is_cut_short = !is_idle;
	return is_idle ? NULL : "a landing that was cut short (wtorch resume finishes it)";
}

static const char *busy_with(struct finder *f, const char *git_dir)
{
	static const struct {
		const char *file, *what;
	} signs[] = {
		{ "MERGE_HEAD", "a merge" },    { "CHERRY_PICK_HEAD", "a cherry-pick" },
		{ "REVERT_HEAD", "a revert" },  { "rebase-merge", "a rebase" },
		{ "rebase-apply", "a rebase" }, { "sequencer", "a cherry-pick or revert" },
		{ "BISECT_LOG", "a bisect" },
	};

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (exists(f, git_dir, signs[i].file))
			return signs[i].what;
	return exists(f, git_dir, "index.lock") ? whose_lock(f, git_dir) : NULL;
}

static void look_at(struct finder *f, const char *git_dir, const char *top)
{
	const char *head = read_line(f, git_dir, "HEAD");
	const char *merge = read_line(f, git_dir, "rebase-merge/head-name");
	const char *apply = read_line(f, git_dir, "rebase-apply/head-name");

	if ((merge && strcmp(merge, f->ref) == 0) || (apply && strcmp(apply, f->ref) == 0))
		f->rebasing = git_dir;
	if (!head || strncmp(head, "ref: ", 5) != 0 || strcmp(head + 5, f->ref) != 0)
		return;
	if (!top || !exists(f, top, ".") || f->out->top)
		return;
	f->out->top = top;
	f->out->git_dir = git_dir;
}

static bool look_at_linked(void *arg, const char *name, enum wt_file_kind kind)
{
	struct finder *f = arg;
	const char *dir = wt_path_join(f->arena, f->worktrees, name);
	const char *gitfile = kind == WT_FILE_FOLDER ? read_line(f, dir, "gitdir") : NULL;

	if (gitfile && gitfile[0] == '/')
		look_at(f, dir, wt_path_dir(f->arena, gitfile));
	return true;
}

enum wt_code wt_checkout_find(const struct wt_ports *ports, const char *branch, struct wt_arena *a,
			      struct wt_checkout *out, struct wt_error *err)
{
	const struct wt_repo *repo = &ports->git->repo;
	struct finder f = { .ports = ports, .arena = a, .out = out };
	enum wt_code rc;

	*out = (struct wt_checkout){ 0 };
	f.ref = wt_arena_printf(a, "refs/heads/%s", branch);
	f.worktrees = wt_path_join(a, repo->common_dir, "worktrees");
	look_at(&f, repo->common_dir, repo->main_top);
	rc = ports->fs->list(ports->fs->self, f.worktrees, look_at_linked, &f, err);
	if (rc && rc != WT_E_NOT_FOUND)
		return rc;
	if (f.rebasing)
		out->busy = wt_arena_printf(a, "a rebase of '%s'", branch);
	else if (out->top)
		out->busy = busy_with(&f, out->git_dir);
	if (f.failure.code) {
		*err = f.failure;
		return wt_wrap(err, "cannot look for a checkout of '%s'", branch);
	}
	return WT_OK;
}
