/* SPDX-License-Identifier: MIT */
/* Looking into a document's tree. */

#include "wtorch/core/doc.h"

#include <string.h>

const struct wt_doc *wt_doc_find(const struct wt_doc *doc, const char *key)
{
	if (!doc || doc->kind != WT_DOC_MAP)
		return NULL;
	for (const struct wt_doc *m = doc->child; m; m = m->next)
		if (strcmp(m->key, key) == 0)
			return m;
	return NULL;
}

const char *wt_doc_text(const struct wt_doc *doc)
{
	return doc && doc->kind == WT_DOC_SCALAR ? doc->text : NULL;
}

size_t wt_doc_count(const struct wt_doc *doc)
{
	size_t n = 0;

	if (!doc || (doc->kind != WT_DOC_LIST && doc->kind != WT_DOC_MAP))
		return 0;
	for (const struct wt_doc *m = doc->child; m; m = m->next)
		n++;
	return n;
}
