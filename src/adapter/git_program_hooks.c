/* SPDX-License-Identifier: MIT */
/* Commits over which the user's hooks have a say, made in a worktree of their own. */

#include "git_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wtorch/base/path.h"

#define CHECKOUT_DEADLINE_MS (60 * 60 * 1000) /* filters may fetch files from a server */
#define WORDS_MAX            160u             /* of a hook, in a message */

/* which hooks there are */

/* core.hooksPath as it was when the configuration was read. A relative one means the checkout that
 * the user stands in: what a task's own tree holds in that place is not run. */
static enum wt_code find_hooks(struct git_self *g, struct wt_arena *a, const char **out,
			       struct wt_error *err)
{
	const struct git_call call = { .args = GIT_ARGS("config", "--type=path", "core.hooksPath"),
				       .what = "find the hooks" };
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc = git_program_settings(g, err);
	const char *set = rc ? NULL : git_program_setting(g, "core.hooksPath");

	if (!rc && set && *set && *set != '/' && strchr("~%:", *set)) {
		rc = git_do(g, &call, &text, err);
		set = wt_arena_strndup(a, text.data, strcspn(text.data, "\n"));
	}
	wt_buf_clear(&text);
	if (rc)
		return rc;
	if (!set)
		*out = wt_path_join(a, g->common_dir, "hooks");
	else
		*out = *set == '/' ? wt_arena_strdup(a, set)
				   : wt_path_join(a, g->top ? g->top : g->common_dir, set);
	return WT_OK;
}

static bool has_hook(const char *dir, const char *name, struct wt_arena *a)
{
	const char *path = wt_path_join(a, dir, name);
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

enum wt_code git_program_commit_hooks(void *self, bool is_merge, bool *any, struct wt_error *err)
{
	struct wt_arena a = { 0 };
	const char *dir;
	enum wt_code rc = find_hooks(self, &a, &dir, err);

	if (!rc)
		*any = has_hook(dir, "commit-msg", &a) || has_hook(dir, "prepare-commit-msg", &a) ||
		       (is_merge && has_hook(dir, "pre-merge-commit", &a));
	wt_arena_clear(&a);
	return rc;
}

enum wt_code git_program_worktree_scratch(void *self, const char *path, const struct wt_oid *commit,
					  struct wt_error *err)
{
	struct wt_oid_text hex = wt_oid_hex(commit);
	const struct git_call call = { .args = GIT_ARGS("-c", "core.hooksPath=/dev/null",
							"worktree", "add", "--detach",
							"--no-checkout", "--", path, hex.hex),
				       .what = "make a worktree for the hooks to run in" };

	return git_do(self, &call, NULL, err);
}

/* the commit */

struct hooked {
	struct git_self *g;
	const struct wt_hooked_commit *spec;
	struct wt_arena arena;
	const char *hooks;   /* the folder */
	const char *git_dir; /* of the scratch worktree */
	const char *message; /* the file */
	const char *set[2];  /* GIT_INDEX_FILE, as git sets it for hooks */
};

/* A call in the scratch worktree that starts neither hooks nor a daemon. */
static enum wt_code do_there(struct hooked *h, const char *const *args, struct wt_buf *text,
			     struct wt_error *err)
{
	static const char *const lead[] = { "-c", "core.hooksPath=/dev/null", "-c",
					    "core.fsmonitor=false" };
	const size_t n_lead = sizeof lead / sizeof *lead;
	struct git_call call = { .cwd = h->spec->scratch,
				 .deadline_ms = CHECKOUT_DEADLINE_MS,
				 .what = "prepare what the hooks run in" };
	const char **all;
	size_t n = 0;

	while (args[n])
		n++;
	all = wt_arena_alloc(&h->arena, (n_lead + n + 1) * sizeof *all);
	memcpy(all, lead, sizeof lead);
	memcpy(all + n_lead, args, (n + 1) * sizeof *all);
	call.args = all;
	return git_do(h->g, &call, text, err);
}

static enum wt_code write_text(struct hooked *h, const char *path, const char *text,
			       struct wt_error *err)
{
	FILE *f = fopen(path, "we");
	bool ok = f && fwrite(text, 1, strlen(text), f) == strlen(text);

	(void)h;
	if (f && fclose(f) != 0)
		ok = false;
	return ok ? WT_OK : wt_fail_errno(err, WT_E_ENV, errno, "cannot write '%s'", path);
}

/* As far as git merge (or git commit) comes before it calls them. */
static enum wt_code prepare(struct hooked *h, struct wt_error *err)
{
	const struct wt_commit_spec *c = h->spec->commit;
	struct wt_oid_text tree = wt_oid_hex(&c->tree);
	struct wt_buf dir = WT_BUF_INIT;
	enum wt_code rc = find_hooks(h->g, &h->arena, &h->hooks, err);

	if (!rc)
		rc = do_there(h, GIT_ARGS("rev-parse", "--absolute-git-dir"), &dir, err);
	if (!rc)
		rc = do_there(h, GIT_ARGS("read-tree", "--reset", "-u", tree.hex), NULL, err);
	if (!rc) {
		h->git_dir = wt_arena_strndup(&h->arena, dir.data, strcspn(dir.data, "\n"));
		h->message = wt_path_join(&h->arena, h->git_dir,
					  c->n_parents > 1 ? "MERGE_MSG" : "COMMIT_EDITMSG");
		h->set[0] = wt_arena_printf(&h->arena, "GIT_INDEX_FILE=%s/index", h->git_dir);
		rc = write_text(h, h->message, c->message, err);
	}
	if (!rc && c->n_parents > 1)
		rc = write_text(h, wt_path_join(&h->arena, h->git_dir, "MERGE_HEAD"),
				wt_arena_printf(&h->arena, "%s\n", wt_oid_hex(&c->parents[1]).hex),
				err);
	wt_buf_clear(&dir);
	return rc;
}

void git_hook_words(const struct wt_cmd_result *res, const char *but, struct wt_buf *out)
{
	struct wt_str rest = { res->err.data, res->err.len }, line, cut, all;
	struct wt_buf words = WT_BUF_INIT;
	uint32_t rune;

	while (wt_str_next(&rest, "\n", &line)) {
		line = wt_str_trim(line);
		if (!line.len || (but && wt_str_find(line, but) < line.len))
			continue;
		if (words.len)
			wt_buf_puts(&words, " | ");
		wt_text_render_safe(&words, line);
	}
	cut = all = (struct wt_str){ words.data, words.len };
	while (words.len > WORDS_MAX && all.len - cut.len < WORDS_MAX - 6 &&
	       wt_text_next_rune(&cut, &rune))
		;
	wt_buf_add(out, all.data, words.len > WORDS_MAX ? all.len - cut.len : all.len);
	if (words.len > WORDS_MAX)
		wt_buf_puts(out, "...");
	wt_buf_clear(&words);
}

static enum wt_code refuse(const char *name, const struct wt_cmd_result *res, struct wt_error *err)
{
	struct wt_buf words = WT_BUF_INIT;
	enum wt_code rc;

	git_hook_words(res, NULL, &words);
	if (words.len)
		rc = wt_fail(err, WT_E_STATE, "the hook %s refused it: %s", name, words.data);
	else
		rc = wt_fail(err, WT_E_STATE, "the hook %s refused it without a word (status %d)",
			     name, res->code);
	wt_buf_clear(&words);
	return rc;
}

/* rest: what the hook gets, NULL-terminated. Absent is fine. */
static enum wt_code run_hook(struct hooked *h, const char *name, const char *const *rest,
			     struct wt_error *err)
{
	const char *path = wt_arena_printf(&h->arena, "core.hooksPath=%s", h->hooks);
	const char *args[12] = {
		"-c", path, "-c", "core.fsmonitor=false", "hook", "run", name, "--"
	};
	struct git_call call = { .args = args,
				 .cwd = h->spec->scratch,
				 .set = h->set,
				 .deadline_ms = h->spec->deadline_ms,
				 .what = "run a hook" };
	struct wt_cmd_result res = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	enum wt_code rc = WT_OK;

	for (size_t i = 0; i < 3 && rest[i]; i++)
		args[8 + i] = rest[i];
	if (has_hook(h->hooks, name, &h->arena))
		rc = git_run(h->g, &call, &res, err);
	if (rc == WT_E_TIMEOUT)
		rc = wt_fail(err, rc, "the hook %s did not end in time (merge.hook_timeout)", name);
	else if (!rc && res.code)
		rc = refuse(name, &res, err);
	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	return rc;
}

static enum wt_code run_hooks(struct hooked *h, struct wt_error *err)
{
	bool is_merge = h->spec->commit->n_parents > 1;
	enum wt_code rc = WT_OK;

	if (is_merge)
		rc = run_hook(h, "pre-merge-commit", GIT_ARGS(NULL), err);
	if (!rc)
		rc = run_hook(h, "prepare-commit-msg",
			      GIT_ARGS(h->message, is_merge ? "merge" : "message"), err);
	return rc ? rc : run_hook(h, "commit-msg", GIT_ARGS(h->message), err);
}

/* What was judged is what lands, whatever a hook put into the index. */
static enum wt_code check_tree(struct hooked *h, struct wt_error *err)
{
	struct wt_buf text = WT_BUF_INIT;
	struct wt_oid tree;
	enum wt_code rc = do_there(h, GIT_ARGS("write-tree"), &text, err);

	if (rc || !wt_oid_parse(wt_str_trim((struct wt_str){ text.data, text.len }), &tree) ||
	    !wt_oid_is_equal(&tree, &h->spec->commit->tree))
		rc = wt_fail(err, WT_E_STATE,
			     "a hook changed the files of the landing commit: only its message may "
			     "be changed");
	wt_buf_clear(&text);
	return rc;
}

/* As git cleans a message that nobody edits. */
static enum wt_code read_message(struct hooked *h, struct wt_buf *out, struct wt_error *err)
{
	FILE *f = fopen(h->message, "re");
	struct wt_buf raw = WT_BUF_INIT;
	struct git_call call = { .args = GIT_ARGS("stripspace"), .what = "read the message" };
	char chunk[4096];
	size_t n;
	enum wt_code rc = WT_OK;

	while (f && raw.len < GIT_MESSAGE_MAX && (n = fread(chunk, 1, sizeof chunk, f)) > 0)
		wt_buf_add(&raw, chunk, n);
	if (f)
		fclose(f);
	call.input = (struct wt_str){ raw.data, raw.len };
	if (raw.len)
		rc = git_do(h->g, &call, out, err);
	if (!rc && (!out->len || raw.len >= GIT_MESSAGE_MAX || memchr(out->data, 0, out->len)))
		rc = wt_fail(err, WT_E_STATE, "a hook left no message that a commit can have");
	wt_buf_clear(&raw);
	return rc;
}

enum wt_code git_program_commit_hooked(void *self, const struct wt_hooked_commit *spec,
				       struct wt_oid *out, struct wt_error *err)
{
	struct hooked h = { .g = self, .spec = spec };
	struct wt_commit_spec commit = *spec->commit;
	struct wt_buf message = WT_BUF_INIT;
	enum wt_code rc = prepare(&h, err);

	if (!rc)
		rc = run_hooks(&h, err);
	if (!rc)
		rc = check_tree(&h, err);
	if (!rc)
		rc = read_message(&h, &message, err);
	if (!rc) {
		commit.message = message.data;
		rc = git_program_tool.commit_signed(self, &commit, out, err);
	}
	wt_buf_clear(&message);
	wt_arena_clear(&h.arena);
	return rc;
}
