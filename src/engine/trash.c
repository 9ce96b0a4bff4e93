/* SPDX-License-Identifier: MIT */
/* The folder for folders on their way out. */

#include "wtorch/engine/trash.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "wtorch/base/path.h"

#define NOTE      "wtorch-trash"
#define TREE      "tree"
#define IGNORE    ".gitignore"
#define FIRST     "wtorch trash 1"
#define MAX_NOTE  (64u << 10)
#define MAX_ITEMS 10000

static bool is_kind(const struct wt_ports *p, const char *path, enum wt_file_kind kind)
{
	struct wt_file_info info;
	struct wt_error ignored;

	return p->fs->stat(p->fs->self, path, &info, &ignored) == WT_OK && info.kind == kind;
}

static enum wt_code make_trash(const struct wt_ports *p, const char *trash, struct wt_arena *a,
			       struct wt_error *err)
{
	const char *ignore = wt_path_join(a, trash, IGNORE);
	enum wt_code rc = p->fs->mkdirs(p->fs->self, trash, err);

	if (!rc && !is_kind(p, trash, WT_FILE_FOLDER))
		return wt_fail(err, WT_E_ENV, "'%s' is no folder", trash);
	if (!rc && is_kind(p, ignore, WT_FILE_NONE))
		rc = p->fs->create(p->fs->self, ignore, WT_STR("*\n"), err);
	return rc == WT_E_EXISTS ? WT_OK : rc;
}

static bool is_other(void *arg, const char *name, enum wt_file_kind kind)
{
	(void)kind;
	*(bool *)arg = strcmp(name, IGNORE) != 0;
	return !*(bool *)arg;
}

void wt_trash_tidy(const struct wt_ports *p, const char *dir, struct wt_arena *a)
{
	const char *trash = wt_path_join(a, dir, WT_TRASH_NAME);
	bool has_other = false;
	struct wt_error ignored;

	if (!is_kind(p, trash, WT_FILE_FOLDER) ||
	    p->fs->list(p->fs->self, trash, is_other, &has_other, &ignored) || has_other)
		return;
	(void)!p->fs->remove(p->fs->self, wt_path_join(a, trash, IGNORE), &ignored);
	(void)!p->fs->remove(p->fs->self, trash, &ignored);
}

static void drop_trash(const struct wt_ports *p, const char *trash, struct wt_arena *a)
{
	wt_trash_tidy(p, wt_path_dir(a, trash), a);
}

enum wt_code wt_trash_put(const struct wt_ports *p, const char *path, const char *run,
			  const char *task, struct wt_arena *a, struct wt_trash *out,
			  struct wt_error *err)
{
	const char *trash = wt_path_join(a, wt_path_dir(a, path), WT_TRASH_NAME);
	struct wt_trash t = { .run = run, .task = task, .from = path, .has_tree = true };
	struct wt_buf note = WT_BUF_INIT;
	uint64_t chance;
	enum wt_code rc;
	struct wt_error ignored;

	p->proc->random(p->proc->self, &chance, sizeof chance);
	t.path = wt_arena_printf(a, "%s/%s-%016" PRIx64, trash, run, chance);
	wt_buf_printf(&note, FIRST "\n%s\n%s\n%s\n%s\n", p->git->repo.common_dir, run, task, path);
	rc = make_trash(p, trash, a, err);
	if (!rc)
		rc = p->fs->create(p->fs->self, wt_path_join(a, t.path, NOTE),
				   (struct wt_str){ note.data, note.len }, err);
	if (!rc)
		rc = p->fs->rename(p->fs->self, path, wt_path_join(a, t.path, TREE), err);
	if (rc && !is_kind(p, wt_path_join(a, t.path, TREE), WT_FILE_FOLDER)) {
		(void)!p->fs->remove(p->fs->self, wt_path_join(a, t.path, NOTE), &ignored);
		(void)!p->fs->remove(p->fs->self, t.path, &ignored);
		drop_trash(p, trash, a);
	} else if (rc) {
		rc = WT_OK; /* it says that it failed, and has not */
	}
	wt_buf_clear(&note);
	*out = t;
	return rc;
}

enum wt_code wt_trash_restore(const struct wt_ports *p, const struct wt_trash *t,
			      struct wt_arena *a, struct wt_error *err)
{
	enum wt_code rc;

	if (!is_kind(p, t->from, WT_FILE_NONE))
		return wt_fail(err, WT_E_EXISTS, "'%s' is there again", t->from);
	rc = p->fs->rename(p->fs->self, wt_path_join(a, t->path, TREE), t->from, err);
	if (rc)
		return rc;
	rc = p->fs->remove(p->fs->self, wt_path_join(a, t->path, NOTE), err);
	if (!rc)
		rc = p->fs->remove(p->fs->self, t->path, err);
	drop_trash(p, wt_path_dir(a, t->path), a);
	return rc;
}

/* looking */

struct listing {
	const struct wt_ports *p;
	struct wt_arena *arena;
	const char *trash;
	struct wt_trash *items;
	size_t n, cap;
};

static const char *take_line(struct wt_str *rest, struct wt_arena *a)
{
	struct wt_str line;

	return wt_str_next(rest, "\n", &line) ? wt_arena_strndup(a, line.data, line.len) : NULL;
}

/* False unless the note is one of ours, and of this repository. */
static bool read_note(struct listing *l, struct wt_trash *t)
{
	const char *path = wt_path_join(l->arena, t->path, NOTE), *line;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;
	struct wt_str rest;
	bool is_ours;

	if (!is_kind(l->p, path, WT_FILE_REGULAR) ||
	    l->p->fs->read(l->p->fs->self, path, MAX_NOTE, &text, &ignored)) {
		wt_buf_clear(&text);
		return false;
	}
	rest = (struct wt_str){ text.data, text.len };
	line = take_line(&rest, l->arena);
	is_ours = line && strcmp(line, FIRST) == 0;
	line = take_line(&rest, l->arena);
	is_ours = is_ours && line && strcmp(line, l->p->git->repo.common_dir) == 0;
	t->run = take_line(&rest, l->arena);
	t->task = take_line(&rest, l->arena);
	t->from = take_line(&rest, l->arena);
	wt_buf_clear(&text);
	is_ours = is_ours && t->run && t->task && t->from;
	if (!is_ours)
		t->run = t->task = t->from = NULL;
	return is_ours;
}

static bool is_more(void *arg, const char *name, enum wt_file_kind kind)
{
	*(bool *)arg = strcmp(name, NOTE) != 0 || kind != WT_FILE_REGULAR;
	return !*(bool *)arg;
}

/* As much of a note of this repository as was written: maybe nothing. */
static bool is_begun_note(struct listing *l, const char *path)
{
	const char *whole = wt_arena_printf(l->arena, FIRST "\n%s\n", l->p->git->repo.common_dir);
	size_t n = strlen(whole);
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error ignored;
	bool is_ours =
		is_kind(l->p, path, WT_FILE_NONE) ||
		(l->p->fs->read(l->p->fs->self, path, MAX_NOTE, &text, &ignored) == WT_OK &&
		 memcmp(text.data ? text.data : "", whole, text.len < n ? text.len : n) == 0);

	wt_buf_clear(&text);
	return is_ours;
}

/* Made by one of us who was killed before the note was whole, or after it had gone: a folder named
 * as we name them, with nothing in it that anybody put there. */
static bool is_husk(struct listing *l, const char *name, const char *path)
{
	size_t len = strlen(name);
	bool has_more = false;
	struct wt_error ignored;

	if (len < 18 || name[len - 17] != '-' ||
	    strspn(name + len - 16, "0123456789abcdef") != 16 ||
	    l->p->fs->list(l->p->fs->self, path, is_more, &has_more, &ignored))
		return false;
	return !has_more && is_begun_note(l, wt_path_join(l->arena, path, NOTE));
}

static bool look_at(void *arg, const char *name, enum wt_file_kind kind)
{
	struct listing *l = arg;
	struct wt_trash t = { .path = wt_path_join(l->arena, l->trash, name) };

	(void)kind;
	if (is_kind(l->p, t.path, WT_FILE_FOLDER) &&
	    (read_note(l, &t) || is_husk(l, name, t.path))) {
		t.has_tree = is_kind(l->p, wt_path_join(l->arena, t.path, TREE), WT_FILE_FOLDER);
		*WT_ARENA_PUSH(l->arena, l->items, l->n, l->cap) = t;
	}
	return l->n < MAX_ITEMS;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct wt_trash *)a)->path, ((const struct wt_trash *)b)->path);
}

enum wt_code wt_trash_list(const struct wt_ports *p, const char *dir, struct wt_arena *a,
			   struct wt_trash **out, size_t *n, struct wt_error *err)
{
	struct listing l = { .p = p, .arena = a, .trash = wt_path_join(a, dir, WT_TRASH_NAME) };
	enum wt_code rc = WT_OK;

	/* A link could lead anywhere. */
	if (is_kind(p, l.trash, WT_FILE_FOLDER))
		rc = p->fs->list(p->fs->self, l.trash, look_at, &l, err);
	if (l.n)
		qsort(l.items, l.n, sizeof *l.items, by_path);
	*out = l.items;
	*n = l.n;
	return rc;
}

enum wt_code wt_trash_empty(const struct wt_ports *p, const struct wt_trash *t, struct wt_arena *a,
			    struct wt_error *err)
{
	enum wt_code rc;

	/* The note goes last: until then the rest of the tree is known to be ours. */
	rc = p->fs->remove_tree(p->fs->self, wt_path_join(a, t->path, TREE), err);
	if (!rc)
		rc = p->fs->remove(p->fs->self, wt_path_join(a, t->path, NOTE), err);
	if (!rc)
		rc = p->fs->remove(p->fs->self, t->path, err);
	if (!rc)
		drop_trash(p, wt_path_dir(a, t->path), a);
	return rc;
}
