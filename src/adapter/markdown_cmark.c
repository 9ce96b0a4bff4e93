/* SPDX-License-Identifier: MIT */
/* The blocks of a Markdown document, found by cmark. */

#include <cmark.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "markdown_lines.h"
#include "wtorch/adapter/adapters.h"
#include "wtorch/base/limits.h"
#include "wtorch/base/mem.h"

#define BOM "\xEF\xBB\xBF"

/* Big documents are parsed in parts of at least this size: what is parsed at once stays small
 * and near. */
#define PART_BYTES 32768u

struct parse {
	struct wt_md *md;
	struct markdown_lines lines;
	struct wt_md_block *blocks; /* owned, as many as md->len */
	size_t cap;
	size_t first_line; /* of the part, from 0 in lines */
};

/* The end of the line that begins at start, and where the next one begins. Lines end at LF,
 * CRLF and lone CR, as they do for cmark. */
static size_t line_end(struct wt_str text, size_t start, size_t *next)
{
	size_t end = start;

	while (end < text.len && text.data[end] != '\n' && text.data[end] != '\r')
		end++;
	*next = end + 1;
	if (*next < text.len && text.data[end] == '\r' && text.data[*next] == '\n')
		(*next)++;
	return end;
}

static void split_lines(struct wt_arena *arena, struct wt_md *md, struct markdown_lines *lines,
			void (*add)(struct markdown_lines *, struct wt_str, size_t))
{
	struct wt_str text = md->text;
	size_t first = 0;
	size_t end, next;

	/* cmark would skip a second one. */
	while (wt_str_starts((struct wt_str){ text.data + first, text.len - first }, BOM))
		first += strlen(BOM);
	for (size_t start = first; start < text.len; start = next) {
		line_end(text, start, &next);
		md->cap_lines++;
	}
	md->line_offsets = wt_arena_alloc(arena, md->cap_lines * sizeof *md->line_offsets);
	for (size_t start = first; start < text.len; start = next) {
		end = line_end(text, start, &next);
		md->line_offsets[md->n_lines++] = start;
		add(lines, (struct wt_str){ text.data + start, end - start }, md->n_lines);
	}
}

static bool kind_of(cmark_node *node, struct wt_md_block *block)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_HEADING:
		block->kind = WT_MD_HEADING;
		block->level = (unsigned)cmark_node_get_heading_level(node);
		return true;
	case CMARK_NODE_PARAGRAPH:
		block->kind = WT_MD_PARAGRAPH;
		return true;
	case CMARK_NODE_LIST:
		block->kind = WT_MD_LIST;
		block->level = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST ? 2 : 1;
		return true;
	case CMARK_NODE_ITEM:
		block->kind = WT_MD_ITEM;
		return true;
	case CMARK_NODE_BLOCK_QUOTE:
		block->kind = WT_MD_QUOTE;
		return true;
	case CMARK_NODE_CODE_BLOCK:
		block->kind = WT_MD_CODE;
		return true;
	case CMARK_NODE_HTML_BLOCK:
		block->kind = WT_MD_HTML;
		return true;
	case CMARK_NODE_THEMATIC_BREAK:
		block->kind = WT_MD_RULE;
		return true;
	default:
		return false;
	}
}

/* Where the column of that line lies in the original; cmark counts from 1, in bytes. */
static size_t offset_of(const struct parse *p, const struct wt_md_block *block, int column)
{
	const struct wt_md *md = p->md;
	size_t start = md->line_offsets[block->line - 1];
	size_t end = block->line < md->n_lines ? md->line_offsets[block->line] : md->text.len;
	size_t offset = start + (column > 0 ? (size_t)column - 1 : 0);

	if (offset > end)
		offset = end;
	/* Some blocks start at the blanks before them. */
	while (block->kind != WT_MD_CODE && offset + 1 < end &&
	       (md->text.data[offset] == ' ' || md->text.data[offset] == '\t'))
		offset++;
	return offset;
}

static size_t push(struct parse *p, struct wt_md_block block, int column)
{
	block.offset = offset_of(p, &block, column);
	if (p->md->len == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 256;
		p->blocks = wt_realloc(p->blocks, p->cap, sizeof *p->blocks);
	}
	p->blocks[p->md->len] = block;
	return p->md->len++;
}

/* The items that the lines left out before this one's line begin, each with what it holds. */
static void add_repeats(struct parse *p, cmark_node *item, struct wt_md_block block, size_t repeats)
{
	cmark_node *child = cmark_node_first_child(item);
	struct wt_md_block inner = { 0 };
	bool has_inner = child && kind_of(child, &inner);

	/* Only the last one's text may be underlined. */
	if (inner.kind == WT_MD_HEADING)
		inner = (struct wt_md_block){ .kind = WT_MD_PARAGRAPH };
	for (block.line -= repeats; repeats > 0; repeats--, block.line++) {
		inner.line = block.line;
		inner.parent = push(p, block, cmark_node_get_start_column(item));
		if (has_inner)
			push(p, inner, cmark_node_get_start_column(child));
	}
}

static void add_block(struct parse *p, cmark_node *node)
{
	struct wt_md_block block = { .parent = WT_MD_TOP };
	cmark_node *parent = cmark_node_parent(node);
	int line = cmark_node_get_start_line(node);
	size_t index = p->first_line + (line > 0 ? (size_t)line - 1 : 0);

	if (!kind_of(node, &block))
		return;
	/* user data is the index + 1 of the node's block */
	if (parent && cmark_node_get_user_data(parent))
		block.parent = (uintptr_t)cmark_node_get_user_data(parent) - 1;
	if (index >= p->lines.len)
		index = p->lines.len - 1;
	block.line = p->lines.items[index].number;
	if (block.kind == WT_MD_ITEM && p->lines.items[index].repeats)
		add_repeats(p, node, block, p->lines.items[index].repeats);
	push(p, block, cmark_node_get_start_column(node));
	cmark_node_set_user_data(node, (void *)(uintptr_t)p->md->len);
}

static bool is_container(cmark_node *node)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_DOCUMENT:
	case CMARK_NODE_BLOCK_QUOTE:
	case CMARK_NODE_LIST:
	case CMARK_NODE_ITEM:
		return true;
	default:
		return false;
	}
}

/* Without recursion: quotes may be nested as deep as the text is long. */
static void collect(struct parse *p, cmark_node *document)
{
	cmark_node *node = document;

	for (;;) {
		cmark_node *next = is_container(node) ? cmark_node_first_child(node) : NULL;

		while (!next && node != document) {
			next = cmark_node_next(node);
			if (!next)
				node = cmark_node_parent(node);
		}
		if (!next)
			return;
		node = next;
		add_block(p, node);
	}
}

/*
 * The length of the first part of text that has at least size bytes and ends between a blank
 * line and a heading at the margin; *lines counts its lines. Such a heading ends whatever is
 * open but a fence or an HTML block at the margin.
 */
static size_t part_length(struct wt_str text, size_t size, size_t *lines)
{
	size_t at = 0;
	bool was_blank = false;

	*lines = 0;
	while (at < text.len) {
		const char *end = memchr(text.data + at, '\n', text.len - at);

		if (at >= size && was_blank && text.data[at] == '#')
			return at;
		was_blank = text.data[at] == '\n';
		at = end ? (size_t)(end - text.data) + 1 : text.len;
		(*lines)++;
	}
	return text.len;
}

/* The part's last block may go on behind it. */
static bool is_open(cmark_node *document)
{
	cmark_node *last = cmark_node_last_child(document);

	return last && (cmark_node_get_type(last) == CMARK_NODE_CODE_BLOCK ||
			cmark_node_get_type(last) == CMARK_NODE_HTML_BLOCK);
}

/* A part whose end is in doubt is parsed again with twice its length. */
static void parse_parts(struct parse *p, bool in_parts)
{
	struct wt_str rest = { p->lines.text.data, p->lines.text.len };
	size_t size = in_parts ? PART_BYTES : rest.len;

	while (rest.len) {
		size_t lines;
		size_t len = part_length(rest, size, &lines);
		cmark_node *document = cmark_parse_document(rest.data, len, CMARK_OPT_DEFAULT);

		if (len < rest.len && is_open(document)) {
			size = len * 2;
		} else {
			collect(p, document);
			p->first_line += lines;
			rest = (struct wt_str){ rest.data + len, rest.len - len };
			size = PART_BYTES;
		}
		cmark_node_free(document);
	}
}

enum wt_code wt_markdown_cmark_by(void (*add)(struct markdown_lines *lines, struct wt_str line,
					      size_t number),
				  struct wt_arena *arena, struct wt_md *md, struct wt_error *err)
{
	struct parse p = { .md = md, .lines = { .text = WT_BUF_INIT } };

	if (md->text.len > WT_MAX_SOURCE_BYTES)
		return wt_fail(err, WT_E_INPUT, "cannot read '%s': it is larger than %u MB",
			       md->path, WT_MAX_SOURCE_BYTES >> 20);
	split_lines(arena, md, &p.lines, add);
	parse_parts(&p, add == wt_markdown_lines_add);
	md->cap = md->len;
	md->blocks = wt_arena_alloc(arena, md->len * sizeof *md->blocks);
	if (md->len)
		memcpy(md->blocks, p.blocks, md->len * sizeof *md->blocks);
	free(p.blocks);
	wt_markdown_lines_clear(&p.lines);
	return WT_OK;
}

enum wt_code wt_markdown_cmark(struct wt_arena *arena, const char *path, struct wt_str text,
			       struct wt_md *out, struct wt_error *err)
{
	*out = (struct wt_md){ .text = text, .path = path };
	return wt_markdown_cmark_by(wt_markdown_lines_add, arena, out, err);
}
