/* SPDX-License-Identifier: MIT */
/* Work of others that a change would take away although it merges cleanly. */

#include <stdlib.h>
#include <string.h>

#include "landing.h"
#include "wtorch/base/map.h"
#include "wtorch/base/mem.h"

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
#define MAX_TRACES   (8u * 1024u * 1024u) /* lines beyond count as gone, which holds work back */

/* A line, or a whole file by its id, of a file that the task changed. */
struct trace {
	uint64_t sum;
	size_t file; /* in changed */
};

struct loss {
	struct wt_landing *l;
	struct wt_arena arena; /* of the path that is looked at */
	const char *const *changed;
	size_t n_changed, at; /* at: the path that is looked at */
	struct wt_tree_finder recorded, fork, tip;
	struct trace *traces; /* of all changed files, sorted, once one is looked for elsewhere */
	size_t n_traces, cap_traces;
	bool has_traces;
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

/* what stands elsewhere */

static uint64_t sum_of(const void *data, size_t len)
{
	const unsigned char *bytes = data;
	uint64_t sum = 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ bytes[i]) * 1099511628211u;
	return sum;
}

static uint64_t sum_of_file(const struct wt_side *side)
{
	return ~sum_of(side->oid.id, sizeof side->oid.id);
}

static int by_sum(const void *x, const void *y)
{
	const struct trace *a = x, *b = y;

	if (a->sum != b->sum)
		return a->sum < b->sum ? -1 : 1;
	return (a->file > b->file) - (a->file < b->file);
}

static void add_trace(struct loss *s, uint64_t sum, size_t file)
{
	if (s->n_traces == s->cap_traces) {
		s->cap_traces = s->cap_traces ? 2 * s->cap_traces : 1024;
		s->traces = wt_realloc(s->traces, s->cap_traces, sizeof *s->traces);
	}
	s->traces[s->n_traces++] = (struct trace){ sum, file };
}

static enum wt_code add_traces(struct loss *s, size_t file, struct wt_error *err)
{
	const struct wt_git *git = s->l->run->ports->git;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_str rest, line;
	struct wt_side side;
	enum wt_code rc = wt_tree_finder_find(&s->tip, s->changed[file], &side, err);

	if (rc || !side.mode)
		return rc;
	add_trace(s, sum_of_file(&side), file);
	if ((side.mode & 0170000) == 0100000)
		rc = git->store->blob(git->self, &side.oid, &text, err);
	rest = (struct wt_str){ text.data, text.len };
	if (rc || text.len > MAX_BYTES || (text.len && memchr(text.data, 0, text.len)))
		rest.len = 0;
	while (rest.len && s->n_traces < MAX_TRACES && wt_str_next(&rest, "\n", &line)) {
		line = wt_str_trim(line);
		if (line.len >= MIN_LINE_LEN)
			add_trace(s, sum_of(line.data, line.len), file);
	}
	wt_buf_clear(&text);
	return rc == WT_E_INPUT ? WT_OK : rc;
}

static enum wt_code load_traces(struct loss *s, struct wt_error *err)
{
	enum wt_code rc = WT_OK;

	if (s->has_traces)
		return WT_OK;
	for (size_t i = 0; !rc && i < s->n_changed; i++)
		rc = add_traces(s, i, err);
	if (s->n_traces)
		qsort(s->traces, s->n_traces, sizeof *s->traces, by_sum);
	s->has_traces = !rc;
	return rc;
}

/* In another file than the one that is looked at. */
static bool has_trace(const struct loss *s, uint64_t sum)
{
	size_t low = 0, high = s->n_traces;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->traces[middle].sum < sum)
			low = middle + 1;
		else
			high = middle;
	}
	while (low < s->n_traces && s->traces[low].sum == sum && s->traces[low].file == s->at)
		low++;
	return low < s->n_traces && s->traces[low].sum == sum;
}

/* Whether another file that the task changed holds the file itself or a line that came in. */
static enum wt_code is_elsewhere(struct loss *s, bool *out, struct wt_error *err)
{
	const struct wt_git *git = s->l->run->ports->git;
	struct wt_buf came = WT_BUF_INIT;
	struct wt_str rest, line;
	enum wt_code rc = load_traces(s, err);

	*out = !rc && has_trace(s, sum_of_file(&s->came));
	if (!rc && !*out && s->came_lines.len)
		rc = git->store->blob(git->self, &s->came.oid, &came, err);
	rest = (struct wt_str){ came.data, came.len };
	while (!rc && !*out && rest.len && wt_str_next(&rest, "\n", &line)) {
		line = wt_str_trim(line);
		*out = line.len >= MIN_LINE_LEN && has_trace(s, sum_of(line.data, line.len)) &&
		       wt_map_find(&s->was_lines,
				   wt_arena_strndup(&s->arena, line.data, line.len)) == WT_MAP_NONE;
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
	rc = is_elsewhere(s, &elsewhere, err);
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
	enum wt_code rc = wt_tree_finder_find(&s->recorded, path, &s->was, err);

	if (!rc)
		rc = wt_tree_finder_find(&s->fork, path, &s->came, err);
	if (!rc)
		rc = wt_tree_finder_find(&s->tip, path, &s->is, err);
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
	struct loss loss = { .l = l,
			     .changed = changed,
			     .n_changed = n,
			     .recorded.git = git,
			     .fork = { .git = git, .root = l->fork.tree },
			     .tip = { .git = git, .root = l->tip_tree } };
	struct wt_commit recorded;
	enum wt_code rc;

	if (wt_oid_is_equal(&l->fork.commit, &s->base))
		return WT_OK;
	rc = git->store->commit(git->self, &s->base, l->arena, &recorded, err);
	if (!rc)
		loss.recorded.root = recorded.tree;
	for (; !rc && !reason->len && loss.at < n; loss.at++) {
		rc = judge_path(&loss, changed[loss.at], reason, err);
		wt_map_clear(&loss.was_lines);
		wt_map_clear(&loss.came_lines);
		wt_map_clear(&loss.is_lines);
		wt_arena_clear(&loss.arena);
	}
	wt_tree_finder_clear(&loss.recorded);
	wt_tree_finder_clear(&loss.fork);
	wt_tree_finder_clear(&loss.tip);
	free(loss.traces);
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
