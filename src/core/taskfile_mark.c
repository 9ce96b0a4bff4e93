/* SPDX-License-Identifier: MIT */
/* A task's status, written into its file without touching any other byte. */

#include <stdio.h>
#include <string.h>

#include "doc_reading.h"

struct marking {
	const struct wt_taskfile *file;
	struct wt_str text;
	const struct wt_roadmap_change *change;
	struct wt_edit *edit;
};

static const struct wt_doc *find_instance(const struct marking *m, const struct wt_doc *list)
{
	for (const struct wt_doc *i = list->child; i; i = i->next) {
		struct wt_buf id = WT_BUF_INIT;
		bool is_it = wt_taskfile_instance_id(i, &id) && strcmp(id.data, m->change->id) == 0;

		wt_buf_clear(&id);
		if (is_it)
			return i;
	}
	return NULL;
}

static const struct wt_doc *find_task(const struct marking *m)
{
	const struct wt_doc *root = m->file->root, *list = wt_taskfile_list(root);

	if (wt_taskfile_instances(root)) {
		const struct wt_doc *instance = find_instance(m, wt_taskfile_instances(root));

		if (instance || !list)
			return instance;
	}
	if (!list) {
		const char *id = wt_doc_text(wt_taskfile_id(root));

		return id && strcmp(id, m->change->id) == 0 ? root : NULL;
	}
	for (const struct wt_doc *t = list->child; t; t = t->next) {
		const char *id = wt_doc_text(wt_taskfile_id(t));

		if (id && strcmp(id, m->change->id) == 0)
			return t;
	}
	return NULL;
}

/* The word that the file itself has for the status, else ours. */
static const char *word_for(const struct marking *m)
{
	const struct wt_doc *list = wt_taskfile_list(m->file->root);
	enum wt_task_status status;

	for (const struct wt_doc *t = list ? list->child : NULL; t; t = t->next) {
		const char *word = wt_doc_text(wt_doc_find(t, "status"));

		if (word && strlen(word) < 40 && !strpbrk(word, "\"'\\\r\n#:,") &&
		    wt_taskfile_status(word, &status) && status == m->change->status)
			return word;
	}
	return wt_task_status_name(m->change->status);
}

static enum wt_mark_result replace(const struct marking *m, const struct wt_doc *status)
{
	char quote = m->text.data[status->offset];
	enum wt_task_status now;

	if (status->kind == WT_DOC_SCALAR && wt_taskfile_status(status->text, &now) &&
	    now == m->change->status)
		return WT_MARK_ALREADY;
	if (!status->len && status->kind != WT_DOC_NULL)
		return WT_MARK_GONE;
	m->edit->offset = status->offset;
	m->edit->old_len = status->len;
	if (quote == '"' || quote == '\'')
		snprintf(m->edit->text, sizeof m->edit->text, "%c%s%c", quote, word_for(m), quote);
	else
		snprintf(m->edit->text, sizeof m->edit->text, "%s", word_for(m));
	return WT_MARK_EDIT;
}

/* In "{...}" it follows the id directly. */
static enum wt_mark_result insert_in_flow(const struct marking *m, const struct wt_doc *id)
{
	bool is_json = m->text.data[id->offset] == '"';

	m->edit->offset = id->offset + id->len;
	m->edit->old_len = 0;
	snprintf(m->edit->text, sizeof m->edit->text,
		 is_json ? ", \"status\": \"%s\"" : ", status: %s", word_for(m));
	return WT_MARK_EDIT;
}

/* What libyaml takes for the end of a line, others may take for a letter: then they see the key,
 * and what is put below it, in another column. */
static bool is_where_it_seems(const struct marking *m, const struct wt_doc *id)
{
	const char *text = m->text.data;
	size_t start = id->offset, at;

	while (start && text[start - 1] != '\n' && text[start - 1] != '\r')
		start--;
	if (start == 0 && wt_str_starts(m->text, "\xEF\xBB\xBF"))
		start = 3;
	for (at = start; at < id->offset && strchr(" -?", text[at]);)
		at++;
	return at - start == id->key_column - 1;
}

/* On a line of its own behind the id's, with the indentation and line end of that one. */
static enum wt_mark_result insert_in_block(const struct marking *m, const struct wt_doc *id)
{
	size_t end = id->offset + id->len;
	const char *eol = "\n";
	size_t indent = id->key_column - 1;

	if (indent > 100 || !is_where_it_seems(m, id))
		return WT_MARK_GONE;
	while (end < m->text.len && m->text.data[end] != '\n' && m->text.data[end] != '\r')
		end++;
	if (end < m->text.len && m->text.data[end] == '\r')
		eol = end + 1 < m->text.len && m->text.data[end + 1] == '\n' ? "\r\n" : "\r";
	m->edit->offset = end;
	m->edit->old_len = 0;
	snprintf(m->edit->text, sizeof m->edit->text, "%s%*sstatus: %s", eol, (int)indent, "",
		 word_for(m));
	return WT_MARK_EDIT;
}

enum wt_mark_result wt_taskfile_mark(const struct wt_taskfile *file, struct wt_str text,
				     const struct wt_roadmap_change *change, struct wt_edit *edit)
{
	struct marking m = { file, text, change, edit };
	const struct wt_doc *task = file->root ? find_task(&m) : NULL;
	const struct wt_doc *status, *id;

	if (!task)
		return WT_MARK_GONE;
	status = wt_doc_find(task, "status");
	id = wt_taskfile_id(task);
	if (!id)
		id = wt_doc_find(task, "feature");
	if (status && status->kind != WT_DOC_NULL)
		return replace(&m, status);
	if (status || !id ||
	    !id->len) /* "status:" with nothing behind it: a place that is easily wrong */
		return WT_MARK_GONE;
	if (change->status == WT_TASK_PLANNED)
		return WT_MARK_ALREADY;
	return text.data[task->offset] == '{' ? insert_in_flow(&m, id) : insert_in_block(&m, id);
}
