/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_ROADMAP_READING_H
#define WT_CORE_ROADMAP_READING_H

/*
 * What the files of core/roadmap share. All slices point into md->text.
 *
 *	roadmap_scan.c    which headings and items are tasks
 *	roadmap_marker.c  the status marker, found
 *	roadmap_name.c    which field a line names
 *	roadmap_fields.c  the named values of a task's section
 *	roadmap_values.c  what those values mean
 *	roadmap_lists.c   and what lists of paths mean
 *	roadmap_depends.c ids of other tasks
 *	roadmap_doubt.c   and what is none, but reads like one
 *	roadmap.c         tasks from all of it
 *	roadmap_mark.c    the status marker, written
 */

#include "wtorch/base/limits.h"
#include "wtorch/core/roadmap.h"

/* One heading at the top level, or one item of a checklist. */
struct roadmap_head {
	size_t block;
	size_t end;          /* the block behind its section */
	struct wt_str text;  /* of its first line, without "#", bullet or "[ ]" */
	struct wt_str title; /* what follows the id; an item's may go over several lines */
	bool is_task;
	bool is_positional; /* the id is only a position */
	char id[WT_MAX_ID + 1];
};

struct roadmap_scan;
typedef void roadmap_depends_fn(const struct roadmap_scan *scan, struct wt_tasks *tasks,
				struct wt_task *task, struct wt_str line, struct wt_diags *diags);

struct roadmap_scan {
	const struct wt_md *md;
	const struct wt_roadmap_rules *rules;
	bool is_checklist;
	bool lists_are_criteria;         /* lists below a heading that are no fields */
	roadmap_depends_fn *add_depends; /* NULL: wt_roadmap_add_depends */
	const void *owner;               /* for add_depends */
	struct roadmap_head *heads;      /* owned, in document order */
	size_t len, cap;
};

void wt_roadmap_scan_init(struct roadmap_scan *scan, const struct wt_md *md,
			  const struct wt_roadmap_rules *rules);
/* All headings at the top level with their sections; false when none of them is a task. */
bool wt_roadmap_scan_headings(struct roadmap_scan *scan);
struct roadmap_head *wt_roadmap_add_head(struct roadmap_scan *scan, size_t block);
/* A head for the whole document, in front of all its headings. */
void wt_roadmap_add_whole(struct roadmap_scan *scan);
void wt_roadmap_scan_clear(struct roadmap_scan *scan);

/*
 * Reads "PRIORITY 65: Title", "US-065: Title" or "2.5: Title" at the beginning of text; false
 * when it is anything else. head gets id and title.
 */
bool wt_roadmap_head_parse(const struct wt_roadmap_rules *rules, struct wt_str text,
			   struct roadmap_head *head);
/* An id at the beginning of text, as a heading would have it; rest is what follows. */
bool wt_roadmap_id_parse(const struct wt_roadmap_rules *rules, struct wt_str text, char *id,
			 struct wt_str *rest);
/* The id that a file's name begins with: "TASK-301-login", "task_7", "story-1.2". */
bool wt_roadmap_name_parse(const struct wt_roadmap_rules *rules, struct wt_str name, char *id,
			   struct wt_str *rest);
/* A heading's text without "##" at both ends; of several lines the first. */
struct wt_str wt_roadmap_heading_text(const struct wt_md *md, size_t block);
/* The text looks as if it was meant to be a task heading. */
bool wt_roadmap_is_near_miss(const struct wt_roadmap_rules *rules, struct wt_str text);
/* The mark of "[ ] text", or 0; rest is the text. */
char wt_roadmap_checkbox(struct wt_str text, struct wt_str *rest);

/* A marker as it stands in the text: emoji and word with what is between them, or one alone. */
struct roadmap_hit {
	bool is_found;
	enum wt_task_status status;
	struct wt_str span; /* what a new marker replaces */
	struct wt_str emoji;
	struct wt_str word;
};

/* The marker that decides a heading's status. */
struct roadmap_hit wt_roadmap_find_marker(const struct wt_roadmap_rules *rules,
					  struct wt_str title);
/* The same for the value of a Status line. */
struct roadmap_hit wt_roadmap_find_status(const struct wt_roadmap_rules *rules,
					  struct wt_str value);
/* The status of the task and where it stands; is_found is false when nothing says it. value
 * gets the Status line's, when that was asked. */
struct roadmap_hit wt_roadmap_status(const struct roadmap_scan *scan, size_t head,
				     struct wt_str *value);
/* The title without the marker. */
struct wt_str wt_roadmap_bare_title(struct wt_str title, const struct roadmap_hit *hit);

enum roadmap_field {
	ROADMAP_NONE,
	ROADMAP_FILES,
	ROADMAP_DEPENDS,
	ROADMAP_CRITERIA,
	ROADMAP_STATUS,
	ROADMAP_ESTIMATE,
	ROADMAP_ORDER,
	ROADMAP_PRIORITY,
	ROADMAP_RISK,
	ROADMAP_COMPLEXITY,
	ROADMAP_CRITICAL,
	ROADMAP_TYPE,
	ROADMAP_AGENT,
	ROADMAP_MODEL,
	ROADMAP_TEMPLATE,
	ROADMAP_LABELS,
	ROADMAP_RIVALS,
	ROADMAP_PARALLEL,
};

/* One value: the rest of a line, an item or a paragraph. */
struct roadmap_value {
	enum roadmap_field field;
	struct wt_str text; /* may go over several lines */
	size_t line;
	bool is_own;   /* before the first sub-heading, or under one of that name */
	bool is_loose; /* from a list that is about something else, perhaps */
};

typedef void roadmap_value_fn(void *arg, const struct roadmap_value *value);

/* The field that the line begins with, and its value. ROADMAP_NONE when it is none. */
enum roadmap_field wt_roadmap_field_parse(struct wt_str line, struct wt_str *value);

/* The field that a sub-heading names, and its value on the same line. */
enum roadmap_field wt_roadmap_heading_field(struct wt_str text, struct wt_str *value);

/* An item's lines before its first field. */
struct wt_str wt_roadmap_item_title(const struct wt_md *md, size_t paragraph);

/* Calls fn for each value in the section, in document order. */
void wt_roadmap_each_value(const struct roadmap_scan *scan, size_t head, roadmap_value_fn *fn,
			   void *arg);

/* Puts the values of the section into the task. */
void wt_roadmap_read_values(const struct roadmap_scan *scan, size_t head, struct wt_tasks *tasks,
			    struct wt_task *task, struct wt_diags *diags);

/* Puts one value into the task. */
void wt_roadmap_read_value(const struct roadmap_scan *scan, const struct roadmap_value *value,
			   struct wt_tasks *tasks, struct wt_task *task, struct wt_diags *diags);

/* The status that the heading or its section says, planned without one, and a warning for a word
 * that is none. The title without the marker. */
struct wt_str wt_roadmap_read_status(const struct roadmap_scan *scan, size_t head,
				     struct wt_task *task, struct wt_diags *diags);
/* Text as a task's body, in the arena. */
const char *wt_roadmap_keep_body(struct wt_arena *arena, struct wt_str text);
/* The text below the head, without that of tasks inside it, in the arena. */
const char *wt_roadmap_section_body(const struct roadmap_scan *scan, size_t head,
				    struct wt_arena *arena);
/* How to give the heading's task another status. */
enum wt_mark_result wt_roadmap_mark_heading(const struct roadmap_scan *scan, size_t head,
					    const struct wt_roadmap_change *change,
					    struct wt_edit *edit);
/* The rendered text is that title, which may have been cut; an empty one is the id. */
bool wt_roadmap_is_title(struct wt_str text, const char *id, const char *title);

/* Adds the paths, or the ids, that the line names. */
void wt_roadmap_add_files(struct wt_tasks *tasks, struct wt_task *task, struct wt_str line,
			  struct wt_diags *diags);
void wt_roadmap_add_depends(const struct roadmap_scan *scan, struct wt_tasks *tasks,
			    struct wt_task *task, struct wt_str line, struct wt_diags *diags);

/* Warns of what the text begins with when it was meant to be an id, perhaps, and gives how long
 * that is; or 0. */
size_t wt_roadmap_doubt_id(const struct roadmap_scan *scan, struct wt_tasks *tasks,
			   const struct wt_task *task, struct wt_str text, struct wt_diags *diags);
/* The id that ends where rest begins was the first of a range: "64-66". */
bool wt_roadmap_is_range(const struct wt_roadmap_rules *rules, struct wt_str rest);

struct wt_str wt_roadmap_first_line(struct wt_str text);
/* Up to a remark: "Low (few files)", "P1 - later". */
struct wt_str wt_roadmap_before_remark(struct wt_str s);
/* "None", "n/a (see below)", "-". */
bool wt_roadmap_is_nothing(struct wt_str s);

/* small things */

static inline bool roadmap_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool roadmap_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters, digits and whatever is not ASCII. */
static inline bool roadmap_is_word(char c)
{
	return roadmap_is_letter(c) || roadmap_is_digit(c) || (unsigned char)c >= 0x80;
}

static inline bool roadmap_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool roadmap_is_emphasis(char c)
{
	return c == '*' || c == '_';
}

static inline struct wt_str roadmap_from(struct wt_str s, size_t skip)
{
	return (struct wt_str){ s.data + skip, s.len - skip };
}

static inline struct wt_str roadmap_skip_blanks(struct wt_str s)
{
	while (s.len && roadmap_is_blank(s.data[0]))
		s = roadmap_from(s, 1);
	return s;
}

/* Emphasis and blanks. */
static inline struct wt_str roadmap_skip_light(struct wt_str s)
{
	while (s.len && (roadmap_is_blank(s.data[0]) || roadmap_is_emphasis(s.data[0])))
		s = roadmap_from(s, 1);
	return s;
}

/* Emphasis and blanks at both ends. */
struct wt_str wt_roadmap_trim(struct wt_str s);

#endif
