/* SPDX-License-Identifier: MIT */
/* What a repository looks like outside of the worktrees of a run. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "escape_priv.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/path.h"
#include "wtorch/engine/keep.h"

struct look {
	struct wt_run *run;
	struct wt_arena *arena;
	struct wt_sight *out;
	const char *dir; /* that is being listed, below the common folder */
};

static void add(struct look *l, const char *kind, const char *name, const char *value)
{
	*WT_ARENA_PUSH(l->arena, l->out->items, l->out->len, l->out->cap) = (struct wt_seen){
		wt_arena_printf(l->arena, "%s %s", kind, name),
		value,
	};
}

/* Tells one content from another, not more: whoever may write here may write our own file. */
const char *wt_escape_sum(struct wt_arena *a, struct wt_str s)
{
	uint64_t sum = 14695981039346656037u;

	for (size_t i = 0; i < s.len; i++)
		sum = (sum ^ (unsigned char)s.data[i]) * 1099511628211u;
	return wt_arena_printf(a, "%016" PRIx64, sum);
}

static const char *path_of(struct look *l, const char *name)
{
	return wt_path_join(l->arena, l->run->ports->git->repo.common_dir, name);
}

static void add_file(struct look *l, const char *name)
{
	const struct wt_fs *fs = l->run->ports->fs;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_file_info info = { .kind = WT_FILE_NONE };
	struct wt_error ignored;

	if (fs->stat(fs->self, path_of(l, name), &info, &ignored) || info.kind == WT_FILE_NONE)
		return;
	/* What cannot be read is told apart by size and mode alone. */
	if (info.kind == WT_FILE_REGULAR)
		(void)!fs->read(fs->self, path_of(l, name), WT_MAX_CONFIG_BYTES, &text, &ignored);
	add(l, "file", name,
	    wt_arena_printf(l->arena, "%d %o %" PRId64 " %s", (int)info.kind, info.mode & 0111u,
			    info.size_bytes,
			    wt_escape_sum(l->arena, (struct wt_str){ text.data, text.len })));
	wt_buf_clear(&text);
}

void wt_escape_add_file(struct wt_run *run, struct wt_arena *a, struct wt_sight *out,
			const char *name)
{
	struct look l = { .run = run, .arena = a, .out = out };

	add_file(&l, name);
}

static bool add_listed(void *arg, const char *name, enum wt_file_kind kind)
{
	struct look *l = arg;
	size_t n = strlen(name);

	/* git's own samples do nothing. */
	if (kind != WT_FILE_FOLDER && !(n > 7 && strcmp(name + n - 7, ".sample") == 0))
		add_file(l, wt_arena_printf(l->arena, "%s/%s", l->dir, name));
	return true;
}

/* "[remote \"x\"]" gives "remote.x."; sections and keys in lower case, as git compares them. */
static const char *section_of(struct look *l, struct wt_str line)
{
	struct wt_buf b = WT_BUF_INIT;
	bool is_quoted = false;
	const char *text;

	for (size_t i = 1; i < line.len && (is_quoted || line.data[i] != ']'); i++) {
		char c = line.data[i];

		if (c == '"')
			is_quoted = !is_quoted;
		else if (c == ' ' && !is_quoted)
			wt_buf_putc(&b, '.');
		else
			wt_buf_putc(&b, c >= 'A' && c <= 'Z' && !is_quoted ? (char)(c + 32) : c);
	}
	wt_buf_putc(&b, '.');
	text = wt_arena_strdup(l->arena, b.data);
	wt_buf_clear(&b);
	return text;
}

static void add_keys(struct look *l, struct wt_str text)
{
	const char *section = "";
	struct wt_str line;

	while (wt_str_next(&text, "\n", &line)) {
		size_t n = 0;
		char *key;

		if (!line.len || line.data[0] == '#' || line.data[0] == ';')
			continue;
		if (line.data[0] == '[') {
			section = section_of(l, line);
			continue;
		}
		while (n < line.len && line.data[n] != '=' && line.data[n] != ' ')
			n++;
		key = wt_arena_printf(l->arena, "%s%.*s", section, (int)n, line.data);
		for (char *c = key + strlen(section); *c; c++)
			if (*c >= 'A' && *c <= 'Z')
				*c = (char)(*c + 32);
		add(l, "key", key, wt_escape_sum(l->arena, line));
	}
}

static void add_config(struct look *l)
{
	const struct wt_fs *fs = l->run->ports->fs;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;

	if (fs->read(fs->self, path_of(l, "config"), WT_MAX_CONFIG_BYTES, &text, &ignored) == WT_OK)
		add_keys(l, (struct wt_str){ text.data, text.len });
	wt_buf_clear(&text);
}

/* Branches of this run's tasks are theirs to move, and keep refs are ours. */
static bool is_ours(const struct look *l, const char *ref)
{
	const struct wt_run_state *s = wt_run_state(l->run);

	if (strncmp(ref, WT_KEEP_PREFIX, strlen(WT_KEEP_PREFIX)) == 0)
		return true;
	for (size_t i = 0; i < s->plan->n_tasks; i++) {
		const char *branch = s->tasks[i].branch;

		if (branch && strncmp(ref, "refs/heads/", 11) == 0 && strcmp(ref + 11, branch) == 0)
			return true;
	}
	return false;
}

static enum wt_code add_refs(struct look *l, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const char **names;
	size_t n = 0;
	enum wt_code rc = git->store->refs(git->self, "refs/", l->arena, &names, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		struct wt_error ignored;
		struct wt_oid oid;

		if (is_ours(l, names[i]) || git->store->ref(git->self, names[i], &oid, &ignored))
			continue;
		add(l, "ref", names[i], wt_arena_strdup(l->arena, wt_oid_hex(&oid).hex));
	}
	return rc;
}

static int by_name(const void *a, const void *b)
{
	const struct wt_seen *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->value, y->value);
}

void wt_sight_sort(struct wt_sight *sight)
{
	if (sight->len)
		qsort(sight->items, sight->len, sizeof *sight->items, by_name);
}

enum wt_code wt_escape_look(struct wt_run *run, struct wt_arena *a, struct wt_sight *out,
			    struct wt_error *err)
{
	static const char *const files[] = {
		"HEAD",         "config.worktree", "info/attributes",
		"info/exclude", "info/grafts",     "objects/info/alternates"
	};
	struct look l = { .run = run, .arena = a, .out = out, .dir = "hooks" };
	const struct wt_fs *fs = run->ports->fs;
	enum wt_code rc = add_refs(&l, err);

	if (rc)
		return rc;
	add_config(&l);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		add_file(&l, files[i]);
	rc = fs->list(fs->self, path_of(&l, l.dir), add_listed, &l, err);
	if (rc && rc != WT_E_NOT_FOUND)
		return rc;
	wt_sight_sort(out);
	return WT_OK;
}
