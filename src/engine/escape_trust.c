/* SPDX-License-Identifier: MIT */
/* Whether git is still configured as it was before the agents of a run began. */

#include "wtorch/engine/trust.h"

#include <string.h>

#include "escape_priv.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"

#define TRUSTED_FILE "trusted" /* in the run's folder */
#define MAX_SIGHT    (64u << 20)
#define SHOWN        4u

/* files */

static void render(struct wt_buf *text, const struct wt_sight *sight)
{
	for (size_t i = 0; i < sight->len; i++) {
		wt_buf_add(text, sight->items[i].name, strlen(sight->items[i].name) + 1);
		wt_buf_add(text, sight->items[i].value, strlen(sight->items[i].value) + 1);
	}
}

enum wt_code wt_sight_save(const struct wt_fs *fs, const char *path, const struct wt_sight *sight,
			   struct wt_error *err)
{
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc;

	render(&text, sight);
	rc = fs->create(fs->self, path, (struct wt_str){ text.data, text.len }, err);
	wt_buf_clear(&text);
	return rc;
}

/* Whole or not at all: who takes the run up after a crash believes what is there. */
static enum wt_code save_whole(const struct wt_fs *fs, const char *path,
			       const struct wt_sight *sight, struct wt_error *err)
{
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc;

	render(&text, sight);
	rc = fs->replace(fs->self, path, (struct wt_str){ text.data, text.len }, err);
	wt_buf_clear(&text);
	return rc;
}

static bool next_text(struct wt_str *rest, const char **out)
{
	const char *nul = rest->len ? memchr(rest->data, 0, rest->len) : NULL;

	if (!nul)
		return false;
	*out = rest->data;
	rest->len -= (size_t)(nul + 1 - rest->data);
	rest->data = nul + 1;
	return true;
}

enum wt_code wt_sight_load(const struct wt_fs *fs, const char *path, struct wt_arena *a,
			   struct wt_sight *out, struct wt_error *err)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_seen seen;
	struct wt_str rest;
	char *bytes;
	enum wt_code rc = fs->read(fs->self, path, MAX_SIGHT, &text, err);

	bytes = wt_arena_alloc(a, text.len + 1);
	if (text.len)
		memcpy(bytes, text.data, text.len);
	rest = (struct wt_str){ bytes, text.len };
	while (!rc && next_text(&rest, &seen.name) && next_text(&rest, &seen.value))
		*WT_ARENA_PUSH(a, out->items, out->len, out->cap) = seen;
	wt_buf_clear(&text);
	return rc;
}

/* looking */

/* What git heeds neither when it commits for an agent nor when it lands. */
static bool is_unheeded(const char *key)
{
	static const char *const prefixes[] = {
		"advice.",      "alias.",     "author.",     "blame.",         "branch.",
		"color.",       "column.",    "committer.",  "fetch.",         "format.",
		"gui.",         "help.",      "init.",       "lfs.",           "log.",
		"maintenance.", "man.",       "pager.",      "pull.",          "push.",
		"rebase.",      "remote.",    "rerere.",     "sendemail.",     "stash.",
		"submodule.",   "tag.",       "user.",       "versionsort.",   "web.",
		"core.editor",  "core.pager", "core.abbrev", "core.quotepath", "sequence.editor",
		"interactive.", "status.",    "gc.",         "tar.",           NULL
	};
	/* Programs that a partial clone would start to fetch what is missing. */
	static const char *const heeded[] = { ".uploadpack", ".receivepack",    ".vcs",
					      ".promisor",   "user.signingkey", NULL };
	size_t len = strlen(key);

	for (const char *const *h = heeded; *h; h++)
		if (len >= strlen(*h) && strcmp(key + len - strlen(*h), *h) == 0)
			return false;
	for (const char *const *p = prefixes; *p; p++)
		if (strncmp(key, *p, strlen(*p)) == 0)
			return true;
	return false;
}

static void add_hooks(struct wt_run *run, struct wt_arena *a, const char *dir, struct wt_sight *out)
{
	static const char *const hooks[] = { "reference-transaction", "pre-merge-commit",
					     "prepare-commit-msg",    "commit-msg",
					     "post-index-change",     "post-checkout" };

	/* A folder of the checkout changes with what lands in it. */
	if (dir && *dir != '/')
		return;
	for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++)
		wt_escape_add_file(run, a, out,
				   wt_path_join(a, dir && *dir ? dir : "hooks", hooks[i]));
}

/* git shows another object wherever one of these names it, also to a gate. */
static enum wt_code add_replaced(struct wt_run *run, struct wt_arena *a, struct wt_sight *out,
				 struct wt_error *err)
{
	const struct wt_git *git = run->ports->git;
	const char **names;
	struct wt_oid oid;
	size_t n = 0;
	enum wt_code rc = git->store->refs(git->self, "refs/replace/", a, &names, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		rc = git->store->ref(git->self, names[i], &oid, err);
		if (!rc)
			*WT_ARENA_PUSH(a, out->items, out->len, out->cap) = (struct wt_seen){
				wt_arena_printf(a, "ref %s", names[i]),
				wt_arena_strdup(a, wt_oid_hex(&oid).hex),
			};
	}
	return rc;
}

static enum wt_code look(struct wt_run *run, struct wt_arena *a, struct wt_sight *out,
			 struct wt_error *err)
{
	const struct wt_git *git = run->ports->git;
	const char *hooks = NULL;
	struct wt_git_setting *list;
	size_t n;
	enum wt_code rc = git->tool->settings(git->self, a, &list, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		if (strcmp(list[i].key, "core.hookspath") == 0)
			hooks = list[i].value;
		if (is_unheeded(list[i].key))
			continue;
		*WT_ARENA_PUSH(a, out->items, out->len, out->cap) = (struct wt_seen){
			wt_arena_printf(a, "key %s", list[i].key),
			wt_escape_sum(a, wt_str_of(list[i].value)),
		};
	}
	if (!rc)
		rc = add_replaced(run, a, out, err);
	if (rc)
		return rc;
	add_hooks(run, a, hooks, out);
	wt_escape_add_file(run, a, out, "info/attributes");
	wt_escape_add_file(run, a, out, "info/grafts");
	wt_sight_sort(out);
	return WT_OK;
}

static const char *path_of(struct wt_run *run, struct wt_arena *a)
{
	return wt_path_join(a, run->dir, TRUSTED_FILE);
}

enum wt_code wt_trust_begin(struct wt_run *run, struct wt_error *err)
{
	const struct wt_fs *fs = run->ports->fs;
	struct wt_arena a = { 0 };
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_sight now = { 0 };
	enum wt_code rc = fs->stat(fs->self, path_of(run, &a), &info, err);

	if (rc == WT_E_NOT_FOUND || (!rc && info.kind == WT_FILE_NONE)) {
		rc = look(run, &a, &now, err);
		if (!rc)
			rc = save_whole(fs, path_of(run, &a), &now, err);
	}
	wt_arena_clear(&a);
	return rc;
}

enum wt_code wt_trust_renew(struct wt_run *run, struct wt_error *err)
{
	const struct wt_fs *fs = run->ports->fs;
	struct wt_arena a = { 0 };
	enum wt_code rc = fs->remove(fs->self, path_of(run, &a), err);

	wt_arena_clear(&a);
	return rc && rc != WT_E_NOT_FOUND ? rc : wt_trust_begin(run, err);
}

/* comparing */

struct changes {
	struct wt_buf names;
	const char *last;
	size_t n;
};

/* "key x" is git's x, "file hooks/x" the hook x. */
static void add_change(struct changes *c, const char *name)
{
	if (c->last && strcmp(c->last, name) == 0)
		return; /* another value of the same key */
	c->last = name;
	if (c->n++ < SHOWN)
		wt_buf_printf(&c->names, "%s'%s'", c->names.len ? ", " : "", strchr(name, ' ') + 1);
}

static void compare(const struct wt_sight *before, const struct wt_sight *now, struct changes *c)
{
	size_t i = 0, j = 0;

	while (i < before->len || j < now->len) {
		const struct wt_seen *x = i < before->len ? &before->items[i] : NULL;
		const struct wt_seen *y = j < now->len ? &now->items[j] : NULL;
		int order = !x ? 1 : !y ? -1 : strcmp(x->name, y->name);

		if (!order)
			order = strcmp(x->value, y->value);
		if (order)
			add_change(c, order < 0 ? x->name : y->name);
		i += order <= 0;
		j += order >= 0;
	}
}

void wt_trust_check(struct wt_run *run, struct wt_arena *a, const char **why)
{
	const struct wt_fs *fs = run->ports->fs;
	struct wt_sight before = { 0 }, now = { 0 };
	struct changes c = { .names = WT_BUF_INIT };
	struct wt_error err;
	enum wt_code rc = wt_sight_load(fs, path_of(run, a), a, &before, &err);

	*why = NULL;
	if (rc == WT_E_NOT_FOUND)
		return;
	if (!rc)
		rc = look(run, a, &now, &err);
	if (rc) {
		*why = wt_arena_printf(a, "%s: it may have been changed since the run began",
				       err.msg);
		return;
	}
	compare(&before, &now, &c);
	if (c.n > SHOWN)
		wt_buf_printf(&c.names, " and %zu more", c.n - SHOWN);
	if (c.n)
		*why = wt_arena_printf(a,
				       "what git goes by was changed since the run began, by an "
				       "agent or by you: %s; undo it, or merge it to have it so",
				       c.names.data);
	wt_buf_clear(&c.names);
}

/* a worktree's own */

static bool is_about_sparse(struct wt_str key)
{
	return wt_str_starts_nocase(key, "sparsecheckout") || wt_str_starts_nocase(key, "sparse");
}

void wt_trust_check_worktree(struct wt_run *run, const char *git_dir, struct wt_arena *a,
			     const char **why)
{
	const struct wt_fs *fs = run->ports->fs;
	const char *common = run->ports->git->repo.common_dir;
	struct wt_buf own = WT_BUF_INIT, first = WT_BUF_INIT;
	struct wt_str rest, line;
	struct wt_error err;
	enum wt_code rc = fs->read(fs->self, wt_path_join(a, git_dir, "config.worktree"),
				   WT_MAX_CONFIG_BYTES, &own, &err);

	*why = NULL;
	/* git gives a new worktree a copy of the first one's. */
	if (!rc)
		(void)!fs->read(fs->self, wt_path_join(a, common, "config.worktree"),
				WT_MAX_CONFIG_BYTES, &first, &err);
	rest = (struct wt_str){ own.data, own.len };
	if (rc && rc != WT_E_NOT_FOUND)
		*why = wt_arena_strdup(a, err.msg);
	while (!rc && !*why && wt_str_next(&rest, "\n", &line)) {
		line = wt_str_trim(line);
		if (line.len && line.data[0] != '[' && line.data[0] != '#' && line.data[0] != ';' &&
		    !is_about_sparse(line) &&
		    wt_str_find((struct wt_str){ first.data, first.len },
				wt_arena_strndup(a, line.data, line.len)) >= first.len)
			*why = wt_arena_printf(
				a,
				"its worktree has a configuration of its own by now: "
				"'%.*s'",
				(int)(line.len < 80 ? line.len : 80), line.data);
	}
	wt_buf_clear(&own);
	wt_buf_clear(&first);
}
