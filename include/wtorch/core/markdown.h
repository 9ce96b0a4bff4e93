/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_MARKDOWN_H
#define WT_CORE_MARKDOWN_H

/*
 * A Markdown document as the list of its blocks, in document order, with positions in the
 * original bytes. An adapter makes it (port/reader.h); core decides what the blocks mean.
 *
 * Only where a block starts is to be trusted; where it ends follows from the next one. Inline
 * structure is not here on purpose: core reads the raw bytes.
 */

#include <stdbool.h>
#include <stddef.h>

#include "wtorch/base/diag.h"
#include "wtorch/base/text.h"

enum wt_md_kind {
	WT_MD_HEADING,   /* level 1 to 6; setext headings too */
	WT_MD_PARAGRAPH,
	WT_MD_LIST,      /* level: 1 bulleted, 2 numbered */
	WT_MD_ITEM,
	WT_MD_QUOTE,
	WT_MD_CODE,      /* fenced or indented */
	WT_MD_HTML,      /* comments included */
	WT_MD_RULE,
};

struct wt_md_block {
	enum wt_md_kind kind;
	unsigned level;
	size_t line;   /* 1-based, of its first byte */
	size_t offset; /* of its first byte (for a heading the '#', for an item the bullet) */
	size_t parent; /* index of the enclosing list, item or quote; WT_MD_TOP at the top */
};

#define WT_MD_TOP ((size_t)-1)

struct wt_md {
	struct wt_str text;        /* borrowed: the original bytes, byte order mark included */
	const char *path;          /* for messages, borrowed */
	struct wt_md_block *blocks;
	size_t len, cap;
	size_t *line_offsets;      /* of line i+1; split at LF, CRLF and lone CR; the first
				    * one behind the byte order mark */
	size_t n_lines, cap_lines;
};

/* The line with that number (from 1) without its end; empty when there is none. */
struct wt_str wt_md_line(const struct wt_md *md, size_t line);

/* From the block's first byte to the end of that line. */
struct wt_str wt_md_first_line(const struct wt_md *md, size_t block);

/* The index behind the block and all that it holds. */
size_t wt_md_behind(const struct wt_md *md, size_t block);

/* The line behind the last one of a paragraph, or of a heading with several lines. */
size_t wt_md_end_line(const struct wt_md *md, size_t block);

/* False, and an error, when it is no text at all; a warning where it is not UTF-8. */
bool wt_md_is_text(const struct wt_md *md, struct wt_diags *diags);

/* Where a slice of md->text lies, for messages. */
struct wt_place wt_md_place(const struct wt_md *md, size_t line, struct wt_str at);

#endif
