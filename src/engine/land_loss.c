/* SPDX-License-Identifier: MIT */
/* Work of others that a change would take away although it merges cleanly. */

#include <string.h>

#include "land_priv.h"
#include "wtorch/base/map.h"

/*
 * A merge takes away nothing that landed after the recorded base, unless the branch holds it
 * already: then deleting it is part of the task's change, on purpose or because old files were put
 * on top of new ones. Held back is
 *	a file that is as it was before;
 *	a file that is gone, and its content is in no other file that the task changed;
 *	a file in which all lines that came in are gone, from all files that the task changed, when
 *	there were three at least, or those that they replaced are back.
 * Lines are compared without the blanks around them, and short ones ("}") do not count. So moving,
 * renaming, indenting and editing pass, and a file that the task declares by name may go.
 */
#define MIN_LINES    3u
#define MIN_LINE_LEN 3u
#define MAX_BYTES    (4u * 1024u * 1024u) /* larger files are not compared by line */

struct loss {
	struct wt_landing *l;
	struct wt_arena arena; /* of the path that is looked at */
	const char *const *changed;
	size_t n_changed;
	struct wt_oid recorded; /* tree */
	struct wt_side was, came, is;
	struct wt_map was_lines, came_lines, is_lines;
};

/* Lines of a file as keys; none for what is no text. */
static enum wt_code load_lines(struct loss *s, const struct wt_side *side, struct wt_map *out,
			       struct wt_error *err)
{
	const struct wt_git *git = s->l->run->ports->git;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest, line;
	enum wt_code rc = WT_OK;

	if ((side->mode & 0170000) != 0100000)
		return WT_OK;
	rc = git->store->blob(git->self, &side->oid, &text, err);
	rest = (struct wt_str){ text.data, text.len };
	if (rc == WT_E_INPUT || text.len > MAX_BYTES ||
	    (text.len && memchr(text.data, 0, text.len)))
		rest.len = 0;
	while ((!rc || rc == WT_E_INPUT) && rest.len && wt_str_next(&rest, "\n", &line)) {
		line = wt_str_trim(line);
		if (line.len >= MIN_LINE_LEN)
			wt_map_put(out, wt_arena_strndup(&s->arena, line.data, line.len), 0,
				   &(bool){ false });
	}
	wt_buf_clear(&text);
	return rc == WT_E_INPUT ? WT_OK : rc;
}

struct tally {
	size_t came, alive; /* lines that came in since the recorded base; of them still there */
	size_t left, back;  /* lines that went then; of them there again */
};

/* The lines of text that old has not: how many, and how many of these now has. */
static void count_new(const struct wt_buf *text, const struct wt_map *old, const struct wt_map *now,
		      size_t *n, size_t *there)
{
	struct wt_str rest = { text->data, text->len }, line;
	struct wt_arena a = { 0 };

	while (rest.len && wt_str_next(&rest, "\n", &line)) {
		const char *key;

		line = wt_str_trim(line);
		if (line.len < MIN_LINE_LEN)
			continue;
		key = wt_arena_strndup(&a, line.data, line.len);
		if (wt_map_find(old, key) != WT_MAP_NONE)
			continue;
		++*n;
		*there += wt_map_find(now, key) != WT_MAP_NONE;
	}
	wt_arena_clear(&a);
}

static enum wt_code count_lines(struct loss *s, struct tally *t, struct wt_error *err)
{
	const struct wt_git *git = s->l->run->ports->git;
	struct wt_buf was = WT_BUF_INIT, came = WT_BUF_INIT;
	enum wt_code rc = load_lines(s, &s->was, &s->was_lines, err);

	if (!rc)
		rc = load_lines(s, &s->came, &s->came_lines, err);
	if (!rc)
		rc = load_lines(s, &s->is, &s->is_lines, err);
	if (!rc && s->was_lines.len)
		rc = git->store->blob(git->self, &s->was.oid, &was, err);
	if (!rc && s->came_lines.len)
		rc = git->store->blob(git->self, &s->came.oid, &came, err);
	if (!rc) {
		count_new(&came, &s->was_lines, &s->is_lines, &t->came, &t->alive);
		count_new(&was, &s->came_lines, &s->is_lines, &t->left, &t->back);
	}
	wt_buf_clear(&was);
	wt_buf_clear(&came);
	return rc;
}

/* Whether another file that the task changed holds the file itself or a line that came in. */
static enum wt_code is_elsewhere(struct loss *s, const char *path, bool *out, struct wt_error *err)
{
	const struct wt_git *git = s->l->run->ports->git;
	struct wt_buf came = WT_BUF_INIT;
	size_t n = 0, there = 0;
	enum wt_code rc = WT_OK;

	*out = false;
	if (s->came_lines.len)
		rc = git->store->blob(git->self, &s->came.oid, &came, err);
	for (size_t i = 0; !rc && !*out && i < s->n_changed; i++) {
		struct wt_map lines = { 0 };
		struct wt_side side;

		if (strcmp(s->changed[i], path) == 0)
			continue;
		rc = wt_tree_find(git, &s->l->tip_tree, s->changed[i], &s->arena, &side, err);
		if (!rc && wt_oid_is_equal(&side.oid, &s->came.oid))
			*out = true;
		if (!rc && !*out && s->came_lines.len)
			rc = load_lines(s, &side, &lines, err);
		if (!rc && lines.len)
			count_new(&came, &s->was_lines, &lines, &n, &there);
		*out = *out || there;
		wt_map_clear(&lines);
	}
	wt_buf_clear(&came);
	return rc;
}

static bool is_declared(const struct wt_landing *l, const char *path)
{
	const struct wt_task *t = &l->run->plan.tasks[l->task].task;

	for (size_t i = 0; i < t->n_files; i++)
		if (t->files[i].from == WT_FROM_DECLARED && strcmp(t->files[i].path, path) == 0)
			return true;
	return false;
}

/* Not equal to what it was, and something came in meanwhile. */
static enum wt_code judge_lines(struct loss *s, const char *path, struct wt_buf *reason,
				struct wt_error *err)
{
	struct tally t = { 0 };
	bool is_gone = !s->is.mode, elsewhere;
	enum wt_code rc;

	if (is_gone && is_declared(s->l, path))
		return WT_OK;
	rc = count_lines(s, &t, err);
	if (rc || t.alive)
		return rc;
	if (!is_gone && (!t.came || (t.came < MIN_LINES && !(t.left && t.back == t.left))))
		return WT_OK;
	if (is_gone && !t.came && s->came_lines.len)
		return WT_OK; /* nothing but deletions came in */
	rc = is_elsewhere(s, path, &elsewhere, err);
	if (rc || elsewhere)
		return rc;
	if (is_gone)
		wt_buf_printf(reason, "it would undo what landed since it began: it deletes '%s'",
			      path);
	else
		wt_buf_printf(reason,
			      "it would undo what landed since it began: all %zu new lines of '%s' "
			      "are gone",
			      t.came, path);
	return WT_OK;
}

static bool is_same(const struct wt_side *a, const struct wt_side *b)
{
	return a->mode == b->mode && wt_oid_is_equal(&a->oid, &b->oid);
}

static enum wt_code judge_path(struct loss *s, const char *path, struct wt_buf *reason,
			       struct wt_error *err)
{
	const struct wt_git *git = s->l->run->ports->git;
	enum wt_code rc = wt_tree_find(git, &s->recorded, path, &s->arena, &s->was, err);

	if (!rc)
		rc = wt_tree_find(git, &s->l->fork.tree, path, &s->arena, &s->came, err);
	if (!rc)
		rc = wt_tree_find(git, &s->l->tip_tree, path, &s->arena, &s->is, err);
	if (rc || is_same(&s->was, &s->came))
		return rc;
	if (is_same(&s->was, &s->is) && s->is.mode)
		wt_buf_printf(reason, "it would undo what landed in '%s' since it began", path);
	else if (s->came.mode)
		rc = judge_lines(s, path, reason, err);
	return rc;
}

enum wt_code wt_land_find_loss(struct wt_landing *l, const char *const *changed, size_t n,
			       struct wt_buf *reason, struct wt_error *err)
{
	const struct wt_git *git = l->run->ports->git;
	const struct wt_task_state *s = wt_land_state(l);
	struct loss loss = { .l = l, .changed = changed, .n_changed = n };
	struct wt_commit recorded;
	enum wt_code rc;

	if (wt_oid_is_equal(&l->fork.commit, &s->base))
		return WT_OK;
	rc = git->store->commit(git->self, &s->base, l->arena, &recorded, err);
	if (!rc)
		loss.recorded = recorded.tree;
	for (size_t i = 0; !rc && !reason->len && i < n; i++) {
		rc = judge_path(&loss, changed[i], reason, err);
		wt_map_clear(&loss.was_lines);
		wt_map_clear(&loss.came_lines);
		wt_map_clear(&loss.is_lines);
		wt_arena_clear(&loss.arena);
	}
	return rc;
}

/* a person who knows */

struct telling {
	const char *task, *reason;
	bool found;
};

static void look_for(void *arg, const struct wt_event *ev)
{
	struct telling *t = arg;

	if (ev->kind == WT_EV_ATTEMPT_ENDED && ev->task && ev->reason &&
	    strcmp(ev->task, t->task) == 0 && strcmp(ev->reason, t->reason) == 0)
		t->found = true;
}

enum wt_code wt_land_is_told(struct wt_landing *l, const char *reason, bool *out,
			     struct wt_error *err)
{
	struct telling t = { wt_land_task(l)->id, reason, false };
	enum wt_code rc = WT_OK;

	if (wt_land_state(l)->merge_asked)
		rc = wt_run_each_event(l->run, look_for, &t, err);
	*out = t.found;
	return rc;
}
