/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_TASK_H
#define WT_CORE_TASK_H

/*
 * A task: a unit of work that somebody wrote down, as it was read from a roadmap, an issue or a
 * task file. Every source gives the same value, and nothing behind the source asks where it
 * came from, except to write a completion back.
 *
 * Tasks and all they point at live in one arena and are const once the list is built.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wtorch/base/arena.h"
#include "wtorch/base/diag.h"
#include "wtorch/base/map.h"
#include "wtorch/base/text.h"

enum wt_task_status {
	WT_TASK_PLANNED,
	WT_TASK_IN_PROGRESS,
	WT_TASK_COMPLETED,
	WT_TASK_FAILED,
	WT_TASK_BLOCKED,
};

/* low, medium, high, of risk and complexity alike. */
enum wt_level { WT_LEVEL_NONE, WT_LEVEL_LOW, WT_LEVEL_MEDIUM, WT_LEVEL_HIGH };

enum wt_task_type {
	WT_TYPE_NONE,
	WT_TYPE_FEATURE,
	WT_TYPE_BUGFIX,
	WT_TYPE_REFACTOR,
	WT_TYPE_TEST,
	WT_TYPE_DOCS,
	WT_TYPE_CONFIG,
};

/* Where a path that a task will touch was learned, most certain first. */
enum wt_file_from {
	WT_FROM_DECLARED,
	WT_FROM_TEXT,
	WT_FROM_SYMBOL,
	WT_FROM_HISTORY,
	WT_FROM_PLANNER,
};

struct wt_task_file {
	const char *path; /* relative to the repository's top, tame (path.h); may be a glob */
	enum wt_file_from from;
};

/* How its source is written. */
enum wt_grammar { WT_GRAMMAR_ROADMAP, WT_GRAMMAR_TASKFILE, WT_GRAMMAR_TASKLIST, WT_GRAMMAR_SPEC };

/* Where the task was written. */
struct wt_task_source {
	enum wt_grammar grammar;
	const char *path;   /* as the user gave it; NULL for an issue */
	size_t line;        /* of its heading or item, 1-based */
	const char *issue;  /* number, NULL without */
	const char *repo;   /* owner/name, NULL without */
	const char *id;     /* as it is written there; NULL: as the task's (several sources had
			     * that one, see wt_tasks_part) */
};

struct wt_task {
	const char *id;    /* wt_text_is_id */
	const char *title; /* one line, at most WT_MAX_TITLE bytes, no control bytes */
	const char *body;  /* the section's text as it stands, may be "" */
	enum wt_task_status status;

	struct wt_task_file *files;
	size_t n_files, cap_files;
	const char **depends_on; /* ids as written; they need not exist */
	size_t n_depends, cap_depends;
	size_t *depends_lines; /* where each is written, 0: not known; NULL: none is */
	size_t cap_lines;
	const char **conflicts_with; /* ids as written; they may never work at the same time */
	size_t n_conflicts_with, cap_conflicts_with;
	const char **criteria;
	size_t n_criteria, cap_criteria;
	const char **labels; /* printable, each once whatever its case */
	size_t n_labels, cap_labels;

	bool has_order;
	int64_t order;
	const char *priority;  /* "P0", "P1", ... or as written; NULL without */
	int64_t estimate_s;    /* -1: not declared */
	enum wt_level risk;
	enum wt_level complexity;
	bool is_critical;
	bool is_read_only;     /* access: read_only */
	bool is_alone;         /* parallel: no: nothing else works while it does */
	enum wt_task_type type; /* declared or found; type_why says which */
	const char *type_why;
	const char *agent, *model, *template; /* NULL: the configuration decides */
	const char *branch;                   /* asked for by the source, NULL: from the template */

	const char *group;   /* of the instances of one document; NULL: none */
	size_t group_room;   /* so many of the group at once; 0: all */
	bool group_in_waves; /* a batch of the group begins when the one before has ended */

	struct wt_task_source source;
	const char *defect; /* why it cannot be run although it was read, NULL: it can */
};

struct wt_tasks {
	struct wt_arena *arena; /* borrowed: owns everything below */
	struct wt_task *items;  /* in source order */
	size_t len, cap;
	struct wt_map by_id;    /* id -> index; released by wt_tasks_clear */
	bool is_full;           /* more than WT_MAX_TASKS were added, and it was said */
	size_t line;            /* that is being read, for what is added to a task; 0: unknown */
	size_t n_refused;       /* paths that were said beside the first ones of their tasks */
	size_t n_doubts;        /* words that were said to be no ids, though they read like ones */
	size_t source_start;    /* where the tasks of the source that is being read begin */
};

void wt_tasks_clear(struct wt_tasks *tasks);

/*
 * Appends a task with its defaults (planned, estimate_s -1, title = id, empty body). A second
 * task of the same id in one source is a warning that names both places, and NULL is returned:
 * the first one keeps the id. So is NULL behind WT_MAX_TASKS, where the first one too many is an
 * error. The task moves when the next one is added.
 */
struct wt_task *wt_tasks_add(struct wt_tasks *tasks, const char *id, struct wt_place place,
			     struct wt_diags *diags);
/* Room for n more, where it is known how many come. */
void wt_tasks_reserve(struct wt_tasks *tasks, size_t n);
const struct wt_task *wt_tasks_find(const struct wt_tasks *tasks, const char *id);

/*
 * Several sources in one list: wt_tasks_begin_source before each is read, wt_tasks_part when all
 * are. Tasks of two sources that have one id and say the same become one, at the place of the
 * first (one that is not planned any more wins); so do two that are one issue. Otherwise all of
 * that id get another one, whatever the order in which the sources were named: "owner-repo-12"
 * for an issue, else the name of their file in front ("sprint-3-65"), with as many of its folders
 * as it takes, and a warning says so. source.id keeps what the source calls it, and dependencies
 * inside a source follow.
 */
void wt_tasks_begin_source(struct wt_tasks *tasks);
void wt_tasks_part(struct wt_tasks *tasks, struct wt_diags *diags);

/*
 * What a mark may do to a source: one task has that status now, and all else that was read of each
 * of them is as it was, but for the title, whose end a marker behind it may clean.
 */
bool wt_tasks_is_marked(const struct wt_tasks *before, const struct wt_tasks *after,
			enum wt_task_status status);

/* What the task is called where it was written. */
const char *wt_task_source_id(const struct wt_task *task);

/* So many paths will be added to a task that has none yet: room for them is taken at once. */
void wt_task_expect_files(struct wt_tasks *tasks, struct wt_task *task, size_t n);

/*
 * Adds one path to the task: trimmed of quotes, backticks, "./" and a trailing "(NEW)", ":line"
 * or "::name". What is not tame is left out; for a declared file with a warning, and it is the
 * task's defect, as are more than WT_MAX_TASK_FILES. A path that is there already keeps its
 * more certain tag.
 */
void wt_task_add_file(struct wt_tasks *tasks, struct wt_task *task, struct wt_str path,
		      enum wt_file_from from, struct wt_diags *diags);

/* It was read, but cannot be run: a warning, and its defect unless it has one already. */
void wt_task_refuse(struct wt_tasks *tasks, struct wt_task *task, const char *defect,
		    struct wt_diags *diags);

/* Sets the title: one line, markup and control bytes gone, cut at WT_MAX_TITLE bytes between
 * two characters with a warning; an empty one becomes the id. */
void wt_task_set_title(struct wt_tasks *tasks, struct wt_task *task, struct wt_str text,
		       struct wt_diags *diags);
/* The title as it would be set, without the cut. */
void wt_task_render_title(struct wt_buf *out, struct wt_str text);
/* A dependency, written in tasks->line, that is there already is not added again; more than
 * WT_MAX_TASK_FILES are the task's defect. */
void wt_task_add_dependency(struct wt_tasks *tasks, struct wt_task *task, const char *id,
			    struct wt_diags *diags);
/* Labels in one text, separated by commas, or by blanks when each begins with '#' or '`'. */
void wt_task_add_labels(struct wt_tasks *tasks, struct wt_task *task, struct wt_str text);
/* One label, whatever is in it. */
void wt_task_add_label(struct wt_tasks *tasks, struct wt_task *task, struct wt_str text);
/* The same for a task that it may not work beside; itself is left out. */
void wt_task_add_rival(struct wt_tasks *tasks, struct wt_task *task, const char *id,
		       struct wt_diags *diags);
/* One acceptance criterion, made printable; an empty one is left out. */
void wt_task_add_criterion(struct wt_tasks *tasks, struct wt_task *task, struct wt_str text);

/*
 * An estimate as people write it: "7-11 hours" (the middle: 9 h), "~2h 30m", "1 day" (8 h),
 * "2 weeks" (of 5 days), "5 points (1-2 days)". The first amount of time in the text counts;
 * false when there is none.
 */
bool wt_task_parse_estimate(struct wt_str s, int64_t *seconds);

/*
 * Finds the type of a task where it is not declared, and says from what: a label ("bug", "type:
 * docs"), the words of its title ("Fix ...", "feat: ...", "... tests ..."), or its files, when all
 * of them are tests, documents or configuration. The type stays NONE where nothing tells.
 */
void wt_task_find_type(struct wt_arena *arena, struct wt_task *task);

/* By its folders and its name: tests/a.c, test_a.py, a.spec.ts. */
bool wt_task_is_test_path(const char *path);

const char *wt_task_status_name(enum wt_task_status s); /* "planned", "in_progress", ... */
const char *wt_level_name(enum wt_level l);             /* NULL for none */
const char *wt_task_type_name(enum wt_task_type t);     /* NULL for none */
const char *wt_grammar_name(enum wt_grammar g);         /* "roadmap", "taskfile", ... */
const char *wt_file_from_name(enum wt_file_from f);     /* "declared", "text", ... */
/* Whole words, in any case; blanks and '-' stand for '_' in a status. */
bool wt_task_status_parse(struct wt_str s, enum wt_task_status *out);
bool wt_level_parse(struct wt_str s, enum wt_level *out);
/* The names, and what people write for them: "documentation", "fix", "tests". */
bool wt_task_type_parse(struct wt_str s, enum wt_task_type *out);
bool wt_file_from_parse(struct wt_str s, enum wt_file_from *out);
bool wt_grammar_parse_name(struct wt_str s, enum wt_grammar *out);

#endif
