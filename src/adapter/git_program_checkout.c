/* SPDX-License-Identifier: MIT */
/* What git says about the files and the index of one checkout, and commits of them. */

#include "git_program_lock.h"

#include <string.h>
#include <sys/stat.h>

/* A configuration (core.worktree) can make git work in another folder than the one it runs in. */
static enum wt_code check_top(struct git_self *g, const char *checkout, struct wt_error *err)
{
	const struct git_call call = { .args = GIT_ARGS("rev-parse", "--show-toplevel"),
				       .cwd = checkout,
				       .what = "find the checkout" };
	struct wt_buf text = WT_BUF_INIT;
	struct stat a, b;
	enum wt_code rc = git_do(g, &call, &text, err);

	if (!rc && text.len && text.data[text.len - 1] == '\n')
		wt_buf_cut(&text, text.len - 1);
	if (!rc && (stat(text.data, &a) < 0 || stat(checkout, &b) < 0 || a.st_dev != b.st_dev ||
		    a.st_ino != b.st_ino))
		rc = wt_fail(err, WT_E_STATE, "in '%s' git would work in '%s'", checkout,
			     text.data);
	wt_buf_clear(&text);
	return rc;
}

/* One of them is enough to be looked at by a person. */
static void add_closed(struct wt_arena *a, const char *warnings, struct wt_status_entry **list,
		       size_t *n, size_t *cap)
{
	const char *name = git_word_behind(a, warnings, GIT_CLOSED, "'");

	if (name)
		*WT_ARENA_PUSH(a, *list, *n, *cap) = (struct wt_status_entry){
			.index = '?',
			.file = '?',
			.path = name,
			.nested = wt_arena_printf(a, "the folder '%s' cannot be read", name)
		};
}

/* index: NULL, or a copy of the checkout's that is asked in its place. */
static enum wt_code read_status(struct git_self *g, const char *checkout, const char *ignored,
				const char *index, struct wt_arena *a, struct wt_status_entry **out,
				size_t *n, struct wt_error *err)
{
	const char *set[] = {
		index ? wt_arena_printf(a, "GIT_INDEX_FILE=%s", index) : NULL,
		NULL,
	};
	const struct git_call call = { .args = GIT_ARGS("--no-optional-locks", GIT_LOOK, "status",
							"--porcelain=v1", "-z", "--no-renames",
							"--untracked-files=all", ignored,
							"--ignore-submodules=none"),
				       .cwd = checkout,
				       .set = set,
				       .what = "read the status" };
	struct wt_cmd_result res = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	struct wt_status_entry *list = NULL;
	struct wt_str rest, item;
	size_t cap = 0;
	enum wt_code rc = check_top(g, checkout, err);

	if (!rc)
		rc = git_run(g, &call, &res, err);
	*n = 0;
	if (!rc && res.code)
		rc = git_complain(&call, &res, WT_E_ENV, err);
	rest = (struct wt_str){ res.out.data, res.out.len };
	while (!rc && git_next_item(&rest, &item)) {
		if (item.len < 4 || item.data[2] != ' ')
			rc = wt_fail(err, WT_E_ENV, "cannot read the status that git gives");
		else
			*WT_ARENA_PUSH(a, list, *n, cap) = (struct wt_status_entry){
				.index = item.data[0],
				.file = item.data[1],
				.path = wt_arena_strndup(a, item.data + 3, item.len - 3)
			};
	}
	if (!rc)
		add_closed(a, res.err.data, &list, n, &cap);
	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	*out = list;
	return rc;
}

enum wt_code git_program_status(void *self, const char *checkout, struct wt_arena *a,
				struct wt_status_entry **out, size_t *n, struct wt_error *err)
{
	return read_status(self, checkout, "--ignored=no", NULL, a, out, n, err);
}

enum wt_code git_program_status_all(void *self, const char *checkout, struct wt_arena *a,
				    struct wt_status_entry **out, size_t *n, struct wt_error *err)
{
	char *index;
	enum wt_code rc = git_program_copy_index(self, checkout, a, &index, err);

	if (!rc)
		rc = git_program_unhide(self, checkout, index, err);
	if (!rc)
		rc = read_status(self, checkout, "--ignored=matching", index, a, out, n, err);
	git_program_drop_index(index);
	for (size_t i = 0; !rc && i < *n; i++) {
		struct wt_status_entry *e = &(*out)[i];
		struct wt_error why;

		if (e->index == '!' && e->path[strlen(e->path) - 1] == '/' &&
		    git_program_refuse_ignored(self, checkout, e->path, &why))
			e->nested = wt_arena_strdup(a, why.msg);
	}
	return rc;
}

/* `git add` would take conflict markers for their resolution. */
static enum wt_code refuse_unmerged(struct git_self *g, const char *checkout, struct wt_error *err)
{
	const struct git_call call = { .args = GIT_ARGS("ls-files", "--unmerged", "-z"),
				       .cwd = checkout,
				       .what = "look for unmerged files" };
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc = git_do(g, &call, &text, err);
	const char *tab = rc ? NULL : strchr(text.data, '\t');

	if (tab)
		rc = wt_fail(err, WT_E_CONFLICT, "cannot commit: '%s' has an unfinished merge",
			     tab + 1);
	wt_buf_clear(&text);
	return rc;
}

/* Whoever the user was when we first asked: an agent may have set another name since. */
static enum wt_code set_people(struct git_self *g, struct wt_arena *a, const char **set,
			       struct wt_error *err)
{
	const struct git_person *author, *committer;
	enum wt_code rc = git_program_person(g, true, &author, err);

	if (!rc)
		rc = git_program_person(g, false, &committer, err);
	if (rc)
		return rc;
	set[0] = wt_arena_printf(a, "GIT_AUTHOR_NAME=%s", author->name);
	set[1] = wt_arena_printf(a, "GIT_AUTHOR_EMAIL=%s", author->email);
	set[2] = wt_arena_printf(a, "GIT_COMMITTER_NAME=%s", committer->name);
	set[3] = wt_arena_printf(a, "GIT_COMMITTER_EMAIL=%s", committer->email);
	memcpy(set + 4, git_never_ask, sizeof git_never_ask);
	return WT_OK;
}

static enum wt_code commit_index(struct git_self *g, const char *checkout, const char *message,
				 struct wt_error *err)
{
	const char *set[4 + GIT_NEVER_ASK];
	const struct git_call call = {
		.args = GIT_ARGS(GIT_NO_GC, "-c", "core.hooksPath=/dev/null", "commit", "--quiet",
				 "--no-verify", "--no-status", "--cleanup=whitespace", "-F", "-"),
		.cwd = checkout,
		.input = wt_str_of(message),
		.set = set,
		.what = "commit"
	};
	const struct git_call compare = { .args = GIT_ARGS("diff-index", "--cached", "--quiet",
							   "--ignore-submodules=none", "HEAD",
							   "--"),
					  .cwd = checkout,
					  .what = "compare the index" };
	struct wt_cmd_result res = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	struct wt_arena a = { 0 };
	enum wt_code rc = set_people(g, &a, set, err);

	if (!rc)
		rc = git_run(g, &call, &res, err);
	if (!rc && res.code) {
		struct wt_error ignored;

		rc = git_complain(&call, &res, WT_E_ENV, err);
		if (git_do(g, &compare, NULL, &ignored) == WT_OK)
			rc = wt_fail(err, WT_E_STATE, "there is nothing to commit in '%s'",
				     checkout);
	}
	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	wt_arena_clear(&a);
	return rc;
}

enum wt_code git_program_commit_all(void *self, const char *checkout, const char *message,
				    struct wt_error *err)
{
	const struct git_call add = { .args = GIT_ARGS(GIT_LOOK, "add", "--all", "--sparse"),
				      .cwd = checkout,
				      .what = "add the changes" };
	enum wt_code rc = check_top(self, checkout, err);

	if (!rc)
		rc = refuse_unmerged(self, checkout, err);
	if (!rc)
		rc = git_do(self, &add, NULL, err);
	return rc ? rc : commit_index(self, checkout, message, err);
}

/* the index */

/* "100644 <oid> 0\tpath"; false when it is another path, as the files of a folder are. */
static bool parse_entry(struct wt_str item, const char *path, struct wt_oid *blob, unsigned *mode,
			int64_t *stage)
{
	struct wt_str rest = item, word;

	if (!wt_str_next(&rest, " ", &word) || word.len != 6)
		return false;
	*mode = 0;
	for (size_t i = 0; i < word.len; i++)
		*mode = *mode * 8 + (unsigned)(word.data[i] - '0');
	if (!wt_str_next(&rest, " ", &word) || !wt_oid_parse(word, blob))
		return false;
	if (rest.len < 3 || rest.data[1] != '\t')
		return false;
	*stage = rest.data[0] - '0';
	return wt_str_is((struct wt_str){ rest.data + 2, rest.len - 2 }, path);
}

enum wt_code git_program_index_entry(void *self, const char *checkout, const char *path,
				     struct wt_oid *blob, unsigned *mode, struct wt_error *err)
{
	const struct git_call call = { .args = GIT_ARGS("--literal-pathspecs", "ls-files",
							"--stage", "-z", "--full-name", "--", path),
				       .cwd = checkout,
				       .what = "read the index" };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest, item;
	int64_t stage = -1;
	bool found = false;
	enum wt_code rc = git_do(self, &call, &text, err);

	rest = (struct wt_str){ text.data, text.len };
	while (!rc && !found && git_next_item(&rest, &item))
		found = parse_entry(item, path, blob, mode, &stage);
	if (!rc && !found)
		rc = wt_fail(err, WT_E_NOT_FOUND, "the index of '%s' has no '%s'", checkout, path);
	if (!rc && stage != 0)
		rc = wt_fail(err, WT_E_CONFLICT, "'%s' has an unfinished merge", path);
	wt_buf_clear(&text);
	return rc;
}

enum wt_code git_program_index_set(void *self, const char *checkout, const char *path,
				   const struct wt_oid *blob, unsigned mode, struct wt_error *err)
{
	struct git_call call = { .args = GIT_ARGS("update-index", "-z", "--index-info"),
				 .cwd = checkout,
				 .what = "change the index" };
	struct wt_buf line = WT_BUF_INIT;
	struct git_index_lock lock = { 0 };
	struct wt_arena a = { 0 };
	bool is_held = git_index_is_held(self, checkout);
	enum wt_code rc = WT_OK;

	if (is_held)
		rc = git_index_lock(self, checkout, GIT_INDEX_WRITE, &a, &lock, err);
	if (rc)
		return rc;
	call.set = is_held ? lock.set : NULL;
	wt_buf_printf(&line, "%o %s\t%s", wt_oid_is_zero(blob) ? 0 : mode, wt_oid_hex(blob).hex,
		      path);
	wt_buf_putc(&line, '\0');
	call.input = (struct wt_str){ line.data, line.len };
	rc = git_do(self, &call, NULL, err);
	if (!rc && is_held)
		rc = git_index_replace(&lock, err);
	if (is_held)
		git_index_unlock(&lock);
	wt_buf_clear(&line);
	return rc;
}

/* files that git ignores */

enum wt_code git_program_included(void *self, const char *checkout, const char *list,
				  struct wt_arena *a, const char ***paths, size_t *n,
				  struct wt_error *err)
{
	const char *from = wt_arena_printf(a, "--exclude-from=%s", list);
	const struct git_call named = { .args = GIT_ARGS("ls-files", "--others", "--ignored", "-z",
							 from),
					.cwd = checkout,
					.what = "list the files to copy" };
	struct git_call ignored = { .args = GIT_ARGS("check-ignore", "-z", "--stdin"),
				    .cwd = checkout,
				    .what = "list the ignored files" };
	struct wt_cmd_result res = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest, item;
	const char **found = NULL;
	size_t cap = 0;
	enum wt_code rc = git_do(self, &named, &text, err);

	*n = 0;
	ignored.input = (struct wt_str){ text.data, text.len };
	if (!rc && text.len)
		rc = git_run(self, &ignored, &res, err);
	if (!rc && res.code > 1) /* 1: none of them */
		rc = git_complain(&ignored, &res, WT_E_ENV, err);
	rest = (struct wt_str){ res.out.data, res.out.len };
	while (!rc && git_next_item(&rest, &item))
		*WT_ARENA_PUSH(a, found, *n, cap) = wt_arena_strndup(a, item.data, item.len);
	wt_buf_clear(&text);
	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	*paths = found;
	return rc;
}

/* diff */

enum wt_code git_program_diff(void *self, const char *checkout, const struct wt_oid *base,
			      struct wt_buf *out, struct wt_error *err)
{
	struct wt_oid_text hex = wt_oid_hex(base);
	struct git_call add = { .args = GIT_ARGS("add", "--intent-to-add", "--all", "--sparse"),
				.cwd = checkout,
				.what = "look at the untracked files" };
	struct git_call diff = { .cwd = checkout, .what = "show the changes" };
	struct wt_arena a = { 0 };
	char *index;
	enum wt_code rc = git_program_copy_index(self, checkout, &a, &index, err);
	const char *set[] = { NULL, NULL };

	if (!rc) {
		set[0] = wt_arena_printf(&a, "GIT_INDEX_FILE=%s", index);
		add.set = set;
		diff.set = set;
		diff.args = GIT_ARGS("diff", "--no-color", "--no-ext-diff", hex.hex, "--");
		rc = git_do(self, &add, NULL, err);
		if (!rc)
			rc = git_do(self, &diff, out, err);
	}
	git_program_drop_index(index);
	wt_arena_clear(&a);
	return rc;
}
