/* SPDX-License-Identifier: MIT */
/* Any bytes as what an agent writes: the first one chooses the format, the second one in what
 * pieces the rest comes. */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "wtorch/adapter/adapters.h"
#include "wtorch/core/agentlog.h"

static const struct wt_json *parse(void *arg, struct wt_str line)
{
	struct wt_arena *a = arg;
	const struct wt_json *doc = NULL;
	struct wt_error err;

	wt_arena_clear(a);
	return wt_json_cjson(a, line, &doc, &err) == WT_OK ? doc : NULL;
}

static void check_count(int64_t n)
{
	assert(n >= 0 && n <= 3 * WT_MAX_TOKENS);
	(void)n; /* asserts may be compiled out */
}

static void check_text(const struct wt_buf *text)
{
	assert(wt_text_is_utf8((struct wt_str){ text->data, text->len }));
	assert(!memchr(text->data, '\n', text->len) && !memchr(text->data, '\033', text->len));
	(void)text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wt_arena a = { 0 };
	struct wt_agentlog log;
	size_t piece;

	if (size < 2)
		return 0;
	wt_agentlog_init(&log, (enum wt_agentlog_format)(data[0] % WT_AGENTLOG_FORMATS), parse, &a);
	piece = data[1] + 1u;
	for (size_t i = 2; i < size; i += piece)
		wt_agentlog_feed(&log, (struct wt_str){ (const char *)data + i,
							size - i < piece ? size - i : piece });
	wt_agentlog_end(&log);
	check_count(log.usage.input);
	check_count(log.usage.output);
	check_count(log.usage.cached);
	check_text(&log.message);
	check_text(&log.tool);
	check_text(&log.error);
	assert(log.reset_in_ms >= 0);
	assert(wt_agentlog_reset(&log, INT64_C(1767268800000), 3600000) >= 0);
	wt_agentlog_clear(&log);
	wt_arena_clear(&a);
	return 0;
}
