/* SPDX-License-Identifier: MIT */
/* Where the lines and blocks of a document begin and end. */

#include "wtorch/core/markdown.h"

#include <string.h>

struct wt_str wt_md_line(const struct wt_md *md, size_t line)
{
	size_t start, end;

	if (line == 0 || line > md->n_lines)
		return WT_STR("");
	start = md->line_offsets[line - 1];
	end = line < md->n_lines ? md->line_offsets[line] : md->text.len;
	/* A byte order mark lies before the first line, not behind it. */
	if (end > start && md->text.data[end - 1] == '\n')
		end--;
	if (end > start && md->text.data[end - 1] == '\r')
		end--;
	return (struct wt_str){ md->text.data + start, end - start };
}

struct wt_str wt_md_first_line(const struct wt_md *md, size_t block)
{
	const struct wt_md_block *b = &md->blocks[block];
	struct wt_str line = wt_md_line(md, b->line);
	size_t skip = b->offset - (size_t)(line.data - md->text.data);

	if (skip > line.len)
		skip = line.len;
	return (struct wt_str){ line.data + skip, line.len - skip };
}

size_t wt_md_behind(const struct wt_md *md, size_t block)
{
	size_t i = block + 1;

	while (i < md->len && md->blocks[i].parent != WT_MD_TOP && md->blocks[i].parent >= block)
		i++;
	return i;
}

size_t wt_md_end_line(const struct wt_md *md, size_t block)
{
	size_t behind = wt_md_behind(md, block);
	size_t end = behind < md->len ? md->blocks[behind].line : md->n_lines + 1;
	size_t line = md->blocks[block].line + 1;

	while (line < end && wt_str_trim(wt_md_line(md, line)).len)
		line++;
	return line;
}

/* A NUL among so many first bytes shows that it is none. */
#define PROBE_BYTES 8000u

static struct wt_place place_of_byte(const struct wt_md *md, size_t byte)
{
	size_t line = 1;

	while (line < md->n_lines && md->line_offsets[line] <= byte)
		line++;
	if (!md->n_lines || byte < md->line_offsets[line - 1])
		return (struct wt_place){ md->path, 1, 1 };
	return (struct wt_place){ md->path, line, byte - md->line_offsets[line - 1] + 1 };
}

bool wt_md_is_text(const struct wt_md *md, struct wt_diags *diags)
{
	size_t probe = md->text.len < PROBE_BYTES ? md->text.len : PROBE_BYTES;
	const char *nul = probe ? memchr(md->text.data, '\0', probe) : NULL;
	struct wt_str rest = md->text, at = rest;
	uint32_t rune;

	if (nul) {
		wt_diags_add(diags, WT_SEVERITY_ERROR,
			     place_of_byte(md, (size_t)(nul - md->text.data)),
			     "'%s' is not a text file: it holds a NUL",
			     md->path ? md->path : "the issue");
		return false;
	}
	if (wt_text_is_utf8(md->text))
		return true;
	while (wt_text_next_rune(&rest, &rune) && !wt_rune_is_bad(rune))
		at = rest;
	wt_diags_add(diags, WT_SEVERITY_WARNING,
		     place_of_byte(md, (size_t)(at.data - md->text.data)),
		     "this is not UTF-8; what cannot be read is shown as '?'");
	return true;
}

struct wt_place wt_md_place(const struct wt_md *md, size_t line, struct wt_str at)
{
	struct wt_str whole = wt_md_line(md, line);

	return (struct wt_place){ md->path, line, (size_t)(at.data - whole.data) + 1 };
}
