/* SPDX-License-Identifier: MIT */
#ifndef WT_ADAPTER_MARKDOWN_LINES_H
#define WT_ADAPTER_MARKDOWN_LINES_H

/*
 * What a Markdown parser has to see of a document so that it finds the same blocks.
 *
 * We never use inline structure, yet parsing it is most of cmark's work and all of its quadratic
 * cases. So of every line only the part is kept that block structure can depend on: the blanks
 * and container marks at its beginning, the mark of a heading or fence, and one letter for
 * "here is text". Kept as they are: lines that begin with '<' (tags), lines that may belong to a
 * link definition (from a line that begins with '[' and does not close it on to the next blank
 * line), fences, rules, underlines of headings; of any text the ends of HTML blocks ("-->" and
 * its kin). Of many blank lines a few are kept, because each costs as much as lists are deep. Of
 * successive equal lines of plain text or of one-line items the first and the last are kept: those
 * between them begin what the last one begins.
 *
 * The lines of the result map to lines of the original; columns up to the start of a line's
 * text are the same in both.
 */

#include <stddef.h>

#include "wtorch/base/buf.h"
#include "wtorch/base/text.h"
#include "wtorch/core/markdown.h"

struct markdown_line {
	size_t number;  /* of the original line, from 1 */
	size_t repeats; /* equal lines right before it that were left out */
};

struct markdown_lines {
	struct wt_buf text;          /* for the parser; ends of lines are LF */
	struct markdown_line *items; /* by line of text, from 0 */
	size_t len, cap;
	bool is_in_definition;
	/* The present run of blank lines, in quotes of the same depth or in none. */
	struct wt_str shortest; /* of them; borrowed from the original */
	size_t blanks;          /* kept; 0 when the line before was not blank */
	size_t quotes;
	/* The present run of equal lines. */
	size_t run_start; /* of the last kept line in text */
	size_t run;       /* lines so far, 0 when the last one was of another sort */
};

void wt_markdown_lines_clear(struct markdown_lines *lines);

/* Adds the original's line with that number, given without its end. */
void wt_markdown_lines_add(struct markdown_lines *lines, struct wt_str line, size_t number);

/* Adds the line as it is, but for bytes that are no UTF-8. */
void wt_markdown_lines_add_whole(struct markdown_lines *lines, struct wt_str line, size_t number);

/* wt_markdown_cmark with one or the other of them, so that tests can compare what they give. */
enum wt_code wt_markdown_cmark_by(void (*add)(struct markdown_lines *lines, struct wt_str line,
					      size_t number),
				  struct wt_arena *arena, struct wt_md *md, struct wt_error *err);

#endif
