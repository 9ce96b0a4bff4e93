/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_MARKDOWN_SAME_H
#define WT_TESTS_MARKDOWN_SAME_H

/*
 * The proof that reducing a document before cmark sees it (markdown_lines.h) and parsing it in
 * parts changes no block: both ways are taken and compared. Used by a test and by a fuzz target,
 * so it needs no test library.
 */

#include <stdbool.h>

#include "../../src/adapter/markdown_lines.h"

/* The index of the first block that differs, or WT_MD_TOP when all are the same. */
static inline size_t markdown_difference(struct wt_str text, struct wt_arena *arena,
					 struct wt_md *reduced, struct wt_md *whole)
{
	struct wt_error err;
	size_t n;

	*reduced = (struct wt_md){ .text = text, .path = "x.md" };
	*whole = *reduced;
	if (wt_markdown_cmark_by(wt_markdown_lines_add, arena, reduced, &err) ||
	    wt_markdown_cmark_by(wt_markdown_lines_add_whole, arena, whole, &err))
		return 0;
	n = reduced->len < whole->len ? reduced->len : whole->len;
	for (size_t i = 0; i < n; i++) {
		const struct wt_md_block *a = &reduced->blocks[i], *b = &whole->blocks[i];

		if (a->kind != b->kind || a->level != b->level || a->line != b->line ||
		    a->offset != b->offset || a->parent != b->parent)
			return i;
	}
	return reduced->len == whole->len ? WT_MD_TOP : n;
}

#endif
