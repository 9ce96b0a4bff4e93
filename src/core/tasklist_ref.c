/* SPDX-License-Identifier: MIT */
/* References to issues, wherever they stand. */

#include <string.h>

#include "issue_reading.h"

/* Longer ones than any forge allows are no names and no addresses. */
#define MAX_NAME    128u
#define MAX_ADDRESS 512u

static bool is_name_byte(char c)
{
	return roadmap_is_letter(c) || roadmap_is_digit(c) || c == '.' || c == '_' || c == '-';
}

/* The number at the beginning of s, when nothing goes on behind it. */
static bool number_parse(struct wt_str s, struct wt_str *number, struct wt_str *rest)
{
	size_t len = 0;

	while (len < s.len && len <= WT_MAX_ID && roadmap_is_digit(s.data[len]))
		len++;
	if (len == 0 || len > WT_MAX_ID || s.data[0] == '0')
		return false;
	if (len < s.len && (roadmap_is_word(s.data[len]) || s.data[len] == '_'))
		return false;
	*number = tasklist_upto(s, len);
	*rest = roadmap_from(s, len);
	return true;
}

/* "owner/repo" at the beginning of s, and behind it that byte. */
static size_t repo_length(struct wt_str s, char behind)
{
	size_t len = 0, slash = 0;

	while (len < s.len && len < MAX_NAME && (is_name_byte(s.data[len]) || s.data[len] == '/')) {
		if (s.data[len] == '/') {
			if (slash || len == 0)
				break;
			slash = len;
		}
		len++;
	}
	return slash && len > slash + 1 && len < s.len && s.data[len] == behind ? len : 0;
}

/* What an address goes on with. */
static size_t address_length(struct wt_str s)
{
	size_t len = 0;

	while (len < s.len && len < MAX_ADDRESS && (unsigned char)s.data[len] > ' ' &&
	       !memchr("<>()[]\"'`|,", s.data[len], 11))
		len++;
	return len;
}

/* "https://host/owner/repo/issues/12", with what may follow the number. */
static bool address_parse(struct wt_str s, struct tasklist_ref *ref, struct wt_str *rest)
{
	struct wt_str path = tasklist_upto(s, address_length(s)), behind;
	size_t start, len;

	if (!wt_str_starts_nocase(path, "https://") && !wt_str_starts_nocase(path, "http://"))
		return false;
	start = wt_str_find(path, "://") + 3;
	start += wt_str_find(roadmap_from(path, start), "/");
	if (start >= path.len)
		return false;
	path = roadmap_from(path, start + 1);
	len = repo_length(path, '/');
	ref->repo = tasklist_upto(path, len);
	path = roadmap_from(path, len);
	if (len == 0 || !wt_str_starts(path, "/issues/") ||
	    !number_parse(roadmap_from(path, strlen("/issues/")), &ref->number, &behind))
		return false;
	/* A full stop ends the sentence, not the address. */
	len = behind.len && memchr("/?#", behind.data[0], 3) ? behind.len : 0;
	while (len && memchr(".:;!*_", behind.data[len - 1], 6))
		len--;
	*rest = roadmap_from(s, (size_t)(behind.data + len - s.data));
	return true;
}

bool wt_tasklist_ref_parse(struct wt_str s, struct tasklist_ref *ref, struct wt_str *rest)
{
	struct tasklist_ref found = { .repo = WT_STR("") };
	size_t len;
	bool ok = false;

	if (!s.len)
		return false;
	if (s.data[0] == '#') {
		ok = number_parse(roadmap_from(s, 1), &found.number, rest);
	} else if (wt_str_starts_nocase(s, "gh-")) {
		ok = number_parse(roadmap_from(s, 3), &found.number, rest);
	} else if (wt_str_starts_nocase(s, "http")) {
		ok = address_parse(s, &found, rest);
	} else if (is_name_byte(s.data[0]) && (len = repo_length(s, '#')) > 0) {
		found.repo = tasklist_upto(s, len);
		ok = number_parse(roadmap_from(s, len + 1), &found.number, rest);
	}
	if (ok)
		*ref = found;
	return ok;
}

bool wt_tasklist_ref_is_bad(struct wt_str s)
{
	size_t len = 1;
	struct tasklist_ref ref;
	struct wt_str rest;

	if (s.len < 2 || s.data[0] != '#')
		return false;
	while (len < s.len && roadmap_is_digit(s.data[len]))
		len++;
	return len > 1 && (len == s.len || !roadmap_is_word(s.data[len])) &&
	       !wt_tasklist_ref_parse(s, &ref, &rest);
}

/* "](...)" with the reference as its address, or "[#12]" alone. */
static bool link_parse(struct wt_str s, struct tasklist_ref *ref)
{
	struct wt_str inside = roadmap_skip_light(roadmap_from(s, 1)), rest;
	size_t at;

	if (wt_tasklist_ref_parse(inside, ref, &rest)) {
		rest = roadmap_skip_light(rest);
		if (!rest.len || rest.data[0] != ']')
			return false;
		return rest.len == 1 || (rest.data[1] == '(' && rest.data[rest.len - 1] == ')');
	}
	at = wt_str_find(s, "](");
	return at < s.len && wt_tasklist_ref_parse(roadmap_from(s, at + 2), ref, &rest) &&
	       wt_str_is(rest, ")");
}

bool wt_tasklist_ref_whole(struct wt_str s, struct tasklist_ref *ref)
{
	struct wt_str rest;

	s = wt_roadmap_trim(s);
	if (s.len > 2 && s.data[0] == '<' && s.data[s.len - 1] == '>')
		s = (struct wt_str){ s.data + 1, s.len - 2 };
	if (!s.len || s.len > MAX_ADDRESS + MAX_NAME)
		return false;
	if (s.data[0] == '[')
		return link_parse(s, ref);
	return wt_tasklist_ref_parse(s, ref, &rest) && rest.len == 0;
}

/* a line without its code and comments */

static size_t ticks_at(struct wt_str line, size_t at)
{
	size_t n = 0;

	while (at + n < line.len && line.data[at + n] == '`')
		n++;
	return n;
}

void wt_tasklist_walk_init(struct tasklist_walk *w, struct wt_str line)
{
	size_t n;

	*w = (struct tasklist_walk){ .line = line };
	if (!line.len || !memchr(line.data, '`', line.len))
		return;
	for (size_t i = 0; i < line.len; i += n ? n : 1) {
		n = ticks_at(line, i);
		if (n && n < sizeof w->last_ticks / sizeof *w->last_ticks)
			w->last_ticks[n] = i;
	}
}

/* Behind the code span that begins at that run of backticks, or behind the run. */
static size_t behind_code(const struct tasklist_walk *w, size_t ticks)
{
	size_t i = w->at + ticks;
	size_t n;

	if (ticks >= sizeof w->last_ticks / sizeof *w->last_ticks || w->last_ticks[ticks] < i)
		return i;
	for (; i < w->line.len; i += n ? n : 1) {
		n = ticks_at(w->line, i);
		if (n == ticks)
			return i + n;
	}
	return i;
}

bool wt_tasklist_walk_next(struct tasklist_walk *w, struct wt_str *at)
{
	while (w->at < w->line.len) {
		struct wt_str s = roadmap_from(w->line, w->at);

		if (s.data[0] == '`') {
			w->at = behind_code(w, ticks_at(w->line, w->at));
		} else if (s.data[0] == '<' && wt_str_starts(s, "<!--")) {
			size_t end = wt_str_find(s, "-->");

			w->at += end < s.len ? end + 3 : end;
		} else {
			w->depth += s.data[0] == '(';
			w->depth -= s.data[0] == ')' && w->depth > 0;
			w->at++;
			*at = s;
			return true;
		}
	}
	return false;
}

/* Where a reference may begin: "a#12", "x/#12" and "&#12;" hold none. */
static bool is_start(const struct tasklist_walk *w, const char *at)
{
	char before = at == w->line.data ? ' ' : at[-1];

	if (*at == '#')
		return !(roadmap_is_letter(before) || roadmap_is_digit(before) ||
			 memchr("/#&\\", before, 4));
	return is_name_byte(*at) && before != '/' && before != '#' &&
	       (before == '_' || !(is_name_byte(before) || (unsigned char)before >= 0x80));
}

bool wt_tasklist_walk_ref(struct tasklist_walk *w, struct tasklist_ref *ref)
{
	struct wt_str s, rest;

	while (wt_tasklist_walk_next(w, &s)) {
		if (!is_start(w, s.data) || !wt_tasklist_ref_parse(s, ref, &rest))
			continue;
		w->at = w->line.len - rest.len;
		return true;
	}
	return false;
}
