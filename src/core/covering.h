/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_COVERING_H
#define WT_CORE_COVERING_H

/* One figure of line coverage on its way out of a report, shared by the files of
 * core/verdict_cover. */

#include "judging.h"
#include "wtorch/base/map.h"

/* The answer of one reader. */
enum wt_cover {
	WT_COVER_NONE,  /* nothing of the kind that it reads */
	WT_COVER_FOUND, /* milli is the percentage in thousandths, 0 to 100000 */
	WT_COVER_BAD,   /* of its kind, and of no use: the verdict is said */
};

enum wt_cover wt_cover_xml(struct wt_judging *j, int64_t *milli);
enum wt_cover wt_cover_json(struct wt_judging *j, int64_t *milli);
enum wt_cover wt_cover_lcov(struct wt_judging *j, int64_t *milli);
enum wt_cover wt_cover_text(struct wt_judging *j, int64_t *milli);
enum wt_cover wt_cover_pattern(struct wt_judging *j, int64_t *milli);

/* Says why the report is of no use. */
enum wt_cover wt_cover_bad(struct wt_judging *j, const char *why);
/* The percentage of lines, rounded down, so that 84.9996 is not 85. */
enum wt_cover wt_cover_of(struct wt_judging *j, int64_t covered, int64_t all, int64_t *milli);
/* "83.33", "83.33%": a percentage and nothing else. */
bool wt_cover_parse(struct wt_str text, int64_t *milli);

/* Lines by file, each of which may be told several times: it is covered when one says so. */
struct wt_cover_lines {
	struct wt_map files;
	size_t n_files;
	struct wt_cover_line *items; /* in the arena */
	size_t len, cap;
};
size_t wt_cover_file(struct wt_arena *a, struct wt_cover_lines *lines, struct wt_str path);
void wt_cover_add(struct wt_arena *a, struct wt_cover_lines *lines, size_t file, int64_t line,
		  bool is_hit);
/* Counts them; lines is empty behind it. */
void wt_cover_count(struct wt_cover_lines *lines, int64_t *covered, int64_t *all);

#endif
