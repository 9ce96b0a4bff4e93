/* SPDX-License-Identifier: MIT */
/* YAML and JSON text as a tree with positions, from libyaml's events. */

#include "wtorch/adapter/adapters.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "wtorch/base/limits.h"
#include "wtorch/base/map.h"

/*
 * libyaml looks at nothing but the syntax, so what it lets through is refused here: aliases,
 * merge keys, other tags, a second document, equal keys, depth (its own nesting takes quadratic
 * time, so the events are left at the limit). It counts characters where we want bytes, and
 * calls line ends what no editor does; the cursor follows it through the text.
 */

#define MAX_REFUSED 100u /* that are said; who has more has another file in mind */

struct cursor {
	uint32_t index; /* of characters, as libyaml counts */
	uint32_t byte, line, column;
};

struct level {
	struct wt_doc *node;
	struct wt_doc *last; /* its newest child */
	const char *key;     /* read, its value is next */
	struct cursor key_at;
	struct wt_map keys;
};

struct parse {
	yaml_parser_t yaml;
	struct wt_arena *arena;
	struct wt_diags *diags;
	const char *path;
	struct wt_str text;   /* as libyaml sees it */
	uint32_t skipped;     /* bytes of the file before it: a byte order mark */
	const size_t *joined; /* bytes of text behind each of which two were taken out */
	size_t n_joined;
	uint32_t passed; /* how many of them the cursor has passed */
	struct cursor at;
	struct level levels[WT_MAX_JSON_DEPTH + 1];
	size_t depth;
	size_t nodes;
	struct wt_doc *root;
	size_t n_refused;
	bool skips_next;   /* the next value is that of a key that was refused */
	size_t skip_depth; /* lists and maps of such a value that are open */
	bool is_over, failed;
};

/* positions */

static void advance(struct parse *p, size_t index)
{
	struct cursor *c = &p->at;

	while (c->index < index && c->byte < p->text.len) {
		unsigned char byte = (unsigned char)p->text.data[c->byte];

		do {
			c->byte++;
			c->column++;
		} while (c->byte < p->text.len &&
			 ((unsigned char)p->text.data[c->byte] & 0xC0) == 0x80);
		c->index++;
		if (byte == '\n' ||
		    (byte == '\r' && (c->byte >= p->text.len || p->text.data[c->byte] != '\n'))) {
			c->line++;
			c->column = 1;
		}
		while (p->passed < p->n_joined && p->joined[p->passed] < c->byte) {
			p->passed++;
			c->column += 2;
		}
	}
}

static uint32_t byte_in_file(const struct parse *p)
{
	return p->skipped + p->at.byte + 2 * p->passed;
}

static void complain(struct parse *p, const struct cursor *at, const char *message)
{
	struct wt_place place = { p->path, at->line, at->column };

	if (!p->failed)
		wt_diags_add(p->diags, WT_SEVERITY_ERROR, place, "%s", message);
	p->failed = true;
}

/* What can be left out, so that everything else that is wrong is found, too. */
static void refuse(struct parse *p, const char *message)
{
	if (++p->n_refused > MAX_REFUSED)
		complain(p, &p->at, "and more: the rest is not read");
	else
		wt_diags_add(p->diags, WT_SEVERITY_ERROR,
			     (struct wt_place){ p->path, p->at.line, p->at.column }, "%s", message);
}

static void refuse_key(struct parse *p, const char *message)
{
	p->levels[p->depth - 1].key = NULL;
	p->skips_next = true;
	refuse(p, message);
}

static void complain_here(struct parse *p, const yaml_mark_t *mark, const char *message)
{
	advance(p, mark->index);
	complain(p, &p->at, message);
}

/* The reader is ahead of what it has told of. */
static void complain_bytes(struct parse *p)
{
	struct wt_str rest = p->text;
	struct cursor at = { .line = 1, .column = 1 };
	uint32_t rune = 0;

	while (wt_text_next_rune(&rest, &rune) && !wt_rune_is_bad(rune) &&
	       (rune >= 0x20 || rune == '\t' || rune == '\n' || rune == '\r') && rune != 0x7F &&
	       !(rune >= 0x80 && rune < 0xA0 && rune != 0x85)) {
		bool is_crlf = rune == '\r' && rest.len && rest.data[0] == '\n';

		at.column++;
		if (rune == '\n' || (rune == '\r' && !is_crlf)) {
			at.line++;
			at.column = 1;
		}
	}
	if (rest.len || wt_rune_is_bad(rune))
		complain(p, &at, "invalid UTF-8 or a control character");
	else
		complain_here(p, &p->yaml.mark, "invalid UTF-8 or a control character");
}

static void complain_syntax(struct parse *p)
{
	const char *problem = p->yaml.problem ? p->yaml.problem : "not YAML";
	char text[256];

	if (p->yaml.error == YAML_READER_ERROR) {
		complain_bytes(p);
		return;
	}
	if (p->yaml.context && p->yaml.context_mark.line != p->yaml.problem_mark.line)
		snprintf(text, sizeof text, "%s (%s, which began in line %zu)", problem,
			 p->yaml.context, p->yaml.context_mark.line + 1);
	else
		snprintf(text, sizeof text, "%s", problem);
	complain_here(p, &p->yaml.problem_mark, text);
}

/* nodes */

static bool is_null(const yaml_event_t *e)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL" };

	if (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || e->data.scalar.length > 4)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp((const char *)e->data.scalar.value, words[i]) == 0)
			return true;
	return false;
}

/* Puts the node where the document is now; NULL when it may not be there. */
static struct wt_doc *add_node(struct parse *p, enum wt_doc_kind kind)
{
	struct level *l = p->depth ? &p->levels[p->depth - 1] : NULL;
	struct wt_doc *node;

	if (++p->nodes > WT_MAX_DOC_NODES) {
		complain(p, &p->at, "too many values");
		return NULL;
	}
	node = wt_arena_alloc(p->arena, sizeof *node);
	*node = (struct wt_doc){
		.kind = kind, .line = p->at.line, .column = p->at.column, .offset = byte_in_file(p)
	};
	if (!l) {
		p->root = node;
		return node;
	}
	if (l->key) {
		node->key = l->key;
		node->key_line = l->key_at.line;
		node->key_column = l->key_at.column;
		l->key = NULL;
	}
	if (l->last)
		l->last->next = node;
	else
		l->node->child = node;
	l->last = node;
	return node;
}

static bool wants_key(const struct parse *p)
{
	const struct level *l = p->depth ? &p->levels[p->depth - 1] : NULL;

	return l && l->node->kind == WT_DOC_MAP && !l->key;
}

static void take_key(struct parse *p, const yaml_event_t *e)
{
	struct level *l = &p->levels[p->depth - 1];
	char message[160];
	bool is_known;

	l->key_at = p->at;
	l->key = wt_arena_strndup(p->arena, (const char *)e->data.scalar.value,
				  e->data.scalar.length);
	if (strlen(l->key) != e->data.scalar.length) {
		refuse_key(p, "a key with a NUL in it");
	} else if (strcmp(l->key, "<<") == 0 && e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		refuse_key(p, "merge keys ('<<') are not read: write the keys out");
	} else {
		wt_map_put(&l->keys, l->key, 0, &is_known);
		snprintf(message, sizeof message, "the key '%.100s' stands here twice", l->key);
		if (is_known)
			refuse_key(p, message);
	}
}

/* "!!str" and its kin say what we find out anyway. */
static bool is_plain_tag(const yaml_char_t *tag)
{
	return !tag || strcmp((const char *)tag, "!") == 0 ||
	       strncmp((const char *)tag, "tag:yaml.org,2002:", 18) == 0;
}

static void take_scalar(struct parse *p, const yaml_event_t *e)
{
	struct wt_doc *node;
	size_t line = p->at.line;

	if (!is_plain_tag(e->data.scalar.tag))
		refuse(p, "tags ('!name') are not read");
	if (wants_key(p)) {
		take_key(p, e);
		return;
	}
	node = add_node(p, is_null(e) ? WT_DOC_NULL : WT_DOC_SCALAR);
	if (!node)
		return;
	node->is_plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->text = wt_arena_strndup(p->arena, (const char *)e->data.scalar.value,
				      e->data.scalar.length);
	if (strlen(node->text) != e->data.scalar.length)
		refuse(p, "a value with a NUL in it");
	advance(p, e->end_mark.index);
	if (p->at.line == line && e->data.scalar.style != YAML_LITERAL_SCALAR_STYLE &&
	    e->data.scalar.style != YAML_FOLDED_SCALAR_STYLE)
		node->len = byte_in_file(p) - node->offset;
}

static void begin(struct parse *p, enum wt_doc_kind kind, const yaml_char_t *tag)
{
	struct wt_doc *node;

	if (!is_plain_tag(tag))
		refuse(p, "tags ('!name') are not read");
	if (wants_key(p)) {
		complain(p, &p->at, "a list or map cannot be a key");
	} else if (p->depth >= WT_MAX_JSON_DEPTH) {
		complain(p, &p->at, "nested too deeply (64 levels at most)");
	} else if ((node = add_node(p, kind))) {
		p->levels[p->depth++] = (struct level){ .node = node };
	}
}

static void end(struct parse *p)
{
	wt_map_clear(&p->levels[--p->depth].keys);
}

static void take_alias(struct parse *p)
{
	static const char message[] = "aliases ('*name') are not read: write the value out";

	if (wants_key(p)) {
		refuse_key(p, message);
		return;
	}
	refuse(p, message);
	if (p->depth)
		p->levels[p->depth - 1].key = NULL;
}

static void skip(struct parse *p, const yaml_event_t *e)
{
	p->skips_next = false;
	if (e->type == YAML_SEQUENCE_START_EVENT || e->type == YAML_MAPPING_START_EVENT)
		p->skip_depth++;
	else if (e->type == YAML_SEQUENCE_END_EVENT || e->type == YAML_MAPPING_END_EVENT)
		p->skip_depth--;
	if (p->depth + p->skip_depth > WT_MAX_JSON_DEPTH)
		complain(p, &p->at, "nested too deeply (64 levels at most)");
}

static void take(struct parse *p, const yaml_event_t *e)
{
	advance(p, e->start_mark.index);
	if (p->skips_next || p->skip_depth) {
		skip(p, e);
		return;
	}
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		take_scalar(p, e);
		break;
	case YAML_SEQUENCE_START_EVENT:
		begin(p, WT_DOC_LIST, e->data.sequence_start.tag);
		break;
	case YAML_MAPPING_START_EVENT:
		begin(p, WT_DOC_MAP, e->data.mapping_start.tag);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		end(p);
		break;
	case YAML_ALIAS_EVENT:
		take_alias(p);
		break;
	case YAML_DOCUMENT_START_EVENT:
		p->is_over = p->root != NULL;
		if (p->is_over)
			refuse(p, "a second document: one file holds one");
		break;
	case YAML_STREAM_END_EVENT:
		p->is_over = true;
		break;
	default:
		break;
	}
}

static void parse_events(struct parse *p)
{
	while (!p->is_over && !p->failed) {
		yaml_event_t event;

		if (!yaml_parser_parse(&p->yaml, &event)) {
			complain_syntax(p);
			return;
		}
		take(p, &event);
		yaml_event_delete(&event);
	}
}

/* JSON's way to write characters beyond the first plane, which YAML does not know */

static bool read_surrogate(const char *s, size_t len, unsigned from, unsigned *out)
{
	unsigned value = 0;

	if (len < 6 || s[0] != '\\' || s[1] != 'u')
		return false;
	for (size_t i = 2; i < 6; i++) {
		const char *digits = "0123456789abcdef", *d;

		d = s[i] ? strchr(digits, s[i] >= 'A' && s[i] <= 'F' ? s[i] | 0x20 : s[i]) : NULL;
		if (!d)
			return false;
		value = value * 16 + (unsigned)(d - digits);
	}
	*out = value - from;
	return value >= from && value < from + 0x400;
}

static void join_surrogates(struct parse *p, struct wt_str in)
{
	size_t *joined = NULL, cap = 0, len = 0;
	char *out = wt_arena_alloc(p->arena, in.len + 1);

	for (size_t i = 0; i < in.len; i++) {
		const char *s = in.data + i;
		unsigned high, low;

		if (*s == '\\' && read_surrogate(s, in.len - i, 0xD800, &high) &&
		    read_surrogate(s + 6, in.len - i - 6, 0xDC00, &low)) {
			len += (size_t)snprintf(out + len, 11, "\\U%08X",
						0x10000 + (high << 10) + low);
			*WT_ARENA_PUSH(p->arena, joined, p->n_joined, cap) = len - 1;
			i += 11;
			continue;
		}
		out[len++] = *s;
		if (*s == '\\' && i + 1 < in.len)
			out[len++] = in.data[++i];
	}
	p->text = (struct wt_str){ out, len };
	p->joined = joined;
}

static bool is_json(struct wt_str text)
{
	struct wt_str s = wt_str_trim(text);

	return s.len && (s.data[0] == '{' || s.data[0] == '[');
}

static void prepare(struct parse *p, struct wt_str text, size_t line)
{
	p->at = (struct cursor){ .line = (uint32_t)line, .column = 1 };
	if (wt_str_starts(text, "\xEF\xBB\xBF")) {
		p->skipped = 3;
		text = (struct wt_str){ text.data + 3, text.len - 3 };
	}
	if (is_json(text))
		join_surrogates(p, text);
	else
		p->text = text;
}

/* What libyaml takes for the beginning of a line. */
static bool is_line_start(struct wt_str text, size_t at)
{
	static const char *const ends[] = { "\n", "\r", "\xC2\x85", "\u2028", "\u2029" };
	struct wt_str before = { text.data, at };

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (wt_str_ends(before, ends[i]))
			return true;
	return at == 0;
}

/* libyaml takes a byte order mark in front of a line for nothing, and whoever edits the file by
 * columns for a letter. */
static void refuse_inner_marks(struct parse *p)
{
	struct wt_str text = p->text;

	for (size_t at = 0, next; !p->failed; at = next + 3) {
		next = at + wt_str_find((struct wt_str){ text.data + at, text.len - at },
					"\xEF\xBB\xBF");
		if (next >= text.len)
			return;
		if (!is_line_start(text, next))
			continue;
		p->text.len = next;
		advance(p, SIZE_MAX);
		complain(p, &p->at, "a second byte order mark");
	}
}

const struct wt_doc *wt_yaml_libyaml(struct wt_arena *arena, const struct wt_yaml_text *in,
				     struct wt_diags *diags)
{
	struct parse *p = wt_arena_alloc(arena, sizeof *p);
	struct wt_place whole = { in->path, 0, 0 };

	p->arena = arena;
	p->diags = diags;
	p->path = in->path;
	if (in->text.len > WT_MAX_SOURCE_BYTES) {
		wt_diags_add(diags, WT_SEVERITY_ERROR, whole, "too large");
		return NULL;
	}
	if (!yaml_parser_initialize(&p->yaml)) {
		wt_diags_add(diags, WT_SEVERITY_ERROR, whole, "no memory to read it");
		return NULL;
	}
	prepare(p, in->text, in->line);
	yaml_parser_set_encoding(&p->yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p->yaml, (const unsigned char *)p->text.data, p->text.len);
	refuse_inner_marks(p);
	if (!p->failed)
		parse_events(p);
	while (p->depth)
		end(p);
	yaml_parser_delete(&p->yaml);
	return p->failed || (p->n_refused && !in->wants_rest) ? NULL : p->root;
}
