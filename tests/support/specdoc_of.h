/* SPDX-License-Identifier: MIT */
#ifndef WT_TESTS_SPECDOC_OF_H
#define WT_TESTS_SPECDOC_OF_H

/* A specification document from a text and the name of its file, in the shape and with the views
 * of roadmap_of.h. */

#include "wtorch/adapter/adapters.h"
#include "wtorch/core/specdoc.h"

/* As engine/grammar.c puts it together; the text has to live as long as the value. */
static inline void specdoc_read(struct wt_specdoc *doc, const char *path, struct wt_str text,
				struct wt_arena *arena, struct wt_diags *diags)
{
	struct wt_error err;

	*doc = (struct wt_specdoc){ .path = path, .text = text };
	doc->front = wt_specdoc_front(text);
	if (doc->front.data) {
		struct wt_yaml_text in = { path, doc->front, 2, false };

		doc->meta = wt_yaml_libyaml(arena, &in, diags);
	}
	if (doc->meta && doc->meta->kind != WT_DOC_MAP)
		doc->meta = NULL;
	if (doc->meta)
		text = wt_specdoc_blank(arena, text, doc->front);
	if (wt_markdown_cmark(arena, path, text, &doc->md, &err))
		doc->md = (struct wt_md){ .text = text, .path = path };
}

#endif
