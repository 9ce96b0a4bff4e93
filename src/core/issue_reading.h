/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_ISSUE_READING_H
#define WT_CORE_ISSUE_READING_H

/*
 * What the files of core/tasklist share. All slices point into md->text.
 *
 *	tasklist_ref.c      references to issues
 *	tasklist_name.c     what the names of sections and columns mean
 *	tasklist_scan.c     which headings, items, rows and lines are tasks
 *	tasklist_lines.c    those that stand in raw lines: tables, fences, "Tasks: #12"
 *	tasklist_head.c     reference, id and title of one; duplicates
 *	tasklist_depends.c  on which other ones it depends
 *	tasklist.c          tasks from all of it, and the box, written
 */

#include "roadmap_reading.h"
#include "wtorch/base/map.h"
#include "wtorch/core/tasklist.h"

/* Columns of a table; those behind are text. */
#define TASKLIST_MAX_CELLS 32u

struct tasklist_ref {
	struct wt_str number; /* its digits; empty: no reference */
	struct wt_str repo;   /* owner/name, empty when not written */
};

enum tasklist_kind {
	TASKLIST_ITEM,
	TASKLIST_HEADING,
	TASKLIST_ROW,
	TASKLIST_LINE, /* an item in a fence, or a reference alone */
};

/* What a column, or a section, is about. */
enum tasklist_about {
	TASKLIST_OTHER,
	TASKLIST_TASKS,
	TASKLIST_CRITERIA,
	TASKLIST_STATE, /* columns only, as are those below */
	TASKLIST_TITLE,
	TASKLIST_FIELD, /* of a roadmap's section */
	TASKLIST_NOTES, /* sections only */
};

struct tasklist_head {
	enum tasklist_kind kind;
	size_t index;        /* of its head in items or headings, of its table in tables */
	size_t line;         /* 1-based */
	size_t end_line;     /* behind what belongs to an item of a fence */
	struct wt_str text;  /* without bullet and box */
	struct wt_str title; /* without reference, up to the first ": " or " (" */
	const char *box;     /* the byte between '[' and ']'; NULL without */
	bool is_done;        /* said by anything but the box */
	bool is_cut;         /* the title is not all of the text */
	bool is_positional;
	struct tasklist_ref ref;
	char id[WT_MAX_ID + 1];
};

struct tasklist_table {
	unsigned char about[TASKLIST_MAX_CELLS]; /* enum tasklist_about by column */
	struct wt_str names[TASKLIST_MAX_CELLS];
	size_t n;
};

struct tasklist_scan {
	const struct wt_md *md;
	const struct wt_tasklist_issue *issue;
	const struct wt_roadmap_rules *rules;
	struct wt_diags *diags; /* NULL: nothing is to be said */
	struct wt_arena arena;  /* owned: all below but the scans */
	struct roadmap_scan items, headings;
	struct tasklist_head *heads; /* in document order */
	size_t len, cap;
	struct tasklist_table *tables;
	size_t n_tables, cap_tables;
	struct wt_map by_ref; /* "#12" and "owner/repo#12" -> the first head */
};

void wt_tasklist_scan_init(struct tasklist_scan *scan, const struct wt_md *md,
			   const struct wt_tasklist_issue *issue, struct wt_diags *diags);
void wt_tasklist_scan_clear(struct tasklist_scan *scan);

/* The reference at the beginning of s: "#12", "GH-12", "owner/repo#12", an issue's address. */
bool wt_tasklist_ref_parse(struct wt_str s, struct tasklist_ref *ref, struct wt_str *rest);
/* s is a reference and nothing else, as a link or not. */
bool wt_tasklist_ref_whole(struct wt_str s, struct tasklist_ref *ref);
/* Something that was meant as a reference and is none: "#0", "#" and too many digits. */
bool wt_tasklist_ref_is_bad(struct wt_str s);

/* Goes over a line from left to right and leaves out code and comments. */
struct tasklist_walk {
	struct wt_str line;
	size_t at;
	size_t depth;          /* of parentheses */
	size_t last_ticks[32]; /* where the last run of that many backticks stands, 0: nowhere */
};
void wt_tasklist_walk_init(struct tasklist_walk *w, struct wt_str line);
/* To the next byte that counts, and over it; false at the end. */
bool wt_tasklist_walk_next(struct tasklist_walk *w, struct wt_str *at);
/* To the next reference, and over it. */
bool wt_tasklist_walk_ref(struct tasklist_walk *w, struct tasklist_ref *ref);

enum tasklist_about wt_tasklist_section(struct wt_str name);
enum tasklist_about wt_tasklist_column(struct wt_str name);
/* "closed", "done", a tick: what a cell says of a task that is, in a column of states or not. */
bool wt_tasklist_is_done(struct wt_str cell, bool is_state);
/* A label in front of what it is about: "Task 3:", "2.", "Step 1 -". */
bool wt_tasklist_skip_number(struct wt_str *text);

/* Fills ref, title and id from the text. False when it names no task. */
bool wt_tasklist_head_parse(const struct tasklist_scan *scan, struct tasklist_head *head);
/* Adds the head unless it is there already, or is the issue itself. NULL: not added. */
struct tasklist_head *wt_tasklist_add(struct tasklist_scan *scan, const struct tasklist_head *head);
/* Gives all heads their ids. */
void wt_tasklist_number(struct tasklist_scan *scan);
/* The title as a person reads it: without links, comments and emphasis. */
void wt_tasklist_render_title(struct wt_buf *out, const struct tasklist_head *head);

/* Paragraphs and code of the block: they add what they hold. */
bool wt_tasklist_is_table(const struct wt_md *md, size_t paragraph);
void wt_tasklist_add_rows(struct tasklist_scan *scan, size_t paragraph);
void wt_tasklist_add_line_refs(struct tasklist_scan *scan, size_t paragraph);
bool wt_tasklist_is_fence(const struct wt_md *md, size_t code);
void wt_tasklist_add_fence(struct tasklist_scan *scan, size_t code);
/* Cells of a row, at most TASKLIST_MAX_CELLS. */
size_t wt_tasklist_cells(struct wt_str row, struct wt_str *cells);

/* Fields of a row, criteria of an item of a fence. */
void wt_tasklist_read_row(const struct tasklist_scan *scan, const struct tasklist_head *head,
			  struct wt_tasks *tasks, struct wt_task *task, struct wt_diags *diags);
void wt_tasklist_read_fence(const struct tasklist_scan *scan, const struct tasklist_head *head,
			    struct wt_tasks *tasks, struct wt_task *task);

/* A list of ids and references, as a field's value has it. */
void wt_tasklist_add_depends(const struct roadmap_scan *scan, struct wt_tasks *tasks,
			     struct wt_task *task, struct wt_str line, struct wt_diags *diags);
/* What the text says in passing: "(depends on #12)". */
void wt_tasklist_find_depends(const struct tasklist_scan *scan, struct wt_tasks *tasks,
			      struct wt_task *task, struct wt_str text, struct wt_diags *diags);

/* small things */

static inline struct wt_str tasklist_upto(struct wt_str s, size_t len)
{
	return (struct wt_str){ s.data, len < s.len ? len : s.len };
}

static inline char tasklist_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

#endif
