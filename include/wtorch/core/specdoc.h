/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_SPECDOC_H
#define WT_CORE_SPECDOC_H

/*
 * A Markdown file that is one task: a specification, a story, a ticket. Its body is read as the
 * section of a roadmap's task; what tools write into the front matter stands before it.
 *
 *	front = wt_specdoc_front(text)
 *	meta = reader.yaml(front)                          when there is one
 *	md = reader.markdown(wt_specdoc_blank(text, front))  offsets are those of the text
 *	wt_specdoc_is(&doc, &rules) ? wt_specdoc_parse(&doc, ...) : wt_roadmap_parse(...)
 *
 * What is a specification and no roadmap:
 *  - a file whose front matter has one of task_id, depends_on, dependencies, blocked_by,
 *    conflicts_with, parallel: nobody else writes these;
 *  - else only a file in which no heading but the first one of level 1 is that of a roadmap's
 *    task, and then one
 *    - whose front matter has an id and one more of our keys, other than the title, or
 *    - whose first and only heading of level 1 begins with an id: as in a roadmap, or "Task 7",
 *      "Story 1.2", "Spec 3", "Bug 4" in any case, or a code as trackers have ("ABC-12", "T012");
 *      ':', " - " or a dash follows, or nothing; "Task ID: 7" may stand among others; or
 *    - whose name begins with such a keyword and a number, and that has one such heading at most.
 *
 * The id is the one of the front matter, else of the heading, else of the name; where the front
 * matter says that it is a task, else the whole name without ".md". "Task 7" is TASK-7. In the
 * text, ids of other tasks may be written like its own: "T011" where it is T012.
 *
 * The title is the front matter's title or name, else the heading's. Of fields that both the
 * front matter and the text have, the front matter's counts; files and criteria add up. Keys
 * that are not ours are left alone, and so is a value of ours that cannot be read, with a
 * warning; but what cannot be read as the id of another task is an error.
 */

#include "wtorch/core/doc.h"
#include "wtorch/core/roadmap.h"

struct wt_specdoc {
	const char *path;          /* for messages and ids; borrowed, lives as the tasks */
	struct wt_str text;        /* the file's bytes */
	struct wt_str front;       /* of them the front matter's lines; data NULL: none */
	const struct wt_doc *meta; /* what it holds, NULL: nothing */
	struct wt_md md;           /* the text without its front matter */
};

/* The lines between "---" at the very beginning and the next "---"; data is NULL without. */
struct wt_str wt_specdoc_front(struct wt_str text);
/* A copy in which the front matter is blanks, but for the ends of its lines. */
struct wt_str wt_specdoc_blank(struct wt_arena *arena, struct wt_str text, struct wt_str front);

/* The front matter alone says so; and seems to, where it cannot be read. */
bool wt_specdoc_is_declared(const struct wt_doc *meta);
bool wt_specdoc_seems_declared(struct wt_str front);
bool wt_specdoc_is(const struct wt_specdoc *doc, const struct wt_roadmap_rules *rules);

/* Appends the task. */
void wt_specdoc_parse(const struct wt_specdoc *doc, const struct wt_roadmap_rules *rules,
		      struct wt_tasks *tasks, struct wt_diags *diags);

/*
 * How to give the task that status: the status of the front matter is replaced, by "closed"
 * where it was "open" and so on; else the marker in the heading or the Status line, as in a
 * roadmap; without any, front matter gets a line "status: X" at its end, a heading its marker. A
 * file that has become a roadmap meanwhile is marked as one. WT_MARK_GONE when the task is not
 * there any more, or has no place for a status.
 */
enum wt_mark_result wt_specdoc_mark(const struct wt_specdoc *doc,
				    const struct wt_roadmap_rules *rules,
				    const struct wt_roadmap_change *change, struct wt_edit *edit);

#endif
