/* SPDX-License-Identifier: MIT */
/* Finding the status marker in a heading or a Status line. */

#include <string.h>

#include "roadmap_reading.h"
#include "doc_reading.h"

#define SELECTOR "\xEF\xB8\x8F" /* U+FE0F: the emoji, not its text form */
#define STATUSES 5u

/* Between an emoji and its word: blanks and emphasis, and not many of them. */
#define MAX_GAP 8u

/* Code spans are searched for in headings of a sane length. */
#define MAX_CODE 65536u

static const struct wt_roadmap_rules default_rules = {
	.keywords = (const char *const[]){ "PRIORITY", "US", "TASK", "BUG" },
	.n_keywords = 4,
	.markers = {
		[WT_TASK_PLANNED] = { "\U0001F4DD", "Planned" },
		[WT_TASK_IN_PROGRESS] = { "\U0001F504", "In Progress" },
		[WT_TASK_COMPLETED] = { "\u2705", "Complete" },
		[WT_TASK_FAILED] = { "\u274C", "Failed" },
		[WT_TASK_BLOCKED] = { "\u23F8", "Blocked" },
	},
};

const struct wt_roadmap_rules *wt_roadmap_default_rules(void)
{
	return &default_rules;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Length of the table's word at the beginning of s, an inflected end included; or 0. */
static size_t word_length(const char *word, struct wt_str s)
{
	size_t len = 0;
	struct wt_str rest;

	if (!word || !word[0])
		return 0;
	for (; word[len]; len++) {
		bool is_joint = word[len] == ' ' && len < s.len && strchr(" -_", s.data[len]);

		if (len == s.len || s.data[len] == '\0' ||
		    (!is_joint && lower(s.data[len]) != lower(word[len])))
			return 0;
	}
	rest = roadmap_from(s, len);
	if (lower(word[len - 1]) == 'e' && wt_str_starts_nocase(rest, "d"))
		len += 1;
	else if (lower(word[len - 1]) != 'd' && wt_str_starts_nocase(rest, "ed"))
		len += 2;
	rest = roadmap_from(s, len);
	if (rest.len && roadmap_is_word(rest.data[0]))
		return 0;
	/* The '_' that ends emphasis is none that goes on with a name. */
	if (rest.len > 1 && rest.data[0] == '_' && roadmap_is_word(rest.data[1]))
		return 0;
	return len;
}

/* The longest word of the table at the beginning of s. */
static size_t match_word(const struct wt_roadmap_rules *rules, struct wt_str s,
			 enum wt_task_status *status)
{
	size_t best = 0;

	*status = WT_TASK_PLANNED;
	for (size_t i = 0; i < STATUSES; i++) {
		size_t len = word_length(rules->markers[i].word, s);

		if (len > best) {
			best = len;
			*status = (enum wt_task_status)i;
		}
	}
	return best;
}

/* The longest emoji of the table at the beginning of s, with its selector. */
static size_t match_emoji(const struct wt_roadmap_rules *rules, struct wt_str s,
			  enum wt_task_status *status)
{
	size_t best = 0;

	*status = WT_TASK_PLANNED;
	for (size_t i = 0; i < STATUSES; i++) {
		struct wt_str emoji;

		if (!rules->markers[i].emoji || rules->markers[i].emoji[0] != s.data[0])
			continue;
		emoji = wt_str_of(rules->markers[i].emoji);
		while (emoji.len > 3 && memcmp(emoji.data + emoji.len - 3, SELECTOR, 3) == 0)
			emoji.len -= 3;
		if (emoji.len <= best || emoji.len > s.len ||
		    memcmp(s.data, emoji.data, emoji.len) != 0)
			continue;
		best = emoji.len;
		*status = (enum wt_task_status)i;
	}
	if (best && wt_str_starts(roadmap_from(s, best), SELECTOR))
		best += 3;
	return best;
}

/* The word right behind the emoji is part of the marker, unless it goes on as a sentence. */
static void add_word(const struct wt_roadmap_rules *rules, struct wt_str behind,
		     struct roadmap_hit *hit)
{
	struct wt_str s = roadmap_skip_light(behind);
	enum wt_task_status status = hit->status;
	size_t len;

	if ((size_t)(s.data - behind.data) > MAX_GAP)
		return;
	len = match_word(rules, s, &status);
	if (len == 0)
		return;
	if (status != hit->status) {
		struct wt_str next = roadmap_skip_light(roadmap_from(s, len));

		if (next.len && roadmap_is_word(next.data[0]))
			return;
	}
	hit->word = (struct wt_str){ s.data, len };
	hit->span.len = (size_t)(s.data + len - hit->span.data);
}

/* Bytes of the code span at the beginning of s; 1 for a backtick that opens none. */
static size_t code_length(struct wt_str s)
{
	size_t ticks = 0;
	size_t run = 0;

	while (ticks < s.len && s.data[ticks] == '`')
		ticks++;
	for (size_t i = ticks; i <= s.len; i++) {
		if (i < s.len && s.data[i] == '`') {
			run++;
			continue;
		}
		if (run == ticks)
			return i;
		run = 0;
	}
	return ticks;
}

/* The last emoji outside code spans. */
static struct roadmap_hit last_emoji(const struct wt_roadmap_rules *rules, struct wt_str text)
{
	struct roadmap_hit hit = { 0 };

	for (size_t i = 0; i < text.len;) {
		struct wt_str s = roadmap_from(text, i);
		enum wt_task_status status = WT_TASK_PLANNED;
		size_t len;

		if (s.data[0] == '`' && text.len <= MAX_CODE) {
			i += code_length(s);
			continue;
		}
		len = match_emoji(rules, s, &status);
		if (len == 0) {
			i++;
			continue;
		}
		hit = (struct roadmap_hit){ .is_found = true,
					    .status = status,
					    .emoji = { s.data, len },
					    .span = { s.data, len } };
		add_word(rules, roadmap_from(s, len), &hit);
		i += hit.span.len;
	}
	return hit;
}

/* The word of the table that s ends with, from the nearest place where one may begin. */
static struct roadmap_hit word_at_end(const struct wt_roadmap_rules *rules, struct wt_str s)
{
	struct roadmap_hit hit = { 0 };

	for (size_t i = s.len; i-- > 0;) {
		struct wt_str tail = roadmap_from(s, i);
		enum wt_task_status status = WT_TASK_PLANNED;

		if (i > 0 && roadmap_is_word(s.data[i - 1]))
			continue;
		if (match_word(rules, tail, &status) == tail.len)
			hit = (struct roadmap_hit){ true, status, tail, { 0 }, tail };
		if (tail.len > 64)
			break;
	}
	return hit;
}

static bool has_small_letter(struct wt_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] >= 'a' && s.data[i] <= 'z')
			return true;
	}
	return false;
}

/* Written as the table has it, or in capitals among small letters. */
static bool is_proper(struct wt_str word, const char *table, struct wt_str before)
{
	size_t n = strlen(table);

	if (word.len >= n && memcmp(word.data, table, n) == 0)
		return true;
	return !has_small_letter(word) && has_small_letter(before);
}

static bool ends_with_separator(struct wt_str s)
{
	static const char *const separators[] = { " -", ":", "|", "\u2013", "\u2014" };

	for (size_t i = 0; i < sizeof separators / sizeof separators[0]; i++) {
		size_t len = strlen(separators[i]);

		if (s.len >= len && memcmp(s.data + s.len - len, separators[i], len) == 0)
			return true;
	}
	return false;
}

static bool has_word(struct wt_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (roadmap_is_word(s.data[i]))
			return true;
	}
	return false;
}

/* Whether a word alone, at the end of text, is a marker and not the end of a sentence. */
static bool stands_alone(const struct wt_roadmap_rules *rules, struct wt_str text,
			 const struct roadmap_hit *hit)
{
	struct wt_str before = { text.data, (size_t)(hit->word.data - text.data) };
	const char *end = hit->word.data + hit->word.len;
	bool is_closed = end < text.data + text.len && roadmap_is_emphasis(*end);
	struct wt_str head;

	if (!has_word(before))
		return false;
	if (is_closed && roadmap_is_emphasis(before.data[before.len - 1]))
		return true;
	if (!roadmap_is_blank(before.data[before.len - 1]) &&
	    !roadmap_is_emphasis(before.data[before.len - 1]))
		return false;
	head = wt_roadmap_trim(before);
	return ends_with_separator(head) ||
	       is_proper(hit->word, rules->markers[hit->status].word, head);
}

/* Where the bracket that ends s was opened; s.len when it was not. */
static size_t bracket_start(struct wt_str s)
{
	char close = s.len ? s.data[s.len - 1] : '\0';
	char open = close == ')' ? '(' : '[';
	size_t depth = 0;

	if (close != ')' && close != ']')
		return s.len;
	for (size_t i = s.len; i-- > 0;) {
		depth += s.data[i] == close;
		depth -= s.data[i] == open;
		if (depth == 0)
			return i;
	}
	return s.len;
}

/* "(Planned)", "[**DONE** (2025-01-01)]": a word at the beginning, and at most a remark. */
static struct roadmap_hit word_in_bracket(const struct wt_roadmap_rules *rules,
					  struct wt_str inside)
{
	struct wt_str s = wt_roadmap_trim(inside);
	enum wt_task_status status = WT_TASK_PLANNED;
	size_t len = match_word(rules, s, &status);
	struct wt_str rest = wt_roadmap_trim(roadmap_from(s, len));
	struct wt_str word = { s.data, len };

	if (len == 0 || (rest.len && bracket_start(rest) != 0))
		return (struct roadmap_hit){ 0 };
	return (struct roadmap_hit){ true, status, word, { 0 }, word };
}

/* A word of the table at the end of a heading; remarks in brackets may follow it. */
static struct roadmap_hit last_word(const struct wt_roadmap_rules *rules, struct wt_str text)
{
	struct roadmap_hit hit;
	struct wt_str s = wt_roadmap_trim(text);

	for (int remarks = 0; remarks < 4 && s.len; remarks++) {
		size_t open = bracket_start(s);

		if (open == s.len) {
			hit = word_at_end(rules, s);
			if (hit.is_found && !stands_alone(rules, text, &hit))
				hit.is_found = false;
			return hit;
		}
		hit = word_in_bracket(rules,
				      (struct wt_str){ s.data + open + 1, s.len - open - 2 });
		if (hit.is_found && has_word((struct wt_str){ s.data, open }))
			return hit;
		s = wt_roadmap_trim((struct wt_str){ s.data, open });
	}
	return (struct roadmap_hit){ 0 };
}

struct roadmap_hit wt_roadmap_find_marker(const struct wt_roadmap_rules *rules, struct wt_str title)
{
	struct roadmap_hit hit = last_emoji(rules, title);

	return hit.is_found ? hit : last_word(rules, title);
}

/* "Draft", "ready-for-dev": what other tools call a status. */
static struct roadmap_hit foreign_status(struct wt_str value)
{
	struct wt_str word = wt_roadmap_before_remark(wt_roadmap_first_line(value));
	struct roadmap_hit hit = { .word = word, .span = word };
	char text[32];

	if (word.len >= sizeof text)
		return hit;
	memcpy(text, word.data, word.len);
	text[word.len] = '\0';
	hit.is_found = wt_taskfile_status(text, &hit.status);
	return hit;
}

struct roadmap_hit wt_roadmap_find_status(const struct wt_roadmap_rules *rules, struct wt_str value)
{
	struct roadmap_hit hit = last_emoji(rules, value);
	struct wt_str s = roadmap_skip_light(value);
	enum wt_task_status status = WT_TASK_PLANNED;
	size_t len;

	if (hit.is_found)
		return hit;
	len = match_word(rules, s, &status);
	if (len > 0)
		hit = (struct roadmap_hit){ true, status, { s.data, len }, { 0 }, { s.data, len } };
	else if (rules->is_spec)
		hit = foreign_status(value);
	return hit;
}

/* What leads to the marker but is no part of the title: " -", "(", "**". */
static struct wt_str without_tail(struct wt_str s)
{
	static const char *const tails[] = {
		"-", ":", "|", "(", "[", "*", "_", "\u2013", "\u2014"
	};
	size_t len;

	do {
		s = wt_str_trim(s);
		len = s.len;
		for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
			size_t n = strlen(tails[i]);

			if (s.len >= n && memcmp(s.data + s.len - n, tails[i], n) == 0)
				s.len -= n;
		}
	} while (s.len != len);
	return s;
}

struct wt_str wt_roadmap_bare_title(struct wt_str title, const struct roadmap_hit *hit)
{
	struct wt_str before, behind;

	if (!hit->is_found)
		return title;
	before = without_tail((struct wt_str){ title.data, (size_t)(hit->span.data - title.data) });
	if (before.len)
		return before;
	behind = roadmap_from(title, (size_t)(hit->span.data - title.data) + hit->span.len);
	while (behind.len && strchr(" \t-:|)]*_", behind.data[0]) && behind.data[0])
		behind = roadmap_from(behind, 1);
	return behind;
}
