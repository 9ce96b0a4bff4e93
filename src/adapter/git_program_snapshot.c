/* SPDX-License-Identifier: MIT */
/* What is uncommitted in a checkout as commits that no ref names, and back again. */

#include "git_priv.h"

#include <stdlib.h>
#include <string.h>

/* Files may go through filters that ask a server. */
#define SNAPSHOT_DEADLINE_MS (60 * 60 * 1000)
#define MAX_NAME             400 /* of a name in a message */

/* The files may go next: unlike git's own objects, these have to be on the disk. */
#define DURABLE "-c", "core.fsync=loose-object", "-c", "core.fsyncMethod=batch"

/* What git must not look at or run here, whatever the configuration says: caches that an agent may
 * have spoiled, hooks, and habits that skip files or refuse them. */
#define WHOLE                                                                            \
	GIT_NO_GC, "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", \
		"core.untrackedCache=false", "-c", "core.splitIndex=false", "-c",        \
		"core.ignoreStat=false", "-c", "core.safecrlf=false", "-c",              \
		"add.ignoreErrors=false"

struct capture {
	struct git_self *g;
	const struct wt_snapshot *spec;
	struct wt_arena arena;
	char *index;                                  /* the copy */
	const char *set[2];                           /* makes git use it */
	struct wt_oid head, head_tree, staged, files; /* staged: zero when it has conflicts */
};

/* A call on the copy of the index. */
static struct git_call call_of(const struct capture *c, const char *const *args, const char *what)
{
	return (struct git_call){ .args = args,
				  .cwd = c->spec->checkout,
				  .set = c->set,
				  .deadline_ms = SNAPSHOT_DEADLINE_MS,
				  .what = what };
}

/* An agent can make a folder into another repository, or into none: then git would answer for the
 * one around it. */
static enum wt_code check_checkout(struct capture *c, struct wt_error *err)
{
	const struct git_call call = { .args = GIT_ARGS("rev-parse", "--path-format=absolute",
							"--git-common-dir", "--show-toplevel"),
				       .cwd = c->spec->checkout,
				       .what = "find the repository of the worktree" };
	const char *want =
		wt_arena_printf(&c->arena, "%s\n%s\n", c->g->common_dir, c->spec->checkout);
	struct wt_buf text = WT_BUF_INIT;
	char *common = realpath(c->g->common_dir, NULL), *top = realpath(c->spec->checkout, NULL);
	enum wt_code rc = WT_E_CONFLICT;
	struct wt_error ignored;

	if (common && top)
		want = wt_arena_printf(&c->arena, "%s\n%s\n", common, top);
	if (git_do(c->g, &call, &text, &ignored) == WT_OK && strcmp(text.data, want) == 0)
		rc = WT_OK;
	else
		wt_fail(err, rc, "'%s' is not a worktree of this repository any more",
			c->spec->checkout);
	wt_buf_clear(&text);
	free(common);
	free(top);
	return rc;
}

static enum wt_code read_head(struct capture *c, struct wt_error *err)
{
	const struct git_call call = { .args = GIT_ARGS("rev-parse", "--verify", "--quiet", "HEAD"),
				       .cwd = c->spec->checkout,
				       .what = "read HEAD" };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_commit commit;
	struct wt_error ignored;
	enum wt_code rc = WT_OK;

	if (git_do(c->g, &call, &text, &ignored) ||
	    !wt_oid_parse(wt_str_trim((struct wt_str){ text.data, text.len }), &c->head))
		rc = wt_fail(err, WT_E_CONFLICT, "'%s' is on a branch without a commit",
			     c->spec->checkout);
	if (!rc)
		rc = git_libgit2_store.commit(c->g, &c->head, &c->arena, &commit, err);
	if (!rc)
		c->head_tree = commit.tree;
	wt_buf_clear(&text);
	return rc;
}

/* The tree of the copy. */
static enum wt_code write_tree(struct capture *c, bool may_conflict, struct wt_oid *out,
			       struct wt_error *err)
{
	const struct git_call call =
		call_of(c, GIT_ARGS(WHOLE, "write-tree"), "write the tree of the index");
	struct wt_cmd_result res = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	enum wt_code rc = git_run(c->g, &call, &res, err);

	*out = (struct wt_oid){ { 0 } };
	if (!rc && res.code && !(may_conflict && git_says(&res, ": unmerged (")))
		rc = git_complain(&call, &res, WT_E_ENV, err);
	if (!rc && !res.code &&
	    !wt_oid_parse(wt_str_trim((struct wt_str){ res.out.data, res.out.len }), out))
		rc = wt_fail(err, WT_E_ENV, "git write-tree did not name a tree");
	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	return rc;
}

/* adding */

const char *git_word_behind(struct wt_arena *a, const char *text, const char *lead, const char *end)
{
	const char *at = strstr(text, lead), *stop;
	size_t len;

	if (!at)
		return NULL;
	at += strlen(lead);
	stop = strstr(at, end);
	len = stop ? (size_t)(stop - at) : strcspn(at, "\n");
	return wt_arena_strndup(a, at, len < MAX_NAME ? len : MAX_NAME);
}

static enum wt_code judge_add(struct capture *c, const struct git_call *call,
			      const struct wt_cmd_result *res, struct wt_error *err)
{
	const char *text = res->err.data, *name = git_word_behind(&c->arena, text, GIT_CLOSED, "'");

	if (name)
		return wt_fail(err, WT_E_CONFLICT, "the folder '%s' cannot be read", name);
	if (!res->code)
		return WT_OK;
	if (strstr(text, "does not have a commit checked out")) {
		name = git_word_behind(&c->arena, text, "error: '", "'");
		return wt_fail(err, WT_E_CONFLICT, "'%s' is a repository of its own",
			       name ? name : "a folder");
	}
	return git_complain(call, res, WT_E_CONFLICT, err);
}

static enum wt_code add(struct capture *c, const char *const *args, struct wt_str paths,
			struct wt_error *err)
{
	struct git_call call = call_of(c, args, "take in the uncommitted files");
	struct wt_cmd_result res = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	enum wt_code rc;

	call.input = paths;
	rc = git_run(c->g, &call, &res, err);
	if (!rc)
		rc = judge_add(c, &call, &res, err);
	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	return rc;
}

/* Untracked files that git ignores, and that one of the patterns names. */
static enum wt_code find_ignored(struct capture *c, struct wt_buf *paths, struct wt_error *err)
{
	const struct wt_snapshot *spec = c->spec;
	const char **args = wt_arena_alloc(&c->arena, (spec->n_ignored + 5) * sizeof *args);
	struct git_call named = call_of(c, args, "list the ignored files to keep");
	struct git_call ask =
		call_of(c, GIT_ARGS("check-ignore", "-z", "--stdin"), "list the ignored files");
	struct wt_cmd_result res = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	struct wt_buf text = WT_BUF_INIT;
	size_t n = 0;
	enum wt_code rc;

	args[n++] = "ls-files";
	args[n++] = "--others";
	args[n++] = "--ignored";
	args[n++] = "-z";
	for (size_t i = 0; i < spec->n_ignored; i++)
		args[n++] = wt_arena_printf(&c->arena, "--exclude=%s", spec->ignored[i]);
	rc = git_do(c->g, &named, &text, err);
	ask.input = (struct wt_str){ text.data, text.len };
	if (!rc && text.len)
		rc = git_run(c->g, &ask, &res, err);
	if (!rc && res.code > 1) /* 1: none of them */
		rc = git_complain(&ask, &res, WT_E_ENV, err);
	if (!rc)
		wt_buf_add(paths, res.out.data, res.out.len);
	wt_buf_clear(&text);
	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	return rc;
}

static enum wt_code add_ignored(struct capture *c, struct wt_error *err)
{
	struct wt_buf paths = WT_BUF_INIT;
	enum wt_code rc = c->spec->n_ignored ? find_ignored(c, &paths, err) : WT_OK;

	if (!rc && paths.len)
		rc = add(c,
			 GIT_ARGS("--literal-pathspecs", WHOLE, "add", "--force", "--sparse",
				  "--pathspec-from-file=-", "--pathspec-file-nul"),
			 (struct wt_str){ paths.data, paths.len }, err);
	wt_buf_clear(&paths);
	return rc;
}

/* What git ignores is not taken in, and whoever asks may take it away. */
static enum wt_code check_ignored(struct capture *c, struct wt_error *err)
{
	const struct git_call call = call_of(c,
					     GIT_ARGS(GIT_LOOK, "ls-files", "--others", "--ignored",
						      "--exclude-standard", "--directory", "-z"),
					     "list the ignored folders");
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest, item;
	enum wt_code rc = git_do(c->g, &call, &text, err);

	rest = (struct wt_str){ text.data, text.len };
	while (!rc && git_next_item(&rest, &item))
		if (item.len && item.data[item.len - 1] == '/')
			rc = git_program_refuse_ignored(c->g, c->spec->checkout, item.data, err);
	wt_buf_clear(&text);
	return rc;
}

static enum wt_code add_everything(struct capture *c, struct wt_error *err)
{
	/* Files that somebody told git to take for unchanged are looked at all the same; that
	 * something is not up to date is no failure. */
	const struct git_call refresh =
		call_of(c, GIT_ARGS(WHOLE, "update-index", "-q", "--unmerged", "--really-refresh"),
			"look at the files");
	struct wt_cmd_result res = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	enum wt_code rc = git_run(c->g, &refresh, &res, err);

	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	if (!rc)
		rc = add(c, GIT_ARGS(WHOLE, "add", "--all", "--sparse"), (struct wt_str){ "", 0 },
			 err);
	return rc ? rc : add_ignored(c, err);
}

/* commits */

/* They are ours, not the user's, and must not fail for want of a name. */
static enum wt_code commit(struct capture *c, const struct wt_oid *tree, const char *message,
			   const struct wt_oid *second, struct wt_oid *out, struct wt_error *err)
{
	static const char *const who[] = { "GIT_AUTHOR_NAME=wtorch",
					   "GIT_AUTHOR_EMAIL=wtorch@localhost",
					   "GIT_COMMITTER_NAME=wtorch",
					   "GIT_COMMITTER_EMAIL=wtorch@localhost", NULL };
	const struct wt_oid_text hex = wt_oid_hex(tree), head = wt_oid_hex(&c->head);
	const struct wt_oid_text other = wt_oid_hex(second ? second : tree);
	struct git_call call = { .cwd = c->spec->checkout,
				 .set = who,
				 .input = wt_str_of(message),
				 .what = "make a commit of the uncommitted state" };
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc;

	call.args = second ? GIT_ARGS(GIT_NO_GC, DURABLE, "commit-tree", "-p", head.hex, "-p",
				      other.hex, "-F", "-", hex.hex)
			   : GIT_ARGS(GIT_NO_GC, DURABLE, "commit-tree", "-p", head.hex, "-F", "-",
				      hex.hex);
	rc = git_do(c->g, &call, &text, err);
	if (!rc && !wt_oid_parse(wt_str_trim((struct wt_str){ text.data, text.len }), out))
		rc = wt_fail(err, WT_E_ENV, "git commit-tree did not name a commit");
	wt_buf_clear(&text);
	return rc;
}

static enum wt_code commit_both(struct capture *c, struct wt_oid *out, struct wt_error *err)
{
	const char *message = wt_arena_printf(&c->arena, "%s: index", c->spec->message);
	bool is_staged = !wt_oid_is_zero(&c->staged) && !wt_oid_is_equal(&c->staged, &c->head_tree);
	struct wt_oid index;
	enum wt_code rc = WT_OK;

	if (!is_staged && wt_oid_is_equal(&c->files, &c->head_tree))
		return wt_fail(err, WT_E_STATE, "all is committed in '%s'", c->spec->checkout);
	if (is_staged)
		rc = commit(c, &c->staged, message, NULL, &index, err);
	return rc ? rc
		  : commit(c, &c->files, c->spec->message, is_staged ? &index : NULL, out, err);
}

enum wt_code git_program_snapshot(void *self, const struct wt_snapshot *spec, struct wt_oid *out,
				  struct wt_error *err)
{
	struct capture c = { .g = self, .spec = spec };
	enum wt_code rc = check_checkout(&c, err);

	if (!rc)
		rc = read_head(&c, err);
	if (!rc)
		rc = git_program_copy_index(self, spec->checkout, &c.arena, &c.index, err);
	if (!rc) {
		c.set[0] = wt_arena_printf(&c.arena, "GIT_INDEX_FILE=%s", c.index);
		rc = write_tree(&c, true, &c.staged, err);
	}
	if (!rc)
		rc = git_program_unhide(self, spec->checkout, c.index, err);
	if (!rc)
		rc = check_ignored(&c, err);
	if (!rc)
		rc = add_everything(&c, err);
	if (!rc)
		rc = git_program_refuse_nested(self, spec->checkout, c.index, &c.head_tree, err);
	if (!rc)
		rc = write_tree(&c, false, &c.files, err);
	if (!rc)
		rc = commit_both(&c, out, err);
	git_program_drop_index(c.index);
	wt_arena_clear(&c.arena);
	return rc;
}

/* back again */

static enum wt_code tree_of(struct git_self *g, const struct wt_oid *oid, struct wt_arena *a,
			    struct wt_commit *commit, struct wt_error *err)
{
	return git_libgit2_store.commit(g, oid, a, commit, err);
}

/* The files are there; the index becomes that of the tree, and knows them as they are. */
static enum wt_code restore_index(struct git_self *g, const char *checkout,
				  const struct wt_oid *tree, struct wt_error *err)
{
	const struct wt_oid_text hex = wt_oid_hex(tree);
	const struct git_call read = { .args = GIT_ARGS("-c", "core.hooksPath=/dev/null",
							"read-tree", "--reset", hex.hex),
				       .cwd = checkout,
				       .what = "bring back what was staged" };
	const struct git_call refresh = { .args = GIT_ARGS("-c", "core.hooksPath=/dev/null",
							   "update-index", "-q", "--refresh"),
					  .cwd = checkout,
					  .what = "refresh the index" };
	struct wt_error ignored;
	enum wt_code rc = git_do(g, &read, NULL, err);

	if (!rc)
		(void)!git_do(g, &refresh, NULL, &ignored); /* says what differs by its status */
	return rc;
}

enum wt_code git_program_snapshot_restore(void *self, const char *checkout,
					  const struct wt_oid *snapshot, struct wt_error *err)
{
	struct wt_commit all, head = { 0 }, staged;
	struct wt_arena a = { 0 };
	enum wt_code rc = tree_of(self, snapshot, &a, &all, err);

	if (!rc && (all.n_parents < 1 || all.n_parents > 2))
		rc = wt_fail(err, WT_E_STATE, "%s is not an uncommitted state",
			     wt_oid_hex(snapshot).hex);
	if (!rc)
		rc = tree_of(self, &all.parents[0], &a, &head, err);
	staged = head;
	if (!rc && all.n_parents == 2)
		rc = tree_of(self, &all.parents[1], &a, &staged, err);
	if (!rc)
		rc = git_program_checkout_advance(self, checkout, &head.tree, &all.tree, false,
						  err);
	if (!rc)
		rc = restore_index(self, checkout, &staged.tree, err);
	wt_arena_clear(&a);
	return rc;
}

/* How long it may take to find out what a ref weighs. */
#define WEIGH_DEADLINE_MS 10000

enum wt_code git_program_own_bytes(void *self, const char *const *refs, size_t n, int64_t *out,
				   struct wt_error *err)
{
	struct wt_arena a = { 0 };
	const char **args = wt_arena_alloc(&a, (2 * n + 6) * sizeof *args);
	const struct git_call call = { .args = args,
				       .deadline_ms = WEIGH_DEADLINE_MS,
				       .what = "measure what refs keep" };
	struct wt_buf text = WT_BUF_INIT;
	size_t len = 0;
	enum wt_code rc;

	args[len++] = "rev-list";
	args[len++] = "--objects";
	args[len++] = "--disk-usage";
	for (size_t i = 0; i < n; i++)
		args[len++] = refs[i];
	args[len++] = "--not";
	for (size_t i = 0; i < n; i++)
		args[len++] = wt_arena_printf(&a, "--exclude=%s", refs[i]);
	args[len++] = "--all";
	rc = git_do(self, &call, &text, err);
	if (!rc && !wt_text_parse_int(wt_str_trim((struct wt_str){ text.data, text.len }), out))
		rc = wt_fail(err, WT_E_ENV, "git rev-list did not say how large it is");
	wt_buf_clear(&text);
	wt_arena_clear(&a);
	return rc;
}
