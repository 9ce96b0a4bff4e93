/* SPDX-License-Identifier: MIT */
/* The files that a task's agent is given to read. */

#include "knowledge.h"

#include <inttypes.h>
#include <string.h>

#include "wtorch/base/path.h"
#include "wtorch/engine/tree.h"

#define MAX_FILE  ((size_t)16 << 20) /* a larger one is only named */
#define MAX_FILES 200u

struct reading {
	struct wt_run *run;
	const char *type;
	struct wt_arena scratch;
	struct wt_oid tree;
	struct wt_tree_list list;
	struct wt_map seen;
	struct wt_buf text, more; /* more: names of what did not fit */
	size_t left;              /* bytes */
	bool is_check;            /* nothing is read */
	const char **paths;
	size_t n_paths, cap_paths;
};

static bool is_link(const struct reading *r, const char *path)
{
	for (size_t i = 0; i < r->list.n_links; i++)
		if (strcmp(r->list.links[i], path) == 0)
			return true;
	return false;
}

/* A fence is longer than any run of backticks in what it holds. */
static size_t fence_of(struct wt_str text)
{
	size_t longest = 2, now = 0;

	for (size_t i = 0; i < text.len; i++) {
		now = text.data[i] == '`' ? now + 1 : 0;
		if (now > longest)
			longest = now;
	}
	return longest + 1;
}

static void put_fence(struct wt_buf *out, size_t n)
{
	while (n--)
		wt_buf_putc(out, '`');
	wt_buf_putc(out, '\n');
}

/* As much as there is room for, cut between two characters. */
static void put_file(struct reading *r, const char *path, struct wt_str text)
{
	size_t all = text.len, fence;

	if (text.len > r->left) {
		text.len = r->left;
		while (text.len && ((unsigned char)text.data[text.len] & 0xC0u) == 0x80u)
			text.len--;
	}
	fence = fence_of(text);
	wt_buf_printf(&r->text, "### %s\n\n", path);
	put_fence(&r->text, fence);
	wt_buf_add(&r->text, text.data, text.len);
	if (text.len && text.data[text.len - 1] != '\n')
		wt_buf_putc(&r->text, '\n');
	put_fence(&r->text, fence);
	if (text.len < all)
		wt_buf_printf(&r->text, "\n(the first %zu of %zu bytes; read the rest there)\n",
			      text.len, all);
	wt_buf_putc(&r->text, '\n');
	r->left -= text.len;
	*WT_ARENA_PUSH(&r->run->arena, r->paths, r->n_paths, r->cap_paths) =
		wt_arena_strdup(&r->run->arena, path);
}

static enum wt_code add_file(struct reading *r, const char *path, bool is_required,
			     struct wt_error *err)
{
	const struct wt_git *git = r->run->ports->git;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_side side;
	size_t size = 0;
	enum wt_code rc = wt_tree_find(git, &r->tree, path, &r->scratch, &side, err);
	bool found;

	wt_map_put(&r->seen, wt_arena_strdup(&r->scratch, path), 0, &found);
	if (rc || found || wt_oid_is_zero(&side.oid))
		return rc;
	rc = git->store->blob_size(git->self, &side.oid, &size, err);
	if (!rc && size <= MAX_FILE && r->n_paths < MAX_FILES &&
	    (size <= r->left || (is_required && r->left)))
		rc = git->store->blob(git->self, &side.oid, &text, err);
	if (!rc && text.len && !memchr(text.data, '\0', text.len))
		put_file(r, path, (struct wt_str){ text.data, text.len });
	else if (!rc && size)
		wt_buf_printf(&r->more, "- %s\n", path);
	wt_buf_clear(&text);
	return rc;
}

/* Those that the name, or the glob, means. */
static enum wt_code add_named(struct reading *r, const char *name, bool is_required,
			      struct wt_error *err)
{
	size_t n = 0;
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < r->list.n_paths; i++) {
		const char *path = r->list.paths[i];

		if ((strcmp(path, name) != 0 && !wt_glob_matches(name, path)) || is_link(r, path))
			continue;
		n++;
		if (r->is_check)
			break;
		rc = add_file(r, path, is_required, err);
	}
	if (rc || n || !is_required)
		return rc;
	wt_fail(err, WT_E_INPUT, "what it has to know is missing: '%s' (knowledge.%s.required)",
		name, r->type);
	return wt_hint(err, "commit it on the base, or mend [knowledge %s]", r->type);
}

static enum wt_code add_list(struct reading *r, const char *key, bool is_required,
			     struct wt_error *err)
{
	size_t n = 0;
	const char *const *names =
		wt_config_named_list(r->run->config, "knowledge", r->type, key, &n);
	enum wt_code rc = WT_OK;

	for (size_t i = 0; !rc && i < n; i++)
		rc = add_named(r, names[i], is_required, err);
	return rc;
}

static enum wt_code read_all(struct reading *r, const struct wt_oid *base, struct wt_error *err)
{
	const struct wt_git *git = r->run->ports->git;
	struct wt_commit commit;
	enum wt_code rc = git->store->commit(git->self, base, &r->scratch, &commit, err);

	if (!rc) {
		r->tree = commit.tree;
		rc = wt_tree_list(git, &r->tree, &r->scratch, &r->list, err);
	}
	if (!rc)
		rc = add_list(r, "required", true, err);
	return rc || r->is_check ? rc : add_list(r, "recommended", false, err);
}

/* Its task's type has something to be known. */
static bool begin(struct reading *r, struct wt_run *run, size_t task)
{
	*r = (struct reading){ .run = run,
			       .type = wt_task_type_name(run->plan.tasks[task].task.type),
			       .text = WT_BUF_INIT,
			       .more = WT_BUF_INIT };
	return r->type && wt_config_has_name(run->config, "knowledge", r->type);
}

static void end(struct reading *r)
{
	wt_buf_clear(&r->text);
	wt_buf_clear(&r->more);
	wt_map_clear(&r->seen);
	wt_arena_clear(&r->scratch);
}

enum wt_code wt_knowledge_check(struct wt_run *run, size_t task, const struct wt_oid *base,
				struct wt_error *err)
{
	struct reading r;
	enum wt_code rc;

	if (!begin(&r, run, task))
		return WT_OK;
	r.is_check = true;
	rc = read_all(&r, base, err);
	end(&r);
	return rc;
}

enum wt_code wt_knowledge_read(struct wt_run *run, size_t task, const struct wt_oid *base,
			       struct wt_knowledge *out, struct wt_error *err)
{
	struct reading r;
	enum wt_code rc;

	*out = (struct wt_knowledge){ .text = "" };
	if (!begin(&r, run, task))
		return WT_OK;
	r.left = (size_t)wt_config_named_int(run->config, "knowledge", r.type, "max_bytes");
	rc = read_all(&r, base, err);
	if (!rc && r.more.len)
		wt_buf_printf(&r.text, "Read as well, in your worktree:\n\n%s", r.more.data);
	if (!rc)
		*out = (struct wt_knowledge){ wt_arena_strdup(&run->arena,
							      r.text.len ? r.text.data : ""),
					      r.paths, r.n_paths };
	end(&r);
	return rc;
}
