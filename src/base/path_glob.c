/* SPDX-License-Identifier: MIT */
/* Globs: whether one matches a path, and whether two may match the same path. */

#include "wtorch/base/path.h"

#include <stdint.h>
#include <string.h>

/* Above these the question whether two globs overlap is answered with "perhaps". */
#define MAX_GLOB       4096u
#define MAX_COMPONENTS 128u
#define MAX_RUNES      256u

/* Symbols of a component that stand for more than themselves; no character has these values. */
#define ANY_ONE  UINT32_MAX
#define ANY_MANY (UINT32_MAX - 1)

/* The components of a path or glob, one after the other; the "everything below" of a glob
 * that ends in '/' comes as a last "**". */
struct walk {
	struct wt_str rest;
	bool is_below; /* a "**" is still to come */
};

static struct walk walk_of_path(const char *path)
{
	return (struct walk){ .rest = wt_str_of(path) };
}

static struct walk walk_of_glob(const char *glob)
{
	struct wt_str s = wt_str_of(glob);

	return (struct walk){ .rest = s, .is_below = s.len && s.data[s.len - 1] == '/' };
}

static bool next_component(struct walk *w, struct wt_str *component)
{
	if (wt_path_next(&w->rest, component))
		return true;
	if (!w->is_below)
		return false;
	w->is_below = false;
	*component = WT_STR("**");
	return true;
}

static bool is_end(struct walk w)
{
	struct wt_str ignored;

	return !next_component(&w, &ignored);
}

static bool is_any_depth(struct wt_str component)
{
	return wt_str_is(component, "**");
}

static bool is_literal(struct wt_str component)
{
	return !memchr(component.data, '*', component.len) &&
	       !memchr(component.data, '?', component.len) &&
	       !memchr(component.data, '[', component.len);
}

static bool is_same(struct wt_str a, struct wt_str b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/*
 * Takes "[...]" from glob, which begins with '['. False, and nothing taken, when it is not
 * closed: then '[' stands for itself. A ']' that comes first is one of the members.
 */
static bool take_set(struct wt_str *glob, uint32_t rune, bool *is_member)
{
	struct wt_str s = { glob->data + 1, glob->len - 1 };
	bool is_first = true;
	bool negate = s.len && (s.data[0] == '!' || s.data[0] == '^');
	bool found = false;
	uint32_t low = 0, high;

	/* Fast, or a name of brackets only would be read again for each of them. */
	if (!memchr(s.data, ']', s.len))
		return false;
	if (negate)
		s = (struct wt_str){ s.data + 1, s.len - 1 };
	while (wt_text_next_rune(&s, &low) && (low != ']' || is_first)) {
		is_first = false;
		high = low;
		if (s.len >= 2 && s.data[0] == '-' && s.data[1] != ']') {
			s = (struct wt_str){ s.data + 1, s.len - 1 };
			wt_text_next_rune(&s, &high);
		}
		found |= low <= rune && rune <= high;
		low = 0;
	}
	if (low != ']')
		return false;
	*is_member = found != negate;
	*glob = s;
	return true;
}

/* Takes one symbol of glob, none of them '*', and tells whether rune is what it stands for. */
static bool take_match(struct wt_str *glob, uint32_t rune)
{
	bool is_member;
	uint32_t want;

	if (glob->data[0] == '[' && take_set(glob, rune, &is_member))
		return is_member;
	wt_text_next_rune(glob, &want);
	return want == '?' || want == rune;
}

/* A mismatch goes back to the last '*' only: an earlier one could not do better. */
static bool component_matches(struct wt_str glob, struct wt_str name)
{
	struct wt_str star_glob = { 0 }, star_name = { 0 };
	bool has_star = false;
	uint32_t rune;

	/* A file may have brackets in its name. */
	if (is_same(glob, name))
		return true;
	while (name.len) {
		struct wt_str after = name;

		if (glob.len && glob.data[0] == '*') {
			glob = (struct wt_str){ glob.data + 1, glob.len - 1 };
			star_glob = glob;
			star_name = name;
			has_star = true;
			continue;
		}
		wt_text_next_rune(&after, &rune);
		if (glob.len && take_match(&glob, rune)) {
			name = after;
			continue;
		}
		if (!has_star)
			return false;
		wt_text_next_rune(&star_name, &rune);
		name = star_name;
		glob = star_glob;
	}
	while (glob.len && glob.data[0] == '*')
		glob = (struct wt_str){ glob.data + 1, glob.len - 1 };
	return glob.len == 0;
}

bool wt_path_is_glob(const char *path)
{
	size_t len = strlen(path);

	return strpbrk(path, "*?[") || (len && path[len - 1] == '/');
}

bool wt_glob_matches(const char *glob, const char *path)
{
	struct walk g = walk_of_glob(glob), p = walk_of_path(path);
	struct walk star_g = { 0 }, star_p = { 0 };
	bool has_star = false;

	while (!is_end(p)) {
		struct wt_str want, name;
		bool has_want = next_component(&g, &want);

		if (has_want && is_any_depth(want)) {
			if (is_end(g))
				return true;
			star_g = g;
			star_p = p;
			has_star = true;
			continue;
		}
		next_component(&p, &name);
		if (has_want && component_matches(want, name))
			continue;
		if (!has_star)
			return false;
		next_component(&star_p, &name);
		p = star_p;
		g = star_g;
	}
	return is_end(g);
}

/*
 * The symbols of a component; false when there are too many. A set becomes ANY_MANY, not
 * ANY_ONE, because it also matches the name that is spelled like it.
 */
static bool build_symbols(struct wt_str component, uint32_t *symbols, size_t *n)
{
	*n = 0;
	while (component.len) {
		uint32_t symbol;
		bool ignored;

		if (*n == MAX_RUNES)
			return false;
		if (component.data[0] == '[' && take_set(&component, 0, &ignored)) {
			symbol = ANY_MANY;
		} else {
			wt_text_next_rune(&component, &symbol);
			if (symbol == '*')
				symbol = ANY_MANY;
			else if (symbol == '?')
				symbol = ANY_ONE;
		}
		symbols[(*n)++] = symbol;
	}
	return true;
}

/*
 * Walks both sequences of symbols at once: here[j] tells that some text is matched by the
 * first i symbols of a and the first j of b.
 */
static bool symbols_overlap(const uint32_t *a, size_t m, const uint32_t *b, size_t n)
{
	bool rows[2][MAX_RUNES + 1] = { { true } };

	for (size_t i = 0; i <= m; i++) {
		bool *here = rows[i % 2], *below = rows[1 - i % 2];

		memset(below, 0, n + 1);
		for (size_t j = 0; j <= n; j++) {
			bool a_many = i < m && a[i] == ANY_MANY;
			bool b_many = j < n && b[j] == ANY_MANY;

			if (!here[j])
				continue;
			if (i < m && (a_many || b_many))
				below[j] = true;
			if (j < n && (a_many || b_many))
				here[j + 1] = true;
			if (i < m && j < n && (a[i] == b[j] || a[i] == ANY_ONE || b[j] == ANY_ONE))
				below[j + 1] = true;
		}
		if (i == m)
			return here[n];
	}
	return true;
}

static bool components_overlap(struct wt_str a, struct wt_str b)
{
	uint32_t x[MAX_RUNES], y[MAX_RUNES];
	size_t m, n;

	if (is_literal(a) && is_literal(b))
		return is_same(a, b);
	if (!build_symbols(a, x, &m) || !build_symbols(b, y, &n))
		return true;
	return symbols_overlap(x, m, y, n);
}

static bool build_components(const char *glob, struct wt_str *components, size_t *n)
{
	struct walk w = walk_of_glob(glob);
	struct wt_str component;

	if (w.rest.len > MAX_GLOB)
		return false;
	for (*n = 0; next_component(&w, &component); components[(*n)++] = component) {
		if (*n == MAX_COMPONENTS)
			return false;
	}
	return true;
}

/* As symbols_overlap, with components for symbols; done as soon as nothing can be reached. */
bool wt_globs_may_overlap(const char *a, const char *b)
{
	struct wt_str x[MAX_COMPONENTS], y[MAX_COMPONENTS];
	bool rows[2][MAX_COMPONENTS + 1] = { { true } };
	size_t m, n;

	if (!build_components(a, x, &m) || !build_components(b, y, &n))
		return true;
	for (size_t i = 0; i <= m; i++) {
		bool *here = rows[i % 2], *below = rows[1 - i % 2];
		bool is_alive = false;

		memset(below, 0, n + 1);
		for (size_t j = 0; j <= n; j++) {
			bool any_depth = (i < m && is_any_depth(x[i])) ||
					 (j < n && is_any_depth(y[j]));

			if (!here[j])
				continue;
			is_alive = true;
			if (i < m && any_depth)
				below[j] = true;
			if (j < n && any_depth)
				here[j + 1] = true;
			if (i < m && j < n && !any_depth && components_overlap(x[i], y[j]))
				below[j + 1] = true;
		}
		if (!is_alive)
			return false;
		if (i == m)
			return here[n];
	}
	return true;
}
