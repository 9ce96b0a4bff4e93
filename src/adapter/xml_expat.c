/* SPDX-License-Identifier: MIT */
/* XML as plain values: expat, with entities refused. */

#include <expat.h>
#include <string.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/base/limits.h"

/* An element that is still open. */
struct open {
	struct wt_json *node;
	const struct wt_json **link; /* where its next child goes */
	struct wt_buf text;
	bool is_full; /* there was more text than is kept */
};

struct build {
	struct wt_arena *arena;
	XML_Parser parser;
	const struct wt_json *root;
	struct open open[WT_MAX_JSON_DEPTH];
	size_t depth;
	size_t nodes;
	const char *refusal; /* why we stopped it ourselves */
};

static void refuse(struct build *b, const char *why)
{
	if (!b->refusal)
		b->refusal = why;
	XML_StopParser(b->parser, XML_FALSE);
}

static struct wt_json *add(struct build *b, struct open *to, const char *name)
{
	struct wt_json *node = wt_arena_alloc(b->arena, sizeof *node);

	node->name = wt_arena_strdup(b->arena, name);
	if (to) {
		*to->link = node;
		to->link = &node->next;
	}
	if (++b->nodes > WT_MAX_XML_NODES)
		refuse(b, "more elements and attributes than are read");
	return node;
}

static void add_text(struct build *b, struct open *to, const char *name, const char *value)
{
	struct wt_json *node = add(b, to, name);

	node->kind = WT_JSON_STRING;
	node->string = wt_arena_strdup(b->arena, value);
}

static void XMLCALL on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct build *b = arg;
	struct open *parent = b->depth ? &b->open[b->depth - 1] : NULL;
	struct open *self = &b->open[b->depth];
	struct wt_buf key = WT_BUF_INIT;

	if (b->depth == WT_MAX_JSON_DEPTH) {
		refuse(b, "more than 64 levels of elements");
		return;
	}
	*self = (struct open){ .node = add(b, parent, name), .text = WT_BUF_INIT };
	self->node->kind = WT_JSON_OBJECT;
	self->link = &self->node->child;
	b->depth++;
	if (!parent)
		b->root = self->node;
	for (; *attributes && !b->refusal; attributes += 2) {
		wt_buf_reset(&key);
		wt_buf_printf(&key, "@%s", attributes[0]);
		add_text(b, self, key.data, attributes[1]);
	}
	wt_buf_clear(&key);
}

static void XMLCALL on_end(void *arg, const XML_Char *name)
{
	struct build *b = arg;
	struct open *self;
	struct wt_str text;

	(void)name;
	if (b->refusal)
		return;
	self = &b->open[--b->depth];
	text = wt_str_trim((struct wt_str){ self->text.data, self->text.len });
	if (text.len)
		add_text(b, self, "#text", wt_arena_strndup(b->arena, text.data, text.len));
	wt_buf_clear(&self->text);
}

static void XMLCALL on_text(void *arg, const XML_Char *data, int len)
{
	struct build *b = arg;
	struct open *self = b->depth ? &b->open[b->depth - 1] : NULL;
	size_t n = (size_t)len;

	if (!self || self->is_full)
		return;
	self->is_full = n > WT_MAX_XML_TEXT - self->text.len;
	if (self->is_full) /* between two characters */
		for (n = WT_MAX_XML_TEXT - self->text.len; n && (data[n] & 0xc0) == 0x80;)
			n--;
	wt_buf_add(&self->text, data, n);
}

static void XMLCALL on_entity(void *arg, const XML_Char *name, int is_parameter,
			      const XML_Char *value, int len, const XML_Char *base,
			      const XML_Char *system_id, const XML_Char *public_id,
			      const XML_Char *notation)
{
	(void)name, (void)is_parameter, (void)value, (void)len, (void)base;
	(void)system_id, (void)public_id, (void)notation;
	refuse(arg, "it declares entities");
}

static void XMLCALL on_skipped(void *arg, const XML_Char *name, int is_parameter)
{
	(void)name;
	if (!is_parameter)
		refuse(arg, "it names an entity that is not known");
}

static enum wt_code parse(struct build *b, struct wt_str text, struct wt_error *err)
{
	const char *why;

	XML_SetUserData(b->parser, b);
	XML_SetElementHandler(b->parser, on_start, on_end);
	XML_SetCharacterDataHandler(b->parser, on_text);
	XML_SetEntityDeclHandler(b->parser, on_entity);
	XML_SetSkippedEntityHandler(b->parser, on_skipped);
	if (XML_Parse(b->parser, text.data, (int)text.len, XML_TRUE) == XML_STATUS_OK &&
	    !b->refusal)
		return WT_OK;
	why = b->refusal ? b->refusal : XML_ErrorString(XML_GetErrorCode(b->parser));
	wt_fail(err, WT_E_INPUT, "line %lu, column %lu: %s",
		(unsigned long)XML_GetCurrentLineNumber(b->parser),
		(unsigned long)XML_GetCurrentColumnNumber(b->parser) + 1, why);
	return err->code;
}

enum wt_code wt_xml_expat(struct wt_arena *arena, struct wt_str text, const struct wt_json **out,
			  struct wt_error *err)
{
	struct build b = { .arena = arena };
	enum wt_code code;

	*out = NULL;
	if (text.len > WT_MAX_XML_BYTES)
		return wt_fail(err, WT_E_INPUT, "%zu bytes of XML; at most %u are read", text.len,
			       WT_MAX_XML_BYTES);
	b.parser = XML_ParserCreate(NULL);
	if (!b.parser)
		return wt_fail(err, WT_E_ENV, "cannot read XML: out of memory");
	code = parse(&b, text, err);
	XML_ParserFree(b.parser);
	while (b.depth)
		wt_buf_clear(&b.open[--b.depth].text);
	if (code == WT_OK)
		*out = b.root;
	return code;
}
