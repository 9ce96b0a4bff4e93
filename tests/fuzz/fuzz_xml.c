/* SPDX-License-Identifier: MIT */
/* Any bytes as XML: what is believed of them is a bounded tree of named values in UTF-8. */

#undef NDEBUG /* the asserts are the test, in a release build too */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/base/limits.h"

static void check_node(const struct wt_json *node, size_t depth)
{
	assert(depth <= WT_MAX_JSON_DEPTH && node->name && *node->name);
	assert(wt_text_is_utf8(wt_str_of(node->name)));
	if (node->kind == WT_JSON_STRING) {
		assert(node->string && wt_text_is_utf8(wt_str_of(node->string)));
		assert(node->name[0] == '@' || strcmp(node->name, "#text") == 0);
		assert(!node->child);
		return;
	}
	assert(node->kind == WT_JSON_OBJECT && node->name[0] != '@' && node->name[0] != '#');
	for (const struct wt_json *c = node->child; c; c = c->next)
		check_node(c, depth + (c->kind == WT_JSON_OBJECT));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wt_arena arena = { 0 };
	const struct wt_json *root;
	struct wt_error err = { 0 };

	if (wt_xml_expat(&arena, (struct wt_str){ (const char *)data, size }, &root, &err) == WT_OK)
		check_node(root, 1);
	else
		assert(!root && err.code == WT_E_INPUT && err.msg[0]);
	wt_arena_clear(&arena);
	return 0;
}
