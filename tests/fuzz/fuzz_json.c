/* SPDX-License-Identifier: MIT */
/* Any bytes as JSON: what is accepted is written again, and that is accepted and the same. */

#undef NDEBUG /* the asserts are the test, in a release build too */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "wtorch/adapter/adapters.h"

static bool rewrite(struct wt_arena *arena, struct wt_str text, struct wt_buf *out)
{
	const struct wt_json *value = NULL;
	struct wt_error err = { 0 };
	struct wt_jsonw w = { .out = out };

	if (wt_json_cjson(arena, text, &value, &err) != WT_OK) {
		assert(err.code == WT_E_INPUT && err.msg[0] && !value);
		return false;
	}
	wt_jsonw_value(&w, value);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wt_arena arena = { 0 };
	struct wt_buf first = WT_BUF_INIT, second = WT_BUF_INIT;

	if (rewrite(&arena, (struct wt_str){ (const char *)data, size }, &first)) {
		assert(wt_text_is_utf8((struct wt_str){ first.data, first.len }));
		assert(rewrite(&arena, (struct wt_str){ first.data, first.len }, &second));
		assert(strcmp(first.data, second.data) == 0);
	}
	wt_buf_clear(&first);
	wt_buf_clear(&second);
	wt_arena_clear(&arena);
	return 0;
}
