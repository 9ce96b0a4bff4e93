/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_ROADMAP_H
#define WT_CORE_ROADMAP_H

/*
 * Which headings of a roadmap are tasks, what their sections say about them, and how a task's
 * status marker is changed without touching any other byte. The grammar is in the contract,
 * section 4, and for users in wtorch.ini(5).
 *
 *	reader.markdown(text) -> md
 *	wt_roadmap_parse(&md, &rules, &tasks, &diags)
 *	...
 *	reader.markdown(text as it is by then) -> md
 *	wt_roadmap_mark(&md, &rules, "65", WT_TASK_COMPLETED, "2026-01-01", &edit)
 */

#include "wtorch/core/markdown.h"
#include "wtorch/core/task.h"

/* A marker as it is recognised and written: an emoji (may be NULL) and a word. */
struct wt_roadmap_marker {
	const char *emoji; /* without variation selector */
	const char *word;
};

struct wt_roadmap_rules {
	const char *const *keywords; /* "PRIORITY", "US", ...; case-sensitive */
	size_t n_keywords;
	struct wt_roadmap_marker markers[5]; /* by enum wt_task_status */
	bool writes_date;                    /* roadmap.completed = date */
};

/* The rules of an unconfigured wtorch (contract section 4). */
const struct wt_roadmap_rules *wt_roadmap_default_rules(void);

/*
 * Appends the tasks of the document, those not planned included. What is wrong with the text is
 * said in diags with line and column; nothing here fails.
 */
void wt_roadmap_parse(const struct wt_md *md, const struct wt_roadmap_rules *rules,
		      struct wt_tasks *tasks, struct wt_diags *diags);

/* Replace old_len bytes at offset by text. */
struct wt_edit {
	size_t offset;
	size_t old_len;
	char text[96];
};

enum wt_mark_result {
	WT_MARK_EDIT,    /* edit holds the change */
	WT_MARK_ALREADY, /* the task has that status */
	WT_MARK_GONE,    /* no such heading or item any more */
};

/*
 * How to give the task that status: its marker's bytes are replaced by the new marker in the
 * style of the old one (emoji, word or both); a heading without one gets it appended, or its
 * section's "**Status**:" line is edited when that is where the status stands; an item of a
 * checklist gets its "x". today is "YYYY-MM-DD", used only when the rules write dates.
 */
enum wt_mark_result wt_roadmap_mark(const struct wt_md *md, const struct wt_roadmap_rules *rules,
				    const char *id, enum wt_task_status status, const char *today,
				    struct wt_edit *edit);

#endif
