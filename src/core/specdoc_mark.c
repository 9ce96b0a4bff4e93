/* SPDX-License-Identifier: MIT */
/* The status of a specification, written into it without touching any other byte. */

#include <stdio.h>
#include <string.h>

#include "specdoc_priv.h"

/* Where a tool has the one word for what is to be done, it has the other for what is done. */
static const char *const pairs[][2] = {
	{ "open", "closed" }, { "to do", "done" },    { "todo", "done" },
	{ "to-do", "done" },  { "backlog", "done" },  { "draft", "done" },
	{ "ready", "done" },  { "approved", "done" }, { "ready-for-dev", "done" },
};

static const char *word_for(const char *old, enum wt_task_status status)
{
	size_t from = status == WT_TASK_COMPLETED ? 0 : 1;

	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		if ((status == WT_TASK_COMPLETED || status == WT_TASK_PLANNED) &&
		    wt_str_is_nocase(wt_str_of(old), pairs[i][from]))
			return pairs[i][1 - from];
	}
	return wt_task_status_name(status);
}

static bool has_small(const char *s)
{
	for (; *s; s++) {
		if (*s >= 'a' && *s <= 'z')
			return true;
	}
	return false;
}

/* "Done" where "Open" stood, "DONE" for "OPEN". */
static void put_word(struct wt_buf *out, const char *word, const char *old)
{
	bool is_capital = old[0] >= 'A' && old[0] <= 'Z';
	bool is_upper = is_capital && !has_small(old);

	for (size_t i = 0; word[i]; i++) {
		bool changes = word[i] >= 'a' && word[i] <= 'z' && (is_upper || (is_capital && !i));

		wt_buf_putc(out, changes ? (char)(word[i] - 'a' + 'A') : word[i]);
	}
}

static enum wt_mark_result finish(struct wt_buf *text, struct wt_edit *edit)
{
	bool fits = text->len < sizeof edit->text;

	if (fits)
		memcpy(edit->text, text->data, text->len + 1);
	wt_buf_clear(text);
	return fits ? WT_MARK_EDIT : WT_MARK_GONE;
}

static size_t offset_of(const struct wt_specdoc *doc, const struct wt_doc *node)
{
	return (size_t)(doc->front.data - doc->text.data) + node->offset;
}

static enum wt_mark_result replace(const struct wt_specdoc *doc, const struct wt_doc *status,
				   const struct wt_roadmap_change *change, struct wt_edit *edit)
{
	enum wt_task_status now = WT_TASK_PLANNED;
	struct wt_buf b = WT_BUF_INIT;
	char quote;

	if (wt_doc_text(status))
		wt_taskfile_status(status->text, &now);
	if (now == change->status)
		return WT_MARK_ALREADY;
	if (status->kind != WT_DOC_SCALAR || !status->len)
		return WT_MARK_GONE;
	edit->offset = offset_of(doc, status);
	edit->old_len = status->len;
	quote = doc->text.data[edit->offset];
	if (quote == '"' || quote == '\'')
		wt_buf_putc(&b, quote);
	put_word(&b, word_for(status->text, change->status), status->text);
	if (quote == '"' || quote == '\'')
		wt_buf_putc(&b, quote);
	return finish(&b, edit);
}

/* As the last line of the front matter, which is a map in block style. */
static enum wt_mark_result insert(const struct wt_specdoc *doc,
				  const struct wt_roadmap_change *change, struct wt_edit *edit)
{
	const struct wt_doc *last = doc->meta->child;
	size_t end = (size_t)(doc->front.data + doc->front.len - doc->text.data);
	const char *eol = "\n";
	struct wt_buf b = WT_BUF_INIT;

	if (!last || last->key_column > 100 || doc->text.data[offset_of(doc, doc->meta)] == '{')
		return WT_MARK_GONE;
	if (end > 0 && doc->text.data[end - 1] == '\r')
		eol = "\r";
	else if (end > 1 && doc->text.data[end - 2] == '\r')
		eol = "\r\n";
	edit->offset = end;
	edit->old_len = 0;
	wt_buf_printf(&b, "%*sstatus: %s%s", (int)last->key_column - 1, "",
		      wt_task_status_name(change->status), eol);
	return finish(&b, edit);
}

/* A word that is none of a roadmap's is replaced by one of the same tool. */
static bool is_foreign(const struct specdoc *s, const struct roadmap_hit *hit)
{
	struct wt_roadmap_rules rules = s->rules;

	rules.is_spec = false;
	return hit->is_found && !hit->emoji.len &&
	       !wt_roadmap_find_status(&rules, hit->word).is_found;
}

static enum wt_mark_result replace_word(const struct wt_specdoc *doc, struct wt_str old,
					const struct wt_roadmap_change *change,
					struct wt_edit *edit)
{
	struct wt_buf b = WT_BUF_INIT;
	char text[64];

	snprintf(text, sizeof text, "%.*s", (int)(old.len < 60 ? old.len : 60), old.data);
	edit->offset = (size_t)(old.data - doc->md.text.data);
	edit->old_len = old.len;
	put_word(&b, word_for(text, change->status), text);
	return finish(&b, edit);
}

/* A title that was made from the file's name is no part of it. */
static bool is_in_text(const struct specdoc *s, struct wt_str part)
{
	uintptr_t begin = (uintptr_t)s->doc->md.text.data, at = (uintptr_t)part.data;

	return at >= begin && at - begin <= s->doc->md.text.len;
}

/* "# 1:" in a file with an id of its own: what is put behind it would be the title of task 1. */
static bool wants_title(const struct specdoc *s)
{
	struct wt_str text = wt_str_trim(s->scan.heads[0].text);

	return !s->id_is_heading && text.len && strchr(":-", text.data[text.len - 1]);
}

static enum wt_mark_result mark_task(const struct specdoc *s,
				     const struct wt_roadmap_change *change, struct wt_edit *edit)
{
	const struct wt_doc *meta = s->doc->meta;
	const struct wt_doc *status = wt_doc_find(meta, "status");
	struct roadmap_hit hit = wt_roadmap_status(&s->scan, 0, NULL);

	if (status && status->kind != WT_DOC_NULL)
		return replace(s->doc, status, change, edit);
	if ((hit.is_found ? hit.status : WT_TASK_PLANNED) == change->status)
		return WT_MARK_ALREADY;
	if (hit.is_found && !is_in_text(s, hit.span))
		return WT_MARK_GONE;
	if (!hit.is_found && meta && !status)
		return insert(s->doc, change, edit);
	/* A title found elsewhere, or none at all: there is no heading to write to. */
	if (!hit.is_found && (!s->has_heading || s->is_labelled))
		return WT_MARK_GONE;
	/* A word alone would be taken for the title. */
	if (!hit.is_found && !s->scan.heads[0].title.len && !s->rules.markers[change->status].emoji)
		return WT_MARK_GONE;
	if (!hit.is_found && wants_title(s))
		return WT_MARK_GONE;
	if (is_foreign(s, &hit))
		return replace_word(s->doc, hit.word, change, edit);
	return wt_roadmap_mark_heading(&s->scan, 0, change, edit);
}

/* In front matter that cannot be read, an edit could make it one that can, with another id. */
static bool is_in_broken_front(const struct wt_specdoc *doc, const struct wt_edit *edit)
{
	return doc->front.data && !doc->meta &&
	       edit->offset < (size_t)(doc->front.data + doc->front.len - doc->text.data);
}

enum wt_mark_result wt_specdoc_mark(const struct wt_specdoc *doc,
				    const struct wt_roadmap_rules *rules,
				    const struct wt_roadmap_change *change, struct wt_edit *edit)
{
	const struct wt_doc *id = specdoc_meta_id(doc->meta);
	struct wt_str stem = specdoc_stem(doc->path);
	enum wt_mark_result result = WT_MARK_GONE;
	struct specdoc s;

	if (!wt_specdoc_is(doc, rules))
		return wt_roadmap_mark(&doc->md, rules, change, edit);
	specdoc_open(&s, doc, rules);
	if (id        ? wt_doc_text(id) && strcmp(id->text, change->id) == 0
	    : s.id[0] ? strcmp(s.id, change->id) == 0
		      : wt_str_is(stem, change->id))
		result = mark_task(&s, change, edit);
	specdoc_close(&s);
	return result == WT_MARK_EDIT && is_in_broken_front(doc, edit) ? WT_MARK_GONE : result;
}
