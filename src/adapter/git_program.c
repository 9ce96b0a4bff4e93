/* SPDX-License-Identifier: MIT */
/* The calls of git that concern no checkout: version, merges, signed commits, moving refs. */

#include "git_program_lock.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "wtorch/base/mem.h"

#define MIN_MAJOR 2
#define MIN_MINOR 39
#define SIGN_MS   60000 /* a token may want to be touched */

/* "git version 2.39.5 (Apple Git-154)" gives "2.39.5". */
static bool parse_version(struct wt_str line, struct wt_str *version, int64_t part[2])
{
	static const char lead[] = "git version ";
	struct wt_str rest, word;

	if (!wt_str_starts(line, lead))
		return false;
	rest = (struct wt_str){ line.data + sizeof lead - 1, line.len - (sizeof lead - 1) };
	if (!wt_str_next(&rest, " ", version))
		return false;
	rest = *version;
	for (int i = 0; i < 2; i++)
		if (!wt_str_next(&rest, ".", &word) || !wt_text_parse_int(word, &part[i]))
			return false;
	return true;
}

static enum wt_code tool_version(void *self, struct wt_buf *out, struct wt_error *err)
{
	const struct git_call call = { .args = GIT_ARGS("version"),
				       .what = "ask git for its version" };
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str line, version;
	int64_t part[2];
	enum wt_code rc = git_do(self, &call, &text, err);

	if (rc)
		goto out;
	line = wt_str_trim((struct wt_str){ text.data, text.len });
	if (!parse_version(line, &version, part)) {
		rc = wt_fail(err, WT_E_ENV, "git gives a version that cannot be read: '%.*s'",
			     (int)line.len, line.data);
		goto out;
	}
	if (part[0] < MIN_MAJOR || (part[0] == MIN_MAJOR && part[1] < MIN_MINOR)) {
		rc = wt_fail(err, WT_E_ENV, "git %.*s is too old: wtorch needs %d.%d",
			     (int)version.len, version.data, MIN_MAJOR, MIN_MINOR);
		goto out;
	}
	wt_buf_add(out, version.data, version.len);
out:
	if (rc)
		wt_hint(err, "install git %d.%d or newer", MIN_MAJOR, MIN_MINOR);
	wt_buf_clear(&text);
	return rc;
}

static enum wt_code tool_identity(void *self, struct wt_error *err)
{
	const struct git_person *ignored;
	enum wt_code rc = git_program_person(self, false, &ignored, err);

	return rc ? rc : git_program_person(self, true, &ignored, err);
}

/* merges */

/* "100644 <oid> 2\t<path>", sorted by path. */
static bool parse_stage(struct wt_str item, struct wt_arena *a, struct wt_merge_result *out,
			size_t *cap)
{
	struct wt_unmerged *list = (struct wt_unmerged *)out->conflicts, *at = list;
	const char *tab = memchr(item.data, '\t', item.len);
	struct wt_str head = { item.data, tab ? (size_t)(tab - item.data) : 0 }, word[3], path;
	struct wt_oid oid;
	unsigned mode = 0;

	for (int i = 0; i < 3; i++)
		if (!wt_str_next(&head, " ", &word[i]))
			return false;
	for (size_t i = 0; i < word[0].len; i++)
		mode = mode * 8 + (unsigned)(word[0].data[i] - '0');
	path = (struct wt_str){ tab + 1, item.len - (size_t)(tab + 1 - item.data) };
	if (!wt_oid_parse(word[1], &oid) || word[2].data[0] < '1' || word[2].data[0] > '3')
		return false;
	if (out->n_paths && wt_str_is(path, list[out->n_paths - 1].path)) {
		at = &list[out->n_paths - 1];
	} else {
		at = WT_ARENA_PUSH(a, list, out->n_paths, *cap);
		*at = (struct wt_unmerged){ .path = wt_arena_strndup(a, path.data, path.len) };
		out->conflicts = list;
	}
	at->oid[word[2].data[0] - '1'] = oid;
	at->mode[word[2].data[0] - '1'] = mode;
	return true;
}

static bool is_conflict_by_path(struct wt_str kind)
{
	static const char *const known[] = { "CONFLICT (contents)", "CONFLICT (binary)",
					     "CONFLICT (modify/delete)",
					     "CONFLICT (rename/delete)" };

	if (!wt_str_starts(kind, "CONFLICT"))
		return true; /* something to be known, not a conflict */
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (wt_str_is(kind, known[i]))
			return true;
	return false;
}

/* Messages are: number of paths, that many paths, a kind, a text; each ends in NUL. */
static const char *parse_messages(struct wt_str rest, struct wt_arena *a, bool *is_by_path)
{
	struct wt_buf all = WT_BUF_INIT;
	struct wt_str item;
	const char *text;
	int64_t n;

	while (git_next_item(&rest, &item) && wt_text_parse_int(item, &n) && n >= 0) {
		while (n-- > 0 && git_next_item(&rest, &item))
			;
		if (!git_next_item(&rest, &item))
			break;
		*is_by_path &= is_conflict_by_path(item);
		if (!git_next_item(&rest, &item))
			break;
		wt_buf_add(&all, item.data, item.len);
		if (item.len && item.data[item.len - 1] != '\n')
			wt_buf_putc(&all, '\n');
	}
	text = wt_arena_strdup(a, all.data);
	wt_buf_clear(&all);
	return text;
}

static bool parse_merge(struct wt_str text, bool is_clean, struct wt_arena *a,
			struct wt_merge_result *out)
{
	struct wt_str item;
	size_t cap = 0;

	*out = (struct wt_merge_result){ .is_clean = is_clean, .is_by_path = true };
	if (!git_next_item(&text, &item) || !wt_oid_parse(item, &out->tree))
		return false;
	while (git_next_item(&text, &item) && item.len)
		if (!parse_stage(item, a, out, &cap))
			return false;
	out->paths = wt_arena_alloc(a, (out->n_paths + 1) * sizeof *out->paths);
	for (size_t i = 0; i < out->n_paths; i++)
		out->paths[i] = out->conflicts[i].path;
	out->detail = parse_messages(text, a, &out->is_by_path);
	return true;
}

static enum wt_code tool_merge_tree(void *self, const struct wt_oid *ours,
				    const struct wt_oid *theirs, struct wt_arena *a,
				    struct wt_merge_result *out, struct wt_error *err)
{
	struct wt_oid_text x = wt_oid_hex(ours), y = wt_oid_hex(theirs);
	struct git_call call = { .what = "merge" };
	struct wt_cmd_result res = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	enum wt_code rc;

	call.args = GIT_ARGS("merge-tree", "--write-tree", "-z", "--messages", x.hex, y.hex);
	rc = git_run(self, &call, &res, err);
	if (!rc && (res.signal == SIGABRT || res.signal == SIGSEGV))
		*out = (struct wt_merge_result){
			.detail = wt_arena_printf(a, "git itself broke down: %s\n", res.err.data)
		};
	else if (!rc && res.code != 0 && res.code != 1)
		rc = git_complain(&call, &res, WT_E_ENV, err);
	else if (!rc &&
		 !parse_merge((struct wt_str){ res.out.data, res.out.len }, res.code == 0, a, out))
		rc = wt_fail(err, WT_E_ENV, "cannot merge: git gave an answer without a tree");
	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	return rc;
}

/* commits and refs */

/* What makes commit-tree take the author of another commit. */
static enum wt_code author_env(struct git_self *g, const struct wt_oid *commit, struct wt_arena *a,
			       const char *set[4], struct wt_error *err)
{
	struct git_author who;
	enum wt_code rc = git_store_author(g, commit, a, &who, err);

	if (rc)
		return rc;
	set[0] = wt_arena_printf(a, "GIT_AUTHOR_NAME=%s", who.name);
	set[1] = wt_arena_printf(a, "GIT_AUTHOR_EMAIL=%s", who.email);
	set[2] = wt_arena_printf(a, "GIT_AUTHOR_DATE=%s", who.date);
	set[3] = NULL;
	return WT_OK;
}

/* Nobody is there to type a passphrase, so whatever would ask for one fails instead. */
const char *const git_never_ask[GIT_NEVER_ASK] = { "GPG_TTY=",
						   "DISPLAY=",
						   "WAYLAND_DISPLAY=",
						   "SSH_ASKPASS_REQUIRE=force",
						   "SSH_ASKPASS=/bin/false",
						   NULL };

static enum wt_code commit_tree(struct git_self *g, const struct wt_commit_spec *spec,
				struct wt_arena *a, struct wt_oid *out, struct wt_error *err)
{
	const char **args = wt_arena_alloc(a, (2 * spec->n_parents + 8) * sizeof *args);
	const char *set[3 + GIT_NEVER_ASK] = { NULL };
	struct git_call call = {
		.args = args, .set = set, .deadline_ms = SIGN_MS, .what = "make a signed commit"
	};
	struct wt_buf text = WT_BUF_INIT;
	enum wt_code rc = WT_OK;
	size_t n = 0;

	args[n++] = "commit-tree";
	args[n++] = "-S";
	for (size_t i = 0; i < spec->n_parents; i++) {
		args[n++] = "-p";
		args[n++] = wt_arena_strdup(a, wt_oid_hex(&spec->parents[i]).hex);
	}
	args[n++] = "-F";
	args[n++] = "-";
	args[n++] = wt_arena_strdup(a, wt_oid_hex(&spec->tree).hex);
	call.input = wt_str_of(spec->message);
	memcpy(set, git_never_ask, sizeof git_never_ask);
	if (spec->author_of)
		rc = author_env(g, spec->author_of, a, set + GIT_NEVER_ASK - 1, err);
	if (!rc)
		rc = git_do(g, &call, &text, err);
	if (!rc && !wt_oid_parse(wt_str_trim((struct wt_str){ text.data, text.len }), out))
		rc = wt_fail(err, WT_E_ENV, "git commit-tree did not name a commit");
	wt_buf_clear(&text);
	return rc;
}

static enum wt_code tool_commit_signed(void *self, const struct wt_commit_spec *spec,
				       struct wt_oid *out, struct wt_error *err)
{
	struct git_self *g = self;
	struct wt_buf value = WT_BUF_INIT;
	struct wt_arena a = { 0 };
	bool is_signed = false;
	enum wt_code rc = git_program_config(g, "commit.gpgSign", &value, err);

	if (!rc)
		wt_text_parse_bool((struct wt_str){ value.data, value.len }, &is_signed);
	wt_buf_clear(&value);
	if (rc && rc != WT_E_NOT_FOUND)
		return rc;
	if (!is_signed)
		return git_libgit2_store.commit_write(g, spec, out, err);
	rc = commit_tree(g, spec, &a, out, err);
	wt_arena_clear(&a);
	return rc;
}

/* A reference-transaction hook said no: its own words tell more than git's. */
static enum wt_code explain_refusal(const struct wt_cmd_result *res, const char *ref,
				    struct wt_error *err)
{
	struct wt_buf words = WT_BUF_INIT;
	enum wt_code rc;

	git_hook_words(res, "aborted by hook", &words);
	rc = wt_fail(err, WT_E_ENV, "the hook reference-transaction does not let '%s' move%s%s",
		     ref, words.len ? ": " : "", words.len ? words.data : "");
	wt_buf_clear(&words);
	return rc;
}

/* A lost race looks like many other failures, so the ref itself is asked where it is. */
static enum wt_code explain_ref(struct git_self *g, const struct git_call *call, const char *ref,
				const struct wt_oid *want[2], const struct wt_cmd_result *res,
				struct wt_error *err)
{
	struct wt_error ignored;
	struct wt_oid now = { { 0 } };
	enum wt_code rc = git_libgit2_store.ref(g, ref, &now, &ignored);

	if (rc && rc != WT_E_NOT_FOUND)
		return git_complain(call, res, WT_E_ENV, err);
	if (wt_oid_is_equal(&now, want[1]) && git_says(res, "aborted by hook"))
		return explain_refusal(res, ref, err);
	if (wt_oid_is_equal(&now, want[1]))
		return git_complain(call, res,
				    git_says(res, ".lock': File exists") ? WT_E_BUSY : WT_E_ENV,
				    err);
	/* A hook or a signal after the move: it is where it was wanted. */
	if (wt_oid_is_equal(&now, want[0]))
		return WT_OK;
	return wt_fail(err, WT_E_RACED, "'%s' moved meanwhile: it is at %.12s, not at %.12s", ref,
		       wt_oid_hex(&now).hex, wt_oid_hex(want[1]).hex);
}

static enum wt_code tool_update_ref(void *self, const char *ref, const struct wt_oid *new_oid,
				    const struct wt_oid *old_oid, const char *reason,
				    struct wt_error *err)
{
	struct wt_oid_text old_hex = wt_oid_hex(old_oid), new_hex = wt_oid_hex(new_oid);
	const char *why = reason && *reason ? reason : "wtorch";
	struct wt_cmd_result res = { .out = WT_BUF_INIT, .err = WT_BUF_INIT };
	struct wt_buf what = WT_BUF_INIT;
	struct wt_arena a = { 0 };
	const char *set[2] = { git_landing_mark(self, &a), NULL };
	struct git_call call = { .set = set };
	enum wt_code rc;

	wt_buf_printf(&what, "move '%s'", ref);
	call.what = what.data;
	/* What is done next may rely on it (files go once they are pinned), so it must be on the
	 * disk by then; git does not care by itself. */
	call.args = wt_oid_is_zero(new_oid)
			    ? GIT_ARGS("-c", "core.fsync=reference", "update-ref", "-m", why, "-d",
				       "--", ref, old_hex.hex)
			    : GIT_ARGS("-c", "core.fsync=reference", "update-ref", "-m", why, "--",
				       ref, new_hex.hex, old_hex.hex);
	rc = git_run(self, &call, &res, err);
	if (!rc && res.code)
		rc = explain_ref(self, &call, ref, (const struct wt_oid *[]){ new_oid, old_oid },
				 &res, err);
	wt_buf_clear(&what);
	wt_buf_clear(&res.out);
	wt_buf_clear(&res.err);
	wt_arena_clear(&a);
	return rc;
}

const struct wt_git_tool git_program_tool = {
	.version = tool_version,
	.settings = git_program_settings_now,
	.identity = tool_identity,
	.worktree_add = git_program_worktree_add,
	.worktrees = git_program_worktrees,
	.worktree_remove = git_program_worktree_remove,
	.worktree_unregister = git_program_worktree_unregister,
	.worktree_attach = git_program_worktree_attach,
	.snapshot = git_program_snapshot,
	.snapshot_restore = git_program_snapshot_restore,
	.own_bytes = git_program_own_bytes,
	.status = git_program_status,
	.commit_all = git_program_commit_all,
	.merge_tree = tool_merge_tree,
	.commit_signed = tool_commit_signed,
	.commit_hooks = git_program_commit_hooks,
	.worktree_scratch = git_program_worktree_scratch,
	.commit_hooked = git_program_commit_hooked,
	.update_ref = tool_update_ref,
	.checkout_lock = git_program_checkout_lock,
	.checkout_unlock = git_program_checkout_unlock,
	.checkout_advance = git_program_checkout_advance,
	.checkout_settle = git_program_checkout_settle,
	.await_left = git_program_await_left,
	.index_entry = git_program_index_entry,
	.index_set = git_program_index_set,
	.included = git_program_included,
	.diff = git_program_diff,
	.status_all = git_program_status_all,
	.count = git_program_count,
	.same_patch = git_program_same_patch,
	.cherry = git_program_cherry,
	.unreached = git_program_unreached,
	.checkout_size = git_program_checkout_size,
};
