/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_ROADMAP_H
#define WT_CORE_ROADMAP_H

/*
 * Which headings of a roadmap are tasks, what their sections say about them, and how a task's
 * status marker is changed without touching any other byte. The grammar is in the contract,
 * section 4, and for users in wtorch-tasks(5); below is what the contract leaves open.
 *
 *	reader.markdown(text) -> md
 *	wt_roadmap_parse(&md, &rules, &tasks, &diags)
 *	...
 *	reader.markdown(text as it is by then) -> md
 *	wt_roadmap_mark(&md, &rules, &(struct wt_roadmap_change){ .id = "65",
 *			.status = WT_TASK_COMPLETED, .today = "2026-01-01" }, &edit)
 *
 * Headings. Only those at the top level of the document count, not those in quotes and lists.
 * The id follows its keyword behind one '-' or blanks ("TASK 5" is TASK-5); emphasis around
 * either is no part of them. Behind a bare number's ':' comes a blank, so "12:30 lunch" is no
 * task. A task inside another one's section is a task of its own and its text is not the
 * outer one's. An empty title becomes the id.
 *
 * Markers in a heading. An emoji counts anywhere outside code spans, together with the word
 * right behind it. A word alone counts at the end only (a remark in brackets may follow):
 *	Title - Complete	Title (complete)	Title **COMPLETE** (2025-10-12)
 * behind a separator, in brackets or in emphasis in any case; without those only when written
 * as in the table, or in capitals among small letters ("Parser Complete", but not "Make it
 * complete"). "Completed" is "Complete", and "In-Progress" or "in_progress" is "In Progress".
 * The title is what stands before the marker; where nothing does, what stands behind it.
 *
 * The Status line is the first one before the section's first sub-heading, or the first line
 * under a sub-heading of that name; a word alone counts at the beginning of its value.
 *
 * Fields stand at the beginning of a line of a paragraph, or of an item of a list that no
 * "label:" introduces; their list may follow on the same line, in the list below, or under a
 * heading with that name. Of values the first one counts, lists add up. "Files to Create",
 * "Files to Modify" and "Critical Files to Modify" are Files too. A dependency is an id at the
 * beginning of an item, or behind "," "and" "/" "&" after another one; other text is prose. A
 * value of a planned task that cannot be read is a warning.
 *
 * Without a task heading, the items of top-level lists that begin with "[ ]" or "[x]" are the
 * tasks. Their id is "i" and their number among those, or what a heading's would be; what
 * stands below an item is its section, and its nested items are its criteria.
 */

#include "wtorch/core/markdown.h"
#include "wtorch/core/task.h"

/* A marker as it is recognised and written: an emoji (may be NULL) and a word. */
struct wt_roadmap_marker {
	const char *emoji; /* with or without variation selector */
	const char *word;
};

struct wt_roadmap_rules {
	const char *const *keywords; /* "PRIORITY", "US", ...; case-sensitive */
	size_t n_keywords;
	struct wt_roadmap_marker markers[5]; /* by enum wt_task_status */
	bool writes_date;                    /* roadmap.completed = date */
	/* What a document that is one task allows (specdoc.h). */
	bool is_spec;     /* "Task 7", "story-1.2" in any case; other words for a status */
	const char *code; /* "T" or "ABC-": digits behind it are an id, too; or NULL */
};

/* The rules of an unconfigured wtorch (contract section 4). */
const struct wt_roadmap_rules *wt_roadmap_default_rules(void);

/*
 * Appends the tasks of the document, those not planned included. What is wrong with the text is
 * said in diags with line and column; nothing here fails.
 */
void wt_roadmap_parse(const struct wt_md *md, const struct wt_roadmap_rules *rules,
		      struct wt_tasks *tasks, struct wt_diags *diags);

/* What is to be written, all of it borrowed. */
struct wt_roadmap_change {
	const char *id;
	const char *title; /* of the task, or NULL: see below */
	enum wt_task_status status;
	const char *today; /* "YYYY-MM-DD", used only when the rules write dates */
};

/* Replace old_len bytes at offset by text. */
struct wt_edit {
	size_t offset;
	size_t old_len;
	char text[256];
};

/* Appends the text with that change to out. */
void wt_edit_apply(const struct wt_edit *edit, struct wt_str text, struct wt_buf *out);

enum wt_mark_result {
	WT_MARK_EDIT,    /* edit holds the change */
	WT_MARK_ALREADY, /* the task has that status */
	WT_MARK_GONE,    /* no such heading or item any more */
};

/*
 * How to give the task that status: the bytes of the marker that decides are replaced by the
 * new marker in the style of the old one (emoji, word or both; capitals, small letters or as
 * the table has it), and nothing else changes. A heading without a marker gets it appended, or
 * its section's Status line is edited when that is where the status stands.
 *
 * An item of a checklist gets its "x", without a date, or loses it for planned; it knows no
 * other status (WT_MARK_ALREADY). An id that is only a position is trusted when the title is
 * still the same; else the one item with that title is taken.
 */
enum wt_mark_result wt_roadmap_mark(const struct wt_md *md, const struct wt_roadmap_rules *rules,
				    const struct wt_roadmap_change *change, struct wt_edit *edit);

#endif
