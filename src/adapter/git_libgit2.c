/* SPDX-License-Identifier: MIT */
/* The repository's objects and refs, read and written in-process. */

#include "git_priv.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <git2.h>
#include <git2/sys/commit.h>

#include "wtorch/base/limits.h"
#include "wtorch/base/mem.h"

#define CACHE_BYTES   (4 << 20) /* of inflated objects; libgit2's default is 256 MiB */
#define WINDOW_BYTES  (1 << 20) /* of a pack, mapped at a time; 1 GiB by default */
#define WINDOWS_BYTES (8 << 20) /* of all packs together; 8 GiB by default */
#define MARK_BYTES    60
#define BINARY_BYTES  8000u /* git calls a blob binary by a NUL among its first bytes */

static const git_oid *oid_of(const struct wt_oid *oid)
{
	_Static_assert(sizeof(git_oid) == sizeof(struct wt_oid), "both are 20 bytes");
	return (const git_oid *)oid;
}

static void set_oid(struct wt_oid *out, const git_oid *oid)
{
	memcpy(out->id, oid->id, sizeof out->id);
}

/* The one place where libgit2's numbers become ours. what completes "cannot ...". */
static enum wt_code translate(int rc, struct wt_error *err, const char *what, const char *name)
{
	const git_error *last = git_error_last();
	const char *why = last && last->message ? last->message : "unknown reason";
	enum wt_code code = rc == GIT_ENOTFOUND || rc == GIT_EINVALIDSPEC || rc == GIT_EPEEL
				    ? WT_E_NOT_FOUND
				    : WT_E_ENV;

	return wt_fail(err, code, "cannot %s '%s': %s", what, name, why);
}

static enum wt_code translate_oid(int rc, struct wt_error *err, const char *what,
				  const struct wt_oid *oid)
{
	return translate(rc, err, what, wt_oid_hex(oid).hex);
}

/* names and refs */

static enum wt_code store_resolve(void *self, const char *name, struct wt_oid *commit,
				  struct wt_error *err)
{
	struct git_self *g = self;
	git_object *found = NULL, *peeled = NULL;
	int rc = git_revparse_single(&found, g->repo, name);

	if (!rc)
		rc = git_object_peel(&peeled, found, GIT_OBJECT_COMMIT);
	if (!rc)
		set_oid(commit, git_object_id(peeled));
	git_object_free(peeled);
	git_object_free(found);
	return rc ? translate(rc, err, "find the commit", name) : WT_OK;
}

static enum wt_code store_ref(void *self, const char *ref, struct wt_oid *out, struct wt_error *err)
{
	struct git_self *g = self;
	git_oid oid;
	int rc = git_reference_name_to_id(&oid, g->repo, ref);

	if (rc)
		return translate(rc, err, "read the ref", ref);
	set_oid(out, &oid);
	return WT_OK;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum wt_code store_refs(void *self, const char *prefix, struct wt_arena *a,
			       const char ***names, size_t *n, struct wt_error *err)
{
	struct git_self *g = self;
	const char *glob = wt_arena_printf(a, "%s*", prefix), *name;
	git_reference_iterator *it = NULL;
	const char **list = NULL;
	size_t len = 0, cap = 0;
	int rc = git_reference_iterator_glob_new(&it, g->repo, glob);

	while (!rc && (rc = git_reference_next_name(&name, it)) == 0)
		*WT_ARENA_PUSH(a, list, len, cap) = wt_arena_strdup(a, name);
	git_reference_iterator_free(it);
	if (rc != GIT_ITEROVER)
		return translate(rc, err, "list the refs below", prefix);
	if (len)
		qsort(list, len, sizeof *list, by_bytes);
	*names = list;
	*n = len;
	return WT_OK;
}

static int sign_now(git_signature **out, const struct git_person *p)
{
	if (p->has_time)
		return git_signature_new(out, p->name, p->email, p->time_s, p->offset_minutes);
	return git_signature_now(out, p->name, p->email);
}

static bool is_absent(struct git_self *g, const char *ref)
{
	git_reference *found = NULL;
	int rc = git_reference_lookup(&found, g->repo, ref);

	git_reference_free(found);
	return rc == GIT_ENOTFOUND;
}

/* True when nothing has the name, or one above or below it, as git wants it of a new ref. Asked
 * under the lock of the ref. */
static bool is_free(struct git_self *g, const char *ref)
{
	struct wt_arena a = { 0 };
	struct wt_error ignored;
	const char **below;
	char *name = wt_arena_strdup(&a, ref);
	size_t n = 1;
	bool ok = !store_refs(g, wt_arena_printf(&a, "%s/", ref), &a, &below, &n, &ignored) && !n;

	for (char *end = name + strlen(name); ok && end; end = strrchr(name, '/')) {
		*end = '\0';
		ok = strcmp(name, "refs") == 0 || is_absent(g, name);
	}
	wt_arena_clear(&a);
	return ok;
}

enum wt_code git_store_new_ref(struct git_self *g, const char *ref, const struct wt_oid *oid,
			       const char *reason, struct wt_error *err)
{
	const struct git_person *p;
	git_transaction *tx = NULL;
	git_signature *who = NULL;
	enum wt_code code = git_program_person(g, false, &p, err);
	int valid = 0, rc;

	if (code)
		return code;
	rc = git_reference_name_is_valid(&valid, ref);
	if (!rc && !valid)
		rc = GIT_EINVALIDSPEC;
	if (!rc)
		rc = sign_now(&who, p);
	if (!rc)
		rc = git_transaction_new(&tx, g->repo);
	if (!rc)
		rc = git_transaction_lock_ref(tx, ref);
	if (!rc && !is_free(g, ref))
		code = wt_fail(err, WT_E_EXISTS, "'%s' is already there", ref);
	if (!rc && !code)
		rc = git_transaction_set_target(tx, ref, oid_of(oid), who, reason);
	if (!rc && !code)
		rc = git_transaction_commit(tx);
	git_transaction_free(tx);
	git_signature_free(who);
	return rc ? translate(rc, err, "make the ref", ref) : code;
}

/* commits */

static enum wt_code store_commit(void *self, const struct wt_oid *oid, struct wt_arena *a,
				 struct wt_commit *out, struct wt_error *err)
{
	struct git_self *g = self;
	git_commit *c = NULL;
	int rc = git_commit_lookup(&c, g->repo, oid_of(oid));

	if (rc)
		return translate_oid(rc, err, "read the commit", oid);
	*out = (struct wt_commit){ .n_parents = git_commit_parentcount(c),
				   .message = wt_arena_strdup(a, git_commit_message_raw(c)),
				   .time_s = git_commit_time(c) };
	set_oid(&out->tree, git_commit_tree_id(c));
	for (unsigned i = 0; i < 2 && i < out->n_parents; i++)
		set_oid(&out->parents[i], git_commit_parent_id(c, i));
	git_commit_free(c);
	return WT_OK;
}

enum wt_code git_store_author(struct git_self *g, const struct wt_oid *commit, struct wt_arena *a,
			      struct git_author *out, struct wt_error *err)
{
	git_commit *c = NULL;
	int rc = git_commit_lookup(&c, g->repo, oid_of(commit));
	const git_signature *s;
	int offset;

	if (rc)
		return translate_oid(rc, err, "read the commit", commit);
	s = git_commit_author(c);
	offset = abs(s->when.offset);
	out->name = wt_arena_strdup(a, s->name);
	out->email = wt_arena_strdup(a, s->email);
	out->date = wt_arena_printf(a, "@%lld %c%02d%02d", (long long)s->when.time,
				    s->when.offset < 0 ? '-' : '+', offset / 60, offset % 60);
	git_commit_free(c);
	return WT_OK;
}

static enum wt_code author_of(struct git_self *g, const struct wt_oid *commit, git_signature **out,
			      struct wt_error *err)
{
	const struct git_person *p;
	git_commit *c = NULL;
	enum wt_code code;
	int rc;

	if (!commit) {
		code = git_program_person(g, true, &p, err);
		return code               ? code
		       : sign_now(out, p) ? translate(-1, err, "sign as", p->name)
					  : WT_OK;
	}
	rc = git_commit_lookup(&c, g->repo, oid_of(commit));
	if (!rc)
		rc = git_signature_dup(out, git_commit_author(c));
	git_commit_free(c);
	return rc ? translate_oid(rc, err, "read the author of", commit) : WT_OK;
}

static enum wt_code store_commit_write(void *self, const struct wt_commit_spec *spec,
				       struct wt_oid *out, struct wt_error *err)
{
	struct git_self *g = self;
	const struct git_person *p;
	git_signature *author = NULL, *committer = NULL;
	const git_oid **parents = NULL;
	git_tree *tree = NULL;
	git_oid oid;
	enum wt_code code = author_of(g, spec->author_of, &author, err);
	int rc;

	if (!code)
		code = git_program_person(g, false, &p, err);
	if (code)
		goto out;
	parents = wt_alloc((spec->n_parents + 1) * sizeof *parents);
	for (size_t i = 0; i < spec->n_parents; i++)
		parents[i] = oid_of(&spec->parents[i]);
	rc = sign_now(&committer, p);
	if (!rc)
		rc = git_tree_lookup(&tree, g->repo, oid_of(&spec->tree));
	if (!rc)
		rc = git_commit_create_from_ids(&oid, g->repo, NULL, author, committer, NULL,
						spec->message, git_tree_id(tree), spec->n_parents,
						parents);
	if (rc)
		code = translate_oid(rc, err, "write a commit of the tree", &spec->tree);
	else
		set_oid(out, &oid);
out:
	git_tree_free(tree);
	free(parents);
	git_signature_free(committer);
	git_signature_free(author);
	return code;
}

static enum wt_code store_merge_bases(void *self, const struct wt_oid *a, const struct wt_oid *b,
				      struct wt_oid out[2], size_t *n, struct wt_error *err)
{
	struct git_self *g = self;
	git_oidarray found = { 0 };
	int rc = git_merge_bases(&found, g->repo, oid_of(a), oid_of(b));

	if (rc && rc != GIT_ENOTFOUND)
		return translate_oid(rc, err, "find the merge base of", a);
	*n = found.count;
	for (size_t i = 0; i < 2 && i < found.count; i++)
		set_oid(&out[i], &found.ids[i]);
	git_oidarray_dispose(&found);
	return WT_OK;
}

static enum wt_code store_is_ancestor(void *self, const struct wt_oid *ancestor,
				      const struct wt_oid *of, bool *out, struct wt_error *err)
{
	struct git_self *g = self;
	int rc;

	*out = true;
	if (wt_oid_is_equal(ancestor, of))
		return WT_OK;
	rc = git_graph_descendant_of(g->repo, oid_of(of), oid_of(ancestor));
	if (rc < 0)
		return translate_oid(rc, err, "walk the history of", of);
	*out = rc == 1;
	return WT_OK;
}

/* trees and blobs */

static enum wt_code read_object(struct git_self *g, const struct wt_oid *oid, git_object_t type,
				git_odb_object **out, struct wt_error *err)
{
	git_odb *odb = NULL;
	git_object_t found = GIT_OBJECT_INVALID;
	size_t len = 0;
	int rc = git_repository_odb(&odb, g->repo);

	/* The size first: one object must not fill the memory. */
	if (!rc && type == GIT_OBJECT_BLOB)
		rc = git_odb_read_header(&len, &found, odb, oid_of(oid));
	if (!rc && len <= WT_MAX_BLOB_BYTES)
		rc = git_odb_read(out, odb, oid_of(oid));
	git_odb_free(odb);
	if (rc)
		return translate_oid(rc, err, "read the object", oid);
	if (len > WT_MAX_BLOB_BYTES)
		return wt_fail(err, WT_E_INPUT, "blob %s is larger than %u bytes",
			       wt_oid_hex(oid).hex, WT_MAX_BLOB_BYTES);
	if (git_odb_object_type(*out) == type)
		return WT_OK;
	git_odb_object_free(*out);
	*out = NULL;
	return wt_fail(err, WT_E_ENV, "object %s is not a %s", wt_oid_hex(oid).hex,
		       git_object_type2string(type));
}

static enum wt_code write_object(struct git_self *g, const void *data, size_t len,
				 git_object_t type, struct wt_oid *out, struct wt_error *err)
{
	git_odb *odb = NULL;
	git_oid oid;
	int rc = git_repository_odb(&odb, g->repo);

	if (!rc)
		rc = git_odb_write(&oid, odb, data, len, type);
	git_odb_free(odb);
	if (rc)
		return translate(rc, err, "write a", git_object_type2string(type));
	set_oid(out, &oid);
	return WT_OK;
}

enum wt_code git_store_raw_tree(struct git_self *g, const struct wt_oid *oid, struct wt_arena *a,
				struct wt_str *out, struct wt_error *err)
{
	git_odb_object *object = NULL;
	enum wt_code rc = read_object(g, oid, GIT_OBJECT_TREE, &object, err);
	char *bytes;

	if (rc)
		return rc;
	out->len = git_odb_object_size(object);
	bytes = wt_arena_alloc(a, out->len + 1);
	memcpy(bytes, git_odb_object_data(object), out->len);
	out->data = bytes;
	git_odb_object_free(object);
	return WT_OK;
}

enum wt_code git_store_write_raw_tree(struct git_self *g, struct wt_str raw, struct wt_oid *out,
				      struct wt_error *err)
{
	return write_object(g, raw.data, raw.len, GIT_OBJECT_TREE, out, err);
}

static enum wt_code store_blob(void *self, const struct wt_oid *oid, struct wt_buf *out,
			       struct wt_error *err)
{
	git_odb_object *object = NULL;
	enum wt_code rc = read_object(self, oid, GIT_OBJECT_BLOB, &object, err);

	if (rc)
		return rc;
	wt_buf_add(out, git_odb_object_data(object), git_odb_object_size(object));
	git_odb_object_free(object);
	return WT_OK;
}

enum wt_code git_store_blob_size(void *self, const struct wt_oid *oid, size_t *out,
				 struct wt_error *err)
{
	struct git_self *g = self;
	git_object_t type = GIT_OBJECT_INVALID;
	git_odb *odb = NULL;
	int rc = git_repository_odb(&odb, g->repo);

	if (!rc)
		rc = git_odb_read_header(out, &type, odb, oid_of(oid));
	git_odb_free(odb);
	if (rc)
		return translate_oid(rc, err, "read the object", oid);
	return type == GIT_OBJECT_BLOB
		       ? WT_OK
		       : wt_fail(err, WT_E_ENV, "object %s is not a blob", wt_oid_hex(oid).hex);
}

static enum wt_code store_blob_write(void *self, struct wt_str data, struct wt_oid *out,
				     struct wt_error *err)
{
	return write_object(self, data.data ? data.data : "", data.len, GIT_OBJECT_BLOB, out, err);
}

/* False when one of them is binary. A missing base is an empty file. */
static bool merge_inputs(git_odb_object *const blobs[3], git_merge_file_input in[3])
{
	for (size_t i = 0; i < 3; i++) {
		git_merge_file_input_init(&in[i], GIT_MERGE_FILE_INPUT_VERSION);
		in[i].ptr = blobs[i] ? git_odb_object_data(blobs[i]) : "";
		in[i].size = blobs[i] ? git_odb_object_size(blobs[i]) : 0;
		in[i].path = "file";
		in[i].mode = 0100644;
		if (memchr(in[i].ptr, 0, in[i].size < BINARY_BYTES ? in[i].size : BINARY_BYTES))
			return false;
	}
	return true;
}

/* With marks that no file holds by chance, so that they can be counted. */
static size_t count_marks(const git_merge_file_result *merged)
{
	struct wt_str rest = { merged->ptr, merged->ptr ? merged->len : 0 }, line;
	char mark[MARK_BYTES + 1] = "";
	size_t n = 0;

	memset(mark, '<', MARK_BYTES);
	while (wt_str_next(&rest, "\n", &line))
		n += wt_str_starts(line, mark);
	return n;
}

/* Three blobs in, one file out; without favor out is empty when they conflict. */
static enum wt_code merge_bytes(const git_merge_file_input in[3], git_merge_file_favor_t favor,
				size_t *hunks, git_merge_file_result *out, struct wt_error *err)
{
	git_merge_file_options o;
	int rc = git_merge_file_options_init(&o, GIT_MERGE_FILE_OPTIONS_VERSION);

	o.marker_size = MARK_BYTES;
	if (!rc)
		rc = git_merge_file(out, &in[0], &in[1], &in[2], &o);
	*hunks = rc || out->automergeable ? 0 : count_marks(out);
	if (!rc && !out->automergeable) {
		git_merge_file_result_free(out);
		*out = (git_merge_file_result){ 0 };
		o.favor = favor;
		if (favor != GIT_MERGE_FILE_FAVOR_NORMAL)
			rc = git_merge_file(out, &in[0], &in[1], &in[2], &o);
	}
	return rc ? translate(rc, err, "merge the lines of", "file") : WT_OK;
}

struct merged {
	bool is_clean; /* then oid is written */
	size_t hunks;
	struct wt_oid oid;
};

static enum wt_code merge_blobs(struct git_self *g, const struct wt_line_merge *spec,
				git_merge_file_favor_t favor, struct merged *out,
				struct wt_error *err)
{
	const struct wt_oid *oids[3] = { spec->base, spec->ours, spec->theirs };
	git_odb_object *blobs[3] = { NULL, NULL, NULL };
	git_merge_file_result file = { 0 };
	git_merge_file_input in[3];
	enum wt_code rc = WT_OK;

	*out = (struct merged){ 0 };
	for (size_t i = 0; i < 3 && !rc; i++)
		if (oids[i])
			rc = read_object(g, oids[i], GIT_OBJECT_BLOB, &blobs[i], err);
	if (!rc && merge_inputs(blobs, in)) {
		rc = merge_bytes(in, favor, &out->hunks, &file, err);
		out->is_clean = !rc && file.automergeable;
	}
	if (out->is_clean)
		rc = write_object(g, file.ptr ? file.ptr : "", file.len, GIT_OBJECT_BLOB,
				  &out->oid, err);
	git_merge_file_result_free(&file);
	for (size_t i = 0; i < 3; i++)
		git_odb_object_free(blobs[i]);
	return rc;
}

static enum wt_code store_merge_lines(void *self, const struct wt_oid *base,
				      const struct wt_oid *ours, const struct wt_oid *theirs,
				      bool *is_clean, struct wt_oid *out, struct wt_error *err)
{
	const struct wt_line_merge spec = { .base = base, .ours = ours, .theirs = theirs };
	struct merged m;
	enum wt_code rc = merge_blobs(self, &spec, GIT_MERGE_FILE_FAVOR_NORMAL, &m, err);

	*is_clean = m.is_clean;
	if (m.is_clean)
		*out = m.oid;
	return rc;
}

static enum wt_code store_merge_lines_by(void *self, const struct wt_line_merge *spec,
					 bool *is_text, size_t *hunks, struct wt_oid *out,
					 struct wt_error *err)
{
	struct merged m;
	enum wt_code rc = merge_blobs(self, spec,
				      spec->takes_theirs ? GIT_MERGE_FILE_FAVOR_THEIRS
							 : GIT_MERGE_FILE_FAVOR_OURS,
				      &m, err);

	*is_text = m.is_clean;
	*hunks = m.hunks;
	if (m.is_clean)
		*out = m.oid;
	return rc;
}

const struct wt_git_store git_libgit2_store = {
	.resolve = store_resolve,
	.ref = store_ref,
	.refs = store_refs,
	.commit = store_commit,
	.tree = git_store_tree,
	.tree_write = git_store_tree_write,
	.blob = store_blob,
	.blob_size = git_store_blob_size,
	.blob_write = store_blob_write,
	.merge_lines = store_merge_lines,
	.merge_lines_by = store_merge_lines_by,
	.merges_plainly = git_program_merges_plainly,
	.merge_bases = store_merge_bases,
	.is_ancestor = store_is_ancestor,
	.commit_write = store_commit_write,
	.config = git_program_config,
};

/* opening */

static void init_library(void)
{
	/* git writes config extensions in mixed case, libgit2 compares lower case. */
	const char *extensions[] = { "worktreeconfig" };

	git_libgit2_init();
	git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, (size_t)1);
	/* git does not look whether every blob of a tree is present, and neither can we: in a
	 * partial clone some are not (perf-baseline C: 1,081 merges failed). */
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 0);
	/* An orchestrator lives long and reads little at a time. */
	git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)CACHE_BYTES);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)WINDOW_BYTES);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)WINDOWS_BYTES);
}

static enum wt_code explain_open(int rc, const char *dir, struct wt_error *err)
{
	const git_error *last = git_error_last();
	const char *why = last && last->message ? last->message : "unknown reason";

	if (rc == GIT_EOWNER || strstr(why, "safe.directory")) {
		char *full = realpath(dir, NULL);

		wt_fail(err, WT_E_ENV, "the repository at '%s' belongs to another user", dir);
		wt_hint(err, "git config --global --add safe.directory '%s'", full ? full : dir);
		free(full);
		return err->code;
	}
	if (rc == GIT_ENOTFOUND) {
		wt_fail(err, WT_E_ENV, "'%s' is not in a git repository", dir);
		return wt_hint(err, "git init, or use -C with the folder of a repository");
	}
	if (strstr(why, "objectformat"))
		return wt_fail(err, WT_E_ENV,
			       "the repository at '%s' uses sha256 object names, which wtorch "
			       "cannot read yet",
			       dir);
	return wt_fail(err, WT_E_ENV, "cannot open the repository at '%s': %s", dir, why);
}

static char *dup_folder(const char *path)
{
	size_t len = path ? strlen(path) : 0;
	char *copy = wt_strdup(path);

	while (len > 1 && copy[len - 1] == '/')
		copy[--len] = '\0';
	return copy;
}

static enum wt_code find_main(struct wt_repo *repo, git_repository *handle, struct wt_error *err)
{
	git_repository *main_repo = NULL;
	int rc;

	if (!git_repository_is_worktree(handle)) {
		repo->main_top = wt_strdup(repo->top);
		return WT_OK;
	}
	rc = git_repository_open(&main_repo, repo->common_dir);
	if (rc)
		return explain_open(rc, repo->common_dir, err);
	repo->main_top = dup_folder(git_repository_workdir(main_repo));
	git_repository_free(main_repo);
	return WT_OK;
}

static enum wt_code describe(struct wt_repo *repo, git_repository *handle, struct wt_error *err)
{
	static const char heads[] = "refs/heads/";
	git_reference *head = NULL;
	const char *target;
	git_oid oid;

	repo->top = dup_folder(git_repository_workdir(handle));
	repo->git_dir = dup_folder(git_repository_path(handle));
	repo->common_dir = dup_folder(git_repository_commondir(handle));
	repo->is_bare = git_repository_is_bare(handle) == 1;
	repo->is_shallow = git_repository_is_shallow(handle) == 1;
	repo->is_detached = git_repository_head_detached(handle) == 1;
	repo->is_unborn = git_repository_head_unborn(handle) == 1;
	if (git_reference_name_to_id(&oid, handle, "HEAD") == 0)
		set_oid(&repo->head, &oid);
	if (git_reference_lookup(&head, handle, "HEAD") == 0) {
		target = git_reference_symbolic_target(head);
		if (target && strncmp(target, heads, sizeof heads - 1) == 0)
			repo->head_branch = wt_strdup(target + sizeof heads - 1);
	}
	git_reference_free(head);
	return find_main(repo, handle, err);
}

enum wt_code wt_git_open(const char *dir, const struct wt_proc *proc, struct wt_git *out,
			 struct wt_error *err)
{
	struct git_self *g;
	git_repository *handle = NULL;
	enum wt_code code;
	int rc;

	*out = (struct wt_git){ .store = &git_libgit2_store, .tool = &git_program_tool };
	init_library();
	rc = git_repository_open_ext(&handle, dir, 0, NULL);
	if (rc) {
		code = explain_open(rc, dir, err);
		git_libgit2_shutdown();
		return code;
	}
	g = wt_alloc(sizeof *g);
	g->repo = handle;
	g->proc = proc;
	out->self = g;
	code = describe(&out->repo, handle, err);
	if (code) {
		wt_git_close(out);
		return code;
	}
	g->dir = out->repo.top ? out->repo.top : out->repo.git_dir;
	g->common_dir = out->repo.common_dir;
	g->git_dir = out->repo.git_dir;
	g->top = out->repo.top;
	return WT_OK;
}

void wt_git_close(struct wt_git *git)
{
	struct git_self *g = git->self;

	if (!g)
		return;
	git_program_checkout_unlock(g);
	git_repository_free(g->repo);
	git_libgit2_shutdown();
	wt_arena_clear(&g->arena);
	free(g);
	free(git->repo.top);
	free(git->repo.git_dir);
	free(git->repo.common_dir);
	free(git->repo.main_top);
	free(git->repo.head_branch);
	*git = (struct wt_git){ 0 };
}
