/* SPDX-License-Identifier: MIT */
/* The grammars in which tasks are written, behind one door. */

#include "wtorch/engine/grammar.h"

#include <string.h>

#include "wtorch/core/specdoc.h"
#include "wtorch/core/taskfile.h"
#include "wtorch/core/tasklist.h"

/* What is larger is no description of one task, and reading it twice would take time. */
#define MAX_SPEC_BYTES (512u * 1024)

enum wt_grammar wt_grammar_of_name(const char *path)
{
	struct wt_str name = wt_str_of(path);

	if (wt_str_ends(name, ".yaml") || wt_str_ends(name, ".yml") || wt_str_ends(name, ".json"))
		return WT_GRAMMAR_TASKFILE;
	return WT_GRAMMAR_ROADMAP;
}

struct wt_roadmap_rules *wt_grammar_rules(struct wt_arena *a, const struct wt_config *c)
{
	static const char *const keys[5] = { "roadmap.status.planned", "roadmap.status.in_progress",
					     "roadmap.status.completed", "roadmap.status.failed",
					     "roadmap.status.blocked" };
	struct wt_roadmap_rules *rules = wt_arena_alloc(a, sizeof *rules);

	*rules = *wt_roadmap_default_rules();
	rules->keywords = wt_config_list(c, "roadmap.keywords", &rules->n_keywords);
	rules->writes_date = wt_config_is(c, "roadmap.completed", "date");
	for (size_t i = 0; i < 5; i++) {
		struct wt_str text = wt_str_trim(wt_str_of(wt_config_text(c, keys[i])));
		size_t blank = wt_str_find(text, " ");

		if (!text.len || !wt_config_is_set(c, keys[i]))
			continue;
		/* "<emoji> Word", or the word alone */
		rules->markers[i] = (struct wt_roadmap_marker){ 0 };
		if ((unsigned char)text.data[0] >= 0x80) {
			rules->markers[i].emoji = wt_arena_strndup(a, text.data, blank);
			text.data += blank;
			text.len -= blank;
		}
		text = wt_str_trim(text);
		rules->markers[i].word = wt_arena_strndup(a, text.data, text.len);
	}
	return rules;
}

static struct wt_taskfile read_taskfile(const struct wt_reader *reader,
					const struct wt_source_text *source, struct wt_arena *arena,
					bool wants_rest, struct wt_diags *diags)
{
	struct wt_yaml_text in = {
		.path = source->path, .text = source->text, .line = 1, .wants_rest = wants_rest
	};

	return (struct wt_taskfile){ source->path, reader->yaml(arena, &in, diags) };
}

/* Front matter that is none, as between two rules, is part of the text. */
static enum wt_code read_spec(const struct wt_reader *reader, const struct wt_source_text *source,
			      struct wt_arena *arena, struct wt_diags *diags,
			      struct wt_specdoc *out, struct wt_error *err)
{
	struct wt_str text = source->text;

	*out = (struct wt_specdoc){ .path = source->path, .text = text };
	out->front = wt_specdoc_front(text);
	if (out->front.data) {
		struct wt_yaml_text in = { source->path, out->front, 2, true };

		out->meta = reader->yaml(arena, &in, diags);
	}
	if (out->meta && out->meta->kind != WT_DOC_MAP)
		out->meta = NULL;
	if (out->meta)
		text = wt_specdoc_blank(arena, text, out->front);
	return reader->markdown(arena, source->path, text, &out->md, err);
}

enum wt_code wt_grammar_of_text(const struct wt_reader *reader, const struct wt_config *config,
				const struct wt_source_text *source, enum wt_grammar *out,
				struct wt_error *err)
{
	struct wt_arena arena = { 0 };
	struct wt_diags ignored = { .arena = &arena };
	struct wt_specdoc doc;
	enum wt_code rc = WT_OK;

	*out = source->grammar;
	if (source->grammar != WT_GRAMMAR_ROADMAP || source->text.len > MAX_SPEC_BYTES)
		return WT_OK;
	rc = read_spec(reader, source, &arena, &ignored, &doc, err);
	if (!rc && (wt_specdoc_is(&doc, wt_grammar_rules(&arena, config)) ||
		    (ignored.errors && wt_specdoc_seems_declared(doc.front))))
		*out = WT_GRAMMAR_SPEC;
	wt_arena_clear(&arena);
	return rc;
}

enum wt_code wt_grammar_parse(const struct wt_reader *reader, const struct wt_config *config,
			      const struct wt_source_text *source, struct wt_tasks *tasks,
			      struct wt_diags *diags, struct wt_error *err)
{
	struct wt_tasklist_issue issue = { 0 };
	struct wt_md md = { 0 };
	struct wt_specdoc doc;
	struct wt_taskfile file;
	struct wt_arena scratch = { 0 };
	size_t errors = diags->errors, before = tasks->len;
	enum wt_code rc = WT_OK;

	switch (source->grammar) {
	case WT_GRAMMAR_TASKFILE:
		/* The tree is larger than the tasks, which keep nothing of it. */
		file = read_taskfile(reader, source, &scratch, true, diags);
		if (file.root || diags->errors == errors)
			wt_taskfile_parse(&file, tasks, diags);
		wt_arena_clear(&scratch);
		break;
	case WT_GRAMMAR_ROADMAP:
		rc = reader->markdown(tasks->arena, source->path, source->text, &md, err);
		if (!rc)
			wt_roadmap_parse(&md, wt_grammar_rules(tasks->arena, config), tasks, diags);
		break;
	case WT_GRAMMAR_SPEC:
		rc = read_spec(reader, source, tasks->arena, diags, &doc, err);
		if (!rc)
			wt_specdoc_parse(&doc, wt_grammar_rules(tasks->arena, config), tasks,
					 diags);
		break;
	case WT_GRAMMAR_TASKLIST:
		issue.rules = wt_grammar_rules(tasks->arena, config);
		rc = reader->markdown(tasks->arena, source->path, source->text, &md, err);
		if (!rc)
			wt_tasklist_parse(&md, &issue, tasks, diags);
		break;
	}
	for (size_t i = before; i < tasks->len; i++)
		tasks->items[i].source.grammar = source->grammar;
	return rc;
}

static enum wt_mark_result find_mark(const struct wt_reader *reader, const struct wt_config *config,
				     const struct wt_source_text *source,
				     const struct wt_roadmap_change *change, struct wt_edit *edit)
{
	struct wt_arena arena = { 0 };
	struct wt_diags ignored = { .arena = &arena };
	enum wt_mark_result result = WT_MARK_GONE;
	struct wt_tasklist_issue issue = { 0 };
	struct wt_md md = { 0 };
	struct wt_specdoc doc;
	struct wt_taskfile file;
	struct wt_error err;

	switch (source->grammar) {
	case WT_GRAMMAR_TASKFILE:
		file = read_taskfile(reader, source, &arena, false, &ignored);
		result = wt_taskfile_mark(&file, source->text, change, edit);
		break;
	case WT_GRAMMAR_ROADMAP:
		if (reader->markdown(&arena, source->path, source->text, &md, &err) == WT_OK)
			result = wt_roadmap_mark(&md, wt_grammar_rules(&arena, config), change,
						 edit);
		break;
	case WT_GRAMMAR_SPEC:
		/* What has two readings is not written in. */
		if (read_spec(reader, source, &arena, &ignored, &doc, &err) == WT_OK &&
		    !ignored.errors)
			result = wt_specdoc_mark(&doc, wt_grammar_rules(&arena, config), change,
						 edit);
		break;
	case WT_GRAMMAR_TASKLIST:
		issue.rules = wt_grammar_rules(&arena, config);
		if (reader->markdown(&arena, source->path, source->text, &md, &err) == WT_OK)
			result = wt_tasklist_mark(&md, &issue, change, edit);
		break;
	}
	wt_arena_clear(&arena);
	return result;
}

/* A marker can be the title of a heading that has none, and what a person has for a marker in the
 * configuration can be anything. */
static bool marks_one_task(const struct wt_reader *reader, const struct wt_config *config,
			   const struct wt_source_text *source, enum wt_task_status status,
			   const struct wt_edit *edit)
{
	struct wt_arena arena = { 0 };
	struct wt_tasks before = { .arena = &arena }, after = { .arena = &arena };
	struct wt_diags ignored = { .arena = &arena };
	struct wt_source_text was = *source, is = *source;
	struct wt_buf text = WT_BUF_INIT;
	struct wt_error err;
	bool is_right;

	wt_edit_apply(edit, source->text, &text);
	is.text = (struct wt_str){ text.data, text.len };
	/* A specification that has become a roadmap was marked as one. */
	if (source->grammar == WT_GRAMMAR_SPEC)
		was.grammar = is.grammar = WT_GRAMMAR_ROADMAP;
	is_right = !wt_grammar_of_text(reader, config, &was, &was.grammar, &err) &&
		   !wt_grammar_of_text(reader, config, &is, &is.grammar, &err) &&
		   was.grammar == is.grammar &&
		   !wt_grammar_parse(reader, config, &was, &before, &ignored, &err) &&
		   !wt_grammar_parse(reader, config, &is, &after, &ignored, &err) &&
		   wt_tasks_is_marked(&before, &after, status);
	wt_buf_clear(&text);
	wt_tasks_clear(&before);
	wt_tasks_clear(&after);
	wt_arena_clear(&arena);
	return is_right;
}

enum wt_mark_result wt_grammar_mark(const struct wt_reader *reader, const struct wt_config *config,
				    const struct wt_source_text *source,
				    const struct wt_roadmap_change *change, struct wt_edit *edit)
{
	enum wt_mark_result result = find_mark(reader, config, source, change, edit);

	if (result == WT_MARK_EDIT && !marks_one_task(reader, config, source, change->status, edit))
		return WT_MARK_GONE;
	return result;
}
