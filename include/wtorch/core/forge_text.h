/* SPDX-License-Identifier: MIT */
#ifndef WT_CORE_FORGE_TEXT_H
#define WT_CORE_FORGE_TEXT_H

/*
 * Text that agents and programs wrote, made harmless before it stands in an issue, a comment or a
 * pull request. Whatever is in it:
 *
 *  - nobody is notified and nothing is linked or closed: "@name", "#12", "GH-12", "owner/repo#12",
 *    addresses of issues, pull requests and commits, and bare commit ids get a zero-width space
 *    in the middle;
 *  - no HTML, no entity and no comment begins, so nothing hides what follows and no marker of
 *    ours can be made up;
 *  - control characters, escape sequences of terminals, changes of direction and bytes that are
 *    no UTF-8 are gone; every line ends with LF;
 *  - no fence, list or quote goes on behind it.
 *
 * A body is put together from these and from text of our own, begins with a marker, and is cut at
 * last. Lengths are counted as GitHub does in the worst case: UTF-16 units.
 */

#include <stdbool.h>
#include <stddef.h>

#include "wtorch/base/buf.h"
#include "wtorch/base/text.h"

#define WT_FORGE_MAX_BODY        65536u
#define WT_FORGE_MAX_TITLE       256u
#define WT_FORGE_MAX_LABEL       50u
#define WT_FORGE_MAX_DESCRIPTION 140u /* of a status */

/* Prose, as a block quote with an empty line behind it. */
void wt_forge_text_quote(struct wt_buf *out, struct wt_str text);

/* Output of a program, as a fenced block with an empty line behind it. The fence is longer than
 * any run of backticks in it (those over 32 are broken up). kind: "text", "diff", or "". */
void wt_forge_text_fence(struct wt_buf *out, struct wt_str text, const char *kind);

/* In a line, a heading, or a cell of a table: line ends are blanks, "|" is escaped. */
void wt_forge_text_inline(struct wt_buf *out, struct wt_str text);

/* A title or description: one line, at most max units, "…" where it was cut. */
void wt_forge_text_title(struct wt_buf *out, struct wt_str text, size_t max);

/*
 * Cuts a body to max units (over 4096) at a character, closes a fence that is open there, and
 * says more in a paragraph of its own behind it: Markdown of our own, such as a link to the
 * rest. True when it was cut.
 */
bool wt_forge_text_cut(struct wt_buf *body, size_t max, const char *more);

size_t wt_forge_text_units(struct wt_str text);

/* "<!-- wtorch:KEY -->" and a line end, to begin a body with. Of the key all but letters, digits
 * and "._:/-" becomes '_'. */
void wt_forge_marker_put(struct wt_buf *out, const char *key);
/* The key of the first marker in a body; false when there is none. */
bool wt_forge_marker_find(struct wt_str body, struct wt_str *key);

#endif
