/* SPDX-License-Identifier: MIT */
/* Ports that fail when told to: the wrapper of git. */

#include "tests/support/faulty_impl.h"

#define STORE(name) ((struct faulty *)self)->real.git->store->name
#define TOOL(name)  ((struct faulty *)self)->real.git->tool->name
#define GIT_SELF    ((struct faulty *)self)->real.git->self

static enum wt_code store_resolve(void *self, const char *name, struct wt_oid *commit,
				  struct wt_error *err)
{
	FAULTY_QUERY("git.resolve", name, STORE(resolve)(GIT_SELF, name, commit, err));
}

static enum wt_code store_ref(void *self, const char *ref, struct wt_oid *out, struct wt_error *err)
{
	FAULTY_QUERY("git.ref", ref, STORE(ref)(GIT_SELF, ref, out, err));
}

static enum wt_code store_refs(void *self, const char *prefix, struct wt_arena *a,
			       const char ***names, size_t *n, struct wt_error *err)
{
	FAULTY_QUERY("git.refs", prefix, STORE(refs)(GIT_SELF, prefix, a, names, n, err));
}

static enum wt_code store_commit(void *self, const struct wt_oid *oid, struct wt_arena *a,
				 struct wt_commit *out, struct wt_error *err)
{
	FAULTY_QUERY("git.commit", NULL, STORE(commit)(GIT_SELF, oid, a, out, err));
}

static enum wt_code store_tree(void *self, const struct wt_oid *oid, struct wt_arena *a,
			       struct wt_tree *out, struct wt_error *err)
{
	FAULTY_QUERY("git.tree", NULL, STORE(tree)(GIT_SELF, oid, a, out, err));
}

static enum wt_code store_tree_write(void *self, const struct wt_tree *tree, struct wt_oid *out,
				     struct wt_error *err)
{
	FAULTY_EFFECT("git.tree_write", NULL, STORE(tree_write)(GIT_SELF, tree, out, err));
}

static enum wt_code store_blob(void *self, const struct wt_oid *oid, struct wt_buf *out,
			       struct wt_error *err)
{
	FAULTY_QUERY("git.blob", NULL, STORE(blob)(GIT_SELF, oid, out, err));
}

static enum wt_code store_blob_size(void *self, const struct wt_oid *oid, size_t *out,
				    struct wt_error *err)
{
	FAULTY_QUERY("git.blob_size", NULL, STORE(blob_size)(GIT_SELF, oid, out, err));
}

static enum wt_code store_blob_write(void *self, struct wt_str data, struct wt_oid *out,
				     struct wt_error *err)
{
	FAULTY_EFFECT("git.blob_write", NULL, STORE(blob_write)(GIT_SELF, data, out, err));
}

static enum wt_code store_merge_lines(void *self, const struct wt_oid *base,
				      const struct wt_oid *ours, const struct wt_oid *theirs,
				      bool *is_clean, struct wt_oid *out, struct wt_error *err)
{
	FAULTY_QUERY("git.merge_lines", NULL,
		     STORE(merge_lines)(GIT_SELF, base, ours, theirs, is_clean, out, err));
}

static enum wt_code store_merge_lines_by(void *self, const struct wt_line_merge *spec,
					 bool *is_text, size_t *hunks, struct wt_oid *out,
					 struct wt_error *err)
{
	FAULTY_EFFECT("git.merge_lines_by", NULL,
		      STORE(merge_lines_by)(GIT_SELF, spec, is_text, hunks, out, err));
}

static enum wt_code store_merges_plainly(void *self, struct wt_buf *attributes, bool *out,
					 struct wt_error *err)
{
	FAULTY_QUERY("git.merges_plainly", NULL,
		     STORE(merges_plainly)(GIT_SELF, attributes, out, err));
}

static enum wt_code store_merge_bases(void *self, const struct wt_oid *a, const struct wt_oid *b,
				      struct wt_oid out[2], size_t *n, struct wt_error *err)
{
	FAULTY_QUERY("git.merge_bases", NULL, STORE(merge_bases)(GIT_SELF, a, b, out, n, err));
}

static enum wt_code store_is_ancestor(void *self, const struct wt_oid *ancestor,
				      const struct wt_oid *of, bool *out, struct wt_error *err)
{
	FAULTY_QUERY("git.is_ancestor", NULL, STORE(is_ancestor)(GIT_SELF, ancestor, of, out, err));
}

static enum wt_code store_commit_write(void *self, const struct wt_commit_spec *spec,
				       struct wt_oid *out, struct wt_error *err)
{
	FAULTY_EFFECT("git.commit_write", NULL, STORE(commit_write)(GIT_SELF, spec, out, err));
}

static enum wt_code store_config(void *self, const char *name, struct wt_buf *out,
				 struct wt_error *err)
{
	FAULTY_QUERY("git.config", name, STORE(config)(GIT_SELF, name, out, err));
}

static enum wt_code tool_version(void *self, struct wt_buf *out, struct wt_error *err)
{
	FAULTY_QUERY("git.version", NULL, TOOL(version)(GIT_SELF, out, err));
}

static enum wt_code tool_identity(void *self, struct wt_error *err)
{
	FAULTY_QUERY("git.identity", NULL, TOOL(identity)(GIT_SELF, err));
}

static enum wt_code tool_worktree_add(void *self, const struct wt_new_worktree *spec,
				      struct wt_error *err)
{
	FAULTY_EFFECT("git.worktree_add", spec->path, TOOL(worktree_add)(GIT_SELF, spec, err));
}

static enum wt_code tool_worktrees(void *self, struct wt_arena *a, struct wt_worktree_entry **out,
				   size_t *n, struct wt_error *err)
{
	FAULTY_QUERY("git.worktrees", NULL, TOOL(worktrees)(GIT_SELF, a, out, n, err));
}

static enum wt_code tool_worktree_remove(void *self, const char *path, bool force,
					 struct wt_error *err)
{
	FAULTY_EFFECT("git.worktree_remove", path,
		      TOOL(worktree_remove)(GIT_SELF, path, force, err));
}

static enum wt_code tool_worktree_unregister(void *self, const char *admin, struct wt_error *err)
{
	FAULTY_EFFECT("git.worktree_unregister", admin,
		      TOOL(worktree_unregister)(GIT_SELF, admin, err));
}

static enum wt_code tool_worktree_attach(void *self, const char *path, const char *branch,
					 struct wt_error *err)
{
	FAULTY_EFFECT("git.worktree_attach", path,
		      TOOL(worktree_attach)(GIT_SELF, path, branch, err));
}

static enum wt_code tool_snapshot(void *self, const struct wt_snapshot *spec, struct wt_oid *out,
				  struct wt_error *err)
{
	FAULTY_EFFECT("git.snapshot", spec->checkout, TOOL(snapshot)(GIT_SELF, spec, out, err));
}

static enum wt_code tool_snapshot_restore(void *self, const char *checkout,
					  const struct wt_oid *snapshot, struct wt_error *err)
{
	FAULTY_EFFECT("git.snapshot_restore", checkout,
		      TOOL(snapshot_restore)(GIT_SELF, checkout, snapshot, err));
}

static enum wt_code tool_own_bytes(void *self, const char *const *refs, size_t n, int64_t *out,
				   struct wt_error *err)
{
	FAULTY_QUERY("git.own_bytes", NULL, TOOL(own_bytes)(GIT_SELF, refs, n, out, err));
}

static enum wt_code tool_status(void *self, const char *checkout, struct wt_arena *a,
				struct wt_status_entry **out, size_t *n, struct wt_error *err)
{
	FAULTY_QUERY("git.status", checkout, TOOL(status)(GIT_SELF, checkout, a, out, n, err));
}

static enum wt_code tool_commit_all(void *self, const char *checkout, const char *message,
				    struct wt_error *err)
{
	FAULTY_EFFECT("git.commit_all", checkout,
		      TOOL(commit_all)(GIT_SELF, checkout, message, err));
}

static enum wt_code tool_merge_tree(void *self, const struct wt_oid *ours,
				    const struct wt_oid *theirs, struct wt_arena *a,
				    struct wt_merge_result *out, struct wt_error *err)
{
	FAULTY_EFFECT("git.merge_tree", NULL,
		      TOOL(merge_tree)(GIT_SELF, ours, theirs, a, out, err));
}

static enum wt_code tool_commit_signed(void *self, const struct wt_commit_spec *spec,
				       struct wt_oid *out, struct wt_error *err)
{
	FAULTY_EFFECT("git.commit_signed", NULL, TOOL(commit_signed)(GIT_SELF, spec, out, err));
}

static enum wt_code tool_commit_hooks(void *self, bool is_merge, bool *any, struct wt_error *err)
{
	FAULTY_QUERY("git.commit_hooks", NULL, TOOL(commit_hooks)(GIT_SELF, is_merge, any, err));
}

static enum wt_code tool_worktree_scratch(void *self, const char *path, const struct wt_oid *commit,
					  struct wt_error *err)
{
	FAULTY_EFFECT("git.worktree_scratch", path,
		      TOOL(worktree_scratch)(GIT_SELF, path, commit, err));
}

static enum wt_code tool_commit_hooked(void *self, const struct wt_hooked_commit *spec,
				       struct wt_oid *out, struct wt_error *err)
{
	FAULTY_EFFECT("git.commit_hooked", spec->scratch,
		      TOOL(commit_hooked)(GIT_SELF, spec, out, err));
}

static enum wt_code tool_update_ref(void *self, const char *ref, const struct wt_oid *new_oid,
				    const struct wt_oid *old_oid, const char *reason,
				    struct wt_error *err)
{
	FAULTY_EFFECT("git.update_ref", ref,
		      TOOL(update_ref)(GIT_SELF, ref, new_oid, old_oid, reason, err));
}

static enum wt_code tool_settings(void *self, struct wt_arena *a, struct wt_git_setting **out,
				  size_t *n, struct wt_error *err)
{
	FAULTY_QUERY("git.settings", NULL, TOOL(settings)(GIT_SELF, a, out, n, err));
}

static enum wt_code tool_checkout_lock(void *self, const char *checkout, struct wt_error *err)
{
	FAULTY_EFFECT("git.checkout_lock", checkout, TOOL(checkout_lock)(GIT_SELF, checkout, err));
}

static void tool_checkout_unlock(void *self)
{
	TOOL(checkout_unlock)(GIT_SELF);
}

static enum wt_code tool_checkout_advance(void *self, const char *checkout,
					  const struct wt_oid *old_tree,
					  const struct wt_oid *new_tree, bool dry_run,
					  struct wt_error *err)
{
	FAULTY_EFFECT("git.checkout_advance", checkout,
		      TOOL(checkout_advance)(GIT_SELF, checkout, old_tree, new_tree, dry_run, err));
}

static enum wt_code tool_checkout_settle(void *self, const struct wt_settle *spec,
					 struct wt_arena *a, const char ***theirs, size_t *n,
					 struct wt_error *err)
{
	FAULTY_EFFECT("git.checkout_settle", spec->checkout,
		      TOOL(checkout_settle)(GIT_SELF, spec, a, theirs, n, err));
}

static enum wt_code tool_await_left(void *self, int64_t timeout_ms, struct wt_error *err)
{
	FAULTY_QUERY("git.await_left", NULL, TOOL(await_left)(GIT_SELF, timeout_ms, err));
}

static enum wt_code tool_index_entry(void *self, const char *checkout, const char *path,
				     struct wt_oid *blob, unsigned *mode, struct wt_error *err)
{
	FAULTY_QUERY("git.index_entry", path,
		     TOOL(index_entry)(GIT_SELF, checkout, path, blob, mode, err));
}

static enum wt_code tool_index_set(void *self, const char *checkout, const char *path,
				   const struct wt_oid *blob, unsigned mode, struct wt_error *err)
{
	FAULTY_EFFECT("git.index_set", path,
		      TOOL(index_set)(GIT_SELF, checkout, path, blob, mode, err));
}

static enum wt_code tool_included(void *self, const char *checkout, const char *list,
				  struct wt_arena *a, const char ***paths, size_t *n,
				  struct wt_error *err)
{
	FAULTY_QUERY("git.included", checkout,
		     TOOL(included)(GIT_SELF, checkout, list, a, paths, n, err));
}

static enum wt_code tool_diff(void *self, const char *checkout, const struct wt_oid *base,
			      struct wt_buf *out, struct wt_error *err)
{
	FAULTY_QUERY("git.diff", checkout, TOOL(diff)(GIT_SELF, checkout, base, out, err));
}

static enum wt_code tool_status_all(void *self, const char *checkout, struct wt_arena *a,
				    struct wt_status_entry **out, size_t *n, struct wt_error *err)
{
	FAULTY_QUERY("git.status_all", checkout,
		     TOOL(status_all)(GIT_SELF, checkout, a, out, n, err));
}

static enum wt_code tool_count(void *self, const struct wt_oid *of, const struct wt_oid *without,
			       size_t max, size_t *n, struct wt_error *err)
{
	FAULTY_QUERY("git.count", NULL, TOOL(count)(GIT_SELF, of, without, max, n, err));
}

static enum wt_code tool_same_patch(void *self, const struct wt_oid *base, const struct wt_oid *tip,
				    const struct wt_oid *target, struct wt_oid *out,
				    struct wt_error *err)
{
	FAULTY_QUERY("git.same_patch", NULL,
		     TOOL(same_patch)(GIT_SELF, base, tip, target, out, err));
}

static enum wt_code tool_cherry(void *self, const struct wt_oid *target, const struct wt_oid *tip,
				size_t *landed, size_t *total, struct wt_error *err)
{
	FAULTY_QUERY("git.cherry", NULL, TOOL(cherry)(GIT_SELF, target, tip, landed, total, err));
}

static enum wt_code tool_unreached(void *self, const struct wt_oid *tips, size_t n_tips,
				   struct wt_arena *a, struct wt_oid **out, size_t *n,
				   struct wt_error *err)
{
	FAULTY_QUERY("git.unreached", NULL,
		     TOOL(unreached)(GIT_SELF, tips, n_tips, a, out, n, err));
}

static enum wt_code tool_checkout_size(void *self, const struct wt_oid *commit, int64_t *bytes,
				       struct wt_error *err)
{
	FAULTY_QUERY("git.checkout_size", NULL, TOOL(checkout_size)(GIT_SELF, commit, bytes, err));
}

void faulty_wrap_git(struct faulty *f)
{
	const struct wt_git *real = f->real.git;

	if (!real->self)
		return;
	f->store = (struct wt_git_store){
		.resolve = store_resolve,
		.ref = store_ref,
		.refs = store_refs,
		.commit = store_commit,
		.tree = store_tree,
		.tree_write = store_tree_write,
		.blob = store_blob,
		.blob_size = store_blob_size,
		.blob_write = store_blob_write,
		.merge_lines = store_merge_lines,
		.merge_lines_by = store_merge_lines_by,
		.merges_plainly = store_merges_plainly,
		.merge_bases = store_merge_bases,
		.is_ancestor = store_is_ancestor,
		.commit_write = store_commit_write,
		.config = store_config,
	};
	faulty_check_table("wt_git_store", real->store, &f->store, sizeof f->store);
	f->tool = (struct wt_git_tool){
		.version = tool_version,
		.identity = tool_identity,
		.worktree_add = tool_worktree_add,
		.worktrees = tool_worktrees,
		.worktree_remove = tool_worktree_remove,
		.worktree_unregister = tool_worktree_unregister,
		.worktree_attach = tool_worktree_attach,
		.snapshot = tool_snapshot,
		.snapshot_restore = tool_snapshot_restore,
		.own_bytes = tool_own_bytes,
		.status = tool_status,
		.commit_all = tool_commit_all,
		.merge_tree = tool_merge_tree,
		.commit_signed = tool_commit_signed,
		.commit_hooks = tool_commit_hooks,
		.worktree_scratch = tool_worktree_scratch,
		.commit_hooked = tool_commit_hooked,
		.update_ref = tool_update_ref,
		.settings = tool_settings,
		.checkout_lock = tool_checkout_lock,
		.checkout_unlock = tool_checkout_unlock,
		.checkout_advance = tool_checkout_advance,
		.checkout_settle = tool_checkout_settle,
		.await_left = tool_await_left,
		.index_entry = tool_index_entry,
		.index_set = tool_index_set,
		.included = tool_included,
		.diff = tool_diff,
		.status_all = tool_status_all,
		.count = tool_count,
		.same_patch = tool_same_patch,
		.cherry = tool_cherry,
		.unreached = tool_unreached,
		.checkout_size = tool_checkout_size,
	};
	faulty_check_table("wt_git_tool", real->tool, &f->tool, sizeof f->tool);
	f->git = (struct wt_git){
		.self = f, .repo = real->repo, .store = &f->store, .tool = &f->tool
	};
	f->ports.git = &f->git;
}
