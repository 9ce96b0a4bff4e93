/* SPDX-License-Identifier: MIT */
#ifndef WT_ENGINE_GRAMMAR_H
#define WT_ENGINE_GRAMMAR_H

/*
 * A text that holds tasks, in whichever grammar it is written: reads its tasks, and finds the
 * edit that gives one of them another status. Everybody who reads or marks a source comes here,
 * so that a grammar more is one row more.
 */

#include "wtorch/core/config.h"
#include "wtorch/core/roadmap.h"
#include "wtorch/core/task.h"
#include "wtorch/engine/ports.h"

struct wt_source_text {
	const char *path; /* for messages and the tasks' source; lives as long as they do */
	struct wt_str text; /* borrowed; what the tasks keep of it is copied or in the arena */
	enum wt_grammar grammar;
};

/* What a file of that name is written in; more is known once it is read. */
enum wt_grammar wt_grammar_of_name(const char *path);

/* The source's grammar; where it is a roadmap's, the text tells whether it is a specification
 * document (specdoc.h). */
WT_MUST_USE enum wt_code wt_grammar_of_text(const struct wt_reader *reader,
					    const struct wt_config *config,
					    const struct wt_source_text *source,
					    enum wt_grammar *out, struct wt_error *err);

/* The markers and keywords of the configuration, in the arena. */
struct wt_roadmap_rules *wt_grammar_rules(struct wt_arena *a, const struct wt_config *c);

/* Appends the tasks of the text; problems of the input are diagnostics. */
WT_MUST_USE enum wt_code wt_grammar_parse(const struct wt_reader *reader,
					  const struct wt_config *config,
					  const struct wt_source_text *source,
					  struct wt_tasks *tasks, struct wt_diags *diags,
					  struct wt_error *err);

/*
 * As wt_roadmap_mark, in any grammar. A text that cannot be read any more has no such task, and
 * one that would be read as other tasks, or with another status of any but that one, has no
 * place for the status: WT_MARK_GONE.
 */
enum wt_mark_result wt_grammar_mark(const struct wt_reader *reader, const struct wt_config *config,
				    const struct wt_source_text *source,
				    const struct wt_roadmap_change *change, struct wt_edit *edit);

#endif
