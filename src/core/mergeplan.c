/* SPDX-License-Identifier: MIT */
/* Whether work may land, and how a three-way merge decides each name. */

#include "wtorch/core/mergeplan.h"

#include <string.h>

#include "wtorch/base/path.h"

#define MODE_TREE   040000u
#define PATHS_SHOWN 3u /* of those outside the declared files */

static bool is_absent(const struct wt_side *s)
{
	return wt_oid_is_zero(&s->oid);
}

static bool is_tree(const struct wt_side *s)
{
	return !is_absent(s) && s->mode == MODE_TREE;
}

static bool is_regular(const struct wt_side *s)
{
	return !is_absent(s) && (s->mode & 0170000) == 0100000;
}

static bool is_same(const struct wt_side *a, const struct wt_side *b)
{
	if (is_absent(a) || is_absent(b))
		return is_absent(a) == is_absent(b);
	return a->mode == b->mode && wt_oid_is_equal(&a->oid, &b->oid);
}

enum wt_pick wt_mergeplan_pick(const struct wt_side *base, const struct wt_side *ours,
			       const struct wt_side *theirs)
{
	if (is_same(base, ours))
		return is_absent(theirs) ? WT_PICK_NONE : WT_PICK_THEIRS;
	if (is_same(base, theirs))
		return is_absent(ours) ? WT_PICK_NONE : WT_PICK_OURS;
	if (is_same(ours, theirs))
		return wt_mergeplan_gives_up(base, ours) == WT_GIVEN_UP_YES ? WT_PICK_HARD
									    : WT_PICK_OURS;
	if (is_tree(ours) && is_tree(theirs) && (is_tree(base) || is_absent(base)))
		return WT_PICK_DESCEND;
	if (is_regular(base) && is_regular(ours) && is_regular(theirs))
		return WT_PICK_LINES;
	return WT_PICK_HARD;
}

unsigned wt_mergeplan_mode(const struct wt_side *base, const struct wt_side *ours,
			   const struct wt_side *theirs)
{
	return ours->mode == base->mode ? theirs->mode : ours->mode;
}

enum wt_given_up wt_mergeplan_gives_up(const struct wt_side *base, const struct wt_side *now)
{
	if (is_absent(base) || is_same(base, now))
		return WT_GIVEN_UP_NO;
	if (is_tree(base) != is_tree(now) || is_absent(now))
		return WT_GIVEN_UP_YES;
	return is_tree(base) ? WT_GIVEN_UP_MAYBE : WT_GIVEN_UP_NO;
}

/* attributes */

static bool speaks_of_merging(struct wt_str attribute)
{
	if (attribute.len && (attribute.data[0] == '-' || attribute.data[0] == '!')) {
		attribute.data++;
		attribute.len--;
	}
	return wt_str_is(attribute, "merge") || wt_str_starts(attribute, "merge=") ||
	       wt_str_starts(attribute, "binary");
}

/* Case does not count, because core.ignoreCase may be set; nor do bytes over 127, which may be
 * two cases of one letter. */
static bool may_equal(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char x = (unsigned char)a[i], y = (unsigned char)b[i];

		if (x != y && (x | 0x20) != (y | 0x20) && x < 0x80 && y < 0x80)
			return false;
	}
	return true;
}

/* Length of s up to the first of the bytes in stop. */
static size_t span(struct wt_str s, const char *stop)
{
	size_t n = 0;

	while (n < s.len && !strchr(stop, s.data[n]))
		n++;
	return n;
}

/* False when the pattern provably does not match: by what stands before its first wildcard, or
 * behind its only one. With a '/' it is about the whole path, else about the last component. */
static bool may_match(struct wt_str pattern, const char *path)
{
	bool is_anchored = span(pattern, "/") < pattern.len;
	struct wt_str subject = wt_str_of(is_anchored ? path : wt_path_base(path)), tail;
	size_t literal;

	if (span(pattern, "\"\\!") < pattern.len)
		return true;
	if (pattern.data[0] == '/') {
		pattern.data++;
		pattern.len--;
	}
	literal = span(pattern, "*?[");
	if (literal == pattern.len)
		return subject.len == literal && may_equal(subject.data, pattern.data, literal);
	if (subject.len < literal || !may_equal(subject.data, pattern.data, literal))
		return false;
	tail = (struct wt_str){ pattern.data + literal + 1, pattern.len - literal - 1 };
	if (is_anchored || pattern.data[literal] != '*' || span(tail, "*?[") < tail.len)
		return true;
	return subject.len >= tail.len &&
	       may_equal(subject.data + subject.len - tail.len, tail.data, tail.len);
}

bool wt_mergeplan_is_special(struct wt_str attributes, const char *path)
{
	struct wt_str line, pattern, attribute;

	while (wt_str_next(&attributes, "\n", &line)) {
		if (line.data[0] == '#' || !wt_str_next(&line, " \t\r", &pattern))
			continue;
		/* A quoted pattern may hold blanks: its parts are then looked at as attributes,
		 * and what may match is any path. */
		if (!wt_str_starts(pattern, "[attr]") && !may_match(pattern, path))
			continue;
		while (wt_str_next(&line, " \t\r", &attribute))
			if (speaks_of_merging(attribute))
				return true;
	}
	return false;
}

/* names */

/* Signs of no width, which HFS+ leaves out of names: U+200C to F, U+202A to E, U+206A to F,
 * U+FEFF. */
static size_t ignored_sign(const char *s, size_t len)
{
	const unsigned char *c = (const unsigned char *)s;

	if (len < 3)
		return 0;
	if (c[0] == 0xe2 && c[1] == 0x80 &&
	    ((c[2] >= 0x8c && c[2] <= 0x8f) || (c[2] >= 0xaa && c[2] <= 0xae)))
		return 3;
	if (c[0] == 0xe2 && c[1] == 0x81 && c[2] >= 0xaa && c[2] <= 0xaf)
		return 3;
	return c[0] == 0xef && c[1] == 0xbb && c[2] == 0xbf ? 3 : 0;
}

static bool is_bad_name(struct wt_str name)
{
	char plain[8];
	size_t n = 0;

	if (wt_str_is(name, "..") || wt_str_is(name, "."))
		return true;
	/* NTFS drops blanks and dots at the end, and has streams behind a colon. */
	for (size_t i = 0; i < name.len && name.data[i] != ':'; i++) {
		size_t skip = ignored_sign(name.data + i, name.len - i);

		if (skip) {
			i += skip - 1;
			continue;
		}
		if (n >= sizeof plain && name.data[i] != ' ' && name.data[i] != '.')
			return false;
		if (n < sizeof plain)
			plain[n++] = name.data[i];
	}
	while (n > 1 && (plain[n - 1] == ' ' || plain[n - 1] == '.'))
		n--;
	return wt_str_is_nocase((struct wt_str){ plain, n }, ".git") ||
	       wt_str_is_nocase((struct wt_str){ plain, n }, "git~1");
}

bool wt_mergeplan_is_bad_path(const char *path)
{
	for (;;) {
		size_t n = strcspn(path, "/");

		if (!n || is_bad_name((struct wt_str){ path, n }))
			return true;
		if (!path[n])
			return false;
		path += n + 1;
	}
}

/* landing */

bool wt_mergeplan_is_declared(const struct wt_task *task, const char *path)
{
	for (size_t i = 0; i < task->n_files; i++)
		if (task->files[i].from == WT_FROM_DECLARED &&
		    wt_glob_matches(task->files[i].path, path))
			return true;
	return false;
}

static bool has_declared(const struct wt_task *task)
{
	for (size_t i = 0; i < task->n_files; i++)
		if (task->files[i].from == WT_FROM_DECLARED)
			return true;
	return false;
}

/* "a.c, b.c, c.c and 4 more"; returns how many there are. */
static size_t render_outside(const struct wt_landing_facts *facts, struct wt_buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < facts->n_changed; i++) {
		if (wt_mergeplan_is_declared(&facts->task->task, facts->changed[i]) ||
		    wt_plan_may_write(facts->task, facts->changed[i]))
			continue;
		if (n < PATHS_SHOWN)
			wt_buf_printf(out, "%s%s", n ? ", " : "", facts->changed[i]);
		n++;
	}
	if (n > PATHS_SHOWN)
		wt_buf_printf(out, " and %zu more", n - PATHS_SHOWN);
	return n;
}

/* True when the change stays in its files, or is let through with a warning. */
static bool check_scope(const struct wt_landing_facts *facts, struct wt_buf *reason,
			struct wt_buf *warning)
{
	bool is_kept = facts->scope && strcmp(facts->scope, "keep") == 0;
	struct wt_buf outside = WT_BUF_INIT;
	size_t n = 0;

	if (!facts->scope || strcmp(facts->scope, "off") == 0 || !has_declared(&facts->task->task))
		return true;
	n = render_outside(facts, &outside);
	if (n)
		wt_buf_printf(is_kept ? reason : warning, "changed outside its declared files: %s",
			      outside.data);
	wt_buf_clear(&outside);
	return !(n && is_kept);
}

enum wt_verdict wt_mergeplan_judge(const struct wt_landing_facts *facts, struct wt_buf *reason,
				   struct wt_buf *warning)
{
	if (!facts->forked_from_base) {
		wt_buf_puts(reason, "its branch does not descend from the base it was forked from");
		return WT_VERDICT_KEEP;
	}
	for (size_t i = 0; i < facts->n_changed; i++) {
		if (!wt_mergeplan_is_bad_path(facts->changed[i]))
			continue;
		wt_buf_printf(reason, "'%s' is no path that git would check out",
			      facts->changed[i]);
		return WT_VERDICT_KEEP;
	}
	if (facts->task->task.is_read_only && facts->n_changed) {
		wt_buf_printf(reason, "it is read only, but changed %s%s", facts->changed[0],
			      facts->n_changed > 1 ? " and more" : "");
		return WT_VERDICT_KEEP;
	}
	if (!check_scope(facts, reason, warning))
		return WT_VERDICT_KEEP;
	if (facts->busy) {
		wt_buf_printf(reason, "the checkout of the base is in the middle of %s",
			      facts->busy);
		return WT_VERDICT_WAIT;
	}
	return WT_VERDICT_LAND;
}
