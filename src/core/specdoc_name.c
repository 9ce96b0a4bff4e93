/* SPDX-License-Identifier: MIT */
/* What the task of a specification is called. */

#include <stdio.h>
#include <string.h>

#include "specdoc_priv.h"

#define MIN_DIGITS 3u /* of a code without '-': T012 is one, Q3 is none */

const struct wt_doc *specdoc_meta_id(const struct wt_doc *meta)
{
	const struct wt_doc *id = wt_taskfile_id(meta);

	return id && id->kind != WT_DOC_NULL ? id : NULL;
}

struct wt_str specdoc_stem(const char *path)
{
	static const char *const ends[] = { ".md", ".markdown", ".mdx", ".txt" };
	const char *slash = strrchr(path, '/');
	struct wt_str name = wt_str_of(slash ? slash + 1 : path);

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		if (wt_str_ends(name, ends[i])) {
			name.len -= strlen(ends[i]);
			break;
		}
	}
	return name;
}

/* "ABC-12", "T012" */
static bool code_parse(struct wt_str s, char *id, struct wt_str *rest)
{
	size_t letters = 0, end, digits = 0;

	while (letters < s.len && s.data[letters] >= 'A' && s.data[letters] <= 'Z')
		letters++;
	end = letters + (letters < s.len && s.data[letters] == '-');
	while (end + digits < s.len && roadmap_is_digit(s.data[end + digits]))
		digits++;
	if (end == letters ? letters < 1 || digits < MIN_DIGITS : letters < 2 || digits < 1)
		return false;
	end += digits;
	if (end > WT_MAX_ID || (end < s.len && roadmap_is_word(s.data[end])))
		return false;
	snprintf(id, WT_MAX_ID + 1, "%.*s", (int)end, s.data);
	*rest = roadmap_from(s, end);
	return true;
}

/* What ends the id in a heading; 0 when it does not end there. */
static size_t separator_length(struct wt_str s, bool is_number)
{
	static const char *const separators[] = { ":", "]", "- ", "\u2013", "\u2014" };

	if (is_number)
		return s.len > 1 && s.data[0] == ':' && roadmap_is_blank(s.data[1]);
	/* A marker behind "TASK-3 -" must not make it the id that it was not before. */
	if (wt_str_is(s, "-"))
		return 1;
	for (size_t i = 0; i < sizeof separators / sizeof separators[0]; i++) {
		if (wt_str_starts(s, separators[i]))
			return strlen(separators[i]);
	}
	return 0;
}

/* Behind emoji, brackets and "User" in front of an id. */
static struct wt_str skip_ornament(struct wt_str s)
{
	while (s.len && !roadmap_is_letter(s.data[0]) && !roadmap_is_digit(s.data[0]))
		s = roadmap_from(s, 1);
	return wt_str_starts_nocase(s, "user story") ? roadmap_from(s, 5) : s;
}

/* "TASK-3 ✅ Complete" has no title. */
static bool begins_with_marker(const struct specdoc *s, struct wt_str text)
{
	struct roadmap_hit hit = wt_roadmap_find_marker(&s->rules, text);

	return hit.is_found && hit.emoji.len && hit.span.data == text.data;
}

static bool heading_parse(const struct specdoc *s, struct wt_str text, char *id,
			  struct wt_str *title)
{
	struct wt_str start = skip_ornament(text), rest;
	size_t len;

	if (!wt_roadmap_id_parse(&s->rules, start, id, &rest) && !code_parse(start, id, &rest))
		return false;
	rest = roadmap_skip_light(rest);
	len = separator_length(rest, roadmap_is_digit(start.data[0]));
	if (len == 0 &&
	    ((rest.len && !begins_with_marker(s, rest)) || roadmap_is_digit(start.data[0])))
		return false;
	rest = roadmap_from(rest, len);
	while (rest.len && roadmap_is_emphasis(rest.data[0]) && start.data != text.data)
		rest = roadmap_from(rest, 1);
	*title = wt_str_trim(rest);
	if (wt_str_starts(*title, ":"))
		*title = wt_str_trim(roadmap_from(*title, 1));
	return true;
}

/* "Task ID: 7" */
static bool labelled_parse(struct wt_str text, char *id)
{
	struct wt_str s = roadmap_skip_light(text);

	if (!wt_str_starts_nocase(s, "task id"))
		return false;
	s = roadmap_skip_light(roadmap_from(s, 7));
	if (!s.len || s.data[0] != ':')
		return false;
	s = wt_roadmap_trim(roadmap_from(s, 1));
	if (!wt_text_is_id(s))
		return false;
	snprintf(id, WT_MAX_ID + 1, "%.*s", (int)s.len, s.data);
	return true;
}

/* The value of "# Title: X" or "**Title:** X" on a line of its own. */
static struct wt_str labelled_title(const struct wt_md *md)
{
	for (size_t line = 1; line <= md->n_lines; line++) {
		struct wt_str s = wt_md_line(md, line);

		while (s.len && (s.data[0] == '#' || s.data[0] == '*' || s.data[0] == ' '))
			s = roadmap_from(s, 1);
		if (wt_str_starts_nocase(s, "title:"))
			return wt_roadmap_trim(roadmap_from(s, 6));
	}
	return WT_STR("");
}

/* "Task: Add a login" is about adding a login. */
static struct wt_str without_label(struct wt_str title)
{
	static const char *const labels[] = {
		"task:",          "story:",   "user story:", "spec:",
		"specification:", "feature:", "bug:",        "issue:"
	};

	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		if (wt_str_starts_nocase(title, labels[i]))
			return wt_str_trim(roadmap_from(title, strlen(labels[i])));
	}
	return title;
}

static void find_code(struct specdoc *s, const char *id)
{
	size_t len = strcspn(id, "0123456789");

	if (len == 0 || !id[len])
		return;
	snprintf(s->code, sizeof s->code, "%.*s", (int)len, id);
	s->rules.code = s->code;
}

void specdoc_find_name(struct specdoc *s)
{
	const struct wt_doc *meta_id = specdoc_meta_id(s->doc->meta);
	struct roadmap_head *head = &s->scan.heads[0];
	struct wt_str rest = WT_STR("");

	head->title = without_label(head->text);
	if (s->has_heading && labelled_parse(head->text, s->id)) {
		head->title = labelled_title(&s->doc->md);
		s->id_is_heading = s->is_labelled = true;
		s->n_top = 1;
	} else if (s->has_heading && heading_parse(s, head->text, s->id, &head->title)) {
		s->id_is_heading = true;
	} else if (wt_roadmap_name_parse(&s->rules, specdoc_stem(s->doc->path), s->id, &rest)) {
		s->id_is_name = true;
		while (rest.len && strchr("-_ .", rest.data[0]) && rest.data[0])
			rest = roadmap_from(rest, 1);
		if (!head->title.len)
			head->title = rest;
	}
	find_code(s, meta_id && wt_doc_text(meta_id) ? meta_id->text : s->id);
}
