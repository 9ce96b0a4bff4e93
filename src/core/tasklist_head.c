/* SPDX-License-Identifier: MIT */
/* What one line of a list of tasks names: its reference, its id, its title. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "issue_reading.h"

/* A reference at the end of a text is looked for in its last bytes. */
#define MAX_TAIL 700u

/* In place of a '[' that turns out to be a link's. */
#define GONE '\x01'

#define LEN(array) (sizeof(array) / sizeof(array)[0])

/* references */

/* Separators between a reference and the title. */
static struct wt_str skip_separators(struct wt_str s)
{
	static const char *const dashes[] = { "\u2013", "\u2014", "\u2192" };

	for (;;) {
		struct wt_str before = s;

		s = roadmap_skip_light(s);
		while (s.len && memchr(":|,.)]>", s.data[0], 7))
			s = roadmap_from(s, 1);
		if (s.len && s.data[0] == '-' && (s.len == 1 || roadmap_is_blank(s.data[1])))
			s = roadmap_from(s, 1);
		for (size_t i = 0; i < LEN(dashes); i++) {
			if (wt_str_starts(s, dashes[i]))
				s = roadmap_from(s, strlen(dashes[i]));
		}
		if (s.len == before.len)
			return s;
	}
}

/* "[#12](address) title", "[#12 title](address)", "[title](address of an issue)" */
static bool link_at_start(struct wt_str s, struct tasklist_head *head)
{
	struct wt_str inside = roadmap_skip_light(roadmap_from(s, 1)), rest;
	size_t at;

	if (wt_tasklist_ref_parse(inside, &head->ref, &rest)) {
		if (wt_str_starts(rest, "](")) {
			at = wt_str_find(rest, ")");
			rest = roadmap_from(rest, at < rest.len ? at + 1 : at);
		}
		head->title = skip_separators(rest);
		return true;
	}
	at = wt_str_find(tasklist_upto(s, MAX_TAIL), "](");
	if (at >= s.len ||
	    !wt_tasklist_ref_parse(roadmap_from(s, at + (at < s.len ? 2 : 0)), &head->ref, &rest))
		return false;
	head->title = s;
	return true;
}

static bool ref_at_start(struct wt_str text, struct tasklist_head *head)
{
	struct wt_str s = roadmap_skip_light(text), rest;

	if (s.len && s.data[0] == '[')
		return link_at_start(s, head);
	if (s.len && (s.data[0] == '<' || s.data[0] == '('))
		s = roadmap_from(s, 1);
	if (!wt_tasklist_ref_parse(s, &head->ref, &rest))
		return false;
	head->title = skip_separators(rest);
	return true;
}

/* Where the bracket that ends s was opened, in its last bytes; s.len when nowhere. */
static size_t bracket_start(struct wt_str s)
{
	char close = s.data[s.len - 1];
	char open = close == ')' ? '(' : '[';
	size_t depth = 0;

	for (size_t i = s.len; i-- > 0 && s.len - i < MAX_TAIL;) {
		depth += s.data[i] == close;
		depth -= s.data[i] == open;
		if (depth == 0)
			return i;
	}
	return s.len;
}

/* Words that a reference belongs to: "after #12", "blocked by #12". */
static bool is_binding(struct wt_str before)
{
	static const char *const words[] = {
		"on",    "by",       "see",   "from",     "of",     "to",      "for",    "in",
		"after", "before",   "with",  "like",     "via",    "and",     "or",     "since",
		"than",  "at",       "as",    "per",      "cf",     "closes",  "fixes",  "resolves",
		"needs", "requires", "until", "unblocks", "blocks", "follows", "follow", "the",
	};
	struct wt_str word = wt_roadmap_trim(before);
	size_t start;

	if (!word.len || memchr(",/&+", word.data[word.len - 1], 4))
		return true;
	start = word.len;
	while (start > 0 && roadmap_is_letter(word.data[start - 1]) && word.len - start < 16)
		start--;
	word = roadmap_from(word, start);
	for (size_t i = 0; i < LEN(words); i++) {
		if (wt_str_is_nocase(word, words[i]))
			return true;
	}
	return false;
}

/* "title (#12)", "title [#12](address)", "title #12" */
static bool ref_at_end(struct wt_str text, struct tasklist_head *head)
{
	struct wt_str s = wt_roadmap_trim(text);
	size_t start;

	while (s.len && memchr(".;", s.data[s.len - 1], 2))
		s = wt_roadmap_trim(tasklist_upto(s, s.len - 1));
	start = s.len;
	if (s.len && memchr(")]", s.data[s.len - 1], 2))
		start = bracket_start(s);
	if (start < s.len && start > 0 && s.data[start - 1] == ']') {
		struct wt_str label = tasklist_upto(s, start);

		start = bracket_start(label) < label.len ? bracket_start(label) : s.len;
	} else if (start < s.len && s.data[start] == '(' &&
		   wt_tasklist_ref_whole((struct wt_str){ s.data + start + 1, s.len - start - 2 },
					 &head->ref)) {
		head->title = tasklist_upto(s, start);
		return true;
	}
	if (start == s.len)
		while (start > 0 && s.len - start < MAX_TAIL &&
		       !roadmap_is_blank(s.data[start - 1]))
			start--;
	if (start == 0 || is_binding(tasklist_upto(s, start)) ||
	    !wt_tasklist_ref_whole(roadmap_from(s, start), &head->ref))
		return false;
	head->title = tasklist_upto(s, start);
	return true;
}

/* titles */

/* "feat:", "fix(parser):" say what sort of change it is, and no more. */
static bool is_sort_of_change(struct wt_str s)
{
	static const char *const words[] = { "feat",   "feature",  "fix",   "bug",
					     "bugfix", "docs",     "doc",   "test",
					     "tests",  "refactor", "perf",  "chore",
					     "ci",     "build",    "style", "revert" };
	size_t scope = wt_str_find(s, "(");

	if (s.len && s.data[s.len - 1] == '!')
		s.len--;
	if (scope < s.len && s.data[s.len - 1] == ')')
		s.len = scope;
	s = wt_roadmap_trim(s);
	for (size_t i = 0; i < LEN(words); i++) {
		if (wt_str_is_nocase(s, words[i]))
			return true;
	}
	return false;
}

/* Up to the first ": " or " (" outside code; a comment ends it too. */
static struct wt_str cut_title(struct wt_str text)
{
	struct tasklist_walk w;
	struct wt_str s;

	text = wt_str_trim(text);
	wt_tasklist_walk_init(&w, text);
	while (wt_tasklist_walk_next(&w, &s)) {
		size_t at = (size_t)(s.data - text.data);
		struct wt_str before = tasklist_upto(text, at);
		bool is_end = s.len == 1 || memchr(" \t\r\n", s.data[1], 4);

		if (s.data[0] == ':' && is_end && !is_sort_of_change(tasklist_upto(before, 40)))
			return before;
		/* "**Label:** text" */
		if (s.data[0] == ':' && s.len > 1 && roadmap_is_emphasis(s.data[1]) && at > 0 &&
		    roadmap_is_emphasis(text.data[0]))
			return before;
		if (s.data[0] == '(' && at > 0 && memchr(" \t\r\n", text.data[at - 1], 4))
			return before;
	}
	return text;
}

static bool is_struck(struct wt_str s)
{
	s = wt_str_trim(s);
	if (s.len < 5 || !wt_str_starts(s, "~~") || !wt_str_ends(s, "~~"))
		return false;
	s = (struct wt_str){ s.data + 2, s.len - 4 };
	return wt_str_find(s, "~~") == s.len;
}

static bool keyword_id(const struct tasklist_scan *scan, struct tasklist_head *head)
{
	struct roadmap_head named;
	struct wt_str s = roadmap_skip_light(head->text);

	if (!s.len || !roadmap_is_letter(s.data[0]) ||
	    !wt_roadmap_head_parse(scan->rules, s, &named))
		return false;
	memcpy(head->id, named.id, sizeof head->id);
	head->title = named.title;
	return true;
}

static bool has_text(struct wt_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (roadmap_is_word(s.data[i]))
			return true;
	}
	return false;
}

bool wt_tasklist_head_parse(const struct tasklist_scan *scan, struct tasklist_head *head)
{
	struct wt_str text = head->text, whole;

	if (is_struck(text)) {
		head->is_done = true;
		text = wt_str_trim(text);
		text = (struct wt_str){ text.data + 2, text.len - 4 };
		head->text = text;
	}
	if (wt_tasklist_ref_is_bad(roadmap_skip_light(text)))
		return false;
	head->title = text;
	if (!ref_at_start(text, head) && !ref_at_end(text, head) && !keyword_id(scan, head)) {
		head->is_positional = true;
		wt_tasklist_skip_number(&head->title);
	}
	whole = wt_str_trim(head->title);
	head->title = cut_title(whole);
	/* "#501 (parser)": all of it is a remark. */
	if (head->ref.number.len && wt_str_starts(whole, "(") && wt_str_ends(whole, ")"))
		head->title = tasklist_upto(whole, 0);
	else if (!has_text(head->title) && has_text(whole))
		head->title = whole;
	head->is_cut = head->title.len < whole.len;
	return has_text(text);
}

/* How many bytes at the beginning of s are markup of a link, or no text: 0 for text. */
static size_t markup_length(struct wt_str s, bool *is_open)
{
	size_t end;

	switch (s.data[0]) {
	case '<':
		return wt_str_starts(s, "<!--") ? s.len : 0;
	case '~':
		return wt_str_starts(s, "~~") ? 2 : 0;
	case '\\':
		return wt_str_starts(s, "\\|");
	case ']':
		if (!*is_open || !wt_str_starts(s, "]("))
			return 0;
		end = wt_str_find(s, ")");
		/* Where no bracket is closed there is none to be looked for again. */
		*is_open = end < s.len;
		return *is_open ? end + 1 : 0;
	default:
		return s.data[0] == GONE;
	}
}

/* The text without addresses of links, comments and strokes. */
static void flatten(struct wt_buf *out, struct wt_str s)
{
	size_t bracket = (size_t)-1, n, start = 0;
	bool is_open = true;

	for (size_t i = 0; i < s.len; i += n ? n : 1) {
		n = 0;
		if (!s.data[i] || !strchr("<~\\][\x01", s.data[i]))
			continue;
		wt_buf_add(out, s.data + start, i - start);
		start = i;
		n = markup_length(roadmap_from(s, i), &is_open);
		if (n && s.data[i] == ']' && bracket != (size_t)-1)
			out->data[bracket] = GONE;
		if (s.data[i] == ']')
			bracket = (size_t)-1;
		else if (s.data[i] == '[')
			bracket = out->len;
		start += n;
	}
	wt_buf_add(out, s.data + start, s.len - start);
}

void wt_tasklist_render_title(struct wt_buf *out, const struct tasklist_head *head)
{
	struct wt_buf flat = WT_BUF_INIT, plain = WT_BUF_INIT;
	struct wt_str s;

	flatten(&flat, head->title);
	for (size_t i = 0; i < flat.len; i++) {
		if (flat.data[i] != GONE)
			wt_buf_putc(&plain, flat.data[i]);
	}
	s = wt_roadmap_trim((struct wt_str){ plain.data, plain.len });
	/* Of a link that was cut. */
	if (wt_str_starts(s, "[") && !memchr(s.data, ']', s.len))
		s = wt_roadmap_trim(roadmap_from(s, 1));
	/* What would go with a marker behind it goes without one, too. */
	while (s.len && (memchr(":-|;,([", s.data[s.len - 1], 7) || wt_str_ends(s, "\u2013") ||
			 wt_str_ends(s, "\u2014")))
		s = wt_roadmap_trim(tasklist_upto(
			s, s.len - ((unsigned char)s.data[s.len - 1] < 0x80 ? 1 : 3)));
	if (!has_text(s) && !head->is_positional && head->ref.number.len)
		wt_buf_printf(out, "#%.*s", (int)head->ref.number.len, head->ref.number.data);
	else
		wt_buf_add(out, s.data, s.len);
	wt_buf_clear(&flat);
	wt_buf_clear(&plain);
}

/* one task, once */

static bool is_home(const struct tasklist_scan *scan, struct wt_str repo)
{
	return !repo.len || (scan->issue->repo && wt_str_is_nocase(repo, scan->issue->repo));
}

/* "owner/repo#12" in small letters, "#12" at home. */
static const char *ref_key(struct tasklist_scan *scan, const struct tasklist_ref *ref, bool is_full)
{
	bool with_repo = is_full && !is_home(scan, ref->repo);
	char *key = wt_arena_printf(&scan->arena, "%.*s#%.*s", with_repo ? (int)ref->repo.len : 0,
				    ref->repo.len ? ref->repo.data : "", (int)ref->number.len,
				    ref->number.data);

	for (char *c = key; *c; c++)
		*c = tasklist_lower(*c);
	return key;
}

/* The second mention of a task may be the one with the box and the title. */
static void merge(struct tasklist_head *first, const struct tasklist_head *again)
{
	bool is_done = first->is_done || again->is_done;
	struct tasklist_ref ref = first->ref.repo.len ? first->ref : again->ref;

	if ((!first->box && again->box) ||
	    (first->kind == TASKLIST_LINE && !first->box && again->kind != TASKLIST_LINE))
		*first = *again;
	first->is_done = is_done;
	first->ref = ref;
}

struct tasklist_head *wt_tasklist_add(struct tasklist_scan *scan, const struct tasklist_head *head)
{
	const struct tasklist_ref *ref = &head->ref;
	struct tasklist_head *added;
	const char *key = NULL;
	size_t first = WT_MAP_NONE;

	if (!head->is_positional && ref->number.len) {
		if (scan->issue->number && is_home(scan, ref->repo) &&
		    wt_str_is(ref->number, scan->issue->number))
			return NULL;
		key = ref_key(scan, ref, true);
		first = wt_map_find(&scan->by_ref, key);
		/* Whose number it is may be left unsaid when nobody knows where we are. */
		if (first == WT_MAP_NONE && !scan->issue->repo) {
			first = wt_map_find(&scan->by_ref, ref_key(scan, ref, false));
			if (first != WT_MAP_NONE && ref->repo.len &&
			    scan->heads[first].ref.repo.len)
				first = WT_MAP_NONE;
		}
	}
	if (first != WT_MAP_NONE) {
		merge(&scan->heads[first], head);
		return NULL;
	}
	added = WT_ARENA_PUSH(&scan->arena, scan->heads, scan->len, scan->cap);
	*added = *head;
	if (key) {
		bool found;

		wt_map_put(&scan->by_ref, key, scan->len - 1, &found);
		wt_map_put(&scan->by_ref, ref_key(scan, ref, false), scan->len - 1, &found);
	}
	return added;
}

/* "owner-repo-12", when that is an id. */
static bool long_id(const struct tasklist_ref *ref, char *id)
{
	int n = snprintf(id, WT_MAX_ID + 1, "%.*s-%.*s", (int)ref->repo.len, ref->repo.data,
			 (int)ref->number.len, ref->number.data);

	for (char *c = id; *c; c++) {
		if (*c == '/')
			*c = '-';
	}
	return n > 0 && n <= (int)WT_MAX_ID && wt_text_is_id(wt_str_of(id));
}

void wt_tasklist_number(struct tasklist_scan *scan)
{
	struct wt_map count = { 0 };
	const char *key;
	size_t n;

	for (size_t i = 0; i < scan->len; i++) {
		struct tasklist_head *h = &scan->heads[i];

		if (!h->ref.number.len)
			continue;
		key = ref_key(scan, &h->ref, false);
		n = wt_map_find(&count, key);
		wt_map_set(&count, key, n == WT_MAP_NONE ? 1 : n + 1);
	}
	for (size_t i = 0; i < scan->len; i++) {
		struct tasklist_head *h = &scan->heads[i];

		if (h->is_positional || !(h->id[0] || h->ref.number.len)) {
			snprintf(h->id, sizeof h->id, "i%zu", i + 1);
			continue;
		}
		if (!h->ref.number.len)
			continue;
		snprintf(h->id, sizeof h->id, "%.*s", (int)h->ref.number.len, h->ref.number.data);
		n = wt_map_find(&count, ref_key(scan, &h->ref, false));
		if (n > 1 && !is_home(scan, h->ref.repo)) {
			char id[WT_MAX_ID + 1];

			if (long_id(&h->ref, id))
				memcpy(h->id, id, sizeof h->id);
		}
	}
	wt_map_clear(&count);
}
